package results

import (
	"strings"

	"tenantry/core/exchange"
)

// ParseCondition reads one condition, "Column OP value":
//
//	TotalItemSize > 45GB          LastLogonTime < 90d        WhenCreated >= 2026-01-01
//	"Display name" ^ Anna         Notes empty                LitigationHoldEnabled = true
//	Office in Utrecht,"Den Haag"  Office not in Utrecht,Zwolle
//
// The operators are = != < <= > >= ~ (contains) !~ ^ (starts with) empty !empty, and in and not in, which are = of
// one of several values and of none. A column name that has a
// space or one of = ! < > ~ ^ in it, and a value with spaces at its ends, stand in double or single quotes;
// a quote inside is written twice. Names and text are compared without regard to case.
//
// The value is read when the table is known, by the column's type: 45GB, 1.5 TB, 1024 and Unlimited for
// sizes; whole numbers and decimals; true, false, yes, no for flags; 90d, 12h or 1.00:00:00 for durations;
// for times a date (2026-01-01, the whole day; 2026-01-01T14:30:00Z; read in this computer's zone when none
// is given) or a span, with which the time's age is compared: LastLogonTime < 90d means less than 90 days
// ago, > 90d longer ago. Empty cells match only empty, = "", !=, !~ and not in.
//
// The error is a CodeBadExpression.
func ParseCondition(text string) (Filter, error) {
	bad := func(near string) (Filter, error) {
		return Filter{}, badExpression(text, near)
	}
	rest := strings.TrimSpace(text)
	name, rest, ok := takeName(rest, func(r byte) bool { return strings.IndexByte(" \t=!<>~^", r) >= 0 })
	if !ok || name == "" {
		return bad("Column = value")
	}
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(rest) {
	case "empty":
		return Filter{Column: name, Op: IsEmpty}, nil
	case "!empty", "! empty", "not empty":
		return Filter{Column: name, Op: IsNotEmpty}, nil
	}
	if list, not, found := cutIn(rest); found {
		any, ok := parseSet(name, list)
		switch {
		case !ok:
			return bad(name + " in a,b")
		case not:
			return Filter{Not: &any}, nil
		}
		return any, nil
	}
	for _, op := range []Op{NotEqual, LessEqual, MoreEqual, NotContains, Equal, Less, More, Contains, StartsWith} {
		value, found := strings.CutPrefix(rest, string(op))
		if !found {
			continue
		}
		if op == Equal {
			value = strings.TrimPrefix(value, "=") // as many are used to write it
		}
		value = strings.TrimSpace(value)
		if value != "" && (value[0] == '"' || value[0] == '\'') {
			inner, after, ok := takeName(value, nil)
			if !ok || strings.TrimSpace(after) != "" {
				return bad("")
			}
			value = inner
		} else if value == "" && op != Equal && op != NotEqual {
			return bad(name + " " + string(op) + " value")
		}
		return Filter{Column: name, Op: op, Value: value}, nil
	}
	return bad(name + " = value")
}

// cutIn takes "in" or "not in" from the front of s.
func cutIn(s string) (list string, not, found bool) {
	word, rest, _ := strings.Cut(s, " ")
	if strings.EqualFold(word, "not") {
		word, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
		not = true
	}
	return rest, not, strings.EqualFold(word, "in")
}

// parseSet reads the values of a set, "a,b,…"; one with a comma in it stands in quotes.
func parseSet(column, list string) (f Filter, ok bool) {
	for rest := strings.TrimSpace(list); ; {
		quoted := rest != "" && (rest[0] == '"' || rest[0] == '\'')
		value, after, ok := takeName(rest, func(r byte) bool { return r == ',' })
		after = strings.TrimSpace(after)
		if !quoted {
			value = strings.TrimSpace(value)
		}
		if !ok || !quoted && value == "" || after != "" && after[0] != ',' {
			return Filter{}, false
		}
		f.Any = append(f.Any, Filter{Column: column, Op: Equal, Value: value})
		if after == "" {
			return f, true
		}
		rest = strings.TrimSpace(after[1:])
	}
}

// ParseConditions reads several conditions, all of which must hold.
func ParseConditions(texts []string) (Filter, error) {
	var all []Filter
	for _, t := range texts {
		f, err := ParseCondition(t)
		if err != nil {
			return Filter{}, err
		}
		all = append(all, f)
	}
	return And(all...), nil
}

// ParseSort reads "COL[:desc],COL[:asc],…". Names may be quoted as in ParseCondition.
func ParseSort(text string) ([]SortKey, error) {
	var keys []SortKey
	err := eachName(text, func(name, after string) bool {
		switch strings.ToLower(after) {
		case "", ":asc":
			keys = append(keys, SortKey{Column: name})
		case ":desc":
			keys = append(keys, SortKey{Column: name, Desc: true})
		default:
			return false
		}
		return true
	}, "Column:desc")
	return keys, err
}

// ParseColumns reads "A,B,…", for columns to show, to group by or to sum. Names may be quoted as in
// ParseCondition.
func ParseColumns(text string) ([]string, error) {
	var names []string
	err := eachName(text, func(name, after string) bool {
		names = append(names, name+after)
		return true
	}, "ColumnA,ColumnB")
	return names, err
}

func eachName(text string, take func(name, after string) bool, near string) error {
	rest := strings.TrimSpace(text)
	if rest == "" {
		return badExpression(text, near)
	}
	for {
		rest = strings.TrimSpace(rest)
		name, after, ok := takeName(rest, func(r byte) bool { return r == ',' })
		if !ok {
			return badExpression(text, near)
		}
		suffix, more, found := strings.Cut(after, ",")
		if rest[:min(1, len(rest))] != `"` && rest[:min(1, len(rest))] != "'" {
			// An unquoted name ends at its last colon, so that "Path:desc" and "C:\x:desc" both work.
			if colon := strings.LastIndexByte(name, ':'); colon >= 0 {
				name, suffix = name[:colon], name[colon:]
			}
		}
		name, suffix = strings.TrimSpace(name), strings.TrimSpace(suffix)
		if name == "" || !take(name, suffix) {
			return badExpression(text, near)
		}
		if !found {
			return nil
		}
		rest = more
	}
}

// takeName takes a name from the front of s: quoted, or up to a byte that ends it.
func takeName(s string, ends func(byte) bool) (name, rest string, ok bool) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		quote := s[0]
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			if s[i] != quote {
				b.WriteByte(s[i])
				continue
			}
			if i+1 < len(s) && s[i+1] == quote {
				b.WriteByte(quote)
				i++
				continue
			}
			return b.String(), s[i+1:], true
		}
		return "", "", false
	}
	i := 0
	for i < len(s) && (ends == nil || !ends(s[i])) {
		i++
	}
	return s[:i], s[i:], true
}

func badExpression(text, near string) error {
	return &exchange.Problem{Code: CodeBadExpression, Doing: "read an expression",
		Args: map[string]string{"expression": text, "near": near}}
}
