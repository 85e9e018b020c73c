package export

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tenantry/core/exchange"
)

// csvWriter writes RFC 4180: lines end in CR LF, cells are quoted when they must be.
type csvWriter struct {
	w     *bufio.Writer
	comma rune
	bom   bool
	buf   []byte
}

func newCSV(w io.Writer, o Options) rowWriter {
	if o.Comma == 0 {
		o.Comma = ','
	}
	return &csvWriter{w: bufio.NewWriterSize(w, 64<<10), comma: o.Comma, bom: o.BOM}
}

func (c *csvWriter) begin(names []string) error {
	if c.bom {
		c.buf = append(c.buf, "\ufeff"...)
	}
	for i, n := range names {
		c.cell(i, defuse(n))
	}
	if len(names) == 0 {
		_, err := c.w.Write(c.buf)
		return err
	}
	return c.line(len(names))
}

func (c *csvWriter) row(values []exchange.Value) error {
	for i, v := range values {
		switch k := v.Kind(); {
		case k == exchange.Integer, k == exchange.Size && !v.IsUnlimited():
			c.separate(i)
			c.buf = strconv.AppendInt(c.buf, v.Int(), 10)
		default:
			c.cell(i, csvText(v))
		}
	}
	return c.line(len(values))
}

func (c *csvWriter) separate(i int) {
	if i > 0 {
		c.buf = utf8.AppendRune(c.buf, c.comma)
	}
}

// bare tells whether s can stand without quotes.
func (c *csvWriter) bare(s string) bool {
	if s[0] == ' ' || s[len(s)-1] == ' ' || c.comma >= utf8.RuneSelf {
		return false
	}
	for i := range len(s) {
		if b := s[i]; b == '"' || b == '\r' || b == '\n' || b == byte(c.comma) {
			return false
		}
	}
	return true
}

func (c *csvWriter) cell(i int, s string) {
	c.separate(i)
	if s == "" {
		return
	}
	if c.bare(s) {
		c.buf = append(c.buf, s...)
		return
	}
	c.buf = append(c.buf, '"')
	for {
		quote := strings.IndexByte(s, '"')
		if quote < 0 {
			break
		}
		c.buf = append(append(c.buf, s[:quote]...), `""`...)
		s = s[quote+1:]
	}
	c.buf = append(append(c.buf, s...), '"')
}

func (c *csvWriter) line(cells int) error {
	if cells == 1 && (len(c.buf) == 0 || c.bom && len(c.buf) == 3) {
		// A line with nothing on it would be passed over by those who read it.
		c.buf = append(c.buf, `""`...)
	}
	c.bom = false
	c.buf = append(c.buf, '\r', '\n')
	_, err := c.w.Write(c.buf)
	c.buf = c.buf[:0]
	return err
}

func (c *csvWriter) end() error { return c.w.Flush() }

// csvText is how a value stands in a cell: sizes as bytes, times as RFC 3339, lists joined by "; ". Text
// that a spreadsheet would run is defused.
func csvText(v exchange.Value) string {
	switch v.Kind() {
	case exchange.Size:
		if v.IsUnlimited() {
			return "Unlimited"
		}
		return strconv.FormatInt(v.Int(), 10)
	case exchange.Integer, exchange.Flag:
		return v.Text()
	case exchange.Time:
		return timeText(v)
	case exchange.List:
		var b strings.Builder
		for i, m := range v.List() {
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(plainText(m))
		}
		return defuse(b.String())
	}
	return defuse(v.Text())
}

// plainText is csvText without defusing.
func plainText(v exchange.Value) string {
	switch v.Kind() {
	case exchange.Size:
		if !v.IsUnlimited() {
			return strconv.FormatInt(v.Int(), 10)
		}
	case exchange.Time:
		return timeText(v)
	case exchange.List:
		parts := make([]string, len(v.List()))
		for i, m := range v.List() {
			parts[i] = plainText(m)
		}
		return strings.Join(parts, "; ")
	}
	return v.Text()
}

func timeText(v exchange.Value) string {
	t, zone := v.Instant()
	if zone {
		return t.Format(time.RFC3339Nano)
	}
	return v.Text()
}

// Defuse is what csv does with text that a spreadsheet would take for a formula, for those who hand text to one in
// another way, such as over the clipboard: an apostrophe before it. Numbers and all other text stay as they are.
func Defuse(s string) string { return defuse(s) }

// defuse puts an apostrophe before text that a spreadsheet would take for a formula. Numbers are left as
// they are, "-5" and "+31" too. Text that starts with apostrophes and would need one without them gets one
// more, so that refuse can tell.
func defuse(s string) string {
	if risky(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// refuse takes back what defuse did.
func refuse(s string) string {
	if s != "" && s[0] == '\'' && risky(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

// risky tells whether a spreadsheet may run s: it starts with one of = + - @ or a control character and is
// no number. The wide forms of the signs count, which some spreadsheets fold.
func risky(s string) bool {
	if s == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(s)
	switch first {
	case '=', '@', '\uff1d', '\uff20', '\uff0b', '\uff0d':
		return true
	case '+', '-':
		return !isNumber(s)
	}
	return first < ' ' || first == 0x7f
}

// isNumber tells whether s is digits with at most a sign, a point and an exponent.
func isNumber(s string) bool {
	if s[0] == '+' || s[0] == '-' {
		s = s[1:]
	}
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
		case (c == 'e' || c == 'E') && digits > 0:
		case (c == '+' || c == '-') && i > 0 && (s[i-1] == 'e' || s[i-1] == 'E'):
		default:
			return false
		}
	}
	if digits == 0 {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
