package results

import (
	"slices"
	"testing"

	"tenantry/core/exchange"
)

func TestOnlyKeepsWhatIsChosen(t *testing.T) {
	table := NewTable(RunInfo{Customers: []exchange.CustomerID{"a.example", "b.example"}})
	for i, id := range []exchange.CustomerID{"a.example", "b.example", "a.example", "b.example"} {
		row := exchange.Record{Fields: []exchange.Field{{Name: "Name", Value: exchange.NewText(string(rune('d' - i)))},
			{Name: "Hidden", Value: exchange.NewText("needle")}, {Name: "Size", Value: exchange.NewSize(int64(i))}}}
		if err := table.Append(id, []exchange.Record{row}); err != nil {
			t.Fatal(err)
		}
	}
	view, err := Arrange(t.Context(), table.Snapshot(), Query{Sort: []SortKey{{Column: "Name"}}, Find: "needle"})
	if err != nil {
		t.Fatal(err)
	}
	texts := func(v View, col int) (out []string) {
		for r := range v.Len() {
			out = append(out, v.Cell(r, col).Text())
		}
		return out
	}
	some := view.Only([]int{2, 0, 99}, []string{"name", "Nothing", "Size"})
	if got := some.Columns(); len(got) != 2 || got[0].Name != "Name" || got[1].Name != "Size" {
		t.Fatalf("the columns are %v", got)
	}
	if got := texts(some, 0); !slices.Equal(got, []string{"c", "a"}) {
		t.Errorf("the rows are %q", got)
	}
	if id := some.Snapshot().Customer(some.ID(0)); id != "b.example" {
		t.Errorf("the first row is of %s", id)
	}
	if row, ok := some.Find(view.ID(0)); !ok || row != 1 {
		t.Errorf("the row stands at %d, %v", row, ok)
	}
	if all := view.Only(nil, nil); all.Len() != 4 || len(all.Columns()) != 4 || !slices.Equal(texts(all, 1), []string{"a", "b", "c", "d"}) {
		t.Errorf("all is %d rows of %v", all.Len(), all.Columns())
	}
	groups, err := Arrange(t.Context(), table.Snapshot(), Query{Group: Group{Columns: []string{CustomerColumn}, Sums: []string{"Size"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(groups.Only([]int{1}, []string{SumName("Size")}), 0); len(got) != 1 || got[0] != groups.Cell(1, 2).Text() {
		t.Errorf("of a group the sum is %q", got)
	}
}
