package grid

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
)

// Grid is the table. Everything about it belongs to the UI goroutine. Set the OnX fields before it is shown.
type Grid struct {
	widget.BaseWidget

	// OnSort hears which columns the user wants the rows sorted by, most important first; empty for the
	// order in which they came. The Grid only draws the marks: whoever listens sorts and calls SetData.
	OnSort func(keys []SortKey)
	// OnSelect hears every change of the selection or of the row with the cursor.
	OnSelect func()
	// OnColumn hears that keys took the cursor to another column; a click on one tells OnSelect.
	OnColumn func()
	// OnActivate hears a double click or Enter on a row.
	OnActivate func(row int)
	// OnColumns hears that widths, order or visibility changed.
	OnColumns func(states []ColumnState)
	// OnMenu hears a secondary click or the menu key, with the place on the canvas for a menu. row is -1 on
	// the header; the row is selected already. column counts as in Data.Columns, -1 beside them.
	OnMenu func(row, column int, at fyne.Position)
	// OnCopy, when not nil, copies instead of the Grid, which does it at once and in one piece.
	OnCopy func(headers bool)
	// OnEscape hears Esc when nothing is selected; nil gives the key to the window.
	OnEscape func()
	// OnFilter hears what stands in a column's field of the filter row, a short while after the last key and at
	// once on Enter or Esc.
	OnFilter func(key, text string)
	// OnType hears what was typed on the cells without a pause of a second: whoever listens finds the next row
	// whose text in that column (a number in Data.Columns) begins with it, and says SetSelection and Reveal. nil
	// makes typing do nothing.
	OnType func(column int, prefix string)

	// Loop brings back what waits a moment, such as OnFilter; nil is the application's.
	Loop loop.Loop
	// FilterHint is what an empty field of the filter row says, greyed.
	FilterHint string

	data   Data
	all    []Column           // Data.Columns
	saved  map[string]int     // position in keep, by key
	first  map[string]float32 // widths by what the first rows needed, by key
	keep   []ColumnState      // what the user did to columns, also to those that are not here now
	cols   columns
	x, y   axis
	sel    Selection
	column int // position of the cursor in cols.list
	frozen int // columns that are to stay
	keys   []SortKey

	body    *body
	header  *header
	filters *filters
	right   *bar
	below   *bar

	rulers  [2]*ruler // normal and bold, for the text size in force
	focused bool
	shift   bool
	fresh   fyne.KeyName // the key that went down last and was not seen by TypedKey yet
	typed   string       // to find a row
	typedAt time.Time
	now     func() time.Time
	wait    func(d time.Duration, f func()) (stop func())
	drawnX  int64      // place scrolled to when the header was drawn
	scraps  [2]float32 // parts of a point the wheel has turned but nothing moved by
	gen     uint64     // counts everything that makes cells look different
}

// New returns a Grid for data; nil is no data.
func New(data Data) *Grid {
	g := &Grid{data: none{}, sel: newSelection(), now: time.Now, gen: 1}
	g.body = newBody(g)
	g.header = newHeader(g)
	g.filters = newFilters(g)
	g.wait = g.onLoop
	g.right = newBar(g, true)
	g.below = newBar(g, false)
	g.ExtendBaseWidget(g)
	if data != nil {
		g.SetData(data)
	}
	return g
}

// SetData shows other data. Widths, order and visibility of columns stay, by key; the place scrolled to
// stays, in points; the selection is forgotten: say SetSelection after it. Sort marks stay.
func (g *Grid) SetData(data Data) {
	g.data = data
	columns := data.Columns()
	if !sameColumns(g.all, columns) {
		cursor := g.cursorKey()
		g.all = columns
		g.arrangeColumns(cursor)
	}
	g.sel = newSelection()
	g.gen++
	g.update()
}

// Grown says that rows were added at the end of the data. Nothing that shows moves.
func (g *Grid) Grown() {
	g.sel.trim(g.data.Rows())
	g.update()
}

