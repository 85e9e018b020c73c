package proxy_test

import (
	"errors"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"tenantry/core/proxy"
	"tenantry/core/secret"
)

func proxyOf(t *testing.T, f proxy.Func, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	found, err := f(u)
	if err != nil {
		t.Fatal(err)
	}
	if found == nil {
		return ""
	}
	return found.String()
}

// elsewhere runs the calling test in a process of its own with these variables, since the environment is read
// once in a process. It tells whether this is that process.
func elsewhere(t *testing.T, variables ...string) bool {
	t.Helper()
	const scene = "TENANTRY_TEST_PROXY"
	if os.Getenv(scene) == t.Name() {
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, "-test.run=^"+t.Name()+"$")
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(v), "=")
		if !strings.HasSuffix(name, "_PROXY") {
			c.Env = append(c.Env, v)
		}
	}
	c.Env = append(c.Env, append(variables, scene+"="+t.Name())...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

func TestTheSystemsProxy(t *testing.T) {
	if !elsewhere(t, "HTTPS_PROXY=http://proxy.example:3128", "HTTP_PROXY=proxy.example:3129", "NO_PROXY=inside.example,other.example:444") {
		return
	}
	for address, want := range map[string]string{
		"https://ps.outlook.com/powershell": "http://proxy.example:3128", "http://mail.example/powershell": "http://proxy.example:3129",
		"https://ex01.inside.example": "", "https://other.example:444": "", "https://other.example": "http://proxy.example:3128",
		"https://127.0.0.1:5986": "", "http://localhost:5985": "", "https://[::1]": "",
	} {
		if got := proxyOf(t, proxy.System, address); got != want {
			t.Errorf("%s goes through %q, want %q", address, got, want)
		}
		if got := proxyOf(t, proxy.None, address); got != "" {
			t.Errorf("%s goes through %q, and none was wanted", address, got)
		}
	}
	if from := proxy.SystemFrom(); from != proxy.FromEnvironment {
		t.Errorf("found in %q", from)
	}
}

// An address that cannot be read may hold a password.
func TestAProxyThatCannotBeRead(t *testing.T) {
	if !elsewhere(t, "HTTPS_PROXY=http://jo:secretword@proxy.example:port", "HTTP_PROXY=ftp://jo:secretword@proxy.example") {
		return
	}
	for _, address := range []string{"https://ps.outlook.com", "http://ps.outlook.com"} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := proxy.System(u); !errors.Is(err, proxy.ErrAddress) || strings.Contains(err.Error(), "secretword") || found != nil {
			t.Errorf("%s: %v, %v", address, found, err)
		}
	}
}

func TestNoProxyAnywhere(t *testing.T) {
	if !elsewhere(t) {
		return
	}
	if from := proxy.SystemFrom(); from == proxy.FromEnvironment || from == proxy.FromManual {
		t.Errorf("found in %q", from)
	}
}

func TestAProxyByHand(t *testing.T) {
	for address, want := range map[string]string{
		"proxy.example:8080": "http://jo:p%3Aw@proxy.example:8080", "https://proxy.example": "https://jo:p%3Aw@proxy.example", "socks5://[::1]:1080/x": "socks5://jo:p%3Aw@[::1]:1080",
	} {
		f, err := proxy.Manual(address, "jo", secret.New("p:w"))
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{"https://ps.outlook.com", "http://127.0.0.1:5985"} {
			if got := proxyOf(t, f, to); got != want {
				t.Errorf("%s goes through %q, want %q", to, got, want)
			}
		}
	}
	for _, address := range []string{"", "http://", "ftp://proxy.example", "http://jo:secretword@proxy.example", "http://proxy.example:x", "://"} {
		if _, err := proxy.Manual(address, "", secret.Secret{}); err == nil || strings.Contains(err.Error(), "secretword") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
