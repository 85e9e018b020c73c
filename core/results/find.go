package results

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// finder looks for one text in many, without regard to case.
type finder struct {
	folded string // what to look for: lower case
	ascii  bool
	skip   [256]uint8 // how far to move on when this byte stands at the end of the window
}

func newFinder(text string) *finder {
	f := &finder{folded: foldText(text), ascii: true}
	for i := range len(f.folded) {
		if f.folded[i] >= utf8.RuneSelf {
			f.ascii = false
		}
	}
	n := len(f.folded)
	for i := range f.skip {
		f.skip[i] = uint8(min(n, 255))
	}
	for i := 0; i < n-1; i++ {
		d := uint8(min(n-1-i, 255))
		c := f.folded[i]
		f.skip[c] = d
		if c >= 'a' && c <= 'z' {
			f.skip[c-'a'+'A'] = d
		}
	}
	return f
}

// foldText makes texts equal that differ only in case.
func foldText(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

func lower(c byte) byte {
	if c-'A' < 26 {
		return c + 'a' - 'A'
	}
	return c
}

// in tells whether s has the text.
func (f *finder) in(s string) bool {
	if f.ascii && f.next(s, 0) >= 0 {
		return true
	}
	// Some letters beyond ASCII fold into it, such as the sign for kelvin.
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Contains(foldText(s), f.folded)
		}
	}
	return f.folded == ""
}

// next is where the text stands in s at or after from, byte by byte, or -1. The text is ASCII.
func (f *finder) next(s string, from int) int {
	w, n := f.folded, len(f.folded)
	if n == 0 {
		return -1
	}
	last := w[n-1]
	for end := from + n - 1; end < len(s); {
		c := s[end]
		if lower(c) == last {
			i, j := end-1, n-2
			for j >= 0 && lower(s[i]) == w[j] {
				i--
				j--
			}
			if j < 0 {
				return i + 1
			}
		}
		end += int(f.skip[c])
	}
	return -1
}

// findRows keeps of the rows (nil: all) those with the text in one of the columns.
func findRows(ctx context.Context, t *frozen, cols []int, text string, rows []uint32) ([]uint32, error) {
	f := newFinder(text)
	keep := make([]bool, t.rows)
	for _, at := range cols {
		if err := f.column(ctx, t.cols[at], keep); err != nil {
			return nil, err
		}
	}
	if rows == nil {
		return chosen(keep), nil
	}
	left := rows[:0]
	for _, r := range rows {
		if keep[r] {
			left = append(left, r)
		}
	}
	return left, nil
}

// column sets keep for rows that have the text in c.
func (f *finder) column(ctx context.Context, c *frozenColumn, keep []bool) error {
	if c.way == numbers {
		for i, num := range c.nums {
			if i%pause == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if num > numLastBlank && !keep[i] && f.in(c.number(i).Text()) {
				keep[i] = true
			}
		}
		return nil
	}
	hits := make([]bool, int(firstCode)+c.distinct())
	some := false
	for i := range c.distinct() {
		if i%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		code := firstCode + uint32(i)
		if f.in(c.value(code).Text()) {
			hits[code], some = true, true
		}
	}
	if !some {
		return nil
	}
	for i := range c.codes.n {
		if hits[c.codes.at(i)] {
			keep[i] = true
		}
	}
	return ctx.Err()
}
