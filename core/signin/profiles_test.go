package signin_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
	"tenantry/core/journal/sharedfile"
	"tenantry/core/signin"
)

func TestProfilesAreSharedAndTheLastUsedComesFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config", "connections.json")
	window, command := signin.OpenProfiles(path), signin.OpenProfiles(path)

	if list, err := window.List(); err != nil || len(list) != 0 {
		t.Fatalf("a new list has %v, %v", list, err)
	}
	for _, name := range []string{"Work", " hosted ", "Alpha"} {
		if err := window.Save(signin.Profile{Name: name, User: "anna@fabrikam.example ", Remember: true}); err != nil {
			t.Fatal(err)
		}
	}
	if err := command.Used("WORK"); err != nil {
		t.Fatal(err)
	}
	if err := command.Save(signin.Profile{Name: "work", Connection: exchange.Classic, URL: "https://mail.example/PowerShell", User: "bert", CAFile: "ca.pem"}); err != nil {
		t.Fatal(err)
	}
	list, err := window.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	if !slices.Equal(names, []string{"work", "Alpha", "hosted"}) {
		t.Errorf("order %v", names)
	}
	got, err := window.Get("Work")
	want := signin.Profile{Name: "work", Connection: exchange.Classic, URL: "https://mail.example/PowerShell", User: "bert", CAFile: "ca.pem", Used: got.Used}
	if err != nil || got.Used.IsZero() || cmp.Diff(want, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
	if err := window.Remove("hosted"); err != nil {
		t.Fatal(err)
	}
	if err := window.Remove("hosted"); err != nil {
		t.Error("removing twice:", err)
	}
	_, err = command.Get("hosted")
	if p := exchange.AsProblem(err); p == nil || p.Code != signin.CodeProfileUnknown || p.Args["known"] != "work, Alpha" {
		t.Error(err)
	}
	if err := command.Used("hosted"); exchange.CodeOf(err) != signin.CodeProfileUnknown {
		t.Error(err)
	}
	if err := command.Save(signin.Profile{Name: "  "}); exchange.CodeOf(err) != signin.CodeProfileNoName {
		t.Error(err)
	}
}

func TestNoPasswordInAnAddressIsSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "connections.json")
	ps := signin.OpenProfiles(path)
	for i, address := range []string{"https://anna:hunter2@mail.example/ps", "https://anna:hunt%er2@mail.example/ps?x=a@b", "https://a@b:hunter2@mail.example"} {
		if err := ps.Save(signin.Profile{Name: string(rune('a' + i)), URL: address}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunt") || strings.Count(string(text), "https://mail.example") != 3 {
		t.Errorf("saved:\n%s", text)
	}
}

func TestADamagedFileIsLeftAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "connections.json")
	if err := os.WriteFile(path, []byte("{not json"), 0o600); err != nil {
		t.Fatal(err)
	}
	ps := signin.OpenProfiles(path)
	if err := ps.Save(signin.Profile{Name: "x"}); exchange.CodeOf(err) != sharedfile.CodeDamaged {
		t.Error(err)
	}
	if _, err := ps.List(); exchange.CodeOf(err) != sharedfile.CodeDamaged {
		t.Error(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "{not json" {
		t.Errorf("now %q", text)
	}
}

func TestThePasswordBelongsToAccountAndHost(t *testing.T) {
	base := signin.PasswordKey("anna@fabrikam.example", signin.DefaultURL)
	for _, c := range []struct {
		user, url string
		same      bool
	}{
		{" Anna@Fabrikam.example", "https://PS.outlook.com:443/other?DelegatedOrg=x", true},
		{"anna@fabrikam.example", "", true},
		{"bert@fabrikam.example", signin.DefaultURL, false},
		{"anna@fabrikam.example", "https://ps.outlook.com:8443/powershell", false},
		{"anna@fabrikam.example", "https://mail.example/powershell", false},
	} {
		if got := signin.PasswordKey(c.user, c.url); (got == base) != c.same {
			t.Errorf("%s at %q gives %q", c.user, c.url, got)
		}
	}
	if p := (signin.Profile{User: "anna@fabrikam.example"}); p.PasswordKey() != base || p.Address() != signin.DefaultURL {
		t.Error("a profile without an address does not use the usual one")
	}
}

func TestFolders(t *testing.T) {
	home := t.TempDir()
	t.Setenv(signin.HomeVariable, home)
	f := signin.FindFolders()
	if f.Config != filepath.Join(home, "config") || f.Data != filepath.Join(home, "data") {
		t.Errorf("%+v", f)
	}
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{f.Profiles(), f.Customers(), f.Journal()} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Error(err)
		}
	}
	blocked := signin.Folders{Config: f.Journal(), Data: f.Data}
	if err := blocked.Make(); exchange.CodeOf(err) != signin.CodeNoFolder {
		t.Error(err)
	}
	t.Setenv(signin.HomeVariable, "")
	if f := signin.FindFolders(); !strings.EqualFold(filepath.Base(f.Data), "tenantry") || !filepath.IsAbs(f.Config) {
		t.Errorf("%+v", f)
	}
}

func TestUsedIsTheTimeOfSigningIn(t *testing.T) {
	ps := signin.OpenProfiles(filepath.Join(t.TempDir(), "connections.json"))
	if err := ps.Save(signin.Profile{Name: "Work"}); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	if err := ps.Used("Work"); err != nil {
		t.Fatal(err)
	}
	if p, err := ps.Get("Work"); err != nil || p.Used.Before(before.Add(-time.Second)) || p.Used.After(time.Now()) {
		t.Errorf("%v, %v", p.Used, err)
	}
}
