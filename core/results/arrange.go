package results

import (
	"context"
	"sort"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// Arrange makes a View of a Snapshot. It changes nothing, may run on any goroutine, and may take a moment
// with many rows: run it away from the screen's. The errors are *exchange.Problem with a code of this
// package, or ctx's own when it ended first. A column that the query names must exist, unless the snapshot
// has no rows: an answer without rows cannot tell its columns, so then any name is good.
func Arrange(ctx context.Context, s Snapshot, q Query) (View, error) {
	return arrangeFrom(ctx, s, q, nil)
}

// arrangeFrom is Arrange; before are rows that were sorted as q asks, or nil.
func arrangeFrom(ctx context.Context, s Snapshot, q Query, before []uint32) (View, error) {
	a := &arranged{snap: s, query: q}
	f := s.get()
	shown, err := chooseColumns(a, s.Columns(), q.Columns, f.rows == 0 || !q.Group.IsZero())
	if err != nil {
		return View{}, err
	}
	rows, err := filterRows(ctx, s, q)
	if err != nil {
		return View{}, err
	}
	if q.Find != "" {
		if !q.Group.IsZero() {
			shown = identity(len(f.cols))
		}
		if rows, err = findRows(ctx, f, shown, q.Find, rows); err != nil {
			return View{}, err
		}
	}
	cols, names, n := f.cols, f.names, f.rows
	if rows != nil {
		n = len(rows)
	}
	keys := q.Sort
	if !q.Group.IsZero() {
		if a.groups, err = groupRows(ctx, s, q.Group, rows, q.Language); err != nil {
			return View{}, err
		}
		cols, names, n, rows = a.groups.cols, a.groups.columns, len(a.groups.first), nil
		if _, err = chooseColumns(a, names, q.Columns, false); err != nil {
			return View{}, err
		}
		if len(keys) == 0 {
			for _, c := range q.Group.Columns {
				keys = append(keys, SortKey{Column: c})
			}
		}
	}
	sorted, done := rows, false
	if before != nil {
		if sorted, done, err = sortAfter(ctx, f, keys, rows, before, q.Language); err != nil {
			return View{}, err
		}
	}
	if !done {
		if sorted, err = sortRows(ctx, cols, names, keys, rows, n, q.Language); err != nil {
			return View{}, err
		}
	}
	rows = sorted
	if q.Limit > 0 && n > q.Limit {
		if n = q.Limit; rows != nil {
			rows = rows[:n:n]
		}
	}
	a.rows, a.count = rows, n
	return View{a}, nil
}

// Check tells whether a query suits a snapshot, as Arrange would, without the work.
func Check(s Snapshot, q Query) error {
	q.Find, q.Limit = "", 0
	a := &arranged{}
	f := s.get()
	if _, err := chooseColumns(a, s.Columns(), q.Columns, f.rows == 0 || !q.Group.IsZero()); err != nil {
		return err
	}
	if _, err := compileFilter(s, q.Filter, surroundings(q)); err != nil {
		return err
	}
	names := f.names
	if !q.Group.IsZero() {
		g, err := groupRows(context.Background(), s, q.Group, []uint32{}, q.Language)
		if err != nil {
			return err
		}
		names = g.columns
		if _, err := chooseColumns(a, names, q.Columns, false); err != nil {
			return err
		}
	}
	for _, k := range q.Sort {
		if _, err := sortColumn(names, k.Column, f.rows == 0); err != nil {
			return err
		}
	}
	return nil
}

func identity(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// chooseColumns fills in what a shows and returns the places of those columns. With lenient, a name that is
// not there becomes a column of empty cells.
func chooseColumns(a *arranged, have []Column, want []string, lenient bool) ([]int, error) {
	if len(want) == 0 {
		a.columns, a.source = have, identity(len(have))
		return a.source, nil
	}
	a.columns, a.source = nil, nil
	var there []int
	for _, name := range want {
		at, ok := findColumn(have, name)
		if !ok {
			at, ok = workedOf(have, name)
		}
		switch {
		case ok:
			a.columns = append(a.columns, have[at])
			a.source = append(a.source, at)
			there = append(there, at)
		case lenient:
			a.columns = append(a.columns, Column{Name: name})
			a.source = append(a.source, -1)
		default:
			return nil, unknownColumn(have, name)
		}
	}
	return there, nil
}

// workedOf finds the first column that is worked out from the named one.
func workedOf(have []Column, name string) (int, bool) {
	for i := range have {
		if have[i].Of != "" && strings.EqualFold(have[i].Of, name) {
			return i, true
		}
	}
	return 0, false
}

// columnNamed finds a column of s, or -1 when s has no rows and so cannot know its columns.
func columnNamed(s Snapshot, name string) (int, error) {
	if at, ok := s.Column(name); ok {
		return at, nil
	}
	if s.Len() == 0 {
		return -1, nil
	}
	return 0, unknownColumn(s.Columns(), name)
}

func sortColumn(names []Column, name string, lenient bool) (int, error) {
	if at, ok := findColumn(names, name); ok {
		return at, nil
	}
	if at, ok := workedOf(names, name); ok {
		return at, nil
	}
	if lenient {
		return -1, nil
	}
	return 0, unknownColumn(names, name)
}

func unknownColumn(have []Column, name string) error {
	return &exchange.Problem{Code: CodeUnknownColumn, Doing: "arrange a table",
		Args: map[string]string{"column": name, "near": strings.Join(nearNames(have, name), ", ")}}
}

// nearNames are up to five columns that someone who typed name may have meant, the likeliest first.
func nearNames(have []Column, name string) []string {
	type near struct {
		name string
		far  int
	}
	var found []near
	low := strings.ToLower(name)
	for _, c := range have {
		other := strings.ToLower(c.Name)
		far := distance(low, other)
		switch {
		case low != "" && (strings.Contains(other, low) || other != "" && strings.Contains(low, other)):
			far = min(far, 3)
		case far > max(2, len(low)/3):
			continue
		}
		found = append(found, near{c.Name, far})
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].far < found[j].far })
	var names []string
	for _, n := range found[:min(5, len(found))] {
		names = append(names, n.name)
	}
	return names
}

// distance counts the letters to add, drop, change or swap with their neighbour to make b of a.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var rows [3][65]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		now, above, twoAbove := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(above[j]+1, now[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, twoAbove[j-2]+1)
			}
			now[j] = d
		}
	}
	return rows[len(a)%3][len(b)]
}

// around is what a condition needs besides the table.
type around struct {
	now      time.Time
	language string
}

func surroundings(q Query) around {
	if q.Now.IsZero() {
		q.Now = time.Now()
	}
	return around{q.Now, q.Language}
}
