package shell

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/wording"
	"tenantry/gui/cmdletform"
	"tenantry/gui/compare"
	"tenantry/gui/customerlist"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
	"tenantry/gui/preflightpanel"
	"tenantry/gui/remedy"
	"tenantry/gui/resultstable"
	"tenantry/gui/signindialog"
	"tenantry/gui/troubleshoot"
)

// Panel draws the window. It belongs to the UI goroutine.
type Panel struct {
	flow  *Flow
	win   fyne.Window
	words *wording.Words

	signIn    *signindialog.Panel
	customers *customerlist.Panel
	form      *cmdletform.Panel
	bar       *topBar
	tabs      *tabBar
	progress  *runProgress
	tables    map[*resultstable.Flow]*resultstable.Panel
	bars      map[*resultstable.Flow]fyne.CanvasObject // tables of comparisons with the line above them
	result    *fyne.Container
	notes     *fyne.Container
	under     *fyne.Container   // everything below the bar
	notesRoll *container.Scroll // holds the notes where there is not room for all of them
	notesNow  notesShown
	imports   *workNote // nil while nothing is imported
	tasks     map[*Task]*workNote
	comparing *compare.Panel
	compared  *compare.Flow // of comparing
	start     *fyne.Container
	middle    *fyne.Container
	closing   *fyne.Container
	sessions  *sessionsPanel
	shortcuts *keysPanel
	preflight *preflightpanel.Panel // nil without something to look with
	trouble   *troubleshoot.Panel
	stage     Stage
	shown     *Tab
	told      *Tab // whose answer is shown as words
}

// NewPanel puts the window's content into win and takes its keys, its close button and flow's OnChange.
func NewPanel(flow *Flow, win fyne.Window) *Panel {
	p := &Panel{flow: flow, win: win}
	flow.OnGo = p.goOn
	flow.OnChange = func(stage bool) {
		if stage {
			p.rebuild()
			return
		}
		p.draw()
	}
	win.SetPadded(false)
	win.SetCloseIntercept(p.Quit)
	win.SetOnDropped(func(_ fyne.Position, dropped []fyne.URI) { p.Drop(dropped) })
	p.rebuild()
	p.keys()
	return p
}

// Quit closes every session and then the window.
func (p *Panel) Quit() {
	p.flow.Quit(func() {
		p.win.SetCloseIntercept(nil)
		p.win.Close()
	})
}

// rebuild makes everything anew, for another stage, language or look.
func (p *Panel) rebuild() {
	w := p.flow.Words()
	p.words = w
	kit.SetWords(kit.Words{Details: w.Text("kit.details"), Copy: w.Text("kit.copy"), Copied: w.Text("kit.copied"), Close: w.Text("kit.close"),
		Clear: w.Text("kit.clear"), Remove: w.Text("kit.remove"), Needed: w.Text("kit.needed"), Search: w.Text("kit.search")})
	mode := map[Look]theme.Mode{LookLight: theme.Light, LookDark: theme.Dark}[p.flow.Settings().Look]
	if now, ok := fyne.CurrentApp().Settings().Theme().(theme.Theme); !ok || now.Mode != mode {
		fyne.CurrentApp().Settings().SetTheme(theme.Theme{Mode: mode})
	}
	m := p.flow.Model()
	p.stage, p.shown, p.told = m.Stage, nil, nil
	p.tables, p.bars = map[*resultstable.Flow]*resultstable.Panel{}, map[*resultstable.Flow]fyne.CanvasObject{}
	p.bar = newTopBar(p)
	p.notes, p.notesRoll, p.imports, p.tasks = kit.Stacked(4), nil, nil, map[*Task]*workNote{}
	p.comparing, p.compared = nil, nil
	p.makeClosing()
	p.sessions, p.shortcuts = newSessionsPanel(p), newKeysPanel(p)
	over := container.NewStack()
	p.trouble = troubleshoot.NewPanel(p.flow.Trouble, w, p.win)
	over.Add(p.trouble.Content())
	if p.flow.Preflight != nil {
		p.preflight = preflightpanel.NewPanel(p.flow.Preflight, w, p.win)
		over.Add(p.preflight.Content())
	}
	var content *fyne.Container
	p.customers, p.form, p.signIn, p.tabs = nil, nil, nil, nil
	switch {
	case m.Bench:
		content = p.makeBench()
	case m.Stage == SignedOut:
		p.signIn = signindialog.NewPanel(p.flow.SignIn, w, p.flow.Loop(), p.flow.Files())
		content = container.NewBorder(container.New(layout.NewCustomPaddedLayout(8, 0, 12, 12), p.notes), p.openRow(), nil, nil, p.signIn.Content())
	default:
		content = p.makeWorking()
	}
	p.under = content
	top := kit.Stacked(0, p.bar.root, line())
	p.win.SetContent(tip.Wrap(container.NewStack(canvas.NewRectangle(theme.Color("background")), container.NewBorder(top, nil, nil, nil, content), p.sessions.root, over, p.shortcuts.root, p.closing)))
	p.draw()
	switch {
	case p.signIn != nil:
		p.win.Canvas().Focus(p.signIn.First())
	case p.form != nil && m.Tab() == nil:
		p.win.Canvas().Focus(p.form.Search().(fyne.Focusable))
	}
}

