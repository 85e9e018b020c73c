package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Shield draws nothing and keeps the pointer from what is below it: for surfaces that lie over other things.
type Shield struct{ widget.BaseWidget }

var (
	_ fyne.Tappable          = (*Shield)(nil)
	_ fyne.SecondaryTappable = (*Shield)(nil)
	_ fyne.DoubleTappable    = (*Shield)(nil)
	_ fyne.Scrollable        = (*Shield)(nil)
	_ desktop.Hoverable      = (*Shield)(nil)
)

// NewShield returns a shield.
func NewShield() *Shield {
	s := &Shield{}
	s.ExtendBaseWidget(s)
	return s
}

// Tapped is Fyne's.
func (*Shield) Tapped(*fyne.PointEvent) {}

// TappedSecondary is Fyne's.
func (*Shield) TappedSecondary(*fyne.PointEvent) {}

// DoubleTapped is Fyne's.
func (*Shield) DoubleTapped(*fyne.PointEvent) {}

// Scrolled is Fyne's.
func (*Shield) Scrolled(*fyne.ScrollEvent) {}

// MouseIn is Fyne's.
func (*Shield) MouseIn(*desktop.MouseEvent) {}

// MouseMoved is Fyne's.
func (*Shield) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is Fyne's.
func (*Shield) MouseOut() {}

// CreateRenderer is Fyne's.
func (*Shield) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}
