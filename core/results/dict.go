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
	slots   []uint32 // open addressing: code+1, 0 for free
	seed    maphash.Seed
	last    string // rows often repeat the text above them
	lastAt  uint32
}

func newDict() *dict { return &dict{seed: maphash.MakeSeed(), slots: make([]uint32, 16)} }

// code returns the code of s, giving it one when it is new. s must not be longer than longestText.
func (d *dict) code(s string) uint32 {
	if s == d.last && len(d.starts) > 0 {
		return d.lastAt
	}
	if len(d.starts)*3 >= len(d.slots)*2 {
		d.grow()
	}
	mask := uint64(len(d.slots) - 1)
	at := maphash.String(d.seed, s) & mask
	for d.slots[at] != 0 {
		if c := d.slots[at] - 1; d.text(c) == s {
			d.last, d.lastAt = d.text(c), c
			return c
		}
		at = (at + 1) & mask
	}
	c := uint32(len(d.starts))
	d.slots[at] = c + 1
	d.starts = append(d.starts, uint32(d.writing.Len()))
	d.writing.WriteString(s)
	d.open = d.writing.String()
	d.last, d.lastAt = d.text(c), c
	if len(d.starts)&chunkMask == 0 {
		// A builder holds up to twice what it needs; a full chunk keeps only its own.
		d.closed = append(d.closed, strings.Clone(d.open))
		d.open = ""
		d.writing = strings.Builder{}
	}
	return c
}

func (d *dict) grow() {
	d.slots = make([]uint32, len(d.slots)*2)
	mask := uint64(len(d.slots) - 1)
	for c := range uint32(len(d.starts)) {
		at := maphash.String(d.seed, d.text(c)) & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = c + 1
	}
}

func (d *dict) trim() {
	d.starts = slices.Clip(slices.Clone(d.starts))
}
