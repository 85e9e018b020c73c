package preflight_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/wording"
)

// pc is a computer in memory, for the judging of what a real one says. The real ones are in here and remote.
type pc struct {
	name      string
	system    preflight.System
	err       error // of System
	registry  preflight.Registry
	variables map[string]string
	programs  map[string]string
	asked     int // how often for the system
}

func (p *pc) Name() string { return p.name }
func (p *pc) System(context.Context) (preflight.System, error) {
	p.asked++
	return p.system, p.err
}
func (p *pc) Registry() preflight.Registry { return p.registry }
func (p *pc) Variable(name string) (string, bool) {
	v, ok := p.variables[name]
	return v, ok
}
func (p *pc) Reach(_ context.Context, e preflight.Endpoint) (preflight.Reach, error) {
	return preflight.Reach{Endpoint: e}, nil
}
func (p *pc) Program(name string) (string, bool) {
	path, ok := p.programs[name]
	return path, ok
}

// values is a registry in memory: a text or a number under each whole place.
type values map[string]any

func (v values) Read(_ context.Context, key string) (preflight.RegistryKey, bool, error) {
	k := preflight.RegistryKey{Values: map[string]preflight.RegistryValue{}}
	below := strings.ToLower(key) + `\`
	found := false
	for _, place := range slices.Sorted(maps.Keys(v)) {
		rest, ok := strings.CutPrefix(strings.ToLower(place), below)
		if !ok {
			continue
		}
		found = true
		if sub, _, deeper := strings.Cut(rest, `\`); deeper {
			if !slices.Contains(k.Keys, sub) {
				k.Keys = append(k.Keys, sub)
			}
			continue
		}
		switch x := v[place].(type) {
		case string:
			k.Values[rest] = preflight.RegistryText(x)
		case int:
			k.Values[rest] = preflight.RegistryNumber(uint32(x))
		case error:
			return k, false, x
		}
	}
	return k, found, nil
}

func (v values) Write(_ context.Context, key, name string, value preflight.RegistryValue) error {
	v[key+`\`+name] = value.Text
	if value.IsNumber {
		v[key+`\`+name] = int(value.Number)
	}
	return nil
}

// Places of the registry, as the reference page has them.
const (
	placeRelease   = `HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\Release`
	placeNet4      = `HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\Version`
	placeEngine3   = `HKLM\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine\PowerShellVersion`
	placeEngine1   = `HKLM\SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine\PowerShellVersion`
	placeMachine   = `HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell\ExecutionPolicy`
	placeUser      = `HKCU\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell\ExecutionPolicy`
	placeGroup     = `HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell\`
	placeUserGroup = `HKCU\SOFTWARE\Policies\Microsoft\Windows\PowerShell\`
	placeCore      = `HKLM\SOFTWARE\Microsoft\PowerShellCore\InstalledVersions\`
	placeBasic     = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client\auth_basic`
	placeNoBasic   = `HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Client\AllowBasic`
	placeTLS       = `HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client\`
	placeWinHTTP   = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp\DefaultSecureProtocols`
	placeStrong    = `HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319\SchUseStrongCrypto`
)

func windows(major, minor, build int) preflight.System {
	return preflight.System{Family: preflight.Windows, Name: "Windows", Major: major, Minor: minor, Build: build, Arch: "amd64"}
}

func pack1(s preflight.System) preflight.System  { s.ServicePack = 1; return s }
func server(s preflight.System) preflight.System { s.Server = true; return s }

var (
	win7  = pack1(windows(6, 1, 7601))
	win81 = windows(6, 3, 9600)
	win10 = windows(10, 0, 19045)
	win11 = windows(10, 0, 26100)
)

// found runs one check of a subject. Whatever it says must be sayable in both languages.
func found(t *testing.T, s preflight.Subject, id preflight.CheckID) preflight.Finding {
	t.Helper()
	for _, c := range preflight.Checks(s) {
		if c.ID == id {
			f := preflight.Run(t.Context(), []preflight.Check{c}, nil)[0]
			sayable(t, f)
			return f
		}
	}
	t.Fatalf("there is no check %s", id)
	return preflight.Finding{}
}

func sayable(t *testing.T, f preflight.Finding) {
	t.Helper()
	for _, lang := range wording.Languages() {
		m := wording.For(lang).Explain(f.Code, f.Args)
		if f.Code == "" || m.Title == "" || len(m.Details) > 0 {
			t.Errorf("%s: %s has no words for %q", f.Check, lang, f.Code)
		}
		if f.Status == preflight.Fail && (m.Why == "" || m.Next == "") {
			t.Errorf("%s: %s does not say why and what next of %q", f.Check, lang, f.Code)
		}
		if text := m.String(); strings.ContainsAny(text, "{[…") {
			t.Errorf("%s: %s: something is not filled in: %s", f.Check, lang, text)
		}
	}
}

