package export

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

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

func benchWrite(b *testing.B, format string) {
	data := mailboxCSV(b)
	o, err := Read(context.Background(), "x.csv", data)
	if err != nil {
		b.Fatal(err)
	}
	f, err := ByName(format)
	if err != nil {
		b.Fatal(err)
	}
	v := results.All(o.Table.Snapshot())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Write(io.Discard, v, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteCSV(b *testing.B)   { benchWrite(b, "csv") }
func BenchmarkWriteJSON(b *testing.B)  { benchWrite(b, "jsonl") }
func BenchmarkWriteTable(b *testing.B) { benchWrite(b, "table") }
