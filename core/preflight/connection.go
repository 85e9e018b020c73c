package preflight

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

// The codes of a connection. What a server refuses keeps the code it has everywhere, such as signin.refused.
const (
	CodeNoAccount      exchange.Code = "preflight.no-account"        // nobody has said who signs in. Args: none
	CodeNotTried       exchange.Code = "preflight.not-tried"         // there is no password to try it with. Args: user
	CodeAccountFine    exchange.Code = "preflight.account-fine"      // Args: user
	CodeUserColon      exchange.Code = "preflight.user-colon"        // Basic cannot send a user name with a colon. Args: user
	CodeUserNoDomain   exchange.Code = "preflight.user-no-domain"    // neither name@domain nor DOMAIN\name. Args: user
	CodePasswordSpaced exchange.Code = "preflight.password-spaced"   // it begins or ends with a space. Args: user
	CodeServiceOpen    exchange.Code = "preflight.service-open"      // remote PowerShell answers there. Args: host
	CodeSignedIn       exchange.Code = "preflight.signed-in"         // Args: user
	CodeRemotePSOn     exchange.Code = "preflight.remote-ps-on"      // Args: user
	CodeDelegated      exchange.Code = "preflight.delegated"         // Args: user, customer
	CodeNoDelegation   exchange.Code = "preflight.own-organisation"  // no customer was named. Args: user
	CodeRoomForSession exchange.Code = "preflight.room-for-session"  // nothing is left open and one more fits. Args: none
	CodeSessionsInUse  exchange.Code = "preflight.sessions-in-use"   // all are in use on this computer. Args: count, customer (joined by ", ")
	CodeSessionsLeft   exchange.Code = "preflight.sessions-left"     // Args: count, customer (joined by ", ")
	CodeSessionsUnread exchange.Code = "preflight.sessions-not-told" // what is left open could not be read. Args: none
)

// TrialLimit is how long opening a session may take before its check gives up.
const TrialLimit = 20 * time.Second

// connectionChecks look at an account and at what a server says of it. One session is opened for all of them.
func connectionChecks(s Subject) []Check {
	var list []Check
	if s.Account == nil {
		list = append(list, Check{ID: CheckAccount, Run: func(context.Context) Finding {
			return Finding{Status: NotApplicable, Code: CodeNoAccount}
		}})
	} else {
		list = append(list, Check{ID: CheckAccount, Run: func(context.Context) Finding { return judgeAccount(*s.Account) }})
	}
	var t *trial
	if s.Account != nil && s.Account.Try != nil {
		t = &trial{account: *s.Account}
		service := Check{ID: CheckService, After: []CheckID{CheckAccount}, Limit: TrialLimit, Run: t.service}
		for _, e := range s.Endpoints {
			if e.Purpose == ForConnection {
				service.After = append(service.After, NetworkCheck(e))
			}
		}
		list = append(list, service,
			Check{ID: CheckSignIn, After: []CheckID{CheckService}, Run: t.signIn},
			Check{ID: CheckRemotePS, After: []CheckID{CheckSignIn}, Run: t.remotePowerShell},
			Check{ID: CheckDelegation, After: []CheckID{CheckRemotePS}, Run: t.delegation})
	}
	if s.Sessions != nil || t != nil {
		sessions := Check{ID: CheckSessions, Run: func(ctx context.Context) Finding { return judgeSessions(ctx, s.Sessions, t) }}
		if t != nil {
			sessions.After = []CheckID{CheckService} // what the server says of one more is told here
		}
		list = append(list, sessions)
	}
	return list
}

