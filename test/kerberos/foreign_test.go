package kerberos

import (
	"bufio"
	"bytes"
	"context"
	_ "embed" // foreign.py
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchangesim"
	"tenantry/core/httpauth"
	"tenantry/core/secret"
)

//go:embed foreign.py
var foreignProgram string

// foreign prepares the program, whose library is MIT's.
func foreign(t *testing.T, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import gssapi").Run(); err != nil {
		t.Skip("python3-gssapi is not installed")
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(stop)
	c := exec.CommandContext(ctx, python, append([]string{"-u", "-c", foreignProgram}, args...)...)
	c.Env, c.Stderr = append(os.Environ(), environment...), os.Stderr
	return c
}

func TestOurEncryptionWithAForeignServer(t *testing.T) {
	for _, scheme := range []string{"Negotiate", "Kerberos"} {
		for _, encryption := range []string{encryptions[0], "arcfour-hmac"} {
			t.Run(scheme+" "+encryption, func(t *testing.T) {
				s := startRealm(t, encryption)
				server := foreign(t, append(s.Environment(), "KRB5_KTNAME="+s.Keytab), "serve", scheme)
				out, err := server.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := server.Start(); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					_ = server.Process.Kill()
					_ = server.Wait()
				})
				port, err := bufio.NewReader(out).ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				transport, err := httpauth.New(httpauth.Options{Mechanisms: []httpauth.Mechanism{
					&httpauth.Kerberos{User: user, Password: secret.New(password), Config: s.Config},
				}})
				if err != nil {
					t.Fatal(err)
				}
				defer transport.Close()
				for _, m := range messages()[1:] {
					status, header, answer, err := transport.Post(context.Background(), "http://127.0.0.1:"+strings.TrimSpace(port)+"/PowerShell",
						"application/soap+xml;charset=UTF-8", bytes.NewReader(m))
					if err != nil {
						t.Fatal(err)
					}
					text, err := io.ReadAll(answer)
					_ = answer.Close()
					if err != nil || status != 200 || string(text) != "echo of "+string(m) {
						t.Fatalf("%d bytes: %d %q %.80q, %v", len(m), status, header.Get("Content-Type"), text, err)
					}
				}
			})
		}
	}
}

func TestForeignClientWithOurServer(t *testing.T) {
	for _, scheme := range []string{"Negotiate", "Kerberos"} {
		t.Run(scheme, func(t *testing.T) {
			realm, to := partner(t, &exchangesim.Server{Plain: true}, 5)
			u, err := url.Parse(to.URL)
			if err != nil {
				t.Fatal(err)
			}
			client := foreign(t, append(realm.Environment(), "KRB5CCNAME=FILE:"+realm.Ticket(t, account, password)), "ask", scheme, u.Host, u.Path)
			client.Stdin = strings.NewReader(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>`)
			out, err := client.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// What it asks is no WSMan. That it is told so, sealed and twice, is what counts.
			if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); strings.Count(string(out), "Envelope") < 2 || !strings.HasPrefix(lines[0], "500 ") {
				t.Errorf("%s", out)
			}
		})
	}
}
