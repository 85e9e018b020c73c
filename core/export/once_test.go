package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tenantry/core/results"
)

// sameOnce fails when a file that can be read once is another table than all of it read at once, and tells
// whether it could.
func sameOnce(t *testing.T, data []byte, by onceSizes) bool {
	t.Helper()
	var once *Opened
	var known []guess
	var err error
	for range mostTries {
		once = newOpened("x.csv")
		if known, err = once.readOnce(context.Background(), "x.csv", bytes.NewReader(data), int64(len(data)), by, known); err != errGuess {
			break
		}
	}
	if err == errOtherwise || err == errGuess {
		return false
	}
	whole, wholeErr := Read(context.Background(), "x.csv", data)
	if err != nil || wholeErr != nil {
		t.Fatalf("once: %v, as a whole: %v", err, wholeErr)
	}
	a, b := once.Table.Snapshot(), whole.Table.Snapshot()
	if a.Len() != b.Len() || fmt.Sprint(a.Columns()) != fmt.Sprint(b.Columns()) || len(whole.Warnings) > 0 {
		t.Fatalf("%d rows of %v; as a whole %d of %v with %v, of %.2000q", a.Len(), a.Columns(), b.Len(), b.Columns(), whole.Warnings, data)
	}
	for r := range results.RowID(a.Len()) {
		for c, column := range a.Columns() {
			if x, y := a.Cell(r, c), b.Cell(r, c); !x.Same(y) {
				t.Fatalf("row %d of %s is %v, as a whole %v, of %.2000q", r, column.Name, x, y, data)
			}
		}
	}
	return true
}

var small = onceSizes{piece: 64, head: 64, sample: 16, parts: 3}

// rows are cells from which files are made: a column takes most of its cells from one of these.
var cellsOf = [][]string{
	{"1", "-20", "345", "9223372036854775807", "-9223372036854775807", "Unlimited", ""},
	{"1", "12345678901234567890", "007"},
	{"1.5", "2", "-0.25", "Unlimited"},
	{"true", "False", "TRUE", "true"},
	{"2024-01-02T03:04:05Z", "2024-02-29T23:59:59Z", "", "2024-01-02T03:04:05Z"},
	{"2024-01-02T03:04:05+02:00", "2024-01-02 03:04:05", "2024-01-02", "2024-01-02T03:04:05.1234567Z"},
	{"1.5 GB (1,610,612,736 bytes)", "Unlimited", "2 KB", "0 B"},
	{"01:02:03", "9.00:00:00", "'-1.00:00:00", "99999999.00:00:00"},
	{"Anna", "de Vries", "'=1+1", "''=1", "'s", "été", ""},
	{`"quoted"`, `"a,b"`, `"two` + "\n" + `lines"`, `"with ""quotes"""`, `"x"y`, `""`, `a"b`},
	{""},
}

func TestReadingOnceIsReadingAsAWhole(t *testing.T) {
	could := 0
	const files = 1000
	for seed := range int64(files) {
		r := rand.New(rand.NewSource(seed))
		width, ends := 1+r.Intn(6), []string{"\n", "\r\n", "\n\n", "\r"}[r.Intn(10)/3]
		kinds := make([]int, width)
		names := make([]string, width)
		for i := range kinds {
			kinds[i], names[i] = r.Intn(len(cellsOf)), []string{"A", "TotalItemSize", "B", "C", "D", "E"}[i]
		}
		var b strings.Builder
		b.WriteString([]string{"", "\ufeff", "#TYPE x\n", "sep=,\n"}[max(0, r.Intn(8)-4)] + strings.Join(names, ",") + ends)
		odd := max(0, r.Intn(6)-3) // how many cells are otherwise
		for range r.Intn(400) {
			for c, kind := range kinds {
				if r.Intn(2000) < odd {
					kind = r.Intn(len(cellsOf))
				}
				if c > 0 {
					b.WriteByte(',')
				}
				b.WriteString(cellsOf[kind][r.Intn(len(cellsOf[kind]))])
			}
			if r.Intn(4000) < odd {
				b.WriteString([]string{",", "\xff", "\r"}[r.Intn(3)])
			}
			b.WriteString(ends)
		}
		by := small
		by.piece, by.sample, by.parts = 1+r.Intn(600), 1+r.Intn(300), r.Intn(9)
		if sameOnce(t, []byte(b.String()), by) {
			could++
		}
	}
	if could < files/3 {
		t.Errorf("%d of %d files could be read once", could, files)
	}
}

