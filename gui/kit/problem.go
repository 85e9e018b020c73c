package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/wording"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// Trouble is what a Problem panel says. Empty parts are not drawn.
type Trouble struct {
	Kind    Kind   // Bad or Warn
	Title   string // what happened
	Why     string // why, when known
	Next    string // what to do
	Details []Detail
	Actions []Action
}

// Detail is one raw fact for whoever helps: an id, the server's own text.
type Detail struct{ Name, Value string }

// Explained is what a panel says of a problem that core/wording put into words.
func Explained(kind Kind, m wording.Message, actions ...Action) Trouble {
	t := Trouble{Kind: kind, Title: m.Title, Why: m.Why, Next: m.Next, Actions: actions}
	for _, d := range m.Details {
		t.Details = append(t.Details, Detail{Name: d.Name, Value: d.Text})
	}
	return t
}

// Problem is a panel that says what went wrong and what to do, with the raw facts folded away.
type Problem struct {
	widget.BaseWidget
	// OnFold hears that the details were unfolded or folded, so that what is around finds room; nil is allowed.
	OnFold func()

	trouble Trouble
	back    *Surface
	icon    *widget.Icon
	body    *fyne.Container
	root    *fyne.Container
}

// NewProblem returns a panel for t.
func NewProblem(t Trouble) *Problem {
	p := &Problem{back: NewSurface("", ""), icon: widget.NewIcon(nil), body: container.New(&stack{gap: -10})}
	left := container.New(layout.NewCustomPaddedLayout(13, 0, 14, 0),
		container.NewVBox(container.New(&fixed{theme.SizeIcon, theme.SizeIcon}, p.icon)))
	p.root = container.NewStack(p.back,
		container.NewBorder(nil, nil, left, nil, container.New(layout.NewCustomPaddedLayout(4, 8, 0, 8), p.body)))
	p.ExtendBaseWidget(p)
	p.Set(t)
	return p
}

// Set changes everything the panel says.
func (p *Problem) Set(t Trouble) {
	p.trouble = t
	words, back, icon := t.Kind.look()
	p.back.Fill = back
	p.back.Refresh()
	p.icon.SetResource(icon.In(words))
	p.body.Objects = nil
	add := func(text string, bold bool) {
		if text == "" {
			return
		}
		l := widget.NewLabel(text)
		l.Wrapping = fyne.TextWrapWord
		l.TextStyle.Bold = bold
		l.Selectable = true
		p.body.Add(l)
	}
	add(t.Title, true)
	add(t.Why, false)
	add(t.Next, false)
	if len(t.Actions) > 0 {
		row := container.NewHBox()
		for _, a := range t.Actions {
			row.Add(NewButton(a.Text, a.Icon, Plain, a.Do))
		}
		p.body.Add(container.New(layout.NewCustomPaddedLayout(8, 14, 8, 0), row))
	}
	if len(t.Details) > 0 {
		p.body.Add(p.details())
	}
	p.body.Refresh()
	p.Refresh()
}

// Title is what the panel says happened.
func (p *Problem) Title() string { return p.trouble.Title }

// details is the fold with the raw facts and their Copy button.
func (p *Problem) details() fyne.CanvasObject {
	text := widget.NewLabel(p.DetailsText())
	text.Wrapping = fyne.TextWrapBreak
	text.TextStyle.Monospace = true
	text.SizeName = theme.SizeCaption
	text.Selectable = true
	var copyAll *Button
	copyAll = NewButton(words.Copy, icons.Copy, Plain, func() {
		fyne.CurrentApp().Clipboard().SetContent(p.text())
		copyAll.SetText(words.Copied)
		copyAll.SetIcon(icons.Check)
	})
	// The button comes first: the facts may be longer than there is room.
	fold := NewFold(words.Details, container.New(&stack{gap: 4},
		container.New(layout.NewCustomPaddedLayout(4, 0, 8, 0), container.NewHBox(copyAll)), text))
	fold.OnChanged = func(bool) {
		p.root.Refresh()
		if p.OnFold != nil {
			p.OnFold()
		}
	}
	return container.New(layout.NewCustomPaddedLayout(4, 4, 4, 0), fold)
}

// DetailsText is the raw facts, a line each, as they are copied into a ticket.
func (p *Problem) DetailsText() string {
	var m wording.Message
	for _, d := range p.trouble.Details {
		m.Details = append(m.Details, wording.Detail{Name: d.Name, Text: d.Value})
	}
	return strings.TrimSuffix(m.DetailsText(), "\n")
}

// text is what Copy puts on the clipboard: all of the panel, because a ticket needs all of it.
func (p *Problem) text() string {
	parts := []string{}
	for _, s := range []string{p.trouble.Title, p.trouble.Why, p.trouble.Next, p.DetailsText()} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n")
}

// CreateRenderer is Fyne's.
func (p *Problem) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.root) }
