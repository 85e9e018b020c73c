package resultstable

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/views"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/locate"
	"tenantry/gui/kit/theme"
)

// viewButton is the button with the menu of saved views, and the line in which one is named.
type viewButton struct {
	panel  *Panel
	button *kit.Button
	words  string // of the button, where there is room for them, and how wide it is with them
	wide   float32
	icon   bool            // there is not
	naming *fyne.Container // hidden while nothing is named
	name   *kit.Field
	entry  *kit.Entry
	done   *kit.Button
	act    func(name string)
	free   func(name string) bool // whether a name is not taken; nil for one that replaces
}

func newViewButton(p *Panel) *viewButton {
	w := p.flow.Words()
	v := &viewButton{panel: p}
	v.button = kit.NewButton(w.Text("view.menu"), icons.Star, kit.Quiet, v.open)
	v.button.SetMenu()
	v.words, v.wide = v.button.Text(), v.button.MinSize().Width
	v.button.SetTip(w.Text("view.menu-tip"))
	v.button.Hidden = p.flow.o.Views == nil
	v.entry = kit.NewEntry(w.Text("view.name"))
	v.entry.OnChanged = func(string) { v.check() }
	v.entry.OnSubmitted = func(string) { v.finish() }
	v.entry.OnEscape = v.cancel
	v.name = kit.NewField(w.Text("view.name"), v.entry)
	v.done = kit.NewButton(w.Text("view.save"), icons.Check, kit.Primary, v.finish)
	stop := kit.NewButton(w.Text("view.cancel"), nil, kit.Quiet, v.cancel)
	line := container.NewBorder(nil, nil, nil, container.NewVBox(kit.NewCaption(" "), container.NewHBox(v.done, stop)), v.name)
	v.naming = container.New(layout.NewCustomPaddedLayout(4, 8, 12, 12), container.New(&atMost{460}, line))
	v.naming.Hide()
	return v
}

// draw shows which view was chosen.
func (v *viewButton) draw() {
	w := v.panel.flow.Words()
	text := w.Text("view.menu")
	if now, ok := v.panel.flow.Viewing(); ok {
		const wide = 160 // points
		text = kit.Shorten(now.Name, wide, theme.Size(theme.SizeText), fyne.TextStyle{})
		v.button.SetTip(w.Text("view.menu-now", "view", now.Name))
	} else {
		v.button.SetTip(w.Text("view.menu-tip"))
	}
	if text != v.words {
		v.words, v.icon = text, false
		v.button.SetText(text)
		v.wide = v.button.MinSize().Width
		v.panel.head.Objects[0].Refresh()
	}
}

// fold leaves the icon of the button, where there is no room for its words, or shows them again.
func (v *viewButton) fold(icon bool) {
	if icon == v.icon {
		return
	}
	v.icon = icon
	text := v.words
	if icon {
		text = ""
	}
	v.button.SetText(text)
}

func (v *viewButton) open() {
	if c := locate.Canvas(v.button); c != nil {
		at := locate.Position(v.button).AddXY(0, v.button.Size().Height)
		widget.ShowPopUpMenuAtPosition(v.menu(), c, at)
	}
}

// menu is what can be chosen and done.
func (v *viewButton) menu() *fyne.Menu {
	p, flow, w := v.panel, v.panel.flow, v.panel.flow.Words()
	m := &menu{words: w.Text}
	now, chosen := flow.Viewing()
	for _, one := range flow.Views() {
		item := fyne.NewMenuItem(one.Name, func() { flow.ShowView(one) })
		if one.First {
			item.Label = w.Text("view.marked-first", "view", one.Name)
		}
		item.Checked = chosen && one.Name == now.Name && one.For == now.For
		m.items = append(m.items, item)
	}
	m.separate()
	m.item("view.usual", flow.UsualView)
	m.separate()
	m.item("view.save-as", v.saveAs)
	if chosen {
		named := func(key string, do func()) *fyne.MenuItem {
			item := fyne.NewMenuItem(w.Text(key, "view", now.Name), do)
			m.items = append(m.items, item)
			return item
		}
		named("view.save-changes", func() { flow.SaveView(now.Name) }).Disabled = !flow.ViewChanged()
		named("view.rename", func() { v.rename(now) })
		named("view.delete", func() { flow.DeleteView(now) })
		named("view.at-first", func() { flow.ShowAtFirst(now, !now.First) }).Checked = now.First
	}
	if p.Files != nil {
		m.separate()
		m.item("view.export", v.export)
		m.item("view.import", v.importFile)
	}
	return fyne.NewMenu("", m.items...)
}

