package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// List is rows of one height under each other of which only those one sees exist, for lists of thousands.
// Which rows are selected and where the cursor stands is the owner's to keep: the List asks when it draws.
// Say Refresh after anything changed.
//
// Up, Down, Page Up, Page Down, Home and End ask to move the cursor, Enter activates, Space taps as with
// Ctrl held. A row is as high as RowHeight says.
type List struct {
	widget.BaseWidget

	Length    func() int
	RowHeight float32
	Create    func() fyne.CanvasObject
	Update    func(row int, o fyne.CanvasObject)
	Selected  func(row int) bool // nil: none
	Cursor    func() int         // the row keys start from, -1 for none; nil: none
	Passive   func(row int) bool // a heading, which cannot be pressed; nil: none

	OnTap      func(row int, held fyne.KeyModifier) // a press of the first button, or Space with Ctrl as held
	OnMove     func(row int, held fyne.KeyModifier) // a key asks for the cursor to go there
	OnActivate func(row int)                        // a double press, or Enter
	OnMenu     func(row int, at fyne.Position)      // a press of the second button; at is on the canvas
	OnEscape   func()                               // nil gives the key to the window
	OnLeaveTop func()                               // Up on the first row; nil does nothing
	OnFold     func(row int, open bool)             // Right or Left asks to unfold or fold a row; nil gives the keys to the window
	OnCopy     func()                               // the shortcut that copies; nil gives it to the window
	Tip        func(row int) string                 // shown where the pointer rests on a row; nil or empty: nothing

	scroll  *container.Scroll
	body    *listBody
	focused bool
	shift   bool
	hovered int
	pressed int
	label   string
}

var (
	_ fyne.Focusable    = (*List)(nil)
	_ fyne.Shortcutable = (*List)(nil)
	_ desktop.Keyable   = (*List)(nil)
)

const doublePress = 350 * time.Millisecond

// NewList returns an empty list; label is what a screen reader says for it. Set its fields before it is shown.
func NewList(label string) *List {
	l := &List{label: label, RowHeight: 28, hovered: -1, Length: func() int { return 0 }}
	l.body = &listBody{of: l}
	l.body.ExtendBaseWidget(l.body)
	l.scroll = container.NewVScroll(l.body)
	l.scroll.OnScrolled = func(fyne.Position) { l.body.Refresh() }
	l.ExtendBaseWidget(l)
	return l
}

// Reveal scrolls as little as needed to show a row.
func (l *List) Reveal(row int) {
	top := float32(row) * l.RowHeight
	at := l.scroll.Offset
	switch view := l.scroll.Size().Height; {
	case top < at.Y:
		at.Y = top
	case top+l.RowHeight > at.Y+view:
		at.Y = max(top+l.RowHeight-view, 0)
	default:
		return
	}
	l.scroll.ScrollToOffset(at)
	l.body.Refresh()
}

// MinSize is small: a List takes the room it is given.
func (l *List) MinSize() fyne.Size { return fyne.NewSize(80, l.RowHeight) }

// CreateRenderer is Fyne's.
func (l *List) CreateRenderer() fyne.WidgetRenderer {
	return &listRenderer{WidgetRenderer: widget.NewSimpleRenderer(l.scroll), of: l}
}

type listRenderer struct {
	fyne.WidgetRenderer
	of *List
}

func (r *listRenderer) MinSize() fyne.Size { return r.of.MinSize() }

func (r *listRenderer) Layout(size fyne.Size) {
	r.of.scroll.Resize(size)
	r.of.body.Refresh()
}

func (r *listRenderer) Refresh() {
	l := r.of
	l.body.Resize(fyne.NewSize(l.scroll.Size().Width, max(l.body.MinSize().Height, l.scroll.Size().Height)))
	l.scroll.Refresh()
	l.body.Refresh()
}

// FocusGained is Fyne's.
func (l *List) FocusGained() { l.focused = true; l.body.Refresh() }

// FocusLost is Fyne's.
func (l *List) FocusLost() { l.focused, l.shift = false, false; l.body.Refresh() }

// TypedRune is Fyne's.
func (l *List) TypedRune(rune) {}

// AccessibilityLabel is Fyne's.
func (l *List) AccessibilityLabel() string { return l.label }

