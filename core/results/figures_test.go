package results

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tenantry/core/exchange"
)

func figures(t *testing.T, v View, column string, spans ...[2]int) string {
	t.Helper()
	col, ok := findColumn(v.Columns(), column)
	if !ok {
		t.Fatalf("no column %s", column)
	}
	f, err := v.Figures(context.Background(), col, spans)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d/%d sum %s avg %s min %s max %s", f.Filled, f.Rows, f.Sum.Text(), f.Average.Text(), f.Min.Text(), f.Max.Text())
}

func TestFiguresOfASelection(t *testing.T) {
	day := func(d int) exchange.Value {
		return exchange.NewTime(time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC))
	}
	s := tableOf(t,
		rec("Name", "b", "Size", size(10), "Items", whole(3), "Price", exchange.NewDecimal("0.10"), "Seen", day(3), "Big", whole(math.MaxInt64-1), "Span", exchange.NewDuration(2*exchange.TicksPerSecond)),
		rec("Name", "a", "Size", size(20), "Items", none, "Price", exchange.NewDecimal("0.20"), "Seen", day(1), "Big", whole(math.MaxInt64-1), "Span", exchange.NewDuration(4*exchange.TicksPerSecond)),
		rec("Name", "", "Size", exchange.Unlimited(), "Items", whole(4), "Price", exchange.NewDecimal("0.10"), "Seen", none, "Big", whole(2), "Span", none),
		rec("Name", "c", "Size", size(3), "Items", whole(-7), "Price", whole(1), "Seen", day(2), "Big", none, "Span", none))
	v := arrange(t, s, Query{})
	all := [2]int{0, 4}
	for _, c := range []struct {
		column string
		spans  [][2]int
		want   string
	}{
		{"Size", [][2]int{{0, 2}, {3, 4}}, "3/3 sum 33 B (33 bytes) avg 11 B (11 bytes) min 3 B (3 bytes) max 20 B (20 bytes)"},
		{"Size", [][2]int{all}, "4/4 sum Unlimited avg Unlimited min 3 B (3 bytes) max Unlimited"},
		{"Items", [][2]int{all}, "3/4 sum 0 avg 0 min -7 max 4"},
		{"Price", [][2]int{all}, "4/4 sum 1.40 avg 0.35 min 0.10 max 1"},
		{"Seen", [][2]int{all}, "3/4 sum  avg  min 2026-01-01T00:00:00Z max 2026-01-03T00:00:00Z"},
		{"Big", [][2]int{all}, "3/4 sum 18446744073709551614 avg 6148914691236517204.666667 min 2 max 9223372036854775806"},
		{"Span", [][2]int{all}, "2/4 sum 00:00:06 avg 00:00:03 min 00:00:02 max 00:00:04"},
		{"Name", [][2]int{all}, "3/4 sum  avg  min  max "},
		{"Size", [][2]int{{-5, 1}, {3, 99}}, "2/2 sum 13 B (13 bytes) avg 7 B (7 bytes) min 3 B (3 bytes) max 10 B (10 bytes)"},
		{"Size", nil, "0/0 sum  avg  min  max "},
	} {
		if got := figures(t, v, c.column, c.spans...); got != c.want {
			t.Errorf("%s over %v: %s, want %s", c.column, c.spans, got, c.want)
		}
	}
	// Rows are those of the view, in its order; of groups, the groups.
	v = arrange(t, s, Query{Sort: []SortKey{{Column: "Name"}}})
	if got, want := figures(t, v, "Size", [2]int{0, 2}), "2/2 sum 30 B (30 bytes) avg 15 B (15 bytes) min 10 B (10 bytes) max 20 B (20 bytes)"; got != want {
		t.Errorf("sorted: %s, want %s", got, want)
	}
	v = arrange(t, s, Query{Group: Group{Columns: []string{"Name"}}})
	if got, want := figures(t, v, CountColumn, all), "4/4 sum 4 avg 1 min 1 max 1"; got != want {
		t.Errorf("of groups: %s, want %s", got, want)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := v.Figures(ended, 0, [][2]int{all}); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that was stopped ends with %v", err)
	}
}

func TestHowManyCellsAreFilled(t *testing.T) {
	s := tableOf(t, rec("A", "x", "B", none, "C", whole(1)), rec("A", "", "C", none), rec("A", "y", "D", exchange.NewList(nil)))
	got := map[string]int{}
	for i, c := range s.Columns() {
		n, err := s.Filled(context.Background(), i)
		if err != nil {
			t.Fatal(err)
		}
		got[c.Name] = n
	}
	if diff := cmp.Diff(map[string]int{"A": 2, "B": 0, "C": 1, "D": 0}, got); diff != "" {
		t.Error(diff)
	}
}

