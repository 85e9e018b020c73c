package resultstable

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit/theme"
)

// TestPanesFitAtEveryScale opens every pane in both looks, both languages and at three scales, and sees to it
// that nothing in it is wider than the pane.
func TestPanesFitAtEveryScale(t *testing.T) {
	for _, c := range []struct {
		name  string
		mode  theme.Mode
		lang  string
		scale float32
	}{{"light-100", theme.Light, "en", 1}, {"dark-125", theme.Dark, "nl", 1.25}, {"light-200", theme.Light, "nl", 2}} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, "Get-Mailbox", "contoso.example")
			rows := make([]exchange.Record, 60)
			for i := range rows {
				rows[i] = wide(i, 130)
			}
			rows[0] = rich()
			s.arrive(rows)
			s.finish()
			s.do(func() {
				fyne.CurrentApp().Settings().SetTheme(theme.Theme{Mode: c.mode})
				s.panel.Close()
				s.win.Close()
				s.flow = NewFlow(s.table, Options{Loop: s.queue, Words: wording.For(c.lang), Now: s.flow.o.Now, Name: s.flow.o.Name})
				s.panel = NewPanel(s.flow)
				s.panel.OnRelated = func(exchange.Invocation, exchange.CustomerID) {}
				s.win = test.NewWindow(s.panel.Content())
				s.win.SetPadded(false)
				s.win.Canvas().(interface{ SetScale(float32) }).SetScale(c.scale)
				s.win.Resize(fyne.NewSize(1000, 640))
			})
			for _, kind := range panes() {
				s.do(func() {
					s.panel.grid.SetSelection(nil, 0)
					s.panel.grid.OnSelect()
					if kind.name == sideGroups {
						s.flow.GroupBy(results.Group{Columns: []string{"RecipientTypeDetails", "LitigationHoldEnabled"}, Sums: []string{"TotalItemSize"}, Maxs: []string{"WhenCreated"}})
					}
					if kind.name == sideProfile {
						s.panel.profiled, s.panel.follows = "TotalItemSize", false
					}
					s.panel.showSide(kind.name)
				})
				s.shot(fmt.Sprintf("pane-%s-%s", kind.name, c.name))
				s.queue.Do(func() {
					if least, has := s.panel.right.root.MinSize().Width, s.panel.right.root.Size().Width; least > has {
						t.Errorf("%s needs %v points and has %v", kind.name, least, has)
					}
				})
				s.do(func() {
					s.panel.closeSide()
					s.flow.GroupBy(results.Group{})
				})
			}
		})
	}
}
