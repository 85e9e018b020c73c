package results

import (
	"context"
	"strings"
	"unicode/utf8"

	"tenantry/core/exchange"
)

// node is a filter made ready for one snapshot.
type node struct {
	all, any []node
	not      *node
	leaf     *leaf
}

// leaf is a condition on one column, or several of them.
type leaf struct {
	col   *frozenColumn // nil when the table is empty
	match func(exchange.Value) bool
	blank bool // what empty cells answer

	// Of a column of numbers, those that match: for times with and without a zone apart. Without them match
	// must do.
	ranged      bool
	zoned, wall ranges

	// Of a column of texts, what to look for when that is all there is to it.
	finder *finder // the text is in it; with apart it is not
	apart  bool
	equal  *string // it is equal, without regard to case

	parts []*leaf // the conditions it is made of, and whether one of them is enough
	any   bool
}

func compileFilter(s Snapshot, f Filter, with around) (node, error) {
	var n node
	var err error
	if n.all, err = compileAll(s, f.All, with, false); err != nil {
		return n, err
	}
	if n.any, err = compileAll(s, f.Any, with, true); err != nil {
		return n, err
	}
	if f.Not != nil {
		c, err := compileFilter(s, *f.Not, with)
		if err != nil {
			return n, err
		}
		n.not = &c
	}
	if f.Column != "" {
		if n.leaf, err = compileCondition(s, f, with); err != nil {
			return n, err
		}
	}
	return n.simple(), nil
}

// compileAll compiles filters of which all have to match, or any. Those on one column become one.
func compileAll(s Snapshot, filters []Filter, with around, any bool) (nodes []node, err error) {
	var leaves []*leaf
	for _, f := range filters {
		n, err := compileFilter(s, f, with)
		if err != nil {
			return nil, err
		}
		if n.leaf == nil || n.leaf.col == nil || len(n.all)+len(n.any) > 0 || n.not != nil {
			nodes = append(nodes, n)
			continue
		}
		leaves = append(leaves, n.leaf)
	}
	for len(leaves) > 0 {
		var same, others []*leaf
		for _, l := range leaves {
			if l.col == leaves[0].col {
				same = append(same, l)
			} else {
				others = append(others, l)
			}
		}
		nodes = append(nodes, node{leaf: joined(same, any)})
		leaves = others
	}
	return nodes, nil
}

// simple is n as a single leaf where it is no more than that.
func (n node) simple() node {
	switch {
	case n.leaf == nil && n.not == nil && len(n.any) == 0 && len(n.all) == 1:
		return n.all[0]
	case n.leaf == nil && n.not == nil && len(n.all) == 0 && len(n.any) == 1:
		return n.any[0]
	case n.leaf == nil && len(n.all)+len(n.any) == 0 && n.not != nil && n.not.leaf != nil && n.not.leaf.col != nil &&
		len(n.not.all)+len(n.not.any) == 0 && n.not.not == nil:
		return node{leaf: n.not.leaf.not()}
	}
	return n
}

func compileCondition(s Snapshot, f Filter, with around) (*leaf, error) {
	col, err := columnNamed(s, f.Column)
	if err != nil {
		return nil, err
	}
	if !f.Op.known() {
		return nil, &exchange.Problem{Code: CodeBadExpression, Doing: "read a condition",
			Args: map[string]string{"expression": f.Column + " " + string(f.Op) + " " + f.Value, "near": f.Column + " = " + f.Value}}
	}
	l := &leaf{match: func(exchange.Value) bool { return false }}
	if col < 0 {
		return l, nil
	}
	l.col = s.get().cols[col]
	name, typ := s.get().names[col].Name, l.col.typ
	switch {
	case f.Op == IsEmpty, f.Op == IsNotEmpty, f.Value == "" && (f.Op == Equal || f.Op == NotEqual):
		empty := f.Op == IsEmpty || f.Op == Equal
		l.blank, l.ranged = empty, true
		if !empty {
			l.zoned = ranges{{lowestNumber, highestNumber}}
			l.wall = l.zoned
		}
		l.match = func(exchange.Value) bool { return !empty }
		return l, nil
	case f.Op == NotEqual, f.Op == NotContains:
		l.blank = true
	}
	if typ == exchange.None {
		return l, nil
	}
	if f.Op == Exactly {
		switch typ {
		case exchange.Text, exchange.List, exchange.Nested:
			l.match = func(v exchange.Value) bool { return v.Text() == f.Value }
			return l, nil
		}
		f.Op = Equal
	}
	test, ok := compileTest(l, typ, f.Op, f.Value, with)
	if !ok {
		return nil, &exchange.Problem{Code: CodeBadValue, Doing: "read a condition", Args: map[string]string{
			"column": name, "value": f.Value, "type": KindName(typ), "near": examples(typ)}}
	}
	l.match = test
	return l, nil
}

