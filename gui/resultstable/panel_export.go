package resultstable

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/core/charts"
	"tenantry/core/results"
	"tenantry/gui/kit"
)

// Wanted is what a user wants as a file.
type Wanted struct {
	View    results.View
	Rows    []int    // of View, in order; nil for all of them
	Columns []string // in order; nil for all there are

	// AllRows wants the rows that filters and the search hide too, sorted as View is. Rows is nil then.
	AllRows bool
	// CustomerSheets wants a sheet for each customer.
	CustomerSheets bool
	// Chart is the picture that shows beside the rows, for a file that has a place for one; nil while none does.
	Chart *charts.Spec
	// Format is the name of one of export.Formats, empty for what was chosen last.
	Format string
}

// Kind is a kind of file: one of export.Formats by its name, in words.
type Kind struct{ Format, Title string }

// Export saves what shows, for Ctrl+E.
func (p *Panel) Export() { p.want(Wanted{Columns: p.flow.Model().Shown()}) }

// want asks for a file with rows of what shows.
func (p *Panel) want(w Wanted) {
	if p.OnExport == nil || p.export.Disabled() {
		return
	}
	w.View = p.flow.Model().View
	if p.right != nil && p.right.name == sideChart {
		if spec := p.charting.Wanted(); !spec.IsZero() {
			w.Chart = &spec
		}
	}
	p.OnExport(w)
}

// exportMenu offers what can be saved.
func (p *Panel) exportMenu() { kit.MenuBelow(p.export, p.exportItems()...) }

func (p *Panel) exportItems() []*fyne.MenuItem {
	m, w := p.flow.Model(), p.flow.Words()
	var items []*fyne.MenuItem
	item := func(text string, do func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(text, do)
		items = append(items, i)
		return i
	}
	shown, total := m.View.Len(), m.View.Snapshot().Len()
	item(w.Count("file.rows", shown), p.Export).Shortcut = &desktop.CustomShortcut{KeyName: fyne.KeyE, Modifier: fyne.KeyModifierShortcutDefault}
	if p.Kinds != nil {
		var kinds []*fyne.MenuItem
		for _, k := range p.Kinds() {
			kinds = append(kinds, fyne.NewMenuItem(k.Title, func() { p.want(Wanted{Columns: m.Shown(), Format: k.Format}) }))
		}
		item(w.Text("file.save-as"), nil).ChildMenu = fyne.NewMenu("", kinds...)
	}
	items = append(items, fyne.NewMenuItemSeparator())
	if len(m.Shown()) < len(m.View.Columns()) {
		item(w.Count("file.all-columns", len(m.View.Columns())), func() { p.want(Wanted{}) })
	}
	if n := m.Selected(); n > 0 && n < shown {
		item(w.Count("file.selected", n), func() { p.want(Wanted{Columns: m.Shown(), Rows: m.SelectedRows()}) })
	}
	if shown != total && !m.View.Grouped() {
		item(w.Count("file.all-rows", total), func() { p.want(Wanted{AllRows: true}) })
	}
	if len(m.Info.Customers) > 1 && !m.View.Grouped() {
		item(w.Text("file.customer-sheets"), func() { p.want(Wanted{Columns: m.Shown(), CustomerSheets: true, Format: "xlsx"}) })
	}
	if p.MoreExport != nil {
		if more := p.MoreExport(); len(more) > 0 {
			items = append(append(items, fyne.NewMenuItemSeparator()), more...)
		}
	}
	return slices.CompactFunc(items, func(a, b *fyne.MenuItem) bool { return a.IsSeparator && b.IsSeparator })
}

// SelectedRows are the rows of the view that are selected, in order.
func (m *Model) SelectedRows() []int {
	rows := make([]int, 0, m.Selected())
	for _, s := range m.Selection {
		for r := s.First; r < min(s.End, m.View.Len()); r++ {
			rows = append(rows, r)
		}
	}
	return rows
}
