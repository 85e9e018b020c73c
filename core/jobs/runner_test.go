package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

var getMailbox = exchange.Invocation{Cmdlet: "Get-Mailbox"}

// told collects what a run delivers. It needs no lock: deliver is called from one goroutine, and Wait
// comes after it.
type told struct{ list []jobs.Update }

func (t *told) deliver(u jobs.Update) { t.list = append(t.list, u) }

func (t *told) phases(c exchange.CustomerID) (list []jobs.Phase) {
	for _, u := range t.list {
		if u.Customer == c && u.Summary == nil && (len(list) == 0 || list[len(list)-1] != u.Phase) {
			list = append(list, u.Phase)
		}
	}
	return list
}

func newRunner(s *server) *jobs.Runner {
	r := jobs.NewRunner(jobs.NewSessions(jobs.Account{Connector: s, Credential: exchange.Credential{User: "anna@fabrikam.example"}}))
	r.Interval = 0
	return r
}

func closeAll(t *testing.T, s *jobs.Sessions) {
	t.Helper()
	if err := s.CloseAll(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestOneRunOverManyCustomers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{limit: 3, connectTime: time.Second, runTime: time.Second, closeTime: time.Second}
		s.run = func(n int, f *fakeSession, yield func(exchange.Event) bool) error {
			switch f.customer {
			case "customer001.example":
				return nil // nothing there: an answer too
			case "customer002.example":
				yield(rowOf(1))
				return &exchange.Problem{Code: exchange.CodeRunFailed}
			}
			yield(exchange.Progress{Percent: 50})
			yield(rowOf(1))
			yield(exchange.Notice{Level: exchange.Warning, Text: "be careful"})
			yield(exchange.Fault{Problem: &exchange.Problem{Code: exchange.CodeObjectFailed}})
			yield(rowOf(2))
			return nil
		}
		s.connect = func(n int, c exchange.CustomerID) error {
			if c == "customer003.example" {
				return &exchange.Problem{Code: exchange.CodeDelegationRefused}
			}
			return nil
		}
		r := newRunner(s)
		var heard told
		begun := time.Now()
		run := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: append(names(9), names(2)...)}, heard.deliver)
		sum := run.Wait()

		if len(sum.Answered()) != 7 || len(sum.Failed()) != 1 || len(sum.NotAsked()) != 1 || sum.Cancelled {
			t.Errorf("answered %d, failed %d, not asked %d", len(sum.Answered()), len(sum.Failed()), len(sum.NotAsked()))
		}
		if f := sum.Failed()[0]; f.Customer != "customer002.example" || !f.Partial || f.Rows != 1 || f.Problem.Code != exchange.CodeRunFailed {
			t.Errorf("failed: %+v", f)
		}
		if n := sum.NotAsked()[0]; n.Customer != "customer003.example" || n.Rows != 0 || n.Problem.Code != exchange.CodeDelegationRefused {
			t.Errorf("not asked: %+v", n)
		}
		if sum.Customers[0].Faults != 1 || sum.Customers[0].Rows != 2 || sum.Customers[0].Partial {
			t.Errorf("first: %+v", sum.Customers[0])
		}
		if sum.Rows != 6*2+1 || run.Table().Len() != sum.Rows || sum.Info.Finished.IsZero() {
			t.Errorf("%d rows, table %d, finished %v", sum.Rows, run.Table().Len(), sum.Info.Finished)
		}
		if s.most > 3 {
			t.Errorf("%d sessions at once", s.most)
		}
		// The first customer signs in alone, then three side by side: far below one after the other.
		if took := time.Since(begun); took > 11*time.Second {
			t.Errorf("took %v", took)
		}
		want := []jobs.Phase{jobs.Waiting, jobs.Connecting, jobs.Running, jobs.Finished}
		if got := heard.phases("customer000.example"); !slices.Equal(got, want) {
			t.Errorf("phases %v", got)
		}
		last := heard.list[len(heard.list)-1]
		if last.Summary == nil || last.Ended != 9 || last.Of != 9 || last.Run != run.ID() {
			t.Errorf("last update %+v", last)
		}
		notices, faults := 0, 0
		for _, u := range heard.list {
			if u.Notice != nil {
				notices++
			}
			if u.Problem != nil && u.Phase == jobs.Running {
				faults++
			}
		}
		if notices != 6 || faults != 6 {
			t.Errorf("%d notices, %d faults told", notices, faults)
		}
		closeAll(t, r.Sessions)
		if s.openNow() != 0 || s.closes == 0 {
			t.Errorf("%d sessions left open", s.openNow())
		}
	})
}

func TestAWrongPasswordIsTriedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{connectTime: time.Second, connect: func(int, exchange.CustomerID) error {
			return &exchange.Problem{Code: exchange.CodeSignInRefused, Retry: exchange.RetryAfterSignIn}
		}}
		r := newRunner(s)
		sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(40)}, func(jobs.Update) {}).Wait()
		if s.connects != 1 || len(sum.NotAsked()) != 40 {
			t.Errorf("%d sign-ins sent, %d not asked", s.connects, len(sum.NotAsked()))
		}
		var tried exchange.CustomerID
		for _, c := range sum.Customers {
			if c.Problem.Code == exchange.CodeSignInRefused {
				tried = c.Customer
			}
		}
		for _, c := range sum.Customers {
			p := c.Problem
			if c.Customer != tried && (p.Code != jobs.CodeStopped || p.Args["customer"] != string(tried) || p.Args["reason"] != string(exchange.CodeSignInRefused)) {
				t.Errorf("%s: %v", c.Customer, p)
			}
		}
		if used, _ := r.Sessions.InUse(); used != 0 {
			t.Errorf("%d sessions in use", used)
		}
	})
}

// A failure that stops the run could be tried again, but is not: its own customer must still say what it was.
func TestTheCustomerThatStoppedTheRunSaysWhy(t *testing.T) {
	for _, many := range []int{1, 3, 40} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{connectTime: time.Second, connect: func(int, exchange.CustomerID) error {
				return &exchange.Problem{Code: exchange.CodeNotReachable, Retry: exchange.RetryNow}
			}}
			r := newRunner(s)
			sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(many)}, func(jobs.Update) {}).Wait()
			said := 0
			for _, c := range sum.NotAsked() {
				if c.Problem.Code == exchange.CodeNotReachable {
					said++
				}
			}
			if said != 1 || len(sum.NotAsked()) != many || s.connects != 1 {
				t.Errorf("of %d customers %d say why, %d not asked, %d attempts", many, said, len(sum.NotAsked()), s.connects)
			}
		})
	}
}

func TestAPasswordThatStopsWorkingIsNotTriedForEveryCustomer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{connectTime: time.Second, connect: func(n int, _ exchange.CustomerID) error {
			if n > 5 {
				return &exchange.Problem{Code: exchange.CodeSignInRefused}
			}
			return nil
		}}
		r := newRunner(s)
		sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(40)}, func(jobs.Update) {}).Wait()
		if refused := s.connects - 5; refused > 5 || len(sum.Answered()) != 5 {
			t.Errorf("%d refused sign-ins sent, %d answered", refused, len(sum.Answered()))
		}
		closeAll(t, r.Sessions)
	})
}

func TestALostSessionIsReplacedOnceAndOnlyWhereNothingIsDoneTwice(t *testing.T) {
	lost := &exchange.Problem{Code: exchange.CodeSessionGone, Retry: exchange.RetryNow}
	for _, c := range []struct {
		name   string
		cmdlet string
		rows   int // before the line breaks
		times  int // how often it breaks
		runs   int
		phase  jobs.Phase
	}{
		{"before the first row", "Get-Mailbox", 0, 1, 2, jobs.Finished},
		{"twice", "Get-Mailbox", 0, 2, 2, jobs.Failed},
		{"after a row", "Get-Mailbox", 1, 1, 1, jobs.Failed},
		{"a change", "Set-Mailbox", 0, 1, 1, jobs.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var used []*fakeSession
				s := &server{run: func(n int, f *fakeSession, yield func(exchange.Event) bool) error {
					used = append(used, f)
					if n <= c.times {
						for i := range c.rows {
							yield(rowOf(i))
						}
						return lost
					}
					yield(rowOf(1))
					return nil
				}}
				r := newRunner(s)
				sum := r.Start(t.Context(), jobs.Plan{Invocation: exchange.Invocation{Cmdlet: c.cmdlet}, Customers: names(1)}, func(jobs.Update) {}).Wait()
				got := sum.Customers[0]
				if got.Phase != c.phase || s.runs != c.runs || got.Partial != (c.rows > 0) {
					t.Errorf("%+v after %d runs", got, s.runs)
				}
				if len(used) == 2 && used[0] == used[1] {
					t.Error("asked again on the lost session")
				}
				if got.Phase == jobs.Finished && got.Rows != 1 {
					t.Errorf("%d rows", got.Rows)
				}
				closeAll(t, r.Sessions)
			})
		})
	}
}

