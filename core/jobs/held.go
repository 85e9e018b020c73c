package jobs

import (
	"slices"
	"time"

	"tenantry/core/exchange"
)

// HeldState is what a session of this program is doing.
type HeldState uint8

// The states.
const (
	HeldOpening HeldState = iota
	HeldInUse
	HeldIdle // kept for the next question to the same customer
	HeldClosing
)

// Held is one session that the account holds in this program. Two are equal when they are the same session
// in the same state.
type Held struct {
	Customer exchange.CustomerID
	State    HeldState
	Since    time.Time // when it was opened; the zero time while it is opening

	slot *slot
}

// Held lists the sessions that count for the account in this program, the oldest first.
func (s *Sessions) Held() []Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Held
	for _, sl := range s.slots {
		if sl.seeking {
			continue // it has no place yet
		}
		state := map[slotState]HeldState{opening: HeldOpening, leased: HeldInUse, idling: HeldIdle, closing: HeldClosing}[sl.state]
		list = append(list, Held{Customer: sl.customer, State: state, Since: sl.since, slot: sl})
	}
	return list
}

// CloseIdle closes a session of the list when nobody uses it, and tells whether that was so. It does not
// wait for the server.
func (s *Sessions) CloseIdle(h Held) bool {
	s.mu.Lock()
	defer s.unlock()
	if !slices.Contains(s.slots, h.slot) || h.slot.state != idling {
		return false
	}
	s.startClosing(h.slot)
	return true
}
