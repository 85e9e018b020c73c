package faults

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// Redirects that try to lure a password away. Every host of the network behind the proxy would take it, with
// a certificate the client trusts; none but the one that was asked must ever be spoken to.
func TestNoRedirectLuresACredentialAway(t *testing.T) {
	lures := []struct {
		name, location string
		code           exchange.Code
	}{
		{"http, same host", "http://ps.outlook.com/powershell-liveid", exchange.CodeRedirectInsecure},
		{"http, foreign host", "http://attacker.example/powershell", exchange.CodeRedirectInsecure},
		{"http in capitals", "HTTP://ps.outlook.com/", exchange.CodeRedirectInsecure},
		{"another protocol", "ftp://ps.outlook.com/", exchange.CodeRedirectInsecure},
		{"a file", "file:///etc/passwd", exchange.CodeRedirectInvalid},
		{"a script", "javascript:alert(1)", exchange.CodeRedirectInvalid},
		{"foreign host", "https://attacker.example/powershell", exchange.CodeRedirectRefused},
		{"foreign host without a protocol", "//attacker.example/powershell", exchange.CodeRedirectRefused},
		{"this computer", "https://127.0.0.1/powershell", exchange.CodeRedirectRefused},
		{"this computer by name", "https://localhost/powershell", exchange.CodeRedirectRefused},
		{"this computer, the new way", "https://[::1]/powershell", exchange.CodeRedirectRefused},
		{"an address in disguise", "https://2130706433/", exchange.CodeRedirectLookAlike},
		{"an address in another disguise", "https://0x7f.1/", exchange.CodeRedirectLookAlike},
		{"another of Microsoft's clouds", "https://partner.outlook.cn/PowerShell", exchange.CodeRedirectRefused},
		{"look-alike, ending", "https://outlook.com.example/powershell-liveid", exchange.CodeRedirectLookAlike},
		{"look-alike, subdomain", "https://ps.outlook.com.attacker.example/powershell-liveid", exchange.CodeRedirectLookAlike},
		{"look-alike, hyphen", "https://ps-outlook.com/powershell-liveid", exchange.CodeRedirectLookAlike},
		{"look-alike, hyphens", "https://ps-outlook-com.attacker.example/", exchange.CodeRedirectLookAlike},
		{"look-alike, letters of another alphabet", "https://ps.outl\u043e\u043ek.com/", exchange.CodeRedirectLookAlike},
		{"look-alike, the Kelvin sign", "https://ps.outloo\u212a.com/", exchange.CodeRedirectLookAlike},
		{"look-alike, a wide dot", "https://ps.outlook.com\uff0eattacker.example/", exchange.CodeRedirectLookAlike},
		{"look-alike, in Punycode", "https://ps.xn--outlk-yqaa.com/", exchange.CodeRedirectRefused},
		{"user name", "https://ps.outlook.com@attacker.example/", exchange.CodeRedirectLookAlike},
		{"user name and password", "https://ps.outlook.com:443@attacker.example/powershell", exchange.CodeRedirectLookAlike},
		{"user name, right host", "https://anna@ps.outlook.com/powershell", exchange.CodeRedirectLookAlike},
		{"backslash", `https://ps.outlook.com\@attacker.example/`, exchange.CodeRedirectInvalid},
		{"backslashes", `https:\\attacker.example\powershell`, exchange.CodeRedirectInvalid},
		{"escaped dot", "https://ps.outlook.com%2eattacker.example/", exchange.CodeRedirectInvalid},
		{"escaped nought", "https://ps.outlook.com%00.attacker.example/", exchange.CodeRedirectInvalid},
		{"fragment", "https://attacker.example#@ps.outlook.com/", exchange.CodeRedirectRefused},
		{"query", "https://attacker.example/?ps.outlook.com", exchange.CodeRedirectRefused},
		{"no host", "https:///powershell", exchange.CodeRedirectInvalid},
		{"nothing", "", exchange.CodeRedirectInvalid},
		{"itself", "https://ps.outlook.com/powershell-liveid", exchange.CodeRedirectLoop},
	}
	ways := map[string]exchange.Credential{
		"basic": basic(),
		"ntlm":  {User: `FABRIKAM\anna`, Password: secret.New(password), Authentication: exchange.AuthNTLM},
	}
	for way, with := range ways {
		for _, lure := range lures {
			t.Run(way+"/"+lure.name, func(t *testing.T) {
				t.Parallel()
				n := newInternet(t, func(_ string, w http.ResponseWriter, _ *http.Request) {
					w.Header()["Location"] = []string{lure.location}
					w.WriteHeader(http.StatusFound)
				})
				err := n.connect(t, "https://ps.outlook.com/powershell-liveid", with, nil)
				if exchange.CodeOf(err) != lure.code {
					t.Errorf("%v, want %s", err, lure.code)
				}
				n.kept(t)
			})
		}
	}
}

