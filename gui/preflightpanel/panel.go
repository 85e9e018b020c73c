package preflightpanel

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/preflight"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
)

// Panel draws the panel over the right side of a window. It belongs to the UI goroutine.
type Panel struct {
	flow  *Flow
	words *wording.Words
	loop  loop.Loop
	win   fyne.Window

	title  *kit.Text
	back   *kit.Button // from other computers to this one
	others *kit.Button // the other way
	closer *kit.Button
	head   *fyne.Container
	bar    *kit.ProgressBar

	local   *summary
	view    *examView
	another *anotherView
	body    *fyne.Container
	root    *fyne.Container
	before  fyne.Focusable // what had the keyboard before the panel opened
	later   fyne.Focusable // what gets it when it is on the screen; nil for nothing
	drawn   struct{ another bool }
}

const (
	panelWidth = 800
	panelTop   = 42 // below the bar
	panelEdge  = 8
)

// NewPanel returns the panel for flow and takes its OnChange.
func NewPanel(flow *Flow, w *wording.Words, win fyne.Window) *Panel {
	p := &Panel{flow: flow, words: w, loop: flow.o.Loop, win: win}
	p.title = kit.NewHeading(w.Text("window.preflight.title"))
	p.title.Clip = true
	p.closer = kit.NewIconButton(icons.Close, w.Text("kit.close"), func() { flow.Show(false) })
	p.others = kit.NewButton(w.Text("window.preflight.another"), icons.Sessions, kit.Plain, func() { flow.OpenAnother(true) })
	p.back = kit.NewButton(w.Text("window.preflight.this-one"), nil, kit.Plain, func() { flow.OpenAnother(false) })
	p.bar = kit.NewProgressBar()
	p.head = container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedHBoxLayout(4), p.others, p.back, p.closer), kit.Middle(p.title))
	p.local = newSummary(p)
	p.view = newExamView(p)
	p.another = newAnotherView(p)
	p.body = container.NewStack()
	card := container.NewStack(kit.NewShield(), kit.NewSurface(theme.ColorSurface, theme.ColorBorder),
		container.New(layout.NewCustomPaddedLayout(10, 10, 16, 10), container.NewBorder(kit.Stacked(8, p.head, p.bar), nil, nil, nil, p.body)))
	p.root = container.New(&edge{of: p}, card)
	p.root.Hide()
	flow.OnChange = p.draw
	p.draw()
	return p
}

// Content is what to put over the window.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// edge puts the panel at the right, below the bar, as high as the window.
type edge struct{ of *Panel }

func (*edge) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (e *edge) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := size.Width - 2*panelEdge
	if !e.of.flow.Model().Another {
		width = min(width, panelWidth)
	}
	objects[0].Resize(fyne.NewSize(width, size.Height-panelTop-panelEdge))
	objects[0].Move(fyne.NewPos(size.Width-width-panelEdge, panelTop))
}

// draw brings the panel in line with the model.
func (p *Panel) draw() {
	m := p.flow.Model()
	if !m.Open {
		if p.root.Visible() {
			p.root.Hide()
			if p.before != nil {
				p.win.Canvas().Focus(p.before)
			}
		}
		p.before = nil
		return
	}
	key := "window.preflight.title"
	if m.Another {
		key = "window.preflight.others-title"
	}
	p.title.SetText(p.words.Text(key))
	p.back.Hidden = !m.Another
	p.others.Hidden = m.Another || !p.flow.HasOthers()
	p.head.Refresh()
	want := p.view.root
	if m.Another {
		want = p.another.root
		p.another.draw(m)
	} else {
		p.another.drawn = false
		p.local.draw(m.Local)
		p.view.draw(m.Local)
	}
	p.progress(m)
	if len(p.body.Objects) != 1 || p.body.Objects[0] != want || p.drawn.another != m.Another {
		p.drawn.another = m.Another
		p.body.Objects = []fyne.CanvasObject{want}
		p.body.Refresh()
		p.root.Refresh()
	}
	if !p.root.Visible() {
		p.root.Show()
		if !m.Quiet {
			p.before = p.win.Canvas().Focused()
			p.win.Canvas().Focus(p.closer)
		}
		p.root.Refresh()
	}
	if to := p.later; to != nil {
		p.later = nil
		p.win.Canvas().Focus(to)
	}
}

