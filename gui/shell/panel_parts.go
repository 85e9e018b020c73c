package shell

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/jobs"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// topBar is the line above everything: who is signed in, sessions in use, state, and the menu.
type topBar struct {
	panel       *Panel
	name        *kit.Text
	account     *kit.Button
	sessions    *kit.Button
	light       *kit.Button
	menu        *kit.Button
	root        *fyne.Container
	closingText *kit.Text
	closingBar  *kit.ProgressBar
}

func newTopBar(p *Panel) *topBar {
	w := p.words
	b := &topBar{panel: p}
	b.account = kit.NewButton("", icons.User, kit.Quiet, b.accountMenu)
	b.sessions = kit.NewButton("", icons.Sessions, kit.Quiet, func() { p.flow.ShowSessions(!p.flow.Model().Sessions.Open) })
	b.sessions.SetTip(w.Text("window.sessions-tip"))
	b.light = newLight(p)
	b.menu = kit.NewIconButton(icons.Settings, w.Text("window.menu"), b.settingsMenu)
	b.name = kit.NewHeading("Tenantry")
	b.root = container.New(layout.NewCustomPaddedLayout(4, 4, 14, 8), container.NewBorder(nil, nil,
		container.New(&middleLine{}, b.name), container.New(layout.NewCustomPaddedHBoxLayout(2), b.account, b.sessions, b.light, b.menu)))
	return b
}

func (b *topBar) draw() {
	m, w := b.panel.flow.Model(), b.panel.words
	out := m.Stage == SignedOut || m.Account == ""
	b.account.Hidden, b.sessions.Hidden = out, out
	b.name.Hidden = out && !m.Bench // the first screen says it larger
	b.panel.drawLight(b.light)
	if out {
		b.root.Refresh()
		return
	}
	b.account.SetText(m.Account)
	b.sessions.SetText(w.Text("window.sessions", "n", m.Used+m.Others, "total", m.Max))
	b.sessions.SetChosen(m.Sessions.Open)
	b.root.Refresh()
}

func (b *topBar) accountMenu() {
	w, f := b.panel.words, b.panel.flow
	key := "window.sign-out"
	if f.Model().Sample {
		key = "window.sample-leave"
	}
	kit.MenuBelow(b.account, kit.MenuHeading(f.Model().Host), fyne.NewMenuItemSeparator(), fyne.NewMenuItem(w.Text(key), f.SignOut))
}

