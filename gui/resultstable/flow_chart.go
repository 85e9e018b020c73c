package resultstable

import (
	"context"
	"reflect"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Charting is the chart of what shows: which one is wanted, and its figures. While rows arrive or a filter
// changes the figures are worked out anew, away from the screen. All methods are for the UI goroutine.
type Charting struct {
	// OnChange hears that there is something else to see.
	OnChange func()

	flow *Flow

	data    charts.Data
	ready   bool              // there are figures, of rows that show or showed
	none    bool              // no column of these rows makes a picture
	problem *exchange.Problem // the chart that is wanted cannot be made

	view    results.View // the figures are of, or will be
	spec    charts.Spec  // likewise, as wanted
	working context.CancelFunc
	turn    int // counts the times figures were asked for, so that those that were overtaken are dropped
}

// NewCharting returns the chart of a flow, without figures until Update.
func NewCharting(f *Flow) *Charting { return &Charting{flow: f} }

// Chart is the chart that the user chose for this table, the zero Spec for the usual one.
func (f *Flow) Chart() charts.Spec { return f.model.Chart }

// SetChart chooses a chart; the zero Spec is the usual one for the rows.
func (f *Flow) SetChart(s charts.Spec) {
	if s == f.model.Chart {
		return
	}
	f.remember("")
	f.model.Chart = s
	f.changed(false)
}

// Data are the figures; ok is false while there are none.
func (c *Charting) Data() (d charts.Data, ok bool) { return c.data, c.ready }

// Nothing tells whether no column of the rows makes a picture.
func (c *Charting) Nothing() bool { return c.none }

// Problem is why the chart that is wanted cannot be made, nil when it can.
func (c *Charting) Problem() *exchange.Problem { return c.problem }

// Working tells whether figures are worked out now.
func (c *Charting) Working() bool { return c.working != nil }

// Update works out the figures of what shows now, if they are not already. Figures under way are stopped when
// another chart or other rows are wanted; when only more rows came they are shown first.
func (c *Charting) Update() {
	m := &c.flow.model
	if c.view == m.View && c.spec == m.Chart && (c.ready || c.none || c.problem != nil || c.working != nil) {
		return
	}
	if c.working != nil {
		if c.spec == m.Chart && sameQuestion(c.view.Query(), m.View.Query()) {
			return // and again when these are there
		}
		c.working()
	}
	c.turn++
	turn, view, spec := c.turn, m.View, m.Chart
	c.view, c.spec = view, spec
	ctx, cancel := context.WithCancel(c.flow.ctx)
	c.working = cancel
	c.flow.o.Loop.Go(ctx, func(ctx context.Context) {
		wanted, data, err := spec, charts.Data{}, error(nil)
		if _, unfit := charts.Fit(view, wanted); unfit != nil { // none was chosen, or one for other columns
			wanted, err = charts.Usual(ctx, view)
		}
		if err == nil && !wanted.IsZero() {
			data, err = charts.Make(ctx, view, wanted)
		}
		c.flow.o.Loop.Post(func() {
			cancel()
			if turn != c.turn || c.flow.ctx.Err() != nil {
				return
			}
			c.working, c.problem = nil, nil
			c.none, c.ready = err == nil && wanted.IsZero(), err == nil && !wanted.IsZero()
			c.data = data
			c.data.Customer = c.flow.Name
			if err != nil {
				c.problem = exchange.AsProblem(err)
			}
			if c.OnChange != nil {
				c.OnChange()
			}
			c.Update() // when rows came meanwhile
		})
	})
}

// Stop drops what is under way.
func (c *Charting) Stop() {
	c.turn++
	if c.working != nil {
		c.working()
		c.working = nil
	}
}

// sameQuestion tells whether two views differ only by rows that came.
func sameQuestion(a, b results.Query) bool {
	return a.Find == b.Find && reflect.DeepEqual(a.Filter, b.Filter) && reflect.DeepEqual(a.Group, b.Group)
}

// Pick keeps the rows that a point of the chart stands for.
func (c *Charting) Pick(p charts.Point) {
	if p.Filter.IsZero() {
		return
	}
	for _, have := range c.flow.Filters() {
		if reflect.DeepEqual(have, p.Filter) {
			return
		}
	}
	c.flow.AddFilter(p.Filter)
}

// Wanted is the chart that shows, whichever way it was chosen; the zero Spec while there is none.
func (c *Charting) Wanted() charts.Spec {
	if !c.ready {
		return c.spec
	}
	return c.data.Spec
}

// Become shows another kind of chart of about the same.
func (c *Charting) Become(k charts.Kind) {
	if s, ok := charts.As(c.flow.model.View, c.Wanted(), k); ok {
		c.flow.SetChart(s)
	}
}

// About changes whose values the chart is about.
func (c *Charting) About(column string) {
	s := c.Wanted()
	s.Column, s.Most, s.Order = column, 0, charts.ByAmount
	c.flow.SetChart(s)
}

// Measure changes what is measured.
func (c *Charting) Measure(w charts.Way) {
	s := c.Wanted()
	s.Measure, s.Of = w.Measure, w.Of.Name
	c.flow.SetChart(s)
}
