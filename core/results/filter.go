package results

import (
	"context"
	"strings"

	"tenantry/core/exchange"
)

// node is a filter made ready for one snapshot.
type node struct {
	all, any []node
	not      *node
	leaf     *leaf
}

// leaf is one condition on one column.
type leaf struct {
	col   *frozenColumn // nil when the table is empty
	match func(exchange.Value) bool
	quick func(num int64, tag int16) bool // of a numbers column; nil when match must do
	blank bool                            // what empty cells answer
}

func compileFilter(s Snapshot, f Filter, with around) (node, error) {
	var n node
	for _, sub := range f.All {
		c, err := compileFilter(s, sub, with)
		if err != nil {
			return n, err
		}
		n.all = append(n.all, c)
	}
	for _, sub := range f.Any {
		c, err := compileFilter(s, sub, with)
		if err != nil {
			return n, err
		}
		n.any = append(n.any, c)
	}
	if f.Not != nil {
		c, err := compileFilter(s, *f.Not, with)
		if err != nil {
			return n, err
		}
		n.not = &c
	}
	if f.Column != "" {
		l, err := compileCondition(s, f, with)
		if err != nil {
			return n, err
		}
		n.leaf = l
	}
	return n, nil
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
		l.blank = empty
		l.match = func(exchange.Value) bool { return !empty }
		return l, nil
	case f.Op == NotEqual, f.Op == NotContains:
		l.blank = true
	}
	if typ == exchange.None {
		return l, nil
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
		return textTest(op, value, with.language), true
	}
	value = strings.TrimSpace(value)
	switch typ {
	case exchange.Integer, exchange.Decimal, exchange.Size:
		lit, ok := parseNumber(value)
		if n, isSize := parseSize(value); !ok && isSize {
			lit, ok = exchange.NewSize(n), true
		}
		return func(v exchange.Value) bool { return holds(op, v.Compare(lit)) }, ok
	case exchange.Duration:
		span, ok := parseSpan(value)
		lit := exchange.NewDuration(span)
		l.quick = func(num int64, _ int16) bool { return holds(op, compareInts(num, span)) }
		return func(v exchange.Value) bool { return holds(op, v.Compare(lit)) }, ok
	case exchange.Flag:
		yes, ok := parseFlag(value)
		lit := exchange.NewFlag(yes)
		return func(v exchange.Value) bool { return holds(op, v.Compare(lit)) }, ok
	case exchange.Time:
		return timeTest(l, op, value, with)
	}
	return textTest(op, value, with.language), true
}

// timeTest compares a time with a span or a date. With a span its age is compared: "< 90d" is less than 90
// days ago. With a date, "=" is on that day, "<" before it begins, ">" after it ended.
func timeTest(l *leaf, op Op, value string, with around) (func(exchange.Value) bool, bool) {
	var test func(ticks int64, zone bool) bool
	if span, ok := parseSpan(value); ok {
		now := ticksOf(with.now)
		_, offset := with.now.Zone()
		wall := now + int64(offset)*exchange.TicksPerSecond
		test = func(ticks int64, zone bool) bool {
			age := wall - ticks
			if zone {
				age = now - ticks
			}
			return holds(op, compareInts(age, span))
		}
	} else if m, ok := parseMoment(value, with.now.Location()); ok {
		test = func(ticks int64, zone bool) bool {
			from, to := m.wallFrom, m.wallTo
			if zone {
				from, to = m.from, m.to
			}
			switch {
			case ticks < from:
				return holds(op, -1)
			case ticks >= to:
				return holds(op, 1)
			}
			return holds(op, 0)
		}
	} else {
		return nil, false
	}
	l.quick = func(num int64, tag int16) bool { return test(num, tag != noZoneTag) }
	return func(v exchange.Value) bool {
		ticks, _, zone, ok := v.Ticks()
		return ok && test(ticks, zone)
	}, true
}

// textTest compares text without regard to case. A list matches when one of its members does; != and !~
// hold when none does.
func textTest(op Op, value, language string) func(exchange.Value) bool {
	var one func(string) bool
	switch op {
	case Equal, NotEqual:
		one = func(s string) bool { return strings.EqualFold(s, value) }
	case Contains, NotContains:
		one = newFinder(value).in
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
	// Folding can change how many bytes a letter takes, so letters are counted, not bytes.
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

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
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

// run clears keep where the condition does not hold.
func (l *leaf) run(ctx context.Context, keep []bool) error {
	c := l.col
	if c == nil {
		clear(keep)
		return ctx.Err()
	}
	if c.way == numbers {
		for i, num := range c.nums {
			if i%pause == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			switch {
			case num <= numLastBlank:
				keep[i] = keep[i] && l.blank
			case l.quick != nil:
				tag := c.tag
				if c.tags != nil {
					tag = c.tags[i]
				}
				keep[i] = keep[i] && l.quick(num, tag)
			default:
				keep[i] = keep[i] && l.match(c.number(i))
			}
		}
		return nil
	}
	// Each distinct text or value is asked once.
	answers := make([]bool, int(firstCode)+c.distinct())
	for code := range answers {
		if code%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if code < int(firstCode) {
			answers[code] = l.blank
			continue
		}
		if v := c.value(uint32(code)); v.IsNone() {
			answers[code] = l.blank
		} else {
			answers[code] = l.match(v)
		}
	}
	for i := range c.codes.n {
		keep[i] = keep[i] && answers[c.codes.at(i)]
	}
	return ctx.Err()
}
