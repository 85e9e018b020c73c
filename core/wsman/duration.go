package wsman

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// formatDuration writes an xs:duration in seconds, as WS-Management clients do: PT20S, PT0.500S.
func formatDuration(d time.Duration) string {
	if d%time.Second == 0 {
		return "PT" + strconv.FormatInt(int64(d/time.Second), 10) + "S"
	}
	return "PT" + strconv.FormatFloat(d.Seconds(), 'f', 3, 64) + "S"
}

// formatShellDuration writes seconds with three digits, as Windows does in a Shell: PT7200.000S.
func formatShellDuration(d time.Duration) string {
	return "PT" + strconv.FormatFloat(d.Seconds(), 'f', 3, 64) + "S"
}

// formatRunTime writes an age as Windows does: P0DT0H0M9S.
func formatRunTime(d time.Duration) string {
	s := int64(d / time.Second)
	return "P" + strconv.FormatInt(s/86400, 10) + "DT" + strconv.FormatInt(s/3600%24, 10) + "H" +
		strconv.FormatInt(s/60%60, 10) + "M" + strconv.FormatInt(s%60, 10) + "S"
}

// parseDuration reads an xs:duration (XML Schema part 2, 3.2.6). Years and months, whose length varies, count
// 365 and 30 days. A duration beyond time.Duration becomes the longest one.
func parseDuration(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	s, negative := strings.CutPrefix(s, "-")
	s, ok := strings.CutPrefix(s, "P")
	if !ok || s == "" {
		return 0, false
	}
	total, inTime, units := 0.0, false, 0
	for s != "" {
		if rest, isT := strings.CutPrefix(s, "T"); isT && !inTime {
			s, inTime = rest, true
			continue
		}
		i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if i <= 0 {
			return 0, false
		}
		n, err := strconv.ParseFloat(s[:i], 64)
		seconds := unitSeconds(s[i], inTime)
		if err != nil || seconds == 0 {
			return 0, false
		}
		total += n * seconds
		s = s[i+1:]
		units++
	}
	if units == 0 {
		return 0, false
	}
	d := time.Duration(math.MaxInt64)
	if ns := math.Round(total * 1e9); ns < math.MaxInt64 {
		d = time.Duration(ns)
	}
	if negative {
		d = -d
	}
	return d, true
}

func unitSeconds(unit byte, inTime bool) float64 {
	switch {
	case inTime && unit == 'S':
		return 1
	case inTime && unit == 'M':
		return 60
	case inTime && unit == 'H':
		return 3600
	case !inTime && unit == 'D':
		return 86400
	case !inTime && unit == 'M':
		return 30 * 86400
	case !inTime && unit == 'Y':
		return 365 * 86400
	}
	return 0
}
