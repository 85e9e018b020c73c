package export

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// columnRead is how the cells of a column are read.
type columnRead struct {
	as   guess // the one type that all cells are taken to have; 0 for text
	read func(string) exchange.Value
	kind exchange.Kind // of the numbers it gives, None when it gives none
}

// asType is how a column is read whose cells are what g says.
func asType(g guess, name string) columnRead {
	c := columnRead{as: g.choice(), read: g.reader(name)}
	switch c.as {
	case wholeNumber:
		c.kind = exchange.Integer
		if sizeName(name) {
			c.kind = exchange.Size
		}
	case sizeText:
		c.kind = exchange.Size
	case flagWord:
		c.kind = exchange.Flag
	case spanText:
		c.kind = exchange.Duration
	case timeText3339:
		c.kind = exchange.Time
	}
	return c
}

// block is the cells of a piece, column by column. It is used for one piece after the other.
type block struct {
	results.Block
	text  string         // the piece, and behind it the cells that are written otherwise than they are meant
	spans []results.Span // of the cells of each column, with room for so many
	room  int
	ticks bool    // there is an apostrophe somewhere
	even  bool    // every row has all columns
	found []guess // what the cells can be, of columns of which that is not known
	valid bool    // it is UTF-8
	wrong bool    // some cell is not what its column is read as
	nums  [][]int64
	vals  [][]exchange.Value
}

// take reads the cells of a piece.
func (b *block) take(text string, f *filling) {
	b.wrong, b.valid = false, !f.guesses || utf8.ValidString(text)
	if b.even = b.split(text, f.comma, len(f.columns)); !b.even || !b.valid {
		return
	}
	b.ticks = strings.IndexByte(b.text, '\'') >= 0
	if n := len(f.columns); len(b.nums) != n {
		b.Columns, b.found, b.nums, b.vals = make([]results.Cells, n), make([]guess, n), make([][]int64, n), make([][]exchange.Value, n)
	}
	for i := range f.columns {
		if f.unknown[i] {
			b.found[i] = b.find(i, f.columns[i].as)
			if f.blank[i] && b.found[i]&seen != 0 {
				continue // it has to be settled first what they are read as
			}
		}
		b.readColumn(i, &f.columns[i])
	}
}

// at are the places of a column's cells in the text.
func (b *block) at(column int) []results.Span { return b.spans[column*b.room:][:b.Rows] }

func (b *block) cell(s results.Span) string { return b.text[s.From:s.To] }

// find finds what the cells of a column can be, until that is what they are read as.
func (b *block) find(column int, as guess) guess {
	g := anything
	for _, s := range b.at(column) {
		if s.From == s.To {
			continue
		}
		if g = g.narrow(b.cell(s)); g.choice() == as {
			break
		}
	}
	return g
}

// readColumn reads the cells of a column.
func (b *block) readColumn(i int, c *columnRead) {
	at := b.at(i)
	switch {
	case c.as == 0:
		b.refuse(at)
		b.Columns[i] = results.Cells{Text: b.text, At: at}
	case c.kind == exchange.None:
		b.Columns[i] = results.Cells{Values: b.values(i, c)}
	default:
		cells := results.Cells{Kind: c.kind}
		nums, alike := slices.Grow(b.nums[i][:0], b.Rows), true
		switch c.as {
		case wholeNumber:
			nums, alike = b.wholes(nums, at)
		case timeText3339:
			nums, alike = b.times(nums, at, &cells)
		default:
			nums, alike = b.others(nums, at, c)
		}
		b.nums[i] = nums
		if cells.Numbers = nums; !alike {
			cells = results.Cells{Values: b.values(i, c)}
		}
		b.Columns[i] = cells
	}
}

// refuse takes back what csvText does to cells that a spreadsheet would run.
func (b *block) refuse(at []results.Span) {
	if !b.ticks {
		return
	}
	for i, s := range at {
		if s.From < s.To && b.text[s.From] == '\'' {
			at[i].From = s.To - uint32(len(refuse(b.cell(s))))
		}
	}
}

// values reads any cells.
func (b *block) values(column int, c *columnRead) []exchange.Value {
	vals := b.vals[column][:0]
	for _, s := range b.at(column) {
		var v exchange.Value
		if s.From < s.To {
			cell := b.cell(s)
			if (c.as|seen).narrow(cell)&c.as == 0 {
				b.wrong = true
				return make([]exchange.Value, b.Rows)
			}
			v = c.read(cell)
		}
		vals = append(vals, v)
	}
	b.vals[column] = vals
	return vals
}

// wholes reads whole numbers; alike is false when one of them looks like what stands for something else.
func (b *block) wholes(nums []int64, at []results.Span) (_ []int64, alike bool) {
	text := b.text
	for _, s := range at {
		cell := text[s.From:s.To]
		// Up to 18 digits without a zero before them are read here, all else by those who know all forms.
		if n := len(cell); n > 0 && n <= 18 && cell[0] != '0' {
			num, bad := int64(0), false
			for j := range len(cell) {
				d := cell[j] - '0'
				bad = bad || d > 9
				num = num*10 + int64(d)
			}
			if !bad {
				nums = append(nums, num)
				continue
			}
		}
		if cell == "" {
			nums = append(nums, results.NoNumber)
			continue
		}
		cell = refuse(cell)
		num, ok := readInteger(cell)
		switch {
		case !ok && unlimitedWord(cell):
			num = results.NoLimit
		case !ok:
			b.wrong = true
		case standsForElse(num):
			return nums, false
		}
		nums = append(nums, num)
	}
	return nums, true
}

// times reads times; alike is false when they have not all the same zone.
func (b *block) times(nums []int64, at []results.Span, cells *results.Cells) (_ []int64, alike bool) {
	first := true
	for _, s := range at {
		if s.From == s.To {
			nums = append(nums, results.NoNumber)
			continue
		}
		v, ok := readTime(refuse(b.cell(s)))
		if !ok {
			b.wrong = true
			return nums, true
		}
		ticks, offset, zone, _ := v.Ticks()
		if first {
			cells.Offset, cells.NoZone, first = offset, !zone, false
		}
		if cells.Offset != offset || cells.NoZone == zone {
			return nums, false
		}
		nums = append(nums, ticks)
	}
	return nums, true
}

// others reads flags, durations and sizes; alike is as for wholes.
func (b *block) others(nums []int64, at []results.Span, c *columnRead) (_ []int64, alike bool) {
	for _, s := range at {
		cell, num, ok := b.cell(s), int64(0), true
		switch {
		case cell == "":
			num = results.NoNumber
		case c.as == flagWord:
			if cell == "True" || cell == "true" || strings.EqualFold(cell, "true") {
				num = 1
			} else {
				ok = cell == "False" || cell == "false" || strings.EqualFold(cell, "false")
			}
		case c.as == spanText:
			num, ok = exchange.ParseDuration(refuse(cell))
		default:
			var v exchange.Value
			v, ok = readSize(refuse(cell))
			num = v.Int()
			if v.IsUnlimited() {
				nums = append(nums, results.NoLimit)
				continue
			}
		}
		if cell != "" && standsForElse(num) {
			return nums, false
		}
		b.wrong = b.wrong || !ok
		nums = append(nums, num)
	}
	return nums, true
}

// standsForElse tells whether a number looks like one that stands for something else.
func standsForElse(num int64) bool { return num <= results.NoNumber+1 || num == results.NoLimit }
