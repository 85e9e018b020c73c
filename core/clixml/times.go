package clixml

import (
	"math"
	"strconv"
)

// The ticks of .NET's DateTime.MaxValue, and of a day.
const (
	maxDateTicks = 3_155_378_975_999_999_999
	ticksPerDay  = 86_400 * ticksPerSecond
)

// parseDateTime reads an xs:dateTime, as .NET's XmlConvert writes it: 2018-06-13T23:46:12.1316332+02:00 with
// none to seven digits of fraction and Z, an offset or nothing. A date alone is midnight.
func parseDateTime(s string) (Value, bool) {
	v := Value{kind: DateTime}
	year, ok1 := digits(s, 0, 4)
	month, ok2 := digits(s, 5, 2)
	day, ok3 := digits(s, 8, 2)
	if !ok1 || !ok2 || !ok3 || s[4] != '-' || s[7] != '-' || year < 1 || month < 1 || month > 12 || day < 1 ||
		day > daysIn(year, month) {
		return v, false
	}
	ticks := int64(daysBefore(year, month)+day-1) * ticksPerDay
	p := 10
	if p < len(s) && s[p] == 'T' {
		hour, ok1 := digits(s, 11, 2)
		minute, ok2 := digits(s, 14, 2)
		second, ok3 := digits(s, 17, 2)
		if !ok1 || !ok2 || !ok3 || s[13] != ':' || s[16] != ':' || minute > 59 || second > 59 {
			return v, false
		}
		p = 19
		var fraction int64
		if p < len(s) && s[p] == '.' {
			var ok bool
			if fraction, p, ok = fractionTicks(s, p+1); !ok {
				return v, false
			}
		}
		if hour > 24 || hour == 24 && (minute|second != 0 || fraction != 0) {
			return v, false
		}
		ticks += int64(hour*3600+minute*60+second)*ticksPerSecond + fraction
		if ticks > maxDateTicks {
			return v, false
		}
	}
	switch {
	case p == len(s):
	case s[p] == 'Z' && p+1 == len(s):
		v.zone = UTC
	case len(s) == p+6 && (s[p] == '+' || s[p] == '-') && s[p+3] == ':':
		hours, ok1 := digits(s, p+1, 2)
		minutes, ok2 := digits(s, p+4, 2)
		if !ok1 || !ok2 || hours > 14 || minutes > 59 {
			return v, false
		}
		v.zone = Offset
		v.mins = int16(hours*60 + minutes)
		if s[p] == '-' {
			v.mins = -v.mins
		}
		ticks -= int64(v.mins) * 60 * ticksPerSecond
	default:
		return v, false
	}
	v.bits = uint64(ticks)
	return v, true
}

// appendDateTime writes a DateTime as .NET does. A year outside 1 to 9999 becomes the first or last moment
// .NET knows.
func appendDateTime(dst []byte, v Value) []byte {
	ticks := int64(v.bits)
	if v.zone == Offset {
		ticks += int64(v.mins) * 60 * ticksPerSecond
	}
	ticks = min(max(ticks, 0), maxDateTicks)
	days, rest := int(ticks/ticksPerDay), ticks%ticksPerDay
	year := min(days/365+1, 9999)
	for daysBefore(year, 1) > days {
		year--
	}
	month := 12
	for daysBefore(year, month) > days {
		month--
	}
	dst = pad(dst, year, 4)
	dst = pad(append(dst, '-'), month, 2)
	dst = pad(append(dst, '-'), days-daysBefore(year, month)+1, 2)
	seconds := int(rest / ticksPerSecond)
	dst = pad(append(dst, 'T'), seconds/3600, 2)
	dst = pad(append(dst, ':'), seconds/60%60, 2)
	dst = pad(append(dst, ':'), seconds%60, 2)
	dst = appendFraction(dst, rest%ticksPerSecond)
	switch v.zone {
	case UTC:
		dst = append(dst, 'Z')
	case Offset:
		mins, sign := int(v.mins), byte('+')
		if mins < 0 {
			mins, sign = -mins, '-'
		}
		dst = pad(append(dst, sign), mins/60, 2)
		dst = pad(append(dst, ':'), mins%60, 2)
	}
	return dst
}

