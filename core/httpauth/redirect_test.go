package httpauth_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"tenantry/core/httpauth"
)

func TestNextHop(t *testing.T) {
	const ps = "https://ps.outlook.com/powershell-liveid?DelegatedOrg=fabrikam.example;PSVersion=5.1"
	const query = "?DelegatedOrg=fabrikam.example;PSVersion=5.1"
	const refused = ""
	for _, tc := range []struct {
		name, from, location string
		want                 string // "" when refused
		asked                string // the host confirmed; "" when nobody may be asked
		reason               httpauth.RedirectReason
	}{
		{"pod without a query", ps, "https://pod51043psh.outlook.com/powershell-liveid", "https://pod51043psh.outlook.com/powershell-liveid" + query, "", 0},
		{"pod with its own query", ps, "https://pod51043psh.outlook.com/powershell-liveid?PSVersion=3.0", "https://pod51043psh.outlook.com/powershell-liveid?PSVersion=3.0", "", 0},
		{"token byte for byte", ps, "https://x.outlook.com/p?a=%7e;b=%2B+%20&SecurityToken=A%2fB==", "https://x.outlook.com/p?a=%7e;b=%2B+%20&SecurityToken=A%2fB==", "", 0},
		{"an empty query is a query", ps, "https://x.outlook.com/p?", "https://x.outlook.com/p?", "", 0},
		{"other domain of the cloud", ps, "https://outlook.office365.com/PowerShell-LiveID", "https://outlook.office365.com/PowerShell-LiveID" + query, "", 0},
		{"relative path", ps, "/powershell", "https://ps.outlook.com/powershell" + query, "", 0},
		{"relative with query", ps, "other?x=1", "https://ps.outlook.com/other?x=1", "", 0},
		{"same scheme", ps, "//outlook.office.com/p", "https://outlook.office.com/p" + query, "", 0},
		{"port 444 is left alone", ps, "https://x.outlook.com:444/p?q", "https://x.outlook.com:444/p?q", "", 0},
		{"upper case", ps, "https://POD.Outlook.COM/P?q", "https://pod.outlook.com/P?q", "", 0},
		{"dot at the end", ps, "https://pod.outlook.com./p?q", "https://pod.outlook.com/p?q", "", 0},
		{"fragment goes", ps, "https://pod.outlook.com/p?q#frag", "https://pod.outlook.com/p?q", "", 0},
		{"same host elsewhere", "https://mail.fabrikam.example/PowerShell?x", "https://MAIL.fabrikam.example:8443/p", "https://mail.fabrikam.example:8443/p?x", "", 0},
		{"China", "https://partner.outlook.cn/PowerShell", "https://by.partner.outlook.cn/PowerShell", "https://by.partner.outlook.cn/PowerShell", "", 0},
		{"GCC High", "https://outlook.office365.us/p", "https://ps.protection.office365.us/p", "https://ps.protection.office365.us/p", "", 0},
		{"DoD", "https://webmail.apps.mil/p", "https://pod.webmail.apps.mil/p", "https://pod.webmail.apps.mil/p", "", 0},
		{"Germany", "https://outlook.office.de/p", "https://ps.protection.outlook.de/p", "https://ps.protection.outlook.de/p", "", 0},
		{"loopback to loopback", "http://127.0.0.1:8080/p?q", "http://localhost:9090/p", "http://localhost:9090/p?q", "", 0},
		{"loopback to loopback https", "http://localhost:1/p", "https://[::1]:9090/p", "https://[::1]:9090/p", "", 0},

		{"another cloud is asked about", ps, "https://partner.outlook.cn/p?q", "https://partner.outlook.cn/p?q", "partner.outlook.cn", httpauth.RedirectDeclined},
		{"a government cloud is asked about", ps, "https://outlook.office365.us/p?q", "https://outlook.office365.us/p?q", "outlook.office365.us", httpauth.RedirectDeclined},
		{"look-alike in front", ps, "https://evil-outlook.com/p?q", "https://evil-outlook.com/p?q", "evil-outlook.com", httpauth.RedirectDeclined},
		{"look-alike behind", ps, "https://ps.outlook.com.example/p?q", "https://ps.outlook.com.example/p?q", "ps.outlook.com.example", httpauth.RedirectDeclined},
		{"punycode", ps, "https://xn--outlok-1ya.com/p?q", "https://xn--outlok-1ya.com/p?q", "xn--outlok-1ya.com", httpauth.RedirectDeclined},
		{"address of a computer", ps, "https://203.0.113.7:8443/p?q", "https://203.0.113.7:8443/p?q", "203.0.113.7:8443", httpauth.RedirectDeclined},
		{"own server to the cloud", "https://mail.fabrikam.example/p", "https://outlook.office365.com/p", "https://outlook.office365.com/p", "outlook.office365.com", httpauth.RedirectDeclined},
		{"subdomain of another host", "https://mail.fabrikam.example/p", "https://x.mail.fabrikam.example/p", "https://x.mail.fabrikam.example/p", "x.mail.fabrikam.example", httpauth.RedirectDeclined},
		{"outside to loopback", ps, "https://localhost/p?q", "https://localhost/p?q", "localhost", httpauth.RedirectDeclined},

		{"plain http", ps, "http://pod.outlook.com/p", refused, "", httpauth.RedirectNotEncrypted},
		{"https loopback to plain http", "https://127.0.0.1/p", "http://127.0.0.1/p", refused, "", httpauth.RedirectNotEncrypted},
		{"plain loopback to plain elsewhere", "http://127.0.0.1/p", "http://h.example/p", refused, "", httpauth.RedirectNotEncrypted},
		{"plain loopback to a loopback in disguise", "http://127.0.0.1/p", "http://127.1/p", refused, "", httpauth.RedirectNotEncrypted},
		{"other scheme", ps, "ftp://ps.outlook.com/p", refused, "", httpauth.RedirectNotEncrypted},
		{"user name", ps, "https://ps.outlook.com@evil.example/p", refused, "", httpauth.RedirectUserinfo},
		{"user name and password", ps, "https://a:b@ps.outlook.com/p", refused, "", httpauth.RedirectUserinfo},
		{"number for a host", ps, "https://2130706433/p", refused, "", httpauth.RedirectSuspicious},
		{"hexadecimal for a host", ps, "https://0x7f.1/p", refused, "", httpauth.RedirectSuspicious},
		{"octal for a host", ps, "https://0177.0.0.01/p", refused, "", httpauth.RedirectSuspicious},
		{"zone", ps, "https://[fe80::1%25eth0]/p", refused, "", httpauth.RedirectSuspicious},
		{"Cyrillic letter", ps, "https://\u043eutlook.com/p", refused, "", httpauth.RedirectSuspicious},
		{"Kelvin sign", ps, "https://outloo\u212a.com/p", refused, "", httpauth.RedirectSuspicious},
		{"full-width dot", ps, "https://pod\uff0eoutlook.com/p", refused, "", httpauth.RedirectSuspicious},
		{"two dots at the end", ps, "https://outlook.com../p", refused, "", httpauth.RedirectSuspicious},
		{"two dots inside", ps, "https://pod..outlook.com/p", refused, "", httpauth.RedirectSuspicious},
		{"percent in the host", ps, "https://evil.example%2eoutlook.com/p", refused, "", httpauth.RedirectMalformed},
		{"space in the host", ps, "https://evil.example .outlook.com/p", refused, "", httpauth.RedirectMalformed},
		{"backslashes", ps, `https:\\evil.example\p`, refused, "", httpauth.RedirectMalformed},
		{"backslash before the host", ps, `https://evil.example\.outlook.com/p`, refused, "", httpauth.RedirectMalformed},
		{"no slashes", ps, "https:ps.outlook.com/p", refused, "", httpauth.RedirectMalformed},
		{"no host", ps, "https:///p", refused, "", httpauth.RedirectMalformed},
		{"nothing", ps, "", refused, "", httpauth.RedirectMalformed},
		{"line break", ps, "https://ps.outlook.com/\r\nx", refused, "", httpauth.RedirectMalformed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			from, err := url.Parse(tc.from)
			if err != nil {
				t.Fatal(err)
			}
			asked := ""
			got, err := httpauth.NextHop(from, tc.location, 1, httpauth.RedirectPolicy{Confirm: func(host string) bool { asked = host; return true }})
			if asked != tc.asked {
				t.Errorf("asked about %q, want %q", asked, tc.asked)
			}
			if tc.want != refused {
				if err != nil || got.String() != tc.want {
					t.Errorf("leads to %v (%v)\nwant %s", got, err, tc.want)
				}
			}
			if tc.want == refused || tc.asked != "" {
				_, err := httpauth.NextHop(from, tc.location, 1, httpauth.RedirectPolicy{})
				var e *httpauth.RedirectError
				if !errors.As(err, &e) || e.Reason != tc.reason || e.Error() == "" {
					t.Errorf("without consent: %v, want %v", err, tc.reason)
				}
			}
			if from.String() != tc.from {
				t.Errorf("from was changed to %s", from)
			}
		})
	}
}

