package shell_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/world"
	"tenantry/core/export"
	"tenantry/core/results"
	"tenantry/gui/resultstable"
	"tenantry/gui/shell"
)

// reads is a file as the program reads it back.
func reads(t *testing.T, path string) results.Snapshot {
	t.Helper()
	o, err := export.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return o.Table.Snapshot()
}

func columnsOf(s results.Snapshot) []string {
	var names []string
	for _, c := range s.Columns() {
		names = append(names, c.Name)
	}
	return names
}

// saves exports and says what the window says of it.
func (s *window) saves(tab *shell.Tab, file string, want resultstable.Wanted) shell.Note {
	s.t.Helper()
	var note shell.Note
	s.queue.Do(func() {
		s.chosen.path = filepath.Join(filepath.Dir(s.path), file)
		want.View = tab.Table.Model().View
		s.flow.Export(tab, want)
	})
	<-s.queue.Idle()
	s.queue.Do(func() {
		notes := s.flow.Model().Notes
		if len(notes) == 0 {
			s.t.Fatal("the window says nothing")
		}
		note = notes[len(notes)-1]
	})
	return note
}

// What is saved is what was chosen, in every kind of file, Excel before the others.
func TestEveryKindOfFileHoldsWhatWasChosen(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 30})
	s.choose("contoso.example", "cohovineyard.example")
	tab := s.ask("Get-Mailbox")
	s.queue.Do(func() {
		tab.Table.SortBy([]results.SortKey{{Column: "PrimarySmtpAddress"}})
		tab.Table.SetFilter(results.Filter{Column: "RecipientTypeDetails", Op: results.Equal, Value: "UserMailbox"})
	})
	<-s.queue.Idle()
	users := s.texts(tab, "PrimarySmtpAddress")
	if len(users) < 4 || len(users) == 60 {
		t.Fatalf("%d rows show", len(users))
	}
	kinds := s.flow.Kinds()
	if kinds[0].Format != "xlsx" || kinds[1].Format != "csv" || len(kinds) != len(export.Formats())-1 {
		t.Errorf("the kinds are %v", kinds)
	}
	for _, k := range kinds {
		if k.Title == "" || strings.HasPrefix(k.Title, "file.") {
			t.Errorf("%s is called %q", k.Format, k.Title)
		}
		format, err := export.ByName(k.Format)
		if err != nil {
			t.Fatal(err)
		}
		file := "rows" + format.Extension
		note := s.saves(tab, file, resultstable.Wanted{Columns: []string{"DisplayName", "PrimarySmtpAddress"}})
		if note.Kind != shell.NoteGood || note.Count != len(users) || filepath.Base(note.Path) != file {
			t.Fatalf("%s: the window says %+v", k.Format, note)
		}
		if k.Format == "html" {
			text, err := os.ReadFile(note.Path)
			if err != nil || strings.Count(string(text), "<tr>") != len(users)+1 || !strings.Contains(string(text), "Get-Mailbox") {
				t.Errorf("the page is %v %.300s", err, text)
			}
			continue
		}
		table := reads(t, note.Path)
		names := columnsOf(table)
		at := slices.Index(names, "PrimarySmtpAddress")
		if table.Len() != len(users) || at < 0 || len(names) > 3 {
			t.Fatalf("%s has %d rows of %v", k.Format, table.Len(), names)
		}
		for i, want := range users {
			if got := table.Cell(results.RowID(i), at).Text(); got != want {
				t.Errorf("%s: row %d is %q, want %q", k.Format, i, got, want)
			}
		}
	}

	// Chosen rows, all columns, all rows.
	table := reads(t, s.saves(tab, "some.jsonl", resultstable.Wanted{Rows: []int{3, 1}}).Path)
	at, _ := table.Column("PrimarySmtpAddress")
	if table.Len() != 2 || table.Cell(0, at).Text() != users[3] || table.Cell(1, at).Text() != users[1] || len(table.Columns()) < 20 {
		t.Errorf("of two chosen rows there are %d, with %d columns", table.Len(), len(table.Columns()))
	}
	if got := reads(t, s.saves(tab, "all.jsonl", resultstable.Wanted{AllRows: true}).Path).Len(); got != 60 {
		t.Errorf("of all rows there are %d", got)
	}
}

