package signin

import (
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal/sharedfile"
)

// The codes of saved connections.
const (
	CodeProfileNoName  exchange.Code = "profile.no-name" // a connection needs a name to be saved. Args: none
	CodeProfileUnknown exchange.Code = "profile.unknown" // there is no connection of that name. Args: name, known (joined by ", ", may be empty)
)

// Profile is a saved connection. It holds no secret: the password is in a Vault, under PasswordKey.
type Profile struct {
	Name       string              `json:"name"`       // unique without regard to case
	Connection exchange.Connection `json:"connection"` // exchange.Classic or exchange.Modern
	URL        string              `json:"url,omitempty"`
	User       string              `json:"user,omitempty"`
	CAFile     string              `json:"caFile,omitempty"` // a PEM file with a private certificate authority, empty for none

	// Customers narrows the customer list to those of this connection. Empty means all customers.
	Customers []exchange.CustomerID `json:"customers,omitempty"`

	// Remember tells that the user wants the password kept in the system's secret store.
	Remember bool `json:"remember"`

	// MaxSessions is how many sessions the account may hold at once, 0 for the usual three.
	MaxSessions int `json:"maxSessions,omitempty"`

	// Used is when somebody last signed in with it; the zero time for never. Profiles.Used sets it.
	Used time.Time `json:"used,omitzero"`
}

// Address returns the endpoint: URL, or DefaultURL when that is empty and the connection is classic.
func (p Profile) Address() string {
	if p.URL == "" && p.Connection != exchange.Modern {
		return DefaultURL
	}
	return p.URL
}

// PasswordKey names the profile's password in a Vault.
func (p Profile) PasswordKey() string { return PasswordKey(p.User, p.Address()) }

// Profiles is the list of saved connections in one JSON file, shared by every running copy of Tenantry.
// Its methods read or write the file each time, so they may block on the disk; they may be called from
// any goroutine. Errors are *exchange.Problem.
type Profiles struct {
	path string
	now  func() time.Time
}

// OpenProfiles returns the list in the file at path (see Folders.Profiles). A file that is not there yet
// is an empty list.
func OpenProfiles(path string) *Profiles { return &Profiles{path: path, now: time.Now} }

type profilesFile struct {
	Version  int       `json:"version"`
	Profiles []Profile `json:"connections"`
}

// List returns all profiles, the one used last first, those never used after them by name.
func (ps *Profiles) List() ([]Profile, error) {
	doc, err := sharedfile.Read[profilesFile](ps.path)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(doc.Profiles, func(a, b Profile) int {
		if c := b.Used.Compare(a.Used); c != 0 {
			return c
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return doc.Profiles, nil
}

// Get returns the profile of that name, without regard to case. An unknown name is a Problem with
// CodeProfileUnknown that tells the names there are.
func (ps *Profiles) Get(name string) (Profile, error) {
	all, err := ps.List()
	if err != nil {
		return Profile{}, err
	}
	if i := indexOf(all, name); i >= 0 {
		return all[i], nil
	}
	return Profile{}, unknownProfile(name, all)
}

// Save adds p, or replaces the profile of the same name; Used is kept when p has none. Spaces around the
// fields are dropped, and a user name and password inside the address are too: they would be a secret in
// a file.
func (ps *Profiles) Save(p Profile) error {
	p.Name, p.URL = strings.TrimSpace(p.Name), withoutUserinfo(strings.TrimSpace(p.URL))
	p.User, p.CAFile = strings.TrimSpace(p.User), strings.TrimSpace(p.CAFile)
	if p.Name == "" {
		return &exchange.Problem{Code: CodeProfileNoName, Doing: "save a connection"}
	}
	if p.Connection == "" {
		p.Connection = exchange.Classic
	}
	return ps.change(func(doc *profilesFile) error {
		i := indexOf(doc.Profiles, p.Name)
		if i < 0 {
			doc.Profiles = append(doc.Profiles, p)
			return nil
		}
		if p.Used.IsZero() {
			p.Used = doc.Profiles[i].Used
		}
		doc.Profiles[i] = p
		return nil
	})
}

// Used notes that somebody signed in with the profile just now. An unknown name is CodeProfileUnknown.
func (ps *Profiles) Used(name string) error {
	return ps.change(func(doc *profilesFile) error {
		i := indexOf(doc.Profiles, name)
		if i < 0 {
			return unknownProfile(name, doc.Profiles)
		}
		doc.Profiles[i].Used = ps.now().UTC()
		return nil
	})
}

// Remove drops the profile of that name. One that is not there is already removed. Its password stays in
// the Vault: the caller decides, because another profile may share it.
func (ps *Profiles) Remove(name string) error {
	return ps.change(func(doc *profilesFile) error {
		if i := indexOf(doc.Profiles, name); i >= 0 {
			doc.Profiles = slices.Delete(doc.Profiles, i, i+1)
		}
		return nil
	})
}

func (ps *Profiles) change(f func(*profilesFile) error) error {
	return sharedfile.Change(ps.path, func(doc *profilesFile) error {
		doc.Version = 1
		return f(doc)
	})
}

func indexOf(all []Profile, name string) int {
	name = strings.TrimSpace(name)
	return slices.IndexFunc(all, func(p Profile) bool { return strings.EqualFold(p.Name, name) })
}

func unknownProfile(name string, all []Profile) *exchange.Problem {
	known := make([]string, len(all))
	for i, p := range all {
		known[i] = p.Name
	}
	return &exchange.Problem{
		Code: CodeProfileUnknown, Doing: "find a saved connection",
		Args: map[string]string{"name": name, "known": strings.Join(known, ", ")},
	}
}

// withoutUserinfo drops "name:password@" from an address. It reads the text itself, because an address with
// a strange password in it is exactly the one url.Parse refuses.
func withoutUserinfo(rawURL string) string {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return rawURL
	}
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	return scheme + "://" + authority + tail
}
