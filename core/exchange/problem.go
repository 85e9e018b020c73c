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

	// What lies with the account, and with how it signs in. SignInRefused lists which of them refuse it.
	CodeSignInRefused       Code = "signin.refused"               // the user name or the password is not right, or the server does not say more. Args: user, host
	CodeMFANeeded           Code = "signin.mfa-needed"            // the account may not sign in with a password alone. Args: user, host
	CodeSignInBlocked       Code = "signin.blocked"               // the rules of the account's organisation forbid this sign-in. Args: user, host
	CodePasswordExpired     Code = "signin.password-expired"      // or must be changed first. Args: user
	CodeAccountDisabled     Code = "signin.account-disabled"      // Args: user, why ("disabled", "account-expired" or "locked", empty when not told)
	CodeAccountUnknown      Code = "signin.account-unknown"       // the server has no such account, or Exchange has not. Args: user, host
	CodeAccountAttention    Code = "signin.account-attention"     // the account's owner has something to do in a browser first. Args: user
	CodeAccessDenied        Code = "signin.access-denied"         // signed in, but may not open a session there. Args: user, host
	CodeDelegationRefused   Code = "signin.delegation-refused"    // signed in, but not for this customer. Args: user, customer
	CodeRemotePowerShellOff Code = "signin.remote-powershell-off" // the account is not enabled for remote PowerShell. Args: user
	CodeNoBasic             Code = "signin.basic-not-offered"     // the server offers no Basic sign-in. Args: host, offered
	CodeWayNotOffered       Code = "signin.way-not-offered"       // the server does not offer the chosen way to sign in. Args: host, chosen (an Authentication), offered
	CodeNoPassword          Code = "signin.no-password"           // no password was given and none is kept. Args: user
	CodeCertificateMissing  Code = "signin.certificate-missing"   // the client certificate cannot be used: none, or not with its key. Args: user
	CodeCertificateRefused  Code = "signin.certificate-refused"   // the server does not take the client certificate. Args: host
	CodeNoTicket            Code = "signin.no-ticket"             // Kerberos without a password, and this computer holds no valid ticket. Args: user
	CodeTicketExpired       Code = "signin.ticket-expired"        // the Kerberos ticket this computer holds is past its time. Args: user
	CodeTicketStore         Code = "signin.ticket-store"          // this computer keeps Kerberos tickets where they cannot be read. Args: user
	CodeClockSkew           Code = "signin.clock-skew"            // Kerberos refuses because the clocks differ. Args: host
	CodeServerUnknown       Code = "signin.server-unknown"        // Kerberos has no ticket for that server's name. Args: host

	CodeNameNotFound    Code = "connect.name-not-found"    // DNS. Args: host
	CodeNotReachable    Code = "connect.not-reachable"     // refused, no route. Args: host
	CodeTimeout         Code = "connect.timeout"           // no answer in time. Args: host, seconds
	CodeUntrusted       Code = "connect.untrusted"         // the certificate is not trusted. Args: host, why
	CodeTLSFailed       Code = "connect.tls-failed"        // no TLS 1.2 or not TLS at all. Args: host
	CodeDropped         Code = "connect.dropped"           // the line broke before an answer. Args: host
	CodeAnswerCut       Code = "connect.answer-cut"        // the line broke, or the answer ended, in the middle of an answer. Args: host
	CodeRetired         Code = "connect.retired"           // Microsoft closed this endpoint. Args: host
	CodeNotHTTPS        Code = "connect.not-https"         // a password would travel unprotected. Args: url
	CodeBadURL          Code = "connect.bad-url"           // the address cannot be read. Args: url
	CodeNotRemoting     Code = "connect.not-remoting"      // something answers, but not remote PowerShell. Args: host, status
	CodeForbidden       Code = "connect.forbidden"         // 403: the server lets nobody in from here, whoever it is. Args: host
	CodeUnavailable     Code = "connect.unavailable"       // 503. Args: host
	CodeProxy           Code = "connect.proxy"             // the proxy cannot be reached. Args: host
	CodeProxySignIn     Code = "connect.proxy-sign-in"     // the proxy wants to know who asks. Args: host
	CodeProxyRefused    Code = "connect.proxy-refused"     // the proxy does not let the connection through. Args: host, status
	CodeBackEnd         Code = "connect.back-end"          // the front end cannot reach its back end. Args: host
	CodeDelegationFault Code = "connect.delegation-fault"  // the server failed while it looked up the customer. Args: host, customer
	CodeSignInService   Code = "connect.sign-in-service"   // the server could not ask whoever checks passwords. Args: host, user
	CodeKDCNotReachable Code = "connect.kdc-not-reachable" // no answer from who gives out Kerberos tickets. Args: user
	CodeBadAnswer       Code = "connect.bad-answer"        // the answer breaks the protocol. Args: host
	CodeAnswerTooLarge  Code = "connect.answer-too-large"  // a bound was passed. Args: host, limit

	CodeRedirectLoop       Code = "redirect.too-many"   // more than five. Args: host, limit
	CodeRedirectInsecure   Code = "redirect.insecure"   // to http. Args: from, to
	CodeRedirectRefused    Code = "redirect.refused"    // to a host outside the list, not confirmed. Args: from, to
	CodeRedirectLookAlike  Code = "redirect.look-alike" // to an address written so that it passes for another. Args: from, to
	CodeRedirectInvalid    Code = "redirect.invalid"    // no usable Location. Args: from, to
	CodeRedirectUnexpected Code = "redirect.unexpected" // in the middle of a session, where none is followed. Args: host, to

	CodeSessionLimit     Code = "session.limit"      // too many sessions for the account. Args: user, limit
	CodeSessionBudget    Code = "session.budget"     // too many sessions opened in a period. Args: user, seconds
	CodeSessionGone      Code = "session.gone"       // the server no longer knows the shell. Args: customer
	CodeSessionBroken    Code = "session.broken"     // the runspace broke. Args: customer
	CodeSessionNotClosed Code = "session.not-closed" // the server did not confirm that it is closed. Args: customer, host, reason (a code)
	CodeSessionClosed    Code = "session.closed"     // used after Close. Args: customer

	CodeServerBusy       Code = "server.busy"       // throttled: the account asked too much in a period. Args: seconds when known
	CodeServerOperations Code = "server.operations" // too much of the account's at the same moment. Args: user
	CodeServerOverloaded Code = "server.overloaded" // the server has too much to do for everybody. Args: host
	CodeServerFull       Code = "server.full"       // too many people have sessions there. Args: host
	CodeServerLocked     Code = "server.locked"     // locked out of the budget for longer. Args: seconds, until (RFC 3339)
	CodeServerFault      Code = "server.fault"      // another WSMan fault. Args: host, fault, text

	CodeCommandUnknown Code = "run.command-unknown"  // the session does not know the cmdlet. Args: cmdlet
	CodeNoRole         Code = "run.no-role"          // signed in, but no management role. Args: user
	CodeScriptRefused  Code = "run.script-refused"   // no-language mode. Args: none
	CodeObjectFailed   Code = "run.object-failed"    // an error record. Args: text, object
	CodeObjectNotFound Code = "run.object-not-found" // ManagementObjectNotFoundException. Args: object
	CodeParameterWrong Code = "run.parameter-wrong"  // the server refused a parameter. Args: text
	CodeRunFailed      Code = "run.failed"           // the pipeline failed. Args: text
	CodeCommandGone    Code = "run.command-gone"     // the server forgot the run while its session lived on. Args: cmdlet
	CodeCancelled      Code = "run.cancelled"        // the user stopped it. Args: none
)

