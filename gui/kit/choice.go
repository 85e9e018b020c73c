package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// Select is Fyne's drop-down with the edge of a field, a ring while it has the keyboard, and keys it has no
// use for given to its window.
type Select struct {
	widget.Select
	label   string
	tip     string
	focused bool
}

// NewSelect returns a drop-down; label is what a screen reader says for it.
func NewSelect(label string, options []string, changed func(string)) *Select {
	s := &Select{label: label}
	s.Options, s.OnChanged = options, changed
	s.ExtendBaseWidget(s)
	return s
}

// SetTip changes the tooltip.
func (s *Select) SetTip(text string) { s.tip = text }

// AccessibilityLabel is Fyne's.
func (s *Select) AccessibilityLabel() string { return s.label + ": " + s.Selected }

// FocusGained is Fyne's.
func (s *Select) FocusGained() {
	s.focused = true
	s.Select.FocusGained()
}

// FocusLost is Fyne's.
func (s *Select) FocusLost() {
	s.focused = false
	s.Select.FocusLost()
}

// MouseIn is Fyne's.
func (s *Select) MouseIn(ev *desktop.MouseEvent) {
	s.Select.MouseIn(ev)
	tip.Show(s, s.tip, ev.AbsolutePosition)
}

// MouseMoved is Fyne's.
func (s *Select) MouseMoved(ev *desktop.MouseEvent) { tip.Show(s, s.tip, ev.AbsolutePosition) }

// MouseOut is Fyne's.
func (s *Select) MouseOut() {
	s.Select.MouseOut()
	tip.Hide(s)
}

// Tapped opens the list.
func (s *Select) Tapped(ev *fyne.PointEvent) {
	locate.Canvas(s) // Fyne asks where it is, and must know
	s.Select.Tapped(ev)
}

// TypedKey is Fyne's.
func (s *Select) TypedKey(key *fyne.KeyEvent) {
	locate.Canvas(s)
	switch key.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		s.Select.TypedKey(key)
	case fyne.KeyReturn, fyne.KeyEnter:
		s.Select.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	default:
		ForwardKey(s, key)
	}
}

// TypedShortcut forwards to the window.
func (s *Select) TypedShortcut(sh fyne.Shortcut) { Forward(s, sh) }

// CreateRenderer is Fyne's.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &selectRenderer{WidgetRenderer: s.Select.CreateRenderer(), of: s, edge: canvas.NewRectangle(nil)}
	r.objects = append(append(r.objects, r.WidgetRenderer.Objects()...), r.edge)
	r.paint()
	return r
}

type selectRenderer struct {
	fyne.WidgetRenderer
	of      *Select
	edge    *canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *selectRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *selectRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.edge.Resize(size)
}

func (r *selectRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.paint()
}

func (r *selectRenderer) paint() {
	r.edge.StrokeColor, r.edge.StrokeWidth = theme.Color(theme.ColorBorder), 1
	if r.of.focused {
		r.edge.StrokeColor, r.edge.StrokeWidth = theme.Color(theme.ColorFocusRing), theme.Size(theme.SizeRing)
	}
	r.edge.CornerRadius = theme.Size("inputRadius")
	r.edge.Refresh()
}

// Check is Fyne's check box with a tooltip, and keys it has no use for given to its window.
type Check struct {
	widget.Check
	tip string
}

// NewCheck returns a box that is not ticked.
func NewCheck(text string, changed func(bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = text, changed
	c.ExtendBaseWidget(c)
	return c
}

// SetTip changes the tooltip.
func (c *Check) SetTip(text string) { c.tip = text }

// MouseIn is Fyne's.
func (c *Check) MouseIn(ev *desktop.MouseEvent) {
	c.Check.MouseIn(ev)
	tip.Show(c, c.tip, ev.AbsolutePosition)
}

// MouseOut is Fyne's.
func (c *Check) MouseOut() {
	c.Check.MouseOut()
	tip.Hide(c)
}

// TypedKey is Fyne's.
func (c *Check) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeySpace {
		c.Check.TypedKey(key)
		return
	}
	ForwardKey(c, key)
}

// TypedShortcut forwards to the window.
func (c *Check) TypedShortcut(s fyne.Shortcut) { Forward(c, s) }
