package parquet

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	written "github.com/parquet-go/parquet-go"
)

var ample = Limits{Columns: 1000, Cells: 1 << 20, Items: 1 << 20, Bytes: 1 << 24}

var words = As[string]{
	Int:   func(n int64) string { return fmt.Sprint(n) },
	Float: func(x float64) string { return fmt.Sprint(x) },
	Bytes: func(s string) string { return s },
}

// all reads a leaf: for each value, "repetition/definition value", without the value when it is absent.
func all(f *File, group, leaf, atOnce int) ([]string, error) {
	c := NewColumn(f, group, leaf, words)
	var out []string
	for {
		err := c.Next(atOnce)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		used := 0
		for i := range c.Len {
			rep, def := 0, 0
			if c.Reps != nil {
				rep = int(c.Reps[i])
			}
			if c.Defs != nil {
				def = int(c.Defs[i])
			}
			text := fmt.Sprintf("%d/%d", rep, def)
			if def == f.Leaves[leaf].Def {
				text += " " + c.Values[used]
				used++
			}
			out = append(out, text)
		}
	}
}

// Whatever a writer that nobody here wrote puts into a file comes out again, in each encoding it has.
func TestEncodingsReadBack(t *testing.T) {
	type row struct {
		Plain  int64    `parquet:"plain,plain"`
		Dict   string   `parquet:"dict,dict"`
		Delta  int64    `parquet:"delta,delta"`
		Narrow int32    `parquet:"narrow,delta"`
		Length string   `parquet:"length,delta"`
		Split  float64  `parquet:"split,split"`
		Thin   float32  `parquet:"thin,split"`
		Flag   bool     `parquet:"flag"`
		Some   *int64   `parquet:"some,optional,dict"`
		List   []int64  `parquet:"list,dict"`
		Fixed  [3]byte  `parquet:"fixed,plain"`
		Texts  []string `parquet:"texts,list"`
	}
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]row, 3000)
	for i := range rows {
		w := &rows[i]
		w.Plain, w.Dict, w.Delta, w.Narrow = int64(r.Uint64()), fmt.Sprint("word ", r.IntN(40)), int64(r.Uint64()>>r.IntN(64)), int32(r.Uint32())
		w.Length, w.Split, w.Thin, w.Flag = strings.Repeat("ab", r.IntN(9)), r.NormFloat64(), r.Float32(), r.IntN(2) == 0
		if r.IntN(3) > 0 {
			w.Some = &w.Plain
		}
		for range r.IntN(4) {
			w.List = append(w.List, r.Int64N(5))
			w.Texts = append(w.Texts, w.Dict)
		}
		w.Fixed = [3]byte{byte(i), byte(i >> 8), 7}
	}
	for _, packed := range []written.WriterOption{written.Compression(&written.Uncompressed), written.Compression(&written.Snappy), written.Compression(&written.Gzip),
		written.Compression(&written.Brotli), written.Compression(&written.Zstd), written.Compression(&written.Lz4Raw)} {
		for _, version := range []int{1, 2} {
			var b strings.Builder
			w := written.NewGenericWriter[row](&b, packed, written.DataPageVersion(version), written.MaxRowsPerRowGroup(1700), written.PageBufferSize(2000))
			if _, err := w.Write(rows); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			f, err := Open(b.String(), ample)
			if err != nil {
				t.Fatal(err)
			}
			at := map[string]int{}
			for i, l := range f.Leaves {
				at[l.Name] = i
			}
			got := map[string][]string{}
			for g := range f.Groups {
				for name, leaf := range at {
					part, err := all(f, g, leaf, 7+r.IntN(900))
					if err != nil {
						t.Fatalf("version %d, %s: %v", version, name, err)
					}
					got[name] = append(got[name], part...)
				}
			}
			want := map[string][]string{}
			for _, w := range rows {
				add := func(name, level string, v any) {
					want[name] = append(want[name], strings.TrimSuffix(fmt.Sprintf("%s %v", level, v), " -"))
				}
				add("plain", "0/0", w.Plain)
				add("dict", "0/0", w.Dict)
				add("delta", "0/0", w.Delta)
				add("narrow", "0/0", w.Narrow)
				add("length", "0/0", w.Length)
				add("split", "0/0", w.Split)
				add("thin", "0/0", float64(w.Thin))
				add("flag", "0/0", map[bool]int{true: 1}[w.Flag])
				add("fixed", "0/0", string(w.Fixed[:]))
				if w.Some == nil {
					add("some", "0/0", "-")
				} else {
					add("some", "0/1", *w.Some)
				}
				for i, n := range w.List {
					add("list", fmt.Sprintf("%d/1", min(i, 1)), n)
					add("element", fmt.Sprintf("%d/1", min(i, 1)), w.Texts[i])
				}
				if len(w.List) == 0 {
					add("list", "0/0", "-")
					add("element", "0/0", "-")
				}
			}
			for name := range want {
				if diff := cmp.Diff(want[name], got[name]); diff != "" {
					t.Fatalf("version %d, %s: %s", version, name, diff)
				}
			}
			if len(got) != len(want) {
				t.Errorf("the columns are %v", at)
			}
		}
	}
}

