package resultstable

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit/grid"
)

func (s *screen) mark(ranges ...grid.Range) {
	s.t.Helper()
	s.do(func() {
		s.panel.grid.SetSelection(ranges, ranges[0].First)
		s.panel.grid.OnSelect()
	})
}

// TestFiguresOfWhatIsSelected selects rows and reads the status line, as wide as it is and narrower.
func TestFiguresOfWhatIsSelected(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	status := func() (text string) {
		s.queue.Do(func() { text = s.panel.status.Text() })
		return text
	}
	s.mark(grid.Range{First: 2, End: 3})
	if got := status(); !strings.HasSuffix(got, "· 1 selected") {
		t.Errorf("of one row: %q", got)
	}
	s.mark(grid.Range{First: 1, End: 3}, grid.Range{First: 10, End: 11})
	if got := status(); !strings.HasSuffix(got, "· 3 selected, 121.7 GB · Size from 11.9 GB to 57.4 GB, average 40.6 GB") {
		t.Errorf("of three: %q", got)
	}
	for width, want := range map[float32]string{740: " · 3 selected, 121.7 GB · Size from 11.9 GB to 57.4 GB", 480: " · 3 selected, 121.7 GB", 330: " · 3 selected"} {
		s.do(func() { s.win.Resize(fyne.NewSize(width, 560)) })
		if got := status(); !strings.HasSuffix(got, want) {
			t.Errorf("at %v points: %q, want %q at its end", width, got, want)
		}
		s.queue.Do(func() {
			b := s.panel.status.figures
			if right := b.Position().X + b.Size().Width; right > s.panel.status.root.Size().Width+12 {
				t.Errorf("at %v points the figures end at %v of %v", width, right, s.panel.status.root.Size().Width)
			}
		})
	}
	s.do(func() { s.win.Resize(fyne.NewSize(1000, 560)) })
	s.do(func() { s.flow.FigureColumn("WhenCreated") })
	s.do(func() { s.flow.ShowColumn("WhenCreated", true) })
	if got := status(); !strings.HasSuffix(got, "· 3 selected · Created from Feb 2, 2020 to Nov 11, 2020") {
		t.Errorf("of dates: %q", got)
	}
	s.queue.Do(func() {
		menu := s.panel.status.menu()
		var said []string
		for _, i := range menu.Items {
			said = append(said, i.Label)
			if strings.HasPrefix(i.Label, "Copy Lowest") {
				i.Action()
			}
		}
		if got := fyne.CurrentApp().Clipboard().Content(); !strings.HasPrefix(got, "Feb 2, 2020") {
			t.Errorf("copied %q; the menu says %q", got, said)
		}
	})
}

// TestAHundredThousandSelectedDoNotWait selects more rows than are added up at once.
func TestAHundredThousandSelectedDoNotWait(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	n := 100_000
	rows := make([]exchange.Record, n)
	for i := range rows {
		rows[i].Fields = []exchange.Field{{Name: "DisplayName", Value: exchange.NewText("x")}, {Name: "TotalItemSize", Value: exchange.NewSize(int64(i))}}
	}
	if err := s.table.Append("contoso.example", rows); err != nil {
		t.Fatal(err)
	}
	s.finish()
	s.queue.Do(func() {
		s.panel.grid.SetSelection([]grid.Range{{First: 0, End: n}}, 0)
		s.panel.grid.OnSelect()
		if got := s.flow.Model().Figures; got.Rows != 0 {
			t.Errorf("the figures were worked out while the screen waited: %+v", got)
		}
		if got := s.panel.status.figures.Text(); got != "· 100,000 selected" {
			t.Errorf("until they are there it says %q", got)
		}
	})
	s.idle()
	s.queue.Do(func() {
		if got := s.panel.status.figures.Text(); !strings.HasPrefix(got, "· 100,000 selected, 4.7 GB · Size from 0 B to 97.7 KB") {
			t.Errorf("it says %q", got)
		}
		// What was overtaken does not come.
		s.panel.grid.SetSelection([]grid.Range{{First: 0, End: n - 1}}, 0)
		s.panel.grid.OnSelect()
		s.panel.grid.SetSelection([]grid.Range{{First: 0, End: 1}}, 0)
		s.panel.grid.OnSelect()
	})
	s.idle()
	s.queue.Do(func() {
		if got := s.flow.Model().Figures; got.Rows != 0 || s.panel.status.figures.Text() != "· 1 selected" {
			t.Errorf("figures of a selection that is gone: %+v, %q", got, s.panel.status.figures.Text())
		}
	})
}

