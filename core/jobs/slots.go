package jobs

import (
	"context"
	"slices"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal"
)

// slot is one of the sessions the account may hold. It counts from before it is opened until the server
// has confirmed that it is closed.
type slot struct {
	customer exchange.CustomerID
	session  exchange.Session // nil while opening
	state    slotState
	since    time.Time // when it was opened
	idleAt   time.Time
	timer    *time.Timer
	place    *journal.Place // in the book, nil without one

	// While it is opening and still looks for a place in the book:
	seeking    bool
	blocked    bool               // it found none so far
	behindLeft bool               // what was left open is in the way
	giveUp     context.CancelFunc // ends the looking
	handed     *slot              // a session to use instead
	refused    *exchange.Problem  // why looking on is of no use
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
	s.makeWay() // others may have waited for longer than those here
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
		s.free(sl.place) // a shell that was not closed stays in the journal and counts by itself
		s.mu.Lock()
		if err != nil {
			s.failed = append(s.failed, err)
			if p := refusedToClose(err); p != nil {
				s.refused = p
			} else if !s.closed {
				time.AfterFunc(sweepAgain, s.sweepLater) // it may still be there
			}
		}
		s.drop(sl)
		s.unlock()
	}()
}

// refusedToClose is the problem of a session that could not be closed because the server no longer takes the
// sign-in, nil when it was for something else.
func refusedToClose(err error) *exchange.Problem {
	p := exchange.AsProblem(err)
	if reason := exchange.Code(p.Args["reason"]); reason.AboutAccount() {
		return &exchange.Problem{Code: reason, Doing: p.Doing, Args: p.Args, Retry: exchange.RetryAfterSignIn, Cause: p, Details: p.Details}
	}
	return nil
}

// noteRefusal notes that an open session met p: the server no longer takes the sign-in.
func (s *Sessions) noteRefusal(p *exchange.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = p
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
	if len(s.slots) == 0 && s.unwatch != nil {
		s.unwatch()
		s.unwatch, s.others = nil, 0
	}
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

// holders are the sessions of all slots.
func (s *Sessions) holders() []Holder {
	var list []Holder
	for _, sl := range s.slots {
		if !sl.seeking {
			list = append(list, Holder{Customer: sl.customer, Here: true})
		}
	}
	return list
}
