package resultstable

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tenantry/core/exchange"
	"tenantry/gui/kit"
)

// wide is a row with so many columns, some of which are empty everywhere.
func wide(i, columns int) exchange.Record {
	r := mailbox(i)
	for n := len(r.Fields); n < columns; n++ {
		v := exchange.NewText("x")
		switch n % 4 {
		case 0:
			v = exchange.Value{}
		case 1:
			if i%3 == 0 {
				v = exchange.NewText("")
			}
		case 2:
			v = exchange.NewList([]exchange.Value{exchange.NewText("a"), exchange.NewText("b")})
		}
		r.Fields = append(r.Fields, exchange.Field{Name: fmt.Sprintf("ExtensionCustomAttributeNumber%d", n), Value: v})
	}
	return r
}

func (s *screen) openColumns() *columnsSide {
	s.t.Helper()
	var c *columnsSide
	s.do(func() {
		c = newColumnsSide(s.panel)
		s.panel.openSide(c.side)
	})
	return c
}

// listed are the lines of the column chooser in words.
func (s *screen) listed(c *columnsSide) (out []string) {
	s.queue.Do(func() {
		w := s.flow.Words()
		for _, l := range c.lines {
			if l.heading != "" {
				out = append(out, c.headingText(l.heading))
				continue
			}
			f := c.facts[l.name]
			mark := "[ ] "
			if !f.Hidden {
				mark = "[x] "
			}
			out = append(out, mark+f.Label+" ("+f.Words(w)+")")
		}
	})
	return out
}

func TestColumnsAreChosenAndOrdered(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	rows := make([]exchange.Record, 30)
	for i := range rows {
		rows[i] = wide(i, 130)
	}
	s.arrive(rows)
	s.finish()
	c := s.openColumns()
	lines := s.listed(c)
	if lines[0] != "Shown: 6" || lines[1] != "[x] Display name (Text · filled in everywhere)" || lines[7] != "All others: 124" {
		t.Errorf("the list begins %q", lines[:9])
	}
	s.shot("columns-130")
	s.do(func() { c.find = "AttributeNumber7"; c.arrange() })
	if lines = s.listed(c); len(lines) != 11 || lines[0] != "All others: 10" ||
		!has(lines, "[ ] Extension custom attribute number 72 (empty everywhere)") || !has(lines, "[ ] Extension custom attribute number 73 (Text · 66 % filled in)") ||
		!has(lines, "[ ] Extension custom attribute number 74 (List · filled in everywhere)") {
		t.Errorf("found: %q", lines)
	}
	s.shot("columns-found")
	s.do(func() { c.all.Tapped(nil) })
	if lines = s.listed(c); lines[0] != "All others: 0" || !strings.HasPrefix(lines[5], "[x] ") {
		t.Errorf("after showing all that are listed: %q", lines)
	}
	s.do(func() { c.find = ""; c.arrange() })
	if got := s.flow.Model().Shown(); len(got) != 16 || got[15] != "ExtensionCustomAttributeNumber79" {
		t.Errorf("%d columns show: %v", len(got), got)
	}
	s.do(s.flow.Undo)
	s.do(func() { c.known = -1; c.update() })
	if got := s.flow.Model().Shown(); len(got) != 6 {
		t.Errorf("one step back leaves %v", got)
	}

	// With keys alone: to a column, hide it, show it again, and take another to another place.
	key := func(name fyne.KeyName) { s.do(func() { c.list.TypedKey(&fyne.KeyEvent{Name: name}) }) }
	s.do(func() { kit.Focus(c.list) })
	key(fyne.KeyHome)
	key(fyne.KeyDown)
	key(fyne.KeySpace)
	if got := s.flow.Model().Shown(); len(got) != 5 || got[1] != "RecipientTypeDetails" {
		t.Errorf("Space leaves %v", got)
	}
	key(fyne.KeySpace)
	key(fyne.KeyHome)
	s.do(func() { c.list.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft}) })
	key(fyne.KeyDown)
	key(fyne.KeyDown)
	s.do(func() { c.list.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft}) })
	if got := strings.Join(s.flow.Model().Shown(), " "); !strings.HasPrefix(got, "PrimarySmtpAddress RecipientTypeDetails DisplayName ProhibitSendQuota") {
		t.Errorf("Shift+Down leaves %v", got)
	}
	// By dragging.
	s.do(func() {
		row := c.newRow()
		row.Resize(fyne.NewSize(300, c.list.RowHeight))
		row.show(1, c.tickLine(1))
		for _, y := range []float32{4, 60, 100, c.list.RowHeight*3 + 5} {
			row.end.(*rowGrip).Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, y)}})
		}
		row.end.(*rowGrip).DragEnd()
	})
	if got := strings.Join(s.flow.Model().Shown(), " "); !strings.HasPrefix(got, "RecipientTypeDetails DisplayName ProhibitSendQuota PrimarySmtpAddress LitigationHoldEnabled") {
		t.Errorf("dragging leaves %v", got)
	}
	s.do(func() {
		for _, i := range c.menuFor(4).Items {
			if i.Label == "Move to the front" {
				i.Action()
			}
		}
	})
	if got := s.flow.Model().Shown(); got[0] != "PrimarySmtpAddress" {
		t.Errorf("the menu leaves %v", got)
	}
	s.queue.Do(func() {
		names := []string{}
		for _, i := range s.panel.grid.VisibleColumns() {
			names = append(names, s.panel.grid.Data().Columns()[i].Key)
		}
		if strings.Join(names, " ") != strings.Join(s.flow.Model().Shown(), " ") {
			t.Errorf("the table shows %v", names)
		}
	})
}

// TestWhatIsFilledInFollowsTheRows counts again when rows came that fill a column.
func TestWhatIsFilledInFollowsTheRows(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	with := func(note string) exchange.Record {
		r := mailbox(1)
		r.Fields = append(r.Fields, exchange.Field{Name: "Notes", Value: exchange.NewText(note)})
		return r
	}
	s.arrive([]exchange.Record{with(""), with("")})
	c := s.openColumns()
	if lines := s.listed(c); !has(lines, "[ ] Notes (empty everywhere)") {
		t.Errorf("before: %q", lines)
	}
	s.arrive([]exchange.Record{with("a"), with("b")})
	s.finish()
	if lines := s.listed(c); !has(lines, "[ ] Notes (Text · 50 % filled in)") {
		t.Errorf("after: %q", lines)
	}
	s.do(s.panel.closeSide)
}

// TestTheColumnOfTheCursorHasTheFigures moves the cursor sideways and reads the status line.
func TestTheColumnOfTheCursorHasTheFigures(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	s.arrive(mailboxes(20))
	s.finish()
	s.do(func() { s.flow.ShowColumn("ProhibitSendQuota", true) })
	s.do(func() {
		s.panel.FocusTable()
		s.panel.grid.TypedShortcut(&fyne.ShortcutSelectAll{})
	})
	var seen []string
	for range 3 {
		s.queue.Do(func() { seen = append(seen, s.panel.status.figures.Text()) })
		s.do(func() { s.panel.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) })
	}
	if !strings.Contains(seen[0], "Size from") || !strings.Contains(seen[1], "Size from") || !strings.Contains(seen[2], "20 selected · Stop sending at from 0 B to Unlimited") {
		t.Errorf("from column to column it says %q", seen)
	}
}
