// Package preflightpanel is the panel that says what is fine on this computer and on the way to the server,
// what is in the way, and what would repair it; and the same of other computers, in one table.
//
// An Exam is one computer with its checks. The model says what is to be seen, the flow runs checks and makes
// repairs away from the screen, the panel draws.
package preflightpanel

import (
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/secret"
	"tenantry/core/wording"
)

// About is what a check is about, as far as somebody has said so. The zero value is about Exchange Online, with
// nobody signed in.
type About struct {
	Address        string // of remote PowerShell; empty for Exchange Online's
	User           string
	Customer       exchange.CustomerID // empty: the account's own organisation
	PrivateCA      []byte              // PEM; nil for none
	Proxy          exchange.Proxy
	Authentication exchange.Authentication
}

// Another is another computer with Windows, and who signs in there.
type Another struct {
	Host           string // a name or an address, with a port where it is not the usual one
	User           string
	Password       secret.Secret
	Authentication exchange.Authentication
	PrivateCA      []byte // PEM; nil for none
}

// Group is a part of the list of checks.
type Group uint8

// The groups, in the order they are shown.
const (
	OfComputer Group = iota
	OfNetwork
	OfConnection
)

// Key is the key of a group's words.
func (g Group) Key() string {
	return [...]string{"window.preflight.computer", "window.preflight.network", "window.preflight.connection"}[g]
}

// GroupOf tells where a check stands.
func GroupOf(id preflight.CheckID) Group {
	switch id {
	case preflight.CheckProxy, preflight.CheckTLS, preflight.CheckClock:
		return OfNetwork
	case preflight.CheckAccount, preflight.CheckService, preflight.CheckSignIn, preflight.CheckRemotePS,
		preflight.CheckDelegation, preflight.CheckSessions:
		return OfConnection
	}
	if strings.HasPrefix(string(id), "network:") {
		return OfNetwork
	}
	return OfComputer
}

// Row is one check of an Exam.
type Row struct {
	Check   preflight.Check
	Running bool
	Finding preflight.Finding // its Status is empty before there is one
	Open    bool              // unfolded
	Repair  *Repair           // that is being asked for, made or was made last; nil for none
	Saved   string            // a file that was written for it, empty for none
	Turn    int               // grows whenever something of the row changed
}

// RepairPhase is how far a repair is.
type RepairPhase uint8

// The phases.
const (
	RepairPlanning RepairPhase = iota // it is being seen what would change
	RepairAsking                      // Change it? Leave it?
	RepairMaking
	RepairMade
	RepairFailed
)

// Repair is one repair of a finding.
type Repair struct {
	Fix     preflight.Fix
	Phase   RepairPhase
	Change  preflight.Change  // from RepairAsking on
	Problem *exchange.Problem // of RepairFailed
}

// Exam is one computer with its checks. It belongs to the UI goroutine.
type Exam struct {
	Computer string // as the person called it; empty for this one
	Rows     []*Row
	Running  bool
	Waiting  bool              // it is not its turn yet
	Ended    time.Time         // the last time a run came to its end; zero for never
	Problem  *exchange.Problem // why the computer could not be looked at; nil for nothing
	Turn     int               // grows whenever other rows are there

	flow    *Flow
	subject preflight.Subject
	make    func() preflight.Subject
	turn    int // counts the runs
	stop    func()
	finish  func() // gives a connection to another computer back
}

// Row returns a check's row, nil when there is none.
func (e *Exam) Row(id preflight.CheckID) *Row {
	for _, r := range e.Rows {
		if r.Check.ID == id {
			return r
		}
	}
	return nil
}

// Findings are those there are, in order.
func (e *Exam) Findings() []preflight.Finding {
	var out []preflight.Finding
	for _, r := range e.Rows {
		if r.Finding.Status != "" {
			out = append(out, r.Finding)
		}
	}
	return out
}

