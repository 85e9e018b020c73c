// Package runspace keeps one PowerShell runspace pool open on a server: the messages of core/psrp inside the
// shells of core/wsman. It knows nothing of Exchange.
//
// A Pool is used from one goroutine at a time, except for Close, which may come from any.
package runspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// Options say how to open a pool.
type Options struct {
	Client *wsman.Client     // what requests go through; one for each pool
	Config psrp.ClientConfig // what pool to ask for
	Extra  []wsman.Option    // options of Create beside protocolversion

	// Opening is called with the shell's id before Create is sent, so that a shell which the server makes
	// while this program dies is known. Its error ends Open. nil is allowed.
	Opening func(shellID string) error

	// Named is called when the server has made the shell, with the id it gives it, which may be another than
	// the one asked for. nil is allowed.
	Named func(asked, given string)

	// Event is given what arrives on the pool's own stream, on the goroutine that uses the pool: answers to
	// what PSRP was asked, private data, and errors about single messages. nil is allowed.
	Event func(psrp.Event, error)

	// Gone is called once, when the server has confirmed that the shell is no more, or never was. nil is allowed.
	Gone func(shellID string)

	// StopLimit is how long a stopped pipeline may take to say so; 0 means 10 seconds. CloseLimit is how long
	// closing may take; 0 means 15 seconds.
	StopLimit, CloseLimit time.Duration

	// QuietLimit is after how long without news from a command the pool's own stream is looked at; 0 means
	// 2 minutes.
	QuietLimit time.Duration
}

// BrokenError says that the server broke or closed the pool.
type BrokenError struct {
	State  psrp.PoolState
	Reason *psrp.ErrorRecord // nil when the server gave none
}

// Error gives the state and the server's reason.
func (e *BrokenError) Error() string {
	if e.Reason != nil {
		return fmt.Sprintf("runspace: pool %s: %s", e.State, e.Reason.Message())
	}
	return fmt.Sprintf("runspace: pool %s", e.State)
}

// ErrClosed is the error of using a pool after Close.
var ErrClosed = errors.New("runspace: closed")

// Pool is one open runspace pool.
type Pool struct {
	o     Options
	wsman *wsman.Client
	psrp  *psrp.Client
	shell string

	// unsignalled is the finished command that the server still keeps: it is signalled before the next one
	// starts, and the last one goes with the shell.
	unsignalled string

	// stuck says that a pipeline did not confirm its end within StopLimit, so the runspace may still be busy.
	stuck bool

	keyRefused error // why the last key exchange gave no key

	mu     sync.Mutex
	closed bool
	gone   bool
}

// Open creates the shell and waits until the pool inside it is open. When it returns an error nothing is left
// on the server, as far as the server could be reached within CloseLimit; Gone tells.
//
// Errors come from wsman (*Fault, *Redirect, *HTTPError, *FormatError), from the transport, from psrp, or are
// a *BrokenError.
func Open(ctx context.Context, o Options) (*Pool, error) {
	p := newPool(o)
	creation, err := p.psrp.Open()
	if err != nil {
		return nil, err
	}
	p.shell = wireID(p.psrp.ID())
	if o.Opening != nil {
		if err := o.Opening(p.shell); err != nil {
			return nil, err
		}
	}
	options := append([]wsman.Option{{Name: wsman.OptionProtocolVersion, Value: p.psrp.Protocol().String(), MustComply: true}}, o.Extra...)
	shell, err := p.wsman.Create(ctx, wsman.Create{
		ShellID: p.shell, InputStreams: "stdin pr", OutputStreams: "stdout", CreationXML: creation,
	}, options...)
	if err != nil {
		if refused(err) {
			p.markGone()
			return nil, err
		}
		// The line broke or time ran out, so the shell may exist all the same.
		_ = p.Close(ctx)
		return nil, err
	}
	given := shell.ID
	if given == "" {
		given = p.shell
	}
	if o.Named != nil {
		o.Named(p.shell, given)
	}
	p.shell = given
	p.psrp.SetFragmentSize(p.wsman.SendRoom())
	if err := p.await(ctx, func() bool { return p.psrp.State() == psrp.Opened }); err != nil {
		_ = p.Close(ctx)
		return nil, err
	}
	return p, nil
}

