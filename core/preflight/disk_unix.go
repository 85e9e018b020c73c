//go:build linux || darwin

package preflight

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace tells how many bytes this user can still write on the disk that path is on.
func freeSpace(path string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: path, Err: err}
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
