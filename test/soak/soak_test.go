package soak

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/journal"
)

// The program goes on for as long as it takes while the partner fails in all its ways: each row of each answer
// is accounted for, each failure has its sentences, and neither sessions nor memory nor goroutines pile up.
func TestSoak(t *testing.T) {
	t.Logf("TENANTRY_SEED=%d TENANTRY_SOAK=%v", seed, duration)
	var total figures
	var offices []*office
	for range 3 {
		offices = append(offices, newOffice(t, &total))
	}
	begun := time.Now()
	part := min(max(duration/16, time.Second), 20*time.Second)
	shift := func(n int, trouble func(*rand.Rand) faults.Plan) {
		var all sync.WaitGroup
		for i, o := range offices {
			d := dice(n*len(offices) + i)
			plan := trouble(d)
			all.Go(func() {
				o.shift(t, d, plan, time.Now().Add(part))
				if t.Failed() {
					t.Errorf("shift %d with %v", n, plan.Rules)
				}
			})
		}
		all.Wait()
	}
	peace := func(*rand.Rand) faults.Plan { return faults.Plan{} }
	shift(0, peace) // caches fill
	base := rest(begun, 0)
	samples := []sample{base}
	total.forget()
	for n := 1; time.Since(begun) < duration && !t.Failed(); n++ {
		shift(n, trouble)
		s := rest(begun, base.goroutines)
		samples = append(samples, s)
		if s.goroutines > base.goroutines {
			t.Errorf("%d goroutines are left where there were %d:\n%s", s.goroutines, base.goroutines, stacks())
		}
	}
	shift(0, peace) // and all is as it was
	samples = append(samples, rest(begun, base.goroutines))
	growth(t, samples)
	t.Log("\n" + total.table(offices, samples))
}

// office is a partner and those who work with it, on one account and with one journal.
type office struct {
	sim       *exchangesim.Server
	journal   *journal.Journal
	customers []exchange.CustomerID
	right     map[string]map[exchange.CustomerID]answer // by question
	changes   changes
	total     *figures
}

func newOffice(t *testing.T, total *figures) *office {
	t.Helper()
	o := &office{sim: &exchangesim.Server{World: world.Options{Customers: 8, Mailboxes: 80}}, total: total}
	o.changes.begun = map[string]int{}
	o.sim.Hooks.Pipeline = o.changes.watch
	o.open(t)
	// The first redirect with a token opens a listener that stays.
	for _, plan := range []faults.Plan{{Rules: []faults.Rule{{Name: faults.RedirectToken}}}, {}} {
		if err := o.sim.SetFaults(plan); err != nil {
			t.Fatal(err)
		}
	}
	last := o.customers[len(o.customers)-1]
	o.customers = o.customers[:len(o.customers)-1]
	o.changes.customer, o.changes.org = last, o.sim.Partner().Find(string(last))
	o.learn(t)
	return o
}

