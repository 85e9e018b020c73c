package exchange_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

func TestParseTextRecognisesOnlyExchangesOwnForms(t *testing.T) {
	for _, c := range []struct {
		text string
		kind exchange.Kind
		num  int64
	}{
		{"1.5 GB (1,610,612,736 bytes)", exchange.Size, 1610612736},
		{"1,5 GB (1.610.612.736 bytes)", exchange.Size, 1610612736},
		{"1,5 GB (1 610 612 736 bytes)", exchange.Size, 1610612736},
		{"0 B (0 bytes)", exchange.Size, 0},
		{"Unlimited", exchange.Size, math.MaxInt64},
		{"90.00:00:00", exchange.Duration, 90 * 86400 * exchange.TicksPerSecond},
		{"00:15:00", exchange.Duration, 900 * exchange.TicksPerSecond},
		{"-1.02:03:04.5000000", exchange.Duration, -(93784*exchange.TicksPerSecond + 5_000_000)},
		{"unlimited", exchange.Text, 0},
		{"Unlimited storage", exchange.Text, 0},
		{"about 1.5 GB (1,610 bytes)", exchange.Text, 0},
		{"1.5 GB (many bytes)", exchange.Text, 0},
		{"1.5 GB (99999999999999999999 bytes)", exchange.Text, 0},
		{"12:30", exchange.Text, 0},
		{"24:00:00", exchange.Text, 0},
		{"1.5 GB", exchange.Text, 0},
		{"2026-01-01", exchange.Text, 0},
		{"1.1.1.1:443:00", exchange.Text, 0},
		{"", exchange.Text, 0},
	} {
		v := exchange.ParseText(c.text)
		if v.Kind() != c.kind || (c.kind != exchange.Text && v.Int() != c.num) {
			t.Errorf("%q became kind %d, %d; want kind %d, %d", c.text, v.Kind(), v.Int(), c.kind, c.num)
		}
		if c.kind == exchange.Text && v.Text() != c.text {
			t.Errorf("%q was changed to %q", c.text, v.Text())
		}
	}
}

func TestSizesAndDurationsReadBackAsWritten(t *testing.T) {
	if got := exchange.FormatSize(1610612736); got != "1.5 GB (1,610,612,736 bytes)" {
		t.Error(got)
	}
	if got := exchange.FormatDuration(90 * 86400 * exchange.TicksPerSecond); got != "90.00:00:00" {
		t.Error(got)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, math.MaxInt64/16).Draw(t, "n")
		if back, ok := exchange.ParseSize(exchange.FormatSize(n)); !ok || back != n {
			t.Fatalf("size %d came back as %d, %v", n, back, ok)
		}
		d := rapid.Int64Range(math.MinInt64/4, math.MaxInt64/4).Draw(t, "ticks")
		if back, ok := exchange.ParseDuration(exchange.FormatDuration(d)); !ok || back != d {
			t.Fatalf("%d ticks, written %s, came back as %d, %v", d, exchange.FormatDuration(d), back, ok)
		}
	})
}

func TestCompareOrdersAsUsersExpect(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	rising := [][]exchange.Value{
		{exchange.NewInteger(-3), exchange.NewFloat(0.5), exchange.NewSize(1), exchange.NewInteger(2), exchange.NewDecimal("79228162514264337593543950335"), exchange.Unlimited(), exchange.NewText("")},
		{exchange.NewDecimal("0.1000000000000000000000000001"), exchange.NewDecimal("0.1000000000000000000000000002"), exchange.Value{}},
		{exchange.NewText("Anna"), exchange.NewText("bram"), exchange.NewText("Çelik"), exchange.Value{}},
		{exchange.NewTime(at("2026-01-01T10:00:00+02:00")), exchange.NewTime(at("2026-01-01T09:00:00Z")), exchange.NewZonelessTime(at("2026-01-01T10:00:00Z"))},
		{exchange.NewFlag(false), exchange.NewFlag(true), exchange.NewList(nil)},
		{exchange.NewDuration(-5), exchange.NewDuration(5)},
	}
	for _, group := range rising {
		for i := range group {
			for j := range group {
				want := 0
				if i < j {
					want = -1
				} else if i > j {
					want = 1
				}
				if got := group[i].Compare(group[j]); got != want {
					t.Errorf("%v compared to %v is %d, want %d", group[i], group[j], got, want)
				}
			}
		}
	}
	if exchange.NewText("FINANCE").Compare(exchange.NewText("finance")) != 0 {
		t.Error("case counts")
	}
	if exchange.NewInteger(math.MaxInt64).Compare(exchange.Unlimited()) >= 0 {
		t.Error("the largest number is not below Unlimited")
	}
}

func TestCompareIsAnOrder(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) exchange.Value {
		switch rapid.IntRange(0, 8).Draw(t, "kind") {
		case 0:
			return exchange.NewText(rapid.String().Draw(t, "text"))
		case 1:
			return exchange.NewInteger(rapid.Int64().Draw(t, "n"))
		case 2:
			return exchange.NewFloat(rapid.Float64().Draw(t, "f"))
		case 3:
			return exchange.NewSize(rapid.Int64Min(0).Draw(t, "size"))
		case 4:
			return exchange.Unlimited()
		case 5:
			return exchange.NewDuration(rapid.Int64().Draw(t, "ticks"))
		case 6:
			return exchange.NewTime(time.Unix(rapid.Int64Range(-1e10, 1e10).Draw(t, "unix"), 0))
		case 7:
			return exchange.NewFlag(rapid.Bool().Draw(t, "flag"))
		}
		return exchange.Value{}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := value.Draw(t, "a"), value.Draw(t, "b"), value.Draw(t, "c")
		if a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%v and %v do not mirror", a, b)
		}
		three := []exchange.Value{a, b, c}
		slices.SortFunc(three, exchange.Value.Compare)
		if three[0].Compare(three[1]) > 0 || three[1].Compare(three[2]) > 0 || three[0].Compare(three[2]) > 0 {
			t.Fatalf("no order among %v", three)
		}
	})
}

func TestTimesKeepTheirZone(t *testing.T) {
	moment := time.Date(2026, 3, 1, 14, 2, 3, 123456700, time.FixedZone("", 2*3600))
	v := exchange.NewTime(moment)
	back, zone := v.Instant()
	if !zone || !back.Equal(moment) || v.Text() != "2026-03-01T14:02:03.1234567+02:00" {
		t.Errorf("%v, %v, %s", back, zone, v.Text())
	}
	z := exchange.NewZonelessTime(moment)
	back, zone = z.Instant()
	if zone || back.Hour() != 14 || z.Text() != "2026-03-01T14:02:03.1234567" {
		t.Errorf("%v, %v, %s", back, zone, z.Text())
	}
	never := exchange.NewZonelessTime(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	if never.Text() != "0001-01-01T00:00:00" {
		t.Error(never.Text())
	}
}

func TestAPasswordValueShowsNothing(t *testing.T) {
	v := exchange.NewSecret(secret.New("Pa55"))
	if v.Text() != secret.Hidden || v.String() != secret.Hidden || v.Secret().Reveal() != "Pa55" {
		t.Error(v)
	}
}
