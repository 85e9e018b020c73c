package results

import (
	"math"
	"strings"
	"sync"
	"time"

	"tenantry/core/exchange"
)

// RunInfo says where a table's rows came from.
type RunInfo struct {
	ID         string // unique, given by whoever started the run
	Title      string // how the tab or the file is named
	Invocation exchange.Invocation
	Customers  []exchange.CustomerID // who was asked; more than one brings the Customer column
	Account    string
	Connection exchange.Connection
	Started    time.Time
	Finished   time.Time // zero while rows still arrive
}

// RowID is a row's number in its table, from 0 in the order of arrival. It stays the row's for ever and is
// the same in every Snapshot and View of the table, so a selection is kept by RowID.
type RowID uint32

// MaxRows is how many rows a Table takes.
const MaxRows = math.MaxInt32

// CustomerColumn is the name of the column that stands first when several customers were asked.
const CustomerColumn = "Customer"

// Column is one column as a Snapshot or View shows it.
type Column struct {
	Name string

	// Type is what the cells are, widened so that it holds for all of them:
	//
	//   - None: every cell is empty so far.
	//   - Integer, Size and Duration, Time, Flag: all cells are; Unlimited may stand among integers and sizes.
	//   - Size: also integers and sizes mixed. Decimal: also decimals mixed with either.
	//   - List: also lists mixed with single values, which count as lists of one.
	//   - Text: text, and any other mixture. Each cell keeps its own value and kind.
	Type exchange.Kind

	// Role tells the columns of a grouped View apart.
	Role Role

	// Of is the column that is summed when Role is Sum, otherwise empty.
	Of string
}

// Role is what a column of a View is.
type Role uint8

// The roles of a column.
const (
	Data  Role = iota // from the rows; in a grouped View one of the columns grouped by
	Count             // how many rows the group has
	Sum               // the sum of the column Of over the group
)

// Table collects the rows of one run. It is safe for use from several goroutines; rows of one Append stay
// together.
type Table struct {
	id        *tableID
	mu        sync.Mutex
	info      RunInfo
	rows      int
	expected  int // rows, as far as that was said
	cols      []*column
	byName    map[string]int // lower-case name to place in cols
	layout    []int          // where the fields of the last record went, a guess for the next
	customers *column
	version   uint64
	last      Snapshot // of lastVersion
	lastSeen  uint64
}

// tableID tells tables apart for those who hold only a Snapshot.
type tableID struct{ _ byte }

// NewTable returns an empty table.
func NewTable(info RunInfo) *Table {
	return &Table{
		id:        &tableID{},
		info:      info,
		byName:    map[string]int{},
		customers: newColumn(CustomerColumn),
		version:   1,
	}
}

// Append adds rows that one customer sent, in order. Nothing of the records is kept: the table copies what it needs. A field whose name differs from a known column only in case goes to that
// column; a second field of the same name in one record is dropped. The only error is CodeTooManyRows,
// and then none of the rows was added.
func (t *Table) Append(customer exchange.CustomerID, rows []exchange.Record) error {
	if len(rows) == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(rows) > MaxRows-t.rows {
		return t.tooMany()
	}
	who := exchange.NewText(string(customer))
	for _, r := range rows {
		t.customers.add(t.rows, who)
		for i := range r.Fields {
			f := &r.Fields[i]
			t.cols[t.place(i, f.Name)].add(t.rows, f.Value)
		}
		t.rows++
	}
	t.version++
	return nil
}

// place finds or makes the column of the i-th field of a record. Records of a run mostly have the same
// fields in the same order, so the last record's layout is tried first.
func (t *Table) place(i int, name string) int {
	if i < len(t.layout) {
		if c := t.layout[i]; t.cols[c].name == name {
			return c
		}
	}
	c, ok := t.byName[name]
	if !ok {
		low := strings.ToLower(name)
		if c, ok = t.byName[low]; !ok {
			c = len(t.cols)
			t.cols = append(t.cols, newColumn(name))
			t.byName[low] = c
		}
		t.byName[t.cols[c].name] = c
		if name != t.cols[c].name {
			t.byName[strings.Clone(name)] = c
		}
	}
	for len(t.layout) <= i {
		t.layout = append(t.layout, 0)
	}
	t.layout[i] = c
	return c
}

// Declare makes sure that the named columns exist, in this order for those that are new, so that a table
// that stays empty still shows its headings.
func (t *Table) Declare(names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range names {
		low := strings.ToLower(n)
		if _, ok := t.byName[low]; !ok {
			t.byName[low] = len(t.cols)
			t.cols = append(t.cols, newColumn(n))
		}
	}
	t.version++
}

// Len is how many rows have arrived.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows
}

// Info is what the table was made with, and Finished when it is.
func (t *Table) Info() RunInfo {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.info
}

// Finish notes when the last row came and gives back the memory that was held for more. Rows may still be
// added afterwards.
func (t *Table) Finish(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.info.Finished = at
	t.customers.pad(t.rows)
	t.customers.trim()
	sideBySide(len(t.cols), t.rows*len(t.cols), func(i int) {
		t.cols[i].pad(t.rows)
		t.cols[i].trim()
	})
	t.last = Snapshot{}
	t.version++
}

// Snapshot freezes the rows that have arrived. It copies no cells and is cheap enough for every redraw;
// without new rows the same one comes back.
func (t *Table) Snapshot() Snapshot {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lastSeen == t.version {
		return t.last
	}
	s := &frozen{of: t.id, info: t.info, rows: t.rows}
	t.customers.pad(t.rows)
	s.customers = t.customers.freeze()
	if len(t.info.Customers) > 1 || t.customers.distinct() > 1 {
		s.cols = append(s.cols, s.customers)
	}
	for _, c := range t.cols {
		c.pad(t.rows)
		s.cols = append(s.cols, c.freeze())
	}
	s.names = make([]Column, len(s.cols))
	for i, c := range s.cols {
		s.names[i] = Column{Name: c.name, Type: c.typ}
	}
	t.last, t.lastSeen = Snapshot{s}, t.version
	return t.last
}
