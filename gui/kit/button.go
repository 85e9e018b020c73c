package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// Look says how much a button asks for attention.
type Look uint8

// The looks. One primary button a screen.
const (
	Plain   Look = iota // an edge and words
	Primary             // filled with the accent
	Quiet               // words or an icon alone, until the pointer comes
	Danger              // filled with red: a change that takes something away
)

// Button is a button with words, an icon, or both. Enter and Space press it; while it has the keyboard a
// ring surrounds it. A disabled button says why in its tooltip.
type Button struct {
	widget.BaseWidget
	OnTapped func()

	text    string
	icon    *icons.Icon
	tint    fyne.ThemeColorName // of the icon, empty: that of the words
	look    Look
	tip     string
	reason  string
	off     bool
	hovered bool
	focused bool
	chosen  bool
	menu    bool
}

var (
	_ fyne.Tappable     = (*Button)(nil)
	_ fyne.Focusable    = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

// NewButton returns a button; icon may be nil, tapped too.
func NewButton(text string, icon *icons.Icon, look Look, tapped func()) *Button {
	b := &Button{OnTapped: tapped, text: text, icon: icon, look: look}
	b.ExtendBaseWidget(b)
	return b
}

// NewIconButton returns a quiet button that shows an icon alone; what it does is in tip, which is also what
// a screen reader says.
func NewIconButton(icon *icons.Icon, tip string, tapped func()) *Button {
	b := NewButton("", icon, Quiet, tapped)
	b.tip = tip
	return b
}

// SetText changes the words.
func (b *Button) SetText(text string) {
	if b.text != text {
		b.text = text
		b.Refresh()
	}
}

// Text is what the button says.
func (b *Button) Text() string { return b.text }

// SetIcon changes the icon; nil takes it away.
func (b *Button) SetIcon(icon *icons.Icon) {
	b.icon = icon
	b.Refresh()
}

// SetTint gives the icon a colour of its own, for a state; empty is that of the words.
func (b *Button) SetTint(name fyne.ThemeColorName) {
	if b.tint != name {
		b.tint = name
		b.Refresh()
	}
}

// SetLook changes the look.
func (b *Button) SetLook(look Look) {
	b.look = look
	b.Refresh()
}

// SetMenu shows, with an arrow behind the words, that the button opens a menu.
func (b *Button) SetMenu() {
	b.menu = true
	b.Refresh()
}

// SetTip changes the tooltip.
func (b *Button) SetTip(text string) { b.tip = text }

// SetChosen shows a button that switches something as switched on.
func (b *Button) SetChosen(on bool) {
	if b.chosen != on {
		b.chosen = on
		b.Refresh()
	}
}

// Disable takes the button out of use; reason is shown when the pointer rests on it.
func (b *Button) Disable(reason string) {
	b.off, b.reason = true, reason
	b.Refresh()
}

// Enable undoes Disable.
func (b *Button) Enable() {
	b.off, b.reason = false, ""
	b.Refresh()
}

// Disabled tells whether the button is out of use.
func (b *Button) Disabled() bool { return b.off }

// Tapped presses the button.
func (b *Button) Tapped(*fyne.PointEvent) {
	tip.Hide(b)
	if !b.off && b.OnTapped != nil {
		b.OnTapped()
	}
}

// FocusGained is Fyne's.
func (b *Button) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost is Fyne's.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune is Fyne's.
func (b *Button) TypedRune(rune) {}

// TypedKey presses the button on Space and Enter.
func (b *Button) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		ForwardKey(b, key)
	}
}

// TypedShortcut forwards to the window: a button has no shortcuts.
func (b *Button) TypedShortcut(s fyne.Shortcut) { Forward(b, s) }

// MouseIn is Fyne's.
func (b *Button) MouseIn(ev *desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
	b.showTip(ev)
}

// MouseMoved is Fyne's.
func (b *Button) MouseMoved(ev *desktop.MouseEvent) { b.showTip(ev) }

// MouseOut is Fyne's.
func (b *Button) MouseOut() {
	b.hovered = false
	b.Refresh()
	tip.Hide(b)
}

func (b *Button) showTip(ev *desktop.MouseEvent) {
	if b.off && b.reason != "" {
		tip.Show(b, b.reason, ev.AbsolutePosition)
		return
	}
	tip.Show(b, b.tip, ev.AbsolutePosition)
}

// AccessibilityLabel is what the button says, or what its icon does.
func (b *Button) AccessibilityLabel() string {
	if b.text != "" {
		return b.text
	}
	return b.tip
}

