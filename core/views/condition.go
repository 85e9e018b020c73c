package views

import (
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Test is what a Condition asks of a column's cells, as a person chooses it from a list.
type Test string

// The tests.
const (
	Is       Test = "is" // of a time: on that day, or in that month or year
	OneOf    Test = "one-of"
	Contains Test = "contains"
	Starts   Test = "starts"
	Over     Test = "over" // of a time: after
	AtLeast  Test = "at-least"
	Under    Test = "under" // of a time: before
	AtMost   Test = "at-most"
	Between  Test = "between"
	Older    Test = "older" // of a time: longer ago than a span
	Newer    Test = "newer"
	Empty    Test = "empty"
)

// Tests are the tests for a column of a type, the likeliest first.
func Tests(kind exchange.Kind) []Test {
	switch kind {
	case exchange.Size, exchange.Integer, exchange.Decimal, exchange.Duration:
		return []Test{Over, AtLeast, Under, AtMost, Between, Is, OneOf, Empty}
	case exchange.Time:
		return []Test{Older, Newer, Under, Over, AtMost, AtLeast, Between, Is, Empty}
	case exchange.Flag:
		return []Test{Is, Empty}
	}
	return []Test{Contains, Is, OneOf, Starts, Empty}
}

// Values is how many values a test takes: 0, 1, 2, or -1 for any number.
func (t Test) Values() int {
	switch t {
	case Empty:
		return 0
	case Between:
		return 2
	case OneOf:
		return -1
	}
	return 1
}

// Condition is a condition on one column, in the form in which a person edits it.
type Condition struct {
	Column string
	Test   Test
	Values []string // as typed; see results.ParseCondition
	Not    bool     // the test must not hold
}

var opOf = map[Test]results.Op{Is: results.Equal, Contains: results.Contains, Starts: results.StartsWith,
	Over: results.More, AtLeast: results.MoreEqual, Under: results.Less, AtMost: results.LessEqual,
	Older: results.More, Newer: results.Less, Empty: results.IsEmpty}

// Filter is the condition as a filter. The zero Filter says that values are missing.
func (c Condition) Filter() results.Filter {
	leaf := func(op results.Op, value string) results.Filter {
		return results.Filter{Column: c.Column, Op: op, Value: value}
	}
	var f results.Filter
	switch n := c.Test.Values(); {
	case c.Column == "" || n > len(c.Values) || slices.Contains(c.Values[:max(n, 0)], ""):
		return results.Filter{}
	case c.Test == Between:
		f = results.Filter{All: []results.Filter{leaf(results.MoreEqual, c.Values[0]), leaf(results.LessEqual, c.Values[1])}}
	case c.Test == OneOf:
		var any []results.Filter
		for _, v := range c.Values {
			if v == "" {
				any = append(any, leaf(results.IsEmpty, ""))
				continue
			}
			any = append(any, leaf(results.Equal, v))
		}
		switch len(any) {
		case 0:
			return results.Filter{}
		case 1:
			f = any[0]
		default:
			f = results.Filter{Any: any}
		}
	case c.Test == Empty:
		f = leaf(results.IsEmpty, "")
	default:
		f = leaf(opOf[c.Test], c.Values[0])
	}
	if c.Not {
		return Negate(f)
	}
	return f
}

// ReadCondition is Filter's way back. kind is the type of f's column. ok is false for a filter that is more
// than one condition on one column.
func ReadCondition(f results.Filter, kind exchange.Kind) (c Condition, ok bool) {
	if inner, negated := negation(f); negated {
		if c, ok = ReadCondition(inner, kind); ok {
			c.Not = !c.Not
		}
		return c, ok
	}
	if leaf(f) {
		if f.Op == results.Exactly {
			f.Op = results.Equal
		}
		c = Condition{Column: f.Column, Values: []string{f.Value}}
		for _, t := range Tests(kind) {
			if opOf[t] == f.Op {
				c.Test, ok = t, true
				break
			}
		}
		switch {
		case kind == exchange.Time && isSpan(f.Value):
			switch f.Op {
			case results.More, results.MoreEqual:
				c.Test, ok = Older, true
			case results.Less, results.LessEqual:
				c.Test, ok = Newer, true
			}
		case kind == exchange.Time && f.Op == results.More:
			c.Test = Over
		case kind == exchange.Time && f.Op == results.Less:
			c.Test = Under
		}
		if c.Test == Empty || f.Value == "" && f.Op == results.Equal {
			c.Test, c.Values, ok = Empty, nil, true
		}
		return c, ok
	}
	if low, high, ok := between(f); ok {
		return Condition{Column: f.All[0].Column, Test: Between, Values: []string{low, high}}, true
	}
	if values, ok := oneOf(f); ok {
		return Condition{Column: f.Any[0].Column, Test: OneOf, Values: values}, true
	}
	return Condition{}, false
}

// leaf tells whether f is one condition and nothing more.
func leaf(f results.Filter) bool {
	return f.Column != "" && len(f.All) == 0 && len(f.Any) == 0 && f.Not == nil
}

// negation is what f says must not hold, when that is all it says.
func negation(f results.Filter) (inner results.Filter, ok bool) {
	switch {
	case leaf(f):
		op, ok := map[results.Op]results.Op{results.NotEqual: results.Equal, results.NotContains: results.Contains,
			results.IsNotEmpty: results.IsEmpty}[f.Op]
		f.Op = op
		return f, ok
	case f.Not != nil && len(f.All) == 0 && len(f.Any) == 0 && f.Column == "":
		return *f.Not, true
	}
	return f, false
}

// Negate is the filter that matches where f does not, in the shortest form.
func Negate(f results.Filter) results.Filter {
	if inner, ok := negation(f); ok {
		return inner
	}
	if leaf(f) {
		switch f.Op {
		case results.Equal:
			f.Op = results.NotEqual
			return f
		case results.Contains:
			f.Op = results.NotContains
			return f
		case results.IsEmpty:
			f.Op = results.IsNotEmpty
			return f
		}
	}
	return results.Filter{Not: &f}
}

// between tells whether f is "from low to high" of one column.
func between(f results.Filter) (low, high string, ok bool) {
	if len(f.All) != 2 || len(f.Any) > 0 || f.Not != nil || f.Column != "" || !leaf(f.All[0]) || !leaf(f.All[1]) {
		return "", "", false
	}
	a, b := f.All[0], f.All[1]
	ok = strings.EqualFold(a.Column, b.Column) && a.Op == results.MoreEqual && b.Op == results.LessEqual
	return a.Value, b.Value, ok
}

// oneOf tells whether f is "one of these values" of one column; an empty value stands for empty cells.
func oneOf(f results.Filter) (values []string, ok bool) {
	if len(f.Any) < 2 || len(f.All) > 0 || f.Not != nil || f.Column != "" {
		return nil, false
	}
	for _, one := range f.Any {
		if !leaf(one) || !strings.EqualFold(one.Column, f.Any[0].Column) {
			return nil, false
		}
		switch one.Op {
		case results.Equal:
			values = append(values, one.Value)
		case results.IsEmpty:
			values = append(values, "")
		default:
			return nil, false
		}
	}
	return values, true
}

// isSpan tells whether a value for a time is a span, with which the time's age is compared.
func isSpan(value string) bool {
	v, ok := results.ReadValue(exchange.Time, value, results.Query{})
	return ok && v.Kind() == exchange.Duration
}

// Columns are the columns a filter names, each once.
func Columns(f results.Filter) []string {
	var names []string
	walk(f, func(f results.Filter) {
		if f.Column != "" && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, f.Column) }) {
			names = append(names, f.Column)
		}
	})
	return names
}

