// Package runspace keeps one PowerShell runspace pool open on a server: the messages of core/psrp inside the
// shells of core/wsman. It knows nothing of Exchange.
//
// A Pool is used from one goroutine at a time, except for Close, which may come from any.
//
// # What is sent again
//
// A request whose answer was lost may have been acted on, and MS-WSMV leaves it open whether a server knows a
// request that it had before (OperationID and SequenceId are optional, MS-WSMV 2.2.4.21 and 2.2.4.31). So
// nothing is sent twice but Delete: the second one finds the shell either still there or gone, and both are
// the answer that is wanted. A Receive least of all: what the server handed out with the lost answer is not
// handed out again, so a run whose answer broke off ends, with the rows that had come whole.
package runspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tenantry/core/httpauth"
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

// OpenError is the error of Open. It stands around what went wrong.
type OpenError struct {
	ShellID string       // the id the shell was asked to have, or got
	Origin  wsman.Origin // of the newest answer
	Err     error
}

// Error is that of what went wrong.
func (e *OpenError) Error() string { return e.Err.Error() }

// Unwrap returns what went wrong.
func (e *OpenError) Unwrap() error { return e.Err }

// StrayRedirect is the error of a redirect that answers something else than Create. What it points to does not
// know the shell, so it cannot be followed; that it is no *wsman.Redirect keeps it from being taken for one
// that can.
type StrayRedirect struct{ Redirect wsman.Redirect }

// Error says where it points.
func (e *StrayRedirect) Error() string { return "runspace: inside a session: " + e.Redirect.Error() }

// stray marks a redirect that came where none belongs.
func stray(err error) error {
	var redirect *wsman.Redirect
	if errors.As(err, &redirect) {
		return &StrayRedirect{*redirect}
	}
	return err
}

// Pool is one open runspace pool.
type Pool struct {
	o     Options
	wsman *wsman.Client
	psrp  *psrp.Client
	shell string

	// unsignalled is the finished command that the server still keeps: it is signalled before the next one
	// starts, and the last one goes with the shell.
	unsignalled string

	// stuck says that a pipeline did not confirm its end within StopLimit or that an answer was lost, so the
	// runspace may still be busy.
	stuck bool

	// unsure says that Create was not answered. A server that does not know the shell may still be making it
	// then, so only a Delete that found it proves that it is gone.
	unsure bool

	accepted bool // the server answered the newest Command: what it asks for may be done

	keyRefused error // why the last key exchange gave no key

	mu     sync.Mutex
	closed bool
	gone   bool
	lost   bool // gone, and not because of a Delete: the server had forgotten the shell
}

// Open creates the shell and waits until the pool inside it is open. When it returns an error nothing is left
// on the server, as far as the server could be reached within CloseLimit; Gone tells. It does not when a Create
// that was not answered may still make the shell.
//
// The error is an *OpenError around one of wsman (*Fault, *Redirect, *HTTPError, *FormatError), of the transport
// or of psrp, or a *BrokenError.
func Open(ctx context.Context, o Options) (*Pool, error) {
	p := newPool(o)
	if err := p.open(ctx); err != nil {
		return nil, &OpenError{ShellID: p.shell, Origin: p.Origin(), Err: err}
	}
	return p, nil
}

func (p *Pool) open(ctx context.Context) error {
	o := p.o
	creation, err := p.psrp.Open()
	if err != nil {
		return err
	}
	p.shell = wireID(p.psrp.ID())
	if o.Opening != nil {
		if err := o.Opening(p.shell); err != nil {
			return err
		}
	}
	options := append([]wsman.Option{{Name: wsman.OptionProtocolVersion, Value: p.psrp.Protocol().String(), MustComply: true}}, o.Extra...)
	creating, done := p.lingering(ctx)
	defer done()
	shell, err := p.wsman.Create(creating, wsman.Create{
		ShellID: p.shell, InputStreams: "stdin pr", OutputStreams: "stdout", CreationXML: creation,
	}, options...)
	if err != nil {
		if refused(err) {
			p.markGone()
			return err
		}
		// The line broke or time ran out, so the shell may exist all the same, or come to exist in a moment.
		p.unsure = true
		_ = p.Close(ctx)
		return err
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
		return stray(err)
	}
	return nil
}

// lingering returns a context that outlives a cancel of ctx by a third of CloseLimit. The answer to a Create
// that is under way says which id the shell has: older servers choose one themselves, and then nobody else
// knows what to delete.
func (p *Pool) lingering(ctx context.Context) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			t := time.NewTimer(p.o.CloseLimit / 3)
			defer t.Stop()
			select {
			case <-t.C:
			case <-longer.Done():
			}
		}
		cancel()
	})
	return longer, func() { stop(); cancel() }
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

