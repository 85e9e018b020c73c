// Package remote looks at another computer with Windows as package here looks at this one: it is a
// preflight.Computer over Windows Remote Management, so the same checks run on a colleague's PC.
//
//	pc, err := remote.Open(ctx, remote.Options{Host: "PC01", User: `CONTOSO\anna`, Password: password})
//	if err != nil { … } // a *exchange.Problem
//	defer pc.Close(context.WithoutCancel(ctx))
//	findings := preflight.Run(ctx, preflight.Checks(preflight.Subject{Computer: pc}), nil)
//
// It signs in with Negotiate, Kerberos, NTLM or Basic, opens one shell there (MS-WSMV 3.1.4.5.2, the one of winrs),
// and runs two programs in it: reg.exe, and powershell.exe with the one text of reach.ps1. What they are asked is
// data: words of few characters, quoted, and lines on standard input. Nothing is changed there but by Registry's
// Write, which takes the places of preflight's own repairs and no others. The account's profile is not loaded,
// because the first time that writes to the other computer's disk.
//
// The messages are those of core/wsman, on the envelopes of masterzen/winrm's soap package. That module's Client
// is not used, although it takes a transport of ours: it loads the profile (WINRS_NOPROFILE is always FALSE); it
// gives programs a console to read from instead of a pipe, which has no end; opening, sending and deleting take no
// context; and it hides failures: input that was not sent, output whose base64 is broken, and a missing exit code,
// which becomes 0.
package remote

import (
	"context"
	"errors"
	"sync"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/preflight"
	"tenantry/core/secret"
)

// The ports of Windows Remote Management.
const (
	PortPlain = 5985 // messages are encrypted by NTLM or Kerberos
	PortTLS   = 5986 // https
)

// Defaults of Options.
const (
	DefaultConnectTimeout = 5 * time.Second
	DefaultCommandTimeout = 30 * time.Second
)

// Options say which computer, and who signs in there.
type Options struct {
	// Host is a name or an address, with or without a port, or a whole address such as
	// https://pc01.contoso.example:5986/wsman. A name alone is tried at 5985 and then at 5986; at 5986 first when
	// PrivateCA is given, and only there with Basic. Port 443 and 5986, and any other port with Basic or PrivateCA,
	// are taken for https.
	Host string

	User     string // CONTOSO\anna, anna@contoso.example, or anna for an account of that computer
	Password secret.Secret

	// Authentication is how User signs in: exchange.AuthNegotiate, which nearly every Windows takes, AuthKerberos,
	// AuthNTLM, or AuthBasic, over https only. Without a password the Kerberos ticket is taken that this computer
	// holds.
	Authentication exchange.Authentication

	// PrivateCA are certificate authorities to trust beside the system's, as PEM; nil for none.
	PrivateCA []byte

	// ConnectTimeout is how long one port is waited for, and CommandTimeout how long one answer of a program
	// there. 0 means the default.
	ConnectTimeout, CommandTimeout time.Duration

	Version string // of the product, for the User-Agent header; may be empty
}

func (o *Options) setDefaults() {
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = DefaultConnectTimeout
	}
	if o.CommandTimeout <= 0 {
		o.CommandTimeout = DefaultCommandTimeout
	}
}

// ClosingLimit is how long deleting a shell may take. It is tried though the work was cancelled.
const ClosingLimit = 5 * time.Second

// atOnce is how many programs run there side by side. Windows allows 25 in a shell, Windows 7 allows 15.
const atOnce = 8

// Computer is another computer with Windows. It is safe for use from several goroutines.
type Computer struct {
	o    Options
	line *line
	slot chan struct{} // room for a program

	opening chan struct{} // held while a shell is opened

	mu     sync.Mutex
	shell  string // its ID; empty before it is open, and when Windows has ended it
	closed bool

	missing func(ctx context.Context) (string, error) // what reg.exe says of a key that is not there
	person  func(ctx context.Context) (string, error) // the key below HKU of who works there
}

var _ preflight.Computer = (*Computer)(nil)

// Open signs in and opens a shell. Close must be called when it returns no error; when it returns one, nothing was
// left open. Errors are *exchange.Problem: a refused sign-in, the way there, or one of the codes of this package.
// Whoever opens several with the same account uses an Opener.
func Open(ctx context.Context, o Options) (*Computer, error) { return new(Opener).Open(ctx, o) }

// open is Open with an account that others may share. signIn calls it when the account's turn has come.
func open(ctx context.Context, o Options, kerberos *httpauth.Kerberos, signIn func(context.Context, func() error) error) (*Computer, error) {
	lines, err := linesTo(o, kerberos)
	if err != nil {
		return nil, err
	}
	var first error
	for _, l := range lines {
		err := l.reach(ctx)
		if err == nil {
			c := &Computer{o: o, line: l, slot: make(chan struct{}, atOnce), opening: make(chan struct{}, 1)}
			c.missing = once(c.askMissing)
			c.person = once(c.askPerson)
			if err = signIn(ctx, func() error {
				err := c.open(ctx)
				if err != nil && !unreachable(err) {
					return l.problem(ctx, doingOpen, err)
				}
				return err
			}); err == nil {
				return c, nil
			}
			l.close()
		}
		if !unreachable(err) || ctx.Err() != nil { // somebody is there who says no
			return nil, l.problem(ctx, doingOpen, err)
		}
		if first == nil {
			first = err
		}
	}
	return nil, notReachable(o, lines, first)
}

// Close deletes the shell, and with it what still runs there. It takes at most ClosingLimit, also when ctx is done.
// The error is a *exchange.Problem: the shell stays, until Windows ends it after a few minutes.
func (c *Computer) Close(ctx context.Context) error {
	c.mu.Lock()
	shell := c.shell
	c.shell, c.closed = "", true
	c.mu.Unlock()
	defer c.line.close()
	if shell == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ClosingLimit)
	defer cancel()
	var err error
	for range 2 { // a connection that broke is a reason to ask again
		if err = c.line.client.Delete(ctx, shell); err == nil || gone(err) {
			return nil
		}
	}
	return c.line.problem(ctx, "close", err)
}

// Name is the host as it was given.
func (c *Computer) Name() string { return c.o.Host }

// Registry is the one of that computer. Keys below HKCU are read from the person who is signed in at its screen,
// and never written: see Registry.
func (c *Computer) Registry() preflight.Registry { return Registry{c} }

// Variable knows none: those that matter are of programs which the person there starts.
func (c *Computer) Variable(string) (string, bool) { return "", false }

// once keeps the first answer of ask that is no error. Callers wait for each other.
func once(ask func(context.Context) (string, error)) func(context.Context) (string, error) {
	turn := make(chan struct{}, 1)
	var known bool
	var text string
	return func(ctx context.Context) (string, error) {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return "", ctx.Err()
		}
		if known {
			return text, nil
		}
		answer, err := ask(ctx)
		known, text = err == nil, answer
		return answer, err
	}
}

// errClosed is the cause of a problem with a Computer that was closed.
var errClosed = errors.New("the connection to the computer was closed")
