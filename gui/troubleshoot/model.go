// Package troubleshoot is the page that leads from a failure to what to do about it: what happened, the likely
// causes in order, the check that tells which one it is, and what mends it.
//
// The pages themselves are core/troubleshoot's. The model says what is to be seen, the flow has checks run and
// files written away from the screen, the panel draws.
package troubleshoot

import (
	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/support"
	"tenantry/core/troubleshoot"
)

// Cause is one likely cause with what a check said of it.
type Cause struct {
	troubleshoot.Cause
	Running bool // its check runs
	Asked   bool // its check ran since the page opened
	Verdict troubleshoot.Verdict
	Finding preflight.Finding // that says so; its Status is empty for NotKnown
}

// Bundle is the support bundle, shown before it is saved.
type Bundle struct {
	Text    string // empty while it is made
	Saved   string // where, empty for not yet
	Problem *exchange.Problem

	made *support.Bundle // nil until it is made
}

// Model is what is to be seen. It belongs to the UI goroutine.
type Model struct {
	Open   bool
	Page   troubleshoot.Page
	Causes []*Cause
	Bundle *Bundle // nil while it does not show
	Turn   int     // grows whenever something changed
}

// Checking tells whether a check runs.
func (m *Model) Checking() bool {
	for _, c := range m.Causes {
		if c.Running {
			return true
		}
	}
	return false
}

// Undecided tells whether a check could say more about the causes.
func (m *Model) Undecided() bool {
	for _, c := range m.Causes {
		if c.Check != "" && !c.Asked {
			return true
		}
	}
	return false
}
