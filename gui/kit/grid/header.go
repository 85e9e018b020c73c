package grid

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// header is the row of titles: a click sorts, Shift with a click sorts by one more column, a border drags
// and fits on a double click, a title drags to another place.
type header struct {
	widget.BaseWidget
	of      *Grid
	painted *headerRenderer

	reached  bool // the cursor of the keyboard stands in the header
	hover    int  // place under the pointer, -1 for none
	border   int  // place whose right border is under the pointer, -1 for none
	pressed  int  // place that was pressed, -1 for none
	resizing bool
	dragging bool
	grip     int64 // from the border to where it was taken hold of
	at       int64 // where on the header a title is dragged to
	drop     int   // gap it would go to
	stop     func()
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
	if h.painted != nil {
		h.painted.draw()
	}
}

// place is the position of the column under a place on the header, or -1.
func (h *header) place(p fyne.Position) int {
	return h.of.cols.at(h.of.cols.content(int64(p.X), h.of.x.off))
}

func (h *header) MouseDown(ev *desktop.MouseEvent) {
	g := h.of
	Focus(g)
	tip.Hide(h)
	h.resizing, h.dragging, h.reached = false, false, false
	if ev.Button != desktop.MouseButtonPrimary {
		h.pressed = -1
		return
	}
	x := int64(ev.Position.X)
	if b := g.cols.borderOn(x, g.x.off); b >= 0 {
		now := g.now().UnixNano()
		if h.lastAt == b && now-h.lastDown < doublePress() {
			h.lastDown = 0
			g.fit(b)
			h.pressed = -1
			return
		}
		h.lastDown, h.lastAt = now, b
		h.pressed, h.resizing = b, true
		h.grip = x - g.cols.left(b, g.x.off) - g.cols.list[b].width
		return
	}
	h.pressed = h.place(ev.Position)
}

func (h *header) MouseUp(ev *desktop.MouseEvent) {
	if h.pressed < 0 || h.resizing || h.dragging || ev.Button != desktop.MouseButtonPrimary {
		return
	}
	if h.place(ev.Position) == h.pressed {
		h.of.sortBy(h.pressed, ev.Modifier&fyne.KeyModifierShift != 0)
	}
	h.pressed = -1
}

func (h *header) Dragged(ev *fyne.DragEvent) {
	if h.pressed < 0 || h.pressed >= len(h.of.cols.list) {
		return
	}
	h.dragging = true
	h.at = int64(ev.Position.X)
	if h.resizing {
		h.resize()
	} else {
		h.carry()
	}
	h.roll()
}

// resize makes the column whose border is held end at the pointer.
func (h *header) resize() {
	g := h.of
	if g.cols.resize(h.pressed, h.at-h.grip-g.cols.left(h.pressed, g.x.off)) {
		g.gen++
		g.update()
	}
}

// carry moves the mark of where the dragged title would go.
func (h *header) carry() {
	h.drop = h.of.cols.gap(h.of.cols.content(h.at, h.of.x.off))
	h.draw()
}

// roll scrolls sideways for as long as a drag is held at an edge, so that a title or a border reaches columns
// that are out of sight.
func (h *header) roll() {
	g := h.of
	step := edgeStep(h.at, g.cols.edge, g.x.view)
	if h.resizing && (h.pressed < g.cols.pinned || step < 0) {
		step = 0 // a border stays under the pointer; to the left it only becomes narrower
	}
	if step == 0 {
		h.settle()
		return
	}
	if h.stop != nil {
		return // goes on already
	}
	h.stop = g.wait(rollEvery, func() {
		h.stop = nil
		if !h.dragging || h.pressed < 0 || h.pressed >= len(g.cols.list) {
			return
		}
		step := edgeStep(h.at, g.cols.edge, g.x.view)
		if h.resizing { // the column grows first, and the view follows its border
			if !g.cols.resize(h.pressed, g.cols.list[h.pressed].width+step) {
				return
			}
			g.gen++
			g.update()
		}
		if g.x.set(g.x.off + step) {
			g.scrolled()
		}
		if !h.resizing {
			h.carry()
		}
		h.roll()
	})
}

// settle ends the scrolling of roll.
func (h *header) settle() {
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// DragEnd takes the keyboard back: the toolkit takes it from the Grid when the button is let go elsewhere.
func (h *header) DragEnd() {
	Focus(h.of)
	h.settle()
	pressed, resized, moved := h.pressed, h.resizing && h.dragging, h.dragging && !h.resizing
	h.pressed, h.resizing, h.dragging = -1, false, false
	switch {
	case pressed >= len(h.of.cols.list):
	case resized:
		h.of.columnsChanged()
	case moved && pressed >= 0:
		h.of.moveColumn(pressed, h.drop)
	}
	h.draw()
}

func (h *header) TappedSecondary(ev *fyne.PointEvent) {
	if h.of.OnMenu == nil {
		return
	}
	column := -1
	if i := h.place(ev.Position); i >= 0 {
		column = h.of.cols.list[i].index
	}
	h.of.OnMenu(-1, column, ev.AbsolutePosition)
}

func (h *header) Scrolled(ev *fyne.ScrollEvent) { h.of.wheel(ev) }

func (h *header) MouseIn(ev *desktop.MouseEvent) { h.MouseMoved(ev) }

func (h *header) MouseMoved(ev *desktop.MouseEvent) {
	hover, border := h.place(ev.Position), h.of.cols.borderOn(int64(ev.Position.X), h.of.x.off)
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

// titleRoom is the width a title has beside the sort mark and the funnel, where there are any.
func (h *header) titleRoom(place int) float32 {
	column := h.of.cols.list[place]
	room := float32(column.width) - 2*theme.Size(theme.SizeCellPad)
	if n, _ := h.mark(place); n > 0 {
		room -= markRoom - 6
	}
	if h.of.all[column.index].Filtered {
		room -= funnelRoom
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
