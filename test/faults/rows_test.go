package faults

import (
	"maps"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim/faults"
)

// What a cell of the matrix expects. Any other text is the code with which the run ends, with the rows that
// stay behind a slash when there are any.
const (
	ok    = "ok"    // the fault changes nothing that is seen: all rows, session closed
	again = "again" // all rows, because the customer was asked a second time on a new session
	left  = "left"  // all rows; the session could not be closed and stays in the journal
)

// wants is what a fault does, by the step at which it strikes. A step that is missing is one at which the
// fault cannot strike.
type wants map[faults.Step]string

// row is one row of the matrix: a fault, with its value, and what it does.
type row struct {
	fault faults.Name
	value string
	at    wants
	also  func(ended) string // what else must be so, as a complaint; may be nil
}

// nth is the Receive at which faults strike in mid-stream, and kept the rows that came before: each answer
// of a stage then holds one object.
const nth, kept = 5, 4

// each is a fault that ends the run with the same code wherever it strikes. One that a new session can make
// good does no harm at Signal: the customer is asked again.
func each(code exchange.Code, more ...wants) wants {
	c := string(code)
	w := wants{
		faults.Create: c, faults.FirstReceive: c, faults.Command: c, faults.Receive: c + "/4",
		faults.Send: c, faults.Signal: c, faults.Delete: left,
	}
	for _, m := range more {
		maps.Copy(w, m)
	}
	return w
}

// passing is a fault that a new session makes good, where it strikes no more.
func passing(code exchange.Code, more ...wants) wants {
	return each(code, append([]wants{{faults.Signal: again}}, more...)...)
}

// strange is a fault after which nobody knows whether this is remote PowerShell at all, until a session is open.
func strange(code exchange.Code) wants {
	c := string(code)
	return each(exchange.CodeBadAnswer, wants{faults.Create: c, faults.FirstReceive: c})
}

// redirected is one that is judged at Create, and that no request after it follows.
func redirected(code exchange.Code) wants {
	return passing(exchange.CodeRedirectUnexpected, wants{faults.Create: string(code)})
}

func only(s faults.Step, want string) wants { return wants{s: want} }

// unharmed is a fault that a client takes in its stride.
func unharmed(steps ...faults.Step) wants {
	w := wants{}
	for _, s := range steps {
		w[s] = ok
	}
	return w
}

