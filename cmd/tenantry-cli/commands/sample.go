package commands

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
)

// openSample starts the sample partner inside this program and connects to it over a socket like to any other.
func openSample() (*link, error) {
	sim := &exchangesim.Server{}
	if err := sim.Start(); err != nil {
		return nil, &exchange.Problem{Code: codeSampleFailed, Cause: err}
	}
	at := sim.Describe()
	l := &link{
		url:        at.Classic,
		credential: exchange.Credential{User: at.User, Password: sim.Password},
		privateCA:  sim.CACert(),
		known:      []customers.Customer{},
		close:      func() { _ = sim.Close() },
	}
	for _, c := range at.Customers {
		l.known = append(l.known, customers.Customer{Domain: exchange.CustomerID(c.Domain), TenantID: c.TenantID, Name: c.Name})
	}
	return l, nil
}

func (a *app) sampleCommand() *cobra.Command {
	c := a.onlyCommands(&cobra.Command{
		Use:     "sample",
		Short:   "The sample partner: invented customers on this computer",
		Example: "  tenantry-cli sample serve\n  tenantry-cli sample faults",
	})
	c.AddCommand(a.sampleServe(), a.sampleFaults())
	return c
}

type serveOptions struct {
	sim        exchangesim.Server
	limitStyle string
	statsEvery time.Duration
	faults     []string
	ways       []string
	keytab     string
	faultSeed  uint64
}

func (a *app) sampleServe() *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the sample partner to other clients",
		Long: "Serve the sample partner to other clients of remote PowerShell, on this computer only.\n" +
			"The first line of standard output is one JSON object that says where it is and who may sign in;\n" +
			"GET /stats at the same address counts sessions. It stops at the end of standard input or at a signal.\n\n" +
			"With --fault things go wrong on purpose; tenantry-cli sample faults lists how.\n" + faultRules,
		Example: "  tenantry-cli sample serve --listen 127.0.0.1:5985 --plain\n" +
			"  tenantry-cli sample serve --fault drop-in@receive,2 --fault slow@10%=200ms --fault-seed 7",
		Args: a.takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), a) },
	}
	c.Flags().StringVar(&o.sim.Listen, "listen", "127.0.0.1:0", "listen on the loopback `ADDRESS`; port 0 takes a free one")
	c.Flags().BoolVar(&o.sim.Plain, "plain", false, "serve http instead of https, for clients that cannot trust a private certificate authority")
	c.Flags().IntVar(&o.sim.World.Customers, "customers", 0, "have `N` customers (default 12)")
	c.Flags().IntVar(&o.sim.World.Mailboxes, "mailboxes", 0, "give each customer `N` mailboxes (default: from 5 to 20,000)")
	c.Flags().StringVar(&o.limitStyle, "limit-style", "", "refuse a fourth session in the `STYLE` create, receive or winrm (default receive)")
	complete(c, "limit-style", func() []string { return []string{"create", "receive", "winrm"} })
	c.Flags().StringArrayVar(&o.faults, "fault", nil, "let `NAME[=VALUE]` go wrong (repeat for several: all apply)")
	_ = c.RegisterFlagCompletionFunc("fault", completeFault) // fails only for a flag that is not there
	c.Flags().Uint64Var(&o.faultSeed, "fault-seed", 1, "draw the probabilities of faults from `N`")
	c.Flags().StringArrayVar(&o.ways, "auth", nil, "offer the `WAY` to sign in basic, ntlm, negotiate, kerberos or certificate (repeat for several; default basic)")
	complete(c, "auth", sampleWays)
	c.Flags().StringVar(&o.keytab, "keytab", "", "read Kerberos tickets, for kerberos and negotiate, with the keys in `FILE`")
	c.Flags().DurationVar(&o.statsEvery, "stats-every", 0, "write the counts of /stats to standard error every `TIME`, such as 10s")
	return c
}

// served is the first line of output: the words are a contract. Addresses of what is not served are null.
type served struct {
	Classic   string  `json:"classic"`
	Modern    *string `json:"modern"`
	Authority *string `json:"authority"`
	Graph     *string `json:"graph"`
	CACert    *string `json:"ca_cert"`
	// ClientCert is the file of a client certificate and its key; left out unless certificates are taken.
	ClientCert string                 `json:"client_cert,omitempty"`
	User       string                 `json:"user"`
	Password   string                 `json:"password"`
	ClientID   *string                `json:"client_id"`
	Customers  []exchangesim.Customer `json:"customers"`
}

func (o *serveOptions) run(ctx context.Context, a *app) error {
	if err := o.check(); err != nil {
		return err
	}
	if !o.sim.Plain {
		folder, err := os.MkdirTemp("", "tenantry-sample-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		o.sim.CACertFile = filepath.Join(folder, "ca.pem")
	}
	if err := o.sim.Start(); err != nil {
		return &usageError{&exchange.Problem{Code: codeBadListenAddress, Args: map[string]string{"address": o.sim.Listen}, Cause: err}}
	}
	defer o.sim.Close()
	at := o.sim.Describe()
	certificate, err := o.writeCertificate()
	if err != nil {
		return err
	}
	line := served{ClientCert: certificate, Classic: at.Classic, CACert: at.CACert, User: at.User, Password: at.Password, Customers: at.Customers}
	if err := json.NewEncoder(a.Out).Encode(line); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { // ends with the process at the latest: a read cannot be called off
		_, _ = io.Copy(io.Discard, a.In)
		close(ended)
	}()
	var tick <-chan time.Time
	if o.statsEvery > 0 {
		ticker := time.NewTicker(o.statsEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			return nil
		case <-tick:
			if err := json.NewEncoder(a.Err).Encode(o.sim.Report()); err != nil {
				return err
			}
		}
	}
}

// check holds the words against what there is.
func (o *serveOptions) check() error {
	switch style := exchangesim.LimitStyle(o.limitStyle); style {
	case "", exchangesim.LimitAtCreate, exchangesim.LimitAtReceive, exchangesim.LimitOfPlugin:
		o.sim.LimitStyle = style
	default:
		return usage(codeBadLimitStyle, map[string]string{"style": o.limitStyle})
	}
	if o.sim.World.Customers < 0 || o.sim.World.Mailboxes < 0 {
		return usage(codeBadCount, nil)
	}
	plan, err := parseFaults(o.faults, o.faultSeed)
	if err != nil {
		return err
	}
	o.sim.Faults = plan
	if err := o.signIn(); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(o.sim.Listen)
	if err != nil {
		return &usageError{&exchange.Problem{Code: codeBadListenAddress, Args: map[string]string{"address": o.sim.Listen}, Cause: err}}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage(codeNotLoopback, map[string]string{"address": o.sim.Listen})
	}
	return nil
}
