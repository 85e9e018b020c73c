package cmdlets_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tenantry/assets"
	"tenantry/core/cmdlets"
)

func TestSearchFindsWhatPeopleMean(t *testing.T) {
	for query, want := range map[string][]string{ // the first, and what must be among the first six
		"Get-Mailbox":              {"Get-Mailbox"},
		"get mailbox":              {"Get-Mailbox"},
		"getmailbox":               {"Get-Mailbox"},
		"mailbox":                  {"Get-Mailbox", "Set-Mailbox"},
		"mailboxstat":              {"Get-MailboxStatistics"},
		"mailbox perm":             {"Get-MailboxPermission"},
		"set-mailboxauto":          {"Set-MailboxAutoReplyConfiguration"},
		"forwarding":               {"Get-Mailbox", "Set-Mailbox", "Get-InboxRule"},
		"doorsturen":               {"Get-Mailbox", "Set-Mailbox"},
		"who can open":             {"Get-MailboxPermission", "Get-RecipientPermission"},
		"who can open this":        {"Get-MailboxPermission"},
		"Wie kan dit postvak":      nil,
		"wie heeft toegang":        {"Get-MailboxPermission"},
		"size":                     {"Get-MailboxStatistics"},
		"hoe groot is dit postvak": {"Get-MailboxStatistics", "Get-Mailbox"},
		"out of office":            {"Get-MailboxAutoReplyConfiguration", "Set-MailboxAutoReplyConfiguration"},
		"afwezigheid":              {"Get-MailboxAutoReplyConfiguration"},
		"phone":                    {"Get-MobileDevice"},
		"telefoon kwijt":           {"Clear-MobileDevice"},
		"inbox rules":              {"Get-InboxRule"},
		"agenda":                   {"Get-MailboxFolderPermission"},
		"gmfs":                     {"Get-MailboxFolderStatistics"},
		"zzzz":                     nil,
	} {
		found := cmdlets.Builtin().Search(query)
		if len(want) == 0 {
			if query == "zzzz" && len(found) > 0 {
				t.Errorf("%q finds %s", query, found[0].Name)
			}
			continue
		}
		var names []string
		for _, s := range found[:min(6, len(found))] {
			names = append(names, s.Name)
		}
		if len(names) == 0 || names[0] != want[0] {
			t.Errorf("%q finds %v, want %s first", query, names, want[0])
		}
		for _, w := range want {
			if !slices.Contains(names, w) {
				t.Errorf("%q finds %v, without %s", query, names, w)
			}
		}
	}
	if all := cmdlets.Builtin().Search("  "); len(all) != cmdlets.Builtin().Len() {
		t.Errorf("an empty search finds %d", len(all))
	}
}

func TestEverydayWordsLeadSomewhere(t *testing.T) {
	var groups []struct{ Words, Cmdlets []string }
	if err := json.Unmarshal(assets.SearchWords, &groups); err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if len(g.Words) == 0 || len(g.Cmdlets) == 0 {
			t.Errorf("an empty group: %v", g)
		}
		for _, name := range g.Cmdlets {
			if _, ok := cmdlets.Builtin().Find(name); !ok {
				t.Errorf("%q leads to %s, which is not in the catalog", g.Words[0], name)
			}
		}
		for _, w := range g.Words {
			if w != strings.ToLower(w) {
				t.Errorf("%q is not in lower case", w)
			}
		}
	}
}

func TestLayoutPutsFirstThingsFirst(t *testing.T) {
	form := cmdlets.Layout(find(t, "Set-Mailbox"))
	if len(form.Required) != 1 || form.Required[0].Name != "Identity" {
		t.Errorf("required: %v", form.Required)
	}
	form = cmdlets.Layout(find(t, "Get-Mailbox"))
	if form.Common[0].Name != "Identity" || len(form.Rest) == 0 {
		t.Errorf("first is %s", form.Common[0].Name)
	}
	names := func(ps []cmdlets.ParamSpec) (out []string) {
		for _, p := range ps {
			out = append(out, p.Name)
		}
		return out
	}
	form = cmdlets.Layout(find(t, "Add-MailboxPermission"))
	if got := names(form.All())[:3]; !slices.Equal(got, []string{"Identity", "User", "AccessRights"}) {
		t.Errorf("Add-MailboxPermission begins with %v", got)
	}
}

func TestNameWords(t *testing.T) {
	for name, want := range map[string]string{
		"PrimarySmtpAddress": "Primary Smtp Address", "OWAEnabled": "OWA Enabled", "CustomAttribute10": "Custom Attribute 10",
		"Get-CASMailbox": "Get CAS Mailbox", "X": "X", "": "", "POPIMAPEmail": "POPIMAP Email",
	} {
		if got := strings.Join(cmdlets.NameWords(name), " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestReadRefusesWhatIsNoCatalog(t *testing.T) {
	if _, err := cmdlets.Read(strings.NewReader("no gzip"), nil); err == nil {
		t.Error("something else was read as a catalog")
	}
}

func BenchmarkSearch(b *testing.B) {
	c := cmdlets.Builtin()
	for b.Loop() {
		c.Search("mailbox perm")
	}
}

func BenchmarkReadCatalog(b *testing.B) {
	for b.Loop() {
		if _, err := cmdlets.Read(strings.NewReader(string(assets.Cmdlets)), assets.SearchWords); err != nil {
			b.Fatal(err)
		}
	}
}
