package psrp

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

var capability23 = &SessionCapability{ProtocolVersion: "2.3", PSVersion: "2.0", SerializationVersion: "1.1.0.1"}

// clientIn makes a client in a state, by the way that leads there.
func clientIn(t *testing.T, state PoolState) *Client {
	t.Helper()
	c := NewClient(ClientConfig{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if state == Connecting {
		_, err := c.Connect()
		must(err)
		return c
	}
	if state != BeforeOpen {
		_, err := c.Open()
		must(err)
	}
	switch state {
	case NegotiationSucceeded, Opened, PoolDisconnected, Closing:
		must(feed(c, capability23))
	case Broken:
		must(feed(c, &RunspacePoolState{Broken, richError()}))
	case Closed:
		c.Close()
	}
	switch state {
	case Opened, PoolDisconnected, Closing:
		must(feed(c, &RunspacePoolState{State: Opened}))
	}
	switch state {
	case PoolDisconnected:
		must(c.Disconnected())
	case Closing:
		must(feed(c, &RunspacePoolState{State: Closing}))
	}
	if c.State() != state {
		t.Fatalf("in %s, not %s", c.State(), state)
	}
	return c
}

var clientStates = []PoolState{BeforeOpen, NegotiationSent, NegotiationSucceeded, Opened, Connecting,
	PoolDisconnected, Closing, Closed, Broken}

// Each thing a client can be asked or told, and what state it leads to from each state; a state that is not
// named must answer with a *StateError and stay.
func TestClientPoolTransitions(t *testing.T) {
	type steps map[PoolState]PoolState
	for _, c := range []struct {
		name string
		do   func(*Client) error
		to   steps
	}{
		{"Open", func(c *Client) error { _, err := c.Open(); return err }, steps{BeforeOpen: NegotiationSent}},
		{"Connect", func(c *Client) error { _, err := c.Connect(); return err },
			steps{BeforeOpen: Connecting, PoolDisconnected: Connecting}},
		{"capability", func(c *Client) error { return feed(c, capability23) },
			steps{NegotiationSent: NegotiationSucceeded, Connecting: Connecting}},
		{"private data", func(c *Client) error { return feed(c, &ApplicationPrivateData{}) },
			steps{NegotiationSucceeded: NegotiationSucceeded, Opened: Opened, Connecting: Connecting}},
		{"init data", func(c *Client) error { return feed(c, &RunspacePoolInitData{1, 1}) }, steps{Connecting: Opened}},
		{"opened", func(c *Client) error { return feed(c, &RunspacePoolState{State: Opened}) },
			steps{NegotiationSucceeded: Opened, Opened: Opened, Connecting: Opened}},
		{"broken", func(c *Client) error { return feed(c, &RunspacePoolState{State: Broken}) },
			steps{NegotiationSent: Broken, NegotiationSucceeded: Broken, Opened: Broken, Connecting: Broken,
				PoolDisconnected: Broken, Closing: Broken}},
		{"closed", func(c *Client) error { return feed(c, &RunspacePoolState{State: Closed}) },
			steps{NegotiationSent: Closed, NegotiationSucceeded: Closed, Opened: Closed, Connecting: Closed,
				PoolDisconnected: Closed, Closing: Closed}},
		{"Close", func(c *Client) error { c.Close(); return nil },
			steps{BeforeOpen: Closed, NegotiationSent: Closed, NegotiationSucceeded: Closed, Opened: Closed,
				Connecting: Closed, PoolDisconnected: Closed, Closing: Closed, Closed: Closed, Broken: Broken}},
		{"Disconnected", (*Client).Disconnected, steps{Opened: PoolDisconnected}},
		{"Reconnected", (*Client).Reconnected, steps{PoolDisconnected: Opened}},
		{"SetMaxRunspaces", func(c *Client) error { _, err := c.SetMaxRunspaces(2); return err }, steps{Opened: Opened}},
		{"AvailableRunspaces", func(c *Client) error { _, err := c.AvailableRunspaces(); return err }, steps{Opened: Opened}},
		{"ResetState", func(c *Client) error { _, err := c.ResetState(); return err }, steps{Opened: Opened}},
		{"Attach", func(c *Client) error { return c.Attach(testID) }, steps{Opened: Opened}},
		{"CreatePipeline", func(c *Client) error { _, _, err := c.CreatePipeline(SingleCommand("a")); return err },
			steps{Opened: Opened}},
		{"GetCommandMetadata", func(c *Client) error { _, _, err := c.GetCommandMetadata(GetCommandMetadata{}); return err },
			steps{Opened: Opened}},
		{"Input", func(c *Client) error {
			if err := c.Input(testID, clixml.Value{}); !errors.Is(err, ErrNoPipeline) {
				return err
			}
			return nil
		}, steps{Opened: Opened}},
		{"user event", func(c *Client) error { return feed(c, &UserEvent{}) }, steps{Opened: Opened}},
		{"availability", func(c *Client) error { return feed(c, &RunspaceAvailability{}) }, steps{Opened: Opened}},
		{"host call", func(c *Client) error { return feed(c, &HostCall{Call: 1, Method: HostGetName}) },
			steps{NegotiationSucceeded: NegotiationSucceeded, Opened: Opened}},
		{"output", func(c *Client) error {
			if err := feedFor(c, testID, &PipelineOutput{}); !errors.Is(err, ErrNoPipeline) {
				return err
			}
			return nil
		}, steps{Opened: Opened}},
	} {
		for _, from := range clientStates {
			client := clientIn(t, from)
			err := c.do(client)
			want, allowed := c.to[from]
			var state *StateError
			switch {
			case allowed && err != nil:
				t.Errorf("%s in %s: %v", c.name, from, err)
			case allowed && client.State() != want:
				t.Errorf("%s in %s leads to %s, want %s", c.name, from, client.State(), want)
			case !allowed && !errors.As(err, &state):
				t.Errorf("%s in %s: %v, want a StateError", c.name, from, err)
			case !allowed && client.State() != from:
				t.Errorf("%s in %s leads to %s", c.name, from, client.State())
			}
		}
	}
}

func TestClientPipelineTransitions(t *testing.T) {
	type steps map[InvocationState]InvocationState
	running := func(t *testing.T, state InvocationState) (*Client, uuid.UUID) {
		c := clientIn(t, Opened)
		m := SingleCommand("Get-Mailbox")
		m.NoInput = false
		id, _, err := c.CreatePipeline(m)
		if err != nil {
			t.Fatal(err)
		}
		switch state {
		case Running:
		case Stopping:
			err = c.Stop(id)
		default:
			err = feedFor(c, id, &PipelineState{State: state})
		}
		if got, _ := c.PipelineState(id); err != nil || got != state {
			t.Fatal(got, err)
		}
		return c, id
	}
	all := steps{Running: Running, Stopping: Stopping}
	for _, c := range []struct {
		name string
		do   func(*Client, uuid.UUID) error
		to   steps
	}{
		{"Input", func(c *Client, id uuid.UUID) error { return c.Input(id, clixml.NewInt32(1)) }, steps{Running: Running}},
		{"EndInput", func(c *Client, id uuid.UUID) error { return c.EndInput(id) }, steps{Running: Running}},
		{"EndInput twice", func(c *Client, id uuid.UUID) error { _ = c.EndInput(id); return c.EndInput(id) }, steps{}},
		{"Input after its end", func(c *Client, id uuid.UUID) error { _ = c.EndInput(id); return c.Input(id, clixml.Value{}) }, steps{}},
		{"Stop", (*Client).Stop,
			steps{Running: Stopping, Stopping: Stopping, Completed: Completed, Failed: Failed, Stopped: Stopped}},
		{"output", func(c *Client, id uuid.UUID) error { return feedFor(c, id, &PipelineOutput{}) }, all},
		{"error", func(c *Client, id uuid.UUID) error { return feedFor(c, id, richError()) }, all},
		{"warning", func(c *Client, id uuid.UUID) error { return feedFor(c, id, Warning("w")) }, all},
		{"progress", func(c *Client, id uuid.UUID) error { return feedFor(c, id, &ProgressRecord{}) }, all},
		{"information", func(c *Client, id uuid.UUID) error { return feedFor(c, id, &InformationRecord{}) }, all},
		{"host call", func(c *Client, id uuid.UUID) error {
			return feedFor(c, id, &HostCall{ForPipeline: true, Call: 1, Method: HostReadLine})
		}, all},
		{"running", func(c *Client, id uuid.UUID) error { return feedFor(c, id, &PipelineState{State: Running}) }, all},
		{"completed", func(c *Client, id uuid.UUID) error { return feedFor(c, id, &PipelineState{State: Completed}) },
			steps{Running: Completed, Stopping: Completed}},
		{"stopped", func(c *Client, id uuid.UUID) error { return feedFor(c, id, &PipelineState{State: Stopped}) },
			steps{Running: Stopped, Stopping: Stopped}},
		{"failed", func(c *Client, id uuid.UUID) error { return feedFor(c, id, &PipelineState{Failed, richError()}) },
			steps{Running: Failed, Stopping: Failed}},
	} {
		for _, from := range []InvocationState{Running, Stopping, Completed, Failed, Stopped} {
			client, id := running(t, from)
			err := c.do(client, id)
			got, _ := client.PipelineState(id)
			want, allowed := c.to[from]
			var state *StateError
			switch {
			case allowed && (err != nil || got != want):
				t.Errorf("%s in %s leads to %s, %v; want %s", c.name, from, got, err, want)
			case !allowed && (!errors.As(err, &state) || got != from):
				t.Errorf("%s in %s leads to %s, %v; want a StateError", c.name, from, got, err)
			}
		}
	}
	c, id := running(t, Completed)
	c.Forget(id)
	if err := feedFor(c, id, &PipelineOutput{}); !errors.Is(err, ErrNoPipeline) {
		t.Errorf("after Forget: %v", err)
	}
	if _, _, err := c.CreatePipeline(CreatePipeline{}); !errors.Is(err, ErrNoCommand) {
		t.Errorf("without a command: %v", err)
	}
	m := SingleCommand("a")
	m.Pipeline.Statements = append(m.Pipeline.Statements, nil)
	if _, _, err := c.CreatePipeline(m); !errors.Is(err, ErrNoCommand) {
		t.Errorf("with an empty statement: %v", err)
	}
}

func TestBrokenPoolEndsPipelines(t *testing.T) {
	c := clientIn(t, Opened)
	id, _, err := c.CreatePipeline(SingleCommand("a"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Disconnected(); err != nil {
		t.Fatal(err)
	}
	if s, _ := c.PipelineState(id); s != PipelineDisconnected {
		t.Errorf("disconnected: %s", s)
	}
	if err := c.Reconnected(); err != nil {
		t.Fatal(err)
	}
	if s, _ := c.PipelineState(id); s != Running {
		t.Errorf("reconnected: %s", s)
	}
	var fault *FragmentError
	for _, err := range c.Receive(id, rawFragment(1, 5, 0, "")) {
		if !errors.As(err, &fault) {
			t.Error(err)
		}
	}
	if s, _ := c.PipelineState(id); s != Failed || c.State() != Broken || c.Take() != nil {
		t.Errorf("%s in %s", s, c.State())
	}
}

// serverIn makes a server in a state with a pipeline that takes input, where there can be one.
func serverIn(t *testing.T, state PoolState) *Server {
	t.Helper()
	s := NewServer(ServerConfig{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if state != BeforeOpen {
		must(feedServer(s, testID, uuid.Nil, capability23))
	}
	if state != BeforeOpen && state != NegotiationSucceeded {
		must(feedServer(s, testID, uuid.Nil, &InitRunspacePool{MinRunspaces: 1, MaxRunspaces: 1}))
		m := SingleCommand("Get-Mailbox")
		m.NoInput = false
		must(feedServer(s, testID, testID, &m))
	}
	switch state {
	case PoolDisconnected:
		must(s.Disconnected())
	case Broken:
		must(s.Break(richError()))
	case Closed:
		s.Close()
	}
	if s.State() != state {
		t.Fatalf("in %s, not %s", s.State(), state)
	}
	return s
}

func TestServerTransitions(t *testing.T) {
	type steps map[PoolState]PoolState
	opened := steps{Opened: Opened}
	other := uuid.UUID{9}
	feedPool := func(m Message) func(*Server) error {
		return func(s *Server) error { return feedServer(s, testID, uuid.Nil, m) }
	}
	for _, c := range []struct {
		name string
		do   func(*Server) error
		to   steps
	}{
		{"capability", feedPool(capability23),
			steps{BeforeOpen: NegotiationSucceeded, Opened: Opened, PoolDisconnected: PoolDisconnected}},
		{"init", feedPool(&InitRunspacePool{MinRunspaces: 1, MaxRunspaces: 2}), steps{NegotiationSucceeded: Opened}},
		{"connect without a capability", feedPool(&ConnectRunspacePool{-1, -1}), steps{}},
		{"capability and connect", func(s *Server) error {
			return errors.Join(feedServer(s, testID, uuid.Nil, capability23),
				feedServer(s, testID, uuid.Nil, &ConnectRunspacePool{-1, -1}))
		}, steps{Opened: Opened, PoolDisconnected: Opened}},
		{"set max", feedPool(&SetMaxRunspaces{3, 1}), opened},
		{"set min", feedPool(&SetMinRunspaces{3, 1}), opened},
		{"available", feedPool(&GetAvailableRunspaces{1}), opened},
		{"reset", feedPool(&ResetRunspaceState{1}), opened},
		{"pipeline", func(s *Server) error { m := SingleCommand("a"); return feedServer(s, testID, other, &m) }, opened},
		{"metadata", func(s *Server) error { return feedServer(s, testID, other, &GetCommandMetadata{}) }, opened},
		{"input", func(s *Server) error { return feedServer(s, testID, testID, &PipelineInput{}) }, opened},
		{"end of input", func(s *Server) error { return feedServer(s, testID, testID, &EndOfPipelineInput{}) }, opened},
		{"reply to nothing", feedPool(&HostReply{Call: 5}), steps{}},
		{"Output", func(s *Server) error { return s.Output(testID, clixml.Value{}) },
			steps{Opened: Opened, PoolDisconnected: PoolDisconnected}},
		{"Finish", func(s *Server) error { return s.Finish(testID, Completed, nil) },
			steps{Opened: Opened, PoolDisconnected: PoolDisconnected}},
		{"HostCall", func(s *Server) error { _, err := s.HostCall(uuid.Nil, HostGetName); return err }, opened},
		{"SendEvent", func(s *Server) error { return s.SendEvent(&UserEvent{}) }, opened},
		{"SendEvent of output", func(s *Server) error { return s.SendEvent(&PipelineOutput{}) }, steps{}},
		{"Write of a state", func(s *Server) error { return s.Write(testID, &PipelineState{}) }, steps{}},
		{"Disconnected", (*Server).Disconnected, steps{Opened: PoolDisconnected}},
		{"Reconnected", (*Server).Reconnected, steps{PoolDisconnected: Opened}},
		{"Break", func(s *Server) error { return s.Break(nil) },
			steps{BeforeOpen: Broken, NegotiationSucceeded: Broken, Opened: Broken, PoolDisconnected: Broken}},
		{"Close", func(s *Server) error { s.Close(); return nil },
			steps{BeforeOpen: Closed, NegotiationSucceeded: Closed, Opened: Closed, PoolDisconnected: Closed,
				Broken: Closed, Closed: Closed}},
	} {
		for _, from := range []PoolState{BeforeOpen, NegotiationSucceeded, Opened, PoolDisconnected, Closed, Broken} {
			server := serverIn(t, from)
			err := c.do(server)
			want, allowed := c.to[from]
			var state *StateError
			switch {
			case allowed && (err != nil || server.State() != want):
				t.Errorf("%s in %s leads to %s, %v; want %s", c.name, from, server.State(), err, want)
			case !allowed && !errors.As(err, &state):
				t.Errorf("%s in %s: %v, want a StateError", c.name, from, err)
			}
		}
	}
}

func TestServerPipelineRules(t *testing.T) {
	var state *StateError
	var message *MessageError
	s := serverIn(t, Opened)
	again := SingleCommand("a")
	if err := feedServer(s, testID, testID, &again); !errors.Is(err, ErrPipelineExists) || !errors.As(err, &message) {
		t.Errorf("the same id twice: %v", err)
	}
	if err := feedServer(s, testID, uuid.Nil, &again); !errors.Is(err, ErrNoPipeline) {
		t.Errorf("no id: %v", err)
	}
	if err := feedServer(s, uuid.UUID{1}, testID, &PipelineInput{}); !errors.Is(err, ErrPool) {
		t.Errorf("another pool: %v", err)
	}
	if err := feedServer(s, testID, uuid.Nil, &RunspacePoolState{State: Opened}); !errors.Is(err, ErrDirection) {
		t.Errorf("a server's message: %v", err)
	}
	if err := feedServer(s, testID, uuid.UUID{3}, &PipelineInput{}); !errors.Is(err, ErrNoPipeline) {
		t.Errorf("an unknown pipeline: %v", err)
	}
	if err := errors.Join(feedServer(s, testID, testID, &EndOfPipelineInput{})); err != nil {
		t.Fatal(err)
	}
	if err := feedServer(s, testID, testID, &PipelineInput{}); !errors.As(err, &state) {
		t.Errorf("input after its end: %v", err)
	}
	if err := errors.Join(s.Stop(testID), s.Write(testID, Warning("still")), s.Finish(testID, Stopped, richError())); err != nil {
		t.Fatal(err)
	}
	if err := s.Output(testID, clixml.Value{}); !errors.As(err, &state) {
		t.Errorf("output after the end: %v", err)
	}
	if err := s.Finish(testID, Completed, nil); !errors.As(err, &state) {
		t.Errorf("finished twice: %v", err)
	}
	if err := s.Finish(testID, Running, nil); !errors.As(err, &state) {
		t.Errorf("finished as running: %v", err)
	}
	s.Forget(testID)
	if err := s.Output(testID, clixml.Value{}); !errors.Is(err, ErrNoPipeline) {
		t.Errorf("forgotten: %v", err)
	}
	if err := errors.Join(s.Stop(testID)); !errors.Is(err, ErrNoPipeline) {
		t.Errorf("stopping a forgotten one: %v", err)
	}

	refused := NewServer(ServerConfig{MaxRunspaces: 1})
	if err := feedServer(refused, testID, uuid.Nil, capability23); err != nil {
		t.Fatal(err)
	}
	if err := feedServer(refused, testID, uuid.Nil, &InitRunspacePool{MinRunspaces: 1, MaxRunspaces: 2}); !errors.As(err, &state) || refused.State() != Broken {
		t.Errorf("too many runspaces: %v", err)
	}

	// A stranger with a version nobody speaks does not end an open pool.
	s = serverIn(t, Opened)
	var version *VersionError
	if err := feedServer(s, testID, uuid.Nil, &SessionCapability{ProtocolVersion: "9.9"}); !errors.As(err, &version) || s.State() != Opened {
		t.Errorf("%v, %s", err, s.State())
	}

	// A client cannot make the server remember without end, and an honest one is never refused.
	crowd := NewServer(ServerConfig{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(feedServer(crowd, testID, uuid.Nil, capability23))
	must(feedServer(crowd, testID, uuid.Nil, &InitRunspacePool{MinRunspaces: 1, MaxRunspaces: 1}))
	for i := range 2 * maxPipelines {
		id := uuid.UUID{byte(i), byte(i >> 8), 1}
		must(feedServer(crowd, testID, id, &GetCommandMetadata{}))
		must(crowd.Finish(id, Completed, nil))
	}
	for i := range maxPipelines {
		must(feedServer(crowd, testID, uuid.UUID{byte(i), byte(i >> 8), 2}, &GetCommandMetadata{}))
	}
	if err := feedServer(crowd, testID, testID, &GetCommandMetadata{}); !errors.As(err, &state) {
		t.Errorf("one pipeline too many: %v", err)
	}

	// A client that does not know information records gets none.
	old := newPair(t, ClientConfig{Protocol: V22}, ServerConfig{}).open()
	id := old.start(SingleCommand("a"))
	if err := old.server.Write(id, &InformationRecord{}); err != nil || old.server.Take() != nil {
		t.Errorf("information for protocol 2.2: %v", err)
	}
}
