package grid

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/theme"
)

const shortest = 28 // points: a handle one can take hold of

// bar is a scroll bar that counts in whole points, upright or lying. A press beside the handle moves by a
// page, a drag moves the handle.
type bar struct {
	widget.BaseWidget
	of      *Grid
	upright bool
	hovered bool
	grabbed bool
	grip    float32 // where on the handle the drag began
	painted *barRenderer
}

var (
	_ fyne.Draggable    = (*bar)(nil)
	_ desktop.Mouseable = (*bar)(nil)
	_ desktop.Hoverable = (*bar)(nil)
)

func newBar(g *Grid, upright bool) *bar {
	b := &bar{of: g, upright: upright}
	b.ExtendBaseWidget(b)
	return b
}

func (b *bar) axis() *axis {
	if b.upright {
		return &b.of.y
	}
	return &b.of.x
}

func (b *bar) along(p fyne.Position) float32 {
	if b.upright {
		return p.Y
	}
	return p.X
}

func (b *bar) track() int64 { return int64(b.along(fyne.NewPos(b.Size().Width, b.Size().Height))) }

func (b *bar) MouseDown(ev *desktop.MouseEvent) {
	Focus(b.of)
	start, length := b.axis().thumb(b.track(), shortest)
	at := int64(b.along(ev.Position))
	a := b.axis()
	b.grabbed = false
	switch {
	case at < start:
		a.set(a.off - a.view)
	case at >= start+length:
		a.set(a.off + a.view)
	default:
		b.grabbed = true
		b.grip = b.along(ev.Position) - float32(start)
	}
	b.of.scrolled()
}

func (b *bar) MouseUp(*desktop.MouseEvent) {}

func (b *bar) Dragged(ev *fyne.DragEvent) {
	if !b.grabbed {
		return
	}
	if b.axis().drag(int64(b.along(ev.Position)-b.grip), b.track(), shortest) {
		b.of.scrolled()
	}
}

// DragEnd takes the keyboard back: the toolkit takes it from the Grid when the button is let go elsewhere.
func (b *bar) DragEnd() {
	Focus(b.of)
	b.grabbed = false
	b.draw()
}

func (b *bar) MouseIn(*desktop.MouseEvent)    { b.hovered = true; b.draw() }
func (b *bar) MouseMoved(*desktop.MouseEvent) {}
func (b *bar) MouseOut()                      { b.hovered = false; b.draw() }

func (b *bar) draw() {
	if b.painted != nil {
		b.painted.place()
	}
}

func (b *bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{of: b, track: canvas.NewRectangle(nil), handle: canvas.NewRectangle(nil)}
	r.objects = []fyne.CanvasObject{r.track, r.handle}
	b.painted = r
	r.Refresh()
	return r
}

type barRenderer struct {
	of            *bar
	track, handle *canvas.Rectangle
	objects       []fyne.CanvasObject
}

func (r *barRenderer) Destroy()                     { r.of.painted = nil }
func (r *barRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *barRenderer) MinSize() fyne.Size           { return fyne.NewSize(8, 8) }
func (r *barRenderer) Layout(size fyne.Size)        { r.track.Resize(size); r.place() }

func (r *barRenderer) place() {
	start, length := r.of.axis().thumb(r.of.track(), shortest)
	inset := float32(3)
	if r.of.hovered || r.of.grabbed {
		inset = 2
	}
	size := r.of.Size()
	if r.of.upright {
		r.handle.Move(fyne.NewPos(inset, float32(start)+1))
		r.handle.Resize(fyne.NewSize(max(size.Width-2*inset, 0), max(float32(length)-2, 0)))
	} else {
		r.handle.Move(fyne.NewPos(float32(start)+1, inset))
		r.handle.Resize(fyne.NewSize(max(float32(length)-2, 0), max(size.Height-2*inset, 0)))
	}
}

func (r *barRenderer) Refresh() {
	r.track.FillColor = theme.Color(theme.ColorSurface)
	r.handle.FillColor = theme.Color("scrollBar")
	r.handle.CornerRadius = theme.Size("scrollBarRadius")
	r.place()
	r.track.Refresh()
	r.handle.Refresh()
}
