package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// TestAnEmptyStateStaysInItsPlace gives one less room than its words need: they scroll, and lie over nothing else.
func TestAnEmptyStateStaysInItsPlace(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	e := kit.NewEmptyState(icons.Info, "No rows", "The file has names of columns, and no rows below them.", nil)
	least := e.MinSize()
	if least.Height < 60 || least.Width < 200 {
		t.Fatalf("it needs %v", least)
	}
	e.Resize(fyne.NewSize(least.Width/2, least.Height/2))
	scroll, ok := test.WidgetRenderer(e).Objects()[0].(*container.Scroll)
	if !ok || scroll.Size() != e.Size() || scroll.Content.Size() != least {
		t.Errorf("in %v it draws %#v", e.Size(), test.WidgetRenderer(e).Objects())
	}
	e.Resize(least.AddWidthHeight(200, 100))
	if scroll.Content.Size() != e.Size() {
		t.Errorf("with room it is %v of %v", scroll.Content.Size(), e.Size())
	}
}
