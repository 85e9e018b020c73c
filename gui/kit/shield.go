package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Shield is a surface that lies over other things and keeps the pointer from what is below it.
type Shield struct {
	widget.BaseWidget
	surface *Surface
}

var (
	_ fyne.Tappable          = (*Shield)(nil)
	_ fyne.SecondaryTappable = (*Shield)(nil)
	_ fyne.DoubleTappable    = (*Shield)(nil)
	_ fyne.Scrollable        = (*Shield)(nil)
	_ desktop.Hoverable      = (*Shield)(nil)
)

// NewShield returns a Surface that takes what the pointer does; edge may be empty.
func NewShield(fill, edge fyne.ThemeColorName) *Shield {
	s := &Shield{surface: NewSurface(fill, edge)}
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
func (s *Shield) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.surface) }
