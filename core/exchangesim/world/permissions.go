package world

import "slices"

// Permission is one entry of who may open a mailbox.
type Permission struct {
	User      string // an address, or a name such as "NT AUTHORITY\SELF"
	SID       string
	Rights    []string // "FullAccess", "ReadPermission", …
	Deny      bool
	Inherited bool
	Spread    string // InheritanceType: "All", "None", …
}

// Trustee is one entry of who may send as somebody.
type Trustee struct {
	User, SID string
	Deny      bool
	Inherited bool
}

// Permissions are the entries of mailbox i, in the order they are shown.
func (o *Org) Permissions(i int) []Permission {
	o.made.Do(o.generate)
	o.mu.RLock()
	changed, ok := o.grants[i]
	o.mu.RUnlock()
	if ok {
		return changed
	}
	return o.firstPermissions(i)
}

func (o *Org) firstPermissions(i int) []Permission {
	d := roll(o.seed, 4, uint64(i))
	list := []Permission{{User: `NT AUTHORITY\SELF`, SID: "S-1-5-10", Rights: []string{"FullAccess", "ReadPermission"}, Spread: "All"}}
	m := o.Mailbox(i)
	count := 0
	switch {
	case m.Kind == Shared:
		count = d.below(6)
	case m.Kind == User && d.chance(120), m.Kind == Room && d.chance(300):
		count = d.between(1, 2)
	}
	for range count {
		who := d.below(o.size)
		if who == i || o.Mailbox(who).Kind != User {
			continue
		}
		p := Permission{User: o.Mailbox(who).UPN, SID: o.SID(who), Rights: []string{"FullAccess"}, Spread: "All", Deny: d.chance(40)}
		if d.chance(80) {
			p.Rights = []string{"ReadPermission"}
		}
		if !slices.ContainsFunc(list, func(q Permission) bool { return q.User == p.User }) {
			list = append(list, p)
		}
	}
	if d.chance(60) {
		left := SID(d.between(1100, 9000000))
		list = append(list, Permission{User: left, SID: left, Rights: []string{"FullAccess"}, Spread: "All"}) // somebody who is gone
	}
	for _, in := range []struct {
		user, sid string
		rights    []string
		deny      bool
	}{
		{`EURSMP01A001\Domain Admins`, SID(512), []string{"FullAccess"}, true},
		{`EURSMP01A001\Enterprise Admins`, SID(519), []string{"FullAccess"}, true},
		{`EURSMP01A001\Organization Management`, SID(1105), []string{"FullAccess"}, true},
		{`NT AUTHORITY\SYSTEM`, "S-1-5-18", []string{"FullAccess"}, false},
		{`NT AUTHORITY\NETWORK SERVICE`, "S-1-5-20", []string{"ReadPermission"}, false},
		{`EURSMP01A001\Exchange Servers`, SID(1119), []string{"FullAccess", "ReadPermission"}, false},
	} {
		list = append(list, Permission{User: in.user, SID: in.sid, Rights: in.rights, Deny: in.deny, Inherited: true, Spread: "All"})
	}
	return list
}

// ChangePermissions replaces the entries of mailbox i by what edit makes of them. edit gets a copy it may
// change and must not call the organisation.
func (o *Org) ChangePermissions(i int, edit func([]Permission) ([]Permission, error)) error {
	o.changing.Lock()
	defer o.changing.Unlock()
	after, err := edit(slices.Clone(o.Permissions(i)))
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.grants == nil {
		o.grants = map[int][]Permission{}
	}
	o.grants[i] = after
	return nil
}

// SendAs are those who may send as mailbox i.
func (o *Org) SendAs(i int) []Trustee {
	d := roll(o.seed, 5, uint64(i))
	list := []Trustee{{User: `NT AUTHORITY\SELF`, SID: "S-1-5-10"}}
	if m := o.Mailbox(i); m.Kind == Shared && d.chance(500) || d.chance(30) {
		for range d.between(1, 3) {
			who := d.below(o.size)
			if who != i && o.Mailbox(who).Kind == User {
				list = append(list, Trustee{User: o.Mailbox(who).UPN, SID: o.SID(who)})
			}
		}
	}
	return list
}

// SID is the security identifier of mailbox i's account.
func (o *Org) SID(i int) string { return SID(20000 + int(o.seed%1000)*100000 + i) }

// SID is a security identifier in the sample's domain.
func SID(n int) string {
	return "S-1-5-21-1937264812-2270935518-3184467213-" + itoa(n)
}
