package results

import (
	"strings"

	"tenantry/core/exchange"
)

// Snapshot is a table as it was at one moment. It never changes, may be copied, and is safe for use from
// several goroutines. The zero Snapshot is an empty table.
type Snapshot struct{ s *frozen }

type frozen struct {
	of        *tableID // nil for no table
	info      RunInfo
	rows      int
	cols      []*frozenColumn
	names     []Column
	customers *frozenColumn
}

var nothing = &frozen{customers: newColumn(CustomerColumn).freeze()}

func (s Snapshot) get() *frozen {
	if s.s == nil {
		return nothing
	}
	return s.s
}

// Info says where the rows came from; Finished is zero when rows were still arriving.
func (s Snapshot) Info() RunInfo { return s.get().info }

// Len is the number of rows; their RowIDs are 0 to Len-1.
func (s Snapshot) Len() int { return s.get().rows }

// Columns are the columns in the order they were first seen, Customer first when several customers were
// asked. The slice belongs to the Snapshot.
func (s Snapshot) Columns() []Column { return s.get().names }

// Column finds a column by name without regard to case; an exact match wins.
func (s Snapshot) Column(name string) (col int, ok bool) {
	return findColumn(s.Columns(), name)
}

func findColumn(cols []Column, name string) (int, bool) {
	for i := range cols {
		if cols[i].Name == name {
			return i, true
		}
	}
	for i := range cols {
		if strings.EqualFold(cols[i].Name, name) {
			return i, true
		}
	}
	return 0, false
}

// Cell is the value of a row in a column, as it arrived; None when the row did not have the property or
// when row or col is out of range.
func (s Snapshot) Cell(row RowID, col int) exchange.Value {
	f := s.get()
	if int(row) >= f.rows || col < 0 || col >= len(f.cols) {
		return exchange.Value{}
	}
	return f.cols[col].cell(int(row))
}

// Customer is who sent a row.
func (s Snapshot) Customer(row RowID) exchange.CustomerID {
	f := s.get()
	if int(row) >= f.rows {
		return ""
	}
	return exchange.CustomerID(f.customers.cell(int(row)).Text())
}

// Row gathers a row in the order of Columns, without the properties it did not have. With a Customer column
// that is its first field.
func (s Snapshot) Row(id RowID) exchange.Record {
	f := s.get()
	if int(id) >= f.rows {
		return exchange.Record{}
	}
	fields := make([]exchange.Field, 0, len(f.cols))
	for _, c := range f.cols {
		if !c.absent(int(id)) {
			fields = append(fields, exchange.Field{Name: c.name, Value: c.cell(int(id))})
		}
	}
	return exchange.Record{Fields: fields}
}
