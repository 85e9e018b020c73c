package resultstable

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/theme"
)

// within finds the visible widgets of a type, in the order in which they are drawn.
func within[W fyne.CanvasObject](o fyne.CanvasObject) (out []W) {
	if o == nil || !o.Visible() {
		return nil
	}
	if w, ok := o.(W); ok {
		return []W{w}
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			out = append(out, within[W](c)...)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			out = append(out, within[W](c)...)
		}
	}
	return out
}

func (s *screen) chips() (out []string) {
	s.queue.Do(func() {
		for _, c := range within[*kit.Chip](s.panel.chips.root) {
			out = append(out, c.Text())
		}
	})
	return out
}

func (s *screen) wantChips(want ...string) {
	s.t.Helper()
	if got := s.chips(); !slices.Equal(got, want) {
		s.t.Errorf("the chips say %q, want %q", got, want)
	}
}

// pickColumn chooses a column in the filter pane by typing a part of its name and Enter.
func (s *screen) pickColumn(part string) {
	s.t.Helper()
	s.do(func() {
		search := within[*kit.Entry](s.panel.right.root)
		if len(search) != 1 {
			s.t.Fatalf("the pane has %d fields while a column is chosen", len(search))
		}
		test.Type(search[0], part)
		search[0].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	})
}

func (s *screen) pickTest(at int, words string) {
	s.t.Helper()
	s.do(func() {
		all := within[*kit.Select](s.panel.right.root)
		if !slices.Contains(all[at].Options, words) {
			s.t.Errorf("one cannot choose %q of %q", words, all[at].Options)
		}
		all[at].SetSelected(words)
	})
}

func (s *screen) typeValue(at int, text string) {
	s.t.Helper()
	s.do(func() {
		entries := within[*kit.Entry](s.panel.right.root)
		if at >= len(entries) {
			s.t.Fatalf("the pane has %d fields for values", len(entries))
		}
		entries[at].SetText("")
		test.Type(entries[at], text)
	})
}

func (s *screen) wantRows(what string, n int) {
	s.t.Helper()
	if got, _ := s.shows(); got != n {
		s.t.Errorf("%s: %d rows show, want %d", what, got, n)
	}
}

// TestAFilterIsMadeAndChangedInItsPane adds a filter with its button, types a value, chooses other conditions,
// and changes it by its chip.
func TestAFilterIsMadeAndChangedInItsPane(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.do(func() { s.panel.NewFilter("") })
	s.shot("filter-column")
	s.pickColumn("total item")
	s.wantRows("before a value is typed", 60)
	s.typeValue(0, "many")
	s.queue.Do(func() {
		if said := s.panel.filter.fields[0].Problem(); !strings.Contains(said, "Size cannot be compared with many. Write a value of that kind, such as 45GB") {
			t.Errorf("what cannot be read is told as %q", said)
		}
	})
	s.shot("filter-problem")
	s.wantRows("with a value that cannot be read", 60)
	s.typeValue(0, "45GB")
	s.wantChips("Size over 45 GB")
	s.wantRows("over 45 GB", 16)
	s.pickTest(0, "from … to …")
	s.typeValue(0, "10 GB")
	s.typeValue(1, "20 GB")
	s.wantChips("Size from 10 GB to 20 GB")
	s.wantRows("from 10 to 20 GB", 10)
	s.shot("filter-between")
	s.do(func() { within[*kit.Entry](s.panel.right.root)[0].TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) })
	s.queue.Do(func() {
		if s.panel.right != nil {
			t.Error("the pane is still open")
		}
		within[*kit.Chip](s.panel.chips.root)[0].OnTapped()
		entries := within[*kit.Entry](s.panel.right.root)
		if len(entries) != 2 || entries[1].Text != "20 GB" {
			t.Error("the chip does not open its filter")
		}
	})
	s.pickTest(0, "is empty")
	s.wantChips("Size is empty")
	s.wantRows("empty", 0)
	s.queue.Do(func() {
		if sentence, _, ok := s.flow.Model().Empty(s.flow.Words(), s.flow.Name); !ok || sentence != "No row matches the filters" {
			t.Errorf("in place of rows it says %q", sentence)
		}
	})
	s.do(func() { within[*kit.Chip](s.panel.chips.root)[0].OnRemove() })
	s.wantChips()
	s.wantRows("without a filter", 60)
}

// TestValuesAreTickedWithTheirCounts chooses from the values a column has, beside another filter.
func TestValuesAreTickedWithTheirCounts(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() {
		s.flow.AddFilter(results.Filter{Column: "LitigationHoldEnabled", Op: results.Equal, Value: "true"})
	})
	s.do(func() { s.panel.NewFilter("RecipientTypeDetails") })
	s.pickTest(0, "is one of")
	tick := func(label string) {
		t.Helper()
		s.do(func() {
			for _, c := range within[*kit.Check](s.panel.right.root) {
				if c.Text == label {
					c.SetChecked(!c.Checked)
					return
				}
			}
			t.Errorf("there is no %q to tick", label)
		})
	}
	s.queue.Do(func() {
		var counts []string
		for _, text := range within[*kit.Text](s.panel.right.root) {
			counts = append(counts, text.Text)
		}
		if !slices.Contains(counts, "5") { // of 20 of each kind, a quarter is on hold
			t.Errorf("the pane says %q", counts)
		}
	})
	tick("SharedMailbox")
	tick("RoomMailbox")
	s.shot("filter-values")
	s.wantChips("Litigation hold is yes", "Kind of recipient is one of SharedMailbox, RoomMailbox")
	s.wantRows("two kinds", 10)
	tick("RoomMailbox")
	s.wantChips("Litigation hold is yes", "Kind of recipient is SharedMailbox")
	s.pickTest(0, "is none of")
	s.wantRows("all but one", 10)
	s.do(s.panel.Undo)
	s.wantChips("Litigation hold is yes")
}

