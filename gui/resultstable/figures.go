package resultstable

import (
	"context"
	"slices"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// Figures are what is told of the selection, of one column.
type Figures struct {
	results.Figures
	Column results.Column // the zero Column while there are none
}

// Figure is one of the Figures in words.
type Figure struct{ Name, Value string }

// hasFigures tells whether a column has figures: those of numbers, sizes, durations and times.
func hasFigures(c results.Column) bool {
	switch c.Type {
	case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration, exchange.Time:
		return true
	}
	return false
}

// FigureColumn chooses the column whose figures are told, by name; empty leaves the choice to the table.
func (f *Flow) FigureColumn(name string) {
	if f.model.figured == name {
		return
	}
	f.model.figured = name
	f.sum()
	f.changed(false)
}

// figureColumn is the column whose figures are told: the one that was chosen, the one sorted by, the first size
// that shows, the first with figures that shows.
func (m *Model) figureColumn() (int, bool) {
	columns := m.View.Columns()
	if i, ok := find(columns, m.figured); ok && hasFigures(columns[i]) {
		return i, true
	}
	if keys := m.View.Query().Sort; len(keys) > 0 {
		if i, ok := find(columns, keys[0].Column); ok && hasFigures(columns[i]) {
			return i, true
		}
	}
	for _, only := range []bool{true, false} {
		for _, name := range m.Shown() {
			if i, ok := find(columns, name); ok && hasFigures(columns[i]) && (!only || columns[i].Type == exchange.Size) {
				return i, true
			}
		}
	}
	return 0, false
}

// FigureColumns are the columns that show and have figures, in order.
func (m *Model) FigureColumns() []results.Column {
	var out []results.Column
	for _, name := range m.Shown() {
		if i, ok := find(m.View.Columns(), name); ok && hasFigures(m.View.Columns()[i]) {
			out = append(out, m.View.Columns()[i])
		}
	}
	return out
}

// sum works out the figures of the selection, away from the screen when it is large.
func (f *Flow) sum() {
	const quick = 5_000 // rows
	if f.adding != nil {
		f.adding()
		f.adding = nil
	}
	m := &f.model
	m.Figures = Figures{}
	column, ok := m.figureColumn()
	n := m.Selected()
	if !ok || n < 2 {
		return
	}
	view, of := m.View, m.View.Columns()[column]
	spans := make([][2]int, len(m.Selection))
	for i, s := range m.Selection {
		spans[i] = [2]int{s.First, s.End}
	}
	ctx, cancel := context.WithCancel(f.ctx)
	if n <= quick {
		defer cancel()
		if got, err := view.Figures(ctx, column, spans); err == nil {
			m.Figures = Figures{got, of}
		}
		return
	}
	f.adding = cancel
	f.o.Loop.Go(ctx, func(ctx context.Context) {
		got, err := view.Figures(ctx, column, spans)
		f.o.Loop.Post(func() {
			if ctx.Err() != nil || err != nil {
				return
			}
			cancel()
			f.adding = nil
			m.Figures = Figures{got, of}
			f.changed(false)
		})
	})
}

// List is the figures in words, those that people ask for most first; none without a column.
func (g Figures) List(w *wording.Words) []Figure {
	var out []Figure
	say := func(key string, v exchange.Value, text func(*wording.Words, exchange.Value) string) {
		if !v.IsNone() {
			out = append(out, Figure{w.Text(key), text(w, v)})
		}
	}
	say("figures.sum", g.Sum, (*wording.Words).Value)
	say("figures.average", g.Average, averageText)
	say("figures.lowest", g.Min, (*wording.Words).Value)
	say("figures.highest", g.Max, (*wording.Words).Value)
	if g.Column.Name != "" {
		out = append(out, Figure{w.Text("figures.filled"), w.Number(int64(g.Filled))}, Figure{w.Text("figures.rows"), w.Number(int64(g.Rows))})
	}
	return out
}

// averageText is an average with no more than two digits behind the point, unless it is below one.
func averageText(w *wording.Words, v exchange.Value) string {
	if x := v.Float(); v.Kind() == exchange.Decimal && (x >= 1 || x <= -1) {
		return w.Decimal(x, 2)
	}
	return w.Value(v)
}

// rangeText is one end of the way from the lowest to the highest: of a time the day.
func rangeText(w *wording.Words, v exchange.Value) string {
	if t, zone := v.Instant(); v.Kind() == exchange.Time {
		if zone {
			t = t.Local()
		}
		return w.Date(t)
	}
	return w.Value(v)
}

// FiguresText is what is selected and its figures, from the longest way to say it to the shortest; none when
// nothing is selected.
func (m *Model) FiguresText(w *wording.Words) []string {
	n := m.Selected()
	if n == 0 {
		return nil
	}
	out := []string{w.Count("table.selected", n)}
	g := m.Figures
	if g.Column.Name == "" || g.Filled == 0 {
		return out
	}
	if !g.Sum.IsNone() && !g.Sum.IsUnlimited() {
		out = append(out, w.Count("table.selected-sum", n, "sum", w.Value(g.Sum)))
	}
	longest := out[len(out)-1] + " · " + w.Text("figures.range", "column", Heading(w, g.Column), "from", rangeText(w, g.Min), "to", rangeText(w, g.Max))
	out = append(out, longest)
	if !g.Average.IsNone() && !g.Average.IsUnlimited() {
		out = append(out, longest+", "+w.Text("figures.range-average", "average", averageText(w, g.Average)))
	}
	slices.Reverse(out)
	return out
}
