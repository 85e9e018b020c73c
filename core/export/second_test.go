package export

import (
	"testing"
	"time"

	"tenantry/core/exchange"
)

// Every day that readSecond reads is the day of the calendar.
func TestSecondsAreThoseOfTheCalendar(t *testing.T) {
	read := 0
	for at := time.Date(1969, 12, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2101; at = at.Add(24*time.Hour + 61*time.Second) {
		text := at.Format(time.RFC3339)
		got, ok := readSecond(text)
		if wanted := at.Year() >= 1970 && at.Year() < 2100 && at.Day() <= 28; ok != wanted {
			t.Fatalf("%s: read is %v", text, ok)
		}
		if ok {
			read++
			if want := exchange.NewTime(at); !got.Same(want) {
				t.Fatalf("%s is read as %v, not %v", text, got, want)
			}
		}
	}
	if read < 40_000 {
		t.Fatalf("%d days were read", read)
	}
	for _, text := range []string{"2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z",
		"2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:0xZ", "2o24-01-01T00:00:00Z", "2024/01/01T00:00:00Z",
		"2024-01-01T00.00:00Z", "2024-01-01T00:00.00Z", "2024-01/01T00:00:00Z"} {
		if v, ok := readSecond(text); ok {
			t.Errorf("%s is read as %v", text, v)
		}
	}
}