func (p *Panel) progress(m *Model) {
	done, all := 0, 0
	running := m.Local.Running
	list := []*Exam{m.Local}
	if m.Another {
		running, list = m.Looking(), m.Others
	}
	for _, e := range list {
		all += len(e.Rows)
		for _, r := range e.Rows {
			if !r.Running {
				done++
			}
		}
	}
	switch {
	case !running:
		p.bar.Done()
	case all == 0:
		p.bar.Busy()
	default:
		p.bar.Set(float32(done) / float32(all))
	}
}

// summary is the line above the list: what all findings come to, and what can be done with all of them.
type summary struct {
	panel         *Panel
	icon          *kit.Mark
	text          *kit.Text
	again, cancel *kit.Button
	report        *kit.Button
	root          *fyne.Container
}

func newSummary(p *Panel) *summary {
	w := p.words
	s := &summary{panel: p, icon: kit.NewMark(nil, ""), text: kit.NewHeading("")}
	s.text.Clip = true
	s.again = kit.NewButton(w.Text("window.preflight.again"), icons.Retry, kit.Plain, nil)
	s.cancel = kit.NewButton(w.Text("window.cancel"), icons.Stop, kit.Plain, nil)
	s.cancel.SetTip("Esc")
	s.report = kit.NewButton(w.Text("window.preflight.copy-report"), icons.Copy, kit.Plain, nil)
	s.root = container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 4, 8), container.NewCenter(s.icon)),
		container.New(layout.NewCustomPaddedHBoxLayout(4), s.again, s.cancel, s.report), kit.Middle(s.text))
	return s
}

func (s *summary) draw(e *Exam) {
	w := s.panel.words
	s.again.OnTapped, s.cancel.OnTapped = e.Again, e.Cancel
	s.again.Hidden, s.cancel.Hidden = e.Running, !e.Running
	s.again.SetText(w.Text("window.preflight.again"))
	if e.Looked() == 0 && e.Computer == "" {
		s.again.SetText(w.Text("window.preflight.check"))
	}
	s.report.OnTapped = func() {
		fyne.CurrentApp().Clipboard().SetContent(Report(e, w, time.Now()))
		s.report.SetText(w.Text("kit.copied"))
		s.report.SetIcon(icons.Check)
	}
	if e.Running || e.Looked() == 0 {
		s.report.SetText(w.Text("window.preflight.copy-report"))
		s.report.SetIcon(icons.Copy)
	}
	s.report.Hidden = e.Looked() == 0
	text := e.Summary(w)
	if e.Running {
		text = w.Text("window.preflight.checking")
		if n := len(e.Rows); n > 0 {
			text = w.Text("window.preflight.so-far", "n", e.done(), "total", n)
		}
	}
	s.text.SetText(text)
	icon, color := lookOf(e.Worst(), e.Running)
	if e.Problem != nil {
		icon, color = icons.Error, theme.ColorProblem
	}
	s.icon.Set(icon, color)
	s.root.Refresh()
}

// lookOf is the icon of a status and its colour.
func lookOf(status preflight.Status, running bool) (*icons.Icon, fyne.ThemeColorName) {
	switch {
	case running:
		return icons.Clock, theme.ColorAccent
	case status == preflight.Pass:
		return icons.Check, theme.ColorGood
	case status == preflight.Warn:
		return icons.Warning, theme.ColorWarn
	case status == preflight.Fail:
		return icons.Error, theme.ColorProblem
	}
	return icons.Info, theme.ColorMuted
}

// stateOf is a row's state in a word.
func stateOf(w *wording.Words, r *Row) string {
	switch {
	case r.Running:
		return w.Text("window.preflight.running")
	case r.Finding.Status == "":
		return ""
	}
	return w.Text("status." + string(r.Finding.Status))
}
