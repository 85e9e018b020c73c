package resultstable

import (
	"reflect"
	"slices"
	"sort"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

const sideFilter = "filter"

// filterPane is the pane in which one filter is made or changed, or one colour rule, which is a filter with a
// colour. What is whole takes effect at once; the table is beside it.
type filterPane struct {
	panel    *Panel
	rule     *views.Rule // the rule without its condition; nil for a filter
	draft    filterDraft
	choosing int // the part whose column is being chosen, -1 for none
	body     *fyne.Container
	title    *kit.Text
	foot     *fyne.Container
	more     *kit.Button
	remove   *kit.Button
	shown    bool           // the pane is in the window, so that something in it can have the keyboard
	first    fyne.Focusable // what gets the keyboard next, nil for nothing
	fields   []*kit.Field   // of the parts, where a problem is said
	columns  []results.Column
}

// EditFilter opens the pane on the filter at i of Flow.Filters.
func (p *Panel) EditFilter(i int) {
	if i >= len(p.flow.Filters()) {
		return
	}
	f := p.filterPane()
	f.rule = nil
	f.load(i)
	f.build()
}

// NewFilter opens the pane for a filter more: on a column, or with the choice of one for an empty name.
func (p *Panel) NewFilter(column string) {
	f := p.filterPane()
	f.rule = nil
	f.begin(column)
	f.build()
}

// EditRule opens the pane on the colour rule at i of Flow.Rules.
func (p *Panel) EditRule(i int) {
	if i >= len(p.flow.Rules()) {
		return
	}
	f := p.filterPane()
	rule := p.flow.Rules()[i]
	f.rule = &rule
	f.load(i)
	f.build()
}

// NewRule opens the pane for a colour rule more, for the cells of a column.
func (p *Panel) NewRule(column string) {
	f := p.filterPane()
	f.rule = &views.Rule{Column: column, Tone: views.Bad}
	f.begin(column)
	f.build()
}

// filterPane opens the pane, when it is not open, and returns it.
func (p *Panel) filterPane() *filterPane {
	p.showSide(sideFilter)
	return p.filter
}

// newFilterPane makes the pane, for a filter more.
func newFilterPane(p *Panel) *side {
	w := p.flow.Words()
	f := &filterPane{panel: p, choosing: -1, body: container.NewStack()}
	p.filter = f
	f.title = kit.NewHeading(w.Text("filter.title"))
	head := container.NewBorder(nil, nil, f.title, kit.NewIconButton(icons.Close, w.Text("table.close"), p.closeSide))
	f.remove = kit.NewButton(w.Text("filter.remove"), icons.Close, kit.Quiet, f.drop)
	f.more = kit.NewButton(w.Text("filter.add"), icons.Add, kit.Quiet, func() {
		if f.rule != nil {
			p.NewRule(f.rule.Column)
			return
		}
		p.NewFilter("")
	})
	f.foot = container.NewBorder(nil, nil, f.remove, f.more)
	foot := container.New(layout.NewCustomPaddedLayout(4, 4, 8, 8), f.foot)
	top := container.New(layout.NewCustomPaddedLayout(4, 4, 12, 8), head)
	f.begin("")
	f.build()
	return &side{name: sideFilter, update: f.update,
		root: container.NewStack(kit.NewSurface(theme.ColorSurface, ""), container.NewBorder(top, foot, nil, nil, f.body))}
}

// list are the filters one of which is edited: those of the table or those of its rules.
func (f *filterPane) list() []results.Filter {
	if f.rule == nil {
		return f.panel.flow.Filters()
	}
	var out []results.Filter
	for _, r := range f.panel.flow.Rules() {
		out = append(out, r.When)
	}
	return out
}

// drop takes away what is edited.
func (f *filterPane) drop() {
	if f.rule != nil {
		f.panel.flow.RemoveRule(f.draft.at)
		f.begin(f.rule.Column)
	} else {
		f.panel.flow.RemoveFilter(f.draft.at)
		f.begin("")
	}
	f.build()
}

func (f *filterPane) load(i int) {
	f.columns = f.panel.flow.Model().View.Snapshot().Columns()
	f.choosing = -1
	f.draft = draftOf(i, f.list()[i], f.columns)
}

func (f *filterPane) begin(column string) {
	f.columns = f.panel.flow.Model().View.Snapshot().Columns()
	f.choosing = -1
	if column == "" {
		f.draft, f.choosing = filterDraft{at: -1, parts: []views.Condition{{}}}, 0
		return
	}
	f.draft = newDraft(columnOf(f.columns, column))
}

// update follows what is done to the filters elsewhere: a step back, a chip that is taken away.
func (f *filterPane) update() {
	f.shown = true
	f.focus()
	if now := f.panel.flow.Model().View.Snapshot().Columns(); len(now) != len(f.columns) {
		f.columns = now
		if f.choosing >= 0 {
			f.build()
		}
	}
	filters := f.list()
	if f.draft.at < 0 || f.draft.at < len(filters) && reflect.DeepEqual(filters[f.draft.at], f.draft.applied) {
		return
	}
	same := func(one results.Filter) bool { return reflect.DeepEqual(one, f.draft.applied) }
	if at := slices.IndexFunc(filters, same); at >= 0 {
		f.draft.at = at
		return
	}
	if f.draft.at < len(filters) {
		f.load(f.draft.at)
	} else {
		f.begin("")
	}
	f.build()
}

// apply gives the flow what the draft says, when it is whole, and says what is wrong with it.
func (f *filterPane) apply() {
	w := f.panel.flow.Words()
	for i, field := range f.fields {
		said := ""
		if _, err := f.draft.problem(i, f.columns, w); err != nil {
			said = sayWrong(err, w)
		}
		if said != field.Problem() {
			field.SetProblem(said)
			f.body.Refresh()
		}
	}
	filter, ok := f.draft.filter(f.columns, w)
	if !ok || f.rule == nil && reflect.DeepEqual(filter, f.draft.applied) {
		return
	}
	f.draft.applied = filter
	if f.rule != nil {
		rule := *f.rule
		rule.When = filter
		f.draft.at = f.panel.flow.PutRule(f.draft.at, rule, "rule")
	} else {
		f.draft.at = f.panel.flow.PutFilter(f.draft.at, filter, "filter")
	}
	f.remove.Show()
	f.foot.Refresh()
}

// build makes the pane's content anew: the choice of a column, or the conditions.
func (f *filterPane) build() {
	f.fields = nil
	f.first = nil
	w, kind := f.panel.flow.Words(), "filter."
	if f.rule != nil {
		kind = "rule."
	}
	f.title.SetText(w.Text(kind + "title"))
	f.remove.SetText(w.Text(kind + "remove"))
	f.more.SetText(w.Text(kind + "add"))
	f.remove.Hidden = f.draft.at < 0
	f.foot.Refresh()
	var content fyne.CanvasObject
	switch {
	case f.draft.foreign:
		text := kit.NewParagraph(f.panel.flow.Speaker().Say(f.draft.applied), false)
		content = container.New(layout.NewCustomPaddedLayout(4, 4, 12, 12), kit.Stacked(8, text, kit.NewCaption(w.Text("filter.foreign"))))
	case f.choosing >= 0:
		content = f.chooser()
	default:
		content = f.conditions()
	}
	f.body.Objects = []fyne.CanvasObject{content}
	f.body.Refresh()
	f.focus()
}

// focus gives the keyboard to the field that is to have it, when the pane is in the window.
func (f *filterPane) focus() {
	if f.shown && f.first != nil {
		kit.FocusBeside(f.panel.grid, f.first)
		f.first = nil
	}
}

// chooser lists the columns, those that show first, with a search.
func (f *filterPane) chooser() fyne.CanvasObject {
	w := f.panel.flow.Words()
	var names []string
	list := kit.NewList(w.Text("filter.column"))
	list.RowHeight = theme.Size(theme.SizeRow)
	cursor := 0
	order := func(text string) {
		names, cursor = names[:0], 0
		var rest []string
		here := func(name string) bool {
			_, ok := find(f.columns, name)
			return ok && (text == "" || containsFold(w.Label(name), text) || containsFold(name, strings.ReplaceAll(text, " ", "")))
		}
		m := f.panel.flow.Model()
		states := m.Columns
		if m.View.Grouped() {
			states = m.other
		}
		for _, s := range states {
			if here(s.Name) && !s.Hidden {
				names = append(names, s.Name)
			} else if here(s.Name) {
				rest = append(rest, s.Name)
			}
		}
		sort.Slice(rest, func(i, j int) bool { return strings.ToLower(w.Label(rest[i])) < strings.ToLower(w.Label(rest[j])) })
		names = append(names, rest...)
		list.Refresh()
	}
	take := func(i int) {
		if i < 0 || i >= len(names) {
			return
		}
		at := f.choosing
		if f.draft.parts[at].Column != names[i] {
			f.draft.parts[at] = newPart(columnOf(f.columns, names[i]))
		}
		f.choosing = -1
		f.build()
		f.apply()
	}
	list.Length = func() int { return len(names) }
	list.Create = func() fyne.CanvasObject {
		text := kit.NewText("")
		text.Clip = true
		return container.New(layout.NewCustomPaddedLayout(0, 0, 12, 8), text)
	}
	list.Update = func(row int, o fyne.CanvasObject) {
		o.(*fyne.Container).Objects[0].(*kit.Text).SetText(w.Label(names[row]))
	}
	list.Cursor = func() int { return min(cursor, len(names)-1) }
	list.OnMove = func(row int, _ fyne.KeyModifier) { cursor = row; list.Refresh() }
	list.OnTap = func(row int, _ fyne.KeyModifier) { take(row) }
	list.OnActivate = take
	search := kit.NewSearch(w.Text("table.columns-find"), func(text string) { order(strings.TrimSpace(text)) })
	search.OnSubmitted = func(string) { take(cursor) }
	search.OnKey = func(key fyne.KeyName) bool {
		if key == fyne.KeyDown {
			kit.Focus(list)
		}
		return key == fyne.KeyDown
	}
	search.OnEscape = func() {
		if search.Text != "" {
			search.SetText("")
			return
		}
		f.panel.closeSide()
	}
	order("")
	f.first = search
	top := container.New(layout.NewCustomPaddedLayout(0, 4, 12, 8), kit.Stacked(4, kit.NewCaption(w.Text("filter.choose-column")), search))
	return container.NewBorder(top, nil, nil, nil, list)
}

// conditions lists the draft's parts, with what joins them.
func (f *filterPane) conditions() fyne.CanvasObject {
	w := f.panel.flow.Words()
	box := kit.Stacked(12)
	if f.rule != nil {
		box.Add(f.colour())
	}
	if len(f.draft.parts) > 1 {
		any, all := w.Text("filter.any"), w.Text("filter.all")
		join := kit.NewSelect(w.Text("filter.join"), []string{any, all}, nil)
		join.SetSelected(map[bool]string{false: any, true: all}[f.draft.all])
		join.OnChanged = func(s string) {
			f.draft.all = s == all
			f.apply()
		}
		box.Add(join)
	}
	for i := range f.draft.parts {
		box.Add(f.part(i))
	}
	box.Add(container.NewHBox(kit.NewButton(w.Text("filter.another"), icons.Add, kit.Quiet, func() {
		f.draft.parts = append(f.draft.parts, views.Condition{})
		f.choosing = len(f.draft.parts) - 1
		f.build()
	})))
	return container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 8, 12, 12), box))
}

