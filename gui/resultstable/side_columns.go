package resultstable

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
)

// columnsSide is the pane that shows, hides and orders columns: those that show first, then all others by name.
type columnsSide struct {
	side   *side
	panel  *Panel
	facts  map[string]ColumnFact
	lines  []chooserLine
	find   string
	cursor int
	drag   dragged
	known  int // columns when the lines were made

	list      *kit.List
	all, none *kit.Button
	count     func() // counts what is filled in, when there is more to count
}

// chooserLine is one line of the list: the text's key of a heading, or a column's name.
type chooserLine struct{ heading, name string }

// dragged is a column on its way to another place; from is below 0 when none is.
type dragged struct{ from, to int }

func newColumnChooser(p *Panel) *side { return newColumnsSide(p).side }

func newColumnsSide(p *Panel) *columnsSide {
	w := p.flow.Words()
	c := &columnsSide{panel: p, cursor: -1, drag: dragged{-1, -1}, known: -1}
	c.list = kit.NewList(w.Text("table.columns"))
	c.list.RowHeight = 42
	c.list.Length = func() int { return len(c.lines) }
	c.list.Create = func() fyne.CanvasObject { return c.newRow() }
	c.list.Update = func(i int, o fyne.CanvasObject) { o.(*tickRow).show(i, c.tickLine(i)) }
	c.list.Passive = func(i int) bool { return c.lines[i].heading != "" }
	c.list.Cursor = func() int { return c.cursor }
	c.list.Selected = func(i int) bool { return i == c.cursor }
	c.list.OnTap = func(i int, _ fyne.KeyModifier) { c.toggle(i) }
	c.list.OnActivate = func(i int) {}
	c.list.OnMove = func(i int, held fyne.KeyModifier) {
		if held&fyne.KeyModifierShift != 0 && c.cursor >= 0 {
			c.panel.flow.MoveColumn(c.lines[c.cursor].name, i-c.cursor)
			c.arrange()
			return
		}
		c.cursor = i
		c.list.Refresh()
	}
	c.list.OnMenu = c.menu
	c.list.OnEscape = p.closeSide
	c.list.Tip = func(i int) string {
		if name := c.lines[i].name; name != c.facts[name].Label {
			return name
		}
		return ""
	}
	search := newListSearch(w.Text("table.columns-find"), c.list, func(text string) {
		c.find = text
		c.arrange()
	})
	c.all = kit.NewButton(w.Text("columns.all"), nil, kit.Quiet, func() { c.showAll(true) })
	c.all.SetTip(w.Text("columns.all-tip"))
	c.none = kit.NewButton(w.Text("columns.none"), nil, kit.Quiet, func() { c.showAll(false) })
	c.none.SetTip(w.Text("columns.none-tip"))
	usual := kit.NewButton(w.Text("table.columns-usual"), icons.Undo, kit.Quiet, func() {
		c.known = -1
		p.flow.UsualColumns()
	})
	var stop func()
	c.count, stop = p.flow.CountFilled()
	foot := kit.Wrapped(0, c.all, c.none, usual)
	c.side = &side{name: sideColumns, root: frame(p, w.Text("table.columns"), search, foot, container.NewStack(c.list)), update: c.update, stop: stop,
		opened: func() { kit.Focus(search) }}
	return c
}

func (c *columnsSide) newRow() *tickRow {
	row := newTickRow()
	grip := &rowGrip{of: c, row: row}
	grip.ExtendBaseWidget(grip)
	row.end = grip
	return row
}

func (c *columnsSide) tickLine(i int) tickLine {
	if key := c.lines[i].heading; key != "" {
		return tickLine{heading: c.headingText(key)}
	}
	f := c.facts[c.lines[i].name]
	line := tickLine{label: f.Label, aside: f.Words(c.panel.flow.Words()), on: !f.Hidden, noEnd: f.Hidden,
		muted: f.Counted && f.Filled == 0 && f.Rows > 0}
	if c.drag.from >= 0 && c.drag.to == i {
		line.drop = c.drag.to - c.drag.from
	}
	return line
}

// update brings the list in line with the model. Lines stay where they are, so that a tick moves nothing; they
// are made anew when there are more columns.
func (c *columnsSide) update() {
	m := c.panel.flow.Model()
	c.count()
	if c.known != len(m.Columns) {
		c.arrange()
		return
	}
	c.look()
	c.list.Refresh()
}

