package compare

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/theme"
	"tenantry/gui/resultstable"
)

// looks is how each kind of change shows: never by colour alone.
var looks = map[string]struct {
	mark grid.Mark
	tone grid.Tone
}{
	results.ChangeAdded:   {grid.MarkAdded, grid.Good},
	results.ChangeRemoved: {grid.MarkRemoved, grid.Bad},
	results.ChangeChanged: {grid.MarkChanged, grid.Warn},
}

// Dress marks the cells of a comparison: what happened to the row, and of a changed row the values that differ.
func Dress(w *wording.Words) func(view results.View, row, column int, c *grid.Cell) {
	return func(view results.View, row, column int, c *grid.Cell) {
		columns := view.Columns()
		if columns[column].Role != results.Data {
			return
		}
		switch name := columns[column].Name; name {
		case results.ChangeColumn:
			change := view.Cell(row, column).Text()
			look := looks[change]
			c.Mark, c.Tone, c.Fill = look.mark, look.tone, look.tone
			if w.Has("compare." + change) {
				c.Text = w.Text("compare." + change)
			}
		case results.ChangedColumn:
			var names []string
			for _, v := range view.Cell(row, column).List() {
				names = append(names, v.Text())
			}
			c.Text = labels(w, names)
		default:
			base, pair := of(name)
			if !pair || view.Grouped() || !differs(view, row, base) {
				return
			}
			c.Fill = grid.Warn
			if name == base+" after" {
				c.Mark, c.Bold = grid.MarkChanged, true
			}
		}
	}
}

// Bar is a line of buttons above a comparison: how many rows were added, removed and changed, and each shows only
// those.
type Bar struct {
	flow    *resultstable.Flow
	buttons map[string]*kit.Button // by change, "" for all
	root    fyne.CanvasObject
}

// NewBar returns the line for a comparison that flow shows.
func NewBar(flow *resultstable.Flow, r *Result) *Bar {
	w := flow.Words()
	b := &Bar{flow: flow, buttons: map[string]*kit.Button{}}
	row := kit.Wrapped(4)
	add := func(change, key string, n int) {
		button := kit.NewButton(w.Count(key, n), nil, kit.Quiet, func() { b.only(change) })
		b.buttons[change] = button
		row.Add(button)
	}
	add("", "compare.all", r.Added+r.Removed+r.Changed)
	add(results.ChangeAdded, "compare.n-added", r.Added)
	add(results.ChangeRemoved, "compare.n-removed", r.Removed)
	add(results.ChangeChanged, "compare.n-changed", r.Changed)
	same := kit.NewText(w.Count("compare.n-same", r.Same))
	same.SetColor(theme.ColorMuted)
	about := kit.NewCaption(r.About(w))
	about.SetColor(theme.ColorMuted)
	about.Clip = true
	row.Add(container.New(layout.NewCustomPaddedLayout(8, 0, 8, 0), same))
	b.root = container.New(layout.NewCustomPaddedLayout(4, 0, 8, 8), kit.Stacked(2, container.New(layout.NewCustomPaddedLayout(0, 0, 6, 0), about), row))
	drawn := flow.OnChange
	flow.OnChange = func(view bool) {
		if drawn != nil {
			drawn(view)
		}
		b.draw()
	}
	b.draw()
	return b
}

// Content is what to put on the screen.
func (b *Bar) Content() fyne.CanvasObject { return b.root }

// only shows the rows with one kind of change, or all again. Other filters stay.
func (b *Bar) only(change string) {
	want := results.Filter{Column: results.ChangeColumn, Op: results.Equal, Value: change}
	at := b.place()
	switch {
	case change == "" && at >= 0:
		b.flow.RemoveFilter(at)
	case change != "":
		b.flow.PutFilter(at, want, "")
	}
}

// place is where among the filters the one of the line is, -1 for none.
func (b *Bar) place() int {
	for i, f := range b.flow.Filters() {
		if f.Column == results.ChangeColumn && f.Op == results.Equal {
			return i
		}
	}
	return -1
}

func (b *Bar) draw() {
	now := ""
	if at := b.place(); at >= 0 {
		now = b.flow.Filters()[at].Value
	}
	for change, button := range b.buttons {
		button.SetChosen(change == now)
	}
}
