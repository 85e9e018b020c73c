package classic

import (
	"context"
	"errors"
	"net/url"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/wsman"
)

var _ exchange.Remover = (*Connector)(nil)

// Remove deletes the shell of that id at to.URL, the address at which it was opened, with all that runs in
// it (MS-WSMV 3.1.4.4, Delete). It needs no session: the id is enough for the account that opened it. An
// address that names no customer gets to.Customer. A shell the server does not know is removed too;
// to.OnUnknown tells. It gives up after the connector's CloseLimit. A redirect is followed as Connect follows
// one.
func (c *Connector) Remove(ctx context.Context, to exchange.Target, with exchange.Credential, id string) error {
	ctx, stop := context.WithTimeout(ctx, c.o.CloseLimit)
	defer stop()
	address := to.URL
	if address == "" {
		address = DefaultURL
	}
	where := place{user: with.User, customer: to.Customer, chosen: with.Authentication, shell: id}
	if u, err := url.Parse(address); to.Customer != "" && (err != nil || !httpauth.NamesCustomer(u)) {
		if address, err = httpauth.WithDelegatedOrg(address, string(to.Customer)); err != nil {
			return where.badURL(to.URL, err)
		}
	}
	for hop := 1; ; hop++ {
		where.host = hostOf(address)
		err := c.remove(ctx, address, to, with, id)
		var redirect *wsman.Redirect
		switch fault := wsman.AsFault(err); {
		case err == nil:
			return nil
		case fault.IsShellGone():
			if to.OnUnknown != nil {
				to.OnUnknown()
			}
			return nil
		case !errors.As(err, &redirect):
			return where.problem(ctx, "remove a session that was left open", err)
		}
		next, err := where.follow(ctx, to, address, redirect, hop)
		if err != nil {
			return err
		}
		if address = next.String(); to.OnRedirect != nil {
			to.OnRedirect(address)
		}
	}
}

// remove makes one attempt at one address.
func (c *Connector) remove(ctx context.Context, address string, to exchange.Target, with exchange.Credential, id string) error {
	client, transport, err := c.client(address, to, with)
	if err != nil {
		return err
	}
	defer transport.Close()
	return client.Delete(ctx, id)
}
