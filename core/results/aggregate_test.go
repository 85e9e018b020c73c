package results

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
)

func TestWhatAGroupWorksOut(t *testing.T) {
	day := func(d int) exchange.Value {
		return exchange.NewTime(time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC))
	}
	ticks, yes, no := exchange.NewDuration, exchange.NewFlag(true), exchange.NewFlag(false)
	s := tableOf(t,
		rec("D", "a", "N", whole(1), "S", size(3), "P", exchange.NewDecimal("0.10"), "Q", size(5), "L", ticks(3), "T", day(3), "F", no, "X", "émile"),
		rec("D", "a", "N", whole(2), "S", size(4), "P", exchange.NewDecimal("0.25"), "Q", exchange.Unlimited(), "L", ticks(-8), "T", day(1), "F", yes, "X", "Zoë"),
		rec("D", "a", "N", whole(2), "S", none, "P", none, "Q", none, "L", none, "T", none, "F", no, "X", ""),
		rec("D", "b", "N", none, "S", size(9), "P", whole(2), "Q", size(7), "L", ticks(1), "T", day(2), "F", none, "X", "fred"))
	all := []string{"N", "S", "P", "Q", "L", "T", "F", "X"}
	for _, test := range []struct {
		g    Group
		want []string
	}{
		{Group{Averages: []string{"n", "S", "P", "Q", "L"}}, []string{"a|3|1.666667|4 B (4 bytes)|0.175|Unlimited|-00:00:00.0000003", "b|1||9 B (9 bytes)|2|7 B (7 bytes)|00:00:00.0000001"}},
		{Group{Mins: all}, []string{
			"a|3|1|3 B (3 bytes)|0.10|5 B (5 bytes)|-00:00:00.0000008|2026-01-01T00:00:00Z|False|émile",
			"b|1||9 B (9 bytes)|2|7 B (7 bytes)|00:00:00.0000001|2026-01-02T00:00:00Z||fred"}},
		{Group{Maxs: all}, []string{
			"a|3|2|4 B (4 bytes)|0.25|Unlimited|00:00:00.0000003|2026-01-03T00:00:00Z|True|Zoë",
			"b|1||9 B (9 bytes)|2|7 B (7 bytes)|00:00:00.0000001|2026-01-02T00:00:00Z||fred"}},
		{Group{Distincts: all}, []string{"a|3|2|2|2|2|2|2|2|2", "b|1|0|1|1|1|1|1|0|1"}},
		{Group{Sums: []string{"N"}, Averages: []string{"N"}, Mins: []string{"N"}, Maxs: []string{"N"}, Distincts: []string{"N"}}, []string{"a|3|5|1.666667|1|2|2", "b|1|0||||0"}},
	} {
		test.g.Columns = []string{"D"}
		v := arrange(t, s, Query{Group: test.g})
		if diff := cmp.Diff(test.want, shownTexts(v)); diff != "" {
			t.Errorf("%+v: %s", test.g, diff)
		}
		for _, c := range v.Columns()[2:] {
			if c.Of == "" || c.Name != RoleName(c.Role, c.Of) || c.Role < Sum {
				t.Errorf("column %+v", c)
			}
		}
		text, err := json.Marshal(test.g)
		var back Group
		if err != nil || json.Unmarshal(text, &back) != nil || !reflect.DeepEqual(back, test.g) || back.IsZero() {
			t.Errorf("%s is read back as %+v", text, back)
		}
	}

	// Of some rows only, without columns to group by, and sorted by what was worked out.
	v := arrange(t, s, Query{Filter: Filter{Column: "X", Op: IsNotEmpty}, Group: Group{Averages: []string{"N"}, Distincts: []string{"D"}, Maxs: []string{"X"}}})
	if diff := cmp.Diff([]string{"3|1.5|Zoë|2"}, shownTexts(v)); diff != "" {
		t.Error(diff)
	}
	v = arrange(t, s, Query{Group: Group{Columns: []string{"D"}, Maxs: []string{"S"}}, Sort: []SortKey{{"S", true}}, Columns: []string{"D", "Max of S"}})
	if diff := cmp.Diff([]string{"b|9 B (9 bytes)", "a|4 B (4 bytes)"}, shownTexts(v)); diff != "" {
		t.Error(diff)
	}
	if v = arrange(t, Snapshot{}, Query{Group: Group{Columns: []string{"D"}, Averages: []string{"N"}, Mins: []string{"N"}}}); v.Len() != 0 || len(v.Columns()) != 4 {
		t.Errorf("of no rows: %v", v.Columns())
	}
	for code, g := range map[exchange.Code]Group{CodeNoSum: {Averages: []string{"X"}}, CodeUnknownColumn: {Mins: []string{"Y"}}} {
		if _, err := Arrange(context.Background(), s, Query{Group: g}); exchange.CodeOf(err) != code {
			t.Errorf("%+v: %v", g, err)
		}
		if err := Check(s, Query{Group: g}); exchange.CodeOf(err) != code {
			t.Errorf("checked %+v: %v", g, err)
		}
	}
	// Lists are one value each, and an empty one is none.
	lists := tableOf(t, rec("V", exchange.NewList([]exchange.Value{whole(1)})), rec("V", exchange.NewList(nil)), rec("V", exchange.NewList([]exchange.Value{whole(1)})))
	if v = arrange(t, lists, Query{Group: Group{Distincts: []string{"V"}, Mins: []string{"V"}}}); shownTexts(v)[0] != "3|1|1" {
		t.Error(shownTexts(v))
	}
}

func TestWhatAGroupWorksOutAgainstLookingAtEveryCell(t *testing.T) {
	s := inventMailboxes(3000).Snapshot()
	by, _ := s.Column("Department")
	for _, name := range []string{"ItemCount", "DisplayName", "TotalItemSize", "LastLogonTime", "LitigationHoldEnabled"} {
		col, ok := s.Column(name)
		if !ok {
			t.Fatalf("no column %s", name)
		}
		order := newOrder("")
		less := func(a, b exchange.Value) bool {
			if a.Kind() == exchange.Text && b.Kind() == exchange.Text {
				return order.compare(a.Text(), b.Text()) < 0
			}
			return a.Compare(b) < 0
		}
		low, high, distinct := map[string]exchange.Value{}, map[string]exchange.Value{}, map[string]map[string]bool{}
		for r := range s.Len() {
			key, v := s.Cell(RowID(r), by).Text(), s.Cell(RowID(r), col)
			if v.IsNone() {
				continue
			}
			if l, ok := low[key]; !ok || less(v, l) {
				low[key] = v
			}
			if h, ok := high[key]; !ok || less(h, v) {
				high[key] = v
			}
			if distinct[key] == nil {
				distinct[key] = map[string]bool{}
			}
			distinct[key][v.Text()] = true
		}
		v := arrange(t, s, Query{Group: Group{Columns: []string{"Department"}, Mins: []string{name}, Maxs: []string{name}, Distincts: []string{name}}})
		for r := range v.Len() {
			key := v.Cell(r, 0).Text()
			if v.Cell(r, 2).Text() != low[key].Text() || v.Cell(r, 3).Text() != high[key].Text() || int(v.Cell(r, 4).Int()) != len(distinct[key]) {
				t.Errorf("%s of %q: %v, by hand %v, %v and %d", name, key, v.Record(r), low[key], high[key], len(distinct[key]))
			}
		}
	}
}
