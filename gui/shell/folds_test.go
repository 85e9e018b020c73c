package shell_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/locate"
)

// The facts of a failure unfold without covering the rows, and can be copied.
func TestUnfoldedDetailsCoverNothing(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{Faults: faults.Must("error-state=10")})
	d.enter()
	d.choose(customersOf(d)[0])
	d.ask("Get-Mailbox")
	if tab := d.ended(); tab.Rows() != 10 {
		t.Fatalf("%d rows", tab.Rows())
	}
	find := func(is func(fyne.CanvasObject) bool) (found fyne.CanvasObject) {
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			if is(o) {
				found = o
			}
			return found == nil
		})
		return found
	}
	before := float32(0)
	d.do(func() {
		before = locate.Position(find(func(o fyne.CanvasObject) bool { _, ok := o.(*grid.Grid); return ok })).Y
		find(func(o fyne.CanvasObject) bool { _, ok := o.(*kit.Fold); return ok }).(*kit.Fold).SetOpen(true)
	})
	d.shot("details-unfolded")
	d.do(func() {
		rows := find(func(o fyne.CanvasObject) bool { _, ok := o.(*grid.Grid); return ok })
		at := locate.Position(rows).Y
		if at <= before || rows.Size().Height < 100 {
			t.Errorf("the rows are at %v with a height of %v, they were at %v", at, rows.Size().Height, before)
		}
		copies := find(func(o fyne.CanvasObject) bool { b, ok := o.(*kit.Button); return ok && b.Text() == "Copy" })
		test.Tap(copies.(*kit.Button))
		if got := fyne.CurrentApp().Clipboard().Content(); !slicesContainsPart([]string{got}, "Code: run.failed\n") || !slicesContainsPart([]string{got}, "Shell id: ") {
			t.Errorf("copied is %q", got)
		}
	})
}