// learn asks everything once without faults: the answers that all others are held against.
func (o *office) learn(t *testing.T) {
	t.Helper()
	o.right = map[string]map[exchange.CustomerID]answer{}
	sessions := jobs.NewSessions(o.account(time.Minute))
	for _, q := range questions {
		run := jobs.NewRunner(sessions).Start(context.Background(), jobs.Plan{Invocation: q.invocation, Customers: o.customers}, func(jobs.Update) {})
		s := run.Wait()
		o.right[q.text] = answersOf(run.Table().Snapshot(), s)
		if len(s.NotAsked()) > 0 {
			t.Fatalf("%s could not be asked: %+v", q.text, s.NotAsked())
		}
	}
	if err := sessions.CloseAll(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// open starts the partner and the journal.
func (o *office) open(t *testing.T) {
	t.Helper()
	if err := o.sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.sim.Close(); err != nil {
			t.Error(err)
		}
	})
	var err error
	if o.journal, err = journal.Open(context.Background(), filepath.Join(t.TempDir(), "journal.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.journal.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, c := range o.sim.Describe().Customers {
		o.customers = append(o.customers, exchange.CustomerID(c.Domain))
	}
}

func (o *office) account(idle time.Duration) jobs.Account {
	return jobs.Account{
		Connector:  o.connector(),
		Credential: exchange.Credential{User: o.sim.User, Password: o.sim.Password},
		Target:     exchange.Target{URL: o.sim.Describe().Classic, PrivateCA: o.sim.CACert()},
		Idle:       idle,
		Places:     o.journal.Places("window"),
		Leftovers:  o.leftovers(),
	}
}

func (o *office) connector() *classic.Connector {
	return classic.New(classic.Options{
		Shells: o.journal.Shells(), OperationTimeout: time.Second, StopLimit: time.Second, CloseLimit: 2 * time.Second,
	})
}

// leftovers removes sessions with the account's own credential.
func (o *office) leftovers() *jobs.Leftovers {
	access := jobs.Access{
		Credential: exchange.Credential{User: o.sim.User, Password: o.sim.Password},
		Target:     exchange.Target{URL: o.sim.Describe().Classic, PrivateCA: o.sim.CACert()},
	}
	return jobs.NewLeftovers(jobs.LeftOptions{Log: o.journal, Remover: o.connector(),
		Access: func(context.Context, jobs.Left) (jobs.Access, bool, error) { return access, true, nil },
	})
}

// shift lets people ask until the time is over, while the partner fails as planned, and then sees to it that
// everything is closed.
func (o *office) shift(t *testing.T, d *rand.Rand, plan faults.Plan, until time.Time) {
	t.Helper()
	if err := o.sim.SetFaults(plan); err != nil {
		t.Error(err)
		return
	}
	idle := []time.Duration{-1, 20 * time.Millisecond, time.Minute}[d.IntN(3)]
	sessions := jobs.NewSessions(o.account(idle))
	runner := jobs.NewRunner(sessions)
	runner.Log, runner.Program, runner.Patience = o.journal, "window", 0
	var people sync.WaitGroup
	for person := range 3 {
		own := rand.New(rand.NewPCG(d.Uint64(), d.Uint64()))
		people.Go(func() {
			for time.Now().Before(until) && !t.Failed() {
				if own.IntN(5) == 0 {
					o.change(t, own, runner, person)
				} else {
					o.ask(t, own, runner)
				}
			}
		})
	}
	people.Wait()
	if err := o.sim.SetFaults(faults.Plan{}); err != nil {
		t.Error(err)
	}
	if err := sessions.CloseAll(context.Background()); err != nil {
		sentences(t, exchange.AsProblem(err))
	}
	o.sweep(t)
}

// ask runs one question over some customers, now and then not to its end, and checks what came of it.
func (o *office) ask(t *testing.T, d *rand.Rand, runner *jobs.Runner) {
	q := questions[d.IntN(len(questions))]
	var whom []exchange.CustomerID
	for _, i := range d.Perm(len(o.customers))[:1+d.IntN(len(o.customers))] {
		whom = append(whom, o.customers[i])
	}
	run := runner.Start(context.Background(), jobs.Plan{Invocation: q.invocation, Customers: whom, Jobs: d.IntN(4)}, func(u jobs.Update) {
		sentences(t, u.Problem)
	})
	impatience := time.AfterFunc(o.enough(d), run.Cancel)
	s := run.Wait()
	impatience.Stop()
	snap := run.Table().Snapshot()
	got := answersOf(snap, s)
	if len(s.Customers) != len(whom) || s.Rows != snap.Len() {
		t.Errorf("%s: %d of %d customers, %d of %d rows", q.text, len(s.Customers), len(whom), s.Rows, snap.Len())
	}
	for _, c := range s.Customers {
		if what := got[c.Customer].wrong(o.right[q.text][c.Customer], c); what != "" {
			t.Errorf("%s for %s: %s\n%+v", q.text, c.Customer, what, c.Problem)
		}
	}
	o.total.add(t, s)
}

// enough is how long somebody waits before a run is cancelled; now and then not long.
func (o *office) enough(d *rand.Rand) time.Duration {
	if d.IntN(5) == 0 {
		return time.Duration(d.Int64N(int64(100 * time.Millisecond)))
	}
	return min(5*time.Second, duration/5)
}

// sweep removes the sessions that could not be closed while the partner failed, as the next start would do
// it, and checks that none is left.
func (o *office) sweep(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	removal := o.leftovers()
	left, err := removal.Find(ctx)
	if err != nil {
		t.Error(err)
	}
	o.total.leave(len(left))
	for _, r := range removal.Clean(ctx, left, nil) {
		switch {
		case r.Gone():
		case !r.Confirmed && exchange.CodeOf(r.Problem) == exchange.CodeDelegationRefused:
			// Its making was not answered, and the place where it was asked for lets nobody in without the token
			// that a redirect brought. The server would drop it by itself, and the partner's count shows whether it
			// ever was.
			if err := removal.Forget(ctx, []jobs.Left{r.Left}); err != nil {
				t.Error(err)
			}
		default:
			t.Errorf("a session that was left open is %s: %v", r.State, r.Problem)
		}
	}
	open, err := o.journal.OpenShells(ctx)
	if err != nil {
		t.Error(err)
	}
	s := o.sim.Stats()
	if s.OpenShells != 0 || len(open) != 0 || s.MaxConcurrent > exchangesim.DefaultMaxSessions {
		t.Errorf("%d sessions are left on the partner, %d in the journal: %+v; the partner has seen %+v", s.OpenShells, len(open), open, s)
	}
}
