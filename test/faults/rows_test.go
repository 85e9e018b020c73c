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
	once  bool               // it strikes one time only
}

// statuses are the exit statuses of the command line, by the code with which a run for one customer ends.
// TestTheCommandLineSaysWhichFailureItIs proves each of them with the program itself.
var statuses = map[exchange.Code]int{
	exchange.CodeSignInRefused: refused, exchange.CodeMFANeeded: refused, exchange.CodePasswordExpired: refused,
	exchange.CodeSignInBlocked: refused, exchange.CodeAccountAttention: refused, exchange.CodeAccountUnknown: refused,
	exchange.CodeAccountDisabled: refused, exchange.CodeAccessDenied: refused, exchange.CodeDelegationRefused: refused,
	exchange.CodeRemotePowerShellOff: refused, exchange.CodeNoBasic: refused,

	exchange.CodeSignInService: failed, exchange.CodeDelegationFault: failed, exchange.CodeNoRole: failed,
	exchange.CodeNotRemoting: failed, exchange.CodeForbidden: failed, exchange.CodeBadAnswer: failed,
	exchange.CodeRedirectLoop: failed, exchange.CodeRedirectInsecure: failed, exchange.CodeRedirectRefused: failed,
	exchange.CodeRedirectLookAlike: failed, exchange.CodeRedirectInvalid: failed, exchange.CodeRedirectUnexpected: failed,
	exchange.CodeSessionLimit: failed, exchange.CodeSessionBudget: failed, exchange.CodeSessionGone: failed,
	exchange.CodeSessionBroken: failed, exchange.CodeCommandGone: failed,
	exchange.CodeServerOperations: failed, exchange.CodeServerBusy: failed, exchange.CodeServerOverloaded: failed,
	exchange.CodeServerFull: failed, exchange.CodeServerLocked: failed, exchange.CodeServerFault: failed,
	exchange.CodeBackEnd: failed, exchange.CodeUnavailable: failed, exchange.CodeDropped: failed,
	exchange.CodeAnswerCut: failed, exchange.CodeTimeout: failed,
	exchange.CodeRunFailed: failed, exchange.CodeObjectFailed: failed, exchange.CodeScriptRefused: failed,
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

// once is a fault that passes: a customer of whom nothing has come yet is asked again, and a Delete is sent
// again. Rows that have come are kept, and what follows them is not asked for a second time.
func once(code exchange.Code, more ...wants) wants {
	w := wants{
		faults.Create: again, faults.FirstReceive: again, faults.Command: again, faults.Receive: string(code) + "/4",
		faults.Send: again, faults.Signal: again, faults.Delete: ok,
	}
	for _, m := range more {
		maps.Copy(w, m)
	}
	return w
}

var rows = []row{
	{faults.RedirectChain, "3", only(faults.Create, ok), nil, false},
	{faults.RedirectChain, "6", only(faults.Create, "redirect.too-many"), nil, false},
	{faults.RedirectLoop, "", redirected(exchange.CodeRedirectLoop), nil, false},
	{faults.RedirectHTTP, "exchange.example", redirected(exchange.CodeRedirectInsecure), nil, false},
	{faults.RedirectForeign, "exchange.example", redirected(exchange.CodeRedirectRefused), nil, false},
	{faults.RedirectForeign, "outlook.com.example", redirected(exchange.CodeRedirectLookAlike), nil, false},
	{faults.RedirectForeign, "https://outlook.com@exchange.example/powershell", redirected(exchange.CodeRedirectLookAlike), nil, false},
	{faults.RedirectBroken, "", redirected(exchange.CodeRedirectInvalid), nil, false},
	{faults.RedirectBroken, "none", redirected(exchange.CodeRedirectInvalid), nil, false},
	{faults.RedirectToken, "", only(faults.Create, ok), nil, false},

	{faults.WrongPassword, "", each(exchange.CodeSignInRefused), nil, false},
	{faults.WrongPassword, "400", each(exchange.CodeSignInRefused), nil, false},
	{faults.MFANeeded, "", each(exchange.CodeMFANeeded), nil, false},
	{faults.MFANeeded, "400", each(exchange.CodeMFANeeded), nil, false},
	{faults.PasswordExpired, "", each(exchange.CodePasswordExpired), nil, false},
	{faults.AccountDisabled, "", each(exchange.CodeSignInRefused), nil, false}, // no category tells it from a wrong password
	{faults.SignInRefused, "UnfamiliarLocation", each(exchange.CodeSignInBlocked), nil, false},
	{faults.SignInRefused, "RecoverableAuthFailure", each(exchange.CodeAccountAttention), nil, false},
	{faults.SignInRefused, "UserNotFoundInAD", each(exchange.CodeAccountUnknown), nil, false},
	{faults.SignInRefused, "FederatedStsUnreachable", each(exchange.CodeSignInService), nil, false},
	{faults.NoBasic, "", each(exchange.CodeNoBasic), nil, false},
	{faults.NoBasic, "none", each(exchange.CodeNoBasic), nil, false},
	{faults.Retired, "400", strange(exchange.CodeNotRemoting), nil, false},
	{faults.Retired, "401", each(exchange.CodeSignInRefused), nil, false},
	{faults.Retired, "403", each(exchange.CodeForbidden), nil, false},
	{faults.Retired, "404", strange(exchange.CodeNotRemoting), nil, false},
	{faults.Retired, "close", passing(exchange.CodeDropped), nil, false},
	{faults.Retired, "no-basic", each(exchange.CodeNoBasic), nil, false},
	{faults.DelegationRefused, "", each(exchange.CodeDelegationRefused), nil, false},
	{faults.DelegationError, "", each(exchange.CodeDelegationFault), nil, false},
	{faults.RemotePowerShellOff, "", each(exchange.CodeRemotePowerShellOff), nil, false},
	{faults.NoRole, "", only(faults.Create, "run.no-role"), nil, false},

	{faults.LimitReceive, "", only(faults.Create, "session.limit"), nil, false},
	{faults.LimitCreate, "", only(faults.Create, "session.limit"), nil, false},
	{faults.LimitWinRM, "", only(faults.Create, "session.limit"), nil, false},
	{faults.Budget, "90", only(faults.Create, "session.budget"), argument("seconds", "90"), false},
	{faults.Quota, "operations", each(exchange.CodeServerOperations), nil, false},
	{faults.Quota, "user", each(exchange.CodeServerBusy), nil, false},
	{faults.Quota, "system", each(exchange.CodeServerOverloaded), nil, false},
	{faults.Quota, "shell-users", each(exchange.CodeServerFull), nil, false},
	{faults.MicroDelay, "", only(faults.Command, ok), noticed(exchange.CodeSlowedDown, "21.956"), false},
	{faults.HardLock, "", only(faults.Command, "server.locked"), argument("seconds", "887406"), false},

	{faults.BackEndUnreachable, "", each(exchange.CodeBackEnd), nil, false},
	{faults.BackEndUnreachable, "400", each(exchange.CodeBackEnd), nil, false},
	{faults.BackEndUnreachable, "503", each(exchange.CodeBackEnd), nil, false},
	{faults.Unavailable, "30", each(exchange.CodeUnavailable), argument("seconds", "30"), false},
	{faults.BadGateway, "", each(exchange.CodeBackEnd), nil, false},
	{faults.GatewayTimeout, "", each(exchange.CodeBackEnd), nil, false},
	{faults.AccessDenied, "", each(exchange.CodeAccessDenied), nil, false},
	{faults.WSManFault, "995", passing(exchange.CodeSessionBroken), nil, false},
	{faults.WSManFault, "1326", each(exchange.CodeSignInRefused), nil, false},
	{faults.WSManFault, "1330", each(exchange.CodePasswordExpired), nil, false},
	{faults.WSManFault, "1331", each(exchange.CodeAccountDisabled), nil, false},
	{faults.WSManFault, "2150858770", each(exchange.CodeBackEnd), nil, false},
	{faults.WSManFault, "2150858811", each(exchange.CodeNotRemoting), nil, false},
	{faults.WSManFault, "2150859026", each(exchange.CodeUnavailable), nil, false},
	{faults.WSManFault, "2150859046", each(exchange.CodeServerFault), nil, false},
	{faults.WSManFault, "2150859180", each(exchange.CodeAccessDenied), nil, false},
	{faults.WSManFault, "2150859240", each(exchange.CodeServerOperations), nil, false},

	// A session that the server has ended is closed, also where the program wanted to close it.
	{faults.IdleExpiry, "", inSession(passing(exchange.CodeSessionGone, wants{faults.Delete: ok})), nil, false},
	{faults.ShellGone, "", inSession(passing(exchange.CodeSessionGone, wants{faults.Delete: ok})), nil, false},
	{faults.CommandGone, "", wants{faults.Receive: "run.command-gone/4", faults.Send: "run.command-gone", faults.Signal: ok}, nil, false},
	{faults.RunspaceBroken, "3", wants{faults.Command: "session.broken/3", faults.Receive: "session.broken/4"}, nil, false},
	{faults.PipelineStopped, "3", only(faults.Command, "run.failed/3"), nil, false},
	{faults.ErrorState, "3", only(faults.Command, "run.failed/3"), failures(0), false},
	{faults.ErrorRecord, "3", only(faults.Command, ok), failures(1), false},
	{faults.ErrorBoth, "3", only(faults.Command, "run.failed/3"), failures(0), false},
	{faults.NoLanguage, "", only(faults.Command, "run.script-refused"), nil, false},

	{faults.PollTimeouts, "2", unharmed(faults.FirstReceive, faults.Receive), nil, false},
	{faults.SmallFragments, "61", unharmed(faults.Create), nil, false},
	{faults.JoinedFragments, "", unharmed(faults.FirstReceive, faults.Receive), nil, false},
	{faults.SmallAnswers, "1", unharmed(faults.FirstReceive, faults.Receive), nil, false},
	{faults.NoBOM, "", unharmed(faults.Create), nil, false},

	{faults.DropBefore, "", passing(exchange.CodeDropped), nil, false},
	{faults.DropIn, "headers", passing(exchange.CodeAnswerCut), nil, false},
	{faults.DropIn, "body", passing(exchange.CodeAnswerCut), nil, false},
	{faults.DropAfter, "", passing(exchange.CodeDropped), nil, false},
	{faults.HalfBody, "length", passing(exchange.CodeAnswerCut), nil, false},
	{faults.HalfBody, "chunked", passing(exchange.CodeAnswerCut), nil, false},
	{faults.Slow, "50ms", unharmed(faults.Steps()...), nil, false},
	{faults.Slow, "4s", passing(exchange.CodeTimeout), argument("seconds", "2"), false},
	{faults.Trickle, "100ms", unharmed(faults.Steps()...), nil, false},
	{faults.Trickle, "40s", passing(exchange.CodeTimeout), argument("seconds", "1"), false},
	{faults.Gzip, "accepted", unharmed(faults.Steps()...), nil, false},
	{faults.Gzip, "always", unharmed(faults.Steps()...), nil, false},
	{faults.Chunked, "", unharmed(faults.Steps()...), nil, false},
	{faults.Garbage, "bytes", strange(exchange.CodeNotRemoting), nil, false},
	{faults.Garbage, "cut", passing(exchange.CodeAnswerCut), nil, false},
	{faults.Garbage, "soap", each(exchange.CodeBadAnswer), nil, false},
	{faults.Garbage, "empty", strange(exchange.CodeNotRemoting), nil, false},
	{faults.StrangePage, "", strange(exchange.CodeNotRemoting), nil, false},

	{faults.DropBefore, "", once(exchange.CodeDropped), nil, true},
	{faults.DropIn, "body", once(exchange.CodeAnswerCut), nil, true},
	{faults.DropAfter, "", once(exchange.CodeDropped), nil, true},
	{faults.HalfBody, "length", once(exchange.CodeAnswerCut), nil, true},
	// A server that does not answer the first account ever is not tried with another session.
	{faults.Slow, "4s", once(exchange.CodeTimeout, wants{faults.Create: "connect.timeout", faults.FirstReceive: "connect.timeout"}), nil, true},
	{faults.Garbage, "cut", once(exchange.CodeAnswerCut), nil, true},
	{faults.WSManFault, "995", once(exchange.CodeSessionBroken), nil, true},
	{faults.ShellGone, "", inSession(once(exchange.CodeSessionGone)), nil, true},
	{faults.CommandGone, "", wants{faults.Receive: "run.command-gone/4", faults.Send: again, faults.Signal: ok}, nil, true},
}

func inSession(w wants) wants {
	delete(w, faults.Create)
	return w
}
