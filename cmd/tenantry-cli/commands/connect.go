package commands

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"tenantry/assets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/journal"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// connectFlags choose a connection, the same for every command that talks to Exchange.
type connectFlags struct {
	sample        bool
	profile       string
	url, user, ca string
	passwordStdin bool
	connect       string

	auth                  string
	clientCert, clientKey string
	proxy, proxyUser      string
}

func (f *connectFlags) add(a *app, c *cobra.Command) {
	c.Flags().BoolVar(&f.sample, "sample", false, "use the sample partner: invented customers on this computer, no account needed")
	c.Flags().StringVar(&f.profile, "profile", "", "use the saved connection `NAME`")
	c.Flags().StringVar(&f.url, "url", "", "use the remote PowerShell address `URL`, such as "+signin.DefaultURL)
	c.Flags().StringVar(&f.user, "user", "", "sign in at --url with the account `NAME`")
	c.Flags().BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from the first line of standard input")
	c.Flags().StringVar(&f.ca, "ca-cert", "", "trust the certificate authority in the PEM file `FILE`, beside the system's")
	c.Flags().StringVar(&f.auth, "auth", "", "prove who signs in by the `WAY` basic, negotiate, ntlm, kerberos or certificate (default basic)")
	c.Flags().StringVar(&f.clientCert, "client-cert", "", "sign in with the client certificate in the PEM file `FILE`")
	c.Flags().StringVar(&f.clientKey, "client-key", "", "read the key of --client-cert from the PEM file `FILE`, where it is not in the same one")
	c.Flags().StringVar(&f.proxy, "proxy", "", "go through the proxy `URL`; system for the system's, none for none (default system)")
	c.Flags().StringVar(&f.proxyUser, "proxy-user", "", "use the proxy as `NAME`; its password comes from the secret store or is asked for")
	complete(c, "auth", wayNames)
	complete(c, "proxy", func() []string { return []string{"system", "none"} })
	c.Flags().StringVar(&f.connect, "connect", string(exchange.Classic), "which `KIND` of connection to use: classic, remote PowerShell")
	complete(c, "connect", func() []string { return []string{string(exchange.Classic)} })
	complete(c, "profile", a.profileNames)
}

// given tells whether anything was said about a connection.
func (f *connectFlags) given() bool {
	return f.sample || f.passwordStdin || f.profile+f.url+f.user+f.ca+f.auth+f.clientCert+f.clientKey+f.proxy+f.proxyUser != ""
}

// link is a chosen connection: what sessions are opened with. close ends what was started for it.
type link struct {
	connector   exchange.Connector
	credential  exchange.Credential
	url         string
	privateCA   []byte
	maxSessions int // 0 for the usual
	journal     *journal.Journal
	profile     string                // its name, where it was saved
	known       []customers.Customer  // of the sample partner; nil otherwise
	only        []exchange.CustomerID // of a profile that narrows the list; empty otherwise
	proxy       exchange.Proxy
	password    func(context.Context) (secret.Secret, error) // nil when none is needed
	proxyAsks   func(context.Context) (secret.Secret, error) // for the proxy's password; nil when none is needed
	close       func()
}

// authenticate gets the password, which may mean asking for it, after all other words were found good.
func (l *link) authenticate(ctx context.Context) (err error) {
	if l.password != nil {
		if l.credential.Password, err = l.password(ctx); err != nil {
			return err
		}
	}
	if l.proxyAsks != nil {
		l.proxy.Password, err = l.proxyAsks(ctx)
	}
	return err
}

// target is how to reach one customer. A redirect to a host outside the list is confirmed on the terminal.
func (l *link) target(a *app, customer exchange.CustomerID) exchange.Target {
	return exchange.Target{
		Customer: customer, URL: l.url, PrivateCA: l.privateCA, Proxy: l.proxy,
		AllowRedirect: a.redirectGuard(),
		OnRedirect: func(to string) {
			if a.verbose {
				a.note(a.words.Text("cli.redirected", "to", withoutQuery(to)))
			}
		},
	}
}

// own is the customer that the address itself names, empty when it names none.
func (l *link) own() exchange.CustomerID {
	u, err := url.Parse(strings.ReplaceAll(l.url, ";", "&"))
	if err != nil {
		return ""
	}
	for name, values := range u.Query() {
		if strings.EqualFold(name, "DelegatedOrg") && len(values) > 0 {
			return exchange.CustomerID(strings.ToLower(strings.TrimSpace(values[0])))
		}
	}
	return ""
}

// signedIn notes that a saved connection was used.
func (l *link) signedIn(a *app) {
	if l.profile != "" {
		_ = signin.OpenProfiles(a.folders.Profiles()).Used(l.profile) // only the order of a list hangs on it
	}
}

// single checks that one connection is chosen.
func (f *connectFlags) single(a *app) error {
	if f.connect != string(exchange.Classic) {
		return usage(codeOnlyClassic, nil)
	}
	given := 0
	for _, on := range []bool{f.sample, f.profile != "", f.url != ""} {
		if on {
			given++
		}
	}
	switch {
	case given == 0:
		return usage(codeNoConnection, map[string]string{"known": joined(a.profileNames(), 5)})
	case given > 1:
		return usage(codeTwoConnections, nil)
	}
	return nil
}

