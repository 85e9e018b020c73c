package grid

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tenantry/gui/kit/theme"
)

// numbered is a table whose cells say where they are, and which counts how often it is asked.
type numbered struct {
	rows, columns int
	asked         int
}

func (n *numbered) Rows() int { return n.rows }

func (n *numbered) Columns() []Column {
	out := make([]Column, n.columns)
	for i := range out {
		out[i] = Column{Title: fmt.Sprintf("Column %d", i), Key: fmt.Sprint(i), Width: 100}
	}
	if n.columns > 1 {
		out[1].Kind = Number
	}
	return out
}

func (n *numbered) Cell(row, column int) Cell {
	n.asked++
	return Cell{Text: fmt.Sprintf("%d/%d", row, column)}
}

// show puts a grid of 10 full rows in a window 500 wide.
func show(t testing.TB, data Data) (*Grid, fyne.Window) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	g := New(data)
	w := test.NewWindow(g)
	t.Cleanup(w.Close)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(500, 28+280))
	clock := time.Unix(1_000_000, 0)
	g.now = func() time.Time { clock = clock.Add(10 * time.Second); return clock }
	waits[g] = nil
	g.wait = func(_ time.Duration, f func()) func() {
		w := &waiting{f}
		waits[g] = append(waits[g], w)
		return func() { w.f = nil }
	}
	t.Cleanup(func() { delete(waits, g) })
	return g, w
}

// waits is what grids put off, by grid.
var waits = map[*Grid][]*waiting{}

type waiting struct{ f func() }

// pass lets the time pass that a grid waits for, and tells whether it waited for any.
func pass(g *Grid) bool {
	due, some := waits[g], false
	waits[g] = nil
	for _, w := range due {
		if w.f != nil {
			w.f()
			some = true
		}
	}
	return some
}

// seen is what the rows on screen say, top to bottom, first column.
func seen(g *Grid) []string {
	var out []string
	h := g.rowHeight()
	first, end := g.y.visible(h)
	r := g.body.painted
	for row := first; row < end; row++ {
		s := r.slots[int(row)%len(r.slots)]
		if !s.cells.box.Visible() || s.cells.picture.Hidden {
			out = append(out, "hidden")
			continue
		}
		for _, c := range s.cells.cells {
			if c.place == 0 && s.cells.row == int(row) {
				out = append(out, c.say())
			}
		}
	}
	return out
}

func press(g *Grid, row int, m fyne.KeyModifier) {
	y := float32(int64(row)*g.rowHeight()-g.y.off) + 5
	ev := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(20, y)}, Button: desktop.MouseButtonPrimary, Modifier: m}
	g.body.MouseDown(ev)
	g.body.MouseUp(ev)
}

func key(g *Grid, name fyne.KeyName) { g.TypedKey(&fyne.KeyEvent{Name: name}) }

func shiftKey(g *Grid, name fyne.KeyName) {
	g.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	key(g, name)
	g.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
}

func ctrl(g *Grid, name fyne.KeyName, more fyne.KeyModifier) {
	g.TypedShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault | more})
}

func TestRowsAreExactAtTenMillion(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10_000_000, columns: 3})
	for _, row := range []int{0, 1, 600_000, 5_000_001, 9_999_990} {
		g.SetTop(row, 0)
		got := seen(g)
		for i := range got {
			if want := fmt.Sprintf("%d/0", row+i); got[i] != want {
				t.Fatalf("at row %d line %d says %s, want %s", row, i, got[i], want)
			}
		}
		if len(got) != 10 {
			t.Errorf("at row %d %d rows show, want 10", row, len(got))
		}
	}
	g.SetTop(9_999_999, 0)
	if got := seen(g); got[len(got)-1] != "9999999/0" {
		t.Errorf("the last row says %s", got[len(got)-1])
	}
	at := g.body.painted.slots[9_999_999%len(g.body.painted.slots)].cells.box.Position().Y
	if at != 252+nudge {
		t.Errorf("the last row stands at %v, want 252", at)
	}
}

func TestScrollingAsksOnlyForWhatComes(t *testing.T) {
	data := &numbered{rows: 1_000_000, columns: 3}
	g, _ := show(t, data)
	g.SetTop(500, 0)
	data.asked = 0
	g.SetTop(501, 0)
	if data.asked != 3 {
		t.Errorf("a row further the data was asked for %d cells, want the 3 of the row that came", data.asked)
	}
	data.asked = 0
	g.SetTop(501, 7)
	if data.asked > 3 {
		t.Errorf("a few points further the data was asked for %d cells", data.asked)
	}
	data.asked = 0
	g.SetTop(501, 5)
	if data.asked != 0 {
		t.Errorf("within the same rows the data was asked for %d cells", data.asked)
	}
}

