package grid

import (
	"image/color"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// filterPause is how long after the last key OnFilter is told what stands in a field.
const filterPause = 300 * time.Millisecond

// filters is the row of fields under the header, one for each column that shows. Only the fields in sight
// exist; one that is scrolled away with the keyboard in it stays, so that typing brings its column back.
type filters struct {
	widget.BaseWidget
	of       *Grid
	painted  *filtersRenderer
	on       bool
	texts    map[string]string // by column key, what stands in the fields, also in those out of sight
	problems map[string]string
	waiting  map[string]func() // columns whose text OnFilter was not told yet; stops the wait

	fields map[string]*field // in sight, by column key
	spare  []*field
	typing *field // the one with the keyboard, nil for none
}

// field is one of them.
type field struct {
	of    *filters
	entry *kit.Entry
	box   *fyne.Container
	inner *container.ThemeOverride
	ring  *canvas.Rectangle // red while what it says cannot be understood
	key   string
	place int // in columns.list, -1 while out of sight
	quiet bool
}

func newFilters(g *Grid) *filters {
	f := &filters{of: g, texts: map[string]string{}, waiting: map[string]func(){}, fields: map[string]*field{}}
	f.ExtendBaseWidget(f)
	return f
}

// SetFilterRow shows or hides the row of fields under the header.
func (g *Grid) SetFilterRow(show bool) {
	if g.filters.on == show {
		return
	}
	if !show && g.filters.typing != nil {
		Focus(g)
	}
	g.filters.on = show
	g.update()
}

// FilterRow tells whether the row of fields shows.
func (g *Grid) FilterRow() bool { return g.filters.on }

// SetFilterTexts says what stands in the fields, by column key; a column it does not name is empty. A field in
// which somebody types right now keeps what is typed. OnFilter is not told.
func (g *Grid) SetFilterTexts(texts map[string]string) {
	f := g.filters
	next := map[string]string{}
	for key, text := range texts {
		next[key] = text
	}
	for key := range f.waiting {
		next[key] = f.texts[key]
	}
	if typed := f.typing; typed != nil && strings.TrimSpace(f.texts[typed.key]) == next[typed.key] {
		next[typed.key] = f.texts[typed.key] // a space at its end is not lost while one types on
	}
	f.texts = next
	for key, field := range f.fields {
		field.say(next[key])
	}
}

// FilterTexts is what stands in the fields, by column key, without the empty ones.
func (g *Grid) FilterTexts() map[string]string {
	out := map[string]string{}
	for key, text := range g.filters.texts {
		if text != "" {
			out[key] = text
		}
	}
	return out
}

// SetFilterProblems marks fields whose text cannot be understood: a red edge, and the words as a tooltip, by
// column key.
func (g *Grid) SetFilterProblems(problems map[string]string) {
	f := g.filters
	f.problems = map[string]string{}
	for key, words := range problems {
		f.problems[key] = words
	}
	for key, field := range f.fields {
		field.mark(f.problems[key])
	}
	if typed := f.typing; typed != nil && f.problems[typed.key] != "" {
		tip.Show(typed.entry, f.problems[typed.key], locate.Position(typed.entry).AddXY(0, typed.entry.Size().Height-16))
	}
}

// FocusFilter moves the keyboard to a column's field, and scrolls to it; false when there is none.
func (g *Grid) FocusFilter(key string) bool {
	for i, s := range g.cols.list {
		if g.all[s.index].Key == key && g.filters.on {
			g.filters.reach(i)
			return true
		}
	}
	return false
}

// reach scrolls to a column and gives its field the keyboard.
func (f *filters) reach(place int) {
	f.of.column = place
	f.of.header.reached = false
	f.of.revealPlace(place)
	f.of.scrolled()
	if field := f.fields[f.of.all[f.of.cols.list[place].index].Key]; field != nil {
		kit.FocusBeside(f.of, field.entry)
		field.entry.CursorColumn = utf8.RuneCountInString(field.entry.Text)
		field.entry.Refresh()
	}
}

// typed keeps what was typed and tells it after a pause.
func (f *filters) typed(d *field, text string) {
	key := d.key
	f.texts[key] = text
	if stop := f.waiting[key]; stop != nil {
		stop()
	}
	f.waiting[key] = f.of.wait(filterPause, func() { f.tell(key) })
	if d.place < 0 {
		f.of.RevealColumn(key)
	}
}

// tell tells OnFilter what stands in a field, at once.
func (f *filters) tell(key string) {
	if stop := f.waiting[key]; stop != nil {
		stop()
	}
	delete(f.waiting, key)
	if f.of.OnFilter != nil {
		f.of.OnFilter(key, f.texts[key])
	}
}

// step goes from a field to the next column's or the one before; beyond the last to what comes after the Grid,
// before the first to the cells.
func (f *filters) step(d *field, back bool) {
	place := d.place
	if place < 0 {
		place = f.of.column
	}
	switch {
	case back && place == 0:
		Focus(f.of)
	case back:
		f.reach(place - 1)
	case place+1 < len(f.of.cols.list):
		f.reach(place + 1)
	default:
		if c := locate.Canvas(f.of); c != nil {
			c.FocusNext()
		}
	}
}

// newField makes a field with its keys: Tab to the next, Down to the cells, Up to the header, Esc empties.
func (f *filters) newField() *field {
	d := &field{of: f, entry: kit.NewEntry(""), ring: canvas.NewRectangle(nil), box: free(), place: -1}
	d.entry.Wrapping, d.entry.Scroll = fyne.TextWrapOff, container.ScrollHorizontalOnly // no bar beside one line
	d.inner = container.NewThemeOverride(d.entry, small{})
	d.box.Objects = []fyne.CanvasObject{d.inner, d.ring}
	d.ring.Hidden = true
	d.entry.OnChanged = func(text string) {
		if !d.quiet {
			f.typed(d, text)
		}
	}
	d.entry.OnSubmitted = func(string) { f.tell(d.key) }
	d.entry.OnFocus = func(gained bool) {
		if gained {
			f.typing = d
		} else if f.typing == d {
			f.typing = nil
		}
	}
	d.entry.OnTab = func(back bool) { f.step(d, back) }
	d.entry.OnKey = func(key fyne.KeyName) bool {
		switch key {
		case fyne.KeyDown:
			Focus(f.of)
			return true
		case fyne.KeyUp:
			f.of.toHeader()
			Focus(f.of)
			return true
		}
		return false
	}
	d.entry.OnEscape = func() {
		if d.entry.Text == "" {
			Focus(f.of)
			return
		}
		d.entry.SetText("")
		f.tell(d.key)
	}
	return d
}

// say puts text in the field without telling anybody.
func (d *field) say(text string) {
	if d.entry.Text == text {
		return
	}
	d.quiet = true
	d.entry.SetText(text)
	d.quiet = false
}

func (d *field) mark(problem string) {
	d.entry.SetTip(problem)
	if hide := problem == ""; d.ring.Hidden != hide {
		d.ring.Hidden = hide
		repaint(d.box)
	}
}

func (f *filters) draw() {
	if f.painted != nil && f.on {
		f.painted.draw()
	}
}

// forget stops the waits, when the Grid leaves the screen.
func (f *filters) forget() {
	for key, stop := range f.waiting {
		stop()
		delete(f.waiting, key)
	}
}

func (f *filters) CreateRenderer() fyne.WidgetRenderer {
	r := &filtersRenderer{of: f, back: canvas.NewRectangle(nil), pane: newPane(), fixed: free(),
		edge: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil)}
	r.objects = []fyne.CanvasObject{r.back, r.fixed, r.pane, r.edge, r.line}
	f.painted = r
	r.Refresh()
	return r
}

