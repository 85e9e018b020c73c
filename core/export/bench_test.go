package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"tenantry/core/results"
)

// mailboxCSV is a file with rows like those of a report over many customers. TENANTRY_BENCH_CSV names
// another file to measure with.
func mailboxCSV(tb testing.TB) []byte {
	if path := os.Getenv("TENANTRY_BENCH_CSV"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		return data
	}
	var b bytes.Buffer
	b.WriteString("Customer,DisplayName,PrimarySmtpAddress,TotalItemSize,ItemCount,WhenCreated,Hidden,Notes\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "customer%03d,Anna de Vries %d,anna.%d@customer%03d.example,%d,%d,2024-%02d-%02dT10:00:00Z,%v,note %d\n",
			i%300, i, i, i%300, int64(i)*7919*4096, i%5000, 1+i%12, 1+i%28, i%10 == 0, i%1000)
	}
	return b.Bytes()
}

func BenchmarkOpenCSV(b *testing.B) {
	data := mailboxCSV(b)
	path := filepath.Join(b.TempDir(), "x.csv")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(context.Background(), path); err != nil {
			b.Fatal(err)
		}
	}
}

// mailboxTable is the table of mailboxCSV, and how long that is: by it all formats are measured.
func mailboxTable(tb testing.TB) (results.View, int64) {
	data := mailboxCSV(tb)
	o, err := Read(context.Background(), "x.csv", data)
	if err != nil {
		tb.Fatal(err)
	}
	return results.All(o.Table.Snapshot()), int64(len(data))
}

func benchWrite(b *testing.B, format string) {
	v, size := mailboxTable(b)
	f, err := ByName(format)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Write(io.Discard, v, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteCSV(b *testing.B)     { benchWrite(b, "csv") }
func BenchmarkWriteJSON(b *testing.B)    { benchWrite(b, "jsonl") }
func BenchmarkWriteTable(b *testing.B)   { benchWrite(b, "table") }
func BenchmarkWriteHTML(b *testing.B)    { benchWrite(b, "html") }
func BenchmarkWriteXLSX(b *testing.B)    { benchWrite(b, "xlsx") }
func BenchmarkWriteParquet(b *testing.B) { benchWrite(b, "parquet") }

// benchOpen reads a format, and then has others read the same bytes: the yardstick.
func benchOpen(b *testing.B, format string, others func(data []byte) (rows int, err error)) {
	v, size := mailboxTable(b)
	data := []byte(written(b, format, v, Options{}))
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if o, err := Read(context.Background(), "x."+format, data); err != nil || o.Table.Len() != v.Len() {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if rows, err := others(data); err != nil || rows != v.Len() {
				b.Fatal(rows, err)
			}
		}
	})
}

// The yardsticks only read; they keep no table.

func BenchmarkOpenJSON(b *testing.B) {
	benchOpen(b, "jsonl", func(data []byte) (rows int, err error) {
		for d := json.NewDecoder(bytes.NewReader(data)); ; rows++ {
			var row map[string]any
			if err = d.Decode(&row); err == io.EOF {
				return rows, nil
			} else if err != nil {
				return rows, err
			}
		}
	})
}

func BenchmarkOpenXLSX(b *testing.B) {
	benchOpen(b, "xlsx", func(data []byte) (rows int, err error) {
		f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
		if err != nil {
			return 0, err
		}
		defer func() { _ = f.Close() }()
		all, err := f.Rows(f.GetSheetList()[0])
		if err != nil {
			return 0, err
		}
		for ; all.Next(); rows++ {
			if _, err := all.Columns(); err != nil {
				return rows, err
			}
		}
		return rows - 1, all.Error()
	})
}

func BenchmarkOpenParquet(b *testing.B) {
	benchOpen(b, "parquet", func(data []byte) (rows int, err error) {
		r := parquet.NewReader(bytes.NewReader(data))
		batch := make([]parquet.Row, 256)
		for {
			n, err := r.ReadRows(batch)
			if rows += n; err == io.EOF {
				return rows, nil
			} else if err != nil {
				return rows, err
			}
		}
	})
}
