package grid

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"tenantry/gui/kit/tip"
)

// stands is where the cells of the first row that shows stand, by column number, and what they say; what is
// wholly outside or under the pinned columns is left out.
func stands(g *Grid) map[int]float32 {
	out := map[int]float32{}
	first, _ := g.y.visible(g.rowHeight())
	r := g.body.painted
	s := r.slots[int(first)%len(r.slots)]
	for _, part := range []struct {
		strip *strip
		x     float32
	}{{&s.cells, r.pane.Position().X + s.cells.box.Position().X}, {&s.fixed, s.fixed.box.Position().X}} {
		for _, c := range part.strip.cells {
			if c.place < 0 || part.strip.picture.Hidden {
				continue
			}
			column := g.cols.list[c.place]
			if x := part.x - nudge + float32(column.start); x+float32(column.width) > r.pane.Position().X && x < float32(g.x.view) || part.strip == &s.fixed {
				out[column.index] = float32(math.Round(float64(x)*100) / 100)
			}
		}
	}
	return out
}

// titled is where the titles stand, by their words.
func titled(g *Grid) map[string]float32 {
	out := map[string]float32{}
	r := g.header.painted
	for _, part := range []struct {
		slots []*titleSlot
		x     float32
	}{{r.slots, r.pane.Position().X + r.pane.inner.Position().X}, {r.pins, 0}} {
		for _, s := range part.slots {
			if !s.box.Hidden {
				out[s.text.Text] = part.x + s.box.Position().X
			}
		}
	}
	return out
}

func TestFrozenColumnsStay(t *testing.T) {
	g, _ := show(t, &numbered{rows: 100, columns: 12})
	g.SetFrozen(2)
	g.x.set(250)
	g.scrolled()
	if got, want := stands(g), map[int]float32{0: 0, 1: 100, 4: 150, 5: 250, 6: 350, 7: 450}; !reflect.DeepEqual(got, want) {
		t.Errorf("cells stand at %v, want %v", got, want)
	}
	want := map[string]float32{"Column 0": 0, "Column 1": 100, "Column 4": 150, "Column 5": 250, "Column 6": 350, "Column 7": 450}
	if got := titled(g); !reflect.DeepEqual(got, want) {
		t.Errorf("titles stand at %v, want %v", got, want)
	}
	if g.body.painted.edge.Hidden || g.body.painted.edge.Position().X != 198 || g.header.painted.edge.Position().X != 198 {
		t.Error("the edge of the frozen columns does not show")
	}
	var menu []int
	g.OnMenu = func(row, column int, _ fyne.Position) { menu = append(menu, row, column) }
	for _, x := range []float32{50, 150, 201, 260} {
		test.TapSecondaryAt(g.body, fyne.NewPos(x, 3))
		test.TapSecondaryAt(g.header, fyne.NewPos(x, 3))
	}
	if want := []int{0, 0, -1, 0, 0, 1, -1, 1, 0, 4, -1, 4, 0, 5, -1, 5}; !reflect.DeepEqual(menu, want) {
		t.Errorf("the menus are for %v, want %v", menu, want)
	}
	g.SetFrozen(0)
	if got := stands(g); got[2] != -50 || !g.body.painted.edge.Hidden {
		t.Errorf("unfrozen, cells stand at %v", got)
	}
}

func TestFrozenColumnsLeaveRoom(t *testing.T) {
	g, w := show(t, &numbered{rows: 100, columns: 12})
	g.SetFrozen(6)
	if g.Frozen() != 6 || g.cols.pinned != 3 {
		t.Errorf("%d of %d frozen columns stay in a window of 500", g.cols.pinned, g.Frozen())
	}
	w.Resize(fyne.NewSize(900, 308))
	if g.cols.pinned != 6 {
		t.Errorf("%d frozen columns stay in a window of 900, want 6", g.cols.pinned)
	}
	g.SetData(&numbered{rows: 100, columns: 2})
	if g.cols.pinned != 2 || !g.below.Hidden {
		t.Errorf("%d of two columns stay", g.cols.pinned)
	}
}

func TestRevealBesideFrozenColumns(t *testing.T) {
	g, _ := show(t, &numbered{rows: 100, columns: 12})
	g.SetFrozen(2)
	g.x.set(700)
	g.scrolled()
	for _, c := range []struct {
		key  string
		want int64
	}{{"0", 700}, {"9", 700}, {"4", 200}, {"11", 712}, {"2", 0}} { // 12 is the scroll bar's
		if g.RevealColumn(c.key); g.x.off != c.want {
			t.Errorf("to show column %s it scrolls to %d, want %d", c.key, g.x.off, c.want)
		}
	}
}

