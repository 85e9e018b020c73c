package export

import (
	"math/bits"
	"slices"
	"strings"

	"tenantry/core/results"
)

// split finds the cells of a piece, column by column. It tells whether all rows have so many cells; when they
// do not, nothing of what it found is good.
func (b *block) split(text string, comma byte, width int) bool {
	b.text, b.Rows = text, 0
	// A row takes a byte for each of its cells, and ends a line; the last one need not.
	b.room = min(strings.Count(text, "\n")+strings.Count(text, "\r")+1, len(text)/width+2)
	b.spans = slices.Grow(b.spans[:0], b.room*width)[:b.room*width]
	if strings.IndexByte(text, '"') < 0 {
		if even, ok := b.splitBare(text, comma, width); ok {
			return even
		}
		b.Rows = 0
	}
	return b.splitAny(text, comma, width)
}

const (
	eachByte  = 0x0101010101010101
	eachHigh  = 0x80 * eachByte
	eachLower = 0x7f * eachByte
)

// splitBare is split for a piece without quotes. ok is false when some line ends in a carriage return alone.
func (b *block) splitBare(text string, comma byte, width int) (even, ok bool) {
	spans, room, commas := b.spans, b.room, eachByte*uint64(comma)
	row, col, place, start, returns := 0, 0, 0, 0, 0
	// base is where eight letters stand, and hits has the high bit of those that part cells or rows.
	base, next, hits := 0, 0, uint64(0)
	for {
		for hits == 0 && next+8 <= len(text) {
			t := text[next : next+8]
			w := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
				uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
			x, y := w^commas, w^eachByte*'\n'
			hits = (^(x&eachLower + eachLower | x) | ^(y&eachLower + eachLower | y)) & eachHigh
			base, next = next, next+8
		}
		at := base + bits.TrailingZeros64(hits)/8
		if hits &= hits - 1; at >= next { // nothing is left but the letters behind the last eight
			for at = next; at < len(text) && text[at] != comma && text[at] != '\n'; at++ {
			}
			if next = at + 1; at >= len(text) && start >= len(text) && col == 0 {
				break
			}
			base = next
		}
		to := at
		if at < len(text) && text[at] == comma {
			if col+1 < width {
				spans[place] = results.Span{From: uint32(start), To: uint32(at)}
				start = at + 1
				col++
				place += room
				continue
			}
			return false, true
		}
		if to > start && text[to-1] == '\r' {
			to--
			returns++
		}
		if col == 0 && to == start { // a line with nothing on it
			start = at + 1
			continue
		}
		if col+1 != width {
			return false, true
		}
		spans[place] = results.Span{From: uint32(start), To: uint32(to)}
		start = at + 1
		row++
		col, place = 0, row
	}
	b.Rows = row
	return true, returns == strings.Count(text, "\r")
}

// splitAny is split for any piece. Cells that are written otherwise than they are meant, with quotes twice,
// are put behind the text.
func (b *block) splitAny(text string, comma byte, width int) bool {
	reader := cellReader{text: text, comma: comma}
	var behind strings.Builder
	for {
		reader.skipLines()
		if reader.at >= len(text) {
			break
		}
		for col := 0; ; col++ {
			if col == width {
				return false
			}
			from := reader.at
			cell := reader.cell()
			span := results.Span{From: uint32(from), To: uint32(from + len(cell))}
			switch {
			case text[from:] == "" || text[from] != '"': // bare
			case from+1+len(cell) <= reader.at && text[from+1:from+1+len(cell)] == cell: // quoted
				span.From++
				span.To++
			default:
				span.From = uint32(len(text) + behind.Len())
				behind.WriteString(cell)
				span.To = uint32(len(text) + behind.Len())
			}
			b.spans[col*b.room+b.Rows] = span
			if reader.at < len(text) && text[reader.at] == comma {
				reader.at++
				continue
			}
			if col+1 != width {
				return false
			}
			break
		}
		b.Rows++
		if reader.at < len(text) {
			reader.newline()
		}
	}
	if behind.Len() > 0 {
		b.text = text + behind.String()
	}
	return !reader.unended // which is told of where the file is read whole
}
