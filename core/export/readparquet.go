package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"tenantry/core/exchange"
)

func isParquet(data string) bool { return strings.HasPrefix(data, "PAR1") }

// readParquet reads a Parquet file. Each leaf of its schema is a column; one that repeats is a list.
func (o *Opened) readParquet(ctx context.Context, name, data string) (err error) {
	defer func() {
		// The decoder trusts what a file says of itself, and a broken one can make it stumble.
		if broken := recover(); broken != nil {
			err = notATable(name, 0, "parquet", fmt.Errorf("%v", broken))
		}
		var p *exchange.Problem
		if err != nil && !errors.As(err, &p) && ctx.Err() == nil {
			err = notATable(name, 0, "parquet", err)
		}
	}()
	file, err := parquet.OpenFile(strings.NewReader(data), int64(len(data)), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return err
	}
	columns := leaves(file)
	if int64(len(columns)) > mostColumns {
		return tooLarge(name, "columns", mostColumns)
	}
	if rows := file.NumRows(); rows < 0 || rows > mostCells/int64(max(len(columns), 1)) {
		return tooLarge(name, "cells", mostCells)
	}
	unpacked := int64(0)
	for _, g := range file.Metadata().RowGroups {
		for _, c := range g.Columns {
			unpacked += max(c.MetaData.TotalUncompressedSize, 0)
		}
	}
	if most := max(int64(leastUnpacked), mostUnpacked*int64(len(data))); unpacked > most {
		return tooLarge(name, "bytes", most)
	}
	var names headings
	for i := range columns {
		if columns[i].offsetFor == 0 {
			names.add(columns[i].about.Name)
			columns[i].about.Name = names.names[len(names.names)-1]
		}
	}
	o.Table.Declare(names.names...)
	for _, g := range file.RowGroups() {
		if err := o.readGroup(ctx, g, columns); err != nil {
			return err
		}
	}
	return nil
}

func (o *Opened) readGroup(ctx context.Context, g parquet.RowGroup, columns []leaf) error {
	rows := g.Rows()
	defer func() { _ = rows.Close() }() // only read from
	batch := make([]parquet.Row, pageRows)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := rows.ReadRows(batch)
		records := make([]exchange.Record, n)
		for i := range n {
			records[i] = recordOf(batch[i], columns)
		}
		if err := o.Table.Append("", records); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrUnexpectedEOF
		}
	}
}

// leaf is a column of the file.
type leaf struct {
	about     parquetColumn
	typ       parquet.Type
	repeats   bool
	listAt    int // the definition level from which a list is there, though it may be empty
	offsetFor int // 1 + the column whose offsets these are; 0 for none
}

func leaves(file *parquet.File) []leaf {
	var own []parquetColumn
	if text, ok := file.Lookup(columnsKey); ok {
		_ = json.Unmarshal([]byte(text), &own) // what cannot be read says nothing
	}
	known := map[string]parquetColumn{}
	for _, c := range own {
		known[c.Name] = c
	}
	var columns []leaf
	at := map[string]int{}
	schema := file.Schema()
	for _, path := range schema.Columns() {
		found, _ := schema.Lookup(path...)
		l := leaf{typ: found.Node.Type(), repeats: found.MaxRepetitionLevel > 0, listAt: found.MaxDefinitionLevel - 1}
		if n := len(path); n >= 3 && (path[n-1] == "element" || path[n-1] == "item") {
			path = path[:n-2]
		}
		l.about = known[strings.Join(path, ".")]
		l.about.Name = strings.Join(path, ".")
		at[l.about.Name] = len(columns)
		columns = append(columns, l)
	}
	for i := range columns {
		if j, ok := at[columns[i].about.OffsetIn]; ok && j != i {
			columns[j].offsetFor = i + 1
		}
	}
	return columns
}

