// Package handover gives a script to Windows PowerShell: it opens a console window of its own that runs the script
// and stays, so that the person sees what it asks and can go on with the rows.
//
// Only Windows has Windows PowerShell: Open is nil on other systems.
package handover

import (
	"os"
	"path/filepath"
	"time"

	"tenantry/core/exchange"
)

// CodeNotOpened: the system did not start PowerShell. Args: program.
const CodeNotOpened exchange.Code = "handover.not-opened"

// folderPattern names the private folders that scripts are put into while they run.
const folderPattern = "tenantry-script-*"

// put writes a script into a private folder and returns its path; done takes both away again.
func put(name string, script []byte) (path string, done func(), err error) {
	removeOld(time.Now())
	folder, err := os.MkdirTemp("", folderPattern)
	if err != nil {
		return "", nil, err
	}
	done = func() { _ = os.RemoveAll(folder) } // what cannot go now is old some day
	path = filepath.Join(folder, filepath.Base(name))
	if err := os.WriteFile(path, script, 0o600); err != nil {
		done()
		return "", nil, err
	}
	return path, done, nil
}

// keptFor is how long a script stays whose window outlived the program.
const keptFor = 7 * 24 * time.Hour

// removeOld takes away what earlier programs left.
func removeOld(now time.Time) {
	old, err := filepath.Glob(filepath.Join(os.TempDir(), folderPattern))
	if err != nil {
		return
	}
	for _, folder := range old {
		if about, err := os.Lstat(folder); err == nil && about.IsDir() && now.Sub(about.ModTime()) > keptFor {
			_ = os.RemoveAll(folder)
		}
	}
}
