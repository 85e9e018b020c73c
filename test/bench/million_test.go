package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/results"
	"tenantry/test/bench/million"
)

// millionFile is the table of package million as a file, in a folder that TestMain removes.
var millionFile = sync.OnceValues(func() (path string, err error) {
	f, err := os.Create(filepath.Join(scratch, "million.csv"))
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(million.Write(f, million.Rows), f.Close())
})

func openMillion(tb testing.TB) *results.Table {
	tb.Helper()
	path, err := millionFile()
	if err != nil {
		tb.Fatal(err)
	}
	o, err := export.Open(context.Background(), path)
	if err != nil {
		tb.Fatal(err)
	}
	if o.Table.Len() != million.Rows {
		tb.Fatalf("%d rows were read", o.Table.Len())
	}
	return o.Table
}

var opened struct{ table, changed *results.Table }

// millionTable is the open file, kept for the benchmarks that arrange it.
func millionTable(tb testing.TB) results.Snapshot {
	if opened.table == nil {
		opened.table = openMillion(tb)
	}
	return opened.table.Snapshot()
}

// changedTable is the table with every thousandth mailbox in another office and every thousand and first gone.
func changedTable(tb testing.TB) results.Snapshot {
	tb.Helper()
	if opened.changed != nil {
		return opened.changed.Snapshot()
	}
	path, err := millionFile()
	if err != nil {
		tb.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	var changed bytes.Buffer
	for i, line := range lines {
		switch {
		case i > 0 && i%1000 == 0:
			line = bytes.Replace(line, []byte(",Office"), []byte(",Moved"), 1)
		case i > 0 && i%1001 == 0:
			continue
		}
		changed.Write(line)
	}
	o, err := export.Read(context.Background(), "changed.csv", changed.Bytes())
	if err != nil {
		tb.Fatal(err)
	}
	opened.changed = o.Table
	return opened.changed.Snapshot()
}

// arranged are the ways to arrange the table that are measured, with what they are to take on one core. The
// yardstick asks SQLite for the same; where it sorts it is asked for the last row only, so that handing over
// the others does not count.
var arranged = []struct {
	name  string
	reach time.Duration // 0 where nothing is asked
	query results.Query
	sql   string
}{
	{"sort by a number", 60 * time.Millisecond, results.Query{Sort: []results.SortKey{{Column: "TotalItemSize", Desc: true}}},
		"SELECT rowid FROM t ORDER BY TotalItemSize DESC LIMIT 1 OFFSET 999999"},
	{"sort by a text", 150 * time.Millisecond, results.Query{Sort: []results.SortKey{{Column: "DisplayName", Desc: true}}},
		"SELECT rowid FROM t ORDER BY DisplayName DESC LIMIT 1 OFFSET 999999"},
	{"sort by three columns", 0, results.Query{Sort: []results.SortKey{{Column: "Department"}, {Column: "LitigationHoldEnabled"}, {Column: "TotalItemSize", Desc: true}}},
		"SELECT rowid FROM t ORDER BY Department, LitigationHoldEnabled, TotalItemSize DESC LIMIT 1 OFFSET 999999"},
	{"find in one column", 40 * time.Millisecond, results.Query{Columns: []string{"DisplayName"}, Find: "vries 99"},
		"SELECT count(*) FROM t WHERE DisplayName LIKE '%vries 99%'"},
	{"find in five columns", 100 * time.Millisecond, results.Query{Columns: []string{"DisplayName", "PrimarySmtpAddress", "Alias", "Department", "Notes"}, Find: "vries 99"},
		"SELECT count(*) FROM t WHERE DisplayName LIKE '%vries 99%' OR PrimarySmtpAddress LIKE '%vries 99%' OR Alias LIKE '%vries 99%'" +
			" OR Department LIKE '%vries 99%' OR Notes LIKE '%vries 99%'"},
	{"group, count and sum", 15 * time.Millisecond, results.Query{Group: results.Group{Columns: []string{"RecipientTypeDetails"}, Sums: []string{"TotalItemSize"}}},
		"SELECT count(*) FROM (SELECT RecipientTypeDetails, count(*), sum(TotalItemSize) FROM t GROUP BY 1)"},
	{"filter by a tree", 0, results.Query{Filter: results.Filter{All: []results.Filter{
		{Any: []results.Filter{{Column: "RecipientTypeDetails", Op: results.Equal, Value: "UserMailbox"}, {Column: "RecipientTypeDetails", Op: results.Equal, Value: "SharedMailbox"}}},
		{Not: &results.Filter{Column: "Notes", Op: results.Contains, Value: "for de"}},
		{Column: "TotalItemSize", Op: results.More, Value: "45GB"},
		{Column: "LastLogonTime", Op: results.Less, Value: "2026-06-01"},
	}}},
		"SELECT count(*) FROM t WHERE RecipientTypeDetails COLLATE NOCASE IN ('UserMailbox', 'SharedMailbox') AND Notes NOT LIKE '%for de%'" +
			" AND TotalItemSize > 45 * 1073741824 AND LastLogonTime < '2026-06-01'"},
}

// The other work that is measured, as SQLite is asked for it.
const (
	profileSQL = "SELECT count(*), count(TotalItemSize), count(DISTINCT TotalItemSize), min(TotalItemSize), max(TotalItemSize) FROM t;" +
		" SELECT TotalItemSize, count(*) FROM t GROUP BY 1 ORDER BY 2 DESC LIMIT 5"
	compareSQL = "CREATE INDEX address ON changed (PrimarySmtpAddress);" +
		" SELECT count(*) FROM t JOIN changed AS c USING (PrimarySmtpAddress) WHERE (%s);" +
		" SELECT count(*) FROM t WHERE PrimarySmtpAddress NOT IN (SELECT PrimarySmtpAddress FROM changed);" +
		" DROP INDEX address"
	changeSQL = "CREATE TABLE changed AS SELECT * FROM t;" +
		" UPDATE changed SET Office = 'Moved' WHERE rowid % 1000 = 0; DELETE FROM changed WHERE rowid % 1001 = 0"
)

// BenchmarkMillion sorts, finds, groups, filters, profiles and compares a million rows on one core and on two,
// and in SQLite on one. The first sort by a text column finds the order of its texts; again is a sort that
// knows it.
func BenchmarkMillion(b *testing.B) {
	for _, a := range arranged {
		beside(b, a.name, a.sql, a.reach, func(b *testing.B, cores int) taken {
			return arrange(b, millionTable(b), a.query, cores, a.name == "sort by a text")
		})
		if a.name == "sort by a text" {
			beside(b, a.name+", again", "", 0, func(b *testing.B, cores int) taken {
				return arrange(b, millionTable(b), a.query, cores, false)
			})
		}
	}
	beside(b, "profile of a column", profileSQL, 0, func(b *testing.B, cores int) taken {
		v := results.All(millionTable(b))
		col, _ := v.Snapshot().Column("TotalItemSize")
		return measure(b, cores, 0, func() {
			if p, err := v.Profile(context.Background(), col, 5); err != nil || p.Distinct < 900_000 {
				b.Fatal(p, err)
			}
		})
	})
	beside(b, "compare with a changed one", compareSQL, 0, func(b *testing.B, cores int) taken {
		before, after := millionTable(b), changedTable(b)
		return measure(b, cores, 0, func() {
			if c, err := results.Compare(context.Background(), before, after, []string{"PrimarySmtpAddress"}); err != nil || c.Changed < 900 || c.Removed < 900 {
				b.Fatal(c, err)
			}
		})
	})
	opened.changed = nil
}

// beside measures work on one core and on two, and has it told beside what SQLite takes for the same.
func beside(b *testing.B, name, sql string, reach time.Duration, work func(b *testing.B, cores int) taken) {
	f := &figure{name: name, reach: []time.Duration{reach}}
	short := strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), " ", "-")
	for cores := 1; cores <= 2; cores++ {
		b.Run(fmt.Sprintf("%s/cores=%d", short, cores), func(b *testing.B) { f.ours[cores-1] = work(b, cores) })
	}
	if sql != "" && f.ours[0].runs > 0 {
		b.Run(short+"/yardstick=sqlite", func(b *testing.B) {
			f.yardstick = sqlite(b).times[sql]
			f.yardstick.report(b)
		})
	}
	if f.ours[0].runs > 0 {
		figures = append(figures, f)
	}
}

