package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

// change applies one parameter of Set-Mailbox. The error is a *ErrorRecord.
type change func(s *stage, m *world.Mailbox, v clixml.Value) error

func setText(field func(m *world.Mailbox) *string) change {
	return func(_ *stage, m *world.Mailbox, v clixml.Value) error {
		*field(m) = textOf(v)
		return nil
	}
}

func setFlag(field func(m *world.Mailbox) *bool) change {
	return func(_ *stage, m *world.Mailbox, v clixml.Value) error {
		*field(m) = truth(v)
		return nil
	}
}

func setSize(field func(m *world.Mailbox) *int64) change {
	return func(_ *stage, m *world.Mailbox, v clixml.Value) error {
		*field(m) = world.NoLimit
		if bytes, ok := size(textOf(v)); ok {
			*field(m) = bytes
		}
		return nil
	}
}

func setRefs(field func(m *world.Mailbox) *[]world.Ref) change {
	return func(s *stage, m *world.Mailbox, v clixml.Value) error {
		resolve := func(names []string) ([]world.Ref, error) {
			var refs []world.Ref
			for _, n := range names {
				ref, err := s.one(n)
				if err != nil {
					return nil, err
				}
				refs = append(refs, ref)
			}
			return refs, nil
		}
		add, remove, replace := multiValue(v)
		if replace {
			refs, err := resolve(add)
			*field(m) = refs
			return err
		}
		more, err := resolve(add)
		if err != nil {
			return err
		}
		less, err := resolve(remove)
		if err != nil {
			return err
		}
		kept := slices.DeleteFunc(slices.Clone(*field(m)), func(r world.Ref) bool { return slices.Contains(less, r) || slices.Contains(more, r) })
		*field(m) = append(kept, more...)
		return nil
	}
}

// one resolves a name to one recipient; the error is a *ErrorRecord.
func (s *stage) one(name string) (world.Ref, error) {
	switch found := s.view.Find(name); len(found) {
	case 1:
		return found[0], nil
	case 0:
		return world.Ref{}, s.exchangeError(notFoundException, "Couldn't find object \""+name+"\". Please make sure that it was spelled correctly or specify a different object.")
	default:
		return world.Ref{}, s.ambiguous(name)
	}
}

// multiValue reads a list, or a table with Add and Remove; replace tells which it was.
func multiValue(v clixml.Value) (add, remove []string, replace bool) {
	o := v.Object()
	if o == nil || o.Container != clixml.Dictionary {
		return textsOf(v), nil, true
	}
	for _, e := range o.Entries {
		switch strings.ToLower(textOf(e.Key)) {
		case "add":
			add = append(add, textsOf(e.Value)...)
		case "remove":
			remove = append(remove, textsOf(e.Value)...)
		}
	}
	return add, remove, false
}

