package shell

import "fyne.io/fyne/v2"

const (
	margin     = 12
	tableLeast = 260 // points for the tabs and a table with a few rows, which notes leave where they can
)

// middle lays out what is right of the customers: search box, notes, form, tabs, table, and the list of the
// search box over all below it. The form gets what it needs as long as the table keeps its part.
type middle struct{ panel *Panel }

func (l *middle) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(400, 320) }

func (l *middle) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	p := l.panel
	width := size.Width - 2*margin
	y := float32(8)
	put := func(o fyne.CanvasObject, x, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, y))
		y += h
	}
	if p.form != nil {
		put(p.form.Search(), margin, width, p.form.Search().MinSize().Height)
		y += 8
	}
	below := y
	if p.notes.Hidden {
		p.notesRoll.Resize(fyne.NewSize(width, 0))
	} else {
		p.notes.Resize(fyne.NewSize(width, p.notes.Size().Height)) // wrapped words know their height by their width
		most := size.Height * 0.5
		if p.result.Visible() {
			most = min(most, max(size.Height*0.3, size.Height-y-tableLeast))
		}
		if p.comparing != nil { // a question that is to be answered whole
			most = min(max(most, p.comparing.Content().MinSize().Height), size.Height*0.75)
		}
		put(p.notesRoll, margin, width, min(p.notes.MinSize().Height, most))
		y += 8
	}
	room := max(size.Height-y-8, 0)
	if p.form != nil && p.form.Card().Visible() {
		card := p.form.Card()
		height := p.form.Height(width)
		if !p.result.Hidden {
			room = max(room*0.56, min(room, 230))
		}
		put(card, margin, width, min(height, room))
		y += 8
	}
	if p.start.Visible() {
		p.start.Resize(fyne.NewSize(size.Width, max(size.Height-y, 0)))
		p.start.Move(fyne.NewPos(0, y))
	}
	if p.tabs.root.Visible() {
		put(p.tabs.root, margin, width, p.tabs.row.MinSize().Height)
	}
	if p.progress.root.Visible() {
		put(p.progress.root, 0, size.Width, p.progress.root.MinSize().Height)
	}
	if p.result.Visible() {
		put(p.result, 4, size.Width-4, max(size.Height-y, 0))
	}
	if p.form == nil {
		return
	}
	pop := p.form.Pop()
	pop.Resize(fyne.NewSize(width, max(size.Height-below, 0)))
	pop.Move(fyne.NewPos(margin, below-4))
}

// cards puts buttons of one width beside and under each other.
type cards struct{ width float32 }

const (
	cardWidth = 236
	cardGap   = 10
)

func (c *cards) shape(width float32, n int, height float32) (columns int, each, total float32) {
	columns = min(max(int((width+cardGap)/(cardWidth+cardGap)), 1), 3)
	each = min((width-cardGap*float32(columns-1))/float32(columns), 340)
	rows := (n + columns - 1) / columns
	return columns, each, float32(rows)*(height+cardGap) - cardGap
}

func (c *cards) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if len(objects) == 0 {
		return fyne.Size{}
	}
	_, _, total := c.shape(c.width, len(objects), objects[0].MinSize().Height+8)
	return fyne.NewSize(cardWidth, total)
}

func (c *cards) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if len(objects) == 0 {
		return
	}
	c.width = size.Width
	h := objects[0].MinSize().Height + 8
	columns, each, _ := c.shape(size.Width, len(objects), h)
	for i, o := range objects {
		o.Resize(fyne.NewSize(each, h))
		o.Move(fyne.NewPos(float32(i%columns)*(each+cardGap), float32(i/columns)*(h+cardGap)))
	}
}

// fixedHeight gives its object a height.
type fixedHeight struct{ height float32 }

func (f *fixedHeight) MinSize(o []fyne.CanvasObject) fyne.Size { return fyne.NewSize(16, f.height) }
func (f *fixedHeight) Layout(o []fyne.CanvasObject, size fyne.Size) {
	for _, o := range o {
		o.Resize(size)
	}
}

// atLeast gives its object at least a width.
type atLeast struct{ width float32 }

func (a *atLeast) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().Max(fyne.NewSize(a.width, 0))
}
func (a *atLeast) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// fixedWidth gives its object a width.
type fixedWidth struct{ width float32 }

func (f *fixedWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(f.width, o[0].MinSize().Height)
}
func (f *fixedWidth) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// middleLine puts a line of text in the middle of the height.
type middleLine struct{}

func (middleLine) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }
func (middleLine) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(size.Width, h))
	o[0].Move(fyne.NewPos(0, (size.Height-h)/2))
}
