// Package cover writes the page that goes before an exported table: what was asked, of whom, when and by whom,
// which rows were chosen, and which customers did not answer. The window and the command line share it.
package cover

import (
	"strings"
	"time"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// Missing is a customer whose answer is not in the rows, or not all of it.
type Missing struct {
	Customer exchange.CustomerID
	Asked    bool // it was, and then it went wrong
	Problem  *exchange.Problem
}

// Facts are what a table does not tell of itself.
type Facts struct {
	Words *wording.Words

	// Name gives a customer's name for people.
	Name func(exchange.CustomerID) string

	Chosen  []string // which rows were chosen, a line for each filter, in words
	Missing []Missing

	// Running tells that rows may still arrive: who did not answer yet may still do.
	Running bool
}

// Of is the cover of a view.
func Of(view results.View, f Facts) *export.Cover {
	info, w := view.Snapshot().Info(), f.Words
	c := &export.Cover{Sheet: w.Text("file.cover")}
	add := func(key string, v exchange.Value) {
		if !v.IsNone() {
			c.Lines = append(c.Lines, export.CoverLine{Label: w.Text(key), Value: v})
		}
	}
	text := func(key, text string) { add(key, exchange.NewText(text)) }
	at := func(key string, t time.Time) {
		if !t.IsZero() {
			add(key, exchange.NewTime(t.Local().Truncate(time.Second)))
		}
	}
	asked := info.Title
	if info.Invocation.Cmdlet != "" {
		asked = cmdlets.PowerShell(info.Invocation)
	}
	text("file.cover.asked", asked)
	names := make([]string, len(info.Customers))
	for i, id := range info.Customers {
		names[i] = f.Name(id)
	}
	text("file.cover.customers", strings.Join(names, "; "))
	text("file.cover.account", info.Account)
	at("file.cover.started", info.Started)
	at("file.cover.finished", info.Finished)
	add("file.cover.rows", exchange.NewInteger(int64(view.Len())))
	add("file.cover.rows-read", exchange.NewInteger(int64(view.Snapshot().Len())))
	for _, line := range f.Chosen {
		text("file.cover.shaped", line)
	}
	for _, asked := range []bool{false, true} {
		key := map[bool]string{false: "file.cover.not-asked", true: "file.cover.not-complete"}[asked]
		for _, m := range f.Missing {
			if m.Asked == asked {
				text(key, f.missed(m))
			}
		}
	}
	switch {
	case f.Running:
		text("file.cover.not-complete", w.Text("file.cover.running"))
	case len(info.Customers) > 0 && len(f.Missing) == 0:
		text("file.cover.not-asked", w.Text("file.cover.nobody"))
	}
	return c
}

// missed names a customer and why its answer is missing.
func (f Facts) missed(m Missing) string {
	if m.Problem == nil {
		return f.Name(m.Customer)
	}
	return f.Name(m.Customer) + ": " + f.Words.Problem(m.Problem).Title
}
