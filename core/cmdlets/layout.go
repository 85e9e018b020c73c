package cmdlets

import (
	"cmp"
	"slices"
	"strings"
)

// Form is a Spec's parameters in the order a form shows them. Confirm and WhatIf are left out, because
// asking and previewing are the program's own; so is what cannot be sent at all.
type Form struct {
	Required []ParamSpec // must be filled in
	Common   []ParamSpec // what people use first
	Rest     []ParamSpec // shown when unfolded or searched for, by name
}

// Layout orders the parameters of a cmdlet for its form.
func Layout(s *Spec) Form {
	var f Form
	for _, p := range s.Params {
		switch {
		case p.Editor == EditNone || hasFold(ownParams, p.Name):
		case p.Required:
			f.Required = append(f.Required, p)
		case p.Common || p.Subject:
			f.Common = append(f.Common, p)
		default:
			f.Rest = append(f.Rest, p)
		}
	}
	byRank := func(a, b ParamSpec) int {
		return cmp.Or(
			cmp.Compare(commonRank(s, a.Name), commonRank(s, b.Name)),
			cmp.Compare(position(a), position(b)),
			strings.Compare(a.Name, b.Name))
	}
	slices.SortStableFunc(f.Required, byRank)
	slices.SortStableFunc(f.Common, byRank)
	slices.SortStableFunc(f.Rest, func(a, b ParamSpec) int {
		return cmp.Or(
			cmp.Compare(seldomRank(a.Name), seldomRank(b.Name)),
			strings.Compare(a.Name, b.Name))
	})
	return f
}

// All returns the whole form as one list.
func (f Form) All() []ParamSpec { return slices.Concat(f.Required, f.Common, f.Rest) }

func position(p ParamSpec) int {
	if p.Position < 0 {
		return 1 << 20
	}
	return p.Position
}

// The parameters that the program sets itself.
var ownParams = []string{"Confirm", "WhatIf"}

// What people use, in the order they ask for it.
var commonOrder = []string{
	"Identity", "Mailbox", "User", "Trustee", "Member", "Members", "AccessRights", "AutoMapping",
	"Name", "DisplayName", "FirstName", "LastName", "Alias", "PrimarySmtpAddress", "EmailAddresses",
	"WindowsEmailAddress", "MicrosoftOnlineServicesID", "Password", "ExternalEmailAddress",
	"Type", "Shared", "Room", "Equipment", "ForwardingAddress", "ForwardingSmtpAddress",
	"DeliverToMailboxAndForward", "GrantSendOnBehalfTo", "HiddenFromAddressListsEnabled",
	"AutoReplyState", "StartTime", "EndTime", "InternalMessage", "ExternalMessage", "ExternalAudience",
	"IssueWarningQuota", "ProhibitSendQuota", "ProhibitSendReceiveQuota", "MaxSendSize", "MaxReceiveSize",
	"LitigationHoldEnabled", "LitigationHoldDuration", "RetentionPolicy", "Language", "TimeZone",
	"ActiveSyncEnabled", "OWAEnabled", "PopEnabled", "ImapEnabled", "MAPIEnabled",
	"SmtpClientAuthenticationDisabled",
	"ManagedBy", "RequireSenderAuthenticationEnabled", "AcceptMessagesOnlyFromSendersOrMembers",
	"MemberJoinRestriction", "MemberDepartRestriction",
	"RecipientTypeDetails", "RecipientType", "Filter", "Archive", "InactiveMailboxOnly",
	"SoftDeletedMailbox", "IncludeHidden", "FolderScope", "Recipient", "SenderAddress", "RecipientAddress",
	"Status", "StartDate", "EndDate", "Subject", "MessageTraceId", "Enabled", "Priority", "Comments",
	"ResultSize", "SortBy",
}

// For the technically minded, after everything else.
var seldom = []string{"DomainController", "IgnoreDefaultScope", "OrganizationalUnit", "Organization",
	"Partition", "ReadFromDomainController", "DiagnosticInfo", "ProbeTag", "UseCustomRouting", "Credential",
	"ProxyToMailbox", "AlwaysDeleteOutlookRulesBlob", "Force"}

func commonRank(s *Spec, name string) int {
	// A title says what is being made; among what is read it only narrows.
	if !s.Writes && (name == "Name" || name == "DisplayName") {
		return len(commonOrder)
	}
	if i := slices.IndexFunc(commonOrder, func(c string) bool { return strings.EqualFold(c, name) }); i >= 0 {
		return i
	}
	return len(commonOrder)
}

func seldomRank(name string) int {
	if hasFold(seldom, name) {
		return 1
	}
	return 0
}
