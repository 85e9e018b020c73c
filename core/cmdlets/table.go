package cmdlets

import (
	"strings"

	"tenantry/core/exchange"
)

// The type of a Nested that is sent as a table of names and values.
const hashtableType = "System.Collections.Hashtable"

// NewTable returns the value of a PowerShell table of names and values, such as @{Add='a@b.example'}: an
// object whose Record has the type "System.Collections.Hashtable".
func NewTable(fields []exchange.Field) exchange.Value {
	return exchange.NewNested("", exchange.Record{Fields: fields, Type: hashtableType})
}

// The most entries a table may have.
const tableLimit = 10_000

// table reads Name=Value, one a line or separated by ";", or PowerShell's own form @{Add='a','b'}, whose
// texts are taken as they stand: nothing in it is ever evaluated.
func table(t string) (exchange.Value, *fieldFault) {
	inner, braces := strings.CutPrefix(t, "@{")
	if braces {
		var closed bool
		if inner, closed = strings.CutSuffix(inner, "}"); !closed {
			return exchange.Value{}, fault(CodeNotTable, "text", t)
		}
	}
	s := tableScanner{rest: inner, literal: braces}
	var fields []exchange.Field
	for s.skipSeparators(); s.rest != ""; s.skipSeparators() {
		name, ok := s.name()
		if !ok || len(fields) >= tableLimit {
			return exchange.Value{}, fault(CodeNotTable, "text", t)
		}
		for _, f := range fields {
			if strings.EqualFold(f.Name, name) {
				return exchange.Value{}, fault(CodeNotTable, "text", t)
			}
		}
		v, ok := s.value()
		if !ok {
			return exchange.Value{}, fault(CodeNotTable, "text", t)
		}
		fields = append(fields, exchange.Field{Name: name, Value: v})
	}
	if len(fields) == 0 {
		return exchange.Value{}, fault(CodeNotTable, "text", t)
	}
	return NewTable(fields), nil
}

type tableScanner struct {
	rest    string
	literal bool // PowerShell's form, with its quotes and commas
}

func (s *tableScanner) skipSpace() { s.rest = strings.TrimLeftFunc(s.rest, isBlank) }

func (s *tableScanner) skipSeparators() {
	s.rest = strings.TrimLeftFunc(s.rest, func(r rune) bool { return r == ';' || isBlank(r) })
}

func (s *tableScanner) name() (string, bool) {
	eq := strings.IndexByte(s.rest, '=')
	if eq < 0 {
		return "", false
	}
	var name string
	if s.literal && s.rest[0] != '=' && isQuote(firstRune(s.rest)) {
		text, ok := s.quoted()
		if !ok {
			return "", false
		}
		s.skipSpace()
		if !strings.HasPrefix(s.rest, "=") {
			return "", false
		}
		name, s.rest = text, s.rest[1:]
	} else {
		name, s.rest = trimBlank(s.rest[:eq]), s.rest[eq+1:]
	}
	return name, name != "" && !strings.ContainsAny(name, "\n\r;")
}

func (s *tableScanner) value() (exchange.Value, bool) {
	if !s.literal {
		end := strings.IndexAny(s.rest, ";\n\r")
		if end < 0 {
			end = len(s.rest)
		}
		text := trimBlank(s.rest[:end])
		s.rest = s.rest[end:]
		return scalar(text), true
	}
	var items []exchange.Value
	for {
		s.rest = strings.TrimLeftFunc(s.rest, isBlank)
		if s.rest == "" {
			return exchange.Value{}, false
		}
		if isQuote(firstRune(s.rest)) {
			text, ok := s.quoted()
			if !ok {
				return exchange.Value{}, false
			}
			items = append(items, exchange.NewText(text))
		} else {
			end := strings.IndexAny(s.rest, ";,\n\r")
			if end < 0 {
				end = len(s.rest)
			}
			word := trimBlank(s.rest[:end])
			s.rest = s.rest[end:]
			if word == "" || strings.ContainsAny(word, "(){}`\"'") ||
				strings.HasPrefix(word, "$") && !literalWord(word) {
				return exchange.Value{}, false // an expression: it would have to be evaluated
			}
			items = append(items, scalar(word))
		}
		s.rest = strings.TrimLeft(s.rest, " \t")
		if !strings.HasPrefix(s.rest, ",") {
			break
		}
		s.rest = s.rest[1:]
	}
	if s.rest != "" && !strings.HasPrefix(s.rest, ";") && !strings.HasPrefix(s.rest, "\n") &&
		!strings.HasPrefix(s.rest, "\r") && !blank(s.rest) {
		return exchange.Value{}, false
	}
	if len(items) == 1 {
		return items[0], true
	}
	return exchange.NewList(items), true
}

func literalWord(w string) bool {
	switch strings.ToLower(w) {
	case "$true", "$false", Clear:
		return true
	}
	return false
}

func scalar(word string) exchange.Value {
	switch strings.ToLower(word) {
	case "$true":
		return exchange.NewFlag(true)
	case "$false":
		return exchange.NewFlag(false)
	case Clear:
		return exchange.Value{}
	}
	return exchange.NewText(word)
}

// quoted takes a text in quotes off the front. Within it a doubled quote stands for one; a double-quoted
// text that PowerShell would expand is refused.
func (s *tableScanner) quoted() (string, bool) {
	open := firstRune(s.rest)
	double := isDoubleQuote(open)
	var b strings.Builder
	runes := []rune(s.rest)
	for i := 1; i < len(runes); i++ {
		r := runes[i]
		if double && (r == '$' || r == '`') {
			return "", false
		}
		if isQuote(r) && isDoubleQuote(r) == double {
			if i+1 < len(runes) && isQuote(runes[i+1]) && isDoubleQuote(runes[i+1]) == double {
				b.WriteRune(r)
				i++
				continue
			}
			s.rest = string(runes[i+1:])
			return b.String(), true
		}
		b.WriteRune(r)
	}
	return "", false
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// isSingleQuote tells whether PowerShell takes r for a single quote.
func isSingleQuote(r rune) bool {
	return r == '\'' || r == '\u2018' || r == '\u2019' || r == '\u201a' || r == '\u201b'
}

func isDoubleQuote(r rune) bool {
	return r == '"' || r == '\u201c' || r == '\u201d' || r == '\u201e'
}

func isQuote(r rune) bool { return isSingleQuote(r) || isDoubleQuote(r) }
