package resultstable

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
)

// savedViews is what a Flow knows of the views that are kept.
type savedViews struct {
	known   []views.View // for this table, by name
	now     *views.View  // the one that was chosen last, nil for none
	missing []string     // columns it asks for that are not there so far
	steps   int          // how many changes of the view there were when it was chosen
	waits   bool         // it waits for the first row to tell the columns
}

// Views are the saved views for this table, by name.
func (f *Flow) Views() []views.View { return f.saved.known }

// Viewing is the saved view that was chosen last; ok is false for none.
func (f *Flow) Viewing() (v views.View, ok bool) {
	if f.saved.now == nil {
		return v, false
	}
	return *f.saved.now, true
}

// ViewChanged tells whether the table is looked at in another way than the view that was chosen says.
func (f *Flow) ViewChanged() bool {
	v, ok := f.Viewing()
	if !ok || len(f.saved.missing) > 0 {
		return false
	}
	fit, _ := v.Fit(f.table.Snapshot())
	return !reflect.DeepEqual(clean(fit), clean(f.View(v.Name)))
}

// clean is a view with what stands for nothing written in one way.
func clean(v views.View) views.View {
	v.First, v.For = false, ""
	v.Columns = slices.DeleteFunc(slices.Clone(v.Columns), func(c views.Column) bool { return c.Hidden })
	v.Filter = views.Together(views.Conditions(v.Filter))
	if len(v.Columns) == 0 {
		v.Columns = nil
	}
	if len(v.Sort) == 0 {
		v.Sort = nil
	}
	if len(v.Rules) == 0 {
		v.Rules = nil
	}
	return v
}

// View is how the table is looked at now, to be saved under a name.
func (f *Flow) View(name string) views.View {
	now := f.arrangement()
	v := views.View{Name: name, For: f.model.Info.Invocation.Cmdlet, Frozen: now.frozen, Sort: slices.Clone(now.query.Sort),
		Filter: now.query.Filter, Group: now.query.Group, Rules: slices.Clone(now.rules), Chart: now.chart}
	for _, c := range now.rows {
		if !c.Hidden {
			v.Columns = append(v.Columns, views.Column{Name: c.Name, Width: c.Width})
		}
	}
	return v
}

// ShowView looks at the table as a saved view says, as far as the table has what it asks for; the rest is told
// above the rows.
func (f *Flow) ShowView(v views.View) {
	f.remember("")
	f.saved.now, f.saved.steps = &v, len(f.history.past)
	f.followView()
}

// UsualView looks at the table as at first, before anybody changed anything.
func (f *Flow) UsualView() {
	f.remember("")
	f.saved = savedViews{known: f.saved.known}
	m := &f.model
	a := arrangement{query: results.Query{Language: m.Query.Language}}
	f.restoreQuietly(a)
	if !m.View.Grouped() {
		m.Columns, m.decided = nil, nil
		m.decide()
	} else {
		m.other, m.decided = nil, nil
	}
	f.changed(true)
}

// followView brings the table in line with the view that was chosen. While rows still arrive it is called
// again, until all columns that the view asks for are there or the user changes something.
func (f *Flow) followView() {
	s := f.table.Snapshot()
	if f.saved.waits = s.Len() == 0 && f.model.Running; f.saved.waits {
		f.changed(false)
		return
	}
	fit, missing := f.saved.now.Fit(s)
	f.saved.missing = missing
	a := arrangement{query: results.Query{Filter: fit.Filter, Group: fit.Group, Sort: fit.Sort, Language: f.model.Query.Language},
		groups: f.arrangement().groups, frozen: fit.Frozen, rules: fit.Rules, chart: fit.Chart}
	if len(fit.Columns) > 0 {
		for _, c := range fit.Columns {
			a.rows = append(a.rows, ColumnState{Name: c.Name, Width: c.Width, Hidden: c.Hidden})
		}
		for _, c := range s.Columns() {
			if !slices.ContainsFunc(a.rows, func(s ColumnState) bool { return strings.EqualFold(s.Name, c.Name) }) {
				a.rows = append(a.rows, ColumnState{Name: c.Name, Hidden: true})
			}
		}
		a.narrow = true
	} else {
		a.rows = f.arrangement().rows
	}
	f.restoreQuietly(a)
	if !f.model.Running {
		f.tellMissing()
	}
}

// tellMissing says once which columns of the view that was chosen are not there.
func (f *Flow) tellMissing() {
	if missing := f.saved.missing; f.saved.now != nil && len(missing) > 0 {
		labels := make([]string, len(missing))
		for i, name := range missing {
			labels[i] = f.o.Words.Label(name)
		}
		f.Remark(Remark{Text: f.o.Words.Count("view.missing", len(missing), "view", f.saved.now.Name, "columns", strings.Join(labels, ", "))})
	}
}

// columnsCame lets a view that was chosen before all columns were known have those that came, and tells whether
// it did.
func (f *Flow) columnsCame() bool {
	s := &f.saved
	came := func(name string) bool { _, ok := f.table.Snapshot().Column(name); return ok }
	switch {
	case s.now == nil || !s.waits && len(s.missing) == 0:
	case len(f.history.past) != s.steps:
		s.waits, s.missing = false, nil // the user went on from what there was
	case s.waits && f.table.Len() > 0 || slices.ContainsFunc(s.missing, came):
		f.followView()
		return true
	}
	return false
}

