package engine

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/opath"
	"tenantry/core/exchangesim/world"
)

const (
	defaultLimit  = 1000
	moreByDefault = "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify \"-ResultSize Unlimited\". Be aware that, depending on the actual number of items, returning all items can take a long time and consume a large amount of memory. Also, we don't recommend storing the results in a variable. Instead, pipe the results to another task or script to perform batch changes."
	moreThanAsked = "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."
)

// limit is how many objects ResultSize allows; -1 for all of them.
func (s *stage) limit() (n int, more string) {
	if !s.args.has("ResultSize") {
		return defaultLimit, moreByDefault
	}
	asked, ok := number(s.args.get("ResultSize"))
	if !ok {
		return -1, ""
	}
	return int(asked), moreThanAsked
}

// filter reads -Filter for a class; nil when there is none. The error is a *ErrorRecord.
func filterOf[T any](s *stage, c *class[T]) (*opath.Filter, error) {
	text := s.args.text("Filter")
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	f, err := opath.Parse(text)
	if syntax, bad := err.(*opath.SyntaxError); bad {
		return nil, s.filterError("Invalid filter syntax. For a description of the filter parameter syntax see the command help.\n\""+syntax.Filter+"\" at position "+strconv.Itoa(syntax.Position)+".", text)
	}
	for _, n := range f.Names() {
		if _, known := c.byName[strings.ToLower(n.Text)]; !known {
			return nil, s.filterError("\""+n.Text+"\" is not a recognized filterable property. For a complete list of filterable properties see the command help.\n\""+text+"\" at position "+strconv.Itoa(n.Position)+".", text)
		}
	}
	return f, nil
}

func (s *stage) filterError(why, text string) *ErrorRecord {
	r := bindingError(s.info, "ParameterBindingFailed", "Cannot bind parameter 'Filter' to the target. Exception setting \"Filter\": \""+why+"\"")
	r.Category, r.Target = WriteErrors, text
	return r
}

// emitAll emits what seq gives as far as -Filter, -ResultSize and -SortBy let it. about is how many there
// may be, for progress.
func emitAll[T any](s *stage, c *class[T], about int, seq iter.Seq[T]) error {
	f, err := filterOf(s, c)
	if err != nil {
		return err
	}
	limit, more := s.limit()
	if by := s.args.text("SortBy"); by != "" {
		if _, known := c.byName[strings.ToLower(by)]; !known {
			return bindingError(s.info, "ParameterBindingFailed", "Cannot bind parameter 'SortBy' to the target. Exception setting \"SortBy\": \""+by+" is not a sortable property.\"")
		}
		seq = sortedBy(s.view, c, seq, by)
	}
	const progressFrom, progressEach = 2000, 500
	seen, sent := 0, 0
	for x := range seq {
		seen++
		if about >= progressFrom && seen%progressEach == 0 {
			if err := s.out.Progress(Progress{Activity: s.info.Name, Status: strconv.Itoa(seen) + " of " + strconv.Itoa(about), Percent: min(99, seen*100/about)}); err != nil {
				return err
			}
		}
		if f != nil {
			if seen%64 == 0 && s.ctx.Err() != nil {
				return s.ctx.Err()
			}
			if !f.Match(c.getter(s.view, x)) {
				continue
			}
		}
		if limit >= 0 && sent == limit {
			if err := s.warn(more); err != nil {
				return err
			}
			break
		}
		if err := s.emit(c.object(s.view, x)); err != nil {
			return err
		}
		sent++
	}
	if about >= progressFrom {
		return s.out.Progress(Progress{Activity: s.info.Name, Status: "Completed", Percent: 100, Done: true})
	}
	return nil
}

func sortedBy[T any](v *view, c *class[T], seq iter.Seq[T], by string) iter.Seq[T] {
	all := slices.Collect(seq)
	slices.SortStableFunc(all, func(a, b T) int {
		order, _ := opath.Compare(c.getter(v, a)(by), opath.Text(c.getter(v, b)(by)))
		return order
	})
	return slices.Values(all)
}

