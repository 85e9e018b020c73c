package resultstable

import (
	"reflect"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/icons"
	"tenantry/gui/remedy"
)

// Panel draws a Flow's model: strips, the line with find and columns, the table, the status line, and the
// details or column chooser at the right. It belongs to the UI goroutine.
type Panel struct {
	// OnExport hears that the user wants rows as a file.
	OnExport func(Wanted)
	// Kinds are the kinds of file to choose from, the most useful first; nil leaves the choice to who asks for the
	// file's name.
	Kinds func() []Kind
	// MoreExport adds to the menu of the export button; nil adds nothing.
	MoreExport func() []*fyne.MenuItem
	// Dress changes how a cell looks; nil changes nothing. Row and column are those of the view.
	Dress func(view results.View, row, column int, c *grid.Cell)
	// More adds to the menu of the rows and headers; nil adds nothing.
	More func() []*fyne.MenuItem
	// Files asks for the file of a saved view or of a picture; nil offers neither writing nor reading one.
	Files files.Chooser
	// OnRetry hears that the user wants some customers asked again.
	OnRetry func(customers []exchange.CustomerID)
	// OnStep hears that the user wants something that is done outside the table, such as seeing the sessions;
	// nil offers nothing of the kind.
	OnStep func(step remedy.Step)

	// OnFindOut hears that the user wants to know why something went wrong; nil offers nothing.
	OnFindOut func(p *exchange.Problem)
	// OnAllRows hears that the user wants the rows that a limit held back; nil offers no such thing.
	OnAllRows func()

	// OnRelated hears that the user wants to know more about a row: the question, which only reads, and the
	// customer who sent the row. nil offers nothing of the kind.
	OnRelated func(inv exchange.Invocation, customer exchange.CustomerID)
	// Catalog is what can be asked; nil is the built-in catalog.
	Catalog func() *cmdlets.Catalog

	flow   *Flow
	strips *fyne.Container
	above  *container.Scroll // holds the strips
	head   *fyne.Container
	find   *findLine
	panes  *paneButtons
	chips  *chipLine
	views  *viewButton
	filter *filterPane // of the pane for filters, nil before it is opened
	fields *kit.Button // shows the row of filter fields
	groups *kit.Button // back to the groups; hidden while no group is open
	bar    *kit.ProgressBar
	grid   *grid.Grid
	middle *fyne.Container // the grid, or what stands in its place
	right  *side           // nil while closed
	split  *container.Split
	center *fyne.Container
	status *statusLine
	export *kit.Button
	script *kit.Button
	differ *kit.Button
	root   *fyne.Container

	chart      *kit.Button
	charting   *Charting         // of the pane for charts, which keeps it while it is closed
	wrong      map[string]string // with the fields of the filter row, by column
	saidStrips string            // what the strips say now, so that they are made anew only when that changes
	saidEmpty  string

	profiled           string // the column whose values were told last
	follows            bool   // the pane with a column's values follows the cursor
	onlyFilled, byName bool   // how details are looked at, kept while the pane is closed
}

// NewPanel returns a panel for flow and takes its OnChange.
func NewPanel(flow *Flow) *Panel {
	p := &Panel{flow: flow, follows: true}
	w := flow.Words()
	p.strips = kit.Stacked(4)
	p.bar = kit.NewProgressBar()
	p.find = newFindLine(p)
	p.views = newViewButton(p)
	p.panes = newPaneButtons(p)
	p.fields = kit.NewIconButton(icons.FilterRow, w.Text("filter.fields"), func() { flow.ShowFields(!flow.Model().Fields) })
	p.groups = kit.NewButton(w.Text("view.back-to-groups"), icons.Undo, kit.Quiet, flow.BackToGroups)
	p.groups.Hide()
	p.grid = grid.New(nil)
	p.grid.Loop = flow.o.Loop
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
		flow.FigureColumn(p.cursorColumn())
		flow.Select(out, p.grid.Cursor())
	}
	p.grid.OnColumn = func() {
		flow.FigureColumn(p.cursorColumn())
		if p.right != nil {
			p.right.update()
		}
	}
	p.grid.OnColumns = func(states []grid.ColumnState) {
		out := make([]ColumnState, len(states))
		for i, s := range states {
			out[i] = ColumnState{Name: s.Key, Width: s.Width, Hidden: s.Hidden}
		}
		flow.SetColumns(out)
	}
	p.grid.OnFilter = flow.SetField
	p.grid.OnType = func(column int, prefix string) { flow.TypeAhead(column, prefix, p.goTo) }
	p.grid.FilterHint = w.Text("filter.field")
	p.grid.OnActivate = p.activate
	p.grid.OnCopy = p.copy
	p.grid.OnMenu = p.menu
	p.status = newStatusLine(p)
	p.export = kit.NewButton(w.Text("table.export"), icons.Export, kit.Plain, p.exportMenu)
	p.export.SetMenu()
	p.export.SetTip(w.Text("table.export-tip"))

	line := container.New(&headLine{p.panes, p.views}, p.find.root, p.groups, p.views.button, p.fields)
	for _, b := range p.panes.all {
		line.Add(b)
	}
	p.head = container.New(layout.NewCustomPaddedLayout(4, 4, 8, 8), line)
	p.script = kit.NewButton(w.Text("handover.menu"), nil, kit.Quiet, nil)
	p.script.SetTip(w.Text("handover.menu-tip"))
	p.script.Hide()
	p.differ = kit.NewIconButton(icons.Compare, w.Text("compare.tip"), nil)
	p.differ.Hide()
	p.charting = NewCharting(flow)
	p.chart = kit.NewButton(w.Text("charts.chart"), icons.Chart, kit.Quiet, p.ToggleChart)
	p.chart.SetTip(w.Text("charts.chart-tip"))
	foot := container.New(layout.NewCustomPaddedLayout(4, 4, 12, 8),
		container.New(&footLine{p}, p.status.root, container.NewHBox(p.script, p.differ, p.chart, p.export)))
	p.middle = container.NewStack(p.grid)
	p.center = container.NewStack(p.middle)
	p.above = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(4, 0, 8, 8), p.strips))
	p.chips = newChipLine(p)
	p.root = container.New(&stacking{p}, p.above, p.head, p.views.naming, p.chips.root, p.bar, p.center, foot)
	flow.OnChange = p.draw
	p.draw(true)
	return p
}

