package resultstable

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/core/wording"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

var noon = time.Date(2026, 11, 23, 14, 2, 0, 0, time.Local)

// mailbox is one row as Get-Mailbox gives it, with a few of its properties.
func mailbox(i int) exchange.Record {
	names := []string{"Finance", "Anna de Vries", "Bart Jansen", "Reception", "Ward 11", "Zoë Ångström"}
	kind := []string{"SharedMailbox", "UserMailbox", "RoomMailbox"}[i%3]
	name := fmt.Sprintf("%s %d", names[i%len(names)], i)
	quota := exchange.NewSize(int64(i%7) * 50 << 30)
	if i%5 == 0 {
		quota = exchange.Unlimited()
	}
	r := exchange.Record{Type: "Microsoft.Exchange.Data.Directory.Management.Mailbox", Fields: []exchange.Field{
		{Name: "Id", Value: exchange.NewText(fmt.Sprint(i))},
		{Name: "DisplayName", Value: exchange.NewText(name)},
		{Name: "PrimarySmtpAddress", Value: exchange.NewText(fmt.Sprintf("mailbox%d@contoso.example", i))},
		{Name: "RecipientTypeDetails", Value: exchange.NewText(kind)},
		{Name: "TotalItemSize", Value: exchange.NewSize(int64(i*7919%1000) << 26)},
		{Name: "ProhibitSendQuota", Value: quota},
		{Name: "LitigationHoldEnabled", Value: exchange.NewFlag(i%4 == 0)},
		{Name: "WhenCreated", Value: exchange.NewTime(time.Date(2020, time.Month(1+i%12), 1+i%28, 9, 0, 0, 0, time.UTC))},
	}}
	for n := range 60 {
		r.Fields = append(r.Fields, exchange.Field{Name: fmt.Sprintf("CustomAttribute%d", n+1), Value: exchange.NewText(fmt.Sprintf("value %d of %d", n, i))})
	}
	return r
}

func mailboxes(n int) []exchange.Record {
	out := make([]exchange.Record, n)
	for i := range out {
		out[i] = mailbox(i)
	}
	return out
}

// screen is a panel in a window, on a queue that stands for the UI goroutine.
type screen struct {
	t     *testing.T
	queue *loop.Queue
	table *results.Table
	flow  *Flow
	panel *Panel
	win   fyne.Window
}

func open(t *testing.T, cmdlet string, customers ...exchange.CustomerID) *screen {
	t.Helper()
	return openWith(t, nil, cmdlet, customers...)
}

// openWith opens a table with saved views; store may be nil.
func openWith(t *testing.T, store *views.Store, cmdlet string, customers ...exchange.CustomerID) *screen {
	t.Helper()
	return openTable(t, store, results.NewTable(results.RunInfo{ID: "1", Invocation: exchange.Invocation{Cmdlet: cmdlet}, Customers: customers, Started: noon}))
}

// openTable opens a table as it is.
func openTable(t *testing.T, store *views.Store, table *results.Table) *screen {
	t.Helper()
	s := &screen{t: t, queue: loop.NewQueue(), table: table}
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	s.queue.Do(func() {
		s.flow = NewFlow(s.table, Options{Loop: s.queue, Words: wording.For("en"), Views: store, Now: func() time.Time { return noon },
			Name: func(c exchange.CustomerID) string {
				return map[exchange.CustomerID]string{"contoso.example": "Contoso"}[c]
			}})
		s.panel = NewPanel(s.flow)
		s.win = test.NewWindow(tip.Wrap(s.panel.Content()))
		s.win.SetPadded(false)
		s.win.Resize(fyne.NewSize(1000, 560))
	})
	t.Cleanup(func() {
		s.queue.Do(func() { s.panel.Close(); s.win.Close() })
		<-s.queue.Idle()
		s.queue.Close()
	})
	s.idle()
	return s
}

func (s *screen) idle() { <-s.queue.Idle() }

// do runs f as the user would cause it, and waits until everything it started is done.
func (s *screen) do(f func()) {
	s.t.Helper()
	s.queue.Do(f)
	s.idle()
}

func (s *screen) arrive(rows []exchange.Record) {
	s.t.Helper()
	if err := s.table.Append("contoso.example", rows); err != nil {
		s.t.Fatal(err)
	}
	s.do(func() {
		s.flow.Apply(jobs.Update{Run: "1", Customer: "contoso.example", Phase: jobs.Running, Rows: s.table.Len(), Of: 1})
	})
}

func (s *screen) finish() {
	s.t.Helper()
	s.table.Finish(noon)
	s.do(func() {
		s.flow.Apply(jobs.Update{Run: "1", Customer: "contoso.example", Phase: jobs.Finished, Rows: s.table.Len(), Ended: 1, Of: 1})
		s.flow.Apply(jobs.Update{Run: "1", Ended: 1, Of: 1, Summary: &jobs.Summary{Info: s.table.Info(), Rows: s.table.Len()}})
	})
}

func (s *screen) cell(row int, column string) string {
	d := s.panel.grid.Data()
	for i, c := range d.Columns() {
		if c.Key == column {
			return d.Cell(row, i).Text
		}
	}
	return "no column " + column
}

func (s *screen) shot(name string) {
	s.t.Helper()
	folder := os.Getenv("TENANTRY_SHOTS")
	if folder == "" {
		return
	}
	s.queue.Do(func() {
		img := s.win.Canvas().Capture()
		f, err := os.Create(filepath.Join(folder, name+".png"))
		if err != nil {
			s.t.Error(err)
			return
		}
		defer f.Close()
		if err := png.Encode(f, img); err != nil {
			s.t.Error(err)
		}
	})
}

func TestStatusLineFollowsTheRun(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	want := func(text string) {
		t.Helper()
		s.queue.Do(func() {
			if got := s.panel.status.Text(); got != text {
				t.Errorf("the status line says %q, want %q", got, text)
			}
		})
	}
	want("0 rows so far · Contoso")
	s.shot("results-waiting")
	s.arrive(mailboxes(1))
	want("1 row so far · Contoso")
	s.arrive(mailboxes(51))
	want("52 rows so far · Contoso")
	s.shot("results-running")
	s.finish()
	want("52 rows · Contoso · read 2:02 PM")
	s.do(func() { s.flow.SortBy([]results.SortKey{{Column: "TotalItemSize", Desc: true}}) })
	s.do(func() {
		s.panel.grid.SetSelection(nil, 0)
		s.panel.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		s.panel.grid.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		s.panel.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		s.panel.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		s.panel.grid.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	})
	want("52 rows · Contoso · read 2:02 PM · 3 selected, 176.2 GB · Size from 57.6 GB to 59.4 GB, average 58.7 GB")
	s.shot("results")
	s.do(func() { s.panel.find.field.SetText("anna") })
	s.queue.Do(func() {
		if got := s.panel.grid.Data().Rows(); got != 9 {
			t.Errorf("finding anna leaves %d rows, want 9", got)
		}
	})
	s.shot("results-find")
}

func TestDetailsAndColumns(t *testing.T) {
	s := open(t, "Get-Mailbox", "contoso.example")
	s.arrive(mailboxes(60))
	s.finish()
	s.do(func() {
		s.panel.grid.SetSelection([]grid.Range{{First: 2, End: 3}}, 2)
		s.panel.grid.OnSelect()
		s.panel.ToggleDetails()
	})
	s.shot("results-details")
	s.do(s.panel.showColumns)
	s.shot("results-columns")
}
