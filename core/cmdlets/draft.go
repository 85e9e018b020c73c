package cmdlets

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// Draft is a form as it was filled in: text as typed. An input that is absent or blank is not sent.
type Draft struct {
	Cmdlet  string
	Inputs  map[string]string        // by parameter; a ticked box is "true"; Clear empties a value
	Secrets map[string]secret.Secret // what was typed into password fields, by parameter

	// Locale tells how the person writes dates and numbers, such as "nl" or "en-US". ISO dates are always
	// read. Empty reads ISO dates and those that can only mean one day.
	Locale string

	// Zone is where the person's clock is. A date typed without a zone is read there; nil sends it without.
	Zone *time.Location
}

// Clear, typed as the whole value, empties the property: PowerShell's $null.
const Clear = "$null"

// FieldProblem says what is wrong with one field.
type FieldProblem struct {
	Param string // the parameter's name; empty when it concerns no single one
	Code  exchange.Code
	Args  map[string]string
}

// Problem returns f as an error for those who have no field to show it beside.
func (f FieldProblem) Problem() *exchange.Problem {
	return &exchange.Problem{Code: f.Code, Doing: "read the parameters", Args: f.Args}
}

// What can be wrong with a field. Each has Args param and, where something was typed, text.
const (
	CodeRequired       exchange.Code = "input.required"          // nothing was filled in. Args: param, cmdlet
	CodeEmptyIdentity  exchange.Code = "input.empty-identity"    // a change without an object: Exchange could take all. Args: param, cmdlet
	CodeNotNumber      exchange.Code = "input.not-a-number"      // Args: param, text
	CodeNumberRange    exchange.Code = "input.number-range"      // too large or too small for the type. Args: param, text, least, most
	CodeNotSize        exchange.Code = "input.not-a-size"        // Args: param, text
	CodeNotDuration    exchange.Code = "input.not-a-duration"    // Args: param, text
	CodeNotDate        exchange.Code = "input.not-a-date"        // Args: param, text
	CodeDateTwoWays    exchange.Code = "input.date-two-ways"     // 03/04/2026 can be two days. Args: param, text, one, other
	CodeNotYesNo       exchange.Code = "input.not-yes-or-no"     // Args: param, text
	CodeNotChoice      exchange.Code = "input.not-a-choice"      // Args: param, text, choices, near when one is near
	CodeNotAddress     exchange.Code = "input.not-an-address"    // Args: param, text
	CodeNotTable       exchange.Code = "input.not-a-table"       // Name=Value was expected. Args: param, text
	CodeNotTogether    exchange.Code = "input.not-together"      // two parameters of different sets. Args: param, with
	CodeUnknownParam   exchange.Code = "input.unknown-parameter" // Args: param, cmdlet, near when one is near
	CodeBadName        exchange.Code = "input.bad-name"          // not a name of a parameter or cmdlet at all. Args: name
	CodeNoValue        exchange.Code = "input.no-value"          // a name without a value, and it is no switch. Args: param
	CodeGivenTwice     exchange.Code = "input.given-twice"       // Args: param
	CodeCannotSend     exchange.Code = "input.cannot-send"       // a type that cannot be sent. Args: param, type
	CodeSecretInText   exchange.Code = "input.secret-in-text"    // a password where it could be seen. Args: param
	CodeBadCharacter   exchange.Code = "input.bad-character"     // a character that cannot be sent. Args: param
	CodeClearNotForGet exchange.Code = "input.nothing-to-clear"  // $null for a cmdlet that only reads. Args: param, cmdlet
	CodeTooLong        exchange.Code = "input.too-long"          // Args: param, limit
)

// The most characters one field may hold.
const inputLimit = 1 << 20

// Build reads a draft. It is pure. Without problems the Invocation can be run; its parameters stand in the
// order of the Spec. With problems, which come in the order of the Spec too, it must not be run.
func Build(s *Spec, d Draft) (exchange.Invocation, []FieldProblem) {
	b := builder{spec: s, read: reader{locale: d.Locale, zone: d.Zone}, given: map[string]bool{}}
	b.inv.Cmdlet = s.Name
	if !safeName(s.Name) {
		b.problem("", CodeBadName, "name", s.Name)
		return b.inv, b.problems
	}
	inputs, secrets := b.resolve(d)
	for i := range s.Params {
		p := &s.Params[i]
		if sec, ok := secrets[p.Name]; ok && p.Editor == EditPassword {
			if !sec.Empty() {
				b.add(p.Name, exchange.NewSecret(sec))
			}
			continue
		}
		if text, ok := inputs[p.Name]; ok {
			b.field(p, text)
		}
	}
	b.openFields(inputs)
	b.checkSets()
	if len(b.problems) > 0 {
		return exchange.Invocation{Cmdlet: s.Name}, b.problems
	}
	return b.inv, nil
}

type builder struct {
	spec     *Spec
	read     reader
	inv      exchange.Invocation
	given    map[string]bool // lower-case names of what is sent
	faulty   map[string]bool // names with a problem, so that they do not also count as missing
	problems []FieldProblem
}

