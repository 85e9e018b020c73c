// Package ntlm holds our two ends of NTLM against others': the client against the server of gss-ntlmssp, the
// sample partner against curl and pywinrm. What is not installed is skipped and said.
package ntlm

import (
	"bufio"
	_ "embed" // server.py and client.py
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/exchangesim/world"
	"tenantry/core/httpauth"
	"tenantry/core/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

//go:embed server.py
var serverProgram string

//go:embed client.py
var clientProgram string

const python = "/usr/bin/python3"

// needs skips a test where Python has not got what it needs.
func needs(t *testing.T, imports, packages string) {
	t.Helper()
	if out, err := exec.Command(python, "-c", imports).CombinedOutput(); err != nil {
		t.Skipf("not installed: apt-get install %s\n%s", packages, out)
	}
}

const gssNTLM = `import gssapi
if gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10") not in gssapi.raw.indicate_mechs(): raise SystemExit("gss-ntlmssp is missing")`

// accounts is a file of gss-ntlmssp.
func accounts(t *testing.T, password string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "accounts")
	if err := os.WriteFile(path, []byte("FABRIKAM:admin:"+password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return "NTLM_USER_FILE=" + path
}

func TestOurClientWithAnothersServer(t *testing.T) {
	needs(t, gssNTLM, "python3-gssapi gss-ntlmssp")
	const password = "p\u00e4ssword of a stranger"
	for _, boundary := range []string{"usual", "exchange"} {
		t.Run("boundary "+boundary, func(t *testing.T) {
			server := exec.Command(python, "-c", serverProgram, boundary)
			server.Env = append(os.Environ(), accounts(t, password))
			server.Stderr = os.Stderr
			stop, err := server.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := server.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { stop.Close(); _ = server.Wait() })
			port, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			address := "http://127.0.0.1:" + strings.TrimSpace(port) + "/wsman"
			ask := func(tr *httpauth.Transport, text string) (int, string) {
				t.Helper()
				status, header, body, err := tr.Post(t.Context(), address, "application/soap+xml;charset=UTF-8", strings.NewReader(text))
				if err != nil {
					t.Fatal(err)
				}
				defer body.Close()
				got, err := io.ReadAll(body)
				if err != nil || status == 200 && header.Get("Content-Type") != "application/soap+xml;charset=UTF-8" {
					t.Fatal(header, err)
				}
				return status, string(got)
			}
			for _, c := range []struct {
				user, password string
				want           int
			}{{`FABRIKAM\admin`, password, 200}, {`FABRIKAM\admin`, "wrong", 401}} {
				tr, err := httpauth.New(httpauth.Options{Mechanisms: []httpauth.Mechanism{httpauth.NTLM{User: c.user, Password: secret.New(c.password)}}})
				if err != nil {
					t.Fatal(err)
				}
				for _, text := range []string{"hello", strings.Repeat("much to tell ", 20000), "", "more"} {
					status, got := ask(tr, text)
					if status != c.want || status == 200 && !strings.HasSuffix(got, "says "+text) {
						t.Errorf("%s: %d, %d bytes: %.80q", c.user, status, len(got), got)
					}
				}
				tr.Close()
			}
		})
	}
}

// partner is a sample partner over plain http.
func partner(t *testing.T, ways ...negotiate.Way) (*exchangesim.Server, exchangesim.Description) {
	t.Helper()
	sim := &exchangesim.Server{Plain: true, SignIn: ways, World: world.Options{Customers: 1, Mailboxes: 5}}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return sim, sim.Describe()
}

// oldHashes lets OpenSSL compute MD4, which NTLM is built on and Python takes from there.
func oldHashes(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "openssl.cnf")
	text := "openssl_conf = a\n[a]\nproviders = b\n[b]\ndefault = c\nlegacy = c\n[c]\nactivate = 1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "OPENSSL_CONF=" + path
}

func TestAnothersClientWithOurServer(t *testing.T) {
	needs(t, "import winrm, requests_ntlm", "python3-winrm")
	for _, ways := range [][]negotiate.Way{{negotiate.Negotiate}, {negotiate.NTLM}} {
		sim, at := partner(t, ways...)
		run := func(user, password string) (string, error) {
			client := exec.Command(python, "-c", clientProgram, at.Classic, user)
			client.Env = append(os.Environ(), oldHashes(t), "NO_PROXY=127.0.0.1")
			client.Stdin = strings.NewReader(password + "\n")
			out, err := client.CombinedOutput()
			return string(out), err
		}
		for _, user := range []string{at.User, `FABRIKAM\admin`, `fabrikam\ADMIN`} {
			if out, err := run(user, at.Password); err != nil || len(strings.Fields(out)) != 3 {
				t.Errorf("%s by %v: %v\n%s", user, ways, err, out)
			}
		}
		if out, err := run(`FABRIKAM\admin`, "wrong"); err == nil || !strings.Contains(out, "rejected") {
			t.Errorf("a wrong password: %v\n%s", err, out)
		}
		if n := sim.Stats().AuthFailures; n == 0 {
			t.Error("a refused sign-in is not counted")
		}
	}
}

func TestCurlWithOurServer(t *testing.T) {
	if out, err := exec.Command("curl", "--version").Output(); err != nil || !strings.Contains(string(out), "NTLM") {
		t.Skip("not installed: apt-get install curl")
	}
	_, at := partner(t, negotiate.Negotiate, negotiate.NTLM)
	address := strings.Replace(at.Classic, "127.0.0.1", "localhost", 1)
	status := func(env string, args ...string) string {
		c := exec.Command("curl", append([]string{"-s", "-o", os.DevNull, "-w", "%{http_code}", "--noproxy", "*", "-d", "", "-K", "-", address}, args...)...)
		c.Env = append(os.Environ(), env)
		password := at.Password
		if strings.HasPrefix(env, "WRONG") {
			password = "wrong"
		}
		c.Stdin = strings.NewReader(fmt.Sprintf("user = %q\n", `FABRIKAM\admin:`+password))
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if got := status("RIGHT=1", "--ntlm"); got != fmt.Sprint(http.StatusOK) {
		t.Errorf("curl --ntlm: %s", got)
	}
	if got := status("WRONG=1", "--ntlm"); got != fmt.Sprint(http.StatusUnauthorized) {
		t.Errorf("curl --ntlm with a wrong password: %s", got)
	}
	t.Run("SPNEGO", func(t *testing.T) {
		needs(t, gssNTLM, "python3-gssapi gss-ntlmssp")
		negotiate := func(password string) string {
			c := exec.Command("curl", "-s", "-o", os.DevNull, "-w", "%{http_code}", "--noproxy", "*", "-d", "", "--negotiate", "-u", ":", address)
			c.Env = append(os.Environ(), accounts(t, password))
			out, err := c.Output()
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
		if got := negotiate(at.Password); got != fmt.Sprint(http.StatusOK) {
			t.Errorf("curl --negotiate: %s", got)
		}
		if got := negotiate("wrong"); got != fmt.Sprint(http.StatusUnauthorized) {
			t.Errorf("curl --negotiate with a wrong password: %s", got)
		}
	})
}
