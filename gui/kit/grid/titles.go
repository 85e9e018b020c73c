package grid

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

const (
	markRoom   = 26 // what a sort mark and its number need beside a title, in points
	funnelRoom = 16 // and what a funnel needs
)

func (h *header) CreateRenderer() fyne.WidgetRenderer {
	r := &headerRenderer{of: h, back: canvas.NewRectangle(nil), pane: newPane(), fixed: free(),
		edge: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil), drop: canvas.NewRectangle(nil),
		ring: canvas.NewRectangle(nil)}
	r.objects = []fyne.CanvasObject{r.back, r.pane, r.fixed, r.edge, r.line, r.drop, r.ring}
	h.painted = r
	r.Refresh()
	return r
}

type headerRenderer struct {
	of      *header
	back    *canvas.Rectangle
	pane    *pane             // titles of columns that scroll
	fixed   *fyne.Container   // titles of pinned columns
	edge    *canvas.Rectangle // where the pinned columns end
	line    *canvas.Rectangle // under the header
	drop    *canvas.Rectangle // where a dragged title would go
	ring    *canvas.Rectangle // around the title with the cursor
	objects []fyne.CanvasObject

	slots []*titleSlot // column place modulo their number
	pins  []*titleSlot
	look  titleLook
}

// titleLook is what the theme says, asked once for each change of theme.
type titleLook struct {
	up, down, funnel                               fyne.Resource
	back, held, hover, edge, strong, words, accent color.Color
	pad, text, caption                             float32
}

// titleSlot draws one title.
type titleSlot struct {
	box    *fyne.Container
	back   *canvas.Rectangle
	border *canvas.Rectangle
	text   *canvas.Text
	number *canvas.Text
	mark   *canvas.Image
	funnel *canvas.Image
	place  int // in columns.list, -1 for none
	shown  titleState
}

// titleState is everything a title's look depends on.
type titleState struct {
	gen        uint64
	place      int
	number     int
	descending bool
	several    bool // columns sort
	held       bool
	hover      bool
	border     bool
}

func (r *headerRenderer) Destroy() {
	r.of.painted = nil
	r.of.settle()
}
func (r *headerRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *headerRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, theme.Size(theme.SizeHeader)) }

func (r *headerRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.fixed.Resize(size)
	r.line.Move(fyne.NewPos(0, size.Height-1))
	r.line.Resize(fyne.NewSize(size.Width, 1))
	r.draw()
}

func (r *headerRenderer) Refresh() {
	r.back.FillColor = theme.Color("headerBackground")
	r.line.FillColor = theme.Color("separator")
	r.edge.FillColor = theme.Color(theme.ColorBorder)
	r.drop.FillColor = theme.Color(theme.ColorAccent)
	r.ring.StrokeColor, r.ring.StrokeWidth = theme.Color(theme.ColorFocusRing), theme.Size(theme.SizeRing)
	r.ring.CornerRadius = 3
	r.look = titleLook{up: icons.SortUp.In(theme.ColorAccent), down: icons.SortDown.In(theme.ColorAccent),
		funnel: icons.FilterOn.In(theme.ColorAccent),
		back:   theme.Color("headerBackground"), held: theme.Color(theme.ColorRowSelected),
		hover: theme.Color(theme.ColorButtonHover), edge: theme.Color("separator"), strong: theme.Color("foreground"),
		words: theme.Color(theme.ColorMuted), accent: theme.Color(theme.ColorAccent),
		pad: theme.Size(theme.SizeCellPad), text: theme.Size(theme.SizeText), caption: theme.Size(theme.SizeCaption)}
	r.slots, r.pins, r.pane.inner.Objects, r.fixed.Objects = nil, nil, nil, nil
	r.draw()
	for _, o := range r.objects {
		o.Refresh()
	}
}

func (r *headerRenderer) draw() {
	h := r.of
	g := h.of
	height := h.Size().Height
	placePane(r.pane, r.edge, &g.cols, h.Size())
	first, end := g.cols.visible(g.x.off, max(g.x.view, int64(h.Size().Width)))
	r.slots = r.grow(r.slots, r.pane.inner, end-first)
	r.pins = r.grow(r.pins, r.fixed, g.cols.pinned)
	r.titles(r.slots, first, end, height)
	r.titles(r.pins, 0, g.cols.pinned, height)
	move(r.pane.inner, fyne.NewPos(float32(-g.x.off-g.cols.edge), 0))
	r.drop.Hidden = !h.dragging || h.resizing
	if !r.drop.Hidden {
		x := g.cols.total - g.x.off
		if h.drop < len(g.cols.list) {
			x = g.cols.left(h.drop, g.x.off)
		}
		if h.drop >= g.cols.pinned {
			x = max(x, g.cols.edge)
		}
		r.drop.Move(fyne.NewPos(float32(x)-1, 2))
		r.drop.Resize(fyne.NewSize(3, height-4))
	}
	r.ring.Hidden = true
	if g.focused && h.reached && g.column < len(g.cols.list) {
		if x, width := g.onScreen(g.column); width > 0 {
			r.ring.Hidden = false
			r.ring.Move(fyne.NewPos(float32(x), 0))
			r.ring.Resize(fyne.NewSize(float32(width), height))
		}
	}
	repaint(r.fixed)
}

