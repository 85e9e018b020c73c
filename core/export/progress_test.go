package export

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Every format that is written row by row tells how far it is, and stops when it is told to: then there is no
// file, and one that was there is as it was.
func TestWritingTellsHowFarItIsAndStops(t *testing.T) {
	const rows = 10_000
	table := results.NewTable(results.RunInfo{Title: "Mailboxes"})
	batch := make([]exchange.Record, rows)
	for i := range batch {
		batch[i].Fields = []exchange.Field{{Name: "Name", Value: exchange.NewInteger(int64(i))}}
	}
	if err := table.Append("", batch); err != nil {
		t.Fatal(err)
	}
	view := results.All(table.Snapshot())
	stop := errors.New("enough")
	for _, f := range Formats() {
		if f.Name == "table" { // measures all rows first, and is for a terminal
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "rows"+f.Extension)
			var seen []int
			o := Options{Progress: func(n int) error { seen = append(seen, n); return nil }}
			if err := WriteView(path, f, view, o); err != nil {
				t.Fatal(err)
			}
			last := -1
			for _, n := range seen {
				if n <= last || n >= rows {
					t.Fatalf("it told %v", seen)
				}
				last = n
			}
			if last < rows/2 {
				t.Errorf("it told %v of %d rows", seen, rows)
			}
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			o.Progress = func(n int) error {
				if n > rows/2 {
					return stop
				}
				return nil
			}
			if err := WriteView(path, f, view, o); !errors.Is(err, stop) {
				t.Errorf("stopped, it says %v", err)
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(whole) {
				t.Errorf("the file that was there changed: %v", err)
			}
			if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}
