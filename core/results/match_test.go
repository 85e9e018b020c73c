package results

import (
	"testing"
	"time"

	"tenantry/core/exchange"
)

// TestOneRowMatchesAsAllDo asks row by row what Arrange answers at once, for each kind of condition.
func TestOneRowMatchesAsAllDo(t *testing.T) {
	table := NewTable(RunInfo{})
	for i := range 200 {
		r := exchange.Record{Fields: []exchange.Field{
			{Name: "Name", Value: exchange.NewText([]string{"Anna", "Bart", "", "finance"}[i%4])},
			{Name: "Size", Value: exchange.NewSize(int64(i) << 30)},
			{Name: "Hold", Value: exchange.NewFlag(i%3 == 0)},
			{Name: "Used", Value: exchange.NewTime(time.Date(2026, 1, 1+i, 9, 0, 0, 0, time.UTC))},
			{Name: "Owners", Value: exchange.NewList([]exchange.Value{exchange.NewText("x"), exchange.NewText([]string{"y", "z"}[i%2])})},
		}}
		if i%5 == 0 {
			r.Fields = r.Fields[:1]
		}
		if err := table.Append("contoso.example", []exchange.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	s := table.Snapshot()
	at := func(column string, op Op, value string) Filter { return Filter{Column: column, Op: op, Value: value} }
	not := at("Name", Contains, "a")
	for _, f := range []Filter{
		{}, at("Name", Contains, "A"), at("Name", NotEqual, "anna"), at("Name", IsEmpty, ""), at("Size", More, "45GB"),
		at("Size", IsEmpty, ""), at("Hold", Equal, "yes"), at("Hold", NotEqual, "yes"), at("Used", Less, "2026-03-01"),
		at("Used", More, "90d"), at("Owners", Equal, "z"), at("Owners", NotContains, "z"),
		And(at("Size", MoreEqual, "10GB"), at("Size", LessEqual, "20GB")),
		{Any: []Filter{at("Name", Equal, "anna"), at("Hold", Equal, "no")}}, {Not: &not},
		{Any: []Filter{at("Name", Equal, "anna"), at("Name", Equal, "Bart"), at("Name", IsEmpty, "")}},
		at("Name", Exactly, "Anna"), at("Name", Exactly, "anna"), at("Owners", Exactly, "x; z"), at("Owners", Exactly, "z"), at("Size", Exactly, "3GB"),
		{Any: []Filter{at("Size", Less, "3GB"), at("Size", More, "150GB"), at("Size", IsEmpty, "")}},
		And(at("Name", Contains, "a"), at("Name", NotContains, "nn"), at("Used", Less, "2026-03-01"), at("Used", MoreEqual, "2026-02-01")),
	} {
		q := Query{Filter: f, Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
		view, err := Arrange(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		m, err := NewMatcher(s, q)
		if err != nil {
			t.Fatal(err)
		}
		for id := range RowID(s.Len()) {
			if _, want := view.Find(id); m.Matches(id) != want {
				t.Errorf("%+v: row %d matches alone: %v, among all: %v", f, id, !want, want)
			}
		}
		if m.Matches(RowID(s.Len())) {
			t.Errorf("%+v: a row that is not there matches", f)
		}
	}
	for want, f := range map[int]Filter{50: at("Name", Exactly, "Anna"), 0: at("Name", Exactly, "anna"), 80: at("Owners", Exactly, "x; z"), 1: at("Size", Exactly, "3GB")} {
		if view, err := Arrange(t.Context(), s, Query{Filter: f}); err != nil || view.Len() != want {
			t.Errorf("%+v keeps %d rows, %v; want %d", f, view.Len(), err, want)
		}
	}
	if _, err := NewMatcher(s, Query{Filter: at("Size", More, "many")}); exchange.CodeOf(err) != CodeBadValue {
		t.Errorf("a value that is no size gives %v", err)
	}
}

func TestReadValue(t *testing.T) {
	q := Query{Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		kind exchange.Kind
		text string
		want exchange.Value
		ok   bool
	}{
		{exchange.Size, "45GB", exchange.NewSize(45 << 30), true},
		{exchange.Size, " 1024 ", exchange.NewSize(1024), true},
		{exchange.Size, "unlimited", exchange.Unlimited(), true},
		{exchange.Size, "big", exchange.Value{}, false},
		{exchange.Integer, "12", exchange.NewInteger(12), true},
		{exchange.Decimal, "1.5", exchange.NewDecimal("1.5"), true},
		{exchange.Integer, "2 KB", exchange.NewSize(2048), true},
		{exchange.Flag, "on", exchange.NewFlag(true), true},
		{exchange.Flag, "perhaps", exchange.Value{}, false},
		{exchange.Duration, "90d", exchange.NewDuration(90 * 86400 * exchange.TicksPerSecond), true},
		{exchange.Time, "90d", exchange.NewDuration(90 * 86400 * exchange.TicksPerSecond), true},
		{exchange.Time, "2026-01", exchange.NewZonelessTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), true},
		{exchange.Time, "soon", exchange.Value{}, false},
		{exchange.Text, "anything", exchange.NewText("anything"), true},
	} {
		got, ok := ReadValue(c.kind, c.text, q)
		if ok != c.ok || ok && !got.Same(c.want) {
			t.Errorf("%s %q is read as %v, %v; want %v, %v", KindName(c.kind), c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestHitsAreCountedByColumn(t *testing.T) {
	table := NewTable(RunInfo{})
	for i := range 100 {
		r := exchange.Record{Fields: []exchange.Field{
			{Name: "Name", Value: exchange.NewText([]string{"Anna", "Bart"}[i%2])},
			{Name: "Number", Value: exchange.NewInteger(int64(i))},
			{Name: "Note", Value: exchange.NewText([]string{"for anna", "", "nothing", ""}[i%4])},
		}}
		if err := table.Append("contoso.example", []exchange.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		query Query
		text  string
		want  [3]int
	}{
		{Query{}, "ANNA", [3]int{50, 0, 25}},
		{Query{}, "7", [3]int{0, 19, 0}},
		{Query{Sort: []SortKey{{Column: "Name"}}, Filter: Filter{Column: "Number", Op: Less, Value: "10"}}, "anna", [3]int{5, 0, 3}},
		{Query{}, "", [3]int{}},
		{Query{Group: Group{Columns: []string{"Name"}, Sums: []string{"Number"}}}, "anna", [3]int{}},
	} {
		v, err := Arrange(t.Context(), table.Snapshot(), c.query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Hits(t.Context(), c.text)
		if err != nil || len(got) != 3 || [3]int(got) != c.want {
			t.Errorf("%q in %+v: %v, %v; want %v", c.text, c.query, got, err, c.want)
		}
	}
	if f := NewFinder("ÅNG"); !f.In("Zoë Ångström") || f.In("Zoe") || (Finder{}).In("x") {
		t.Error("a single text is not searched as all are")
	}
}
