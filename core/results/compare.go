package results

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// Columns of a Comparison's table.
const (
	ChangeColumn  = "Change"  // ChangeAdded, ChangeRemoved or ChangeChanged
	ChangedColumn = "Changed" // a list of the columns in which a changed row differs
)

// What ChangeColumn says.
const (
	ChangeAdded   = "added"
	ChangeRemoved = "removed"
	ChangeChanged = "changed"
)

// Comparison is how one table differs from an earlier one.
type Comparison struct {
	// Table has a row for each row that was added, removed or changed. Its columns are ChangeColumn, the
	// key, ChangedColumn, then "X before" and "X after" for each column X that differs in some row, then the
	// other columns as they are. A name that is taken gets " (2)" behind it. Rows that were added or changed
	// come first, in the order of the later table; then those that were removed, in that of the earlier one.
	Table *Table

	Added, Removed, Changed, Same int // rows

	// OnlyBefore and OnlyAfter are columns that one of the tables does not have. They are shown but not
	// compared, and empty when a table has no rows: it cannot tell its columns.
	OnlyBefore, OnlyAfter []string

	// Repeats tells of each table in which rows share a key, a CodeKeyRepeats. The first such row of the one
	// table was compared with the first of the other, the second with the second, and so on.
	Repeats []*exchange.Problem
}

// Compare finds out how after differs from before. Rows with the same cells in the key's columns are taken
// for the same thing; texts of a key are equal without regard to case. Other cells differ when their text
// does in any way. What is kept in two ways is the same all the same: 1 KB and 1024, a list of one and its
// member, a number and the text that says it. A time without a zone differs from one with a zone.
//
// It may take a moment with many rows. The errors are CodeUnknownColumn, CodeTooManyRows, and ctx's own.
func Compare(ctx context.Context, before, after Snapshot, key []string) (Comparison, error) {
	d := &difference{before: before, after: after}
	for _, s := range []Snapshot{before, after} {
		for _, name := range key {
			if _, err := columnNamed(s, name); err != nil {
				p := exchange.AsProblem(err)
				p.Args["file"] = s.Info().Title
				return Comparison{}, p
			}
		}
	}
	d.match(key)
	if err := d.pair(ctx); err != nil {
		return Comparison{}, err
	}
	err := d.write(ctx)
	return d.Comparison, err
}

// difference is a Comparison in the making.
type difference struct {
	Comparison
	before, after Snapshot
	keys, others  []twoColumns
	pairs         []rowPair // of the later table's rows that are new or changed, in order
	gone          []RowID   // rows of the earlier table without a partner
	differs       []bool    // of others: in some row
}

// twoColumns is a column in both tables; -1 where it is not there.
type twoColumns struct {
	name          string
	before, after int
}

func (c twoColumns) both() bool { return c.before >= 0 && c.after >= 0 }

type rowPair struct {
	before, after RowID
	added         bool
	cols          []int // places in others that differ
}

