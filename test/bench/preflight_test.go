package bench

import (
	"context"
	"net"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/preflight"
	"tenantry/core/preflight/here"
	"tenantry/core/preflight/probe"
	"tenantry/core/proxy"
	"tenantry/core/signin"
)

// BenchmarkPreflight is every check of this computer and of the sample partner's connection: to reach, 2 s. Its
// yardstick is one session alone, opened and closed.
func BenchmarkPreflight(b *testing.B) {
	sim := &exchangesim.Server{World: world.Options{Customers: 2, Mailboxes: 5}}
	if err := sim.Start(); err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	at := sim.Describe()
	account := jobs.Account{Connector: classic.New(classic.Options{}), Credential: exchange.Credential{User: at.User, Password: sim.Password},
		Target: exchange.Target{URL: at.Classic, PrivateCA: sim.CACert()}, Idle: -1}
	customer := exchange.CustomerID(at.Customers[0].Domain)
	try := func(ctx context.Context) error {
		sessions := jobs.NewSessions(account)
		err := preflight.Trial(sessions, customer)(ctx)
		if closing := sessions.CloseAll(ctx); err == nil {
			err = closing
		}
		return err
	}
	b.Run("session", func(b *testing.B) {
		for b.Loop() {
			if err := try(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	folders := signin.Folders{Config: b.TempDir(), Data: b.TempDir()}
	look := func(b *testing.B, s preflight.Subject, want preflight.Status) {
		for b.Loop() {
			if got := preflight.Worst(preflight.Run(b.Context(), preflight.Checks(s), nil)); got != want {
				b.Fatal(got)
			}
		}
	}
	s := preflight.Subject{
		Computer: here.New(probe.New(probe.Options{Proxy: proxy.None}).Reach), Endpoints: preflight.EndpointsFor(at.Classic, sim.CACert()),
		Proxy: proxy.None, ProxyFrom: string(proxy.FromNone), Folders: &folders,
		Account: &preflight.Account{User: at.User, Host: at.Classic, Customer: customer, NeedsPassword: true, HasPassword: true, Try: try},
	}
	b.Run("checks", func(b *testing.B) { look(b, s, preflight.Pass) })

	// Five ports that take the connection and then say nothing: it ends at the limit of reaching one.
	s.Endpoints, s.Account = nil, nil
	for range 5 {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer silent.Close()
		s.Endpoints = append(s.Endpoints, preflight.Endpoint{Host: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, TLS: true, Purpose: preflight.ForConnection})
	}
	b.Run("hanging", func(b *testing.B) {
		look(b, s, preflight.Fail)
		b.ReportMetric(preflight.ReachLimit.Seconds(), "limit-s")
	})
}
