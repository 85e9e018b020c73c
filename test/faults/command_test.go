package faults

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/wording"
)

// built is the folder with the program; empty until it is needed.
var built string

// program builds the command line once.
var program = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "tenantry-faults-")
	if err != nil {
		return "", err
	}
	built = folder
	path := filepath.Join(folder, "tenantry-cli")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	build := exec.Command("go", "build", "-o", path, "tenantry/cmd/tenantry-cli")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return string(out), err
	}
	return path, nil
})

// spoken is what came of a command line.
type spoken struct {
	status   int
	out, err string
}

// command runs the program on a stage, in a language, with an empty home.
func (s *stage) command(t *testing.T, lang string, args ...string) spoken {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatalf("%v\n%s", err, path)
	}
	home := t.TempDir()
	ctx, stop := context.WithTimeout(context.Background(), 90*time.Second)
	defer stop()
	c := exec.CommandContext(ctx, path, args...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TENANTRY_HOME=" + filepath.Join(home, "tenantry"), "LANG=" + lang, "TZ=UTC"}
	c.Env = append(c.Env, s.environment...)
	if root := os.Getenv("SystemRoot"); root != "" {
		c.Env = append(c.Env, "SystemRoot="+root)
	}
	c.Dir = home
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(s.with.Password.Reveal()+"\n"), &out, &errs
	_ = c.Run() // the status says it
	if ctx.Err() != nil {
		t.Fatalf("%v did not end\n%s", args, errs.String())
	}
	return spoken{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// ask is the words of the command line for a question, or a change.
func (s *stage) ask(more ...string) []string {
	return append([]string{"run", "--url", s.target.URL, "--user", s.with.User, "--password-stdin", "--customer", string(s.customer), "--format", "csv", "--verbose"}, more...)
}

const (
	failed  = 1
	refused = 4
)

// said is a fault that the command line meets, and what it says then.
type said struct {
	rule   string
	code   exchange.Code
	status int
	rows   int
	args   string // another argument of the sentences: name=value
}

// Each code on the command line: the exit status, and the sentences, on standard error.
func TestTheCommandLineSaysWhichFailureItIs(t *testing.T) {
	cases := []said{
		{"wrong-password", exchange.CodeSignInRefused, refused, 0, ""},
		{"mfa-needed", exchange.CodeMFANeeded, refused, 0, ""},
		{"password-expired", exchange.CodePasswordExpired, refused, 0, ""},
		{"sign-in-refused=Forbidden", exchange.CodeSignInBlocked, refused, 0, ""},
		{"sign-in-refused=RecoverableAuthFailure", exchange.CodeAccountAttention, refused, 0, ""},
		{"sign-in-refused=AccountNotProvisioned", exchange.CodeAccountUnknown, refused, 0, ""},
		{"wsman-fault@create=1909", exchange.CodeAccountDisabled, refused, 0, ""},
		{"access-denied", exchange.CodeAccessDenied, refused, 0, ""},
		{"delegation-refused", exchange.CodeDelegationRefused, refused, 0, ""},
		{"remote-powershell-off", exchange.CodeRemotePowerShellOff, refused, 0, ""},
		{"no-basic", exchange.CodeNoBasic, refused, 0, ""},
		{"sign-in-refused=FederatedStsUnreachable", exchange.CodeSignInService, failed, 0, ""},
		{"no-role", exchange.CodeNoRole, failed, 0, ""},
		{"retired=404", exchange.CodeNotRemoting, failed, 0, ""},
		{"retired=403", exchange.CodeForbidden, failed, 0, ""},
		{"redirect-loop", exchange.CodeRedirectLoop, failed, 0, ""},
		{"redirect-http=exchange.example", exchange.CodeRedirectInsecure, failed, 0, ""},
		{"redirect-foreign=exchange.example", exchange.CodeRedirectRefused, failed, 0, "to=exchange.example"},
		{"redirect-foreign=outlook.com.example", exchange.CodeRedirectLookAlike, failed, 0, ""},
		{"redirect-broken", exchange.CodeRedirectInvalid, failed, 0, ""},
		{"redirect-foreign@command=exchange.example", exchange.CodeRedirectUnexpected, failed, 0, ""},
		{"budget=600", exchange.CodeSessionBudget, failed, 0, "seconds=600"},
		{"hard-lock", exchange.CodeServerLocked, failed, 0, ""},
		{"unavailable=600", exchange.CodeUnavailable, failed, 0, "seconds=600"},
		{"wsman-fault@create=2150859046", exchange.CodeServerFault, failed, 0, ""},
		{"shell-gone", exchange.CodeSessionGone, failed, 0, ""},
		{"command-gone", exchange.CodeCommandGone, failed, 0, ""},
		{"runspace-broken=3", exchange.CodeSessionBroken, failed, 3, ""},
		{"error-state=3", exchange.CodeRunFailed, failed, 3, ""},
		{"error-record=3", exchange.CodeObjectFailed, failed, mailboxes, ""},
		{"no-language", exchange.CodeScriptRefused, failed, 0, ""},
		{"drop-before", exchange.CodeDropped, failed, 0, ""},
		{"half-body@receive,2+", exchange.CodeAnswerCut, failed, 1, ""},
		{"garbage=soap", exchange.CodeBadAnswer, failed, 0, ""},
		{"delegation-error", exchange.CodeDelegationFault, failed, 0, ""},
		{"limit-receive", exchange.CodeSessionLimit, failed, 0, ""},
		{"limit-create", exchange.CodeSessionLimit, failed, 0, ""},
		{"limit-winrm", exchange.CodeSessionLimit, failed, 0, ""},
		{"quota=operations", exchange.CodeServerOperations, failed, 0, ""},
		{"quota=user", exchange.CodeServerBusy, failed, 0, ""},
		{"quota=system", exchange.CodeServerOverloaded, failed, 0, ""},
		{"quota=shell-users", exchange.CodeServerFull, failed, 0, ""},
		{"back-end-unreachable=503", exchange.CodeBackEnd, failed, 0, ""},
	}
	proven := map[exchange.Code]bool{exchange.CodeTimeout: true} // the program waits minutes for an answer, too long for a test
	for _, c := range cases {
		proven[c.code] = true
		if statuses[c.code] != c.status {
			t.Errorf("%s: the matrix says exit status %d, and this test %d", c.code, statuses[c.code], c.status)
		}
	}
	for code := range statuses {
		if !proven[code] {
			t.Errorf("no run of the program proves the exit status of %s", code)
		}
	}
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			s := open(t, c.rule, "small-answers@receive=1")
			lang := wording.For("en-US")
			e := s.command(t, "en_US.UTF-8", s.ask("Get-Mailbox", "-p", "ResultSize=Unlimited", "--wait", "0s")...)
			if e.status != c.status {
				t.Errorf("exit status %d, want %d", e.status, c.status)
			}
			args := map[string]string{"user": s.with.User, "customer": string(s.customer), "host": s.host(), "cmdlet": "Get-Mailbox"}
			if name, value, given := strings.Cut(c.args, "="); given {
				args[name] = value
			}
			says := lang.Explain(c.code, args)
			if c.code == exchange.CodeServerLocked { // the end of it is a matter of the moment
				says.Next, _, _ = strings.Cut(lang.Explain(c.code, map[string]string{"seconds": "887406"}).Next, " before")
			}
			if !strings.Contains(e.err, says.Title) {
				t.Errorf("it does not say %q", says.Title)
			}
			if !strings.Contains(e.err, says.Next) {
				t.Errorf("it does not say what to do: %q", says.Next)
			}
			for _, detail := range []string{"Code: " + string(c.code), "Host: ", "Time: "} {
				if !strings.Contains(e.err, detail) {
					t.Errorf("the details do not say %q", detail)
				}
			}
			if rows := lines(e.out); rows != c.rows {
				t.Errorf("%d rows were written, want %d", rows, c.rows)
			}
			if c.rows > 0 && c.rows < mailboxes && !strings.Contains(e.err, lang.Count("cli.partial", c.rows, "customer", string(s.customer))) {
				t.Errorf("it does not say that %d rows are not all", c.rows)
			}
			if again, _, _ := strings.Cut(lang.Text("cli.again-in", "wait", "|"), "|"); strings.Contains(e.err, again) {
				t.Errorf("it says %q and did not try again", again)
			}
			if strings.Contains(e.out+e.err, s.with.Password.Reveal()) {
				t.Error("the password shows")
			}
			if t.Failed() {
				t.Logf("standard error:\n%s\nstandard output:\n%.500s", e.err, e.out)
			}
			if n := s.sim.Stats().OpenShells; n != 0 {
				t.Errorf("%d sessions were left open", n)
			}
		})
	}
}

