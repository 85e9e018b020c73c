package world

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Rule is an inbox rule.
type Rule struct {
	Name                             string
	ID                               uint64
	Priority                         int
	Enabled, Broken, Hidden          bool
	ForwardTo, RedirectTo            []string // as Exchange shows them
	MoveTo                           string   // a folder
	Delete, MarkRead, StopProcessing bool
	From, SubjectContains, BodyWords []string
	Description                      string
}

// Rules are the inbox rules of mailbox i.
func (o *Org) Rules(i int) []Rule {
	d := roll(o.seed, 6, uint64(i))
	m := o.Mailbox(i)
	if m.Kind != User && m.Kind != Shared || !d.chance(350) {
		return nil
	}
	rules := make([]Rule, d.between(1, 4))
	for n := range rules {
		r := &rules[n]
		*r = Rule{ID: d.next() | 1<<62, Priority: n + 1, Enabled: !d.chance(150)}
		switch d.below(7) {
		case 0:
			address := localPart(m.Alias) + "@private-mail.example"
			r.Name, r.ForwardTo = "Forward", []string{fmt.Sprintf("%q [SMTP:%s]", address, address)}
		case 1:
			to := o.Mailbox(d.below(o.size))
			r.Name, r.RedirectTo = "To "+to.Display, []string{fmt.Sprintf("%q [EX:%s]", to.Display, to.LegacyDN())}
		case 2:
			r.Name, r.Delete, r.SubjectContains, r.StopProcessing = ".", true, []string{"invoice", "payment"}, true
		case 3:
			r.Name, r.MoveTo, r.SubjectContains = "Newsletter", "Newsletters", []string{"newsletter", "nieuwsbrief", "ニュース"}
		case 4:
			r.Name, r.MoveTo, r.MarkRead, r.BodyWords = "RSS", "RSS Feeds", true, []string{"security alert"}
		case 5:
			r.Name, r.Broken, r.Enabled, r.MoveTo = "Projekte älter", true, false, ""
		default:
			r.Name, r.MoveTo, r.From = "Manager", "Manager", []string{fmt.Sprintf("%q [EX:%s]", m.Display, m.LegacyDN())}
		}
		r.Hidden = d.chance(40)
		r.Description = r.describe()
	}
	return rules
}

func (r *Rule) describe() string {
	var b strings.Builder
	b.WriteString("If the message:\r\n")
	if len(r.SubjectContains) > 0 {
		fmt.Fprintf(&b, "\tthe message includes specific words in the subject '%s'\r\n", strings.Join(r.SubjectContains, "' or '"))
	} else {
		b.WriteString("\twas received\r\n")
	}
	b.WriteString("Take the following actions:\r\n")
	switch {
	case r.Delete:
		b.WriteString("\tdelete the message\r\n")
	case r.MoveTo != "":
		fmt.Fprintf(&b, "\tmove the message to the following folder: '%s'\r\n", r.MoveTo)
	case len(r.ForwardTo) > 0:
		fmt.Fprintf(&b, "\tforward the message to '%s'\r\n", r.ForwardTo[0])
	case len(r.RedirectTo) > 0:
		fmt.Fprintf(&b, "\tredirect the message to '%s'\r\n", r.RedirectTo[0])
	}
	return b.String()
}

// Device is a phone or tablet that reads a mailbox.
type Device struct {
	ID, GUID, FriendlyName, Model, Type, OS, Agent, IMEI string
	Access, Reason                                       string // "Allowed" "Individual", …
	FirstSync, LastSync                                  time.Time
	Client, Version                                      string // "EAS" "16.1", "Outlook" "1.0"
}

// Devices are the devices of mailbox i.
func (o *Org) Devices(i int) []Device {
	d := roll(o.seed, 7, uint64(i))
	m := o.Mailbox(i)
	if m.Kind != User || !m.ActiveSync || !d.chance(550) {
		return nil
	}
	devices := make([]Device, 1+d.below(3)*d.below(2))
	for n := range devices {
		v := &devices[n]
		*v = Device{GUID: d.guid(), ID: strings.ToUpper(fmt.Sprintf("%016x", d.next())), Access: "Allowed", Reason: "Global", Client: "EAS", Version: "16.1"}
		switch d.below(4) {
		case 0:
			v.Model, v.Type, v.OS, v.Agent = "iPhone16C2", "iPhone", "iOS 19.1 22B83", "Apple-iPhone16C2/2202.83"
		case 1:
			v.Model, v.Type, v.OS, v.Agent = "iPad14C3", "iPad", "iOS 18.6 22G86", "Apple-iPad14C3/2207.86"
		case 2:
			v.Model, v.Type, v.OS, v.Agent, v.Version = "SM-G991B", "Android", "Android 14", "Android-SAMSUNG-SM-G991B/101.1400", "14.1"
		default:
			v.Model, v.Type, v.OS, v.Agent, v.Client, v.Version = "Outlook for iOS and Android", "Outlook", "iOS 19.1", "Outlook-iOS-Android/1.0", "Outlook", "1.0"
		}
		v.FriendlyName = v.Type + " " + m.Display
		if d.chance(60) {
			v.Access, v.Reason = "Quarantined", "Global"
		} else if d.chance(30) {
			v.Access, v.Reason = "Blocked", "Individual"
		}
		v.FirstSync = o.ago(d, 2, 700)
		if v.Client != "Outlook" {
			v.LastSync = v.FirstSync.Add(time.Duration(d.float() * float64(o.now.Sub(v.FirstSync)))).Truncate(time.Second)
		}
	}
	return devices
}

