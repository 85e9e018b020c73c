package results

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
)

// simply tells whether a row matches a filter, cell by cell, as the words of the documentation say.
func simply(s Snapshot, f Filter, row RowID, now time.Time) bool {
	for _, sub := range f.All {
		if !simply(s, sub, row, now) {
			return false
		}
	}
	some := len(f.Any) == 0
	for _, sub := range f.Any {
		some = some || simply(s, sub, row, now)
	}
	if !some || f.Not != nil && simply(s, *f.Not, row, now) {
		return false
	}
	if f.Column == "" {
		return true
	}
	col, _ := s.Column(f.Column)
	v := s.Cell(row, col)
	switch {
	case f.Op == IsEmpty, f.Op == Equal && f.Value == "":
		return v.IsNone()
	case f.Op == IsNotEmpty, f.Op == NotEqual && f.Value == "":
		return !v.IsNone()
	}
	if v.IsNone() {
		return f.Op == NotEqual || f.Op == NotContains
	}
	text, value := foldText(v.Text()), foldText(f.Value)
	switch f.Op {
	case Contains:
		return strings.Contains(text, value)
	case NotContains:
		return !strings.Contains(text, value)
	case StartsWith:
		return strings.HasPrefix(text, value)
	}
	switch v.Kind() {
	case exchange.Text:
		if f.Op == Equal || f.Op == NotEqual {
			return strings.EqualFold(v.Text(), f.Value) == (f.Op == Equal)
		}
		return holds(f.Op, newOrder("").compare(v.Text(), f.Value))
	case exchange.Time:
		t, zone := v.Instant()
		if span, ok := parseSpan(f.Value); ok {
			since := now
			if !zone { // what the clock here shows, taken as the cell's is
				since = time.Date(now.Year(), now.Month(), now.Day(), now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), time.UTC)
			}
			return holds(f.Op, exchange.NewDuration(int64(since.Sub(t)/100)).Compare(exchange.NewDuration(span)))
		}
		in := time.UTC
		if zone {
			in = now.Location()
		}
		day, err := time.ParseInLocation(time.DateOnly, f.Value, in)
		if err != nil {
			panic(err)
		}
		switch {
		case t.Before(day):
			return holds(f.Op, -1)
		case !t.Before(day.AddDate(0, 0, 1)):
			return holds(f.Op, 1)
		}
		return holds(f.Op, 0)
	case exchange.Duration:
		span, _ := parseSpan(f.Value)
		return holds(f.Op, v.Compare(exchange.NewDuration(span)))
	}
	number, ok := parseNumber(f.Value)
	if !ok {
		n, _ := parseSize(f.Value)
		number = exchange.NewSize(n)
	}
	return holds(f.Op, v.Compare(number))
}

