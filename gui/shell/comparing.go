package shell

import (
	"context"
	"path/filepath"

	"tenantry/core/exchange"
	"tenantry/gui/compare"
)

// source is a tab's table as one that can be compared.
func (f *Flow) source(t *Tab) compare.Source {
	if t.File != nil {
		s := t.File.source()
		s.Title = f.Title(t)
		return s
	}
	rows := t.rows()
	info := rows.Info()
	read := info.Finished
	if read.IsZero() {
		read = info.Started
	}
	return compare.Source{Title: f.Title(t), Read: read, Rows: rows.Snapshot, OfAccount: t.OfAccount()}
}

func (file *File) source() compare.Source {
	return compare.Source{Title: filepath.Base(file.Path), Read: file.Written, Rows: file.table.Snapshot}
}

// CompareWith asks with what other table a tab is compared: the answer of before to the same question, another tab,
// or a file.
func (f *Flow) CompareWith(t *Tab) {
	f.closeComparing()
	var others []compare.Source
	if t.earlier != nil {
		others = append(others, *t.earlier)
	}
	for _, near := range []bool{true, false} { // what is most like it first
		for _, other := range f.model.Tabs {
			if other != t && other.Result == nil && other.Rows() > 0 && t.like(other) == near {
				others = append(others, f.source(other))
			}
		}
	}
	c := compare.NewFlow(f.loop, f.words, f.source(t), others)
	c.OnStart = func(before, after compare.Source, key []string) {
		f.closeComparing()
		f.compare(before, after, key)
	}
	c.OnFile = func() {
		f.chooseFile(func(paths ...string) {
			f.readFile(paths[0], func(file *File) {
				if f.model.Comparing == c {
					c.Offer(file.source())
				}
			}, func() {})
		})
	}
	c.OnClose = f.closeComparing
	f.model.Comparing = c
	f.model.NotesTurn++
	f.changed(false)
}

// like tells whether two tabs are of one kind: files, or answers to one question.
func (t *Tab) like(other *Tab) bool {
	if t.Run == nil || other.Run == nil {
		return t.Run == nil && other.Run == nil
	}
	return t.Request.Invocation.Cmdlet == other.Request.Invocation.Cmdlet
}

func (f *Flow) closeComparing() {
	if c := f.model.Comparing; c != nil {
		c.Stop()
		f.model.Comparing = nil
		f.model.NotesTurn++
		f.changed(false)
	}
}

// Earlier tells whether a tab has an answer of before to the same question.
func (t *Tab) Earlier() (compare.Source, bool) {
	if t.earlier == nil {
		return compare.Source{}, false
	}
	return *t.earlier, true
}

// WhatChanged compares a tab with the answer of before to the same question.
func (f *Flow) WhatChanged(t *Tab) {
	if before, ok := t.Earlier(); ok {
		f.compare(before, f.source(t), nil)
	}
}

// compare makes a tab of how two tables differ, away from the screen.
func (f *Flow) compare(before, after compare.Source, key []string) {
	var made *compare.Result
	stage := f.model.Stage
	f.work(&Task{Key: "compare.working", Args: []any{"table", after.Title}}, func(ctx context.Context, _ func(done, total int)) (err error) {
		if made, err = compare.Make(ctx, before, after, key); err == nil {
			err = ctx.Err()
		}
		return err
	}, func(err error) {
		switch {
		case exchange.CodeOf(err) == exchange.CodeCancelled || f.model.Stage != stage:
		case err != nil:
			f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
		default:
			t := &Tab{Result: made}
			f.add(t)
			f.newTable(t)
			f.changed(false)
		}
	})
}
