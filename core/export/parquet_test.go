package export

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

func TestParquetKeepsTypes(t *testing.T) {
	v := view(t,
		rec("Name", "=1+1", "Size", exchange.NewSize(1<<60+1), "Quota", exchange.Unlimited(), "Items", exchange.NewInteger(1<<63-1), "Created", exchange.NewTicks(639000000000000001, 120, true),
			"Seen", exchange.NewZonelessTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), "Keep", exchange.NewDuration(-5), "Hold", exchange.NewFlag(true),
			"Addresses", exchange.NewList([]exchange.Value{exchange.NewText("a; b"), exchange.NewText("c")}), "Price", exchange.NewDecimal("1.50"), "Old", exchange.NewTicks(5, 0, true)),
		rec("Name", "", "Size", exchange.NewSize(0), "Quota", exchange.NewSize(5), "Items", exchange.NewInteger(-3), "Created", exchange.NewTicks(639000000000000000, -90, true),
			"Hold", exchange.NewFlag(false), "Addresses", exchange.NewList(nil), "Price", exchange.NewInteger(2)),
		rec("Name", "東京", "Addresses", exchange.NewList([]exchange.Value{exchange.NewText("one")}), "Price", exchange.NewDecimal("79228162514264337593543950335.5"), "Empty", exchange.Value{}),
	)
	data := written(t, "parquet", v, Options{})
	want := told(v)
	for _, line := range want {
		for i, cell := range line {
			line[i] = strings.ReplaceAll(cell, "time 0001-01-01T00:00:00.0000005Z", "text 0001-01-01T00:00:00.0000005Z") // before time stamps begin
		}
		line[10] = strings.ReplaceAll(line[10], "Old time", "Old text")
	}
	if diff := cmp.Diff(want, told(reread(t, "x.csv", data))); diff != "" {
		t.Error(diff)
	}
	if got := told(reread(t, "x.parquet", written(t, "parquet", results.All(results.NewTable(results.RunInfo{}).Snapshot()), Options{}))); len(got) != 1 {
		t.Errorf("no rows came back as %v", got)
	}
}

// Columns that other programs wrote have no words of ours beside them.
func TestParquetOfOthersIsRead(t *testing.T) {
	type inner struct {
		City string
	}
	type row struct {
		Name  string    `parquet:"name,dict,snappy"`
		Count int32     `parquet:"count"`
		Ratio *float64  `parquet:"ratio,optional"`
		Price int64     `parquet:"price,decimal(2:12)"`
		When  time.Time `parquet:"when,timestamp(millisecond)"`
		Day   int32     `parquet:"day,date"`
		Tags  []string  `parquet:"tags,list"`
		Where inner     `parquet:"where"`
	}
	half := 0.5
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b)
	if _, err := w.Write([]row{
		{"Anna", 3, &half, -1205, time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), 20000, []string{"a", "b"}, inner{"Köln"}},
		{"Bert", 0, nil, 5, time.Date(1999, 1, 1, 0, 0, 0, 5e6, time.UTC), 0, nil, inner{}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"name text", "count integer", "ratio decimal", "price decimal", "when time", "day time", "tags list", "where.City text"},
		{"text Anna", "integer 3", "decimal 0.5", "decimal -12.05", "time 2026-05-01T08:00:00Z", "time 2024-10-04T00:00:00", "list a; b", "text Köln"},
		{"text Bert", "integer 0", "none ", "decimal 0.05", "time 1999-01-01T00:00:00.005Z", "time 1970-01-01T00:00:00", "list ", "text "},
	}
	if diff := cmp.Diff(want, told(reread(t, "x.parquet", b.String()))); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenParquetIsRefused(t *testing.T) {
	whole := written(t, "parquet", typed(t), Options{})
	for _, data := range []string{"PAR1", whole[:len(whole)/2], whole[:4] + whole[40:]} {
		if _, err := Read(context.Background(), "x.parquet", []byte(data)); exchange.CodeOf(err) != CodeNotATable {
			t.Errorf("%d of %d bytes gave %v", len(data), len(whole), err)
		}
	}
}

// The same rows through every format that keeps types.
func TestRowsGoThroughAllFormats(t *testing.T) {
	v := reread(t, "a.csv", "Name,TotalItemSize,Seen,Hold,Keep,Price,Addresses,Phone,Items\r\n"+
		"Anna,3221225473,2026-01-02T10:00:00+01:00,True,14.00:00:00,1.50,smtp:a@x.example; smtp:b@x.example,0612,1\r\n"+
		"'=1+1,Unlimited,2024-05-06T23:59:59.125Z,False,00:00:01,2,,+31,-7\r\n'@x,,,,,0.001,c,007,\r\n")
	first, data := told(v), written(t, "csv", v, Options{})
	for _, format := range []string{"xlsx", "parquet", "jsonl", "csv"} {
		v = reread(t, "x."+format, written(t, format, v, Options{}))
		if diff := cmp.Diff(first, told(v)); diff != "" {
			t.Fatalf("%s: %s", format, diff)
		}
	}
	if diff := cmp.Diff(data, written(t, "csv", v, Options{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzParquet(f *testing.F) {
	whole := written(f, "parquet", typed(f), Options{})
	f.Add([]byte(whole))
	f.Add([]byte("PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := Read(context.Background(), "x.parquet", append([]byte("PAR1"), data...))
		if err != nil {
			if exchange.CodeOf(err) == "" {
				t.Fatalf("no code: %v", err)
			}
			return
		}
		format, _ := ByName("jsonl")
		if err := format.Write(io.Discard, results.All(o.Table.Snapshot()), Options{}); err != nil {
			t.Fatal(err)
		}
	})
}
