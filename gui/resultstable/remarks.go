package resultstable

import (
	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
)

// Remark is something to say above the rows that is about the table as a whole, such as a row of a file that is
// not as long as the others: a problem, or a text.
type Remark struct {
	Problem *exchange.Problem
	Text    string
	Act     string // the words of a button that does something about a Text; empty for none
	Do      func()

	// Dismissed says that the words were put away.
	Dismissed bool
}

// Remark says something above the rows.
func (f *Flow) Remark(list ...Remark) {
	f.model.Remarks = append(f.model.Remarks, list...)
	f.changed(false)
}

// DismissRemark puts a remark away, by its number in Model.Remarks.
func (f *Flow) DismissRemark(i int) {
	f.model.Remarks[i].Dismissed = true
	f.changed(false)
}

// sayRemarks is everything the remarks say, for telling whether it changed.
func sayRemarks(m *Model) string {
	said := ""
	for _, r := range m.Remarks {
		if r.Dismissed {
			said += "-"
		}
		said += "\n"
	}
	return said
}

// remarks are the strips of what is to be said of the table.
func (p *Panel) remarks() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i, r := range p.flow.Model().Remarks {
		switch {
		case r.Dismissed:
		case r.Problem == nil:
			var actions []kit.Action
			if r.Act != "" {
				actions = append(actions, kit.Action{Text: r.Act, Do: func() {
					p.flow.DismissRemark(i)
					r.Do()
				}})
			}
			out = append(out, kit.NewStrip(kit.Info, r.Text, append(actions, kit.Action{Icon: icons.Close, Do: func() { p.flow.DismissRemark(i) }})...))
		default:
			panel := kit.NewProblem(kit.Explained(kit.Warn, p.flow.Words().Problem(r.Problem),
				kit.Action{Text: p.flow.Words().Text("table.close"), Do: func() { p.flow.DismissRemark(i) }}))
			panel.OnFold = func() { p.root.Refresh() }
			out = append(out, panel)
		}
	}
	return out
}
