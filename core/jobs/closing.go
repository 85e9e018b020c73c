package jobs

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// CloseAll closes all sessions, those in use too, and refuses new ones for ever; runs that still use them
// fail with the codes of a closed session. It waits until the servers have confirmed, ctx is done or
// exchange.ClosingLimit has passed, and returns CodeNotClosed for those that have not; they go on trying
// until their own limit. An error of closing, also an earlier one that was not made good since, is returned as
// it is, with the names of all customers that met the same. Removing what was left open, when that is under
// way, is waited for a few seconds more.
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
			s.endSweeping()
			return s.notClosed(time.Since(begun))
		}
		s.mu.Lock()
	}
	s.mu.Unlock()
	s.endSweep(ctx) // it may still remove what could not be closed
	s.mu.Lock()
	failed := s.failed
	s.failed = nil
	s.mu.Unlock()
	if len(failed) > 0 {
		return together(failed)
	}
	return nil
}

// together is the first of several failures to close, with the customers of all that failed in that way.
func together(failed []error) *exchange.Problem {
	first := exchange.AsProblem(failed[0])
	var names []string
	for _, err := range failed {
		if p := exchange.AsProblem(err); p.Code == first.Code && p.Args["customer"] != "" && !slices.Contains(names, p.Args["customer"]) {
			names = append(names, p.Args["customer"])
		}
	}
	if len(names) < 2 {
		return first
	}
	all := *first
	all.Args = maps.Clone(first.Args)
	all.Args["customer"] = strings.Join(names, ", ")
	return &all
}

func (s *Sessions) notClosed(after time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.slots) == 0 {
		return nil
	}
	names := make([]string, len(s.slots))
	for i, sl := range s.slots {
		names[i] = string(sl.customer)
	}
	return &exchange.Problem{Code: CodeNotClosed, Doing: "close all sessions", Args: map[string]string{
		"customers": strings.Join(names, ", "), "count": strconv.Itoa(len(names)),
		"seconds": strconv.Itoa(int(after.Seconds())),
	}}
}
