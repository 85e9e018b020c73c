package clixml

import (
	"math"
	"strings"
	"time"
)

const ticksPerSecond = 10_000_000

var year1 = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

func floatOf(bits uint64) float64 { return math.Float64frombits(bits) }
func bitsOf(f float64) uint64     { return math.Float64bits(f) }

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

// cut keeps the bits a kind has room for, sign-extended for the signed ones.
func cut(kind Kind, n int64) uint64 {
	switch kind {
	case Byte:
		return uint64(uint8(n))
	case SByte:
		return uint64(int64(int8(n)))
	case UInt16, Char:
		return uint64(uint16(n))
	case Int16:
		return uint64(int64(int16(n)))
	case UInt32:
		return uint64(uint32(n))
	case Int32:
		return uint64(int64(int32(n)))
	}
	return uint64(n)
}

func dateTime(t time.Time, zone Zone) Value {
	v := Value{kind: DateTime, zone: zone}
	switch zone {
	case Unspecified:
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	case Offset:
		_, seconds := t.Zone()
		v.mins = int16(seconds / 60)
	}
	v.bits = uint64((t.Unix()-year1)*ticksPerSecond + int64(t.Nanosecond())/100)
	return v
}

func timeOf(v Value) time.Time {
	ticks := int64(v.bits)
	t := time.Unix(year1+ticks/ticksPerSecond, ticks%ticksPerSecond*100).UTC()
	if v.zone == Offset {
		return t.In(time.FixedZone("", int(v.mins)*60))
	}
	return t
}
