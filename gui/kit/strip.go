package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// Kind says what a message means; it gives colour and icon together, never colour alone.
type Kind uint8

// The kinds of a message.
const (
	Info Kind = iota
	Good
	Warn
	Bad
	Sample // "this is sample data": quiet, always there
)

// look gives a kind's colours and icon.
func (k Kind) look() (words, back fyne.ThemeColorName, icon *icons.Icon) {
	switch k {
	case Good:
		return theme.ColorGood, theme.ColorGoodBack, icons.Check
	case Warn:
		return theme.ColorWarn, theme.ColorWarnBack, icons.Warning
	case Bad:
		return theme.ColorProblem, theme.ColorProblemBack, icons.Error
	case Sample:
		return theme.ColorSample, theme.ColorSampleBack, icons.Info
	}
	return theme.ColorInfo, theme.ColorInfoBack, icons.Info
}

// Action is a button in a strip or panel.
type Action struct {
	Text string
	Icon *icons.Icon // may be nil
	Do   func()
}

// Strip is a coloured line of words with an icon and buttons, above what it speaks of.
type Strip struct {
	widget.BaseWidget
	kind    Kind
	text    string
	back    *Surface
	icon    *widget.Icon
	label   *widget.Label
	buttons *fyne.Container
	root    *fyne.Container
}

// NewStrip returns a strip. It takes as many lines as its words need.
func NewStrip(kind Kind, text string, actions ...Action) *Strip {
	s := &Strip{back: NewSurface("", ""), icon: widget.NewIcon(nil), label: widget.NewLabel(""),
		buttons: container.NewHBox()}
	s.label.Wrapping = fyne.TextWrapWord
	icon := container.NewCenter(container.New(&fixed{theme.SizeIcon, theme.SizeIcon}, s.icon))
	left := container.New(layout.NewCustomPaddedLayout(0, 0, 12, 0), icon)
	right := container.New(layout.NewCustomPaddedLayout(0, 0, 0, 4), container.NewCenter(s.buttons))
	s.root = container.NewStack(s.back, container.New(layout.NewCustomPaddedLayout(3, 3, 0, 0),
		container.NewBorder(nil, nil, left, right, s.label)))
	s.ExtendBaseWidget(s)
	s.Set(kind, text, actions...)
	return s
}

// Set changes everything the strip shows.
func (s *Strip) Set(kind Kind, text string, actions ...Action) {
	words, back, icon := kind.look()
	s.kind, s.text = kind, text
	s.back.Fill = back
	s.back.Refresh()
	s.icon.SetResource(icon.In(words))
	s.label.SetText(text)
	s.buttons.Objects = nil
	for _, a := range actions {
		look := Plain
		if a.Text == "" {
			look = Quiet
		}
		s.buttons.Add(NewButton(a.Text, a.Icon, look, a.Do))
	}
	s.buttons.Refresh()
	s.Refresh()
}

// Kind is what the strip means.
func (s *Strip) Kind() Kind { return s.kind }

// Text is what the strip says.
func (s *Strip) Text() string { return s.text }

// CreateRenderer is Fyne's.
func (s *Strip) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.root) }

// fixed gives its one object a size of the theme.
type fixed struct{ width, height fyne.ThemeSizeName }

func (f *fixed) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Size(f.width), theme.Size(f.height))
}

func (f *fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}
