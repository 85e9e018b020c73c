package preflightpanel

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/preflight"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

// examView is the list of one computer's checks, in groups. What is on the screen stays there while findings
// come, with its folds and the keyboard.
type examView struct {
	panel *Panel
	exam  *Exam
	turn  int
	rows  map[preflight.CheckID]*rowView
	aside int // how many rows are folded away below the others
	apart *kit.Fold
	away  *fyne.Container // in apart
	list  *fyne.Container
	none  *kit.EmptyState
	roll  *container.Scroll
	root  fyne.CanvasObject
}

func newExamView(p *Panel) *examView {
	w := p.words
	v := newRows(p)
	v.none = kit.NewEmptyState(icons.Check, w.Text("window.preflight.not-yet"), w.Text("window.preflight.hint"), nil)
	v.root = container.NewBorder(p.local.root, nil, nil, nil, container.New(layout.NewCustomPaddedLayout(8, 0, 0, 0), container.NewStack(v.none, v.roll)))
	return v
}

// newList is the list alone, for below a table.
func newList(p *Panel) *examView {
	v := newRows(p)
	v.root = v.roll
	return v
}

func newRows(p *Panel) *examView {
	v := &examView{panel: p, turn: -1, list: kit.Stacked(0), away: kit.Stacked(0), rows: map[preflight.CheckID]*rowView{}}
	v.apart = kit.NewFold("", v.away)
	v.apart.OnChanged = func(open bool) {
		v.settle()
		if open {
			v.reveal(v.away, nil)
		}
	}
	v.roll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 8, 0, 12), v.list))
	return v
}

// means tells whether a row has something to say on this computer. One that has not is folded away with the
// others like it; one that is looked at again stays where it was.
func means(r *Row) bool { return r.Finding.Status != preflight.NotApplicable }

func (v *examView) draw(e *Exam) {
	if v.exam != e {
		v.exam, v.turn = e, -1
		v.rows = map[preflight.CheckID]*rowView{}
	}
	if v.none != nil {
		v.none.Hidden = len(e.Rows) > 0 || e.Running
		v.show(v.none.Hidden)
	}
	aside := 0
	for _, r := range e.Rows {
		if !means(r) {
			aside++
		}
	}
	if v.turn != e.Turn || v.aside != aside {
		v.turn, v.aside = e.Turn, aside
		v.arrange(e)
	}
	changed := false
	for _, r := range e.Rows {
		if row := v.rows[r.Check.ID]; row != nil && row.draw(r) {
			changed = true
		}
	}
	if changed {
		v.settle()
	}
	for _, r := range e.Rows {
		if row := v.rows[r.Check.ID]; row != nil && row.seek != nil {
			v.reveal(row.seek, row.head)
			row.seek = nil
		}
	}
}

// arrange puts the rows in their groups, and those that mean nothing here below them.
func (v *examView) arrange(e *Exam) {
	v.list.Objects, v.away.Objects = nil, nil
	group := Group(0xff)
	for _, g := range []Group{OfComputer, OfNetwork, OfConnection} {
		for _, r := range e.Rows {
			if GroupOf(r.Check.ID) != g {
				continue
			}
			if v.rows[r.Check.ID] == nil {
				v.rows[r.Check.ID] = newRowView(v, r.Check.ID)
			}
			row := v.rows[r.Check.ID].root
			if !means(r) {
				v.away.Add(row)
				continue
			}
			if g != group {
				group = g
				name := v.panel.words.Text(g.Key())
				if g == OfComputer && e.Computer != "" {
					name = e.Computer
				}
				v.list.Add(container.New(layout.NewCustomPaddedLayout(10, 4, 4, 0), kit.NewCaptionHeading(name)))
			}
			v.list.Add(row)
		}
	}
	if v.aside > 0 {
		v.apart.SetTitle(v.panel.words.Count("window.preflight.apart", v.aside))
		v.list.Add(container.New(layout.NewCustomPaddedLayout(10, 0, 0, 0), v.apart))
	}
	v.away.Refresh()
	v.list.Refresh()
}

// reveal scrolls until the lower end of something is in sight; of what was just unfolded the line stays in
// sight as well.
func (v *examView) reveal(o fyne.CanvasObject, line *rowHead) {
	top := locate.Position(v.roll).Y
	over := locate.Position(o).Y + o.Size().Height - top + 12 - v.roll.Size().Height
	if holder, ok := o.(*fyne.Container); ok && len(holder.Objects) > 0 && holder.Objects[0] == line {
		over = min(over, locate.Position(line).Y-top)
	}
	if over > 0 {
		v.roll.ScrollToOffset(fyne.NewPos(0, v.roll.Offset.Y+over))
	}
}

func (v *examView) show(on bool) {
	if on {
		v.roll.Show()
	} else {
		v.roll.Hide()
	}
}

// settle finds room for rows that were unfolded or say more.
func (v *examView) settle() {
	v.list.Refresh()
	v.roll.Refresh()
}

// rowView is one check: its line, and below it what was found, while it is unfolded.
type rowView struct {
	view *examView
	id   preflight.CheckID
	turn int
	open bool
	head *rowHead
	body *fyne.Container
	root *fyne.Container

	leave *kit.Button       // of the repair that is being asked for
	seek  fyne.CanvasObject // what is to be in sight when there is room for it; nil for nothing
}

