package shell_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"tenantry/core/exchangesim"
	"tenantry/core/export"
	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/locate"
	"tenantry/gui/shell"
)

// file writes a file of the person's.
func (d *desk) file(name, text string) string {
	d.t.Helper()
	path := filepath.Join(filepath.Dir(d.saved), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// drop lets files fall on the window.
func (d *desk) drop(paths ...string) {
	d.t.Helper()
	var uris []fyne.URI
	for _, p := range paths {
		uris = append(uris, storage.NewFileURI(p))
	}
	d.do(func() { d.panel.Drop(uris) })
}

func (d *desk) titles() (titles []string) {
	d.queue.Do(func() {
		for _, tab := range d.flow.Model().Tabs {
			titles = append(titles, d.flow.Title(tab))
		}
	})
	return titles
}

// A file on the desk, and nobody signed in: it is dropped on the window and is a table like any other. It stays
// when one signs in, and when one signs out again, which takes the customers' rows away.
func TestTablesOfFilesNeedNoAccount(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	people := d.file("people.csv", "Name;Amount (EUR);Seen\r\nAnna;3;2026-11-01\r\nBart;12;2026-10-02;too much\r\nZoë;7;\r\n")
	rooms := d.file("rooms.jsonl", `{"Name":"Ward 11","Beds":24}`+"\n"+`{"Name":"Ward 12","Beds":null}`+"\n")
	broken := d.file("broken.xlsx", "PK\x03\x04 this is no workbook")
	d.drop(people, broken, rooms)
	if got := d.titles(); !slices.Equal(got, []string{"people.csv", "rooms.jsonl"}) {
		t.Fatalf("the tabs are %q; the screen says %q", got, d.texts())
	}
	d.shot("bench")
	for _, words := range []string{"Ward 11", "24", "2 rows · read", "There is no table in this file", "Tables from files. To ask your customers' Exchange, sign in."} {
		if !slicesContainsPart(d.texts(), words) {
			t.Errorf("the screen does not say %q: %q", words, d.texts())
		}
	}
	d.do(func() { d.flow.Show(0) })
	d.shot("bench-warning")
	for _, words := range []string{"Amount (EUR)", "A row has another number of cells", "Bart"} {
		if !slicesContainsPart(d.texts(), words) {
			t.Errorf("the screen does not say %q: %q", words, d.texts())
		}
	}
	d.press("Sign in")
	d.shot("bench-first-screen")
	if !d.offers("Back to the 2 open tables") {
		t.Errorf("there is no way back: %q", d.texts())
	}
	d.press("Back to the 2 open tables")
	d.press("Sign in")
	d.enter()
	if got := d.titles(); len(got) != 2 {
		t.Errorf("signed in, the tabs are %q", got)
	}
	d.choose(customersOf(d)[0])
	d.ask("Get-Mailbox")
	d.ended()
	form := d.flow.Form.Model().Spec
	d.do(func() { d.flow.Show(1) })
	if d.flow.Form.Model().Spec != form || d.flow.Model().Tab().Rows() != 2 {
		t.Error("a table of a file changed the form")
	}
	d.shot("bench-signed-in")
	d.do(d.flow.SignOut)
	d.until("the first screen shows", func() bool { return d.flow.Model().Stage == shell.SignedOut })
	<-d.queue.Idle()
	d.press("Back to the 2 open tables")
	if got := d.titles(); !slices.Equal(got, []string{"people.csv", "rooms.jsonl"}) {
		t.Errorf("signed out, the tabs are %q", got)
	}
	if !slicesContainsPart(d.texts(), "Ward 11") && !slicesContainsPart(d.texts(), "Anna") {
		t.Errorf("signed out, the screen says %q", d.texts())
	}
}

// F5 reads a file again; a file that is chosen in the system's dialog opens; reading can be stopped.
func TestAFileIsReadAgain(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.saved = d.file("list.csv", "Name\r\nAnna\r\n")
	d.chosen.path = d.saved
	d.press("Open a file…")
	if tab := d.flow.Model().Tab(); tab == nil || tab.Rows() != 1 {
		t.Fatalf("%v; the screen says %q", tab, d.texts())
	}
	d.file("list.csv", "Name\r\nAnna\r\nBart\r\n")
	d.do(func() { d.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF5}) })
	if got := d.titles(); len(got) != 1 || d.flow.Model().Tab().Rows() != 2 {
		t.Errorf("read again, %q has %d rows", got, d.flow.Model().Tab().Rows())
	}
	stopped := false
	for range 50 { // reading may be quicker than the person
		d.do(func() {
			d.flow.OpenFiles(d.saved)
			d.flow.Cancel()
		})
		if notes := d.flow.Model().Notes; len(notes) == 1 && notes[0].Key == "file.not-opened" {
			stopped = true
			break
		}
	}
	if !stopped || len(d.flow.Model().Tabs) != 1 {
		t.Errorf("stopped, the window says %+v", d.flow.Model().Notes)
	}
	d.do(func() { d.flow.OpenFiles(filepath.Join(d.t.TempDir(), "nothing.csv")) })
	if notes := d.flow.Model().Notes; len(notes) != 2 || code(notes[1].Problem) != export.CodeNotRead {
		t.Errorf("without a file the window says %+v", notes)
	}
}

