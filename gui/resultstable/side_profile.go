package resultstable

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

const sideProfile = "profile"

// profileSide is the pane that tells what is in one column of the rows that show: how much is filled in, from
// where to where, how the values lie, and which are most common. A press on a value or a part keeps its rows.
type profileSide struct {
	side     *side
	panel    *Panel
	profiler *Profiler
	column   string
	drawn    ColumnProfile
	some     bool // something was drawn

	choice *kit.Select // of the columns that show
	names  []string    // of its options
	follow *kit.Check
	bar    *kit.ProgressBar
	facts  *fyne.Container
	blank  *kit.Button
	empty  *fyne.Container // holds blank
	parts  *histogram
	ends   *fyne.Container
	common *fyne.Container
	body   *fyne.Container
}

func newProfile(p *Panel) *side { return newProfileSide(p).side }

func newProfileSide(p *Panel) *profileSide {
	w := p.flow.Words()
	s := &profileSide{panel: p, profiler: p.flow.NewProfiler(), column: p.profiled}
	s.profiler.OnChange = s.draw
	s.choice = kit.NewSelect(w.Text("profile.choose"), nil, nil)
	s.follow = kit.NewCheck(w.Text("profile.follow"), nil)
	s.follow.SetChecked(p.follows)
	s.follow.OnChanged = func(on bool) {
		p.follows = on
		s.update()
	}
	s.bar = kit.NewProgressBar()
	s.facts = container.New(&factsLayout{})
	s.blank = kit.NewButton("", icons.Filter, kit.Quiet, func() { p.flow.OnlyValue(s.drawn, exchange.Value{}) })
	s.blank.SetTip(w.Text("profile.only-empty"))
	s.parts = newHistogram(w, func(b results.Bin) { p.flow.OnlyBin(s.drawn, b) })
	s.ends = container.NewBorder(nil, nil, nil, nil)
	s.common = kit.Stacked(0)
	s.empty = container.New(layout.NewCustomPaddedLayout(-4, -4, -8, 0), container.NewHBox(s.blank))
	s.body = kit.Stacked(8, s.facts, s.empty, s.parts, s.ends, s.common)

	head := container.NewBorder(nil, nil, kit.NewHeading(w.Text("profile.title")),
		kit.NewIconButton(icons.Close, w.Text("table.close"), p.closeSide))
	top := container.New(layout.NewCustomPaddedLayout(4, 4, 12, 8),
		kit.Stacked(4, head, s.choice, container.New(layout.NewCustomPaddedLayout(-4, -4, -6, 0), s.follow)))
	scroll := container.NewVScroll(container.New(layout.NewCustomPaddedLayout(4, 12, 12, 14), s.body))
	root := container.NewStack(kit.NewSurface(theme.ColorSurface, ""), container.NewBorder(kit.Stacked(0, top, s.bar), nil, nil, nil, scroll))
	s.side = &side{name: sideProfile, root: root, update: s.update, stop: s.profiler.Stop}
	return s
}

// ShowProfile opens the pane on a column, which then stays until the user chooses another one.
func (p *Panel) ShowProfile(column string) {
	p.profiled, p.follows = column, false
	if p.right != nil && p.right.name == sideProfile {
		p.closeSide()
	}
	p.showSide(sideProfile)
}

// update looks at the column again when it or the rows are other ones.
func (s *profileSide) update() {
	view := s.panel.flow.Model().View
	if now := s.panel.cursorColumn(); s.panel.follows && now != "" {
		s.column = now
	}
	if _, here := find(view.Columns(), s.column); !here {
		s.column = s.panel.cursorColumn()
	}
	s.panel.profiled = s.column
	s.fillChoice()
	s.profiler.Look(s.column)
	s.draw()
}

// fillChoice offers the columns that show, and the one that is looked at.
func (s *profileSide) fillChoice() {
	m, w := s.panel.flow.Model(), s.panel.flow.Words()
	var options []string
	s.names = nil
	selected := -1
	offer := func(name string) {
		if i, ok := find(m.View.Columns(), name); ok {
			if name == s.column {
				selected = len(options)
			}
			s.names = append(s.names, name)
			options = append(options, Heading(w, m.View.Columns()[i]))
		}
	}
	for _, name := range m.Shown() {
		offer(name)
	}
	if selected < 0 {
		offer(s.column)
	}
	if slices.Equal(options, s.choice.Options) && selected == s.choice.SelectedIndex() {
		return
	}
	s.choice.OnChanged = nil
	s.choice.SetOptions(options)
	if selected >= 0 {
		s.choice.SetSelectedIndex(selected)
	}
	s.choice.OnChanged = func(string) {
		if i := s.choice.SelectedIndex(); i >= 0 && i < len(s.names) && s.names[i] != s.column {
			s.look(s.names[i])
		}
	}
}

