package httpauth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/mattn/go-ieproxy"

	"tenantry/core/secret"
)

// ProxyFunc says through which proxy a request goes; nil for none.
type ProxyFunc func(*http.Request) (*url.URL, error)

var systemProxy = sync.OnceValue(ieproxy.GetProxyFunc)

// SystemProxy takes the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), and where it names
// none the one of the system's settings on Windows and macOS. A loopback address is reached without one.
func SystemProxy(req *http.Request) (*url.URL, error) {
	if isLoopback(req.URL.Hostname()) {
		return nil, nil
	}
	proxy, err := systemProxy()(req)
	if err == nil && proxy != nil && proxy.Scheme == "" {
		proxy = &url.URL{Scheme: "http", Host: proxy.Host, User: proxy.User} // a proxy script names only hosts
	}
	return proxy, err
}

// NoProxy takes none.
func NoProxy(*http.Request) (*url.URL, error) { return nil, nil }

// ManualProxy takes the one at address for every request, also to a loopback address. address is http, https or
// socks5, or a host and port of an http proxy. user may be empty; the password goes to the proxy alone. The
// error is an *Error with KindProxy, and holds neither.
func ManualProxy(address, user string, password secret.Secret) (ProxyFunc, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" && u.Scheme != "socks5h" {
		return nil, &Error{Kind: KindProxy, Cause: errors.New("the proxy's address cannot be read")}
	}
	if u.User != nil {
		return nil, &Error{Kind: KindProxy, Cause: errors.New("the proxy's address holds a user name")}
	}
	return func(*http.Request) (*url.URL, error) {
		to := &url.URL{Scheme: u.Scheme, Host: u.Host}
		if user != "" {
			to.User = url.UserPassword(user, password.Reveal())
		}
		return to, nil
	}, nil
}

// proxyAsks is the error of a proxy that wants to know who is asking.
func proxyAsks(host string) error {
	return &Error{Kind: KindProxy, Stage: StageConnecting, Host: host, Status: http.StatusProxyAuthRequired, Cause: &proxyRefusal{http.StatusProxyAuthRequired}}
}
