package results

import (
	"hash/maphash"

	"tenantry/core/exchange"
)

// valueDict finds the code of a Value that is there already. Only the writer uses it.
type valueDict struct {
	slots []slot // open addressing, as in dict; nil until a value is asked for
	count int    // of the values in slots, which objects are not
	seed  maphash.Seed
	last  uint32 // the code found last: rows often repeat the value above them
}

func newValueDict() *valueDict { return &valueDict{seed: maphash.MakeSeed()} }

// code returns v's place in vals. It is len(vals) for a value that is not there, which the caller then adds.
func (d *valueDict) code(vals []exchange.Value, v exchange.Value) uint32 {
	if int(d.last) < len(vals) && vals[d.last].Same(v) {
		return d.last
	}
	next := uint32(len(vals))
	hash, ok := d.hash(v)
	if !ok {
		return next
	}
	if d.count*3 >= len(d.slots)*2 {
		d.grow(vals)
	}
	mask := uint32(len(d.slots) - 1)
	at := hash & mask
	for ; d.slots[at].code != 0; at = (at + 1) & mask {
		if d.slots[at].hash == hash && vals[d.slots[at].code-1].Same(v) {
			d.last = d.slots[at].code - 1
			return d.last
		}
	}
	d.slots[at] = slot{hash, next + 1}
	d.count++
	d.last = next
	return next
}

// find is code for a value that is not to be added; ok is false when it is not there.
func (d *valueDict) find(vals []exchange.Value, v exchange.Value) (code uint32, ok bool) {
	hash, ok := d.hash(v)
	if !ok || len(d.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(d.slots) - 1)
	for at := hash & mask; d.slots[at].code != 0; at = (at + 1) & mask {
		if code = d.slots[at].code - 1; d.slots[at].hash == hash && vals[code].Same(v) {
			return code, true
		}
	}
	return 0, false
}

// grow makes room for more values, and builds the table when it was given back.
func (d *valueDict) grow(vals []exchange.Value) {
	old := d.slots
	size := max(16, 2*len(old))
	if old == nil {
		d.count = len(vals)
	}
	for d.count*3 >= size*2 {
		size *= 2
	}
	d.slots = make([]slot, size)
	if old == nil {
		d.count = 0
		for i, v := range vals {
			if hash, ok := d.hash(v); ok {
				d.put(slot{hash, uint32(i) + 1})
				d.count++
			}
		}
		return
	}
	for _, s := range old {
		if s.code != 0 {
			d.put(s)
		}
	}
}

func (d *valueDict) put(s slot) {
	mask := uint32(len(d.slots) - 1)
	at := s.hash & mask
	for d.slots[at].code != 0 {
		at = (at + 1) & mask
	}
	d.slots[at] = s
}

// hash is that of a Value; ok is false for values that are not worth comparing.
func (d *valueDict) hash(v exchange.Value) (hash uint32, ok bool) {
	h, ok := v.Hash(d.seed)
	return uint32(h>>32) ^ uint32(h), ok
}
