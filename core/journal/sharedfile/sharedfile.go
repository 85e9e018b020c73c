// Package sharedfile keeps one small JSON file that several running copies of Tenantry read and change:
// the customer list, the saved connections.
//
// A change is made under a lock that the operating system drops when its holder dies, on what stands in
// the file at that moment, and the file is replaced whole: a reader sees the old text or the new one,
// never a half, and two programs that add something at once both keep theirs.
package sharedfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tenantry/core/exchange"
)

// The codes of a file that cannot be used.
const (
	CodeUnreadable exchange.Code = "file.unreadable"  // it is there but cannot be opened or read. Args: path
	CodeDamaged    exchange.Code = "file.damaged"     // it is not the JSON that was written; it is left as it is. Args: path
	CodeNotWritten exchange.Code = "file.not-written" // no room, no right. The old text stands. Args: path
	CodeBusy       exchange.Code = "file.busy"        // another program holds it for longer than LockLimit. Args: path, seconds
)

// LockLimit is how long a change waits for another program to finish its own.
const LockLimit = 10 * time.Second

// MaxSize bounds the file in bytes. A larger one counts as damaged.
const MaxSize = 64 << 20

// Read decodes the JSON at path into a new T. A file that is not there gives the zero T. It takes no lock
// and may be called from any goroutine; errors are *exchange.Problem.
func Read[T any](path string) (T, error) {
	var doc T
	text, err := load(path)
	if err != nil || text == nil {
		return doc, err
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		var none T
		return none, problem(CodeDamaged, "read a saved list", path, err)
	}
	return doc, nil
}

// Change reads the JSON at path into a T, lets change alter it, and replaces the file with the result,
// while no other copy of Tenantry can do the same. An error from change is returned as it is and leaves
// the file untouched, as does a result that is the same text. Folders above path are made, readable by
// the user alone. It blocks on the disk and up to LockLimit on others; other errors are *exchange.Problem.
func Change[T any](path string, change func(doc *T) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return problem(CodeNotWritten, "make the folder of a saved list", path, err)
	}
	unlock, err := lock(path + ".lock")
	if err != nil {
		return err
	}
	defer unlock()

	doc, err := Read[T](path)
	if err != nil {
		return err
	}
	if err := change(&doc); err != nil {
		return err
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return problem(CodeNotWritten, "encode a saved list", path, err)
	}
	text = append(text, '\n')
	if old, err := load(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return replace(path, text)
}

// load returns the file's bytes, nil when there is no file.
func load(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, problem(CodeUnreadable, "open a saved list", path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, problem(CodeUnreadable, "read a saved list", path, err)
	}
	if len(text) > MaxSize {
		return nil, problem(CodeDamaged, "read a saved list", path, fmt.Errorf("over %d bytes", MaxSize))
	}
	return text, nil
}

// replace writes text beside path and renames it over path.
func replace(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return problem(CodeNotWritten, "write a saved list", path, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(text); err == nil {
		err = f.Sync() // before the rename, or a power cut could leave an empty file under the name
	}
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		err = rename(f.Name(), path)
	}
	if err != nil {
		return problem(CodeNotWritten, "write a saved list", path, err)
	}
	return nil
}

// rename replaces to by from. On Windows a reader that has the old file open makes it fail for a moment.
func rename(from, to string) error {
	end := time.Now().Add(2 * time.Second)
	for {
		err := os.Rename(from, to)
		if err == nil || !openElsewhere(err) || time.Now().After(end) {
			return err
		}
		<-time.After(10 * time.Millisecond)
	}
}

// lock takes the lock file, waiting for others up to LockLimit. The file itself stays: removing it would
// let two programs hold locks on different files of the same name.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, problem(CodeNotWritten, "lock a saved list", path, err)
	}
	end := time.Now().Add(LockLimit)
	for {
		held, err := tryLock(f)
		switch {
		case err != nil:
			_ = f.Close()
			return nil, problem(CodeNotWritten, "lock a saved list", path, err)
		case held:
			return func() { _ = f.Close() }, nil // closing drops the lock
		case time.Now().After(end):
			_ = f.Close()
			p := problem(CodeBusy, "lock a saved list", path, nil)
			p.Retry = exchange.RetryNow
			p.Args["seconds"] = fmt.Sprint(int(LockLimit.Seconds()))
			return nil, p
		}
		<-time.After(5 * time.Millisecond)
	}
}

func problem(code exchange.Code, doing, path string, cause error) *exchange.Problem {
	return &exchange.Problem{Code: code, Doing: doing, Args: map[string]string{"path": path}, Cause: cause}
}
