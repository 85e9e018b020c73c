package jobs

import (
	"context"
	"slices"
	"sync"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/signin"
)

// Left is one session that this computer may have left open on a server.
type Left struct {
	journal.OpenShell
}

// Account names who opened the session, and where, as signin.AccountKey does.
func (l Left) Account() string {
	if l.Budget != "" {
		return l.Budget
	}
	return signin.AccountKey(l.User, l.URL)
}

// LeftState is what became of a session that was left open.
type LeftState string

// The states.
const (
	LeftRemoved   LeftState = "removed"     // the server has ended it
	LeftForgotten LeftState = "forgotten"   // the server no longer knew it, or had never made it
	LeftThere     LeftState = "there"       // it may still be there; the Problem says why
	LeftNoAccess  LeftState = "no-password" // nobody who may end it can sign in without being asked
	LeftElsewhere LeftState = "elsewhere"   // another computer opened it; it may be in use there
)

// LeftResult is what became of one session.
type LeftResult struct {
	Left
	State   LeftState
	Problem *exchange.Problem // why it may still be there; nil for the other states
}

// Gone tells whether the session no longer is on the server.
func (r LeftResult) Gone() bool { return r.State == LeftRemoved || r.State == LeftForgotten }

// Access is what a session left open is removed with: the account that opened it.
type Access struct {
	Credential exchange.Credential
	Target     exchange.Target // how to reach the server; URL is where the account signs in
}

// LeftLog is where open sessions are noted. *journal.Journal is one.
type LeftLog interface {
	OpenShells(ctx context.Context) ([]journal.OpenShell, error)
	ShellClosed(ctx context.Context, id string) error
}

// LeftOptions are what NewLeftovers needs.
type LeftOptions struct {
	Log     LeftLog
	Remover exchange.Remover // a connector that writes in the Log

	// Access finds what signs in as l's account, without asking a person; found is false when there is
	// nothing. It may block, such as on the secret store. nil finds nothing. KeptAccess makes one.
	Access func(ctx context.Context, l Left) (a Access, found bool, err error)

	// Told hears what became of sessions that were removed without anybody asking (Account.Leftovers), on
	// any goroutine. nil is allowed.
	Told func(LeftResult)
}

// Leftovers finds and removes the sessions that programs of this computer left open: they crashed, were
// killed, lost power, or could not reach the server when they closed. Sessions in use are never touched.
// Several programs may do so at once. Its methods may be called from any goroutine.
type Leftovers struct{ o LeftOptions }

// NewLeftovers returns a Leftovers. Nothing is done yet.
func NewLeftovers(o LeftOptions) *Leftovers { return &Leftovers{o} }

// Find lists the sessions that were left open, the oldest first, also those of other computers. It asks no
// server. Errors are those of the Log.
func (l *Leftovers) Find(ctx context.Context) ([]Left, error) {
	open, err := l.o.Log.OpenShells(ctx)
	if err != nil {
		return nil, err
	}
	var list []Left
	for _, s := range open {
		if s.Owner != journal.OwnerRunning {
			list = append(list, Left{s})
		}
	}
	return list, nil
}

const (
	// certainlyGone is how long after it was found left open no server still has a session: WinRM lets none
	// be idle for longer than half a day.
	certainlyGone = 24 * time.Hour

	// onItsWay is how long the creation of a session may still be on its way to the server.
	onItsWay = 5 * time.Minute

	sideBySide = 3 // sessions of one account removed at once
)

// pauses are waited before a session whose creation was not confirmed is asked for again.
var pauses = []time.Duration{time.Second, 3 * time.Second}

// Clean removes which, and strikes out what is gone. Accounts are worked on side by side; an account that
// may not sign in is tried once. progress, which may be nil, hears each result as it comes, one call at a
// time. The results are in the order of which. When ctx ends, those not yet removed are LeftThere with
// CodeCancelled.
func (l *Leftovers) Clean(ctx context.Context, which []Left, progress func(LeftResult)) []LeftResult {
	return l.clean(ctx, which, l.o.Access, progress)
}

type finder func(ctx context.Context, l Left) (a Access, found bool, err error)

