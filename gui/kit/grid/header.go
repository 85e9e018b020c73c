package grid

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// markRoom is what a sort mark and its number need beside a title, in points.
const markRoom = 26

// header is the row of titles: a click sorts, Shift with a click sorts by one more column, a border drags
// and fits on a double click, a title drags to another place.
type header struct {
	widget.BaseWidget
	of      *Grid
	painted *headerRenderer
	off     int64 // of the columns when the titles were drawn

	hover    int // place under the pointer, -1 for none
	border   int // place whose right border is under the pointer, -1 for none
	pressed  int // place that was pressed, -1 for none
	resizing bool
	dragging bool
	grip     int64 // from the border to where it was taken hold of
	drop     int   // gap a dragged title would go to
	lastDown int64 // UnixNano of the last press on a border
	lastAt   int
}

var (
	_ fyne.Draggable         = (*header)(nil)
	_ fyne.Scrollable        = (*header)(nil)
	_ fyne.SecondaryTappable = (*header)(nil)
	_ desktop.Mouseable      = (*header)(nil)
	_ desktop.Hoverable      = (*header)(nil)
	_ desktop.Cursorable     = (*header)(nil)
)

func newHeader(g *Grid) *header {
	h := &header{of: g, hover: -1, border: -1, pressed: -1}
	h.ExtendBaseWidget(h)
	return h
}

func (h *header) draw() {
	h.off = h.of.x.off
	if h.painted != nil {
		h.painted.draw()
	}
}

// inside turns a position on the header into one on the columns.
func (h *header) inside(p fyne.Position) int64 { return int64(p.X) + h.of.x.off }

func (h *header) MouseDown(ev *desktop.MouseEvent) {
	Focus(h.of)
	tip.Hide(h)
	h.resizing, h.dragging = false, false
	if ev.Button != desktop.MouseButtonPrimary {
		h.pressed = -1
		return
	}
	x := h.inside(ev.Position)
	if b := h.of.cols.border(x); b >= 0 {
		now := h.of.now().UnixNano()
		if h.lastAt == b && now-h.lastDown < doublePress() {
			h.lastDown = 0
			h.of.fit(b)
			h.pressed = -1
			return
		}
		h.lastDown, h.lastAt = now, b
		h.pressed, h.resizing = b, true
		c := h.of.cols.list[b]
		h.grip = x - c.start - c.width
		return
	}
	h.pressed = h.of.cols.at(x)
}

func (h *header) MouseUp(ev *desktop.MouseEvent) {
	if h.pressed < 0 || h.resizing || h.dragging || ev.Button != desktop.MouseButtonPrimary {
		return
	}
	if h.of.cols.at(h.inside(ev.Position)) == h.pressed {
		h.of.sortBy(h.pressed, ev.Modifier&fyne.KeyModifierShift != 0)
	}
	h.pressed = -1
}

func (h *header) Dragged(ev *fyne.DragEvent) {
	x := h.inside(ev.Position)
	if h.pressed < 0 {
		return
	}
	if h.resizing {
		h.dragging = true
		if h.of.cols.resize(h.pressed, x-h.grip-h.of.cols.list[h.pressed].start) {
			h.of.gen++
			h.of.update()
		}
		return
	}
	h.dragging = true
	h.drop = h.of.cols.gap(x)
	h.draw()
}

func (h *header) DragEnd() {
	pressed, resized, moved := h.pressed, h.resizing && h.dragging, h.dragging && !h.resizing
	h.pressed, h.resizing, h.dragging = -1, false, false
	switch {
	case resized:
		h.of.columnsChanged()
	case moved && pressed >= 0 && h.of.cols.move(pressed, h.drop):
		h.of.columnsChanged()
	}
	h.draw()
}

func (h *header) TappedSecondary(ev *fyne.PointEvent) {
	if h.of.OnMenu == nil {
		return
	}
	column := -1
	if i := h.of.cols.at(h.inside(ev.Position)); i >= 0 {
		column = h.of.cols.list[i].index
	}
	h.of.OnMenu(-1, column, ev.AbsolutePosition)
}

