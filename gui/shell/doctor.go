package shell

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/gui/cmdletform"
	"tenantry/gui/preflightpanel"
	"tenantry/gui/signindialog"
)

// Blocked is a question that was not asked, because something found beforehand would have made it fail.
type Blocked struct {
	Found  []preflight.Finding // what blocks, at least one
	Script bool                // it was a script that was not opened in PowerShell

	again func() // asks it all the same; nil for a script
}

// newPreflight makes what looks at this computer, when the window was given something to look with, and looks
// once when nobody has before.
func newPreflight(f *Flow) *preflightpanel.Flow {
	if f.o.Preflight == nil {
		return nil
	}
	p := preflightpanel.NewFlow(preflightpanel.Options{
		Loop: f.loop, Files: f.o.Files, Words: f.Words, Subject: f.subject, Log: f.o.Repairs, OpenPage: f.o.OpenPage,
		Remote: f.o.Remote, Authority: signindialog.ReadAuthority,
	})
	p.OnLocal = func() { f.changed(false) }
	return p
}

// lookOnce looks at this computer at the very first start. It says so only when something blocks, and then
// only to somebody who has not begun to work.
func (f *Flow) lookOnce() {
	if f.Preflight == nil || f.settings.get().Checked {
		return
	}
	f.Preflight.Check(func() {
		f.settings.change(func(s *Settings) { s.Checked = true })
		begun := f.model.Stage != SignedOut || f.SignIn.Model().Busy != signindialog.Idle
		if f.Preflight.Model().Local.Worst() == preflight.Fail && !begun {
			f.Preflight.ShowQuietly()
		}
	})
}

// ShowPreflight opens the panel with the checks, or closes it. When nothing was looked at yet, it looks.
func (f *Flow) ShowPreflight(open bool) {
	if f.Preflight == nil {
		return
	}
	if open {
		f.ShowSessions(false)
	}
	f.Preflight.Show(open)
	if local := f.Preflight.Model().Local; open && !local.Running && local.Ended.IsZero() {
		f.Preflight.Check(nil)
	}
	f.changed(false)
}

// CheckComputer opens the panel and looks at everything anew.
func (f *Flow) CheckComputer() {
	if f.Preflight == nil {
		return
	}
	f.ShowSessions(false)
	f.Preflight.OpenAnother(false)
	f.Preflight.Show(true)
	if !f.Preflight.Model().Local.Running {
		f.Preflight.Check(nil)
	}
}

// subject gathers what the screen says of the account and its connection, and returns what makes a subject of
// it away from the screen.
func (f *Flow) subject() func() preflight.Subject {
	met, quiet := f.met, f.quiet
	f.met, f.quiet = nil, false
	var about preflightpanel.About
	var account *preflight.Account
	authority := func() ([]byte, error) { return about.PrivateCA, nil }
	if f.model.Stage == Working {
		about, account = f.signedInSubject(quiet)
	} else {
		look := f.SignIn.Look()
		about = preflightpanel.About{Address: look.Address, User: look.User, Customer: f.settings.last(look.User), Proxy: look.Proxy, Authentication: look.Authentication}
		authority = look.Authority
		if look.User != "" {
			account = &preflight.Account{User: look.User, Customer: about.Customer, Authentication: look.Authentication,
				NeedsPassword: look.NeedsPassword, HasPassword: look.HasPassword, PasswordSpaced: look.PasswordSpaced}
			if look.HasPassword || !look.NeedsPassword {
				account.Try = tryLook(look, about.Customer)
			}
		}
	}
	if account != nil {
		account.Host = hostOf(about.Address)
		if met != nil { // what has just happened need not happen again to be told
			account.Try = func(context.Context) error { return met }
		}
	}
	screen := f.screen()
	return func() preflight.Subject {
		if pem, err := authority(); err == nil { // a file that cannot be read is told by the attempt to sign in
			about.PrivateCA = pem
		}
		s := f.o.Preflight(about)
		s.Account, s.Screen = account, screen
		if f.leftovers != nil {
			s.Sessions = preflight.LeftBy(f.leftovers)
		}
		return s
	}
}

// screen returns what tells about the screen; nil without a window. At the start the window may not be drawn
// yet: then it is asked again until it is.
func (f *Flow) screen() func(ctx context.Context) (preflight.Screen, error) {
	if f.o.Screen == nil {
		return nil
	}
	seen, err := f.o.Screen()
	return func(ctx context.Context) (preflight.Screen, error) {
		for err != nil {
			select {
			case <-ctx.Done():
				return seen, err
			case <-time.After(screenEvery):
			}
			type answer struct {
				seen preflight.Screen
				err  error
			}
			told := make(chan answer, 1)
			f.loop.Post(func() {
				s, err := f.o.Screen()
				told <- answer{s, err}
			})
			select {
			case <-ctx.Done():
				return seen, err
			case a := <-told:
				seen, err = a.seen, a.err
			}
		}
		return seen, nil
	}
}

// screenEvery is how often a window that is not drawn yet is asked again.
const screenEvery = 100 * time.Millisecond

