package cmdlets

import (
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// ArgOptions is what BuildArgs needs beside the words of the command line.
type ArgOptions struct {
	Secrets map[string]secret.Secret // passwords that were asked for, by parameter
	Locale  string                   // as Draft.Locale
	Zone    *time.Location           // as Draft.Zone
}

// BuildArgs is Build for a command line: each arg is "Name=Value", or "Name" alone for a switch; a name
// that is repeated makes a list. A dash before a name is allowed. For a parameter the Spec does not know the
// text alone decides: $true and $false are yes and no, a name alone is yes, everything else is text. A
// parameter that is unknown but spelled nearly like a known one, or that a session's own Spec does not have,
// is a problem that names the near ones.
func BuildArgs(s *Spec, o ArgOptions, args ...string) (exchange.Invocation, []FieldProblem) {
	d := Draft{Cmdlet: s.Name, Inputs: map[string]string{}, Secrets: o.Secrets, Locale: o.Locale, Zone: o.Zone}
	b := builder{spec: s}
	lists := map[string][]string{}
	var names []string
	for _, arg := range args {
		name, text, hasValue := strings.Cut(arg, "=")
		p, known := b.param(name)
		name = p.Name
		if !known && !b.open(name) {
			b.unknown(name)
			continue
		}
		switch {
		case p.Editor.Secret():
			b.problem(name, CodeSecretInText)
			continue
		case !hasValue && (p.Editor == EditSwitch || !known):
			text = "$true"
		case !hasValue:
			b.problem(name, CodeNoValue)
			continue
		}
		if lists[name] == nil {
			names = append(names, name)
		}
		lists[name] = append(lists[name], text)
	}
	var extra []exchange.Param
	for _, name := range names {
		texts := lists[name]
		p, known := b.param(name)
		switch {
		case len(texts) == 1:
			d.Inputs[name] = texts[0]
		case !known && !strings.EqualFold(name, "Identity"):
			v, f := openList(texts)
			if !safeName(name) {
				b.problem(name, CodeBadName, "name", name)
			} else if f != nil {
				b.problem(name, f.code, f.args...)
			} else {
				extra = append(extra, exchange.Param{Name: name, Value: v})
			}
		case p.Editor.Several():
			d.Inputs[name] = strings.Join(texts, "\n")
		default:
			b.problem(name, CodeGivenTwice)
		}
	}
	if len(b.problems) > 0 {
		return exchange.Invocation{Cmdlet: s.Name}, b.problems
	}
	inv, problems := Build(s, d)
	if len(problems) > 0 {
		return inv, problems
	}
	inv.Params = append(inv.Params, extra...)
	if s.Open { // in the order given; a known cmdlet has an order of its own
		slices.SortStableFunc(inv.Params, func(x, y exchange.Param) int {
			return slices.Index(names, x.Name) - slices.Index(names, y.Name)
		})
	}
	return inv, nil
}

// openList makes a list for a parameter of which nothing is known.
func openList(texts []string) (exchange.Value, *fieldFault) {
	var items []exchange.Value
	for _, t := range texts {
		if len(t) > inputLimit {
			return exchange.Value{}, fault(CodeTooLong, "limit", "1048576")
		}
		if !sendable(t) {
			return exchange.Value{}, fault(CodeBadCharacter)
		}
		if !blank(t) {
			items = append(items, exchange.NewText(trimBlank(t)))
		}
	}
	return exchange.NewList(items), nil
}

// Near returns up to most of names that are spelled nearly like word, the nearest first.
func Near(word string, names []string, most int) []string {
	type near struct {
		name string
		far  int
	}
	var found []near
	low := strings.ToLower(word)
	if len(low) > 64 {
		return nil
	}
	for _, n := range names {
		ln := strings.ToLower(n)
		far := distance(low, ln)
		switch {
		case strings.HasPrefix(ln, low) && len(low) >= 3:
			far = min(far, 1)
		case strings.Contains(ln, low) && len(low) >= 4, strings.Contains(low, ln) && len(ln) >= 4:
			far = min(far, 2)
		}
		if far <= max(1, min(3, len(low)/3)) {
			found = append(found, near{n, far})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.far - b.far })
	var out []string
	for _, f := range found[:min(most, len(found))] {
		out = append(out, f.name)
	}
	return out
}

// slip tells whether word is one of names but for a letter or two.
func slip(word string, names []string) bool {
	low := strings.ToLower(word)
	return len(low) <= 64 && slices.ContainsFunc(names, func(n string) bool {
		ln := strings.ToLower(n)
		return distance(low, ln) <= max(1, min(2, len(ln)/4))
	})
}

// distance counts the letters to add, drop, change or swap with their neighbour to make a into b.
func distance(a, b string) int {
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