// loadViews reads the views that are kept, and at first shows the one that is to be the first.
func (f *Flow) loadViews(first bool) {
	if f.o.Views == nil {
		return
	}
	store, cmdlet := f.o.Views, f.model.Info.Invocation.Cmdlet
	f.o.Loop.Go(f.ctx, func(ctx context.Context) {
		all, err := allFor(store, cmdlet)
		f.o.Loop.Post(func() {
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				f.Remark(Remark{Problem: exchange.AsProblem(err)})
				return
			}
			f.saved.known = all
			if at := slices.IndexFunc(all, f.isFirst); first && at >= 0 && !f.CanUndo() {
				f.saved.now = &all[at]
				f.followView()
				return
			}
			f.changed(false)
		})
	})
}

// isFirst tells whether a view shows at first. One that was made on a file does so only for files that have what
// it asks for: it is meant for none of the others.
func (f *Flow) isFirst(v views.View) bool {
	if !v.First || v.For != "" {
		return v.First
	}
	_, missing := v.Fit(f.table.Snapshot())
	return len(missing) == 0
}

// allFor are the views for a cmdlet; a table of none has those that were made on files.
func allFor(store *views.Store, cmdlet string) ([]views.View, error) {
	all, err := store.All(cmdlet)
	return slices.DeleteFunc(all, func(v views.View) bool { return !strings.EqualFold(v.For, cmdlet) }), err
}

// keep does something with the store away from the screen, reads it anew, and calls then.
func (f *Flow) keep(work func(store *views.Store) error, then func()) {
	store, cmdlet := f.o.Views, f.model.Info.Invocation.Cmdlet
	if store == nil {
		return
	}
	f.o.Loop.Go(f.ctx, func(ctx context.Context) {
		err := work(store)
		all, errRead := allFor(store, cmdlet)
		f.o.Loop.Post(func() {
			if ctx.Err() != nil {
				return
			}
			if errRead == nil {
				f.saved.known = all
			}
			if err != nil {
				f.Remark(Remark{Problem: exchange.AsProblem(err)})
				return
			}
			then()
			f.changed(false)
		})
	})
}

// SaveView keeps how the table is looked at now under a name, in place of a view that has it.
func (f *Flow) SaveView(name string) {
	v := f.View(strings.TrimSpace(name))
	for _, old := range f.saved.known {
		if strings.EqualFold(old.Name, v.Name) && strings.EqualFold(old.For, v.For) {
			v.First = old.First
		}
	}
	f.keep(func(store *views.Store) error { return store.Keep(v) }, func() {
		f.saved.now, f.saved.missing = &v, nil
		f.Say(f.o.Words.Text("view.saved", "view", v.Name))
	})
}

// RenameView gives a saved view another name.
func (f *Flow) RenameView(v views.View, name string) {
	var to views.View
	f.keep(func(store *views.Store) (err error) {
		to, err = store.Rename(v, strings.TrimSpace(name))
		return err
	}, func() {
		if now := f.saved.now; now != nil && now.Name == v.Name && now.For == v.For {
			f.saved.now = &to
		}
		f.Say(f.o.Words.Text("view.renamed", "view", to.Name))
	})
}

// DeleteView forgets a saved view; what is said above the rows puts it back.
func (f *Flow) DeleteView(v views.View) {
	w := f.o.Words
	f.keep(func(store *views.Store) error { return store.Remove(v) }, func() {
		if now := f.saved.now; now != nil && now.Name == v.Name && now.For == v.For {
			f.saved.now = nil
		}
		f.Remark(Remark{Text: w.Text("view.deleted", "view", v.Name), Act: w.Text("view.put-back"), Do: func() {
			f.keep(func(store *views.Store) error { return store.Keep(v) }, func() { f.Say(w.Text("view.saved", "view", v.Name)) })
		}})
	})
}

// ShowAtFirst says whether a saved view is the one that shows at first.
func (f *Flow) ShowAtFirst(v views.View, on bool) {
	v.First = on
	f.keep(func(store *views.Store) error { return store.Keep(v) }, func() {
		if now := f.saved.now; now != nil && now.Name == v.Name && now.For == v.For {
			f.saved.now = &v
		}
		key := "view.first-off"
		if on {
			key = "view.first-on"
		}
		f.Say(f.o.Words.Text(key, "view", v.Name))
	})
}

// ExportView writes a view to a file, for somebody else.
func (f *Flow) ExportView(v views.View, path string) {
	f.keep(func(*views.Store) error { return views.WriteFile(path, v) }, func() {
		f.Say(f.o.Words.Text("view.exported", "file", filepath.Base(path)))
	})
}

// ImportView keeps the view of a file for this table, under a name that is free, and shows it.
func (f *Flow) ImportView(path string) {
	var v views.View
	cmdlet := f.model.Info.Invocation.Cmdlet
	f.keep(func(store *views.Store) (err error) {
		if v, err = views.ReadFile(path); err != nil {
			return err
		}
		v.For, v.First = cmdlet, false
		all, err := allFor(store, cmdlet)
		if err != nil {
			return err
		}
		name := v.Name
		for n := 2; slices.ContainsFunc(all, func(have views.View) bool {
			return strings.EqualFold(have.Name, v.Name) && strings.EqualFold(have.For, cmdlet)
		}); n++ {
			v.Name = name + " (" + strconv.Itoa(n) + ")"
		}
		return store.Keep(v)
	}, func() {
		f.ShowView(v)
		f.Say(f.o.Words.Text("view.imported", "view", v.Name))
	})
}