func (l *Leftovers) clean(ctx context.Context, which []Left, find finder, progress func(LeftResult)) []LeftResult {
	results := make([]LeftResult, len(which))
	var telling sync.Mutex
	done := func(i int, r LeftResult) {
		telling.Lock()
		defer telling.Unlock()
		if results[i] = r; progress != nil {
			progress(r)
		}
	}
	var order []string
	groups := map[string][]int{}
	for i, w := range which {
		key := w.Account()
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	var all sync.WaitGroup
	for _, key := range order {
		// One that may not even be there can take a while, so it does not come first.
		slices.SortStableFunc(groups[key], func(a, b int) int {
			switch {
			case which[a].Confirmed == which[b].Confirmed:
				return 0
			case which[a].Confirmed:
				return -1
			}
			return 1
		})
		all.Go(func() { l.cleanAccount(ctx, which, groups[key], find, done) })
	}
	all.Wait()
	return results
}

// cleanAccount removes the sessions of one account: one first, which shows whether it may sign in, then the
// others side by side.
func (l *Leftovers) cleanAccount(ctx context.Context, which []Left, group []int, find finder, done func(int, LeftResult)) {
	var refused *exchange.Problem
	var access Access
	asked, known := false, false
	var rest sync.WaitGroup
	places := make(chan struct{}, sideBySide)
	for _, i := range group {
		left := which[i]
		if left.Owner == journal.OwnerUnknown {
			done(i, LeftResult{Left: left, State: LeftElsewhere})
			continue
		}
		if !asked && refused == nil {
			var found bool
			access, found, refused = l.access(ctx, left, find)
			if !found {
				refused = noAccess(left, refused)
			}
		}
		if refused != nil {
			done(i, l.outOfReach(ctx, left, refused))
			continue
		}
		asked = true
		if !known {
			r := l.remove(ctx, left, access)
			done(i, r)
			if r.Problem != nil && concernsAll(r.Problem.Code) {
				refused = r.Problem
			}
			known = true
			continue
		}
		places <- struct{}{}
		rest.Go(func() {
			defer func() { <-places }()
			done(i, l.remove(ctx, left, access))
		})
	}
	rest.Wait()
}

func (l *Leftovers) access(ctx context.Context, left Left, find finder) (a Access, found bool, p *exchange.Problem) {
	if find == nil {
		return a, false, nil
	}
	a, found, err := find(ctx, left)
	return a, found && err == nil, exchange.AsProblem(err)
}

// noAccess is the problem of a session that nobody can be signed in for.
func noAccess(left Left, cause *exchange.Problem) *exchange.Problem {
	p := &exchange.Problem{Code: exchange.CodeNoPassword, Doing: "remove a session that was left open",
		Args: map[string]string{"user": left.User, "customer": left.Customer}}
	if cause != nil {
		p.Cause = cause
	}
	return p
}

// outOfReach is the result of a session that was not asked for because of p. One that no server can have any
// more is struck out all the same.
func (l *Leftovers) outOfReach(ctx context.Context, left Left, p *exchange.Problem) LeftResult {
	if !left.Found.IsZero() && time.Since(left.Found) > certainlyGone {
		if r := l.struck(ctx, left, LeftForgotten); r.Gone() {
			return r
		}
	}
	state := LeftThere
	if p.Code == exchange.CodeNoPassword {
		state = LeftNoAccess
	}
	return LeftResult{Left: left, State: state, Problem: p}
}

// remove ends one session on its server. A line that breaks is tried again, and so is a session the server
// does not know when it may only just be coming into being.
func (l *Leftovers) remove(ctx context.Context, left Left, access Access) (r LeftResult) {
	defer func() {
		if v := recover(); v != nil {
			r = LeftResult{Left: left, State: LeftThere, Problem: panicked("remove a session that was left open", v)}
		}
	}()
	unknown := false
	to := access.Target
	to.URL, to.Customer = left.URL, exchange.CustomerID(left.Customer)
	to.OnUnknown = func() { unknown = true }
	for n := 0; ; n++ {
		unknown = false
		p := exchange.AsProblem(l.o.Remover.Remove(ctx, to, access.Credential, left.ID))
		if p != nil && p.Code == exchange.CodeDelegationRefused && access.Target.URL != "" {
			p = l.removeFromFront(ctx, to, left, access, p)
		}
		switch again := n < len(pauses) && ctx.Err() == nil; {
		case p == nil && !unknown:
			return l.struck(ctx, left, LeftRemoved)
		case p == nil && (left.Confirmed || time.Since(left.Opened) > onItsWay || n == len(pauses)):
			return l.struck(ctx, left, LeftForgotten)
		case p != nil && (p.Retry != exchange.RetryNow || !again):
			return l.outOfReach(ctx, left, p)
		}
		t := time.NewTimer(pauses[n])
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return LeftResult{Left: left, State: LeftThere, Problem: cancelled(ctx)}
		}
	}
}

// removeFromFront tries again where the account signs in. A server that was reached by a redirect may want the
// token which that redirect brought, and no token is ever written down; asked from the front it gives another.
// An answer that it does not know the session proves nothing about the server behind.
func (l *Leftovers) removeFromFront(ctx context.Context, to exchange.Target, left Left, access Access, refused *exchange.Problem) *exchange.Problem {
	known := true
	to.URL, to.OnUnknown = access.Target.URL, func() { known = false }
	if err := l.o.Remover.Remove(ctx, to, access.Credential, left.ID); err != nil || !known {
		return refused
	}
	return nil
}

func (l *Leftovers) struck(ctx context.Context, left Left, state LeftState) LeftResult {
	if err := l.o.Log.ShellClosed(context.WithoutCancel(ctx), left.ID); err != nil {
		return LeftResult{Left: left, State: LeftThere, Problem: exchange.AsProblem(err)}
	}
	return LeftResult{Left: left, State: state}
}

// Forget strikes sessions out without asking a server: for accounts nobody can sign in to any more. The
// servers drop them by themselves, usually after 15 minutes.
func (l *Leftovers) Forget(ctx context.Context, which []Left) error {
	for _, left := range which {
		if err := l.o.Log.ShellClosed(ctx, left.ID); err != nil {
			return err
		}
	}
	return nil
}

// cleanFor removes what was left open by a's account with a's own credential. It returns how many sessions
// that were, whether some are still there, and why the account could not sign in, nil when it could.
func (l *Leftovers) cleanFor(ctx context.Context, a Account) (found int, stay bool, refused *exchange.Problem) {
	list, err := l.Find(ctx)
	if err != nil {
		return 0, true, nil // the next start finds them
	}
	key := a.key()
	list = slices.DeleteFunc(list, func(left Left) bool {
		return left.Account() != key || left.Owner == journal.OwnerUnknown
	})
	access := Access{Credential: a.Credential, Target: a.Target}
	access.Target.AllowRedirect, access.Target.OnRedirect = nil, nil // nobody asked for this, so nobody is asked
	with := func(context.Context, Left) (Access, bool, error) { return access, true, nil }
	for _, r := range l.clean(ctx, list, with, l.o.Told) {
		stay = stay || !r.Gone()
		if r.Problem != nil && concernsAll(r.Problem.Code) {
			refused = r.Problem
		}
	}
	return len(list), stay, refused
}