// open reads the flags. Nothing is sent to a server.
func (f *connectFlags) open(ctx context.Context, a *app) (*link, error) {
	if err := f.single(a); err != nil {
		return nil, err
	}
	if err := a.folders.Make(); err != nil {
		return nil, err
	}
	log, err := journal.Open(ctx, a.folders.Journal())
	if err != nil {
		return nil, err
	}
	l, err := f.chosen(a)
	if err != nil {
		_ = log.Close()
		return nil, err
	}
	l.journal = log
	end := l.close
	options := classic.Options{Version: assets.Version}
	if !f.sample { // its sessions end with this program, so none can be left open
		options.Shells = log.Shells()
	}
	l.connector = classic.New(options)
	l.close = func() {
		if end != nil {
			end()
		}
		_ = log.Close()
	}
	return l, nil
}

func (f *connectFlags) chosen(a *app) (*link, error) {
	if f.sample {
		return openSample()
	}
	at := signin.Profile{Connection: exchange.Classic, URL: f.url, User: f.user, CAFile: f.ca}
	if f.profile != "" {
		saved, err := signin.OpenProfiles(a.folders.Profiles()).Get(f.profile)
		if err != nil {
			return nil, &usageError{err}
		}
		at = saved
		if f.user != "" {
			at.User = f.user
		}
		if f.ca != "" {
			at.CAFile = f.ca
		}
	}
	if err := f.ways(&at); err != nil {
		return nil, err
	}
	if at.Connection != exchange.Classic {
		return nil, usage(codeOnlyClassic, nil)
	}
	if at.User == "" && at.NeedsUser() {
		return nil, usage(codeNoUser, nil)
	}
	certificate, err := at.ClientCertificate()
	if err != nil {
		return nil, &usageError{err}
	}
	l := &link{
		url: at.Address(), proxy: at.Way(),
		credential: exchange.Credential{User: at.User, Authentication: at.Authentication, ClientCertificate: certificate},
		profile:    at.Name, maxSessions: at.MaxSessions, only: at.Customers,
	}
	if l.privateCA, err = authority(at.CAFile); err != nil {
		return nil, err
	}
	if at.TakesPassword() {
		l.password = func(ctx context.Context) (secret.Secret, error) { return f.password(ctx, a, at) }
	}
	if l.proxy.User != "" {
		l.proxyAsks = func(ctx context.Context) (secret.Secret, error) { return proxyPassword(ctx, a, at) }
	}
	return l, nil
}

// authority reads a private certificate authority as PEM; nil for no path.
func authority(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return nil, usage(codeBadCA, map[string]string{"path": path})
	}
	return pem, nil
}

// password comes from standard input when asked so, else from the system's secret store, else from a prompt.
func (f *connectFlags) password(ctx context.Context, a *app, at signin.Profile) (secret.Secret, error) {
	if f.passwordStdin {
		line, err := await(ctx, a.screen.readLine)
		if err != nil && !errors.Is(err, io.EOF) {
			return secret.Secret{}, err
		}
		if line == "" {
			return secret.Secret{}, usage(codeNoPassword, map[string]string{"user": at.User})
		}
		return secret.New(line), nil
	}
	kept, found, storeErr := signin.SystemVault().Load(at.PasswordKey())
	switch {
	case found && storeErr == nil:
		return kept, nil
	case !at.NeedsPassword(): // the ticket that the system holds
		return secret.Secret{}, nil
	}
	if !a.screen.canAsk() {
		return secret.Secret{}, &usageError{&exchange.Problem{Code: codeNoPassword, Args: map[string]string{"user": at.User}, Cause: storeErr}}
	}
	return a.screen.askSecret(ctx, a.words.Text("cli.password-for", "user", at.User))
}

func (a *app) profileNames() []string {
	list, err := signin.OpenProfiles(a.folders.Profiles()).List()
	if err != nil {
		return nil
	}
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.Name
	}
	return names
}

// redirectGuard asks on the terminal whether a sign-in may go on to another host, once for each pair of
// hosts however many sessions are opened. Without a terminal the answer is no.
func (a *app) redirectGuard() func(ctx context.Context, from, to string) bool {
	var mu sync.Mutex
	answers := map[string]bool{}
	return func(ctx context.Context, from, to string) bool {
		mu.Lock()
		defer mu.Unlock()
		question := a.words.Text("cli.allow-redirect", "from", hostOf(from), "to", hostOf(to))
		answer, known := answers[question]
		if !known {
			var err error
			if answer, err = a.confirm(ctx, question); err == nil {
				answers[question] = answer
			}
		}
		return answer
	}
}

// confirm asks a yes-or-no question on the terminal. Without one the answer is no.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	if !a.screen.canAsk() {
		return false, nil
	}
	answer, err := a.screen.ask(ctx, question+" "+a.words.Text("cli.yes-or-no"))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	switch strings.ToLower(answer) {
	case "y", "yes", "j", "ja":
		return err == nil, err
	}
	return false, err
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host
}

func withoutQuery(raw string) string {
	before, _, _ := strings.Cut(raw, "?")
	return before
}
