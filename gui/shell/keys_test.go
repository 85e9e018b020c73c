package shell_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchangesim"
	"tenantry/core/wording"
	"tenantry/gui/kit/grid"
	"tenantry/gui/shell"
)

// A question mark shows the keys, in a table too, where other letters find rows; Esc gives the keyboard back.
func TestAQuestionMarkShowsTheKeys(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.enter()
	d.choose(customersOf(d)[0])
	d.ask("Get-Mailbox")
	d.ended()
	d.do(func() {
		var table *grid.Grid
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			if g, ok := o.(*grid.Grid); ok && table == nil {
				table = g
			}
			return table == nil
		})
		grid.Focus(table)
		test.TypeOnCanvas(d.win.Canvas(), "?")
		if !d.flow.Model().Keys {
			t.Error("the keys do not show")
		}
	})
	said := strings.Join(d.texts(), "\n")
	for _, lang := range []string{"en", "nl"} {
		w := wording.For(lang)
		for _, g := range shell.Keys {
			for _, key := range append([]string{g.Title}, does(g)...) {
				if !w.Has(key) {
					t.Errorf("%s has no words for %s", lang, key)
				}
				if lang == "en" && !strings.Contains(said, w.Text(key)) {
					t.Errorf("the card does not say %q", w.Text(key))
				}
			}
		}
	}
	d.shot("keys")
	d.do(func() {
		d.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if _, back := d.win.Canvas().Focused().(*grid.Grid); d.flow.Model().Keys || !back {
			t.Errorf("after Esc the keys show: %v; the table has the keyboard: %v", d.flow.Model().Keys, back)
		}
	})
}

func does(g shell.KeyGroup) []string {
	var out []string
	for _, l := range g.Lines {
		out = append(out, l.Does)
	}
	return out
}
