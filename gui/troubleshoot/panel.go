package troubleshoot

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/preflight"
	"tenantry/core/troubleshoot"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// Panel draws the page over the right side of a window. It belongs to the UI goroutine.
type Panel struct {
	flow   *Flow
	words  *wording.Words
	win    fyne.Window
	title  *kit.Text
	back   *kit.Button
	closer *kit.Button
	bar    *kit.ProgressBar
	rows   *fyne.Container
	roll   *container.Scroll
	foot   *fyne.Container
	root   *fyne.Container
	before fyne.Focusable // what had the keyboard before the page opened
	turn   int
	page   *Cause // the first cause of the page that shows, to tell one page from another
}

const (
	pageWidth = 640
	pageTop   = 42 // below the bar
	pageEdge  = 8
)

// NewPanel returns the page for flow and takes its OnChange.
func NewPanel(flow *Flow, w *wording.Words, win fyne.Window) *Panel {
	p := &Panel{flow: flow, words: w, win: win, turn: -1, title: kit.NewHeading(""), rows: kit.Stacked(10), bar: kit.NewProgressBar()}
	p.title.Clip = true
	p.back = kit.NewButton(w.Text("troubleshoot.back"), nil, kit.Plain, flow.Close)
	p.closer = kit.NewIconButton(icons.Close, w.Text("kit.close"), flow.Close)
	head := container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedHBoxLayout(4), p.back, p.closer), kit.Middle(p.title))
	p.roll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(4, 8, 0, 12), p.rows))
	p.foot = container.NewHBox()
	card := container.NewStack(kit.NewShield(), kit.NewSurface(theme.ColorSurface, theme.ColorBorder),
		container.New(layout.NewCustomPaddedLayout(10, 12, 16, 10), container.NewBorder(kit.Stacked(8, head, p.bar), p.foot, nil, nil, p.roll)))
	p.root = container.New(&edge{}, card)
	p.root.Hide()
	flow.OnChange = p.draw
	p.draw()
	return p
}

// Content is what to put over the window.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// edge puts the page at the right, below the bar, as high as the window.
type edge struct{}

func (*edge) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (*edge) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(pageWidth, size.Width-2*pageEdge)
	objects[0].Resize(fyne.NewSize(width, size.Height-pageTop-pageEdge))
	objects[0].Move(fyne.NewPos(size.Width-width-pageEdge, pageTop))
}

// draw brings the page in line with the model.
func (p *Panel) draw() {
	m, w := p.flow.Model(), p.words
	if !m.Open {
		if p.root.Visible() {
			p.root.Hide()
			if p.before != nil {
				p.win.Canvas().Focus(p.before)
			}
		}
		p.before, p.page = nil, nil
		return
	}
	if p.turn != m.Turn {
		p.turn = m.Turn
		p.rows.Objects, p.foot.Objects = nil, nil
		if m.Bundle != nil {
			p.bundle(m)
		} else {
			p.causes(m)
		}
		p.rows.Refresh()
		p.foot.Refresh()
		p.roll.Refresh()
	}
	key := "troubleshoot.title"
	if m.Bundle != nil {
		key = "troubleshoot.bundle-title"
	}
	p.title.SetText(w.Text(key))
	p.back.Hidden = m.Bundle == nil
	if m.Checking() || m.Bundle != nil && m.Bundle.Text == "" && m.Bundle.Problem == nil {
		p.bar.Busy()
	} else {
		p.bar.Done()
	}
	if len(m.Causes) > 0 && p.page != m.Causes[0] {
		p.page = m.Causes[0]
		p.roll.ScrollToTop()
	}
	if !p.root.Visible() {
		p.root.Show()
		p.before = p.win.Canvas().Focused()
		p.win.Canvas().Focus(p.closer)
	}
	p.root.Refresh()
}

// causes draws what happened and what can be behind it.
func (p *Panel) causes(m *Model) {
	w, f := p.words, p.flow
	told := w.Problem(m.Page.Problem)
	p.rows.Add(kit.NewCaptionHeading(w.Text("troubleshoot.what")))
	var actions []kit.Action
	if len(m.Causes) == 1 && m.Causes[0].Itself() {
		actions = p.actions(m.Causes[0])
	}
	panel := kit.NewProblem(kit.Explained(kit.Bad, told, actions...))
	panel.OnFold = p.settle
	p.rows.Add(panel)
	n := 0
	for _, c := range m.Causes {
		if c.Itself() {
			continue
		}
		if n == 0 {
			line := kit.NewCaptionHeading(w.Text("troubleshoot.causes"))
			all := kit.NewButton(w.Text("troubleshoot.check-all"), icons.Retry, kit.Plain, f.CheckAll)
			all.Hidden = !f.HasChecks() || len(m.Page.Checks()) < 2
			if m.Checking() {
				all.Disable(w.Text("troubleshoot.checking"))
			}
			p.rows.Add(container.NewBorder(nil, nil, nil, all, kit.Middle(line)))
		}
		n++
		p.rows.Add(p.cause(m, c, n))
	}
	var copyAll *kit.Button
	copyAll = kit.NewButton(w.Text("troubleshoot.copy"), icons.Copy, kit.Plain, func() {
		fyne.CurrentApp().Clipboard().SetContent(troubleshoot.Text(m.Page, w))
		copyAll.SetText(w.Text("troubleshoot.copied"))
		copyAll.SetIcon(icons.Check)
	})
	p.foot.Add(copyAll)
	if f.HasBundle() {
		p.foot.Add(kit.NewButton(w.Text("troubleshoot.bundle"), icons.Export, kit.Plain, f.ShowBundle))
	}
}

