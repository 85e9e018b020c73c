package results

import "math/rand/v2"

// split divides the groups by one more column and returns how many there are then. of is the group of each of
// the rows (nil: all). Groups are numbered in the order their first row comes. Empty cells are alike.
func split(c *frozenColumn, rows, of []uint32, many uint32) uint32 {
	if c.way == numbers {
		return splitNumbers(c, rows, of, many)
	}
	// Codes are small numbers, so a table serves when the old groups are few.
	keys := uint64(c.distinct()) + uint64(firstCode)
	if keys*uint64(many) > 1<<22 {
		var found numbering
		for i := range of {
			row := i
			if rows != nil {
				row = int(rows[i])
			}
			of[i] = found.of(uint64(of[i])<<32 | uint64(filledCode(c.codes.at(row))))
		}
		return found.count
	}
	seen := make([]uint32, keys*uint64(many))
	switch {
	case c.codes.bytes != nil:
		return splitCodes(c.codes.bytes, rows, of, seen, uint32(keys), many)
	case c.codes.short != nil:
		return splitCodes(c.codes.short, rows, of, seen, uint32(keys), many)
	case c.codes.wide != nil:
		return splitCodes(c.codes.wide, rows, of, seen, uint32(keys), many)
	}
	next := uint32(0)
	for i := range of {
		row := uint32(i)
		if rows != nil {
			row = rows[i]
		}
		at := of[i]*uint32(keys) + firstCode + row
		if seen[at] == 0 {
			next++
			seen[at] = next
		}
		of[i] = seen[at] - 1
	}
	return next
}

// filledCode is a code, and the same one for all that stand for nothing.
func filledCode(code uint32) uint32 {
	if code < firstCode {
		return codeAbsent
	}
	return code
}

// splitCodes is split for codes of one width. seen has a place for each code of each old group.
func splitCodes[C uint8 | uint16 | uint32](codes []C, rows, of, seen []uint32, keys, many uint32) (next uint32) {
	for i := range of {
		row := i
		if rows != nil {
			row = int(rows[i])
		}
		at := filledCode(uint32(codes[row]))
		if many > 1 {
			at += of[i] * keys
		}
		group := seen[at]
		if group == 0 {
			next++
			seen[at], group = next, next
		}
		of[i] = group - 1
	}
	return next
}

func splitNumbers(c *frozenColumn, rows, of []uint32, many uint32) uint32 {
	var found, both numbering
	for i := range of {
		row := i
		if rows != nil {
			row = int(rows[i])
		}
		n := c.nums[row]
		if n <= numLastBlank {
			n = numAbsent
		}
		group := found.of(uint64(n))
		if many > 1 {
			group = both.of(uint64(of[i])<<32 | uint64(group))
		}
		of[i] = group
	}
	if many > 1 {
		return both.count
	}
	return found.count
}

// numbering numbers keys from 0 in the order they first come.
type numbering struct {
	places []numbered // open addressing
	count  uint32
	factor uint64 // odd, and another one each time
	last   numbered
}

type numbered struct {
	key    uint64
	number uint32 // from 1; 0 for a free place
}

func (n *numbering) of(key uint64) uint32 {
	if n.last.key == key && n.last.number > 0 {
		return n.last.number - 1
	}
	if int(n.count)*2 >= len(n.places) {
		n.grow()
	}
	mask := uint64(len(n.places) - 1)
	for at := n.place(key) & mask; ; at = (at + 1) & mask {
		p := &n.places[at]
		if p.number == 0 {
			n.count++
			*p = numbered{key, n.count}
		} else if p.key != key {
			continue
		}
		n.last = *p
		return p.number - 1
	}
}

func (n *numbering) place(key uint64) uint64 {
	h := key * n.factor
	return h ^ h>>32
}

func (n *numbering) grow() {
	if n.factor == 0 {
		n.factor = rand.Uint64() | 1
	}
	old := n.places
	n.places = make([]numbered, max(64, 4*len(old)))
	mask := uint64(len(n.places) - 1)
	for _, p := range old {
		if p.number == 0 {
			continue
		}
		at := n.place(p.key) & mask
		for n.places[at].number != 0 {
			at = (at + 1) & mask
		}
		n.places[at] = p
	}
}
