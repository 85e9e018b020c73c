package engine

import (
	"slices"
	"strings"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

// ace is one entry of who may open a mailbox.
type ace struct {
	m mailbox
	p world.Permission
}

var rightsType = []string{"Microsoft.Exchange.Management.RecipientTasks.MailboxRights[]", "System.Array", "System.Object"}

var aceClass = newClass(
	"Microsoft.Exchange.Management.RecipientTasks.MailboxAcePresentationObject Microsoft.Exchange.Management.RecipientTasks.AcePresentationObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	func(_ *view, a ace) string { return a.m.Name },
	[]field[ace]{
		list("AccessRights", rightsType, func(_ *view, a ace) []string { return a.p.Rights }),
		flag("Deny", func(_ *view, a ace) bool { return a.p.Deny }),
		text("InheritanceType", func(_ *view, a ace) string { return a.p.Spread }),
		text("User", func(_ *view, a ace) string { return a.p.User }),
		text("UserSid", func(_ *view, a ace) string { return a.p.SID }),
		text("Identity", func(_ *view, a ace) string { return a.m.Name }),
		flag("IsInherited", func(_ *view, a ace) bool { return a.p.Inherited }),
	},
	yes[ace]("IsValid"), says[ace]("Unchanged", "ObjectState"),
)

func permissions(s *stage, m mailbox) error {
	who := s.args.text("User")
	var address string
	if who != "" {
		ref, ok, err := s.find(who, isAny)
		if !ok {
			return err
		}
		if address = s.view.Address(ref); ref.Type == world.MailboxRef {
			address = s.view.Mailbox(ref.Index).UPN
		}
	}
	if s.args.on("Owner") {
		return s.emit(ownerClass.object(s.view, m))
	}
	for _, p := range s.view.Permissions(m.Index) {
		if address != "" && !strings.EqualFold(p.User, address) {
			continue
		}
		if err := s.emit(aceClass.object(s.view, ace{m, p})); err != nil {
			return err
		}
	}
	return nil
}

var ownerClass = newClass(
	"Microsoft.Exchange.Management.RecipientTasks.OwnerPresentationObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	mbName,
	[]field[mailbox]{text("Owner", func(*view, mailbox) string { return `NT AUTHORITY\SYSTEM` }), text("Identity", mbName)},
	yes[mailbox]("IsValid"), says[mailbox]("Unchanged", "ObjectState"),
)

// trust is one entry of who may send as somebody.
type trust struct {
	m mailbox
	t world.Trustee
}

var trustClass = newClass(
	"Microsoft.Exchange.Management.RecipientTasks.RecipientPermission Microsoft.Exchange.Data.ConfigurableObject System.Object",
	func(_ *view, t trust) string { return t.m.Name },
	[]field[trust]{
		text("Identity", func(_ *view, t trust) string { return t.m.Name }),
		text("Trustee", func(_ *view, t trust) string { return t.t.User }),
		text("TrusteeSidString", func(_ *view, t trust) string { return t.t.SID }),
		value("AccessControlType", func(_ *view, t trust) clixml.Value {
			if t.t.Deny {
				return enum("System.Security.AccessControl.AccessControlType", "Deny", 1)
			}
			return enum("System.Security.AccessControl.AccessControlType", "Allow", 0)
		}),
		list("AccessRights", []string{"Microsoft.Exchange.Management.RecipientTasks.RecipientAccessRight[]", "System.Array", "System.Object"}, func(*view, trust) []string { return []string{"SendAs"} }),
		flag("IsInherited", func(_ *view, t trust) bool { return t.t.Inherited }),
		text("InheritanceType", func(*view, trust) string { return "None" }),
	},
	yes[trust]("IsValid"), says[trust]("Unchanged", "ObjectState"),
)

func getRecipientPermission() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		trustee := s.args.text("Trustee")
		if trustee != "" {
			if found := s.view.Find(trustee); len(found) == 1 && found[0].Type == world.MailboxRef {
				trustee = s.view.Mailbox(found[0].Index).UPN
			}
		}
		one := func(m mailbox) error {
			for _, t := range s.view.SendAs(m.Index) {
				if trustee != "" && !strings.EqualFold(t.User, trustee) {
					continue
				}
				if err := s.emit(trustClass.object(s.view, trust{m, t})); err != nil {
					return err
				}
			}
			return nil
		}
		if identity := s.wanted(in, "Identity"); identity != "" {
			ref, ok, err := s.find(identity, isMailbox)
			if !ok {
				return err
			}
			return one(s.view.Mailbox(ref.Index))
		}
		limit, more := s.limit()
		for i := range s.view.Size() {
			if i == limit {
				return s.warn(more)
			}
			if err := one(s.view.Mailbox(i)); err != nil {
				return err
			}
		}
		return nil
	}}
}

var knownRights = []string{"FullAccess", "ReadPermission", "ChangePermission", "ChangeOwner", "DeleteItem", "ExternalAccount", "SendAs"}

func (s *stage) rights() ([]string, *ErrorRecord) {
	var rights []string
	for _, text := range s.args.texts("AccessRights") {
		for word := range strings.SplitSeq(text, ",") {
			i := slices.IndexFunc(knownRights, func(k string) bool { return strings.EqualFold(k, strings.TrimSpace(word)) })
			if i < 0 {
				return nil, bindingError(s.info, "ParameterArgumentTransformationError", "Cannot process argument transformation on parameter 'AccessRights'. Cannot convert value \""+word+"\" to type \"Microsoft.Exchange.Management.RecipientTasks.MailboxRights[]\".")
			}
			rights = append(rights, knownRights[i])
		}
	}
	return rights, nil
}

