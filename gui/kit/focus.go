package kit

import (
	"fyne.io/fyne/v2"

	"tenantry/gui/kit/locate"
)

// FocusBeside gives the keyboard to a widget that was made or shown just now, and so cannot yet tell which
// window it is on; beside is on that window already.
func FocusBeside(beside fyne.CanvasObject, w fyne.Focusable) {
	if c := locate.Canvas(beside); c != nil {
		c.Focus(w)
	}
}
