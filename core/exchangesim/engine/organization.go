package engine

import (
	"slices"
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/opath"
	"tenantry/core/exchangesim/world"
)

type group = *world.Group

func gName(_ *view, g group) string { return g.Name }
func gText(name string, get func(g group) string) field[group] {
	return text(name, func(_ *view, g group) string { return get(g) })
}
func gFlag(name string, get func(g group) bool) field[group] {
	return flag(name, func(_ *view, g group) bool { return get(g) })
}

var groupClass = newClass(
	"Microsoft.Exchange.Data.Directory.Management.DistributionGroup Microsoft.Exchange.Data.Directory.Management.DistributionGroupBase Microsoft.Exchange.Data.Directory.Management.MailEnabledRecipient Microsoft.Exchange.Data.Directory.Management.ADPresentationObject Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.Directory.ADRawEntry Microsoft.Exchange.Data.ConfigurableObject System.Object",
	gName,
	[]field[group]{
		gText("GroupType", func(g group) string {
			if g.Security {
				return "Universal, SecurityEnabled"
			}
			return "Universal"
		}),
		gText("SamAccountName", func(g group) string { return g.Alias + "-" + g.GUID[:8] }),
	},
	no[group]("BypassNestedModerationEnabled", "IsDirSynced"),
	[]field[group]{list("ManagedBy", idsType, func(v *view, g group) []string { return names(v, g.Owners) })},
	says[group]("Closed", "MemberJoinRestriction", "MemberDepartRestriction"),
	[]field[group]{gText("Description", func(g group) string { return g.Notes })},
	no[group]("HiddenGroupMembershipEnabled", "MigrationToUnifiedGroupInProgress", "ReportToManagerEnabled", "SendOofMessageToOriginatorEnabled"),
	yes[group]("ReportToOriginatorEnabled"), blank[group]("ExpansionServer"),
	noneOf[group](idsType, "AcceptMessagesOnlyFrom", "AcceptMessagesOnlyFromDLMembers", "AcceptMessagesOnlyFromSendersOrMembers", "AddressListMembership", "AdministrativeUnits", "BypassModerationFromSendersOrMembers", "GrantSendOnBehalfTo", "ModeratedBy", "RejectMessagesFrom", "RejectMessagesFromDLMembers", "RejectMessagesFromSendersOrMembers"),
	[]field[group]{
		gText("Alias", func(g group) string { return g.Alias }),
		text("OrganizationalUnit", func(v *view, _ group) string { return v.unit }),
		gText("DisplayName", func(g group) string { return g.Display }),
		list("EmailAddresses", proxiesType, func(v *view, g group) []string {
			return []string{"SMTP:" + g.Address, "smtp:" + g.Alias + "@" + v.Initial}
		}),
		gText("ExternalDirectoryObjectId", func(g group) string { return g.ExternalID }),
		gFlag("HiddenFromAddressListsEnabled", func(g group) bool { return g.Hidden }),
		gText("LegacyExchangeDN", func(g group) string { return g.LegacyDN }),
		gFlag("ModerationEnabled", func(g group) bool { return g.Moderated }),
		gText("PrimarySmtpAddress", func(g group) string { return g.Address }),
		gText("RecipientType", func(g group) string {
			if g.Security {
				return "MailUniversalSecurityGroup"
			}
			return "MailUniversalDistributionGroup"
		}),
		gText("RecipientTypeDetails", group.Details),
		gFlag("RequireSenderAuthenticationEnabled", func(g group) bool { return !g.OpenToOutside }),
		gText("WindowsEmailAddress", func(g group) string { return g.Address }),
	},
	customFields(func(group) *[15]string { return nil }),
	says[group]("Unlimited", "MaxSendSize", "MaxReceiveSize"), noneOf[group](stringsType, "PoliciesIncluded", "PoliciesExcluded", "UMDtmfMap", "MailTipTranslations"),
	no[group]("EmailAddressPolicyEnabled"), blank[group]("SimpleDisplayName"), says[group]("Always", "SendModerationNotifications"), null[group]("MailTip", "LastExchangeChangedTime", "ArbitrationMailbox"),
	identityFields(gName, func(v *view, g group) string { return v.DN(g.Name) }, func(_ *view, g group) string { return g.GUID }, "Group",
		func(_ *view, g group) time.Time { return g.Created }, func(_ *view, g group) time.Time { return g.Changed }),
)

