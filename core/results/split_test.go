package results

import (
	"context"
	"fmt"
	"math/rand"
	"testing"

	"tenantry/core/exchange"
)

// Groups by columns of any kind, many values and few, are those that the cells make, in the order they come.
func TestSplittingByManyValues(t *testing.T) {
	const rows = 30_000
	r := rand.New(rand.NewSource(1))
	var records []exchange.Record
	for i := range rows {
		n := whole(int64(r.Intn(4000)))
		if r.Intn(9) == 0 {
			n = []exchange.Value{none, exchange.NewText(""), exchange.Unlimited()}[r.Intn(3)]
		}
		records = append(records, rec("Few", fmt.Sprint(r.Intn(5)), "Some", fmt.Sprint(r.Intn(3000)), "Most", fmt.Sprint(r.Intn(2*rows)),
			"All", fmt.Sprint("row ", i), "Number", n, "Flag", exchange.NewFlag(r.Intn(2) == 0), "Empty", []exchange.Value{none, exchange.NewText("")}[r.Intn(2)]))
	}
	s := tableOf(t, records...)
	some := arrange(t, s, Query{Filter: Filter{Column: "Few", Op: NotEqual, Value: "3"}, Sort: []SortKey{{Column: "Some"}}})
	for _, by := range [][]string{{"Few"}, {"Most"}, {"All"}, {"Number"}, {"Few", "Some"}, {"Some", "Most"}, {"Number", "Number"}, {"Flag", "Number", "Some"},
		{"All", "Empty"}, {"Empty", "All", "Few"}, {"Most", "Some", "Number"}} {
		for _, v := range []View{All(s), some} {
			g, err := groupRows(context.Background(), s, Group{Columns: by}, v.v.rows, "")
			if err != nil {
				t.Fatal(err)
			}
			numbers := map[string]uint32{}
			counts := map[uint32]int64{}
			for i := range v.Len() {
				key := ""
				for _, name := range by {
					col, _ := s.Column(name)
					cell := s.Cell(v.ID(i), col)
					key += cell.Text() + "|"
				}
				n, ok := numbers[key]
				if !ok {
					n = uint32(len(numbers))
					numbers[key] = n
					if g.first[n] != uint32(v.ID(i)) {
						t.Fatalf("%v: group %d begins with row %d, not %d", by, n, g.first[n], v.ID(i))
					}
				}
				if counts[n]++; g.of[i] != n {
					t.Fatalf("%v: row %d is in group %d, not %d", by, v.ID(i), g.of[i], n)
				}
			}
			for n, count := range counts {
				if g.counts[n] != count {
					t.Fatalf("%v: group %d has %d rows, not %d", by, n, g.counts[n], count)
				}
			}
			if len(g.first) != len(numbers) {
				t.Fatalf("%v: %d groups, not %d", by, len(g.first), len(numbers))
			}
		}
	}
}

func TestTheMostCommonAreTheFirstOfEqualOnes(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for many := range 12 {
		var values []Common
		for i := range 2000 {
			values = append(values, Common{Value: whole(int64(i)), Count: 1 + r.Intn(1+i%400)})
		}
		got := mostCommon(values, many)
		if len(got) != many {
			t.Fatalf("%d values, not %d", len(got), many)
		}
		for i, one := range got {
			ahead := 0
			for at, other := range values {
				if other.Count > one.Count || other.Count == one.Count && int64(at) < one.Value.Int() {
					ahead++
				}
			}
			if ahead != i {
				t.Errorf("of %d, value %v with %d is number %d, not %d", many, one.Value, one.Count, i, ahead)
			}
		}
	}
}
