package signin_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
	"tenantry/core/signin"
)

func TestHowToSignInIsKeptWithoutSecrets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "connections.json")
	list := signin.OpenProfiles(path)
	if err := list.Save(signin.Profile{
		Name: "hosted", URL: "http://ex01.fabrikam.example/PowerShell", User: `FABRIKAM\anna`, Authentication: exchange.AuthNTLM,
		ClientCertFile: " cert.pem ", ClientKeyFile: " key.pem", Proxy: " http://jo:secretword@proxy.example:8080 ", ProxyUser: " jo ",
	}); err != nil {
		t.Fatal(err)
	}
	got, err := list.Get("hosted")
	want := signin.Profile{
		Name: "hosted", Connection: exchange.Classic, URL: "http://ex01.fabrikam.example/PowerShell", User: `FABRIKAM\anna`, Authentication: exchange.AuthNTLM,
		ClientCertFile: "cert.pem", ClientKeyFile: "key.pem", Proxy: "http://proxy.example:8080", ProxyUser: "jo",
	}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "secretword") {
		t.Errorf("%v\n%s", err, text)
	}
	for _, word := range []string{`"authentication"`, `"clientCertFile"`, `"clientKeyFile"`, `"proxy"`, `"proxyUser"`} {
		if !strings.Contains(string(text), word) {
			t.Errorf("no %s in\n%s", word, text)
		}
	}
	if got.ProxyPasswordKey() == got.PasswordKey() {
		t.Error("the proxy's password would take the place of the account's")
	}
}

func TestWhatAWayToSignInNeeds(t *testing.T) {
	for way, want := range map[exchange.Authentication][3]bool{ // user, takes a password, needs it
		exchange.AuthBasic: {true, true, true}, exchange.AuthNegotiate: {true, true, true}, exchange.AuthNTLM: {true, true, true},
		exchange.AuthKerberos: {false, true, false}, exchange.AuthCertificate: {false, false, false},
	} {
		p := signin.Profile{Authentication: way}
		if got := [3]bool{p.NeedsUser(), p.TakesPassword(), p.NeedsPassword()}; got != want {
			t.Errorf("%q needs %v, want %v", way, got, want)
		}
	}
	for text, want := range map[string]exchange.Proxy{
		"": {Mode: exchange.ProxySystem}, "System": {Mode: exchange.ProxySystem}, "none": {Mode: exchange.ProxyNone},
		"proxy.example:8080": {Mode: exchange.ProxyManual, URL: "proxy.example:8080", User: "jo"},
	} {
		if got := (signin.Profile{Proxy: text, ProxyUser: "jo"}).Way(); got.Mode != want.Mode || got.URL != want.URL || got.User != want.User || !got.Password.Empty() {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
}

func TestTheClientCertificateIsReadFromItsFiles(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for name, text := range map[string]string{"cert": "CERT", "key": "KEY"} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := signin.Profile{ClientCertFile: at("cert"), ClientKeyFile: at("key")}.ClientCertificate()
	if err != nil || got.Reveal() != "CERT\nKEY\n" {
		t.Errorf("%q %v", got.Reveal(), err)
	}
	if got, err := (signin.Profile{}).ClientCertificate(); err != nil || !got.Empty() {
		t.Errorf("%q %v", got.Reveal(), err)
	}
	_, err = signin.Profile{ClientCertFile: at("cert"), ClientKeyFile: at("gone")}.ClientCertificate()
	if p := exchange.AsProblem(err); p == nil || p.Code != signin.CodeCertificateUnreadable || p.Args["path"] != at("gone") {
		t.Error(err)
	}
}
