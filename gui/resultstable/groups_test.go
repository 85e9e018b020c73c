package resultstable

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit"
)

func (s *screen) openGroups() *groupsSide {
	s.t.Helper()
	var g *groupsSide
	s.do(func() {
		g = newGroupsSide(s.panel)
		s.panel.openSide(g.side)
	})
	return g
}

// chips are what the pane says.
func (s *screen) groupChips(g *groupsSide) string {
	var out []string
	s.queue.Do(func() {
		for _, box := range []*fyne.Container{g.by, g.worked} {
			for _, o := range box.Objects {
				if c, ok := o.(*kit.Chip); ok && !box.Hidden {
					out = append(out, c.Text())
				}
			}
		}
	})
	return strings.Join(out, " | ")
}

// titles are the columns of the table.
func (s *screen) titles() string {
	var out []string
	s.queue.Do(func() {
		for _, c := range s.panel.grid.Data().Columns() {
			out = append(out, c.Title)
		}
	})
	return strings.Join(out, "|")
}

func TestGroupsAreMadeAsOneChooses(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	g := s.openGroups()
	s.shot("groups-none")
	line := func(label string) int {
		for i, f := range g.facts {
			if f.Label == label {
				return i
			}
		}
		t.Fatalf("no column %s", label)
		return -1
	}
	s.do(func() { g.toggle(line("Litigation hold")) })
	s.do(func() { g.toggle(line("Kind of recipient")) })
	if got := s.titles(); got != "Litigation hold|Kind of recipient|Count" {
		t.Errorf("the columns are %s", got)
	}
	pick := func(column, what string) {
		t.Helper()
		var offered []string
		s.do(func() {
			for _, i := range g.workMenu(line(column)).Items {
				offered = append(offered, i.Label)
				if i.Label == what {
					i.Action()
					return
				}
			}
			t.Errorf("%s is not offered: %q", what, offered)
		})
	}
	pick("Size", "Sum of Size")
	pick("Size", "Average of Size")
	pick("Created", "Highest Created")
	pick("Display name", "Different Display name")
	if got := s.groupChips(g); got != "1. Litigation hold | 2. Kind of recipient | Count | Sum of Size | Average of Size | Highest Created | Different Display name" {
		t.Errorf("the chips say %q", got)
	}
	if got := s.titles(); got != "Litigation hold|Kind of recipient|Count|Sum of Size|Average of Size|Highest Created|Different Display name" {
		t.Errorf("the columns are %s", got)
	}
	s.shot("groups")
	s.queue.Do(func() {
		if n := len(g.workMenu(line("Display name")).Items); n != 1 {
			t.Errorf("%d things can be worked out of a text", n)
		}
		if n := len(g.workMenu(line("Created")).Items); n != 3 {
			t.Errorf("%d things can be worked out of a time", n)
		}
	})
	s.do(func() {
		for _, i := range g.placeMenu("RecipientTypeDetails").Items {
			if i.Label == "Move to the left" {
				i.Action()
			}
		}
	})
	if got := s.titles(); !strings.HasPrefix(got, "Kind of recipient|Litigation hold|") {
		t.Errorf("in another order the columns are %s", got)
	}
	s.do(s.panel.closeSide)
	g = s.openGroups()
	s.queue.Do(func() {
		if got := s.panel.status.Text(); got != "6 groups of 60 rows · Contoso · read 2:02 PM" {
			t.Errorf("the status line says %q", got)
		}
	})
	s.shot("groups-again")
	s.do(func() { buttonsIn(g.worked.Objects[1])[1].Tapped(nil) }) // the cross of "Sum of Size"
	if got := s.titles(); strings.Contains(got, "Sum of") {
		t.Errorf("taken away, and still there: %s", got)
	}
	s.do(s.flow.Undo)
	if got := s.groupChips(g); !strings.Contains(got, "Sum of Size") {
		t.Errorf("after a step back the chips say %q", got)
	}
	s.do(func() { g.none.Tapped(nil) })
	s.queue.Do(func() {
		if s.flow.Model().View.Grouped() || !g.none.Disabled() || g.hint.Hidden {
			t.Error("there are groups still")
		}
	})
	// Without a column to group by, all rows are one.
	pick("Size", "Sum of Size")
	s.queue.Do(func() {
		if v := s.flow.Model().View; v.Len() != 1 || g.hint.Text != "All rows together" {
			t.Errorf("%d rows, the pane says %q", v.Len(), g.hint.Text)
		}
	})
}

// TestWhatSuitsAType asks for everything that is offered for every type, and none is refused.
func TestWhatSuitsAType(t *testing.T) {
	text := exchange.NewText
	values := map[string]exchange.Value{"Text": text("a"), "Integer": exchange.NewInteger(1), "Decimal": exchange.NewDecimal("1.5"), "Size": exchange.NewSize(1),
		"Duration": exchange.NewDuration(5), "Time": exchange.NewTime(noon), "Flag": exchange.NewFlag(true), "List": exchange.NewList([]exchange.Value{text("a"), text("b")}),
		"Nested": exchange.NewNested("x", exchange.Record{})}
	var r exchange.Record
	for name, v := range values {
		r.Fields = append(r.Fields, exchange.Field{Name: name, Value: v})
	}
	table := results.NewTable(results.RunInfo{})
	if err := table.Append("", []exchange.Record{r, r}); err != nil {
		t.Fatal(err)
	}
	offered := 0
	for _, c := range table.Snapshot().Columns() {
		for _, role := range workable {
			if !Suits(role, c.Type) {
				continue
			}
			offered++
			var g results.Group
			*workedOf(&g, role) = []string{c.Name}
			view, err := results.Arrange(t.Context(), table.Snapshot(), results.Query{Group: g})
			if err != nil || view.Len() != 1 || view.Cell(0, 1).IsNone() {
				t.Errorf("%s of %s: %v, %s", fmt.Sprint(role), c.Name, err, view.Cell(0, 1).Text())
			}
		}
	}
	if offered != 4*5+3+4 {
		t.Errorf("%d are offered", offered)
	}
}