func (b *builder) problem(param string, code exchange.Code, args ...string) {
	p := FieldProblem{Param: param, Code: code, Args: map[string]string{"param": param, "cmdlet": b.spec.Name}}
	for i := 0; i+1 < len(args); i += 2 {
		p.Args[args[i]] = args[i+1]
	}
	if b.faulty == nil {
		b.faulty = map[string]bool{}
	}
	b.faulty[strings.ToLower(param)] = true
	b.problems = append(b.problems, p)
}

func (b *builder) add(name string, v exchange.Value) {
	b.given[strings.ToLower(name)] = true
	b.inv.Params = append(b.inv.Params, exchange.Param{Name: name, Value: v})
}

// resolve finds the parameter each input is meant for, in a fixed order so that the outcome never varies.
func (b *builder) resolve(d Draft) (map[string]string, map[string]secret.Secret) {
	inputs := make(map[string]string, len(d.Inputs))
	for _, name := range sortedKeys(d.Inputs) {
		text := d.Inputs[name]
		p, ok := b.param(name)
		switch {
		case !ok && !b.open(name):
			if !blank(text) {
				b.unknown(name)
			}
		case !ok && !safeName(name):
			b.problem(name, CodeBadName, "name", name)
		case len(text) > inputLimit:
			b.problem(p.Name, CodeTooLong, "limit", "1048576")
		case !sendable(text):
			b.problem(p.Name, CodeBadCharacter)
		default:
			if had, twice := inputs[p.Name]; twice && !blank(had) && !blank(text) {
				b.problem(p.Name, CodeGivenTwice)
			} else if !twice || blank(had) {
				inputs[p.Name] = text
			}
		}
	}
	secrets := make(map[string]secret.Secret, len(d.Secrets))
	for _, name := range sortedKeys(d.Secrets) {
		if p, ok := b.param(name); ok {
			secrets[p.Name] = d.Secrets[name]
		} else if !b.open(name) {
			b.unknown(name)
		} else if safeName(name) && !d.Secrets[name].Empty() {
			b.add(p.Name, exchange.NewSecret(d.Secrets[name]))
		}
	}
	return inputs, secrets
}

// param finds a parameter, also one that every cmdlet has. When there is none, the ParamSpec returned has
// the name as given.
func (b *builder) param(name string) (*ParamSpec, bool) {
	if p, ok := b.spec.Param(name); ok {
		return p, true
	}
	name = strings.TrimPrefix(strings.TrimSpace(name), "-")
	for i := range everyCmdlet {
		if strings.EqualFold(everyCmdlet[i].Name, name) {
			return &everyCmdlet[i], true
		}
	}
	return &ParamSpec{Name: name}, false
}

// The parameters PowerShell adds to every cmdlet, as far as they make sense in a remote session.
var everyCmdlet = []ParamSpec{
	{Name: "Verbose", Type: "SwitchParameter", Editor: EditSwitch},
	{Name: "Debug", Type: "SwitchParameter", Editor: EditSwitch},
	{Name: "ErrorAction", Type: "ActionPreference", Editor: EditText},
	{Name: "WarningAction", Type: "ActionPreference", Editor: EditText},
}

// open tells whether a parameter that the Spec does not have may be sent all the same. The built-in catalog
// knows Exchange Online; a server of one's own has parameters beside those, so only what looks like a slip
// of the pen is stopped. A session's own description is taken at its word.
func (b *builder) open(name string) bool {
	if b.spec.Open {
		return true
	}
	return !b.spec.FromSession && safeName(strings.TrimPrefix(strings.TrimSpace(name), "-")) && !slip(name, b.names())
}

func (b *builder) names() []string {
	names := make([]string, len(b.spec.Params))
	for i, p := range b.spec.Params {
		names[i] = p.Name
	}
	return names
}

func (b *builder) unknown(name string) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "-")
	if !safeName(name) {
		b.problem(name, CodeBadName, "name", name)
		return
	}
	args := []string{"name", name}
	if near := Near(name, b.names(), 3); len(near) > 0 {
		args = append(args, "near", strings.Join(near, ", "))
	}
	b.problem(name, CodeUnknownParam, args...)
}

// field reads one field of a known parameter.
func (b *builder) field(p *ParamSpec, text string) {
	trimmed := trimBlank(text)
	if p.Subject && (trimmed == "" || strings.EqualFold(trimmed, Clear)) {
		if b.spec.Writes {
			b.problem(p.Name, CodeEmptyIdentity)
		}
		return // a cmdlet that reads goes without, and so reads everything it may
	}
	switch {
	case trimmed == "":
		return
	case p.Editor == EditNone:
		b.problem(p.Name, CodeCannotSend, "type", p.Type)
	case p.Editor == EditPassword:
		b.problem(p.Name, CodeSecretInText)
	case strings.EqualFold(trimmed, Clear):
		if !b.spec.Writes {
			b.problem(p.Name, CodeClearNotForGet)
			return
		}
		b.add(p.Name, exchange.Value{})
	default:
		v, f := b.read.value(p, text)
		if f != nil {
			b.problem(p.Name, f.code, f.args...)
			return
		}
		// A list whose lines are all blank leaves no object either.
		if p.Subject && v.IsNone() {
			if b.spec.Writes {
				b.problem(p.Name, CodeEmptyIdentity)
			}
			return
		}
		if !v.IsNone() {
			b.add(p.Name, v)
		}
	}
}

