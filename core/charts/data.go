package charts

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Role is what a Point stands for.
type Role uint8

// The roles.
const (
	Plain     Role = iota // a value, a row, or a part of the range
	Others                // all values that have no bar of their own
	Unlimited             // of a histogram: what has no place in the range
	Outside               // of a time line: times that are no real dates, such as the year 1
	Blank                 // rows without a value
)

// Point is a bar, a slice, or a place on the axis.
type Point struct {
	Role    Role
	Value   exchange.Value // of the column; of a histogram or time line, where the part begins
	To      exchange.Value // where it ends, itself not in it; None for bars and slices
	Members int            // how many values Others stands for; 0 for all else
	Rows    int
	Amount  exchange.Value // what is measured; None when none of the rows has it
	Filter  results.Filter // keeps the rows the point stands for
}

// Data is the figures of a chart.
type Data struct {
	Spec   Spec           // as Fit gives it
	Title  string         // of the table
	Column results.Column // whose values the points are
	Of     results.Column // what is measured; its zero value when rows are counted
	Points []Point
	Rows   int // of the view
	Step   Step

	// Customer gives a customer's name for its domain; nil leaves the domain.
	Customer func(exchange.CustomerID) string

	zone *time.Location // in which days begin
}

// Make works out the figures of a chart over the rows of v. It may take a moment with many rows: run it away
// from the screen. The errors are those of Fit and ctx's own.
func Make(ctx context.Context, v results.View, s Spec) (Data, error) {
	s, err := Fit(v, s)
	if err != nil {
		return Data{}, err
	}
	d := Data{Spec: s, Title: v.Snapshot().Info().Title, Rows: v.Len(), zone: time.Local}
	if now := v.Query().Now; !now.IsZero() {
		d.zone = now.Location()
	}
	columns := columnsOf(v)
	d.Column, _ = find(columns, s.Column)
	d.Of, _ = find(columns, s.Of)
	if v.Len() == 0 {
		return d, ctx.Err()
	}
	switch {
	case s.Kind == Histogram:
		err = d.histogram(ctx, v)
	case s.Kind == Timeline:
		err = d.timeline(ctx, v)
	case s.Measure == Each:
		err = d.each(ctx, v)
	default:
		err = d.parts(ctx, v)
	}
	return d, err
}

// parts fills in a point for each value of the column.
func (d *Data) parts(ctx context.Context, v results.View) error {
	role := map[Measure]results.Role{Rows: results.Count, Sum: results.Sum, Average: results.Average}[d.Spec.Measure]
	p, err := v.Parts(ctx, d.Column.Name, role, d.Of.Name, d.Spec.most())
	if err != nil {
		return err
	}
	var shown []results.Filter
	for _, one := range p.Top {
		f := equals(d.Column.Name, one.Value)
		shown = append(shown, f)
		d.Points = append(d.Points, Point{Value: one.Value, Rows: one.Rows, Amount: one.Amount, Filter: f})
	}
	d.arrange(v)
	d.rest(p.Others, p.Rest.Rows, p.Rest.Amount, shown)
	if p.Blank.Rows > 0 {
		d.Points = append(d.Points, Point{Role: Blank, Rows: p.Blank.Rows, Amount: p.Blank.Amount, Filter: d.empty()})
	}
	return nil
}

// rest adds the point of the others. Of one that stands alone the name would say more than "others", but the
// number of bars is what was asked for.
func (d *Data) rest(members, rows int, amount exchange.Value, shown []results.Filter) {
	if members == 0 {
		return
	}
	d.Points = append(d.Points, Point{Role: Others, Members: members, Rows: rows, Amount: amount,
		Filter: results.And(results.Filter{Not: &results.Filter{Any: shown}}, results.Filter{Column: d.Column.Name, Op: results.IsNotEmpty})})
}

func (d *Data) empty() results.Filter {
	return results.Filter{Column: d.Column.Name, Op: results.IsEmpty}
}

