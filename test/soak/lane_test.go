package soak

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/world"
	"tenantry/core/journal"
	"tenantry/core/wsman"
)

// lane is one account on one computer: a partner, a home, and the command line between them. Lanes know
// nothing of each other, so several go side by side.
type lane struct {
	sim     *exchangesim.Server
	wire    *wire // nil when the partner is asked straight, over https and with a redirect
	striker *wire // counts operations and strikes: the wire, or one that only counts
	home    string
	url     string
	ca      string // a file; empty without https
	domains []string
	book    *journal.Journal

	usual map[int]usual // by the number of customers
}

// usual is what a run does when nobody disturbs it.
type usual struct {
	rows   []byte         // the file it writes
	counts map[string]int // requests of each operation
	whole  time.Duration
}

const (
	laneCustomers = 4
	laneMailboxes = 60
)

// newLane starts a partner; straight is one asked over https without a wire.
func newLane(t *testing.T, straight bool) *lane {
	t.Helper()
	l := &lane{home: t.TempDir(), usual: map[int]usual{}}
	l.sim = &exchangesim.Server{Plain: !straight, World: world.Options{Customers: laneCustomers, Mailboxes: laneMailboxes}}
	if straight {
		l.ca = filepath.Join(l.home, "ca.pem")
		l.sim.CACertFile = l.ca
		l.striker = &wire{seen: map[string]int{}}
		l.sim.Hooks.Operation = func(q *wsman.Request) *wsman.Fault {
			if m := l.striker.strike(nameOf(q.Op)); m != nil {
				m.strike()
			}
			return nil
		}
	}
	if err := l.sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.sim.Close(); err != nil {
			t.Error(err)
		}
	})
	d := l.sim.Describe()
	for _, c := range d.Customers {
		l.domains = append(l.domains, c.Domain)
	}
	l.url = d.Classic
	if !straight {
		l.wire = newWire(t, origin(d.Classic))
		l.striker = l.wire
		l.url = l.wire.origin + "/powershell-liveid"
	}
	for n := 1; n <= laneCustomers; n++ {
		l.usual[n] = l.undisturbed(t, n)
	}
	var err error
	if l.book, err = journal.Open(context.Background(), filepath.Join(l.home, "tenantry", "data", "journal.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.book.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// at are the words that choose the lane's partner.
func (l *lane) at() []string {
	args := []string{"--url", l.url, "--user", l.sim.User, "--password-stdin"}
	if l.ca != "" {
		args = append(args, "--ca-cert", l.ca)
	}
	return args
}

// asks are the words of a run over customers, jobs of them side by side, that writes file.
func (l *lane) asks(customers []string, jobs int, file string) []string {
	args := []string{"run", "Get-Mailbox", "-p", "ResultSize=Unlimited", "--jobs", strconv.Itoa(jobs), "--format", "csv", "-o", file}
	for _, c := range customers {
		args = append(args, "--customer", c)
	}
	return append(args, l.at()...)
}

// ask starts a run over the first n customers.
func (l *lane) ask(n, jobs int, file string) *process {
	return launch(l.home, l.sim.Password.Reveal(), l.asks(l.domains[:n], jobs, file)...)
}

// undisturbed asks n customers and notes what that takes. It is the faultless answer all others must equal.
func (l *lane) undisturbed(t *testing.T, n int) usual {
	t.Helper()
	l.striker.arm(nil)
	begun := time.Now()
	file := filepath.Join(l.home, "usual.csv")
	p := l.ask(n, 3, file)
	p.wait(t)
	u := usual{whole: time.Since(begun), counts: l.striker.counted()}
	rows, err := os.ReadFile(file)
	if err != nil || p.status != 0 {
		t.Fatalf("an undisturbed run ended with %d: %v\n%s", p.status, err, p.errs.String())
	}
	if lines := bytes.Count(rows, []byte("\r\n")); lines != n*laneMailboxes+1 {
		t.Fatalf("an undisturbed run over %d customers wrote %d lines", n, lines)
	}
	u.rows = rows
	return u
}

// clean checks that nothing is left: no session on the partner, none in the journal.
func (l *lane) clean(t *testing.T) (ok bool) {
	t.Helper()
	s := l.sim.Stats()
	open, err := l.book.OpenShells(context.Background())
	if err != nil {
		t.Error(err)
	}
	if s.OpenShells != 0 || len(open) != 0 {
		t.Errorf("%d sessions are left on the partner, %d in the journal: %+v; the partner has seen %+v", s.OpenShells, len(open), open, s)
		return false
	}
	if s.MaxConcurrent > exchangesim.DefaultMaxSessions {
		t.Errorf("%d sessions were open at once", s.MaxConcurrent)
		return false
	}
	return err == nil
}

// unsure tells whether the journal still has sessions, and only such as the partner never said it made and
// does not have.
func (l *lane) unsure() bool {
	open, err := l.book.OpenShells(context.Background())
	for _, s := range open {
		if s.Confirmed {
			return false
		}
	}
	return err == nil && len(open) > 0 && l.sim.Stats().OpenShells == 0
}

// half tells whether file holds something that is not the whole answer of n customers.
func (l *lane) half(file string, n int) bool {
	rows, err := os.ReadFile(file)
	return err == nil && !bytes.Equal(rows, l.usual[n].rows)
}
