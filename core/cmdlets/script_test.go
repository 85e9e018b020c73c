package cmdlets_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/secret"
	"tenantry/core/wording"
)

var (
	words  = wording.For("en-GB")
	moment = time.Date(2026, 11, 30, 14, 2, 0, 0, time.UTC)
)

func mailboxes(customers ...cmdlets.ScriptCustomer) cmdlets.Script {
	return cmdlets.Script{
		Invocation: exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "ResultSize", Value: exchange.Unlimited()}}},
		Title:      "Mailboxes", Customers: customers, Connection: exchange.Classic,
		URL: "https://ps.outlook.com/powershell-liveid", User: "anna@fabrikam.example", Version: "1.0", At: moment,
	}
}

var (
	contoso   = cmdlets.ScriptCustomer{Domain: "contoso.onmicrosoft.com", Name: "Contoso"}
	northwind = cmdlets.ScriptCustomer{Domain: "northwind.example", Name: "Northwind"}
)

// code is a script without comments and empty lines.
func code(script string) string {
	var out []string
	for line := range strings.Lines(script) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n") + "\n"
}

func TestAScriptForOneCustomer(t *testing.T) {
	s := mailboxes(contoso)
	want := `$UserCredential = Get-Credential -Credential 'anna@fabrikam.example'
if (-not $UserCredential) { return }
$Session = New-PSSession -ConfigurationName Microsoft.Exchange -ConnectionUri 'https://ps.outlook.com/powershell-liveid?DelegatedOrg=contoso.onmicrosoft.com' -Credential $UserCredential -Authentication Basic -AllowRedirection -ErrorAction Stop
try {
    $Rows = Invoke-Command -Session $Session -ScriptBlock {
        Get-Mailbox -ResultSize Unlimited
    }
}
finally {
    Remove-PSSession -Session $Session
}
$Rows
`
	if got := code(s.Text(words)); got != want {
		t.Errorf("the script is\n%s\nwant\n%s", got, want)
	}
	s.Import = true
	want = `$Module = $null
try {
    $Module = Import-PSSession -Session $Session -DisableNameChecking -AllowClobber -ErrorAction Stop
    $Rows = Get-Mailbox -ResultSize Unlimited
}
finally {
    if ($Module) { Remove-Module -ModuleInfo $Module }
    Remove-PSSession -Session $Session
}
$Rows
`
	if got := code(s.Text(words)); !strings.HasSuffix(got, want) {
		t.Errorf("with all cmdlets the script is\n%s\nwant at its end\n%s", got, want)
	}
	s.Connection = exchange.Modern
	want = `Connect-ExchangeOnline -DelegatedOrganization 'contoso.onmicrosoft.com' -UserPrincipalName 'anna@fabrikam.example' -ShowBanner:$false -ErrorAction Stop
try {
    $Rows = Get-Mailbox -ResultSize Unlimited
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
$Rows
`
	if got := code(s.Text(words)); got != want {
		t.Errorf("for Exchange Online the script is\n%s\nwant\n%s", got, want)
	}
}

func TestAScriptForManyCustomers(t *testing.T) {
	s := mailboxes(contoso, northwind)
	want := `$Customers = @(
    'contoso.onmicrosoft.com' # "Contoso"
    'northwind.example' # "Northwind"
)
$UserCredential = Get-Credential -Credential 'anna@fabrikam.example'
if (-not $UserCredential) { return }
$NotAsked = @()
$Connected = $false
$Rows = foreach ($Customer in $Customers) {
    Write-Host $Customer
    $Session = $null
    try {
        $Session = New-PSSession -ConfigurationName Microsoft.Exchange -ConnectionUri ('https://ps.outlook.com/powershell-liveid?DelegatedOrg=' + $Customer) -Credential $UserCredential -Authentication Basic -AllowRedirection -ErrorAction Stop
        $Connected = $true
        Invoke-Command -Session $Session -ScriptBlock {
            Get-Mailbox -ResultSize Unlimited
        } | Select-Object -Property @{ Name = 'Customer'; Expression = { $Customer } }, '*' -ExcludeProperty 'PSComputerName', 'PSShowComputerName', 'RunspaceId'
    }
    catch {
        Write-Warning ($Customer + ': ' + $_.Exception.Message)
        $NotAsked += $Customer
        if (-not $Connected -and $NotAsked.Count -ge 3) {
            Write-Warning 'Stopped, because nobody let this account in. A wrong password that is sent again and again locks the account.'
            break
        }
    }
    finally {
        if ($Session) { Remove-PSSession -Session $Session }
    }
}
if ($NotAsked) {
    Write-Warning ('Not asked, or not to the end:' + ' ' + ($NotAsked -join ', '))
}
$Rows
`
	if got := code(s.Text(words)); got != want {
		t.Errorf("the script is\n%s\nwant\n%s", got, want)
	}
}

