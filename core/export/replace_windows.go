package export

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// patience is how long a file may be open elsewhere for a moment: a scanner looks at it, another window reads it.
const patience = 2 * time.Second

// inUse tells whether another program has a file open so that it cannot be replaced, as Excel does with a workbook
// that it shows. It waits a little for one that only looks, and may block that long.
func inUse(path string) bool {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false
	}
	end := time.Now().Add(patience)
	for {
		// To delete is what replacing takes, and what nobody else may then have ruled out.
		h, err := windows.CreateFile(name, windows.DELETE,
			windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING, 0, 0)
		if err == nil {
			_ = windows.CloseHandle(h)
		}
		if err != windows.ERROR_SHARING_VIOLATION || time.Now().After(end) {
			return err == windows.ERROR_SHARING_VIOLATION
		}
		<-time.After(20 * time.Millisecond)
	}
}

// replace puts a file in the place of another. One that is open elsewhere for a moment is waited for.
func replace(from, to string) error {
	err := os.Rename(from, to)
	for end := time.Now().Add(patience); err != nil && time.Now().Before(end); err = os.Rename(from, to) {
		// Windows says either of these while the old file is open.
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			break
		}
		<-time.After(20 * time.Millisecond)
	}
	return err
}
