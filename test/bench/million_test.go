package bench

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // the yardstick

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

var opened struct {
	table *results.Table
	base  *sql.DB
}

// millionTable is the open file, kept for the benchmarks that arrange it.
func millionTable(tb testing.TB) results.Snapshot {
	if opened.table == nil {
		opened.table = openMillion(tb)
	}
	return opened.table.Snapshot()
}

// millionBase is the same table in SQLite, in memory.
func millionBase(tb testing.TB) *sql.DB {
	tb.Helper()
	if opened.base != nil {
		return opened.base
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1) // every connection would have a database of its own
	s := millionTable(tb)
	create, insert := "", ""
	for i, c := range s.Columns() {
		kind := "TEXT"
		if c.Type == exchange.Integer || c.Type == exchange.Size {
			kind = "INTEGER"
		}
		if i > 0 {
			create, insert = create+",", insert+","
		}
		create, insert = create+c.Name+" "+kind, insert+"?"
	}
	if _, err := db.Exec("CREATE TABLE t (" + create + ")"); err != nil {
		tb.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		tb.Fatal(err)
	}
	st, err := tx.Prepare("INSERT INTO t VALUES (" + insert + ")")
	if err != nil {
		tb.Fatal(err)
	}
	row := make([]any, len(s.Columns()))
	for r := range s.Len() {
		for c := range row {
			switch v := s.Cell(results.RowID(r), c); v.Kind() {
			case exchange.Integer, exchange.Size:
				row[c] = v.Int()
			default:
				row[c] = v.Text()
			}
		}
		if _, err := st.Exec(row...); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(st.Close(), tx.Commit()); err != nil {
		tb.Fatal(err)
	}
	opened.base = db
	return db
}

// arranged are the ways to arrange the table that are measured. The yardstick asks SQLite for the same; where
// it sorts it is asked for the last row only, so that handing over the others does not count.
var arranged = []struct {
	name  string
	query results.Query
	sql   string
}{
	{"SortNumber", results.Query{Sort: []results.SortKey{{Column: "TotalItemSize", Desc: true}}},
		"SELECT rowid FROM t ORDER BY TotalItemSize DESC LIMIT 1 OFFSET 999999"},
	{"SortText", results.Query{Sort: []results.SortKey{{Column: "DisplayName", Desc: true}}},
		"SELECT rowid FROM t ORDER BY DisplayName DESC LIMIT 1 OFFSET 999999"},
	{"FindInOne", results.Query{Columns: []string{"DisplayName"}, Find: "vries 99"},
		"SELECT count(*) FROM t WHERE DisplayName LIKE '%vries 99%'"},
	{"FindInFive", results.Query{Columns: []string{"DisplayName", "PrimarySmtpAddress", "Alias", "Department", "Notes"}, Find: "vries 99"},
		"SELECT count(*) FROM t WHERE DisplayName LIKE '%vries 99%' OR PrimarySmtpAddress LIKE '%vries 99%' OR Alias LIKE '%vries 99%'" +
			" OR Department LIKE '%vries 99%' OR Notes LIKE '%vries 99%'"},
	{"Group", results.Query{Group: results.Group{Columns: []string{"RecipientTypeDetails"}, Sums: []string{"TotalItemSize"}}},
		"SELECT count(*) FROM (SELECT RecipientTypeDetails, count(*), sum(TotalItemSize) FROM t GROUP BY 1)"},
}

// BenchmarkMillion sorts, finds and groups a million rows on one core and on two, and in SQLite on one. The
// first sort by a text column finds the order of its texts; SortTextAgain is a sort that knows it.
func BenchmarkMillion(b *testing.B) {
	for _, a := range arranged {
		for _, cores := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/cores=%d", a.name, cores), func(b *testing.B) {
				arrange(b, millionTable(b), a.query, cores, a.name == "SortText")
			})
		}
		if a.name == "SortText" {
			b.Run("SortTextAgain/cores=1", func(b *testing.B) { arrange(b, millionTable(b), a.query, 1, false) })
		}
		b.Run(a.name+"/yardstick=sqlite", func(b *testing.B) {
			db := millionBase(b)
			var n int64
			measure(b, 1, 0, func() {
				if err := db.QueryRow(a.sql).Scan(&n); err != nil {
					b.Fatal(err)
				}
			})
			if n == 0 {
				b.Fatal("nothing was found")
			}
		})
	}
}

func arrange(b *testing.B, s results.Snapshot, q results.Query, cores int, first bool) {
	languages := []string{"nl", "en"}
	measure(b, cores, 0, func() {
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

// BenchmarkOpenMillion opens the CSV file as a table of typed columns. The yardstick is Go's encoding/csv,
// which only cuts it into fields.
func BenchmarkOpenMillion(b *testing.B) {
	path, err := millionFile()
	if err != nil {
		b.Fatal(err)
	}
	for _, cores := range []int{1, 2} {
		b.Run(fmt.Sprintf("cores=%d", cores), func(b *testing.B) {
			measure(b, cores, 0, func() { openMillion(b) })
		})
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