func FuzzOnce(f *testing.F) {
	for i, text := range inPieces {
		f.Add([]byte("A,B\n"+strings.Repeat(text, 9)), uint16(1+i*7), uint16(i*5), byte(i))
	}
	f.Add([]byte("A,B\n"+strings.Repeat("1,\n", 50)+strings.Repeat("2,3\n", 50)), uint16(9), uint16(8), byte(0))
	f.Fuzz(func(t *testing.T, data []byte, piece, sample uint16, parts byte) {
		// What stands in the first quarter of a megabyte decides on the separator, and on a NUL.
		if data = append([]byte("sep=,\n"), data...); bytes.IndexByte(data, 0) < 0 {
			sameOnce(t, data, onceSizes{piece: 1 + int(piece), head: 64, sample: 1 + int(sample), parts: int(parts)})
		}
	})
}

// A file that is not what its first part and samples promise is the table that it is all the same.
func TestALargeFileThatTurnsOutOtherwise(t *testing.T) {
	number := strings.Repeat("1234567890123,Anna de Vries,\n", 200_000)
	for name, test := range map[string]struct {
		end  string
		want string // the types, and how many warn
		once bool   // it is read once
	}{
		"as it was":       {"", "integer text none 0", true},
		"a word":          {"x,Bram,\n", "text text none 0", true},
		"a first value":   {"1,Bram,true\n", "integer text flag 0", true},
		"a value too few": {"1,Bram\n", "integer text none 1", false},
		"Windows-1252":    {"1,Andr\xe9,\n", "integer text none 0", false},
		"quotes":          {"1,\"Bram\n\"\"de\"\" Vries\",\"a\"\n", "integer text text 0", true},
		"no end":          {"1,\"Bram", "integer text none 2", false},
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte("\ufeffA,B,C\n"+number+test.end), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, once, err := openOnce(context.Background(), path, int64(len(number)+len(test.end)+9)); once != test.once || err != nil {
			t.Errorf("%s: read once is %v, %v", name, once, err)
		}
		o, err := Open(context.Background(), path)
		if err != nil {
			t.Fatal(name, err)
		}
		s := o.Table.Snapshot()
		got := ""
		for _, c := range s.Columns() {
			got += results.KindName(c.Type) + " "
		}
		if got += fmt.Sprint(len(o.Warnings)); got != test.want {
			t.Errorf("%s: %s, not %s", name, got, test.want)
		}
		rows := 200_000
		if test.end != "" {
			rows++
		}
		if s.Len() != rows || s.Cell(199_999, 0).Text() != "1234567890123" || s.Cell(199_999, 1).Text() != "Anna de Vries" {
			t.Errorf("%s: %d rows, the last as all others is %v", name, s.Len(), s.Row(199_999))
		}
	}
}

// reluctant is a file that cannot be read further than half.
type reluctant struct{ io.ReaderAt }

func (r reluctant) ReadAt(p []byte, at int64) (int, error) {
	if at > 100_000 {
		return 0, errors.New("unplugged")
	}
	return r.ReaderAt.ReadAt(p, at)
}

func TestReadingOnceStops(t *testing.T) {
	data := []byte("A,B\n" + strings.Repeat("1,2\n", 50_000))
	ctx, stop := context.WithCancel(context.Background())
	stop()
	by := onceSizes{piece: 1000, head: 64, sample: 100, parts: 2}
	if _, err := newOpened("x.csv").readOnce(ctx, "x.csv", bytes.NewReader(data), int64(len(data)), by, nil); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if _, err := newOpened("x.csv").readOnce(context.Background(), "x.csv", reluctant{bytes.NewReader(data)}, int64(len(data)), by, nil); err != errOtherwise {
		t.Errorf("of a file that cannot be read: %v", err)
	}
}
