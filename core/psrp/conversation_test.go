package psrp

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"tenantry/core/clixml"
	"tenantry/core/secret"
)

// pair is a client and a server that talk in memory. carry says how a stream of bytes is cut on its way.
type pair struct {
	t      testing.TB
	client *Client
	server *Server
	carry  func([]byte) [][]byte
	// What each end was told, in order.
	toClient, toServer []Event
	// react is asked for each event of the server.
	react func(Event)
}

func whole(b []byte) [][]byte { return [][]byte{b} }

func newPair(t testing.TB, c ClientConfig, s ServerConfig) *pair {
	return &pair{t: t, client: NewClient(c), server: NewServer(s), carry: whole}
}

func (p *pair) open() *pair {
	p.t.Helper()
	creation, err := p.client.Open()
	if err != nil {
		p.t.Fatal(err)
	}
	p.serve(uuid.Nil, creation)
	p.settle()
	if p.client.State() != Opened || p.server.State() != Opened {
		p.t.Fatalf("client %s, server %s", p.client.State(), p.server.State())
	}
	return p
}

func (p *pair) serve(source uuid.UUID, data []byte) {
	p.t.Helper()
	for _, piece := range p.carry(data) {
		for ev, err := range p.server.Receive(source, slices.Clone(piece)) {
			if err != nil {
				p.t.Fatalf("server: %v", err)
			}
			p.toServer = append(p.toServer, ev)
			if p.react != nil {
				p.react(ev)
			}
		}
	}
}

// settle carries packets until neither end has any.
func (p *pair) settle() {
	p.t.Helper()
	for {
		up, down := p.client.Take(), p.server.Take()
		if up == nil && down == nil {
			return
		}
		for _, packet := range up {
			p.serve(packet.Pipeline, packet.Data)
		}
		for _, packet := range down {
			for _, piece := range p.carry(packet.Data) {
				for ev, err := range p.client.Receive(packet.Pipeline, slices.Clone(piece)) {
					if err != nil {
						p.t.Fatalf("client: %v", err)
					}
					p.toClient = append(p.toClient, ev)
				}
			}
		}
	}
}

func (p *pair) start(m CreatePipeline) uuid.UUID {
	p.t.Helper()
	id, first, err := p.client.CreatePipeline(m)
	if err != nil {
		p.t.Fatal(err)
	}
	p.serve(id, first)
	p.settle()
	return id
}

