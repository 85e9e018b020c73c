package main_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a person did and keeps is in their folders; none of it is in the bundle, and all that is was shown.
func TestTheSupportBundle(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "3"), somebody(t)
	who.env = append(who.env, "USER=q.zwartkruis", "LOGNAME=q.zwartkruis", "HOSTNAME=kruiser")
	domain := p.Customers[1].Domain
	who.run(t, "", "customers", "add", domain, "--name", "Zwartkruis Logistiek", "--tag", "overname").want(t, 0)
	who.ask(t, p, "run", "Get-Mailbox", "--customer", domain, "-p", "ResultSize=2", "--format", "csv").want(t, 0)

	printed := who.run(t, "", "support-bundle").want(t, 0)
	for _, want := range []string{"--- report.txt ---", "--- report.json ---", "Tenantry ", "Get-Mailbox, answered, 2 rows", "command line", "1 customer on the list", "pass  data-folder"} {
		if !strings.Contains(printed.out, want) {
			t.Errorf("no %q in\n%s", want, printed.out)
		}
	}

	path := filepath.Join(who.home, "help.zip")
	saved := who.run(t, "", "support-bundle", "-o", path).want(t, 0)
	if saved.out != "" || !strings.Contains(saved.err, "--- report.txt ---") || !strings.Contains(saved.err, path) {
		t.Errorf("out %q, err %.200q", saved.out, saved.err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(saved.err, string(data)) {
			t.Errorf("%s was not shown as it is", f.Name)
		}
		text := strings.ToLower(string(data))
		for _, secret := range []string{strings.ToLower(domain), "zwartkruis", "overname", strings.ToLower(p.User), strings.ToLower(who.home)} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", f.Name, secret)
			}
		}
	}

	// It is in the person's language, and needs no journal.
	who.lang = "nl_NL.UTF-8"
	journal := filepath.Join(who.home, "tenantry", "data", "journal.db")
	if err := os.WriteFile(journal, []byte("no journal at all, and long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	dutch := who.run(t, "", "support-bundle").want(t, 0)
	if !strings.Contains(dutch.out, "Tenantry: rapport voor de helpdesk") || !strings.Contains(dutch.out, "runs: Het logboek is beschadigd (journal.damaged)") {
		t.Errorf("got\n%s", dutch.out)
	}
	if got := who.run(t, "", "support-bundle", "-o", filepath.Join(who.home, "none", "help.zip")).want(t, 2); !strings.Contains(got.err, "help.zip") {
		t.Errorf("got %q", got.err)
	}
}
