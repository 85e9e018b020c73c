package customerlist

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
)

// Panel draws the list. It belongs to the UI goroutine.
type Panel struct {
	flow  *Flow
	words *wording.Words
	loop  loop.Loop
	files files.Chooser

	search       *kit.Entry
	list         *kit.List
	middle       *fyne.Container
	notes        *fyne.Container
	form         *fyne.Container
	domain, name *kit.Entry
	domainField  *kit.Field
	add, more    *kit.Button
	count        *kit.Text
	root         fyne.CanvasObject
	saidNotes    string
	cursor       int // the row that was brought into sight last
}

// NewPanel returns the list for flow and takes its OnChange.
func NewPanel(flow *Flow, w *wording.Words, l loop.Loop, chooser files.Chooser) *Panel {
	p := &Panel{flow: flow, words: w, loop: l, files: chooser}
	p.search = kit.NewSearch(w.Text("window.customers.search"), flow.Search)
	p.search.SetText(flow.model.Search)
	p.search.OnSubmitted = func(string) { flow.PickFirst() }
	p.search.OnKey = func(key fyne.KeyName) bool {
		if key == fyne.KeyDown {
			kit.Focus(p.list)
			if flow.model.Cursor < 0 {
				flow.PickFirst()
			}
		}
		return key == fyne.KeyDown
	}
	p.makeList()
	p.makeForm()
	p.notes = kit.Stacked(4)
	p.count = kit.NewCaption("")
	p.count.Clip = true
	p.more = kit.NewIconButton(icons.More, w.Text("window.customers.more"), p.menuBelow)
	head := container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedHBoxLayout(0),
		kit.NewIconButton(icons.Add, w.Text("window.customers.add"), func() { flow.ShowForm(!flow.model.Adding) }),
		kit.NewIconButton(icons.Import, w.Text("window.customers.import"), p.chooseFile), p.more),
		container.New(&middleLine{}, kit.NewHeading(w.Text("window.customers"))))
	p.middle = container.NewStack(p.list)
	top := container.New(layout.NewCustomPaddedLayout(8, 4, 12, 8), kit.Stacked(8, head, p.search, p.form, p.notes))
	p.root = container.NewBorder(top, container.New(layout.NewCustomPaddedLayout(4, 8, 14, 8), p.count), nil, nil,
		container.New(layout.NewCustomPaddedLayout(0, 0, 6, 4), p.middle))
	flow.OnChange = p.draw
	p.draw()
	return p
}

// Content is what to put on the screen.
func (p *Panel) Content() fyne.CanvasObject { return p.root }

// FocusSearch gives the keyboard to the search field, for Ctrl+L.
func (p *Panel) FocusSearch() { kit.Focus(p.search) }

func (p *Panel) makeList() {
	f := p.flow
	l := kit.NewList(p.words.Text("window.customers"))
	l.Length = func() int { return len(f.model.Rows) }
	l.Create = func() fyne.CanvasObject { return newRow(p) }
	l.Update = func(i int, o fyne.CanvasObject) { o.(*row).set(i) }
	l.Selected = f.model.IsSelected
	l.Cursor = func() int { return f.model.Cursor }
	l.Passive = func(i int) bool { return i < len(f.model.Rows) && f.model.Rows[i].Heading != "" }
	l.OnTap = func(i int, held fyne.KeyModifier) {
		f.Pick(i, held&fyne.KeyModifierShortcutDefault != 0, held&fyne.KeyModifierShift != 0)
	}
	l.OnMove = func(i int, held fyne.KeyModifier) { f.Pick(i, false, held&fyne.KeyModifierShift != 0) }
	l.OnMenu = func(i int, at fyne.Position) {
		if !f.model.IsSelected(i) {
			f.Pick(i, false, false)
		}
		p.menu(at)
	}
	l.OnLeaveTop = func() { kit.Focus(p.search) }
	p.list = l
}

