package main_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// heard is standard error of a process under way.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed at the next words; nil when nobody listens
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.more != nil {
		close(h.more)
		h.more = nil
	}
	return h.text.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// said waits until standard error has text.
func (s *started) said(t *testing.T, text string) {
	t.Helper()
	end := time.After(limit)
	for {
		s.err.mu.Lock()
		if strings.Contains(s.err.text.String(), text) {
			s.err.mu.Unlock()
			return
		}
		if s.err.more == nil {
			s.err.more = make(chan struct{})
		}
		more := s.err.more
		s.err.mu.Unlock()
		select {
		case <-more:
		case <-end:
			t.Fatalf("standard error does not say %q:\n%s", text, s.err.String())
		}
	}
}

// held is a run that stands still in the middle of its answer, with so many sessions.
func held(t *testing.T, p *partner, who *person, wire *valve, domains ...string) *started {
	t.Helper()
	args := []string{"run", "Get-Mailbox", "-p", "ResultSize=Unlimited", "--columns", "Name", "--url", wire.address, "--user", p.User, "--password-stdin"}
	for _, d := range domains {
		args = append(args, "--customer", d)
	}
	run := who.start(t, p.Password, args...)
	<-wire.reached
	return run
}

// Three programs of one computer use three sessions together, and nobody even tries a fourth.
func TestProgramsShareTheSessions(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "6", "--mailboxes", "900"), somebody(t)
	var runs []*started
	for range 3 {
		args := []string{"run", "Get-Mailbox", "--columns", "Name"}
		for _, c := range p.Customers {
			args = append(args, "--customer", c.Domain)
		}
		runs = append(runs, who.start(t, p.Password, append(args, p.at()...)...))
	}
	for _, r := range runs {
		if got := r.wait(t).want(t, 0); len(lines(got.out)) != 1+6*900 {
			t.Errorf("%d lines", len(lines(got.out)))
		}
	}
	if s := p.stats(t); s.Created != 18 || s.Refused != 0 || s.MaxConcurrent != 3 {
		t.Errorf("%+v", s)
	}
}

// A fourth run waits and says for whom, and goes on when there is room. It stops waiting when it is told to.
func TestAFourthRunWaitsAndSaysForWhom(t *testing.T) {
	noSignals(t)
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "4", "--mailboxes", "5000"), somebody(t)
	wire := holdAfter(t, p, 1<<20)
	first := held(t, p, who, wire, p.Customers[0].Domain, p.Customers[1].Domain, p.Customers[2].Domain)
	p.until(t, func(s stats) bool { return s.OpenShells == 3 })
	ask := []string{"run", "Get-Mailbox", "-p", "ResultSize=5", "--columns", "Name", "--customer", p.Customers[3].Domain, "--url", wire.address, "--user", p.User, "--password-stdin"}
	impatient, patient := who.start(t, p.Password, ask...), who.start(t, p.Password, ask...)
	for _, r := range []*started{impatient, patient} {
		r.said(t, p.Customers[3].Domain+" waits for a session. In use: ")
	}
	if err := impatient.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	impatient.wait(t).want(t, 130)
	wire.release()
	first.wait(t).want(t, 0)
	got := patient.wait(t).want(t, 0)
	for _, c := range p.Customers[:3] {
		if !strings.Contains(got.err, c.Domain+" (command line)") {
			t.Errorf("%s is not named: %s", c.Domain, got.err)
		}
	}
	if len(lines(got.out)) != 6 {
		t.Error(got.out)
	}
	if s := p.stats(t); s.Created != 4 || s.Refused != 0 {
		t.Errorf("%+v", s)
	}
}

