package winrmserver

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tenantry/core/wsman"
)

// shell is one open shell. The server's lock guards commands.
type shell struct {
	codePage string
	commands map[string]*command
	end      context.CancelFunc
	life     context.Context
}

// command is a program that runs, or has run, in a shell.
type command struct {
	end   context.CancelFunc
	input *input

	mu      sync.Mutex
	queued  []wsman.Chunk // not asked for yet
	ended   bool
	told    bool // the client knows that it has ended
	code    int
	changed chan struct{} // closed and made anew when something above changes
}

func newID() string { return strings.ToUpper(uuid.NewString()) }

// operate answers one operation of a signed-in account.
func (s *Server) operate(ctx context.Context, q *wsman.Request) (wsman.Response, *wsman.Fault) {
	if s.Operation != nil {
		if fault := s.Operation(q); fault != nil {
			return nil, fault
		}
	}
	if !strings.EqualFold(q.ResourceURI, wsman.ResourceCmd) {
		return nil, wsman.FaultInvalidResourceURI()
	}
	if op, is := q.Op.(*wsman.Create); is {
		return s.create(q, op)
	}
	s.mu.Lock()
	sh := s.shells[strings.ToUpper(q.ShellID())]
	s.mu.Unlock()
	if sh == nil {
		return nil, wsman.FaultInvalidSelectors()
	}
	switch op := q.Op.(type) {
	case *wsman.Command:
		return s.command(q, sh, op)
	case *wsman.Send:
		return s.send(sh, op)
	case *wsman.Receive:
		return s.receive(ctx, q, sh, op)
	case *wsman.Signal:
		return s.signal(sh, op)
	case *wsman.Delete:
		s.mu.Lock()
		defer s.mu.Unlock()
		sh.end()
		delete(s.shells, strings.ToUpper(q.ShellID()))
		return wsman.DeleteResponse{}, nil
	}
	return nil, wsman.FaultActionNotSupported(q.Action)
}

func (s *Server) create(q *wsman.Request, op *wsman.Create) (wsman.Response, *wsman.Fault) {
	if s.NotAdministrator {
		return nil, wsman.FaultAccessDenied()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.shells) >= s.MaxShells {
		return nil, wsman.FaultShellQuota(s.MaxShells)
	}
	page, _ := q.Option(wsman.OptionCodePage)
	profile, _ := q.Option(wsman.OptionNoProfile)
	if !isTrue(profile.Value) {
		s.profile = true
	}
	id := newID()
	sh := &shell{codePage: page.Value, commands: map[string]*command{}}
	sh.life, sh.end = context.WithCancel(s.life)
	s.shells[id] = sh
	s.opened++
	return wsman.CreateResponse{Shell: wsman.Shell{
		ID: id, Owner: s.User, ClientIP: "127.0.0.1", ProfileLoaded: map[bool]string{true: "No", false: "Yes"}[isTrue(profile.Value)],
		IdleTimeout: op.IdleTimeout, InputStreams: op.InputStreams, OutputStreams: op.OutputStreams,
	}}, nil
}

func isTrue(text string) bool { return strings.EqualFold(text, "true") || text == "1" }

