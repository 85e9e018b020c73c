package results

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
)

// compareSlowly is what Compare finds, with a map of texts and every cell looked at.
func compareSlowly(before, after Snapshot, key string) (said []string, repeats string) {
	at := func(s Snapshot, name string) int { n, _ := s.Column(name); return n }
	told := func(s Snapshot) map[string][]RowID {
		rows := map[string][]RowID{}
		n, first := 0, ""
		for row := range RowID(s.Len()) {
			v := s.Cell(row, at(s, key))
			k := strings.ToLower(v.Text())
			if v.Kind() == exchange.Size || v.Kind() == exchange.Integer {
				k = fmt.Sprint(v.Int())
			}
			if rows[k] = append(rows[k], row); len(rows[k]) > 1 {
				if n++; n == 1 {
					first = v.Text()
				}
			}
		}
		if n > 0 {
			repeats += fmt.Sprintf("%d %s;", n, first)
		}
		return rows
	}
	old, now := told(before), told(after)
	partner := map[RowID]RowID{}
	gone := map[RowID]bool{}
	for k, rows := range old {
		for i, row := range rows {
			if i < len(now[k]) {
				partner[now[k][i]] = row
			} else {
				gone[row] = true
			}
		}
	}
	for row := range RowID(after.Len()) {
		was, ok := partner[row]
		if !ok {
			said = append(said, fmt.Sprint("added ", row))
			continue
		}
		changed := ""
		for c, col := range after.Columns() {
			if col.Name != key && !sameCell(before.Cell(was, at(before, col.Name)), after.Cell(row, c)) {
				changed += " " + col.Name
			}
		}
		if changed != "" {
			said = append(said, fmt.Sprint("changed ", row, changed))
		}
	}
	for row := range RowID(before.Len()) {
		if gone[row] {
			said = append(said, fmt.Sprint("removed ", row))
		}
	}
	return said, repeats
}

// Whatever kinds of cells columns have, and however many rows share a key, what is found is what looking at every cell
// finds.
func TestCompareFindsWhatLookingAtEveryCellFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	pick := func(of ...exchange.Value) exchange.Value { return of[r.IntN(len(of))] }
	text, noon := exchange.NewText, time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	draw := func(rows, keys int, odd bool) Snapshot {
		table := NewTable(RunInfo{Title: "t"})
		for i := range rows {
			key := text(fmt.Sprintf("User%d@contoso.example", r.IntN(keys)))
			if r.IntN(5) == 0 {
				key = text(strings.ToUpper(key.Text()))
			}
			fields := rec("Number", whole(int64(i)), "Key", key,
				"Name", pick(text("anna"), text("Anna"), text("bert"), none, text("")),
				"Size", pick(size(1024), size(5), exchange.Unlimited(), none),
				"When", pick(exchange.NewTime(noon), exchange.NewTime(noon.In(time.FixedZone("", 3600))), exchange.NewZonelessTime(noon), none),
				"Hold", pick(exchange.NewFlag(true), exchange.NewFlag(false), none),
				"Ratio", pick(exchange.NewDecimal("0.10"), exchange.NewDecimal("0.1"), whole(3), none)).Fields
			if odd {
				fields = append(fields, rec("Mixed", pick(whole(1024), text("1 KB"), size(1024), exchange.NewList([]exchange.Value{text("anna")}), text("anna"))).Fields...)
				fields[3].Value = pick(size(1024), whole(1024), text("1 KB"), none)
			} else {
				fields = append(fields, rec("Mixed", pick(text("anna"), text("1024"), text("1 KB"))).Fields...)
			}
			if err := table.Append("", []exchange.Record{{Fields: fields}}); err != nil {
				t.Fatal(err)
			}
		}
		return table.Snapshot()
	}
	for _, n := range []struct{ before, after, keys int }{{0, 30, 5}, {30, 0, 5}, {200, 200, 1000}, {300, 250, 100}, {100, 900, 3000}, {400, 400, 1}} {
		for _, odd := range []bool{false, true} {
			before, after := draw(n.before, n.keys, odd), draw(n.after, n.keys, !odd)
			want, repeats := compareSlowly(before, after, "Key")
			c := compared(t, before, after, "Key")
			var got []string
			s := c.Table.Snapshot()
			cell := func(row RowID, name string) exchange.Value {
				at, ok := s.Column(name)
				if !ok {
					return exchange.Value{}
				}
				return s.Cell(row, at)
			}
			for row := range RowID(s.Len()) {
				line := cell(row, ChangeColumn).Text()
				number := "Number after"
				if line == ChangeRemoved {
					number = "Number before"
				}
				if _, ok := s.Column(number); !ok {
					number = "Number"
				}
				line += " " + cell(row, number).Text()
				for _, name := range cell(row, ChangedColumn).List() {
					line += " " + name.Text()
				}
				got = append(got, line)
			}
			for i, line := range want {
				want[i] = strings.ReplaceAll(line, ",", "")
			}
			for i, line := range got {
				got[i] = strings.ReplaceAll(line, ",", "")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%+v: %s", n, diff)
			}
			told := ""
			for _, p := range c.Repeats {
				told += p.Args["n"] + " " + p.Args["value"] + ";"
			}
			if told != repeats {
				t.Errorf("%+v: repeats are %q, not %q", n, told, repeats)
			}
		}
	}
}

// BenchmarkCompare compares two tables of 200,000 rows and 12 columns, in which every hundredth row changed.
func BenchmarkCompare(b *testing.B) {
	draw := func(change bool) Snapshot {
		table := NewTable(RunInfo{})
		for i := range 200_000 {
			items := int64(i)
			if change && i%100 == 0 {
				items++
			}
			r := rec("Mail", fmt.Sprintf("user.%d@contoso.example", i), "Items", whole(items))
			for c := range 5 {
				r.Fields = append(r.Fields, rec(fmt.Sprint("Text ", c), fmt.Sprint("value ", i%(10<<(3*c))), fmt.Sprint("Size ", c), size(int64(i*c))).Fields...)
			}
			if err := table.Append("", []exchange.Record{r}); err != nil {
				b.Fatal(err)
			}
		}
		return table.Snapshot()
	}
	before, after := draw(false), draw(true)
	b.ReportAllocs()
	for b.Loop() {
		c, err := Compare(context.Background(), before, after, []string{"Mail"})
		if err != nil || c.Changed != 2000 {
			b.Fatal(c.Changed, err)
		}
	}
}
