package cmdlets_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/secret"
)

func find(t testing.TB, name string) *cmdlets.Spec {
	t.Helper()
	s, ok := cmdlets.Builtin().Find(name)
	if !ok {
		t.Fatalf("%s is not in the catalog", name)
	}
	return s
}

// line shows an outcome in one text: the command, or the problems as param:code.
func line(inv exchange.Invocation, problems []cmdlets.FieldProblem) string {
	if len(problems) == 0 {
		return cmdlets.PowerShell(inv)
	}
	var out []string
	for _, p := range problems {
		out = append(out, p.Param+":"+string(p.Code))
	}
	return strings.Join(out, " ")
}

func TestBuildArgs(t *testing.T) {
	for _, c := range []struct {
		name, cmdlet string
		args         []string
		want         string
	}{
		{"nothing", "Get-Mailbox", nil, "Get-Mailbox"},
		{"unlimited rows", "Get-Mailbox", []string{"ResultSize=unlimited"}, "Get-Mailbox -ResultSize Unlimited"},
		{"unlimited in Dutch", "Get-Mailbox", []string{"ResultSize=onbeperkt"}, "Get-Mailbox -ResultSize Unlimited"},
		{"any case and a dash", "get-mailbox", []string{"-resultsize=10"}, "Get-Mailbox -ResultSize 10"},
		{"a number that is none", "Get-Mailbox", []string{"ResultSize=many"}, "ResultSize:input.not-a-number"},
		{"a number too large", "Get-Mailbox", []string{"ResultSize=99999999999"}, "ResultSize:input.number-range"},
		{"a switch", "Get-Mailbox", []string{"Archive"}, "Get-Mailbox -Archive"},
		{"a switch said no", "Get-Mailbox", []string{"Archive=false"}, "Get-Mailbox -Archive:$false"},
		{"a value forgotten", "Get-Mailbox", []string{"Filter"}, "Filter:input.no-value"},
		{"choices repeated", "Get-Mailbox", []string{"RecipientTypeDetails=sharedmailbox", "RecipientTypeDetails=RoomMailbox"},
			"Get-Mailbox -RecipientTypeDetails 'SharedMailbox','RoomMailbox'"},
		{"choices with semicolons", "Get-Mailbox", []string{"RecipientTypeDetails=SharedMailbox; RoomMailbox"},
			"Get-Mailbox -RecipientTypeDetails 'SharedMailbox','RoomMailbox'"},
		{"two of what takes one", "Get-Mailbox", []string{"Identity=a", "Identity=b"}, "Identity:input.given-twice"},
		{"sets that exclude each other", "Get-Mailbox", []string{"Identity=a", "Anr=b"}, "Anr:input.not-together"},
		{"a slip of the pen", "Get-Mailbox", []string{"Identitty=a"}, "Identitty:input.unknown-parameter"},
		{"only an own server has it", "Get-Mailbox", []string{"Database=DB01"}, "Get-Mailbox -Database DB01"},
		{"only an own server has it, a switch", "Get-Mailbox", []string{"Arbitration"}, "Get-Mailbox -Arbitration:$true"},
		{"no name at all", "Get-Mailbox", []string{"; Remove-Mailbox=x"}, "; Remove-Mailbox:input.bad-name"},
		{"an empty argument", "Get-Mailbox", []string{""}, ":input.bad-name"},
		{"an empty identity to read", "Get-Mailbox", []string{"Identity="}, "Get-Mailbox"},
		{"a blank identity to read", "Get-Mailbox", []string{"Identity= \u200b\u00a0\t"}, "Get-Mailbox"},
		{"an empty identity to change", "Set-Mailbox", []string{"Identity=", "Type=Shared"}, "Identity:input.empty-identity"},
		{"a blank identity to change", "Set-Mailbox", []string{"Identity=\u2060 \ufeff", "Type=Shared"}, "Identity:input.empty-identity"},
		{"no identity to change", "Set-Mailbox", []string{"Type=Shared"}, "Identity:input.empty-identity"},
		{"an identity cleared", "Set-Mailbox", []string{"Identity=$null", "Type=Shared"}, "Identity:input.empty-identity"},
		{"no identity for a cmdlet unknown", "Set-Something", []string{"Identity= "}, "Identity:input.empty-identity"},
		{"no identity to read, unknown", "Get-Something", []string{"Identity="}, "Get-Something"},
		{"a size and yes", "Set-Mailbox", []string{"Identity=finance", "IssueWarningQuota=45 gb", "LitigationHoldEnabled=ja"},
			"Set-Mailbox -Identity finance -IssueWarningQuota '45GB' -LitigationHoldEnabled $true"},
		{"not a size", "Set-Mailbox", []string{"Identity=finance", "IssueWarningQuota=lots"}, "IssueWarningQuota:input.not-a-size"},
		{"neither yes nor no", "Set-Mailbox", []string{"Identity=finance", "LitigationHoldEnabled=maybe"}, "LitigationHoldEnabled:input.not-yes-or-no"},
		{"days", "Set-Mailbox", []string{"Identity=finance", "LitigationHoldDuration=365"}, "Set-Mailbox -Identity finance -LitigationHoldDuration '365.00:00:00'"},
		{"cleared", "Set-Mailbox", []string{"Identity=finance", "ForwardingAddress=$NULL"}, "Set-Mailbox -Identity finance -ForwardingAddress $null"},
		{"nothing to clear", "Get-Mailbox", []string{"Filter=$null"}, "Filter:input.nothing-to-clear"},
		{"blank is left out", "Set-Mailbox", []string{"Identity=finance", "DisplayName=  "}, "Set-Mailbox -Identity finance"},
		{"add to a list", "Set-Mailbox", []string{"Identity=finance", "EmailAddresses=@{Add='a@b.example','c@d.example'; Remove=x@y.example}"},
			"Set-Mailbox -Identity finance -EmailAddresses @{Add='a@b.example','c@d.example'; Remove='x@y.example'}"},
		{"an expression in a table", "Set-Mailbox", []string{"Identity=finance", "EmailAddresses=@{Add=$(rm)}"}, "EmailAddresses:input.not-a-table"},
		{"a text to expand in a table", "Set-Mailbox", []string{"Identity=finance", `EmailAddresses=@{Add="$env:PATH"}`}, "EmailAddresses:input.not-a-table"},
		{"not an address", "Set-Mailbox", []string{"Identity=finance", "WindowsEmailAddress=finance"}, "WindowsEmailAddress:input.not-an-address"},
		{"a password in sight", "New-Mailbox", []string{"Name=x", "Password=secret"}, "Password:input.secret-in-text"},
		{"a character that cannot be sent", "Set-Mailbox", []string{"Identity=a\x00b"}, "Identity:input.bad-character"},
		{"not UTF-8", "Set-Mailbox", []string{"Identity=a\xffb"}, "Identity:input.bad-character"},
		{"a cmdlet unknown", "Get-Custom", []string{"Name=007", "Deep", "On=$false", "Tag=a", "Tag=b c"}, "Get-Custom -Name '007' -Deep:$true -On:$false -Tag 'a','b c'"},
		{"a value with equals signs", "Get-Mailbox", []string{"Filter=Name -eq 'a=b'"}, "Get-Mailbox -Filter 'Name -eq ''a=b'''"},
		{"two problems in the order of the form", "Set-Mailbox", []string{"LitigationHoldEnabled=x", "IssueWarningQuota=y"},
			"Identity:input.empty-identity IssueWarningQuota:input.not-a-size LitigationHoldEnabled:input.not-yes-or-no"},
		{"what every cmdlet has", "Get-Mailbox", []string{"Verbose", "ErrorAction=Stop"}, "Get-Mailbox -ErrorAction Stop -Verbose"},
		{"by its other name", "Remove-Mailbox", []string{"Identity=a", "cf=no"}, "Remove-Mailbox -Identity a -Confirm:$false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := cmdlets.Builtin().FindOrOpen(c.cmdlet)
			if got := line(cmdlets.BuildArgs(s, cmdlets.ArgOptions{}, c.args...)); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", strings.Join(c.args, " | "), got, c.want)
			}
		})
	}
}

