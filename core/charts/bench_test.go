package charts

import (
	"context"
	"fmt"
	"math/rand"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// million is a table of a million invented mailboxes.
var million = sync.OnceValue(func() results.View {
	const n = 1_000_000
	r := rand.New(rand.NewSource(1))
	t := results.NewTable(results.RunInfo{})
	batch := make([]exchange.Record, 0, 1000)
	for i := range n {
		batch = append(batch, rec("DisplayName", fmt.Sprintf("Anna de Vries %d", i), "Department", fmt.Sprintf("Dept%d", r.Intn(40)),
			"TotalItemSize", exchange.NewSize(r.Int63n(100<<30)), "ItemCount", r.Intn(500000),
			"LastLogonTime", time.Date(2026, time.Month(1+r.Intn(11)), 1+r.Intn(28), r.Intn(24), r.Intn(60), r.Intn(60), 0, time.UTC)))
		if len(batch) == cap(batch) {
			if err := t.Append("", batch); err != nil {
				panic(err)
			}
			batch = batch[:0]
		}
	}
	return results.All(t.Snapshot())
})

func BenchmarkMake(b *testing.B) {
	v := million()
	for _, text := range []string{"bars:Department", "bars:Department:sum:TotalItemSize", "bars:DisplayName:rows", "bars:TotalItemSize", "histogram:TotalItemSize", "timeline:LastLogonTime", "timeline:LastLogonTime:sum:TotalItemSize"} {
		s, err := Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Make(context.Background(), v, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("auto", func(b *testing.B) {
		for b.Loop() {
			if _, err := Usual(context.Background(), v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLayout(b *testing.B) {
	d, err := Make(context.Background(), million(), Spec{Kind: Timeline, Column: "LastLogonTime"})
	if err != nil {
		b.Fatal(err)
	}
	w := wording.For("en")
	b.ReportAllocs()
	for b.Loop() {
		Layout(d, w, Frame{W: 760, H: 320})
	}
}
