package engine

import (
	"iter"
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/opath"
	"tenantry/core/exchangesim/world"
)

// casClass is what Get-CASMailbox returns: which protocols a mailbox may use.
var casClass = newClass(
	"Microsoft.Exchange.Data.Directory.Management.CASMailbox Microsoft.Exchange.Data.Directory.Management.ADPresentationObject Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	mbName,
	[]field[mailbox]{list("EmailAddresses", proxiesType, func(_ *view, m mailbox) []string { return m.Addresses }),
		text("LegacyExchangeDN", of((mailbox).LegacyDN)),
		text("LinkedMasterAccount", of(func(mailbox) string { return "" })),
		text("PrimarySmtpAddress", of((mailbox).Primary)),
		text("SamAccountName", of((mailbox).SAM)),
		text("ServerLegacyDN", of(func(m mailbox) string {
			return "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn=" + m.Server()
		})),
		text("ServerName", of(func(m mailbox) string { return strings.ToLower(m.Server()) })),
		text("DisplayName", of(func(m mailbox) string { return m.Display })),
		text("ExternalDirectoryObjectId", of(func(m mailbox) string { return m.ExternalID })),
	},
	noneOf[mailbox](stringsType, "ActiveSyncAllowedDeviceIDs", "ActiveSyncBlockedDeviceIDs"),
	says[mailbox]("Default", "ActiveSyncMailboxPolicy"), yes[mailbox]("ActiveSyncMailboxPolicyIsDefaulted"), null[mailbox]("ActiveSyncDebugLogging"),
	[]field[mailbox]{
		flag("ActiveSyncEnabled", is(func(m mailbox) bool { return m.ActiveSync })),
	},
	no[mailbox]("ActiveSyncSuppressReadReceipt"),
	[]field[mailbox]{flag("HasActiveSyncDevicePartnership", func(v *view, m mailbox) bool { return len(v.Devices(m.Index)) > 0 })},
	null[mailbox]("ExternalImapSettings", "InternalImapSettings", "ExternalPopSettings", "InternalPopSettings", "ExternalSmtpSettings", "InternalSmtpSettings"),
	says[mailbox]("OwaMailboxPolicy-Default", "OwaMailboxPolicy"),
	[]field[mailbox]{
		flag("OWAEnabled", is(func(m mailbox) bool { return m.OWA })),
		flag("OWAforDevicesEnabled", is(func(m mailbox) bool { return m.OWA })),
		flag("ECPEnabled", is(func(mailbox) bool { return true })),
		flag("PopEnabled", is(func(m mailbox) bool { return m.POP })),
	},
	yes[mailbox]("PopUseProtocolDefaults"), says[mailbox]("BestBodyFormat", "PopMessagesRetrievalMimeFormat"), no[mailbox]("PopEnableExactRFC822Size", "PopSuppressReadReceipt", "PopForceICalForCalendarRetrievalOption"),
	[]field[mailbox]{flag("ImapEnabled", is(func(m mailbox) bool { return m.IMAP }))},
	yes[mailbox]("ImapUseProtocolDefaults"), says[mailbox]("BestBodyFormat", "ImapMessagesRetrievalMimeFormat"), no[mailbox]("ImapEnableExactRFC822Size", "ImapSuppressReadReceipt", "ImapForceICalForCalendarRetrievalOption"),
	[]field[mailbox]{
		flag("MAPIEnabled", is(func(m mailbox) bool { return m.MAPI })),
	},
	null[mailbox]("MapiHttpEnabled"), no[mailbox]("MAPIBlockOutlookNonCachedMode", "MAPIBlockOutlookRpcHttp", "MAPIBlockOutlookExternalConnectivity"), blank[mailbox]("MAPIBlockOutlookVersions"),
	[]field[mailbox]{flag("EwsEnabled", is(func(m mailbox) bool { return m.EWS }))},
	null[mailbox]("EwsAllowOutlook", "EwsAllowMacOutlook", "EwsAllowEntourage", "EwsApplicationAccessPolicy"), noneOf[mailbox](stringsType, "EwsAllowList", "EwsBlockList"),
	null[mailbox]("ShowGalAsDefaultView", "SmtpClientAuthenticationDisabled", "UniversalOutlookEnabled", "OutlookMobileEnabled", "MacOutlookEnabled"),
	mbIdentity(),
)

