// Package classic is the classic connection: a remote PowerShell session with one customer's Exchange, over
// WSMan and MS-PSRP, signed in with a user name and password and DelegatedOrg in the address.
//
// It does natively what New-PSSession, Import-PSSession, Invoke-Command and Remove-PSSession do on Windows.
package classic

import (
	"context"
	"errors"
	"net/url"
	"runtime"
	"time"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/httpauth"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// DefaultURL is where Exchange Online's remote PowerShell has always been.
const DefaultURL = "https://ps.outlook.com/powershell-liveid"

// MaxSessions is how many sessions Exchange lets one account have open at once.
const MaxSessions = 3

// ShellLog notes shells before they are used and strikes them when the server has closed them, so that one
// which is left behind is known. Its methods may be called from any goroutine.
type ShellLog interface {
	// Opening notes a shell before its creation is sent. When it fails the shell is not opened.
	Opening(ctx context.Context, shell, url, user string, customer exchange.CustomerID) error
	// Named notes that the server made a shell, and the id it gave it, which may be the one asked for.
	Named(ctx context.Context, asked, given string) error
	// Closed strikes a shell that the server has closed or never had.
	Closed(ctx context.Context, shell string) error
}

// Options say how sessions are opened. The zero value works.
type Options struct {
	Shells ShellLog // nil keeps no log

	// Configuration is the name of the session configuration; empty means Microsoft.Exchange.
	Configuration string

	// OperationTimeout is how long the server may hold a request before it says that there is nothing yet.
	// 0 means one minute.
	OperationTimeout time.Duration

	// AnswerGrace is how much longer than OperationTimeout the answer to a request may take. 0 means one minute.
	AnswerGrace time.Duration

	// StopLimit and CloseLimit bound how long stopping a run and closing a session may take; 0 means 10
	// seconds and exchange.ClosingLimit.
	StopLimit, CloseLimit time.Duration

	// Version of the product, for the User-Agent header; may be empty.
	Version string
}

// Connector opens classic sessions. It is safe for use from several goroutines.
type Connector struct {
	o       Options
	tickets tickets
}

var _ exchange.Connector = (*Connector)(nil)

// New returns a Connector.
func New(o Options) *Connector {
	if o.Configuration == "" {
		o.Configuration = "Microsoft.Exchange"
	}
	if o.OperationTimeout <= 0 {
		o.OperationTimeout = time.Minute
	}
	if o.AnswerGrace <= 0 {
		o.AnswerGrace = time.Minute
	}
	if o.CloseLimit <= 0 {
		o.CloseLimit = exchange.ClosingLimit
	}
	return &Connector{o: o}
}

// Connect signs in at to.URL with to.Customer as DelegatedOrg and waits until the runspace is open. An answer
// that redirects is followed by building the session anew at the new place, as httpauth.NextHop allows.
func (c *Connector) Connect(ctx context.Context, to exchange.Target, with exchange.Credential) (exchange.Session, error) {
	address := to.URL
	if address == "" {
		address = DefaultURL
	}
	where := place{user: with.User, customer: to.Customer, host: hostOf(address), chosen: with.Authentication,
		patience: c.o.OperationTimeout + c.o.AnswerGrace, stall: c.o.OperationTimeout}
	if to.Customer != "" {
		delegated, err := httpauth.WithDelegatedOrg(address, string(to.Customer))
		if err != nil {
			return nil, where.badURL(address, err)
		}
		address = delegated
	}
	for hop := 1; ; hop++ {
		where.host = hostOf(address)
		pool, transport, err := c.open(ctx, address, to, with)
		if err == nil {
			return &Session{pool: pool, transport: transport, where: where}, nil
		}
		var redirect *wsman.Redirect
		if !errors.As(err, &redirect) {
			return nil, where.problem(ctx, "open a session", err)
		}
		next, err := where.follow(ctx, to, address, redirect, hop)
		if err != nil {
			return nil, err
		}
		address = next.String()
		// A new address that names no customer would open the partner's own organisation instead.
		if to.Customer != "" && !httpauth.NamesCustomer(next) {
			if address, err = httpauth.WithDelegatedOrg(address, string(to.Customer)); err != nil {
				return nil, where.badURL(next.String(), err)
			}
		}
		if to.OnRedirect != nil {
			to.OnRedirect(address)
		}
	}
}

// follow tells where a redirect leads, when it may be followed.
func (w place) follow(ctx context.Context, to exchange.Target, address string, redirect *wsman.Redirect, hop int) (*url.URL, error) {
	from, err := url.Parse(address)
	if err != nil {
		return nil, w.badURL(address, err)
	}
	next, err := httpauth.NextHop(from, redirect.Location, hop, httpauth.RedirectPolicy{
		Confirm: func(host string) bool {
			// Nobody is asked about an address that is made to deceive whoever is asked.
			return !looksLikeCloud(host) && to.AllowRedirect != nil && to.AllowRedirect(ctx, from.Host, host)
		},
	})
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // the person cancelled instead of answering
		}
		return nil, w.redirectProblem(ctx, from, err)
	}
	return next, nil
}

