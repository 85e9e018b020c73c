package customers_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/language"

	"tenantry/core/customers"
	"tenantry/core/exchange"
)

// otherProcess tells the copy of this test program that is a second running Tenantry which file to add to.
const otherProcess = "TENANTRY_TEST_CUSTOMERS"

func TestMain(m *testing.M) {
	if path := os.Getenv(otherProcess); path != "" {
		if err := addMany(path, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const perProcess = 40

func addMany(path, name string) error {
	s := customers.Open(path, language.Und)
	for i := range perProcess {
		if _, err := s.Add(customers.Customer{Domain: exchange.CustomerID(fmt.Sprintf("%s%d.example", name, i))}); err != nil {
			return err
		}
	}
	return nil
}

func store(t *testing.T) *customers.Store {
	return customers.Open(filepath.Join(t.TempDir(), "data", "customers.json"), language.Dutch)
}

func TestTwoProcessesAndTheirGoroutinesLoseNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "customers.json")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		cmd := exec.CommandContext(t.Context(), self, name)
		cmd.Env = append(os.Environ(), otherProcess+"="+path)
		cmd.Stderr = os.Stderr
		all.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	for _, name := range []string{"here", "there"} {
		all.Go(func() {
			if err := addMany(path, name); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, err := customers.Open(path, language.Und).List()
	if err != nil || len(list) != 4*perProcess {
		t.Errorf("%d customers, %v", len(list), err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTheListIsKeptAndSortedAsPeopleRead(t *testing.T) {
	s := store(t)
	for _, c := range []customers.Customer{
		{Domain: "zeta.example", Name: "Zeta"}, {Domain: "eclair.example", Name: "Éclair"},
		{Domain: "fabriek.example", Name: "fabriek 10"}, {Domain: "fabriek2.example", Name: "Fabriek 9"},
		{Domain: "DELTA.example "},
	} {
		if _, err := s.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	if want := []string{"delta.example", "Éclair", "Fabriek 9", "fabriek 10", "Zeta"}; !slices.Equal(names, want) {
		t.Errorf("%v", names)
	}
}

func TestChangingOneCustomer(t *testing.T) {
	s := store(t)
	const tenant = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
	added, err := s.Add(customers.Customer{
		Domain: "https://www.Contoso.com/about", TenantID: "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}", Name: "  Contoso   Ltd ",
		OtherDomains: []exchange.CustomerID{"contoso.nl", "contoso.com"}, Tags: []string{"silver", "Gold", "gold"},
	})
	want := customers.Customer{
		Domain: "contoso.com", TenantID: tenant, Name: "Contoso Ltd",
		OtherDomains: []exchange.CustomerID{"contoso.nl"}, Tags: []string{"Gold", "silver"},
	}
	if err != nil || cmp.Diff(want, added) != "" {
		t.Fatalf("%v %s", err, cmp.Diff(want, added))
	}
	for _, again := range []customers.Customer{{Domain: "contoso.com"}, {Domain: "anna@contoso.nl"}, {Domain: tenant}, {Domain: "new.example", TenantID: tenant}} {
		_, err := s.Add(again)
		if p := exchange.AsProblem(err); p == nil || p.Code != customers.CodeDuplicate || p.Args["other"] != "Contoso Ltd" {
			t.Errorf("%+v: %v", again, err)
		}
	}
	if err := s.Tag("contoso.nl", "Bronze", "GOLD"); err != nil {
		t.Fatal(err)
	}
	if err := s.Untag("contoso.com", "SILVER", "none"); err != nil {
		t.Fatal(err)
	}
	if err := s.Favourite(tenant, true); err != nil {
		t.Fatal(err)
	}
	if err := s.Tag("contoso.com", " "); exchange.CodeOf(err) != customers.CodeBadTag {
		t.Error(err)
	}
	want.Tags, want.Favourite = []string{"Bronze", "Gold"}, true
	for _, text := range []string{"contoso.com", " Contoso.NL", "CONTOSO LTD", tenant, "anna@contoso.com"} {
		if got, err := s.Find(text); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("find %q: %v %s", text, err, cmp.Diff(want, got))
		}
	}
	want.Note = "calls on Mondays"
	if _, err := s.Update(want); err != nil {
		t.Error(err)
	}
	if _, err := s.Update(customers.Customer{Domain: "nobody.example"}); exchange.CodeOf(err) != customers.CodeUnknown {
		t.Error(err)
	}
	for text, n := range map[string]int{"": 1, "contoso bronze": 1, "MONDAYS": 1, "contoso silver": 0, "6f9619ff": 1} {
		if got, err := s.Search(text); err != nil || len(got) != n {
			t.Errorf("search %q: %v, %v", text, got, err)
		}
	}
	if err := s.Remove("contoso.com", "nobody.example"); exchange.CodeOf(err) != customers.CodeUnknown {
		t.Error(err)
	}
	if _, err := s.Find("contoso.com"); err != nil {
		t.Error("removed although one was not there:", err)
	}
	if err := s.Remove("contoso.com"); err != nil {
		t.Error(err)
	}
	if _, err := s.Find("contoso.com"); exchange.CodeOf(err) != customers.CodeUnknown {
		t.Error(err)
	}
}

func TestParseDomain(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, c := range []struct{ text, want, why string }{
		{"contoso.com", "contoso.com", ""},
		{"  Contoso.onmicrosoft.COM.\u200b", "contoso.onmicrosoft.com", ""},
		{"https://www.contoso.com:443/a?b=c@d", "contoso.com", ""},
		{"www.contoso.com", "www.contoso.com", ""},
		{"\"Anna <anna@contoso.com>\"", "contoso.com", ""},
		{"mailto:anna@contoso.com", "contoso.com", ""},
		{"@contoso.com", "contoso.com", ""},
		{"München.example", "xn--mnchen-3ya.example", ""},
		{"XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example", ""},
		{"{6F9619FF-8B86-D011-B42D-00CF4FC964FF}", "6f9619ff-8b86-d011-b42d-00cf4fc964ff", ""},
		{"contoso", "", "no-dot"},
		{" ", "", "empty"},
		{"https:///path", "", "empty"},
		{"contoso .com", "", "characters"},
		{"-contoso.com", "", "characters"},
		{"contoso..com", "", "characters"},
		{"con_toso.com", "", "characters"},
		{"10.0.0.1", "", "characters"},
		{"cont;oso.com", "", "characters"},
		{long + ".com", "", "too-long"},
		{strings.Repeat("a.", 2000) + "com", "", "too-long"},
	} {
		got, err := customers.ParseDomain(c.text)
		why := ""
		if err != nil {
			p := exchange.AsProblem(err)
			why = p.Args["why"]
			if p.Code != customers.CodeBadDomain {
				t.Errorf("%q: %v", c.text, err)
			}
		}
		if string(got) != c.want || why != c.why {
			t.Errorf("%q gives %q, %q; want %q, %q", c.text, got, why, c.want, c.why)
		}
	}
	_, err := customers.ParseDomain("Contoso")
	if got := exchange.AsProblem(err).Args["suggestion"]; got != "contoso.onmicrosoft.com" {
		t.Errorf("suggests %q", got)
	}
}

func TestImport(t *testing.T) {
	const tenant = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
	contoso := customers.Customer{Domain: "contoso.onmicrosoft.com", Name: "Contoso, Ltd"}
	full := contoso
	full.TenantID, full.Tags = tenant, []string{"Cloud Reseller"}
	one := func(c customers.Customer) []customers.Customer { return []customers.Customer{c} }
	plain := func(domains ...string) (list []customers.Customer) {
		for _, d := range domains {
			list = append(list, customers.Customer{Domain: exchange.CustomerID(d), Name: d})
		}
		return list
	}
	for _, c := range []struct {
		name, text string
		added      []customers.Customer
		bad        []string // line and code
	}{
		{"Partner Center", "Microsoft ID,Company name,Primary domain name,Relationship\r\n" + tenant + `,"Contoso, Ltd",contoso.onmicrosoft.com,Cloud Reseller` + "\r\n", one(full), nil},
		{"Partner Center, older", "Customer tenant ID;Company name;Domain\n" + strings.ToUpper(tenant) + ";Contoso, Ltd;contoso.onmicrosoft.com\n",
			one(customers.Customer{Domain: contoso.Domain, Name: contoso.Name, TenantID: tenant}), nil},
		{"Dutch", "Klant\tDomeinnaam\tLabels\tOpmerking\tFavoriet\nContoso, Ltd\tcontoso.onmicrosoft.com\tgoud;klein\tbelt maandag\tja\n",
			one(customers.Customer{Domain: contoso.Domain, Name: contoso.Name, Tags: []string{"goud", "klein"}, Note: "belt maandag", Favourite: true}), nil},
		{"one column", "contoso.com\n\n  Fabrikam.com\nhttps://litware.com/\n", plain("contoso.com", "fabrikam.com", "litware.com"), nil},
		{"one line", "contoso.com;fabrikam.com;litware.com", plain("contoso.com", "fabrikam.com", "litware.com"), nil},
		{"old line ends", "domain\rcontoso.com\rfabrikam.com", plain("contoso.com", "fabrikam.com"), nil},
		{"no header, a name", "Contoso, contoso.com\nfabrikam.com, Fabrikam\n", []customers.Customer{{Domain: "contoso.com", Name: "Contoso"}, {Domain: "fabrikam.com", Name: "Fabrikam"}}, nil},
		{"Excel's own line", "sep=;\nName;Domain\nContoso;contoso.com\n", one(customers.Customer{Domain: "contoso.com", Name: "Contoso"}), nil},
		{"several domains of one customer", "Name,Domains\nContoso,\"contoso.com, contoso.onmicrosoft.com\ncontoso.nl\"\n",
			one(customers.Customer{Domain: "contoso.onmicrosoft.com", Name: "Contoso", OtherDomains: []exchange.CustomerID{"contoso.com", "contoso.nl"}}), nil},
		{"several domains in a cell", "Domain\ncontoso.com; fabrikam.com\n", plain("contoso.com", "fabrikam.com"), nil},
		{"tenant ID alone", "Tenant ID,Name\n" + tenant + ",Contoso\n", one(customers.Customer{Domain: tenant, TenantID: tenant, Name: "Contoso"}), nil},
		{"bad rows and duplicates", "Name,Domain\nA,a.example\nB,\nC,not a domain\n,a.example\nE,\"e.example\nF,known.example\nG,g.example\n",
			[]customers.Customer{{Domain: "a.example", Name: "A"}, {Domain: "g.example", Name: "G"}},
			[]string{"3 customers.no-domain", "4 customers.bad-domain", "4 customers.bad-domain", "4 customers.bad-domain", "5 customers.duplicate", "6 customers.bad-row", "7 customers.duplicate"}},
		{"header only", "Name,Domain\n", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, encode := range map[string]func(string) []byte{
				"UTF-8": func(s string) []byte { return []byte(s) },
				"BOM":   func(s string) []byte { return []byte("\uFEFF" + s) },
				"UTF-16LE": func(s string) []byte {
					b, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
					return b
				},
				"UTF-16BE": func(s string) []byte {
					b, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
					return b
				},
				"UTF-16LE without mark": func(s string) []byte {
					b, _ := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(s))
					return b
				},
			} {
				s := store(t)
				if _, err := s.Add(customers.Customer{Domain: "known.example", Name: "Known"}); err != nil {
					t.Fatal(err)
				}
				added, rows, err := s.ImportCSV(bytes.NewReader(encode(c.text)))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if diff := cmp.Diff(c.added, added); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				var bad []string
				for _, r := range rows {
					bad = append(bad, fmt.Sprintf("%d %s", r.Line, r.Problem.Code))
				}
				if diff := cmp.Diff(c.bad, bad); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				if list, err := s.List(); err != nil || len(list) != len(c.added)+1 {
					t.Errorf("%s: %d on the list, %v", name, len(list), err)
				}
			}
		})
	}
}

func TestImportOfWhatIsNoList(t *testing.T) {
	for text, code := range map[string]exchange.Code{
		"":                            customers.CodeFileIsEmpty,
		"\n \n":                       customers.CodeFileIsEmpty,
		"PK\x03\x04 a workbook":       customers.CodeNotText,
		"\x7fELF\x02\x01\x01\x00\x00": customers.CodeNotText,
	} {
		s := store(t)
		if _, _, err := s.ImportCSV(strings.NewReader(text)); exchange.CodeOf(err) != code {
			t.Errorf("%q: %v", text, err)
		}
	}
	added, _, err := store(t).ImportCSV(strings.NewReader("Naam;Domein\nCaf\xe9;cafe.example\n"))
	if err != nil || len(added) != 1 || added[0].Name != "Café" {
		t.Errorf("Windows-1252: %+v, %v", added, err)
	}
}

func FuzzImportCSV(f *testing.F) {
	for _, seed := range []string{"Name,Domain\nA,a.example\n", "a.example;b.example", "\"a\n\"\"b\",\"c", "sep=;\n;;;", "\xff\xfea\x00.\x00b\x00", "tenant id\n6f9619ff-8b86-d011-b42d-00cf4fc964ff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := store(t)
		added, rows, err := s.ImportCSV(bytes.NewReader(raw))
		if err != nil {
			return
		}
		lines := bytes.Count(raw, []byte("\n")) + bytes.Count(raw, []byte("\r")) + 1
		for _, r := range rows {
			if r.Line < 1 || r.Line > lines || r.Problem == nil {
				t.Errorf("%+v of %d lines", r, lines)
			}
		}
		for _, c := range added {
			if id, err := customers.ParseDomain(string(c.Domain)); err != nil || id != c.Domain || c.Name == "" {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if list, err := s.List(); err != nil || len(list) != len(added) {
			t.Errorf("%d added, %d on the list, %v", len(added), len(list), err)
		}
	})
}