// userClass is what Get-User returns: the person behind a mailbox.
var userClass = newClass(
	"Microsoft.Exchange.Data.Directory.Management.User Microsoft.Exchange.Data.Directory.Management.OrgPersonPresentationObject Microsoft.Exchange.Data.Directory.Management.ADPresentationObject Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	mbName,
	[]field[mailbox]{
		flag("IsSecurityPrincipal", is(func(m mailbox) bool { return true })),
		text("SamAccountName", of((mailbox).SAM)),
		text("Sid", func(v *view, m mailbox) string { return v.SID(m.Index) }),
	},
	noneOf[mailbox](stringsType, "SidHistory"),
	[]field[mailbox]{
		text("UserPrincipalName", of(func(m mailbox) string { return m.UPN })),
		flag("ResetPasswordOnNextLogon", is(func(mailbox) bool { return false })),
		text("WindowsLiveID", of(func(m mailbox) string { return m.UPN })),
		text("MicrosoftOnlineServicesID", of(func(m mailbox) string { return m.UPN })),
		text("NetID", of(func(m mailbox) string { return m.NetID })),
		flag("IsDirSynced", is(func(m mailbox) bool { return m.DirSynced })),
		flag("AccountDisabled", is(func(m mailbox) bool { return m.Disabled })),
		text("UserAccountControl", of(func(m mailbox) string {
			if m.Disabled {
				return "AccountDisabled, NormalAccount"
			}
			return "NormalAccount"
		})),
		flag("RemotePowerShellEnabled", is(func(m mailbox) bool { return m.Index == 0 })),
		text("Department", of(func(m mailbox) string { return m.Department })),
		text("Title", of(func(m mailbox) string { return m.Title })),
		text("Company", of(func(m mailbox) string { return m.Company })),
		text("Office", of(func(m mailbox) string { return m.Office })),
		text("City", of(func(m mailbox) string { return m.City })),
		text("CountryOrRegion", of(func(m mailbox) string { return m.Country })),
		text("FirstName", of(func(m mailbox) string { return m.First })),
		text("LastName", of(func(m mailbox) string { return m.Last })),
		text("DisplayName", of(func(m mailbox) string { return m.Display })),
		text("Phone", of(func(m mailbox) string { return m.Phone })),
		text("MobilePhone", of(func(m mailbox) string { return m.Mobile })),
		orNull("Manager", func(v *view, m mailbox) string {
			if m.Manager < 0 {
				return ""
			}
			return v.Mailbox(m.Manager).Name
		}),
		text("WindowsEmailAddress", of((mailbox).Primary)),
		text("RecipientType", of(recipientType)),
		text("RecipientTypeDetails", of(func(m mailbox) string { return m.Kind.String() })),
		text("LegacyExchangeDN", of((mailbox).LegacyDN)),
		text("ExternalDirectoryObjectId", of(func(m mailbox) string { return m.ExternalID })),
		text("OrganizationalUnit", func(v *view, _ mailbox) string { return v.unit }),
		local("StsRefreshTokensValidFrom", mbCreated),
	},
	blank[mailbox]("AssistantName", "Fax", "HomePhone", "Initials", "Notes", "Pager", "PhoneticDisplayName", "PostalCode", "SimpleDisplayName", "StateOrProvince", "StreetAddress", "TelephoneAssistant", "WebPage"),
	noneOf[mailbox](stringsType, "DirectReports", "OtherFax", "OtherHomePhone", "OtherTelephone", "PostOfficeBox", "UMDtmfMap"),
	null[mailbox]("AuthenticationPolicy", "GeoCoordinates", "UpgradeRequest", "UpgradeStatus", "PreviousRecipientTypeDetails"), yes[mailbox]("AllowUMCallsFromNonUsers"), no[mailbox]("IsLinked", "VIP"),
	mbIdentity(),
)

// recipient is anything mail can be sent to: one of its parts is set.
type recipient struct {
	m *world.Mailbox
	g *world.Group
	c *world.Contact
}

func recipientOf(v *view, r world.Ref) recipient {
	switch r.Type {
	case world.GroupRef:
		return recipient{g: v.Groups()[r.Index]}
	case world.ContactRef:
		return recipient{c: v.Contacts()[r.Index]}
	}
	return recipient{m: v.Mailbox(r.Index)}
}

// choose reads a text of whichever part is set.
func choose(m func(*world.Mailbox) string, g func(*world.Group) string, c func(*world.Contact) string) func(*view, recipient) string {
	return func(_ *view, r recipient) string {
		switch {
		case r.m != nil && m != nil:
			return m(r.m)
		case r.g != nil && g != nil:
			return g(r.g)
		case r.c != nil && c != nil:
			return c(r.c)
		}
		return ""
	}
}

type (
	wm = *world.Mailbox
	wg = *world.Group
	wc = *world.Contact
)

