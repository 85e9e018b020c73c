// Package files asks the user for a file with the system's own dialogs.
package files

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/sqweek/dialog"
)

// ErrCancelled says that the user chose no file.
var ErrCancelled = errors.New("no file was chosen")

// Filter is one kind of file to choose from.
type Filter struct {
	Title      string   // "CSV"
	Extensions []string // without the dot
}

// Chooser asks for a file. Its methods wait for a person: never call them on the UI goroutine, use loop.Go.
// When ctx ends first they return its error; a dialog that is open stays until the user closes it, and its
// answer is dropped.
type Chooser interface {
	// SaveFile asks where to write; name is offered. A name with the extension of none of the filters gets that
	// of the chosen one, the first where the dialog does not tell which it is. The dialog has asked before replacing a file.
	SaveFile(ctx context.Context, title, name string, filters ...Filter) (path string, err error)

	// OpenFile asks for a file that exists.
	OpenFile(ctx context.Context, title string, filters ...Filter) (path string, err error)
}

// System is the Chooser with the system's own dialogs. The zero value is ready. One dialog is open at a
// time; a second call waits for the first.
type System struct{}

var _ Chooser = System{}

// SaveFile is Chooser's.
func (System) SaveFile(ctx context.Context, title, name string, filters ...Filter) (string, error) {
	kind := 0
	for {
		chosen := kind
		path, err := ask(ctx, func() (path string, err error) {
			path, chosen, err = save(title, name, filters, kind)
			return path, err
		})
		if err != nil {
			return path, err
		}
		whole := withEnding(path, name, filters, chosen)
		if whole == path {
			return path, nil
		}
		if _, err := os.Lstat(whole); errors.Is(err, os.ErrNotExist) {
			return whole, nil
		}
		// The dialog asked about another name. Asking again with the whole one lets it ask before replacing.
		name, kind = filepath.Base(whole), chosen
	}
}

// withEnding is path with the ending of the chosen filter, unless it has that of one of them. What stands behind
// a dot in a name need not be an ending: "Mailboxes 30.11". A name that is still the offered one takes the ending
// of the filter that was chosen after it was offered.
func withEnding(path, offered string, filters []Filter, chosen int) string {
	if len(filters) == 0 || len(filters[chosen].Extensions) == 0 {
		return path
	}
	own := "." + strings.TrimPrefix(filters[chosen].Extensions[0], ".")
	if filters[chosen].has(path) {
		return path
	}
	if slices.ContainsFunc(filters, func(f Filter) bool { return f.has(path) }) {
		if chosen > 0 && filepath.Base(path) == offered {
			return strings.TrimSuffix(path, filepath.Ext(path)) + own
		}
		return path
	}
	return path + own
}

// has tells whether a file is of this kind by its ending.
func (f Filter) has(path string) bool {
	ending := strings.TrimPrefix(filepath.Ext(path), ".")
	return slices.ContainsFunc(f.Extensions, func(e string) bool { return strings.EqualFold(strings.TrimPrefix(e, "."), ending) })
}

// OpenFile is Chooser's.
func (System) OpenFile(ctx context.Context, title string, filters ...Filter) (string, error) {
	return ask(ctx, func() (string, error) { return builder(title, filters).Load() })
}

func builder(title string, filters []Filter) *dialog.FileBuilder {
	b := dialog.File().Title(title)
	for _, f := range filters {
		b = b.Filter(f.Title, f.Extensions...)
	}
	return b
}

type question struct {
	ctx    context.Context
	open   func() (string, error)
	answer chan<- answer
}

type answer struct {
	path string
	err  error
}

// desk hands questions to the one thread that opens dialogs: GTK wants all its calls from one.
var desk = sync.OnceValue(func() chan<- question {
	questions := make(chan question)
	go func() {
		runtime.LockOSThread()
		for q := range questions {
			if err := q.ctx.Err(); err != nil {
				q.answer <- answer{err: err}
				continue
			}
			q.answer <- run(q.open)
		}
	}()
	return questions
})

// run opens the dialog. The library panics where there is no screen; that is an error like any other.
func run(open func() (string, error)) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{err: fmt.Errorf("open the file dialog: %v", p)}
		}
	}()
	path, err := open()
	return answer{path, err}
}

func ask(ctx context.Context, open func() (string, error)) (string, error) {
	done := make(chan answer, 1)
	select {
	case desk() <- question{ctx, open, done}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	select {
	case a := <-done:
		if errors.Is(a.err, dialog.Cancelled) {
			return "", ErrCancelled
		}
		return a.path, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
