// Tenantry-cli does every job of the window without one: data on standard output, everything else on
// standard error, and an exit status other programs can rely on.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"tenantry/cmd/tenantry-cli/commands"
)

func main() {
	// Libraries note oddities of servers in the standard log, with what the server sent. Standard error is for
	// sentences a person can use.
	log.SetOutput(io.Discard)

	// A reader that leaves, such as head, must not end the program before its sessions are closed: writing
	// then fails with an error instead.
	signal.Ignore(syscall.SIGPIPE)

	// The first interrupt cancels, so that what had arrived is written and sessions are closed; a second
	// one ends the program at once, as the default does.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-ctx.Done()
		stop()
	}()
	os.Exit(commands.Main(ctx, os.Args[1:], commands.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