func TestLimitsHold(t *testing.T) {
	type row struct {
		A string `parquet:"a,plain"`
		B []int64
	}
	var b strings.Builder
	w := written.NewGenericWriter[row](&b, written.Compression(&written.Snappy))
	for range 100 {
		if _, err := w.Write([]row{{strings.Repeat("x", 1000), []int64{1, 2, 3}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for of, change := range map[string]func(*Limits){
		"columns":     func(l *Limits) { l.Columns = 1 },
		"cells":       func(l *Limits) { l.Cells = 199 },
		"cells (300)": func(l *Limits) { l.Items = 299 },
		"bytes":       func(l *Limits) { l.Bytes = 99_999 },
	} {
		l := ample
		change(&l)
		f, err := Open(b.String(), l)
		if err == nil {
			_, err = all(f, 0, 0, 1000)
		}
		var large *ErrTooLarge
		if name, _, _ := strings.Cut(of, " "); !errors.As(err, &large) || large.Of != name {
			t.Errorf("%s: %v", of, err)
		}
	}
	if f, err := Open(b.String(), Limits{Columns: 2, Cells: 200, Items: 300, Bytes: 200_000}); err != nil {
		t.Error(err)
	} else if got, err := all(f, 0, 1, 1000); err != nil || len(got) != 300 {
		t.Errorf("%d values, %v", len(got), err)
	}
}

// Every byte of a file is changed, one after the other: what comes is an error or values, and always an end.
func TestAChangedByteEndsNothing(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "export", "testdata", "parquet", "duckdb-zstd-v2.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		was := data[i]
		for _, b := range []byte{0xff, was ^ 1} {
			data[i] = b
			readAll(string(data))
		}
		data[i] = was
	}
	if !readAll(string(data)) {
		t.Error("the file as it was cannot be read")
	}
}

// foreign are files that DuckDB wrote, which core/export keeps.
func foreign(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("..", "export", "testdata", "parquet", "*.parquet"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no files, %v", err)
	}
	return files
}

func readAll(data string) bool {
	f, err := Open(data, ample)
	if err != nil {
		return false
	}
	for g := range f.Groups {
		for leaf := range f.Leaves {
			if _, err := all(f, g, leaf, 500); err != nil {
				return false
			}
		}
	}
	return true
}

func FuzzFile(f *testing.F) {
	for _, file := range foreign(f) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(strings.TrimSuffix(strings.TrimPrefix(string(data), magic), magic)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(magic+string(data)+magic, Limits{Columns: 100, Cells: 1 << 14, Items: 1 << 14, Bytes: 1 << 20})
		if err != nil {
			return
		}
		for g, group := range file.Groups {
			for leaf := range file.Leaves {
				got, err := all(file, g, leaf, 500)
				if err == nil && (int64(len(got)) < group.Rows || file.Leaves[leaf].Rep == 0 && int64(len(got)) != group.Rows) {
					t.Fatalf("%d values for %d rows", len(got), group.Rows)
				}
			}
		}
	})
}

// FuzzValues decodes pages alone: how a file packs and frames them takes a mutation most of its luck.
func FuzzValues(f *testing.F) {
	f.Add(int32(encodingPlain), uint8(Int64), uint16(1), []byte("12345678"))
	f.Add(int32(encodingDelta), uint8(Int32), uint16(3), []byte{0x80, 0x01, 4, 3, 2, 2, 2, 0, 0, 0, 0x0f, 0, 0, 0, 0, 0, 0, 0})
	f.Add(int32(encodingDeltaLength), uint8(Bytes), uint16(2), []byte{0x80, 0x01, 4, 2, 2, 0, 0, 0, 0, 0, 'a', 'b'})
	f.Add(int32(encodingDeltaBytes), uint8(Bytes), uint16(1), []byte{0x80, 0x01, 4, 1, 0, 0x80, 0x01, 4, 1, 2, 'a'})
	f.Add(int32(encodingDictionary), uint8(Bytes), uint16(9), []byte{1, 4, 1, 3, 0xaa})
	f.Add(int32(encodingRuns), uint8(Boolean), uint16(9), []byte{2, 0, 0, 0, 3, 0xaa})
	f.Add(int32(encodingSplit), uint8(Double), uint16(1), []byte("12345678"))
	f.Fuzz(func(t *testing.T, encoding int32, kind uint8, count uint16, body []byte) {
		file := &File{limits: ample}
		file.left.Store(1 << 20)
		leaf := &Node{Kind: Kind(kind % 8), Length: 5}
		c := &Column[string]{file: file, leaf: leaf, as: words, dictionary: []string{"a", "b"}}
		v, err := c.decoder(encoding, string(body))
		if err != nil {
			return
		}
		for left := int(count); left > 0; {
			to := make([]string, min(left, 100))
			if v.next(to) != nil {
				return
			}
			left -= len(to)
		}
	})
}
