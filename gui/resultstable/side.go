package resultstable

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

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
	opened func() // hears that it shows; nil for nobody
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
	return framed(p, title, search, foot, content)
}

// framed is frame with anything in the place of the search field.
func framed(p *Panel, title string, below, foot, content fyne.CanvasObject) fyne.CanvasObject {
	head := container.NewBorder(nil, nil, kit.NewHeading(title),
		kit.NewIconButton(icons.Close, p.flow.Words().Text("table.close"), p.closeSide))
	top := container.New(layout.NewCustomPaddedLayout(4, 8, 12, 8), kit.Stacked(4, head, below))
	var end fyne.CanvasObject
	if foot != nil {
		end = container.New(layout.NewCustomPaddedLayout(4, 4, 8, 8), foot)
	}
	return container.NewStack(kit.NewSurface(theme.ColorSurface, ""), container.NewBorder(top, end, nil, nil, content))
}

// newListSearch is a field that finds in a list below it: Down goes into the list, Up from its first line comes back.
func newListSearch(hint string, list *kit.List, find func(text string)) *kit.Entry {
	search := kit.NewSearch(hint, func(text string) {
		find(strings.TrimSpace(text))
		list.Reveal(0)
	})
	search.OnKey = func(key fyne.KeyName) bool {
		if key == fyne.KeyDown {
			kit.Focus(list)
			list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
		}
		return key == fyne.KeyDown
	}
	list.OnLeaveTop = func() { kit.Focus(search) }
	return search
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
