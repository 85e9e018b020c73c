package preflightpanel

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/preflight"
	"tenantry/core/wording"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
)

// Options are what a Flow works with.
type Options struct {
	Loop  loop.Loop
	Files files.Chooser
	Words func() *wording.Words

	// Subject is called on the UI goroutine, so that it may see what is typed and chosen. What it returns is
	// called away from the screen and says what is looked at. Each run asks anew.
	Subject func() func() preflight.Subject

	Log      preflight.RepairLog     // of repairs; nil for none
	OpenPage func(page string) error // opens a settings page or an address; nil offers none

	// Remote opens a connection to another computer; the second result gives it back. nil offers no other
	// computers.
	Remote func(ctx context.Context, a Another) (preflight.Computer, func(context.Context) error, error)

	// Authority reads a file with certificate authorities as PEM; it is called away from the screen.
	Authority func(path string) ([]byte, error)
}

// Flow changes the model. All methods are for the UI goroutine.
type Flow struct {
	OnChange func()
	OnLocal  func() // the findings about this computer changed, or a run of its checks began or ended
	OnClosed func() // the panel was closed

	o     Options
	model Model
}

// NewFlow returns the flow of a closed panel that has looked at nothing.
func NewFlow(o Options) *Flow {
	f := &Flow{o: o}
	f.model.Form.Authentication = exchange.AuthNegotiate
	f.model.Local = &Exam{flow: f, stop: func() {}}
	return f
}

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

// HasOthers tells whether other computers can be looked at.
func (f *Flow) HasOthers() bool { return f.o.Remote != nil }

func (f *Flow) changed() {
	if f.OnChange != nil {
		f.OnChange()
	}
}

func (f *Flow) changedIn(e *Exam) {
	if e == f.model.Local && f.OnLocal != nil {
		f.OnLocal()
	}
	f.changed()
}

// Show opens the panel, or closes it. Runs go on.
func (f *Flow) Show(open bool) {
	if f.model.Open != open {
		f.model.Open, f.model.Quiet = open, false
		f.changed()
		if !open && f.OnClosed != nil {
			f.OnClosed()
		}
	}
}

// ShowQuietly opens the panel by itself: nobody pressed anything, so the keyboard stays where it is.
func (f *Flow) ShowQuietly() {
	if !f.model.Open {
		f.model.Open, f.model.Quiet, f.model.Another = true, true, false
		f.changed()
	}
}

// Escape takes back what is nearest: a repair that is being asked for, a run, the other computers, the panel.
func (f *Flow) Escape() {
	m := &f.model
	if e := m.Shown(); e != nil {
		for _, r := range e.Rows {
			if r.Repair != nil && r.Repair.Phase == RepairAsking {
				e.Leave(r.Check.ID)
				return
			}
		}
	}
	switch {
	case m.Another && m.Looking():
		f.CancelOthers()
	case m.Another:
		f.OpenAnother(false)
	case m.Local.Running:
		m.Local.Cancel()
	default:
		f.Show(false)
	}
}

// Check runs all checks of this computer, and ended, which may be nil, afterwards unless the run was stopped
// by another one.
func (f *Flow) Check(ended func()) {
	f.model.Local.make = f.o.Subject()
	f.model.Local.run(nil, ended)
}

// CheckSome runs those checks of this computer that which says yes to. Other findings stay as they are.
func (f *Flow) CheckSome(which func(preflight.CheckID) bool, ended func()) {
	f.model.Local.make = f.o.Subject()
	f.model.Local.run(which, ended)
}

// renew asks anew what is looked at, where that can change.
func (e *Exam) renew() {
	if e == e.flow.model.Local {
		e.make = e.flow.o.Subject()
	}
}

// Again runs all checks of the computer once more.
func (e *Exam) Again() {
	if e.finish == nil && e != e.flow.model.Local {
		e.flow.lookAt(e)
		return
	}
	e.renew()
	e.run(nil, nil)
}

