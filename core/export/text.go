package export

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

const (
	gap       = "  "
	ellipsis  = "…"
	leastWide = 12 // a column that would get less than this, or than it needs, is left out
)

// writeTable writes text for a terminal: a heading, a line of dashes, a line a row; numbers to the right.
// With a width, long cells end in "…", and when even so not all columns fit, those on the right are left
// out and the heading ends in "…".
func writeTable(w io.Writer, v results.View, o Options) error {
	out := bufio.NewWriterSize(w, 64<<10)
	cols := v.Columns()
	wide := make([]int, len(cols))
	for c := range cols {
		wide[c] = displayWidth(clean(cols[c].Name))
	}
	for r := range v.Len() {
		for c := range cols {
			if n := displayWidth(tableText(v.Cell(r, c))); n > wide[c] {
				wide[c] = n
			}
		}
	}
	shown := len(cols)
	if o.Width > 0 {
		shown = fit(wide, o.Width)
	}
	var line strings.Builder
	put := func(c int, text string) {
		if c > 0 {
			line.WriteString(gap)
		}
		text, n := cut(text, wide[c])
		if fill := strings.Repeat(" ", wide[c]-n); right(cols[c].Type) {
			line.WriteString(fill + text)
		} else {
			line.WriteString(text + fill)
		}
	}
	flush := func(mark string) error {
		_, err := out.WriteString(strings.TrimRight(line.String()+mark, " ") + "\n")
		line.Reset()
		return err
	}
	mark := ""
	if shown < len(cols) {
		mark = " " + ellipsis
	}
	if len(cols) > 0 {
		for c := range shown {
			put(c, clean(cols[c].Name))
		}
		if err := flush(mark); err != nil {
			return err
		}
		for c := range shown {
			put(c, strings.Repeat("-", wide[c]))
		}
		if err := flush(""); err != nil {
			return err
		}
	}
	for r := range v.Len() {
		for c := range shown {
			put(c, tableText(v.Cell(r, c)))
		}
		if err := flush(""); err != nil {
			return err
		}
	}
	return out.Flush()
}

// fit makes columns narrower until they fit, the widest first, and returns how many are shown.
func fit(wide []int, most int) int {
	used, shown := 0, 0
	for _, n := range wide {
		need := min(n, leastWide)
		if shown > 0 {
			need += len(gap)
		}
		room := most
		if shown < len(wide)-1 {
			room -= 2 // for the mark that there are more
		}
		if used+need > room && shown > 0 {
			break
		}
		used += need
		shown++
	}
	total := func() int {
		n := len(gap) * (shown - 1)
		for _, w := range wide[:shown] {
			n += w
		}
		return n
	}
	if shown < len(wide) {
		most -= 2
	}
	for c := range shown {
		wide[c] = min(wide[c], max(most, 1))
	}
	for over := total() - most; over > 0; over-- {
		widest := 0
		for c, n := range wide[:shown] {
			if n > wide[widest] {
				widest = c
			}
		}
		if wide[widest] <= 1 {
			break
		}
		wide[widest]--
	}
	return shown
}

func right(k exchange.Kind) bool {
	switch k {
	case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration:
		return true
	}
	return false
}

// tableText is how a value looks in the terminal: sizes in a unit one can read, times to the second.
func tableText(v exchange.Value) string {
	switch v.Kind() {
	case exchange.Size:
		short, _, _ := strings.Cut(v.Text(), " (")
		return short
	case exchange.Integer:
		return strconv.FormatInt(v.Int(), 10)
	case exchange.Time:
		t, zone := v.Instant()
		if zone {
			return t.Format(time.RFC3339)
		}
		return t.Format("2006-01-02T15:04:05")
	}
	return clean(v.Text())
}

// clean takes out what would move the cursor or command the terminal.
func clean(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// cut shortens s to at most so wide, and returns how wide it is then.
func cut(s string, most int) (string, int) {
	n := displayWidth(s)
	if n <= most {
		return s, n
	}
	n = 0
	for i, r := range s {
		w := runeWidth(r)
		if n+w > most-1 {
			return s[:i] + ellipsis, n + 1
		}
		n += w
	}
	return s, n
}
