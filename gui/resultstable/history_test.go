package resultstable

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit/grid"
)

// shows is what of the view's arrangement a person sees.
func (s *screen) shows() (rows int, first string) {
	s.queue.Do(func() {
		if rows = s.panel.grid.Data().Rows(); rows > 0 {
			first = s.cell(0, "DisplayName")
		}
	})
	return rows, first
}

func (s *screen) wantShows(what string, rows int, first string) {
	s.t.Helper()
	if n, got := s.shows(); n != rows || got != first {
		s.t.Errorf("%s: %d rows show, the first is %q; want %d and %q", what, n, got, rows, first)
	}
}

// TestEveryChangeOfTheViewCanBeUndone sorts, filters, finds, hides a column and groups, then goes all the way
// back and forth again.
func TestEveryChangeOfTheViewCanBeUndone(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.wantShows("at first", 60, "Finance 0")
	shared := results.Filter{Column: "RecipientTypeDetails", Op: results.Equal, Value: "SharedMailbox"}
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "Id", Desc: true}}) })
	s.do(func() { s.flow.AddFilter(shared) })
	s.do(func() { s.panel.find.field.SetText("f") })
	s.do(func() { s.panel.find.field.SetText("fi") })
	s.do(func() { s.panel.find.field.SetText("fin") })
	s.do(func() { s.flow.ShowColumn("WhenCreated", false) })
	s.do(func() { s.flow.GroupBy(results.Group{Columns: []string{"LitigationHoldEnabled"}}) })
	s.queue.Do(func() {
		if got := s.flow.Model().Shown(); !reflect.DeepEqual(got, []string{"LitigationHoldEnabled", "Count"}) {
			t.Errorf("grouped, the columns are %v", got)
		}
	})
	back := func(what string, rows int, first string) {
		t.Helper()
		s.do(s.panel.Undo)
		s.wantShows(what, rows, first)
	}
	back("the grouping undone", 10, "Finance 6")
	s.queue.Do(func() {
		if got := len(s.flow.Model().Shown()); got != 5 {
			t.Errorf("%d columns show, one of six was hidden", got)
		}
	})
	s.do(s.panel.Undo)
	s.queue.Do(func() {
		if got := s.flow.Model().Shown(); len(got) != 6 || s.panel.find.field.Text != "fin" {
			t.Errorf("the columns are %v, the find field says %q", got, s.panel.find.field.Text)
		}
	})
	back("three letters undone at once", 20, "Reception 9")
	back("the filter undone", 60, "Reception 9")
	back("the sort undone", 60, "Finance 0")
	s.queue.Do(func() {
		if s.flow.CanUndo() || !s.flow.CanRedo() || s.panel.find.field.Text != "" {
			t.Errorf("at the beginning: undo %v, redo %v, find %q", s.flow.CanUndo(), s.flow.CanRedo(), s.panel.find.field.Text)
		}
	})
	for range 5 {
		s.do(s.panel.Redo)
	}
	s.queue.Do(func() {
		if !s.flow.Model().View.Grouped() || s.flow.CanRedo() || s.panel.find.field.Text != "fin" || len(s.flow.Filters()) != 1 {
			t.Errorf("redone: grouped %v, redo %v, find %q, filters %v", s.flow.Model().View.Grouped(), s.flow.CanRedo(), s.panel.find.field.Text, s.flow.Filters())
		}
	})
}

// TestAPauseWhileTypingIsAStep types, waits, and types on.
func TestAPauseWhileTypingIsAStep(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	now := noon
	s.do(func() { s.flow.o.Now = func() time.Time { return now } })
	for _, text := range []string{"a", "an", "anna"} {
		s.do(func() { s.panel.find.field.SetText(text) })
	}
	s.do(func() { now = now.Add(time.Minute) })
	s.do(func() { s.panel.find.field.SetText("anna de vries 1") })
	s.do(s.panel.Undo)
	s.queue.Do(func() {
		if s.panel.find.field.Text != "anna" {
			t.Errorf("one step back it says %q", s.panel.find.field.Text)
		}
	})
	s.do(s.panel.Undo)
	s.queue.Do(func() {
		if s.panel.find.field.Text != "" || s.flow.CanUndo() {
			t.Errorf("two steps back it says %q", s.panel.find.field.Text)
		}
	})
}

// TestUndoKeepsTheSelectionAndWhatCame filters under a selection, lets rows come, and goes back.
func TestUndoKeepsTheSelectionAndWhatCame(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "PrimarySmtpAddress", Desc: true}}) })
	s.do(func() {
		s.panel.grid.SetSelection([]grid.Range{{First: 0, End: 1}}, 0)
		s.panel.grid.OnSelect()
	})
	s.arrive(mailboxes(5))
	s.do(s.panel.Undo)
	s.queue.Do(func() {
		if got := s.cell(s.panel.grid.Cursor(), "PrimarySmtpAddress"); got != "mailbox9@contoso.example" || s.panel.grid.Data().Rows() != 65 {
			t.Errorf("the cursor is on %s of %d rows", got, s.panel.grid.Data().Rows())
		}
	})
}

// choose picks an item of the menu for a cell, or with row -1 for a header.
func (s *screen) choose(row int, column, label string) {
	s.t.Helper()
	s.do(func() {
		at, _ := find(s.flow.Model().View.Columns(), column)
		for _, item := range s.panel.menuFor(row, at).Items {
			if item.Label == label && !item.Disabled {
				item.Action()
				return
			}
		}
		s.t.Errorf("the menu of %s does not offer %q", column, label)
	})
}

