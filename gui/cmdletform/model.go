// Package cmdletform is the middle of the window: one search box over everything that can be asked or
// changed, and the form of what was chosen, with the PowerShell line that says the same.
//
// The model says what is to be seen, the flow changes it (nothing here blocks: searching, checking and
// building are pure), the panel draws. What Run means is for whoever listens to OnRun.
package cmdletform

import (
	"slices"
	"strings"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// Request is a form as somebody wants it run.
type Request struct {
	Spec       *cmdlets.Spec
	Draft      cmdlets.Draft // so that the form can be filled in again
	Invocation exchange.Invocation
	Customers  []customers.Customer // none: the account's own organisation
	Preview    bool                 // Invocation only asks what would happen
}

// Model is what is to be seen. It belongs to the UI goroutine.
type Model struct {
	Search    string
	Searching bool            // the list below the search box shows
	Found     []*cmdlets.Spec // what it shows
	Cursor    int             // in the list
	Imported  bool            // the catalog is what the session said it may run

	Spec    *cmdlets.Spec // nil while nothing is chosen
	Form    cmdlets.Form
	Draft   cmdlets.Draft
	Chosen  int  // grows when another form is shown, or the same one was filled in by the program
	Compact bool // only the line shows
	More    bool // the rest of the fields is unfolded
	Find    string

	Line     string                          // the PowerShell that says the same
	Problems map[string]cmdlets.FieldProblem // by parameter
	Pressed  bool                            // Run was asked for, so fields that miss a value say so too

	Customers []customers.Customer // whom Run asks
	Own       bool                 // there are no customers: Run asks the account's own organisation
	Confirm   *Request             // waits for a yes; nil for none

	loose *cmdlets.Spec // Spec with nothing required, for the line of a half-filled form
}

// Reason is why Run cannot be pressed.
type Reason uint8

// The reasons.
const (
	Ready Reason = iota
	NoCustomer
	FieldMissing // Missing names it
	FieldWrong
)

// Reason tells why Run cannot be pressed, and which parameter that is about.
func (m *Model) Reason() (Reason, string) {
	for _, p := range m.Form.All() {
		if problem, ok := m.Problems[p.Name]; ok {
			if missing(problem) {
				return FieldMissing, p.Name
			}
			return FieldWrong, p.Name
		}
	}
	for name := range m.Problems {
		return FieldWrong, name
	}
	if len(m.Customers) == 0 && !m.Own {
		return NoCustomer, ""
	}
	return Ready, ""
}

// Shown is the problem to show beside a field: a value that is missing is not held against anybody who has
// not yet tried to run.
func (m *Model) Shown(param string) (cmdlets.FieldProblem, bool) {
	p, ok := m.Problems[param]
	if !ok || missing(p) && !m.Pressed {
		return cmdlets.FieldProblem{}, false
	}
	return p, true
}

func missing(p cmdlets.FieldProblem) bool {
	return p.Code == cmdlets.CodeRequired || p.Code == cmdlets.CodeEmptyIdentity && p.Args["text"] == ""
}

// Rest are the folded fields that the find text leaves, label giving a field's words.
func (m *Model) Rest(label func(name string) string) []cmdlets.ParamSpec {
	find := strings.ToLower(strings.TrimSpace(m.Find))
	if find == "" {
		return m.Form.Rest
	}
	var out []cmdlets.ParamSpec
	for _, p := range m.Form.Rest {
		if strings.Contains(strings.ToLower(p.Name), find) || strings.Contains(strings.ToLower(label(p.Name)), find) {
			out = append(out, p)
		}
	}
	return out
}

// Filled counts the folded fields that have a value.
func (m *Model) Filled() int {
	n := 0
	for _, p := range m.Form.Rest {
		if strings.TrimSpace(m.Draft.Inputs[p.Name]) != "" || !m.Draft.Secrets[p.Name].Empty() {
			n++
		}
	}
	return n
}

// check builds the draft anew: the line and what is wrong.
func (m *Model) check() exchange.Invocation {
	inv, problems := cmdlets.Build(m.Spec, m.Draft)
	m.Problems = map[string]cmdlets.FieldProblem{}
	for _, p := range problems {
		if _, there := m.Problems[p.Param]; !there {
			m.Problems[p.Param] = p
		}
	}
	line := inv
	if len(problems) > 0 {
		// The line shows what can be read of a form that is not ready yet.
		partly := m.Draft
		partly.Inputs = map[string]string{}
		for name, text := range m.Draft.Inputs {
			if _, wrong := m.Problems[name]; !wrong {
				partly.Inputs[name] = text
			}
		}
		line, _ = cmdlets.Build(m.loose, partly)
	}
	m.Line = cmdlets.PowerShell(line)
	return inv
}

func loosen(s *cmdlets.Spec) *cmdlets.Spec {
	out := *s
	out.Sets = nil
	out.Params = slices.Clone(s.Params)
	for i := range out.Params {
		out.Params[i].Required, out.Params[i].Subject = false, false
	}
	return &out
}

func cloneDraft(d cmdlets.Draft) cmdlets.Draft {
	out := d
	out.Inputs, out.Secrets = map[string]string{}, map[string]secret.Secret{}
	for k, v := range d.Inputs {
		out.Inputs[k] = v
	}
	for k, v := range d.Secrets {
		out.Secrets[k] = v
	}
	return out
}
