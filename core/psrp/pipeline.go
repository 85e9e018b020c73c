package psrp

import (
	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// clientPipeline is what the client knows of a pipeline.
type clientPipeline struct {
	state InvocationState
	input bool // PIPELINE_INPUT may still be sent
}

// CreatePipeline starts commands (MS-PSRP 3.1.4.2). id is the pipeline's, which is to be the CommandId of
// the Command request; first is the fragment for its Arguments. When the message is longer, the rest comes
// from Take and goes by Send on the pipeline's stream, before anything else. Protocol is set to the version
// agreed on; one below 2.2 takes a single statement. Errors are *StateError and ErrNoCommand.
func (c *Client) CreatePipeline(m CreatePipeline) (id uuid.UUID, first []byte, err error) {
	commands := 0
	for _, s := range m.Pipeline.Statements {
		if len(s) == 0 {
			return uuid.Nil, nil, ErrNoCommand
		}
		commands += len(s)
	}
	if commands == 0 {
		return uuid.Nil, nil, ErrNoCommand
	}
	if len(m.Pipeline.Statements) > 1 && c.protocol.Less(V22) {
		return uuid.Nil, nil, &StateError{"running several statements", "protocol " + c.protocol.String()}
	}
	m.Protocol = c.protocol
	return c.start(&m, !m.NoInput)
}

// GetCommandMetadata starts a pipeline that tells about commands (MS-PSRP 3.1.5.4.14). Its output is what
// ReadMetadataCount and then ReadCommandMetadata read; otherwise it is as CreatePipeline.
func (c *Client) GetCommandMetadata(m GetCommandMetadata) (id uuid.UUID, first []byte, err error) {
	return c.start(&m, false)
}

func (c *Client) start(m Message, input bool) (uuid.UUID, []byte, error) {
	if c.state != Opened {
		return uuid.Nil, nil, &StateError{m.Type().String(), c.state.String()}
	}
	id := c.config.NewID()
	if c.pipelines[id] != nil {
		return uuid.Nil, nil, ErrPipelineExists
	}
	c.pipelines[id] = &clientPipeline{state: Running, input: input}
	fragments := c.encode(c.id, id, m)
	c.queue(id, fragments[1:], false)
	return id, fragments[0], nil
}

// Attach makes a pipeline known that another client of this pool started, after Connect.
func (c *Client) Attach(id uuid.UUID) error {
	if c.state != Opened {
		return &StateError{"attaching to a pipeline", c.state.String()}
	}
	if c.pipelines[id] != nil {
		return ErrPipelineExists
	}
	c.pipelines[id] = &clientPipeline{state: Running}
	return nil
}

// PipelineState tells the state of a pipeline; ok is false for one that is not known (any more).
func (c *Client) PipelineState(id uuid.UUID) (state InvocationState, ok bool) {
	p := c.pipelines[id]
	if p == nil {
		return NotStarted, false
	}
	return p.state, true
}

// Input sends one object to a pipeline's input. Errors are ErrNoPipeline and *StateError: the pipeline takes
// no input, its input was ended, or it does not run.
func (c *Client) Input(id uuid.UUID, v clixml.Value) error {
	p, err := c.running(id, TypePipelineInput)
	if err != nil {
		return err
	}
	if !p.input {
		return &StateError{TypePipelineInput.String(), "input ended"}
	}
	c.send(id, &PipelineInput{Object: v})
	return nil
}

// EndInput says that no more input comes; errors as Input.
func (c *Client) EndInput(id uuid.UUID) error {
	p, err := c.running(id, TypeEndOfPipelineInput)
	if err != nil {
		return err
	}
	if !p.input {
		return &StateError{TypeEndOfPipelineInput.String(), "input ended"}
	}
	p.input = false
	c.send(id, &EndOfPipelineInput{})
	return nil
}

func (c *Client) running(id uuid.UUID, t MessageType) (*clientPipeline, error) {
	if c.state != Opened {
		return nil, &StateError{t.String(), c.state.String()}
	}
	p := c.pipelines[id]
	if p == nil {
		return nil, ErrNoPipeline
	}
	if p.state != Running {
		return nil, &StateError{t.String(), p.state.String()}
	}
	return p, nil
}

// Stop notes that the stop signal is on its way (MS-WSMV Signal; MS-PSRP has no message for it). The
// pipeline is Stopping until its PipelineState arrives; output may still come. Stopping a pipeline that is
// Stopping or done does nothing.
func (c *Client) Stop(id uuid.UUID) error {
	p := c.pipelines[id]
	if p == nil {
		return ErrNoPipeline
	}
	if !p.state.Done() {
		p.state = Stopping
	}
	return nil
}

// Forget drops a pipeline and what is unfinished in its stream. Messages for it are ErrNoPipeline from then
// on. Forgetting one that is not known does nothing.
func (c *Client) Forget(id uuid.UUID) {
	delete(c.pipelines, id)
	if id != uuid.Nil {
		delete(c.streams, id)
	}
}

// acceptForPipeline takes the messages of MS-PSRP 3.1.5.4 that belong to a pipeline.
func (c *Client) acceptForPipeline(h Header, m Message) error {
	p := c.pipelines[h.Pipeline]
	if p == nil {
		return ErrNoPipeline
	}
	if p.state.Done() {
		return &StateError{h.Type.String(), p.state.String()}
	}
	if s, ok := m.(*PipelineState); ok {
		// A server that is still working must not undo the stop that was asked for.
		if s.State.Done() || p.state != Stopping {
			p.state = s.State
		}
	}
	return nil
}