func fixes(f preflight.Finding) string {
	var ids []string
	for _, fix := range f.Fixes {
		ids = append(ids, string(fix.ID))
	}
	return strings.Join(ids, " ")
}

func fact(f preflight.Finding, name string) string {
	for _, x := range f.Facts {
		if x.Name == name {
			return x.Text
		}
	}
	return ""
}

// is says when a finding is another one than wanted.
func is(t *testing.T, f preflight.Finding, status preflight.Status, code exchange.Code) {
	t.Helper()
	if f.Status != status || f.Code != code {
		t.Errorf("%s is %s %s %v, want %s %s; facts %v", f.Check, f.Status, f.Code, f.Args, status, code, f.Facts)
	}
}

// What one check reads the others need not ask for again.
func TestTheSystemIsAskedOnce(t *testing.T) {
	p := &pc{system: win11, registry: values{}}
	var checks []preflight.Check
	for _, c := range preflight.Checks(preflight.Subject{Computer: p}) {
		switch c.ID {
		case preflight.CheckSystem, preflight.CheckDotNet, preflight.CheckPowerShell, preflight.CheckPowerShell7,
			preflight.CheckPolicy, preflight.CheckBasic, preflight.CheckTLS:
			checks = append(checks, c)
		}
	}
	for _, f := range preflight.Run(t.Context(), checks, nil) {
		sayable(t, f)
	}
	if len(checks) != 7 || p.asked != 1 {
		t.Errorf("%d checks asked %d times for the system", len(checks), p.asked)
	}
}

func TestASystemThatDoesNotSayWhatItIs(t *testing.T) {
	p := &pc{err: &exchange.Problem{Code: preflight.CodeUnread, Cause: errors.New("access is denied")}}
	s := preflight.Subject{Computer: p}
	f := found(t, s, preflight.CheckSystem)
	is(t, f, preflight.Warn, preflight.CodeUnread)
	if fact(f, "Cause") != "access is denied" {
		t.Errorf("the cause is not told: %v", f.Facts)
	}
	for _, id := range []preflight.CheckID{preflight.CheckPolicy, preflight.CheckPowerShell7, preflight.CheckTLS} {
		f := found(t, s, id)
		is(t, f, preflight.Skipped, preflight.CodeSkipped)
		if f.Because != preflight.CheckSystem {
			t.Errorf("%s is skipped because of %q", id, f.Because)
		}
	}
}

// A place that may not be read is told with its name, and nothing is made of what was not seen.
func TestAPlaceThatMayNotBeRead(t *testing.T) {
	denied := &exchange.Problem{Code: preflight.CodeUnread, Cause: errors.New("access is denied")}
	p := &pc{system: win11, registry: values{placeNoBasic: denied, placeUser: denied}}
	for _, id := range []preflight.CheckID{preflight.CheckBasic, preflight.CheckPolicy} {
		f := found(t, preflight.Subject{Computer: p, Use: preflight.UsePowerShell}, id)
		is(t, f, preflight.Warn, preflight.CodeUnread)
		if !strings.HasPrefix(f.Args["what"], "HK") || len(f.Fixes) > 0 {
			t.Errorf("%s: %v, fixes %v", id, f.Args, f.Fixes)
		}
	}
	is(t, found(t, preflight.Subject{Computer: &pc{system: win11}}, preflight.CheckBasic), preflight.Warn, preflight.CodeUnread)
}

// A check that was stopped says so, and leaves the next one a system to ask.
func TestStoppedWhileTheSystemThinks(t *testing.T) {
	p := &slow{pc: pc{system: win11, registry: values{}}, entered: make(chan struct{}, 2)}
	checks := preflight.Checks(preflight.Subject{Computer: p})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-p.entered
		cancel()
	}()
	for _, f := range preflight.Run(ctx, checks[:2], nil) {
		is(t, f, preflight.Skipped, preflight.CodeCancelled)
	}
	p.ready = true
	for _, f := range preflight.Run(t.Context(), checks[:1], nil) {
		is(t, f, preflight.Pass, preflight.CodeSystemFine)
	}
}

type slow struct {
	pc
	entered chan struct{}
	ready   bool
}

func (p *slow) System(ctx context.Context) (preflight.System, error) {
	if p.ready {
		return p.pc.System(ctx)
	}
	p.entered <- struct{}{}
	<-ctx.Done()
	return preflight.System{}, ctx.Err()
}
