package grid

import (
	"image"
	"image/color"
	"math"

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
	sheet  image.RGBA // what a row is painted on, on its way to the screen
}

// look is what the theme says, asked once for each change of theme.
type look struct {
	row, zebra, hover, selected, both color.Color
	tones                             [tones]color.Color
	inks, fillInks                    [tones]color.NRGBA
	barInk                            color.NRGBA
	size, pad                         float32
	ink                               *ink
}

// slot draws one row: its background, and a picture of its cells on each side of the edge.
type slot struct {
	back         *canvas.Rectangle
	cells, fixed strip
	row          int // in the data, -1 for none
	fill         color.Color
	hidden       bool
}

// strip is the picture of a row's cells in columns next to each other.
type strip struct {
	box      *fyne.Container // the picture, and the words that ink cannot draw
	picture  *canvas.Raster
	cells    []cellSlot
	row      int
	gen      uint64
	scale    float64
	from, to int64 // places on the columns the picture begins and ends at
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
		both: theme.Color(theme.ColorRowBoth), barInk: nrgba(theme.Color(theme.ColorBar)),
		size: theme.Size(theme.SizeText), pad: theme.Size(theme.SizeCellPad), ink: inkFor(r.scale()),
	}
	for tone, name := range [tones]fyne.ThemeColorName{Plain: "foreground", Muted: theme.ColorMuted,
		Accent: theme.ColorAccent, Good: theme.ColorGood, Warn: theme.ColorWarn, Bad: theme.ColorProblem} {
		r.look.tones[tone] = theme.Color(name)
		r.look.inks[tone] = nrgba(r.look.tones[tone])
	}
	for tone, name := range [tones]fyne.ThemeColorName{Muted: theme.ColorFillMuted, Accent: theme.ColorFillAccent,
		Good: theme.ColorFillGood, Warn: theme.ColorFillWarn, Bad: theme.ColorFillBad} {
		if name != "" {
			r.look.fillInks[tone] = nrgba(theme.Color(name))
		}
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

// scale is how many pixels of the screen a point is.
func (r *bodyRenderer) scale() float64 {
	if c := fyne.CurrentApp().Driver().CanvasForObject(r.of); c != nil {
		return float64(c.Scale())
	}
	return 1
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
	across, scale := fyne.NewSize(float32(g.x.view), float32(h)), r.scale()
	for row := int(first); row < int(end); row++ {
		s := r.slots[row%n]
		s.row = row
		r.strip(&s.cells, row, left, stop, h, scale)
		r.strip(&s.fixed, row, 0, g.cols.pinned, h, scale)
		r.fill(s)
		y := float32(int64(row)*h - g.y.off)
		s.back.Resize(across)
		s.back.Move(fyne.NewPos(0, y))
		move(s.cells.box, fyne.NewPos(float32(-g.x.off-g.cols.edge)+nudge, y+nudge))
		move(s.fixed.box, fyne.NewPos(nudge, y+nudge))
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

// Words is what the cells in sight say, as they are drawn: a line for each row from the first that shows, the
// frozen columns first.
func (g *Grid) Words() [][]string {
	r := g.body.painted
	if r == nil || len(r.slots) == 0 {
		return nil
	}
	var out [][]string
	first, end := g.y.visible(g.rowHeight())
	for row := int(first); row < int(end); row++ {
		s := r.slots[row%len(r.slots)]
		var line []string
		for _, part := range [2]*strip{&s.fixed, &s.cells} {
			if part.row != row || part.picture.Hidden {
				continue
			}
			for place := range g.cols.list {
				if c := part.at(place); c != nil {
					line = append(line, c.say())
				}
			}
		}
		out = append(out, line)
	}
	return out
}

// at is the cell in a column, nil where the strip has none.
func (s *strip) at(place int) *cellSlot {
	if len(s.cells) == 0 {
		return nil
	}
	if c := &s.cells[place%len(s.cells)]; c.place == place {
		return c
	}
	return nil
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
	s.back.Hidden, s.cells.box.Hidden, s.fixed.box.Hidden = !on, !on, !on
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
	// With more slots the modulus changes, so every row finds another slot, and sees that it is not its own.
	for len(r.slots) < rows+1 {
		s := &slot{back: canvas.NewRectangle(nil), row: -1}
		r.makeStrip(&s.cells, r.across)
		r.makeStrip(&s.fixed, r.pinned)
		r.slots = append(r.slots, s)
		r.rows.Objects = append(r.rows.Objects, s.back)
		r.pane.inner.Objects = append(r.pane.inner.Objects, s.cells.box)
		r.fixed.Objects = append(r.fixed.Objects, s.fixed.box)
	}
}

func (r *bodyRenderer) makeStrip(s *strip, across int) {
	s.row, s.cells = -1, make([]cellSlot, across)
	s.picture = canvas.NewRaster(func(w, h int) image.Image { return r.paint(s, w, h) })
	s.picture.ScaleMode = canvas.ImageScalePixels
	s.box = free()
	s.box.Objects = []fyne.CanvasObject{s.picture}
}

// margin is how far beyond what shows a picture reaches at most, so that a broad column needs no broad picture.
const margin = 400

// nudge, in points, keeps pictures off the places half-way between two pixels, where the top might be rounded up
// and the bottom down.
const nudge = -0.01

// strip brings a picture in line with a row's cells in the columns from left up to stop.
func (r *bodyRenderer) strip(s *strip, row, left, stop int, h int64, scale float64) {
	g := r.of.of
	if s.picture.Hidden = left == stop; s.picture.Hidden {
		s.row = -1
		return
	}
	last := g.cols.list[stop-1]
	from, to := g.cols.list[left].start, last.start+last.width // what shows of the columns
	if left >= g.cols.pinned {
		from, to = max(from, g.x.off+g.cols.edge), min(to, g.x.off+g.x.view)
	}
	fresh := s.row == row && s.gen == g.gen && s.scale == scale
	if fresh && s.from <= from && to <= s.to {
		return
	}
	if !fresh {
		s.row, s.gen, s.scale = row, g.gen, scale
		for i := range s.cells {
			s.cells[i].place = -1
		}
	}
	for place := left; place < stop; place++ {
		c := &s.cells[place%len(s.cells)]
		if c.place != place {
			c.place = place
			column := g.cols.list[place]
			c.set(&r.look, g, s.box, g.data.Cell(row, column.index), column, h)
		}
	}
	for i := range s.cells {
		if c := &s.cells[i]; c.shaped != nil && (c.place < left || c.place >= stop) {
			c.shaped.Hidden = true
		}
	}
	s.from = max(g.cols.list[left].start, from-margin)
	s.to = min(last.start+last.width, to+margin)
	s.picture.Move(fyne.NewPos(float32(s.from), 0))
	// Whole pixels, so that wherever a row stands its picture is neither stretched nor squeezed by one.
	wide, high := math.Round(float64(s.to-s.from)*scale), math.Floor(float64(h)*scale+0.001)
	if size := fyne.NewSize(float32(wide/scale), float32(high/scale)); s.picture.Size() != size {
		s.picture.Resize(size) // refreshes too
		return
	}
	s.picture.Refresh()
}

// paint draws the picture of a strip. The toolkit takes what it needs of it before the next one is asked for.
func (r *bodyRenderer) paint(s *strip, w, h int) image.Image {
	sheet := &r.sheet
	if n := 4 * w * h; cap(sheet.Pix) < n {
		sheet.Pix = make([]uint8, n)
	} else {
		sheet.Pix = sheet.Pix[:n]
		clear(sheet.Pix)
	}
	sheet.Stride, sheet.Rect = 4*w, image.Rect(0, 0, w, h)
	g := r.of.of
	r.rescale(float64(w) / float64(max(s.to-s.from, 1)))
	for i := range s.cells {
		c := &s.cells[i]
		if c.place < 0 || c.place >= len(g.cols.list) {
			continue
		}
		column := g.cols.list[c.place]
		c.paint(sheet, &r.look, column, g.all[column.index].align(), s.from)
	}
	return sheet
}

// rescale takes the ink for another scale, when a window comes to another screen. What is asked for is whole
// pixels, so that it only nearly tells the scale; a screen with finer pixels than the window knows of has twice
// as many.
func (r *bodyRenderer) rescale(about float64) {
	scale := r.scale()
	if twice := 2 * scale; about > 1.5*scale {
		scale = twice
	}
	if r.look.ink.scale != scale {
		r.look.ink = inkFor(scale)
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
