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

	pressRow int           // the last press with the primary button, for telling a double click
	pressAt  int64         // UnixNano
	at       fyne.Position // of the pointer in a drag
	stop     func()        // ends the scrolling while a drag is held outside, nil for none
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
	r := &bodyRenderer{of: b, back: canvas.NewRectangle(nil), rows: free(), fixed: free(), pane: newPane(),
		edge: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil)}
	r.objects = []fyne.CanvasObject{r.back, r.rows, r.pane, r.fixed, r.edge, r.line, r.ring}
	b.painted = r
	r.Refresh()
	return r
}

type bodyRenderer struct {
	of      *body
	back    *canvas.Rectangle
	rows    *fyne.Container   // the rows' backgrounds
	pane    *pane             // the cells of columns that scroll
	fixed   *fyne.Container   // the cells of pinned columns
	edge    *canvas.Rectangle // where the pinned columns end
	line    *canvas.Rectangle // around the row with the cursor
	ring    *canvas.Rectangle // around the cell with the cursor
	objects []fyne.CanvasObject

	slots  []*slot
	across int // cell slots of a row for columns that scroll
	pinned int // and for those that do not
	look   look
}

// look is what the theme says, asked once for each change of theme.
type look struct {
	row, zebra, hover, selected, both color.Color
	tones, fills                      [tones]color.Color
	bar                               color.Color
	size, pad                         float32
}

// slot draws one row.
type slot struct {
	back   *canvas.Rectangle
	box    *fyne.Container // in the pane
	fixed  *fyne.Container // beside it
	cells  []cellSlot
	pins   []cellSlot
	row    int // in the data, -1 for none
	gen    uint64
	fill   color.Color
	hidden bool
}

func (r *bodyRenderer) Destroy() {
	r.of.painted = nil
	r.of.settle()
}
func (r *bodyRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *bodyRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }

func (r *bodyRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.rows.Resize(size)
	r.fixed.Resize(size)
}

// placePane lays a pane beside the pinned columns and a line between both.
func placePane(p *pane, edge *canvas.Rectangle, c *columns, size fyne.Size) {
	x := float32(c.edge)
	p.Move(fyne.NewPos(x, 0))
	p.Resize(fyne.NewSize(max(size.Width-x, 0), size.Height))
	if edge.Hidden = c.pinned == 0; !edge.Hidden {
		edge.Move(fyne.NewPos(x-2, 0))
		edge.Resize(fyne.NewSize(2, size.Height))
	}
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
	r.look.fills = [tones]color.Color{
		Plain: color.Transparent, Muted: theme.Color(theme.ColorFillMuted),
		Accent: theme.Color(theme.ColorFillAccent), Good: theme.Color(theme.ColorFillGood),
		Warn: theme.Color(theme.ColorFillWarn), Bad: theme.Color(theme.ColorFillBad),
	}
	r.back.FillColor = r.look.row
	r.edge.FillColor = theme.Color(theme.ColorBorder)
	for _, l := range []*canvas.Rectangle{r.line, r.ring} {
		l.StrokeColor = theme.Color(theme.ColorFocusRing)
	}
	r.line.StrokeWidth, r.ring.StrokeWidth = 1, theme.Size(theme.SizeRing)
	r.ring.CornerRadius = 3
	r.forget()
	r.draw()
	for _, o := range r.objects {
		o.Refresh()
	}
}

// forget drops all slots.
func (r *bodyRenderer) forget() {
	r.slots, r.rows.Objects, r.pane.inner.Objects, r.fixed.Objects = nil, nil, nil, nil
}

