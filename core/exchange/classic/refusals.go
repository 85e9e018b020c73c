package classic

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/wsman"
)

// Exchange tells its limits in English texts only, whatever the language of the account.
var (
	connectionsAllowed = regexp.MustCompile(`maximum number of connections allowed\s*:\s*(\d{1,9})`)
	concurrentShells   = regexp.MustCompile(`maximum number of (\d{1,9}) concurrent shells`)
	pleaseWait         = regexp.MustCompile(`[Pp]lease wait for (\d{1,9}) seconds`)
	backoffTime        = regexp.MustCompile(`[Bb]ackoff time:? (\d{1,15}) ms`)
	userLoad           = regexp.MustCompile(`load quota of \d+ requests per (\d{1,9}) seconds has been exceeded`)
	noManagementRole   = regexp.MustCompile(`assigned to any management roles`)
)

// longestLock is the longest lock whose end is told as a date. Those that were seen end within days.
const longestLock = 366 * 24 * time.Hour

// refusal recognises what Exchange's own authorisation says in a category and a text, wherever they came. It
// returns nil when they say nothing in particular.
func (w place) refusal(doing, category, text string, cause error) *exchange.Problem {
	later := func(code exchange.Code, name, value string) *exchange.Problem {
		return w.make(code, doing, exchange.RetryLater, cause, name, value)
	}
	if m := connectionsAllowed.FindStringSubmatch(text); m != nil {
		return later(exchange.CodeSessionLimit, "limit", m[1])
	}
	if m := concurrentShells.FindStringSubmatch(text); m != nil {
		return later(exchange.CodeSessionLimit, "limit", m[1])
	}
	if m := pleaseWait.FindStringSubmatch(text); m != nil {
		return later(exchange.CodeSessionBudget, "seconds", m[1])
	}
	if m := backoffTime.FindStringSubmatch(text); m != nil {
		ms, _ := strconv.ParseInt(m[1], 10, 64)
		p := later(exchange.CodeServerLocked, "seconds", strconv.FormatInt((ms+999)/1000, 10))
		if wait := time.Duration(ms) * time.Millisecond; wait > 0 && wait < longestLock {
			p.Args["until"] = time.Now().Add(wait).Format(time.RFC3339)
		}
		return p
	}
	if m := userLoad.FindStringSubmatch(text); m != nil {
		return later(exchange.CodeServerBusy, "seconds", m[1])
	}
	group, name, _ := strings.Cut(category, "-")
	switch strings.ToLower(group) {
	case "delegatedauth":
		if strings.EqualFold(name, "AccessDenied") {
			return w.make(exchange.CodeDelegationRefused, doing, exchange.RetryNever, cause)
		}
		return w.make(exchange.CodeDelegationFault, doing, exchange.RetryLater, cause)
	case "liveid":
		return w.liveID(doing, name, cause)
	case "cafe":
		return w.make(exchange.CodeBackEnd, doing, exchange.RetryLater, cause)
	case "failfast": // a block for a while after failures: of the account, the customer, or the whole server
		if strings.Contains(strings.ToLower(name), "server") {
			return w.make(exchange.CodeServerOverloaded, doing, exchange.RetryLater, cause)
		}
		return w.make(exchange.CodeServerBusy, doing, exchange.RetryLater, cause)
	case "authz":
		return w.authZ(doing, name, text, cause)
	case "wsman":
		return w.wsmanCategory(doing, name, cause)
	}
	return nil
}

// authZ tells the refusals of Exchange's authorisation plugin apart. The names are those of its exceptions.
func (w place) authZ(doing, name, text string, cause error) *exchange.Problem {
	switch strings.ToLower(name) {
	case "rpsnotenabled":
		return w.make(exchange.CodeRemotePowerShellOff, doing, exchange.RetryNever, cause)
	case "cmdletaccessdeniedexception":
		return w.make(exchange.CodeNoRole, doing, exchange.RetryNever, cause)
	case "apppasswordloginexception":
		return w.make(exchange.CodeSignInBlocked, doing, exchange.RetryNever, cause)
	case "authorizationexception", "impersonationdeniedexception", "filteringonlyuserforffologinexception", "nonmigrateduserdeniedexception":
		if noManagementRole.MatchString(text) {
			return w.make(exchange.CodeNoRole, doing, exchange.RetryNever, cause)
		}
		return w.make(exchange.CodeAccessDenied, doing, exchange.RetryNever, cause, "text", firstLine(text))
	}
	return nil // such as a TypeInitializationException: the server's own trouble, told as it tells it
}

