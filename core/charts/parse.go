package charts

import (
	"slices"
	"strconv"
	"strings"

	"tenantry/core/exchange"
)

// goodSpec is shown to who wrote one that cannot be read.
const goodSpec = "bars:Department:sum:TotalItemSize"

// Parse reads a Spec from text: the kind, the column, and what is wanted beside that, parted by colons.
//
//	bars:Department                     how many rows each department has
//	bars:TotalItemSize                  the rows with the largest TotalItemSize
//	bars:Department:sum:TotalItemSize   likewise average:COLUMN, or rows
//	ring:RecipientTypeDetails:top:5     at most so many, the others as one
//	bars:City:by:name                   in the order of names
//	bars:TotalItemSize:name:Alias       the rows called by another column
//	histogram:TotalItemSize
//	timeline:Received
//
// "auto" is the zero Spec: what Usual finds. A name with a colon in it stands in double or single quotes; a
// quote inside is written twice. Words are read without regard to case. The error is a CodeBadSpec.
func Parse(text string) (Spec, error) {
	bad := func(near string) error { return badSpec(text, near) }
	parts, ok := split(text)
	if !ok {
		return Spec{}, bad(goodSpec)
	}
	if len(parts) == 1 && strings.EqualFold(parts[0], "auto") {
		return Spec{}, nil
	}
	s := Spec{Kind: Kind(strings.ToLower(parts[0]))}
	switch s.Kind {
	case "bar":
		s.Kind = Bars
	case "pie", "donut", "doughnut":
		s.Kind = Ring
	case "time", "line":
		s.Kind = Timeline
	}
	if !slices.Contains(Kinds(), s.Kind) {
		near := goodSpec
		if len(parts) > 1 && parts[1] != "" {
			near = "bars:" + quoted(parts[1])
		}
		return Spec{}, bad(near)
	}
	if len(parts) < 2 || parts[1] == "" {
		return Spec{}, bad(string(s.Kind) + ":" + map[Kind]string{Bars: "Department", Ring: "RecipientTypeDetails",
			Histogram: "TotalItemSize", Timeline: "WhenCreated"}[s.Kind])
	}
	s.Column = parts[1]
	head := string(s.Kind) + ":" + quoted(s.Column)
	word, rest := "", parts[2:]
	next := func() (string, bool) {
		if len(rest) == 0 || rest[0] == "" {
			return "", false
		}
		word, rest = rest[0], rest[1:]
		return word, true
	}
	for {
		if len(rest) == 0 {
			return s.sound()
		}
		what, ok := next()
		if !ok {
			return Spec{}, bad(head)
		}
		switch strings.ToLower(what) {
		case "rows", "count":
			s.Measure = Rows
		case "sum", "average", "avg", "name":
			name, ok := next()
			if !ok {
				return Spec{}, bad(head + ":" + strings.ToLower(what) + ":TotalItemSize")
			}
			switch strings.ToLower(what) {
			case "sum":
				s.Measure, s.Of = Sum, name
			case "name":
				s.Measure, s.Of, s.Column = Each, s.Column, name
			default:
				s.Measure, s.Of = Average, name
			}
		case "top":
			number, _ := next()
			n, err := strconv.Atoi(number)
			if err != nil || n < LeastMost || n > MostMost {
				return Spec{}, bad(head + ":top:10")
			}
			s.Most = n
		case "by":
			order, _ := next()
			switch strings.ToLower(order) {
			case "name":
				s.Order = ByName
			case "amount":
				s.Order = ByAmount
			default:
				return Spec{}, bad(head + ":by:name")
			}
		default:
			return Spec{}, bad(head)
		}
	}
}

// sound refuses what no picture shows: slices of an average are parts of nothing, and a row of its own has no
// place on an axis.
func (s Spec) sound() (Spec, error) {
	near := Spec{Kind: s.Kind, Column: s.Column}
	switch {
	case !slices.Contains(Kinds(), s.Kind):
		near.Kind = Bars
	case s.Kind == Ring && s.Measure == Average:
		near = Spec{Kind: Bars, Column: s.Column, Measure: Average, Of: s.Of}
	case s.Measure == Each && s.Kind != Bars && s.Kind != Ring:
		near.Column = s.Of
	case s.Kind == Histogram && s.Measure != Fitting && s.Measure != Rows:
	case s.Column == "" || s.Of == "" && (s.Measure == Sum || s.Measure == Average || s.Measure == Each):
		near, _ = Parse(goodSpec)
	default:
		return s, nil
	}
	return s, badSpec(s.String(), near.String())
}

// Sound tells whether s is one that Parse could have read: what comes from a file may not be.
func (s Spec) Sound() bool {
	back, err := Parse(s.String())
	return err == nil && back == s
}

func badSpec(text, near string) error {
	return &exchange.Problem{Code: CodeBadSpec, Doing: "read a chart", Args: map[string]string{"expression": text, "near": near}}
}

// String is the text that Parse reads s from.
func (s Spec) String() string {
	if s.IsZero() {
		return "auto"
	}
	parts := []string{string(s.Kind), quoted(s.Column)}
	switch s.Measure {
	case Rows:
		parts = append(parts, "rows")
	case Sum, Average:
		parts = append(parts, string(s.Measure), quoted(s.Of))
	case Each:
		parts = []string{string(s.Kind), quoted(s.Of), "name", quoted(s.Column)}
	}
	if s.Most > 0 {
		parts = append(parts, "top", strconv.Itoa(s.Most))
	}
	if s.Order == ByName {
		parts = append(parts, "by", "name")
	}
	return strings.Join(parts, ":")
}

// split parts text at its colons; ok is false when a quote is not closed or is followed by more.
func split(text string) (parts []string, ok bool) {
	for {
		text = strings.TrimLeft(text, " ")
		var part string
		if text != "" && (text[0] == '"' || text[0] == '\'') {
			if part, text, ok = unquoted(text); !ok {
				return nil, false
			}
			if text = strings.TrimLeft(text, " "); text != "" && text[0] != ':' {
				return nil, false
			}
			parts = append(parts, part)
			if text == "" {
				return parts, true
			}
			text = text[1:]
			continue
		}
		part, rest, more := strings.Cut(text, ":")
		parts = append(parts, strings.TrimRight(part, " "))
		if text = rest; !more {
			return parts, true
		}
	}
}

// unquoted reads up to the quote that ends the text, of which two stand for one.
func unquoted(text string) (inside, rest string, ok bool) {
	quote := text[0]
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != quote:
			b.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] == quote:
			b.WriteByte(quote)
			i++
		default:
			return b.String(), text[i+1:], true
		}
	}
	return "", "", false
}

func quoted(name string) string {
	if name != "" && !strings.Contains(name, ":") && strings.Trim(name, " ") == name && name[0] != '"' && name[0] != '\'' {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
