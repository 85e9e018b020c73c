package grid

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

var (
	_ fyne.Scrollable        = (*body)(nil)
	_ fyne.Draggable         = (*body)(nil)
	_ fyne.SecondaryTappable = (*body)(nil)
	_ desktop.Mouseable      = (*body)(nil)
	_ desktop.Hoverable      = (*body)(nil)
)

// wheelStep makes one notch of a wheel a little less than two rows.
const wheelStep = 2

func doublePress() int64 {
	d := fyne.CurrentApp().Driver().DoubleTapDelay()
	return int64(max(d, 300*time.Millisecond))
}

// wheel scrolls; Shift turns a wheel that only goes up and down sideways. Parts of a point are kept for the
// next turn, so that slow fingers on a touchpad are not lost.
func (g *Grid) wheel(ev *fyne.ScrollEvent) {
	dx, dy := ev.Scrolled.DX, ev.Scrolled.DY
	if g.held()&fyne.KeyModifierShift != 0 && dx == 0 {
		dx, dy = dy, 0
	}
	g.scraps[0] += dx * wheelStep
	g.scraps[1] += dy * wheelStep
	x, y := int64(g.scraps[0]), int64(g.scraps[1])
	g.scraps[0] -= float32(x)
	g.scraps[1] -= float32(y)
	movedX := g.x.set(g.x.off - x)
	movedY := g.y.set(g.y.off - y)
	if movedX || movedY {
		tip.Hide(g.body)
		g.body.hover = -1
		g.scrolled()
	}
}

// rowAt is the row at a height in the body, not yet within the rows there are.
func (b *body) rowAt(y float32) int {
	n := int64(y) + b.of.y.off
	h := b.of.rowHeight()
	if n < 0 {
		return -1
	}
	return int(n / h)
}

// place is the position of the column under a place on the body, or -1.
func (b *body) place(p fyne.Position) int {
	return b.of.cols.at(b.of.cols.content(int64(p.X), b.of.x.off))
}

func (b *body) MouseDown(ev *desktop.MouseEvent) {
	g := b.of
	Focus(g)
	tip.Hide(b)
	row := b.rowAt(ev.Position.Y)
	if row >= g.data.Rows() || row < 0 {
		if ev.Button == desktop.MouseButtonPrimary && g.sel.Len() > 0 {
			g.sel.clear()
			g.selected()
		}
		return
	}
	g.header.reached = false
	if i := b.place(ev.Position); i >= 0 {
		g.column = i
	}
	add := ev.Modifier&(fyne.KeyModifierControl|fyne.KeyModifierSuper) != 0
	switch {
	case ev.Button == desktop.MouseButtonSecondary:
		if g.sel.Contains(row) {
			g.sel.cursor = row
		} else {
			g.sel.one(row)
		}
	case ev.Button != desktop.MouseButtonPrimary:
		return
	case ev.Modifier&fyne.KeyModifierShift != 0:
		g.sel.extend(row, add)
	case add:
		g.sel.toggle(row)
	default:
		g.sel.one(row)
	}
	now := g.now().UnixNano()
	double := ev.Button == desktop.MouseButtonPrimary && ev.Modifier == 0 &&
		b.pressRow == row && now-b.pressAt < doublePress()
	b.pressRow, b.pressAt = row, now
	g.selected()
	if double {
		b.pressAt = 0
		if g.OnActivate != nil {
			g.OnActivate(row)
		}
	}
}

func (b *body) MouseUp(*desktop.MouseEvent) {}

func (b *body) TappedSecondary(ev *fyne.PointEvent) {
	g := b.of
	row := b.rowAt(ev.Position.Y)
	if g.OnMenu == nil || row < 0 || row >= g.data.Rows() {
		return
	}
	if !g.sel.Contains(row) {
		g.sel.one(row)
		g.selected()
	}
	column := -1
	if i := b.place(ev.Position); i >= 0 {
		column = g.cols.list[i].index
	}
	g.OnMenu(row, column, ev.AbsolutePosition)
}

// Dragged selects from where the drag began to the pointer, and scrolls for as long as the pointer is held above
// or below the body.
func (b *body) Dragged(ev *fyne.DragEvent) {
	b.at = ev.Position
	b.sweep()
	b.roll()
}

// sweep selects up to the row at the pointer, or the first or last that shows.
func (b *body) sweep() {
	g := b.of
	row := g.clamp(b.rowAt(min(max(b.at.Y, 0), float32(g.y.view-1))))
	if row < 0 {
		return
	}
	if g.sel.anchor < 0 {
		g.sel.one(row)
	}
	if row != g.sel.cursor {
		g.sel.extend(row, false)
		g.selected()
	}
}

// roll scrolls while a drag is held outside.
func (b *body) roll() {
	g := b.of
	step := outside(int64(b.at.Y), g.y.view)
	if step == 0 {
		b.settle()
		return
	}
	if b.stop != nil {
		return // goes on already
	}
	b.stop = g.wait(rollEvery, func() {
		b.stop = nil
		if g.y.set(g.y.off + outside(int64(b.at.Y), g.y.view)) {
			g.scrolled()
			b.sweep()
			b.roll()
		}
	})
}

// settle ends the scrolling of roll.
func (b *body) settle() {
	if b.stop != nil {
		b.stop()
		b.stop = nil
	}
}

// DragEnd takes the keyboard back: the toolkit takes it from the Grid when the button is let go elsewhere.
func (b *body) DragEnd() {
	Focus(b.of)
	b.settle()
}

func (b *body) Scrolled(ev *fyne.ScrollEvent) { b.of.wheel(ev) }

func (b *body) MouseIn(ev *desktop.MouseEvent) { b.MouseMoved(ev) }

func (b *body) MouseMoved(ev *desktop.MouseEvent) {
	g := b.of
	row := b.rowAt(ev.Position.Y)
	if row >= g.data.Rows() {
		row = -1
	}
	if row != b.hover {
		b.hover = row
		b.draw()
	}
	place := b.place(ev.Position)
	if row < 0 || place < 0 {
		tip.Hide(b)
		return
	}
	column := g.cols.list[place]
	c := g.data.Cell(row, column.index)
	words := ""
	if _, cut := g.ruler(c.Bold).fit(c.Text, c.wordRoom(column.width, theme.Size(theme.SizeCellPad))); cut {
		words = c.Text
	}
	tip.Show(b, words, ev.AbsolutePosition)
}

func (b *body) MouseOut() {
	b.hover = -1
	b.draw()
	tip.Hide(b)
}