func (h *header) Scrolled(ev *fyne.ScrollEvent) { h.of.wheel(ev) }

func (h *header) MouseIn(ev *desktop.MouseEvent) { h.MouseMoved(ev) }

func (h *header) MouseMoved(ev *desktop.MouseEvent) {
	x := h.inside(ev.Position)
	hover, border := h.of.cols.at(x), h.of.cols.border(x)
	if hover != h.hover || border != h.border {
		h.hover, h.border = hover, border
		h.draw()
	}
	if hover < 0 || h.dragging {
		tip.Hide(h)
		return
	}
	c := h.of.all[h.of.cols.list[hover].index]
	words := c.Tip
	if words == "" {
		if _, cut := h.of.ruler(true).fit(c.Title, h.titleRoom(hover)); cut {
			words = c.Title
		}
	}
	tip.Show(h, words, ev.AbsolutePosition)
}

func (h *header) MouseOut() {
	h.hover, h.border = -1, -1
	h.draw()
	tip.Hide(h)
}

func (h *header) Cursor() desktop.Cursor {
	if h.resizing || (h.border >= 0 && !h.dragging) {
		return desktop.HResizeCursor
	}
	return desktop.DefaultCursor
}

// titleRoom is the width a title has beside the sort mark, when there is one.
func (h *header) titleRoom(place int) float32 {
	room := float32(h.of.cols.list[place].width) - 2*theme.Size(theme.SizeCellPad)
	if n, _ := h.mark(place); n > 0 {
		room -= markRoom - 6
	}
	return room
}

// mark is the number of a column among the sort keys, from 1, and its direction; 0 for none.
func (h *header) mark(place int) (number int, descending bool) {
	key := h.of.all[h.of.cols.list[place].index].Key
	for i, k := range h.of.keys {
		if k.Key == key {
			return i + 1, k.Descending
		}
	}
	return 0, false
}

func (h *header) CreateRenderer() fyne.WidgetRenderer {
	r := &headerRenderer{of: h, back: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil),
		drop: canvas.NewRectangle(nil), titles: &fyne.Container{}}
	r.objects = []fyne.CanvasObject{r.back, r.titles, r.line, r.drop}
	h.painted = r
	r.Refresh()
	return r
}

type headerRenderer struct {
	of      *header
	back    *canvas.Rectangle
	line    *canvas.Rectangle // under the header
	drop    *canvas.Rectangle // where a dragged title would go
	titles  *fyne.Container
	slots   []*titleSlot
	objects []fyne.CanvasObject
}

// titleSlot draws one title.
type titleSlot struct {
	box    *fyne.Container
	back   *canvas.Rectangle
	edge   *canvas.Rectangle
	text   *canvas.Text
	number *canvas.Text
	mark   *canvas.Image
}

func (r *headerRenderer) Destroy()                     { r.of.painted = nil }
func (r *headerRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *headerRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, theme.Size(theme.SizeHeader)) }

func (r *headerRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.titles.Resize(size)
	r.line.Move(fyne.NewPos(0, size.Height-1))
	r.line.Resize(fyne.NewSize(size.Width, 1))
	r.draw()
}

func (r *headerRenderer) Refresh() {
	r.back.FillColor = theme.Color("headerBackground")
	r.line.FillColor = theme.Color("separator")
	r.drop.FillColor = theme.Color(theme.ColorAccent)
	for _, o := range r.objects {
		o.Refresh()
	}
	r.draw()
}