func walk(f results.Filter, visit func(results.Filter)) {
	visit(f)
	for _, sub := range f.All {
		walk(sub, visit)
	}
	for _, sub := range f.Any {
		walk(sub, visit)
	}
	if f.Not != nil {
		walk(*f.Not, visit)
	}
}

// Conditions are the members of a filter's outermost "all": each shows as one chip.
func Conditions(f results.Filter) []results.Filter {
	switch {
	case f.IsZero():
		return nil
	case len(f.Any) == 0 && f.Not == nil && f.Column == "":
		return f.All
	}
	return []results.Filter{f}
}

// Together is the filter whose Conditions are the given ones.
func Together(conditions []results.Filter) results.Filter {
	if len(conditions) == 0 {
		return results.Filter{}
	}
	return results.Filter{All: conditions}
}

// ValueFilter is the condition that keeps the rows with the value v in a column. exactly takes it to its last
// digit and letter, as groups do; otherwise case does not matter, a list has the members of v among others, and
// a time stands for its day, as it shows on this computer.
func ValueFilter(column results.Column, v exchange.Value, exactly bool) results.Filter {
	is := func(value string) results.Filter {
		return results.Filter{Column: column.Name, Op: results.Equal, Value: value}
	}
	switch {
	case v.IsNone() || v.Text() == "":
		return results.Filter{Column: column.Name, Op: results.IsEmpty}
	case column.Type == exchange.Time && v.Kind() == exchange.Time && !exactly:
		t, zone := v.Instant()
		if zone {
			t = t.Local()
		}
		return is(t.Format(time.DateOnly))
	case column.Type == exchange.Size && v.Kind() == exchange.Size && !v.IsUnlimited():
		return is(typedSize(v.Int()))
	case exactly && (v.Kind() == exchange.Text || v.Kind() == exchange.List || v.Kind() == exchange.Nested):
		return results.Filter{Column: column.Name, Op: results.Exactly, Value: v.Text()}
	case v.Kind() == exchange.List:
		var all []results.Filter
		for _, m := range v.List() {
			all = append(all, is(m.Text()))
		}
		return results.And(all...)
	}
	return is(v.Text())
}
