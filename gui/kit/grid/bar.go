package grid

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/theme"
)

const shortest = 28 // points: a handle one can take hold of

// bar is a scroll bar that counts in whole points, upright or lying. A press beside the handle moves by a page,
// and goes on until the handle is under the pointer; a drag moves the handle.
type bar struct {
	widget.BaseWidget
	of      *Grid
	upright bool
	hovered bool
	grabbed bool
	grip    float32 // where on the handle the drag began
	at      int64   // of the pointer along the track
	stop    func()  // ends the paging while a press beside the handle is held, nil for none
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
	b.settle()
	start, length := b.axis().thumb(b.track(), shortest)
	b.at = int64(b.along(ev.Position))
	b.grabbed = b.at >= start && b.at < start+length
	if b.grabbed {
		b.grip = b.along(ev.Position) - float32(start)
		b.draw()
		return
	}
	b.page()
	b.hold(firstPage)
}

const (
	firstPage = 400 * time.Millisecond // a press is held before pages go on by themselves
	nextPage  = 60 * time.Millisecond
)

// page moves by a page towards the pointer and tells whether it moved: not once the handle is there.
func (b *bar) page() bool {
	a := b.axis()
	start, length := a.thumb(b.track(), shortest)
	moved := false
	switch {
	case b.at < start:
		moved = a.set(a.off - a.view)
	case b.at >= start+length:
		moved = a.set(a.off + a.view)
	}
	if moved {
		b.of.scrolled()
	}
	return moved
}

// hold goes on page by page while the button is held.
func (b *bar) hold(d time.Duration) {
	b.stop = b.of.wait(d, func() {
		b.stop = nil
		if b.page() {
			b.hold(nextPage)
		}
	})
}

// settle ends hold.
func (b *bar) settle() {
	if b.stop != nil {
		b.stop()
		b.stop = nil
	}
}

func (b *bar) MouseUp(*desktop.MouseEvent) { b.settle() }

func (b *bar) Dragged(ev *fyne.DragEvent) {
	b.at = int64(b.along(ev.Position))
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
	b.settle()
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

func (r *barRenderer) Destroy() {
	r.of.painted = nil
	r.of.settle()
}
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
