package shell_test

import (
	"os"
	"path/filepath"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/gui/signindialog"
)

// Each way to sign in, from the form to rows, over real sockets.
func TestWaysToSignIn(t *testing.T) {
	for _, c := range []struct {
		name string
		sim  *exchangesim.Server
		way  exchange.Authentication
	}{
		{"NTLM over http", &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.NTLM}}, exchange.AuthNTLM},
		{"Negotiate over https", &exchangesim.Server{SignIn: []negotiate.Way{negotiate.Negotiate}}, exchange.AuthNegotiate},
		{"a client certificate", &exchangesim.Server{SignIn: []negotiate.Way{negotiate.Certificate}}, exchange.AuthCertificate},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, c.sim)
			at := d.sim.Describe()
			ca := d.ca
			if c.sim.Plain {
				ca = ""
			}
			d.details(at.Classic, ca)

			// First as usual, which this server does not take: the form says what it takes, where that is chosen.
			d.do(func() {
				d.flow.SignIn.SetUser(at.User)
				d.flow.SignIn.SetPassword(d.sim.Password)
				d.flow.SignIn.SignIn()
			})
			m := d.flow.SignIn.Model()
			if m.At != signindialog.WayField || !m.Details {
				t.Errorf("it says %v at %d", m.Problem, m.At)
			}
			d.shot("way-refused-" + string(c.way))

			d.do(func() {
				d.flow.SignIn.SetWay(c.way)
				if c.way == exchange.AuthCertificate {
					path := filepath.Join(t.TempDir(), "anna.pem")
					if err := os.WriteFile(path, []byte(d.sim.ClientCertificate().Reveal()), 0o600); err != nil {
						t.Error(err)
					}
					d.flow.SignIn.SetCertFile(path)
				}
				d.flow.SignIn.SignIn()
			})
			d.until("the customers show", func() bool { return d.flow.Customers != nil && d.flow.Customers.Model().Loaded })
			d.choose(customersOf(d)[0])
			d.ask("Get-Mailbox")
			if tab := d.ended(); tab.Rows() != 40 {
				t.Errorf("%d rows: %v", tab.Rows(), tab.Parts[0].Problem)
			}
		})
	}
}
