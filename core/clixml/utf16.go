package clixml

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// fromUTF16 returns data in UTF-8 when it starts with the byte-order mark of UTF-16, and data itself
// otherwise. Half a surrogate pair, which UTF-8 cannot hold, becomes the escape CLIXML has for it.
func fromUTF16(data []byte) ([]byte, error) {
	if len(data) < 2 {
		return data, nil
	}
	var order binary.ByteOrder
	switch {
	case data[0] == 0xFF && data[1] == 0xFE:
		order = binary.LittleEndian
	case data[0] == 0xFE && data[1] == 0xFF:
		order = binary.BigEndian
	default:
		return data, nil
	}
	if len(data)%2 != 0 {
		return nil, &Error{Reason: BadEncoding, Offset: len(data) - 1, Detail: "half a UTF-16 code unit"}
	}
	out := make([]byte, 0, len(data)*3/4)
	for p := 2; p < len(data); p += 2 {
		u := order.Uint16(data[p:])
		if !utf16.IsSurrogate(rune(u)) {
			out = utf8.AppendRune(out, rune(u))
			continue
		}
		if p+4 <= len(data) {
			if r := utf16.DecodeRune(rune(u), rune(order.Uint16(data[p+2:]))); r != utf8.RuneError {
				out = utf8.AppendRune(out, r)
				p += 2
				continue
			}
		}
		out = appendUnitEscape(out, u)
	}
	return out, nil
}
