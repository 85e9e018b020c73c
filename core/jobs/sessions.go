package jobs

import (
	"context"
	"slices"
	"strconv"
	"strings"
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

	// MaxSessions is how many sessions the account may hold at once, 0 for DefaultMaxSessions. A smaller
	// limit that a session reports (Capabilities.MaxSessions) wins from then on.
	MaxSessions int

	// Idle is how long an unused session is kept, 0 for DefaultIdle, below 0 to close it at once.
	Idle time.Duration
}

// Sessions are the open sessions of one account. There are never more than the account may hold: an idle
// session of the same customer is used again, and when another customer needs room the one that was idle
// longest is closed. Who finds no room waits in order. Until the account has signed in once, sessions are
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
	changed chan struct{} // closed and replaced at every change of slots
	failed  []error       // of closing, since CloseAll

	watching sync.Mutex // held while watchers are told, so that they hear things in order
	watchers map[int]func(used, max int)
	watchID  int
	told     [2]int
}

// slot is one of the sessions the account may hold. It counts from before it is opened until the server
// has confirmed that it is closed.
type slot struct {
	customer exchange.CustomerID
	session  exchange.Session // nil while opening
	state    slotState
	idleAt   time.Time
	timer    *time.Timer
}

type slotState uint8

const (
	opening slotState = iota
	leased
	idling
	closing
)

type waiter struct {
	customer exchange.CustomerID
	granted  chan *slot // one slot, or closed when there will be none
	refused  error      // why there will be none; set before granted is closed
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
	l.once.Do(func() { l.sessions.giveBack(l.slot, err == nil || reusable(exchange.AsProblem(err))) })
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
// there is none it waits its turn; onWait is then told whose sessions are in the way. onConnect is told
// before a session is opened. Both may be nil and run on the caller's goroutine.
//
// Errors are *exchange.Problem: what Connect returned, CodeCancelled, CodeClosed, or CodeStopped when the
// account has never signed in and another customer's attempt just failed for a reason that concerns all.
func (s *Sessions) Acquire(ctx context.Context, customer exchange.CustomerID,
	onWait func(behind []exchange.CustomerID), onConnect func()) (*Lease, error) {
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
	if onConnect != nil {
		onConnect()
	}
	return s.open(ctx, sl)
}

// open fills a slot that was granted for opening.
func (s *Sessions) open(ctx context.Context, sl *slot) (*Lease, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.base, cancel)()
	for {
		session, err := s.connect(ctx, sl.customer)
		if err == nil {
			return s.opened(sl, session)
		}
		if exchange.CodeOf(err) == exchange.CodeSessionLimit && s.makeRoom() {
			continue // somebody else holds sessions of this account; do without one that is idle here
		}
		s.mu.Lock()
		closed := s.closed
		if p := exchange.AsProblem(err); !s.proved && concernsAll(p.Code) {
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
	sl.session = session
	s.proved = true
	if most > 0 {
		s.max = min(s.max, most)
	}
	if s.closed {
		s.startClosing(sl)
		s.unlock()
		return nil, closedProblem(sl.customer)
	}
	sl.state = leased
	s.arrange()
	s.unlock()
	return &Lease{sessions: s, slot: sl, fresh: true}, nil
}

// makeRoom closes the session that was idle longest and waits for it. It tells whether there was one.
func (s *Sessions) makeRoom() bool {
	s.mu.Lock()
	sl := s.oldestIdle()
	if sl == nil {
		s.mu.Unlock()
		return false
	}
	s.startClosing(sl)
	for slices.Contains(s.slots, sl) {
		changed := s.changed
		s.mu.Unlock()
		<-changed
		s.mu.Lock()
	}
	s.mu.Unlock()
	return true
}

// giveBack returns a leased slot.
func (s *Sessions) giveBack(sl *slot, usable bool) {
	s.mu.Lock()
	defer s.unlock()
	if sl.state != leased {
		return // CloseAll took it meanwhile
	}
	if !usable || s.idle < 0 {
		s.startClosing(sl)
		return
	}
	sl.state, sl.idleAt = idling, time.Now()
	sl.timer = time.AfterFunc(s.idle, func() { s.expire(sl) })
	s.arrange()
}

// expire closes a session that was idle for long enough.
func (s *Sessions) expire(sl *slot) {
	s.mu.Lock()
	defer s.unlock()
	// A timer that fired just before it was stopped finds the slot in use, or idle anew.
	if sl.state == idling && s.expired(sl) {
		s.startClosing(sl)
	}
}

// arrange hands out what there is to those who wait, in their order, and makes room for the others.
func (s *Sessions) arrange() {
	coming := 0 // slots that are being closed, each promised to one waiter
	busyOpening := 0
	for _, sl := range s.slots {
		switch sl.state {
		case closing:
			coming++
		case opening:
			busyOpening++
		}
	}
	waiting := s.waiters
	s.waiters = nil
	for i, w := range waiting {
		switch sl := s.idleFor(w.customer); {
		case sl != nil:
			sl.timer.Stop()
			sl.state = leased
			w.granted <- sl
			continue
		case !s.proved && busyOpening > 0:
		case len(s.slots) < s.max:
			sl := &slot{customer: w.customer, state: opening}
			s.slots = append(s.slots, sl)
			busyOpening++
			w.granted <- sl
			continue
		case coming > 0:
			coming--
		default:
			if sl := s.spare(waiting[i+1:]); sl != nil {
				s.startClosing(sl)
			}
		}
		s.waiters = append(s.waiters, w)
	}
}

// idleFor finds an idle session of the customer.
func (s *Sessions) idleFor(customer exchange.CustomerID) *slot {
	for _, sl := range s.slots {
		if sl.state != idling || sl.customer != customer {
			continue
		}
		if s.expired(sl) {
			s.startClosing(sl)
			continue
		}
		return sl
	}
	return nil
}

// expired tells whether a slot was idle for too long by the clock on the wall. Timers stand still while a
// computer sleeps, but servers do not.
func (s *Sessions) expired(sl *slot) bool {
	return time.Now().Round(0).Sub(sl.idleAt.Round(0)) >= s.idle
}

// spare picks the idle session to close for somebody else: the one idle longest, rather one whose customer
// nobody further back waits for.
func (s *Sessions) spare(behind []*waiter) *slot {
	wanted := func(sl *slot) bool {
		return slices.ContainsFunc(behind, func(w *waiter) bool { return w.customer == sl.customer })
	}
	return s.oldest(func(sl *slot) bool { return !wanted(sl) }, func(*slot) bool { return true })
}

func (s *Sessions) oldestIdle() *slot { return s.oldest(func(*slot) bool { return true }) }

// oldest finds the idle slot unused longest among those that the first fitting condition allows.
func (s *Sessions) oldest(conditions ...func(*slot) bool) (found *slot) {
	for _, allowed := range conditions {
		for _, sl := range s.slots {
			if sl.state == idling && allowed(sl) && (found == nil || sl.idleAt.Before(found.idleAt)) {
				found = sl
			}
		}
		if found != nil {
			break
		}
	}
	return found
}

// startClosing closes a slot's session on its own goroutine; the slot counts until that is done.
func (s *Sessions) startClosing(sl *slot) {
	if sl.timer != nil {
		sl.timer.Stop()
	}
	sl.state = closing
	go func() {
		err := closeSession(sl.session)
		s.mu.Lock()
		if err != nil && s.closed {
			s.failed = append(s.failed, err)
		}
		s.drop(sl)
		s.unlock()
	}()
}

func closeSession(session exchange.Session) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked("close a session", v)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), exchange.ClosingLimit)
	defer cancel()
	return session.Close(ctx)
}

