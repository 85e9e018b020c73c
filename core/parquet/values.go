package parquet

import "math"

// As makes values of what a file stores. Int is for flags (0 and 1) and whole numbers, Float for numbers with a
// point, Bytes for all else: its argument may share memory with the whole file.
type As[V any] struct {
	Int   func(int64) V
	Float func(float64) V
	Bytes func(string) V
}

// values reads the values of a page.
type values[V any] interface {
	// next fills to.
	next(to []V) error
}

// plain reads values that stand behind each other.
type plain[V any] struct {
	as   As[V]
	leaf *Node
	data string
	bit  uint // of flags: those of the first byte that were read
}

func (p *plain[V]) next(to []V) error {
	if width := p.leaf.width(); width > 0 {
		if len(p.data)/width < len(to) {
			return broken("has a page that ends too early")
		}
		for i := range to {
			to[i] = p.as.fixed(p.leaf, p.data[:width])
			p.data = p.data[width:]
		}
		return nil
	}
	for i := range to {
		if p.leaf.Kind == Boolean {
			if p.data == "" {
				return broken("has a page that ends too early")
			}
			to[i] = p.as.Int(int64(p.data[0] >> p.bit & 1))
			if p.bit++; p.bit == 8 {
				p.data, p.bit = p.data[1:], 0
			}
			continue
		}
		if len(p.data) < 4 {
			return broken("has a page that ends too early")
		}
		n := low32(p.data)
		if uint64(n) > uint64(len(p.data)-4) {
			return broken("has a page that ends too early")
		}
		to[i] = p.as.Bytes(p.data[4 : 4+n])
		p.data = p.data[4+n:]
	}
	return nil
}

// width is how many bytes each value takes, 0 where they differ.
func (n *Node) width() int {
	if n.Kind == FixedBytes {
		return n.Length
	}
	return widths[n.Kind]
}

// fixed makes a value of the bytes of a leaf whose values are all as wide.
func (as As[V]) fixed(leaf *Node, s string) V {
	switch leaf.Kind {
	case Int32:
		return as.Int(int64(int32(low32(s))))
	case Int64:
		return as.Int(int64(low64(s)))
	case Float:
		return as.Float(float64(math.Float32frombits(low32(s))))
	case Double:
		return as.Float(math.Float64frombits(low64(s)))
	}
	return as.Bytes(s)
}

// coded reads places in a dictionary.
type coded[V any] struct {
	dictionary []V
	runs       runs
	places     []uint32
}

func (c *coded[V]) next(to []V) error {
	if cap(c.places) < len(to) {
		c.places = make([]uint32, len(to))
	}
	places := c.places[:len(to)]
	if err := c.runs.next(places); err != nil {
		return err
	}
	for i, at := range places {
		if int64(at) >= int64(len(c.dictionary)) {
			return broken("has a value that its dictionary does not have")
		}
		to[i] = c.dictionary[at]
	}
	return nil
}

// flags reads flags that repeat.
type flags[V any] struct {
	as   As[V]
	runs runs
}

func (f *flags[V]) next(to []V) error {
	var one [1]uint32
	for i := range to {
		if err := f.runs.next(one[:]); err != nil {
			return err
		}
		to[i] = f.as.Int(int64(one[0] & 1))
	}
	return nil
}

// differences reads whole numbers that are written as differences.
type differences[V any] struct {
	as     As[V]
	narrow bool // of 32 bits
	deltas *deltas
}

func (d *differences[V]) next(to []V) error {
	for i := range to {
		n, err := d.deltas.next()
		if err != nil {
			return err
		}
		if d.narrow {
			n = int64(int32(n))
		}
		to[i] = d.as.Int(n)
	}
	return nil
}

// lengths reads texts that stand behind all their lengths.
type lengths struct {
	deltas *deltas
	data   string
}

func newLengths(data string) (*lengths, error) {
	d, err := newDeltas(data)
	if err != nil {
		return nil, err
	}
	rest, err := behind(data)
	return &lengths{d, rest}, err
}

func (l *lengths) text() (string, error) {
	n, err := l.deltas.next()
	if err != nil {
		return "", err
	}
	if n < 0 || n > int64(len(l.data)) {
		return "", broken("has a page that ends too early")
	}
	s := l.data[:n]
	l.data = l.data[n:]
	return s, nil
}

// measured reads values whose bytes stand behind all their lengths.
type measured[V any] struct {
	as      As[V]
	lengths *lengths
}

func (m *measured[V]) next(to []V) error {
	for i := range to {
		s, err := m.lengths.text()
		if err != nil {
			return err
		}
		to[i] = m.as.Bytes(s)
	}
	return nil
}

// fronted reads values that start with so many bytes of the one before them.
type fronted[V any] struct {
	as    As[V]
	file  *File
	fixed int // bytes each must have, 0 for any
	front *deltas
	ends  *lengths
	last  string
}

func (f *fronted[V]) next(to []V) error {
	for i := range to {
		n, err := f.front.next()
		if err != nil {
			return err
		}
		end, err := f.ends.text()
		if err != nil {
			return err
		}
		if n < 0 || n > int64(len(f.last)) {
			return broken("has a page whose texts are not put together as they should be")
		}
		// Few bytes can say that a long text is to be repeated any number of times.
		if err := f.file.Take(n); err != nil {
			return err
		}
		f.last = f.last[:n] + end
		if f.fixed > 0 && len(f.last) != f.fixed {
			return broken("has a value of another length than its column says")
		}
		to[i] = f.as.Bytes(f.last)
	}
	return nil
}

// split reads values of which the first bytes stand behind each other, then the second ones, and so on.
type split[V any] struct {
	as    As[V]
	leaf  *Node
	data  string
	at    int
	count int
}

func (s *split[V]) next(to []V) error {
	width := s.leaf.width()
	if s.count-s.at < len(to) {
		return broken("has a page that ends too early")
	}
	for i := range to {
		b := make([]byte, width)
		for j := range b {
			b[j] = s.data[j*s.count+s.at]
		}
		s.at++
		to[i] = s.as.fixed(s.leaf, string(b))
	}
	return nil
}
