package results

import (
	"math/rand"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
)

// anyValue is a value of the few kinds that many says, and now and then of any.
func anyValue(r *rand.Rand, kind int) exchange.Value {
	if r.Intn(50) == 0 {
		kind = r.Intn(10)
	}
	n := int64(r.Intn(400))
	switch kind {
	case 1:
		return exchange.NewText([]string{"", "a", "Ann", "b"}[n%4])
	case 2:
		return exchange.NewInteger(n)
	case 3:
		return exchange.NewSize(n)
	case 4:
		return exchange.NewFlag(n%2 == 0)
	case 5:
		return exchange.NewTime(time.Unix(n, 0).In(time.FixedZone("", int(n%3)*3600)))
	case 6:
		return exchange.Unlimited()
	case 7:
		return exchange.NewDecimal("1.5")
	case 8:
		return exchange.NewInteger(numNone)
	case 9:
		return exchange.NewText(strings.Repeat("x", longestText+int(n%2)))
	}
	return exchange.Value{}
}

// Rows that are added column by column are as those that are added one by one, whatever stands in them.
func TestColumnsAreAddedAsRowsAre(t *testing.T) {
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		names := []string{"A", "B", "C", "a", "D"} // a is A again
		one, all := NewTable(RunInfo{}), NewTable(RunInfo{})
		for range 6 {
			rows := r.Intn(300)
			columns := make([][]exchange.Value, len(names))
			records := make([]exchange.Record, rows)
			for i, name := range names {
				kind := r.Intn(7)
				if r.Intn(3) > 0 {
					kind = i + 1
				}
				for row := range rows {
					v := anyValue(r, kind)
					columns[i] = append(columns[i], v)
					records[row].Fields = append(records[row].Fields, exchange.Field{Name: name, Value: v})
				}
			}
			if err := one.Append("x", records); err != nil {
				t.Fatal(err)
			}
			if err := all.AppendColumns("x", rows, names, columns); err != nil {
				t.Fatal(err)
			}
			before, after := one.Snapshot(), all.Snapshot()
			if before.Len() != after.Len() || len(before.Columns()) != len(after.Columns()) {
				t.Fatalf("%d rows of %v, not %d of %v", after.Len(), after.Columns(), before.Len(), before.Columns())
			}
			for c, want := range before.Columns() {
				if got := after.Columns()[c]; got != want {
					t.Fatalf("seed %d: column %v, not %v", seed, got, want)
				}
				for row := range RowID(before.Len()) {
					if got, want := after.Cell(row, c), before.Cell(row, c); !got.Same(want) {
						t.Fatalf("seed %d: row %d of %s is %v, not %v", seed, row, before.Columns()[c].Name, got, want)
					}
				}
			}
		}
	}
}