// liveID tells apart what the sign-in service of Exchange Online said. The names are those of its results.
func (w place) liveID(doing, name string, cause error) *exchange.Problem {
	never := func(code exchange.Code) *exchange.Problem {
		return w.make(code, doing, exchange.RetryAfterSignIn, cause)
	}
	switch strings.ToLower(name) {
	case "apppasswordrequired":
		return never(exchange.CodeMFANeeded)
	case "forbidden", "unfamiliarlocation", "federatedstsadfsrulesdenied":
		return never(exchange.CodeSignInBlocked)
	case "expiredcreds":
		return never(exchange.CodePasswordExpired)
	case "recoverableauthfailure":
		return never(exchange.CodeAccountAttention)
	case "usernotfoundinad", "accountnotprovisioned", "puidmismatchfailure", "ambigiousmailboxfoundfailure":
		return never(exchange.CodeAccountUnknown)
	case "liveserverunreachable", "federatedstsunreachable", "federatedstsurlnotencrypted", "operationtimedout", "communicationfailure",
		"hrdfailure", "offlinehrdfailed", "offlineorgidauthfailure", "s4ulogonfailure", "unabletoopenticketfailure",
		"internalservererror", "faultexception":
		return w.make(exchange.CodeSignInService, doing, exchange.RetryLater, cause)
	}
	return never(exchange.CodeSignInRefused) // InvalidCreds, AuthFailure, InvalidUsername, LowPasswordConfidence
}

// wsmanCategory reads the names that Exchange gives to texts of the service below it.
func (w place) wsmanCategory(doing, name string, cause error) *exchange.Problem {
	switch strings.ToLower(name) {
	case "accessisdenied":
		return w.make(exchange.CodeAccessDenied, doing, exchange.RetryNever, cause)
	case "invalidshellid", "invalidshellcontext":
		return w.make(exchange.CodeSessionGone, doing, exchange.RetryNow, cause)
	case "nonexistcommandid", "invalidcommandcontext":
		return w.make(exchange.CodeCommandGone, doing, exchange.RetryNow, cause)
	case "iooperationaborted", "pluginoperationshutdown", "operationcancelled", "devicenotfunctioning":
		return w.make(exchange.CodeSessionBroken, doing, exchange.RetryNow, cause)
	}
	return nil
}

func (w place) faultProblem(doing string, f *wsman.Fault, cause error) *exchange.Problem {
	w.origin, w.answered = f.Origin, true
	said := f.Diagnostics()
	category := first(said.Get("FailureCategory"), f.Origin.FailureCategory)
	// What tells may stand in any of the fault's texts; the most telling one comes first.
	texts := strings.Join([]string{said.Rest, wsman.ParseDiagnostics(f.Message).Rest, f.Reason}, "\n")
	p := w.refusal(doing, category, texts, cause)
	if p == nil {
		p = w.faultByNumber(doing, f, said.Rest, cause)
	}
	noteAll(p, said.Pairs)
	code := ""
	if f.Code != 0 {
		code = strconv.FormatUint(uint64(f.Code), 10)
	}
	note(p, "Fault", code, "Subcode", f.Subcode, "Status", strconv.Itoa(f.Status()), "Server said", f.Text(),
		"Machine", f.Machine, "Provider", f.Provider, "Activity id", f.ActivityID, "Failure category", category)
	return p
}

func (w place) faultByNumber(doing string, f *wsman.Fault, text string, cause error) *exchange.Problem {
	never := func(code exchange.Code, more ...string) *exchange.Problem {
		return w.make(code, doing, exchange.RetryNever, cause, more...)
	}
	later := func(code exchange.Code, more ...string) *exchange.Problem {
		return w.make(code, doing, exchange.RetryLater, cause, more...)
	}
	switch f.Code {
	case wsman.CodeShellQuota, wsman.CodePluginShellQuota:
		return later(exchange.CodeSessionLimit, "limit", strconv.Itoa(MaxSessions))
	case wsman.CodeUserOperationsQuota, wsman.CodePluginUserOperationsQuota, wsman.CodePluginCommandsQuota:
		return later(exchange.CodeServerOperations)
	case wsman.CodeUserQuota:
		return later(exchange.CodeServerBusy)
	case wsman.CodeSystemQuota, wsman.CodeServiceBusy, wsman.CodePluginShellsQuota, wsman.CodePluginOperationsQuota:
		return later(exchange.CodeServerOverloaded)
	case wsman.CodeShellUsersQuota, wsman.CodePluginUsersQuota:
		return later(exchange.CodeServerFull)
	case wsman.CodeLogonFailure, wsman.CodeAuthFailed, wsman.CodeNoLogonSession:
		return w.make(exchange.CodeSignInRefused, doing, exchange.RetryAfterSignIn, cause)
	case wsman.CodeAccountRestriction:
		return never(exchange.CodeSignInBlocked)
	case wsman.CodePasswordExpired, wsman.CodePasswordMustChange:
		return never(exchange.CodePasswordExpired)
	case wsman.CodeAccountDisabled:
		return never(exchange.CodeAccountDisabled, "why", "disabled")
	case wsman.CodeAccountExpired:
		return never(exchange.CodeAccountDisabled, "why", "account-expired")
	case wsman.CodeAccountLocked:
		return never(exchange.CodeAccountDisabled, "why", "locked")
	case wsman.CodeRemoteSessionDenied:
		return never(exchange.CodeAccessDenied, "text", firstLine(text))
	case wsman.CodeServiceUnavailable:
		return later(exchange.CodeUnavailable)
	case wsman.CodeCannotConnect:
		return later(exchange.CodeBackEnd)
	case wsman.CodeAborted:
		return w.make(exchange.CodeSessionBroken, doing, exchange.RetryNow, cause)
	}
	switch {
	case f.IsShellGone():
		return w.make(exchange.CodeSessionGone, doing, exchange.RetryNow, cause)
	case f.IsQuota():
		return later(exchange.CodeServerOverloaded)
	case f.IsAccessDenied():
		return never(exchange.CodeAccessDenied)
	case f.IsInvalidResource():
		return never(exchange.CodeNotRemoting, "status", strconv.Itoa(f.Status()))
	case f.IsTimeout():
		return w.make(exchange.CodeTimeout, doing, exchange.RetryNow, cause)
	}
	name := f.Subcode
	if f.Code != 0 {
		name = strconv.FormatUint(uint64(f.Code), 10)
	}
	return never(exchange.CodeServerFault, "fault", name, "text", firstLine(text))
}