// who resolves -User of a permission change to an account.
func (s *stage) who() (user, sid string, ok bool, err error) {
	name := s.args.text("User")
	found := s.view.Find(name)
	switch {
	case len(found) == 1 && found[0].Type == world.MailboxRef:
		m := s.view.Mailbox(found[0].Index)
		return m.UPN, s.view.SID(m.Index), true, nil
	case len(found) == 1 && found[0].Type == world.GroupRef && s.view.Groups()[found[0].Index].Security:
		g := s.view.Groups()[found[0].Index]
		return g.Name, world.SID(900000 + g.Index), true, nil
	case len(found) > 1:
		return "", "", false, s.fail(s.ambiguous(name))
	}
	return "", "", false, s.fail(s.exchangeError("Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", "User or group \""+name+"\" wasn't found. Please make sure you've typed it correctly."))
}

func addPermission(s *stage, m mailbox) error {
	if s.args.has("Owner") {
		return s.fail(s.exchangeError(sampleException, "The sample partner cannot change who owns a mailbox."))
	}
	rights, wrong := s.rights()
	if wrong != nil {
		return wrong
	}
	user, sid, ok, err := s.who()
	if !ok {
		return err
	}
	p := world.Permission{User: user, SID: sid, Rights: rights, Deny: s.args.on("Deny"), Spread: "All"}
	if spread := s.args.text("InheritanceType"); spread != "" {
		p.Spread = spread
	}
	if s.args.on("WhatIf") {
		return s.out.Host("What if: Adding mailbox permission \"" + m.Name + "\" for user \"" + user + "\" with access rights \"'" + strings.Join(rights, ", ") + "'\".")
	}
	already := false
	err = s.view.ChangePermissions(m.Index, func(list []world.Permission) ([]world.Permission, error) {
		for i := range list {
			if q := &list[i]; !q.Inherited && q.Deny == p.Deny && strings.EqualFold(q.User, user) {
				merged := slices.Clone(q.Rights)
				for _, r := range rights {
					if !slices.Contains(merged, r) {
						merged = append(merged, r)
					}
				}
				already = len(merged) == len(q.Rights)
				q.Rights, p = merged, world.Permission{User: q.User, SID: q.SID, Rights: merged, Deny: q.Deny, Spread: q.Spread}
				return list, nil
			}
		}
		at := slices.IndexFunc(list, func(q world.Permission) bool { return q.Inherited })
		if at < 0 {
			at = len(list)
		}
		return slices.Insert(list, at, p), nil
	})
	if err != nil {
		return err
	}
	if already {
		if err := s.warn("The appropriate access control entry is already present on the object \"" + s.view.DN(m.Name) + "\" for account \"" + user + "\"."); err != nil {
			return err
		}
	}
	return s.emit(aceClass.object(s.view, ace{m, p}))
}

func removePermission(s *stage, m mailbox) error {
	rights, wrong := s.rights()
	if wrong != nil {
		return wrong
	}
	if s.args.has("ResetDefault") || s.args.has("ClearAutoMapping") || s.args.has("BypassMasterAccountSid") && !s.args.has("User") {
		return s.fail(s.exchangeError(sampleException, "The sample partner can only remove the rights of a user."))
	}
	user, _, ok, err := s.who()
	if !ok {
		return err
	}
	if s.args.on("WhatIf") {
		return s.out.Host("What if: Removing mailbox permission \"" + m.Name + "\" for user \"" + user + "\" with access rights \"'" + strings.Join(rights, ", ") + "'\".")
	}
	if wrong := s.mustNotAsk(); wrong != nil {
		return wrong
	}
	removed, inherited := false, false
	err = s.view.ChangePermissions(m.Index, func(list []world.Permission) ([]world.Permission, error) {
		kept := list[:0]
		for _, p := range list {
			if strings.EqualFold(p.User, user) && p.Deny == s.args.on("Deny") && slices.ContainsFunc(p.Rights, func(r string) bool { return slices.Contains(rights, r) }) {
				if p.Inherited {
					inherited = true
				} else {
					removed = true
					p.Rights = slices.DeleteFunc(slices.Clone(p.Rights), func(r string) bool { return slices.Contains(rights, r) })
					if len(p.Rights) == 0 {
						continue
					}
				}
			}
			kept = append(kept, p)
		}
		return kept, nil
	})
	switch {
	case err != nil || removed:
		return err
	case inherited:
		return s.warn("An inherited access control entry has been specified: user \"" + user + "\" and was ignored on object \"" + s.view.DN(m.Name) + "\".")
	}
	return s.warn("Can't remove the access control entry on the object \"" + s.view.DN(m.Name) + "\" for account \"" + user + "\" because the ACE doesn't exist on the object.")
}

// mustNotAsk refuses a change that asks for confirmation unless it was told not to: nobody can answer
// here.
func (s *stage) mustNotAsk() *ErrorRecord {
	if s.args.has("Confirm") && !s.args.on("Confirm") || s.args.on("Force") {
		return nil
	}
	return powerShellError(
		"A command that prompts the user failed because the host program or the command type does not support user interaction. The host was attempting to request confirmation with the following message: Are you sure you want to perform this action?",
		"System.Management.Automation.Host.HostException", "HostFunctionNotImplemented,"+s.info.class, NotImplemented, s.info.Name, "", "")
}
