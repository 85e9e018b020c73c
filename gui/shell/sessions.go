package shell

import (
	"context"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/signin"
	"tenantry/gui/remedy"
)

// SessionState says what a session is doing.
type SessionState uint8

// The states.
const (
	SessionOpening   SessionState = iota // here
	SessionInUse                         // here
	SessionIdle                          // here, kept for the next question
	SessionClosing                       // here
	SessionElsewhere                     // another program on this computer holds it
	SessionLeft                          // a program left it open
	SessionAbroad                        // another computer opened it
)

// SessionRow is one session in the panel that shows them.
type SessionRow struct {
	Customer exchange.CustomerID
	State    SessionState
	Since    time.Time         // zero when that is not known
	Program  string            // of SessionElsewhere: "window", "command line"
	Account  string            // of a session left open
	Busy     bool              // it is being removed
	Result   jobs.LeftState    // what came of removing it, empty before
	Problem  *exchange.Problem // why it could not be removed; nil for nothing

	held jobs.Held
	left jobs.Left
}

// needsAccount tells whether somebody has to sign in as the account before the session can be removed: no
// password is kept, or it is no longer right.
func (r SessionRow) needsAccount() bool {
	return r.Result == jobs.LeftNoAccess || r.Problem != nil && r.Problem.Code.AboutAccount()
}

// SessionsView is the panel with the sessions of the account and those left open.
type SessionsView struct {
	Open bool
	Rows []SessionRow
	Turn int // grows whenever something of it changed
}

// LeftNote is what is to be said about sessions that programs of before left open.
type LeftNote struct {
	Count   int       // found at the start
	Newest  time.Time // when the last of them was opened
	Working bool      // they are being removed
	Removed int       // of Count
	SignIn  string    // whose password is needed for the others, empty for nobody's
	Problem *exchange.Problem
	Gone    bool // put away
}

// Step does what a problem's next step says, where that is not in the place the problem shows.
func (f *Flow) Step(s remedy.Step) {
	switch s {
	case remedy.Sessions:
		f.ShowSessions(true)
	case remedy.SignIn:
		f.SignInAgain()
	}
}

// SignInAgain goes to the first screen with the account of now. Rows would be lost, so with rows it asks
// first.
func (f *Flow) SignInAgain() {
	if f.model.Stage != Working {
		return
	}
	if f.RowTabs() > 0 {
		f.model.Leaving = true
		f.changed(false)
		return
	}
	f.LeaveForSignIn()
}

// RowTabs is how many tabs have rows that signing out would lose.
func (f *Flow) RowTabs() int {
	n := 0
	for _, t := range f.model.Tabs {
		if t.OfAccount() && t.Rows() > 0 {
			n++
		}
	}
	return n
}

// Stay takes the question of SignInAgain away.
func (f *Flow) Stay() {
	f.model.Leaving = false
	f.changed(false)
}

// LeaveForSignIn answers the question of SignInAgain with yes.
func (f *Flow) LeaveForSignIn() {
	f.model.Leaving = false
	f.SignOut()
}

// Leftovers of a window without a journal are none.
func newLeftovers(f *Flow) *jobs.Leftovers {
	remover, able := f.o.Connector.(exchange.Remover)
	if f.o.Shells == nil || !able {
		return nil
	}
	kept := jobs.KeptAccess(f.o.Profiles, f.o.Vault)
	return jobs.NewLeftovers(jobs.LeftOptions{
		Log: f.o.Shells, Remover: remover,
		Access: func(ctx context.Context, l jobs.Left) (jobs.Access, bool, error) {
			if a, ok := f.signedInAs(l.Account()); ok {
				return a, true, nil
			}
			return kept(ctx, l)
		},
		Told: func(r jobs.LeftResult) { f.loop.Post(func() { f.leftResult(r) }) },
	})
}

// signedInAs is what the account of now signs in with, when it is the one asked for. Any goroutine.
func (f *Flow) signedInAs(key string) (jobs.Access, bool) {
	f.mu.Lock()
	sessions := f.sessions
	f.mu.Unlock()
	if sessions == nil {
		return jobs.Access{}, false
	}
	a := sessions.Account()
	if signin.AccountKey(a.Credential.User, a.Target.URL) != key {
		return jobs.Access{}, false
	}
	return jobs.Access{Credential: a.Credential, Target: a.Target}, true
}