func (w place) answerProblem(doing string, e *wsman.HTTPError, cause error) *exchange.Problem {
	w.origin, w.answered = e.Origin, true
	p := w.refusal(doing, e.FailureCategory, e.Diagnostics.Rest, cause)
	if p == nil {
		p = w.answerByStatus(doing, e, cause)
	}
	noteAll(p, e.Diagnostics.Pairs)
	note(p, "Status", strconv.Itoa(e.Status), "Offered sign-in", strings.Join(e.Schemes, ", "), "Server said", e.Text,
		"Content type", e.ContentType, "Retry after", e.RetryAfter)
	return p
}

func (w place) answerByStatus(doing string, e *wsman.HTTPError, cause error) *exchange.Problem {
	status := strconv.Itoa(e.Status)
	opening := doing == doingOpen
	switch {
	case e.Status == 429:
		return w.make(exchange.CodeServerBusy, doing, exchange.RetryLater, cause, "seconds", seconds(e.RetryAfter))
	case e.Status == 503:
		return w.make(exchange.CodeUnavailable, doing, exchange.RetryLater, cause, "seconds", seconds(e.RetryAfter))
	case e.Status == 502, e.Status == 504:
		return w.make(exchange.CodeBackEnd, doing, exchange.RetryLater, cause)
	case e.Status >= 500:
		text := firstLine(e.Diagnostics.Rest)
		if strings.HasPrefix(text, "<") {
			text = "" // a web page says nothing to people in its source; it is among the details
		}
		return w.make(exchange.CodeServerFault, doing, exchange.RetryNever, cause, "fault", status, "text", text)
	case e.Status == 408:
		return w.make(exchange.CodeTimeout, doing, exchange.RetryNow, cause)
	case e.Status == 401 && w.offered(e):
		return w.make(exchange.CodeSignInRefused, doing, exchange.RetryAfterSignIn, cause)
	case opening && w.inCloud():
		return w.make(exchange.CodeRetired, doing, exchange.RetryNever, cause, "status", status)
	case w.chosen == exchange.AuthCertificate && (e.Status == 401 || e.Status == 403):
		return w.make(exchange.CodeCertificateRefused, doing, exchange.RetryNever, cause)
	case e.Status == 401 && w.chosen == exchange.AuthBasic:
		return w.make(exchange.CodeNoBasic, doing, exchange.RetryNever, cause, "offered", strings.Join(e.Schemes, ", "))
	case e.Status == 401:
		return w.make(exchange.CodeWayNotOffered, doing, exchange.RetryNever, cause, "chosen", string(w.chosen), "offered", strings.Join(e.Schemes, ", "))
	case e.Status == 403:
		return w.make(exchange.CodeForbidden, doing, exchange.RetryNever, cause)
	case e.Status == 407:
		return w.make(exchange.CodeProxySignIn, doing, exchange.RetryNever, cause)
	case e.FailureCategory != "": // only Exchange says that, whatever it is
		return w.make(exchange.CodeServerFault, doing, exchange.RetryNever, cause, "fault", e.FailureCategory, "text", firstLine(e.Diagnostics.Rest))
	case !opening: // the address is right, or there would be no session
		return w.make(exchange.CodeBadAnswer, doing, exchange.RetryNever, cause)
	}
	return w.make(exchange.CodeNotRemoting, doing, exchange.RetryNever, cause, "status", status)
}

// offered tells whether a refused sign-in was one in a way that the server takes.
func (w place) offered(e *wsman.HTTPError) bool {
	switch w.chosen {
	case exchange.AuthBasic:
		return e.Offers("Basic")
	case exchange.AuthNTLM:
		return e.Offers("NTLM") || e.Offers("Negotiate")
	case exchange.AuthKerberos:
		return e.Offers("Kerberos") || e.Offers("Negotiate")
	case exchange.AuthNegotiate:
		return e.Offers("Negotiate") || e.Offers("NTLM") || e.Offers("Kerberos")
	}
	return false
}

// seconds reads Retry-After as a number of seconds, "" when it is a date or nothing.
func seconds(retryAfter string) string {
	if n, err := strconv.Atoi(strings.TrimSpace(retryAfter)); err == nil && n >= 0 {
		return strconv.Itoa(n)
	}
	return ""
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(shorten(line, 300))
}
