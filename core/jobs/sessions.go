package jobs

import (
	"context"
	"sync"
	"time"

	"tenantry/core/exchange"
)

// DefaultMaxSessions is how many sessions Exchange lets one account hold.
const DefaultMaxSessions = 3

// DefaultIdle is how long a session nobody uses is kept for the next question to the same customer.
const DefaultIdle = 2 * time.Minute

// Account is who signs in, how and where.
type Account struct {
	Connector  exchange.Connector
	Credential exchange.Credential

	// Target is the endpoint; its Customer is set anew for each session.
	Target exchange.Target

	// MaxSessions is how many sessions the account may hold at once. 0 is for DefaultMaxSessions, or the
	// smaller limit that a session reports (Capabilities.MaxSessions), from then on.
	MaxSessions int

	// Idle is how long an unused session is kept, 0 for DefaultIdle, below 0 to close it at once.
	Idle time.Duration

	// Places is the book that keeps MaxSessions across all programs of this computer; nil counts the sessions
	// of this Sessions alone. The Connector must write to the same journal.
	Places Places

	// Leftovers removes what programs left open that signed in as this account, as soon as the account has
	// signed in, or when what was left is in the way; nil removes nothing. LeftOptions.Told hears of it.
	Leftovers *Leftovers
}

// Sessions are the open sessions of one account. There are never more than the account may hold: an idle
// session of the same customer is used again, and when another customer needs room the one that was idle
// longest is closed. Who finds no room waits in order, also behind other programs of this computer when there
// are Places; what is idle here makes way for them. Until the account has signed in once, sessions are
// opened one after the other, so that a wrong password is not sent three times.
//
// Its methods may be called from any goroutine. The owner calls CloseAll when the account signs out or the
// program ends.
type Sessions struct {
	account Account
	idle    time.Duration
	base    context.Context // ends when everything is closed
	end     context.CancelFunc

	mu      sync.Mutex
	max     int
	proved  bool // a session was opened, so the account can sign in
	closed  bool
	slots   []*slot
	waiters []*waiter
	changed chan struct{}     // closed and replaced at every change of slots
	failed  []error           // of closing, of sessions that may still be open
	refused *exchange.Problem // why the server no longer takes the sign-in, once it did; nil when it does

	unwatch  func()        // ends watching the book; nil while it is not watched
	others   int           // who wait for a place in other programs
	sweeping chan struct{} // closed when the sweep under way ends; nil when there is none
	swept    time.Time     // when the last sweep ended

	sweepBase   context.Context
	endSweeping context.CancelFunc

	watching sync.Mutex // held while watchers are told, so that they hear things in order
	watchers map[int]func(used, max int)
	watchID  int
	told     [2]int
}

// NewSessions returns the sessions of an account. Nothing is opened.
func NewSessions(a Account) *Sessions {
	s := &Sessions{
		account: a, max: a.MaxSessions, idle: a.Idle,
		changed:  make(chan struct{}),
		watchers: map[int]func(used, max int){},
	}
	if s.max <= 0 {
		s.max = DefaultMaxSessions
	}
	if s.idle == 0 {
		s.idle = DefaultIdle
	}
	s.base, s.end = context.WithCancel(context.Background())
	s.sweepBase, s.endSweeping = context.WithCancel(context.Background())
	return s
}

// Account returns what NewSessions was given.
func (s *Sessions) Account() Account { return s.account }

// Lease is the right to use one session until Done.
type Lease struct {
	sessions *Sessions
	slot     *slot
	fresh    bool
	once     sync.Once
}

// Session is the session, for the holder of the lease alone.
func (l *Lease) Session() exchange.Session { return l.slot.session }

// Fresh tells whether the session was opened for this lease. One that is not may have been closed by the
// server while it was idle.
func (l *Lease) Fresh() bool { return l.fresh }

// Done gives the session back. err is how its last use ended: nil and failures of the cmdlet keep it for
// the next one, anything that casts doubt on the session closes it. Done does not wait for that. Calling
// it again does nothing.
func (l *Lease) Done(err error) {
	l.once.Do(func() {
		p := exchange.AsProblem(err)
		if p != nil && p.Code.AboutAccount() {
			l.sessions.noteRefusal(p)
		}
		l.sessions.giveBack(l.slot, p == nil || reusable(p))
	})
}

// reusable tells whether a session whose last run ended with p can be used again.
func reusable(p *exchange.Problem) bool {
	switch p.Code {
	case exchange.CodeCommandUnknown, exchange.CodeObjectFailed, exchange.CodeObjectNotFound,
		exchange.CodeParameterWrong, exchange.CodeRunFailed, exchange.CodeCancelled, exchange.CodeServerBusy:
		return true
	}
	return false
}