// each fills in a point for each of the rows with the largest cells.
func (d *Data) each(ctx context.Context, v results.View) error {
	at, ofAt := v.Reader(d.Column.Name), v.Reader(d.Of.Name)
	most := d.Spec.most()
	var top []int
	cells := make([]exchange.Value, 0, most+1) // of top
	rest, blank := 0, 0
	total := sum{typ: d.Of.Type}
	for row := range v.Len() {
		if row%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cell := ofAt(row)
		if cell.IsNone() || !adds(cell.Kind()) {
			blank++
			continue
		}
		total.add(cell)
		if len(top) == most && cell.Compare(cells[most-1]) <= 0 {
			rest++
			continue
		}
		place := len(top)
		for place > 0 && cell.Compare(cells[place-1]) > 0 {
			place--
		}
		top, cells = slices.Insert(top, place, row), slices.Insert(cells, place, cell)
		if len(top) > most {
			top, cells = top[:most], cells[:most]
			rest++
		}
	}
	var shown []results.Filter
	for i, row := range top {
		name := at(row)
		f := equals(d.Column.Name, name)
		if name.IsNone() {
			f = results.And(d.empty(), equals(d.Of.Name, cells[i]))
		}
		shown = append(shown, f)
		d.Points = append(d.Points, Point{Value: name, Rows: 1, Amount: cells[i], Filter: f})
		total.take(cells[i])
	}
	d.arrange(v)
	d.rest(rest, rest, total.value(), shown)
	if n := len(d.Points); rest > 0 { // named after what they have, not after what they are called
		d.Points[n-1].Filter = results.And(results.Filter{Not: &results.Filter{Any: shown}}, results.Filter{Column: d.Of.Name, Op: results.IsNotEmpty})
	}
	if blank > 0 {
		d.Points = append(d.Points, Point{Role: Blank, Rows: blank, Filter: results.Filter{Column: d.Of.Name, Op: results.IsEmpty}})
	}
	return nil
}

// arrange puts the points in the order of names, when that is wanted.
func (d *Data) arrange(v results.View) {
	if d.Spec.Order != ByName {
		return
	}
	tag, _ := language.Parse(v.Query().Language) // the zero Tag is the order most languages share
	order := collate.New(tag, collate.IgnoreCase, collate.Numeric)
	slices.SortStableFunc(d.Points, func(a, b Point) int {
		if a.Value.Kind() == exchange.Text && b.Value.Kind() == exchange.Text {
			return order.CompareString(a.Value.Text(), b.Value.Text())
		}
		return a.Value.Compare(b.Value)
	})
}

// pause is how many rows are looked at between two looks at whether to stop.
const pause = 1 << 15

// equals is the condition that keeps the rows with a value. Of a list it wants all members, because a
// condition asks for one.
func equals(column string, v exchange.Value) results.Filter {
	if v.Kind() == exchange.List {
		var all []results.Filter
		for _, m := range v.List() {
			all = append(all, results.Filter{Column: column, Op: results.Equal, Value: m.Text()})
		}
		return results.And(all...)
	}
	return results.Filter{Column: column, Op: results.Equal, Value: v.Text()}
}

// sum adds cells of one column up.
type sum struct {
	typ   exchange.Kind
	whole int64
	part  float64 // of decimals, and of whole numbers past 64 bits
	ways  int     // cells that are Unlimited
	cells int
}

func (s *sum) add(v exchange.Value)  { s.count(v, 1) }
func (s *sum) take(v exchange.Value) { s.count(v, -1) }

func (s *sum) count(v exchange.Value, sign int64) {
	if v.IsNone() || !adds(v.Kind()) {
		return
	}
	s.cells += int(sign)
	switch {
	case v.IsUnlimited():
		s.ways += int(sign)
	case v.Kind() == exchange.Decimal:
		s.part += float64(sign) * v.Float()
	default:
		n := sign * v.Int()
		if next := s.whole + n; (next > s.whole) == (n > 0) {
			s.whole = next
		} else {
			s.part += float64(n)
		}
	}
}

// value is the sum; None when no cell was added.
func (s *sum) value() exchange.Value { return s.over(1) }

// average is the sum divided by the cells that have a value.
func (s *sum) average() exchange.Value { return s.over(s.cells) }

func (s *sum) over(n int) exchange.Value {
	switch {
	case s.cells == 0 || n == 0:
		return exchange.Value{}
	case s.ways > 0:
		return exchange.Unlimited()
	case s.part == 0 && n == 1 && s.typ != exchange.Decimal:
		return number(s.typ, s.whole)
	}
	f := (float64(s.whole) + s.part) / float64(n)
	if s.typ == exchange.Size || s.typ == exchange.Duration {
		return number(s.typ, int64(math.Round(min(max(f, math.MinInt64), math.MaxInt64/2))))
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return exchange.Value{}
	}
	// Twelve digits: a sum of decimals gains no fraction, and nobody reads more off a picture.
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 12, 64), 64)
	return exchange.NewDecimal(strings.TrimSuffix(strconv.FormatFloat(f, 'f', -1, 64), ".0"))
}

// number is a value of a column's type.
func number(typ exchange.Kind, n int64) exchange.Value {
	switch typ {
	case exchange.Size:
		return exchange.NewSize(n)
	case exchange.Duration:
		return exchange.NewDuration(n)
	}
	return exchange.NewInteger(n)
}
