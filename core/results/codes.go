package results

import (
	"math"
	"slices"
)

// codes are the codes of a column's rows, each as narrow as the highest of them allows. The codes of texts
// that are all new count up, and take nothing. Copies stay valid while codes are added.
type codes struct {
	n int

	// At most one is there. With none, the code of row i is firstCode + i.
	bytes []uint8
	short []uint16
	wide  []uint32
}

func (c *codes) at(row int) uint32 {
	switch {
	case c.bytes != nil:
		return uint32(c.bytes[row])
	case c.short != nil:
		return uint32(c.short[row])
	case c.wide != nil:
		return c.wide[row]
	}
	return firstCode + uint32(row)
}

// add adds the code of the next row.
func (c *codes) add(code uint32) {
	switch {
	case c.bytes != nil && code <= math.MaxUint8:
		c.bytes = append(c.bytes, uint8(code))
	case c.short != nil && code <= math.MaxUint16:
		c.short = append(c.short, uint16(code))
	case c.wide != nil:
		c.wide = append(c.wide, code)
	case c.bytes == nil && c.short == nil && code == firstCode+uint32(c.n):
	default:
		c.widen(code)
		c.add(code)
		return
	}
	c.n++
}

// addAll adds the codes of the next rows.
func (c *codes) addAll(codes []uint32) {
	most := uint32(0)
	counting := true // up from the next code, so that nothing need be kept
	for i, code := range codes {
		most = max(most, code)
		counting = counting && code == firstCode+uint32(c.n+i)
	}
	switch {
	case c.bytes != nil && most <= math.MaxUint8:
		for _, code := range codes {
			c.bytes = append(c.bytes, uint8(code))
		}
	case c.short != nil && most <= math.MaxUint16:
		for _, code := range codes {
			c.short = append(c.short, uint16(code))
		}
	case c.wide != nil:
		c.wide = append(c.wide, codes...)
	case c.bytes == nil && c.short == nil && counting:
	default:
		for _, code := range codes {
			c.add(code)
		}
		return
	}
	c.n += len(codes)
}

// widen makes the codes wide enough for one more. New memory is used, because copies may still read the old.
func (c *codes) widen(code uint32) {
	old := *c
	room := c.n + c.n/4 + 16
	high := code
	switch {
	case old.bytes != nil:
		high = max(high, math.MaxUint8)
	case old.short != nil:
		high = max(high, math.MaxUint16)
	case c.n > 0:
		high = max(high, old.at(c.n-1))
	}
	c.bytes, c.short = nil, nil
	switch {
	case high <= math.MaxUint8:
		c.bytes = make([]uint8, c.n, room)
		for i := range c.bytes {
			c.bytes[i] = uint8(old.at(i))
		}
	case high <= math.MaxUint16:
		c.short = make([]uint16, c.n, room)
		for i := range c.short {
			c.short[i] = uint16(old.at(i))
		}
	default:
		c.wide = make([]uint32, c.n, room)
		for i := range c.wide {
			c.wide[i] = old.at(i)
		}
	}
}

// mark sets keep of the rows whose code has a hit.
func (c *codes) mark(keep, hits []bool) {
	switch {
	case c.bytes != nil:
		markRows(keep, c.bytes[:c.n], hits)
	case c.short != nil:
		markRows(keep, c.short[:c.n], hits)
	case c.wide != nil:
		markRows(keep, c.wide[:c.n], hits)
	default:
		for i, hit := range hits[firstCode:][:c.n] {
			keep[i] = keep[i] || hit
		}
	}
}

func markRows[C uint8 | uint16 | uint32](keep []bool, codes []C, hits []bool) {
	for i, code := range codes {
		if hits[code] {
			keep[i] = true
		}
	}
}

// clearOthers clears keep of the rows whose code has no answer.
func (c *codes) clearOthers(keep, answers []bool) {
	switch {
	case c.bytes != nil:
		clearRows(keep, c.bytes[:c.n], answers)
	case c.short != nil:
		clearRows(keep, c.short[:c.n], answers)
	case c.wide != nil:
		clearRows(keep, c.wide[:c.n], answers)
	default:
		for i, answer := range answers[firstCode:][:c.n] {
			keep[i] = keep[i] && answer
		}
	}
}

func clearRows[C uint8 | uint16 | uint32](keep []bool, codes []C, answers []bool) {
	for i, code := range codes {
		keep[i] = keep[i] && answers[code]
	}
}

// expect takes memory for so many more codes of the width there is now.
func (c *codes) expect(more int) {
	switch {
	case c.bytes != nil:
		c.bytes = slices.Grow(c.bytes, more)
	case c.short != nil:
		c.short = slices.Grow(c.short, more)
	case c.wide != nil:
		c.wide = slices.Grow(c.wide, more)
	}
}

func (c *codes) trim() { c.bytes, c.short, c.wide = fitted(c.bytes), fitted(c.short), fitted(c.wide) }
