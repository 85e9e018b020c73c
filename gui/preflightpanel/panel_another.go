package preflightpanel

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/secret"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// anotherView is the form for other computers, the table of what they lack, and the chosen one's findings.
type anotherView struct {
	panel *Panel

	names                *kit.Entry
	user, password, file *kit.Entry
	way                  *kit.Select
	namesField           *kit.Field
	userField            *kit.Field
	passwordField        *kit.Field
	start                *kit.Button
	form                 *fyne.Container
	formRoll             *container.Scroll

	edit, cancel   *kit.Button
	said           *kit.Text
	line           *fyne.Container
	heads          *fyne.Container
	table          *kit.List
	wide           *wideTable
	columns        []preflight.Check
	why            *fyne.Container
	found          *examView
	foundHead      *summary
	lower          *fyne.Container
	drawn, editing bool
	results        *fyne.Container
	root           fyne.CanvasObject
}

const (
	nameWide   = 180
	columnWide = 126
)

func newAnotherView(p *Panel) *anotherView {
	w, f := p.words, p.flow
	v := &anotherView{panel: p}
	v.makeForm()

	v.said = kit.NewHeading("")
	v.said.Clip = true
	v.edit = kit.NewButton(w.Text("window.preflight.edit"), nil, kit.Plain, f.Edit)
	v.cancel = kit.NewButton(w.Text("window.cancel"), icons.Stop, kit.Plain, f.CancelOthers)
	v.line = container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedHBoxLayout(4), v.edit, v.cancel), kit.Middle(v.said))

	v.heads = container.New(&columnsLine{})
	v.table = kit.NewList(w.Text("window.preflight.others-title"))
	v.table.RowHeight = 30
	v.table.Length = func() int { return len(f.Model().Others) }
	v.table.Create = func() fyne.CanvasObject { return newComputerRow() }
	v.table.Update = func(i int, o fyne.CanvasObject) {
		if list := f.Model().Others; i < len(list) {
			o.(*computerRow).set(p, list[i], v.columns)
		}
	}
	at := func() int {
		for i, e := range f.Model().Others {
			if e == f.Model().Chosen {
				return i
			}
		}
		return -1
	}
	choose := func(i int, _ fyne.KeyModifier) { f.Choose(f.Model().Others[i]) }
	v.table.Selected = func(i int) bool { return i == at() }
	v.table.Cursor = at
	v.table.OnTap, v.table.OnMove = choose, choose
	v.wide = &wideTable{of: v}
	v.why = kit.Stacked(0)
	v.found = newList(p)
	v.foundHead = newSummary(p)
	v.lower = container.NewBorder(container.New(layout.NewCustomPaddedLayout(4, 4, 0, 0), kit.Stacked(6, v.foundHead.root, v.why)), nil, nil, nil, v.found.root)
	upper := container.NewBorder(container.New(layout.NewCustomPaddedLayout(0, 6, 0, 0), v.line), nil, nil, nil,
		container.NewHScroll(container.New(v.wide, v.heads, v.table)))
	v.results = container.New(&halves{of: v}, upper, v.lower)
	v.root = container.NewStack(v.formRoll, v.results)
	return v
}

func (v *anotherView) makeForm() {
	p := v.panel
	w, f := p.words, p.flow
	v.names = kit.NewEntry(w.Text("window.preflight.names"))
	v.names.MultiLine = true
	v.names.SetMinRowsVisible(4)
	v.names.SetPlaceHolder("PC01\nPC02.fabrikam.example")
	v.names.OnChanged = func(text string) { f.SetForm(func(form *Form) { form.Names = text }) }
	v.namesField = kit.NewField(w.Text("window.preflight.names"), v.names)
	v.namesField.SetHint(w.Text("window.preflight.names-hint"))
	v.user = kit.NewEntry(w.Text("window.signin.account"))
	v.user.SetPlaceHolder(`FABRIKAM\anna`)
	v.user.OnChanged = func(text string) { f.SetForm(func(form *Form) { form.User = text }) }
	v.user.OnSubmitted = func(string) { f.LookAtOthers() }
	v.userField = kit.NewField(w.Text("window.signin.account"), v.user)
	v.password = kit.NewPasswordEntry(w.Text("window.signin.password"))
	v.password.OnChanged = func(text string) { f.SetPassword(secret.New(text)) }
	v.password.OnSubmitted = func(string) { f.LookAtOthers() }
	v.passwordField = kit.NewField(w.Text("window.signin.password"), v.password)
	v.passwordField.SetHint(w.Text("window.preflight.password-hint"))
	v.way = kit.NewSelect(w.Text("window.signin.way"), nil, func(string) {
		if i := v.way.SelectedIndex(); i >= 0 {
			f.SetForm(func(form *Form) { form.Authentication = Ways()[i] })
		}
	})
	for _, way := range Ways() {
		v.way.Options = append(v.way.Options, w.Text(wayKey(way)))
	}
	v.file = kit.NewEntry(w.Text("window.signin.authority"))
	v.file.SetPlaceHolder(w.Text("window.signin.authority-none"))
	v.file.OnChanged = func(text string) { f.SetForm(func(form *Form) { form.CAFile = text }) }
	choose := kit.NewButton(w.Text("window.signin.choose"), nil, kit.Plain, func() {
		p.loop.Go(context.Background(), func(ctx context.Context) {
			path, err := f.o.Files.OpenFile(ctx, w.Text("window.signin.authority"), files.Filter{Title: "PEM", Extensions: []string{"pem", "crt", "cer"}})
			if err == nil {
				p.loop.Post(func() { v.file.SetText(path) })
			}
		})
	})
	m := f.Model().Form
	v.names.SetText(m.Names)
	v.user.SetText(m.User)
	v.password.SetText(m.Password.Reveal())
	v.way.SetSelected(w.Text(wayKey(m.Authentication)))
	v.file.SetText(m.CAFile)
	v.start = kit.NewButton(w.Text("window.preflight.look"), nil, kit.Primary, f.LookAtOthers)
	v.form = kit.Stacked(12, kit.NewParagraph(w.Text("window.preflight.others-about"), false), v.namesField, v.userField, v.passwordField,
		kit.NewField(w.Text("window.signin.way"), v.way),
		kit.NewField(w.Text("window.signin.authority"), container.NewBorder(nil, nil, nil, choose, v.file)),
		container.NewHBox(v.start))
	v.formRoll = container.NewVScroll(container.New(&column{width: 520}, container.New(layout.NewCustomPaddedLayout(4, 12, 4, 12), v.form)))
}

