package kerberos

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/exchangesim/world"
	"tenantry/core/httpauth"
	"tenantry/core/secret"
	"tenantry/test/conformance"
	"tenantry/test/kdc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// user is the account as Exchange knows it. Its ticket says admin@FABRIKAM.EXAMPLE.
var user = account + "@" + strings.ToLower(kdc.Realm)

// partner starts a realm, makes it this process's own, and a sample partner that takes its tickets.
func partner(t *testing.T, sim *exchangesim.Server, mailboxes int) (*kdc.Server, exchange.Target) {
	t.Helper()
	realm := startRealm(t, encryptions[0])
	t.Setenv("KRB5_CONFIG", realm.Config)
	t.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(t.TempDir(), "no-ticket"))
	keytab, err := os.ReadFile(realm.Keytab)
	if err != nil {
		t.Fatal(err)
	}
	sim.Kerberos, err = negotiate.NewKerberosKeys(keytab, func(name, of string) (string, bool) {
		full := name + "@" + strings.ToLower(of)
		return full, full == user
	})
	if err != nil {
		t.Fatal(err)
	}
	sim.User, sim.World = user, world.Options{Customers: 3, Mailboxes: mailboxes}
	if len(sim.SignIn) == 0 {
		sim.SignIn = []negotiate.Way{negotiate.Negotiate, negotiate.Kerberos}
	}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	d := sim.Describe()
	return realm, exchange.Target{Customer: exchange.CustomerID(d.Customers[0].Domain), URL: d.Classic, PrivateCA: sim.CACert()}
}

var (
	withPassword = exchange.Credential{User: user, Password: secret.New(password), Authentication: exchange.AuthKerberos}
	withTicket   = exchange.Credential{Authentication: exchange.AuthKerberos}
)

func connect(t *testing.T, to exchange.Target, with exchange.Credential) exchange.Session {
	t.Helper()
	s, err := classic.New(classic.Options{}).Connect(context.Background(), to, with)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name   string
		sim    *exchangesim.Server
		ticket bool
	}{
		{name: "http, as Negotiate, with a password", sim: &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.Negotiate}}},
		{name: "http, as Kerberos, with the ticket that is there", sim: &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.Kerberos}}, ticket: true},
		{name: "https with a redirect", sim: &exchangesim.Server{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			realm, to := partner(t, c.sim, 60)
			with := withPassword
			if c.ticket {
				with = withTicket
				t.Setenv("KRB5CCNAME", "FILE:"+realm.Ticket(t, account, password))
			}
			conformance.Run(t, conformance.Options{
				Rows:    60,
				Connect: func(t *testing.T) exchange.Session { return connect(t, to, with) },
				Open:    func(*testing.T) int { return c.sim.Stats().OpenShells },
			})
			if st := c.sim.Stats(); st.Created != st.Deleted || st.Created == 0 {
				t.Errorf("%d sessions were opened and %d closed", st.Created, st.Deleted)
			}
		})
	}
}

// wire is a relay that keeps every byte that passes.
type wire struct {
	address string
	mu      sync.Mutex
	seen    bytes.Buffer
	opened  int
}

func tap(t *testing.T, target string) *wire {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w, host := &wire{}, u.Host
	var running sync.WaitGroup
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, io.TeeReader(from, w))
		_ = to.Close()
		_ = from.Close()
	}
	running.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", host)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.opened++
			w.mu.Unlock()
			running.Go(func() { pass(far, near) })
			running.Go(func() { pass(near, far) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	u.Host = l.Addr().String()
	w.address = u.String()
	return w
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.Write(p)
}

// finds lists those words that stand in the capture, as they are, in UTF-16 or in Base64.
func (w *wire) finds(words ...string) (found []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lower := bytes.ToLower(w.seen.Bytes())
	for _, word := range words {
		wide := make([]byte, 0, 2*len(word))
		for _, c := range []byte(word) {
			wide = append(wide, c, 0)
		}
		in := bytes.Contains(lower, []byte(strings.ToLower(word))) || bytes.Contains(lower, bytes.ToLower(wide))
		for shift := range 3 { // where the word falls in the groups of three
			coded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), word...))
			coded = strings.TrimRight(coded, "=")
			coded = coded[(shift*8+5)/6 : len(coded)-1]
			in = in || bytes.Contains(w.seen.Bytes(), []byte(coded))
		}
		if in {
			found = append(found, word)
		}
	}
	return found
}

