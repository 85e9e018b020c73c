package results

import (
	"math"
	"slices"
	"strings"
	"sync"

	"tenantry/core/exchange"
)

// A column keeps its cells in one of three ways, the first that can hold all of them:
//
//	numbers   a 64-bit number a row: integers, sizes and Unlimited; or durations; or times
//	words     a code a row into a dictionary of texts
//	values    a code a row into a list of distinct Values: flags, decimals, lists, objects, mixtures
type way uint8

const (
	empty way = iota
	numbers
	words
	values
)

// Numbers that stand for something else. A real number that looks like one of them sends the column to values.
const (
	numAbsent    int64 = math.MinInt64
	numNone      int64 = math.MinInt64 + 1
	numBlank     int64 = math.MinInt64 + 2 // an empty text
	numLastBlank       = numBlank
	numUnlimited int64 = math.MaxInt64
)

// Codes that stand for no text, in words and values; text codes follow from firstCode.
const (
	codeAbsent uint32 = iota
	codeNone
	codeBlank // an empty text
	firstCode
)

// kindSet is a set of exchange.Kinds.
type kindSet uint16

func (s kindSet) has(k exchange.Kind) bool { return s&(1<<k) != 0 }
func (s kindSet) only(ks ...exchange.Kind) bool {
	for _, k := range ks {
		s &^= 1 << k
	}
	return s == 0
}

// cells is what readers of a column need. Copies stay valid while the column grows.
type cells struct {
	way       way
	kinds     kindSet // of the cells that are not empty, Unlimited aside
	unlimited bool    // some cell is Unlimited

	nums  []int64
	tags  []int16 // of numbers: each row's kind, or zone of a time; nil while all rows share tag
	tag   int16
	codes codes
	words texts
	vals  []exchange.Value
}

// noZoneTag is the tag of a time whose zone was not said; other times have their offset in minutes.
const noZoneTag = math.MinInt16

type column struct {
	name string
	cells
	dict  *dict
	known *valueDict // of values

	ranks    *rankCache // for the state of the column that rankedAt describes
	rankedAt rankState
}

type rankState struct {
	way      way
	typ      exchange.Kind
	distinct int
}

func newColumn(name string) *column { return &column{name: strings.Clone(name)} }

func (c *column) len() int {
	if c.way == numbers {
		return len(c.nums)
	}
	return c.codes.n
}

// pad fills the column up to so many rows with cells that are not there.
func (c *column) pad(rows int) {
	if c.way == numbers {
		for len(c.nums) < rows {
			c.addNumber(numAbsent, c.tag)
		}
		return
	}
	for c.codes.n < rows {
		c.codes.add(codeAbsent)
	}
}

func (c *column) distinct() int {
	if c.dict == nil {
		return 0
	}
	return c.dict.len()
}

// add puts v in the given row, which is at or behind the end. A row before the end has its value already.
func (c *column) add(row int, v exchange.Value) {
	n := c.len()
	if row < n {
		return
	}
	if row > n {
		c.pad(row)
	}
	kind := v.Kind()
	switch {
	case kind == exchange.None:
		c.addBlank(numNone, codeNone)
		return
	case kind == exchange.Text:
		s := v.Text()
		if s == "" {
			c.addBlank(numBlank, codeBlank)
			return
		}
		if c.way == empty {
			c.way, c.dict = words, newDict()
		}
		if c.way == words && len(s) <= longestText {
			c.lookUp()
			c.kinds |= 1 << exchange.Text
			c.codes.add(firstCode + c.dict.code(s))
			return
		}
	default:
		num, tag, ok := numberOf(v)
		if ok && c.way == empty {
			c.way, c.tag = numbers, tag
			c.nums = make([]int64, c.codes.n, c.codes.n+16)
			for i := range c.nums {
				c.nums[i] = blankNumber(c.codes.at(i))
			}
			c.codes = codes{}
		}
		if ok && c.way == numbers && c.takes(kind) {
			c.note(v)
			if num == numUnlimited {
				tag = c.tag
			}
			c.addNumber(num, tag)
			return
		}
	}
	c.widen()
	c.note(v)
	c.codes.add(c.valueCode(v))
}

