//go:build linux

package e2e

import (
	"testing"
	"time"
)

// The table and what stands around it: rows are filtered from a cell, grouped from a heading, drawn and looked
// into; each change is undone; the picture on paper is the picture in words.
func TestTheWorkbench(t *testing.T) {
	d := display(t)
	p := startWith(t, d, `{"checked": true, "look": "light"}`, []string{"--sample"})
	mailboxes(d)
	d.Settle()
	d.Shot("table-plain")

	d.RightClick("SharedMailbox", table...)
	d.Click("Only rows with this value")
	d.See("of 45 rows", 40*time.Second)
	d.See("Kind of recipient is SharedMailbox", 20*time.Second, table...)
	d.Shot("table-filtered")
	d.Key("ctrl+z")
	d.See("45 rows", 40*time.Second)
	if _, still := d.Find("recipient is SharedMailbox", table...); still {
		t.Error("the filter still shows after it was undone")
	}

	d.RightClick("Kind of recipient", table...)
	d.Click("Group by this column")
	d.See("groups", 40*time.Second)
	d.Settle()
	d.Shot("table-grouped")
	d.Key("ctrl+z")
	d.See("45 rows", 40*time.Second)

	d.Click("Chart")
	d.See("Number of rows", 40*time.Second)
	d.See("UserMailbox", 20*time.Second, pane...)
	d.Shot("table-chart")

	d.Click("Columns", table...)
	d.See("Find a column", 40*time.Second)
	d.Settle()
	d.Shot("table-columns")
	d.Type("forward")
	d.See("Forward to", 20*time.Second, pane...)
	d.Settle()
	if _, still := d.Find("Litigation hold", pane...); still {
		t.Error("the chooser shows columns that do not have what was typed")
	}
	d.Shot("table-columns-found")

	d.Click("Values", table...)
	d.See("Follow the cursor", 40*time.Second)
	d.Shot("table-values")

	d.Click("Details", table...)
	d.See("Find in the details", 40*time.Second)
	d.Click("UserMailbox", table...)
	d.See("Permissions of this mailbox", 40*time.Second)
	d.Shot("table-details")
	d.Click("Permissions of this mailbox")
	d.See("Get-MailboxPermission", 60*time.Second)
	d.Settle()
	d.Shot("table-related")
	leave(t, d, p)
}

// The same table as other eyes need it: dark, and larger.
func TestTheTableForOtherEyes(t *testing.T) {
	for _, look := range []struct {
		name, settings, scale string
		width, height         int
	}{
		{"dark", `{"checked": true, "look": "dark"}`, "1", 1280, 800},
		{"125", `{"checked": true, "look": "light"}`, "1.25", 1600, 1000},
		{"200", `{"checked": true, "look": "light"}`, "2", 1920, 1200},
	} {
		t.Run(look.name, func(t *testing.T) {
			d := displayOf(t, look.width, look.height)
			p := startWith(t, d, look.settings, []string{"--sample"}, "FYNE_SCALE="+look.scale)
			mailboxes(d)
			d.Settle()
			d.Shot("table-" + look.name)
			leave(t, d, p)
		})
	}
}

// table and pane are where the table's part of the window is at the size the stories use, and the pane at its right.
var (
	table = []int{270, 240, 1010, 560}
	pane  = []int{930, 280, 350, 520}
)