// AccessibilityRole is Fyne's.
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// colors are the names of the button's fill, edge and words.
func (b *Button) colors() (fill, edge, words fyne.ThemeColorName) {
	switch {
	case b.off && b.look == Quiet:
		return "", "", "disabled"
	case b.off:
		return "disabledButton", "separator", "disabled"
	case b.look == Primary && b.hovered:
		return theme.ColorPrimaryHover, "", "foregroundOnPrimary"
	case b.look == Primary:
		return "primary", "", "foregroundOnPrimary"
	case b.look == Danger:
		return "error", "", "foregroundOnError"
	case b.look == Quiet && b.chosen:
		return theme.ColorInfoBack, "", theme.ColorAccent
	case b.look == Quiet && b.hovered:
		return theme.ColorButtonHover, "", foreground
	case b.look == Quiet:
		return "", "", foreground
	case b.hovered:
		return theme.ColorButtonHover, theme.ColorBorder, foreground
	}
	return "button", theme.ColorBorder, foreground
}

// CreateRenderer is Fyne's.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{of: b, box: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil),
		text: canvas.NewText("", nil), icon: canvas.NewImageFromResource(nil), arrow: canvas.NewImageFromResource(nil)}
	r.icon.FillMode, r.arrow.FillMode = canvas.ImageFillContain, canvas.ImageFillContain
	r.objects = []fyne.CanvasObject{r.box, r.icon, r.text, r.arrow, r.ring}
	r.Refresh()
	return r
}

const (
	arrowSide = 12 // of the arrow of a menu, in points
	arrowGap  = 4
)

type buttonRenderer struct {
	of        *Button
	box, ring *canvas.Rectangle
	text      *canvas.Text
	icon      *canvas.Image
	arrow     *canvas.Image // of a menu
	objects   []fyne.CanvasObject
}

func (r *buttonRenderer) Destroy()                     {}
func (r *buttonRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *buttonRenderer) MinSize() fyne.Size {
	height := theme.Size(theme.SizeControl)
	if r.of.text == "" {
		return fyne.NewSize(height, height)
	}
	w := r.text.MinSize().Width + 24
	if r.of.icon != nil {
		w += theme.Size(theme.SizeIcon) + 4
	}
	if r.of.menu {
		w += arrowSide + arrowGap
	}
	return fyne.NewSize(w, height)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.box.Resize(size)
	r.ring.Resize(size)
	side := theme.Size(theme.SizeIcon)
	words := r.text.MinSize()
	content := words.Width
	if r.of.icon != nil {
		content += side
		if r.of.text != "" {
			content += 6
		}
	}
	if r.of.menu {
		content += arrowSide + arrowGap
	}
	x := (size.Width - content) / 2
	if r.of.icon != nil {
		r.icon.Resize(fyne.NewSquareSize(side))
		r.icon.Move(fyne.NewPos(x, (size.Height-side)/2))
		x += side + 6
	}
	r.text.Resize(words)
	r.text.Move(fyne.NewPos(x, (size.Height-words.Height)/2))
	r.arrow.Resize(fyne.NewSquareSize(arrowSide))
	r.arrow.Move(fyne.NewPos(x+words.Width+arrowGap, (size.Height-arrowSide)/2+1))
}

func (r *buttonRenderer) Refresh() {
	fill, edge, words := r.of.colors()
	r.box.FillColor, r.box.StrokeColor, r.box.StrokeWidth = nil, nil, 0
	if fill != "" {
		r.box.FillColor = theme.Color(fill)
	}
	if edge != "" {
		r.box.StrokeColor, r.box.StrokeWidth = theme.Color(edge), 1
	}
	r.box.CornerRadius = theme.Size(theme.SizeRadius)
	r.ring.CornerRadius = theme.Size(theme.SizeRadius)
	r.ring.StrokeWidth = theme.Size(theme.SizeRing)
	r.ring.StrokeColor = theme.Color(theme.ColorFocusRing)
	if r.of.look == Primary || r.of.look == Danger {
		r.ring.StrokeColor = theme.Color(foreground)
	}
	r.ring.Hidden = !r.of.focused
	r.text.Text, r.text.Color, r.text.TextSize = r.of.text, theme.Color(words), theme.Size(theme.SizeText)
	r.text.TextStyle.Bold = r.of.look == Primary || r.of.look == Danger
	if r.arrow.Hidden = !r.of.menu; r.of.menu {
		r.arrow.Resource = icons.ChevronDown.In(words)
	}
	r.icon.Hidden = r.of.icon == nil
	if r.of.icon != nil {
		if r.of.tint != "" && !r.of.off {
			words = r.of.tint
		}
		r.icon.Resource = r.of.icon.In(words)
	}
	r.Layout(r.of.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}
