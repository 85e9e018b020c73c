package grid

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

var (
	_ fyne.Focusable         = (*Grid)(nil)
	_ fyne.Shortcutable      = (*Grid)(nil)
	_ desktop.Keyable        = (*Grid)(nil)
	_ fyne.Scrollable        = (*body)(nil)
	_ fyne.Draggable         = (*body)(nil)
	_ fyne.SecondaryTappable = (*body)(nil)
	_ desktop.Mouseable      = (*body)(nil)
	_ desktop.Hoverable      = (*body)(nil)
)

// wheelStep makes one notch of a wheel a little less than two rows.
const wheelStep = 2

// Focus gives the Grid the keyboard.
func Focus(g *Grid) {
	if c := locate.Canvas(g); c != nil && c.Focused() != g {
		c.Focus(g)
	}
}

func doublePress() int64 {
	d := fyne.CurrentApp().Driver().DoubleTapDelay()
	return int64(max(d, 300*time.Millisecond))
}

// FocusGained is Fyne's. The first row gets the cursor, so that keys have somewhere to start.
func (g *Grid) FocusGained() {
	g.focused = true
	if g.sel.cursor < 0 && g.data.Rows() > 0 {
		g.sel.cursor, g.sel.anchor = int((g.y.off+g.rowHeight()-1)/g.rowHeight()), -1
		g.selected()
	}
	g.body.draw()
}

// FocusLost is Fyne's.
func (g *Grid) FocusLost() {
	g.focused, g.shift = false, false
	g.body.draw()
}

// AccessibilityLabel is the cell with the cursor: its title, its text, and which row it is in.
func (g *Grid) AccessibilityLabel() string {
	if g.sel.cursor < 0 || g.sel.cursor >= g.data.Rows() || len(g.cols.list) == 0 {
		return ""
	}
	c := g.cols.list[min(g.column, len(g.cols.list)-1)].index
	return g.all[c].Title + ": " + g.data.Cell(g.sel.cursor, c).Text + " (" +
		strconv.Itoa(g.sel.cursor+1) + "/" + strconv.Itoa(g.data.Rows()) + ")"
}

// AccessibilityRole is Fyne's.
func (g *Grid) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// KeyDown is Fyne's: it tells whether Shift is held, which TypedKey does not.
func (g *Grid) KeyDown(key *fyne.KeyEvent) {
	if key.Name == desktop.KeyShiftLeft || key.Name == desktop.KeyShiftRight {
		g.shift = true
	}
}

// KeyUp is Fyne's.
func (g *Grid) KeyUp(key *fyne.KeyEvent) {
	if key.Name == desktop.KeyShiftLeft || key.Name == desktop.KeyShiftRight {
		g.shift = false
	}
}

// held are the modifiers held now.
func (g *Grid) held() fyne.KeyModifier {
	var m fyne.KeyModifier
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		m = d.CurrentKeyModifiers()
	}
	if g.shift {
		m |= fyne.KeyModifierShift
	}
	return m
}

// TypedRune is Fyne's. Typing does nothing: finding has a field of its own.
func (g *Grid) TypedRune(rune) {}

// TypedKey is Fyne's.
func (g *Grid) TypedKey(key *fyne.KeyEvent) {
	tip.Hide(g.body)
	shift := g.held()&fyne.KeyModifierShift != 0
	switch key.Name {
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown:
		g.step(g.target(key.Name), shift)
	case fyne.KeyLeft:
		g.toColumn(g.column - 1)
	case fyne.KeyRight:
		g.toColumn(g.column + 1)
	case fyne.KeyHome:
		g.toColumn(0)
	case fyne.KeyEnd:
		g.toColumn(len(g.cols.list) - 1)
	case fyne.KeySpace:
		if g.sel.cursor >= 0 {
			g.sel.toggle(g.sel.cursor)
			g.selected()
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if g.OnActivate != nil && g.sel.cursor >= 0 {
			g.OnActivate(g.sel.cursor)
		}
	case fyne.KeyEscape:
		switch {
		case g.sel.Len() > 0:
			g.sel.clear()
			g.selected()
		case g.OnEscape != nil:
			g.OnEscape()
		default:
			g.forward(key)
		}
	case desktop.KeyMenu:
		g.keyMenu()
	case fyne.KeyF10:
		if shift {
			g.keyMenu()
			return
		}
		g.forward(key)
	default:
		g.forward(key)
	}
}

func (g *Grid) forward(key *fyne.KeyEvent) {
	if c := locate.Canvas(g); c != nil {
		if f := c.OnTypedKey(); f != nil {
			f(key)
		}
	}
}

// TypedShortcut is Fyne's. What is not the Grid's goes on to the window.
func (g *Grid) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutSelectAll:
		g.sel.all(g.data.Rows())
		g.selected()
		return
	case *fyne.ShortcutCopy:
		g.Copy(false)
		return
	case *desktop.CustomShortcut:
		if g.custom(s) {
			return
		}
	}
	if c := locate.Canvas(g); c != nil {
		if t, ok := c.(fyne.Shortcutable); ok {
			t.TypedShortcut(s)
		}
	}
}