func (c *column) note(v exchange.Value) {
	if v.IsUnlimited() {
		c.unlimited = true
		return
	}
	c.kinds |= 1 << v.Kind()
}

// takes tells whether a number of this kind can stand among those that are there.
func (c *column) takes(kind exchange.Kind) bool {
	switch kind {
	case exchange.Integer, exchange.Size:
		return c.kinds.only(exchange.Integer, exchange.Size)
	}
	return c.kinds.only(kind) && !c.unlimited
}

func (c *column) addBlank(num int64, code uint32) {
	if c.way == numbers {
		c.addNumber(num, c.tag)
		return
	}
	c.codes.add(code)
}

func (c *column) addNumber(num int64, tag int16) {
	if tag != c.tag && c.tags == nil {
		if c.kinds&(c.kinds-1) == 0 && !c.anyNumber() {
			c.tag = tag // only blanks and Unlimited so far, which have no tag of their own
		} else {
			c.tags = make([]int16, len(c.nums), cap(c.nums))
			for i := range c.tags {
				c.tags[i] = c.tag
			}
		}
	}
	c.nums = append(c.nums, num)
	if c.tags != nil {
		c.tags = append(c.tags, tag)
	}
}

func (c *column) anyNumber() bool {
	for _, n := range c.nums {
		if n > numLastBlank && n != numUnlimited {
			return true
		}
	}
	return false
}

// numberOf gives a Value's number and tag; ok is false when it has none or one that means something else.
func numberOf(v exchange.Value) (num int64, tag int16, ok bool) {
	switch v.Kind() {
	case exchange.Integer, exchange.Size, exchange.Duration:
		num, tag = v.Int(), int16(v.Kind())
		if v.IsUnlimited() {
			return numUnlimited, tag, true
		}
	case exchange.Time:
		ticks, offset, zone, _ := v.Ticks()
		num, tag = ticks, offset
		if !zone {
			tag = noZoneTag
		}
	default:
		return 0, 0, false
	}
	return num, tag, num > numLastBlank && num != numUnlimited
}

func blankNumber(code uint32) int64 {
	switch code {
	case codeNone:
		return numNone
	case codeBlank:
		return numBlank
	}
	return numAbsent
}

// widen turns the column into one that holds any Value. New memory is used throughout, because snapshots
// may still read the old.
func (c *column) widen() {
	if c.way == values {
		return
	}
	old := c.freeze()
	unlimited := c.unlimited
	c.cells = cells{way: values, kinds: c.kinds, unlimited: unlimited}
	c.known = newValueDict()
	switch old.way {
	case words:
		// Codes stay as they are, because values are kept in the dictionary's order.
		for code := range uint32(old.words.len()) {
			c.valueCode(exchange.NewText(old.words.text(code)))
		}
		c.codes = old.codes
	case numbers:
		for i, num := range old.nums {
			switch num {
			case numAbsent:
				c.codes.add(codeAbsent)
			case numNone:
				c.codes.add(codeNone)
			case numBlank:
				c.codes.add(codeBlank)
			default:
				c.codes.add(c.valueCode(old.cell(i)))
			}
		}
	default:
		c.codes = old.codes
	}
	c.dict = nil
}

// valueCode finds v among the distinct values or adds it. Objects are not compared: each counts as its own.
func (c *column) valueCode(v exchange.Value) uint32 {
	code := c.known.code(c.vals, v)
	if int(code) == len(c.vals) {
		c.vals = append(c.vals, own(v))
	}
	return firstCode + code
}

// fitted is s without room for more than a few.
func fitted[E any](s []E) []E {
	if cap(s)-len(s) <= len(s)/64 {
		return s
	}
	return slices.Clip(append(make([]E, 0, len(s)), s...))
}

