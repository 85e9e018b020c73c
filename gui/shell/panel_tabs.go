package shell

import (
	"image/color"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// tabBar is a tab for each table.
type tabBar struct {
	panel *Panel
	row   *fyne.Container
	roll  *container.Scroll
	root  *fyne.Container
	said  string

	naming  *Tab // whose name is being typed, nil for none
	field   *kit.Entry
	pressed *Tab // last, and when: two presses in a row are for its name
	at      time.Time
}

func newTabBar(p *Panel) *tabBar {
	b := &tabBar{panel: p, row: container.New(layout.NewCustomPaddedHBoxLayout(2))}
	b.roll = container.NewHScroll(b.row)
	b.root = container.NewStack(b.roll)
	return b
}

func (b *tabBar) draw() {
	f := b.panel.flow
	m := f.Model()
	b.root.Hidden = len(m.Tabs) == 0
	var said strings.Builder
	for i, t := range m.Tabs {
		said.WriteString(f.Title(t))
		if t.Running {
			said.WriteString(" running")
		}
		if t.Troubled() {
			said.WriteString(" troubled")
		}
		if i == m.Active {
			said.WriteString(" active")
		}
		if t.Pinned {
			said.WriteString(" pinned")
		}
		if t == b.naming {
			said.WriteString(" naming")
		}
		said.WriteByte('\n')
	}
	if said.String() == b.said {
		return
	}
	b.said = said.String()
	b.row.Objects = nil
	for i, t := range m.Tabs {
		if t == b.naming {
			b.row.Add(b.nameField(t))
			continue
		}
		b.row.Add(newTabHead(b, i, t, i == m.Active))
	}
	b.row.Refresh()
	b.root.Refresh()
	b.reveal(m.Active)
}

// reveal scrolls as little as needed to show a tab.
func (b *tabBar) reveal(i int) {
	if i < 0 || i >= len(b.row.Objects) || b.roll.Size().Width == 0 {
		return
	}
	b.row.Resize(b.row.MinSize().Max(b.roll.Size()))
	o := b.row.Objects[i]
	left, right := o.Position().X, o.Position().X+o.Size().Width
	at := b.roll.Offset.X
	at = min(max(at, right-b.roll.Size().Width), left)
	if at != b.roll.Offset.X {
		b.roll.ScrollToOffset(fyne.NewPos(at, 0))
	}
}

// Twice is how soon after each other two presses on a tab are for its name.
var Twice = 450 * time.Millisecond

// press shows a tab; a second press soon after is for its name.
func (b *tabBar) press(i int, t *Tab) {
	again := b.pressed == t && time.Since(b.at) < Twice
	b.pressed, b.at = t, time.Now()
	b.panel.flow.Show(i)
	if again {
		b.pressed = nil
		b.name(t)
	}
}

// name lets the person type a tab's name.
func (b *tabBar) name(t *Tab) {
	b.naming = t
	b.draw()
	b.panel.middle.Refresh() // the field is higher than a title
	kit.FocusBeside(b.root, b.field)
	b.field.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// nameField is where a tab's name is typed, in the place of its title.
func (b *tabBar) nameField(t *Tab) fyne.CanvasObject {
	f := b.panel.flow
	field := kit.NewEntry(b.panel.words.Text("window.tab.name"))
	field.SetText(f.Title(t))
	done := func(name string) {
		if b.naming != t {
			return
		}
		b.naming = nil
		if name != f.Title(t) {
			f.Rename(t, name)
		}
		b.draw()
		b.panel.middle.Refresh()
	}
	field.OnSubmitted = done
	field.OnEscape = func() { done(f.Title(t)) }
	field.OnFocus = func(gained bool) {
		if !gained {
			done(field.Text)
		}
	}
	b.field = field
	return container.New(&fixedWidth{220}, field)
}

// menu is what a secondary click on a tab offers.
func (b *tabBar) menu(i int, t *Tab, at fyne.Position) {
	p, w, f := b.panel, b.panel.words, b.panel.flow
	item := func(key string, do func()) *fyne.MenuItem { return fyne.NewMenuItem(w.Text(key), do) }
	pin := item("window.tab.pin", func() { f.Pin(t, !t.Pinned) })
	pin.Checked = t.Pinned
	items := []*fyne.MenuItem{item("window.tab.rename", func() { b.name(t) }), pin, fyne.NewMenuItemSeparator(),
		item("window.tab.close", func() { f.CloseTab(slices.Index(f.Model().Tabs, t)) })}
	items[3].Disabled = t.Pinned
	if t.Result == nil {
		items = append(append(p.compareItems(t), fyne.NewMenuItemSeparator()), items...)
	}
	if f.Model().Closed != nil {
		items = append(items, item("window.tab.reopen", f.Reopen))
	}
	if c := locate.Canvas(b.root); c != nil {
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at)
	}
}

// tabHead is the head of one tab: title, state, and a cross that closes it.
type tabHead struct {
	widget.BaseWidget
	open             func()
	rename           func()
	menu             func(at fyne.Position)
	active           bool
	hovered, focused bool
	back             *kit.Surface
	mark             *canvas.Rectangle
	title            string
	root             *fyne.Container
}

var (
	_ fyne.Tappable          = (*tabHead)(nil)
	_ fyne.SecondaryTappable = (*tabHead)(nil)
	_ fyne.Focusable         = (*tabHead)(nil)
	_ desktop.Hoverable      = (*tabHead)(nil)
)

func newTabHead(b *tabBar, i int, t *Tab, active bool) *tabHead {
	p := b.panel
	h := &tabHead{open: func() { b.press(i, t) }, rename: func() { b.name(t) }, menu: func(at fyne.Position) { b.menu(i, t, at) }, active: active, title: p.flow.Title(t), back: kit.NewSurface("", ""), mark: canvas.NewRectangle(color.Transparent)}
	text := kit.NewText(kit.Shorten(p.flow.Title(t), 300, theme.Size(theme.SizeText), fyne.TextStyle{Bold: active}))
	text.Style.Bold = active
	row := container.New(layout.NewCustomPaddedHBoxLayout(4))
	if t.File != nil {
		h.title = t.File.Path
	}
	switch {
	case t.Running:
		row.Add(container.NewCenter(kit.NewStateDot(kit.Working, p.words.Text("window.state.running"))))
	case len(t.Missing()) > 0:
		h.title += " (" + p.words.Text("window.tab.partial") + ")"
		row.Add(container.NewCenter(kit.NewStateDot(kit.Attention, p.words.Text("window.tab.partial"))))
	case t.Troubled():
		row.Add(container.NewCenter(kit.NewStateDot(kit.Attention, p.words.Text("window.state.attention"))))
	}
	row.Add(container.New(&middleLine{}, text))
	if t.Pinned {
		row.Add(kit.NewIconButton(icons.Pin, p.words.Text("window.tab.unpin"), func() { p.flow.Pin(t, false) }))
	} else {
		row.Add(kit.NewIconButton(icons.Close, p.words.Text("window.tab.close"), func() { p.flow.CloseTab(i) }))
	}
	h.root = container.NewStack(h.back, container.New(layout.NewCustomPaddedLayout(1, 3, 12, 4), row),
		container.NewBorder(nil, container.New(&fixedHeight{2}, h.mark), nil, nil))
	h.ExtendBaseWidget(h)
	return h
}

func (h *tabHead) CreateRenderer() fyne.WidgetRenderer {
	h.paint()
	return &tabRenderer{WidgetRenderer: widget.NewSimpleRenderer(h.root), of: h}
}

type tabRenderer struct {
	fyne.WidgetRenderer
	of *tabHead
}

func (r *tabRenderer) Refresh() {
	r.of.paint()
	r.WidgetRenderer.Refresh()
}

func (h *tabHead) paint() {
	h.back.Fill, h.back.Edge = "", ""
	h.mark.FillColor = color.Transparent
	if h.active {
		h.back.Fill = theme.ColorSurface
		h.mark.FillColor = theme.Color(theme.ColorAccent)
	}
	if h.hovered && !h.active {
		h.back.Fill = theme.ColorButtonHover
	}
	if h.focused {
		h.back.Edge = theme.ColorFocusRing
	}
	h.back.Refresh()
	h.mark.Refresh()
}

func (h *tabHead) Tapped(*fyne.PointEvent)             { h.open() }
func (h *tabHead) TappedSecondary(ev *fyne.PointEvent) { h.menu(ev.AbsolutePosition) }
func (h *tabHead) FocusGained()                        { h.focused = true; h.paint() }
func (h *tabHead) FocusLost()                          { h.focused = false; h.paint() }
func (h *tabHead) TypedRune(rune)                      {}
func (h *tabHead) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		h.open()
	case fyne.KeyF2:
		h.rename()
	case desktop.KeyMenu:
		h.menu(locate.Position(h).AddXY(0, h.Size().Height))
	default:
		kit.ForwardKey(h, key)
	}
}
func (h *tabHead) TypedShortcut(s fyne.Shortcut) { kit.Forward(h, s) }
func (h *tabHead) MouseIn(ev *desktop.MouseEvent) {
	h.hovered = true
	h.paint()
	tip.Show(h, h.title, ev.AbsolutePosition)
}
func (h *tabHead) MouseMoved(*desktop.MouseEvent)         {}
func (h *tabHead) MouseOut()                              { h.hovered = false; h.paint(); tip.Hide(h) }
func (h *tabHead) AccessibilityLabel() string             { return h.title }
func (h *tabHead) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