// cause is one likely cause: what it would be, how it shows, what to do, and what a check says of it.
func (p *Panel) cause(m *Model, c *Cause, n int) fyne.CanvasObject {
	w := p.words
	said := m.Page.Explain(c.Cause, w)
	rows := kit.Stacked(4, kit.NewParagraph(w.Number(int64(n))+". "+said.Title, true))
	for _, text := range []string{said.Why, said.Next} {
		if text != "" {
			rows.Add(kit.NewParagraph(text, false))
		}
	}
	if verdict := p.verdict(c); verdict != nil {
		rows.Add(verdict)
	}
	buttons := container.NewHBox()
	if c.Cause.Check != "" && p.flow.HasChecks() {
		b := kit.NewButton(w.Text("troubleshoot.check"), icons.Search, kit.Plain, func() { p.flow.Check(c) })
		if c.Running {
			b.SetText(w.Text("troubleshoot.checking"))
			b.Disable(w.Text("troubleshoot.checking"))
		}
		buttons.Add(b)
	}
	for _, a := range p.actions(c) {
		buttons.Add(kit.NewButton(a.Text, a.Icon, kit.Plain, a.Do))
	}
	if len(buttons.Objects) > 0 {
		rows.Add(container.New(layout.NewCustomPaddedLayout(4, 0, 0, 0), buttons))
	}
	edge := "separator"
	if c.Verdict == troubleshoot.ThisIsIt {
		edge = string(theme.ColorWarn)
	}
	return container.NewStack(kit.NewSurface(theme.ColorSurface, fyne.ThemeColorName(edge)), container.New(layout.NewCustomPaddedLayout(10, 10, 12, 12), rows))
}

// actions are what mends a cause in the window.
func (p *Panel) actions(c *Cause) []kit.Action {
	w, f := p.words, p.flow
	var out []kit.Action
	if _, _, ok := f.Repair(c); ok {
		out = append(out, kit.Action{Text: w.Text("troubleshoot.fix"), Icon: icons.Settings, Do: func() { f.Mend(c) }})
	}
	if c.Step == troubleshoot.StepBundle && f.HasBundle() || c.Step != troubleshoot.StepBundle && f.Able(c.Step) {
		out = append(out, kit.Action{Text: w.Text("troubleshoot.step." + string(c.Step)), Do: func() { f.Step(c.Step) }})
	}
	return out
}

// verdict is what a check says of a cause; nil for nothing.
func (p *Panel) verdict(c *Cause) fyne.CanvasObject {
	w := p.words
	if c.Running {
		return nil
	}
	found := func() string {
		return w.Check(string(c.Finding.Check)) + ": " + w.Explain(c.Finding.Code, c.Finding.Args).Title + "."
	}
	switch {
	case c.Verdict == troubleshoot.ThisIsIt:
		return kit.NewStrip(kit.Warn, w.Text("troubleshoot.this-is-it")+". "+found())
	case c.Verdict == troubleshoot.NotThis && c.Finding.Status == preflight.Pass:
		return kit.NewStrip(kit.Good, w.Text("troubleshoot.not-this")+". "+found())
	case c.Verdict == troubleshoot.NotThis:
		return kit.NewStrip(kit.Info, w.Text("troubleshoot.not-this")+". "+found())
	case c.Asked:
		return kit.NewStrip(kit.Info, w.Text("troubleshoot.not-known")+".")
	}
	return nil
}

// bundle draws the support bundle, all of it, before it is saved.
func (p *Panel) bundle(m *Model) {
	w, b := p.words, m.Bundle
	p.rows.Add(kit.NewParagraph(w.Text("troubleshoot.bundle-shown"), false))
	if b.Problem != nil {
		panel := kit.NewProblem(kit.Explained(kit.Bad, w.Problem(b.Problem)))
		panel.OnFold = p.settle
		p.rows.Add(panel)
	}
	if b.Saved != "" {
		p.rows.Add(kit.NewStrip(kit.Good, w.Text("troubleshoot.bundle-saved", "file", b.Saved)))
	}
	if b.Text != "" {
		l := widget.NewLabel(b.Text)
		l.Wrapping = fyne.TextWrapBreak
		l.TextStyle.Monospace = true
		l.SizeName = theme.SizeCaption
		l.Selectable = true
		p.rows.Add(container.NewStack(kit.NewSurface("background", "separator"), l))
		title := w.Text("troubleshoot.bundle-title")
		p.foot.Add(kit.NewButton(w.Text("troubleshoot.bundle-save"), icons.Export, kit.Primary, func() { p.flow.SaveBundle(title) }))
	}
}

// settle finds room for what was unfolded.
func (p *Panel) settle() {
	p.rows.Refresh()
	p.roll.Refresh()
}