func TestWaysToSignIn(t *testing.T) {
	thumb := "0123456789ABCDEF0123456789ABCDEF01234567"
	for _, c := range []struct {
		name      string
		change    func(*cmdlets.Script)
		has, lack []string
	}{
		{"the ticket of whoever is at the computer", func(s *cmdlets.Script) { s.Authentication, s.User = exchange.AuthKerberos, "" },
			[]string{" -Authentication Kerberos "}, []string{"Get-Credential", "-Credential"}},
		{"a ticket for another account", func(s *cmdlets.Script) { s.Authentication = exchange.AuthKerberos },
			[]string{" -Credential $UserCredential -Authentication Kerberos "}, nil},
		{"Negotiate", func(s *cmdlets.Script) { s.Authentication = exchange.AuthNegotiate }, []string{" -Authentication Negotiate "}, []string{"NTLM"}},
		{"NTLM", func(s *cmdlets.Script) { s.Authentication = exchange.AuthNTLM }, []string{" -Authentication Negotiate ", words.Text("handover.ntlm")}, nil},
		{"a certificate", func(s *cmdlets.Script) { s.Authentication, s.Thumbprint = exchange.AuthCertificate, thumb },
			[]string{" -CertificateThumbprint '" + thumb + "' -AllowRedirection", "certmgr.msc"}, []string{"-Authentication", "-Credential"}},
		{"no proxy", func(s *cmdlets.Script) { s.Proxy.Mode = exchange.ProxyNone },
			[]string{"$SessionOption = New-PSSessionOption -ProxyAccessType NoProxyServer\n", " -SessionOption $SessionOption "}, []string{"IEConfig"}},
		{"a proxy that asks", func(s *cmdlets.Script) {
			s.Proxy = exchange.Proxy{Mode: exchange.ProxyManual, URL: "http://proxy.example:8080", User: "jo", Password: secret.New("hunter2")}
		}, []string{"netsh winhttp set proxy proxy.example:8080\n", "-ProxyCredential (Get-Credential -Credential 'jo')", " -SessionOption $SessionOption "}, []string{"hunter2"}},
		{"a private authority", func(s *cmdlets.Script) { s.PrivateCA = true }, []string{"certutil -user -addstore Root"}, []string{"SkipCACheck"}},
		{"a change", func(s *cmdlets.Script) { s.Invocation.Cmdlet = "Set-Mailbox" }, []string{words.Text("handover.changes")}, nil},
		{"the account's own organisation", func(s *cmdlets.Script) { s.Customers = []cmdlets.ScriptCustomer{{}} },
			[]string{"-ConnectionUri 'https://ps.outlook.com/powershell-liveid' "}, []string{"DelegatedOrg"}},
	} {
		s := mailboxes(contoso)
		c.change(&s)
		text := s.Text(words)
		flat := strings.ReplaceAll(text, "\n# ", " ")
		for _, has := range c.has {
			if !strings.Contains(flat, has) {
				t.Errorf("%s: %q is missing in\n%s", c.name, has, text)
			}
		}
		for _, lack := range c.lack {
			if strings.Contains(flat, lack) {
				t.Errorf("%s: %q stands in\n%s", c.name, lack, text)
			}
		}
		if _, err := tokens(text); err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, text)
		}
	}
}

// Exchange takes named commands with values and nothing else, so a password is asked for on this computer first
// and read with $using: when the command is sent.
func TestAPasswordIsAskedForAndNeverWritten(t *testing.T) {
	for _, c := range []struct {
		change     func(*cmdlets.Script)
		said, used string
	}{
		{func(*cmdlets.Script) {}, "$SecretPassword = Read-Host -AsSecureString -Prompt 'Password for Password'\n", "New-Mailbox -Name Anna -Password $using:SecretPassword\n"},
		{func(s *cmdlets.Script) { s.Import = true }, "$SecretPassword = Read-Host", "New-Mailbox -Name Anna -Password $SecretPassword\n"},
		{func(s *cmdlets.Script) { s.Connection = exchange.Modern }, "$SecretPassword = Read-Host", "New-Mailbox -Name Anna -Password $SecretPassword\n"},
		{func(s *cmdlets.Script) {
			s.Invocation.Params[1].Value = exchange.NewList([]exchange.Value{exchange.NewSecret(secret.New("hunter2")), exchange.NewSecret(secret.New("hunter3"))})
		}, "$SecretPassword2 = Read-Host", "-Password $using:SecretPassword,$using:SecretPassword2\n"},
	} {
		s := mailboxes(contoso)
		s.Invocation = exchange.Invocation{Cmdlet: "New-Mailbox", Params: []exchange.Param{
			{Name: "Name", Value: exchange.NewText("Anna")}, {Name: "Password", Value: exchange.NewSecret(secret.New("hunter2"))}}}
		c.change(&s)
		text := s.Text(words)
		if strings.Contains(text, "hunter") || strings.Contains(text, secret.Hidden) {
			t.Errorf("the script shows the password:\n%s", text)
		}
		if asked, used := strings.Index(text, c.said), strings.Index(text, c.used); asked < 0 || used < asked {
			t.Errorf("%q and then %q are wanted in\n%s", c.said, c.used, text)
		}
	}
}

