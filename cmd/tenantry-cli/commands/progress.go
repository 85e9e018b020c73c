package commands

import (
	"fmt"
	"io"
	"time"
)

// progressLine is one line on a terminal that is written over and over. Where standard error is no
// terminal, or --quiet is set, it shows nothing.
type progressLine struct {
	out   io.Writer
	width int
	last  time.Time
	shown bool
}

// betweenProgress keeps a fast run from spending its time on drawing.
const betweenProgress = 100 * time.Millisecond

func (a *app) progressLine() *progressLine {
	if a.quiet || !isTerminal(a.Err) {
		return &progressLine{}
	}
	return &progressLine{out: a.Err, width: terminalWidth(a.Err, 80)}
}

func (p *progressLine) show(text string) {
	if p.out == nil || time.Since(p.last) < betweenProgress {
		return
	}
	p.last = time.Now()
	if runes := []rune(text); len(runes) >= p.width {
		text = string(runes[:p.width-1])
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", text)
	p.shown = true
}

// clear takes the line away, so that what follows starts on a clean one.
func (p *progressLine) clear() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
