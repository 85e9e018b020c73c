//go:build linux

package windows

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tenantry/assets"
)

// Each Windows that the product names starts the command line.
func TestTheCommandLineStarts(t *testing.T) {
	for _, version := range []string{"win7", "win81", "win10", "win11"} {
		t.Run(version, func(t *testing.T) {
			c := turnOn(t, "TENANTRY_WINDOWS_VERSION="+version)
			if got := c.cli("version"); got.status != 0 || !strings.Contains(got.out, assets.Version) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestTheCommandLineAsksTheSample(t *testing.T) {
	c := turnOn(t)
	if got := c.cli("cmdlets", "show", "Get-Mailbox"); got.status != 0 || !strings.Contains(got.out, "ResultSize") {
		t.Errorf("%+v", got)
	}
	got := c.cli("run", "Get-Mailbox", "--sample", "--customer", "contoso.example", "--format", "csv")
	if got.status != 0 {
		t.Fatalf("%+v", got)
	}
	rows, err := csv.NewReader(strings.NewReader(got.out)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d lines, %v\n%s", len(rows), err, got.err)
	}
	here := c.cli("sessions")
	if here.status != 0 || strings.Contains(here.out, "contoso") {
		t.Errorf("a session was left open: %+v", here)
	}
	if left := c.running("tenantry-cli.exe"); len(left) > 0 {
		t.Errorf("it still runs: %q", left)
	}
}

// people is a table as Excel on Windows writes it for other programs.
const people = "\ufeffName,Items,Enabled\r\n\"Jansen, Zoë\",12,True\r\nBram,7,False\r\nAnouk,1234567,True\r\n"

// A table goes through each kind of file, named in each way that Windows has, and comes back as it was.
func TestTheCommandLineWritesAndReadsFiles(t *testing.T) {
	c := turnOn(t)
	c.write("people.csv", people)
	if err := os.Mkdir(filepath.Join(c.home, "Documents", "for customers"), 0o700); err != nil {
		t.Fatal(err)
	}
	from := "people.csv"
	for _, to := range []string{"people.xlsx", `for customers\people.parquet`, c.documents("people.jsonl"), "people.html"} {
		if got := c.cli("open", from, "-o", to); got.status != 0 {
			t.Fatalf("%s: %+v", to, got)
		}
		if !strings.HasSuffix(to, ".html") { // which is only written
			from = to
		}
	}
	if got := c.cli("open", from, "--format", "csv"); got.status != 0 || got.out != strings.TrimPrefix(people, "\ufeff") {
		t.Errorf("%+v", got)
	}
	page, err := os.ReadFile(filepath.Join(c.home, "Documents", "people.html"))
	if err != nil || !strings.Contains(string(page), "Jansen, Zoë") || !strings.Contains(string(page), "Anouk") {
		t.Errorf("%v\n%s", err, page)
	}
	if got := c.cli("open", `for customers\none.csv`); got.status == 0 || !strings.Contains(got.err, "none.csv") {
		t.Errorf("%+v", got)
	}
}

// A Dutch Windows is answered in Dutch.
func TestTheCommandLineSpeaksTheLanguageOfWindows(t *testing.T) {
	c := turnOn(t, "TENANTRY_WINDOWS_LANGUAGE=nl-NL")
	got := c.cli("run", "Get-Mailbox", "--sample", "--customer", "nobody.example")
	if got.status == 0 || !strings.Contains(got.err, "klant") {
		t.Errorf("%+v", got)
	}
}