// colour is how the rule colours, and which cells.
func (f *filterPane) colour() fyne.CanvasObject {
	w := f.panel.flow.Words()
	var names []string
	chosen := 0
	for i, t := range views.Tones() {
		names = append(names, w.Text("rule.tone-"+string(t)))
		if t == f.rule.Tone {
			chosen = i
		}
	}
	tone := kit.NewSelect(w.Text("rule.tone"), names, nil)
	tone.SetSelectedIndex(chosen)
	tone.OnChanged = func(string) {
		f.rule.Tone = views.Tones()[max(tone.SelectedIndex(), 0)]
		f.apply()
	}
	column := f.rule.Column
	if column == "" {
		column = f.draft.parts[0].Column
	}
	cell, row := w.Text("rule.cell", "column", f.short(w.Label(column))), w.Text("rule.row")
	where := kit.NewSelect(w.Text("rule.where"), []string{cell, row}, nil)
	where.SetSelected(map[bool]string{false: cell, true: row}[f.rule.Column == ""])
	where.OnChanged = func(text string) {
		f.rule.Column = map[string]string{cell: column}[text]
		f.apply()
	}
	return kit.Stacked(6, tone, where, kit.NewCaption(w.Text("rule.when")))
}

// part is one condition: its column, what it asks, and the values.
func (f *filterPane) part(i int) fyne.CanvasObject {
	w, c := f.panel.flow.Words(), &f.draft.parts[i]
	column := columnOf(f.columns, c.Column)
	choose := kit.NewButton(f.short(w.Label(c.Column)), icons.Columns, kit.Plain, func() {
		f.choosing = i
		f.build()
	})
	choose.SetTip(w.Text("filter.change-column", "column", w.Label(c.Column)))
	line := container.NewBorder(nil, nil, nil, nil, choose)
	if len(f.draft.parts) > 1 {
		line = container.NewBorder(nil, nil, nil, kit.NewIconButton(icons.Close, w.Text("filter.remove-part"), func() {
			f.draft.parts = slices.Delete(f.draft.parts, i, i+1)
			f.build()
			f.apply()
		}), choose)
	}
	type choice struct {
		test views.Test
		not  bool
	}
	var choices []choice
	var names []string
	chosen := 0
	for _, t := range views.Tests(column.Type) {
		for _, not := range []bool{false, true} {
			key := testKey(t, not, column.Type)
			if !w.Has(key) && (t != c.Test || not != c.Not) {
				continue
			}
			if t == c.Test && not == c.Not {
				chosen = len(choices)
			}
			choices, names = append(choices, choice{t, not}), append(names, w.Text(key))
		}
	}
	test := kit.NewSelect(w.Text("filter.test"), names, nil)
	test.SetSelectedIndex(chosen)
	test.OnChanged = func(string) {
		at := test.SelectedIndex()
		if at < 0 || choices[at].test == c.Test && choices[at].not == c.Not {
			return
		}
		c.Test, c.Not = choices[at].test, choices[at].not
		for n := c.Test.Values(); len(c.Values) < n; {
			c.Values = append(c.Values, "")
		}
		if c.Test == views.OneOf {
			c.Values = slices.DeleteFunc(c.Values, func(v string) bool { return v == "" })
		}
		f.build()
		f.apply()
	}
	field := kit.NewField(w.Text("filter.value"), f.values(c, column))
	if near := results.Examples(column.Type); near != "" && c.Test.Values() > 0 && column.Type != exchange.Flag {
		field.SetHint(w.Text("filter.such-as", "near", examplesFor(c.Test, column.Type, near)))
	}
	field.Hidden = c.Test.Values() == 0
	f.fields = append(f.fields, field)
	return kit.Stacked(6, line, test, field)
}