func line() fyne.CanvasObject {
	l := kit.NewSurface("separator", "")
	l.Radius = ""
	return container.New(&fixedHeight{1}, l)
}

func (p *Panel) makeWorking() *fyne.Container {
	w, f := p.words, p.flow
	p.customers = customerlist.NewPanel(f.Customers, w, f.Loop(), f.Files())
	p.form = cmdletform.NewPanel(f.Form, w)
	p.form.OnImport = f.ImportAll
	p.form.OfferScript(p.scriptMenu)
	p.tabs = newTabBar(p)
	p.progress = newRunProgress(p)
	p.notesRoll = container.NewVScroll(p.notes)
	p.result = container.NewStack()
	p.start = container.NewStack(p.starters())
	p.middle = container.New(&middle{p}, p.form.Search(), p.notesRoll, p.form.Card(), p.start, p.tabs.root, p.progress.root, p.result, p.form.Pop())
	p.form.OnHeight = p.draw
	split := container.NewHSplit(container.New(&atLeast{216}, p.customers.Content()), p.middle) // its heading and buttons beside each other
	split.Offset = 0.21
	var top fyne.CanvasObject = container.NewStack()
	if f.model.Sample {
		top = container.New(layout.NewCustomPaddedLayout(6, 0, 8, 8), kit.NewStrip(kit.Sample, w.Text("window.sample"),
			kit.Action{Text: w.Text("window.sample-sign-in"), Do: f.SignOut}))
	}
	return container.NewBorder(top, nil, nil, nil, split)
}

// starters are questions people ask first, for whoever does not know what to type.
func (p *Panel) starters() fyne.CanvasObject {
	w, f := p.words, p.flow
	grid := container.New(&cards{})
	for _, s := range f.Form.Starters() {
		words, known := w.Cmdlet(s.Name)
		if !known {
			words = s.Name
		}
		icon := icons.Search
		if s.Writes {
			icon = icons.Settings
		}
		b := kit.NewButton(words, icon, kit.Plain, func() {
			f.Form.Choose(s)
			p.form.FocusFirst()
		})
		b.SetTip(s.Name)
		grid.Add(b)
	}
	open := kit.NewButton(w.Text("file.open"), icons.Open, kit.Plain, f.ChooseFile)
	open.SetTip(w.Text("file.open-tip"))
	grid.Add(open)
	hint := kit.NewText(w.Text("window.start.hint"))
	hint.SetColor(theme.ColorMuted)
	hint.Clip = true
	return container.NewVScroll(container.New(layout.NewCustomPaddedLayout(24, 16, 24, 24),
		kit.Stacked(12, kit.Stacked(2, kit.NewTitle(w.Text("window.start.title")), hint), grid)))
}

func (p *Panel) makeClosing() {
	text := kit.NewHeading("")
	bar := kit.NewProgressBar()
	veil := kit.NewSurface("background", "")
	veil.Radius = ""
	p.closing = container.NewStack(veil, container.NewCenter(kit.Stacked(12, text, container.New(&fixedHeight{3}, bar),
		container.NewCenter(kit.NewButton(p.words.Text("window.closing.now"), nil, kit.Plain, p.Quit)))))
	p.closing.Hide()
	p.bar.closingText, p.bar.closingBar = text, bar
}

