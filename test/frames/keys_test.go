//go:build linux

package frames

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"tenantry/gui/kit"
	"tenantry/test/bench/million"
)

// handed is where the keyboard is: "cells", "header", or what a field is called.
func (s *stage) handed() (where string) {
	s.do(func() {
		switch f := s.win.Canvas().Focused().(type) {
		case *kit.Entry:
			where = f.AccessibilityLabel()
		default:
			where = fmt.Sprintf("%T", f)
			if f == fyne.Focusable(s.grid) {
				where = "cells"
			}
		}
	})
	return where
}

// fields goes through the filter row and the header with real keys: what the toolkit's driver does with Tab, Alt
// and the arrows is not what its test driver does.
func (s *stage) fields() {
	s.t.Helper()
	at := func(what, where string) {
		s.t.Helper()
		s.quiet()
		if got := s.handed(); got != where {
			s.t.Errorf("%s: the keyboard is in %q, want %q", what, got, where)
		}
	}
	rows := func(what string, ok func(rows int) bool) {
		s.t.Helper()
		s.Until(what, 20*time.Second, func() (is bool) {
			s.do(func() { is = ok(s.grid.Data().Rows()) })
			return is
		})
	}
	s.do(func() { s.flow.ShowFields(true) })
	s.Input("key", "ctrl+Home")
	s.quiet()
	s.mouse(append(s.to(60, 28+15), "sleep", "0.3", "click", "1")...)
	at("a click on the first field", "Customer")
	s.Input("type", "--delay", "20", "customer25")
	rows("typing filters", func(n int) bool { return n > 0 && n < million.Rows/10 })
	at("while it filters", "Customer")
	s.Input("key", "Tab", "Tab")
	at("Tab twice", "Primary SMTP address")
	s.Input("keydown", "shift", "key", "Tab", "key", "Tab", "keyup", "shift")
	at("Shift held, Tab twice", "Customer")
	s.Input("key", "Down")
	at("Down", "cells")
	s.Input("key", "Up")
	at("Up from the first row", "Customer")
	s.Input("key", "Up", "Right", "Return")
	at("Up from a field", "cells")
	s.Until("Enter on the header sorts", 20*time.Second, func() (is bool) {
		s.do(func() { keys := s.grid.Sort(); is = len(keys) == 1 && keys[0].Key == "DisplayName" })
		return is
	})
	s.Shot("frames-header")
	s.Input("key", "alt+Down")
	at("Alt+Down opens the header's menu", "*widget.PopUpMenu")
	s.Input("key", "Escape", "Escape")
	at("Esc twice", "cells")
	s.do(func() { s.grid.FocusFilter("Customer") })
	s.Input("key", "Escape")
	rows("Esc empties the field", func(n int) bool { return n == million.Rows })
	s.do(func() { s.flow.SortBy(nil) })
	s.Input("key", "Escape")
	at("Esc in an empty field", "cells")
	s.Input("key", "ctrl+Home", "ctrl+Left", "Right")
	s.quiet()
	s.Input("type", "--delay", "20", "koen v")
	s.Until("typing finds the row", 20*time.Second, func() (is bool) {
		s.do(func() {
			row := s.grid.Cursor()
			is = row > 0 && len(s.grid.Data().Cell(row, 1).Text) > 6 && s.grid.Data().Cell(row, 1).Text[:6] == "Koen V"
		})
		return is
	})
	s.do(func() { s.flow.ShowFields(false) })
	s.quiet()
	s.right("after all keys")
}
