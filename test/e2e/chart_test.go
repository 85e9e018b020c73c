//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// From a file to a picture of it: the largest mailboxes. A click on the longest bar keeps its row, a step back
// shows all, and the web page that is saved has the picture too.
func TestAPictureOfTheRows(t *testing.T) {
	d := display(t)
	var rows strings.Builder
	rows.WriteString("DisplayName,RecipientTypeDetails,TotalItemSize\r\n")
	for i := range 60 {
		kind := []string{"UserMailbox", "UserMailbox", "RoomMailbox"}[i%3]
		fmt.Fprintf(&rows, "Mailbox %d,%s,%d GB (%d bytes)\r\n", i, kind, i+1, (i+1)<<30)
	}
	path := filepath.Join(d.Home(), "mailboxes.csv")
	if err := os.WriteFile(path, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, d, path)
	d.See("Mailbox 3", 60*time.Second)
	d.Click("Chart")
	x, y := d.See("the 20 largest of 60 rows", 40*time.Second).Middle()
	d.Shot("chart-bars")
	d.ClickAt(x+40, y+34) // the first bar
	d.See("1 of 60 rows", 40*time.Second)
	d.Shot("chart-picked")
	d.Key("ctrl+z")
	d.See("the 20 largest of 60 rows", 40*time.Second)
	file := filepath.Join(d.Home(), "mailboxes.html")
	save(t, d, file)
	page, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(page), "<figcaption>Size: the 20 largest of 60 rows</figcaption>") {
		t.Errorf("the page has no picture (%v)", err)
	}
	leave(t, d, p)
}