// A server that takes the connection and then says nothing is given up.
func TestTheCommandLineDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	s := open(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	s.target.URL = "https://" + silent.Addr().String() + "/powershell"
	e := s.command(t, "en_US.UTF-8", s.ask("Get-Mailbox")...)
	title := wording.For("en-US").Explain(exchange.CodeNotReachable, map[string]string{"host": s.host()}).Title
	if e.status != failed || !strings.Contains(e.err, title) || e.out != "" {
		t.Errorf("exit status %d, it does not say %q:\n%s", e.status, title, e.err)
	}
}

// What could not be closed does not take anything from the rows, and is said.
func TestTheCommandLineSaysThatASessionStaysOpen(t *testing.T) {
	t.Parallel()
	s := open(t, "wrong-password@delete")
	e := s.command(t, "en_US.UTF-8", s.ask("Get-Mailbox", "-p", "ResultSize=Unlimited")...)
	title := wording.For("en-US").Explain(exchange.CodeSessionNotClosed, map[string]string{"customer": string(s.customer), "user": s.with.User, "host": s.host()}).Title
	if e.status != 0 || lines(e.out) != mailboxes || !strings.Contains(e.err, title) {
		t.Errorf("exit status %d with %d rows, it does not say %q:\n%s", e.status, lines(e.out), title, e.err)
	}
}

