package results

import (
	"context"
	"math"
	"math/big"
	"math/bits"

	"tenantry/core/exchange"
)

// CountColumn is the name of the column of a grouped view that counts.
const CountColumn = "Count"

// groups are the rows of a grouped view before they are sorted.
type groups struct {
	snap    Snapshot
	by      []int    // columns grouped by
	first   []uint32 // of each group, its first row
	of      []uint32 // of each row that was taken, in the order of rows, its group
	rows    []uint32 // the rows that were taken; nil for all
	counts  []int64
	worked  [][]exchange.Value // of each column that is worked out, the groups' values
	columns []Column
	cols    []*frozenColumn
}

// finish makes columns of the groups, so that they sort as any others.
func (g *groups) finish() {
	g.cols = make([]*frozenColumn, len(g.columns))
	for i := range g.columns {
		c := newColumn(g.columns[i].Name)
		for group := range g.first {
			c.add(group, g.value(group, i))
		}
		g.cols[i] = c.freeze()
	}
}

func (g *groups) value(group, col int) exchange.Value {
	switch {
	case col < len(g.by):
		return g.snap.Cell(RowID(g.first[group]), g.by[col])
	case col == len(g.by):
		return exchange.NewInteger(g.counts[group])
	}
	return g.worked[col-len(g.by)-1][group]
}

func (g *groups) members(group uint32) []RowID {
	var ids []RowID
	for i, of := range g.of {
		if of != group {
			continue
		}
		if g.rows != nil {
			ids = append(ids, RowID(g.rows[i]))
		} else {
			ids = append(ids, RowID(i))
		}
	}
	return ids
}

func summable(k exchange.Kind) bool {
	switch k {
	case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration, exchange.None:
		return true
	}
	return false
}

// groupRows groups the given rows of s; nil means all. The language is for the lowest and highest texts.
func groupRows(ctx context.Context, s Snapshot, q Group, rows []uint32, language string) (*groups, error) {
	g := &groups{snap: s, rows: rows}
	f := s.get()
	n := f.rows
	if rows != nil {
		n = len(rows)
	}
	g.of = make([]uint32, n)
	many := uint32(0)
	if n > 0 {
		many = 1
	}
	for _, name := range q.Columns {
		col, err := columnNamed(s, name)
		if err != nil {
			return nil, err
		}
		g.by = append(g.by, col)
		if col < 0 {
			g.columns = append(g.columns, Column{Name: name})
			continue
		}
		g.columns = append(g.columns, f.names[col])
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		many = split(f.cols[col], rows, g.of, many)
	}
	g.first = make([]uint32, many)
	g.counts = make([]int64, many)
	for i, of := range g.of {
		if g.counts[of]++; g.counts[of] == 1 {
			g.first[of] = uint32(g.row(i))
		}
	}
	g.columns = append(g.columns, Column{Name: CountColumn, Type: exchange.Integer, Role: Count})
	for _, w := range q.worked() {
		if err := g.work(ctx, w, language); err != nil {
			return nil, err
		}
	}
	g.finish()
	return g, nil
}

// sum adds up a column for every group.
func (g *groups) sum(c *frozenColumn) []exchange.Value {
	many := len(g.first)
	out := make([]exchange.Value, many)
	if c.way == numbers && !c.unlimited {
		if lows, ok := g.sumNumbers(c); ok {
			for i, n := range lows {
				out[i] = numberAs(c.typ, n)
			}
			return out
		}
	}
	totals := make([]total, many)
	for i := range totals {
		totals[i] = newTotal(c.typ)
	}
	for i, of := range g.of {
		if g.rows != nil {
			i = int(g.rows[i])
		}
		totals[of].add(c.cell(i))
	}
	for i := range totals {
		out[i] = totals[i].value()
	}
	return out
}

// sumNumbers is the quick way, good as long as no sum leaves 64 bits.
func (g *groups) sumNumbers(c *frozenColumn) ([]int64, bool) {
	low := make([]int64, len(g.first))
	rows := g.rows
	for i, of := range g.of {
		if rows != nil {
			i = int(rows[i])
		}
		n := c.nums[i]
		if n <= numLastBlank {
			continue
		}
		s := low[of] + n
		if (s > low[of]) != (n > 0) && n != 0 {
			return nil, false
		}
		low[of] = s
	}
	return low, true
}

func numberAs(typ exchange.Kind, n int64) exchange.Value {
	switch typ {
	case exchange.Size:
		return exchange.NewSize(n)
	case exchange.Duration:
		return exchange.NewDuration(n)
	}
	return exchange.NewInteger(n)
}

// total adds values of one column. Unlimited makes the whole Unlimited. Decimals are added as written, so
// that money does not gain a fraction.
type total struct {
	typ       exchange.Kind
	unlimited bool
	high      int64 // with low: 128 bits
	low       uint64
	exact     *big.Rat // of decimals
	inexact   float64  // of decimals that no Rat holds: infinities
	strange   bool
	places    int
}

func newTotal(typ exchange.Kind) total { return total{typ: typ} }

func (t *total) add(v exchange.Value) {
	if v.IsUnlimited() {
		t.unlimited = true
		return
	}
	switch v.Kind() {
	case exchange.Integer, exchange.Size, exchange.Duration:
		t.addInt(v.Int())
	case exchange.Decimal:
		r, places, ok := rational(v.Text())
		if !ok {
			t.strange = true
			t.inexact += v.Float()
			return
		}
		t.places = max(t.places, places)
		if t.exact == nil {
			t.exact = new(big.Rat)
		}
		t.exact.Add(t.exact, r)
	}
}

func (t *total) addInt(n int64) {
	var carry uint64
	t.low, carry = bits.Add64(t.low, uint64(n), 0)
	t.high += n>>63 + int64(carry)
}

// rational reads digits exactly, unless their exponent would take much memory.
func rational(s string) (r *big.Rat, places int, ok bool) {
	if len(s) > 64 {
		return nil, 0, false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			places = len(s) - i - 1
		case c >= '0' && c <= '9', c == '-' && i == 0, c == '+' && i == 0:
		default:
			return nil, 0, false
		}
	}
	r, ok = new(big.Rat).SetString(s)
	return r, places, ok
}

func (t *total) value() exchange.Value {
	if t.unlimited {
		return exchange.Unlimited()
	}
	fits := t.high == int64(t.low)>>63
	if t.exact == nil && !t.strange && fits {
		if t.typ == exchange.Decimal {
			return exchange.NewInteger(int64(t.low))
		}
		return numberAs(t.typ, int64(t.low))
	}
	whole := new(big.Int).Lsh(big.NewInt(t.high), 64)
	whole.Add(whole, new(big.Int).SetUint64(t.low))
	sum := new(big.Rat).SetInt(whole)
	if t.exact != nil {
		sum.Add(sum, t.exact)
	}
	if t.strange {
		f, _ := sum.Float64()
		if f += t.inexact; math.IsNaN(f) {
			return exchange.Value{}
		}
		return exchange.NewFloat(f)
	}
	return exchange.NewDecimal(sum.FloatString(t.places))
}
