package wording

import (
	"math"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// format is how a locale writes numbers and dates.
type format struct {
	decimal, thousands string
	date               string // Go layout of a date
	hour12             bool
}

func formatOf(locale string) format {
	lang, region, _ := strings.Cut(locale, "-")
	switch {
	case lang == "nl" && region == "BE":
		return format{decimal: ",", thousands: ".", date: "2/01/2006"}
	case lang == "nl":
		return format{decimal: ",", thousands: ".", date: "2-1-2006"}
	case lang == "en" && (region == "" || region == "US"):
		return format{decimal: ".", thousands: ",", date: "Jan 2, 2006", hour12: true}
	case lang == "en":
		return format{decimal: ".", thousands: ",", date: "2 Jan 2006"}
	case lang == "de" || lang == "da" || lang == "nb":
		return format{decimal: ",", thousands: ".", date: "02.01.2006"}
	case lang == "fr" || lang == "sv" || lang == "fi":
		return format{decimal: ",", thousands: "\u00a0", date: "2006-01-02"}
	case lang == "es" || lang == "it" || lang == "pt":
		return format{decimal: ",", thousands: ".", date: "02/01/2006"}
	}
	return format{decimal: ".", thousands: ",", date: "2006-01-02"}
}

// WithISODates returns words that show dates as 2026-12-31 14:02, for people who prefer that.
func (w *Words) WithISODates() *Words {
	c := *w
	c.format.date, c.format.hour12 = "2006-01-02", false
	return &c
}

// Number shows a whole number with its thousands apart: "12,345" or "12.345".
func (w *Words) Number(n int64) string {
	digits := strconv.FormatUint(magnitude(n), 10)
	var b strings.Builder
	if n < 0 {
		b.WriteByte('-')
	}
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(w.format.thousands)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}

// Decimal shows a number with at most so many digits after the mark, zeros at the end left out.
func (w *Words) Decimal(f float64, digits int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return w.written(text)
}

// written puts the locale's marks into plain digits with a point.
func (w *Words) written(text string) string {
	whole, frac, dotted := strings.Cut(text, ".")
	if n, err := strconv.ParseInt(whole, 10, 64); err == nil && whole != "-0" {
		whole = w.Number(n)
	}
	if dotted {
		return whole + w.format.decimal + frac
	}
	return whole
}

// Size shows bytes in the unit that fits, with one digit after the mark: "48.2 GB", "512 KB", "0 B". A unit
// counts 1,024 of the one below, as Exchange's do.
func (w *Words) Size(bytes int64) string {
	f, u := float64(bytes), 0
	units := [...]string{"B", "KB", "MB", "GB", "TB", "PB", "EB"}
	for math.Abs(math.Round(f*10)/10) >= 1024 && u < len(units)-1 {
		f /= 1024
		u++
	}
	if u == 0 {
		return w.Number(bytes) + " B"
	}
	digits := 1
	if math.Abs(f) >= 1000 {
		digits = 0
	}
	return w.written(strings.TrimSuffix(strconv.FormatFloat(f, 'f', digits, 64), ".0")) + " " + units[u]
}

// Date shows the day of t in its own location: "Dec 31, 2026" or "31-12-2026".
func (w *Words) Date(t time.Time) string { return t.Format(w.format.date) }

// DateTime shows day and time of t in its own location: "Dec 31, 2026 2:02 PM" or "31-12-2026 14:02". Give
// it t.Local() for the person's clock.
func (w *Words) DateTime(t time.Time) string { return w.Date(t) + " " + w.Clock(t) }

// Clock shows the time of t: "2:02 PM" or "14:02".
func (w *Words) Clock(t time.Time) string {
	if w.format.hour12 {
		return t.Format("3:04 PM")
	}
	return t.Format("15:04")
}

// Duration shows a span of ticks of 100 nanoseconds in its two largest units: "90 days", "1 day 2 hours",
// "0 seconds". Less than a second shows as fractions of it.
func (w *Words) Duration(ticks int64) string {
	if ticks < 0 {
		return "-" + w.Duration(-max(ticks, -math.MaxInt64))
	}
	seconds := ticks / exchange.TicksPerSecond
	if seconds == 0 && ticks > 0 {
		return w.Text("duration.fraction", "n", w.Decimal(float64(ticks)/exchange.TicksPerSecond, 3))
	}
	units := [...]struct {
		key string
		n   int64
	}{
		{"duration.days", seconds / 86400}, {"duration.hours", seconds / 3600 % 24},
		{"duration.minutes", seconds / 60 % 60}, {"duration.seconds", seconds % 60},
	}
	for i, u := range units {
		if u.n == 0 {
			continue
		}
		text := w.Count(u.key, int(u.n))
		if i+1 < len(units) && units[i+1].n > 0 {
			text += " " + w.Count(units[i+1].key, int(units[i+1].n))
		}
		return text
	}
	return w.Count("duration.seconds", 0)
}

// YesNo shows yes or no.
func (w *Words) YesNo(yes bool) string {
	if yes {
		return w.Text("yes")
	}
	return w.Text("no")
}

// Value shows a cell: sizes, numbers, dates and spans in the person's own way, an instant on the person's
// clock (time.Local), a time without a zone as it was read, lists joined by "; ", nothing for None.
func (w *Words) Value(v exchange.Value) string {
	switch v.Kind() {
	case exchange.Integer:
		return w.Number(v.Int())
	case exchange.Decimal:
		if text := v.Text(); plainDecimal(text) {
			return w.written(text)
		}
		return v.Text()
	case exchange.Size:
		if v.IsUnlimited() {
			return w.Text("unlimited")
		}
		return w.Size(v.Int())
	case exchange.Duration:
		return w.Duration(v.Int())
	case exchange.Time:
		t, zone := v.Instant()
		if zone {
			t = t.Local()
		}
		return w.DateTime(t)
	case exchange.Flag:
		return w.YesNo(v.Flag())
	case exchange.List:
		parts := make([]string, len(v.List()))
		for i, m := range v.List() {
			parts[i] = w.Value(m)
		}
		return strings.Join(parts, "; ")
	}
	return v.Text()
}

func plainDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") <= 1 && s[0] != '.'
}
