package soak

import (
	"context"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/wsman"
)

// A session is asked for, given up, and asked to be closed; and only then the partner comes to making it. What
// it answered to the closing is no proof, so the session stays noted until it is certainly gone.
func TestGivenUpWhileItIsMade(t *testing.T) {
	asked, closed := make(chan struct{}), make(chan struct{})
	made := make(chan struct{})
	o := &office{sim: &exchangesim.Server{World: world.Options{Customers: 1, Mailboxes: 5}}, total: &figures{}}
	first := true
	o.sim.Hooks.Operation = func(q *wsman.Request) *wsman.Fault {
		if _, create := q.Op.(*wsman.Create); create && first {
			first = false
			close(asked)
			<-closed
			close(made)
		}
		return nil
	}
	o.open(t)
	sessions := jobs.NewSessions(o.account(-1))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-asked
		cancel()
	}()
	_, err := sessions.Acquire(ctx, o.customers[0], nil, nil)
	if exchange.CodeOf(err) != exchange.CodeCancelled {
		t.Errorf("giving up brings %v", err)
	}
	close(closed)
	<-made
	if err := sessions.CloseAll(context.Background()); err != nil {
		t.Error(err)
	}
	o.sweep(t)
}
