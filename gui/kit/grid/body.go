package grid

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/theme"
)

// body is the part with the cells. It keeps as many rows of objects as show at once. A row of the data is
// drawn by the slot of its number modulo the number of slots, so while one scrolls a row keeps its objects
// and only moves; a slot's texts are set when another row comes to it. Columns work the same way.
type body struct {
	widget.BaseWidget
	of      *Grid
	hover   int // row under the pointer, -1 for none
	painted *bodyRenderer

	pressRow int   // the last press with the primary button, for telling a double click
	pressAt  int64 // UnixNano
}

func newBody(g *Grid) *body {
	b := &body{of: g, hover: -1}
	b.ExtendBaseWidget(b)
	return b
}

func (b *body) draw() {
	if b.painted != nil {
		b.painted.draw()
	}
}

func (b *body) CreateRenderer() fyne.WidgetRenderer {
	r := &bodyRenderer{of: b, back: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil),
		ring: canvas.NewRectangle(nil)}
	r.rows = &fyne.Container{}
	r.objects = []fyne.CanvasObject{r.back, r.rows, r.line, r.ring}
	b.painted = r
	r.Refresh()
	return r
}

type bodyRenderer struct {
	of      *body
	back    *canvas.Rectangle
	rows    *fyne.Container
	line    *canvas.Rectangle // around the row with the cursor
	ring    *canvas.Rectangle // around the cell with the cursor
	objects []fyne.CanvasObject

	slots  []*slot
	across int // cell slots in each row
	look   look
}

// look is what the theme says, asked once for each change of theme.
type look struct {
	row, zebra, hover, selected, both color.Color
	tones                             [tones]color.Color
	bar                               color.Color
	size, pad                         float32
}

// slot draws one row.
type slot struct {
	box   *fyne.Container
	back  *canvas.Rectangle
	cells []cellSlot
	row   int // in the data, -1 for none
	gen   uint64
	fill  color.Color
}

// cellSlot draws one cell.
type cellSlot struct {
	text   *canvas.Text
	bar    *canvas.Rectangle
	place  int // in columns.list, -1 for none
	shown  Cell
	width  int64
	start  int64
	filled bool
}

func (r *bodyRenderer) Destroy()                     { r.of.painted = nil }
func (r *bodyRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *bodyRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }

func (r *bodyRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.rows.Resize(size)
}

func (r *bodyRenderer) Refresh() {
	r.look = look{
		row: theme.Color(theme.ColorSurface), zebra: theme.Color(theme.ColorZebra),
		hover: theme.Color(theme.ColorRowHover), selected: theme.Color(theme.ColorRowSelected),
		both: theme.Color(theme.ColorRowBoth), bar: theme.Color(theme.ColorBar),
		size: theme.Size(theme.SizeText), pad: theme.Size(theme.SizeCellPad),
	}
	r.look.tones = [tones]color.Color{
		Plain: theme.Color("foreground"), Muted: theme.Color(theme.ColorMuted),
		Accent: theme.Color(theme.ColorAccent), Good: theme.Color(theme.ColorGood),
		Warn: theme.Color(theme.ColorWarn), Bad: theme.Color(theme.ColorProblem),
	}
	r.back.FillColor = r.look.row
	for _, l := range []*canvas.Rectangle{r.line, r.ring} {
		l.StrokeColor = theme.Color(theme.ColorFocusRing)
	}
	r.line.StrokeWidth, r.ring.StrokeWidth = 1, theme.Size(theme.SizeRing)
	r.ring.CornerRadius = 3
	r.slots, r.rows.Objects = nil, nil
	r.draw()
	for _, o := range r.objects {
		o.Refresh()
	}
}

// draw puts the rows that show in their places. It asks the data only for cells whose slot had another one.
func (r *bodyRenderer) draw() {
	g := r.of.of
	h := g.rowHeight()
	first, end := g.y.visible(h)
	left, stop := g.cols.visible(g.x.off, g.x.view)
	r.grow(int(end-first), stop-left)
	n := len(r.slots)
	if n == 0 {
		return
	}
	for row := int(first); row < int(end); row++ {
		s := r.slots[row%n]
		if s.row != row || s.gen != g.gen {
			s.row, s.gen = row, g.gen
			for i := range s.cells {
				s.cells[i].place = -1
			}
		}
		r.cells(s, left, stop, h)
		r.fill(s)
		s.box.Move(fyne.NewPos(float32(-g.x.off), float32(int64(row)*h-g.y.off)))
		if !s.box.Visible() {
			s.box.Show()
		}
	}
	for _, s := range r.slots {
		if (s.row < int(first) || s.row >= int(end)) && s.box.Visible() {
			s.box.Hide()
		}
	}
	r.cursor(h)
}

