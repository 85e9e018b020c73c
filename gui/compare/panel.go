package compare

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// Panel draws the choice of what to compare with. It belongs to the UI goroutine.
type Panel struct {
	// OnHeight hears that the panel needs another height.
	OnHeight func()

	flow    *Flow
	with    *kit.Select
	keys    [2]*kit.Select
	order   *kit.Text
	swap    *kit.Button
	start   *kit.Button
	bar     *kit.ProgressBar
	trouble *fyne.Container
	root    fyne.CanvasObject
	names   []string // of the other tables, as they stand in with
	columns []string // in words, as they stand in keys
	filling bool
}

// NewPanel returns the panel of flow and takes its OnChange.
func NewPanel(flow *Flow) *Panel {
	p := &Panel{flow: flow}
	w := flow.Words()
	p.with = kit.NewSelect(w.Text("compare.with"), nil, func(name string) {
		if i := slices.Index(p.names, name); !p.filling && i >= 0 {
			flow.Choose(i)
		}
	})
	p.with.PlaceHolder = w.Text("compare.choose")
	for i := range p.keys {
		p.keys[i] = kit.NewSelect(w.Text("compare.key"), nil, func(string) {
			if !p.filling {
				flow.SetKey(i, p.chosen(i))
			}
		})
	}
	p.keys[0].PlaceHolder, p.keys[1].PlaceHolder = w.Text("compare.key-choose"), w.Text("compare.key-alone")
	file := kit.NewButton(w.Text("file.open"), icons.Open, kit.Plain, func() { flow.OnFile() })
	p.order = kit.NewText("")
	p.order.SetColor(theme.ColorMuted)
	p.order.Clip = true
	p.swap = kit.NewButton(w.Text("compare.swap"), icons.Retry, kit.Quiet, flow.Swap)
	p.start = kit.NewButton(w.Text("compare.start"), icons.Compare, kit.Primary, flow.Start)
	cancel := kit.NewButton(w.Text("window.cancel"), nil, kit.Plain, flow.Close)
	p.bar = kit.NewProgressBar()
	p.trouble = kit.Stacked(0)
	title := kit.NewHeading(w.Text("compare.title", "table", flow.Model().This.Title))
	title.Clip = true
	p.root = container.NewStack(kit.NewSurface(theme.ColorSurface, "separator"), container.New(layout.NewCustomPaddedLayout(12, 12, 16, 16), kit.Stacked(10,
		title,
		kit.NewField(w.Text("compare.with"), container.NewBorder(nil, nil, nil, file, p.with)),
		container.NewBorder(nil, nil, nil, p.swap, kit.Middle(p.order)),
		kit.NewField(w.Text("compare.key"), container.NewGridWithColumns(2, p.keys[0], p.keys[1])),
		p.trouble, container.NewHBox(p.start, cancel), p.bar)))
	flow.OnChange = p.draw
	p.draw()
	return p
}

// Content is what to put on the screen.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// FocusStart gives the keyboard to the button that begins, so that Enter is enough.
func (p *Panel) FocusStart() { kit.Focus(p.start) }

// chosen is the column that is chosen in a drop-down of the key, empty for none.
func (p *Panel) chosen(place int) string {
	if i := slices.Index(p.columns, p.keys[place].Selected); i >= 0 {
		return p.flow.Model().Columns[i]
	}
	return ""
}

func (p *Panel) draw() {
	m, w := p.flow.Model(), p.flow.Words()
	p.filling = true
	p.names = nil
	for _, s := range m.Others {
		p.names = append(p.names, apart(p.names, s.Named(w)))
	}
	p.with.SetOptions(p.names)
	if m.Other >= 0 {
		p.with.SetSelected(p.names[m.Other])
	}
	p.columns = columnWords(w, m.Columns)
	p.keys[0].SetOptions(p.columns)
	p.keys[1].SetOptions(append([]string{w.Text("compare.key-alone")}, p.columns...))
	for i, s := range p.keys {
		if i >= len(m.Key) {
			s.ClearSelected()
			continue
		}
		if at := slices.Index(m.Columns, m.Key[i]); at >= 0 {
			s.SetSelected(p.columns[at])
		}
	}
	p.filling = false
	p.order.SetText("")
	p.swap.Hidden = m.Other < 0
	if m.Other >= 0 {
		before, after := m.Pair()
		p.order.SetText(w.Text("compare.order", "before", before.Named(w), "after", after.Named(w)))
	}
	p.trouble.Objects = nil
	if m.Problem != nil {
		p.trouble.Add(kit.NewProblem(kit.Explained(kit.Bad, w.Problem(m.Problem))))
	}
	p.trouble.Hidden = m.Problem == nil
	switch {
	case m.Other < 0:
		p.start.Disable(w.Text("compare.choose"))
	case !m.Ready():
		p.start.Disable(w.Text("compare.key-choose"))
	default:
		p.start.Enable()
	}
	if m.Busy {
		p.bar.Busy()
	} else {
		p.bar.Done()
	}
	p.root.Refresh()
	if p.OnHeight != nil {
		p.OnHeight()
	}
}

// columnWords are columns in words, each another.
func columnWords(w *wording.Words, columns []string) []string {
	var out []string
	for _, c := range columns {
		label := w.Label(c)
		if slices.Contains(out, label) {
			label += " (" + c + ")"
		}
		out = append(out, label)
	}
	return out
}

// apart is name, with something behind it when it is taken.
func apart(taken []string, name string) string {
	for slices.Contains(taken, name) {
		name += " (2)"
	}
	return name
}
