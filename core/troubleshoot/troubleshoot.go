// Package troubleshoot leads from what went wrong to what to do about it: for the code of a problem or of a
// preflight finding it gives a page with the likely causes, the likeliest first, each with the check that
// tells whether it is this one and with what mends it.
//
// A page is data. What happened stands in core/wording under the code, and a cause under "cause.<name>": its
// title is the cause as a short sentence, its why is how it shows, its next what to do. To add a page for a
// new code, or a cause, see the tables in pages.go and causes.go.
package troubleshoot

import (
	"maps"
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/wording"
)

// Step is something a person can do about a cause in the window. Its words are "troubleshoot.step.<step>".
type Step string

// The steps.
const (
	StepNone      Step = ""
	StepTryAgain  Step = "try-again" // the same once more
	StepSignIn    Step = "sign-in"   // the first screen, to sign in anew
	StepAddress   Step = "address"   // the address in the connection details
	StepWay       Step = "way"       // the way to sign in, in the connection details
	StepProxy     Step = "proxy"     // the proxy, in the connection details
	StepAuthority Step = "authority" // the private certificate authority, in the connection details
	StepSessions  Step = "sessions"  // the sessions of the account, those left open too
	StepCustomers Step = "customers" // the list of customers
	StepForm      Step = "form"      // the form with the fields of the cmdlet
	StepWait      Step = "wait"      // nothing but waiting; a button tries again after that
	StepPreflight Step = "preflight" // everything that is looked at on this computer
	StepBundle    Step = "bundle"    // the support bundle
)

// Steps are all steps, for tests and for who draws them.
func Steps() []Step {
	return []Step{StepTryAgain, StepSignIn, StepAddress, StepWay, StepProxy, StepAuthority, StepSessions,
		StepCustomers, StepForm, StepWait, StepPreflight, StepBundle}
}

// CheckNetwork stands for the checks of all hosts and ports, whose IDs begin with it: preflight.NetworkCheck.
const CheckNetwork preflight.CheckID = "network:"

// Cause is one thing that can be behind a code.
type Cause struct {
	Name string // the key of its sentences is "cause." and this; empty for one that is what its page says: Itself

	// Check tells whether it is this one; empty where none can. CheckNetwork stands for all of the network's.
	Check preflight.CheckID

	// Found are the codes of Check's findings by which it is this one; nil for every finding that is no Pass.
	Found []exchange.Code

	Fix  preflight.FixID // the repair; empty for none
	Step Step            // what mends it in the window; StepNone for nothing
}

// Itself tells whether the cause has no sentences of its own: the page's are all there is to say.
func (c Cause) Itself() bool { return c.Name == "" }

// Key is the key of the cause's sentences, empty for one that is Itself.
func (c Cause) Key() string {
	if c.Itself() {
		return ""
	}
	return "cause." + c.Name
}

// Tells tells whether the check of that ID decides about the cause.
func (c Cause) Tells(id preflight.CheckID) bool {
	switch c.Check {
	case "":
		return false
	case CheckNetwork:
		return strings.HasPrefix(string(id), string(CheckNetwork))
	}
	return id == c.Check
}

// Verdict is what checks say of a cause.
type Verdict uint8

// The verdicts.
const (
	NotKnown Verdict = iota // no check decides it, or that one has not run or could not look
	ThisIsIt                // a check found it
	NotThis                 // the check found something else, or nothing
)

// Judge says what findings tell of the cause, with the finding that says so; the zero Finding for NotKnown.
func (c Cause) Judge(findings []preflight.Finding) (Verdict, preflight.Finding) {
	verdict, by := NotKnown, preflight.Finding{}
	for _, f := range findings {
		if !c.Tells(f.Check) {
			continue
		}
		switch f.Code {
		case preflight.CodeSkipped, preflight.CodeTooSlow, preflight.CodeCancelled, preflight.CodeUnread:
			if !slices.Contains(c.Found, f.Code) {
				continue
			}
		}
		if f.Status == preflight.NotApplicable || f.Status == preflight.Skipped {
			continue
		}
		if slices.Contains(c.Found, f.Code) || c.Found == nil && f.Status != preflight.Pass {
			return ThisIsIt, f
		}
		if verdict == NotKnown {
			verdict, by = NotThis, f
		}
	}
	return verdict, by
}