// Count is how many findings have a status.
func (e *Exam) Count(status preflight.Status) int {
	n := 0
	for _, r := range e.Rows {
		if r.Finding.Status == status {
			n++
		}
	}
	return n
}

// Looked is how many checks have ended.
func (e *Exam) Looked() int { return len(e.Findings()) }

// Worst is the worst status there is; empty when nothing was looked at.
func (e *Exam) Worst() preflight.Status {
	if e.Looked() == 0 {
		return ""
	}
	return preflight.Worst(e.Findings())
}

// Summary is what all findings come to, in a few words.
func (e *Exam) Summary(w *wording.Words) string {
	fails, warns := e.Count(preflight.Fail), e.Count(preflight.Warn)
	switch {
	case e.Problem != nil:
		return w.Problem(e.Problem).Title
	case e.Looked() == 0:
		return w.Text("window.preflight.not-yet")
	case fails > 0 && warns > 0:
		return w.Count("window.preflight.fail", fails) + " · " + w.Count("window.preflight.warn", warns)
	case fails > 0:
		return w.Count("window.preflight.fail", fails)
	case warns > 0:
		return w.Count("window.preflight.warn", warns)
	}
	return w.Text("window.preflight.ready")
}

// Worded is the worst of it in as few words as a light has room for.
func (e *Exam) Worded(w *wording.Words) string {
	if fails := e.Count(preflight.Fail); fails > 0 {
		return w.Count("window.preflight.fail", fails)
	}
	return e.Summary(w)
}

// Form is what somebody typed about other computers.
type Form struct {
	Names          string // one a line, or with commas between
	User           string
	Password       secret.Secret
	Authentication exchange.Authentication
	CAFile         string
}

// Ways are the ways to sign in to another computer, in the order they are offered.
func Ways() []exchange.Authentication {
	return []exchange.Authentication{exchange.AuthNegotiate, exchange.AuthKerberos, exchange.AuthNTLM, exchange.AuthBasic}
}

// Hosts are the names in a form's text, each once, in order.
func Hosts(names string) []string {
	var out []string
	seen := map[string]bool{}
	for _, name := range strings.FieldsFunc(names, func(r rune) bool { return strings.ContainsRune(", ;\n\r\t", r) }) {
		if key := strings.ToLower(name); !seen[key] {
			seen[key] = true
			out = append(out, name)
		}
	}
	return out
}

// Model is what is to be seen. It belongs to the UI goroutine.
type Model struct {
	Open  bool
	Quiet bool  // it opened by itself: the keyboard stays where it is
	Local *Exam // this computer

	Another bool // the view with other computers shows
	Form    Form
	Editing bool    // the form shows
	Missing string  // key of the words for what was left empty in the form; empty for nothing
	Others  []*Exam // the other computers
	Chosen  *Exam   // whose findings show below the table; nil for none
}

// Shown is the computer whose findings show; nil for none.
func (m *Model) Shown() *Exam {
	if m.Another {
		return m.Chosen
	}
	return m.Local
}

// Columns are the checks of the table of other computers, in the order they are first met. What means nothing
// on any of them is left out.
func (m *Model) Columns() []preflight.Check {
	var out []preflight.Check
	seen := map[preflight.CheckID]bool{}
	for _, e := range m.Others {
		for _, r := range e.Rows {
			if !seen[r.Check.ID] && (r.Running || r.Finding.Status != preflight.NotApplicable) {
				seen[r.Check.ID] = true
				out = append(out, r.Check)
			}
		}
	}
	return out
}

// Looking tells whether other computers are being looked at.
func (m *Model) Looking() bool {
	for _, e := range m.Others {
		if e.Running || e.Waiting {
			return true
		}
	}
	return false
}

// done is how many rows of a run that is under way have ended.
func (e *Exam) done() int {
	n := 0
	for _, r := range e.Rows {
		if !r.Running {
			n++
		}
	}
	return n
}
