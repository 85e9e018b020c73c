package export

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// WriteFile writes a file whole or not at all: beside it first, under another name in the same folder, and
// then in its place. A file that was there is replaced only when everything is written; when something
// fails nothing new is left. The errors of write come back as they are when they are a *exchange.Problem,
// CodeInUse says that another program has the old file open and rules that out, all others are CodeNotWritten.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	fail := func(cause error) error {
		var p *exchange.Problem
		if errors.As(cause, &p) {
			return cause
		}
		return &exchange.Problem{Code: CodeNotWritten, Doing: "write a file", Cause: cause,
			Args: map[string]string{"file": path}}
	}
	mode := os.FileMode(0o600) // answers hold what is known about people
	if old, err := os.Stat(path); err == nil {
		if !old.Mode().IsRegular() {
			return writeThrough(path, write, fail)
		}
		mode = old.Mode().Perm()
		// A link is followed, so that the file it points to is replaced and not the link.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
	}
	used := &exchange.Problem{Code: CodeInUse, Doing: "replace a file", Args: map[string]string{"file": path}}
	if inUse(path) { // told before a large table is written, not after
		return used
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tenantry-*.part")
	if err != nil {
		return fail(err)
	}
	done := false
	defer func() {
		if !done {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return fail(err)
	}
	if err := f.Chmod(mode); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return fail(err)
	}
	if err := f.Sync(); err != nil {
		return fail(err)
	}
	// Windows does not rename a file that is open.
	if err := f.Close(); err != nil {
		return fail(err)
	}
	if err := replace(f.Name(), path); err != nil {
		if inUse(path) { // opened meanwhile
			used.Cause = err
			return used
		}
		return fail(err)
	}
	done = true
	return nil
}

// writeThrough writes to what is no file, such as /dev/stdout or a pipe, which must not be replaced.
func writeThrough(path string, write func(io.Writer) error, fail func(error) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fail(err)
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return fail(err)
	}
	if err := f.Close(); err != nil {
		return fail(err)
	}
	return nil
}

// WriteView writes a view to a file, whole or not at all; see WriteFile.
func WriteView(path string, f Format, v results.View, o Options) error {
	return WriteFile(path, func(w io.Writer) error { return f.Write(w, v, o) })
}
