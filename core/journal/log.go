package journal

import (
	"context"

	"tenantry/core/exchange"
)

// ShellLog is the journal as a connection sees it: three notes about a shell's life.
type ShellLog struct{ j *Journal }

// Shells returns the journal as a log of shells. It does not own the journal.
func (j *Journal) Shells() ShellLog { return ShellLog{j} }

// Opening notes a shell before its creation is sent.
func (l ShellLog) Opening(ctx context.Context, shell, url, user string, customer exchange.CustomerID) error {
	return l.j.ShellOpening(ctx, Shell{ID: shell, URL: url, User: user, Customer: string(customer)})
}

// Named notes that the server gave a shell another id.
func (l ShellLog) Named(ctx context.Context, asked, given string) error {
	return l.j.ShellNamed(ctx, asked, given)
}

// Closed strikes a shell that the server has closed or never had. It does so also when ctx is done: the
// shell is gone either way.
func (l ShellLog) Closed(ctx context.Context, shell string) error {
	return l.j.ShellClosed(context.WithoutCancel(ctx), shell)
}
