package main

import (
	"context"
	"net/url"

	"fyne.io/fyne/v2"

	"tenantry/assets"
	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/here"
	"tenantry/core/preflight/probe"
	"tenantry/core/preflight/remote"
	"tenantry/core/signin"
	"tenantry/gui/preflightpanel"
)

// subject is this computer and the way to what about names. It asks the system for its proxy, so it may wait.
func subject(about preflightpanel.About, folders *signin.Folders, vault signin.Vault) preflight.Subject {
	s := preflight.Subject{Endpoints: preflight.EndpointsFor(about.Address, about.PrivateCA), Folders: folders, Vault: vault}
	proxy, from, err := preflight.ProxyOf(about.Proxy)
	if err != nil { // told by the check of the proxy, which asks for it like all others
		proxy = func(*url.URL) (*url.URL, error) { return nil, err }
	}
	s.Proxy, s.ProxyFrom = proxy, from
	s.Computer = here.New(probe.New(probe.Options{Proxy: proxy}).Reach)
	return s
}

// computers are opened by one that tries a password that was refused nowhere else.
var computers remote.Opener

// another connects to another computer with Windows.
func another(ctx context.Context, a preflightpanel.Another) (preflight.Computer, func(context.Context) error, error) {
	o := remote.Options{Host: a.Host, User: a.User, Password: a.Password, Authentication: a.Authentication, PrivateCA: a.PrivateCA, Version: assets.Version}
	c, err := computers.Open(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return c, c.Close, nil
}

// openPage opens a settings page or an address with the system's own program for it.
func openPage(page string) error {
	u, err := url.Parse(page)
	if err == nil {
		err = fyne.CurrentApp().OpenURL(u)
	}
	if err != nil {
		return &exchange.Problem{Code: preflight.CodeNotRepaired, Doing: "open a page", Args: map[string]string{"what": page}, Cause: err}
	}
	return nil
}
