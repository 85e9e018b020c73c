package results

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// The values of conditions, as people type them.

// parseSize reads "45GB", "1.5 TB", "1024", "2 KB (2,048 bytes)": units of 1,024, with or without an i and
// in any case. A fraction of a byte is dropped.
func parseSize(s string) (int64, bool) {
	if n, ok := exchange.ParseSize(s); ok {
		return n, true
	}
	end := strings.LastIndexAny(s, "0123456789.") + 1
	digits, unit := s[:end], strings.ToUpper(strings.TrimSpace(s[end:]))
	shift, ok := map[string]uint{"": 0, "B": 0, "BYTES": 0, "K": 10, "KB": 10, "KIB": 10, "M": 20, "MB": 20,
		"MIB": 20, "G": 30, "GB": 30, "GIB": 30, "T": 40, "TB": 40, "TIB": 40, "P": 50, "PB": 50, "PIB": 50}[unit]
	if !ok || !plainNumber(digits) {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(digits)
	if !ok {
		return 0, false
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), shift)))
	n := new(big.Int).Quo(r.Num(), r.Denom())
	return n.Int64(), n.IsInt64()
}

// plainNumber tells whether s is "[-]digits[.digits]", short enough to compute with.
func plainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if s == "" || len(s) > 40 || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	return strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") <= 1
}

// parseSpan reads a span of time: "90d", "1.5h", "2w", "1y", "1d12h", or .NET's "90.00:00:00", in ticks.
// Units are s, m or min, h, d, w, and y for 365 days.
func parseSpan(s string) (int64, bool) {
	if n, ok := exchange.ParseDuration(s); ok {
		return n, true
	}
	rest, neg := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(s, " ", "")), "-")
	if rest == "" {
		return 0, false
	}
	total := 0.0
	for rest != "" {
		i := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if i <= 0 || !plainNumber(rest[:i]) {
			return 0, false
		}
		n, err := strconv.ParseFloat(rest[:i], 64)
		if err != nil {
			return 0, false
		}
		rest = rest[i:]
		j := strings.IndexAny(rest, "0123456789")
		if j < 0 {
			j = len(rest)
		}
		unit, ok := map[string]float64{"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "day": 86400,
			"days": 86400, "w": 7 * 86400, "y": 365 * 86400}[rest[:j]]
		if !ok {
			return 0, false
		}
		total += n * unit * exchange.TicksPerSecond
		rest = rest[j:]
	}
	if total >= math.MaxInt64/2 {
		return 0, false
	}
	if neg {
		total = -total
	}
	return int64(math.Round(total)), true
}

// moment is a time as typed: the half-open range of ticks it covers. "2026-01-01" covers the whole day.
type moment struct {
	from, to         int64 // instants
	wallFrom, wallTo int64 // for times without a zone
}

// parseMoment reads "2026", "2026-01", "2026-01-01", "2026-01-01 14:30", RFC 3339 with or without a zone.
// Without a zone it is read in the given one.
func parseMoment(s string, zone *time.Location) (moment, bool) {
	s = strings.TrimSpace(s)
	for _, f := range []struct {
		layout string
		step   func(time.Time) time.Time
	}{
		{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
		{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
		{"2006-01-02 15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02 15:04:05", tick},
		{"2006-01-02T15:04:05", tick},
	} {
		if t, err := time.ParseInLocation(f.layout, s, zone); err == nil {
			wall, _ := time.Parse(f.layout, s)
			return moment{ticksOf(t), ticksOf(f.step(t)), ticksOf(wall), ticksOf(f.step(wall))}, true
		}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			local := t.In(zone)
			_, offset := local.Zone()
			wall := ticksOf(t) + int64(offset)*exchange.TicksPerSecond
			return moment{ticksOf(t), ticksOf(tick(t)), wall, wall + 1}, true
		}
	}
	return moment{}, false
}

// tick is the end of a time given to the second or finer: a second's fraction was not meant to matter only
// when none was typed, and then the second counts as one moment.
func tick(t time.Time) time.Time { return t.Add(100 * time.Nanosecond) }

func ticksOf(t time.Time) int64 {
	n, _, _, _ := exchange.NewTime(t).Ticks()
	return n
}

// parseFlag reads yes and no as people write them.
func parseFlag(s string) (yes, ok bool) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1", "$true":
		return true, true
	case "false", "no", "off", "0", "$false":
		return false, true
	}
	return false, false
}

// parseNumber reads a whole number, a decimal or Unlimited.
func parseNumber(s string) (exchange.Value, bool) {
	if strings.EqualFold(s, "Unlimited") {
		return exchange.Unlimited(), true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return exchange.NewInteger(n), true
	}
	if plainNumber(s) {
		return exchange.NewDecimal(s), true
	}
	if n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64); err == nil && thousands(s) {
		return exchange.NewInteger(n), true
	}
	return exchange.Value{}, false
}

// thousands tells whether s is written "1,234,567".
func thousands(s string) bool {
	parts := strings.Split(strings.TrimPrefix(s, "-"), ",")
	for i, p := range parts {
		if i == 0 && (p == "" || len(p) > 3) || i > 0 && len(p) != 3 {
			return false
		}
	}
	return true
}
