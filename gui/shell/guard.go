package shell

import (
	"context"
	"fmt"
	"runtime/debug"

	"tenantry/core/exchange"
	"tenantry/gui/kit/loop"
)

// guard is a Loop in which a fault of ours does not end the program, because that would leave sessions open
// on servers: it is told to the person instead.
type guard struct {
	loop.Loop
	told func(p *exchange.Problem) // on any goroutine
}

func (g guard) caught() {
	if v := recover(); v != nil {
		g.told(&exchange.Problem{Code: exchange.CodeUnexpected, Doing: "draw or work for the window", Cause: fmt.Errorf("%v", v),
			Details: map[string]string{"Stack": string(debug.Stack())}})
	}
}

// Post is Loop's.
func (g guard) Post(f func()) {
	g.Loop.Post(func() {
		defer g.caught()
		f()
	})
}

// Go is Loop's.
func (g guard) Go(ctx context.Context, work func(ctx context.Context)) {
	g.Loop.Go(ctx, func(ctx context.Context) {
		defer g.caught()
		work(ctx)
	})
}