// short is a column's title as long as a narrow pane has room for.
func (f *filterPane) short(title string) string {
	const wide = 150 // points
	return kit.Shorten(title, wide, theme.Size(theme.SizeText), fyne.TextStyle{})
}

// examplesFor leaves out examples that a test cannot use: an age is a span of time, a date is none.
func examplesFor(t views.Test, kind exchange.Kind, near string) string {
	if kind != exchange.Time {
		return near
	}
	var some []string
	for _, one := range strings.Split(near, ", ") {
		v, _ := results.ReadValue(kind, one, results.Query{})
		if (v.Kind() == exchange.Duration) == (t == views.Older || t == views.Newer) {
			some = append(some, one)
		}
	}
	return strings.Join(some, ", ")
}

// testKey names the words of a test in the list of tests, which depend on the type of the column.
func testKey(t views.Test, not bool, kind exchange.Kind) string {
	key := "test." + string(t)
	if not {
		key = "test.not-" + string(t)
	}
	switch kind {
	case exchange.Time:
		switch t {
		case views.Over, views.Under, views.AtLeast, views.AtMost, views.Is:
			key += "-time"
		}
	case exchange.Duration:
		switch t {
		case views.Over, views.Under:
			key += "-duration"
		}
	case exchange.Flag:
		if not && t == views.Is {
			return "test.none" // yes and no are each other's opposite already
		}
	}
	return key
}

