package psrp

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
)

// A client that sent what the recorded client sent is told what the recorded server answered: every message
// is accepted in the state it comes in, and each pipeline ends.
func TestClientFollowsRecordedServers(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(r.name, func(t *testing.T) {
			pools := map[uuid.UUID]*Client{} // a conversation can be about several
			var c *Client
			var started, ended int
			for _, s := range r.streams {
				pool, pipeline := idsOf(t, s)
				if pools[pool] != nil {
					c = pools[pool]
				}
				switch s.element {
				case "creationXml":
					c = NewClient(ClientConfig{Pool: pool, Protocol: versionIn(t, s)})
					pools[pool] = c
					if _, err := c.Open(); err != nil {
						t.Fatal(err)
					}
				case "connectXml":
					if pools[pool] == nil {
						c = NewClient(ClientConfig{Pool: pool})
						pools[pool] = c
					} else if err := c.Disconnected(); err != nil {
						t.Fatal(err)
					}
					if _, err := c.Connect(); err != nil {
						t.Fatal(err)
					}
				case "Arguments":
					c.Forget(pipeline) // a client may run one again
					if err := c.Attach(pipeline); err != nil {
						t.Fatal(err)
					}
					started++
				}
				if !s.fromServer {
					continue
				}
				for ev, err := range c.Receive(sourceOf(s), slices.Clone(s.data)) {
					var state *StateError
					switch {
					case errors.As(err, &state) && state.State == "no key sent": // the recorded client's own key
					case err != nil:
						t.Errorf("%s: %v", s.element, err)
					}
					if m, ok := ev.Message.(*PipelineState); ok && m.State.Done() {
						ended++
					}
				}
			}
			for _, c := range pools {
				if started != ended || c.State() != Opened {
					t.Errorf("%d pipelines, %d ended, the pool is %s", started, ended, c.State())
				}
			}
		})
	}
}

// idsOf returns the ids in a stream element, as far as its first fragment says them.
func idsOf(t *testing.T, s recordedStream) (pool, pipeline uuid.UUID) {
	if s.data[16]&flagStart == 0 {
		return uuid.Nil, uuid.Nil
	}
	h, _, err := ParseHeader(s.data[FragmentHeaderSize:])
	if err != nil {
		t.Fatal(err)
	}
	return h.Pool, h.Pipeline
}

func versionIn(t *testing.T, s recordedStream) Version {
	m := messagesOf(t, s.data)
	typed, err := Decode(nil, m[0].Header, m[0].body)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := parseVersion(typed.(*SessionCapability).ProtocolVersion)
	return v
}

func sourceOf(s recordedStream) uuid.UUID {
	if s.command == "" {
		return uuid.Nil
	}
	return uuid.MustParse(s.command)
}

// A server takes what the recorded clients sent and opens for each.
func TestServerFollowsRecordedClients(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(r.name, func(t *testing.T) {
			pools := map[uuid.UUID]*Server{}
			var s *Server
			for _, stream := range r.streams {
				if stream.fromServer {
					continue
				}
				pool, _ := idsOf(t, stream)
				switch {
				case stream.element == "creationXml":
					s = NewServer(ServerConfig{})
					pools[pool] = s
				case pools[pool] != nil:
					s = pools[pool]
				case stream.element == "connectXml":
					t.Fatal("a pool of which the recording shows no beginning")
				}
				for ev, err := range s.Receive(sourceOf(stream), slices.Clone(stream.data)) {
					if err != nil {
						t.Errorf("%s: %v", stream.element, err)
						continue
					}
					m, ok := ev.Message.(*CreatePipeline)
					if !ok {
						continue
					}
					if len(m.Pipeline.Statements) == 0 || m.Pipeline.Statements[0][0].Name == "" {
						t.Errorf("an empty pipeline: %v", m)
					}
					if m.NoInput {
						if err := s.Finish(ev.Pipeline, Completed, nil); err != nil {
							t.Error(err)
						}
					}
				}
			}
			for id, s := range pools {
				if s.State() != Opened || s.ID() != id {
					t.Errorf("the pool is %s", s.State())
				}
			}
		})
	}
}
