package parquet

import (
	"encoding/binary"
	"math"
)

// The types of Thrift's compact protocol that Parquet uses.
const (
	typeTrue   = 1
	typeFalse  = 2
	typeByte   = 3
	typeInt16  = 4
	typeInt32  = 5
	typeInt64  = 6
	typeDouble = 7
	typeBinary = 8
	typeList   = 9
	typeSet    = 10
	typeMap    = 11
	typeStruct = 12
	typeUUID   = 13
)

// mostNested is how deep one value may stand in another.
const mostNested = 64

// compact reads Thrift's compact protocol, in which footers and page headers are written. After an error every
// read gives nothing, so that loops end. Each value takes a byte at least, so no list is longer than the data.
type compact struct {
	data  string
	at    int
	depth int
	err   error
}

func (c *compact) fail(what string) {
	if c.err == nil {
		c.err = broken(what)
	}
	c.at = len(c.data)
}

func (c *compact) byte() byte {
	if c.at >= len(c.data) {
		c.fail("ends too early")
		return 0
	}
	b := c.data[c.at]
	c.at++
	return b
}

func (c *compact) varint() uint64 {
	n, size := varint(c.data[c.at:])
	if size == 0 {
		c.fail("has a number that does not end")
		return 0
	}
	c.at += size
	return n
}

// varint reads a number of seven bits a byte, the lowest first; size is 0 when it does not end.
func varint(s string) (n uint64, size int) {
	for shift := uint(0); size < len(s) && shift < 64; shift += 7 {
		b := s[size]
		size++
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return n, size
		}
	}
	return 0, 0
}

func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }

// int reads a whole number of the type given.
func (c *compact) int(typ byte) int64 {
	switch typ {
	case typeByte:
		return int64(int8(c.byte()))
	case typeInt16, typeInt32, typeInt64:
		return unzigzag(c.varint())
	}
	c.fail("has something else where a number should stand")
	return 0
}

// int32 is int for numbers of 32 bits.
func (c *compact) int32(typ byte) int32 {
	n := c.int(typ)
	if n < math.MinInt32 || n > math.MaxInt32 {
		c.fail("has a number that is too large")
		return 0
	}
	return int32(n)
}

func (c *compact) text(typ byte) string {
	if typ != typeBinary {
		c.fail("has something else where a text should stand")
		return ""
	}
	n := c.varint()
	if n > uint64(len(c.data)-c.at) {
		c.fail("has a text that is longer than the file")
		return ""
	}
	s := c.data[c.at : c.at+int(n)]
	c.at += int(n)
	return s
}

// fields reads a struct. What read does not take, and says so by false, is passed over.
func (c *compact) fields(typ byte, read func(id int64, typ byte) bool) {
	if typ != typeStruct {
		c.fail("has something else where a structure should stand")
		return
	}
	if c.depth++; c.depth > mostNested {
		c.fail("is nested too deeply")
	}
	id := int64(0)
	for c.err == nil {
		head := c.byte()
		typ := head & 0x0f
		if typ == 0 {
			break
		}
		if delta := int64(head >> 4); delta > 0 {
			id += delta
		} else {
			id = unzigzag(c.varint())
		}
		if c.err == nil && !read(id, typ) {
			c.skip(typ)
		}
	}
	c.depth--
}

// list reads a list; each is called for every value of it and must read it.
func (c *compact) list(typ byte, each func(typ byte)) {
	if typ != typeList && typ != typeSet {
		c.fail("has something else where a list should stand")
		return
	}
	head := c.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = c.varint()
	}
	if size > uint64(len(c.data)-c.at) {
		c.fail("has a list that is longer than the file")
		return
	}
	for ; size > 0 && c.err == nil; size-- {
		each(head & 0x0f)
	}
}

func (c *compact) skip(typ byte) {
	switch typ {
	case typeTrue, typeFalse: // in a field the type is the value
	case typeByte:
		c.byte()
	case typeInt16, typeInt32, typeInt64:
		c.varint()
	case typeDouble:
		c.pass(8)
	case typeUUID:
		c.pass(16)
	case typeBinary:
		c.text(typ)
	case typeStruct:
		c.fields(typ, func(int64, byte) bool { return false })
	case typeList, typeSet:
		if c.depth++; c.depth > mostNested {
			c.fail("is nested too deeply")
		}
		c.list(typ, c.skipElement)
		c.depth--
	case typeMap:
		if c.depth++; c.depth > mostNested {
			c.fail("is nested too deeply")
		}
		size := c.varint()
		if size == 0 {
			break
		}
		types := c.byte()
		for ; size > 0 && c.err == nil; size-- {
			c.skipElement(types >> 4)
			c.skipElement(types & 0x0f)
		}
		c.depth--
	default:
		c.fail("has a value of an unknown type")
	}
}

// skipElement is skip for what stands in a list or map, where a flag takes a byte.
func (c *compact) skipElement(typ byte) {
	if typ == typeTrue || typ == typeFalse {
		c.byte()
		return
	}
	c.skip(typ)
}

func (c *compact) pass(n int) {
	if n > len(c.data)-c.at {
		c.fail("ends too early")
		return
	}
	c.at += n
}

func low32(s string) uint32 { return binary.LittleEndian.Uint32([]byte(s[:4])) }
func low64(s string) uint64 { return binary.LittleEndian.Uint64([]byte(s[:8])) }