// Acquire gives the caller a session with customer: an idle one, or a new one when there is room. While
// there is none it waits its turn; onWait is then told which sessions are in the way, again when that
// changes. onConnect is told before a session is opened. Both may be nil and run on the caller's goroutine.
//
// Errors are *exchange.Problem: what Connect returned, CodeCancelled, CodeClosed, or CodeStopped when the
// account has never signed in and another customer's attempt just failed for a reason that concerns all.
func (s *Sessions) Acquire(ctx context.Context, customer exchange.CustomerID,
	onWait func([]Holder), onConnect func()) (*Lease, error) {
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	w := &waiter{customer: customer, granted: make(chan *slot, 1)}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, closedProblem(customer)
	}
	s.waiters = append(s.waiters, w)
	s.arrange()
	behind := s.holders()
	s.unlock()

	var sl *slot
	select {
	case sl = <-w.granted:
	default:
		if onWait != nil {
			onWait(behind)
		}
		select {
		case sl = <-w.granted:
		case <-ctx.Done():
			s.leaveQueue(w)
			return nil, cancelled(ctx)
		}
	}
	if sl == nil {
		return nil, w.refused
	}
	if sl.session != nil {
		return &Lease{sessions: s, slot: sl}, nil
	}
	if l, err := s.seat(ctx, sl, onWait); l != nil || err != nil {
		return l, err
	}
	if onConnect != nil {
		onConnect()
	}
	return s.open(ctx, sl)
}

// open fills a slot that was granted for opening and has its place.
func (s *Sessions) open(ctx context.Context, sl *slot) (*Lease, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.base, cancel)()
	if sl.place != nil {
		ctx = sl.place.Mark(ctx)
	}
	for {
		session, err := s.connect(ctx, sl.customer)
		if err == nil {
			return s.opened(sl, session)
		}
		if exchange.CodeOf(err) == exchange.CodeSessionLimit && s.makeRoom() {
			continue // somebody else holds sessions of this account; do without one that is idle here
		}
		s.free(sl.place) // a shell that may be there all the same counts by itself
		s.mu.Lock()
		closed := s.closed
		if p := exchange.AsProblem(err); !concernsAll(p.Code) {
			s.sweep() // it is not the sign-in that failed
		} else if !s.proved {
			s.refuseAll(func(*waiter) error { return stoppedBy(sl.customer, p) })
		}
		s.drop(sl)
		s.unlock()
		if closed {
			return nil, closedProblem(sl.customer)
		}
		return nil, err
	}
}

// refuseAll sends everybody who waits away.
func (s *Sessions) refuseAll(why func(*waiter) error) {
	for _, w := range s.waiters {
		w.refused = why(w)
		close(w.granted)
	}
	s.waiters = nil
}

// connect opens a session and turns a panic below into a Problem, so that its slot comes free.
func (s *Sessions) connect(ctx context.Context, customer exchange.CustomerID) (session exchange.Session, err error) {
	defer func() {
		if v := recover(); v != nil {
			session, err = nil, panicked("open a session", v)
		}
	}()
	to := s.account.Target
	to.Customer = customer
	session, err = s.account.Connector.Connect(ctx, to, s.account.Credential)
	if err != nil {
		return nil, exchange.AsProblem(err)
	}
	return session, nil
}

func (s *Sessions) opened(sl *slot, session exchange.Session) (*Lease, error) {
	most := session.Supports().MaxSessions
	s.mu.Lock()
	sl.session, sl.since = session, time.Now()
	s.proved, s.refused = true, nil
	if most > 0 && s.account.MaxSessions <= 0 {
		s.max = min(s.max, most)
	}
	if s.closed {
		s.startClosing(sl)
		s.unlock()
		return nil, closedProblem(sl.customer)
	}
	sl.state = leased
	s.sweep()
	s.arrange()
	s.unlock()
	return &Lease{sessions: s, slot: sl, fresh: true}, nil
}

// Max is how many sessions the account may hold.
func (s *Sessions) Max() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.max
}

// InUse tells how many sessions the account holds here, idle ones and those being opened or closed
// included, and how many it may hold.
func (s *Sessions) InUse() (used, max int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sl := range s.slots {
		if !sl.seeking {
			used++
		}
	}
	return used, s.max
}

// Connected names the customers with an open session, in use or idle.
func (s *Sessions) Connected() []exchange.CustomerID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []exchange.CustomerID
	for _, sl := range s.slots {
		if sl.state == leased || sl.state == idling {
			list = append(list, sl.customer)
		}
	}
	return list
}

// SignedIn tells whether the account has opened a session, so that its credential is known to be right.
func (s *Sessions) SignedIn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proved
}

// Watch calls f now and after each change of InUse, in order, one call at a time, on whatever goroutine
// made the change. f must return soon and call neither stop nor, InUse excepted, a method of
// these Sessions. After stop has returned f is not called again.
func (s *Sessions) Watch(f func(used, max int)) (stop func()) {
	s.watching.Lock()
	defer s.watching.Unlock()
	id := s.watchID
	s.watchID++
	s.watchers[id] = f
	f(s.InUse())
	return func() {
		s.watching.Lock()
		defer s.watching.Unlock()
		delete(s.watchers, id)
	}
}

// unlock releases mu and tells those who watch what changed.
func (s *Sessions) unlock() {
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()

	s.watching.Lock()
	defer s.watching.Unlock()
	used, most := s.InUse()
	if now := [2]int{used, most}; now != s.told {
		s.told = now
		for _, f := range s.watchers {
			f(used, most)
		}
	}
}
