package shell

import (
	"context"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/support"
	pages "tenantry/core/troubleshoot"
	"tenantry/gui/signindialog"
	"tenantry/gui/troubleshoot"
)

// newTrouble makes the page that leads from a failure to what to do about it.
func newTrouble(f *Flow) *troubleshoot.Flow {
	o := troubleshoot.Options{
		Loop: f.loop, Files: f.o.Files, Able: f.able, Step: f.mend, Repair: f.repair,
		Findings: func() []preflight.Finding {
			if f.Preflight == nil {
				return nil
			}
			return f.Preflight.Model().Local.Findings()
		},
	}
	if f.Preflight != nil {
		o.Check = func(which func(preflight.CheckID) bool, ended func([]preflight.Finding)) {
			f.Preflight.CheckSome(which, func() { ended(f.Preflight.Model().Local.Findings()) })
		}
	}
	if f.o.Support != nil {
		o.Bundle = f.bundle
	}
	return troubleshoot.NewFlow(o)
}

// bundle gathers what the screen knows for a support bundle. What was found last is in it; when nothing was
// looked at yet it looks, without signing in.
func (f *Flow) bundle(p *exchange.Problem) func(ctx context.Context) (*support.Bundle, error) {
	source := *f.o.Support
	source.Words, source.Problem = f.words, p
	if f.Preflight != nil {
		local := f.Preflight.Model().Local
		found, whole, subject := local.Findings(), !local.Ended.IsZero(), f.subject()
		source.Findings = func(ctx context.Context) []preflight.Finding {
			if whole {
				return found
			}
			s := subject()
			if s.Account != nil {
				s.Account.Try = nil
			}
			return preflight.Run(ctx, preflight.Checks(s), nil)
		}
	}
	return func(ctx context.Context) (*support.Bundle, error) { return support.Make(ctx, source) }
}

// FindOut opens the page of a problem.
func (f *Flow) FindOut(p *exchange.Problem) {
	if p == nil {
		return
	}
	f.ShowSessions(false)
	if f.Preflight != nil {
		f.Preflight.Show(false) // it would lie over the page
	}
	f.Trouble.Open(f.named(p))
}

// MakeBundle shows the support bundle, about nothing in particular.
func (f *Flow) MakeBundle() {
	f.ShowSessions(false)
	if f.Preflight != nil {
		f.Preflight.Show(false)
	}
	f.Trouble.MakeBundle()
}

// Help opens the page of what went wrong last; without any, the panel with the checks.
func (f *Flow) Help() {
	if f.failedLast != nil {
		f.FindOut(f.failedLast)
		return
	}
	f.ShowPreflight(true)
}

// repair shows a repair where repairs are asked for.
func (f *Flow) repair(found preflight.Finding, fix preflight.Fix) {
	p := f.Preflight
	p.OpenAnother(false)
	p.Show(true)
	p.Model().Local.Fold(found.Check, true)
	p.Model().Local.Ask(found.Check, fix)
}

// able tells whether the window can take a step of a page now.
func (f *Flow) able(s pages.Step) bool {
	out, working := f.model.Stage == SignedOut, f.model.Stage == Working
	switch s {
	case pages.StepTryAgain, pages.StepWait:
		if out {
			return f.SignIn.Model().Problem != nil && f.SignIn.Model().Busy == signindialog.Idle
		}
		return working && f.model.Tab() != nil && !f.model.Tab().Running
	case pages.StepSignIn:
		return working
	case pages.StepAddress, pages.StepWay, pages.StepProxy, pages.StepAuthority:
		return out || working && !f.model.Sample
	case pages.StepSessions:
		return working || f.leftovers != nil
	case pages.StepCustomers:
		return working
	case pages.StepForm:
		return working && f.Form.Model().Spec != nil
	case pages.StepPreflight:
		return f.Preflight != nil
	}
	return false
}

// mend takes a step of a page.
func (f *Flow) mend(s pages.Step) {
	fields := map[pages.Step]signindialog.Field{pages.StepAddress: signindialog.AddressField, pages.StepWay: signindialog.WayField,
		pages.StepProxy: signindialog.ProxyField, pages.StepAuthority: signindialog.AuthorityField}
	switch {
	case s == pages.StepPreflight:
		f.CheckComputer()
	case s == pages.StepSessions:
		f.ShowSessions(true)
	case s == pages.StepTryAgain || s == pages.StepWait:
		if f.model.Stage == SignedOut {
			f.SignIn.SignIn()
			return
		}
		f.Again()
	case f.model.Stage == SignedOut && fields[s] != signindialog.NoField:
		f.SignIn.Reveal(fields[s])
	case s == pages.StepSignIn || fields[s] != signindialog.NoField:
		f.SignInAgain()
	case f.OnGo != nil:
		f.OnGo(s)
	}
}
