package resultstable

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
)

// pane is a kind of pane at the right, with the button that opens and closes it.
type pane struct {
	name string
	icon *icons.Icon
	text string // key of the button's words; with "-tip" behind it, of its tooltip
	make func(*Panel) *side
}

// panes are the kinds there are, in the order of their buttons.
func panes() []pane {
	return []pane{
		{sideFilter, icons.Filter, "filter.pane", newFilterPane},
		{sideColumns, icons.Columns, "table.columns", newColumnChooser},
		{sideGroups, icons.Groups, "groups.pane", newGroups},
		{sideProfile, icons.Values, "profile.pane", newProfile},
		{sideDetails, icons.Details, "table.details", newDetails},
	}
}

// paneButtons are the buttons of all panes, beside the find field.
type paneButtons struct {
	all   []*kit.Button // as panes
	text  []string
	said  bool    // with their words
	words float32 // how much less room they take without
}

func newPaneButtons(p *Panel) *paneButtons {
	b, w := &paneButtons{}, p.flow.Words()
	for _, kind := range panes() {
		button := kit.NewButton(w.Text(kind.text), kind.icon, kit.Quiet, func() { p.toggleSide(kind.name) })
		button.SetTip(w.Text(kind.text + "-tip"))
		b.all = append(b.all, button)
		b.text = append(b.text, button.Text())
		full := button.MinSize().Width
		button.SetText("")
		b.words += full - button.MinSize().Width
	}
	return b
}

// say shows the words of the buttons, or their icons alone.
func (b *paneButtons) say(on bool) {
	b.said = on
	for i, button := range b.all {
		if on {
			button.SetText(b.text[i])
		} else {
			button.SetText("")
		}
	}
}

// choose shows which pane is open, none for an empty name.
func (b *paneButtons) choose(name string) {
	for i, kind := range panes() {
		b.all[i].SetChosen(kind.name == name)
	}
}

// headLine lays out the find field, the button back to the groups and the buttons of the panes. Where there
// is not room for their words, the buttons of the panes show their icons alone, and then the one of the views too.
type headLine struct {
	of    *paneButtons
	views *viewButton
}

const (
	findWidth    = 420 // points, at most
	findLeast    = 160
	headLineGap  = 4
	headLineRoom = 12 // between the field and the buttons, at least
)

// width is what the objects behind the field take.
func (h *headLine) width(objects []fyne.CanvasObject) float32 {
	var w float32
	for _, o := range objects[1:] {
		if o.Visible() {
			w += o.MinSize().Width + headLineGap
		}
	}
	return w
}

func (h *headLine) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := objects[0].MinSize()
	for _, o := range objects[1:] {
		size.Height = max(size.Height, o.MinSize().Height)
	}
	return fyne.NewSize(findLeast, size.Height)
}

func (h *headLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	need := h.width(objects)
	if h.of.said {
		need -= h.of.words
	}
	find := objects[0]
	least := max(findLeast, find.MinSize().Width)
	h.of.say(least+headLineRoom+need+h.of.words <= size.Width)
	if h.of.said {
		need += h.of.words
	}
	if v := h.views; v.button.Visible() {
		with := need - v.button.MinSize().Width + v.wide
		v.fold(least+headLineRoom+with > size.Width)
		need = h.width(objects)
	}
	high := find.MinSize().Height
	most := findWidth + 2*(least-findLeast) // what was found takes the room of the field
	find.Resize(fyne.NewSize(min(max(size.Width-need-headLineRoom, least), most), high))
	find.Move(fyne.NewPos(0, (size.Height-high)/2))
	x := size.Width - need + headLineGap
	for _, o := range objects[1:] {
		if o.Visible() {
			least := o.MinSize()
			o.Resize(least)
			o.Move(fyne.NewPos(x, (size.Height-least.Height)/2))
			x += least.Width + headLineGap
		}
	}
}

// tableShare is how much of the width stays with the table when a pane opens: two thirds, or less where a pane
// would be too narrow to read.
func (p *Panel) tableShare() float64 {
	const (
		usual, least = 0.66, 0.4
		pane         = 330 // points
	)
	if width := p.center.Size().Width; width > 0 {
		return max(min(usual, 1-pane/float64(width)), least)
	}
	return usual
}

// openSide slides a pane in from the right.
func (p *Panel) openSide(s *side) {
	slide, share := p.right == nil, p.tableShare()
	offset := share
	if !slide {
		offset = p.split.Offset // as the user dragged it
		p.right.close()
	}
	p.right = s
	p.split = container.NewHSplit(p.middle, s.root)
	p.center.Objects = []fyne.CanvasObject{p.split}
	p.split.Offset = offset
	p.center.Refresh()
	p.panes.choose(s.name)
	if slide {
		split := p.split
		fyne.NewAnimation(canvas.DurationShort, func(done float32) { split.SetOffset(1 - (1-share)*float64(done)) }).Start()
	}
	if s.opened != nil {
		s.opened()
	}
	s.update()
}

func (p *Panel) closeSide() {
	if p.right == nil {
		return
	}
	p.right.close()
	p.right, p.split = nil, nil
	p.center.Objects = []fyne.CanvasObject{p.middle}
	p.center.Refresh()
	p.panes.choose("")
	p.FocusTable()
}

// showSide opens the pane of a name, unless it is open.
func (p *Panel) showSide(name string) {
	for _, kind := range panes() {
		if kind.name == name && (p.right == nil || p.right.name != name) {
			p.openSide(kind.make(p))
		}
	}
}

func (p *Panel) toggleSide(name string) {
	if p.right != nil && p.right.name == name {
		p.closeSide()
		return
	}
	p.showSide(name)
}

// ToggleDetails opens the pane with all properties of the row with the cursor, or closes it.
func (p *Panel) ToggleDetails() { p.toggleSide(sideDetails) }

func (p *Panel) showColumns() { p.showSide(sideColumns) }

func (p *Panel) showDetails() { p.showSide(sideDetails) }
