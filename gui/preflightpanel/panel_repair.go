package preflightpanel

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/preflight"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/theme"
)

// FixText is what the button of a repair says.
func FixText(w *wording.Words, fix preflight.Fix) string {
	return w.Text("fix."+string(fix.ID), pairs(fix.Args)...)
}

func pairs(args map[string]string) []any {
	out := make([]any, 0, 2*len(args))
	for name, value := range args {
		out = append(out, name, value)
	}
	return out
}

// repair is what is to be said of a repair; nil for nothing. A change is shown exactly as it would be made,
// before anybody agrees.
func (r *rowView) repair(row *Row) fyne.CanvasObject {
	w, e := r.view.panel.words, r.view.exam
	repair := row.Repair
	if repair == nil {
		return nil
	}
	switch repair.Phase {
	case RepairPlanning:
		return kit.NewStrip(kit.Info, w.Text("window.preflight.planning"))
	case RepairMade:
		return kit.NewStrip(kit.Good, w.Text("window.preflight.made"))
	case RepairFailed:
		panel := kit.NewProblem(kit.Explained(kit.Bad, w.Problem(repair.Problem)))
		panel.OnFold = r.view.settle
		return panel
	}
	c := repair.Change
	rows := kit.Stacked(6, kit.NewParagraph(FixText(w, repair.Fix), true), kit.NewParagraph(w.Text("fix."+string(repair.Fix.ID)+".what", pairs(repair.Fix.Args)...), false))
	if c.Computer != "" {
		rows.Add(kit.NewParagraph(w.Text("window.preflight.on", "computer", c.Computer), false))
	}
	for _, v := range c.Registry {
		old := w.Text("window.preflight.not-set")
		if v.Old != nil {
			old = v.Old.String()
		}
		table := container.New(layout.NewFormLayout())
		for _, line := range [][2]string{{"window.preflight.key", v.Key}, {"window.preflight.value", v.Name},
			{"window.preflight.now", old}, {"window.preflight.then", v.New.String()}} {
			name := kit.NewCaption(w.Text(line[0]))
			table.Add(kit.Middle(name))
			text := kit.NewText(line[1])
			text.Clip = true
			text.Style.Monospace = true
			text.TextSize = theme.SizeCaption
			table.Add(kit.Middle(text))
		}
		rows.Add(table)
	}
	if len(c.Sessions) > 0 {
		list := kit.Stacked(2)
		for _, customer := range c.Sessions {
			text := kit.NewText("· " + customer)
			text.Clip = true
			list.Add(text)
		}
		rows.Add(list)
	}
	if c.Elevated && c.Computer == "" {
		rows.Add(kit.NewParagraph(w.Text("window.preflight.elevated"), false))
	}
	yes := kit.NewButton(w.Text("window.preflight.change"), nil, kit.Primary, func() { e.Agree(r.id) })
	no := kit.NewButton(w.Text("window.preflight.leave"), nil, kit.Plain, func() { e.Leave(r.id) })
	r.leave = no
	if repair.Phase == RepairMaking {
		yes.SetText(w.Text("window.preflight.making"))
		yes.Disable(w.Text("window.preflight.making"))
		no.Hide()
	}
	rows.Add(container.NewHBox(yes, no))
	return container.NewStack(kit.NewSurface(theme.ColorWarnBack, ""), container.New(layout.NewCustomPaddedLayout(10, 10, 12, 12), rows))
}
