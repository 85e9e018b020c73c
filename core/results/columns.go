package results

import (
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"tenantry/core/exchange"
)

// Cells are the cells of one column in rows that are added together, in whichever of three shapes their
// reader has them.
type Cells struct {
	Values []exchange.Value

	// Texts that stand in one Text: cell i is Text[At[i].From:At[i].To], and None where that is empty.
	Text string
	At   []Span

	// Numbers of one Kind: Integer, Size or Duration, a Flag's 0 and 1, or a Time's ticks. NoNumber stands for
	// None, NoLimit among integers and sizes for Unlimited.
	Numbers []int64
	Kind    exchange.Kind
	Offset  int16 // of all times, in minutes east of UTC
	NoZone  bool  // times off a clock whose zone was not said
}

// Span is where a text stands in a longer one.
type Span struct{ From, To uint32 }

// Numbers in Cells that stand for something else. A real number that looks like one has to come as a Value.
const (
	NoNumber = numNone
	NoLimit  = numUnlimited
)

// Block is rows that stand column by column: each of Columns has Rows cells.
type Block struct {
	Rows    int
	Columns []Cells
}

// AppendBlocks is Append for rows that stand column by column, those of all blocks in order: the i-th of a
// block's columns is of the column named names[i]. The columns are added side by side on all cores, which
// for many rows takes less than Append does. Nothing of the blocks is kept.
func (t *Table) AppendBlocks(customer exchange.CustomerID, names []string, blocks ...Block) error {
	rows := 0
	for i := range blocks {
		rows += blocks[i].Rows
	}
	if rows == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if rows > MaxRows-t.rows {
		return t.tooMany()
	}
	t.customers.pad(t.rows)
	t.customers.addRepeated(string(customer), rows, t.expected)
	to := make([]*column, len(names))
	taken := make(map[int]bool, len(names))
	for i, name := range names {
		if c := t.place(i, name); !taken[c] {
			taken[c], to[i] = true, t.cols[c]
		}
	}
	sideBySide(len(to), rows*len(to), func(i int) {
		if to[i] == nil {
			return
		}
		row := t.rows
		for b := range blocks {
			to[i].addAll(row, &blocks[b].Columns[i], blocks[b].Rows, t.expected)
			row += blocks[b].Rows
		}
	})
	t.rows += rows
	t.version++
	return nil
}

// sideBySide does work for each column on all cores, if there are enough cells for that.
func sideBySide(columns, cells int, work func(column int)) {
	var next atomic.Int64
	some := func() {
		for i := int(next.Add(1)) - 1; i < columns; i = int(next.Add(1)) - 1 {
			work(i)
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), columns, 1+cells/1024) - 1 {
		others.Go(some)
	}
	some()
	others.Wait()
}

func (t *Table) tooMany() error {
	return &exchange.Problem{Code: CodeTooManyRows, Doing: "add rows to the table",
		Args: map[string]string{"limit": strconv.Itoa(MaxRows)}}
}

// Expect says how many rows the table will have, so that AppendBlocks takes memory for all of them at once.
// More or fewer may come.
func (t *Table) Expect(rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expected = min(rows, MaxRows)
}

// addRepeated adds a text so many times.
func (c *column) addRepeated(text string, rows, expected int) {
	n := c.len()
	c.add(n, exchange.NewText(text))
	c.codes.expect(max(expected-n, 0))
	code := c.codes.at(n)
	for range rows - 1 {
		c.codes.add(code)
	}
}

// addAll adds the cells of so many rows from row on, as add does one by one. The column will have about as
// many rows as are expected.
func (c *column) addAll(row int, from *Cells, rows, expected int) {
	c.pad(row)
	c.expect(row, expected)
	for done := 0; done < rows; {
		switch {
		case from.At != nil && c.way == words && c.dict.blind.on:
			done += c.addBlind(from.Text, from.At[done:rows])
		case from.At != nil && c.way == words:
			done += c.addTexts(from.Text, from.At[done:rows])
		case from.Numbers != nil && c.way == numbers:
			done += c.addNumbers(from, done, rows)
		case from.Numbers != nil && from.Kind == exchange.Flag && c.way == values:
			done += c.addFlags(from.Numbers[done:rows])
		}
		if done < rows {
			c.add(row+done, from.value(done))
			done++
		}
	}
}