// openFields reads the inputs of a cmdlet of which no parameters are known.
func (b *builder) openFields(inputs map[string]string) {
	for _, name := range sortedKeys(inputs) {
		if _, known := b.spec.Param(name); known {
			continue
		}
		p := ParamSpec{Name: name, Editor: EditText, Subject: strings.EqualFold(name, "Identity")}
		for i := range everyCmdlet {
			if everyCmdlet[i].Name == name {
				p = everyCmdlet[i]
			}
		}
		if p.Editor == EditSwitch || p.Subject {
			b.field(&p, inputs[name])
			continue
		}
		if blank(inputs[name]) {
			continue
		}
		v, f := b.read.guess(inputs[name])
		if f != nil {
			b.problem(name, f.code, f.args...)
			continue
		}
		b.add(name, v)
	}
}

// checkSets asks for what is required and refuses what cannot go together.
func (b *builder) checkSets() {
	fits := b.fitting()
	if len(b.spec.Sets) > 0 && len(fits) == 0 {
		b.conflict()
		return
	}
	var missing []string
	for i, set := range fits {
		var lacks []string
		for _, name := range set.Required {
			if !b.given[strings.ToLower(name)] {
				lacks = append(lacks, name)
			}
		}
		if i == 0 || len(lacks) < len(missing) {
			missing = lacks
		}
	}
	if len(b.spec.Sets) == 0 {
		for _, p := range b.spec.Params {
			if p.Required && !b.given[strings.ToLower(p.Name)] {
				missing = append(missing, p.Name)
			}
		}
	}
	for _, name := range missing {
		if b.faulty[strings.ToLower(name)] {
			continue
		}
		if p, ok := b.spec.Param(name); ok && p.Subject && b.spec.Writes {
			b.problem(p.Name, CodeEmptyIdentity)
		} else {
			b.problem(name, CodeRequired)
		}
	}
	b.inOrder()
}

// fitting returns the sets that hold everything that was given.
func (b *builder) fitting() []Set {
	var fits []Set
	for _, set := range b.spec.Sets {
		holds := !slices.ContainsFunc(b.inv.Params, func(p exchange.Param) bool {
			return b.inSets(p.Name) && !set.has(p.Name)
		})
		if holds {
			fits = append(fits, set)
		}
	}
	return fits
}

// inSets tells whether a parameter is in any set at all; one that is in none says nothing about them.
func (b *builder) inSets(name string) bool {
	return slices.ContainsFunc(b.spec.Sets, func(s Set) bool { return s.has(name) })
}

// conflict names two parameters that share no set, or failing that the last one given.
func (b *builder) conflict() {
	var names []string
	for _, p := range b.inv.Params {
		if b.inSets(p.Name) {
			names = append(names, p.Name)
		}
	}
	for i, first := range names {
		for _, second := range names[i+1:] {
			together := slices.ContainsFunc(b.spec.Sets, func(s Set) bool { return s.has(first) && s.has(second) })
			if !together {
				b.problem(second, CodeNotTogether, "with", first)
				return
			}
		}
	}
	// Each two share a set, but no set holds all: the smallest group that does not fit names its last two.
	for n := 3; n <= len(names); n++ {
		fits := slices.ContainsFunc(b.spec.Sets, func(s Set) bool {
			return !slices.ContainsFunc(names[:n], func(x string) bool { return !s.has(x) })
		})
		if !fits {
			b.problem(names[n-1], CodeNotTogether, "with", strings.Join(names[:n-1], ", "))
			return
		}
	}
}

// inOrder puts problems in the order of the form.
func (b *builder) inOrder() {
	rank := map[string]int{}
	for i, p := range b.spec.Params {
		rank[p.Name] = i + 1
	}
	slices.SortStableFunc(b.problems, func(x, y FieldProblem) int { return rank[x.Param] - rank[y.Param] })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// safeName tells whether s can be the name of a cmdlet or parameter: letters, digits, - and _, beginning
// with a letter.
func safeName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '-' || r == '_')) {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

// Spaces that unicode.IsSpace does not know, and marks that leave nothing on the screen.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' ||
		r == '\ufeff' || r == '\u180e' || r == '\u00ad' || r == '\u2800' || r == '\u3164' || r == '\u115f'
}

func blank(s string) bool { return trimBlank(s) == "" }

func trimBlank(s string) string { return strings.TrimFunc(s, isBlank) }

// unsendable are the characters XML 1.0 has no place for. The protocol could escape them, but no name or
// note in Exchange means to hold one.
func unsendable(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' || r == '\u007f'
}

func sendable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unsendable)
}
