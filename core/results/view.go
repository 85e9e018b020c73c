package results

import (
	"sync"

	"tenantry/core/exchange"
)

// View is a Snapshot arranged by a Query: an order of row numbers, not a copy of cells. It never changes,
// may be copied, and is safe for use from several goroutines. The zero View is empty.
type View struct{ v *arranged }

type arranged struct {
	snap    Snapshot
	query   Query
	columns []Column
	source  []int    // of each column, its place in the snapshot or among the group's columns
	rows    []uint32 // row of the snapshot, or number of the group, in order; nil for all as they came
	count   int
	groups  *groups // nil when not grouped

	once   sync.Once
	places []int32 // of each RowID, its row in the view, or -1
}

var emptyView = &arranged{}

func (v View) get() *arranged {
	if v.v == nil {
		return emptyView
	}
	return v.v
}

// All is a Snapshot as it came: all columns, all rows, no order.
func All(s Snapshot) View {
	a := &arranged{snap: s, columns: s.Columns(), count: s.Len()}
	a.source = make([]int, len(a.columns))
	for i := range a.source {
		a.source[i] = i
	}
	return View{a}
}

// Query is what the view was arranged by.
func (v View) Query() Query { return v.get().query }

// Snapshot is what the view was made from.
func (v View) Snapshot() Snapshot { return v.get().snap }

// Grouped tells whether each row stands for a group of rows.
func (v View) Grouped() bool { return v.get().groups != nil }

// Columns are the columns to show. The slice belongs to the View.
func (v View) Columns() []Column { return v.get().columns }

// Len is the number of rows.
func (v View) Len() int { return v.get().count }

func (a *arranged) at(row int) (uint32, bool) {
	if row < 0 || row >= a.count {
		return 0, false
	}
	if a.rows == nil {
		return uint32(row), true
	}
	return a.rows[row], true
}

// Cell is the value in a row and column of the view; None when out of range. It does not allocate.
func (v View) Cell(row, col int) exchange.Value {
	a := v.get()
	at, ok := a.at(row)
	if !ok || col < 0 || col >= len(a.source) || a.source[col] < 0 {
		return exchange.Value{}
	}
	if a.groups != nil {
		return a.groups.cols[a.source[col]].cell(int(at))
	}
	return a.snap.Cell(RowID(at), a.source[col])
}

// ID is the RowID of a row of the view; of a group, that of its first row. Out of range it is 0.
func (v View) ID(row int) RowID {
	a := v.get()
	at, _ := a.at(row)
	if a.groups != nil && int(at) < len(a.groups.first) {
		return RowID(a.groups.first[at])
	}
	return RowID(at)
}

// Find tells at which row of the view a RowID stands, so that a selection survives a new arrangement. In a
// grouped view only the first row of each group is found.
func (v View) Find(id RowID) (row int, ok bool) {
	a := v.get()
	if a.rows == nil && a.groups == nil {
		return int(id), int(id) < a.count
	}
	a.once.Do(func() {
		a.places = make([]int32, a.snap.Len())
		for i := range a.places {
			a.places[i] = -1
		}
		for row := range a.count {
			a.places[v.ID(row)] = int32(row)
		}
	})
	if int(id) >= len(a.places) || a.places[id] < 0 {
		return 0, false
	}
	return int(a.places[id]), true
}

// Record gathers a row of the view with all its columns, empty ones too; the zero Record when out of range.
// The whole row with all properties is Snapshot().Row(ID(row)).
func (v View) Record(row int) exchange.Record {
	a := v.get()
	if row < 0 || row >= a.count {
		return exchange.Record{}
	}
	fields := make([]exchange.Field, len(a.columns))
	for i := range a.columns {
		fields[i] = exchange.Field{Name: a.columns[i].Name, Value: v.Cell(row, i)}
	}
	return exchange.Record{Fields: fields}
}

// Members are the rows of the snapshot that a row of the view stands for: one, or all rows of the group.
func (v View) Members(row int) []RowID {
	a := v.get()
	at, ok := a.at(row)
	if !ok {
		return nil
	}
	if a.groups == nil {
		return []RowID{RowID(at)}
	}
	return a.groups.members(at)
}
