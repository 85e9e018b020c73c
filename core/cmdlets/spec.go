package cmdlets

import (
	"slices"
	"strings"

	"tenantry/core/exchange"
)

// Spec is one cmdlet as a form needs it. It never changes after it was made.
type Spec struct {
	Name   string // as Exchange spells it, such as "Get-Mailbox"
	Verb   string // "Get"
	Noun   string // "Mailbox"
	Writes bool   // it can change something, judged by its verb; a verb that is not known counts as writing
	Params []ParamSpec
	Sets   []Set // empty when nothing is known about which parameters go together

	// FromSession says that a session described the cmdlet itself.
	FromSession bool

	// Open says that nothing is known but the name: any parameter is accepted and sent as text.
	Open bool
}

// Set is a parameter set: parameters that can be given together.
type Set struct {
	Name     string   `json:"name"`
	Required []string `json:"required"`
	Optional []string `json:"optional"`
}

// ParamSpec is one parameter.
type ParamSpec struct {
	Name     string
	Type     string // .NET type without its namespace, "[]" for an array
	Editor   Editor
	Required bool     // in every parameter set there is
	Values   []string // the words it accepts, where they are known
	Strict   bool     // Values are all there are: the session says so. Otherwise they are a help.
	Default  string   // as documented, empty when not known
	Position int      // from 0; -1 when it can only be given by name
	Aliases  []string
	Sets     []string // the parameter sets it belongs to; empty for all
	Common   bool     // one of those that people use first

	// Unlimited says that the word "Unlimited" is accepted beside what Editor reads.
	Unlimited bool

	// Subject says that it names the object the cmdlet works on. An empty one is never sent.
	Subject bool
}

// Editor is the kind of field a parameter is filled in with, and so how its text is read.
type Editor string

// The editors.
const (
	EditText       Editor = "text"
	EditNumber     Editor = "number"     // a whole number
	EditDecimal    Editor = "decimal"    // any number
	EditSize       Editor = "size"       // 45GB
	EditDuration   Editor = "duration"   // 90 days, 12h, 90.00:00:00
	EditDateTime   Editor = "date-time"  // 2026-12-31 14:02
	EditYesNo      Editor = "yes-no"     // a value that is yes or no, and may be left alone
	EditSwitch     Editor = "switch"     // a box to tick
	EditChoice     Editor = "choice"     // one of Values
	EditChoices    Editor = "choices"    // some of Values
	EditList       Editor = "list"       // texts, one a line or separated by ;
	EditNumbers    Editor = "numbers"    // whole numbers, like a list
	EditIdentity   Editor = "identity"   // an object by name, address or id
	EditIdentities Editor = "identities" // several
	EditAddress    Editor = "address"    // an email address
	EditPassword   Editor = "password"   // in Draft.Secrets, never in Inputs
	EditTable      Editor = "table"      // Name=Value, one a line
	EditNone       Editor = "none"       // of a type that cannot be sent, such as a file's bytes
)

// Secret tells whether what is typed must be hidden and kept in Draft.Secrets.
func (e Editor) Secret() bool { return e == EditPassword }

// Several tells whether the editor reads more than one value.
func (e Editor) Several() bool {
	return e == EditChoices || e == EditList || e == EditNumbers || e == EditIdentities
}

// Param finds a parameter by name or alias, without regard to case and with or without a dash.
func (s *Spec) Param(name string) (*ParamSpec, bool) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "-")
	for i := range s.Params {
		if strings.EqualFold(s.Params[i].Name, name) {
			return &s.Params[i], true
		}
	}
	for i := range s.Params {
		for _, a := range s.Params[i].Aliases {
			if strings.EqualFold(a, name) {
				return &s.Params[i], true
			}
		}
	}
	return nil, false
}

// Open returns the Spec of a cmdlet of which only the name is known. Build and BuildArgs then read values
// from their text alone and leave the judgement to the session.
func Open(name string) *Spec {
	s := &Spec{Name: strings.TrimSpace(name), Open: true}
	s.name()
	return s
}

func (s *Spec) name() {
	s.Verb, s.Noun, _ = strings.Cut(s.Name, "-")
	s.Writes = writes(s.Verb)
}

// Verbs that only read. Everything else counts as a change, so that a verb nobody knows asks first.
var readVerbs = []string{"Get", "Test", "Search", "Export", "Compare", "Validate", "Preview", "Check",
	"Connect", "Find", "Measure", "Resolve", "Show", "Select", "Where", "Trace"}

func writes(verb string) bool {
	return !slices.ContainsFunc(readVerbs, func(r string) bool { return strings.EqualFold(r, verb) })
}

func (c fileCmdlet) spec() *Spec {
	s := &Spec{Name: c.Name, Sets: c.Sets}
	s.name()
	s.Params = make([]ParamSpec, 0, len(c.Params))
	for _, p := range c.Params {
		out := ParamSpec{
			Name: p.Name, Type: p.Type, Values: p.Values, Default: p.Default, Aliases: p.Aliases, Position: -1,
		}
		if p.Position != nil {
			out.Position = *p.Position
		}
		if len(c.Sets) > 1 {
			out.Sets = setsOf(c.Sets, p.Name)
			if len(out.Sets) == len(c.Sets) {
				out.Sets = nil
			}
		}
		out.Required = requiredEverywhere(c.Sets, p.Name)
		s.finish(&out)
		s.Params = append(s.Params, out)
	}
	return s
}

