package parquet

import "math/bits"

// runs reads numbers of a fixed width of bits that repeat, or stand packed behind each other: levels, places in a
// dictionary, flags.
type runs struct {
	data  string
	width uint
	same  uint32 // the number that repeats
	left  int64  // numbers the run still has
	plain bool   // the run is packed numbers
	hold  uint64 // bits of packed numbers that were read
	held  uint
}

func widthOf(most int) uint { return uint(bits.Len(uint(most))) }

// next fills to.
func (r *runs) next(to []uint32) error {
	for len(to) > 0 {
		if r.left == 0 {
			if err := r.start(); err != nil {
				return err
			}
			continue
		}
		n := int(min(r.left, int64(len(to))))
		if !r.plain {
			for i := range to[:n] {
				to[i] = r.same
			}
		} else if err := r.unpack(to[:n]); err != nil {
			return err
		}
		r.left -= int64(n)
		to = to[n:]
	}
	return nil
}

func (r *runs) start() error {
	head, size := varint(r.data)
	if size == 0 || head>>1 == 0 || head>>1 > 1<<31 {
		return broken("has a page that ends too early")
	}
	r.data = r.data[size:]
	r.plain = head&1 == 1
	r.hold, r.held = 0, 0
	if r.plain {
		r.left = int64(head>>1) * 8
		return nil
	}
	r.left = int64(head >> 1)
	bytes := int(r.width+7) / 8
	if len(r.data) < bytes {
		return broken("has a page that ends too early")
	}
	r.same = 0
	for i := range bytes {
		r.same |= uint32(r.data[i]) << (8 * i)
	}
	r.data = r.data[bytes:]
	return nil
}

func (r *runs) unpack(to []uint32) error {
	mask := uint64(1)<<r.width - 1
	data, hold, held := r.data, r.hold, r.held
	for i := range to {
		for held < r.width {
			if len(data) == 0 {
				return broken("has a page that ends too early")
			}
			hold |= uint64(data[0]) << held
			data = data[1:]
			held += 8
		}
		to[i] = uint32(hold & mask)
		hold >>= r.width
		held -= r.width
	}
	r.data, r.hold, r.held = data, hold, held
	return nil
}

// deltas reads whole numbers that are written as differences, in blocks.
type deltas struct {
	data  string
	total int64 // numbers that are left
	last  int64
	first bool

	perBlock, minis int64 // numbers of a block, and the parts it has
	least           int64
	widths          string // of the parts of the block that are left
	width           uint
	inMini          int64  // numbers that the part still has
	mini            string // the part's packed numbers that are left
	hold            byte
	held            uint
}

func newDeltas(data string) (*deltas, error) {
	d := &deltas{first: true}
	var head [4]uint64
	for i := range head {
		n, size := varint(data)
		if size == 0 {
			return nil, broken("has a page that ends too early")
		}
		head[i], data = n, data[size:]
	}
	if head[0] == 0 || head[0] > 1<<20 || head[1] == 0 || head[1] > head[0] || head[0]%head[1] != 0 || head[2] > 1<<31 {
		return nil, broken("has a page whose numbers are not put together as they should be")
	}
	d.data, d.perBlock, d.minis, d.total = data, int64(head[0]), int64(head[1]), int64(head[2])
	d.last = unzigzag(head[3])
	return d, nil
}

func (d *deltas) next() (int64, error) {
	if d.total == 0 {
		return 0, broken("has a page that ends too early")
	}
	d.total--
	if d.first {
		d.first = false
		return d.last, nil
	}
	if d.inMini == 0 {
		if err := d.start(); err != nil {
			return 0, err
		}
	}
	d.inMini--
	var n uint64
	for got := uint(0); got < d.width; {
		if d.held == 0 {
			if d.mini == "" {
				return 0, broken("has a page that ends too early")
			}
			d.hold, d.held = d.mini[0], 8
			d.mini = d.mini[1:]
		}
		take := min(d.width-got, d.held)
		n |= uint64(d.hold&(1<<take-1)) << got
		d.hold >>= take
		d.held -= take
		got += take
	}
	d.last += d.least + int64(n)
	return d.last, nil
}

// start begins the next part of a block.
func (d *deltas) start() error {
	if d.widths == "" {
		least, size := varint(d.data)
		if size == 0 || int64(len(d.data)-size) < d.minis {
			return broken("has a page that ends too early")
		}
		d.least = unzigzag(least)
		d.widths = d.data[size : size+int(d.minis)]
		d.data = d.data[size+int(d.minis):]
	}
	d.width = uint(d.widths[0])
	d.widths = d.widths[1:]
	if d.width > 64 {
		return broken("has a page whose numbers are not put together as they should be")
	}
	d.inMini = d.perBlock / d.minis
	size := min((int(d.inMini)*int(d.width)+7)/8, len(d.data)) // the last one may be cut short
	d.mini, d.data = d.data[:size], d.data[size:]
	d.held = 0
	return nil
}

// behind passes over all numbers and returns what stands behind them.
func behind(data string) (string, error) {
	d, err := newDeltas(data)
	if err != nil {
		return "", err
	}
	for left := d.total - 1; left > 0; left -= d.inMini {
		if err := d.start(); err != nil {
			return "", err
		}
	}
	return d.data, nil
}
