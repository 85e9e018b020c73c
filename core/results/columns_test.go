package results

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
)

// anyValue is a value of the kind, and as often as is said one of any.
func anyValue(r *rand.Rand, kind, often int) exchange.Value {
	if r.Intn(often) == 0 {
		kind = r.Intn(10)
	}
	n := int64(r.Intn(400))
	switch kind {
	case 1:
		return exchange.NewText([]string{"", "a", "Ann", "b"}[n%4])
	case 2:
		return exchange.NewInteger(n)
	case 3:
		return exchange.NewSize(n)
	case 4:
		return exchange.NewFlag(n%2 == 0)
	case 5:
		return exchange.NewTime(time.Unix(n, 0).In(time.FixedZone("", int(n%3)*3600)))
	case 6:
		return exchange.Unlimited()
	case 7:
		return exchange.NewDecimal("1.5")
	case 8:
		return exchange.NewInteger(numNone)
	case 9:
		return exchange.NewText(strings.Repeat("x", longestText+int(n%2)))
	}
	return exchange.Value{}
}

// shaped puts values into a shape that takes less, where there is one.
func shaped(vals []exchange.Value) Cells {
	nums, texts, text := Cells{Numbers: []int64{}}, Cells{At: []Span{}}, ""
	numbers, words := true, true
	for _, v := range vals {
		n, tag, ok := numberOf(v)
		if v.Kind() == exchange.Flag {
			n, tag, ok = v.Int(), int16(exchange.Flag), true
		}
		switch {
		case v.IsNone():
			n, ok = NoNumber, v.Kind() == exchange.None
		case v.IsUnlimited():
			n = NoLimit
			ok = nums.Kind == exchange.Integer || nums.Kind == exchange.Size
		case nums.Kind == exchange.None:
			nums.Kind = v.Kind()
			if v.Kind() == exchange.Time {
				nums.Offset, nums.NoZone = tag, tag == noZoneTag
			}
		default:
			ok = ok && v.Kind() == nums.Kind && tag == nums.tag()
		}
		numbers = numbers && ok
		nums.Numbers = append(nums.Numbers, n)
		words = words && (v.Kind() == exchange.None || v.Kind() == exchange.Text && v.Text() != "")
		texts.At = append(texts.At, Span{uint32(len(text)), uint32(len(text) + len(v.Text()))})
		text += v.Text()
	}
	texts.Text = text
	switch {
	case numbers && nums.Kind != exchange.None:
		return nums
	case words && len(vals) > 0:
		return texts
	}
	return Cells{Values: vals}
}

// Rows that are added column by column are as those that are added one by one, whatever stands in them.
func TestColumnsAreAddedAsRowsAre(t *testing.T) {
	shapes := map[string]int{}
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		names := []string{"A", "B", "C", "a", "D"} // a is A again
		one, all := NewTable(RunInfo{}), NewTable(RunInfo{})
		for range 6 {
			rows := r.Intn(300)
			columns := make([][]exchange.Value, len(names))
			records := make([]exchange.Record, rows)
			for i, name := range names {
				kind, often := r.Intn(7), 2+r.Intn(600)
				if r.Intn(3) > 0 {
					kind = i + 1
				}
				for row := range rows {
					v := anyValue(r, kind, often)
					columns[i] = append(columns[i], v)
					records[row].Fields = append(records[row].Fields, exchange.Field{Name: name, Value: v})
				}
			}
			if err := one.Append("x", records); err != nil {
				t.Fatal(err)
			}
			first, second := Block{Rows: r.Intn(rows + 1)}, Block{}
			second.Rows = rows - first.Rows
			for _, vals := range columns {
				for b, vals := range map[*Block][]exchange.Value{&first: vals[:first.Rows], &second: vals[first.Rows:]} {
					cells := Cells{Values: vals}
					if r.Intn(3) > 0 {
						cells = shaped(vals)
					}
					b.Columns = append(b.Columns, cells)
					shapes[fmt.Sprint(cells.Kind, cells.At != nil)]++
				}
			}
			if err := all.AppendBlocks("x", names, first, second); err != nil {
				t.Fatal(err)
			}
			before, after := one.Snapshot(), all.Snapshot()
			if before.Len() != after.Len() || len(before.Columns()) != len(after.Columns()) {
				t.Fatalf("%d rows of %v, not %d of %v", after.Len(), after.Columns(), before.Len(), before.Columns())
			}
			for c, want := range before.Columns() {
				if got := after.Columns()[c]; got != want {
					t.Fatalf("seed %d: column %v, not %v", seed, got, want)
				}
				for row := range RowID(before.Len()) {
					if got, want := after.Cell(row, c), before.Cell(row, c); !got.Same(want) {
						t.Fatalf("seed %d: row %d of %s is %v, not %v", seed, row, before.Columns()[c].Name, got, want)
					}
				}
			}
		}
	}
	for _, kind := range []exchange.Kind{exchange.Integer, exchange.Size, exchange.Flag, exchange.Time} {
		if shapes[fmt.Sprint(kind, false)] == 0 {
			t.Errorf("no column was numbers of kind %s", KindName(kind))
		}
	}
	if shapes[fmt.Sprint(exchange.None, true)] == 0 {
		t.Error("no column was texts")
	}
}
