// Package jobs runs one cmdlet over many customers: it shares the few sessions an account may hold
// (Sessions), asks the customers side by side, tries again where that helps, and turns what comes back into
// rows of one table and news about it (Runner).
//
// The window and the command line start every run here, also one over a single customer.
package jobs

import (
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// The codes of this package.
const (
	CodeClosed    exchange.Code = "jobs.closed"     // the sessions were closed, such as by signing out. Args: customer
	CodeNotClosed exchange.Code = "jobs.not-closed" // some sessions did not confirm that they are closed in time. Args: customers (joined by ", "), count, seconds
	CodeStopped   exchange.Code = "jobs.stopped"    // not asked, because another customer's failure would have met this one too. Args: customer (the other one), reason (its code)
)

// Phase is where a run stands with one customer. Each customer goes through some of the first three in
// order, possibly more than once when it is asked again, and ends in exactly one of the others.
type Phase string

// The phases.
const (
	Waiting    Phase = "waiting"    // for a free session, or before trying again
	Connecting Phase = "connecting" // a session is being opened
	Running    Phase = "running"    // the cmdlet was sent
	Finished   Phase = "finished"   // all rows are there; none is an answer too
	Failed     Phase = "failed"     // asked, and it failed; rows that came before stay, as a partial answer
	Cancelled  Phase = "cancelled"  // stopped by the user while it was asked; rows that came before stay
	NotAsked   Phase = "not-asked"  // the question never reached the customer
)

// Final tells whether a customer in this phase stays in it.
func (p Phase) Final() bool {
	switch p {
	case Finished, Failed, Cancelled, NotAsked:
		return true
	}
	return false
}

// Plan is what to run, and for whom. It is data and not changed by the run.
type Plan struct {
	Invocation exchange.Invocation

	// Customers are asked in this order; one named twice is asked once. None at all means the account's own
	// organisation, which the empty CustomerID names.
	Customers []exchange.CustomerID

	// Info goes to the table. ID is made when it is empty, Started set when it is zero, and Invocation and
	// Customers are taken from the plan.
	Info results.RunInfo

	// Jobs is how many customers to ask side by side. 0 means as many as sessions are allowed, which is
	// also the most.
	Jobs int
}

// Update is one piece of news about a run. Rows are not in it: they are in the run's table before the
// Update that counts them.
type Update struct {
	Run string // RunInfo.ID

	// Customer is whom it is about. The last Update of a run, the one with the Summary, is about none.
	Customer exchange.CustomerID
	Phase    Phase // the customer's phase now; empty in the last Update

	Rows    int  // the customer's rows in the table so far
	Partial bool // the customer's rows are not all there were; only with Failed and Cancelled

	Progress *exchange.Progress // the server's newest word on how far it is, nil without news
	Notice   *exchange.Notice   // a message beside the rows, nil without

	// Problem with a final Phase is why the customer ended there. With Phase Running it is about one
	// object: the run goes on.
	Problem *exchange.Problem

	// Wait tells, with Phase Waiting, what is waited for; nil when that is not yet known.
	Wait *Wait

	Ended, Of int // how many of the run's customers are in a final phase now, of how many

	Summary *Summary // only in the last Update
}

// Wait is what a customer waits for.
type Wait struct {
	// Behind are the customers whose sessions are in the way. Empty when it waits before trying again.
	Behind []exchange.CustomerID

	// Holders are those sessions: of this program, of others on this computer, and those left open.
	Holders []Holder

	// Reason is why it is tried again, and For how long it waits before that; nil and 0 otherwise.
	Reason *exchange.Problem
	For    time.Duration

	// Elsewhere tells, with a Reason, that the server counts sessions this computer knows nothing of:
	// another computer or another program has them.
	Elsewhere bool
}

// Summary tells how a run ended.
type Summary struct {
	Info      results.RunInfo // with Finished
	Rows      int             // in the table
	Customers []CustomerResult
	Cancelled bool // the user stopped it
}

// CustomerResult is how a run ended for one customer.
type CustomerResult struct {
	Customer exchange.CustomerID
	Phase    Phase // a final one
	Rows     int
	Partial  bool              // rows came, but not all there were
	Faults   int               // single objects that failed
	Problem  *exchange.Problem // why it is not Finished; nil when it is
	Attempts int               // how often it was tried
	Ended    time.Time         // when the answer was complete, or when it was given up
}

// Answered are the customers whose answer is complete, in the plan's order.
func (s Summary) Answered() []CustomerResult { return s.in(Finished) }

// Failed are the customers that were asked without a complete answer: failed or cancelled.
func (s Summary) Failed() []CustomerResult { return s.in(Failed, Cancelled) }

// NotAsked are the customers that the question never reached.
func (s Summary) NotAsked() []CustomerResult { return s.in(NotAsked) }

func (s Summary) in(phases ...Phase) (list []CustomerResult) {
	for _, c := range s.Customers {
		for _, p := range phases {
			if c.Phase == p {
				list = append(list, c)
			}
		}
	}
	return list
}
