package results

import (
	"fmt"
	"testing"
	"time"

	"tenantry/core/exchange"
)

// Lists that repeat are kept once, also when rows follow a Finish, and each row shows its own.
func TestListsThatRepeatAreKeptOnce(t *testing.T) {
	table := NewTable(RunInfo{ID: "lists"})
	list := func(i int) exchange.Value {
		items := []exchange.Value{exchange.NewText("SMTP:a@contoso.example"), exchange.NewInteger(int64(i))}
		for j := range 30 {
			items = append(items, exchange.NewText(fmt.Sprint("smtp:", i, "-", j)))
		}
		return exchange.NewList(items)
	}
	const rows, distinct = 2000, 70
	for range 2 {
		for i := range rows {
			r := exchange.Record{Fields: []exchange.Field{{Name: "Addresses", Value: list(i % distinct)}}}
			if err := table.Append("contoso.example", []exchange.Record{r}); err != nil {
				t.Fatal(err)
			}
		}
		table.Finish(time.Time{})
	}
	s := table.Snapshot()
	if n := len(s.s.cols[0].vals); n != distinct {
		t.Errorf("%d lists are kept of %d", n, distinct)
	}
	for i := range 2 * rows {
		if got, want := s.Cell(RowID(i), 0), list(i%rows%distinct); !got.Same(want) {
			t.Fatalf("row %d shows %v", i, got)
		}
	}
}
