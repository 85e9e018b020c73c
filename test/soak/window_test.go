package soak

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/jobs"
	"tenantry/core/signin"
)

// A command line beside a window that holds sessions for long gets by with what is left, waits and says for
// whom when nothing is, and goes on as soon as the window no longer needs one.
func TestBesideAWindow(t *testing.T) {
	l := newLane(t, false)
	refused := l.sim.Stats().Refused
	book := l.book.Places("window")
	window := jobs.NewSessions(jobs.Account{
		Connector:  classic.New(classic.Options{Shells: l.book.Shells()}),
		Credential: exchange.Credential{User: l.sim.User, Password: l.sim.Password},
		Target:     exchange.Target{URL: l.url},
		Places:     book,
	})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	hold := func(customer int) *jobs.Lease {
		lease, err := window.Acquire(ctx, exchange.CustomerID(l.domains[customer]), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return lease
	}
	first, second := hold(0), hold(1)

	file := filepath.Join(l.home, "answer.csv")
	answered := func(p *process) {
		t.Helper()
		p.wait(t)
		rows, err := os.ReadFile(file)
		if p.status != 0 || err != nil || string(rows) != string(l.usual[4].rows) {
			t.Errorf("it ended with %d and wrote %d bytes of %d: %v\n%s", p.status, len(rows), len(l.usual[4].rows), err, p.errs.String())
		}
		if err := os.Remove(file); err != nil {
			t.Error(err)
		}
	}
	answered(l.ask(4, 3, file)) // one session is enough

	third := hold(2)
	waiting := make(chan int, 100)
	stop := book.Watch(signin.AccountKey(l.sim.User, l.url), func(others int) { waiting <- others })
	defer stop()
	await := func(n int) {
		t.Helper()
		for {
			select {
			case others := <-waiting:
				if others == n {
					return
				}
			case <-time.After(patience):
				t.Fatalf("nobody waits, or for ever")
			}
		}
	}
	given := l.ask(4, 1, file)
	await(1)
	given.kill() // its place in the queue goes with it
	await(0)
	waits := l.ask(4, 1, file)
	await(1)
	second.Done(nil) // the window keeps it idle, unless somebody wants it
	answered(waits)
	for _, name := range l.domains[:3] {
		if !strings.Contains(waits.errs.String(), name) {
			t.Errorf("it does not say that it waits for %s:\n%s", name, waits.errs.String())
		}
	}

	first.Done(nil)
	third.Done(nil)
	if err := window.CloseAll(ctx); err != nil {
		t.Error(err)
	}
	l.clean(t)
	if s := l.sim.Stats(); s.Refused != refused || s.MaxConcurrent != exchangesim.DefaultMaxSessions {
		t.Errorf("the partner has seen %+v", s)
	}
}