// host is where the stage listens.
func (s *stage) host() string {
	_, rest, _ := strings.Cut(s.target.URL, "//")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// The service that Microsoft has closed, and the five refusals that are taken for one another: each says
// something else, and asks for another next step.
func TestTheSixRefusalsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	for lang, words := range map[string]*wording.Words{"en_US.UTF-8": wording.For("en-US"), "nl_NL.UTF-8": wording.For("nl-NL")} {
		t.Run(words.Lang(), func(t *testing.T) {
			t.Parallel()
			seen := map[string]string{}
			tell := func(name, err string, code exchange.Code, args map[string]string, parts ...string) {
				m := words.Explain(code, args)
				if len(parts) == 0 {
					parts = []string{m.Title, m.Why, m.Next}
				}
				for _, sentence := range parts {
					if !strings.Contains(err, sentence) {
						t.Errorf("%s does not say %q:\n%s", name, sentence, err)
					}
					if other := seen[sentence]; other != "" {
						t.Errorf("%s says what %s says: %q", name, other, sentence)
					}
					seen[sentence] = name
				}
			}
			for rule, code := range map[string]exchange.Code{
				"wrong-password": exchange.CodeSignInRefused, "mfa-needed": exchange.CodeMFANeeded,
				"delegation-refused": exchange.CodeDelegationRefused, "remote-powershell-off": exchange.CodeRemotePowerShellOff,
			} {
				s := open(t, rule)
				e := s.command(t, lang, s.ask("Get-Mailbox")...)
				if e.status != refused {
					t.Errorf("%s: exit status %d", rule, e.status)
				}
				tell(rule, e.err, code, map[string]string{"user": s.with.User, "customer": string(s.customer), "host": s.host()})
			}
			s := open(t, "limit-receive@x1") // asked again after a while, or it would take minutes to give up
			e := s.command(t, lang, s.ask("Get-Mailbox")...)
			limit := words.Explain(exchange.CodeSessionLimit, nil)
			tell("limit", e.err, exchange.CodeSessionLimit, nil, limit.Title)

			n := newInternet(t, func(_ string, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
			authority := filepath.Join(t.TempDir(), "authority.pem")
			if err := os.WriteFile(authority, n.authority(), 0o600); err != nil {
				t.Fatal(err)
			}
			s.environment = []string{"HTTPS_PROXY=http://" + n.listener.Addr().String()}
			s.target.URL = "https://ps.outlook.com/powershell-liveid"
			e = s.command(t, lang, s.ask("Get-Mailbox", "--ca-cert", authority)...)
			if e.status != failed {
				t.Errorf("the closed service: exit status %d", e.status)
			}
			tell("closed", e.err, exchange.CodeRetired, map[string]string{"host": "ps.outlook.com"})
		})
	}
}

// lines counts the rows of a CSV whose cells have no line breaks; its first line is the names.
func lines(csv string) int { return max(0, strings.Count(csv, "\r\n")-1) }

// A server that is busy for a short while is asked again, and the person is told what is waited for.
func TestTheCommandLineWaitsForABusyServer(t *testing.T) {
	t.Parallel()
	for rule, code := range map[string]exchange.Code{
		"limit-receive@x1":        exchange.CodeSessionLimit,
		"limit-create@x1":         exchange.CodeSessionLimit,
		"budget@x1=2":             exchange.CodeSessionBudget,
		"unavailable@x3=1":        exchange.CodeUnavailable,
		"back-end-unreachable@x1": exchange.CodeBackEnd,
		"quota@x1=operations":     exchange.CodeServerOperations,
		"quota@x1=user":           exchange.CodeServerBusy,
		"quota@x1=system":         exchange.CodeServerOverloaded,
		"quota@x1=shell-users":    exchange.CodeServerFull,
		"delegation-error@x1":     exchange.CodeDelegationFault,
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			s := open(t, rule)
			e := s.command(t, "nl_NL.UTF-8", s.ask("Get-Mailbox", "-p", "ResultSize=Unlimited")...)
			nl := wording.For("nl-NL")
			title := nl.Explain(code, map[string]string{"customer": string(s.customer), "host": "127.0.0.1", "user": s.with.User}).Title
			again, _, _ := strings.Cut(nl.Text("cli.again-in"), "{")
			again, _, _ = strings.Cut(again, "een tijdje")
			if e.status != 0 || lines(e.out) != mailboxes {
				t.Errorf("exit status %d with %d rows\n%s", e.status, lines(e.out), e.err)
			}
			if !strings.Contains(e.err, title) || !strings.Contains(e.err, strings.TrimSpace(again)) {
				t.Errorf("it does not say %q and %q:\n%s", title, again, e.err)
			}
			if n := strings.Count(e.err, title); n != 1 {
				t.Errorf("it is said %d times:\n%s", n, e.err)
			}
			if n := s.sim.Stats().OpenShells; n != 0 {
				t.Errorf("%d sessions were left open", n)
			}
		})
	}
}

