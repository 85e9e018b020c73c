package shell

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/export/cover"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/core/wording"
	"tenantry/gui/compare"
	"tenantry/gui/kit/files"
	"tenantry/gui/resultstable"
)

// kindOrder is how kinds of file are offered: what most people want first. One that is not here comes after them.
var kindOrder = []string{"xlsx", "csv", "html", "json", "jsonl", "parquet"}

// Kinds are the kinds of file a table is saved as, in words, the most useful first.
func (f *Flow) Kinds() []resultstable.Kind {
	var out []resultstable.Kind
	for _, format := range f.formats("") {
		out = append(out, resultstable.Kind{Format: format.Name, Title: f.words.Text("file.kind." + format.Name)})
	}
	return out
}

// formats are the formats a table is saved in, first before the others.
func (f *Flow) formats(first string) []export.Format {
	list := slices.DeleteFunc(export.Formats(), func(format export.Format) bool { return format.Name == "table" }) // for a terminal
	place := func(format export.Format) int {
		if format.Name == first {
			return -1
		}
		if i := slices.Index(kindOrder, format.Name); i >= 0 {
			return i
		}
		return len(kindOrder)
	}
	slices.SortStableFunc(list, func(a, b export.Format) int { return place(a) - place(b) })
	return list
}

// Covers tells whether files that have a place for it begin with what was asked, and of whom.
func (f *Flow) Covers() bool { return !f.settings.get().NoCover }

// SetCovers changes Covers.
func (f *Flow) SetCovers(on bool) { f.settings.change(func(s *Settings) { s.NoCover = !on }) }

// Charts tells whether files that have a place for it get a picture of the rows.
func (f *Flow) Charts() bool { return f.settings.get().Chart }

// SetCharts changes Charts.
func (f *Flow) SetCharts(on bool) { f.settings.change(func(s *Settings) { s.Chart = on }) }

// Export asks for a file and writes rows of a tab into it, in the order they show.
func (f *Flow) Export(t *Tab, want resultstable.Wanted) {
	what, missing := f.Title(t), t.Missing()
	for _, ending := range readable() { // of the file the rows are from
		what = strings.TrimSuffix(what, "."+ending)
	}
	if len(missing) > 0 {
		what += " " + f.words.Text("window.tab.partial")
	}
	if want.Format == "" {
		want.Format = f.settings.get().Format
	}
	formats := f.formats(want.Format)
	kinds := make([]files.Filter, len(formats))
	for i, format := range formats {
		kinds[i] = files.Filter{Title: f.words.Text("file.kind." + format.Name), Extensions: []string{strings.TrimPrefix(format.Extension, ".")}}
	}
	name, title := fileName(what, time.Now(), formats[0].Extension), f.words.Text("window.export.title")
	f.loop.Go(context.Background(), func(ctx context.Context) {
		path, err := f.o.Files.SaveFile(ctx, title, name, kinds...)
		f.loop.Post(func() {
			switch {
			case errors.Is(err, files.ErrCancelled):
			case err != nil:
				f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
			default:
				f.save(t, want, path, missing)
			}
		})
	})
}

