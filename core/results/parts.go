package results

import (
	"context"

	"tenantry/core/exchange"
)

// Part is the rows of a View that have the same value in a column.
type Part struct {
	Value  exchange.Value // None for Rest and Blank
	Rows   int
	Amount exchange.Value // what was worked out; the number of rows when the role is Count
}

// Parts is what the values of a column divide the rows of a View into.
type Parts struct {
	Top    []Part // the largest amounts, the largest first; of equal ones, the first to come
	Rest   Part   // all others as one; an average is that of all their rows
	Others int    // how many values Rest stands for
	Blank  Part   // rows without a value in the column
}

// Parts divides the rows of the view by the values of a column, and works out how many rows each part has
// (Count), or the Sum or Average of the column named of. It gives the most largest parts and the rest as one.
// It makes a value only for what it gives, so it takes less than a grouped View where values are many. Of a
// grouped view the rows are its groups, and the columns those of the groups; otherwise a column may be named
// that the view does not show. It may take a moment with many rows. The errors are CodeUnknownColumn,
// CodeNoSum and ctx's own.
func (v View) Parts(ctx context.Context, column string, role Role, of string, most int) (Parts, error) {
	a := v.get()
	cols, names := a.snap.get().cols, a.snap.Columns()
	if a.groups != nil {
		cols, names = a.groups.cols, a.groups.columns
	}
	if a.count == 0 {
		return Parts{}, ctx.Err()
	}
	by, err := namedIn(names, column)
	if err != nil {
		return Parts{}, err
	}
	g := &groups{rows: a.rows, of: make([]uint32, a.count)}
	many := split(cols[by], g.rows, g.of, 1)
	if err := ctx.Err(); err != nil {
		return Parts{}, err
	}
	g.first, g.counts = make([]uint32, many), make([]int64, many)
	for i := a.count - 1; i >= 0; i-- {
		g.first[g.of[i]] = uint32(g.row(i))
		g.counts[g.of[i]]++
	}
	w := &weighed{counts: g.counts}
	if role != Count {
		at, err := namedIn(names, of)
		if err != nil {
			return Parts{}, err
		}
		if w.typ = names[at].Type; !summable(w.typ) {
			return Parts{}, noSum(names[at])
		}
		w.sums = g.sum(cols[at])
		if role == Average {
			w.filled = g.filled(cols[at])
		}
		if err := ctx.Err(); err != nil {
			return Parts{}, err
		}
	}
	var p Parts
	var top []int
	var blank, rest []int
	for part := range g.first {
		if cols[by].isBlank(int(g.first[part])) {
			blank = append(blank, part)
			continue
		}
		at := len(top)
		for at > 0 && w.more(part, top[at-1]) {
			at--
		}
		if at < most {
			top = append(top, 0)
			copy(top[at+1:], top[at:])
			top[at] = part
			if len(top) > most {
				rest = append(rest, top[most])
				top = top[:most]
			}
		} else {
			rest = append(rest, part)
		}
	}
	for _, part := range top {
		one := w.together([]int{part})
		one.Value = cols[by].cell(int(g.first[part]))
		p.Top = append(p.Top, one)
	}
	p.Rest, p.Others, p.Blank = w.together(rest), len(rest), w.together(blank)
	return p, ctx.Err()
}

func namedIn(names []Column, name string) (int, error) {
	if at, ok := findColumn(names, name); ok {
		return at, nil
	}
	if at, ok := workedOf(names, name); ok {
		return at, nil
	}
	return 0, unknownColumn(names, name)
}

func noSum(c Column) error {
	return &exchange.Problem{Code: CodeNoSum, Doing: "sum a column",
		Args: map[string]string{"column": c.Name, "type": KindName(c.Type)}}
}

// filled counts the cells of each group that are not empty.
func (g *groups) filled(c *frozenColumn) []int64 {
	counts := make([]int64, len(g.first))
	for i, of := range g.of {
		if !c.isBlank(g.row(i)) {
			counts[of]++
		}
	}
	return counts
}

// weighed tells which of the parts is larger.
type weighed struct {
	counts []int64
	typ    exchange.Kind
	sums   []exchange.Value // nil for Count
	filled []int64          // of an Average: by what the sums are divided
}

func (w *weighed) amount(part int) exchange.Value {
	switch {
	case w.sums == nil:
		return exchange.NewInteger(w.counts[part])
	case w.filled == nil:
		return w.sums[part]
	case w.filled[part] == 0:
		return exchange.Value{}
	case w.sums[part].IsUnlimited():
		return w.sums[part]
	}
	return divided(w.sums[part], w.filled[part])
}

func (w *weighed) more(a, b int) bool {
	if w.sums == nil {
		return w.counts[a] > w.counts[b]
	}
	x, y := w.amount(a), w.amount(b)
	if x.IsNone() || y.IsNone() {
		return !x.IsNone() && y.IsNone()
	}
	return x.Compare(y) > 0
}

// together is parts as one.
func (w *weighed) together(parts []int) Part {
	var p Part
	sum, filled := newTotal(w.typ), int64(0)
	for _, part := range parts {
		p.Rows += int(w.counts[part])
		if w.sums != nil {
			sum.add(w.sums[part])
		}
		if w.filled != nil {
			filled += w.filled[part]
		}
	}
	switch {
	case len(parts) == 0:
	case w.sums == nil:
		p.Amount = exchange.NewInteger(int64(p.Rows))
	case w.filled == nil:
		p.Amount = sum.value()
	case filled > 0:
		if p.Amount = sum.value(); !p.Amount.IsUnlimited() {
			p.Amount = divided(p.Amount, filled)
		}
	}
	return p
}

// Reader reads one column of the view, row by row, in less time than Cell does: a column that the view does not
// show too, except that of a grouped view the columns are those of the groups. Out of range, and of a column
// that is not there, every cell is None. It is safe for use from several goroutines.
func (v View) Reader(column string) func(row int) exchange.Value {
	a := v.get()
	cols, names := a.snap.get().cols, a.snap.Columns()
	if a.groups != nil {
		cols, names = a.groups.cols, a.groups.columns
	}
	at, ok := findColumn(names, column)
	if !ok {
		return func(int) exchange.Value { return exchange.Value{} }
	}
	c, rows, n := cols[at], a.rows, a.count
	return func(row int) exchange.Value {
		if row < 0 || row >= n {
			return exchange.Value{}
		}
		if rows != nil {
			row = int(rows[row])
		}
		return c.cell(row)
	}
}
