package shell_test

import (
	"testing"

	"tenantry/core/exchangesim/world"
)

// TestNewsThatWaitsIsDrawnOnce lets a run go on while the screen is busy: what came meanwhile is drawn at once,
// not piece by piece in front of what the user does.
func TestNewsThatWaitsIsDrawnOnce(t *testing.T) {
	s := open(t, world.Options{})
	s.choose("contoso.example")
	s.fill("Get-Mailbox", "ResultSize", "3000")
	s.run()
	drawn := 0
	s.until("rows arrive", func() bool {
		tab := s.flow.Model().Tab()
		if tab == nil || tab.Run == nil {
			return false
		}
		if rows := tab.Run.Wait().Rows; rows != 3000 { // the screen does nothing else until the run is over
			t.Errorf("%d rows arrived", rows)
		}
		s.heard = func() {
			if tab.Running {
				drawn++
			}
		}
		return true
	})
	tab := s.ended()
	s.answered(tab, 1)
	s.queue.Do(func() {
		if tab.Parts[0].Rows != 3000 || drawn > 3 {
			t.Errorf("the window was drawn %d times for a run that was over, which showed %d rows", drawn, tab.Parts[0].Rows)
		}
	})
}
