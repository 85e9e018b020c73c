package results

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"tenantry/core/exchange"
)

func rec(pairs ...any) exchange.Record {
	var r exchange.Record
	for i := 0; i < len(pairs); i += 2 {
		v, ok := pairs[i+1].(exchange.Value)
		if !ok {
			v = exchange.NewText(pairs[i+1].(string))
		}
		r.Fields = append(r.Fields, exchange.Field{Name: pairs[i].(string), Value: v})
	}
	return r
}

func tableOf(t testing.TB, rows ...exchange.Record) Snapshot {
	t.Helper()
	table := NewTable(RunInfo{})
	if err := table.Append("contoso.example", rows); err != nil {
		t.Fatal(err)
	}
	return table.Snapshot()
}

func arrange(t testing.TB, s Snapshot, q Query) View {
	t.Helper()
	v, err := Arrange(context.Background(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// texts shows a view's cells.
func shownTexts(v View) []string {
	var lines []string
	for r := range v.Len() {
		var cells []string
		for c := range v.Columns() {
			cells = append(cells, v.Cell(r, c).Text())
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return lines
}

var (
	whole = exchange.NewInteger
	size  = exchange.NewSize
	none  = exchange.Value{}
)

func TestColumnsWidenWithoutLosingACell(t *testing.T) {
	zoned := exchange.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)))
	wall := exchange.NewZonelessTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	list := exchange.NewList([]exchange.Value{exchange.NewText("a"), whole(1)})
	nested := exchange.NewNested("shown", rec("A", whole(1)))
	for _, test := range []struct {
		cells []exchange.Value
		want  exchange.Kind
	}{
		{[]exchange.Value{none, exchange.NewText("")}, exchange.None},
		{[]exchange.Value{whole(1), none, whole(-1 << 62)}, exchange.Integer},
		{[]exchange.Value{exchange.Unlimited()}, exchange.Size},
		{[]exchange.Value{exchange.Unlimited(), whole(5), exchange.Unlimited()}, exchange.Integer},
		{[]exchange.Value{whole(5), exchange.Unlimited(), none}, exchange.Integer},
		{[]exchange.Value{whole(5), size(7), exchange.Unlimited()}, exchange.Size},
		{[]exchange.Value{whole(5), exchange.NewDecimal("1.50"), exchange.Unlimited()}, exchange.Decimal},
		{[]exchange.Value{whole(5), exchange.NewText("five"), none, exchange.NewText("")}, exchange.Text},
		{[]exchange.Value{exchange.NewText("five"), whole(5), exchange.Unlimited()}, exchange.Text},
		{[]exchange.Value{exchange.NewFlag(true), none, exchange.NewFlag(false)}, exchange.Flag},
		{[]exchange.Value{exchange.NewFlag(true), whole(1)}, exchange.Text},
		{[]exchange.Value{zoned, wall, none, exchange.NewTime(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))}, exchange.Time},
		{[]exchange.Value{exchange.NewDuration(5), exchange.NewDuration(-5)}, exchange.Duration},
		{[]exchange.Value{exchange.NewDuration(5), exchange.Unlimited()}, exchange.Text},
		{[]exchange.Value{exchange.Unlimited(), exchange.NewDuration(5)}, exchange.Text},
		{[]exchange.Value{list, exchange.NewText("a"), exchange.NewList(nil), list}, exchange.List},
		{[]exchange.Value{nested, none, nested}, exchange.Nested},
		{[]exchange.Value{nested, exchange.NewText("x")}, exchange.Text},
		{[]exchange.Value{whole(-1 << 63), whole(1<<63 - 1), whole(-1<<63 + 1), exchange.Unlimited()}, exchange.Integer},
		{[]exchange.Value{exchange.NewText(strings.Repeat("x", longestText+1)), exchange.NewText("y")}, exchange.Text},
	} {
		table := NewTable(RunInfo{})
		for i, v := range test.cells {
			if err := table.Append("c", []exchange.Record{rec("V", v)}); err != nil {
				t.Fatal(err)
			}
			s := table.Snapshot()
			for j, want := range test.cells[:i+1] {
				got := s.Cell(RowID(j), 0)
				if got.Kind() != want.Kind() || got.Text() != want.Text() || got.IsUnlimited() != want.IsUnlimited() {
					t.Errorf("%v: after %d cells, cell %d is %v (kind %d)", test.want, i+1, j, got, got.Kind())
				}
			}
		}
		if got := table.Snapshot().Columns()[0].Type; got != test.want {
			t.Errorf("%v: type %s, not %s", test.cells, KindName(got), KindName(test.want))
		}
	}
	if got := tableOf(t, rec("V", nested)).Cell(0, 0).Nested(); len(got.Fields) != 1 || got.Fields[0].Value.Int() != 1 {
		t.Errorf("an object came back as %v", got)
	}
}

func TestColumnsComeInTheOrderTheyWereSeen(t *testing.T) {
	table := NewTable(RunInfo{Customers: []exchange.CustomerID{"a", "b"}})
	_ = table.Append("a", []exchange.Record{rec("Name", "x", "Size", size(1))})
	_ = table.Append("b", []exchange.Record{rec("SIZE", size(2), "Extra", "e", "Name", "y", "name", "again")})
	s := table.Snapshot()
	var names []string
	for _, c := range s.Columns() {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"Customer", "Name", "Size", "Extra"}, names); diff != "" {
		t.Error(diff)
	}
	if got := shownTexts(All(s)); !slices.Equal(got, []string{"a|x|1 B (1 bytes)|", "b|y|2 B (2 bytes)|e"}) {
		t.Errorf("got %q", got)
	}
	if r := s.Row(0); len(r.Fields) != 3 {
		t.Errorf("a row without a property has %v", r)
	}
	if s.Customer(1) != "b" {
		t.Errorf("row 1 is of %q", s.Customer(1))
	}
}