// draw brings the screen in line with the model.
func (p *Panel) draw() {
	m := p.flow.Model()
	p.bar.draw()
	p.sessions.draw()
	p.shortcuts.draw()
	p.drawNotes()
	if m.Stage == Closing && m.SaysSo {
		p.bar.closingText.SetText(p.words.Count("window.closing", m.Used))
		p.bar.closingBar.Busy()
		p.closing.Show()
	} else {
		p.closing.Hide()
	}
	if p.tabs == nil {
		return
	}
	p.tabs.draw()
	p.progress.draw()
	tab := m.Tab()
	p.start.Hidden = p.form == nil || tab != nil || p.flow.Form.Model().Spec != nil
	p.result.Hidden = tab == nil
	for flow := range p.tables { // of tabs that were closed
		if !p.inUse(flow) {
			delete(p.tables, flow)
			delete(p.bars, flow)
		}
	}
	if tab != nil {
		p.drawResult(tab)
	} else {
		p.told = nil
	}
	p.shown = tab
	p.middle.Refresh()
}

// drawResult shows a tab's table, or what servers said where that is all of the answer.
func (p *Panel) drawResult(tab *Tab) {
	if tab.Told() {
		if p.told != tab {
			p.told = tab
			p.result.Objects = []fyne.CanvasObject{p.previewed(tab)}
			p.result.Refresh()
		}
		return
	}
	p.told = nil
	table := p.table(tab)
	content := table.Content()
	if tab.Result != nil {
		content = p.withBar(tab, content)
	}
	if len(p.result.Objects) == 1 && p.result.Objects[0] == content {
		return
	}
	p.result.Objects = []fyne.CanvasObject{content}
	p.result.Refresh()
	if p.shown != tab {
		table.FocusTable()
	}
}

// previewed is what a change would do, in the servers' own words.
func (p *Panel) previewed(t *Tab) fyne.CanvasObject {
	w := p.words
	rows := kit.Stacked(0)
	for _, said := range t.Said {
		text := said.Text
		if len(t.Parts) > 1 {
			text = p.flow.Name(said.Customer) + ": " + text
		}
		line := widget.NewLabel(text)
		line.Wrapping = fyne.TextWrapWord
		line.Selectable = true
		rows.Add(line)
	}
	hint := kit.NewText(w.Text("window.preview.next"))
	if len(t.Said) == 0 {
		hint.SetText(w.Text("window.preview.silent"))
	}
	hint.SetColor(theme.ColorMuted)
	hint.Clip = true
	return container.NewVScroll(container.New(layout.NewCustomPaddedLayout(16, 16, 12, 12),
		kit.Stacked(8, kit.NewHeading(w.Text("window.preview.title")), container.New(layout.NewCustomPaddedLayout(-4, -4, -8, -8), rows), hint)))
}

func (p *Panel) inUse(flow *resultstable.Flow) bool {
	for _, t := range p.flow.Model().Tabs {
		if t.Table == flow {
			return true
		}
	}
	return false
}

// table is the panel of a tab's table, made when it is first seen.
func (p *Panel) table(t *Tab) *resultstable.Panel {
	if table, ok := p.tables[t.Table]; ok {
		return table
	}
	table := resultstable.NewPanel(t.Table)
	table.OnExport = func(want resultstable.Wanted) { p.flow.Export(t, want) }
	table.Files = p.flow.Files()
	table.Kinds, table.MoreExport = p.flow.Kinds, p.moreExport
	p.tables[t.Table] = table
	p.offerCompare(t, table)
	if t.Run == nil {
		return table
	}
	table.OnRetry = func(ids []exchange.CustomerID) { p.flow.Retry(t, ids) }
	table.OfferScript(func(from fyne.CanvasObject) { p.scriptMenu(from, t.Request) })
	table.OnStep, table.OnFindOut = p.flow.Step, p.flow.FindOut
	p.offerRelated(table, t)
	if t.CanAllRows() {
		table.OnAllRows = func() { p.flow.AllRows(t) }
	}
	return table
}

