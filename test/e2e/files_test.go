//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"tenantry/core/export"
	"tenantry/core/results"
)

const (
	january  = "PrimarySmtpAddress,DisplayName,ProhibitSendQuota,Department\r\nanna@contoso.example,Anna,10 GB,Sales\r\nbart@contoso.example,Bart,10 GB,Sales\r\nzoe@contoso.example,Zoe,10 GB,Legal\r\n"
	february = "PrimarySmtpAddress,DisplayName,ProhibitSendQuota,Department\r\nanna@contoso.example,Anna,20 GB,Sales\r\nbart@contoso.example,Bart,10 GB,Sales\r\ncees@contoso.example,Cees,10 GB,Legal\r\n"
)

// exports writes two exports of a month apart where the person keeps files.
func exports(t *testing.T, folder string) (earlier, later string) {
	t.Helper()
	earlier, later = filepath.Join(folder, "january.csv"), filepath.Join(folder, "february.csv")
	for path, text := range map[string]string{earlier: january, later: february} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(earlier, time.Now(), time.Now().AddDate(0, -1, 0)); err != nil {
		t.Fatal(err)
	}
	return earlier, later
}

// An account manager with two files and no account: one is named when the program starts, the other is opened in
// the system's dialog; what changed shows, and goes into a workbook.
func TestWhatChangedBetweenTwoFiles(t *testing.T) {
	d := display(t)
	earlier, later := exports(t, d.Home())
	p := start(t, d, later)
	d.See("cees@contoso.example", 60*time.Second)
	d.Key("ctrl+o")
	d.Window("^Open File$", 40*time.Second)
	d.Key("ctrl+l")
	d.Key("ctrl+a")
	d.Type(earlier)
	x, y := d.See("Cancel", 20*time.Second).Middle()
	d.ClickAt(x+90, y) // Open stands to the right of it, as in many other places
	d.See("zoe@contoso.example", 40*time.Second)
	d.Shot("file-opened")
	d.Click("february.csv")
	d.See("cees@contoso.example", 40*time.Second)
	d.Key("ctrl+d")
	d.See("Rows are about the same thing", 40*time.Second)
	d.Shot("compare-with")
	d.Key("Return")
	d.See("removed", 40*time.Second)
	d.Shot("compared")
	file := filepath.Join(d.Home(), "changes.xlsx")
	save(t, d, file)
	opened, err := export.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	table := opened.Table.Snapshot()
	change, _ := table.Column(results.ChangeColumn)
	if table.Len() != 3 || table.Cell(0, change).Text() != results.ChangeChanged {
		t.Errorf("the file has %d rows, the first is %s", table.Len(), table.Cell(0, change).Text())
	}
	leave(t, d, p)
}
