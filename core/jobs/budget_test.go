package jobs_test

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/engine"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/secret"
)

// gets is an Acquire under way.
type gets struct {
	lease  chan *jobs.Lease
	failed chan error
	waits  chan []jobs.Holder
	cancel context.CancelFunc
}

func asks(t *testing.T, s *jobs.Sessions, c exchange.CustomerID) *gets {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	g := &gets{lease: make(chan *jobs.Lease, 1), failed: make(chan error, 1), waits: make(chan []jobs.Holder, 100), cancel: cancel}
	go func() {
		l, err := s.Acquire(ctx, c, func(h []jobs.Holder) { g.waits <- h }, nil)
		if err != nil {
			g.failed <- err
			return
		}
		g.lease <- l
	}()
	return g
}

const patience = 20 * time.Second

func (g *gets) got(t *testing.T) *jobs.Lease {
	t.Helper()
	select {
	case l := <-g.lease:
		return l
	case err := <-g.failed:
		t.Fatal(err)
	case <-time.After(patience):
		t.Fatal("it still waits")
	}
	return nil
}

// waitsFor waits until it hears of these holders, in any order.
func (g *gets) waitsFor(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	var last []string
	end := time.After(patience)
	for {
		select {
		case holders := <-g.waits:
			last = nil
			for _, h := range holders {
				switch {
				case h.Left:
					last = append(last, string(h.Customer)+" left")
				case h.Here:
					last = append(last, string(h.Customer)+" here")
				default:
					last = append(last, string(h.Customer)+" "+h.Program)
				}
			}
			slices.Sort(last)
			if slices.Equal(last, want) {
				return
			}
		case <-g.lease:
			t.Fatalf("it got a session while waiting for %v", last)
		case err := <-g.failed:
			t.Fatal(err)
		case <-end:
			t.Fatalf("it waits for %v, want %v", last, want)
		}
	}
}

func TestAProgramThatWaitsGetsASessionOthersDoNotUse(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	s := p.sessions(t)
	for _, c := range p.names[:3] {
		acquire(t, s, c).Done(nil)
	}
	if used, most := s.InUse(); used != 3 || most != 3 {
		t.Fatalf("%d of %d", used, most)
	}
	other := p.start(t, p.names[3])
	other.has(t, p.names[3])
	if got := s.Connected(); !slices.Equal(got, p.names[1:3]) {
		t.Errorf("the one idle longest was to make room: %v", got)
	}
	other.end(t)
	if st := p.sim.Stats(); st.MaxConcurrent != 3 {
		t.Errorf("%+v", st)
	}
}

// A program that asks one question after the other does not keep the sessions from another one that waits.
func TestNobodyStarves(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	s := p.sessions(t)
	var busy sync.WaitGroup
	stop := make(chan struct{})
	for _, c := range p.names[:3] {
		acquire(t, s, c).Done(nil)
		busy.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				l, err := s.Acquire(t.Context(), c, nil, nil)
				if err != nil {
					t.Error(err)
					return
				}
				for range l.Session().Invoke(t.Context(), exchange.Invocation{Cmdlet: "Get-Mailbox"}) {
				}
				l.Done(nil)
			}
		})
	}
	other := p.start(t, p.names[3:5]...)
	other.has(t, p.names[3:5]...)
	close(stop)
	other.end(t)
	busy.Wait()
}

func TestAFourthSessionWaitsAndSaysForWhom(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	s := p.sessions(t)
	other := p.start(t, p.names[:2]...)
	other.has(t, p.names[:2]...)
	mine := acquire(t, s, p.names[2])
	first, same := asks(t, s, p.names[3]), asks(t, s, p.names[2])
	inTheWay := []string{string(p.names[0]) + " command line", string(p.names[1]) + " command line", string(p.names[2]) + " here"}
	first.waitsFor(t, inTheWay...)
	same.waitsFor(t, inTheWay...)
	if used, _ := s.InUse(); used != 1 {
		t.Errorf("%d sessions are told to be in use", used)
	}
	first.cancel()
	if err := <-first.failed; exchange.CodeOf(err) != exchange.CodeCancelled {
		t.Error(err)
	}
	session := mine.Session()
	mine.Done(nil)
	if again := same.got(t); again.Session() != session || again.Fresh() {
		t.Error("the session of the same customer was closed and opened anew")
	} else {
		again.Done(nil)
	}
	other.end(t)
}

