package classic

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/httpauth"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// doingOpen is what is being done until a session is open. Some failures mean something else by then.
const doingOpen = "open a session"

// place is what a problem of this session says about where it happened.
type place struct {
	user     string
	customer exchange.CustomerID
	host     string
	chosen   exchange.Authentication
	shell    string       // its id, once there is one
	origin   wsman.Origin // of the newest answer
	answered bool         // that answer is what the problem is about

	// patience and stall are how long an answer, and the next bytes of one, are waited for; 0 when not known.
	patience, stall time.Duration
}

func (w place) args(more ...string) map[string]string {
	args := map[string]string{"user": w.user, "customer": string(w.customer), "host": w.host}
	for i := 0; i+1 < len(more); i += 2 {
		args[more[i]] = more[i+1]
	}
	return args
}

// make returns a problem that says where and when it happened.
func (w place) make(code exchange.Code, doing string, retry exchange.Retry, cause error, more ...string) *exchange.Problem {
	p := &exchange.Problem{Code: code, Doing: doing, Args: w.args(more...), Retry: retry, Cause: cause, Details: map[string]string{}}
	note(p, "Customer", string(w.customer), "Account", w.user, "Host", w.host, "Shell id", w.shell,
		"Time", time.Now().UTC().Format(time.RFC3339))
	if w.answered {
		noteAll(p, w.origin.Pairs())
	} else { // it may help to find the session in the server's logs, but is not the request that failed
		note(p, "Last request id", w.origin.RequestID, "Last front end", w.origin.FrontEnd, "Last back end", w.origin.BackEnd)
	}
	return p
}

// note adds details, in pairs of name and text. An empty text adds nothing.
func note(p *exchange.Problem, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if text := strings.TrimSpace(pairs[i+1]); text != "" {
			p.Details[pairs[i]] = shorten(text, maxDetail)
		}
	}
}

// noteAll notes what a server puts in brackets before its text. The category has one name wherever it stood.
func noteAll(p *exchange.Problem, pairs []wsman.Pair) {
	for _, pair := range pairs {
		if pair.Key == "FailureCategory" {
			pair.Key = "Failure category"
		}
		note(p, pair.Key, pair.Value)
	}
}

// maxDetail bounds one detail, in runes: servers put whole pages into an answer.
const maxDetail = 4000

func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func (w place) badURL(address string, cause error) *exchange.Problem {
	return w.make(exchange.CodeBadURL, "read the address", exchange.RetryNever, cause, "url", showable(address))
}

// showable is an address without its query and without the user name and password some people write into one.
func showable(address string) string {
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		scheme := ""
		if end := strings.Index(address, "://"); end >= 0 && end < at {
			scheme = address[:end+3]
		}
		address = scheme + address[at+1:]
	}
	before, _, _ := strings.Cut(address, "?")
	return before
}

func (w place) badAnswer(doing string, cause error) *exchange.Problem {
	return w.make(exchange.CodeBadAnswer, doing, exchange.RetryNever, cause)
}

// problem says what kind of failure err is. It is the one place that decides; numbers and categories decide,
// and texts only where Exchange tells its limits in nothing else.
func (w place) problem(ctx context.Context, doing string, err error) *exchange.Problem {
	var (
		already   *exchange.Problem
		opening   *runspace.OpenError
		fault     *wsman.Fault
		answer    *wsman.HTTPError
		redirect  *wsman.Redirect
		stray     *runspace.StrayRedirect
		format    *wsman.FormatError
		carrier   *httpauth.Error
		broken    *runspace.BrokenError
		unended   *runspace.UnfinishedError
		version   *psrp.VersionError
		fragment  *psrp.FragmentError
		unordered *psrp.StateError
	)
	if errors.As(err, &opening) {
		w.shell, w.origin = opening.ShellID, opening.Origin
	}
	switch {
	case errors.As(err, &already):
		return already
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return w.make(exchange.CodeCancelled, doing, exchange.RetryNow, err)
	case errors.As(err, &fault):
		return w.faultProblem(doing, fault, err)
	case errors.As(err, &answer):
		return w.answerProblem(doing, answer, err)
	case errors.As(err, &stray):
		return w.strayProblem(doing, &stray.Redirect, err)
	case errors.As(err, &redirect):
		return w.strayProblem(doing, redirect, err)
	case errors.As(err, &carrier):
		return w.carrierProblem(doing, carrier, err)
	case errors.As(err, &format):
		return w.formatProblem(doing, err)
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

func (w place) formatProblem(doing string, err error) *exchange.Problem {
	switch {
	case errors.Is(err, wsman.ErrTooLarge):
		return w.make(exchange.CodeAnswerTooLarge, doing, exchange.RetryNever, err)
	case errors.Is(err, io.ErrUnexpectedEOF): // whole to HTTP, but not to who reads it
		return w.make(exchange.CodeAnswerCut, doing, exchange.RetryNow, err)
	}
	return w.make(exchange.CodeBadAnswer, doing, exchange.RetryNever, err)
}

func (w place) brokenProblem(doing string, e *runspace.BrokenError, cause error) *exchange.Problem {
	if e.Reason != nil {
		said := wsman.ParseDiagnostics(e.Reason.Message())
		p := w.refusal(doing, said.Get("FailureCategory"), said.Rest, cause)
		if p == nil {
			p = w.make(exchange.CodeSessionBroken, doing, exchange.RetryNow, cause)
		}
		noteAll(p, said.Pairs)
		note(p, "Server said", e.Reason.Message(), "Error id", e.Reason.FullyQualifiedErrorID)
		return p
	}
	return w.make(exchange.CodeSessionBroken, doing, exchange.RetryNow, cause)
}

// hostname is the host without its port.
func (w place) hostname() string {
	if name, _, err := net.SplitHostPort(w.host); err == nil {
		return name
	}
	return w.host
}

// inCloud tells whether the host is one of Microsoft's own, where remote PowerShell has been closed.
func (w place) inCloud() bool { return httpauth.CloudOf(w.hostname()) != httpauth.CloudNone }
