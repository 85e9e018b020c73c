package export

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

var update = flag.Bool("update", false, "write the golden files anew")

func rec(pairs ...any) exchange.Record {
	var r exchange.Record
	for i := 0; i < len(pairs); i += 2 {
		v, ok := pairs[i+1].(exchange.Value)
		if !ok {
			v = exchange.NewText(pairs[i+1].(string))
		}
		r.Fields = append(r.Fields, exchange.Field{Name: pairs[i].(string), Value: v})
	}
	return r
}

func view(t testing.TB, rows ...exchange.Record) results.View {
	t.Helper()
	table := results.NewTable(results.RunInfo{})
	if err := table.Append("", rows); err != nil {
		t.Fatal(err)
	}
	return results.All(table.Snapshot())
}

func written(t testing.TB, format string, v results.View, o Options) string {
	t.Helper()
	f, err := ByName(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, v, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func mailboxes(t testing.TB) results.View {
	when := exchange.NewTime(time.Date(2026, 5, 1, 10, 0, 0, 0, time.FixedZone("", 7200)))
	list := exchange.NewList([]exchange.Value{exchange.NewText("SMTP:a@contoso.example"), exchange.NewText("smtp:b@contoso.example")})
	id := exchange.NewNested("contoso/Anna", rec("Name", "Anna", "Depth", exchange.NewInteger(2)))
	return view(t,
		rec("Name", "Anna de Vries", "Size", exchange.NewSize(53150220288), "Quota", exchange.Unlimited(), "Items", exchange.NewInteger(12345),
			"Created", when, "Keep", exchange.NewDuration(14*864000000000), "Hold", exchange.NewFlag(true), "Addresses", list, "Id", id),
		rec("Name", "東京オフィス", "Size", exchange.NewSize(900), "Quota", exchange.NewSize(107374182400), "Items", exchange.NewInteger(7),
			"Created", exchange.Value{}, "Keep", exchange.NewDuration(-5), "Hold", exchange.NewFlag(false), "Addresses", exchange.NewList(nil), "Id", exchange.Value{}),
		rec("Name", "=HYPERLINK(\"http://x\")", "Size", exchange.Value{}, "Items", exchange.NewInteger(-3), "Note", "two\r\nlines, \"quoted\" \x1b[31m"),
	)
}

func TestGoldens(t *testing.T) {
	v := mailboxes(t)
	for name, got := range map[string]string{
		"mailboxes.csv":        written(t, "csv", v, Options{}),
		"mailboxes.json":       written(t, "json", v, Options{}),
		"mailboxes.jsonl":      written(t, "jsonl", v, Options{}),
		"mailboxes.txt":        written(t, "table", v, Options{}),
		"mailboxes-80.txt":     written(t, "table", v, Options{Width: 80}),
		"mailboxes-20.txt":     written(t, "table", v, Options{Width: 20}),
		"semicolons-excel.csv": written(t, "csv", v, Options{Comma: ';', BOM: true}),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestATableFitsItsWidth(t *testing.T) {
	v := mailboxes(t)
	for width := 1; width < 200; width++ {
		for i, line := range strings.Split(written(t, "table", v, Options{Width: width}), "\n") {
			if n := displayWidth(line); n > max(width, 3) {
				t.Fatalf("line %d is %d wide where %d were given: %q", i, n, width, line)
			}
		}
	}
}

func TestJSONReadsAsJSONWithItsTypes(t *testing.T) {
	var rows []map[string]any
	if err := json.Unmarshal([]byte(written(t, "json", mailboxes(t), Options{})), &rows); err != nil {
		t.Fatal(err)
	}
	if rows[0]["Size"] != float64(53150220288) || rows[0]["Quota"] != "Unlimited" || rows[0]["Hold"] != true || rows[1]["Created"] != nil {
		t.Errorf("got %v", rows)
	}
	if id, ok := rows[0]["Id"].(map[string]any); !ok || id["Depth"] != 2.0 {
		t.Errorf("the identity became %v", rows[0]["Id"])
	}
	if a, ok := rows[0]["Addresses"].([]any); !ok || len(a) != 2 {
		t.Errorf("the addresses became %v", rows[0]["Addresses"])
	}
	if got := written(t, "json", results.View{}, Options{}); got != "[]\n" {
		t.Errorf("no rows are written %q", got)
	}
}

func TestWhatASpreadsheetWouldRunIsDefused(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+31 20 555": "'+31 20 555", "@SUM(A1)": "'@SUM(A1)", "-cmd": "'-cmd", "\tx": "'\tx", "\rx": "'\rx",
		"\x01": "'\x01", "-5": "-5", "+5.5": "+5.5", "-1e3": "-1e3", "-": "'-", "--5": "'--5", "a=b": "a=b", "'=x": "''=x",
		"'quoted'": "'quoted'", "": "", "-Inf": "'-Inf", "-0x10": "'-0x10", "＝1": "'＝1", "-1+1": "'-1+1",
	} {
		if got := defuse(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
		if back := refuse(defuse(text)); back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
	if got := csvText(exchange.NewList([]exchange.Value{exchange.NewText("=1"), exchange.NewText("b")})); got != "'=1; b" {
		t.Errorf("a list became %q", got)
	}
}

func readString(t testing.TB, name, text string) *Opened {
	t.Helper()
	o, err := Read(context.Background(), name, []byte(text))
	if err != nil {
		t.Fatalf("reading %q: %v", text, err)
	}
	return o
}

func TestColumnsAreTypedWhenAllTheirCellsAgree(t *testing.T) {
	o := readString(t, "a.csv", strings.Join([]string{
		"Name,Items,Quota,Size,Hold,Created,Keep,Phone,Mixed,Price,Empty,TotalItemSize,Short",
		`"de Vries, Anna",5,Unlimited,"1.5 KB (1,536 bytes)",True,2026-01-01T10:00:00Z,14.00:00:00,0612345678,5,1.50,,1024,1.5 KB`,
		`'=x,-7,1024,Unlimited,False,2026-01-02T10:00:00,00:00:01,+31,five,2,,Unlimited,900 B`,
	}, "\r\n"))
	s := o.Table.Snapshot()
	var got []string
	for i, c := range s.Columns() {
		got = append(got, c.Name+" "+results.KindName(c.Type)+" "+s.Cell(0, i).Text()+" | "+s.Cell(1, i).Text())
	}
	want := []string{
		"Name text de Vries, Anna | =x", "Items integer 5 | -7", "Quota size Unlimited | 1 KB (1,024 bytes)",
		"Size size 1.5 KB (1,536 bytes) | Unlimited", "Hold flag True | False",
		"Created time 2026-01-01T10:00:00Z | 2026-01-02T10:00:00", "Keep duration 14.00:00:00 | 00:00:01",
		"Phone text 0612345678 | +31", "Mixed text 5 | five", "Price decimal 1.50 | 2", "Empty none  | ",
		"TotalItemSize size 1 KB (1,024 bytes) | Unlimited", "Short size 1.5 KB (1,536 bytes) | 900 B (900 bytes)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCSVIsReadHoweverItWasWritten(t *testing.T) {
	const plain = "Name;City\r\nJürgen;Köln\r\nÅsa;Malmö\r\n"
	utf16le := func(s string) string {
		b := []byte{}
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return string(b)
	}
	utf16be := func(s string) string {
		b := []byte{}
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.BigEndian.AppendUint16(b, u)
		}
		return string(b)
	}
	latin := strings.NewReplacer("ü", "\xfc", "ö", "\xf6", "Å", "\xc5").Replace(plain)
	for name, text := range map[string]string{
		"UTF-8": plain, "BOM": "\ufeff" + plain, "UTF-16LE": "\xff\xfe" + utf16le(plain), "UTF-16BE": "\xfe\xff" + utf16be(plain),
		"UTF-16 without BOM": utf16le(plain), "Windows-1252": latin, "LF": strings.ReplaceAll(plain, "\r\n", "\n"),
		"CR": strings.ReplaceAll(plain, "\r\n", "\r"), "comma": strings.ReplaceAll(plain, ";", ","), "tab": strings.ReplaceAll(plain, ";", "\t"),
		"no last newline": strings.TrimSuffix(plain, "\r\n"), "sep": "sep=;\r\n" + plain, "type": "#TYPE System.Object\r\n" + plain,
		"quoted": "\"Name\";\"City\"\r\n\"Jürgen\";\"Köln\"\r\n\r\n\"Åsa\";\"Malmö\"",
	} {
		s := readString(t, "x.csv", text).Table.Snapshot()
		if s.Len() != 2 || len(s.Columns()) != 2 || s.Columns()[1].Name != "City" || s.Cell(0, 0).Text() != "Jürgen" || s.Cell(1, 1).Text() != "Malmö" {
			t.Errorf("%s: %d rows, columns %v, %v", name, s.Len(), s.Columns(), s.Row(0))
		}
	}
}

func TestRaggedRowsAreReportedAndLoseNothing(t *testing.T) {
	o := readString(t, "x.csv", "A,B,A,\n1,2,3,4\n1\n\n\"x\ny\",2,3,4,5,6\n")
	s := o.Table.Snapshot()
	var names []string
	for _, c := range s.Columns() {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"A", "B", "A 2", "Column 4", "Column 5", "Column 6"}, names); diff != "" {
		t.Error(diff)
	}
	if s.Len() != 3 || s.Cell(2, 5).Int() != 6 || s.Cell(2, 0).Text() != "x\ny" {
		t.Errorf("got %v", s.Row(2))
	}
	if len(o.Warnings) != 1 || o.Warnings[0].Code != CodeRaggedRow || o.Warnings[0].Args["line"] != "3" || o.Warnings[0].Args["count"] != "2" {
		t.Errorf("warned %v", o.Warnings)
	}
}

func TestJSONAndClixmlFilesOpen(t *testing.T) {
	for _, text := range []string{
		"{\"Name\":\"Anna\",\"When\":\"2026-01-01T10:00:00Z\",\"TotalItemSize\":1024,\"L\":[1,\"x\"],\"N\":{\"a\":1.50}}\n",
		"[{\"Name\":\"Anna\",\"When\":\"2026-01-01T10:00:00Z\",\"TotalItemSize\":1024,\"L\":[1,\"x\"],\"N\":{\"a\":1.50}}]",
	} {
		r := readString(t, "x.json", text).Table.Snapshot().Row(0)
		var kinds []exchange.Kind
		for _, f := range r.Fields {
			kinds = append(kinds, f.Value.Kind())
		}
		if diff := cmp.Diff([]exchange.Kind{exchange.Text, exchange.Time, exchange.Size, exchange.List, exchange.Nested}, kinds); diff != "" {
			t.Error(diff)
		}
		if r.Fields[4].Value.Text() != "a=1.50" {
			t.Errorf("nested: %v", r.Fields[4].Value)
		}
	}
	doc := `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><MS><S N="Name">Anna</S><S N="Quota">Unlimited</S></MS></Obj><S>bare</S></Objs>`
	o := readString(t, "x.xml", "\ufeff"+doc)
	s := o.Table.Snapshot()
	if o.Format != "clixml" || s.Len() != 2 || !s.Cell(0, 1).IsUnlimited() || s.Cell(1, 2).Text() != "bare" {
		t.Errorf("got %s, %v, %v", o.Format, s.Row(0), s.Row(1))
	}
	for name, text := range map[string]string{"x.xml": "<Objs><S>", "x.json": "{\"a\":", "y.json": strings.Repeat("[", 200) + strings.Repeat("]", 200)} {
		if _, err := Read(context.Background(), name, []byte(text)); exchange.CodeOf(err) != CodeNotATable {
			t.Errorf("%s gave %v", name, err)
		}
	}
	if _, err := Open(context.Background(), t.TempDir()); exchange.CodeOf(err) != CodeFolder {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(context.Background(), filepath.Join(t.TempDir(), "none.csv")); exchange.CodeOf(err) != CodeNotRead {
		t.Errorf("a missing file gave %v", err)
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("disk full")
	err := WriteFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half"); err != nil {
			return err
		}
		return broken
	})
	if exchange.CodeOf(err) != CodeNotWritten || !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if old, _ := os.ReadFile(path); string(old) != "old" {
		t.Errorf("the old file became %q", old)
	}
	f, err := ByFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteView(path, f, mailboxes(t), Options{}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != written(t, "csv", mailboxes(t), Options{}) {
		t.Errorf("wrote %q", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := WriteFile(filepath.Join(dir, "no", "such", "out.csv"), func(io.Writer) error { return nil }); exchange.CodeOf(err) != CodeNotWritten {
		t.Errorf("a missing folder gave %v", err)
	}
}

func TestRowsStreamAsTheyCome(t *testing.T) {
	a, b := rec("Name", "Anna", "Items", exchange.NewInteger(1)), rec("Items", exchange.NewInteger(2), "name", "Bram")
	for format, want := range map[string]string{
		"csv": "Name,Items\r\nAnna,1\r\nBram,2\r\n", "jsonl": "{\"Name\":\"Anna\",\"Items\":1}\n{\"Items\":2,\"name\":\"Bram\"}\n",
		"json": "[\n{\"Name\":\"Anna\",\"Items\":1},\n{\"Items\":2,\"name\":\"Bram\"}\n]\n",
	} {
		f, _ := ByName(format)
		var out bytes.Buffer
		s, err := NewStream(f, &out, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Write(a), s.Write(b), s.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
	f, _ := ByName("csv")
	s, _ := NewStream(f, io.Discard, Options{})
	if err := errors.Join(s.Write(a), s.Write(rec("New", "x"))); exchange.CodeOf(err) != CodeNewColumn {
		t.Errorf("a new column gave %v", err)
	}
	var out bytes.Buffer
	s, _ = NewStream(f, &out, Options{}, "Items", "Name")
	if err := errors.Join(s.Close()); err != nil || out.String() != "Items,Name\r\n" {
		t.Errorf("no rows gave %q, %v", out.String(), err)
	}
	table, _ := ByName("table")
	if _, err := NewStream(table, io.Discard, Options{}); exchange.CodeOf(err) != CodeUnknownFormat {
		t.Errorf("got %v", err)
	}
}

func cellText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "=1+1", "'=x", "''", "a,b", "a;b", "\"", "x\"y", "line\nbreak", "cr\rlf\r\n", "-5", "007", " lead", "trail ",
			"Unlimited", "True", "1.5 GB (1,610,612,736 bytes)", "90.00:00:00", "2026-01-01T00:00:00Z", "é", "\x00", "0.10", "-0", "1e5", "9223372036854775808"}),
		rapid.StringN(0, 12, 40))
}

// What is written as CSV and read again is the same text in every cell, whatever type its column got.
func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.IntRange(1, 4).Draw(t, "columns")
		var rows []exchange.Record
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			var r exchange.Record
			for c := range cols {
				r.Fields = append(r.Fields, exchange.Field{Name: string(rune('A' + c)), Value: exchange.NewText(cellText().Draw(t, "cell"))})
			}
			rows = append(rows, r)
		}
		table := results.NewTable(results.RunInfo{})
		if err := table.Append("", rows); err != nil {
			t.Fatal(err)
		}
		f, _ := ByName("csv")
		var out bytes.Buffer
		if err := f.Write(&out, results.All(table.Snapshot()), Options{}); err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsRune(out.Bytes(), 0) {
			t.Skip("a file with NUL is not taken for CSV")
		}
		o, err := Read(context.Background(), "x.csv", out.Bytes())
		if err != nil {
			t.Fatalf("%q: %v", out.String(), err)
		}
		s := o.Table.Snapshot()
		if s.Len() != len(rows) {
			t.Fatalf("%d rows of %d came back of %q", s.Len(), len(rows), out.String())
		}
		for i, r := range rows {
			for c := range r.Fields {
				want := r.Fields[c].Value.Text()
				got := s.Cell(results.RowID(i), c)
				if plain := plainText(got); plain != want && got.Text() != want {
					t.Fatalf("%q came back as %q (%s)", want, got.Text(), out.String())
				}
			}
		}
		if strict := csv.NewReader(&out); true {
			if _, err := strict.ReadAll(); err != nil {
				t.Fatalf("not RFC 4180: %v", err)
			}
		}
	})
}