func TestABusyServerIsLeftAloneAsLongAsItSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := &exchange.Problem{Code: exchange.CodeServerBusy, Retry: exchange.RetryLater, Args: map[string]string{"seconds": "30"}}
		s := &server{run: func(n int, _ *fakeSession, yield func(exchange.Event) bool) error {
			if n <= 2 {
				return busy
			}
			yield(rowOf(1))
			return nil
		}}
		r := newRunner(s)
		var heard told
		begun := time.Now()
		sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(1)}, heard.deliver).Wait()
		if sum.Customers[0].Phase != jobs.Finished || sum.Customers[0].Attempts != 3 || time.Since(begun) != time.Minute {
			t.Errorf("%+v after %v", sum.Customers[0], time.Since(begun))
		}
		waits := 0
		for _, u := range heard.list {
			if u.Wait != nil && u.Wait.Reason != nil && u.Phase == jobs.Waiting {
				waits++
				if u.Wait.For != 30*time.Second || u.Wait.Reason.Code != exchange.CodeServerBusy {
					t.Errorf("told %+v", u.Wait)
				}
			}
		}
		if waits != 2 {
			t.Errorf("%d waits told", waits)
		}

		s.runs = -1000 // busy for ever: patience ends it
		begun = time.Now()
		sum = r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(1)}, heard.deliver).Wait()
		if got := sum.Customers[0]; got.Phase != jobs.Failed || got.Problem.Code != exchange.CodeServerBusy || time.Since(begun) > r.Patience {
			t.Errorf("%+v after %v", got, time.Since(begun))
		}
		closeAll(t, r.Sessions)
	})
}

func TestCancelKeepsWhatArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := make(chan *jobs.Run, 1)
		s := &server{connectTime: time.Second}
		s.run = func(n int, _ *fakeSession, yield func(exchange.Event) bool) error {
			for i := 0; i < 1000; i++ {
				if n == 4 && i == 500 {
					(<-started).Cancel()
				}
				if !yield(rowOf(i)) {
					return nil
				}
			}
			return nil
		}
		r := newRunner(s)
		r.Interval = time.Hour // cancelling must not wait for it
		var heard told
		run := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(20), Jobs: 1}, heard.deliver)
		started <- run
		sum := run.Wait()
		if !sum.Cancelled || len(sum.Answered()) != 3 || len(sum.Failed()) != 1 || len(sum.NotAsked()) != 16 {
			t.Fatalf("answered %d, failed %d, not asked %d", len(sum.Answered()), len(sum.Failed()), len(sum.NotAsked()))
		}
		f := sum.Failed()[0]
		if f.Phase != jobs.Cancelled || !f.Partial || f.Rows != 500 || sum.Rows != 3500 || run.Table().Len() != 3500 {
			t.Errorf("%+v, %d rows", f, sum.Rows)
		}
		if p := sum.NotAsked()[0].Problem; p.Code != exchange.CodeCancelled {
			t.Errorf("not asked because %v", p)
		}
		closeAll(t, r.Sessions)
	})
}

func TestCountsAreToldAtMostOncePerInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rows = 1000
		s := &server{run: func(n int, _ *fakeSession, yield func(exchange.Event) bool) error {
			for i := range rows {
				if !yield(rowOf(i)) || pause(t.Context(), 10*time.Millisecond) != nil {
					return nil
				}
			}
			return nil
		}}
		r := newRunner(s)
		r.Interval = 100 * time.Millisecond
		var at []time.Time
		var counts []int
		started := make(chan struct{})
		var run *jobs.Run
		run = r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(1)}, func(u jobs.Update) {
			<-started
			if u.Phase == jobs.Running && u.Rows > 0 {
				at = append(at, time.Now())
				counts = append(counts, u.Rows)
				if run.Table().Len() < u.Rows {
					t.Errorf("told %d rows, the table has %d", u.Rows, run.Table().Len())
				}
			}
		})
		close(started)
		run.Wait()
		if len(at) < 90 || len(at) > 101 {
			t.Errorf("%d counts told in 10 s", len(at))
		}
		for i := 1; i < len(at); i++ {
			if at[i].Sub(at[i-1]) < r.Interval || counts[i] <= counts[i-1] {
				t.Errorf("count %d after %v, then %d", counts[i], at[i].Sub(at[i-1]), counts[i-1])
			}
		}
		closeAll(t, r.Sessions)
	})
}

func TestNewsAndPhasesDoNotWaitForTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{run: func(n int, _ *fakeSession, yield func(exchange.Event) bool) error {
			yield(rowOf(1))
			yield(exchange.Notice{Level: exchange.Warning, Text: "cut at 1000"})
			yield(rowOf(2))
			return nil
		}}
		r := newRunner(s)
		r.Interval = time.Hour
		begun := time.Now()
		var heard told
		sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(3)}, heard.deliver).Wait()
		if time.Since(begun) != 0 || sum.Rows != 6 {
			t.Errorf("%d rows after %v", sum.Rows, time.Since(begun))
		}
		for _, u := range heard.list {
			if u.Notice != nil && u.Rows != 1 {
				t.Errorf("the notice came with %d rows", u.Rows)
			}
		}
		closeAll(t, r.Sessions)
	})
}

func TestAPanicBelowEndsOneCustomerOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{
			run: func(n int, f *fakeSession, yield func(exchange.Event) bool) error {
				if f.customer == "customer001.example" {
					yield(rowOf(1))
					panic("a fault in a decoder")
				}
				return nil
			},
			invoked: func() {},
		}
		s.connect = func(_ int, c exchange.CustomerID) error {
			if c == "customer002.example" {
				panic("a fault while connecting")
			}
			return nil
		}
		r := newRunner(s)
		sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(6)}, func(jobs.Update) {}).Wait()
		if len(sum.Answered()) != 4 {
			t.Errorf("%d answered", len(sum.Answered()))
		}
		for _, c := range sum.Customers[1:3] {
			if c.Problem == nil || c.Problem.Code != exchange.CodeUnexpected || !strings.Contains(c.Problem.Details["stack"], "jobs") {
				t.Errorf("%s: %v", c.Customer, c.Problem)
			}
		}
		if c := sum.Customers[1]; c.Rows != 1 || !c.Partial {
			t.Errorf("%+v", c)
		}
		closeAll(t, r.Sessions)
		if s.openNow() != 0 {
			t.Error("a session was left open")
		}
	})
}

func TestAWholeSlowRunIsAsFastAsItsSessionsAllow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const step = 200 * time.Millisecond
		s := &server{limit: 3, connectTime: 3 * step, runTime: step, closeTime: step}
		r := newRunner(s)
		begun := time.Now()
		sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(300)}, func(jobs.Update) {}).Wait()
		closeAll(t, r.Sessions)
		took, ideal := time.Since(begun), 100*5*step
		t.Logf("300 customers on 3 sessions: %v, %.3f of the least possible", took, float64(took)/float64(ideal))
		if len(sum.Answered()) != 300 || float64(took) > 1.05*float64(ideal) {
			t.Errorf("%d answered in %v", len(sum.Answered()), took)
		}
	})
}

