// Package compare is the part of the screen that compares two tables: it asks with which other one and by which
// columns, and shows what was added, removed and changed as a table of its own, the changed cells marked.
//
// The model says what is to be seen, the flow does the work away from the screen, the panels draw it.
package compare

import (
	"context"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/resultstable"
)

// Source is a table that can be compared.
type Source struct {
	Title string
	Read  time.Time // when its rows were read
	Rows  func() results.Snapshot

	// OfAccount tells that the rows came from customers of the account that is signed in.
	OfAccount bool
}

// Named is the title with the time, so that two readings of one thing can be told apart.
func (s Source) Named(w *wording.Words) string {
	if s.Read.IsZero() {
		return s.Title
	}
	return s.Title + " · " + w.DateTime(s.Read.Local())
}

// Model is what is to be seen while one chooses. It belongs to the UI goroutine.
type Model struct {
	This    Source
	Others  []Source
	Other   int      // number of the one to compare with, -1 for none yet
	Later   bool     // the other one is the later of the two
	Columns []string // that both have, by which rows can be told apart
	Key     []string
	Busy    bool // columns are looked at
	Problem *exchange.Problem
}

// Ready tells whether the comparison can begin.
func (m *Model) Ready() bool { return m.Other >= 0 && len(m.Key) > 0 && !m.Busy }

// Pair is the earlier and the later of the two.
func (m *Model) Pair() (before, after Source) {
	if m.Later {
		return m.This, m.Others[m.Other]
	}
	return m.Others[m.Other], m.This
}

// Result is a comparison that was made.
type Result struct {
	results.Comparison
	Before, After Source // without their rows
	Key           []string
}

// Make compares two tables. Without a key it takes columns that tell their rows apart. It may take a moment with many
// rows. Errors are those of results.Compare.
func Make(ctx context.Context, before, after Source, key []string) (*Result, error) {
	old, now := before.Rows(), after.Rows()
	if key == nil {
		var err error
		if key, err = results.GuessKey(ctx, old, now); err != nil {
			return nil, err
		}
	}
	found, err := results.Compare(ctx, old, now, key)
	if err != nil {
		return nil, err
	}
	before.Rows, after.Rows = nil, nil
	return &Result{Comparison: found, Before: before, After: after, Key: key}, nil
}

// Columns are the columns of the comparison as they show at first: what changed, of what, the values before and after
// of columns that differ, and a name where the key is none.
func (r *Result) Columns() []resultstable.ColumnState {
	const most = 12 // columns with before and after
	var front, rest []resultstable.ColumnState
	pairs := 0
	for _, c := range r.Table.Snapshot().Columns() {
		state := resultstable.ColumnState{Name: c.Name}
		_, pair := of(c.Name)
		switch {
		case c.Name == results.ChangeColumn, c.Name == results.ChangedColumn, c.Name == results.CustomerColumn, contains(r.Key, c.Name):
			front = append(front, state)
		case pair && pairs < 2*most:
			pairs++
			rest = append(rest, state)
		case c.Name == "DisplayName" || c.Name == "Name" && len(front) < 4:
			front = append(front, state)
		default:
			state.Hidden = true
			rest = append(rest, state)
		}
	}
	return append(front, rest...)
}

// of is the column that a column with the values before or after is about.
func of(name string) (column string, pair bool) {
	for _, when := range []string{" before", " after"} {
		if column, pair = strings.CutSuffix(name, when); pair {
			return column, true
		}
	}
	return name, false
}

func contains(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// Remarks are what is to be said of the comparison above its rows.
func (r *Result) Remarks(w *wording.Words) []resultstable.Remark {
	var out []resultstable.Remark
	for _, p := range r.Repeats {
		out = append(out, resultstable.Remark{Problem: p})
	}
	only := func(s Source, columns []string) {
		if len(columns) > 0 {
			out = append(out, resultstable.Remark{Text: w.Count("compare.only", len(columns), "table", s.Named(w), "columns", labels(w, columns))})
		}
	}
	only(r.Before, r.OnlyBefore)
	only(r.After, r.OnlyAfter)
	return out
}

// labels are columns in words, the first few of them.
func labels(w *wording.Words, columns []string) string {
	const most = 8
	var names []string
	for i, c := range columns {
		if i == most && len(columns) > most+1 {
			names = append(names, w.Count("compare.more", len(columns)-most))
			break
		}
		names = append(names, w.Label(c))
	}
	return strings.Join(names, ", ")
}

// None says that nothing differs.
func (r *Result) None(w *wording.Words) (sentence, hint string) {
	return w.Text("compare.none"), w.Count("compare.none-hint", r.Same)
}

// About says what was compared, for the page in front of a file.
func (r *Result) About(w *wording.Words) string {
	return w.Text("compare.about", "before", r.Before.Named(w), "after", r.After.Named(w), "key", labels(w, r.Key))
}

// Marks tells how cells of a view of the comparison are tinted in a workbook: the kind of change, and of a changed row
// the values that differ.
func Marks(view results.View) func(row, col int) export.Mark {
	kinds := map[string]export.Mark{results.ChangeAdded: export.Added, results.ChangeRemoved: export.Removed, results.ChangeChanged: export.Changed}
	columns := view.Columns()
	return func(row, col int) export.Mark {
		c := columns[col]
		if c.Role != results.Data || view.Grouped() {
			return export.NoMark
		}
		if c.Name == results.ChangeColumn {
			return kinds[view.Cell(row, col).Text()]
		}
		if base, pair := of(c.Name); pair && differs(view, row, base) {
			return export.Changed
		}
		return export.NoMark
	}
}

// differs tells whether a row of a comparison changed in a column.
func differs(view results.View, row int, column string) bool {
	at, ok := view.Snapshot().Column(results.ChangedColumn)
	if !ok {
		return false
	}
	changed := view.Snapshot().Cell(view.ID(row), at)
	for _, v := range changed.List() {
		if v.Text() == column {
			return true
		}
	}
	return changed.Text() == column
}
