package resultstable

import (
	"reflect"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

const sideGroups = "groups"

// groupsSide is the pane that says by which columns rows become one, in which order, and what is worked out of
// each group. Every change takes effect at once.
type groupsSide struct {
	side   *side
	panel  *Panel
	facts  []ColumnFact // that are listed
	find   string
	cursor int
	said   results.Group // that the chips say
	shown  bool          // on the screen
	known  int           // columns when the list was made, -1 to make it anew

	by, worked *fyne.Container // chips
	hint       *kit.Text
	list       *kit.List
	none       *kit.Button
}

func newGroups(p *Panel) *side { return newGroupsSide(p).side }

func newGroupsSide(p *Panel) *groupsSide {
	w := p.flow.Words()
	g := &groupsSide{panel: p, cursor: -1, known: -1}
	g.by, g.worked = kit.Wrapped(4), kit.Wrapped(4)
	g.hint = kit.NewText(w.Text("groups.hint"))
	g.hint.SetColor(theme.ColorMuted)
	g.hint.Clip = true
	g.list = kit.NewList(w.Text("groups.pane"))
	g.list.RowHeight = 42
	g.list.Length = func() int { return len(g.facts) }
	g.list.Create = func() fyne.CanvasObject { return g.newRow() }
	g.list.Update = func(i int, o fyne.CanvasObject) { o.(*tickRow).show(i, g.tickLine(i)) }
	g.list.Cursor = func() int { return g.cursor }
	g.list.Selected = func(i int) bool { return i == g.cursor }
	g.list.OnTap = func(i int, _ fyne.KeyModifier) { g.toggle(i) }
	g.list.OnMove = func(i int, _ fyne.KeyModifier) {
		g.cursor = i
		g.list.Refresh()
	}
	g.list.OnActivate = func(int) {}
	g.list.OnMenu = func(i int, at fyne.Position) { g.open(i, at) }
	g.list.OnEscape = p.closeSide
	search := newListSearch(w.Text("table.columns-find"), g.list, func(text string) {
		g.find, g.known = text, -1
		g.update()
	})
	g.none = kit.NewButton(w.Text("groups.none"), icons.Undo, kit.Quiet, func() { p.flow.GroupBy(results.Group{}) })
	const most = 230 // points; more chips than that scroll
	chosen := container.New(layout.NewCustomPaddedLayout(0, 8, 12, 8), kit.Stacked(4,
		kit.NewCaptionHeading(w.Text("groups.by")), g.by, g.hint, kit.NewCaptionHeading(w.Text("groups.worked")), g.worked))
	content := container.NewBorder(container.New(&upTo{height: most}, container.NewVScroll(chosen)), nil, nil, nil, g.list)
	g.side = &side{name: sideGroups, root: frame(p, w.Text("groups.pane"), search, container.NewHBox(g.none), content), update: g.update,
		opened: func() { kit.Focus(search) }}
	g.fillChips()
	return g
}

// newRow is a line with a button at its end that offers what can be worked out of its column.
func (g *groupsSide) newRow() *tickRow {
	row := newTickRow()
	var sum *kit.Button
	sum = kit.NewIconButton(icons.Sum, g.panel.flow.Words().Text("groups.work"), func() {
		g.open(row.at, locate.Position(sum).AddXY(0, sum.Size().Height))
	})
	row.end = sum
	return row
}

func (g *groupsSide) tickLine(i int) tickLine {
	f := g.facts[i]
	return tickLine{label: f.Label, aside: f.Words(g.panel.flow.Words()), on: slices.Contains(g.panel.flow.Group().Columns, f.Column.Name),
		muted: f.Counted && f.Filled == 0 && f.Rows > 0}
}

// update brings the pane in line with the model.
func (g *groupsSide) update() {
	m := g.panel.flow.Model()
	if n := len(m.View.Snapshot().Columns()); n != g.known {
		g.known = n
		g.arrange()
	}
	if now := g.panel.flow.Group(); !g.shown || !reflect.DeepEqual(now, g.said) {
		g.shown = true // only now it is known how wide it is
		g.fillChips()
	}
	g.list.Refresh()
}

// arrange lists the columns that are looked for.
func (g *groupsSide) arrange() {
	name := ""
	if g.cursor >= 0 && g.cursor < len(g.facts) {
		name = g.facts[g.cursor].Column.Name
	}
	g.facts, g.cursor = nil, -1
	for _, f := range g.panel.flow.Model().RowColumns(g.panel.flow.Words()) {
		if g.find != "" && !containsFold(f.Label, g.find) && !containsFold(f.Column.Name, g.find) {
			continue
		}
		if f.Column.Name == name {
			g.cursor = len(g.facts)
		}
		g.facts = append(g.facts, f)
	}
}

// fillChips says how the rows are grouped now.
func (g *groupsSide) fillChips() {
	f, w := g.panel.flow, g.panel.flow.Words()
	g.said = f.copyGroup()
	g.by.Objects, g.worked.Objects = nil, nil
	for i, name := range g.said.Columns {
		text := w.Label(name)
		if len(g.said.Columns) > 1 {
			text = w.Text("groups.place", "n", i+1, "column", text)
		}
		chip := kit.NewChip(text, func() { f.GroupColumn(name, false) })
		if len(g.said.Columns) > 1 {
			chip.OnTapped = func() { g.show(g.placeMenu(name), locate.Position(chip).AddXY(0, chip.Size().Height)) }
		}
		g.by.Add(chip)
	}
	if !g.said.IsZero() {
		g.worked.Add(kit.NewChip(w.Text("groups.count"), nil))
	}
	for _, x := range WorkedOut(g.said) {
		g.worked.Add(kit.NewChip(x.Text(w), func() { f.WorkOut(x.Role, x.Column, false) }))
	}
	g.hint.Hidden, g.by.Hidden = len(g.said.Columns) > 0, len(g.said.Columns) == 0
	g.hint.SetText(w.Text("groups.hint"))
	if !g.said.IsZero() {
		g.hint.SetText(w.Text("groups.all-rows"))
	}
	if g.said.IsZero() {
		g.none.Disable(w.Text("groups.not"))
		g.worked.Add(kit.NewCaption(w.Text("groups.worked-hint")))
	} else if g.none.Disabled() {
		g.none.Enable()
	}
	g.by.Refresh()
	g.worked.Refresh()
	g.panel.center.Refresh()
}

// toggle groups by the column of a line, or no longer.
func (g *groupsSide) toggle(i int) {
	g.cursor = i
	name := g.facts[i].Column.Name
	g.panel.flow.GroupColumn(name, !slices.Contains(g.panel.flow.Group().Columns, name))
	g.list.Refresh()
}

// open offers what can be worked out of the column of a line.
func (g *groupsSide) open(i int, at fyne.Position) {
	g.cursor = i
	g.list.Refresh()
	g.show(g.workMenu(i), at)
}

func (g *groupsSide) show(menu *fyne.Menu, at fyne.Position) {
	if c := locate.Canvas(g.list); c != nil {
		widget.ShowPopUpMenuAtPosition(menu, c, at)
	}
}

func (g *groupsSide) workMenu(i int) *fyne.Menu {
	f, column := g.panel.flow, g.facts[i].Column
	var items []*fyne.MenuItem
	for _, role := range workable {
		if !Suits(role, column.Type) {
			continue
		}
		group := f.Group()
		on := slices.Contains(*workedOf(&group, role), column.Name)
		item := fyne.NewMenuItem(Worked{role, column.Name}.Text(f.Words()), func() { f.WorkOut(role, column.Name, !on) })
		item.Checked = on
		items = append(items, item)
	}
	return fyne.NewMenu("", items...)
}

// placeMenu offers other places for a column that the rows are grouped by.
func (g *groupsSide) placeMenu(name string) *fyne.Menu {
	items := &menu{words: g.panel.flow.Words().Text}
	columns := g.panel.flow.Group().Columns
	items.item("columns.earlier", func() { g.panel.flow.MoveGroup(name, -1) }).Disabled = len(columns) > 0 && columns[0] == name
	items.item("columns.later", func() { g.panel.flow.MoveGroup(name, 1) }).Disabled = len(columns) > 0 && columns[len(columns)-1] == name
	return fyne.NewMenu("", items.items...)
}
