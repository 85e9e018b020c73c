package clixml

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// scanner is the XML half of reading: it steps through the elements of one document, in one pass over its
// bytes. It knows tags, attributes, text, comments, CDATA and processing instructions, and nothing of what
// CLIXML means by them. It reads more than PowerShell writes: any attribute order, either quote, prefixes.
type scanner struct {
	data   []byte
	p      int // of the next byte to read
	limits Limits
	names  nameCache
	buf    []byte // for text with escapes
}

// tag is a start tag that was read.
type tag struct {
	el         element
	empty      bool   // <S/>: no content and no end tag follow
	start, end int    // of the name with its prefix, to compare the end tag with
	name       *name  // the N attribute, nil without one
	ref        []byte // the RefId attribute as written, nil without one
}

func (s *scanner) fail(reason Reason, at int, detail string) error {
	return &Error{Reason: reason, Offset: min(at, len(s.data)), Detail: detail}
}

// stops marks the bytes that end the name of an element or attribute.
var stops = func() (t [256]bool) {
	for _, c := range []byte(" \t\r\n/>=<\"'&") {
		t[c] = true
	}
	return t
}()

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// next steps to the next child of the element parent, or over parent's end tag and returns false. Text
// between the children is passed over, as whitespace is. guess is the name the child probably has.
func (s *scanner) next(parent, child *tag, guess *name) (bool, error) {
	if parent.empty {
		return false, nil
	}
	data := s.data
	for {
		p := s.p
		if p+1 >= len(data) {
			return false, s.fail(Malformed, p, "the document ends inside an element")
		}
		if data[p] != '<' {
			i := bytes.IndexByte(data[p:], '<')
			if i < 0 {
				return false, s.fail(Malformed, len(data), "the document ends inside an element")
			}
			s.p += i
			continue
		}
		switch data[p+1] {
		case '/':
			return false, s.close(parent)
		case '!', '?':
			if err := s.skipMarkup(); err != nil {
				return false, err
			}
		default:
			return true, s.open(child, guess)
		}
	}
}

// open reads the start tag at s.p into t.
func (s *scanner) open(t *tag, guess *name) error {
	data := s.data
	p := s.p + 1
	start := p
	for p < len(data) && !stops[data[p]] {
		p++
	}
	if p == start {
		return s.fail(Malformed, s.p, "an element without a name")
	}
	*t = tag{start: start, end: p, el: elementOf(data[start:p])}
	if t.el == elUnknown {
		if i := bytes.IndexByte(data[start:p], ':'); i >= 0 {
			t.el = elementOf(data[start+i+1 : p])
		}
	}
	for p < len(data) {
		switch c := data[p]; {
		case c == '>':
			s.p = p + 1
			return nil
		case c == '/':
			if p+1 < len(data) && data[p+1] == '>' {
				t.empty = true
				s.p = p + 2
				return nil
			}
			return s.fail(Malformed, p, "a / inside a start tag")
		case !isSpace(c):
			return s.fail(Malformed, p, "attributes without a space between them")
		}
		// The name is nearly always the one that followed the previous name last time.
		if guess != nil && len(data)-p > len(guess.raw) && string(data[p:p+len(guess.raw)]) == guess.raw {
			t.name = guess
			p += len(guess.raw)
			continue
		}
		for p < len(data) && isSpace(data[p]) {
			p++
		}
		if p < len(data) && (data[p] == '>' || data[p] == '/') {
			continue
		}
		var err error
		if p, err = s.attribute(t, p); err != nil {
			return err
		}
	}
	return s.fail(Malformed, p, "the document ends inside a start tag")
}