func newPool(o Options) *Pool {
	if o.StopLimit <= 0 {
		o.StopLimit = 10 * time.Second
	}
	if o.CloseLimit <= 0 {
		o.CloseLimit = 15 * time.Second
	}
	if o.QuietLimit <= 0 {
		o.QuietLimit = 2 * time.Minute
	}
	return &Pool{o: o, wsman: o.Client, psrp: psrp.NewClient(o.Config)}
}

// refused tells whether the server itself said no, so that there is no shell.
func refused(err error) bool {
	var fault *wsman.Fault
	var redirect *wsman.Redirect
	var answer *wsman.HTTPError
	switch {
	case errors.As(err, &fault):
		return !fault.IsTimeout()
	case errors.As(err, &answer):
		return answer.Status < 500 && answer.Status != 408
	}
	return errors.As(err, &redirect)
}

// ID is the shell's id, as the server knows it.
func (p *Pool) ID() string { return p.shell }

// PSRP is the pool's protocol state, for questions beyond running commands. It belongs to the goroutine that
// uses the pool; what it queues is sent by Ask.
func (p *Pool) PSRP() *psrp.Client { return p.psrp }

// Ask sends what PSRP has queued on the pool's stream, and receives on it until done says yes.
func (p *Pool) Ask(ctx context.Context, done func() bool) error {
	if p.isClosed() {
		return ErrClosed
	}
	if err := p.flush(ctx, ""); err != nil {
		return err
	}
	return p.await(ctx, done)
}

// ExchangeKey agrees on the session key that passwords among parameters are encrypted with.
func (p *Pool) ExchangeKey(ctx context.Context) error {
	if p.psrp.HasKey() {
		return nil
	}
	if err := p.psrp.ExchangeKey(); err != nil {
		return err
	}
	p.keyRefused = nil
	if err := p.Ask(ctx, func() bool { return p.psrp.HasKey() || p.keyRefused != nil }); err != nil {
		return err
	}
	return p.keyRefused
}

// noteKey remembers that the server's answer to a key exchange could not be used, so that nobody waits for more.
func (p *Pool) noteKey(err error) {
	var message *psrp.MessageError
	if errors.As(err, &message) && message.Header.Type == psrp.TypeEncryptedSessionKey {
		p.keyRefused = err
	}
}

// Disconnect leaves the pool open on the server, to be taken back by Reconnect within idle, which 0 leaves to
// the server.
func (p *Pool) Disconnect(ctx context.Context, idle time.Duration) error {
	if err := p.wsman.Disconnect(ctx, p.shell, wsman.Disconnect{IdleTimeout: idle}); err != nil {
		return err
	}
	return p.psrp.Disconnected()
}

// Reconnect takes the pool back that Disconnect left.
func (p *Pool) Reconnect(ctx context.Context) error {
	if err := p.wsman.Reconnect(ctx, p.shell); err != nil {
		return err
	}
	return p.psrp.Reconnected()
}

// Attach takes over a pool that another client left disconnected in a shell. o.Config.Pool must be the pool's
// id, which is usually the shell's too.
func Attach(ctx context.Context, shellID string, o Options) (*Pool, error) {
	p := newPool(o)
	p.shell = shellID
	connecting, err := p.psrp.Connect()
	if err != nil {
		return nil, err
	}
	answer, err := p.wsman.Connect(ctx, p.shell, wsman.Connect{ConnectXML: connecting},
		wsman.Option{Name: wsman.OptionProtocolVersion, Value: p.psrp.Protocol().String(), MustComply: true})
	if err != nil {
		return nil, err
	}
	if err := p.take(uuid.Nil, answer.ConnectResponseXML, nil); err != nil {
		return nil, err
	}
	if err := p.await(ctx, func() bool { return p.psrp.State() == psrp.Opened }); err != nil {
		return nil, err
	}
	return p, nil
}

