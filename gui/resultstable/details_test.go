package resultstable

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
)

// rich is a mailbox with everything that a value can be.
func rich() exchange.Record {
	text := exchange.NewText
	owner := exchange.Record{Fields: []exchange.Field{{Name: "Name", Value: text("anna")}, {Name: "ObjectGuid", Value: text("6f1f3f3e-0000-4000-8000-000000000001")},
		{Name: "Parent", Value: exchange.NewNested("Users", exchange.Record{Fields: []exchange.Field{{Name: "Depth", Value: exchange.NewInteger(4)}}})}}}
	r := mailbox(1)
	r.Fields = append(r.Fields,
		exchange.Field{Name: "EmailAddresses", Value: exchange.NewList([]exchange.Value{text("SMTP:anna@contoso.example"), text("smtp:a.de.vries@contoso.example"), text("x500:/o=Contoso/cn=anna")})},
		exchange.Field{Name: "MailTip", Value: text("Anna works on Monday, Tuesday and Thursday.\nOn other days, please call the reception: they know who is there and can help you with invoices, orders and everything else.")},
		exchange.Field{Name: "ForwardingAddress", Value: exchange.Value{}},
		exchange.Field{Name: "Notes", Value: text("")},
		exchange.Field{Name: "OwnerId", Value: exchange.NewNested("contoso.example/Users/anna", owner)})
	return r
}

// details are the lines that the pane lists, moved in by their depth.
func (s *screen) details(d *detailsSide) (lines []string) {
	s.queue.Do(func() {
		for _, l := range d.lines {
			lines = append(lines, strings.Repeat("  ", l.Depth)+l.Name+" = "+l.Text)
		}
	})
	return lines
}

// openDetails selects the first row and opens the pane.
func (s *screen) openDetails() *detailsSide {
	s.t.Helper()
	s.mark(grid.Range{First: 0, End: 1})
	var d *detailsSide
	s.do(func() {
		d = newDetailsSide(s.panel)
		s.panel.openSide(d.side)
	})
	return d
}

func has(lines []string, want string) bool {
	for _, l := range lines {
		if l == want {
			return true
		}
	}
	return false
}