// examples are values that a column of this type can be compared with.
func examples(typ exchange.Kind) string {
	switch typ {
	case exchange.Size:
		return "45GB, 1.5 TB, 1024, Unlimited"
	case exchange.Integer, exchange.Decimal:
		return "100, 1.5, Unlimited"
	case exchange.Duration:
		return "90d, 12h, 1.00:00:00"
	case exchange.Time:
		return "90d, 2026-01-01, 2026-01-01T14:30:00Z"
	case exchange.Flag:
		return "true, false"
	}
	return ""
}

func compileTest(l *leaf, typ exchange.Kind, op Op, value string, with around) (func(exchange.Value) bool, bool) {
	switch op {
	case Contains, NotContains, StartsWith:
		return textTest(l, op, value, with.language), true
	}
	value = strings.TrimSpace(value)
	switch typ {
	case exchange.Integer, exchange.Decimal, exchange.Size:
		lit, ok := parseNumber(value)
		if n, isSize := parseSize(value); !ok && isSize {
			lit, ok = exchange.NewSize(n), true
		}
		if r, quick := rangesFor(op, lit); ok && quick {
			l.ranged, l.zoned, l.wall = true, r, r
		}
		return func(v exchange.Value) bool { return holds(op, v.Compare(lit)) }, ok
	case exchange.Duration:
		span, ok := parseSpan(value)
		lit := exchange.NewDuration(span)
		if r, quick := rangesFor(op, exchange.NewInteger(span)); quick {
			l.ranged, l.zoned, l.wall = true, r, r
		}
		return func(v exchange.Value) bool { return holds(op, v.Compare(lit)) }, ok
	case exchange.Flag:
		yes, ok := parseFlag(value)
		lit := exchange.NewFlag(yes)
		return func(v exchange.Value) bool { return holds(op, v.Compare(lit)) }, ok
	case exchange.Time:
		return timeTest(l, op, value, with)
	}
	return textTest(l, op, value, with.language), true
}

// timeTest compares a time with a span or a date. With a span its age is compared: "< 90d" is less than 90
// days ago. With a date, "=" is on that day, "<" before it begins, ">" after it ended.
func timeTest(l *leaf, op Op, value string, with around) (func(exchange.Value) bool, bool) {
	l.ranged = true
	if span, ok := parseSpan(value); ok {
		now := ticksOf(with.now)
		_, offset := with.now.Zone()
		wall := now + int64(offset)*exchange.TicksPerSecond
		l.zoned, l.wall = rangesOf(younger(op), now-span, now-span+1, false), rangesOf(younger(op), wall-span, wall-span+1, false)
	} else if m, ok := parseMoment(value, with.now.Location()); ok {
		l.zoned, l.wall = rangesOf(op, m.from, m.to, false), rangesOf(op, m.wallFrom, m.wallTo, false)
	} else {
		return nil, false
	}
	zoned, wall := l.zoned, l.wall
	return func(v exchange.Value) bool {
		ticks, _, zone, ok := v.Ticks()
		if zone {
			return ok && zoned.has(ticks)
		}
		return ok && wall.has(ticks)
	}, true
}

// younger is what op asks of a time when it asks it of the time's age.
func younger(op Op) Op {
	switch op {
	case Less:
		return More
	case LessEqual:
		return MoreEqual
	case More:
		return Less
	case MoreEqual:
		return LessEqual
	}
	return op
}

