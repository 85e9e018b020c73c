package exchangesim

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"tenantry/core/exchangesim/faults"
	"tenantry/core/wsman"
)

// Codes of WinRM's own quotas beside those that wsman has words for.
var quotas = map[string]struct {
	code wsman.Code
	text string
}{
	"operations":  {wsman.CodeUserOperationsQuota, "The WS-Management service cannot process the request. The maximum number of concurrent operations for this user has been exceeded. Close existing operations for this user, or raise the quota for this user. "},
	"user":        {wsman.CodeUserQuota, "The WS-Management service cannot process the request. This user has exceeded the number of requests per second that is allowed. Wait before the next request, or raise the quota for this user. "},
	"system":      {wsman.CodeSystemQuota, "The WS-Management service cannot process the request. The system load quota has been exceeded. Send future requests at a slower rate or raise the system quota. "},
	"shell-users": {wsman.CodeShellUsersQuota, "The WS-Management service cannot process the request because the maximum number of users with open shells has been reached. Retry later, or raise the quota for concurrent shell users. "},
}

// signInResult is the result behind "LiveID-" with which a fault refuses a sign-in; see faults.SignInResults.
// AppPasswordRequired is what an account with multi-factor authentication gets for its usual password. No
// result speaks of a disabled account: its logon fails, AuthFailure.
func signInResult(r faults.Rule) string {
	switch r.Name {
	case faults.WrongPassword:
		return "InvalidCreds"
	case faults.MFANeeded:
		return "AppPasswordRequired"
	case faults.PasswordExpired:
		return "ExpiredCreds"
	case faults.AccountDisabled:
		return "AuthFailure"
	}
	return r.Value
}

// answerInstead answers as a fault wants; what was asked is not done.
func (s *Server) answerInstead(w http.ResponseWriter, ask *asking, r faults.Rule) {
	if target, ok := s.troubledRedirect(ask, r); ok {
		s.deliver(w, ask.http, redirect(w, target), ask)
		return
	}
	if fault := s.troubledFault(ask, r); fault != nil {
		s.deliver(w, ask.http, soap(fault.Status(), ask.Fault(fault)), ask)
		return
	}
	h := w.Header()
	var a reply
	switch r.Name {
	case faults.DropBefore:
		ask.line.breaks = dropBefore // as a box on the way does that forgot the connection
		return
	case faults.WrongPassword, faults.MFANeeded, faults.PasswordExpired, faults.AccountDisabled, faults.SignInRefused:
		s.failures.add()
		a = s.signInRefused(h, signInResult(r), r.Value)
	case faults.NoBasic:
		if !strings.EqualFold(r.Value, "none") {
			h.Set("WWW-Authenticate", r.Value)
		}
		a.status = http.StatusUnauthorized
	case faults.Retired:
		if a = s.retired(h, r.Value); a.status == 0 {
			ask.line.breaks = dropBefore // as a box on the way does that forgot the connection
			return
		}
	case faults.DelegationRefused:
		s.refusals.add()
		h.Set("X-RemotePS-FailureCategory", "DelegatedAuth-AccessDenied")
		a = s.challenged(h)
	case faults.DelegationError:
		h.Set("X-RemotePS-FailureCategory", "DelegatedAuth-"+r.Value)
		a = reply{http.StatusInternalServerError, "text/html; charset=utf-8", page("500 - Internal server error.")}
	case faults.RemotePowerShellOff:
		s.refusals.add()
		h.Set("X-RemotePS-FailureCategory", "AuthZ-RpsNotEnabled")
		a = reply{http.StatusBadRequest, soapType, []byte("[FailureCategory=AuthZ-RpsNotEnabled] The user \"" + ask.user + "\" isn't enabled for remote PowerShell. Ask an administrator to enable it with Set-User.")}
	case faults.BackEndUnreachable:
		h.Set("X-RemotePS-FailureCategory", "Cafe-SendFailure")
		a = reply{r.Number(), soapType, []byte(s.frontEnd() + "[FailureCategory=Cafe-SendFailure] ")}
	case faults.Unavailable:
		if n := r.Number(); n > 0 {
			h.Set("Retry-After", strconv.Itoa(n))
		}
		a = reply{http.StatusServiceUnavailable, "text/html; charset=us-ascii", page("Service Unavailable")}
	case faults.BadGateway:
		a = reply{http.StatusBadGateway, "text/html", page("502 - Web server received an invalid response while acting as a gateway or proxy server.")}
	case faults.GatewayTimeout:
		a = reply{http.StatusGatewayTimeout, "text/html", page("504 - Gateway Time-out.")}
	case faults.StrangePage:
		a = reply{http.StatusOK, "text/html; charset=utf-8", page("Welcome. Please accept the terms of use of this network.")}
	}
	if strings.HasPrefix(a.kind, "text/html") {
		ask.seal = nil // a web page is not written by whoever has the keys of an encrypted connection
	}
	s.deliver(w, ask.http, a, ask)
}

