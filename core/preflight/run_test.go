package preflight_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// says is a check that ends with a status at once.
func says(id preflight.CheckID, status preflight.Status, after ...preflight.CheckID) preflight.Check {
	return preflight.Check{ID: id, After: after, Run: func(context.Context) preflight.Finding {
		return preflight.Finding{Status: status, Code: exchange.Code("test." + string(id))}
	}}
}

// No check ends before all have begun, so that they can only end side by side.
func TestChecksRunSideBySide(t *testing.T) {
	const many = 20
	var begun sync.WaitGroup
	begun.Add(many)
	var checks []preflight.Check
	for i := range many {
		checks = append(checks, preflight.Check{ID: preflight.CheckID(strconv.Itoa(i)), Limit: time.Minute, Run: func(context.Context) preflight.Finding {
			begun.Done()
			begun.Wait()
			return preflight.Finding{Status: preflight.Pass}
		}})
	}
	for i, f := range preflight.Run(t.Context(), checks, nil) {
		if f.Check != checks[i].ID || f.Status != preflight.Pass {
			t.Errorf("%s is %s", f.Check, f.Status)
		}
	}
}

func TestWhatComesAfterAFailure(t *testing.T) {
	began := map[preflight.CheckID]bool{}
	var mu sync.Mutex
	noted := func(c preflight.Check) preflight.Check {
		run := c.Run
		c.Run = func(ctx context.Context) preflight.Finding {
			mu.Lock()
			began[c.ID] = true
			mu.Unlock()
			return run(ctx)
		}
		return c
	}
	checks := []preflight.Check{
		noted(says("third", preflight.Pass, "second")), // before what it comes after
		noted(says("second", preflight.Pass, "first")),
		noted(says("first", preflight.Fail)),
		noted(says("warned", preflight.Warn)),
		noted(says("after-warning", preflight.Pass, "warned")),
		noted(says("not-here", preflight.NotApplicable)),
		noted(says("after-nothing", preflight.Pass, "not-here", "no-such-check")),
		noted(says("after-both", preflight.Pass, "warned", "second")),
	}
	found := preflight.Run(t.Context(), checks, nil)
	for i, want := range []preflight.Status{preflight.Skipped, preflight.Skipped, preflight.Fail, preflight.Warn, preflight.Pass, preflight.NotApplicable, preflight.Pass, preflight.Skipped} {
		f := found[i]
		if f.Check != checks[i].ID || f.Status != want {
			t.Errorf("%s is %s, want %s to be %s", f.Check, f.Status, checks[i].ID, want)
		}
		if skipped := want == preflight.Skipped; skipped == began[f.Check] || skipped && (f.Because != "first" || f.Code != preflight.CodeSkipped || f.Args["check"] != "first") {
			t.Errorf("%s: %s because of %q, %v, began: %v", f.Check, f.Code, f.Because, f.Args, began[f.Check])
		}
	}
}

// A check that awaits others sees that they have ended, and runs though they failed.
func TestAwaiting(t *testing.T) {
	var ended atomic.Int32
	slow := func(id preflight.CheckID, status preflight.Status, after ...preflight.CheckID) preflight.Check {
		c := says(id, status, after...)
		run := c.Run
		c.Run = func(ctx context.Context) preflight.Finding {
			defer ended.Add(1)
			return run(ctx)
		}
		return c
	}
	seen := int32(-1)
	last := preflight.Check{ID: "last", Awaits: []preflight.CheckID{"failed", "warned", "no-such-check"}, Run: func(context.Context) preflight.Finding {
		seen = ended.Load()
		return preflight.Finding{Status: preflight.Pass}
	}}
	found := preflight.Run(t.Context(), []preflight.Check{last, slow("failed", preflight.Fail), slow("warned", preflight.Warn)}, nil)
	if found[0].Status != preflight.Pass || seen != 2 {
		t.Errorf("it is %s and saw %d checks ended", found[0].Status, seen)
	}
}

