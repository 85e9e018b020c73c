package kerberos

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tenantry/test/kdc"
)

// commandLine builds the command line and returns what runs it, with nothing of the tester's own environment.
func commandLine(t *testing.T) func(ctx context.Context, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "tenantry-cli")
	build := exec.Command("go", "build", "-o", binary, "tenantry/cmd/tenantry-cli")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	home := t.TempDir()
	return func(ctx context.Context, environment []string, args ...string) *exec.Cmd {
		c := exec.CommandContext(ctx, binary, args...)
		c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TENANTRY_HOME=" + filepath.Join(home, "tenantry"), "LANG=en_US.UTF-8"}, environment...)
		return c
	}
}

func TestCommandLine(t *testing.T) {
	realm := startRealm(t, encryptions[0])
	tenantry := commandLine(t)
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	sim := tenantry(ctx, nil, "sample", "serve", "--plain", "--auth", "kerberos", "--auth", "negotiate", "--keytab", realm.Keytab, "--customers", "1", "--mailboxes", "30")
	in, err := sim.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := sim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		if err := sim.Wait(); err != nil {
			t.Error(err)
		}
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var at struct {
		Classic   string
		Customers []struct{ Domain string }
	}
	if err := json.Unmarshal(line, &at); err != nil || len(at.Customers) == 0 {
		t.Fatalf("%v: %s", err, line)
	}
	ticket, none := "FILE:"+realm.Ticket(t, account, password), "FILE:"+filepath.Join(t.TempDir(), "none")
	said := map[string]string{}
	for _, c := range []struct {
		name, way, store, user, stdin string
		status                        int
		says                          string
	}{
		{name: "a ticket", way: "kerberos", store: ticket},
		{name: "a ticket of the user's own", way: "kerberos", store: ticket, user: user, stdin: password},
		{name: "a password", way: "kerberos", store: none, user: user, stdin: password},
		{name: "a password, Negotiate", way: "negotiate", store: none, user: user, stdin: password},
		{name: "a wrong password", way: "kerberos", store: none, user: user, stdin: "wrong", status: 4, says: "Could not sign in"},
		{name: "no ticket", way: "kerberos", store: none, status: 4, says: "There is no Kerberos ticket"},
		{name: "a store of the system", way: "kerberos", store: "KCM:", status: 4, says: "cannot be read here"},
		{name: "an unknown account", way: "kerberos", store: none, user: "nobody@" + strings.ToLower(kdc.Realm), stdin: "x", status: 4, says: "nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"run", "Get-Mailbox", "--url", at.Classic, "--customer", at.Customers[0].Domain, "--auth", c.way,
				"-p", "ResultSize=Unlimited", "--format", "csv", "--columns", "PrimarySmtpAddress"}
			if c.user != "" {
				args = append(args, "--user", c.user, "--password-stdin")
			}
			run := tenantry(ctx, append(realm.Environment(), "KRB5CCNAME="+c.store), args...)
			var rows, notes bytes.Buffer
			run.Stdin, run.Stdout, run.Stderr = strings.NewReader(c.stdin+"\n"), &rows, &notes
			err := run.Run()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := run.ProcessState.ExitCode(); got != c.status {
				t.Fatalf("status %d, want %d\n%s", got, c.status, notes.String())
			}
			if c.status == 0 {
				if n := strings.Count(rows.String(), "@"); n != 30 {
					t.Errorf("%d rows\n%s", n, rows.String())
				}
				return
			}
			if !strings.Contains(notes.String(), c.says) || strings.Contains(notes.String(), password) {
				t.Errorf("it says %q, want %q in it", notes.String(), c.says)
			}
			if before, ok := said[notes.String()]; ok {
				t.Errorf("the same words as for %s", before)
			}
			said[notes.String()] = c.name
		})
	}
}