// TestGroupsAreTitledInWords groups by a column with empty cells and reads the grid.
func TestGroupsAreTitledInWords(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	rows := mailboxes(9)
	for i := range rows {
		team := exchange.NewText("Sales")
		if i%3 == 0 {
			team = exchange.Value{}
		}
		rows[i].Fields = append(rows[i].Fields, exchange.Field{Name: "Department", Value: team},
			exchange.Field{Name: "Seen", Value: exchange.NewTime(time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC))})
	}
	s.arrive(rows)
	s.finish()
	s.do(func() {
		s.flow.GroupBy(results.Group{Columns: []string{"Department"}, Sums: []string{"TotalItemSize"}, Averages: []string{"TotalItemSize"},
			Mins: []string{"Seen"}, Maxs: []string{"Seen"}, Distincts: []string{"DisplayName"}})
	})
	s.queue.Do(func() {
		var titles []string
		for _, c := range s.panel.grid.Data().Columns() {
			titles = append(titles, c.Title)
		}
		if got := strings.Join(titles, "|"); got != "Department|Count|Sum of Size|Average of Size|Lowest Seen|Highest Seen|Different Display name" {
			t.Errorf("the columns are %s", got)
		}
		if got := s.cell(1, "Department"); got != "(empty)" || s.cell(0, "Department") != "Sales" {
			t.Errorf("the group without a value is called %q", got)
		}
	})
}

// TestAHundredThousandStaySelected sorts and filters under a large selection, also one that is made while the
// new view is on its way.
func TestAHundredThousandStaySelected(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	n := 120_000
	rows := make([]exchange.Record, n)
	for i := range rows {
		rows[i].Fields = []exchange.Field{{Name: "DisplayName", Value: exchange.NewText("x")}, {Name: "TotalItemSize", Value: exchange.NewSize(int64(i * 7919 % n))}}
	}
	if err := s.table.Append("contoso.example", rows); err != nil {
		t.Fatal(err)
	}
	s.finish()
	s.mark(grid.Range{First: 0, End: n - 2})
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "TotalItemSize", Desc: true}}) })
	s.queue.Do(func() {
		m := s.flow.Model()
		last := map[int64]bool{int64((n - 1) * 7919 % n): true, int64((n - 2) * 7919 % n): true}
		if m.Selected() != n-2 || len(m.Selection) > 3 {
			t.Errorf("%d selected in %d spans", m.Selected(), len(m.Selection))
		}
		for _, span := range m.Selection {
			for r := span.First; r < span.End; r++ {
				if size := m.View.Cell(r, 1).Int(); last[size] {
					t.Errorf("row %d of %d bytes is selected and was not", r, size)
				}
			}
		}
	})
	s.do(func() {
		s.flow.SortBy(nil)
		s.panel.grid.SetSelection([]grid.Range{{First: 0, End: n}}, 0) // before the other order is there
		s.panel.grid.OnSelect()
	})
	s.queue.Do(func() {
		if m := s.flow.Model(); m.Selected() != n || len(m.Selection) != 1 || len(m.View.Query().Sort) != 0 {
			t.Errorf("%d selected in %d spans, sorted by %v", m.Selected(), len(m.Selection), m.View.Query().Sort)
		}
	})
	s.do(func() {
		s.flow.AddFilter(results.Filter{Column: "TotalItemSize", Op: results.Less, Value: "100"})
	})
	s.queue.Do(func() {
		if m := s.flow.Model(); m.Selected() != 100 || m.View.Len() != 100 {
			t.Errorf("%d of %d selected", m.Selected(), m.View.Len())
		}
	})
}
