package resultstable

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// valueBar is a value with a bar behind it that tells how common it is, and how often it stands. A press, Enter
// or Space keeps its rows.
type valueBar struct {
	widget.BaseWidget
	tapped           func() // nil: nothing to press
	tip              string
	part             float32 // of the whole width, 0 to 1
	text, count      *kit.Text
	back             *kit.Surface
	bar, line        *canvas.Rectangle
	hovered, focused bool
}

var (
	_ fyne.Tappable     = (*valueBar)(nil)
	_ fyne.Focusable    = (*valueBar)(nil)
	_ desktop.Hoverable = (*valueBar)(nil)
)

func newValueBar(text, count string, part float32, tapped func()) *valueBar {
	b := &valueBar{tapped: tapped, part: part, text: kit.NewText(text), count: kit.NewCaption(count), back: kit.NewSurface("", ""), bar: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil)}
	b.text.Clip = true
	b.ExtendBaseWidget(b)
	return b
}

// Tapped keeps the rows.
func (b *valueBar) Tapped(*fyne.PointEvent) {
	if b.tapped != nil {
		b.tapped()
	}
}

// FocusGained is Fyne's.
func (b *valueBar) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost is Fyne's.
func (b *valueBar) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune is Fyne's.
func (b *valueBar) TypedRune(rune) {}

// TypedKey presses the bar on Space and Enter.
func (b *valueBar) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		kit.ForwardKey(b, key)
	}
}

// TypedShortcut forwards to the window.
func (b *valueBar) TypedShortcut(s fyne.Shortcut) { kit.Forward(b, s) }

// MouseIn is Fyne's.
func (b *valueBar) MouseIn(ev *desktop.MouseEvent) {
	b.hovered = true
	tip.Show(b, b.text.Text+"\n"+b.tip, ev.AbsolutePosition)
	b.Refresh()
}

// MouseMoved is Fyne's.
func (b *valueBar) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is Fyne's.
func (b *valueBar) MouseOut() {
	b.hovered = false
	tip.Hide(b)
	b.Refresh()
}

// AccessibilityLabel is the value and how often it stands.
func (b *valueBar) AccessibilityLabel() string { return b.text.Text + ": " + b.count.Text }

// AccessibilityRole is Fyne's.
func (b *valueBar) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer is Fyne's.
func (b *valueBar) CreateRenderer() fyne.WidgetRenderer { return &valueBarRenderer{b} }

type valueBarRenderer struct{ of *valueBar }

func (r *valueBarRenderer) Destroy()           {}
func (r *valueBarRenderer) MinSize() fyne.Size { return fyne.NewSize(60, 28) }
func (r *valueBarRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.of.back, r.of.bar, r.of.line, r.of.text, r.of.count}
}

func (r *valueBarRenderer) Layout(size fyne.Size) {
	b := r.of
	b.back.Resize(size)
	count, high := b.count.MinSize(), b.text.MinSize().Height
	long := max(whole(b, size.Width*b.part), 2)
	b.bar.Resize(fyne.NewSize(long, size.Height-2))
	b.bar.Move(fyne.NewPos(0, 0))
	b.line.Resize(fyne.NewSize(long, 2))
	b.line.Move(fyne.NewPos(0, size.Height-4))
	b.count.Resize(count)
	b.count.Move(fyne.NewPos(size.Width-count.Width-4, (size.Height-count.Height)/2))
	b.text.Resize(fyne.NewSize(max(size.Width-count.Width-20, 10), high))
	b.text.Move(fyne.NewPos(8, (size.Height-high)/2))
}

