package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"tenantry/core/clixml"
)

const (
	mailboxCount      = 20_000
	mailboxProperties = 76
)

// mailboxes are the documents with which a server answers Get-Mailbox: one for each mailbox, of about 7.5 KB.
var mailboxes = sync.OnceValue(func() [][]byte {
	g := generator{rand.New(rand.NewPCG(20, 76))}
	docs := make([][]byte, mailboxCount)
	for i := range docs {
		docs[i] = clixml.Encode(g.mailbox(i))
	}
	return docs
})

// mailboxBytes is the size of all mailboxes, about 151 MB.
func mailboxBytes() (n int64) {
	for _, d := range mailboxes() {
		n += int64(len(d))
	}
	return n
}

type generator struct{ *rand.Rand }

func (g generator) pick(from ...string) string { return from[g.IntN(len(from))] }

func (g generator) guid() string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", g.Uint32(), g.IntN(1<<16), g.IntN(1<<12), g.IntN(1<<12), g.Uint64N(1<<48))
}

func (g generator) time() time.Time {
	return time.Date(2012+g.IntN(12), time.Month(1+g.IntN(12)), 1+g.IntN(28), g.IntN(24), g.IntN(60), g.IntN(60), 0, time.UTC)
}

var (
	mailboxTypes = []string{
		"Deserialized.Microsoft.Exchange.Data.Directory.Management.Mailbox",
		"Deserialized.Microsoft.Exchange.Data.Directory.Management.MailEnabledOrgPerson",
		"Deserialized.Microsoft.Exchange.Data.Directory.Management.MailEnabledRecipient",
		"Deserialized.Microsoft.Exchange.Data.Directory.ADPresentationObject",
		"Deserialized.Microsoft.Exchange.Data.Directory.ADObject",
		"Deserialized.Microsoft.Exchange.Data.ConfigurableObject",
		"Deserialized.System.Object",
	}
	valuesTypes = []string{
		"Deserialized.Microsoft.Exchange.Data.MultiValuedProperty`1[[System.String, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]]",
		"Deserialized.System.Object",
	}
	auditActions = []string{
		"Update", "Copy", "Move", "MoveToDeletedItems", "SoftDelete", "HardDelete", "FolderBind", "SendAs", "SendOnBehalf",
		"Create", "UpdateFolderPermissions", "UpdateInboxRules", "UpdateCalendarDelegation", "ApplyRecord", "RecordDelete",
		"Send", "MailItemsAccessed", "PriorityCleanupDelete", "AttachmentAccess", "SearchQueryInitiated",
	}
)

