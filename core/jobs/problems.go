package jobs

import (
	"context"
	"fmt"
	"runtime/debug"

	"tenantry/core/exchange"
)

// concernsAll tells whether a failure to connect lies with the account or the endpoint, so that it would
// meet every customer, as long as the account has never got in.
func concernsAll(code exchange.Code) bool {
	if code.AboutAccount() {
		return true
	}
	switch code {
	case exchange.CodeForbidden, exchange.CodeProxy, exchange.CodeProxySignIn, exchange.CodeProxyRefused,
		exchange.CodeSignInService, exchange.CodeKDCNotReachable, exchange.CodeRedirectLookAlike,
		exchange.CodeNameNotFound, exchange.CodeNotReachable, exchange.CodeTimeout, exchange.CodeUntrusted,
		exchange.CodeTLSFailed, exchange.CodeRetired, exchange.CodeNotHTTPS, exchange.CodeBadURL,
		exchange.CodeNotRemoting, exchange.CodeRedirectLoop, exchange.CodeRedirectInsecure,
		exchange.CodeRedirectInvalid, exchange.CodeRedirectRefused:
		return true
	}
	return false
}

// stoppedBy tells somebody who was not asked that customer met p, and that p concerns all.
func stoppedBy(customer exchange.CustomerID, p *exchange.Problem) *exchange.Problem {
	return &exchange.Problem{Code: CodeStopped, Doing: "ask a customer", Retry: p.Retry, Cause: p,
		Args: map[string]string{"customer": string(customer), "reason": string(p.Code)}}
}

func closedProblem(customer exchange.CustomerID) *exchange.Problem {
	return &exchange.Problem{Code: CodeClosed, Doing: "open a session", Retry: exchange.RetryAfterSignIn,
		Args: map[string]string{"customer": string(customer)}}
}

func cancelled(ctx context.Context) *exchange.Problem {
	return &exchange.Problem{Code: exchange.CodeCancelled, Doing: "wait for a session", Cause: context.Cause(ctx)}
}

func panicked(doing string, v any) *exchange.Problem {
	return &exchange.Problem{Code: exchange.CodeUnexpected, Doing: doing, Cause: fmt.Errorf("panic: %v", v),
		Details: map[string]string{"stack": string(debug.Stack())}}
}
