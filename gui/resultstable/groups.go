package resultstable

import (
	"slices"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// workable are what can be worked out of a group, in the order they are offered.
var workable = []results.Role{results.Sum, results.Average, results.Min, results.Max, results.Distinct}

// Suits tells whether something can be worked out of a column of a type: sums of what adds up, the lowest and
// highest of what has an order people think of, and how many different values of anything.
func Suits(role results.Role, typ exchange.Kind) bool {
	switch typ {
	case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration:
		return true
	case exchange.Time:
		return role != results.Sum && role != results.Average
	}
	return role == results.Distinct
}

// of is the list of a group's columns for something to work out.
func workedOf(g *results.Group, role results.Role) *[]string {
	switch role {
	case results.Sum:
		return &g.Sums
	case results.Average:
		return &g.Averages
	case results.Min:
		return &g.Mins
	case results.Max:
		return &g.Maxs
	}
	return &g.Distincts
}

// Group is how the rows are grouped; the zero Group while they are not.
func (f *Flow) Group() results.Group { return f.model.Query.Group }

// GroupColumn groups by one column more, as the last, or no longer by it.
func (f *Flow) GroupColumn(name string, on bool) {
	g := f.copyGroup()
	if slices.Contains(g.Columns, name) == on {
		return
	}
	if on {
		g.Columns = append(g.Columns, name)
	} else {
		g.Columns = without(g.Columns, name)
	}
	f.GroupBy(g)
}

// MoveGroup takes a column that the rows are grouped by to another place among those: by places to the right,
// or to the left below 0.
func (f *Flow) MoveGroup(name string, by int) {
	g := f.copyGroup()
	at := slices.Index(g.Columns, name)
	if at < 0 {
		return
	}
	to := min(max(at+by, 0), len(g.Columns)-1)
	if to != at {
		g.Columns = slices.Insert(slices.Delete(g.Columns, at, at+1), to, name)
		f.GroupBy(g)
	}
}

// WorkOut works something out of a column for each group, or no longer. Without a column to group by all rows
// are one group.
func (f *Flow) WorkOut(role results.Role, name string, on bool) {
	g := f.copyGroup()
	list := workedOf(&g, role)
	if slices.Contains(*list, name) == on {
		return
	}
	if on {
		*list = append(*list, name)
	} else {
		*list = without(*list, name)
	}
	f.GroupBy(g)
}

func (f *Flow) copyGroup() results.Group {
	g := f.model.Query.Group
	g.Columns = slices.Clone(g.Columns)
	for _, role := range workable {
		list := workedOf(&g, role)
		*list = slices.Clone(*list)
	}
	return g
}

func without(list []string, name string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == name })
}

// Worked is one thing that is worked out of each group.
type Worked struct {
	Role   results.Role
	Column string
}

// WorkedOut lists what is worked out, in the order of its columns.
func WorkedOut(g results.Group) (list []Worked) {
	for _, role := range workable {
		for _, name := range *workedOf(&g, role) {
			list = append(list, Worked{role, name})
		}
	}
	return list
}

// Text is what is worked out in words, as the column is titled.
func (x Worked) Text(w *wording.Words) string {
	return Heading(w, results.Column{Name: results.RoleName(x.Role, x.Column), Role: x.Role, Of: x.Column})
}

// RowColumns are the columns of the rows, also while groups show: those that show first, then the others by
// name.
func (m *Model) RowColumns(w *wording.Words) []ColumnFact {
	states := m.Columns
	if m.View.Grouped() {
		states = m.other
	}
	return m.facts(w, m.View.Snapshot().Columns(), states)
}
