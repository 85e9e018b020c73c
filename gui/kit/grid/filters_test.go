package grid

import (
	"fmt"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tenantry/gui/kit/tip"
)

// filtering is a grid with its filter row, and what OnFilter heard.
func filtering(t *testing.T, columns int) (*Grid, fyne.Window, *[]string) {
	t.Helper()
	g, w := show(t, &numbered{rows: 1000, columns: columns})
	heard := new([]string)
	g.OnFilter = func(key, text string) { *heard = append(*heard, key+"="+text) }
	g.SetFilterRow(true)
	return g, w, heard
}

// entryOf is the field of a column, which must be in sight.
func entryOf(t *testing.T, g *Grid, key string) *field {
	t.Helper()
	f := g.filters.fields[key]
	if f == nil {
		t.Fatalf("column %s has no field", key)
	}
	return f
}

func wantHeard(t *testing.T, heard *[]string, want ...string) {
	t.Helper()
	if fmt.Sprint(*heard) != fmt.Sprint(want) {
		t.Errorf("OnFilter heard %q, want %q", *heard, want)
	}
	*heard = nil
}

// tapEntry is a click on a field, as the driver does it.
func tapEntry(t *testing.T, w fyne.Window, f *field) {
	t.Helper()
	at := desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, 8)}, Button: desktop.MouseButtonPrimary}
	f.entry.MouseDown(&at)
	f.entry.MouseUp(&at)
	if w.Canvas().Focused() != fyne.Focusable(f.entry) {
		t.Fatalf("a click on the field gave the keyboard to %v", w.Canvas().Focused())
	}
}

func TestFilterFieldsStandUnderTheirTitles(t *testing.T) {
	g, _, _ := filtering(t, 150)
	g.SetFrozen(1)
	for _, off := range []int64{0, 130, 7000, 14600} {
		g.x.set(off)
		g.scrolled()
		r := g.filters.painted
		at := map[string]float32{}
		for _, d := range r.order {
			x := d.box.Position().X
			if d.place >= g.cols.pinned {
				x += r.pane.Position().X
			}
			at["Column "+d.key] = x
			if d.entry.AccessibilityLabel() != "Column "+d.key {
				t.Errorf("field %s is called %q", d.key, d.entry.AccessibilityLabel())
			}
		}
		want := titled(g)
		for title, x := range want { // the header also stands above the scroll bar
			switch {
			case x >= float32(g.x.view):
				delete(want, title)
			case title != "Column 0": // one that is partly under the frozen one begins where that ends
				want[title] = max(x, 100)
			}
		}
		if !reflect.DeepEqual(at, want) {
			t.Errorf("scrolled to %d fields stand at %v, titles at %v", off, at, want)
		}
		if n := len(g.filters.fields) + len(g.filters.spare); n > 7 {
			t.Errorf("there are %d fields", n)
		}
	}
	g.SetFrozen(0)
	g.x.set(0)
	g.scrolled()
	if row, _ := g.Top(); row != 0 || len(seen(g)) != 9 {
		t.Errorf("%d rows show below the filter row", len(seen(g)))
	}
}

func TestTypingFilters(t *testing.T) {
	g, w, heard := filtering(t, 4)
	f := entryOf(t, g, "1")
	tapEntry(t, w, f)
	test.Type(f.entry, "fin")
	wantHeard(t, heard)
	pass(g)
	wantHeard(t, heard, "1=fin")
	test.Type(f.entry, "ance")
	f.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	wantHeard(t, heard, "1=finance")
	if pass(g); len(*heard) != 0 {
		t.Errorf("told again after Enter: %q", *heard)
	}
	f.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	wantHeard(t, heard, "1=")
	if f.entry.Text != "" || len(g.FilterTexts()) != 0 {
		t.Errorf("after Esc it says %q", f.entry.Text)
	}
	f.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if w.Canvas().Focused() != fyne.Focusable(g) {
		t.Error("Esc in an empty field does not go to the cells")
	}
}

