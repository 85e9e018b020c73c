package commands

import (
	"errors"
	"io"
	"syscall"
)

// isClosedPipe tells whether the program that read our output has gone.
func isClosedPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}