// lookForLeft finds what programs of before left open and removes what can be removed without asking. It
// holds nothing up.
func (f *Flow) lookForLeft() {
	if f.leftovers == nil {
		return
	}
	f.loop.Go(context.Background(), func(ctx context.Context) {
		list, err := f.leftovers.Find(ctx)
		list = slices.DeleteFunc(list, func(l jobs.Left) bool { return l.Owner == journal.OwnerUnknown })
		if err != nil || len(list) == 0 {
			return // a journal that cannot be read is said where it is opened
		}
		f.loop.Post(func() {
			n := &LeftNote{Count: len(list), Working: true}
			for _, l := range list {
				if l.Opened.After(n.Newest) {
					n.Newest = l.Opened
				}
			}
			f.model.Left = n
			f.leftIDs = map[string]bool{}
			for _, l := range list {
				f.leftIDs[l.ID] = true
			}
			f.model.NotesTurn++
			f.changed(false)
		})
		f.leftovers.Clean(ctx, list, func(r jobs.LeftResult) { f.loop.Post(func() { f.leftResult(r) }) })
		f.loop.Post(func() {
			f.model.Left.Working = false
			f.model.NotesTurn++
			f.readSessions()
			f.changed(false)
		})
	})
}

// leftResult takes what became of one session that was left open.
func (f *Flow) leftResult(r jobs.LeftResult) {
	if n := f.model.Left; n != nil && f.leftIDs[r.ID] {
		switch {
		case r.Gone():
			delete(f.leftIDs, r.ID)
			if n.Removed++; n.Removed == n.Count {
				n.SignIn, n.Problem = "", nil
			}
		case r.State == jobs.LeftNoAccess, r.Problem != nil && r.Problem.Code.AboutAccount():
			n.SignIn, f.leftURL = r.User, addressOf(r.Left)
		case r.State == jobs.LeftThere:
			n.Problem = r.Problem
		}
		f.model.NotesTurn++
	}
	v := &f.model.Sessions
	for i := range v.Rows {
		if row := &v.Rows[i]; row.left.ID != "" && row.left.ID == r.ID {
			row.Busy, row.Result, row.Problem = false, r.State, r.Problem
		}
	}
	if r.Gone() {
		v.Rows = slices.DeleteFunc(v.Rows, func(row SessionRow) bool { return row.left.ID != "" && row.left.ID == r.ID })
	}
	v.Turn++
	f.changed(false)
}

// DismissLeft puts the words about sessions left open away.
func (f *Flow) DismissLeft() {
	if f.model.Left != nil {
		f.model.Left.Gone = true
		f.model.NotesTurn++
		f.changed(false)
	}
}

// SignInForLeft fills the first screen in with the account whose sessions were left open.
func (f *Flow) SignInForLeft() {
	n := f.model.Left
	if n == nil || n.SignIn == "" || f.model.Stage != SignedOut {
		return
	}
	f.signInAs(n.SignIn, f.leftURL)
}

func (f *Flow) signInAs(user, url string) {
	if !f.SignIn.Choose(user) {
		f.SignIn.Offer(user, url)
	}
	f.changed(true)
}

// addressOf is where the account of a session signs in. Empty means that the session is elsewhere, because
// the server sent it on.
func addressOf(l jobs.Left) string {
	if signin.AccountKey(l.User, l.URL) != l.Account() {
		return ""
	}
	address, _, _ := strings.Cut(l.URL, "?")
	return address
}

// ShowSessions opens or closes the panel with the sessions.
func (f *Flow) ShowSessions(open bool) {
	v := &f.model.Sessions
	if v.Open == open {
		return
	}
	v.Open = open
	v.Turn++
	if open {
		f.readSessions()
	}
	f.changed(false)
}

// sessionsEvery is how often the panel looks what other programs do.
const sessionsEvery = 2 * time.Second

// readSessions brings the panel in line with what there is, when it is open.
func (f *Flow) readSessions() {
	if !f.model.Sessions.Open {
		return
	}
	f.mu.Lock()
	sessions := f.sessions
	f.mu.Unlock()
	turn := f.reading + 1
	f.reading = turn
	f.loop.Go(context.Background(), func(ctx context.Context) {
		rows := f.listSessions(ctx, sessions)
		f.loop.Post(func() {
			v := &f.model.Sessions
			if turn != f.reading || !v.Open {
				return
			}
			for i := range rows { // what is being done, and what came of it, stays
				for _, old := range v.Rows {
					if rows[i].left.ID != "" && rows[i].left.ID == old.left.ID {
						rows[i].Busy, rows[i].Result, rows[i].Problem = old.Busy, old.Result, old.Problem
					}
				}
			}
			if !slices.EqualFunc(rows, v.Rows, sameRow) {
				v.Rows = rows
				v.Turn++
				f.changed(false)
			}
			time.AfterFunc(sessionsEvery, func() {
				f.loop.Post(func() {
					if turn == f.reading {
						f.readSessions()
					}
				})
			})
		})
	})
}