// signInRefused refuses a sign-in. As 400 it is the front end's way of wrapping the answer of what is behind it.
func (s *Server) signInRefused(h http.Header, result, form string) reply {
	h.Set("X-RemotePS-FailureCategory", "LiveID-"+result)
	if result == "ExpiredCreds" {
		h.Set("X-MS-Credential-Service-CredExpired", "true")
	}
	if form == "400" {
		return reply{http.StatusBadRequest, soapType, []byte(s.frontEnd() + "[FailureCategory=LiveID-" + result + "] Access Denied")}
	}
	return s.challenged(h)
}

// retired is one of the forms in which an address that was switched off was reported to answer; a zero status
// closes the connection.
func (s *Server) retired(h http.Header, form string) reply {
	switch form {
	case "401":
		return s.challenged(h)
	case "403":
		return reply{http.StatusForbidden, "text/html", page("403 - Forbidden: Access is denied.")}
	case "404":
		return reply{http.StatusNotFound, "text/html", page("404 - File or directory not found.")}
	case "close":
		return reply{}
	case "no-basic":
		h.Set("WWW-Authenticate", `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1"`)
		return reply{status: http.StatusUnauthorized}
	}
	return reply{status: http.StatusBadRequest}
}

// challenged refuses whoever signed in, and offers the ways there are.
func (s *Server) challenged(h http.Header) reply {
	s.gate.Offer(h)
	return reply{status: http.StatusUnauthorized}
}

func page(text string) []byte {
	return []byte("<!DOCTYPE html>\r\n<html><head><title>" + text + "</title></head>\r\n<body><h2>" + text + "</h2><hr></body></html>\r\n")
}

// frontEnd is the group of ids that Exchange's front end puts before its texts.
func (s *Server) frontEnd() string {
	return fmt.Sprintf("[ClientAccessServer=SAMPLECA01,BackEndServer=samplebe01.sample.example,RequestId=%s,TimeStamp=%s] ", uuid.NewString(), s.stamp())
}

func (s *Server) stamp() string { return s.Now().UTC().Format("1/2/2006 3:04:05 PM") }

// refusal is the fault of Exchange's plugin that the first Receive of a refused session brings.
func (s *Server) refusal(r faults.Rule, user string) *wsman.Fault {
	switch r.Name {
	case faults.Budget:
		return wsman.FaultProvider(provider, providerPath, fmt.Sprintf(
			"[AuthZRequestId=%s][FailureCategory=AuthZ-AuthorizationException] Fail to create runspace because you have exceeded your budget to create runspace. Please wait for %d seconds.\nPolicy: CN=GlobalThrottlingPolicy_%s; \nSnapshot: Owner: Sid~%s~WSMan~false; BudgetType: PowerShell; MaxRunspacesTimePeriod: 20/60",
			uuid.NewString(), r.Number(), uuid.NewString(), user))
	case faults.NoRole:
		return wsman.FaultProvider(provider, providerPath, fmt.Sprintf(
			"[Server=SAMPLEBE01,RequestId=%s,TimeStamp=%s] [FailureCategory=AuthZ-CmdletAccessDeniedException] The user \"%s\" isn't assigned to any management roles.",
			uuid.NewString(), s.stamp(), user))
	}
	return s.tooMany(LimitAtReceive)
}

// troubledFault is the WSMan fault with which a fault answers, or nil.
func (s *Server) troubledFault(ask *asking, r faults.Rule) *wsman.Fault {
	switch r.Name {
	case faults.LimitCreate, faults.LimitWinRM, faults.Quota:
		if ask.step == faults.Create {
			s.refusals.add()
		}
	}
	switch r.Name {
	case faults.LimitCreate:
		return s.tooMany(LimitAtCreate)
	case faults.LimitWinRM:
		return s.tooMany(LimitOfPlugin)
	case faults.Quota:
		q := quotas[r.Value]
		f := failed(q.code, q.text)
		f.SOAPCode, f.Subcode = "Sender", "QuotaLimit"
		return f
	case faults.AccessDenied:
		return wsman.FaultAccessDenied()
	case faults.WSManFault:
		return failed(wsman.Code(r.Code()), fmt.Sprintf("The WS-Management service cannot process the request. The error is %d. ", r.Code()))
	case faults.IdleExpiry, faults.ShellGone:
		s.forgetShell(ask)
		if r.Name == faults.ShellGone {
			return wsman.FaultInvalidSelectors()
		}
		f := failed(wsman.CodeInvalidSelectors, "The request for the Windows Remote Shell with ShellId "+ask.ShellID()+" failed because the shell was not found on the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. Provide the correct ShellId or create a new shell and retry the operation. ")
		f.SOAPCode, f.Subcode = "Sender", "InvalidSelectors"
		f.Message = s.frontEnd() + "[FailureCategory=WSMan-InvalidShellID] " + f.Message
		return f
	case faults.CommandGone:
		s.forgetCommand(ask)
		return wsman.FaultInvalidSelectors()
	}
	return nil
}

