package views

import (
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// Speaker says filters in words, for chips, cover sheets and a terminal: "Kind is Shared", "Last used longer
// than 90 days ago". It may be copied and used from several goroutines.
type Speaker struct {
	Words   *wording.Words
	Columns []results.Column // of the table: the words depend on a column's type

	// Name gives a customer's name for the screen; nil shows its domain.
	Name func(exchange.CustomerID) string
}

func (s Speaker) column(name string) results.Column {
	for _, c := range s.Columns {
		if strings.EqualFold(c.Name, name) {
			return c
		}
	}
	return results.Column{Name: name, Type: exchange.Text}
}

// Say is a filter in words, without a full stop; empty for the zero Filter.
func (s Speaker) Say(f results.Filter) string { return s.say(f, false) }

// say puts what consists of several parts into brackets when it is itself a part.
func (s Speaker) say(f results.Filter, part bool) string {
	w := s.Words
	if low, high, ok := between(f); ok {
		return s.between("filter.between", f.All[0].Column, low, high)
	}
	if values, ok := oneOf(f); ok {
		return s.oneOf("filter.one-of", f.Any[0].Column, values)
	}
	if leaf(f) {
		return s.leaf(f)
	}
	if inner, ok := negation(f); ok {
		if low, high, ok := between(inner); ok {
			return s.between("filter.not-between", inner.All[0].Column, low, high)
		}
		if values, ok := oneOf(inner); ok {
			return s.oneOf("filter.none-of", inner.Any[0].Column, values)
		}
		if leaf(inner) && inner.Op == results.StartsWith {
			return w.Text("filter.not-starts", "column", w.Label(inner.Column), "value", inner.Value)
		}
		return w.Text("filter.not", "condition", s.say(inner, true))
	}
	var parts []string
	for _, sub := range f.All {
		parts = append(parts, s.say(sub, len(f.All) > 1))
	}
	if len(f.Any) > 0 {
		parts = append(parts, s.any(f.Any, part || len(f.All) > 0 || f.Not != nil || f.Column != ""))
	}
	if f.Not != nil {
		parts = append(parts, s.say(results.Filter{Not: f.Not}, true))
	}
	if f.Column != "" {
		parts = append(parts, s.leaf(results.Filter{Column: f.Column, Op: f.Op, Value: f.Value}))
	}
	return bracket(join(parts, func(a, b string) string { return w.Text("filter.and", "a", a, "b", b) }), part && len(parts) > 1)
}

func (s Speaker) any(any []results.Filter, part bool) string {
	var parts []string
	for _, sub := range any {
		parts = append(parts, s.say(sub, len(any) > 1))
	}
	return bracket(join(parts, func(a, b string) string { return s.Words.Text("filter.or", "a", a, "b", b) }), part && len(parts) > 1)
}

func bracket(text string, on bool) string {
	if on {
		return "(" + text + ")"
	}
	return text
}

func join(parts []string, two func(a, b string) string) string {
	if len(parts) == 0 {
		return ""
	}
	text := parts[0]
	for _, p := range parts[1:] {
		text = two(text, p)
	}
	return text
}

func (s Speaker) between(key, column, low, high string) string {
	c := s.column(column)
	if c.Type == exchange.Time && isSpan(low) && isSpan(high) {
		key += "-ago"
	}
	return s.Words.Text(key, "column", s.Words.Label(c.Name), "low", s.Value(c, low), "high", s.Value(c, high))
}

func (s Speaker) oneOf(key, column string, values []string) string {
	const named = 4 // the rest is a number
	c, w := s.column(column), s.Words
	var said []string
	for i, v := range values {
		if i == named-1 && len(values) > named {
			said = append(said, w.Count("filter.more", len(values)-i))
			break
		}
		if v == "" {
			said = append(said, w.Text("filter.nothing"))
			continue
		}
		said = append(said, s.Value(c, v))
	}
	return w.Text(key, "column", w.Label(c.Name), "values", strings.Join(said, ", "))
}

// sentences name the sentence of an operator by the type of the column.
var sentences = map[exchange.Kind]map[results.Op]string{
	exchange.Text: {
		results.More: "filter.after-text", results.MoreEqual: "filter.from-text",
		results.Less: "filter.before-text", results.LessEqual: "filter.to-text"},
	exchange.Size: {
		results.More: "filter.over", results.MoreEqual: "filter.at-least",
		results.Less: "filter.under", results.LessEqual: "filter.at-most"},
	exchange.Duration: {
		results.More: "filter.longer", results.MoreEqual: "filter.at-least",
		results.Less: "filter.shorter", results.LessEqual: "filter.at-most"},
	exchange.Time: {
		results.Equal: "filter.on", results.NotEqual: "filter.not-on",
		results.More: "filter.after", results.MoreEqual: "filter.from",
		results.Less: "filter.before", results.LessEqual: "filter.to"},
}

var agos = map[results.Op]string{results.Equal: "filter.exactly-ago", results.NotEqual: "filter.not-exactly-ago",
	results.More: "filter.older", results.MoreEqual: "filter.at-least-ago",
	results.Less: "filter.newer", results.LessEqual: "filter.at-most-ago"}

var anyType = map[results.Op]string{results.Equal: "filter.is", results.Exactly: "filter.is", results.NotEqual: "filter.is-not",
	results.Contains: "filter.contains", results.NotContains: "filter.not-contains", results.StartsWith: "filter.starts",
	results.IsEmpty: "filter.empty", results.IsNotEmpty: "filter.not-empty"}

func (s Speaker) leaf(f results.Filter) string {
	c, w := s.column(f.Column), s.Words
	op := f.Op
	if f.Value == "" && op == results.Equal {
		op = results.IsEmpty
	}
	if f.Value == "" && op == results.NotEqual {
		op = results.IsNotEmpty
	}
	kind := c.Type
	switch kind {
	case exchange.Integer, exchange.Decimal, exchange.Flag:
		kind = exchange.Size
	case exchange.Size, exchange.Duration, exchange.Time:
	default:
		kind = exchange.Text
	}
	key, ok := sentences[kind][op]
	value := s.Value(c, f.Value)
	if kind == exchange.Time && isSpan(f.Value) {
		if ago, there := agos[op]; there {
			key, ok = ago, true
		}
	}
	if !ok {
		key = anyType[op]
	}
	if op == results.Contains || op == results.NotContains || op == results.StartsWith {
		value = f.Value
	}
	return w.Text(key, "column", w.Label(c.Name), "value", value)
}

// Value says a value that was typed for a column: a size with its unit, a date as dates are written here.
// What is not of the column's type comes back as it is.
func (s Speaker) Value(c results.Column, typed string) string {
	if c.Name == results.CustomerColumn && s.Name != nil {
		return s.Name(exchange.CustomerID(typed))
	}
	v, ok := results.ReadValue(c.Type, typed, results.Query{})
	if !ok {
		return typed
	}
	w := s.Words
	switch {
	case c.Type == exchange.Flag:
		return strings.ToLower(w.Value(v))
	case v.IsUnlimited():
		return strings.ToLower(w.Value(v))
	case c.Type == exchange.Time && v.Kind() == exchange.Time:
		t, _ := v.Instant()
		switch {
		case len(typed) < len(time.DateOnly):
			return strings.TrimSpace(typed) // a month or a year
		case len(strings.TrimSpace(typed)) == len(time.DateOnly):
			return w.Date(t)
		}
		return w.DateTime(t)
	case v.Kind() == exchange.Text || v.Kind() == exchange.None:
		return typed
	}
	return w.Value(v)
}

// typedSize is a number of bytes as a person types it, to the byte: "1.5GB" or "1610612737".
func typedSize(bytes int64) string {
	units := [...]string{"", "KB", "MB", "GB", "TB", "PB"}
	if bytes > 0 && bytes < 1<<59 {
		for u := len(units) - 1; u > 0; u-- {
			unit := int64(1) << (10 * u)
			if bytes < unit || bytes*10%unit != 0 {
				continue
			}
			text, tenth := strconv.FormatInt(bytes/unit, 10), bytes*10/unit%10
			if tenth > 0 {
				text += "." + strconv.FormatInt(tenth, 10)
			}
			return text + units[u]
		}
	}
	return strconv.FormatInt(bytes, 10)
}