// wanted is what a command is about: its pipeline object or its identity; empty for everything.
func (s *stage) wanted(in *clixml.Value, params ...string) string {
	if in != nil && !s.first {
		return identityOf(*in)
	}
	for _, p := range params {
		if s.args.has(p) {
			return identityOf(s.args.get(p))
		}
	}
	if in != nil {
		return identityOf(*in)
	}
	return ""
}

// find resolves an identity to one recipient that accept takes. When there is none or more than one it
// writes Exchange's error and ok is false.
func (s *stage) find(identity string, accept func(world.Ref) bool) (ref world.Ref, ok bool, err error) {
	found := slices.DeleteFunc(s.view.Find(identity), func(r world.Ref) bool { return !accept(r) })
	switch len(found) {
	case 0:
		return ref, false, s.fail(s.notFound(identity))
	case 1:
		return found[0], true, nil
	}
	return ref, false, s.fail(s.ambiguous(identity))
}

func isMailbox(r world.Ref) bool { return r.Type == world.MailboxRef }
func isGroup(r world.Ref) bool   { return r.Type == world.GroupRef }
func isAny(world.Ref) bool       { return true }

// allMailboxes are the mailboxes the command's own switches leave.
func (s *stage) allMailboxes() iter.Seq[mailbox] {
	details := map[string]bool{}
	for _, text := range s.args.texts("RecipientTypeDetails") {
		for word := range strings.SplitSeq(text, ",") {
			details[strings.ToLower(strings.TrimSpace(word))] = true
		}
	}
	anr := strings.ToLower(s.args.text("Anr"))
	none := s.args.on("SoftDeletedMailbox") || s.args.on("InactiveMailboxOnly") || s.args.on("PublicFolder") || s.args.on("GroupMailbox") || s.args.on("Migration") || s.args.has("MailboxPlan")
	return func(yield func(mailbox) bool) {
		if none {
			return
		}
		for i := range s.view.Size() {
			m := s.view.Mailbox(i)
			if len(details) > 0 && !details[strings.ToLower(m.Kind.String())] || s.args.on("Archive") && m.ArchiveGUID == "" {
				continue
			}
			if anr != "" && !answersTo(anr, m.Display, m.First, m.Last, m.Alias, m.Primary(), m.Name) {
				continue
			}
			if !yield(m) {
				return
			}
		}
	}
}

func answersTo(anr string, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(strings.ToLower(n), anr) })
}

// mailboxes makes a behaviour that answers for one mailbox or for all of them.
func mailboxes(c *class[mailbox]) func() behaviour {
	return func() behaviour {
		return behaviour{process: func(s *stage, in *clixml.Value) error {
			identity := s.wanted(in, "Identity")
			if identity == "" {
				return emitAll(s, c, s.view.Size(), s.allMailboxes())
			}
			if strings.Contains(identity, "*") {
				all := s.allMailboxes()
				return emitAll(s, c, s.view.Size(), func(yield func(mailbox) bool) {
					for m := range all {
						if (opath.Like(identity, m.Name) || opath.Like(identity, m.Alias) || opath.Like(identity, m.Display)) && !yield(m) {
							return
						}
					}
				})
			}
			ref, ok, err := s.find(identity, isMailbox)
			if !ok {
				return err
			}
			m := s.view.Mailbox(ref.Index)
			if s.args.on("Archive") && m.ArchiveGUID == "" {
				return s.fail(s.notFound(identity))
			}
			return emitAll(s, c, 1, func(yield func(mailbox) bool) { yield(m) })
		}}
	}
}

// oneMailbox makes a behaviour that needs one mailbox and hands it on; missing writes the error for a
// mailbox that is not there, nil for the usual one.
func oneMailbox(params []string, run func(s *stage, m mailbox) error, missing func(s *stage, identity string) *ErrorRecord) func() behaviour {
	return func() behaviour {
		return behaviour{process: func(s *stage, in *clixml.Value) error {
			identity := s.wanted(in, params...)
			if identity == "" {
				identity = s.view.user
			}
			found := slices.DeleteFunc(s.view.Find(identity), func(r world.Ref) bool { return !isMailbox(r) })
			if len(found) == 0 && missing != nil {
				return s.fail(missing(s, identity))
			}
			ref, ok, err := s.find(identity, isMailbox)
			if !ok {
				return err
			}
			return run(s, s.view.Mailbox(ref.Index))
		}}
	}
}

