package classic_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/secret"
	"tenantry/test/conformance"
)

// relay passes bytes on to a server and keeps all it saw.
type relay struct {
	mu          sync.Mutex
	connections []*seen
	address     string
}

type seen struct{ toServer, toClient bytes.Buffer }

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{address: l.Addr().String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			s := &seen{}
			r.mu.Lock()
			r.connections = append(r.connections, s)
			r.mu.Unlock()
			running.Go(func() { r.pass(server, client, &s.toServer) })
			running.Go(func() { r.pass(client, server, &s.toClient) })
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() })
	return r
}

func (r *relay) pass(to, from net.Conn, kept *bytes.Buffer) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		r.mu.Lock()
		kept.Write(b[:n])
		r.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// through is an address at the relay.
func (r *relay) through(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = r.address
	return u.String()
}

// signIns counts the AUTHENTICATE messages of NTLM that a client sent over a connection.
func (s *seen) signIns() (n int) {
	for _, line := range strings.Split(s.toServer.String(), "\r\n") {
		name, value, _ := strings.Cut(line, ": ")
		if !strings.EqualFold(name, "Authorization") {
			continue
		}
		_, token, _ := strings.Cut(value, " ")
		if raw, err := base64.StdEncoding.DecodeString(token); err == nil && bytes.HasPrefix(raw, []byte("NTLMSSP\x00\x03")) {
			n++
		}
	}
	return n
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// mailboxes runs Get-Mailbox and returns the addresses of what came.
func mailboxes(t *testing.T, s exchange.Session) []string {
	t.Helper()
	var out []string
	inv := exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "ResultSize", Value: exchange.Unlimited()}}}
	for ev, err := range s.Invoke(context.Background(), inv) {
		if err != nil {
			t.Fatal(err)
		}
		if row, ok := ev.(exchange.Row); ok {
			v, _ := row.Record.Get("PrimarySmtpAddress")
			out = append(out, v.Text())
		}
	}
	return out
}

func TestNothingGoesInClearOverPlainHTTP(t *testing.T) {
	for _, c := range []struct {
		auth    exchange.Authentication
		offered []negotiate.Way
		user    string
		rows    int
	}{
		{exchange.AuthNTLM, []negotiate.Way{negotiate.NTLM}, "admin@fabrikam.example", 2000},
		{exchange.AuthNTLM, []negotiate.Way{negotiate.Negotiate}, `FABRIKAM\admin`, 100},
		{exchange.AuthNegotiate, []negotiate.Way{negotiate.Negotiate, negotiate.Basic}, `fabrikam\ADMIN`, 100},
	} {
		t.Run(fmt.Sprint(c.auth, " where it is offered as ", c.offered), func(t *testing.T) {
			sim, customer := partner(t, &exchangesim.Server{Plain: true, SignIn: c.offered}, c.rows)
			to, with := target(sim, customer)
			wire := newRelay(t, hostOf(t, to.URL))
			to.URL = wire.through(t, to.URL)
			with.User, with.Authentication = c.user, c.auth
			s, err := classic.New(classic.Options{}).Connect(t.Context(), to, with)
			if err != nil {
				t.Fatal(err)
			}
			addresses := mailboxes(t, s)
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(addresses) != c.rows || addresses[0] == "" {
				t.Errorf("%d rows, the first %q", len(addresses), addresses[0])
			}
			st := sim.Stats()
			if st.OpenShells != 0 || st.Created != 1 || st.AuthFailures != 0 {
				t.Errorf("the server counts %+v", st)
			}
			wire.mu.Lock()
			defer wire.mu.Unlock()
			sealed := 0
			for i, conn := range wire.connections {
				if n := conn.signIns(); n != 1 {
					t.Errorf("connection %d signed in %d times", i, n)
				}
				sealed += bytes.Count(conn.toServer.Bytes(), []byte("Encrypted Boundary--"))
				both := strings.ToLower(conn.toServer.String() + conn.toClient.String())
				for _, clear := range []string{"soap-envelope", "<s:envelope", "microsoft.com/powershell", "get-mailbox", "commandline", "creationxml",
					"alias", addresses[0], addresses[c.rows-1], sim.Password.Reveal(), base64.StdEncoding.EncodeToString([]byte(sim.Password.Reveal()))} {
					if strings.Contains(both, strings.ToLower(clear)) {
						t.Errorf("connection %d carries %q in clear", i, clear)
					}
				}
			}
			if len(wire.connections) == 0 || len(wire.connections) > 3 || sealed < 6 {
				t.Errorf("%d connections with %d sealed requests", len(wire.connections), sealed)
			}
		})
	}
}

