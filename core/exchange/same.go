package exchange

import "hash/maphash"

// Lists that are longer, or lie deeper inside each other, are not compared by Same.
const (
	longestSame = 4096
	deepestSame = 4
)

// Same tells whether v and o are the same in everything: kind, value, written digits, offset. Objects and
// secrets are never the same, nor are very long or deep lists. Empty values of one kind are the same.
func (v Value) Same(o Value) bool { return same(&v, &o, 0) }

func same(a, b *Value, depth int) bool {
	if a.kind != b.kind || a.num != b.num || a.marks != b.marks || a.offset != b.offset {
		return false
	}
	switch a.kind {
	case Text, Decimal:
		return a.text() == b.text()
	case List:
		as, bs := a.list(), b.list()
		if len(as) > longestSame || depth >= deepestSame {
			return false
		}
		for i := range as {
			if !same(&as[i], &bs[i], depth+1) {
				return false
			}
		}
		return true
	}
	return a.kind != Nested && a.kind != Secret
}

// Hash returns a number that is equal for values that are Same, within one seed. ok is false for values that
// are the same as no other.
func (v Value) Hash(seed maphash.Seed) (hash uint64, ok bool) { return v.hash(seed, 0) }

func (v *Value) hash(seed maphash.Seed, depth int) (uint64, bool) {
	const prime = 0x9E3779B97F4A7C15
	h := (uint64(v.kind) ^ uint64(v.num)) * prime
	switch v.kind {
	case Text, Decimal:
		h ^= maphash.String(seed, v.text())
	case Nested, Secret:
		return 0, false
	case List:
		if v.num > longestSame || depth >= deepestSame {
			return 0, false
		}
		list := v.list()
		for i := range list {
			part, ok := list[i].hash(seed, depth+1)
			if !ok {
				return 0, false
			}
			h = (h ^ part) * prime
			h ^= h >> 29
		}
	}
	return h, true
}