// attribute reads the attribute at p and returns where it ends.
func (s *scanner) attribute(t *tag, p int) (int, error) {
	data := s.data
	start := p
	for p < len(data) && !stops[data[p]] {
		p++
	}
	attr := data[start:p]
	for p < len(data) && isSpace(data[p]) {
		p++
	}
	if len(attr) == 0 || p >= len(data) || data[p] != '=' {
		return p, s.fail(Malformed, start, "an attribute without a name or a value")
	}
	p++
	for p < len(data) && isSpace(data[p]) {
		p++
	}
	if p >= len(data) || data[p] != '"' && data[p] != '\'' {
		return p, s.fail(Malformed, p, "an attribute's value without quotes")
	}
	from := p + 1
	n := bytes.IndexByte(data[from:], data[p])
	if n < 0 {
		return p, s.fail(Malformed, p, "an attribute's value without an end")
	}
	if n > s.limits.Text {
		return p, s.fail(TextTooLong, from, "an attribute's value is too long")
	}
	value := data[from : from+n]
	if i := bytes.IndexByte(value, '<'); i >= 0 {
		return p, s.fail(Malformed, from+i, "a < inside an attribute's value")
	}
	switch string(attr) {
	case "N":
		if t.name = s.names.find(value); t.name == nil {
			text, err := s.attributeText(value, from)
			if err != nil {
				return p, err
			}
			t.name = s.names.add(value, text)
		}
	case "RefId":
		t.ref = value
		if bytes.IndexByte(value, '&') >= 0 {
			text, err := s.attributeText(value, from)
			if err != nil {
				return p, err
			}
			t.ref = []byte(text)
		}
	}
	return from + n + 1, nil
}

// attributeText returns what an attribute's value says, in memory of its own.
func (s *scanner) attributeText(value []byte, at int) (string, error) {
	if err := s.checkUTF8(value, at); err != nil {
		return "", err
	}
	buf := s.buf[:0]
	for i := 0; i < len(value); {
		switch c := value[i]; {
		case c == '&':
			var n int
			if buf, n = appendEntity(buf, value[i:]); n == 0 {
				return "", s.fail(Malformed, at+i, "an unknown entity")
			}
			i += n
		case c == '\r' && i+1 < len(value) && value[i+1] == '\n':
			i++
		case isSpace(c):
			buf = append(buf, ' ')
			i++
		default:
			buf = append(buf, c)
			i++
		}
	}
	s.buf = buf
	return string(appendUnescaped(nil, buf)), nil
}

// close reads the end tag at s.p, which must be that of t.
func (s *scanner) close(t *tag) error {
	data := s.data
	p := s.p + 2
	n := t.end - t.start
	if len(data)-p <= n || string(data[p:p+n]) != string(data[t.start:t.end]) {
		return s.fail(Malformed, s.p, "an end tag that does not fit its start tag")
	}
	p += n
	for p < len(data) && isSpace(data[p]) {
		p++
	}
	if p >= len(data) || data[p] != '>' {
		return s.fail(Malformed, s.p, "an end tag that does not fit its start tag")
	}
	s.p = p + 1
	return nil
}

// skip passes over the content of t and its end tag, however deep it is.
func (s *scanner) skip(t *tag) error {
	if t.empty {
		return nil
	}
	open := []tag{*t}
	for len(open) > 0 {
		var child tag
		ok, err := s.next(&open[len(open)-1], &child, nil)
		switch {
		case err != nil:
			return err
		case !ok:
			open = open[:len(open)-1]
		case !child.empty:
			if len(open) >= s.limits.Depth*4 {
				return s.fail(TooDeep, s.p, "elements too deep inside each other")
			}
			open = append(open, child)
		}
	}
	return nil
}

// skipMarkup passes over a comment, CDATA section, processing instruction or XML declaration at s.p.
func (s *scanner) skipMarkup() error {
	rest := s.data[s.p:]
	var head, tail string
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		head, tail = "<!--", "-->"
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		head, tail = "<![CDATA[", "]]>"
	case bytes.HasPrefix(rest, []byte("<?")):
		head, tail = "<?", "?>"
	default:
		return s.fail(Malformed, s.p, "a document type or other declaration; CLIXML has none")
	}
	i := bytes.Index(rest[len(head):], []byte(tail))
	if i < 0 {
		return s.fail(Malformed, s.p, "a comment, CDATA section or processing instruction without an end")
	}
	s.p += len(head) + i + len(tail)
	return nil
}

// text reads the content of t and its end tag. The result shares memory with the document when nothing in
// it was escaped.
func (s *scanner) text(t *tag) (string, error) {
	if t.empty {
		return "", nil
	}
	data := s.data
	i, ascii := plainEnd(data, s.p)
	if i+1 < len(data) && data[i] == '<' && data[i+1] == '/' {
		from := s.p
		if i-from > s.limits.Text {
			return "", s.fail(TextTooLong, from, "a text is too long")
		}
		if !ascii {
			if err := s.checkUTF8(data[from:i], from); err != nil {
				return "", err
			}
		}
		s.p = i
		if err := s.close(t); err != nil || i == from {
			return "", err
		}
		return unsafe.String(&data[from], i-from), nil
	}
	return s.escapedText(t)
}