func TestHopsAreCounted(t *testing.T) {
	from, _ := url.Parse("https://ps.outlook.com/p?q")
	for hop := 1; hop <= 7; hop++ {
		for _, most := range []int{0, 2} {
			_, err := httpauth.NextHop(from, "/p", hop, httpauth.RedirectPolicy{MaxHops: most})
			allowed := most
			if most == 0 {
				allowed = 5
			}
			var e *httpauth.RedirectError
			if tooMany := errors.As(err, &e) && e.Reason == httpauth.RedirectTooMany; tooMany != (hop > allowed) {
				t.Errorf("hop %d of %d: %v", hop, allowed, err)
			}
		}
	}
}

// Whatever a server says, the way never leaves https, the cloud or the host without consent.
func FuzzNextHop(f *testing.F) {
	for _, s := range []string{"https://pod.outlook.com/p?x", "//evil.example", "http://ps.outlook.com", "https://a@outlook.com", "https://OUTLOOK.com.", "/x", "?", "\\\\evil", "https://outlook.com:444"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, location string) {
		from, _ := url.Parse("https://ps.outlook.com/p?DelegatedOrg=x")
		to, err := httpauth.NextHop(from, location, 1, httpauth.RedirectPolicy{})
		if err != nil {
			return
		}
		again, err := url.Parse(to.String())
		if err != nil {
			t.Fatalf("%q leads to %q, which cannot be read", location, to)
		}
		host := again.Hostname()
		ok := false
		for _, d := range []string{"outlook.com", "office365.com", "office.com", "microsoftonline.com"} {
			ok = ok || host == d || strings.HasSuffix(host, "."+d)
		}
		if again.Scheme != "https" || again.User != nil || !ok {
			t.Fatalf("%q leads to %q without consent", location, to)
		}
	})
}

