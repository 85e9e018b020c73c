package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// stack puts things under each other with a gap of its own, each as wide as there is room.
type stack struct{ gap float32 }

// Stacked puts things under each other, gap points apart; hidden things take no room.
func Stacked(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&stack{gap: gap}, objects...)
}

func (s *stack) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if size.Height > 0 {
			size.Height += s.gap
		}
		size.Width = max(size.Width, m.Width)
		size.Height += m.Height
	}
	return size
}

func (s *stack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var y float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		// The width first: wrapped words know their height only then.
		o.Resize(fyne.NewSize(size.Width, o.Size().Height))
		h := o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, y))
		y += h + s.gap
	}
}

// stackRenderer draws a widget whose parts stand under each other.
type stackRenderer struct {
	of      fyne.Widget
	objects []fyne.CanvasObject
	layout  stack
}

func (r *stackRenderer) Destroy()                     {}
func (r *stackRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *stackRenderer) MinSize() fyne.Size           { return r.layout.MinSize(r.objects) }
func (r *stackRenderer) Layout(size fyne.Size)        { r.layout.Layout(r.objects, size) }

func (r *stackRenderer) Refresh() {
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}
