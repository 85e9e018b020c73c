package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// StatusItem is a short fact in a bar or at the edge of a window: an icon or dot, words, a tooltip, and
// perhaps something that happens on a click.
type StatusItem struct {
	widget.BaseWidget
	mark fyne.CanvasObject
	text *Text
	tip  string
	root *fyne.Container
}

// NewStatusItem returns an item; mark is a StateDot, an icon widget or nil.
func NewStatusItem(mark fyne.CanvasObject, text string) *StatusItem {
	s := &StatusItem{mark: mark, text: NewText(text)}
	s.text.SetColor(theme.ColorMuted)
	row := container.New(layout.NewCustomPaddedHBoxLayout(6))
	if mark != nil {
		row.Add(container.NewCenter(mark))
	}
	row.Add(container.NewCenter(s.text))
	s.root = container.New(layout.NewCustomPaddedLayout(4, 4, 8, 8), row)
	s.ExtendBaseWidget(s)
	return s
}

// SetText changes the words.
func (s *StatusItem) SetText(text string) {
	s.text.SetText(text)
	s.Refresh()
}

// Text is what the item says.
func (s *StatusItem) Text() string { return s.text.Text }

// SetTip changes the tooltip.
func (s *StatusItem) SetTip(text string) { s.tip = text }

// MouseIn is Fyne's.
func (s *StatusItem) MouseIn(ev *desktop.MouseEvent) { tip.Show(s, s.tip, ev.AbsolutePosition) }

// MouseMoved is Fyne's.
func (s *StatusItem) MouseMoved(ev *desktop.MouseEvent) { tip.Show(s, s.tip, ev.AbsolutePosition) }

// MouseOut is Fyne's.
func (s *StatusItem) MouseOut() { tip.Hide(s) }

// CreateRenderer is Fyne's.
func (s *StatusItem) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.root) }