// somebody is a mailbox of the stage's customer.
func somebody(t *testing.T) string {
	t.Helper()
	_, rest, _ := strings.Cut(baseline(t)[0], "PrimarySmtpAddress=")
	address, _, _ := strings.Cut(rest, "\n")
	if !strings.Contains(address, "@") {
		t.Fatalf("the first mailbox has the address %q", address)
	}
	return address
}

// A change whose answer was lost may have been made: the person has to look before making it again, and the
// program does not repeat it.
func TestALostAnswerToAChangeIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"drop-after@command,2+", "half-body@command,2+", "runspace-broken@command,2=0"} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			s := open(t, rule)
			e := s.command(t, "en_US.UTF-8", s.ask("Set-Mailbox", "-p", "Identity="+somebody(t), "-p", "CustomAttribute1=x", "--yes")...)
			if e.status != failed || !strings.Contains(e.err, wording.For("en").Text("arg.unsure.change")) {
				t.Errorf("exit status %d\n%s", e.status, e.err)
			}
			if n := s.sim.Stats().Commands; n != 2 { // the proof of the organisation, and the change
				t.Errorf("%d cmdlets were run", n)
			}
		})
	}
	// One that was never sent was not made.
	t.Run("not sent", func(t *testing.T) {
		t.Parallel()
		s := open(t, "budget=600")
		e := s.command(t, "en_US.UTF-8", s.ask("Set-Mailbox", "-p", "Identity=nobody", "-p", "CustomAttribute1=x", "--yes")...)
		if e.status == 0 || strings.Contains(e.err, wording.For("en").Text("arg.unsure.change")) {
			t.Errorf("exit status %d\n%s", e.status, e.err)
		}
	})
}

// The words are there for every fault that the partner can play.
func TestNoFaultOnTheCommandLineIsUnexpected(t *testing.T) {
	for _, f := range faults.Catalogue() {
		for _, r := range rows {
			for step, want := range r.at {
				if r.fault == f.Name && strings.HasPrefix(want, string(exchange.CodeUnexpected)) {
					t.Errorf("%s at %s is unexpected", f.Name, step)
				}
			}
		}
	}
}
