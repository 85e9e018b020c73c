package exchange

import (
	"errors"
	"sort"
	"strings"
)

// Code is the stable name of one kind of failure, such as "signin.refused". core/wording has a sentence
// for each; programs may compare it.
type Code string

// Retry says what trying again can do.
type Retry uint8

// The answers to "would trying again help?".
const (
	RetryNever       Retry = iota // not without a change by the user
	RetryNow                      // yes, at once: a dropped line, a session that was gone
	RetryLater                    // yes, after a while: a limit or a busy server; Args["seconds"] when known
	RetryAfterSignIn              // yes, after signing in anew
)

// Problem is the error type of core: a code, the arguments of its sentence, and the cause.
type Problem struct {
	Code  Code
	Doing string            // what was being done, for the log, in English: "open shell"
	Args  map[string]string // for the sentence; never a secret
	Retry Retry
	Cause error

	// Details are the raw facts for "Details": request and server ids, failure category, the server's own
	// text. Keys are words a support engineer knows. Never a secret.
	Details map[string]string
}

// Error gives the code, what was being done and the cause, for logs. It is not for users: core/wording is.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(string(p.Code))
	if p.Doing != "" {
		b.WriteString(" while trying to ")
		b.WriteString(p.Doing)
	}
	keys := make([]string, 0, len(p.Args))
	for k := range p.Args {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		b.WriteString(", ")
		b.WriteString(k)
		b.WriteString("=")
		b.WriteString(p.Args[k])
	}
	if p.Cause != nil {
		b.WriteString(": ")
		b.WriteString(p.Cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// Is makes errors.Is(err, &Problem{Code: c}) ask for the code alone.
func (p *Problem) Is(target error) bool {
	t, ok := target.(*Problem)
	return ok && t.Code == p.Code
}

// AsProblem finds the Problem in err's chain. An error without one becomes a CodeUnexpected problem with
// err as its cause, so that nothing reaches the user without a code. nil stays nil.
func AsProblem(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) && p != nil {
		return p
	}
	return &Problem{Code: CodeUnexpected, Cause: err}
}

// CodeOf returns the code of the Problem in err's chain, or "" when there is none.
func CodeOf(err error) Code {
	var p *Problem
	if errors.As(err, &p) && p != nil {
		return p.Code
	}
	return ""
}

// The codes a connection can end with. Other packages declare their own beside their code.
const (
	// CodeUnexpected is a fault in Tenantry itself or in the system below it. Its cause is in Details.
	CodeUnexpected Code = "unexpected"

	CodeSignInRefused       Code = "signin.refused"               // 401: user name, password, or an account that needs MFA. Args: user, host
	CodeDelegationRefused   Code = "signin.delegation-refused"    // signed in, but not for this customer. Args: user, customer
	CodeRemotePowerShellOff Code = "signin.remote-powershell-off" // the account is not enabled for remote PowerShell. Args: user
	CodeNoBasic             Code = "signin.basic-not-offered"     // the server offers no Basic sign-in. Args: host, offered
	CodeNoPassword          Code = "signin.no-password"           // no password was given and none is kept. Args: user

	CodeNameNotFound   Code = "connect.name-not-found"   // DNS. Args: host
	CodeNotReachable   Code = "connect.not-reachable"    // refused, no route. Args: host
	CodeTimeout        Code = "connect.timeout"          // no answer in time. Args: host, seconds
	CodeUntrusted      Code = "connect.untrusted"        // the certificate is not trusted. Args: host, why
	CodeTLSFailed      Code = "connect.tls-failed"       // no TLS 1.2 or not TLS at all. Args: host
	CodeDropped        Code = "connect.dropped"          // the line broke. Args: host
	CodeRetired        Code = "connect.retired"          // Microsoft closed this endpoint. Args: host
	CodeNotHTTPS       Code = "connect.not-https"        // a password would travel unprotected. Args: url
	CodeBadURL         Code = "connect.bad-url"          // the address cannot be read. Args: url
	CodeNotRemoting    Code = "connect.not-remoting"     // something answers, but not remote PowerShell. Args: host, status
	CodeUnavailable    Code = "connect.unavailable"      // 503. Args: host
	CodeProxy          Code = "connect.proxy"            // the proxy cannot be reached or refused. Args: host
	CodeBackEnd        Code = "connect.back-end"         // the front end cannot reach its back end. Args: host
	CodeBadAnswer      Code = "connect.bad-answer"       // the answer breaks the protocol. Args: host
	CodeAnswerTooLarge Code = "connect.answer-too-large" // a bound was passed. Args: host, limit

	CodeRedirectLoop     Code = "redirect.too-many" // more than five. Args: host, limit
	CodeRedirectInsecure Code = "redirect.insecure" // to http. Args: from, to
	CodeRedirectRefused  Code = "redirect.refused"  // to a host outside the list, not confirmed. Args: from, to
	CodeRedirectInvalid  Code = "redirect.invalid"  // no usable Location. Args: from, to

	CodeSessionLimit  Code = "session.limit"  // too many sessions for the account. Args: user, limit
	CodeSessionBudget Code = "session.budget" // too many sessions opened in a period. Args: user, seconds
	CodeSessionGone   Code = "session.gone"   // the server no longer knows the shell. Args: customer
	CodeSessionBroken Code = "session.broken" // the runspace broke. Args: customer
	CodeSessionClosed Code = "session.closed" // used after Close. Args: customer

	CodeServerBusy   Code = "server.busy"   // throttled. Args: seconds when known
	CodeServerLocked Code = "server.locked" // locked out of the budget for longer. Args: seconds
	CodeServerFault  Code = "server.fault"  // another WSMan fault. Args: host, fault

	CodeCommandUnknown Code = "run.command-unknown"  // the session does not know the cmdlet. Args: cmdlet
	CodeNoRole         Code = "run.no-role"          // signed in, but no management role. Args: user
	CodeScriptRefused  Code = "run.script-refused"   // no-language mode. Args: none
	CodeObjectFailed   Code = "run.object-failed"    // an error record. Args: text, object
	CodeObjectNotFound Code = "run.object-not-found" // ManagementObjectNotFoundException. Args: object
	CodeParameterWrong Code = "run.parameter-wrong"  // the server refused a parameter. Args: text
	CodeRunFailed      Code = "run.failed"           // the pipeline failed. Args: text
	CodeCancelled      Code = "run.cancelled"        // the user stopped it. Args: none
)
