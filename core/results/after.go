package results

import (
	"context"
	"slices"

	"tenantry/core/exchange"
)

// ArrangeAfter is Arrange for those who hold an earlier View of the same table. Where that is sorted as q asks
// and few rows came since, these are put between the others, which takes much less than sorting all again.
func ArrangeAfter(ctx context.Context, s Snapshot, q Query, earlier View) (View, error) {
	if e := earlier.get(); e.sorts(s, q) {
		return arrangeFrom(ctx, s, q, e.rows)
	}
	return Arrange(ctx, s, q)
}

// sorts tells whether the rows of a stand as q wants those of s.
func (a *arranged) sorts(s Snapshot, q Query) bool {
	was, is := a.snap.get(), s.get()
	if a.rows == nil || a.groups != nil || a.query.Limit > 0 || !q.Group.IsZero() || was.of == nil || was.of != is.of || was.rows > is.rows ||
		len(q.Sort) == 0 || a.query.Language != q.Language || !slices.Equal(a.query.Sort, q.Sort) {
		return false
	}
	for _, k := range q.Sort {
		x, err1 := sortColumn(was.names, k.Column, false)
		y, err2 := sortColumn(is.names, k.Column, false)
		if err1 != nil || err2 != nil || was.cols[x].way != is.cols[y].way || was.cols[x].typ != is.cols[y].typ || was.cols[x].name != is.cols[y].name {
			return false // rows that came since made another type of it
		}
	}
	return true
}

// sortAfter is sortRows for rows of which most were sorted before. ok is false when that is no help.
func sortAfter(ctx context.Context, f *frozen, keys []SortKey, rows, before []uint32, language string) (sorted []uint32, ok bool, err error) {
	n := f.rows
	if rows != nil {
		n = len(rows)
	}
	// Of each row, whether it is to be in the view, and whether it is new there.
	const wanted, isNew = 1, 2
	marks := make([]uint8, f.rows)
	if rows == nil {
		for i := range marks {
			marks[i] = wanted | isNew
		}
	}
	for _, r := range rows {
		marks[r] = wanted | isNew
	}
	there := make([]uint32, 0, n)
	for _, r := range before {
		if marks[r]&wanted != 0 {
			marks[r] = wanted
			there = append(there, r)
		}
	}
	if more := n - len(there); more > len(there)/32 {
		return nil, false, nil
	}
	var fresh []uint32
	for r, mark := range marks {
		if mark&isNew != 0 {
			fresh = append(fresh, uint32(r))
		}
	}
	if fresh, err = sortRows(ctx, f.cols, f.names, keys, fresh, len(fresh), language); err != nil {
		return nil, false, err
	}
	var by []func(a, b uint32) int
	for _, k := range keys {
		at, err := sortColumn(f.names, k.Column, false)
		if err != nil {
			return nil, false, err
		}
		by = append(by, f.cols[at].comparer(k.Desc, language))
	}
	compare := func(a, b uint32) int {
		for _, by := range by {
			if c := by(a, b); c != 0 {
				return c
			}
		}
		return int(int64(a) - int64(b)) // equal rows stay in the order they came in
	}
	sorted = make([]uint32, 0, n)
	for _, r := range fresh {
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		far := 1 // the next place is near when many are to be put in
		for far < len(there) && compare(there[far], r) < 0 {
			far *= 2
		}
		at, _ := slices.BinarySearchFunc(there[:min(far+1, len(there))], r, compare)
		sorted = append(append(sorted, there[:at]...), r)
		there = there[at:]
	}
	return append(sorted, there...), true, nil
}

// comparer compares two rows by the column, as the keys of a sort would.
func (f *frozenColumn) comparer(desc bool, language string) func(a, b uint32) int {
	up := f.upwards(language)
	return func(a, b uint32) int {
		if x, y := f.isBlank(int(a)), f.isBlank(int(b)); x || y {
			switch {
			case x && y:
				return 0
			case x:
				return 1
			}
			return -1
		}
		if desc {
			a, b = b, a
		}
		return up(a, b)
	}
}

// upwards compares two rows that are not empty.
func (f *frozenColumn) upwards(language string) func(a, b uint32) int {
	if f.way == numbers {
		return func(a, b uint32) int { return compareInts(f.nums[a], f.nums[b]) }
	}
	text := f.way == words || f.typ == exchange.Text || f.typ == exchange.List || f.typ == exchange.Nested
	o := newOrder(language)
	return func(a, b uint32) int {
		x, y := f.codes.at(int(a)), f.codes.at(int(b))
		switch {
		case x == y:
			return 0
		case f.way == words:
			return o.compare(f.words.text(x-firstCode), f.words.text(y-firstCode))
		case text:
			return o.compare(f.value(x).Text(), f.value(y).Text())
		}
		return f.value(x).Compare(f.value(y))
	}
}

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