func TestATreeOfConditionsIsEachOfThem(t *testing.T) {
	values := map[string][]string{
		"Text":   {"anna", "Bram", "k", "S", "", "ANNA 7", "ß", "\u212a"},
		"New":    {"row 3", "ROW 12", "\u017fow", "w 1", "row 7"},
		"Number": {"0", "5", "-3", "2.5", "-0.5", "Unlimited", "9223372036854775806", "-9223372036854775805", "4611686018427387905", "123456789012345678901234567890"},
		"Size":   {"0", "5", "1KB", "1.5 GB", "Unlimited"},
		"Span":   {"5s", "0s", "1d", "-1d"},
		"Time":   {"2026-01-02", "2025-12-31", "1d", "-1d", "0d"},
	}
	ops := []Op{Equal, NotEqual, Less, LessEqual, More, MoreEqual, Contains, NotContains, StartsWith, IsEmpty, IsNotEmpty}
	var columns []string
	for name := range values {
		columns = append(columns, name)
	}
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.FixedZone("", 3600))
	kept := 0
	for seed := range int64(400) {
		r := rand.New(rand.NewSource(seed))
		var rows []exchange.Record
		for i := range 80 {
			pick := func(from ...exchange.Value) exchange.Value { return from[r.Intn(len(from))] }
			text := values["Text"][r.Intn(len(values["Text"]))]
			at := time.Date(2026, 1, 1+r.Intn(3), r.Intn(24), 0, 0, 0, time.FixedZone("", r.Intn(3)*3600))
			when := exchange.NewTime(at)
			if seed%3 == 1 || seed%3 == 2 && i%2 == 0 {
				when = exchange.NewZonelessTime(at)
			}
			n := int64(r.Intn(13) - 6)
			rows = append(rows, rec("Text", pick(exchange.NewText(text), none), "New", fmt.Sprint("row ", i),
				"Number", pick(whole(n), whole(n), none, exchange.Unlimited(), whole(math.MaxInt64-1-int64(r.Intn(2))), whole(-math.MaxInt64+1+int64(r.Intn(3)))),
				"Size", pick(size(n+6), size(1024), size(3<<29), exchange.NewText("")), "Span", pick(exchange.NewDuration(n*exchange.TicksPerSecond), none),
				"Time", pick(when, when, none)))
		}
		s := tableOf(t, rows...)
		var tree func(depth int) Filter
		tree = func(depth int) Filter {
			if depth == 0 || r.Intn(3) == 0 {
				column := columns[r.Intn(len(columns))]
				f := Filter{Column: column, Op: ops[r.Intn(len(ops))], Value: values[column][r.Intn(len(values[column]))]}
				if r.Intn(9) == 0 {
					f.Op, f.Value = []Op{Contains, NotContains, StartsWith, Equal, NotEqual}[r.Intn(5)], ""
				}
				return f
			}
			var f Filter
			switch r.Intn(3) {
			case 0:
				for range 1 + r.Intn(4) {
					f.All = append(f.All, tree(depth-1))
				}
			case 1:
				same := tree(0)
				for range 1 + r.Intn(4) {
					if part := tree(depth - 1); r.Intn(2) == 0 {
						f.Any = append(f.Any, part)
					} else {
						same.Value = values[same.Column][r.Intn(len(values[same.Column]))]
						f.Any = append(f.Any, same)
					}
				}
			default:
				not := tree(depth - 1)
				f.Not = &not
			}
			return f
		}
		for range 20 {
			q := Query{Filter: tree(3), Now: now}
			m, err := NewMatcher(s, q)
			if err != nil {
				t.Fatalf("seed %d: %+v: %v", seed, q.Filter, err)
			}
			v := arrange(t, s, q)
			at := 0
			for row := range RowID(s.Len()) {
				want := simply(s, q.Filter, row, now)
				got := at < v.Len() && v.ID(at) == row
				if got != want || m.Matches(row) != want {
					tree, _ := json.Marshal(q.Filter)
					t.Fatalf("seed %d: %v of %s is kept %v, matches %v, and should %v", seed, s.Row(row), tree, got, m.Matches(row), want)
				}
				if want {
					at++
				}
			}
			kept += at
		}
	}
	if kept < 10_000 {
		t.Errorf("%d rows were kept in all", kept)
	}
}

func TestFoldedTextsAreThoseThatAreEqual(t *testing.T) {
	letters := []rune("aAkK\u212asS\u017fßẞéÉiI\u0130\u0131σςΣ\ufffd1")
	for _, a := range letters {
		for _, b := range letters {
			x, y := "x"+string(a), "X"+string(b)
			if same := string(appendUnified(nil, x)) == string(appendUnified(nil, y)); same != strings.EqualFold(x, y) {
				t.Errorf("%q and %q: folded alike is %v", x, y, same)
			}
			if sameLength(x) && strings.EqualFold(x, y) && len(x) != len(y) {
				t.Errorf("%q is as long as all texts that are equal to it, but not as %q", x, y)
			}
		}
	}
}