func TestConformanceByNTLM(t *testing.T) {
	for name, sim := range map[string]*exchangesim.Server{"http": {Plain: true}, "https": {}} {
		t.Run(name, func(t *testing.T) {
			sim.SignIn = []negotiate.Way{negotiate.Negotiate}
			sim, customer := partner(t, sim, 60)
			conformance.Run(t, conformance.Options{
				Rows: 60,
				Connect: func(t *testing.T) exchange.Session {
					to, with := target(sim, customer)
					with.Authentication = exchange.AuthNTLM
					s, err := classic.New(classic.Options{}).Connect(context.Background(), to, with)
					if err != nil {
						t.Fatal(err)
					}
					return s
				},
				Open: func(*testing.T) int { return sim.Stats().OpenShells },
			})
			if st := sim.Stats(); st.Created != st.Deleted || st.Created == 0 || st.AuthFailures != 0 {
				t.Errorf("the server counts %+v", st)
			}
		})
	}
}

// What goes wrong below the encryption has the same names as without it, and what only suffers on its way arrives.
func TestTroubleBelowMessageEncryption(t *testing.T) {
	for rule, want := range map[string]exchange.Code{
		"gzip=always": "", "chunked": "", "trickle": "", "small-fragments": "",
		"garbage@receive,2=bytes": exchange.CodeBadAnswer, "half-body@receive,2": exchange.CodeAnswerCut,
		"drop-in@receive,2": exchange.CodeAnswerCut, "drop-after@receive,2": exchange.CodeDropped,
		"wrong-password": exchange.CodeSignInRefused, "delegation-refused": exchange.CodeDelegationRefused,
	} {
		t.Run(rule, func(t *testing.T) {
			plan, err := faults.Parse(rule)
			if err != nil {
				t.Fatal(err)
			}
			sim, customer := partner(t, &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.Negotiate}, Faults: plan}, 40)
			to, with := target(sim, customer)
			with.Authentication = exchange.AuthNTLM
			s, err := classic.New(classic.Options{}).Connect(t.Context(), to, with)
			rows := 0
			if err == nil {
				inv := exchange.Invocation{Cmdlet: "Get-Mailbox", Params: []exchange.Param{{Name: "ResultSize", Value: exchange.Unlimited()}}}
				for ev, failed := range s.Invoke(t.Context(), inv) {
					if _, ok := ev.(exchange.Row); ok {
						rows++
					}
					err = failed
				}
				_ = s.Close(t.Context()) // of a broken line, too
			}
			if code := exchange.CodeOf(err); code != want || want == "" && rows != 40 {
				t.Errorf("code %q after %d rows, want %q: %v", code, rows, want, err)
			}
		})
	}
}

