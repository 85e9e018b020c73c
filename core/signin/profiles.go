package signin

import (
	"os"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal/sharedfile"
	"tenantry/core/secret"
)

// The codes of saved connections.
const (
	CodeProfileNoName  exchange.Code = "profile.no-name" // a connection needs a name to be saved. Args: none
	CodeProfileUnknown exchange.Code = "profile.unknown" // there is no connection of that name. Args: name, known (joined by ", ", may be empty)
	// CodeCertificateUnreadable says that a file with a client certificate or its key cannot be read. Args: path
	CodeCertificateUnreadable exchange.Code = "signin.certificate-unreadable"
)

// Profile is a saved connection. It holds no secret: the password is in a Vault, under PasswordKey.
type Profile struct {
	Name       string              `json:"name"`       // unique without regard to case
	Connection exchange.Connection `json:"connection"` // exchange.Classic or exchange.Modern
	URL        string              `json:"url,omitempty"`
	User       string              `json:"user,omitempty"`
	CAFile     string              `json:"caFile,omitempty"` // a PEM file with a private certificate authority, empty for none

	// Authentication is how the account signs in; empty is exchange.AuthBasic.
	Authentication exchange.Authentication `json:"authentication,omitempty"`

	// ClientCertFile and ClientKeyFile are PEM files, for exchange.AuthCertificate: the certificate with its
	// chain, and its private key. ClientKeyFile is empty when the key is in the same file.
	ClientCertFile string `json:"clientCertFile,omitempty"`
	ClientKeyFile  string `json:"clientKeyFile,omitempty"`

	// Proxy is "" for the system's, "none" for none, or the address of one, such as
	// http://proxy.example:8080. ProxyUser is who may use it, where it asks; the password is in a Vault, under
	// ProxyPasswordKey.
	Proxy     string `json:"proxy,omitempty"`
	ProxyUser string `json:"proxyUser,omitempty"`

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

// ProxyPasswordKey names the password of ProxyUser in a Vault.
func (p Profile) ProxyPasswordKey() string { return PasswordKey(p.ProxyUser, p.Proxy) }

// NeedsUser tells whether signing in needs a user name: a certificate and a ticket say themselves whose they are.
func (p Profile) NeedsUser() bool {
	return p.Authentication != exchange.AuthCertificate && p.Authentication != exchange.AuthKerberos
}

// TakesPassword tells whether a password is of any use in signing in.
func (p Profile) TakesPassword() bool { return p.Authentication != exchange.AuthCertificate }

// NeedsPassword tells whether signing in cannot do without a password. With Kerberos the ticket that the system
// holds takes its place.
func (p Profile) NeedsPassword() bool {
	return p.TakesPassword() && p.Authentication != exchange.AuthKerberos
}

// Way is the proxy as a connection takes it, without the password.
func (p Profile) Way() exchange.Proxy {
	switch {
	case p.Proxy == "", strings.EqualFold(p.Proxy, "system"):
		return exchange.Proxy{Mode: exchange.ProxySystem}
	case strings.EqualFold(p.Proxy, "none"):
		return exchange.Proxy{Mode: exchange.ProxyNone}
	}
	return exchange.Proxy{Mode: exchange.ProxyManual, URL: p.Proxy, User: p.ProxyUser}
}

// ClientCertificate reads the files of the client certificate; the empty secret when there are none. A file
// that cannot be read is CodeCertificateUnreadable.
func (p Profile) ClientCertificate() (secret.Secret, error) {
	var pem []byte
	for _, path := range []string{p.ClientCertFile, p.ClientKeyFile} {
		if path == "" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return secret.Secret{}, &exchange.Problem{
				Code: CodeCertificateUnreadable, Doing: "read the client certificate", Args: map[string]string{"path": path}, Cause: err,
			}
		}
		pem = append(append(pem, text...), '\n')
	}
	return secret.New(string(pem)), nil
}

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
	p.ClientCertFile, p.ClientKeyFile = strings.TrimSpace(p.ClientCertFile), strings.TrimSpace(p.ClientKeyFile)
	p.Proxy, p.ProxyUser = withoutUserinfo(strings.TrimSpace(p.Proxy)), strings.TrimSpace(p.ProxyUser)
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
