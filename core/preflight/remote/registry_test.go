package remote_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/test/winrmserver"
)

func TestReadingInEveryLanguage(t *testing.T) {
	for name, words := range map[string]winrmserver.Words{"English": winrmserver.English, "Dutch": winrmserver.Dutch, "German": winrmserver.German} {
		for _, old := range []bool{false, true} {
			pc := desk()
			pc.Words, pc.Old = words, old
			pc.Set(versionKey, "RegisteredOwner", "REG_SZ", "Zoë & Jürgen    GmbH")
			pc.Set(versionKey, "With    a gap", "REG_EXPAND_SZ", `%SystemRoot%    REG_SZ    x`)
			pc.Set(versionKey, "Big", "REG_QWORD", "0x1ffffffff")
			pc.Set(versionKey, "Empty", "REG_SZ", "")
			pc.Set(versionKey, "Lines", "REG_SZ", "first\r\nsecond")
			pc.Set(versionKey, "", "REG_SZ", "the key's own")
			pc.Set(`HKLM\SOFTWARE\Empty`, "", "", "")
			pc.Deny(`HKLM\SAM\SAM`)
			pc.Set(`HKLM\SAM\SAM`, "a", "REG_SZ", "b")
			c := open(t, to(start(t, &winrmserver.Server{Run: pc.Run})))
			r := c.Registry()

			k, found, err := r.Read(t.Context(), versionKey)
			if err != nil || !found {
				t.Fatalf("%s: %v, %v", name, found, err)
			}
			for value, want := range map[string]string{
				"productname": "Windows 10 Pro", "CURRENTBUILDNUMBER": "19045", "CurrentMajorVersionNumber": "10",
				"RegisteredOwner": "Zoë & Jürgen    GmbH", "With    a gap": `%SystemRoot%    REG_SZ    x`,
				"Big": "8589934591", "Empty": "", "Lines": "first", "": "the key's own",
			} {
				if v, ok := k.Value(value); !ok || v.String() != want {
					t.Errorf("%s, old %v: %q is %q, %v", name, old, value, v, ok)
				}
			}
			if _, ok := k.Value("DigitalProductId"); ok || !slices.Equal(k.Keys, []string{"Fonts"}) {
				t.Errorf("%s: keys %q, or a value of bytes was read", name, k.Keys)
			}
			if k, found, err := r.Read(t.Context(), policyKey); err != nil || !found || len(k.Values) != 1 {
				t.Errorf("%s: a default value that is not set: %v, %v, %v", name, k, found, err)
			}
			if k, found, err := r.Read(t.Context(), `HKLM\SOFTWARE\Empty`); err != nil || !found || len(k.Values)+len(k.Keys) != 0 {
				t.Errorf("%s: an empty key: %v, %v, %v", name, k, found, err)
			}
			if k, found, err := r.Read(t.Context(), `HKLM\SOFTWARE\No such key`); err != nil || found || k.Values != nil {
				t.Errorf("%s: a key that is not there: %v, %v, %v", name, k, found, err)
			}
			_, found, err = r.Read(t.Context(), `HKLM\SAM\SAM`)
			if wants(t, err, remote.CodeNotRead); found {
				t.Errorf("%s: a key that may not be read was found", name)
			}
		}
	}
}

