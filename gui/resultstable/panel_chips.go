package resultstable

import (
	"maps"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// chipLine is the filters and colour rules in words above the table, each with a button that takes it away. What does not fit
// goes on below.
type chipLine struct {
	panel *Panel
	root  *fyne.Container
	chips *fyne.Container
	said  string
	wide  float32 // room for the words of a chip
}

// The words of a chip are as wide as its line allows but no wider than chipMost, in points; the rest is in its
// tooltip. chipEdge is what a chip takes beside its words.
const (
	chipMost  = 460
	chipLeast = 120
	chipEdge  = 64
)

func newChipLine(p *Panel) *chipLine {
	l := &chipLine{panel: p, chips: kit.Wrapped(4), wide: chipMost}
	l.root = container.New(&chipRoom{line: l, inner: layout.NewCustomPaddedLayout(0, 4, 8, 8)}, l.chips)
	l.root.Hide()
	return l
}

// chipRoom makes the words of the chips as long as there is room before it lays them out.
type chipRoom struct {
	line  *chipLine
	inner fyne.Layout
}

func (r *chipRoom) MinSize(objects []fyne.CanvasObject) fyne.Size { return r.inner.MinSize(objects) }

func (r *chipRoom) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if wide := min(max(size.Width-chipEdge, chipLeast), chipMost); wide != r.line.wide {
		r.line.wide, r.line.said = wide, ""
		r.line.fill()
	}
	r.inner.Layout(objects, size)
}

// draw makes the chips anew when they say something else.
func (l *chipLine) draw() {
	if l.fill() && l.panel.root != nil {
		l.panel.root.Refresh()
	}
}

// fill makes the chips, and tells whether they are other ones.
func (l *chipLine) fill() bool {
	flow, w := l.panel.flow, l.panel.flow.Words()
	filters := flow.Filters()
	speaker := flow.Speaker()
	texts := make([]string, len(filters))
	for i, f := range filters {
		texts[i] = speaker.Say(f)
	}
	rules := flow.Rules()
	for _, r := range rules {
		texts = append(texts, w.Text("rule.chip-"+string(r.Tone), "condition", speaker.Say(r.When)))
	}
	said := w.Lang() + strings.Join(texts, "\n")
	if said == l.said {
		return false
	}
	l.said = said
	l.chips.Objects = nil
	for i, text := range texts {
		short := kit.Shorten(text, l.wide, theme.Size(theme.SizeText), fyne.TextStyle{})
		chip := kit.NewChip(short, func() { flow.RemoveFilter(i) })
		chip.OnTapped = func() { l.panel.EditFilter(i) }
		if at := i - len(filters); at >= 0 {
			chip = kit.NewChip(short, func() { flow.RemoveRule(at) })
			chip.OnTapped = func() { l.panel.EditRule(at) }
		}
		chip.SetTip(w.Text("filter.change", "filter", text))
		l.chips.Add(chip)
	}
	l.root.Hidden = len(texts) == 0
	if len(texts) > 0 {
		l.chips.Add(kit.NewButton(w.Text("filter.add"), icons.Add, kit.Quiet, func() { l.panel.NewFilter("") }))
	}
	l.chips.Refresh()
	return true
}

// drawFields brings the row of filter fields in line with the filters.
func (p *Panel) drawFields() {
	m := p.flow.Model()
	on := m.Fields && !m.View.Grouped()
	p.fields.SetChosen(m.Fields)
	p.grid.SetFilterRow(on)
	if !on {
		return
	}
	texts, wrong := p.flow.FieldTexts()
	if !maps.Equal(texts, p.grid.FilterTexts()) {
		p.grid.SetFilterTexts(texts)
	}
	if !maps.Equal(wrong, p.wrong) {
		p.wrong = wrong
		p.grid.SetFilterProblems(wrong)
	}
}

// goTo selects a row and shows it.
func (p *Panel) goTo(row int) {
	p.grid.SetSelection([]grid.Range{{First: row, End: row + 1}}, row)
	p.grid.Reveal(row)
	p.grid.OnSelect()
}
