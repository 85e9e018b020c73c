//go:build linux

package windows

import (
	"encoding/json"
	"strings"
	"testing"
)

// finding is one of `preflight --json`.
type finding struct {
	Check, Status, Code, Sentence string
	Fix                           *string
}

// preflight checks the computer and the sample partner, and returns what was found by the check's name.
func (c *computer) preflight() map[string]finding {
	c.t.Helper()
	got := c.cli("preflight", "--json", "--sample", "--for", "powershell")
	if got.status != 0 && got.status != 5 {
		c.t.Fatalf("%+v", got)
	}
	var list []finding
	if err := json.Unmarshal([]byte(got.out), &list); err != nil {
		c.t.Fatalf("%v\n%s", err, got.out)
	}
	found := map[string]finding{}
	blocks := false
	for _, f := range list {
		found[f.Check] = f
		blocks = blocks || f.Status == "fail"
	}
	if blocks != (got.status == 5) {
		c.t.Errorf("exit status %d, and something blocks: %v", got.status, blocks)
	}
	return found
}

const (
	dotNet     = `HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`
	powerShell = `HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine`
	shellIDs   = `HKCU\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`
)

// set writes a value of the registry with Windows' own program.
func (c *computer) set(key, name, kind, value string) {
	c.t.Helper()
	if got := c.run("reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f"); got.status != 0 {
		c.t.Fatalf("%+v", got)
	}
}

// Every Windows that the product names is told by its own name, from the registry of that Windows.
func TestPreflightKnowsEachWindows(t *testing.T) {
	for _, w := range []struct{ version, name, shell, scripts string }{
		{"win7", "Windows 7", "4.0", "fail"}, // scripts are not allowed unless somebody allowed them
		{"win81", "Windows 8.1", "4.0", "fail"},
		{"win10", "Windows 10", "5.1.19041.1", "fail"},
		{"win11", "Windows 11", "5.1.26100.1", "fail"},
		{"win2008r2", "Windows Server 2008 R2", "3.0", "fail"},
		{"win2025", "Windows Server 2025", "5.1.26100.1", "pass"}, // newer servers allow those of their own
	} {
		t.Run(w.version, func(t *testing.T) {
			c := turnOn(t, "TENANTRY_WINDOWS_VERSION="+w.version)
			c.set(dotNet, "Release", "REG_DWORD", "528040")
			c.set(powerShell, "PowerShellVersion", "REG_SZ", w.shell)
			found := c.preflight()
			if f := found["system"]; f.Status != "pass" || !strings.Contains(f.Sentence, w.name) {
				t.Errorf("%+v", f)
			}
			for check, want := range map[string]string{
				"dotnet": "pass", "powershell": "pass", "execution-policy": w.scripts, "winrm-basic": "pass", "secret-store": "pass",
				"data-folder": "pass", "disk-space": "pass", "sign-in": "pass", "sessions": "pass",
			} {
				if f := found[check]; f.Status != want {
					t.Errorf("%s: %+v, want %s", check, f, want)
				}
			}
		})
	}
}

// Scripts are not allowed; the repair allows them, and Windows' own program reads what it wrote.
func TestPreflightRepairsTheExecutionPolicy(t *testing.T) {
	c := turnOn(t)
	c.set(dotNet, "Release", "REG_DWORD", "528040")
	c.set(powerShell, "PowerShellVersion", "REG_SZ", "5.1.19041.1")
	c.set(shellIDs, "ExecutionPolicy", "REG_SZ", "Restricted")
	if f := c.preflight()["execution-policy"]; f.Status != "fail" || f.Fix == nil || *f.Fix != "execution-policy-user" {
		t.Fatalf("%+v", f)
	}
	if got := c.cli("preflight", "--fix", "execution-policy-user"); got.status != 2 {
		t.Errorf("nobody said yes: %+v", got)
	}
	policy := func() string {
		return c.run("reg", "query", shellIDs, "/v", "ExecutionPolicy").out
	}
	if now := policy(); !strings.Contains(now, "Restricted") {
		t.Errorf("it was changed unasked: %s", now)
	}
	if got := c.cli("preflight", "--sample", "--fix", "execution-policy-user", "--yes"); got.status != 0 || !strings.Contains(got.err+got.out, "RemoteSigned") {
		t.Errorf("%+v", got)
	}
	if now := policy(); !strings.Contains(now, "RemoteSigned") {
		t.Errorf("%s", now)
	}
	if f := c.preflight()["execution-policy"]; f.Status != "pass" {
		t.Errorf("%+v", f)
	}
}