func TestProblemsNameWhatTheyMean(t *testing.T) {
	_, problems := cmdlets.BuildArgs(find(t, "Get-Mailbox"), cmdlets.ArgOptions{}, "ResultSise=1")
	if len(problems) != 1 || !strings.HasPrefix(problems[0].Args["near"], "ResultSize") || problems[0].Args["name"] != "ResultSise" {
		t.Errorf("a slip: %+v", problems)
	}
	_, problems = cmdlets.BuildArgs(find(t, "Get-Mailbox"), cmdlets.ArgOptions{}, "MailboxPlan=a", "Anr=b")
	if len(problems) != 1 || problems[0].Param+" "+problems[0].Args["with"] != "MailboxPlan Anr" {
		t.Errorf("a conflict names both: %+v", problems)
	}
	if p := problems[0].Problem(); p.Code != cmdlets.CodeNotTogether || p.Retry != exchange.RetryNever {
		t.Errorf("as an error: %+v", p)
	}
}

func TestSecretsGoTheirOwnWay(t *testing.T) {
	s := find(t, "New-Mailbox")
	d := cmdlets.Draft{Inputs: map[string]string{"Name": "Anna", "MicrosoftOnlineServicesID": "anna@contoso.example"},
		Secrets: map[string]secret.Secret{"Password": secret.New("hunter2")}}
	inv, problems := cmdlets.Build(s, d)
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	text := cmdlets.PowerShell(inv)
	if strings.Contains(text, "hunter2") || !strings.Contains(text, "-Password (Read-Host -AsSecureString)") {
		t.Errorf("the line: %s", text)
	}
	var sent string
	for _, p := range inv.Params {
		if p.Name == "Password" {
			sent = p.Value.Secret().Reveal()
		}
	}
	if sent != "hunter2" {
		t.Errorf("the password that is sent: %q", sent)
	}
	if all, err := json.Marshal(inv); err != nil || strings.Contains(string(all), "hunter2") {
		t.Errorf("the invocation shows the password: %s %v", all, err)
	}
}

