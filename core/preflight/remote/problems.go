package remote

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/wsman"
)

// The codes of another computer. Those of a sign-in and of the way there are exchange's.
const (
	CodeBadHost      exchange.Code = "remote.bad-host"      // no name, address or web address of a computer. Args: host
	CodeUnknownName  exchange.Code = "remote.unknown-name"  // no computer of that name is known here. Args: host
	CodeNotReachable exchange.Code = "remote.not-reachable" // nothing takes connections at its ports. Args: host, ports
	CodeNoAnswer     exchange.Code = "remote.no-answer"     // something took the connection and did not answer in time. Args: host
	CodeNotWindows   exchange.Code = "remote.not-windows"   // what answers is no Windows that opens shells. Args: host, status
	CodeNotAllowed   exchange.Code = "remote.not-allowed"   // signed in, and no administrator there. Args: host, user
	CodeBasicPlain   exchange.Code = "remote.basic-plain"   // Basic, and an address without https. Args: host
	CodeNoSuchWay    exchange.Code = "remote.no-such-way"   // a way to sign in that is not for computers. Args: chosen
	CodeBusy         exchange.Code = "remote.busy"          // Windows there has as many sessions as it allows. Args: host
	CodeRefused      exchange.Code = "remote.refused"       // another fault of Windows there. Args: host, fault, text
	CodeOtherUser    exchange.Code = "remote.other-user"    // a setting of the person who works there. Args: host, place
	CodeNoPerson     exchange.Code = "remote.no-person"     // nobody, or more than one, is signed in at its screen. Args: host, count
	CodeNotARepair   exchange.Code = "remote.not-a-repair"  // a value that no repair sets. Args: host, place
	CodeNotRead      exchange.Code = "remote.not-read"      // a key that may not be read. Args: host, key
	CodeOddOutput    exchange.Code = "remote.odd-output"    // a program there printed something else. Args: host, program
	CodeNoPowerShell exchange.Code = "remote.no-powershell" // PowerShell is not there, or may not run. Args: host
)

// said is what a program printed when it went wrong, as a cause.
func (o output) said() error {
	what := strings.TrimSpace(text(o.errors))
	if runes := []rune(what); len(runes) > 400 {
		what = string(runes[:400]) + "…"
	}
	return errors.New("exit code " + strconv.Itoa(o.code) + ": " + what)
}

// odd is the problem of a program that printed something else than it should.
func (c *Computer) odd(program string, cause error) error {
	return &exchange.Problem{Code: CodeOddOutput, Args: map[string]string{"host": c.Name(), "program": program}, Cause: cause}
}

// failed is the problem for an error of run.
func (c *Computer) failed(ctx context.Context, doing string, err error) error {
	return c.line.problem(ctx, doing, err)
}

// notReachable is for a computer that takes connections at none of the ports.
func notReachable(o Options, lines []*line, cause error) error {
	var ports []string
	for _, l := range lines {
		ports = append(ports, l.url.Port())
	}
	return &exchange.Problem{
		Code: CodeNotReachable, Doing: doingOpen, Retry: exchange.RetryNow, Cause: cause,
		Args: map[string]string{"host": o.Host, "ports": strings.Join(ports, ", ")},
	}
}

// doingOpen is what is being done until a shell is open. Some failures mean something else by then.
const doingOpen = "sign in"

// unreachable tells whether nothing took the connection, so that another port may.
func unreachable(err error) bool {
	var e *httpauth.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Kind {
	case httpauth.KindRefused, httpauth.KindUnreachable:
		return true
	case httpauth.KindTimeout:
		return e.Stage == httpauth.StageConnecting && !errors.Is(err, context.Canceled)
	}
	return false
}

// problem says what kind of failure err is.
func (l *line) problem(ctx context.Context, doing string, err error) *exchange.Problem {
	var (
		already *exchange.Problem
		fault   *wsman.Fault
		answer  *wsman.HTTPError
		moved   *wsman.Redirect
		format  *wsman.FormatError
		carrier *httpauth.Error
	)
	make := func(code exchange.Code, retry exchange.Retry, more ...string) *exchange.Problem {
		p := &exchange.Problem{Code: code, Doing: doing, Retry: retry, Cause: err, Args: map[string]string{"host": l.o.Host, "user": l.o.User}}
		for i := 0; i+1 < len(more); i += 2 {
			p.Args[more[i]] = more[i+1]
		}
		return p
	}
	switch {
	case errors.As(err, &already):
		return already
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, errClosed):
		return make(exchange.CodeCancelled, exchange.RetryNow)
	case errors.As(err, &fault):
		return l.faulted(fault, make)
	case errors.As(err, &answer):
		switch {
		case answer.Status == http.StatusUnauthorized && l.o.Authentication == exchange.AuthBasic && !answer.Offers("Basic"):
			return make(exchange.CodeWayNotOffered, exchange.RetryNever, "chosen", string(exchange.AuthBasic), "offered", strings.Join(answer.Schemes, ", "))
		case answer.Status == http.StatusUnauthorized:
			return make(exchange.CodeSignInRefused, exchange.RetryAfterSignIn)
		case answer.Status == http.StatusServiceUnavailable:
			return make(exchange.CodeUnavailable, exchange.RetryLater)
		}
		return make(CodeNotWindows, exchange.RetryNever, "status", strconv.Itoa(answer.Status))
	case errors.As(err, &moved):
		return make(CodeNotWindows, exchange.RetryNever, "status", strconv.Itoa(moved.Status))
	case errors.As(err, &carrier) && carrier.Kind == httpauth.KindCancelled && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return make(CodeNoAnswer, exchange.RetryNow) // nobody gave up: the caller's time was over
	case errors.As(err, &carrier):
		return l.carried(doing, carrier, make)
	case errors.As(err, &format), errors.Is(err, wsman.ErrTooLarge):
		return make(exchange.CodeBadAnswer, exchange.RetryNow)
	case errors.Is(err, context.DeadlineExceeded):
		return make(CodeNoAnswer, exchange.RetryNow)
	case errors.Is(err, context.Canceled):
		return make(exchange.CodeCancelled, exchange.RetryNow)
	}
	return make(exchange.CodeUnexpected, exchange.RetryNever)
}