// What a killed program left open is in the way of the next one, which removes it and goes on.
func TestWhatAKilledProgramLeftOpenIsRemoved(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	killed := p.start(t, p.names[:3]...)
	killed.has(t, p.names[:3]...)
	killed.kill(t)
	if n := p.sim.Stats().OpenShells; n != 3 {
		t.Fatalf("%d sessions are left open", n)
	}
	s := p.sessions(t)
	acquire(t, s, p.names[4]).Done(nil)

	killed = p.start(t, p.names[0])
	killed.has(t, p.names[0])
	killed.kill(t)
	s = jobs.NewSessions(p.account())
	acquire(t, s, p.names[5]).Done(nil) // there is room: it is removed while the program goes on
	closeAll(t, s)
	if st := p.sim.Stats(); st.OpenShells != 1 || st.Created != 6 { // one is idle above
		t.Errorf("%+v", st)
	}
}

// A wrong password is told at once, not after waiting for sessions that it cannot remove; and it is tried
// once for each question, not for each session that was left.
func TestAWrongPasswordDoesNotWaitForWhatItCannotRemove(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	killed := p.start(t, p.names[:3]...)
	killed.has(t, p.names[:3]...)
	killed.kill(t)
	a := p.account()
	a.Credential.Password = secret.New("wrong")
	wrong := jobs.NewSessions(a)
	one, two := asks(t, wrong, p.names[3]), asks(t, wrong, p.names[4])
	for _, g := range []*gets{one, two} {
		select {
		case err := <-g.failed:
			if code := exchange.CodeOf(err); code != exchange.CodeSignInRefused && code != jobs.CodeStopped {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatal("it still waits")
		}
	}
	closeAll(t, wrong)
	if n := p.sim.Stats().AuthFailures; n > 2 { // two when the second came after the first had failed
		t.Errorf("the wrong password was sent %d times", n)
	}
	acquire(t, p.sessions(t), p.names[3]).Done(nil)
}

// When the password stops working in mid-run, sessions that cannot be deleted stay in the way. It is not sent
// again and again to remove them: that would lock the account.
func TestAPasswordThatStopsWorkingIsNotSentToRemoveWhatItLeft(t *testing.T) {
	var changed atomic.Bool
	var refused atomic.Int32
	sim := &exchangesim.Server{}
	sim.Hooks.HTTP = func(w http.ResponseWriter, _ *http.Request) bool {
		if changed.Load() {
			refused.Add(1)
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	}
	p := newPlace(t, sim)
	s := jobs.NewSessions(p.account())
	leases := []*jobs.Lease{acquire(t, s, p.names[0]), acquire(t, s, p.names[1]), acquire(t, s, p.names[2])}
	changed.Store(true)
	for _, l := range leases {
		for _, err := range l.Session().Invoke(t.Context(), getMailbox) {
			l.Done(err)
		}
	}
	next := asks(t, s, p.names[3])
	select {
	case err := <-next.failed:
		if code := exchange.CodeOf(err); code != exchange.CodeSignInRefused {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("it still waits")
	}
	if err := s.CloseAll(t.Context()); exchange.CodeOf(err) != exchange.CodeSessionNotClosed {
		t.Errorf("%v", err)
	}
	if n := refused.Load(); n != 6 { // a run and a Delete each
		t.Errorf("the password was sent %d times after it had changed", n)
	}
	changed.Store(false)
	acquire(t, p.sessions(t), p.names[3]).Done(nil)
}

// A session that could not be closed keeps counting, and is removed when the server is back.
func TestASessionThatCouldNotBeClosedIsRemovedLater(t *testing.T) {
	var down atomic.Bool
	sim := &exchangesim.Server{}
	sim.Hooks.HTTP = func(w http.ResponseWriter, _ *http.Request) bool {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	p := newPlace(t, sim)
	s := p.sessions(t)
	lease := acquire(t, s, p.names[0])
	for _, c := range p.names[1:3] {
		defer acquire(t, s, c).Done(nil)
	}
	down.Store(true)
	lease.Done(&exchange.Problem{Code: exchange.CodeDropped})
	next := asks(t, s, p.names[3])
	next.waitsFor(t, string(p.names[0])+" left", string(p.names[1])+" here", string(p.names[2])+" here")
	down.Store(false)
	next.got(t).Done(nil)
}

// A session that the server dropped while nobody used it is replaced without a word, also before a change,
// and is no longer noted.
func TestASessionDroppedWhileIdleIsReplaced(t *testing.T) {
	var later atomic.Int64 // nanoseconds by which the server's clock is ahead
	sim := &exchangesim.Server{Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }}
	p := newPlace(t, sim)
	r := jobs.NewRunner(p.sessions(t))
	ask := func(customer exchange.CustomerID, cmdlet string, params ...exchange.Param) (*jobs.Run, jobs.CustomerResult) {
		run := r.Start(t.Context(), jobs.Plan{Invocation: exchange.Invocation{Cmdlet: cmdlet, Params: params}, Customers: []exchange.CustomerID{customer}}, func(jobs.Update) {})
		return run, run.Wait().Customers[0]
	}
	for _, customer := range []exchange.CustomerID{p.names[0], ""} {
		run, got := ask(customer, "Get-Mailbox")
		if got.Phase != jobs.Finished {
			t.Fatalf("%+v", got)
		}
		mailbox, _ := run.Table().Snapshot().Row(0).Get("Alias")
		for _, c := range []struct {
			cmdlet string
			params []exchange.Param
		}{
			{"Get-Mailbox", nil},
			{"Set-Mailbox", []exchange.Param{{Name: "Identity", Value: mailbox}, {Name: "CustomAttribute1", Value: exchange.NewText("x")}}},
		} {
			later.Add(int64(exchangesim.DefaultIdleTimeout + time.Second))
			if n := p.sim.Stats().OpenShells; n != 0 {
				t.Fatalf("%d sessions outlive being idle", n)
			}
			before := p.sim.Stats().Created
			if _, got := ask(customer, c.cmdlet, c.params...); got.Phase != jobs.Finished || got.Attempts != 2 {
				t.Errorf("%s for %q: %+v", c.cmdlet, customer, got)
			}
			if n := p.sim.Stats().Created - before; n != 1 {
				t.Errorf("%d sessions were opened instead of the one that was dropped", n)
			}
		}
	}
}

// Without the journal nothing is opened: what could not be noted could be left behind without anybody knowing.
func TestNothingIsOpenedWithoutTheJournal(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	at := p.sim.Describe()
	s := jobs.NewSessions(account(j, "window", at.Classic, p.sim.User, p.sim.Password))
	if _, err := s.Acquire(t.Context(), p.names[0], nil, nil); exchange.CodeOf(err) != journal.CodeUnavailable {
		t.Error(err)
	}
	closeAll(t, s)
	if n := p.sim.Stats().Created; n != 0 {
		t.Errorf("%d sessions were opened", n)
	}
}

// A cmdlet that runs for longer than a session may be idle keeps its session, and so does a run over customers
// that takes longer than that altogether.
func TestLongRunsPassTheIdleLimit(t *testing.T) {
	sim := &exchangesim.Server{IdleTimeout: 3 * time.Second}
	sim.Hooks.Pipeline = func(engine.Pipeline, engine.Output) error {
		<-time.After(4500 * time.Millisecond)
		return nil
	}
	p := newPlace(t, sim)
	r := jobs.NewRunner(p.sessions(t))
	sum := r.Start(t.Context(), jobs.Plan{Invocation: exchange.Invocation{Cmdlet: "Get-Mailbox"}, Customers: p.names[:4]}, func(jobs.Update) {}).Wait()
	for _, c := range sum.Customers {
		if c.Phase != jobs.Finished || c.Attempts != 1 || c.Rows == 0 {
			t.Errorf("%+v", c)
		}
	}
}