// The codes of notices.
const (
	CodeSlowedDown Code = "notice.slowed-down" // Exchange answers this account more slowly on purpose. Args: seconds, with a fraction
)

// Unsure is the value of the argument "unsure" where a run that changes something ended so that the change
// may have been made all the same.
const Unsure = "change"

// signInRefused are the codes of a refused sign-in: whoever asks may not get in as things stand, and asking
// again without a change can lock the account.
var signInRefused = map[Code]bool{
	CodeSignInRefused: true, CodeMFANeeded: true, CodeSignInBlocked: true, CodePasswordExpired: true,
	CodeAccountDisabled: true, CodeAccountUnknown: true, CodeAccountAttention: true, CodeAccessDenied: true,
	CodeDelegationRefused: true, CodeRemotePowerShellOff: true, CodeNoBasic: true, CodeWayNotOffered: true,
	CodeNoPassword: true, CodeCertificateMissing: true, CodeCertificateRefused: true, CodeNoTicket: true,
	CodeTicketExpired: true, CodeTicketStore: true, CodeClockSkew: true, CodeServerUnknown: true,
}

// SignInRefused tells whether c says that signing in was refused. The command line ends with a status of its
// own then.
func (c Code) SignInRefused() bool { return signInRefused[c] }

// AboutAccount tells whether c is a refused sign-in that would meet the account with every customer alike.
func (c Code) AboutAccount() bool { return signInRefused[c] && c != CodeDelegationRefused }
