package resultstable

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
)

// pick chooses an item of the menu of views.
func (s *screen) pick(label string) {
	s.t.Helper()
	s.do(func() {
		var have []string
		for _, item := range s.panel.views.menu().Items {
			if item.Label == label {
				if item.Disabled {
					s.t.Errorf("%q cannot be chosen", label)
				}
				item.Action()
				return
			}
			have = append(have, item.Label)
		}
		s.t.Errorf("the menu has %q, not %q", have, label)
	})
}

func (s *screen) offers(label string) (offered, enabled bool) {
	s.queue.Do(func() {
		for _, item := range s.panel.views.menu().Items {
			if item.Label == label {
				offered, enabled = true, !item.Disabled
			}
		}
	})
	return offered, enabled
}

func (s *screen) nameIt(name string) {
	s.t.Helper()
	s.do(func() {
		if !s.panel.views.naming.Visible() {
			s.t.Fatal("nothing asks for a name")
		}
		s.panel.views.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
		test.Type(s.panel.views.entry, name)
		s.panel.views.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	})
}

func (s *screen) said() (text string) {
	s.queue.Do(func() { text = s.flow.Model().Said })
	return text
}

// arrangeAll changes everything that a view keeps.
func (s *screen) arrangeAll() {
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "TotalItemSize", Desc: true}}) })
	s.do(func() {
		columns := []ColumnState{{Name: "TotalItemSize", Width: 180}, {Name: "DisplayName"}}
		for _, c := range s.flow.Model().Columns {
			if c.Name != "TotalItemSize" && c.Name != "DisplayName" {
				columns = append(columns, ColumnState{Name: c.Name, Hidden: true})
			}
		}
		s.flow.SetColumns(columns)
	})
	s.do(func() { s.flow.AddFilter(results.Filter{Column: "TotalItemSize", Op: results.More, Value: "45GB"}) })
	s.do(func() {
		s.flow.PutRule(-1, views.Rule{Tone: views.Good, When: results.Filter{Column: "DisplayName", Op: results.Contains, Value: "anna"}}, "")
	})
	s.do(func() { s.flow.Freeze(1) })
	s.do(func() { s.flow.SetChart(charts.Spec{Kind: charts.Ring, Column: "RecipientTypeDetails"}) })
}

func (s *screen) wantArranged(what string) {
	s.t.Helper()
	s.wantRows(what, 16)
	s.wantChips("Size over 45 GB", "Green: Display name contains “anna”")
	s.queue.Do(func() {
		m := s.flow.Model()
		if got := m.Shown(); !slices.Equal(got, []string{"TotalItemSize", "DisplayName"}) || m.Columns[0].Width != 180 || s.panel.grid.Frozen() != 1 {
			s.t.Errorf("%s: the columns are %v, the first %v wide, %d frozen", what, got, m.Columns[0].Width, s.panel.grid.Frozen())
		}
		if c := s.flow.Chart(); c.Kind != charts.Ring || c.Column != "RecipientTypeDetails" {
			s.t.Errorf("%s: the chart is %v", what, c)
		}
		if keys := m.View.Query().Sort; len(keys) != 1 || !keys[0].Desc {
			s.t.Errorf("%s: sorted by %v", what, keys)
		}
	})
}

