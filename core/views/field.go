package views

import (
	"reflect"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// Field is the small language of the filter row for one column: what is typed in its field is conditions, and
// conditions that fit are text again.
//
//	fin          contains it              45GB, 90d    at least so much; of a time: at most so long ago
//	=x  !=x      is it, is it not         yes, 12      is it, of a flag and a plain number
//	~x  !~x  ^x  contains, not, starts    2026-01-31   of a time: on that day, or in that month or year
//	>45GB  <=2   compares                 a..b         between, both included
//	empty        has no value             !empty       has one
//	=a | =b      one of them              ! …          not what follows
//	… & …        both conditions
//
// Words and marks of the person's language are read too: "leeg", "ja", "1,5 GB", "90 dagen", "31-12-2026".
type Field struct {
	Column results.Column
	Words  *wording.Words
}

const (
	both   = " & "
	either = " | "
)

// Parse reads the text of the field; empty gives no conditions. The errors are CodeBadExpression and
// CodeBadValue of core/results.
func (f Field) Parse(text string) ([]results.Filter, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	var out []results.Filter
	for _, part := range splitOutside(text, both) {
		filter, err := f.part(part)
		if err != nil {
			return nil, err
		}
		out = append(out, filter)
	}
	return out, nil
}

func (f Field) part(text string) (results.Filter, error) {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "! "); ok {
		inner, err := f.part(rest)
		if err != nil {
			return results.Filter{}, err
		}
		return results.Filter{Not: &inner}, nil
	}
	var any []results.Filter
	for _, one := range splitOutside(text, either) {
		filter, err := f.test(strings.TrimSpace(one))
		if err != nil {
			return results.Filter{}, err
		}
		any = append(any, filter)
	}
	if len(any) == 1 {
		return any[0], nil
	}
	return results.Filter{Any: any}, nil
}

func (f Field) test(text string) (results.Filter, error) {
	switch low := strings.ToLower(text); {
	case low == "empty" || low == f.word("filter.field-empty"):
		return f.leaf(results.IsEmpty, "")
	case low == "!empty" || low == "!"+f.word("filter.field-empty"):
		return f.leaf(results.IsNotEmpty, "")
	}
	if low, high, ok := strings.Cut(text, ".."); ok && f.compares() {
		a, errA := f.leaf(results.MoreEqual, low)
		b, errB := f.leaf(results.LessEqual, high)
		if errA == nil && errB == nil {
			return results.Filter{All: []results.Filter{a, b}}, nil
		}
		if errA == nil {
			errA = errB
		}
		return results.Filter{}, errA
	}
	if text == "" || strings.IndexByte("=!<>~^", text[0]) < 0 {
		return f.leaf(f.usual(text), strings.Trim(text, `"`))
	}
	// The same reader as for conditions on the command line takes the operator and its value apart.
	parsed, err := results.ParseCondition(`"x" ` + text)
	if err != nil {
		return results.Filter{}, &exchange.Problem{Code: results.CodeBadExpression, Doing: "read a filter",
			Args: map[string]string{"expression": text, "near": ">" + f.example()}}
	}
	return f.leaf(parsed.Op, parsed.Value)
}

// compares tells whether the column's values stand on a line, so that "a..b" is a part of it.
func (f Field) compares() bool {
	switch f.Column.Type {
	case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration, exchange.Time:
		return true
	}
	return false
}

// usual is what is meant when no operator is typed.
func (f Field) usual(text string) results.Op {
	switch f.Column.Type {
	case exchange.Integer, exchange.Decimal, exchange.Flag:
		return results.Equal
	case exchange.Size, exchange.Duration:
		return results.MoreEqual
	case exchange.Time:
		if isSpan(f.typed(text)) {
			return results.LessEqual
		}
		return results.Equal
	}
	return results.Contains
}

func (f Field) example() string {
	first, _, _ := strings.Cut(results.Examples(f.Column.Type), ",")
	if first == "" {
		return "a"
	}
	return first
}

// leaf makes a condition and makes sure that its value is of the column's type.
func (f Field) leaf(op results.Op, value string) (results.Filter, error) {
	switch op {
	case results.IsEmpty, results.IsNotEmpty, results.Contains, results.NotContains, results.StartsWith:
	default:
		if value != "" {
			value = f.typed(value)
		}
	}
	out := results.Filter{Column: f.Column.Name, Op: op, Value: value}
	return out, CheckValue(f.Column, out)
}

// CheckValue tells whether the value of one condition is of its column's type, as results.Arrange would: a
// CodeBadValue otherwise.
func CheckValue(c results.Column, f results.Filter) error {
	switch f.Op {
	case results.IsEmpty, results.IsNotEmpty, results.Contains, results.NotContains, results.StartsWith:
		return nil
	}
	if _, ok := results.ReadValue(c.Type, f.Value, results.Query{}); ok || c.Type == exchange.None ||
		f.Value == "" && (f.Op == results.Equal || f.Op == results.NotEqual) {
		return nil
	}
	return &exchange.Problem{Code: results.CodeBadValue, Doing: "read a condition", Args: map[string]string{
		"column": c.Name, "value": f.Value, "type": results.KindName(c.Type), "near": results.Examples(c.Type)}}
}

func (f Field) word(key string) string { return strings.ToLower(f.Words.Text(key)) }

// typed is Typed for the field's column.
func (f Field) typed(value string) string { return Typed(f.Words, f.Column.Type, value) }