func (p *Panel) makeForm() {
	w := p.words
	p.domain = kit.NewEntry(w.Text("window.customers.domain"))
	p.domain.SetPlaceHolder("contoso.onmicrosoft.com")
	p.name = kit.NewEntry(w.Text("window.customers.name"))
	save := func() { p.flow.Add(strings.TrimSpace(p.domain.Text), strings.TrimSpace(p.name.Text)) }
	p.domain.OnSubmitted = func(string) { save() }
	p.name.OnSubmitted = func(string) { save() }
	closeForm := func() { p.flow.ShowForm(false) }
	p.domain.OnEscape, p.name.OnEscape = closeForm, closeForm
	p.domainField = kit.NewField(w.Text("window.customers.domain"), p.domain)
	p.domainField.SetRequired(true)
	p.add = kit.NewButton(w.Text("window.customers.save"), nil, kit.Plain, save)
	p.form = container.NewStack(kit.NewSurface(theme.ColorSurface, "separator"), container.New(layout.NewCustomPaddedLayout(10, 10, 10, 10),
		kit.Stacked(8, p.domainField, kit.NewField(w.Text("window.customers.name"), p.name),
			container.NewHBox(p.add, kit.NewButton(w.Text("window.cancel"), nil, kit.Quiet, closeForm)))))
	p.form.Hide()
}

func (p *Panel) chooseFile() {
	w := p.words
	p.loop.Go(context.Background(), func(ctx context.Context) {
		path, err := p.files.OpenFile(ctx, w.Text("window.customers.import"), files.Filter{Title: "CSV", Extensions: []string{"csv", "txt"}})
		if err != nil {
			return // nothing was chosen
		}
		p.loop.Post(func() { p.flow.Import(path) })
	})
}

func (p *Panel) menuBelow() {
	at := locate.Position(p.more)
	p.menu(at.AddXY(0, p.more.Size().Height))
}

// menu is what can be done with the selected customers.
func (p *Panel) menu(at fyne.Position) {
	w, f := p.words, p.flow
	selected := f.model.Selected()
	var items []*fyne.MenuItem
	if len(selected) > 0 {
		yes := !selected[0].Favourite
		key := "window.customers.favourite"
		if !yes {
			key = "window.customers.no-favourite"
		}
		items = append(items,
			fyne.NewMenuItem(w.Text(key), func() {
				for _, c := range selected {
					f.Favourite(c.Domain, yes)
				}
			}),
			fyne.NewMenuItem(w.Count("window.customers.remove", len(selected), "customer", selected[0].Name), f.RemoveSelected),
			fyne.NewMenuItemSeparator())
	}
	items = append(items,
		fyne.NewMenuItem(w.Text("window.customers.all"), f.PickAll),
		fyne.NewMenuItem(w.Text("window.customers.add"), func() { f.ShowForm(true) }),
		fyne.NewMenuItem(w.Text("window.customers.import"), p.chooseFile))
	if c := locate.Canvas(p.list); c != nil {
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at)
	}
}

// draw brings the screen in line with the model.
func (p *Panel) draw() {
	m, w := p.flow.Model(), p.words
	if p.search.Text != m.Search {
		p.search.SetText(m.Search)
	}
	if opened := m.Adding && p.form.Hidden; opened {
		p.domain.SetText("")
		p.name.SetText("")
		p.form.Show()
		kit.FocusBeside(p.search, p.domain)
	}
	p.form.Hidden = !m.Adding
	problem := ""
	if m.AtDomain && m.Problem != nil {
		message := w.Problem(m.Problem)
		problem = strings.TrimSpace(message.Title + ". " + message.Next)
	}
	if p.domainField.Problem() != problem {
		p.domainField.SetProblem(problem)
	}
	if m.Saving {
		p.add.Disable(w.Text("window.signin.busy"))
	} else {
		p.add.Enable()
	}
	p.drawNotes()
	var want fyne.CanvasObject = p.list
	switch {
	case !m.Loaded:
		want = container.NewCenter(kit.NewCaption(w.Text("window.customers.loading")))
	case m.Total == 0:
		want = p.nobody()
	case m.Shown == 0:
		want = narrowEmpty(w.Text("window.customers.none-found"), w.Text("window.customers.none-found-hint"),
			&kit.Action{Text: w.Text("window.customers.show-all"), Do: func() { p.flow.Search("") }})
	}
	p.middle.Objects = []fyne.CanvasObject{want}
	p.middle.Refresh()
	p.list.Refresh()
	if m.Cursor != p.cursor { // somebody was added, or keys moved
		p.cursor = m.Cursor
		if m.Cursor >= 0 {
			p.list.Reveal(m.Cursor)
		}
	}
	p.count.SetText(p.counted())
	if p.root != nil {
		p.root.Refresh()
	}
}

