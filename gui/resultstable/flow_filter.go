package resultstable

import (
	"reflect"
	"slices"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Filters are the conditions that must all hold, in order: each shows as one chip.
func (f *Flow) Filters() []results.Filter { return conditions(f.model.Query.Filter) }

// conditions are the members of a filter's outermost "all".
func conditions(filter results.Filter) []results.Filter {
	switch {
	case filter.IsZero():
		return nil
	case len(filter.Any) == 0 && filter.Not == nil && filter.Column == "":
		return filter.All
	}
	return []results.Filter{filter}
}

// together is a filter with the given conditions as the members of its outermost "all", also when there is one.
func together(conditions []results.Filter) results.Filter {
	if len(conditions) == 0 {
		return results.Filter{}
	}
	return results.Filter{All: conditions}
}

// SetFilter keeps rows that match, in place of what was kept before; the zero Filter keeps all.
func (f *Flow) SetFilter(filter results.Filter) { f.setConditions(conditions(filter), "") }

// AddFilter keeps of the rows those that match too.
func (f *Flow) AddFilter(filter results.Filter) {
	f.setConditions(append(slices.Clone(f.Filters()), conditions(filter)...), "")
}

// RemoveFilter takes away the condition at i of Filters.
func (f *Flow) RemoveFilter(i int) {
	if now := f.Filters(); i >= 0 && i < len(now) {
		f.setConditions(slices.Delete(slices.Clone(now), i, i+1), "")
	}
}

// ReplaceFilter puts a condition in the place of the one at i of Filters.
func (f *Flow) ReplaceFilter(i int, filter results.Filter) {
	if now := f.Filters(); i >= 0 && i < len(now) {
		f.setConditions(slices.Replace(slices.Clone(now), i, i+1, conditions(filter)...), "")
	}
}

func (f *Flow) setConditions(conditions []results.Filter, typing string) {
	f.remember(typing)
	f.model.Query.Filter, f.model.Said = together(conditions), ""
	f.arrange()
}

// GroupBy makes one row of all rows that agree in the group's columns; the zero Group shows the rows again,
// sorted as they were.
func (f *Flow) GroupBy(group results.Group) {
	f.remember("")
	f.group(group)
	f.arrange()
}

func (f *Flow) group(group results.Group) {
	q := &f.model.Query
	f.model.Said, f.groups = "", nil
	switch was := q.Group.IsZero(); {
	case was && !group.IsZero():
		f.rowsSort, q.Sort = q.Sort, nil
	case !was && group.IsZero():
		f.rowsSort, q.Sort = nil, f.rowsSort
	}
	q.Group = group
	if q.Sort != nil && results.Check(f.table.Snapshot(), *q) != nil {
		q.Sort = nil // by a column that the groups do not have
	}
}

// OpenGroup shows the rows of the group at a row of the view, until BackToGroups.
func (f *Flow) OpenGroup(row int) {
	m := &f.model
	if !m.View.Grouped() || row < 0 || row >= m.View.Len() {
		return
	}
	var of []results.Filter
	for i, c := range m.View.Columns() {
		if c.Role == results.Data {
			of = append(of, valueFilter(c, m.View.Cell(row, i), true))
		}
	}
	groups := f.arrangement()
	f.remember("")
	m.Query.Filter = together(append(slices.Clone(f.Filters()), of...))
	f.group(results.Group{})
	f.groups = &groups
	f.arrange()
}

// InGroup tells whether the rows of one group show, so that BackToGroups has a way back.
func (f *Flow) InGroup() bool { return f.groups != nil }

// BackToGroups shows the groups again as they were before OpenGroup.
func (f *Flow) BackToGroups() {
	if f.groups == nil {
		return
	}
	f.remember("")
	f.restore(*f.groups)
}

// valueFilter is the condition that keeps the rows with the value v in a column. exactly takes a time to its
// last digit; otherwise it stands for its day, as it shows on this computer.
func valueFilter(column results.Column, v exchange.Value, exactly bool) results.Filter {
	is := func(value string) results.Filter {
		return results.Filter{Column: column.Name, Op: results.Equal, Value: value}
	}
	switch {
	case v.IsNone() || v.Text() == "":
		return results.Filter{Column: column.Name, Op: results.IsEmpty}
	case column.Type == exchange.Time && v.Kind() == exchange.Time && !exactly:
		t, zone := v.Instant()
		if zone {
			t = t.Local()
		}
		return is(t.Format(time.DateOnly))
	case v.Kind() == exchange.List:
		var all []results.Filter
		for _, m := range v.List() {
			all = append(all, is(m.Text()))
		}
		return results.And(all...)
	}
	return is(v.Text())
}

// OnlyValues keeps rows with a value that one of the given rows of the view has in a column, or with not those
// that have none of them.
func (f *Flow) OnlyValues(column int, rows []int, not bool) {
	view := f.model.View
	var values []results.Filter
	for _, row := range rows {
		value := valueFilter(view.Columns()[column], view.Cell(row, column), false)
		if !slices.ContainsFunc(values, func(have results.Filter) bool { return reflect.DeepEqual(have, value) }) {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return
	}
	filter := values[0]
	if len(values) > 1 {
		filter = results.Filter{Any: values}
	}
	if not {
		filter = negated(filter)
	}
	f.AddFilter(together([]results.Filter{filter}))
}

// negated is the filter that matches where f does not, in the shortest form.
func negated(f results.Filter) results.Filter {
	if len(f.All) == 0 && len(f.Any) == 0 && f.Not == nil {
		if op, ok := opposite[f.Op]; ok {
			f.Op = op
			return f
		}
	}
	if f.Not != nil && len(f.All) == 0 && len(f.Any) == 0 && f.Column == "" {
		return *f.Not
	}
	return results.Filter{Not: &f}
}

// opposite are the operators that hold exactly where another does not, empty cells too.
var opposite = map[results.Op]results.Op{
	results.Equal: results.NotEqual, results.NotEqual: results.Equal,
	results.Contains: results.NotContains, results.NotContains: results.Contains,
	results.IsEmpty: results.IsNotEmpty, results.IsNotEmpty: results.IsEmpty,
}
