package shell

import (
	"fyne.io/fyne/v2"

	"tenantry/gui/cmdletform"
	"tenantry/gui/kit"
)

// scriptMenu offers what can be done with a request as a script, at the button that was pressed.
func (p *Panel) scriptMenu(from fyne.CanvasObject, r cmdletform.Request) {
	w, f := p.words, p.flow
	items := []*fyne.MenuItem{
		fyne.NewMenuItem(w.Text("handover.copy"), func() { f.CopyScript(r, fyne.CurrentApp().Clipboard().SetContent) }),
		fyne.NewMenuItem(w.Text("handover.save"), func() { f.SaveScript(r) }),
	}
	if f.CanOpenScript() {
		items = append(items, fyne.NewMenuItem(w.Text("handover.open"), func() { f.OpenScript(r) }))
	}
	kit.MenuBelow(from, items...)
}