func TestAScriptAsAFile(t *testing.T) {
	s := mailboxes(cmdlets.ScriptCustomer{Domain: "contoso.example", Name: "Café 漢"})
	raw := s.File(words)
	if !bytes.HasPrefix(raw, []byte("\xef\xbb\xbf#")) {
		t.Errorf("the file begins with %q: Windows PowerShell would read it in another character set", raw[:8])
	}
	if n := bytes.Count(raw, []byte("\r\n")); n == 0 || n != bytes.Count(raw, []byte("\n")) || n != bytes.Count(raw, []byte("\r")) {
		t.Error("the lines do not end as on Windows")
	}
	if !bytes.Contains(raw, []byte("Café 漢, contoso.example")) {
		t.Errorf("the customer is not named:\n%s", raw)
	}
}

// The address is the one that the run itself would go to, but for the order of its parameters.
func TestTheAddressNamesTheCustomer(t *testing.T) {
	parts := func(address string) []string {
		path, query, _ := strings.Cut(address, "?")
		list := strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' })
		for i, p := range list {
			if strings.EqualFold(strings.SplitN(p, "=", 2)[0], "DelegatedOrg") {
				list[i] = "DelegatedOrg=" + strings.SplitN(p, "=", 2)[1]
			}
		}
		slices.Sort(list)
		return append(list, path)
	}
	for _, address := range []string{"https://ps.outlook.com/powershell-liveid", "https://ps.outlook.com/powershell-liveid/", "https://h.example/PowerShell?SerializationLevel=Full",
		"https://h.example/PowerShell?delegatedorg=old.example;SerializationLevel=Full", "https://h.example/p?a=%20;DelegatedOrg=x;b=2&c", "https://h.example/p?DelegatedOrg=x&DelegatedOrg=y#part"} {
		for _, customer := range []exchange.CustomerID{"contoso.example", "c0000000-0000-4000-8000-000000000001", "a b&c"} {
			want, err := httpauth.WithDelegatedOrg(address, string(customer))
			if err != nil {
				t.Fatal(err)
			}
			if got := cmdlets.WithCustomer(address, customer); !slices.Equal(parts(got), parts(want)) {
				t.Errorf("%s for %s: %s, the run goes to %s", address, customer, got, want)
			}
		}
		if got := cmdlets.WithCustomer(address, ""); got != address {
			t.Errorf("%s without a customer became %s", address, got)
		}
	}
}

// data is everything in a script that comes from outside.
type data struct{ title, name, name2, domain, domain2, user, proxy, text, key, inTable, param string }

func scriptOf(d data, kind int) cmdlets.Script {
	s := cmdlets.Script{
		Invocation: exchange.Invocation{Cmdlet: "Set-Thing", Params: []exchange.Param{
			{Name: "One", Value: exchange.NewText(d.text)},
			{Name: "Many", Value: exchange.NewList([]exchange.Value{exchange.NewText(d.text), exchange.NewText(d.inTable)})},
			{Name: "Table", Value: cmdlets.NewTable([]exchange.Field{{Name: "odd " + d.key, Value: exchange.NewText(d.inTable)}})},
			{Name: "Password" + d.param, Value: exchange.NewSecret(secret.New("hunter2"))},
			{Name: "Last", Value: exchange.NewText("end of it")}}},
		Title: d.title, Customers: []cmdlets.ScriptCustomer{{Domain: exchange.CustomerID(d.domain), Name: d.name}},
		Connection: exchange.Classic, URL: "https://h.example/p", User: d.user, Version: "1", At: moment,
		Proxy: exchange.Proxy{Mode: exchange.ProxyManual, URL: d.proxy, User: d.user},
	}
	if kind&1 != 0 {
		s.Customers = append(s.Customers, cmdlets.ScriptCustomer{Domain: exchange.CustomerID(d.domain2), Name: d.name2})
	}
	if kind&2 != 0 {
		s.Import = true
	}
	if kind&4 != 0 {
		s.Connection = exchange.Modern
	}
	return s
}

