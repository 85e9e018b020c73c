package journal

import (
	"context"
	"sync"
	"time"
)

const (
	lookEvery  = 75 * time.Millisecond // for what other programs wrote: one small question to SQLite
	checkEvery = time.Second           // for programs that ended without writing anything
)

// changes tells those who listen that the journal may have changed: this program wrote to it, another one
// did, or a second has passed, in which another one may have ended. It looks only while somebody listens.
type changes struct {
	mu        sync.Mutex
	next      chan struct{} // closed at the next change; nil when nobody listens
	listeners int
	stop      context.CancelFunc
}

// tell wakes those who listen.
func (c *changes) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = make(chan struct{})
	}
}

// await returns what is closed at the next change. Take it before looking, so that nothing is missed.
func (c *changes) await() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.next
}

// listen makes await work until done is called.
func (j *Journal) listen() (done func()) {
	c := &j.news
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners++; c.listeners == 1 {
		ctx, stop := context.WithCancel(j.life)
		c.next, c.stop = make(chan struct{}), stop
		go j.look(ctx)
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.listeners--; c.listeners == 0 {
			c.stop()
		}
	}
}

// look asks SQLite for the version of the data, which changes when another program has written.
func (j *Journal) look(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	last, told := int64(-1), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := int64(-1)
		if err := j.db.QueryRowContext(ctx, "PRAGMA data_version").Scan(&now); err != nil {
			now = last // who looks meets the same error and can say so
		}
		if now != last || time.Since(told) >= checkEvery {
			last, told = now, time.Now()
			j.news.tell()
		}
	}
}
