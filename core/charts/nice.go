package charts

import (
	"math"
	"strconv"
	"strings"

	"tenantry/core/exchange"
)

// niceStep is the smallest step of at least raw that people count in: 1, 2 and 5 with zeros behind them; for
// sizes such a number of bytes, KB, MB …; for durations of seconds, minutes, hours and days. Whole numbers
// have whole steps. Sizes are in bytes and durations in ticks.
func niceStep(raw float64, typ exchange.Kind) float64 {
	switch typ {
	case exchange.Size:
		unit := 1.0
		for unit*1024 <= raw && unit < 1<<60 {
			unit *= 1024
		}
		for _, n := range []float64{1, 2, 5, 10, 20, 50, 100, 200, 500} {
			if n*unit >= raw {
				return n * unit
			}
		}
		if unit < 1<<60 {
			return 1024 * unit
		}
		return unit * decade(raw/unit)
	case exchange.Duration:
		const second = exchange.TicksPerSecond
		if raw < second {
			return max(1, decade(raw))
		}
		for _, n := range []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 3 * 3600, 6 * 3600, 12 * 3600} {
			if n*second >= raw {
				return n * second
			}
		}
		const day = 86400 * second
		return day * max(1, decade(raw/day))
	case exchange.Integer:
		return max(1, decade(raw))
	}
	return decade(raw)
}

// decade is 1, 2 or 5 times a power of ten, at least raw.
func decade(raw float64) float64 {
	if !(raw > 0) || math.IsInf(raw, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, n := range []float64{1, 2, 5, 10} {
		if n*power >= raw*(1-1e-9) {
			return n * power
		}
	}
	return 10 * power
}

// ticks are at most so many nice places from low to high; the first is at or below low, the last at or above
// high.
func ticks(low, high float64, most int, typ exchange.Kind) []float64 {
	if !(low < high) {
		high = low + 1
	}
	step := niceStep((high-low)/float64(max(most-1, 1)), typ)
	for {
		first, last := math.Floor(low/step), math.Ceil(high/step)
		if n := int(last-first) + 1; n <= max(most, 2) || n <= 3 {
			out := make([]float64, n)
			for i := range out {
				out[i] = (first + float64(i)) * step
			}
			return out
		}
		step = niceStep(step*1.01, typ)
	}
}

// valueAt is the value of a type that stands at a place on a line.
func valueAt(x float64, typ exchange.Kind, step float64) exchange.Value {
	switch typ {
	case exchange.Size, exchange.Duration, exchange.Integer:
		return number(typ, int64(math.Round(min(max(x, -1<<62), 1<<62))))
	}
	digits := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
	text := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Trim(text, "-0.") == "" {
		text = "0"
	}
	return exchange.NewDecimal(text)
}