// Repair returns the finding that offers the cause's repair, and that repair with its arguments: what
// preflight.Doctor plans. Where the finding by which it is this one offers only another of its kind, such as for
// the whole computer, that is it. ok is false when no finding offers one.
func (c Cause) Repair(findings []preflight.Finding) (f preflight.Finding, fix preflight.Fix, ok bool) {
	if c.Fix == "" {
		return f, fix, false
	}
	for _, f := range findings {
		for _, fix := range f.Fixes {
			if fix.ID == c.Fix && (c.Tells(f.Check) || c.Check == "") {
				return f, fix, true
			}
		}
	}
	if verdict, f := c.Judge(findings); verdict == ThisIsIt && len(f.Fixes) > 0 {
		return f, f.Fixes[0], true
	}
	return f, fix, false
}

// Page is what there is to say about a problem.
type Page struct {
	Problem *exchange.Problem // never nil; what happened is core/wording's Problem of it
	Causes  []Cause           // the likeliest first, at least one
}

// For returns the page of a problem. A nil problem, and a code that no page is written for, give the page of
// exchange.CodeUnexpected with the code left as it is.
func For(p *exchange.Problem) Page {
	if p == nil {
		p = &exchange.Problem{Code: exchange.CodeUnexpected}
	}
	names, known := pages[p.Code]
	if !known {
		names = pages[exchange.CodeUnexpected]
	}
	page := Page{Problem: p}
	for _, name := range names {
		c := causes[name]
		c.Name = name
		page.Causes = append(page.Causes, c)
	}
	return page
}

// ForCode returns the page of a code without arguments.
func ForCode(code exchange.Code) Page { return For(&exchange.Problem{Code: code}) }

// ForFinding returns the page of a preflight finding, whatever its status.
func ForFinding(f preflight.Finding) Page {
	p := f.Problem()
	if p == nil {
		p = &exchange.Problem{Code: f.Code, Args: f.Args, Cause: f.Cause}
	}
	return For(p)
}

// Checks are the checks that decide about any of the page's causes, each once, in the order of the causes.
// CheckNetwork stands for all of the network's.
func (p Page) Checks() []preflight.CheckID {
	var ids []preflight.CheckID
	for _, c := range p.Causes {
		if c.Check != "" && !slices.Contains(ids, c.Check) {
			ids = append(ids, c.Check)
		}
	}
	return ids
}

// Explain returns the sentences of a cause of the page, filled with the arguments of its problem.
func (p Page) Explain(c Cause, w *wording.Words) wording.Message {
	if c.Itself() {
		return w.Explain(p.Problem.Code, p.Problem.Args)
	}
	args := maps.Clone(p.Problem.Args)
	delete(args, "unsure") // the page says it once
	return w.Explain(exchange.Code(c.Key()), args)
}

// Text is the whole page as plain text, for a ticket: what happened, the causes, and the details.
func Text(p Page, w *wording.Words) string {
	var b strings.Builder
	told := w.Problem(p.Problem)
	b.WriteString(told.String() + "\n")
	var list []Cause
	for _, c := range p.Causes {
		if !c.Itself() {
			list = append(list, c)
		}
	}
	if len(list) > 0 {
		b.WriteString("\n" + w.Text("troubleshoot.causes") + "\n")
	}
	for i, c := range list {
		b.WriteString(w.Number(int64(i+1)) + ". " + p.Explain(c, w).String() + "\n")
	}
	if details := told.DetailsText(); details != "" {
		b.WriteString("\n" + w.Text("troubleshoot.details") + "\n" + details)
	}
	return b.String()
}