// Changed says that cells look different though rows and columns are the same.
func (g *Grid) Changed() {
	g.gen++
	g.update()
}

// Data is what the Grid shows.
func (g *Grid) Data() Data { return g.data }

// SetSort draws the sort marks.
func (g *Grid) SetSort(keys []SortKey) {
	g.keys = append([]SortKey(nil), keys...)
	g.header.draw()
}

// Sort is what the sort marks say.
func (g *Grid) Sort() []SortKey { return append([]SortKey(nil), g.keys...) }

// SetColumns gives columns the widths, order and visibility that a user left them with. Columns it does not
// name come after those it names.
func (g *Grid) SetColumns(states []ColumnState) {
	g.keep = append([]ColumnState(nil), states...)
	g.arrangeColumns(g.cursorKey())
	g.gen++
	g.update()
}

// ColumnStates is what SetColumns takes: every column, in order, hidden ones too.
func (g *Grid) ColumnStates() []ColumnState { return append([]ColumnState(nil), g.keep...) }

// VisibleColumns are the columns that show, as numbers in Data.Columns, in the order they are drawn.
func (g *Grid) VisibleColumns() []int {
	order := make([]int, len(g.cols.list))
	for i, s := range g.cols.list {
		order[i] = s.index
	}
	return order
}

// Selection is which rows are selected, as ranges in order.
func (g *Grid) Selection() []Range { return append([]Range(nil), g.sel.ranges...) }

// Selected is how many rows are selected.
func (g *Grid) Selected() int { return g.sel.Len() }

// Cursor is the row keys move from, -1 for none.
func (g *Grid) Cursor() int { return g.sel.cursor }

// SetSelection selects rows and places the cursor, -1 for none. It does not scroll and does not tell OnSelect.
func (g *Grid) SetSelection(ranges []Range, cursor int) {
	g.sel.set(ranges, cursor)
	g.sel.trim(g.data.Rows())
	g.update()
}

// Top is the first row that shows, and how many points of it are above the window.
func (g *Grid) Top() (row int, hidden int) {
	h := g.rowHeight()
	return int(g.y.off / h), int(g.y.off % h)
}

// SetTop scrolls so that row is the first, hidden points of it above the window.
func (g *Grid) SetTop(row, hidden int) {
	g.y.set(int64(row)*g.rowHeight() + int64(hidden))
	g.scrolled()
}

// Reveal scrolls as little as needed to show a row.
func (g *Grid) Reveal(row int) {
	h := g.rowHeight()
	g.y.reveal(int64(row)*h, h)
	g.scrolled()
}

// RevealColumn scrolls sideways as little as needed to show a column.
func (g *Grid) RevealColumn(key string) {
	for i, s := range g.cols.list {
		if g.all[s.index].Key == key {
			g.revealPlace(i)
			g.scrolled()
		}
	}
}

// revealPlace scrolls so that nothing of a column is under the pinned ones or outside. Those always show.
func (g *Grid) revealPlace(i int) {
	if i < g.cols.pinned {
		return
	}
	s := g.cols.list[i]
	part := axis{total: g.cols.total - g.cols.edge, view: g.x.view - g.cols.edge, off: g.x.off}
	part.reveal(s.start-g.cols.edge, s.width)
	g.x.set(part.off)
}

// SetFrozen keeps the first n visible columns in place while one scrolls sideways; 0 lets all scroll. In a
// narrow window fewer of them stay, so that the others can be reached.
func (g *Grid) SetFrozen(n int) {
	if n = max(n, 0); n == g.frozen {
		return
	}
	g.frozen = n
	g.update()
}

// Frozen is how many columns are to stay in place.
func (g *Grid) Frozen() int { return g.frozen }

// onScreen is where the part of a column that shows begins, and how wide it is, 0 for a column out of sight.
func (g *Grid) onScreen(i int) (x, width int64) {
	s := g.cols.list[i]
	x = g.cols.left(i, g.x.off)
	end := min(x+s.width, max(g.x.view, g.cols.edge))
	if i >= g.cols.pinned {
		x = max(x, g.cols.edge)
	}
	return x, max(end-x, 0)
}

