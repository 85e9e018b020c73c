package views

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/export"
)

// Store keeps views in a folder, each in a file of its own that is replaced whole or not at all, so that
// several windows and the command line may use it side by side. Its methods touch the disk: call them away
// from the screen.
type Store struct{ folder string }

// Open returns the store in a folder, which is made when the first view is kept.
func Open(folder string) *Store { return &Store{folder: folder} }

func (s *Store) path(forWhat, name string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(forWhat) + "\x00" + strings.ToLower(name)))
	return filepath.Join(s.folder, hex.EncodeToString(sum[:10])+Ending)
}

// All are the views for a cmdlet or report, and those made on files, by name; with an empty forWhat all there are. A
// file that cannot be read is left alone and left out.
func (s *Store) All(forWhat string) ([]View, error) {
	entries, err := os.ReadDir(s.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, notRead(s.folder, err)
	}
	var out []View
	for _, e := range entries {
		if filepath.Ext(e.Name()) != Ending || !e.Type().IsRegular() {
			continue
		}
		v, err := ReadFile(filepath.Join(s.folder, e.Name()))
		if err == nil && (forWhat == "" || v.For == "" || strings.EqualFold(v.For, forWhat)) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b View) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.For, b.For))
	})
	return out, nil
}

// Keep keeps a view, in place of the one of its name for the same thing. A view that is the first takes that
// from the others.
func (s *Store) Keep(v View) error {
	if !GoodName(v.Name) {
		return &exchange.Problem{Code: CodeBadName, Doing: "keep a view", Args: map[string]string{"view": v.Name}}
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return &exchange.Problem{Code: export.CodeNotWritten, Doing: "make a folder", Cause: err, Args: map[string]string{"file": s.folder}}
	}
	if v.First {
		others, err := s.All(v.For)
		if err != nil {
			return err
		}
		for _, other := range others {
			if other.First && strings.EqualFold(other.For, v.For) && !strings.EqualFold(other.Name, v.Name) {
				other.First = false
				if err := s.write(other); err != nil {
					return err
				}
			}
		}
	}
	return s.write(v)
}

func (s *Store) write(v View) error {
	return export.WriteFile(s.path(v.For, v.Name), func(w io.Writer) error { return Write(w, v) })
}

// Rename gives a view another name; the error is CodeNameTaken when another one for the same thing has it.
func (s *Store) Rename(v View, name string) (View, error) {
	to := v
	to.Name = name
	if s.path(v.For, v.Name) == s.path(v.For, name) { // only its capitals change
		return to, s.Keep(to)
	}
	if _, err := os.Lstat(s.path(v.For, name)); err == nil {
		return v, &exchange.Problem{Code: CodeNameTaken, Doing: "rename a view", Args: map[string]string{"view": name}}
	}
	if err := s.Keep(to); err != nil {
		return v, err
	}
	return to, s.Remove(v)
}

// Remove forgets a view. One that is not there is no error.
func (s *Store) Remove(v View) error {
	path := s.path(v.For, v.Name)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &exchange.Problem{Code: export.CodeNotWritten, Doing: "remove a view", Cause: err, Args: map[string]string{"file": path}}
	}
	return nil
}

// Find is the view of a name for a cmdlet or report, or one made on a file: the error is CodeUnknown, with the names that
// look like it. An empty forWhat looks among all.
func (s *Store) Find(forWhat, name string) (View, error) {
	all, err := s.All(forWhat)
	if err != nil {
		return View{}, err
	}
	var names []string
	var found *View
	for i, v := range all {
		if strings.EqualFold(v.Name, name) && (found == nil || found.For == "") {
			found = &all[i]
		}
		names = append(names, v.Name)
	}
	if found != nil {
		return *found, nil
	}
	const most = 8 // names in a sentence
	names = slices.Compact(names)
	return View{}, &exchange.Problem{Code: CodeUnknown, Doing: "find a saved view",
		Args: map[string]string{"view": name, "near": strings.Join(names[:min(most, len(names))], ", ")}}
}

// ReadFile reads the file of a view: CodeUnreadable, CodeNewer or export.CodeNotRead.
func ReadFile(path string) (View, error) {
	f, err := os.Open(path)
	if err != nil {
		return View{}, notRead(path, err)
	}
	defer f.Close()
	v, err := Read(f)
	var p *exchange.Problem
	if errors.As(err, &p) {
		if p.Args == nil {
			p.Args = map[string]string{}
		}
		p.Args["file"] = path
	}
	return v, err
}

// WriteFile writes a view to a file for somebody else.
func WriteFile(path string, v View) error {
	v.First = false // what a person sees first is theirs to say
	return export.WriteFile(path, func(w io.Writer) error { return Write(w, v) })
}

func notRead(path string, err error) error {
	return &exchange.Problem{Code: export.CodeNotRead, Doing: "read a file", Cause: err, Args: map[string]string{"file": path}}
}
