package results

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tenantry/core/exchange"
)

func compared(t testing.TB, before, after Snapshot, key ...string) Comparison {
	t.Helper()
	c, err := Compare(context.Background(), before, after, key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// said shows a comparison: its headings, then its rows.
func said(c Comparison) []string {
	heads := ""
	for i, col := range c.Table.Snapshot().Columns() {
		if i > 0 {
			heads += "|"
		}
		heads += col.Name
	}
	return append([]string{heads}, shownTexts(All(c.Table.Snapshot()))...)
}

func TestWhatChangedBetweenTwoTables(t *testing.T) {
	before := tableOf(t,
		rec("Name", "anna", "Mail", "anna@c.example", "Quota", size(1024), "Office", "Utrecht"),
		rec("Name", "bert", "Mail", "bert@c.example", "Quota", size(5), "Office", none),
		rec("Name", "carl", "Mail", "carl@c.example", "Quota", exchange.Unlimited(), "Office", "Zwolle"),
		rec("Name", "eva", "Mail", "eva@c.example", "Quota", none, "Office", none))
	after := tableOf(t,
		rec("mail", "dora@c.example", "name", "dora", "quota", whole(7), "office", ""),
		rec("mail", "CARL@c.example", "name", "Carl", "quota", whole(9), "office", "Zwolle"),
		rec("mail", "eva@c.example", "name", "eva", "quota", size(3), "office", ""),
		rec("mail", "anna@c.example", "name", "anna", "quota", whole(1024), "office", "Utrecht"))
	c := compared(t, before, after, "mail")
	want := []string{
		"Change|mail|Changed|name before|name after|quota before|quota after|office",
		"added|dora@c.example|||dora||7|",
		"changed|CARL@c.example|name; quota|carl|Carl|Unlimited|9|Zwolle",
		"changed|eva@c.example|quota|eva|eva||3 B (3 bytes)|",
		"removed|bert@c.example||bert||5 B (5 bytes)||",
	}
	if diff := cmp.Diff(want, said(c)); diff != "" {
		t.Error(diff)
	}
	if c.Added != 1 || c.Removed != 1 || c.Changed != 2 || c.Same != 1 || c.Repeats != nil || c.OnlyBefore != nil || c.OnlyAfter != nil {
		t.Errorf("%+v", c)
	}
	v := arrange(t, c.Table.Snapshot(), Query{Filter: Filter{Column: "Changed", Op: Equal, Value: "Name"}})
	if v.Len() != 1 || v.Cell(0, 1).Text() != "CARL@c.example" {
		t.Errorf("changed names: %v", shownTexts(v))
	}
}

// The same thing kept in another way is no change; a difference of any kind is one.
func TestWhatCountsAsAChange(t *testing.T) {
	text, list := exchange.NewText, func(vs ...exchange.Value) exchange.Value { return exchange.NewList(vs) }
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	nested := func(n int64) exchange.Value { return exchange.NewNested("", rec("A", whole(n), "B", text("x"))) }
	for _, test := range []struct {
		a, b exchange.Value
		same bool
	}{
		{none, text(""), true}, {none, list(), true}, {none, text("x"), false}, {none, whole(0), false},
		{text("x"), text("x"), true}, {text("x"), text("X"), false},
		{size(1024), whole(1024), true}, {size(1024), whole(1025), false}, {size(1024), text("1 KB"), true},
		{size(1024), text("1 KB (1,024 bytes)"), true}, {size(1024), text("2 KB"), false}, {size(1024), text("much"), false},
		{exchange.Unlimited(), exchange.Unlimited(), true}, {exchange.Unlimited(), text("unlimited"), true},
		{exchange.Unlimited(), whole(1<<63 - 1), false}, {exchange.Unlimited(), text("8191 PB"), false},
		{whole(2), exchange.NewDecimal("2.0"), true}, {whole(2), exchange.NewDecimal("2.01"), false}, {whole(2), text("2"), true},
		{exchange.NewDecimal("0.10"), exchange.NewDecimal("0.1"), true}, {exchange.NewDecimal("0.10"), text("0.1"), true},
		{exchange.NewFlag(true), text("true"), true}, {exchange.NewFlag(true), text("False"), false}, {exchange.NewFlag(true), exchange.NewFlag(false), false},
		{exchange.NewDuration(864000000000), text("1.00:00:00"), true}, {exchange.NewDuration(1), exchange.NewDuration(2), false},
		{exchange.NewDuration(1), whole(1), false},
		{exchange.NewTime(noon), exchange.NewTime(noon.In(time.FixedZone("", 3600))), true}, {exchange.NewTime(noon), exchange.NewTime(noon.Add(1000)), false},
		{exchange.NewTime(noon), exchange.NewZonelessTime(noon), false}, {exchange.NewTime(noon), text("2026-01-02T13:00:00+01:00"), true},
		{exchange.NewZonelessTime(noon), text("2026-01-02T12:00:00"), true}, {exchange.NewZonelessTime(noon), text("2026-01-02T12:00:00Z"), false},
		{list(text("a")), text("a"), true}, {list(text("a"), text("b")), text("a; b"), true}, {list(text("a"), text("b")), list(text("b"), text("a")), false},
		{list(text("a"), text("b")), list(text("a")), false}, {list(whole(1), size(1024)), list(size(1), whole(1024)), true},
		{nested(1), nested(1), true}, {nested(1), nested(2), false}, {exchange.NewNested("one", rec("A", whole(1), "B", text("x"))), nested(1), true}, {nested(1), text("A=1, B=x"), true},
	} {
		for _, pair := range [][2]exchange.Value{{test.a, test.b}, {test.b, test.a}} {
			c := compared(t, tableOf(t, rec("K", "k", "V", pair[0])), tableOf(t, rec("K", "k", "V", pair[1])), "K")
			if got := c.Same == 1; got != test.same || c.Same+c.Changed != 1 {
				t.Errorf("%v (%s) and %v (%s): same is %v", pair[0], KindName(pair[0].Kind()), pair[1], KindName(pair[1].Kind()), got)
			}
		}
	}
}

func TestKeys(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, pair := range [][2]exchange.Value{
		{size(1024), whole(1024)}, {whole(2), exchange.NewDecimal("2.0")}, {whole(2), exchange.NewText("2")}, {exchange.NewText("ÉVA"), exchange.NewText("éva")},
		{exchange.NewTime(noon), exchange.NewTime(noon.In(time.FixedZone("", 7200)))}, {none, exchange.NewText("")}, {exchange.Unlimited(), exchange.NewText("unlimited")},
		{exchange.NewFlag(true), exchange.NewText("true")},
	} {
		if c := compared(t, tableOf(t, rec("K", pair[0])), tableOf(t, rec("K", pair[1])), "K"); c.Same != 1 {
			t.Errorf("%v and %v are not one key: %v", pair[0], pair[1], said(c))
		}
	}
	// Parts of a key do not run into each other.
	two := compared(t, tableOf(t, rec("A", "x", "B", "yz")), tableOf(t, rec("A", "xy", "B", "z")), "A", "b", "a")
	if diff := cmp.Diff([]string{"Change|A|B|Changed", "added|xy|z|", "removed|x|yz|"}, said(two)); diff != "" {
		t.Error(diff)
	}
	// Rows that share a key are compared in turn, and told of.
	info := func(title string, rows ...exchange.Record) Snapshot {
		table := NewTable(RunInfo{Title: title})
		if err := table.Append("", rows); err != nil {
			t.Fatal(err)
		}
		return table.Snapshot()
	}
	c := compared(t, info("old.csv", rec("K", "a", "V", "1"), rec("K", "A", "V", "2"), rec("K", "a", "V", "3")),
		info("new.csv", rec("K", "a", "V", "1"), rec("K", "a", "V", "9"), rec("K", "", "V", "7"), rec("K", none, "V", "8")), "K")
	if diff := cmp.Diff([]string{"Change|K|Changed|V before|V after", "changed|a|V|2|9", "added||||7", "added||||8", "removed|a||3|"}, said(c)); diff != "" {
		t.Error(diff)
	}
	var told []map[string]string
	for _, p := range c.Repeats {
		if p.Code != CodeKeyRepeats {
			t.Error(p.Code)
		}
		told = append(told, p.Args)
	}
	if diff := cmp.Diff([]map[string]string{{"column": "K", "file": "old.csv", "n": "2", "value": "A"}, {"column": "K", "file": "new.csv", "n": "2", "value": "a"}}, told); diff != "" {
		t.Error(diff)
	}
	_, err := Compare(context.Background(), info("old.csv", rec("Name", "a")), info("new.csv", rec("Nam", "a")), []string{"Name"})
	var p *exchange.Problem
	if !errors.As(err, &p) || p.Code != CodeUnknownColumn || p.Args["file"] != "new.csv" || p.Args["near"] != "Nam" {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = Compare(ended, two.Table.Snapshot(), two.Table.Snapshot(), []string{"A"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestColumnsOfAComparison(t *testing.T) {
	// Names that are taken, and columns that only one table has.
	c := compared(t, tableOf(t, rec("Change", "k", "V", "1", "V after", "x", "Old", "o"), rec("Change", "r", "V", "1", "V after", "x", "Old", "p")),
		tableOf(t, rec("Change", "k", "V", "2", "V after", "x", "New", "n")), "Change")
	want := []string{"Change|Change (2)|Changed|V before|V after|V after (2)|New|Old", "changed|k|V|1|2|x|n|o", "removed|r||1||x||p"}
	if diff := cmp.Diff(want, said(c)); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(c.OnlyBefore, []string{"Old"}) || !slices.Equal(c.OnlyAfter, []string{"New"}) {
		t.Errorf("only before %q, only after %q", c.OnlyBefore, c.OnlyAfter)
	}
	// A table without rows cannot tell its columns, so nothing is said of them.
	some := tableOf(t, rec("K", "a", "V", "1"))
	c = compared(t, Snapshot{}, some, "k")
	if diff := cmp.Diff([]string{"Change|K|Changed|V", "added|a||1"}, said(c)); diff != "" || c.OnlyAfter != nil {
		t.Error(diff, c.OnlyAfter)
	}
	c = compared(t, some, Snapshot{}, "k")
	if diff := cmp.Diff([]string{"Change|K|Changed|V", "removed|a||1"}, said(c)); diff != "" || c.OnlyBefore != nil {
		t.Error(diff, c.OnlyBefore)
	}
	if c = compared(t, Snapshot{}, Snapshot{}, "k"); c.Table.Len() != 0 {
		t.Error(said(c))
	}
}

// Whatever the tables, each row is counted once, and the other way round added is removed.
func TestComparisonsCountEveryRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) Snapshot {
			table := NewTable(RunInfo{})
			for range rapid.IntRange(0, 12).Draw(t, label) {
				key, value := rapid.IntRange(0, 6).Draw(t, "key"), rapid.IntRange(0, 2).Draw(t, "value")
				if err := table.Append("", []exchange.Record{rec("K", whole(int64(key)), "V", fmt.Sprint(value))}); err != nil {
					t.Fatal(err)
				}
			}
			return table.Snapshot()
		}
		a, b := draw("before"), draw("after")
		there, err := Compare(context.Background(), a, b, []string{"K"})
		if err != nil {
			t.Fatal(err)
		}
		back, err := Compare(context.Background(), b, a, []string{"K"})
		if err != nil {
			t.Fatal(err)
		}
		if there.Added+there.Changed+there.Same != b.Len() || there.Removed+there.Changed+there.Same != a.Len() ||
			there.Added+there.Removed+there.Changed != there.Table.Len() {
			t.Fatalf("%d rows and %d: %+v", a.Len(), b.Len(), there)
		}
		if there.Added != back.Removed || there.Removed != back.Added || there.Changed != back.Changed || there.Same != back.Same {
			t.Fatalf("there %+v, back %+v", there, back)
		}
		self, err := Compare(context.Background(), a, a, []string{"K"})
		if err != nil || self.Same != a.Len() || self.Table.Len() != 0 {
			t.Fatalf("with itself: %+v, %v", self, err)
		}
	})
}
