package journal

import (
	"context"

	"tenantry/core/exchange"
)

// ShellLog is the journal as a connection sees it: three notes about a shell's life.
type ShellLog struct{ j *Journal }

// Shells returns the journal as a log of shells. It does not own the journal.
func (j *Journal) Shells() ShellLog { return ShellLog{j} }

// Opening notes a shell before its creation is sent. A place that ctx carries (Place.Mark) is the one it
// counts for.
func (l ShellLog) Opening(ctx context.Context, shell, url, user string, customer exchange.CustomerID) error {
	s := Shell{ID: shell, URL: url, User: user, Customer: string(customer)}
	if p, ok := ctx.Value(placeKey{}).(*Place); ok {
		s.Budget, s.place = p.account, p.id
	}
	return l.j.ShellOpening(ctx, s)
}

// Named notes that the server made a shell, and under which id.
func (l ShellLog) Named(ctx context.Context, asked, given string) error {
	return l.j.ShellNamed(ctx, asked, given)
}

// Closed strikes a shell that the server has closed or never had. It does so also when ctx is done: the
// shell is gone either way.
func (l ShellLog) Closed(ctx context.Context, shell string) error {
	return l.j.ShellClosed(context.WithoutCancel(ctx), shell)
}
