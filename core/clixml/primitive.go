package clixml

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
)

// primitive makes the Value of one primitive from the text of its element. Whitespace around anything but a
// text does not count.
func primitive(kind Kind, text string) (Value, bool) {
	switch kind {
	case String, URI, XMLDocument, ScriptBlock:
		return textValue(kind, text), true
	case Bytes:
		return parseBase64(text)
	}
	if n := len(text); n > 0 && (isSpace(text[0]) || isSpace(text[n-1])) {
		text = strings.Trim(text, " \t\r\n")
	}
	switch kind {
	case Bool:
		switch text {
		case "true", "1", "True":
			return Value{kind: Bool, bits: 1}, true
		case "false", "0", "False":
			return Value{kind: Bool}, true
		}
	case Char, Byte, UInt16, UInt32, UInt64:
		n, ok := parseUint(text)
		return Value{kind: kind, bits: n}, ok && n <= maxOf(kind)
	case SByte, Int16, Int32, Int64:
		return parseInt(kind, text)
	case Single, Double:
		return parseFloat(kind, text)
	case DateTime:
		return parseDateTime(text)
	case Duration:
		return parseDuration(text)
	case GUID:
		return parseGUID(text)
	case Decimal:
		return textValue(Decimal, text), isDecimal(text)
	case Version, SecureString:
		return textValue(kind, text), true
	case Null:
		return Value{}, true
	}
	return Value{}, false
}

// maxOf is the largest number an integer kind holds.
func maxOf(kind Kind) uint64 {
	switch kind {
	case Byte:
		return math.MaxUint8
	case SByte:
		return math.MaxInt8
	case Char, UInt16:
		return math.MaxUint16
	case Int16:
		return math.MaxInt16
	case UInt32:
		return math.MaxUint32
	case Int32:
		return math.MaxInt32
	case Int64:
		return math.MaxInt64
	}
	return math.MaxUint64
}

func parseUint(s string) (n uint64, ok bool) {
	if len(s) > 1 && s[0] == '+' {
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 19 {
		n, err := strconv.ParseUint(s, 10, 64)
		return n, err == nil
	}
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + uint64(c)
	}
	return n, true
}

func parseInt(kind Kind, s string) (Value, bool) {
	if len(s) > 0 && s[0] == '-' {
		n, ok := parseUint(s[1:])
		return Value{kind: kind, bits: -n}, ok && s[1] != '+' && n <= maxOf(kind)+1
	}
	n, ok := parseUint(s)
	return Value{kind: kind, bits: n}, ok && n <= maxOf(kind)
}

func parseFloat(kind Kind, s string) (Value, bool) {
	switch s {
	case "INF":
		return Value{kind: kind, bits: bitsOf(math.Inf(1))}, true
	case "-INF":
		return Value{kind: kind, bits: bitsOf(math.Inf(-1))}, true
	case "NaN":
		return Value{kind: kind, bits: bitsOf(math.NaN())}, true
	}
	for i := range len(s) {
		// Go would also read 0x1p-2, 1_000 and Infinity.
		if c := s[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c|0x20 != 'e' {
			return Value{}, false
		}
	}
	size := 64
	if kind == Single {
		size = 32
	}
	f, err := strconv.ParseFloat(s, size)
	if err != nil && !math.IsInf(f, 0) {
		return Value{}, false
	}
	return Value{kind: kind, bits: bitsOf(f)}, true // too large is infinite, as .NET reads it
}

// appendFloat writes a number the way .NET's round-trip format does: fixed up to 15 digits (7 for Single),
// otherwise with an exponent.
func appendFloat(dst []byte, kind Kind, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "INF"...)
	case math.IsInf(f, -1):
		return append(dst, "-INF"...)
	}
	size, digits := 64, 1e15
	if kind == Single {
		size, digits = 32, 1e7
	}
	if a := math.Abs(f); a == 0 || a >= 1e-5 && a < digits {
		return strconv.AppendFloat(dst, f, 'f', -1, size)
	}
	return strconv.AppendFloat(dst, f, 'E', -1, size)
}

// isDecimal tells whether s is a number as D holds it, with an exponent allowed.
func isDecimal(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E':
		default:
			return false
		}
	}
	return digits > 0
}

// parseGUID reads a GUID in the forms .NET reads: with dashes, bare, or in braces or parentheses.
func parseGUID(s string) (Value, bool) {
	if n := len(s); n == 38 && (s[0] == '{' && s[n-1] == '}' || s[0] == '(' && s[n-1] == ')') {
		s = s[1 : n-1]
	}
	if len(s) == 32 && !strings.Contains(s, "-") {
		s = s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
	}
	if len(s) != 36 {
		return Value{}, false
	}
	upper := false
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return Value{}, false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		case c >= 'A' && c <= 'F':
			upper = true
		default:
			return Value{}, false
		}
	}
	if upper {
		s = strings.ToLower(s)
	}
	return textValue(GUID, s), true
}

func parseBase64(s string) (Value, bool) {
	if strings.ContainsAny(s, " \t\r\n") {
		s = strings.Map(func(r rune) rune {
			if r < 0x80 && isSpace(byte(r)) {
				return -1
			}
			return r
		}, s)
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return Value{}, false
	}
	return textValue(Bytes, string(raw)), true
}
