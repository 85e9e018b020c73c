// Package loop is the one door between work and the screen: work runs on goroutines of its own, and what it
// found is posted to the one goroutine that owns the widgets.
//
// Both doors are counted, so a test can wait until nothing is left to do instead of sleeping.
package loop

import (
	"context"
	"sync"

	"fyne.io/fyne/v2"
)

// Loop is the one door. All methods may be called from any goroutine.
type Loop interface {
	// Post runs f on the goroutine that owns the screen, soon, and returns at once. Functions run in the
	// order they were posted. f is counted from now until it returned.
	Post(f func())

	// Go runs work on a goroutine of its own and returns at once. The work is counted before its goroutine
	// starts, until it returned. work may call Post and Go; it must touch no widget itself.
	Go(ctx context.Context, work func(ctx context.Context))

	// Idle returns a channel that is closed when nothing is counted: no work runs and no posted function
	// waits or runs. It is closed already when that is so now.
	Idle() <-chan struct{}
}

var (
	_ Loop = (*App)(nil)
	_ Loop = (*Queue)(nil)
)

// counter counts what is under way.
type counter struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // nil until somebody asks
}

func (c *counter) add() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

func (c *counter) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n--
	if c.n == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// Idle is Loop's.
func (c *counter) Idle() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == 0 {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	return c.idle
}

// Go is Loop's.
func (c *counter) Go(ctx context.Context, work func(ctx context.Context)) {
	c.add()
	go func() {
		defer c.done()
		work(ctx)
	}()
}

// App is the Loop of the running application: Post is fyne.Do. The zero value is ready. Post before the
// application runs waits until it does.
type App struct{ counter }

// Post is Loop's.
func (a *App) Post(f func()) {
	a.add()
	fyne.Do(func() {
		defer a.done()
		f()
	})
}

// Queue is the Loop of tests: one goroutine of its own runs what is posted, in order, as in the application.
// With it the race detector sees a widget that is touched from the wrong goroutine.
type Queue struct {
	counter
	wake    sync.Cond
	lock    sync.Mutex
	waiting []func()
	closed  bool
	ended   chan struct{}
}

// NewQueue starts a Queue. Close ends it.
func NewQueue() *Queue {
	q := &Queue{ended: make(chan struct{})}
	q.wake.L = &q.lock
	go q.drain()
	return q
}

// Post is Loop's. A closed Queue drops f.
func (q *Queue) Post(f func()) {
	q.lock.Lock()
	defer q.lock.Unlock()
	if q.closed {
		return
	}
	q.add()
	q.waiting = append(q.waiting, f)
	q.wake.Signal()
}

// Do posts f and waits until it has run. It must not be called from a posted function.
func (q *Queue) Do(f func()) {
	done := make(chan struct{})
	q.Post(func() {
		defer close(done)
		f()
	})
	select {
	case <-done:
	case <-q.ended:
	}
}

// Close runs what was posted before it and ends the goroutine. Calling it again only waits.
func (q *Queue) Close() {
	q.lock.Lock()
	q.closed = true
	q.wake.Signal()
	q.lock.Unlock()
	<-q.ended
}

func (q *Queue) drain() {
	defer close(q.ended)
	for {
		q.lock.Lock()
		for len(q.waiting) == 0 && !q.closed {
			q.wake.Wait()
		}
		if len(q.waiting) == 0 {
			q.lock.Unlock()
			return
		}
		f := q.waiting[0]
		q.waiting[0] = nil
		q.waiting = q.waiting[1:]
		q.lock.Unlock()
		q.run(f)
	}
}

func (q *Queue) run(f func()) {
	defer q.done()
	f()
}
