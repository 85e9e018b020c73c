package commands

import (
	"errors"
	"io"
	"runtime"
	"syscall"
)

// Windows' own words for a pipe nobody reads.
const (
	errorBrokenPipe syscall.Errno = 109
	errorNoData     syscall.Errno = 232
)

// isClosedPipe tells whether the program that read our output has gone.
func isClosedPipe(err error) bool {
	if runtime.GOOS == "windows" && (errors.Is(err, errorBrokenPipe) || errors.Is(err, errorNoData)) {
		return true
	}
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}
