// Package opath reads and applies the filters Exchange cmdlets take: comparisons of properties joined by
// -and, -or and -not, such as
//
//	(RecipientTypeDetails -eq 'SharedMailbox') -and -not (DisplayName -like 'Info*')
package opath

import (
	"fmt"
	"strings"
)

// A SyntaxError says where a filter stops making sense.
type SyntaxError struct {
	Filter   string
	Position int // from 1, in characters
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid filter syntax: %q at position %d", e.Filter, e.Position)
}

// maxDepth bounds how deep brackets and -not may nest.
const maxDepth = 100

// Filter is a filter that was read. It never changes.
type Filter struct {
	root  node
	names []Name
}

// Name is a property a filter speaks of, and where.
type Name struct {
	Text     string
	Position int // from 1, in characters
}

// Names are the properties the filter speaks of, in the order they stand in it.
func (f *Filter) Names() []Name { return f.names }

type node interface {
	match(get Getter) bool
}

type and struct{ a, b node }
type or struct{ a, b node }
type not struct{ a node }

type comparison struct {
	name  string
	op    operator
	value operand
}

type operator string

const (
	eq      operator = "-eq"
	ne      operator = "-ne"
	like    operator = "-like"
	notLike operator = "-notlike"
	gt      operator = "-gt"
	ge      operator = "-ge"
	lt      operator = "-lt"
	le      operator = "-le"
)

type operand struct {
	text string
	null bool
}

// Parse reads a filter. The error is a *SyntaxError. Surrounding braces are dropped, as those of a
// script block are.
func Parse(text string) (*Filter, error) {
	body := strings.TrimSpace(text)
	if strings.HasPrefix(body, "{") && strings.HasSuffix(body, "}") {
		body = body[1 : len(body)-1]
	}
	p := &parser{text: []rune(body)}
	if p.skip(); p.at == len(p.text) {
		return nil, p.fail()
	}
	root, ok := p.or(0)
	if p.skip(); !ok || p.at < len(p.text) {
		return nil, p.fail()
	}
	return &Filter{root: root, names: p.names}, nil
}

type parser struct {
	text  []rune
	at    int
	names []Name
}

func (p *parser) fail() *SyntaxError {
	return &SyntaxError{Filter: string(p.text), Position: min(p.at, len(p.text)) + 1}
}

func (p *parser) skip() {
	for p.at < len(p.text) && strings.ContainsRune(" \t\r\n", p.text[p.at]) {
		p.at++
	}
}

func (p *parser) or(depth int) (node, bool) {
	a, ok := p.and(depth)
	for ok && p.word("-or") {
		var b node
		if b, ok = p.and(depth); ok {
			a = or{a, b}
		}
	}
	return a, ok
}

func (p *parser) and(depth int) (node, bool) {
	a, ok := p.unary(depth)
	for ok && p.word("-and") {
		var b node
		if b, ok = p.unary(depth); ok {
			a = and{a, b}
		}
	}
	return a, ok
}

func (p *parser) unary(depth int) (node, bool) {
	if depth > maxDepth {
		return nil, false
	}
	p.skip()
	if p.word("-not") || p.mark('!') {
		a, ok := p.unary(depth + 1)
		return not{a}, ok
	}
	if p.mark('(') {
		a, ok := p.or(depth + 1)
		if p.skip(); !ok || !p.mark(')') {
			return nil, false
		}
		return a, true
	}
	return p.comparison()
}

func (p *parser) mark(r rune) bool {
	if p.at < len(p.text) && p.text[p.at] == r {
		p.at++
		return true
	}
	return false
}

// word takes an operator, in any case, when it stands next.
func (p *parser) word(w string) bool {
	p.skip()
	end := p.at + len(w)
	if end > len(p.text) || !strings.EqualFold(string(p.text[p.at:end]), w) || end < len(p.text) && isNameRune(p.text[end]) {
		return false
	}
	p.at = end
	return true
}

func isNameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func (p *parser) comparison() (node, bool) {
	start := p.at
	for p.at < len(p.text) && isNameRune(p.text[p.at]) {
		p.at++
	}
	if p.at == start {
		return nil, false
	}
	c := comparison{name: string(p.text[start:p.at])}
	for _, op := range []operator{eq, ne, like, notLike, gt, ge, lt, le} {
		if p.word(string(op)) {
			c.op = op
			break
		}
	}
	if c.op == "" {
		return nil, false
	}
	p.names = append(p.names, Name{Text: c.name, Position: start + 1})
	value, ok := p.operand()
	c.value = value
	return c, ok
}

func (p *parser) operand() (operand, bool) {
	p.skip()
	if p.at == len(p.text) {
		return operand{}, false
	}
	if quote := p.text[p.at]; quote == '\'' || quote == '"' {
		p.at++
		var b strings.Builder
		for p.at < len(p.text) {
			r := p.text[p.at]
			p.at++
			if r == quote {
				if p.at == len(p.text) || p.text[p.at] != quote {
					return operand{text: b.String()}, true
				}
				p.at++ // doubled: the mark itself
			}
			b.WriteRune(r)
		}
		return operand{}, false
	}
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune(" \t\r\n()'\"", p.text[p.at]) {
		p.at++
	}
	text := string(p.text[start:p.at])
	if strings.HasPrefix(text, "$") {
		switch strings.ToLower(text) {
		case "$null":
			return operand{null: true}, true
		case "$true", "$false":
			return operand{text: text[1:]}, true
		}
		p.at = start
		return operand{}, false
	}
	if text == "" || strings.HasPrefix(text, "-") && len(text) > 1 && (text[1] < '0' || text[1] > '9') {
		p.at = start
		return operand{}, false
	}
	return operand{text: text}, true
}