// TestABinFiltersWhatItCounts makes columns of every type that has bins and asks each bin for its rows.
func TestABinFiltersWhatItCounts(t *testing.T) {
	zones := []*time.Location{time.UTC, time.FixedZone("east", 5*3600+1800), time.FixedZone("west", -9*3600)}
	if ams, err := time.LoadLocation("Europe/Amsterdam"); err == nil {
		zones = append(zones, ams)
	}
	rapid.Check(t, func(r *rapid.T) {
		kind := rapid.IntRange(0, 6).Draw(r, "kind")
		spread := rapid.SampledFrom([]int64{1, 9, 100, 5_000, 1 << 20, 1 << 40, 1 << 55}).Draw(r, "spread")
		from := rapid.Int64Range(-spread, spread).Draw(r, "from")
		var rows []exchange.Record
		for range rapid.IntRange(1, 60).Draw(r, "rows") {
			n := from + rapid.Int64Range(0, spread).Draw(r, "n")
			var v exchange.Value
			switch kind {
			case 0:
				v = exchange.NewInteger(n)
			case 1:
				v = exchange.NewSize(n)
				if n%7 == 0 {
					v = exchange.Unlimited()
				}
			case 2:
				v = exchange.NewDuration(n)
			case 3:
				v = exchange.NewDecimal(fmt.Sprintf("%d.%03d", n, max(n, -n)%1000))
			case 4:
				v = exchange.NewTicks(630_000_000_000_000_000+n, int16(n%600), true)
			case 5:
				v = exchange.NewTicks(630_000_000_000_000_000+n, 0, false)
			case 6:
				if v = exchange.NewInteger(n); n%3 == 0 {
					v = exchange.NewSize(n)
				}
			}
			if rapid.IntRange(0, 9).Draw(r, "blank") == 0 {
				v = exchange.Value{}
			}
			rows = append(rows, rec("X", v))
		}
		table := NewTable(RunInfo{})
		if err := table.Append("", rows); err != nil {
			r.Fatal(err)
		}
		zone := rapid.SampledFrom(zones).Draw(r, "zone")
		q := Query{Now: time.Date(2026, 11, 23, 14, 0, 0, 0, zone)}
		view, err := Arrange(context.Background(), table.Snapshot(), q)
		if err != nil {
			r.Fatal(err)
		}
		p, err := view.Profile(context.Background(), 0, 1)
		if err != nil {
			r.Fatal(err)
		}
		if len(p.Bins) > mostBins {
			r.Fatalf("%d bins", len(p.Bins))
		}
		all := 0
		for _, b := range p.Bins {
			all += b.Count
			q.Filter = b.Filter("X")
			in, err := Arrange(context.Background(), table.Snapshot(), q)
			if err != nil || in.Len() != b.Count {
				r.Fatalf("the bin from %s to %s counts %d, its filter %v finds %d, %v", b.From.Text(), b.To.Text(), b.Count, q.Filter, in.Len(), err)
			}
		}
		unlimited := 0
		for i := range table.Len() {
			if table.Snapshot().Cell(RowID(i), 0).IsUnlimited() {
				unlimited++
			}
		}
		if p.Bins != nil && all+unlimited+p.Empty != p.Rows {
			r.Fatalf("%d rows: %d in bins, %d unlimited, %d empty", p.Rows, all, unlimited, p.Empty)
		}
		if (p.Bins == nil) != (p.Histogram == nil) {
			r.Fatalf("a histogram of %v, bins %v", p.Histogram, p.Bins)
		}
	})
}

func TestBinsHaveRoundBorders(t *testing.T) {
	gb := func(n float64) exchange.Value { return exchange.NewSize(int64(n * (1 << 30))) }
	day := func(y int, m time.Month, d int) exchange.Value {
		return exchange.NewTime(time.Date(y, m, d, 9, 30, 0, 0, time.UTC))
	}
	for _, c := range []struct {
		name   string
		values []exchange.Value
		want   string
	}{
		{"sizes", []exchange.Value{gb(0.5), gb(48), gb(97.3)}, "0 10GB … 100GB"},
		{"small counts", []exchange.Value{whole(0), whole(3)}, "0 1 … 4"},
		{"counts", []exchange.Value{whole(3), whole(987)}, "0 100 … 1000"},
		{"days", []exchange.Value{day(2026, 1, 3), day(2026, 1, 9)}, "2026-01-03 2026-01-04 … 2026-01-10"},
		{"months", []exchange.Value{day(2025, 3, 3), day(2025, 12, 30)}, "2025-03-01 2025-04-01 … 2026-01-01"},
		{"years", []exchange.Value{day(2019, 3, 3), day(2026, 1, 1)}, "2019-01-01 2020-01-01 … 2027-01-01"},
		{"decimals", []exchange.Value{exchange.NewDecimal("0.31"), exchange.NewDecimal("0.98")}, "0.3 0.4 … 1"},
		{"durations", []exchange.Value{exchange.NewDuration(0), exchange.NewDuration(90 * 86400 * exchange.TicksPerSecond)}, "00:00:00 14.00:00:00 … 98.00:00:00"},
	} {
		var list []Common
		for _, v := range c.values {
			list = append(list, Common{Value: v, Count: 1})
		}
		b := bins(list, time.UTC)
		if len(b) < 2 {
			t.Errorf("%s: %d bins", c.name, len(b))
			continue
		}
		if got := fmt.Sprintf("%s %s … %s", b[0].from, b[1].from, b[len(b)-1].to); got != c.want {
			t.Errorf("%s: borders %s, want %s", c.name, got, c.want)
		}
	}
}
