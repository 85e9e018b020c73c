package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestARunAsAScript(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "3", "--mailboxes", "4"), somebody(t)
	domain := p.Customers[0].Domain
	got := who.run(t, "", append([]string{"run", "Get-Mailbox", "--customer", domain, "-p", "ResultSize=5", "--script", "-"}, p.at()...)...).want(t, 0)
	for _, has := range []string{
		"Get-Credential -Credential '" + p.User + "'\n", "-ConnectionUri '" + p.Classic + "?DelegatedOrg=" + domain + "' -Credential $UserCredential -Authentication Basic -AllowRedirection ",
		"\n        Get-Mailbox -ResultSize 5\n", "finally {\n    Remove-PSSession -Session $Session\n", "certutil -user -addstore Root",
	} {
		if !strings.Contains(got.out, has) {
			t.Errorf("the script lacks %q:\n%s", has, got.out)
		}
	}
	if got.err != "" {
		t.Errorf("beside the script it says %q", got.err)
	}

	for _, c := range p.Customers {
		who.run(t, "", "customers", "add", c.Domain, "--name", c.Name).want(t, 0)
	}
	path := filepath.Join(who.home, "all.ps1")
	who.run(t, "", append([]string{"run", "Set-Mailbox", "--all", "--import", "-p", "Identity=anna", "-p", "CustomAttribute1=it's $(here)", "--script", path}, p.at()...)...).
		want(t, 0, "The script was saved as "+path)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	for _, has := range []string{"\ufeff# What it does: ", "    '" + p.Customers[2].Domain + "' # \"" + p.Customers[2].Name + "\"\n", "$Module = Import-PSSession",
		"        Set-Mailbox -Identity anna -CustomAttribute1 'it''s $(here)' | Select-Object"} {
		if !strings.Contains(text, has) {
			t.Errorf("the file lacks %q:\n%s", has, text)
		}
	}
	if strings.Contains(text, "-Confirm") {
		t.Errorf("nobody has agreed to the change, and the script asks nobody:\n%s", text)
	}
	got = who.run(t, "", append([]string{"run", "Set-Mailbox", "--customer", domain, "-p", "Identity=anna", "--yes", "--script", "-"}, p.at()...)...).want(t, 0)
	if !strings.Contains(got.out, "Set-Mailbox -Identity anna -Confirm:$false\n") {
		t.Errorf("with --yes:\n%s", got.out)
	}
	if s := p.stats(t); s.Created != 0 || s.AuthFailures != 0 {
		t.Errorf("something was sent: %+v", s)
	}
}

// A script needs nobody at the keyboard and no password, and Exchange Online's own module needs no address.
func TestAScriptWithoutAConnection(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	got := who.run(t, "", "run", "Get-Mailbox", "--connect", "modern", "--user", "anna@fabrikam.example", "--customer", "contoso.example", "--script", "-").want(t, 0)
	if want := "Connect-ExchangeOnline -DelegatedOrganization 'contoso.example' -UserPrincipalName 'anna@fabrikam.example' -ShowBanner:$false "; !strings.Contains(got.out, want) {
		t.Errorf("%q is missing in\n%s", want, got.out)
	}
	got = who.run(t, "", "run", "New-Mailbox", "--url", "http://exchange.example/PowerShell", "--auth", "kerberos", "-p", "Name=Anna", "-p", "Password", "--script", "-").want(t, 0)
	if !strings.Contains(got.out, "-ConnectionUri 'http://exchange.example/PowerShell' -Authentication Kerberos ") || !strings.Contains(got.out, "-Password $using:SecretPassword\n") {
		t.Errorf("with a ticket:\n%s", got.out)
	}
	got = who.run(t, "", "run", "Get-Mailbox", "--sample", "--customer", "contoso.example", "--script", "-").want(t, 0)
	if !strings.Contains(got.out, "# The sample partner is only there while ") {
		t.Errorf("of the sample:\n%s", got.out)
	}
	for _, c := range []struct {
		said string
		args []string
	}{
		{"--script and --format do not go together.", []string{"--sample", "--customer", "contoso.example", "--format", "csv"}},
		{"No connection was chosen", []string{"--customer", "contoso.example"}},
		{"Password", []string{"--sample", "--customer", "contoso.example", "-p", "Password=hunter2"}},
		{"nobody", []string{"--sample", "--customer", "nobody"}},
	} {
		who.run(t, "", append(append([]string{"run", "New-Mailbox", "-p", "Name=x"}, c.args...), "--script", "x.ps1")...).want(t, 2, c.said)
		if _, err := os.Stat(filepath.Join(who.home, "x.ps1")); err == nil {
			t.Errorf("%v: a script was written", c.args)
		}
	}
	who.run(t, "", "run", "Get-Mailbox", "--sample", "--customer", "contoso.example", "--script", filepath.Join("no", "folder.ps1")).want(t, 2, filepath.Join("no", "folder.ps1"))
}
