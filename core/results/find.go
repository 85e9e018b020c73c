package results

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"tenantry/core/exchange"
)

// finder looks for one text in many, without regard to case.
type finder struct {
	folded  string // what to look for: lower case
	ascii   bool
	skip    [256]uint8 // how far to move on when this byte stands at the end of the window; 0 where it may be a match
	again   uint8      // and how far when it was none
	strange []string   // letters beyond ASCII that fold into one of the text's
}

// intoASCII are the letters beyond ASCII that foldText makes ASCII of: a capital i with a dot, a small one
// without, the long s and the sign for kelvin.
var intoASCII = []string{"\u0130", "\u0131", "\u017f", "\u212a"}

func newFinder(text string) *finder {
	f := &finder{folded: foldText(text), ascii: true}
	for i := range len(f.folded) {
		if f.folded[i] >= utf8.RuneSelf {
			f.ascii = false
		}
	}
	n := len(f.folded)
	if n == 0 {
		return f
	}
	for i := range f.skip {
		f.skip[i] = uint8(min(n, 255))
	}
	last := f.folded[n-1]
	f.again = f.skip[last]
	for i := range n {
		d := uint8(min(n-1-i, 255))
		c := f.folded[i]
		if c == last && i < n-1 {
			f.again = d
			continue
		}
		f.skip[c] = d
		if c >= 'a' && c <= 'z' {
			f.skip[c-'a'+'A'] = d
		}
	}
	for _, letter := range intoASCII {
		if strings.Contains(f.folded, foldText(letter)) {
			f.strange = append(f.strange, letter)
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
	if f.ascii && next(f, s, 0) >= 0 {
		return true
	}
	// Some letters beyond ASCII fold into it.
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Contains(foldText(s), f.folded)
		}
	}
	return f.folded == ""
}

// next is where the text stands in s at or after from, byte by byte, or -1. The text is ASCII.
func next[T string | []byte](f *finder, s T, from int) int {
	w, n := f.folded, len(f.folded)
	if n == 0 {
		return -1
	}
	for end := from + n - 1; end < len(s); {
		if d := f.skip[s[end]]; d != 0 {
			end += int(d)
			continue
		}
		i, j := end-1, n-2
		for j >= 0 && lower(s[i]) == w[j] {
			i--
			j--
		}
		if j < 0 {
			return i + 1
		}
		end += int(f.again)
	}
	return -1
}

// texts sets hits for the codes of texts that have the text, and tells whether there are any.
func (f *finder) texts(ctx context.Context, t *texts, hits []bool) (some bool, err error) {
	for first := 0; first < t.len(); first += chunkTexts {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		body := t.open
		if chunk := first >> chunkBits; chunk < len(t.closed) {
			body = t.closed[chunk]
		}
		starts := t.starts[first:min(first+chunkTexts, t.len())]
		if f.inChunk(body, starts, hits[int(firstCode)+first:]) {
			some = true
		}
	}
	return some, nil
}

// inChunk is texts for those that stand behind each other in body.
func (f *finder) inChunk(body string, starts []uint32, hits []bool) (some bool) {
	n := len(f.folded)
	whole := f.ascii && n > 0 // whether the texts can be searched as one
	for _, letter := range f.strange {
		whole = whole && !strings.Contains(body, letter)
	}
	end := func(i int) int {
		if i+1 < len(starts) {
			return int(starts[i+1])
		}
		return len(body)
	}
	if !whole {
		for i, from := range starts {
			if f.in(body[from:end(i)]) {
				hits[i], some = true, true
			}
		}
		return some
	}
	i := 0
	for from := int(starts[0]); ; {
		at := next(f, body, from)
		if at < 0 {
			return some
		}
		for step := 1; end(i) <= at; { // the text it begins in: fast when it is far, and when it is near
			if j := i + step; j < len(starts) && int(starts[j]) <= at {
				i, step = j, 2*step
			} else {
				step = max(1, step/2)
			}
		}
		if from = at + 1; at+n <= end(i) {
			hits[i], some = true, true
			from = end(i)
		}
	}
}

// findRows keeps of the rows (nil: all) those with the text in one of the columns.
func findRows(ctx context.Context, t *frozen, cols []int, text string, rows []uint32) ([]uint32, error) {
	f := newFinder(text)
	keep := make([]bool, t.rows)
	var mu sync.Mutex
	var failed error
	var at atomic.Int64
	work := func() {
		mine := make([]bool, t.rows)
		var err error
		for i := int(at.Add(1)) - 1; i < len(cols) && err == nil; i = int(at.Add(1)) - 1 {
			err = f.column(ctx, t.cols[cols[i]], mine)
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = err
		}
		for i, k := range mine {
			keep[i] = keep[i] || k
		}
	}
	const worth = 1 << 14 // rows
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(cols), 1+t.rows/worth) - 1 {
		others.Go(work)
	}
	work()
	if others.Wait(); failed != nil {
		return nil, failed
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
		return f.numbers(ctx, c, keep)
	}
	hits := make([]bool, int(firstCode)+c.distinct())
	some, err := false, error(nil)
	if c.way == words {
		some, err = f.texts(ctx, &c.words, hits)
	} else {
		for i, v := range c.vals {
			if i%pause == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if f.in(v.Text()) {
				hits[int(firstCode)+i], some = true, true
			}
		}
	}
	if some && err == nil {
		c.codes.mark(keep, hits)
	}
	return err
}

// numbers is column for a column of numbers.
func (f *finder) numbers(ctx context.Context, c *frozenColumn, keep []bool) error {
	unlimited := c.unlimited && f.in(exchange.Unlimited().Text())
	if !f.mayBeIn(c) {
		if unlimited {
			for i, num := range c.nums {
				keep[i] = keep[i] || num == numUnlimited
			}
		}
		return ctx.Err()
	}
	var text []byte
	last, hit := numAbsent, false // rows often repeat the number above them
	for i, num := range c.nums {
		if i%pause == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case num <= numLastBlank || keep[i]:
			continue
		case num == numUnlimited:
			keep[i] = unlimited
			continue
		case num != last || c.tags != nil:
			text = c.number(i).AppendText(text[:0])
			last, hit = num, f.folded == "" || next(f, text, 0) >= 0
		}
		keep[i] = hit
	}
	return nil
}

// mayBeIn tells whether the text has only letters that the numbers of a column are written with.
func (f *finder) mayBeIn(c *frozenColumn) bool {
	letters := "-0123456789"
	switch c.typ {
	case exchange.Size:
		letters += "., ()bytekmgps"
	case exchange.Duration:
		letters += ".:"
	case exchange.Time:
		letters += ".:+tz"
	}
	return strings.Trim(f.folded, letters) == ""
}
