package jobs

import (
	"slices"
	"sync"
	"time"

	"tenantry/core/exchange"
)

// news delivers a run's Updates from one goroutine, in order. What cannot wait is queued at once; counts
// and progress are kept, the newest only, until the interval has passed.
type news struct {
	run      string
	of       int
	interval time.Duration
	deliver  func(Update)

	mu      sync.Mutex
	queue   []Update
	pending map[*part]*exchange.Progress // whose count or progress is to be told, and the newest progress
	order   []*part                      // the keys of pending, in the order they came
	closed  bool
	wake    chan struct{}
	gone    chan struct{}
	ended   int
}

func newNews(run string, of int, interval time.Duration, deliver func(Update)) *news {
	n := &news{
		run: run, of: of, interval: interval, deliver: deliver,
		pending: map[*part]*exchange.Progress{},
		wake:    make(chan struct{}, 1), gone: make(chan struct{}),
	}
	go n.work()
	return n
}

// now queues u for delivery. What was kept back about its customer is in it, or no longer true: u carries
// the newest count, and the newest progress is added unless a phase ended with it.
func (n *news) now(u Update) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, p := range n.order {
		if p.customer != u.Customer {
			continue
		}
		if u.Phase == Running && u.Progress == nil {
			u.Progress = n.pending[p]
		}
		delete(n.pending, p)
		n.order = slices.Delete(n.order, i, i+1)
		break
	}
	n.queue = append(n.queue, u)
	n.signal()
}

// later notes that p's count changed, or its progress.
func (n *news) later(p *part, progress *exchange.Progress) {
	n.mu.Lock()
	defer n.mu.Unlock()
	old, known := n.pending[p]
	if !known {
		n.order = append(n.order, p)
	}
	if progress == nil {
		progress = old
	}
	n.pending[p] = progress
	if !known {
		n.signal()
	}
}

func (n *news) signal() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// end delivers u as the last Update and returns when it was.
func (n *news) end(u Update) {
	n.mu.Lock()
	n.queue = append(n.queue, u)
	n.closed = true
	n.signal()
	n.mu.Unlock()
	<-n.gone
}

// work is the goroutine that calls deliver.
func (n *news) work() {
	defer close(n.gone)
	var due <-chan time.Time // when what was kept back is to be told; nil when there is nothing
	for {
		tell := false
		select {
		case <-n.wake:
		case <-due:
			due, tell = nil, true
		}
		var parts []*part
		var progress []*exchange.Progress
		n.mu.Lock()
		if tell {
			parts = n.order
			for _, p := range parts {
				progress = append(progress, n.pending[p])
			}
			clear(n.pending)
			n.order = nil
		}
		n.mu.Unlock()
		for i, p := range parts {
			p.count(progress[i])
		}
		closed := n.flush()
		if closed {
			return
		}
		n.mu.Lock()
		if due == nil && len(n.order) > 0 {
			due = time.After(n.interval)
		}
		n.mu.Unlock()
	}
}

// flush delivers what is queued, and tells whether that was all.
func (n *news) flush() (closed bool) {
	for {
		n.mu.Lock()
		list := n.queue
		n.queue = nil
		closed = n.closed
		n.mu.Unlock()
		if len(list) == 0 {
			return closed
		}
		for _, u := range list {
			u.Run, u.Of = n.run, n.of
			if u.Phase.Final() {
				n.ended++
			}
			u.Ended = n.ended
			n.deliver(u)
		}
	}
}