var (
	rName    = choose(func(m wm) string { return m.Name }, func(g wg) string { return g.Name }, func(c wc) string { return c.Name })
	rGUID    = choose(func(m wm) string { return m.GUID }, func(g wg) string { return g.GUID }, func(c wc) string { return c.GUID })
	rDetails = choose(func(m wm) string { return m.Kind.String() }, wg.Details, func(wc) string { return "MailContact" })
	rAddress = choose(wm.Primary, func(g wg) string { return g.Address }, func(c wc) string { return c.Address })
)

func rDN(v *view, r recipient) string { return v.DN(rName(v, r)) }

func rCreated(_ *view, r recipient) time.Time {
	switch {
	case r.m != nil:
		return r.m.Created
	case r.g != nil:
		return r.g.Created
	}
	return r.c.Created
}

func rChanged(_ *view, r recipient) time.Time {
	switch {
	case r.m != nil:
		return r.m.Changed
	case r.g != nil:
		return r.g.Changed
	}
	return r.c.Changed
}

func rAddresses(_ *view, r recipient) []string {
	switch {
	case r.m != nil:
		return r.m.Addresses
	case r.g != nil:
		return []string{"SMTP:" + r.g.Address}
	}
	return []string{"SMTP:" + r.c.Address}
}

// recipientClass is what Get-Recipient and Get-DistributionGroupMember return.
var recipientClass = newClass(
	"Microsoft.Exchange.Data.Directory.Management.ReducedRecipient Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.Directory.ADRawEntry Microsoft.Exchange.Data.ConfigurableObject System.Object",
	rName,
	[]field[recipient]{
		text("Alias", choose(func(m wm) string { return m.Alias }, func(g wg) string { return g.Alias }, func(c wc) string { return c.Alias })),
		guid("ArchiveGuid", choose(func(m wm) string { return m.ArchiveGUID }, nil, nil)),
		text("City", choose(func(m wm) string { return m.City }, nil, nil)),
		text("Company", choose(func(m wm) string { return m.Company }, nil, func(c wc) string { return c.Company })),
		text("CountryOrRegion", choose(func(m wm) string { return m.Country }, nil, nil)),
		text("Database", choose(wm.Database, nil, nil)),
		text("Department", choose(func(m wm) string { return m.Department }, nil, nil)),
		text("DisplayName", choose(func(m wm) string { return m.Display }, func(g wg) string { return g.Display }, func(c wc) string { return c.Display })),
		list("EmailAddresses", proxiesType, rAddresses),
		text("ExternalDirectoryObjectId", choose(func(m wm) string { return m.ExternalID }, func(g wg) string { return g.ExternalID }, func(c wc) string { return c.ExternalID })),
		value("ExternalEmailAddress", func(_ *view, r recipient) clixml.Value {
			if r.c == nil {
				return clixml.Value{}
			}
			return clixml.NewString("SMTP:" + r.c.Address)
		}),
		text("FirstName", choose(func(m wm) string { return m.First }, nil, func(c wc) string { return c.First })),
		flag("HiddenFromAddressListsEnabled", func(_ *view, r recipient) bool {
			return r.m != nil && r.m.Hidden || r.g != nil && r.g.Hidden
		}),
		text("LastName", choose(func(m wm) string { return m.Last }, nil, func(c wc) string { return c.Last })),
		list("ManagedBy", idsType, func(v *view, r recipient) []string {
			if r.g == nil {
				return nil
			}
			return names(v, r.g.Owners)
		}),
		value("Manager", func(v *view, r recipient) clixml.Value {
			if r.m == nil || r.m.Manager < 0 {
				return clixml.Value{}
			}
			return clixml.NewString(v.Mailbox(r.m.Manager).Name)
		}),
		text("Office", choose(func(m wm) string { return m.Office }, nil, nil)),
		text("OrganizationalUnit", func(v *view, _ recipient) string { return v.unit }),
		text("Phone", choose(func(m wm) string { return m.Phone }, nil, nil)),
		text("PrimarySmtpAddress", rAddress),
		text("RecipientType", func(v *view, r recipient) string {
			switch {
			case r.m != nil:
				return "UserMailbox"
			case r.c != nil:
				return "MailContact"
			case r.g.Security:
				return "MailUniversalSecurityGroup"
			}
			return "MailUniversalDistributionGroup"
		}),
		text("RecipientTypeDetails", rDetails),
		text("SamAccountName", choose(wm.SAM, func(g wg) string { return g.Alias }, nil)),
		text("ServerLegacyDN", choose(func(m wm) string { return "/o=ExchangeLabs/cn=Servers/cn=" + m.Server() }, nil, nil)),
		text("ServerName", choose(wm.Server, nil, nil)),
		text("Title", choose(func(m wm) string { return m.Title }, nil, nil)),
		text("WindowsLiveID", choose(func(m wm) string { return m.UPN }, nil, nil)),
		text("ArchiveState", choose(archiveState, nil, nil)),
		text("ArchiveStatus", choose(func(m wm) string {
			if m.ArchiveGUID == "" {
				return "None"
			}
			return "Active"
		}, nil, nil)),
		value("ArchiveDatabase", func(_ *view, r recipient) clixml.Value {
			if r.m == nil || r.m.ArchiveGUID == "" {
				return clixml.Value{}
			}
			return clixml.NewString(r.m.Database())
		}),
		value("RetentionPolicy", func(_ *view, r recipient) clixml.Value {
			if r.m == nil || r.m.RetentionPolicy == "" {
				return clixml.Value{}
			}
			return clixml.NewString(r.m.RetentionPolicy)
		}),
		local("WhenMailboxCreated", func(v *view, r recipient) time.Time {
			if r.m == nil {
				return time.Time{}
			}
			return r.m.Created
		}),
		flag("LitigationHoldEnabled", func(_ *view, r recipient) bool { return r.m != nil && r.m.LitigationHold }),
	},
	null[recipient]("ActiveSyncMailboxPolicy", "AddressBookPolicy", "ManagedFolderMailboxPolicy", "OwaMailboxPolicy", "SharingPolicy", "UMMailboxPolicy", "MailboxMoveSourceMDB", "MailboxMoveTargetMDB", "ArchiveRelease", "ExpansionServer", "ResourceType"),
	yes[recipient]("ActiveSyncMailboxPolicyIsDefaulted"), no[recipient]("EmailAddressPolicyEnabled", "HasActiveSyncDevicePartnership", "ShouldUseDefaultRetentionPolicy", "UMEnabled", "IsValidSecurityPrincipal"),
	blank[recipient]("MailboxMoveBatchName", "MailboxMoveRemoteHostName", "MailboxRelease", "Notes", "PostalCode", "StateOrProvince"), says[recipient]("None", "MailboxMoveFlags", "MailboxMoveStatus"),
	noneOf[recipient](stringsType, "PoliciesExcluded", "PoliciesIncluded", "Capabilities"), noneOf[recipient](idsType, "AddressListMembership", "InPlaceHolds"),
	customFields(func(r recipient) *[15]string {
		if r.m == nil {
			return nil
		}
		return &r.m.Custom
	}),
	identityFields(rName, rDN, rGUID, "Person", rCreated, rChanged),
)

