package exchangesim

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/engine"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// highWater is how many bytes of output may wait for a client before its pipeline waits too.
const highWater = 4 << 20

// command is one pipeline of a shell. Its shell's mu guards it.
type command struct {
	ctx    context.Context
	cancel context.CancelFunc
	// pipeline is the id its messages carry, which need not be the CommandId.
	pipeline uuid.UUID
	over     bool          // PIPELINE_STATE waits to be received, or was
	finished bool          // PIPELINE_STATE was sent, not lost with a broken pool
	told     bool          // the client knows
	running  bool          // it has a runspace
	troubles []faults.Rule // what shall go wrong in it
	input    []clixml.Value
	ready    func(input []clixml.Value) // starts it when its input has ended
}

func (c *command) stateName() string {
	if c.over {
		return "Done"
	}
	return "Running"
}

// command starts a command. Its arguments begin the message that says what to run.
func (s *Server) command(sh *shell, ask *asking, op *wsman.Command) (wsman.Response, *wsman.Fault) {
	id := uuid.New()
	if op.ID != "" {
		given, err := uuid.Parse(op.ID)
		if err != nil {
			return nil, wsman.FaultInvalidBody("the CommandId is not a GUID")
		}
		id = given
	}
	ctx, cancel := context.WithCancel(s.shells.base)
	troubles := ask.strike(faults.Within, nil) // not while mu is held: whether a fault fits may look into shells
	sh.mu.Lock()
	if sh.gone || sh.commands[id] != nil {
		sh.mu.Unlock()
		cancel()
		return nil, wsman.FaultInvalidSelectors()
	}
	sh.commands[id] = &command{ctx: ctx, cancel: cancel, troubles: troubles}
	sh.mu.Unlock()
	if fault := s.accept(sh, id, op.Arguments); fault != nil {
		cancel()
		sh.mu.Lock()
		delete(sh.commands, id)
		sh.mu.Unlock()
		return nil, fault
	}
	text := op.ID
	if text == "" {
		text = strings.ToUpper(id.String())
	}
	return wsman.CommandResponse{CommandID: text}, nil
}

