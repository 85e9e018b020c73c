package resultstable

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tenantry/assets"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
)

// TestSelectionStaysOnItsRows sorts under a selection and looks for the same mailboxes.
func TestSelectionStaysOnItsRows(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(200))
	s.finish()
	s.do(func() {
		s.panel.grid.SetSelection([]grid.Range{{First: 3, End: 5}, {First: 150, End: 151}}, 150)
		s.panel.grid.OnSelect()
	})
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "TotalItemSize", Desc: true}}) })
	s.queue.Do(func() {
		names := map[string]bool{}
		for _, r := range s.panel.grid.Selection() {
			for row := r.First; row < r.End; row++ {
				names[s.cell(row, "PrimarySmtpAddress")] = true
			}
		}
		want := map[string]bool{"mailbox3@contoso.example": true, "mailbox4@contoso.example": true, "mailbox150@contoso.example": true}
		if !reflect.DeepEqual(names, want) {
			t.Errorf("selected are now %v", names)
		}
		if got := s.cell(s.panel.grid.Cursor(), "PrimarySmtpAddress"); got != "mailbox150@contoso.example" {
			t.Errorf("the cursor is on %s", got)
		}
	})
}

// TestNothingJumpsWhileSortedRowsArrive scrolls into a sorted table; rows that come above push nothing.
func TestNothingJumpsWhileSortedRowsArrive(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(300))
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "PrimarySmtpAddress"}}) })
	var before string
	s.do(func() {
		s.panel.grid.SetTop(120, 9)
		before = s.cell(120, "PrimarySmtpAddress")
	})
	more := make([]exchange.Record, 50)
	for i := range more { // all of them sort before the others
		more[i] = exchange.Record{Fields: []exchange.Field{{Name: "PrimarySmtpAddress", Value: exchange.NewText(fmt.Sprintf("a%d@contoso.example", i))}}}
	}
	s.arrive(more)
	s.queue.Do(func() {
		row, hidden := s.panel.grid.Top()
		if got := s.cell(row, "PrimarySmtpAddress"); got != before || row != 170 || hidden != 9 {
			t.Errorf("row %d+%d is at the top, %s; before it was %s", row, hidden, got, before)
		}
	})
	s.do(func() { s.panel.grid.SetTop(0, 0) })
	s.arrive([]exchange.Record{{Fields: []exchange.Field{{Name: "PrimarySmtpAddress", Value: exchange.NewText("0@contoso.example")}}}})
	s.queue.Do(func() {
		if row, _ := s.panel.grid.Top(); row != 0 || s.cell(0, "PrimarySmtpAddress") != "0@contoso.example" {
			t.Errorf("at the first row, row %d is at the top", row)
		}
	})
}

// TestRowsAreArrangedNowAndThen has rows come faster than the screen needs them: the count runs, the table
// waits for its interval, and the end of the run does not.
func TestRowsAreArrangedNowAndThen(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(10))
	shown := make(chan int, 1)
	s.queue.Do(func() {
		s.flow.o.Interval = time.Hour
		draw := s.flow.OnChange
		s.flow.OnChange = func(view bool) {
			draw(view)
			if view {
				shown <- s.flow.Model().View.Len()
			}
		}
	})
	for range 5 {
		if err := s.table.Append("contoso.example", mailboxes(10)); err != nil {
			t.Fatal(err)
		}
		s.queue.Do(func() {
			s.flow.Apply(jobs.Update{Customer: "contoso.example", Phase: jobs.Running, Rows: s.table.Len(), Of: 1})
		})
	}
	s.queue.Do(func() {
		if got := s.panel.status.Text(); got != "60 rows so far · Contoso" {
			t.Errorf("the status line says %q", got)
		}
		if got := s.panel.grid.Data().Rows(); got != 10 {
			t.Errorf("%d rows show before the interval has passed", got)
		}
	})
	s.table.Finish(noon)
	s.queue.Do(func() { s.flow.Apply(jobs.Update{Summary: &jobs.Summary{Info: s.table.Info()}}) })
	if got := <-shown; got != 60 {
		t.Errorf("%d rows show at the end", got)
	}
}