// draw puts the rows that show in their places. It asks the data only for cells whose slot had another one.
func (r *bodyRenderer) draw() {
	g := r.of.of
	h := g.rowHeight()
	first, end := g.y.visible(h)
	left, stop := g.cols.visible(g.x.off, g.x.view)
	r.grow(int(end-first), stop-left, g.cols.pinned)
	n := len(r.slots)
	if n == 0 {
		r.cursor(h)
		return
	}
	placePane(r.pane, r.edge, &g.cols, r.of.Size())
	across := fyne.NewSize(float32(g.x.view), float32(h))
	for row := int(first); row < int(end); row++ {
		s := r.slots[row%n]
		if s.row != row || s.gen != g.gen {
			s.row, s.gen = row, g.gen
			for i := range s.cells {
				s.cells[i].place = -1
			}
			for i := range s.pins {
				s.pins[i].place = -1
			}
		}
		r.cells(s, s.box, s.cells, left, stop, h)
		r.cells(s, s.fixed, s.pins, 0, g.cols.pinned, h)
		r.fill(s)
		y := float32(int64(row)*h - g.y.off)
		s.back.Resize(across)
		s.back.Move(fyne.NewPos(0, y))
		move(s.box, fyne.NewPos(float32(-g.x.off-g.cols.edge), y))
		move(s.fixed, fyne.NewPos(0, y))
		s.show(true)
	}
	for _, s := range r.slots {
		if s.row < int(first) || s.row >= int(end) {
			s.show(false)
		}
	}
	r.cursor(h)
	repaint(r.rows)
}

// repaint has a new frame drawn without making anything anew.
func repaint(o *fyne.Container) { o.Move(o.Position()) }

// move spares what has not moved: Fyne looks for the window of everything that is told to move.
func move(o *fyne.Container, to fyne.Position) {
	if o.Position() != to {
		o.Move(to)
	}
}

func (s *slot) show(on bool) {
	if s.hidden == !on {
		return
	}
	s.hidden = !on
	s.back.Hidden, s.box.Hidden, s.fixed.Hidden = !on, !on, !on
}

// grow makes slots when more rows or columns show than ever before.
func (r *bodyRenderer) grow(rows, across, pinned int) {
	if across > r.across || pinned > r.pinned {
		r.across, r.pinned = max(r.across, across+1), max(r.pinned, pinned)
		r.forget()
	}
	if rows <= len(r.slots) {
		return
	}
	// The modulus changes, so every row finds another slot: forget what they hold.
	for _, s := range r.slots {
		s.row = -1
	}
	for len(r.slots) < rows+1 {
		s := &slot{back: canvas.NewRectangle(nil), box: free(), fixed: free(), row: -1}
		s.cells, s.pins = newCells(s.box, r.across), newCells(s.fixed, r.pinned)
		r.slots = append(r.slots, s)
		r.rows.Objects = append(r.rows.Objects, s.back)
		r.pane.inner.Objects = append(r.pane.inner.Objects, s.box)
		r.fixed.Objects = append(r.fixed.Objects, s.fixed)
	}
}

// cells fills the cells of a row from column place left up to stop.
func (r *bodyRenderer) cells(s *slot, box *fyne.Container, cells []cellSlot, left, stop int, h int64) {
	g := r.of.of
	n := len(cells)
	for place := left; place < stop; place++ {
		c := &cells[place%n]
		if c.place == place {
			continue
		}
		c.place = place
		column := g.cols.list[place]
		c.set(&r.look, g, box, g.data.Cell(s.row, column.index), column, h)
	}
	for i := range cells {
		c := &cells[i]
		c.show(c.place >= left && c.place < stop)
	}
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
	show := g.focused && !g.header.reached && g.sel.cursor >= 0 && len(g.cols.list) > 0
	y := float32(int64(g.sel.cursor)*h - g.y.off)
	show = show && y >= -float32(2*h) && y <= float32(g.y.view+2*h)
	r.line.Hidden, r.ring.Hidden = !show, true
	if !show {
		return
	}
	r.line.Move(fyne.NewPos(0, y))
	r.line.Resize(fyne.NewSize(float32(min(g.x.view, max(g.x.total-g.x.off, 0))), float32(h)))
	if x, width := g.onScreen(min(g.column, len(g.cols.list)-1)); width > 0 {
		r.ring.Hidden = false
		r.ring.Move(fyne.NewPos(float32(x), y))
		r.ring.Resize(fyne.NewSize(float32(width), float32(h)))
	}
}