func (c *column) trim() {
	c.settle()
	c.nums = fitted(c.nums)
	c.tags = fitted(c.tags)
	c.codes.trim()
	c.vals = fitted(c.vals)
	if c.dict != nil {
		c.dict.trim()
	}
	if c.known != nil {
		c.known.slots = nil // built anew when rows follow all the same
	}
}

// freeze returns the column as it is. Ranks that were computed for the column as it was are kept when its
// dictionary did not grow since.
func (c *column) freeze() *frozenColumn {
	c.settle()
	f := &frozenColumn{name: c.name, cells: c.cells}
	if c.dict != nil {
		f.words = c.dict.texts
	}
	f.typ = f.cells.typ()
	if now := (rankState{f.way, f.typ, f.distinct()}); c.ranks == nil || c.rankedAt != now {
		c.ranks, c.rankedAt = &rankCache{}, now
	}
	f.ranks = c.ranks
	return f
}

// typ is the type that holds for all cells.
func (c *cells) typ() exchange.Kind {
	k := c.kinds
	switch {
	case k == 0 && c.unlimited:
		return exchange.Size
	case k == 0:
		return exchange.None
	case k.has(exchange.List):
		return exchange.List
	case c.unlimited && !k.only(exchange.Integer, exchange.Size, exchange.Decimal):
		return exchange.Text
	case k.only(exchange.Integer):
		return exchange.Integer
	case k.only(exchange.Integer, exchange.Size):
		return exchange.Size
	case k.only(exchange.Integer, exchange.Size, exchange.Decimal):
		return exchange.Decimal
	}
	for _, one := range [...]exchange.Kind{exchange.Duration, exchange.Time, exchange.Flag, exchange.Nested} {
		if k.only(one) {
			return one
		}
	}
	return exchange.Text
}

// frozenColumn is a column of a Snapshot.
type frozenColumn struct {
	name string
	typ  exchange.Kind
	cells
	ranks *rankCache
}

// rankCache keeps the order of a dictionary's texts, for the language asked for last.
type rankCache struct {
	mu       sync.Mutex
	language string
	ranks    []uint32 // by code less firstCode; equal texts have equal ranks
	most     uint32   // the highest rank
}

// distinct is how many codes stand for a text or value.
func (f *frozenColumn) distinct() int {
	if f.way == words {
		return f.words.len()
	}
	return len(f.vals)
}

func (f *frozenColumn) absent(row int) bool {
	if f.way == numbers {
		return f.nums[row] == numAbsent
	}
	return f.codes.at(row) == codeAbsent
}

func (f *frozenColumn) cell(row int) exchange.Value {
	if f.way == numbers {
		return f.number(row)
	}
	switch code := f.codes.at(row); {
	case code == codeBlank:
		return exchange.NewText("")
	case code < firstCode:
		return exchange.Value{}
	case f.way == words:
		return exchange.NewText(f.words.text(code - firstCode))
	default:
		return f.vals[code-firstCode]
	}
}

func (f *frozenColumn) number(row int) exchange.Value {
	num := f.nums[row]
	switch num {
	case numAbsent, numNone:
		return exchange.Value{}
	case numBlank:
		return exchange.NewText("")
	case numUnlimited:
		return exchange.Unlimited()
	}
	tag := f.tag
	if f.tags != nil {
		tag = f.tags[row]
	}
	if f.kinds.has(exchange.Time) {
		if tag == noZoneTag {
			return exchange.NewTicks(num, 0, false)
		}
		return exchange.NewTicks(num, tag, true)
	}
	switch exchange.Kind(tag) {
	case exchange.Size:
		return exchange.NewSize(num)
	case exchange.Duration:
		return exchange.NewDuration(num)
	}
	return exchange.NewInteger(num)
}

// value is what a code of a words or values column stands for; code is at least firstCode.
func (f *frozenColumn) value(code uint32) exchange.Value {
	if f.way == words {
		return exchange.NewText(f.words.text(code - firstCode))
	}
	return f.vals[code-firstCode]
}
