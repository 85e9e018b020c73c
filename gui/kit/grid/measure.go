package grid

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// ruler measures text by adding up the widths of its characters. That is quick and needs no memory, where
// shaping each text would need both; what it ignores, kerning, makes text narrower, never wider by more
// than a point. Scripts beyond Latin, Greek and Cyrillic join or come from other fonts: those are shaped.
type ruler struct {
	size  float32
	style fyne.TextStyle
	ascii [128]float32
	rest  map[rune]float32
	dots  float32 // width of "…"
}

func newRuler(size float32, bold bool) *ruler {
	r := &ruler{size: size, style: fyne.TextStyle{Bold: bold}, rest: map[rune]float32{}}
	for c := rune(' '); c < 127; c++ {
		r.ascii[c] = r.ask(c)
	}
	r.dots = r.ask('…')
	return r
}

// ask measures many copies, because Fyne rounds the width of a text.
func (r *ruler) ask(c rune) float32 {
	const copies = 8
	var text [copies]rune
	for i := range text {
		text[i] = c
	}
	return fyne.MeasureText(string(text[:]), r.size, r.style).Width / copies
}

func (r *ruler) of(c rune) float32 {
	if c < 128 {
		return r.ascii[c]
	}
	w, ok := r.rest[c]
	if !ok {
		w = r.ask(c)
		r.rest[c] = w
	}
	return w
}

// width is how wide text is.
func (r *ruler) width(text string) float32 {
	var w float32
	for _, c := range text {
		w += r.of(c)
	}
	return w
}

// fit cuts text to room, with "…" where something is missing, and tells whether it cut. Only the first line
// is kept.
func (r *ruler) fit(text string, room float32) (string, bool) {
	for _, c := range text {
		if joins(c) {
			return r.fitShaped(text, room)
		}
	}
	end, cut := r.cut(text, room)
	if cut {
		return text[:end] + "…", true
	}
	return text, false
}

// cut tells how many bytes of a text there is room for, and whether "…" has to follow them. It is for texts
// whose characters stand alone.
func (r *ruler) cut(text string, room float32) (end int, cut bool) {
	var w float32
	end = -1 // byte up to which text and "…" fit
	for i := 0; i < len(text); {
		c, n := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(text[i:])
		}
		if c == '\n' || c == '\r' {
			if end < 0 {
				end = i
			}
			return min(end, i), true
		}
		if end < 0 && w+r.of(c)+r.dots > room {
			end = i
		}
		w += r.of(c)
		if w > room {
			return max(end, 0), true
		}
		i += n
	}
	return len(text), false
}

// fitShaped is fit for scripts whose characters have no width of their own.
func (r *ruler) fitShaped(text string, room float32) (string, bool) {
	measure := func(s string) float32 { return fyne.MeasureText(s, r.size, r.style).Width }
	line, _, broken := strings.Cut(strings.ReplaceAll(text, "\r", "\n"), "\n")
	if !broken && measure(line) <= room {
		return text, false
	}
	runes := []rune(line)
	low, high := 0, len(runes)
	for low < high {
		middle := (low + high + 1) / 2
		if measure(string(runes[:middle])+"…") <= room {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return string(runes[:low]) + "…", true
}
