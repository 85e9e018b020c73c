package cmdletform

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/cmdlets"
	"tenantry/core/secret"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/locate"
)

// editor is one field of the form: the widget, and the way to say what is wrong with it.
type editor struct {
	param cmdlets.ParamSpec
	field *kit.Field // nil for a box to tick, which has its label beside it
	focus fyne.Focusable
	whole fyne.CanvasObject
}

// newEditor makes the field a parameter is filled in with, filled with what the draft has.
func newEditor(p cmdlets.ParamSpec, f *Flow, w *wording.Words) *editor {
	e := &editor{param: p}
	label := w.Label(p.Name)
	value := f.model.Draft.Inputs[p.Name]
	set := func(text string) { f.Input(p.Name, text) }
	tip := "-" + p.Name
	var input fyne.CanvasObject
	switch p.Editor {
	case cmdlets.EditSwitch:
		box := kit.NewCheck(label, nil)
		box.Checked = value == "true"
		box.OnChanged = func(on bool) {
			if on {
				set("true")
			} else {
				set("")
			}
		}
		box.SetTip(tip)
		e.focus, e.whole = box, box
		return e
	case cmdlets.EditYesNo:
		input, e.focus = pick(label, []string{"true", "false"}, func(v string) string { return w.YesNo(v == "true") }, value, alone(f, w), set)
	case cmdlets.EditChoice:
		input, e.focus = pick(label, p.Values, w.Choice, value, alone(f, w), set)
	case cmdlets.EditChoices:
		c := newChoices(p.Values, w, value, alone(f, w), set)
		input, e.focus = c, c
	case cmdlets.EditPassword:
		entry := kit.NewPasswordEntry(label)
		entry.SetText(f.model.Draft.Secrets[p.Name].Reveal())
		entry.OnChanged = func(text string) { f.Secret(p.Name, secret.New(text)) }
		entry.OnSubmitted = func(string) { f.Run() }
		entry.SetTip(tip)
		input, e.focus = entry, entry
	case cmdlets.EditList, cmdlets.EditNumbers, cmdlets.EditIdentities, cmdlets.EditTable:
		entry := newLines()
		entry.SetPlaceHolder(w.Text("window.edit." + string(p.Editor)))
		entry.SetText(value)
		entry.OnChanged = set
		entry.SetTip(tip)
		input, e.focus = entry, entry
	default:
		entry := kit.NewEntry(label)
		for _, key := range []string{"window.edit." + string(p.Editor), "window.edit.of." + p.Name} {
			if w.Has(key) {
				entry.SetPlaceHolder(w.Text(key))
			}
		}
		entry.SetText(value)
		entry.OnChanged = set
		entry.OnSubmitted = func(string) { f.Run() }
		entry.SetTip(tip)
		input, e.focus = entry, entry
		if p.Unlimited {
			input = withUnlimited(entry, p.Name, value, w, set)
		}
	}
	e.field = kit.NewField(label, input)
	e.field.SetRequired(p.Required)
	e.field.SetTip(tip)
	e.whole = e.field
	return e
}

// alone are the words for a value that is left alone.
func alone(f *Flow, w *wording.Words) string {
	if f.model.Spec.Writes {
		return w.Text("window.form.leave")
	}
	return w.Text("window.form.any")
}

// pick is a drop-down over values; its first line leaves the parameter out.
func pick(label string, values []string, words func(string) string, value, none string, set func(string)) (fyne.CanvasObject, fyne.Focusable) {
	options := []string{none}
	for _, v := range values {
		options = append(options, words(v))
	}
	s := kit.NewSelect(label, options, nil)
	s.SetSelectedIndex(slices.Index(values, value) + 1)
	s.OnChanged = func(string) {
		if i := s.SelectedIndex(); i > 0 {
			set(values[i-1])
		} else {
			set("")
		}
	}
	return s, s
}

// withUnlimited is a field with a box beside it that says "all" instead.
func withUnlimited(entry *kit.Entry, param, value string, w *wording.Words, set func(string)) fyne.CanvasObject {
	const unlimited = "Unlimited"
	key := "window.form.unlimited"
	if param == "ResultSize" {
		key = "window.form.all-rows"
	}
	typed := value
	entry.OnChanged = nil // what is filled in here was not typed
	box := kit.NewCheck(w.Text(key), nil)
	if strings.EqualFold(value, unlimited) {
		typed, box.Checked = "", true
		entry.SetText("")
		entry.Disable()
	}
	entry.OnChanged = func(text string) {
		typed = text
		set(text)
	}
	box.OnChanged = func(on bool) {
		if on {
			entry.Disable()
			set(unlimited)
			return
		}
		entry.Enable()
		set(typed)
	}
	return container.NewBorder(nil, nil, nil, box, entry)
}

// lines is a text field for several values, one a line. Tab leaves it, as it leaves any field.
type lines struct{ kit.Entry }

func newLines() *lines {
	l := &lines{}
	l.MultiLine = true
	l.Wrapping = fyne.TextWrapOff
	l.SetMinRowsVisible(2)
	l.ExtendBaseWidget(l)
	return l
}

// AcceptsTab is Fyne's.
func (l *lines) AcceptsTab() bool { return false }

// choices is a drop-down whose list has boxes to tick.
type choices struct {
	kit.Select
	values []string
	chosen map[string]bool
	words  *wording.Words
	none   string
	set    func(string)
}

func newChoices(values []string, w *wording.Words, value, none string, set func(string)) *choices {
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b string) int { return strings.Compare(w.Choice(a), w.Choice(b)) })
	c := &choices{values: values, chosen: map[string]bool{}, words: w, none: none, set: set}
	for _, v := range cmdlets.SplitList(value) {
		c.chosen[v] = true
	}
	c.Selected = c.said()
	c.ExtendBaseWidget(c)
	return c
}

func (c *choices) said() string {
	var out []string
	for _, v := range c.values {
		if c.chosen[v] {
			out = append(out, c.words.Choice(v))
		}
	}
	switch len(out) {
	case 0:
		return c.none
	case 1, 2:
		return strings.Join(out, ", ")
	}
	return out[0] + " + " + c.words.Number(int64(len(out)-1))
}

// Tapped opens the list.
func (c *choices) Tapped(*fyne.PointEvent) { c.open() }

// TypedKey opens the list on the keys that open any drop-down.
func (c *choices) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeySpace, fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnter:
		c.open()
	default:
		kit.ForwardKey(c, key)
	}
}

func (c *choices) open() {
	boxes := container.New(layout.NewCustomPaddedVBoxLayout(0))
	for _, v := range c.values {
		box := kit.NewCheck(c.words.Choice(v), nil)
		box.Checked = c.chosen[v]
		box.OnChanged = func(on bool) {
			c.chosen[v] = on
			var now []string
			for _, v := range c.values {
				if c.chosen[v] {
					now = append(now, v)
				}
			}
			c.set(strings.Join(now, "\n"))
			c.Selected = c.said()
			c.Refresh()
		}
		boxes.Add(box)
	}
	canvas := locate.Canvas(c)
	if canvas == nil {
		return
	}
	at := locate.Position(c).AddXY(0, c.Size().Height)
	scroll := container.NewVScroll(boxes)
	need := boxes.MinSize()
	scroll.SetMinSize(fyne.NewSize(max(need.Width+12, c.Size().Width-8), min(need.Height, max(canvas.Size().Height-at.Y-16, 120))))
	widget.ShowPopUpAtPosition(scroll, canvas, at)
}