// Readers hold snapshots and views while a writer goes on; run with -race.
func TestSnapshotsNeverChange(t *testing.T) {
	table := NewTable(RunInfo{})
	value := func(i int) exchange.Value {
		switch {
		case i > 6000:
			return exchange.NewText(fmt.Sprint("text ", i)) // widens the column under the readers
		case i%7 == 0:
			return exchange.Unlimited()
		}
		return whole(int64(i))
	}
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				s := table.Snapshot()
				v, err := Arrange(context.Background(), s, Query{Sort: []SortKey{{Column: "Name", Desc: true}}, Find: "9"})
				if err != nil {
					t.Error(err)
				}
				_ = v.Len()
				for i := 0; i < s.Len(); i += 97 {
					id := RowID(i)
					if got := s.Cell(id, 0).Text(); got != fmt.Sprint("name ", i) {
						t.Errorf("row %d is %q", i, got)
					}
					if got := s.Cell(id, 1); got.Text() != value(i).Text() {
						t.Errorf("row %d holds %v", i, got)
					}
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := 0; i < 10000; i += 10 {
		var rows []exchange.Record
		for j := i; j < i+10; j++ {
			rows = append(rows, rec("Name", fmt.Sprint("name ", j), "Value", value(j)))
		}
		if err := table.Append("c", rows); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	wg.Wait()
	old := table.Snapshot()
	columns := slices.Clone(old.Columns())
	_ = table.Append("d", []exchange.Record{rec("New", "x")})
	table.Finish(time.Now())
	if old.Len() != 10000 || !slices.Equal(old.Columns(), columns) || old.Cell(9999, 0).Text() != "name 9999" {
		t.Error("a snapshot changed")
	}
	if table.Snapshot().Len() != 10001 {
		t.Error("the row is not in the next snapshot")
	}
}

// naive sorts as the contract says, by comparing cells two by two.
func naive(s Snapshot, keys []SortKey, lang string) []RowID {
	order := make([]RowID, s.Len())
	for i := range order {
		order[i] = RowID(i)
	}
	c := collate.New(language.Make(lang), collate.IgnoreCase)
	sort.SliceStable(order, func(i, j int) bool {
		for _, k := range keys {
			col, _ := s.Column(k.Column)
			a, b := s.Cell(order[i], col), s.Cell(order[j], col)
			if a.IsNone() != b.IsNone() {
				return b.IsNone()
			}
			if a.IsNone() {
				continue
			}
			var d int
			switch s.Columns()[col].Type {
			case exchange.Text, exchange.List, exchange.Nested:
				d = c.CompareString(a.Text(), b.Text())
			default:
				d = a.Compare(b)
			}
			if d != 0 {
				return (d < 0) != k.Desc
			}
		}
		return false
	})
	return order
}

func TestSortIsWhatComparingCellsGives(t *testing.T) {
	words := rapid.OneOf(
		rapid.SampledFrom([]string{"", "anna", "Anna", "ANNA", "Änna", "ana", "Bram 2", "bram 10", "co-op", "coop", "čeh", "chata", "cz", "éa", "ea", "Ｅa",
			"anna de vries 12345678 a", "anna de vries 12345678 B", "anna de vries 12345678", "東京", "a\tb", "_x", "1", "12"}),
		rapid.StringMatching(`[a-eA-E \-]{0,30}`), rapid.String())
	value := rapid.OneOf(rapid.Just(none), rapid.Map(words, exchange.NewText))
	number := rapid.OneOf(rapid.Just(none), rapid.Just(exchange.Unlimited()), rapid.Map(rapid.Int64(), whole), rapid.Map(rapid.Int64Range(-5, 5), whole), rapid.Map(rapid.Int64Range(0, 9), size))
	ticks := rapid.OneOf(rapid.Just(none), rapid.Map(rapid.Int64Range(0, 3e18), func(n int64) exchange.Value { return exchange.NewTicks(n, 60, true) }),
		rapid.Map(rapid.Int64Range(0, 100), func(n int64) exchange.Value {
			return exchange.NewTicks(6e17+n*exchange.TicksPerSecond, 0, n%2 == 0)
		}))
	decimal := rapid.OneOf(number, rapid.SampledFrom([]exchange.Value{exchange.NewDecimal("1.5"), exchange.NewDecimal("1.50"), exchange.NewDecimal("-2.25")}))
	list := rapid.OneOf(value, rapid.Map(rapid.SliceOfN(value, 0, 3), exchange.NewList))
	rapid.Check(t, func(t *rapid.T) {
		table := NewTable(RunInfo{})
		for range rapid.IntRange(0, 60).Draw(t, "rows") {
			_ = table.Append("c", []exchange.Record{rec("Text", value.Draw(t, "text"), "Number", number.Draw(t, "number"),
				"Time", ticks.Draw(t, "time"), "Decimal", decimal.Draw(t, "decimal"), "List", list.Draw(t, "list"))})
		}
		var keys []SortKey
		for range rapid.IntRange(1, 3).Draw(t, "keys") {
			keys = append(keys, SortKey{rapid.SampledFrom([]string{"text", "Number", "Time", "Decimal", "List"}).Draw(t, "column"), rapid.Bool().Draw(t, "desc")})
		}
		lang := rapid.SampledFrom([]string{"", "nl", "sv", "cs", "da"}).Draw(t, "language")
		s := table.Snapshot()
		v, err := Arrange(context.Background(), s, Query{Sort: keys, Language: lang})
		if err != nil {
			t.Fatal(err)
		}
		want := naive(s, keys, lang)
		for i := range want {
			if v.ID(i) != want[i] {
				t.Fatalf("row %d is %v, not %v, of %v", i, s.Row(v.ID(i)), s.Row(want[i]), keys)
			}
			if at, ok := v.Find(want[i]); !ok || at != i {
				t.Fatalf("row %d is found at %d, %v", i, at, ok)
			}
		}
	})
}

func TestManyTextsSortAsTheCollatorWould(t *testing.T) {
	s := inventMailboxes(5000).Snapshot()
	for _, col := range []string{"DisplayName", "PrimarySmtpAddress", "ExchangeGuid", "Notes", "TotalItemSize", "LastLogonTime"} {
		for _, desc := range []bool{false, true} {
			keys := []SortKey{{col, desc}}
			want := naive(s, keys, "nl")
			v := arrange(t, s, Query{Sort: keys, Language: "nl"})
			for i := range want {
				if v.ID(i) != want[i] {
					t.Fatalf("%s: row %d is %v, not %v", col, i, v.Cell(i, 1), s.Cell(want[i], 1))
				}
			}
		}
	}
}

func people(t testing.TB) Snapshot {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	ago := func(days int) exchange.Value { return exchange.NewTime(now.AddDate(0, 0, -days)) }
	addresses := exchange.NewList([]exchange.Value{exchange.NewText("SMTP:anna@contoso.example"), exchange.NewText("smtp:info@contoso.example")})
	return tableOf(t,
		rec("Display Name", "Anna de Vries", "Size", size(50<<30), "Quota", exchange.Unlimited(), "Items", whole(10), "Logon", ago(10), "Hold", exchange.NewFlag(true), "Keep", exchange.NewDuration(14*864000000000), "Addresses", addresses, "Office", "Utrecht"),
		rec("Display Name", "Bram Jansen", "Size", size(1<<30), "Quota", size(2<<30), "Items", whole(20), "Logon", ago(100), "Hold", exchange.NewFlag(false), "Keep", exchange.NewDuration(36000000000), "Office", "utrecht"),
		rec("Display Name", "Chen Bos", "Size", none, "Quota", none, "Items", whole(30), "Logon", none, "Hold", none, "Office", ""),
		rec("Display Name", "Daan", "Size", size(45<<30), "Quota", exchange.Unlimited(), "Items", whole(40), "Logon", exchange.NewTime(time.Date(2026, 1, 1, 23, 30, 0, 0, time.UTC)), "Hold", exchange.NewFlag(false), "Office", "Zwolle"))
}

func TestConditions(t *testing.T) {
	s := people(t)
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for expr, want := range map[string]string{
		"Size > 45GB": "A", "size >= 45 GB": "AD", "Size = 1073741824": "B", "Size < 1.5 GB": "B", "Size != 1GB": "ACD", "Size empty": "C", "Size !empty": "ABD",
		"Size=\"\"": "C", "Quota = Unlimited": "AD", "Quota > 1TB": "AD", "Quota < unlimited": "B", "Items>=20": "BCD", "Items > 20.5": "CD", "Items = 1,000": "",
		"Logon < 90d": "A", "Logon > 90d": "BD", "Logon >= 2026-11-10": "A", "Logon = 2026-01-01": "D", "Logon > 2026-01-01": "AB", "Logon <= 2026-01-01": "D",
		"Logon < 2026": "", "Logon = 2026-01": "D", "Logon = 2026-01-01T23:30:00Z": "D", "Logon > 2026-01-02T00:30:00+02:00": "ABD", "Logon = 2026-01-02T01:30:00+02:00": "D",
		"Hold = true": "A", "Hold = no": "BD", "Hold != yes": "BCD", "Keep > 7d": "A", "Keep = 1h": "B", "Keep <= 14.00:00:00": "AB",
		"'Display Name' ~ VRIES": "A", "\"Display Name\" ^ b": "B", "'display name' !~ an": "C", "Office = UTRECHT": "AB", "Office < Z": "AB", "Office != utrecht": "CD",
		"Addresses = smtp:info@contoso.example": "A", "Addresses ~ anna@": "A", "Addresses ^ SMTP:": "A", "Addresses empty": "BCD", "Logon ~ 2026-01": "D",
		"Office == 'Zwolle'": "D", "Office in zwolle, Amersfoort": "D", "Office IN \"Utrecht\",'Zwolle'": "ABD", "Office not in Utrecht,\"x, y\"": "CD",
		"Items in 10,40,50": "AD", "Size in 1GB,\"\"": "BC", "Size not  in 1GB,''": "AD", "Hold in yes": "A", "Logon in 2026-01,10d": "AD",
	} {
		f, err := ParseCondition(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		v, err := Arrange(context.Background(), s, Query{Filter: f, Now: now})
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		got := ""
		for i := range v.Len() {
			got += v.Cell(i, 0).Text()[:1]
		}
		if got != want {
			t.Errorf("%s kept %q, not %q", expr, got, want)
		}
		none, err := Arrange(context.Background(), s, Query{Filter: And(f, Filter{Not: &f}), Now: now})
		if err != nil || none.Len() != 0 {
			t.Errorf("%s and its opposite kept %d rows, %v", expr, none.Len(), err)
		}
		all, err := Arrange(context.Background(), s, Query{Filter: Filter{Any: []Filter{f, {Not: &f}}}, Now: now})
		if err != nil || all.Len() != s.Len() {
			t.Errorf("%s or its opposite kept %d rows, %v", expr, all.Len(), err)
		}
	}
}

func TestWhatCannotBeReadIsExplained(t *testing.T) {
	s := people(t)
	ctx := context.Background()
	for _, expr := range []string{"", "Size", "> 5", "Size >", "'Size > 5", "Size > 'x", "Size ? 5", "Size = 'a' b", "Size in", "Size in ,1", "Size in 1,", "Size in '1", "Size in '1' 2", "Size not 1"} {
		if _, err := ParseCondition(expr); exchange.CodeOf(err) != CodeBadExpression {
			t.Errorf("%q gave %v", expr, err)
		}
	}
	for _, text := range []string{"", "A,,B", "A:up", "'A", ":desc"} {
		if _, err := ParseSort(text); exchange.CodeOf(err) != CodeBadExpression {
			t.Errorf("sort %q gave %v", text, err)
		}
	}
	for expr, code := range map[string]exchange.Code{
		"Siez > 5": CodeUnknownColumn, "Size > big": CodeBadValue, "Logon < soon": CodeBadValue, "Hold = maybe": CodeBadValue, "Items = ten": CodeBadValue, "Keep > long": CodeBadValue,
	} {
		f, err := ParseCondition(expr)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Arrange(ctx, s, Query{Filter: f})
		if exchange.CodeOf(err) != code || exchange.CodeOf(Check(s, Query{Filter: f})) != code {
			t.Errorf("%s gave %v", expr, err)
		}
		var p *exchange.Problem
		if errors.As(err, &p) && p.Args["near"] == "" {
			t.Errorf("%s: nothing near in %v", expr, p)
		}
	}
	for _, q := range []Query{{Columns: []string{"Nme"}}, {Sort: []SortKey{{Column: "Nme"}}}, {Group: Group{Columns: []string{"Nme"}}}, {Group: Group{Sums: []string{"Nme"}}}} {
		if _, err := Arrange(ctx, s, q); exchange.CodeOf(err) != CodeUnknownColumn || exchange.CodeOf(Check(s, q)) != CodeUnknownColumn {
			t.Errorf("%v gave %v", q, err)
		}
		if v, err := Arrange(ctx, Snapshot{}, q); err != nil || len(q.Columns) != len(v.Columns()) && q.Group.IsZero() {
			t.Errorf("%v of an empty answer gave %v, %v", q, v.Columns(), err)
		}
	}
	if _, err := Arrange(ctx, s, Query{Group: Group{Columns: []string{"Office"}, Sums: []string{"Hold"}}}); exchange.CodeOf(err) != CodeNoSum {
		t.Errorf("summing flags gave %v", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Arrange(ctx, s, Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled arrangement gave %v", err)
	}
}

func TestShapingIsRead(t *testing.T) {
	keys, err := ParseSort("Size:desc, Name ,'Display Name':DESC,\"a,b\":asc")
	if err != nil || !reflect.DeepEqual(keys, []SortKey{{"Size", true}, {"Name", false}, {"Display Name", true}, {"a,b", false}}) {
		t.Errorf("got %v, %v", keys, err)
	}
	names, err := ParseColumns("A, Display Name,'x,y'")
	if err != nil || !slices.Equal(names, []string{"A", "Display Name", "x,y"}) {
		t.Errorf("got %q, %v", names, err)
	}
	f, err := ParseConditions([]string{"A = 1", "B ~ x"})
	if err != nil {
		t.Fatal(err)
	}
	q := Query{Columns: names, Sort: keys, Filter: f, Find: "x", Group: Group{Columns: []string{"A"}, Sums: []string{"B"}}, Limit: 5, Language: "nl"}
	b, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var back Query
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(q, back) {
		t.Errorf("%s came back as %+v, %v", b, back, err)
	}
	if b, _ := json.Marshal(Query{}); string(b) != "{}" {
		t.Errorf("the zero query is %s", b)
	}
}

func TestGroups(t *testing.T) {
	s := tableOf(t,
		rec("Dept", "Sales", "Size", size(1), "Price", exchange.NewDecimal("0.10"), "Quota", exchange.Unlimited()),
		rec("Dept", "IT", "Size", size(2), "Price", exchange.NewDecimal("0.20"), "Quota", size(5)),
		rec("Dept", "Sales", "Size", none, "Price", exchange.NewDecimal("0.20"), "Quota", size(7)),
		rec("Dept", none, "Size", size(9), "Price", none, "Quota", none),
		rec("Dept", "", "Size", size(1), "Price", whole(1), "Quota", size(1)))
	v := arrange(t, s, Query{Group: Group{Columns: []string{"dept"}, Sums: []string{"size", "Price", "Quota"}}})
	want := []string{"IT|1|2 B (2 bytes)|0.20|5 B (5 bytes)", "Sales|2|1 B (1 bytes)|0.30|Unlimited", "|2|10 B (10 bytes)|1|1 B (1 bytes)"}
	if diff := cmp.Diff(want, shownTexts(v)); diff != "" {
		t.Error(diff)
	}
	if m := v.Members(1); !slices.Equal(m, []RowID{0, 2}) {
		t.Errorf("Sales is made of %v", m)
	}
	cols := v.Columns()
	if cols[1].Role != Count || cols[2].Name != "Sum of Size" || cols[2].Of != "Size" || cols[2].Type != exchange.Size {
		t.Errorf("columns %v", cols)
	}
	v = arrange(t, s, Query{Group: Group{Columns: []string{"Dept"}, Sums: []string{"Size"}}, Sort: []SortKey{{"size", true}}, Columns: []string{"Dept", "Size"}, Limit: 2, Filter: Filter{Column: "Size", Op: IsNotEmpty}})
	if diff := cmp.Diff([]string{"|10 B (10 bytes)", "IT|2 B (2 bytes)"}, shownTexts(v)); diff != "" {
		t.Error(diff)
	}
	if v = arrange(t, s, Query{Group: Group{Sums: []string{"Size"}}}); v.Len() != 1 || v.Cell(0, 0).Int() != 5 || v.Cell(0, 1).Int() != 13 {
		t.Errorf("all of it: %v", shownTexts(v))
	}
	big := tableOf(t, rec("N", whole(1<<62)), rec("N", whole(1<<62)), rec("N", whole(1<<62)))
	if v = arrange(t, big, Query{Group: Group{Sums: []string{"N"}}}); v.Cell(0, 1).Text() != "13835058055282163712" {
		t.Errorf("a sum above 64 bits is %v", v.Cell(0, 1))
	}
}

func TestGroupsAgainstCountingByHand(t *testing.T) {
	s := inventMailboxes(3000).Snapshot()
	for _, by := range [][]string{{"Department"}, {"Department", "LitigationHoldEnabled"}, {"DisplayName", "ItemCount"}, {"Office", "City", "Customer"}} {
		counts, sums := map[string]int64{}, map[string]int64{}
		items, _ := s.Column("ItemCount")
		for r := range s.Len() {
			key := ""
			for _, name := range by {
				c, _ := s.Column(name)
				key += s.Cell(RowID(r), c).Text() + "|"
			}
			counts[key]++
			sums[key] += s.Cell(RowID(r), items).Int()
		}
		v := arrange(t, s, Query{Group: Group{Columns: by, Sums: []string{"ItemCount"}}})
		if v.Len() != len(counts) {
			t.Fatalf("%v: %d groups, not %d", by, v.Len(), len(counts))
		}
		for r := range v.Len() {
			key := ""
			for c := range by {
				key += v.Cell(r, c).Text() + "|"
			}
			if v.Cell(r, len(by)).Int() != counts[key] || v.Cell(r, len(by)+1).Int() != sums[key] || len(v.Members(r)) != int(counts[key]) && r < 20 {
				t.Fatalf("%s: %v", key, v.Record(r))
			}
		}
	}
}

func TestFindIsWhatLookingAtEveryCellGives(t *testing.T) {
	cell := rapid.OneOf(rapid.StringMatching(`[abAB]{0,6}`), rapid.StringMatching(`[éÉßK\x{212A}ks]{0,4}`), rapid.SampledFrom([]string{"", "12", "x12y"}))
	rapid.Check(t, func(t *rapid.T) {
		table := NewTable(RunInfo{})
		for range rapid.IntRange(1, 20).Draw(t, "rows") {
			_ = table.Append("c", []exchange.Record{rec("A", cell.Draw(t, "a"), "N", whole(int64(rapid.IntRange(0, 130).Draw(t, "n"))), "B", cell.Draw(t, "b"))})
		}
		s := table.Snapshot()
		find := rapid.OneOf(rapid.StringMatching(`[abAB12]{1,3}`), rapid.StringMatching(`[éÉKks]{1,2}`)).Draw(t, "find")
		v, err := Arrange(context.Background(), s, Query{Find: find, Columns: []string{"A", "N"}})
		if err != nil {
			t.Fatal(err)
		}
		var want []RowID
		for r := range s.Len() {
			for c := range 2 {
				if strings.Contains(foldText(s.Cell(RowID(r), c).Text()), foldText(find)) {
					want = append(want, RowID(r))
					break
				}
			}
		}
		var got []RowID
		for i := range v.Len() {
			got = append(got, v.ID(i))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q found %v, not %v", find, got, want)
		}
	})
}

func TestLimitsAndEmptyViews(t *testing.T) {
	s := people(t)
	if v := arrange(t, s, Query{Limit: 2, Columns: []string{"items"}}); v.Len() != 2 || v.Cell(1, 0).Int() != 20 || v.Columns()[0].Name != "Items" {
		t.Errorf("got %v", shownTexts(v))
	}
	if _, ok := arrange(t, s, Query{Limit: 2}).Find(3); ok {
		t.Error("found a row that is not shown")
	}
	var v View
	if v.Len() != 0 || len(v.Columns()) != 0 || v.Cell(0, 0).Kind() != exchange.None || v.Members(0) != nil {
		t.Error("the zero view is not empty")
	}
	table := NewTable(RunInfo{})
	table.Declare("Name", "Size")
	if v := arrange(t, table.Snapshot(), Query{Columns: []string{"size", "Other"}, Sort: []SortKey{{Column: "x"}}}); len(v.Columns()) != 2 || v.Len() != 0 {
		t.Errorf("got %v", v.Columns())
	}
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{"A > 5GB", "'Display Name' ^ x", "A !empty", "A = \"q\"\"q\"", "T < 1d12h", "T >= 2026-01-01", "A,B:desc", "\"", "A = 9999999999999999999999PB", "T < 99999999999999y", "A in 1,'2'", "A not in \"\",x"} {
		f.Add(s)
	}
	s := people(f)
	f.Fuzz(func(t *testing.T, text string) {
		ctx := context.Background()
		if c, err := ParseCondition(text); err == nil {
			leaves := []*Filter{&c}
			if c.Not != nil {
				leaves = []*Filter{c.Not}
			}
			if any := leaves[0].Any; any != nil {
				leaves = nil
				for i := range any {
					leaves = append(leaves, &any[i])
				}
			}
			for i := range s.Columns() {
				for _, leaf := range leaves {
					leaf.Column = s.Columns()[i].Name
				}
				if _, err := Arrange(ctx, s, Query{Filter: c}); err != nil && exchange.CodeOf(err) != CodeBadValue {
					t.Fatalf("%q: %v", text, err)
				}
			}
		} else if exchange.CodeOf(err) != CodeBadExpression {
			t.Fatalf("%q: %v", text, err)
		}
		if keys, err := ParseSort(text); err == nil && len(keys) == 0 {
			t.Fatalf("%q sorts by nothing", text)
		}
		if names, err := ParseColumns(text); err == nil && len(names) == 0 {
			t.Fatalf("%q names nothing", text)
		}
	})
}

// A table on screen asks for cells at every frame.
func TestCellsAreReadWithoutAllocating(t *testing.T) {
	s := inventMailboxes(500).Snapshot()
	v := arrange(t, s, Query{Sort: []SortKey{{Column: "DisplayName"}}})
	row := 0
	if n := testing.AllocsPerRun(100, func() {
		for c := range v.Columns() {
			_ = v.Cell(row, c)
		}
		row++
	}); n != 0 {
		t.Errorf("a row takes %v allocations", n)
	}
}
