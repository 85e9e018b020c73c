package exchangesim

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tenantry/core/exchangesim/engine"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// shell is one session: a WSMan shell with a runspace pool in it.
type shell struct {
	id      string
	owner   account
	engine  *engine.Engine
	refused *wsman.Fault // what the first Receive brings, for a session too many
	name    string
	streams [2]string // input and output streams, as asked
	locale  string
	opened  time.Time

	mu           sync.Mutex // guards what follows
	pool         *psrp.Server
	host         psrp.HostInfo // of the pool
	used         time.Time
	waiting      int // requests at work on it
	gone         bool
	disconnected bool
	idle         time.Duration     // until it ends when nobody uses it
	polled       map[uuid.UUID]int // timeouts a fault has put before the next answer, by stream
	queued       []func()          // pipelines that wait for a runspace; each starts one
	out          map[uuid.UUID]*stream
	commands     map[uuid.UUID]*command
	commandOf    map[uuid.UUID]uuid.UUID // by the pipeline's id
	changed      chan struct{}           // closed and replaced when something changes
}

// stream is what waits to be received, of the pool or of a command.
type stream struct {
	packets []psrp.Packet
	bytes   int
}

func (sh *shell) notify() {
	close(sh.changed)
	sh.changed = make(chan struct{})
}

// collect takes what the pool has to send to where it is received from. The caller holds mu.
func (sh *shell) collect() {
	sh.queue(sh.pool.Take())
	sh.notify()
}

func (sh *shell) queue(packets []psrp.Packet) {
	for _, p := range packets {
		id, bound := sh.commandOf[p.Pipeline]
		if !bound {
			id = p.Pipeline
		}
		q := sh.out[id]
		if q == nil {
			q = &stream{}
			sh.out[id] = q
		}
		q.packets = append(q.packets, p)
		q.bytes += len(p.Data)
	}
}

// bind notes which pipeline a command runs. The caller holds mu.
func (sh *shell) bind(id, pipeline uuid.UUID) {
	if c := sh.commands[id]; c != nil {
		c.pipeline = pipeline
		sh.commandOf[pipeline] = id
	}
}

// end stops everything in the shell. The caller holds mu.
func (sh *shell) end() {
	if sh.gone {
		return
	}
	sh.gone = true
	sh.queued = nil
	for _, c := range sh.commands {
		c.cancel()
	}
	if sh.pool != nil {
		sh.pool.Close()
	}
	sh.out = nil
	sh.notify()
}

// registry holds the shells that are open and counts them exactly.
type registry struct {
	server  *Server
	running sync.WaitGroup // pipelines
	base    context.Context
	stop    context.CancelFunc

	mu      sync.Mutex
	open    map[string]*shell // by id in upper case
	refused map[string]*shell // those that only wait to be told so
	counts  Stats
}

func (r *registry) start(s *Server) {
	r.server = s
	r.open, r.refused = map[string]*shell{}, map[string]*shell{}
	r.base, r.stop = context.WithCancel(context.Background())
}

// add opens a shell unless the account has too many or refuse says that it shall have. full tells so; the
// shell is then kept only to tell why, and only when it has a refused fault.
func (r *registry) add(sh *shell, refuse bool) (full bool, taken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep()
	key := strings.ToUpper(sh.id)
	if r.open[key] != nil || r.refused[key] != nil {
		return false, true
	}
	mine := 0
	for _, other := range r.open {
		if other.owner.user == sh.owner.user {
			mine++
		}
	}
	if limit := r.server.MaxSessions; refuse || limit >= 0 && mine >= limit {
		if sh.refused != nil {
			r.refused[key] = sh
		}
		return true, false
	}
	sh.refused = nil
	r.open[key] = sh
	r.counts.Created++
	r.counts.MaxConcurrent = max(r.counts.MaxConcurrent, len(r.open))
	return false, false
}

// find returns the account's shell and notes that it is used until done is called; nil when there is none.
func (r *registry) find(who account, id string) (sh *shell, done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep()
	key := strings.ToUpper(id)
	if sh = r.open[key]; sh == nil {
		sh = r.refused[key]
	}
	if sh == nil || sh.owner.user != who.user {
		return nil, nil
	}
	sh.mu.Lock()
	sh.used = r.server.Now()
	sh.waiting++
	sh.mu.Unlock()
	return sh, func() {
		sh.mu.Lock()
		sh.used = r.server.Now()
		sh.waiting--
		sh.mu.Unlock()
	}
}

// remove ends a shell; false when it was gone already.
func (r *registry) remove(sh *shell) bool {
	r.mu.Lock()
	key := strings.ToUpper(sh.id)
	was := r.open[key] == sh
	if was {
		delete(r.open, key)
		r.counts.Deleted++
	}
	delete(r.refused, key)
	r.mu.Unlock()
	sh.mu.Lock()
	sh.end()
	sh.mu.Unlock()
	return was
}

// sweep ends the shells nobody has used for too long. The caller holds mu.
func (r *registry) sweep() {
	now := r.server.Now()
	for _, list := range []map[string]*shell{r.open, r.refused} {
		for key, sh := range list {
			sh.mu.Lock()
			if sh.waiting == 0 && now.Sub(sh.used) > sh.idle {
				sh.end()
				delete(list, key)
				if sh.refused == nil {
					r.counts.Deleted++
				}
			}
			sh.mu.Unlock()
		}
	}
}

func (r *registry) stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep()
	st := r.counts
	st.OpenShells = len(r.open)
	return st
}

// of lists an account's shells.
func (r *registry) of(who account) (list []*shell) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep()
	for _, sh := range r.open {
		if sh.owner.user == who.user {
			list = append(list, sh)
		}
	}
	return list
}

func (r *registry) closeAll() {
	if r.server == nil {
		return
	}
	r.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, sh := range r.open {
		sh.mu.Lock()
		sh.end()
		sh.mu.Unlock()
	}
	for _, sh := range r.refused {
		sh.mu.Lock()
		sh.end()
		sh.mu.Unlock()
	}
}

func (r *registry) wait() { r.running.Wait() }