// expect takes memory for as many rows as are expected, of which row are there.
func (c *column) expect(row, expected int) {
	more := max(expected-row, 0)
	if c.way == numbers {
		c.nums = slices.Grow(c.nums, more)
	} else {
		c.codes.expect(more)
	}
	const enough = 1 << 12 // rows, to tell from how many of the others will be new
	if c.way == words && row >= enough && more > 0 {
		c.dict.expect(int(int64(c.dict.len()) * int64(expected) / int64(row)))
		c.goBlind(row)
	}
}

// value is a cell as a Value.
func (c *Cells) value(i int) exchange.Value {
	switch {
	case c.At != nil:
		if at := c.At[i]; at.From < at.To {
			return exchange.NewText(c.Text[at.From:at.To])
		}
		return exchange.Value{}
	case c.Numbers == nil:
		return c.Values[i]
	}
	n := c.Numbers[i]
	switch {
	case n == NoNumber:
		return exchange.Value{}
	case n == NoLimit:
		return exchange.Unlimited()
	case c.Kind == exchange.Time:
		return exchange.NewTicks(n, c.Offset, !c.NoZone)
	case c.Kind == exchange.Flag:
		return exchange.NewFlag(n != 0)
	}
	return numberAs(c.Kind, n)
}

// tag is what a column of numbers keeps beside these.
func (c *Cells) tag() int16 {
	switch {
	case c.Kind != exchange.Time:
		return int16(c.Kind)
	case c.NoZone:
		return noZoneTag
	}
	return c.Offset
}

// addTexts adds the texts that at starts with to a column of words, and returns how many it added. Their
// hashes come first, so that the processor fetches several places of the dictionary at a time.
func (c *column) addTexts(text string, at []Span) int {
	const some = 64
	var hashes, found [some]uint32
	for done := 0; done < len(at); done += some {
		now := at[done:min(done+some, len(at))]
		for i, s := range now {
			switch n := s.To - s.From; {
			case n > longestText:
				return done
			case n > 0:
				hashes[i] = c.dict.hash(text[s.From:s.To])
				c.dict.near(hashes[i])
			}
		}
		for i, s := range now {
			found[i] = codeNone
			if s.From < s.To {
				c.kinds |= 1 << exchange.Text
				found[i] = firstCode + c.dict.hashed(text[s.From:s.To], hashes[i])
			}
		}
		c.codes.addAll(found[:len(now)])
	}
	return len(at)
}

// addNumbers adds the numbers from to to, when the column has only such, and returns how many it added.
func (c *column) addNumbers(cells *Cells, from, to int) int {
	if c.kinds != 1<<cells.Kind || c.tags != nil || c.tag != cells.tag() {
		return 0
	}
	more := cells.Numbers[from:to]
	for i, n := range more {
		if n == NoLimit {
			if cells.Kind != exchange.Integer && cells.Kind != exchange.Size {
				more = more[:i]
				break
			}
			c.unlimited = true
		}
	}
	c.nums = append(c.nums, more...)
	return len(more)
}

// addFlags adds the flags that are in a column of values already, up to the first that is not, and returns how
// many it added.
func (c *column) addFlags(flags []int64) int {
	var found [2]uint32
	for i, n := range flags {
		code := codeNone
		if n != NoNumber {
			if code = found[n&1]; code == 0 {
				at, ok := c.known.find(c.vals, exchange.NewFlag(n != 0))
				if !ok {
					return i
				}
				code = firstCode + at
				found[n&1] = code
			}
		}
		c.codes.add(code)
	}
	return len(flags)
}