// Typed turns what a person typed in the way of the person's language into what conditions read: "ja" into
// "true", "1,5 GB" into "1.5 GB", "90 dagen" into "90d", "31-12-2026" into "2026-12-31". What conditions read
// already, and what nobody can read, stays.
func Typed(w *wording.Words, kind exchange.Kind, value string) string {
	value = strings.TrimSpace(value)
	low := strings.ToLower(value)
	switch kind {
	case exchange.Flag:
		for _, yes := range []bool{true, false} {
			if low == strings.ToLower(w.YesNo(yes)) {
				return map[bool]string{true: "true", false: "false"}[yes]
			}
		}
	case exchange.Integer, exchange.Decimal, exchange.Size:
		if low == strings.ToLower(w.Text("unlimited")) {
			return "Unlimited"
		}
		if comma(w) && strings.Count(value, ",") == 1 && !strings.Contains(value, ".") {
			return strings.Replace(value, ",", ".", 1)
		}
	case exchange.Duration:
		return span(w, value)
	case exchange.Time:
		for _, layout := range []string{"2-1-2006", "2/1/2006", "Jan 2, 2006", "January 2, 2006", "2 Jan 2006", "2 January 2006", "2.1.2006"} {
			t, err := time.Parse(layout, value)
			if err != nil {
				continue
			}
			// 2/1/2026 is a day in one country and another day in another: it is read as it is written here.
			if strings.Contains(layout, "Jan") || unpadded(w.Date(t)) == unpadded(value) {
				return t.Format(time.DateOnly)
			}
		}
		return span(w, value)
	}
	return value
}

// unpadded takes the zeros in front of days and months away: 02/01/2006 is 2/1/2006.
func unpadded(date string) string {
	cut := func(r rune) bool { return r == '/' || r == '-' || r == '.' }
	at := strings.IndexFunc(date, cut)
	if at < 0 {
		return date
	}
	sep := date[at : at+1]
	parts := strings.Split(date, sep)
	for i, p := range parts {
		if len(p) == 2 {
			parts[i] = strings.TrimPrefix(p, "0")
		}
	}
	return strings.Join(parts, sep)
}

// comma tells whether numbers are written with a comma for the point.
func comma(w *wording.Words) bool { return strings.Contains(w.Decimal(1.5, 1), ",") }

// span reads "90 days" and the like in the person's language and in English.
func span(w *wording.Words, value string) string {
	number := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := strings.ToLower(value[len(number):])
	number = strings.TrimSpace(number)
	if unit == "" || strings.ContainsAny(number, ":") || number == "" {
		return value
	}
	if comma(w) {
		number = strings.Replace(number, ",", ".", 1)
	}
	for _, texts := range []string{w.Text("filter.span-units"), "days=d day=d weeks=w week=w hours=h hour=h minutes=min minute=min years=y year=y"} {
		for _, pair := range strings.Fields(texts) {
			if word, short, _ := strings.Cut(pair, "="); word == unit {
				return number + short
			}
		}
	}
	return value
}

// Text is the text of the field for those conditions that are on its column and fit the language; own are
// their places in conditions. Parse of the text gives them back.
func (f Field) Text(conditions []results.Filter) (text string, own []int) {
	var parts []string
	for i, c := range conditions {
		if !f.about(c) {
			continue
		}
		if part, ok := f.write(c); ok {
			parts, own = append(parts, part), append(own, i)
		}
	}
	return strings.Join(parts, both), own
}

// about tells whether a filter names the field's column and no other.
func (f Field) about(filter results.Filter) bool {
	names := Columns(filter)
	return len(names) == 1 && strings.EqualFold(names[0], f.Column.Name)
}

// write is a condition as a part of the text, in the shortest form that is read as the same condition.
func (f Field) write(c results.Filter) (string, bool) {
	for _, text := range f.forms(c) {
		if back, err := f.Parse(text); err == nil && len(back) == 1 && reflect.DeepEqual(back[0], f.own(c)) {
			return text, true
		}
	}
	return "", false
}

// own is a filter with the column's name written as the field writes it.
func (f Field) own(c results.Filter) results.Filter {
	if c.Column != "" {
		c.Column = f.Column.Name
	}
	each := func(list []results.Filter) []results.Filter {
		var out []results.Filter
		for _, one := range list {
			out = append(out, f.own(one))
		}
		return out
	}
	c.All, c.Any = each(c.All), each(c.Any)
	if c.Not != nil {
		inner := f.own(*c.Not)
		c.Not = &inner
	}
	return c
}

// forms are ways to write a condition, the shortest first; some may be read as another one.
func (f Field) forms(c results.Filter) []string {
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	if low, high, ok := between(c); ok {
		return []string{low + ".." + high}
	}
	switch {
	case leaf(c) && c.Op == results.IsEmpty:
		return []string{f.word("filter.field-empty")}
	case leaf(c) && c.Op == results.IsNotEmpty:
		return []string{"!" + f.word("filter.field-empty")}
	case leaf(c):
		return []string{c.Value, string(c.Op) + c.Value, string(c.Op) + quoted(c.Value)}
	case c.Not != nil && len(c.All) == 0 && len(c.Any) == 0 && c.Column == "":
		if inner, ok := f.write(*c.Not); ok {
			return []string{"! " + inner}
		}
	case len(c.Any) > 1 && len(c.All) == 0 && c.Not == nil && c.Column == "":
		var parts []string
		for _, one := range c.Any {
			part, ok := f.write(one)
			if !ok {
				return nil
			}
			parts = append(parts, part)
		}
		return []string{strings.Join(parts, either)}
	}
	return nil
}

// splitOutside splits text at a mark that stands outside of quotes.
func splitOutside(text, mark string) []string {
	var parts []string
	start := 0
	var quote byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && (i == 0 || strings.IndexByte(" =!<>~^", text[i-1]) >= 0):
			quote = c // of a value; a quote inside a word is a letter
		case strings.HasPrefix(text[i:], mark):
			parts = append(parts, text[start:i])
			start = i + len(mark)
			i = start - 1
		}
	}
	return append(parts, text[start:])
}
