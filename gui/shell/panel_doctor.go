package shell

import (
	"fyne.io/fyne/v2"

	"tenantry/core/preflight"
	pages "tenantry/core/troubleshoot"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/preflightpanel"
)

// newLight is the button that shows how things stand, and opens the panel that says why.
func newLight(p *Panel) *kit.Button {
	b := kit.NewButton("", nil, kit.Quiet, func() {
		if p.flow.Preflight != nil {
			p.flow.ShowPreflight(!p.flow.Preflight.Model().Open)
		}
	})
	b.SetTip(p.words.Text("window.preflight.light-tip"))
	return b
}

// drawLight shows what is under way, and otherwise the worst that was found: by an icon, a word and a colour.
func (p *Panel) drawLight(b *kit.Button) {
	m, w := p.flow.Model(), p.words
	icon, color, words := icons.Connection, theme.ColorAccent, w.Text("window.state.ready")
	b.Hidden = false
	var local *preflightpanel.Exam
	if p.flow.Preflight != nil {
		local = p.flow.Preflight.Model().Local
		b.SetChosen(p.flow.Preflight.Model().Open)
	}
	switch {
	case m.Stage == Closing:
		icon, words = icons.Clock, w.Text("window.state.closing")
	case m.Stage == Working && (m.Busy() || m.Before > 0):
		icon, words = icons.Clock, w.Text("window.state.working")
	case local != nil && local.Running:
		icon, words = icons.Clock, w.Text("window.preflight.checking")
	case local != nil && local.Worst() != "":
		icon, color = map[preflight.Status]*icons.Icon{preflight.Pass: icons.Check, preflight.Warn: icons.Warning, preflight.Fail: icons.Error}[local.Worst()],
			map[preflight.Status]fyne.ThemeColorName{preflight.Pass: theme.ColorGood, preflight.Warn: theme.ColorWarn, preflight.Fail: theme.ColorProblem}[local.Worst()]
		words = local.Worded(w)
	case m.Stage == SignedOut && local == nil:
		b.Hidden = true
	case m.Stage == SignedOut:
		icon, color, words = icons.Info, theme.ColorMuted, w.Text("window.preflight.menu")
	}
	b.SetIcon(icon)
	b.SetTint(color)
	b.SetText(words)
}

// goOn gives the keyboard to where a step of a page leads.
func (p *Panel) goOn(s pages.Step) {
	switch {
	case p.form == nil:
	case s == pages.StepCustomers:
		p.customers.FocusSearch()
	case s == pages.StepForm:
		p.flow.Form.SetCompact(false)
		p.form.FocusFirst()
	}
}

// blocked says which question was not asked, why, and what can be done.
func (p *Panel) blocked(b *Blocked) fyne.CanvasObject {
	w, f := p.words, p.flow
	first := b.Found[0]
	m := w.Problem(first.Problem())
	t := kit.Explained(kit.Bad, m)
	t.Title, t.Why = w.Text("window.preflight.blocked"), m.Title+". "+m.Why
	if b.Script {
		t.Title = w.Text("handover.blocked")
	}
	for _, fix := range first.Fixes {
		t.Actions = append(t.Actions, kit.Action{Text: preflightpanel.FixText(w, fix), Do: func() { f.repair(first, fix) }})
	}
	if !b.Script {
		t.Actions = append(t.Actions, kit.Action{Text: w.Text("window.preflight.run-anyway"), Icon: icons.Run, Do: f.RunAnyway})
	}
	t.Actions = append(t.Actions, kit.Action{Text: w.Text("window.find-out"), Icon: icons.Search, Do: func() { f.FindOut(first.Problem()) }},
		kit.Action{Text: w.Text("kit.close"), Do: f.Unblock})
	panel := kit.NewProblem(t)
	panel.OnFold = func() { p.under.Refresh() }
	return panel
}
