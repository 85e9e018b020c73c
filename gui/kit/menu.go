package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/locate"
)

// MenuBelow shows a menu below an object, or above it where there is no room.
func MenuBelow(o fyne.CanvasObject, items ...*fyne.MenuItem) {
	c := locate.Canvas(o)
	if c == nil {
		return
	}
	at := locate.Position(o)
	pop := widget.NewPopUpMenu(fyne.NewMenu("", items...), c)
	at.X = min(at.X, c.Size().Width-pop.MinSize().Width-8)
	below := at.Y + o.Size().Height
	if high := pop.MinSize().Height; below+high > c.Size().Height {
		below = at.Y - high // at the foot of the window: above
	}
	pop.ShowAtPosition(fyne.NewPos(at.X, below))
}

// MenuHeading is a line of a menu that names what follows.
func MenuHeading(text string) *fyne.MenuItem {
	i := fyne.NewMenuItem(text, nil)
	i.Disabled = true
	return i
}
