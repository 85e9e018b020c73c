package results

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tenantry/core/exchange"
)

// Texts are searched many at a time; what is found is what looking at each alone finds.
func TestFindingInManyTextsIsFindingInEach(t *testing.T) {
	letters := []rune("aAbBsSkKiI.-é\u0130\u0131\u017f\u212a1")
	for seed := range int64(12) {
		r := rand.New(rand.NewSource(seed))
		some := letters[:4+r.Intn(len(letters)-3)]
		word := func(least, most int) string {
			var b strings.Builder
			for range least + r.Intn(most-least+1) {
				b.WriteRune(some[r.Intn(len(some))])
			}
			return b.String()
		}
		var rows []exchange.Record
		for i := range 9000 {
			text := word(0, 12)
			if seed%2 == 0 {
				text += fmt.Sprint(i) // all are new
			}
			rows = append(rows, rec("A", text))
		}
		s := tableOf(t, rows...)
		for range 40 {
			find := word(1, 1+r.Intn(5))
			var want []RowID
			for row := range RowID(s.Len()) {
				if strings.Contains(foldText(s.Cell(row, 0).Text()), foldText(find)) {
					want = append(want, row)
				}
			}
			for _, q := range []Query{{Find: find}, {Filter: Filter{Column: "A", Op: Contains, Value: find}}} {
				v, err := Arrange(context.Background(), s, q)
				if err != nil {
					t.Fatal(err)
				}
				var got []RowID
				for row := range v.Len() {
					got = append(got, v.ID(row))
				}
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d: %q is found in %d rows, not %d", seed, find, len(got), len(want))
				}
			}
		}
	}
}

// intoASCII leaves out no letter.
func TestLettersThatFoldIntoASCII(t *testing.T) {
	var all []string
	for letter := rune(utf8.RuneSelf); letter <= utf8.MaxRune; letter++ {
		if folded := foldText(string(letter)); folded[0] < utf8.RuneSelf {
			all = append(all, string(letter))
		}
	}
	if !slices.Equal(all, intoASCII) {
		t.Errorf("%q, not %q", all, intoASCII)
	}
}

// What numbers, sizes, durations and times show is found as any text.
func TestFindingInNumbersIsFindingInEach(t *testing.T) {
	for seed := range int64(30) {
		r := rand.New(rand.NewSource(seed))
		var rows []exchange.Record
		for range 300 {
			n := r.Int63() >> (10 + r.Intn(53))
			limit := exchange.NewSize(n)
			if r.Intn(9) == 0 {
				limit = exchange.Unlimited()
			}
			rows = append(rows, rec("Size", limit, "Number", whole(n-int64(r.Intn(90))), "Span", exchange.NewDuration(n),
				"Time", exchange.NewTicks(n%3e18, int16(r.Intn(3)*60), r.Intn(3) > 0), "None", none))
		}
		s := tableOf(t, rows...)
		for range 60 {
			col := r.Intn(5)
			text := s.Cell(RowID(r.Intn(s.Len())), col).Text()
			from := r.Intn(len(text) + 1)
			find := text[from : from+r.Intn(min(len(text)-from+1, 5))]
			if r.Intn(5) == 0 {
				find = []string{"BYTES", "(", "lim", "t0", "gb", "x", "\u212aB", "-", "é"}[r.Intn(9)]
			}
			if find == "" {
				continue
			}
			v := arrange(t, s, Query{Find: find, Columns: []string{s.Columns()[col].Name}})
			at := 0
			for row := range RowID(s.Len()) {
				if !strings.Contains(foldText(s.Cell(row, col).Text()), foldText(find)) {
					continue
				}
				if at >= v.Len() || v.ID(at) != row {
					t.Fatalf("seed %d: %q is not found in %q", seed, find, s.Cell(row, col).Text())
				}
				at++
			}
			if at != v.Len() {
				t.Fatalf("seed %d: %q is found %d times, not %d", seed, find, v.Len(), at)
			}
		}
	}
}