// A tab is given a name with two presses, pinned, closed, and brought back with its rows.
func TestTabsAreNamedPinnedAndBroughtBack(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.enter()
	d.choose(customersOf(d)[0])
	d.ask("Get-Mailbox")
	first := d.ended()
	d.drop(d.file("list.csv", "Name\r\nAnna\r\n"))
	title, usual := d.titles()[0], shell.Twice
	shell.Twice = time.Hour
	defer func() { shell.Twice = usual }()
	d.pressTab(title)
	d.pressTab(title)
	d.typed("January")
	d.shot("tab-naming")
	d.do(func() { d.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) })
	if got := d.titles(); !slices.Equal(got, []string{"January", "list.csv"}) {
		t.Fatalf("the tabs are %q", got)
	}
	d.do(func() { d.flow.Pin(d.flow.Model().Tabs[1], true) })
	d.shot("tab-pinned")
	if got := d.titles(); !slices.Equal(got, []string{"list.csv", "January"}) || d.flow.Model().Tab() != first {
		t.Errorf("pinned, the tabs are %q", got)
	}
	d.do(func() { d.flow.CloseTab(0) })
	if got := d.titles(); len(got) != 2 {
		t.Errorf("a pinned tab was closed: %q", got)
	}

	// Asking again leaves the rows of a pinned tab.
	d.do(func() {
		d.flow.Pin(first, true)
		d.flow.Again()
	})
	if again := d.ended(); again == first || len(d.titles()) != 3 || first.Rows() != 40 {
		t.Errorf("asked again, the tabs are %q", d.titles())
	}
	d.do(func() { d.flow.Pin(first, false) })
	at := slices.Index(d.flow.Model().Tabs, first)
	d.do(func() { d.flow.CloseTab(at) })
	d.shot("tab-closed")
	if got := d.titles(); len(got) != 2 || !d.says("Closed: January") {
		t.Errorf("closed, the tabs are %q", got)
	}
	d.press("Undo")
	if d.flow.Model().Tab() != first || first.Rows() != 40 || d.says("Closed: January") {
		t.Errorf("brought back, the tabs are %q", d.titles())
	}
	d.do(func() {
		first.Table.SortBy([]results.SortKey{{Column: "DisplayName"}})
	})
	if first.Table.Model().View.Query().Sort == nil {
		t.Error("what came back does not sort")
	}
}

// pressTab presses the head of a tab.
func (d *desk) pressTab(title string) {
	d.t.Helper()
	var head fyne.Tappable
	d.do(func() {
		if head = itemWith(d.win.Canvas().Content(), title, nil); head != nil {
			head.Tapped(&fyne.PointEvent{})
		}
	})
	if head == nil {
		d.t.Fatalf("no tab is called %q: %q", title, d.texts())
	}
}