func TestDetailsUnfoldSearchAndCopy(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive([]exchange.Record{rich(), mailbox(2)})
	s.finish()
	d := s.openDetails()
	lines := s.details(d)
	if lines[0] != "Display name = Anna de Vries 1" || lines[1] != "Primary SMTP address = mailbox1@contoso.example" {
		t.Errorf("what shows in the table is not first: %q", lines[:2])
	}
	at := func(name string) int {
		for i, l := range d.lines {
			if l.Name == name {
				return i
			}
		}
		t.Fatalf("no line %s", name)
		return -1
	}
	s.do(func() { d.choose(at("Owner ID")); d.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) })
	s.do(func() { d.choose(at("Parent")); d.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) })
	if lines = s.details(d); !has(lines, "  Name = anna") || !has(lines, "    Depth = 4") {
		t.Errorf("an object does not unfold: %q", lines[len(lines)-6:])
	}
	s.do(func() { d.fold(at("Email addresses"), true) })
	if lines = s.details(d); !has(lines, "  2 = smtp:a.de.vries@contoso.example") {
		t.Errorf("a list does not unfold: %q", lines)
	}
	s.shot("details-tree")
	// Left goes to the line above, and folds it.
	s.do(func() { d.choose(at("Depth")); d.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft}) })
	s.do(func() { d.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft}) })
	if lines = s.details(d); has(lines, "    Depth = 4") || d.lines[d.cursor].Name != "Parent" {
		t.Errorf("folding leaves the cursor on %s: %q", d.lines[d.cursor].Name, lines)
	}
	// What is looked for is found inside what is folded, too.
	s.do(func() { clear(d.wanted.open); d.wanted.find = "a.DE.vries"; d.fill() })
	if lines = s.details(d); len(lines) != 2 || lines[1] != "  2 = smtp:a.de.vries@contoso.example" {
		t.Errorf("found: %q", lines)
	}
	s.do(func() { d.wanted.find = ""; d.wanted.filled = true; d.fill() })
	if lines = s.details(d); has(lines, "Notes = ") || d.hidden.Text != "2 empty not shown" {
		t.Errorf("empty properties show, or it is not said how many do not: %q, %q", lines, d.hidden.Text)
	}
	s.do(func() { d.wanted.byName = true; d.fill() })
	if lines = s.details(d); !strings.HasPrefix(lines[0], "Created = ") {
		t.Errorf("by name the first is %q", lines[0])
	}
	// A long text shows in full, and is copied in full.
	s.do(func() { d.choose(at("MailTip")) })
	s.queue.Do(func() {
		if d.full.Hidden || !strings.Contains(d.words.Text, "Thursday.\nOn other days") {
			t.Errorf("the text in full: hidden %v, %q", d.full.Hidden, d.words.Text)
		}
		d.list.TypedShortcut(&fyne.ShortcutCopy{})
		if got := fyne.CurrentApp().Clipboard().Content(); !strings.HasSuffix(got, "everything else.") {
			t.Errorf("copied %q", got)
		}
	})
	s.shot("details-long")
	s.do(func() { d.choose(at("Display name")) })
	s.queue.Do(func() {
		if !d.full.Hidden {
			t.Error("a short value takes a place of its own")
		}
		d.copyAll.Tapped(nil)
		if got := fyne.CurrentApp().Clipboard().Content(); !strings.Contains(got, "Owner ID\tcontoso.example/Users/anna\n") || strings.Contains(got, "Notes") {
			t.Errorf("copied %q", got)
		}
	})
	// Another row folds everything again; a row of a view that was only sorted anew does not.
	s.do(func() { d.fold(at("Owner ID"), true) })
	s.mark(grid.Range{First: 1, End: 2})
	s.mark(grid.Range{First: 0, End: 1})
	if lines = s.details(d); has(lines, "  Name = anna") {
		t.Errorf("what was unfolded for another row still is: %q", lines)
	}
}

// TestQuestionsAboutARow presses the buttons in the details and the items of the row's menu.
func TestQuestionsAboutARow(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example", "fabrikam.example")
	s.arrive([]exchange.Record{mailbox(1)})
	if err := s.table.Append("fabrikam.example", []exchange.Record{mailbox(2), {Fields: []exchange.Field{{Name: "DisplayName", Value: exchange.NewText("nobody")}}}}); err != nil {
		t.Fatal(err)
	}
	s.finish()
	d := s.openDetails()
	s.queue.Do(func() {
		if len(buttonsIn(d.links)) != 0 || s.panel.relatedMenu(0) != nil {
			t.Error("questions are offered where nobody asks them")
		}
	})
	var asked []string
	s.do(func() {
		s.panel.OnRelated = func(inv exchange.Invocation, c exchange.CustomerID) {
			asked = append(asked, fmt.Sprintf("%s in %s", cmdlets.PowerShell(inv), c))
		}
	})
	s.mark(grid.Range{First: 1, End: 2})
	var buttons []*kit.Button
	s.queue.Do(func() { buttons = buttonsIn(d.links) })
	if len(buttons) != 4 || buttons[0].Text() != "Permissions of this mailbox" || buttons[3].Text() != "More" {
		t.Fatalf("%d buttons", len(buttons))
	}
	s.shot("details-related")
	s.do(func() { test.Tap(buttons[0]) })
	s.do(func() {
		for _, i := range s.panel.menuFor(1, 0).Items {
			if i.ChildMenu != nil && i.Label == "Ask about this" {
				i.ChildMenu.Items[len(i.ChildMenu.Items)-1].Action()
			}
		}
	})
	if got := strings.Join(asked, "\n"); !strings.HasPrefix(got, "Get-MailboxPermission -Identity mailbox2@contoso.example in fabrikam.example\nGet-") || len(asked) != 2 {
		t.Errorf("asked: %q", asked)
	}
	s.mark(grid.Range{First: 2, End: 3})
	s.queue.Do(func() {
		if len(buttonsIn(d.links)) != 0 {
			t.Error("something is asked about a row without a name")
		}
	})
}
