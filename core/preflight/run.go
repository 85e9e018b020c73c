package preflight

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tenantry/core/exchange"
)

// DefaultLimit is how long a check may take that names no limit of its own.
const DefaultLimit = 5 * time.Second

// Run runs checks side by side, each as soon as those it comes After, and those it Awaits, have ended. deliver hears every finding
// as it comes, one call at a time, on any goroutine; nil is allowed. The findings are returned in the order of
// checks.
//
// A check that does not end within its limit is told as CodeTooSlow, and one that is under way when ctx ends
// as CodeCancelled, whether it stops or not: Run returns at once then.
func Run(ctx context.Context, checks []Check, deliver func(Finding)) []Finding {
	findings := make([]Finding, len(checks))
	done := make(map[CheckID]chan struct{}, len(checks))
	place := make(map[CheckID]int, len(checks))
	for i, c := range checks {
		done[c.ID], place[c.ID] = make(chan struct{}), i
	}
	var telling sync.Mutex
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() {
			defer close(done[c.ID])
			f := after(c, func(id CheckID) (Finding, bool) {
				ended, runs := done[id]
				if !runs {
					return Finding{}, false
				}
				<-ended
				return findings[place[id]], true
			})
			if f == nil {
				f = within(ctx, c)
			}
			f.Check = c.ID
			findings[i] = *f
			if deliver != nil {
				telling.Lock()
				defer telling.Unlock()
				deliver(*f)
			}
		})
	}
	all.Wait()
	return findings
}

// after waits for the checks that c comes after and skips c where one of those in After failed; otherwise nil.
func after(c Check, of func(CheckID) (Finding, bool)) *Finding {
	for _, id := range c.Awaits {
		of(id)
	}
	var skip *Finding
	for _, id := range c.After {
		f, runs := of(id)
		if !runs || skip != nil {
			continue
		}
		because := id
		switch f.Status {
		case Fail:
		case Skipped:
			because = f.Because
		default:
			continue
		}
		skip = &Finding{Status: Skipped, Because: because, Code: CodeSkipped, Args: map[string]string{"check": string(because)}}
	}
	return skip
}

// within runs one check within its limit.
func within(ctx context.Context, c Check) *Finding {
	limit := c.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	came := make(chan Finding, 1)
	go func() { came <- c.Run(limited) }()
	var f Finding
	select {
	case f = <-came:
		if f.Status != "" {
			break
		}
		// A check has nothing to say of its own where it was stopped.
		f = ended(limited, limit)
	case <-limited.Done():
		select {
		case f = <-came: // it had stopped by itself, with more to say than that time is over
			if f.Status == "" {
				f = ended(limited, limit)
			}
		case <-time.After(grace):
			f = ended(limited, limit)
		}
	}
	f.Took = time.Since(began)
	return &f
}

// grace is how long a check has to say what it saw when its time is over. Most stop at once; a few calls of
// the system cannot be stopped, and are left behind.
const grace = 100 * time.Millisecond

func ended(ctx context.Context, limit time.Duration) Finding {
	if errors.Is(ctx.Err(), context.Canceled) {
		return Finding{Status: Skipped, Code: CodeCancelled}
	}
	return Finding{Status: Warn, Code: CodeTooSlow, Args: map[string]string{"seconds": seconds(limit)}}
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// unread is the finding of a check that could not see what it looks at.
func unread(what string, err error) Finding {
	return Finding{Status: Warn, Code: CodeUnread, Args: map[string]string{"what": what}, Cause: err, Facts: causes(err)}
}

func sortFacts(list []Fact) {
	slices.SortFunc(list, func(a, b Fact) int { return strings.Compare(a.Name, b.Name) })
}

func causes(err error) []Fact {
	if err == nil {
		return nil
	}
	var p *exchange.Problem
	if errors.As(err, &p) && p.Cause != nil {
		return []Fact{{"Code", string(p.Code)}, {"Cause", p.Cause.Error()}}
	}
	return []Fact{{"Cause", err.Error()}}
}
