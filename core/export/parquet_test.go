package export

import (
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// everyKind has each kind of value in a column of its own, and in its last rows what is odd about it.
func everyKind(t testing.TB) results.View {
	return view(t,
		rec("Name", "=1+1", "Size", exchange.NewSize(1<<60+1), "Quota", exchange.Unlimited(), "Items", exchange.NewInteger(1<<63-1), "Created", exchange.NewTicks(639000000000000001, 120, true),
			"Seen", exchange.NewZonelessTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), "Keep", exchange.NewDuration(-5), "Hold", exchange.NewFlag(true),
			"Addresses", exchange.NewList([]exchange.Value{exchange.NewText("a; b"), exchange.NewText("c")}), "Price", exchange.NewDecimal("1.50"), "Share", exchange.NewDecimal("0.125"),
			"Cost", exchange.NewDecimal("12.50"), "Never", exchange.NewTicks(0, 0, true), "Id", exchange.NewNested("", rec("Name", "Anna", "Depth", exchange.NewInteger(2)))),
		rec("Name", "", "Size", exchange.NewSize(0), "Quota", exchange.NewSize(5), "Items", exchange.NewInteger(-3), "Created", exchange.NewTicks(639000000000000000, -90, true),
			"Hold", exchange.NewFlag(false), "Addresses", exchange.NewList(nil), "Price", exchange.NewInteger(2), "Share", exchange.NewInteger(3), "Cost", exchange.NewDecimal("-0.05"),
			"Never", exchange.NewTime(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)), "Mixed", exchange.NewFlag(true)),
		rec("Name", "東京", "Addresses", exchange.NewList([]exchange.Value{exchange.NewText("one")}), "Price", exchange.NewDecimal("79228162514264337593543950335.5"), "Share", exchange.NewDecimal("-0.5"),
			"Mixed", exchange.NewInteger(7), "Empty", exchange.Value{}),
	)
}

func TestParquetKeepsTypes(t *testing.T) {
	v := everyKind(t)
	data := written(t, "parquet", v, Options{})
	if diff := cmp.Diff(told(v), told(reread(t, "x.csv", data))); diff != "" {
		t.Error(diff)
	}
	if got := told(reread(t, "x.parquet", written(t, "parquet", results.All(results.NewTable(results.RunInfo{}).Snapshot()), Options{}))); len(got) != 1 {
		t.Errorf("no rows came back as %v", got)
	}
}

