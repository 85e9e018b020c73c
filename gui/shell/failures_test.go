package shell_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/core/wording"
	"tenantry/gui/kit"
)

// Six failures that servers tell in nearly the same way are six different sentences with six different next
// steps, beside what they concern, and what was typed is still there.
func TestSixFailuresAreToldApart(t *testing.T) {
	const password = "typed by hand"
	words := wording.For("en-GB")
	titles, steps := map[string]exchange.Code{}, map[string]exchange.Code{}
	seen := func(t *testing.T, d *desk, p *exchange.Problem, want exchange.Code) {
		t.Helper()
		if code(p) != want {
			t.Fatalf("it is %v, want %s", p, want)
		}
		named := *p
		named.Args = maps.Clone(p.Args)
		named.Args["customer"] = d.flow.Name(exchange.CustomerID(p.Args["customer"]))
		m := words.Problem(&named)
		if !d.says(m.Next) || !slicesContainsPart(d.texts(), m.Title) {
			t.Errorf("%q and %q are not on the screen: %q", m.Title, m.Next, d.texts())
		}
		if other, twice := titles[m.Title]; twice {
			t.Errorf("%s and %s have one sentence", want, other)
		}
		if other, twice := steps[m.Next]; twice {
			t.Errorf("%s and %s have one next step", want, other)
		}
		titles[m.Title], steps[m.Next] = want, want
		if strings.Contains(m.Title+m.Why+m.Next, password) {
			t.Error("the password is on the screen")
		}
	}
	stays := func(t *testing.T, d *desk, user string) {
		t.Helper()
		m := d.flow.SignIn.Model()
		if m.User != user || m.Password.Reveal() != password {
			t.Errorf("what was typed is gone: %q", m.User)
		}
		if got := entries(d); len(got) < 2 || got[0] != user || got[1] != password {
			t.Errorf("the fields hold %q", got)
		}
	}

	for _, c := range []struct {
		rule string
		want exchange.Code
	}{
		{"wrong-password", exchange.CodeSignInRefused},
		{"mfa-needed", exchange.CodeMFANeeded},
		{"remote-powershell-off", exchange.CodeRemotePowerShellOff},
		{"limit-create", exchange.CodeSessionLimit},
	} {
		t.Run(c.rule, func(t *testing.T) {
			d := newDesk(t, &exchangesim.Server{Faults: faults.Must(c.rule), Password: secret.New(password)})
			d.details(d.sim.Describe().Classic, d.ca)
			d.signIn(d.sim.User, password)
			d.shot("six-" + c.rule)
			seen(t, d, d.flow.SignIn.Model().Problem, c.want)
			stays(t, d, d.sim.User)
			if c.want == exchange.CodeSessionLimit {
				d.press("Show sessions")
				if !d.says("Sessions left open") {
					t.Errorf("the sessions do not show: %q", d.texts())
				}
			}
		})
	}

	t.Run("retired", func(t *testing.T) {
		proxy, ca := closedService(t)
		d := newDesk(t, &exchangesim.Server{})
		d.details("", d.write("microsoft.pem", ca))
		d.do(func() {
			d.flow.SignIn.SetProxy(exchange.ProxyManual)
			d.flow.SignIn.SetProxyURL(proxy)
			d.flow.SignIn.SetURL(signin.DefaultURL)
		})
		d.signIn("anna@fabrikam.example", password)
		d.shot("six-retired")
		m := d.flow.SignIn.Model()
		seen(t, d, m.Problem, exchange.CodeRetired)
		stays(t, d, "anna@fabrikam.example")
		var at string
		d.do(func() {
			if e, ok := d.win.Canvas().Focused().(*kit.Entry); ok {
				at = e.Text
			}
		})
		if at != signin.DefaultURL {
			t.Errorf("the address does not have the keyboard, but %q", at)
		}
	})

	t.Run("delegation-refused", func(t *testing.T) {
		// A customer that refuses a right account keeps nobody out: it shows where the customer is, and in the answer.
		d := newDesk(t, &exchangesim.Server{Faults: faults.Must("delegation-refused")})
		d.enter()
		first := d.sim.Describe().Customers[0]
		if !slicesContainsPart(d.texts(), "no access") {
			t.Errorf("the list of customers does not say it: %q", d.texts())
		}
		d.choose(exchange.CustomerID(first.Domain))
		d.ask("Get-Mailbox")
		tab := d.ended()
		d.shot("six-delegation-refused")
		seen(t, d, tab.Parts[0].Problem, exchange.CodeDelegationRefused)
		if d.offers("Retry") || d.offers("Sign in again") {
			t.Error("a step is offered that would meet the same")
		}
	})
	if len(titles) != 6 || len(steps) != 6 {
		t.Errorf("%d sentences and %d next steps", len(titles), len(steps))
	}
}

