package cmdlets

import (
	"slices"
	"strings"

	"tenantry/core/exchange"
)

// IsChange tells whether running inv can change something, as far as its words tell. -WhatIf makes a
// change a question: the server answers what would happen and does nothing.
func IsChange(inv exchange.Invocation) bool {
	verb, _, _ := strings.Cut(inv.Cmdlet, "-")
	if flagSet(inv, "WhatIf") {
		return false
	}
	if strings.EqualFold(inv.Cmdlet, "Search-Mailbox") {
		// The one search that deletes and copies.
		return hasParam(inv, "DeleteContent") || hasParam(inv, "TargetMailbox") || hasParam(inv, "TargetFolder")
	}
	return writes(verb)
}

// NeedsConfirm tells whether a person must say yes before inv runs: every change does.
func NeedsConfirm(inv exchange.Invocation) bool { return IsChange(inv) }

// Subject returns the objects inv works on, for a confirmation: the identities as they will be sent, none
// when it names no object.
func Subject(inv exchange.Invocation) []string {
	for _, name := range []string{"Identity", "Mailbox", "Name", "User", "Member"} {
		for _, p := range inv.Params {
			if !strings.EqualFold(p.Name, name) || p.Value.IsNone() {
				continue
			}
			if items := p.Value.List(); items != nil {
				var out []string
				for _, v := range items {
					out = append(out, v.Text())
				}
				return out
			}
			return []string{p.Value.Text()}
		}
	}
	return nil
}

// Confirmed returns inv with -Confirm:$false, for a change a person has said yes to, so that the server
// does not ask again. Cmdlets without that parameter, and those that already have it, stay as they are.
func Confirmed(s *Spec, inv exchange.Invocation) exchange.Invocation {
	return withFlag(s, inv, "Confirm", false)
}

// AskedOnly returns inv with -WhatIf: the server tells what would happen and changes nothing. ok is false
// when the cmdlet cannot be asked like that.
func AskedOnly(s *Spec, inv exchange.Invocation) (asked exchange.Invocation, ok bool) {
	asked = withFlag(s, inv, "WhatIf", true)
	return asked, flagSet(asked, "WhatIf")
}

func withFlag(s *Spec, inv exchange.Invocation, name string, yes bool) exchange.Invocation {
	if _, has := s.Param(name); !has || hasParam(inv, name) {
		return inv
	}
	inv.Params = append(slices.Clone(inv.Params), exchange.Param{Name: name, Value: exchange.NewFlag(yes)})
	return inv
}

func hasParam(inv exchange.Invocation, name string) bool {
	return slices.ContainsFunc(inv.Params, func(p exchange.Param) bool { return strings.EqualFold(p.Name, name) })
}

func flagSet(inv exchange.Invocation, name string) bool {
	return slices.ContainsFunc(inv.Params, func(p exchange.Param) bool {
		return strings.EqualFold(p.Name, name) && p.Value.Flag()
	})
}
