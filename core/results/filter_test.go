package results

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"tenantry/core/exchange"
)

func is(column string, op Op, value string) Filter {
	return Filter{Column: column, Op: op, Value: value}
}

func not(f Filter) Filter { return Filter{Not: &f} }

func anyOf(column string, values ...string) Filter {
	var f Filter
	for _, v := range values {
		f.Any = append(f.Any, is(column, Equal, v))
	}
	return f
}

// Each type has each kind of condition: contains, starts, equals, one of several, compared, between, empty,
// older than, and the opposites of all.
func TestFiltersOfEachType(t *testing.T) {
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 12, 0, 0, 0, time.UTC) }
	text, list := exchange.NewText, func(names ...string) exchange.Value {
		var vs []exchange.Value
		for _, n := range names {
			vs = append(vs, exchange.NewText(n))
		}
		return exchange.NewList(vs)
	}
	days := func(n int64) exchange.Value { return exchange.NewDuration(n * 86400 * exchange.TicksPerSecond) }
	rows := func(cells ...exchange.Value) (list []exchange.Record) {
		for i, v := range cells {
			list = append(list, rec("Row", string(rune('A'+i)), "V", v))
		}
		return list
	}
	for name, test := range map[string]struct {
		rows []exchange.Record
		want map[string]Filter // rows kept
	}{
		"size": {rows(size(1<<30), size(50<<30), exchange.Unlimited(), none, size(0)), map[string]Filter{
			"B": is("V", Contains, "50 GB"), "A": is("V", StartsWith, "1 gb"), "AB": anyOf("V", "1GB", "51200 MB"), "C": is("V", Equal, "unlimited"),
			"BC": is("V", MoreEqual, "50GB"), "ABE": is("V", Less, "Unlimited"), "ABCE": is("V", LessEqual, "Unlimited"), "": is("V", More, "Unlimited"),
			"AE": And(is("V", MoreEqual, "0"), is("V", LessEqual, "1 GB")), "D": is("V", IsEmpty, ""), "CDE": not(anyOf("V", "1GB", "50GB")), "ABDE": is("V", NotEqual, "Unlimited"),
			"ACDE": not(is("V", Contains, "50 GB")), "BCDE": not(is("V", StartsWith, "1 GB"))}},
		"integer": {rows(whole(-5), whole(10), whole(1000), none), map[string]Filter{
			"BC": is("V", Contains, "10"), "B": is("V", Equal, "10.0"), "AC": anyOf("V", "-5", "1,000"), "C": is("V", More, "10.5"), "AB": And(is("V", MoreEqual, "-5"), is("V", Less, "1000")),
			"D": is("V", IsEmpty, ""), "ABC": is("V", IsNotEmpty, ""), "ACD": is("V", NotEqual, "10"), "AD": is("V", NotContains, "10"), "CD": not(is("V", LessEqual, "10"))}},
		"decimal": {rows(exchange.NewDecimal("0.10"), exchange.NewDecimal("2.5"), whole(3), none), map[string]Filter{
			"A": is("V", Equal, "0.1"), "B": And(is("V", More, "2"), is("V", Less, "3")), "BC": anyOf("V", "2.50", "3"), "D": is("V", IsEmpty, ""), "BCD": is("V", NotEqual, "0.1"), "ABD": not(is("V", MoreEqual, "3"))}},
		"duration": {rows(days(1), days(14), days(90), none), map[string]Filter{
			"A": is("V", Equal, "24h"), "BC": is("V", More, "2d"), "B": And(is("V", MoreEqual, "14.00:00:00"), is("V", Less, "90d")), "AC": anyOf("V", "1d", "90d"),
			"D": is("V", IsEmpty, ""), "ACD": is("V", NotEqual, "2w"), "AD": not(is("V", More, "2d"))}},
		"time with a zone": {rows(exchange.NewTime(day(11, 10)), exchange.NewTime(day(6, 1).In(time.FixedZone("", 7200))), exchange.NewTime(day(1, 1)), none), map[string]Filter{
			"A": is("V", Less, "90d"), "BC": is("V", More, "90d"), "C": is("V", Equal, "2026-01-01"), "B": And(is("V", More, "2026-01-01"), is("V", Less, "2026-07")), "AC": anyOf("V", "2026-11-10", "2026-01"),
			"ABC": is("V", Contains, "2026"), "D": is("V", IsEmpty, ""), "ABD": is("V", NotEqual, "2026-01-01"), "AD": not(is("V", More, "90d"))}},
		"time without a zone": {rows(exchange.NewZonelessTime(day(11, 10)), exchange.NewZonelessTime(day(6, 1)), exchange.NewZonelessTime(day(1, 1)), none), map[string]Filter{
			"A": is("V", Less, "90d"), "BC": is("V", More, "90d"), "C": is("V", Equal, "2026-01-01"), "B": And(is("V", More, "2026-01-01"), is("V", Less, "2026-07")), "AC": anyOf("V", "2026-11-10", "2026-01"),
			"D": is("V", IsEmpty, ""), "ABD": is("V", NotEqual, "2026-01-01"), "AD": not(is("V", More, "90d")), "BCD": not(is("V", MoreEqual, "2026-11-10T12:00:00"))}},
		"yes and no": {rows(exchange.NewFlag(true), exchange.NewFlag(false), none), map[string]Filter{
			"A": is("V", Equal, "yes"), "B": is("V", Equal, "$false"), "AB": anyOf("V", "true", "false"), "C": is("V", IsEmpty, ""), "BC": is("V", NotEqual, "true"), "AC": not(is("V", Equal, "no"))}},
		"text": {rows(text("Anna de Vries"), text("bert"), text("Émile"), none, text("")), map[string]Filter{
			"A": is("V", Contains, "DE VR"), "B": is("V", StartsWith, "BE"), "C": is("V", Equal, "émile"), "AC": And(is("V", NotEqual, "Bert"), is("V", IsNotEmpty, "")), "BC": anyOf("V", "Bert", "ÉMILE"),
			"AB": is("V", Less, "c"), "ABC": is("V", MoreEqual, "anna"), "DE": is("V", IsEmpty, ""), "ACDE": not(is("V", StartsWith, "b")), "BCDE": is("V", NotContains, "vries")}},
		"list": {rows(list("smtp:a@c.example", "SMTP:b@c.example"), list("smtp:b@c.example"), text("x400:c"), list(), none), map[string]Filter{
			"A": is("V", Contains, "A@"), "AB": is("V", Equal, "smtp:b@c.example"), "C": is("V", StartsWith, "X400"), "ABC": anyOf("V", "smtp:a@c.example", "smtp:b@c.example", "x400:c"),
			"DE": is("V", IsEmpty, ""), "CDE": is("V", NotEqual, "smtp:b@c.example"), "BCDE": is("V", NotContains, "a@"), "ABDE": not(is("V", StartsWith, "x400"))}},
		"nested": {rows(exchange.NewNested("Sales", rec("A", whole(1))), exchange.NewNested("", rec("A", whole(2))), none), map[string]Filter{
			"A": is("V", Equal, "sales"), "B": is("V", Contains, "a=2"), "AB": is("V", IsNotEmpty, ""), "C": is("V", IsEmpty, ""), "BC": is("V", NotEqual, "Sales"), "AC": not(is("V", StartsWith, "A="))}},
		"mixed": {rows(whole(5), text("five"), exchange.NewFlag(true), none), map[string]Filter{
			"A": is("V", Equal, "5"), "B": is("V", StartsWith, "f"), "C": is("V", Equal, "TRUE"), "AC": anyOf("V", "5", "true"), "D": is("V", IsEmpty, ""), "BCD": is("V", NotEqual, "5")}},
		"none": {rows(none, text(""), none), map[string]Filter{
			"ABC": is("V", IsEmpty, ""), "": is("V", IsNotEmpty, "")}},
	} {
		s := tableOf(t, test.rows...)
		for want, f := range test.want {
			// A filter is plain data: it is the same after it was saved and read.
			saved, err := json.Marshal(f)
			var back Filter
			if err != nil || json.Unmarshal(saved, &back) != nil || !reflect.DeepEqual(back, f) {
				t.Errorf("%s: %s is read back as %+v", name, saved, back)
			}
			v, err := Arrange(context.Background(), s, Query{Filter: back, Now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Errorf("%s: %s: %v", name, saved, err)
				continue
			}
			got := ""
			for i := range v.Len() {
				got += v.Cell(i, 0).Text()
			}
			if got != want {
				t.Errorf("%s: %s kept %q, not %q", name, saved, got, want)
			}
		}
	}
}

