package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"

	"tenantry/core/exchange"
)

// jsonWriter writes an array of objects, or an object a line.
type jsonWriter struct {
	w     *bufio.Writer
	lines bool
	names [][]byte // encoded, with the colon
	rows  int
	buf   []byte
}

func newJSON(w io.Writer, _ Options) rowWriter {
	return &jsonWriter{w: bufio.NewWriterSize(w, 64<<10)}
}

func newLines(w io.Writer, _ Options) rowWriter {
	return &jsonWriter{w: bufio.NewWriterSize(w, 64<<10), lines: true}
}

func (j *jsonWriter) begin(names []string) error {
	for _, n := range names {
		j.names = append(j.names, append(appendString(nil, n), ':'))
	}
	if j.lines {
		return nil
	}
	return j.w.WriteByte('[')
}

func (j *jsonWriter) row(values []exchange.Value) error {
	j.open()
	j.buf = append(j.buf, '{')
	for i, v := range values {
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.buf = append(j.buf, j.names[i]...)
		j.buf = appendJSON(j.buf, v)
	}
	j.buf = append(j.buf, '}')
	return j.close()
}

func (j *jsonWriter) record(r exchange.Record) error {
	j.open()
	j.buf = appendObject(j.buf, r)
	return j.close()
}

func (j *jsonWriter) open() {
	j.buf = j.buf[:0]
	if !j.lines {
		if j.rows > 0 {
			j.buf = append(j.buf, ',')
		}
		j.buf = append(j.buf, '\n')
	}
	j.rows++
}

func (j *jsonWriter) close() error {
	if j.lines {
		j.buf = append(j.buf, '\n')
	}
	if _, err := j.w.Write(j.buf); err != nil {
		return err
	}
	if j.lines && j.rows < 100 {
		// The first rows go out at once, for whoever waits to see them.
		return j.w.Flush()
	}
	return nil
}

func (j *jsonWriter) end() error {
	if !j.lines {
		end := "\n]\n"
		if j.rows == 0 {
			end = "]\n"
		}
		if _, err := j.w.WriteString(end); err != nil {
			return err
		}
	}
	return j.w.Flush()
}

// appendJSON writes a value with its type kept: sizes and whole numbers as numbers of bytes and units,
// Unlimited as that word, lists as arrays, objects as objects, times as RFC 3339, durations as
// "90.00:00:00", nothing as null.
func appendJSON(b []byte, v exchange.Value) []byte {
	switch v.Kind() {
	case exchange.None:
		return append(b, "null"...)
	case exchange.Flag:
		return strconv.AppendBool(b, v.Flag())
	case exchange.Integer:
		return strconv.AppendInt(b, v.Int(), 10)
	case exchange.Size:
		if v.IsUnlimited() {
			return append(b, `"Unlimited"`...)
		}
		return strconv.AppendInt(b, v.Int(), 10)
	case exchange.Decimal:
		return appendDecimal(b, v)
	case exchange.Time:
		return appendString(b, timeText(v))
	case exchange.List:
		b = append(b, '[')
		for i, m := range v.List() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, m)
		}
		return append(b, ']')
	case exchange.Nested:
		if r := v.Nested(); len(r.Fields) > 0 {
			return appendObject(b, r)
		}
	}
	return appendString(b, v.Text())
}

// appendObject writes an object. A name that stands twice is written once, with its first value.
func appendObject(b []byte, r exchange.Record) []byte {
	b = append(b, '{')
	for i, f := range r.Fields {
		if again(r.Fields[:i], f.Name) {
			continue
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, f.Name), ':')
		b = appendJSON(b, f.Value)
	}
	return append(b, '}')
}

func again(before []exchange.Field, name string) bool {
	if len(before) > 256 {
		return false
	}
	for i := range before {
		if len(before[i].Name) == len(name) && before[i].Name == name {
			return true
		}
	}
	return false
}

// appendDecimal writes digits as they came when JSON reads them as a number, and as text otherwise.
func appendDecimal(b []byte, v exchange.Value) []byte {
	s := v.Text()
	if f := v.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) && json.Valid([]byte(s)) && strings.Trim(s, " \t\r\n") == s {
		return append(b, s...)
	}
	return appendString(b, s)
}

// appendString writes s in quotes. Bytes that are no UTF-8 become the replacement character.
func appendString(b []byte, s string) []byte {
	plain := true
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return append(b, `""`...)
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}
