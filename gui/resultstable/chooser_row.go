package resultstable

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// chooserRow is one line of the column chooser: a box, the name, what is in the column, and for those that show
// a grip to drag them to another place. Or it is a heading.
type chooserRow struct {
	widget.BaseWidget
	of            *columnsSide
	at            int
	heading       *kit.Text
	name, aside   *kit.Text
	box           *canvas.Rectangle
	tick          *canvas.Image
	drop          *canvas.Rectangle // where a dragged column would go
	grip          *rowGrip
	on, empty     bool
	isHead, drops bool
}

func newChooserRow(c *columnsSide) *chooserRow {
	r := &chooserRow{of: c, heading: kit.NewCaptionHeading(""), name: kit.NewText(""), aside: kit.NewCaption(""),
		box: canvas.NewRectangle(nil), tick: canvas.NewImageFromResource(icons.Check), drop: canvas.NewRectangle(nil)}
	r.heading.Clip, r.name.Clip, r.aside.Clip = true, true, true
	r.tick.FillMode = canvas.ImageFillContain
	r.grip = &rowGrip{of: r}
	r.grip.ExtendBaseWidget(r.grip)
	r.ExtendBaseWidget(r)
	return r
}

func (r *chooserRow) set(i int) {
	c := r.of
	r.at = i
	line := c.lines[i]
	f := c.facts[line.name]
	r.isHead = line.heading != ""
	r.on, r.empty = !r.isHead && !f.Hidden, f.Counted && f.Filled == 0 && f.Rows > 0
	r.drops = c.drag.from >= 0 && c.drag.to == i && c.drag.to != c.drag.from
	r.heading.Hidden, r.name.Hidden, r.aside.Hidden = !r.isHead, r.isHead, r.isHead
	r.heading.SetText(c.headingText(line.heading))
	if !r.isHead {
		r.name.Color = ""
		if r.empty {
			r.name.Color = theme.ColorMuted
		}
		r.name.SetText(f.Label)
		r.aside.SetText(f.Words(c.panel.flow.Words()))
	}
	r.grip.Hidden = r.isHead || f.Hidden
	r.Refresh()
}

// CreateRenderer is Fyne's.
func (r *chooserRow) CreateRenderer() fyne.WidgetRenderer {
	return &chooserRowRenderer{of: r, objects: []fyne.CanvasObject{r.heading, r.box, r.tick, r.name, r.aside, r.drop, r.grip}}
}

type chooserRowRenderer struct {
	of      *chooserRow
	objects []fyne.CanvasObject
}

func (r *chooserRowRenderer) Destroy()                     {}
func (r *chooserRowRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *chooserRowRenderer) MinSize() fyne.Size           { return fyne.NewSize(80, 36) }

func (r *chooserRowRenderer) Layout(size fyne.Size) {
	const (
		edge, box, words = 12, 16, 38
		grip             = 28
	)
	o := r.of
	text, caption := o.name.MinSize().Height, o.aside.MinSize().Height
	o.heading.Resize(fyne.NewSize(size.Width-2*edge, o.heading.MinSize().Height))
	o.heading.Move(fyne.NewPos(edge, size.Height-o.heading.MinSize().Height-6))
	o.box.Resize(fyne.NewSquareSize(box))
	o.box.Move(fyne.NewPos(edge, (size.Height-box)/2))
	o.tick.Resize(fyne.NewSquareSize(box - 4))
	o.tick.Move(fyne.NewPos(edge+2, (size.Height-box)/2+2))
	room := size.Width - words - 8
	if !o.grip.Hidden {
		room -= grip
	}
	top := (size.Height - text - caption) / 2
	o.name.Resize(fyne.NewSize(room, text))
	o.name.Move(fyne.NewPos(words, top))
	o.aside.Resize(fyne.NewSize(room, caption))
	o.aside.Move(fyne.NewPos(words, top+text))
	o.grip.Resize(fyne.NewSize(grip, size.Height))
	o.grip.Move(fyne.NewPos(size.Width-grip-8, 0))
	y := float32(0)
	if o.of.drag.to > o.of.drag.from {
		y = size.Height - 2
	}
	o.drop.Resize(fyne.NewSize(size.Width-2*edge, 2))
	o.drop.Move(fyne.NewPos(edge, y))
}

func (r *chooserRowRenderer) Refresh() {
	o := r.of
	o.box.CornerRadius, o.box.StrokeWidth = 3, 1.5
	o.box.StrokeColor, o.box.FillColor = theme.Color(theme.ColorBorder), nil
	if o.on {
		o.box.StrokeColor, o.box.FillColor = theme.Color("primary"), theme.Color("primary")
	}
	o.tick.Resource = icons.Check.In("foregroundOnPrimary")
	o.box.Hidden, o.tick.Hidden = o.isHead, !o.on
	o.drop.FillColor, o.drop.Hidden = theme.Color(theme.ColorAccent), !o.drops
	r.Layout(o.Size())
	for _, x := range r.objects {
		x.Refresh()
	}
}

// rowGrip is what one drags to take a column to another place.
type rowGrip struct {
	widget.BaseWidget
	of *chooserRow
}

var (
	_ fyne.Draggable     = (*rowGrip)(nil)
	_ desktop.Cursorable = (*rowGrip)(nil)
)

// Cursor is Fyne's.
func (g *rowGrip) Cursor() desktop.Cursor { return desktop.PointerCursor }

// Dragged is Fyne's.
func (g *rowGrip) Dragged(ev *fyne.DragEvent) {
	c := g.of.of
	if c.drag.from < 0 {
		c.drag.from = g.of.at
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
	c := g.of.of
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
