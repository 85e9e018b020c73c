package jobs

import (
	"context"
	"time"

	"tenantry/core/exchange"
)

// Imported is how far ImportCommands is.
type Imported struct {
	Done, Total int    // commands so far, and how many there are; Total is 0 until the server has said
	Name        string // the newest one
}

// ImportCommands asks a session what it may run, with all parameters, as Import-PSSession does: everything,
// or what names and wildcards match. deliver, which may be nil, hears how far it is on the caller's
// goroutine: when the count is known, at most every DefaultInterval after that, and at the end.
//
// A ctx that ends stops it with CodeCancelled. The commands that had arrived come back beside any error.
func ImportCommands(ctx context.Context, session exchange.Session, deliver func(Imported), names ...string) (list []exchange.Command, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked("import commands", v)
		}
	}()
	if deliver == nil {
		deliver = func(Imported) {}
	}
	var now Imported
	var told Imported
	var last time.Time
	for news, err := range session.Commands(ctx, names...) {
		if err != nil {
			if ctx.Err() != nil {
				err = cancelled(ctx)
			}
			return list, exchange.AsProblem(err)
		}
		counted := now.Total != news.Total
		now.Total = news.Total
		if news.Command != nil {
			list = append(list, *news.Command)
			now.Done, now.Name = len(list), news.Command.Name
		}
		if counted || time.Since(last) >= DefaultInterval {
			deliver(now)
			told, last = now, time.Now()
		}
	}
	if ctx.Err() != nil {
		return list, cancelled(ctx)
	}
	if now != told {
		deliver(now)
	}
	return list, nil
}
