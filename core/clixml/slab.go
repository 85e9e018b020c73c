package clixml

// slab hands out pieces of larger pieces of memory, which is far cheaper than one allocation for each list.
// A larger piece lives as long as any of its parts, so it stays small beside the document it came from.
type slab[T any] struct {
	free []T
	size int // of the piece made last
	lent []T // of a slab that is used again: all of the piece made last
}

// A slab's first and largest number of elements.
const (
	slabMin = 8
	slabMax = 1024
	lentMax = 1 << 14 // elements kept to be lent again
)

func (s *slab[T]) take(n int) []T {
	if n > len(s.free) {
		if n > slabMax/4 {
			return make([]T, n)
		}
		s.size = min(max(s.size*2, slabMin, n), slabMax)
		s.free = make([]T, s.size)
	}
	piece := s.free[:n:n]
	s.free = s.free[n:]
	return piece
}

// lend is take from memory that reuse takes back. What it gives is not wiped.
func (s *slab[T]) lend(n int) []T {
	if n > len(s.free) {
		s.lent = make([]T, max(2*len(s.lent), 64, n))
		s.free = s.lent
	}
	piece := s.free[:n:n]
	s.free = s.free[n:]
	return piece
}

// reuse takes back everything that was lent. Of a large document only so much is kept.
func (s *slab[T]) reuse() {
	if len(s.lent) > lentMax {
		s.lent = nil
	}
	s.free = s.lent
}

// copyOf returns a copy of from, nil for none.
func copyOf[T any](s *slab[T], from []T, lend bool) []T {
	if len(from) == 0 {
		return nil
	}
	var to []T
	if lend {
		to = s.lend(len(from))
	} else {
		to = s.take(len(from))
	}
	copy(to, from)
	return to
}

type slabs struct {
	objs    slab[Object]
	fields  slab[Property]
	items   slab[Value]
	entries slab[Entry]
	lending bool
}

func (s *slabs) object() *Object {
	if !s.lending {
		return &s.objs.take(1)[0]
	}
	o := &s.objs.lend(1)[0]
	*o = Object{}
	return o
}

// reuse takes back what the last document was lent.
func (s *slabs) reuse() {
	s.objs.reuse()
	s.fields.reuse()
	s.items.reuse()
	s.entries.reuse()
}
