package world

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Kind is what a mailbox is for.
type Kind uint8

// The kinds of mailbox.
const (
	User Kind = iota
	Shared
	Room
	Equipment
	Discovery
)

// String is the kind as RecipientTypeDetails spells it.
func (k Kind) String() string {
	return [...]string{"UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox", "DiscoveryMailbox"}[k]
}

// NoLimit is a quota or size limit that does not limit.
const NoLimit = -1

// Mailbox is one mailbox and its owner. Sizes and quotas are in bytes. A zero time is never.
type Mailbox struct {
	Index                                  int
	Kind                                   Kind
	First, Last, Display, Name, Alias, UPN string
	Addresses                              []string // as ProxyAddresses: "SMTP:" the primary one, "smtp:" the others
	GUID, ExchangeGUID, ExternalID         string
	ArchiveGUID                            string // empty without an archive
	NetID                                  string // 16 hexadecimal digits

	Department, Title, Office, Company, City, Country, CountryCode, Phone, Mobile, Culture string
	Manager                                                                                int // a mailbox, -1 for none

	Created, Changed, LastLogon, LastLogoff, LastAction time.Time
	Size, DeletedSize, ArchiveSize                      int64
	Items, DeletedItems, AssociatedItems, ArchiveItems  int

	WarnQuota, SendQuota, ReceiveQuota int64
	MaxSend, MaxReceive                int64
	KeepDeleted                        int // days

	ForwardTo   Ref    // inside
	ForwardSMTP string // anywhere, with "smtp:"
	KeepCopy    bool   // DeliverToMailboxAndForward

	Hidden, Disabled, DirSynced, Licensed, Audited, SingleItemRecovery, AutoExpand bool
	CopySentAs, CopyOnBehalf                                                       bool
	LitigationHold                                                                 bool
	HoldDate                                                                       time.Time
	HoldDays                                                                       int // 0 for no end
	HoldOwner                                                                      string
	RetentionHold                                                                  bool
	RetentionComment, RetentionURL, RetentionPolicy                                string
	InPlaceHolds                                                                   []string
	OnBehalf                                                                       []Ref // GrantSendOnBehalfTo
	Moderated                                                                      bool
	AcceptOnly                                                                     []Ref
	MailTip                                                                        string
	Capacity                                                                       int // of a room, 0 when not said
	Custom                                                                         [15]string

	ActiveSync, OWA, EWS, IMAP, POP, MAPI bool
}

const (
	gb = int64(1) << 30
	mb = int64(1) << 20
	kb = int64(1) << 10
)

// Primary is the primary SMTP address.
func (m *Mailbox) Primary() string {
	for _, a := range m.Addresses {
		if strings.HasPrefix(a, "SMTP:") {
			return a[len("SMTP:"):]
		}
	}
	return m.UPN
}

// LegacyDN is the mailbox's X.500 name.
func (m *Mailbox) LegacyDN() string {
	return "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=" +
		strings.ReplaceAll(m.ExchangeGUID, "-", "") + "-" + firstRunes(m.Alias, 8)
}

// Server is the name of the server the mailbox is on.
func (m *Mailbox) Server() string { return fmt.Sprintf("AM0SMP01MB%04d", 1000+m.Index%37) }

// Database is the name of the database the mailbox is in.
func (m *Mailbox) Database() string {
	return fmt.Sprintf("EURSMP01DG%03d-db%03d", 10+m.Index%40, 1+m.Index%7)
}

func (m *Mailbox) names() []string {
	names := make([]string, 0, 10+len(m.Addresses))
	names = append(names, m.Alias, m.Name, m.Display, m.UPN, m.GUID, m.ExchangeGUID, m.ExternalID, m.LegacyDN(), m.SAM())
	for _, a := range m.Addresses {
		if kind, address, ok := strings.Cut(a, ":"); ok && strings.EqualFold(kind, "smtp") {
			names = append(names, address)
		}
	}
	if m.ArchiveGUID != "" {
		names = append(names, m.ArchiveGUID)
	}
	return names
}