func (b *topBar) settingsMenu() {
	w, f := b.panel.words, b.panel.flow
	s := f.Settings()
	var items []*fyne.MenuItem
	heading := func(key string) { items = append(items, kit.MenuHeading(w.Text(key))) }
	choice := func(text string, on bool, do func()) {
		i := fyne.NewMenuItem(text, do)
		i.Checked = on
		items = append(items, i)
	}
	choice(w.Text("file.open"), false, f.ChooseFile)
	items[0].Shortcut = &desktop.CustomShortcut{KeyName: fyne.KeyO, Modifier: fyne.KeyModifierShortcutDefault}
	items = append(items, fyne.NewMenuItemSeparator())
	if f.Model().Stage == Working {
		choice(w.Text("window.import.all"), false, f.ImportAll)
	}
	if f.Preflight != nil {
		choice(w.Text("window.preflight.menu"), false, f.CheckComputer)
	}
	choice(w.Text("keys.menu"), false, func() { f.ShowKeys(true) })
	if f.Trouble.HasBundle() {
		choice(w.Text("troubleshoot.bundle"), false, f.MakeBundle)
	}
	if !items[len(items)-1].IsSeparator {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	heading("window.look")
	for _, l := range []struct {
		look Look
		key  string
	}{{LookSystem, "window.look.system"}, {LookLight, "window.look.light"}, {LookDark, "window.look.dark"}} {
		choice(w.Text(l.key), s.Look == l.look, func() { f.SetLook(l.look) })
	}
	items = append(items, fyne.NewMenuItemSeparator())
	heading("window.language")
	for _, l := range []struct{ lang, text string }{{"", w.Text("window.look.system")}, {"en", "English"}, {"nl", "Nederlands"}} {
		choice(l.text, s.Language == l.lang, func() { f.SetLanguage(l.lang) })
	}
	kit.MenuBelow(b.menu, items...)
}

// runProgress says how far the run of the tab that shows is, for each customer when there are several.
type runProgress struct {
	panel  *Panel
	text   *kit.Text
	cancel *kit.Button
	line   *fyne.Container
	fold   *kit.Fold
	list   *kit.List
	high   *fixedHeight // of the list: as its lines need, up to five and a half
	root   *fyne.Container
}

func newRunProgress(p *Panel) *runProgress {
	w := p.words
	r := &runProgress{panel: p, text: kit.NewText("")}
	r.text.Clip = true
	r.cancel = kit.NewButton(w.Text("window.cancel"), icons.Stop, kit.Plain, p.flow.Cancel)
	r.cancel.SetTip("Esc")
	r.line = container.NewBorder(nil, nil, nil, r.cancel, container.New(&middleLine{}, r.text))
	r.list = kit.NewList(w.Text("window.run.each"))
	r.list.RowHeight = 24
	r.list.Length = func() int {
		if t := p.flow.Model().Tab(); t != nil {
			return len(t.Parts)
		}
		return 0
	}
	r.list.Create = func() fyne.CanvasObject { return newPartRow() }
	r.list.Update = func(i int, o fyne.CanvasObject) {
		if t := p.flow.Model().Tab(); t != nil && i < len(t.Parts) {
			o.(*partRow).set(p, t.Parts[i])
		}
	}
	r.high = &fixedHeight{}
	r.fold = kit.NewFold(w.Text("window.run.each"), container.New(r.high, r.list))
	r.fold.OnChanged = func(bool) { p.middle.Refresh() }
	r.root = container.New(layout.NewCustomPaddedLayout(4, 0, 12, 8), kit.Stacked(2, r.line, r.fold))
	return r
}

func (r *runProgress) draw() {
	t := r.panel.flow.Model().Tab()
	if t == nil || !t.Running && len(t.Parts) < 2 {
		r.root.Hide()
		return
	}
	r.line.Hidden = !t.Running
	r.fold.Hidden = len(t.Parts) < 2
	r.high.height = min(float32(len(t.Parts)), 5.5) * r.list.RowHeight
	r.text.SetText(r.said(t))
	r.list.Refresh()
	r.root.Show()
	r.root.Refresh()
}

func (r *runProgress) said(t *Tab) string {
	w, f := r.panel.words, r.panel.flow
	if len(t.Parts) == 1 {
		p := t.Parts[0]
		return f.Name(p.Customer) + ": " + partWords(r.panel, p)
	}
	text := w.Text("window.run.so-far", "n", t.Ended, "total", len(t.Parts))
	var now []string
	for _, p := range t.Parts {
		if p.Phase == jobs.Running || p.Phase == jobs.Connecting {
			now = append(now, f.Name(p.Customer))
		}
	}
	if len(now) > 0 {
		text += " · " + strings.Join(now, ", ")
	} else if i := slices.IndexFunc(t.Parts, func(p Part) bool { return p.Phase == jobs.Waiting && p.Wait != nil }); i >= 0 {
		text += " · " + partWords(r.panel, t.Parts[i])
	}
	return text + " · " + w.Count("table.rows", t.Rows())
}

// partWords say where a run stands with one customer.
func partWords(p *Panel, part Part) string {
	w := p.words
	switch part.Phase {
	case jobs.Waiting:
		if text := p.waitWords(part.Wait); text != "" {
			return text
		}
		return w.Text("window.run.waiting")
	case jobs.Connecting:
		return w.Text("window.run.connecting")
	case jobs.Running:
		if part.Rows == 0 {
			return w.Text("window.run.running")
		}
		return w.Count("table.rows-so-far", part.Rows)
	case jobs.Finished:
		return w.Count("table.rows", part.Rows)
	case jobs.Cancelled:
		return w.Text("window.run.cancelled")
	}
	text := w.Text("window.run." + string(part.Phase))
	if part.Partial {
		text = w.Count("table.rows-partial", part.Rows)
	}
	if part.Problem != nil {
		text += ": " + w.Problem(part.Problem).Title
	}
	return text
}

// partRow is one customer's line below the fold.
type partRow struct {
	widget.BaseWidget
	dot        *kit.StateDot
	name, said *kit.Text
	root       *fyne.Container
}

func newPartRow() *partRow {
	r := &partRow{dot: kit.NewStateDot(kit.Idle, ""), name: kit.NewText(""), said: kit.NewText("")}
	r.name.Clip, r.said.Clip = true, true
	r.said.SetColor(theme.ColorMuted)
	r.root = container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 4), container.NewCenter(r.dot)), nil,
		container.NewGridWithColumns(2, container.New(&middleLine{}, r.name), container.New(&middleLine{}, r.said)))
	r.ExtendBaseWidget(r)
	return r
}

func (r *partRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.root) }

func (r *partRow) set(p *Panel, part Part) {
	state := kit.Idle
	switch part.Phase {
	case jobs.Connecting, jobs.Running:
		state = kit.Working
	case jobs.Finished:
		state = kit.Connected
	case jobs.Failed, jobs.NotAsked:
		state = kit.Attention
	}
	words := partWords(p, part)
	r.dot.Set(state, words)
	r.name.SetText(p.flow.Name(part.Customer))
	r.said.SetText(words)
}
