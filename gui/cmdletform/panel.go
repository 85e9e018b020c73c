package cmdletform

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/cmdlets"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// Panel draws the search box, the list below it and the form. It belongs to the UI goroutine.
type Panel struct {
	// OnImport hears that the user wants all cmdlets of the session.
	OnImport func()
	// OnHeight hears that the form needs another height.
	OnHeight func()

	flow  *Flow
	words *wording.Words

	search *kit.Entry
	found  *kit.List
	pop    *fyne.Container

	card    *fyne.Container
	editors []*editor // of the form that is drawn
	drawn   int       // Model.Chosen of it
	first   *group
	rest    *group
	more    *kit.Fold
	find    *kit.Entry
	fields  *fyne.Container
	scroll  *container.Scroll
	line    *kit.Text
	who     *kit.Text
	reason  *kit.Text
	run     *kit.Button
	preview *kit.Button
	copied  *kit.Button
	script  *kit.Button
	confirm *fyne.Container
	footer  *fyne.Container
	head    *fyne.Container

	compactTitle, compactLine, compactWho *kit.Text
	compactRun                            *kit.Button
	compact                               *fyne.Container
	full                                  *fyne.Container
	confirmed                             *Request // what the question on the screen is about
}

// NewPanel returns the form for flow and takes its OnChange.
func NewPanel(flow *Flow, w *wording.Words) *Panel {
	p := &Panel{flow: flow, words: w, drawn: -1}
	p.makeSearch()
	p.makeCard()
	flow.OnChange = p.draw
	p.draw()
	return p
}

// Search is the search box.
func (p *Panel) Search() fyne.CanvasObject { return p.search }

// Pop is the list below the search box, to lie over what is below it; it hides itself.
func (p *Panel) Pop() fyne.CanvasObject { return p.pop }

// Card is the form.
func (p *Panel) Card() fyne.CanvasObject { return p.card }

// FocusSearch gives the keyboard to the search box and opens its list, for Ctrl+K.
func (p *Panel) FocusSearch() {
	kit.Focus(p.search)
	p.search.TypedShortcut(&fyne.ShortcutSelectAll{})
	p.flow.OpenSearch(true)
}

// FocusFirst gives the keyboard to the first field, or to Run when there is none to fill in.
func (p *Panel) FocusFirst() {
	var first fyne.Focusable = p.run
	if len(p.editors) > 0 {
		first = p.editors[0].focus
	}
	kit.FocusBeside(p.search, first)
}

func (p *Panel) makeSearch() {
	w, f := p.words, p.flow
	p.search = kit.NewSearch(w.Text("window.form.search"), func(text string) {
		if text != f.model.Search {
			f.SetSearch(text)
		}
	})
	clear := p.search.OnEscape
	p.search.OnEscape = func() {
		if f.model.Searching {
			f.OpenSearch(false)
			return
		}
		clear()
	}
	p.search.OnSubmitted = func(string) { p.chooseAt(f.model.Cursor) }
	p.search.OnKey = func(key fyne.KeyName) bool {
		switch key {
		case fyne.KeyDown, fyne.KeyUp:
			by := 1
			if key == fyne.KeyUp {
				by = -1
			}
			if !f.model.Searching {
				by = 0
			}
			f.MoveCursor(by, p.extra())
			p.found.Reveal(f.model.Cursor)
			return true
		}
		return false
	}
	l := kit.NewList(w.Text("window.form.search"))
	l.RowHeight = popRow
	l.Length = func() int { return len(f.model.Found) + p.extra() }
	l.Create = func() fyne.CanvasObject { return newFoundRow() }
	l.Update = func(i int, o fyne.CanvasObject) { o.(*foundRow).set(p, i) }
	l.Selected = func(i int) bool { return i == f.model.Cursor }
	l.Cursor = func() int { return f.model.Cursor }
	l.OnTap = func(i int, _ fyne.KeyModifier) { p.chooseAt(i) }
	l.OnMove = func(i int, _ fyne.KeyModifier) { f.MoveCursor(i-f.model.Cursor, p.extra()) }
	l.OnActivate = p.chooseAt
	l.OnEscape = func() { f.OpenSearch(false) }
	l.OnLeaveTop = func() { kit.Focus(p.search) }
	p.found = l
	back := newBackdrop(func() { f.OpenSearch(false) })
	card := container.NewStack(kit.NewSurface(theme.ColorSurface, theme.ColorBorder), container.New(layout.NewCustomPaddedLayout(4, 4, 4, 4), l))
	p.pop = container.New(&popLayout{rows: func() int { return max(len(f.model.Found)+p.extra(), 1) }}, back, card)
	p.pop.Hide()
}

