package loop

import (
	"context"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPostKeepsOrderOnOneGoroutine(t *testing.T) {
	q := NewQueue()
	defer q.Close()
	var got []int // belongs to the queue's goroutine; the race detector watches
	for i := range 100 {
		q.Post(func() { got = append(got, i) })
	}
	<-q.Idle()
	q.Do(func() {
		for i, n := range got {
			if i != n {
				t.Fatalf("ran %v", got)
			}
		}
		if len(got) != 100 {
			t.Errorf("%d of 100 ran", len(got))
		}
	})
}

// TestIdleWaitsForWhatWorkPosts is the moment of false idleness: work has ended, what it posted has not run.
func TestIdleWaitsForWhatWorkPosts(t *testing.T) {
	q := NewQueue()
	defer q.Close()
	shown := false
	q.Go(t.Context(), func(ctx context.Context) {
		q.Post(func() {
			q.Go(ctx, func(context.Context) { q.Post(func() { shown = true }) })
		})
	})
	<-q.Idle()
	q.Do(func() {
		if !shown {
			t.Error("idle before the last posted function ran")
		}
	})
}

func TestIdleIsClosedOnlyWhenNothingRuns(t *testing.T) {
	q := NewQueue()
	defer q.Close()
	select {
	case <-q.Idle():
	default:
		t.Error("a new queue is not idle")
	}
	release := make(chan struct{})
	q.Go(t.Context(), func(context.Context) { <-release })
	idle := q.Idle()
	select {
	case <-idle:
		t.Error("idle while work runs")
	default:
	}
	close(release)
	<-idle
}

func TestGoHandsOnItsContext(t *testing.T) {
	q := NewQueue()
	defer q.Close()
	ctx, cancel := context.WithCancel(t.Context())
	q.Go(ctx, func(ctx context.Context) { <-ctx.Done() })
	cancel()
	<-q.Idle()
}

func TestCloseRunsWhatWasPosted(t *testing.T) {
	q := NewQueue()
	ran := 0
	for range 10 {
		q.Post(func() { ran++ })
	}
	q.Close()
	q.Close()
	if ran != 10 {
		t.Errorf("%d of 10 ran", ran)
	}
	q.Post(func() { t.Error("ran after Close") })
	q.Do(func() { t.Error("ran after Close") })
}