// mailbox invents the n-th mailbox as Exchange describes one: texts mostly, sizes and spans written as text,
// lists, and many properties that are empty or the same for everyone.
func (g generator) mailbox(n int) clixml.Value {
	first := g.pick("Anna", "Bram", "Chloé", "Daan", "Eva", "Finn", "Gül", "Hugo", "Iris", "Jörg", "Kim", "Lars")
	last := g.pick("de Vries", "Jansen", "Müller", "O'Brien", "Smith & Co", "van den Berg", "Öztürk", "Novák")
	alias := fmt.Sprintf("user%05d", n)
	const domain = "contoso.onmicrosoft.com"
	address := alias + "@" + domain
	site := fmt.Sprint("EURPR04A00", g.IntN(9))
	lower := strings.ToLower(site)
	forward := clixml.Value{}
	if g.IntN(6) == 0 {
		forward = clixml.NewString(domain + "/Users/" + alias + ".forward")
	}
	addresses := []string{
		"SMTP:" + address, "smtp:" + alias + "@contoso.com", "SIP:" + alias + "@contoso.com",
		"SPO:SPO_" + g.guid() + "@SPO_" + g.guid(), "smtp:" + strings.ToLower(strings.ReplaceAll(first+"."+last, " ", "")) + "@contoso.example",
	}
	for range 10 {
		addresses = append(addresses, "X500:/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn="+g.guid()+"-mailbox")
	}
	attribute := ""
	if g.IntN(4) == 0 {
		attribute = g.pick("Sales", "HR – temporary", "migrated", "VIP")
	}

	o := &clixml.Object{TypeNames: mailboxTypes, ToString: alias, HasToString: true}
	add := func(name string, v clixml.Value) {
		o.Adapted = append(o.Adapted, clixml.Property{Name: name, Value: v})
	}
	text := func(name, s string) { add(name, clixml.NewString(s)) }
	size := func(name string, gb int64) { text(name, fmt.Sprintf("%d GB (%d bytes)", gb, gb<<30)) }
	flag := func(name string, oneIn int) { add(name, clixml.NewBool(oneIn > 0 && g.IntN(oneIn) == 0)) }
	none := func(names ...string) {
		for _, name := range names {
			add(name, clixml.Value{})
		}
	}
	list := func(name string, values ...string) {
		items := make([]clixml.Value, len(values))
		for i, v := range values {
			items[i] = clixml.NewString(v)
		}
		add(name, clixml.NewObject(&clixml.Object{TypeNames: valuesTypes, Container: clixml.List, Items: items}))
	}

	text("Database", fmt.Sprintf("%sDG%d-db%d", site, 100+g.IntN(400), g.IntN(400)))
	none("DatabaseGuid")
	flag("UseDatabaseRetentionDefaults", 0)
	flag("RetainDeletedItemsUntilBackup", 0)
	flag("DeliverToMailboxAndForward", 9)
	list("InPlaceHolds", "mbx"+g.guid()+":1", "grp"+g.guid()+":3")
	flag("LitigationHoldEnabled", 20)
	flag("SingleItemRecoveryEnabled", 1)
	none("EndDateForRetentionHold", "StartDateForRetentionHold")
	text("RetentionComment", "")
	text("RetentionUrl", "")
	none("LitigationHoldDate")
	text("LitigationHoldOwner", "")
	text("LitigationHoldDuration", "Unlimited")
	none("ManagedFolderMailboxPolicy")
	text("RetentionPolicy", "Default MRM Policy")
	none("AddressBookPolicy")
	flag("CalendarRepairDisabled", 0)
	add("ExchangeGuid", clixml.NewLexical(clixml.GUID, g.guid()))
	none("MailboxPlan")
	text("ExchangeSecurityDescriptor", "System.Security.AccessControl.RawSecurityDescriptor")
	text("ExchangeUserAccountControl", "None")
	add("AuditLogAgeLimit", clixml.NewDuration(90*86400*10_000_000))
	add("ForwardingAddress", forward)
	text("ForwardingSmtpAddress", "")
	text("RetainDeletedItemsFor", "14.00:00:00")
	flag("IsMailboxEnabled", 1)
	list("Languages", "en-US", "nl-NL")
	size("ProhibitSendQuota", 99)
	size("ProhibitSendReceiveQuota", 100)
	size("RecoverableItemsQuota", 30)
	size("IssueWarningQuota", 98)
	size("RecoverableItemsWarningQuota", 20)
	size("CalendarLoggingQuota", 6)
	text("RulesQuota", "256 KB (262,144 bytes)")
	add("RecipientLimits", clixml.NewInt32(500))
	flag("IsResource", 0)
	flag("IsLinked", 0)
	flag("IsShared", 12)
	text("ResourceType", "")
	text("SamAccountName", fmt.Sprintf("$%06X-%012X", g.IntN(1<<24), g.Uint64N(1<<48)))
	text("UserPrincipalName", address)
	add("SCLDeleteThreshold", clixml.NewInt32(g.Int32N(9)))
	text("WindowsEmailAddress", address)
	text("ServerLegacyDN", "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn="+site)
	text("OriginatingServer", fmt.Sprintf("%sdc0%d.eurpr04a001.prod.outlook.com", lower, g.IntN(9)))
	text("ObjectCategory", lower+".prod.outlook.com/Configuration/Schema/Person")
	text("ServerName", lower)
	list("AddressListMembership", `\Mailboxes(VLV)`, `\All Mailboxes(VLV)`, `\All Recipients(VLV)`, `\Default Global Address List`, `\All Users`)
	text("Alias", alias)
	text("CustomAttribute1", attribute)
	text("DisplayName", first+" "+last)
	list("EmailAddresses", addresses...)
	list("GrantSendOnBehalfTo")
	list("AuditAdmin", auditActions[:19]...)
	list("AuditDelegate", auditActions[3:13]...)
	list("AuditOwner", auditActions[3:17]...)
	list("ProtocolSettings", "RemotePowerShell§1", "OWA§1", "IMAP4§0§§§§§§§§", "POP3§0§§§§§§§§")
	text("ExternalDirectoryObjectId", g.guid())
	flag("HiddenFromAddressListsEnabled", 15)
	text("LegacyExchangeDN", "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn="+g.guid())
	text("MaxSendSize", "35 MB (36,700,160 bytes)")
	text("MaxReceiveSize", "36 MB (37,748,736 bytes)")
	text("PrimarySmtpAddress", address)
	text("RecipientType", "UserMailbox")
	text("RecipientTypeDetails", g.pick("UserMailbox", "UserMailbox", "UserMailbox", "SharedMailbox", "RoomMailbox"))
	text("Identity", alias)
	text("DistinguishedName", "CN="+alias+",OU="+domain+",OU=Microsoft Exchange Hosted Organizations,DC="+site+",DC=PROD,DC=OUTLOOK,DC=COM")
	add("Guid", clixml.NewLexical(clixml.GUID, g.guid()))
	text("OrganizationId", site+".PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/"+domain+" - "+site+".PROD.OUTLOOK.COM/ConfigurationUnits/"+domain+"/Configuration")
	add("WhenCreated", clixml.NewDateTime(g.time().In(time.FixedZone("", 3600)), clixml.Offset))
	add("WhenChangedUTC", clixml.NewDateTime(g.time(), clixml.UTC))
	o.Extended = []clixml.Property{
		{Name: "PSComputerName", Value: clixml.NewString("outlook.office365.com")},
		{Name: "RunspaceId", Value: clixml.NewLexical(clixml.GUID, "7d1b0f3c-4f1c-4a55-9f57-2f6c8e0e7d11")},
		{Name: "PSShowComputerName", Value: clixml.NewBool(false)},
	}
	return clixml.NewObject(o)
}

func TestMailboxesAreOfTheSizeTheyAreMeantToBe(t *testing.T) {
	if n := mailboxBytes(); n < 149_000_000 || n > 153_000_000 {
		t.Errorf("all mailboxes take %d bytes", n)
	}
	v, err := clixml.Decode(mailboxes()[7], clixml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if o := v.Object(); len(o.Adapted)+len(o.Extended) != mailboxProperties {
		t.Errorf("a mailbox has %d and %d properties", len(o.Adapted), len(o.Extended))
	}
}
