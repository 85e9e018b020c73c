//go:build linux

// Package frames scrolls a million rows in the real window, on a virtual display, with a wheel, a scroll bar and
// keys. It looks whether what is drawn are the rows that belong there, whether memory stays as it is, and what
// each frame costs. `make frames` asks for the figures; otherwise fewer steps are made and the figures, with the
// race detector in them, are only printed.
package frames

import (
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tenantry/gui/kit/grid"
	"tenantry/test/bench/million"
)

// figures names the file the frame times go to, when they are asked for.
const figures = "TENANTRY_FRAMES"

func TestScrolling(t *testing.T) {
	s := open(t)
	steps, file := 2_000, filepath.Join(scratch, "frames.csv")
	if asked := os.Getenv(figures); asked != "" {
		steps, file = 10_000, asked
	}
	s.scroll(steps)
	for _, line := range s.probe.told() {
		t.Log(line)
	}
	if err := s.probe.write(file); err != nil {
		t.Fatal(err)
	}
	t.Log("each frame is in", file)
	s.fields()
	s.exact("a million rows", s.grid.Data(), 987_654)
	s.do(func() {
		s.grid = grid.New(numbered{10_000_000})
		s.show(s.grid)
		s.grid.SetFrozen(2)
	})
	s.exact("ten million rows", s.grid.Data(), 9_876_543)
	s.do(func() { grid.Focus(s.grid) })
	s.Input("key", "ctrl+End")
	s.quiet()
	s.right("at the end of ten million rows")
	s.do(func() {
		lines := s.grid.Words()
		if last := lines[len(lines)-1]; last[0] != "row 10000000" {
			t.Errorf("the last row of ten million says %q", last)
		}
	})
}

// BenchmarkFrames tells what a frame costs, in milliseconds of the processor, for each way to scroll.
func BenchmarkFrames(b *testing.B) {
	s := open(b)
	for b.Loop() {
		s.scroll(2_000)
	}
	for _, way := range s.probe.ways() {
		name := strings.ReplaceAll(way.name, " ", "-")
		b.ReportMetric(ms(way.percentile(50)), "ms-"+name+"-p50")
		b.ReportMetric(ms(way.percentile(99)), "ms-"+name+"-p99")
		b.ReportMetric(ms(way.percentile(100)), "ms-"+name+"-max")
	}
}

// scroll goes through the rows in every way there is, and sees to it that memory stays as it is over so many
// steps of the wheel.
func (s *stage) scroll(steps int) {
	s.t.Helper()
	n := strconv.Itoa
	s.mouse(append(s.to(500, 300), "sleep", "0.3")...)
	s.way("warming up", func() { s.Input("click", "--repeat", "300", "--delay", "2", "5") })
	before := s.memory()
	s.way("wheel", func() {
		for range 4 { // down a long way, and up a little
			s.Input("click", "--repeat", n(steps/5), "--delay", "1", "5")
			s.Input("click", "--repeat", n(steps/20), "--delay", "1", "4")
		}
	})
	s.steady("the wheel", before)
	s.way("wheel sideways", func() {
		for range 3 {
			s.Input("keydown", "shift", "click", "--repeat", "40", "--delay", "5", "5", "click", "--repeat", "40", "--delay", "5", "4", "keyup", "shift")
		}
	})
	s.way("scroll bar", func() {
		var size, top float32
		s.do(func() { size, top = s.grid.Size().Height, s.grid.Size().Width-6 })
		s.mouse("key", "--window", "0", "ctrl+Home")
		s.quiet()
		drag := append(s.to(top, 36), "sleep", "0.3", "mousedown", "1")
		for _, part := range []float32{0.2, 0.5, 0.4, 0.9, 0.1, 0.7, 1.2} { // in the end beyond the end
			for i := range 20 {
				drag = append(append(drag, s.to(top, 36+(size-60)*part*(0.8+float32(i)/100))...), "sleep", "0.02")
			}
		}
		s.mouse(append(drag, "mouseup", "1")...)
	})
	s.do(func() {
		if top, _ := s.grid.Top(); top < million.Rows-40 {
			s.t.Errorf("the scroll bar dragged to its end shows row %d first", top)
		}
	})
	s.way("Page keys", func() {
		s.Input("key", "--repeat", "150", "--delay", "8", "Prior")
		s.Input("key", "--repeat", "150", "--delay", "8", "Next")
	})
	s.way("arrow keys", func() {
		s.Input("key", "--repeat", "300", "--delay", "5", "Up")
	})
	s.way("to the end and back", func() {
		for range 10 {
			s.Input("key", "--delay", "60", "ctrl+Home", "ctrl+End")
		}
	})
	s.do(func() {
		if top, _ := s.grid.Top(); s.grid.Cursor() != million.Rows-1 || top < million.Rows-40 {
			s.t.Errorf("Ctrl+End leads to row %d, with row %d at the top", s.grid.Cursor(), top)
		}
	})
	s.steady("all of it", before)
}

