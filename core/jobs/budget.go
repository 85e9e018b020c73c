package jobs

import (
	"context"
	"slices"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/signin"
)

// Places is the book in which all programs of this computer write which sessions of an account they hold.
// (*journal.Journal).Places makes one.
type Places interface {
	// Take waits its turn until the account has room for one more session. waits, which may be nil, is told
	// who is in the way, on the caller's goroutine, each time that changes.
	Take(ctx context.Context, w journal.Want, waits func([]Holder)) (*journal.Place, error)

	// Free gives a place back after its session is closed, also when ctx is done.
	Free(ctx context.Context, p *journal.Place) error

	// Watch tells how many wait in other programs for a session of the account, on a goroutine of its own,
	// now and at each change until stop. stop does not wait.
	Watch(account string, f func(others int)) (stop func())
}

// Holder is one session that stands in the way of another.
type Holder = journal.Holder

// key names the account in the book.
func (a Account) key() string { return signin.AccountKey(a.Credential.User, a.Target.URL) }

// seat gets a place in the book for a slot that is to be opened. While it waits, a session of the same
// customer may become idle here: that one is then handed over as a Lease instead. Without a book there is
// nothing to do.
func (s *Sessions) seat(ctx context.Context, sl *slot, onWait func([]Holder)) (*Lease, error) {
	book := s.account.Places
	if book == nil {
		return nil, nil
	}
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	defer context.AfterFunc(s.base, giveUp)()

	s.mu.Lock()
	sl.seeking, sl.giveUp = true, giveUp
	if s.unwatch == nil {
		s.unwatch = book.Watch(s.account.key(), s.othersWait)
	}
	want := journal.Want{Account: s.account.key(), Customer: sl.customer, Max: s.max}
	s.unlock()

	place, err := book.Take(ctx, want, func(holders []Holder) {
		s.blocked(sl, holders)
		if onWait != nil {
			onWait(holders)
		}
	})

	s.mu.Lock()
	sl.seeking, sl.blocked = false, false
	if err == nil && sl.handed == nil {
		sl.place = place
		s.unlock()
		return nil, nil
	}
	handed, refused, closed := sl.handed, sl.refused, s.closed
	if refused != nil {
		s.refuseAll(func(*waiter) error { return stoppedBy(sl.customer, refused) })
	}
	s.drop(sl)
	s.unlock()
	s.free(place)
	switch {
	case handed != nil:
		return &Lease{sessions: s, slot: handed}, nil
	case refused != nil:
		return nil, refused
	case closed:
		return nil, closedProblem(sl.customer)
	}
	return nil, err
}

// free gives a place back. When the book cannot be written the place goes with this process.
func (s *Sessions) free(p *journal.Place) {
	if p != nil {
		_ = s.account.Places.Free(context.Background(), p)
	}
}

// blocked notes that a slot found no place. What is idle here makes room, and what an earlier program left
// open is removed.
func (s *Sessions) blocked(sl *slot, holders []Holder) {
	s.mu.Lock()
	defer s.unlock()
	sl.blocked = true
	sl.behindLeft = slices.ContainsFunc(holders, func(h Holder) bool { return h.Left })
	s.makeWay()
	switch {
	case !sl.behindLeft:
	case s.refused != nil: // a password that is refused removes nothing, and asking with it again can lock the account
		sl.refused = s.refused
		sl.giveUp()
	default:
		if s.sweep(); s.sweeping == nil {
			time.AfterFunc(sweepPause, s.sweepLater)
		}
	}
}

// othersWait hears how many wait in other programs.
func (s *Sessions) othersWait(n int) {
	s.mu.Lock()
	defer s.unlock()
	s.others = n
	s.makeWay()
}

// owed is how many sessions ought to be closed for those who wait for a place and are not yet being served
// by one that is closing.
func (s *Sessions) owed() int {
	n := s.others
	for _, sl := range s.slots {
		switch {
		case sl.blocked && sl.handed == nil:
			n++
		case sl.state == closing:
			n--
		}
	}
	return n
}

// makeWay closes idle sessions for those who wait for a place, here and in other programs.
func (s *Sessions) makeWay() {
	s.handOver()
	for n := s.owed(); n > 0; n-- {
		sl := s.oldestIdle()
		if sl == nil {
			return
		}
		s.startClosing(sl)
	}
}

// handOver gives idle sessions to slots of the same customer that still look for a place.
func (s *Sessions) handOver() {
	for _, sl := range s.slots {
		if !sl.seeking || sl.handed != nil {
			continue
		}
		if idle := s.idleFor(sl.customer); idle != nil {
			idle.timer.Stop()
			idle.state = leased
			sl.handed = idle
			sl.giveUp()
		}
	}
}

const (
	sweepPause = 5 * time.Second  // after a sweep that found something
	sweepAgain = 10 * time.Second // before what could not be closed, or removed, is tried again
	sweepGrace = 6 * time.Second  // for one that is under way when everything is closed
)

// sweep removes, on its own goroutine, what programs left open that signed in as this account. It uses the
// account's credential, so it waits until that is known to be right, or until what was left is in the way;
// then it is repeated until it no longer is.
func (s *Sessions) sweep() {
	if s.account.Leftovers == nil || s.closed || s.sweeping != nil || s.refused != nil || s.proved && time.Since(s.swept) < sweepPause {
		return
	}
	done := make(chan struct{})
	s.sweeping = done
	failed := len(s.failed)
	go func() {
		defer close(done)
		found, stay, p := s.account.Leftovers.cleanFor(s.sweepBase, s.account)
		s.mu.Lock()
		defer s.unlock()
		if s.sweeping = nil; found > 0 {
			s.swept = time.Now()
		}
		if found > 0 && !stay {
			s.failed = s.failed[min(failed, len(s.failed)):] // they are closed after all
		}
		if p != nil && p.Code.AboutAccount() {
			s.refused = p
		}
		again := false
		for _, sl := range s.slots {
			switch {
			case !sl.seeking || sl.handed != nil || sl.refused != nil:
			case p != nil && (!s.proved || sl.behindLeft && s.refused != nil): // it waits for what cannot be removed, with a credential that is not right
				sl.refused = p
				sl.giveUp()
			case sl.behindLeft:
				again = true
			}
		}
		if again {
			time.AfterFunc(sweepAgain, s.sweepLater)
		}
	}()
}

// sweepLater removes what could not be closed, when the server may be back.
func (s *Sessions) sweepLater() {
	s.mu.Lock()
	defer s.unlock()
	s.sweep()
}

// endSweep waits for a sweep under way, not for long.
func (s *Sessions) endSweep(ctx context.Context) {
	s.mu.Lock()
	done := s.sweeping
	s.mu.Unlock()
	if done != nil {
		t := time.NewTimer(sweepGrace)
		defer t.Stop()
		select {
		case <-done:
		case <-t.C:
		case <-ctx.Done():
		}
	}
	s.endSweeping()
	if done != nil {
		<-done // a cancelled sweep ends at once
	}
}

// heldElsewhere tells whether a refusal for too many sessions means sessions that this computer knows
// nothing of: the book had a place.
func (s *Sessions) heldElsewhere(p *exchange.Problem) bool {
	return s.account.Places != nil && p.Code == exchange.CodeSessionLimit
}
