package grid

import (
	"strconv"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

var (
	_ fyne.Focusable    = (*Grid)(nil)
	_ fyne.Shortcutable = (*Grid)(nil)
	_ desktop.Keyable   = (*Grid)(nil)
)

// Focus gives the Grid the keyboard.
func Focus(g *Grid) {
	if c := locate.Canvas(g); c != nil && c.Focused() != g {
		c.Focus(g)
	}
}

// FocusGained is Fyne's. The first row gets the cursor, so that keys have somewhere to start.
func (g *Grid) FocusGained() {
	g.focused = true
	if g.sel.cursor < 0 && g.data.Rows() > 0 {
		g.sel.cursor, g.sel.anchor = int((g.y.off+g.rowHeight()-1)/g.rowHeight()), -1
		g.selected()
	}
	g.body.draw()
	g.header.draw()
}

// FocusLost is Fyne's.
func (g *Grid) FocusLost() {
	g.focused, g.shift = false, false
	g.header.reached = false
	g.body.draw()
	g.header.draw()
}

// AccessibilityLabel is the cell with the cursor: its title, its text, and which row it is in; on the header the
// title alone.
func (g *Grid) AccessibilityLabel() string {
	c := g.CursorColumn()
	switch {
	case c < 0:
		return ""
	case g.header.reached:
		return g.all[c].Title
	case g.sel.cursor < 0 || g.sel.cursor >= g.data.Rows():
		return ""
	}
	return g.all[c].Title + ": " + g.data.Cell(g.sel.cursor, c).Text + " (" +
		strconv.Itoa(g.sel.cursor+1) + "/" + strconv.Itoa(g.data.Rows()) + ")"
}

// AccessibilityRole is Fyne's.
func (g *Grid) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// KeyDown is Fyne's: it tells whether Shift is held, which TypedKey does not.
func (g *Grid) KeyDown(key *fyne.KeyEvent) {
	g.fresh = key.Name
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

// typePause ends what is typed to find a row.
const typePause = time.Second

// TypedRune is Fyne's. What is typed without a pause is told to OnType; a question mark at its start is the window's.
func (g *Grid) TypedRune(r rune) {
	typing := g.isTyping()
	if r == '?' && !typing {
		if c := locate.Canvas(g); c != nil && c.OnTypedRune() != nil {
			c.OnTypedRune()(r)
		}
		return
	}
	if g.OnType == nil || g.header.reached || g.CursorColumn() < 0 || r == ' ' && !typing {
		return
	}
	if !typing {
		g.typed = ""
	}
	g.typedMore(g.typed + string(r))
}

// isTyping tells whether a key would add to what was typed.
func (g *Grid) isTyping() bool { return g.typed != "" && g.now().Sub(g.typedAt) < typePause }

func (g *Grid) typedMore(text string) {
	g.typed, g.typedAt = text, g.now()
	if text != "" {
		g.OnType(g.CursorColumn(), text)
	}
}

// TypedKey is Fyne's.
func (g *Grid) TypedKey(key *fyne.KeyEvent) {
	tip.Hide(g.body)
	shift := g.held()&fyne.KeyModifierShift != 0
	fresh := g.fresh == key.Name // pressed just now, not held down
	g.fresh = ""
	if g.header.reached && g.headerKey(key.Name, shift) {
		return
	}
	if g.isTyping() && key.Name == fyne.KeyBackspace {
		_, n := utf8.DecodeLastRuneInString(g.typed)
		g.typedMore(g.typed[:len(g.typed)-n])
		return
	}
	switch key.Name {
	case fyne.KeyUp:
		if fresh && !shift && g.sel.cursor <= 0 && g.up() {
			return
		}
		g.step(g.target(key.Name), shift)
	case fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown:
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
		if !g.isTyping() { // otherwise it is part of the words
			g.space(shift)
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if g.OnActivate != nil && g.sel.cursor >= 0 {
			g.OnActivate(g.sel.cursor)
		}
	case fyne.KeyEscape:
		switch {
		case g.isTyping():
			g.typed = ""
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

// space picks the row with the cursor or takes it out; with extend it selects from the anchor up to it.
func (g *Grid) space(extend bool) {
	switch {
	case g.sel.cursor < 0:
		return
	case extend:
		g.sel.extend(g.sel.cursor, false)
	default:
		g.sel.toggle(g.sel.cursor)
	}
	g.selected()
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

// custom are the keys with Ctrl, or Cmd on a Mac, and those with Alt. With Shift they extend; the arrows without
// it move the cursor and leave the selection, so that Ctrl+Space can pick rows one by one.
func (g *Grid) custom(s *desktop.CustomShortcut) bool {
	shift := s.Modifier&fyne.KeyModifierShift != 0
	switch held := s.Modifier &^ fyne.KeyModifierShift; {
	case held == fyne.KeyModifierAlt:
		return g.alt(s.KeyName, shift)
	case held == fyne.KeyModifierControl && s.KeyName == fyne.KeySpace: // also on a Mac, where Cmd+Space is the system's
	case held != fyne.KeyModifierShortcutDefault:
		return false
	}
	switch s.KeyName {
	case fyne.KeyHome:
		g.step(0, shift)
	case fyne.KeyEnd:
		g.step(g.data.Rows()-1, shift)
	case fyne.KeyLeft:
		g.toColumn(0)
	case fyne.KeyRight:
		g.toColumn(len(g.cols.list) - 1)
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
		g.space(shift)
	default:
		return false
	}
	return true
}

// alt are the keys with Alt: a page sideways, up to the header, and on the header what drags do with a mouse.
func (g *Grid) alt(key fyne.KeyName, shift bool) bool {
	switch key {
	case fyne.KeyPageUp, fyne.KeyPageDown:
		g.pageColumns(key == fyne.KeyPageDown)
	case fyne.KeyUp:
		g.toHeader()
	case fyne.KeyDown:
		g.headerMenu()
	case fyne.KeyLeft, fyne.KeyRight:
		if !g.header.reached {
			return false
		}
		d := 1
		if key == fyne.KeyLeft {
			d = -1
		}
		g.nudge(d, shift)
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
	if g.header.reached {
		g.leaveHeader()
	}
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
	before := g.column
	g.column = min(max(i, 0), len(g.cols.list)-1)
	g.revealPlace(g.column)
	g.scrolled()
	if g.column != before && g.OnColumn != nil {
		g.OnColumn()
	}
	if g.header.reached {
		g.header.draw()
	}
}

// pageColumns moves the cursor sideways by as many columns as show, as Alt with a Page key does in a spreadsheet.
func (g *Grid) pageColumns(right bool) {
	if len(g.cols.list) == 0 {
		return
	}
	first, end := g.cols.visible(g.x.off, g.x.view)
	n := max(end-first-1, 1)
	if !right {
		n = -n
	}
	g.toColumn(g.column + n)
}

// CursorColumn is the column keys move from, as a number in Data.Columns, -1 for none.
func (g *Grid) CursorColumn() int {
	if len(g.cols.list) == 0 {
		return -1
	}
	return g.cols.list[min(g.column, len(g.cols.list)-1)].index
}

func (g *Grid) keyMenu() {
	if g.OnMenu == nil || g.sel.cursor < 0 || len(g.cols.list) == 0 {
		return
	}
	if !g.sel.Contains(g.sel.cursor) {
		g.sel.one(g.sel.cursor)
		g.selected()
	}
	x, _ := g.onScreen(g.column)
	at := locate.Position(g.body)
	h := g.rowHeight()
	g.OnMenu(g.sel.cursor, g.CursorColumn(), at.AddXY(float32(x)+theme.Size(theme.SizeCellPad),
		float32(int64(g.sel.cursor+1)*h-g.y.off)))
}
