package results

import (
	"context"
	"math/bits"

	"tenantry/core/exchange"
)

// sortRows puts rows (nil: 0 to n-1) in order. It sorts by the last key first, each time stably, so that
// the first key decides most and equal rows stay as they were.
func sortRows(ctx context.Context, cols []*frozenColumn, names []Column, keys []SortKey, rows []uint32, n int, language string) ([]uint32, error) {
	var by []int
	for _, k := range keys {
		at, err := sortColumn(names, k.Column, n == 0)
		if err != nil {
			return nil, err
		}
		by = append(by, at)
	}
	if n < 2 || len(keys) == 0 {
		return rows, ctx.Err()
	}
	fresh := make([]uint32, n)
	if rows == nil {
		for i := range fresh {
			fresh[i] = uint32(i)
		}
	} else {
		copy(fresh, rows)
	}
	for i := len(keys) - 1; i >= 0; i-- {
		if by[i] < 0 {
			continue
		}
		k, err := keysOf(ctx, cols[by[i]], fresh, keys[i].Desc, language)
		if err != nil {
			return nil, err
		}
		if err := k.sort(ctx, fresh); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// rowKeys are the places of rows in an order: of is the key of each row, in the order of the rows.
type rowKeys struct {
	of   []uint64
	most uint64 // the highest key
}

// keysOf computes what to sort rows by. Higher means later; empty cells have the highest.
func keysOf(ctx context.Context, c *frozenColumn, rows []uint32, desc bool, language string) (rowKeys, error) {
	if c.way == numbers {
		return numberKeys(c, rows, desc), ctx.Err()
	}
	if c.distinct() == 0 {
		return rowKeys{of: make([]uint64, len(rows))}, ctx.Err()
	}
	ranks, most, err := c.rank(ctx, rows, language)
	if err != nil {
		return rowKeys{}, err
	}
	k := rowKeys{of: make([]uint64, len(rows)), most: uint64(most) + 1}
	for i, r := range rows {
		code := c.codes.at(int(r))
		if code < firstCode {
			k.of[i] = k.most
			continue
		}
		rank := ranks[code-firstCode]
		switch {
		case rank == blankRank:
			k.of[i] = k.most
		case desc:
			k.of[i] = uint64(most - rank)
		default:
			k.of[i] = uint64(rank)
		}
	}
	return k, ctx.Err()
}

func numberKeys(c *frozenColumn, rows []uint32, desc bool) rowKeys {
	low, high := int64(numUnlimited), int64(numLastBlank)
	for _, r := range rows {
		n := c.nums[r]
		if n > numLastBlank && n != numUnlimited {
			low, high = min(low, n), max(high, n)
		}
	}
	if low > high {
		low, high = 0, 0 // only blanks and Unlimited
	}
	span := uint64(high) - uint64(low)
	unit := uint64(1)
	if c.typ == exchange.Time || c.typ == exchange.Duration {
		unit = wholeSeconds(c, rows, low)
		span /= unit
	}
	k := rowKeys{of: make([]uint64, len(rows)), most: span + 2}
	for i, r := range rows {
		n := c.nums[r]
		var key uint64
		switch {
		case n <= numLastBlank:
			k.of[i] = k.most
			continue
		case n == numUnlimited:
			key = span + 1
		case unit > 1:
			key = (uint64(n) - uint64(low)) / unit
		default:
			key = uint64(n) - uint64(low)
		}
		if desc {
			key = span + 1 - key
		}
		k.of[i] = key
	}
	return k
}

// wholeSeconds returns the ticks of a second when all numbers are whole seconds apart, else 1. Most times
// are, and then far fewer bits need sorting.
func wholeSeconds(c *frozenColumn, rows []uint32, low int64) uint64 {
	for _, r := range rows {
		n := c.nums[r]
		if n > numLastBlank && n != numUnlimited && (uint64(n)-uint64(low))%exchange.TicksPerSecond != 0 {
			return 1
		}
	}
	return exchange.TicksPerSecond
}

const (
	digitBits = 11
	digits    = 1 << digitBits
)

// sort reorders rows by their keys, stably: a radix sort, whose cost is that of reading the rows once for
// every 11 bits of the highest key.
func (k rowKeys) sort(ctx context.Context, rows []uint32) error {
	n := len(rows)
	keyBits, rowBits := bits.Len64(k.most), 32
	top := uint32(0)
	for _, r := range rows {
		top = max(top, r)
	}
	rowBits = bits.Len32(top)
	if keyBits+rowBits > 64 {
		return k.sortWide(ctx, rows, keyBits)
	}
	// Key and row fit one word, which moves as one.
	a, b := k.of, make([]uint64, n)
	for i, key := range a {
		a[i] = key<<rowBits | uint64(rows[i])
	}
	for shift := rowBits; shift < rowBits+keyBits; shift += digitBits {
		if err := ctx.Err(); err != nil {
			return err
		}
		mask := uint64(digits - 1)
		if left := rowBits + keyBits - shift; left < digitBits {
			mask = 1<<left - 1
		}
		var at [digits]uint32
		for _, w := range a {
			at[w>>shift&mask]++
		}
		if at[a[0]>>shift&mask] == uint32(n) {
			continue
		}
		sum := uint32(0)
		for d := range at {
			at[d], sum = sum, sum+at[d]
		}
		for _, w := range a {
			d := w >> shift & mask
			b[at[d]] = w
			at[d]++
		}
		a, b = b, a
	}
	for i, w := range a {
		rows[i] = uint32(w & (1<<rowBits - 1))
	}
	return ctx.Err()
}

type keyedRow struct {
	key uint64
	row uint32
}

func (k rowKeys) sortWide(ctx context.Context, rows []uint32, keyBits int) error {
	n := len(rows)
	a, b := make([]keyedRow, n), make([]keyedRow, n)
	for i, r := range rows {
		a[i] = keyedRow{k.of[i], r}
	}
	for shift := 0; shift < keyBits; shift += digitBits {
		if err := ctx.Err(); err != nil {
			return err
		}
		var at [digits]uint32
		for i := range a {
			at[a[i].key>>shift&(digits-1)]++
		}
		if at[a[0].key>>shift&(digits-1)] == uint32(n) {
			continue
		}
		sum := uint32(0)
		for d := range at {
			at[d], sum = sum, sum+at[d]
		}
		for i := range a {
			d := a[i].key >> shift & (digits - 1)
			b[at[d]] = a[i]
			at[d]++
		}
		a, b = b, a
	}
	for i := range a {
		rows[i] = a[i].row
	}
	return ctx.Err()
}
