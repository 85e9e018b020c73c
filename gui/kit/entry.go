package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// Entry is Fyne's text field that gives keys it has no use for to its window, so that Ctrl+K, F5 and Esc
// work while one types. It has a tooltip.
type Entry struct {
	widget.Entry
	// OnEscape is called on Esc; nil gives the key to the window.
	OnEscape func()
	// OnKey, when not nil, sees other keys first and tells whether it used them, such as Down to step into a
	// list below.
	OnKey func(key fyne.KeyName) bool
	// OnTab, when not nil, decides where Tab goes, and with back Shift+Tab; nil goes to the window's next widget.
	OnTab func(back bool)
	// OnFocus, when not nil, hears that the field got or lost the keyboard.
	OnFocus func(gained bool)

	label string
	tip   string
	shift bool
}

// NewEntry returns an empty field; label is what a screen reader says for it.
func NewEntry(label string) *Entry {
	e := &Entry{label: label}
	e.ExtendBaseWidget(e)
	return e
}

// NewPasswordEntry returns a field that hides what is typed.
func NewPasswordEntry(label string) *Entry {
	e := &Entry{label: label}
	e.Password = true
	e.ExtendBaseWidget(e)
	return e
}

// AcceptsTab is Fyne's: without OnTab, Tab leads on to the next field, also from one with several lines.
func (e *Entry) AcceptsTab() bool { return e.OnTab != nil }

// SetLabel changes what a screen reader says for the field.
func (e *Entry) SetLabel(label string) { e.label = label }

// FocusGained is Fyne's.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	if e.OnFocus != nil {
		e.OnFocus(true)
	}
}

// FocusLost is Fyne's.
func (e *Entry) FocusLost() {
	e.shift = false
	e.Entry.FocusLost()
	if e.OnFocus != nil {
		e.OnFocus(false)
	}
}

// shiftHeld asks the driver: who presses Shift in one field and Tab twice is in another one by then.
func shiftHeld() bool {
	d, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
}

// KeyDown is Fyne's: it tells whether Shift is held, which TypedKey does not.
func (e *Entry) KeyDown(key *fyne.KeyEvent) {
	if key.Name == desktop.KeyShiftLeft || key.Name == desktop.KeyShiftRight {
		e.shift = true
	}
	e.Entry.KeyDown(key)
}

// KeyUp is Fyne's.
func (e *Entry) KeyUp(key *fyne.KeyEvent) {
	if key.Name == desktop.KeyShiftLeft || key.Name == desktop.KeyShiftRight {
		e.shift = false
	}
	e.Entry.KeyUp(key)
}

// SetTip changes the tooltip.
func (e *Entry) SetTip(text string) { e.tip = text }

// AccessibilityLabel is Fyne's.
func (e *Entry) AccessibilityLabel() string { return e.label }

// TappedSecondary opens the menu with copy and paste.
func (e *Entry) TappedSecondary(ev *fyne.PointEvent) {
	locate.Canvas(e) // Fyne asks where it is, and must know
	e.Entry.TappedSecondary(ev)
}

// TypedRune is Fyne's.
func (e *Entry) TypedRune(r rune) {
	tip.Dismiss()
	e.Entry.TypedRune(r)
}

// TypedKey is Fyne's.
func (e *Entry) TypedKey(key *fyne.KeyEvent) {
	tip.Dismiss()
	if e.OnKey != nil && e.OnKey(key.Name) {
		return
	}
	switch key.Name {
	case fyne.KeyTab:
		if e.OnTab != nil {
			e.OnTab(e.shift || shiftHeld())
		}
	case fyne.KeyEscape:
		if e.OnEscape != nil {
			e.OnEscape()
			return
		}
		ForwardKey(e, key)
	case fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8,
		fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12:
		ForwardKey(e, key)
	default:
		e.Entry.TypedKey(key)
	}
}

// TypedShortcut keeps what edits text and forwards the rest.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	tip.Dismiss()
	if custom, ok := s.(*desktop.CustomShortcut); ok {
		switch custom.KeyName {
		case fyne.KeyLeft, fyne.KeyRight, fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyHome, fyne.KeyEnd:
		default:
			Forward(e, s)
			return
		}
	}
	e.Entry.TypedShortcut(s)
}

// MouseIn is Fyne's.
func (e *Entry) MouseIn(ev *desktop.MouseEvent) { tip.Show(e, e.tip, ev.AbsolutePosition) }

// MouseMoved is Fyne's.
func (e *Entry) MouseMoved(ev *desktop.MouseEvent) { tip.Show(e, e.tip, ev.AbsolutePosition) }

// MouseOut is Fyne's.
func (e *Entry) MouseOut() { tip.Hide(e) }

// NewSearch returns a field with a magnifying glass and a button that clears it; Esc clears it too, and goes
// to the window when there is nothing to clear. changed hears every change.
func NewSearch(placeholder string, changed func(text string)) *Entry {
	e := &Entry{label: placeholder}
	if placeholder == "" {
		e.label = words.Search
	}
	e.PlaceHolder = placeholder
	e.Icon = icons.Search.In(theme.ColorMuted)
	empty := NewIconButton(icons.Close, words.Clear, func() {
		e.SetText("")
		Focus(e)
	})
	clear := &small{button: empty}
	clear.ExtendBaseWidget(clear)
	clear.Hide()
	e.ActionItem = clear
	e.OnChanged = func(text string) {
		clear.Hidden = text == ""
		clear.Refresh()
		if changed != nil {
			changed(text)
		}
	}
	e.OnEscape = func() {
		if e.Text == "" {
			ForwardKey(e, &fyne.KeyEvent{Name: fyne.KeyEscape})
			return
		}
		e.SetText("")
	}
	e.ExtendBaseWidget(e)
	return e
}

// small shows a button's icon at the size of an icon, inside a field. It takes no focus of its own: Esc does
// what it does.
type small struct {
	widget.BaseWidget
	button *Button
	icon   *widget.Icon
}

func (s *small) Tapped(ev *fyne.PointEvent)             { s.button.Tapped(ev) }
func (s *small) Cursor() desktop.Cursor                 { return desktop.DefaultCursor }
func (s *small) AccessibilityLabel() string             { return s.button.AccessibilityLabel() }
func (s *small) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (s *small) CreateRenderer() fyne.WidgetRenderer {
	s.icon = widget.NewIcon(s.button.icon.In(theme.ColorMuted))
	return widget.NewSimpleRenderer(s.icon)
}