func TestNothingJumpsWhenRowsAreAppended(t *testing.T) {
	data := &numbered{rows: 100, columns: 2}
	g, _ := show(t, data)
	g.SetTop(40, 11)
	press(g, 42, 0)
	before := seen(g)
	data.rows, data.asked = 5000, 0
	g.Grown()
	if got := seen(g); !reflect.DeepEqual(got, before) {
		t.Errorf("the rows moved: %v, before %v", got, before)
	}
	if row, hidden := g.Top(); row != 40 || hidden != 11 {
		t.Errorf("scrolled to %d+%d", row, hidden)
	}
	if g.Cursor() != 42 || g.Selected() != 1 || data.asked != 0 {
		t.Errorf("cursor %d, %d selected, %d cells asked for", g.Cursor(), g.Selected(), data.asked)
	}
}

func TestClicks(t *testing.T) {
	g, w := show(t, &numbered{rows: 100, columns: 2})
	w.Canvas().Focus(g)
	told := 0
	g.OnSelect = func() { told++ }
	var opened []int
	g.OnActivate = func(row int) { opened = append(opened, row) }
	press(g, 2, 0)
	press(g, 5, fyne.KeyModifierShift)
	press(g, 8, fyne.KeyModifierControl)
	if got := g.Selection(); !reflect.DeepEqual(got, []Range{{2, 6}, {8, 9}}) {
		t.Errorf("selected %v", got)
	}
	if told != 3 {
		t.Errorf("told %d times of 3 changes", told)
	}
	still := time.Unix(5, 0)
	g.now = func() time.Time { return still }
	press(g, 3, 0)
	press(g, 4, 0)
	if len(opened) != 0 {
		t.Errorf("two clicks on two rows opened %v", opened)
	}
	press(g, 4, 0)
	if !reflect.DeepEqual(opened, []int{4}) {
		t.Errorf("a double click opened %v, want row 4", opened)
	}
	var menu []int
	g.OnMenu = func(row, column int, _ fyne.Position) { menu = append(menu, row, column) }
	test.TapSecondaryAt(g.body, fyne.NewPos(150, 28*7+3))
	if !reflect.DeepEqual(menu, []int{7, 1}) || g.Cursor() != 7 {
		t.Errorf("the menu is for %v with the cursor at %d", menu, g.Cursor())
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		name   string
		do     func(g *Grid)
		cursor int
		want   []Range
	}{
		{"down", func(g *Grid) { key(g, fyne.KeyDown) }, 51, []Range{{51, 52}}},
		{"up", func(g *Grid) { key(g, fyne.KeyUp) }, 49, []Range{{49, 50}}},
		{"page down", func(g *Grid) { key(g, fyne.KeyPageDown) }, 59, []Range{{59, 60}}},
		{"page up", func(g *Grid) { key(g, fyne.KeyPageUp) }, 41, []Range{{41, 42}}},
		{"Ctrl+Home", func(g *Grid) { ctrl(g, fyne.KeyHome, 0) }, 0, []Range{{0, 1}}},
		{"Ctrl+End", func(g *Grid) { ctrl(g, fyne.KeyEnd, 0) }, 999, []Range{{999, 1000}}},
		{"Ctrl+Shift+End", func(g *Grid) { ctrl(g, fyne.KeyEnd, fyne.KeyModifierShift) }, 999, []Range{{50, 1000}}},
		{"Shift+down twice", func(g *Grid) { shiftKey(g, fyne.KeyDown); shiftKey(g, fyne.KeyDown) }, 52, []Range{{50, 53}}},
		{"Shift+page up", func(g *Grid) { shiftKey(g, fyne.KeyPageUp) }, 41, []Range{{41, 51}}},
		{"up beyond the first", func(g *Grid) { ctrl(g, fyne.KeyHome, 0); key(g, fyne.KeyUp) }, 0, []Range{{0, 1}}},
		{"down beyond the last", func(g *Grid) { ctrl(g, fyne.KeyEnd, 0); key(g, fyne.KeyPageDown) }, 999, []Range{{999, 1000}}},
		{"Ctrl+A", func(g *Grid) { g.TypedShortcut(&fyne.ShortcutSelectAll{}) }, 50, []Range{{0, 1000}}},
		{"Ctrl+down, Ctrl+Space", func(g *Grid) { ctrl(g, fyne.KeyDown, 0); ctrl(g, fyne.KeyDown, 0); ctrl(g, fyne.KeySpace, 0) }, 52, []Range{{50, 51}, {52, 53}}},
		{"Esc", func(g *Grid) { key(g, fyne.KeyEscape) }, 50, nil},
		{"Space takes out", func(g *Grid) { key(g, fyne.KeySpace) }, 50, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, w := show(t, &numbered{rows: 1000, columns: 2})
			w.Canvas().Focus(g)
			g.SetTop(50, 0)
			press(g, 50, 0)
			c.do(g)
			if g.Cursor() != c.cursor {
				t.Errorf("the cursor is at %d, want %d", g.Cursor(), c.cursor)
			}
			if got := g.Selection(); len(got) != len(c.want) || (len(got) > 0 && !reflect.DeepEqual(got, c.want)) {
				t.Errorf("selected %v, want %v", got, c.want)
			}
			h := g.rowHeight()
			if y := int64(g.Cursor())*h - g.y.off; y < 0 || y+h > g.y.view {
				t.Errorf("the cursor is out of sight, at %d", y)
			}
		})
	}
}

