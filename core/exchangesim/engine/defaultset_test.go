package engine

import (
	"context"
	"slices"
	"testing"
)

func TestDefaultParameterSets(t *testing.T) {
	e := customer(t, "fourthcoffee.example")
	for name, want := range map[string]string{
		"Set-Mailbox":           "Identity",
		"Get-Mailbox":           "Identity",
		"Add-MailboxPermission": "AccessRights",
		"Get-MailboxPermission": "AccessRights",
		"Get-PublicFolder":      "Identity",
		"Enable-Mailbox":        "Archive",
	} {
		h := &heard{}
		if err := e.Metadata(context.Background(), []string{name}, 0, h); err != nil || len(h.objects) != 2 {
			t.Fatalf("%s: %d objects, %v", name, len(h.objects), err)
		}
		if got := prop(t, h.objects[1], "DefaultParameterSet"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// The set Identity of Set-Mailbox holds what everybody changes, and not what parts the other sets.
func TestIdentitySetOfSetMailbox(t *testing.T) {
	c := cmdlets().byName["set-mailbox"]
	s := c.Sets[0]
	if s.Name != "Identity" || !slices.Equal(s.Required, []string{"Identity"}) || !slices.Contains(s.Optional, "DisplayName") || slices.Contains(s.Optional, "ExcludeFromAllHolds") {
		t.Errorf("%s requires %v", s.Name, s.Required)
	}
}

func TestWhatTheDefaultSetLacksIsNamed(t *testing.T) {
	c := cmdlets().byName["add-mailboxpermission"]
	if _, err := bind(c, []Param{{Name: "Identity"}}, false); err == nil || err.Error() != "Cannot process command because of one or more missing mandatory parameters: AccessRights User." {
		t.Error(err)
	}
	if _, err := bind(c, []Param{{Name: "Identity"}, {Name: "Owner"}}, false); err != nil {
		t.Error(err)
	}
}