// played are the Exchange cmdlets with data.
var played map[string]func() behaviour

// heeded are the parameters of played cmdlets that make a difference here. Any other is answered with a
// warning, so that nobody takes an answer for more than it is. Set-Mailbox refuses them itself.
var heeded = map[string]string{
	"Get-Mailbox":                       "Identity Anr Filter ResultSize SortBy RecipientTypeDetails Archive SoftDeletedMailbox InactiveMailboxOnly PublicFolder GroupMailbox Migration MailboxPlan IncludeInactiveMailbox",
	"Get-CASMailbox":                    "Identity Anr Filter ResultSize SortBy RecipientTypeDetails",
	"Get-User":                          "Identity Anr Filter ResultSize SortBy RecipientTypeDetails PublicFolder",
	"Get-Recipient":                     "Identity Anr Filter ResultSize SortBy RecipientTypeDetails RecipientType",
	"Get-MailboxStatistics":             "Identity Archive",
	"Get-MailboxPermission":             "Identity User Owner ResultSize",
	"Get-RecipientPermission":           "Identity Trustee ResultSize",
	"Get-InboxRule":                     "Identity Mailbox IncludeHidden BypassScopeCheck ResultSize",
	"Get-DistributionGroup":             "Identity Anr Filter ResultSize SortBy RecipientTypeDetails",
	"Get-DistributionGroupMember":       "Identity ResultSize",
	"Get-AcceptedDomain":                "Identity ResultSize",
	"Get-MobileDevice":                  "Identity Mailbox Filter ResultSize SortBy ActiveSync OWAforDevices",
	"Get-MailboxFolderStatistics":       "Identity Archive FolderScope IncludeOldestAndNewestItems ResultSize",
	"Get-MailboxAutoReplyConfiguration": "Identity ResultSize",
	"Add-MailboxPermission":             "Identity User AccessRights InheritanceType AutoMapping Deny Owner WhatIf Confirm",
	"Remove-MailboxPermission":          "Identity User AccessRights InheritanceType Deny WhatIf Confirm ResetDefault ClearAutoMapping BypassMasterAccountSid",
}

func init() {
	played = map[string]func() behaviour{
		"Get-Mailbox":                       mailboxes(mailboxClass),
		"Get-CASMailbox":                    mailboxes(casClass),
		"Get-User":                          mailboxes(userClass),
		"Get-Recipient":                     getRecipient,
		"Get-MailboxStatistics":             oneMailbox([]string{"Identity"}, statistics, noSuchMailbox),
		"Get-MailboxPermission":             oneMailbox([]string{"Identity"}, permissions, nil),
		"Get-RecipientPermission":           getRecipientPermission,
		"Get-InboxRule":                     getInboxRule,
		"Get-DistributionGroup":             getDistributionGroup,
		"Get-DistributionGroupMember":       getDistributionGroupMember,
		"Get-AcceptedDomain":                getAcceptedDomain,
		"Get-OrganizationConfig":            getOrganizationConfig,
		"Get-MobileDevice":                  getMobileDevice,
		"Get-MailboxFolderStatistics":       oneMailbox([]string{"Identity"}, folderStatistics, nil),
		"Get-MailboxAutoReplyConfiguration": oneMailbox([]string{"Identity"}, autoReply, nil),
		"Set-Mailbox":                       oneMailbox([]string{"Identity"}, setMailbox, nil),
		"Add-MailboxPermission":             oneMailbox([]string{"Identity"}, addPermission, nil),
		"Remove-MailboxPermission":          oneMailbox([]string{"Identity"}, removePermission, nil),
	}
}

// warnUnheeded tells of the parameters that make no difference here.
func (s *stage) warnUnheeded() error {
	known, ok := heeded[s.info.Name]
	if !ok {
		return nil
	}
	for _, p := range s.info.Params {
		if s.args.has(p.Name) && !slices.Contains(strings.Fields(known), p.Name) {
			if err := s.warn("The sample partner takes no notice of -" + p.Name + "."); err != nil {
				return err
			}
		}
	}
	return nil
}