func (s *screen) strips() []string {
	var out []string
	for _, o := range s.panel.strips.Objects {
		switch o := o.(type) {
		case *kit.Strip:
			out = append(out, o.Text())
		case *kit.Problem:
			out = append(out, o.Title())
		}
	}
	return out
}

func TestStripsSayWhatIsMissing(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example", "fabrikam.example", "litware.example")
	s.arrive(mailboxes(20))
	var again []exchange.CustomerID
	s.do(func() {
		s.panel.OnRetry = func(c []exchange.CustomerID) { again = c }
		s.flow.Apply(jobs.Update{Customer: "fabrikam.example", Phase: jobs.NotAsked, Ended: 1, Of: 3,
			Problem: &exchange.Problem{Code: exchange.CodeDelegationRefused, Args: map[string]string{"user": "anna@partner.example", "customer": "fabrikam.example"}, Retry: exchange.RetryLater}})
		s.flow.Apply(jobs.Update{Customer: "litware.example", Phase: jobs.NotAsked, Ended: 2, Of: 3,
			Problem: &exchange.Problem{Code: exchange.CodeDropped, Retry: exchange.RetryNow}})
		s.flow.Apply(jobs.Update{Customer: "contoso.example", Phase: jobs.Failed, Partial: true, Rows: 20, Ended: 3, Of: 3,
			Problem: &exchange.Problem{Code: exchange.CodeDropped, Args: map[string]string{"host": "ps.outlook.com"}, Retry: exchange.RetryNow}})
	})
	s.finish()
	s.queue.Do(func() {
		got := s.strips()
		if len(got) != 2 || !strings.HasPrefix(got[0], "2 customers were not asked: fabrikam.example, litware.example.") ||
			got[1] != "20 rows from Contoso arrived before the connection broke; there may be more." {
			t.Errorf("the strips say %q", got)
		}
		if got := s.panel.status.Text(); !strings.HasPrefix(got, "20 rows, not complete · ") {
			t.Errorf("the status line says %q", got)
		}
		s.flow.Dismiss(Partial)
		if got := s.strips(); len(got) != 1 {
			t.Errorf("after one was put away the strips say %q", got)
		}
		if got := s.panel.status.Text(); !strings.HasPrefix(got, "20 rows, not complete · ") {
			t.Errorf("putting the words away makes the answer look whole: %q", got)
		}
		s.flow.model.Notices = nil
		s.flow.Apply(jobs.Update{Customer: "fabrikam.example", Phase: jobs.NotAsked, Problem: &exchange.Problem{Code: exchange.CodeDropped, Retry: exchange.RetryNow}})
		s.flow.Apply(jobs.Update{Customer: "litware.example", Phase: jobs.NotAsked, Problem: &exchange.Problem{Code: exchange.CodeDelegationRefused}})
	})
	s.shot("results-strips")
	s.queue.Do(func() {
		var retry *kit.Button
		for _, b := range buttonsIn(s.panel.strips.Objects[0]) {
			if b.Text() == "Retry" {
				retry = b
			}
		}
		if retry == nil {
			t.Fatal("no button to try again")
		}
		retry.Tapped(nil)
	})
	if !reflect.DeepEqual(again, []exchange.CustomerID{"fabrikam.example"}) {
		t.Errorf("asked again are %v: only what trying again can help", again)
	}
}

func TestCutAnswersSaySo(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(1000))
	s.do(func() {
		s.flow.Apply(jobs.Update{Customer: "contoso.example", Phase: jobs.Running, Rows: 1000, Of: 1, Notice: &exchange.Notice{Level: exchange.Warning,
			Text: "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items returned."}})
	})
	s.queue.Do(func() {
		if got := s.strips(); len(got) != 1 || !strings.Contains(got[0], "first 1,000 rows from Contoso") {
			t.Errorf("the strips say %q", got)
		}
		s.flow.Dismiss(Cut)
		if got := s.strips(); len(got) != 0 {
			t.Errorf("after closing, the strips say %q", got)
		}
	})
}

