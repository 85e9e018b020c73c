package results

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
)

func TestWhatIsInAColumn(t *testing.T) {
	day := func(d int) exchange.Value {
		return exchange.NewTime(time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC))
	}
	s := tableOf(t,
		rec("Team", "red", "Size", size(0), "Seen", day(1), "Hold", exchange.NewFlag(true), "Same", whole(4), "Void", none),
		rec("Team", "blue", "Size", size(100), "Seen", day(11), "Hold", none, "Same", whole(4), "Void", ""),
		rec("Team", "blue", "Size", exchange.Unlimited(), "Seen", day(1), "Hold", exchange.NewFlag(false), "Same", whole(4)),
		rec("Team", "Émile", "Size", size(9), "Seen", none, "Hold", exchange.NewFlag(false), "Same", whole(4)),
		rec("Team", "", "Size", size(10), "Seen", day(6), "Hold", exchange.NewFlag(false), "Same", whole(4)))
	table, err := Describe(context.Background(), arrange(t, s, Query{}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Team|text|1|3|blue|red|blue (2); red (1); Émile (1)|",
		"Size|size|0|5|0 B (0 bytes)|Unlimited|0 B (0 bytes) (1); 100 B (100 bytes) (1); Unlimited (1); 9 B (9 bytes) (1); 10 B (10 bytes) (1)|2; 1; 0; 0; 0; 0; 0; 0; 0; 1",
		"Seen|time|1|3|2026-01-01T00:00:00Z|2026-01-11T00:00:00Z|2026-01-01T00:00:00Z (2); 2026-01-11T00:00:00Z (1); 2026-01-06T00:00:00Z (1)|2; 0; 0; 0; 0; 1; 0; 0; 0; 1",
		"Hold|flag|1|2|False|True|False (3); True (1)|",
		"Same|integer|0|1|4|4|4 (5)|",
		"Void|none|5|0||||",
	}
	if diff := cmp.Diff(want, shownTexts(All(table.Snapshot()))); diff != "" {
		t.Error(diff)
	}
	// Of the rows and columns that a view has, and of groups.
	for want, q := range map[string]Query{
		"Size|size|0|2|100 B (100 bytes)|Unlimited|100 B (100 bytes) (1); Unlimited (1)|": {Columns: []string{"Size"}, Filter: is("Team", Equal, "blue")},
		"Count|integer|0|2|1|2|1 (3); 2 (1)|3; 0; 0; 0; 0; 0; 0; 0; 0; 1":                 {Columns: []string{"Count"}, Group: Group{Columns: []string{"Team"}}},
		"Size|size|0|0||||": {Columns: []string{"Size"}, Filter: is("Team", Equal, "nobody")},
	} {
		table, err := Describe(context.Background(), arrange(t, s, q))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{want}, shownTexts(All(table.Snapshot()))); diff != "" {
			t.Error(diff)
		}
	}
	p, err := arrange(t, s, Query{}).Profile(context.Background(), 0, 1)
	if err != nil || p.Rows != 5 || len(p.Top) != 1 || p.Top[0].Value.Text() != "blue" || p.Top[0].Count != 2 {
		t.Errorf("%+v %v", p, err)
	}
	if p, err = arrange(t, s, Query{}).Profile(context.Background(), 99, 1); err != nil || p.Distinct != 0 {
		t.Errorf("%+v %v", p, err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = Describe(ended, arrange(t, s, Query{})); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The parts of a profile add up to its rows.
func TestProfilesAddUp(t *testing.T) {
	s := inventMailboxes(2000).Snapshot()
	v := All(s)
	for col, c := range v.Columns() {
		p, err := v.Profile(context.Background(), col, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		sum, last := p.Empty, 1<<20
		for _, one := range p.Top {
			sum += one.Count
			if one.Count > last {
				t.Errorf("%s: %v is more common than the one before it", c.Name, one)
			}
			last = one.Count
		}
		if sum != s.Len() || len(p.Top) != p.Distinct {
			t.Errorf("%s: %d cells of %d, %d values of %d", c.Name, sum, s.Len(), len(p.Top), p.Distinct)
		}
		unlimited := 0
		for _, one := range p.Top {
			if one.Value.IsUnlimited() {
				unlimited = one.Count
			}
		}
		parts := 0
		for _, n := range p.Histogram {
			parts += n
		}
		if p.Histogram != nil && parts+unlimited+p.Empty != s.Len() {
			t.Errorf("%s: the parts %v hold %d of %d", c.Name, p.Histogram, parts, s.Len())
		}
	}
}
