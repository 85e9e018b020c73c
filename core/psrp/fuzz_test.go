package psrp

import (
	"slices"
	"testing"

	"github.com/google/uuid"
)

// Whatever arrives, both ends go on or break, and never panic.
func FuzzMessage(f *testing.F) {
	for _, m := range everyMessage() {
		f.Add(AppendBody(AppendHeader(nil, Header{Type: m.Type(), Pipeline: testID}), m), uint8(0))
	}
	f.Add(AppendHeader(nil, Header{Type: TypePipelineOutput, Pipeline: testID}), uint8(1))
	f.Add([]byte("short"), uint8(2))
	f.Fuzz(func(t *testing.T, message []byte, chop uint8) {
		if h, body, err := ParseHeader(message); err == nil {
			m, err := Decode(nil, h, slices.Clone(body))
			if err == nil && m.Type() != h.Type {
				t.Fatalf("%s was read as %s", h.Type, m.Type())
			}
			if err == nil && h.Type != TypePipelineOutput {
				if _, err := Decode(nil, h, AppendBody(nil, m)); err != nil && h.Type != TypePipelineInput {
					t.Fatalf("%s does not read what it wrote: %v", h.Type, err)
				}
			}
		}
		var cut Fragmenter
		for _, state := range []PoolState{NegotiationSent, NegotiationSucceeded, Opened, Connecting} {
			c := clientIn(t, state)
			// A key takes long to make, and no bytes can change how.
			if len(message) >= HeaderSize && idOf(message) == TypePublicKeyRequest {
				continue
			}
			if state == Opened {
				if err := c.Attach(testID); err != nil {
					t.Fatal(err)
				}
			}
			for _, fragment := range cut.Split(message, 22+int(chop)) {
				for ev, err := range c.Receive(testID, fragment) {
					if (err == nil) != (ev.Message != nil) {
						t.Fatalf("%v with %v", ev, err)
					}
					if out, ok := ev.Message.(*PipelineOutput); ok {
						_, _ = out.Value()
					}
				}
			}
			c.Take()
		}
		for _, state := range []PoolState{BeforeOpen, NegotiationSucceeded, Opened, PoolDisconnected} {
			s := serverIn(t, state)
			for _, fragment := range cut.Split(message, 22+int(chop)) {
				for ev, err := range s.Receive(testID, fragment) {
					if (err == nil) != (ev.Message != nil) {
						t.Fatalf("%v with %v", ev, err)
					}
				}
			}
			s.Take()
		}
		// And as bytes that are no fragments at all.
		for range NewClient(ClientConfig{}).Receive(uuid.Nil, slices.Clone(message)) {
		}
		for range NewServer(ServerConfig{}).Receive(uuid.Nil, slices.Clone(message)) {
		}
	})
}

func idOf(message []byte) MessageType {
	return MessageType(uint32(message[4]) | uint32(message[5])<<8 | uint32(message[6])<<16 | uint32(message[7])<<24)
}
