// Package waiting says in words which sessions a run or a sign-in waits for, the same wherever it waits.
package waiting

import (
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/wording"
)

// For says which sessions are in the way: by customer, and whose they are when they are not this window's.
// name gives a customer's name for the screen. Empty when nothing is known to be in the way.
func For(w *wording.Words, holders []jobs.Holder, name func(exchange.CustomerID) string) string {
	var names []string
	for _, h := range holders {
		text := name(h.Customer)
		switch {
		case h.Left:
			text += " (" + w.Text("window.sessions.left") + ")"
		case !h.Here:
			text += " (" + Program(w, h.Program) + ")"
		}
		names = append(names, text)
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return w.Text("window.run.behind-one", "customer", names[0])
	default:
		return w.Text("window.run.behind", "customers", w.Text("window.and", "first", strings.Join(names[:n-1], ", "), "last", names[n-1]))
	}
}

// Program says which program on this computer holds a session, by its name in the book of sessions.
func Program(w *wording.Words, program string) string {
	switch program {
	case "window":
		return w.Text("window.sessions.other-window")
	case "command line":
		return w.Text("window.sessions.command-line")
	}
	return w.Text("window.sessions.other-program")
}