// Close deletes the shell and everything that runs in it. It always tries, also when ctx is done, within
// CloseLimit. A shell the server no longer knows is closed. Calling it again after it succeeded does nothing.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	gone := p.gone
	p.mu.Unlock()
	if gone {
		return nil
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), p.o.CloseLimit)
	defer stop()
	err := p.wsman.Delete(ctx, p.shell)
	if fault := wsman.AsFault(err); err == nil || fault != nil && fault.IsShellGone() {
		p.markGone()
		return nil
	}
	return err
}

func (p *Pool) markGone() {
	p.mu.Lock()
	first := !p.gone
	p.gone, p.closed = true, true
	p.mu.Unlock()
	if first && p.o.Gone != nil {
		p.o.Gone(p.shell)
	}
}

func (p *Pool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// Lost tells whether err means that the shell is no more on the server, and notes it. The fault that says so
// about a command only, in a shell that is still there, looks the same; a pool is then given up all the same.
func (p *Pool) Lost(err error) bool {
	if fault := wsman.AsFault(err); fault != nil && fault.IsShellGone() {
		p.markGone()
		return true
	}
	return false
}

// await receives on the pool's stream until done says yes.
func (p *Pool) await(ctx context.Context, done func() bool) error {
	for !done() {
		if err := p.broken(); err != nil {
			return err
		}
		_, err := p.wsman.Receive(ctx, p.shell, wsman.Receive{KeepAlive: true}, func(c wsman.Chunk) error {
			return p.take(uuid.Nil, c.Data, nil)
		})
		if fault := wsman.AsFault(err); fault != nil && fault.IsTimeout() {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := p.flush(ctx, ""); err != nil {
			return err
		}
	}
	return nil
}

// broken returns why the pool cannot go on, nil when it can.
func (p *Pool) broken() error {
	if p.stuck {
		return &BrokenError{State: psrp.Opened}
	}
	switch s := p.psrp.State(); s {
	case psrp.Broken, psrp.Closed:
		return &BrokenError{State: s, Reason: p.psrp.Reason()}
	}
	return nil
}

// take gives bytes of a stream to psrp and each event to each, which may be nil. data may be overwritten by
// the caller afterwards: psrp keeps what it is given, so it gets a copy.
func (p *Pool) take(source uuid.UUID, data []byte, each func(psrp.Event, error) error) error {
	var fatal error
	for ev, err := range p.psrp.Receive(source, bytes.Clone(data)) {
		var fragment *psrp.FragmentError
		var version *psrp.VersionError
		if errors.As(err, &fragment) || errors.As(err, &version) {
			return err
		}
		if each == nil { // the pool's own stream, which one unreadable message does not stop
			p.noteKey(err)
			if p.o.Event != nil {
				p.o.Event(ev, err)
			}
			continue
		}
		if fatal = each(ev, err); fatal != nil {
			return fatal
		}
	}
	return nil
}

// flush sends what psrp has queued, as few requests as envelopes allow. command is the id the server knows a
// pipeline by, where it is another than psrp's.
func (p *Pool) flush(ctx context.Context, command string) error {
	room := p.wsman.SendRoom()
	packets := p.psrp.Take()
	for len(packets) > 0 {
		one := packets[0]
		data := one.Data
		rest := packets[1:]
		for len(rest) > 0 && rest[0].Pipeline == one.Pipeline && rest[0].Prompt == one.Prompt && len(data)+len(rest[0].Data) <= room {
			data = append(data, rest[0].Data...)
			rest = rest[1:]
		}
		packets = rest
		send := wsman.Send{Stream: "stdin", Data: data}
		if one.Prompt {
			send.Stream = "pr"
		}
		if one.Pipeline != uuid.Nil {
			if send.CommandID = command; command == "" {
				send.CommandID = wireID(one.Pipeline)
			}
		}
		if err := p.wsman.Send(ctx, p.shell, send); err != nil {
			return err
		}
	}
	return nil
}

// wireID writes an id as Windows does.
func wireID(id uuid.UUID) string { return strings.ToUpper(id.String()) }
