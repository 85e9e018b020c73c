package psrp

import (
	"maps"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// maxPipelines bounds what a client can make a server remember. Those that are over go first.
const maxPipelines = 1000

// serverPipeline is what the server knows of a pipeline.
type serverPipeline struct {
	state InvocationState
	input bool // PIPELINE_INPUT may still come
}

// acceptForPipeline takes the client's messages about pipelines (MS-PSRP 3.2.5.4).
func (s *Server) acceptForPipeline(h Header, m Message) error {
	switch m := m.(type) {
	case *CreatePipeline:
		return s.startPipeline(h, !m.NoInput)
	case *GetCommandMetadata:
		return s.startPipeline(h, false)
	case *HostReply:
		call, ok := s.calls[m.Call]
		if !ok || call.pipeline != h.Pipeline {
			return &StateError{h.Type.String(), "no such call"}
		}
		delete(s.calls, m.Call)
		if m.Method == 0 {
			m.Method = call.method
		}
		return nil
	}
	p := s.pipelines[h.Pipeline]
	if p == nil {
		return ErrNoPipeline
	}
	if p.state != Running {
		return &StateError{h.Type.String(), p.state.String()}
	}
	if !p.input {
		return &StateError{h.Type.String(), "input ended"}
	}
	if _, ok := m.(*EndOfPipelineInput); ok {
		p.input = false
	}
	return nil
}

func (s *Server) startPipeline(h Header, input bool) error {
	if h.Pipeline == uuid.Nil {
		return &MessageError{h, ErrNoPipeline}
	}
	// A client may run the same pipeline again when it is over, under its old id.
	if p := s.pipelines[h.Pipeline]; p != nil && !p.state.Done() {
		return &MessageError{h, ErrPipelineExists}
	}
	if len(s.pipelines) >= maxPipelines {
		maps.DeleteFunc(s.pipelines, func(_ uuid.UUID, p *serverPipeline) bool { return p.state.Done() })
		if len(s.pipelines) >= maxPipelines {
			return &StateError{h.Type.String(), "too many pipelines"}
		}
	}
	s.pipelines[h.Pipeline] = &serverPipeline{state: Running, input: input}
	return nil
}

// PipelineState tells the state of a pipeline; ok is false for one that is not known (any more).
func (s *Server) PipelineState(id uuid.UUID) (state InvocationState, ok bool) {
	p := s.pipelines[id]
	if p == nil {
		return NotStarted, false
	}
	return p.state, true
}

// Output sends one object a pipeline wrote. Errors as Write.
func (s *Server) Output(id uuid.UUID, v clixml.Value) error {
	return s.Write(id, &PipelineOutput{Object: v})
}

// Write sends a message of a pipeline: a *PipelineOutput, an *ErrorRecord, an *InformationalRecord, a
// *ProgressRecord or an *InformationRecord. An *InformationRecord for a client below protocol 2.3 is left
// out, because it would not know it. Errors are ErrNoPipeline and *StateError: the pipeline is done, or the
// pool is not open.
func (s *Server) Write(id uuid.UUID, m Message) error {
	switch m.(type) {
	case *PipelineOutput, *ErrorRecord, *InformationalRecord, *ProgressRecord, *InformationRecord:
	default:
		return &StateError{m.Type().String(), "as output"}
	}
	if _, err := s.active(id, m.Type().String()); err != nil {
		return err
	}
	if m.Type() == TypeInformationRecord && s.protocol.Less(V23) {
		return nil
	}
	s.send(id, m)
	return nil
}

// active finds a pipeline that may still send. A disconnected pool keeps its pipelines running.
func (s *Server) active(id uuid.UUID, doing string) (*serverPipeline, error) {
	if s.state != Opened && s.state != PoolDisconnected {
		return nil, &StateError{doing, s.state.String()}
	}
	p := s.pipelines[id]
	if p == nil {
		return nil, ErrNoPipeline
	}
	if p.state.Done() {
		return nil, &StateError{doing, p.state.String()}
	}
	return p, nil
}

// Stop notes that the client's stop signal arrived (MS-WSMV Signal): the pipeline is Stopping until Finish.
// Stopping one that is Stopping or done does nothing.
func (s *Server) Stop(id uuid.UUID) error {
	p := s.pipelines[id]
	if p == nil {
		return ErrNoPipeline
	}
	if !p.state.Done() {
		p.state = Stopping
	}
	return nil
}

// Finish ends a pipeline: state is Completed, Failed or Stopped, why is the terminating error or nil. It
// sends PIPELINE_STATE; errors as Write.
func (s *Server) Finish(id uuid.UUID, state InvocationState, why *ErrorRecord) error {
	if !state.Done() {
		return &StateError{"finishing", state.String()}
	}
	p, err := s.active(id, TypePipelineState.String()+" "+state.String())
	if err != nil {
		return err
	}
	p.state = state
	p.input = false
	s.send(id, &PipelineState{State: state, Error: why})
	for call, c := range s.calls {
		if c.pipeline == id {
			delete(s.calls, call)
		}
	}
	return nil
}

// HostCall calls a method of the client's host, of a pipeline or, with uuid.Nil, of the pool. A method that
// returns something is answered by a *HostReply with the same call id; one that does not has VoidCall.
func (s *Server) HostCall(id uuid.UUID, method HostMethod, parameters ...clixml.Value) (call int64, err error) {
	m := &HostCall{ForPipeline: id != uuid.Nil, Call: VoidCall, Method: method, Parameters: parameters}
	if m.ForPipeline {
		_, err = s.active(id, m.Type().String())
	} else if s.state != Opened {
		err = &StateError{m.Type().String(), s.state.String()}
	}
	if err != nil {
		return 0, err
	}
	if !method.Void() {
		s.lastCall++
		m.Call = s.lastCall
		s.calls[m.Call] = hostCallOut{pipeline: id, method: method}
	}
	s.send(id, m)
	return m.Call, nil
}

// Forget drops a pipeline that is over, when its command is deleted. Forgetting one that is not known does
// nothing.
func (s *Server) Forget(id uuid.UUID) {
	delete(s.pipelines, id)
	if id != uuid.Nil {
		delete(s.streams, id)
	}
}
