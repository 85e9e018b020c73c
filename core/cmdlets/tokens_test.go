package cmdlets_test

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// token is a piece of a script as PowerShell's grammar cuts it (Windows PowerShell Language Specification 3.0,
// section 2, and about_Quoting_Rules). Texts in quotes and bare words are one kind: both are values.
type token struct {
	kind tokenKind
	text string
}

type tokenKind string

const (
	textToken     tokenKind = "text"     // a text in single quotes, a sum of texts and characters, or a bare word
	dashToken     tokenKind = "dash"     // a parameter's name or an operator such as -not, without its dash
	variableToken tokenKind = "variable" // with what is read of it, such as $_.Exception.Message
	markToken     tokenKind = "mark"     // brackets, commas, operators
	endToken      tokenKind = "end"      // of a line
)

// lexer cuts a script. It knows no double quotes, no escapes and no $( ): our scripts have none outside texts, so
// each of them is an error, as is every character beyond ASCII there.
type lexer struct {
	in  []rune
	pos int
	out []token
}

func tokens(script string) ([]token, error) {
	l := &lexer{in: []rune(script)}
	for l.pos < len(l.in) {
		if err := l.next(); err != nil {
			return nil, fmt.Errorf("at %q: %w", string(l.in[l.pos:min(l.pos+30, len(l.in))]), err)
		}
	}
	return sums(l.out), nil
}

func (l *lexer) add(kind tokenKind, text string) { l.out = append(l.out, token{kind, text}) }

func (l *lexer) at(text string) bool {
	return strings.HasPrefix(string(l.in[l.pos:min(l.pos+len(text), len(l.in))]), text)
}

// while takes runes as long as ok says so.
func (l *lexer) while(ok func(rune) bool) string {
	start := l.pos
	for l.pos < len(l.in) && ok(l.in[l.pos]) {
		l.pos++
	}
	return string(l.in[start:l.pos])
}

func (l *lexer) next() error {
	r := l.in[l.pos]
	switch {
	case r == ' ':
		l.pos++
	case r == '\n':
		l.pos++
		if n := len(l.out); n > 0 && l.out[n-1].kind != endToken { // an empty line, or one with a comment, is nothing
			l.add(endToken, "")
		}
	case r == '#':
		comment := l.while(func(r rune) bool { return r != '\n' && r != '\r' })
		// Some comments are more than that.
		plain := strings.ToLower(strings.Join(strings.Fields(comment), ""))
		if strings.HasPrefix(plain, "#sig#") || strings.HasPrefix(strings.ToLower(comment), "#requires") || strings.ContainsFunc(comment, unicode.IsControl) {
			return fmt.Errorf("the comment %q is more than a comment", comment)
		}
	case single(r):
		s := scanner{in: l.in, pos: l.pos}
		text, err := s.text()
		if err != nil {
			return err
		}
		l.pos = s.pos
		l.add(textToken, text)
	case r == '$':
		l.pos++
		name := l.while(func(r rune) bool { return word(r) || r == ':' || r == '.' })
		if name == "" {
			return fmt.Errorf("a dollar sign without a name")
		}
		l.add(variableToken, name)
	case r == '-' && l.pos+1 < len(l.in) && letter(l.in[l.pos+1]):
		l.pos++
		l.add(dashToken, l.while(word))
		if l.at(":") {
			l.pos++
			l.add(markToken, ":")
		}
	case word(r) || r == '-':
		l.add(textToken, l.while(func(r rune) bool { return word(r) || strings.ContainsRune("-.@", r) }))
	default:
		for _, mark := range []string{"@(", "@{", "+=", "::", "(", ")", "{", "}", "[", "]", ",", ";", "|", "=", "+", "&"} {
			if l.at(mark) {
				l.pos += len(mark)
				l.add(markToken, mark)
				return nil
			}
		}
		return fmt.Errorf("%q outside quotes", r)
	}
	return nil
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func word(r rune) bool   { return letter(r) || r >= '0' && r <= '9' || r == '_' }

// sums puts ('a' + [char]10 + 'b') together into the one text it is.
func sums(in []token) []token {
	var out []token
	for len(in) > 0 {
		if text, used := sum(in); used > 0 {
			out, in = append(out, token{textToken, text}), in[used:]
			continue
		}
		out, in = append(out, in[0]), in[1:]
	}
	return out
}

func sum(in []token) (text string, used int) {
	is := func(i int, kind tokenKind, text string) bool { return i < len(in) && in[i] == token{kind, text} }
	if !is(0, markToken, "(") || len(in) < 2 || in[1].kind != textToken {
		return "", 0
	}
	text, i := in[1].text, 2
	for is(i, markToken, "+") && is(i+1, markToken, "[") && is(i+2, textToken, "char") && is(i+3, markToken, "]") {
		i += 4
		wide := is(i, markToken, "::") && is(i+1, textToken, "ConvertFromUtf32") && is(i+2, markToken, "(")
		if wide {
			i += 3
		}
		n, err := strconv.Atoi(in[i].text)
		if err != nil {
			return "", 0
		}
		text += string(rune(n))
		if i++; wide {
			i++
		}
		if is(i, markToken, "+") && i+1 < len(in) && in[i+1].kind == textToken {
			text += in[i+1].text
			i += 2
		}
	}
	if i == 2 || !is(i, markToken, ")") {
		return "", 0
	}
	return text, i + 1
}
