package resultstable

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

// statusLine is what stands below the table: rows, customer and time, and behind them what is selected with its
// figures, in as many words as there is room for. A click on the figures offers to copy them.
type statusLine struct {
	of      *Panel
	text    *kit.Text
	figures *kit.Button
	says    []string // of the figures, the longest first
	root    *fyne.Container
}

func newStatusLine(p *Panel) *statusLine {
	s := &statusLine{of: p, text: kit.NewText("")}
	s.text.Clip = true
	s.figures = kit.NewButton("", nil, kit.Quiet, s.open)
	s.figures.SetTip(p.flow.Words().Text("figures.tip"))
	s.figures.Hide()
	s.root = &fyne.Container{Layout: s, Objects: []fyne.CanvasObject{s.text, s.figures}}
	return s
}

// draw says what the model says.
func (s *statusLine) draw() {
	m, w := s.of.flow.Model(), s.of.flow.Words()
	s.text.SetText(m.Status(w, s.of.flow.Name))
	s.says = m.FiguresText(w)
	s.figures.Hidden = len(s.says) == 0
	s.root.Refresh()
	s.Layout(nil, s.root.Size())
}

// MinSize is Fyne's.
func (s *statusLine) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(80, max(s.text.MinSize().Height, s.figures.MinSize().Height))
}

// Layout is Fyne's. The figures follow the words; where both do not fit, the figures are said shorter, and then
// the words end in "…".
func (s *statusLine) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	const (
		pad   = 12 // what a button keeps free beside its words
		least = 90 // for the words before them
	)
	high := s.text.MinSize().Height
	words := fyne.MeasureText(s.text.Text, theme.Size(theme.SizeText), fyne.TextStyle{}).Width + 1
	room := size.Width
	if len(s.says) > 0 {
		said := s.says[len(s.says)-1]
		for _, text := range s.says {
			if width := fyne.MeasureText("· "+text, theme.Size(theme.SizeText), fyne.TextStyle{}).Width + 2*pad; words+width-pad <= size.Width {
				said = text
				break
			}
		}
		s.figures.SetText("· " + said)
		button := s.figures.MinSize()
		room = max(min(words, size.Width-button.Width+pad), least)
		s.figures.Resize(button)
		s.figures.Move(fyne.NewPos(room-pad+4, (size.Height-button.Height)/2))
	}
	s.text.Resize(fyne.NewSize(min(room, size.Width), high))
	s.text.Move(fyne.NewPos(0, (size.Height-high)/2))
}

// Text is the whole line.
func (s *statusLine) Text() string {
	if s.figures.Hidden {
		return s.text.Text
	}
	return s.text.Text + " " + s.figures.Text()
}

func (s *statusLine) open() {
	c := locate.Canvas(s.figures)
	if c == nil {
		return
	}
	menu := widget.NewPopUpMenu(s.menu(), c)
	at := locate.Position(s.figures)
	menu.ShowAtPosition(fyne.NewPos(at.X, max(at.Y-menu.MinSize().Height, 0)))
}

// menu offers each figure to be copied, all of them, and those of another column.
func (s *statusLine) menu() *fyne.Menu {
	m, w := s.of.flow.Model(), s.of.flow.Words()
	items := &menu{words: w.Text}
	put := func(text string) func() {
		return func() {
			fyne.CurrentApp().Clipboard().SetContent(text)
			s.of.flow.Say(w.Text("figures.copied"))
		}
	}
	var all strings.Builder
	figures := m.Figures.List(w)
	if len(figures) > 0 {
		title := fyne.NewMenuItem(Heading(w, m.Figures.Column), nil)
		title.Disabled = true
		items.items = append(items.items, title)
	}
	for _, f := range figures {
		items.items = append(items.items, fyne.NewMenuItem(w.Text("figures.copy", "name", f.Name, "value", f.Value), put(f.Value)))
		all.WriteString(f.Name + "\t" + f.Value + "\n")
	}
	items.separate()
	if len(figures) > 0 {
		items.item("figures.copy-all", put(all.String()))
	}
	items.item("table.copy", func() { s.of.copy(false) })
	if columns := m.FigureColumns(); len(columns) > 1 {
		items.separate()
		more := items.item("figures.of", nil)
		var list []*fyne.MenuItem
		for _, c := range columns {
			choice := fyne.NewMenuItem(Heading(w, c), func() { s.of.flow.FigureColumn(c.Name) })
			choice.Checked = c.Name == m.Figures.Column.Name
			list = append(list, choice)
		}
		more.ChildMenu = fyne.NewMenu("", list...)
	}
	return fyne.NewMenu("", items.items...)
}

// cursorColumn is the name of the column with the cursor, empty for none.
func (p *Panel) cursorColumn() string {
	if i := p.grid.CursorColumn(); i >= 0 && i < len(p.grid.Data().Columns()) {
		return p.grid.Data().Columns()[i].Key
	}
	return ""
}