func TestTreesOfFilters(t *testing.T) {
	s := people(t)
	for want, f := range map[string]Filter{
		"AB":   {Any: []Filter{{All: []Filter{is("Size", More, "45GB"), is("Hold", Equal, "yes")}}, is("Size", Equal, "1GB")}},
		"CD":   not(Filter{Any: []Filter{{All: []Filter{is("Size", More, "45GB"), is("Hold", Equal, "yes")}}, is("Size", Equal, "1GB")}}),
		"D":    {All: []Filter{is("Size", MoreEqual, "45GB"), not(is("Hold", Equal, "yes"))}},
		"ABCD": {All: []Filter{{}, {Any: []Filter{is("Size", IsEmpty, ""), not(is("Size", IsEmpty, ""))}}}},
		"":     {All: []Filter{is("Size", IsEmpty, ""), not(is("Size", IsEmpty, ""))}},
	} {
		v := arrange(t, s, Query{Filter: f})
		got := ""
		for i := range v.Len() {
			got += v.Cell(i, 0).Text()[:1]
		}
		if got != want {
			t.Errorf("%+v kept %q, not %q", f, got, want)
		}
	}
	for _, f := range []Filter{not(is("Sise", Equal, "1")), {Any: []Filter{{}, is("Size", More, "much")}}, {All: []Filter{is("Size", "like", "1")}}} {
		if _, err := Arrange(context.Background(), s, Query{Filter: f}); exchange.CodeOf(err) == "" {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
