package here

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/signin"
)

// windowsVersion is what test/windows/wine.sh says of the Windows it made.
const windowsVersion = "TENANTRY_WINDOWS_VERSION"

// freshWindows keeps tests that change a whole computer from running on one that somebody works at.
func freshWindows(t *testing.T) string {
	t.Helper()
	v := os.Getenv(windowsVersion)
	if v == "" {
		t.Skipf("%s is not set: this changes settings of the whole computer, so it runs only with test/windows/wine.sh", windowsVersion)
	}
	return v
}

// set writes a value as Windows' own programs do, until the test ends.
func set(t *testing.T, place string, v any) {
	t.Helper()
	hive, rest, _ := strings.Cut(place, `\`)
	at := strings.LastIndex(rest, `\`)
	path, name := rest[:at], rest[at+1:]
	k, _, err := registry.CreateKey(hives[hive], path, registry.ALL_ACCESS|registry.WOW64_64KEY)
	if err != nil {
		t.Fatal(err)
	}
	switch v := v.(type) {
	case string:
		err = k.SetStringValue(name, v)
	case int:
		err = k.SetDWordValue(name, uint32(v))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = k.DeleteValue(name)
		k.Close()
	})
}

func find(t *testing.T, use preflight.Use, id preflight.CheckID) preflight.Finding {
	t.Helper()
	for _, c := range preflight.Checks(preflight.Subject{Computer: New(nil), Use: use}) {
		if c.ID == id {
			return preflight.Run(t.Context(), []preflight.Check{c}, nil)[0]
		}
	}
	t.Fatalf("there is no check %s", id)
	return preflight.Finding{}
}

func TestTheVersionIsTheRealOne(t *testing.T) {
	version := freshWindows(t)
	const fine, old = preflight.CodeSystemFine, preflight.CodeSystemOld
	want, known := map[string]struct {
		system preflight.System // its numbers
		called string
		app    exchange.Code
	}{
		"win7":      {preflight.System{Major: 6, Minor: 1, Build: 7601, ServicePack: 1}, "Windows 7 SP1", old},
		"win81":     {preflight.System{Major: 6, Minor: 3, Build: 9600}, "Windows 8.1", old},
		"win10":     {preflight.System{Major: 10, Build: 19045}, "Windows 10 22H2", fine},
		"win11":     {preflight.System{Major: 10, Build: 26100}, "Windows 11 24H2", fine},
		"win2008r2": {preflight.System{Major: 6, Minor: 1, Build: 7601, ServicePack: 1, Server: true}, "Windows Server 2008 R2 SP1", old},
		"win2012":   {preflight.System{Major: 6, Minor: 2, Build: 9200, Server: true}, "Windows Server 2012", old},
		"win2012r2": {preflight.System{Major: 6, Minor: 3, Build: 9600, Server: true}, "Windows Server 2012 R2", old},
		"win2016":   {preflight.System{Major: 10, Build: 14393, Server: true}, "Windows Server 2016", fine},
		"win2019":   {preflight.System{Major: 10, Build: 17763, Server: true}, "Windows Server 2019", fine},
		"win2022":   {preflight.System{Major: 10, Build: 20348, Server: true}, "Windows Server 2022", fine},
		"win2025":   {preflight.System{Major: 10, Build: 26100, Server: true}, "Windows Server 2025", fine},
	}[version]
	if !known {
		t.Skipf("what %s reports is not written down here", version)
	}
	got, err := New(nil).System(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Major != want.system.Major || got.Minor != want.system.Minor || got.Build != want.system.Build ||
		got.ServicePack != want.system.ServicePack || got.Server != want.system.Server || got.Arch != "amd64" {
		t.Errorf("%s is %+v", version, got)
	}
	if version == "win11" && got.Name != "Windows 11 Pro" {
		t.Errorf("Windows 11 is named %q", got.Name)
	}
	set(t, `HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\Release`, 378389)
	set(t, `HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine\PowerShellVersion`, "4.0")
	for use, code := range map[preflight.Use]exchange.Code{preflight.UseApp: want.app, preflight.UsePowerShell: fine} {
		status := map[exchange.Code]preflight.Status{fine: preflight.Pass, old: preflight.Warn}[code]
		f := find(t, use, preflight.CheckSystem)
		if f.Status != status || f.Code != code || f.Args["system"] != want.called {
			t.Errorf("for %q: %s %s %v, want %s %s %s", use, f.Status, f.Code, f.Args, status, code, want.called)
		}
	}
	set(t, `HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine\PowerShellVersion`, "2.0")
	if f := find(t, preflight.UsePowerShell, preflight.CheckSystem); (f.Code == preflight.CodeSystemLacks) != (want.system.Major == 6 && want.system.Minor == 1) {
		t.Errorf("with PowerShell 2.0: %s %s %v", f.Status, f.Code, f.Args)
	}
}

// The checks against keys of a real registry, each in its statuses.
func TestChecksOfTheRealRegistry(t *testing.T) {
	version := freshWindows(t)
	client := !strings.HasPrefix(version, "win20")
	const (
		own    = `SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell\ExecutionPolicy`
		group  = `SOFTWARE\Policies\Microsoft\Windows\PowerShell\`
		net4   = `HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\Release`
		engine = `HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine\PowerShellVersion`
		basic  = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client\auth_basic`
		allow  = `HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Client\AllowBasic`
		tls    = `HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client\`
		winh   = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp\DefaultSecureProtocols`
		core   = `HKLM\SOFTWARE\Microsoft\PowerShellCore\InstalledVersions\{31ab5147-9a97-4452-8443-d9709f0516e1}\SemanticVersion`
	)
	type keys map[string]any
	const pass, warn, fail = preflight.Pass, preflight.Warn, preflight.Fail
	byDefault, byDefaultStatus := preflight.CodePolicyBlocks, fail
	if !client && version != "win2012" && version != "win2008r2" {
		byDefault, byDefaultStatus = preflight.CodePolicyFine, pass
	}
	tlsByDefault, tlsStatus := preflight.CodeTLSFine, pass
	if version == "win7" || version == "win2008r2" || version == "win2012" {
		tlsByDefault, tlsStatus = preflight.CodeTLSOld, fail
	}
	for _, c := range []struct {
		check  preflight.CheckID
		keys   keys
		use    preflight.Use
		status preflight.Status
		code   exchange.Code
	}{
		{preflight.CheckDotNet, keys{net4: 528040}, preflight.UsePowerShell, pass, preflight.CodeDotNetFine},
		{preflight.CheckDotNet, keys{}, preflight.UsePowerShell, fail, preflight.CodeDotNetOld},
		{preflight.CheckDotNet, keys{}, preflight.UseApp, warn, preflight.CodeDotNetOld},
		{preflight.CheckPowerShell, keys{engine: "5.1.26100.1"}, preflight.UsePowerShell, pass, preflight.CodePowerShellFine},
		{preflight.CheckPowerShell, keys{engine: "2.0"}, preflight.UsePowerShell, fail, preflight.CodePowerShellOld},
		{preflight.CheckPowerShell7, keys{core: "7.4.6"}, preflight.UseApp, pass, preflight.CodePowerShell7Fine},
		{preflight.CheckPowerShell7, keys{}, preflight.UseApp, preflight.NotApplicable, preflight.CodePowerShell7None},
		{preflight.CheckPolicy, keys{}, preflight.UsePowerShell, byDefaultStatus, byDefault},
		{preflight.CheckPolicy, keys{`HKLM\` + own: "RemoteSigned"}, preflight.UsePowerShell, pass, preflight.CodePolicyFine},
		{preflight.CheckPolicy, keys{`HKLM\` + own: "RemoteSigned", `HKCU\` + own: "Restricted"}, preflight.UsePowerShell, fail, preflight.CodePolicyBlocks},
		{preflight.CheckPolicy, keys{`HKCU\` + own: "AllSigned"}, preflight.UseApp, warn, preflight.CodePolicySigned},
		{preflight.CheckPolicy, keys{`HKCU\` + own: "Bypass", `HKLM\` + group + "EnableScripts": 0}, preflight.UsePowerShell, fail, preflight.CodePolicyGroup},
		{preflight.CheckPolicy, keys{`HKCU\` + group + "EnableScripts": 1, `HKCU\` + group + "ExecutionPolicy": "AllSigned"}, preflight.UseApp, warn, preflight.CodePolicyGroup},
		{preflight.CheckPolicy, keys{`HKLM\` + group + "EnableScripts": 1, `HKLM\` + group + "ExecutionPolicy": "RemoteSigned", `HKCU\` + own: "Restricted"}, preflight.UsePowerShell, pass, preflight.CodePolicyFine},
		{preflight.CheckBasic, keys{}, preflight.UsePowerShell, pass, preflight.CodeBasicFine},
		{preflight.CheckBasic, keys{basic: 0}, preflight.UsePowerShell, fail, preflight.CodeBasicOff},
		{preflight.CheckBasic, keys{basic: 0}, preflight.UseApp, warn, preflight.CodeBasicOff},
		{preflight.CheckBasic, keys{basic: 1, allow: 0}, preflight.UsePowerShell, fail, preflight.CodeBasicGroup},
		{preflight.CheckTLS, keys{net4: 528040}, preflight.UsePowerShell, tlsStatus, tlsByDefault},
		{preflight.CheckTLS, keys{tls + "Enabled": 0}, preflight.UsePowerShell, fail, preflight.CodeTLSOff},
		{preflight.CheckTLS, keys{tls + "Enabled": 0}, preflight.UseApp, warn, preflight.CodeTLSOff},
		{preflight.CheckTLS, keys{tls + "DisabledByDefault": 0, winh: 0x800, net4: 528040}, preflight.UsePowerShell, pass, preflight.CodeTLSFine},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.check, c.code), func(t *testing.T) {
			forget(t, net4, engine, basic, allow, winh, core, tls+"Enabled", tls+"DisabledByDefault", `HKLM\`+own, `HKCU\`+own,
				`HKLM\`+group+"EnableScripts", `HKCU\`+group+"EnableScripts")
			for place, v := range c.keys {
				set(t, place, v)
			}
			if f := find(t, c.use, c.check); f.Status != c.status || f.Code != c.code {
				t.Errorf("%v: %s %s %v, want %s %s; facts %v", c.keys, f.Status, f.Code, f.Args, c.status, c.code, f.Facts)
			}
		})
	}
}

// forget removes what a Windows that was just made has at some of the places.
func forget(t *testing.T, places ...string) {
	t.Helper()
	for _, place := range places {
		at := strings.LastIndex(place, `\`)
		k, err := open(place[:at], registry.SET_VALUE)
		if err != nil {
			continue
		}
		_ = k.DeleteValue(place[at+1:])
		k.Close()
	}
}

func TestTheProcessPolicy(t *testing.T) {
	t.Setenv("PSExecutionPolicyPreference", "AllSigned")
	f := find(t, preflight.UseApp, preflight.CheckPolicy)
	switch f.Code { // a group policy comes before it
	case preflight.CodePolicyProcess, preflight.CodePolicyGroup:
	default:
		t.Errorf("%s %s %v", f.Status, f.Code, f.Args)
	}
}

// A repair of the real registry, from the finding to the one after it.
func TestRepairsOfTheRealRegistry(t *testing.T) {
	freshWindows(t)
	policy := `SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell\ExecutionPolicy`
	for _, c := range []struct {
		check preflight.CheckID
		place string
		value any
	}{
		{preflight.CheckPolicy, `HKCU\` + policy, "Restricted"},
		{preflight.CheckPolicy, `HKLM\` + policy, "AllSigned"},
		{preflight.CheckBasic, `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client\auth_basic`, 0},
	} {
		t.Run(c.place, func(t *testing.T) {
			forget(t, `HKCU\`+policy, `HKLM\`+policy)
			set(t, c.place, c.value)
			d := preflight.Doctor{Subject: preflight.Subject{Computer: New(nil)}}
			before := find(t, preflight.UseApp, c.check)
			for _, fix := range before.Fixes {
				change, err := d.Plan(t.Context(), before, fix)
				if err != nil {
					t.Fatal(err)
				}
				after, err := d.Apply(t.Context(), change)
				if err != nil || after.Status != preflight.Pass {
					t.Errorf("after %s: %s %s, %v", fix.ID, after.Status, after.Code, err)
				}
			}
			if len(before.Fixes) == 0 {
				t.Errorf("no repair is offered: %s %s", before.Status, before.Code)
			}
		})
	}
}

// The Credential Manager, a folder and the disk of this Windows.
func TestPlacesOfWindows(t *testing.T) {
	home := t.TempDir()
	folders := signin.Folders{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	s := preflight.Subject{Computer: New(nil), Folders: &folders, Vault: signin.SystemVault()}
	var checks []preflight.Check
	want := map[preflight.CheckID]exchange.Code{
		preflight.CheckStore: preflight.CodeStoreFine, preflight.CheckFolder: preflight.CodeFolderFine, preflight.CheckDisk: preflight.CodeDiskFine,
	}
	for _, c := range preflight.Checks(s) {
		if want[c.ID] != "" {
			checks = append(checks, c)
		}
	}
	for _, f := range preflight.Run(t.Context(), checks, nil) {
		if f.Code != want[f.Check] && f.Code != preflight.CodeDiskLow {
			t.Errorf("%s: %s %s %v, %v", f.Check, f.Status, f.Code, f.Args, f.Facts)
		}
	}
}
