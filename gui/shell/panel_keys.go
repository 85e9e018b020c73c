package shell

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// keysPanel is the card with the keys, in the middle of the window.
type keysPanel struct {
	panel   *Panel
	closing *kit.Button
	root    *fyne.Container
	before  fyne.Focusable // what had the keyboard before the card opened
}

func newKeysPanel(p *Panel) *keysPanel {
	w := p.words
	k := &keysPanel{panel: p}
	k.closing = kit.NewIconButton(icons.Close, w.Text("kit.close"), func() { p.flow.ShowKeys(false) })
	groups := kit.Stacked(12)
	for _, g := range Keys {
		title := kit.NewText(w.Text(g.Title))
		title.Style.Bold = true
		title.SetColor(theme.ColorMuted)
		lines := kit.Stacked(3, title)
		for _, l := range g.Lines {
			does := kit.NewText(w.Text(l.Does))
			does.Clip = true
			keys := container.New(layout.NewCustomPaddedHBoxLayout(6))
			for _, one := range strings.Fields(l.Pressed) {
				keys.Add(newKeycap(onKeyboard(one)))
			}
			lines.Add(container.New(&keyLine{}, keys, does))
		}
		groups.Add(lines)
	}
	head := container.NewBorder(nil, nil, kit.NewHeading(w.Text("keys.title")), k.closing)
	card := container.NewStack(kit.NewShield(), kit.NewSurface(theme.ColorSurface, theme.ColorBorder),
		container.New(layout.NewCustomPaddedLayout(10, 12, 20, 10), container.NewBorder(head, nil, nil, nil,
			container.NewVScroll(container.New(layout.NewCustomPaddedLayout(4, 4, 0, 12), groups)))))
	k.root = container.New(&keysPlace{groups: groups}, card)
	k.root.Hide()
	return k
}

// onKeyboard is a key's name on this computer's keyboard.
func onKeyboard(key string) string {
	if runtime.GOOS == "darwin" {
		return strings.NewReplacer("Ctrl+Space", "⌃Space", "Ctrl+", "⌘", "Shift+", "⇧", "Alt+", "⌥").Replace(key)
	}
	return key
}

// newKeycap draws a key.
func newKeycap(text string) fyne.CanvasObject {
	words := kit.NewText(text)
	return container.NewStack(kit.NewSurface(theme.ColorSampleBack, theme.ColorBorder),
		container.New(layout.NewCustomPaddedLayout(1, 1, 7, 7), words))
}

func (k *keysPanel) draw() {
	open := k.panel.flow.Model().Keys
	switch c := k.panel.win.Canvas(); {
	case open && !k.root.Visible():
		k.before = c.Focused()
		k.root.Show()
		c.Focus(k.closing)
	case !open && k.root.Visible():
		k.root.Hide()
		c.Focus(k.before)
		k.before = nil
	}
}

// keyLine puts the keys in a column of their own and the words beside it.
type keyLine struct{}

const keysColumn = 232 // points: the widest keys of Keys

func (keyLine) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(keysColumn+160, objects[0].MinSize().Height)
}

func (keyLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(objects[0].MinSize())
	h := objects[1].MinSize().Height
	objects[1].Move(fyne.NewPos(keysColumn, (size.Height-h)/2))
	objects[1].Resize(fyne.NewSize(max(size.Width-keysColumn, 0), h))
}

// keysPlace puts the card in the middle, as high as it needs.
type keysPlace struct{ groups fyne.CanvasObject }

func (*keysPlace) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (k *keysPlace) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w, h := min(640, size.Width-32), min(k.groups.MinSize().Height+84, size.Height-32)
	objects[0].Resize(fyne.NewSize(w, h))
	objects[0].Move(fyne.NewPos((size.Width-w)/2, (size.Height-h)/2))
}

// questionMark opens the card where nothing else takes what is typed.
func (p *Panel) questionMark() {
	p.win.Canvas().SetOnTypedRune(func(r rune) {
		if r == '?' {
			p.flow.ShowKeys(true)
		}
	})
}