func (p *Panel) counted() string {
	m, w := p.flow.Model(), p.words
	if m.Total == 0 {
		return ""
	}
	text := w.Count("window.customers.count", m.Total)
	if m.Shown != m.Total {
		text = w.Text("window.customers.shown", "n", m.Shown, "total", m.Total)
	}
	if n := len(m.Selected()); n > 1 {
		text += " · " + w.Count("window.customers.selected", n)
	}
	return text
}

// nobody is the list without customers: what to do, one thing under the other.
func (p *Panel) nobody() fyne.CanvasObject {
	w := p.words
	return container.NewVBox(narrowEmpty(w.Text("window.customers.none"), w.Text("window.customers.none-hint"),
		&kit.Action{Text: w.Text("window.customers.add"), Icon: icons.Add, Do: func() { p.flow.ShowForm(true) }}),
		container.NewCenter(kit.NewButton(w.Text("window.customers.import"), icons.Import, kit.Plain, p.chooseFile)))
}

// narrowEmpty is an empty state whose words wrap in the narrow list.
func narrowEmpty(sentence, hint string, action *kit.Action) fyne.CanvasObject {
	label := func(text string, bold bool) *widget.Label {
		l := widget.NewLabel(text)
		l.Wrapping, l.Alignment, l.TextStyle.Bold = fyne.TextWrapWord, fyne.TextAlignCenter, bold
		return l
	}
	return container.New(layout.NewCustomPaddedLayout(24, 8, 8, 8), kit.Stacked(0, label(sentence, true), label(hint, false),
		container.NewCenter(kit.NewButton(action.Text, action.Icon, kit.Plain, action.Do))))
}

// drawNotes says what came of a file, what was removed, and what went wrong.
func (p *Panel) drawNotes() {
	m, w := p.flow.Model(), p.words
	said := ""
	var notes []fyne.CanvasObject
	closing := kit.Action{Icon: icons.Close, Do: p.flow.Dismiss}
	if m.Problem != nil && !m.AtDomain {
		message := w.Problem(m.Problem)
		said += message.String()
		notes = append(notes, kit.NewStrip(kit.Bad, message.String(), closing))
	}
	if m.Removed != nil {
		text := w.Count("window.customers.removed", len(m.Removed), "customer", m.Removed[0].Name)
		said += text
		notes = append(notes, kit.NewStrip(kit.Info, text, kit.Action{Text: w.Text("window.undo"), Do: p.flow.Undo}, closing))
	}
	if r := m.Report; r != nil {
		text := w.Count("window.customers.imported", r.Added)
		kind := kit.Good
		if len(r.Rows) > 0 {
			text += " " + w.Count("window.customers.not-imported", len(r.Rows))
			kind = kit.Warn
		}
		said += text
		notes = append(notes, kit.NewStrip(kind, text, closing))
		if len(r.Rows) > 0 {
			notes = append(notes, kit.NewFold(w.Text("window.customers.which-lines"), p.lines(r.Rows)))
		}
	}
	if said == p.saidNotes {
		return
	}
	p.saidNotes = said
	p.notes.Objects = notes
	p.notes.Refresh()
}

// lines are the rows of a file that gave no customer, each with why.
func (p *Panel) lines(rows []customers.RowProblem) fyne.CanvasObject {
	const most = 100
	var b strings.Builder
	for i, r := range rows {
		if i == most {
			b.WriteString("…\n")
			break
		}
		b.WriteString(p.words.Text("window.customers.line", "line", r.Line) + ": " + p.words.Problem(r.Problem).Title + "\n")
	}
	label := widget.NewLabel(strings.TrimSpace(b.String()))
	label.Wrapping = fyne.TextWrapWord
	label.SizeName = theme.SizeCaption
	label.Selectable = true
	scroll := container.NewVScroll(label)
	scroll.SetMinSize(fyne.NewSize(0, min(float32(len(rows))*36, 140)))
	return scroll
}