func TestDates(t *testing.T) {
	amsterdam := time.FixedZone("", 3600)
	s := find(t, "Set-MailboxAutoReplyConfiguration")
	for _, c := range []struct{ locale, typed, want string }{
		{"", "2026-12-31", "2026-12-31T00:00:00+01:00"},
		{"", "2026-12-31 14:02", "2026-12-31T14:02:00+01:00"},
		{"", "2026-12-31T14:02:03Z", "2026-12-31T14:02:03Z"},
		{"", "2026-12-31T14:02:00+05:30", "2026-12-31T14:02:00+05:30"},
		{"nl", "31-12-2026 14:02", "2026-12-31T14:02:00+01:00"},
		{"nl", "3-4-2026", "2026-04-03T00:00:00+01:00"},
		{"nl", "3 april 2026, 9:05", "2026-04-03T09:05:00+01:00"},
		{"nl", "1 mrt 2026", "2026-03-01T00:00:00+01:00"},
		{"en-US", "3/4/2026 2:02 PM", "2026-03-04T14:02:00+01:00"},
		{"en-US", "Dec 31, 2026 12:00 am", "2026-12-31T00:00:00+01:00"},
		{"en-GB", "3/4/2026", "2026-04-03T00:00:00+01:00"},
		{"en", "3/4/2026", "input.date-two-ways"},
		{"en", "31/12/2026", "2026-12-31T00:00:00+01:00"},
		{"en", "12/31/2026", "2026-12-31T00:00:00+01:00"},
		{"nl", "31-2-2026", "input.not-a-date"},
		{"nl", "2026-12-31 25:00", "input.not-a-date"},
		{"nl", "tomorrow", "input.not-a-date"},
		{"nl", "31-12-26", "input.not-a-date"},
		{"nl", ":", "input.not-a-date"},
	} {
		d := cmdlets.Draft{Locale: c.locale, Zone: amsterdam, Inputs: map[string]string{"Identity": "a", "StartTime": c.typed}}
		inv, problems := cmdlets.Build(s, d)
		got := ""
		if len(problems) > 0 {
			got = string(problems[0].Code)
		} else {
			got = inv.Params[len(inv.Params)-1].Value.Text()
		}
		if got != c.want {
			t.Errorf("%q in %q: %s, want %s", c.typed, c.locale, got, c.want)
		}
	}
	inv, _ := cmdlets.Build(s, cmdlets.Draft{Inputs: map[string]string{"Identity": "a", "StartTime": "2026-12-31 14:02"}})
	if _, zone := inv.Params[1].Value.Instant(); zone {
		t.Error("a date without a zone was given one")
	}
}

