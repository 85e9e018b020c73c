package resultstable

import (
	"context"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/core/wording"
)

// ColumnProfile is what is in one column of the rows that show.
type ColumnProfile struct {
	results.Profile
	results.Figures
	Column results.Column
	View   results.View // that was looked at
}

// mostTop is how many common values are told.
const mostTop = 20

// Profiler looks at one column of the view, away from the screen, and again when the view is another one. Its
// methods are for the UI goroutine.
type Profiler struct {
	// OnChange hears that Profile or Busy changed.
	OnChange func()

	flow    *Flow
	wait    time.Duration // after which work is told of
	begin   func()        // is waited for before the work; nil for nothing
	column  string
	profile ColumnProfile
	known   bool
	busy    bool

	looking results.View // at which, while something is under way
	cancel  context.CancelFunc
	turn    int
}

// NewProfiler returns one that looks at nothing yet.
func (f *Flow) NewProfiler() *Profiler { return &Profiler{flow: f, wait: 100 * time.Millisecond} }

// Profile is what was found last; ok is false before anything was.
func (p *Profiler) Profile() (profile ColumnProfile, ok bool) { return p.profile, p.known }

// Busy tells whether the work takes long enough to say so.
func (p *Profiler) Busy() bool { return p.busy }

// Look looks at a column of the view that shows, unless that was done. What is under way for another column, or
// for rows that were chosen otherwise, is stopped; when rows only came, it is finished first.
func (p *Profiler) Look(column string) {
	view := p.flow.model.View
	if p.cancel != nil {
		if column == p.column && (view == p.looking || alikeArranged(view, p.looking)) {
			return
		}
		p.Stop()
	}
	col, ok := find(view.Columns(), column)
	if !ok || p.known && p.column == column && p.profile.View == view {
		return
	}
	p.column, p.looking = column, view
	p.turn++
	turn := p.turn
	ctx, cancel := context.WithCancel(p.flow.ctx)
	p.cancel = cancel
	found := make(chan struct{})
	p.flow.o.Loop.Go(ctx, func(ctx context.Context) {
		defer close(found)
		if p.begin != nil {
			p.begin()
		}
		profile, err := view.Profile(ctx, col, mostTop)
		out := ColumnProfile{Profile: profile, Column: view.Columns()[col], View: view}
		if err == nil && hasFigures(out.Column) {
			out.Figures, err = view.Figures(ctx, col, [][2]int{{0, view.Len()}})
		}
		p.flow.o.Loop.Post(func() {
			if turn != p.turn || err != nil || ctx.Err() != nil {
				return
			}
			p.Stop()
			p.profile, p.known = out, true
			p.changed()
			p.Look(column) // rows that came meanwhile
		})
	})
	p.flow.o.Loop.Go(ctx, func(ctx context.Context) {
		timer := time.NewTimer(p.wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-found:
			return
		case <-ctx.Done():
			return
		}
		p.flow.o.Loop.Post(func() {
			if turn == p.turn && p.cancel != nil {
				p.busy = true
				p.changed()
			}
		})
	})
}

// Stop ends what is under way.
func (p *Profiler) Stop() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	p.busy = false
}

func (p *Profiler) changed() {
	if p.OnChange != nil {
		p.OnChange()
	}
}

// Facts are what is told of the column before its values: what it holds, how much of it is filled in.
func (c ColumnProfile) Facts(w *wording.Words) []Figure {
	share := func(n int) string {
		text := w.Number(int64(n))
		if c.Profile.Rows == 0 || n == 0 || n == c.Profile.Rows {
			return text
		}
		return text + " (" + w.Text("profile.percent", "percent", percentText(w, n, c.Profile.Rows)) + ")"
	}
	out := []Figure{
		{w.Text("profile.type"), w.Text("columns.type." + results.KindName(c.Column.Type))},
		{w.Text("figures.rows"), w.Number(int64(c.Profile.Rows))},
		{w.Text("figures.filled"), share(c.Profile.Rows - c.Empty)},
		{w.Text("profile.different"), w.Number(int64(c.Distinct))},
	}
	say := func(key, text string) {
		if text != "" {
			out = append(out, Figure{w.Text(key), text})
		}
	}
	if c.Column.Type != exchange.Flag && c.Column.Type != exchange.List && c.Distinct > 1 {
		first, last := "figures.lowest", "figures.highest"
		switch c.Column.Type {
		case exchange.Time:
			first, last = "profile.earliest", "profile.latest"
		case exchange.Text:
			first, last = "profile.first", "profile.last"
		}
		say(first, oneLine(w.Value(c.Profile.Min)))
		say(last, oneLine(w.Value(c.Profile.Max)))
	}
	if c.Distinct > 1 && !c.Sum.IsNone() && !c.Sum.IsUnlimited() {
		say("figures.sum", w.Value(c.Sum))
		say("figures.average", averageText(w, c.Average))
	}
	return out
}

// percentText is a share in whole percents, or with less than one as that.
func percentText(w *wording.Words, n, of int) string {
	switch percent := 100 * float64(n) / float64(of); {
	case percent < 0.1:
		return "< " + w.Decimal(0.1, 1)
	case percent < 10:
		return w.Decimal(percent, 1)
	case percent > 99 && n < of:
		return w.Decimal(min(percent, 99.9), 1)
	default:
		return w.Decimal(percent, 0)
	}
}

// CanFilter tells whether the table can be filtered by the column: what was worked out of groups cannot.
func (c ColumnProfile) CanFilter() bool { return c.Column.Role == results.Data }

// OnlyValue keeps rows with a value that a profile told of, None for those without.
func (f *Flow) OnlyValue(c ColumnProfile, v exchange.Value) {
	if c.CanFilter() {
		f.AddFilter(views.ValueFilter(c.Column, v, true))
	}
}

// OnlyBin keeps rows with a value in a part of the column's histogram.
func (f *Flow) OnlyBin(c ColumnProfile, b results.Bin) {
	if c.CanFilter() {
		f.AddFilter(b.Filter(c.Column.Name))
	}
}

// ValueText is a value of a column in words: of the Customer column the customer's name, and for no value that
// it is empty.
func (f *Flow) ValueText(c results.Column, v exchange.Value) string {
	text := f.o.Words.Value(v)
	switch {
	case text == "":
		return f.o.Words.Text("groups.empty")
	case c.Name == results.CustomerColumn:
		return f.o.Name(exchange.CustomerID(text))
	}
	return oneLine(text)
}

// BinText is which values a part of a histogram holds.
func BinText(w *wording.Words, b results.Bin) string {
	if b.One {
		return w.Value(b.From)
	}
	return w.Text("profile.bin", "from", borderText(w, b.From), "to", borderText(w, b.To))
}

// lastBorder is where a histogram ends.
func lastBorder(w *wording.Words, b results.Bin) string {
	if b.One {
		return borderText(w, b.From)
	}
	return borderText(w, b.To)
}

// borderText is a border of a histogram: of a time the day alone when it is at midnight.
func borderText(w *wording.Words, v exchange.Value) string {
	t, zone := v.Instant()
	if v.Kind() != exchange.Time {
		return w.Value(v)
	}
	if zone {
		t = t.Local()
	}
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 {
		return w.Date(t)
	}
	return w.DateTime(t)
}
