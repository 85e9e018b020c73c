package grid

import (
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// cellSlot draws one cell. The objects that few cells need are made when the first of them does.
type cellSlot struct {
	text   *canvas.Text
	bar    *canvas.Rectangle
	fill   *canvas.Rectangle
	mark   *canvas.ArbitraryPolygon
	place  int // in columns.list, -1 for none
	shown  Cell
	width  int64
	filled bool
}

const (
	markSize = 10 // points
	markStep = 14 // with the gap to the words
)

// newCells makes n slots whose objects stand in box.
func newCells(box *fyne.Container, n int) []cellSlot {
	cells := make([]cellSlot, n)
	box.Objects = make([]fyne.CanvasObject, 0, 2*n)
	for i := range cells {
		c := &cells[i]
		c.place = -1
		c.text, c.bar = canvas.NewText("", nil), canvas.NewRectangle(nil)
		c.text.Hidden, c.bar.Hidden = true, true
		box.Objects = append(box.Objects, c.bar, c.text)
	}
	return cells
}

// show shows what the cell has, or nothing.
func (c *cellSlot) show(on bool) {
	c.text.Hidden = !on
	c.bar.Hidden = !on || c.shown.Bar <= 0
	if c.fill != nil {
		c.fill.Hidden = !on || c.shown.Fill%tones == Plain
	}
	if c.mark != nil {
		c.mark.Hidden = !on || c.shown.Mark%marks == MarkNone
	}
}

// wordRoom is the width a cell's words have.
func (c Cell) wordRoom(width int64, pad float32) float32 {
	room := float32(width) - 2*pad
	if c.Mark%marks != MarkNone {
		room -= markStep
	}
	return room
}

// set draws one cell, touching only what differs from what its slot drew before.
func (c *cellSlot) set(look *look, g *Grid, box *fyne.Container, cell Cell, column shown, h int64) {
	align := g.all[column.index].align()
	changed := !c.filled
	room := cell.wordRoom(column.width, look.pad)
	if cell.Text != c.shown.Text || cell.Bold != c.shown.Bold || cell.Mark != c.shown.Mark || column.width != c.width || changed {
		text, _ := g.ruler(cell.Bold).fit(cell.Text, room)
		if text != c.text.Text || c.text.TextStyle.Bold != cell.Bold {
			c.text.Text, c.text.TextStyle.Bold = text, cell.Bold
			changed = true
		}
	}
	if tone := look.tones[cell.Tone%tones]; c.text.Color != tone {
		c.text.Color = tone
		changed = true
	}
	if c.text.TextSize != look.size {
		c.text.TextSize = look.size
		changed = true
	}
	place := [...]fyne.TextAlign{ByKind: fyne.TextAlignLeading, Left: fyne.TextAlignLeading,
		Right: fyne.TextAlignTrailing, Center: fyne.TextAlignCenter}[align]
	if c.text.Alignment != place {
		c.text.Alignment = place
		changed = true
	}
	start := float32(column.start) + look.pad
	words := start
	if cell.Mark%marks != MarkNone {
		words += markStep
	}
	c.text.Move(fyne.NewPos(words, 0))
	size := fyne.NewSize(max(room, 0), float32(h))
	switch {
	case c.text.Size() != size:
		c.text.Resize(size) // refreshes too
	case changed:
		c.text.Refresh()
	}
	if cell.Bar > 0 {
		c.setBar(look, cell, start, float32(column.width)-2*look.pad, align == Right, h)
	}
	if cell.Fill%tones != Plain {
		c.setFill(look, box, cell, column, h)
	}
	if cell.Mark%marks != MarkNone {
		x := start
		switch spare := max(room-g.ruler(cell.Bold).width(c.text.Text), 0); align {
		case Right:
			x += spare
		case Center:
			x += spare / 2
		}
		c.setMark(look, box, cell, x, h)
	}
	c.shown, c.width, c.filled = cell, column.width, true
}

// setBar draws a thin line under the number: it never takes contrast from the words.
func (c *cellSlot) setBar(look *look, cell Cell, x, full float32, right bool, h int64) {
	w := full * min(cell.Bar, 1)
	if right {
		x += full - w
	}
	ink := look.bar
	if cell.BarTone%tones != Plain {
		ink = look.tones[cell.BarTone%tones]
	}
	if c.bar.FillColor != ink {
		c.bar.FillColor = ink
		c.bar.CornerRadius = 1
		c.bar.Refresh()
	}
	c.bar.Move(fyne.NewPos(x, float32(h)-5))
	c.bar.Resize(fyne.NewSize(max(w, 2), 2))
}

// setFill tints the cell a little inside its borders, so that a selected row is still seen to be one.
func (c *cellSlot) setFill(look *look, box *fyne.Container, cell Cell, column shown, h int64) {
	if c.fill == nil {
		c.fill = canvas.NewRectangle(nil)
		c.fill.CornerRadius = 3
		box.Objects = slices.Insert(box.Objects, 0, fyne.CanvasObject(c.fill))
	}
	if ink := look.fills[cell.Fill%tones]; c.fill.FillColor != ink {
		c.fill.FillColor = ink
		c.fill.Refresh()
	}
	c.fill.Move(fyne.NewPos(float32(column.start)+1, 2))
	c.fill.Resize(fyne.NewSize(float32(column.width)-2, float32(h)-4))
}

func (c *cellSlot) setMark(look *look, box *fyne.Container, cell Cell, x float32, h int64) {
	if c.mark == nil {
		c.mark = canvas.NewArbitraryPolygon(nil, nil)
		c.mark.NormalizedPoints = true
		box.Objects = append(box.Objects, c.mark)
	}
	ink := look.tones[cell.Tone%tones]
	if points := outlines[cell.Mark%marks]; c.mark.FillColor != ink || len(c.mark.Points) == 0 || &c.mark.Points[0] != &points[0] {
		c.mark.Points, c.mark.FillColor = points, ink
		c.mark.Refresh()
	}
	c.mark.Move(fyne.NewPos(x, (float32(h)-markSize)/2))
	c.mark.Resize(fyne.NewSquareSize(markSize))
}

// outlines are the corners of the marks in a square of 1.
var outlines = [marks][]fyne.Position{
	MarkUp:      {{X: 0.5, Y: 0.03}, {X: 1, Y: 0.95}, {X: 0, Y: 0.95}},
	MarkStop:    round(8, 0.5),
	MarkDot:     round(16, 0.36),
	MarkChanged: {{X: 0.5, Y: 0}, {X: 1, Y: 0.5}, {X: 0.5, Y: 1}, {X: 0, Y: 0.5}},
	MarkAdded: {{X: 0.4, Y: 0}, {X: 0.6, Y: 0}, {X: 0.6, Y: 0.4}, {X: 1, Y: 0.4}, {X: 1, Y: 0.6}, {X: 0.6, Y: 0.6},
		{X: 0.6, Y: 1}, {X: 0.4, Y: 1}, {X: 0.4, Y: 0.6}, {X: 0, Y: 0.6}, {X: 0, Y: 0.4}, {X: 0.4, Y: 0.4}},
	MarkRemoved: {{X: 0, Y: 0.4}, {X: 1, Y: 0.4}, {X: 1, Y: 0.6}, {X: 0, Y: 0.6}},
}

// round is a polygon with so many corners around the middle of the square, one of its sides on top.
func round(corners int, radius float64) []fyne.Position {
	out := make([]fyne.Position, corners)
	for i := range out {
		angle := 2 * math.Pi * (float64(i) + 0.5) / float64(corners)
		out[i] = fyne.NewPos(float32(0.5+radius*math.Sin(angle)), float32(0.5-radius*math.Cos(angle)))
	}
	return out
}