// What a person set is read from the person, and never from who signs in for the checks.
func TestWhoseSettings(t *testing.T) {
	const own = `HKCU\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`
	pc := desk()
	pc.Set(own, "ExecutionPolicy", "REG_SZ", "Unrestricted") // the administrator's
	c := open(t, to(start(t, &winrmserver.Server{Run: pc.Run})))
	k, found, err := c.Registry().Read(t.Context(), own)
	if v, _ := k.Value("ExecutionPolicy"); err != nil || !found || v.Text != "AllSigned" {
		t.Errorf("%v, %v, %v", k, found, err)
	}
	if who, err := c.Person(t.Context()); err != nil || who != `FABRIKAM\piet` {
		t.Errorf("%q, %v", who, err)
	}
	if _, found, err := c.Registry().Read(t.Context(), `HKCU\SOFTWARE\Policies\Microsoft\Windows\PowerShell`); err != nil || found {
		t.Errorf("%v, %v", found, err)
	}

	second := desk()
	second.Set(`HKU\S-1-12-1-4011-22\Volatile Environment`, "USERNAME", "REG_SZ", "anna")
	empty := &winrmserver.Registry{}
	empty.Set(`HKU\S-1-5-18`, "", "", "")
	empty.Set(`HKU\S-1-5-21-1-2-3-1001\Software`, "", "", "") // a service that runs as a person
	for count, r := range map[string]*winrmserver.Registry{"2": second, "0": empty} {
		c := open(t, to(start(t, &winrmserver.Server{Run: r.Run})))
		_, _, err := c.Registry().Read(t.Context(), own)
		if p := wants(t, err, remote.CodeNoPerson); p.Args["count"] != count {
			t.Errorf("%v", p.Args)
		}
		_, err = c.Person(t.Context())
		wants(t, err, remote.CodeNoPerson)
	}
}

func TestWritingOnlyWhatRepairsSet(t *testing.T) {
	pc := desk()
	s := start(t, &winrmserver.Server{Run: pc.Run})
	c := open(t, to(s))
	remoteSigned, yes := preflight.RegistryText("RemoteSigned"), preflight.RegistryNumber(1)
	for _, w := range []struct {
		key, name string
		value     preflight.RegistryValue
		want      exchange.Code
	}{
		{`HKCU\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`, "ExecutionPolicy", remoteSigned, remote.CodeOtherUser},
		{piet + `\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`, "ExecutionPolicy", remoteSigned, remote.CodeOtherUser},
		{policyKey, "ExecutionPolicy", preflight.RegistryText("Unrestricted"), remote.CodeNotARepair},
		{policyKey, "ExecutionPolicy", preflight.RegistryText(`RemoteSigned" /f & calc & "`), remote.CodeNotARepair},
		{policyKey, "Path", remoteSigned, remote.CodeNotARepair},
		{policyKey + `\..`, "ExecutionPolicy", remoteSigned, remote.CodeNotARepair},
		{`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run`, "x", preflight.RegistryText("calc.exe"), remote.CodeNotARepair},
		{basicKey, "auth_basic", preflight.RegistryNumber(0), remote.CodeNotARepair},
		{basicKey, "auth_basic", preflight.RegistryText("1"), remote.CodeNotARepair},
	} {
		wants(t, c.Registry().Write(t.Context(), w.key, w.name, w.value), w.want)
	}
	if len(s.Lines()) != 0 {
		t.Fatalf("something ran: %q", s.Lines())
	}
	for _, w := range []struct {
		key, name  string
		value      preflight.RegistryValue
		kind, data string
	}{{policyKey, "ExecutionPolicy", remoteSigned, "REG_SZ", "RemoteSigned"}, {basicKey, "auth_basic", yes, "REG_DWORD", "0x1"}} {
		if err := c.Registry().Write(t.Context(), w.key, w.name, w.value); err != nil {
			t.Fatal(err)
		}
		if kind, data := pc.Value(w.key, w.name); kind != w.kind || data != w.data {
			t.Errorf("%s is %s %s", w.name, kind, data)
		}
	}
	pc.Deny(policyKey)
	p := wants(t, c.Registry().Write(t.Context(), policyKey, "ExecutionPolicy", remoteSigned), preflight.CodeNotRepaired)
	if !strings.Contains(p.Error(), "Access is denied") {
		t.Errorf("what Windows said is lost: %v", p)
	}
}

