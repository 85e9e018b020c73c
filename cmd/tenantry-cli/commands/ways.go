package commands

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// basicWay is what the command line calls the way to sign in that has no name in a saved connection.
const basicWay = "basic"

// wayNames are the ways to sign in, as the command line calls them.
func wayNames() []string {
	return []string{basicWay, string(exchange.AuthNegotiate), string(exchange.AuthNTLM), string(exchange.AuthKerberos), string(exchange.AuthCertificate)}
}

// ways takes over what the flags say of how to sign in, and of the way out of the network. Files and addresses
// that cannot be right are words that are wrong.
func (f *connectFlags) ways(at *signin.Profile) error {
	if f.clientCert != "" {
		at.ClientCertFile, at.ClientKeyFile = f.clientCert, f.clientKey
		if f.auth == "" {
			at.Authentication = exchange.AuthCertificate
		}
	} else if f.clientKey != "" {
		at.ClientKeyFile = f.clientKey
	}
	switch way := strings.ToLower(f.auth); {
	case way == "":
	case !slices.Contains(wayNames(), way):
		return usage(codeBadWay, map[string]string{"way": f.auth, "known": strings.Join(wayNames(), ", ")})
	case way == basicWay:
		at.Authentication = exchange.AuthBasic
	default:
		at.Authentication = exchange.Authentication(way)
	}
	if at.Authentication == exchange.AuthCertificate && at.ClientCertFile == "" {
		return usage(codeNoClientCert, nil)
	}
	if f.proxy != "" {
		at.Proxy, at.ProxyUser = f.proxy, ""
	}
	if f.proxyUser != "" {
		at.ProxyUser = f.proxyUser
	}
	if p := at.Way(); p.Mode == exchange.ProxyManual && !isProxy(p.URL) {
		shown := withoutQuery(p.URL)
		return usage(codeBadProxy, map[string]string{"url": shown[strings.LastIndexByte(shown, '@')+1:]}) // in front of it a password may stand
	}
	return nil
}

// isProxy tells whether a proxy's address can be read, and holds no password.
func isProxy(address string) bool {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	return err == nil && u.Hostname() != "" && u.User == nil && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}

// proxyPassword comes from the system's secret store, else from a prompt.
func proxyPassword(ctx context.Context, a *app, at signin.Profile) (secret.Secret, error) {
	kept, found, err := signin.SystemVault().Load(at.ProxyPasswordKey())
	switch {
	case found && err == nil:
		return kept, nil
	case !a.screen.canAsk():
		return secret.Secret{}, &usageError{&exchange.Problem{Code: codeNoPassword, Args: map[string]string{"user": at.ProxyUser}, Cause: err}}
	}
	return a.screen.askSecret(ctx, a.words.Text("cli.password-for", "user", at.ProxyUser))
}
