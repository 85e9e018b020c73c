// Tenantry-cli does every job of the window without one: data on standard output, everything else on
// standard error, and an exit status other programs can rely on.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"tenantry/cmd/tenantry-cli/commands"
)

func main() {
	// The first interrupt cancels, so that what had arrived is written and sessions are closed; a second
	// one ends the program at once, as the default does.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	os.Exit(commands.Main(ctx, os.Args[1:], commands.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