func TestMenuFiltersByWhatStandsInACell(t *testing.T) {
	for _, c := range []struct {
		column, label string
		select2       bool // rows 0 and 1
		rows          int
	}{
		{"RecipientTypeDetails", "Only rows with this value", false, 20},
		{"RecipientTypeDetails", "Without this value", false, 40},
		{"RecipientTypeDetails", "Only rows with these values", true, 40},
		{"RecipientTypeDetails", "Without these values", true, 20},
		{"ProhibitSendQuota", "Only rows with this value", false, 12}, // Unlimited
		{"TotalItemSize", "Only rows with this value", false, 1},
		{"LitigationHoldEnabled", "Without this value", false, 45},
		{"WhenCreated", "Only rows with this value", false, 1},
		{"DisplayName", "Without this value", false, 59},
	} {
		t.Run(c.column+" "+c.label, func(t *testing.T) {
			s := open(t, "Get-Mailbox", "contoso.example")
			s.arrive(mailboxes(60))
			s.do(func() {
				if c.select2 {
					s.panel.grid.SetSelection([]grid.Range{{First: 0, End: 2}}, 0)
					s.panel.grid.OnSelect()
				}
			})
			s.choose(0, c.column, c.label)
			s.queue.Do(func() {
				if got := s.panel.grid.Data().Rows(); got != c.rows || len(s.flow.Filters()) != 1 {
					t.Errorf("%d rows show, want %d; filters %+v", got, c.rows, s.flow.Filters())
				}
			})
			s.choose(-1, c.column, "Undo")
			if rows, _ := s.shows(); rows != 60 {
				t.Errorf("undone, %d rows show", rows)
			}
		})
	}
}

// TestGroupsOpenAndClose groups by a header's menu, goes into a group with Enter and back.
func TestGroupsOpenAndClose(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	var told int
	s.do(func() { s.flow.OnColumns = func(string, []ColumnState) { told++ } })
	s.arrive(mailboxes(60))
	s.finish()
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "DisplayName", Desc: true}}) })
	_, first := s.shows()
	s.choose(-1, "RecipientTypeDetails", "Group by this column")
	s.queue.Do(func() {
		if got := s.panel.grid.Data().Rows(); got != 3 || s.cell(0, "Count") != "20" {
			t.Errorf("%d groups, the first has %s rows", got, s.cell(0, "Count"))
		}
		if !s.panel.groups.Hidden {
			t.Error("the way back shows while there is none")
		}
	})
	s.shot("results-grouped")
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "RecipientTypeDetails", Desc: true}}) })
	s.do(func() {
		s.panel.grid.SetSelection(nil, 1)
		s.panel.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	})
	s.queue.Do(func() {
		if got := s.panel.grid.Data().Rows(); got != 20 || s.cell(0, "RecipientTypeDetails") != "SharedMailbox" || s.panel.groups.Hidden {
			t.Errorf("in the group are %d rows, the first a %s; the way back is hidden: %v", got, s.cell(0, "RecipientTypeDetails"), s.panel.groups.Hidden)
		}
		if got := len(s.flow.Model().Shown()); got != 6 {
			t.Errorf("%d columns show in a group", got)
		}
	})
	s.do(func() { s.panel.groups.Tapped(nil) })
	s.queue.Do(func() {
		if got := s.panel.grid.Data().Rows(); got != 3 || s.cell(0, "RecipientTypeDetails") != "UserMailbox" || len(s.flow.Filters()) != 0 || !s.panel.groups.Hidden {
			t.Errorf("back are %d groups, the first %s, filters %v", got, s.cell(0, "RecipientTypeDetails"), s.flow.Filters())
		}
	})
	s.choose(0, "RecipientTypeDetails", "Show the rows again")
	s.wantShows("ungrouped", 60, first)
	if told != 0 {
		t.Errorf("the columns of groups were kept for the cmdlet %d times", told)
	}
}

// TestAGroupHasItsOwnRowsOnly opens a group whose text another one has in other letters.
func TestAGroupHasItsOwnRowsOnly(t *testing.T) {
	s := open(t, "Get-User", "contoso.example")
	var rows []exchange.Record
	for i, name := range []string{"anna", "Anna", "anna", "bart"} {
		rows = append(rows, exchange.Record{Fields: []exchange.Field{{Name: "Name", Value: exchange.NewText(name)},
			{Name: "Members", Value: exchange.NewList([]exchange.Value{exchange.NewText("x"), exchange.NewText([]string{"y", "z"}[i%2])})}}})
	}
	s.arrive(rows)
	for _, column := range []string{"Name", "Members"} {
		s.do(func() { s.flow.GroupBy(results.Group{Columns: []string{column}}) })
		groups, _ := s.shows()
		for row := range groups {
			var count, value string
			s.queue.Do(func() { count, value = s.cell(row, results.CountColumn), s.cell(row, column) })
			s.do(func() { s.flow.OpenGroup(row) })
			if got, _ := s.shows(); strconv.Itoa(got) != count {
				t.Errorf("the group %q counts %s rows and shows %d", value, count, got)
			}
			s.do(s.flow.BackToGroups)
		}
	}
}
