package clixml_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"

	"tenantry/core/clixml"
)

// mailboxes are the documents a Get-Mailbox over 20,000 mailboxes answers with: one document for each, of 76
// properties and about 7.5 KB, in the form the server writes.
var mailboxes = sync.OnceValue(func() [][]byte {
	rnd := rand.New(rand.NewPCG(20, 76))
	docs := make([][]byte, 20_000)
	for i := range docs {
		docs[i] = mailbox(rnd, i)
	}
	return docs
})

var (
	firstNames = []string{"Anna", "Bram", "Chloé", "Daan", "Eva", "Finn", "Gül", "Hugo", "Iris", "Jörg", "Kim", "Lars"}
	lastNames  = []string{"de Vries", "Jansen", "Müller", "O'Brien", "Smith & Co", "van den Berg", "Öztürk", "Novák"}
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "_x000D_", "\n", "_x000A_")

func mailbox(rnd *rand.Rand, n int) []byte {
	var b bytes.Buffer
	refs := 0
	s := func(name, value string) { fmt.Fprintf(&b, `<S N="%s">%s</S>`, name, escaper.Replace(value)) }
	flag := func(name string, value bool) { fmt.Fprintf(&b, `<B N="%s">%t</B>`, name, value) }
	null := func(name string) { fmt.Fprintf(&b, `<Nil N="%s" />`, name) }
	guid := func() string {
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", rnd.Uint32(), rnd.IntN(1<<16), rnd.IntN(1<<12),
			rnd.IntN(1<<12), rnd.Uint64N(1<<48))
	}
	typed := 0
	list := func(name string, values ...string) {
		refs++
		fmt.Fprintf(&b, `<Obj N="%s" RefId="%d">`, name, refs)
		if typed == 0 {
			b.WriteString(`<TN RefId="1"><T>Deserialized.Microsoft.Exchange.Data.MultiValuedProperty` + "`" +
				`1[[System.String, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]]</T>` +
				`<T>Deserialized.System.Object</T></TN>`)
		} else {
			b.WriteString(`<TNRef RefId="1" />`)
		}
		typed++
		if len(values) == 0 {
			b.WriteString(`<LST />`)
		} else {
			b.WriteString(`<LST>`)
			for _, v := range values {
				fmt.Fprintf(&b, `<S>%s</S>`, escaper.Replace(v))
			}
			b.WriteString(`</LST>`)
		}
		b.WriteString(`</Obj>`)
	}
	size := func(gb int) string { return fmt.Sprintf("%d GB (%d bytes)", gb, gb<<30) }

	x500 := func() string {
		return "X500:/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=" + guid() + "-mailbox"
	}

	first, last := firstNames[rnd.IntN(len(firstNames))], lastNames[rnd.IntN(len(lastNames))]
	display := first + " " + last
	alias := fmt.Sprintf("user%05d", n)
	domain := "contoso.onmicrosoft.com"
	site := "EURPR04A00" + fmt.Sprint(rnd.IntN(9))
	dn := "CN=" + alias + ",OU=" + domain + ",OU=Microsoft Exchange Hosted Organizations,DC=" + site + ",DC=PROD,DC=OUTLOOK,DC=COM"
	database := site + "DG" + fmt.Sprint(100+rnd.IntN(400)) + "-db" + fmt.Sprint(rnd.IntN(400))

	b.WriteString(`<Obj RefId="0"><TN RefId="0"><T>Deserialized.Microsoft.Exchange.Data.Directory.Management.Mailbox</T>` +
		`<T>Deserialized.Microsoft.Exchange.Data.Directory.Management.MailEnabledOrgPerson</T>` +
		`<T>Deserialized.Microsoft.Exchange.Data.Directory.Management.MailEnabledRecipient</T>` +
		`<T>Deserialized.Microsoft.Exchange.Data.Directory.ADPresentationObject</T>` +
		`<T>Deserialized.Microsoft.Exchange.Data.Directory.ADObject</T>` +
		`<T>Deserialized.Microsoft.Exchange.Data.ConfigurableObject</T><T>Deserialized.System.Object</T></TN>` +
		`<ToString>` + alias + `</ToString><Props>`)
	s("Database", database)
	null("DatabaseGuid")
	flag("UseDatabaseRetentionDefaults", false)
	flag("RetainDeletedItemsUntilBackup", false)
	flag("DeliverToMailboxAndForward", rnd.IntN(9) == 0)
	list("InPlaceHolds", "mbx"+guid()+":1", "grp"+guid()+":3")
	flag("LitigationHoldEnabled", rnd.IntN(20) == 0)
	flag("SingleItemRecoveryEnabled", true)
	null("EndDateForRetentionHold")
	null("StartDateForRetentionHold")
	s("RetentionComment", "")
	s("RetentionUrl", "")
	null("LitigationHoldDate")
	s("LitigationHoldOwner", "")
	s("LitigationHoldDuration", "Unlimited")
	null("ManagedFolderMailboxPolicy")
	s("RetentionPolicy", "Default MRM Policy")
	null("AddressBookPolicy")
	flag("CalendarRepairDisabled", false)
	fmt.Fprintf(&b, `<G N="ExchangeGuid">%s</G>`, guid())
	null("MailboxPlan")
	s("ExchangeSecurityDescriptor", "System.Security.AccessControl.RawSecurityDescriptor")
	s("ExchangeUserAccountControl", "None")
	fmt.Fprintf(&b, `<TS N="AuditLogAgeLimit">P90D</TS>`)
	if rnd.IntN(6) == 0 {
		s("ForwardingAddress", "contoso.onmicrosoft.com/Users/"+alias+".forward")
	} else {
		null("ForwardingAddress")
	}
	s("ForwardingSmtpAddress", "")
	s("RetainDeletedItemsFor", "14.00:00:00")
	flag("IsMailboxEnabled", true)
	list("Languages", "en-US", "nl-NL")
	s("ProhibitSendQuota", size(99))
	s("ProhibitSendReceiveQuota", size(100))
	s("RecoverableItemsQuota", size(30))
	s("IssueWarningQuota", size(98))
	s("RecoverableItemsWarningQuota", size(20))
	s("CalendarLoggingQuota", size(6))
	s("RulesQuota", "256 KB (262,144 bytes)")
	fmt.Fprintf(&b, `<I32 N="RecipientLimits">%d</I32>`, 500)
	flag("IsResource", false)
	flag("IsLinked", false)
	flag("IsShared", rnd.IntN(12) == 0)
	s("ResourceType", "")
	fmt.Fprintf(&b, `<S N="SamAccountName">$%06X-%012X</S>`, rnd.IntN(1<<24), rnd.Uint64N(1<<48))
	s("UserPrincipalName", alias+"@"+domain)
	fmt.Fprintf(&b, `<I32 N="SCLDeleteThreshold">%d</I32>`, rnd.IntN(9))
	s("WindowsEmailAddress", alias+"@"+domain)
	s("ServerLegacyDN", "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn="+site)
	s("OriginatingServer", strings.ToLower(site)+"DC0"+fmt.Sprint(rnd.IntN(9))+".eurpr04a001.prod.outlook.com")
	s("ObjectCategory", strings.ToLower(site)+".prod.outlook.com/Configuration/Schema/Person")
	s("ServerName", strings.ToLower(site))
	list("AddressListMembership", `\Mailboxes(VLV)`, `\All Mailboxes(VLV)`, `\All Recipients(VLV)`, `\Default Global Address List`, `\All Users`)
	s("Alias", alias)
	for i := 1; i <= 1; i++ {
		if rnd.IntN(4) == 0 {
			s(fmt.Sprintf("CustomAttribute%d", i), []string{"Sales", "HR – temporary", "migrated", "VIP"}[rnd.IntN(4)])
		} else {
			s(fmt.Sprintf("CustomAttribute%d", i), "")
		}
	}
	s("DisplayName", display)
	list("EmailAddresses", "SMTP:"+alias+"@"+domain, "smtp:"+alias+"@contoso.com", "SPO:SPO_"+guid()+"@SPO_"+guid(),
		"SIP:"+alias+"@contoso.com", "smtp:"+strings.ReplaceAll(strings.ToLower(first+"."+last), " ", "")+"@contoso.example",
		"X500:/o=Contoso/ou=External (FYDIBOHF25SPDLT)/cn=Recipients/cn="+strings.ReplaceAll(guid(), "-", ""), x500(), x500(), x500(), x500(), x500(), x500(), x500(), x500(), x500())
	list("GrantSendOnBehalfTo")
	list("AuditAdmin", "Update", "Copy", "Move", "MoveToDeletedItems", "SoftDelete", "HardDelete", "FolderBind",
		"SendAs", "SendOnBehalf", "Create", "UpdateFolderPermissions", "UpdateInboxRules", "UpdateCalendarDelegation",
		"ApplyRecord", "RecordDelete", "Send", "MailItemsAccessed", "PriorityCleanupDelete", "AttachmentAccess")
	list("AuditDelegate", "Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "SendOnBehalf", "Create",
		"UpdateFolderPermissions", "UpdateInboxRules")
	list("AuditOwner", "Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "UpdateFolderPermissions",
		"UpdateInboxRules", "UpdateCalendarDelegation", "ApplyRecord", "RecordDelete", "Send", "MailItemsAccessed",
		"PriorityCleanupDelete", "SearchQueryInitiated")
	list("ProtocolSettings", "RemotePowerShell§1", "OWA§1", "IMAP4§0§§§§§§§§", "POP3§0§§§§§§§§")
	s("ExternalDirectoryObjectId", guid())
	flag("HiddenFromAddressListsEnabled", rnd.IntN(15) == 0)
	s("LegacyExchangeDN", "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn="+guid())
	s("MaxSendSize", "35 MB (36,700,160 bytes)")
	s("MaxReceiveSize", "36 MB (37,748,736 bytes)")
	s("PrimarySmtpAddress", alias+"@"+domain)
	s("RecipientType", "UserMailbox")
	s("RecipientTypeDetails", "UserMailbox")
	s("Identity", alias)
	s("DistinguishedName", dn)
	fmt.Fprintf(&b, `<G N="Guid">%s</G>`, guid())
	s("OrganizationId", site+".PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/"+domain+" - "+site+".PROD.OUTLOOK.COM/ConfigurationUnits/"+domain+"/Configuration")
	fmt.Fprintf(&b, `<DT N="WhenCreated">%04d-%02d-%02dT%02d:%02d:%02d+01:00</DT>`, 2012+rnd.IntN(12),
		1+rnd.IntN(12), 1+rnd.IntN(28), rnd.IntN(24), rnd.IntN(60), rnd.IntN(60))
	fmt.Fprintf(&b, `<DT N="WhenChangedUTC">%04d-%02d-%02dT%02d:%02d:%02dZ</DT>`, 2012+rnd.IntN(12),
		1+rnd.IntN(12), 1+rnd.IntN(28), rnd.IntN(24), rnd.IntN(60), rnd.IntN(60))
	b.WriteString(`</Props><MS><S N="PSComputerName">outlook.office365.com</S><G N="RunspaceId">7d1b0f3c-4f1c-4a55-9f57-2f6c8e0e7d11</G>` +
		`<B N="PSShowComputerName">false</B></MS></Obj>`)
	return b.Bytes()
}