// refused tells whether the server itself said no, or never got the question, so that there is no shell.
func refused(err error) bool {
	var fault *wsman.Fault
	var redirect *wsman.Redirect
	var answer *wsman.HTTPError
	var carrier *httpauth.Error
	switch {
	case errors.As(err, &carrier):
		return carrier.Unsent()
	case errors.As(err, &fault):
		return !fault.IsTimeout()
	case errors.As(err, &answer):
		switch answer.Status {
		case http.StatusServiceUnavailable: // what says so has not begun (RFC 9110 15.6.4)
			return true
		case http.StatusRequestTimeout:
			return false
		}
		// A failure with a category was decided before anything was made, unless it is about the way from the
		// front end to the server behind it.
		group, _, _ := strings.Cut(answer.FailureCategory, "-")
		return answer.Status >= 300 && answer.Status < 500 || group != "" && !strings.EqualFold(group, "Cafe")
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

// Origin tells what the newest answer said about the server.
func (p *Pool) Origin() wsman.Origin { return p.wsman.Origin() }

// Accepted tells whether the server took the newest command, so that it may have been run.
func (p *Pool) Accepted() bool { return p.accepted }

// closeAttempts is how often a Delete is tried, and closePause what lies between: a broken line is often back
// at once, and a server that restarts a moment later. Each takes at most its share of CloseLimit.
const closeAttempts = 3

var closePause = [closeAttempts]time.Duration{0, 200 * time.Millisecond, time.Second}

// Close deletes the shell and everything that runs in it. It always tries, also when ctx is done, and more than
// once when that can help, within CloseLimit. A shell the server no longer knows is closed. Calling it again
// after it succeeded does nothing.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	gone := p.gone
	p.mu.Unlock()
	if gone {
		return nil
	}
	limit := time.Now().Add(p.o.CloseLimit)
	var err error
	for i := range closeAttempts {
		if !pause(min(closePause[i], time.Until(limit)/2)) {
			break
		}
		err = p.delete(context.WithoutCancel(ctx), time.Until(limit)/time.Duration(closeAttempts-i))
		if err == nil || !worthRepeating(err) {
			break
		}
	}
	return err
}

// delete tries once, on a connection of its own when the last one broke or did not answer.
func (p *Pool) delete(ctx context.Context, limit time.Duration) error {
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	err := p.wsman.Delete(ctx, p.shell)
	switch fault := wsman.AsFault(err); {
	case err == nil:
	case fault != nil && fault.IsShellGone() && !p.unsure:
		p.mu.Lock()
		p.lost = true
		p.mu.Unlock()
	default:
		return err
	}
	p.markGone()
	return nil
}

// worthRepeating tells whether a Delete that ended so may end otherwise a moment later.
func worthRepeating(err error) bool {
	var fault *wsman.Fault
	var elsewhere *wsman.Redirect
	var answer *wsman.HTTPError
	var carrier *httpauth.Error
	switch {
	case errors.As(err, &carrier):
		return !carrier.SignIn() // a password that is asked for again and again locks the account
	case errors.As(err, &fault):
		return !fault.IsAccessDenied()
	case errors.As(err, &answer):
		return answer.Status < 300 || answer.Status >= 500 || answer.Status == 408 || answer.Status == 429
	case errors.As(err, &elsewhere):
		return false
	}
	return true
}

// pause waits, and tells whether there is any time left.
func pause(d time.Duration) bool {
	if d < 0 {
		return false
	}
	if d > 0 {
		<-time.After(d)
	}
	return true
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

// Loss says what the server no longer knew.
type Loss uint8

// What can be lost.
const (
	NothingLost Loss = iota
	CommandLost      // the shell was there, but not the command
	ShellLost
)

// Lost tells whether err means that the shell, or the command in it, is no more on the server. Both have the
// same fault (MS-WSMV 3.1.4.5), so the shell is deleted to know: it is of no use any more, and must not stay
// behind where it was only the command. Without an answer to that, the shell counts as lost and is not struck.
func (p *Pool) Lost(ctx context.Context, err error) Loss {
	if fault := wsman.AsFault(err); fault == nil || !fault.IsShellGone() {
		return NothingLost
	}
	if p.Close(ctx) != nil {
		return ShellLost
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost {
		return ShellLost
	}
	return CommandLost
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
