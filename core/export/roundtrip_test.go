package export

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// mailboxRows is CSV with a column of each type that CSV can tell, and what is odd about each.
func mailboxRows(rows int) string {
	r := rand.New(rand.NewPCG(9, 9))
	var b strings.Builder
	b.WriteString("Name,TotalItemSize,ProhibitSendQuota,ItemCount,Price,WhenCreated,LastLogonTime,Seen,RetainDeletedItemsFor,LitigationHoldEnabled,Phone,Notes,Nothing,Date as text\r\n")
	odd := []string{"'=HYPERLINK(\"x\")", "'@SUM(A1)", "'-cmd", "007", "+31", "1e5", "0x10", "True story", "東京, オフィス", "say \"hi\"", "two\r\nlines", "Unlimited stories", "2026-13-01", " spaced ", "'''=x", "_x0041_", "\U0001f600"}
	for range rows {
		cell := func(s string) {
			if r.IntN(9) == 0 {
				s = ""
			} else if strings.ContainsAny(s, ",\"\r\n") || strings.Trim(s, " ") != s {
				s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
			}
			b.WriteString(s + ",")
		}
		when := time.Date(2020+r.IntN(7), time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(2)*r.IntN(1e7)*100, time.FixedZone("", (r.IntN(25)-12)*1800))
		cell(odd[r.IntN(len(odd))])
		cell(fmt.Sprint(r.Int64N(1 << 50)))
		if r.IntN(3) == 0 {
			cell("Unlimited")
		} else {
			cell(fmt.Sprint(r.Int64N(1 << 40)))
		}
		cell(fmt.Sprint(r.Int64() - 1<<62))
		cell(fmt.Sprintf("%d.%02d", r.IntN(2000)-1000, r.IntN(100)))
		cell(when.Format(time.RFC3339Nano))
		cell(when.UTC().Format(time.RFC3339))
		cell(when.Format("2006-01-02T15:04:05"))
		cell(exchange.NewDuration(r.Int64N(1e15) - 1e14).Text())
		cell([]string{"True", "False"}[r.IntN(2)])
		cell([]string{"0612345678", "+31 20 555", "06"}[r.IntN(3)])
		cell(odd[r.IntN(len(odd))] + " " + odd[r.IntN(len(odd))][1:])
		b.WriteString(",")
		b.WriteString([]string{"2026-01-01", "n/a"}[r.IntN(2)] + "\r\n")
	}
	return b.String()
}

// A table of CSV goes through every format that is read back, and comes out as the same bytes; on its way every value and
// type stays.
func TestEveryValueGoesThroughEveryFormat(t *testing.T) {
	first := reread(t, "a.csv", mailboxRows(2000))
	want := told(first)
	if types := strings.Join(want[0], ","); types != "Name text,TotalItemSize size,ProhibitSendQuota size,ItemCount integer,Price decimal,WhenCreated time,LastLogonTime time,Seen time,"+
		"RetainDeletedItemsFor duration,LitigationHoldEnabled flag,Phone text,Notes text,Nothing none,Date as text text" {
		t.Fatalf("the types are %s", types)
	}
	data := written(t, "csv", first, Options{})
	for _, trip := range [][]string{{"xlsx", "parquet", "jsonl", "csv"}, {"parquet", "json", "xlsx", "csv"}, {"jsonl", "csv", "parquet", "csv"}} {
		v := first
		for _, format := range trip {
			v = reread(t, "x."+format, written(t, format, v, Options{}))
			if diff := cmp.Diff(want, told(v)); diff != "" {
				t.Fatalf("%v, %s: %s", trip, format, diff)
			}
		}
		if diff := cmp.Diff(data, written(t, "csv", v, Options{})); diff != "" {
			t.Errorf("%v: %s", trip, diff)
		}
	}
}

// What a format does not tell of a value: read back it has the kind given here. Where none is given the kind stays.
// Parquet tells them all.
func TestWhatAFormatDoesNotTell(t *testing.T) {
	type kinds map[string]exchange.Kind
	words := func(texts ...string) exchange.Value {
		var list []exchange.Value
		for _, s := range texts {
			list = append(list, exchange.NewText(s))
		}
		return exchange.NewList(list)
	}
	for name, c := range map[string]struct {
		value exchange.Value
		told  kinds
	}{
		"TotalItemSize": {exchange.NewSize(5 << 30), nil},
		"Size":          {exchange.NewSize(5 << 30), kinds{"csv": exchange.Integer, "json": exchange.Integer}}, // a name that says nothing of bytes
		"MaxSendSize":   {exchange.Unlimited(), nil},
		"ItemCount":     {exchange.NewInteger(-7), nil},
		"Ratio":         {exchange.NewDecimal("0.25"), nil},
		"Large":         {exchange.NewDecimal("79228162514264337593543950335"), kinds{"csv": exchange.Text}}, // so many digits may be a code
		"When":          {exchange.NewTicks(639000000000000001, -570, true), nil},
		"Clock":         {exchange.NewTicks(639000000000000000, 0, false), nil},
		"Keep":          {exchange.NewDuration(90 * dayTicks), nil},
		"Hold":          {exchange.NewFlag(false), nil},
		"Name":          {exchange.NewText("x"), nil},
		"Code":          {exchange.NewText("12"), kinds{"csv": exchange.Integer}}, // looks like a number
		"Blank":         {exchange.NewText(""), kinds{"csv": exchange.None, "xlsx": exchange.None}},
		"Nothing":       {exchange.Value{}, nil},
		"Members":       {words("a", "b"), kinds{"csv": exchange.Text}},                                                                                   // joined by "; "
		"Parts":         {words("a; b", "c"), kinds{"csv": exchange.Text, "xlsx": exchange.Text}},                                                         // and that stands in one of them
		"Nobody":        {words(), kinds{"csv": exchange.None, "xlsx": exchange.None}},                                                                    // nothing is joined
		"Owner":         {exchange.NewNested("", rec("Name", "Anna", "Age", exchange.NewInteger(3))), kinds{"csv": exchange.Text, "xlsx": exchange.Text}}, // Name=Anna, Age=3
	} {
		for _, format := range []string{"csv", "json", "jsonl", "xlsx", "parquet"} {
			back := reread(t, "x."+format, written(t, format, view(t, rec("Row", "r", name, c.value)), Options{}))
			if n := back.Columns(); len(n) != 2 || n[1].Name != name || back.Len() != 1 {
				t.Errorf("%s, %s: the table became %v", format, name, told(back))
				continue
			}
			got, want := back.Cell(0, 1), c.value.Kind()
			if kind, lost := c.told[strings.TrimSuffix(format, "l")]; lost {
				want = kind
			}
			text := c.value.Text()
			if want == exchange.Integer {
				text = fmt.Sprint(got.Int())
			}
			if got.Kind() != want || got.Text() != text {
				t.Errorf("%s, %s: %s %q became %s %q", format, name, results.KindName(c.value.Kind()), c.value.Text(), results.KindName(got.Kind()), got.Text())
			}
			if want == exchange.Integer && fmt.Sprint(got.Int()) != strings.Trim(csvText(c.value), "'") {
				t.Errorf("%s, %s became %d", format, name, got.Int())
			}
		}
	}
}
