package clixml

import (
	"fmt"
	"math"
)

// Reason says what kind of Error it is.
type Reason uint8

// The reasons for which a document is refused.
const (
	Malformed     Reason = iota + 1 // not well-formed XML, or not a CLIXML document
	BadEncoding                     // not valid UTF-8 (or UTF-16)
	BadValue                        // the text of a primitive is none of its kind
	BadReference                    // a Ref or TNRef to an id that was not seen before
	TooDeep                         // more than Limits.Depth objects inside each other
	TooManyValues                   // more than Limits.Values values
	TooLarge                        // more than Limits.Bytes bytes
	TextTooLong                     // a text longer than Limits.Text bytes
)

// String returns the reason in a few words, for logs.
func (r Reason) String() string {
	switch r {
	case Malformed:
		return "malformed"
	case BadEncoding:
		return "bad encoding"
	case BadValue:
		return "bad value"
	case BadReference:
		return "bad reference"
	case TooDeep:
		return "too deep"
	case TooManyValues:
		return "too many values"
	case TooLarge:
		return "too large"
	case TextTooLong:
		return "text too long"
	}
	return "unknown"
}

// Error is why a document was refused. Every error of this package that comes from reading is an *Error.
type Error struct {
	Reason Reason
	Offset int    // bytes from the start of the document; in a UTF-16 file, from the start of its UTF-8 form
	Detail string // what was expected or found, for logs; never a value from the document
}

func (e *Error) Error() string {
	return fmt.Sprintf("clixml: %s at byte %d: %s", e.Reason, e.Offset, e.Detail)
}

// Limits bounds what a document may hold. A zero field means its default, a negative one no limit.
//
// Reading takes at most about 60 bytes of memory for each byte of the document, and that only for a document
// of nothing but empty Obj elements; for the objects of a real server it is less than one.
type Limits struct {
	Depth  int // objects inside each other; default 100, PowerShell itself stops at 50; at most 10,000
	Values int // values, objects included; default 50 million
	Bytes  int // size of the document; default 1 GiB
	Text   int // bytes of one text, name or base64 as written; default 128 MiB
}

func (l Limits) withDefaults() Limits {
	for _, f := range [...]struct {
		field *int
		def   int
	}{{&l.Depth, 100}, {&l.Values, 50_000_000}, {&l.Bytes, 1 << 30}, {&l.Text, 128 << 20}} {
		switch {
		case *f.field == 0:
			*f.field = f.def
		case *f.field < 0:
			*f.field = math.MaxInt
		}
	}
	l.Depth = min(l.Depth, 10_000) // reading recurses
	return l
}