func TestOtherKeysReachTheWindow(t *testing.T) {
	g, w := show(t, &numbered{rows: 10, columns: 2})
	w.Canvas().Focus(g)
	var got []string
	w.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { got = append(got, string(k.Name)) })
	key(g, fyne.KeyF5)
	key(g, fyne.KeyEscape)
	if g.custom(&desktop.CustomShortcut{KeyName: fyne.KeyK, Modifier: fyne.KeyModifierShortcutDefault}) {
		t.Error("the grid kept Ctrl+K")
	}
	if want := []string{"F5", "Escape"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the window heard %v, want %v", got, want)
	}
}

func TestCopy(t *testing.T) {
	g, _ := show(t, &numbered{rows: 100, columns: 3})
	press(g, 2, 0)
	press(g, 4, fyne.KeyModifierControl)
	g.TypedShortcut(&fyne.ShortcutCopy{Clipboard: fyne.CurrentApp().Clipboard()})
	if got, want := fyne.CurrentApp().Clipboard().Content(), "2/0\t2/1\t2/2\n4/0\t4/1\t4/2\n"; got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
	g.SetColumns([]ColumnState{{Key: "2"}, {Key: "0"}, {Key: "1", Hidden: true}})
	g.SetSelection([]Range{{7, 8}}, 7)
	ctrl(g, fyne.KeyC, fyne.KeyModifierShift)
	if got, want := fyne.CurrentApp().Clipboard().Content(), "Column 2\tColumn 0\n7/2\t7/0\n"; got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
}

func header3(g *Grid, x float32, m fyne.KeyModifier) {
	ev := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}, Button: desktop.MouseButtonPrimary, Modifier: m}
	g.header.MouseDown(ev)
	g.header.MouseUp(ev)
}

func TestHeaderSorts(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10, columns: 3})
	var got []string
	g.OnSort = func(keys []SortKey) { got = append(got, fmt.Sprint(keys)) }
	header3(g, 50, 0)                      // column 0 up
	header3(g, 50, 0)                      // down
	header3(g, 150, fyne.KeyModifierShift) // and column 1
	header3(g, 150, 0)                     // only column 1
	header3(g, 150, 0)                     // down
	header3(g, 150, 0)                     // not at all
	want := []string{"[{0 false}]", "[{0 true}]", "[{0 true} {1 false}]", "[{1 false}]", "[{1 true}]", "[]"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("sorted by %v, want %v", got, want)
	}
}

// draggable is what a mouse can drag in.
type draggable interface {
	desktop.Mouseable
	fyne.Draggable
}

// drag does what the driver does: press, move in steps, release, end.
func drag(o draggable, from fyne.Position, dx, dy float32) { dragThen(o, from, dx, dy, func() {}) }

// hold drags and holds the pointer where it is for as long as that does anything.
func hold(g *Grid, o draggable, from fyne.Position, dx, dy float32) {
	dragThen(o, from, dx, dy, func() {
		for range 1000 {
			if !pass(g) {
				return
			}
		}
	})
}

func dragThen(o draggable, from fyne.Position, dx, dy float32, then func()) {
	const steps = 5
	at := desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: from}, Button: desktop.MouseButtonPrimary}
	o.MouseDown(&at)
	for range steps {
		at.Position = at.Position.AddXY(dx/steps, dy/steps)
		o.Dragged(&fyne.DragEvent{PointEvent: at.PointEvent, Dragged: fyne.Delta{DX: dx / steps, DY: dy / steps}})
	}
	then()
	o.MouseUp(&at)
	o.DragEnd()
}

