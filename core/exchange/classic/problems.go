package classic

import (
	"context"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/httpauth"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// place is what a problem of this session says about where it happened.
type place struct {
	user     string
	customer exchange.CustomerID
	host     string
}

func (w place) args(more ...string) map[string]string {
	args := map[string]string{"user": w.user, "customer": string(w.customer), "host": w.host}
	for i := 0; i+1 < len(more); i += 2 {
		args[more[i]] = more[i+1]
	}
	return args
}

func (w place) make(code exchange.Code, doing string, retry exchange.Retry, cause error, more ...string) *exchange.Problem {
	return &exchange.Problem{Code: code, Doing: doing, Args: w.args(more...), Retry: retry, Cause: cause}
}

func (w place) badURL(address string, cause error) *exchange.Problem {
	before, _, _ := strings.Cut(address, "?")
	return w.make(exchange.CodeBadURL, "read the address", exchange.RetryNever, cause, "url", before)
}

func (w place) badAnswer(doing string, cause error) *exchange.Problem {
	return w.make(exchange.CodeBadAnswer, doing, exchange.RetryNever, cause)
}

// problem says what kind of failure err is. It is the one place that decides; numbers and categories decide,
// and texts only where Exchange tells its limits in nothing else.
func (w place) problem(ctx context.Context, doing string, err error) *exchange.Problem {
	var (
		already   *exchange.Problem
		fault     *wsman.Fault
		answer    *wsman.HTTPError
		format    *wsman.FormatError
		carrier   *httpauth.Error
		broken    *runspace.BrokenError
		unended   *runspace.UnfinishedError
		version   *psrp.VersionError
		fragment  *psrp.FragmentError
		unordered *psrp.StateError
	)
	switch {
	case errors.As(err, &already):
		return already
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return w.make(exchange.CodeCancelled, doing, exchange.RetryNow, err)
	case errors.As(err, &fault):
		return w.faultProblem(doing, fault, err)
	case errors.As(err, &answer):
		return w.answerProblem(doing, answer, err)
	case errors.As(err, &carrier):
		return w.carrierProblem(doing, carrier, err)
	case errors.As(err, &format):
		if errors.Is(err, wsman.ErrTooLarge) {
			return w.make(exchange.CodeAnswerTooLarge, doing, exchange.RetryNever, err)
		}
		return w.make(exchange.CodeBadAnswer, doing, exchange.RetryNever, err)
	case errors.As(err, &broken):
		return w.brokenProblem(doing, broken, err)
	case errors.As(err, &unended):
		return w.make(exchange.CodeSessionBroken, doing, exchange.RetryNow, err)
	case errors.As(err, &version), errors.As(err, &fragment), errors.As(err, &unordered):
		return w.make(exchange.CodeBadAnswer, doing, exchange.RetryNever, err)
	case errors.Is(err, runspace.ErrClosed):
		return w.make(exchange.CodeSessionClosed, doing, exchange.RetryNow, err)
	case errors.Is(err, context.DeadlineExceeded):
		return w.make(exchange.CodeTimeout, doing, exchange.RetryNow, err)
	case errors.Is(err, context.Canceled):
		return w.make(exchange.CodeCancelled, doing, exchange.RetryNow, err)
	}
	return w.make(exchange.CodeUnexpected, doing, exchange.RetryNever, err)
}

// Exchange tells its limits in English texts only, whatever the language of the account.
var (
	connectionsAllowed = regexp.MustCompile(`maximum number of connections allowed\s*:\s*(\d+)`)
	concurrentShells   = regexp.MustCompile(`maximum number of (\d+) concurrent shells`)
	pleaseWait         = regexp.MustCompile(`[Pp]lease wait for (\d+) seconds`)
	backoffTime        = regexp.MustCompile(`[Bb]ackoff time:? (\d+) ms`)
)

// refusal recognises what Exchange's own authorisation says in a category and a text, wherever they came.
func (w place) refusal(doing, category, text string, cause error) *exchange.Problem {
	if m := connectionsAllowed.FindStringSubmatch(text); m != nil {
		return w.make(exchange.CodeSessionLimit, doing, exchange.RetryLater, cause, "limit", m[1])
	}
	if m := concurrentShells.FindStringSubmatch(text); m != nil {
		return w.make(exchange.CodeSessionLimit, doing, exchange.RetryLater, cause, "limit", m[1])
	}
	if m := pleaseWait.FindStringSubmatch(text); m != nil {
		return w.make(exchange.CodeSessionBudget, doing, exchange.RetryLater, cause, "seconds", m[1])
	}
	if m := backoffTime.FindStringSubmatch(text); m != nil {
		ms, _ := strconv.ParseInt(m[1], 10, 64)
		return w.make(exchange.CodeServerLocked, doing, exchange.RetryLater, cause, "seconds", strconv.FormatInt((ms+999)/1000, 10))
	}
	group, name, _ := strings.Cut(category, "-")
	switch {
	case strings.EqualFold(group, "DelegatedAuth"):
		return w.make(exchange.CodeDelegationRefused, doing, exchange.RetryNever, cause)
	case strings.EqualFold(group, "LiveID"):
		return w.make(exchange.CodeSignInRefused, doing, exchange.RetryAfterSignIn, cause)
	case strings.EqualFold(group, "Cafe"):
		return w.make(exchange.CodeBackEnd, doing, exchange.RetryLater, cause)
	case strings.EqualFold(name, "RpsNotEnabled"):
		return w.make(exchange.CodeRemotePowerShellOff, doing, exchange.RetryNever, cause)
	case strings.EqualFold(name, "CmdletAccessDeniedException"):
		return w.make(exchange.CodeNoRole, doing, exchange.RetryNever, cause)
	}
	return nil
}

func (w place) faultProblem(doing string, f *wsman.Fault, cause error) *exchange.Problem {
	said := f.Diagnostics()
	p := w.refusal(doing, said.Get("FailureCategory"), f.Text(), cause)
	switch {
	case p != nil:
	case f.IsShellGone():
		p = w.make(exchange.CodeSessionGone, doing, exchange.RetryNow, cause)
	case f.IsQuota():
		p = w.make(exchange.CodeSessionLimit, doing, exchange.RetryLater, cause, "limit", strconv.Itoa(MaxSessions))
	case f.IsAccessDenied():
		p = w.make(exchange.CodeSignInRefused, doing, exchange.RetryAfterSignIn, cause)
	case f.IsInvalidResource():
		p = w.make(exchange.CodeNotRemoting, doing, exchange.RetryNever, cause, "status", strconv.Itoa(f.Status()))
	case f.IsTimeout():
		p = w.make(exchange.CodeTimeout, doing, exchange.RetryNow, cause)
	case f.Code == wsman.CodeServiceUnavailable:
		p = w.make(exchange.CodeUnavailable, doing, exchange.RetryLater, cause)
	case f.Code == wsman.CodeCannotConnect:
		p = w.make(exchange.CodeBackEnd, doing, exchange.RetryLater, cause)
	default:
		p = w.make(exchange.CodeServerFault, doing, exchange.RetryNever, cause, "fault", strconv.FormatUint(uint64(f.Code), 10), "text", said.Rest)
	}
	p.Details = details(said, "Fault", f.Error(), "ActivityId", f.ActivityID)
	return p
}

func (w place) answerProblem(doing string, e *wsman.HTTPError, cause error) *exchange.Problem {
	cloud := httpauth.CloudOf(w.hostname()) != httpauth.CloudNone
	status := strconv.Itoa(e.Status)
	p := w.refusal(doing, e.FailureCategory, e.Text, cause)
	switch {
	case p != nil:
	case e.Status == 401 && e.Offers("Basic"):
		p = w.make(exchange.CodeSignInRefused, doing, exchange.RetryAfterSignIn, cause)
	case cloud && (e.Status == 400 || e.Status == 401 || e.Status == 403 || e.Status == 404 || e.Status == 410):
		p = w.make(exchange.CodeRetired, doing, exchange.RetryNever, cause, "status", status)
	case e.Status == 401:
		p = w.make(exchange.CodeNoBasic, doing, exchange.RetryNever, cause, "offered", strings.Join(e.Schemes, ", "))
	case e.Status == 403:
		p = w.make(exchange.CodeSignInRefused, doing, exchange.RetryAfterSignIn, cause)
	case e.Status == 429:
		p = w.make(exchange.CodeServerBusy, doing, exchange.RetryLater, cause, "seconds", seconds(e.RetryAfter))
	case e.Status == 503:
		p = w.make(exchange.CodeUnavailable, doing, exchange.RetryLater, cause, "seconds", seconds(e.RetryAfter))
	case e.Status == 502, e.Status == 504:
		p = w.make(exchange.CodeBackEnd, doing, exchange.RetryLater, cause)
	case e.Status >= 500:
		p = w.make(exchange.CodeServerFault, doing, exchange.RetryNever, cause, "fault", status, "text", firstLine(e.Diagnostics.Rest))
	default:
		p = w.make(exchange.CodeNotRemoting, doing, exchange.RetryNever, cause, "status", status)
	}
	p.Details = details(e.Diagnostics, "Status", status, "Failure category", e.FailureCategory, "Request id", e.RequestID,
		"Front end", e.FrontEnd, "Back end", e.BackEnd, "Back end target", e.BackEndTarget,
		"Offered sign-in", strings.Join(e.Schemes, ", "), "Server said", firstLine(e.Text))
	return p
}

func (w place) carrierProblem(doing string, e *httpauth.Error, cause error) *exchange.Problem {
	// A cloud host that just closes the line is one of the ways in which the retired service answers, but a
	// broken line is likelier; the sentence of CodeDropped says to try again first.
	var p *exchange.Problem
	switch e.Kind {
	case httpauth.KindName:
		p = w.make(exchange.CodeNameNotFound, doing, exchange.RetryNow, cause)
	case httpauth.KindRefused, httpauth.KindUnreachable:
		p = w.make(exchange.CodeNotReachable, doing, exchange.RetryNow, cause)
	case httpauth.KindTimeout:
		p = w.make(exchange.CodeTimeout, doing, exchange.RetryNow, cause)
	case httpauth.KindUntrusted:
		why := map[httpauth.Trust]string{httpauth.TrustExpired: "expired", httpauth.TrustAuthority: "authority", httpauth.TrustName: "name"}[e.Trust]
		p = w.make(exchange.CodeUntrusted, doing, exchange.RetryNever, cause, "why", why)
	case httpauth.KindPrivateCA:
		p = w.make(exchange.CodeUntrusted, doing, exchange.RetryNever, cause, "why", "private-ca")
	case httpauth.KindNotTLS, httpauth.KindOldTLS, httpauth.KindTLS:
		p = w.make(exchange.CodeTLSFailed, doing, exchange.RetryNever, cause)
	case httpauth.KindDropped:
		p = w.make(exchange.CodeDropped, doing, exchange.RetryNow, cause)
	case httpauth.KindProxy:
		p = w.make(exchange.CodeProxy, doing, exchange.RetryNever, cause)
	case httpauth.KindNotEncrypted:
		p = w.make(exchange.CodeNotHTTPS, doing, exchange.RetryNever, cause, "url", w.host)
	case httpauth.KindAddress, httpauth.KindUserinfo:
		p = w.make(exchange.CodeBadURL, doing, exchange.RetryNever, cause, "url", w.host)
	case httpauth.KindCredentials:
		p = w.make(exchange.CodeSignInRefused, doing, exchange.RetryNever, cause)
	case httpauth.KindNotHTTP, httpauth.KindEncoding:
		p = w.make(exchange.CodeBadAnswer, doing, exchange.RetryNever, cause)
	case httpauth.KindTooLarge:
		p = w.make(exchange.CodeAnswerTooLarge, doing, exchange.RetryNever, cause)
	case httpauth.KindCancelled:
		p = w.make(exchange.CodeCancelled, doing, exchange.RetryNow, cause)
	default:
		p = w.make(exchange.CodeUnexpected, doing, exchange.RetryNever, cause)
	}
	p.Details = map[string]string{"Network": e.Error()}
	return p
}

func (w place) brokenProblem(doing string, e *runspace.BrokenError, cause error) *exchange.Problem {
	if e.Reason != nil {
		said := wsman.ParseDiagnostics(e.Reason.Message())
		if p := w.refusal(doing, said.Get("FailureCategory"), said.Rest, cause); p != nil {
			p.Details = details(said)
			return p
		}
	}
	return w.make(exchange.CodeSessionBroken, doing, exchange.RetryNow, cause)
}

func (w place) redirectProblem(ctx context.Context, from *url.URL, err error) *exchange.Problem {
	const doing = "follow a redirect"
	var refused *httpauth.RedirectError
	if !errors.As(err, &refused) {
		return w.problem(ctx, doing, err)
	}
	code := exchange.CodeRedirectRefused
	switch refused.Reason {
	case httpauth.RedirectMalformed, httpauth.RedirectUserinfo:
		code = exchange.CodeRedirectInvalid
	case httpauth.RedirectTooMany:
		code = exchange.CodeRedirectLoop
	case httpauth.RedirectNotEncrypted:
		code = exchange.CodeRedirectInsecure
	}
	return w.make(code, doing, exchange.RetryNever, err, "from", from.Host, "to", refused.Host, "limit", strconv.Itoa(httpauth.MaxHops))
}

// recordProblem says what kind of failure an error record is; otherwise is the code of one that is nothing
// in particular.
func (w place) recordProblem(inv exchange.Invocation, e *psrp.ErrorRecord, otherwise exchange.Code) *exchange.Problem {
	doing := "run " + inv.Cmdlet
	if e == nil {
		return w.make(otherwise, doing, exchange.RetryNever, nil, "cmdlet", inv.Cmdlet)
	}
	id := wsman.ParseDiagnostics(e.FullyQualifiedErrorID)
	said := wsman.ParseDiagnostics(e.Message())
	category := id.Get("FailureCategory")
	text := strings.TrimSpace(said.Rest)
	p := w.refusal(doing, category, text, nil)
	is := func(word string) bool {
		return strings.Contains(e.FullyQualifiedErrorID, word) || strings.Contains(e.Reason, word) || strings.Contains(e.ExceptionType(), word)
	}
	object := e.TargetName
	if object == "" {
		object = subject(inv)
	}
	switch {
	case p != nil:
	case is("CommandNotFoundException"):
		p = w.make(exchange.CodeCommandUnknown, doing, exchange.RetryNever, nil)
	case is("ScriptsNotAllowed"):
		p = w.make(exchange.CodeScriptRefused, doing, exchange.RetryNever, nil)
	case is("ManagementObjectNotFoundException"):
		p = w.make(exchange.CodeObjectNotFound, doing, exchange.RetryNever, nil)
		object = first(subject(inv), object)
	case is("ParameterBinding"), is("NamedParameterNotFound"), is("ParameterArgument"), is("MissingMandatoryParameter"),
		is("AmbiguousParameter"), is("CannotConvertArgument"), is("MissingArgument"):
		p = w.make(exchange.CodeParameterWrong, doing, exchange.RetryNever, nil)
	default:
		p = w.make(otherwise, doing, exchange.RetryNever, nil)
	}
	p.Args["text"], p.Args["object"], p.Args["cmdlet"] = text, object, inv.Cmdlet
	p.Cause = &recordError{id: e.FullyQualifiedErrorID, text: text}
	p.Details = details(id, "Error id", e.FullyQualifiedErrorID, "Exception", e.ExceptionType(), "Category", e.CategoryMessage, "Server said", e.Message())
	for _, pair := range said.Pairs {
		p.Details[pair.Key] = pair.Value
	}
	return p
}

// recordError is an error record as the cause of a problem.
type recordError struct{ id, text string }

func (e *recordError) Error() string { return e.id + ": " + e.text }

func subject(inv exchange.Invocation) string {
	for _, p := range inv.Params {
		if strings.EqualFold(p.Name, "Identity") {
			return p.Value.Text()
		}
	}
	return ""
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func details(said wsman.Diagnostics, more ...string) map[string]string {
	out := map[string]string{}
	for _, pair := range said.Pairs {
		out[pair.Key] = pair.Value
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			out[more[i]] = more[i+1]
		}
	}
	return out
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
	if runes := []rune(line); len(runes) > 300 {
		line = string(runes[:300]) + "…"
	}
	return strings.TrimSpace(line)
}

// hostname is the host without its port.
func (w place) hostname() string {
	if name, _, err := net.SplitHostPort(w.host); err == nil {
		return name
	}
	return w.host
}