// OfferScript shows a button for the run as a script; do hears of a press, and which object a menu hangs on.
func (p *Panel) OfferScript(do func(from fyne.CanvasObject)) {
	p.script.OnTapped = func() { do(p.script) }
	p.script.Show()
}

// OfferCompare shows a button that compares the table with another; do hears of a press, and which object a menu
// hangs on.
func (p *Panel) OfferCompare(do func(from fyne.CanvasObject)) {
	p.differ.OnTapped = func() { do(p.differ) }
	p.differ.Show()
}

// Content is what to put on the screen.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// Grid is the table itself, for tests and for keys that reach it from elsewhere.
func (p *Panel) Grid() *grid.Grid { return p.grid }

// FocusTable moves the keyboard to the table.
func (p *Panel) FocusTable() { grid.Focus(p.grid) }

// Undo takes back the last change of the view, for Ctrl+Z, and Redo makes it again.
func (p *Panel) Undo() { p.flow.Undo() }

// Redo makes the change again that Undo took back.
func (p *Panel) Redo() { p.flow.Redo() }

// Close stops the flow.
func (p *Panel) Close() {
	if p.right != nil {
		p.right.close()
	}
	p.flow.Close()
}

func (p *Panel) copy(headers bool) {
	p.flow.Copy(headers, func(text string) { fyne.CurrentApp().Clipboard().SetContent(text) })
}

// draw brings the screen in line with the model. view tells that rows or columns are other ones.
func (p *Panel) draw(view bool) {
	m, w := p.flow.Model(), p.flow.Words()
	if view {
		p.drawRows()
	}
	p.find.draw(p)
	p.views.draw()
	if p.groups.Hidden == p.flow.InGroup() {
		p.groups.Hidden = !p.flow.InGroup()
		p.head.Objects[0].Refresh()
	}
	if r, ok := p.grid.Data().(*rows); ok && r.find(m.FindText) {
		p.grid.Changed()
	}
	p.drawFields()
	p.chips.draw()
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
	p.status.draw()
	switch {
	case m.View.Len() == 0:
		p.export.Disable(w.Text("table.export-none"))
	case m.allHidden():
		p.export.Disable(w.Text("columns.none-shown"))
	case p.export.Disabled():
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
	p.grid.SetFrozen(m.Frozen)
	if !slices.EqualFunc(states, p.grid.ColumnStates(), same) {
		p.grid.SetColumns(states)
	}
	if !had || before.view != m.View || before.painter != m.painter {
		p.grid.SetData(newRows(m, p.flow, p.dress))
		if had && (top > 0 || hidden > 0) && alikeArranged(before.view, m.View) && top < before.view.Len() {
			if row, ok := m.View.Find(before.view.ID(top)); ok {
				p.grid.SetTop(row, hidden)
			}
		} else if had && !alikeArranged(before.view, m.View) {
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

// alikeArranged tells whether two views differ only by rows that came, so that the place scrolled to means
// something in both.
func alikeArranged(a, b results.View) bool {
	x, y := a.Query(), b.Query()
	return slices.Equal(x.Sort, y.Sort) && x.Find == y.Find && reflect.DeepEqual(x.Filter, y.Filter) && reflect.DeepEqual(x.Group, y.Group)
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
		said = strconv.FormatBool(p.grid.FilterRow()) + said
		if said == p.saidEmpty {
			return
		}
		icon := icons.Info
		var action *kit.Action
		switch {
		case m.allHidden():
			icon = icons.Columns
			action = &kit.Action{Text: w.Text("table.columns-usual"), Do: p.flow.UsualColumns}
		case m.Running && m.View.Snapshot().Len() == 0:
			icon = icons.Clock
		case m.Query.Find != "" && m.View.Snapshot().Len() > 0:
			icon = icons.Search
			action = &kit.Action{Text: w.Text("table.show-all"), Do: func() { p.find.field.SetText("") }}
		case !m.Query.Filter.IsZero() && m.View.Snapshot().Len() > 0:
			icon = icons.Filter
			action = &kit.Action{Text: w.Text("table.show-all"), Do: func() { p.flow.SetFilter(results.Filter{}) }}
		}
		want = kit.NewEmptyState(icon, sentence, hint, action)
	}
	p.saidEmpty = said
	objects := []fyne.CanvasObject{want}
	if p.grid.FilterRow() && want != p.grid { // the fields stay where one types
		objects = []fyne.CanvasObject{p.grid, want}
	}
	if !slices.Equal(p.middle.Objects, objects) {
		p.middle.Objects = objects
		p.middle.Refresh()
	}
}
