package httpauth_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"tenantry/core/httpauth"
	"tenantry/core/secret"
)

func proxyOf(t *testing.T, f httpauth.ProxyFunc, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := f(&http.Request{Method: "POST", URL: u, Host: u.Host, Header: http.Header{}})
	if err != nil {
		t.Fatal(err)
	}
	if proxy == nil {
		return ""
	}
	return proxy.String()
}

// The environment is read once in a process, so a process of its own looks.
func TestTheSystemsProxy(t *testing.T) {
	const scene = "TENANTRY_TEST_PROXY"
	if os.Getenv(scene) == "" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(self, "-test.run=^TestTheSystemsProxy$")
		c.Env = append(os.Environ(), scene+"=1", "HTTPS_PROXY=http://proxy.example:3128", "https_proxy=http://proxy.example:3128",
			"HTTP_PROXY=proxy.example:3129", "http_proxy=proxy.example:3129", "NO_PROXY=inside.example,other.example:444", "no_proxy=inside.example,other.example:444")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	for address, want := range map[string]string{
		"https://ps.outlook.com/powershell": "http://proxy.example:3128", "http://mail.example/powershell": "http://proxy.example:3129",
		"https://ex01.inside.example": "", "https://other.example:444": "", "https://other.example": "http://proxy.example:3128",
		"https://127.0.0.1:5986": "", "http://localhost:5985": "", "https://[::1]": "",
	} {
		if got := proxyOf(t, httpauth.SystemProxy, address); got != want {
			t.Errorf("%s goes through %q, want %q", address, got, want)
		}
		if got := proxyOf(t, httpauth.NoProxy, address); got != "" {
			t.Errorf("%s goes through %q, and none was wanted", address, got)
		}
	}
}

func TestAProxyByHand(t *testing.T) {
	for address, want := range map[string]string{
		"proxy.example:8080": "http://jo:p%3Aw@proxy.example:8080", "https://proxy.example": "https://jo:p%3Aw@proxy.example", "socks5://[::1]:1080/x": "socks5://jo:p%3Aw@[::1]:1080",
	} {
		f, err := httpauth.ManualProxy(address, "jo", secret.New("p:w"))
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
		if _, err := httpauth.ManualProxy(address, "", secret.Secret{}); err == nil || strings.Contains(err.Error(), "secretword") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
