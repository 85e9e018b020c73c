package related_test

import (
	"slices"
	"strings"
	"testing"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/related"
	"tenantry/core/wording"
)

func row(pairs ...string) exchange.Record {
	var r exchange.Record
	for i := 0; i < len(pairs); i += 2 {
		r.Fields = append(r.Fields, exchange.Field{Name: pairs[i], Value: exchange.NewText(pairs[i+1])})
	}
	return r
}

// said is each link as its words' name and the command it asks.
func said(links []related.Link) []string {
	var out []string
	for _, l := range links {
		out = append(out, l.ID+": "+cmdlets.PowerShell(l.Invocation))
	}
	return out
}

func TestWhatIsAskedAboutARow(t *testing.T) {
	anna := "anna@contoso.example"
	for _, c := range []struct {
		name, cmdlet string
		row          exchange.Record
		want         []string // among others
		not          []string // parts of what must not be there
	}{
		{"a mailbox", "Get-Mailbox", row("Identity", "Anna", "PrimarySmtpAddress", anna, "RecipientTypeDetails", "UserMailbox"), []string{
			"permissions: Get-MailboxPermission -Identity anna@contoso.example",
			"statistics: Get-MailboxStatistics -Identity anna@contoso.example",
			"rules: Get-InboxRule -Mailbox anna@contoso.example",
			"devices: Get-MobileDevice -Mailbox anna@contoso.example",
		}, []string{"mailbox:", "archive:", "forwards-to:", "bookings:"}},
		{"a mailbox that forwards and has an archive", "Get-Mailbox", row("PrimarySmtpAddress", anna, "ForwardingAddress", "Bart", "ArchiveStatus", "Active"), []string{
			"forwards-to: Get-Recipient -Identity Bart",
			"archive: Get-MailboxStatistics -Identity anna@contoso.example -Archive",
		}, nil},
		{"a room", "Get-Mailbox", row("PrimarySmtpAddress", anna, "RecipientTypeDetails", "RoomMailbox"),
			[]string{"bookings: Get-CalendarProcessing -Identity anna@contoso.example"}, nil},
		{"a mailbox by the newer cmdlet", "Get-EXOMailbox", row("UserPrincipalName", anna),
			[]string{"permissions: Get-MailboxPermission -Identity anna@contoso.example"}, []string{"mailbox:"}},
		{"statistics", "Get-MailboxStatistics", row("OwnerADGuid", "6f1f3f3e-0000-4000-8000-000000000001", "DisplayName", "Anna"),
			[]string{"mailbox: Get-Mailbox -Identity 6f1f3f3e-0000-4000-8000-000000000001"}, []string{"statistics:"}},
		{"a permission", "Get-MailboxPermission", row("Identity", "finance", "User", anna),
			[]string{"user-mailbox: Get-Mailbox -Identity anna@contoso.example", "mailbox: Get-Mailbox -Identity finance"}, nil},
		{"a mailbox's own permission", "Get-MailboxPermission", row("Identity", "finance", "User", `NT AUTHORITY\SELF`),
			[]string{"mailbox: Get-Mailbox -Identity finance"}, []string{"user-mailbox:"}},
		{"a permission of someone who is gone", "Get-MailboxPermission", row("Identity", "finance", "User", "S-1-5-21-1-2-3-4"), nil, []string{"user-mailbox:"}},
		{"send as", "Get-RecipientPermission", row("Identity", "sales", "Trustee", anna),
			[]string{"user-mailbox: Get-Mailbox -Identity anna@contoso.example", "recipient: Get-Recipient -Identity sales"}, nil},
		{"a group", "Get-DistributionGroup", row("PrimarySmtpAddress", "all@contoso.example", "RecipientTypeDetails", "MailUniversalDistributionGroup"),
			[]string{"members: Get-DistributionGroupMember -Identity all@contoso.example"}, []string{"group:", "rules:"}},
		{"a Microsoft 365 group", "Get-UnifiedGroup", row("PrimarySmtpAddress", "team@contoso.example"),
			[]string{"members: Get-UnifiedGroupLinks -Identity team@contoso.example -LinkType Members", "owners: Get-UnifiedGroupLinks -Identity team@contoso.example -LinkType Owners"}, nil},
		{"a member that is a group", "Get-DistributionGroupMember", row("PrimarySmtpAddress", "all@contoso.example", "RecipientTypeDetails", "MailUniversalSecurityGroup"),
			[]string{"members: Get-DistributionGroupMember -Identity all@contoso.example"}, []string{"rules:"}},
		{"a member that is a mailbox", "Get-DistributionGroupMember", row("PrimarySmtpAddress", anna, "RecipientType", "UserMailbox"),
			[]string{"mailbox: Get-Mailbox -Identity anna@contoso.example"}, []string{"members:"}},
		{"a recipient that is a contact", "Get-Recipient", row("PrimarySmtpAddress", anna, "RecipientTypeDetails", "MailContact"), nil, []string{":"}},
		{"a mobile device", "Get-MobileDevice", row("Guid", "6f1f3f3e-0000-4000-8000-000000000002"),
			[]string{"device-statistics: Get-MobileDeviceStatistics -Identity 6f1f3f3e-0000-4000-8000-000000000002"}, nil},
		{"a message", "Get-MessageTraceV2", row("MessageTraceId", "6f1f3f3e-0000-4000-8000-000000000003", "RecipientAddress", anna),
			[]string{"message: Get-MessageTraceDetailV2 -MessageTraceId 6f1f3f3e-0000-4000-8000-000000000003 -RecipientAddress anna@contoso.example"}, nil},
		{"a message without its recipient", "Get-MessageTraceV2", row("MessageTraceId", "6f1f3f3e-0000-4000-8000-000000000003"), nil, []string{":"}},
		{"no name at all", "Get-Mailbox", row("DisplayName", "Anna"), nil, []string{":"}},
		{"an empty name", "Get-Mailbox", row("PrimarySmtpAddress", " ", "Guid", "00000000-0000-0000-0000-000000000000", "Identity", ""), nil, []string{":"}},
		{"a name that means many", "Get-Mailbox", row("PrimarySmtpAddress", "*", "Identity", "a*"), nil, []string{":"}},
		{"a change", "Set-Mailbox", row("PrimarySmtpAddress", anna), nil, []string{":"}},
		{"something nobody knows", "Get-Weather", row("Identity", "Utrecht"), nil, []string{":"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := said(related.Of(cmdlets.Builtin(), c.cmdlet, c.row))
			for _, want := range c.want {
				if !slices.ContainsFunc(got, func(s string) bool { return strings.ReplaceAll(s, "'", "") == want }) {
					t.Errorf("%q is not offered:\n%s", want, strings.Join(got, "\n"))
				}
			}
			for _, no := range c.not {
				if slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, no) || no == ":" }) {
					t.Errorf("%q is offered:\n%s", no, strings.Join(got, "\n"))
				}
			}
		})
	}
}