func TestSizesAndSpans(t *testing.T) {
	for typed, want := range map[string]int64{
		"45GB": 45 << 30, "45 gb": 45 << 30, "1,5 GB": 3 << 29, "1.5GB": 3 << 29, "500": 500, "0": 0, "2 KiB": 2048,
		"1.5 GB (1,610,612,736 bytes)": 1610612736, "0.1KB": 102,
		"": -1, "GB": -1, "-1GB": -1, "1.5": -1, "45 XB": -1, "9999999999 PB": -1, "1e3": -1, "4 5 GB": -1, "1.2.3GB": -1,
	} {
		got, ok := cmdlets.ParseSize(typed)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("size %q: %d %v, want %d", typed, got, ok, want)
		}
	}
	const second = exchange.TicksPerSecond
	for typed, want := range map[string]int64{
		"90": 90 * 86400 * second, "90 days": 90 * 86400 * second, "12h": 12 * 3600 * second, "2 weken": 14 * 86400 * second,
		"1:30": 5400 * second, "90.00:00:00": 90 * 86400 * second, "1 uur": 3600 * second,
		"": -1, "days": -1, "-5": -1, "99999999999999999999": -1, "1 fortnight": -1, "999999999 weeks": -1, "1:99": -1,
	} {
		got, ok := cmdlets.ParseDuration(typed)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("span %q: %d %v, want %d", typed, got, ok, want)
		}
	}
}

func TestASessionIsTheTruth(t *testing.T) {
	c := cmdlets.Builtin()
	said := exchange.Command{Name: "Get-Mailbox", Parameters: []exchange.Parameter{
		{Name: "Identity", Type: "System.String", Mandatory: true, Sets: []string{"One"}, Position: 0},
		{Name: "Kind", Type: "System.String", Values: []string{"Big", "Small"}, Sets: []string{"Many"}, Position: -1},
		{Name: "RecipientTypeDetails", Type: "System.Object", Sets: []string{"__AllParameterSets"}, Position: -1},
		{Name: "MaxSize", Type: "Microsoft.Exchange.Data.Unlimited`1[[Microsoft.Exchange.Data.ByteQuantifiedSize, Microsoft.Exchange.Data, Version=15.0.0.0]]", Position: -1},
		{Name: "Days", Type: "System.Nullable`1[[System.Int32, mscorlib]]", Position: -1},
		{Name: "Fast", Switch: true, Position: -1},
	}}
	with := c.With([]exchange.Command{said})
	if with.Len() != c.Len() {
		t.Errorf("the rest is lost: %d of %d", with.Len(), c.Len())
	}
	if only := c.Only([]exchange.Command{said}); only.Len() != 1 {
		t.Errorf("only the session's: %d", only.Len())
	}
	s, _ := with.Find("get-mailbox")
	editors := map[string]cmdlets.Editor{}
	for _, p := range s.Params {
		editors[p.Name] = p.Editor
	}
	if d := cmp.Diff(map[string]cmdlets.Editor{"Identity": "identity", "Kind": "choice", "RecipientTypeDetails": "choices",
		"MaxSize": "size", "Days": "number", "Fast": "switch"}, editors); d != "" {
		t.Error(d)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"Identity=a", "MaxSize=unlimited", "Fast", "RecipientTypeDetails=UserMailbox"}, "Get-Mailbox -Identity a -RecipientTypeDetails 'UserMailbox' -MaxSize Unlimited -Fast"},
		{[]string{"Kind=small"}, "Get-Mailbox -Kind Small"},
		{[]string{"Kind=Smal"}, "Kind:input.not-a-choice"},
		{[]string{"Kind=Big", "Identity=a"}, "Kind:input.not-together"},
		{[]string{"Database=x"}, "Database:input.unknown-parameter"},
	} {
		got := line(cmdlets.BuildArgs(s, cmdlets.ArgOptions{}, c.args...))
		if got = strings.ReplaceAll(got, "-Fast:$true", "-Fast"); got != c.want {
			t.Errorf("%v\n got %s\nwant %s", c.args, got, c.want)
		}
	}
}

