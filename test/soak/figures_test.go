package soak

import (
	"fmt"
	"maps"
	"math"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/jobs"
)

// figures are the counts of what happened, of all offices together.
type figures struct {
	mu         sync.Mutex
	runs, rows int
	answers    map[jobs.Phase]int
	codes      map[exchange.Code]int
	left       int // sessions that could not be closed at once
}

// forget begins the counts anew.
func (f *figures) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs, f.rows, f.left = 0, 0, 0
	f.answers, f.codes = nil, nil
}

// add counts a run, and checks that its failures can be told.
func (f *figures) add(t *testing.T, s jobs.Summary) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answers == nil {
		f.answers, f.codes = map[jobs.Phase]int{}, map[exchange.Code]int{}
	}
	f.runs++
	f.rows += s.Rows
	for _, c := range s.Customers {
		sentences(t, c.Problem)
		f.answers[c.Phase]++
		if c.Problem != nil {
			f.codes[c.Problem.Code]++
		}
	}
}

func (f *figures) leave(sessions int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left += sessions
}

// table sums it up.
func (f *figures) table(offices []*office, samples []sample) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	base, last := samples[0], samples[len(samples)-1]
	var s exchangesim.Stats
	var made, sure int
	struck := map[faults.Name]int{}
	for _, o := range offices {
		one := o.sim.Stats()
		s.Created += one.Created
		s.Deleted += one.Deleted
		s.Refused += one.Refused
		s.MaxConcurrent = max(s.MaxConcurrent, one.MaxConcurrent)
		made += o.changes.made
		sure += o.changes.sure
		for name, n := range o.sim.Struck() {
			struck[name] += n
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs, %d rows, %d shifts, in %v\n", f.runs, f.rows, len(samples)-2, last.at.Round(time.Second))
	fmt.Fprintf(&b, "changes: %d asked for, %d said to be made\n", made, sure)
	fmt.Fprintf(&b, "sessions: %d opened, %d closed, %d at once at most of one account, %d refused, %d closed later\n", s.Created, s.Deleted, s.MaxConcurrent, s.Refused, f.left)
	fmt.Fprintf(&b, "goroutines: %d at the beginning, %d at the end\n", base.goroutines, last.goroutines)
	fmt.Fprintf(&b, "heap: %d KB at the beginning, %d KB at the end\n", base.heap/1024, last.heap/1024)
	b.WriteString(counted("customers", f.answers))
	b.WriteString(counted("failures", f.codes))
	b.WriteString(counted("faults struck", struck))
	return b.String()
}

// sample is what the process held at one moment, when nothing was to do.
type sample struct {
	at         time.Duration
	goroutines int
	heap       uint64 // bytes that are in use after a collection
}

// rest waits until no more than most goroutines are left, but not for ever, and measures. Without a known
// number it waits until none has come or gone for a while.
func rest(begun time.Time, most int) sample {
	const known, unknown = 10 * time.Second, 300 * time.Millisecond
	limit := time.NewTimer(known)
	defer limit.Stop()
	if most == 0 {
		limit.Reset(unknown)
	}
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for n, over := runtime.NumGoroutine(), false; n > most && !over; {
		select {
		case <-look.C:
			if now := runtime.NumGoroutine(); now != n {
				n = now
				if most == 0 {
					limit.Reset(unknown)
				}
			}
		case <-limit.C:
			over = true
		}
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what a finalizer or a pool kept goes with the second
	runtime.ReadMemStats(&m)
	return sample{at: time.Since(begun), goroutines: runtime.NumGoroutine(), heap: m.HeapAlloc}
}

// stacks are all goroutines, those with the same stack together.
func stacks() string {
	var b strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1) // a Builder does not fail
	return b.String()
}

// slope fits a line through the heap of samples: how many bytes more an hour it holds, and how far that may
// be off by chance (its standard error).
func slope(samples []sample) (perHour, by float64) {
	n := float64(len(samples))
	if n < 3 {
		return 0, 0
	}
	var x, y float64
	for _, s := range samples {
		x += s.at.Hours() / n
		y += float64(s.heap) / n
	}
	var xx, xy float64
	for _, s := range samples {
		xx += (s.at.Hours() - x) * (s.at.Hours() - x)
		xy += (s.at.Hours() - x) * (float64(s.heap) - y)
	}
	perHour = xy / xx
	var off float64
	for _, s := range samples {
		d := float64(s.heap) - y - perHour*(s.at.Hours()-x)
		off += d * d
	}
	return perHour, math.Sqrt(off / (n - 2) / xx)
}

// spare is how much more heap the whole test may hold at its end than at its beginning before a rising line
// counts as growth: caches fill and maps do not shrink.
const spare = 2 << 20

// growth checks that the heap does not grow beyond chance and spare.
func growth(t *testing.T, samples []sample) {
	t.Helper()
	if len(samples) < 4 {
		t.Logf("%d samples are too few to tell growth", len(samples))
		return
	}
	perHour, by := slope(samples)
	whole := (samples[len(samples)-1].at - samples[0].at).Hours()
	t.Logf("heap %+.1f KB over %v, by chance ±%.1f KB", perHour*whole/1024, samples[len(samples)-1].at.Round(time.Second), by*whole/1024)
	if perHour*whole > spare && perHour > 3*by {
		t.Errorf("the heap grows: %.0f KB more at the end than at the beginning", perHour*whole/1024)
	}
}

// counted is a table of names and numbers, the highest first.
func counted[K ~string](title string, counts map[K]int) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t\n", title)
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(a, b K) int { return counts[b] - counts[a] })
	for _, name := range names {
		fmt.Fprintf(w, "  %s\t%d\n", name, counts[name])
	}
	_ = w.Flush() // a Builder does not fail
	return b.String()
}