// SAM is the account's name of old.
func (m *Mailbox) SAM() string { return "$" + strings.ToUpper(m.ExchangeGUID[:6]) + "-" + m.NetID[:8] }

func firstRunes(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}

var escapeDN = strings.NewReplacer(",", `\,`, "+", `\+`)

// DN is the distinguished name of something with that name in the organisation.
func (o *Org) DN(name string) string {
	return "CN=" + escapeDN.Replace(name) + ",OU=" + o.Initial + ",OU=Microsoft Exchange Hosted Organizations,DC=EURSMP01A001,DC=SAMPLE,DC=EXAMPLE"
}

func (o *Org) generate() {
	seed := roll(o.seed, 1)
	taken := make(map[string]bool, o.size)
	shown := make(map[string]bool, o.size)
	o.mailboxes = make([]atomic.Pointer[Mailbox], o.size)
	for i := range o.size {
		d := roll(o.seed, 2, uint64(i))
		m := o.mailbox(d, i)
		base := m.Alias
		for n := 2; taken[m.Alias]; n++ {
			m.Alias = base + strconv.Itoa(n)
		}
		taken[m.Alias] = true
		m.Name = m.Display
		if shown[fold(m.Display)] {
			m.Name = m.Alias
		}
		shown[fold(m.Display)] = true
		o.address(d, m)
		o.mailboxes[i].Store(m)
	}
	o.makeContacts(seed, taken)
	o.makeGroups(seed, taken)
	o.relate()
}

// mailbox invents one mailbox; what needs the others comes later.
func (o *Org) mailbox(d *dice, i int) *Mailbox {
	m := &Mailbox{
		Index: i, GUID: d.guid(), ExchangeGUID: d.guid(), ExternalID: d.guid(), Manager: -1,
		NetID: strings.ToUpper(fmt.Sprintf("%016x", d.next()&0x0FFFFFFFFFFFFFFF|0x1003000000000000)),
	}
	at := o.places[0]
	if len(o.places) > 1 && d.chance(450) {
		at = pick(d, o.places[1:])
	}
	m.Culture, m.Country, m.CountryCode, m.Company = at.culture, at.country, at.code, o.Name
	m.City = pick(d, at.cities)
	switch {
	case i == 0:
		o.administrator(m)
	case i == 1 && o.size > 20:
		m.Kind = Discovery
		m.Display, m.Alias = "Discovery Search Mailbox", "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}"
	case d.chance(110):
		m.Kind = Shared
		m.Display, m.Alias = functional(d, at.shared, at, o.size)
	case d.chance(30):
		m.Kind = Room
		m.Display, m.Alias = functional(d, at.rooms, at, o.size)
		m.Capacity = pick(d, []int{0, 4, 6, 8, 12, 20, 80})
	case d.chance(10):
		m.Kind = Equipment
		m.Display, m.Alias = functional(d, at.equipment, at, o.size)
	default:
		person(d, m, at)
	}
	o.times(d, m)
	o.volumes(d, m)
	o.settings(d, m)
	return m
}

func (o *Org) administrator(m *Mailbox) {
	m.First, m.Last, m.Display, m.Alias = "Admin", o.Name, "Admin "+o.Name, "admin"
	m.Title = "Administrator"
}

func person(d *dice, m *Mailbox, at *place) {
	first, firstLatin := bothNames(pick(d, at.firsts))
	last, lastLatin := bothNames(pick(d, at.lasts))
	m.First, m.Last = first, last
	m.Display = first + " " + last
	if at.familyLead {
		m.Display = last + " " + first
	}
	m.Alias = localPart(firstLatin) + "." + localPart(lastLatin)
	team, _ := bothNames(pick(d, at.teams))
	m.Department = team
	m.Phone = fmt.Sprintf("+%d %d %06d", 31+d.below(60), 10+d.below(89), d.below(1000000))
	if d.chance(600) {
		m.Mobile = fmt.Sprintf("+%d 6 %08d", 31+d.below(60), d.below(100000000))
	}
	if d.chance(300) {
		m.Title = team + " " + strconv.Itoa(1+d.below(3))
	}
}

