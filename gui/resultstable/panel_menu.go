package resultstable

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/charts"
	"tenantry/core/results"
	"tenantry/gui/kit/locate"
)

// menu is what a secondary click offers: on a cell or, with row -1, on a header. column is -1 beside them.
func (p *Panel) menu(row, column int, at fyne.Position) {
	if c := locate.Canvas(p.grid); c != nil {
		widget.ShowPopUpMenuAtPosition(p.menuFor(row, column), c, at)
	}
}

func (p *Panel) menuFor(row, column int) *fyne.Menu {
	m := &menu{words: p.flow.Words().Text}
	columns := p.flow.Model().View.Columns()
	if column >= len(columns) {
		column = -1
	}
	if row >= 0 {
		p.cellItems(m, row, column)
	} else if column >= 0 {
		name := columns[column].Name
		m.item("table.sort-up", func() { p.flow.SortBy([]results.SortKey{{Column: name}}) })
		m.item("table.sort-down", func() { p.flow.SortBy([]results.SortKey{{Column: name, Desc: true}}) })
		m.item("profile.about", func() { p.ShowProfile(name) })
		if columns[column].Role == results.Data {
			m.item("filter.menu", func() { p.NewFilter(name) })
			m.item("rule.menu", func() { p.NewRule(name) })
		}
		if spec, ok := charts.Of(p.flow.Model().View, name); ok {
			m.item("charts.of-column", func() { p.ShowChart(spec) })
		}
		if columns[column].Role == results.Data && !p.flow.Model().View.Grouped() {
			m.item("view.group", func() { p.flow.GroupBy(results.Group{Columns: []string{name}}) })
		}
		if n := p.placeOf(column); n > 0 && n != p.flow.Model().Frozen {
			m.item("view.freeze", func() { p.flow.Freeze(n) })
		}
		m.item("table.hide-column", func() { p.flow.ShowColumn(name, false) })
	}
	m.separate()
	if row < 0 {
		m.item("table.choose-columns", p.showColumns)
		m.item("table.columns-usual", p.flow.UsualColumns)
	}
	if row < 0 && p.flow.Model().Frozen > 0 {
		m.item("view.unfreeze", func() { p.flow.Freeze(0) })
	}
	if row < 0 && !p.flow.Model().View.Grouped() {
		key := "filter.fields-show"
		if p.flow.Model().Fields {
			key = "filter.fields-hide"
		}
		m.item(key, func() { p.flow.ShowFields(!p.flow.Model().Fields) })
	}
	if p.flow.InGroup() {
		m.item("view.back-to-groups", p.flow.BackToGroups)
	}
	if p.flow.Model().View.Grouped() {
		m.item("view.ungroup", func() { p.flow.GroupBy(results.Group{}) })
	}
	if p.More != nil {
		m.separate()
		m.items = append(m.items, p.More()...)
	}
	m.separate()
	m.item("view.undo", p.flow.Undo).Disabled = !p.flow.CanUndo()
	m.item("view.redo", p.flow.Redo).Disabled = !p.flow.CanRedo()
	return fyne.NewMenu("", m.items...)
}

// placeOf is the how-manieth of the columns that show a column is, from 1; 0 for one that does not show.
func (p *Panel) placeOf(column int) int { return slices.Index(p.grid.VisibleColumns(), column) + 1 }

// cellItems are what is offered for a cell of a row.
func (p *Panel) cellItems(m *menu, row, column int) {
	view, w := p.flow.Model().View, p.flow.Words()
	if column >= 0 {
		text := w.Value(view.Cell(row, column))
		m.item("table.copy-cell", func() { fyne.CurrentApp().Clipboard().SetContent(text) })
	}
	m.item("table.copy", func() { p.copy(false) })
	m.item("table.copy-headers", func() { p.copy(true) })
	m.item("table.copy-shown", func() { p.flow.CopyShown(fyne.CurrentApp().Clipboard().SetContent) })
	m.separate()
	if column >= 0 && view.Columns()[column].Role == results.Data {
		rows := p.flow.Model().rowsLike(row)
		only, without := "view.only", "view.without"
		if len(rows) > 1 {
			only, without = "view.only-these", "view.without-these"
		}
		m.item(only, func() { p.flow.OnlyValues(column, rows, false) })
		m.item(without, func() { p.flow.OnlyValues(column, rows, true) })
		if name := view.Columns()[column].Name; !view.Grouped() {
			m.item("view.group", func() { p.flow.GroupBy(results.Group{Columns: []string{name}}) })
		}
		m.separate()
	}
	if view.Grouped() {
		m.item("view.open-group", func() { p.flow.OpenGroup(row) })
	} else {
		m.item("table.details", p.showDetails)
		if more := p.relatedMenu(row); more != nil {
			m.item("related.menu", nil).ChildMenu = more
		}
	}
}

// menu collects the items of a menu.
type menu struct {
	words func(key string, args ...any) string
	items []*fyne.MenuItem
}

func (m *menu) item(key string, do func()) *fyne.MenuItem {
	item := fyne.NewMenuItem(m.words(key), do)
	m.items = append(m.items, item)
	return item
}

// separate draws a line below the items there are, unless one is there.
func (m *menu) separate() {
	if n := len(m.items); n > 0 && !m.items[n-1].IsSeparator {
		m.items = append(m.items, fyne.NewMenuItemSeparator())
	}
}

// activate is a double click or Enter on a row: a group opens, a row shows its details.
func (p *Panel) activate(row int) {
	if p.flow.Model().View.Grouped() {
		p.flow.OpenGroup(row)
		return
	}
	p.showDetails()
}
