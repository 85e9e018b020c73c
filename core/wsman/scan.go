package wsman

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	windowSize = 128 << 10 // of the text read ahead; also bounds one tag
	maxDepth   = 64        // of elements inside each other
	maxAttrs   = 64        // of one element
	maxNodes   = 100_000   // elements kept of one message
)

type token uint8

const (
	tokenEOF token = iota
	tokenStart
	tokenEnd
)

type attr struct{ name, value string }

// scanner reads the elements of one XML message from a reader, in constant memory. It knows the XML that
// SOAP allows: no document type, hence no entities but the five of XML and numbered characters. It checks
// that elements nest and forgives the rest, because a sender's small sins must not cost a session.
type scanner struct {
	r        io.Reader
	win      []byte // window; win[pos:end] is unread
	pos, end int
	read     int64 // bytes taken from r
	limit    int64
	readErr  error // what r ended with

	name    string // of the element last started or ended, with its prefix
	attrs   []attr // of the element last started
	empty   bool   // the element last started closes itself: its end comes next
	open    []string
	started bool // the first element was met
	soap    bool // and it was an envelope
	maxText int
}

// newScanner prepares to read from r. It looks at the first bytes to tell UTF-8 from UTF-16 (XML 1.0 appendix F).
func newScanner(r io.Reader, limit int64, maxText int, window []byte) *scanner {
	s := &scanner{r: r, win: window[:cap(window)], limit: limit, maxText: maxText}
	for s.end < 4 && s.readErr == nil {
		s.fill()
	}
	head := s.win[:s.end]
	var order unicode.Endianness
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		s.pos = 3
		return s
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{'<', 0}):
		order = unicode.LittleEndian
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), bytes.HasPrefix(head, []byte{0, '<'}):
		order = unicode.BigEndian
	default:
		return s
	}
	rest := io.MultiReader(bytes.NewReader(bytes.Clone(head)), &boundedTail{s.r, s.readErr})
	s.r = transform.NewReader(rest, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
	s.end, s.read, s.readErr = 0, 0, nil
	return s
}

// boundedTail continues a reader whose end may already have been seen.
type boundedTail struct {
	r   io.Reader
	err error
}

func (t *boundedTail) Read(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	return t.r.Read(p)
}

