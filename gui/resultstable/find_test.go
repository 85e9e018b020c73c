package resultstable

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit/grid"
)

// tinted counts the cells of the first rows that are tinted as found.
func (s *screen) tinted(rows int) (n int) {
	s.queue.Do(func() {
		d := s.panel.grid.Data()
		for row := range min(rows, d.Rows()) {
			for column := range d.Columns() {
				if d.Cell(row, column).Fill == grid.Accent {
					n++
				}
			}
		}
	})
	return n
}

func (s *screen) wantFound(want string) {
	s.t.Helper()
	s.queue.Do(func() {
		if got := s.panel.find.found.Text(); got != want || s.panel.find.found.Visible() != (want != "") {
			s.t.Errorf("beside the find field it says %q, visible %v; want %q", got, s.panel.find.found.Visible(), want)
		}
	})
}

// TestFindCountsAndFilters finds a text in two columns, under a filter, and counts where.
func TestFindCountsAndFilters(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.wantFound("")
	s.do(func() { test.Type(s.panel.find.field, "of 33") })
	s.wantRows("of 33", 1)
	s.wantFound("1 of 60 rows · 60 columns") // of which none shows
	if n := s.tinted(1); n != 60 {
		t.Errorf("%d cells are tinted", n)
	}
	s.shot("find-filters")
	s.do(func() {
		s.flow.AddFilter(results.Filter{Column: "LitigationHoldEnabled", Op: results.Equal, Value: "yes"})
	})
	s.wantFound("Not found")
	s.do(func() { s.panel.find.field.SetText("reception") })
	s.wantRows("reception on hold", 0)
	s.do(func() { s.panel.find.field.SetText("bart") })
	s.wantFound("5 of 15 rows · 1 column")
	s.do(func() { s.panel.find.field.SetText("") })
	s.wantFound("")
	if n := s.tinted(60); n != 0 {
		t.Errorf("%d cells are tinted and nothing is looked for", n)
	}
}

// TestFindJumpsFromHitToHit shows all rows, and goes round the hits in the order that shows, also backwards.
func TestFindJumpsFromHitToHit(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "DisplayName", Desc: true}}) })
	s.do(func() { test.Type(s.panel.find.field, "anna") })
	s.wantRows("filtered", 10)
	s.do(func() { s.panel.find.mode.Tapped(nil) })
	s.wantRows("jumping", 60)
	s.wantFound("10 of 60 rows · 1 column")
	at := func(what, want string) {
		t.Helper()
		s.queue.Do(func() {
			got := ""
			if row := s.panel.grid.Cursor(); row >= 0 {
				got = s.cell(row, "DisplayName")
			}
			if got != want {
				t.Errorf("%s: the cursor is on %q, want %q", what, got, want)
			}
		})
	}
	enter := func() {
		s.do(func() { s.panel.find.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) })
	}
	enter()
	at("first", "Anna de Vries 7")
	enter()
	at("second", "Anna de Vries 55")
	s.do(func() { s.panel.findHit(true) })
	at("back", "Anna de Vries 7")
	s.do(func() { s.panel.findHit(true) })
	at("back around the beginning", "Anna de Vries 1")
	enter()
	at("on around the end", "Anna de Vries 7")
	if n := s.tinted(60); n != 10 {
		t.Errorf("%d cells are tinted, ten rows say anna", n)
	}
	s.shot("find-jumps")
	s.do(func() { s.panel.find.field.SetText("value 7 of 33") })
	enter()
	at("in a column that does not show", "Reception 33")
	s.queue.Do(func() {
		if got := s.flow.Model().Said; got != "found in Custom attribute 8, which does not show" {
			t.Errorf("it says %q", got)
		}
	})
	s.do(s.panel.Undo)
	s.do(s.panel.Undo)
	s.queue.Do(func() {
		if s.flow.Model().FindJumps || s.panel.find.field.Text != "anna" {
			t.Errorf("two steps back finding jumps: %v, the field says %q", s.flow.Model().FindJumps, s.panel.find.field.Text)
		}
	})
	s.wantRows("filtered again", 10)
}

// TestFindSaysLessWhereRoomIsScarce keeps the number of rows when the columns no longer fit beside the field.
func TestFindSaysLessWhereRoomIsScarce(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() { s.panel.find.field.SetText("anna") })
	for _, c := range []struct {
		width float32
		want  string
	}{{500, "10 of 60 rows · 1 column"}, {300, "10 of 60 rows"}, {500, "10 of 60 rows · 1 column"}} {
		s.do(func() { s.panel.find.root.Resize(fyne.NewSize(c.width, 36)) })
		s.wantFound(c.want)
		s.queue.Do(func() {
			if b := s.panel.find.found; b.Position().X+b.Size().Width > c.width || b.Size().Width < b.MinSize().Width {
				t.Errorf("at %v points what was found stands at %v, %v wide", c.width, b.Position(), b.Size())
			}
		})
	}
}

// TestFindCountsWhileRowsArrive has rows come under a text that is looked for.
func TestFindCountsWhileRowsArrive(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(30))
	s.do(func() { s.panel.find.mode.Tapped(nil) })
	s.do(func() { s.panel.find.field.SetText("anna") })
	s.wantFound("5 of 30 rows · 1 column")
	s.arrive(mailboxes(30))
	s.wantFound("10 of 60 rows · 1 column")
	s.do(func() { s.flow.GroupBy(results.Group{Columns: []string{"RecipientTypeDetails"}}) })
	s.wantFound("10 of 60 rows · 1 column")
	s.queue.Do(func() {
		if _, _, ok := s.flow.NextHit(false); ok {
			t.Error("among groups there is a next row")
		}
	})
}

// TestWhatWasFoundLeavesRoomToType has a narrow window.
func TestWhatWasFoundLeavesRoomToType(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive([]exchange.Record{mailbox(1)})
	s.do(func() {
		s.win.Resize(fyne.NewSize(420, 400))
		s.panel.find.field.SetText("anna")
	})
	s.queue.Do(func() {
		if got := s.panel.find.field.Size().Width; got < findField {
			t.Errorf("the field is %v wide", got)
		}
	})
	s.shot("find-narrow")
	s.do(func() { s.win.Resize(fyne.NewSize(1000, 400)) })
	s.queue.Do(func() {
		found, field := s.panel.find.found, s.panel.find.field
		if !strings.HasPrefix(found.Text(), "1 of 1 row") || found.Position().X < field.Size().Width || found.Position().X > 900 {
			t.Errorf("%q stands at %v beside a field %v wide", found.Text(), found.Position(), field.Size().Width)
		}
	})
}