func getDistributionGroup() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		identity := s.wanted(in, "Identity")
		details := s.args.texts("RecipientTypeDetails")
		anr := strings.ToLower(s.args.text("Anr"))
		if identity == "" || strings.Contains(identity, "*") {
			return emitAll(s, groupClass, len(s.view.Groups()), func(yield func(group) bool) {
				for _, g := range s.view.Groups() {
					switch {
					case len(details) > 0 && !slices.ContainsFunc(details, func(d string) bool { return strings.EqualFold(d, g.Details()) }):
					case anr != "" && !answersTo(anr, g.Name, g.Display, g.Address):
					case identity != "" && !opath.Like(identity, g.Name) && !opath.Like(identity, g.Display):
					default:
						if !yield(g) {
							return
						}
					}
				}
			})
		}
		ref, ok, err := s.find(identity, isGroup)
		if !ok {
			return err
		}
		return s.emit(groupClass.object(s.view, s.view.Groups()[ref.Index]))
	}}
}

func getDistributionGroupMember() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		ref, ok, err := s.find(s.wanted(in, "Identity"), isGroup)
		if !ok {
			return err
		}
		members := s.view.Groups()[ref.Index].Members
		return emitAll(s, recipientClass, len(members), func(yield func(recipient) bool) {
			for _, r := range members {
				if !yield(recipientOf(s.view, r)) {
					return
				}
			}
		})
	}}
}

// domain is an accepted domain.
type domain struct {
	name  string
	first bool
	guid  string
}

func dName(_ *view, d domain) string { return d.name }

func orgCreated[T any](v *view, _ T) time.Time { return v.Created }

var domainClass = newClass(
	"Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain Microsoft.Exchange.Data.Directory.ADConfigurationObject Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.Directory.ADRawEntry Microsoft.Exchange.Data.ConfigurableObject System.Object",
	dName,
	[]field[domain]{
		text("DomainName", dName),
		text("DomainType", func(v *view, d domain) string {
			if strings.HasPrefix(d.name, "mail.") {
				return "InternalRelay"
			}
			return "Authoritative"
		}),
	},
	no[domain]("MatchSubDomains"), null[domain]("CatchAllRecipientID", "MailFlowPartner"), yes[domain]("AddressBookEnabled"),
	[]field[domain]{
		flag("Default", func(_ *view, d domain) bool { return d.first }),
		flag("InitialDomain", func(v *view, d domain) bool { return d.name == v.Initial }),
	},
	no[domain]("EmailOnly", "ExternallyManaged", "PendingRemoval", "PendingCompletion", "FederatedOrganizationLink", "IsCoexistenceDomain", "PerimeterDuplicateDetected", "IsDefaultFederatedDomain", "EnableNego2Authentication", "SendingFromDomainDisabled", "SendingToDomainDisabled", "CanHaveCloudCache"),
	yes[domain]("OutboundOnly"), says[domain]("Managed", "AuthenticationType"), says[domain]("Managed", "LiveIdInstanceType"), null[domain]("RawAuthenticationType", "RawLiveIdInstanceType"), blank[domain]("AdminDisplayName"),
	identityFields(dName, func(v *view, d domain) string {
		return "CN=" + d.name + ",CN=Accepted Domains,CN=Transport Settings,CN=Configuration," + v.DN("")[4:]
	},
		func(_ *view, d domain) string { return d.guid }, "ms-Exch-Accepted-Domain", orgCreated[domain], orgCreated[domain]),
)

func getAcceptedDomain() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		identity := s.wanted(in, "Identity")
		found := identity == ""
		for i, name := range s.view.Domains() {
			d := domain{name: name, first: i == 0, guid: s.view.TenantID[:35] + string(rune('a'+i))}
			if identity != "" && !strings.EqualFold(identity, name) && !strings.EqualFold(identity, d.guid) && !(strings.Contains(identity, "*") && opath.Like(identity, name)) {
				continue
			}
			found = true
			if err := s.emit(domainClass.object(s.view, d)); err != nil {
				return err
			}
		}
		if !found {
			return s.fail(s.notFound(identity))
		}
		return nil
	}}
}

// config is the organisation as a whole.
type config struct{}

func oName(v *view, _ config) string { return v.Initial }