// look looks at a column, and no longer follows the cursor.
func (s *profileSide) look(column string) {
	s.column, s.panel.follows = column, false
	s.follow.SetChecked(false)
	s.update()
}

// draw shows what was found.
func (s *profileSide) draw() {
	w := s.panel.flow.Words()
	if s.profiler.Busy() {
		s.bar.Busy()
	} else {
		s.bar.Done()
	}
	found, ok := s.profiler.Profile()
	if s.body.Hidden = !ok || found.Column.Name != s.column; s.body.Hidden {
		s.body.Refresh()
		return
	}
	if s.some && s.drawn.View == found.View && s.drawn.Column.Name == found.Column.Name {
		return
	}
	s.some, s.drawn = true, found
	s.facts.Objects = nil
	for _, f := range found.Facts(w) {
		name := kit.NewText(f.Name)
		name.SetColor(theme.ColorMuted)
		value := kit.NewText(f.Value)
		value.Clip = true
		s.facts.Objects = append(s.facts.Objects, name, value)
	}
	s.facts.Refresh()
	s.empty.Hidden = found.Empty == 0
	s.blank.SetText(w.Count("profile.empty", found.Empty))
	if found.CanFilter() {
		s.blank.Enable()
	} else {
		s.blank.Disable(w.Text("profile.no-filter"))
	}
	s.empty.Objects[0].Refresh()
	s.parts.set(found)
	s.parts.Hidden, s.ends.Hidden = len(found.Bins) == 0, len(found.Bins) == 0
	if n := len(found.Bins); n > 0 {
		s.ends.Objects = []fyne.CanvasObject{kit.NewCaption(borderText(w, found.Bins[0].From)), layout.NewSpacer(), kit.NewCaption(lastBorder(w, found.Bins[n-1]))}
		s.ends.Layout = layout.NewHBoxLayout()
		s.ends.Refresh()
	}
	s.drawCommon(found)
	s.body.Refresh()
}

// drawCommon lists the most common values; of a column in which all are different only that, and a few.
func (s *profileSide) drawCommon(found ColumnProfile) {
	const few = 5
	w := s.panel.flow.Words()
	s.common.Objects = nil
	top, most := found.Top, 0
	heading := w.Text("profile.common")
	if len(top) > 0 {
		most = top[0].Count
	}
	if most == 1 && found.Distinct > 1 {
		heading = w.Text("profile.all-different")
		top, most = top[:min(few, len(top))], 0 // bars of one length say nothing
	}
	if len(top) > 0 {
		s.common.Add(container.New(layout.NewCustomPaddedLayout(0, 4, 0, 0), kit.NewCaptionHeading(heading)))
	}
	filled := found.Profile.Rows - found.Empty
	for _, one := range top {
		count := w.Number(int64(one.Count))
		if most > 0 {
			count += " · " + w.Text("profile.percent", "percent", percentText(w, one.Count, filled))
		}
		b := newValueBar(s.panel.flow.ValueText(found.Column, one.Value), count, part(one.Count, most), func() { s.panel.flow.OnlyValue(found, one.Value) })
		b.tip = w.Text("view.only")
		if !found.CanFilter() {
			b.tapped, b.tip = nil, w.Text("profile.no-filter")
		}
		s.common.Add(b)
	}
	if n := found.Distinct - len(top); n > 0 && len(top) > 0 {
		rest := kit.NewCaption(w.Count("profile.more", n))
		rest.Clip = true
		s.common.Add(container.New(layout.NewCustomPaddedLayout(4, 0, 0, 0), rest))
	}
	s.common.Refresh()
}

// part is n of most, 0 to 1.
func part(n, most int) float32 {
	if most == 0 {
		return 0
	}
	return float32(n) / float32(most)
}

// factsLayout puts names and values in two columns, a pair a line.
type factsLayout struct{}

const (
	factsGap  = 16 // between name and value
	factsLine = 3  // between lines
)

func (factsLayout) names(o []fyne.CanvasObject) float32 {
	var w float32
	for i := 0; i+1 < len(o); i += 2 {
		w = max(w, o[i].MinSize().Width)
	}
	return w
}

// MinSize is Fyne's.
func (l factsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var high float32
	for i := 0; i+1 < len(o); i += 2 {
		high += max(o[i].MinSize().Height, o[i+1].MinSize().Height) + factsLine
	}
	return fyne.NewSize(l.names(o)+factsGap+40, high)
}

// Layout is Fyne's.
func (l factsLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := l.names(o) + factsGap
	var y float32
	for i := 0; i+1 < len(o); i += 2 {
		high := max(o[i].MinSize().Height, o[i+1].MinSize().Height)
		o[i].Resize(fyne.NewSize(left, high))
		o[i].Move(fyne.NewPos(0, y))
		o[i+1].Resize(fyne.NewSize(max(size.Width-left, 10), high))
		o[i+1].Move(fyne.NewPos(left, y))
		y += high + factsLine
	}
}
