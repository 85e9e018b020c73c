package exchange

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"tenantry/core/secret"
)

// Kind tells what a Value is, as users feel it.
type Kind uint8

// The kinds of a Value.
const (
	None     Kind = iota // empty by design
	Text                 // also identities, addresses, enumerations
	Integer              // a whole number that fits 64 bits
	Decimal              // any other number
	Size                 // bytes, or Unlimited
	Duration             // a span of time
	Time                 // a date and time, with or without a zone
	Flag                 // yes or no
	List                 // several values
	Nested               // an object with properties of its own
	Secret               // a password, only ever sent
)

// TicksPerSecond is the resolution of durations and times: .NET's ticks of 100 nanoseconds.
const TicksPerSecond = 10_000_000

// Value is one cell: what the server said, typed. The zero Value is None. A Value never changes, and
// copying it is cheap; the slices it was made from must not be changed afterwards. Compare with Same or
// Compare: == does not compile, because texts and lists are held by address.
type Value struct {
	_      [0]func()
	kind   Kind
	marks  marks
	offset int16  // of a Time with a zone, in minutes east of UTC
	digits uint32 // length of a Decimal's text

	// Integer, Flag 0/1, Size in bytes, Duration in ticks, Time in ticks since 0001-01-01 UTC, Decimal as
	// float64 bits; length of a Text, number of members of a List.
	num int64

	// The first byte of a Text or of a Decimal's digits, the first member of a List, the *composite of a
	// Nested or Secret. A run makes millions of Values, so their size counts more than the ease of a field each.
	ptr unsafe.Pointer
}

type marks uint8

const (
	unlimited marks = 1 << iota // of a Size or Integer: no limit
	noZone                      // of a Time: the clock was read without saying where
)

type composite struct {
	text   string // of a Nested: what it shows as, may be empty
	nested Record
	secret secret.Secret
}

// text is that of a Text or Decimal.
func (v *Value) text() string {
	if v.kind == Text {
		return unsafe.String((*byte)(v.ptr), int(v.num))
	}
	return unsafe.String((*byte)(v.ptr), int(v.digits))
}

// list is that of a List.
func (v *Value) list() []Value { return unsafe.Slice((*Value)(v.ptr), int(v.num)) }

// more is that of a Nested or Secret.
func (v *Value) more() *composite { return (*composite)(v.ptr) }

