package resultstable

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/remedy"
)

// Panel draws a Flow's model: strips, the line with find and columns, the table, the status line, and the
// details or column chooser at the right. It belongs to the UI goroutine.
type Panel struct {
	// OnExport hears that the user wants the rows that show as a file: the view, and the columns in order.
	OnExport func(view results.View, columns []string)
	// OnRetry hears that the user wants some customers asked again.
	OnRetry func(customers []exchange.CustomerID)
	// OnStep hears that the user wants something that is done outside the table, such as seeing the sessions;
	// nil offers nothing of the kind.
	OnStep func(step remedy.Step)

	// OnFindOut hears that the user wants to know why something went wrong; nil offers nothing.
	OnFindOut func(p *exchange.Problem)
	// OnAllRows hears that the user wants the rows that a limit held back; nil offers no such thing.
	OnAllRows func()

	flow    *Flow
	strips  *fyne.Container
	above   *container.Scroll // holds the strips
	find    *kit.Entry
	columns *kit.Button
	details *kit.Button
	bar     *kit.ProgressBar
	grid    *grid.Grid
	middle  *fyne.Container // the grid, or what stands in its place
	right   *side           // nil while closed
	split   *container.Split
	center  *fyne.Container
	status  *kit.Text
	export  *kit.Button
	script  *kit.Button
	root    *fyne.Container

	saidStrips string // what the strips say now, so that they are made anew only when that changes
	saidEmpty  string
}

// NewPanel returns a panel for flow and takes its OnChange.
func NewPanel(flow *Flow) *Panel {
	p := &Panel{flow: flow}
	w := flow.Words()
	p.strips = kit.Stacked(4)
	p.bar = kit.NewProgressBar()
	p.find = kit.NewSearch(w.Text("table.find"), flow.Find)
	p.find.OnKey = func(key fyne.KeyName) bool {
		if key == fyne.KeyDown {
			p.FocusTable()
		}
		return key == fyne.KeyDown
	}
	p.columns = kit.NewButton(w.Text("table.columns"), icons.Columns, kit.Quiet, p.toggleColumns)
	p.columns.SetTip(w.Text("table.columns-tip"))
	p.details = kit.NewButton(w.Text("table.details"), icons.Details, kit.Quiet, p.ToggleDetails)
	p.details.SetTip(w.Text("table.details-tip"))
	p.grid = grid.New(nil)
	p.grid.OnSort = func(keys []grid.SortKey) {
		out := make([]results.SortKey, len(keys))
		for i, k := range keys {
			out[i] = results.SortKey{Column: k.Key, Desc: k.Descending}
		}
		flow.SortBy(out)
	}
	p.grid.OnSelect = func() {
		ranges := p.grid.Selection()
		out := make([]Span, len(ranges))
		for i, r := range ranges {
			out[i] = Span(r)
		}
		flow.Select(out, p.grid.Cursor())
	}
	p.grid.OnColumns = func(states []grid.ColumnState) {
		out := make([]ColumnState, len(states))
		for i, s := range states {
			out[i] = ColumnState{Name: s.Key, Width: s.Width, Hidden: s.Hidden}
		}
		flow.SetColumns(out)
	}
	p.grid.OnActivate = func(int) { p.showDetails() }
	p.grid.OnCopy = p.copy
	p.grid.OnMenu = p.menu
	p.status = kit.NewText("")
	p.status.Clip = true
	p.export = kit.NewButton(w.Text("table.export"), icons.Export, kit.Plain, p.Export)
	p.export.SetTip(w.Text("table.export-tip"))

	head := container.New(layout.NewCustomPaddedLayout(4, 4, 8, 8), container.NewBorder(nil, nil, nil,
		container.NewHBox(p.columns, p.details), container.New(&atMost{width: 420}, p.find)))
	p.script = kit.NewButton(w.Text("handover.menu"), nil, kit.Quiet, nil)
	p.script.SetTip(w.Text("handover.menu-tip"))
	p.script.Hide()
	foot := container.New(layout.NewCustomPaddedLayout(4, 4, 12, 8),
		container.NewBorder(nil, nil, nil, container.NewHBox(p.script, p.export), container.New(&middleLine{}, p.status)))
	p.middle = container.NewStack(p.grid)
	p.center = container.NewStack(p.middle)
	p.above = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(4, 0, 8, 8), p.strips))
	p.root = container.New(&stacking{p}, p.above, head, p.bar, p.center, foot)
	flow.OnChange = p.draw
	p.draw(true)
	return p
}

// OfferScript shows a button for the run as a script; do hears of a press, and which object a menu hangs on.
func (p *Panel) OfferScript(do func(from fyne.CanvasObject)) {
	p.script.OnTapped = func() { do(p.script) }
	p.script.Show()
}

// Content is what to put on the screen.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// Grid is the table itself, for tests and for keys that reach it from elsewhere.
func (p *Panel) Grid() *grid.Grid { return p.grid }

// FocusFind moves the keyboard to the find field, for Ctrl+F.
func (p *Panel) FocusFind() { kit.Focus(p.find) }

// FocusTable moves the keyboard to the table.
func (p *Panel) FocusTable() { grid.Focus(p.grid) }

