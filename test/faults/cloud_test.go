package faults

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/secret"
)

// internet is a proxy with a whole network behind it: every name there is a server with a certificate that
// the client trusts, so that nothing but the client's own judgement keeps it from any of them. It notes who
// was asked for and what came.
type internet struct {
	listener net.Listener
	ca       *x509.Certificate
	key      *ecdsa.PrivateKey
	serve    func(host string, w http.ResponseWriter, r *http.Request)
	refuse   func(line string, header http.Header) int // the proxy's own no, 0 for none; may be nil
	server   *http.Server
	doors    *doors
	working  sync.WaitGroup

	mu      sync.Mutex
	reached []string // hosts that a connection was asked for to
	heard   []string // host and Authorization of every request
}

// doors hands connections to a server.
type doors struct {
	conns chan net.Conn
	over  chan struct{}
	once  sync.Once
}

func (d *doors) Accept() (net.Conn, error) {
	select {
	case c := <-d.conns:
		return c, nil
	case <-d.over:
		return nil, net.ErrClosed
	}
}
func (d *doors) Close() error   { d.once.Do(func() { close(d.over) }); return nil }
func (d *doors) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func newInternet(t *testing.T, serve func(host string, w http.ResponseWriter, r *http.Request)) *internet {
	t.Helper()
	n := &internet{serve: serve, doors: &doors{conns: make(chan net.Conn), over: make(chan struct{})}}
	var err error
	if n.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	n.ca = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, n.ca, n.ca, &n.key.PublicKey, n.key)
	if err != nil {
		t.Fatal(err)
	}
	if n.ca, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	if n.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	n.server = &http.Server{Handler: http.HandlerFunc(n.answer), ConnContext: func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, hostKey{}, c)
	}}
	n.working.Go(func() { _ = n.server.Serve(n.doors) })
	n.working.Go(n.accept)
	t.Cleanup(func() {
		_ = n.listener.Close()
		_ = n.doors.Close()
		_ = n.server.Close()
		n.working.Wait()
	})
	return n
}

type hostKey struct{}

// named is a connection to one of the servers.
type named struct {
	net.Conn
	host string
}

func (n *internet) answer(w http.ResponseWriter, r *http.Request) {
	host := ""
	switch c := r.Context().Value(hostKey{}).(type) {
	case *named:
		host = c.host
	}
	n.mu.Lock()
	n.heard = append(n.heard, host+" "+r.Header.Get("Authorization"))
	n.mu.Unlock()
	n.serve(host, w, r)
}

// accept is the proxy: CONNECT leads to the server of that name, and any other request is answered as that
// server would over plain http.
func (n *internet) accept() {
	for {
		c, err := n.listener.Accept()
		if err != nil {
			return
		}
		n.working.Go(func() { n.proxy(c) })
	}
}

func (n *internet) proxy(c net.Conn) {
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewReader(c)
	r, err := http.ReadRequest(in)
	if err != nil {
		_ = c.Close()
		return
	}
	if n.refuse != nil {
		if status := n.refuse(r.RequestURI, r.Header); status != 0 {
			_, _ = fmt.Fprintf(c, "HTTP/1.1 %d No\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n", status)
			_ = c.Close()
			return
		}
	}
	host := r.URL.Hostname()
	n.mu.Lock()
	n.reached = append(n.reached, r.Method+" "+r.URL.Host)
	n.mu.Unlock()
	if r.Method != http.MethodConnect {
		n.mu.Lock()
		n.heard = append(n.heard, host+" "+r.Header.Get("Authorization"))
		n.mu.Unlock()
		_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		_ = c.Close()
		return
	}
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
	secured := tls.Server(c, &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return n.certificate(host)
	}, NextProtos: []string{"http/1.1"}})
	select {
	case n.doors.conns <- &named{secured, host}:
	case <-n.doors.over:
		_ = c.Close()
	}
}

func (n *internet) certificate(host string) (*tls.Certificate, error) {
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "Test server"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{host},
	}
	if ip := net.ParseIP(host); ip != nil {
		leaf.DNSNames, leaf.IPAddresses = nil, []net.IP{ip}
	}
	raw, err := x509.CreateCertificate(rand.Reader, leaf, n.ca, &n.key.PublicKey, n.key)
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: n.key}, err
}

// requests are those that came, each with its host and what proved who asks.
func (n *internet) requests() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.heard)
}

func (n *internet) authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: n.ca.Raw})
}

// connect signs in somewhere behind the proxy.
func (n *internet) connect(t *testing.T, address string, with exchange.Credential, change func(*exchange.Target)) error {
	t.Helper()
	to := exchange.Target{Customer: "contoso.example", URL: address, PrivateCA: n.authority(),
		Proxy: exchange.Proxy{Mode: exchange.ProxyManual, URL: "http://" + n.listener.Addr().String()}}
	if change != nil {
		change(&to)
	}
	s, err := classic.New(classic.Options{OperationTimeout: 5 * time.Second, CloseLimit: time.Second}).Connect(t.Context(), to, with)
	if err == nil {
		_ = s.Close(context.Background())
		t.Error("a session was opened")
	}
	return err
}