// A file shows all that whoever wrote it put in, also identifiers, unless that is more than anybody looks through.
func TestAFileShowsItsColumns(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	names := func(n int) []string {
		list := []string{"Id", "Name"}
		for i := len(list); i < n; i++ {
			list = append(list, fmt.Sprint("Field", i))
		}
		return list
	}
	for _, c := range []struct{ columns, want int }{{3, 3}, {20, 20}, {120, 8}} {
		heading := strings.Join(names(c.columns), ",")
		d.drop(d.file(fmt.Sprint(c.columns, ".csv"), heading+"\n"+strings.Repeat("1,", c.columns-1)+"1\n"))
		d.queue.Do(func() {
			got := d.flow.Model().Tab().Table.Model().Shown()
			if len(got) != c.want || c.want == c.columns && !slices.Equal(got, names(c.columns)) {
				t.Errorf("of %d columns %q show", c.columns, got)
			}
		})
	}
}

// Notes leave the table its part, also while a comparison is asked for.
func TestNotesLeaveTheTableItsPart(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.drop(d.file("people.csv", "Name,Size\nAnna,3\n"))
	for i := range 6 {
		d.drop(d.file(fmt.Sprint("broken", i, ".xlsx"), "PK\x03\x04 this is no workbook"))
	}
	roomy := func(what string) {
		t.Helper()
		d.shot("many-notes-" + what)
		if g := d.grid(); g == nil || g.Size().Height < 90 {
			t.Errorf("%s leave the table no room", what)
		}
	}
	d.do(func() { d.win.Resize(fyne.NewSize(1280, 770)) })
	roomy("notes")
	d.do(func() { d.flow.CompareWith(d.flow.Model().Tab()) })
	roomy("notes-and-a-question")
	d.do(func() { d.win.Resize(fyne.NewSize(700, 500)) })
	d.shot("many-notes-small")
}

// What stands in place of the rows of a file is true of the file: one may have names of columns, or nothing.
func TestAFileWithoutRowsSaysWhatItHas(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	for _, c := range []struct{ name, text, want string }{
		{"names.csv", "Name,Size\r\n", "The file has names of columns, and no rows below them."},
		{"nothing.csv", "", "There is nothing in the file."},
	} {
		d.drop(d.file(c.name, c.text))
		if !d.says("No rows") || !d.says(c.want) {
			t.Errorf("%s says %q, want %q", c.name, d.texts(), c.want)
		}
	}
}

func TestDroppedFoldersAreRefusedInWords(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.drop(d.t.TempDir())
	if notes := d.flow.Model().Notes; len(notes) != 1 || code(notes[0].Problem) != export.CodeFolder {
		t.Errorf("the window says %+v", notes)
	}
	for _, text := range d.texts() {
		if strings.HasPrefix(text, "file.") || strings.HasPrefix(text, "window.") {
			t.Errorf("a text is missing: %q", text)
		}
	}
}

// However many tabs there are, the one that shows can be seen.
func TestTheTabThatShowsIsInSight(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	var paths []string
	for i := range 14 {
		paths = append(paths, d.file(fmt.Sprintf("a list with a long name %02d.csv", i), "Name\r\nAnna\r\n"))
	}
	d.drop(paths...)
	inSight := func(title string) bool {
		var yes bool
		d.do(func() {
			eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
				if text, ok := o.(*kit.Text); ok && text.Text == title {
					at := locate.Position(o)
					yes = at.X >= 0 && at.X+o.Size().Width <= d.win.Canvas().Size().Width
				}
				return true
			})
		})
		return yes
	}
	if !inSight("a list with a long name 13.csv") || inSight("a list with a long name 00.csv") {
		t.Error("the last tab is not in sight")
	}
	d.do(func() { d.flow.Show(0) })
	if !inSight("a list with a long name 00.csv") {
		t.Error("the first tab is not in sight")
	}
}
