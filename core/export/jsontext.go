package export

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"tenantry/core/exchange"
)

// jsonDepth is how far JSON inside JSON is followed.
const jsonDepth = 64

var (
	errTooDeep = errors.New("nested too deeply")
	errNotJSON = errors.New("not a value")
	errNoEnd   = errors.New("ends too early")
)

// jsonText reads JSON from text, which is UTF-8. Texts without escapes share its memory: encoding/json makes copies
// and tokens of everything, which for a large file takes many times as long.
type jsonText struct {
	text string
	at   int
}

func (j *jsonText) space() {
	for j.at < len(j.text) {
		switch j.text[j.at] {
		case ' ', '\n', '\r', '\t':
			j.at++
		default:
			return
		}
	}
}

// next passes over white space and returns the byte behind it, 0 at the end.
func (j *jsonText) next() byte {
	j.space()
	if j.at >= len(j.text) {
		return 0
	}
	return j.text[j.at]
}

func (j *jsonText) failed() error {
	if j.at >= len(j.text) {
		return errNoEnd
	}
	return errNotJSON
}

// value reads a value that stands so deep in others. Without make, lists and objects are only looked through, and
// come as ones with nothing in them.
func (j *jsonText) value(depth int, make bool) (exchange.Value, error) {
	if depth > jsonDepth {
		return exchange.Value{}, errTooDeep
	}
	switch c := j.next(); {
	case c == '"':
		s, err := j.string()
		return exchange.NewText(s), err
	case c == '{':
		var r exchange.Record
		err := j.members(func(name string) error {
			v, err := j.value(depth+1, make)
			if make {
				r.Fields = append(r.Fields, exchange.Field{Name: name, Value: v})
			}
			return err
		})
		return exchange.NewNested("", r), err
	case c == '[':
		list := []exchange.Value{}
		err := j.elements(func() error {
			v, err := j.value(depth+1, make)
			if make {
				list = append(list, v)
			}
			return err
		})
		return exchange.NewList(list), err
	case c == '-' || c >= '0' && c <= '9':
		return j.number()
	}
	for word, v := range jsonWords {
		if strings.HasPrefix(j.text[j.at:], word) {
			j.at += len(word)
			return v, nil
		}
	}
	return exchange.Value{}, j.failed()
}

var jsonWords = map[string]exchange.Value{"null": {}, "true": exchange.NewFlag(true), "false": exchange.NewFlag(false)}

// members calls each for every member of an object, which must read the value.
func (j *jsonText) members(each func(name string) error) error {
	j.at++
	for first := true; ; first = false {
		switch c := j.next(); {
		case c == '}' && first:
			j.at++
			return nil
		case c != '"':
			return j.failed()
		}
		name, err := j.string()
		if err != nil {
			return err
		}
		if j.next() != ':' {
			return j.failed()
		}
		j.at++
		if err := each(name); err != nil {
			return err
		}
		switch j.next() {
		case ',':
			j.at++
		case '}':
			j.at++
			return nil
		default:
			return j.failed()
		}
	}
}

// elements calls each for every value of a list, which must read it.
func (j *jsonText) elements(each func() error) error {
	j.at++
	if j.next() == ']' {
		j.at++
		return nil
	}
	for {
		if err := each(); err != nil {
			return err
		}
		switch j.next() {
		case ',':
			j.at++
		case ']':
			j.at++
			return nil
		default:
			return j.failed()
		}
	}
}

// number reads a number; whole ones of 64 bits are integers.
func (j *jsonText) number() (exchange.Value, error) {
	start, whole := j.at, true
	digits := func() bool {
		from := j.at
		for j.at < len(j.text) && j.text[j.at]-'0' <= 9 {
			j.at++
		}
		return j.at > from
	}
	is := func(set string) bool { return j.at < len(j.text) && strings.IndexByte(set, j.text[j.at]) >= 0 }
	if is("-") {
		j.at++
	}
	if is("0") {
		j.at++
	} else if !digits() {
		return exchange.Value{}, j.failed()
	}
	if is(".") {
		j.at++
		if whole = false; !digits() {
			return exchange.Value{}, j.failed()
		}
	}
	if is("eE") {
		j.at++
		if is("+-") {
			j.at++
		}
		if whole = false; !digits() {
			return exchange.Value{}, j.failed()
		}
	}
	text := j.text[start:j.at]
	if whole && text != "-0" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return exchange.NewInteger(n), nil
		}
	}
	return exchange.NewDecimal(text), nil
}

// string reads a text, whose quote is next.
func (j *jsonText) string() (string, error) {
	j.at++
	start := j.at
	for j.at < len(j.text) {
		switch c := j.text[j.at]; {
		case c == '"':
			j.at++
			return j.text[start : j.at-1], nil
		case c == '\\':
			return j.escaped(start)
		case c < ' ':
			return "", errNotJSON
		}
		j.at++
	}
	return "", errNoEnd
}

var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped reads a text that began at start and has an escape where the reader is.
func (j *jsonText) escaped(start int) (string, error) {
	var b strings.Builder
	for j.at < len(j.text) {
		switch c := j.text[j.at]; {
		case c == '"':
			b.WriteString(j.text[start:j.at])
			j.at++
			return b.String(), nil
		case c < ' ':
			return "", errNotJSON
		case c != '\\':
			j.at++
			continue
		}
		b.WriteString(j.text[start:j.at])
		if j.at+1 >= len(j.text) {
			j.at = len(j.text)
			return "", errNoEnd
		}
		if plain, ok := jsonEscapes[j.text[j.at+1]]; ok {
			b.WriteByte(plain)
			j.at += 2
		} else {
			r, ok := j.unit(j.at)
			if !ok {
				return "", errNotJSON
			}
			j.at += 6
			if utf16.IsSurrogate(r) {
				low, _ := j.unit(j.at)
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					j.at += 6
				}
			}
			b.WriteRune(r)
		}
		start = j.at
	}
	return "", errNoEnd
}

// unit reads "\u" and four digits.
func (j *jsonText) unit(at int) (rune, bool) {
	if at+6 > len(j.text) || j.text[at] != '\\' || j.text[at+1] != 'u' {
		return 0, false
	}
	n := rune(0)
	for _, c := range []byte(j.text[at+2 : at+6]) {
		digit := strings.IndexByte("0123456789abcdef", lowerByte(c))
		if digit < 0 {
			return 0, false
		}
		n = n<<4 | rune(digit)
	}
	return n, true
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
