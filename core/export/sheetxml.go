package export

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	errNotXML  = errors.New("the XML of a sheet is broken")
	errEntity  = errors.New("the XML of a sheet has a character that is not known")
	errNotUTF8 = errors.New("the XML of a sheet is no UTF-8")
)

// sheetXML takes the XML of a sheet apart, tag by tag. encoding/xml, which it is checked against, takes most of the time
// that reading a large workbook takes.
type sheetXML struct {
	r *bufio.Reader

	// Of the tag that was read last: its name without a prefix, its attributes as they are written, and whether it
	// starts an element or ends one; <x/> does both.
	name       []byte
	attrs      []byte
	start, end bool

	// text is what stands between the tag before and this one.
	text []byte

	tag []byte
}

func newSheetXML(r io.Reader) *sheetXML { return &sheetXML{r: bufio.NewReaderSize(r, 64<<10)} }

// next goes to the next tag. It is io.EOF behind the last one.
func (x *sheetXML) next() error {
	x.text = x.text[:0]
	for {
		from := len(x.text)
		for {
			part, err := x.r.ReadSlice('<')
			x.text = append(x.text, part...)
			if err == bufio.ErrBufferFull {
				continue
			}
			if err != nil {
				return err
			}
			x.text = x.text[:len(x.text)-1]
			break
		}
		var err error
		if x.text, err = plainXML(x.text, from); err != nil {
			return err
		}
		x.tag = x.tag[:0]
		if err := x.more(">"); err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(x.tag, []byte("!--")):
			err = x.until("-->", len("!--"))
		case bytes.HasPrefix(x.tag, []byte("![CDATA[")):
			if err = x.until("]]>", len("![CDATA[")); err == nil {
				body := x.tag[len("![CDATA[") : len(x.tag)-len("]]>")]
				if !utf8.Valid(body) {
					return errNotUTF8
				}
				x.text = append(x.text, body...)
			}
		case bytes.HasPrefix(x.tag, []byte("?")):
			err = x.until("?>", len("?"))
		case bytes.HasPrefix(x.tag, []byte("!")):
			return errNotXML
		default:
			return x.take()
		}
		if err != nil {
			return err
		}
	}
}

// more reads on to an end, which is added too.
func (x *sheetXML) more(end string) error {
	for {
		part, err := x.r.ReadSlice(end[len(end)-1])
		x.tag = append(x.tag, part...)
		switch {
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil && err != bufio.ErrBufferFull:
			return err
		case err == nil && bytes.HasSuffix(x.tag, []byte(end)):
			return nil
		}
	}
}

// until reads on until the tag ends as given, behind its first bytes.
func (x *sheetXML) until(end string, behind int) error {
	for len(x.tag) < behind+len(end) || !bytes.HasSuffix(x.tag, []byte(end)) {
		if err := x.more(">"); err != nil {
			return err
		}
	}
	return nil
}

// take takes the tag apart.
func (x *sheetXML) take() error {
	for openQuote(x.tag) {
		if err := x.more(">"); err != nil {
			return err
		}
	}
	if bytes.IndexByte(x.tag, '<') >= 0 {
		return errNotXML
	}
	tag := x.tag[:len(x.tag)-1]
	x.start, x.end = true, false
	if rest, ok := bytes.CutPrefix(tag, []byte("/")); ok {
		x.start, x.end, tag = false, true, rest
	} else if rest, ok := bytes.CutSuffix(tag, []byte("/")); ok {
		x.end, tag = true, rest
	}
	x.name, x.attrs = tag, nil
	if at := bytes.IndexAny(tag, " \t\r\n"); at >= 0 {
		x.name, x.attrs = tag[:at], tag[at:]
	}
	x.name = withoutPrefix(x.name)
	if len(x.name) == 0 {
		return errNotXML
	}
	return nil
}

func withoutPrefix(name []byte) []byte {
	if at := bytes.IndexByte(name, ':'); at > 0 && at < len(name)-1 {
		return name[at+1:]
	}
	return name
}

// openQuote tells whether a tag ends within an attribute's value.
func openQuote(tag []byte) bool {
	quote := byte(0)
	for _, c := range tag {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return quote != 0
}

// eachAttribute calls use for the attributes of the tag, by their names without prefixes.
func (x *sheetXML) eachAttribute(use func(name, value []byte)) error {
	rest := bytes.TrimLeft(x.attrs, " \t\r\n")
	for len(rest) > 0 {
		at := bytes.IndexByte(rest, '=')
		if at < 0 {
			return errNotXML
		}
		name := bytes.TrimRight(rest[:at], " \t\r\n")
		rest = bytes.TrimLeft(rest[at+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return errNotXML
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return errNotXML
		}
		use(withoutPrefix(name), rest[1:1+end])
		rest = bytes.TrimLeft(rest[end+2:], " \t\r\n")
	}
	return nil
}

// entities are those that XML has without a declaration.
var entities = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// plainXML makes characters of what text writes in other ways, from a place on.
func plainXML(text []byte, from int) ([]byte, error) {
	part := text[from:]
	if !utf8.Valid(part) {
		return text, errNotUTF8
	}
	if bytes.IndexByte(part, '\r') >= 0 {
		part = bytes.ReplaceAll(bytes.ReplaceAll(part, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
		text = append(text[:from], part...)
	}
	at := bytes.IndexByte(text[from:], '&')
	if at < 0 {
		return text, nil
	}
	rest := string(text[from+at:])
	text = text[:from+at]
	for {
		before, after, ok := strings.Cut(rest, "&")
		text = append(text, before...)
		if !ok {
			return text, nil
		}
		name, behind, ok := strings.Cut(after, ";")
		r, known := entities[name]
		if number, numbered := strings.CutPrefix(name, "#"); ok && numbered {
			base := 10
			if hex, is := strings.CutPrefix(number, "x"); is {
				number, base = hex, 16
			}
			n, err := strconv.ParseUint(number, base, 32)
			if err != nil || n > utf8.MaxRune {
				return text, errEntity
			}
			r, known = rune(n), true
		}
		if !ok || !known {
			return text, errEntity
		}
		text = utf8.AppendRune(text, r)
		rest = behind
	}
}