func functional(d *dice, from []string, at *place, size int) (display, alias string) {
	name, latin := bothNames(pick(d, from))
	display, alias = name, localPart(strings.ReplaceAll(latin, " ", "."))
	if size > 60 {
		city := pick(d, at.cities)
		display += " " + city
		if short := localPart(city); short != "" {
			alias += "." + short
		}
	}
	return display, alias
}

func (o *Org) address(d *dice, m *Mailbox) {
	local := m.Alias
	if m.Kind == Discovery {
		m.UPN = local + "@" + o.Initial
		m.Addresses = []string{"SMTP:" + m.UPN}
		m.Hidden = true
		return
	}
	// Texts that contain each other share their memory: there are many mailboxes.
	primary := "SMTP:" + local + "@" + o.Domain
	m.UPN = primary[len("SMTP:"):]
	m.Alias = m.UPN[:len(local)]
	if m.Name == local {
		m.Name = m.Alias
	}
	m.Addresses = append(make([]string, 0, 4), primary, "smtp:"+local+"@"+o.Initial)
	if d.chance(150) {
		m.Addresses = append(m.Addresses, "smtp:"+local+"@"+o.Domains()[3])
	}
	if m.First != "" && m.Kind == User && d.chance(120) {
		if short := localPart(m.First); short != "" {
			m.Addresses = append(m.Addresses, "smtp:"+short+strconv.Itoa(m.Index)+"@"+o.Domain)
		}
	}
	if m.Kind == User && d.chance(700) {
		m.Addresses = append(m.Addresses, "SIP:"+m.UPN)
	}
}

func (o *Org) times(d *dice, m *Mailbox) {
	age := time.Duration(d.between(5*24, int(o.now.Sub(o.Created).Hours()))) * time.Hour
	m.Created = o.now.Add(-age).Add(time.Duration(d.below(3600)) * time.Second)
	ago := func(maxHours int) time.Time {
		return o.now.Add(-time.Duration(d.below(min(maxHours, int(age.Hours())))*3600+d.below(3600)) * time.Second)
	}
	m.Changed = ago(24 * 200)
	switch {
	case d.chance(60) || m.Kind == Discovery:
		return // never
	case d.chance(130):
		m.LastLogon = o.now.Add(-time.Duration(min(d.between(31*24, 900*24), int(age.Hours())))*time.Hour - time.Duration(d.below(3600))*time.Second)
	default:
		m.LastLogon = ago(72)
	}
	if m.LastLogon.Before(m.Created) {
		m.LastLogon = m.Created.Add(time.Minute)
	}
	m.LastLogoff = m.LastLogon.Add(time.Duration(d.below(600)) * time.Second)
	m.LastAction = m.LastLogon
	if m.LastLogoff.After(o.now) {
		m.LastLogoff = o.now
	}
}

func (o *Org) volumes(d *dice, m *Mailbox) {
	m.Licensed = m.Kind == User && d.chance(960) || m.Kind == Shared && d.chance(120)
	big := m.Kind == User && d.chance(350)
	switch {
	case big:
		m.WarnQuota, m.SendQuota, m.ReceiveQuota = 98*gb, 99*gb, 100*gb
	default:
		m.WarnQuota, m.SendQuota, m.ReceiveQuota = 49*gb, 49*gb+gb/2, 50*gb
	}
	switch {
	case d.chance(40):
		limit := int64(pick(d, []int{2, 5, 10, 25})) * gb
		m.WarnQuota, m.SendQuota, m.ReceiveQuota = limit-limit/10, limit-limit/20, limit
	case d.chance(8):
		m.WarnQuota, m.SendQuota, m.ReceiveQuota = NoLimit, NoLimit, NoLimit
	}
	// Most mailboxes are far below their quota, a few are at it or over.
	limit := m.ReceiveQuota
	if limit == NoLimit {
		limit = 60 * gb
	}
	part := d.float()
	part = part * part * part
	switch {
	case m.LastLogon.IsZero():
		part = part / 5000
	case d.chance(25):
		part = 0.93 + d.float()*0.12
	}
	if m.Kind == Room || m.Kind == Equipment {
		part /= 200
	}
	m.Size = int64(part*float64(limit)) + int64(d.below(900))*kb
	m.Items = int(m.Size/(int64(d.between(35, 160))*kb)) + d.below(30)
	m.DeletedSize = int64(float64(m.Size) * d.float() * 0.12)
	m.DeletedItems = int(m.DeletedSize / (60 * kb))
	m.AssociatedItems = d.between(40, 900)
	if m.Kind == User && d.chance(180) {
		m.ArchiveGUID = d.guid()
		m.ArchiveSize = int64(d.float() * d.float() * 90 * float64(gb))
		m.ArchiveItems = int(m.ArchiveSize / (80 * kb))
		m.AutoExpand = d.chance(200)
	}
	m.MaxSend, m.MaxReceive = 35*mb, 36*mb
	if d.chance(50) {
		m.MaxSend, m.MaxReceive = 150*mb, 150*mb
	}
	m.KeepDeleted = 14
	if d.chance(150) {
		m.KeepDeleted = 30
	}
}