func TestEmptyAnswers(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(s *screen)
		want string
	}{
		{"waiting", func(*screen) {}, "Waiting for the first rows"},
		{"nothing there", func(s *screen) { s.finish() }, "No rows"},
		{"not asked", func(s *screen) {
			s.do(func() {
				s.flow.Apply(jobs.Update{Customer: "contoso.example", Phase: jobs.NotAsked, Problem: &exchange.Problem{Code: exchange.CodeDropped}})
			})
			s.table.Finish(noon)
			s.do(func() { s.flow.Apply(jobs.Update{Summary: &jobs.Summary{Info: s.table.Info()}}) })
		}, "No answer"},
		{"nothing found", func(s *screen) {
			s.arrive(mailboxes(5))
			s.finish()
			s.do(func() { s.panel.find.field.SetText("nobody") })
		}, "Nothing matches “nobody”"},
		{"nothing shown", func(s *screen) {
			s.arrive(mailboxes(5))
			s.finish()
			s.do(func() {
				s.panel.showColumns()
				s.flow.ShowColumns(s.flow.Model().Shown(), false)
			})
		}, "No column shows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, "Get-Mailbox", "contoso.example")
			c.do(s)
			s.queue.Do(func() {
				got, _, ok := s.flow.Model().Empty(s.flow.Words(), s.flow.Name)
				if !ok || got != c.want {
					t.Errorf("in place of rows it says %q, want %q", got, c.want)
				}
				if _, shown := s.panel.middle.Objects[0].(*kit.EmptyState); !shown {
					t.Error("the table shows instead of the words")
				}
				if c.name == "not asked" && s.panel.status.Text() != "No answer · Contoso · read 2:02 PM" {
					t.Errorf("the status line says %q: not asked is not zero rows", s.panel.status.Text())
				}
				if !s.panel.export.Disabled() {
					t.Error("nothing can be exported, and the button does not say so")
				}
			})
			s.shot("results-empty-" + strings.ReplaceAll(c.name, " ", "-"))
		})
	}
}

func TestCopyTakesTheColumnsThatShow(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(5))
	s.finish()
	s.do(func() {
		s.flow.SetColumns([]ColumnState{{Name: "PrimarySmtpAddress"}, {Name: "LitigationHoldEnabled"}})
		s.panel.grid.SetSelection([]grid.Range{{First: 0, End: 2}}, 0)
		s.panel.grid.OnSelect()
	})
	s.do(func() {
		s.panel.grid.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyC, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift})
	})
	s.queue.Do(func() {
		got := strings.Split(strings.TrimSpace(fyne.CurrentApp().Clipboard().Content()), "\n")
		if len(got) != 3 || got[0] != "Primary SMTP address\tLitigation hold" || got[1] != "mailbox0@contoso.example\tYes" {
			t.Errorf("copied %q", got)
		}
		if !strings.HasSuffix(s.panel.status.Text(), " · 2 rows copied · 2 selected") {
			t.Errorf("the status line says %q", s.panel.status.Text())
		}
	})
}

func TestUsualColumnsComeFirstAndOthersAreAClickAway(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	var told []ColumnState
	s.do(func() { s.flow.OnColumns = func(_ string, c []ColumnState) { told = c } })
	s.arrive(mailboxes(5))
	s.queue.Do(func() {
		want := []string{"DisplayName", "PrimarySmtpAddress", "RecipientTypeDetails", "ProhibitSendQuota", "LitigationHoldEnabled", "WhenCreated"}
		if got := s.flow.Model().Shown(); !reflect.DeepEqual(got, want) {
			t.Errorf("the columns are %v, want %v", got, want)
		}
	})
	s.do(func() { s.flow.ShowColumn("TotalItemSize", true) })
	s.do(func() { s.flow.ShowColumn("WhenCreated", false) })
	s.arrive(mailboxes(5))
	s.queue.Do(func() {
		got := s.flow.Model().Shown()
		if got[len(got)-1] != "TotalItemSize" || len(got) != 6 || len(told) == 0 {
			t.Errorf("the columns are %v, told %d", got, len(told))
		}
		if v := s.panel.grid.VisibleColumns(); len(v) != 6 {
			t.Errorf("the grid shows %d columns", len(v))
		}
		s.flow.UsualColumns()
		if got := s.flow.Model().Shown(); len(got) != 6 || got[5] != "WhenCreated" {
			t.Errorf("the usual columns are %v", got)
		}
	})
}

