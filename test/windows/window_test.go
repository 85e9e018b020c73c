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
	d.Settle() // it takes its own place first
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
	explore(d)
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
	d.Window("^Save these rows$", 40*time.Second)
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
	d.See("saved in", 60*time.Second)
	d.Shot("windows-first-report")
	isSorted(t, file, 45, "ProhibitSendQuota")
	c.leave(d, p)
}

// explore goes from the first screen to the sample partner. Where Exchange Online cannot be reached, the checks of
// the first start open above the first screen, when they are done.
func explore(d *screen.Display) {
	d.Until("the sample partner is open", 90*time.Second, func() bool {
		words := d.Words()
		if _, open := screen.FindIn(words, "Check this computer"); open {
			d.Shot("windows-first-checks")
			d.Key("Escape")
		} else if w, first := screen.FindIn(words, "Explore a sample partner"); first {
			d.Shot("windows-first-screen")
			d.ClickAt(w.Middle())
		} else if _, there := screen.FindIn(words, "Search customers"); there {
			return true
		}
		return false
	})
}

// Somebody opens a file with the window, as a double click does, and saves it as the kind that is chosen in Windows'
// own dialog, without writing an ending.
func TestOpenAFile(t *testing.T) {
	c, d := sit(t)
	c.write("people.csv", people)
	p := c.open(d, c.documents("people.csv"))
	d.Until("the rows show", 90*time.Second, func() bool {
		words := d.Words()
		if _, open := screen.FindIn(words, "Check this computer"); open {
			d.Key("Escape")
		}
		_, first := screen.FindIn(words, "Anouk")
		_, last := screen.FindIn(words, "Jansen")
		_, counted := screen.FindIn(words, "3 rows")
		return first && last && counted
	})
	d.Settle()
	d.Shot("windows-open-file")

	d.Key("ctrl+e")
	d.Window("^Save these rows$", 40*time.Second)
	d.Settle()
	d.Key("ctrl+a")
	d.Type(c.documents("again"))
	d.Key("Tab", "Down")
	d.Settle()
	d.Shot("windows-save-kind")
	d.Key("Return")
	file := filepath.Join(c.home, "Documents", "again.csv")
	d.Until("the file is written", 40*time.Second, func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	d.See("saved in", 60*time.Second)
	if text, err := os.ReadFile(file); err != nil || string(text) != people {
		t.Errorf("%q, %v", text, err)
	}
	c.leave(d, p)
}

// Somebody whose PowerShell may not run scripts: told at the light, repaired from there, as Windows' own program
// reads it.
func TestRepairInTheWindow(t *testing.T) {
	c, d := sit(t)
	c.set(dotNet, "Release", "REG_DWORD", "528040")
	c.set(powerShell, "PowerShellVersion", "REG_SZ", "5.1.19041.1")
	c.set(shellIDs, "ExecutionPolicy", "REG_SZ", "Restricted")
	p := c.open(d, "--sample")
	d.Until("the checks are open", 90*time.Second, func() bool {
		words := d.Words()
		if _, open := screen.FindIn(words, "Running scripts in PowerShell"); open {
			return true
		}
		for _, light := range []string{"things to know", "thing to know", "things block", "thing blocks"} {
			if w, ok := screen.FindIn(words, light); ok {
				d.ClickAt(w.Middle())
			}
		}
		return false
	})
	d.Shot("windows-checks")
	d.Click("Running scripts in PowerShell")
	d.Settle()
	d.Shot("windows-policy")
	d.Click("Allow scripts for me (RemoteSigned)")
	d.See("Afterwards", 40*time.Second)
	d.Settle()
	d.Shot("windows-repair")
	// "Change it" stands above what was seen. Text recognition reads no white letters on a colour.
	below := d.See("What was seen", 20*time.Second)
	d.ClickAt(below.Left+55, below.Top-34)
	d.See("Changed, and checked again", 40*time.Second)
	d.Shot("windows-repaired")
	if now := c.run("reg", "query", shellIDs, "/v", "ExecutionPolicy"); !strings.Contains(now.out, "RemoteSigned") {
		t.Errorf("%+v", now)
	}
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