// A workbook for a meeting: a sheet for each customer, and a first one that says what was asked, of whom, by
// whom, which rows were left out, and who did not answer.
func TestTheCoverSaysWhatWasAskedAndWhatNot(t *testing.T) {
	s := open(t, world.Options{Customers: 5, Mailboxes: 6})
	if err := s.sim.SetFaults(faults.Must("delegation-refused@x1")); err != nil {
		t.Fatal(err)
	}
	s.choose("contoso.example", "cohovineyard.example", "alpineskihouse.example")
	tab := s.ask("Get-Mailbox")
	s.queue.Do(func() {
		tab.Table.SetFilter(results.Filter{Column: "DisplayName", Op: results.IsNotEmpty})
	})
	<-s.queue.Idle()
	note := s.saves(tab, "meeting.xlsx", resultstable.Wanted{Columns: []string{"DisplayName"}, CustomerSheets: true})
	if note.Kind != shell.NoteGood {
		t.Fatalf("the window says %+v", note)
	}
	names, cover := sheets(t, note.Path)
	refused := ""
	for _, p := range tab.Parts {
		switch has := slices.Contains(names, string(p.Customer)); {
		case p.Problem != nil && refused == "" && !has:
			refused = "Not asked: " + s.flow.Name(p.Customer)
		case p.Problem != nil || !has:
			t.Errorf("of %s, %v, the sheets are %q", p.Customer, p.Problem, names)
		}
	}
	if len(names) != 3 || names[0] != "About" || refused == "" {
		t.Errorf("the sheets are %q", names)
	}
	for _, part := range []string{"Get-Mailbox", "Contoso", refused, s.sim.User, "Display name is not empty"} {
		if !strings.Contains(cover, part) {
			t.Errorf("the cover lacks %q:\n%s", part, cover)
		}
	}
	page := func() string {
		text, err := os.ReadFile(s.saves(tab, "page.html", resultstable.Wanted{}).Path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if strings.Contains(page(), "<svg") {
		t.Error("a page has a chart that nobody wanted")
	}
	s.queue.Do(func() { s.flow.SetCharts(true) })
	if !strings.Contains(page(), "<svg") {
		t.Error("a page has no chart")
	}
	s.queue.Do(func() { s.flow.SetCharts(false) })
	s.queue.Do(func() { s.flow.SetCovers(false) })
	if names, _ := sheets(t, s.saves(tab, "plain.xlsx", resultstable.Wanted{Columns: []string{"DisplayName"}}).Path); len(names) != 1 {
		t.Errorf("without a cover the sheets are %q", names)
	}
}

// Saving many rows shows how far it is, and stopping it leaves no file.
func TestSavingCanBeStopped(t *testing.T) {
	s := open(t, world.Options{Customers: 1, Mailboxes: 1})
	path := filepath.Join(filepath.Dir(s.path), "many.csv")
	var text strings.Builder
	text.WriteString("Name,Room\r\n")
	for i := range 60_000 {
		fmt.Fprintf(&text, "Name %d,%d\r\n", i, i%100)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.queue.Do(func() { s.flow.OpenFiles(path) })
	<-s.queue.Idle()
	tab := s.flow.Model().Tab()
	stopped := false
	s.queue.Do(func() {
		s.heard = func() {
			for _, task := range s.flow.Model().Tasks {
				if task.Total > 0 && !stopped {
					stopped = true
					s.flow.CancelTask(task)
				}
			}
		}
	})
	note := s.saves(tab, "big.xlsx", resultstable.Wanted{})
	if !stopped || note.Key != "file.not-saved" || note.Kind != shell.NoteInfo {
		t.Errorf("stopped %v; the window says %+v", stopped, note)
	}
	s.queue.Do(func() {
		if n := len(s.flow.Model().Tasks); n != 0 {
			t.Errorf("%d tasks go on", n)
		}
	})
	for _, e := range namesIn(t, filepath.Dir(s.path)) {
		if strings.HasPrefix(e, "big") || strings.HasPrefix(e, ".tenantry-") {
			t.Errorf("left behind: %s", e)
		}
	}
	s.queue.Do(func() { s.heard = nil })
	if note := s.saves(tab, "nowhere/big.csv", resultstable.Wanted{}); code(note.Problem) != export.CodeNotWritten {
		t.Errorf("without its folder the window says %+v", note)
	}
}

func namesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// sheets are the names of a workbook's sheets, and the text of the first.
func sheets(t *testing.T, path string) (names []string, first string) {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	names = book.GetSheetList()
	rows, err := book.GetRows(names[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		first += strings.Join(r, ": ") + "\n"
	}
	return names, first
}

// tintOf is the colour behind a cell, empty for none.
func tintOf(t *testing.T, path, sheet, cell string) string {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	at, err := book.GetCellStyle(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	style, err := book.GetStyle(at)
	if err != nil || len(style.Fill.Color) == 0 {
		return ""
	}
	return style.Fill.Color[0]
}
