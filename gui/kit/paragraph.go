package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// NewParagraph returns words that take as many lines as they need and can be selected, without the room that
// a label keeps around them.
func NewParagraph(text string, bold bool) fyne.CanvasObject {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	l.TextStyle.Bold = bold
	l.Selectable = true
	return container.New(layout.NewCustomPaddedLayout(-6, -6, -8, -8), l)
}

// NewFacts returns raw text, such as addresses and registry keys, in letters of one width, broken anywhere.
func NewFacts(text string) fyne.CanvasObject {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapBreak
	l.TextStyle.Monospace = true
	l.SizeName = theme.SizeCaption
	l.Selectable = true
	return container.New(layout.NewCustomPaddedLayout(-4, -6, -8, -8), l)
}

// NewCaptionHeading returns a small heading above a part of a list.
func NewCaptionHeading(text string) *Text {
	t := NewCaption(text)
	t.Style.Bold = true
	return t
}

// Middle puts one thing in the middle of the height, over the whole width.
func Middle(o fyne.CanvasObject) *fyne.Container { return container.New(middle{}, o) }

type middle struct{}

func (middle) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (middle) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(size.Width, h))
	o[0].Move(fyne.NewPos(0, (size.Height-h)/2))
}

// Wrapped puts things beside each other, gap points apart, and on the next line what does not fit.
func Wrapped(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&wrapped{gap: gap}, objects...)
}

type wrapped struct{ gap, width float32 }

func (l *wrapped) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := l.width
	if width == 0 {
		width = 1 << 12 // nobody has said yet: all on one line
	}
	var widest float32
	for _, o := range objects {
		if o.Visible() {
			widest = max(widest, o.MinSize().Width)
		}
	}
	return fyne.NewSize(widest, l.place(objects, width, nil))
}

func (l *wrapped) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.place(objects, size.Width, func(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
		o.Resize(size)
		o.Move(at)
	})
}

// place tells how high the lines are and, when put is not nil, where each thing stands.
func (l *wrapped) place(objects []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	var x, y, high float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		size := o.MinSize()
		if x > 0 && x+size.Width > width {
			x, y, high = 0, y+high+l.gap, 0
		}
		if put != nil {
			put(o, fyne.NewPos(x, y), size)
		}
		x += size.Width + l.gap
		high = max(high, size.Height)
	}
	return y + high
}

// Mark is an icon in a colour of the theme, as large as icons are.
type Mark struct {
	widget.BaseWidget
	icon *widget.Icon
}

// NewMark returns a mark; icon may be nil for nothing yet.
func NewMark(icon *icons.Icon, color fyne.ThemeColorName) *Mark {
	m := &Mark{icon: widget.NewIcon(nil)}
	m.ExtendBaseWidget(m)
	if icon != nil {
		m.Set(icon, color)
	}
	return m
}

// Set changes the icon and its colour.
func (m *Mark) Set(icon *icons.Icon, color fyne.ThemeColorName) { m.icon.SetResource(icon.In(color)) }

// MinSize is Fyne's.
func (m *Mark) MinSize() fyne.Size { return fyne.NewSquareSize(theme.Size(theme.SizeIcon)) }

// CreateRenderer is Fyne's.
func (m *Mark) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.icon) }