// A password that was changed meanwhile: the answer says so and offers to sign in again, which asks before
// rows are lost.
func TestSignInAgainKeepsRowsUntilAsked(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	d.enter()
	domains := d.sim.Describe().Customers
	d.choose(exchange.CustomerID(domains[0].Domain))
	d.ask("Get-Mailbox")
	if tab := d.ended(); tab.Rows() != 40 {
		t.Fatalf("%d rows", tab.Rows())
	}
	if err := d.sim.SetFaults(faults.Must("wrong-password")); err != nil {
		t.Fatal(err)
	}
	d.choose(exchange.CustomerID(domains[1].Domain))
	d.ask("Get-Mailbox")
	if tab := d.ended(); code(tab.Parts[0].Problem) != exchange.CodeSignInRefused {
		t.Fatalf("it ended with %v", tab.Parts[0].Problem)
	}
	if d.offers("Retry") {
		t.Error("it offers to send a wrong password again")
	}
	d.press("Sign in again")
	d.shot("sign-in-again")
	if !d.says("Signing in again closes 1 tab with rows. Export what you still need first.") || d.flow.Model().Stage != 1 {
		t.Errorf("the screen says %q", d.texts())
	}
	d.press("Stay")
	if len(d.flow.Model().Tabs) != 2 || d.says("Signing in again closes 1 tab with rows. Export what you still need first.") {
		t.Error("staying changed something")
	}
	d.press("Sign in again") // in the answer
	d.press("Sign in again") // the question
	d.until("the first screen shows", func() bool { return d.flow.Model().Stage == 0 })
	<-d.queue.Idle()
	if m := d.flow.SignIn.Model(); m.User != d.sim.User || m.URL != d.sim.Describe().Classic {
		t.Errorf("the first screen offers %q at %q", m.User, m.URL)
	}
	if st := d.sim.Stats(); st.OpenShells != 0 {
		t.Errorf("%d sessions are open", st.OpenShells)
	}
}

// Rows that arrived before the line broke stay, are marked wherever they show, and asking again loses none.
func TestRowsBeforeABreakStay(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{Faults: faults.Must("small-answers=2", "drop-before@receive,6")})
	d.enter()
	first := exchange.CustomerID(d.sim.Describe().Customers[0].Domain)
	d.choose(first)
	d.ask("Get-Mailbox")
	tab := d.ended()
	d.shot("partial")
	p := tab.Parts[0]
	if code(p.Problem) != exchange.CodeDropped || p.Rows == 0 || p.Rows >= 40 || !p.Partial {
		t.Fatalf("%d rows, partial %v, %v", p.Rows, p.Partial, p.Problem)
	}
	name := d.flow.Name(first)
	rows := wording.For("en-GB").Count("table.rows-partial", p.Rows)
	if !d.says(wording.For("en-GB").Count("table.partial.connect.dropped", p.Rows, "customer", name)) || !slicesContainsPart(d.texts(), rows+" · "+name) {
		t.Errorf("the screen says %q", d.texts())
	}
	d.menu("Export", wording.For("en-GB").Count("file.rows", p.Rows))
	if note := wording.For("en-GB").Count("window.export.partial", p.Rows, "path", d.saved, "customers", name); !d.says(note) {
		t.Errorf("the export does not say that it is not complete: %q", d.texts())
	}
	if err := d.sim.SetFaults(faults.Plan{}); err != nil {
		t.Fatal(err)
	}
	d.press("Retry")
	again := d.ended()
	if again == tab || again.Rows() != 40 || len(again.Missing()) != 0 {
		t.Errorf("asked again, %d rows came", again.Rows())
	}
	if m := d.flow.Model(); len(m.Tabs) != 2 || m.Tabs[0].Rows() != p.Rows {
		t.Error("the rows of before are gone")
	}
	if st := d.sim.Stats(); st.OpenShells > 1 {
		t.Errorf("%d sessions are open", st.OpenShells)
	}
}

// What Exchange says in a warning of its own making is said in our words.
func TestASlowedDownAccountIsToldSo(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{Faults: faults.Must("micro-delay")})
	d.enter()
	d.choose(exchange.CustomerID(d.sim.Describe().Customers[0].Domain))
	d.ask("Get-Mailbox")
	d.ended()
	d.shot("slowed-down")
	if !slicesContainsPart(d.texts(), "Exchange slowed this account down") {
		t.Errorf("the screen says %q", d.texts())
	}
}

func slicesContainsPart(texts []string, part string) bool {
	for _, t := range texts {
		if strings.Contains(t, part) {
			return true
		}
	}
	return false
}

// entries are the texts in the fields of the screen, from top to bottom.
func entries(d *desk) []string {
	var out []string
	d.queue.Do(func() {
		eachVisible(d.win.Canvas().Content(), func(o fyne.CanvasObject) bool {
			if e, ok := o.(*kit.Entry); ok {
				out = append(out, e.Text)
			}
			return true
		})
	})
	return out
}

// closedService is what Microsoft's address is today, behind a proxy that leads every host to it. It returns
// the proxy's address and the authority that vouches for the service.
func closedService(t *testing.T) (proxy string, authority []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ps.outlook.com"}, DNSNames: []string{"ps.outlook.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }))
	service.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	service.StartTLS()
	t.Cleanup(service.Close)
	var lines sync.WaitGroup
	way := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "ps.outlook.com:443" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		far, err := net.Dial("tcp", service.Listener.Addr().String())
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		near, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			far.Close()
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
		lines.Go(func() { join(far, near, buffered.Reader) })
	}))
	t.Cleanup(func() { way.Close(); service.CloseClientConnections(); lines.Wait() })
	return way.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// join carries bytes both ways until one side ends.
func join(far, near net.Conn, from *bufio.Reader) {
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(far, from); far.Close() })
	both.Go(func() { _, _ = io.Copy(near, far); near.Close() })
	both.Wait()
}
