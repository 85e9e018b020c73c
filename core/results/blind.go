package results

import "math/bits"

// Where nearly every text of a column is new, such as an address or an identity, most of the time would go
// into looking each up in a table that no cache holds. A dictionary then takes texts blindly, with a code
// each, and those that were there already are found later, all at once, before anybody reads the column.
const (
	blindFrom = 1 << 14 // rows, to tell whether nearly all texts are new
	nearlyAll = 16      // of so many texts one may have been there
)

// blind is what a dictionary keeps while it takes texts blindly.
type blind struct {
	on     bool
	never  bool     // it was not worth it, or somebody adds texts one by one
	hashes []uint32 // of all texts
	sure   int      // so many texts differ from each other
	check  int      // with so many it is looked at again whether it is worth it
}

// goBlind lets a column of words that has so many rows take texts blindly, if that is worth it.
func (c *column) goBlind(rows int) {
	d := c.dict
	if d.blind.on || d.blind.never || rows < blindFrom || d.len() < rows-rows/nearlyAll {
		return
	}
	n := d.len()
	hashes := make([]uint32, n, max(n, d.likely))
	if d.slots == nil {
		for code := range hashes {
			hashes[code] = d.hash(d.text(uint32(code)))
		}
	}
	for _, s := range d.slots {
		if s.code != 0 {
			hashes[s.code-1] = s.hash
		}
	}
	d.slots, d.blind = nil, blind{on: true, hashes: hashes, sure: n, check: 4 * n}
}

// addBlind adds the texts that at starts with, and returns how many it added.
func (c *column) addBlind(text string, at []Span) int {
	const some = 64
	var codes [some]uint32
	d := c.dict
	for done := 0; done < len(at); done += some {
		now := at[done:min(done+some, len(at))]
		for _, s := range now {
			if s.To-s.From > longestText {
				return done
			}
		}
		for i, s := range now {
			codes[i] = codeNone
			if s.From < s.To {
				t := text[s.From:s.To]
				codes[i] = firstCode + uint32(len(d.starts))
				d.blind.hashes = append(d.blind.hashes, d.hash(t))
				d.add(t)
			}
		}
		c.codes.addAll(codes[:len(now)])
	}
	if n := d.len(); n >= d.blind.check {
		d.blind.check = 4 * n
		if c.settle() > n/nearlyAll {
			c.lookUp()
		}
	}
	return len(at)
}

// lookUp lets the column look each text up from now on.
func (c *column) lookUp() {
	if c.dict != nil && c.dict.blind.on {
		c.settle()
		c.dict.blind = blind{never: true}
	}
}

// settle gives equal texts that were taken blindly one code, and keeps them once. It returns how many were
// there already.
func (c *column) settle() int {
	d := c.dict
	if d == nil || !d.blind.on || d.blind.sure == d.len() {
		return 0
	}
	firsts := d.firsts()
	if firsts == nil {
		d.blind.sure = d.len()
		return 0
	}
	// New memory is used, because snapshots may read the old.
	once := &dict{seed: d.seed, likely: d.likely, blind: blind{on: true, check: d.blind.check}}
	now := make([]uint32, len(firsts))
	for code, first := range firsts {
		if int(first) < code {
			now[code] = now[first]
			continue
		}
		now[code] = uint32(once.len())
		once.blind.hashes = append(once.blind.hashes, d.blind.hashes[code])
		once.add(d.text(uint32(code)))
	}
	var all codes
	for row := range c.codes.n {
		code := c.codes.at(row)
		if code >= firstCode {
			code = firstCode + now[code-firstCode]
		}
		all.add(code)
	}
	once.blind.sure = once.len()
	c.dict, c.codes = once, all
	return len(firsts) - once.len()
}

// firsts gives for each text the first one that is equal; nil when all differ.
func (d *dict) firsts() (firsts []uint32) {
	// Texts with like hashes come together first, so that each lot's table stays in a cache.
	hashes := d.blind.hashes
	part := min(max(0, bits.Len(uint(len(hashes)))-10), 16)
	ends := make([]uint32, 1<<part+1)
	lot := func(hash uint32) uint32 { return uint32(uint64(hash) >> (32 - part)) }
	for _, hash := range hashes {
		ends[lot(hash)+1]++
	}
	for i := range ends[1:] {
		ends[i+1] += ends[i]
	}
	sorted := make([]slot, len(hashes))
	for code, hash := range hashes {
		at := &ends[lot(hash)]
		sorted[*at] = slot{hash, uint32(code) + 1}
		*at++
	}
	var table []slot
	from := uint32(0)
	for _, to := range ends[:1<<part] { // each end has moved on to the next by now
		size := 2 << bits.Len32(to-from)
		if len(table) < size {
			table = make([]slot, size)
		}
		places := table[:size]
		clear(places)
		for _, s := range sorted[from:to] {
			at := s.hash & uint32(size-1)
			for places[at].code != 0 && (places[at].hash != s.hash || d.text(places[at].code-1) != d.text(s.code-1)) {
				at = (at + 1) & uint32(size-1)
			}
			if places[at].code == 0 {
				places[at] = s
				continue
			}
			if firsts == nil {
				firsts = identityRows(len(hashes))
			}
			firsts[s.code-1] = places[at].code - 1
		}
		from = to
	}
	return firsts
}
