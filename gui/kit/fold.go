package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// Fold is a section that opens and closes: a chevron and words, and the content below while it is open.
// Space and Enter switch it, Right opens it and Left closes it.
type Fold struct {
	widget.BaseWidget
	OnChanged func(open bool)

	head    *foldHead
	content fyne.CanvasObject
	open    bool
}

// NewFold returns a closed section.
func NewFold(title string, content fyne.CanvasObject) *Fold {
	f := &Fold{content: content}
	f.head = &foldHead{of: f, title: title}
	f.head.ExtendBaseWidget(f.head)
	f.ExtendBaseWidget(f)
	content.Hide()
	return f
}

// SetTitle changes the words beside the chevron.
func (f *Fold) SetTitle(title string) {
	f.head.title = title
	f.head.Refresh()
}

// Open tells whether the content shows.
func (f *Fold) Open() bool { return f.open }

// SetOpen opens or closes the section and tells OnChanged when that changed something.
func (f *Fold) SetOpen(open bool) {
	if f.open == open {
		return
	}
	f.open = open
	if open {
		f.content.Show()
	} else {
		f.content.Hide()
	}
	f.head.Refresh()
	f.Refresh()
	if f.OnChanged != nil {
		f.OnChanged(open)
	}
}

// CreateRenderer is Fyne's.
func (f *Fold) CreateRenderer() fyne.WidgetRenderer {
	return &stackRenderer{of: f, objects: []fyne.CanvasObject{f.head, f.content}}
}

// foldHead is the line one clicks.
type foldHead struct {
	widget.BaseWidget
	of               *Fold
	title            string
	hovered, focused bool
}

var (
	_ fyne.Tappable     = (*foldHead)(nil)
	_ fyne.Focusable    = (*foldHead)(nil)
	_ desktop.Hoverable = (*foldHead)(nil)
)

func (h *foldHead) Tapped(*fyne.PointEvent) { h.of.SetOpen(!h.of.open) }
func (h *foldHead) FocusGained()            { h.focused = true; h.Refresh() }
func (h *foldHead) FocusLost()              { h.focused = false; h.Refresh() }
func (h *foldHead) TypedRune(rune)          {}

func (h *foldHead) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		h.of.SetOpen(!h.of.open)
	case fyne.KeyRight:
		h.of.SetOpen(true)
	case fyne.KeyLeft:
		h.of.SetOpen(false)
	default:
		ForwardKey(h, key)
	}
}

func (h *foldHead) TypedShortcut(s fyne.Shortcut)          { Forward(h, s) }
func (h *foldHead) MouseIn(*desktop.MouseEvent)            { h.hovered = true; h.Refresh() }
func (h *foldHead) MouseMoved(*desktop.MouseEvent)         {}
func (h *foldHead) MouseOut()                              { h.hovered = false; h.Refresh() }
func (h *foldHead) AccessibilityLabel() string             { return h.title }
func (h *foldHead) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (h *foldHead) CreateRenderer() fyne.WidgetRenderer {
	r := &foldHeadRenderer{of: h, box: canvas.NewRectangle(nil), icon: canvas.NewImageFromResource(icons.ChevronRight),
		text: canvas.NewText("", nil)}
	r.icon.FillMode = canvas.ImageFillContain
	r.objects = []fyne.CanvasObject{r.box, r.icon, r.text}
	r.Refresh()
	return r
}

type foldHeadRenderer struct {
	of      *foldHead
	box     *canvas.Rectangle
	icon    *canvas.Image
	text    *canvas.Text
	objects []fyne.CanvasObject
}

func (r *foldHeadRenderer) Destroy()                     {}
func (r *foldHeadRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *foldHeadRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.text.MinSize().Width+theme.Size(theme.SizeIcon)+20, theme.Size(theme.SizeControl))
}

func (r *foldHeadRenderer) Layout(size fyne.Size) {
	side := theme.Size(theme.SizeIcon)
	words := r.text.MinSize()
	r.box.Resize(fyne.NewSize(min(size.Width, r.MinSize().Width), size.Height))
	r.icon.Resize(fyne.NewSquareSize(side))
	r.icon.Move(fyne.NewPos(4, (size.Height-side)/2))
	r.text.Resize(words)
	r.text.Move(fyne.NewPos(side+10, (size.Height-words.Height)/2))
}

func (r *foldHeadRenderer) Refresh() {
	r.box.CornerRadius = theme.Size(theme.SizeRadius)
	r.box.FillColor, r.box.StrokeColor, r.box.StrokeWidth = nil, nil, 0
	if r.of.hovered {
		r.box.FillColor = theme.Color(theme.ColorButtonHover)
	}
	if r.of.focused {
		r.box.StrokeColor, r.box.StrokeWidth = theme.Color(theme.ColorFocusRing), theme.Size(theme.SizeRing)
	}
	r.icon.Resource = icons.ChevronRight
	if r.of.of.open {
		r.icon.Resource = icons.ChevronDown
	}
	r.text.Text, r.text.Color, r.text.TextSize = r.of.title, theme.Color(foreground), theme.Size(theme.SizeText)
	r.Layout(r.of.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}
