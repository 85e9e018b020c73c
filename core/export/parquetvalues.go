package export

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tenantry/core/exchange"
	"tenantry/core/parquet"
)

// parquetValues makes values of what a leaf stores, by what the file says of it and what we noted beside that.
func parquetValues(f *parquet.File, n *parquet.Node, about parquetColumn) parquet.As[exchange.Value] {
	as := parquet.As[exchange.Value]{
		Int:   func(i int64) exchange.Value { return exchange.NewInteger(i) },
		Float: float,
		Bytes: bytesText,
	}
	switch {
	case n.Kind == parquet.Boolean:
		as.Int = func(i int64) exchange.Value { return exchange.NewFlag(i != 0) }
	case n.Kind == parquet.Int96:
		as.Bytes = julian
	case about.Kind == "size":
		as.Int = exchange.NewSize
	case about.Kind == "duration":
		as.Int = exchange.NewDuration
	case about.Kind == "decimal":
		as.Float = func(x float64) exchange.Value {
			if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
				return exchange.NewInteger(int64(x))
			}
			return float(x)
		}
	}
	switch n.Meaning {
	case parquet.Decimal:
		as.Int = func(i int64) exchange.Value { return pointed(big.NewInt(i), n.Scale) }
		as.Bytes = func(s string) exchange.Value { return pointed(signed(s), n.Scale) }
	case parquet.Date:
		as.Int = func(i int64) exchange.Value {
			return wallTime(time.Unix(0, 0).UTC().AddDate(0, 0, int(max(min(i, 1<<31), -1<<31))), false)
		}
	case parquet.Time:
		as.Int = func(i int64) exchange.Value { return wallTime(counted(i, n.Unit), n.UTC) }
	case parquet.Clock:
		as.Int = func(i int64) exchange.Value {
			return exchange.NewText(counted(i, n.Unit).Format("15:04:05.999999999"))
		}
	case parquet.Unsigned:
		as.Int = func(i int64) exchange.Value {
			switch {
			case n.Kind == parquet.Int32:
				return exchange.NewInteger(int64(uint32(i)))
			case i < 0:
				return exchange.NewDecimal(fmt.Sprint(uint64(i)))
			}
			return exchange.NewInteger(i)
		}
	case parquet.JSON:
		as.Bytes = func(s string) exchange.Value { return parquetJSON(f, s) }
	case parquet.UUID:
		as.Bytes = func(s string) exchange.Value {
			if len(s) != 16 {
				return bytesText(s)
			}
			return exchange.NewText(fmt.Sprintf("%x-%x-%x-%x-%x", s[:4], s[4:6], s[6:8], s[8:10], s[10:]))
		}
	case parquet.Float16:
		as.Bytes = func(s string) exchange.Value { return half(s) }
	case parquet.Interval:
		as.Bytes = interval
	}
	if about.Kind == "decimal" && n.Meaning != parquet.Decimal {
		as.Bytes = decimalText
	}
	if whole := as.Int; about.Unlimited {
		as.Int = func(i int64) exchange.Value {
			if i == math.MaxInt64 {
				return exchange.Unlimited()
			}
			return whole(i)
		}
	}
	return as
}

// float is a number without an exponent, as people write it, where it is neither very large nor very small.
func float(x float64) exchange.Value {
	if a := math.Abs(x); a == 0 || a >= 1e-6 && a < 1e18 {
		return exchange.NewDecimal(strconv.FormatFloat(x, 'f', -1, 64))
	}
	return exchange.NewFloat(x)
}

// bytesText is text, or the bytes as hexadecimal digits when they are none.
func bytesText(s string) exchange.Value {
	if !utf8.ValidString(s) {
		s = fmt.Sprintf("%x", s)
	}
	return exchange.NewText(s)
}

func decimalText(s string) exchange.Value {
	if n, ok := readInteger(s); ok {
		return exchange.NewInteger(n)
	}
	return exchange.NewDecimal(s)
}

