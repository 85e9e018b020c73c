package jobs_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tenantry/core/exchange"
)

func TestMain(m *testing.M) {
	if words := os.Getenv(otherProgram); words != "" {
		if err := beOtherProgram(words); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// server is an in-memory Exchange that keeps count of the sessions it holds. It fails a session the client
// should not have opened: one over the limit.
type server struct {
	limit       int           // over it, Connect gives session.limit; 0 for none
	connectTime time.Duration // how long opening, running and closing take
	runTime     time.Duration
	closeTime   time.Duration
	closing     func(customer exchange.CustomerID) error // nil result: closed

	connect func(n int, customer exchange.CustomerID) error                    // nil result: accepted; n counts from 1
	run     func(n int, s *fakeSession, yield func(exchange.Event) bool) error // n counts the server's runs
	invoked func()
	home    string // the organisation every session is in, whatever was asked for; empty: the right one

	mu       sync.Mutex
	open     map[*fakeSession]bool
	most     int
	connects int
	runs     int
	closes   int
	asked    []exchange.CustomerID
}

func (s *server) Connect(ctx context.Context, to exchange.Target, with exchange.Credential) (exchange.Session, error) {
	if err := pause(ctx, s.connectTime); err != nil {
		return nil, &exchange.Problem{Code: exchange.CodeCancelled, Cause: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connects++
	if s.connect != nil {
		if err := s.connect(s.connects, to.Customer); err != nil {
			return nil, err
		}
	}
	if s.limit > 0 && len(s.open) >= s.limit {
		return nil, &exchange.Problem{Code: exchange.CodeSessionLimit, Retry: exchange.RetryLater}
	}
	f := &fakeSession{server: s, customer: to.Customer, gone: make(chan struct{})}
	if s.open == nil {
		s.open = map[*fakeSession]bool{}
	}
	s.open[f] = true
	s.most = max(s.most, len(s.open))
	return f, nil
}

func (s *server) openNow() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

type fakeSession struct {
	server   *server
	customer exchange.CustomerID
	gone     chan struct{}
	once     sync.Once
	commands []exchange.CommandNews
}

func (f *fakeSession) Customer() exchange.CustomerID { return f.customer }
func (f *fakeSession) Supports() exchange.Capabilities {
	return exchange.Capabilities{Connection: exchange.Classic, MaxParallel: 1, MaxSessions: f.server.limit}
}

func (f *fakeSession) Invoke(ctx context.Context, inv exchange.Invocation) iter.Seq2[exchange.Event, error] {
	return func(yield func(exchange.Event, error) bool) {
		s := f.server
		if inv.Cmdlet == "Get-AcceptedDomain" || inv.Cmdlet == "Get-OrganizationConfig" {
			home := string(f.customer)
			if s.home != "" {
				home = s.home
			}
			yield(exchange.Row{Record: exchange.Record{Fields: []exchange.Field{{Name: "Name", Value: exchange.NewText(home)}}}}, nil)
			return
		}
		s.mu.Lock()
		s.runs++
		n := s.runs
		s.asked = append(s.asked, f.customer)
		s.mu.Unlock()
		if s.invoked != nil {
			s.invoked()
		}
		select {
		case <-f.gone:
			yield(nil, &exchange.Problem{Code: exchange.CodeSessionClosed})
			return
		default:
		}
		if err := pause(ctx, s.runTime); err != nil {
			yield(nil, &exchange.Problem{Code: exchange.CodeCancelled, Cause: err})
			return
		}
		stopped := false
		if s.run != nil {
			err := s.run(n, f, func(e exchange.Event) bool {
				if ctx.Err() != nil || stopped {
					return false
				}
				stopped = !yield(e, nil)
				return !stopped
			})
			switch {
			case stopped:
			case ctx.Err() != nil:
				yield(nil, &exchange.Problem{Code: exchange.CodeCancelled, Cause: ctx.Err()})
			case err != nil:
				yield(nil, err)
			}
		}
	}
}

func (f *fakeSession) Commands(ctx context.Context, names ...string) iter.Seq2[exchange.CommandNews, error] {
	return func(yield func(exchange.CommandNews, error) bool) {
		for _, n := range f.commands {
			if ctx.Err() != nil {
				yield(exchange.CommandNews{}, &exchange.Problem{Code: exchange.CodeCancelled})
				return
			}
			if !yield(n, nil) {
				return
			}
		}
	}
}

func (f *fakeSession) Close(context.Context) error {
	var err error
	f.once.Do(func() {
		close(f.gone)
		if err = pause(context.Background(), f.server.closeTime); err == nil && f.server.closing != nil {
			err = f.server.closing(f.customer)
		}
		f.server.mu.Lock()
		defer f.server.mu.Unlock()
		delete(f.server.open, f)
		f.server.closes++
	})
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func rowOf(n int) exchange.Row {
	return exchange.Row{Record: exchange.Record{Fields: []exchange.Field{
		{Name: "Name", Value: exchange.NewText(fmt.Sprintf("mailbox %d", n))},
		{Name: "Items", Value: exchange.NewInteger(int64(n))},
	}}}
}

func names(n int) []exchange.CustomerID {
	list := make([]exchange.CustomerID, n)
	for i := range list {
		list[i] = exchange.CustomerID(fmt.Sprintf("customer%03d.example", i))
	}
	return list
}
