package jobs_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

func acquire(t *testing.T, s *jobs.Sessions, c exchange.CustomerID) *jobs.Lease {
	t.Helper()
	l, err := s.Acquire(t.Context(), c, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAnIdleSessionIsUsedAgainAndClosedAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &server{}
		s := jobs.NewSessions(jobs.Account{Connector: srv})
		first := acquire(t, s, "a.example")
		session := first.Session()
		first.Done(nil)
		first.Done(nil)
		advance(time.Minute)
		again := acquire(t, s, "a.example")
		if again.Session() != session || again.Fresh() || !first.Fresh() {
			t.Error("the idle session was not used again")
		}
		again.Done(&exchange.Problem{Code: exchange.CodeObjectNotFound})
		advance(jobs.DefaultIdle - time.Second)
		if used, most := s.InUse(); used != 1 || most != 3 {
			t.Errorf("%d of %d in use", used, most)
		}
		advance(2 * time.Second)
		synctest.Wait()
		if used, _ := s.InUse(); used != 0 || srv.openNow() != 0 {
			t.Errorf("%d in use, %d open after the idle time", used, srv.openNow())
		}
		broken := acquire(t, s, "a.example")
		broken.Done(&exchange.Problem{Code: exchange.CodeDropped})
		synctest.Wait()
		if srv.openNow() != 0 {
			t.Error("a session that lost its line was kept")
		}
		closeAll(t, s)
	})
}

func TestTheSessionIdleLongestMakesRoomAndOthersWaitInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &server{limit: 3, closeTime: time.Second}
		s := jobs.NewSessions(jobs.Account{Connector: srv})
		a, b, c := acquire(t, s, "a.example"), acquire(t, s, "b.example"), acquire(t, s, "c.example")
		b.Done(nil)
		advance(time.Second)
		a.Done(nil)
		d := acquire(t, s, "d.example")
		if got := s.Connected(); !slices.Equal(got, []exchange.CustomerID{"a.example", "c.example", "d.example"}) {
			t.Errorf("connected: %v", got)
		}
		a = acquire(t, s, "a.example")

		var mu sync.Mutex
		var order []exchange.CustomerID
		var behind []exchange.CustomerID
		var all sync.WaitGroup
		for _, name := range []exchange.CustomerID{"e.example", "f.example", "g.example"} {
			all.Go(func() {
				l, err := s.Acquire(t.Context(), name, func(holders []jobs.Holder) {
					mu.Lock()
					defer mu.Unlock()
					behind = nil
					for _, h := range holders {
						behind = append(behind, h.Customer)
					}
				}, nil)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				l.Done(nil)
			})
			synctest.Wait()
		}
		slices.Sort(behind)
		if !slices.Equal(behind, []exchange.CustomerID{"a.example", "c.example", "d.example"}) {
			t.Errorf("waits behind %v", behind)
		}
		a.Done(nil)
		all.Wait()
		if !slices.Equal(order, []exchange.CustomerID{"e.example", "f.example", "g.example"}) {
			t.Errorf("served %v", order)
		}
		c.Done(nil)
		d.Done(nil)
		closeAll(t, s)
		if srv.most > 3 {
			t.Errorf("%d sessions at once", srv.most)
		}
	})
}

func TestWaitingCanBeGivenUpAndSignOutEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &server{}
		s := jobs.NewSessions(jobs.Account{Connector: srv, MaxSessions: 1})
		held := acquire(t, s, "a.example")

		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 2)
		go func() { _, err := s.Acquire(ctx, "b.example", nil, nil); errs <- err }()
		synctest.Wait()
		cancel()
		if err := <-errs; exchange.CodeOf(err) != exchange.CodeCancelled {
			t.Error(err)
		}
		go func() { _, err := s.Acquire(t.Context(), "b.example", nil, nil); errs <- err }()
		synctest.Wait()
		closeAll(t, s)
		if err := <-errs; exchange.CodeOf(err) != jobs.CodeClosed {
			t.Error(err)
		}
		held.Done(nil)
		if _, err := s.Acquire(t.Context(), "b.example", nil, nil); exchange.CodeOf(err) != jobs.CodeClosed {
			t.Error(err)
		}
		if srv.openNow() != 0 {
			t.Error("the session in use was not closed")
		}
	})
}

func TestSignOutDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &server{closeTime: time.Hour}
		s := jobs.NewSessions(jobs.Account{Connector: srv})
		acquire(t, s, "a.example").Done(nil)
		begun := time.Now()
		err := s.CloseAll(t.Context())
		if p := exchange.AsProblem(err); p == nil || p.Code != jobs.CodeNotClosed || p.Args["customers"] != "a.example" || time.Since(begun) != exchange.ClosingLimit {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		advance(time.Hour)
		synctest.Wait()
		if used, _ := s.InUse(); used != 0 {
			t.Error("a session that closed late is still counted")
		}
	})
}

func TestAnIdleSessionMakesRoomWhenTheServerSaysThereIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		elsewhere := 0
		srv := &server{}
		srv.connect = func(int, exchange.CustomerID) error {
			if len(srv.open)+elsewhere >= 3 {
				return &exchange.Problem{Code: exchange.CodeSessionLimit, Retry: exchange.RetryLater}
			}
			return nil
		}
		s := jobs.NewSessions(jobs.Account{Connector: srv})
		acquire(t, s, "a.example").Done(nil)
		elsewhere = 2 // another computer signed in with the account
		l := acquire(t, s, "b.example")
		if got := s.Connected(); !slices.Equal(got, []exchange.CustomerID{"b.example"}) {
			t.Errorf("connected: %v", got)
		}
		if _, err := s.Acquire(t.Context(), "c.example", nil, nil); exchange.CodeOf(err) != exchange.CodeSessionLimit {
			t.Error(err)
		}
		l.Done(nil)
		closeAll(t, s)
	})
}

// The account's own number of sessions is kept; without one, what the server allows.
func TestHowManySessionsThereAre(t *testing.T) {
	for _, c := range []struct{ own, server, want int }{{0, 0, 3}, {0, 2, 2}, {0, 9, 3}, {5, 9, 5}, {5, 2, 5}, {1, 3, 1}} {
		synctest.Test(t, func(t *testing.T) {
			srv := &server{limit: c.server}
			s := jobs.NewSessions(jobs.Account{Connector: srv, MaxSessions: c.own})
			acquire(t, s, "a.example").Done(nil)
			if _, most := s.InUse(); most != c.want {
				t.Errorf("%d of its own, %d of the server: %d", c.own, c.server, most)
			}
			closeAll(t, s)
		})
	}
}

func TestWatchersSeeEveryChangeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobs.NewSessions(jobs.Account{Connector: &server{}})
		var seen []int
		stop := s.Watch(func(used, most int) { seen = append(seen, used) })
		a, b := acquire(t, s, "a.example"), acquire(t, s, "b.example")
		a.Done(nil)
		b.Done(&exchange.Problem{Code: exchange.CodeDropped})
		synctest.Wait()
		closeAll(t, s)
		stop()
		if !slices.Equal(seen, []int{0, 1, 2, 1, 0}) {
			t.Errorf("saw %v", seen)
		}
	})
}

func TestImportingCommandsCountsAndCanBeStopped(t *testing.T) {
	news := []exchange.CommandNews{{Total: 3}}
	for _, n := range []string{"Get-Mailbox", "Get-User", "Set-Mailbox"} {
		news = append(news, exchange.CommandNews{Total: 3, Command: &exchange.Command{Name: n}})
	}
	session := &fakeSession{server: &server{}, commands: news}
	var heard []jobs.Imported
	list, err := jobs.ImportCommands(t.Context(), session, func(i jobs.Imported) { heard = append(heard, i) })
	if err != nil || len(list) != 3 || list[2].Name != "Set-Mailbox" {
		t.Fatalf("%v, %v", list, err)
	}
	if first, last := heard[0], heard[len(heard)-1]; first != (jobs.Imported{Total: 3}) || last != (jobs.Imported{Done: 3, Total: 3, Name: "Set-Mailbox"}) {
		t.Errorf("heard %v", heard)
	}
	ctx, cancel := context.WithCancel(t.Context())
	list, err = jobs.ImportCommands(ctx, session, func(jobs.Imported) { cancel() })
	if exchange.CodeOf(err) != exchange.CodeCancelled || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// advance moves the clock of the synctest bubble the test runs in; no real time passes.
func advance(d time.Duration) { <-time.After(d) }