// signal stops a command, or forgets one that is over.
func (sh *shell) signal(op *wsman.Signal) (wsman.Response, *wsman.Fault) {
	if op.CommandID == "" {
		return wsman.SignalResponse{}, nil
	}
	id, fault := sh.source(op.CommandID)
	if fault != nil {
		return nil, fault
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	c := sh.commands[id]
	switch {
	case c == nil:
		return nil, wsman.FaultInvalidSelectors()
	case c.over && c.told:
		sh.drop(id, c)
	case !c.over:
		_ = sh.pool.Stop(c.pipeline) // a command whose message never came whole is not known to the pool
		c.cancel()
		if _, known := sh.pool.PipelineState(c.pipeline); !known || !c.running { // nothing runs that would end it
			sh.finish(id, c, psrp.Stopped, nil)
		}
		sh.startQueued()
	}
	sh.notify()
	return wsman.SignalResponse{}, nil
}

// drop forgets a command. The caller holds mu.
func (sh *shell) drop(id uuid.UUID, c *command) {
	delete(sh.commands, id)
	delete(sh.out, id)
	delete(sh.commandOf, c.pipeline)
	delete(sh.polled, id)
	sh.pool.Forget(c.pipeline)
	sh.pool.Forget(id)
}

// createPipeline starts what a client asked to run, or waits for its input. The caller holds sh.mu.
func (s *Server) createPipeline(sh *shell, id uuid.UUID, m *psrp.CreatePipeline) {
	host := m.Host
	if host.UseRunspaceHost {
		host = sh.host
	}
	start := func(input []clixml.Value) {
		s.run(sh, id, host, firstName(m), func(ctx context.Context, out engine.Output) error {
			for _, statement := range m.Pipeline.Statements {
				p := engine.Pipeline{Commands: commandsOf(statement), Input: input}
				if s.Hooks.Pipeline != nil {
					if err := s.Hooks.Pipeline(p, out); err != nil {
						return err
					}
				}
				if err := sh.engine.Run(ctx, p, out); err != nil {
					return err
				}
			}
			return nil
		})
	}
	c := sh.commands[id]
	if c == nil { // the message came under another command's id
		return
	}
	if m.NoInput {
		start(nil)
		return
	}
	c.ready = start
}

func commandsOf(statement []psrp.Command) []engine.Command {
	list := make([]engine.Command, len(statement))
	for i, c := range statement {
		list[i] = engine.Command{Name: c.Name, Script: c.IsScript}
		for _, p := range c.Parameters {
			list[i].Params = append(list[i].Params, engine.Param{Name: p.Name, Value: p.Value, Bare: p.Bare})
		}
	}
	return list
}

func (s *Server) getMetadata(sh *shell, id uuid.UUID, m *psrp.GetCommandMetadata) {
	s.run(sh, id, psrp.NoHost, "Get-Command", func(ctx context.Context, out engine.Output) error {
		return sh.engine.Metadata(ctx, m.Names, int(m.CommandType), out)
	})
}

// input keeps an object for a pipeline. The caller holds sh.mu.
func (sh *shell) input(id uuid.UUID, m *psrp.PipelineInput) {
	if c := sh.commands[id]; c != nil {
		c.input = append(c.input, m.Object)
	}
}

func (s *Server) inputEnded(sh *shell, id uuid.UUID) {
	if c := sh.commands[id]; c != nil && c.ready != nil {
		start := c.ready
		c.ready = nil
		start(c.input)
	}
}

// firstName is the name of the first command of a pipeline, which its errors speak of.
func firstName(m *psrp.CreatePipeline) string {
	for _, statement := range m.Pipeline.Statements {
		for _, c := range statement {
			return c.Name
		}
	}
	return ""
}

// run runs work as a pipeline on a goroutine of its own, as soon as a runspace is free: those above the pool's
// number wait in the order they came, as PowerShell's own pool has them wait. The caller holds sh.mu.
func (s *Server) run(sh *shell, id uuid.UUID, host psrp.HostInfo, name string, work func(context.Context, engine.Output) error) {
	c := sh.commands[id]
	if c == nil || c.ctx.Err() != nil {
		return
	}
	s.commands.add()
	sh.queued = append(sh.queued, func() {
		if c.over || c.ctx.Err() != nil {
			return // stopped while it waited
		}
		c.running = true
		s.shells.running.Go(func() {
			defer c.cancel()
			out := &output{sh: sh, id: id, pipeline: c.pipeline, ctx: c.ctx, host: host, now: s.Now}
			err := s.troubled(c, sh, out, name, work)
			sh.mu.Lock()
			defer sh.mu.Unlock()
			c.running = false
			sh.conclude(id, c, err)
			sh.startQueued()
		})
	})
	sh.startQueued()
}

// startQueued starts waiting pipelines while runspaces are free. The caller holds mu.
func (sh *shell) startQueued() {
	for len(sh.queued) > 0 && !sh.gone {
		busy := int32(0)
		for _, c := range sh.commands {
			if c.running && c.ctx.Err() == nil { // one that was told to stop gives its place up
				busy++
			}
		}
		if _, most := sh.pool.Runspaces(); busy >= most {
			return
		}
		start := sh.queued[0]
		sh.queued = sh.queued[1:]
		start()
	}
}

// conclude ends a pipeline as the error of its work asks. The caller holds mu.
func (sh *shell) conclude(id uuid.UUID, c *command, err error) {
	var record *engine.ErrorRecord
	switch {
	case err == nil:
		sh.finish(id, c, psrp.Completed, nil)
	case c.ctx.Err() == nil && errors.As(err, &record):
		sh.finish(id, c, psrp.Failed, errorRecord(record))
	default:
		const text = "The pipeline has been stopped."
		sh.finish(id, c, psrp.Stopped, &psrp.ErrorRecord{
			Text: text, Exception: psrp.NewException("System.Management.Automation.PipelineStoppedException", text),
			FullyQualifiedErrorID: "PipelineStopped", Category: psrp.OperationStopped, Reason: "PipelineStoppedException",
		})
	}
}

// finish ends a pipeline. The caller holds sh.mu.
func (sh *shell) finish(id uuid.UUID, c *command, state psrp.InvocationState, why *psrp.ErrorRecord) {
	c.over, c.ready, c.input = true, nil, nil
	if sh.gone {
		return
	}
	c.finished = sh.pool.Finish(c.pipeline, state, why) == nil // a pool that broke meanwhile has told so already
	sh.collect()
}

// output carries what a pipeline says to its stream. It runs on the pipeline's goroutine.
type output struct {
	sh       *shell
	id       uuid.UUID // of the command
	pipeline uuid.UUID
	ctx      context.Context
	host     psrp.HostInfo
	now      func() time.Time
	buf      []byte
}

var errGone = errors.New("exchangesim: the session has ended")

// write sends one message, and waits while too much is waiting already.
func (o *output) write(send func(pool *psrp.Server) error) error {
	sh := o.sh
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for {
		if sh.gone {
			return errGone
		}
		if err := o.ctx.Err(); err != nil {
			return err
		}
		if q := sh.out[o.id]; q == nil || q.bytes < highWater {
			break
		}
		changed := sh.changed
		sh.mu.Unlock()
		select {
		case <-changed:
		case <-o.ctx.Done():
		}
		sh.mu.Lock()
	}
	err := send(sh.pool)
	sh.collect()
	return err
}

func (o *output) message(m psrp.Message) error {
	return o.write(func(pool *psrp.Server) error { return pool.Write(o.pipeline, m) })
}

// Object sends one object. It is written out before the shell is locked, into a buffer used again.
func (o *output) Object(v clixml.Value) error {
	o.buf = clixml.Append(o.buf[:0], v)
	return o.message(&psrp.PipelineOutput{Raw: o.buf})
}

func (o *output) Error(r *engine.ErrorRecord) error { return o.message(errorRecord(r)) }
func (o *output) Warning(text string) error         { return o.message(psrp.Warning(text)) }
func (o *output) Verbose(text string) error         { return o.message(psrp.Verbose(text)) }

func (o *output) Progress(p engine.Progress) error {
	kind := psrp.Processing
	if p.Done {
		kind = psrp.ProgressCompleted
	}
	return o.message(&psrp.ProgressRecord{
		Activity: p.Activity, ActivityID: 1, Status: p.Status, ParentActivityID: -1, Percent: int32(p.Percent), SecondsRemaining: -1, Kind: kind,
	})
}

// Host writes a line on the client's host, or as an information record when it has none.
func (o *output) Host(text string) error {
	if o.host.HostNull || o.host.UINull {
		return o.message(&psrp.InformationRecord{Data: clixml.NewString(text), Source: "Exchange", Time: o.now(), Tags: []string{"PSHOST"}, Computer: "sample.example"})
	}
	return o.write(func(pool *psrp.Server) error {
		_, err := pool.HostCall(o.pipeline, psrp.HostWriteLine2, clixml.NewString(text))
		return err
	})
}

// errorRecord is an error as PSRP carries it.
func errorRecord(r *engine.ErrorRecord) *psrp.ErrorRecord {
	exception := psrp.NewException(r.Types[0], r.Message)
	whole := *exception.Object()
	whole.TypeNames = r.Types
	record := &psrp.ErrorRecord{
		Text: r.Message, Exception: clixml.NewObject(&whole), FullyQualifiedErrorID: r.ID, Category: psrp.ErrorCategory(r.Category),
		Activity: r.Activity, Reason: r.Reason, TargetName: r.Target, TargetType: r.TargetType,
		CategoryMessage: r.Category.String() + ": (" + r.Target + ":" + r.TargetType + ") [" + r.Activity + "], " + r.Reason,
	}
	if r.Target != "" {
		record.TargetObject = clixml.NewString(r.Target)
	}
	return record
}