// drop forgets a slot and lets the next in line have its room.
func (s *Sessions) drop(sl *slot) {
	s.slots = slices.DeleteFunc(s.slots, func(o *slot) bool { return o == sl })
	s.arrange()
}

func (s *Sessions) leaveQueue(w *waiter) {
	s.mu.Lock()
	s.waiters = slices.DeleteFunc(s.waiters, func(o *waiter) bool { return o == w })
	var sl *slot
	select {
	case sl = <-w.granted: // it was this one's turn at the same moment
	default:
	}
	if sl != nil && sl.session == nil {
		s.drop(sl)
		sl = nil
	}
	s.arrange() // who stood behind may now be first
	s.unlock()
	if sl != nil {
		s.giveBack(sl, true)
	}
}

// holders names the customers of all slots.
func (s *Sessions) holders() []exchange.CustomerID {
	list := make([]exchange.CustomerID, len(s.slots))
	for i, sl := range s.slots {
		list[i] = sl.customer
	}
	return list
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
	return len(s.slots), s.max
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

// CloseAll closes all sessions, those in use too, and refuses new ones for ever; runs that still use them
// fail with the codes of a closed session. It waits until the servers have confirmed, ctx is done or
// exchange.ClosingLimit has passed, and returns CodeNotClosed for those that have not; they go on trying
// until their own limit. An error of closing is returned as it is.
func (s *Sessions) CloseAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, exchange.ClosingLimit)
	defer cancel()
	begun := time.Now()

	s.mu.Lock()
	s.closed = true
	s.end()
	s.refuseAll(func(w *waiter) error { return closedProblem(w.customer) })
	for _, sl := range slices.Clone(s.slots) {
		if sl.state == leased || sl.state == idling {
			s.startClosing(sl)
		}
	}
	for len(s.slots) > 0 {
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return s.notClosed(time.Since(begun))
		}
		s.mu.Lock()
	}
	failed := s.failed
	s.failed = nil
	s.mu.Unlock()
	if len(failed) > 0 {
		return exchange.AsProblem(failed[0])
	}
	return nil
}

func (s *Sessions) notClosed(after time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.slots) == 0 {
		return nil
	}
	names := make([]string, len(s.slots))
	for i, c := range s.holders() {
		names[i] = string(c)
	}
	return &exchange.Problem{Code: CodeNotClosed, Doing: "close all sessions", Args: map[string]string{
		"customers": strings.Join(names, ", "), "count": strconv.Itoa(len(names)),
		"seconds": strconv.Itoa(int(after.Seconds())),
	}}
}