func (c *columnsSide) look() []ColumnFact {
	facts := c.panel.flow.Model().ColumnFacts(c.panel.flow.Words())
	c.facts = make(map[string]ColumnFact, len(facts))
	for _, f := range facts {
		c.facts[f.Column.Name] = f
	}
	return facts
}

// arrange makes the lines: the columns that are looked for, under headings.
func (c *columnsSide) arrange() {
	m, name := c.panel.flow.Model(), ""
	if c.cursor >= 0 && c.cursor < len(c.lines) {
		name = c.lines[c.cursor].name
	}
	c.known, c.lines, c.cursor = len(m.Columns), nil, -1
	var shown, rest []chooserLine
	for _, f := range c.look() {
		if c.find != "" && !containsFold(f.Label, c.find) && !containsFold(f.Column.Name, c.find) {
			continue
		}
		if f.Hidden {
			rest = append(rest, chooserLine{name: f.Column.Name})
		} else {
			shown = append(shown, chooserLine{name: f.Column.Name})
		}
	}
	group := func(key string, lines []chooserLine) {
		if len(lines) > 0 {
			c.lines = append(append(c.lines, chooserLine{heading: key}), lines...)
		}
	}
	group("columns.shown", shown)
	group("columns.others", rest)
	if len(c.lines) == 0 {
		c.lines = []chooserLine{{heading: "columns.none-found"}}
	}
	for i, l := range c.lines {
		if l.name == name && name != "" {
			c.cursor = i
		}
	}
	c.list.Refresh()
}

// headingText is a heading with how many columns there are now of its kind.
func (c *columnsSide) headingText(key string) string {
	w, n := c.panel.flow.Words(), 0
	if key == "" || key == "columns.none-found" {
		return w.Text(key, "text", c.find)
	}
	for _, l := range c.lines {
		if l.name != "" && c.facts[l.name].Hidden == (key == "columns.others") {
			n++
		}
	}
	return w.Count(key, n)
}

func (c *columnsSide) toggle(i int) {
	name := c.lines[i].name
	c.cursor = i
	on := c.facts[name].Hidden
	c.panel.flow.ShowColumn(name, on)
	if on {
		c.panel.grid.RevealColumn(name)
	}
	c.list.Refresh()
}

// showAll shows or hides all columns that are listed.
func (c *columnsSide) showAll(on bool) {
	var names []string
	for _, l := range c.lines {
		if l.name != "" {
			names = append(names, l.name)
		}
	}
	c.panel.flow.ShowColumns(names, on)
}

// move takes the column of a line to the place of another line, among those that show.
func (c *columnsSide) move(from, to int) {
	line := c.lines[from]
	if c.facts[line.name].Hidden || to < 0 || to >= len(c.lines) || c.lines[to].name == "" || c.facts[c.lines[to].name].Hidden {
		return
	}
	c.panel.flow.MoveColumn(line.name, c.place(to)-c.place(from))
	c.cursor = from
	c.arrange()
	c.list.Reveal(max(c.cursor, 0))
}

// place is where the column of a line stands among those that show.
func (c *columnsSide) place(i int) int {
	for n, name := range c.panel.flow.Model().Shown() {
		if name == c.lines[i].name {
			return n
		}
	}
	return 0
}

// menu is what a secondary click on a column offers.
func (c *columnsSide) menu(i int, at fyne.Position) {
	c.cursor = i
	c.list.Refresh()
	if canvas := locate.Canvas(c.list); canvas != nil {
		widget.ShowPopUpMenuAtPosition(c.menuFor(i), canvas, at)
	}
}

func (c *columnsSide) menuFor(i int) *fyne.Menu {
	items := &menu{words: c.panel.flow.Words().Text}
	name := c.lines[i].name
	if c.facts[name].Hidden {
		items.item("details.show-column", func() { c.toggle(i) })
	} else {
		items.item("table.hide-column", func() { c.toggle(i) })
		items.separate()
		move := func(key string, by int) {
			items.item(key, func() {
				c.panel.flow.MoveColumn(name, by)
				c.arrange()
			})
		}
		move("columns.first", -1<<16)
		move("columns.earlier", -1)
		move("columns.later", 1)
		move("columns.last", 1<<16)
	}
	return fyne.NewMenu("", items.items...)
}
