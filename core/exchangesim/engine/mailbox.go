package engine

import (
	"strconv"
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

type mailbox = *world.Mailbox

func recipientType(m mailbox) string { return "UserMailbox" }

func archiveState(m mailbox) string {
	if m.ArchiveGUID == "" {
		return "None"
	}
	return "Local"
}

// identityFields end every object of the directory.
func identityFields[T any](name, dn, guidOf func(*view, T) string, class string, created, changed func(*view, T) time.Time) []field[T] {
	classes := []string{"top", strings.ToLower(class)}
	if class == "Person" {
		classes = []string{"top", "person", "organizationalPerson", "user"}
	}
	return concat(
		[]field[T]{text("Identity", name)}, yes[T]("IsValid"), says[T]("0.20 (15.0.0.0)", "ExchangeVersion"),
		[]field[T]{
			text("Name", name), text("DistinguishedName", dn), guid("Guid", guidOf),
			{name: "ObjectCategory", same: clixml.NewString("EURSMP01A001.sample.example/Configuration/Schema/" + class)},
			lists[T]("ObjectClass", stringsType, nil, classes),
			local("WhenChanged", changed), local("WhenCreated", created), utc("WhenChangedUTC", changed), utc("WhenCreatedUTC", created),
			text("OrganizationId", func(v *view, _ T) string { return v.organization }), text("Id", name),
			text("OriginatingServer", func(v *view, _ T) string { return v.controller }),
		},
		says[T]("Unchanged", "ObjectState"))
}

func concat[T any](lists ...[]T) []T {
	var all []T
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func customFields[T any](get func(x T) *[15]string) []field[T] {
	var fields []field[T]
	for _, n := range []int{1, 10, 11, 12, 13, 14, 15, 2, 3, 4, 5, 6, 7, 8, 9} {
		fields = append(fields, text("CustomAttribute"+strconv.Itoa(n), func(_ *view, x T) string {
			if set := get(x); set != nil {
				return set[n-1]
			}
			return ""
		}))
	}
	return append(fields, noneOf[T](stringsType, "ExtensionCustomAttribute1", "ExtensionCustomAttribute2", "ExtensionCustomAttribute3", "ExtensionCustomAttribute4", "ExtensionCustomAttribute5")...)
}

type vm = func(*view, mailbox) string

func mbName(_ *view, m mailbox) string       { return m.Name }
func mbGUID(_ *view, m mailbox) string       { return m.GUID }
func mbDN(v *view, m mailbox) string         { return v.DN(m.Name) }
func mbCreated(_ *view, m mailbox) time.Time { return m.Created }
func mbChanged(_ *view, m mailbox) time.Time { return m.Changed }
func mbIdentity() []field[mailbox] {
	return identityFields(mbName, mbDN, mbGUID, "Person", mbCreated, mbChanged)
}
func mbCustom(m mailbox) *[15]string { return &m.Custom }
func quota(get func(m mailbox) int64) vm {
	return func(_ *view, m mailbox) string { return sizeText(get(m)) }
}
func of(get func(m mailbox) string) vm { return func(_ *view, m mailbox) string { return get(m) } }
func is(get func(m mailbox) bool) func(*view, mailbox) bool {
	return func(_ *view, m mailbox) bool { return get(m) }
}
func orNull(name string, get func(v *view, m mailbox) string) field[mailbox] {
	return value(name, func(v *view, m mailbox) clixml.Value {
		if s := get(v, m); s != "" {
			return clixml.NewString(s)
		}
		return clixml.Value{}
	})
}

// mailboxClass is what Get-Mailbox returns.
var mailboxClass = newClass(
	"Microsoft.Exchange.Data.Directory.Management.Mailbox Microsoft.Exchange.Data.Directory.Management.MailEnabledOrgPerson Microsoft.Exchange.Data.Directory.Management.MailEnabledRecipient Microsoft.Exchange.Data.Directory.Management.ADPresentationObject Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.Directory.ADRawEntry Microsoft.Exchange.Data.ConfigurableObject System.Object",
	mbName,
	[]field[mailbox]{text("Database", of((mailbox).Database)), guid("DatabaseGuid", func(v *view, m mailbox) string { return v.TenantID })},
	null[mailbox]("MailboxProvisioningConstraint"), says[mailbox]("EUR", "MailboxRegion"), null[mailbox]("MailboxRegionLastUpdateTime"),
	no[mailbox]("MessageRecallProcessingEnabled"),
	[]field[mailbox]{
		flag("MessageCopyForSentAsEnabled", is(func(m mailbox) bool { return m.CopySentAs })),
		flag("MessageCopyForSendOnBehalfEnabled", is(func(m mailbox) bool { return m.CopyOnBehalf })),
	},
	noneOf[mailbox](placesType, "MailboxProvisioningPreferences"),
	no[mailbox]("UseDatabaseRetentionDefaults", "RetainDeletedItemsUntilBackup"),
	[]field[mailbox]{flag("DeliverToMailboxAndForward", is(func(m mailbox) bool { return m.KeepCopy }))},
	no[mailbox]("IsExcludedFromServingHierarchy"), yes[mailbox]("IsHierarchyReady", "IsHierarchySyncEnabled"), no[mailbox]("HasSnackyAppData"),
	[]field[mailbox]{
		flag("LitigationHoldEnabled", is(func(m mailbox) bool { return m.LitigationHold })),
		flag("SingleItemRecoveryEnabled", is(func(m mailbox) bool { return m.SingleItemRecovery })),
		flag("RetentionHoldEnabled", is(func(m mailbox) bool { return m.RetentionHold })),
	},
	null[mailbox]("EndDateForRetentionHold", "StartDateForRetentionHold"),
	[]field[mailbox]{
		text("RetentionComment", of(func(m mailbox) string { return m.RetentionComment })),
		text("RetentionUrl", of(func(m mailbox) string { return m.RetentionURL })),
		value("LitigationHoldDate", func(v *view, m mailbox) clixml.Value { return wallTime(v, m.HoldDate) }),
		text("LitigationHoldOwner", of(func(m mailbox) string { return m.HoldOwner })),
		text("LitigationHoldDuration", of(func(m mailbox) string {
			if m.HoldDays == 0 {
				return "Unlimited"
			}
			return days(m.HoldDays)
		})),
	},
	no[mailbox]("ElcProcessingDisabled", "ComplianceTagHoldApplied", "WasInactiveMailbox", "DelayHoldApplied", "DelayReleaseHoldApplied"),
	null[mailbox]("InactiveMailboxRetireTime", "OrphanSoftDeleteTrackingTime", "ManagedFolderMailboxPolicy"),
	[]field[mailbox]{orNull("RetentionPolicy", of(func(m mailbox) string { return m.RetentionPolicy }))},
	null[mailbox]("AddressBookPolicy"), no[mailbox]("CalendarRepairDisabled"),
	[]field[mailbox]{
		guid("ExchangeGuid", of(func(m mailbox) string { return m.ExchangeGUID })),
	},
	null[mailbox]("MailboxContainerGuid", "UnifiedMailbox"),
	[]field[mailbox]{
		list("MailboxLocations", []string{"System.Collections.Generic.List`1[[Microsoft.Exchange.Data.Directory.IMailboxLocationInfo, " + exDir + "]]", "System.Object"}, func(v *view, m mailbox) []string {
			where := []string{"1;" + m.ExchangeGUID + ";Primary;eursmp01a001.sample.example;" + v.TenantID}
			if m.ArchiveGUID != "" {
				where = append(where, "1;"+m.ArchiveGUID+";MainArchive;eursmp01a001.sample.example;"+v.TenantID)
			}
			return where
		}),
	},
	noneOf[mailbox](guidsType, "AggregatedMailboxGuids"),
	says[mailbox]("System.Security.AccessControl.RawSecurityDescriptor", "ExchangeSecurityDescriptor"),
	[]field[mailbox]{text("ExchangeUserAccountControl", of(func(m mailbox) string {
		if m.Disabled {
			return "AccountDisabled"
		}
		return "None"
	}))},
	says[mailbox]("Version 15.20 (Build 8966.17)", "AdminDisplayVersion"), yes[mailbox]("MessageTrackingReadStatusEnabled"), says[mailbox]("External", "ExternalOofOptions"),
	[]field[mailbox]{
		orNull("ForwardingAddress", func(v *view, m mailbox) string { return v.NameOf(m.ForwardTo) }),
		orNull("ForwardingSmtpAddress", of(func(m mailbox) string { return m.ForwardSMTP })),
		text("RetainDeletedItemsFor", of(func(m mailbox) string { return days(m.KeepDeleted) })),
	},
	yes[mailbox]("IsMailboxEnabled"),
	[]field[mailbox]{value("Languages", func(_ *view, m mailbox) clixml.Value { return cultureLists[m.Culture] })},
	null[mailbox]("OfflineAddressBook"),
	[]field[mailbox]{
		text("ProhibitSendQuota", quota(func(m mailbox) int64 { return m.SendQuota })),
		text("ProhibitSendReceiveQuota", quota(func(m mailbox) int64 { return m.ReceiveQuota })),
		text("RecoverableItemsQuota", of(func(m mailbox) string {
			if m.LitigationHold {
				return "100 GB (107,374,182,400 bytes)"
			}
			return "30 GB (32,212,254,720 bytes)"
		})),
		text("RecoverableItemsWarningQuota", of(func(m mailbox) string {
			if m.LitigationHold {
				return "90 GB (96,636,764,160 bytes)"
			}
			return "20 GB (21,474,836,480 bytes)"
		})),
	},
	says[mailbox]("6 GB (6,442,450,944 bytes)", "CalendarLoggingQuota"), no[mailbox]("DowngradeHighPriorityMessagesEnabled"),
	[]field[mailbox]{lists[mailbox]("ProtocolSettings", stringsType, nil, []string{"RemotePowerShell§1"})},
	says[mailbox]("500", "RecipientLimits"), no[mailbox]("ImListMigrationCompleted"), null[mailbox]("SiloName"),
	[]field[mailbox]{
		flag("IsResource", is(func(m mailbox) bool { return m.Kind == world.Room || m.Kind == world.Equipment })),
		flag("IsShared", is(func(m mailbox) bool { return m.Kind == world.Shared })),
	},
	no[mailbox]("IsLinked", "IsRootPublicFolderMailbox"), blank[mailbox]("LinkedMasterAccount"), no[mailbox]("ResetPasswordOnNextLogon"),
	[]field[mailbox]{
		value("ResourceCapacity", func(_ *view, m mailbox) clixml.Value {
			if m.Capacity == 0 {
				return clixml.Value{}
			}
			return clixml.NewInt32(int32(m.Capacity))
		}),
	},
	noneOf[mailbox](stringsType, "ResourceCustom"),
	[]field[mailbox]{
		orNull("ResourceType", of(func(m mailbox) string {
			switch m.Kind {
			case world.Room:
				return "Room"
			case world.Equipment:
				return "Equipment"
			}
			return ""
		})),
	},
	null[mailbox]("RoomMailboxAccountEnabled"),
	[]field[mailbox]{text("SamAccountName", of((mailbox).SAM))},
	null[mailbox]("SCLDeleteThreshold", "SCLDeleteEnabled", "SCLRejectThreshold", "SCLRejectEnabled", "SCLQuarantineThreshold", "SCLQuarantineEnabled", "SCLJunkThreshold", "SCLJunkEnabled"),
	no[mailbox]("AntispamBypassEnabled"),
	[]field[mailbox]{
		text("ServerLegacyDN", of(func(m mailbox) string {
			return "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn=" + m.Server()
		})),
		text("ServerName", of(func(m mailbox) string { return strings.ToLower(m.Server()) })),
	},
	no[mailbox]("UseDatabaseQuotaDefaults"),
	[]field[mailbox]{text("IssueWarningQuota", quota(func(m mailbox) int64 { return m.WarnQuota }))},
	says[mailbox]("256 KB (262,144 bytes)", "RulesQuota"),
	[]field[mailbox]{
		text("Office", of(func(m mailbox) string { return m.Office })),
		text("UserPrincipalName", of(func(m mailbox) string { return m.UPN })),
	},
	no[mailbox]("UMEnabled"), null[mailbox]("MaxSafeSenders", "MaxBlockedSenders"),
	[]field[mailbox]{text("NetID", of(func(m mailbox) string { return m.NetID }))}, null[mailbox]("ReconciliationId"),
	[]field[mailbox]{
		text("WindowsLiveID", of(func(m mailbox) string { return m.UPN })),
		text("MicrosoftOnlineServicesID", of(func(m mailbox) string { return m.UPN })),
	},
	null[mailbox]("ThrottlingPolicy"), says[mailbox]("Default Role Assignment Policy", "RoleAssignmentPolicy"),
	null[mailbox]("DefaultPublicFolderMailbox", "EffectivePublicFolderMailbox"), says[mailbox]("Default Sharing Policy", "SharingPolicy"),
	null[mailbox]("RemoteAccountPolicy"),
	[]field[mailbox]{
		orNull("MailboxPlan", of(func(m mailbox) string {
			if !m.Licensed {
				return ""
			}
			if m.ReceiveQuota > 60<<30 {
				return "ExchangeOnlineEnterprise"
			}
			return "ExchangeOnline"
		})),
		orNull("ArchiveDatabase", of(func(m mailbox) string {
			if m.ArchiveGUID == "" {
				return ""
			}
			return m.Database()
		})),
		{name: "ArchiveDatabaseGuid"},
		guid("ArchiveGuid", of(func(m mailbox) string { return m.ArchiveGUID })),
		list("ArchiveName", stringsType, func(_ *view, m mailbox) []string {
			if m.ArchiveGUID == "" {
				return nil
			}
			return []string{"In-Place Archive -" + m.Display}
		}),
	},
	blank[mailbox]("JournalArchiveAddress"),
	[]field[mailbox]{
		text("ArchiveQuota", of(func(m mailbox) string {
			if m.ReceiveQuota > 60<<30 {
				return "100 GB (107,374,182,400 bytes)"
			}
			return "50 GB (53,687,091,200 bytes)"
		})),
		text("ArchiveWarningQuota", of(func(m mailbox) string {
			if m.ReceiveQuota > 60<<30 {
				return "90 GB (96,636,764,160 bytes)"
			}
			return "45 GB (48,318,382,080 bytes)"
		})),
	},
	null[mailbox]("ArchiveDomain"),
	[]field[mailbox]{
		text("ArchiveStatus", of(func(m mailbox) string {
			if m.ArchiveGUID == "" {
				return "None"
			}
			return "Active"
		})),
		text("ArchiveState", of(archiveState)),
		flag("AutoExpandingArchiveEnabled", is(func(m mailbox) bool { return m.AutoExpand })),
	},
	no[mailbox]("DisabledMailboxLocations"), says[mailbox]("None", "RemoteRecipientType"), null[mailbox]("DisabledArchiveDatabase"),
	always[mailbox](guidValue(""), "DisabledArchiveGuid"), null[mailbox]("QueryBaseDN"), no[mailbox]("QueryBaseDNRestrictionEnabled"),
	null[mailbox]("MailboxMoveTargetMDB", "MailboxMoveSourceMDB"), says[mailbox]("None", "MailboxMoveFlags"), blank[mailbox]("MailboxMoveRemoteHostName", "MailboxMoveBatchName"),
	says[mailbox]("None", "MailboxMoveStatus"), blank[mailbox]("MailboxRelease", "ArchiveRelease"),
	no[mailbox]("IsPersonToPersonTextMessagingEnabled"), yes[mailbox]("IsMachineToPersonTextMessagingEnabled"),
	noneOf[mailbox](bytesType, "UserSMimeCertificate", "UserCertificate"), no[mailbox]("CalendarVersionStoreDisabled"),
	[]field[mailbox]{text("ImmutableId", of(func(m mailbox) string {
		if m.DirSynced {
			return m.ExternalID[:22] + "=="
		}
		return ""
	}))},
	[]field[mailbox]{
		lists("PersistedCapabilities", abilitiesType, func(m mailbox) int {
			if m.Licensed {
				return 1
			}
			return 0
		}, nil, []string{"BPOS_S_Enterprise"}),
		value("SKUAssigned", func(_ *view, m mailbox) clixml.Value {
			if m.Kind != world.User && !m.Licensed {
				return clixml.Value{}
			}
			return clixml.NewBool(m.Licensed)
		}),
		flag("AuditEnabled", is(func(m mailbox) bool { return m.Audited })),
	},
	says[mailbox]("90.00:00:00", "AuditLogAgeLimit"),
	[]field[mailbox]{
		lists[mailbox]("AuditAdmin", auditType, nil, []string{"Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "SendOnBehalf", "Create", "UpdateFolderPermissions", "UpdateInboxRules", "UpdateCalendarDelegation", "ApplyRecord", "MailItemsAccessed", "Send"}),
		lists[mailbox]("AuditDelegate", auditType, nil, []string{"Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "SendOnBehalf", "Create", "UpdateFolderPermissions", "UpdateInboxRules", "ApplyRecord", "MailItemsAccessed"}),
		lists[mailbox]("AuditOwner", auditType, nil, []string{"Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "UpdateFolderPermissions", "UpdateInboxRules", "UpdateCalendarDelegation", "ApplyRecord", "MailItemsAccessed", "Send"}),
		lists[mailbox]("DefaultAuditSet", auditType, nil, []string{"Admin", "Delegate", "Owner"}),
		local("WhenMailboxCreated", mbCreated),
	},
	blank[mailbox]("SourceAnchor"),
	[]field[mailbox]{text("UsageLocation", of(func(m mailbox) string { return m.Country }))},
	no[mailbox]("IsSoftDeletedByRemove", "IsSoftDeletedByDisable", "IsInactiveMailbox", "IncludeInGarbageCollection"), null[mailbox]("WhenSoftDeleted"),
	[]field[mailbox]{list("InPlaceHolds", stringsType, func(_ *view, m mailbox) []string { return m.InPlaceHolds })},
	noneOf[mailbox](idsType, "GeneratedOfflineAddressBooks"),
	[]field[mailbox]{
		flag("AccountDisabled", is(func(m mailbox) bool { return m.Disabled })),
		local("StsRefreshTokensValidFrom", mbCreated),
	},
	null[mailbox]("DataEncryptionPolicy"), no[mailbox]("DisableThrottling"), noneOf[mailbox](stringsType, "Extensions"), no[mailbox]("HasPicture", "HasSpokenName"),
	[]field[mailbox]{flag("IsDirSynced", is(func(m mailbox) bool { return m.DirSynced }))},
	noneOf[mailbox](idsType, "AcceptMessagesOnlyFrom", "AcceptMessagesOnlyFromDLMembers"),
	[]field[mailbox]{
		list("AcceptMessagesOnlyFromSendersOrMembers", idsType, func(v *view, m mailbox) []string { return names(v, m.AcceptOnly) }),
		lists("AddressListMembership", idsType, func(m mailbox) int {
			if m.Hidden {
				return 1
			}
			return 0
		}, []string{`\All Users`, `\Offline Global Address List`, `\Default Global Address List`, `\All Recipients(VLV)`, `\Mailboxes(VLV)`, `\All Mailboxes(VLV)`},
			[]string{`\All Recipients(VLV)`, `\Mailboxes(VLV)`}),
	},
	noneOf[mailbox](idsType, "AdministrativeUnits"),
	[]field[mailbox]{text("Alias", of(func(m mailbox) string { return m.Alias }))},
	null[mailbox]("ArbitrationMailbox"), noneOf[mailbox](idsType, "BypassModerationFromSendersOrMembers"),
	[]field[mailbox]{text("OrganizationalUnit", func(v *view, _ mailbox) string { return v.unit })},
	customFields(mbCustom),
	[]field[mailbox]{
		text("DisplayName", of(func(m mailbox) string { return m.Display })),
		list("EmailAddresses", proxiesType, func(_ *view, m mailbox) []string { return m.Addresses }),
		list("GrantSendOnBehalfTo", idsType, func(v *view, m mailbox) []string { return names(v, m.OnBehalf) }),
		text("ExternalDirectoryObjectId", of(func(m mailbox) string { return m.ExternalID })),
		flag("HiddenFromAddressListsEnabled", is(func(m mailbox) bool { return m.Hidden })),
		local("LastExchangeChangedTime", mbChanged),
		text("LegacyExchangeDN", of((mailbox).LegacyDN)),
		text("MaxSendSize", quota(func(m mailbox) int64 { return m.MaxSend })),
		text("MaxReceiveSize", quota(func(m mailbox) int64 { return m.MaxReceive })),
	},
	noneOf[mailbox](idsType, "ModeratedBy"),
	[]field[mailbox]{flag("ModerationEnabled", is(func(m mailbox) bool { return m.Moderated }))},
	noneOf[mailbox](stringsType, "PoliciesIncluded"),
	[]field[mailbox]{lists[mailbox]("PoliciesExcluded", stringsType, nil, []string{"{26491cfc-9e50-4857-861b-0cb8df22b5d7}"})},
	no[mailbox]("EmailAddressPolicyEnabled"),
	[]field[mailbox]{
		text("PrimarySmtpAddress", of((mailbox).Primary)),
		text("RecipientType", of(recipientType)),
		text("RecipientTypeDetails", of(func(m mailbox) string { return m.Kind.String() })),
	},
	noneOf[mailbox](idsType, "RejectMessagesFrom", "RejectMessagesFromDLMembers", "RejectMessagesFromSendersOrMembers"), no[mailbox]("RequireSenderAuthenticationEnabled"),
	blank[mailbox]("SimpleDisplayName"), says[mailbox]("Always", "SendModerationNotifications"), noneOf[mailbox](stringsType, "UMDtmfMap"),
	[]field[mailbox]{
		text("WindowsEmailAddress", of((mailbox).Primary)),
		orNull("MailTip", of(func(m mailbox) string { return m.MailTip })),
		list("MailTipTranslations", stringsType, func(_ *view, m mailbox) []string {
			if m.MailTip == "" {
				return nil
			}
			return []string{"default:" + m.MailTip}
		}),
	},
	mbIdentity(),
)