// drawNotes says what is to be said above everything else. What says the same as before stays, with its open
// folds and its focus.
func (p *Panel) drawNotes() {
	m, w := p.flow.Model(), p.words
	p.drawWork()
	now := notesShown{in: p.notes, question: m.Question, importing: p.imports, leaving: m.Leaving, before: m.Before > 0, turn: m.NotesTurn}
	if now == p.notesNow {
		return
	}
	p.notesNow = now
	p.notes.Objects = nil
	if q := m.Question; q != nil {
		p.notes.Add(kit.NewStrip(kit.Warn, w.Text("window.redirect", "from", q.From, "to", q.To),
			kit.Action{Text: w.Text("window.redirect-follow"), Do: func() { q.Answer(true) }},
			kit.Action{Text: w.Text("window.redirect-stop"), Do: func() { q.Answer(false) }}))
	}
	if m.Leaving {
		p.notes.Add(kit.NewStrip(kit.Warn, w.Count("window.leave", p.flow.RowTabs()),
			kit.Action{Text: w.Text("window.step.sign-in"), Do: p.flow.LeaveForSignIn}, kit.Action{Text: w.Text("window.stay"), Do: p.flow.Stay}))
	}
	if m.Before > 0 {
		p.notes.Add(kit.NewStrip(kit.Info, w.Text("window.preflight.before")))
	}
	if m.Blocked != nil {
		p.notes.Add(p.blocked(m.Blocked))
	}
	if p.imports != nil {
		p.notes.Add(p.imports.root)
	}
	for _, t := range m.Tasks {
		if t.Shown {
			p.notes.Add(p.tasks[t].root)
		}
	}
	if c := p.comparePanel(); c != nil {
		p.notes.Add(container.New(layout.NewCustomPaddedLayout(0, 2, 1, 1), c.Content()))
	}
	if n := m.Left; n != nil && !n.Gone {
		p.notes.Add(p.leftNote(n))
	}
	for i, n := range m.Notes {
		p.notes.Add(p.noteOf(n, func() { p.flow.Dismiss(i) }))
	}
	p.notes.Hidden = len(p.notes.Objects) == 0
	p.notes.Refresh()
	if p.notesRoll != nil {
		p.notesRoll.Refresh()
	}
	p.under.Refresh() // what is below the notes moves
}

// notesShown tells one state of the notes from another.
type notesShown struct {
	in        *fyne.Container
	question  *signindialog.Question
	importing *workNote
	leaving   bool
	before    bool
	turn      int
}

func (p *Panel) noteOf(n Note, dismiss func()) fyne.CanvasObject {
	w := p.words
	if n.Problem != nil {
		kind := kit.Bad
		if n.Kind == NoteWarn {
			kind = kit.Warn
		}
		var actions []kit.Action
		for _, step := range remedy.For(n.Problem) {
			if step == remedy.Sessions {
				actions = append(actions, kit.Action{Text: w.Text(step.Key()), Do: func() { p.flow.Step(step) }})
			}
		}
		actions = append(actions, kit.Action{Text: w.Text("window.find-out"), Icon: icons.Search, Do: func() { p.flow.FindOut(n.Problem) }},
			kit.Action{Text: w.Text("kit.close"), Do: dismiss})
		panel := kit.NewProblem(kit.Explained(kind, w.Problem(n.Problem), actions...))
		panel.OnFold = func() { p.under.Refresh() }
		return panel
	}
	text := w.Text(n.Key, n.Args...)
	if n.Counted {
		text = w.Count(n.Key, n.Count, n.Args...)
	}
	actions := []kit.Action{{Icon: icons.Close, Do: dismiss}}
	if n.Undo != nil {
		actions = append([]kit.Action{{Text: w.Text("window.undo"), Icon: icons.Undo, Do: p.flow.Reopen}}, actions...)
	}
	if n.Path != "" {
		actions = append([]kit.Action{{Text: w.Text("file.open-it"), Do: func() { openFile(n.Path) }},
			{Text: w.Text("window.export.folder"), Do: func() { openFile(filepath.Dir(n.Path)) }}}, actions...)
	}
	return kit.NewStrip(map[NoteKind]kit.Kind{NoteInfo: kit.Info, NoteGood: kit.Good, NoteWarn: kit.Warn, NoteBad: kit.Bad}[n.Kind], text, actions...)
}