// A whole conversation gives the same events at both ends, however small the fragments are and however the
// bytes are chopped.
func TestConversationThroughNastyChannel(t *testing.T) {
	big := clixml.NewString(string(bytes.Repeat([]byte("ä<&>\u0001"), 200)))
	talk := func(t testing.TB, c ClientConfig, s ServerConfig, carry func([]byte) [][]byte) string {
		p := newPair(t, c, s)
		p.carry = carry
		p.react = func(ev Event) {
			switch m := ev.Message.(type) {
			case *PipelineInput:
				if err := p.server.Output(ev.Pipeline, m.Object); err != nil {
					t.Fatal(err)
				}
			case *EndOfPipelineInput:
				for _, m := range []Message{Warning("w"), Verbose("v"), Debug("d"), richError(),
					&ProgressRecord{Activity: "a", Percent: 5}, &InformationRecord{Data: big}} {
					if err := p.server.Write(ev.Pipeline, m); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := p.server.HostCall(ev.Pipeline, HostReadLine); err != nil {
					t.Fatal(err)
				}
			case *HostReply:
				if err := p.server.Finish(ev.Pipeline, Failed, richError()); err != nil {
					t.Fatal(err)
				}
			}
		}
		p.open()
		command := SingleCommand("Get-Mailbox", Named("Identity", big))
		command.NoInput = false
		id := p.start(command)
		for _, v := range []clixml.Value{big, clixml.NewInt32(3), {}} {
			if err := p.client.Input(id, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.client.EndInput(id); err != nil {
			t.Fatal(err)
		}
		p.settle()
		if state, _ := p.client.PipelineState(id); state != Failed {
			t.Fatalf("the pipeline is %s", state)
		}
		if state, _ := p.server.PipelineState(id); state != Failed {
			t.Fatalf("the server's pipeline is %s", state)
		}
		return describe(p.toServer) + "\n" + describe(p.toClient)
	}
	plain := talk(t, ClientConfig{}, ServerConfig{}, whole)
	rapid.Check(t, func(rt *rapid.T) {
		sizes := rapid.IntRange(22, 300)
		c := ClientConfig{Limits: Limits{FragmentSize: sizes.Draw(rt, "client's fragments")}}
		s := ServerConfig{Limits: Limits{FragmentSize: sizes.Draw(rt, "server's fragments")}}
		chop := rapid.IntRange(1, 400)
		got := talk(t, c, s, func(b []byte) (out [][]byte) {
			for len(b) > 0 {
				n := min(chop.Draw(rt, "chop"), len(b))
				out = append(out, b[:n])
				b = b[n:]
			}
			return out
		})
		if got != plain {
			rt.Fatalf("chopped:\n%s\nwhole:\n%s", got, plain)
		}
	})
}

// describe writes events without the ids that are random.
func describe(events []Event) string {
	var out bytes.Buffer
	for _, ev := range events {
		fmt.Fprintf(&out, "%s %s\n", ev.Message.Type(), AppendBody(nil, ev.Message))
	}
	return out.String()
}

func TestOpeningTellsInOrder(t *testing.T) {
	for _, c := range []struct {
		client, server, want Version
	}{{V23, V23, V23}, {V21, V23, V21}, {V22, V23, V22}, {V23, V21, V21}, {Version{2, 9}, V23, V23}} {
		p := newPair(t, ClientConfig{Protocol: c.client}, ServerConfig{Protocol: c.server}).open()
		var got []MessageType
		for _, ev := range p.toClient {
			got = append(got, ev.Message.Type())
		}
		want := []MessageType{TypeSessionCapability, TypeApplicationPrivateData, TypeRunspacePoolState}
		if !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
		if p.client.Protocol() != c.want || p.server.Protocol() != c.want {
			t.Errorf("agreed on %s and %s, want %s", p.client.Protocol(), p.server.Protocol(), c.want)
		}
		if p.server.ID() != p.client.ID() {
			t.Error("the ids differ")
		}
		table, _ := Lookup(p.client.PrivateData(), "psversiontable")
		if v, ok := Lookup(table, "PSRemotingProtocolVersion"); !ok || v.Str() != c.want.String() {
			t.Errorf("private data says %q", v.Str())
		}
	}
}

func TestVersionsWithoutAgreement(t *testing.T) {
	// A server that is newer than the client.
	for _, theirs := range []string{"2.4", "3.0", "1.0", "x", "", "2", "-2.3"} {
		c := NewClient(ClientConfig{})
		if _, err := c.Open(); err != nil {
			t.Fatal(err)
		}
		err := feed(c, &SessionCapability{theirs, "2.0", "1.1.0.1", nil})
		var version *VersionError
		if !errors.As(err, &version) || version.Theirs != theirs || c.State() != Broken {
			t.Errorf("%q: %v, %s", theirs, err, c.State())
		}
	}
	for theirs, want := range map[string]Version{"2.0": V21, "2.1": V21, "2.2": V22, "2.3": V23, "2.3.1": V23} {
		c := NewClient(ClientConfig{})
		if _, err := c.Open(); err != nil {
			t.Fatal(err)
		}
		if err := feed(c, &SessionCapability{theirs, "2.0", "1.1.0.1", nil}); err != nil || c.Protocol() != want {
			t.Errorf("%q: %v, %s", theirs, err, c.Protocol())
		}
	}
	// A client of another kind than the server learns why it is refused.
	client, server := NewClient(ClientConfig{}), NewServer(ServerConfig{})
	if _, err := client.Open(); err != nil {
		t.Fatal(err)
	}
	var version *VersionError
	if err := feedServer(server, client.ID(), uuid.Nil, &SessionCapability{"3.0", "2.0", "1.1.0.1", nil}); !errors.As(err, &version) {
		t.Error(err)
	}
	if version == nil || server.State() != Broken {
		t.Errorf("the server is %s", server.State())
	}
	var last error
	for _, p := range server.Take() {
		for _, err := range client.Receive(p.Pipeline, p.Data) {
			last = errors.Join(last, err)
		}
	}
	if last != nil || client.State() != Broken || client.Reason() == nil ||
		client.Reason().FullyQualifiedErrorID != "ServerNegotiationFailed" {
		t.Errorf("%v, %s, %v", last, client.State(), client.Reason())
	}
}

// feed hands a client one message of the server.
func feed(c *Client, m Message) error { return feedFor(c, uuid.Nil, m) }

func feedFor(c *Client, pipeline uuid.UUID, m Message) (err error) {
	var f Fragmenter
	message := AppendBody(AppendHeader(nil, Header{To: ToClient, Type: m.Type(), Pool: c.ID(), Pipeline: pipeline}), m)
	for _, e := range c.Receive(pipeline, f.Split(message, DefaultFragmentSize)[0]) {
		err = errors.Join(err, e)
	}
	return err
}

func feedServer(s *Server, pool, pipeline uuid.UUID, m Message) (err error) {
	var f Fragmenter
	message := AppendBody(AppendHeader(nil, Header{To: ToServer, Type: m.Type(), Pool: pool, Pipeline: pipeline}), m)
	for _, e := range s.Receive(pipeline, f.Split(message, 1<<20)[0]) {
		err = errors.Join(err, e)
	}
	return err
}

func TestRunspaceQuestions(t *testing.T) {
	p := newPair(t, ClientConfig{MaxRunspaces: 2}, ServerConfig{MaxRunspaces: 5}).open()
	ask := func(call int64, err error) *RunspaceAvailability {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		p.toClient = nil
		p.settle()
		for _, ev := range p.toClient {
			if m, ok := ev.Message.(*RunspaceAvailability); ok && m.Call == call {
				return m
			}
		}
		t.Fatal("no answer")
		return nil
	}
	c := p.client
	for _, q := range []struct {
		name   string
		answer *RunspaceAvailability
		asked  MessageType
		want   clixml.Value
	}{
		{"max 4", ask(c.SetMaxRunspaces(4)), TypeSetMaxRunspaces, clixml.NewBool(true)},
		{"max 6", ask(c.SetMaxRunspaces(6)), TypeSetMaxRunspaces, clixml.NewBool(false)},
		{"max -1", ask(c.SetMaxRunspaces(-1)), TypeSetMaxRunspaces, clixml.NewBool(false)},
		{"min 3", ask(c.SetMinRunspaces(3)), TypeSetMinRunspaces, clixml.NewBool(true)},
		{"max below min", ask(c.SetMaxRunspaces(2)), TypeSetMaxRunspaces, clixml.NewBool(false)},
		{"min above max", ask(c.SetMinRunspaces(5)), TypeSetMinRunspaces, clixml.NewBool(false)},
		{"available", ask(c.AvailableRunspaces()), TypeGetAvailableRunspaces, clixml.NewInt64(4)},
		{"reset of several", ask(c.ResetState()), TypeResetRunspaceState, clixml.NewBool(false)},
	} {
		if q.answer.Asked != q.asked || !q.answer.Response.Equal(q.want) {
			t.Errorf("%s: %s %v", q.name, q.answer.Asked, q.answer.Response)
		}
	}
	id := p.start(SingleCommand("Get-Mailbox"))
	if m := ask(c.AvailableRunspaces()); !m.Response.Equal(clixml.NewInt64(3)) {
		t.Errorf("with one running: %v", m.Response)
	}
	if err := p.server.Finish(id, Completed, nil); err != nil {
		t.Fatal(err)
	}
	if m := ask(c.AvailableRunspaces()); !m.Response.Equal(clixml.NewInt64(4)) {
		t.Errorf("afterwards: %v", m.Response)
	}
	one := newPair(t, ClientConfig{}, ServerConfig{}).open()
	p = one
	if m := ask(one.client.ResetState()); !m.Response.Bool() {
		t.Error("a single idle runspace was not reset")
	}
	old := newPair(t, ClientConfig{Protocol: V22}, ServerConfig{}).open()
	var state *StateError
	if _, err := old.client.ResetState(); !errors.As(err, &state) {
		t.Errorf("reset with protocol 2.2: %v", err)
	}
}

func TestSessionKey(t *testing.T) {
	for _, asker := range []string{"client", "server"} {
		p := newPair(t, ClientConfig{}, ServerConfig{}).open()
		if _, err := p.client.SecureString(secret.New("x")); !errors.Is(err, ErrNoKey) {
			t.Errorf("without a key: %v", err)
		}
		if asker == "client" {
			for range 2 {
				if err := p.client.ExchangeKey(); err != nil {
					t.Fatal(err)
				}
			}
		} else if err := p.server.SendEvent(&PublicKeyRequest{}); err != nil {
			t.Fatal(err)
		}
		p.settle()
		if !p.client.HasKey() || !p.server.HasKey() {
			t.Fatalf("asked by the %s: no key", asker)
		}
		for _, text := range []string{"", "p", "Pass, wörd! 𝄞", "exactly eight ch"} {
			v, err := p.client.SecureString(secret.New(text))
			if err != nil {
				t.Fatal(err)
			}
			back, err := p.server.ReadSecureString(v)
			if err != nil || back.Reveal() != text {
				t.Errorf("%q became %q, %v", text, back.Reveal(), err)
			}
			if v, err = p.server.SecureString(secret.New(text)); err != nil {
				t.Fatal(err)
			}
			if back, err = p.client.ReadSecureString(v); err != nil || back.Reveal() != text {
				t.Errorf("%q came back as %q, %v", text, back.Reveal(), err)
			}
		}
		for _, bad := range []string{"", "AAAA", "!", "AAAAAAAAAAAAAAAAAAAAAA=="} {
			if _, err := p.client.ReadSecureString(clixml.NewLexical(clixml.SecureString, bad)); !errors.Is(err, ErrSecret) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		// With a key, a prompt for a secret gets an empty one.
		if _, err := p.server.HostCall(uuid.Nil, HostReadSecure); err != nil {
			t.Fatal(err)
		}
		p.toServer = nil
		p.settle()
		reply := p.toServer[0].Message.(*HostReply)
		if s, err := p.server.ReadSecureString(reply.Value); err != nil || !s.Empty() {
			t.Errorf("%v %v", reply.Error, err)
		}
	}
}

func TestKeyThatCannotBeReadIsNotFatal(t *testing.T) {
	p := newPair(t, ClientConfig{}, ServerConfig{}).open()
	var state *StateError
	if err := feed(p.client, &EncryptedSessionKey{"AAAA"}); !errors.As(err, &state) {
		t.Errorf("a key nobody asked for: %v", err)
	}
	if err := p.client.ExchangeKey(); err != nil {
		t.Fatal(err)
	}
	// The answer of a recorded server, for the key of another client.
	const foreign = "AQIAABBmAAAApAAAyiHuF/hQKKq/XcqpzNRoVsSjI3deLpXbcwpKWdlsxSKS/5c0Mw3d0Wj3YGCZRjbQXbY2mG8/KyrXgt0sK7891btBvIO1rlMzRmiyv5IygUtBOHm3cknyCPNEJ68JK93m01lo4UPe7bLcINFWla4dOPl55cFlKqo7JnWpzD3jp8rYCjtJlM4fUG2GUt+doHJVL9uZV3jxSatwQnSMe3QFuZWYbUU0pCutdb/SQiByM4KIch3Tq5N1mFjVnBLJUClwZL/a4fU4VwGqPmhw8f60EdJP6iaixln/iyZ0WZse6dd0ys1WdidLVl5jVR5EbUC/oLmEfx1xb4p5Dck1DBb5cw=="
	for _, key := range []string{foreign, "", "AAAA", "no base64"} {
		if err := feed(p.client, &EncryptedSessionKey{key}); !errors.Is(err, ErrKey) {
			t.Errorf("%.10q: %v", key, err)
		}
	}
	if p.client.State() != Opened || p.client.HasKey() {
		t.Errorf("%s, key %v", p.client.State(), p.client.HasKey())
	}
	p.settle() // the right answer still works
	if !p.client.HasKey() {
		t.Error("no key after the right answer")
	}
	for _, bad := range []string{"", "BgIAAACkAABSU0Ex", "BgIAAACkAABSU0ExAAgAAAEAAQA="} {
		if err := feedServer(p.server, p.client.ID(), uuid.Nil, &PublicKey{bad}); !errors.Is(err, ErrKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// The public key of a recorded client is read, and written as the same bytes.
func TestRecordedPublicKey(t *testing.T) {
	for _, r := range recordings(t) {
		for _, s := range r.streams {
			if s.fromServer || s.element != "Stream" || s.command != "" {
				continue
			}
			for _, m := range messagesOf(t, s.data) {
				if m.Type != TypePublicKey {
					continue
				}
				typed, err := Decode(nil, m.Header, m.body)
				if err != nil {
					t.Fatal(err)
				}
				text := typed.(*PublicKey).Key
				key, err := readPublicBlob(text)
				if err != nil || key.E != 65537 || key.N.BitLen() != 2048 || publicBlob(key) != text {
					t.Errorf("%v %v", key, err)
				}
			}
		}
	}
}
