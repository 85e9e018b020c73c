package troubleshoot

import (
	"context"
	"errors"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/preflight"
	"tenantry/core/support"
	"tenantry/core/troubleshoot"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
)

// Options are what a Flow works with. Its functions are called on the UI goroutine, unless they say otherwise.
type Options struct {
	Loop  loop.Loop
	Files files.Chooser

	// Check runs those checks of this computer that which says yes to, and calls ended with all findings there
	// are then. nil offers no checks.
	Check func(which func(preflight.CheckID) bool, ended func([]preflight.Finding))

	// Findings are those of before.
	Findings func() []preflight.Finding

	// Repair shows what a repair would change and asks.
	Repair func(f preflight.Finding, fix preflight.Fix)

	// Able tells whether the window can take a step now, and Step takes it.
	Able func(troubleshoot.Step) bool
	Step func(troubleshoot.Step)

	// Bundle returns what makes the support bundle about a problem, nil for about none; that is called away from
	// the screen. nil offers none.
	Bundle func(p *exchange.Problem) func(ctx context.Context) (*support.Bundle, error)
}

// Flow changes the model. All methods are for the UI goroutine.
type Flow struct {
	OnChange func()

	o     Options
	model Model
}

// NewFlow returns the flow of a closed page.
func NewFlow(o Options) *Flow { return &Flow{o: o} }

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

// HasBundle tells whether there is a support bundle to save.
func (f *Flow) HasBundle() bool { return f.o.Bundle != nil }

// HasChecks tells whether checks can be run.
func (f *Flow) HasChecks() bool { return f.o.Check != nil }

// Able tells whether the window can take a step now.
func (f *Flow) Able(s troubleshoot.Step) bool { return s != troubleshoot.StepNone && f.o.Able(s) }

func (f *Flow) changed() {
	f.model.Turn++
	if f.OnChange != nil {
		f.OnChange()
	}
}

// Open shows the page of a problem. What checks found before is told at once.
func (f *Flow) Open(p *exchange.Problem) {
	f.model = Model{Open: true, Page: troubleshoot.For(p), Turn: f.model.Turn}
	for _, c := range f.model.Page.Causes {
		f.model.Causes = append(f.model.Causes, &Cause{Cause: c})
	}
	f.judge(f.o.Findings())
	f.changed()
}

// Close closes the page, or goes back to it from the support bundle.
func (f *Flow) Close() {
	switch {
	case f.model.Bundle != nil:
		f.model.Bundle = nil
		f.model.Open = f.model.Page.Problem != nil // it may have been asked for without a page
	case f.model.Open:
		f.model.Open = false
	default:
		return
	}
	f.changed()
}

// judge takes what findings say of the causes.
func (f *Flow) judge(findings []preflight.Finding) {
	for _, c := range f.model.Causes {
		c.Verdict, c.Finding = c.Judge(findings)
	}
}

// Check runs the check that tells about one cause.
func (f *Flow) Check(c *Cause) { f.check([]*Cause{c}) }

// CheckAll runs the checks that tell about any of the causes.
func (f *Flow) CheckAll() { f.check(f.model.Causes) }

func (f *Flow) check(causes []*Cause) {
	if f.o.Check == nil {
		return
	}
	var these []*Cause
	for _, c := range causes {
		if c.Cause.Check != "" {
			c.Running = true
			these = append(these, c)
		}
	}
	if len(these) == 0 {
		return
	}
	f.changed()
	f.o.Check(func(id preflight.CheckID) bool {
		for _, c := range these {
			if c.Tells(id) {
				return true
			}
		}
		return false
	}, func(findings []preflight.Finding) {
		for _, c := range these {
			c.Running, c.Asked = false, true
		}
		f.judge(findings)
		f.changed()
	})
}

// Repair returns the repair of a cause, as a finding offers it; ok is false when none does.
func (f *Flow) Repair(c *Cause) (finding preflight.Finding, fix preflight.Fix, ok bool) {
	return c.Cause.Repair(f.o.Findings())
}

// Mend asks for the repair of a cause.
func (f *Flow) Mend(c *Cause) {
	if finding, fix, ok := f.Repair(c); ok {
		f.o.Repair(finding, fix)
	}
}

// Step takes a cause's step in the window. The page closes: what it leads to is below it.
func (f *Flow) Step(s troubleshoot.Step) {
	if s == troubleshoot.StepBundle {
		f.ShowBundle()
		return
	}
	if s != troubleshoot.StepPreflight {
		f.model.Open = false
		f.changed()
	}
	f.o.Step(s)
}

// MakeBundle shows the support bundle without a page below it: nothing need have failed.
func (f *Flow) MakeBundle() {
	f.model = Model{Turn: f.model.Turn}
	f.ShowBundle()
}

// ShowBundle makes the support bundle and shows what is in it.
func (f *Flow) ShowBundle() {
	if f.o.Bundle == nil || f.model.Bundle != nil {
		return
	}
	b := &Bundle{}
	f.model.Bundle, f.model.Open = b, true
	build := f.o.Bundle(f.model.Page.Problem)
	f.changed()
	f.o.Loop.Go(context.Background(), func(ctx context.Context) {
		made, err := build(ctx)
		f.o.Loop.Post(func() {
			b.made, b.Problem = made, exchange.AsProblem(err)
			if made != nil {
				b.Text = string(made.Preview())
			}
			f.changed()
		})
	})
}

// SaveBundle asks for a file and writes exactly what shows.
func (f *Flow) SaveBundle(title string) {
	b := f.model.Bundle
	if b == nil || b.made == nil {
		return
	}
	f.o.Loop.Go(context.Background(), func(ctx context.Context) {
		path, err := f.o.Files.SaveFile(ctx, title, support.FileName, files.Filter{Title: "ZIP", Extensions: []string{"zip"}})
		if errors.Is(err, files.ErrCancelled) {
			return
		}
		if err == nil {
			err = export.WriteFile(path, b.made.WriteZip)
		}
		f.o.Loop.Post(func() {
			b.Saved, b.Problem = path, exchange.AsProblem(err)
			if err != nil {
				b.Saved = ""
			}
			f.changed()
		})
	})
}
