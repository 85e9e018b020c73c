package results

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// Bin is one part of a column's values, with borders that people would choose: 10 GB, a month. It holds the
// values from From up to, not with, To. Filter keeps exactly the rows it counts.
type Bin struct {
	From, To exchange.Value
	Count    int

	// One says that the bin holds the value From alone.
	One bool

	from, to string // the borders as a condition reads them
}

// Filter is the condition that keeps the rows of a bin.
func (b Bin) Filter(column string) Filter {
	if b.One {
		return Filter{Column: column, Op: Equal, Value: b.from}
	}
	return Filter{All: []Filter{{Column: column, Op: MoreEqual, Value: b.from}, {Column: column, Op: Less, Value: b.to}}}
}

// mostBins is how many bins a column has at most.
const mostBins = 12

// border is a value between two bins. Times are compared as a condition does: with a zone by their instant,
// without by what the clock showed.
type border struct {
	value exchange.Value
	text  string
	wall  int64 // of times
}

// above tells whether v is at the border or above it.
func (b border) above(v exchange.Value) bool {
	if ticks, _, zone, ok := v.Ticks(); ok && !zone {
		return ticks >= b.wall
	}
	return v.Compare(b.value) >= 0
}

// bins puts the values of a column into bins; nil without numbers, durations or times, or when all are equal.
// Unlimited is left out. Dates are read in the zone.
func bins(values []Common, zone *time.Location) []Bin {
	var low, high exchange.Value
	zoned, whole, kinds := false, true, kindSet(0)
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, one := range values {
		x, ok := position(one.Value)
		if !ok {
			return nil
		}
		if math.IsInf(x, 0) {
			continue
		}
		if low.IsNone() || x < lowest || x == lowest && one.Value.Compare(low) < 0 {
			low, lowest = one.Value, x
		}
		if high.IsNone() || x > highest || x == highest && one.Value.Compare(high) > 0 {
			high, highest = one.Value, x
		}
		kinds |= 1 << one.Value.Kind()
		whole = whole && one.Value.Kind() != exchange.Decimal
		_, _, z, _ := one.Value.Ticks()
		zoned = zoned || z
	}
	// Farther from zero than this a border is no longer exact.
	const farthest = 1 << 62
	if !(lowest < highest) || math.Abs(lowest) > farthest || math.Abs(highest) > farthest {
		return nil
	}
	var borders []border
	one := false
	switch {
	case kinds.has(exchange.Time):
		borders = timeBorders(low, high, zoned, zone)
	case kinds.has(exchange.Duration):
		borders, _ = wholeBorders(low.Int(), high.Int(), spanSteps(), exchange.NewDuration, exchange.FormatDuration)
	case kinds.has(exchange.Size):
		if !whole {
			return nil // parts of a byte: a column that is not what it seems
		}
		borders, _ = wholeBorders(low.Int(), high.Int(), sizeSteps(), exchange.NewSize, sizeText)
	case whole:
		borders, one = wholeBorders(low.Int(), high.Int(), tens(), exchange.NewInteger, func(n int64) string { return strconv.FormatInt(n, 10) })
	default:
		borders = decimalBorders(lowest, highest)
	}
	if len(borders) < 2 {
		return nil
	}
	out := make([]Bin, len(borders)-1)
	for i := range out {
		out[i] = Bin{From: borders[i].value, To: borders[i+1].value, One: one, from: borders[i].text, to: borders[i+1].text}
	}
	find := finderOf(borders, whole)
	for _, v := range values {
		if v.Value.IsUnlimited() {
			continue
		}
		if at := find(v.Value); at >= 0 && at < len(out) {
			out[at].Count += v.Count
		}
	}
	return out
}

// finderOf tells of a value how many borders it is at or above, less one. Whole numbers and times are compared
// as such, because there may be a million of them.
func finderOf(borders []border, whole bool) func(exchange.Value) int {
	if !whole {
		return func(v exchange.Value) int {
			at, _ := slices.BinarySearchFunc(borders, v, func(b border, v exchange.Value) int {
				if b.above(v) {
					return -1
				}
				return 1
			})
			return at - 1
		}
	}
	instants, walls := make([]int64, len(borders)), make([]int64, len(borders))
	for i, b := range borders {
		ticks, _, _, isTime := b.value.Ticks()
		if instants[i], walls[i] = ticks, b.wall; !isTime {
			instants[i] = b.value.Int()
		}
	}
	return func(v exchange.Value) int {
		at, n := 0, v.Int()
		from := instants
		if ticks, _, zone, isTime := v.Ticks(); isTime {
			if n = ticks; !zone {
				from = walls
			}
		}
		for at < len(from) && n >= from[at] {
			at++
		}
		return at - 1
	}
}

// wholeBorders are borders of whole numbers, by the smallest of the steps that makes few enough bins. one
// tells that a bin is one number wide.
func wholeBorders(low, high int64, steps []int64, value func(int64) exchange.Value, text func(int64) string) (borders []border, one bool) {
	for _, step := range steps {
		first, last := floorTo(low, step), floorTo(high, step)
		if uint64(last-first)/uint64(step) >= mostBins {
			continue
		}
		for at := first; at <= last+step; at += step {
			borders = append(borders, border{value: value(at), text: text(at)})
		}
		return borders, step == 1
	}
	return nil, false
}

// floorTo is the highest multiple of step that is not above n.
func floorTo(n, step int64) int64 {
	m := n / step
	if n%step < 0 {
		m--
	}
	return m * step
}

