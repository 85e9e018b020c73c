package resultstable

import (
	"context"
	"slices"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/core/wording"
	"tenantry/gui/kit/loop"
)

// DefaultInterval is how often rows that arrive are arranged anew at most.
const DefaultInterval = 250 * time.Millisecond

// Options are what a Flow works with.
type Options struct {
	Loop  loop.Loop
	Words *wording.Words

	// Name gives a customer's name for the screen; nil shows its domain.
	Name func(exchange.CustomerID) string

	// None says that the table has no rows, and why, where that is not because nobody had any; nil is that.
	None func() (sentence, hint string)

	// Columns is how the user left the columns of this cmdlet's answers last time, nil for the usual ones.
	Columns []ColumnState

	// Views keeps the saved views; nil offers none.
	Views *views.Store

	// Interval is the least time between two arrangements while rows arrive; 0 in tests arranges at once.
	Interval time.Duration

	// Now is the clock; nil is the computer's.
	Now func() time.Time
}

// Flow changes the model of one table: it takes news of the run, arranges rows away from the screen, and
// swaps the view when it is ready, the selection on the same rows as before. All methods are for the UI
// goroutine.
type Flow struct {
	// OnChange hears that the model changed. view tells that the rows or columns that show are other ones.
	OnChange func(view bool)

	// OnColumns hears that the user changed columns, to remember it for this cmdlet.
	OnColumns func(cmdlet string, columns []ColumnState)

	table *results.Table
	model Model
	o     Options

	ctx    context.Context
	cancel context.CancelFunc

	arranging context.CancelFunc // of the arrangement under way, nil for none
	turn      int                // counts arrangements, so that one that was overtaken is dropped
	dirty     bool               // rows came since it started
	waiting   bool               // a later arrangement is planned
	last      time.Time          // when the last one was shown
	touched   int                // counts changes of the selection
	drawing   bool               // a drawing of news is posted
	adding    context.CancelFunc // of the figures being worked out, nil for none

	history  history
	saved    savedViews
	written  map[string]written // in the fields of the filter row, by column
	counting context.CancelFunc // of the count of what is found, nil for none
	seeking  context.CancelFunc // of the search for what is typed, nil for none
	rowsSort []results.SortKey  // how the rows were sorted before they were grouped
	groups   *arrangement       // the groups of which one was opened, nil otherwise
}

// NewFlow returns the flow of a table. A table whose run goes on is Running until Apply is given the
// Summary; one that is finished shows at once.
func NewFlow(table *results.Table, o Options) *Flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	named := o.Name
	o.Name = func(c exchange.CustomerID) string {
		if named != nil {
			if name := named(c); name != "" {
				return name
			}
		}
		return string(c)
	}
	f := &Flow{table: table, o: o, written: map[string]written{}}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	info := table.Info()
	f.model = Model{Info: info, Running: info.Finished.IsZero(), Cursor: -1, Progress: -1, now: o.Now, none: o.None,
		Columns: slices.Clone(o.Columns)}
	f.model.Query.Language = o.Words.Lang()
	f.loadViews(true)
	f.arrange()
	return f
}

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

// Words are the words of the screen.
func (f *Flow) Words() *wording.Words { return f.o.Words }

// Name is a customer's name for the screen.
func (f *Flow) Name(c exchange.CustomerID) string { return f.o.Name(c) }

// Close stops what is under way. The flow shows nothing new after it.
func (f *Flow) Close() { f.cancel() }

// Apply takes one piece of news of the run.
func (f *Flow) Apply(u jobs.Update) {
	f.model.apply(u)
	f.model.Arriving = f.table.Len()
	if u.Summary != nil {
		f.model.Info = f.table.Info()
		if f.model.Info.Finished.IsZero() {
			f.model.Info.Finished = u.Summary.Info.Finished
		}
		f.tellMissing()
	}
	f.soon()
	if u.Summary != nil || f.table.Len() != f.model.View.Snapshot().Len() {
		f.grown(u.Summary != nil)
	}
}

// SortBy sorts the rows anew, from the whole table. No keys means the order in which they came.
func (f *Flow) SortBy(keys []results.SortKey) {
	if slices.Equal(keys, f.model.Query.Sort) {
		return
	}
	f.remember("")
	f.model.Query.Sort, f.model.Said = slices.Clone(keys), ""
	f.arrange()
}

// Select notes which rows the user selected, and the one with the cursor.
func (f *Flow) Select(selection []Span, cursor int) {
	f.touched++
	f.model.Selection, f.model.Cursor, f.model.Said = selection, cursor, ""
	f.sum()
	f.changed(false)
}

