package export

import (
	"context"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/exchange/objects"
	"tenantry/core/results"
)

const jsonRows = 1024 // that go into the table together

// readJSON reads objects one after the other, or in one array. A row that is no object gets one column.
//
// The types first, then the rows: a column has a type only when all its texts agree, and reading twice takes less than
// keeping all rows beside the table.
func (o *Opened) readJSON(ctx context.Context, name, text string) error {
	look := jsonLook{places: map[string]int{}, alike: true}
	j := &jsonText{text: text}
	if err := j.rows(ctx, look.row); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return notATable(name, 1+strings.Count(text[:min(j.at, len(text))], "\n"), "json", err)
	}
	look.alike = look.alike && ownNames(look.names)
	fill := jsonFill{table: o.Table, names: look.names, types: map[string]func(exchange.Value) exchange.Value{}}
	for i, name := range look.names {
		fill.types[name] = textReader(name, look.types[i], false)
		fill.inOrder = append(fill.inOrder, fill.types[name])
	}
	o.Table.Expect(look.count)
	j = &jsonText{text: text}
	if !look.alike {
		if err := j.rows(ctx, fill.record); err != nil {
			return err
		}
		return fill.flush()
	}
	o.Table.Declare(look.names...)
	fill.block.Columns = make([]results.Cells, len(look.names))
	fill.shapes = make([]columnCells, len(look.names))
	for range look.names {
		fill.values = append(fill.values, make([]exchange.Value, min(look.count, jsonRows)))
	}
	if err := j.rows(ctx, fill.row); err != nil {
		return err
	}
	return fill.flush()
}

// rows calls each for every row, which must read it.
func (j *jsonText) rows(ctx context.Context, each func(j *jsonText) error) error {
	n := 0
	one := func() error {
		if n++; n%jsonRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		return each(j)
	}
	for {
		var err error
		switch j.next() {
		case 0:
			if j.at < len(j.text) {
				return errNotJSON // a NUL
			}
			return nil
		case '[':
			err = j.elements(one)
		default:
			err = one()
		}
		if err != nil {
			return err
		}
	}
}

// jsonLook finds the columns of rows, and what their texts can be.
type jsonLook struct {
	names  []string
	places map[string]int
	types  []guess
	count  int
	alike  bool // all rows have the same columns in the same order
}

func (l *jsonLook) row(j *jsonText) error {
	l.count++
	at := 0
	take := func(name string) error {
		v, err := j.value(1, false)
		i := at
		if i >= len(l.names) || l.names[i] != name {
			i = l.place(name)
		}
		if at++; i != at-1 {
			l.alike = false
		}
		l.types[i] = narrowText(l.types[i], v)
		return err
	}
	before := len(l.names)
	var err error
	if j.next() == '{' {
		err = j.members(take)
	} else {
		err = take(objects.ValueField)
	}
	l.alike = l.alike && at == len(l.names) && (l.count == 1 || before == at)
	return err
}

func (l *jsonLook) place(name string) int {
	i, ok := l.places[name]
	if !ok {
		i = len(l.names)
		l.places[name] = i
		l.names = append(l.names, name)
		l.types = append(l.types, sizeText|spanText|timeText3339)
	}
	return i
}

// ownNames tells whether no two columns have the same name, whatever its case.
func ownNames(names []string) bool {
	seen := map[string]bool{}
	for _, name := range names {
		seen[strings.ToLower(name)] = true
	}
	return len(seen) == len(names)
}

// jsonFill puts rows into the table: those that are all alike column by column.
type jsonFill struct {
	table   *results.Table
	names   []string
	types   map[string]func(exchange.Value) exchange.Value
	inOrder []func(exchange.Value) exchange.Value

	values [][]exchange.Value // column by column
	shapes []columnCells
	block  results.Block
	batch  []exchange.Record
}

func (f *jsonFill) row(j *jsonText) error {
	at := 0
	take := func(string) error {
		v, err := j.value(1, true)
		if read := f.inOrder[at]; read != nil {
			v = read(v)
		}
		f.values[at][f.block.Rows] = v
		at++
		return err
	}
	var err error
	if j.next() == '{' {
		err = j.members(take)
	} else {
		err = take(objects.ValueField)
	}
	if f.block.Rows++; err == nil && f.block.Rows == jsonRows {
		err = f.flush()
	}
	return err
}

func (f *jsonFill) record(j *jsonText) error {
	v, err := j.value(0, true)
	if err != nil {
		return err
	}
	r := v.Nested()
	if v.Kind() != exchange.Nested {
		r = exchange.Record{Fields: []exchange.Field{{Name: objects.ValueField, Value: v}}}
	}
	for i := range r.Fields {
		if read := f.types[r.Fields[i].Name]; read != nil {
			r.Fields[i].Value = read(r.Fields[i].Value)
		}
	}
	if f.batch = append(f.batch, r); len(f.batch) == jsonRows {
		return f.flush()
	}
	return nil
}

func (f *jsonFill) flush() error {
	if len(f.batch) > 0 {
		err := f.table.Append("", f.batch)
		f.batch = f.batch[:0]
		return err
	}
	for i := range f.values {
		f.block.Columns[i] = f.shapes[i].of(f.values[i][:f.block.Rows])
	}
	err := f.table.AppendBlocks("", f.names, f.block)
	f.block.Rows = 0
	return err
}

// narrowText takes away the types that a column's text is not, whose other cells may be numbers or nothing.
func narrowText(g guess, v exchange.Value) guess {
	switch v.Kind() {
	case exchange.Text:
		if s := v.Text(); s != "" && g&^seen != 0 {
			return g.narrow(s) & (sizeText | spanText | timeText3339 | seen)
		}
		return g
	case exchange.None, exchange.Integer, exchange.Decimal:
		return g
	}
	return 0
}

// textReader gives the cells of a column their type back, where all their texts agree: JSON has no times, durations
// or Unlimited. Numbers of bytes become sizes under the names Exchange gives to sizes. It is nil for a column that
// has its types already, as kept says or as nothing is to be done.
func textReader(name string, g guess, kept bool) func(exchange.Value) exchange.Value {
	var read func(string) exchange.Value
	if g&seen != 0 && g&^seen != 0 {
		read = g.reader(name)
	}
	size := sizeName(name) && !kept
	if read == nil && !size {
		return nil
	}
	return func(v exchange.Value) exchange.Value {
		switch {
		case read != nil && v.Kind() == exchange.Text && v.Text() != "":
			return read(v.Text())
		case size && v.Kind() == exchange.Integer:
			return exchange.NewSize(v.Int())
		}
		return v
	}
}

// typeTexts gives columns of rows their types, but for those in kept, which have them.
func typeTexts(rows []exchange.Record, kept map[string]bool) {
	types := map[string]guess{}
	for _, r := range rows {
		for _, f := range r.Fields {
			g, ok := types[f.Name]
			if !ok && !kept[f.Name] {
				g = sizeText | spanText | timeText3339
			}
			types[f.Name] = narrowText(g, f.Value)
		}
	}
	readers := map[string]func(exchange.Value) exchange.Value{}
	for name, g := range types {
		readers[name] = textReader(name, g, kept[name])
	}
	for i := range rows {
		for j := range rows[i].Fields {
			f := &rows[i].Fields[j]
			if read := readers[f.Name]; read != nil {
				f.Value = read(f.Value)
			}
		}
	}
}