// extra is the last line of the list: to fetch all cmdlets, while that has not been done.
func (p *Panel) extra() int {
	if p.flow.model.Imported || p.OnImport == nil {
		return 0
	}
	return 1
}

func (p *Panel) chooseAt(i int) {
	m := p.flow.Model()
	switch {
	case i >= 0 && i < len(m.Found):
		p.flow.Choose(m.Found[i])
		p.FocusFirst()
	case i == len(m.Found) && p.extra() == 1:
		p.flow.OpenSearch(false)
		p.OnImport()
	}
}

func (p *Panel) makeCard() {
	w, f := p.words, p.flow
	p.first, p.rest = newGroup(), newGroup()
	p.find = kit.NewSearch(w.Text("window.form.find"), func(text string) {
		if text != f.model.Find {
			f.SetFind(text)
		}
	})
	p.more = kit.NewFold("", kit.Stacked(10, container.New(layout.NewCustomPaddedLayout(4, 0, 0, 0), container.New(&narrow{}, p.find)), p.rest.root))
	p.more.OnChanged = f.SetMore
	p.fields = container.New(layout.NewCustomPaddedLayout(2, 8, 16, 16), kit.Stacked(6, p.first.root, p.more))
	p.scroll = container.NewVScroll(p.fields)
	p.line = mono()
	p.copied = kit.NewButton(w.Text("kit.copy"), icons.Copy, kit.Quiet, p.copy)
	p.copied.SetTip(w.Text("window.form.copy-tip"))
	p.script = kit.NewIconButton(icons.More, w.Text("handover.menu-tip"), nil)
	p.script.Hide()
	line := container.New(layout.NewCustomPaddedLayout(0, 0, 16, 12), container.NewStack(kit.NewSurface("headerBackground", ""),
		container.New(layout.NewCustomPaddedLayout(0, 0, 10, 0), container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedHBoxLayout(0), p.copied, p.script),
			container.New(&middleLine{}, p.line)))))
	p.who, p.reason = kit.NewText(""), kit.NewText("")
	p.who.Clip = true
	p.reason.SetColor(theme.ColorMuted)
	p.run = kit.NewButton(w.Text("window.form.run"), icons.Run, kit.Primary, f.Run)
	p.preview = kit.NewButton(w.Text("window.form.preview"), nil, kit.Plain, f.Preview)
	p.preview.SetTip(w.Text("window.form.preview-tip"))
	p.confirm = container.NewStack()
	p.footer = container.NewBorder(nil, nil, nil, container.NewHBox(container.New(&middleLine{}, p.reason), p.preview, p.run),
		container.New(&middleLine{}, p.who))
	p.head = container.NewStack()
	bottom := kit.Stacked(8, line, container.New(layout.NewCustomPaddedLayout(0, 12, 16, 12), container.NewStack(p.footer, p.confirm)))
	p.full = container.NewBorder(p.head, bottom, nil, nil, p.scroll)

	p.compactTitle, p.compactLine, p.compactWho = kit.NewText(""), mono(), kit.NewText("")
	p.compactTitle.Style.Bold = true
	p.compactWho.SetColor(theme.ColorMuted)
	p.compactRun = kit.NewButton(w.Text("window.form.run-again"), icons.Retry, kit.Plain, f.Run)
	p.compactRun.SetTip(w.Text("window.form.run-again-tip"))
	p.compact = container.New(layout.NewCustomPaddedLayout(6, 6, 16, 12), container.NewBorder(nil, nil,
		container.New(&middleLine{}, p.compactTitle),
		container.NewHBox(container.New(&middleLine{}, p.compactWho),
			kit.NewButton(w.Text("window.form.edit"), icons.Settings, kit.Quiet, func() { f.SetCompact(false) }), p.compactRun),
		container.New(layout.NewCustomPaddedLayout(0, 0, 12, 8), container.New(&middleLine{}, p.compactLine))))
	p.card = container.NewStack(kit.NewSurface(theme.ColorSurface, "separator"), p.full, p.compact)
}

