package jobs_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/secret"
)

// otherProgram holds the words for the copy of this test program that is another running Tenantry.
const otherProgram = "TENANTRY_TEST_PROGRAM"

// program is what another Tenantry is told: open a session with each customer, and keep them until its
// standard input ends. Its first line is the password.
type program struct {
	Journal, URL, User string
	Customers          []exchange.CustomerID
}

func beOtherProgram(words string) error {
	var p program
	if err := json.Unmarshal([]byte(words), &p); err != nil {
		return err
	}
	ctx := context.Background()
	in := bufio.NewReader(os.Stdin)
	password, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	j, err := journal.Open(ctx, p.Journal)
	if err != nil {
		return err
	}
	s := jobs.NewSessions(account(j, "command line", p.URL, p.User, secret.New(strings.TrimSpace(password))))
	for _, c := range p.Customers {
		lease, err := s.Acquire(ctx, c, func([]jobs.Holder) { fmt.Println("waits") }, nil)
		if err != nil {
			return err
		}
		fmt.Println("has", c)
		defer lease.Done(nil)
	}
	_, _ = io.Copy(io.Discard, in)
	return errors.Join(s.CloseAll(ctx), j.Close())
}

// account is one that shares its sessions with other programs, and removes what they left open.
func account(j *journal.Journal, who, url, user string, password secret.Secret) jobs.Account {
	c := classic.New(classic.Options{Shells: j.Shells(), OperationTimeout: time.Second, CloseLimit: 2 * time.Second})
	return jobs.Account{
		Connector: c, Credential: exchange.Credential{User: user, Password: password}, Target: exchange.Target{URL: url},
		Places: j.Places(who), Leftovers: jobs.NewLeftovers(jobs.LeftOptions{Log: j, Remover: c}),
	}
}

// place is a sample partner with a journal, as programs of one computer share them.
type place struct {
	sim     *exchangesim.Server
	journal *journal.Journal
	path    string
	names   []exchange.CustomerID
}

func newPlace(t *testing.T, sim *exchangesim.Server) *place {
	t.Helper()
	sim.Plain, sim.World = true, world.Options{Customers: 6, Mailboxes: 5}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	p := &place{sim: sim, path: filepath.Join(t.TempDir(), "journal.db")}
	for _, c := range sim.Describe().Customers {
		p.names = append(p.names, exchange.CustomerID(c.Domain))
	}
	var err error
	if p.journal, err = journal.Open(t.Context(), p.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if st := sim.Stats(); st.MaxConcurrent > 3 || st.Refused != 0 || st.OpenShells != 0 {
			t.Errorf("the partner has seen %+v", st)
		}
		if open, err := p.journal.OpenShells(context.Background()); err != nil || len(open) != 0 {
			t.Errorf("still noted: %+v, %v", open, err)
		}
		if err := errors.Join(p.journal.Close(), sim.Close()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *place) account() jobs.Account {
	return account(p.journal, "window", p.sim.Describe().Classic, p.sim.User, p.sim.Password)
}

func (p *place) sessions(t *testing.T) *jobs.Sessions {
	t.Helper()
	s := jobs.NewSessions(p.account())
	t.Cleanup(func() {
		if err := s.CloseAll(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// running is another program.
type running struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func (p *place) start(t *testing.T, customers ...exchange.CustomerID) *running {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words, err := json.Marshal(program{Journal: p.path, URL: p.sim.Describe().Classic, User: p.sim.User, Customers: customers})
	if err != nil {
		t.Fatal(err)
	}
	r := &running{cmd: exec.CommandContext(t.Context(), self)}
	r.cmd.Env = append(os.Environ(), otherProgram+"="+string(words))
	r.cmd.Stderr = os.Stderr
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.out = bufio.NewScanner(out)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(r.in, p.sim.Password.Reveal()); err != nil {
		t.Fatal(err)
	}
	return r
}

// says reads on until the program says line.
func (r *running) says(t *testing.T, line string) {
	t.Helper()
	for r.out.Scan() {
		if r.out.Text() == line {
			return
		}
	}
	t.Fatalf("it ended without saying %q", line)
}

func (r *running) has(t *testing.T, customers ...exchange.CustomerID) {
	t.Helper()
	for _, c := range customers {
		r.says(t, "has "+string(c))
	}
}

func (r *running) end(t *testing.T) {
	t.Helper()
	_ = r.in.Close()
	for r.out.Scan() {
	}
	if err := r.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func (r *running) kill(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait()
	_ = r.in.Close()
}
