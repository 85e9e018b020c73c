package preflightpanel

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// rowHead is the line of a check: state by icon and word, name, what was found, and the time it took. Enter
// and Space unfold it and fold it, Right unfolds, Left folds.
type rowHead struct {
	widget.BaseWidget
	fold func(open bool)
	open bool

	back                     *kit.Surface
	chevron, icon            *kit.Mark
	state, name, title, took *kit.Text
	root                     *fyne.Container
	hovered, focused         bool
}

var (
	_ fyne.Tappable     = (*rowHead)(nil)
	_ fyne.Focusable    = (*rowHead)(nil)
	_ desktop.Hoverable = (*rowHead)(nil)
)

func newRowHead(fold func(open bool)) *rowHead {
	h := &rowHead{fold: fold, back: kit.NewSurface("", ""), chevron: kit.NewMark(nil, ""), icon: kit.NewMark(nil, ""),
		state: kit.NewText(""), name: kit.NewText(""), title: kit.NewText(""), took: kit.NewCaption("")}
	h.state.Clip, h.name.Clip, h.title.Clip = true, true, true
	h.title.SetColor(theme.ColorMuted)
	h.took.Align = fyne.TextAlignTrailing
	h.root = container.New(&headLine{of: h}, h.back, h.chevron, h.icon, h.state, h.name, h.title, h.took)
	h.ExtendBaseWidget(h)
	return h
}

func (h *rowHead) set(icon *icons.Icon, color fyne.ThemeColorName, state, name, title, took string, open bool) {
	h.open = open
	h.chevron.Set(icons.ChevronRight, theme.ColorMuted)
	if open {
		h.chevron.Set(icons.ChevronDown, theme.ColorMuted)
	}
	h.icon.Set(icon, color)
	h.state.SetText(state)
	h.state.SetColor(color)
	h.name.SetText(name)
	h.name.SetColor("foreground")
	if color == theme.ColorMuted { // nothing to see to
		h.name.SetColor(color)
	}
	h.title.SetText(title)
	h.took.SetText(took)
}

// headLine lays a rowHead out: columns of one width in all rows, and what was found takes the rest.
type headLine struct{ of *rowHead }

const (
	rowHeight = 30
	atIcon    = 24
	atState   = 48
	stateWide = 112
	tookWide  = 56
)

func (*headLine) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, rowHeight) }

func (l *headLine) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	h := l.of
	h.back.Resize(size)
	icon := theme.Size(theme.SizeIcon)
	for o, x := range map[*kit.Mark]float32{h.chevron: 4, h.icon: atIcon} {
		o.Resize(fyne.NewSquareSize(icon))
		o.Move(fyne.NewPos(x, (size.Height-icon)/2))
	}
	x := float32(atState)
	put := func(t *kit.Text, width float32) {
		high := t.MinSize().Height
		t.Resize(fyne.NewSize(max(width-8, 0), high))
		t.Move(fyne.NewPos(x, (size.Height-high)/2))
		x += width
	}
	rest := size.Width - x - stateWide - tookWide - 4
	name := min(max(rest*0.5, 120), 272)
	put(h.state, stateWide)
	put(h.name, name)
	put(h.title, rest-name)
	put(h.took, tookWide+8)
}

func (h *rowHead) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(h.root) }

func (h *rowHead) paint() {
	h.back.Fill, h.back.Edge = "", ""
	if h.hovered {
		h.back.Fill = theme.ColorRowHover
	}
	if h.focused {
		h.back.Edge = theme.ColorFocusRing
	}
	h.back.Refresh()
}

func (h *rowHead) Tapped(*fyne.PointEvent) { h.fold(!h.open) }
func (h *rowHead) FocusGained()            { h.focused = true; h.paint() }
func (h *rowHead) FocusLost()              { h.focused = false; h.paint() }
func (h *rowHead) TypedRune(rune)          {}

func (h *rowHead) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		h.fold(!h.open)
	case fyne.KeyRight:
		h.fold(true)
	case fyne.KeyLeft:
		h.fold(false)
	default:
		kit.ForwardKey(h, key)
	}
}

func (h *rowHead) TypedShortcut(s fyne.Shortcut) { kit.Forward(h, s) }

func (h *rowHead) MouseIn(ev *desktop.MouseEvent) {
	h.hovered = true
	h.paint()
	if fyne.MeasureText(h.title.Text, theme.Size(h.title.TextSize), h.title.Style).Width > h.title.Size().Width {
		tip.Show(h, h.title.Text, ev.AbsolutePosition)
	}
}

func (h *rowHead) MouseMoved(*desktop.MouseEvent) {}

func (h *rowHead) MouseOut() {
	h.hovered = false
	h.paint()
	tip.Hide(h)
}

func (h *rowHead) AccessibilityLabel() string {
	return h.name.Text + ": " + h.state.Text + ". " + h.title.Text
}

func (h *rowHead) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
