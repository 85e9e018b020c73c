package views

import (
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

var columns = []results.Column{
	{Name: "RecipientTypeDetails", Type: exchange.Text}, {Name: "TotalItemSize", Type: exchange.Size},
	{Name: "ItemCount", Type: exchange.Integer}, {Name: "LastLogonTime", Type: exchange.Time},
	{Name: "Wait", Type: exchange.Duration}, {Name: "LitigationHoldEnabled", Type: exchange.Flag},
	{Name: "ManagedBy", Type: exchange.List}, {Name: results.CustomerColumn, Type: exchange.Text},
}

func where(column string, op results.Op, value string) results.Filter {
	return results.Filter{Column: column, Op: op, Value: value}
}

func not(f results.Filter) results.Filter { return results.Filter{Not: &f} }

func TestFiltersAreSaidInWords(t *testing.T) {
	kind, size, used, wait := "RecipientTypeDetails", "TotalItemSize", "LastLogonTime", "Wait"
	shared := where(kind, results.Equal, "Shared")
	big := where(size, results.More, "45GB")
	for _, c := range []struct {
		f      results.Filter
		en, nl string
	}{
		{results.Filter{}, "", ""},
		{shared, "Kind of recipient is Shared", "Soort ontvanger is Shared"},
		{where(kind, results.NotEqual, "Shared"), "Kind of recipient is not Shared", "Soort ontvanger is niet Shared"},
		{where(kind, results.Contains, "mail"), "Kind of recipient contains “mail”", "Soort ontvanger bevat “mail”"},
		{where(kind, results.NotContains, "mail"), "Kind of recipient does not contain “mail”", "Soort ontvanger bevat “mail” niet"},
		{where(kind, results.StartsWith, "S"), "Kind of recipient starts with “S”", "Soort ontvanger begint met “S”"},
		{not(where(kind, results.StartsWith, "S")), "Kind of recipient does not start with “S”", "Soort ontvanger begint niet met “S”"},
		{where(kind, results.IsEmpty, ""), "Kind of recipient is empty", "Soort ontvanger is leeg"},
		{where(kind, results.Equal, ""), "Kind of recipient is empty", "Soort ontvanger is leeg"},
		{where(kind, results.NotEqual, ""), "Kind of recipient is not empty", "Soort ontvanger is niet leeg"},
		{where(kind, results.More, "M"), "Kind of recipient after “M” by the alphabet", "Soort ontvanger na “M” in het alfabet"},
		{results.Filter{Any: []results.Filter{shared, where(kind, results.Equal, "Room"), where(kind, results.IsEmpty, "")}},
			"Kind of recipient is one of Shared, Room, nothing", "Soort ontvanger is een van Shared, Room, niets"},
		{not(results.Filter{Any: []results.Filter{shared, where(kind, results.Equal, "Room")}}),
			"Kind of recipient is none of Shared, Room", "Soort ontvanger is geen van Shared, Room"},
		{results.Filter{Any: []results.Filter{shared, where(kind, results.Equal, "B"), where(kind, results.Equal, "C"), where(kind, results.Equal, "D"), where(kind, results.Equal, "E")}},
			"Kind of recipient is one of Shared, B, C, 2 more", "Soort ontvanger is een van Shared, B, C, nog 2"},
		{big, "Size over 45 GB", "Grootte meer dan 45 GB"},
		{where(size, results.MoreEqual, "1.5TB"), "Size 1.5 TB or more", "Grootte 1,5 TB of meer"},
		{where(size, results.Less, "Unlimited"), "Size under unlimited", "Grootte minder dan onbeperkt"},
		{where(size, results.LessEqual, "2048"), "Size 2 KB or less", "Grootte 2 KB of minder"},
		{where("ItemCount", results.More, "12000"), "Items over 12,000", "Items meer dan 12.000"},
		{results.Filter{All: []results.Filter{where(size, results.MoreEqual, "1GB"), where(size, results.LessEqual, "2GB")}},
			"Size from 1 GB to 2 GB", "Grootte van 1 GB tot en met 2 GB"},
		{not(results.Filter{All: []results.Filter{where(size, results.MoreEqual, "1GB"), where(size, results.LessEqual, "2GB")}}),
			"Size not from 1 GB to 2 GB", "Grootte niet van 1 GB tot en met 2 GB"},
		{not(big), "except Size over 45 GB", "behalve Grootte meer dan 45 GB"},
		{where(used, results.More, "90d"), "Last used longer than 90 days ago", "Laatst gebruikt langer dan 90 dagen geleden"},
		{where(used, results.LessEqual, "12h"), "Last used at most 12 hours ago", "Laatst gebruikt hoogstens 12 uur geleden"},
		{where(used, results.Less, "2026-01-31"), "Last used before Jan 31, 2026", "Laatst gebruikt voor 31-1-2026"},
		{where(used, results.Equal, "2026-01"), "Last used is 2026-01", "Laatst gebruikt is 2026-01"},
		{where(used, results.MoreEqual, "2026-01-31 14:30"), "Last used Jan 31, 2026 2:30 PM or later", "Laatst gebruikt 31-1-2026 14:30 of later"},
		{where(wait, results.More, "1h"), "Wait longer than 1 hour", "Wait langer dan 1 uur"},
		{where("LitigationHoldEnabled", results.Equal, "true"), "Litigation hold is yes", "Bewaring voor juridische procedure is ja"},
		{where(results.CustomerColumn, results.Equal, "contoso.example"), "Customer is Contoso", "Klant is Contoso"},
		{results.Filter{Any: []results.Filter{shared, big}}, "Kind of recipient is Shared or Size over 45 GB", "Soort ontvanger is Shared of Grootte meer dan 45 GB"},
		{results.Filter{All: []results.Filter{shared, {Any: []results.Filter{big, where(used, results.More, "90d")}}}},
			"Kind of recipient is Shared and (Size over 45 GB or Last used longer than 90 days ago)",
			"Soort ontvanger is Shared en (Grootte meer dan 45 GB of Laatst gebruikt langer dan 90 dagen geleden)"},
		{not(results.Filter{Any: []results.Filter{shared, big}}), "except (Kind of recipient is Shared or Size over 45 GB)",
			"behalve (Soort ontvanger is Shared of Grootte meer dan 45 GB)"},
		{where("NotThere", results.Equal, "x"), "Not there is x", "Not there is x"},
	} {
		for lang, want := range map[string]string{"en": c.en, "nl": c.nl} {
			s := Speaker{Words: wording.For(lang), Columns: columns, Name: func(c exchange.CustomerID) string { return "Contoso" }}
			if got := s.Say(c.f); got != want {
				t.Errorf("%s: %+v is said %q, want %q", lang, c.f, got, want)
			}
		}
	}
}

// TestConditionsAreReadBack edits each filter that is one condition without a change.
func TestConditionsAreReadBack(t *testing.T) {
	for _, column := range columns {
		for _, test := range Tests(column.Type) {
			for _, negated := range []bool{false, true} {
				values := map[exchange.Kind][]string{exchange.Text: {"a", "b"}, exchange.List: {"a", "b"}, exchange.Size: {"1GB", "2GB"},
					exchange.Integer: {"1", "2"}, exchange.Duration: {"1h", "2h"}, exchange.Flag: {"true", "false"}, exchange.Time: {"2026-01-01", "2026-02-01"}}[column.Type]
				if test == Older || test == Newer {
					values = []string{"90d"}
				}
				if n := test.Values(); n >= 0 {
					values = values[:n]
				}
				c := Condition{Column: column.Name, Test: test, Values: values, Not: negated}
				back, ok := ReadCondition(c.Filter(), column.Type)
				if !ok || back.Test != c.Test || back.Not != c.Not || back.Column != c.Column || len(back.Values) != len(values) {
					t.Errorf("%+v comes back as %+v, %v from %+v", c, back, ok, c.Filter())
				}
			}
		}
	}
	if f := (Condition{Column: "Name", Test: Contains, Values: []string{""}}).Filter(); !f.IsZero() {
		t.Errorf("a condition without its value is %+v", f)
	}
	if _, ok := ReadCondition(results.Filter{Any: []results.Filter{where("A", results.Equal, "1"), where("B", results.Equal, "1")}}, exchange.Text); ok {
		t.Error("two columns are taken for one condition")
	}
}

func TestValuesBecomeConditions(t *testing.T) {
	day := time.Date(2026, 3, 4, 23, 30, 0, 0, time.Local)
	for _, c := range []struct {
		column  string
		v       exchange.Value
		exactly bool
		want    results.Filter
	}{
		{"TotalItemSize", exchange.NewSize(1536 << 20), true, where("TotalItemSize", results.Equal, "1.5GB")},
		{"TotalItemSize", exchange.NewSize(1<<30 + 1), true, where("TotalItemSize", results.Equal, "1073741825")},
		{"TotalItemSize", exchange.NewSize(0), true, where("TotalItemSize", results.Equal, "0")},
		{"TotalItemSize", exchange.Unlimited(), true, where("TotalItemSize", results.Equal, "Unlimited")},
		{"LastLogonTime", exchange.NewTime(day), false, where("LastLogonTime", results.Equal, "2026-03-04")},
		{"LastLogonTime", exchange.NewTime(day), true, where("LastLogonTime", results.Equal, exchange.NewTime(day).Text())},
		{"RecipientTypeDetails", exchange.NewText(""), false, where("RecipientTypeDetails", results.IsEmpty, "")},
	} {
		var column results.Column
		for _, one := range columns {
			if one.Name == c.column {
				column = one
			}
		}
		if got := ValueFilter(column, c.v, c.exactly); got.Value != c.want.Value || got.Op != c.want.Op {
			t.Errorf("%v gives %+v, want %+v", c.v, got, c.want)
		}
	}
}