// A Doctor repairs another computer as it does this one.
func TestARepair(t *testing.T) {
	pc := desk()
	c := open(t, to(start(t, &winrmserver.Server{Run: pc.Run})))
	d := &preflight.Doctor{Subject: preflight.Subject{Computer: c, Use: preflight.UsePowerShell}, Program: "command line"}
	change, err := d.Plan(t.Context(), preflight.Finding{Check: preflight.CheckPolicy}, preflight.Fix{ID: preflight.FixPolicyMachine})
	if err != nil || change.Computer != c.Name() || len(change.Registry) != 1 || change.Registry[0].Old.Text != "Restricted" {
		t.Fatalf("%+v, %v", change, err)
	}
	if _, data := pc.Value(policyKey, "ExecutionPolicy"); data != "Restricted" {
		t.Fatal("it was changed before anybody agreed")
	}
	if _, err := d.Apply(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if _, data := pc.Value(policyKey, "ExecutionPolicy"); data != "RemoteSigned" {
		t.Errorf("the policy is %s", data)
	}
}

// Whatever a key is called, it stays a word: nothing of it becomes a command, a variable or a file.
func TestAKeyIsNoCommand(t *testing.T) {
	s := start(t, &winrmserver.Server{})
	c := open(t, to(s))
	for _, key := range []string{
		`HKLM\SOFTWARE" & calc & "`, `HKLM\SOFTWARE&calc`, `HKLM\%USERNAME%`, `HKLM\a|b`, `HKLM\a>b`, `HKLM\a^b`, "HKLM\\a\nb",
		`HKLM\a!b!`, "HKLM\\a\x00b", `HKLM\a;b`, `HKLM\a'b`, `HKLM\a,b`, "HKLM\\a\u201db", `HKLM\ümlaut`, `/?`, ``, `HKCR\x`, `HKEY_LOCAL_MACHINE\x`,
	} {
		_, found, err := c.Registry().Read(t.Context(), key)
		if wants(t, err, remote.CodeNotRead); found {
			t.Errorf("%q was found", key)
		}
	}
	if len(s.Lines()) != 0 {
		t.Errorf("something ran: %q", s.Lines())
	}
	// One with spaces and brackets is asked for as it is.
	key := `HKLM\SOFTWARE\Classes (x86)\{0000-1} a`
	if _, found, err := c.Registry().Read(t.Context(), key); err != nil || found {
		t.Fatal(found, err)
	}
	argv, err := winrmserver.Argv(s.Lines()[0])
	if err != nil || !slices.Equal(argv, []string{`C:\Windows\System32\reg.exe`, "query", key, "/reg:64"}) {
		t.Errorf("%q, %v", argv, err)
	}
}

func TestWhatIsNotRegExe(t *testing.T) {
	for name, run := range map[string]winrmserver.Program{
		"a program that is not there": func(_ context.Context, p winrmserver.Process) int {
			_, _ = p.Errors.Write([]byte("'reg.exe' is not recognized"))
			return 9009
		},
		"another program": func(_ context.Context, p winrmserver.Process) int {
			_, _ = p.Output.Write([]byte("hello\r\n"))
			return 0
		},
		"killed": func(context.Context, winrmserver.Process) int { return -1073741510 },
	} {
		c := open(t, to(start(t, &winrmserver.Server{Run: run})))
		_, _, err := c.Registry().Read(t.Context(), versionKey)
		wants(t, err, remote.CodeOddOutput)
		_, err = c.System(t.Context())
		wants(t, err, remote.CodeOddOutput)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	c := open(t, to(start(t, &winrmserver.Server{Run: new(winrmserver.Registry).Run})))
	_, err := c.System(t.Context())
	wants(t, err, remote.CodeNotWindows)
}

func TestOlderWindows(t *testing.T) {
	pc := &winrmserver.Registry{}
	for _, v := range [][2]string{
		{"ProductName", "Windows Server 2008 R2 Standard"}, {"CurrentVersion", "6.1"}, {"CurrentBuildNumber", "7601"},
		{"CSDVersion", "Service Pack 1"}, {"InstallationType", "Server Core"},
	} {
		pc.Set(versionKey, v[0], "REG_SZ", v[1])
	}
	c := open(t, to(start(t, &winrmserver.Server{Run: pc.Run})))
	got, err := c.System(t.Context())
	want := preflight.System{Family: preflight.Windows, Name: "Windows Server 2008 R2 Standard", Major: 6, Minor: 1, Build: 7601, ServicePack: 1, Server: true}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}
