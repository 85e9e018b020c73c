package classic

import (
	"context"
	"errors"
	"iter"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/exchange/objects"
	"tenantry/core/httpauth"
	"tenantry/core/psrp"
	"tenantry/core/secret"
	"tenantry/core/wsman"
)

// Session is one runspace with one customer.
type Session struct {
	pool      *runspace.Pool
	transport *httpauth.Transport
	where     place
	rows      *clixml.Decoder // of the objects that come; made by the first run
}

var _ exchange.Session = (*Session)(nil)

// Customer is the customer the session was opened for.
func (s *Session) Customer() exchange.CustomerID { return s.where.customer }

// Supports tells what a classic session can do.
func (s *Session) Supports() exchange.Capabilities {
	return exchange.Capabilities{
		Connection: exchange.Classic, Cancel: true, Progress: true, Streaming: true,
		MaxParallel: 1, MaxSessions: MaxSessions,
	}
}

// ShellID is the shell's id, as the server knows it, for the details of a problem.
func (s *Session) ShellID() string { return s.pool.ID() }

// Close deletes the shell, always, within the connector's CloseLimit. A shell that could not be deleted stays
// in the log, and the error is CodeSessionNotClosed.
func (s *Session) Close(ctx context.Context) error {
	err := s.pool.Close(ctx)
	s.transport.Close()
	if err == nil {
		return nil
	}
	// What went wrong with the closing is nothing that went wrong with a run, and asks for another next step.
	p := s.problem(context.WithoutCancel(ctx), "close the session", err)
	p.Args["reason"] = string(p.Code)
	p.Code, p.Retry = exchange.CodeSessionNotClosed, exchange.RetryNever
	return p
}

// here is the place of a problem, with what is known of the shell and the server by now.
func (s *Session) here() place {
	w := s.where
	w.shell, w.origin = s.pool.ID(), s.pool.Origin()
	return w
}

func (s *Session) problem(ctx context.Context, doing string, err error) *exchange.Problem {
	return s.here().problem(ctx, doing, err)
}

// failed says why a run ended without its last state. A shell or a command that the server forgot is told apart.
func (s *Session) failed(ctx context.Context, inv exchange.Invocation, err error) *exchange.Problem {
	p := s.problem(ctx, "run "+inv.Cmdlet, err)
	if s.pool.Lost(ctx, err) == runspace.CommandLost && p.Code == exchange.CodeSessionGone {
		p.Code = exchange.CodeCommandGone
	}
	p.Args["cmdlet"] = inv.Cmdlet
	if !inv.ReadsOnly() && s.mayHaveRun(err) {
		p.Args["unsure"] = exchange.Unsure
	}
	return p
}

// mayHaveRun tells whether the server may have begun what the newest command asks for.
func (s *Session) mayHaveRun(err error) bool {
	if s.pool.Accepted() {
		return true
	}
	var carrier *httpauth.Error
	if errors.As(err, &carrier) {
		return carrier.Stage > httpauth.StageSending
	}
	var fault *wsman.Fault
	var answer *wsman.HTTPError
	var redirect *wsman.Redirect
	return !errors.As(err, &fault) && !errors.As(err, &answer) && !errors.As(err, &redirect)
}

// Invoke runs one cmdlet as a pipeline of one command with named parameters: Exchange takes nothing else.
func (s *Session) Invoke(ctx context.Context, inv exchange.Invocation) iter.Seq2[exchange.Event, error] {
	return func(yield func(exchange.Event, error) bool) {
		parameters, err := s.parameters(ctx, inv)
		if err != nil {
			yield(nil, s.problem(ctx, "send a password", err))
			return
		}
		start := func(c *psrp.Client) (uuid.UUID, []byte, error) {
			return c.CreatePipeline(psrp.SingleCommand(inv.Cmdlet, parameters...))
		}
		if s.rows == nil {
			s.rows = clixml.NewDecoder(clixml.Limits{})
		}
		r := reader{where: s.here(), inv: inv, yield: yield, rows: s.rows}
		for ev, err := range s.pool.Run(ctx, start) {
			if err != nil {
				if r.unreadable(err) {
					if !r.goOn {
						return
					}
					continue
				}
				r.end(s.failed(ctx, inv, err))
				return
			}
			if !r.event(ev) {
				return
			}
		}
	}
}

// parameters turns an Invocation's parameters into those of a pipeline. A password among them needs the
// session key, which is agreed on first.
func (s *Session) parameters(ctx context.Context, inv exchange.Invocation) ([]psrp.Parameter, error) {
	out := make([]psrp.Parameter, 0, len(inv.Params))
	var failed error
	seal := func(text secret.Secret) clixml.Value {
		v, err := s.pool.PSRP().SecureString(text)
		failed = errors.Join(failed, err)
		return v
	}
	for _, p := range inv.Params {
		if holdsSecret(p.Value) {
			if err := s.pool.ExchangeKey(ctx); err != nil {
				return nil, err
			}
		}
		out = append(out, psrp.Named(p.Name, objects.Sealed(p.Value, seal)))
	}
	return out, failed
}