func newRowView(v *examView, id preflight.CheckID) *rowView {
	r := &rowView{view: v, id: id, turn: -1, body: kit.Stacked(6)}
	r.head = newRowHead(func(open bool) { v.exam.Fold(id, open) })
	r.root = kit.Stacked(0, r.head, container.New(layout.NewCustomPaddedLayout(0, 0, 0, 0), r.body))
	return r
}

// draw brings the row in line with the model and tells whether it may be higher or lower now.
func (r *rowView) draw(row *Row) bool {
	if r.turn == row.Turn {
		return false
	}
	r.turn = row.Turn
	w, c := r.view.panel.words, r.view.panel.win.Canvas()
	inside := holds(r.body, c.Focused())
	icon, color := lookOf(row.Finding.Status, row.Running)
	title, took := "", ""
	if row.Finding.Status != "" && !row.Running {
		title, took = w.Explain(row.Finding.Code, row.Finding.Args).Title, Took(w, row.Finding.Took)
		if row.Finding.Status == preflight.Skipped {
			took = ""
		}
	}
	r.head.set(icon, color, stateOf(w, row), w.Check(string(r.id)), title, took, row.Open)
	if row.Open && !r.open {
		r.seek = r.root
	}
	r.open = row.Open
	r.body.Objects = nil
	r.body.Hidden = !row.Open || row.Finding.Status == "" || row.Running
	if !r.body.Hidden {
		r.body.Add(container.New(layout.NewCustomPaddedLayout(2, 12, 48, 8), r.found(row)))
	}
	r.body.Refresh()
	if inside { // what had the keyboard is gone: it goes on where the question is, or at the row
		r.view.settle()
		if r.leave != nil && row.Repair != nil && row.Repair.Phase == RepairAsking {
			c.Focus(r.leave)
		} else {
			c.Focus(r.head)
		}
	}
	return true
}

// holds tells whether a widget is somewhere in a container.
func holds(in *fyne.Container, wanted fyne.Focusable) bool {
	if wanted == nil {
		return false
	}
	for _, o := range in.Objects {
		if f, ok := o.(fyne.Focusable); ok && f == wanted {
			return true
		}
		if c, ok := o.(*fyne.Container); ok && holds(c, wanted) {
			return true
		}
	}
	return false
}

// found is everything below a row's line.
func (r *rowView) found(row *Row) fyne.CanvasObject {
	w, f := r.view.panel.words, row.Finding
	m := w.Explain(f.Code, f.Args)
	out := kit.Stacked(6)
	if m.Title != "" {
		out.Add(kit.NewParagraph(m.Title, true))
	}
	for _, text := range []string{m.Why, m.Next} {
		if text != "" {
			out.Add(kit.NewParagraph(text, false))
		}
	}
	out.Add(r.buttons(row))
	if repair := r.repair(row); repair != nil {
		out.Add(repair)
		r.seek = repair
	}
	if row.Saved != "" {
		out.Add(kit.NewStrip(kit.Good, w.Text("window.preflight.saved", "path", row.Saved)))
	}
	if len(f.Steps) > 0 {
		steps := kit.Stacked(2, kit.NewCaptionHeading(w.Text("window.preflight.steps")))
		for _, s := range f.Steps {
			steps.Add(stepLine(r.view.panel, s))
		}
		out.Add(steps)
	}
	if text := facts(f); text != "" {
		out.Add(kit.Stacked(0, kit.NewCaptionHeading(w.Text("window.preflight.seen")), kit.NewFacts(text)))
	}
	return out
}

func facts(f preflight.Finding) string {
	var lines []string
	for _, fact := range f.Facts {
		lines = append(lines, fact.Name+": "+fact.Text)
	}
	if f.Cause != nil && !tells(f.Facts, "Cause") {
		lines = append(lines, "Cause: "+f.Cause.Error())
	}
	return strings.Join(lines, "\n")
}

// buttons are what can be done about one finding: its repairs, looking again, and copying what was seen.
func (r *rowView) buttons(row *Row) fyne.CanvasObject {
	w, e := r.view.panel.words, r.view.exam
	line := kit.Wrapped(6)
	busy := row.Repair != nil && (row.Repair.Phase == RepairAsking || row.Repair.Phase == RepairMaking || row.Repair.Phase == RepairPlanning)
	for _, fix := range row.Finding.Fixes {
		if busy || fix.ID == preflight.FixPage && !e.opens(fix.Args["page"]) {
			continue
		}
		line.Add(kit.NewButton(FixText(w, fix), nil, kit.Plain, func() { e.Ask(r.id, fix) }))
	}
	line.Add(kit.NewButton(w.Text("window.preflight.again-one"), icons.Retry, kit.Plain, func() { e.AgainOne(r.id) }))
	var copyRow *kit.Button
	copyRow = kit.NewButton(w.Text("kit.copy"), icons.Copy, kit.Plain, func() {
		fyne.CurrentApp().Clipboard().SetContent(RowText(row, w))
		copyRow.SetText(w.Text("kit.copied"))
		copyRow.SetIcon(icons.Check)
	})
	line.Add(copyRow)
	return line
}

// stepLine is one step: how it ended, its name, how long it took, what was seen.
func stepLine(p *Panel, s preflight.Step) fyne.CanvasObject {
	icon, color := icons.Check, theme.ColorGood
	if !s.OK {
		icon, color = icons.Error, theme.ColorProblem
	}
	m := kit.NewMark(nil, "")
	m.Set(icon, color)
	text := kit.NewText(StepText(p.words, s))
	text.TextSize = theme.SizeCaption
	text.Clip = true
	return container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 0, 6), container.NewCenter(m)), nil, kit.Middle(text))
}