func mono() *kit.Text {
	t := kit.NewText("")
	t.Style.Monospace = true
	t.TextSize = theme.SizeText
	t.SetColor(theme.ColorMuted)
	t.Clip = true
	return t
}

func (p *Panel) copy() {
	fyne.CurrentApp().Clipboard().SetContent(p.flow.model.Line)
	p.copied.SetText(p.words.Text("kit.copied"))
	p.copied.SetIcon(icons.Check)
}

// OfferScript shows a button for the form as a script; do hears of a press when the form is ready, and which object
// a menu hangs on.
func (p *Panel) OfferScript(do func(from fyne.CanvasObject, r Request)) {
	p.script.OnTapped = func() {
		if r, ok := p.flow.Request(); ok {
			do(p.script, r)
		}
	}
	p.script.Show()
}

// Height is how high the form wants to be at a width.
func (p *Panel) Height(width float32) float32 {
	m := p.flow.Model()
	switch {
	case m.Spec == nil:
		return 0
	case m.Compact:
		return p.compact.MinSize().Height
	}
	inner := width - 32
	p.first.setWidth(inner)
	p.rest.setWidth(inner)
	// The scroll's own least height is not counted twice.
	return p.full.MinSize().Height - p.scroll.MinSize().Height + p.fields.MinSize().Height + 8
}

// draw brings the screen in line with the model.
func (p *Panel) draw() {
	m, w := p.flow.Model(), p.words
	if p.search.Text != m.Search {
		p.search.SetText(m.Search)
	}
	p.pop.Hidden = !m.Searching
	p.pop.Refresh()
	p.found.Refresh()
	before := p.Height(p.card.Size().Width)
	p.card.Hidden = m.Spec == nil
	if m.Spec == nil {
		p.drawn = -1
		p.heightChanged(before)
		return
	}
	if p.drawn != m.Chosen {
		p.build()
	}
	p.compact.Hidden, p.full.Hidden = !m.Compact, m.Compact
	p.line.SetText(m.Line)
	p.compactLine.SetText(m.Line)
	if p.copied.Text() != w.Text("kit.copy") {
		p.copied.SetText(w.Text("kit.copy"))
		p.copied.SetIcon(icons.Copy)
	}
	p.drawRest()
	for _, e := range p.editors {
		if e.field == nil {
			continue
		}
		text := ""
		if problem, ok := m.Shown(e.param.Name); ok {
			message := w.Explain(problem.Code, problem.Args)
			text = strings.TrimSpace(message.Title + ". " + message.Next)
		}
		if e.field.Problem() != text {
			e.field.SetProblem(text)
		}
	}
	p.drawFooter()
	p.heightChanged(before)
	p.card.Refresh()
}

func (p *Panel) heightChanged(before float32) {
	if p.OnHeight != nil && p.Height(p.card.Size().Width) != before {
		p.OnHeight()
	}
}