// forgetShell ends a session, as one that was idle too long ends.
func (s *Server) forgetShell(ask *asking) {
	if sh, done := s.shells.find(account{user: ask.user}, ask.ShellID()); sh != nil {
		s.shells.remove(sh)
		done()
	}
}

// forgetCommand stops a pipeline and drops all there is of it.
func (s *Server) forgetCommand(ask *asking) {
	sh, done := s.shells.find(account{user: ask.user}, ask.ShellID())
	if sh == nil {
		return
	}
	defer done()
	id, fault := sh.source(commandID(ask.Request))
	if fault != nil {
		return
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if c := sh.commands[id]; c != nil {
		c.cancel()
		c.over = true
		sh.drop(id, c)
		sh.startQueued()
		sh.notify()
	}
}

// redirect is the answer that sends a client elsewhere.
func redirect(w http.ResponseWriter, target string) reply {
	if target != "" {
		w.Header().Set("Location", target)
	}
	return reply{status: http.StatusFound}
}

const (
	hopName   = "RedirectHop"
	tokenName = "SecurityToken"
)

// hops tells how far along a chain of redirects a request is.
func hops(r *http.Request) (done, all int, on bool) {
	text, on := query(r.URL.RawQuery, hopName)
	if n, _ := fmt.Sscanf(text, "%d-%d", &done, &all); n != 2 {
		return 0, 0, false
	}
	return done, all, on
}

// sent is the address that a client is sent on to: its whole query goes along as it wrote it, with name=value
// behind it when name is not empty.
func sent(origin string, r *http.Request, name, value string) string {
	var parts strings.Builder
	rest := r.URL.RawQuery
	for rest != "" {
		end := strings.IndexAny(rest, ";&")
		part, separator := rest, ""
		if end >= 0 {
			part, separator = rest[:end], rest[end:end+1]
		}
		rest = rest[len(part)+len(separator):]
		if key, _, _ := strings.Cut(part, "="); name != "" && strings.EqualFold(key, name) {
			continue
		}
		parts.WriteString(part + separator)
	}
	all := parts.String()
	if name != "" {
		if all != "" && !strings.HasSuffix(all, ";") && !strings.HasSuffix(all, "&") {
			all += "&"
		}
		all += name + "=" + value
	}
	if all != "" {
		all = "?" + all
	}
	return origin + r.URL.EscapedPath() + all
}

// redirected tells where the server itself sends a new session, or "".
func (s *Server) redirected(ask *asking) string {
	if ask.step != faults.Create {
		return ""
	}
	if ask.strikes.Has(faults.RedirectChain) {
		if done, all, on := hops(ask.http); on && done >= all {
			return ""
		} else if on {
			return sent(ask.at.other, ask.http, hopName, fmt.Sprintf("%d-%d", done+1, all))
		}
	}
	if ask.at.redirects {
		return sent(ask.at.other, ask.http, "", "")
	}
	return ""
}

// troubledRedirect tells where a fault sends a client; ok is false for a fault of another kind.
func (s *Server) troubledRedirect(ask *asking, r faults.Rule) (target string, ok bool) {
	elsewhere := func(scheme string) string {
		if strings.Contains(r.Value, "://") {
			return r.Value
		}
		return sent(scheme+r.Value, ask.http, "", "")
	}
	switch r.Name {
	case faults.RedirectChain:
		return sent(ask.at.other, ask.http, hopName, fmt.Sprintf("1-%d", r.Number())), true
	case faults.RedirectLoop:
		return sent(ask.at.other, ask.http, "", ""), true
	case faults.RedirectHTTP:
		if r.Value == "own" {
			return sent("http://"+strings.SplitN(ask.at.other, "//", 2)[1], ask.http, "", ""), true
		}
		return elsewhere("http://"), true
	case faults.RedirectForeign:
		return elsewhere("https://"), true
	case faults.RedirectBroken:
		if r.Value == "none" {
			return "", true
		}
		return r.Value, true
	case faults.RedirectToken:
		s.mu.Lock()
		forest := s.forest
		s.mu.Unlock()
		return sent(forest, ask.http, tokenName, url.QueryEscape(s.newToken())), true
	}
	return "", false
}

// mostTokens is how many SecurityTokens stay good: more than sessions are ever open at once.
const mostTokens = 4096

// newToken gives out a SecurityToken. Its text has every letter of base64 that a careless client spoils.
func (s *Server) newToken() string {
	raw := make([]byte, 64)
	for {
		_, _ = rand.Read(raw) // it never fails
		token := base64.StdEncoding.EncodeToString(raw)
		if !strings.Contains(token, "+") || !strings.Contains(token, "/") || !strings.HasSuffix(token, "=") {
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.tokens = append(s.tokens, token); len(s.tokens) > mostTokens {
			s.tokens = slices.Clone(s.tokens[len(s.tokens)-mostTokens/2:])
		}
		return token
	}
}

// tokenShown tells whether a request brings back a SecurityToken that was given out.
func (s *Server) tokenShown(r *http.Request) bool {
	token, _ := query(r.URL.RawQuery, tokenName)
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.tokens, token)
}
