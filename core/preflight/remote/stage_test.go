package remote_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/secret"
	"tenantry/test/winrmserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	user     = `FABRIKAM\admin`
	password = "p\u00e4ssword of an administrator"

	versionKey = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	policyKey  = `HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`
	basicKey   = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client`
	piet       = `HKU\S-1-5-21-1004336348-1177238915-682003330-512`
)

// desk is the registry of a Windows 10 at which piet works.
func desk() *winrmserver.Registry {
	r := &winrmserver.Registry{}
	for _, v := range [][4]string{
		{versionKey, "ProductName", "REG_SZ", "Windows 10 Pro"},
		{versionKey, "CurrentVersion", "REG_SZ", "6.3"},
		{versionKey, "CurrentMajorVersionNumber", "REG_DWORD", "0xa"},
		{versionKey, "CurrentMinorVersionNumber", "REG_DWORD", "0x0"},
		{versionKey, "CurrentBuildNumber", "REG_SZ", "19045"},
		{versionKey, "InstallationType", "REG_SZ", "Client"},
		{versionKey, "DisplayVersion", "REG_SZ", "22H2"},
		{versionKey, "DigitalProductId", "REG_BINARY", "A40000000300"},
		{versionKey, "PathName", "REG_SZ", `C:\Windows`},
		{versionKey + `\Fonts`, "Arial (TrueType)", "REG_SZ", "arial.ttf"},
		{`HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment`, "PROCESSOR_ARCHITECTURE", "REG_SZ", "AMD64"},
		{policyKey, "", "REG_SZ", "(value not set)"},
		{policyKey, "ExecutionPolicy", "REG_SZ", "Restricted"},
		{`HKU\S-1-5-18`, "", "", ""},
		{piet + `\Volatile Environment`, "USERNAME", "REG_SZ", "piet"},
		{piet + `\Volatile Environment`, "USERDOMAIN", "REG_SZ", "FABRIKAM"},
		{piet + `\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`, "ExecutionPolicy", "REG_SZ", "AllSigned"},
		{piet + `_Classes`, "", "", ""},
	} {
		r.Set(v[0], v[1], v[2], v[3])
	}
	return r
}

// start starts a computer. What is not set is that of a Windows as it comes.
func start(t testing.TB, s *winrmserver.Server) *winrmserver.Server {
	t.Helper()
	if s.User == "" {
		s.User, s.Password = user, secret.New(password)
	}
	if s.Run == nil {
		s.Run = desk().Run
	}
	if s.Ways == nil {
		s.Ways = []negotiate.Way{negotiate.Negotiate}
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if n := s.Shells(); n != 0 {
			t.Errorf("%d shells are left open", n)
		}
		s.Close()
	})
	return s
}

// to are the options with which a computer is reached.
func to(s *winrmserver.Server) remote.Options {
	return remote.Options{
		Host: s.URL(), User: s.User, Password: s.Password, Authentication: exchange.AuthNTLM,
		PrivateCA: s.CACert(), ConnectTimeout: 2 * time.Second, CommandTimeout: 10 * time.Second,
	}
}

func open(t testing.TB, o remote.Options) *remote.Computer {
	t.Helper()
	c, err := remote.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// wants fails unless err is a problem with a code.
func wants(t testing.TB, err error, code exchange.Code) *exchange.Problem {
	t.Helper()
	if exchange.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
		return &exchange.Problem{}
	}
	return exchange.AsProblem(err)
}

// withPowerShell is a computer whose powershell.exe answers what say says to the lines it reads.
func withPowerShell(r *winrmserver.Registry, say func(lines []string, p winrmserver.Process) int) winrmserver.Program {
	return func(ctx context.Context, p winrmserver.Process) int {
		argv, err := winrmserver.Argv(p.Line)
		if err != nil || !strings.HasSuffix(strings.ToLower(argv[0]), `\powershell.exe`) {
			return r.Run(ctx, p)
		}
		text, err := io.ReadAll(p.Input)
		if err != nil {
			return 1
		}
		return say(strings.Split(strings.TrimSuffix(string(text), "\r\n"), "\r\n"), p)
	}
}

var _ preflight.Computer = (*remote.Computer)(nil)