// match pairs the columns by name, in the order of the later table.
func (d *difference) match(key []string) {
	place := func(s Snapshot, name string) int {
		if at, ok := s.Column(name); ok {
			return at
		}
		return -1
	}
	var taken []string
	for _, name := range key {
		c := twoColumns{name, place(d.before, name), place(d.after, name)}
		switch {
		case c.after >= 0:
			c.name = d.after.Columns()[c.after].Name
		case c.before >= 0:
			c.name = d.before.Columns()[c.before].Name
		}
		if !containsFold(taken, c.name) {
			d.keys = append(d.keys, c)
			taken = append(taken, c.name)
		}
	}
	some := d.before.Len() > 0 && d.after.Len() > 0
	for at, col := range d.after.Columns() {
		if containsFold(taken, col.Name) {
			continue
		}
		c := twoColumns{col.Name, place(d.before, col.Name), at}
		if c.before < 0 && some {
			d.OnlyAfter = append(d.OnlyAfter, c.name)
		}
		d.others = append(d.others, c)
	}
	for at, col := range d.before.Columns() {
		if containsFold(taken, col.Name) || place(d.after, col.Name) >= 0 {
			continue
		}
		if some {
			d.OnlyBefore = append(d.OnlyBefore, col.Name)
		}
		d.others = append(d.others, twoColumns{col.Name, at, -1})
	}
	d.differs = make([]bool, len(d.others))
}

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// pair finds each row's partner and what differs.
func (d *difference) pair(ctx context.Context) error {
	partners, paired, err := d.partners(ctx)
	if err != nil {
		return err
	}
	cols := make([][]int, len(partners)) // that differ, of each row of the later table
	for i, rows := range d.unlike(ctx, partners) {
		for _, row := range rows {
			cols[row] = append(cols[row], i)
		}
		d.differs[i] = len(rows) > 0
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for row, partner := range partners {
		switch p := (rowPair{after: RowID(row), cols: cols[row]}); {
		case partner == 0:
			d.Added++
			p.added = true
			d.pairs = append(d.pairs, p)
		case p.cols == nil:
			d.Same++
		default:
			d.Changed++
			p.before = RowID(partner - 1)
			d.pairs = append(d.pairs, p)
		}
	}
	for row, there := range paired {
		if !there {
			d.gone = append(d.gone, RowID(row))
		}
	}
	d.Removed = len(d.gone)
	return nil
}

// shownKey is a row's key for people, empty when its cells are.
func (d *difference) shownKey(s Snapshot, row RowID, later bool) string {
	var parts []string
	for _, c := range d.keys {
		at := c.before
		if later {
			at = c.after
		}
		if text := s.Cell(row, at).Text(); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// sameCell tells whether two cells say the same, also when they are kept in two ways.
func sameCell(a, b exchange.Value) bool {
	if a.IsNone() || b.IsNone() {
		return a.IsNone() && b.IsNone()
	}
	if a.Same(b) {
		return true
	}
	ka, kb := a.Kind(), b.Kind()
	switch {
	case isNumber(ka) && isNumber(kb):
		return a.Compare(b) == 0
	case ka == exchange.List || kb == exchange.List:
		return sameList(a, b)
	case ka == exchange.Time && kb == exchange.Time:
		at, _, az, _ := a.Ticks()
		bt, _, bz, _ := b.Ticks()
		return at == bt && az == bz
	case ka == exchange.Nested && kb == exchange.Nested:
		return sameRecord(a, b)
	case ka == kb:
		return a.Text() == b.Text()
	case ka == exchange.Text:
		return says(a.Text(), b)
	case kb == exchange.Text:
		return says(b.Text(), a)
	}
	return false
}

func isNumber(k exchange.Kind) bool {
	return k == exchange.Integer || k == exchange.Decimal || k == exchange.Size
}

// sameList compares member by member; a single value is a list of one, or the text of the whole list.
func sameList(a, b exchange.Value) bool {
	as, bs := a.List(), b.List()
	if as == nil {
		as = []exchange.Value{a}
	}
	if bs == nil {
		bs = []exchange.Value{b}
	}
	if slices.EqualFunc(as, bs, sameCell) {
		return true
	}
	return (a.Kind() == exchange.Text || b.Kind() == exchange.Text) && a.Text() == b.Text()
}

// sameRecord compares field by field. How a server shows an object in one line does not count, because files do not
// keep it, unless that is all there is.
func sameRecord(a, b exchange.Value) bool {
	if len(a.Nested().Fields) == 0 || len(b.Nested().Fields) == 0 {
		return a.Text() == b.Text()
	}
	return slices.EqualFunc(a.Nested().Fields, b.Nested().Fields, func(x, y exchange.Field) bool {
		return x.Name == y.Name && sameCell(x.Value, y.Value)
	})
}

// says tells whether text is a way to write v.
func says(text string, v exchange.Value) bool {
	switch v.Kind() {
	case exchange.Integer, exchange.Decimal, exchange.Size:
		if n, ok := parseNumber(text); ok {
			return v.Compare(n) == 0
		}
		n, ok := parseSize(text)
		return ok && !v.IsUnlimited() && v.Compare(exchange.NewSize(n)) == 0
	case exchange.Duration:
		n, ok := exchange.ParseDuration(text)
		return ok && n == v.Int()
	case exchange.Time:
		t, err := time.Parse(time.RFC3339Nano, text)
		if mine, zone := v.Instant(); err == nil && zone {
			return mine.Equal(t)
		}
	case exchange.Flag:
		return strings.EqualFold(text, v.Text())
	}
	return text == v.Text()
}

// outColumn is a column of the table to write, and where its cell comes from.
type outColumn struct {
	name  string
	from  twoColumns
	which int // -1 from the row as it was, 1 as it is, 0 from either
}

// write makes the table.
func (d *difference) write(ctx context.Context) error {
	a, b := d.after.Info(), d.before.Info()
	d.Table = NewTable(RunInfo{ID: b.ID + "\n" + a.ID, Title: a.Title, Started: time.Now()})
	names := []string{ChangeColumn, ChangedColumn}
	free := func(name string) string {
		try := name
		for n := 2; containsFold(names, try); n++ {
			try = name + " (" + strconv.Itoa(n) + ")"
		}
		names = append(names, try)
		return try
	}
	var keys, rest, plain []outColumn
	for _, c := range d.keys {
		keys = append(keys, outColumn{free(c.name), c, 0})
	}
	for i, c := range d.others {
		if d.differs[i] {
			rest = append(rest, outColumn{free(c.name + " before"), c, -1}, outColumn{free(c.name + " after"), c, 1})
		}
	}
	for i, c := range d.others {
		if !d.differs[i] {
			plain = append(plain, outColumn{free(c.name), c, 0})
		}
	}
	rest = append(rest, plain...)
	d.Table.Declare(ChangeColumn)
	for _, c := range keys {
		d.Table.Declare(c.name)
	}
	d.Table.Declare(ChangedColumn)
	for _, c := range rest {
		d.Table.Declare(c.name)
	}
	all := append(keys, rest...)
	var batch []exchange.Record
	add := func(p rowPair, removed bool) error {
		batch = append(batch, d.record(all, p, removed))
		if len(batch) < pause {
			return nil
		}
		return d.flush(ctx, &batch)
	}
	for _, p := range d.pairs {
		if err := add(p, false); err != nil {
			return err
		}
	}
	for _, row := range d.gone {
		if err := add(rowPair{before: row}, true); err != nil {
			return err
		}
	}
	err := d.flush(ctx, &batch)
	d.Table.Finish(time.Now())
	return err
}

func (d *difference) flush(ctx context.Context, batch *[]exchange.Record) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := d.Table.Append("", *batch)
	*batch = (*batch)[:0]
	return err
}

// record is one row of the table.
func (d *difference) record(cols []outColumn, p rowPair, removed bool) exchange.Record {
	change := ChangeChanged
	switch {
	case removed:
		change = ChangeRemoved
	case p.added:
		change = ChangeAdded
	}
	fields := []exchange.Field{{Name: ChangeColumn, Value: exchange.NewText(change)}}
	if len(p.cols) > 0 {
		list := make([]exchange.Value, len(p.cols))
		for i, at := range p.cols {
			list[i] = exchange.NewText(d.others[at].name)
		}
		fields = append(fields, exchange.Field{Name: ChangedColumn, Value: exchange.NewList(list)})
	}
	for _, c := range cols {
		switch {
		case c.which <= 0 && !p.added && c.from.before >= 0 && (removed || c.which < 0 || c.from.after < 0):
			fields = append(fields, exchange.Field{Name: c.name, Value: d.before.Cell(p.before, c.from.before)})
		case c.which >= 0 && !removed && c.from.after >= 0:
			fields = append(fields, exchange.Field{Name: c.name, Value: d.after.Cell(p.after, c.from.after)})
		}
	}
	return exchange.Record{Fields: fields}
}
