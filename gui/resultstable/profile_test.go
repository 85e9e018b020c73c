package resultstable

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
)

// openProfile opens the pane on a column; it follows the cursor when none is named.
func (s *screen) openProfile(column string) *profileSide {
	s.t.Helper()
	var p *profileSide
	s.do(func() {
		s.panel.profiled, s.panel.follows = column, column == ""
		p = newProfileSide(s.panel)
		s.panel.openSide(p.side)
	})
	return p
}

// told is what the pane tells: its facts and its values.
func (s *screen) told(p *profileSide) (out []string) {
	s.queue.Do(func() {
		if p.body.Hidden {
			return
		}
		for i := 0; i+1 < len(p.facts.Objects); i += 2 {
			out = append(out, p.facts.Objects[i].(*kit.Text).Text+": "+p.facts.Objects[i+1].(*kit.Text).Text)
		}
		for _, o := range p.common.Objects {
			if b, ok := o.(*valueBar); ok {
				out = append(out, b.AccessibilityLabel())
			}
		}
	})
	return out
}

func TestWhatIsInAColumnIsToldAndFilteredBy(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	rows := mailboxes(60)
	for i := range rows {
		office := exchange.NewText([]string{"Utrecht", "Zwolle", "Delft"}[i%7%3])
		if i%10 == 0 {
			office = exchange.Value{}
		}
		rows[i].Fields = append(rows[i].Fields, exchange.Field{Name: "Office", Value: office})
	}
	s.arrive(rows)
	s.finish()
	p := s.openProfile("Office")
	got := s.told(p)
	for _, want := range []string{"Holds: Text", "Rows: 60", "Filled in: 54 (90 %)", "Different values: 3", "First by alphabet: Delft", "Last by alphabet: Zwolle"} {
		if !has(got, want) {
			t.Errorf("%q is not told: %q", want, got)
		}
	}
	s.shot("profile-text")
	var bars []*valueBar
	s.queue.Do(func() {
		for _, o := range p.common.Objects {
			if b, ok := o.(*valueBar); ok {
				bars = append(bars, b)
			}
		}
		if len(bars) != 3 || bars[0].part != 1 || !p.parts.Hidden {
			t.Fatalf("%d bars", len(bars))
		}
	})
	before := bars[1].count.Text
	s.do(func() { test.Tap(bars[1]) })
	s.queue.Do(func() {
		shown := s.flow.Model().View.Len()
		if !strings.HasPrefix(before, s.flow.Words().Number(int64(shown))+" · ") || len(s.flow.Filters()) != 1 {
			t.Errorf("%q leaves %d rows", before, shown)
		}
	})
	if got = s.told(p); !has(got, "Different values: 1") {
		t.Errorf("after the filter it tells %q", got)
	}
	s.do(s.flow.Undo)
	s.do(func() { p.blank.Tapped(nil) })
	s.queue.Do(func() {
		if n := s.flow.Model().View.Len(); n != 6 {
			t.Errorf("%d rows are empty", n)
		}
	})
	s.do(s.flow.Undo)

	// A histogram of sizes: a press keeps exactly the rows that its part counts.
	s.do(func() { p.look("TotalItemSize") })
	got = s.told(p)
	if !has(got, "Highest: 60.9 GB") || !has(got, "Holds: Size") {
		t.Errorf("of sizes it tells %q", got)
	}
	s.shot("profile-size")
	var want int
	s.do(func() {
		h := p.parts
		if len(h.profile.Bins) != 7 || h.said(1) != "10 GB to 20 GB: "+s.flow.Words().Count("table.rows", h.profile.Bins[1].Count) {
			t.Errorf("%d parts, the second is %q", len(h.profile.Bins), h.said(1))
		}
		want = h.profile.Bins[1].Count
		test.TapAt(h, fyne.NewPos(h.Size().Width*1.5/7, 20))
	})
	s.queue.Do(func() {
		if n := s.flow.Model().View.Len(); n != want || n == 0 {
			t.Errorf("%d rows, the part counts %d", n, want)
		}
	})
	s.do(s.flow.Undo)
	s.do(func() { p.choice.SetSelected("Created") })
	if got = s.told(p); !has(got, "Earliest: Jan 1, 2020 9:00 AM") {
		t.Errorf("of times it tells %q", got)
	}
	s.shot("profile-time")
	s.do(func() {
		p.parts.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		want = p.parts.profile.Bins[1].Count
		p.parts.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	})
	s.queue.Do(func() {
		if n := s.flow.Model().View.Len(); n != want {
			t.Errorf("%d rows, the part counts %d", n, want)
		}
	})
}

