package resultstable

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

// detailsSide is the pane with all of the row with the cursor: names and values, objects and lists that unfold,
// the chosen value in full, and what else can be asked about it.
type detailsSide struct {
	side     *side
	panel    *Panel
	record   exchange.Record
	row      int // of the view, -1 for none
	wanted   detailsWanted
	lines    []Detail
	cursor   int
	labels   map[string]string  // of properties
	labelled int                // columns when they were made
	widths   map[string]float32 // of names, in points

	folds  bool    // some line unfolds
	widest float32 // room that names need

	list    *kit.List
	content *fyne.Container
	middle  *fyne.Container
	none    fyne.CanvasObject
	links   *fyne.Container // what else can be asked; hidden without
	full    *fyne.Container // the chosen value; hidden while its line shows all of it
	fullOf  *kit.Text
	words   *widget.Label
	scroll  *container.Scroll
	hidden  *kit.Text
	copyAll *kit.Button

	last shownRow
}

// shownRow is what tells whether the pane shows another row than before.
type shownRow struct {
	view results.View
	row  int
}

func newDetails(p *Panel) *side { return newDetailsSide(p).side }

func newDetailsSide(p *Panel) *detailsSide {
	w := p.flow.Words()
	d := &detailsSide{panel: p, row: -1, cursor: -1, wanted: detailsWanted{open: map[string]bool{}, filled: p.onlyFilled, byName: p.byName}}
	d.list = kit.NewList(w.Text("table.details"))
	d.list.Length = func() int { return len(d.lines) }
	d.list.Create = func() fyne.CanvasObject { return newDetailRow(d) }
	d.list.Update = func(i int, o fyne.CanvasObject) { o.(*detailRow).set(i) }
	d.list.Selected = func(i int) bool { return i == d.cursor }
	d.list.Cursor = func() int { return d.cursor }
	d.list.OnTap = func(i int, _ fyne.KeyModifier) { d.choose(i) }
	d.list.OnMove = func(i int, _ fyne.KeyModifier) { d.choose(i) }
	d.list.OnActivate = func(i int) { d.fold(i, !d.lines[i].Open) }
	d.list.OnFold = d.fold
	d.list.OnCopy = func() { d.copy(d.cursor, false) }
	d.list.OnEscape = p.closeSide
	d.list.OnMenu = d.menu
	d.list.Tip = d.tip

	search := kit.NewSearch(w.Text("table.details-find"), func(text string) {
		d.wanted.find = text
		d.fill()
		d.list.Reveal(0)
	})
	search.OnKey = func(key fyne.KeyName) bool {
		if key == fyne.KeyDown {
			kit.Focus(d.list)
		}
		return key == fyne.KeyDown
	}
	filled := kit.NewCheck(w.Text("details.filled"), nil)
	filled.SetChecked(p.onlyFilled)
	filled.OnChanged = func(on bool) {
		p.onlyFilled, d.wanted.filled = on, on
		d.fill()
	}
	byName := kit.NewCheck(w.Text("details.by-name"), nil)
	byName.SetChecked(p.byName)
	byName.OnChanged = func(on bool) {
		p.byName, d.wanted.byName = on, on
		d.fill()
	}
	d.hidden = kit.NewCaption("")
	d.hidden.Clip = true
	d.copyAll = kit.NewButton(w.Text("table.details-copy"), icons.Copy, kit.Quiet, func() {
		fyne.CurrentApp().Clipboard().SetContent(detailsText(w, d.record, d.label, d.wanted))
	})
	empty := kit.NewText(w.Text("table.details-none"))
	empty.SetColor(theme.ColorMuted)
	empty.Align = fyne.TextAlignCenter
	empty.Clip = true
	d.none = container.NewVBox(empty)
	d.links = kit.Wrapped(2)
	d.newFull()

	choices := container.New(layout.NewCustomPaddedLayout(-4, 0, 6, 8), kit.Wrapped(8, filled, byName))
	top := kit.Stacked(0, container.New(layout.NewCustomPaddedLayout(0, 0, 2, 4), d.links), choices)
	d.middle = container.NewStack(d.none)
	d.content = container.NewBorder(top, d.full, nil, nil, d.middle)
	foot := container.NewBorder(nil, nil, d.copyAll, nil, kit.Middle(d.hidden))
	d.side = &side{name: sideDetails, root: frame(p, w.Text("table.details"), search, foot, d.content), update: d.update}
	return d
}

