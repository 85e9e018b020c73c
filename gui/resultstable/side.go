package resultstable

import (
	"sort"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// The panes at the right.
const (
	sideDetails = "details"
	sideColumns = "columns"
)

// side is a pane at the right of the table.
type side struct {
	name   string
	root   fyne.CanvasObject
	update func() // brings it in line with the model
	stop   func() // ends what is under way when it closes; nil for nothing
}

func (s *side) close() {
	if s.stop != nil {
		s.stop()
	}
}

// frame puts a pane's title, its search field and a button that closes it above its content.
func frame(p *Panel, title string, search *kit.Entry, foot, content fyne.CanvasObject) fyne.CanvasObject {
	search.OnEscape = func() {
		if search.Text != "" {
			search.SetText("")
			return
		}
		p.closeSide()
	}
	head := container.NewBorder(nil, nil, kit.NewHeading(title),
		kit.NewIconButton(icons.Close, p.flow.Words().Text("table.close"), p.closeSide))
	top := container.New(layout.NewCustomPaddedLayout(4, 8, 12, 8), kit.Stacked(4, head, search))
	var below fyne.CanvasObject
	if foot != nil {
		below = container.New(layout.NewCustomPaddedLayout(4, 4, 8, 8), foot)
	}
	return container.NewStack(kit.NewSurface(theme.ColorSurface, ""), container.NewBorder(top, below, nil, nil, content))
}

// newColumnChooser is the pane that shows and hides columns: those that show first, then all others by name.
func newColumnChooser(p *Panel) *side {
	w := p.flow.Words()
	s := &side{name: sideColumns}
	var names []string // as listed now
	var filter string
	shownNow := map[string]bool{}
	list := widget.NewList(
		func() int { return len(names) },
		func() fyne.CanvasObject { return kit.NewCheck("", nil) },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			check, name := o.(*kit.Check), names[i]
			check.OnChanged = nil
			check.Text = w.Label(name)
			check.SetTip(name)
			check.SetChecked(shownNow[name])
			check.Refresh()
			check.OnChanged = func(on bool) {
				p.flow.ShowColumn(name, on)
				if on {
					p.grid.RevealColumn(name)
				}
			}
		})
	list.HideSeparators = true
	// order is decided when the pane opens and when the filter changes, so that a tick moves nothing.
	order := func() {
		names = names[:0]
		var rest []string
		for _, c := range p.flow.Model().Columns {
			if filter != "" && !containsFold(w.Label(c.Name), filter) && !containsFold(c.Name, filter) {
				continue
			}
			if c.Hidden {
				rest = append(rest, c.Name)
			} else {
				names = append(names, c.Name)
			}
		}
		sort.Slice(rest, func(i, j int) bool {
			return strings.ToLower(w.Label(rest[i])) < strings.ToLower(w.Label(rest[j]))
		})
		names = append(names, rest...)
	}
	known := -1
	s.update = func() {
		clear(shownNow)
		columns := p.flow.Model().Columns
		for _, c := range columns {
			shownNow[c.Name] = !c.Hidden
		}
		if known != len(columns) {
			known = len(columns)
			order()
		}
		list.Refresh()
	}
	search := kit.NewSearch(w.Text("table.columns-find"), func(text string) {
		filter = strings.TrimSpace(text)
		order()
		s.update()
		list.ScrollToTop()
	})
	foot := container.NewHBox(kit.NewButton(w.Text("table.columns-usual"), icons.Undo, kit.Quiet, func() {
		known = -1
		p.flow.UsualColumns()
	}))
	s.root = frame(p, w.Text("table.columns"), search, foot, list)
	return s
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