func TestHeaderDrags(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10, columns: 4})
	var states [][]ColumnState
	g.OnColumns = func(s []ColumnState) { states = append(states, s) }
	sorted := false
	g.OnSort = func([]SortKey) { sorted = true }

	drag(g.header, fyne.NewPos(100, 10), 60, 0) // the border of the first column
	if len(states) == 0 || states[0][0].Width != 160 {
		t.Fatalf("dragging the border gives %v", states)
	}
	drag(g.header, fyne.NewPos(50, 10), 300, 0) // the first title behind the third
	if got := g.VisibleColumns(); !reflect.DeepEqual(got, []int{1, 2, 0, 3}) {
		t.Errorf("dragging the title gives the order %v", got)
	}
	if sorted {
		t.Error("a drag sorted")
	}
	if last := states[len(states)-1]; last[2].Key != "0" || last[2].Width != 160 {
		t.Errorf("told %v", last)
	}
	still := time.Unix(2_000_000, 0)
	g.now = func() time.Time { return still }
	header3(g, 100, 0)
	header3(g, 100, 0) // a double click on a border fits
	if w := g.ColumnStates()[0].Width; w == 100 || w > 150 {
		t.Errorf("a fitted column is %v wide", w)
	}
	if sorted {
		t.Error("a double click on a border sorted")
	}
}

func TestColumnsKeepWhatTheUserDid(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10, columns: 3})
	g.SetColumns([]ColumnState{{Key: "2", Width: 222}, {Key: "1", Hidden: true}})
	g.SetData(&numbered{rows: 5, columns: 4})
	if got := g.VisibleColumns(); !reflect.DeepEqual(got, []int{2, 0, 3}) {
		t.Errorf("columns %v show, want 2, 0 and the new one", got)
	}
	if g.ColumnStates()[0].Width != 222 {
		t.Errorf("the width is %v", g.ColumnStates()[0].Width)
	}
}

func TestWheelAndBars(t *testing.T) {
	g, w := show(t, &numbered{rows: 1_000_000, columns: 20})
	test.Scroll(w.Canvas(), fyne.NewPos(100, 100), 0, -14)
	if row, hidden := g.Top(); row != 1 || hidden != 0 {
		t.Errorf("a turn of 14 scrolls to %d+%d, want a row", row, hidden)
	}
	for range 10 { // slow fingers: a tenth of a point each, twice
		test.Scroll(w.Canvas(), fyne.NewPos(100, 100), 0, -0.1)
	}
	if _, hidden := g.Top(); hidden < 1 {
		t.Error("slow scrolling is lost")
	}
	if g.right.Hidden || g.below.Hidden {
		t.Fatal("the scroll bars do not show")
	}
	drag(g.right, fyne.NewPos(5, 10), 0, 1000)
	if got := seen(g); got[len(got)-1] != "999999/0" {
		t.Errorf("the bar at its end shows %s last", got[len(got)-1])
	}
	g.toColumn(19)
	if g.x.off == 0 {
		t.Error("the cursor's column is out of sight")
	}
	g.RevealColumn("0")
	if g.x.off != 0 {
		t.Errorf("the first column starts at %d", -g.x.off)
	}
	g.SetData(&numbered{rows: 2, columns: 1})
	if !g.right.Hidden || !g.below.Hidden {
		t.Error("the scroll bars show without need")
	}
}

func TestHoldingBesideTheHandlePages(t *testing.T) {
	g, _ := show(t, &numbered{rows: 200, columns: 2})
	at := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, 200)}, Button: desktop.MouseButtonPrimary}
	g.right.MouseDown(at)
	if row, _ := g.Top(); row != 10 {
		t.Errorf("a press beside the handle shows row %d first, want a page further", row)
	}
	for range 100 {
		if !pass(g) {
			break
		}
	}
	start, length := g.y.thumb(g.right.track(), shortest)
	if start > 200 || start+length < 200 {
		t.Errorf("held, the handle went from %d to %d, past the pointer at 200", start, start+length)
	}
	g.right.MouseUp(at)
	at.Position.Y = 2
	g.right.MouseDown(at)
	g.right.MouseUp(at)
	before := g.y.off
	if pass(g) || g.y.off != before {
		t.Error("it goes on after the button was let go")
	}
}

