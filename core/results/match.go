package results

import (
	"strings"

	"tenantry/core/exchange"
)

// Matcher tells of single rows of a snapshot whether they match a filter, for what is asked of a few rows and
// not of all, such as the colours of those on the screen. It belongs to one goroutine.
type Matcher struct {
	node node
	rows int
}

// NewMatcher makes a filter ready for single rows. language and now are as in Query. The errors are those of
// Arrange.
func NewMatcher(s Snapshot, q Query) (*Matcher, error) {
	n, err := compileFilter(s, q.Filter, surroundings(q))
	if err != nil {
		return nil, err
	}
	return &Matcher{node: n, rows: s.Len()}, nil
}

// Matches tells whether a row matches; one that is not there does not.
func (m *Matcher) Matches(row RowID) bool { return int(row) < m.rows && m.node.matches(int(row)) }

func (n *node) matches(row int) bool {
	for i := range n.all {
		if !n.all[i].matches(row) {
			return false
		}
	}
	some := len(n.any) == 0
	for i := range n.any {
		some = some || n.any[i].matches(row)
	}
	if !some || n.not != nil && n.not.matches(row) {
		return false
	}
	return n.leaf == nil || n.leaf.matches(row)
}

func (l *leaf) matches(row int) bool {
	if l.col == nil {
		return false
	}
	v := l.col.cell(row)
	if v.IsNone() || v.Kind() == exchange.Text && v.Text() == "" {
		return l.blank
	}
	return l.match(v)
}

// ReadValue reads what a person typed as the value of a condition on a column of a type, as a condition does.
// For a time it is a span of time (a Duration) when the age is meant, otherwise the time at which the day,
// month, year or moment begins. ok is false when it is not of the type.
func ReadValue(kind exchange.Kind, text string, q Query) (v exchange.Value, ok bool) {
	text = strings.TrimSpace(text)
	switch kind {
	case exchange.Integer, exchange.Decimal, exchange.Size:
		if v, ok = parseNumber(text); ok && kind != exchange.Size {
			return v, true
		}
		if ok && v.Kind() == exchange.Integer {
			return exchange.NewSize(v.Int()), true
		}
		if n, isSize := parseSize(text); !ok && isSize {
			return exchange.NewSize(n), true
		}
		return v, ok
	case exchange.Duration:
		span, ok := parseSpan(text)
		return exchange.NewDuration(span), ok
	case exchange.Flag:
		yes, ok := parseFlag(text)
		return exchange.NewFlag(yes), ok
	case exchange.Time:
		if span, ok := parseSpan(text); ok {
			return exchange.NewDuration(span), true
		}
		m, ok := parseMoment(text, surroundings(q).now.Location())
		return exchange.NewTicks(m.wallFrom, 0, false), ok
	}
	return exchange.NewText(text), true
}

// Examples are values that a column of a type can be compared with, joined by ", "; empty where any text can.
func Examples(kind exchange.Kind) string { return examples(kind) }
