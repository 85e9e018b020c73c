package clixml

// slab hands out pieces of larger pieces of memory, which is far cheaper than one allocation for each list.
// A larger piece lives as long as any of its parts, so it stays small beside the document it came from.
type slab[T any] struct {
	free []T
	size int // of the piece made last
}

// A slab's first and largest number of elements.
const (
	slabMin = 8
	slabMax = 1024
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

// copy returns a copy of from, nil for none.
func (s *slab[T]) copy(from []T) []T {
	if len(from) == 0 {
		return nil
	}
	to := s.take(len(from))
	copy(to, from)
	return to
}

type slabs struct {
	objs    slab[Object]
	fields  slab[Property]
	items   slab[Value]
	entries slab[Entry]
}

func (s *slabs) object() *Object { return &s.objs.take(1)[0] }
