package preflight_test

import (
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

var withBoth = values{placeRelease: 378389, placeEngine3: "5.1.14409.1005"}

func TestWindowsVersions(t *testing.T) {
	const (
		pass, warn, fail = preflight.Pass, preflight.Warn, preflight.Fail
		fine, old        = preflight.CodeSystemFine, preflight.CodeSystemOld
		unlisted, noPack = preflight.CodeSystemUnlisted, preflight.CodeSystemNoPack
	)
	for _, c := range []struct {
		name    string
		system  preflight.System
		app     exchange.Code // for Tenantry itself; old fails on another computer and warns on this one
		scripts preflight.Status
		code    exchange.Code
	}{
		{"Windows 11", win11, fine, pass, fine},
		{"Windows 11", windows(10, 0, 22000), fine, pass, fine},
		{"Windows 10", windows(10, 0, 21999), fine, pass, fine},
		{"Windows 10", win10, fine, pass, fine},
		{"Windows 8.1", win81, old, pass, fine},
		{"Windows 8", windows(6, 2, 9200), old, fail, unlisted},
		{"Windows 7 SP1", win7, old, pass, fine},
		{"Windows 7", windows(6, 1, 7600), old, fail, noPack},
		{"Windows Vista SP2", preflight.System{Family: preflight.Windows, Major: 6, Minor: 0, Build: 6002, ServicePack: 2}, old, fail, unlisted},
		{"Windows 5.1", windows(5, 1, 2600), old, fail, unlisted},
		{"Windows Server 2025", server(windows(10, 0, 26100)), fine, pass, fine},
		{"Windows Server 2022", server(windows(10, 0, 20348)), fine, pass, fine},
		{"Windows Server 2022", server(windows(10, 0, 25398)), fine, pass, fine},
		{"Windows Server 2019", server(windows(10, 0, 17763)), fine, pass, fine},
		{"Windows Server 2016", server(windows(10, 0, 14393)), fine, pass, fine},
		{"Windows Server 2012 R2", server(win81), old, pass, fine},
		{"Windows Server 2012", server(windows(6, 2, 9200)), old, pass, fine},
		{"Windows Server 2008 R2 SP1", server(win7), old, pass, fine},
		{"Windows Server 2008 R2", server(windows(6, 1, 7600)), old, fail, noPack},
		{"Windows Server 2008 SP2", preflight.System{Family: preflight.Windows, Server: true, Major: 6, Minor: 0, Build: 6002, ServicePack: 2}, old, fail, unlisted},
	} {
		for _, name := range []string{"", "PC01"} {
			p := &pc{name: name, system: c.system, registry: withBoth}
			f := found(t, preflight.Subject{Computer: p}, preflight.CheckSystem)
			want := pass
			if c.app == old {
				want = fail
				if name == "" { // it runs, though nobody promised that
					want = warn
				}
			}
			is(t, f, want, c.app)
			if f.Args["system"] != c.name {
				t.Errorf("%s is called %q", c.name, f.Args["system"])
			}
			scripts := map[preflight.Status]string{pass: "run", fail: "never"}[c.scripts]
			if c.app == old && f.Args["scripts"] != scripts {
				t.Errorf("%s: scripts %q, want %q", c.name, f.Args["scripts"], scripts)
			}
			is(t, found(t, preflight.Subject{Computer: p, Use: preflight.UsePowerShell}, preflight.CheckSystem), c.scripts, c.code)
		}
	}
	next := windows(11, 0, 30000)
	next.Name = "Windows 12 Pro"
	for _, use := range []preflight.Use{preflight.UseApp, preflight.UsePowerShell} {
		f := found(t, preflight.Subject{Computer: &pc{system: next, registry: values{}}, Use: use}, preflight.CheckSystem)
		is(t, f, pass, preflight.CodeSystemUntried)
	}
}

// Windows 7 and Server 2008 R2 need .NET Framework 4.5 and a Management Framework that is on Microsoft's list.
func TestWhatWindows7Lacks(t *testing.T) {
	for _, c := range []struct {
		release any
		engine  string
		lacks   string // empty: nothing
		fixes   string
	}{
		{378389, "3.0", "", ""},
		{378389, "4.0", "", ""},
		{528040, "5.1.14409.1005", "", ""},
		{528040, "5.0.10586.117", "wmf", "open-page"},
		{528040, "2.0", "wmf", "open-page"},
		{378388, "4.0", "dotnet", "open-page"},
		{nil, "4.0", "dotnet", "open-page"},
		{nil, "2.0", "both", "open-page open-page"},
		{nil, "", "both", "open-page open-page"},
	} {
		r := values{}
		if c.release != nil {
			r[placeRelease] = c.release
		}
		switch {
		case c.engine == "2.0":
			r[placeEngine1] = c.engine
		case c.engine != "":
			r[placeEngine1], r[placeEngine3] = "2.0", c.engine
		}
		for _, system := range []preflight.System{win7, server(win7)} {
			p := &pc{name: "PC01", system: system, registry: r}
			f := found(t, preflight.Subject{Computer: p, Use: preflight.UsePowerShell}, preflight.CheckSystem)
			if c.lacks == "" {
				is(t, f, preflight.Pass, preflight.CodeSystemFine)
				continue
			}
			is(t, f, preflight.Fail, preflight.CodeSystemLacks)
			if f.Args["lacks"] != c.lacks || fixes(f) != c.fixes {
				t.Errorf("%v and %q: lacks %q, fixes %q", c.release, c.engine, f.Args["lacks"], fixes(f))
			}
			app := found(t, preflight.Subject{Computer: p}, preflight.CheckSystem)
			is(t, app, preflight.Fail, preflight.CodeSystemOld)
			if app.Args["scripts"] != "lack" {
				t.Errorf("for Tenantry: scripts %q", app.Args["scripts"])
			}
		}
	}
}

func TestOtherSystems(t *testing.T) {
	mac := func(major, minor int) preflight.System {
		return preflight.System{Family: preflight.MacOS, Name: "macOS", Major: major, Minor: minor}
	}
	linux := func(name, release string, kernel ...int) preflight.System {
		return preflight.System{Family: preflight.Linux, Name: name, Release: release, Major: kernel[0], Minor: kernel[1]}
	}
	for _, c := range []struct {
		name   string
		system preflight.System
		status preflight.Status
		code   exchange.Code
	}{
		{"macOS 12.0", mac(12, 0), preflight.Pass, preflight.CodeSystemFine},
		{"macOS 26.1", mac(26, 1), preflight.Pass, preflight.CodeSystemFine},
		{"macOS 11.7", mac(11, 7), preflight.Warn, preflight.CodeSystemOld},
		{"macOS 10.15", mac(10, 15), preflight.Warn, preflight.CodeSystemOld},
		{"Debian GNU/Linux 12", linux("Debian GNU/Linux", "debian 12", 6, 1), preflight.Pass, preflight.CodeSystemFine},
		{"Debian GNU/Linux 14", linux("Debian GNU/Linux", "debian 14", 7, 0), preflight.Pass, preflight.CodeSystemFine},
		{"Debian GNU/Linux 11", linux("Debian GNU/Linux", "debian 11", 5, 10), preflight.Warn, preflight.CodeSystemOld},
		{"Debian GNU/Linux", linux("Debian GNU/Linux", "debian", 6, 12), preflight.Pass, preflight.CodeSystemUntried},
		{"Ubuntu 22.04", linux("Ubuntu", "ubuntu 22.04", 5, 15), preflight.Pass, preflight.CodeSystemFine},
		{"Ubuntu 21.10", linux("Ubuntu", "ubuntu 21.10", 5, 13), preflight.Warn, preflight.CodeSystemOld},
		{"Ubuntu 26.04", linux("Ubuntu", "ubuntu 26.04", 6, 8), preflight.Pass, preflight.CodeSystemFine},
		{"Rocky Linux 9.4", linux("Rocky Linux", "rocky 9.4", 5, 14), preflight.Pass, preflight.CodeSystemFine},
		{"Rocky Linux 8.10", linux("Rocky Linux", "rocky 8.10", 4, 18), preflight.Warn, preflight.CodeSystemOld},
		{"Arch Linux", linux("Arch Linux", "arch", 6, 12), preflight.Pass, preflight.CodeSystemUntried},
		{"Linux", linux("Linux", "", 5, 4), preflight.Pass, preflight.CodeSystemUntried},
		{"Linux", linux("Linux", "", 3, 1), preflight.Warn, preflight.CodeSystemOld},
		{"Linux", linux("Linux", "", 2, 6), preflight.Warn, preflight.CodeSystemOld},
	} {
		p := &pc{system: c.system}
		f := found(t, preflight.Subject{Computer: p}, preflight.CheckSystem)
		is(t, f, c.status, c.code)
		if f.Args["system"] != c.name {
			t.Errorf("%s is called %q", c.name, f.Args["system"])
		}
		is(t, found(t, preflight.Subject{Computer: p, Use: preflight.UsePowerShell}, preflight.CheckSystem), preflight.Fail, preflight.CodeNoWindowsScript)
		for _, id := range []preflight.CheckID{preflight.CheckDotNet, preflight.CheckPowerShell, preflight.CheckPolicy, preflight.CheckBasic} {
			is(t, found(t, preflight.Subject{Computer: p}, id), preflight.NotApplicable, preflight.CodeNotWindows)
		}
		is(t, found(t, preflight.Subject{Computer: p}, preflight.CheckTLS), preflight.Pass, preflight.CodeTLSOwn)
		is(t, found(t, preflight.Subject{Computer: p}, preflight.CheckPowerShell7), preflight.NotApplicable, preflight.CodePowerShell7None)
	}
}

func TestDotNet(t *testing.T) {
	for release, version := range map[int]string{
		378389: "4.5", 378674: "4.5", 378675: "4.5.1", 378758: "4.5.1", 379893: "4.5.2", 393295: "4.6", 393297: "4.6",
		394254: "4.6.1", 394271: "4.6.1", 394802: "4.6.2", 394806: "4.6.2", 460798: "4.7", 460805: "4.7", 461308: "4.7.1",
		461310: "4.7.1", 461808: "4.7.2", 461814: "4.7.2", 528040: "4.8", 528372: "4.8", 528449: "4.8", 528049: "4.8",
		533320: "4.8.1", 533325: "4.8.1", 600000: "4.8.1",
	} {
		f := found(t, preflight.Subject{Computer: &pc{system: win10, registry: values{placeRelease: release}}}, preflight.CheckDotNet)
		is(t, f, preflight.Pass, preflight.CodeDotNetFine)
		if f.Args["version"] != version {
			t.Errorf("%d is %q, want %s", release, f.Args["version"], version)
		}
	}
	for use, status := range map[preflight.Use]preflight.Status{preflight.UseApp: preflight.Warn, preflight.UsePowerShell: preflight.Fail} {
		f := found(t, preflight.Subject{Computer: &pc{system: win7, registry: values{placeNet4: "4.0.30319"}}, Use: use}, preflight.CheckDotNet)
		is(t, f, status, preflight.CodeDotNetOld)
		if f.Args["version"] != "4.0.30319" || fixes(f) != "open-page" {
			t.Errorf("%v, fixes %q", f.Args, fixes(f))
		}
		is(t, found(t, preflight.Subject{Computer: &pc{system: win7, registry: values{}}, Use: use}, preflight.CheckDotNet), status, preflight.CodeDotNetOld)
	}
}

func TestPowerShellVersions(t *testing.T) {
	for _, c := range []struct {
		registry values
		version  string
		old      bool
	}{
		{values{placeEngine3: "5.1.26100.1591", placeEngine1: "2.0"}, "5.1.26100.1591", false},
		{values{placeEngine1: "4.0"}, "4.0", false}, // one page puts it there
		{values{placeEngine1: "2.0"}, "2.0", true},
		{values{}, "", true},
	} {
		for use, status := range map[preflight.Use]preflight.Status{preflight.UseApp: preflight.Warn, preflight.UsePowerShell: preflight.Fail} {
			f := found(t, preflight.Subject{Computer: &pc{system: win7, registry: c.registry}, Use: use}, preflight.CheckPowerShell)
			if c.old {
				is(t, f, status, preflight.CodePowerShellOld)
			} else {
				is(t, f, preflight.Pass, preflight.CodePowerShellFine)
			}
			if f.Args["version"] != c.version {
				t.Errorf("%v: version %q", c.registry, f.Args["version"])
			}
		}
	}
}

func TestPowerShell7(t *testing.T) {
	two := values{placeCore + `{A}\SemanticVersion`: "7.10.0", placeCore + `{B}\SemanticVersion`: "7.4.6", placeCore + `{C}\InstallLocation`: `C:\x`}
	f := found(t, preflight.Subject{Computer: &pc{system: win11, registry: two}}, preflight.CheckPowerShell7)
	is(t, f, preflight.Pass, preflight.CodePowerShell7Fine)
	if f.Args["version"] != "7.10.0" {
		t.Errorf("version %q", f.Args["version"])
	}
	is(t, found(t, preflight.Subject{Computer: &pc{system: win11, registry: values{}}}, preflight.CheckPowerShell7), preflight.NotApplicable, preflight.CodePowerShell7None)
	pwsh := map[string]string{"pwsh": "/usr/bin/pwsh"}
	for _, p := range []*pc{
		{system: preflight.System{Family: preflight.MacOS, Major: 15}, programs: pwsh},
		{system: win11, registry: values{}, programs: pwsh}, // from the Store
	} {
		f := found(t, preflight.Subject{Computer: p}, preflight.CheckPowerShell7)
		is(t, f, preflight.Pass, preflight.CodePowerShell7Fine)
		if fact(f, "Program") != "/usr/bin/pwsh" {
			t.Errorf("facts %v", f.Facts)
		}
	}
}

// What is asked for in a ticket stands in the facts.
func TestFactsOfASystem(t *testing.T) {
	s := win7
	s.Name = "Windows 7 Professional"
	f := found(t, preflight.Subject{Computer: &pc{system: s, registry: withBoth}, Use: preflight.UsePowerShell}, preflight.CheckSystem)
	for name, text := range map[string]string{
		"System": "Windows 7 Professional", "Version": "6.1.7601", "Service Pack": "1", "Architecture": "amd64",
		placeRelease: "378389", placeEngine3: "5.1.14409.1005",
	} {
		if fact(f, name) != text {
			t.Errorf("%s: %q, want %q", name, fact(f, name), text)
		}
	}
	eleven := win11
	eleven.Name, eleven.Release = "Windows 10 Pro", "24H2"
	if f := found(t, preflight.Subject{Computer: &pc{system: eleven}}, preflight.CheckSystem); !strings.HasPrefix(f.Args["system"], "Windows 11 24H2") {
		t.Errorf("called %q", f.Args["system"])
	}
}