// AccessibilityRole is Fyne's.
func (l *List) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// KeyDown is Fyne's: TypedKey does not tell about Shift.
func (l *List) KeyDown(key *fyne.KeyEvent) {
	if key.Name == desktop.KeyShiftLeft || key.Name == desktop.KeyShiftRight {
		l.shift = true
	}
}

// KeyUp is Fyne's.
func (l *List) KeyUp(key *fyne.KeyEvent) {
	if key.Name == desktop.KeyShiftLeft || key.Name == desktop.KeyShiftRight {
		l.shift = false
	}
}

// TypedKey is Fyne's.
func (l *List) TypedKey(key *fyne.KeyEvent) {
	cursor := -1
	if l.Cursor != nil {
		cursor = l.Cursor()
	}
	var held fyne.KeyModifier
	if l.shift {
		held = fyne.KeyModifierShift
	}
	page := max(int(l.scroll.Size().Height/l.RowHeight)-1, 1)
	switch key.Name {
	case fyne.KeyDown:
		l.move(cursor, 1, held)
	case fyne.KeyUp:
		l.move(cursor, -1, held)
	case fyne.KeyPageDown:
		l.move(cursor, page, held)
	case fyne.KeyPageUp:
		l.move(cursor, -page, held)
	case fyne.KeyHome:
		l.move(l.Length(), -l.Length(), held)
	case fyne.KeyEnd:
		l.move(-1, l.Length(), held)
	case fyne.KeySpace:
		if cursor >= 0 && l.OnTap != nil {
			l.OnTap(cursor, fyne.KeyModifierShortcutDefault)
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if cursor >= 0 && l.OnActivate != nil {
			l.OnActivate(cursor)
		}
	case fyne.KeyRight, fyne.KeyLeft:
		if l.OnFold == nil {
			ForwardKey(l, key)
		} else if cursor >= 0 {
			l.OnFold(cursor, key.Name == fyne.KeyRight)
		}
	case fyne.KeyEscape:
		if l.OnEscape != nil {
			l.OnEscape()
			return
		}
		ForwardKey(l, key)
	default:
		ForwardKey(l, key)
	}
}

// move asks for the cursor by rows down from a row, over passive rows.
func (l *List) move(from, by int, held fyne.KeyModifier) {
	n := l.Length()
	if n == 0 || l.OnMove == nil {
		return
	}
	to := min(max(from+by, 0), n-1)
	step := 1
	if by < 0 {
		step = -1
	}
	for l.passive(to) {
		to += step
		if to < 0 || to >= n { // nothing but headings this way
			to = from
			break
		}
	}
	if by == -1 && to == from && l.OnLeaveTop != nil {
		l.OnLeaveTop()
		return
	}
	if to < 0 || to >= n || l.passive(to) {
		return
	}
	l.OnMove(to, held)
	l.Reveal(to)
}

func (l *List) passive(row int) bool { return l.Passive != nil && l.Passive(row) }

// TypedShortcut copies, and forwards the rest to the window.
func (l *List) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutCopy); ok && l.OnCopy != nil {
		l.OnCopy()
		return
	}
	Forward(l, s)
}

// listBody is as high as all rows and holds those that show.
type listBody struct {
	widget.BaseWidget
	of   *List
	rows []*listRow
}

func (b *listBody) MinSize() fyne.Size {
	return fyne.NewSize(0, float32(b.of.Length())*b.of.RowHeight)
}

func (b *listBody) CreateRenderer() fyne.WidgetRenderer { return &listBodyRenderer{of: b} }

type listBodyRenderer struct{ of *listBody }

func (r *listBodyRenderer) Destroy()           {}
func (r *listBodyRenderer) MinSize() fyne.Size { return r.of.MinSize() }
func (r *listBodyRenderer) Layout(fyne.Size)   { r.place() }

func (r *listBodyRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(r.of.rows))
	for i, row := range r.of.rows {
		out[i] = row
	}
	return out
}

func (r *listBodyRenderer) Refresh() {
	r.place()
	canvas.Refresh(r.of)
}

