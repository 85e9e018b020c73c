package commands

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tenantry/assets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/journal"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// Codes of the command line's own words.
const (
	codeCannotOpen       exchange.Code = "cli.cannot-open"        // a file cannot be read. Args: path
	codeNoConnection     exchange.Code = "cli.no-connection"      // none of --sample, --profile, --url was given. Args: known
	codeTwoConnections   exchange.Code = "cli.two-connections"    // more than one of them was. Args: none
	codeNoUser           exchange.Code = "cli.no-user"            // --url without --user. Args: none
	codeBadCA            exchange.Code = "cli.bad-ca"             // --ca-cert holds no certificate. Args: path
	codeOnlyClassic      exchange.Code = "cli.only-classic"       // --connect modern where only classic is there. Args: none
	codeNoCustomer       exchange.Code = "cli.no-customer"        // nobody was chosen. Args: some
	codeNoSuchTag        exchange.Code = "cli.no-such-tag"        // no customer has the tag. Args: tag
	codeNeedsYes         exchange.Code = "cli.needs-yes"          // a change, and nobody to ask. Args: cmdlet
	codeNoWhatIf         exchange.Code = "cli.no-whatif"          // the cmdlet cannot be asked like that. Args: cmdlet
	codeBadLimit         exchange.Code = "cli.bad-limit"          // --limit is negative. Args: none
	codeNotConfirmed     exchange.Code = "cli.not-confirmed"      // the person said no. Args: none
	codeUnknownCmdlet    exchange.Code = "cli.unknown-cmdlet"     // cmdlets show of something unknown. Args: cmdlet, near
	codeNotLoopback      exchange.Code = "cli.not-loopback"       // sample serve on another address. Args: address
	codeBadLimitStyle    exchange.Code = "cli.bad-limit-style"    // sample serve: no such way to refuse. Args: style
	codeBadCount         exchange.Code = "cli.bad-count"          // sample serve: a negative number. Args: none
	codeSampleFailed     exchange.Code = "cli.sample-failed"      // the sample partner could not start. Args: none
	codeBadListenAddress exchange.Code = "cli.bad-listen-address" // sample serve cannot listen there. Args: address
)

// connectFlags choose a connection, the same for every command that talks to Exchange.
type connectFlags struct {
	sample        bool
	profile       string
	url, user, ca string
	passwordStdin bool
	connect       string
}

func (f *connectFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.sample, "sample", false, "use the sample partner: invented customers on this computer, no account needed")
	c.Flags().StringVar(&f.profile, "profile", "", "use a saved connection")
	c.Flags().StringVar(&f.url, "url", "", "use this remote PowerShell address, such as "+signin.DefaultURL)
	c.Flags().StringVar(&f.user, "user", "", "the account to sign in with at --url")
	c.Flags().BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from the first line of standard input")
	c.Flags().StringVar(&f.ca, "ca-cert", "", "a PEM file with a certificate authority to trust beside the system's")
	c.Flags().StringVar(&f.connect, "connect", "classic", "which connection to use: classic (remote PowerShell)")
}

// link is a chosen connection: what sessions are opened with. close ends what was started for it.
type link struct {
	connector  exchange.Connector
	credential exchange.Credential
	url        string
	privateCA  []byte
	journal    *journal.Journal
	known      []customers.Customer // of the sample partner; nil otherwise
	close      func()
}

// target is how to reach one customer. A redirect to a host outside the list is confirmed on the terminal.
func (l *link) target(a *app, customer exchange.CustomerID) exchange.Target {
	return exchange.Target{
		Customer: customer, URL: l.url, PrivateCA: l.privateCA,
		AllowRedirect: a.allowRedirect,
		OnRedirect:    func(to string) { a.note("%s", a.words.Text("cli.redirected", "to", withoutQuery(to))) },
	}
}

// open reads the flags and gets the password. Nothing is sent to a server.
func (f *connectFlags) open(ctx context.Context, a *app) (*link, error) {
	if f.connect != string(exchange.Classic) {
		return nil, usage(codeOnlyClassic, nil)
	}
	given := 0
	for _, on := range []bool{f.sample, f.profile != "", f.url != ""} {
		if on {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, usage(codeNoConnection, map[string]string{"known": a.profileNames()})
	case given > 1:
		return nil, usage(codeTwoConnections, nil)
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
	l.connector = classic.New(classic.Options{Shells: log.Shells(), Version: assets.Version})
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
	if at.User == "" {
		return nil, usage(codeNoUser, nil)
	}
	l := &link{url: at.Address(), credential: exchange.Credential{User: at.User}}
	if at.CAFile != "" {
		pem, err := os.ReadFile(at.CAFile)
		if err != nil {
			return nil, &usageError{&exchange.Problem{Code: codeCannotOpen, Args: map[string]string{"path": at.CAFile}, Cause: err}}
		}
		if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			return nil, usage(codeBadCA, map[string]string{"path": at.CAFile})
		}
		l.privateCA = pem
	}
	var err error
	l.credential.Password, err = f.password(a, at)
	return l, err
}

// password comes from standard input when asked so, else from the system's secret store, else from a prompt.
func (f *connectFlags) password(a *app, at signin.Profile) (secret.Secret, error) {
	if f.passwordStdin {
		line, err := bufio.NewReader(a.In).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return secret.Secret{}, err
		}
		return secret.New(strings.TrimRight(line, "\r\n")), nil
	}
	kept, found, storeErr := signin.SystemVault().Load(at.PasswordKey())
	if found && storeErr == nil {
		return kept, nil
	}
	if !isTerminal(a.In) {
		return secret.Secret{}, &exchange.Problem{Code: exchange.CodeNoPassword, Args: map[string]string{"user": at.User}, Cause: storeErr}
	}
	fmt.Fprint(a.Err, a.words.Text("cli.password-for", "user", at.User)+" ")
	typed, err := term.ReadPassword(int(a.In.(*os.File).Fd()))
	fmt.Fprintln(a.Err)
	if err != nil {
		return secret.Secret{}, err
	}
	return secret.New(string(typed)), nil
}

func (a *app) profileNames() string {
	list, err := signin.OpenProfiles(a.folders.Profiles()).List()
	if err != nil {
		return ""
	}
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.Name
	}
	return joined(names, 5)
}

// allowRedirect asks on the terminal; without one the answer is no.
func (a *app) allowRedirect(_ context.Context, from, to string) bool {
	return a.confirm(a.words.Text("cli.allow-redirect", "from", hostOf(from), "to", hostOf(to)))
}

// confirm asks a yes-or-no question on the terminal. Without one the answer is no.
func (a *app) confirm(question string) bool {
	if !isTerminal(a.In) {
		return false
	}
	fmt.Fprintf(a.Err, "%s [y/N] ", question)
	answer, _ := bufio.NewReader(a.In).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes", "j", "ja":
		return true
	}
	return false
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
