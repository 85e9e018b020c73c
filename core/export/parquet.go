package export

import (
	"encoding/json"
	"io"
	"math"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// columnsKey is where a file says what its numbers and texts mean: a JSON array of parquetColumn.
const columnsKey = "tenantry.columns"

// parquetColumn is what Parquet's own types do not say of a column.
type parquetColumn struct {
	Name string `json:"name"`

	// Kind is how the cells are kept:
	//
	//	integer, flag, text, none   as what they are
	//	size        whole numbers of bytes
	//	duration    whole numbers of 100 nanoseconds
	//	decimal     a number as text, to the last digit
	//	time        a time stamp of UTC, or of a clock whose zone was not said
	//	list        a list of texts
	//	json        anything else, as JSON
	Kind string `json:"kind"`

	// Unlimited tells that the largest whole number stands for no limit.
	Unlimited bool `json:"unlimited,omitempty"`

	// OffsetIn is the column with the minutes east of UTC that each time was written with.
	OffsetIn string `json:"offsetIn,omitempty"`
}

const (
	unixTicks  = 719162 * dayTicks // of 1970-01-01
	pageRows   = 256
	groupCells = 1 << 22 // of a row group
)

// fieldsInOrder keeps columns in the order of the table: a Group has them by name.
type fieldsInOrder struct {
	parquet.Group
	fields []parquet.Field
}

func (f fieldsInOrder) Fields() []parquet.Field { return f.fields }

// plan finds how a column is kept, by all its cells.
func plan(v results.View, col int) (c parquetColumn, node parquet.Node, offsets bool) {
	c.Name = v.Columns()[col].Name
	kinds := map[exchange.Kind]bool{}
	largest, zone, noZone := false, false, false
	plain := true // lists have nothing but texts, times fit
	var first int16
	for r := range v.Len() {
		cell := v.Cell(r, col)
		kind := cell.Kind()
		switch {
		case kind == exchange.None:
			continue
		case cell.IsUnlimited():
			c.Unlimited = true
		case kind == exchange.Integer, kind == exchange.Size:
			largest = largest || cell.Int() == math.MaxInt64
		case kind == exchange.Time:
			ticks, offset, said, _ := cell.Ticks()
			if (zone || noZone) && offset != first {
				offsets = true
			}
			offsets = offsets || said && offset != 0
			first, zone, noZone = offset, zone || said, noZone || !said
			_, fits := nanosOf(ticks)
			plain = plain && fits
		case kind == exchange.List:
			for _, m := range cell.List() {
				plain = plain && m.Kind() == exchange.Text
			}
		}
		kinds[kind] = true
	}
	only := func(k exchange.Kind) bool { return len(kinds) == 1 && kinds[k] }
	switch {
	case len(kinds) == 0:
		c.Kind, node = "none", parquet.String()
	case only(exchange.Text):
		c.Kind, node = "text", parquet.String()
	case only(exchange.Flag):
		c.Kind, node = "flag", parquet.Leaf(parquet.BooleanType)
	case only(exchange.Duration):
		c.Kind, node = "duration", parquet.Int(64)
	case only(exchange.Size) && !(c.Unlimited && largest):
		c.Kind, node = "size", parquet.Int(64)
	case only(exchange.Integer):
		c.Kind, node = "integer", parquet.Int(64)
	case kinds[exchange.Decimal] && !c.Unlimited && (len(kinds) == 1 || len(kinds) == 2 && kinds[exchange.Integer]):
		c.Kind, node = "decimal", parquet.String()
	case only(exchange.Time) && plain && zone != noZone:
		c.Kind, node = "time", parquet.TimestampAdjusted(parquet.Nanosecond, zone)
	case only(exchange.List) && plain:
		c.Kind, node = "list", parquet.List(parquet.String())
	default:
		c.Kind, node = "json", parquet.JSON()
	}
	return c, parquet.Optional(node), offsets && c.Kind == "time"
}

// nanosOf is a time in nanoseconds since 1970, which reach from 1678 to 2261.
func nanosOf(ticks int64) (int64, bool) {
	n := ticks - unixTicks
	return n * 100, n > math.MinInt64/100 && n < math.MaxInt64/100
}

// writeParquet writes a Parquet file. Errors are those of w.
func writeParquet(w io.Writer, v results.View, _ Options) error {
	group := parquet.Group{}
	var described []parquetColumn
	var order []string
	var taken headings
	for i := range v.Columns() {
		taken.add(strings.ToValidUTF8(v.Columns()[i].Name, "\ufffd"))
	}
	names := len(taken.names)
	offsetOf := make([]int, names) // where the offsets of a column stand, or 0
	for i := range names {
		c, node, offsets := plan(v, i)
		c.Name = taken.names[i]
		if offsets {
			taken.add(c.Name + " offset in minutes")
			offsetOf[i] = len(taken.names) - 1
			c.OffsetIn = taken.names[offsetOf[i]]
			group[c.OffsetIn] = parquet.Optional(parquet.Int(32))
		}
		group[c.Name] = node
		described = append(described, c)
	}
	order = taken.names
	byName := map[string]parquet.Field{}
	for _, f := range group.Fields() {
		byName[f.Name()] = f
	}
	schema := fieldsInOrder{Group: group}
	for _, name := range order {
		schema.fields = append(schema.fields, byName[name])
	}
	about, err := json.Marshal(described)
	if err != nil {
		return err
	}
	out := parquet.NewWriter(w, parquet.NewSchema("rows", schema), parquet.Compression(&zstd.Codec{}),
		parquet.KeyValueMetadata(columnsKey, string(about)), parquet.CreatedBy("Tenantry", "", ""),
		parquet.MaxRowsPerRowGroup(int64(max(pageRows, groupCells/max(len(order), 1)))))
	batch := make([]parquet.Row, 0, pageRows)
	for r := range v.Len() {
		row := make(parquet.Row, 0, len(order))
		for c := range names {
			row = appendParquet(row, v.Cell(r, c), described[c], c)
		}
		for c, at := range offsetOf {
			if at == 0 {
				continue
			}
			if _, offset, _, ok := v.Cell(r, c).Ticks(); ok {
				row = append(row, parquet.Int32Value(int32(offset)).Level(0, 1, at))
			} else {
				row = append(row, parquet.NullValue().Level(0, 0, at))
			}
		}
		if batch = append(batch, row); len(batch) == cap(batch) || r == v.Len()-1 {
			if _, err := out.WriteRows(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return out.Close()
}

// appendParquet adds a cell to a row.
func appendParquet(row parquet.Row, v exchange.Value, c parquetColumn, col int) parquet.Row {
	if v.Kind() == exchange.None {
		return append(row, parquet.NullValue().Level(0, 0, col))
	}
	text := func(s string) parquet.Value {
		return parquet.ByteArrayValue([]byte(strings.ToValidUTF8(s, "\ufffd")))
	}
	var p parquet.Value
	switch c.Kind {
	case "integer", "size", "duration":
		p = parquet.Int64Value(v.Int())
	case "flag":
		p = parquet.BooleanValue(v.Flag())
	case "time":
		ticks, _, _, _ := v.Ticks()
		n, _ := nanosOf(ticks)
		p = parquet.Int64Value(n)
	case "list":
		if v.IsNone() {
			return append(row, parquet.NullValue().Level(0, 1, col))
		}
		for i, m := range v.List() {
			row = append(row, text(m.Text()).Level(min(i, 1), 2, col))
		}
		return row
	case "json":
		p = text(string(appendJSON(nil, v)))
	default:
		p = text(v.Text())
	}
	return append(row, p.Level(0, 1, col))
}