// signedInSubject is about the account of now and the customer that is chosen; a quiet look takes one whose
// session is open.
func (f *Flow) signedInSubject(quiet bool) (preflightpanel.About, *preflight.Account) {
	sessions := f.runner.Sessions
	a := sessions.Account()
	about := preflightpanel.About{Address: a.Target.URL, User: a.Credential.User, PrivateCA: a.Target.PrivateCA, Proxy: a.Target.Proxy,
		Authentication: a.Credential.Authentication}
	open := sessions.Connected()
	if chosen := f.Customers.Model().Selected(); len(chosen) > 0 {
		about.Customer = chosen[0].Domain
	} else if len(open) > 0 {
		about.Customer = open[0]
	}
	if quiet && len(open) > 0 && !slices.Contains(open, about.Customer) { // nobody asked for another session
		about.Customer = open[0]
	}
	return about, &preflight.Account{User: about.User, Customer: about.Customer, Authentication: about.Authentication, HasPassword: true,
		Try: preflight.Trial(sessions, about.Customer)}
}

// tryLook opens a session with what the form says and closes it again. A sign-in that was refused is not tried
// again with the same words: that can lock the account.
func tryLook(look signindialog.Look, customer exchange.CustomerID) func(ctx context.Context) error {
	if look.Refused != nil && look.Refused.Code.AboutAccount() {
		return func(context.Context) error { return look.Refused }
	}
	return func(ctx context.Context) error {
		sessions, err := look.Sessions()
		if err != nil {
			return err
		}
		err = preflight.Trial(sessions, customer)(ctx)
		if closed := sessions.CloseAll(context.WithoutCancel(ctx)); err == nil {
			err = closed
		}
		return err
	}
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return address
}

// ofConnection tells whether the network and the account have to do with p.
func ofConnection(p *exchange.Problem) bool {
	return p != nil && (strings.HasPrefix(string(p.Code), "connect.") || strings.HasPrefix(string(p.Code), "signin."))
}

// lookInto looks, quietly, at the connection that p went wrong on. The light says what was found.
func (f *Flow) lookInto(p *exchange.Problem) {
	if f.Preflight == nil || f.model.Sample || !ofConnection(p) || f.Preflight.Model().Local.Running {
		return
	}
	f.met = p
	f.Preflight.CheckSome(func(id preflight.CheckID) bool { return preflightpanel.GroupOf(id) != preflightpanel.OfComputer }, nil)
}

// lookAgain looks at the connection anew when it was found wanting before another one worked.
func (f *Flow) lookAgain() {
	if f.Preflight == nil || f.Preflight.Model().Local.Running {
		return
	}
	for _, found := range f.Preflight.Model().Local.Findings() {
		if preflightpanel.GroupOf(found.Check) != preflightpanel.OfComputer && (found.Status == preflight.Fail || found.Status == preflight.Warn) {
			f.quiet = true
			f.Preflight.CheckSome(func(id preflight.CheckID) bool { return preflightpanel.GroupOf(id) != preflightpanel.OfComputer }, nil)
			return
		}
	}
}

// lookLimit is how long is looked before a run.
const lookLimit = 2 * time.Second

// lookFirst looks whether anything known would make a run fail, and calls then when nothing would. A customer
// with an open session proves that nothing does.
func (f *Flow) lookFirst(r cmdletform.Request, then func()) {
	if f.Preflight == nil || f.model.Sample || f.connected(r) {
		then()
		return
	}
	f.model.Before++
	f.unblock()
	f.changed(false)
	subject, runner := f.subject(), f.runner
	f.loop.Go(context.Background(), func(ctx context.Context) {
		found := preflight.Run(ctx, blockers(subject()), nil)
		f.loop.Post(func() {
			if f.model.Stage != Working || f.runner != runner {
				return
			}
			f.model.Before--
			found = slices.DeleteFunc(found, func(x preflight.Finding) bool { return x.Status != preflight.Fail })
			if len(found) == 0 {
				then()
				f.changed(false)
				return
			}
			f.failedLast = found[0].Problem()
			f.model.Blocked = &Blocked{Found: found, again: then}
			f.model.NotesTurn++
			f.changed(false)
			if !f.Preflight.Model().Local.Running {
				f.Preflight.CheckSome(func(id preflight.CheckID) bool { _, did := preflight.Find(found, id); return did }, nil)
			}
		})
	})
}

// connected tells whether a session with each of a request's customers is open.
func (f *Flow) connected(r cmdletform.Request) bool {
	open := f.runner.Sessions.Connected()
	if len(r.Customers) == 0 {
		return slices.Contains(open, "")
	}
	for _, c := range r.Customers {
		if !slices.Contains(open, c.Domain) {
			return false
		}
	}
	return true
}

// blockers are the checks that can block a run: whether the address is reached, and whether the account can be
// sent as it is. They run side by side, for a moment.
func blockers(s preflight.Subject) []preflight.Check {
	wanted := map[preflight.CheckID]bool{preflight.CheckAccount: true}
	for _, e := range s.Endpoints {
		if e.Purpose == preflight.ForConnection {
			wanted[preflight.NetworkCheck(e)] = true
		}
	}
	var out []preflight.Check
	for _, c := range preflight.Checks(s) {
		if wanted[c.ID] {
			c.After, c.Awaits, c.Limit = nil, nil, lookLimit
			out = append(out, c)
		}
	}
	return out
}

// RunAnyway asks the question that was blocked.
func (f *Flow) RunAnyway() {
	if b := f.model.Blocked; b != nil {
		f.unblock()
		b.again()
	}
}

// Unblock puts the words about a question that was not asked away.
func (f *Flow) Unblock() {
	f.unblock()
	f.changed(false)
}

func (f *Flow) unblock() {
	if f.model.Blocked != nil {
		f.model.Blocked = nil
		f.model.NotesTurn++
	}
}
