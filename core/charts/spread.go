package charts

import (
	"context"
	"math"
	"sort"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// histogram fills in a point for each part of the range of the column's numbers.
func (d *Data) histogram(ctx context.Context, v results.View) error {
	at, typ := v.Reader(d.Column.Name), d.Column.Type
	low, high := math.Inf(1), math.Inf(-1)
	weight := func(int) int { return 1 }
	if d.Spec.Measure == Sum { // of a grouped view: the rows of its groups
		counts := v.Reader(d.Of.Name)
		weight = func(row int) int { return int(counts(row).Int()) }
	}
	var blank, unlimited int
	for row := range v.Len() {
		if row%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch cell := at(row); {
		case cell.IsUnlimited():
			unlimited += weight(row)
		case cell.IsNone() || !adds(cell.Kind()):
			blank += weight(row)
		default:
			if x := cell.Float(); !math.IsNaN(x) && !math.IsInf(x, 0) {
				low, high = min(low, x), max(high, x)
			}
		}
	}
	if low <= high {
		if err := d.bins(ctx, v, at, weight, low, high); err != nil {
			return err
		}
	}
	if typ == exchange.Duration || typ == exchange.Decimal {
		unlimited = 0 // never among these
	}
	if unlimited > 0 {
		d.Points = append(d.Points, Point{Role: Unlimited, Value: exchange.Unlimited(), Rows: unlimited,
			Amount: exchange.NewInteger(int64(unlimited)), Filter: equals(d.Column.Name, exchange.Unlimited())})
	}
	if blank > 0 {
		d.Points = append(d.Points, Point{Role: Blank, Rows: blank, Amount: exchange.NewInteger(int64(blank)), Filter: d.empty()})
	}
	return nil
}

// bins counts the numbers from low to high in parts with nice edges.
func (d *Data) bins(ctx context.Context, v results.View, at func(int) exchange.Value, weight func(int) int, low, high float64) error {
	typ, most := d.Column.Type, d.Spec.most()
	step := niceStep((high-low)/float64(most), typ)
	for math.Floor(high/step)-math.Floor(low/step)+1 > float64(most) {
		step = niceStep(step*1.01, typ)
	}
	first := math.Floor(low / step)
	counts := make([]int, int(math.Floor(high/step)-first)+1)
	for row := range v.Len() {
		if row%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cell := at(row)
		if cell.IsNone() || cell.IsUnlimited() || !adds(cell.Kind()) {
			continue
		}
		x := cell.Float()
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		part := int(math.Floor(x/step) - first)
		counts[min(max(part, 0), len(counts)-1)] += weight(row)
	}
	for i, n := range counts {
		from, to := valueAt((first+float64(i))*step, typ, step), valueAt((first+float64(i)+1)*step, typ, step)
		if low == high {
			if from, to = valueAt(low, typ, 1), (exchange.Value{}); typ == exchange.Decimal {
				from = exchange.NewFloat(low)
			}
		}
		filter := results.And(
			results.Filter{Column: d.Column.Name, Op: results.MoreEqual, Value: from.Text()},
			results.Filter{Column: d.Column.Name, Op: results.Less, Value: to.Text()})
		if to.IsNone() || typ == exchange.Integer && step == 1 {
			filter = equals(d.Column.Name, from)
		}
		d.Points = append(d.Points, Point{Value: from, To: to, Rows: n, Amount: exchange.NewInteger(int64(n)), Filter: filter})
	}
	return nil
}

// Times before and from these years are no dates of anything that happened: Exchange writes the year 1 for
// "never".
const (
	firstYear = 1900
	lastYear  = 2200
)

// timeline fills in a point for each step of the calendar, also those in which nothing happened.
func (d *Data) timeline(ctx context.Context, v results.View) error {
	at, of := v.Reader(d.Column.Name), v.Reader(d.Of.Name)
	from, to := ticksAt(time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)), ticksAt(time.Date(lastYear, 1, 1, 0, 0, 0, 0, time.UTC))
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	wallLow, wallHigh := low, high
	for row := range v.Len() {
		if row%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ticks, _, zone, ok := at(row).Ticks()
		switch {
		case !ok || ticks < from || ticks >= to:
		case zone:
			low, high = min(low, ticks), max(high, ticks)
		default:
			wallLow, wallHigh = min(wallLow, ticks), max(wallHigh, ticks)
		}
	}
	var first, last time.Time
	span := func(a, b time.Time) {
		if first.IsZero() || a.Before(first) {
			first = a
		}
		if last.IsZero() || b.After(last) {
			last = b
		}
	}
	if low <= high {
		span(timeAt(low).In(d.zone), timeAt(high).In(d.zone))
	}
	if wallLow <= wallHigh {
		span(onWall(wallLow, d.zone), onWall(wallHigh, d.zone))
	}
	var edges []time.Time
	if !first.IsZero() {
		d.Step = stepFor(first, last, d.Spec.most())
		edges = d.Step.edges(first, last)
	}
	instants, walls := make([]int64, len(edges)), make([]int64, len(edges))
	for i, t := range edges {
		instants[i], walls[i] = ticksAt(t), wallTicks(t)
	}
	typ := d.Of.Type
	if d.Spec.Measure == Rows {
		typ = exchange.Integer
	}
	sums := make([]sum, max(len(edges)-1, 0)+2) // behind the parts: outside, blank
	rows := make([]int, len(sums))
	for i := range sums {
		sums[i].typ = typ
	}
	outside, blank := len(sums)-2, len(sums)-1
	for row := range v.Len() {
		if row%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		part := outside
		ticks, _, zone, ok := at(row).Ticks()
		switch {
		case !ok:
			part = blank
		case ticks < from || ticks >= to:
		case zone:
			part = place(instants, ticks)
		default:
			part = place(walls, ticks)
		}
		rows[part]++
		if d.Spec.Measure != Rows {
			sums[part].add(of(row))
		}
	}
	for part := range sums {
		p := Point{Rows: rows[part], Amount: exchange.NewInteger(int64(rows[part]))}
		switch d.Spec.Measure {
		case Sum:
			p.Amount = sums[part].value()
		case Average:
			p.Amount = sums[part].average()
		}
		switch {
		case part == blank:
			p.Role, p.Filter = Blank, d.empty()
		case part == outside:
			p.Role = Outside
			p.Filter = results.Filter{Any: []results.Filter{{Column: d.Column.Name, Op: results.Less, Value: "1900-01-01"},
				{Column: d.Column.Name, Op: results.MoreEqual, Value: "2200-01-01"}}}
		default:
			p.Value, p.To = exchange.NewTime(edges[part]), exchange.NewTime(edges[part+1])
			p.Filter = d.between(edges[part], edges[part+1])
		}
		if p.Role == Plain || p.Rows > 0 {
			d.Points = append(d.Points, p)
		}
	}
	return nil
}

