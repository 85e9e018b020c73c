// Package cmdlets knows what can be run: the catalog of Exchange's cmdlets with their parameters, the form
// a person fills in for one, the Invocation that comes of it, and the PowerShell line that says the same.
//
// Nothing here touches the network, and everything but the first reading of the catalog is pure. The
// catalog that is built in comes from documentation and is a help for people who choose; what a session
// says about its own commands (exchange.Command) stands above it: see Catalog.With.
package cmdlets

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"tenantry/assets"
	"tenantry/core/exchange"
)

// Catalog is a set of cmdlets. It never changes after it was made, so it may be shared between goroutines.
type Catalog struct {
	specs  []*Spec          // sorted by name without regard to case
	byName map[string]*Spec // by lower-case name
	names  []searchName     // of specs, in the same order
	words  []everyday       // everyday words that lead to cmdlets
}

// Builtin returns the catalog that is built into the program. It is read on the first call, which takes
// some tens of milliseconds; later calls cost nothing.
func Builtin() *Catalog { return builtin() }

var builtin = sync.OnceValue(func() *Catalog {
	c, err := Read(bytes.NewReader(assets.Cmdlets), assets.SearchWords)
	if err != nil {
		// Both files are part of the program; a test reads them.
		panic("cmdlets: the built-in catalog cannot be read: " + err.Error())
	}
	return c
})

// The file assets.Cmdlets, as documented there.
type file struct {
	Format  int          `json:"format"`
	Cmdlets []fileCmdlet `json:"cmdlets"`
}

type fileCmdlet struct {
	Name   string      `json:"name"`
	Sets   []Set       `json:"sets"`
	Params []fileParam `json:"params"`
}

type fileParam struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Position *int     `json:"position"`
	Pipeline bool     `json:"pipeline"`
	Aliases  []string `json:"aliases"`
	Values   []string `json:"values"`
	Default  string   `json:"default"`
}

// The largest catalog that is read, unpacked, in bytes.
const catalogLimit = 64 << 20

// Read makes a Catalog from a file in the form of assets.Cmdlets and one of everyday words in the form of
// assets.SearchWords, which may be nil.
func Read(facts io.Reader, searchWords []byte) (*Catalog, error) {
	plain, err := gzip.NewReader(facts)
	if err != nil {
		return nil, fmt.Errorf("unpack the cmdlets: %w", err)
	}
	var f file
	if err := json.NewDecoder(io.LimitReader(plain, catalogLimit)).Decode(&f); err != nil {
		return nil, fmt.Errorf("read the cmdlets: %w", err)
	}
	if f.Format != 1 {
		return nil, fmt.Errorf("read the cmdlets: format %d is not known", f.Format)
	}
	specs := make([]*Spec, 0, len(f.Cmdlets))
	for i := range f.Cmdlets {
		if s := f.Cmdlets[i].spec(); !ofTheClient(s) {
			specs = append(specs, s)
		}
	}
	words, err := readEveryday(searchWords)
	if err != nil {
		return nil, fmt.Errorf("read the search words: %w", err)
	}
	return newCatalog(specs, words), nil
}

// ofTheClient tells whether a cmdlet belongs to the PowerShell module on the user's computer. No session
// has it, so offering it would end in an error.
func ofTheClient(s *Spec) bool {
	return s.Verb == "Connect" || s.Verb == "Disconnect" || strings.HasPrefix(s.Noun, "EXO")
}

func newCatalog(specs []*Spec, words []everyday) *Catalog {
	c := &Catalog{specs: specs, byName: make(map[string]*Spec, len(specs)), words: words}
	slices.SortFunc(c.specs, func(a, b *Spec) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	for _, s := range c.specs {
		n := newSearchName(s)
		c.byName[n.name] = s
		c.names = append(c.names, n)
	}
	return c
}

// Find returns the named cmdlet, without regard to case.
func (c *Catalog) Find(name string) (*Spec, bool) {
	s, ok := c.byName[strings.ToLower(strings.TrimSpace(name))]
	return s, ok
}

// FindOrOpen is Find, or Open for a cmdlet the catalog does not have.
func (c *Catalog) FindOrOpen(name string) *Spec {
	if s, ok := c.Find(name); ok {
		return s
	}
	return Open(name)
}

// List returns all cmdlets by name. The slice is the caller's, the Specs are shared and never change.
func (c *Catalog) List() []*Spec { return slices.Clone(c.specs) }

// Len tells how many cmdlets there are.
func (c *Catalog) Len() int { return len(c.specs) }

// With returns a catalog in which the commands of a session stand above what c knows of them: the session
// decides which parameters there are, which are required and which values they take; c still lends what a
// session does not tell, such as the exact type of a size. The rest of c stays.
func (c *Catalog) With(commands []exchange.Command) *Catalog { return c.merge(commands, false) }

// Only returns a catalog with nothing but the commands of a session, for when the session was asked for
// everything it may run. What c knows is lent as in With.
func (c *Catalog) Only(commands []exchange.Command) *Catalog { return c.merge(commands, true) }

func (c *Catalog) merge(commands []exchange.Command, only bool) *Catalog {
	taken := make(map[string]bool, len(commands))
	specs := make([]*Spec, 0, len(commands)+len(c.specs))
	for i := range commands {
		key := strings.ToLower(commands[i].Name)
		if key == "" || taken[key] {
			continue
		}
		taken[key] = true
		specs = append(specs, FromCommand(commands[i], c.byName[key]))
	}
	if !only {
		for _, s := range c.specs {
			if !taken[strings.ToLower(s.Name)] {
				specs = append(specs, s)
			}
		}
	}
	return newCatalog(specs, c.words)
}
