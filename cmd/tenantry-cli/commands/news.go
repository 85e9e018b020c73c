package commands

import (
	"slices"
	"strings"
	"time"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

// news tells what happens in a run, on standard error.
type news struct {
	a      *app
	inv    exchange.Invocation
	rows   map[exchange.CustomerID]int
	faults map[exchange.CustomerID]int
	again  map[exchange.CustomerID]exchange.Code // why a customer is being asked again, when that was said
	waits  func(name string, holders []jobs.Holder)
}

func newsOf(a *app, inv exchange.Invocation) *news {
	return &news{
		a: a, inv: inv, rows: map[exchange.CustomerID]int{}, faults: map[exchange.CustomerID]int{},
		again: map[exchange.CustomerID]exchange.Code{}, waits: a.waits(),
	}
}

// take is called from one goroutine, in order.
func (n *news) take(u jobs.Update) {
	a := n.a
	if u.Summary != nil {
		return
	}
	name := a.name(u.Customer)
	n.rows[u.Customer] = u.Rows
	switch {
	case u.Notice != nil:
		n.notice(name, u.Notice)
	case u.Phase.Final():
		n.ended(name, u)
	case u.Problem != nil:
		n.faults[u.Customer]++
		a.explainProblem(name, u.Problem)
	case u.Wait != nil && u.Wait.Reason != nil && u.Wait.For > 0:
		again := a.words.Text("cli.again-in", "wait", a.words.Duration(int64(u.Wait.For/100)))
		if u.Wait.Elsewhere {
			again = a.words.Text("cli.held-elsewhere") + " " + again
		}
		line := name + ": " + a.words.Problem(u.Wait.Reason).Title + ". " + again
		if n.again[u.Customer] == u.Wait.Reason.Code { // it was said, and is so still
			a.progress(line)
			break
		}
		n.again[u.Customer] = u.Wait.Reason.Code
		a.note(line)
	case u.Phase == jobs.Waiting && u.Wait == nil: // everybody's first news: nothing has happened yet
	default:
		if u.Wait != nil {
			n.waits(name, u.Wait.Holders)
		}
		a.progress(n.status(name, u))
	}
}

// notice passes on what the server says beside the rows.
func (n *news) notice(name string, notice *exchange.Notice) {
	a := n.a
	if notice.Code != "" { // a known one has words of its own
		a.note(name + ": " + a.words.Notice(*notice))
		return
	}
	switch notice.Level {
	case exchange.Warning:
		a.note(a.words.Text("cli.warning", "customer", name, "text", notice.Text))
	case exchange.Information:
		a.note(a.words.Text("cli.said", "customer", name, "text", notice.Text))
	default:
		if a.verbose {
			a.note(a.words.Text("cli.said", "customer", name, "text", notice.Text))
		}
	}
}

func (n *news) ended(name string, u jobs.Update) {
	a := n.a
	switch u.Phase {
	case jobs.Finished:
		n.finished(name, u)
	case jobs.NotAsked:
		if !toldTogether(u.Problem) {
			a.explainProblem(a.words.Text("cli.not-asked", "customer", name), u.Problem)
		}
	case jobs.Cancelled:
		a.screen.line(firstUpper(a.words.Count("cli.stopped", u.Rows, "customer", name)))
	default:
		a.explainProblem(name, u.Problem)
		if u.Partial {
			a.screen.line(firstUpper(a.words.Count("cli.partial", u.Rows, "customer", name)))
		}
	}
}

func (n *news) finished(name string, u jobs.Update) {
	a, faults := n.a, n.faults[u.Customer]
	read := a.words.Clock(time.Now())
	switch {
	case u.Rows > 0 || !cmdlets.IsChange(n.inv) && !n.tried() && faults == 0:
		a.note(a.words.Count("cli.rows", u.Rows, "customer", name, "time", read))
	case faults > 0:
	case n.tried():
		a.note(a.words.Text("cli.tried", "customer", name))
	default:
		a.note(a.words.Text("cli.changed", "cmdlet", n.inv.Cmdlet, "customer", name, "time", read))
	}
	if u.Rows == usualMost && n.cut() {
		a.note(a.words.Text("cli.maybe-more", "n", u.Rows))
	}
	if faults > 1 {
		a.note(a.words.Count("cli.faults", faults, "customer", name))
	}
}

// usualMost is how many rows Exchange gives when it is not told how many.
const usualMost = 1000

// cut tells whether the cmdlet could give more rows than it was asked for.
func (n *news) cut() bool {
	_, takes := cmdlets.Builtin().FindOrOpen(n.inv.Cmdlet).Param("ResultSize")
	given := slices.ContainsFunc(n.inv.Params, func(p exchange.Param) bool { return strings.EqualFold(p.Name, "ResultSize") })
	return takes && !given
}

// tried tells whether the server was only asked what would happen.
func (n *news) tried() bool {
	for _, p := range n.inv.Params {
		if strings.EqualFold(p.Name, "WhatIf") && p.Value.Flag() {
			return true
		}
	}
	return false
}

// toldTogether tells whether a reason concerns all who were not asked, so that one line names them.
func toldTogether(p *exchange.Problem) bool {
	return p != nil && (p.Code == exchange.CodeCancelled || p.Code == jobs.CodeStopped)
}

// notAsked names those whom a run that ended early did not reach.
func (n *news) notAsked(s jobs.Summary) {
	names := map[exchange.Code][]string{}
	for _, c := range s.NotAsked() {
		if toldTogether(c.Problem) {
			names[c.Problem.Code] = append(names[c.Problem.Code], n.a.name(c.Customer))
		}
	}
	for _, t := range []struct {
		code exchange.Code
		key  string
	}{{jobs.CodeStopped, "cli.not-asked-either"}, {exchange.CodeCancelled, "cli.not-asked-stopped"}} {
		if list := names[t.code]; len(list) > 0 {
			n.a.screen.line(n.a.words.Text(t.key, "customers", strings.Join(list, ", ")))
		}
	}
}

func (n *news) status(name string, u jobs.Update) string {
	a := n.a
	total := 0
	for _, rows := range n.rows {
		total += rows
	}
	parts := []string{a.words.Count("cli.rows-so-far", total)}
	if u.Of > 1 {
		parts = append(parts, a.words.Text("cli.customers-so-far", "n", u.Ended, "total", u.Of))
	}
	switch {
	case u.Phase == jobs.Connecting:
		parts = append(parts, name+": "+a.words.Text("cli.connecting"))
	case u.Wait != nil:
		parts = append(parts, name+": "+a.words.Text("cli.waiting"))
	}
	if u.Progress != nil && u.Progress.Activity != "" {
		parts = append(parts, u.Progress.Activity)
	}
	return strings.Join(parts, " · ")
}

// outcome turns the end of a run into an exit status. Everything there is to say was said.
func outcome(s jobs.Summary) error {
	answered, faults := len(s.Answered()), 0
	for _, c := range s.Customers {
		faults += c.Faults
	}
	switch {
	case s.Cancelled:
		return &exitError{exitCancelled}
	case answered == len(s.Customers) && faults == 0:
		return nil
	case answered == len(s.Customers):
		return &exitError{exitFailed} // single objects failed, each named
	case answered > 0:
		return &exitError{exitSome}
	}
	for _, c := range s.Customers {
		if c.Problem != nil && c.Problem.Code != jobs.CodeStopped {
			return &exitError{statusOf(c.Problem)}
		}
	}
	return &exitError{exitFailed}
}