// row is one line of the list on the screen.
type row struct {
	widget.BaseWidget
	panel   *Panel
	dot     *kit.StateDot
	name    *kit.Text
	aside   *kit.Text
	star    *kit.Button
	heading *kit.Text
	root    *fyne.Container
	id      exchange.CustomerID
	fav     bool
}

func newRow(p *Panel) *row {
	r := &row{panel: p, dot: kit.NewStateDot(kit.Idle, ""), name: kit.NewText(""), aside: kit.NewCaption(""), heading: kit.NewCaption("")}
	r.name.Clip = true
	r.heading.Style.Bold = true
	r.star = kit.NewIconButton(icons.Star, p.words.Text("window.customers.favourite"), func() { p.flow.Favourite(r.id, !r.fav) })
	r.root = container.New(&rowLayout{r}, r.dot, r.name, r.aside, r.star, r.heading)
	r.ExtendBaseWidget(r)
	return r
}

func (r *row) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.root) }

func (r *row) set(i int) {
	m, w := r.panel.flow.Model(), r.panel.words
	line := m.Rows[i]
	head := line.Heading != ""
	r.heading.Hidden = !head
	r.dot.Hidden, r.name.Hidden, r.aside.Hidden, r.star.Hidden = head, head, head, head
	if head {
		r.heading.SetText(w.Text(line.Heading))
		r.root.Refresh()
		return
	}
	c := line.Customer
	r.id, r.fav = c.Domain, c.Favourite
	r.name.SetText(c.Name)
	status := m.Status[c.Domain]
	state, words, aside, tone := kit.Idle, w.Text("window.state.idle"), "", theme.ColorMuted
	switch status.State {
	case Connected:
		state, words = kit.Connected, w.Text("window.state.connected")
	case Running:
		state, words = kit.Working, w.Text("window.state.running")
		if status.Rows > 0 {
			aside = w.Number(int64(status.Rows))
		}
	case Attention:
		state, tone = kit.Attention, theme.ColorProblem
		words = w.Problem(status.Problem).Title
		aside = w.Text("window.state.attention")
		if key := "window.state." + string(status.Problem.Code); w.Has(key) {
			aside = w.Text(key)
		}
	}
	r.dot.Set(state, words)
	r.aside.SetColor(tone)
	r.aside.SetText(aside)
	if c.Favourite {
		r.star.SetIcon(icons.StarFilled)
		r.star.SetTip(w.Text("window.customers.no-favourite"))
	} else {
		r.star.SetIcon(icons.Star)
		r.star.SetTip(w.Text("window.customers.favourite"))
	}
	r.star.Hidden = !c.Favourite && !m.IsSelected(i)
	r.root.Refresh()
}

// rowLayout puts the parts of a row beside each other; the name takes the room there is.
type rowLayout struct{ of *row }

func (rowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(80, 28) }

func (l *rowLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	r := l.of
	middle := func(o fyne.CanvasObject, x, width float32) {
		h := min(o.MinSize().Height, size.Height)
		o.Resize(fyne.NewSize(width, h))
		o.Move(fyne.NewPos(x, (size.Height-h)/2))
	}
	middle(r.heading, 8, size.Width-8)
	middle(r.dot, 8, 14)
	right := size.Width - 4
	if !r.star.Hidden {
		right -= 28
		middle(r.star, right, 28)
	}
	if r.aside.Text != "" {
		width := r.aside.MinSize().Width
		right -= width + 4
		middle(r.aside, right, width)
	}
	middle(r.name, 30, max(right-34, 0))
}

// middleLine puts a line of text in the middle of the height.
type middleLine struct{}

func (middleLine) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }
func (middleLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h := objects[0].MinSize().Height
	objects[0].Resize(fyne.NewSize(size.Width, h))
	objects[0].Move(fyne.NewPos(0, (size.Height-h)/2))
}
