package psrp

import (
	"encoding/binary"
	"iter"
)

// Sizes of MS-PSRP 2.2.4, in bytes.
const (
	FragmentHeaderSize  = 21        // object id, fragment id, flags, blob length
	MinFragmentSize     = 22        // the header and one byte
	DefaultFragmentSize = 32 << 10  // what Windows uses
	DefaultMaxMessage   = 200 << 20 // bytes of one message, and of all unfinished ones together
	DefaultMaxOpen      = 256       // unfinished messages in one stream
)

const (
	flagStart = 1
	flagEnd   = 2
)

// Fragmenter cuts messages into fragments (MS-PSRP 2.2.4). Object ids count from 1; use one Fragmenter for
// everything an end of a pool sends. The zero value is ready.
type Fragmenter struct {
	last uint64
}

// Split cuts message into fragments of at most size bytes each, header included; a size below
// MinFragmentSize counts as MinFragmentSize. The fragments are copies and share one block of memory.
func (f *Fragmenter) Split(message []byte, size int) [][]byte {
	f.last++
	blob := max(size, MinFragmentSize) - FragmentHeaderSize
	count := max(1, (len(message)+blob-1)/blob)
	block := make([]byte, 0, len(message)+count*FragmentHeaderSize)
	out := make([][]byte, 0, count)
	for i := range count {
		part := message[i*blob : min(len(message), (i+1)*blob)]
		var flags byte
		if i == 0 {
			flags |= flagStart
		}
		if i == count-1 {
			flags |= flagEnd
		}
		from := len(block)
		block = appendFragmentHeader(block, f.last, uint64(i), flags, len(part))
		block = append(block, part...)
		out = append(out, block[from:len(block):len(block)])
	}
	return out
}

// seal is Split for a buffer whose first FragmentHeaderSize bytes are free: a message that fits into one
// fragment is not copied.
func (f *Fragmenter) seal(buf []byte, size int) [][]byte {
	if len(buf) > max(size, MinFragmentSize) {
		return f.Split(buf[FragmentHeaderSize:], size)
	}
	f.last++
	appendFragmentHeader(buf[:0], f.last, 0, flagStart|flagEnd, len(buf)-FragmentHeaderSize)
	return [][]byte{buf}
}

func appendFragmentHeader(dst []byte, object, fragment uint64, flags byte, blob int) []byte {
	dst = binary.BigEndian.AppendUint64(dst, object)
	dst = binary.BigEndian.AppendUint64(dst, fragment)
	dst = append(dst, flags)
	return binary.BigEndian.AppendUint32(dst, uint32(blob))
}

// Defragmenter puts messages together from one stream of bytes, however that was cut: several fragments at
// once, one fragment in pieces, objects interleaved. The zero value is ready. Use one for each stream (the
// pool's, and one for each command), because each can stop in the middle of a fragment.
type Defragmenter struct {
	MaxMessage int // bytes of a message and of all unfinished ones together; 0 means DefaultMaxMessage
	MaxOpen    int // unfinished messages; 0 means DefaultMaxOpen

	rest []byte // the beginning of a fragment, or what a reader who left early did not take
	open map[uint64]*partial
	held int // bytes in open
	err  error
}

type partial struct {
	next uint64 // the fragment id that must come next
	data []byte
}

// Add takes the next bytes of the stream and yields each message that is complete with them. A message that
// came in one fragment shares memory with data. A *FragmentError is the last thing yielded; after it the
// stream cannot be used and every Add yields it again. Leaving the loop early loses nothing: the next Add
// goes on where it stopped.
func (d *Defragmenter) Add(data []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		owned := d.err == nil && len(d.rest) > 0
		if owned {
			data = append(d.rest, data...)
			d.rest = nil
		}
		for d.err == nil {
			size, ok := d.fragment(data)
			if !ok {
				break
			}
			message, done := d.take(data[:size:size])
			data = data[size:]
			if done && !yield(message, nil) {
				d.rest = data[:len(data):len(data)]
				return
			}
		}
		if d.err != nil {
			d.rest, d.open, d.held = nil, nil, 0
			yield(nil, d.err)
			return
		}
		if !owned && len(data) > 0 {
			// The end of a stream must not keep the whole of it alive.
			data = append(make([]byte, 0, 2*len(data)), data...)
		}
		d.rest = data
	}
}

// Pending tells how many bytes of unfinished messages and fragments are held.
func (d *Defragmenter) Pending() int { return len(d.rest) + d.held }

// fragment gives the size of the fragment at the start of data; ok is false when it is not all there.
func (d *Defragmenter) fragment(data []byte) (size int, ok bool) {
	if len(data) < FragmentHeaderSize {
		return 0, false
	}
	blob := binary.BigEndian.Uint32(data[17:])
	if limit := d.maxMessage(); uint64(blob) > uint64(limit) {
		d.fail(TooLong, data, limit)
		return 0, false
	}
	size = FragmentHeaderSize + int(blob)
	return size, len(data) >= size
}

func (d *Defragmenter) take(fragment []byte) (message []byte, done bool) {
	object := binary.BigEndian.Uint64(fragment)
	id := binary.BigEndian.Uint64(fragment[8:])
	flags := fragment[16]
	blob := fragment[FragmentHeaderSize:]

	p := d.open[object]
	switch {
	case flags&flagStart != 0 && p != nil:
		d.fail(SecondStart, fragment, 0)
		return nil, false
	case flags&flagStart == 0 && p == nil:
		d.fail(NoStart, fragment, 0)
		return nil, false
	case p == nil && id != 0, p != nil && id != p.next:
		d.fail(WrongOrder, fragment, 0)
		return nil, false
	case p == nil && flags&flagEnd != 0:
		return blob, true
	case d.held+len(blob) > d.maxMessage():
		d.fail(TooLong, fragment, d.maxMessage())
		return nil, false
	}
	if p == nil {
		if limit := d.maxOpen(); len(d.open) >= limit {
			d.fail(TooManyOpen, fragment, limit)
			return nil, false
		}
		if d.open == nil {
			d.open = make(map[uint64]*partial)
		}
		p = &partial{}
		d.open[object] = p
	}
	p.next++
	p.data = append(p.data, blob...)
	d.held += len(blob)
	if flags&flagEnd == 0 {
		return nil, false
	}
	delete(d.open, object)
	d.held -= len(p.data)
	return p.data, true
}

func (d *Defragmenter) fail(fault FragmentFault, fragment []byte, limit int) {
	d.err = &FragmentError{
		Fault:    fault,
		Object:   binary.BigEndian.Uint64(fragment),
		Fragment: binary.BigEndian.Uint64(fragment[8:]),
		Limit:    limit,
	}
}

func (d *Defragmenter) maxMessage() int {
	if d.MaxMessage > 0 {
		return d.MaxMessage
	}
	return DefaultMaxMessage
}

func (d *Defragmenter) maxOpen() int {
	if d.MaxOpen > 0 {
		return d.MaxOpen
	}
	return DefaultMaxOpen
}