// Text is rows and visible columns separated by tabs, a row a line, for the clipboard. Tabs and line breaks
// inside a cell become spaces, so that a spreadsheet keeps the shape.
func (g *Grid) Text(ranges []Range, headers bool) string {
	var b strings.Builder
	clean := strings.NewReplacer("\t", " ", "\r\n", " ", "\n", " ", "\r", " ")
	line := func(cell func(column int) string) {
		for i, s := range g.cols.list {
			if i > 0 {
				b.WriteByte('\t')
			}
			_, _ = clean.WriteString(&b, cell(s.index))
		}
		b.WriteByte('\n')
	}
	if headers {
		line(func(c int) string { return g.all[c].Title })
	}
	for _, r := range ranges {
		for row := r.First; row < r.End; row++ {
			line(func(c int) string { return g.data.Cell(row, c).Text })
		}
	}
	return b.String()
}

// Copy puts the selected rows on the clipboard, or leaves it to OnCopy.
func (g *Grid) Copy(headers bool) {
	switch {
	case g.OnCopy != nil:
		g.OnCopy(headers)
	case g.sel.Len() > 0:
		fyne.CurrentApp().Clipboard().SetContent(g.Text(g.sel.ranges, headers))
	}
}

// MinSize is small: a Grid takes the room it is given.
func (g *Grid) MinSize() fyne.Size {
	return fyne.NewSize(120, g.head()+3*theme.Size(theme.SizeRow))
}

// head is how high the header and the filter row are together.
func (g *Grid) head() float32 {
	head := theme.Size(theme.SizeHeader)
	if g.filters.on {
		head += theme.Size(theme.SizeFilter)
	}
	return head
}

func (g *Grid) rowHeight() int64 { return max(int64(theme.Size(theme.SizeRow)), 1) }

// ruler gives the ruler for normal or bold text.
func (g *Grid) ruler(bold bool) *ruler {
	i := 0
	if bold {
		i = 1
	}
	size := theme.Size(theme.SizeText)
	if g.rulers[i] == nil || g.rulers[i].size != size {
		g.rulers[i] = newRuler(size, bold)
	}
	return g.rulers[i]
}

// cursorKey names the column keys move from, empty for none.
func (g *Grid) cursorKey() string {
	if i := g.CursorColumn(); i >= 0 {
		return g.all[i].Key
	}
	return ""
}

// arrangeColumns makes the visible columns from the data's and what the user did to them. The cursor stays on
// the column with the key cursor where there still is one.
func (g *Grid) arrangeColumns(cursor string) {
	if g.saved == nil {
		g.saved, g.first = map[string]int{}, map[string]float32{}
	}
	clear(g.saved)
	for i, s := range g.keep {
		g.saved[s.Key] = i
	}
	here := map[string]int{}
	for i, c := range g.all {
		here[c.Key] = i
		if _, ok := g.saved[c.Key]; !ok {
			g.saved[c.Key] = len(g.keep)
			g.keep = append(g.keep, ColumnState{Key: c.Key})
		}
	}
	g.cols.list = g.cols.list[:0]
	for i := range g.keep {
		s := &g.keep[i]
		index, ok := here[s.Key]
		if !ok {
			continue
		}
		if s.Width == 0 {
			s.Width = g.firstWidth(index)
		}
		if !s.Hidden {
			if s.Key == cursor {
				g.column = len(g.cols.list)
			}
			g.cols.list = append(g.cols.list, shown{index: index, width: int64(s.Width)})
		}
	}
	g.cols.arrange()
	g.column = min(g.column, max(len(g.cols.list)-1, 0))
}

