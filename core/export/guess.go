package export

import (
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// guess is the set of types that all cells of a column so far can be.
type guess uint8

// The types, the one that is taken when cells can be several first.
const (
	wholeNumber guess = 1 << iota
	decimalNumber
	sizeText
	flagWord
	spanText
	timeText3339
	seen // some cell had something in it

	anything = wholeNumber | decimalNumber | sizeText | flagWord | spanText | timeText3339
)

// narrow takes away the types that a cell, which is not empty, is not.
func (g guess) narrow(cell string) guess {
	cell = refuse(cell)
	g |= seen
	if g&(wholeNumber|decimalNumber) != 0 && !unlimitedWord(cell) {
		if _, ok := readInteger(cell); !ok {
			g &^= wholeNumber
			if !readDecimal(cell) {
				g &^= decimalNumber
			}
		}
	}
	if g&sizeText != 0 {
		if _, ok := readSize(cell); !ok {
			g &^= sizeText
		}
	}
	if g&flagWord != 0 && !strings.EqualFold(cell, "true") && !strings.EqualFold(cell, "false") {
		g &^= flagWord
	}
	if g&spanText != 0 {
		if _, ok := exchange.ParseDuration(cell); !ok {
			g &^= spanText
		}
	}
	if g&timeText3339 != 0 {
		if _, ok := readTime(cell); !ok {
			g &^= timeText3339
		}
	}
	return g
}

// choice is the one type that cells are read as which can be what g says; 0 for text.
func (g guess) choice() guess {
	if g&seen == 0 {
		return 0
	}
	return g & anything & -(g & anything)
}

// reader reads the cells of a column. Bytes written as whole numbers become sizes where the column's name is
// one that Exchange gives to sizes.
func (g guess) reader(name string) func(string) exchange.Value {
	switch g.choice() {
	case wholeNumber:
		size := sizeName(name)
		return func(s string) exchange.Value {
			n, ok := readInteger(refuse(s))
			switch {
			case !ok:
				return exchange.Unlimited()
			case size:
				return exchange.NewSize(n)
			}
			return exchange.NewInteger(n)
		}
	case decimalNumber:
		return func(s string) exchange.Value {
			s = refuse(s)
			if n, ok := readInteger(s); ok {
				return exchange.NewInteger(n)
			}
			if unlimitedWord(s) {
				return exchange.Unlimited()
			}
			return exchange.NewDecimal(s)
		}
	case sizeText:
		return func(s string) exchange.Value { v, _ := readSize(refuse(s)); return v }
	case flagWord:
		return func(s string) exchange.Value { return exchange.NewFlag(strings.EqualFold(s, "true")) }
	case spanText:
		return func(s string) exchange.Value {
			n, _ := exchange.ParseDuration(refuse(s))
			return exchange.NewDuration(n)
		}
	case timeText3339:
		return func(s string) exchange.Value { v, _ := readTime(refuse(s)); return v }
	}
	return func(s string) exchange.Value { return exchange.NewText(refuse(s)) }
}

func unlimitedWord(s string) bool { return s == "Unlimited" }

// readInteger reads a whole number that is written the one way it can be: "007" and "+31" are names and
// telephone numbers.
func readInteger(s string) (int64, bool) {
	if s == "" || len(s) > 20 {
		return 0, false
	}
	if c := s[0]; c == '+' || c == '0' && len(s) > 1 || c == '-' && (len(s) < 2 || s[1] == '0') {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// readDecimal tells whether s is "12.50" or such, without an exponent or leading zeros.
func readDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, part, ok := strings.Cut(s, ".")
	if !ok || len(s) > 64 || part == "" || whole == "" || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	return strings.Trim(whole, "0123456789") == "" && strings.Trim(part, "0123456789") == ""
}

// readSize reads Exchange's form, "1.5 GB (1,610,612,736 bytes)", and the short one, "1.5 GB".
func readSize(s string) (exchange.Value, bool) {
	if unlimitedWord(s) {
		return exchange.Unlimited(), true
	}
	if n, ok := exchange.ParseSize(s); ok {
		return exchange.NewSize(n), true
	}
	number, unit, ok := strings.Cut(s, " ")
	if !ok || !readDecimal(number) {
		if _, whole := readInteger(number); !ok || !whole || number[0] == '-' {
			return exchange.Value{}, false
		}
	}
	shift := strings.Index("B KBMBGBTB", unit)
	if unit != "B" && (len(unit) != 2 || unit[1] != 'B' || shift < 0 || shift%2 != 0) {
		return exchange.Value{}, false
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f < 0 {
		return exchange.Value{}, false
	}
	if f *= float64(uint64(1) << (5 * max(shift, 0))); f > 1<<62 {
		return exchange.Value{}, false
	}
	return exchange.NewSize(int64(f)), true
}

// readTime reads RFC 3339, its form without a zone (also with a space for the T), and a date alone.
func readTime(s string) (exchange.Value, bool) {
	if len(s) < 10 || len(s) > 33 || s[4] != '-' || s[7] != '-' {
		return exchange.Value{}, false
	}
	if len(s) == 10 {
		t, err := time.Parse(time.DateOnly, s)
		return exchange.NewZonelessTime(t), err == nil && t.Year() > 0
	}
	if len(s) == 20 && s[10] == 'T' && s[19] == 'Z' {
		if v, ok := readSecond(s); ok {
			return v, true
		}
	}
	// Values hold ticks; finer times would not come back as they were.
	if dot := strings.IndexByte(s, '.'); dot >= 0 {
		zone := strings.TrimLeft(s[dot+1:], "0123456789")
		if len(s)-dot-1-len(zone) > 7 {
			return exchange.Value{}, false
		}
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil && s[10] == 'T' {
		if _, offset := t.Zone(); offset%60 == 0 && t.UTC().Year() > 0 {
			return exchange.NewTime(t), true
		}
		return exchange.Value{}, false
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.DateTime} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			return exchange.NewZonelessTime(t), true
		}
	}
	return exchange.Value{}, false
}

// readSecond reads "2006-01-02T15:04:05Z", the form that most times have, of the years from 1970 to 2099 and
// days to the 28th; ok is false for those that need a calendar.
func readSecond(s string) (v exchange.Value, ok bool) {
	if s[4] != '-' || s[7] != '-' || s[13] != ':' || s[16] != ':' {
		return v, false
	}
	bad := false
	two := func(at int) int64 {
		high, low := s[at]-'0', s[at+1]-'0'
		bad = bad || high > 9 || low > 9
		return int64(high)*10 + int64(low)
	}
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if bad || year < 1970 || year > 2099 || month < 1 || month > 12 || day < 1 || day > 28 ||
		hour > 23 || minute > 59 || second > 59 {
		return v, false
	}
	// Counted from March 1968 every fourth year ends in a leap day, up to 2100.
	months := (year-1968)*12 + month - 3
	since := months % 12
	days := months/12*365 + months/48 + (since*153+2)/5 + day - 1
	const start = 718491 // days from 0001-01-01 to 1968-03-01
	return exchange.NewTicks((((start+days)*24+hour)*60+minute)*60*1e7+second*1e7, 0, true), true
}

// sizeName tells whether Exchange calls sizes by this name.
func sizeName(name string) bool {
	low := strings.ToLower(name)
	for _, end := range []string{"quota", "itemsize", "items size", "sendsize", "receivesize", "foldersize",
		"attachmentsize", "messagesize", "itemssize", "subfoldersize"} {
		if strings.HasSuffix(low, end) {
			return true
		}
	}
	return false
}
