package httpauth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"tenantry/core/proxy"
)

// Kind says what went wrong.
type Kind uint8

// The kinds of Error.
const (
	KindOther        Kind = iota
	KindAddress           // the address is not one of http or https
	KindUserinfo          // the address holds a user name or password
	KindNotEncrypted      // credentials would go over plain http
	KindCredentials       // the credentials cannot be sent as they are
	KindPrivateCA         // the private authority's file holds no certificate
	KindName              // the host's name was not found
	KindRefused           // the host answers, but nothing listens there
	KindUnreachable       // no way to the host
	KindTimeout           // no connection, answer or further bytes in time; Stage says which
	KindUntrusted         // the certificate is not trusted; Trust says why
	KindNotTLS            // what answers there does not speak TLS
	KindOldTLS            // the server speaks only TLS older than 1.2
	KindTLS               // TLS could not be agreed on
	KindDropped           // the connection was lost; Stage says when
	KindProxy             // the proxy is not reachable or refused; Status says how
	KindNotHTTP           // the answer is not one of HTTP
	KindTooLarge          // the answer is larger than allowed
	KindEncoding          // the answer's compression is broken or unknown
	KindCancelled         // the caller gave up

	KindNotOffered        // the server takes none of the ways to sign in that were asked for; Asked and Offered say which
	KindSignInRefused     // the account was refused before the server could be asked, as by a Kerberos realm
	KindNoTicket          // there is no Kerberos ticket, or no realm to ask for one
	KindSealing           // an answer that must be encrypted is not, or cannot be decrypted
	KindClientCertificate // the client certificate is missing, cannot be read, or was refused

	// What a Kerberos realm or a ticket says.
	KindAccountUnknown  // the realm has no such account
	KindAccountDisabled // the account is disabled, locked or at its end
	KindPasswordExpired // the password has to be changed first
	KindTicketExpired   // the ticket this computer holds is past its time
	KindTicketStore     // tickets are kept where they cannot be read from; Cause says where
	KindClockSkew       // the clocks of this computer and the server or the realm differ too much
	KindServerUnknown   // the realm has no service for that host's name, or gives tickets the host cannot read
	KindKDC             // no key distribution centre of the realm was found or answers
)

var kindNames = [...]string{
	"failed", "not a web address", "address with a user name in it", "refused to send credentials unencrypted",
	"credentials cannot be sent", "private authority not readable", "host name not found", "connection refused",
	"host not reachable", "timeout", "certificate not trusted", "not a TLS server", "TLS older than 1.2",
	"TLS failed", "connection lost", "proxy trouble", "not an HTTP answer", "answer too large",
	"broken compression", "cancelled",
	"way to sign in not offered", "sign-in refused", "no Kerberos ticket", "message encryption broken",
	"client certificate refused",
	"account unknown", "account disabled", "password expired", "Kerberos ticket expired",
	"Kerberos tickets not readable", "clocks differ", "no Kerberos ticket for the server", "Kerberos realm not reachable",
}

// String names the kind, in English, for logs.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// lacksMeans tells whether the failure of one way to sign in leaves another open: nobody has refused the account,
// there is only no ticket to be had for this server.
func (k Kind) lacksMeans() bool {
	switch k {
	case KindCredentials, KindNoTicket, KindTicketExpired, KindTicketStore, KindServerUnknown, KindKDC, KindAccountUnknown:
		return true
	}
	return false
}

// holdsForAccount tells whether a Kerberos realm would say the same for every server.
func (k Kind) holdsForAccount() bool {
	switch k {
	case KindSignInRefused, KindAccountUnknown, KindAccountDisabled, KindPasswordExpired, KindKDC:
		return true
	}
	return false
}

// Stage says how far a request had come.
type Stage uint8

// The stages of a request. At StageSending and before, the server cannot have acted on the whole request; at
// StageWaiting it may or may not have. A connection the server closes after a whole answer is no error: the
// next request takes a new one.
const (
	StageConnecting Stage = iota
	StageSending
	StageWaiting // sent, no byte of the answer yet
	StageAnswer  // the answer's headers or body had begun
)

// String names the stage, in English, for logs.
func (s Stage) String() string {
	return [...]string{"connecting", "sending", "waiting for the answer", "reading the answer"}[min(s, StageAnswer)]
}

// Trust says why a certificate is not trusted.
type Trust uint8

// The reasons.
const (
	TrustOther     Trust = iota
	TrustExpired         // past its last day, or not yet valid
	TrustAuthority       // signed by an authority that is not known here
	TrustName            // made for another host
)

// Error is what went wrong between here and the server. It never holds credentials or an address's query.
type Error struct {
	Kind   Kind
	Stage  Stage
	Host   string // with its port when one was named; the proxy's own host is in Cause
	Trust  Trust  // for KindUntrusted
	Status int    // for KindProxy: what the proxy answered, or 0
	// Reused tells that the connection had served an earlier request. One that is lost before the answer
	// was probably closed by the server while it was idle.
	Reused bool
	// Asked and Offered, for KindNotOffered, are the authentication schemes that were asked for and those that
	// the server offers.
	Asked, Offered []string
	// Early tells that a connection was still being signed in, so that nothing of the request had been sent.
	Early bool
	Cause error // may be nil
}

