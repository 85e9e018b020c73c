package resultstable

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/theme"
)

// look is how a cell is drawn.
func (s *screen) look(row int, column string) (cell grid.Cell) {
	s.queue.Do(func() {
		d := s.panel.grid.Data()
		at := slices.IndexFunc(d.Columns(), func(c grid.Column) bool { return c.Key == column })
		cell = d.Cell(row, at)
	})
	return cell
}

// full is a mailbox of so many GB of its quota of 100.
func full(name string, gb int64, quota exchange.Value) exchange.Record {
	return exchange.Record{Fields: []exchange.Field{
		{Name: "DisplayName", Value: exchange.NewText(name)},
		{Name: "TotalItemSize", Value: exchange.NewSize(gb << 30)},
		{Name: "ItemCount", Value: exchange.NewInteger(gb * 1000)},
		{Name: "ProhibitSendQuota", Value: quota},
	}}
}

// TestASizeBesideItsQuotaSaysHowFullItIs has mailboxes below, near and above their quota, and one without.
func TestASizeBesideItsQuotaSaysHowFullItIs(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	hundred := exchange.NewSize(100 << 30)
	s.arrive([]exchange.Record{full("Roomy", 12, hundred), full("Nearly full", 88, hundred), full("Full", 97, hundred),
		full("Over", 140, hundred), full("Without", 97, exchange.Unlimited())})
	s.finish()
	s.do(func() { s.flow.ShowColumn("ProhibitSendQuota", true) })
	for row, want := range []grid.Cell{
		{Text: "12 GB · 12%", Bar: 0.12},
		{Text: "88 GB · 88%", Bar: 0.88, Tone: grid.Warn, BarTone: grid.Warn, Mark: grid.MarkUp, Fill: grid.Warn},
		{Text: "97 GB · 97%", Bar: 0.97, Tone: grid.Bad, BarTone: grid.Bad, Mark: grid.MarkStop, Fill: grid.Bad},
		{Text: "140 GB · 140%", Bar: 1, Tone: grid.Bad, BarTone: grid.Bad, Mark: grid.MarkStop, Fill: grid.Bad},
		{Text: "97 GB"},
	} {
		if got := s.look(row, "TotalItemSize"); got != want {
			t.Errorf("row %d is %+v, want %+v", row, got, want)
		}
	}
	s.shot("rules-quota")
	s.do(func() { fyne.CurrentApp().Settings().SetTheme(theme.Theme{Mode: theme.Dark}) })
	s.shot("rules-quota-dark")
}

// TestAColourIsMadeInItsPane makes a rule by a header's menu, widens it to the row, undoes it and removes it by
// its chip.
func TestAColourIsMadeInItsPane(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.choose(-1, "DisplayName", "Colour…")
	s.typeValue(0, "anna")
	s.wantChips("Red: Display name contains “anna”")
	s.wantRows("a colour hides nothing", 60)
	bad := grid.Cell{Text: "Anna de Vries 1", Tone: grid.Bad, Mark: grid.MarkStop, Fill: grid.Bad}
	if got := s.look(1, "DisplayName"); got != bad {
		t.Errorf("the cell is %+v", got)
	}
	if got := s.look(1, "RecipientTypeDetails"); got.Fill != grid.Plain {
		t.Errorf("the cell beside it is %+v", got)
	}
	s.pickTest(0, "Green, with a dot")
	s.pickTest(1, "The whole row")
	s.wantChips("Green: Display name contains “anna”")
	if got := s.look(1, "RecipientTypeDetails"); got.Fill != grid.Good || got.Mark != grid.MarkDot {
		t.Errorf("in the coloured row is %+v", got)
	}
	if got := s.look(2, "DisplayName"); got.Fill != grid.Plain {
		t.Errorf("another row is %+v", got)
	}
	s.shot("rules-pane")
	s.do(func() { s.flow.GroupBy(results.Group{Columns: []string{"DisplayName"}}) })
	if got := s.look(0, "DisplayName"); got.Fill != grid.Plain {
		t.Errorf("a group is coloured: %+v", got)
	}
	s.do(s.panel.Undo)
	s.do(func() { within[*kit.Chip](s.panel.chips.root)[0].OnTapped() })
	s.queue.Do(func() {
		if r := s.panel.filter.rule; r == nil || r.Tone != views.Good || r.Column != "" || len(s.panel.filter.draft.parts) != 1 {
			t.Errorf("the chip opens %+v", r)
		}
	})
	s.do(func() { within[*kit.Chip](s.panel.chips.root)[0].OnRemove() })
	s.wantChips()
	if got := s.look(1, "DisplayName"); got.Fill != grid.Plain {
		t.Errorf("without a rule the cell is %+v", got)
	}
	s.do(s.panel.Undo)
	s.wantChips("Green: Display name contains “anna”")
}

// TestTheFirstRuleCounts has two rules for one cell, and one about a column that is not there.
func TestTheFirstRuleCounts(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(10))
	s.do(func() {
		s.flow.PutRule(-1, views.Rule{Column: "DisplayName", Tone: views.Warn, When: results.Filter{Column: "NotThere", Op: results.IsEmpty}}, "")
		s.flow.PutRule(-1, views.Rule{Column: "DisplayName", Tone: views.Accent, When: results.Filter{Column: "DisplayName", Op: results.StartsWith, Value: "anna"}}, "")
		s.flow.PutRule(-1, views.Rule{Tone: views.Bad, When: results.Filter{Column: "DisplayName", Op: results.IsNotEmpty}}, "")
	})
	if got := s.look(1, "DisplayName"); got.Fill != grid.Accent {
		t.Errorf("the cell is %+v", got)
	}
	if got := s.look(2, "DisplayName"); got.Fill != grid.Bad {
		t.Errorf("another is %+v", got)
	}
}
