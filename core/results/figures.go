package results

import (
	"context"
	"math/big"

	"tenantry/core/exchange"
)

// Figures are what a spreadsheet tells of a selection, of one column.
type Figures struct {
	Rows   int
	Filled int // cells with a value

	// Sum and Average are of numbers, sizes and durations, Unlimited when a cell is; Min and Max of times too.
	// They are None for other columns and without values.
	Sum, Average, Min, Max exchange.Value
}

// Figures works out a column over rows of the view, given as spans of their numbers: first, and the one behind
// the last. It may take a moment with many rows. The only error is ctx's own. A column that is out of range has
// no figures but its rows.
func (v View) Figures(ctx context.Context, col int, spans [][2]int) (Figures, error) {
	a, cols := v.get(), v.Columns()
	var f Figures
	for _, s := range spans {
		f.Rows += max(min(s[1], a.count)-max(s[0], 0), 0)
	}
	if col < 0 || col >= len(cols) || a.source[col] < 0 || f.Rows == 0 {
		return f, ctx.Err()
	}
	c := a.snap.get().cols
	if a.groups != nil {
		c = a.groups.cols
	}
	err := f.look(ctx, c[a.source[col]], cols[col].Type, a, spans)
	return f, err
}

func (f *Figures) look(ctx context.Context, c *frozenColumn, typ exchange.Kind, a *arranged, spans [][2]int) error {
	t := tally{of: c, sums: summable(typ), orders: summable(typ) || typ == exchange.Time, sum: newTotal(typ), low: -1, high: -1}
	if c.way != numbers {
		t.codes = make([]int, c.distinct())
	}
	const between = 1 << 16 // rows
	for _, s := range spans {
		for first := max(s[0], 0); first < min(s[1], a.count); first += between {
			if err := ctx.Err(); err != nil {
				return err
			}
			for row := first; row < min(first+between, s[1], a.count); row++ {
				at := uint32(row)
				if a.rows != nil {
					at = a.rows[row]
				}
				t.add(int(at))
			}
		}
	}
	t.addCodes()
	f.Filled = t.filled
	if t.filled == 0 {
		return nil
	}
	if t.orders {
		f.Min, f.Max = t.least, t.most
		if t.low >= 0 {
			f.Min, f.Max = c.cell(t.low), c.cell(t.high)
		}
	}
	if t.sums {
		f.Sum = t.sum.value()
		if f.Average = f.Sum; !f.Sum.IsUnlimited() && !f.Sum.IsNone() {
			f.Average = divided(f.Sum, int64(t.filled))
		}
	}
	return nil
}

// tally collects cells of one column. Numbers are added as they come; other values are counted first, because
// there are few different ones and exact sums of decimals take time.
type tally struct {
	of           *frozenColumn
	sums, orders bool
	filled       int
	sum          total
	low, high    int // rows of the lowest and highest number so far, -1 for none
	least, most  exchange.Value
	codes        []int // how often each value was met
}

func (t *tally) add(row int) {
	c := t.of
	if c.way != numbers {
		if code := c.codes.at(row); code >= firstCode {
			t.codes[code-firstCode]++
		}
		return
	}
	n := c.nums[row]
	if n <= numLastBlank {
		return
	}
	t.filled++
	if t.low < 0 || n < c.nums[t.low] {
		t.low = row
	}
	if t.high < 0 || n > c.nums[t.high] {
		t.high = row
	}
	switch {
	case !t.sums:
	case n == numUnlimited:
		t.sum.unlimited = true
	default:
		t.sum.addInt(n)
	}
}

// addCodes takes the values that were counted.
func (t *tally) addCodes() {
	for code, n := range t.codes {
		if n == 0 {
			continue
		}
		v := t.of.value(uint32(code) + firstCode)
		if v.IsNone() {
			continue
		}
		t.filled += n
		if !t.orders {
			continue
		}
		if t.least.IsNone() || v.Compare(t.least) < 0 {
			t.least = v
		}
		if t.most.IsNone() || v.Compare(t.most) > 0 {
			t.most = v
		}
		if t.sums {
			t.sum.addTimes(v, n)
		}
	}
}

// addTimes adds a value n times.
func (t *total) addTimes(v exchange.Value, n int) {
	r, places, ok := rational(v.Text())
	if v.Kind() != exchange.Decimal || !ok {
		for range n {
			t.add(v)
		}
		return
	}
	t.places = max(t.places, places)
	if t.exact == nil {
		t.exact = new(big.Rat)
	}
	t.exact.Add(t.exact, r.Mul(r, new(big.Rat).SetInt64(int64(n))))
}

// Filled counts the rows in which a column has a value. The only error is ctx's own.
func (s Snapshot) Filled(ctx context.Context, col int) (int, error) {
	f := s.get()
	if col < 0 || col >= len(f.cols) {
		return 0, ctx.Err()
	}
	c, n := f.cols[col], 0
	for row := range f.rows {
		if row%(1<<16) == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if !c.isBlank(row) {
			n++
		}
	}
	return n, ctx.Err()
}