// changes are the parameters of Set-Mailbox that are played, by lower-case name.
var changes = map[string]change{
	"displayname":                            setText(func(m *world.Mailbox) *string { return &m.Display }),
	"office":                                 setText(func(m *world.Mailbox) *string { return &m.Office }),
	"name":                                   setText(func(m *world.Mailbox) *string { return &m.Name }),
	"retentioncomment":                       setText(func(m *world.Mailbox) *string { return &m.RetentionComment }),
	"retentionurl":                           setText(func(m *world.Mailbox) *string { return &m.RetentionURL }),
	"retentionpolicy":                        setText(func(m *world.Mailbox) *string { return &m.RetentionPolicy }),
	"litigationholdowner":                    setText(func(m *world.Mailbox) *string { return &m.HoldOwner }),
	"delivertomailboxandforward":             setFlag(func(m *world.Mailbox) *bool { return &m.KeepCopy }),
	"hiddenfromaddresslistsenabled":          setFlag(func(m *world.Mailbox) *bool { return &m.Hidden }),
	"accountdisabled":                        setFlag(func(m *world.Mailbox) *bool { return &m.Disabled }),
	"auditenabled":                           setFlag(func(m *world.Mailbox) *bool { return &m.Audited }),
	"singleitemrecoveryenabled":              setFlag(func(m *world.Mailbox) *bool { return &m.SingleItemRecovery }),
	"retentionholdenabled":                   setFlag(func(m *world.Mailbox) *bool { return &m.RetentionHold }),
	"messagecopyforsentasenabled":            setFlag(func(m *world.Mailbox) *bool { return &m.CopySentAs }),
	"messagecopyforsendonbehalfenabled":      setFlag(func(m *world.Mailbox) *bool { return &m.CopyOnBehalf }),
	"moderationenabled":                      setFlag(func(m *world.Mailbox) *bool { return &m.Moderated }),
	"issuewarningquota":                      setSize(func(m *world.Mailbox) *int64 { return &m.WarnQuota }),
	"prohibitsendquota":                      setSize(func(m *world.Mailbox) *int64 { return &m.SendQuota }),
	"prohibitsendreceivequota":               setSize(func(m *world.Mailbox) *int64 { return &m.ReceiveQuota }),
	"maxsendsize":                            setSize(func(m *world.Mailbox) *int64 { return &m.MaxSend }),
	"maxreceivesize":                         setSize(func(m *world.Mailbox) *int64 { return &m.MaxReceive }),
	"grantsendonbehalfto":                    setRefs(func(m *world.Mailbox) *[]world.Ref { return &m.OnBehalf }),
	"acceptmessagesonlyfromsendersormembers": setRefs(func(m *world.Mailbox) *[]world.Ref { return &m.AcceptOnly }),
	"alias":                                  setAlias,
	"forwardingaddress":                      setForwarding,
	"forwardingsmtpaddress":                  setForwardingSMTP,
	"litigationholdenabled":                  setHold,
	"litigationholdduration":                 setHoldDuration,
	"type":                                   setType,
	"emailaddresses":                         setAddresses,
	"windowsemailaddress":                    setPrimary,
	"retaindeleteditemsfor":                  setKeep,
	"mailtip":                                setMailTip,
	"resourcecapacity":                       setCapacity,
}

func init() {
	for n := range 15 {
		changes["customattribute"+strconv.Itoa(n+1)] = setText(func(m *world.Mailbox) *string { return &m.Custom[n] })
	}
}

// notSettings are the parameters of Set-Mailbox that change nothing by themselves.
var notSettings = []string{"identity", "whatif", "confirm", "force", "verbose", "debug", "erroraction", "warningaction", "informationaction", "errorvariable", "warningvariable", "informationvariable", "outvariable", "outbuffer", "pipelinevariable", "ignoredefaultscope"}

func setMailbox(s *stage, m mailbox) error {
	if s.first && identityOf(s.args.get("Identity")) == "" {
		return bindingError(s.info, "ParameterArgumentValidationErrorEmptyStringNotAllowed", "Cannot bind argument to parameter 'Identity' because it is an empty string.")
	}
	var wanted []string
	for name := range s.args {
		if !slices.Contains(notSettings, name) {
			wanted = append(wanted, name)
		}
	}
	slices.Sort(wanted)
	for _, name := range wanted {
		if changes[name] == nil {
			return s.fail(s.exchangeError(sampleException, "The sample partner cannot change "+s.info.param(name).Name+". It plays only some of the parameters of Set-Mailbox."))
		}
	}
	if s.args.on("WhatIf") {
		return s.out.Host("What if: Setting mailbox Identity:\"" + m.Name + "\".")
	}
	before := fmt.Sprint(*m)
	same := false
	err := s.view.Change(m.Index, func(after *world.Mailbox) error {
		for _, name := range wanted {
			if err := changes[name](s, after, s.args[name]); err != nil {
				return err
			}
		}
		if wrong := s.quotasInOrder(after); wrong != nil {
			return wrong
		}
		same = fmt.Sprint(*after) == before
		if !same {
			after.Changed = s.now().UTC()
		}
		return nil
	})
	if r, isRecord := err.(*ErrorRecord); isRecord {
		return s.fail(r)
	}
	if err == nil && same {
		return s.warn("The command completed successfully but no settings of '" + m.Name + "' have been modified.")
	}
	return err
}

