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
	if a.kind != b.kind || a.num != b.num || a.marks != b.marks || a.offset != b.offset || a.text != b.text {
		return false
	}
	if a.more == nil || b.more == nil {
		return a.more == b.more
	}
	as, bs := a.more.list, b.more.list
	if a.kind != List || len(as) != len(bs) || len(as) > longestSame || depth >= deepestSame {
		return false
	}
	for i := range as {
		if as[i].kind != bs[i].kind || as[i].text != bs[i].text || !same(&as[i], &bs[i], depth+1) {
			return false
		}
	}
	return true
}

// Hash returns a number that is equal for values that are Same, within one seed. ok is false for values that
// are the same as no other.
func (v Value) Hash(seed maphash.Seed) (hash uint64, ok bool) { return v.hash(seed, 0) }

func (v *Value) hash(seed maphash.Seed, depth int) (uint64, bool) {
	const prime = 0x9E3779B97F4A7C15
	h := (uint64(v.kind) ^ uint64(v.num)) * prime
	if v.text != "" {
		h ^= maphash.String(seed, v.text)
	}
	if v.more == nil {
		return h, true
	}
	if v.kind != List || len(v.more.list) > longestSame || depth >= deepestSame {
		return 0, false
	}
	for i := range v.more.list {
		part, ok := v.more.list[i].hash(seed, depth+1)
		if !ok {
			return 0, false
		}
		h = (h ^ part) * prime
		h ^= h >> 29
	}
	return h, true
}
