package handover

import (
	"os"
	"path/filepath"
	"time"
)

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