// newFull makes the part that shows the chosen value in full.
func (d *detailsSide) newFull() {
	w := d.panel.flow.Words()
	d.fullOf = kit.NewCaptionHeading("")
	d.fullOf.Clip = true
	d.words = widget.NewLabel("")
	d.words.Wrapping = fyne.TextWrapWord
	d.words.Selectable = true
	d.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(-6, -6, -8, -8), d.words))
	put := kit.NewIconButton(icons.Copy, w.Text("details.copy-value"), func() { d.copy(d.cursor, false) })
	head := container.NewBorder(nil, nil, nil, put, kit.Middle(d.fullOf))
	d.full = container.NewStack(kit.NewSurface(theme.ColorZebra, ""),
		container.New(layout.NewCustomPaddedLayout(2, 8, 12, 8), container.NewBorder(head, nil, nil, nil, container.New(&upTo{height: 150}, d.scroll))))
	d.full.Hide()
}

// upTo gives a scroll the height of what it holds, up to a height.
type upTo struct{ height float32 }

func (u *upTo) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(40, min(o[0].(*container.Scroll).Content.MinSize().Height+4, u.height))
}

func (u *upTo) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// label is what a property is called; of groups, what their columns are titled.
func (d *detailsSide) label(name string) string {
	columns := d.panel.flow.Model().View.Columns()
	if d.labels == nil || len(columns) != d.labelled {
		d.labels, d.labelled = map[string]string{}, len(columns)
		for _, c := range columns {
			d.labels[c.Name] = Heading(d.panel.flow.Words(), c)
		}
	}
	text, known := d.labels[name]
	if !known {
		text = d.panel.flow.Words().Label(name)
		d.labels[name] = text
	}
	return text
}

// update shows another row when the cursor is on another one, and the same one anew when it has more columns.
func (d *detailsSide) update() {
	m := d.panel.flow.Model()
	now := shownRow{m.View, m.Cursor}
	if now == d.last && d.row >= -1 && len(d.middle.Objects) == 1 && d.record.Fields != nil == (d.row >= 0) {
		return
	}
	same := d.row >= 0 && m.Cursor >= 0 && m.Cursor < m.View.Len() && m.View.Grouped() == d.last.view.Grouped() && m.View.ID(m.Cursor) == d.last.view.ID(d.last.row)
	d.last, d.row, d.record = now, -1, exchange.Record{}
	if m.Cursor >= 0 && m.Cursor < m.View.Len() {
		d.row = m.Cursor
		if m.View.Grouped() {
			d.record = m.View.Record(m.Cursor)
		} else {
			d.record = inOrder(m.View.Snapshot().Row(m.View.ID(m.Cursor)), m.Shown())
		}
		for i, f := range d.record.Fields {
			if f.Name == results.CustomerColumn {
				d.record.Fields[i].Value = exchange.NewText(d.panel.flow.Name(exchange.CustomerID(f.Value.Text())))
			}
		}
	}
	if !same {
		clear(d.wanted.open)
	}
	show := fyne.CanvasObject(d.list)
	if d.row < 0 {
		show = d.none
		d.copyAll.Disable(d.panel.flow.Words().Text("table.details-none"))
	} else if d.copyAll.Disabled() {
		d.copyAll.Enable()
	}
	d.middle.Objects = []fyne.CanvasObject{show}
	d.middle.Refresh()
	d.fillLinks()
	d.fill()
}

// fill lists the lines anew. The cursor stays on its line.
func (d *detailsSide) fill() {
	w := d.panel.flow.Words()
	path := ""
	if d.cursor >= 0 && d.cursor < len(d.lines) {
		path = d.lines[d.cursor].Path
	}
	var hidden int
	d.lines, hidden = details(w, d.record, d.label, d.wanted)
	d.cursor = -1
	for i, line := range d.lines {
		if line.Path == path {
			d.cursor = i
		}
	}
	d.measure()
	d.hidden.SetText("")
	if hidden > 0 {
		d.hidden.SetText(w.Count("details.hidden", hidden))
	}
	d.list.Refresh()
	d.fillFull()
}

func (d *detailsSide) choose(i int) {
	d.cursor = i
	d.list.Refresh()
	d.fillFull()
}