// listMailboxes runs Get-Mailbox and returns the addresses.
func listMailboxes(t *testing.T, s exchange.Session) []string {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	var all []string
	for ev, err := range s.Invoke(ctx, exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "ResultSize", Value: exchange.Unlimited()}}}) {
		if err != nil {
			t.Fatal(err)
		}
		if row, ok := ev.(exchange.Row); ok {
			address, _ := row.Record.Get("PrimarySmtpAddress")
			all = append(all, address.Text())
		}
	}
	return all
}

func TestNothingTravelsInClear(t *testing.T) {
	sim := &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.Negotiate, negotiate.Basic}}
	_, to := partner(t, sim, 500)
	words := []string{"Envelope", "CommandLine", "Get-Mailbox", "ResultSize", "PrimarySmtpAddress", password}

	open := tap(t, to.URL)
	inClear := to
	inClear.URL = open.address
	s := connect(t, inClear, exchange.Credential{User: user, Password: sim.Password})
	addresses := listMailboxes(t, s)
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(addresses) != 500 {
		t.Fatalf("%d mailboxes", len(addresses))
	}
	words = append(words, addresses[0], addresses[250], addresses[499])
	// With Basic the words are there, or the test below would find nothing whatever travelled.
	if found := open.finds(words...); len(found) != len(words)-1 {
		t.Fatalf("with Basic only %q are found", found)
	}

	closed := tap(t, to.URL)
	encrypted := to
	encrypted.URL = closed.address
	s = connect(t, encrypted, withPassword)
	again := listMailboxes(t, s)
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if strings.Join(addresses, " ") != strings.Join(again, " ") {
		t.Errorf("%d rows, and not the same as without encryption", len(again))
	}
	if found := closed.finds(words...); len(found) > 0 {
		t.Errorf("in clear on the wire: %q", found)
	}
	if n := len(closed.finds("Encrypted Boundary")); n != 1 {
		t.Error("no encrypted message was seen")
	}
	closed.mu.Lock()
	defer closed.mu.Unlock()
	if n := bytes.Count(closed.seen.Bytes(), []byte("Authorization: Negotiate ")); n != closed.opened {
		t.Errorf("%d sign-ins over %d connections", n, closed.opened)
	}
}