// judgeAccount looks at what was typed.
func judgeAccount(a Account) Finding {
	user := args("user", a.User)
	basic := a.Authentication == exchange.AuthBasic
	switch {
	case basic && strings.Contains(a.User, ":"): // RFC 7617 section 2
		return Finding{Status: Fail, Code: CodeUserColon, Args: user}
	case a.User != "" && !strings.ContainsAny(a.User, `@\`):
		return Finding{Status: Warn, Code: CodeUserNoDomain, Args: user}
	case a.NeedsPassword && !a.HasPassword:
		return Finding{Status: Warn, Code: CodeNotTried, Args: user}
	case a.PasswordSpaced:
		return Finding{Status: Warn, Code: CodePasswordSpaced, Args: user}
	}
	return Finding{Status: Pass, Code: CodeAccountFine, Args: user}
}

// trial opens one session, and each check tells its part of what came of it.
type trial struct {
	account Account
	once    sync.Once
	problem *exchange.Problem
	busy    *busyError
}

// try opens the session at the first call. All wait for it.
func (t *trial) try(ctx context.Context) *exchange.Problem {
	t.once.Do(func() {
		err := t.account.Try(ctx)
		if errors.As(err, &t.busy) {
			return // so many sessions are open already that the account does get in
		}
		t.problem = exchange.AsProblem(err)
	})
	return t.problem
}

// service tells whether what answers at the address is open for remote PowerShell.
func (t *trial) service(ctx context.Context) Finding {
	p := t.try(ctx)
	if p == nil || partOf(p.Code) != CheckService {
		return Finding{Status: Pass, Code: CodeServiceOpen, Args: args("host", t.account.Host)}
	}
	if p.Code == exchange.CodeCancelled {
		return Finding{} // Run says which limit it was
	}
	status := Fail
	if p.Retry == exchange.RetryLater { // busy now is not closed
		status = Warn
	}
	return findingOf(p, status)
}

func (t *trial) signIn(ctx context.Context) Finding {
	if p := t.try(ctx); p != nil && partOf(p.Code) == CheckSignIn {
		return findingOf(p, Fail)
	}
	return Finding{Status: Pass, Code: CodeSignedIn, Args: args("user", t.account.User)}
}

func (t *trial) remotePowerShell(ctx context.Context) Finding {
	if p := t.try(ctx); p != nil && partOf(p.Code) == CheckRemotePS {
		return findingOf(p, Fail)
	}
	return Finding{Status: Pass, Code: CodeRemotePSOn, Args: args("user", t.account.User)}
}

func (t *trial) delegation(ctx context.Context) Finding {
	p := t.try(ctx)
	switch {
	case p != nil && partOf(p.Code) == CheckDelegation:
		return findingOf(p, Fail)
	case t.account.Customer == "":
		return Finding{Status: NotApplicable, Code: CodeNoDelegation, Args: args("user", t.account.User)}
	}
	return Finding{Status: Pass, Code: CodeDelegated, Args: args("user", t.account.User, "customer", string(t.account.Customer))}
}

// partOf tells which check a failure to open a session belongs to.
func partOf(c exchange.Code) CheckID {
	switch c {
	case exchange.CodeRemotePowerShellOff:
		return CheckRemotePS
	case exchange.CodeDelegationRefused, exchange.CodeNoRole:
		return CheckDelegation
	case exchange.CodeSessionLimit, exchange.CodeSessionBudget:
		return CheckSessions
	}
	if c.SignInRefused() {
		return CheckSignIn
	}
	return CheckService
}

// findingOf is a problem as a finding. Sessions can be removed where those are what is in the way.
func findingOf(p *exchange.Problem, status Status) Finding {
	f := Finding{Status: status, Code: p.Code, Args: p.Args, Cause: p.Cause}
	for name, text := range p.Details {
		f.Facts = append(f.Facts, Fact{name, text})
	}
	sortFacts(f.Facts)
	return f
}

// Unreachable is the one finding of a computer that could not be looked at.
func Unreachable(err error) Finding {
	f := findingOf(exchange.AsProblem(err), Fail)
	f.Check = CheckReach
	return f
}

// judgeSessions tells what is left open, and whether the server takes one more. t and sessions may be nil.
func judgeSessions(ctx context.Context, sessions Sessions, t *trial) Finding {
	var left []Left
	var err error
	if sessions != nil {
		left, err = sessions.Left(ctx)
	}
	var fixes []Fix
	if len(left) > 0 {
		fixes = []Fix{{ID: FixSessions}}
	}
	if t != nil {
		if p := t.try(ctx); p != nil && partOf(p.Code) == CheckSessions {
			f := findingOf(p, Fail)
			f.Fixes = fixes
			return f
		}
		if t.busy != nil {
			return Finding{Status: Warn, Code: CodeSessionsInUse, Fixes: fixes,
				Args: args("count", strconv.Itoa(len(t.busy.holders)), "customer", strings.Join(t.busy.holders, ", "))}
		}
	}
	switch {
	case err != nil:
		return Finding{Status: Warn, Code: CodeSessionsUnread, Cause: err, Facts: causes(err)}
	case len(left) > 0:
		names := make([]string, len(left))
		for i, l := range left {
			names[i] = l.Customer
			if names[i] == "" {
				names[i] = l.Host
			}
		}
		return Finding{Status: Warn, Code: CodeSessionsLeft, Fixes: fixes, Args: args("count", strconv.Itoa(len(left)), "customer", strings.Join(names, ", "))}
	}
	return Finding{Status: Pass, Code: CodeRoomForSession}
}

// Trial is an Account.Try that opens a session for customer within the account's limit, or takes one that is
// idle, and gives it back. It never waits for a session in use: so many that are open prove the account.
func Trial(sessions *jobs.Sessions, customer exchange.CustomerID) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		lease, err := sessions.Acquire(ctx, customer, func(holders []jobs.Holder) {
			busy := &busyError{}
			for _, h := range holders {
				if !h.Left {
					busy.holders = append(busy.holders, string(h.Customer))
				}
			}
			if len(busy.holders) > 0 && len(busy.holders) == len(holders) {
				stop(busy)
			}
		}, nil)
		if err == nil {
			lease.Done(nil)
			return nil
		}
		var busy *busyError
		if errors.As(context.Cause(ctx), &busy) {
			return busy
		}
		return err
	}
}

// busyError says that all sessions an account may hold are in use on this computer.
type busyError struct{ holders []string }

func (e *busyError) Error() string { return fmt.Sprintf("%d sessions are in use", len(e.holders)) }

// LeftBy is what programs of this computer left open, as jobs finds and removes it.
func LeftBy(l *jobs.Leftovers) Sessions { return leftovers{l} }

type leftovers struct{ of *jobs.Leftovers }

func (l leftovers) Left(ctx context.Context) ([]Left, error) {
	found, err := l.of.Find(ctx)
	var list []Left
	for _, f := range found {
		if f.Owner.Left() {
			host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(f.URL, "https://"), "http://"), "/")
			list = append(list, Left{Customer: f.Customer, User: f.User, Host: host})
		}
	}
	return list, err
}

func (l leftovers) Remove(ctx context.Context) error {
	found, err := l.of.Find(ctx)
	if err != nil {
		return err
	}
	var which []jobs.Left
	for _, f := range found {
		if f.Owner.Left() {
			which = append(which, f)
		}
	}
	var stays []jobs.LeftResult
	for _, r := range l.of.Clean(ctx, which, nil) {
		if !r.Gone() {
			stays = append(stays, r)
		}
	}
	if len(stays) == 0 {
		return nil
	}
	p := &exchange.Problem{Code: CodeSessionsStay, Args: args("count", strconv.Itoa(len(stays)), "customer", stays[0].Customer)}
	if why := stays[0].Problem; why != nil {
		p.Args["reason"], p.Cause = string(why.Code), why
	}
	return p
}
