package results

import (
	"hash/maphash"
	"slices"
	"strings"
)

// The texts of a column stand behind each other in chunks, each text once. A text is known by its code.
const (
	chunkBits  = 12
	chunkTexts = 1 << chunkBits
	chunkMask  = chunkTexts - 1

	// longestText is what a dictionary takes, so that a full chunk's offsets fit 32 bits.
	longestText = 512 << 10
)

// texts is the part of a dictionary that readers use. Copies of it stay valid while the dictionary grows,
// because growing only writes behind what they see.
type texts struct {
	closed []string // chunks that are full
	open   string   // the text of the last chunk so far
	starts []uint32 // of each text, in its chunk
}

func (t *texts) len() int { return len(t.starts) }

func (t *texts) text(code uint32) string {
	chunk, start := int(code>>chunkBits), t.starts[code]
	body := t.open
	if chunk < len(t.closed) {
		body = t.closed[chunk]
	}
	if next := int(code) + 1; next&chunkMask != 0 && next < len(t.starts) {
		return body[start:t.starts[next]]
	}
	return body[start:]
}

// dict gives texts their codes. Only the writer uses it.
type dict struct {
	texts
	writing strings.Builder
	slots   []slot // open addressing; nil until a text is asked for
	seed    maphash.Seed
	last    string // rows often repeat the text above them
	lastAt  uint32
	looked  uint32 // what near saw, for nobody
	likely  int    // how many texts there will be, as far as can be told
	blind   blind
}

// slot is one place of the table. The hash is kept so that texts are looked at only when they are likely the
// same, and not at all when the table grows.
type slot struct {
	hash uint32
	code uint32 // one more than the code, 0 for a free place
}

func newDict() *dict { return &dict{seed: maphash.MakeSeed()} }

// code returns the code of s, giving it one when it is new. s must not be longer than longestText.
func (d *dict) code(s string) uint32 {
	if s == d.last && len(d.starts) > 0 {
		return d.lastAt
	}
	return d.hashed(s, d.hash(s))
}

// near looks at the place where a text with this hash may stand, so that it is in the processor's cache when
// hashed comes to it.
func (d *dict) near(hash uint32) {
	if len(d.slots) > 0 {
		d.looked = d.slots[hash&uint32(len(d.slots)-1)].code
	}
}

// hashed is code for a text whose hash is known.
func (d *dict) hashed(s string, hash uint32) uint32 {
	if len(d.starts)*3 >= len(d.slots)*2 {
		d.grow()
	}
	mask := uint32(len(d.slots) - 1)
	at := hash & mask
	for ; d.slots[at].code != 0; at = (at + 1) & mask {
		if d.slots[at].hash != hash {
			continue
		}
		if c := d.slots[at].code - 1; d.text(c) == s {
			d.last, d.lastAt = d.text(c), c
			return c
		}
	}
	c := uint32(len(d.starts))
	d.slots[at] = slot{hash, c + 1}
	d.add(s)
	d.last, d.lastAt = d.text(c), c
	return c
}

func (d *dict) hash(s string) uint32 {
	h := maphash.String(d.seed, s)
	return uint32(h>>32) ^ uint32(h)
}

// add writes s behind the others.
func (d *dict) add(s string) {
	if d.writing.Len() == 0 && len(d.closed) > 0 {
		// The next chunk will be about as long as the one before it.
		n := len(d.closed[len(d.closed)-1])
		d.writing.Grow(n + n/16)
	}
	d.starts = append(d.starts, uint32(d.writing.Len()))
	d.writing.WriteString(s)
	d.open = d.writing.String()
	if len(d.starts)&chunkMask == 0 {
		if d.writing.Cap()-d.writing.Len() > d.writing.Len()/8 {
			d.open = strings.Clone(d.open) // without the builder's spare room
		}
		d.closed = append(d.closed, d.open)
		d.open = ""
		d.writing = strings.Builder{}
	}
}

// expect says how many texts there will be, as far as can be told, so that room for them is made once.
func (d *dict) expect(texts int) {
	if d.likely = min(texts, 64*len(d.starts)); d.likely > cap(d.starts) {
		d.starts = slices.Grow(d.starts, d.likely-len(d.starts))
	}
}

// grow makes room for more texts, and builds the table when it was given back.
func (d *dict) grow() {
	old := d.slots
	size := max(16, 2*len(old))
	for max(len(d.starts), d.likely)*3 >= size*2 {
		size *= 2
	}
	d.slots = make([]slot, size)
	if old == nil {
		for c := range uint32(len(d.starts)) {
			d.put(slot{d.hash(d.text(c)), c + 1})
		}
		return
	}
	for _, s := range old {
		if s.code != 0 {
			d.put(s)
		}
	}
}

func (d *dict) put(s slot) {
	mask := uint32(len(d.slots) - 1)
	at := s.hash & mask
	for d.slots[at].code != 0 {
		at = (at + 1) & mask
	}
	d.slots[at] = s
}

// trim gives back what only adding texts needs.
func (d *dict) trim() {
	d.starts = fitted(d.starts)
	d.slots, d.blind = nil, blind{never: d.blind.never}
}