// A second trip changes nothing: types survive, not only text.
func TestTypedRoundTrips(t *testing.T) {
	value := rapid.OneOf(
		rapid.Map(rapid.Int64(), exchange.NewInteger),
		rapid.Map(rapid.Int64Range(0, 1<<50), exchange.NewSize),
		rapid.Map(rapid.Int64Range(-1<<50, 1<<50), exchange.NewDuration),
		rapid.Map(rapid.Int64Range(6e17, 7e17), func(n int64) exchange.Value { return exchange.NewTicks(n, 120, true) }),
		rapid.Map(rapid.Bool(), exchange.NewFlag),
		rapid.Just(exchange.Unlimited()),
		rapid.Map(rapid.StringN(1, 8, 20), exchange.NewText),
		rapid.Just(exchange.Value{}))
	rapid.Check(t, func(t *rapid.T) {
		table := results.NewTable(results.RunInfo{})
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			_ = table.Append("", []exchange.Record{rec("A", value.Draw(t, "a"), "TotalItemSize", value.Draw(t, "b"))})
		}
		for _, format := range []string{"csv", "jsonl", "json"} {
			f, _ := ByName(format)
			v, last := results.All(table.Snapshot()), ""
			for trip := range 3 {
				var out bytes.Buffer
				if err := f.Write(&out, v, Options{}); err != nil {
					t.Fatal(err)
				}
				if trip > 0 && out.String() != last {
					t.Fatalf("%s changed from\n%s\nto\n%s", format, last, out.String())
				}
				if last = out.String(); strings.ContainsRune(last, 0) {
					t.Skip("NUL")
				}
				o, err := Read(context.Background(), "x."+format, out.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				v = results.All(o.Table.Snapshot())
			}
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"A,B\n1,2\n", "\ufeffA;B\r\n\"x\"\"y\";'=1\r\n", "\xff\xfeA\x00", "A\n\"unclosed", "sep=\t\nA\tB\n", "#TYPE x\nA\n1,2,3", "\"\"\"", ",\n,", "A\rB\r"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := Read(context.Background(), "x.csv", data)
		if err != nil {
			if exchange.CodeOf(err) == "" {
				t.Fatalf("no code: %v", err)
			}
			return
		}
		format, _ := ByName("csv")
		var out bytes.Buffer
		v := results.All(o.Table.Snapshot())
		if err := format.Write(&out, v, Options{}); err != nil {
			t.Fatal(err)
		}
		if v.Len() == 0 || bytes.IndexByte(out.Bytes(), 0) >= 0 {
			return
		}
		back, err := Read(context.Background(), "x.csv", out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if n := back.Table.Len(); n != v.Len() {
			t.Fatalf("%d rows became %d: %q", v.Len(), n, out.String())
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `[{"a":[1,{"b":null}]}]`, `1 "x" [true]`, `{"a":1e999}`, `{"a":"2026-01-01T00:00:00Z"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := Read(context.Background(), "x.jsonl", data)
		if err != nil {
			return
		}
		format, _ := ByName("json")
		var out bytes.Buffer
		if err := format.Write(&out, results.All(o.Table.Snapshot()), Options{}); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(out.Bytes()) {
			t.Fatalf("not JSON: %s", out.String())
		}
	})
}
