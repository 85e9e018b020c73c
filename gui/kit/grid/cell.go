package grid

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// cellSlot is what one cell shows.
type cellSlot struct {
	place int // in columns.list, -1 for none
	shown Cell
	end   int  // bytes of the text there is room for
	cut   bool // "…" follows them
	// shaped draws the words where ink cannot; made when the first cell needs it.
	shaped *canvas.Text
}

const (
	markSize = 10 // points
	markStep = 14 // with the gap to the words
)

// wordRoom is the width a cell's words have.
func (c Cell) wordRoom(width int64, pad float32) float32 {
	room := float32(width) - 2*pad
	if c.Mark%marks != MarkNone {
		room -= markStep
	}
	return room
}

// say is the words as they are drawn.
func (c *cellSlot) say() string {
	switch {
	case c.shaped != nil && !c.shaped.Hidden:
		return c.shaped.Text
	case c.cut:
		return c.shown.Text[:c.end] + "…"
	}
	return c.shown.Text[:c.end]
}

// set takes over a cell. Words that ink cannot draw become an object in box.
func (c *cellSlot) set(look *look, g *Grid, box *fyne.Container, cell Cell, column shown, h int64) {
	c.shown = cell
	room := cell.wordRoom(column.width, look.pad)
	if look.ink.fits(cell.Text, cell.Bold) {
		c.end, c.cut = g.ruler(cell.Bold).cut(cell.Text, room)
		if c.shaped != nil {
			c.shaped.Hidden = true
		}
		return
	}
	if c.shaped == nil {
		c.shaped = canvas.NewText("", nil)
		box.Objects = append(box.Objects, c.shaped)
	}
	c.end, c.cut = 0, false
	t := c.shaped
	t.Hidden = false
	t.Text, _ = g.ruler(cell.Bold).fit(cell.Text, room)
	t.TextStyle.Bold, t.TextSize, t.Color = cell.Bold, look.size, look.tones[cell.Tone%tones]
	t.Alignment = [...]fyne.TextAlign{Left: fyne.TextAlignLeading, Right: fyne.TextAlignTrailing,
		Center: fyne.TextAlignCenter}[g.all[column.index].align()]
	x := float32(column.start) + look.pad
	if cell.Mark%marks != MarkNone {
		x += markStep
	}
	t.Move(fyne.NewPos(x, 0))
	t.Resize(fyne.NewSize(max(room, 0), float32(h)))
	t.Refresh()
}

// paint draws the cell into a picture that begins at the place from on the columns.
func (c *cellSlot) paint(to *image.RGBA, look *look, column shown, align Align, from int64) {
	k, cell := look.ink, &c.shown
	px := func(points float64) int { return int(math.Round(points * k.scale)) }
	start, h := float64(column.start-from), to.Rect.Dy()
	box := image.Rect(px(start), 0, px(start+float64(column.width)), h)
	clip := box.Intersect(to.Rect)
	if clip.Empty() {
		return
	}
	tone := look.inks[cell.Tone%tones]
	if f := cell.Fill % tones; f != Plain {
		// A little inside its borders, so that a selected row is still seen to be one.
		k.block(to, clip, image.Rect(px(start+1), px(2), px(start+float64(column.width)-1), h-px(2)), px(3), look.fillInks[f])
	}
	pad := float64(look.pad)
	left, right := start+pad, start+float64(column.width)-pad
	if cell.Bar > 0 {
		// A thin line under the number: it never takes contrast from the words.
		ink := look.barInk
		if b := cell.BarTone % tones; b != Plain {
			ink = look.inks[b]
		}
		x, w := left, max((right-left)*float64(min(cell.Bar, 1)), 2)
		if align == Right {
			x = right - w
		}
		bottom := h - px(3)
		k.block(to, clip, image.Rect(px(x), bottom-px(2), px(x+w), bottom), px(1), ink)
	}
	marked := 0.0
	if cell.Mark%marks != MarkNone {
		marked = markStep
	}
	drawn := c.shaped == nil || c.shaped.Hidden
	text := cell.Text[:c.end]
	var width float64 // in pixels
	switch {
	case align == Left:
	case drawn:
		width = k.width(text, cell.Bold)
		if c.cut {
			width += k.width("…", cell.Bold)
		}
	default:
		width = float64(c.shaped.MinSize().Width) * k.scale
	}
	x := (left + marked) * k.scale
	switch spare := max((right-left-marked)*k.scale-width, 0); align {
	case Right:
		x += spare
	case Center:
		x += spare / 2
	}
	if marked > 0 {
		k.mark(to, clip, cell.Mark%marks, int(math.Round(x-marked*k.scale)), (h-px(markSize))/2, tone)
	}
	if drawn {
		x = k.words(to, clip, text, cell.Bold, x, k.base(h), tone)
		if c.cut {
			k.words(to, clip, "…", cell.Bold, x, k.base(h), tone)
		}
	}
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

func nrgba(c color.Color) color.NRGBA { return color.NRGBAModel.Convert(c).(color.NRGBA) }