const account, password = "anna@fabrikam.example", "Pa55-word-of-Anna"

func basic() exchange.Credential {
	return exchange.Credential{User: account, Password: secret.New(password)}
}

// The service that Microsoft has closed answers in several ways, and each is told as what it is. The same
// answers of another server are no such news.
func TestTheClosedServiceIsKnownInAllItsForms(t *testing.T) {
	forms := map[string]func(w http.ResponseWriter){
		"400 without a text": func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) },
		"401 without Basic": func(w http.ResponseWriter) {
			w.Header().Set("WWW-Authenticate", `Bearer client_id="00000002-0000-0ff1-ce00-000000000000"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
		"401 with nothing": func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) },
		"403 and a page":   func(w http.ResponseWriter) { http.Error(w, "<html>Forbidden</html>", http.StatusForbidden) },
		"404 and a page":   func(w http.ResponseWriter) { http.Error(w, "<html>Not found</html>", http.StatusNotFound) },
		"a page":           func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>Outlook</html>") },
		"a closed line": func(w http.ResponseWriter) {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = c.Close()
			}
		},
	}
	elsewhere := map[string]exchange.Code{
		"400 without a text": exchange.CodeNotRemoting, "401 without Basic": exchange.CodeNoBasic, "401 with nothing": exchange.CodeNoBasic,
		"403 and a page": exchange.CodeForbidden, "404 and a page": exchange.CodeNotRemoting, "a page": exchange.CodeNotRemoting,
		"a closed line": exchange.CodeDropped,
	}
	for name, answer := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newInternet(t, func(_ string, w http.ResponseWriter, _ *http.Request) { answer(w) })
			for _, host := range []string{"ps.outlook.com", "outlook.office365.com", "partner.outlook.cn", "outlook.office365.us", "webmail.apps.mil", "outlook.office.de"} {
				err := n.connect(t, "https://"+host+"/powershell-liveid", basic(), nil)
				if exchange.CodeOf(err) != exchange.CodeRetired {
					t.Errorf("%s: %v", host, err)
				}
			}
			err := n.connect(t, "https://mail.contoso.example/powershell", basic(), nil)
			if exchange.CodeOf(err) != elsewhere[name] {
				t.Errorf("a server of one's own: %v, want %s", err, elsewhere[name])
			}
		})
	}
	t.Run("a refused password is no closed service", func(t *testing.T) {
		n := newInternet(t, func(_ string, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm=""`)
			w.WriteHeader(http.StatusUnauthorized)
		})
		if err := n.connect(t, "https://ps.outlook.com/powershell-liveid", basic(), nil); exchange.CodeOf(err) != exchange.CodeSignInRefused {
			t.Error(err)
		}
	})
}

// A proxy that wants a name, one that says no and one that is not there are three things.
func TestProxiesThatStandInTheWay(t *testing.T) {
	serve := func(_ string, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }
	const address = "https://mail.contoso.example/powershell"
	t.Run("asks who it is", func(t *testing.T) {
		n := newInternet(t, serve)
		var mu sync.Mutex
		var seen []string
		n.refuse = func(_ string, h http.Header) int {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, h.Get("Proxy-Authorization"))
			return http.StatusProxyAuthRequired
		}
		if err := n.connect(t, address, basic(), nil); exchange.CodeOf(err) != exchange.CodeProxySignIn {
			t.Error(err)
		}
		err := n.connect(t, address, basic(), func(to *exchange.Target) {
			to.Proxy.User, to.Proxy.Password = "proxy-user", secret.New("proxy-secret")
		})
		if exchange.CodeOf(err) != exchange.CodeProxySignIn || strings.Contains(err.Error(), "proxy-secret") {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if !slices.ContainsFunc(seen, func(h string) bool { return strings.HasPrefix(h, "Basic ") }) {
			t.Errorf("the proxy was not told who asks: %q", seen)
		}
	})
	t.Run("says no", func(t *testing.T) {
		n := newInternet(t, serve)
		n.refuse = func(string, http.Header) int { return http.StatusForbidden }
		err := n.connect(t, address, basic(), nil)
		if p := exchange.AsProblem(err); p.Code != exchange.CodeProxyRefused || p.Args["status"] != "403" {
			t.Error(err)
		}
	})
	t.Run("is not there", func(t *testing.T) {
		n := newInternet(t, serve)
		err := n.connect(t, address, basic(), func(to *exchange.Target) { to.Proxy.URL = "http://127.0.0.1:9" })
		if exchange.CodeOf(err) != exchange.CodeProxy {
			t.Error(err)
		}
	})
	t.Run("lets through", func(t *testing.T) {
		n := newInternet(t, serve)
		if err := n.connect(t, address, basic(), nil); exchange.CodeOf(err) != exchange.CodeForbidden {
			t.Error(err)
		}
	})
}
