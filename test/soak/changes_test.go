package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim/engine"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
)

// changes are what is changed for one customer, whom nobody asks otherwise.
type changes struct {
	customer exchange.CustomerID
	org      *world.Org

	mu    sync.Mutex
	made  int            // asked for so far
	begun map[string]int // how often a value came to the partner
	sure  int            // changes that are said to be made
}

// watch counts a pipeline that changes something.
func (c *changes) watch(p engine.Pipeline, _ engine.Output) error {
	for _, command := range p.Commands {
		for _, parameter := range command.Params {
			if parameter.Name == changed {
				c.mu.Lock()
				c.begun[strings.Clone(parameter.Value.Str())]++ // or it would hold its whole message
				c.mu.Unlock()
			}
		}
	}
	return nil
}

const changed = "CustomAttribute7"

// change gives one mailbox a value nobody else gives, and checks that it was asked for once at most, made when
// it is said to be made, and not begun when it is said not to be. mailbox is the caller's own.
func (o *office) change(t *testing.T, d *rand.Rand, runner *jobs.Runner, mailbox int) {
	c := &o.changes
	c.mu.Lock()
	c.made++
	value := fmt.Sprintf("change %d", c.made)
	c.mu.Unlock()
	q := ask("Set-Mailbox", parameter("Identity", c.org.Mailbox(mailbox).UPN), parameter(changed, value))
	run := runner.Start(context.Background(), jobs.Plan{Invocation: q.invocation, Customers: []exchange.CustomerID{c.customer}}, func(u jobs.Update) {
		sentences(t, u.Problem)
	})
	impatience := time.AfterFunc(o.enough(d), run.Cancel)
	s := run.Wait()
	impatience.Stop()
	result := s.Customers[0]
	now := c.org.Mailbox(mailbox).Custom[6]
	c.mu.Lock()
	defer c.mu.Unlock()
	switch begun := c.begun[value]; {
	case begun > 1:
		t.Errorf("a change was asked for %d times", begun)
	case result.Phase == jobs.Finished && result.Faults == 0 && (now != value || begun != 1):
		t.Errorf("a change is said to be made and is not")
	case result.Phase == jobs.NotAsked && (now == value || begun != 0):
		t.Errorf("a change is said not to be asked for and is")
	}
	delete(c.begun, value)
	if result.Phase == jobs.Finished {
		c.sure++
	}
	o.total.add(t, s)
}
