package export

import (
	"math"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

const (
	dayTicks     = 86400 * exchange.TicksPerSecond
	epochTicks   = 693593 * dayTicks // of 1899-12-30, the day 0 of a sheet
	firstTicks   = 693654 * dayTicks // of 1900-03-01: before it programs count the days differently
	mostDecimals = 30                // that a number format shows
	since1904    = 1462              // days from day 0 to that of old workbooks from a Mac
)

// numberFormat is what a cell's number format tells of its value.
type numberFormat struct {
	kind     exchange.Kind // None when it tells nothing
	decimals int           // of Decimal
	zone     bool          // of Time: it says its offset
	offset   int16         // in minutes
	clock    bool          // of Time: no day, only a time of day
}

// builtinFormats are the number formats that a workbook names only by number.
var builtinFormats = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
	19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 49: "@",
	27: "yyyy", 30: "m/d/yy", 36: "yyyy", 50: "yyyy", 57: "yyyy",
}

// readFormat reads a number format, such as `#,##0.00" GB"` or `yyyy-mm-dd hh:mm:ss"Z"`.
func readFormat(code string) numberFormat {
	if code == formatList {
		return numberFormat{kind: exchange.List}
	}
	var plain, literal strings.Builder
	elapsed := false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				end = len(code) - i - 1
			}
			literal.WriteString(code[i+1 : i+1+end])
			i += end + 1
		case '\\', '_', '*':
			if i++; i < len(code) && c == '\\' {
				literal.WriteByte(code[i])
			}
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				end = len(code) - i - 1
			}
			switch strings.ToLower(strings.Trim(code[i:i+end], "[")) {
			case "h", "hh", "m", "mm", "s", "ss":
				elapsed = true
			}
			i += end
		default:
			plain.WriteByte(c)
		}
	}
	low := strings.ToLower(plain.String())
	switch {
	case elapsed:
		return numberFormat{kind: exchange.Duration}
	case strings.Contains(literal.String(), "GB"):
		return numberFormat{kind: exchange.Size}
	case strings.Contains(low, "general") || low == "":
		return numberFormat{}
	case low == "@":
		return numberFormat{kind: exchange.Text}
	case strings.ContainsAny(low, "ymdhs"):
		f := numberFormat{kind: exchange.Time, clock: !strings.ContainsAny(low, "yd") && strings.ContainsAny(low, "hs")}
		f.offset, f.zone = readOffset(literal.String())
		return f
	}
	first, _, _ := strings.Cut(low, ";")
	if strings.ContainsAny(first, "%e/") {
		return numberFormat{}
	}
	if whole, part, ok := strings.Cut(first, "."); ok && strings.HasSuffix(whole, "0") {
		return numberFormat{kind: exchange.Decimal, decimals: len(part) - len(strings.TrimLeft(part, "0"))}
	}
	if strings.HasSuffix(first, "0") {
		return numberFormat{kind: exchange.Integer}
	}
	return numberFormat{}
}

// readOffset reads the Z, +02:00 or -05:30 that a time's format ends in.
func readOffset(literal string) (minutes int16, ok bool) {
	if strings.HasSuffix(literal, "Z") {
		return 0, true
	}
	if len(literal) < 6 {
		return 0, false
	}
	t, err := time.Parse("Z07:00", literal[len(literal)-6:])
	if err != nil {
		return 0, false
	}
	_, seconds := t.Zone()
	return int16(seconds / 60), true
}

// number reads a number of a sheet as its format tells; ok is false when it is none.
func (f numberFormat) number(digits string, from1904 bool) (v exchange.Value, ok bool) {
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return exchange.Value{}, false
	}
	switch f.kind {
	case exchange.Size:
		if n *= 1 << 30; n >= 0 && n < 1<<62 {
			return exchange.NewSize(int64(math.Round(n))), true
		}
		n /= 1 << 30
	case exchange.Duration:
		if math.Abs(n) < 1e7 {
			return exchange.NewDuration(int64(math.Round(n * dayTicks))), true
		}
	case exchange.Time:
		if f.clock && n >= 0 && n < 1 {
			return exchange.NewDuration(int64(math.Round(n*86400e3)) * 1e4), true
		}
		if from1904 {
			n += since1904
		}
		if n >= 0 && n < 2958466 {
			ticks := int64(math.Round(n*86400e3))*1e4 + epochTicks
			return exchange.NewTicks(ticks-int64(f.offset)*60*exchange.TicksPerSecond, f.offset, f.zone), true
		}
	case exchange.Decimal:
		if fixed := strconv.FormatFloat(n, 'f', min(f.decimals, mostDecimals), 64); f.decimals > 0 {
			if back, err := strconv.ParseFloat(fixed, 64); err == nil && back == n {
				return exchange.NewDecimal(fixed), true
			}
		}
	}
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return exchange.NewInteger(int64(n)), true
	}
	return exchange.NewFloat(n), true
}

// text reads what stands as text in a cell, because a number could not hold it, or because it is text.
func (f numberFormat) text(s string) exchange.Value {
	switch f.kind {
	case exchange.Size:
		if v, ok := readSize(s); ok {
			return v
		}
	case exchange.Integer:
		if n, ok := readInteger(s); ok {
			return exchange.NewInteger(n)
		}
	case exchange.Decimal:
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return exchange.NewDecimal(s)
		}
	case exchange.Duration:
		if n, ok := exchange.ParseDuration(s); ok {
			return exchange.NewDuration(n)
		}
	case exchange.Time:
		if v, ok := readTime(s); ok {
			return v
		}
	case exchange.List:
		parts := strings.Split(s, "; ")
		list := make([]exchange.Value, len(parts))
		for i, p := range parts {
			list[i] = exchange.NewText(p)
		}
		return exchange.NewList(list)
	}
	return exchange.NewText(s)
}
