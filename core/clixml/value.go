// Package clixml reads and writes CLIXML, the XML in which PowerShell remoting carries objects
// (MS-PSRP 2.2.5), and does no input or output itself: bytes in, Values out, and back.
package clixml

import (
	"time"
	"unsafe"
)

// Kind tells which element of MS-PSRP 2.2.5 a Value is.
type Kind uint8

// The kinds, with the element's name and the section of MS-PSRP.
const (
	Null         Kind = iota // Nil, 2.2.5.1.20
	String                   // S, 2.2.5.1.1
	Char                     // C, 2.2.5.1.2: one UTF-16 code unit
	Bool                     // B, 2.2.5.1.3
	DateTime                 // DT, 2.2.5.1.4
	Duration                 // TS, 2.2.5.1.5
	Byte                     // By, 2.2.5.1.6
	SByte                    // SB, 2.2.5.1.7
	UInt16                   // U16, 2.2.5.1.8
	Int16                    // I16, 2.2.5.1.9
	UInt32                   // U32, 2.2.5.1.10
	Int32                    // I32, 2.2.5.1.11
	UInt64                   // U64, 2.2.5.1.12
	Int64                    // I64, 2.2.5.1.13
	Single                   // Sg, 2.2.5.1.14
	Double                   // Db, 2.2.5.1.15
	Decimal                  // D, 2.2.5.1.16: the digits as written
	Bytes                    // BA, 2.2.5.1.17
	GUID                     // G, 2.2.5.1.18
	URI                      // URI, 2.2.5.1.19
	Version                  // Version, 2.2.5.1.21
	XMLDocument              // XD, 2.2.5.1.22
	ScriptBlock              // SBK, 2.2.5.1.23
	SecureString             // SS, 2.2.5.1.24: the base64 as written, encrypted with the session key
	ObjectKind               // Obj, 2.2.5.2
)

// Zone tells what a DateTime says about its zone.
type Zone uint8

// What a DT can end with.
const (
	Unspecified Zone = iota // nothing: a clock reading
	UTC                     // Z
	Offset                  // +02:00: local time of whoever wrote it
)

// Value is one PowerShell value. The zero Value is Null. A Value never changes; its text may share memory
// with the document it was decoded from. Compare with Equal: == does not compile, because text is held by
// address.
type Value struct {
	_    [0]func()
	kind Kind
	zone Zone
	mins int16          // of a DateTime with an Offset: minutes east of UTC
	bits uint64         // integers, Bool, Char, float64 bits, ticks of Duration and DateTime; length of a text
	ptr  unsafe.Pointer // the first byte of a text (nil when empty), or the *Object of an ObjectKind
}

// Object is what an Obj element holds. Any of its parts may be empty, and Base, a container, Adapted and
// Extended may stand together. Objects can refer to themselves: walk with a bound.
type Object struct {
	TypeNames   []string // most derived first; shared between the objects of one type, do not change
	ToString    string
	HasToString bool
	Base        Value // of an extended primitive: the primitive; otherwise Null
	Container   Container
	Items       []Value    // of List, Queue, Stack, Enumerable, in document order: of a Stack the top first
	Entries     []Entry    // of Dictionary, in document order
	Adapted     []Property // Props: the object's own properties
	Extended    []Property // MS: properties added by PowerShell
}

// Container tells which collection an Object is, if any.
type Container uint8

// The containers of MS-PSRP 2.2.5.2.6.
const (
	NoContainer Container = iota
	List                  // LST
	Queue                 // QUE
	Stack                 // STK
	Dictionary            // DCT
	Enumerable            // IE
	MemberSet             // MS with a name, 2.2.5.2.9: the members are in Extended; only inside Extended
)

// Property is one named value, from Props or MS. Equal names read by one Decoder share their memory, which
// makes comparing them quick.
type Property struct {
	Name  string
	Value Value
}

// Entry is one pair of a Dictionary.
type Entry struct{ Key, Value Value }

// Property finds a property by name without regard to case, Extended before Adapted, as PowerShell does.
func (o *Object) Property(name string) (Value, bool) {
	if o == nil {
		return Value{}, false
	}
	for _, ps := range [2][]Property{o.Extended, o.Adapted} {
		for i := range ps {
			if equalFold(ps[i].Name, name) {
				return ps[i].Value, true
			}
		}
	}
	return Value{}, false
}

// Kind tells what v is.
func (v Value) Kind() Kind { return v.kind }

// IsNull tells whether v is Nil.
func (v Value) IsNull() bool { return v.kind == Null }

// isText tells whether Values of the kind are kept as text that Str shows.
func (k Kind) isText() bool {
	switch k {
	case String, Decimal, GUID, URI, Version, XMLDocument, ScriptBlock, SecureString:
		return true
	}
	return false
}