// Error says what went wrong, where and when.
func (e *Error) Error() string {
	s := "httpauth: " + e.Kind.String()
	if e.Host != "" {
		s += " (" + e.Host + ", " + e.Stage.String() + ")"
	}
	if e.Kind == KindNotOffered {
		s += fmt.Sprintf(": asked for %s, offered %s", strings.Join(e.Asked, ", "), strings.Join(e.Offered, ", "))
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause: errors.Is(err, context.Canceled) works.
func (e *Error) Unwrap() error { return e.Cause }

// Timeout tells whether time ran out.
func (e *Error) Timeout() bool { return e.Kind == KindTimeout }

// SignIn tells whether the failure is one of signing in: asking the same again without a change gives the same
// answer, and a wrong password asked often locks the account.
func (e *Error) SignIn() bool {
	switch e.Kind {
	case KindCredentials, KindNotOffered, KindSignInRefused, KindNoTicket, KindClientCertificate, KindAccountUnknown,
		KindAccountDisabled, KindPasswordExpired, KindTicketExpired, KindTicketStore, KindClockSkew, KindServerUnknown:
		return true
	}
	return false
}

// Unsent tells whether the server cannot have acted on the request, because it did not get the whole of it.
func (e *Error) Unsent() bool {
	return e.Early || e.Stage <= StageSending || e.SignIn() || e.Kind == KindKDC
}

// proxyRefusal is the answer of a proxy that does not open the way.
type proxyRefusal struct{ status int }

func (p *proxyRefusal) Error() string {
	return fmt.Sprintf("the proxy answered with status %d %s", p.status, http.StatusText(p.status))
}

// proxyAsks is the error of a proxy that wants to know who is asking.
func proxyAsks(host string) error {
	return &Error{Kind: KindProxy, Stage: StageConnecting, Host: host, Status: http.StatusProxyAuthRequired, Cause: &proxyRefusal{http.StatusProxyAuthRequired}}
}

// errStalled is the cause of a request that was cancelled because its answer stood still.
var errStalled = errors.New("the answer stood still")

// classify turns an error of net/http into an *Error.
func classify(ctx context.Context, host string, stage Stage, err error) error {
	e := &Error{Host: host, Stage: stage, Cause: err}
	switch cause := context.Cause(ctx); {
	case cause == nil:
	case errors.Is(cause, errStalled):
		e.Kind, e.Cause = KindTimeout, cause
		return e
	case errors.Is(cause, context.DeadlineExceeded):
		e.Kind, e.Cause = KindTimeout, cause
		return e
	default:
		e.Kind, e.Cause = KindCancelled, cause
		return e
	}
	var (
		refusal   *proxyRefusal
		operation *net.OpError
	)
	switch {
	case errors.As(err, &refusal):
		e.Kind, e.Status = KindProxy, refusal.status
	case errors.As(err, &operation) && (operation.Op == "proxyconnect" || strings.HasPrefix(operation.Op, "socks")),
		errors.Is(err, proxy.ErrAddress), errors.Is(err, proxy.ErrUser):
		e.Kind = KindProxy
	case classifyTLS(e, err):
	default:
		e.Kind = classifyNetwork(err, stage)
	}
	return e
}

func classifyTLS(e *Error, err error) bool {
	var (
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &invalid):
		e.Kind = KindUntrusted
		if invalid.Reason == x509.Expired {
			e.Trust = TrustExpired
		}
	case errors.As(err, &authority):
		e.Kind, e.Trust = KindUntrusted, TrustAuthority
	case errors.As(err, &name):
		e.Kind, e.Trust = KindUntrusted, TrustName
	case errors.As(err, &verify):
		e.Kind = KindUntrusted
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		e.Kind = KindNotTLS
	default:
		// crypto/tls has no types for what follows; its texts are in English everywhere.
		text := err.Error()
		switch {
		case strings.Contains(text, "protocol version not supported"), strings.Contains(text, "unsupported protocol version"):
			e.Kind = KindOldTLS
		case strings.Contains(text, "first record does not look like a TLS handshake"):
			e.Kind = KindNotTLS
		case strings.Contains(text, "remote error: tls: ") && strings.Contains(text, "certificate"):
			e.Kind = KindClientCertificate // the server speaks of ours: missing, unknown to it, past its time
		case strings.Contains(text, "TLS handshake timeout"):
			e.Kind = KindTimeout
		case strings.Contains(text, "tls: "):
			e.Kind = KindTLS
		default:
			return false
		}
	}
	return true
}

// Numbers of Windows sockets, which the syscall package of other systems does not name. They begin at 10000,
// where no other system has any.
const (
	wsaNetworkDown        syscall.Errno = 10050
	wsaNetworkUnreachable syscall.Errno = 10051
	wsaAborted            syscall.Errno = 10053
	wsaReset              syscall.Errno = 10054
	wsaTimedOut           syscall.Errno = 10060
	wsaRefused            syscall.Errno = 10061
	wsaHostUnreachable    syscall.Errno = 10065
)

func classifyNetwork(err error, stage Stage) Kind {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	var number syscall.Errno
	errors.As(err, &number)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return KindName
	case errors.As(err, &timeout) && timeout.Timeout(), number == wsaTimedOut:
		return KindTimeout
	case dns != nil:
		return KindName
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return KindDropped
	}
	switch number {
	case syscall.ECONNREFUSED, wsaRefused:
		return KindRefused
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL, wsaNetworkDown, wsaNetworkUnreachable, wsaHostUnreachable:
		return KindUnreachable
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, wsaReset, wsaAborted:
		return KindDropped
	}
	// net/http has no types for what follows; its texts are in English everywhere.
	text := err.Error()
	switch {
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "malformed MIME header"), strings.Contains(text, "malformed chunked encoding"), strings.Contains(text, "invalid byte in chunk length"):
		return KindNotHTTP
	case strings.Contains(text, "server response headers exceeded"):
		return KindTooLarge
	case strings.Contains(text, "server closed idle connection"), strings.Contains(text, "connection broken"):
		return KindDropped
	case stage == StageAnswer:
		return KindNotHTTP
	}
	return KindOther
}