// NewText returns a Text, taken as it is. ParseText recognises the forms Exchange writes.
func NewText(s string) Value {
	return Value{kind: Text, num: int64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

// NewInteger returns an Integer.
func NewInteger(n int64) Value { return Value{kind: Integer, num: n} }

// NewFloat returns a Decimal.
func NewFloat(f float64) Value {
	return decimal(f, strconv.FormatFloat(f, 'g', -1, 64))
}

// NewDecimal returns a Decimal that keeps digits as written, such as "79228162514264337593543950335".
// Digits that are no number give a Text.
func NewDecimal(digits string) Value {
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil && !math.IsInf(f, 0) || uint64(len(digits)) > math.MaxUint32 {
		return NewText(digits)
	}
	return decimal(f, digits)
}

func decimal(f float64, digits string) Value {
	return Value{kind: Decimal, digits: uint32(len(digits)), num: int64(math.Float64bits(f)),
		ptr: unsafe.Pointer(unsafe.StringData(digits))}
}

// NewSize returns a Size in bytes.
func NewSize(bytes int64) Value { return Value{kind: Size, num: bytes} }

// Unlimited returns the Size that is above all sizes and numbers.
func Unlimited() Value {
	return Value{kind: Size, marks: unlimited, num: math.MaxInt64}
}

// NewDuration returns a Duration of so many ticks of 100 nanoseconds.
func NewDuration(ticks int64) Value { return Value{kind: Duration, num: ticks} }

// NewTime returns a Time that knows its zone.
func NewTime(t time.Time) Value {
	_, seconds := t.Zone()
	return Value{kind: Time, num: ticksOf(t), offset: int16(seconds / 60)}
}

// NewZonelessTime returns a Time read off a clock whose zone was not said. The wall clock of t counts,
// its location does not.
func NewZonelessTime(t time.Time) Value {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	return Value{kind: Time, num: ticksOf(wall), marks: noZone}
}

// NewTicks returns a Time of so many ticks since 0001-01-01 UTC, or on the wall clock when zone is false;
// offset is in minutes east of UTC. It is NewTime for those who hold ticks already.
func NewTicks(ticks int64, offset int16, zone bool) Value {
	if !zone {
		return Value{kind: Time, num: ticks, marks: noZone}
	}
	return Value{kind: Time, num: ticks, offset: offset}
}

// NewFlag returns yes or no.
func NewFlag(yes bool) Value {
	if yes {
		return Value{kind: Flag, num: 1}
	}
	return Value{kind: Flag}
}

// NewList returns a List of values, which it keeps.
func NewList(values []Value) Value {
	return Value{kind: List, num: int64(len(values)), ptr: unsafe.Pointer(unsafe.SliceData(values))}
}

// NewNested returns an object; text is how the server shows it in one line, may be empty.
func NewNested(text string, r Record) Value {
	return Value{kind: Nested, ptr: unsafe.Pointer(&composite{text: text, nested: r})}
}

// NewSecret returns a password to send.
func NewSecret(s secret.Secret) Value {
	return Value{kind: Secret, ptr: unsafe.Pointer(&composite{secret: s})}
}

// Kind tells what v is.
func (v Value) Kind() Kind { return v.kind }

// IsNone tells whether v is empty: None, an empty Text or an empty List.
func (v Value) IsNone() bool {
	switch v.kind {
	case None:
		return true
	case Text, List:
		return v.num == 0
	}
	return false
}

// IsUnlimited tells whether v is the Size without a limit.
func (v Value) IsUnlimited() bool { return v.marks&unlimited != 0 }

// Int returns an Integer, the bytes of a Size, the ticks of a Duration; 0 for other kinds.
func (v Value) Int() int64 {
	switch v.kind {
	case Integer, Size, Duration, Flag:
		return v.num
	}
	return 0
}

// Float returns any number as a float64; Unlimited is +Inf; 0 for kinds that are no number.
func (v Value) Float() float64 {
	switch {
	case v.IsUnlimited():
		return math.Inf(1)
	case v.kind == Decimal:
		return math.Float64frombits(uint64(v.num))
	case v.kind == Integer, v.kind == Size, v.kind == Duration:
		return float64(v.num)
	}
	return 0
}

// Flag returns a Flag's answer, false for other kinds.
func (v Value) Flag() bool { return v.kind == Flag && v.num != 0 }

// Instant returns a Time in its own offset, and whether the zone was said. Without a zone the wall clock
// comes back as UTC. The zero time for other kinds.
func (v Value) Instant() (t time.Time, zone bool) {
	if v.kind != Time {
		return time.Time{}, false
	}
	t = timeOf(v.num)
	if v.marks&noZone != 0 {
		return t, false
	}
	if v.offset != 0 {
		t = t.In(time.FixedZone("", int(v.offset)*60))
	}
	return t, true
}

// Ticks returns a Time as NewTicks takes it; ok is false for other kinds.
func (v Value) Ticks() (ticks int64, offset int16, zone, ok bool) {
	if v.kind != Time {
		return 0, 0, false, false
	}
	return v.num, v.offset, v.marks&noZone == 0, true
}

// List returns the members of a List, nil for other kinds. The slice belongs to v.
func (v Value) List() []Value {
	if v.kind != List {
		return nil
	}
	return v.list()
}

// Nested returns an object's properties, the zero Record for other kinds.
func (v Value) Nested() Record {
	if v.kind != Nested {
		return Record{}
	}
	return v.more().nested
}

// Secret returns the password of a Secret, the empty one for other kinds.
func (v Value) Secret() secret.Secret {
	if v.kind != Secret {
		return secret.Secret{}
	}
	return v.more().secret
}

// Text shows v in one line, the same on every computer: sizes as Exchange writes them, times as RFC 3339
// (without an offset when the zone was not said), lists joined by "; ". The window shows dates and
// numbers in the user's own way instead.
func (v Value) Text() string {
	if v.kind == Text {
		return unsafe.String((*byte)(v.ptr), int(v.num))
	}
	return v.shown()
}

// shown is Text for the other kinds.
func (v Value) shown() string {
	switch v.kind {
	case Decimal:
		return v.text()
	case Integer:
		return strconv.FormatInt(v.num, 10)
	case Size:
		if v.IsUnlimited() {
			return "Unlimited"
		}
		return FormatSize(v.num)
	case Duration:
		return FormatDuration(v.num)
	case Time:
		return string(v.appendTime(make([]byte, 0, 40)))
	case Flag:
		if v.num != 0 {
			return "True"
		}
		return "False"
	case List:
		parts := make([]string, v.num)
		for i, m := range v.list() {
			parts[i] = m.Text()
		}
		return strings.Join(parts, "; ")
	case Nested:
		more := v.more()
		if more.text != "" {
			return more.text
		}
		parts := make([]string, 0, len(more.nested.Fields))
		for _, f := range more.nested.Fields {
			parts = append(parts, f.Name+"="+f.Value.Text())
		}
		return strings.Join(parts, ", ")
	case Secret:
		return secret.Hidden
	}
	return ""
}

// AppendText appends what Text returns to b. Of numbers, sizes, durations and times it takes no memory.
func (v Value) AppendText(b []byte) []byte {
	switch {
	case v.kind == Integer:
		return strconv.AppendInt(b, v.num, 10)
	case v.kind == Size && !v.IsUnlimited():
		return appendSize(b, v.num)
	case v.kind == Duration:
		return appendDuration(b, v.num)
	case v.kind == Time:
		return v.appendTime(b)
	}
	return append(b, v.Text()...)
}

func (v Value) appendTime(b []byte) []byte {
	t, zone := v.Instant()
	if zone {
		return t.AppendFormat(b, time.RFC3339Nano)
	}
	return t.AppendFormat(b, "2006-01-02T15:04:05.9999999")
}

// String is Text, so that a Value prints as what it shows.
func (v Value) String() string { return v.Text() }

// Compare orders two values for sorting upwards: -1, 0 or 1. Numbers and sizes compare as numbers with
// Unlimited above all; times as instants; no before yes; text and everything else by its text without
// regard to case. Kinds that do not compare order by kind. Empty values come after all others; a sort
// downwards must keep them last by asking IsNone itself.
func (v Value) Compare(o Value) int {
	if a, b := v.IsNone(), o.IsNone(); a || b {
		return compareFlags(a, b)
	}
	a, b := v.class(), o.class()
	if a != b {
		return cmp.Compare(a, b)
	}
	switch a {
	case classNumber:
		return v.compareNumber(o)
	case classDuration, classTime, classFlag:
		return cmp.Compare(v.num, o.num)
	}
	return compareFold(v.Text(), o.Text())
}

type class uint8

const (
	classNumber class = iota
	classDuration
	classTime
	classFlag
	classText
)

func (v Value) class() class {
	switch v.kind {
	case Integer, Decimal, Size:
		return classNumber
	case Duration:
		return classDuration
	case Time:
		return classTime
	case Flag:
		return classFlag
	}
	return classText
}

func (v Value) compareNumber(o Value) int {
	if v.kind != Decimal && o.kind != Decimal {
		if a, b := v.IsUnlimited(), o.IsUnlimited(); a || b {
			return compareFlags(a, b)
		}
		return cmp.Compare(v.num, o.num)
	}
	if c := cmp.Compare(v.Float(), o.Float()); c != 0 || v.IsUnlimited() || o.IsUnlimited() {
		return c
	}
	// The floats agree: let the written digits decide, they may be finer.
	a, okA := new(big.Rat).SetString(v.Text())
	b, okB := new(big.Rat).SetString(o.Text())
	if v.kind == Size {
		a, okA = new(big.Rat).SetInt64(v.num), true
	}
	if o.kind == Size {
		b, okB = new(big.Rat).SetInt64(o.num), true
	}
	if !okA || !okB {
		return 0
	}
	return a.Cmp(b)
}

func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

var year1 = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

func ticksOf(t time.Time) int64 {
	return (t.Unix()-year1)*TicksPerSecond + int64(t.Nanosecond())/100
}

func timeOf(ticks int64) time.Time {
	return time.Unix(year1+ticks/TicksPerSecond, ticks%TicksPerSecond*100).UTC()
}