func TestKeysInTheFilterRow(t *testing.T) {
	g, w, _ := filtering(t, 20)
	focus := func() string {
		for key, f := range g.filters.fields {
			if w.Canvas().Focused() == fyne.Focusable(f.entry) {
				return key
			}
		}
		if w.Canvas().Focused() == fyne.Focusable(g) {
			return "cells"
		}
		return fmt.Sprint(w.Canvas().Focused())
	}
	typed := func(name fyne.KeyName) { w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name}) }
	tapEntry(t, w, entryOf(t, g, "3"))
	for i := 4; i < 20; i++ {
		typed(fyne.KeyTab)
		x, width := g.onScreen(g.column)
		if focus() != fmt.Sprint(i) || width != 100 {
			t.Fatalf("Tab goes to %s, want %d; %d points of it show at %d", focus(), i, width, x)
		}
	}
	back := func() {
		k := w.Canvas().Focused().(desktop.Keyable)
		k.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		typed(fyne.KeyTab)
		k.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	back()
	if focus() != "18" {
		t.Errorf("Shift+Tab goes to %s", focus())
	}
	typed(fyne.KeyDown)
	if focus() != "cells" || g.CursorColumn() != 18 || g.header.reached {
		t.Errorf("Down goes to %s, column %d", focus(), g.CursorColumn())
	}
	strike(g, fyne.KeyUp)
	if focus() != "18" {
		t.Errorf("Up from the first row goes to %s", focus())
	}
	typed(fyne.KeyUp)
	if focus() != "cells" || !g.header.reached {
		t.Errorf("Up goes to %s, the header is reached: %v", focus(), g.header.reached)
	}
	strike(g, fyne.KeyDown)
	if focus() != "18" {
		t.Errorf("Down from the header goes to %s", focus())
	}
	if !g.FocusFilter("0") || focus() != "0" || g.FocusFilter("none") {
		t.Errorf("asked for the first field, the keyboard is in %s", focus())
	}
	back()
	if focus() != "cells" {
		t.Errorf("Shift+Tab before the first goes to %s", focus())
	}
	g.FocusFilter("0")
	g.SetFilterRow(false)
	if focus() != "cells" {
		t.Errorf("without the filter row the keyboard is in %s", focus())
	}
}

func TestFieldKeepsTheKeyboardWhileItsColumnIsAway(t *testing.T) {
	g, w, heard := filtering(t, 20)
	f := entryOf(t, g, "2")
	tapEntry(t, w, f)
	g.x.set(1500)
	g.scrolled()
	if w.Canvas().Focused() != fyne.Focusable(f.entry) {
		t.Fatal("scrolling took the keyboard from the field")
	}
	test.Type(f.entry, "x")
	if g.x.off > 200 || g.filters.fields["2"] != f || f.place != 2 {
		t.Errorf("typing did not bring the column back: scrolled to %d", g.x.off)
	}
	pass(g)
	wantHeard(t, heard, "2=x")
	g.SetData(&numbered{rows: 10, columns: 2}) // the column is gone
	if w.Canvas().Focused() != fyne.Focusable(g) {
		t.Errorf("the keyboard is in %v", w.Canvas().Focused())
	}
}

func TestFilterTextsAndProblems(t *testing.T) {
	g, w, heard := filtering(t, 150)
	before := tip.Delay
	tip.Delay = 0
	layer := tip.Wrap(w.Content())
	w.SetContent(layer)
	t.Cleanup(func() { tip.Delay = before; tip.Dismiss() })
	g.SetFilterTexts(map[string]string{"0": "shared", "100": ">5 GB"})
	g.SetFilterProblems(map[string]string{"0": "not a number"})
	f := entryOf(t, g, "0")
	if f.entry.Text != "shared" || f.ring.Hidden {
		t.Errorf("the field says %q, its red edge is hidden: %v", f.entry.Text, f.ring.Hidden)
	}
	g.RevealColumn("100")
	if got := entryOf(t, g, "100"); got.entry.Text != ">5 GB" || !got.ring.Hidden {
		t.Errorf("the field that came into sight says %q", got.entry.Text)
	}
	g.RevealColumn("0")
	f = entryOf(t, g, "0")
	if f.entry.Text != "shared" || f.ring.Hidden {
		t.Errorf("back in sight the field says %q, its red edge is hidden: %v", f.entry.Text, f.ring.Hidden)
	}
	tapEntry(t, w, f)
	g.SetFilterProblems(map[string]string{"0": "still not"})
	if layer.Text() != "still not" {
		t.Errorf("the tooltip says %q", layer.Text())
	}
	test.Type(f.entry, "x ")
	typed := f.entry.Text
	g.SetFilterTexts(map[string]string{"0": "shared"}) // an answer to what stood there before
	if f.entry.Text != typed || typed == "shared" {
		t.Errorf("what was typed, %q, became %q", typed, f.entry.Text)
	}
	pass(g)
	wantHeard(t, heard, "0="+typed)
	g.SetFilterTexts(nil)
	if f.entry.Text != "" || len(*heard) != 0 {
		t.Errorf("emptied, the field says %q and OnFilter heard %q", f.entry.Text, *heard)
	}
}