func arrange(b *testing.B, s results.Snapshot, q results.Query, cores int, first bool) taken {
	languages := []string{"nl", "en"}
	return measure(b, cores, 0, func() {
		if first { // the order of one language is remembered, so the other's has to be found
			languages[0], languages[1] = languages[1], languages[0]
			q.Language = languages[0]
		}
		v, err := results.Arrange(context.Background(), s, q)
		if err != nil {
			b.Fatal(err)
		}
		if v.Len() == 0 {
			b.Fatal("no rows")
		}
	})
}

// BenchmarkOpenMillion opens the CSV file as a table of typed columns. Go's encoding/csv only cuts it into
// fields.
func BenchmarkOpenMillion(b *testing.B) {
	path, err := millionFile()
	if err != nil {
		b.Fatal(err)
	}
	f := &figure{name: "open the CSV file", reach: []time.Duration{1500 * time.Millisecond, 800 * time.Millisecond}}
	for cores := 1; cores <= 2; cores++ {
		b.Run(fmt.Sprintf("cores=%d", cores), func(b *testing.B) {
			f.ours[cores-1] = measureOften(b, cores, 0, 5, func() { openMillion(b) })
		})
	}
	b.Run("yardstick=sqlite", func(b *testing.B) {
		f.yardstick = sqlite(b).open
		f.yardstick.report(b)
	})
	if f.ours[0].runs > 0 {
		figures = append(figures, f)
	}
	b.Run("yardstick=encoding-csv", func(b *testing.B) {
		measure(b, 1, 0, func() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = f.Close() }() // only read from
			r := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
			r.ReuseRecord = true
			for err == nil {
				_, err = r.Read()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkMemoryOfMillion tells how many bytes the table takes for each byte of its distinct values.
func BenchmarkMemoryOfMillion(b *testing.B) {
	opened.table = nil
	for b.Loop() {
		before := heap()
		table := openMillion(b)
		took := heap() - before
		distinct := distinctBytes(table.Snapshot())
		b.ReportMetric(float64(took)/1e6, "MB")
		b.ReportMetric(float64(distinct)/1e6, "MB-distinct")
		b.ReportMetric(float64(took)/float64(distinct), "x")
		memory = fmt.Sprintf("memory: %.1f MB for %.1f MB of distinct values, %.2f times as much; to reach: 1.5 times",
			mega(took), mega(distinct), float64(took)/float64(distinct))
		runtime.KeepAlive(table)
	}
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first one found to be finalised
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// distinctBytes adds up the distinct values of each column: texts by their length, members of lists too, all
// else as 8 bytes.
func distinctBytes(s results.Snapshot) (sum int64) {
	for c := range s.Columns() {
		texts, numbers := map[string]struct{}{}, map[exchange.Kind]map[int64]struct{}{}
		for r := range s.Len() {
			v := s.Cell(results.RowID(r), c)
			n := v.Int()
			switch v.Kind() {
			case exchange.None:
				continue
			case exchange.Time:
				n, _, _, _ = v.Ticks()
			case exchange.Integer, exchange.Size, exchange.Duration, exchange.Flag:
			default:
				text := v.Text()
				if _, ok := texts[text]; !ok {
					texts[text] = struct{}{}
					sum += int64(len(text))
				}
				continue
			}
			set := numbers[v.Kind()]
			if set == nil {
				set = map[int64]struct{}{}
				numbers[v.Kind()] = set
			}
			if _, ok := set[n]; !ok {
				set[n] = struct{}{}
				sum += 8
			}
		}
	}
	return sum
}