func recordOf(row parquet.Row, columns []leaf) exchange.Record {
	r := exchange.Record{Fields: make([]exchange.Field, 0, len(columns))}
	offsets := map[int]int16{}
	var list []exchange.Value
	for i, p := range row {
		col := p.Column()
		if col < 0 || col >= len(columns) {
			continue
		}
		l := &columns[col]
		switch {
		case l.offsetFor > 0:
			if !p.IsNull() {
				offsets[l.offsetFor-1] = int16(p.Int32())
			}
			continue
		case l.repeats:
			if !p.IsNull() {
				list = append(list, l.value(p))
			}
			if i+1 < len(row) && row[i+1].Column() == col {
				continue
			}
			v := exchange.Value{}
			if p.DefinitionLevel() >= l.listAt {
				v = exchange.NewList(list)
			}
			list = nil
			r.Fields = append(r.Fields, exchange.Field{Name: l.about.Name, Value: v})
		default:
			r.Fields = append(r.Fields, exchange.Field{Name: l.about.Name, Value: l.value(p)})
		}
	}
	for col, offset := range offsets {
		for i := range r.Fields {
			f := &r.Fields[i]
			if ticks, _, zone, ok := f.Value.Ticks(); ok && zone && f.Name == columns[col].about.Name {
				f.Value = exchange.NewTicks(ticks, offset, true)
			}
		}
	}
	return r
}

// value reads a cell by the type the file gives it, and by what is known of the column beside that.
func (l *leaf) value(p parquet.Value) exchange.Value {
	if p.IsNull() {
		return exchange.Value{}
	}
	var logical format.LogicalTypeValue
	if t := l.typ.LogicalType(); t != nil {
		logical = t.Value
	}
	switch p.Kind() {
	case parquet.Boolean:
		return exchange.NewFlag(p.Boolean())
	case parquet.Int32:
		return l.whole(int64(p.Int32()), logical)
	case parquet.Int64:
		return l.whole(p.Int64(), logical)
	case parquet.Float:
		return exchange.NewFloat(float64(p.Float()))
	case parquet.Double:
		return exchange.NewFloat(p.Double())
	case parquet.ByteArray, parquet.FixedLenByteArray:
		if decimal, ok := logical.(*format.DecimalType); ok {
			n := new(big.Int).SetBytes(p.ByteArray())
			if b := p.ByteArray(); len(b) > 0 && b[0] >= 0x80 {
				n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
			}
			return pointed(n, decimal.Scale)
		}
		return l.text(string(p.ByteArray()))
	}
	return exchange.NewText(p.String())
}

func (l *leaf) text(s string) exchange.Value {
	if !utf8.ValidString(s) {
		s = fmt.Sprintf("%x", s)
	}
	switch l.about.Kind {
	case "decimal":
		if n, ok := readInteger(s); ok {
			return exchange.NewInteger(n)
		}
		return exchange.NewDecimal(s)
	case "json":
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if tok, err := d.Token(); err == nil {
			if v, err := jsonValue(d, tok, 0); err == nil {
				return v
			}
		}
	}
	return exchange.NewText(s)
}

func (l *leaf) whole(n int64, logical format.LogicalTypeValue) exchange.Value {
	switch {
	case n == math.MaxInt64 && l.about.Unlimited:
		return exchange.Unlimited()
	case l.about.Kind == "size":
		return exchange.NewSize(n)
	case l.about.Kind == "duration":
		return exchange.NewDuration(n)
	}
	switch of := logical.(type) {
	case *format.TimestampType:
		t := time.Unix(0, n)
		switch of.Unit.Value.(type) {
		case *format.MilliSeconds:
			t = time.UnixMilli(n)
		case *format.MicroSeconds:
			t = time.UnixMicro(n)
		}
		if of.IsAdjustedToUTC {
			return exchange.NewTime(t.UTC())
		}
		return exchange.NewZonelessTime(t.UTC())
	case *format.DateType:
		return exchange.NewZonelessTime(time.Unix(0, 0).UTC().AddDate(0, 0, int(n)))
	case *format.DecimalType:
		return pointed(big.NewInt(n), of.Scale)
	}
	return exchange.NewInteger(n)
}

// pointed puts the point before the last digits of a whole number.
func pointed(n *big.Int, scale int32) exchange.Value {
	digits := new(big.Int).Abs(n).String()
	if scale < 0 || scale > 1000 {
		scale = 0
	}
	if short := int(scale) + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	if scale > 0 {
		at := len(digits) - int(scale)
		digits = digits[:at] + "." + digits[at:]
	}
	if n.Sign() < 0 {
		digits = "-" + digits
	}
	return exchange.NewDecimal(digits)
}