// fillFull shows the chosen value in full when its line cannot.
func (d *detailsSide) fillFull() {
	long := false
	if d.cursor >= 0 && d.cursor < len(d.lines) {
		line := d.lines[d.cursor]
		text := fullText(d.panel.flow.Words(), line.Value)
		_, _, room := d.places(line)
		long = text != "" && (fyne.MeasureText(oneLine(line.Text), theme.Size(theme.SizeText), fyne.TextStyle{}).Width > room || line.Value.Kind() == exchange.Text && containsFold(text, "\n"))
		if long {
			d.fullOf.SetText(line.Name)
			if d.words.Text != text {
				d.words.SetText(text)
				d.scroll.ScrollToTop()
			}
			// Wrapped words know their height by their width.
			d.scroll.Content.Resize(fyne.NewSize(d.list.Size().Width-20, d.scroll.Content.Size().Height))
		}
	}
	if long || d.full.Visible() {
		d.full.Hidden = !long
		d.content.Refresh()
	}
	if long {
		d.list.Reveal(d.cursor)
	}
}

// fold unfolds a line or folds it; folding one that is folded goes to the line above it, as in a tree.
func (d *detailsSide) fold(i int, open bool) {
	if i < 0 || i >= len(d.lines) {
		return
	}
	line := d.lines[i]
	if line.Folds && line.Open != open {
		d.wanted.open[line.Path] = open
		d.cursor = i
		d.fill()
		return
	}
	if open {
		return
	}
	for ; i >= 0; i-- {
		if d.lines[i].Depth < line.Depth {
			d.choose(i)
			d.list.Reveal(i)
			return
		}
	}
}

// tip is what a line cannot show: the property's real name, and the value when it is long.
func (d *detailsSide) tip(i int) string {
	if i >= len(d.lines) {
		return ""
	}
	line := d.lines[i]
	name, value, room := d.places(line)
	text := ""
	if name+d.widths[line.Name] > value-8 {
		text = line.Name
	}
	if line.Property != "" && line.Property != line.Name {
		text += "\n" + line.Property
	}
	if fyne.MeasureText(oneLine(line.Text), theme.Size(theme.SizeText), fyne.TextStyle{}).Width > room {
		text += "\n" + fullText(d.panel.flow.Words(), line.Value)
	}
	return trimLine(text)
}

// copy puts a value on the clipboard, with its name before it when asked.
func (d *detailsSide) copy(i int, named bool) {
	if i < 0 || i >= len(d.lines) {
		return
	}
	w, line := d.panel.flow.Words(), d.lines[i]
	text := w.Value(line.Value)
	if text == "" && line.Folds {
		text = detailsText(w, line.Value.Nested(), d.label, detailsWanted{})
	}
	if named {
		text = line.Name + "\t" + text
	}
	fyne.CurrentApp().Clipboard().SetContent(text)
	d.panel.flow.Say(w.Text("details.copied", "name", line.Name))
}

// menu is what a secondary click on a line offers.
func (d *detailsSide) menu(i int, at fyne.Position) {
	d.choose(i)
	if c := locate.Canvas(d.list); c != nil {
		widget.ShowPopUpMenuAtPosition(d.menuFor(i), c, at)
	}
}

func (d *detailsSide) menuFor(i int) *fyne.Menu {
	f := d.panel.flow
	view, line := f.Model().View, d.lines[i]
	items := &menu{words: f.Words().Text}
	items.item("details.copy-value", func() { d.copy(i, false) })
	items.item("details.copy-named", func() { d.copy(i, true) })
	column, known := find(view.Columns(), line.Property)
	if line.Depth == 0 && known && view.Columns()[column].Role == results.Data {
		items.separate()
		row := d.row
		items.item("view.only", func() { f.OnlyValues(column, []int{row}, false) })
		items.item("view.without", func() { f.OnlyValues(column, []int{row}, true) })
		if !view.Grouped() {
			if d.shows(line.Property) {
				items.item("table.hide-column", func() { f.ShowColumn(line.Property, false) })
			} else {
				items.item("details.show-column", func() {
					f.ShowColumn(line.Property, true)
					d.panel.grid.RevealColumn(line.Property)
				})
			}
		}
	}
	return fyne.NewMenu("", items.items...)
}

func (d *detailsSide) shows(name string) bool {
	for _, s := range d.panel.flow.Model().Columns {
		if s.Name == name {
			return !s.Hidden
		}
	}
	return false
}