// save writes rows of a tab to a file.
func (f *Flow) save(t *Tab, want resultstable.Wanted, path string, missing []exchange.CustomerID) {
	format, err := export.ByFile(path)
	if err != nil {
		f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
		return
	}
	if format.Name != f.settings.get().Format {
		f.settings.change(func(s *Settings) { s.Format = format.Name })
	}
	facts := f.facts(t)
	o := export.Options{BOM: format.Name == "csv", Language: f.words.Lang(), CustomerSheets: want.CustomerSheets}
	if f.words.Lang() == "nl" {
		o.Comma = ';' // what Excel expects where the comma is the decimal mark
	}
	if format.Charts() && (f.Charts() || want.Chart != nil) {
		o.Chart = &charts.Chart{Words: f.words, Customer: facts.Name} // what is usual for the rows
		if want.Chart != nil {
			o.Chart.Spec = *want.Chart
		}
	}
	about := ""
	if t.Result != nil {
		about = t.Result.About(f.words)
	}
	w, covers, rows := f.words, f.Covers() && format.Covers(), 0
	f.work(&Task{Key: "file.saving", Args: []any{"file", filepath.Base(path)}}, func(ctx context.Context, told func(done, total int)) error {
		view, err := wanted(ctx, want)
		if err != nil {
			return err
		}
		if covers {
			facts.Chosen = chosen(w, facts.Name, view)
			if about != "" {
				facts.Chosen = append([]string{about}, facts.Chosen...)
			}
			o.Cover = cover.Of(view, facts)
		}
		if o.Chart != nil {
			if _, err := charts.Fit(view, o.Chart.Spec); err != nil { // of groups, and all rows are wanted
				o.Chart.Spec = charts.Spec{}
			}
		}
		if about != "" {
			o.Mark = compare.Marks(view)
		}
		rows = view.Len()
		o.Progress = func(n int) error {
			told(n, rows)
			return ctx.Err()
		}
		return export.WriteView(path, format, view, o)
	}, func(err error) {
		switch {
		case exchange.CodeOf(err) == exchange.CodeCancelled:
			f.note(Note{Kind: NoteInfo, Key: "file.not-saved", Args: []any{"file", filepath.Base(path)}})
		case err != nil:
			f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
		default:
			n := Note{Kind: NoteGood, Key: "window.export.done", Count: rows, Counted: true, Args: []any{"path", path}, Path: path}
			if len(missing) > 0 {
				n.Kind, n.Key, n.Args = NoteWarn, "window.export.partial", append(n.Args, "customers", f.namesOf(missing))
			}
			f.note(n)
		}
	})
}

// wanted is a view of the rows and columns to save.
func wanted(ctx context.Context, want resultstable.Wanted) (results.View, error) {
	view := want.View
	if want.AllRows {
		q := view.Query()
		var err error
		if view, err = results.Arrange(ctx, view.Snapshot(), results.Query{Sort: q.Sort, Language: q.Language}); err != nil {
			return view, err
		}
	}
	return view.Only(want.Rows, want.Columns), nil
}

// facts are what the cover of a tab's file says beside what its table knows.
func (f *Flow) facts(t *Tab) cover.Facts {
	c := cover.Facts{Words: f.words, Name: f.nameOf(), Running: t.Running}
	for _, p := range t.Parts {
		switch {
		case p.Phase == jobs.NotAsked:
			c.Missing = append(c.Missing, cover.Missing{Customer: p.Customer, Problem: p.Problem})
		case p.Phase == jobs.Failed || p.Phase == jobs.Cancelled:
			c.Missing = append(c.Missing, cover.Missing{Customer: p.Customer, Asked: true, Problem: p.Problem})
		}
	}
	return c
}

// chosen says which rows of its table a view has, a line for each reason.
func chosen(w *wording.Words, name func(exchange.CustomerID) string, view results.View) []string {
	var lines []string
	q := view.Query()
	say := views.Speaker{Words: w, Columns: view.Snapshot().Columns(), Name: name}
	for _, c := range views.Conditions(q.Filter) {
		lines = append(lines, say.Say(c))
	}
	if q.Find != "" {
		lines = append(lines, w.Text("table.find")+": "+q.Find)
	}
	if len(q.Group.Columns) > 0 {
		names := make([]string, len(q.Group.Columns))
		for i, c := range q.Group.Columns {
			names[i] = w.Label(c)
		}
		lines = append(lines, w.Text("file.grouped", "columns", strings.Join(names, ", ")))
	}
	return lines
}

// nameOf is Name for other goroutines: with the names and words of now.
func (f *Flow) nameOf() func(exchange.CustomerID) string {
	names, own := f.names, f.words.Text("window.own-organisation")
	return func(id exchange.CustomerID) string {
		switch {
		case id == "":
			return own
		case names[id] != "":
			return names[id]
		}
		return string(id)
	}
}

// namesOf names customers in one line.
func (f *Flow) namesOf(list []exchange.CustomerID) string {
	const named = 5 // the rest is a number
	var names []string
	for i, id := range list {
		if i == named && len(list) > named+1 {
			names = append(names, f.words.Count("table.more-customers", len(list)-named))
			break
		}
		names = append(names, f.Name(id))
	}
	return strings.Join(names, ", ")
}

// fileName is a title as a name of a file that every system takes, with the day.
func fileName(title string, now time.Time, ending string) string {
	return files.Name(strings.NewReplacer(" · ", " ", ": ", " ").Replace(title)+" "+now.Format("2006-01-02")) + ending
}
