package grid

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/gui/kit/theme"
)

// strike is a key pressed anew, not held down.
func strike(g *Grid, name fyne.KeyName) {
	g.KeyDown(&fyne.KeyEvent{Name: name})
	key(g, name)
	g.KeyUp(&fyne.KeyEvent{Name: name})
}

func alt(g *Grid, name fyne.KeyName, more fyne.KeyModifier) {
	g.TypedShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierAlt | more})
}

func TestKeysSideways(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(g *Grid)
		want int
	}{
		{"right", func(g *Grid) { key(g, fyne.KeyRight) }, 6},
		{"left", func(g *Grid) { key(g, fyne.KeyLeft) }, 4},
		{"Home", func(g *Grid) { key(g, fyne.KeyHome) }, 0},
		{"End", func(g *Grid) { key(g, fyne.KeyEnd) }, 19},
		{"Ctrl+Left", func(g *Grid) { ctrl(g, fyne.KeyLeft, 0) }, 0},
		{"Ctrl+Right", func(g *Grid) { ctrl(g, fyne.KeyRight, 0) }, 19},
		{"Alt+Page down", func(g *Grid) { alt(g, fyne.KeyPageDown, 0) }, 7},
		{"Alt+Page up", func(g *Grid) { alt(g, fyne.KeyPageUp, 0) }, 3},
		{"left beyond the first", func(g *Grid) { key(g, fyne.KeyHome); key(g, fyne.KeyLeft) }, 0},
		{"right beyond the last", func(g *Grid) { key(g, fyne.KeyEnd); key(g, fyne.KeyRight) }, 19},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, w := show(t, &numbered{rows: 100, columns: 20})
			w.Canvas().Focus(g)
			g.SetFrozen(2)
			press(g, 3, 0)
			g.toColumn(5)
			c.do(g)
			if got := g.CursorColumn(); got != c.want {
				t.Errorf("the cursor is in column %d, want %d", got, c.want)
			}
			x, width := g.onScreen(g.column)
			if width != 100 || g.body.painted.ring.Hidden || g.body.painted.ring.Position().X != float32(x) {
				t.Errorf("of the cursor's cell %d points show at %d, the ring is at %v", width, x, g.body.painted.ring.Position())
			}
			if g.Cursor() != 3 || g.Selected() != 1 {
				t.Errorf("the row changed: %d, %d selected", g.Cursor(), g.Selected())
			}
		})
	}
}

func TestShiftSpaceSelectsUpToTheCursor(t *testing.T) {
	g, w := show(t, &numbered{rows: 100, columns: 2})
	w.Canvas().Focus(g)
	press(g, 2, 0)
	for range 3 {
		ctrl(g, fyne.KeyDown, 0)
	}
	shiftKey(g, fyne.KeySpace)
	if got := g.Selection(); !reflect.DeepEqual(got, []Range{{2, 6}}) {
		t.Errorf("selected %v", got)
	}
	if !g.custom(&desktop.CustomShortcut{KeyName: fyne.KeySpace, Modifier: fyne.KeyModifierControl}) || g.Selected() != 3 {
		t.Errorf("Ctrl+Space leaves %d selected", g.Selected())
	}
}