// tens are 1, 2, 5, 10, 20, 50 and so on.
func tens() (steps []int64) {
	for ten := int64(1); ten < math.MaxInt64/100; ten *= 10 {
		steps = append(steps, ten, 2*ten, 5*ten)
	}
	return steps
}

// sizeSteps are steps in the units that sizes show in.
func sizeSteps() (steps []int64) {
	for unit := int64(1); unit <= 1<<50; unit <<= 10 {
		for _, n := range []int64{1, 2, 5, 10, 20, 50, 100, 200, 500} {
			steps = append(steps, n*unit)
		}
	}
	return steps
}

// sizeText is a size as a condition reads it, in the largest unit that leaves nothing over.
func sizeText(bytes int64) string {
	for i, unit := range []string{"PB", "TB", "GB", "MB", "KB"} {
		if of := int64(1) << (50 - 10*i); bytes != 0 && bytes%of == 0 {
			return strconv.FormatInt(bytes/of, 10) + unit
		}
	}
	return strconv.FormatInt(bytes, 10)
}

// spanSteps are steps of durations, in ticks.
func spanSteps() (steps []int64) {
	for _, n := range tens() {
		if n < exchange.TicksPerSecond {
			steps = append(steps, n)
		}
	}
	for _, seconds := range []int64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600} {
		steps = append(steps, seconds*exchange.TicksPerSecond)
	}
	for _, n := range append([]int64{1, 2, 5, 7, 14, 30, 90, 180, 365, 730, 1825}, tens()[10:]...) {
		if n < 10_000_000 {
			steps = append(steps, n*86400*exchange.TicksPerSecond)
		}
	}
	return steps
}

// decimalBorders are borders of numbers with parts, written out exactly.
func decimalBorders(low, high float64) (borders []border) {
	for ten := int(math.Floor(math.Log10(high-low))) - 2; ten < 20; ten++ {
		for _, m := range []int64{1, 2, 5} {
			step := float64(m) * math.Pow10(ten)
			first, last := math.Floor(low/step), math.Floor(high/step)
			if last-first >= mostBins || math.Abs(first) > 1<<52 || math.Abs(last) > 1<<52 {
				continue
			}
			for i := int64(first); i <= int64(last)+1; i++ {
				text := decimalText(i*m, ten)
				borders = append(borders, border{value: exchange.NewDecimal(text), text: text})
			}
			return borders
		}
	}
	return nil
}

// decimalText is n times ten to the power of ten, in digits.
func decimalText(n int64, ten int) string {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(ten, -ten))), nil)
	r := new(big.Rat).SetInt64(n)
	if ten >= 0 {
		return r.Mul(r, new(big.Rat).SetInt(power)).FloatString(0)
	}
	text := r.Quo(r, new(big.Rat).SetInt(power)).FloatString(-ten)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// timeStep is a step on the calendar, or of so many seconds.
type timeStep struct{ years, months, days, seconds int }

var timeSteps = []timeStep{
	{seconds: 1}, {seconds: 2}, {seconds: 5}, {seconds: 10}, {seconds: 15}, {seconds: 30},
	{seconds: 60}, {seconds: 120}, {seconds: 300}, {seconds: 600}, {seconds: 900}, {seconds: 1800},
	{seconds: 3600}, {seconds: 2 * 3600}, {seconds: 3 * 3600}, {seconds: 6 * 3600}, {seconds: 12 * 3600},
	{days: 1}, {days: 7}, {months: 1}, {months: 3}, {months: 6},
	{years: 1}, {years: 2}, {years: 5}, {years: 10}, {years: 20}, {years: 50}, {years: 100}, {years: 500}, {years: 1000},
}

// floor is the step's beginning that t lies in.
func (s timeStep) floor(t time.Time) time.Time {
	y, m, d := t.Date()
	switch {
	case s.years > 0:
		return time.Date(y-y%s.years, 1, 1, 0, 0, 0, 0, t.Location())
	case s.months > 0:
		return time.Date(y, m-(m-1)%time.Month(s.months), 1, 0, 0, 0, 0, t.Location())
	case s.days == 7:
		return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location()) // a week begins on Monday
	case s.days > 0:
		return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	}
	midnight := time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	step := time.Duration(s.seconds) * time.Second
	return midnight.Add(t.Sub(midnight) / step * step)
}

func (s timeStep) next(t time.Time) time.Time {
	if s.seconds > 0 {
		return t.Add(time.Duration(s.seconds) * time.Second)
	}
	return t.AddDate(s.years, s.months, s.days)
}

// timeBorders are borders of times on the calendar of the zone, or of what clocks showed where no time has a
// zone.
func timeBorders(low, high exchange.Value, zoned bool, zone *time.Location) []border {
	from, _ := low.Instant()
	to, _ := high.Instant()
	if zoned {
		from, to = from.In(zone), to.In(zone)
	} else {
		from, to = from.UTC(), to.UTC()
	}
next:
	for _, step := range timeSteps {
		var borders []border
		at := step.floor(from)
		for {
			borders = append(borders, timeBorder(at, zoned))
			if at.After(to) {
				return borders
			}
			if len(borders) > mostBins {
				continue next
			}
			at = step.next(at)
		}
	}
	return nil
}

func timeBorder(t time.Time, zoned bool) border {
	_, offset := t.Zone()
	b := border{value: exchange.NewTime(t), text: t.Format(time.RFC3339), wall: ticksOf(t) + int64(offset)*exchange.TicksPerSecond}
	if !zoned {
		b.value, b.text = exchange.NewZonelessTime(t), t.Format("2006-01-02T15:04:05")
	}
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 {
		b.text = t.Format(time.DateOnly)
	}
	return b
}
