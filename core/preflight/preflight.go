// Package preflight looks at a computer and at a connection before work begins, as a doctor does: what is
// fine, what will get in the way and why, and what would repair it.
//
// A Check looks at one thing of a Subject and says what it found in a Finding: a code with arguments, which
// core/wording turns into sentences. Run runs checks side by side and hands on each finding as it comes. A
// Finding may name Fixes; a Doctor shows what a fix would change, makes the change once a person has agreed,
// writes it in the journal and checks again.
//
// The computer is behind the interface Computer: package here is this one, package remote another one with
// Windows. Nothing in this package itself reads a registry or opens a socket, so every judgement can be
// tested anywhere.
package preflight

import (
	"context"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// CheckID names a check. It is stable: programs read it in `preflight --json`.
type CheckID string

// The checks. Those of the network have an ID for each host and port: see NetworkCheck.
const (
	CheckSystem      CheckID = "system"           // the operating system is one that is supported
	CheckDotNet      CheckID = "dotnet"           // .NET Framework
	CheckPowerShell  CheckID = "powershell"       // Windows PowerShell
	CheckPowerShell7 CheckID = "powershell-7"     // PowerShell 7, where it is installed
	CheckPolicy      CheckID = "execution-policy" // whether scripts may run
	CheckBasic       CheckID = "winrm-basic"      // whether Windows' own client may sign in with Basic
	CheckTLS         CheckID = "tls"              // whether TLS 1.2 is there
	CheckProxy       CheckID = "proxy"            // which proxy is found and used
	CheckClock       CheckID = "clock"            // this computer's clock against the servers'
	CheckStore       CheckID = "secret-store"     // the system's store for passwords works
	CheckFolder      CheckID = "data-folder"      // what is kept can be written
	CheckDisk        CheckID = "disk-space"       //
	CheckScreen      CheckID = "screen"           // screen and graphics are good enough for the window
	CheckUpdate      CheckID = "update"           // a newer Tenantry, only when asked
	CheckReach       CheckID = "reach"            // another computer lets itself be looked at

	CheckAccount    CheckID = "account"           // user name and password can be sent as they are
	CheckService    CheckID = "service"           // what answers there is open for remote PowerShell
	CheckSignIn     CheckID = "sign-in"           // the account gets in
	CheckRemotePS   CheckID = "remote-powershell" // the account is enabled for remote PowerShell
	CheckDelegation CheckID = "delegation"        // the account may work for this customer
	CheckSessions   CheckID = "sessions"          // no session is left open, and there is room for one more
)

// NetworkCheck is the ID of the check that reaches one host and port, such as "network:ps.outlook.com:443".
func NetworkCheck(e Endpoint) CheckID { return CheckID("network:" + e.String()) }

// Status is how a check ended.
type Status string

// The statuses, as the command line's contract names them.
const (
	Pass          Status = "pass"
	Warn          Status = "warn"           // works, but something else will not, or not for long
	Fail          Status = "fail"           // blocks what the computer is wanted for
	NotApplicable Status = "not-applicable" // means nothing on this computer, or nothing to look at was given
	Skipped       Status = "skipped"        // another check's failure left nothing to look at: Finding.Because
)

// Use is what a computer is wanted for. The same setting can block one use and not another.
type Use string

// The uses.
const (
	UseApp        Use = ""           // Tenantry's own sessions, which need no PowerShell
	UsePowerShell Use = "powershell" // scripts handed over from here, and sessions opened in Windows PowerShell
)

// Finding is what a check found. It is never changed after it was delivered.
type Finding struct {
	Check  CheckID
	Status Status
	Code   exchange.Code     // has sentences in core/wording, also when it is Pass
	Args   map[string]string // of the sentences; never a secret

	Steps   []Step        // what was tried in order, where there was more than one thing; may be nil
	Facts   []Fact        // what was seen, for Details: registry places with their values, certificates
	Fixes   []Fix         // what would repair it, the best first; may be nil
	Because CheckID       // of Skipped: the check that failed
	Took    time.Duration // set by Run
	Cause   error         // for Details; may be nil
}

// Step is one thing that was tried.
type Step struct {
	Name string        // StepName…, StepConnect…: a key of core/wording below "step."
	OK   bool          //
	Took time.Duration //
	Text string        // what was seen, such as an address; may be empty
}

// Fact is one thing that was seen: a name a support engineer knows, and its text.
type Fact struct{ Name, Text string }

// Problem is the finding as a problem, for whoever shows those. A finding that is Pass has none: nil.
func (f Finding) Problem() *exchange.Problem {
	if f.Status == Pass || f.Status == NotApplicable {
		return nil
	}
	p := &exchange.Problem{Code: f.Code, Doing: "check " + string(f.Check), Args: f.Args, Retry: exchange.RetryNow, Cause: f.Cause}
	if len(f.Facts)+len(f.Steps) > 0 {
		p.Details = map[string]string{}
	}
	for _, fact := range f.Facts {
		p.Details[fact.Name] = fact.Text
	}
	var steps []string
	for _, s := range f.Steps {
		steps = append(steps, s.Name+" "+s.Took.Round(time.Millisecond).String())
	}
	if len(steps) > 0 {
		p.Details["Steps"] = strings.Join(steps, ", ")
	}
	return p
}

// Check looks at one thing.
type Check struct {
	ID CheckID

	// About is what the check's name is about where its ID alone does not say so: "host" and "port". core/wording
	// fills it into the name.
	About map[string]string

	// After are checks that must not have failed: when one has, this one is Skipped. A check that is not among
	// those that run is no obstacle.
	After []CheckID

	// Awaits are checks that this one comes after however they ended. One that is not among those that run is
	// not waited for.
	Awaits []CheckID

	// Limit is how long it may take; 0 means DefaultLimit. One that takes longer is told as CodeTooSlow.
	Limit time.Duration

	// Run looks. It stops when ctx is done, may block on network, disk and other programs, and runs beside the
	// other checks. Run of this package sets Check, Took and Because of what it returns.
	Run func(ctx context.Context) Finding
}

// The codes of the checking itself. Those of what was found stand beside the checks.
const (
	CodeSkipped   exchange.Code = "preflight.skipped"   // another check failed. Args: check (the name of the other one)
	CodeTooSlow   exchange.Code = "preflight.too-slow"  // no finding within the check's limit. Args: seconds
	CodeCancelled exchange.Code = "preflight.cancelled" // the person stopped it. Args: none
	CodeUnread    exchange.Code = "preflight.unread"    // the computer did not say: no right, a broken answer. Args: what
)

// Worst is the worst status among findings, by which a traffic light shows: Fail, Warn or Pass.
func Worst(findings []Finding) Status {
	worst := Pass
	for _, f := range findings {
		switch {
		case f.Status == Fail:
			return Fail
		case f.Status == Warn:
			worst = Warn
		}
	}
	return worst
}

// Find returns the finding of a check, and whether there is one.
func Find(findings []Finding, id CheckID) (Finding, bool) {
	for _, f := range findings {
		if f.Check == id {
			return f, true
		}
	}
	return Finding{}, false
}