// SetColumns takes what the user did to the columns.
func (f *Flow) SetColumns(columns []ColumnState) {
	if slices.Equal(columns, f.model.Columns) {
		return
	}
	f.remember("")
	f.setColumns(columns)
}

func (f *Flow) setColumns(columns []ColumnState) {
	f.model.Columns = slices.Clone(columns)
	f.changed(true)
	f.sum()
	if !f.model.View.Grouped() { // how groups show is for this table alone
		f.tellColumns(columns)
	}
}

func (f *Flow) tellColumns(columns []ColumnState) {
	if f.OnColumns != nil {
		f.OnColumns(f.model.Info.Invocation.Cmdlet, slices.Clone(columns))
	}
}

// ShowColumn shows or hides one column. A column that appears comes back to where it was hidden, otherwise
// after those that show.
func (f *Flow) ShowColumn(name string, on bool) { f.ShowColumns([]string{name}, on) }

// UsualColumns forgets what the user did to the columns.
func (f *Flow) UsualColumns() {
	f.remember("")
	f.model.Columns, f.model.decided = nil, nil
	f.model.decide()
	f.setColumns(f.model.Columns)
}

// Dismiss puts notices of a kind away.
func (f *Flow) Dismiss(kind NoticeKind) {
	for i := range f.model.Notices {
		if f.model.Notices[i].Kind == kind {
			f.model.Notices[i].Dismissed = true
		}
	}
	f.changed(false)
}

// Say shows a few words at the end of the status line until the selection changes.
func (f *Flow) Say(text string) {
	f.model.Said = text
	f.changed(false)
}

// soon draws once for all the news that waits in the loop: a run can bring thousands of them at once.
func (f *Flow) soon() {
	if f.drawing {
		return
	}
	f.drawing = true
	f.o.Loop.Post(func() {
		f.drawing = false
		if f.ctx.Err() == nil {
			f.changed(false)
		}
	})
}

func (f *Flow) changed(view bool) {
	if f.OnChange != nil {
		f.OnChange(view)
	}
}

// grown plans an arrangement for rows that came: not sooner than Interval after the last one.
func (f *Flow) grown(now bool) {
	if f.arranging != nil {
		f.dirty = true
		return
	}
	wait := f.o.Interval - f.o.Now().Sub(f.last)
	if now || wait <= 0 {
		f.arrange()
		return
	}
	if f.waiting {
		return
	}
	f.waiting = true
	f.o.Loop.Go(f.ctx, func(ctx context.Context) {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		f.o.Loop.Post(func() {
			f.waiting = false
			if ctx.Err() == nil && f.arranging == nil && f.table.Len() != f.model.View.Snapshot().Len() {
				f.arrange()
			}
		})
	})
}

// arrange makes a new view of all rows there are now. One that is under way for another query is stopped.
func (f *Flow) arrange() {
	if f.columnsCame() {
		return
	}
	if f.arranging != nil {
		f.arranging()
	}
	f.turn++
	f.dirty = false
	turn, touched := f.turn, f.touched
	query, before, selection, cursor := f.model.Query, f.model.View, f.model.Selection, f.model.Cursor
	snapshot := f.table.Snapshot()
	ctx, cancel := context.WithCancel(f.ctx)
	f.arranging = cancel
	f.o.Loop.Go(ctx, func(ctx context.Context) {
		view, err := results.ArrangeAfter(ctx, snapshot, query, before)
		var largest map[string]float64
		if err == nil && ctx.Err() == nil {
			largest = largestSizes(view)
			selection, cursor = carry(before, selection, cursor, view)
			view.Find(0) // the first Find of a view takes a while; the panel's must not
		}
		f.o.Loop.Post(func() {
			cancel()
			if turn != f.turn || f.ctx.Err() != nil {
				return
			}
			if err != nil {
				f.arranging, f.last = nil, f.o.Now()
				f.model.Problem = exchange.AsProblem(err)
				f.changed(false)
				return
			}
			if touched != f.touched { // the user selected something else meanwhile
				f.reselect(turn, view, largest)
				return
			}
			f.arranged(view, largest, selection, cursor)
		})
	})
}

func (f *Flow) show(view results.View, largest map[string]float64, selection []Span, cursor int) {
	m := &f.model
	if view.Grouped() != m.View.Grouped() {
		m.Columns, m.other = m.other, m.Columns
		m.decided = nil
	}
	m.View, m.largest, m.Problem = view, largest, nil
	m.Selection, m.Cursor = selection, cursor
	m.Arriving = f.table.Len()
	m.decide()
	m.paint()
	f.sum()
	f.countHits()
	f.changed(true)
}