// A table from a file does not say who was asked, so its customers are columns like any other.
func TestATableFromAFileShowsItsCustomers(t *testing.T) {
	s := open(t, "")
	if err := s.table.Append("", []exchange.Record{{Fields: []exchange.Field{
		{Name: "DisplayName", Value: exchange.NewText("Anna")},
		{Name: results.CustomerColumn, Value: exchange.NewText("contoso.example")},
	}}}); err != nil {
		t.Fatal(err)
	}
	s.do(func() { s.flow.Apply(jobs.Update{Summary: &jobs.Summary{Info: s.table.Info()}}) })
	s.queue.Do(func() {
		if got, want := s.flow.Model().Shown(), []string{results.CustomerColumn, "DisplayName"}; !reflect.DeepEqual(got, want) {
			t.Errorf("the columns are %v, want %v", got, want)
		}
	})
}

func TestFindLooksIntoHiddenColumns(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(50))
	s.finish()
	s.do(func() { s.panel.find.field.SetText("value 7 of 33") }) // CustomAttribute8 does not show
	s.queue.Do(func() {
		if got := s.panel.grid.Data().Rows(); got != 1 || s.cell(0, "PrimarySmtpAddress") != "mailbox33@contoso.example" {
			t.Errorf("found %d rows", got)
		}
	})
}

func TestExportHandsOverWhatShows(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(50))
	s.finish()
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "TotalItemSize", Desc: true}}) })
	s.queue.Do(func() {
		rows, columns := 0, []string(nil)
		s.panel.OnExport = func(w Wanted) { rows, columns = w.View.Len(), w.Columns }
		s.panel.Export()
		if rows != 50 || len(columns) != 6 {
			t.Errorf("exported %d rows, columns %v", rows, columns)
		}
	})
}

// TestSizesCompareAtAGlance shows the bars and that Unlimited has none.
func TestSizesCompareAtAGlance(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	s.arrive(mailboxes(30))
	s.queue.Do(func() {
		m := s.flow.Model()
		if got := m.Bar("TotalItemSize", exchange.NewSize(0)); got != 0 {
			t.Errorf("nothing has a bar of %v", got)
		}
		most := int64(m.largest["TotalItemSize"])
		if got := m.Bar("TotalItemSize", exchange.NewSize(most)); got != 1 {
			t.Errorf("the largest has a bar of %v", got)
		}
		if got := m.Bar("ProhibitSendQuota", exchange.Unlimited()); got != 0 {
			t.Errorf("Unlimited has a bar of %v", got)
		}
	})
	s.shot("results-bars")
}

// TestEveryLanguageSaysEverything compares the keys of the table's words.
func TestEveryLanguageSaysEverything(t *testing.T) {
	keys := map[string]map[string]any{}
	for _, lang := range []string{"en", "nl"} {
		text, err := fs.ReadFile(assets.Translations, "translations/"+lang+"/table.json")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]any{}
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		keys[lang] = m
	}
	for k := range keys["en"] {
		if _, ok := keys["nl"][k]; !ok {
			t.Errorf("Dutch has no %s", k)
		}
	}
	if len(keys["en"]) != len(keys["nl"]) {
		t.Errorf("%d texts in English, %d in Dutch", len(keys["en"]), len(keys["nl"]))
	}
}

func buttonsIn(o fyne.CanvasObject) []*kit.Button {
	var out []*kit.Button
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *kit.Button:
			out = append(out, o)
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(o).Objects() {
				walk(c)
			}
		}
	}
	walk(o)
	return out
}
