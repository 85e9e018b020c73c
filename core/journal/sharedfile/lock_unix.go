//go:build unix

package sharedfile

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes an exclusive lock on f and tells whether it got it. The lock belongs to this opening of
// the file, so it also keeps goroutines of one program apart.
func tryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return false, os.NewSyscallError("flock", err)
		}
	}
}

// openElsewhere is about Windows: here a file that others read can be replaced.
func openElsewhere(error) bool { return false }
