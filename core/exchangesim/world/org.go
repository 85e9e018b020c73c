package world

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Org is one organisation. Its exported fields never change. Everything else is generated on first use
// and safe for use from several goroutines.
type Org struct {
	Name     string
	Domain   string // the default domain
	Initial  string // the first domain of a tenant, which never goes away
	TenantID string
	Created  time.Time

	seed   uint64
	size   int
	places []*place
	now    time.Time

	made      sync.Once
	mailboxes []atomic.Pointer[Mailbox]
	groups    []*Group
	contacts  []*Contact

	changing sync.Mutex // held by Change
	indexed  sync.Once
	mu       sync.RWMutex // guards what follows
	index    map[string][]Ref
	grants   map[int][]Permission // of mailboxes whose permissions were changed
}

// Ref names one recipient of an organisation.
type Ref struct {
	Type  RefType
	Index int
}

// RefType tells what a Ref points at.
type RefType uint8

// What a Ref can point at.
const (
	NoRef RefType = iota
	MailboxRef
	GroupRef
	ContactRef
)

// Domains are the domains the organisation accepts mail for; the first is the default one.
func (o *Org) Domains() []string {
	short, _, _ := strings.Cut(o.Domain, ".")
	return []string{o.Domain, o.Initial, "mail." + o.Domain, short + "-old.example"}
}

// Now is the moment the organisation was made at; all its dates are relative to it.
func (o *Org) Now() time.Time { return o.now }

// Culture is the language of most of its people, such as "nl-NL".
func (o *Org) Culture() string { return o.places[0].culture }

// Country is where the organisation is.
func (o *Org) Country() (name, code string) { return o.places[0].country, o.places[0].code }

// Size is the number of mailboxes, without generating them.
func (o *Org) Size() int { return o.size }

// Mailbox returns mailbox i as it is now; it must be in 0 to Size()-1. The Mailbox is never changed
// afterwards: Change puts another in its place.
func (o *Org) Mailbox(i int) *Mailbox {
	o.made.Do(o.generate)
	return o.mailboxes[i].Load()
}

// Groups are the distribution groups. The slice belongs to the organisation.
func (o *Org) Groups() []*Group {
	o.made.Do(o.generate)
	return o.groups
}

// Contacts are the mail contacts: people elsewhere. The slice belongs to the organisation.
func (o *Org) Contacts() []*Contact {
	o.made.Do(o.generate)
	return o.contacts
}

// Change applies edit to a copy of mailbox i and puts it in place. When edit returns an error nothing
// changes and the error comes back.
func (o *Org) Change(i int, edit func(*Mailbox) error) error {
	o.made.Do(o.generate)
	o.changing.Lock()
	defer o.changing.Unlock()
	after := *o.mailboxes[i].Load()
	if err := edit(&after); err != nil {
		return err
	}
	o.mailboxes[i].Store(&after)
	o.mu.Lock()
	if o.index != nil {
		o.addToIndex(Ref{MailboxRef, i}, after.names())
	}
	o.mu.Unlock()
	return nil
}

// Find returns every recipient that identity names: alias, name, display name, user principal name, any
// SMTP address, GUID, distinguished, canonical or legacy distinguished name, in upper or lower case.
func (o *Org) Find(identity string) []Ref {
	o.made.Do(o.generate)
	o.indexed.Do(o.buildIndex)
	key := fold(strings.TrimSpace(identity))
	if strings.HasPrefix(key, "{") && strings.HasSuffix(key, "}") {
		key = key[1 : len(key)-1]
	}
	if tail := fold(o.DN("")[len("CN="):]); strings.HasPrefix(key, "cn=") && strings.HasSuffix(key, tail) {
		key = strings.NewReplacer(`\,`, ",", `\+`, "+").Replace(key[len("cn=") : len(key)-len(tail)])
	} else if slash := strings.LastIndexByte(key, '/'); slash > 0 && strings.Contains(key[:slash], "/"+o.Initial) {
		key = key[slash+1:] // the canonical form, such as forest/organisation/name
	}
	o.mu.RLock()
	candidates := o.index[key]
	o.mu.RUnlock()
	found := make([]Ref, 0, len(candidates))
	for _, ref := range candidates {
		for _, name := range o.namesOf(ref) {
			if fold(name) == key { // a name it once had no longer counts
				found = append(found, ref)
				break
			}
		}
	}
	// An alias or address names one recipient even when others show the same name.
	if len(found) > 1 {
		for _, ref := range found {
			if ref.Type == MailboxRef {
				m := o.Mailbox(ref.Index)
				if fold(m.Alias) == key || fold(m.UPN) == key || fold(m.Primary()) == key {
					return []Ref{ref}
				}
			}
		}
	}
	return found
}

func fold(s string) string { return strings.ToLower(s) }

func (o *Org) namesOf(ref Ref) []string {
	switch ref.Type {
	case MailboxRef:
		return o.Mailbox(ref.Index).names()
	case GroupRef:
		return o.groups[ref.Index].names()
	case ContactRef:
		return o.contacts[ref.Index].names()
	}
	return nil
}

func (o *Org) buildIndex() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.index = make(map[string][]Ref, 10*o.size)
	for i := range o.mailboxes {
		o.addToIndex(Ref{MailboxRef, i}, o.mailboxes[i].Load().names())
	}
	for i, g := range o.groups {
		o.addToIndex(Ref{GroupRef, i}, g.names())
	}
	for i, c := range o.contacts {
		o.addToIndex(Ref{ContactRef, i}, c.names())
	}
}

func (o *Org) addToIndex(ref Ref, names []string) {
next:
	for _, name := range names {
		key := fold(name)
		for _, known := range o.index[key] {
			if known == ref {
				continue next
			}
		}
		o.index[key] = append(o.index[key], ref)
	}
}

// Address is the primary address of what ref points at, and Name its name.
func (o *Org) Address(ref Ref) string {
	switch ref.Type {
	case MailboxRef:
		return o.Mailbox(ref.Index).Primary()
	case GroupRef:
		return o.Groups()[ref.Index].Address
	case ContactRef:
		return o.Contacts()[ref.Index].Address
	}
	return ""
}

// NameOf is the name of what ref points at, as references to it are shown.
func (o *Org) NameOf(ref Ref) string {
	switch ref.Type {
	case MailboxRef:
		return o.Mailbox(ref.Index).Name
	case GroupRef:
		return o.Groups()[ref.Index].Name
	case ContactRef:
		return o.Contacts()[ref.Index].Name
	}
	return ""
}
