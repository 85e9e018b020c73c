package engine

import (
	"strings"
	"testing"
)

func TestSetMailbox(t *testing.T) {
	e := customer(t, "adventure-works.example")
	who := e.view.Mailbox(5).Alias
	other := e.view.Mailbox(9)
	for _, c := range []struct {
		param    string
		value    any
		property string
		want     string
	}{
		{"-DisplayName", "Ünal \"von\" <Ö> & 田中", "DisplayName", "Ünal \"von\" <Ö> & 田中"},
		{"-CustomAttribute7", "x", "CustomAttribute7", "x"},
		{"-HiddenFromAddressListsEnabled", true, "HiddenFromAddressListsEnabled", "True"},
		{"-ForwardingAddress", other.Alias, "ForwardingAddress", other.Name},
		{"-ForwardingAddress", nil, "ForwardingAddress", ""},
		{"-ForwardingSmtpAddress", "a@outside.example", "ForwardingSmtpAddress", "smtp:a@outside.example"},
		{"-DeliverToMailboxAndForward", true, "DeliverToMailboxAndForward", "True"},
		{"-IssueWarningQuota", "1GB", "IssueWarningQuota", "1 GB (1,073,741,824 bytes)"},
		{"-Type", "Shared", "RecipientTypeDetails", "SharedMailbox"},
		{"-LitigationHoldEnabled", true, "LitigationHoldEnabled", "True"},
		{"-LitigationHoldDuration", "365", "LitigationHoldDuration", "365.00:00:00"},
		{"-EmailAddresses", map[string]string{"Add": "new.alias@adventure-works.example"}, "EmailAddresses", "smtp:new.alias@adventure-works.example"},
		{"-GrantSendOnBehalfTo", other.UPN, "GrantSendOnBehalfTo", other.Name},
		{"-RetainDeletedItemsFor", "30", "RetainDeletedItemsFor", "30.00:00:00"},
		{"-WindowsEmailAddress", "first.one@adventure-works.example", "PrimarySmtpAddress", "first.one@adventure-works.example"},
		{"-MaxSendSize", "75MB", "MaxSendSize", "75 MB (78,643,200 bytes)"},
	} {
		if h := run(t, e, cmd("Set-Mailbox", "-Identity", who, c.param, c.value)); len(h.errors)+len(h.objects) > 0 {
			t.Errorf("%s: %v", c.param, h.errors)
			continue
		}
		got := prop(t, run(t, e, cmd("Get-Mailbox", who)).objects[0], c.property)
		if got != c.want && !(c.property == "EmailAddresses" && strings.Contains(got, c.want)) {
			t.Errorf("%s: %s is %q", c.param, c.property, got)
		}
	}
	if h := run(t, e, cmd("Get-Mailbox", "new.alias@adventure-works.example")); len(h.objects) != 1 {
		t.Error("not found by its new address")
	}
	if h := run(t, e, cmd("Set-Mailbox", who, "-CustomAttribute7", "x")); len(h.warnings) != 1 || !strings.Contains(h.warnings[0], "no settings") {
		t.Errorf("%v", h.warnings)
	}
	h := run(t, e, cmd("Set-Mailbox", who, "-DisplayName", "Changed", "-WhatIf"))
	if len(h.host) != 1 || prop(t, run(t, e, cmd("Get-Mailbox", who)).objects[0], "DisplayName") == "Changed" {
		t.Errorf("WhatIf: %v", h)
	}
	for text, c := range map[string]Command{
		"must be less than or equal":      cmd("Set-Mailbox", who, "-IssueWarningQuota", "900GB"),
		"not an accepted domain":          cmd("Set-Mailbox", who, "-EmailAddresses", map[string]string{"Add": "a@elsewhere.example"}),
		"already being used by the proxy": cmd("Set-Mailbox", who, "-EmailAddresses", map[string]string{"Add": other.UPN}),
		"Couldn't find object":            cmd("Set-Mailbox", who, "-ForwardingAddress", "nobody"),
		"isn't correct":                   cmd("Set-Mailbox", who, "-ForwardingSmtpAddress", "not an address"),
		"couldn't be found on":            cmd("Set-Mailbox", "nobody", "-Office", "x"),
	} {
		if h := run(t, e, c); len(h.errors) != 1 || !strings.Contains(h.errors[0].Message, text) {
			t.Errorf("%s: %v", text, h.errors)
		}
	}
	// Many at once through the pipeline.
	run(t, e, cmd("Get-Mailbox", "-RecipientTypeDetails", "RoomMailbox"), cmd("Set-Mailbox", "-CustomAttribute1", "room"))
	if h := run(t, e, cmd("Get-Mailbox", "-Filter", "CustomAttribute1 -eq 'room'")); len(h.objects) == 0 {
		t.Error("nothing changed through the pipeline")
	}
}

func TestMailboxPermissions(t *testing.T) {
	e := customer(t, "adventure-works.example")
	m, who := e.view.Mailbox(4), e.view.Mailbox(12)
	list := func() (own int) {
		for _, v := range run(t, e, cmd("Get-MailboxPermission", m.Alias)).objects {
			if prop(t, v, "User") == who.UPN && prop(t, v, "IsInherited") == "False" {
				own++
			}
		}
		return own
	}
	before := list()
	h := run(t, e, cmd("Add-MailboxPermission", "-Identity", m.Alias, "-User", who.Alias, "-AccessRights", "FullAccess", "-InheritanceType", "All", "-AutoMapping", false))
	if len(h.objects) != 1 || prop(t, h.objects[0], "User") != who.UPN || list() != 1 || before != 0 {
		t.Fatalf("%v, %d entries", h.errors, list())
	}
	if h = run(t, e, cmd("Add-MailboxPermission", m.Alias, "-User", who.Alias, "-AccessRights", "FullAccess")); len(h.warnings) != 1 {
		t.Errorf("%v", h.warnings)
	}
	remove := func(more ...any) *heard {
		return run(t, e, cmd(append([]any{"Remove-MailboxPermission", m.Alias, "-User", who.Alias, "-AccessRights", "FullAccess"}, more...)...))
	}
	if h = remove("-WhatIf"); len(h.host) != 1 || list() != 1 {
		t.Errorf("WhatIf: %v", h)
	}
	if h = remove("-Confirm", false); len(h.errors) > 0 || list() != 0 {
		t.Errorf("%v", h.errors)
	}
	if h = remove("-Confirm", false); len(h.warnings) != 1 {
		t.Errorf("%v", h.warnings)
	}
	if h = run(t, e, cmd("Add-MailboxPermission", m.Alias, "-User", "nobody", "-AccessRights", "FullAccess")); len(h.errors) != 1 {
		t.Errorf("%v", h.errors)
	}
	if h = run(t, e, cmd("Get-MailboxPermission", m.Alias, "-User", who.Alias)); len(h.objects) != 0 {
		t.Errorf("%v", h.objects)
	}
}
