package results

import (
	"context"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"tenantry/core/exchange"
)

// A view that is arranged anew while rows arrive is the one that arranging all of them gives.
func TestASortedViewStaysSortedWhileRowsArrive(t *testing.T) {
	helped := 0
	for seed := range int64(120) {
		r := rand.New(rand.NewSource(seed))
		table := NewTable(RunInfo{})
		n := 0
		add := func(rows int) {
			var records []exchange.Record
			for range rows {
				n++
				text := []string{"", "anna", "Anna", "Änna", "bram 10", "Bram 2", fmt.Sprint("row ", n), fmt.Sprint("é", n%50)}[r.Intn(8)]
				number := []exchange.Value{none, whole(int64(r.Intn(20))), whole(int64(r.Intn(900000))), exchange.Unlimited()}[r.Intn(4)]
				when := []exchange.Value{none, exchange.NewTicks(6e17+int64(r.Intn(9))*864e9, 60, r.Intn(2) > 0)}[r.Intn(2)]
				odd := exchange.NewFlag(r.Intn(2) == 0)
				if r.Intn(3000) == 0 {
					number, odd = exchange.NewText("many"), whole(4) // another type from here on
				}
				records = append(records, rec("Text", text, "Number", number, "Time", when, "Odd", odd,
					"List", exchange.NewList([]exchange.Value{exchange.NewText(text), whole(int64(r.Intn(3)))}), "Decimal", exchange.NewDecimal(fmt.Sprintf("%d.5", r.Intn(9)))))
			}
			if err := table.Append("c", records); err != nil {
				t.Fatal(err)
			}
		}
		add(100 + r.Intn(900))
		var keys []SortKey
		for range 1 + r.Intn(3) {
			keys = append(keys, SortKey{[]string{"Text", "Number", "Time", "Odd", "List", "Decimal"}[r.Intn(6)], r.Intn(2) == 0})
		}
		q := Query{Sort: keys, Language: []string{"", "nl", "sv"}[r.Intn(3)], Now: time.Unix(0, 0)}
		var view View
		for range 12 {
			switch r.Intn(6) {
			case 0:
				q.Filter = Filter{Column: "Number", Op: More, Value: fmt.Sprint(r.Intn(30))}
			case 1:
				q.Find = []string{"a", "row", ""}[r.Intn(3)]
			case 2:
				q.Filter = Filter{}
			}
			s := table.Snapshot()
			if Check(s, q) != nil {
				q.Filter = Filter{}
			}
			if view.get().sorts(s, q) {
				helped++
			}
			again, err := ArrangeAfter(context.Background(), s, q, view)
			if err != nil {
				t.Fatal(err)
			}
			fresh := arrange(t, s, q)
			if again.Len() != fresh.Len() {
				t.Fatalf("seed %d: %d rows, not %d", seed, again.Len(), fresh.Len())
			}
			for i := range fresh.Len() {
				if again.ID(i) != fresh.ID(i) {
					t.Fatalf("seed %d: by %v row %d is %v, not %v", seed, keys, i, again.Record(i), fresh.Record(i))
				}
			}
			view = again
			add(r.Intn(n / 30))
		}
	}
	if helped < 500 {
		t.Errorf("an earlier view helped %d times", helped)
	}
	other := tableOf(t, rec("Text", "b"), rec("Text", "a"))
	q := Query{Sort: []SortKey{{Column: "Text"}}}
	if earlier := arrange(t, tableOf(t, rec("Text", "b"), rec("Text", "a")), q); earlier.get().sorts(other, q) {
		t.Error("a view of another table is taken")
	}
}
