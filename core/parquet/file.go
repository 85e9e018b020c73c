// Package parquet reads Parquet files, those that other programs wrote too. It trusts nothing that a file says of
// itself: no memory is taken for more than its bytes can hold or its Limits allow, so no file can end the program.
// It does no input or output.
//
// Open reads what a file has; NewColumn reads the values of one column of one of its groups of rows, with the levels
// from which lists and groups are put together again.
package parquet

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

// Limits bound what is read of one file. All must be set.
type Limits struct {
	Columns int   // leaves of the schema
	Cells   int64 // rows times leaves
	Items   int64 // values of leaves that repeat, those of all rows together
	Bytes   int64 // unpacked
}

// ErrTooLarge is for a file that passes a limit.
type ErrTooLarge struct {
	Of    string // "columns", "cells" or "bytes"
	Limit int64
}

func (e *ErrTooLarge) Error() string { return fmt.Sprintf("more than %d %s", e.Limit, e.Of) }

// broken is the error for a file that is not as Parquet files are.
func broken(what string) error { return errors.New("the file " + what) }

// File is what the footer of a file says.
type File struct {
	Root   *Node
	Leaves []*Node
	Groups []Group
	Words  map[string]string // what programs noted about the file

	data   string
	limits Limits
	left   atomic.Int64 // bytes that may still be unpacked
}

// Group is a group of rows.
type Group struct {
	Rows   int64
	chunks []chunk
}

// chunk is the values of a leaf in a group of rows.
type chunk struct {
	kind   Kind
	codec  int32
	values int64 // nothing counts too, and so does an empty list
	start  int64 // in the file
	size   int64 // on disk
	other  bool  // it stands in another file, or can only be read with a key
}

const magic = "PAR1"

// Is tells whether data starts as a Parquet file does.
func Is(data string) bool { return strings.HasPrefix(data, magic) }

// Open reads a file's footer. The errors are a *ErrTooLarge, or tell in what the file is broken.
func Open(data string, limits Limits) (*File, error) {
	const tail = 4 + len(magic)
	if len(data) < len(magic)+tail || !Is(data) {
		return nil, broken("is too short")
	}
	switch data[len(data)-len(magic):] {
	case magic:
	case "PARE":
		return nil, broken("can only be read with a key")
	default:
		return nil, broken("ends too early")
	}
	size := int64(low32(data[len(data)-tail:]))
	if size > int64(len(data)-tail-len(magic)) {
		return nil, broken("has a footer that is longer than itself")
	}
	f := &File{data: data, limits: limits, Words: map[string]string{}}
	f.left.Store(limits.Bytes)
	if err := f.footer(data[len(data)-tail-int(size) : len(data)-tail]); err != nil {
		return nil, err
	}
	return f, f.check()
}

func (f *File) footer(text string) error {
	c := &compact{data: text}
	var elements []element
	var large error
	c.fields(typeStruct, func(id int64, typ byte) bool {
		switch id {
		case 2:
			c.list(typ, func(typ byte) {
				// A list in a list takes three elements a leaf, and more where groups stand in groups.
				if len(elements) > 4*f.limits.Columns {
					large = &ErrTooLarge{Of: "columns", Limit: int64(f.limits.Columns)}
					c.fail("has too many columns")
					return
				}
				elements = append(elements, readElement(c, typ))
			})
		case 4:
			c.list(typ, func(typ byte) { f.Groups = append(f.Groups, readGroup(c, typ)) })
		case 5:
			c.list(typ, func(typ byte) {
				var key, value string
				c.fields(typ, func(id int64, typ byte) bool {
					switch id {
					case 1:
						key = c.text(typ)
					case 2:
						value = c.text(typ)
					default:
						return false
					}
					return true
				})
				f.Words[key] = value
			})
		case 8:
			c.fail("can only be read with a key")
		default:
			return false
		}
		return true
	})
	if large != nil {
		return large
	}
	if c.err != nil {
		return c.err
	}
	return f.tree(elements)
}

func readGroup(c *compact, typ byte) Group {
	var g Group
	c.fields(typ, func(id int64, typ byte) bool {
		switch id {
		case 1:
			c.list(typ, func(typ byte) { g.chunks = append(g.chunks, readChunk(c, typ)) })
		case 3:
			g.Rows = c.int(typ)
		default:
			return false
		}
		return true
	})
	return g
}

func readChunk(c *compact, typ byte) chunk {
	var k chunk
	first, dictionary := int64(0), int64(0)
	c.fields(typ, func(id int64, typ byte) bool {
		switch id {
		case 1:
			k.other = c.text(typ) != ""
		case 8, 9:
			k.other = true
			return false
		case 3:
			c.fields(typ, func(id int64, typ byte) bool {
				switch id {
				case 1:
					k.kind = Kind(c.int32(typ))
				case 4:
					k.codec = c.int32(typ)
				case 5:
					k.values = c.int(typ)
				case 7:
					k.size = c.int(typ)
				case 9:
					first = c.int(typ)
				case 11:
					dictionary = c.int(typ)
				default:
					return false
				}
				return true
			})
		default:
			return false
		}
		return true
	})
	k.start = first
	if dictionary > 0 && dictionary < first {
		k.start = dictionary
	}
	return k
}

// check compares what the footer says with the file and its limits.
func (f *File) check() error {
	if len(f.Leaves) > f.limits.Columns {
		return &ErrTooLarge{Of: "columns", Limit: int64(f.limits.Columns)}
	}
	rows, items := int64(0), int64(0)
	for i := range f.Groups {
		g := &f.Groups[i]
		if g.Rows < 0 || len(g.chunks) != len(f.Leaves) {
			return broken("has rows without some of the columns")
		}
		if g.Rows > f.limits.Cells-rows {
			return &ErrTooLarge{Of: "cells", Limit: f.limits.Cells}
		}
		rows += g.Rows
		for j, k := range g.chunks {
			leaf := f.Leaves[j]
			if k.other {
				return broken("has columns that stand in another file or can only be read with a key")
			}
			end := int64(len(f.data) - len(magic) - 4)
			if k.kind != leaf.Kind || k.start < int64(len(magic)) || k.size < 0 || k.start > end || k.size > end-k.start {
				return broken("has a column that does not stand where it should")
			}
			if k.values < g.Rows || leaf.Rep == 0 && k.values != g.Rows {
				return broken("has a column with fewer values than rows")
			}
			if leaf.Rep > 0 {
				if k.values > f.limits.Items-items {
					return &ErrTooLarge{Of: "cells", Limit: f.limits.Items}
				}
				items += k.values
			}
		}
	}
	if rows > f.limits.Cells/int64(max(len(f.Leaves), 1)) {
		return &ErrTooLarge{Of: "cells", Limit: f.limits.Cells}
	}
	return nil
}

// Take counts bytes that are about to be unpacked, and refuses those past the limit. It is for all goroutines.
func (f *File) Take(bytes int64) error {
	if f.left.Add(-bytes) < 0 {
		return &ErrTooLarge{Of: "bytes", Limit: f.limits.Bytes}
	}
	return nil
}