// parseDuration reads an xs:duration, such as P10675199DT2H48M5.4775807S. A year is 365 days and a month 30,
// as in .NET; a week, which xs:duration has not, is seven days.
func parseDuration(s string) (Value, bool) {
	v := Value{kind: Duration}
	p := 0
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		p++
	}
	if p >= len(s) || s[p] != 'P' {
		return v, false
	}
	p++
	const date, clock = "YMWD", "HMS"
	units, parts := date, 0
	var total uint64 // the largest magnitude is 1<<63
	inClock := false
	for p < len(s) {
		if s[p] == 'T' {
			if inClock || p+1 == len(s) {
				return v, false
			}
			inClock, units = true, clock
			p++
			continue
		}
		var n uint64
		start := p
		for p < len(s) && s[p] >= '0' && s[p] <= '9' {
			if n > math.MaxUint64/10-10 {
				return v, false
			}
			n = n*10 + uint64(s[p]-'0')
			p++
		}
		if p == start {
			return v, false
		}
		var fraction int64
		if p < len(s) && s[p] == '.' {
			var ok bool
			if fraction, p, ok = fractionTicks(s, p+1); !ok || p >= len(s) || s[p] != 'S' {
				return v, false
			}
		}
		if p >= len(s) {
			return v, false
		}
		var each uint64
		for each == 0 {
			if units == "" {
				return v, false
			}
			if units[0] == s[p] {
				each = ticksOf(s[p], inClock)
			}
			units = units[1:]
		}
		p++
		parts++
		if n > (1<<63)/each || n*each+uint64(fraction) > 1<<63-total {
			return v, false
		}
		total += n*each + uint64(fraction)
	}
	if parts == 0 || total == 1<<63 && !negative {
		return v, false
	}
	v.bits = total
	if negative {
		v.bits = -total
	}
	return v, true
}

func ticksOf(unit byte, clock bool) uint64 {
	switch {
	case unit == 'Y':
		return 365 * ticksPerDay
	case unit == 'M' && !clock:
		return 30 * ticksPerDay
	case unit == 'W':
		return 7 * ticksPerDay
	case unit == 'D':
		return ticksPerDay
	case unit == 'H':
		return 3600 * ticksPerSecond
	case unit == 'M':
		return 60 * ticksPerSecond
	}
	return ticksPerSecond
}

// appendDuration writes ticks as .NET does: no part that is zero, PT0S for nothing.
func appendDuration(dst []byte, ticks int64) []byte {
	n := uint64(ticks)
	if ticks < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = append(dst, 'P')
	if n == 0 {
		return append(dst, "T0S"...)
	}
	if days := n / ticksPerDay; days > 0 {
		dst = append(strconv.AppendUint(dst, days, 10), 'D')
	}
	rest := n % ticksPerDay
	if rest == 0 {
		return dst
	}
	dst = append(dst, 'T')
	seconds, fraction := rest/ticksPerSecond, int64(rest%ticksPerSecond)
	if hours := seconds / 3600; hours > 0 {
		dst = append(strconv.AppendUint(dst, hours, 10), 'H')
	}
	if minutes := seconds / 60 % 60; minutes > 0 {
		dst = append(strconv.AppendUint(dst, minutes, 10), 'M')
	}
	if seconds%60 > 0 || fraction > 0 {
		dst = append(appendFraction(strconv.AppendUint(dst, seconds%60, 10), fraction), 'S')
	}
	return dst
}

// fractionTicks reads the digits after a point; what is finer than a tick is cut off.
func fractionTicks(s string, p int) (ticks int64, end int, ok bool) {
	start := p
	for p < len(s) && s[p] >= '0' && s[p] <= '9' {
		if p-start < 7 {
			ticks = ticks*10 + int64(s[p]-'0')
		}
		p++
	}
	for n := p - start; n < 7; n++ {
		ticks *= 10
	}
	return ticks, p, p > start
}

// appendFraction writes a fraction of a second without zeros at its end, and nothing for none.
func appendFraction(dst []byte, ticks int64) []byte {
	if ticks == 0 {
		return dst
	}
	dst = pad(append(dst, '.'), int(ticks), 7)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// digits reads exactly n digits at p.
func digits(s string, p, n int) (value int, ok bool) {
	if len(s) < p+n {
		return 0, false
	}
	for _, c := range []byte(s[p : p+n]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = value*10 + int(c-'0')
	}
	return value, true
}

func pad(dst []byte, n, width int) []byte {
	start := len(dst)
	for range width {
		dst = append(dst, '0')
	}
	for i := start + width - 1; n > 0 && i >= start; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

var daysBeforeMonth = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year, month int) int {
	n := daysBeforeMonth[month] - daysBeforeMonth[month-1]
	if month == 2 && leap(year) {
		n++
	}
	return n
}

// daysBefore counts the days from 0001-01-01 to the first of a month.
func daysBefore(year, month int) int {
	y := year - 1
	n := y*365 + y/4 - y/100 + y/400 + daysBeforeMonth[month-1]
	if month > 2 && leap(year) {
		n++
	}
	return n
}