func total(docs [][]byte) (n int64) {
	for _, d := range docs {
		n += int64(len(d))
	}
	return n
}

// BenchmarkDecodeMailboxes decodes the 20,000 mailboxes into Values, one document after the other, with one
// Decoder; the Values are dropped, as by a reader that fills columns.
func BenchmarkDecodeMailboxes(b *testing.B) {
	docs := mailboxes()
	b.SetBytes(total(docs))
	b.ReportAllocs()
	d := clixml.NewDecoder(clixml.Limits{})
	for b.Loop() {
		for _, doc := range docs {
			if _, err := d.Decode(doc); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkDecodeMailboxesParallel is the same on as many cores as there are, with a Decoder for each.
func BenchmarkDecodeMailboxesParallel(b *testing.B) {
	docs := mailboxes()
	b.SetBytes(total(docs))
	b.ReportAllocs()
	for b.Loop() {
		var group sync.WaitGroup
		cores := runtime.GOMAXPROCS(0)
		for core := range cores {
			group.Go(func() {
				d := clixml.NewDecoder(clixml.Limits{})
				for _, doc := range docs[len(docs)*core/cores : len(docs)*(core+1)/cores] {
					if _, err := d.Decode(doc); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
	}
}

// BenchmarkDecodeMailboxesKept is the same with all 20,000 Values kept.
func BenchmarkDecodeMailboxesKept(b *testing.B) {
	docs := mailboxes()
	b.SetBytes(total(docs))
	b.ReportAllocs()
	kept := make([]clixml.Value, len(docs))
	for b.Loop() {
		d := clixml.NewDecoder(clixml.Limits{})
		for i, doc := range docs {
			v, err := d.Decode(doc)
			if err != nil {
				b.Fatal(err)
			}
			kept[i] = v
		}
	}
}

// BenchmarkYardstickXMLTokens is what Go's encoding/xml needs only to find the tokens of the first 1,000.
func BenchmarkYardstickXMLTokens(b *testing.B) {
	docs := mailboxes()[:1000]
	b.SetBytes(total(docs))
	b.ReportAllocs()
	for b.Loop() {
		for _, doc := range docs {
			x := xml.NewDecoder(bytes.NewReader(doc))
			for {
				if _, err := x.RawToken(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

// BenchmarkEncodeMailboxes writes 1,000 of the mailboxes.
func BenchmarkEncodeMailboxes(b *testing.B) {
	docs := mailboxes()[:1000]
	d := clixml.NewDecoder(clixml.Limits{})
	values := make([]clixml.Value, len(docs))
	for i, doc := range docs {
		v, err := d.Decode(doc)
		if err != nil {
			b.Fatal(err)
		}
		values[i] = v
	}
	b.SetBytes(total(docs))
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		for _, v := range values {
			buf = clixml.Append(buf[:0], v)
		}
	}
}

func TestMailboxesAreOfTheSizeTheyAreMeantToBe(t *testing.T) {
	docs := mailboxes()[:100]
	if n := total(docs) / int64(len(docs)); n < 7_300 || n > 7_700 {
		t.Errorf("a mailbox is %d bytes", n)
	}
	for _, doc := range docs {
		v, err := clixml.Decode(doc, clixml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(v.Object().Adapted); n != 73 || len(v.Object().Extended) != 3 {
			t.Fatalf("%d properties", n)
		}
		if got := clixml.Encode(v); !bytes.Equal(got, doc) {
			t.Fatalf("written differently:\n%s\n%s", got, doc)
		}
	}
}
