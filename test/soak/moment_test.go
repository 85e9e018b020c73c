package soak

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// point is where in a request a moment lies.
type point string

// The points. The first five need a wire; a partner that is asked straight knows only beside.
const (
	before     point = "before"    // the partner never gets the request
	beforeLate point = "late"      // the partner gets it after the process is gone, and the next one has begun
	acted      point = "acted"     // the partner acted, its answer is lost
	inAnswer   point = "in answer" // half of the answer came
	answered   point = "answered"  // the whole answer came; a little later
	beside     point = "beside"    // the process is killed, and the request goes on by itself
	byTime     point = "by time"   // no request is waited for
)

// moment is when a process is killed: at a point of the nth request of an operation, or after a time.
type moment struct {
	operation string
	nth       int
	point     point
	after     time.Duration // of answered and byTime
	late      int           // of beforeLate: how many requests of the next process go first

	victims chan []*process // given once, after the start
}

func (m *moment) String() string {
	if m.point == byTime {
		return fmt.Sprintf("after %v", m.after)
	}
	return fmt.Sprintf("%s of %s %d", m.point, m.operation, m.nth)
}

// kind is the moment without its numbers, to count it by.
func (m *moment) kind() string {
	if m.point == byTime {
		return string(m.point)
	}
	return m.operation + " " + string(m.point)
}

// chosen draws a moment for a run that takes whole and sends counts of each operation. The points allowed are
// given; time is always one of them.
func chosen(d *rand.Rand, counts map[string]int, whole time.Duration, points ...point) *moment {
	m := &moment{point: byTime, victims: make(chan []*process, 1)}
	var known []string
	for _, o := range operations {
		if counts[o] > 0 {
			known = append(known, o)
		}
	}
	if len(known) == 0 || d.IntN(4) == 0 {
		m.after = time.Duration(d.Int64N(int64(whole)))
		return m
	}
	m.operation = known[d.IntN(len(known))]
	m.nth = 1 + d.IntN(counts[m.operation])
	m.point = points[d.IntN(len(points))]
	m.late = 1 + d.IntN(2)
	if m.point == answered {
		m.after = time.Duration(d.Int64N(int64(4 * time.Millisecond)))
	}
	return m
}

// of names whom the moment kills. It is called once, after they were started.
func (m *moment) of(victims ...*process) {
	m.victims <- victims
	if m.point == byTime {
		m.soon()
	}
}

// strike kills and returns when nobody of them is left.
func (m *moment) strike() {
	for _, p := range <-m.victims {
		p.kill()
	}
}

// soon strikes after the moment's time, on a goroutine of its own. It does not wait for who has ended by then.
func (m *moment) soon() {
	go func() {
		victims := <-m.victims
		over := time.NewTimer(m.after)
		defer over.Stop()
		for _, p := range victims {
			select {
			case <-over.C:
				over.Reset(0)
				p.kill()
			case <-p.gone:
			}
		}
	}()
}
