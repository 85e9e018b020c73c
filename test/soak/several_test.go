package soak

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"tenantry/core/exchangesim"
)

// However many command lines run at once on one account, they share its three sessions: the partner never
// has to refuse one, and everybody gets all the rows.
func TestSeveralAtOnce(t *testing.T) {
	t.Logf("TENANTRY_SEED=%d TENANTRY_KILLS=%d", seed, kills)
	l := newLane(t, false)
	before := l.sim.Stats()
	var next atomic.Int64
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for n := int(next.Add(1)); n <= max(kills/4, 4); n = int(next.Add(1)) {
				d := dice(n)
				file := filepath.Join(l.home, fmt.Sprintf("answer-%d.csv", n))
				customers := 1 + d.IntN(laneCustomers)
				p := l.ask(customers, 1+d.IntN(3), file)
				p.wait(t)
				rows, err := os.ReadFile(file)
				if p.status != 0 || err != nil || string(rows) != string(l.usual[customers].rows) {
					t.Errorf("process %d over %d customers ended with %d and wrote %d bytes of %d: %v\n%s",
						n, customers, p.status, len(rows), len(l.usual[customers].rows), err, p.errs.String())
				}
				_ = os.Remove(file) // it lies in a folder that goes with the test
			}
		})
	}
	workers.Wait()
	l.clean(t)
	s := l.sim.Stats()
	if s.Refused != before.Refused {
		t.Errorf("%d sessions had to be refused", s.Refused-before.Refused)
	}
	if s.MaxConcurrent != exchangesim.DefaultMaxSessions {
		t.Errorf("at most %d sessions were open at once, where three are allowed and wanted", s.MaxConcurrent)
	}
	t.Logf("%d processes, %d sessions, %d at once, %d refused", int(next.Load())-4, s.Created-before.Created, s.MaxConcurrent, s.Refused)
}