// grow makes title slots when more columns show than ever before.
func (r *headerRenderer) grow(slots []*titleSlot, into *fyne.Container, n int) []*titleSlot {
	if n <= len(slots) {
		return slots
	}
	for _, s := range slots { // the modulus changes
		s.place = -1
	}
	for len(slots) < n+1 {
		s := &titleSlot{box: free(), back: canvas.NewRectangle(nil), border: canvas.NewRectangle(nil),
			text: canvas.NewText("", nil), number: canvas.NewText("", nil), place: -1,
			mark: canvas.NewImageFromResource(nil), funnel: canvas.NewImageFromResource(nil)}
		s.text.TextStyle.Bold = true
		s.mark.FillMode, s.funnel.FillMode = canvas.ImageFillContain, canvas.ImageFillContain
		s.box.Objects = []fyne.CanvasObject{s.back, s.border, s.text, s.mark, s.number, s.funnel}
		slots = append(slots, s)
		into.Objects = append(into.Objects, s.box)
	}
	return slots
}

// titles draws the titles of the columns from first up to end, those only that look different than before.
func (r *headerRenderer) titles(slots []*titleSlot, first, end int, height float32) {
	h := r.of
	n := len(slots)
	for place := first; place < end; place++ {
		s := slots[place%n]
		state := titleState{gen: h.of.gen, place: place, several: len(h.of.keys) > 1,
			held: h.dragging && !h.resizing && place == h.pressed, hover: place == h.hover && !h.dragging,
			border: place == h.border || h.resizing && place == h.pressed}
		state.number, state.descending = h.mark(place)
		if s.place == place && s.shown == state {
			continue
		}
		s.place, s.shown = place, state
		r.title(s, state, height)
	}
	for _, s := range slots {
		s.box.Hidden = s.place < first || s.place >= end
	}
}

func (r *headerRenderer) title(s *titleSlot, state titleState, height float32) {
	h, look := r.of, &r.look
	g := h.of
	column := g.cols.list[state.place]
	c := g.all[column.index]
	width := float32(column.width)
	s.box.Move(fyne.NewPos(float32(column.start), 0))

	back, edge := look.back, look.edge
	if state.held {
		back = look.held
	} else if state.hover {
		back = look.hover
	}
	if state.border {
		edge = look.accent
	}
	paint(s.back, back)
	s.back.Resize(fyne.NewSize(width, height))
	paint(s.border, edge)
	s.border.Move(fyne.NewPos(width-1, 6))
	s.border.Resize(fyne.NewSize(1, max(height-12, 0)))

	ink := look.words
	if state.number > 0 || c.Filtered {
		ink = look.strong
	}
	room := h.titleRoom(state.place)
	title, _ := g.ruler(true).fit(c.Title, room)
	write(s.text, title, look.text, ink)
	words := min(g.ruler(true).width(title)+1, max(room, 0))
	s.mark.Hidden, s.number.Hidden, s.funnel.Hidden = state.number == 0, state.number == 0 || !state.several, !c.Filtered
	marks, funnel := float32(0), float32(0)
	if state.number > 0 {
		marks = 14
		if state.several {
			marks += 8
		}
	}
	if c.Filtered {
		funnel = funnelRoom
	}
	x := look.pad
	at := x + words + 3
	if c.align() == Right { // the marks stand left of it, so that title and numbers end at one line
		x = max(width-look.pad-words, look.pad+marks+funnel)
		at = x - marks - funnel
	}
	s.text.Move(fyne.NewPos(x, 0))
	s.text.Resize(fyne.NewSize(words, height))
	if state.number > 0 {
		icon := look.up
		if state.descending {
			icon = look.down
		}
		depict(s.mark, icon)
		s.mark.Move(fyne.NewPos(at, (height-12)/2))
		write(s.number, strconv.Itoa(state.number), look.caption, look.accent)
		s.number.Move(fyne.NewPos(at+12, 0))
		s.number.Resize(fyne.NewSize(8, height))
	}
	if c.Filtered {
		depict(s.funnel, look.funnel)
		s.funnel.Move(fyne.NewPos(at+marks+1, (height-12)/2))
	}
}

// paint, write and depict change what an object looks like, and touch it only when that is another look.
func paint(o *canvas.Rectangle, ink color.Color) {
	if o.FillColor != ink {
		o.FillColor = ink
		o.Refresh()
	}
}

func write(o *canvas.Text, words string, size float32, ink color.Color) {
	if o.Text != words || o.TextSize != size || o.Color != ink {
		o.Text, o.TextSize, o.Color = words, size, ink
		o.Refresh()
	}
}

func depict(o *canvas.Image, icon fyne.Resource) {
	if o.Resource != icon {
		o.Resource = icon
		o.Resize(fyne.NewSquareSize(12))
		o.Refresh()
	}
}
