package jobs_test

import (
	"context"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

// What a person sees of the sessions, and may close.
func TestHeldSessions(t *testing.T) {
	s := jobs.NewSessions(jobs.Account{Connector: &server{}})
	one, err := s.Acquire(t.Context(), "contoso.example", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Acquire(t.Context(), "litware.example", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	two.Done(nil)
	list := s.Held()
	if len(list) != 2 || list[0].Customer != "contoso.example" || list[0].State != jobs.HeldInUse || list[1].State != jobs.HeldIdle || list[1].Since.IsZero() {
		t.Fatalf("held are %+v", list)
	}
	if s.CloseIdle(list[0]) {
		t.Error("a session in use was closed")
	}
	gone := make(chan struct{})
	stop := s.Watch(func(used, _ int) {
		if used == 1 {
			close(gone)
		}
	})
	if !s.CloseIdle(list[1]) {
		t.Error("an idle session was not closed")
	}
	<-gone
	stop()
	if s.CloseIdle(list[1]) {
		t.Error("a session was closed twice")
	}
	if now := s.Held(); len(now) != 1 || now[0].Customer != exchange.CustomerID("contoso.example") {
		t.Errorf("held are still %+v", now)
	}
	one.Done(nil)
	if err := s.CloseAll(context.Background()); err != nil {
		t.Error(err)
	}
}