// place gives each row in sight a widget, and takes back those that are out of sight.
func (r *listBodyRenderer) place() {
	l := r.of.of
	if l.Create == nil {
		return
	}
	view, offset, n := l.scroll.Size(), l.scroll.Offset.Y, l.Length()
	first := max(int(offset/l.RowHeight), 0)
	end := min(int((offset+view.Height)/l.RowHeight)+1, n)
	need := max(end-first, 0)
	for len(r.of.rows) < need {
		row := &listRow{list: l, content: l.Create(), back: NewSurface("", ""), edge: canvas.NewRectangle(nil)}
		row.ExtendBaseWidget(row)
		r.of.rows = append(r.of.rows, row)
	}
	// A row keeps its widget while one scrolls, so that only what comes into sight is drawn anew.
	for i, row := range r.of.rows {
		at := -1
		if need > 0 {
			at = first + ((i-first)%len(r.of.rows)+len(r.of.rows))%len(r.of.rows)
		}
		if at < 0 || at >= end {
			row.at = -1
			row.Hide()
			continue
		}
		row.at = at
		row.Show()
		l.Update(at, row.content)
		row.Move(fyne.NewPos(0, float32(at)*l.RowHeight))
		row.Resize(fyne.NewSize(view.Width, l.RowHeight))
		row.paint()
	}
}

// listRow is one row in sight.
type listRow struct {
	widget.BaseWidget
	list    *List
	at      int
	content fyne.CanvasObject
	back    *Surface
	edge    *canvas.Rectangle
	last    time.Time // of the last press, to see a second one
}

var (
	_ desktop.Mouseable      = (*listRow)(nil)
	_ desktop.Hoverable      = (*listRow)(nil)
	_ fyne.Tappable          = (*listRow)(nil)
	_ fyne.SecondaryTappable = (*listRow)(nil)
)

func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(r.back, r.edge, r.content))
}

func (r *listRow) paint() {
	l := r.list
	selected := l.Selected != nil && l.Selected(r.at)
	hovered := l.hovered == r.at && !l.passive(r.at)
	var fill fyne.ThemeColorName
	switch {
	case selected && hovered:
		fill = theme.ColorRowBoth
	case selected:
		fill = theme.ColorRowSelected
	case hovered:
		fill = theme.ColorRowHover
	}
	if r.back.Fill != fill {
		r.back.Fill = fill
		r.back.Refresh()
	}
	r.edge.CornerRadius = theme.Size(theme.SizeRadius)
	r.edge.StrokeWidth, r.edge.StrokeColor = 0, nil
	if l.focused && l.Cursor != nil && l.Cursor() == r.at {
		r.edge.StrokeWidth, r.edge.StrokeColor = theme.Size(theme.SizeRing), theme.Color(theme.ColorFocusRing)
	}
	r.edge.Refresh()
}

// Tapped is there so that the press belongs to the row; MouseDown did the work.
func (r *listRow) Tapped(*fyne.PointEvent) {}

// TappedSecondary is Fyne's.
func (r *listRow) TappedSecondary(ev *fyne.PointEvent) {
	if r.at >= 0 && !r.list.passive(r.at) && r.list.OnMenu != nil {
		r.list.OnMenu(r.at, ev.AbsolutePosition)
	}
}

func (r *listRow) MouseDown(ev *desktop.MouseEvent) {
	l := r.list
	if r.at < 0 || l.passive(r.at) || ev.Button != desktop.MouseButtonPrimary {
		return
	}
	Focus(l)
	// Not DoubleTapped: with it Fyne would hold back every single press to see whether another follows.
	now := time.Now()
	double := now.Sub(r.last) < doublePress && l.pressed == r.at
	r.last, l.pressed = now, r.at
	if l.OnTap != nil {
		l.OnTap(r.at, ev.Modifier)
	}
	if double && ev.Modifier == 0 && l.OnActivate != nil {
		r.last = time.Time{}
		l.OnActivate(r.at)
	}
}

func (r *listRow) MouseUp(*desktop.MouseEvent) {}

func (r *listRow) MouseIn(ev *desktop.MouseEvent) {
	r.tip(ev)
	if r.list.hovered != r.at {
		r.list.hovered = r.at
		r.list.body.Refresh()
	}
}

func (r *listRow) MouseMoved(ev *desktop.MouseEvent) { r.tip(ev) }

func (r *listRow) tip(ev *desktop.MouseEvent) {
	if r.at >= 0 && r.list.Tip != nil {
		tip.Show(r, r.list.Tip(r.at), ev.AbsolutePosition)
	}
}

func (r *listRow) MouseOut() {
	tip.Hide(r)
	if r.list.hovered == r.at {
		r.list.hovered = -1
		r.list.body.Refresh()
	}
}
