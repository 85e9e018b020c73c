package runspace

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/httpauth"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// Start begins a pipeline in a psrp.Client: its CreatePipeline or GetCommandMetadata with the message bound.
type Start func(*psrp.Client) (id uuid.UUID, first []byte, err error)

// UnfinishedError says that the server called a command done whose pipeline never ended.
type UnfinishedError struct{ ExitCode int }

// Error says so.
func (*UnfinishedError) Error() string { return "runspace: command done before its pipeline ended" }

// Run starts a pipeline, sends input when it takes some, and yields its events while the answers still
// arrive, on the caller's goroutine. The last event is a *psrp.PipelineState that is done; a run that cannot
// get there ends with an error instead. An error about one message (*psrp.MessageError, *psrp.StateError) is
// yielded between the events and the run goes on.
//
// Cancelling ctx, or leaving the loop, sends the stop signal and waits until the server has confirmed, at
// most StopLimit; after a cancel nothing but ctx's error is yielded.
func (p *Pool) Run(ctx context.Context, start Start, input ...clixml.Value) iter.Seq2[psrp.Event, error] {
	return func(yield func(psrp.Event, error) bool) {
		p.accepted = false
		if err := p.ready(ctx); err != nil {
			yield(psrp.Event{}, err)
			return
		}
		id, first, err := start(p.psrp)
		if err != nil {
			yield(psrp.Event{}, err)
			return
		}
		defer p.psrp.Forget(id)
		r := &run{pool: p, id: id, started: make(chan struct{}), ended: make(chan struct{})}
		// Requests outlive ctx: a cancelled run is stopped on the server, and that needs its answers.
		r.ctx, r.abort = context.WithCancel(context.WithoutCancel(ctx))
		defer r.abort()
		defer context.AfterFunc(ctx, r.stop)()
		// Whatever happens in the caller's loop, a panic too, the pipeline does not go on unseen.
		defer r.finish()

		if err = r.begin(first, input); err == nil {
			err = r.receive(ctx, yield)
		}
		if err != nil && !answered(err) {
			p.stuck = true // nobody knows what the runspace does now
		}
		r.lost = wsman.AsFault(err).IsShellGone()
		r.refused = signInRefused(err)
		switch {
		case r.left:
		case ctx.Err() != nil:
			yield(psrp.Event{}, ctx.Err())
		case err != nil:
			yield(psrp.Event{}, err)
		}
		if !r.done && r.ctx.Err() != nil {
			p.stuck = true
		}
	}
}

// answered tells whether the server said so itself, whole and in order.
func answered(err error) bool {
	var fault *wsman.Fault
	var answer *wsman.HTTPError
	return errors.As(err, &fault) || errors.As(err, &answer) && answer.Status >= 300
}

// signInRefused tells whether a request ended because the server does not take the sign-in.
func signInRefused(err error) bool {
	var answer *wsman.HTTPError
	var carrier *httpauth.Error
	return errors.As(err, &answer) && answer.Status == 401 || errors.As(err, &carrier) && carrier.SignIn()
}

