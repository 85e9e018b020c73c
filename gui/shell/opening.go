package shell

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/gui/kit/files"
)

// readable are the endings of the files that tables are read from.
func readable() []string {
	list := []string{"xlsx", "csv", "tsv", "txt", "json", "jsonl", "ndjson", "xml", "clixml"}
	if _, err := export.ByName("parquet"); err == nil {
		list = append(list, "parquet")
	}
	return list
}

// ChooseFile asks for a file with a table, and opens it.
func (f *Flow) ChooseFile() { f.chooseFile(f.OpenFiles) }

// chooseFile asks for a file that a table can be read from.
func (f *Flow) chooseFile(then func(paths ...string)) {
	title := f.words.Text("file.open-title")
	kinds := []files.Filter{{Title: f.words.Text("file.tables"), Extensions: readable()}, {Title: f.words.Text("file.any"), Extensions: []string{"*"}}}
	f.loop.Go(context.Background(), func(ctx context.Context) {
		path, err := f.o.Files.OpenFile(ctx, title, kinds...)
		f.loop.Post(func() {
			switch {
			case errors.Is(err, files.ErrCancelled):
			case err != nil:
				f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
			default:
				then(path)
			}
		})
	})
}

// OpenFiles reads tables from files, each into a tab of its own: exports, and what other programs wrote. It needs no
// account.
func (f *Flow) OpenFiles(paths ...string) {
	if f.model.Stage == Closing {
		return
	}
	if len(paths) > 0 {
		f.read(paths[0], func() { f.OpenFiles(paths[1:]...) })
	}
}

// read opens a file in the tab that has it, or in a new one, and calls then, whatever came of it.
func (f *Flow) read(path string, then func()) { f.readFile(path, f.opened, then) }

// readFile reads a table from a file, away from the screen, and hands it to show; then is called whatever came of it.
func (f *Flow) readFile(path string, show func(*File), then func()) {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	var opened *export.Opened
	file := &File{Path: path}
	f.work(&Task{Key: "file.opening", Args: []any{"file", filepath.Base(path)}}, func(ctx context.Context, _ func(done, total int)) (err error) {
		if info, err := os.Stat(path); err == nil {
			file.Written = info.ModTime()
		}
		if opened, err = export.Open(ctx, path); err == nil {
			err = ctx.Err()
		}
		return err
	}, func(err error) {
		defer then()
		switch {
		case f.model.Stage == Closing:
		case exchange.CodeOf(err) == exchange.CodeCancelled:
			f.note(Note{Kind: NoteInfo, Key: "file.not-opened", Args: []any{"file", filepath.Base(path)}})
		case err != nil:
			f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
		default:
			file.Warnings, file.table = opened.Warnings, opened.Table
			show(file)
		}
	})
}

// opened shows the table of a file.
func (f *Flow) opened(file *File) {
	t := &Tab{File: file}
	i := slices.IndexFunc(f.model.Tabs, func(old *Tab) bool { return old.File != nil && old.File.Path == file.Path && !old.Pinned })
	if i >= 0 {
		old := f.model.Tabs[i]
		old.Table.Close()
		t.Name = old.Name
		f.model.Tabs[i], f.model.Active = t, i
	} else {
		f.add(t)
	}
	f.newTable(t)
	if f.model.Stage == SignedOut && !f.model.Bench {
		f.ShowBench(true)
		return
	}
	f.changed(false)
}

// ofFiles are the tabs that belong to no account. While one signs out they stay.
func (f *Flow) ofFiles() []*Tab {
	var out []*Tab
	for _, t := range f.model.Tabs {
		if !t.OfAccount() {
			f.newTable(t)
			out = append(out, t)
		}
	}
	return out
}

// ShowBench shows the tables of files while nobody is signed in, or the first screen again.
func (f *Flow) ShowBench(on bool) {
	m := &f.model
	on = on && len(m.Tabs) > 0
	if m.Stage != SignedOut || m.Bench == on {
		return
	}
	m.Bench = on
	if on && m.Active < 0 {
		m.Active = 0
	}
	f.changed(true)
}