func TestAFindingComesAtATime(t *testing.T) {
	const many = 8
	var ended sync.WaitGroup
	ended.Add(many)
	var checks []preflight.Check
	for i := range many {
		checks = append(checks, preflight.Check{ID: preflight.CheckID(strconv.Itoa(i)), Run: func(context.Context) preflight.Finding {
			defer ended.Done()
			return preflight.Finding{Status: preflight.Pass}
		}})
	}
	var inside atomic.Int32
	var heard []preflight.CheckID
	preflight.Run(t.Context(), checks, func(f preflight.Finding) {
		if inside.Add(1) != 1 {
			t.Error("two findings were delivered at once")
		}
		ended.Wait() // all others have something to deliver by now
		heard = append(heard, f.Check)
		inside.Add(-1)
	})
	slices.Sort(heard)
	if len(slices.Compact(heard)) != many {
		t.Errorf("heard of %v", heard)
	}
}

// A check that takes no notice of its limit holds nobody up.
func TestTooSlow(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	checks := []preflight.Check{
		{ID: "deaf", Limit: time.Millisecond, Run: func(context.Context) preflight.Finding {
			<-release
			return preflight.Finding{Status: preflight.Pass}
		}},
		{ID: "stops", Limit: 1500 * time.Microsecond, Run: func(ctx context.Context) preflight.Finding {
			<-ctx.Done()
			return preflight.Finding{}
		}},
		{ID: "says-what-hung", Limit: time.Millisecond, Run: func(ctx context.Context) preflight.Finding {
			<-ctx.Done()
			return preflight.Finding{Status: preflight.Fail, Code: "test.hung"}
		}},
		says("after-deaf", preflight.Pass, "deaf"),
	}
	found := preflight.Run(t.Context(), checks, nil)
	for i, want := range []struct {
		status  preflight.Status
		code    exchange.Code
		seconds string
	}{{preflight.Warn, preflight.CodeTooSlow, "0.001"}, {preflight.Warn, preflight.CodeTooSlow, "0.0015"}, {preflight.Fail, "test.hung", ""}, {preflight.Pass, "test.after-deaf", ""}} {
		if f := found[i]; f.Status != want.status || f.Code != want.code || f.Args["seconds"] != want.seconds || i < 3 && f.Took < time.Millisecond {
			t.Errorf("%s is %s %s %v after %v, want %v", f.Check, f.Status, f.Code, f.Args, f.Took, want)
		}
	}
}

func TestStopping(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	var begun sync.WaitGroup
	begun.Add(2)
	go func() {
		begun.Wait()
		cancel()
	}()
	var heard []preflight.Finding
	found := preflight.Run(ctx, []preflight.Check{
		says("done", preflight.Pass),
		{ID: "deaf", Limit: time.Minute, Run: func(context.Context) preflight.Finding {
			begun.Done()
			<-release
			return preflight.Finding{Status: preflight.Pass}
		}},
		{ID: "stops", Limit: time.Minute, Run: func(ctx context.Context) preflight.Finding {
			begun.Done()
			<-ctx.Done()
			return preflight.Finding{}
		}},
	}, func(f preflight.Finding) { heard = append(heard, f) })
	if len(found) != 3 || len(heard) != 3 {
		t.Fatalf("%d findings, %d of them delivered", len(found), len(heard))
	}
	for _, f := range found[1:] {
		if f.Status != preflight.Skipped || f.Code != preflight.CodeCancelled {
			t.Errorf("%s is %s %s", f.Check, f.Status, f.Code)
		}
	}
}

func TestTheWorstOfAll(t *testing.T) {
	for want, statuses := range map[preflight.Status][]preflight.Status{
		preflight.Pass: {preflight.Pass, preflight.NotApplicable, preflight.Skipped},
		preflight.Warn: {preflight.Pass, preflight.Warn},
		preflight.Fail: {preflight.Warn, preflight.Fail, preflight.Warn},
	} {
		var found []preflight.Finding
		for _, s := range statuses {
			found = append(found, preflight.Finding{Status: s})
		}
		if got := preflight.Worst(found); got != want {
			t.Errorf("the worst of %v is %s", statuses, got)
		}
	}
}