type filtersRenderer struct {
	of      *filters
	back    *canvas.Rectangle
	pane    *pane           // fields of columns that scroll
	fixed   *fyne.Container // fields of pinned columns
	edge    *canvas.Rectangle
	line    *canvas.Rectangle
	objects []fyne.CanvasObject
	order   []*field // in sight, by place: the order in which the keyboard goes through them
}

func (r *filtersRenderer) Destroy() {
	r.of.painted = nil
	r.of.forget()
}
func (r *filtersRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *filtersRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, theme.Size(theme.SizeFilter)) }

func (r *filtersRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.fixed.Resize(size)
	r.line.Move(fyne.NewPos(0, size.Height-1))
	r.line.Resize(fyne.NewSize(size.Width, 1))
	r.of.draw()
}

func (r *filtersRenderer) Refresh() {
	r.back.FillColor = theme.Color("headerBackground")
	r.line.FillColor = theme.Color("separator")
	r.edge.FillColor = theme.Color(theme.ColorBorder)
	for _, d := range r.of.fields {
		d.look()
	}
	for _, d := range r.of.spare {
		d.look()
	}
	r.of.draw()
	for _, o := range r.objects {
		o.Refresh()
	}
}

func (d *field) look() {
	d.ring.StrokeColor, d.ring.StrokeWidth = theme.Color(theme.ColorProblem), theme.Size(theme.SizeRing)
	d.ring.CornerRadius = 4
	d.inner.Refresh()
}

