package resultstable

import (
	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/core/wording"
	"tenantry/gui/kit/grid"
)

// rows is a view as the grid wants it.
type rows struct {
	view    results.View
	painter *painter
	columns []grid.Column
	cell    func(row, column int) grid.Cell
	finding string // the text whose cells are tinted
	finder  results.Finder
}

// find tints the cells that have text, and tells whether they are other ones than before.
func (r *rows) find(text string) bool {
	if text == r.finding {
		return false
	}
	r.finding, r.finder = text, results.Finder{}
	if text != "" {
		r.finder = results.NewFinder(text)
	}
	return true
}

// dress lets Dress change how a cell looks.
func (p *Panel) dress(view results.View, row, column int, c *grid.Cell) {
	if p.Dress != nil {
		p.Dress(view, row, column, c)
	}
}

func newRows(m *Model, f *Flow, dress func(view results.View, row, column int, c *grid.Cell)) *rows {
	w, r := f.Words(), &rows{view: m.View, painter: m.painter}
	source := m.View.Columns()
	bars := make([]bool, len(source))
	filtered := views.Columns(m.View.Query().Filter)
	for i, c := range source {
		column := grid.Column{Title: Heading(w, c), Key: c.Name, Filtered: contains(filtered, c.Name)}
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
		bars[i] = m.largest[c.Name] > 0
		if _, ok := m.painter.share(i); ok {
			column.Width = 150 // for the share beside the size
		}
		r.columns = append(r.columns, column)
	}
	grouped := m.View.Grouped()
	view, largest := m.View, &Model{largest: m.largest}
	r.cell = func(row, column int) grid.Cell {
		v := view.Cell(row, column)
		cell := grid.Cell{Text: w.Value(v)}
		if source[column].Name == results.CustomerColumn && !v.IsNone() {
			cell.Text = f.Name(exchange.CustomerID(cell.Text))
		}
		if grouped && cell.Text == "" && source[column].Role == results.Data {
			cell.Text, cell.Tone = w.Text("groups.empty"), grid.Muted
		}
		if bars[column] {
			cell.Bar = largest.Bar(source[column].Name, v)
		}
		r.painter.paint(w, view, row, column, v, &cell)
		dress(view, row, column, &cell)
		if r.finder.In(v.Text()) {
			cell.Fill = grid.Accent
		}
		return cell
	}
	r.find(m.FindText)
	return r
}

// looks are what a colour is drawn like: never by itself, a shape goes with it.
var looks = map[views.Tone]struct {
	tone grid.Tone
	mark grid.Mark
}{
	views.Bad: {grid.Bad, grid.MarkStop}, views.Warn: {grid.Warn, grid.MarkUp},
	views.Good: {grid.Good, grid.MarkDot}, views.Accent: {grid.Accent, grid.MarkDot},
}

func (p *painter) share(column int) (share views.Share, ok bool) {
	if p != nil {
		share, ok = p.shares[column]
	}
	return share, ok
}

// paint colours a cell as the rules say. A size beside its quota says how full it is, and has a bar and a
// colour for it.
func (p *painter) paint(w *wording.Words, view results.View, row, column int, v exchange.Value, cell *grid.Cell) {
	if p == nil {
		return
	}
	var tone views.Tone
	if share, ok := p.share(column); ok {
		cell.Bar = 0 // of the largest would mean something else than one of the quota
		part, ok := share.Of(v, func(name string) exchange.Value {
			at, _ := find(view.Columns(), name)
			return view.Cell(row, at)
		})
		if ok {
			tone = views.ToneOf(part)
			cell.Text = w.Text("view.share", "size", cell.Text, "percent", w.Decimal(part*100, 0))
			cell.Bar, cell.BarTone = float32(min(part, 1)), looks[tone].tone
		}
	}
	if own := p.tone(view.ID(row), column); own != "" {
		tone = own
	}
	if look, ok := looks[tone]; ok {
		cell.Tone, cell.Mark, cell.Fill = look.tone, look.mark, look.tone
	}
}

func (r *rows) Rows() int                      { return r.view.Len() }
func (r *rows) Columns() []grid.Column         { return r.columns }
func (r *rows) Cell(row, column int) grid.Cell { return r.cell(row, column) }
