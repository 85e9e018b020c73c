package resultstable

import (
	"maps"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
)

// typeField types in a column's field of the filter row and presses Enter.
func (s *screen) typeField(column, text string) {
	s.t.Helper()
	s.do(func() {
		if !s.panel.grid.FocusFilter(column) {
			s.t.Fatalf("%s has no field", column)
		}
		entry, ok := s.win.Canvas().Focused().(*kit.Entry)
		if !ok {
			s.t.Fatalf("the keyboard is on %T", s.win.Canvas().Focused())
		}
		entry.SetText("")
		test.Type(entry, text)
		entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	})
}

func (s *screen) wantFields(want map[string]string) {
	s.t.Helper()
	s.queue.Do(func() {
		if got := s.panel.grid.FilterTexts(); !maps.Equal(got, want) {
			s.t.Errorf("the fields say %q, want %q", got, want)
		}
	})
}

// TestFieldsAndChipsSayTheSame types in the filter row, changes the filters by chips, pane and menu, and looks
// at both.
func TestFieldsAndChipsSayTheSame(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.do(func() { s.panel.fields.Tapped(nil) })
	s.do(func() { s.flow.ShowColumn("RecipientTypeDetails", true) })
	s.typeField("TotalItemSize", ">45 gb")
	s.wantChips("Size over 45 GB")
	s.wantRows("over 45 GB", 16)
	s.wantFields(map[string]string{"TotalItemSize": ">45 gb"}) // the person's own spelling stays
	s.typeField("RecipientTypeDetails", "shared")
	s.wantChips("Size over 45 GB", "Kind of recipient contains “shared”")
	s.typeField("TotalItemSize", "10GB..20GB")
	s.wantChips("Size from 10 GB to 20 GB", "Kind of recipient contains “shared”")
	s.shot("fields")
	s.typeField("TotalItemSize", "many")
	s.wantChips("Size from 10 GB to 20 GB", "Kind of recipient contains “shared”")
	s.queue.Do(func() {
		if said := s.panel.wrong["TotalItemSize"]; !strings.HasPrefix(said, "Size cannot be compared with many") {
			t.Errorf("what cannot be read is told as %q", said)
		}
	})
	s.shot("fields-problem")
	s.do(func() { within[*kit.Chip](s.panel.chips.root)[0].OnRemove() })
	s.wantFields(map[string]string{"RecipientTypeDetails": "shared"})
	s.do(func() {
		s.flow.AddFilter(results.Filter{Column: "TotalItemSize", Op: results.LessEqual, Value: "2GB"})
	})
	s.wantFields(map[string]string{"RecipientTypeDetails": "shared", "TotalItemSize": "<=2GB"})
	s.typeField("RecipientTypeDetails", "")
	s.wantChips("Size 2 GB or less")
	s.do(s.panel.Undo)
	s.wantFields(map[string]string{"RecipientTypeDetails": "shared", "TotalItemSize": "<=2GB"})
	s.do(func() { s.flow.SetFilter(results.Filter{}) })
	s.wantFields(map[string]string{})
}

// TestTheFieldsStayWhenNoRowIsLeft types what no row has: the field keeps the keyboard, words stand below it.
func TestTheFieldsStayWhenNoRowIsLeft(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() { s.panel.fields.Tapped(nil) })
	s.typeField("DisplayName", "nobody")
	s.wantRows("nobody", 0)
	s.queue.Do(func() {
		if objects := s.panel.middle.Objects; len(objects) != 2 || objects[0] != fyne.CanvasObject(s.panel.grid) {
			t.Errorf("in the middle are %v", objects)
		}
		if _, ok := s.win.Canvas().Focused().(*kit.Entry); !ok {
			t.Errorf("the keyboard went to %T", s.win.Canvas().Focused())
		}
	})
	s.shot("fields-none")
	s.typeField("DisplayName", "anna")
	s.wantRows("anna", 10)
	s.queue.Do(func() {
		if objects := s.panel.middle.Objects; len(objects) != 1 {
			t.Errorf("the words still stand over the rows: %v", objects)
		}
	})
}

func TestColumnsAreKeptInSight(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(5))
	s.choose(-1, "PrimarySmtpAddress", "Keep the columns up to this one in sight")
	s.queue.Do(func() {
		if got := s.panel.grid.Frozen(); got != 2 {
			t.Errorf("%d columns are kept", got)
		}
	})
	s.choose(-1, "DisplayName", "Let all columns scroll")
	s.do(s.panel.Undo)
	s.queue.Do(func() {
		if got := s.panel.grid.Frozen(); got != 2 {
			t.Errorf("after a step back %d columns are kept", got)
		}
	})
}

// TestTypingGoesToTheNextRow types on the cells of a column.
func TestTypingGoesToTheNextRow(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() {
		s.panel.grid.SetSelection([]grid.Range{{First: 3, End: 4}}, 3)
		s.panel.grid.OnSelect()
		grid.Focus(s.panel.grid)
		for _, r := range "anna" {
			s.panel.grid.TypedRune(r)
		}
	})
	s.queue.Do(func() {
		if got := s.cell(s.panel.grid.Cursor(), "DisplayName"); got != "Anna de Vries 7" {
			t.Errorf("typing goes to %s", got)
		}
	})
}