func TestWithDelegatedOrg(t *testing.T) {
	for _, tc := range []struct{ address, want string }{
		{"https://ps.outlook.com/powershell-liveid", "https://ps.outlook.com/powershell-liveid?DelegatedOrg=fabrikam.example"},
		{"https://ps.outlook.com/powershell-liveid/", "https://ps.outlook.com/powershell-liveid?DelegatedOrg=fabrikam.example"},
		{"https://ps.outlook.com/powershell-liveid/?", "https://ps.outlook.com/powershell-liveid?DelegatedOrg=fabrikam.example"},
		{"https://ps.outlook.com", "https://ps.outlook.com?DelegatedOrg=fabrikam.example"},
		{"https://h/p?DelegatedOrg=old.example", "https://h/p?DelegatedOrg=fabrikam.example"},
		{"https://h/p?delegatedorg=old.example;PSVersion=5.1", "https://h/p?delegatedorg=fabrikam.example;PSVersion=5.1"},
		{"https://h/p?PSVersion=5.1;DELEGATEDORG=old;x=%7e+%20", "https://h/p?PSVersion=5.1;DELEGATEDORG=fabrikam.example;x=%7e+%20"},
		{"https://h/p?a=1&Delegated%4frg=old&b", "https://h/p?a=1&Delegated%4frg=fabrikam.example&b"},
		{"https://h/p?a=1", "https://h/p?a=1&DelegatedOrg=fabrikam.example"},
		{"https://h/p?a=1;b=2", "https://h/p?a=1;b=2;DelegatedOrg=fabrikam.example"},
		{"https://h/p?a=1&", "https://h/p?a=1&DelegatedOrg=fabrikam.example"},
		{"https://h/p?&a=1", "https://h/p?&a=1&DelegatedOrg=fabrikam.example"},
		{"https://h/p?DelegatedOrg=one&a=1;DelegatedOrg=two&b=2", "https://h/p?DelegatedOrg=fabrikam.example&a=1&b=2"},
		{"https://h/p?DelegatedOrg", "https://h/p?DelegatedOrg=fabrikam.example"},
		{"https://h/p?XDelegatedOrg=1", "https://h/p?XDelegatedOrg=1&DelegatedOrg=fabrikam.example"},
		{"https://h/p?email=SystemMailbox{bb558c35}@old.example&BasicAuthToOAuthConversion=true#f", "https://h/p?email=SystemMailbox{bb558c35}@old.example&BasicAuthToOAuthConversion=true&DelegatedOrg=fabrikam.example"},
		{"http://127.0.0.1:8080/powershell/", "http://127.0.0.1:8080/powershell?DelegatedOrg=fabrikam.example"},
	} {
		got, err := httpauth.WithDelegatedOrg(tc.address, " fabrikam.example ")
		if err != nil || got != tc.want {
			t.Errorf("%s\n gives %s (%v)\n want  %s", tc.address, got, err, tc.want)
		}
		if again, err := httpauth.WithDelegatedOrg(got, "fabrikam.example"); err != nil || again != got {
			t.Errorf("%s is not stable: %s", got, again)
		}
	}
	if got, _ := httpauth.WithDelegatedOrg("https://h/p", "a&b;c=d e"); got != "https://h/p?DelegatedOrg=a%26b%3Bc%3Dd+e" {
		t.Errorf("an odd customer gives %s", got)
	}
	if _, err := httpauth.WithDelegatedOrg("https://h/p", " "); !errors.Is(err, httpauth.ErrNoCustomer) {
		t.Errorf("no customer: %v", err)
	}
	for _, bad := range []string{"https://u:p@h/p", "ftp://h/p", "h/p", "https://", "https://h\x00/"} {
		if got, err := httpauth.WithDelegatedOrg(bad, "x"); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%q gives %q, %v", bad, got, err)
		}
	}
}