func TestTheProfileFollowsCursorAndRows(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(10))
	p := s.openProfile("")
	if got := s.told(p); p.column != "DisplayName" || !has(got, "Rows: 10") {
		t.Errorf("%s: %q", p.column, got)
	}
	s.arrive(mailboxes(5))
	if got := s.told(p); !has(got, "Rows: 15") {
		t.Errorf("after more rows: %q", got)
	}
	s.do(func() {
		s.panel.FocusTable()
		s.panel.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		s.panel.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	})
	if got := s.told(p); p.column != "RecipientTypeDetails" || !has(got, "Different values: 3") {
		t.Errorf("after moving the cursor, %s: %q", p.column, got)
	}
	// From a header's menu it stays on that column.
	s.do(func() {
		for _, i := range s.panel.menuFor(-1, 1).Items {
			if i.Label == "About this column" {
				i.Action()
			}
		}
	})
	s.queue.Do(func() {
		if s.panel.profiled != "DisplayName" && s.panel.profiled != s.panel.grid.Data().Columns()[1].Key || s.panel.follows {
			t.Errorf("it tells of %s, follows %v", s.panel.profiled, s.panel.follows)
		}
	})
	// Groups have values, too, but rows cannot be chosen by them.
	s.do(func() { s.flow.GroupBy(results.Group{Columns: []string{"RecipientTypeDetails"}}) })
	p = s.openProfile("Count")
	s.queue.Do(func() {
		if p.drawn.CanFilter() || p.drawn.Profile.Rows != 3 {
			t.Errorf("of groups: %+v", p.drawn.Profile)
		}
		p.parts.press(0)
		if len(s.flow.Filters()) != 0 {
			t.Error("rows were chosen by a count")
		}
	})
}

// TestAProfileOfManyRowsIsStoppedAndSaysItIsBusy looks at one column after the other without waiting.
func TestAProfileOfManyRowsIsStoppedAndSaysItIsBusy(t *testing.T) {
	s := open(t, "Get-MailboxStatistics", "contoso.example")
	rows := make([]exchange.Record, 300_000)
	for i := range rows {
		rows[i].Fields = []exchange.Field{{Name: "TotalItemSize", Value: exchange.NewSize(int64(i * 7919 % 100_003))}, {Name: "ItemCount", Value: exchange.NewInteger(int64(i % 17))}}
	}
	if err := s.table.Append("contoso.example", rows); err != nil {
		t.Fatal(err)
	}
	s.finish()
	busy, told, done := 0, make(chan struct{}), make(chan struct{}, 8)
	var p *Profiler
	s.queue.Do(func() {
		p = s.flow.NewProfiler()
		p.wait, p.begin = time.Nanosecond, func() { <-told } // the work takes until it was said
		p.OnChange = func() {
			if p.Busy() {
				busy++
				close(told)
			} else {
				done <- struct{}{}
			}
		}
		p.Look("TotalItemSize")
		p.Look("ItemCount")
	})
	<-done
	s.idle()
	s.queue.Do(func() {
		got, ok := p.Profile()
		if !ok || got.Column.Name != "ItemCount" || got.Distinct != 17 || len(got.Bins) != 9 {
			t.Errorf("found %s, %d different, %d parts", got.Column.Name, got.Distinct, len(got.Bins))
		}
		if busy != 1 || p.Busy() {
			t.Errorf("said %d times that it is busy, and is now %v", busy, p.Busy())
		}
		p.Look("ItemCount")
		if p.cancel != nil {
			t.Error("what is known is looked at again")
		}
	})
	if len(done) != 0 {
		t.Error("what was overtaken came all the same")
	}
	s.mark(grid.Range{First: 0, End: 1})
}
