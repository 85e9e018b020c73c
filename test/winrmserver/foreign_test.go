package winrmserver_test

import (
	"bytes"
	"context"
	_ "embed" // client.py
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/secret"
	"tenantry/test/winrmserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

//go:embed client.py
var program string

const python = "/usr/bin/python3"

// answer is a line that the client prints.
type answer struct {
	Refused  string
	Code     int
	Out, Err string
}

// pywinrm runs commands, each a program and arguments with tabs between.
func pywinrm(t *testing.T, s *winrmserver.Server, way, password string, commands ...string) []answer {
	t.Helper()
	folder := t.TempDir()
	ca := ""
	if s.TLS {
		ca = filepath.Join(folder, "ca.pem")
		if err := os.WriteFile(ca, s.CACert(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// OpenSSL computes MD4, which NTLM is built on, only when it is told to.
	openSSL := filepath.Join(folder, "openssl.cnf")
	if err := os.WriteFile(openSSL, []byte("openssl_conf = a\n[a]\nproviders = b\n[b]\ndefault = c\nlegacy = c\n[c]\nactivate = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	client := exec.Command(python, "-c", program, s.URL(), s.User, way, ca)
	client.Env = append(os.Environ(), "OPENSSL_CONF="+openSSL, "NO_PROXY=127.0.0.1")
	client.Stdin = strings.NewReader(strings.Join(append([]string{password}, commands...), "\n") + "\n")
	var errors bytes.Buffer
	client.Stderr = &errors
	out, err := client.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errors.String())
	}
	var answers []answer
	for line := range strings.Lines(string(out)) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		answers = append(answers, a)
	}
	return answers
}

func TestAnothersClient(t *testing.T) {
	if out, err := exec.Command(python, "-c", "import winrm, requests_ntlm").CombinedOutput(); err != nil {
		t.Skipf("not installed: apt-get install python3-winrm\n%s", out)
	}
	const password = "password of a stranger"
	key := `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	registry := &winrmserver.Registry{Words: winrmserver.German}
	registry.Set(key, "ProductName", "REG_SZ", "Windows 11 Zoë")
	run := func(ctx context.Context, p winrmserver.Process) int {
		if strings.HasPrefix(p.Line, "echo") { // what it reads, slowly, and something beside it
			text, err := io.ReadAll(p.Input)
			_, _ = p.Errors.Write([]byte("a warning"))
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			_, _ = p.Output.Write(text)
			if err != nil || !p.Pipe {
				return 3
			}
			return 7
		}
		return registry.Run(ctx, p)
	}
	for _, c := range []struct {
		name, way string
		tls       bool
		ways      []negotiate.Way
	}{
		{"Basic over https", "basic", true, []negotiate.Way{negotiate.Basic}},
		{"NTLM", "ntlm", false, []negotiate.Way{negotiate.Negotiate}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &winrmserver.Server{
				TLS: c.tls, Ways: c.ways, User: `FABRIKAM\admin`, Password: secret.New(password), Run: run,
				Hold: 30 * time.Millisecond, Piece: 40, // so that it asks again, and gets several pieces
			}
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			got := pywinrm(t, s, c.way, password, "reg.exe\tquery\t\""+key+"\"", "reg.exe\tquery\tHKLM\\SOFTWARE\\Nothing", "echo", "calc.exe")
			if len(got) != 4 {
				t.Fatalf("%+v", got)
			}
			if want := "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\r\n    ProductName    REG_SZ    Windows 11 Zoë\r\n\r\n"; got[0].Code != 0 || got[0].Out != want {
				t.Errorf("%+v", got[0])
			}
			if got[1].Code != 1 || got[1].Out != "" || got[1].Err != winrmserver.German.NotFound+"\r\n" {
				t.Errorf("%+v", got[1])
			}
			if got[2].Code != 7 || got[2].Out != "from afar\r\n" || got[2].Err != "a warning" {
				t.Errorf("%+v", got[2])
			}
			if got[3].Code != 9009 {
				t.Errorf("%+v", got[3])
			}
			if s.Shells() != 0 || s.Opened() != 1 || s.ProfileLoaded() {
				t.Errorf("%d shells, %d opened, profile %v", s.Shells(), s.Opened(), s.ProfileLoaded())
			}
		})
	}
	s := &winrmserver.Server{TLS: true, Ways: []negotiate.Way{negotiate.Basic}, User: "admin", Password: secret.New(password), Run: run, NotAdministrator: true}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := pywinrm(t, s, "basic", password); len(got) != 1 || !strings.Contains(got[0].Refused, "denied") {
		t.Errorf("no administrator: %+v", got)
	}
}

func TestWhatBecomesOfALine(t *testing.T) {
	for line, want := range map[string]string{
		`reg query "HKLM\a b\\" /reg:64`:    `reg|query|HKLM\a b\|/reg:64`,
		`%SystemRoot%\x.exe %nothing% 100%`: `C:\Windows\x.exe|%nothing%|100%`,
		`a "b\"c" d\\\"e "" f`:              `a|b"c|d\"e||f`,
		`a & b`:                             "",
		`a | b`:                             "",
		`a > b`:                             "",
		`a "b & c`:                          "",
		"a\nb":                              "",
		`a "b & c"`:                         `a|b & c`,
	} {
		argv, err := winrmserver.Argv(line)
		if got := strings.Join(argv, "|"); got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
}
