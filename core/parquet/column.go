package parquet

import "io"

// Column reads the values of one leaf in one group of rows, front to back. It is for one goroutine; the columns of
// a File may be read by several.
type Column[V any] struct {
	file       *File
	leaf       *Node
	as         As[V]
	codec      int32
	rest       string // of the file, behind the page that is read
	left       int64  // values of the pages in rest, absent ones too
	here       int    // values that this page still has, absent ones too
	reps, defs *runs  // nil where there is one level alone
	values     values[V]
	dictionary []V
	hasOne     bool
	levels     []uint32

	Batch[V]
}

// Batch is some of the values of a column, and their levels. It is good until the next call of Next.
type Batch[V any] struct {
	// Reps and Defs have an entry for each value, absent ones too: whether it starts a row (0) or goes on in a
	// list at that level, and how much of the way to it is there. They are nil for a leaf that is always 0.
	Reps, Defs []uint8

	// Len is how many entries there are.
	Len int

	// Values are those that are there, whose definition level is the leaf's.
	Values []V
}

// NewColumn starts with the first value of a leaf in a group of rows.
func NewColumn[V any](f *File, group, leaf int, as As[V]) *Column[V] {
	k := f.Groups[group].chunks[leaf]
	return &Column[V]{file: f, leaf: f.Leaves[leaf], as: as, codec: k.codec, left: k.values,
		rest: f.data[k.start : len(f.data)-len(magic)-4]}
}

// Next reads at most so many values into Batch. It is io.EOF behind the last one.
func (c *Column[V]) Next(most int) error {
	for c.here == 0 {
		if c.left == 0 {
			return io.EOF
		}
		if err := c.page(); err != nil {
			return err
		}
	}
	n := min(most, c.here)
	there := n
	var err error
	if c.Reps, _, err = c.level(c.reps, c.Reps, c.leaf.Rep, n); err != nil {
		return err
	}
	if c.Defs, there, err = c.level(c.defs, c.Defs, c.leaf.Def, n); err != nil {
		return err
	}
	if cap(c.Values) < there {
		c.Values = make([]V, there)
	}
	c.Values = c.Values[:there]
	if err := c.values.next(c.Values); err != nil {
		return err
	}
	c.Len = n
	c.here -= n
	return nil
}

// Take is that of the column's File.
func (c *Column[V]) Take(bytes int64) error { return c.file.Take(bytes) }

// level reads the levels of n values, and how many of them are the highest.
func (c *Column[V]) level(from *runs, to []uint8, highest, n int) ([]uint8, int, error) {
	if highest == 0 {
		return nil, n, nil
	}
	if cap(c.levels) < n {
		c.levels = make([]uint32, n)
	}
	if cap(to) < n {
		to = make([]uint8, n)
	}
	levels, to := c.levels[:n], to[:n]
	if err := from.next(levels); err != nil {
		return to, 0, err
	}
	full := 0
	for i, l := range levels {
		if l > uint32(highest) {
			return to, 0, broken("has values at a level that their column does not have")
		}
		if l == uint32(highest) {
			full++
		}
		to[i] = uint8(l)
	}
	return to, full, nil
}

// page starts with the next page that has values.
func (c *Column[V]) page() error {
	p, rest, err := readPage(c.rest)
	if err != nil {
		return err
	}
	c.rest = rest
	switch p.typ {
	case pageDictionary:
		return c.readDictionary(p)
	case pageData, pageDataV2:
	default:
		return nil // an index, or what later versions bring
	}
	if int64(p.values) > c.left {
		return broken("has a page with more values than its column")
	}
	body := p.body
	if p.typ == pageDataV2 {
		if p.repSize < 0 || p.defSize < 0 || int64(p.repSize)+int64(p.defSize) > int64(min(len(body), int(p.size))) {
			return broken("has a page that is longer than itself")
		}
		c.reps = newRuns(c.leaf.Rep, body[:p.repSize])
		c.defs = newRuns(c.leaf.Def, body[p.repSize:p.repSize+p.defSize])
		body = body[p.repSize+p.defSize:]
		if p.packed && body != "" {
			if body, err = c.file.unpack(c.codec, body, int(p.size-p.repSize-p.defSize)); err != nil {
				return err
			}
		}
	} else {
		if body, err = c.file.unpack(c.codec, body, int(p.size)); err != nil {
			return err
		}
		if c.leaf.Def > 0 && p.defs != encodingRuns || c.leaf.Rep > 0 && p.reps != encodingRuns {
			return broken("has levels that are written in a way that is not read")
		}
		if c.reps, body, err = sizedRuns(c.leaf.Rep, body); err != nil {
			return err
		}
		if c.defs, body, err = sizedRuns(c.leaf.Def, body); err != nil {
			return err
		}
	}
	c.left -= int64(p.values)
	c.here = int(p.values)
	c.values, err = c.decoder(p.encoding, body)
	return err
}

