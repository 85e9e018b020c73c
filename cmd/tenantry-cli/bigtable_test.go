package main_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailbox is a row of the big table, in Go's own types. A nil is an empty cell.
type mailbox struct {
	row    int
	name   int // of firstNames, or -1
	loud   bool
	items  *int64
	price  *float64
	size   *int64 // bytes, or noLimit
	keep   *time.Duration
	seen   *time.Time
	hold   *bool
	colors []string
}

const (
	bigRows = 20_000
	noLimit = int64(-1)
	gb      = int64(1) << 30
)

// firstNames in the order of the language.
var firstNames = []string{"Anna", "Bram", "Chen", "Daan", "Émile", "Eva", "Fatima", "Gijs", "Hanna", "Ivo", "Jasmijn", "Zoë"}

var colorWords = []string{"Amber", "blue", "crimson", "Green", "red", "violet"}

// bigNow is what the times of the rows count from: half hours before it, so that none is as old as one that is asked
// for while the tests run.
var bigNow = time.Now().UTC().Truncate(time.Second)

// mailboxes are the rows, always the same but for the day that their times count from.
var mailboxes = sync.OnceValue(func() []mailbox {
	r := rand.New(rand.NewPCG(5, 20))
	some := func() bool { return r.IntN(8) > 0 }
	list := make([]mailbox, bigRows)
	for i := range list {
		m := &list[i]
		m.row, m.name, m.loud = i+1, -1, r.IntN(4) == 0
		if some() {
			m.name = r.IntN(len(firstNames))
		}
		if some() {
			m.items = ptr(r.Int64N(2000) - 50)
		}
		if some() {
			m.price = ptr(float64(r.IntN(4000))/8 - 10)
		}
		if some() {
			m.size = ptr(r.Int64N(100) * gb)
			if r.IntN(10) == 0 {
				*m.size = noLimit
			}
		}
		if some() {
			m.keep = ptr(time.Duration(r.IntN(200)) * 12 * time.Hour)
		}
		if some() {
			m.seen = ptr(bigNow.Add(-time.Duration(r.IntN(24*900))*time.Hour - 30*time.Minute))
		}
		if some() {
			m.hold = ptr(r.IntN(3) == 0)
		}
		for range r.IntN(4) {
			m.colors = append(m.colors, colorWords[r.IntN(len(colorWords))])
		}
	}
	return list
})

func ptr[T any](v T) *T { return &v }

// The texts that the cells show.

func (m *mailbox) nameText() string {
	switch {
	case m.name < 0:
		return ""
	case m.loud:
		return strings.ToUpper(firstNames[m.name])
	}
	return firstNames[m.name]
}

func (m *mailbox) sizeText() string {
	if *m.size == noLimit {
		return "Unlimited"
	}
	if *m.size == 0 {
		return "0 B (0 bytes)"
	}
	return fmt.Sprintf("%d GB (%s bytes)", *m.size/gb, commas(*m.size))
}

func commas(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return commas(n/1000) + fmt.Sprintf(",%03d", n%1000)
}

func (m *mailbox) keepText() string {
	days := *m.keep / (24 * time.Hour)
	clock := time.Time{}.Add(*m.keep % (24 * time.Hour)).Format("15:04:05")
	if days == 0 {
		return clock
	}
	return fmt.Sprintf("%d.%s", days, clock)
}

func (m *mailbox) priceText() string {
	s := strconv.FormatFloat(*m.price, 'f', -1, 64)
	return s
}

// json is the row as an object. Sizes have their own words, so that the column is one of sizes.
func (m *mailbox) json() string {
	row := map[string]any{"Row": m.row, "Name": nil, "Items": nil, "Price": nil, "Size": nil, "Keep": nil, "Seen": nil, "Hold": nil, "Colors": nil}
	if m.name >= 0 {
		row["Name"] = m.nameText()
	}
	if m.items != nil {
		row["Items"] = *m.items
	}
	if m.price != nil {
		row["Price"] = json.Number(m.priceText())
	}
	if m.size != nil {
		row["Size"] = m.sizeText()
	}
	if m.keep != nil {
		row["Keep"] = m.keepText()
	}
	if m.seen != nil {
		row["Seen"] = m.seen.Format(time.RFC3339)
	}
	if m.hold != nil {
		row["Hold"] = *m.hold
	}
	if len(m.colors) > 0 {
		row["Colors"] = m.colors
	}
	text, _ := json.Marshal(row)
	return string(text)
}

// csv is the row of the file big.csv, where the colours are one text.
func (m *mailbox) csv() []string {
	cells := []string{fmt.Sprint(m.row), m.nameText(), "", "", "", "", "", "", strings.Join(m.colors, "; ")}
	if m.items != nil {
		cells[2] = fmt.Sprint(*m.items)
	}
	if m.price != nil {
		cells[3] = m.priceText()
	}
	if m.size != nil {
		cells[4] = m.sizeText()
	}
	if m.keep != nil {
		cells[5] = m.keepText()
	}
	if m.seen != nil {
		cells[6] = m.seen.Format(time.RFC3339)
	}
	if m.hold != nil {
		cells[7] = map[bool]string{true: "True", false: "False"}[*m.hold]
	}
	return cells
}

var bigColumns = []string{"Row", "Name", "Items", "Price", "Size", "Keep", "Seen", "Hold", "Colors"}

// withBigTables is somebody who has the rows as big.csv and big.jsonl.
func withBigTables(t *testing.T) *person {
	who := somebody(t)
	var text, objects bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.Write(bigColumns); err != nil {
		t.Fatal(err)
	}
	for _, m := range mailboxes() {
		if err := w.Write(m.csv()); err != nil {
			t.Fatal(err)
		}
		objects.WriteString(m.json() + "\n")
	}
	w.Flush()
	for name, data := range map[string][]byte{"big.csv": text.Bytes(), "big.jsonl": objects.Bytes()} {
		if err := os.WriteFile(filepath.Join(who.home, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return who
}
