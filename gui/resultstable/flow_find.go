package resultstable

import (
	"context"
	"sort"
	"strings"

	"tenantry/core/results"
)

// Hits is where the text that is looked for stands.
type Hits struct {
	Text    string
	Rows    int          // with the text in some column
	Of      int          // rows that match the filters
	Columns []ColumnHits // with the text in some row, the one with most first
}

// ColumnHits is how many rows have the text in a column.
type ColumnHits struct {
	Column results.Column
	Rows   int
}

// Find looks for text in all columns, also hidden ones. It keeps the rows that have it or, after
// SetFindJumps, shows all rows and NextHit goes from one to the next. Empty looks for nothing.
func (f *Flow) Find(text string) {
	text = strings.TrimSpace(text)
	if text == f.model.FindText {
		return
	}
	f.remember("find")
	f.model.FindText, f.model.Said = text, ""
	f.find()
}

// SetFindJumps says whether finding shows all rows and jumps between those that have the text, or keeps only
// these.
func (f *Flow) SetFindJumps(on bool) {
	if on == f.model.FindJumps {
		return
	}
	if f.model.FindText != "" {
		f.remember("")
	}
	f.model.FindJumps = on
	f.find()
}

// find brings the query in line with what is looked for.
func (f *Flow) find() {
	want := f.model.FindText
	if f.model.FindJumps {
		want = ""
	}
	if want == f.model.Query.Find {
		f.countHits()
		f.changed(false)
		return
	}
	f.model.Query.Find = want
	f.arrange()
}

// countHits looks away from the screen where the text stands among the rows that show now.
func (f *Flow) countHits() {
	if f.counting != nil {
		f.counting()
		f.counting = nil
	}
	m := &f.model
	text, view, q := m.FindText, m.View, m.View.Query()
	if m.Hits.Text != text {
		m.Hits, m.hits = Hits{}, results.View{}
	}
	if text == "" {
		return
	}
	ctx, cancel := context.WithCancel(f.ctx)
	f.counting = cancel
	f.o.Loop.Go(ctx, func(ctx context.Context) {
		hits, rows, err := lookFor(ctx, view, q, text)
		f.o.Loop.Post(func() {
			if err == nil && ctx.Err() == nil && text == m.FindText && view == m.View {
				m.Hits, m.hits = hits, rows
				f.changed(false)
			}
		})
	})
}

// lookFor finds the rows of a view with a text, in the order of the view, and counts them.
func lookFor(ctx context.Context, view results.View, q results.Query, text string) (Hits, results.View, error) {
	hits, rows := Hits{Text: text, Of: view.Snapshot().Len()}, view
	var err error
	if view.Grouped() || !strings.EqualFold(q.Find, text) {
		flat := results.Query{Filter: q.Filter, Find: text, Language: q.Language}
		if !view.Grouped() {
			flat.Sort = q.Sort
		}
		if rows, err = results.Arrange(ctx, view.Snapshot(), flat); err != nil {
			return hits, rows, err
		}
	}
	if !q.Filter.IsZero() {
		all, err := results.Arrange(ctx, view.Snapshot(), results.Query{Filter: q.Filter, Language: q.Language})
		if err != nil {
			return hits, rows, err
		}
		hits.Of = all.Len()
	}
	hits.Rows = rows.Len()
	counts, err := rows.Hits(ctx, text)
	if err != nil {
		return hits, rows, err
	}
	for i, n := range counts {
		if n > 0 {
			hits.Columns = append(hits.Columns, ColumnHits{rows.Columns()[i], n})
		}
	}
	sort.SliceStable(hits.Columns, func(i, j int) bool { return hits.Columns[i].Rows > hits.Columns[j].Rows })
	return hits, rows, nil
}

// NextHit is the next row of the view, after the one with the cursor and around, that has the text that is
// looked for, and the column in which it has it: the first that shows, or another. back goes the other way.
// ok is false when there is none, or the hits are not counted yet.
func (f *Flow) NextHit(back bool) (row int, column string, ok bool) {
	m := &f.model
	n := m.hits.Len()
	if n == 0 || m.View.Grouped() {
		return 0, "", false
	}
	at := func(i int) int {
		row, _ := m.View.Find(m.hits.ID(i))
		return row
	}
	i := sort.Search(n, func(i int) bool { return at(i) > m.Cursor }) % n
	if back {
		i = (sort.Search(n, func(i int) bool { return at(i) >= m.Cursor }) + n - 1) % n
	}
	row = at(i)
	finder := results.NewFinder(m.FindText)
	columns := m.View.Columns()
	for _, name := range m.Shown() {
		if c, ok := find(columns, name); ok && finder.In(m.View.Cell(row, c).Text()) {
			return row, name, true
		}
	}
	for c := range columns {
		if finder.In(m.View.Cell(row, c).Text()) {
			return row, columns[c].Name, true
		}
	}
	return row, "", true
}

// hidden tells whether a column does not show.
func (m *Model) hidden(column string) bool { return !contains(m.Shown(), column) }
