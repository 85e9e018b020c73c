//go:build linux

package windows

import (
	"encoding/csv"
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

// A Dutch Windows is answered in Dutch.
func TestTheCommandLineSpeaksTheLanguageOfWindows(t *testing.T) {
	c := turnOn(t, "TENANTRY_WINDOWS_LANGUAGE=nl-NL")
	got := c.cli("run", "Get-Mailbox", "--sample", "--customer", "nobody.example")
	if got.status == 0 || !strings.Contains(got.err, "klant") {
		t.Errorf("%+v", got)
	}
}
