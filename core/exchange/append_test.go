package exchange

import (
	"math"
	"math/rand"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sizeByFloat is FormatSize by the rule: four significant digits, rounded as strconv does.
func sizeByFloat(bytes int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	f, u := float64(bytes), 0
	for math.Abs(f) >= 1024 && u < len(units)-1 {
		f /= 1024
		u++
	}
	digits := strconv.FormatInt(bytes, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	groups = append([]string{digits}, groups...)
	return strconv.FormatFloat(significant(f), 'f', -1, 64) + " " + units[u] + " (" + sign + strings.Join(groups, ",") + " bytes)"
}

func TestSizesAreRoundedToFourDigits(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	check := func(bytes int64) {
		if got, want := FormatSize(bytes), sizeByFloat(bytes); got != want {
			t.Fatalf("%d is %q, not %q", bytes, got, want)
		}
	}
	for n := range int64(200_000) {
		check(n)
		check(r.Int63() >> r.Intn(63))
		check(-(r.Int63() >> r.Intn(63)))
	}
	// Halves, and what rounds up to the next power of ten.
	for shift := 10; shift <= 50; shift += 10 {
		for whole := range int64(1024) {
			for _, part := range []int64{0, 1, 1 << shift / 2, 1<<shift - 1, 5 << shift / 100, 5 << shift / 1000, 125 << shift / 1000} {
				check(whole<<shift + part)
			}
		}
	}
	check(math.MaxInt64)
	check(math.MinInt64)
}

func TestAppendTextIsText(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 20_000 {
		n := r.Int63() >> r.Intn(63)
		zone := time.FixedZone("", (r.Intn(1500)-750)*60)
		for _, v := range []Value{NewInteger(-n), NewSize(n), Unlimited(), NewDuration(n), NewDuration(-n), NewTicks(n%3e18, 0, true),
			NewTicks(n%3e18, 0, false), NewTime(time.Unix(n%1e10, n%1e9).In(zone)), NewText("x"), NewFlag(n%2 == 0), NewDecimal("1.50"),
			{}, NewList([]Value{NewInteger(n), NewText("y")})} {
			if got := string(v.AppendText([]byte("> "))); got != "> "+v.Text() {
				t.Fatalf("%q, not %q", got, v.Text())
			}
		}
		want := NewTicks(n%3e18, 0, true)
		if back, err := time.Parse(time.RFC3339Nano, want.Text()); err != nil || !NewTime(back).Same(want) {
			t.Fatalf("%q is %v, %v", want.Text(), back, err)
		}
	}
	for ticks, want := range map[int64]string{0: "00:00:00", 5: "00:00:00.0000005", -86_399 * TicksPerSecond: "-23:59:59", 90*864_000_000_000 + 1_500_000: "90.00:00:00.1500000",
		math.MaxInt64: "10675199.02:48:05.4775807", math.MinInt64: "-10675199.02:48:05.4775808"} {
		if got := NewDuration(ticks).Text(); got != want {
			t.Errorf("%d ticks are %q, not %q", ticks, got, want)
		}
	}
}