// TestAViewIsSavedAndShownAgain arranges a table, saves it by the menu, and has it in another table of the same
// cmdlet; in one of another cmdlet not.
func TestAViewIsSavedAndShownAgain(t *testing.T) {
	store := views.Open(filepath.Join(t.TempDir(), "views"))
	s := openWith(t, store, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.arrangeAll()
	s.pick("Save this view as…")
	s.shot("views-name")
	s.nameIt("Large")
	if got := s.said(); got != "“Large” is saved" {
		t.Errorf("it says %q", got)
	}
	s.queue.Do(func() {
		if got := s.panel.views.button.Text(); got != "Large" || s.panel.views.naming.Visible() {
			t.Errorf("the button says %q, the name is asked for: %v", got, s.panel.views.naming.Visible())
		}
	})
	s.pick("Usual view")
	s.wantRows("as usual", 60)
	s.wantChips()
	s.do(s.panel.Undo)
	s.wantArranged("the usual view undone")

	other := openWith(t, store, "Get-Mailbox", "contoso.example")
	other.arrive(mailboxes(60))
	other.finish()
	other.wantRows("another table", 60)
	other.pick("Large")
	other.wantArranged("in another table")
	if offered, enabled := other.offers("Save the changes to “Large”"); !offered || enabled {
		t.Error("a view that nobody changed can be saved again")
	}
	other.do(func() { other.flow.RemoveFilter(0) })
	other.pick("Save the changes to “Large”")
	other.pick("Usual view")
	other.pick("Large")
	other.wantRows("the changed view", 60)

	third := openWith(t, store, "Get-User", "contoso.example")
	if offered, _ := third.offers("Large"); offered {
		t.Error("a view for mailboxes is offered for users")
	}
}

// TestTheFirstViewWaitsForItsColumns has a view that shows at first, in a table whose rows come later, some
// columns later still.
func TestTheFirstViewWaitsForItsColumns(t *testing.T) {
	store := views.Open(t.TempDir())
	if err := store.Keep(views.View{Name: "Large", For: "Get-Mailbox", First: true, Columns: []views.Column{{Name: "TotalItemSize"}, {Name: "Late"}, {Name: "Never"}},
		Filter: results.Filter{Column: "TotalItemSize", Op: results.More, Value: "45GB"}, Sort: []results.SortKey{{Column: "TotalItemSize"}}}); err != nil {
		t.Fatal(err)
	}
	s := openWith(t, store, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.wantRows("at first", 16)
	shown := func() (names []string) {
		s.queue.Do(func() { names = s.flow.Model().Shown() })
		return names
	}
	if got := shown(); !slices.Equal(got, []string{"TotalItemSize"}) {
		t.Errorf("the columns are %v", got)
	}
	late := mailbox(1)
	late.Fields = append(late.Fields, exchange.Field{Name: "Late", Value: exchange.NewText("x")}, exchange.Field{Name: "Unasked", Value: exchange.NewText("y")})
	s.arrive([]exchange.Record{late})
	if got := shown(); !slices.Equal(got, []string{"TotalItemSize", "Late"}) {
		t.Errorf("with late columns they are %v", got)
	}
	s.queue.Do(func() {
		if got := len(s.flow.Model().Remarks); got != 0 {
			t.Errorf("%d things are said while rows may still come", got)
		}
	})
	s.finish()
	s.queue.Do(func() {
		if r := s.flow.Model().Remarks; len(r) != 1 || r[0].Text != "The view “Large” asks for a column that is not here: Never." {
			t.Errorf("it says %+v", r)
		}
		if s.flow.CanUndo() {
			t.Error("what shows at first can be undone")
		}
	})
	s.shot("views-missing")
}

func TestViewsAreRenamedDeletedAndPutFirst(t *testing.T) {
	store := views.Open(t.TempDir())
	s := openWith(t, store, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(10))
	s.finish()
	for _, name := range []string{"One", "Two"} {
		s.pick("Save this view as…")
		s.nameIt(name)
	}
	s.pick("Rename “Two”…")
	s.do(func() { s.panel.views.entry.SetText("one") })
	s.queue.Do(func() {
		if got := s.panel.views.name.Problem(); got != "There is a view “one” already" || !s.panel.views.done.Disabled() {
			t.Errorf("a name that is taken is told as %q", got)
		}
	})
	s.nameIt("Third")
	s.pick("Show “Third” at first")
	if offered, _ := s.offers("Third (shows at first)"); !offered {
		t.Error("the menu does not say what shows at first")
	}
	s.pick("Save this view as…")
	s.do(func() { s.panel.views.entry.SetText("ONE") })
	s.shot("views-replaces")
	s.nameIt("ONE")
	s.pick("Delete “ONE”")
	if offered, _ := s.offers("ONE"); offered {
		t.Error("a deleted view is still there")
	}
	s.do(func() {
		for _, b := range within[*kit.Button](s.panel.strips) {
			if b.Text() == "Put it back" {
				b.Tapped(nil)
				return
			}
		}
		t.Error("nothing puts the view back")
	})
	if offered, _ := s.offers("ONE"); !offered {
		t.Error("the view was not put back")
	}
}

// chosenFile is a dialog in which a file is chosen at once.
type chosenFile struct{ path string }

func (c chosenFile) SaveFile(context.Context, string, string, ...files.Filter) (string, error) {
	return c.path, nil
}

func (c chosenFile) OpenFile(context.Context, string, ...files.Filter) (string, error) {
	return c.path, nil
}

// TestAViewTravelsAsAFile writes a view, and adds it twice to a table elsewhere.
func TestAViewTravelsAsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Large"+views.Ending)
	s := openWith(t, views.Open(t.TempDir()), "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.queue.Do(func() { s.panel.Files = chosenFile{path} })
	s.arrangeAll()
	s.pick("Save this view as a file…")
	other := openWith(t, views.Open(t.TempDir()), "Get-Mailbox", "contoso.example")
	other.arrive(mailboxes(60))
	other.finish()
	other.queue.Do(func() { other.panel.Files = chosenFile{path} })
	other.pick("Add a view from a file…")
	other.wantArranged("elsewhere")
	other.pick("Add a view from a file…")
	if got := other.said(); got != "“View (2)” is added" {
		t.Errorf("a second time it says %q", got)
	}
	if err := os.WriteFile(path, []byte("Name,Size\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other.pick("Add a view from a file…")
	other.queue.Do(func() {
		r := other.flow.Model().Remarks
		if len(r) != 1 || r[0].Problem == nil || r[0].Problem.Code != views.CodeUnreadable {
			t.Errorf("a file that is no view is told as %+v", r)
		}
	})
	other.shot("views-unreadable")
}

// TestAViewOfGroupsComesBackGrouped saves groups with a sum, sorted by it.
func TestAViewOfGroupsComesBackGrouped(t *testing.T) {
	store := views.Open(t.TempDir())
	s := openWith(t, store, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.do(func() {
		s.flow.GroupBy(results.Group{Columns: []string{"RecipientTypeDetails"}, Sums: []string{"TotalItemSize"}})
	})
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: results.SumName("TotalItemSize"), Desc: true}}) })
	_, want := "", ""
	s.queue.Do(func() { want = s.cell(0, "RecipientTypeDetails") })
	s.pick("Save this view as…")
	s.nameIt(strings.Repeat("By kind ", 6) + "long")
	s.pick("Usual view")
	s.wantRows("as usual", 60)
	s.pick(strings.Repeat("By kind ", 6) + "long")
	s.queue.Do(func() {
		if got := s.cell(0, "RecipientTypeDetails"); got != want || s.panel.grid.Data().Rows() != 3 {
			t.Errorf("the first of %d groups is %s, want %s", s.panel.grid.Data().Rows(), got, want)
		}
	})
	s.shot("views-groups")
}

