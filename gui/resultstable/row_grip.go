package resultstable

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/theme"
)

// rowGrip is what one drags to take a column to another place.
type rowGrip struct {
	widget.BaseWidget
	of  *columnsSide
	row *tickRow
}

var (
	_ fyne.Draggable     = (*rowGrip)(nil)
	_ desktop.Cursorable = (*rowGrip)(nil)
)

// Cursor is Fyne's.
func (g *rowGrip) Cursor() desktop.Cursor { return desktop.PointerCursor }

// Dragged is Fyne's.
func (g *rowGrip) Dragged(ev *fyne.DragEvent) {
	c := g.of
	if c.drag.from < 0 {
		c.drag.from = g.row.at
	}
	to := c.drag.from + int(math.Floor(float64(ev.Position.Y/c.list.RowHeight)))
	nearest := c.drag.from
	for i, l := range c.lines {
		if l.name != "" && !c.facts[l.name].Hidden && max(i-to, to-i) < max(nearest-to, to-nearest) {
			nearest = i
		}
	}
	c.drag.to = nearest
	c.list.Refresh()
}

// DragEnd is Fyne's.
func (g *rowGrip) DragEnd() {
	c := g.of
	d := c.drag
	c.drag = dragged{-1, -1}
	if d.from >= 0 && d.to != d.from {
		c.move(d.from, d.to)
	}
	c.list.Refresh()
}

// CreateRenderer is Fyne's.
func (g *rowGrip) CreateRenderer() fyne.WidgetRenderer {
	r := &rowGripRenderer{}
	for range 3 {
		r.lines = append(r.lines, canvas.NewRectangle(theme.Color(theme.ColorMuted)))
	}
	return r
}

type rowGripRenderer struct{ lines []fyne.CanvasObject }

func (r *rowGripRenderer) Destroy()                     {}
func (r *rowGripRenderer) Objects() []fyne.CanvasObject { return r.lines }
func (r *rowGripRenderer) MinSize() fyne.Size           { return fyne.NewSize(16, 16) }

func (r *rowGripRenderer) Layout(size fyne.Size) {
	for i, l := range r.lines {
		l.Resize(fyne.NewSize(12, 1.5))
		l.Move(fyne.NewPos((size.Width-12)/2, size.Height/2-5+float32(i)*4))
	}
}

func (r *rowGripRenderer) Refresh() {
	for _, l := range r.lines {
		l.(*canvas.Rectangle).FillColor = theme.Color(theme.ColorMuted)
		l.Refresh()
	}
}