func (v *viewButton) saveAs() {
	v.ask("", "view.save", nil, v.panel.flow.SaveView)
}

func (v *viewButton) rename(view views.View) {
	v.ask(view.Name, "view.rename-do", func(name string) bool { return strings.EqualFold(name, view.Name) || !v.taken(name) },
		func(name string) { v.panel.flow.RenameView(view, name) })
}

// ask shows the line in which a name is typed.
func (v *viewButton) ask(name, do string, free func(string) bool, act func(string)) {
	v.act, v.free = act, free
	v.done.SetText(v.panel.flow.Words().Text(do))
	v.entry.SetText(name)
	v.check()
	v.naming.Show()
	v.panel.root.Refresh()
	kit.FocusBeside(v.panel.grid, v.entry)
	v.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func (v *viewButton) taken(name string) bool {
	for _, one := range v.panel.flow.Views() {
		if strings.EqualFold(one.Name, name) && one.For == v.panel.flow.Model().Info.Invocation.Cmdlet {
			return true
		}
	}
	return false
}

// check says what is wrong with the name, or that it replaces a view.
func (v *viewButton) check() {
	w, name := v.panel.flow.Words(), strings.TrimSpace(v.entry.Text)
	problem, hint := "", ""
	switch {
	case name == "":
	case !views.GoodName(name):
		problem = w.Explain(views.CodeBadName, map[string]string{"view": name}).Title
	case v.free != nil && !v.free(name):
		problem = w.Explain(views.CodeNameTaken, map[string]string{"view": name}).Title
	case v.free == nil && v.taken(name):
		hint = w.Text("view.replaces", "view", name)
	}
	v.name.SetProblem(problem)
	v.name.SetHint(hint)
	if name == "" || problem != "" {
		v.done.Disable(w.Text("view.needs-name"))
	} else {
		v.done.Enable()
	}
	v.panel.root.Refresh()
}

func (v *viewButton) finish() {
	if v.done.Disabled() {
		return
	}
	name, act := strings.TrimSpace(v.entry.Text), v.act
	v.cancel()
	act(name)
}

func (v *viewButton) cancel() {
	v.naming.Hide()
	v.panel.root.Refresh()
	v.panel.FocusTable()
}

// file is the kind of file a view is kept in.
func (v *viewButton) file() files.Filter {
	return files.Filter{Title: v.panel.flow.Words().Text("view.file"), Extensions: []string{strings.TrimPrefix(views.Ending, ".")}}
}

// export asks for a file and writes how the table is looked at now.
func (v *viewButton) export() {
	flow, w := v.panel.flow, v.panel.flow.Words()
	name := w.Text("view.unnamed")
	if now, ok := flow.Viewing(); ok {
		name = now.Name
	}
	view, kind := flow.View(name), v.file()
	v.choose(func(ctx context.Context) (string, error) {
		return v.panel.Files.SaveFile(ctx, w.Text("view.export-title"), files.Name(name)+views.Ending, kind)
	}, func(path string) { flow.ExportView(view, path) })
}

// importFile asks for a file with a view and shows it.
func (v *viewButton) importFile() {
	title, kind := v.panel.flow.Words().Text("view.import-title"), v.file()
	v.choose(func(ctx context.Context) (string, error) {
		return v.panel.Files.OpenFile(ctx, title, kind)
	}, v.panel.flow.ImportView)
}

func (v *viewButton) choose(ask func(context.Context) (string, error), then func(path string)) {
	flow := v.panel.flow
	flow.o.Loop.Go(flow.ctx, func(ctx context.Context) {
		path, err := ask(ctx)
		flow.o.Loop.Post(func() {
			switch {
			case ctx.Err() != nil || errors.Is(err, files.ErrCancelled):
			case err != nil:
				flow.Remark(Remark{Problem: exchange.AsProblem(err)})
			default:
				then(path)
			}
		})
	})
}

// atMost gives its object the width there is, up to width.
type atMost struct{ width float32 }

func (a *atMost) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }
func (a *atMost) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(min(size.Width, a.width), size.Height))
}