func TestWithPSVersion(t *testing.T) {
	for address, want := range map[string]string{
		"https://h/p/":                             "https://h/p?PSVersion=5.1.1",
		"https://h/p?DelegatedOrg=x":               "https://h/p?DelegatedOrg=x;PSVersion=5.1.1",
		"https://h/p?a=1&b=2":                      "https://h/p?a=1&b=2;PSVersion=5.1.1",
		"https://h/p?psversion=3.0&DelegatedOrg=x": "https://h/p?psversion=5.1.1&DelegatedOrg=x",
	} {
		if got, err := httpauth.WithPSVersion(address, "5.1.1"); err != nil || got != want {
			t.Errorf("%s gives %s (%v), want %s", address, got, err, want)
		}
	}
}

func TestCloudOf(t *testing.T) {
	for host, want := range map[string]httpauth.Cloud{
		"outlook.com": httpauth.CloudWorldwide, "PS.Compliance.Protection.Outlook.com.": httpauth.CloudWorldwide,
		"partner.outlook.cn": httpauth.CloudChina, "l5.ps.compliance.protection.office365.us": httpauth.CloudDoD,
		"ps.compliance.protection.office365.us": httpauth.CloudGCCHigh, "webmail.apps.mil": httpauth.CloudDoD,
		"outlook.office.de": httpauth.CloudGermany, "xoutlook.com": httpauth.CloudNone, "outlook.com.example": httpauth.CloudNone, "com": httpauth.CloudNone, "": httpauth.CloudNone,
	} {
		if got := httpauth.CloudOf(host); got != want {
			t.Errorf("%s: %d, want %d", host, got, want)
		}
	}
}
