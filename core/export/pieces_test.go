package export

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// oneByOne reads CSV the simple way: one reader from the start to the end, one row at a time.
func oneByOne(t *testing.T, text string, comma byte, inHeading int) (look, *results.Table) {
	t.Helper()
	found := look{widest: inHeading}
	for range inHeading {
		found.types = append(found.types, anything)
	}
	var rows [][]string
	for reader := (&cellReader{text: text, comma: comma}); ; {
		cells, line, ok := reader.next()
		if !ok {
			break
		}
		if found.unended = reader.unended; found.unended {
			found.opened = reader.opened
		}
		found.rows++
		if len(cells) != inHeading {
			if found.ragged++; found.ragged == 1 {
				found.line, found.cells = line, len(cells)
			}
		}
		for len(cells) > len(found.types) {
			found.types = append(found.types, anything)
		}
		for i, cell := range cells {
			if cell != "" {
				found.types[i] = found.types[i].narrow(cell)
			}
		}
		rows = append(rows, append([]string(nil), cells...))
	}
	found.widest = len(found.types)
	table := results.NewTable(results.RunInfo{})
	names := numbered(found.widest)
	table.Declare(names...)
	for _, cells := range rows {
		var r exchange.Record
		for i, cell := range cells {
			f := exchange.Field{Name: names[i]}
			if cell != "" {
				f.Value = found.types[i].reader(f.Name)(cell)
			}
			r.Fields = append(r.Fields, f)
		}
		if err := table.Append("", []exchange.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	return found, table
}

func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("Column ", i+1)
	}
	return names
}

// samePieces fails when reading text in pieces of size differs from reading it one by one.
func samePieces(t *testing.T, text string, comma byte, size, inHeading int) {
	t.Helper()
	want, rows := oneByOne(t, text, comma, inHeading)
	if want.widest > mostColumns {
		return
	}
	p, _ := cutRows(text, comma, size, false)
	if strings.Join(p.of, "") != text {
		t.Fatalf("pieces %q of %q", p.of, text)
	}
	got, err := p.look(context.Background(), inHeading)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.types { // once nothing is left to find out, more is not asked
		if want.types[i]&^seen == 0 && got.types[i]&^seen == 0 {
			got.types[i] = want.types[i]
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("pieces of %d: found %v, one by one %v, in %q", size, got, want, text)
	}
	o := &Opened{Table: results.NewTable(results.RunInfo{})}
	o.Table.Declare(numbered(got.widest)...)
	if err := o.fill(context.Background(), p, numbered(got.widest), got.types); err != nil {
		t.Fatal(err)
	}
	a, b := o.Table.Snapshot(), rows.Snapshot()
	if a.Len() != b.Len() || fmt.Sprint(a.Columns()) != fmt.Sprint(b.Columns()) {
		t.Fatalf("pieces of %d: %d rows of %v, one by one %d of %v", size, a.Len(), a.Columns(), b.Len(), b.Columns())
	}
	for r := range results.RowID(a.Len()) {
		x, y := a.Row(r), b.Row(r)
		if len(x.Fields) != len(y.Fields) {
			t.Fatalf("pieces of %d: row %d has %d cells, one by one %d", size, r, len(x.Fields), len(y.Fields))
		}
		for i := range x.Fields {
			if !x.Fields[i].Value.Same(y.Fields[i].Value) {
				t.Fatalf("pieces of %d: row %d has %v, one by one %v", size, r, x.Fields[i], y.Fields[i])
			}
		}
	}
}

var inPieces = []string{
	"", "\n", "a,b\n", "1,x\n2,y\n3,\n", "1,2\r\n3,4\r\n\r\n5,6", "a\rb\rc\n\rd",
	"\"a\nb\",1\n\"c\"\"\n\"\"d\",2\n", "\"never\nends,1\n2,3\n", "x\"y\n\",2\n\"z\"w\n,\"\n\"\n",
	"1,2\n3\n4,5,6\n7,8\n", "true,2024-01-02\nfalse,2024-01-02T03:04:05Z\n,\n", "1,Unlimited\n2,5\n2.5,x\n",
	"'=1,\"'+x\"\n\"\",\"\"\"\"\n", "\"\"x,\"\"\"\n\"\"\",\n\n\n1,1\n",
}

func TestPiecesAreReadAsAWhole(t *testing.T) {
	for _, text := range append(inPieces, strings.Repeat(strings.Join(inPieces[2:7], "")+"\n", 20)) {
		for _, comma := range []byte{',', ';', '"', '\n', 'x'} {
			for size := 1; size < 40; size++ {
				samePieces(t, text, comma, size, 2)
			}
		}
	}
}

func FuzzPieces(f *testing.F) {
	for i, text := range inPieces {
		f.Add(text, byte(','), uint16(1+i*3), byte(2))
	}
	f.Fuzz(func(t *testing.T, text string, comma byte, size uint16, inHeading byte) {
		samePieces(t, text, comma, 1+int(size), 1+int(inHeading))
	})
}

func TestReadingPiecesStops(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Read(ctx, "x.csv", []byte("A,B\n"+strings.Repeat("1,2\n", 300_000))); err != context.Canceled {
		t.Fatalf("got %v", err)
	}
}
