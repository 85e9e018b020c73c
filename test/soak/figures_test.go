package soak

import (
	"context"
	"fmt"
	"maps"
	"math"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// sample is what the process held at one moment, when nothing was to do.
type sample struct {
	at         time.Duration
	goroutines int
	heap       uint64 // bytes that are in use after a collection
}

// rest waits until no more than most goroutines are left, or ctx is done, and measures.
func rest(ctx context.Context, begun time.Time, most int) sample {
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for runtime.NumGoroutine() > most {
		select {
		case <-look.C:
			continue
		case <-ctx.Done():
		}
		break
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