// Export is a press on the export button, for Ctrl+E.
func (p *Panel) Export() {
	if p.OnExport != nil && !p.export.Disabled() {
		m := p.flow.Model()
		p.OnExport(m.View, m.Shown())
	}
}

// ToggleDetails opens the pane with all properties of the row with the cursor, or closes it.
func (p *Panel) ToggleDetails() {
	if p.right != nil && p.right.name == sideDetails {
		p.closeSide()
		return
	}
	p.showDetails()
}

// Close stops the flow.
func (p *Panel) Close() { p.flow.Close() }

func (p *Panel) copy(headers bool) {
	p.flow.Copy(headers, func(text string) { fyne.CurrentApp().Clipboard().SetContent(text) })
}

// draw brings the screen in line with the model. view tells that rows or columns are other ones.
func (p *Panel) draw(view bool) {
	m, w := p.flow.Model(), p.flow.Words()
	if view {
		p.drawRows()
	}
	p.drawStrips()
	p.drawMiddle()
	switch {
	case !m.Running:
		p.bar.Done()
	case m.Progress < 0:
		p.bar.Busy()
	default:
		p.bar.Set(m.Progress)
	}
	p.status.SetText(m.Status(w, p.flow.Name))
	if m.View.Len() == 0 {
		p.export.Disable(w.Text("table.export-none"))
	} else if p.export.Disabled() {
		p.export.Enable()
	}
	if p.right != nil {
		p.right.update()
	}
}

// drawRows swaps the view in the grid. What was at the top stays there, unless that was the first row: who
// looks at the first row wants to see the first row.
func (p *Panel) drawRows() {
	m := p.flow.Model()
	before, had := p.grid.Data().(*rows)
	top, hidden := p.grid.Top()
	states := make([]grid.ColumnState, len(m.Columns))
	for i, s := range m.Columns {
		states[i] = grid.ColumnState{Key: s.Name, Width: s.Width, Hidden: s.Hidden}
	}
	same := func(want, has grid.ColumnState) bool {
		return want.Key == has.Key && want.Hidden == has.Hidden && (want.Width == 0 || want.Width == has.Width)
	}
	if !slices.EqualFunc(states, p.grid.ColumnStates(), same) {
		p.grid.SetColumns(states)
	}
	if !had || before.view != m.View {
		p.grid.SetData(newRows(m, p.flow))
		if had && (top > 0 || hidden > 0) && sameSort(before.view, m.View) && top < before.view.Len() {
			if row, ok := m.View.Find(before.view.ID(top)); ok {
				p.grid.SetTop(row, hidden)
			}
		} else if had && !sameSort(before.view, m.View) {
			p.grid.SetTop(0, 0)
		}
	}
	keys := make([]grid.SortKey, len(m.View.Query().Sort))
	for i, k := range m.View.Query().Sort {
		keys[i] = grid.SortKey{Key: k.Column, Descending: k.Desc}
	}
	p.grid.SetSort(keys)
	ranges := make([]grid.Range, len(m.Selection))
	for i, s := range m.Selection {
		ranges[i] = grid.Range(s)
	}
	p.grid.SetSelection(ranges, m.Cursor)
}

// sameSort tells whether two views differ only by rows that came, so that the place scrolled to means
// something in both.
func sameSort(a, b results.View) bool {
	return slices.Equal(a.Query().Sort, b.Query().Sort) && a.Query().Find == b.Query().Find
}

// drawMiddle shows the grid, or words where there are no rows.
func (p *Panel) drawMiddle() {
	m, w := p.flow.Model(), p.flow.Words()
	var want fyne.CanvasObject = p.grid
	said := ""
	if m.Problem != nil {
		message := w.Problem(m.Problem)
		said = "problem " + message.String()
		if said == p.saidEmpty {
			return
		}
		want = container.NewVBox(container.NewPadded(kit.NewProblem(kit.Explained(kit.Bad, message, p.findOut(m.Problem)...))))
	} else if sentence, hint, ok := m.Empty(w, p.flow.Name); ok {
		said = sentence + "\n" + hint
		if said == p.saidEmpty {
			return
		}
		icon := icons.Info
		var action *kit.Action
		switch {
		case m.Running:
			icon = icons.Clock
		case m.Query.Find != "" && m.View.Snapshot().Len() > 0:
			icon = icons.Search
			action = &kit.Action{Text: w.Text("table.show-all"), Do: func() { p.find.SetText("") }}
		}
		want = kit.NewEmptyState(icon, sentence, hint, action)
	}
	p.saidEmpty = said
	if len(p.middle.Objects) != 1 || p.middle.Objects[0] != want {
		p.middle.Objects = []fyne.CanvasObject{want}
		p.middle.Refresh()
	}
}