var rows = []row{
	{faults.RedirectChain, "3", only(faults.Create, ok), nil},
	{faults.RedirectChain, "6", only(faults.Create, "redirect.too-many"), nil},
	{faults.RedirectLoop, "", redirected(exchange.CodeRedirectLoop), nil},
	{faults.RedirectHTTP, "exchange.example", redirected(exchange.CodeRedirectInsecure), nil},
	{faults.RedirectForeign, "exchange.example", redirected(exchange.CodeRedirectRefused), nil},
	{faults.RedirectForeign, "outlook.com.example", redirected(exchange.CodeRedirectLookAlike), nil},
	{faults.RedirectForeign, "https://outlook.com@exchange.example/powershell", redirected(exchange.CodeRedirectLookAlike), nil},
	{faults.RedirectBroken, "", redirected(exchange.CodeRedirectInvalid), nil},
	{faults.RedirectBroken, "none", redirected(exchange.CodeRedirectInvalid), nil},
	{faults.RedirectToken, "", only(faults.Create, ok), nil},

	{faults.WrongPassword, "", each(exchange.CodeSignInRefused), nil},
	{faults.WrongPassword, "400", each(exchange.CodeSignInRefused), nil},
	{faults.MFANeeded, "", each(exchange.CodeMFANeeded), nil},
	{faults.MFANeeded, "400", each(exchange.CodeMFANeeded), nil},
	{faults.PasswordExpired, "", each(exchange.CodePasswordExpired), nil},
	{faults.AccountDisabled, "", each(exchange.CodeSignInRefused), nil}, // no category tells it from a wrong password
	{faults.SignInRefused, "UnfamiliarLocation", each(exchange.CodeSignInBlocked), nil},
	{faults.SignInRefused, "RecoverableAuthFailure", each(exchange.CodeAccountAttention), nil},
	{faults.SignInRefused, "UserNotFoundInAD", each(exchange.CodeAccountUnknown), nil},
	{faults.SignInRefused, "FederatedStsUnreachable", each(exchange.CodeSignInService), nil},
	{faults.NoBasic, "", each(exchange.CodeNoBasic), nil},
	{faults.NoBasic, "none", each(exchange.CodeNoBasic), nil},
	{faults.Retired, "400", strange(exchange.CodeNotRemoting), nil},
	{faults.Retired, "401", each(exchange.CodeSignInRefused), nil},
	{faults.Retired, "403", each(exchange.CodeForbidden), nil},
	{faults.Retired, "404", strange(exchange.CodeNotRemoting), nil},
	{faults.Retired, "close", passing(exchange.CodeDropped), nil},
	{faults.Retired, "no-basic", each(exchange.CodeNoBasic), nil},
	{faults.DelegationRefused, "", each(exchange.CodeDelegationRefused), nil},
	{faults.DelegationError, "", each(exchange.CodeDelegationFault), nil},
	{faults.RemotePowerShellOff, "", each(exchange.CodeRemotePowerShellOff), nil},
	{faults.NoRole, "", only(faults.Create, "run.no-role"), nil},

	{faults.LimitReceive, "", only(faults.Create, "session.limit"), nil},
	{faults.LimitCreate, "", only(faults.Create, "session.limit"), nil},
	{faults.LimitWinRM, "", only(faults.Create, "session.limit"), nil},
	{faults.Budget, "90", only(faults.Create, "session.budget"), argument("seconds", "90")},
	{faults.Quota, "operations", each(exchange.CodeServerOperations), nil},
	{faults.Quota, "user", each(exchange.CodeServerBusy), nil},
	{faults.Quota, "system", each(exchange.CodeServerOverloaded), nil},
	{faults.Quota, "shell-users", each(exchange.CodeServerFull), nil},
	{faults.MicroDelay, "", only(faults.Command, ok), noticed(exchange.CodeSlowedDown, "21.956")},
	{faults.HardLock, "", only(faults.Command, "server.locked"), argument("seconds", "887406")},

	{faults.BackEndUnreachable, "", each(exchange.CodeBackEnd), nil},
	{faults.BackEndUnreachable, "400", each(exchange.CodeBackEnd), nil},
	{faults.BackEndUnreachable, "503", each(exchange.CodeBackEnd), nil},
	{faults.Unavailable, "30", each(exchange.CodeUnavailable), argument("seconds", "30")},
	{faults.BadGateway, "", each(exchange.CodeBackEnd), nil},
	{faults.GatewayTimeout, "", each(exchange.CodeBackEnd), nil},
	{faults.AccessDenied, "", each(exchange.CodeAccessDenied), nil},
	{faults.WSManFault, "995", passing(exchange.CodeSessionBroken), nil},
	{faults.WSManFault, "1326", each(exchange.CodeSignInRefused), nil},
	{faults.WSManFault, "1330", each(exchange.CodePasswordExpired), nil},
	{faults.WSManFault, "1331", each(exchange.CodeAccountDisabled), nil},
	{faults.WSManFault, "2150858770", each(exchange.CodeBackEnd), nil},
	{faults.WSManFault, "2150858811", each(exchange.CodeNotRemoting), nil},
	{faults.WSManFault, "2150859026", each(exchange.CodeUnavailable), nil},
	{faults.WSManFault, "2150859046", each(exchange.CodeServerFault), nil},
	{faults.WSManFault, "2150859180", each(exchange.CodeAccessDenied), nil},
	{faults.WSManFault, "2150859240", each(exchange.CodeServerOperations), nil},

	// A session that the server has ended is closed, also where the program wanted to close it.
	{faults.IdleExpiry, "", inSession(passing(exchange.CodeSessionGone, wants{faults.Delete: ok})), nil},
	{faults.ShellGone, "", inSession(passing(exchange.CodeSessionGone, wants{faults.Delete: ok})), nil},
	{faults.CommandGone, "", wants{faults.Receive: "run.command-gone/4", faults.Send: "run.command-gone", faults.Signal: ok}, nil},
	{faults.RunspaceBroken, "3", wants{faults.Command: "session.broken/3", faults.Receive: "session.broken/4"}, nil},
	{faults.PipelineStopped, "3", only(faults.Command, "run.failed/3"), nil},
	{faults.ErrorState, "3", only(faults.Command, "run.failed/3"), failures(0)},
	{faults.ErrorRecord, "3", only(faults.Command, ok), failures(1)},
	{faults.ErrorBoth, "3", only(faults.Command, "run.failed/3"), failures(0)},
	{faults.NoLanguage, "", only(faults.Command, "run.script-refused"), nil},

	{faults.PollTimeouts, "2", unharmed(faults.FirstReceive, faults.Receive), nil},
	{faults.SmallFragments, "61", unharmed(faults.Create), nil},
	{faults.JoinedFragments, "", unharmed(faults.FirstReceive, faults.Receive), nil},
	{faults.SmallAnswers, "1", unharmed(faults.FirstReceive, faults.Receive), nil},
	{faults.NoBOM, "", unharmed(faults.Create), nil},

	{faults.DropBefore, "", passing(exchange.CodeDropped), nil},
	{faults.DropIn, "headers", passing(exchange.CodeAnswerCut), nil},
	{faults.DropIn, "body", passing(exchange.CodeAnswerCut), nil},
	{faults.DropAfter, "", passing(exchange.CodeDropped), nil},
	{faults.HalfBody, "length", passing(exchange.CodeAnswerCut), nil},
	{faults.HalfBody, "chunked", passing(exchange.CodeAnswerCut), nil},
	{faults.Slow, "50ms", unharmed(faults.Steps()...), nil},
	{faults.Slow, "4s", passing(exchange.CodeTimeout), nil},
	{faults.Trickle, "100ms", unharmed(faults.Steps()...), nil},
	{faults.Trickle, "40s", passing(exchange.CodeTimeout), nil},
	{faults.Gzip, "accepted", unharmed(faults.Steps()...), nil},
	{faults.Gzip, "always", unharmed(faults.Steps()...), nil},
	{faults.Chunked, "", unharmed(faults.Steps()...), nil},
	{faults.Garbage, "bytes", strange(exchange.CodeNotRemoting), nil},
	{faults.Garbage, "cut", passing(exchange.CodeAnswerCut), nil},
	{faults.Garbage, "soap", each(exchange.CodeBadAnswer), nil},
	{faults.Garbage, "empty", strange(exchange.CodeNotRemoting), nil},
	{faults.StrangePage, "", strange(exchange.CodeNotRemoting), nil},
}

func inSession(w wants) wants {
	delete(w, faults.Create)
	return w
}