func TestTypingFinds(t *testing.T) {
	g, w := show(t, &numbered{rows: 100, columns: 3})
	w.Canvas().Focus(g)
	clock := time.Unix(2_000_000, 0)
	g.now = func() time.Time { return clock }
	press(g, 2, 0)
	key(g, fyne.KeyRight)
	var heard []string
	g.OnType = func(column int, prefix string) { heard = append(heard, fmt.Sprint(column, " ", prefix)) }
	typed := func(text string) {
		for _, r := range text {
			if r == ' ' {
				key(g, fyne.KeySpace)
			}
			g.TypedRune(r)
			clock = clock.Add(300 * time.Millisecond)
		}
	}
	typed("ab c")
	key(g, fyne.KeyBackspace)
	clock = clock.Add(2 * time.Second)
	typed("ö")
	clock = clock.Add(2 * time.Second)
	typed(" ") // nothing was typed before it: it picks the row
	if want := []string{"1 a", "1 ab", "1 ab ", "1 ab c", "1 ab ", "1 ö"}; !reflect.DeepEqual(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
	if g.Selected() != 0 {
		t.Errorf("%d rows are selected after a space alone", g.Selected())
	}
}

func TestHeaderByKeyboard(t *testing.T) {
	g, w := show(t, &numbered{rows: 100, columns: 20})
	w.Canvas().Focus(g)
	var heard []string
	g.OnSort = func(keys []SortKey) { heard = append(heard, fmt.Sprint("sort ", keys)) }
	g.OnMenu = func(row, column int, _ fyne.Position) { heard = append(heard, fmt.Sprint("menu ", row, " ", column)) }
	g.OnActivate = func(row int) { heard = append(heard, fmt.Sprint("open ", row)) }
	press(g, 1, 0)
	key(g, fyne.KeyUp)
	key(g, fyne.KeyUp) // held down: it stays on the first row
	key(g, fyne.KeyReturn)
	strike(g, fyne.KeyUp)
	if g.header.painted.ring.Hidden || !g.body.painted.ring.Hidden {
		t.Error("the ring is not on the title")
	}
	key(g, fyne.KeyRight)
	key(g, fyne.KeyReturn)
	key(g, fyne.KeyRight)
	shiftKey(g, fyne.KeyReturn)
	key(g, desktop.KeyMenu)
	g.TypedRune('x')
	key(g, fyne.KeyDown)
	key(g, desktop.KeyMenu)
	alt(g, fyne.KeyDown, 0)
	alt(g, fyne.KeyUp, 0)
	shiftKey(g, fyne.KeyF10)
	key(g, fyne.KeyEscape)
	key(g, fyne.KeyReturn)
	want := []string{"open 0", "sort [{1 false}]", "sort [{1 false} {2 false}]", "menu -1 2", "menu 0 2", "menu -1 2", "menu -1 2", "open 0"}
	if !reflect.DeepEqual(heard, want) {
		t.Errorf("heard\n%s\nwant\n%s", strings.Join(heard, "\n"), strings.Join(want, "\n"))
	}
	alt(g, fyne.KeyUp, 0)
	alt(g, fyne.KeyRight, 0)
	alt(g, fyne.KeyRight, 0)
	alt(g, fyne.KeyLeft, 0)
	alt(g, fyne.KeyRight, fyne.KeyModifierShift)
	if got := g.VisibleColumns()[:5]; !reflect.DeepEqual(got, []int{0, 1, 3, 2, 4}) || g.CursorColumn() != 2 {
		t.Errorf("the order is %v with the cursor on %d", got, g.CursorColumn())
	}
	if s := g.ColumnStates()[3]; s.Key != "2" || s.Width != 108 {
		t.Errorf("the column is %v wide", s)
	}
	key(g, fyne.KeyPageDown)
	if g.header.reached || g.Cursor() == 0 {
		t.Error("Page down did not go back to the cells")
	}
}

func TestCursorStaysOnItsColumn(t *testing.T) {
	g, _ := show(t, &numbered{rows: 10, columns: 5})
	g.toColumn(2)
	g.SetColumns([]ColumnState{{Key: "4"}, {Key: "0", Hidden: true}, {Key: "2"}})
	if g.CursorColumn() != 2 {
		t.Errorf("the cursor went to column %d", g.CursorColumn())
	}
	g.SetColumns([]ColumnState{{Key: "2", Hidden: true}})
	if c := g.CursorColumn(); c < 0 || c == 2 {
		t.Errorf("the cursor is on column %d, which is hidden", c)
	}
	g.SetData(&numbered{rows: 10})
	if g.CursorColumn() != -1 {
		t.Errorf("without columns the cursor is on %d", g.CursorColumn())
	}
}

// pages is a table of texts, one a row in its only column.
type pages []string

func (p pages) Rows() int            { return len(p) }
func (p pages) Columns() []Column    { return []Column{{Title: "Page", Key: "page"}} }
func (p pages) Cell(row, _ int) Cell { return Cell{Text: p[row]} }

// A column starts as wide as its first cells need, within bounds, and later rows do not change that.
func TestColumnsStartAsWideAsTheirCells(t *testing.T) {
	address := "ressources.humaines@cohovineyard.example"
	g, _ := show(t, pages{"short", address})
	width := func() float32 { return g.ColumnStates()[0].Width }
	fitted := width()
	if _, cut := g.ruler(false).fit(address, fitted-2*theme.Size(theme.SizeCellPad)); cut || fitted > 320 {
		t.Errorf("a column of %q is %v wide", address, fitted)
	}
	g.SetData(pages{"short", address, strings.Repeat("long ", 100)})
	g.SetColumns([]ColumnState{{Key: "page"}})
	if got := width(); got != fitted {
		t.Errorf("the column was %v wide, and %v with more rows", fitted, got)
	}
	if long, _ := show(t, pages{strings.Repeat("long ", 100)}); long.ColumnStates()[0].Width != 320 {
		t.Errorf("a column of a long text is %v wide", long.ColumnStates()[0].Width)
	}
}