// firstWidth is what a column's title and some cells from all over the table need, within bounds: one long text does
// not push the others out of sight. Cells that come later do not change it, so that nothing jumps.
func (g *Grid) firstWidth(index int) float32 {
	const looks, most, mostTitle = 100, 320, 240
	c := g.all[index]
	if c.Width > 0 {
		return c.Width
	}
	w, ok := g.first[c.Key]
	n := g.data.Rows()
	switch {
	case ok:
	case n == 0:
		least := map[Kind]float32{Text: 150, Number: 96, Date: 168, Flag: 80}[c.Kind]
		w = min(max(least, g.titleWidth(c)), mostTitle)
	default:
		w = min(g.titleWidth(c), mostTitle)
		for i := range min(n, looks) {
			w = max(w, g.cellWidth(index, n-1-i*(n-1)/max(min(n, looks)-1, 1)))
		}
		w = min(w, most)
		g.first[c.Key] = w
	}
	return w
}

// cellWidth is the room that a cell needs.
func (g *Grid) cellWidth(index, row int) float32 {
	const any = 1000 // points: what stands beside the words does not depend on the width
	c := g.data.Cell(row, index)
	return g.ruler(c.Bold).width(c.Text) + any - c.wordRoom(any, theme.Size(theme.SizeCellPad)) + 2
}

// titleWidth is the room a column's title, sort mark and funnel need.
func (g *Grid) titleWidth(c Column) float32 {
	return g.ruler(true).width(c.Title) + 2*theme.Size(theme.SizeCellPad) + markRoom + funnelRoom
}

// columnsChanged writes what is on screen back into keep and tells OnColumns.
func (g *Grid) columnsChanged() {
	order := make([]ColumnState, 0, len(g.keep))
	onScreen := map[string]bool{}
	for _, s := range g.cols.list {
		key := g.all[s.index].Key
		onScreen[key] = true
		order = append(order, ColumnState{Key: key, Width: float32(s.width)})
	}
	for _, s := range g.keep {
		if !onScreen[s.Key] {
			order = append(order, s)
		}
	}
	g.keep = order
	g.gen++
	g.update()
	if g.OnColumns != nil {
		g.OnColumns(g.ColumnStates())
	}
}

// fit makes a column as wide as its title and the cells around the ones that show need.
func (g *Grid) fit(i int) {
	const around = 500 // rows; all of a million would take too long
	h := g.rowHeight()
	first, end := g.y.visible(h)
	first, end = max(first-around, 0), min(end+around, int64(g.data.Rows()))
	index := g.cols.list[i].index
	w := g.titleWidth(g.all[index])
	for row := first; row < end; row++ {
		w = max(w, g.cellWidth(index, int(row)))
	}
	g.cols.resize(i, int64(min(w, 600)+0.99))
	g.columnsChanged()
}

// sortBy is a click on a header: alone it sorts by this column, up, then down, then not at all; with add it
// does so beside the other columns.
func (g *Grid) sortBy(i int, add bool) {
	key := g.all[g.cols.list[i].index].Key
	place := -1
	for n, k := range g.keys {
		if k.Key == key {
			place = n
		}
	}
	var keys []SortKey
	if add {
		keys = append(keys, g.keys...)
	} else if place >= 0 {
		keys, place = []SortKey{g.keys[place]}, 0
		if len(g.keys) > 1 { // the others fall away first, so that a click never does two things
			keys[0].Descending = false
			place = -2
		}
	}
	switch {
	case place == -1:
		keys = append(keys, SortKey{Key: key})
	case place >= 0 && !keys[place].Descending:
		keys[place].Descending = true
	case place >= 0:
		keys = append(keys[:place:place], keys[place+1:]...)
	}
	g.SetSort(keys)
	if g.OnSort != nil {
		g.OnSort(g.Sort())
	}
}

func (g *Grid) selected() {
	g.update()
	if g.OnSelect != nil {
		g.OnSelect()
	}
}

// update brings everything on screen in line: sizes, bars, cells.
func (g *Grid) update() { g.layout(g.Size()) }

// scrolled draws after the window moved; nothing else changed.
func (g *Grid) scrolled() {
	g.body.draw()
	if g.drawnX != g.x.off {
		g.drawnX = g.x.off
		g.header.draw()
		g.filters.draw()
	}
	g.right.draw()
	g.below.draw()
}

