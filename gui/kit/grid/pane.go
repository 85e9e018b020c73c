package grid

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// pane is a window onto objects that are larger than it: what is outside it is neither drawn nor pressed.
// The columns that scroll stand in one, beside those that stay.
type pane struct {
	widget.BaseWidget
	inner *fyne.Container
}

func newPane() *pane {
	p := &pane{inner: free()}
	p.ExtendBaseWidget(p)
	return p
}

func (p *pane) CreateRenderer() fyne.WidgetRenderer {
	return &paneRenderer{of: p, objects: []fyne.CanvasObject{p.inner}}
}

type paneRenderer struct {
	of      *pane
	objects []fyne.CanvasObject
}

func (r *paneRenderer) Destroy()                     {}
func (r *paneRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *paneRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }
func (r *paneRenderer) Layout(size fyne.Size)        { r.of.inner.Resize(size) }
func (r *paneRenderer) Refresh()                     { r.of.inner.Refresh() }

// IsClip makes Fyne cut off what is outside.
func (r *paneRenderer) IsClip() {}

// free is a container whose objects stand where they are put, and whose size asks nothing of them: Fyne asks
// every frame, and measuring every text for it would take longer than drawing.
func free() *fyne.Container { return &fyne.Container{Layout: untouched{}} }

type untouched struct{}

func (untouched) Layout([]fyne.CanvasObject, fyne.Size)        {}
func (untouched) MinSize([]fyne.CanvasObject) (none fyne.Size) { return none }
