package resultstable

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tenantry/core/results"
	"tenantry/core/wording"
)

// ColumnFact is what the column chooser tells of one column.
type ColumnFact struct {
	Column  results.Column
	Label   string
	Hidden  bool
	Rows    int // that were counted, 0 while they are not
	Filled  int // of them with a value
	Counted bool
}

// ColumnFacts are all columns, those that show first in their order and then the others by name.
func (m *Model) ColumnFacts(w *wording.Words) []ColumnFact {
	return m.facts(w, m.View.Columns(), m.Columns)
}

func (m *Model) facts(w *wording.Words, columns []results.Column, states []ColumnState) []ColumnFact {
	places := make(map[string]int, len(columns))
	for i, c := range columns {
		places[c.Name] = i
	}
	var shown, rest []ColumnFact
	for _, s := range states {
		i, ok := places[s.Name]
		if !ok {
			continue
		}
		f := ColumnFact{Column: columns[i], Label: Heading(w, columns[i]), Hidden: s.Hidden}
		if n, counted := m.filled.of[s.Name]; counted && columns[i].Role == results.Data {
			f.Rows, f.Filled, f.Counted = m.filled.rows, n, true
		}
		if s.Hidden {
			rest = append(rest, f)
		} else {
			shown = append(shown, f)
		}
	}
	slices.SortStableFunc(rest, func(a, b ColumnFact) int { return byName(a.Label, b.Label) })
	return append(shown, rest...)
}

// byName compares names without regard to case, and numbers at their ends as numbers.
func byName(a, b string) int {
	const digits = "0123456789"
	x, y := strings.TrimRight(a, digits), strings.TrimRight(b, digits)
	m, n := a[len(x):], b[len(y):]
	if len(m) != len(n) && strings.EqualFold(x, y) {
		return cmp.Compare(len(m), len(n))
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

// Words are the second words about a column: what it holds, and how much of it is filled in.
func (c ColumnFact) Words(w *wording.Words) string {
	kind := w.Text("columns.type." + results.KindName(c.Column.Type))
	switch {
	case !c.Counted || c.Rows == 0:
		return kind
	case c.Filled == 0:
		return w.Text("columns.empty")
	case c.Filled == c.Rows:
		return kind + " · " + w.Text("columns.full")
	}
	percent := max(min(int(100*int64(c.Filled)/int64(c.Rows)), 99), 1)
	return kind + " · " + w.Text("columns.filled", "percent", percent)
}

// filledShares is how many cells of each column have a value, of the table as it was at one moment.
type filledShares struct {
	rows int
	of   map[string]int
}

// CountFilled counts away from the screen how many cells of each column have a value. While rows arrive it
// counts again when there are twice as many, and at the end. The function it returns stops it.
func (f *Flow) CountFilled() (again func(), stop func()) {
	ctx, cancel := context.WithCancel(f.ctx)
	counting, counted := false, -1
	again = func() {
		snapshot := f.model.View.Snapshot()
		n := snapshot.Len()
		if counting || n == counted || f.model.Running && n < 2*counted {
			return
		}
		counting, counted = true, n
		f.o.Loop.Go(ctx, func(ctx context.Context) {
			const between = 16 // columns, after which what is known shows
			of := map[string]int{}
			columns := snapshot.Columns()
			for i, c := range columns {
				filled, err := snapshot.Filled(ctx, i)
				if err != nil {
					return
				}
				of[c.Name] = filled
				if last := i == len(columns)-1; last || i%between == between-1 {
					known := make(map[string]int, len(of))
					for name, n := range of {
						known[name] = n
					}
					f.o.Loop.Post(func() {
						if ctx.Err() != nil {
							return
						}
						counting = !last
						f.model.filled = filledShares{rows: n, of: known}
						f.changed(false)
					})
				}
			}
		})
	}
	return again, cancel
}

// ShowColumns shows or hides several columns at once, as ShowColumn does each.
func (f *Flow) ShowColumns(names []string, on bool) {
	now := f.model.Columns
	last := 0 // behind the last one that shows
	for i, s := range now {
		if !s.Hidden {
			last = i + 1
		}
	}
	var before, appear, behind []ColumnState
	for i, s := range now {
		wanted := s.Hidden == on && slices.Contains(names, s.Name)
		if wanted {
			s.Hidden = !on
		}
		switch {
		case i < last:
			before = append(before, s)
		case wanted && on:
			appear = append(appear, s)
		default:
			behind = append(behind, s)
		}
	}
	f.SetColumns(append(append(before, appear...), behind...))
}

// MoveColumn puts a column that shows by places to the right among those that show, or to the left below 0.
func (f *Flow) MoveColumn(name string, by int) {
	columns := slices.Clone(f.model.Columns)
	var shown []int // their places
	at := -1
	for i, s := range columns {
		if s.Hidden {
			continue
		}
		if s.Name == name {
			at = len(shown)
		}
		shown = append(shown, i)
	}
	if at < 0 {
		return
	}
	from, to := shown[at], shown[min(max(at+by, 0), len(shown)-1)]
	state := columns[from]
	f.SetColumns(slices.Insert(slices.Delete(columns, from, from+1), to, state))
}
