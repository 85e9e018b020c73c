//go:build linux

package windows

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tenantry/test/e2e/screen"
)

// sit starts the computer with a screen in front of it.
func sit(t *testing.T, env ...string) (*computer, *screen.Display) {
	t.Helper()
	c := turnOn(t, env...)
	if p := screen.Missing(); p != "" {
		t.Fatalf("%s is not installed: run packaging/setup.sh windows-test", p)
	}
	shots, err := filepath.Abs(filepath.Join("..", "..", "build", "screens"))
	if err != nil {
		t.Fatal(err)
	}
	return c, screen.New(t, 1280, 800, shots)
}

// open starts the window.
func (c *computer) open(d *screen.Display, args ...string) *screen.Process {
	c.t.Helper()
	p := d.Start(c.wine, append([]string{"--in", c.folder, c.program("tenantry.exe")}, args...), c.env...)
	d.Window("Tenantry", 90*time.Second)
	d.Maximise("Tenantry")
	return p
}

// leave closes the window as a person does, waits for the program to end and looks whether it did.
func (c *computer) leave(d *screen.Display, p *screen.Process) {
	c.t.Helper()
	d.CloseWindow("Tenantry")
	if err := p.Exit(30 * time.Second); err != nil {
		c.t.Errorf("the program did not end well: %v", err)
	}
	if left := c.running("tenantry.exe"); len(left) > 0 {
		c.t.Errorf("it still runs: %q", left)
	}
}

// A new user with Windows: no account, a first report, a file for Excel through Windows' own dialog.
func TestFirstReport(t *testing.T) {
	c, d := sit(t)
	p := c.open(d)
	d.See("Explore a sample partner", 60*time.Second)
	d.Shot("windows-first-screen")
	d.Click("Explore a sample partner")
	d.Click("Coho Vineyard")
	d.Key("ctrl+k")
	d.Type("Get-Mailbox")
	d.See("Get-Mailbox", 40*time.Second)
	d.Key("Return")
	d.See("in Coho Vineyard", 40*time.Second)
	d.Key("ctrl+Return")
	d.See("45 rows", 60*time.Second)
	d.Click("Stop sending at")
	d.Settle()

	d.Key("ctrl+e")
	d.Window("^Save these rows as CSV$", 40*time.Second)
	d.Settle()
	d.Shot("windows-save-dialog")
	d.Key("ctrl+a")
	d.Type(`C:\users\` + filepath.Base(c.home) + `\Documents\first-report.csv`)
	d.Key("Return")
	file := filepath.Join(c.home, "Documents", "first-report.csv")
	d.Until("the file is written", 40*time.Second, func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	d.See("45 rows saved", 60*time.Second)
	d.Shot("windows-first-report")
	isSorted(t, file, 45, "ProhibitSendQuota")
	c.leave(d, p)
}

// isSorted checks that a file has so many rows, and that the sizes of a column rise.
func isSorted(t *testing.T, file string, n int, size string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != n+1 {
		t.Fatalf("the file has %d lines, want a heading and %d rows: %v", len(rows), n, err)
	}
	at := -1
	for i, name := range rows[0] {
		if strings.TrimPrefix(name, "\ufeff") == size {
			at = i
		}
	}
	if at < 0 {
		t.Fatalf("the file has no column %s: %v", size, rows[0])
	}
	last := int64(-1)
	for _, r := range rows[1:] {
		bytes := int64(1<<63 - 1)
		if r[at] != "Unlimited" {
			if bytes, err = strconv.ParseInt(r[at], 10, 64); err != nil {
				t.Fatalf("a size in the file is %q", r[at])
			}
		}
		if bytes < last {
			t.Fatalf("%d comes after %d", bytes, last)
		}
		last = bytes
	}
}