func TestEllipsis(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{})
	r := newRuler(13, false)
	for _, text := range []string{"", "a", "finance@contoso.onmicrosoft.com", "Zoë Ångström", strings.Repeat("wide ", 50), "日本語のメールボックス"} {
		for _, room := range []float32{10, 40, 100, 300} {
			got, cut := r.fit(text, room)
			if real := fyne.MeasureText(got, 13, fyne.TextStyle{}).Width; real > room+1.5 && got != "…" {
				t.Errorf("%q in %v points became %q, %v wide", text, room, got, real)
			}
			if cut == (got == text) || (cut && !strings.HasSuffix(got, "…")) {
				t.Errorf("%q in %v points became %q, cut %v", text, room, got, cut)
			}
		}
	}
	if got, cut := r.fit("first\nsecond", 300); got != "first…" || !cut {
		t.Errorf("two lines became %q", got)
	}
}

func TestFiguresAreTabular(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{})
	for _, bold := range []bool{false, true} {
		r := newRuler(13, bold)
		for c := '1'; c <= '9'; c++ {
			if r.of(c) != r.of('0') {
				t.Errorf("bold %v: %c is %v wide, 0 is %v", bold, c, r.of(c), r.of('0'))
			}
		}
	}
}

func TestDraggingSelects(t *testing.T) {
	g, _ := show(t, &numbered{rows: 100, columns: 2})
	drag(g.body, fyne.NewPos(20, 28*2+4), 0, 28*3)
	if got := g.Selection(); !reflect.DeepEqual(got, []Range{{2, 6}}) {
		t.Errorf("dragging over rows 2 to 5 selects %v", got)
	}
	hold(g, g.body, fyne.NewPos(20, 28*8+4), 0, 400)
	if row, _ := g.Top(); row != 90 || g.Cursor() != 99 {
		t.Errorf("held below the table it scrolls to %d with the cursor at %d", row, g.Cursor())
	}
	if got := g.Selection(); !reflect.DeepEqual(got, []Range{{8, 100}}) {
		t.Errorf("held below the table it selects %v", got)
	}
	hold(g, g.body, fyne.NewPos(20, 28*5+4), 0, -400)
	if row, _ := g.Top(); row != 0 || g.Cursor() != 0 {
		t.Errorf("held above the table it scrolls to %d with the cursor at %d", row, g.Cursor())
	}
	if pass(g) {
		t.Error("it goes on after the button was let go")
	}
}

func TestThemeReachesTheCells(t *testing.T) {
	g, w := show(t, &numbered{rows: 10, columns: 2})
	before := inkOf(w.Canvas().Capture(), 0, 28, 100, 56)
	fyne.CurrentApp().Settings().SetTheme(theme.Theme{Mode: theme.Dark, Density: theme.Roomy})
	g.Refresh()
	if after := inkOf(w.Canvas().Capture(), 0, 28, 100, 62); after.back > 60 || after.light < 200 || before.back < 240 || before.dark > 60 {
		t.Errorf("the words kept the light theme's colours: %+v, before %+v", after, before)
	}
	if g.rowHeight() != 34 {
		t.Errorf("rows are %d high", g.rowHeight())
	}
}

func TestAFrameCostsTheSameForAnyNumberOfRows(t *testing.T) {
	cost := func(rows int) float64 {
		g, _ := show(t, fixedData{rows})
		i := 0
		return testing.AllocsPerRun(200, func() {
			i++
			g.SetTop((i*3)%(rows-100), 0)
		})
	}
	if few, many := cost(1_000), cost(10_000_000); many > few*1.5+5 {
		t.Errorf("%v allocations a frame at a thousand rows, %v at ten million", few, many)
	}
}

// BenchmarkScroll is a frame's work of our own: three rows further in a table of 24 rows and 8 columns on
// screen. Its allocations are the strings the data makes for the cells that come.
func BenchmarkScroll(b *testing.B) {
	for _, rows := range []int{1_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			g, w := show(b, fixedData{rows})
			w.Resize(fyne.NewSize(1000, 720))
			b.ReportAllocs()
			for i := range b.N {
				g.SetTop((i*3)%(rows-100), 0)
			}
		})
	}
}

// BenchmarkJump is the worst frame: every cell is another one.
func BenchmarkJump(b *testing.B) {
	for _, rows := range []int{1_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			g, w := show(b, fixedData{rows})
			w.Resize(fyne.NewSize(1000, 720))
			b.ReportAllocs()
			for i := range b.N {
				g.SetTop((i*7919)%(rows-100), 0)
			}
		})
	}
}

// fixedData makes no strings, so that what is left is the grid's.
type fixedData struct{ rows int }

var texts = [4]string{"Finance", "finance@contoso.onmicrosoft.com", "48.2 GB", "23-11-2026 14:02"}

func (d fixedData) Rows() int { return d.rows }
func (d fixedData) Columns() []Column {
	return (&numbered{columns: 8}).Columns()
}
func (d fixedData) Cell(row, column int) Cell { return Cell{Text: texts[(row+column)%4]} }