func holdsSecret(v exchange.Value) bool {
	if v.Kind() == exchange.Secret {
		return true
	}
	for _, m := range v.List() {
		if holdsSecret(m) {
			return true
		}
	}
	for _, f := range v.Nested().Fields {
		if holdsSecret(f.Value) {
			return true
		}
	}
	return false
}

// reader turns the events of one pipeline into those of a run.
type reader struct {
	where place
	inv   exchange.Invocation
	yield func(exchange.Event, error) bool
	goOn  bool
	rows  *clixml.Decoder

	// held is the last error record. The record of an error that ends the run comes again inside the
	// final state, so one is passed on only when something else follows.
	held *psrp.ErrorRecord
}

// event handles one event and tells whether the caller wants more.
func (r *reader) event(ev psrp.Event) bool {
	switch m := ev.Message.(type) {
	case *psrp.PipelineState:
		return r.state(m)
	case *psrp.ErrorRecord:
		if !r.release() {
			return false
		}
		r.held = m
		return true
	}
	var out exchange.Event
	switch m := ev.Message.(type) {
	case *psrp.PipelineOutput:
		v, err := r.rows.Lend(m.Raw) // a Record keeps nothing of it but texts
		if err != nil {
			out = exchange.Fault{Problem: r.where.badAnswer("read a row", err)}
			break
		}
		out = exchange.Row{Record: objects.Record(v)}
	case *psrp.InformationalRecord:
		out = noticeOf(levelOf(m.Level), m.Message)
	case *psrp.InformationRecord:
		out = exchange.Notice{Level: exchange.Information, Text: m.Text()}
	case *psrp.ProgressRecord:
		out = progressOf(m)
	default:
		return true // host calls are answered by psrp; the pool's own messages are not the run's
	}
	return r.release() && r.yield(out, nil)
}

// release passes on the error record that was held, as the failure of one object.
func (r *reader) release() bool {
	e := r.held
	if e == nil {
		return true
	}
	r.held = nil
	return r.yield(exchange.Fault{Problem: r.where.recordProblem(r.inv, e, exchange.CodeObjectFailed)}, nil)
}

// state handles a change of the pipeline's state.
func (r *reader) state(m *psrp.PipelineState) bool {
	switch m.State {
	case psrp.Completed:
		r.release()
	case psrp.Failed:
		e := m.Error
		if e == nil {
			e, r.held = r.held, nil
		}
		if r.held != nil && sameFailure(r.held, e) {
			r.held = nil
		}
		r.end(r.where.recordProblem(r.inv, e, exchange.CodeRunFailed))
	case psrp.Stopped:
		// Nobody here asked for it, or the run would have ended with the caller's own cancel.
		r.end(r.where.recordProblem(r.inv, m.Error, exchange.CodeRunFailed))
	default:
		return true
	}
	return false
}

// end yields what was held and then the error that ends the run.
func (r *reader) end(p *exchange.Problem) {
	if r.release() {
		r.yield(nil, p)
	}
}

// unreadable handles an error about one message: the run goes on, and the row that is lost is not silent.
func (r *reader) unreadable(err error) bool {
	var message *psrp.MessageError
	var state *psrp.StateError
	switch {
	case errors.Is(err, psrp.ErrUnknownType):
		r.goOn = true // something of a newer protocol, which no row is
	case errors.As(err, &message):
		r.goOn = r.release() && r.yield(exchange.Fault{Problem: r.where.badAnswer("read a message", err)}, nil)
	case errors.As(err, &state), errors.Is(err, psrp.ErrNoPipeline):
		r.goOn = true // a message that came when it must not: nothing of the run is lost with it
	default:
		return false
	}
	return true
}

func sameFailure(a, b *psrp.ErrorRecord) bool {
	return b != nil && a.FullyQualifiedErrorID == b.FullyQualifiedErrorID && a.Message() == b.Message()
}

func levelOf(t psrp.MessageType) exchange.NoticeLevel {
	switch t {
	case psrp.TypeVerboseRecord:
		return exchange.Verbose
	case psrp.TypeDebugRecord:
		return exchange.Debug
	}
	return exchange.Warning
}

func progressOf(m *psrp.ProgressRecord) exchange.Progress {
	percent := int(m.Percent)
	if percent < 0 || percent > 100 {
		percent = -1
	}
	return exchange.Progress{Activity: m.Activity, Status: m.Status, Percent: percent, Done: m.Kind == psrp.ProgressCompleted}
}