var tame = data{"a title", "a name", "another name", "a.domain", "b.domain", "a user", "http://p.example:8080", "a text", "key", "in a table", ""}

// checkScript proves that a script reads as the same tokens whatever the data is, but for the texts that are the
// data: no data becomes a variable, an operator, a parameter or another statement.
func checkScript(t failer, d data, kind int) {
	script := scriptOf(d, kind).Text(words)
	got, err := tokens(script)
	if err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	want, err := tokens(scriptOf(tame, kind).Text(words))
	if err != nil {
		t.Fatalf("%v", err)
	}
	if kind&5 == 1 { // an address is put together of a customer that is written otherwise in it
		got, want = withoutEscape(got), withoutEscape(want)
	}
	becomes := map[string]string{tame.domain: d.domain, tame.domain2: d.domain2, tame.user: d.user, tame.text: d.text,
		"odd " + tame.key: "odd " + d.key, tame.inTable: d.inTable,
		cmdlets.WithCustomer("https://h.example/p", exchange.CustomerID(tame.domain)): cmdlets.WithCustomer("https://h.example/p", exchange.CustomerID(d.domain))}
	for i := range want {
		if text, ok := becomes[want[i].text]; ok && want[i].kind == textToken {
			want[i].text = meant(text)
		}
	}
	if !slices.Equal(got, want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Fatalf("token %d is %s, want %s, in\n%s", at, fmt.Sprintf("%q", got[min(at, len(got)):min(at+3, len(got))]), fmt.Sprintf("%q", want[min(at, len(want)):min(at+3, len(want))]), script)
	}
}

// withoutEscape reads [uri]::EscapeDataString($Customer) as $Customer.
func withoutEscape(in []token) []token {
	var out []token
	for i := 0; i < len(in); i++ {
		if i+7 < len(in) && in[i].text == "[" && in[i+1].text == "uri" && in[i+4].text == "EscapeDataString" {
			out = append(out, in[i+6])
			i += 7
			continue
		}
		out = append(out, in[i])
	}
	return out
}

func TestNothingInAScriptComesFromData(t *testing.T) {
	hostile := rapid.OneOf(hostile(), rapid.SampledFrom([]string{"SIG # Begin signature block", "\nSIG # Begin signature block", "requires -Version 9", "x\r\ncalc", "x #>", "\u2019; calc #"}))
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string { return hostile.Draw(t, name) }
		d := data{title: draw("title"), name: draw("name"), name2: draw("name2"), domain: "d" + draw("domain"), domain2: "d" + draw("domain2"), user: "u" + draw("user"),
			proxy: draw("proxy"), text: draw("text"), key: draw("key"), inTable: draw("inTable")}
		checkScript(t, d, rapid.IntRange(0, 7).Draw(t, "kind"))
	})
}

func FuzzScript(f *testing.F) {
	for _, s := range []string{"'", "\u2019;calc", "a\nb", "$(x)", "SIG # Begin signature block", "`", "x # y", "\u2028"} {
		f.Add(s, s, uint8(0))
		f.Add(s, "plain", uint8(1))
	}
	f.Fuzz(func(t *testing.T, a, b string, kind uint8) {
		checkScript(t, data{title: a, name: b, name2: a, domain: "d" + a, domain2: "d" + b, user: "u" + b, proxy: a, text: a, key: b, inTable: b}, int(kind&7))
	})
}

func TestTheCutterSeesWhatPowerShellWould(t *testing.T) {
	for _, bad := range []string{"Get-X \"a\"", "Get-X $(calc)", "Get-X `a", "Get-X 'a", "Get-X a\u2013b", "# SIG # Begin signature block", "#requires -Version 9", "Get-X a>b", "Get-X 'a'\r\n"} {
		if got, err := tokens(bad); err == nil {
			t.Errorf("%q reads as %q", bad, got)
		}
	}
	got, err := tokens("Set-X -A:$true 'it\u2019\u2019s', ('a' + [char]10 + 'b'), b.c # that's all\n")
	want := []token{{textToken, "Set-X"}, {dashToken, "A"}, {markToken, ":"}, {variableToken, "true"}, {textToken, "it\u2019s"}, {markToken, ","},
		{textToken, "a\nb"}, {markToken, ","}, {textToken, "b.c"}, {endToken, ""}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("it reads as %q, %v", got, err)
	}
}
