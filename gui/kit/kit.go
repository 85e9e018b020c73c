// Package kit is the set of widgets Tenantry's screens are made of: buttons, fields, message strips, chips,
// folds and the like. The results grid has a package of its own, kit/grid; colours, sizes and icons are in
// kit/theme and kit/icons.
//
// Widgets draw what they are told and report intent through their OnX functions; they start no work and
// keep no state of the application. All of them belong to the UI goroutine.
package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

// Words are the few words widgets say by themselves.
type Words struct {
	Details string // opens the raw facts of a problem
	Copy    string // copies them
	Copied  string // said for a moment afterwards
	Close   string // takes a strip or panel away
	Clear   string // empties a search field
	Remove  string // takes a chip away
	Needed  string // spoken after the label of a field that must be filled
	Search  string // spoken for a search field without words of its own
}

var words = Words{Details: "Details", Copy: "Copy", Copied: "Copied", Close: "Close", Clear: "Clear",
	Remove: "Remove", Needed: "required", Search: "Search"}

// SetWords says the widgets' own words in the user's language. Call it before widgets are made.
func SetWords(w Words) { words = w }

// Forward gives a shortcut that a focused widget has no use for to its window, where the keys that work
// everywhere are registered: Fyne stops at the focused widget otherwise.
func Forward(from fyne.CanvasObject, s fyne.Shortcut) {
	if c := locate.Canvas(from); c != nil {
		if t, ok := c.(fyne.Shortcutable); ok {
			t.TypedShortcut(s)
		}
	}
}

// ForwardKey is Forward for a plain key such as F5 or Esc: it goes to the window's OnTypedKey.
func ForwardKey(from fyne.CanvasObject, key *fyne.KeyEvent) {
	if c := locate.Canvas(from); c != nil {
		if f := c.OnTypedKey(); f != nil {
			f(key)
		}
	}
}

// Focus gives a widget the keyboard, when it is on a window.
func Focus(w fyne.Focusable) {
	if c := locate.Canvas(w.(fyne.CanvasObject)); c != nil {
		c.Focus(w)
	}
}

// Text is one line of text that asks the theme for its colour and size.
type Text struct {
	widget.BaseWidget
	Text     string
	Color    fyne.ThemeColorName
	TextSize fyne.ThemeSizeName
	Style    fyne.TextStyle
	Align    fyne.TextAlign
	Clip     bool // may be narrower than its words; they end in "…" then
}

// NewText returns words in the foreground colour and the base size.
func NewText(text string) *Text {
	return newText(text, foreground, theme.SizeText, fyne.TextStyle{})
}

// NewCaption returns second words: smaller and muted.
func NewCaption(text string) *Text {
	return newText(text, theme.ColorMuted, theme.SizeCaption, fyne.TextStyle{})
}

// NewHeading returns a heading.
func NewHeading(text string) *Text {
	return newText(text, foreground, theme.SizeHeading, fyne.TextStyle{Bold: true})
}

// NewTitle returns a title.
func NewTitle(text string) *Text {
	return newText(text, foreground, theme.SizeTitle, fyne.TextStyle{Bold: true})
}

const foreground fyne.ThemeColorName = "foreground"

func newText(text string, color fyne.ThemeColorName, size fyne.ThemeSizeName, style fyne.TextStyle) *Text {
	t := &Text{Text: text, Color: color, TextSize: size, Style: style}
	t.ExtendBaseWidget(t)
	return t
}

// SetText changes the words.
func (t *Text) SetText(text string) {
	if t.Text != text {
		t.Text = text
		t.Refresh()
	}
}

// SetColor changes the colour.
func (t *Text) SetColor(name fyne.ThemeColorName) {
	if t.Color != name {
		t.Color = name
		t.Refresh()
	}
}

// AccessibilityLabel is Fyne's.
func (t *Text) AccessibilityLabel() string { return t.Text }

// AccessibilityRole is Fyne's.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer is Fyne's.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{of: t, text: canvas.NewText("", nil)}
	r.objects = []fyne.CanvasObject{r.text}
	r.Refresh()
	return r
}

type textRenderer struct {
	of      *Text
	text    *canvas.Text
	objects []fyne.CanvasObject
}

func (r *textRenderer) Destroy()                     {}
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *textRenderer) MinSize() fyne.Size {
	size := fyne.MeasureText(r.of.Text, theme.Size(r.of.TextSize), r.of.Style)
	if r.of.Clip {
		size.Width = 0
	}
	return size
}

func (r *textRenderer) Layout(size fyne.Size) {
	text := r.of.Text
	if r.of.Clip {
		text = Shorten(text, size.Width, r.text.TextSize, r.of.Style)
	}
	if text != r.text.Text {
		r.text.Text = text
		r.text.Refresh()
	}
	r.text.Resize(size)
}

func (r *textRenderer) Refresh() {
	r.text.Color = theme.Color(r.of.Color)
	r.text.TextSize = theme.Size(r.of.TextSize)
	r.text.TextStyle = r.of.Style
	r.text.Alignment = r.of.Align
	if !r.of.Clip {
		r.text.Text = r.of.Text
	}
	r.Layout(r.of.Size())
	r.text.Refresh()
}

// Shorten cuts text so that it is at most width wide, ending in "…" when something is missing.
func Shorten(text string, width, size float32, style fyne.TextStyle) string {
	measure := func(s string) float32 { return fyne.MeasureText(s, size, style).Width }
	if width <= 0 || measure(text) <= width {
		return text
	}
	runes := []rune(text)
	low, high := 0, len(runes)
	for low < high {
		middle := (low + high + 1) / 2
		if measure(string(runes[:middle])+"…") <= width {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return string(runes[:low]) + "…"
}

// Surface is a plane in a colour of the theme, to put behind things.
type Surface struct {
	widget.BaseWidget
	Fill   fyne.ThemeColorName // empty for none
	Edge   fyne.ThemeColorName // empty for none
	Radius fyne.ThemeSizeName  // empty for square corners
}

// NewSurface returns a plane with round corners; edge may be empty.
func NewSurface(fill, edge fyne.ThemeColorName) *Surface {
	s := &Surface{Fill: fill, Edge: edge, Radius: theme.SizeRadius}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer is Fyne's.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer {
	r := &surfaceRenderer{of: s, box: canvas.NewRectangle(nil)}
	r.objects = []fyne.CanvasObject{r.box}
	r.Refresh()
	return r
}

type surfaceRenderer struct {
	of      *Surface
	box     *canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *surfaceRenderer) Destroy()                     {}
func (r *surfaceRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *surfaceRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *surfaceRenderer) Layout(size fyne.Size)        { r.box.Resize(size) }

func (r *surfaceRenderer) Refresh() {
	r.box.FillColor, r.box.StrokeColor, r.box.StrokeWidth, r.box.CornerRadius = nil, nil, 0, 0
	if r.of.Fill != "" {
		r.box.FillColor = theme.Color(r.of.Fill)
	}
	if r.of.Edge != "" {
		r.box.StrokeColor, r.box.StrokeWidth = theme.Color(r.of.Edge), 1
	}
	if r.of.Radius != "" {
		r.box.CornerRadius = theme.Size(r.of.Radius)
	}
	r.box.Refresh()
}