func wayKey(way exchange.Authentication) string {
	if way == exchange.AuthBasic {
		return "window.signin.way.basic"
	}
	return "window.signin.way." + string(way)
}

func (v *anotherView) draw(m *Model) {
	w := v.panel.words
	if m.Editing {
		v.formRoll.Show()
		v.results.Hide()
	} else {
		v.formRoll.Hide()
		v.results.Show()
	}
	if !v.drawn || v.editing != m.Editing { // the keyboard goes to what shows now
		v.drawn, v.editing = true, m.Editing
		var to fyne.Focusable = v.table
		if m.Editing {
			to = v.names
		}
		v.panel.later = to
	}
	for key, field := range map[string]*kit.Field{"window.preflight.no-names": v.namesField,
		"window.preflight.no-user": v.userField, "window.preflight.no-password": v.passwordField} {
		text := ""
		if m.Missing == key {
			text = w.Text(key)
		}
		if field.Problem() != text {
			field.SetProblem(text)
		}
	}
	if m.Editing {
		return
	}
	ended, lacking := 0, 0
	for _, e := range m.Others {
		if !e.Running && !e.Waiting {
			ended++
			if e.Problem != nil || e.Worst() != preflight.Pass {
				lacking++
			}
		}
	}
	text := w.Text("window.preflight.others-so-far", "n", ended, "total", len(m.Others))
	if !m.Looking() {
		text = w.Count("window.preflight.others-fine", len(m.Others))
		if lacking > 0 {
			text = w.Count("window.preflight.others-lack", lacking, "total", len(m.Others))
		}
	}
	v.said.SetText(text)
	v.edit.Hidden, v.cancel.Hidden = m.Looking(), !m.Looking()
	same := func(a, b preflight.Check) bool { return a.ID == b.ID }
	if now := m.Columns(); len(v.heads.Objects) == 0 || !slices.EqualFunc(now, v.columns, same) {
		v.columns = now
		v.heads.Objects = []fyne.CanvasObject{kit.NewCaptionHeading(w.Text("window.preflight.computer-name"))}
		for _, c := range v.columns {
			v.heads.Add(newColumnHead(w.Check(string(c.ID))))
		}
	}
	v.heads.Refresh()
	v.table.Refresh()
	v.line.Refresh()
	v.lower.Hidden = m.Chosen == nil
	if e := m.Chosen; e != nil {
		v.foundHead.draw(e)
		if e.Problem == nil {
			v.found.draw(e)
		}
		v.found.show(e.Problem == nil)
		v.why.Objects = nil
		if e.Problem != nil {
			panel := kit.NewProblem(kit.Explained(kit.Bad, w.Problem(e.Problem)))
			panel.OnFold = v.lower.Refresh
			v.why.Objects = []fyne.CanvasObject{panel}
		}
		v.why.Refresh()
		v.lower.Refresh()
	}
	v.results.Refresh()
}

// computerRow is one computer's line of the table.
type computerRow struct {
	widget.BaseWidget
	name  *kit.Text
	said  *kit.Text // in place of the cells
	cells []*cell
	line  *fyne.Container
	root  *fyne.Container
}

