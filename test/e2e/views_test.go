//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tenantry/test/e2e/screen"
)

// TestAViewIsMadeAndKept filters a table by its pane, undoes and redoes it, finds a text, saves the view, and
// has it again in the next window.
func TestAViewIsMadeAndKept(t *testing.T) {
	d := display(t)
	file := filepath.Join(d.Home(), "mailboxes.csv")
	var b strings.Builder
	b.WriteString("DisplayName,RecipientTypeDetails,TotalItemSize,ProhibitSendQuota,LastLogonTime\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%s %d,%s,%d GB,100 GB,2026-%02d-%02dT09:00:00Z\n", []string{"Anna", "Bart", "Carla"}[i%3], i,
			[]string{"SharedMailbox", "UserMailbox"}[i%2], i%100+1, 1+i%12, 1+i%28)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, d, file)
	d.See("200 rows", 60*time.Second)
	d.Click("Filter")
	d.See("Filter by which column", 90*time.Second)
	d.Type("kind")
	d.Key("Return")
	d.See("Another condition", 90*time.Second)
	d.Type("shared")
	d.See("100 of 200 rows", 90*time.Second)
	d.Shot("view-filter")
	d.Key("Escape") // closes the pane; the table has the keyboard
	d.Key("ctrl+z")
	d.Until("the filter is undone", 90*time.Second, func() bool { _, still := d.Find("100 of 200 rows"); return !still })
	d.Key("ctrl+y")
	d.See("100 of 200 rows", 90*time.Second)
	d.Key("ctrl+f")
	d.Type("anna")
	d.See("34 of 100 rows", 90*time.Second)
	d.Shot("view-found")
	d.Key("ctrl+a")
	d.Key("BackSpace")
	openViews(d)
	d.Click("Save this view")
	d.See("Name of the view", 90*time.Second)
	d.Type("Shared ones")
	d.Key("Return")
	d.See("is saved", 90*time.Second)
	leave(t, d, p)

	p = start(t, d, file)
	d.See("200 rows", 60*time.Second)
	openViews(d)
	d.Click("Shared ones")
	d.See("100 of 200 rows", 90*time.Second)
	d.Shot("view-again")
	leave(t, d, p)
}

// openViews opens the menu of views, whose button is known by the one that stands to the right of it: text
// recognition does not read it in every window.
func openViews(d *screen.Display) {
	x, y := d.See("Columns", 90*time.Second).Middle()
	d.ClickAt(x-210, y)
	d.See("Usual view", 90*time.Second)
}
