package preflight

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/signin"
)

// Subject is what is looked at. Only Computer is needed; what is nil or empty is not looked at.
type Subject struct {
	Computer Computer
	Use      Use

	// Endpoints are the hosts and ports that the connection needs: EndpointsFor, or DefaultEndpoints.
	Endpoints []Endpoint

	// Proxy tells which proxy this computer's requests take, and ProxyFrom where that was found: "environment",
	// "system", "manual" or "none".
	Proxy     ProxyFunc
	ProxyFrom string

	// What only this computer has.
	Folders *signin.Folders
	Vault   signin.Vault
	Screen  func(ctx context.Context) (Screen, error) // nil without a window

	// Account is who signs in, for the checks of a connection; nil when nobody has said.
	Account *Account

	// Sessions are those left open; nil where nothing is noted.
	Sessions Sessions

	// Updates looks for a newer version; nil unless the person asked.
	Updates func(ctx context.Context) (version, page string, err error)
}

// Screen is what the window has to draw with.
type Screen struct {
	Width, Height int     // of the screen, in its own points
	Scale         float64 // how many points make one of the window's; 1 where nothing is enlarged
	Driver        string  // the graphics driver, as it calls itself
	OpenGL        string  // its version, such as "4.6"; empty when there is none
	Software      bool    // drawn without a graphics card
}

// Account is who signs in to a connection, and how to try it.
type Account struct {
	User           string
	Host           string              // of the address, for the sentences
	Customer       exchange.CustomerID // empty: the account's own organisation
	Authentication exchange.Authentication

	// What is known of the password; the password itself is nobody's here.
	NeedsPassword, HasPassword bool
	PasswordSpaced             bool // it begins or ends with a space, as copied ones do

	// Try opens a session and gives it back: Trial makes one. Its error is a *exchange.Problem. It is called
	// once; nil looks only at what was typed.
	Try func(ctx context.Context) error
}

// Left is a session that was left open.
type Left struct{ Customer, User, Host string }

// Sessions finds and removes the sessions that were left open.
type Sessions interface {
	// Left lists them; nothing is asked of a server.
	Left(ctx context.Context) ([]Left, error)
	// Remove removes them. Its error is a *exchange.Problem that says which stayed: CodeSessionsStay.
	Remove(ctx context.Context) error
}

// DefaultEndpoints are the hosts of Exchange Online and of signing in to it.
func DefaultEndpoints() []Endpoint {
	return []Endpoint{
		{Host: "ps.outlook.com", Port: 443, TLS: true, Web: true, Purpose: ForConnection},
		{Host: "ps.outlook.com", Port: 80, Purpose: ForWindows},
		{Host: "outlook.office365.com", Port: 443, TLS: true, Web: true, Purpose: ForRedirect},
		{Host: "outlook.office365.com", Port: 80, Purpose: ForWindows},
		{Host: "login.microsoftonline.com", Port: 443, TLS: true, Web: true, Purpose: ForSignIn},
	}
}

// EndpointsFor are the hosts and ports that a connection to address needs. An address of Exchange Online, or an
// empty one, gives DefaultEndpoints; any other one its own host, and one that cannot be read none: nothing else
// is looked at in its place. privateCA is trusted beside the system's authorities, and may be nil.
func EndpointsFor(address string, privateCA []byte) []Endpoint {
	online := DefaultEndpoints()
	for i := range online {
		online[i].PrivateCA = privateCA
	}
	if address = strings.TrimSpace(address); address == "" {
		return online
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	for _, known := range online {
		if host == known.Host {
			return online
		}
	}
	e := Endpoint{Host: host, Port: 443, TLS: u.Scheme != "http", Web: true, Purpose: ForConnection, PrivateCA: privateCA}
	if !e.TLS {
		e.Port = 80
	}
	if n, err := strconv.Atoi(u.Port()); err == nil {
		e.Port = n
	}
	return []Endpoint{e}
}