// custom are the keys with Ctrl, or Cmd on a Mac. With Shift they extend; the arrows without it move the
// cursor and leave the selection, so that Ctrl+Space can pick rows one by one.
func (g *Grid) custom(s *desktop.CustomShortcut) bool {
	if s.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierShortcutDefault {
		return false
	}
	shift := s.Modifier&fyne.KeyModifierShift != 0
	switch s.KeyName {
	case fyne.KeyHome:
		g.step(0, shift)
	case fyne.KeyEnd:
		g.step(g.data.Rows()-1, shift)
	case fyne.KeyC:
		if !shift {
			return false
		}
		g.Copy(true)
	case fyne.KeyUp, fyne.KeyDown:
		to := g.clamp(g.target(s.KeyName))
		if to < 0 {
			return true
		}
		if shift {
			g.step(to, true)
			return true
		}
		g.sel.cursor = to
		g.reveal(to)
		g.selected()
	case fyne.KeySpace:
		if g.sel.cursor >= 0 {
			g.sel.toggle(g.sel.cursor)
			g.selected()
		}
	default:
		return false
	}
	return true
}

// target is the row a key goes to from the cursor, not yet within the rows there are.
func (g *Grid) target(key fyne.KeyName) int {
	page := max(int(g.y.view/g.rowHeight())-1, 1)
	from := g.sel.cursor
	if from < 0 {
		return 0
	}
	return from + map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1, fyne.KeyPageUp: -page, fyne.KeyPageDown: page}[key]
}

func (g *Grid) clamp(row int) int { return min(max(row, 0), g.data.Rows()-1) }

// step moves the cursor and the selection with it.
func (g *Grid) step(row int, extend bool) {
	row = g.clamp(row)
	if row < 0 {
		return
	}
	if extend {
		if g.sel.anchor < 0 {
			g.sel.anchor = max(g.sel.cursor, 0)
		}
		g.sel.extend(row, false)
	} else {
		g.sel.one(row)
	}
	g.reveal(row)
	g.selected()
}

func (g *Grid) reveal(row int) {
	h := g.rowHeight()
	g.y.reveal(int64(row)*h, h)
}

func (g *Grid) toColumn(i int) {
	if len(g.cols.list) == 0 {
		return
	}
	g.column = min(max(i, 0), len(g.cols.list)-1)
	c := g.cols.list[g.column]
	g.x.reveal(c.start, c.width)
	g.scrolled()
}

func (g *Grid) keyMenu() {
	if g.OnMenu == nil || g.sel.cursor < 0 || len(g.cols.list) == 0 {
		return
	}
	if !g.sel.Contains(g.sel.cursor) {
		g.sel.one(g.sel.cursor)
		g.selected()
	}
	c := g.cols.list[g.column]
	at := locate.Position(g.body)
	h := g.rowHeight()
	g.OnMenu(g.sel.cursor, c.index, at.AddXY(float32(c.start-g.x.off)+theme.Size(theme.SizeCellPad),
		float32(int64(g.sel.cursor+1)*h-g.y.off)))
}

// wheel scrolls; Shift turns a wheel that only goes up and down sideways. Parts of a point are kept for the
// next turn, so that slow fingers on a touchpad are not lost.
func (g *Grid) wheel(ev *fyne.ScrollEvent) {
	dx, dy := ev.Scrolled.DX, ev.Scrolled.DY
	if g.held()&fyne.KeyModifierShift != 0 && dx == 0 {
		dx, dy = dy, 0
	}
	g.scraps[0] += dx * wheelStep
	g.scraps[1] += dy * wheelStep
	x, y := int64(g.scraps[0]), int64(g.scraps[1])
	g.scraps[0] -= float32(x)
	g.scraps[1] -= float32(y)
	movedX := g.x.set(g.x.off - x)
	movedY := g.y.set(g.y.off - y)
	if movedX || movedY {
		tip.Hide(g.body)
		g.body.hover = -1
		g.scrolled()
	}
}