// TestASessionThatMayNotIsNotAsked offers nothing that the session's own catalog does not have.
func TestASessionThatMayNotIsNotAsked(t *testing.T) {
	only := cmdlets.Builtin().Only([]exchange.Command{
		{Name: "Get-MailboxStatistics", Parameters: []exchange.Parameter{{Name: "Identity", Type: "System.String"}}},
		{Name: "Get-InboxRule", Parameters: []exchange.Parameter{{Name: "Identity", Type: "System.String"}}}, // without Mailbox
	})
	got := said(related.Of(only, "Get-Mailbox", row("PrimarySmtpAddress", "anna@contoso.example")))
	if len(got) != 1 || !strings.HasPrefix(got[0], "statistics: ") {
		t.Errorf("offered: %q", got)
	}
}

// TestEveryLinkHasWords asks about a row that has everything, and looks whether each link can be said.
func TestEveryLinkHasWords(t *testing.T) {
	full := row("PrimarySmtpAddress", "a@contoso.example", "ForwardingAddress", "Bart", "ArchiveStatus", "Active", "RecipientTypeDetails", "RoomMailbox",
		"Identity", "a", "User", "b", "Trustee", "b", "MessageTraceId", "6f1f3f3e-0000-4000-8000-000000000003", "RecipientAddress", "c@contoso.example",
		"Guid", "6f1f3f3e-0000-4000-8000-000000000003", "MailboxOwnerId", "a")
	seen := map[string]bool{}
	for _, cmdlet := range []string{"Get-Mailbox", "Get-MailboxStatistics", "Get-InboxRule", "Get-MailboxPermission", "Get-RecipientPermission", "Get-DistributionGroup",
		"Get-DynamicDistributionGroup", "Get-UnifiedGroup", "Get-MobileDevice", "Get-RoleGroup", "Get-MessageTraceV2"} {
		for _, l := range related.Of(cmdlets.Builtin(), cmdlet, full) {
			seen[l.ID] = true
			for _, lang := range []string{"en", "nl"} {
				if w := wording.For(lang); !w.Has("related."+l.ID) || lang == "nl" && w.Text("related."+l.ID) == wording.For("en").Text("related."+l.ID) {
					t.Errorf("%s has no words in %s", l.ID, lang)
				}
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d links were met: %v", len(seen), seen)
	}
}