func (s *stage) quotasInOrder(m *world.Mailbox) *ErrorRecord {
	limit := func(n int64) int64 {
		if n == world.NoLimit {
			return 1 << 62
		}
		return n
	}
	if limit(m.WarnQuota) > limit(m.SendQuota) {
		return s.exchangeError(argumentException, "The value of property 'IssueWarningQuota' must be less than or equal to that of property 'ProhibitSendQuota'. IssueWarningQuota: '"+sizeText(m.WarnQuota)+"', ProhibitSendQuota: '"+sizeText(m.SendQuota)+"'.")
	}
	if limit(m.SendQuota) > limit(m.ReceiveQuota) {
		return s.exchangeError(argumentException, "The value of property 'ProhibitSendQuota' must be less than or equal to that of property 'ProhibitSendReceiveQuota'. ProhibitSendQuota: '"+sizeText(m.SendQuota)+"', ProhibitSendReceiveQuota: '"+sizeText(m.ReceiveQuota)+"'.")
	}
	return nil
}

func setAlias(s *stage, m *world.Mailbox, v clixml.Value) error {
	alias := textOf(v)
	if alias == "" || strings.ContainsAny(alias, " @,;:\"()[]<>") {
		return s.exchangeError(argumentException, "The Alias property can't contain spaces or the characters @ , ; : \" ( ) [ ] < >: \""+alias+"\".")
	}
	for _, r := range s.view.Find(alias) {
		if r != (world.Ref{Type: world.MailboxRef, Index: m.Index}) {
			return s.exchangeError(argumentException, "The alias \""+alias+"\" is already being used by \""+s.view.NameOf(r)+"\". Please choose another alias.")
		}
	}
	m.Alias = alias
	return nil
}

func setForwarding(s *stage, m *world.Mailbox, v clixml.Value) error {
	if textOf(v) == "" {
		m.ForwardTo = world.Ref{}
		return nil
	}
	ref, err := s.one(identityOf(v))
	if err == nil {
		m.ForwardTo = ref
	}
	return err
}

func setForwardingSMTP(s *stage, m *world.Mailbox, v clixml.Value) error {
	address := textOf(v)
	if address == "" {
		m.ForwardSMTP = ""
		return nil
	}
	if len(address) > 5 && strings.EqualFold(address[:5], "smtp:") {
		address = address[5:]
	}
	if wrong := s.mustBeAddress(address); wrong != nil {
		return wrong
	}
	m.ForwardSMTP = "smtp:" + address
	return nil
}

func (s *stage) mustBeAddress(address string) *ErrorRecord {
	local, host, ok := strings.Cut(address, "@")
	if !ok || local == "" || !strings.Contains(host, ".") || strings.ContainsAny(address, " \t<>\"") {
		return s.exchangeError(argumentException, "The email address \""+address+"\" isn't correct. Please use this format: user name, the @ sign, followed by the domain name. For example, tonysmith@contoso.com or tony.smith@contoso.com.")
	}
	return nil
}

func setHold(s *stage, m *world.Mailbox, v clixml.Value) error {
	on := truth(v)
	switch {
	case on && !m.LitigationHold:
		m.HoldDate = s.now().UTC()
		if m.HoldOwner == "" {
			m.HoldOwner = s.view.user
		}
	case !on:
		m.HoldDate, m.HoldOwner, m.HoldDays = time.Time{}, "", 0
	}
	m.LitigationHold = on
	return nil
}

func setHoldDuration(s *stage, m *world.Mailbox, v clixml.Value) error {
	days, err := s.days(v)
	if err == nil {
		m.HoldDays = days
	}
	return err
}

func setKeep(s *stage, m *world.Mailbox, v clixml.Value) error {
	days, err := s.days(v)
	switch {
	case err != nil:
		return err
	case days < 0 || days > 30:
		return s.exchangeError(argumentException, "The retention period for deleted items must be from 0 to 30 days.")
	}
	m.KeepDeleted = days
	return nil
}

// days reads a number of days: "90", "90.00:00:00", a duration, or Unlimited for 0.
func (s *stage) days(v clixml.Value) (int, error) {
	if ticks, ok := v.Ticks(); ok {
		return int(ticks / (24 * 3600 * 10_000_000)), nil
	}
	text := textOf(v)
	if strings.EqualFold(text, "Unlimited") {
		return 0, nil
	}
	whole, _, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n < 0 || n > 24855 {
		return 0, s.exchangeError(argumentException, "\""+text+"\" is not a number of days.")
	}
	return n, nil
}

