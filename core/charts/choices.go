package charts

import (
	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Columns are those of v whose values a chart of a kind can be about, in the order of v.
func Columns(v results.View, k Kind) []results.Column {
	var fitting []results.Column
	for _, c := range columnsOf(v) {
		if v.Grouped() && c.Role != results.Data {
			continue
		}
		switch {
		case k == Histogram && adds(c.Type), k == Timeline && c.Type == exchange.Time,
			(k == Bars || k == Ring) && c.Type != exchange.None && c.Type != exchange.Nested:
			fitting = append(fitting, c)
		}
	}
	return fitting
}

// Way is a way to measure the points of a chart.
type Way struct {
	Measure Measure
	Of      results.Column // the zero Column for Rows
}

// Measures are the ways to measure a chart of a kind over v: the rows first, then what can be done with each
// column of numbers.
func Measures(v results.View, k Kind) []Way {
	ways := []Way{{Measure: Rows}}
	if k == Histogram {
		return ways
	}
	for _, c := range columnsOf(v) {
		if !adds(c.Type) || c.Role == results.Count {
			continue
		}
		ways = append(ways, Way{Sum, c})
		if k != Ring {
			ways = append(ways, Way{Average, c})
		}
		if k == Bars || k == Ring {
			ways = append(ways, Way{Each, c})
		}
	}
	return ways
}

// As is the chart of another kind that says most of what s does; ok is false when v has nothing for that kind.
func As(v results.View, s Spec, k Kind) (as Spec, ok bool) {
	columns := columnsOf(v)
	as = Spec{Kind: k, Column: s.Column, Measure: s.Measure, Of: s.Of, Order: s.Order}
	if s.Kind == k {
		as.Most = s.Most
	}
	fits := func(name string) bool {
		for _, c := range Columns(v, k) {
			if c.Name == name {
				return true
			}
		}
		return false
	}
	switch k {
	case Histogram:
		if s.Measure != Rows && fits(s.Of) { // how what was measured is spread
			as.Column = s.Of
		}
		as.Measure, as.Of, as.Order = Rows, "", ByAmount
	case Timeline:
		as.Order = ByAmount
		if as.Measure == Each {
			as.Measure = Sum
		}
	case Ring:
		if as.Measure == Average {
			as.Measure = Sum
		}
	}
	if (k == Bars || k == Ring) && (s.Kind == Histogram || s.Kind == Timeline) {
		c, _ := find(columns, s.Column)
		as.Measure, as.Of = Rows, ""
		switch {
		case adds(c.Type):
			as.Measure, as.Of, as.Column = Each, c.Name, namer(columns, c.Name)
		case s.Measure == Sum || s.Measure == Average:
			as.Measure, as.Of, as.Column = Each, s.Of, namer(columns, s.Of)
		default:
			as.Column = ""
			for _, end := range telling {
				for _, other := range Columns(v, k) {
					if as.Column == "" && other.Type == exchange.Text && ends(other.Name, end) {
						as.Column = other.Name
					}
				}
			}
		}
	}
	if !fits(as.Column) {
		fitting := Columns(v, k)
		if len(fitting) == 0 {
			return s, false
		}
		as.Column = fitting[0].Name
	}
	return as, true
}

// Of is the chart of one column: dates on a time line, numbers by their spread, all else as bars; ok is false
// when v has no such column, or it holds nothing to draw.
func Of(v results.View, column string) (s Spec, ok bool) {
	for _, k := range []Kind{Timeline, Histogram, Bars} {
		if c, ok := find(Columns(v, k), column); ok {
			return Spec{Kind: k, Column: c.Name, Measure: Rows}, true
		}
	}
	return Spec{}, false
}
