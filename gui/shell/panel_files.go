package shell

import (
	"net/url"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
)

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
	return []*fyne.MenuItem{cover}
}
