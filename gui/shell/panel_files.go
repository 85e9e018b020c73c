package shell

import (
	"net/url"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/views"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
)

// makeBench is the window with tables of files while nobody is signed in.
func (p *Panel) makeBench() *fyne.Container {
	w, f := p.words, p.flow
	p.tabs, p.progress = newTabBar(p), newRunProgress(p)
	p.notesRoll = container.NewVScroll(p.notes)
	p.result, p.start = container.NewStack(), container.NewStack()
	p.middle = container.New(&middle{p}, p.notesRoll, p.tabs.root, p.progress.root, p.result)
	top := container.New(layout.NewCustomPaddedLayout(6, 0, 8, 8), kit.NewStrip(kit.Sample, w.Text("file.bench"),
		kit.Action{Text: w.Text("file.open"), Icon: icons.Open, Do: f.ChooseFile},
		kit.Action{Text: w.Text("window.signin.sign-in"), Icon: icons.User, Do: func() { f.ShowBench(false) }}))
	return container.NewBorder(top, nil, nil, nil, p.middle)
}

// openRow offers on the first screen what needs no account: a table from a file.
func (p *Panel) openRow() fyne.CanvasObject {
	w, f := p.words, p.flow
	row := container.NewHBox()
	if n := len(f.Model().Tabs); n > 0 {
		row.Add(kit.NewButton(w.Count("file.back", n), icons.Columns, kit.Quiet, func() { f.ShowBench(true) }))
	}
	open := kit.NewButton(w.Text("file.open"), icons.Open, kit.Quiet, f.ChooseFile)
	open.SetTip(w.Text("file.open-tip"))
	row.Add(open)
	return container.New(layout.NewCustomPaddedLayout(8, 12, 12, 12), container.NewCenter(row))
}

// Drop opens files that were dropped on the window: a saved view in the table that shows.
func (p *Panel) Drop(dropped []fyne.URI) {
	var paths []string
	for _, u := range dropped {
		path := filepath.FromSlash(u.Path())
		switch t := p.flow.Model().Tab(); {
		case u.Scheme() != "file":
		case t != nil && strings.EqualFold(filepath.Ext(path), views.Ending):
			t.Table.ImportView(path)
		default:
			paths = append(paths, path)
		}
	}
	p.flow.OpenFiles(paths...)
}

// openFile opens a file or folder with the system's own program for it. A desktop without one has nothing to
// show; the path is on the screen.
func openFile(path string) {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive of Windows
	}
	_ = fyne.CurrentApp().OpenURL(&url.URL{Scheme: "file", Path: path})
}

// moreExport is what the window adds to the menu of a table's export button.
func (p *Panel) moreExport() []*fyne.MenuItem {
	f := p.flow
	cover := fyne.NewMenuItem(p.words.Text("file.with-cover"), func() { f.SetCovers(!f.Covers()) })
	cover.Checked = f.Covers()
	chart := fyne.NewMenuItem(p.words.Text("file.with-chart"), func() { f.SetCharts(!f.Charts()) })
	chart.Checked = f.Charts()
	return []*fyne.MenuItem{kit.MenuHeading(p.words.Text("file.in-excel")), cover, chart}
}
