package resultstable

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
)

// findLine is the find field with a button that says whether finding filters or jumps, and how much was found.
type findLine struct {
	field *kit.Entry
	mode  *kit.Button
	found *kit.Button // how many; a press goes to the next
	words [2]string   // what found says: all of it, and for little room
	root  *fyne.Container
}

func newFindLine(p *Panel) *findLine {
	w, flow := p.flow.Words(), p.flow
	l := &findLine{}
	l.field = kit.NewSearch(w.Text("table.find"), flow.Find)
	l.field.OnKey = func(key fyne.KeyName) bool {
		switch key {
		case fyne.KeyDown:
			p.FocusTable()
		case fyne.KeyReturn, fyne.KeyEnter:
			p.FindNext()
		default:
			return false
		}
		return true
	}
	l.mode = kit.NewIconButton(icons.Filter, "", func() { flow.SetFindJumps(!flow.Model().FindJumps) })
	l.found = kit.NewButton("", nil, kit.Quiet, p.FindNext)
	l.mode.Hide()
	l.found.Hide()
	l.root = container.New(&findLayout{l}, l.field, l.mode, l.found)
	return l
}

// draw brings the line in line with the model.
func (l *findLine) draw(p *Panel) {
	m, w := p.flow.Model(), p.flow.Words()
	if strings.TrimSpace(l.field.Text) != m.FindText { // a step back, or a view that was chosen
		l.field.SetText(m.FindText)
	}
	icon, tip := icons.Filter, "find.filters"
	if m.FindJumps {
		icon, tip = icons.Search, "find.jumps"
	}
	l.mode.SetIcon(icon)
	l.mode.SetTip(w.Text(tip))
	var words [2]string
	var names []string
	if m.FindText != "" && m.Hits.Text == m.FindText {
		words = [2]string{w.Text("find.none"), w.Text("find.none")}
		if m.Hits.Rows > 0 {
			words[1] = w.Count("find.rows", m.Hits.Of, "hits", m.Hits.Rows)
			words[0] = words[1] + " · " + w.Count("find.columns", len(m.Hits.Columns))
		}
		const most = 12 // lines of a tooltip
		for i, c := range m.Hits.Columns {
			if i == most {
				names = append(names, "…")
				break
			}
			names = append(names, Heading(w, c.Column)+": "+w.Number(int64(c.Rows)))
		}
	}
	l.found.SetTip(strings.Join(names, "\n"))
	if on := m.FindText != ""; words != l.words || l.mode.Visible() != on {
		l.words = words
		l.found.SetText(words[0])
		l.found.Hidden, l.mode.Hidden = words[0] == "", !on
		l.root.Refresh()
		p.head.Objects[0].Refresh()
	}
}

// findLayout gives the field the room, and what was found its words, or fewer of them, where they fit.
type findLayout struct{ of *findLine }

const (
	findField = 150 // points, at least, before what was found leaves
	findGap   = 4
)

func (l *findLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(findLeast, objects[0].MinSize().Height)
	if l.of.mode.Visible() {
		size.Width += l.of.mode.MinSize().Width + findGap
	}
	return size
}

func (l *findLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	x := size.Width
	if found := l.of.found; found.Visible() {
		for _, text := range l.of.words {
			if found.SetText(text); x-found.MinSize().Width-findGap >= findField {
				break
			}
		}
	}
	put := func(b *kit.Button) {
		least := b.MinSize()
		if !b.Visible() || x-least.Width-findGap < findField {
			b.Resize(fyne.NewSize(0, 0))
			b.Move(fyne.NewPos(size.Width+4000, 0)) // out of sight; what was found is in the status line too
			return
		}
		x -= least.Width
		b.Resize(least)
		b.Move(fyne.NewPos(x, (size.Height-least.Height)/2))
		x -= findGap
	}
	put(l.of.found)
	put(l.of.mode)
	l.of.field.Resize(fyne.NewSize(x, size.Height))
	l.of.field.Move(fyne.NewPos(0, 0))
}

// FindNext goes to the next row that has the text that is looked for, with Shift held to the one before, for
// Enter and F3.
func (p *Panel) FindNext() {
	back := false
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		back = d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
	}
	p.findHit(back)
}

func (p *Panel) findHit(back bool) {
	row, column, ok := p.flow.NextHit(back)
	if !ok {
		return
	}
	p.goTo(row)
	if column == "" {
		return
	}
	if w := p.flow.Words(); p.flow.Model().hidden(column) {
		p.flow.Say(w.Text("find.in-hidden", "column", w.Label(column)))
		return
	}
	p.grid.RevealColumn(column)
}

// FocusFind moves the keyboard to the find field, for Ctrl+F, with what it says chosen, so that typing replaces
// it.
func (p *Panel) FocusFind() {
	kit.Focus(p.find.field)
	p.find.field.TypedShortcut(&fyne.ShortcutSelectAll{})
}