func textValue(kind Kind, s string) Value {
	if s == "" {
		return Value{kind: kind}
	}
	return Value{kind: kind, bits: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

// text is the string that textValue was given; only for Bytes and the kinds of isText.
func (v Value) text() string {
	if v.ptr == nil {
		return ""
	}
	return unsafe.String((*byte)(v.ptr), int(v.bits))
}

// Object returns the object of an ObjectKind, nil for a primitive.
func (v Value) Object() *Object {
	if v.kind != ObjectKind {
		return nil
	}
	return (*Object)(v.ptr)
}

// Property finds a property of an object, as Object.Property; a primitive has none.
func (v Value) Property(name string) (Value, bool) { return v.Object().Property(name) }

// Bool returns a Bool, or that of an extended primitive; false for other kinds.
func (v Value) Bool() bool {
	v = v.Primitive()
	return v.kind == Bool && v.bits != 0
}

// Int returns any signed or unsigned integer, Char or Bool as an int64 (UInt64 wraps); ok is false for
// other kinds. An extended primitive counts as its primitive.
func (v Value) Int() (n int64, ok bool) {
	v = v.Primitive()
	switch v.kind {
	case Bool, Char, Byte, SByte, UInt16, Int16, UInt32, Int32, UInt64, Int64:
		return int64(v.bits), true
	}
	return 0, false
}

// Uint returns the bits of an integer, Char or Bool as unsigned, for UInt64 above the int64 range; 0 for
// other kinds.
func (v Value) Uint() uint64 {
	n, _ := v.Int()
	return uint64(n)
}

// Float returns a Single or Double; ok is false for other kinds.
func (v Value) Float() (f float64, ok bool) {
	v = v.Primitive()
	if v.kind == Single || v.kind == Double {
		return floatOf(v.bits), true
	}
	return 0, false
}

// Str returns the text of a String, Decimal, URI, Version, XMLDocument, ScriptBlock, SecureString or GUID
// (lower case, with dashes), without _xHHHH_ escapes. It is empty for other kinds; Text shows every kind.
func (v Value) Str() string {
	if v.kind == String { // most are
		return unsafe.String((*byte)(v.ptr), int(v.bits))
	}
	return v.lexical()
}

// lexical is Str for the other kinds. It stays a call, so that Str can do without one.
//
//go:noinline
func (v Value) lexical() string {
	v = v.Primitive()
	if !v.kind.isText() {
		return ""
	}
	return v.text()
}

// Bytes returns a copy of the bytes of a Bytes value, nil for other kinds.
func (v Value) Bytes() []byte {
	v = v.Primitive()
	if v.kind != Bytes {
		return nil
	}
	return []byte(v.text())
}

// Time returns a DateTime and what it says about its zone: Unspecified comes back as UTC wall clock,
// Offset in a fixed zone. ok is false for other kinds.
func (v Value) Time() (t time.Time, zone Zone, ok bool) {
	v = v.Primitive()
	if v.kind != DateTime {
		return time.Time{}, Unspecified, false
	}
	return timeOf(v), v.zone, true
}

// Ticks returns a Duration in ticks of 100 nanoseconds, or a DateTime's ticks since 0001-01-01 UTC.
func (v Value) Ticks() (int64, bool) {
	v = v.Primitive()
	if v.kind == Duration || v.kind == DateTime {
		return int64(v.bits), true
	}
	return 0, false
}

// Primitive returns the primitive inside an extended primitive, and v itself otherwise.
func (v Value) Primitive() Value {
	if o := v.Object(); o != nil && o.Base.kind != Null {
		return o.Base
	}
	return v
}

// NewString returns an S. The other constructors are alike.
func NewString(s string) Value { return textValue(String, s) }

// NewBool returns a B.
func NewBool(b bool) Value {
	if b {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// NewInt32 returns an I32.
func NewInt32(n int32) Value { return Value{kind: Int32, bits: uint64(int64(n))} }

// NewInt64 returns an I64.
func NewInt64(n int64) Value { return Value{kind: Int64, bits: uint64(n)} }

// NewUInt32 returns a U32.
func NewUInt32(n uint32) Value { return Value{kind: UInt32, bits: uint64(n)} }

// NewUInt64 returns a U64.
func NewUInt64(n uint64) Value { return Value{kind: UInt64, bits: n} }

// NewInteger returns an integer of the given kind (Byte to Int64, Char); the value is cut to its width.
func NewInteger(kind Kind, n int64) Value { return Value{kind: kind, bits: cut(kind, n)} }

// NewDouble returns a Db.
func NewDouble(f float64) Value { return Value{kind: Double, bits: bitsOf(f)} }

// NewSingle returns a Sg.
func NewSingle(f float32) Value { return Value{kind: Single, bits: bitsOf(float64(f))} }

// NewBytes returns a BA with a copy of b.
func NewBytes(b []byte) Value { return textValue(Bytes, string(b)) }

// NewLexical returns a Value of a kind that is kept as text: Decimal, URI, Version, XMLDocument,
// ScriptBlock, SecureString, GUID (lower case with dashes) or String.
//
// The text is kept as it is; a GUID or Decimal that is none would be refused by whoever decodes it. For a
// kind that is not kept as text the result is Null.
func NewLexical(kind Kind, text string) Value {
	if !kind.isText() {
		return Value{}
	}
	return textValue(kind, text)
}

// NewDuration returns a TS of so many ticks of 100 nanoseconds.
func NewDuration(ticks int64) Value { return Value{kind: Duration, bits: uint64(ticks)} }

// NewDateTime returns a DT. With Offset the location of t gives the minutes; with Unspecified the wall
// clock of t counts.
func NewDateTime(t time.Time, zone Zone) Value { return dateTime(t, zone) }

// NewObject returns an Obj. The Value keeps o. A nil o gives Null.
func NewObject(o *Object) Value {
	if o == nil {
		return Value{}
	}
	return Value{kind: ObjectKind, ptr: unsafe.Pointer(o)}
}

// NewList returns an Obj that holds an array of objects, as PowerShell sends System.Object[].
func NewList(items ...Value) Value {
	return NewObject(&Object{
		TypeNames: []string{"System.Object[]", "System.Array", "System.Object"},
		Container: List,
		Items:     items,
	})
}