// AgainOne runs one check once more.
func (e *Exam) AgainOne(id preflight.CheckID) {
	e.renew()
	e.run(func(other preflight.CheckID) bool { return other == id }, nil)
}

// Cancel stops the run. What was found stays.
func (e *Exam) Cancel() { e.stop() }

// run runs the checks that which says yes to, all when it is nil. A run that is under way is stopped first.
func (e *Exam) run(which func(preflight.CheckID) bool, ended func()) {
	e.stop()
	e.turn++
	turn, subject := e.turn, e.make
	ctx, cancel := context.WithCancel(context.Background())
	e.stop, e.Running, e.Problem = cancel, true, nil
	for _, r := range e.Rows {
		if which == nil || which(r.Check.ID) {
			r.begin()
		}
	}
	f := e.flow
	f.changedIn(e)
	f.o.Loop.Go(ctx, func(ctx context.Context) {
		defer cancel()
		s := subject()
		checks := preflight.Checks(s)
		f.o.Loop.Post(func() {
			if turn == e.turn {
				e.subject = s
				e.take(checks, which)
				f.changedIn(e)
			}
		})
		these := checks
		if which != nil {
			these = slices.DeleteFunc(slices.Clone(checks), func(c preflight.Check) bool { return !which(c.ID) })
		}
		preflight.Run(ctx, these, func(found preflight.Finding) {
			f.o.Loop.Post(func() {
				if turn != e.turn {
					return
				}
				if r := e.Row(found.Check); r != nil {
					r.Running, r.Finding = false, found
					r.Turn++
				}
				f.changedIn(e)
			})
		})
		whole := which == nil && ctx.Err() == nil
		f.o.Loop.Post(func() {
			if turn != e.turn {
				return
			}
			e.Running = false
			if whole {
				e.Ended = time.Now()
			}
			f.changedIn(e)
			if ended != nil {
				ended()
			}
		})
	})
}

// begin notes that a row's check runs.
func (r *Row) begin() {
	r.Running, r.Repair, r.Saved = true, nil, ""
	r.Turn++
}

// take brings the rows in line with the checks there are now. What was unfolded stays so.
func (e *Exam) take(checks []preflight.Check, which func(preflight.CheckID) bool) {
	rows := make([]*Row, len(checks))
	other := len(checks) != len(e.Rows)
	for i, c := range checks {
		rows[i] = e.Row(c.ID)
		if rows[i] == nil {
			rows[i], other = &Row{}, true
			if which == nil || which(c.ID) {
				rows[i].begin()
			}
		} else if !other && e.Rows[i] != rows[i] {
			other = true
		}
		rows[i].Check = c
	}
	if which != nil { // nobody looked at them yet
		rows = slices.DeleteFunc(rows, func(r *Row) bool { return !r.Running && r.Finding.Status == "" })
		other = true
	}
	e.Rows = rows
	if other {
		e.Turn++
	}
}

// Fold notes that a row was unfolded or folded.
func (e *Exam) Fold(id preflight.CheckID, open bool) {
	if r := e.Row(id); r != nil && r.Open != open {
		r.Open = open
		r.Turn++
		e.flow.changed()
	}
}

func (e *Exam) doctor() *preflight.Doctor {
	return &preflight.Doctor{Subject: e.subject, Log: e.flow.o.Log, Program: "window"}
}