// steady asserts that no more memory is held than before, but for what a few caches may take.
func (s *stage) steady(when string, before memory) {
	s.t.Helper()
	const bytes, objects, resident = 2 << 20, 5_000, 48 << 20
	after := s.memory()
	s.t.Logf("%s: %d bytes and %d objects more, resident %d MB after %d MB", when,
		after.bytes-before.bytes, after.objects-before.objects, after.resident>>20, before.resident>>20)
	if after.bytes-before.bytes > bytes || after.objects-before.objects > objects {
		s.t.Errorf("%s: memory grew from %d bytes in %d objects to %d in %d", when, before.bytes, before.objects, after.bytes, after.objects)
	}
	if after.resident-before.resident > resident {
		s.t.Errorf("%s: the process grew from %d to %d MB", when, before.resident>>20, after.resident>>20)
	}
}

// exact shows a row, counted from 1, by its number alone, and asserts that what the display shows is pixel for
// pixel the rows from there on, as a table of only those rows shows them; and that it is not the one before.
func (s *stage) exact(what string, data grid.Data, row int) {
	s.t.Helper()
	look := func(name string, data grid.Data, first int) image.Image {
		s.do(func() {
			s.grid.SetData(data)
			s.grid.SetSelection(nil, -1)
			s.grid.RevealColumn(data.Columns()[0].Key)
			s.grid.SetTop(first, 0)
			s.win.Canvas().Unfocus()
		})
		return s.picture(fmt.Sprintf("frames-%s-%s", strings.ReplaceAll(what, " ", "-"), name))
	}
	s.mouse(append(s.to(500, -20), "sleep", "0.3")...) // nothing under the pointer
	all := look("all", data, row-1)
	s.right(what)
	from := (row - 1 - 100) &^ 1 // an even number of rows is left out, so that the stripes are the same
	part := look("part", slice{data, from, 400}, row-1-from)
	if at := differ(all, part); at.Dx() > 14 {
		s.t.Errorf("%s: around row %d the screen differs at %v from the rows themselves", what, row, at)
	}
	other := look("other", slice{data, from - 2, 400}, row-1-from)
	if at := differ(all, other); at.Dy() < 300 {
		s.t.Errorf("%s: two rows further up the screen only differs at %v", what, at)
	}
	s.do(func() { s.grid.SetData(data) })
}

// differ is the smallest box around all pixels in which two pictures differ.
func differ(a, b image.Image) image.Rectangle {
	var box image.Rectangle
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// slice is some rows of a table.
type slice struct {
	of         grid.Data
	from, rows int
}

func (s slice) Rows() int                      { return s.rows }
func (s slice) Columns() []grid.Column         { return s.of.Columns() }
func (s slice) Cell(row, column int) grid.Cell { return s.of.Cell(s.from+row, column) }

// numbered is a table that is made as one looks at it.
type numbered struct{ rows int }

func (n numbered) Rows() int { return n.rows }

func (numbered) Columns() []grid.Column {
	out := make([]grid.Column, 20)
	for i := range out {
		out[i] = grid.Column{Title: "Column " + strconv.Itoa(i+1), Key: strconv.Itoa(i), Kind: grid.Kind(i % 2)}
	}
	return out
}

func (numbered) Cell(row, column int) grid.Cell {
	if column == 0 {
		return grid.Cell{Text: "row " + strconv.Itoa(row+1)}
	}
	return grid.Cell{Text: strconv.Itoa((row + 1) * (column + 1)), Bar: float32(row%100) / 100 * float32(column%2)}
}

// way is the frames of one way to scroll.
type way struct {
	name   string
	frames []frame
}

// ways are those that were measured, in order, without the warming up.
func (p *probe) ways() []way {
	var out []way
	for _, f := range p.frames {
		i := slices.IndexFunc(out, func(w way) bool { return w.name == f.what })
		if i < 0 {
			i = len(out)
			out = append(out, way{name: f.what})
		}
		out[i].frames = append(out[i].frames, f)
	}
	return slices.DeleteFunc(out, func(w way) bool { return w.name == "warming up" })
}

// percentile is the work of the frame that p of a hundred take no longer than.
func (w way) percentile(p int) time.Duration {
	work := make([]time.Duration, len(w.frames))
	for i, f := range w.frames {
		work[i] = f.work()
	}
	slices.Sort(work)
	return work[max((p*len(work)+99)/100-1, 0)]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// told is the figures in words, a line for each way to scroll and one for all.
func (p *probe) told() []string {
	ways := p.ways()
	all := way{name: "all"}
	for _, w := range ways {
		all.frames = append(all.frames, w.frames...)
	}
	var out []string
	for _, w := range append(ways, all) {
		over := 0
		for _, f := range w.frames {
			if f.work() > 16*time.Millisecond {
				over++
			}
		}
		out = append(out, fmt.Sprintf("%-20s %5d frames: half of them under %5.2f ms, 99 of 100 under %5.2f ms, the longest %5.2f ms; %d over 16 ms",
			w.name, len(w.frames), ms(w.percentile(50)), ms(w.percentile(99)), ms(w.percentile(100)), over))
	}
	return out
}

// write writes every frame: microseconds of processor time for handling events and for drawing, their sum, and
// microseconds by the clock from the start of drawing to its end.
func (p *probe) write(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	_ = w.Write([]string{"way", "events-us", "draw-us", "work-us", "clock-us"}) // a Writer remembers its first error
	us := func(d time.Duration) string { return strconv.FormatInt(d.Microseconds(), 10) }
	for _, f := range p.frames {
		_ = w.Write([]string{f.what, us(f.events), us(f.draw), us(f.work()), us(f.clock)})
	}
	w.Flush()
	return errors.Join(w.Error(), f.Close())
}
