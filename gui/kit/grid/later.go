package grid

import (
	"context"
	"time"

	"tenantry/gui/kit/loop"
)

// rollEvery is the time between two steps of scrolling while a drag is held at an edge.
const rollEvery = 30 * time.Millisecond

// onLoop is the Grid's wait outside its own tests: f runs on the UI goroutine once d has passed, unless stop is
// called before. The wait counts as work of the loop.
func (g *Grid) onLoop(d time.Duration, f func()) (stop func()) {
	l := g.Loop
	if l == nil {
		l = &application
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.Go(ctx, func(ctx context.Context) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			l.Post(func() {
				if ctx.Err() == nil {
					cancel()
					f()
				}
			})
		case <-ctx.Done():
		}
	})
	return cancel
}

// application is the Loop of a Grid that was given none.
var application loop.App

const (
	edgeZone = 24 // points at an edge of the header in which a drag scrolls
	fastest  = 40 // points a step
)

// edgeStep is how far a drag held at x scrolls sideways in a step: the nearer to an end of what scrolls, from
// start to end, the farther. Over the pinned columns before start it does not.
func edgeStep(x, start, end int64) int64 {
	switch {
	case x < start && start > 0:
		return 0
	case x < start+edgeZone:
		return -min(start+edgeZone-x, fastest)
	case x > end-edgeZone:
		return min(x-(end-edgeZone), fastest)
	}
	return 0
}

// outside is how far a drag held at y scrolls in a step when the view is from 0 to end.
func outside(y, end int64) int64 {
	switch {
	case y < 0:
		return (y - 1) / 2
	case y > end:
		return (y - end + 1) / 2
	}
	return 0
}
