package cmdletform

import (
	"slices"
	"strings"
	"time"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/secret"
)

// starters are what people ask first, offered before anything is typed.
var starters = []string{"Get-Mailbox", "Get-MailboxStatistics", "Get-MailboxPermission", "Get-RecipientPermission",
	"Get-MailboxAutoReplyConfiguration", "Get-InboxRule", "Get-User", "Get-CASMailbox", "Get-DistributionGroup",
	"Get-DistributionGroupMember", "Get-MobileDevice", "Get-AcceptedDomain", "Set-Mailbox",
	"Add-MailboxPermission", "Remove-MailboxPermission"}

// Flow changes the model. All methods are for the UI goroutine.
type Flow struct {
	OnChange func()
	OnRun    func(Request)

	locale  string
	title   func(cmdlet string) string
	catalog *cmdlets.Catalog
	model   Model
}

// NewFlow returns the flow of a form over a catalog. locale is how the person writes dates and numbers;
// title says what a cmdlet is for in everyday words, empty when there are none.
func NewFlow(catalog *cmdlets.Catalog, locale string, title func(cmdlet string) string) *Flow {
	f := &Flow{locale: locale, title: title, catalog: catalog}
	f.find()
	return f
}

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

func (f *Flow) changed() {
	if f.OnChange != nil {
		f.OnChange()
	}
}

// SetCatalog changes what can be chosen. imported says that it is what the session may run.
func (f *Flow) SetCatalog(c *cmdlets.Catalog, imported bool) {
	f.catalog, f.model.Imported = c, imported
	f.find()
	if m := &f.model; m.Spec != nil {
		if spec, ok := c.Find(m.Spec.Name); ok && spec != m.Spec {
			m.Spec, m.Form, m.loose = spec, cmdlets.Layout(spec), loosen(spec)
			m.Chosen++
			m.check()
		}
	}
	f.changed()
}

// Starters are the cmdlets people ask for first, as far as the catalog has them.
func (f *Flow) Starters() []*cmdlets.Spec {
	var out []*cmdlets.Spec
	for _, name := range starters {
		if s, ok := f.catalog.Find(name); ok {
			out = append(out, s)
		}
	}
	return out
}

// SetSearch searches; it is meant to be called at every key.
func (f *Flow) SetSearch(text string) {
	f.model.Search, f.model.Searching = text, true
	f.find()
	f.changed()
}

// OpenSearch shows the list below the search box, or closes it.
func (f *Flow) OpenSearch(open bool) {
	if f.model.Searching != open {
		f.model.Searching = open
		f.changed()
	}
}

func (f *Flow) find() {
	m := &f.model
	m.Cursor = 0
	if strings.TrimSpace(m.Search) != "" {
		m.Found = f.titled(m.Search)
		seen := map[*cmdlets.Spec]bool{}
		for _, s := range m.Found {
			seen[s] = true
		}
		for _, s := range f.catalog.Search(m.Search) {
			if !seen[s] {
				m.Found = append(m.Found, s)
			}
		}
		return
	}
	m.Found = f.Starters()
	first := map[*cmdlets.Spec]bool{}
	for _, s := range m.Found {
		first[s] = true
	}
	for _, s := range f.catalog.List() {
		if !first[s] {
			m.Found = append(m.Found, s)
		}
	}
}

// titled are the cmdlets whose words on the screen begin with what was typed, in any order; those whose
// whole title begins with it first, then short titles. One word is left to the catalog, which knows names and
// everyday words, unless a title begins with it.
func (f *Flow) titled(text string) []*cmdlets.Spec {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	typed := strings.Fields(text)
	type hit struct {
		spec  *cmdlets.Spec
		title string
		start bool
	}
	var hits []hit
	for _, s := range f.catalog.List() {
		title := strings.ToLower(f.title(s.Name))
		if title == "" {
			continue
		}
		start := strings.HasPrefix(title, text)
		if !start && (len(typed) < 2 || !allBegin(typed, strings.Fields(title))) {
			continue
		}
		hits = append(hits, hit{s, title, start})
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.start != b.start {
			if a.start {
				return -1
			}
			return 1
		}
		return len(a.title) - len(b.title)
	})
	out := make([]*cmdlets.Spec, len(hits))
	for i, h := range hits {
		out[i] = h.spec
	}
	return out
}

// allBegin tells whether each of typed begins one of words.
func allBegin(typed, words []string) bool {
	for _, t := range typed {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t) }) {
			return false
		}
	}
	return true
}

// MoveCursor moves in the list; extra is how many lines follow those of Found.
func (f *Flow) MoveCursor(by, extra int) {
	m := &f.model
	m.Searching = true
	m.Cursor = min(max(m.Cursor+by, 0), max(len(m.Found)+extra-1, 0))
	f.changed()
}

// Choose unfolds the form of a cmdlet, empty.
func (f *Flow) Choose(s *cmdlets.Spec) {
	f.show(s, cmdlets.Draft{Cmdlet: s.Name, Inputs: map[string]string{}, Secrets: map[string]secret.Secret{}})
	f.changed()
}