// Many sessions tell only names and types; what is required is then lent by the catalog.
func TestASessionThatTellsLittle(t *testing.T) {
	said := exchange.Command{Name: "Set-Mailbox", Parameters: []exchange.Parameter{
		{Name: "Identity", Type: "System.String", Position: -1}, {Name: "IssueWarningQuota", Type: "System.Object", Position: -1},
		{Name: "Homemade", Type: "System.Boolean", Position: -1},
	}}
	s, _ := cmdlets.Builtin().With([]exchange.Command{said}).Find("Set-Mailbox")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"IssueWarningQuota=1GB"}, "Identity:input.empty-identity"},
		{[]string{"Identity=a", "Homemade=yes", "IssueWarningQuota=unlimited"}, "Set-Mailbox -Identity a -IssueWarningQuota Unlimited -Homemade:$true"},
		{[]string{"Identity=a", "Type=Shared"}, "Type:input.unknown-parameter"},
	} {
		if got := line(cmdlets.BuildArgs(s, cmdlets.ArgOptions{}, c.args...)); got != c.want {
			t.Errorf("%v\n got %s\nwant %s", c.args, got, c.want)
		}
	}
	if form := cmdlets.Layout(s); len(form.Required) != 1 || form.Required[0].Name != "Identity" {
		t.Errorf("required: %+v", form.Required)
	}
}

func TestConfirming(t *testing.T) {
	s := find(t, "Set-Mailbox")
	inv, _ := cmdlets.BuildArgs(s, cmdlets.ArgOptions{}, "Identity=finance@contoso.example", "Type=Shared")
	if !cmdlets.NeedsConfirm(inv) || !slices.Equal(cmdlets.Subject(inv), []string{"finance@contoso.example"}) {
		t.Errorf("a change: %v %v", cmdlets.NeedsConfirm(inv), cmdlets.Subject(inv))
	}
	if got := cmdlets.PowerShell(cmdlets.Confirmed(s, inv)); !strings.HasSuffix(got, " -Confirm:$false") {
		t.Errorf("once confirmed: %s", got)
	}
	asked, ok := cmdlets.AskedOnly(s, inv)
	if !ok || cmdlets.IsChange(asked) || !strings.HasSuffix(cmdlets.PowerShell(asked), " -WhatIf") {
		t.Errorf("only asked: %s", cmdlets.PowerShell(asked))
	}
	if len(inv.Params) != 2 {
		t.Errorf("the first invocation changed: %v", inv.Params)
	}
	for name, change := range map[string]bool{
		"Get-Mailbox": false, "Test-Mailflow": false, "Search-UnifiedAuditLog": false, "Export-MigrationReport": false,
		"Set-Mailbox": true, "Remove-Mailbox": true, "Enable-Mailbox": true, "Frobnicate-Mailbox": true, "nonsense": true,
	} {
		if got := cmdlets.IsChange(exchange.Invocation{Cmdlet: name}); got != change {
			t.Errorf("%s changes: %v", name, got)
		}
	}
	deleting := exchange.Invocation{Cmdlet: "Search-Mailbox", Params: []exchange.Param{{Name: "DeleteContent", Value: exchange.NewFlag(true)}}}
	if !cmdlets.IsChange(deleting) {
		t.Error("Search-Mailbox -DeleteContent counts as reading")
	}
}

