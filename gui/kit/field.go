package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// Field is an input with its label above and, below it, a hint or what is wrong with the input.
type Field struct {
	widget.BaseWidget
	label   *fieldLabel
	input   fyne.CanvasObject
	hint    *Text
	problem *widget.Label
	mark    *fyne.Container
	below   string
}

// NewField puts a label above input.
func NewField(label string, input fyne.CanvasObject) *Field {
	f := &Field{input: input, hint: NewCaption(""), problem: widget.NewLabel("")}
	f.label = &fieldLabel{text: label}
	f.label.ExtendBaseWidget(f.label)
	f.problem.Importance = widget.DangerImportance
	f.problem.SizeName = theme.SizeCaption
	f.problem.Wrapping = fyne.TextWrapWord
	icon := container.New(&fixed{theme.SizeIcon, theme.SizeIcon}, widget.NewIcon(icons.Error.In(theme.ColorProblem)))
	// A label keeps room around its words; here it stands close to the input it speaks of.
	f.mark = container.New(layout.NewCustomPaddedLayout(-6, -6, 0, 0), container.NewBorder(nil, nil,
		container.New(layout.NewCustomPaddedLayout(6, 0, 0, -6), container.NewVBox(icon)), nil, f.problem))
	f.hint.Clip = true
	f.hint.Hide()
	f.mark.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// SetRequired marks a field that must be filled.
func (f *Field) SetRequired(on bool) {
	f.label.required = on
	f.label.Refresh()
}

// SetTip gives the label a tooltip, such as the parameter's real name and what it does.
func (f *Field) SetTip(text string) { f.label.tip = text }

// SetHint sets quiet words below the input; empty takes them away.
func (f *Field) SetHint(text string) {
	f.below = text
	f.hint.SetText(text)
	f.settle()
}

// SetProblem says in red, with an icon, what is wrong with the input, in place of the hint; empty takes it
// away.
func (f *Field) SetProblem(text string) {
	f.problem.SetText(text)
	f.settle()
}

// Problem is what SetProblem said last.
func (f *Field) Problem() string { return f.problem.Text }

// Input is what NewField was given.
func (f *Field) Input() fyne.CanvasObject { return f.input }

func (f *Field) settle() {
	f.mark.Hidden = f.problem.Text == ""
	f.hint.Hidden = f.below == "" || !f.mark.Hidden
	f.Refresh()
}

// AccessibilityLabel is the label, whether the field is needed, and what is wrong with it.
func (f *Field) AccessibilityLabel() string {
	s := f.label.text
	if f.label.required {
		s += ", " + words.Needed
	}
	if f.problem.Text != "" {
		s += ". " + f.problem.Text
	}
	return s
}

// AccessibilityRole is Fyne's.
func (f *Field) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// CreateRenderer is Fyne's.
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	return &stackRenderer{of: f, objects: []fyne.CanvasObject{f.label, f.input, f.hint, f.mark}, layout: stack{gap: 4}}
}

// fieldLabel is the words above, with the mark of a required field and the tooltip.
type fieldLabel struct {
	widget.BaseWidget
	text     string
	tip      string
	required bool
}

var _ desktop.Hoverable = (*fieldLabel)(nil)

func (l *fieldLabel) MouseIn(ev *desktop.MouseEvent)    { tip.Show(l, l.tip, ev.AbsolutePosition) }
func (l *fieldLabel) MouseMoved(ev *desktop.MouseEvent) { tip.Show(l, l.tip, ev.AbsolutePosition) }
func (l *fieldLabel) MouseOut()                         { tip.Hide(l) }

func (l *fieldLabel) CreateRenderer() fyne.WidgetRenderer {
	r := &fieldLabelRenderer{of: l, text: canvas.NewText("", nil), star: canvas.NewText("*", nil)}
	r.objects = []fyne.CanvasObject{r.text, r.star}
	r.Refresh()
	return r
}

type fieldLabelRenderer struct {
	of         *fieldLabel
	text, star *canvas.Text
	objects    []fyne.CanvasObject
}

func (r *fieldLabelRenderer) Destroy()                     {}
func (r *fieldLabelRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *fieldLabelRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, r.text.MinSize().Height)
}

func (r *fieldLabelRenderer) Layout(size fyne.Size) {
	room := size.Width
	if r.of.required {
		room -= 12
	}
	short := r.of.text
	if room > 0 {
		short = Shorten(short, room, r.text.TextSize, r.text.TextStyle)
	}
	if short != r.text.Text {
		r.text.Text = short
		r.text.Refresh()
	}
	words := r.text.MinSize()
	r.text.Resize(words)
	r.star.Resize(r.star.MinSize())
	r.star.Move(fyne.NewPos(words.Width+4, 0))
}

func (r *fieldLabelRenderer) Refresh() {
	r.text.Text, r.text.Color, r.text.TextSize = r.of.text, theme.Color(foreground), theme.Size(theme.SizeText)
	r.star.Color, r.star.TextSize = theme.Color(theme.ColorProblem), theme.Size(theme.SizeText)
	r.star.Hidden = !r.of.required
	r.Layout(r.of.Size())
	r.text.Refresh()
	r.star.Refresh()
}
