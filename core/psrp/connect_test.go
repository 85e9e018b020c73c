package psrp

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// A second client takes over a pool the first one left, and reads on in its pipeline.
func TestConnectToDisconnectedPool(t *testing.T) {
	p := newPair(t, ClientConfig{MinRunspaces: 2, MaxRunspaces: 3}, ServerConfig{}).open()
	id := p.start(SingleCommand("Get-Mailbox"))
	if err := errors.Join(p.client.Disconnected(), p.server.Disconnected()); err != nil {
		t.Fatal(err)
	}
	if err := p.server.Output(id, clixml.NewInt32(1)); err != nil { // the server goes on without a client
		t.Fatal(err)
	}
	kept := p.server.Take()

	p.client = NewClient(ClientConfig{Pool: p.client.ID()})
	connect, err := p.client.Connect()
	if err != nil {
		t.Fatal(err)
	}
	p.toClient = nil
	p.serve(uuid.Nil, connect)
	p.settle()
	if p.client.State() != Opened || p.server.State() != Opened {
		t.Fatalf("client %s, server %s", p.client.State(), p.server.State())
	}
	var got []MessageType
	for _, ev := range p.toClient {
		got = append(got, ev.Message.Type())
		if m, ok := ev.Message.(*RunspacePoolInitData); ok && (m.MinRunspaces != 2 || m.MaxRunspaces != 3) {
			t.Errorf("told %v", m)
		}
	}
	if want := []MessageType{TypeSessionCapability, TypeRunspacePoolInitData, TypeApplicationPrivateData, TypeRunspacePoolState}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if err := p.client.Attach(id); err != nil {
		t.Fatal(err)
	}
	if err := p.client.Attach(id); !errors.Is(err, ErrPipelineExists) {
		t.Errorf("attached twice: %v", err)
	}
	if err := p.server.Finish(id, Completed, nil); err != nil {
		t.Fatal(err)
	}
	outputs := 0
	for _, packet := range append(kept, p.server.Take()...) {
		for ev, err := range p.client.Receive(packet.Pipeline, packet.Data) {
			if err != nil {
				t.Fatal(err)
			}
			if ev.Message.Type() == TypePipelineOutput {
				outputs++
			}
		}
	}
	if state, _ := p.client.PipelineState(id); outputs != 1 || state != Completed {
		t.Errorf("%d outputs, %s", outputs, state)
	}
}

// The first fragment goes with Command, the rest by Send, and input only after it.
func TestLongPipelineIsSplit(t *testing.T) {
	p := newPair(t, ClientConfig{}, ServerConfig{}).open()
	p.client.SetFragmentSize(1000)
	p.server.SetFragmentSize(100)
	m := PipedCommands(Command{Name: "Get-Command"}, Command{Name: "Select-Object",
		Parameters: []Parameter{Named("Property", clixml.NewString(string(bytes.Repeat([]byte("x"), 5000))))}})
	m.NoInput = false
	id, first, err := p.client.CreatePipeline(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.client.Input(id, clixml.NewInt32(1)), p.client.EndInput(id)); err != nil {
		t.Fatal(err)
	}
	rest := p.client.Take()
	if len(first) != 1000 || len(rest) < 7 {
		t.Fatalf("first %d bytes, %d more", len(first), len(rest))
	}
	p.toServer = nil
	p.serve(id, first)
	for i, packet := range rest {
		if packet.Pipeline != id || packet.Prompt || len(packet.Data) > 1000 {
			t.Errorf("packet %d is wrong", i)
		}
		p.serve(packet.Pipeline, packet.Data)
	}
	var got []MessageType
	for _, ev := range p.toServer {
		got = append(got, ev.Message.Type())
	}
	if want := []MessageType{TypeCreatePipeline, TypePipelineInput, TypeEndOfPipelineInput}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	ends := 0
	for _, packet := range rest {
		if packet.Last {
			ends++
		}
	}
	if ends != 3 {
		t.Errorf("%d ends of messages", ends)
	}
}

// A reader that leaves in the middle finds the other events at its next call.
func TestLeavingReceiveEarlyLosesNothing(t *testing.T) {
	p := newPair(t, ClientConfig{}, ServerConfig{}).open()
	id := p.start(SingleCommand("a"))
	var stream []byte
	for i := range 5 {
		if err := p.server.Output(id, clixml.NewInt32(int32(i))); err != nil {
			t.Fatal(err)
		}
	}
	for _, packet := range p.server.Take() {
		stream = append(stream, packet.Data...)
	}
	var got []string
	for range 5 {
		for ev, err := range p.client.Receive(id, stream) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(ev.Message.(*PipelineOutput).Raw))
			break
		}
		stream = nil
	}
	for range p.client.Receive(id, nil) {
		t.Error("an event too many")
	}
	if want := []string{"<I32>0</I32>", "<I32>1</I32>", "<I32>2</I32>", "<I32>3</I32>", "<I32>4</I32>"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestMessageLimitBreaksThePool(t *testing.T) {
	p := newPair(t, ClientConfig{Limits: Limits{MaxMessage: 5000}}, ServerConfig{}).open()
	id := p.start(SingleCommand("a"))
	if err := p.server.Output(id, clixml.NewString(string(make([]byte, 6000)))); err != nil {
		t.Fatal(err)
	}
	var fault *FragmentError
	for _, packet := range p.server.Take() {
		for _, err := range p.client.Receive(packet.Pipeline, packet.Data) {
			if !errors.As(err, &fault) {
				t.Error(err)
			}
		}
	}
	if fault == nil || fault.Fault != TooLong || fault.Limit != 5000 || p.client.State() != Broken {
		t.Errorf("%v, %s", fault, p.client.State())
	}
}

// One message that cannot be read does not cost the others.
func TestUnreadableMessageIsPassedOver(t *testing.T) {
	p := newPair(t, ClientConfig{}, ServerConfig{}).open()
	id := p.start(SingleCommand("a"))
	var f Fragmenter
	var stream []byte
	for _, body := range []string{`<Obj RefId="0"><MS><S N="Activity">a</S></MS></Obj>`, `<Obj`, "", `<S>text</S>`} {
		h := Header{To: ToClient, Type: TypeProgressRecord, Pool: p.client.ID(), Pipeline: id}
		stream = append(stream, f.Split(append(AppendHeader(nil, h), body...), 1000)[0]...)
	}
	events, faults := 0, 0
	for _, err := range p.client.Receive(id, stream) {
		var message *MessageError
		switch {
		case err == nil:
			events++
		case errors.As(err, &message) && message.Header.Pipeline == id:
			faults++
		default:
			t.Error(err)
		}
	}
	if events != 3 || faults != 1 || p.client.State() != Opened {
		t.Errorf("%d events, %d faults, %s", events, faults, p.client.State())
	}
}
