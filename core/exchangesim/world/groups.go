package world

import (
	"strings"
	"time"
)

// Group is a distribution group. It never changes.
type Group struct {
	Index                         int
	Name, Display, Alias, Address string
	GUID, ExternalID, LegacyDN    string
	Security, RoomList, Hidden    bool
	OpenToOutside                 bool // anyone may send to it
	Moderated                     bool
	Owners, Members               []Ref
	Created, Changed              time.Time
	Notes                         string
}

// Details is the kind as RecipientTypeDetails spells it.
func (g *Group) Details() string {
	switch {
	case g.RoomList:
		return "RoomList"
	case g.Security:
		return "MailUniversalSecurityGroup"
	}
	return "MailUniversalDistributionGroup"
}

func (g *Group) names() []string {
	return []string{g.Name, g.Display, g.Alias, g.Address, g.GUID, g.ExternalID, g.LegacyDN}
}

// Contact is a mail contact: somebody elsewhere. It never changes.
type Contact struct {
	Index                                      int
	Name, Display, First, Last, Alias, Address string
	Company                                    string
	GUID, ExternalID, LegacyDN                 string
	Created, Changed                           time.Time
}

func (c *Contact) names() []string {
	return []string{c.Name, c.Display, c.Alias, c.Address, c.GUID, c.ExternalID, c.LegacyDN}
}

func legacy(guid, alias string) string {
	return "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=" + strings.ReplaceAll(guid, "-", "") + "-" + firstRunes(alias, 8)
}

// ago is a moment so many days back, at any time of the day.
func (o *Org) ago(d *dice, atLeast, atMost int) time.Time {
	return o.now.Add(-time.Duration(d.between(atLeast*86400, atMost*86400)) * time.Second)
}

func unique(taken map[string]bool, alias string) string {
	for taken[alias] {
		alias += "x"
	}
	taken[alias] = true
	return alias
}

func (o *Org) makeContacts(d *dice, taken map[string]bool) {
	for i := range min(o.size/30, 250) {
		at := pick(d, o.places)
		first, firstLatin := bothNames(pick(d, at.firsts))
		last, lastLatin := bothNames(pick(d, at.lasts))
		company := pick(d, []string{"Relecloud", "Proseware", "Wingtip", "Trey Research"})
		c := &Contact{
			Index: i, First: first, Last: last, Company: company, GUID: d.guid(), ExternalID: d.guid(),
			Display: first + " " + last + " (" + company + ")",
			Alias:   unique(taken, "ext."+localPart(firstLatin)+"."+localPart(lastLatin)),
			Created: o.ago(d, 30, 800), Changed: o.ago(d, 1, 29),
		}
		c.Name = c.Alias
		c.Address = localPart(firstLatin) + "." + localPart(lastLatin) + "@" + localPart(company) + ".example"
		c.LegacyDN = legacy(c.GUID, c.Alias)
		o.contacts = append(o.contacts, c)
	}
}

func (o *Org) makeGroups(d *dice, taken map[string]bool) {
	for i := range max(1, min(o.size/20, 500)) {
		at := pick(d, o.places)
		name, latin := bothNames(pick(d, at.teams))
		switch {
		case i == 0:
			name, latin = "All staff", "all.staff"
		case i == 3:
			name, latin = "Meeting rooms", "meeting.rooms"
		case i > 5:
			city := pick(d, at.cities)
			name, latin = name+" "+city, latin+"."+city
		}
		g := &Group{
			Index: i, Display: name, GUID: d.guid(), ExternalID: d.guid(), Alias: unique(taken, "grp."+localPart(latin)),
			Security: d.chance(300), OpenToOutside: d.chance(150), Hidden: d.chance(60), Moderated: d.chance(40),
			Created: o.ago(d, 60, 2000), Changed: o.ago(d, 1, 59),
		}
		g.Name, g.Address, g.LegacyDN = g.Alias, g.Alias+"@"+o.Domain, legacy(g.GUID, g.Alias)
		if d.chance(100) {
			g.Notes = "Created for the spring campaign."
		}
		switch {
		case i == 0:
			for n := 0; n < o.size; n += 1 + o.size/2000 {
				if o.mailboxes[n].Load().Kind == User {
					g.Members = append(g.Members, Ref{MailboxRef, n})
				}
			}
		case i == 3:
			g.RoomList, g.Security = true, false
			for n := range min(o.size, 3000) {
				if o.mailboxes[n].Load().Kind == Room {
					g.Members = append(g.Members, Ref{MailboxRef, n})
				}
			}
		case d.chance(60): // empty
		default:
			for range d.between(2, min(40, max(2, o.size/2))) {
				g.Members = append(g.Members, Ref{MailboxRef, d.below(o.size)})
			}
			if d.chance(250) {
				g.Members = append(g.Members, Ref{GroupRef, d.below(i)}) // nested, never in a circle
			}
			if len(o.contacts) > 0 && d.chance(200) {
				g.Members = append(g.Members, Ref{ContactRef, d.below(len(o.contacts))})
			}
		}
		g.Members = withoutRepeats(g.Members)
		if !d.chance(120) {
			g.Owners = []Ref{{MailboxRef, d.below(o.size)}}
		}
		o.groups = append(o.groups, g)
	}
}

func withoutRepeats(refs []Ref) []Ref {
	seen := map[Ref]bool{}
	kept := refs[:0]
	for _, r := range refs {
		if !seen[r] {
			seen[r] = true
			kept = append(kept, r)
		}
	}
	return kept
}