// TestEveryPlaceIsOneColumn holds drawing and hit testing together: the column one sees is the column one hits.
func TestEveryPlaceIsOneColumn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := columns{}
		for i := range rapid.IntRange(1, 30).Draw(t, "columns") {
			c.list = append(c.list, shown{index: i, width: rapid.Int64Range(narrowest, 300).Draw(t, "width")})
		}
		c.arrange()
		view := rapid.Int64Range(200, 1500).Draw(t, "view")
		c.pin(rapid.IntRange(0, len(c.list)).Draw(t, "frozen"), view)
		off := rapid.Int64Range(0, max(c.total-view, 0)).Draw(t, "off")
		first, end := c.visible(off, view)
		x := rapid.Int64Range(0, view-1).Draw(t, "x")
		hit := c.at(c.content(x, off))
		drawn := -1
		for i := range c.list {
			if i >= c.pinned && (i < first || i >= end) {
				continue
			}
			left := c.left(i, off)
			right := left + c.list[i].width
			if i >= c.pinned {
				left = max(left, c.edge)
			}
			if x >= left && x < right {
				if drawn >= 0 {
					t.Fatalf("at %d columns %d and %d show", x, drawn, i)
				}
				drawn = i
			}
		}
		if drawn != hit {
			t.Fatalf("at %d column %d shows, and %d is hit", x, drawn, hit)
		}
		if b := c.borderOn(x, off); b >= 0 {
			if right := c.left(b, off) + c.list[b].width; right < x-slop || right > x+slop || b >= c.pinned && c.pinned > 0 && right < c.edge {
				t.Fatalf("at %d is the border of column %d, which is at %d", x, b, right)
			}
		}
	})
}

func TestHeaderDragsWithFrozenColumns(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10, columns: 12})
	g.SetFrozen(2)
	g.x.set(300)
	g.scrolled()
	drag(g.header, fyne.NewPos(200, 10), 40, 0) // the border of the last frozen column, into the others
	if w := g.ColumnStates()[1].Width; w != 140 {
		t.Errorf("dragging the border of a frozen column gives %v, want 140", w)
	}
	drag(g.header, fyne.NewPos(100, 10), -30, 0)
	if w := g.ColumnStates()[0].Width; w != 70 {
		t.Errorf("dragging the border of the first column gives %v, want 70", w)
	}
	g.SetColumns(nil)
	g.SetColumns([]ColumnState{{Key: "0", Width: 100}, {Key: "1", Width: 100}})
	g.x.set(300)
	g.scrolled()
	drag(g.header, fyne.NewPos(250, 10), -220, 0) // column 5 into the frozen ones
	if got := g.VisibleColumns()[:4]; !reflect.DeepEqual(got, []int{5, 0, 1, 2}) {
		t.Errorf("dragged among the frozen columns the order is %v", got)
	}
}

func TestDraggingATitleScrollsAtTheEdges(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10, columns: 12})
	hold(g, g.header, fyne.NewPos(50, 10), 445, 0)
	if got := g.VisibleColumns(); got[11] != 0 || g.x.off != g.x.max() {
		t.Errorf("held at the right edge the order is %v, scrolled to %d", got, g.x.off)
	}
	hold(g, g.header, fyne.NewPos(450, 10), -445, 0)
	if got := g.VisibleColumns(); got[0] != 0 || g.x.off != 0 {
		t.Errorf("held at the left edge the order is %v, scrolled to %d", got, g.x.off)
	}
	hold(g, g.header, fyne.NewPos(300, 10), 197, 0) // a border, until the column is as broad as may be
	if w := g.ColumnStates()[2].Width; w != broadest {
		t.Errorf("held at the edge a border makes the column %v wide", w)
	}
	if pass(g) {
		t.Error("it goes on after the button was let go")
	}
}

func TestColumnShowsWhileItIsResized(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10, columns: 4})
	told := 0
	g.OnColumns = func([]ColumnState) { told++ }
	dragThen(g.header, fyne.NewPos(100, 10), 60, 0, func() {
		if at := stands(g); at[1] != 160 || titled(g)["Column 1"] != 160 || told != 0 {
			t.Errorf("while the border is dragged cells stand at %v, titles at %v, told %d times", at, titled(g), told)
		}
	})
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// TestHiddenPartsTellTheirWords is a cell cut by its column: the pointer on it shows all of it.
func TestHiddenPartsTellTheirWords(t *testing.T) {
	_, w := show(t, &marked{})
	before := tip.Delay
	tip.Delay = 0
	layer := tip.Wrap(w.Content())
	w.SetContent(layer)
	t.Cleanup(func() { tip.Delay = before; tip.Dismiss() })
	test.MoveMouse(w.Canvas(), fyne.NewPos(50, 40))
	if layer.Text() != "as wide as can be" {
		t.Errorf("the tooltip says %q", layer.Text())
	}
}

// marked has one cell whose words fit its column only without the mark.
type marked struct{}

func (marked) Rows() int { return 3 }
func (marked) Columns() []Column {
	return []Column{{Title: "A", Key: "a", Width: 118}, {Title: "B", Key: "b", Kind: Number, Width: 200, Filtered: true}}
}
func (marked) Cell(row, column int) Cell {
	if column == 0 {
		return Cell{Text: "as wide as can be", Mark: Mark(row%2) + MarkUp, Fill: Bad, Tone: Bad}
	}
	return Cell{Text: fmt.Sprint(row), Mark: MarkChanged, Bar: 0.97, BarTone: Bad}
}

func TestFunnelShowsWhatIsFiltered(t *testing.T) {
	g, _ := show(t, &marked{})
	r := g.header.painted
	for _, s := range r.slots {
		if s.place >= 0 && s.funnel.Hidden == (s.place == 1) {
			t.Errorf("column %d: funnel hidden %v", s.place, s.funnel.Hidden)
		}
	}
}