// rowAt is the row at a height in the body, not yet within the rows there are.
func (b *body) rowAt(y float32) int {
	n := int64(y) + b.of.y.off
	h := b.of.rowHeight()
	if n < 0 {
		return -1
	}
	return int(n / h)
}

func (b *body) MouseDown(ev *desktop.MouseEvent) {
	g := b.of
	Focus(g)
	tip.Hide(b)
	row := b.rowAt(ev.Position.Y)
	if row >= g.data.Rows() || row < 0 {
		if ev.Button == desktop.MouseButtonPrimary && g.sel.Len() > 0 {
			g.sel.clear()
			g.selected()
		}
		return
	}
	if i := g.cols.at(int64(ev.Position.X) + g.x.off); i >= 0 {
		g.column = i
	}
	add := ev.Modifier&(fyne.KeyModifierControl|fyne.KeyModifierSuper) != 0
	switch {
	case ev.Button == desktop.MouseButtonSecondary:
		if g.sel.Contains(row) {
			g.sel.cursor = row
		} else {
			g.sel.one(row)
		}
	case ev.Button != desktop.MouseButtonPrimary:
		return
	case ev.Modifier&fyne.KeyModifierShift != 0:
		g.sel.extend(row, add)
	case add:
		g.sel.toggle(row)
	default:
		g.sel.one(row)
	}
	now := g.now().UnixNano()
	double := ev.Button == desktop.MouseButtonPrimary && ev.Modifier == 0 &&
		b.pressRow == row && now-b.pressAt < doublePress()
	b.pressRow, b.pressAt = row, now
	g.selected()
	if double {
		b.pressAt = 0
		if g.OnActivate != nil {
			g.OnActivate(row)
		}
	}
}

func (b *body) MouseUp(*desktop.MouseEvent) {}

func (b *body) TappedSecondary(ev *fyne.PointEvent) {
	g := b.of
	row := b.rowAt(ev.Position.Y)
	if g.OnMenu == nil || row < 0 || row >= g.data.Rows() {
		return
	}
	if !g.sel.Contains(row) {
		g.sel.one(row)
		g.selected()
	}
	column := -1
	if i := g.cols.at(int64(ev.Position.X) + g.x.off); i >= 0 {
		column = g.cols.list[i].index
	}
	g.OnMenu(row, column, ev.AbsolutePosition)
}

// Dragged selects from where the drag began to the pointer, and scrolls when the pointer leaves the body.
func (b *body) Dragged(ev *fyne.DragEvent) {
	g := b.of
	if g.data.Rows() == 0 {
		return
	}
	if y := int64(ev.Position.Y); y < 0 {
		g.y.set(g.y.off + y/2)
	} else if y > g.y.view {
		g.y.set(g.y.off + (y-g.y.view)/2)
	}
	row := g.clamp(b.rowAt(min(max(ev.Position.Y, 0), float32(g.y.view-1))))
	if g.sel.anchor < 0 {
		g.sel.one(row)
	}
	if row != g.sel.cursor {
		g.sel.extend(row, false)
	}
	g.selected()
}

func (b *body) DragEnd() {}

func (b *body) Scrolled(ev *fyne.ScrollEvent) { b.of.wheel(ev) }

func (b *body) MouseIn(ev *desktop.MouseEvent) { b.MouseMoved(ev) }

func (b *body) MouseMoved(ev *desktop.MouseEvent) {
	g := b.of
	row := b.rowAt(ev.Position.Y)
	if row >= g.data.Rows() {
		row = -1
	}
	if row != b.hover {
		b.hover = row
		b.draw()
	}
	place := g.cols.at(int64(ev.Position.X) + g.x.off)
	if row < 0 || place < 0 {
		tip.Hide(b)
		return
	}
	column := g.cols.list[place]
	c := g.data.Cell(row, column.index)
	words := ""
	if _, cut := g.ruler(c.Bold).fit(c.Text, float32(column.width)-2*theme.Size(theme.SizeCellPad)); cut {
		words = c.Text
	}
	tip.Show(b, words, ev.AbsolutePosition)
}

func (b *body) MouseOut() {
	b.hover = -1
	b.draw()
	tip.Hide(b)
}