// open makes one attempt at one address.
func (c *Connector) open(ctx context.Context, address string, to exchange.Target, with exchange.Credential) (*runspace.Pool, *httpauth.Transport, error) {
	client, transport, err := c.client(address, to, with)
	if err != nil {
		return nil, nil, err
	}
	o := runspace.Options{
		Client:     client,
		Config:     psrp.ClientConfig{Pool: uuid.New(), Arguments: applicationArguments()},
		StopLimit:  c.o.StopLimit,
		CloseLimit: c.o.CloseLimit,
	}
	if log := c.o.Shells; log != nil {
		o.Opening = func(shell string) error {
			return log.Opening(ctx, shell, address, with.User, to.Customer)
		}
		// What follows happened on the server whether ctx is done or not, so it is noted all the same. A
		// failing note is no reason to fail the session: a shell that is struck too late is found gone.
		o.Named = func(asked, given string) { _ = log.Named(context.WithoutCancel(ctx), asked, given) }
		o.Gone = func(shell string) { _ = log.Closed(context.WithoutCancel(ctx), shell) }
	}
	pool, err := runspace.Open(ctx, o)
	if err != nil {
		transport.Close()
		return nil, nil, err
	}
	return pool, transport, nil
}

// client makes what requests to one address go through. The caller closes the transport.
func (c *Connector) client(address string, to exchange.Target, with exchange.Credential) (*wsman.Client, *httpauth.Transport, error) {
	agent := "Tenantry"
	if c.o.Version != "" {
		agent += "/" + c.o.Version
	}
	carrier := httpauth.Options{
		PrivateCA:     to.PrivateCA,
		AnswerTimeout: c.o.OperationTimeout + c.o.AnswerGrace,
		StallTimeout:  c.o.OperationTimeout,
		UserAgent:     agent,
	}
	if err := errors.Join(c.signIn(&carrier, with), wayOut(&carrier, to.Proxy)); err != nil {
		return nil, nil, err
	}
	transport, err := httpauth.New(carrier)
	if err != nil {
		return nil, nil, err
	}
	client := wsman.NewClient(transport, address, wsman.ResourcePowerShell+c.o.Configuration)
	client.OperationTimeout = c.o.OperationTimeout
	return client, transport, nil
}

// applicationArguments is the PSVersionTable that Exchange's session configuration looks for. The versions
// are those of the protocol that is spoken, not of a PowerShell that is not there.
func applicationArguments() clixml.Value {
	version := func(v string) clixml.Value { return clixml.NewLexical(clixml.Version, v) }
	return psrp.PrimitiveDictionary(psrp.Entry{Key: "PSVersionTable", Value: psrp.PrimitiveDictionary(
		psrp.Entry{Key: "PSVersion", Value: version("5.1")},
		psrp.Entry{Key: "PSRemotingProtocolVersion", Value: version(psrp.V23.String())},
		psrp.Entry{Key: "SerializationVersion", Value: version("1.1.0.1")},
		psrp.Entry{Key: "WSManStackVersion", Value: version("3.0")},
		psrp.Entry{Key: "OS", Value: clixml.NewString(runtime.GOOS)},
	)})
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
