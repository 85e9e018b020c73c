package resultstable

import (
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/gui/kit/grid"
)

// rows is a view as the grid wants it.
type rows struct {
	view    results.View
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
	w, r := f.Words(), &rows{view: m.View}
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
		if strings.HasSuffix(c.Name, "Address") || strings.HasSuffix(c.Name, "Name") && c.Type == exchange.Text {
			column.Width = 200
		}
		bars[i] = m.largest[c.Name] > 0
		r.columns = append(r.columns, column)
	}
	grouped := m.View.Grouped()
	view, largest := m.View, &Model{largest: m.largest}
	r.cell = func(row, column int) grid.Cell {
		v := view.Cell(row, column)
		cell := grid.Cell{Text: w.Value(v)}
		if source[column].Name == results.CustomerColumn {
			cell.Text = f.Name(exchange.CustomerID(cell.Text))
		}
		if grouped && cell.Text == "" && source[column].Role == results.Data {
			cell.Text, cell.Tone = w.Text("groups.empty"), grid.Muted
		}
		if bars[column] {
			cell.Bar = largest.Bar(source[column].Name, v)
		}
		dress(view, row, column, &cell)
		if r.finder.In(v.Text()) {
			cell.Fill = grid.Accent
		}
		return cell
	}
	r.find(m.FindText)
	return r
}

func (r *rows) Rows() int                      { return r.view.Len() }
func (r *rows) Columns() []grid.Column         { return r.columns }
func (r *rows) Cell(row, column int) grid.Cell { return r.cell(row, column) }