type maker func(code exchange.Code, retry exchange.Retry, more ...string) *exchange.Problem

func (l *line) faulted(f *wsman.Fault, make maker) *exchange.Problem {
	switch {
	case f.Code == wsman.CodeLogonFailure:
		return make(exchange.CodeSignInRefused, exchange.RetryAfterSignIn)
	case f.IsAccessDenied():
		return make(CodeNotAllowed, exchange.RetryNever)
	case f.IsQuota():
		return make(CodeBusy, exchange.RetryLater)
	case f.IsInvalidResource():
		return make(CodeNotWindows, exchange.RetryNever)
	case f.IsTimeout():
		return make(CodeNoAnswer, exchange.RetryNow)
	}
	return make(CodeRefused, exchange.RetryNow, "fault", strconv.FormatUint(uint64(f.Code), 10), "text", f.Text())
}

func (l *line) carried(doing string, e *httpauth.Error, make maker) *exchange.Problem {
	now := func(code exchange.Code, more ...string) *exchange.Problem {
		return make(code, exchange.RetryNow, more...)
	}
	never := func(code exchange.Code, more ...string) *exchange.Problem {
		return make(code, exchange.RetryNever, more...)
	}
	switch e.Kind {
	case httpauth.KindName:
		return now(CodeUnknownName)
	case httpauth.KindRefused, httpauth.KindUnreachable:
		return now(CodeNotReachable, "ports", l.url.Port())
	case httpauth.KindTimeout:
		if e.Stage == httpauth.StageConnecting {
			return now(CodeNotReachable, "ports", l.url.Port())
		}
		return now(CodeNoAnswer)
	case httpauth.KindUntrusted:
		why := map[httpauth.Trust]string{httpauth.TrustExpired: "expired", httpauth.TrustAuthority: "authority", httpauth.TrustName: "name"}[e.Trust]
		return never(exchange.CodeUntrusted, "why", why)
	case httpauth.KindPrivateCA:
		return never(exchange.CodeUntrusted, "why", "private-ca")
	case httpauth.KindNotTLS, httpauth.KindOldTLS, httpauth.KindTLS, httpauth.KindClientCertificate:
		return never(exchange.CodeTLSFailed)
	case httpauth.KindDropped:
		return now(exchange.CodeDropped)
	case httpauth.KindNotEncrypted:
		return never(CodeBasicPlain)
	case httpauth.KindCredentials, httpauth.KindSignInRefused:
		return make(exchange.CodeSignInRefused, exchange.RetryAfterSignIn)
	case httpauth.KindNotOffered:
		if len(e.Offered) == 0 { // a sign-in is always asked for by Windows
			return never(CodeNotWindows)
		}
		return never(exchange.CodeWayNotOffered, "chosen", string(l.o.Authentication), "offered", strings.Join(e.Offered, ", "))
	case httpauth.KindNoTicket:
		return never(exchange.CodeNoTicket)
	case httpauth.KindTicketExpired:
		return never(exchange.CodeTicketExpired)
	case httpauth.KindTicketStore:
		return never(exchange.CodeTicketStore)
	case httpauth.KindAccountUnknown:
		return never(exchange.CodeAccountUnknown)
	case httpauth.KindAccountDisabled:
		return never(exchange.CodeAccountDisabled)
	case httpauth.KindPasswordExpired:
		return never(exchange.CodePasswordExpired)
	case httpauth.KindClockSkew:
		return never(exchange.CodeClockSkew)
	case httpauth.KindServerUnknown:
		return never(exchange.CodeServerUnknown)
	case httpauth.KindKDC:
		return now(exchange.CodeKDCNotReachable)
	case httpauth.KindNotHTTP, httpauth.KindEncoding, httpauth.KindSealing, httpauth.KindTooLarge:
		if doing == doingOpen { // a web server, a printer
			return never(CodeNotWindows)
		}
		return never(exchange.CodeBadAnswer)
	case httpauth.KindCancelled:
		return now(exchange.CodeCancelled)
	}
	return never(exchange.CodeUnexpected)
}
