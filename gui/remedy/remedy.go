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
	Address                  // go to the address in the connection details
	Way                      // go to the way to sign in
	Proxy                    // go to the proxy
)

// Key is the key of a step's words.
func (s Step) Key() string {
	switch s {
	case TryAgain:
		return "window.step.try-again"
	case SignIn:
		return "window.step.sign-in"
	case Sessions:
		return "window.step.sessions"
	case Address:
		return "window.step.address"
	case Way:
		return "window.step.way"
	case Proxy:
		return "window.step.proxy"
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
		exchange.CodeNotRemoting, exchange.CodeRedirectLoop, exchange.CodeRedirectInvalid,
		exchange.CodeRedirectInsecure:
		steps = append(steps, Address)
	case exchange.CodeNoBasic:
		steps = append(steps, Way)
	case exchange.CodeProxy:
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
