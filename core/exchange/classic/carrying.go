package classic

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/wsman"
)

// carrierProblem says what went wrong between here and the server.
func (w place) carrierProblem(doing string, e *httpauth.Error, cause error) *exchange.Problem {
	p := w.carrierByKind(doing, e, cause)
	note(p, "Network", e.Error(), "Stage", e.Stage.String())
	return p
}

func (w place) carrierByKind(doing string, e *httpauth.Error, cause error) *exchange.Problem {
	now := func(code exchange.Code, more ...string) *exchange.Problem {
		return w.make(code, doing, exchange.RetryNow, cause, more...)
	}
	never := func(code exchange.Code, more ...string) *exchange.Problem {
		return w.make(code, doing, exchange.RetryNever, cause, more...)
	}
	switch e.Kind {
	case httpauth.KindName:
		return now(exchange.CodeNameNotFound)
	case httpauth.KindRefused, httpauth.KindUnreachable:
		return now(exchange.CodeNotReachable)
	case httpauth.KindTimeout:
		if e.Stage == httpauth.StageConnecting { // nothing there says yes or no
			return now(exchange.CodeNotReachable)
		}
		return now(exchange.CodeTimeout, "seconds", w.waited(e))
	case httpauth.KindUntrusted:
		why := map[httpauth.Trust]string{httpauth.TrustExpired: "expired", httpauth.TrustAuthority: "authority", httpauth.TrustName: "name"}[e.Trust]
		return never(exchange.CodeUntrusted, "why", why)
	case httpauth.KindPrivateCA:
		return never(exchange.CodeUntrusted, "why", "private-ca")
	case httpauth.KindNotTLS, httpauth.KindOldTLS, httpauth.KindTLS:
		return never(exchange.CodeTLSFailed)
	case httpauth.KindDropped:
		switch {
		case doing == doingOpen && w.inCloud() && e.Stage >= httpauth.StageWaiting && !e.Reused:
			// Closing the line on whoever asks is one of the ways in which the closed service answers.
			return never(exchange.CodeRetired)
		case e.Stage == httpauth.StageAnswer:
			return now(exchange.CodeAnswerCut)
		}
		return now(exchange.CodeDropped)
	case httpauth.KindProxy:
		switch {
		case e.Status == 407:
			return never(exchange.CodeProxySignIn)
		case e.Status != 0:
			return never(exchange.CodeProxyRefused, "status", strconv.Itoa(e.Status))
		}
		return never(exchange.CodeProxy)
	case httpauth.KindNotEncrypted:
		return never(exchange.CodeNotHTTPS, "url", w.host)
	case httpauth.KindAddress, httpauth.KindUserinfo:
		return never(exchange.CodeBadURL, "url", w.host)
	case httpauth.KindCredentials:
		return never(exchange.CodeSignInRefused)
	case httpauth.KindNotOffered:
		// What was asked for and is offered by name only, without going on with it, is no other way.
		offered := strings.Join(slices.DeleteFunc(slices.Clone(e.Offered), func(o string) bool {
			return slices.ContainsFunc(e.Asked, func(a string) bool { return strings.EqualFold(a, o) })
		}), ", ")
		switch {
		case doing == doingOpen && w.inCloud():
			return never(exchange.CodeRetired)
		case w.chosen == exchange.AuthBasic:
			return never(exchange.CodeNoBasic, "offered", offered)
		}
		return never(exchange.CodeWayNotOffered, "chosen", string(w.chosen), "offered", offered)
	case httpauth.KindSignInRefused:
		return w.make(exchange.CodeSignInRefused, doing, exchange.RetryAfterSignIn, cause)
	case httpauth.KindNoTicket:
		return never(exchange.CodeNoTicket)
	case httpauth.KindTicketExpired:
		return never(exchange.CodeTicketExpired)
	case httpauth.KindTicketStore:
		return never(exchange.CodeTicketStore)
	case httpauth.KindClientCertificate:
		var alert *net.OpError // what the other side said, or a line that it closed
		if w.chosen != exchange.AuthCertificate {
			return never(exchange.CodeForbidden) // it lets in only who shows one, and none was chosen
		}
		if errors.As(e.Cause, &alert) || e.Stage > httpauth.StageConnecting {
			return never(exchange.CodeCertificateRefused)
		}
		return never(exchange.CodeCertificateMissing)
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
	case httpauth.KindNotHTTP, httpauth.KindEncoding, httpauth.KindSealing:
		return never(exchange.CodeBadAnswer)
	case httpauth.KindTooLarge:
		return never(exchange.CodeAnswerTooLarge)
	case httpauth.KindCancelled:
		return now(exchange.CodeCancelled)
	}
	return never(exchange.CodeUnexpected)
}

// waited is for how many seconds a server was waited for, "" when something else ended the wait.
func (w place) waited(e *httpauth.Error) string {
	limit := w.patience
	if e.Stage == httpauth.StageAnswer {
		limit = w.stall
	}
	// errors.Is would say yes for a limit of the transport too.
	if limit < time.Second || e.Cause == context.DeadlineExceeded {
		return ""
	}
	return strconv.Itoa(int(limit.Seconds()))
}

// redirectProblem says why a redirect is not followed.
func (w place) redirectProblem(ctx context.Context, from *url.URL, err error) *exchange.Problem {
	const doing = "follow a redirect"
	var refused *httpauth.RedirectError
	if !errors.As(err, &refused) {
		return w.problem(ctx, doing, err)
	}
	code := exchange.CodeRedirectRefused
	switch refused.Reason {
	case httpauth.RedirectMalformed:
		code = exchange.CodeRedirectInvalid
	case httpauth.RedirectTooMany:
		code = exchange.CodeRedirectLoop
	case httpauth.RedirectNotEncrypted:
		code = exchange.CodeRedirectInsecure
	case httpauth.RedirectUserinfo, httpauth.RedirectSuspicious:
		code = exchange.CodeRedirectLookAlike
	case httpauth.RedirectDeclined:
		if looksLikeCloud(refused.Host) {
			code = exchange.CodeRedirectLookAlike
		}
	}
	p := w.make(code, doing, exchange.RetryNever, err, "from", from.Host, "to", refused.Host, "limit", strconv.Itoa(httpauth.MaxHops))
	note(p, "Redirect", refused.Error())
	return p
}

// looksLikeCloud tells whether a host that is none of Microsoft's has the name of one in it, as
// outlook.com.example and ps-outlook.com have.
func looksLikeCloud(host string) bool {
	name := strings.ToLower((&url.URL{Host: host}).Hostname())
	if httpauth.CloudOf(name) != httpauth.CloudNone {
		return false
	}
	for _, known := range []string{"outlook", "office365", "microsoftonline"} {
		for _, end := range []string{".com", ".cn", ".us", ".de", "-com", "-cn", "-us", "-de"} {
			if strings.Contains(name, known+end) {
				return true
			}
		}
	}
	return false
}

// strayProblem is for a redirect that answers something else than the opening of a session. A session lives
// where it was opened, so it is not followed, whatever it points to.
func (w place) strayProblem(doing string, r *wsman.Redirect, cause error) *exchange.Problem {
	to := ""
	if u, err := url.Parse(r.Location); err == nil {
		to = u.Host
	}
	w.origin, w.answered = r.Origin, true
	p := w.make(exchange.CodeRedirectUnexpected, doing, exchange.RetryNow, cause, "to", to)
	note(p, "Status", strconv.Itoa(r.Status), "Redirect", r.Error())
	return p
}
