package shell_test

import (
	"testing"

	"tenantry/core/exchangesim"
	"tenantry/core/results"
)

// A view is saved in one window, shows at first in the next, travels as a file that is dropped on a table, and
// Ctrl+Z takes it back.
func TestViewsOutliveTheWindow(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	beds := `{"Name":"Ward 11","Beds":24}` + "\n" + `{"Name":"Ward 12","Beds":2}` + "\n" + `{"Name":"Ward 13","Beds":40}` + "\n"
	rooms := d.file("rooms.jsonl", beds)
	d.drop(rooms)
	table := func() (shown int) {
		d.queue.Do(func() { shown = d.flow.Model().Tab().Table.Model().View.Len() })
		return shown
	}
	d.until("the rows show", func() bool { return d.flow.Model().Tab().Table.Model().View.Len() == 3 })
	d.do(func() {
		d.flow.Model().Tab().Table.AddFilter(results.Filter{Column: "Beds", Op: results.More, Value: "10"})
	})
	d.do(func() { d.flow.Model().Tab().Table.SaveView("Large wards") })
	d.do(func() {
		t := d.flow.Model().Tab().Table
		t.ShowAtFirst(t.Views()[0], true)
	})
	if !slicesContainsPart(d.texts(), "Large wards") || !slicesContainsPart(d.texts(), "Beds over 10") {
		t.Errorf("the screen says %q", d.texts())
	}
	d.shot("views")
	d.leave()
	d.open()
	d.drop(rooms)
	d.until("the saved view shows", func() bool {
		tab := d.flow.Model().Tab()
		return tab != nil && tab.Table.Model().View.Len() == 2
	})
	path := d.file("small.tenantry-view", `{"tenantry-view":1,"name":"Small wards","filter":{"column":"Beds","op":"<","value":"10"}}`)
	d.drop(path)
	if got := table(); got != 1 || len(d.titles()) != 1 || !slicesContainsPart(d.texts(), "Small wards") {
		t.Errorf("with the view of a file %d rows show in %q; the screen says %q", got, d.titles(), d.texts())
	}
	d.do(func() { d.flow.Model().Tab().Table.Undo() })
	if got := table(); got != 2 {
		t.Errorf("after a step back %d rows show", got)
	}
}