// grow makes slots when more rows or columns show than ever before.
func (r *bodyRenderer) grow(rows, across int) {
	if across > r.across {
		r.across = across + 1
		r.slots, r.rows.Objects = nil, nil
	}
	if rows <= len(r.slots) {
		return
	}
	// The modulus changes, so every row finds another slot: forget what they hold.
	for _, s := range r.slots {
		s.row = -1
	}
	for len(r.slots) < rows+1 {
		s := &slot{box: &fyne.Container{}, back: canvas.NewRectangle(nil), cells: make([]cellSlot, r.across), row: -1}
		s.box.Objects = make([]fyne.CanvasObject, 0, 1+2*r.across)
		s.box.Objects = append(s.box.Objects, s.back)
		for i := range s.cells {
			c := &s.cells[i]
			c.place = -1
			c.text, c.bar = canvas.NewText("", nil), canvas.NewRectangle(nil)
			c.bar.Hide()
			s.box.Objects = append(s.box.Objects, c.bar, c.text)
		}
		r.slots = append(r.slots, s)
		r.rows.Objects = append(r.rows.Objects, s.box)
	}
	r.rows.Refresh()
}

// cells fills the cells of a row from column place left up to stop.
func (r *bodyRenderer) cells(s *slot, left, stop int, h int64) {
	g := r.of.of
	if size := fyne.NewSize(float32(max(g.x.total, g.x.view)), float32(h)); s.back.Size() != size {
		s.back.Resize(size)
		s.box.Resize(size)
	}
	n := len(s.cells)
	for place := left; place < stop; place++ {
		c := &s.cells[place%n]
		if c.place == place {
			continue
		}
		c.place = place
		column := g.cols.list[place]
		r.set(c, g.data.Cell(s.row, column.index), column, g.all[column.index].align(), h)
	}
	for i := range s.cells {
		c := &s.cells[i]
		on := c.place >= left && c.place < stop
		if c.text.Hidden == on {
			c.text.Hidden = !on
		}
		if hide := !on || c.shown.Bar <= 0; c.bar.Hidden != hide {
			c.bar.Hidden = hide
		}
	}
}

// set draws one cell, touching only what differs from what its slot drew before.
func (r *bodyRenderer) set(c *cellSlot, cell Cell, column shown, align Align, h int64) {
	g := r.of.of
	changed := !c.filled
	room := float32(column.width) - 2*r.look.pad
	if cell.Text != c.shown.Text || cell.Bold != c.shown.Bold || column.width != c.width || changed {
		text, _ := g.ruler(cell.Bold).fit(cell.Text, room)
		if text != c.text.Text || c.text.TextStyle.Bold != cell.Bold {
			c.text.Text, c.text.TextStyle.Bold = text, cell.Bold
			changed = true
		}
	}
	if tone := r.look.tones[cell.Tone%tones]; c.text.Color != tone {
		c.text.Color = tone
		changed = true
	}
	if c.text.TextSize != r.look.size {
		c.text.TextSize = r.look.size
		changed = true
	}
	place := [...]fyne.TextAlign{ByKind: fyne.TextAlignLeading, Left: fyne.TextAlignLeading,
		Right: fyne.TextAlignTrailing, Center: fyne.TextAlignCenter}[align]
	if c.text.Alignment != place {
		c.text.Alignment = place
		changed = true
	}
	c.text.Move(fyne.NewPos(float32(column.start)+r.look.pad, 0))
	size := fyne.NewSize(max(room, 0), float32(h))
	switch {
	case c.text.Size() != size:
		c.text.Resize(size) // refreshes too
	case changed:
		c.text.Refresh()
	}
	if cell.Bar > 0 {
		// A thin line under the number: it never takes contrast from the words.
		full := float32(column.width) - 2*r.look.pad
		w := full * min(cell.Bar, 1)
		x := float32(column.start) + r.look.pad
		if align == Right {
			x += full - w
		}
		if c.bar.FillColor != r.look.bar {
			c.bar.FillColor = r.look.bar
			c.bar.CornerRadius = 1
			c.bar.Refresh()
		}
		c.bar.Move(fyne.NewPos(x, float32(h)-5))
		c.bar.Resize(fyne.NewSize(max(w, 2), 2))
	}
	c.shown, c.width, c.start, c.filled = cell, column.width, column.start, true
}

// fill gives a row its background.
func (r *bodyRenderer) fill(s *slot) {
	want := r.look.row
	selected, hovered := r.of.of.sel.Contains(s.row), s.row == r.of.hover
	switch {
	case selected && hovered:
		want = r.look.both
	case selected:
		want = r.look.selected
	case hovered:
		want = r.look.hover
	case s.row%2 == 1:
		want = r.look.zebra
	}
	if s.fill != want {
		s.fill = want
		s.back.FillColor = want
		s.back.Refresh()
	}
}

// cursor draws the rings around the row and the cell that keys move from, while the Grid has the keyboard.
func (r *bodyRenderer) cursor(h int64) {
	g := r.of.of
	show := g.focused && g.sel.cursor >= 0 && len(g.cols.list) > 0
	r.line.Hidden, r.ring.Hidden = !show, !show
	if !show {
		return
	}
	y := float32(int64(g.sel.cursor)*h - g.y.off)
	if y < -float32(2*h) || y > float32(g.y.view+2*h) {
		r.line.Hidden, r.ring.Hidden = true, true
		return
	}
	c := g.cols.list[min(g.column, len(g.cols.list)-1)]
	r.line.Move(fyne.NewPos(0, y))
	r.line.Resize(fyne.NewSize(float32(min(g.x.view, max(g.x.total-g.x.off, 0))), float32(h)))
	r.ring.Move(fyne.NewPos(float32(c.start-g.x.off), y))
	r.ring.Resize(fyne.NewSize(float32(c.width), float32(h)))
}
