package resultstable

import (
	"slices"
	"time"

	"tenantry/core/charts"
	"tenantry/core/results"
	"tenantry/core/views"
)

// arrangement is everything about how a table is looked at that a step back undoes.
type arrangement struct {
	query    results.Query
	rowsSort []results.SortKey // how the rows are sorted while they are grouped
	rows     []ColumnState     // the columns of the rows
	groups   []ColumnState     // the columns of the groups, of the last grouping
	narrow   bool              // other columns that come do not show
	frozen   int
	rules    []views.Rule
	chart    charts.Spec
	find     string // what is looked for, and how
	jumps    bool
	from     *arrangement // the groups of which one was opened, nil otherwise
}

// history is the arrangements before and after the one that shows.
type history struct {
	past, future []arrangement
	typing       string    // the field that made the last step, empty for what is done at one go
	at           time.Time // when it did
}

const (
	mostSteps  = 200
	typingEnds = 2 * time.Second // a longer pause than this between two letters begins a new step
)

// step keeps the arrangement that is about to change. What is typed in one field is one step.
func (h *history) step(now arrangement, typing string, at time.Time) {
	same := typing != "" && typing == h.typing && at.Sub(h.at) < typingEnds && len(h.past) > 0
	h.typing, h.at = typing, at
	h.future = nil
	if same {
		return
	}
	h.past = append(h.past, now)
	if len(h.past) > mostSteps {
		h.past = slices.Delete(h.past, 0, len(h.past)-mostSteps)
	}
}

// back and forth give the arrangement before and after now; ok is false at the end.
func (h *history) back(now arrangement) (arrangement, bool) { return h.move(&h.past, &h.future, now) }

func (h *history) forth(now arrangement) (arrangement, bool) { return h.move(&h.future, &h.past, now) }

func (h *history) move(from, to *[]arrangement, now arrangement) (arrangement, bool) {
	n := len(*from)
	if n == 0 {
		return arrangement{}, false
	}
	h.typing = ""
	*to = append(*to, now)
	last := (*from)[n-1]
	*from = (*from)[:n-1]
	return last, true
}

// arrangement is how the table is looked at now.
func (f *Flow) arrangement() arrangement {
	a := arrangement{query: f.model.Query, rowsSort: f.rowsSort, rows: f.model.Columns, groups: f.model.other, narrow: f.model.narrow, frozen: f.model.Frozen, rules: f.model.Rules, find: f.model.FindText, jumps: f.model.FindJumps, chart: f.model.Chart, from: f.groups}
	if f.model.View.Grouped() {
		a.rows, a.groups = a.groups, a.rows
	}
	return a
}

// remember makes what comes next a step that can be undone. typing names the field in which it is typed, so
// that its letters are one step together; empty for what is done at one go.
func (f *Flow) remember(typing string) { f.history.step(f.arrangement(), typing, f.o.Now()) }

// CanUndo tells whether there is a change of the view to undo.
func (f *Flow) CanUndo() bool { return len(f.history.past) > 0 }

// CanRedo tells whether there is an undone change to make again.
func (f *Flow) CanRedo() bool { return len(f.history.future) > 0 }

// Undo takes back the last change of how the table is looked at: sort, filter, find, group or columns.
func (f *Flow) Undo() {
	if a, ok := f.history.back(f.arrangement()); ok {
		f.restore(a)
	}
}

// Redo makes the change again that Undo took back.
func (f *Flow) Redo() {
	if a, ok := f.history.forth(f.arrangement()); ok {
		f.restore(a)
	}
}

// restore looks at the table as it was looked at then. Columns that came since stay.
func (f *Flow) restore(a arrangement) {
	before := f.arrangement().rows
	f.restoreQuietly(a)
	if after := f.arrangement().rows; !slices.Equal(before, after) {
		f.tellColumns(after)
	}
}

// restoreQuietly is restore without a word to OnColumns, for what is not the user's own doing.
func (f *Flow) restoreQuietly(a arrangement) {
	m := &f.model
	now := f.arrangement()
	rows, groups := keepNew(a.rows, now.rows), keepNew(a.groups, now.groups)
	m.Query, f.rowsSort, f.groups, m.Said, m.Problem = a.query, a.rowsSort, a.from, "", nil
	m.Columns, m.other, m.Frozen = rows, groups, a.frozen
	m.FindText, m.FindJumps, m.Rules, m.Chart, m.narrow = a.find, a.jumps, a.rules, a.chart, a.narrow
	m.paint()
	if m.View.Grouped() {
		m.Columns, m.other = groups, rows
	}
	f.changed(true)
	f.arrange()
}

// keepNew adds to columns, as they were left, those that are only in now.
func keepNew(columns, now []ColumnState) []ColumnState {
	out := slices.Clone(columns)
	for _, s := range now {
		if !slices.ContainsFunc(columns, func(c ColumnState) bool { return c.Name == s.Name }) {
			out = append(out, s)
		}
	}
	return out
}