// ready makes the pool ready for another command.
func (p *Pool) ready(ctx context.Context) error {
	if p.isClosed() {
		return ErrClosed
	}
	if err := p.broken(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if p.unsignalled == "" {
		return nil
	}
	id := p.unsignalled
	p.unsignalled = ""
	return p.signal(ctx, id)
}

// signal sends the terminate signal to a command. One the server no longer knows needs none.
func (p *Pool) signal(ctx context.Context, command string) error {
	err := p.wsman.Signal(ctx, p.shell, command, wsman.SignalTerminate)
	if fault := wsman.AsFault(err); fault != nil && fault.IsShellGone() {
		return nil
	}
	return err
}

// Signal tells the server to forget the command that finished last. Run does it before the next command by
// itself.
func (p *Pool) Signal(ctx context.Context) error { return p.ready(ctx) }

// run is one pipeline under way.
type run struct {
	pool  *Pool
	id    uuid.UUID
	ctx   context.Context // of its requests
	abort context.CancelFunc

	command string // the id the server knows it by; set before started is closed
	left    bool   // the caller left the loop
	done    bool   // the pipeline ended
	lost    bool   // the server no longer knows it
	refused bool   // the server no longer takes the sign-in

	started, ended chan struct{}
	stopping       sync.Once
}

// begin sends Command, the rest of a long CREATE_PIPELINE, and the input.
func (r *run) begin(first []byte, input []clixml.Value) error {
	p := r.pool
	id, err := p.wsman.Command(r.ctx, p.shell, wsman.Command{ID: wireID(r.id), Arguments: first},
		wsman.Option{Name: wsman.OptionSkipCmdShell, Value: "False"})
	if err != nil {
		return err
	}
	r.command = id
	p.unsignalled, p.accepted = id, true
	close(r.started)
	for _, v := range input {
		if err := p.psrp.Input(r.id, v); err != nil {
			return err
		}
	}
	if len(input) > 0 {
		if err := p.psrp.EndInput(r.id); err != nil {
			return err
		}
	}
	return p.flush(r.ctx, id)
}

// look asks once whether the pool's own stream has something, without waiting for it: a pool that broke says
// so there, while the command's stream just stays quiet.
func (p *Pool) look(ctx context.Context) error {
	hasty := *p.wsman
	hasty.OperationTimeout = time.Second
	_, err := hasty.Receive(ctx, p.shell, wsman.Receive{KeepAlive: true}, func(c wsman.Chunk) error {
		return p.take(uuid.Nil, c.Data, nil)
	})
	if fault := wsman.AsFault(err); fault != nil && fault.IsTimeout() {
		err = nil
	}
	if err == nil {
		err = p.broken()
	}
	return err
}

// receive asks for output until the pipeline ended.
func (r *run) receive(ctx context.Context, yield func(psrp.Event, error) bool) error {
	p := r.pool
	each := func(ev psrp.Event, err error) error {
		if state, ok := ev.Message.(*psrp.PipelineState); ok && ev.Pipeline == r.id && state.State.Done() {
			r.done = true
		}
		if r.left || ctx.Err() != nil {
			return nil // stopping: what still comes is not wanted any more
		}
		if !yield(ev, err) {
			if r.left = true; !r.done {
				go r.stop()
			}
		}
		return nil
	}
	news := time.Now() // when something came last, or the pool was looked at
	for !r.done {
		got, err := p.wsman.Receive(r.ctx, p.shell, wsman.Receive{CommandID: r.command, KeepAlive: true}, func(c wsman.Chunk) error {
			return p.take(r.id, c.Data, each)
		})
		if fault := wsman.AsFault(err); fault != nil && fault.IsTimeout() {
			if time.Since(news) >= p.o.QuietLimit {
				if err := p.look(r.ctx); err != nil {
					return err
				}
				news = time.Now()
			}
			continue
		}
		news = time.Now()
		if fault := wsman.AsFault(err); fault.IsProvider() {
			// What is behind the service has ended the command. When that is because the pool broke, the reason
			// stands on the pool's own stream.
			var broken *BrokenError
			if errors.As(p.look(r.ctx), &broken) {
				return broken
			}
		}
		if err != nil {
			return err
		}
		if err := p.broken(); err != nil {
			return err
		}
		if got.State == wsman.StateDone && !r.done {
			return &UnfinishedError{ExitCode: got.ExitCode}
		}
		if err := p.flush(r.ctx, r.command); err != nil {
			return err
		}
	}
	return nil
}

// stop sends the stop signal and, when the run does not end within the limit, gives up waiting for it. It
// runs on a goroutine of its own, at most once.
func (r *run) stop() {
	r.stopping.Do(func() {
		limit := time.NewTimer(r.pool.o.StopLimit)
		defer limit.Stop()
		defer r.abort()
		select {
		case <-r.started:
		case <-r.ended:
			return
		case <-limit.C:
			return
		}
		select {
		case <-r.ended:
			return
		default:
		}
		ctx, cancel := context.WithTimeout(r.ctx, r.pool.o.StopLimit) // a signal that is not answered has the same limit
		defer cancel()
		if r.pool.signal(ctx, r.command) != nil {
			return // it was not told to stop, so waiting for its end makes no sense: deleting the shell ends it
		}
		select {
		case <-r.ended:
		case <-limit.C:
		}
	})
}

// finish notes the end of the run. A pipeline that is not done by then, because the caller panicked or the
// answers broke off, is told to stop.
func (r *run) finish() {
	select {
	case <-r.started:
		// A password that is refused is not sent once more than it must be: deleting the shell ends the command too.
		if !r.done && !r.lost && !r.refused && r.ctx.Err() == nil {
			ctx, cancel := context.WithTimeout(r.ctx, r.pool.o.StopLimit)
			_ = r.pool.signal(ctx, r.command)
			cancel()
			r.pool.unsignalled = ""
		}
	default:
	}
	close(r.ended)
	r.stopping.Do(func() {}) // waits for a stop that is under way
}
