package psrp

import (
	"iter"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// Packet is one fragment that waits to be sent: one Stream element of a Send request or of a Receive
// response.
type Packet struct {
	Pipeline uuid.UUID // whose stream it belongs on; uuid.Nil is the pool's
	Data     []byte    // belongs to whoever took it
	Last     bool      // it ends a message
	// Prompt says that it is an answer of the client's host, which goes on the stream "pr" instead of "stdin".
	Prompt bool
}

// Event is one message that arrived and was accepted.
type Event struct {
	Pipeline uuid.UUID // uuid.Nil for the pool
	Message  Message   // a pointer to one of the message structs
}

// Limits bounds what an end accepts and sends. A zero field means its default.
type Limits struct {
	FragmentSize int // bytes of a fragment that is sent, header included; DefaultFragmentSize
	MaxMessage   int // bytes of a message that is received; DefaultMaxMessage
	MaxOpen      int // unfinished messages in one stream; DefaultMaxOpen
}

// endpoint is what a client and a server have in common.
type endpoint struct {
	id      uuid.UUID
	self    Destination
	peer    Destination
	mark    []byte // what stands between header and body of a message that is sent
	limits  Limits
	cut     Fragmenter
	streams map[uuid.UUID]*Defragmenter
	decoder *clixml.Decoder
	out     []Packet
	usual   int // bytes to set aside for a message
	key     sessionKey
}

func newEndpoint(id uuid.UUID, self Destination, limits Limits) endpoint {
	if limits.FragmentSize <= 0 {
		limits.FragmentSize = DefaultFragmentSize
	}
	return endpoint{
		id:      id,
		self:    self,
		peer:    ToClient + ToServer - self,
		limits:  limits,
		streams: make(map[uuid.UUID]*Defragmenter),
		decoder: newDecoder(),
	}
}

func (e *endpoint) setFragmentSize(bytes int) { e.limits.FragmentSize = max(bytes, MinFragmentSize) }

func (e *endpoint) take() []Packet {
	out := e.out
	e.out = nil
	return out
}

// encode makes the fragments of a message.
func (e *endpoint) encode(pool, pipeline uuid.UUID, m Message) [][]byte {
	size := max(512, e.usual) // the objects of a run are of much the same size
	if o, ok := m.(*PipelineOutput); ok && o.Raw != nil {
		size = FragmentHeaderSize + HeaderSize + len(e.mark) + len(o.Raw)
	}
	buf := make([]byte, FragmentHeaderSize, size)
	buf = AppendHeader(buf, Header{To: e.peer, Type: m.Type(), Pool: pool, Pipeline: pipeline})
	if m.Type() != TypeEndOfPipelineInput {
		buf = append(buf, e.mark...)
	}
	buf = AppendBody(buf, m)
	if m.Type() == TypePipelineOutput {
		e.usual = min(len(buf)+len(buf)/8, 64<<10)
	}
	return e.cut.seal(buf, e.limits.FragmentSize)
}

// send queues a message on the stream it belongs to.
func (e *endpoint) send(pipeline uuid.UUID, m Message) { e.sendAs(e.id, pipeline, m) }

func (e *endpoint) sendAs(pool, pipeline uuid.UUID, m Message) {
	_, prompt := m.(*HostReply)
	e.queue(pipeline, e.encode(pool, pipeline, m), prompt)
}

func (e *endpoint) queue(pipeline uuid.UUID, fragments [][]byte, prompt bool) {
	for i, f := range fragments {
		e.out = append(e.out, Packet{Pipeline: pipeline, Data: f, Last: i == len(fragments)-1, Prompt: prompt})
	}
}

// stream returns the Defragmenter of a source.
func (e *endpoint) stream(source uuid.UUID) *Defragmenter {
	d := e.streams[source]
	if d == nil {
		d = &Defragmenter{MaxMessage: e.limits.MaxMessage, MaxOpen: e.limits.MaxOpen}
		e.streams[source] = d
	}
	return d
}

// receive yields what accept makes of each message that data completes.
func (e *endpoint) receive(source uuid.UUID, data []byte, accept func(Header, Message) error, broken func()) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for message, err := range e.stream(source).Add(data) {
			if err != nil {
				broken()
				yield(Event{}, err)
				return
			}
			h, m, err := e.read(message)
			if err == nil {
				err = accept(h, m)
			}
			var ev Event
			if err == nil {
				ev = Event{Pipeline: h.Pipeline, Message: m}
			}
			if !yield(ev, err) {
				return
			}
		}
	}
}

func (e *endpoint) read(message []byte) (Header, Message, error) {
	h, body, err := ParseHeader(message)
	if err != nil {
		return h, nil, &MessageError{h, err}
	}
	if k, ok := kinds[h.Type]; ok && k.to != 0 && k.to != e.self {
		return h, nil, &MessageError{h, ErrDirection}
	}
	if h.Pool != uuid.Nil && e.id != uuid.Nil && h.Pool != e.id {
		return h, nil, &MessageError{h, ErrPool}
	}
	m, err := Decode(e.decoder, h, body)
	return h, m, err
}