func getRecipient() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		identity := s.wanted(in, "Identity")
		if identity == "" || strings.Contains(identity, "*") {
			return emitAll(s, recipientClass, s.view.Size(), s.recipients(identity))
		}
		ref, ok, err := s.find(identity, isAny)
		if !ok {
			return err
		}
		return s.emit(recipientClass.object(s.view, recipientOf(s.view, ref)))
	}}
}

func (s *stage) recipients(pattern string) iter.Seq[recipient] {
	details, types := map[string]bool{}, map[string]bool{}
	for param, set := range map[string]map[string]bool{"RecipientTypeDetails": details, "RecipientType": types} {
		for _, text := range s.args.texts(param) {
			for word := range strings.SplitSeq(text, ",") {
				set[strings.ToLower(strings.TrimSpace(word))] = true
			}
		}
	}
	anr := strings.ToLower(s.args.text("Anr"))
	kind := recipientClass.byName["recipienttype"]
	keep := func(r recipient) bool {
		switch {
		case len(details) > 0 && !details[strings.ToLower(rDetails(s.view, r))]:
		case len(types) > 0 && !types[strings.ToLower(recipientClass.fields[kind].value(s.view, r).Str())]:
		case anr != "" && !answersTo(anr, rName(s.view, r), rAddress(s.view, r), recipientClass.getter(s.view, r)("DisplayName").Str()):
		case pattern != "" && !opath.Like(pattern, rName(s.view, r)) && !opath.Like(pattern, recipientClass.getter(s.view, r)("DisplayName").Str()):
		default:
			return true
		}
		return false
	}
	return func(yield func(recipient) bool) {
		for i := range s.view.Size() {
			if r := (recipient{m: s.view.Mailbox(i)}); keep(r) && !yield(r) {
				return
			}
		}
		for _, g := range s.view.Groups() {
			if r := (recipient{g: g}); keep(r) && !yield(r) {
				return
			}
		}
		for _, c := range s.view.Contacts() {
			if r := (recipient{c: c}); keep(r) && !yield(r) {
				return
			}
		}
	}
}