// Restore shows a form as it was, only its line when compact.
func (f *Flow) Restore(s *cmdlets.Spec, d cmdlets.Draft, compact bool) {
	f.show(s, cloneDraft(d))
	f.model.Compact = compact
	f.changed()
}

func (f *Flow) show(s *cmdlets.Spec, d cmdlets.Draft) {
	m := &f.model
	d.Locale, d.Zone = f.locale, time.Local
	m.Spec, m.Form, m.Draft, m.loose = s, cmdlets.Layout(s), d, loosen(s)
	m.Compact, m.More, m.Find, m.Pressed, m.Confirm = false, false, "", false, nil
	m.Search, m.Searching = "", false
	m.Chosen++
	f.find()
	m.check()
	m.More = m.Filled() > 0
}

// Close puts the form away.
func (f *Flow) Close() {
	f.model.Spec, f.model.Confirm = nil, nil
	f.changed()
}

// SetCompact folds the form to its line, or unfolds it.
func (f *Flow) SetCompact(on bool) {
	f.model.Compact = on
	f.changed()
}

// SetMore unfolds the rest of the fields.
func (f *Flow) SetMore(on bool) {
	if f.model.More != on {
		f.model.More = on
		f.changed()
	}
}

// SetFind keeps those of the rest that have text in their name or label.
func (f *Flow) SetFind(text string) {
	f.model.Find = text
	f.changed()
}

// Input takes what was typed or chosen; empty leaves the parameter out.
func (f *Flow) Input(param, text string) {
	m := &f.model
	if m.Draft.Inputs[param] == text {
		return
	}
	if text == "" {
		delete(m.Draft.Inputs, param)
	} else {
		m.Draft.Inputs[param] = text
	}
	m.Confirm = nil
	m.check()
	f.changed()
}

// Secret takes what was typed into a password field.
func (f *Flow) Secret(param string, s secret.Secret) {
	m := &f.model
	if s.Empty() {
		delete(m.Draft.Secrets, param)
	} else {
		m.Draft.Secrets[param] = s
	}
	m.Confirm = nil
	m.check()
	f.changed()
}

// SetCustomers says whom Run asks. own tells that there is no list of customers, so that the account's own
// organisation is meant.
func (f *Flow) SetCustomers(list []customers.Customer, own bool) {
	f.model.Customers, f.model.Own = list, own
	f.model.Confirm = nil // it named other customers
	f.changed()
}

// CanPreview tells whether the server can say what a change would do.
func (f *Flow) CanPreview() bool {
	s := f.model.Spec
	if s == nil || !s.Writes {
		return false
	}
	_, ok := s.Param("WhatIf")
	return ok
}

// Request is the form as it is filled in, for those who do not run it. ok is false when it is not ready; the form
// says then what is missing.
func (f *Flow) Request() (r Request, ok bool) {
	m := &f.model
	if m.Spec == nil {
		return Request{}, false
	}
	inv := m.check()
	if reason, _ := m.Reason(); reason != Ready {
		m.Pressed = true
		m.Compact = m.Compact && reason == NoCustomer
		f.changed()
		return Request{}, false
	}
	return Request{Spec: m.Spec, Draft: cloneDraft(m.Draft), Invocation: inv, Customers: m.Customers}, true
}

// Run asks for the form to be run: a change is confirmed first, everything else is handed to OnRun at once.
func (f *Flow) Run() { f.run(false) }

// Preview asks the server what the change would do.
func (f *Flow) Preview() { f.run(true) }

func (f *Flow) run(preview bool) {
	m := &f.model
	if m.Spec == nil {
		return
	}
	m.Pressed = true
	inv := m.check()
	if reason, _ := m.Reason(); reason != Ready {
		m.Compact = m.Compact && reason == NoCustomer
		f.changed()
		return
	}
	r := Request{Spec: m.Spec, Draft: cloneDraft(m.Draft), Invocation: inv, Customers: m.Customers}
	if preview {
		asked, ok := cmdlets.AskedOnly(m.Spec, inv)
		if !ok {
			return
		}
		r.Invocation, r.Preview = asked, true
	}
	if cmdlets.NeedsConfirm(r.Invocation) {
		m.Confirm = &r
		f.changed()
		return
	}
	f.start(r)
}

// Yes runs the change that waits for it.
func (f *Flow) Yes() {
	r := f.model.Confirm
	if r == nil {
		return
	}
	f.model.Confirm = nil
	r.Invocation = cmdlets.Confirmed(r.Spec, r.Invocation)
	f.start(*r)
}

// No takes the question away; the form stays as it is.
func (f *Flow) No() {
	f.model.Confirm = nil
	f.changed()
}

func (f *Flow) start(r Request) {
	f.model.Pressed = false
	f.model.Compact = !r.Preview
	f.changed()
	if f.OnRun != nil {
		f.OnRun(r)
	}
}

// Catalog is what can be chosen.
func (f *Flow) Catalog() *cmdlets.Catalog { return f.catalog }
