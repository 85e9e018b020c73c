package classic

import (
	"sync"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/proxy"
)

// tickets are the Kerberos accounts that signed in. Each holds the tickets it got, so that a further session does
// not ask the realm again.
type tickets struct {
	mu    sync.Mutex
	known []*httpauth.Kerberos
}

// of returns the account with that user name and password.
func (t *tickets) of(with exchange.Credential) *httpauth.Kerberos {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range t.known {
		if k.User == with.User && k.Password.Reveal() == with.Password.Reveal() {
			return k
		}
	}
	k := &httpauth.Kerberos{User: with.User, Password: with.Password}
	t.known = append(t.known, k)
	return k
}

// signIn sets how the account proves who it is.
func (c *Connector) signIn(o *httpauth.Options, with exchange.Credential) error {
	ntlm := httpauth.NTLM{User: with.User, Password: with.Password}
	switch with.Authentication {
	case exchange.AuthNTLM:
		o.Mechanisms = []httpauth.Mechanism{ntlm}
	case exchange.AuthKerberos:
		o.Mechanisms = []httpauth.Mechanism{c.tickets.of(with)}
	case exchange.AuthNegotiate:
		o.Mechanisms = []httpauth.Mechanism{c.tickets.of(with)}
		if with.User != "" && !with.Password.Empty() {
			o.Mechanisms = append(o.Mechanisms, ntlm)
		}
	case exchange.AuthCertificate:
		certificate, err := httpauth.NewCertificate(with.ClientCertificate)
		if err != nil {
			return err
		}
		o.Authorizer = certificate
	default:
		o.Authorizer = httpauth.Basic{User: with.User, Password: with.Password}
	}
	return nil
}

// wayOut sets the way out of the network.
func wayOut(o *httpauth.Options, p exchange.Proxy) error {
	switch p.Mode {
	case exchange.ProxyNone:
		o.Proxy = proxy.None
	case exchange.ProxyManual:
		manual, err := proxy.Manual(p.URL, p.User, p.Password)
		if err != nil {
			return &httpauth.Error{Kind: httpauth.KindProxy, Cause: err}
		}
		o.Proxy = manual
	default:
		o.Proxy = proxy.System
	}
	return nil
}
