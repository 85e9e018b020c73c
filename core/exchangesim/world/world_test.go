package world

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
)

var clock = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func fixed() *World { return New(Options{Now: func() time.Time { return clock }}) }

func describe(o *Org) string {
	var b strings.Builder
	for i := range o.Size() {
		fmt.Fprintln(&b, *o.Mailbox(i), o.Permissions(i), o.SendAs(i), o.Rules(i), o.Devices(i), o.Folders(i, false), o.Folders(i, true), o.AutoReply(i))
	}
	for _, g := range o.Groups() {
		fmt.Fprintln(&b, *g)
	}
	for _, c := range o.Contacts() {
		fmt.Fprintln(&b, *c)
	}
	return b.String()
}

func TestSameSeedAndClockGiveTheSameWorld(t *testing.T) {
	a, b := fixed(), fixed()
	for _, domain := range []string{"adventure-works.example", "sakura-shokuhin.example", "fabrikam.example"} {
		if describe(a.Find(domain)) != describe(b.Find(domain)) {
			t.Errorf("%s differs", domain)
		}
	}
	other := New(Options{Seed: 7, Now: func() time.Time { return clock }})
	if describe(a.Find("fourthcoffee.example")) == describe(other.Find("fourthcoffee.example")) {
		t.Error("another seed gives the same customer")
	}
}

func TestCustomers(t *testing.T) {
	w := fixed()
	if len(w.Customers()) != DefaultCustomers {
		t.Fatalf("%d customers", len(w.Customers()))
	}
	least, most := 1<<30, 0
	for _, o := range w.Customers() {
		least, most = min(least, o.Size()), max(most, o.Size())
		for _, name := range append(o.Domains(), o.TenantID, strings.ToUpper(o.Domain), "{"+strings.ToUpper(o.TenantID)+"}") {
			if w.Find(name) != o {
				t.Errorf("%q does not find %s", name, o.Name)
			}
		}
	}
	if least != 5 || most != 20000 {
		t.Errorf("from %d to %d mailboxes", least, most)
	}
	if w.Find("nobody.example") != nil || w.Find("fabrikam.example") != w.Home() {
		t.Error("Find is wrong")
	}
	many := New(Options{Customers: 300, Mailboxes: 3})
	domains := map[string]bool{}
	for _, o := range many.Customers() {
		if o.Size() != 3 {
			t.Fatalf("%s has %d mailboxes", o.Name, o.Size())
		}
		domains[o.Domain] = true
	}
	if len(domains) != 300 {
		t.Errorf("%d different domains", len(domains))
	}
}

func TestTheWorldIsBelievable(t *testing.T) {
	o := fixed().Find("contoso.example")
	kinds := map[Kind]int{}
	aliases, names := map[string]bool{}, map[string]bool{}
	var never, old, over, archives, holds, outside, inside, custom, unlimited, latin, umlaut, other int
	for i := range o.Size() {
		m := o.Mailbox(i)
		kinds[m.Kind]++
		if aliases[m.Alias] || names[m.Name] {
			t.Fatalf("%s or %s is there twice", m.Alias, m.Name)
		}
		aliases[m.Alias], names[m.Name] = true, true
		if m.LastLogon.IsZero() {
			never++
		} else if clock.Sub(m.LastLogon) > 90*24*time.Hour {
			old++
		}
		if m.LastLogon.After(clock) || m.Created.After(clock) || !m.LastLogon.IsZero() && m.LastLogon.Before(m.Created) {
			t.Fatalf("%s: created %v, last logon %v", m.Name, m.Created, m.LastLogon)
		}
		if m.ReceiveQuota != NoLimit && m.Size > m.ReceiveQuota {
			over++
		}
		count := func(n *int, is bool) {
			if is {
				*n++
			}
		}
		count(&archives, m.ArchiveGUID != "")
		count(&holds, m.LitigationHold)
		count(&outside, m.ForwardSMTP != "")
		count(&inside, m.ForwardTo.Type != NoRef)
		count(&custom, m.ReceiveQuota != NoLimit && m.ReceiveQuota != 50*gb && m.ReceiveQuota != 100*gb)
		count(&unlimited, m.ReceiveQuota == NoLimit)
		switch {
		case strings.IndexFunc(m.Display, func(r rune) bool { return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Katakana, r) }) >= 0:
			other++
		case strings.IndexFunc(m.Display, func(r rune) bool { return r > 127 }) >= 0:
			umlaut++
		default:
			latin++
		}
		if strings.IndexFunc(m.Primary(), func(r rune) bool { return r > 126 || r <= ' ' }) >= 0 {
			t.Fatalf("address %q", m.Primary())
		}
	}
	for k := range Discovery + 1 {
		if kinds[k] == 0 {
			t.Errorf("no %s", k)
		}
	}
	for what, n := range map[string]int{"never logged on": never, "not for 90 days": old, "over quota": over, "archives": archives, "holds": holds,
		"forwarding outside": outside, "forwarding inside": inside, "own quota": custom, "no quota": unlimited, "latin": latin, "umlaut": umlaut, "other scripts": other} {
		if n < 20 || n > 15000 {
			t.Errorf("%s: %d", what, n)
		}
	}
	var deny, inherited, gone, rules, outsideRules, broken, devices, replies, sendAs int
	for i := range 3000 {
		for _, p := range o.Permissions(i) {
			if p.Inherited {
				inherited++
			} else if p.Deny {
				deny++
			}
			if strings.HasPrefix(p.User, "S-1-5-21-") {
				gone++
			}
		}
		sendAs += len(o.SendAs(i)) - 1
		for _, r := range o.Rules(i) {
			rules++
			if len(r.ForwardTo) > 0 {
				outsideRules++
			}
			if r.Broken {
				broken++
			}
		}
		devices += len(o.Devices(i))
		if o.AutoReply(i).State != "Disabled" {
			replies++
		}
	}
	for what, n := range map[string]int{"deny": deny, "inherited": inherited, "gone": gone, "rules": rules, "outside rules": outsideRules, "broken": broken, "devices": devices, "replies": replies, "send as": sendAs} {
		if n < 5 {
			t.Errorf("%s: %d", what, n)
		}
	}
	nested, empty := 0, 0
	for _, g := range o.Groups() {
		if len(g.Members) == 0 {
			empty++
		}
		for _, r := range g.Members {
			if r.Type == GroupRef {
				nested++
				if r.Index >= g.Index {
					t.Errorf("group %d holds group %d", g.Index, r.Index)
				}
			}
		}
	}
	if nested == 0 || empty == 0 {
		t.Errorf("%d nested and %d empty groups", nested, empty)
	}
}

func TestChangesReplaceAndDoNotTouchWhatWasRead(t *testing.T) {
	o := fixed().Find("fourthcoffee.example")
	before := o.Mailbox(2)
	old := before.Alias
	if err := o.Change(2, func(m *Mailbox) error { m.Alias = "new.alias"; return nil }); err != nil {
		t.Fatal(err)
	}
	if before.Alias != old || o.Mailbox(2).Alias != "new.alias" {
		t.Error("the old mailbox changed, or the new one did not")
	}
	if len(o.Find("new.alias")) != 1 {
		t.Error("not found by its new alias")
	}
	if err := o.Change(2, func(m *Mailbox) error { m.Alias = "x"; return fmt.Errorf("no") }); err == nil || o.Mailbox(2).Alias != "new.alias" {
		t.Error("a refused change was kept")
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		New(Options{})
	}
}

func BenchmarkTwentyThousandMailboxes(b *testing.B) {
	for b.Loop() {
		New(Options{}).Find("contoso.example").Mailbox(0)
	}
}
