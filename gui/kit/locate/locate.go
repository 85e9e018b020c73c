// Package locate finds the window a widget is on, also after a rest.
//
// Fyne keeps which object is on which window for a minute. When nothing was drawn for longer, the next frame
// forgets it and the frame after that learns it again; a press in between would open no menu, move no focus
// and reach no key that works everywhere.
package locate

import "fyne.io/fyne/v2"

// Canvas returns the canvas o is on, nil when it is on none. What Fyne had forgotten it knows again afterwards,
// of every object of the window. UI goroutine only.
func Canvas(o fyne.CanvasObject) fyne.Canvas {
	d := fyne.CurrentApp().Driver()
	if c := d.CanvasForObject(o); c != nil {
		return c
	}
	for _, w := range d.AllWindows() {
		// This is what a frame begins with; it learns anew what is where.
		if c, ok := w.Canvas().(interface{ EnsureMinSize() bool }); ok {
			c.EnsureMinSize()
		}
	}
	return d.CanvasForObject(o)
}

// Position is where o is on its canvas, like the driver's AbsolutePositionForObject but never lost.
func Position(o fyne.CanvasObject) fyne.Position {
	Canvas(o)
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
}