func (o *Org) settings(d *dice, m *Mailbox) {
	m.ActiveSync, m.OWA, m.EWS, m.MAPI = true, true, true, true
	m.IMAP, m.POP = d.chance(300), d.chance(200)
	if d.chance(60) {
		m.ActiveSync = false
	}
	m.Audited, m.SingleItemRecovery = true, true
	m.Disabled = m.Kind != User && d.chance(900) || m.Kind == User && d.chance(30)
	m.DirSynced = m.Kind == User && d.chance(250)
	m.Hidden = d.chance(40)
	m.RetentionPolicy = "Default MRM Policy"
	m.CopySentAs = m.Kind == Shared && d.chance(400)
	m.CopyOnBehalf = m.CopySentAs
	if m.Kind == User && d.chance(45) {
		m.LitigationHold = true
		m.HoldDate = o.ago(d, 3, 900)
		m.HoldOwner = "admin@" + o.Domain
		if d.chance(300) {
			m.HoldDays = pick(d, []int{365, 730, 2555})
		}
	}
	if d.chance(15) {
		m.RetentionHold = true
		m.RetentionComment = "On leave"
	}
	if d.chance(20) {
		m.InPlaceHolds = []string{"mbx" + strings.ReplaceAll(d.guid(), "-", "") + ":2"}
	}
	if m.Index > 0 && d.chance(12) {
		m.ForwardSMTP = "smtp:" + localPart(m.Alias) + "@" + pick(d, []string{"private-mail.example", "old-employer.example", "family.example"})
		m.KeepCopy = d.chance(500)
	}
	m.Moderated = d.chance(5)
	if d.chance(200) {
		m.Custom[0] = fmt.Sprintf("KST-%04d", d.below(10000))
	}
	if d.chance(30) {
		m.Custom[9] = "=HYPERLINK(\"http://example.invalid\",\"open\")" // what a careless import left behind
	}
}

// relate adds what points from one mailbox to another.
func (o *Org) relate() {
	for i := range o.mailboxes {
		d := roll(o.seed, 3, uint64(i))
		m := o.mailboxes[i].Load()
		if m.Kind == User && i > 0 && d.chance(850) {
			m.Manager = d.below(max(1, i/8+1))
		}
		if i > 0 && d.chance(18) {
			m.ForwardTo = Ref{MailboxRef, d.below(i)}
			m.KeepCopy = d.chance(600)
			if len(o.contacts) > 0 && d.chance(300) {
				m.ForwardTo = Ref{ContactRef, d.below(len(o.contacts))}
			}
		}
		if m.Kind == Shared && d.chance(300) || m.Kind == User && d.chance(25) {
			for range d.between(1, 3) {
				m.OnBehalf = append(m.OnBehalf, Ref{MailboxRef, d.below(o.size)})
			}
		}
		if d.chance(10) && len(o.groups) > 0 {
			m.AcceptOnly = []Ref{{GroupRef, d.below(len(o.groups))}}
		}
	}
}