// draw gives every column in sight a field in its place, and takes back those of columns that left.
func (r *filtersRenderer) draw() {
	f, g := r.of, r.of.of
	placePane(r.pane, r.edge, &g.cols, f.Size())
	first, end := g.cols.visible(g.x.off, g.x.view)
	for _, d := range f.fields {
		d.place = -1
	}
	shows := func(i int) bool { return i < g.cols.pinned || i >= first && i < end }
	for i, s := range g.cols.list {
		if d := f.fields[g.all[s.index].Key]; d != nil && shows(i) {
			d.place = i
		}
	}
	typed := f.typing
	for key, d := range f.fields {
		if d.place < 0 && d != typed {
			delete(f.fields, key)
			f.spare = append(f.spare, d)
		}
	}
	r.order = r.order[:0]
	for i, s := range g.cols.list {
		if !shows(i) {
			continue
		}
		key := g.all[s.index].Key
		d := f.fields[key]
		if d == nil {
			d = f.take(key)
		}
		d.place = i
		r.order = append(r.order, d)
	}
	fixed, scrolled := r.fixed.Objects[:0], r.pane.inner.Objects[:0]
	for _, d := range r.order {
		// A field shows in the part of its column that does: Fyne would let one press what is under the pinned ones.
		x, width := g.onScreen(d.place)
		if d.place < g.cols.pinned {
			fixed = append(fixed, d.box)
		} else {
			scrolled = append(scrolled, d.box)
			x -= g.cols.edge
		}
		column := g.cols.list[d.place]
		d.put(float32(x), float32(width), f.Size().Height, g.all[column.index].Title)
		d.box.Hidden = width < min(readable, column.width)
	}
	r.fixed.Objects, r.pane.inner.Objects = fixed, scrolled
	if typed != nil && typed.place < 0 { // far to the left of everything, where it is not seen but keeps the keyboard
		if !slices.ContainsFunc(g.cols.list, func(s shown) bool { return g.all[s.index].Key == typed.key }) {
			Focus(g)
			return
		}
		r.fixed.Objects = append(r.fixed.Objects, typed.box)
		typed.put(-2*broadest, narrowest, f.Size().Height, typed.entry.AccessibilityLabel())
	}
	repaint(r.fixed)
}

// take makes a field for a column, from those that are not needed where there is one.
func (f *filters) take(key string) *field {
	var d *field
	if n := len(f.spare); n > 0 {
		d, f.spare = f.spare[n-1], f.spare[:n-1]
	} else {
		d = f.newField()
		d.look()
	}
	d.key = key
	f.fields[key] = d
	d.say(f.texts[key])
	d.mark(f.problems[key])
	return d
}

func (d *field) put(x, width, height float32, title string) {
	d.entry.SetLabel(title)
	d.box.Move(fyne.NewPos(x, 0))
	d.box.Hidden = false
	d.hint(d.of.of.FilterHint, width)
	size := fyne.NewSize(max(width-5, 0), height-5)
	d.box.Resize(fyne.NewSize(width, height))
	d.inner.Move(fyne.NewPos(2, 2))
	d.inner.Resize(size)
	d.ring.Move(fyne.NewPos(2, 2))
	d.ring.Resize(size)
}

// readable is how much of a field shows at least, in points, unless its column is narrower.
const readable = 56

// hint is the greyed words, where there is room for them.
func (d *field) hint(words string, width float32) {
	if d.of.of.ruler(false).width(words)+20 > width {
		words = ""
	}
	if d.entry.PlaceHolder != words {
		d.entry.SetPlaceHolder(words)
	}
}

// small is the theme of the fields: Tenantry's, with less room around the words.
type small struct{}

func (small) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if n == fynetheme.ColorNameShadow {
		return color.Transparent // it would lie over the field's edge
	}
	return fyne.CurrentApp().Settings().Theme().Color(n, v)
}

func (small) Font(s fyne.TextStyle) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Font(s)
}

func (small) Icon(n fyne.ThemeIconName) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Icon(n)
}

func (small) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case fynetheme.SizeNameInnerPadding:
		return 4
	case fynetheme.SizeNameScrollBar, fynetheme.SizeNameScrollBarSmall:
		return 0 // it would cover the words
	}
	return fyne.CurrentApp().Settings().Theme().Size(n)
}
