package cmdlets

import (
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// date reads a date and perhaps a time: ISO always; 31-12-2026, 31/12/2026, 12/31/2026 and 31.12.2026 in
// the person's order; "31 Dec 2026" and "Dec 31, 2026" in English and Dutch. A time stands after it as
// 14:02, 14:02:30 or 2:02 PM.
func (r reader) date(t string) (exchange.Value, *fieldFault) {
	if v, ok := withZone(t); ok {
		return v, nil
	}
	day, clock := splitClock(t)
	hour, min, sec, ok := readClock(clock)
	if !ok {
		return exchange.Value{}, fault(CodeNotDate, "text", t)
	}
	y, m, d, f := r.day(day)
	if f != nil {
		f.args = append([]string{"text", t}, f.args...)
		return exchange.Value{}, f
	}
	if !realDay(y, m, d) {
		return exchange.Value{}, fault(CodeNotDate, "text", t)
	}
	if r.zone == nil {
		return exchange.NewZonelessTime(time.Date(y, time.Month(m), d, hour, min, sec, 0, time.UTC)), nil
	}
	return exchange.NewTime(time.Date(y, time.Month(m), d, hour, min, sec, 0, r.zone)), nil
}

func withZone(t string) (exchange.Value, bool) {
	at, err := time.Parse(time.RFC3339Nano, strings.Replace(t, " ", "T", 1))
	if err != nil || at.Year() < 1 {
		return exchange.Value{}, false
	}
	return exchange.NewTime(at), true
}

// splitClock cuts the time off the end of a date.
func splitClock(t string) (day, clock string) {
	colon := strings.IndexByte(t, ':')
	if colon < 0 {
		return trimBlank(t), ""
	}
	start := strings.LastIndexAny(t[:colon], " ,T\t\u00a0")
	if start < 0 {
		return "", t
	}
	return strings.Trim(t[:start], " ,\t\u00a0"), strings.Trim(t[start+1:], " \t\u00a0\u202f")
}

func readClock(c string) (hour, min, sec int, ok bool) {
	if c == "" {
		return 0, 0, 0, true
	}
	c = strings.ToLower(strings.NewReplacer(".", "", "\u202f", " ", "\u00a0", " ").Replace(c))
	half := ""
	if strings.HasSuffix(c, "am") || strings.HasSuffix(c, "pm") {
		half, c = c[len(c)-2:], strings.TrimSpace(c[:len(c)-2])
	}
	parts := strings.Split(c, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, 0, 0, false
	}
	n := [3]int{}
	for i, p := range parts {
		v, good := smallNumber(p, 2)
		if !good {
			return 0, 0, 0, false
		}
		n[i] = v
	}
	if half != "" {
		if n[0] < 1 || n[0] > 12 {
			return 0, 0, 0, false
		}
		n[0] %= 12
		if half == "pm" {
			n[0] += 12
		}
	}
	return n[0], n[1], n[2], n[0] < 24 && n[1] < 60 && n[2] < 60
}

var months = map[string]int{
	"jan": 1, "feb": 2, "mar": 3, "mrt": 3, "maa": 3, "apr": 4, "may": 5, "mei": 5, "jun": 6, "jul": 7,
	"aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12,
}

func (r reader) day(t string) (y, m, d int, f *fieldFault) {
	parts := strings.FieldsFunc(t, func(c rune) bool { return strings.ContainsRune("-/., \t\u00a0", c) })
	if len(parts) != 3 {
		return 0, 0, 0, fault(CodeNotDate)
	}
	for i, p := range parts {
		m, word := monthName(p)
		if !word {
			continue
		}
		rest := append(append([]string{}, parts[:i]...), parts[i+1:]...)
		d, ok1 := smallNumber(rest[0], 2)
		y, ok2 := year(rest[1])
		if !ok1 || !ok2 {
			return 0, 0, 0, fault(CodeNotDate)
		}
		return y, m, d, nil
	}
	if y, ok := year(parts[0]); ok {
		m, ok1 := smallNumber(parts[1], 2)
		d, ok2 := smallNumber(parts[2], 2)
		if !ok1 || !ok2 {
			return 0, 0, 0, fault(CodeNotDate)
		}
		return y, m, d, nil
	}
	a, ok1 := smallNumber(parts[0], 2)
	b, ok2 := smallNumber(parts[1], 2)
	y, ok3 := year(parts[2])
	if !ok1 || !ok2 || !ok3 {
		return 0, 0, 0, fault(CodeNotDate)
	}
	switch order := r.dateOrder(); {
	case order == dayFirst, order == eitherWay && a > 12, order == eitherWay && a == b:
		return y, b, a, nil
	case order == monthFirst, order == eitherWay && b > 12:
		return y, a, b, nil
	}
	return 0, 0, 0, fault(CodeDateTwoWays, "one", isoDay(y, b, a), "other", isoDay(y, a, b))
}

type dateOrder int

const (
	eitherWay dateOrder = iota
	dayFirst
	monthFirst
)

// dateOrder tells which comes first. "en" alone is written both ways in the world.
func (r reader) dateOrder() dateOrder {
	locale := strings.ReplaceAll(r.locale, "_", "-")
	switch {
	case locale == "" || strings.EqualFold(locale, "en"):
		return eitherWay
	case strings.EqualFold(locale, "en-US"):
		return monthFirst
	}
	return dayFirst
}

func monthName(p string) (int, bool) {
	p = strings.ToLower(p)
	if len(p) < 3 {
		return 0, false
	}
	m, ok := months[p[:3]]
	return m, ok
}

func year(p string) (int, bool) {
	if len(p) != 4 {
		return 0, false
	}
	y, ok := smallNumber(p, 4)
	return y, ok && y >= 1601 // the first year Windows can write
}

func smallNumber(p string, most int) (int, bool) {
	if len(p) > most || !allDigits(p) {
		return 0, false
	}
	n, err := strconv.Atoi(p)
	return n, err == nil
}

func realDay(y, m, d int) bool {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t.Year() == y && int(t.Month()) == m && t.Day() == d
}

func isoDay(y, m, d int) string {
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Format("2006-01-02")
}
