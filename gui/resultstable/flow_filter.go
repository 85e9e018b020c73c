package resultstable

import (
	"cmp"
	"context"
	"reflect"
	"slices"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
)

// Filters are the conditions that must all hold, in order: each shows as one chip.
func (f *Flow) Filters() []results.Filter { return views.Conditions(f.model.Query.Filter) }

// SetFilter keeps rows that match, in place of what was kept before; the zero Filter keeps all.
func (f *Flow) SetFilter(filter results.Filter) { f.setConditions(views.Conditions(filter), "") }

// AddFilter keeps of the rows those that match too: one chip more.
func (f *Flow) AddFilter(filter results.Filter) { f.PutFilter(-1, filter, "") }

// PutFilter puts a condition in the place of the one at i of Filters, or behind them when there is none at i,
// and returns its place. typing names the field it is typed in, as letters of one field are undone together.
func (f *Flow) PutFilter(i int, filter results.Filter, typing string) int {
	if filter.IsZero() {
		return -1
	}
	now, i, other := placed(f.Filters(), i, filter)
	if other {
		f.setConditions(now, typing)
	}
	return i
}

// placed is list with x in the place of the one at i, or at its end when there is none at i; with the place, and
// whether that is another list.
func placed[T any](list []T, i int, x T) (now []T, at int, other bool) {
	if i < 0 || i >= len(list) {
		return append(slices.Clone(list), x), len(list), true
	}
	if reflect.DeepEqual(list[i], x) {
		return list, i, false
	}
	now = slices.Clone(list)
	now[i] = x
	return now, i, true
}

// RemoveFilter takes away the condition at i of Filters.
func (f *Flow) RemoveFilter(i int) {
	if now := f.Filters(); i >= 0 && i < len(now) {
		f.setConditions(slices.Delete(slices.Clone(now), i, i+1), "")
	}
}

func (f *Flow) setConditions(conditions []results.Filter, typing string) {
	f.remember(typing)
	f.model.Query.Filter, f.model.Said = views.Together(conditions), ""
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
			of = append(of, views.ValueFilter(c, m.View.Cell(row, i), true))
		}
	}
	groups := f.arrangement()
	f.remember("")
	m.Query.Filter = views.Together(append(slices.Clone(f.Filters()), of...))
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

// OnlyValues keeps rows with a value that one of the given rows of the view has in a column, or with not those
// that have none of them.
func (f *Flow) OnlyValues(column int, rows []int, not bool) {
	view := f.model.View
	var values []results.Filter
	for _, row := range rows {
		value := views.ValueFilter(view.Columns()[column], view.Cell(row, column), false)
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
		filter = views.Negate(filter)
	}
	f.AddFilter(filter)
}

// Speaker says filters in the words of this table.
func (f *Flow) Speaker() views.Speaker {
	return views.Speaker{Words: f.o.Words, Columns: f.model.View.Snapshot().Columns(), Name: f.o.Name}
}

// mostValues is how many values of a column one can choose from.
const mostValues = 1000

// Values looks up the most common values of a column among the rows that match all conditions but the one at
// without, away from the screen, and hands them to then on it. Members of lists count one by one.
func (f *Flow) Values(column string, without int, then func(values []results.Common, distinct int)) {
	now := slices.Clone(f.Filters())
	if without >= 0 && without < len(now) {
		now = slices.Delete(now, without, without+1)
	}
	snapshot := f.table.Snapshot()
	query := results.Query{Filter: views.Together(now), Columns: []string{column}, Language: f.o.Words.Lang()}
	f.o.Loop.Go(f.ctx, func(ctx context.Context) {
		var p results.Profile
		view, err := results.Arrange(ctx, snapshot, query)
		if err == nil {
			p, err = view.Profile(ctx, 0, mostValues)
		}
		if err != nil {
			return // the conditions cannot be followed, and the table says so
		}
		values := members(p)
		f.o.Loop.Post(func() {
			if ctx.Err() == nil {
				then(values, max(p.Distinct, len(values)))
			}
		})
	})
}

// members are the common values of a column, those of lists one by one, and last the empty cells.
func members(p results.Profile) []results.Common {
	values := p.Top
	if p.Column.Type == exchange.List {
		at := map[string]int{}
		values = nil
		for _, one := range p.Top {
			list := []exchange.Value{one.Value}
			if one.Value.Kind() == exchange.List {
				list = one.Value.List()
			}
			for _, v := range list {
				i, known := at[v.Text()]
				if !known {
					i = len(values)
					at[v.Text()] = i
					values = append(values, results.Common{Value: v})
				}
				values[i].Count += one.Count
			}
		}
		slices.SortStableFunc(values, func(a, b results.Common) int { return cmp.Compare(b.Count, a.Count) })
	}
	if p.Empty > 0 {
		values = append(slices.Clip(values), results.Common{Count: p.Empty})
	}
	return values
}