func TestRefusals(t *testing.T) {
	sim := &exchangesim.Server{Plain: true}
	realm, to := partner(t, sim, 5)
	realm.AddUser(t, "disabled", password)
	realm.AddUser(t, "expired", password)
	realm.AddUser(t, "nobody", password)
	realm.Admin(t, "modprinc -allow_tix disabled", `modprinc -pwexpire "2001-01-01 00:00:00" expired`)
	domain := "@" + strings.ToLower(kdc.Realm)
	for _, c := range []struct {
		name     string
		to       exchange.Target
		user     string
		password string
		want     exchange.Code
	}{
		{"wrong password", to, user, "not the password", exchange.CodeSignInRefused},
		{"unknown account", to, "somebody" + domain, password, exchange.CodeAccountUnknown},
		{"disabled account", to, "disabled" + domain, password, exchange.CodeAccountDisabled},
		{"expired password", to, "expired" + domain, password, exchange.CodePasswordExpired},
		{"an account that Exchange does not know", to, "nobody" + domain, password, exchange.CodeSignInRefused},
		{"no ticket", to, "", "", exchange.CodeNoTicket},
		{"an account of a realm that is nowhere", to, "admin@nowhere.example", password, exchange.CodeAccountUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := classic.New(classic.Options{}).Connect(context.Background(), c.to,
				exchange.Credential{User: c.user, Password: secret.New(c.password), Authentication: exchange.AuthKerberos})
			if got := exchange.CodeOf(err); got != c.want {
				t.Fatalf("%v, want %s", err, c.want)
			}
			if strings.Contains(err.Error(), password) || strings.Contains(err.Error(), c.password) && c.password != "" {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
	// Whoever asks again with a wrong password locks the account.
	if n := strings.Count(realm.Log(t), "PREAUTH_FAILED"); n != 1 {
		t.Errorf("the wrong password was tried %d times", n)
	}
	if st := sim.Stats(); st.Created != 0 {
		t.Errorf("%d sessions were opened", st.Created)
	}
}

// Tickets are kept: the second session with a server asks the realm nothing, whichever customer it is for.
func TestRealmIsAskedOnce(t *testing.T) {
	sim := &exchangesim.Server{Plain: true}
	realm, to := partner(t, sim, 5)
	c := classic.New(classic.Options{})
	for _, customer := range sim.Describe().Customers {
		to.Customer = exchange.CustomerID(customer.Domain)
		s, err := c.Connect(context.Background(), to, withPassword)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(listMailboxes(t, s)); n == 0 {
			t.Errorf("%s has no mailboxes", to.Customer)
		}
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	said := realm.Log(t)
	if accounts, services := strings.Count(said, "AS_REQ ("), strings.Count(said, "TGS_REQ ("); accounts > 2 || services != 1 {
		t.Errorf("the realm was asked %d times for the account and %d times for the server:\n%s", accounts, services, said)
	}
}

// Sessions are opened side by side. A wrong password is tried once for all of them.
func TestWrongPasswordIsTriedOnce(t *testing.T) {
	realm := startRealm(t, encryptions[0])
	k := &httpauth.Kerberos{User: user, Password: secret.New("wrong"), Config: realm.Config}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			_, err := k.New(context.Background(), httpauth.Peer{Host: "localhost"})
			var e *httpauth.Error
			if !errors.As(err, &e) || e.Kind != httpauth.KindSignInRefused {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(realm.Log(t), "PREAUTH_FAILED"); n != 1 {
		t.Errorf("the wrong password was tried %d times", n)
	}
	right := &httpauth.Kerberos{User: user, Password: secret.New(password), Config: realm.Config}
	if _, err := right.New(context.Background(), httpauth.Peer{Host: "localhost"}); err != nil {
		t.Errorf("the right one right after it: %v", err)
	}
}

// Negotiate goes on with NTLM where there is no ticket to be had, and nobody has refused the account.
func TestNegotiateWithoutARealm(t *testing.T) {
	sim := &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.Negotiate}, Password: secret.New("of the server's own account")}
	_, to := partner(t, sim, 5)
	nowhere := filepath.Join(t.TempDir(), "krb5.conf")
	if err := os.WriteFile(nowhere, []byte("[libdefaults]\n\tdns_lookup_kdc = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KRB5_CONFIG", nowhere)
	s := connect(t, to, exchange.Credential{User: user, Password: sim.Password, Authentication: exchange.AuthNegotiate})
	if n := len(listMailboxes(t, s)); n != 5 {
		t.Errorf("%d mailboxes", n)
	}
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// A server whose key was changed after it got its keytab cannot read new tickets, and says so.
func TestServerThatCannotReadTheTicket(t *testing.T) {
	for _, way := range []negotiate.Way{negotiate.Negotiate, negotiate.Kerberos} {
		t.Run(string(way), func(t *testing.T) {
			sim := &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{way}}
			realm, to := partner(t, sim, 5)
			realm.Admin(t, "change_password -randkey HTTP/127.0.0.1")
			_, err := classic.New(classic.Options{}).Connect(context.Background(), to, withPassword)
			if got := exchange.CodeOf(err); got != exchange.CodeServerUnknown {
				t.Errorf("%v", err)
			}
		})
	}
}

// Windows registers remote PowerShell under two names, and a server may have only one of them.
func TestServiceUnderItsOtherName(t *testing.T) {
	s := startRealm(t, encryptions[0])
	s.Admin(t, "delprinc -force HTTP/localhost", "addprinc -randkey WSMAN/localhost")
	k := &httpauth.Kerberos{User: user, Password: secret.New(password), Config: s.Config}
	if _, err := k.New(context.Background(), httpauth.Peer{Host: "LOCALHOST."}); err != nil {
		t.Error(err)
	}
	_, err := k.New(context.Background(), httpauth.Peer{Host: "elsewhere.example"})
	var e *httpauth.Error
	if !errors.As(err, &e) || e.Kind != httpauth.KindServerUnknown {
		t.Errorf("a host the realm does not know: %v", err)
	}
}

// curl with MIT's library is a client nobody here wrote.
func TestCurlSignsIn(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	if out, err := exec.Command(curl, "-V").Output(); err != nil || !bytes.Contains(out, []byte("GSS-API")) {
		t.Skip("this curl knows no GSS-API")
	}
	sim := &exchangesim.Server{}
	realm, to := partner(t, sim, 5)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, to.PrivateCA, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, ticket, want string
	}{
		// What is sent is no WSMan, which only who is signed in is told.
		{"with a ticket", realm.Ticket(t, account, password), "500"},
		{"without", filepath.Join(t.TempDir(), "none"), "401"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, stop := context.WithTimeout(context.Background(), time.Minute)
			defer stop()
			command := exec.CommandContext(ctx, curl, "--silent", "--output", os.DevNull, "--write-out", "%{http_code}", "--cacert", ca,
				"--negotiate", "--user", ":", "--header", "Content-Type: application/soap+xml", "--data", "<a/>", to.URL)
			command.Env = append(os.Environ(), append(realm.Environment(), "KRB5CCNAME=FILE:"+c.ticket)...)
			out, err := command.CombinedOutput()
			if err != nil || string(out) != c.want {
				t.Errorf("curl: %s, %v, want %s", out, err, c.want)
			}
		})
	}
}