func TestSignInOverHTTPS(t *testing.T) {
	ways := []negotiate.Way{negotiate.Negotiate, negotiate.Basic, negotiate.Certificate}
	for _, auth := range []exchange.Authentication{exchange.AuthNTLM, exchange.AuthNegotiate, exchange.AuthBasic, exchange.AuthCertificate} {
		t.Run("by "+string(auth), func(t *testing.T) {
			sim, customer := partner(t, &exchangesim.Server{SignIn: ways}, 20)
			to, with := target(sim, customer)
			with.Authentication = auth
			if auth == exchange.AuthCertificate {
				with = exchange.Credential{Authentication: auth, ClientCertificate: sim.ClientCertificate()}
			}
			s, err := classic.New(classic.Options{}).Connect(t.Context(), to, with) // over a redirect too
			if err != nil {
				t.Fatal(err)
			}
			if n := len(mailboxes(t, s)); n != 20 {
				t.Errorf("%d rows", n)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if st := sim.Stats(); st.OpenShells != 0 || st.Created != 1 || st.AuthFailures != 0 {
				t.Errorf("the server counts %+v", st)
			}
		})
	}
}

func TestRefusedSignIns(t *testing.T) {
	for _, c := range []struct {
		name    string
		offered []negotiate.Way
		plain   bool
		change  func(*exchange.Target, *exchange.Credential)
		want    exchange.Code
		failed  int // sign-ins that the server counts as failed: more would lock an account
	}{
		{"wrong password, NTLM over http", []negotiate.Way{negotiate.Negotiate, negotiate.NTLM}, true, func(_ *exchange.Target, c *exchange.Credential) {
			c.Authentication, c.Password = exchange.AuthNTLM, secret.New("wrong")
		}, exchange.CodeSignInRefused, 1},
		{"wrong password, Negotiate over https", []negotiate.Way{negotiate.Negotiate, negotiate.NTLM}, false, func(_ *exchange.Target, c *exchange.Credential) {
			c.Authentication, c.Password = exchange.AuthNegotiate, secret.New("wrong")
		}, exchange.CodeSignInRefused, 1},
		{"unknown user, NTLM", []negotiate.Way{negotiate.NTLM}, false, func(_ *exchange.Target, c *exchange.Credential) {
			c.Authentication, c.User = exchange.AuthNTLM, `OTHER\admin`
		}, exchange.CodeSignInRefused, 1},
		{"NTLM where only Basic is offered", []negotiate.Way{negotiate.Basic}, false, func(_ *exchange.Target, c *exchange.Credential) {
			c.Authentication = exchange.AuthNTLM
		}, exchange.CodeWayNotOffered, 0},
		{"a certificate of strangers", []negotiate.Way{negotiate.Certificate}, false, func(_ *exchange.Target, c *exchange.Credential) {
			other, _ := partner(t, &exchangesim.Server{SignIn: []negotiate.Way{negotiate.Certificate}}, 5)
			*c = exchange.Credential{Authentication: exchange.AuthCertificate, ClientCertificate: other.ClientCertificate()}
		}, exchange.CodeCertificateRefused, 0},
		{"a certificate that is none", []negotiate.Way{negotiate.Certificate}, false, func(_ *exchange.Target, c *exchange.Credential) {
			*c = exchange.Credential{Authentication: exchange.AuthCertificate, ClientCertificate: secret.New("none")}
		}, exchange.CodeCertificateMissing, 0},
		{"a proxy that cannot be one", []negotiate.Way{negotiate.Basic}, false, func(to *exchange.Target, _ *exchange.Credential) {
			to.Proxy = exchange.Proxy{Mode: exchange.ProxyManual, URL: "ftp://proxy.example"}
		}, exchange.CodeProxy, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim, customer := partner(t, &exchangesim.Server{Plain: c.plain, SignIn: c.offered, Redirect: exchangesim.RedirectNever}, 5)
			to, with := target(sim, customer)
			c.change(&to, &with)
			_, err := classic.New(classic.Options{}).Connect(t.Context(), to, with)
			got := exchange.CodeOf(err)
			if runtime.GOOS == "windows" && c.want == exchange.CodeCertificateRefused && got == exchange.CodeDropped {
				got = c.want // a connection that is reset there loses what came before, the server's reason too
			}
			if got != c.want {
				t.Errorf("code %q, want %q: %v", got, c.want, err)
			}
			if st := sim.Stats(); st.Created != 0 || st.AuthFailures != c.failed {
				t.Errorf("the server counts %+v", st)
			}
		})
	}
}

// A sign-in never begins at a host that nobody allowed, however the way there is dressed up.
func TestASignInDoesNotFollowEveryRedirect(t *testing.T) {
	caught, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var reached atomic.Int32
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := caught.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			c.Close()
		}
	})
	t.Cleanup(func() { caught.Close(); running.Wait() })
	_, port, _ := net.SplitHostPort(caught.Addr().String())
	for _, location := range []string{
		"https://outlook.com.example:" + port, "https://someone@localhost:" + port, "https://127.1:" + port, "http://2130706433:" + port,
		"http://mail.fabrikam.example:" + port, "ftp://127.0.0.1:" + port, `https://localhost\@outlook.com:` + port, "",
	} {
		for _, auth := range []exchange.Authentication{exchange.AuthNTLM, exchange.AuthNegotiate} {
			sim := &exchangesim.Server{Plain: true, SignIn: []negotiate.Way{negotiate.Negotiate}}
			sim.Hooks.HTTP = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Location", location)
				w.WriteHeader(http.StatusFound)
				return true
			}
			sim, customer := partner(t, sim, 5)
			to, with := target(sim, customer)
			with.Authentication = auth
			_, err := classic.New(classic.Options{}).Connect(t.Context(), to, with)
			if code := exchange.CodeOf(err); !strings.HasPrefix(string(code), "redirect.") {
				t.Errorf("%s to %q: %v", auth, location, err)
			}
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("a stranger was reached %d times", n)
	}
}

