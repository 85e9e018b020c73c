package shell

import (
	"path/filepath"
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/gui/resultstable"
)

// Title is what stands on a tab: the name it was given, otherwise whom and what.
func (f *Flow) Title(t *Tab) string {
	switch {
	case t.Name != "":
		return t.Name
	case t.File != nil:
		return filepath.Base(t.File.Path)
	case t.Result != nil:
		return f.words.Text("compare.tab", "table", t.Result.After.Title)
	}
	who := f.words.Text("window.own-organisation")
	switch n := len(t.Request.Customers); {
	case n == 1:
		who = t.Request.Customers[0].Name
	case n > 1:
		who = f.words.Count("window.form.customers", n)
	}
	what, known := f.words.Cmdlet(t.Request.Invocation.Cmdlet)
	if !known {
		what = t.Request.Invocation.Cmdlet
	}
	if about := aboutWhat(t.Request.Invocation); about != "" {
		what += ": " + about
	}
	if t.Request.Preview {
		what = f.words.Text("window.tab.preview", "what", what)
	}
	return who + " · " + what
}

// aboutWhat is the object a run asks about, so that tabs about two mailboxes can be told apart; empty for a run
// about all of them.
func aboutWhat(inv exchange.Invocation) string {
	const most = 48 // characters
	for _, p := range inv.Params {
		if !strings.EqualFold(p.Name, "Identity") || p.Value.Kind() != exchange.Text {
			continue
		}
		text := []rune(strings.Join(strings.Fields(p.Value.Text()), " "))
		if len(text) > most {
			return string(text[:most-1]) + "…"
		}
		return string(text)
	}
	return ""
}

// Show brings a tab to the front, with its form. Beside a table of a file the form stays as it is.
func (f *Flow) Show(i int) {
	if i < 0 || i >= len(f.model.Tabs) || i == f.model.Active {
		return
	}
	f.model.Active = i
	f.restoreForm()
	f.changed(false)
}

// restoreForm shows the form as it was when the tab that shows was asked.
func (f *Flow) restoreForm() {
	if t := f.model.Tab(); t != nil && t.Run != nil && f.Form != nil {
		f.Form.Restore(t.Request.Spec, t.Request.Draft, true)
	}
}

// add shows a new tab, behind the others.
func (f *Flow) add(t *Tab) {
	f.model.Tabs = append(f.model.Tabs, t)
	f.model.Active = len(f.model.Tabs) - 1
}

// CloseTab takes a tab away; its run is stopped. Reopen brings it back, with the rows that had come.
func (f *Flow) CloseTab(i int) {
	if i < 0 || i >= len(f.model.Tabs) || f.model.Tabs[i].Pinned {
		return
	}
	t := f.model.Tabs[i]
	t.stop()
	f.forget()
	f.model.Closed = t
	f.model.Tabs = slices.Delete(f.model.Tabs, i, i+1)
	switch {
	case len(f.model.Tabs) == 0:
		f.model.Active = -1
		if f.Form != nil {
			f.Form.SetCompact(false)
		}
	case i < f.model.Active || f.model.Active == len(f.model.Tabs):
		f.model.Active--
	}
	f.restoreForm()
	f.note(Note{Kind: NoteInfo, Key: "window.tab.closed", Args: []any{"tab", f.Title(t)}, Undo: t})
	if f.model.Bench && len(f.model.Tabs) == 0 {
		f.ShowBench(false)
	}
}

// Reopen brings back the tab that was closed last.
func (f *Flow) Reopen() {
	t := f.model.Closed
	if t == nil {
		return
	}
	f.model.Closed = nil
	f.dropUndo()
	f.add(t)
	f.restoreForm()
	if f.model.Stage == SignedOut && !f.model.Bench {
		f.ShowBench(true)
		return
	}
	f.changed(false)
}

// forget lets the tab that was closed last go for good.
func (f *Flow) forget() {
	if t := f.model.Closed; t != nil {
		t.Table.Close()
		f.model.Closed = nil
	}
	f.dropUndo()
}

func (f *Flow) dropUndo() {
	f.model.Notes = slices.DeleteFunc(f.model.Notes, func(n Note) bool { return n.Undo != nil })
	f.model.NotesTurn++
}

// Rename gives a tab a name; an empty one gives it the usual title again.
func (f *Flow) Rename(t *Tab, name string) {
	t.Name = strings.TrimSpace(name)
	f.changed(false)
}

// Pin puts a tab in front of those that are not pinned, or lets it go. A pinned tab cannot be closed, and asking
// the same question again leaves its rows as they are.
func (f *Flow) Pin(t *Tab, on bool) {
	shown := f.model.Tab()
	t.Pinned = on
	slices.SortStableFunc(f.model.Tabs, func(a, b *Tab) int {
		switch {
		case a.Pinned == b.Pinned:
			return 0
		case a.Pinned:
			return -1
		}
		return 1
	})
	f.model.Active = slices.Index(f.model.Tabs, shown)
	f.changed(false)
}

// newTable makes the table of a tab, in the words of now.
func (f *Flow) newTable(t *Tab) {
	o := resultstable.Options{Loop: f.loop, Words: f.words, Name: f.Name, Interval: resultstable.DefaultInterval}
	if t.Result == nil { // what is compared has columns of its own
		o.Views = f.views
	}
	if t.Run != nil {
		o.Columns = f.settings.get().Columns[t.Request.Invocation.Cmdlet]
	}
	if t.File != nil {
		w, hint := f.words, "file.no-rows-hint"
		if len(t.rows().Snapshot().Columns()) == 0 {
			hint = "file.nothing-hint"
		}
		o.None = func() (string, string) { return w.Text("file.no-rows"), w.Text(hint) }
	}
	if t.Result != nil {
		w := f.words
		o.Columns = t.Result.Columns()
		o.None = func() (sentence, hint string) { return t.Result.None(w) }
	}
	t.Table = resultstable.NewFlow(t.rows(), o)
	if t.Run != nil {
		t.Table.OnColumns = f.settings.setColumns
	}
	for _, u := range t.news {
		t.Table.Apply(u)
	}
	if t.File != nil {
		for _, p := range t.File.Warnings {
			t.Table.Remark(resultstable.Remark{Problem: p})
		}
	}
	if t.Result != nil {
		t.Table.Remark(t.Result.Remarks(f.words)...)
	}
}