func setType(s *stage, m *world.Mailbox, v clixml.Value) error {
	switch strings.ToLower(textOf(v)) {
	case "regular":
		m.Kind, m.Disabled = world.User, false
	case "shared":
		m.Kind, m.Disabled = world.Shared, true
	case "room":
		m.Kind, m.Disabled = world.Room, true
	case "equipment":
		m.Kind, m.Disabled = world.Equipment, true
	default:
		return s.exchangeError(argumentException, "Cannot convert value \""+textOf(v)+"\" to type \"ConvertibleMailboxSubType\". Possible values: Regular, Room, Equipment, Shared.")
	}
	return nil
}

func setAddresses(s *stage, m *world.Mailbox, v clixml.Value) error {
	add, remove, replace := multiValue(v)
	after := slices.Clone(m.Addresses)
	if replace {
		after = nil
	}
	bare := func(a string) string {
		if i := strings.IndexByte(a, ':'); i >= 0 {
			return strings.ToLower(a[i+1:])
		}
		return strings.ToLower(a)
	}
	for _, a := range remove {
		n := len(after)
		after = slices.DeleteFunc(after, func(have string) bool { return bare(have) == bare(a) })
		if n == len(after) {
			return s.exchangeError(argumentException, "The address \""+a+"\" isn't on the mailbox \""+m.Name+"\".")
		}
	}
	for i, a := range add {
		if !strings.Contains(a, ":") {
			if a = "smtp:" + a; replace && i == 0 {
				a = "SMTP:" + a[5:]
			}
		}
		if err := s.mayUse(m, bare(a)); err != nil && strings.EqualFold(a[:5], "smtp:") {
			return err
		}
		if strings.HasPrefix(a, "SMTP:") {
			for j, have := range after {
				if strings.HasPrefix(have, "SMTP:") {
					after[j] = "smtp:" + have[5:]
				}
			}
		}
		after = append(slices.DeleteFunc(after, func(have string) bool { return bare(have) == bare(a) && strings.EqualFold(have[:4], a[:4]) }), a)
	}
	primary := 0
	for _, a := range after {
		if strings.HasPrefix(a, "SMTP:") {
			primary++
		}
	}
	if primary != 1 {
		return s.exchangeError(argumentException, "There must be exactly one primary SMTP address on the mailbox \""+m.Name+"\".")
	}
	m.Addresses = after
	return nil
}

// mayUse tells whether an address is of an accepted domain and nobody else's; the error is a *ErrorRecord.
func (s *stage) mayUse(m *world.Mailbox, address string) error {
	if wrong := s.mustBeAddress(address); wrong != nil {
		return wrong
	}
	_, host, _ := strings.Cut(address, "@")
	if !slices.Contains(s.view.Domains(), host) {
		return s.exchangeError(argumentException, "You can't use the domain because it's not an accepted domain for your organization: \""+host+"\".")
	}
	for _, r := range s.view.Find(address) {
		if r != (world.Ref{Type: world.MailboxRef, Index: m.Index}) {
			return s.exchangeError(argumentException, "The proxy address \"SMTP:"+address+"\" is already being used by the proxy addresses or LegacyExchangeDN of \""+s.view.NameOf(r)+"\". Please choose another proxy address.")
		}
	}
	return nil
}

func setPrimary(s *stage, m *world.Mailbox, v clixml.Value) error {
	address := textOf(v)
	if err := s.mayUse(m, strings.ToLower(address)); err != nil {
		return err
	}
	after := []string{"SMTP:" + address}
	for _, a := range m.Addresses {
		switch {
		case len(a) > 5 && strings.EqualFold(a[5:], address):
		case strings.HasPrefix(a, "SMTP:"):
			after = append(after, "smtp:"+a[5:])
		default:
			after = append(after, a)
		}
	}
	m.Addresses = after
	return nil
}

func setMailTip(_ *stage, m *world.Mailbox, v clixml.Value) error {
	m.MailTip = ""
	if text := textOf(v); text != "" {
		m.MailTip = "<html>\r\n<body>\r\n" + text + "\r\n</body>\r\n</html>\r\n"
	}
	return nil
}

func setCapacity(_ *stage, m *world.Mailbox, v clixml.Value) error {
	n, _ := number(v)
	m.Capacity = int(n)
	return nil
}