// escapedText is text for content with entities, _xHHHH_, carriage returns, CDATA, comments or elements.
func (s *scanner) escapedText(t *tag) (string, error) {
	data := s.data
	from := s.p
	buf := s.buf[:0]
	for done := false; !done; {
		if s.p >= len(data) {
			return "", s.fail(Malformed, len(data), "the document ends inside a text")
		}
		rest := data[s.p:]
		switch rest[0] {
		default:
			n := bytes.IndexAny(rest, "<&\r")
			if n < 0 {
				n = len(rest)
			}
			if err := s.checkUTF8(rest[:n], s.p); err != nil {
				return "", err
			}
			buf = append(buf, rest[:n]...)
			s.p += n
		case '\r':
			if len(rest) == 1 || rest[1] != '\n' {
				buf = append(buf, '\n')
			}
			s.p++
		case '&':
			var n int
			if buf, n = appendEntity(buf, rest); n == 0 {
				return "", s.fail(Malformed, s.p, "an unknown entity")
			}
			s.p += n
		case '<':
			switch {
			case len(rest) > 1 && rest[1] == '/':
				if err := s.close(t); err != nil {
					return "", err
				}
				done = true
			case bytes.HasPrefix(rest, []byte("<![CDATA[")):
				if err := s.skipMarkup(); err != nil {
					return "", err
				}
				inner := rest[len("<![CDATA[") : len(rest)-(len(data)-s.p)-len("]]>")]
				if err := s.checkUTF8(inner, s.p-len(inner)-len("]]>")); err != nil {
					return "", err
				}
				for i, c := range inner {
					if c != '\r' {
						buf = append(buf, c)
					} else if i+1 == len(inner) || inner[i+1] != '\n' {
						buf = append(buf, '\n')
					}
				}
			case len(rest) > 1 && (rest[1] == '!' || rest[1] == '?'):
				if err := s.skipMarkup(); err != nil {
					return "", err
				}
			default:
				var inner tag
				if err := s.open(&inner, nil); err != nil {
					return "", err
				}
				if err := s.skip(&inner); err != nil {
					return "", err
				}
			}
		}
		if s.p-from > s.limits.Text && !done {
			return "", s.fail(TextTooLong, from, "a text is too long")
		}
	}
	s.buf = buf
	return string(appendUnescaped(nil, buf)), nil
}

// plainEnd returns where the text from p on ceases to be plain: the index of the first <, &, carriage
// return, or _ before an x, or the length of data. ascii is false when there may be other than ASCII up to there.
func plainEnd(data []byte, p int) (end int, ascii bool) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	var all uint64
	for p+8 <= len(data) {
		w := binary.LittleEndian.Uint64(data[p:])
		all |= w
		lt, amp, under, cr := w^(ones*'<'), w^(ones*'&'), w^(ones*'_'), w^(ones*'\r')
		// A high bit of the sum is set where a byte of w is one looked for; a borrow can set later ones too,
		// so only the first counts.
		hit := ((lt-ones)&^lt | (amp-ones)&^amp | (under-ones)&^under | (cr-ones)&^cr) & highs
		if hit == 0 {
			p += 8
			continue
		}
		p += bits.TrailingZeros64(hit) / 8
		if data[p] != '_' || p+1 < len(data) && data[p+1]|0x20 == 'x' {
			return p, all&highs == 0
		}
		p++
	}
	for p < len(data) {
		c := data[p]
		if c == '<' || c == '&' || c == '\r' || c == '_' && p+1 < len(data) && data[p+1]|0x20 == 'x' {
			break
		}
		all |= uint64(c)
		p++
	}
	return p, all&highs == 0
}

// checkUTF8 refuses text, which begins at the offset at, when it is not UTF-8. Only what comes out as text is
// looked at: markup and what is passed over may hold anything.
func (s *scanner) checkUTF8(text []byte, at int) error {
	if utf8.Valid(text) {
		return nil
	}
	for p := 0; p < len(text); {
		r, n := utf8.DecodeRune(text[p:])
		if r == utf8.RuneError && n <= 1 {
			return s.fail(BadEncoding, at+p, "not UTF-8")
		}
		p += n
	}
	return nil
}
