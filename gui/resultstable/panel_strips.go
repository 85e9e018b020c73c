package resultstable

import (
	"strings"

	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/remedy"
)

// drawStrips says what is to be said about the answer: one strip a kind, so that forty customers that were
// not asked are one sentence. A single run that failed whole gets the panel with what to do.
func (p *Panel) drawStrips() {
	m, w := p.flow.Model(), p.flow.Words()
	if said := w.Lang() + sayNotices(m, p.flow) + sayRemarks(m); said != p.saidStrips {
		p.saidStrips = said
		p.strips.Objects = nil
		for kind := Failed; kind <= Warning; kind++ {
			if these := m.said(kind); len(these) > 0 {
				p.strips.Add(p.strip(kind, these))
			}
		}
		for _, strip := range p.remarks() {
			p.strips.Add(strip)
		}
		p.strips.Refresh()
		if p.root != nil {
			p.root.Refresh()
		}
	}
}

func (p *Panel) strip(kind NoticeKind, these []Notice) fyne.CanvasObject {
	w := p.flow.Words()
	actions := p.steps(these)
	look := map[NoticeKind]kit.Kind{Failed: kit.Bad, NotAsked: kit.Bad, Partial: kit.Warn, Cancelled: kit.Info,
		Cut: kit.Warn, Faults: kit.Warn, Warning: kit.Info}[kind]
	if kind == Cut && p.OnAllRows != nil {
		actions = append(actions, kit.Action{Text: w.Text("table.all-rows"), Do: p.OnAllRows})
	}
	details := p.why(these)
	folded := len(details) > 0 && (len(these) > 1 || kind != Warning)
	if look != kit.Bad {
		dismiss := kit.Action{Icon: icons.Close, Do: func() { p.flow.Dismiss(kind) }}
		if folded {
			dismiss = kit.Action{Text: w.Text("table.close"), Do: dismiss.Do}
		}
		actions = append(actions, dismiss)
	}
	sentence := sayNotice(kind, these, p.flow)
	if !folded {
		return kit.NewStrip(look, sentence, actions...)
	}
	t := kit.Trouble{Kind: look, Title: sentence, Details: details, Actions: actions}
	if kind == Warning {
		t.Title = w.Count("table.warnings", len(these))
	}
	if problem := these[0].Problem; problem != nil && alike(these) {
		message := w.Problem(problem)
		t.Next = message.Next
		if len(these) == 1 {
			t.Why = strings.TrimSpace(message.Title + ". " + message.Why)
		} else {
			t.Why = message.Title + "."
		}
	}
	panel := kit.NewProblem(t)
	panel.OnFold = func() { p.root.Refresh() }
	return panel
}

// findOut is the button that says why; nil where nobody does.
func (p *Panel) findOut(problem *exchange.Problem) []kit.Action {
	if problem == nil || problem.Code == exchange.CodeCancelled || p.OnFindOut == nil {
		return nil
	}
	return []kit.Action{{Text: p.flow.Words().Text("window.find-out"), Icon: icons.Search, Do: func() { p.OnFindOut(problem) }}}
}

// steps are buttons for what can be done: asking again those that could then answer, and what the window does
// for all of them.
func (p *Panel) steps(these []Notice) []kit.Action {
	w := p.flow.Words()
	var again []exchange.CustomerID
	elsewhere := map[remedy.Step]bool{}
	for _, n := range these {
		for _, step := range n.Steps() {
			switch step {
			case remedy.TryAgain:
				again = append(again, n.Customer)
			case remedy.Sessions:
				elsewhere[remedy.Sessions] = true
			default: // what is said on the first screen is changed there
				elsewhere[remedy.SignIn] = true
			}
		}
	}
	var actions []kit.Action
	if len(again) > 0 {
		actions = append(actions, kit.Action{Text: w.Text("table.retry"), Icon: icons.Retry, Do: func() {
			if p.OnRetry != nil {
				p.OnRetry(again)
			}
		}})
	}
	for _, step := range []remedy.Step{remedy.Sessions, remedy.SignIn} {
		if elsewhere[step] && p.OnStep != nil {
			actions = append(actions, kit.Action{Text: w.Text(step.Key()), Do: func() { p.OnStep(step) }})
		}
	}
	return append(actions, p.findOut(these[0].Problem)...)
}

// why is the raw facts of notices: of one its problem's, of several each customer's reason. A few warnings
// are said in full instead.
func (p *Panel) why(these []Notice) []kit.Detail {
	const inFull = 3 // warnings
	w := p.flow.Words()
	var out []kit.Detail
	if len(these) == 1 && these[0].Problem != nil {
		return kit.Explained(kit.Bad, w.Problem(these[0].Problem)).Details
	}
	for _, n := range these {
		switch {
		case n.Problem != nil:
			out = append(out, kit.Detail{Name: p.flow.Name(n.Customer), Value: w.Problem(n.Problem).String()})
		case n.Kind == Warning && len(these) > inFull:
			out = append(out, kit.Detail{Name: p.flow.Name(n.Customer), Value: w.Notice(n.Said)})
		}
	}
	return out
}