// textTest compares text without regard to case. A list matches when one of its members does; != and !~
// hold when none does.
func textTest(l *leaf, op Op, value, language string) func(exchange.Value) bool {
	var one func(string) bool
	switch op {
	case Equal, NotEqual:
		one = func(s string) bool { return strings.EqualFold(s, value) }
		if op == Equal {
			l.equal = &value
		}
	case Contains, NotContains:
		l.finder, l.apart = newFinder(value), op == NotContains
		one = l.finder.in
	case StartsWith:
		one = func(s string) bool { return hasPrefixFold(s, value) }
	default:
		order := newOrder(language)
		return func(v exchange.Value) bool { return holds(op, order.compare(v.Text(), value)) }
	}
	negate := op == NotEqual || op == NotContains
	return func(v exchange.Value) bool {
		if v.Kind() == exchange.List {
			for _, m := range v.List() {
				if one(m.Text()) {
					return !negate
				}
			}
			return negate
		}
		return one(v.Text()) != negate
	}
}

func hasPrefixFold(s, prefix string) bool {
	for i := range min(len(s), len(prefix)) {
		a, b := s[i], prefix[i]
		if a|b >= utf8.RuneSelf {
			return hasPrefixRunes(s[i:], prefix[i:])
		}
		if lower(a) != lower(b) {
			return false
		}
	}
	return len(s) >= len(prefix)
}

// hasPrefixRunes is hasPrefixFold letter by letter: folding can change how many bytes one takes.
func hasPrefixRunes(s, prefix string) bool {
	for _, want := range prefix {
		if s == "" {
			return false
		}
		n := 1
		for n < len(s) && s[n]&0xC0 == 0x80 {
			n++
		}
		if !strings.EqualFold(s[:n], string(want)) {
			return false
		}
		s = s[n:]
	}
	return true
}

// holds tells whether a comparison that came out as c is what op asks for.
func holds(op Op, c int) bool {
	switch op {
	case Equal:
		return c == 0
	case NotEqual:
		return c != 0
	case Less:
		return c < 0
	case LessEqual:
		return c <= 0
	case More:
		return c > 0
	case MoreEqual:
		return c >= 0
	}
	return false
}

// filterRows gives the rows that match, nil when there is no filter.
func filterRows(ctx context.Context, s Snapshot, q Query) ([]uint32, error) {
	if q.Filter.IsZero() {
		return nil, ctx.Err()
	}
	n, err := compileFilter(s, q.Filter, surroundings(q))
	if err != nil {
		return nil, err
	}
	keep := make([]bool, s.Len())
	if err := n.run(ctx, keep); err != nil {
		return nil, err
	}
	return chosen(keep), nil
}

func chosen(keep []bool) []uint32 {
	n := 0
	for _, k := range keep {
		if k {
			n++
		}
	}
	rows := make([]uint32, 0, n)
	for i, k := range keep {
		if k {
			rows = append(rows, uint32(i))
		}
	}
	return rows
}

// run writes for every row whether it matches.
func (n *node) run(ctx context.Context, keep []bool) error {
	for i := range keep {
		keep[i] = true
	}
	var scratch []bool
	part := func(sub *node) ([]bool, error) {
		if scratch == nil {
			scratch = make([]bool, len(keep))
		}
		return scratch, sub.run(ctx, scratch)
	}
	for i := range n.all {
		m, err := part(&n.all[i])
		if err != nil {
			return err
		}
		for i, k := range m {
			keep[i] = keep[i] && k
		}
	}
	if len(n.any) > 0 {
		some := make([]bool, len(keep))
		for i := range n.any {
			m, err := part(&n.any[i])
			if err != nil {
				return err
			}
			for i, k := range m {
				some[i] = some[i] || k
			}
		}
		for i, k := range some {
			keep[i] = keep[i] && k
		}
	}
	if n.not != nil {
		m, err := part(n.not)
		if err != nil {
			return err
		}
		for i, k := range m {
			keep[i] = keep[i] && !k
		}
	}
	if n.leaf != nil {
		return n.leaf.run(ctx, keep)
	}
	return ctx.Err()
}

// pause is how many rows or values are handled between two looks at whether to stop.
const pause = 1 << 14
