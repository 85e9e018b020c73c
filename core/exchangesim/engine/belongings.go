package engine

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

// rule is an inbox rule with its mailbox.
type rule struct {
	m mailbox
	r world.Rule
}

func ruleNull(name string, get func(r rule) string) field[rule] {
	return value(name, func(_ *view, r rule) clixml.Value {
		if t := get(r); t != "" {
			return clixml.NewString(t)
		}
		return clixml.Value{}
	})
}

// ruleList is a list, or null where the rule does not speak of it, as Exchange sends it.
func ruleList(name string, get func(r rule) []string) field[rule] {
	return value(name, func(_ *view, r rule) clixml.Value {
		if members := get(r); len(members) > 0 {
			return textList(stringsType, members)
		}
		return clixml.Value{}
	})
}

var ruleClass = newClass(
	"Microsoft.Exchange.Management.Common.InboxRule Microsoft.Exchange.Data.Storage.Management.XsoMailboxConfigurationObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	func(_ *view, r rule) string { return r.r.Name },
	[]field[rule]{
		text("Description", func(_ *view, r rule) string { return r.r.Description }),
		flag("Enabled", func(_ *view, r rule) bool { return r.r.Enabled }),
		text("Identity", func(_ *view, r rule) string { return r.m.Name + `\` + strconv.FormatUint(r.r.ID, 10) }),
		flag("InError", func(_ *view, r rule) bool { return r.r.Broken }),
		text("Name", func(_ *view, r rule) string { return r.r.Name }),
		value("Priority", func(_ *view, r rule) clixml.Value { return clixml.NewInt32(int32(r.r.Priority)) }),
		value("RuleIdentity", func(_ *view, r rule) clixml.Value { return clixml.NewUInt64(r.r.ID) }),
	},
	yes[rule]("SupportedByTask"), no[rule]("Legacy"),
	null[rule]("BodyContainsWords", "ExceptIfBodyContainsWords", "FlaggedForAction", "ExceptIfFlaggedForAction", "FromAddressContainsWords", "ExceptIfFromAddressContainsWords"),
	[]field[rule]{ruleList("From", func(r rule) []string { return r.r.From })},
	null[rule]("ExceptIfFrom"), no[rule]("HasAttachment", "ExceptIfHasAttachment"), null[rule]("HasClassification", "ExceptIfHasClassification", "HeaderContainsWords", "ExceptIfHeaderContainsWords", "FromSubscription", "ExceptIfFromSubscription", "MessageTypeMatches", "ExceptIfMessageTypeMatches"),
	no[rule]("MyNameInCcBox", "ExceptIfMyNameInCcBox", "MyNameInToBox", "ExceptIfMyNameInToBox", "MyNameInToOrCcBox", "ExceptIfMyNameInToOrCcBox", "MyNameNotInToBox", "ExceptIfMyNameNotInToBox"),
	null[rule]("ReceivedAfterDate", "ExceptIfReceivedAfterDate", "ReceivedBeforeDate", "ExceptIfReceivedBeforeDate", "RecipientAddressContainsWords", "ExceptIfRecipientAddressContainsWords"),
	no[rule]("SentOnlyToMe", "ExceptIfSentOnlyToMe"), null[rule]("SentTo", "ExceptIfSentTo"),
	[]field[rule]{
		ruleList("SubjectContainsWords", func(r rule) []string { return r.r.SubjectContains }),
		ruleList("SubjectOrBodyContainsWords", func(r rule) []string { return r.r.BodyWords }),
	},
	null[rule]("ExceptIfSubjectContainsWords", "ExceptIfSubjectOrBodyContainsWords", "WithImportance", "ExceptIfWithImportance", "WithinSizeRangeMaximum", "ExceptIfWithinSizeRangeMaximum", "WithinSizeRangeMinimum", "ExceptIfWithinSizeRangeMinimum", "WithSensitivity", "ExceptIfWithSensitivity", "ApplyCategory", "ApplySystemCategory"),
	no[rule]("DeleteSystemCategory"), null[rule]("CopyToFolder"),
	[]field[rule]{
		flag("DeleteMessage", func(_ *view, r rule) bool { return r.r.Delete }),
		ruleNull("ForwardAsAttachmentTo", func(rule) string { return "" }),
		ruleList("ForwardTo", func(r rule) []string { return r.r.ForwardTo }),
		flag("MarkAsRead", func(_ *view, r rule) bool { return r.r.MarkRead }),
		ruleNull("MarkImportance", func(rule) string { return "" }),
		ruleNull("MoveToFolder", func(r rule) string { return r.r.MoveTo }),
		ruleList("RedirectTo", func(r rule) []string { return r.r.RedirectTo }),
	},
	noneOf[rule](stringsType, "SendTextMessageNotificationTo"), no[rule]("PinMessage"),
	[]field[rule]{
		flag("StopProcessingRules", func(_ *view, r rule) bool { return r.r.StopProcessing }),
		value("MailboxOwnerId", func(v *view, r rule) clixml.Value { return objectID(v, r.m.Name, r.m.GUID) }),
	},
	yes[rule]("IsValid"), says[rule]("Unchanged", "ObjectState"),
)

// getInboxRule takes the mailbox from -Mailbox, or from the front of an identity like mailbox\rule.
func getInboxRule() behaviour {
	b := oneMailbox([]string{"Mailbox"}, inboxRules, nil)()
	inner := b.process
	b.process = func(s *stage, in *clixml.Value) error {
		if mailbox, _, ok := strings.Cut(s.args.text("Identity"), `\`); ok && !s.args.has("Mailbox") {
			s.args["mailbox"] = clixml.NewString(mailbox)
		}
		return inner(s, in)
	}
	return b
}

func inboxRules(s *stage, m mailbox) error {
	wanted := s.args.text("Identity")
	if s.first && wanted != "" {
		if i := strings.LastIndexByte(wanted, '\\'); i >= 0 {
			wanted = wanted[i+1:]
		}
	}
	found := wanted == "" || !s.first
	for _, r := range s.view.Rules(m.Index) {
		if r.Hidden && !s.args.on("IncludeHidden") {
			continue
		}
		if wanted != "" && s.first && !strings.EqualFold(wanted, r.Name) && wanted != strconv.FormatUint(r.ID, 10) {
			continue
		}
		found = true
		if err := s.emit(ruleClass.object(s.view, rule{m, r})); err != nil {
			return err
		}
		if r.Broken {
			if err := s.warn("The Inbox rule \"" + r.Name + "\" contains an error. This may be caused by a folder or recipient that no longer exists."); err != nil {
				return err
			}
		}
	}
	if !found {
		return s.fail(s.exchangeError(notFoundException, "The Inbox rule \""+wanted+"\" couldn't be found in mailbox \""+m.Name+"\"."))
	}
	return nil
}

// device is a mobile device with its mailbox.
type device struct {
	m mailbox
	d world.Device
}

func deviceText(name string, get func(x device) string) field[device] {
	return text(name, func(_ *view, x device) string { return get(x) })
}

func deviceName(_ *view, x device) string {
	return "ExchangeActiveSyncDevices§" + x.d.Type + "§" + x.d.ID
}

func deviceIdentity(x device) string {
	return x.m.Name + `\ExchangeActiveSyncDevices/` + x.d.Type + "§" + x.d.ID
}

var deviceClass = newClass(
	"Microsoft.Exchange.Data.Directory.SystemConfiguration.MobileDevice Microsoft.Exchange.Data.Directory.ADConfigurationObject Microsoft.Exchange.Data.Directory.ADObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	func(_ *view, x device) string { return deviceIdentity(x) },
	[]field[device]{
		deviceText("FriendlyName", func(x device) string { return x.d.FriendlyName }),
		deviceText("DeviceId", func(x device) string { return x.d.ID }),
		deviceText("DeviceImei", func(x device) string { return x.d.IMEI }),
		deviceText("DeviceMobileOperator", func(device) string { return "" }),
		deviceText("DeviceOS", func(x device) string { return x.d.OS }),
		deviceText("DeviceOSLanguage", func(x device) string { return x.m.Culture }),
		deviceText("DeviceTelephoneNumber", func(device) string { return "" }),
		deviceText("DeviceType", func(x device) string { return x.d.Type }),
		deviceText("DeviceUserAgent", func(x device) string { return x.d.Agent }),
		deviceText("DeviceModel", func(x device) string { return x.d.Model }),
		utc("FirstSyncTime", func(_ *view, x device) time.Time { return x.d.FirstSync }),
		deviceText("UserDisplayName", func(x device) string { return x.m.Name }),
		deviceText("DeviceAccessState", func(x device) string { return x.d.Access }),
		deviceText("DeviceAccessStateReason", func(x device) string { return x.d.Reason }),
		deviceText("DeviceAccessControlRule", func(device) string { return "" }),
		deviceText("ClientVersion", func(x device) string { return x.d.Version }),
		deviceText("ClientType", func(x device) string { return x.d.Client }),
	},
	no[device]("IsManaged", "IsCompliant", "IsDisabled"),
	[]field[device]{
		deviceText("AdminDisplayName", func(device) string { return "" }),
		deviceText("Identity", deviceIdentity),
		text("Id", func(_ *view, x device) string { return deviceIdentity(x) }),
	},
	identityFields(deviceName, func(v *view, x device) string { return "CN=" + deviceName(v, x) + "," + v.DN(x.m.Name) },
		func(_ *view, x device) string { return x.d.GUID }, "ms-Exch-Active-Sync-Device",
		func(_ *view, x device) time.Time { return x.d.FirstSync }, func(_ *view, x device) time.Time { return x.d.FirstSync.Add(time.Hour) }),
)

func getMobileDevice() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		one := func(yield func(device) bool, m mailbox) bool {
			for _, d := range s.view.Devices(m.Index) {
				if s.args.on("ActiveSync") && d.Client != "EAS" || s.args.on("OWAforDevices") {
					continue
				}
				if !yield(device{m, d}) {
					return false
				}
			}
			return true
		}
		identity := s.wanted(in, "Mailbox")
		if identity == "" {
			wanted := s.args.text("Identity")
			found := wanted == ""
			err := emitAll(s, deviceClass, s.view.Size(), func(yield func(device) bool) {
				for i := range s.view.Size() {
					if !one(func(x device) bool {
						if wanted != "" && !slices.ContainsFunc([]string{deviceIdentity(x), x.d.ID, x.d.GUID}, func(n string) bool { return strings.EqualFold(n, wanted) }) {
							return true
						}
						found = true
						return yield(x)
					}, s.view.Mailbox(i)) {
						return
					}
				}
			})
			if err == nil && !found {
				return s.fail(s.notFound(wanted))
			}
			return err
		}
		ref, ok, err := s.find(identity, isMailbox)
		if !ok {
			return err
		}
		return emitAll(s, deviceClass, 1, func(yield func(device) bool) { one(yield, s.view.Mailbox(ref.Index)) })
	}}
}

// reply is a mailbox's automatic reply.
type reply struct {
	m mailbox
	r world.AutoReply
}

var replyClass = newClass(
	"Microsoft.Exchange.Data.Storage.Management.MailboxAutoReplyConfiguration Microsoft.Exchange.Data.Storage.Management.XsoMailboxConfigurationObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	func(_ *view, x reply) string { return x.m.Name },
	[]field[reply]{
		value("AutoReplyState", func(_ *view, x reply) clixml.Value {
			n := map[string]int32{"Disabled": 0, "Enabled": 1, "Scheduled": 2}[x.r.State]
			return enum("Microsoft.Exchange.Data.Storage.Management.OofState", x.r.State, n)
		}),
	},
	no[reply]("AutoDeclineFutureRequestsWhenOOF", "CreateOOFEvent", "DeclineAllEventsForScheduledOOF", "DeclineEventsForScheduledOOF"),
	blank[reply]("DeclineMeetingMessage", "OOFEventSubject"),
	[]field[reply]{
		value("EndTime", func(v *view, x reply) clixml.Value { return wallTime(v, x.r.End) }),
		list("EventsToDeleteIDs", stringType, func(*view, reply) []string { return nil }),
		text("ExternalAudience", func(_ *view, x reply) string { return x.r.Audience }),
		text("ExternalMessage", func(_ *view, x reply) string { return x.r.External }),
		text("InternalMessage", func(_ *view, x reply) string { return x.r.Internal }),
		value("StartTime", func(v *view, x reply) clixml.Value { return wallTime(v, x.r.Start) }),
		text("MailboxOwnerId", func(_ *view, x reply) string { return x.m.Name }),
		text("Identity", func(_ *view, x reply) string { return x.m.Name }),
	},
	yes[reply]("IsValid"), says[reply]("Unchanged", "ObjectState"),
)

func autoReply(s *stage, m mailbox) error {
	return s.emit(replyClass.object(s.view, reply{m, s.view.AutoReply(m.Index)}))
}
