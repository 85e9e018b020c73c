// Package faults is what can go wrong on purpose in the sample partner: a catalogue of faults, the rules
// that say when one strikes, and the counting of when it does.
//
// A fault only has a name and a description here; the server plays it. A Rule is written as
//
//	NAME[@WHEN[,WHEN]...][=VALUE]
//
// such as wrong-password, drop-in@receive,2 or slow@10%=200ms. ParseRule reads it.
package faults

import (
	"slices"
	"strings"
)

// Name names a fault.
type Name string

// Step is a request of a session, by what it asks.
type Step string

// The steps, in the order a session takes them.
const (
	Create       Step = "create"        // opens the shell
	FirstReceive Step = "first-receive" // asks for the shell's own output, as a client does until the runspace pool is open
	Command      Step = "command"       // starts a pipeline
	Receive      Step = "receive"       // asks for a pipeline's output
	Send         Step = "send"          // sends the rest of a long pipeline, or input
	Signal       Step = "signal"        // stops a pipeline, or ends one that is over
	Delete       Step = "delete"        // closes the shell
)

var allSteps = []Step{Create, FirstReceive, Command, Receive, Send, Signal, Delete}

// Steps lists all steps in the order a session takes them.
func Steps() []Step { return slices.Clone(allSteps) }

// Part tells in which part of answering a request a fault strikes. Of the faults that answer instead at most
// one strikes a request; the others all apply, and only where something is done.
type Part uint8

// The parts.
const (
	Instead Part = iota // answers, and what was asked is not done
	Within              // what was asked is done in another way than usual
	Around              // what was asked is done, and the answer suffers on its way
)

// Fault is one entry of the catalogue.
type Fault struct {
	Name    Name
	Does    string // one plain sentence
	Part    Part
	Steps   []Step // it can strike, in the order of Steps
	Usual   []Step // it strikes when a rule names no step
	Value   string // what the value is, such as SECONDS; empty when there is none
	Means   string // what the value says, with its choices
	Default string // the value when none is given

	check func(value string) bool
}

// Strikes tells whether the fault can strike at a step.
func (f Fault) Strikes(s Step) bool { return slices.Contains(f.Steps, s) }

// Catalogue lists all faults, related ones together.
func Catalogue() []Fault { return slices.Clone(catalogue) }

// Names lists the names of all faults in the order of the Catalogue.
func Names() []string {
	names := make([]string, len(catalogue))
	for i, f := range catalogue {
		names[i] = string(f.Name)
	}
	return names
}

// Find returns a fault by its name, in which case does not matter.
func Find(name Name) (Fault, bool) {
	for _, f := range catalogue {
		if strings.EqualFold(string(f.Name), string(name)) {
			return f, true
		}
	}
	return Fault{}, false
}