// Other programs see numbers and times in our files, not texts: this reads them with a decoder that nobody here wrote.
func TestOthersReadOurParquet(t *testing.T) {
	type row struct {
		Name  *string  `parquet:"Name,optional"`
		Size  *int64   `parquet:"Size,optional"`
		Hold  *bool    `parquet:"Hold,optional"`
		Share *float64 `parquet:"Share,optional"`
		Cost  *int64   `parquet:"Cost,optional,decimal(2:18)"`
		Never *int64   `parquet:"Never,optional,timestamp(microsecond)"`
		List  []string `parquet:"Addresses,optional,list"`
	}
	data := written(t, "parquet", everyKind(t), Options{})
	got, err := parquet.Read[row](strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || *got[0].Size != 1<<60+1 || !*got[0].Hold || *got[1].Share != 3 || *got[1].Cost != -5 || got[2].Hold != nil {
		t.Errorf("got %+v", got)
	}
	if never := time.UnixMicro(*got[1].Never).UTC(); never.Year() != 9999 {
		t.Errorf("the last of all days became %v", never)
	}
	if diff := cmp.Diff([]string{"a; b", "c"}, got[0].List); diff != "" || *got[2].Name != "東京" {
		t.Errorf("%s; %s", diff, *got[2].Name)
	}
}

// What DuckDB wrote, in each packing and both versions of pages; testdata/parquet/README.md has how.
func TestParquetOfDuckDBIsRead(t *testing.T) {
	want := [][]string{
		{"name text", "i8 integer", "i16 integer", "i32 integer", "i64 integer", "u8 integer", "u32 integer", "u64 decimal", "f32 decimal", "f64 decimal", "d9 decimal", "d18 decimal",
			"d38 decimal", "flag flag", "day time", "clock text", "ts time", "tz time", "ns time", "ms time", "tags list", "place.City text", "place.Zip.No integer", "words nested",
			"deep list", "objects list", "id text", "span text", "raw text", "js list"},
		{"text Anna", "integer 1", "integer 300", "integer 70000", "integer 5000000000", "integer 200", "integer 4000000000", "decimal 18446744073709551615", "decimal 0.5", "decimal 1234567.25",
			"decimal 12.50", "decimal -99999999999.123", "decimal 12345678901234567890.5", "flag True", "time 2026-05-01T00:00:00", "text 10:20:30.5", "time 2026-05-01T10:20:30.123456",
			"time 2026-05-01T08:20:30Z", "time 2026-05-01T10:20:30.1234567", "time 2026-05-01T10:20:30.125", "list smtp:a; smtp:b", "text Köln", "integer 50667", `nested {"a":1,"b":2}`,
			"list [[1,2],[],null,[3]]", `list [{"n":1,"t":"x"},{"n":null,"t":"y"}]`, "text 01234567-89ab-cdef-0123-456789abcdef", "duration 3.00:00:05", "text aaff", `nested {"a":[1,2.5,null]}`},
		{"text ", "integer -1", "integer -300", "integer -70000", "integer -5000000000", "integer 0", "integer 0", "integer 0", "decimal -1.25", "decimal -0.000001",
			"decimal -0.01", "decimal 0.000", "decimal -0.5", "flag False", "time 1969-12-31T00:00:00", "text 00:00:00", "time 1999-12-31T23:59:59",
			"time 1999-12-31T23:59:59Z", "time 1999-12-31T23:59:59", "time 1999-12-31T23:59:59", "list ", "none ", "none ", "nested ",
			"list ", "list ", "text ffffffff-0000-0000-0000-000000000000", "text 2 months", "text ", "list "},
	}
	files, err := filepath.Glob(filepath.Join("testdata", "parquet", "duckdb-*-v?.parquet"))
	if err != nil || len(files) < 9 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		o, err := Open(context.Background(), file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		v := results.All(o.Table.Snapshot())
		if strings.Contains(file, "many") {
			checkMany(t, file, v)
			continue
		}
		got := told(v)
		if len(got) != 5 {
			t.Fatalf("%s has %d rows", file, len(got)-1)
		}
		if diff := cmp.Diff(want, toldDeeply(v)[:3]); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if row := strings.Join(got[3], ","); strings.Trim(row, "noe ,") != "" {
			t.Errorf("%s: the row of nothing is %s", file, row)
		}
		if row := strings.Join(toldDeeply(v)[4], ","); !strings.Contains(row, "text 東京 =1+1,integer 5,") || !strings.Contains(row, "time 9999-12-31T23:59:59.999999") ||
			!strings.Contains(row, `list [null,"c"],text x,none ,nested {"c":null},list [[null]],list [null],`) || !strings.Contains(row, "time 0001-01-01T00:00:00") {
			t.Errorf("%s: the last row is %s", file, row)
		}
	}
}

// toldDeeply is told with lists that have more than texts, and objects, as JSON.
func toldDeeply(v results.View) [][]string {
	out := told(v)
	for r := range v.Len() {
		for c := range v.Columns() {
			cell := v.Cell(r, c)
			deep := cell.Kind() == exchange.Nested && len(cell.Nested().Fields) > 0
			for _, m := range cell.List() {
				deep = deep || m.Kind() != exchange.Text
			}
			if deep {
				out[r+1][c] = results.KindName(cell.Kind()) + " " + string(appendJSON(nil, cell))
			}
		}
	}
	return out
}

// checkMany looks at a file with dictionaries, runs and differences.
func checkMany(t *testing.T, file string, v results.View) {
	if v.Len() != 300 {
		t.Fatalf("%s has %d rows", file, v.Len())
	}
	for i := range 300 {
		some := exchange.Value{}
		if i%5 != 0 {
			some = exchange.NewInteger(int64(i % 4))
		}
		n := exchange.NewInteger(int64(i))
		list := []exchange.Value{n, exchange.NewInteger(int64(i + 1))}[:i%3]
		want := []exchange.Value{n, exchange.NewInteger(int64(i * i)), exchange.NewText("name " + string(rune('0'+i%7))), exchange.NewText("note number " + n.Text()), exchange.NewFlag(i%3 == 0),
			float(float64(i) / 7), some, exchange.NewList(list)}
		for c, w := range want {
			if got := v.Cell(i, c); !got.Same(w) {
				t.Fatalf("%s, row %d: %s is %v, not %v", file, i, v.Columns()[c].Name, got, w)
			}
		}
	}
}

// Files of other programs have no words of ours beside them, and times in forms that newer ones have left.
func TestParquetOfOthersIsRead(t *testing.T) {
	type inner struct {
		City string
	}
	type row struct {
		Name  string           `parquet:"name,dict,snappy"`
		Count int32            `parquet:"count,delta"`
		Ratio *float64         `parquet:"ratio,optional,split"`
		Price int64            `parquet:"price,decimal(2:12)"`
		When  time.Time        `parquet:"when,timestamp(millisecond)"`
		Day   int32            `parquet:"day,date"`
		Old   deprecated.Int96 `parquet:"old"`
		Notes string           `parquet:"notes,delta"`
		Tags  []string         `parquet:"tags,list"`
		More  []int64          `parquet:"more"`
		Many  []inner          `parquet:"many"`
		Where inner            `parquet:"where"`
	}
	half, midday := 0.5, int64(12*3600)*1e9
	old := func(day int32) deprecated.Int96 {
		return deprecated.Int96{uint32(midday), uint32(midday >> 32), uint32(day)}
	}
	var b strings.Builder
	w := parquet.NewGenericWriter[row](&b)
	if _, err := w.Write([]row{
		{"Anna", 3, &half, -1205, time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), 20000, old(2440588), "first", []string{"a", "b"}, []int64{1, 2, 3}, []inner{{"x"}, {"y"}}, inner{"Köln"}},
		{"Bert", 0, nil, 5, time.Date(1999, 1, 1, 0, 0, 0, 5e6, time.UTC), 0, old(2461162), "first time", nil, nil, nil, inner{}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"name text", "count integer", "ratio decimal", "price decimal", "when time", "day time", "old time", "notes text", "tags list", "more list", "many list", "where.City text"},
		{"text Anna", "integer 3", "decimal 0.5", "decimal -12.05", "time 2026-05-01T08:00:00Z", "time 2024-10-04T00:00:00", "time 1970-01-01T12:00:00", "text first", "list a; b", "list [1,2,3]", `list [{"City":"x"},{"City":"y"}]`, "text Köln"},
		{"text Bert", "integer 0", "none ", "decimal 0.05", "time 1999-01-01T00:00:00.005Z", "time 1970-01-01T00:00:00", "time 2026-05-01T12:00:00", "text first time", "list ", "list ", "list ", "text "},
	}
	if diff := cmp.Diff(want, toldDeeply(reread(t, "x.parquet", b.String()))); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenParquetIsRefused(t *testing.T) {
	whole := written(t, "parquet", typed(t), Options{})
	other, err := os.ReadFile(filepath.Join("testdata", "parquet", "duckdb-zstd-v2.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{"PAR1", "PAR1PAR1", "PAR1\xff\xff\xff\xffPAR1", "PAR1\xe2\x50\x56\x51PAR1", whole[:len(whole)/2], whole[:4] + whole[40:], string(other[:4]) + string(other[50:])} {
		if _, err := Read(context.Background(), "x.parquet", []byte(data)); exchange.CodeOf(err) != CodeNotATable {
			t.Errorf("%d of %d bytes gave %v", len(data), len(whole), err)
		}
	}
}

// A file of some kilobytes can say that one long text stands in any number of lists, each of which would have a copy.
func TestListsThatFillTheMemoryAreRefused(t *testing.T) {
	type row struct {
		Tags []string `parquet:"tags,dict"`
	}
	long := strings.Repeat("x", 1<<15)
	var b strings.Builder
	w := parquet.NewGenericWriter[row](&b)
	copies := slices.Repeat([]string{long}, 2500)
	if _, err := w.Write([]row{{copies}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Read(context.Background(), "x.parquet", []byte(b.String()))
	if exchange.CodeOf(err) != CodeTooLarge || b.Len() > 1<<20 {
		t.Errorf("%d copies of a text of %d bytes, in %d bytes, gave %v", len(copies), len(long), b.Len(), err)
	}
}

func TestReadingParquetStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, "x.parquet", []byte(written(t, "parquet", typed(t), Options{}))); err != context.Canceled {
		t.Errorf("reading gave %v", err)
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
	add := func(data string) {
		f.Add([]byte(strings.TrimSuffix(strings.TrimPrefix(data, "PAR1"), "PAR1")))
	}
	add(written(f, "parquet", typed(f), Options{}))
	add(written(f, "parquet", everyKind(f), Options{}))
	files, err := filepath.Glob(filepath.Join("testdata", "parquet", "*.parquet"))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(string(data))
	}
	f.Add(binary.LittleEndian.AppendUint32(nil, 1<<32-1))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := Read(context.Background(), "x.parquet", []byte("PAR1"+string(data)+"PAR1"))
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