// Ask begins a repair: what it would change is looked up and shown, and nothing is changed. A page is opened
// and a text is written at once, because that changes nothing.
func (e *Exam) Ask(id preflight.CheckID, fix preflight.Fix) {
	r := e.Row(id)
	if r == nil || r.Running || r.Repair != nil && r.Repair.Phase == RepairMaking {
		return
	}
	switch fix.ID {
	case preflight.FixPage:
		e.openPage(r, fix)
		return
	case preflight.FixFirewallText:
		e.saveText(r, fix)
		return
	}
	repair := &Repair{Fix: fix}
	r.Repair, r.Open = repair, true
	r.Turn++
	f, doctor, finding := e.flow, e.doctor(), r.Finding
	f.changed()
	f.o.Loop.Go(context.Background(), func(ctx context.Context) {
		change, err := doctor.Plan(ctx, finding, fix)
		f.o.Loop.Post(func() {
			if r.Repair != repair {
				return
			}
			repair.Change, repair.Phase = change, RepairAsking
			if err != nil {
				repair.Phase, repair.Problem = RepairFailed, exchange.AsProblem(err)
			}
			r.Turn++
			f.changed()
		})
	})
}

// Leave answers a repair with no.
func (e *Exam) Leave(id preflight.CheckID) {
	if r := e.Row(id); r != nil && r.Repair != nil && r.Repair.Phase != RepairMaking {
		r.Repair = nil
		r.Turn++
		e.flow.changed()
	}
}

// Agree answers a repair with yes: the change is made, and the check runs again.
func (e *Exam) Agree(id preflight.CheckID) {
	r := e.Row(id)
	if r == nil || r.Repair == nil || r.Repair.Phase != RepairAsking {
		return
	}
	repair := r.Repair
	repair.Phase = RepairMaking
	r.Turn++
	f, doctor := e.flow, e.doctor()
	f.changed()
	f.o.Loop.Go(context.Background(), func(ctx context.Context) {
		found, err := doctor.Apply(ctx, repair.Change)
		f.o.Loop.Post(func() {
			if r.Repair != repair {
				return
			}
			repair.Phase = RepairMade
			if err != nil {
				repair.Phase, repair.Problem = RepairFailed, exchange.AsProblem(err)
			}
			if found.Check != "" {
				r.Finding = found
			}
			r.Turn++
			f.changedIn(e)
		})
	})
}

// opens tells whether a page can be opened: a settings page of another computer cannot be from here.
func (e *Exam) opens(page string) bool {
	return e.flow.o.OpenPage != nil && (e.Computer == "" || strings.HasPrefix(page, "https://"))
}

func (e *Exam) openPage(r *Row, fix preflight.Fix) {
	f := e.flow
	if f.o.OpenPage == nil {
		return
	}
	f.o.Loop.Go(context.Background(), func(context.Context) {
		err := f.o.OpenPage(fix.Args["page"])
		f.o.Loop.Post(func() {
			r.Repair = nil
			if err != nil {
				r.Repair = &Repair{Fix: fix, Phase: RepairFailed, Problem: exchange.AsProblem(err)}
			}
			r.Turn++
			f.changed()
		})
	})
}

// saveText writes the page for the people who look after the firewall where the person says.
func (e *Exam) saveText(r *Row, fix preflight.Fix) {
	f, w := e.flow, e.flow.o.Words()
	text, title := preflight.FirewallText(e.subject.Endpoints, e.Findings(), time.Now(), w), w.Text("window.preflight.firewall-file")
	f.o.Loop.Go(context.Background(), func(ctx context.Context) {
		path, err := f.o.Files.SaveFile(ctx, title, title+".txt", files.Filter{Title: w.Text("window.preflight.text-file"), Extensions: []string{"txt"}})
		if errors.Is(err, files.ErrCancelled) {
			return
		}
		if err == nil {
			err = export.WriteFile(path, func(to io.Writer) error {
				_, err := io.WriteString(to, text)
				return err
			})
		}
		f.o.Loop.Post(func() {
			r.Repair, r.Saved = nil, path
			if err != nil {
				r.Repair, r.Saved = &Repair{Fix: fix, Phase: RepairFailed, Problem: exchange.AsProblem(err)}, ""
			}
			r.Turn++
			f.changed()
		})
	})
}

// Close stops everything and gives connections to other computers back.
func (f *Flow) Close() {
	f.model.Local.stop()
	f.forget()
}
