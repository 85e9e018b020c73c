package results

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
)

func told(p Parts) []string {
	line := func(name string, one Part) string {
		return fmt.Sprintf("%s|%d|%s", name, one.Rows, one.Amount.Text())
	}
	var out []string
	for _, one := range p.Top {
		out = append(out, line(one.Value.Text(), one))
	}
	return append(out, line(fmt.Sprintf("rest %d", p.Others), p.Rest), line("blank", p.Blank))
}

func TestPartsOfAColumn(t *testing.T) {
	s := tableOf(t,
		rec("D", "a", "N", whole(1), "S", size(3), "Q", size(5)),
		rec("D", "b", "N", whole(2), "S", size(4), "Q", exchange.Unlimited()),
		rec("D", "c", "N", none, "S", size(1), "Q", size(1)),
		rec("D", "a", "N", whole(4), "S", none, "Q", none),
		rec("D", "", "N", whole(9), "S", size(9), "Q", none),
		rec("D", "d", "N", whole(7), "S", none, "Q", none),
		rec("N", whole(1), "S", size(1), "Q", size(2)))
	for _, test := range []struct {
		by   string
		role Role
		of   string
		most int
		want []string
	}{
		{"d", Count, "", 2, []string{"a|2|2", "b|1|1", "rest 2|2|2", "blank|2|2"}},
		{"D", Count, "", 9, []string{"a|2|2", "b|1|1", "c|1|1", "d|1|1", "rest 0|0|", "blank|2|2"}},
		{"D", Sum, "S", 2, []string{"b|1|4 B (4 bytes)", "a|2|3 B (3 bytes)", "rest 2|2|1 B (1 bytes)", "blank|2|10 B (10 bytes)"}},
		{"D", Sum, "Q", 1, []string{"b|1|Unlimited", "rest 3|4|6 B (6 bytes)", "blank|2|2 B (2 bytes)"}},
		{"D", Average, "N", 2, []string{"d|1|7", "a|2|2.5", "rest 2|2|2", "blank|2|5"}},
		{"N", Count, "", 1, []string{"1|2|2", "rest 4|4|4", "blank|1|1"}},
		{"D", Count, "", 0, []string{"rest 4|5|5", "blank|2|2"}},
	} {
		p, err := All(s).Parts(context.Background(), test.by, test.role, test.of, test.most)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, told(p)); diff != "" {
			t.Errorf("%+v: %s", test, diff)
		}
	}
	// The rows of a view alone, and columns it does not show.
	v := arrange(t, s, Query{Columns: []string{"S"}, Filter: Filter{Column: "N", Op: Less, Value: "5"}, Sort: []SortKey{{Column: "N", Desc: true}}, Limit: 3})
	p, err := v.Parts(context.Background(), "D", Sum, "N", 5)
	if want := []string{"a|2|5", "b|1|2", "rest 0|0|", "blank|0|"}; err != nil || !slices.Equal(told(p), want) {
		t.Errorf("%q, %v", told(p), err)
	}
	read := func(v View, column string) (texts []string) {
		at := v.Reader(column)
		for row := -1; row <= v.Len(); row++ {
			texts = append(texts, at(row).Text())
		}
		return texts
	}
	for column, want := range map[string][]string{"n": {"", "4", "2", "1", ""}, "D": {"", "a", "b", "a", ""}, "X": {"", "", "", "", ""}} {
		if got := read(v, column); !slices.Equal(got, want) {
			t.Errorf("%s is read as %q", column, got)
		}
	}
	// Of groups.
	v = arrange(t, s, Query{Group: Group{Columns: []string{"D", "N"}, Sums: []string{"S"}}})
	p, err = v.Parts(context.Background(), "D", Sum, CountColumn, 1)
	if want := []string{"a|2|2", "rest 3|3|3", "blank|2|2"}; err != nil || !slices.Equal(told(p), want) {
		t.Errorf("%q, %v", told(p), err)
	}

	if got := read(v, CountColumn); len(got) != v.Len()+2 || got[1] != "1" || got[0] != "" {
		t.Errorf("counts are read as %q", got)
	}

	for code, ask := range map[exchange.Code][2]string{CodeNoSum: {"N", "D"}, CodeUnknownColumn: {"Dd", "N"}} {
		if _, err := All(s).Parts(context.Background(), ask[0], Sum, ask[1], 5); exchange.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := All(s).Parts(ended, "D", Count, "", 5); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled question ended with %v", err)
	}
	if p, err := (View{}).Parts(context.Background(), "X", Count, "", 5); err != nil || len(p.Top) != 0 {
		t.Errorf("no rows have %+v, %v", p, err)
	}
}

// What Parts says is what a grouped view says.
func TestPartsAgreeWithGroups(t *testing.T) {
	s := inventMailboxes(3000).Snapshot()
	for _, column := range []string{"Department", "DisplayName", "ItemCount", "HiddenFromAddressListsEnabled", "ForwardingSmtpAddress"} {
		g := arrange(t, s, Query{Group: Group{Columns: []string{column}, Sums: []string{"TotalItemSize"}}, Sort: []SortKey{{Column: "Sum of TotalItemSize", Desc: true}}})
		p, err := All(s).Parts(context.Background(), column, Sum, "TotalItemSize", 10)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for row := range g.Len() {
			if g.Cell(row, 0).IsNone() {
				if n := g.Cell(row, 1).Int(); int(n) != p.Blank.Rows || !g.Cell(row, 2).Same(p.Blank.Amount) {
					t.Errorf("%s: %d rows are empty, not %d", column, p.Blank.Rows, n)
				}
				continue
			}
			if at < len(p.Top) {
				if top := p.Top[at]; !top.Value.Same(g.Cell(row, 0)) || !top.Amount.Same(g.Cell(row, 2)) || top.Rows != int(g.Cell(row, 1).Int()) {
					t.Errorf("%s: %+v stands where %v does", column, top, g.Record(row))
				}
			}
			at++
		}
		if at != len(p.Top)+p.Others {
			t.Errorf("%s: %d and %d others are not %d", column, len(p.Top), p.Others, at)
		}
	}
}

func BenchmarkParts(b *testing.B) {
	v := All(millionRows(b))
	for _, one := range []struct{ by, of string }{{"Department", ""}, {"Department", "TotalItemSize"}, {"DisplayName", "TotalItemSize"}} {
		b.Run(one.by+" "+one.of, func(b *testing.B) {
			for b.Loop() {
				role := Count
				if one.of != "" {
					role = Sum
				}
				if _, err := v.Parts(context.Background(), one.by, role, one.of, 20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
