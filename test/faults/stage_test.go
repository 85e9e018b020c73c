package faults

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/results"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// These tests wait more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(status int) {
		if built != "" {
			_ = os.RemoveAll(built)
		}
		os.Exit(status)
	}))
}

// mailboxes is how many the customer of a stage has, and so how many rows a faultless run brings.
const mailboxes = 24

// now is when the invented world was made: two of the same moment are the same in every cell.
var now = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// stage is a sample partner with one customer, and the product in front of it: sessions, runner and journal.
type stage struct {
	sim       *exchangesim.Server
	book      *journal.Journal
	connector *classic.Connector
	sessions  *jobs.Sessions
	customer  exchange.CustomerID
	target    exchange.Target
	with      exchange.Credential

	environment []string // of the command line, beside what it always has
}

// open starts a partner with these rules.
func open(t *testing.T, rules ...string) *stage {
	t.Helper()
	return start(t, true, rules)
}

// start starts a partner over plain http, or over https and with the redirect that a new session meets there.
func start(t *testing.T, plain bool, rules []string) *stage {
	t.Helper()
	plan, err := faults.Parse(rules...)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{sim: &exchangesim.Server{
		World:  world.Options{Customers: 1, Mailboxes: mailboxes, Now: func() time.Time { return now }},
		Plain:  plain,
		Faults: plan,
	}}
	if err := s.sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.sim.Close(); err != nil {
			t.Error(err)
		}
	})
	if s.book, err = journal.Open(context.Background(), filepath.Join(t.TempDir(), "journal.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.book.Close(); err != nil {
			t.Error(err)
		}
	})
	s.customer = exchange.CustomerID(s.sim.Describe().Customers[0].Domain)
	s.with = exchange.Credential{User: s.sim.User, Password: s.sim.Password}
	s.target = exchange.Target{URL: s.sim.Describe().Classic, PrivateCA: s.sim.CACert(), Proxy: exchange.Proxy{Mode: exchange.ProxyNone}}
	s.connector = classic.New(classic.Options{
		Shells: s.book.Shells(), OperationTimeout: time.Second, AnswerGrace: time.Second,
		StopLimit: time.Second, CloseLimit: 2400 * time.Millisecond,
	})
	s.sessions = jobs.NewSessions(jobs.Account{Connector: s.connector, Credential: s.with, Target: s.target})
	return s
}

// ended is how a run ended.
type ended struct {
	result  jobs.CustomerResult
	rows    []string // each whole
	notices []exchange.Notice
}

func (e ended) code() exchange.Code {
	if e.result.Problem == nil {
		return ""
	}
	return e.result.Problem.Code
}

// run runs one cmdlet for the customer. It does not wait for a busy server.
func (s *stage) run(inv exchange.Invocation) ended {
	runner := jobs.NewRunner(s.sessions)
	runner.Patience = 0
	var e ended
	var mu sync.Mutex
	run := runner.Start(context.Background(), jobs.Plan{Invocation: inv, Customers: []exchange.CustomerID{s.customer}}, func(u jobs.Update) {
		mu.Lock()
		defer mu.Unlock()
		if u.Notice != nil {
			e.notices = append(e.notices, *u.Notice)
		}
	})
	e.result = run.Wait().Customers[0]
	mu.Lock()
	defer mu.Unlock()
	e.rows = whole(run.Table().Snapshot())
	return e
}

// whole is every row of a table as one text.
func whole(s results.Snapshot) []string {
	rows := make([]string, s.Len())
	for i := range rows {
		var b strings.Builder
		for _, f := range s.Row(results.RowID(i)).Fields {
			fmt.Fprintf(&b, "%s=%s\n", f.Name, f.Value.Text())
		}
		rows[i] = b.String()
	}
	return rows
}

// close ends everything and returns what closing said.
func (s *stage) close() error { return s.sessions.CloseAll(context.Background()) }

// left is how many sessions the journal knows to be open. Each session that is open on the server must be
// among them.
func (s *stage) left(t *testing.T) []journal.OpenShell {
	t.Helper()
	open, err := s.book.OpenShells(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if n := s.sim.Stats().OpenShells; n > len(open) {
		t.Errorf("%d sessions are open on the server, and the journal knows of %d", n, len(open))
	}
	return open
}

// clean removes what was left, as the next start of the program does, from a server that works again.
func (s *stage) clean(t *testing.T) {
	t.Helper()
	if err := s.sim.SetFaults(faults.Plan{}); err != nil {
		t.Fatal(err)
	}
	for _, shell := range s.left(t) {
		to := s.target
		to.URL, to.Customer = shell.URL, exchange.CustomerID(shell.Customer)
		if err := s.connector.Remove(context.Background(), to, s.with, shell.ID); err != nil {
			t.Errorf("a session that was left cannot be removed: %v", err)
			continue
		}
		if err := s.book.ShellClosed(context.Background(), shell.ID); err != nil {
			t.Error(err)
		}
	}
	if n := s.sim.Stats().OpenShells; n != 0 {
		t.Errorf("%d sessions are open after all were removed", n)
	}
}

func param(name string, v exchange.Value) exchange.Param { return exchange.Param{Name: name, Value: v} }

// question asks for all mailboxes; long asks the same in more words than one request holds, so that the rest
// goes with Send.
func question(long bool) exchange.Invocation {
	inv := exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{param("ResultSize", exchange.Unlimited())}}
	if long {
		filter := "RecipientTypeDetails -ne 'PublicFolderMailbox'" + strings.Repeat(" ", 600_000)
		inv.Params = append(inv.Params, param("Filter", exchange.NewText(filter)))
	}
	return inv
}
