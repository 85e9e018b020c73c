package soak

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// However a run is killed, the next start with the same account leaves no session behind, and brings all the
// rows; a file is written whole or not at all.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Logf("TENANTRY_SEED=%d TENANTRY_KILLS=%d", seed, kills)
	var done, next atomic.Int64
	var all tally
	begun := time.Now()
	var lanes sync.WaitGroup
	for i := range 2 * runtime.GOMAXPROCS(0) {
		l := newLane(t, i%4 == 3)
		lanes.Go(func() {
			for done.Load() < int64(kills) && !t.Failed() {
				n := int(next.Add(1))
				r := &round{l: l, number: n, d: dice(n), file: filepath.Join(l.home, fmt.Sprintf("answer-%d.csv", n))}
				r.play(t)
				if t.Failed() {
					t.Errorf("round %d: %s", n, strings.Join(r.told, ", "))
				}
				done.Add(int64(len(r.struck)))
				all.add(r)
			}
		})
	}
	lanes.Wait()
	t.Logf("%d kills in %d rounds, %d of them with a start more, %v\n%s", done.Load(), all.rounds, all.stayed, time.Since(begun).Round(time.Second), counted("moments", all.kinds))
}

// round is one file that is asked for until somebody lived to write it.
type round struct {
	l      *lane
	number int
	d      *rand.Rand
	file   string

	told   []string // what happened, for a failure
	struck []string // the kinds of moments that killed
	stayed bool     // the last run left it to the next start to look for a session once more
}

func (r *round) tell(format string, args ...any) {
	r.told = append(r.told, fmt.Sprintf(format, args...))
}

// play kills a run, and now and then the next one too, and then lets one be.
func (r *round) play(t *testing.T) {
	n, jobs := 1+r.d.IntN(laneCustomers), 1+r.d.IntN(3)
	pair := r.d.IntN(8) == 0
	cleaning := r.d.IntN(5) == 0
	deaths := 1
	for deaths < 4 && r.d.IntN(4) == 0 {
		deaths++
	}
	r.tell("%d customers, %d side by side", n, jobs)
	for i := range deaths {
		if i > 0 && r.d.IntN(4) == 0 {
			r.dieCleaning(t)
		} else {
			r.die(t, n, jobs, pair)
		}
	}
	if cleaning {
		r.cleanUp(t)
	}
	r.l.striker.arm(nil)
	last := r.l.ask(n, jobs, r.file)
	last.wait(t)
	r.l.settle()
	rows, err := os.ReadFile(r.file)
	if last.status != 0 || err != nil || string(rows) != string(r.l.usual[n].rows) {
		t.Errorf("the last run ended with %d and wrote %d bytes of %d: %v\n%s", last.status, len(rows), len(r.l.usual[n].rows), err, last.errs.String())
	}
	if r.l.unsure() {
		// A session whose making was never answered is looked for several times, which this run was too short
		// for, so that the next start goes on with it.
		r.stayed = true
		r.cleanUp(t)
	}
	r.l.clean(t)
	_ = os.Remove(r.file) // it lies in a folder that goes with the test
}

// die starts a run, or two at once that ask for the same, and kills them at a random moment.
func (r *round) die(t *testing.T, n, jobs int, pair bool) {
	u := r.l.usual[n]
	points := []point{before, beforeLate, acted, inAnswer, answered}
	if r.l.wire == nil || pair {
		points = []point{beside}
	}
	m := chosen(r.d, u.counts, u.whole, points...)
	r.l.striker.arm(m)
	victims := []*process{r.l.ask(n, jobs, r.file)}
	if pair {
		victims = append(victims, r.l.ask(n, jobs, r.file+".second.csv"))
	}
	if len(victims) > 1 && r.d.IntN(2) == 0 { // one of them lives on
		m.of(victims[r.d.IntN(2)])
	} else {
		m.of(victims...)
	}
	r.bury(t, m, victims...)
	for _, file := range []string{r.file, r.file + ".second.csv"} {
		if r.l.half(file, n) {
			t.Errorf("half an answer has the name of the whole: %s", file)
		}
	}
}

// dieCleaning kills somebody who removes what the last one left.
func (r *round) dieCleaning(t *testing.T) {
	points := []point{before, acted, answered}
	if r.l.wire == nil {
		points = []point{beside}
	}
	m := chosen(r.d, map[string]int{"Delete": 2}, 100*time.Millisecond, points...)
	r.l.striker.arm(m)
	p := r.clean()
	m.of(p)
	r.bury(t, m, p)
}

// bury waits for those whom the moment kills, and for those it spares.
func (r *round) bury(t *testing.T, m *moment, victims ...*process) {
	r.tell("%s to be killed %v", victims[0].args[0], m)
	for _, p := range victims {
		p.wait(t)
		switch {
		case p.killed():
			r.struck = append(r.struck, m.kind())
			r.tell("killed")
		case p.status == 0:
			r.tell("came through")
		default:
			t.Errorf("%s was not killed and ended with %d:\n%s", p.args[0], p.status, p.errs.String())
		}
	}
	r.l.striker.arm(nil)
}

func (r *round) clean() *process {
	return launch(r.l.home, r.l.sim.Password.Reveal(), append([]string{"sessions", "clean"}, r.l.at()...)...)
}

// cleanUp removes what was left in the way made for it.
func (r *round) cleanUp(t *testing.T) {
	p := r.clean()
	p.wait(t)
	r.l.settle()
	r.tell("sessions clean ended with %d", p.status)
	if p.status != 0 {
		t.Errorf("sessions clean ended with %d:\n%s", p.status, p.errs.String())
	}
	r.l.clean(t)
}

// settle waits until nothing is on its way to the partner any more.
func (l *lane) settle() {
	if l.wire != nil {
		l.wire.release()
		l.wire.late.Wait()
	}
}

// tally counts what the rounds did.
type tally struct {
	mu     sync.Mutex
	rounds int
	stayed int // rounds that took one more start
	kinds  map[string]int
}

func (a *tally) add(r *round) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rounds++
	if r.stayed {
		a.stayed++
	}
	if a.kinds == nil {
		a.kinds = map[string]int{}
	}
	for _, kind := range r.struck {
		a.kinds[kind]++
	}
}