// readOthers counts the sessions of the account that others on this computer hold. While there are any it
// looks again by itself.
func (f *Flow) readOthers() {
	if f.o.Places == nil || f.model.Stage != Working {
		return
	}
	f.counting++
	turn, account := f.counting, f.runner.Sessions.Account()
	f.loop.Go(context.Background(), func(ctx context.Context) {
		list, err := f.o.Places.Holders(ctx, signin.AccountKey(account.Credential.User, account.Target.URL))
		n := 0
		for _, h := range list {
			if !h.Here {
				n++
			}
		}
		f.loop.Post(func() {
			if err != nil || turn != f.counting || f.model.Stage != Working {
				return
			}
			if f.model.Others != n {
				f.model.Others = n
				f.changed(false)
			}
			if n > 0 {
				time.AfterFunc(sessionsEvery, func() {
					f.loop.Post(func() {
						if turn == f.counting {
							f.readOthers()
						}
					})
				})
			}
		})
	})
}

func sameRow(a, b SessionRow) bool {
	return a.Customer == b.Customer && a.State == b.State && a.Since.Equal(b.Since) && a.Program == b.Program &&
		a.Account == b.Account && a.Busy == b.Busy && a.Result == b.Result && a.Problem == b.Problem &&
		a.held == b.held && a.left.ID == b.left.ID
}

// listSessions asks everybody who knows: this window, the journal for other programs, and what was left.
func (f *Flow) listSessions(ctx context.Context, sessions *jobs.Sessions) []SessionRow {
	var rows []SessionRow
	if sessions != nil {
		for _, h := range sessions.Held() {
			state := map[jobs.HeldState]SessionState{jobs.HeldOpening: SessionOpening, jobs.HeldInUse: SessionInUse,
				jobs.HeldIdle: SessionIdle, jobs.HeldClosing: SessionClosing}[h.State]
			rows = append(rows, SessionRow{Customer: h.Customer, State: state, Since: h.Since, held: h})
		}
		if f.o.Places != nil {
			a := sessions.Account()
			list, err := f.o.Places.Holders(ctx, signin.AccountKey(a.Credential.User, a.Target.URL))
			for _, h := range list {
				if err == nil && !h.Here && !h.Left {
					rows = append(rows, SessionRow{Customer: h.Customer, State: SessionElsewhere, Since: h.Since, Program: h.Program})
				}
			}
		}
	}
	if f.leftovers != nil {
		list, err := f.leftovers.Find(ctx)
		for _, l := range list {
			row := SessionRow{Customer: exchange.CustomerID(l.Customer), State: SessionLeft, Since: l.Opened, Account: l.User, left: l}
			if l.Owner == journal.OwnerUnknown {
				row.State = SessionAbroad
			}
			if err == nil {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// CloseSession closes a session of this window that nobody uses.
func (f *Flow) CloseSession(i int) {
	rows := f.model.Sessions.Rows
	f.mu.Lock()
	sessions := f.sessions
	f.mu.Unlock()
	if i >= len(rows) || rows[i].State != SessionIdle || sessions == nil {
		return
	}
	sessions.CloseIdle(rows[i].held)
	f.readSessions()
}

// LeftSessions is how many sessions of the panel were left open and are not being removed.
func (f *Flow) LeftSessions() int {
	n := 0
	for _, r := range f.model.Sessions.Rows {
		if r.State == SessionLeft && !r.Busy {
			n++
		}
	}
	return n
}

// RemoveAllSessions removes everything in the panel that was left open.
func (f *Flow) RemoveAllSessions() {
	for i := range f.model.Sessions.Rows {
		f.RemoveSession(i)
	}
}

// RemoveSession removes a session that was left open. Where nobody can sign in for it without being asked,
// the first screen offers to.
func (f *Flow) RemoveSession(i int) {
	v := &f.model.Sessions
	if i >= len(v.Rows) || v.Rows[i].State != SessionLeft || v.Rows[i].Busy || f.leftovers == nil {
		return
	}
	row := &v.Rows[i]
	row.Busy, row.Problem, row.Result = true, nil, ""
	v.Turn++
	f.changed(false)
	left := row.left
	f.loop.Go(context.Background(), func(ctx context.Context) {
		f.leftovers.Clean(ctx, []jobs.Left{left}, func(r jobs.LeftResult) { f.loop.Post(func() { f.leftResult(r) }) })
		f.loop.Post(func() {
			f.readSessions()
			f.readOthers()
		})
	})
}

// SignInForSession goes to the first screen, filled in with the account of a session that was left open.
func (f *Flow) SignInForSession(i int) {
	rows := f.model.Sessions.Rows
	if i >= len(rows) || rows[i].State != SessionLeft || f.model.Stage != SignedOut {
		return
	}
	f.ShowSessions(false)
	f.signInAs(rows[i].left.User, addressOf(rows[i].left))
}
