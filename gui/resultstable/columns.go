package resultstable

import (
	"strings"

	"tenantry/core/results"
	"tenantry/core/wording"
)

// Heading is the title of a column: the words for the property, or what was worked out of which.
func Heading(w *wording.Words, c results.Column) string {
	switch c.Role {
	case results.Count:
		return w.Text("groups.count")
	case results.Sum, results.Average, results.Min, results.Max, results.Distinct:
		return w.Text(workedKeys[c.Role], "column", w.Label(c.Of))
	}
	return w.Label(c.Name)
}

// workedKeys are the texts for columns that are worked out.
var workedKeys = map[results.Role]string{results.Sum: "groups.sum-of", results.Average: "groups.average-of",
	results.Min: "groups.lowest-of", results.Max: "groups.highest-of", results.Distinct: "groups.distinct-of"}

// usual are the columns that show at first, by the noun of the cmdlet: what someone asks the question for.
// All others are a click away.
var usual = map[string][]string{
	"Mailbox":                       {"DisplayName", "PrimarySmtpAddress", "RecipientTypeDetails", "ProhibitSendQuota", "ForwardingSmtpAddress", "HiddenFromAddressListsEnabled", "LitigationHoldEnabled", "WhenCreated"},
	"MailboxStatistics":             {"DisplayName", "TotalItemSize", "ItemCount", "TotalDeletedItemSize", "LastLogonTime", "StorageLimitStatus"},
	"MailboxFolderStatistics":       {"FolderPath", "FolderType", "ItemsInFolder", "FolderSize", "FolderAndSubfolderSize", "OldestItemReceivedDate", "NewestItemReceivedDate"},
	"MailboxPermission":             {"Identity", "User", "AccessRights", "IsInherited", "Deny"},
	"RecipientPermission":           {"Identity", "Trustee", "AccessControlType", "AccessRights", "IsInherited"},
	"MailboxFolderPermission":       {"FolderName", "User", "AccessRights", "SharingPermissionFlags"},
	"Recipient":                     {"DisplayName", "PrimarySmtpAddress", "RecipientType", "RecipientTypeDetails", "HiddenFromAddressListsEnabled", "WhenCreated"},
	"User":                          {"DisplayName", "UserPrincipalName", "RecipientTypeDetails", "Department", "Title", "Office", "Phone"},
	"CASMailbox":                    {"DisplayName", "PrimarySmtpAddress", "OWAEnabled", "ActiveSyncEnabled", "ImapEnabled", "PopEnabled", "MAPIEnabled", "EwsEnabled"},
	"InboxRule":                     {"Name", "Enabled", "Priority", "ForwardTo", "ForwardAsAttachmentTo", "RedirectTo", "DeleteMessage", "MoveToFolder"},
	"DistributionGroup":             {"DisplayName", "PrimarySmtpAddress", "GroupType", "ManagedBy", "MemberJoinRestriction", "RequireSenderAuthenticationEnabled", "HiddenFromAddressListsEnabled", "WhenCreated"},
	"DistributionGroupMember":       {"DisplayName", "PrimarySmtpAddress", "RecipientType", "RecipientTypeDetails"},
	"UnifiedGroup":                  {"DisplayName", "PrimarySmtpAddress", "AccessType", "ManagedBy", "GroupMemberCount", "WhenCreated"},
	"AcceptedDomain":                {"DomainName", "DomainType", "Default", "AuthenticationType", "MatchSubDomains"},
	"OrganizationConfig":            {"DisplayName", "Name", "IsDehydrated", "OAuth2ClientProfileEnabled", "AuditDisabled", "MailTipsAllTipsEnabled", "WhenCreated"},
	"MobileDevice":                  {"UserDisplayName", "FriendlyName", "DeviceModel", "DeviceOS", "DeviceType", "DeviceAccessState", "FirstSyncTime", "WhenChanged"},
	"MobileDeviceStatistics":        {"DeviceFriendlyName", "DeviceModel", "DeviceOS", "LastSuccessSync", "Status", "DeviceAccessState"},
	"MailboxAutoReplyConfiguration": {"Identity", "AutoReplyState", "StartTime", "EndTime", "ExternalAudience", "InternalMessage"},
	"TransportRule":                 {"Name", "State", "Priority", "Mode", "Description"},
	"MessageTrace":                  {"Received", "SenderAddress", "RecipientAddress", "Subject", "Status", "Size"},
	"CalendarProcessing":            {"Identity", "AutomateProcessing", "AllowConflicts", "BookingWindowInDays", "ResourceDelegates"},
	"InboundConnector":              {"Name", "Enabled", "ConnectorType", "SenderDomains", "RequireTls"},
	"OutboundConnector":             {"Name", "Enabled", "ConnectorType", "RecipientDomains", "SmartHosts", "TlsSettings"},
	"ManagementRoleAssignment":      {"Name", "Role", "RoleAssigneeName", "RoleAssigneeType", "Enabled"},
	"RoleGroup":                     {"Name", "ManagedBy", "Members", "Roles"},
	"RoleGroupMember":               {"DisplayName", "PrimarySmtpAddress", "RecipientType"},
	"MailContact":                   {"DisplayName", "ExternalEmailAddress", "PrimarySmtpAddress", "HiddenFromAddressListsEnabled", "WhenCreated"},
	"MailUser":                      {"DisplayName", "UserPrincipalName", "ExternalEmailAddress", "RecipientTypeDetails", "WhenCreated"},
	"RetentionPolicy":               {"Name", "RetentionPolicyTagLinks", "IsDefault"},
	"OwaMailboxPolicy":              {"Name", "IsDefault", "WhenChanged"},
	"MailboxRegionalConfiguration":  {"Identity", "Language", "TimeZone", "DateFormat", "TimeFormat"},
	"MailboxJunkEmailConfiguration": {"Identity", "Enabled", "TrustedSendersAndDomains", "BlockedSendersAndDomains"},
	"MailboxCalendarConfiguration":  {"Identity", "WorkDays", "WorkingHoursStartTime", "WorkingHoursEndTime", "WorkingHoursTimeZone"},
	"DynamicDistributionGroup":      {"DisplayName", "PrimarySmtpAddress", "RecipientFilter", "ManagedBy", "WhenCreated"},
}

// usualColumns are the columns a cmdlet's answer shows at first; known is false when nothing is known of it.
func usualColumns(cmdlet string) (names []string, known bool) {
	_, noun, ok := strings.Cut(cmdlet, "-")
	if !ok {
		return nil, false
	}
	if names, known = usual[noun]; known {
		return names, true
	}
	names, known = usual[strings.TrimPrefix(noun, "EXO")]
	return names, known
}

// dull tells of properties that say nothing to a reader: what the transport and the directory keep for
// themselves.
func dull(name string) bool {
	switch name {
	case "PSComputerName", "RunspaceId", "PSShowComputerName", "ObjectState", "IsValid", "ExchangeVersion",
		"OriginatingServer", "ObjectCategory", "ObjectClass", "DistinguishedName", "OrganizationId", "Guid",
		"Id", "ExchangeObjectId", "OrganizationalUnitRoot", "LegacyExchangeDN", "AdminDisplayName",
		"ExternalDirectoryObjectId", "ObjectId":
		return true
	}
	return strings.HasSuffix(name, "Guid") || strings.HasSuffix(name, "UTC")
}
