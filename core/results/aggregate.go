package results

import (
	"context"
	"math"
	"math/big"
	"strings"

	"tenantry/core/exchange"
)

// More roles of a column in a grouped View. What each is worked out from is in Column.Of.
const (
	Average  Role = Sum + 1 + iota // the sum divided by how many cells are not empty
	Min                            // the lowest value
	Max                            // the highest value
	Distinct                       // how many different values there are
)

// roleNames are the beginnings of the names of columns that are worked out.
var roleNames = map[Role]string{Sum: "Sum of ", Average: "Average of ", Min: "Min of ", Max: "Max of ", Distinct: "Distinct "}

// SumName is the name of the column of a grouped view that sums another.
func SumName(column string) string { return RoleName(Sum, column) }

// RoleName is the name of the column of a grouped view that is worked out from another.
func RoleName(role Role, column string) string { return roleNames[role] + column }

// worked is one column to work out.
type worked struct {
	role Role
	of   string
}

// worked lists the columns to work out, in the order they stand in.
func (g Group) worked() (list []worked) {
	for _, part := range []struct {
		role    Role
		columns []string
	}{{Sum, g.Sums}, {Average, g.Averages}, {Min, g.Mins}, {Max, g.Maxs}, {Distinct, g.Distincts}} {
		for _, name := range part.columns {
			list = append(list, worked{part.role, name})
		}
	}
	return list
}

// work adds a column that is worked out.
func (g *groups) work(ctx context.Context, w worked, language string) error {
	at, err := columnNamed(g.snap, w.of)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	column := Column{Name: RoleName(w.role, w.of), Role: w.role, Of: w.of}
	values := make([]exchange.Value, len(g.first))
	if at >= 0 {
		in, c := g.snap.Columns()[at], g.snap.get().cols[at]
		column = Column{Name: RoleName(w.role, in.Name), Type: in.Type, Role: w.role, Of: in.Name}
		if (w.role == Sum || w.role == Average) && !summable(in.Type) {
			return noSum(in)
		}
		switch w.role {
		case Average:
			if in.Type == exchange.Integer {
				column.Type = exchange.Decimal
			}
			values = g.average(c)
		case Min, Max:
			if values, err = g.extreme(ctx, c, w.role == Max, language); err != nil {
				return err
			}
		case Distinct:
			column.Type = exchange.Integer
			values = g.distinct(c)
		default:
			values = g.sum(c)
		}
	}
	g.columns = append(g.columns, column)
	g.worked = append(g.worked, values)
	return nil
}

// row is the row of the snapshot that stands at place i among those taken.
func (g *groups) row(i int) int {
	if g.rows != nil {
		return int(g.rows[i])
	}
	return i
}

// average divides the sum of each group by its cells that are not empty.
func (g *groups) average(c *frozenColumn) []exchange.Value {
	sums := g.sum(c)
	for i, n := range g.filled(c) {
		switch {
		case n == 0:
			sums[i] = exchange.Value{}
		case !sums[i].IsUnlimited():
			sums[i] = divided(sums[i], n)
		}
	}
	return sums
}

// isBlank tells whether a cell is empty.
func (f *frozenColumn) isBlank(row int) bool {
	if f.way == numbers {
		return f.nums[row] <= numLastBlank
	}
	code := f.codes.at(row)
	return code < firstCode || f.way == values && f.vals[code-firstCode].IsNone()
}

// divided is sum / n, rounded to the byte, to the tick of a duration, or to six places behind the point more
// than the sum has.
func divided(sum exchange.Value, n int64) exchange.Value {
	whole := sum.Kind() == exchange.Size || sum.Kind() == exchange.Duration
	r, places, ok := new(big.Rat).SetInt64(sum.Int()), 0, true
	if sum.Kind() == exchange.Decimal {
		r, places, ok = rational(sum.Text())
	}
	if !ok {
		f := sum.Float() / float64(n)
		if math.IsNaN(f) {
			return exchange.Value{}
		}
		return exchange.NewFloat(f)
	}
	r.Quo(r, new(big.Rat).SetInt64(n))
	if whole {
		rounded, _ := new(big.Int).SetString(r.FloatString(0), 10)
		return numberAs(sum.Kind(), rounded.Int64())
	}
	digits := r.FloatString(places + 6)
	return exchange.NewDecimal(strings.TrimSuffix(strings.TrimRight(digits, "0"), "."))
}

// extreme is the lowest or highest value of each group, by the order a sort has; of equal ones the first.
func (g *groups) extreme(ctx context.Context, c *frozenColumn, highest bool, language string) ([]exchange.Value, error) {
	rows := g.rows
	if rows == nil {
		rows = identityRows(len(g.of))
	}
	k, err := keysOf(ctx, c, rows, false, language)
	if err != nil {
		return nil, err
	}
	best := make([]int, len(g.first)) // places in rows, from 1; 0 for none
	for i, of := range g.of {
		if c.isBlank(int(rows[i])) {
			continue
		}
		b := best[of]
		if b == 0 || highest && k.of[i] > k.of[b-1] || !highest && k.of[i] < k.of[b-1] {
			best[of] = i + 1
		}
	}
	out := make([]exchange.Value, len(g.first))
	for group, b := range best {
		if b > 0 {
			out[group] = c.cell(int(rows[b-1]))
		}
	}
	return out, nil
}

func identityRows(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

// distinct counts the different values of each group.
func (g *groups) distinct(c *frozenColumn) []exchange.Value {
	parts := append([]uint32(nil), g.of...)
	seen := make([]bool, split(c, g.rows, parts, uint32(len(g.first))))
	counts := make([]int64, len(g.first))
	for i, part := range parts {
		if !seen[part] {
			seen[part] = true
			if !c.isBlank(g.row(i)) {
				counts[g.of[i]]++
			}
		}
	}
	out := make([]exchange.Value, len(counts))
	for i, n := range counts {
		out[i] = exchange.NewInteger(n)
	}
	return out
}
