package grid

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
)

// TestAScrollStepAllocatesNothing is the promise that scrolling leaves nothing behind for the collector: at any
// number of rows, up and down and sideways, with columns that stay, marks, tints and bars.
func TestAScrollStepAllocatesNothing(t *testing.T) {
	for _, rows := range []int{1_000, 1_000_000, 10_000_000} {
		g, _ := show(t, fits{rows})
		g.SetFrozen(2)
		g.SetFilterRow(true)
		for _, way := range []struct {
			name string
			do   func(i int)
		}{
			{"a row further", func(i int) { g.SetTop(rows/2+i, 0) }},
			{"a few points further", func(i int) { g.SetTop(rows/2, i*7) }},
			{"a jump", func(i int) { g.SetTop((i*7919)%(rows-20), 0) }},
			{"the wheel", func(int) { g.wheel(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: -10}}) }},
			{"an arrow key", func(int) { key(g, fyne.KeyDown) }},
		} {
			i := 0
			g.SetTop(rows/2, 3)
			if n := testing.AllocsPerRun(200, func() { i++; way.do(i); paintAll(g) }); n > allowed[way.name] {
				t.Errorf("%d rows, %s: %v allocations", rows, way.name, n)
			}
		}
		g.SetFilterRow(false)
		i := int64(0)
		if n := testing.AllocsPerRun(200, func() {
			i++
			g.x.set(i * 37 % 1500)
			g.scrolled()
			paintAll(g)
		}); n > 0 {
			t.Errorf("%d rows, sideways: %v allocations", rows, n)
		}
	}
}

// allowed are the allocations a step may make: the selection, which others may keep, is made anew, and the event
// is the test's.
var allowed = map[string]float64{"an arrow key": 2}

// paintAll paints the rows' pictures, as the driver has it done when a frame is drawn.
func paintAll(g *Grid) {
	r := g.body.painted
	for _, s := range r.slots {
		for _, strip := range [2]*strip{&s.cells, &s.fixed} {
			if size := strip.picture.Size(); !s.hidden && !strip.picture.Hidden {
				strip.picture.Generator(int(size.Width), int(size.Height))
			}
		}
	}
}

// BenchmarkPaint is the pictures of a screenful of rows, 24 of 8 columns.
func BenchmarkPaint(b *testing.B) {
	g, w := show(b, fixedData{1_000_000})
	w.Resize(fyne.NewSize(1000, 720))
	b.ReportAllocs()
	for b.Loop() {
		paintAll(g)
	}
}

// fits is a table whose cells make no strings and fit their columns.
type fits struct{ rows int }

func (d fits) Rows() int { return d.rows }

func (d fits) Columns() []Column {
	out := make([]Column, 20)
	for i := range out {
		out[i] = Column{Title: fmt.Sprint("C", i), Key: fmt.Sprint(i), Width: 100, Filtered: i%3 == 0}
	}
	out[1].Kind = Number
	return out
}

func (d fits) Cell(row, column int) Cell {
	c := Cell{Text: [4]string{"Finance", "48.2 GB", "", "never"}[(row+column)%4]}
	if column < 4 {
		c.Mark, c.Fill, c.Bar, c.BarTone = Mark(row)%marks, Tone(row)%tones, float32(row%20)/20, Tone(row)%tones
	}
	return c
}
