//go:build linux

package e2e

import (
	"strings"
	"testing"
	"time"

	"tenantry/core/secret"
	"tenantry/test/winrmserver"
)

// panel is the part of the screen that the panel with the checks takes.
var panel = []int{480, 40, 800, 760}

// Somebody whose password is not right: the light says that something blocks, the failure leads to its page,
// and the page to the check that tells why.
func TestFromAFailureToItsCause(t *testing.T) {
	d := display(t)
	sim := serve(t)
	p := start(t, d)
	fillIn(d, sim, "not-the-password")
	d.Key("Return")
	d.See("password is not right", 60*time.Second)
	d.See("thing blocks", 60*time.Second)
	d.Click("Find out why")
	d.See("Likely causes", 40*time.Second)
	d.See("This is it", 40*time.Second)
	d.Shot("troubleshooting")
	d.Click("Support bundle")
	d.See("report.txt", 60*time.Second)
	d.Shot("support-bundle")
	d.Click("Back")
	d.See("Likely causes", 40*time.Second)
	d.Key("Escape")

	d.Click("thing blocks")
	d.See("Check again", 40*time.Second, panel...)
	d.Shot("preflight-blocked")
	d.Click("127.0.0.1,", panel...)
	d.See("Step by step", 40*time.Second, panel...)
	d.Shot("preflight-fold")
	d.Key("Escape")
	d.FillField("Password", sim.Password, 250, 240, 95, 560)
	d.Key("Return")
	d.See("Sessions 1 of 3", 60*time.Second)
	d.Until("nothing blocks any more", 60*time.Second, func() bool {
		_, blocks := d.Find("thing blocks")
		return !blocks
	})
	d.Click("Sessions 1 of 3")
	d.Key("Escape")
	d.Shot("signed-in-light")
	leave(t, d, p)
	if st := sim.stats(t); st.OpenShells != 0 {
		t.Errorf("at the end: %+v", st)
	}
}

// Three computers in the network, as an administrator without Windows sees what they lack: one is repaired, after
// it was shown what would change.
func TestOtherComputers(t *testing.T) {
	d := display(t)
	p := startWith(t, d, `{"checked": true, "look": "light"}`, nil)
	first, _ := desk(t, "RemoteSigned", "RemoteSigned")
	second, registry := desk(t, "Restricted", "")
	d.Click("Check this computer")
	d.See("Check again", 60*time.Second, panel...)
	d.Shot("preflight")
	d.Click("Check another computer")
	d.See("One on each line", 40*time.Second)
	d.Type(first.Address() + ", " + second.Address() + ", pc03.fabrikam.example")
	d.Key("Tab")
	d.Type(`FABRIKAM\anna`)
	d.Key("Tab")
	d.Type("p-ss of an administrator")
	d.Shot("another-form")
	d.Key("Return")
	d.See("computers lack something", 90*time.Second)
	d.Settle()
	d.Shot("another-table")
	d.Click(second.Address(), 0, 100, 300, 300)
	d.See("Copy report", 40*time.Second)
	d.Settle()
	d.Click("Running scripts in PowerShell", 0, 300, 1280, 480)
	d.See("for everybody here", 40*time.Second)
	d.Shot("another-findings")
	d.Click("for everybody here")
	then := d.See("Afterwards", 40*time.Second) // text recognition does not read the buttons below
	d.Shot("another-repair")
	if _, data := registry.Value(policyKey, "ExecutionPolicy"); data != "Restricted" {
		t.Fatalf("it was changed before anybody agreed: %s", data)
	}
	d.ClickAt(then.Left+40, then.Top+36)
	d.Until("it is changed there", 40*time.Second, func() bool {
		_, data := registry.Value(policyKey, "ExecutionPolicy")
		return data == "RemoteSigned"
	})
	d.See("checked again", 40*time.Second)
	d.Shot("another-repaired")
	leave(t, d, p)
	if n := first.Shells() + second.Shells(); n != 0 {
		t.Errorf("%d connections to other computers are left open", n)
	}
}

const policyKey = `HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`

// desk is a colleague's computer with Windows 10, and its registry.
func desk(t *testing.T, machine, user string) (*winrmserver.Server, *winrmserver.Registry) {
	t.Helper()
	const (
		version = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
		piet    = `HKU\S-1-5-21-1-2-3-1001`
	)
	r := &winrmserver.Registry{}
	for _, v := range [][4]string{
		{version, "ProductName", "REG_SZ", "Windows 10 Pro"},
		{version, "CurrentMajorVersionNumber", "REG_DWORD", "0xa"},
		{version, "CurrentMinorVersionNumber", "REG_DWORD", "0x0"},
		{version, "CurrentBuildNumber", "REG_SZ", "19045"},
		{version, "InstallationType", "REG_SZ", "Client"},
		{`HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`, "Release", "REG_DWORD", "0x82348"},
		{`HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine`, "PowerShellVersion", "REG_SZ", "5.1.19041.1"},
		{policyKey, "ExecutionPolicy", "REG_SZ", machine},
		{piet + `\Volatile Environment`, "USERNAME", "REG_SZ", "piet"},
		{piet + `\Volatile Environment`, "USERDOMAIN", "REG_SZ", "FABRIKAM"},
	} {
		r.Set(v[0], v[1], v[2], v[3])
	}
	if user != "" {
		r.Set(piet+strings.TrimPrefix(policyKey, "HKLM"), "ExecutionPolicy", "REG_SZ", user)
	}
	s := &winrmserver.Server{Run: r.Run, User: `FABRIKAM\anna`, Password: secret.New("p-ss of an administrator")}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, r
}
