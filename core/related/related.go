// Package related knows what someone may want to ask next about a row: of a mailbox who can open it, of a
// permission the mailbox of the person who has it. Each is a question that only reads.
//
// An identity that is empty can mean all objects to Exchange, so nothing is offered without one.
package related

import (
	"strings"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
)

// Link is one question about a row.
type Link struct {
	ID         string // of its words, "related.<ID>"
	Invocation exchange.Invocation
}

// Of lists the questions about a row that cmdlet brought, those that are asked most first. A question is there
// only when the catalog knows its cmdlet with the parameters it needs, and the row has what they are filled
// with.
func Of(catalog *cmdlets.Catalog, cmdlet string, row exchange.Record) []Link {
	verb, noun, ok := strings.Cut(cmdlet, "-")
	if !ok || !strings.EqualFold(verb, "Get") {
		return nil
	}
	noun = strings.TrimPrefix(noun, "EXO")
	var out []Link
	seen := map[string]bool{cmdlet: true}
	for _, t := range things[strings.ToLower(noun)] {
		k := t.kind
		if k == recipient {
			k = kindOf(row)
		}
		for _, q := range questions[k] {
			if strings.EqualFold(strings.TrimPrefix(q.cmdlet, "Get-"), noun) && q.alike || q.when != nil && !q.when(row) {
				continue
			}
			inv, ok := q.ask(catalog, t, row)
			if !ok {
				continue
			}
			if said := cmdlets.PowerShell(inv); !seen[said] {
				seen[said] = true
				out = append(out, Link{ID: q.id, Invocation: inv})
			}
		}
	}
	return out
}

// ask builds the question about a thing in a row; ok is false when it cannot be asked.
func (q question) ask(catalog *cmdlets.Catalog, t thing, row exchange.Record) (exchange.Invocation, bool) {
	spec, known := catalog.Find(q.cmdlet)
	if !known || spec.Writes {
		return exchange.Invocation{}, false
	}
	from := t.from
	if q.from != nil {
		from = q.from
	}
	inputs := map[string]string{}
	for name, value := range q.with {
		inputs[name] = value
	}
	for name, properties := range q.more {
		if inputs[name] = identity(row, properties); inputs[name] == "" {
			return exchange.Invocation{}, false
		}
	}
	if inputs[q.param] = identity(row, from); inputs[q.param] == "" {
		return exchange.Invocation{}, false
	}
	for name := range inputs {
		if _, there := spec.Param(name); !there {
			return exchange.Invocation{}, false
		}
	}
	inv, problems := cmdlets.Build(spec, cmdlets.Draft{Cmdlet: spec.Name, Inputs: inputs})
	return inv, len(problems) == 0 && inv.ReadsOnly()
}

// identity is the first of the properties that names one object; empty when none does.
func identity(row exchange.Record, properties []string) string {
	for _, name := range properties {
		v, _ := row.Get(name)
		switch v.Kind() {
		case exchange.Text, exchange.Nested:
		default:
			continue
		}
		text := strings.TrimSpace(v.Text())
		if one(text) {
			return text
		}
	}
	return ""
}

// one tells whether a text can name one object: it is not empty, means not "none", and matches no more than
// itself.
func one(text string) bool {
	const none = "00000000-0000-0000-0000-000000000000"
	return text != "" && text != none && !strings.ContainsAny(text, "*\r\n")
}

// person tells whether the one who has a permission can have a mailbox: not the mailbox itself, not the
// system, not somebody who is gone and of whom only a number is left.
func person(property string) func(exchange.Record) bool {
	return func(row exchange.Record) bool {
		v, _ := row.Get(property)
		who := strings.ToUpper(strings.TrimSpace(v.Text()))
		return who != "" && who != "DEFAULT" && who != "ANONYMOUS" && who != "EVERYONE" &&
			!strings.HasPrefix(who, "S-1-") && !strings.HasPrefix(who, `NT AUTHORITY\`) && !strings.HasPrefix(who, "NT:S-1-") &&
			!strings.HasPrefix(who, `BUILTIN\`)
	}
}

// kindOf tells what a recipient is by its type; unknown for those of which nothing is asked.
func kindOf(row exchange.Record) kind {
	details, ok := row.Get("RecipientTypeDetails")
	if !ok {
		details, _ = row.Get("RecipientType")
	}
	switch what := details.Text(); {
	case what == "GroupMailbox":
		return unified
	case what == "DynamicDistributionGroup":
		return dynamic
	case what == "RoomList", strings.HasPrefix(what, "Mail") && strings.HasSuffix(what, "Group"):
		return group
	case strings.HasSuffix(what, "Mailbox") && !strings.HasPrefix(what, "Remote"):
		return mailbox
	}
	return unknown
}