// place finds the part of sorted edges in which x stands.
func place(edges []int64, x int64) int {
	i := sort.Search(len(edges), func(i int) bool { return edges[i] > x }) - 1
	return min(max(i, 0), len(edges)-2)
}

// between is the condition for times of a part, as short as the calendar allows.
func (d *Data) between(from, to time.Time) results.Filter {
	one := func(layout string) results.Filter {
		return results.Filter{Column: d.Column.Name, Op: results.Equal, Value: from.Format(layout)}
	}
	switch d.Step {
	case Step{Days, 1}:
		return one("2006-01-02")
	case Step{Months, 1}:
		return one("2006-01")
	case Step{Years, 1}:
		return one("2006")
	}
	layout := "2006-01-02T15:04:05"
	if d.Step.Unit >= Days {
		layout = "2006-01-02"
	}
	return results.And(
		results.Filter{Column: d.Column.Name, Op: results.MoreEqual, Value: from.Format(layout)},
		results.Filter{Column: d.Column.Name, Op: results.Less, Value: to.Format(layout)})
}

func ticksAt(t time.Time) int64 {
	ticks, _, _, _ := exchange.NewTime(t).Ticks()
	return ticks
}

// wallTicks is what the clock on the wall shows at t.
func wallTicks(t time.Time) int64 {
	_, offset := t.Zone()
	return ticksAt(t) + int64(offset)*exchange.TicksPerSecond
}

func timeAt(ticks int64) time.Time {
	t, _ := exchange.NewTicks(ticks, 0, true).Instant()
	return t
}

// onWall is when the clock on the wall of a zone shows so many ticks.
func onWall(ticks int64, zone *time.Location) time.Time {
	t := timeAt(ticks)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}
