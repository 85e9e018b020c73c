package remote

import (
	"bytes"
	"context"
	"errors"
	"time"

	"tenantry/core/wsman"
)

const (
	// idle is how long Windows keeps a shell that nobody uses, where it was not deleted.
	idle = 3 * time.Minute

	// lateAnswer is how long an answer is waited for after the person gave up.
	lateAnswer = 2 * time.Second

	// maxOutput bounds what one program may print, in bytes.
	maxOutput = 4 << 20
)

// output is what a program has printed, and how it ended.
type output struct {
	out, errors []byte
	code        int
}

// whole is the context of a request that makes something whose ID only its answer tells. It is not cut in the middle:
// the answer is waited for a little longer than the person waits, so that what was made can be ended.
func (c *Computer) whole(ctx context.Context) (context.Context, context.CancelFunc) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*c.o.ConnectTimeout+c.o.CommandTimeout)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lateAnswer, cancel) })
	return whole, func() { stop(); cancel() }
}

// open opens a shell. Cancelling ctx ends it soon, and deletes what may have been opened in the meantime.
func (c *Computer) open(ctx context.Context) error {
	whole, cancel := c.whole(ctx)
	defer cancel()
	shell, err := c.line.client.Create(whole, wsman.Create{InputStreams: "stdin", OutputStreams: "stdout stderr", IdleTimeout: idle},
		wsman.Option{Name: wsman.OptionNoProfile, Value: "TRUE"}, wsman.Option{Name: wsman.OptionCodePage, Value: "65001"})
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	c.mu.Lock()
	keep := ctx.Err() == nil && !c.closed
	if keep {
		c.shell = shell.ID
	}
	c.mu.Unlock()
	if keep {
		return nil
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), ClosingLimit)
	defer cancel()
	_ = c.line.client.Delete(late, shell.ID) // Windows ends it after a while if this does not
	return errors.Join(ctx.Err(), errClosed)
}

// opened is the shell to run in. Where Windows has ended the last one, a new one is opened.
func (c *Computer) opened(ctx context.Context) (string, error) {
	select {
	case c.opening <- struct{}{}: // one at a time: each program would open its own
		defer func() { <-c.opening }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if shell, err := c.current(); shell != "" || err != nil {
		return shell, err
	}
	if err := c.open(ctx); err != nil {
		return "", err
	}
	return c.current()
}

func (c *Computer) current() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return "", errClosed
	}
	return c.shell, nil
}

// forget is for a shell that Windows has ended.
func (c *Computer) forget(shell string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shell == shell {
		c.shell = ""
	}
}

// run runs one program to its end. Its words were made by quote; input, where it is not nil, goes to
// its standard input and ends it. The error is
// one of the line, which Computer.failed turns into a problem.
func (c *Computer) run(ctx context.Context, program string, words []string, input []byte) (output, error) {
	select {
	case c.slot <- struct{}{}:
		defer func() { <-c.slot }()
	case <-ctx.Done():
		return output{}, ctx.Err()
	}
	shell, id, err := c.start(ctx, program, words)
	if err != nil {
		return output{}, errors.Join(ctx.Err(), err)
	}
	// Windows keeps a command, ended or not, until it is told to let go of it.
	defer func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), ClosingLimit)
		defer cancel()
		_ = c.line.client.Signal(late, shell, id, wsman.SignalTerminate) // deleting the shell ends it too
	}()
	if input != nil {
		if err := c.line.client.Send(ctx, shell, wsman.Send{CommandID: id, Data: input, End: true}); err != nil && !ended(err) {
			return output{}, err
		}
	}
	return c.receive(ctx, shell, id)
}

// start starts a program, in a new shell where Windows has ended the last one: nothing has run then.
func (c *Computer) start(ctx context.Context, program string, words []string) (shell, id string, err error) {
	for attempt := 0; ; attempt++ {
		if shell, err = c.opened(ctx); err != nil {
			return "", "", err
		}
		whole, cancel := c.whole(ctx)
		id, err = c.line.client.Command(whole, shell, wsman.Command{Line: program, Words: words},
			wsman.Option{Name: wsman.OptionConsoleStdin, Value: "FALSE"}, wsman.Option{Name: wsman.OptionSkipCmdShell, Value: "FALSE"})
		cancel()
		if !gone(err) || attempt > 0 {
			return shell, id, err
		}
		c.forget(shell)
	}
}

func (c *Computer) receive(ctx context.Context, shell, id string) (output, error) {
	var out, errs bytes.Buffer
	for {
		state, err := c.line.client.Receive(ctx, shell, wsman.Receive{CommandID: id, Streams: []string{"stdout", "stderr"}}, func(piece wsman.Chunk) error {
			if out.Len()+errs.Len()+len(piece.Data) > maxOutput {
				return wsman.ErrTooLarge
			}
			to := &out
			if piece.Stream == "stderr" {
				to = &errs
			}
			to.Write(piece.Data)
			return nil
		})
		switch {
		case wsman.AsFault(err).IsTimeout() && ctx.Err() == nil:
		case err != nil:
			return output{}, err
		case state.State == wsman.StateDone && !state.HasExitCode:
			return output{}, &wsman.FormatError{What: "a program's end without its exit code"}
		case state.State == wsman.StateDone:
			return output{out.Bytes(), errs.Bytes(), state.ExitCode}, nil
		}
	}
}

// gone tells whether Windows no longer knows the shell or the command.
func gone(err error) bool { return wsman.AsFault(err).IsShellGone() }

// ended tells whether a program had ended before it read what was sent to it.
func ended(err error) bool {
	const pipeClosing, pipeEnded = 232, 109 // ERROR_NO_DATA, ERROR_BROKEN_PIPE
	f := wsman.AsFault(err)
	return f != nil && (f.Code == pipeClosing || f.Code == pipeEnded)
}