// fill reads more into the window. It returns whether there is more unread text than before.
func (s *scanner) fill() bool {
	if s.readErr != nil {
		return false
	}
	if s.pos > 0 {
		s.end = copy(s.win, s.win[s.pos:s.end])
		s.pos = 0
	}
	if s.end == len(s.win) {
		return false
	}
	for range 100 {
		n, err := s.r.Read(s.win[s.end:])
		s.end += n
		s.read += int64(n)
		s.readErr = err
		if s.read > s.limit {
			s.readErr = ErrTooLarge
			return false
		}
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	s.readErr = io.ErrNoProgress
	return false
}

func (s *scanner) fail(what string) error {
	return &FormatError{Offset: s.read - int64(s.end-s.pos), What: what}
}

// ended is the error of a message that stops before it is complete.
func (s *scanner) ended() error {
	e := &FormatError{Offset: s.read}
	switch s.readErr {
	case nil:
		e.What, e.Cause = "a tag too long", ErrTooLarge
	case io.EOF:
		e.What, e.Cause = "message breaks off", io.ErrUnexpectedEOF
	case ErrTooLarge:
		e.What, e.Cause = "message too long", ErrTooLarge
	default:
		return s.readErr // the transport knows what happened, and says so in its own words
	}
	return e
}

// need makes at least n unread bytes available.
func (s *scanner) need(n int) bool {
	for s.end-s.pos < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

// next moves to the next start or end of an element. Text between is dropped.
func (s *scanner) next() (token, error) {
	if s.empty {
		s.empty = false
		return tokenEnd, s.close(s.name)
	}
	for {
		i := bytes.IndexByte(s.win[s.pos:s.end], '<')
		if i < 0 {
			if len(s.open) == 0 && !blank(s.win[s.pos:s.end]) {
				return tokenEOF, s.fail("text outside the envelope")
			}
			s.pos = s.end
			if s.fill() {
				continue
			}
			if s.readErr == io.EOF && len(s.open) == 0 && s.started {
				return tokenEOF, nil
			}
			return tokenEOF, s.ended()
		}
		if len(s.open) == 0 && !blank(s.win[s.pos:s.pos+i]) {
			return tokenEOF, s.fail("text outside the envelope")
		}
		s.pos += i
		t, skipped, err := s.markup()
		if err != nil || !skipped {
			return t, err
		}
	}
}

// markup reads what begins with the "<" at pos. Comments, instructions and CDATA are skipped.
func (s *scanner) markup() (t token, skipped bool, err error) {
	if !s.need(2) {
		return tokenEOF, false, s.ended()
	}
	switch s.win[s.pos+1] {
	case '?':
		return tokenEOF, true, s.skipTo("<?", "?>")
	case '!':
		switch {
		case s.at("<!--"):
			return tokenEOF, true, s.skipTo("<!--", "-->")
		case s.at("<![CDATA["):
			return tokenEOF, true, s.skipTo("<![CDATA[", "]]>")
		}
		return tokenEOF, false, s.fail("a document type, which SOAP forbids")
	case '/':
		n, err := s.tagEnd()
		if err != nil {
			return tokenEOF, false, err
		}
		name := strings.TrimRight(string(s.win[s.pos+2:s.pos+n-1]), " \t\r\n")
		s.pos += n
		return tokenEnd, false, s.close(name)
	}
	n, err := s.tagEnd()
	if err != nil {
		return tokenEOF, false, err
	}
	err = s.startTag(s.win[s.pos+1 : s.pos+n-1])
	s.pos += n
	return tokenStart, false, err
}

func (s *scanner) at(prefix string) bool {
	return s.need(len(prefix)) && string(s.win[s.pos:s.pos+len(prefix)]) == prefix
}

func (s *scanner) skipTo(begin, end string) error {
	s.pos += len(begin)
	for {
		if i := bytes.Index(s.win[s.pos:s.end], []byte(end)); i >= 0 {
			s.pos += i + len(end)
			return nil
		}
		if keep := len(end) - 1; s.end-s.pos > keep {
			s.pos = s.end - keep
		}
		if !s.fill() {
			return s.ended()
		}
	}
}

// tagEnd returns the length of the tag at pos, its brackets included. A ">" inside an attribute's value does not end it.
func (s *scanner) tagEnd() (int, error) {
	quote := byte(0)
	for i := 1; ; i++ {
		if s.pos+i >= s.end && !s.fill() {
			return 0, s.ended()
		}
		switch c := s.win[s.pos+i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1, nil
		case c == '<':
			return 0, s.fail("a tag that does not end")
		}
	}
}

func (s *scanner) close(name string) error {
	last := len(s.open) - 1
	if last < 0 || s.open[last] != name {
		return s.fail("elements that do not nest")
	}
	s.open = s.open[:last]
	s.name = name
	return nil
}

func (s *scanner) startTag(tag []byte) error {
	s.empty = false
	if n := len(tag); n > 0 && tag[n-1] == '/' {
		s.empty = true
		tag = tag[:n-1]
	}
	n := nameLength(tag)
	if n == 0 {
		return s.fail("a tag without a name")
	}
	if s.started && len(s.open) == 0 {
		return s.fail("a second envelope")
	}
	if len(s.open) >= maxDepth {
		return s.fail("elements nested too deep")
	}
	s.started = true
	s.name = string(tag[:n])
	s.open = append(s.open, s.name)
	s.attrs = s.attrs[:0]
	for rest := trimSpace(tag[n:]); len(rest) > 0; rest = trimSpace(rest) {
		n := nameLength(rest)
		name := string(rest[:n])
		rest = trimSpace(rest[n:])
		if n == 0 || len(rest) == 0 || rest[0] != '=' {
			return s.fail("an attribute without a value")
		}
		rest = trimSpace(rest[1:])
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return s.fail("an attribute without quotes")
		}
		i := bytes.IndexByte(rest[1:], rest[0])
		if i < 0 {
			return s.fail("an attribute that does not end")
		}
		if len(s.attrs) == maxAttrs {
			return s.fail("too many attributes")
		}
		value, err := s.unescape(rest[1 : 1+i])
		if err != nil {
			return err
		}
		s.attrs = append(s.attrs, attr{name, value})
		rest = rest[i+2:]
	}
	return nil
}

// attr returns the value of the attribute with that local name.
func (s *scanner) attr(local string) string { return attrValue(s.attrs, local) }

func attrValue(attrs []attr, local string) string {
	for _, a := range attrs {
		if localName(a.name) == local {
			return a.value
		}
	}
	return ""
}

// content hands the text of the element last started to each, piece by piece, up to its end tag, which it
// consumes. A piece is overwritten after each returns, and each may overwrite it. When inside is nil a
// child element is an error; else inside is called after the start of each, and must consume it to its end.
func (s *scanner) content(each func([]byte) error, inside func() error) error {
	if s.empty {
		_, err := s.next()
		return err
	}
	var entity [utf8.UTFMax]byte
	for {
		if s.pos == s.end && !s.fill() {
			return s.ended()
		}
		piece := s.win[s.pos:s.end]
		i := bytes.IndexByte(piece, '<')
		if i >= 0 {
			piece = piece[:i]
		}
		if j := bytes.IndexByte(piece, '&'); j >= 0 {
			if err := pass(each, piece[:j]); err != nil {
				return err
			}
			s.pos += j
			r, err := s.entity()
			if err != nil {
				return err
			}
			if err := each(entity[:utf8.EncodeRune(entity[:], r)]); err != nil {
				return err
			}
			continue
		}
		if err := pass(each, piece); err != nil {
			return err
		}
		s.pos += len(piece)
		if i < 0 {
			continue
		}
		if s.at("<![CDATA[") {
			if err := s.cdata(each); err != nil {
				return err
			}
			continue
		}
		t, skipped, err := s.markup()
		switch {
		case err != nil:
			return err
		case skipped:
		case t == tokenEnd:
			return nil
		case inside == nil:
			return s.fail("an element <" + clip(s.name) + "> where text belongs")
		default:
			if err := inside(); err != nil {
				return err
			}
		}
	}
}

func pass(each func([]byte) error, piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	return each(piece)
}

func (s *scanner) cdata(each func([]byte) error) error {
	s.pos += len("<![CDATA[")
	for {
		if i := bytes.Index(s.win[s.pos:s.end], []byte("]]>")); i >= 0 {
			err := pass(each, s.win[s.pos:s.pos+i])
			s.pos += i + 3
			return err
		}
		if n := s.end - s.pos - 2; n > 0 {
			if err := each(s.win[s.pos : s.pos+n]); err != nil {
				return err
			}
			s.pos += n
		}
		if !s.fill() {
			return s.ended()
		}
	}
}

// entity reads the reference at pos, from "&" to ";".
func (s *scanner) entity() (rune, error) {
	const longest = 12
	for n := 1; n <= longest; n++ {
		if !s.need(n + 1) {
			return 0, s.ended()
		}
		if s.win[s.pos+n] != ';' {
			continue
		}
		r, ok := entityRune(string(s.win[s.pos+1 : s.pos+n]))
		if !ok {
			break
		}
		s.pos += n + 1
		return r, nil
	}
	return 0, s.fail("an unknown entity")
}

func entityRune(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if !ok || err != nil || n == 0 || n > utf8.MaxRune || n >= 0xD800 && n < 0xE000 {
		return 0, false
	}
	return rune(n), true
}

func (s *scanner) unescape(v []byte) (string, error) {
	if bytes.IndexByte(v, '&') < 0 {
		return string(v), nil
	}
	var b strings.Builder
	for len(v) > 0 {
		i := bytes.IndexByte(v, '&')
		if i < 0 {
			b.Write(v)
			break
		}
		b.Write(v[:i])
		j := bytes.IndexByte(v[i:], ';')
		if j < 0 {
			return "", s.fail("an unknown entity")
		}
		r, ok := entityRune(string(v[i+1 : i+j]))
		if !ok {
			return "", s.fail("an unknown entity")
		}
		b.WriteRune(r)
		v = v[i+j+1:]
	}
	return b.String(), nil
}

func nameLength(b []byte) int {
	for i, c := range b {
		switch c {
		case ' ', '\t', '\r', '\n', '=', '/', '"', '\'', '<', '&':
			return i
		}
	}
	return len(b)
}

func trimSpace(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

func blank(b []byte) bool { return len(trimSpace(b)) == 0 }

func localName(name string) string {
	return name[strings.IndexByte(name, ':')+1:]
}

// clip shortens what a sender wrote for use in an error.
func clip(s string) string {
	if len(s) > 80 {
		s = s[:80]
	}
	return strings.ToValidUTF8(s, "?")
}