// layout gives header, cells and bars their places and draws them.
func (g *Grid) layout(size fyne.Size) {
	title, head, thick := theme.Size(theme.SizeHeader), g.head(), theme.Size("scrollBar")
	room := fyne.NewSize(size.Width, max(size.Height-head, 0))
	h := g.rowHeight()
	g.y.total, g.x.total = int64(g.data.Rows())*h, g.cols.total
	if g.fills() >= 0 {
		g.x.total = g.leastWidth()
	}
	// The bars take room beside the cells only when they are needed; one can make the other needed.
	tall := func() bool { return float32(g.y.total) > room.Height }
	wide := func() bool { return float32(g.x.total) > room.Width }
	needRight, needBelow := tall(), wide()
	if needRight {
		room.Width -= thick
		needBelow = wide()
	}
	if needBelow {
		room.Height -= thick
		if !needRight && tall() {
			needRight = true
			room.Width -= thick
		}
	}
	g.y.view, g.x.view = int64(room.Height), int64(room.Width)
	g.fill()
	if before := g.cols.pinned; g.x.view > 0 {
		if g.cols.pin(g.frozen, g.x.view); g.cols.pinned != before {
			g.gen++
		}
	}
	g.y.set(g.y.off)
	g.x.set(g.x.off)
	g.right.Hidden, g.below.Hidden = !needRight, !needBelow
	g.header.Move(fyne.NewPos(0, 0))
	g.header.Resize(fyne.NewSize(size.Width, title))
	g.filters.Hidden = !g.filters.on
	g.filters.Move(fyne.NewPos(0, title))
	g.filters.Resize(fyne.NewSize(size.Width, head-title))
	g.body.Move(fyne.NewPos(0, head))
	g.body.Resize(room)
	g.right.Move(fyne.NewPos(room.Width, head))
	g.right.Resize(fyne.NewSize(thick, room.Height))
	g.below.Move(fyne.NewPos(0, head+room.Height))
	g.below.Resize(fyne.NewSize(room.Width, thick))
	g.header.draw()
	g.filters.draw()
	g.drawnX = g.x.off
	g.scrolled()
}

// fills is the place of the first column that takes the room the others leave, or -1.
func (g *Grid) fills() int {
	for i, s := range g.cols.list {
		if g.all[s.index].Fill {
			return i
		}
	}
	return -1
}

// leastWidth is how wide the columns are when the one that fills is as narrow as it may be.
func (g *Grid) leastWidth() int64 {
	i := g.fills()
	if i < 0 {
		return g.cols.total
	}
	return g.cols.total - g.cols.list[i].width + max(int64(g.all[g.cols.list[i].index].Width), narrowest)
}

func (g *Grid) fill() {
	i := g.fills()
	if i < 0 || g.x.view == 0 {
		return
	}
	least := max(int64(g.all[g.cols.list[i].index].Width), narrowest)
	if w := max(g.x.view-(g.cols.total-g.cols.list[i].width), least); w != g.cols.list[i].width {
		g.cols.list[i].width = w
		g.cols.arrange()
		g.gen++
	}
	g.x.total = g.cols.total
}

func sameColumns(a, b []Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// CreateRenderer is Fyne's.
func (g *Grid) CreateRenderer() fyne.WidgetRenderer {
	r := &renderer{of: g}
	r.objects = []fyne.CanvasObject{g.body, g.header, g.filters, g.right, g.below}
	return r
}

type renderer struct {
	of      *Grid
	objects []fyne.CanvasObject
}

func (r *renderer) Destroy()                     {}
func (r *renderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *renderer) MinSize() fyne.Size           { return r.of.MinSize() }

func (r *renderer) Layout(size fyne.Size) { r.of.layout(size) }

// Refresh comes with a change of theme: everything looks different.
func (r *renderer) Refresh() {
	r.of.gen++
	r.Layout(r.of.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}