// proxy is an HTTP proxy for both ways: CONNECT, and plain http in absolute form.
type proxy struct {
	*http.Server
	address        string
	user, password string // who may use it; anybody when empty
	status         int    // what it refuses with instead; 0 for nothing

	mu     sync.Mutex
	asked  []string // methods and hosts
	bodies bytes.Buffer
}

func newProxy(t *testing.T, p *proxy) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = l.Addr().String()
	p.Server = &http.Server{Handler: p}
	var running sync.WaitGroup
	running.Go(func() { _ = p.Serve(l) })
	t.Cleanup(func() { p.Server.Close(); running.Wait() })
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.mu.Unlock()
	if p.status != 0 {
		w.WriteHeader(p.status)
		return
	}
	if p.user != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.password)) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	server, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		server.Close()
		return
	}
	if r.Method == http.MethodConnect {
		io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	} else {
		// It goes on as a tunnel, so that what is bound to one connection stays so.
		r.Header.Del("Proxy-Authorization")
		r.RequestURI = ""
		_ = r.Write(server)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(server, io.TeeReader(buffered, p))
		server.Close()
	}()
	_, _ = io.Copy(client, server)
	client.Close()
	<-done
}

func (p *proxy) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bodies.Write(b)
}

func TestProxies(t *testing.T) {
	const proxyPassword = "pr\u00f6xy secret"
	for _, c := range []struct {
		name  string
		proxy *proxy
		with  exchange.Proxy
		plain bool
		auth  exchange.Authentication
		want  exchange.Code
	}{
		{"https, anybody", &proxy{}, exchange.Proxy{}, false, exchange.AuthBasic, ""},
		{"https, with a password", &proxy{user: "jo", password: proxyPassword}, exchange.Proxy{User: "jo", Password: secret.New(proxyPassword)}, false, exchange.AuthBasic, ""},
		{"https and NTLM, with a password", &proxy{user: "jo", password: proxyPassword}, exchange.Proxy{User: "jo", Password: secret.New(proxyPassword)}, false, exchange.AuthNTLM, ""},
		{"http and NTLM", &proxy{}, exchange.Proxy{}, true, exchange.AuthNTLM, ""},
		{"http and NTLM, with a password", &proxy{user: "jo", password: proxyPassword}, exchange.Proxy{User: "jo", Password: secret.New(proxyPassword)}, true, exchange.AuthNTLM, ""},
		{"https, password missing", &proxy{user: "jo", password: proxyPassword}, exchange.Proxy{}, false, exchange.AuthBasic, exchange.CodeProxySignIn},
		{"http and NTLM, password missing", &proxy{user: "jo", password: proxyPassword}, exchange.Proxy{}, true, exchange.AuthNTLM, exchange.CodeProxySignIn},
		{"https, refused", &proxy{status: 403}, exchange.Proxy{}, false, exchange.AuthNTLM, exchange.CodeProxyRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim, customer := partner(t, &exchangesim.Server{Plain: c.plain, SignIn: []negotiate.Way{negotiate.Negotiate, negotiate.Basic}}, 20)
			to, with := target(sim, customer)
			with.Authentication = c.auth
			p := newProxy(t, c.proxy)
			to.Proxy = c.with
			to.Proxy.Mode, to.Proxy.URL = exchange.ProxyManual, "http://"+p.address
			s, err := classic.New(classic.Options{}).Connect(t.Context(), to, with)
			if got := exchange.CodeOf(err); got != c.want {
				t.Fatalf("code %q, want %q: %v", got, c.want, err)
			}
			if err != nil {
				if strings.Contains(fmt.Sprintf("%v %+v", err, exchange.AsProblem(err).Details), proxyPassword) {
					t.Error("the problem shows the proxy's password")
				}
				return
			}
			if n := len(mailboxes(t, s)); n != 20 {
				t.Errorf("%d rows", n)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if len(p.asked) == 0 {
				t.Error("nothing went through the proxy")
			}
			for _, clear := range []string{sim.Password.Reveal(), "Get-Mailbox", "Envelope"} {
				if strings.Contains(p.bodies.String(), clear) {
					t.Errorf("the proxy sees %q", clear)
				}
			}
		})
	}
}
