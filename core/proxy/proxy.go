// Package proxy finds the proxy through which an address is reached: the one that the environment or the
// system's settings name, one given by hand, or none.
//
// core/httpauth sends requests through it, and core/preflight tells which one is found and tries it.
package proxy

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/mattn/go-ieproxy"

	"tenantry/core/secret"
)

// Func says through which proxy an address is reached; nil for none. It may wait for the system, which can ask
// the network for a proxy script. The error is ErrAddress or ErrUser.
type Func func(to *url.URL) (*url.URL, error)

// From says where a proxy was found.
type From string

// The places.
const (
	FromEnvironment From = "environment" // HTTPS_PROXY, HTTP_PROXY, NO_PROXY
	FromSystem      From = "system"      // the settings of Windows or macOS
	FromManual      From = "manual"      // given by hand
	FromNone        From = "none"        // nowhere: there is nothing that could name one
)

// The errors. None repeats the address, which may hold a password.
var (
	ErrAddress = errors.New("the proxy's address cannot be read")
	ErrUser    = errors.New("the proxy's address holds a user name")
)

var systemProxy = sync.OnceValue(ieproxy.GetProxyFunc)

// System takes the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), and where it names none
// the one of the system's settings on Windows and macOS. A loopback address is reached without one. What the
// environment says is read once in a process.
func System(to *url.URL) (*url.URL, error) {
	if Loopback(to.Hostname()) {
		return nil, nil
	}
	found, err := systemProxy()(&http.Request{Method: http.MethodPost, URL: to, Host: to.Host, Header: http.Header{}})
	if err != nil {
		return nil, ErrAddress
	}
	if found == nil {
		return nil, nil
	}
	if found.Scheme == "" {
		found = &url.URL{Scheme: "http", Host: found.Host, User: found.User} // a proxy script names only hosts
	}
	if !usable(found) {
		return nil, ErrAddress
	}
	return found, nil
}

// SystemFrom tells where System looks: the environment when it names a proxy, otherwise the system's settings
// where there are any.
func SystemFrom() From {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		if os.Getenv(name) != "" {
			return FromEnvironment
		}
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return FromSystem
	}
	return FromNone
}

// None takes none.
func None(*url.URL) (*url.URL, error) { return nil, nil }

// Manual takes the one at address for everything, also for a loopback address. address is http, https or socks5,
// or a host and port of an http proxy. user may be empty; the password goes to the proxy alone. The error is
// ErrAddress or ErrUser.
func Manual(address, user string, password secret.Secret) (Func, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || !usable(u) {
		return nil, ErrAddress
	}
	if u.User != nil {
		return nil, ErrUser
	}
	return func(*url.URL) (*url.URL, error) {
		to := &url.URL{Scheme: u.Scheme, Host: u.Host}
		if user != "" {
			to.User = url.UserPassword(user, password.Reveal())
		}
		return to, nil
	}, nil
}

// usable tells whether an address is one of a proxy.
func usable(u *url.URL) bool {
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		// An address that cannot be read is taken for a path behind a host of its own by httpproxy: http://http://…
		return u.Hostname() != "" && !strings.HasSuffix(u.Host, ":")
	}
	return false
}

// Loopback tells whether host, without port, is this computer: localhost (RFC 6761 6.3) or a loopback address in
// its usual form. Other spellings, such as 127.1 or 0x7f.1, are not taken for it.
func Loopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
