package shell

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/signin"
	"tenantry/gui/kit/loop"
	"tenantry/gui/resultstable"
)

// Look says how the window is drawn.
type Look string

// The looks.
const (
	LookSystem Look = "" // as the system says
	LookLight  Look = "light"
	LookDark   Look = "dark"
)

// Settings are what a person chose, kept between two starts.
type Settings struct {
	Look     Look                                  `json:"look,omitempty"`
	Language string                                `json:"language,omitempty"` // empty: the system's
	Last     map[string]exchange.CustomerID        `json:"last,omitempty"`     // by account in lower case: whom it asked last
	Columns  map[string][]resultstable.ColumnState `json:"columns,omitempty"`  // by cmdlet
	Format   string                                `json:"format,omitempty"`   // of the file that was saved last
	NoCover  bool                                  `json:"noCover,omitempty"`  // files do not begin with what was asked
	Chart    bool                                  `json:"chart,omitempty"`    // files get a picture of the rows
	Checked  bool                                  `json:"checked,omitempty"`  // this computer was looked at once
}

// settingsFile keeps Settings in a file. Its methods may be called from any goroutine; only read blocks.
type settingsFile struct {
	path    string
	loop    loop.Loop
	mu      sync.Mutex
	now     Settings
	writing sync.Mutex
}

// openSettings reads the settings. A file that is not there or cannot be read gives those of a new start:
// nothing in them is worth stopping for.
func openSettings(folders signin.Folders, l loop.Loop) *settingsFile {
	s := &settingsFile{path: filepath.Join(folders.Config, "window.json"), loop: l}
	if text, err := os.ReadFile(s.path); err == nil {
		_ = json.Unmarshal(text, &s.now)
	}
	return s
}

// get returns the settings; the maps must not be changed.
func (s *settingsFile) get() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// change changes the settings and writes them away from the screen. f must replace maps, not write in them.
func (s *settingsFile) change(f func(*Settings)) {
	s.mu.Lock()
	f(&s.now)
	s.mu.Unlock()
	s.loop.Go(context.Background(), func(context.Context) {
		s.writing.Lock()
		defer s.writing.Unlock()
		text, err := json.MarshalIndent(s.get(), "", "  ")
		if err != nil {
			return
		}
		// A disk that is full shows where something of worth is written; a choice of look is asked for again.
		_ = export.WriteFile(s.path, func(w io.Writer) error {
			_, err := w.Write(append(text, '\n'))
			return err
		})
	})
}

func (s *settingsFile) setLast(user string, c exchange.CustomerID) {
	user = strings.ToLower(user)
	if s.last(user) == c {
		return
	}
	s.change(func(now *Settings) {
		next := maps.Clone(now.Last)
		if next == nil {
			next = map[string]exchange.CustomerID{}
		}
		next[user] = c
		now.Last = next
	})
}

func (s *settingsFile) last(user string) exchange.CustomerID {
	return s.get().Last[strings.ToLower(user)]
}

func (s *settingsFile) setColumns(cmdlet string, columns []resultstable.ColumnState) {
	s.change(func(now *Settings) {
		next := maps.Clone(now.Columns)
		if next == nil {
			next = map[string][]resultstable.ColumnState{}
		}
		next[cmdlet] = columns
		now.Columns = next
	})
}