var configClass = newClass(
	"Microsoft.Exchange.Data.Directory.Management.OrganizationConfig Microsoft.Exchange.Data.Directory.Management.ADPresentationObject Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	oName,
	[]field[config]{
		text("DisplayName", func(v *view, _ config) string { return v.Org.Name }),
		text("OrganizationName", oName),
		guid("ExternalDirectoryOrganizationId", func(v *view, _ config) string { return v.TenantID }),
		text("DefaultMailboxRegion", func(*view, config) string { return "EUR" }),
		text("CountryCode", func(v *view, _ config) string { _, code := v.Country(); return code }),
		text("PreferredLanguage", func(v *view, _ config) string { return v.Culture() }),
		value("ActivityBasedAuthenticationTimeoutInterval", func(*view, config) clixml.Value { return clixml.NewDuration(6 * 3600 * 10_000_000) }),
		value("TotalUsers", func(v *view, _ config) clixml.Value { return clixml.NewInt32(int32(v.Size())) }),
	},
	yes[config]("ActivityBasedAuthenticationTimeoutEnabled", "ActivityBasedAuthenticationTimeoutWithSingleSignOnEnabled", "AppsForOfficeEnabled", "MailTipsAllTipsEnabled", "MailTipsGroupMetricsEnabled", "MailTipsMailboxSourcedTipsEnabled", "OAuth2ClientProfileEnabled", "ConnectorsEnabled", "ElcProcessingEnabled", "FocusedInboxOn", "IsMixedMode", "ReadTrackingEnabled", "BookingsEnabled", "WebPushNotificationsEnabled", "LeanPopoutEnabled", "PublicComputersDetectionEnabled"),
	no[config]("AuditDisabled", "AutoExpandingArchiveEnabled", "CustomerLockboxEnabled", "DistributionGroupNamingPolicyEnabled", "EwsEnabled", "HierarchicalAddressBookEnabled", "IsDehydrated", "IsGuidPrefixedLegacyDnDisabled", "IsMailboxForcedReplicationDisabled", "IsSyncPropertySetUpgradeAllowed", "MailTipsExternalRecipientsTipsEnabled", "PublicFoldersLockedForMigration", "PublicFolderMailboxesLockedForNewConnections", "PublicFolderMigrationComplete", "SIPAccessService", "SCLJunkThresholdEnabled", "MessageRecallEnabled", "SmtpActionableMessagesEnabled", "SendFromAliasEnabled", "TenantRelocationsAllowed"),
	says[config]("25", "MailTipsLargeAudienceThreshold"), says[config]("Local", "PublicFoldersEnabled"), says[config]("7.00:00:00", "DefaultPublicFolderMovedItemRetention"), says[config]("30.00:00:00", "DefaultPublicFolderDeletedItemRetention"),
	says[config]("9.5 GB (10,200,547,328 bytes)", "DefaultPublicFolderIssueWarningQuota", "DefaultPublicFolderProhibitPostQuota"), says[config]("75 MB (78,643,200 bytes)", "DefaultPublicFolderMaxItemSize"),
	null[config]("DefaultPublicFolderAgeLimit", "RootPublicFolderMailbox", "HierarchicalAddressBookRoot", "ManagedFolderHomepage", "OrganizationSummary", "DefaultAuthenticationPolicy", "DefaultDataEncryptionPolicy", "ComplianceMLBgdCrawlEnabled", "SharedDomainEmailAddressFlowEnabled"),
	noneOf[config](stringsType, "EwsAllowList", "EwsBlockList", "RemotePublicFolderMailboxes", "DistributionGroupNameBlockedWordsList", "MicrosoftExchangeRecipientEmailAddresses", "AdminDisplayNames", "ResourceAddressLists"),
	says[config]("4", "SCLJunkThreshold"), blank[config]("AdminDisplayName", "DistributionGroupNamingPolicy", "DistributionGroupDefaultOU"), says[config]("15.20.8966.17", "RBACConfigurationVersion"),
	identityFields(oName, func(v *view, _ config) string {
		return "CN=" + v.Initial + ",CN=ConfigurationUnits,DC=EURSMP01A001,DC=SAMPLE,DC=EXAMPLE"
	},
		func(v *view, _ config) string { return v.TenantID }, "ms-Exch-Configuration-Unit-Container", orgCreated[config], orgCreated[config]),
)

func getOrganizationConfig() behaviour {
	return behaviour{process: func(s *stage, _ *clixml.Value) error { return s.emit(configClass.object(s.view, config{})) }}
}
