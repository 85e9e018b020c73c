package results

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
)

// blindTable adds texts in blocks of a thousand rows, which is when a column takes them blindly.
func blindTable(t *testing.T, texts []string, each func(rows int, table *Table)) *Table {
	t.Helper()
	table := NewTable(RunInfo{})
	table.Expect(len(texts))
	for from := 0; from < len(texts); from += 1000 {
		var all strings.Builder
		var at []Span
		for _, s := range texts[from:min(from+1000, len(texts))] {
			at = append(at, Span{uint32(all.Len()), uint32(all.Len() + len(s))})
			all.WriteString(s)
		}
		b := Block{Rows: len(at), Columns: []Cells{{Text: all.String(), At: at}}}
		if err := table.AppendBlocks("", []string{"A"}, b); err != nil {
			t.Fatal(err)
		}
		each(from+len(at), table)
	}
	return table
}

// A text that was there already has the code it had, whenever it comes back, and is kept once.
func TestTextsTakenBlindlyAreKeptOnce(t *testing.T) {
	const rows = 150_000
	r := rand.New(rand.NewSource(1))
	for name, text := range map[string]func(i int) string{
		"all new":         func(i int) string { return fmt.Sprint("text ", i) },
		"some again":      func(i int) string { return fmt.Sprint("text ", i-r.Intn(2)*r.Intn(2)*r.Intn(2)*r.Intn(2)*r.Intn(i+1)) },
		"then all again":  func(i int) string { return fmt.Sprint("text ", i%60_000) },
		"then one":        func(i int) string { return fmt.Sprint("text ", min(i, 40_000)) },
		"some empty":      func(i int) string { return strings.Repeat(fmt.Sprint("text ", i), min(1, r.Intn(50))) },
		"then a long one": func(i int) string { return strings.Repeat(fmt.Sprint(i, " "), 1+i/(rows-3)*longestText) },
	} {
		texts := make([]string, rows)
		for i := range texts {
			texts[i] = text(i)
		}
		blind := 0
		var kept []Snapshot
		table := blindTable(t, texts, func(rows int, table *Table) {
			if d := table.cols[0].dict; d != nil && d.blind.on {
				blind++
			}
			if rows%37_000 == 0 {
				kept = append(kept, table.Snapshot())
			}
		})
		if blind == 0 {
			t.Errorf("%s: not taken blindly", name)
		}
		_ = table.Append("", []exchange.Record{rec("A", texts[20]), rec("A", "another")})
		texts = append(texts, texts[20], "another")
		for i := range 2 {
			if kept = append(kept, table.Snapshot()); i == 0 {
				table.Finish(time.Time{})
			}
		}
		for _, s := range kept {
			distinct := map[string]bool{}
			for row, want := range texts[:s.Len()] {
				if got := s.Cell(RowID(row), 0).Text(); got != want {
					t.Fatalf("%s: of %d rows, row %d is %q, not %q", name, s.Len(), row, got, want)
				}
				if want != "" {
					distinct[want] = true
				}
			}
			if got := s.get().cols[0].distinct(); got != len(distinct) {
				t.Errorf("%s: of %d rows, %d texts are kept, not %d", name, s.Len(), got, len(distinct))
			}
		}
	}
}