func (r *headerRenderer) draw() {
	h := r.of
	g := h.of
	height := h.Size().Height
	first, end := g.cols.visible(g.x.off, max(g.x.view, int64(h.Size().Width)))
	for len(r.slots) < end-first {
		s := &titleSlot{box: &fyne.Container{}, back: canvas.NewRectangle(nil), edge: canvas.NewRectangle(nil),
			text: canvas.NewText("", nil), number: canvas.NewText("", nil), mark: canvas.NewImageFromResource(nil)}
		s.mark.FillMode = canvas.ImageFillContain
		s.box.Objects = []fyne.CanvasObject{s.back, s.edge, s.text, s.mark, s.number}
		r.slots = append(r.slots, s)
		r.titles.Objects = append(r.titles.Objects, s.box)
	}
	for i, s := range r.slots {
		place := first + i
		if place >= end {
			s.box.Hide()
			continue
		}
		s.box.Show()
		r.title(s, place, height)
	}
	r.drop.Hidden = !h.dragging || h.resizing
	if !r.drop.Hidden {
		x := g.cols.total
		if h.drop < len(g.cols.list) {
			x = g.cols.list[h.drop].start
		}
		r.drop.Move(fyne.NewPos(float32(x-g.x.off)-1, 2))
		r.drop.Resize(fyne.NewSize(3, height-4))
	}
	canvas.Refresh(h)
}

func (r *headerRenderer) title(s *titleSlot, place int, height float32) {
	h := r.of
	g := h.of
	column := g.cols.list[place]
	c := g.all[column.index]
	pad := theme.Size(theme.SizeCellPad)
	width := float32(column.width)
	s.box.Move(fyne.NewPos(float32(column.start-g.x.off), 0))
	s.box.Resize(fyne.NewSize(width, height))

	s.back.FillColor = theme.Color("headerBackground")
	if h.dragging && !h.resizing && place == h.pressed {
		s.back.FillColor = theme.Color(theme.ColorRowSelected)
	} else if place == h.hover && !h.dragging {
		s.back.FillColor = theme.Color(theme.ColorButtonHover)
	}
	s.back.Resize(fyne.NewSize(width, height))
	s.edge.FillColor = theme.Color("separator")
	if place == h.border || (h.resizing && place == h.pressed) {
		s.edge.FillColor = theme.Color(theme.ColorAccent)
	}
	s.edge.Move(fyne.NewPos(width-1, 6))
	s.edge.Resize(fyne.NewSize(1, max(height-12, 0)))

	number, descending := h.mark(place)
	s.text.TextSize, s.text.TextStyle.Bold = theme.Size(theme.SizeText), true
	s.text.Color = theme.Color(theme.ColorMuted)
	if number > 0 {
		s.text.Color = theme.Color("foreground")
	}
	room := h.titleRoom(place)
	s.text.Text, _ = g.ruler(true).fit(c.Title, room)
	words := min(g.ruler(true).width(s.text.Text)+1, max(room, 0))
	x := pad
	s.mark.Hidden, s.number.Hidden = number == 0, number == 0 || len(g.keys) < 2
	marks := float32(0)
	if number > 0 {
		marks = 14
		if len(g.keys) > 1 {
			marks += 8
		}
	}
	if c.align() == Right { // the mark stands left of it, so that title and numbers end at one line
		x = max(width-pad-words, pad+marks)
	}
	s.text.Move(fyne.NewPos(x, 0))
	s.text.Resize(fyne.NewSize(words, height))
	if number > 0 {
		at := x + words + 3
		if c.align() == Right {
			at = x - marks
		}
		icon := icons.SortUp
		if descending {
			icon = icons.SortDown
		}
		s.mark.Resource = icon.In(theme.ColorAccent)
		s.mark.Resize(fyne.NewSquareSize(12))
		s.mark.Move(fyne.NewPos(at, (height-12)/2))
		s.number.Text = strconv.Itoa(number)
		s.number.TextSize, s.number.Color = theme.Size(theme.SizeCaption), theme.Color(theme.ColorAccent)
		s.number.Move(fyne.NewPos(at+12, 0))
		s.number.Resize(fyne.NewSize(8, height))
	}
	for _, o := range s.box.Objects {
		o.Refresh()
	}
}