func TestEveryCmdletCanBeBuilt(t *testing.T) {
	sample := map[cmdlets.Editor]string{
		cmdlets.EditText: "a", cmdlets.EditNumber: "5", cmdlets.EditDecimal: "1.5", cmdlets.EditSize: "1MB",
		cmdlets.EditDuration: "1d", cmdlets.EditDateTime: "2026-12-31", cmdlets.EditYesNo: "yes", cmdlets.EditSwitch: "yes",
		cmdlets.EditChoice: "a", cmdlets.EditChoices: "a", cmdlets.EditList: "a", cmdlets.EditNumbers: "1",
		cmdlets.EditIdentity: "a", cmdlets.EditIdentities: "a", cmdlets.EditAddress: "a@b.example", cmdlets.EditTable: "a=b",
	}
	for _, s := range cmdlets.Builtin().List() {
		for _, p := range s.Params {
			if p.Editor == cmdlets.EditNone || p.Editor == cmdlets.EditPassword {
				continue
			}
			typed, ok := sample[p.Editor]
			if !ok {
				t.Fatalf("%s -%s: no editor %q", s.Name, p.Name, p.Editor)
			}
			_, problems := cmdlets.Build(s, cmdlets.Draft{Inputs: map[string]string{p.Name: typed}})
			for _, f := range problems {
				if f.Code != cmdlets.CodeRequired && f.Code != cmdlets.CodeEmptyIdentity {
					t.Errorf("%s -%s %s (%s): %s", s.Name, p.Name, typed, p.Type, f.Code)
				}
			}
		}
		form := cmdlets.Layout(s)
		seen := map[string]bool{}
		for _, p := range form.All() {
			if seen[p.Name] {
				t.Errorf("%s: %s stands twice in the form", s.Name, p.Name)
			}
			seen[p.Name] = true
		}
		for _, p := range s.Params {
			if own := p.Name == "Confirm" || p.Name == "WhatIf"; !seen[p.Name] != (own || p.Editor == cmdlets.EditNone) {
				t.Errorf("%s: %s is in the form: %v", s.Name, p.Name, seen[p.Name])
			}
		}
	}
}

func FuzzBuild(f *testing.F) {
	for _, seed := range [][3]string{
		{"Set-Mailbox", "Identity", " "}, {"Get-Mailbox", "ResultSize", "1.000"}, {"Set-Mailbox", "EmailAddresses", "@{Add='a','b"},
		{"Set-MailboxAutoReplyConfiguration", "StartTime", "31-12-2026 1:2:3 p.m."}, {"New-Thing", "x", "@{=}"},
		{"Set-Mailbox", "IssueWarningQuota", "1,5 gb"}, {"Set-Mailbox", "LitigationHoldDuration", "9:9"},
	} {
		f.Add(seed[0], seed[1], seed[2], "nl")
	}
	f.Fuzz(func(t *testing.T, cmdlet, param, text, locale string) {
		s := cmdlets.Builtin().FindOrOpen(cmdlet)
		d := cmdlets.Draft{Locale: locale, Inputs: map[string]string{param: text, "Identity": text}}
		inv, problems := cmdlets.Build(s, d)
		if len(problems) == 0 {
			for _, p := range inv.Params {
				if p.Name == "Identity" && strings.TrimSpace(p.Value.Text()) == "" {
					t.Errorf("an empty identity would be sent: %q", text)
				}
			}
			if strings.ContainsAny(cmdlets.PowerShell(inv), "\n\r") {
				t.Errorf("more than one line: %q", cmdlets.PowerShell(inv))
			}
		}
		cmdlets.BuildArgs(s, cmdlets.ArgOptions{}, param+"="+text, param, text)
		cmdlets.Builtin().Search(text)
	})
}