func newRuns(highest int, data string) *runs { return &runs{data: data, width: widthOf(highest)} }

// sizedRuns takes levels off body, which starts with their length.
func sizedRuns(highest int, body string) (*runs, string, error) {
	if highest == 0 {
		return nil, body, nil
	}
	if len(body) < 4 || uint64(low32(body)) > uint64(len(body)-4) {
		return nil, "", broken("has a page that ends too early")
	}
	n := 4 + int(low32(body))
	return newRuns(highest, body[4:n]), body[n:], nil
}

func (c *Column[V]) readDictionary(p page) error {
	if c.hasOne {
		return broken("has a column with two dictionaries")
	}
	c.hasOne = true
	if p.encoding != encodingPlain && p.encoding != encodingPlainDictionary {
		return broken("has a dictionary that is written in a way that is not read")
	}
	body, err := c.file.unpack(c.codec, p.body, int(p.size))
	if err != nil {
		return err
	}
	each := c.leaf.width()
	if each == 0 {
		each = 4 // its length at least
	}
	if c.leaf.Kind == Boolean || int(p.values) > len(body)/each {
		return broken("has a dictionary that is longer than itself")
	}
	c.dictionary = make([]V, p.values)
	return (&plain[V]{as: c.as, leaf: c.leaf, data: body}).next(c.dictionary)
}

// decoder chooses how the values of a page are read.
func (c *Column[V]) decoder(encoding int32, body string) (values[V], error) {
	kind := c.leaf.Kind
	whole, texts := kind == Int32 || kind == Int64, kind == Bytes
	switch {
	case encoding == encodingPlain:
		return &plain[V]{as: c.as, leaf: c.leaf, data: body}, nil
	case encoding == encodingPlainDictionary, encoding == encodingDictionary:
		r := runs{}
		if body != "" {
			r.data, r.width = body[1:], uint(body[0])
		}
		if r.width > 32 {
			return nil, broken("has a value that its dictionary does not have")
		}
		return &coded[V]{dictionary: c.dictionary, runs: r}, nil
	case encoding == encodingRuns && kind == Boolean:
		r, _, err := sizedRuns(1, body)
		if err != nil {
			return nil, err
		}
		return &flags[V]{c.as, *r}, nil
	case encoding == encodingDelta && whole:
		d, err := newDeltas(body)
		return &differences[V]{c.as, kind == Int32, d}, err
	case encoding == encodingDeltaLength && texts:
		l, err := newLengths(body)
		return &measured[V]{c.as, l}, err
	case encoding == encodingDeltaBytes && (texts || kind == FixedBytes):
		front, err := newDeltas(body)
		if err != nil {
			return nil, err
		}
		rest, err := behind(body)
		if err != nil {
			return nil, err
		}
		ends, err := newLengths(rest)
		return &fronted[V]{as: c.as, file: c.file, fixed: c.leaf.width(), front: front, ends: ends}, err
	case encoding == encodingSplit && c.leaf.width() > 0 && kind != Int96:
		width := c.leaf.width()
		if len(body)%width != 0 {
			return nil, broken("has a page of another length than it says")
		}
		return &split[V]{as: c.as, leaf: c.leaf, data: body, count: len(body) / width}, nil
	}
	return nil, broken("has values that are written in a way that is not read")
}
