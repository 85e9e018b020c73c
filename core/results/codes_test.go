package results

import (
	"math/rand"
	"testing"

	"tenantry/core/exchange"
)

// Codes come back as they were added whatever their width, and a copy keeps what it had.
func TestCodesOfAnyWidth(t *testing.T) {
	for seed := range int64(40) {
		r := rand.New(rand.NewSource(seed))
		var c, kept codes
		var want []uint32
		for next := firstCode; len(want) < 70_000; {
			code := next
			if len(want) > int(seed)*1800 {
				code = uint32(r.Intn(int(next) + 1))
			}
			if code == next {
				next++
			}
			if r.Intn(20_000) == 0 {
				code = codeNone
			}
			c.add(code)
			want = append(want, code)
			if r.Intn(5000) == 0 {
				c.expect(r.Intn(100))
				c.trim()
				kept = c
			}
		}
		if c.n != len(want) {
			t.Fatalf("%d codes, not %d", c.n, len(want))
		}
		for i, code := range want {
			if c.at(i) != code {
				t.Fatalf("seed %d: code %d is %d, not %d", seed, i, c.at(i), code)
			}
			if i < kept.n && kept.at(i) != code {
				t.Fatalf("seed %d: code %d of the copy is %d, not %d", seed, i, kept.at(i), code)
			}
		}
	}
}

// A column takes as little for a row as its distinct values allow.
func TestCodesAreNarrow(t *testing.T) {
	for _, test := range []struct{ distinct, bytes int }{{200, 1}, {60_000, 2}, {99_999, 4}, {100_000, 0}} {
		table := NewTable(RunInfo{})
		for i := range 100_000 {
			v := exchange.NewInteger(int64(i % test.distinct)).Text()
			if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{{Name: "A", Value: exchange.NewText(v)}}}}); err != nil {
				t.Fatal(err)
			}
		}
		table.Finish(table.Info().Started)
		s := table.Snapshot()
		c := s.get().cols[0].codes
		if took := cap(c.bytes) + 2*cap(c.short) + 4*cap(c.wide); took < test.bytes*100_000 || took > test.bytes*102_000 {
			t.Errorf("%d distinct texts: %d bytes for 100000 rows, not %d each", test.distinct, took, test.bytes)
		}
		if got, want := s.Cell(99_998, 0).Text(), exchange.NewInteger(int64(99_998%test.distinct)).Text(); got != want {
			t.Errorf("%d distinct texts: row 99998 is %s, not %s", test.distinct, got, want)
		}
	}
}
