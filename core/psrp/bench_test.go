package psrp

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// mailbox is an object of about the size Get-Mailbox gives.
func mailbox(n int) clixml.Value {
	o := &clixml.Object{
		TypeNames: []string{"Deserialized.Microsoft.Exchange.Data.Directory.Management.Mailbox", "Deserialized.System.Object"},
		ToString:  fmt.Sprint("user", n), HasToString: true,
	}
	for i := range 76 {
		o.Adapted = append(o.Adapted, prop(fmt.Sprint("PropertyNumber", i), clixml.NewString(fmt.Sprint("a value of usual length, number ", n, " ", i))))
	}
	return clixml.NewObject(o)
}

// What the client's machine adds to decoding: fragments, headers, states, events, without CLIXML.
func BenchmarkClientReceive(b *testing.B)          { benchmarkReceive(b, false) }
func BenchmarkClientReceiveAndDecode(b *testing.B) { benchmarkReceive(b, true) }

func benchmarkReceive(b *testing.B, decode bool) {
	p := newPair(b, ClientConfig{}, ServerConfig{}).open()
	id := p.start(SingleCommand("Get-Mailbox"))
	var stream []byte
	for i := range 20 {
		if err := p.server.Output(id, mailbox(i)); err != nil {
			b.Fatal(err)
		}
	}
	for _, packet := range p.server.Take() {
		stream = append(stream, packet.Data...)
	}
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		for ev, err := range p.client.Receive(id, stream) {
			if err != nil {
				b.Fatal(err)
			}
			if decode {
				if _, err := ev.Message.(*PipelineOutput).Value(); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func BenchmarkServerOutput(b *testing.B) {
	p := newPair(b, ClientConfig{}, ServerConfig{}).open()
	id := p.start(SingleCommand("Get-Mailbox"))
	raw := clixml.Encode(mailbox(1))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.server.Write(id, &PipelineOutput{Raw: raw}); err != nil {
			b.Fatal(err)
		}
		p.server.Take()
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		c := NewClient(ClientConfig{})
		creation, err := c.Open()
		if err != nil {
			b.Fatal(err)
		}
		s := NewServer(ServerConfig{})
		for _, err := range s.Receive(uuid.Nil, creation) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
