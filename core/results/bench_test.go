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

func BenchmarkFindAll(b *testing.B) { benchQuery(b, Query{Find: "2024"}, false) }

func BenchmarkSortThree(b *testing.B) {
	benchQuery(b, Query{Sort: []SortKey{{Column: "Department"}, {Column: "LitigationHoldEnabled"}, {Column: "TotalItemSize", Desc: true}}}, false)
}

func BenchmarkGroupTwo(b *testing.B) {
	benchQuery(b, Query{Group: Group{Columns: []string{"Department", "Office"}, Sums: []string{"TotalItemSize"},
		Averages: []string{"ItemCount"}, Maxs: []string{"LastLogonTime"}, Distincts: []string{"Database"}}}, false)
}

func BenchmarkGroupNumber(b *testing.B) {
	benchQuery(b, Query{Group: Group{Columns: []string{"ItemCount"}}}, false)
}

var benchFilters = []struct {
	name   string
	filter Filter
}{
	{"Contains", Filter{Column: "PrimarySmtpAddress", Op: Contains, Value: "anna.99"}},
	{"Starts", Filter{Column: "DisplayName", Op: StartsWith, Value: "Anna de V"}},
	{"Equals", Filter{Column: "Office", Op: Equal, Value: "office120"}},
	{"NotEquals", Filter{Column: "Alias", Op: NotEqual, Value: "anna120"}},
	{"TextFrom", Filter{Column: "DisplayName", Op: MoreEqual, Value: "lotte"}},
	{"Between", And(Filter{Column: "TotalItemSize", Op: MoreEqual, Value: "10GB"}, Filter{Column: "TotalItemSize", Op: Less, Value: "20GB"})},
	{"OlderThan", Filter{Column: "LastLogonTime", Op: More, Value: "90d"}},
	{"Day", Filter{Column: "WhenCreated", Op: Equal, Value: "2024-03-04"}},
	{"Empty", Filter{Column: "ForwardingSmtpAddress", Op: IsEmpty}},
	{"Flag", Filter{Column: "LitigationHoldEnabled", Op: Equal, Value: "yes"}},
	{"Set", Filter{Any: setOf("Office", 50)}},
	{"SetOfNumbers", Filter{Any: setOf("ItemCount", 50)}},
	{"Tree", Filter{All: []Filter{
		{Any: []Filter{{Column: "RecipientTypeDetails", Op: Equal, Value: "UserMailbox"}, {Column: "RecipientTypeDetails", Op: Equal, Value: "SharedMailbox"}}},
		{Not: &Filter{Column: "Notes", Op: Contains, Value: "for de"}},
		{Column: "TotalItemSize", Op: More, Value: "45GB"},
		{Column: "LastLogonTime", Op: Less, Value: "400d"},
	}}},
}

func setOf(column string, n int) (any []Filter) {
	for i := range n {
		value := fmt.Sprint(i * 3)
		if column == "Office" {
			value = "office" + value
		}
		any = append(any, Filter{Column: column, Op: Equal, Value: value})
	}
	return any
}

func BenchmarkFilter(b *testing.B) {
	for _, f := range benchFilters {
		b.Run(f.name, func(b *testing.B) {
			benchQuery(b, Query{Filter: f.filter, Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}, false)
		})
	}
}

func BenchmarkProfile(b *testing.B) {
	v := All(millionRows(b))
	for _, name := range []string{"DisplayName", "Office", "TotalItemSize", "WhenCreated", "LitigationHoldEnabled"} {
		col, _ := v.Snapshot().Column(name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p, err := v.Profile(context.Background(), col, 5); err != nil || p.Rows != v.Len() {
					b.Fatal(p, err)
				}
			}
		})
	}
}

// A thousand rows come to a million that are sorted.
func BenchmarkSortWhileRowsArrive(b *testing.B) {
	for _, column := range []string{"DisplayName", "TotalItemSize"} {
		b.Run(column, func(b *testing.B) {
			table := inventMailboxes(1_000_000)
			more := inventMailboxes(1000).Snapshot()
			rows := make([]exchange.Record, more.Len())
			for i := range rows {
				rows[i] = more.Row(RowID(i))
			}
			q := Query{Sort: []SortKey{{Column: column}}}
			view, err := Arrange(context.Background(), table.Snapshot(), q)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := table.Append("contoso.example", rows); err != nil {
					b.Fatal(err)
				}
				if view, err = ArrangeAfter(context.Background(), table.Snapshot(), q, view); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
