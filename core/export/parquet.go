package export

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
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
	//	decimal     numbers with a point: of 64 bits where none loses a digit by that, with a fixed number of
	//	            digits behind the point where all have as many, and otherwise text
	//	time        a time stamp of UTC, or of a clock whose zone was not said
	//	list        a list of texts
	//	json        anything else, as JSON
	Kind string `json:"kind"`

	// Unlimited tells that the largest whole number stands for no limit.
	Unlimited bool `json:"unlimited,omitempty"`

	// OffsetIn is the column with the minutes east of UTC that each time was written with.
	OffsetIn string `json:"offsetIn,omitempty"`

	cell func(exchange.Value) parquet.Value // of what is neither nothing nor a list
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

// parquetCells is what is known of all cells of a column.
type parquetCells struct {
	kinds         uint32 // a bit for each exchange.Kind, Unlimited aside
	unlimited     bool
	largest       bool // some number is the largest, which stands for Unlimited
	zone, noZone  bool // of times
	micros, nanos bool // times are whole microseconds; or lie where nanoseconds reach
	offset        int16
	offsets       bool // times were written with different offsets, or another one than 0
	texts         bool // lists have texts alone
	floats        bool // numbers of 64 bits with a point hold every decimal
	scale, digits int  // of the decimals: digits behind the point, or -1 when they differ; digits of the longest
}

func (p *parquetCells) add(v exchange.Value) {
	kind := v.Kind()
	switch {
	case kind == exchange.None:
		return
	case v.IsUnlimited():
		p.unlimited = true
	case kind == exchange.Integer, kind == exchange.Size:
		p.largest = p.largest || v.Int() == math.MaxInt64
		p.floats = p.floats && v.Int() < 1<<53 && v.Int() > -1<<53
	case kind == exchange.Time:
		ticks, offset, said, _ := v.Ticks()
		if (p.zone || p.noZone) && offset != p.offset {
			p.offsets = true
		}
		p.offsets = p.offsets || said && offset != 0
		p.offset, p.zone, p.noZone = offset, p.zone || said, p.noZone || !said
		n := ticks - unixTicks
		p.micros = p.micros && n%10 == 0
		p.nanos = p.nanos && n > math.MinInt64/100 && n < math.MaxInt64/100
	case kind == exchange.List:
		for _, m := range v.List() {
			p.texts = p.texts && m.Kind() == exchange.Text
		}
	case kind == exchange.Decimal:
		p.addDecimal(v.Text())
	}
	p.kinds |= 1 << kind
}

func (p *parquetCells) addDecimal(s string) {
	f, err := strconv.ParseFloat(s, 64)
	p.floats = p.floats && err == nil && float(f).Text() == s && f != math.Trunc(f)
	scale := -1
	if readDecimal(s) && s[0] != '-' || readDecimal(s) && strings.Trim(s, "-0.") != "" {
		whole, part, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
		scale = len(part)
		p.digits = max(p.digits, len(whole)+scale)
	}
	if p.scale != scale && p.kinds&(1<<exchange.Decimal) != 0 {
		scale = -1
	}
	p.scale = scale
}

// mostDigits is how many digits a whole number of 64 bits holds.
const mostDigits = 18

// plan finds how a column is kept, by all its cells.
func plan(v results.View, col int) (c parquetColumn, node parquet.Node, offsets bool) {
	c.Name = v.Columns()[col].Name
	p := parquetCells{micros: true, nanos: true, texts: true, floats: true}
	for r := range v.Len() {
		p.add(v.Cell(r, col))
	}
	c.Unlimited = p.unlimited
	only := func(of ...exchange.Kind) bool {
		kinds := uint32(0)
		for _, k := range of {
			kinds |= 1 << k
		}
		return p.kinds == kinds
	}
	keep := func(kind string, as parquet.Node, cell func(exchange.Value) parquet.Value) {
		c.Kind, c.cell, node = kind, cell, parquet.Optional(as)
	}
	whole := func(v exchange.Value) parquet.Value { return parquet.Int64Value(v.Int()) }
	text := func(v exchange.Value) parquet.Value { return parquetText(v.Text()) }
	switch {
	case p.kinds == 0:
		keep("none", parquet.String(), text)
	case only(exchange.Text):
		keep("text", parquet.String(), text)
	case only(exchange.Flag):
		keep("flag", parquet.Leaf(parquet.BooleanType), func(v exchange.Value) parquet.Value { return parquet.BooleanValue(v.Flag()) })
	case only(exchange.Duration):
		keep("duration", parquet.Int(64), whole)
	case only(exchange.Size) && !(p.unlimited && p.largest):
		keep("size", parquet.Int(64), whole)
	case only(exchange.Integer):
		keep("integer", parquet.Int(64), whole)
	case only(exchange.Decimal) && p.scale > 0 && p.digits <= mostDigits:
		keep("decimal", parquet.Decimal(p.scale, mostDigits, parquet.Int64Type), func(v exchange.Value) parquet.Value {
			n, _ := strconv.ParseInt(strings.Replace(v.Text(), ".", "", 1), 10, 64)
			return parquet.Int64Value(n)
		})
	case !p.unlimited && (only(exchange.Decimal) || only(exchange.Decimal, exchange.Integer)):
		if p.floats {
			keep("decimal", parquet.Leaf(parquet.DoubleType), func(v exchange.Value) parquet.Value { return parquet.DoubleValue(v.Float()) })
		} else {
			keep("decimal", parquet.String(), text)
		}
	case only(exchange.Time) && (p.micros || p.nanos) && p.zone != p.noZone:
		unit, divide, times := parquet.Microsecond, int64(10), int64(1)
		if !p.micros {
			unit, divide, times = parquet.Nanosecond, 1, 100
		}
		keep("time", parquet.TimestampAdjusted(unit, p.zone), func(v exchange.Value) parquet.Value {
			ticks, _, _, _ := v.Ticks()
			return parquet.Int64Value((ticks - unixTicks) / divide * times)
		})
		offsets = p.offsets
	case only(exchange.List) && p.texts:
		keep("list", parquet.List(parquet.String()), nil)
	default:
		keep("json", parquet.JSON(), func(v exchange.Value) parquet.Value { return parquetText(string(appendJSON(nil, v))) })
	}
	return c, node, offsets
}

func parquetText(s string) parquet.Value {
	return parquet.ByteArrayValue([]byte(strings.ToValidUTF8(s, "\ufffd")))
}

// writeParquet writes a Parquet file. Errors are those of w.
func writeParquet(w io.Writer, v results.View, o Options) error {
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
		if err := o.told(r); err != nil {
			return err
		}
		row := make(parquet.Row, 0, len(order))
		for c := range names {
			row = appendParquet(row, v.Cell(r, c), &described[c], c)
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
func appendParquet(row parquet.Row, v exchange.Value, c *parquetColumn, col int) parquet.Row {
	switch {
	case v.Kind() == exchange.None:
		return append(row, parquet.NullValue().Level(0, 0, col))
	case c.Kind != "list":
		return append(row, c.cell(v).Level(0, 1, col))
	case v.IsNone():
		return append(row, parquet.NullValue().Level(0, 1, col))
	}
	for i, m := range v.List() {
		row = append(row, parquetText(m.Text()).Level(min(i, 1), 2, col))
	}
	return row
}