func (r *valueBarRenderer) Refresh() {
	b := r.of
	b.back.Fill, b.back.Edge = "", ""
	if b.hovered && b.tapped != nil {
		b.back.Fill = theme.ColorRowHover
	}
	if b.focused {
		b.back.Edge = theme.ColorFocusRing
	}
	b.bar.FillColor, b.line.FillColor = theme.Color(theme.ColorRowSelected), theme.Color(theme.ColorBar)
	b.bar.Hidden, b.line.Hidden = b.part == 0, b.part == 0
	r.Layout(b.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// whole is a length in points that ends between two pixels of the screen, so that its edge is sharp.
func whole(o fyne.CanvasObject, points float32) float32 {
	scale := float32(1)
	if c := locate.Canvas(o); c != nil {
		scale = c.Scale()
	}
	return float32(math.Round(float64(points*scale))) / scale
}

// histogram draws how the values of a column lie between the lowest and the highest: a bar for each part. A
// press on a part keeps its rows; Left and Right go from part to part, Enter and Space press.
type histogram struct {
	widget.BaseWidget
	words   *wording.Words
	tapped  func(results.Bin)
	profile ColumnProfile
	hovered int // part under the pointer, -1 for none
	cursor  int
	focused bool
	bars    []*canvas.Rectangle
	axis    *canvas.Rectangle
	ring    *canvas.Rectangle
}

var (
	_ fyne.Tappable     = (*histogram)(nil)
	_ fyne.Focusable    = (*histogram)(nil)
	_ desktop.Hoverable = (*histogram)(nil)
)

const histogramHeight = 96

func newHistogram(w *wording.Words, tapped func(results.Bin)) *histogram {
	h := &histogram{words: w, tapped: tapped, hovered: -1, axis: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil)}
	h.ExtendBaseWidget(h)
	return h
}

func (h *histogram) set(p ColumnProfile) {
	h.profile = p
	h.cursor = min(h.cursor, max(len(p.Bins)-1, 0))
	for len(h.bars) < len(p.Bins) {
		h.bars = append(h.bars, canvas.NewRectangle(nil))
	}
	h.bars = h.bars[:len(p.Bins)]
	h.Refresh()
}

// at is the part at a place, -1 for none.
func (h *histogram) at(x float32) int {
	n := len(h.profile.Bins)
	if n == 0 || h.Size().Width <= 0 || x < 0 || x >= h.Size().Width {
		return -1
	}
	return int(x * float32(n) / h.Size().Width)
}

// said is a part in words: its values, and how many rows have one of them.
func (h *histogram) said(i int) string {
	return BinText(h.words, h.profile.Bins[i]) + ": " + h.words.Count("table.rows", h.profile.Bins[i].Count)
}

func (h *histogram) press(i int) {
	if i >= 0 && i < len(h.profile.Bins) && h.profile.Bins[i].Count > 0 && h.profile.CanFilter() {
		h.tapped(h.profile.Bins[i])
	}
}

// Tapped keeps the rows of the part under the pointer.
func (h *histogram) Tapped(ev *fyne.PointEvent) { h.press(h.at(ev.Position.X)) }

// FocusGained is Fyne's.
func (h *histogram) FocusGained() { h.focused = true; h.Refresh() }

// FocusLost is Fyne's.
func (h *histogram) FocusLost() { h.focused = false; h.Refresh() }

// TypedRune is Fyne's.
func (h *histogram) TypedRune(rune) {}

// TypedKey goes from part to part and presses.
func (h *histogram) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyLeft:
		h.cursor = max(h.cursor-1, 0)
	case fyne.KeyRight:
		h.cursor = min(h.cursor+1, max(len(h.profile.Bins)-1, 0))
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		h.press(h.cursor)
	default:
		kit.ForwardKey(h, key)
		return
	}
	h.Refresh()
}

// TypedShortcut forwards to the window.
func (h *histogram) TypedShortcut(s fyne.Shortcut) { kit.Forward(h, s) }

// MouseIn is Fyne's.
func (h *histogram) MouseIn(ev *desktop.MouseEvent) { h.MouseMoved(ev) }

// MouseMoved is Fyne's.
func (h *histogram) MouseMoved(ev *desktop.MouseEvent) {
	i := h.at(ev.Position.X)
	if i >= 0 {
		tip.Show(h, h.said(i), ev.AbsolutePosition)
	}
	if i != h.hovered {
		h.hovered = i
		h.Refresh()
	}
}

// MouseOut is Fyne's.
func (h *histogram) MouseOut() {
	h.hovered = -1
	tip.Hide(h)
	h.Refresh()
}

// AccessibilityLabel is the part with the cursor.
func (h *histogram) AccessibilityLabel() string {
	if h.cursor >= len(h.profile.Bins) {
		return ""
	}
	return h.said(h.cursor)
}

// AccessibilityRole is Fyne's.
func (h *histogram) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// CreateRenderer is Fyne's.
func (h *histogram) CreateRenderer() fyne.WidgetRenderer { return &histogramRenderer{h} }

type histogramRenderer struct{ of *histogram }

func (r *histogramRenderer) Destroy()           {}
func (r *histogramRenderer) MinSize() fyne.Size { return fyne.NewSize(120, histogramHeight) }

func (r *histogramRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.of.axis}
	for _, b := range r.of.bars {
		out = append(out, b)
	}
	return append(out, r.of.ring)
}

func (r *histogramRenderer) Layout(size fyne.Size) {
	h := r.of
	most, n := 1, len(h.profile.Bins)
	for _, b := range h.profile.Bins {
		most = max(most, b.Count)
	}
	floor := whole(h, size.Height-1)
	h.axis.Resize(fyne.NewSize(size.Width, 1))
	h.axis.Move(fyne.NewPos(0, floor))
	for i, bar := range h.bars {
		left := whole(h, size.Width*float32(i)/float32(n))
		right := whole(h, size.Width*float32(i+1)/float32(n))
		high := whole(h, (floor-4)*float32(h.profile.Bins[i].Count)/float32(most))
		if h.profile.Bins[i].Count > 0 {
			high = max(high, 2) // a few are not none
		}
		bar.Resize(fyne.NewSize(max(right-left-2, 1), high))
		bar.Move(fyne.NewPos(left+1, floor-high))
		if i == h.cursor {
			h.ring.Resize(fyne.NewSize(right-left, size.Height))
			h.ring.Move(fyne.NewPos(left, 0))
		}
	}
}

func (r *histogramRenderer) Refresh() {
	h := r.of
	h.axis.FillColor = theme.Color(theme.ColorBorder)
	for i, bar := range h.bars {
		bar.FillColor = theme.Color("primary")
		if i == h.hovered && h.profile.CanFilter() {
			bar.FillColor = theme.Color(theme.ColorPrimaryHover)
		}
	}
	h.ring.StrokeColor, h.ring.StrokeWidth, h.ring.CornerRadius = theme.Color(theme.ColorFocusRing), theme.Size(theme.SizeRing), 3
	h.ring.Hidden = !h.focused || len(h.bars) == 0
	r.Layout(h.Size())
	canvas.Refresh(h)
}
