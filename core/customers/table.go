package customers

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tenantry/core/exchange"
)

// MaxFileSize bounds a file to import, in bytes.
const MaxFileSize = 32 << 20

// line is one row of a file, with the number of the line it begins on.
type line struct {
	number int
	cells  []string
	broken string // the raw text, when a quote was never closed
}

// readText reads a whole text file in the encodings spreadsheets write: UTF-8 and UTF-16 with or without
// a byte-order mark, otherwise Windows-1252.
func readText(r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFileSize+1))
	if err != nil {
		return "", &exchange.Problem{Code: CodeFileUnread, Doing: "read a customer file", Cause: err}
	}
	if len(raw) > MaxFileSize {
		return "", &exchange.Problem{
			Code: CodeFileTooBig, Doing: "read a customer file",
			Args: map[string]string{"limit": strconv.Itoa(MaxFileSize)},
		}
	}
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte("\xD0\xCF\x11\xE0")) {
		return "", notText(errors.New("a workbook or an archive"))
	}
	var from encoding.Encoding
	switch order, mark := utf16Order(raw); {
	case mark:
		from = unicode.UTF16(order, unicode.UseBOM)
	case order == unicode.LittleEndian && zerosAt(raw, 1), order == unicode.BigEndian && zerosAt(raw, 0):
		from = unicode.UTF16(order, unicode.IgnoreBOM)
	case utf8.Valid(raw):
		from = unicode.UTF8BOM
	default:
		from = charmap.Windows1252
	}
	text, err := from.NewDecoder().Bytes(raw)
	if err != nil {
		return "", notText(err)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return "", notText(errors.New("zero bytes"))
	}
	return string(text), nil
}

func notText(cause error) *exchange.Problem {
	return &exchange.Problem{Code: CodeNotText, Doing: "read a customer file", Cause: cause}
}

// utf16Order tells the byte order of a file in UTF-16, and whether a mark says so. Without a mark it is
// the order that would put the zeros of plain letters where they are.
func utf16Order(raw []byte) (order unicode.Endianness, mark bool) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return unicode.BigEndian, true
	case len(raw) > 0 && raw[0] == 0:
		return unicode.BigEndian, false
	}
	return unicode.LittleEndian, false
}

// zerosAt tells whether most of the first 64 pairs of bytes have a zero at the given place.
func zerosAt(raw []byte, place int) bool {
	pairs := min(len(raw)/2, 64)
	zeros := 0
	for i := range pairs {
		if raw[2*i+place] == 0 {
			zeros++
		}
	}
	return pairs > 0 && zeros*2 > pairs
}

// split cuts text into rows of cells. It is more forgiving than RFC 4180: a quote inside an unquoted cell
// is a character, and a quote that is never closed spoils its own line only, which comes back broken.
func split(text string, sep byte) []line {
	var rows []line
	for number := 1; text != ""; {
		row, rest, lines, ok := splitRow(text, sep)
		if !ok {
			raw, after := cutLine(text)
			row, rest, lines = line{broken: raw}, after, 1
		}
		row.number = number
		if row.broken != "" || strings.TrimSpace(strings.Join(row.cells, "")) != "" {
			rows = append(rows, row)
		}
		number += lines
		text = rest
	}
	return rows
}

// splitRow reads one row from the front of text; lines is how many lines it took. ok is false when a
// quoted cell does not end.
func splitRow(text string, sep byte) (row line, rest string, lines int, ok bool) {
	for {
		var cell string
		if strings.HasPrefix(text, `"`) {
			var b strings.Builder
			at := 1
			for {
				i := strings.IndexByte(text[at:], '"')
				if i < 0 {
					return line{}, "", 0, false
				}
				b.WriteString(text[at : at+i])
				at += i + 1
				if at >= len(text) || text[at] != '"' {
					break
				}
				b.WriteByte('"')
				at++
			}
			cell = b.String()
			lines += countLines(cell)
			text = text[at:]
		}
		i := strings.IndexAny(text, string(sep)+"\r\n")
		if i < 0 {
			row.cells = append(row.cells, strings.TrimSpace(cell+text))
			return row, "", lines + 1, true
		}
		row.cells = append(row.cells, strings.TrimSpace(cell+text[:i]))
		if text[i] != sep {
			_, rest := cutLine(text[i:])
			return row, rest, lines + 1, true
		}
		text = text[i+1:]
	}
}

func countLines(s string) int {
	return strings.Count(s, "\n") + strings.Count(strings.ReplaceAll(s, "\r\n", ""), "\r")
}

// cutLine cuts text behind its first line, whatever ends it.
func cutLine(text string) (first, rest string) {
	i := strings.IndexAny(text, "\r\n")
	switch {
	case i < 0:
		return text, ""
	case strings.HasPrefix(text[i:], "\r\n"):
		return text[:i], text[i+2:]
	}
	return text[:i], text[i+1:]
}
