package support

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRedactor(t *testing.T) {
	r := NewRedactor(Names{
		Customers: [][]string{{"umbrella.example", "Umbrella", "AB"}, {"café-noord.example", "Café Noord"}},
		Accounts:  []string{"anna@northwind.example", `CORP\bob`}, Hosts: []string{"mail.northwind.example", "ps.outlook.com"}, Others: []string{"work", "Zomerproject"},
	})
	for text, want := range map[string]string{
		"connection refused":                                               "connection refused",
		"Umbrella and UMBRELLA and uMbReLLa":                               "customer-1 and customer-1 and customer-1",
		"for umbrella.example:":                                            "for customer-1:",
		"AB or about":                                                      "customer-1 or text-2",
		"Cafe\u0301 Noord in CAFÉ-NOORD.EXAMPLE":                           "customer-2 in customer-2",
		"by anna@northwind.example":                                        "by account-1",
		"by Anna":                                                          "by account-1",
		"from mail.northwind.example:443":                                  "from host-3:443",
		"at other.northwind.example:8443":                                  "at other.host-1:8443",
		"ps.outlook.com:443 and pod51042psh.outlook.com":                   "ps.outlook.com:443 and pod51042psh.outlook.com",
		"umbrella.mail.outlook.com":                                        "customer-1host-4",
		"https://someone.example:8443/owa?u=x":                             "https://host-5:8443/…=text-3",
		"https://ps.outlook.com/PowerShell":                                "https://ps.outlook.com/powershell",
		"203.0.113.9 and [2001:db8::1]:443 and 127.0.0.1:80":               "ip-1 and [ip-2]:443 and 127.0.0.1:80",
		"{6F9619FF-8b86-d011-b42d-00c04fc964ff}":                           "{id-1}",
		`in C:\Users\x\y, \\FS01\share and /home/x/y`:                      "in path-1, path-2 and path-3",
		"at 2026-12-31T23:59:59Z in 1m30.5s":                               "at 2026-12-31T23:59:59Z in 1m30.5s",
		"fault 2150858843, 0x80070005":                                     "fault 2150858843, 0x80070005",
		"0612345678 is no short number":                                    "text-4 is no short number",
		`HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Client\AllowBasic`: `HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Client\AllowBasic`,
		"the work of Zomerproject":                                         "the work of text-1",
		"network:mail.northwind.example:443":                               "network:host-3:443",
		"Basic YW5uYTpodW50ZXIy":                                           "Basic text-5",
		"never\x00 \x1b[31mred, Um\u200bbrel\x7fla, Caf\u00e9\nNoord":      "never [text-6, customer-1, customer-2",
		"": "",
	} {
		if got := r.Text(text); kinds(got) != kinds(want) {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

var numbered = regexp.MustCompile(`(text|host|ip|path|id)-[0-9]+`)

// kinds is text without the numbers of placeholders that depend on what was asked before.
func kinds(text string) string { return numbered.ReplaceAllString(text, "$1-n") }

func TestTheSameThingHasTheSamePlaceholder(t *testing.T) {
	r := NewRedactor(Names{})
	one := r.Text("Someone at a.example and SOMEONE at b.example, a.example again")
	if one != "text-1 at host-1 and text-1 at host-2, host-1 again" {
		t.Errorf("got %q", one)
	}
	if r.Host("A.example") != "host-1" || r.Endpoint("b.example:443") != "host-2:443" || r.URL("https://a.example/PowerShell/") != "https://host-1/powershell" {
		t.Errorf("%q %q %q", r.Host("A.example"), r.Endpoint("b.example:443"), r.URL("https://a.example/PowerShell/"))
	}
}

// Words of the list cannot name anybody by their form: none has a dot, an @ or a digit that is not a version's.
func TestTheVocabularyIsWords(t *testing.T) {
	if len(vocabulary()) < 300 {
		t.Fatalf("only %d words", len(vocabulary()))
	}
	for word := range vocabulary() {
		if strings.ContainsAny(word, `@.\/:`) {
			t.Errorf("%q is no word", word)
		}
	}
}

// FuzzRedactor plants a name that is known, and things that show what they are, into any text.
func FuzzRedactor(f *testing.F) {
	f.Add("connection to Umbrella refused", "Umbrella", "anna")
	f.Add("a\x00b\xff", "Ünïted Ɓank", "x.y-z")
	f.Add("https://%zz", "İstanbul", "KELVIN\u212a")
	f.Add("[::1]:80 network:", "ab", "q")
	f.Fuzz(func(t *testing.T, text, name, local string) {
		at := strings.IndexByte(text, ' ') + 1
		clean := strings.Map(func(c rune) rune {
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
				return c
			}
			return -1
		}, strings.ToLower(local))
		mail, host, id, ip := "zq"+clean+"@somewhere.example", "zq"+clean+".somewhere.example", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "203.0.113.77"
		r := NewRedactor(Names{Customers: [][]string{{name}}})
		got := r.Text(text[:at] + name + text[at:] + " " + mail + "," + host + ";" + id + "=" + ip + " " + name)
		if !utf8.ValidString(got) {
			t.Fatalf("no text: %q", got)
		}
		told := string(folded(got))
		for _, p := range []string{mail, host, id, ip} {
			if strings.Contains(told, string(folded(p))) {
				t.Errorf("%q is in %q", p, got)
			}
		}
		if n := string(folded(strings.TrimSpace(name))); utf8.RuneCountInString(n) >= keyRunes && !strings.Contains("customer-1account-host-id-ip-path-text-0123456789", n) && !spelt(n) && strings.Contains(told, n) {
			t.Errorf("%q is in %q", name, got)
		}
	})
}

// spelt tells whether a name is made of what placeholders and the ends of text are made of, such as "-1 ".
func spelt(name string) bool {
	rest := name
	for _, k := range []string{"customer", "account", "host", "text", "path", "id", "ip"} {
		rest = strings.ReplaceAll(rest, k, "")
	}
	return rest != name && strings.Trim(rest, "-0123456789 ,;=:/.") == "" || strings.Trim(name, "-0123456789 ,;=:/.") == ""
}