// Whatever fails, and whenever it is cancelled, the account never holds more sessions than it may, every
// customer ends in exactly one final phase, and no session stays open.
func TestEveryRunEndsWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 4).Draw(rt, "limit")
		customers := names(rapid.IntRange(1, 12).Draw(rt, "customers"))
		idle := rapid.SampledFrom([]time.Duration{-1, time.Millisecond, time.Minute}).Draw(rt, "idle")
		interval := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second}).Draw(rt, "interval")
		wanted := rapid.IntRange(0, 6).Draw(rt, "jobs")
		stop := rapid.SampledFrom([]time.Duration{0, 3 * time.Millisecond, 20 * time.Millisecond, time.Hour}).Draw(rt, "cancel after")
		signOut := rapid.Bool().Draw(rt, "close while it runs")
		fates := rapid.SliceOfN(rapid.IntRange(0, 9), 24, 24).Draw(rt, "fates")
		delays := rapid.SliceOfN(rapid.IntRange(0, 5), 24, 24).Draw(rt, "delays")

		var wrong []string
		synctest.Test(t, func(t *testing.T) {
			s := &server{connectTime: time.Millisecond, closeTime: time.Duration(delays[0]) * time.Millisecond}
			s.connect = func(n int, _ exchange.CustomerID) error {
				switch fates[n%24] {
				case 0:
					return &exchange.Problem{Code: exchange.CodeDelegationRefused}
				case 1:
					return &exchange.Problem{Code: exchange.CodeDropped, Retry: exchange.RetryNow}
				case 2:
					return &exchange.Problem{Code: exchange.CodeSessionBudget, Retry: exchange.RetryLater}
				}
				return nil
			}
			s.run = func(n int, _ *fakeSession, yield func(exchange.Event) bool) error {
				for i := range delays[n%24] {
					if !yield(rowOf(i)) || pause(t.Context(), time.Millisecond) != nil {
						return nil
					}
				}
				switch fates[(n+7)%24] {
				case 0:
					return &exchange.Problem{Code: exchange.CodeDropped, Retry: exchange.RetryNow}
				case 1:
					return &exchange.Problem{Code: exchange.CodeServerBusy, Retry: exchange.RetryLater}
				case 2:
					return errors.New("something else")
				case 3:
					panic("below")
				}
				return nil
			}
			r := jobs.NewRunner(jobs.NewSessions(jobs.Account{Connector: s, MaxSessions: limit, Idle: idle}))
			r.Interval = interval
			finals := map[exchange.CustomerID]int{}
			summaries, ended := 0, 0
			run := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: customers, Jobs: wanted}, func(u jobs.Update) {
				if finals[u.Customer] > 0 && u.Summary == nil {
					wrong = append(wrong, fmt.Sprintf("%s: news after its end: %+v", u.Customer, u))
				}
				if summaries > 0 {
					wrong = append(wrong, "news after the summary")
				}
				if u.Phase.Final() {
					finals[u.Customer]++
					ended++
				}
				if u.Ended != ended || u.Of != len(customers) {
					wrong = append(wrong, fmt.Sprintf("told %d of %d ended, %d have", u.Ended, u.Of, ended))
				}
				if u.Summary != nil {
					summaries++
				}
			})
			timer := time.AfterFunc(stop, func() {
				if signOut {
					_ = r.Sessions.CloseAll(context.Background())
				}
				run.Cancel()
			})
			sum := run.Wait()
			timer.Stop()
			if err := r.Sessions.CloseAll(context.Background()); err != nil {
				wrong = append(wrong, err.Error())
			}
			if s.most > limit {
				wrong = append(wrong, fmt.Sprintf("%d sessions where %d are allowed", s.most, limit))
			}
			if s.openNow() != 0 {
				wrong = append(wrong, fmt.Sprintf("%d sessions left open", s.openNow()))
			}
			if used, _ := r.Sessions.InUse(); used != 0 {
				wrong = append(wrong, fmt.Sprintf("%d sessions counted after closing", used))
			}
			rows := 0
			for i, c := range sum.Customers {
				rows += c.Rows
				if c.Customer != customers[i] || !c.Phase.Final() || finals[c.Customer] != 1 {
					wrong = append(wrong, fmt.Sprintf("%+v ended %d times", c, finals[c.Customer]))
				}
				if (c.Problem == nil) != (c.Phase == jobs.Finished) || c.Partial && c.Rows == 0 {
					wrong = append(wrong, fmt.Sprintf("%+v", c))
				}
			}
			if len(sum.Customers) != len(customers) || summaries != 1 || rows != sum.Rows || rows != run.Table().Len() {
				wrong = append(wrong, fmt.Sprintf("%d customers, %d summaries, %d rows of %d", len(sum.Customers), summaries, rows, sum.Rows))
			}
		})
		if len(wrong) > 0 {
			rt.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// A session that could not be closed is told whenever that was, before the run ended or after.
func TestASessionThatCouldNotBeClosedIsAlwaysTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{runTime: time.Second, closing: func(c exchange.CustomerID) error {
			if c == "customer001.example" || c == "customer007.example" {
				return &exchange.Problem{Code: exchange.CodeSessionNotClosed, Args: map[string]string{"customer": string(c), "reason": string(exchange.CodeBackEnd)}}
			}
			return nil
		}}
		r := jobs.NewRunner(jobs.NewSessions(jobs.Account{Connector: s, Idle: -1}))
		r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(9)}, func(jobs.Update) {}).Wait()
		p := exchange.AsProblem(r.Sessions.CloseAll(t.Context()))
		if p == nil || p.Code != exchange.CodeSessionNotClosed || p.Args["customer"] != "customer001.example, customer007.example" {
			t.Errorf("%v", p)
		}
	})
}

// Sessions that were open when the password stopped working say so themselves: nobody else is asked.
func TestAPasswordThatStopsWorkingInOpenSessionsEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{connectTime: time.Second, runTime: time.Second}
		refused := &exchange.Problem{Code: exchange.CodeSignInRefused}
		s.run = func(n int, _ *fakeSession, _ func(exchange.Event) bool) error {
			if n > 3 {
				return refused
			}
			return nil
		}
		s.connect = func(n int, _ exchange.CustomerID) error {
			if n > 6 {
				return refused
			}
			return nil
		}
		r := newRunner(s)
		sum := r.Start(t.Context(), jobs.Plan{Invocation: getMailbox, Customers: names(40)}, func(jobs.Update) {}).Wait()
		if s.runs > 6 || s.connects > 8 || len(sum.NotAsked()) < 34 || len(sum.Answered()) != 3 {
			t.Errorf("%d runs, %d sign-ins, %d not asked", s.runs, s.connects, len(sum.NotAsked()))
		}
		closeAll(t, r.Sessions)
	})
}
