package related

import (
	"strings"

	"tenantry/core/exchange"
)

// kind is what a row, or something a row names, is.
type kind uint8

const (
	unknown   kind = iota
	recipient      // one of the others, as its RecipientTypeDetails says
	mailbox
	group   // a distribution group
	dynamic // a group whose members are found by a rule
	unified // a Microsoft 365 group
	holder  // who has a permission on a mailbox
	trustee // who may send as someone
	someone // anybody with an address
	device
	roles // a group of administrators
	message
)

// thing is something a row is about, and the properties that name it, the surest first.
type thing struct {
	kind kind
	from []string
}

var (
	own   = []string{"PrimarySmtpAddress", "UserPrincipalName", "ExternalDirectoryObjectId", "Guid", "Identity"}
	named = []string{"Identity"}
)

// things are what the rows of a cmdlet are about, by its noun in small letters without EXO.
var things = map[string][]thing{
	"mailbox":                        {{mailbox, own}},
	"casmailbox":                     {{mailbox, own}},
	"user":                           {{recipient, append([]string{"WindowsEmailAddress"}, own...)}},
	"recipient":                      {{recipient, own}},
	"distributiongroupmember":        {{recipient, own}},
	"dynamicdistributiongroupmember": {{recipient, own}},
	"unifiedgrouplinks":              {{recipient, own}},
	"rolegroupmember":                {{recipient, own}},
	"mailboxstatistics":              {{mailbox, []string{"OwnerADGuid", "MailboxGuid"}}},
	"mailboxfolderstatistics":        {{mailbox, []string{"ContentMailboxGuid"}}},
	"mailboxpermission":              {{holder, []string{"User"}}, {mailbox, named}},
	"recipientpermission":            {{trustee, []string{"Trustee"}}, {someone, named}},
	"inboxrule":                      {{mailbox, []string{"MailboxOwnerId"}}},
	"mailboxautoreplyconfiguration":  {{mailbox, []string{"MailboxOwnerId", "Identity"}}},
	"mailboxregionalconfiguration":   {{mailbox, named}},
	"mailboxjunkemailconfiguration":  {{mailbox, []string{"MailboxOwnerId", "Identity"}}},
	"mailboxcalendarconfiguration":   {{mailbox, []string{"MailboxOwnerId", "Identity"}}},
	"calendarprocessing":             {{mailbox, []string{"MailboxOwnerId", "Identity"}}},
	"distributiongroup":              {{group, own}},
	"group":                          {{recipient, append([]string{"WindowsEmailAddress"}, own...)}},
	"dynamicdistributiongroup":       {{dynamic, own}},
	"unifiedgroup":                   {{unified, own}},
	"rolegroup":                      {{roles, []string{"Guid", "Name", "Identity"}}},
	"mobiledevice":                   {{device, []string{"Guid", "Identity"}}},
	"messagetrace":                   {{message, []string{"MessageTraceId"}}},
	"messagetracev2":                 {{message, []string{"MessageTraceId"}}},
}

// question is a cmdlet to ask about a thing.
type question struct {
	id     string
	cmdlet string
	param  string              // is given what names the thing
	from   []string            // the properties that name it instead of the thing's, nil for those
	more   map[string][]string // further parameters from properties of the row, all needed
	with   map[string]string   // parameters that are always the same
	when   func(exchange.Record) bool

	// alike says that asking about a row of the same cmdlet would bring that row again.
	alike bool
}

// questions are what is asked about each kind, in the order they are offered.
var questions = map[kind][]question{
	mailbox: {
		{id: "mailbox", cmdlet: "Get-Mailbox", param: "Identity", alike: true},
		{id: "permissions", cmdlet: "Get-MailboxPermission", param: "Identity"},
		{id: "statistics", cmdlet: "Get-MailboxStatistics", param: "Identity", alike: true},
		{id: "rules", cmdlet: "Get-InboxRule", param: "Mailbox"},
		{id: "send-as", cmdlet: "Get-RecipientPermission", param: "Identity"},
		{id: "archive", cmdlet: "Get-MailboxStatistics", param: "Identity", with: map[string]string{"Archive": "true"}, when: archived},
		{id: "forwards-to", cmdlet: "Get-Recipient", param: "Identity", from: []string{"ForwardingAddress"}},
		{id: "folders", cmdlet: "Get-MailboxFolderStatistics", param: "Identity"},
		{id: "replies", cmdlet: "Get-MailboxAutoReplyConfiguration", param: "Identity", alike: true},
		{id: "devices", cmdlet: "Get-MobileDevice", param: "Mailbox"},
		{id: "protocols", cmdlet: "Get-CASMailbox", param: "Identity", alike: true},
		{id: "bookings", cmdlet: "Get-CalendarProcessing", param: "Identity", when: booked, alike: true},
	},
	group: {
		{id: "members", cmdlet: "Get-DistributionGroupMember", param: "Identity"},
		{id: "group", cmdlet: "Get-DistributionGroup", param: "Identity", alike: true},
		{id: "send-as", cmdlet: "Get-RecipientPermission", param: "Identity"},
	},
	dynamic: {
		{id: "members", cmdlet: "Get-DynamicDistributionGroupMember", param: "Identity"},
		{id: "group", cmdlet: "Get-DynamicDistributionGroup", param: "Identity", alike: true},
		{id: "send-as", cmdlet: "Get-RecipientPermission", param: "Identity"},
	},
	unified: {
		{id: "members", cmdlet: "Get-UnifiedGroupLinks", param: "Identity", with: map[string]string{"LinkType": "Members"}},
		{id: "owners", cmdlet: "Get-UnifiedGroupLinks", param: "Identity", with: map[string]string{"LinkType": "Owners"}},
		{id: "group", cmdlet: "Get-UnifiedGroup", param: "Identity", alike: true},
	},
	holder: {
		{id: "user-mailbox", cmdlet: "Get-Mailbox", param: "Identity", when: person("User")},
		{id: "user", cmdlet: "Get-Recipient", param: "Identity", when: person("User")},
	},
	trustee: {
		{id: "user-mailbox", cmdlet: "Get-Mailbox", param: "Identity", when: person("Trustee")},
		{id: "user", cmdlet: "Get-Recipient", param: "Identity", when: person("Trustee")},
	},
	someone: {
		{id: "recipient", cmdlet: "Get-Recipient", param: "Identity"},
		{id: "send-as", cmdlet: "Get-RecipientPermission", param: "Identity"},
	},
	device: {
		{id: "device-statistics", cmdlet: "Get-MobileDeviceStatistics", param: "Identity"},
	},
	roles: {
		{id: "members", cmdlet: "Get-RoleGroupMember", param: "Identity"},
	},
	message: {
		{id: "message", cmdlet: "Get-MessageTraceDetailV2", param: "MessageTraceId", more: map[string][]string{"RecipientAddress": {"RecipientAddress"}}},
	},
}

// archived tells whether a mailbox has an archive.
func archived(row exchange.Record) bool {
	v, _ := row.Get("ArchiveStatus")
	return strings.EqualFold(v.Text(), "Active")
}

// booked tells whether a mailbox is a room or a thing that is booked.
func booked(row exchange.Record) bool {
	v, _ := row.Get("RecipientTypeDetails")
	return v.Text() == "RoomMailbox" || v.Text() == "EquipmentMailbox"
}
