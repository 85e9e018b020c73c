package resultstable

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit/loop"
)

// What is copied is read by a spreadsheet cell by cell: numbers as numbers where the person's language writes 1,5,
// dates as dates, sizes as their bytes, text with line breaks and quotes whole, and no text as a formula.
func TestWhatIsCopiedPastesIntoASpreadsheet(t *testing.T) {
	was := time.Local
	time.Local = time.FixedZone("", 3600)
	defer func() { time.Local = was }()
	row := exchange.Record{}
	want := []string{}
	add := func(v exchange.Value, cell string) {
		row.Fields = append(row.Fields, exchange.Field{Name: string(rune('A' + len(row.Fields))), Value: v})
		want = append(want, cell)
	}
	add(exchange.NewInteger(-1234567), "-1234567")
	add(exchange.NewDecimal("1234.50"), "1234,50")
	add(exchange.NewDecimal("1E+400"), "1E+400")
	add(exchange.NewSize(48<<30), "51539607552")
	add(exchange.Unlimited(), "Onbeperkt")
	add(exchange.NewTime(time.Date(2026, 11, 23, 13, 2, 3, 0, time.UTC)), "2026-11-23 14:02:03")
	add(exchange.NewZonelessTime(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)), "2026-11-23")
	add(exchange.NewDuration(90*24*3600*10_000_000), "2160:00:00")
	add(exchange.NewFlag(true), "Ja")
	add(exchange.NewText("=1+2"), "'=1+2")
	add(exchange.NewText("+31 6 12"), "'+31 6 12")
	add(exchange.NewText("-5"), "-5")
	add(exchange.NewText("one\r\ntwo \"2\"\tthree"), "one\ntwo \"2\"\tthree")
	add(exchange.NewText(`"in quotes"`), `"in quotes"`)
	add(exchange.NewText(`6" pipe`), `6" pipe`)
	add(exchange.NewList([]exchange.Value{exchange.NewText("a"), exchange.NewText("b")}), "a; b")
	add(exchange.Value{}, "")

	table := results.NewTable(results.RunInfo{})
	if err := table.Append("", []exchange.Record{row, row}); err != nil {
		t.Fatal(err)
	}
	table.Finish(noon)
	queue := loop.NewQueue()
	defer queue.Close()
	var flow *Flow
	do := func(f func()) {
		t.Helper()
		queue.Do(f)
		<-queue.Idle()
	}
	do(func() { flow = NewFlow(table, Options{Loop: queue, Words: wording.For("nl")}) })
	defer func() { do(flow.Close) }()
	var text string
	do(func() {
		var columns []ColumnState
		for _, f := range row.Fields {
			columns = append(columns, ColumnState{Name: f.Name})
		}
		flow.SetColumns(columns)
		flow.Select([]Span{{0, 2}}, 0)
		flow.Copy(true, func(s string) { text = s })
	})
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes = '\t', true
	lines, err := r.ReadAll()
	if err != nil || len(lines) != 3 || lines[0][3] != "D (bytes)" || lines[0][0] != "A" {
		t.Fatalf("%v, %q", err, lines)
	}
	for _, line := range lines[1:] {
		if !slices.Equal(line, want) {
			t.Errorf("pasted is\n%q, want\n%q", line, want)
		}
	}

	do(func() { flow.CopyShown(func(s string) { text = s }) })
	letter := strings.Split(text, "\n")
	if len(letter) != 4 || !strings.HasPrefix(letter[1], "-1.234.567\t1.234,50\t") || !strings.Contains(letter[1], "\t48 GB\t") ||
		!strings.Contains(letter[1], `one two "2" three`) || strings.Contains(letter[0], "bytes") {
		t.Errorf("for a letter it is %q", letter)
	}
}
