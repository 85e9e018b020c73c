package exchange

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseText recognises the forms in which Exchange writes sizes, durations and "Unlimited" as plain text,
// and returns the typed Value. Any other text stays Text as it is.
//
// The forms are narrow on purpose, because names and notes pass through here too: a size must carry its
// count of bytes, "1.5 GB (1,610,612,736 bytes)"; a duration must be .NET's "[-][d.]hh:mm:ss[.fffffff]".
func ParseText(s string) Value {
	// Most texts are told by their length or first letter, without a call.
	if len(s) < 8 || !startsForm[s[0]] {
		return NewText(s)
	}
	return parseForm(s)
}

// startsForm marks the bytes with which a text may start that is more than a text.
var startsForm = func() (t [256]bool) {
	for _, c := range "-0123456789U" {
		t[c] = true
	}
	return t
}()

func parseForm(s string) Value {
	if len(s) > 64 {
		return NewText(s)
	}
	switch last := s[len(s)-1]; {
	case last == ')':
		if n, ok := ParseSize(s); ok {
			return NewSize(n)
		}
	case last == 'd':
		if s == "Unlimited" {
			return Unlimited()
		}
	case last >= '0' && last <= '9':
		if n, ok := ParseDuration(s); ok {
			return NewDuration(n)
		}
	}
	return NewText(s)
}

// ParseSize reads Exchange's form of a size, "1.5 GB (1,610,612,736 bytes)", and returns its bytes.
// The count in brackets decides; whatever separates its thousands is skipped.
func ParseSize(s string) (int64, bool) {
	rest, ok := strings.CutSuffix(s, " bytes)")
	if !ok {
		return 0, false
	}
	open := strings.LastIndexByte(rest, '(')
	if open < 2 || rest[open-1] != ' ' || rest[0] < '0' || rest[0] > '9' {
		return 0, false
	}
	var n int64
	digits := 0
	for _, r := range rest[open+1:] {
		switch {
		case r >= '0' && r <= '9':
			if n > (math.MaxInt64-9)/10 {
				return 0, false
			}
			n = n*10 + int64(r-'0')
			digits++
		case r == ',' || r == '.' || r == '\'' || unicode.IsSpace(r): // thousands, in one culture or another
		default:
			return 0, false
		}
	}
	return n, digits > 0
}

// FormatSize writes bytes as Exchange does: "1.5 GB (1,610,612,736 bytes)".
func FormatSize(bytes int64) string { return string(appendSize(make([]byte, 0, 64), bytes)) }

func appendSize(b []byte, bytes int64) []byte {
	units := [...]string{"B", "KB", "MB", "GB", "TB", "PB"}
	f, u := float64(bytes), 0
	for math.Abs(f) >= 1024 && u < len(units)-1 {
		f /= 1024
		u++
	}
	if bytes >= 0 && bytes < 1<<53 {
		b = appendSignificant(b, uint64(bytes), uint(10*u))
	} else {
		b = strconv.AppendFloat(b, significant(f), 'f', -1, 64)
	}
	b = append(b, ' ')
	b = append(b, units[u]...)
	b = append(b, " ("...)
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], bytes, 10)
	if bytes < 0 {
		b = append(b, '-')
		text = text[1:]
	}
	for i, d := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, d)
	}
	return append(b, " bytes)"...)
}

// appendSignificant appends n >> shift, which is less than 1,024, as significant rounds it. n is below 1<<53.
func appendSignificant(b []byte, n uint64, shift uint) []byte {
	whole := n >> shift
	scale, places := uint64(1), 0
	for limit := uint64(1000); whole < limit && limit > 1 && shift > 0; limit /= 10 {
		scale *= 10
		places++
	}
	scaled := n * scale
	q, rest, half := scaled>>shift, scaled&(1<<shift-1), uint64(1)<<shift>>1
	if rest > half || rest == half && q&1 == 1 && shift > 0 {
		q++
	}
	b = strconv.AppendUint(b, q/scale, 10)
	if part := q % scale; part > 0 {
		b = append(b, '.')
		for part > 0 {
			scale /= 10
			b = append(b, byte('0'+part/scale))
			part %= scale
		}
	}
	return b
}

// significant rounds to four significant digits, which is how Exchange writes the part before the bracket.
func significant(f float64) float64 {
	g, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 4, 64), 64)
	if err != nil {
		return f
	}
	return g
}

// ParseDuration reads .NET's constant form "[-][d.]hh:mm:ss[.fffffff]" and returns ticks.
func ParseDuration(s string) (int64, bool) {
	neg := strings.HasPrefix(s, "-")
	if neg {
		s = s[1:]
	}
	colon := strings.IndexByte(s, ':')
	if colon < 2 || len(s) < colon+6 || s[colon+3] != ':' {
		return 0, false
	}
	var days int64
	hours := s[:colon]
	if dot := strings.IndexByte(hours, '.'); dot >= 0 {
		d, ok := number(hours[:dot], 8)
		if !ok {
			return 0, false
		}
		days, hours = d, hours[dot+1:]
	}
	if len(hours) != 2 {
		return 0, false
	}
	h, ok1 := number(hours, 2)
	m, ok2 := number(s[colon+1:colon+3], 2)
	sec, ok3 := number(s[colon+4:colon+6], 2)
	if !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || sec > 59 {
		return 0, false
	}
	var frac int64
	if rest := s[colon+6:]; rest != "" {
		if rest[0] != '.' || len(rest) < 2 || len(rest) > 8 {
			return 0, false
		}
		f, ok := number(rest[1:], 7)
		if !ok {
			return 0, false
		}
		for range 8 - len(rest) {
			f *= 10
		}
		frac = f
	}
	if days > math.MaxInt64/(86400*TicksPerSecond)-1 {
		return 0, false
	}
	ticks := ((days*24+h)*60+m)*60*TicksPerSecond + sec*TicksPerSecond + frac
	if neg {
		ticks = -ticks
	}
	return ticks, true
}

// FormatDuration writes ticks in .NET's constant form, "90.00:00:00".
func FormatDuration(ticks int64) string { return string(appendDuration(make([]byte, 0, 32), ticks)) }

func appendDuration(b []byte, ticks int64) []byte {
	u := uint64(ticks)
	if ticks < 0 {
		b = append(b, '-')
		u = uint64(-ticks)
	}
	seconds, frac := u/TicksPerSecond, u%TicksPerSecond
	if days := seconds / 86400; days > 0 {
		b = strconv.AppendUint(b, days, 10)
		b = append(b, '.')
	}
	two := func(n uint64) { b = append(b, byte('0'+n/10), byte('0'+n%10)) }
	two(seconds / 3600 % 24)
	b = append(b, ':')
	two(seconds / 60 % 60)
	b = append(b, ':')
	two(seconds % 60)
	if frac > 0 {
		b = append(b, '.')
		for unit := uint64(TicksPerSecond / 10); unit > 0; unit /= 10 {
			b = append(b, byte('0'+frac/unit%10))
		}
	}
	return b
}

func number(s string, most int) (int64, bool) {
	if s == "" || len(s) > most {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, true
}

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

// compareFold compares without regard to case, rune by rune and without allocating; equal-but-for-case
// texts are equal. The table sorts by the user's language instead; this is for everything else.
func compareFold(a, b string) int {
	for a != "" && b != "" {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if ra != rb {
			ra, rb = unicode.ToLower(ra), unicode.ToLower(rb)
			if ra != rb {
				if ra < rb {
					return -1
				}
				return 1
			}
		}
		a, b = a[na:], b[nb:]
	}
	return compareFlags(a != "", b != "")
}