// TestOneOfSeveralConditions joins two conditions by or, then by and.
func TestOneOfSeveralConditions(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() { s.panel.NewFilter("RecipientTypeDetails") })
	s.pickTest(0, "is")
	s.typeValue(0, "sharedmailbox")
	press := func(words string) {
		t.Helper()
		s.do(func() {
			for _, b := range within[*kit.Button](s.panel.right.root) {
				if b.Text() == words {
					b.Tapped(nil)
					return
				}
			}
			t.Errorf("no button says %q", words)
		})
	}
	press("Another condition")
	s.pickColumn("litigation")
	s.wantChips("Kind of recipient is sharedmailbox or Litigation hold is yes")
	s.wantRows("one of two", 30)
	s.pickTest(0, "All of these must hold")
	s.wantChips("Kind of recipient is sharedmailbox and Litigation hold is yes")
	s.wantRows("both", 5)
	s.shot("filter-both")
	s.queue.Do(func() { s.panel.EditFilter(0) })
	s.queue.Do(func() {
		if d := s.panel.filter.draft; !d.all || len(d.parts) != 2 {
			t.Errorf("the chip opens as %+v", d)
		}
	})
	press("Remove this filter")
	s.wantRows("without it", 60)
}

// TestAFilterThatIsTooDeepIsShown has a filter that the pane cannot change; it says it whole.
func TestAFilterThatIsTooDeepIsShown(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	a := results.Filter{Column: "LitigationHoldEnabled", Op: results.Equal, Value: "yes"}
	b := results.Filter{Column: "DisplayName", Op: results.Contains, Value: "anna"}
	deep := results.Filter{Any: []results.Filter{{All: []results.Filter{a, b}}, {Column: "RecipientTypeDetails", Op: results.Equal, Value: "RoomMailbox"}}}
	s.do(func() { s.flow.AddFilter(deep) })
	s.do(func() { s.panel.EditFilter(0) })
	s.queue.Do(func() {
		if !s.panel.filter.draft.foreign || len(within[*kit.Entry](s.panel.right.root)) != 0 {
			t.Error("the pane offers to change it")
		}
	})
	s.shot("filter-deep")
}

// TestManyChipsWrap puts many filters into a narrow window: each chip is inside it.
func TestManyChipsWrap(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.do(func() {
		s.win.Resize(fyne.NewSize(420, 560))
		for _, name := range []string{"DisplayName", "PrimarySmtpAddress", "RecipientTypeDetails", "CustomAttribute1", "CustomAttribute2"} {
			s.flow.AddFilter(results.Filter{Column: name, Op: results.NotContains, Value: strings.Repeat("something long ", 4)})
		}
	})
	s.queue.Do(func() {
		lines := map[float32]bool{}
		for _, c := range within[*kit.Chip](s.panel.chips.root) {
			at, size := c.Position(), c.Size()
			lines[at.Y] = true
			if at.X+size.Width > 420-8 || at.Y+size.Height > s.panel.chips.root.Size().Height || size.Width < c.MinSize().Width {
				t.Errorf("%q stands at %v, %v wide, in %v", c.Text(), at, size, s.panel.chips.root.Size())
			}
		}
		if len(lines) < 3 {
			t.Errorf("five long chips stand on %d lines of a narrow window", len(lines))
		}
	})
	s.shot("filter-chips-narrow")
	s.do(func() { s.win.Resize(fyne.NewSize(1000, 560)) })
	s.do(func() { s.flow.SetFilter(results.Filter{}) })
	for _, f := range []results.Filter{{Column: "RecipientTypeDetails", Op: results.Equal, Value: "SharedMailbox"}, {Column: "TotalItemSize", Op: results.More, Value: "15GB"}} {
		s.do(func() { s.flow.AddFilter(f) })
	}
	s.shot("filter-chips")
	s.do(func() { fyne.CurrentApp().Settings().SetTheme(theme.Theme{Mode: theme.Dark}) })
	s.shot("filter-chips-dark")
}

// TestPuttingAFilterKeepsItOneChip puts "from … to …", which is two conditions, and finds it as one.
func TestPuttingAFilterKeepsItOneChip(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(20))
	between := results.Filter{All: []results.Filter{{Column: "TotalItemSize", Op: results.MoreEqual, Value: "1GB"}, {Column: "TotalItemSize", Op: results.LessEqual, Value: "9GB"}}}
	s.do(func() { s.flow.AddFilter(between) })
	s.queue.Do(func() {
		if got := s.flow.Filters(); len(got) != 1 || !reflect.DeepEqual(got[0], between) {
			t.Errorf("there are %+v", got)
		}
		if s.flow.PutFilter(7, results.Filter{}, "") != -1 {
			t.Error("nothing is put as a filter")
		}
	})
}