// build makes the fields of another cmdlet, or of the same one filled in anew.
func (p *Panel) build() {
	m, w, f := p.flow.Model(), p.words, p.flow
	p.drawn = m.Chosen
	p.editors = nil
	p.first.clear()
	p.rest.clear()
	for _, spec := range append(append([]cmdlets.ParamSpec{}, m.Form.Required...), m.Form.Common...) {
		e := newEditor(spec, f, w)
		p.editors = append(p.editors, e)
		p.first.add(e)
	}
	p.find.SetText("")
	words, known := w.Cmdlet(m.Spec.Name)
	title := kit.NewHeading(words)
	name := kit.NewText(m.Spec.Name)
	name.SetColor(theme.ColorMuted)
	row := container.NewHBox(container.New(&middleLine{}, title), container.New(&middleLine{}, name))
	if !known {
		title.SetText(m.Spec.Name)
		row.Objects = row.Objects[:1]
	}
	p.compactTitle.SetText(title.Text)
	p.head.Objects = []fyne.CanvasObject{container.New(layout.NewCustomPaddedLayout(8, 4, 16, 8), container.NewBorder(nil, nil, nil,
		kit.NewIconButton(icons.Close, w.Text("window.form.close"), f.Close), row))}
	p.head.Refresh()
	p.more.Hidden = len(m.Form.Rest) == 0
	p.scroll.ScrollToTop()
	p.fields.Refresh()
}

// drawRest makes the folded fields when they are first seen, and hides those the find text does not match.
func (p *Panel) drawRest() {
	m, w := p.flow.Model(), p.words
	title := w.Count("window.form.more", len(m.Form.Rest))
	if n := m.Filled(); n > 0 && !m.More {
		title += " · " + w.Count("window.form.filled", n)
	}
	p.more.SetTitle(title)
	if p.more.Open() != m.More {
		p.more.SetOpen(m.More)
	}
	if !m.More {
		return
	}
	if len(p.rest.editors) == 0 {
		for _, spec := range m.Form.Rest {
			e := newEditor(spec, p.flow, w)
			p.editors = append(p.editors, e)
			p.rest.add(e)
		}
	}
	shown := map[string]bool{}
	for _, s := range m.Rest(w.Label) {
		shown[s.Name] = true
	}
	p.rest.show(shown)
	p.fields.Refresh()
}

func (p *Panel) drawFooter() {
	m, w := p.flow.Model(), p.words
	who := p.whoText()
	p.who.SetText(w.Text("window.form.in", "customers", who))
	p.compactWho.SetText(w.Text("window.form.in", "customers", who))
	reason, param := m.Reason()
	text := ""
	switch reason {
	case NoCustomer:
		text = w.Text("window.form.no-customer")
		p.who.SetText("")
	case FieldMissing:
		text = w.Text("window.form.missing", "field", w.Label(param))
	case FieldWrong:
		text = w.Text("window.form.wrong", "field", w.Label(param))
	}
	p.reason.SetText(text)
	if reason == Ready {
		p.run.Enable()
		p.preview.Enable()
		p.compactRun.Enable()
	} else {
		p.run.Disable(text)
		p.preview.Disable(text)
		p.compactRun.Disable(text)
	}
	p.preview.Hidden = !p.flow.CanPreview()
	p.footer.Hidden = m.Confirm != nil
	p.confirm.Hidden = m.Confirm == nil
	if m.Confirm != nil && m.Confirm != p.confirmed {
		p.ask(m.Confirm)
	}
	p.confirmed = m.Confirm
	p.footer.Refresh()
}

func (p *Panel) whoText() string {
	m, w := p.flow.Model(), p.words
	switch len(m.Customers) {
	case 0:
		return w.Text("window.own-organisation")
	case 1:
		return m.Customers[0].Name
	}
	return w.Count("window.form.customers", len(m.Customers))
}