// Folder is one folder of a mailbox. Sizes are in bytes.
type Folder struct {
	Name, Path, Type, ID string
	Items, Below         int   // in the folder; with everything below it
	Size, SizeBelow      int64 // the same
	Deleted              int
	Created              time.Time
	Oldest, Newest       time.Time
}

// Folders are the folders of mailbox i, or of its archive; none when there is no archive.
func (o *Org) Folders(i int, archive bool) []Folder {
	m := o.Mailbox(i)
	topic, size, items := uint64(8), m.Size, m.Items
	if archive {
		if m.ArchiveGUID == "" {
			return nil
		}
		topic, size, items = 9, m.ArchiveSize, m.ArchiveItems
	}
	d := roll(o.seed, topic, uint64(i))
	names := folderNames[m.Culture[:2]]
	if names == nil {
		names = folderNames["en"]
	}
	types := []string{"Inbox", "SentItems", "DeletedItems", "Drafts", "Calendar", "Contacts", "JunkEmail", "Archive", "Notes", "Tasks", "Outbox"}
	shares := []int{46, 22, 9, 1, 3, 1, 2, 14, 1, 1, 0}
	list := []Folder{{Name: "Top of Information Store", Path: "/Top of Information Store", Type: "Root", Below: items, SizeBelow: size}}
	for n, kind := range types {
		f := Folder{Name: names[n], Path: "/" + names[n], Type: kind, Items: items * shares[n] / 100, Size: size / 100 * int64(shares[n])}
		list = append(list, f)
		if kind == "Inbox" {
			for k := range d.below(6) {
				sub := Folder{Name: fmt.Sprintf("Project %c/%d", 'A'+k, 20+k), Type: "User Created"}
				sub.Path = f.Path + "/" + strings.ReplaceAll(sub.Name, "/", "\uE000")
				sub.Items, sub.Size = list[1].Items/10, list[1].Size/10
				list[1].Items, list[1].Size = list[1].Items-sub.Items, list[1].Size-sub.Size
				list = append(list, sub)
			}
		}
	}
	list = append(list,
		Folder{Name: "Recoverable Items", Path: "/Recoverable Items", Type: "RecoverableItemsRoot", Below: m.DeletedItems, SizeBelow: m.DeletedSize},
		Folder{Name: "Deletions", Path: "/Deletions", Type: "RecoverableItemsDeletions", Items: m.DeletedItems, Size: m.DeletedSize},
		Folder{Name: "Purges", Path: "/Purges", Type: "RecoverableItemsPurges"})
	for n := range list {
		f := &list[n]
		f.ID = folderID(d)
		f.Created = m.Created
		if f.Type != "Root" && f.Type != "RecoverableItemsRoot" {
			f.Below, f.SizeBelow = f.Items, f.Size
		}
		if f.Type == "Inbox" {
			for _, sub := range list {
				if sub.Type == "User Created" {
					f.Below, f.SizeBelow = f.Below+sub.Items, f.SizeBelow+sub.Size
				}
			}
		}
		if f.Items > 0 {
			f.Oldest = m.Created.Add(time.Duration(d.below(1000)) * time.Minute)
			f.Newest = m.LastLogon
		}
	}
	return list
}

func folderID(d *dice) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	id := []byte("LgAAAA")
	for range 50 {
		id = append(id, letters[d.below(len(letters))])
	}
	return string(id) + "AAAB"
}

var folderNames = map[string][]string{
	"en": words("Inbox,Sent Items,Deleted Items,Drafts,Calendar,Contacts,Junk Email,Archive,Notes,Tasks,Outbox"),
	"nl": words("Postvak IN,Verzonden items,Verwijderde items,Concepten,Agenda,Contactpersonen,Ongewenste e-mail,Archief,Notities,Taken,Postvak UIT"),
	"de": words("Posteingang,Gesendete Elemente,Gelöschte Elemente,Entwürfe,Kalender,Kontakte,Junk-E-Mail,Archiv,Notizen,Aufgaben,Postausgang"),
	"fr": words("Boîte de réception,Éléments envoyés,Éléments supprimés,Brouillons,Calendrier,Contacts,Courrier indésirable,Archive,Notes,Tâches,Boîte d’envoi"),
	"tr": words("Gelen Kutusu,Gönderilmiş Öğeler,Silinmiş Öğeler,Taslaklar,Takvim,Kişiler,Önemsiz E-posta,Arşiv,Notlar,Görevler,Giden Kutusu"),
	"ja": words("受信トレイ,送信済みアイテム,削除済みアイテム,下書き,予定表,連絡先,迷惑メール,アーカイブ,メモ,タスク,送信トレイ"),
}

// AutoReply is a mailbox's automatic reply.
type AutoReply struct {
	State              string // "Disabled", "Enabled" or "Scheduled"
	Start, End         time.Time
	Internal, External string // HTML
	Audience           string // "None", "Known" or "All"
}

// AutoReply is the automatic reply of mailbox i.
func (o *Org) AutoReply(i int) AutoReply {
	d := roll(o.seed, 10, uint64(i))
	start := o.now.Truncate(time.Hour).AddDate(0, 0, -d.below(4))
	r := AutoReply{State: "Disabled", Start: start, End: start.AddDate(0, 0, 1+d.below(14)), Audience: "All"}
	if d.chance(90) {
		r.State = pick(d, []string{"Enabled", "Scheduled"})
		culture := o.Mailbox(i).Culture
		for _, p := range o.places {
			if p.culture == culture {
				r.Internal, r.External = p.away, p.away
			}
		}
		if d.chance(200) {
			r.Audience, r.External = "None", ""
		}
	}
	return r
}
