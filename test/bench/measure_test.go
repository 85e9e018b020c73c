package bench

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// taken is what a run takes by the clock and in processor time, which is what it would take by the clock on a
// computer with nothing else to do: the middle one of so many runs.
type taken struct {
	clock, cpu time.Duration
	runs       int
}

// measure runs work b.N times on so many cores and reports what a run took. bytes is what one run works
// through, 0 for work that is told in milliseconds.
func measure(b *testing.B, cores int, bytes int64, work func()) taken {
	b.Helper()
	return measureOften(b, cores, bytes, 1, work)
}

// measureOften is measure with at least so many runs; those beyond b.N count for what it returns.
func measureOften(b *testing.B, cores int, bytes int64, least int, work func()) taken {
	b.Helper()
	if cores > runtime.NumCPU() {
		b.Skipf("needs %d cores", cores)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	b.ReportAllocs()
	runtime.GC() // what ran before does not count
	var clocks, cpus []time.Duration
	once := func() {
		start, startCPU := time.Now(), cpuTime()
		work()
		clocks, cpus = append(clocks, time.Since(start)), append(cpus, cpuTime()-startCPU)
	}
	for b.Loop() {
		once()
	}
	report(b, bytes, sum(clocks), sum(cpus))
	for len(clocks) < least {
		once()
	}
	return middle(clocks, cpus)
}

func sum(all []time.Duration) (sum time.Duration) {
	for _, d := range all {
		sum += d
	}
	return sum
}

func middle(clocks, cpus []time.Duration) taken {
	slices.Sort(clocks)
	slices.Sort(cpus)
	return taken{clocks[len(clocks)/2], cpus[len(cpus)/2], len(clocks)}
}

// report says what was measured elsewhere.
func (t taken) report(b *testing.B) {
	b.ReportMetric(float64(t.clock.Nanoseconds()), "ns/op")
	b.ReportMetric(t.clock.Seconds()*1e3, "ms")
	b.ReportMetric(t.cpu.Seconds()*1e3, "ms-cpu")
}

// report says what b.N runs took, bytes each, or 0 for work that is told in milliseconds.
func report(b *testing.B, bytes int64, clock, cpu time.Duration) {
	figure := func(unit string, total time.Duration) {
		switch each := total.Seconds() / float64(b.N); {
		case each == 0: // not known here
		case bytes > 0:
			b.ReportMetric(float64(bytes)/1e6/each, "MB/s"+unit)
		default:
			b.ReportMetric(each*1e3, "ms"+unit)
		}
	}
	b.ReportMetric(float64(clock.Nanoseconds())/float64(b.N), "ns/op")
	figure("", clock)
	figure("-cpu", cpu)
}