// TestAViewOfAFileIsNotForCmdlets has a view that was made on a file and shows at first: in a file with other
// columns it does not, and in the answer of a cmdlet it is not offered.
func TestAViewOfAFileIsNotForCmdlets(t *testing.T) {
	store := views.Open(t.TempDir())
	if err := store.Keep(views.View{Name: "Of a file", First: true, Filter: results.Filter{Column: "TotalItemSize", Op: results.More, Value: "45GB"}}); err != nil {
		t.Fatal(err)
	}
	ofFile := openFilled(t, store, "", mailboxes(60))
	ofFile.wantRows("a file with its column", 16)
	other := openFilled(t, store, "", []exchange.Record{{Fields: []exchange.Field{{Name: "Name", Value: exchange.NewText("x")}}}})
	other.wantRows("a file without it", 1)
	other.queue.Do(func() {
		if r := other.flow.Model().Remarks; len(r) != 0 {
			t.Errorf("it says %+v", r)
		}
	})
	if offered, _ := other.offers("Of a file (shows at first)"); !offered {
		t.Error("another file does not offer it")
	}
	if offered, _ := openFilled(t, store, "Get-Mailbox", mailboxes(5)).offers("Of a file (shows at first)"); offered {
		t.Error("the answer of a cmdlet offers it")
	}
}

// openFilled opens a table that has all its rows, as that of a file does.
func openFilled(t *testing.T, store *views.Store, cmdlet string, rows []exchange.Record) *screen {
	t.Helper()
	table := results.NewTable(results.RunInfo{ID: "1", Invocation: exchange.Invocation{Cmdlet: cmdlet}, Started: noon})
	if err := table.Append("", rows); err != nil {
		t.Fatal(err)
	}
	table.Finish(noon)
	return openTable(t, store, table)
}
