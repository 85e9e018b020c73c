package results

import (
	"context"
	"fmt"
	"math/rand"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
)

var million struct {
	once  sync.Once
	table *Table
}

// millionRows is the table that the speed figures are about: 1,000,000 invented mailboxes with 20 columns
// from a fixed seed.
func millionRows(tb testing.TB) Snapshot {
	tb.Helper()
	million.once.Do(func() { million.table = inventMailboxes(1_000_000) })
	return million.table.Snapshot()
}

func inventMailboxes(n int) *Table {
	r := rand.New(rand.NewSource(1))
	fn := []string{"Anna", "Bram", "Chen", "Daan", "Eva", "Fatima", "Gijs", "Hanna", "Ivo", "Jasmijn", "Koen", "Lotte"}
	ln := []string{"de Vries", "Jansen", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Vos", "Peters"}
	ty := []string{"UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"}
	t := NewTable(RunInfo{ID: "bench"})
	text := exchange.NewText
	batch := make([]exchange.Record, 0, 1000)
	for i := range n {
		f, l := fn[r.Intn(len(fn))], ln[r.Intn(len(ln))]
		c := r.Intn(300)
		fw := ""
		if r.Intn(20) == 0 {
			fw = fmt.Sprintf("smtp:x%d@outside.example", r.Intn(100000))
		}
		fields := []exchange.Field{
			{Name: "Customer", Value: text(fmt.Sprintf("customer%03d", c))},
			{Name: "DisplayName", Value: text(fmt.Sprintf("%s %s %d", f, l, i))},
			{Name: "PrimarySmtpAddress", Value: text(fmt.Sprintf("%s.%d@customer%03d.onmicrosoft.com", f, i, c))},
			{Name: "Alias", Value: text(fmt.Sprintf("%s%d", f, i))},
			{Name: "RecipientTypeDetails", Value: text(ty[r.Intn(4)])},
			{Name: "TotalItemSize", Value: exchange.NewSize(r.Int63n(100 << 30))},
			{Name: "ItemCount", Value: exchange.NewInteger(int64(r.Intn(500000)))},
			{Name: "ProhibitSendQuota", Value: exchange.NewSize(50 << 30)},
			{Name: "WhenCreated", Value: exchange.NewTime(time.Date(2024, time.Month(1+r.Intn(12)), 1+r.Intn(28), r.Intn(24), r.Intn(60), r.Intn(60), 0, time.UTC))},
			{Name: "LastLogonTime", Value: exchange.NewTime(time.Date(2026, time.Month(1+r.Intn(11)), 1+r.Intn(28), r.Intn(24), r.Intn(60), r.Intn(60), 0, time.UTC))},
			{Name: "Department", Value: text(fmt.Sprintf("Dept%d", r.Intn(40)))},
			{Name: "Office", Value: text(fmt.Sprintf("Office%d", r.Intn(200)))},
			{Name: "City", Value: text(fmt.Sprintf("City%d", r.Intn(100)))},
			{Name: "ForwardingSmtpAddress", Value: text(fw)},
			{Name: "HiddenFromAddressListsEnabled", Value: exchange.NewFlag(r.Intn(10) == 0)},
			{Name: "LitigationHoldEnabled", Value: exchange.NewFlag(r.Intn(20) == 0)},
			{Name: "Database", Value: text(fmt.Sprintf("DB%03d", r.Intn(500)))},
			{Name: "ExchangeGuid", Value: text(fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.Intn(65536), r.Intn(4096), r.Intn(4096), r.Int63n(1<<48)))},
			{Name: "RetentionPolicy", Value: text(fmt.Sprintf("Policy%d", r.Intn(8)))},
			{Name: "Notes", Value: text(fmt.Sprintf("note %d for %s", r.Intn(1000), l))},
		}
		batch = append(batch, exchange.Record{Fields: fields})
		if len(batch) == cap(batch) || i == n-1 {
			if err := t.Append("contoso.example", batch); err != nil {
				panic(err)
			}
			batch = make([]exchange.Record, 0, 1000)
		}
	}
	t.Finish(time.Time{})
	return t
}

func benchQuery(b *testing.B, q Query, cold bool) {
	s := millionRows(b)
	b.ReportAllocs()
	for b.Loop() {
		if cold {
			for _, c := range s.s.cols {
				*c.ranks = rankCache{}
			}
		}
		v, err := Arrange(context.Background(), s, q)
		if err != nil {
			b.Fatal(err)
		}
		if v.Len() == 0 {
			b.Fatal("no rows")
		}
	}
}

func BenchmarkSortNumber(b *testing.B) {
	benchQuery(b, Query{Sort: []SortKey{{Column: "TotalItemSize", Desc: true}}}, false)
}

func BenchmarkSortTime(b *testing.B) {
	benchQuery(b, Query{Sort: []SortKey{{Column: "LastLogonTime"}}}, false)
}

// The first sort of a text column finds the order of its texts; later ones know it.
func BenchmarkSortTextFirst(b *testing.B) {
	benchQuery(b, Query{Sort: []SortKey{{Column: "DisplayName"}}}, true)
}

func BenchmarkSortTextAgain(b *testing.B) {
	benchQuery(b, Query{Sort: []SortKey{{Column: "DisplayName", Desc: true}}}, false)
}

func BenchmarkFindOne(b *testing.B) {
	benchQuery(b, Query{Columns: []string{"DisplayName"}, Find: "vries 99"}, false)
}

func BenchmarkFindFive(b *testing.B) {
	benchQuery(b, Query{Columns: []string{"DisplayName", "PrimarySmtpAddress", "Alias", "Department", "Notes"}, Find: "vries 99"}, false)
}

func BenchmarkGroup(b *testing.B) {
	benchQuery(b, Query{Group: Group{Columns: []string{"RecipientTypeDetails"}, Sums: []string{"TotalItemSize"}}}, false)
}

func BenchmarkFilterSize(b *testing.B) {
	benchQuery(b, Query{Filter: Filter{Column: "TotalItemSize", Op: More, Value: "45GB"}}, false)
}
