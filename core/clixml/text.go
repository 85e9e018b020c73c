package clixml

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// CLIXML strings are UTF-16 in origin and can hold what XML cannot: control characters, and halves of a
// surrogate pair standing alone. MS-PSRP 2.2.5.3.2 writes those code units as _xHHHH_, and an underscore
// before an x as _x005F_. In Go such a half is kept as the three bytes that UTF-8 would give it (ED A0 80 to
// ED BF BF, known as WTF-8), which range and utf8 report as invalid; it is written out as it came in.

// appendUnit appends one UTF-16 code unit, joining a high and a low surrogate.
func appendUnit(dst []byte, u uint16) []byte {
	if u < 0xD800 || u > 0xDFFF {
		return utf8.AppendRune(dst, rune(u))
	}
	if n := len(dst); u >= 0xDC00 && n >= 3 {
		if high, ok := surrogateAt(dst[n-3:]); ok && high < 0xDC00 {
			return utf8.AppendRune(dst[:n-3], rune(high-0xD800)<<10|rune(u-0xDC00)+0x10000)
		}
	}
	return append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6)&0x3F, 0x80|byte(u)&0x3F)
}

// surrogateAt tells whether b starts with half a surrogate pair, and which.
func surrogateAt[T []byte | string](b T) (uint16, bool) {
	if len(b) >= 3 && b[0] == 0xED && b[1]&0xE0 == 0xA0 && b[2]&0xC0 == 0x80 {
		return 0xD000 | uint16(b[1]&0x3F)<<6 | uint16(b[2]&0x3F), true
	}
	return 0, false
}

// appendUnescaped appends src with its _xHHHH_ resolved. As in PowerShell, which uses .NET's
// XmlConvert.DecodeName, the x may be upper case, and eight digits give a code point.
func appendUnescaped(dst, src []byte) []byte {
	for {
		// A low half that came as an entity may follow a high half that came as an escape.
		if u, ok := surrogateAt(src); ok {
			dst, src = appendUnit(dst, u), src[3:]
			continue
		}
		i := bytes.IndexByte(src, '_')
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		src = src[i:]
		if len(src) >= 7 && src[1]|0x20 == 'x' {
			if src[6] == '_' {
				if u, ok := hex(src[2:6]); ok {
					dst = appendUnit(dst, uint16(u))
					src = src[7:]
					continue
				}
			} else if len(src) >= 11 && src[10] == '_' {
				if r, ok := hex(src[2:10]); ok && r > 0xFFFF && r <= utf8.MaxRune {
					dst = utf8.AppendRune(dst, rune(r))
					src = src[11:]
					continue
				}
			}
		}
		dst = append(dst, '_')
		src = src[1:]
	}
}

func hex(digits []byte) (n uint32, ok bool) {
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | uint32(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n = n<<4 | uint32(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// appendEntity appends what the entity at the start of src stands for and tells how long it is, 0 for one
// that XML does not know.
func appendEntity(dst, src []byte) ([]byte, int) {
	const longest = 16 // leading zeros included
	end := bytes.IndexByte(src[:min(len(src), longest)], ';')
	if end < 2 {
		return dst, 0
	}
	switch body := src[1:end]; string(body) {
	case "lt":
		dst = append(dst, '<')
	case "gt":
		dst = append(dst, '>')
	case "amp":
		dst = append(dst, '&')
	case "quot":
		dst = append(dst, '"')
	case "apos":
		dst = append(dst, '\'')
	default:
		if body[0] != '#' {
			return dst, 0
		}
		digits, base := string(body[1:]), 10
		if len(body) > 1 && body[1] == 'x' {
			digits, base = string(body[2:]), 16
		}
		r, err := strconv.ParseUint(digits, base, 32)
		if err != nil || r > utf8.MaxRune {
			return dst, 0
		}
		if r <= 0xFFFF {
			dst = appendUnit(dst, uint16(r)) // also a half of a pair, which PowerShell lets pass
		} else {
			dst = utf8.AppendRune(dst, rune(r))
		}
	}
	return dst, end + 1
}

// escapes marks the bytes that appendText cannot copy: markup, controls, underscore, and the first bytes of
// what may be a control (C2), half a pair (ED), a non-character (EF) or beyond UTF-16's single units (F0 up)
// or no UTF-8 at all.
var escapes = func() (t [256]bool) {
	for c := range t {
		switch {
		case c < 0x20, c == '&', c == '<', c == '>', c == '_', c == '"', c == 0x7F:
			t[c] = true
		case c >= 0x80:
			t[c] = true
		}
	}
	return t
}()

// appendText appends s as the content of an element, or of an attribute in double quotes, the way
// PowerShell writes it: what .NET calls a control or surrogate character as _xHHHH_. Bytes of s that are not
// UTF-8 become U+FFFD.
func appendText(dst []byte, s string, attribute bool) []byte {
	plain := 0
	for i := 0; i < len(s); {
		c := s[i]
		if !escapes[c] {
			i++
			continue
		}
		if c >= 0x80 {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				dst = append(dst, s[plain:i]...)
				if u, ok := surrogateAt(s[i:]); ok {
					dst = appendUnitEscape(dst, u)
					n = 3
				} else {
					dst = append(dst, "\uFFFD"...)
				}
			case r <= 0x9F, r == 0xFFFE, r == 0xFFFF:
				dst = append(dst, s[plain:i]...)
				dst = appendUnitEscape(dst, uint16(r))
			case r > 0xFFFF:
				dst = append(dst, s[plain:i]...)
				dst = appendUnitEscape(dst, uint16(0xD800+(r-0x10000)>>10))
				dst = appendUnitEscape(dst, uint16(0xDC00+(r-0x10000)&0x3FF))
			default:
				i += n
				continue
			}
			i += n
			plain = i
			continue
		}
		var as string
		switch c {
		case '&':
			as = "&amp;"
		case '<':
			as = "&lt;"
		case '>':
			as = "&gt;"
		case '"':
			if attribute {
				as = "&quot;"
			}
		case '_':
			if i+1 < len(s) && s[i+1]|0x20 == 'x' {
				as = "_x005F_"
			}
		default:
			dst = append(dst, s[plain:i]...)
			dst = appendUnitEscape(dst, uint16(c))
			i++
			plain = i
			continue
		}
		if as != "" {
			dst = append(dst, s[plain:i]...)
			dst = append(dst, as...)
			plain = i + 1
		}
		i++
	}
	return append(dst, s[plain:]...)
}

func appendUnitEscape(dst []byte, u uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '_', 'x', digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15], '_')
}
