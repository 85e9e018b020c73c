package resultstable

import (
	"context"
	"slices"

	"tenantry/core/results"
)

// spans makes spans of row numbers in any order.
func spans(rows []int) []Span {
	slices.Sort(rows)
	var out []Span
	for _, r := range rows {
		out = extend(out, r)
	}
	return out
}

// extend adds a row to spans in order; it is not before the last of them begins.
func extend(spans []Span, row int) []Span {
	n := len(spans)
	switch {
	case n > 0 && spans[n-1].End == row:
		spans[n-1].End++
	case n == 0 || spans[n-1].End < row:
		spans = append(spans, Span{row, row + 1})
	}
	return spans
}

// carry finds the rows of a selection in another view of the same table. Rows of a view and groups of rows are
// not the same: nothing is carried between them.
func carry(from results.View, selection []Span, cursor int, to results.View) ([]Span, int) {
	if from.Grouped() != to.Grouped() {
		return nil, -1
	}
	at := -1
	if cursor >= 0 && cursor < from.Len() {
		if n, ok := to.Find(from.ID(cursor)); ok {
			at = n
		}
	}
	selected := 0
	for _, s := range selection {
		selected += s.End - s.First
	}
	const few = 16 // times fewer than there are rows: looking for each takes less than looking at all
	if selected > to.Len()/few {
		return carryMany(from, selection, to), at
	}
	var rows []int
	for _, s := range selection {
		for r := s.First; r < s.End; r++ {
			if n, ok := to.Find(from.ID(r)); ok {
				rows = append(rows, n)
			}
		}
	}
	return spans(rows), at
}

// carryMany marks the selected rows of the table, and goes through the other view once.
func carryMany(from results.View, selection []Span, to results.View) []Span {
	marked := make([]uint64, (max(from.Snapshot().Len(), to.Snapshot().Len())+63)/64)
	for _, s := range selection {
		for r := s.First; r < min(s.End, from.Len()); r++ {
			id := from.ID(r)
			marked[id/64] |= 1 << (id % 64)
		}
	}
	var out []Span
	for r := range to.Len() {
		if id := to.ID(r); marked[id/64]&(1<<(id%64)) != 0 {
			out = extend(out, r)
		}
	}
	return out
}

// reselect carries what the user selected while an arrangement was made over to its view, away from the screen
// when it is much, and then shows the view.
func (f *Flow) reselect(turn int, view results.View, largest map[string]float64) {
	const quick = 50_000 // rows
	touched, before, selection, cursor := f.touched, f.model.View, slices.Clone(f.model.Selection), f.model.Cursor
	if f.model.Selected() <= quick {
		selection, cursor = carry(before, selection, cursor, view)
		f.arranged(view, largest, selection, cursor)
		return
	}
	f.o.Loop.Go(f.ctx, func(ctx context.Context) {
		selection, cursor := carry(before, selection, cursor, view)
		f.o.Loop.Post(func() {
			switch {
			case ctx.Err() != nil || turn != f.turn:
			case touched != f.touched:
				f.reselect(turn, view, largest)
			default:
				f.arranged(view, largest, selection, cursor)
			}
		})
	})
}

// arranged shows the view of an arrangement that is done.
func (f *Flow) arranged(view results.View, largest map[string]float64, selection []Span, cursor int) {
	f.arranging = nil
	f.last = f.o.Now()
	f.show(view, largest, selection, cursor)
	if f.dirty {
		f.grown(!f.model.Running)
	}
}