// parquetJSON is what JSON says. Few letters can be many values, so they count as unpacked a second time.
func parquetJSON(f *parquet.File, s string) exchange.Value {
	if utf8.ValidString(s) && f.Take(8*int64(len(s))) == nil {
		j := &jsonText{text: s}
		if v, err := j.value(0, true); err == nil && j.next() == 0 && j.at == len(s) {
			return v
		}
	}
	return bytesText(s)
}

// counted is the time so many units after 1970.
func counted(n int64, unit parquet.Unit) time.Time {
	switch unit {
	case parquet.Millis:
		return time.UnixMilli(n).UTC()
	case parquet.Micros:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(0, n).UTC()
}

// wallTime is t, to the 100 nanoseconds that values hold. Times outside the years 1 to 9999 are text.
func wallTime(t time.Time, zone bool) exchange.Value {
	switch y := t.Year(); {
	case y < 1 || y > 9999:
		return exchange.NewText(t.Format("2006-01-02T15:04:05"))
	case zone:
		return exchange.NewTime(t)
	}
	return exchange.NewZonelessTime(t)
}

// julian is a time as nanoseconds of a day and the day's number, which begins in 4713 BC.
func julian(s string) exchange.Value {
	var nanos, day int64
	for i := 7; i >= 0; i-- {
		nanos = nanos<<8 | int64(s[i])
	}
	for i := 11; i >= 8; i-- {
		day = day<<8 | int64(s[i])
	}
	const of1970 = 2440588
	return wallTime(time.Unix((day-of1970)*86400, nanos).UTC(), false)
}

// signed reads a number whose highest byte is first.
func signed(s string) *big.Int {
	n := new(big.Int).SetBytes([]byte(s))
	if s != "" && s[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(s))))
	}
	return n
}

// pointed puts the point before the last digits of a whole number.
func pointed(n *big.Int, scale int32) exchange.Value {
	if n.BitLen() > 4096 || scale < 0 || scale > 1000 {
		return exchange.NewText(fmt.Sprintf("%x", n.Bytes()[:min(16, len(n.Bytes()))])) // more than any program writes
	}
	digits := new(big.Int).Abs(n).String()
	if short := int(scale) + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	if scale > 0 {
		at := len(digits) - int(scale)
		digits = digits[:at] + "." + digits[at:]
	}
	if n.Sign() < 0 {
		digits = "-" + digits
	}
	return exchange.NewDecimal(digits)
}

// half is a number with a point of 16 bits.
func half(s string) exchange.Value {
	if len(s) != 2 {
		return bytesText(s)
	}
	bits := uint32(s[0]) | uint32(s[1])<<8
	sign, exponent, fraction := 1.0, int(bits>>10&31), float64(bits&1023)
	if bits>>15 == 1 {
		sign = -1
	}
	switch exponent {
	case 0:
		return exchange.NewFloat(sign * fraction / (1 << 24))
	case 31:
		if fraction != 0 {
			return exchange.NewFloat(math.NaN())
		}
		return exchange.NewFloat(math.Inf(int(sign)))
	}
	return exchange.NewFloat(math.Ldexp(sign*(1+fraction/1024), exponent-15))
}

// interval is a duration, or text when it has months, which have no length.
func interval(s string) exchange.Value {
	if len(s) != 12 {
		return bytesText(s)
	}
	var of [3]int64
	for i := range of {
		for j := 3; j >= 0; j-- {
			of[i] = of[i]<<8 | int64(s[4*i+j])
		}
	}
	ticks := of[1]*dayTicks + of[2]*1e4
	if of[0] == 0 {
		return exchange.NewDuration(ticks)
	}
	text := fmt.Sprintf("%d months", of[0])
	if ticks != 0 {
		text += " and " + exchange.NewDuration(ticks).Text()
	}
	return exchange.NewText(text)
}