type cell struct {
	mark *kit.Mark
	text *kit.Text
	root *fyne.Container
}

func newComputerRow() *computerRow {
	r := &computerRow{name: kit.NewText(""), said: kit.NewText("")}
	r.name.Clip, r.said.Clip = true, true
	r.line = container.New(&columnsLine{}, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 4), kit.Middle(r.name)))
	r.root = container.NewStack(r.line, container.New(layout.NewCustomPaddedLayout(0, 0, nameWide, 8), kit.Middle(r.said)))
	r.ExtendBaseWidget(r)
	return r
}

func (r *computerRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.root) }

func (r *computerRow) set(p *Panel, e *Exam, columns []preflight.Check) {
	w := p.words
	r.name.SetText(e.Computer)
	said, color := "", theme.ColorMuted
	switch {
	case e.Waiting:
		said = w.Text("window.preflight.waiting")
	case e.Problem != nil:
		said, color = w.Problem(e.Problem).Title, theme.ColorProblem
	case len(e.Rows) == 0:
		said = w.Text("window.preflight.connecting")
	}
	r.said.SetText(said)
	r.said.SetColor(color)
	for len(r.cells) < len(columns) {
		c := &cell{mark: kit.NewMark(nil, ""), text: kit.NewText("")}
		c.text.Clip = true
		c.text.TextSize = theme.SizeCaption
		c.root = container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 10, 6), container.NewCenter(c.mark)), nil, kit.Middle(c.text))
		r.cells = append(r.cells, c)
		r.line.Add(c.root)
	}
	for i, c := range r.cells {
		var row *Row
		if i < len(columns) && said == "" {
			row = e.Row(columns[i].ID)
		}
		c.root.Hidden = row == nil
		if row == nil {
			continue
		}
		icon, color := lookOf(row.Finding.Status, row.Running)
		c.mark.Set(icon, color)
		c.text.SetText(stateOf(w, row))
		c.text.SetColor(color)
	}
	r.line.Refresh()
	r.root.Refresh()
}

// newColumnHead is a column's heading, in as many lines as it needs.
func newColumnHead(text string) fyne.CanvasObject {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	l.SizeName = theme.SizeCaption
	l.TextStyle.Bold = true
	return container.New(layout.NewCustomPaddedLayout(-6, -6, -4, -8), l)
}

// columnsLine lays the cells of a line out, the first one wider.
type columnsLine struct{}

func (columnsLine) MinSize(o []fyne.CanvasObject) fyne.Size {
	var high float32
	for i, c := range o {
		if i > 0 {
			c.Resize(fyne.NewSize(columnWide, c.Size().Height)) // wrapped words know their height by their width
		}
		high = max(high, c.MinSize().Height)
	}
	return fyne.NewSize(nameWide+columnWide*float32(max(len(o)-1, 0)), high)
}

func (columnsLine) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x, width := float32(0), float32(nameWide)
	for i, c := range o {
		c.Resize(fyne.NewSize(width, size.Height))
		if i == 0 {
			high := c.MinSize().Height
			c.Resize(fyne.NewSize(width, high))
			c.Move(fyne.NewPos(x, (size.Height-high)/2))
		} else {
			c.Move(fyne.NewPos(x, 0))
		}
		x, width = x+width, columnWide
	}
}

// wideTable puts the headings above the list, as wide as the columns need.
type wideTable struct{ of *anotherView }

func (l *wideTable) MinSize(o []fyne.CanvasObject) fyne.Size {
	heads := o[0].MinSize()
	return fyne.NewSize(heads.Width, heads.Height+3*l.of.table.RowHeight)
}

func (l *wideTable) Layout(o []fyne.CanvasObject, size fyne.Size) {
	high := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(size.Width, high))
	o[0].Move(fyne.NewPos(8, 0))
	o[1].Resize(fyne.NewSize(size.Width, max(size.Height-high-4, 0)))
	o[1].Move(fyne.NewPos(0, high+4))
}

// halves gives the table what its rows need, and the chosen computer's findings the rest.
type halves struct{ of *anotherView }

func (*halves) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(300, 200) }

func (l *halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	upper := size.Height
	if o[1].Visible() {
		rows := float32(len(l.of.panel.flow.Model().Others)) * l.of.table.RowHeight
		upper = min(l.of.line.MinSize().Height+l.of.heads.MinSize().Height+rows+28, size.Height*0.5)
		o[1].Resize(fyne.NewSize(size.Width, size.Height-upper))
		o[1].Move(fyne.NewPos(0, upper))
	}
	o[0].Resize(fyne.NewSize(size.Width, upper))
}

// column is at most so wide, at the left.
type column struct{ width float32 }

func (c *column) MinSize(o []fyne.CanvasObject) fyne.Size {
	size := o[0].MinSize()
	return fyne.NewSize(min(size.Width, c.width), size.Height)
}

func (c *column) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(min(size.Width, c.width), size.Height))
}