// values is where the values of a condition are typed or chosen.
func (f *filterPane) values(c *views.Condition, column results.Column) fyne.CanvasObject {
	w := f.panel.flow.Words()
	entry := func(at int, label string) *kit.Entry {
		e := kit.NewEntry(label)
		for len(c.Values) <= at {
			c.Values = append(c.Values, "")
		}
		e.SetText(c.Values[at])
		e.OnChanged = func(text string) {
			c.Values[at] = text
			f.apply()
		}
		e.OnEscape = f.panel.closeSide
		e.OnSubmitted = func(string) { f.panel.FocusTable() }
		return e
	}
	switch n := c.Test.Values(); {
	case n == 0:
		return container.NewStack()
	case n < 0:
		return f.ticks(c, column)
	case n == 2:
		low, high := entry(0, w.Text("filter.low")), entry(1, w.Text("filter.high"))
		f.first = low
		return kit.Stacked(4, low, high)
	case column.Type == exchange.Flag:
		yes, no := w.YesNo(true), w.YesNo(false)
		s := kit.NewSelect(w.Text("filter.value"), []string{yes, no}, nil)
		s.SetSelected(map[bool]string{true: yes, false: no}[strings.EqualFold(c.Values[0], "true")])
		s.OnChanged = func(text string) {
			c.Values[0] = map[string]string{yes: "true", no: "false"}[text]
			f.apply()
		}
		return s
	}
	e := entry(0, w.Text("filter.value"))
	f.first = e
	return e
}
