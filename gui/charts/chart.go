package charts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/charts"
	"tenantry/gui/kit"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// Chart is a picture of figures. The pointer or the arrow keys go from point to point, each said in words; a
// click, Enter or Space picks one. It belongs to the UI goroutine.
type Chart struct {
	widget.BaseWidget

	// OnPick hears which of the points was picked.
	OnPick func(p charts.Point)
	// OnEscape hears the key; nil gives it to the window.
	OnEscape func()

	words   charts.Words
	data    charts.Data
	picture charts.Picture
	laid    fyne.Size // that picture is for
	turn    int       // counts pictures
	hovered int       // point under the pointer, -1 for none
	cursor  int       // point of the keyboard, -1 for none
	focused bool
}

var (
	_ fyne.Tappable      = (*Chart)(nil)
	_ fyne.Focusable     = (*Chart)(nil)
	_ fyne.Shortcutable  = (*Chart)(nil)
	_ desktop.Hoverable  = (*Chart)(nil)
	_ desktop.Cursorable = (*Chart)(nil)
)

// New returns a chart without figures.
func New(words charts.Words) *Chart {
	c := &Chart{words: words, hovered: -1, cursor: -1}
	c.ExtendBaseWidget(c)
	return c
}

// SetData shows other figures. The point with the keyboard stays the one it was, when that is there.
func (c *Chart) SetData(d charts.Data) {
	if c.cursor >= 0 && c.cursor < len(c.data.Points) {
		old := c.data.Points[c.cursor]
		c.cursor = -1
		for i, p := range d.Points {
			if p.Role == old.Role && p.Value.Text() == old.Value.Text() {
				c.cursor = i
				break
			}
		}
	}
	c.data, c.hovered, c.laid = d, -1, fyne.Size{}
	tip.Hide(c)
	c.layOut(c.Size())
	c.Refresh()
}

// HeightFor is how high the picture is at a width, when there is room for so much.
func (c *Chart) HeightFor(width, room float32) float32 {
	return float32(charts.Layout(c.data, c.words, c.frame(fyne.NewSize(width, room))).H)
}

// Picture is what shows, for tests.
func (c *Chart) Picture() charts.Picture { return c.picture }

func (c *Chart) frame(size fyne.Size) charts.Frame {
	return charts.Frame{W: float64(size.Width), H: float64(size.Height), Width: measure}
}

func (c *Chart) layOut(size fyne.Size) {
	if c.laid != size {
		c.picture, c.laid = charts.Layout(c.data, c.words, c.frame(size)), size
		c.turn++
	}
}

// Resize is Fyne's.
func (c *Chart) Resize(size fyne.Size) {
	c.layOut(size)
	c.BaseWidget.Resize(size)
}

func (c *Chart) pick(point int) {
	if point >= 0 && point < len(c.data.Points) && c.OnPick != nil {
		tip.Hide(c)
		c.OnPick(c.data.Points[point])
	}
}

func (c *Chart) at(p fyne.Position) int { return c.picture.At(float64(p.X), float64(p.Y)) }

// Tapped picks.
func (c *Chart) Tapped(ev *fyne.PointEvent) {
	kit.Focus(c)
	if point := c.at(ev.Position); point >= 0 {
		c.cursor = point
		c.Refresh()
		c.pick(point)
	}
}

// MouseIn is Fyne's.
func (c *Chart) MouseIn(ev *desktop.MouseEvent) { c.MouseMoved(ev) }

// MouseMoved says what is under the pointer.
func (c *Chart) MouseMoved(ev *desktop.MouseEvent) {
	point := c.at(ev.Position)
	if point != c.hovered {
		c.hovered = point
		c.Refresh()
	}
	if point < 0 {
		tip.Hide(c)
		return
	}
	tip.Show(c, c.picture.Spots[point].Says, ev.AbsolutePosition)
}

// MouseOut is Fyne's.
func (c *Chart) MouseOut() {
	tip.Hide(c)
	if c.hovered >= 0 {
		c.hovered = -1
		c.Refresh()
	}
}