// ask is the question before a change: what, which object, at whom, how many.
func (p *Panel) ask(r *Request) {
	w, f := p.words, p.flow
	words, known := w.Cmdlet(r.Invocation.Cmdlet)
	if !known {
		words = r.Invocation.Cmdlet
	}
	subject := cmdlets.Subject(r.Invocation)
	object := strings.Join(subject[:min(len(subject), 3)], ", ")
	if len(subject) > 3 {
		object += " " + w.Count("window.form.and-more", len(subject)-3)
	}
	if len(subject) == 0 {
		object = w.Text("window.form.every-object")
	}
	names := make([]string, 0, 3)
	for _, c := range r.Customers[:min(len(r.Customers), 3)] {
		names = append(names, c.Name)
	}
	who := strings.Join(names, ", ")
	if len(r.Customers) > 3 {
		who += " " + w.Count("window.form.and-more", len(r.Customers)-3)
	}
	if len(r.Customers) == 0 {
		who = w.Text("window.own-organisation")
	}
	text := widget.NewLabel(w.Count("window.form.confirm", max(len(r.Customers), 1), "what", words, "cmdlet", r.Invocation.Cmdlet,
		"object", object, "customer", who,
		"objects", w.Count("window.form.objects", max(len(subject), 1))))
	text.Wrapping = fyne.TextWrapWord
	look := kit.Primary
	switch r.Spec.Verb {
	case "Remove", "Disable", "Clear", "Revoke", "Uninstall":
		look = kit.Danger
	}
	yes := kit.NewButton(w.Text("window.form.yes"), nil, look, f.Yes)
	no := kit.NewButton(w.Text("window.form.no"), nil, kit.Plain, f.No)
	p.confirm.Objects = []fyne.CanvasObject{container.NewStack(kit.NewSurface(theme.ColorWarnBack, ""),
		container.New(layout.NewCustomPaddedLayout(4, 4, 4, 8), container.NewBorder(nil, nil, nil, container.NewHBox(container.NewCenter(no), container.NewCenter(yes)), text)))}
	p.confirm.Refresh()
	f.model.Compact = false
	kit.FocusBeside(p.search, no)
}

// foundRow is one line of the list below the search box.
type foundRow struct {
	widget.BaseWidget
	title, name, aside *kit.Text
	icon               *widget.Icon
	root               *fyne.Container
}

func newFoundRow() *foundRow {
	r := &foundRow{title: kit.NewText(""), name: kit.NewText(""), aside: kit.NewCaption(""), icon: widget.NewIcon(nil)}
	r.name.SetColor(theme.ColorMuted)
	r.name.Clip = true
	r.aside.SetColor(theme.ColorWarn)
	r.root = container.New(layout.NewCustomPaddedLayout(0, 0, 10, 10), container.NewBorder(nil, nil,
		container.NewHBox(container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(16), r.icon)), container.New(&middleLine{}, r.title)),
		container.New(&middleLine{}, r.aside), container.New(layout.NewCustomPaddedLayout(0, 0, 8, 8), container.New(&middleLine{}, r.name))))
	r.ExtendBaseWidget(r)
	return r
}

func (r *foundRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.root) }

func (r *foundRow) set(p *Panel, i int) {
	m, w := p.flow.Model(), p.words
	r.aside.SetText("")
	if i >= len(m.Found) {
		r.icon.SetResource(icons.Import.In(theme.ColorAccent))
		r.title.SetText(w.Text("window.import.all"))
		r.name.SetText(w.Text("window.import.hint"))
		r.root.Refresh()
		return
	}
	s := m.Found[i]
	words, known := w.Cmdlet(s.Name)
	if known {
		r.title.SetText(words)
		r.name.SetText(s.Name)
	} else {
		r.title.SetText(s.Name)
		r.name.SetText("")
	}
	r.icon.SetResource(icons.Search.In(theme.ColorMuted))
	if s.Writes {
		r.icon.SetResource(icons.Settings.In(theme.ColorMuted))
		r.aside.SetText(w.Text("window.form.changes"))
	}
	r.root.Refresh()
}

// backdrop lies behind the list: a press beside the list closes it.
type backdrop struct {
	widget.BaseWidget
	tapped func()
}

func newBackdrop(tapped func()) *backdrop {
	b := &backdrop{tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

func (b *backdrop) Tapped(*fyne.PointEvent) { b.tapped() }

func (b *backdrop) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(nil))
}

// narrow gives its object a width one can overlook.
type narrow struct{}

func (narrow) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }
func (narrow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(min(size.Width, 320), size.Height))
}