// kept checks that nobody but ps.outlook.com and also was spoken to.
func (n *internet) kept(t *testing.T, also ...string) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	known := append([]string{"ps.outlook.com"}, also...)
	for _, line := range n.reached {
		method, host, _ := strings.Cut(line, " ")
		if method != http.MethodConnect || !slices.Contains(known, strings.TrimSuffix(host, ":443")) {
			t.Errorf("%s was spoken to", line)
		}
	}
	for _, line := range n.heard {
		host, proof, _ := strings.Cut(line, " ")
		if !slices.Contains(known, host) {
			t.Errorf("%s got %q", host, proof)
		}
	}
	if len(n.reached) == 0 || len(n.heard) == 0 {
		t.Error("not even the right host was asked")
	}
}

// A person who trusts a host can say so; the password then goes there. This is also the proof that the network
// of these tests would take it.
func TestAConfirmedRedirectIsFollowedAndALookAlikeIsNotAskedAbout(t *testing.T) {
	proof := "Basic " + base64.StdEncoding.EncodeToString([]byte(account+":"+password))
	try := func(t *testing.T, location string, allow bool) (*internet, []string, error) {
		n := newInternet(t, func(host string, w http.ResponseWriter, _ *http.Request) {
			if host != "ps.outlook.com" {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		})
		var asked []string
		err := n.connect(t, "https://ps.outlook.com/powershell-liveid", basic(), func(to *exchange.Target) {
			if allow {
				to.AllowRedirect = func(_ context.Context, _, host string) bool {
					asked = append(asked, host)
					return true
				}
			}
		})
		return n, asked, err
	}
	t.Run("same cloud", func(t *testing.T) {
		n, _, err := try(t, "https://outlook.office365.com/PowerShell-LiveID?PSVersion=5.1", false)
		if exchange.CodeOf(err) != exchange.CodeRetired || !slices.Contains(n.requests(), "outlook.office365.com "+proof) {
			t.Errorf("%v, heard %q", err, n.requests())
		}
	})
	t.Run("confirmed", func(t *testing.T) {
		n, asked, err := try(t, "https://mail.contoso.example/powershell", true)
		if exchange.CodeOf(err) != exchange.CodeForbidden || !slices.Equal(asked, []string{"mail.contoso.example"}) ||
			!slices.Contains(n.requests(), "mail.contoso.example "+proof) {
			t.Errorf("%v, asked %q, heard %q", err, asked, n.requests())
		}
	})
	t.Run("look-alike", func(t *testing.T) {
		n, asked, err := try(t, "https://outlook.com.example/powershell", true)
		if exchange.CodeOf(err) != exchange.CodeRedirectLookAlike || len(asked) != 0 {
			t.Errorf("%v, asked %q", err, asked)
		}
		n.kept(t)
	})
	t.Run("in two steps", func(t *testing.T) {
		n := newInternet(t, func(host string, w http.ResponseWriter, _ *http.Request) {
			next := "https://outlook.office365.com/powershell-liveid"
			if host == "outlook.office365.com" {
				next = "https://attacker.example/"
			}
			w.Header().Set("Location", next)
			w.WriteHeader(http.StatusFound)
		})
		err := n.connect(t, "https://ps.outlook.com/powershell-liveid", basic(), nil)
		if exchange.CodeOf(err) != exchange.CodeRedirectRefused {
			t.Error(err)
		}
		n.kept(t, "outlook.office365.com")
	})
}
