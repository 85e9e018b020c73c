// Package remedy knows what the window itself can do about a problem, so that the next step a sentence names
// has a button beside it wherever the problem shows.
package remedy

import (
	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

// Step is one thing the window can do.
type Step uint8

// The steps.
const (
	TryAgain Step = iota + 1 // the same once more
	SignIn                   // go to the first screen, to sign in anew
	Sessions                 // show the sessions of the account, those left open too
	Address                  // change the address in the connection details
	Way                      // change the way to sign in
	Proxy                    // change the proxy
)

// Key is the key of a step's words, empty for one that is a field and needs no button.
func (s Step) Key() string {
	switch s {
	case TryAgain:
		return "window.step.try-again"
	case SignIn:
		return "window.step.sign-in"
	case Sessions:
		return "window.step.sessions"
	}
	return ""
}

// For tells what can be done about p, the best first. Nothing is offered that would meet the same again.
func For(p *exchange.Problem) []Step {
	if p == nil {
		return nil
	}
	var steps []Step
	switch p.Code {
	case exchange.CodeSessionLimit, jobs.CodeNotClosed:
		steps = append(steps, Sessions)
	case exchange.CodeRetired, exchange.CodeBadURL, exchange.CodeNotHTTPS, exchange.CodeNameNotFound,
		exchange.CodeNotRemoting, exchange.CodeServerUnknown, exchange.CodeRedirectLoop, exchange.CodeRedirectInvalid,
		exchange.CodeRedirectInsecure, exchange.CodeRedirectLookAlike:
		steps = append(steps, Address)
	case exchange.CodeNoBasic, exchange.CodeWayNotOffered, exchange.CodeCertificateMissing, exchange.CodeCertificateRefused:
		steps = append(steps, Way)
	case exchange.CodeProxy, exchange.CodeProxySignIn, exchange.CodeProxyRefused:
		steps = append(steps, Proxy)
	}
	switch p.Retry {
	case exchange.RetryNow, exchange.RetryLater:
		steps = append(steps, TryAgain)
	case exchange.RetryAfterSignIn:
		steps = append(steps, SignIn)
	}
	return steps
}