func (s *Server) command(q *wsman.Request, sh *shell, op *wsman.Command) (wsman.Response, *wsman.Fault) {
	console, given := q.Option(wsman.OptionConsoleStdin)
	p := Process{
		Line:     strings.Join(append([]string{op.Line}, op.Words...), " "),
		CodePage: sh.codePage, Pipe: given && !isTrue(console.Value),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(sh.commands) >= s.MaxProcesses {
		return nil, &wsman.Fault{
			SOAPCode: "Receiver", Subcode: "QuotaLimit", Code: wsman.CodePluginCommandsQuota, Machine: "PC01",
			Reason:  "The WS-Management service cannot process the request. The maximum number of concurrent commands of a shell has been exceeded. ",
			Message: fmt.Sprintf("The maximum number of concurrent commands is %d. ", s.MaxProcesses),
		}
	}
	id := newID()
	c := &command{input: newInput(), changed: make(chan struct{})}
	var life context.Context
	life, c.end = context.WithCancel(sh.life)
	sh.commands[id] = c
	s.lines = append(s.lines, p.Line)
	p.Input, p.Output, p.Errors = c.input, stream{c, "stdout", id}, stream{c, "stderr", id}
	s.served.Go(func() {
		stop := context.AfterFunc(life, c.input.close)
		defer stop()
		code := s.Run(life, p)
		c.change(func() { c.ended, c.code = true, code })
	})
	return wsman.CommandResponse{CommandID: id}, nil
}

func (s *Server) find(sh *shell, id string) (*command, *wsman.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := sh.commands[strings.ToUpper(id)]; c != nil {
		return c, nil
	}
	return nil, wsman.FaultInvalidSelectors()
}

// change changes a command under its lock and wakes whoever waits for it.
func (c *command) change(how func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	how()
	close(c.changed)
	c.changed = make(chan struct{})
}

// stream is an output stream of a command.
type stream struct {
	c        *command
	name, id string
}

// Write queues a piece.
func (w stream) Write(p []byte) (int, error) {
	w.c.change(func() {
		w.c.queued = append(w.c.queued, wsman.Chunk{Stream: w.name, CommandID: w.id, Data: append([]byte(nil), p...)})
	})
	return len(p), nil
}

func (s *Server) send(sh *shell, op *wsman.Send) (wsman.Response, *wsman.Fault) {
	c, fault := s.find(sh, op.CommandID)
	if fault != nil {
		return nil, fault
	}
	c.mu.Lock()
	ended := c.ended
	c.mu.Unlock()
	if ended {
		return nil, &wsman.Fault{SOAPCode: "Receiver", Subcode: "InternalError", Code: 232, Machine: "PC01", Reason: "The pipe is being closed. ", Message: "The pipe is being closed. "}
	}
	c.input.put(op.Data, op.End)
	return wsman.SendResponse{}, nil
}

// receive waits for output, for the command's end or for the time that the client gives it.
func (s *Server) receive(ctx context.Context, q *wsman.Request, sh *shell, op *wsman.Receive) (wsman.Response, *wsman.Fault) {
	c, fault := s.find(sh, op.CommandID)
	if fault != nil {
		return nil, fault
	}
	hold := q.OperationTimeout
	if hold <= 0 {
		hold = time.Minute
	}
	if s.Hold > 0 {
		hold = min(hold, s.Hold)
	}
	late := time.NewTimer(hold)
	defer late.Stop()
	for {
		c.mu.Lock()
		answer, ready := c.take(op.CommandID, s.room(q))
		told, changed := c.told && !ready, c.changed
		c.mu.Unlock()
		switch {
		case ready:
			return answer, nil
		case told: // nothing is left of it
			return nil, wsman.FaultInvalidSelectors()
		}
		select {
		case <-changed:
		case <-late.C:
			return nil, wsman.FaultTimeout()
		case <-ctx.Done():
			return nil, wsman.FaultTimeout()
		case <-sh.life.Done():
			return nil, wsman.FaultInvalidSelectors()
		}
	}
}

func (s *Server) room(q *wsman.Request) int {
	if s.Piece > 0 {
		return s.Piece
	}
	return q.ReceiveRoom(2)
}

// take takes what has been put out from the queue, up to room bytes, and the end with the last of it. The caller
// holds c.mu.
func (c *command) take(id string, room int) (answer wsman.ReceiveResponse, ready bool) {
	for len(c.queued) > 0 && room > 0 {
		piece := c.queued[0]
		if len(piece.Data) > room {
			c.queued[0].Data = piece.Data[room:]
			piece.Data = piece.Data[:room]
		} else {
			c.queued = c.queued[1:]
		}
		room -= len(piece.Data)
		answer.Chunks = append(answer.Chunks, piece)
	}
	answer.State = wsman.Received{State: wsman.StateRunning, CommandID: id}
	if c.ended && !c.told && len(c.queued) == 0 {
		c.told = true
		answer.Chunks = append(answer.Chunks, wsman.Chunk{Stream: "stdout", CommandID: id, End: true}, wsman.Chunk{Stream: "stderr", CommandID: id, End: true})
		answer.State = wsman.Received{State: wsman.StateDone, CommandID: id, HasExitCode: true, ExitCode: c.code}
	}
	return answer, len(answer.Chunks) > 0
}

// signal ends a command, whatever the signal, and lets go of it.
func (s *Server) signal(sh *shell, op *wsman.Signal) (wsman.Response, *wsman.Fault) {
	c, fault := s.find(sh, op.CommandID)
	if fault != nil {
		return nil, fault
	}
	c.end()
	if !strings.EqualFold(op.Code, wsman.SignalCtrlC) {
		s.mu.Lock()
		delete(sh.commands, strings.ToUpper(op.CommandID))
		s.mu.Unlock()
	}
	return wsman.SignalResponse{}, nil
}