// drawStrips says what is to be said about the answer: one strip a kind, so that forty customers that were
// not asked are one sentence. A single run that failed whole gets the panel with what to do.
func (p *Panel) drawStrips() {
	m, w := p.flow.Model(), p.flow.Words()
	if said := w.Lang() + sayNotices(m, p.flow); said != p.saidStrips {
		p.saidStrips = said
		p.strips.Objects = nil
		for kind := Failed; kind <= Warning; kind++ {
			if these := m.said(kind); len(these) > 0 {
				p.strips.Add(p.strip(kind, these))
			}
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

// menu is what a secondary click offers.
func (p *Panel) menu(row, column int, at fyne.Position) {
	w := p.flow.Words()
	c := locate.Canvas(p.grid)
	if c == nil {
		return
	}
	var items []*fyne.MenuItem
	item := func(key string, do func()) { items = append(items, fyne.NewMenuItem(w.Text(key), do)) }
	view := p.flow.Model().View
	if row >= 0 {
		if column >= 0 && column < len(view.Columns()) {
			text := w.Value(view.Cell(row, column))
			item("table.copy-cell", func() { fyne.CurrentApp().Clipboard().SetContent(text) })
		}
		item("table.copy", func() { p.copy(false) })
		item("table.copy-headers", func() { p.copy(true) })
		items = append(items, fyne.NewMenuItemSeparator())
		item("table.details", p.showDetails)
	} else {
		if column >= 0 && column < len(view.Columns()) {
			name := view.Columns()[column].Name
			item("table.sort-up", func() { p.flow.SortBy([]results.SortKey{{Column: name}}) })
			item("table.sort-down", func() { p.flow.SortBy([]results.SortKey{{Column: name, Desc: true}}) })
			item("table.hide-column", func() { p.flow.ShowColumn(name, false) })
			items = append(items, fyne.NewMenuItemSeparator())
		}
		item("table.choose-columns", p.showColumns)
		item("table.columns-usual", p.flow.UsualColumns)
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at)
}

// openSide slides a pane in from the right.
func (p *Panel) openSide(s *side) {
	const share = 0.66 // of the width stays with the table
	slide := p.right == nil
	p.right = s
	p.split = container.NewHSplit(p.middle, s.root)
	p.center.Objects = []fyne.CanvasObject{p.split}
	p.split.Offset = share
	p.center.Refresh()
	p.columns.SetChosen(s.name == sideColumns)
	p.details.SetChosen(s.name == sideDetails)
	if slide {
		split := p.split
		fyne.NewAnimation(canvas.DurationShort, func(done float32) { split.SetOffset(1 - (1-share)*float64(done)) }).Start()
	}
	s.update()
}

func (p *Panel) closeSide() {
	p.right, p.split = nil, nil
	p.center.Objects = []fyne.CanvasObject{p.middle}
	p.center.Refresh()
	p.columns.SetChosen(false)
	p.details.SetChosen(false)
	p.FocusTable()
}

func (p *Panel) toggleColumns() {
	if p.right != nil && p.right.name == sideColumns {
		p.closeSide()
		return
	}
	p.showColumns()
}

func (p *Panel) showColumns() { p.openSide(newColumnChooser(p)) }

func (p *Panel) showDetails() {
	if p.right == nil || p.right.name != sideDetails {
		p.openSide(newDetails(p))
	}
}

// rows is a view as the grid wants it.
type rows struct {
	view    results.View
	columns []grid.Column
	cell    func(row, column int) grid.Cell
}

func newRows(m *Model, f *Flow) *rows {
	w, r := f.Words(), &rows{view: m.View}
	source := m.View.Columns()
	bars := make([]bool, len(source))
	for i, c := range source {
		column := grid.Column{Title: w.Label(c.Name), Key: c.Name}
		if column.Title != c.Name {
			column.Tip = c.Name
		}
		switch c.Type {
		case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration:
			column.Kind = grid.Number
		case exchange.Time:
			column.Kind = grid.Date
		case exchange.Flag:
			column.Kind = grid.Flag
		}
		if strings.HasSuffix(c.Name, "Address") || strings.HasSuffix(c.Name, "Name") && c.Type == exchange.Text {
			column.Width = 200
		}
		bars[i] = m.largest[c.Name] > 0
		r.columns = append(r.columns, column)
	}
	view, largest := m.View, &Model{largest: m.largest}
	r.cell = func(row, column int) grid.Cell {
		v := view.Cell(row, column)
		cell := grid.Cell{Text: w.Value(v)}
		if source[column].Name == results.CustomerColumn {
			cell.Text = f.Name(exchange.CustomerID(cell.Text))
		}
		if bars[column] {
			cell.Bar = largest.Bar(source[column].Name, v)
		}
		return cell
	}
	return r
}

func (r *rows) Rows() int                      { return r.view.Len() }
func (r *rows) Columns() []grid.Column         { return r.columns }
func (r *rows) Cell(row, column int) grid.Cell { return r.cell(row, column) }

// atMost gives its object the width there is, up to width.
type atMost struct{ width float32 }

func (a *atMost) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }
func (a *atMost) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(min(size.Width, a.width), size.Height))
}

// middleLine puts a line of text in the middle of the height, as wide as there is room.
type middleLine struct{}

func (middleLine) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }
func (middleLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h := objects[0].MinSize().Height
	objects[0].Resize(fyne.NewSize(size.Width, h))
	objects[0].Move(fyne.NewPos(0, (size.Height-h)/2))
}