// keys registers the keys that work everywhere.
func (p *Panel) keys() {
	c := p.win.Canvas()
	press := func(s fyne.Shortcut, can func() bool, do func()) {
		c.AddShortcut(s, func(fyne.Shortcut) {
			if can() {
				do()
			}
		})
	}
	ctrl := func(key fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	}
	ctrlShift := func(key fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}
	}
	open := func() bool { return p.flow.Model().Stage != Closing }
	working := func() bool { return p.form != nil && p.flow.Model().Stage == Working }
	tabbed := func() bool { return p.tabs != nil && open() }
	table := func(do func(*resultstable.Panel)) func() {
		return func() {
			if t := p.flow.Model().Tab(); t != nil {
				do(p.table(t))
			}
		}
	}
	press(ctrl(fyne.KeyK), working, func() { p.form.FocusSearch() })
	press(ctrl(fyne.KeyL), working, func() { p.customers.FocusSearch() })
	press(ctrl(fyne.KeyReturn), working, func() { p.flow.Form.Run() })
	press(ctrl(fyne.KeyEnter), working, func() { p.flow.Form.Run() })
	press(ctrl(fyne.KeyO), open, p.flow.ChooseFile)
	press(ctrl(fyne.KeyD), tabbed, func() {
		if t := p.flow.Model().Tab(); t != nil && t.Result == nil {
			p.flow.CompareWith(t)
		}
	})
	press(ctrl(fyne.KeyF), tabbed, table((*resultstable.Panel).FocusFind))
	press(ctrlShift(fyne.KeyF), tabbed, table(func(t *resultstable.Panel) { t.NewFilter("") }))
	press(ctrl(fyne.KeyE), tabbed, table((*resultstable.Panel).Export))
	press(&fyne.ShortcutUndo{}, tabbed, table((*resultstable.Panel).Undo))
	press(&fyne.ShortcutRedo{}, tabbed, table((*resultstable.Panel).Redo))
	press(ctrlShift(fyne.KeyZ), tabbed, table((*resultstable.Panel).Redo))
	press(ctrl(fyne.KeyW), tabbed, func() { p.flow.CloseTab(p.flow.Model().Active) })
	press(ctrlShift(fyne.KeyT), open, p.flow.Reopen)
	press(ctrl(fyne.KeyPageDown), tabbed, func() { p.flow.Show(p.flow.Model().Active + 1) })
	press(ctrl(fyne.KeyPageUp), tabbed, func() { p.flow.Show(p.flow.Model().Active - 1) })
	p.questionMark()
	c.SetOnTypedKey(func(key *fyne.KeyEvent) {
		switch key.Name {
		case fyne.KeyEscape:
			p.escape()
		case fyne.KeyF1:
			p.flow.Help()
		case fyne.KeyF3:
			if tabbed() {
				table((*resultstable.Panel).FindNext)()
			}
		case fyne.KeyF5:
			if p.tabs != nil {
				p.flow.Again()
			}
		}
	})
}

// escape takes away what is nearest: the list of the search box, a question, then the run.
func (p *Panel) escape() {
	switch f := p.flow; {
	case f.Model().Keys:
		f.ShowKeys(false)
	case f.Preflight != nil && f.Preflight.Model().Open:
		f.Preflight.Escape()
	case f.Trouble.Model().Open:
		f.Trouble.Close()
	case f.Model().Sessions.Open:
		f.ShowSessions(false)
	case f.Model().Stage == SignedOut && f.Model().Comparing == nil:
		f.SignIn.Cancel()
		f.Cancel()
	case f.Model().Leaving:
		f.Stay()
	case f.Model().Comparing != nil:
		f.Model().Comparing.Close()
	case f.Form.Model().Searching:
		f.Form.OpenSearch(false)
	case f.Form.Model().Confirm != nil:
		f.Form.No()
	default:
		f.Cancel()
	}
}