// FromCommand makes a Spec of what a session says about a command. known is what the catalog has for it
// and may be nil; it lends only what sessions do not tell.
func FromCommand(c exchange.Command, known *Spec) *Spec {
	s := &Spec{Name: c.Name, FromSession: true}
	s.name()
	if known != nil && !tellsSets(c) {
		s.Sets = present(known.Sets, c)
		for _, p := range c.Parameters {
			out := fromParameter(p, known)
			if k, ok := known.Param(p.Name); ok {
				out.Required, out.Sets = k.Required, k.Sets
			}
			s.finish(&out)
			s.Params = append(s.Params, out)
		}
		return s
	}
	names := map[string]*Set{}
	for _, p := range c.Parameters {
		for _, n := range p.Sets {
			if n != allSets && names[n] == nil {
				s.Sets = append(s.Sets, Set{Name: n})
				names[n] = &Set{}
			}
		}
	}
	for i := range s.Sets {
		names[s.Sets[i].Name] = &s.Sets[i]
	}
	for _, p := range c.Parameters {
		out := fromParameter(p, known)
		if !slices.Contains(p.Sets, allSets) && len(p.Sets) < len(s.Sets) {
			out.Sets = p.Sets
		}
		s.finish(&out)
		s.Params = append(s.Params, out)
		in := out.Sets
		if len(in) == 0 {
			for _, set := range s.Sets {
				in = append(in, set.Name)
			}
		}
		for _, n := range in {
			if set := names[n]; set == nil {
				continue
			} else if p.Mandatory {
				set.Required = append(set.Required, p.Name)
			} else {
				set.Optional = append(set.Optional, p.Name)
			}
		}
	}
	return s
}

func fromParameter(p exchange.Parameter, known *Spec) ParamSpec {
	out := ParamSpec{
		Name: p.Name, Type: shortType(p.Type), Required: p.Mandatory, Values: p.Values,
		Strict: len(p.Values) > 0, Position: p.Position, Aliases: p.Aliases,
	}
	if p.Switch {
		out.Type = "SwitchParameter"
	}
	if known != nil {
		if k, ok := known.Param(p.Name); ok {
			out.borrow(k)
		}
	}
	return out
}

// tellsSets tells whether a session said anything about what is required or goes together. Over remoting
// many only list names and types.
func tellsSets(c exchange.Command) bool {
	return slices.ContainsFunc(c.Parameters, func(p exchange.Parameter) bool {
		return p.Mandatory || slices.ContainsFunc(p.Sets, func(n string) bool { return n != allSets })
	})
}

// present returns the sets as far as the session has their parameters. A set whose required parameters it
// lacks cannot be used at all.
func present(sets []Set, c exchange.Command) []Set {
	has := func(name string) bool {
		return slices.ContainsFunc(c.Parameters, func(p exchange.Parameter) bool { return strings.EqualFold(p.Name, name) })
	}
	var out []Set
	for _, set := range sets {
		if slices.ContainsFunc(set.Required, func(n string) bool { return !has(n) }) {
			continue
		}
		kept := Set{Name: set.Name, Required: set.Required}
		for _, n := range set.Optional {
			if has(n) {
				kept.Optional = append(kept.Optional, n)
			}
		}
		out = append(out, kept)
	}
	return out
}

// The name PowerShell gives to the set of parameters that belong to every set.
const allSets = "__AllParameterSets"

// borrow takes over what sessions leave out. Over remoting they describe most types as text or not at all.
func (p *ParamSpec) borrow(k *ParamSpec) {
	if p.Type == "" || (vague(p.Type) && !vague(k.Type)) {
		p.Type = k.Type
	}
	if len(p.Values) == 0 {
		p.Values = k.Values
	}
	if len(p.Aliases) == 0 {
		p.Aliases = k.Aliases
	}
	if p.Position < 0 {
		p.Position = k.Position
	}
	p.Default = k.Default
}

func vague(t string) bool {
	return t == "" || t == "String" || t == "Object" || t == "PSObject" || t == "String[]" || t == "Object[]"
}

// finish fills in what follows from a parameter's name and type.
func (s *Spec) finish(p *ParamSpec) {
	p.Editor, p.Unlimited = editorOf(p.Name, p.Type, p.Values)
	p.Values = tidyValues(p.Editor, p.Values)
	p.Common = commonRank(s, p.Name) < len(commonOrder)
	p.Subject = strings.EqualFold(p.Name, "Identity") ||
		(p.Position == 0 && (p.Editor == EditIdentity || p.Editor == EditIdentities))
}

func setsOf(sets []Set, name string) []string {
	var in []string
	for _, s := range sets {
		if s.has(name) {
			in = append(in, s.Name)
		}
	}
	return in
}

func (s Set) has(name string) bool { return hasFold(s.Required, name) || hasFold(s.Optional, name) }

func hasFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}

func requiredEverywhere(sets []Set, name string) bool {
	for _, s := range sets {
		if !hasFold(s.Required, name) {
			return false
		}
	}
	return len(sets) > 0
}
