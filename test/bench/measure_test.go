package bench

import (
	"runtime"
	"testing"
	"time"
)

// measure runs work b.N times on so many cores and reports what a run took by the clock and in processor
// time, which is what it would take by the clock on a computer with nothing else to do. bytes is what one
// run works through, 0 for work that is told in milliseconds.
func measure(b *testing.B, cores int, bytes int64, work func()) {
	b.Helper()
	if cores > runtime.NumCPU() {
		b.Skipf("needs %d cores", cores)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	b.ReportAllocs()
	runtime.GC() // what ran before does not count
	var clock, cpu time.Duration
	for b.Loop() {
		start, startCPU := time.Now(), cpuTime()
		work()
		clock += time.Since(start)
		cpu += cpuTime() - startCPU
	}
	report(b, bytes, clock, cpu)
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