// Cursor is a hand over what can be picked.
func (c *Chart) Cursor() desktop.Cursor {
	if c.hovered >= 0 && c.OnPick != nil {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// FocusGained is Fyne's.
func (c *Chart) FocusGained() {
	c.focused = true
	if c.cursor < 0 && len(c.data.Points) > 0 {
		c.cursor = 0
	}
	c.Refresh()
}

// FocusLost is Fyne's.
func (c *Chart) FocusLost() {
	c.focused = false
	tip.Hide(c)
	c.Refresh()
}

// TypedRune is Fyne's.
func (c *Chart) TypedRune(rune) {}

// TypedKey goes from point to point and picks.
func (c *Chart) TypedKey(key *fyne.KeyEvent) {
	to, last := c.cursor, len(c.data.Points)-1
	switch key.Name {
	case fyne.KeyDown, fyne.KeyRight:
		to++
	case fyne.KeyUp, fyne.KeyLeft:
		to--
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = last
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		c.pick(c.cursor)
		return
	case fyne.KeyEscape:
		if c.OnEscape != nil {
			c.OnEscape()
			return
		}
		fallthrough
	default:
		kit.ForwardKey(c, key)
		return
	}
	if to = min(max(to, 0), last); to < 0 {
		return
	}
	c.cursor = to
	c.Refresh()
	spot := c.picture.Spots[to]
	tip.Show(c, spot.Says, locate.Position(c).AddXY(float32(spot.X), float32(spot.Y+spot.H)))
}

// TypedShortcut forwards to the window.
func (c *Chart) TypedShortcut(s fyne.Shortcut) { kit.Forward(c, s) }

// AccessibilityLabel says the whole picture, or the point the keyboard is on.
func (c *Chart) AccessibilityLabel() string {
	if c.focused && c.cursor >= 0 && c.cursor < len(c.picture.Spots) {
		return c.picture.Title + ". " + c.picture.Spots[c.cursor].Says
	}
	return c.picture.Describe
}

// AccessibilityRole is Fyne's.
func (c *Chart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// CreateRenderer is Fyne's.
func (c *Chart) CreateRenderer() fyne.WidgetRenderer {
	r := &renderer{of: c, under: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil), slice: canvas.NewArc(0, 0, 0, nil)}
	r.Refresh()
	return r
}

type renderer struct {
	of      *Chart
	under   *canvas.Rectangle // what the pointer is on
	ring    *canvas.Rectangle // what the keyboard is on
	slice   *canvas.Arc       // the edge of the slice that either is on
	objects []fyne.CanvasObject

	drawn struct { // what the objects in between are drawn of
		turn  int
		scale float32
		dark  bool
	}
	shapes []fyne.CanvasObject
}

func (r *renderer) Destroy()                     {}
func (r *renderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *renderer) MinSize() fyne.Size           { return fyne.NewSize(160, 80) }
func (r *renderer) Layout(fyne.Size)             { r.Refresh() }

func (r *renderer) Refresh() {
	c := r.of
	scale := float32(1)
	if on := fyne.CurrentApp().Driver().CanvasForObject(c); on != nil {
		scale = on.Scale()
	}
	variant := fyne.CurrentApp().Settings().ThemeVariant()
	if t, ok := fyne.CurrentApp().Settings().Theme().(theme.Theme); ok {
		switch t.Mode {
		case theme.Light:
			variant = fynetheme.VariantLight
		case theme.Dark:
			variant = fynetheme.VariantDark
		}
	}
	now := r.drawn
	now.turn, now.scale, now.dark = c.turn, scale, variant == fynetheme.VariantDark
	if r.shapes == nil || now != r.drawn {
		r.shapes, r.drawn = brush{colour: onScreen(now.dark), scale: float64(scale)}.draw(c.picture.Shapes), now
		r.objects = append(append([]fyne.CanvasObject{r.under}, r.shapes...), r.slice, r.ring)
	}
	r.under.Hide()
	r.ring.Hide()
	r.slice.Hide()
	place := func(b *canvas.Rectangle, point int) {
		spot := c.picture.Spots[point]
		b.Resize(fyne.NewSize(float32(spot.W), float32(spot.H)))
		b.Move(fyne.NewPos(float32(spot.X), float32(spot.Y)))
		b.CornerRadius = 4
		b.Show()
	}
	edge := func(point int, name fyne.ThemeColorName) {
		spot := c.picture.Spots[point]
		if spot.Slice < 0 {
			return
		}
		s := c.picture.Shapes[spot.Slice]
		r.slice.StartAngle, r.slice.EndAngle, r.slice.CutoutRatio = float32(s.From*360), float32(s.To*360), float32(s.Inner/s.Outer)
		r.slice.FillColor, r.slice.StrokeColor, r.slice.StrokeWidth = nil, theme.Color(name), theme.Size(theme.SizeRing)
		r.slice.Resize(fyne.NewSquareSize(float32(2 * s.Outer)))
		r.slice.Move(fyne.NewPos(float32(s.X-s.Outer), float32(s.Y-s.Outer)))
		r.slice.Show()
	}
	if c.focused && c.cursor >= 0 && c.cursor < len(c.picture.Spots) {
		r.ring.FillColor, r.ring.StrokeColor, r.ring.StrokeWidth = nil, theme.Color(theme.ColorFocusRing), theme.Size(theme.SizeRing)
		place(r.ring, c.cursor)
		edge(c.cursor, fynetheme.ColorNameForeground)
	}
	if c.hovered >= 0 && c.hovered < len(c.picture.Spots) {
		r.under.FillColor = theme.Color(theme.ColorRowHover)
		place(r.under, c.hovered)
		edge(c.hovered, fynetheme.ColorNameForeground)
	}
	canvas.Refresh(c)
}