// What a killed run left open is removed by hand: with the account's own password only, and nothing in use.
func TestCleaningUp(t *testing.T) {
	noSignals(t)
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "4", "--mailboxes", "5000"), somebody(t)
	wire := holdAfter(t, p, 1<<20)
	killed := held(t, p, who, wire, p.Customers[0].Domain, p.Customers[1].Domain)
	p.until(t, func(s stats) bool { return s.OpenShells == 2 })
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.wait(t)
	wire.release()
	inUse := holdAfter(t, p, 1<<20)
	running := held(t, p, who, inUse, p.Customers[2].Domain)

	type row struct{ Customer, Account, State, Id string }
	clean := func(status int, stdin string, args ...string) (rows []row, said string) {
		t.Helper()
		got := who.run(t, stdin, append([]string{"sessions", "clean", "--format", "json"}, args...)...).want(t, status)
		if err := json.Unmarshal([]byte(got.out), &rows); err != nil {
			t.Fatal(err)
		}
		return rows, got.err
	}
	at := []string{"--url", wire.address, "--user", p.User, "--password-stdin"}
	rows, said := clean(1, "")
	if len(rows) != 2 || rows[0].State != "no password" || rows[0].Account != p.User || !strings.Contains(said, "A session that was left open (") ||
		!strings.Contains(said, "Remove it with: tenantry-cli sessions clean --url ") || !strings.Contains(said, " --user "+p.User) {
		t.Errorf("%+v\n%s", rows, said)
	}
	if rows, _ = clean(4, "wrong", at...); len(rows) != 2 || rows[0].State != "may still be open" || rows[1].State != rows[0].State {
		t.Errorf("%+v", rows)
	}
	if n := p.stats(t).AuthFailures; n != 1 {
		t.Errorf("a wrong password was sent %d times", n)
	}
	if rows, _ = clean(0, p.Password, at...); len(rows) != 2 || rows[0].State != "removed" || rows[1].State != "removed" {
		t.Errorf("%+v", rows)
	}
	if s := p.stats(t); s.OpenShells != 1 {
		t.Errorf("%d sessions are open, of one in use", s.OpenShells)
	}
	if rows, said = clean(0, ""); len(rows) != 0 || !strings.Contains(said, "No session was left open.") {
		t.Errorf("%+v\n%s", rows, said)
	}
	inUse.release()
	running.wait(t).want(t, 0)
}

// A session that nobody can remove, because its server is not there any more, is struck off the list by force.
func TestWhatNobodyCanRemove(t *testing.T) {
	noSignals(t)
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "2", "--mailboxes", "5000"), somebody(t)
	wire := holdAfter(t, p, 1<<20)
	killed := held(t, p, who, wire, p.Customers[0].Domain)
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.wait(t)
	p.stdin.Close()
	p.gone = true
	if err := p.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	wire.release()
	got := who.run(t, "secret", "sessions", "clean", "--url", wire.address, "--user", p.User, "--password-stdin").want(t, 1)
	if !strings.Contains(got.out, "may still be open") {
		t.Error(got.out)
	}
	if got = who.run(t, "", "sessions", "clean", "--force").want(t, 0); !strings.Contains(got.out, "no longer listed") {
		t.Error(got.out)
	}
	if got = who.run(t, "", "sessions", "list", "--format", "json").want(t, 0); got.out != "[]\n" {
		t.Error(got.out)
	}
}

// Without the journal no session is opened: what is not noted could be left open without anybody knowing.
func TestADamagedJournalIsSaidAndLeftAlone(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "1", "--mailboxes", "5"), somebody(t)
	who.ask(t, p, "run", "Get-Mailbox", "--customer", p.Customers[0].Domain).want(t, 0)
	var path string
	err := filepath.WalkDir(who.home, func(at string, _ fs.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(at), "journal.") && !strings.Contains(at, "-") {
			path = at
		}
		return err
	})
	if err != nil || path == "" {
		t.Fatalf("there is no journal: %v", err)
	}
	text := bytes.Repeat([]byte("no database at all\n"), 500)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	who.ask(t, p, "run", "Get-Mailbox", "--customer", p.Customers[0].Domain).want(t, 1, "The journal is damaged.")
	who.run(t, "", "sessions", "clean").want(t, 1, "The journal is damaged.")
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, text) {
		t.Errorf("the file was changed: %v", err)
	}
	if s := p.stats(t); s.Created != 1 {
		t.Errorf("%+v", s)
	}
}
