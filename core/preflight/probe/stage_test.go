package probe_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// authority is a certificate authority.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t testing.TB, organization, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{organization}, CommonName: name},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(5, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// issue makes a certificate for a host that is valid from a day ago for three months.
func (a *authority) issue(t testing.TB, host string, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host},
		NotBefore: time.Now().AddDate(0, 0, -1), NotAfter: time.Now().AddDate(0, 3, 0)}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}
}

func pool(authorities ...*authority) *x509.CertPool {
	p := x509.NewCertPool()
	for _, a := range authorities {
		p.AddCert(a.cert)
	}
	return p
}

// names is a name server: a zone of its own over TCP, as Wine cannot listen for UDP.
type names map[string][]string

// The names that it answers in a way of their own.
const (
	brokenName = "broken.example" // with SERVFAIL
	silentName = "silent.example" // not at all
)

func (zone names) start(t testing.TB) *net.Resolver {
	t.Helper()
	port := serve(t, "127.0.0.1:0", func(c net.Conn) {
		for {
			var size [2]byte
			if _, err := io.ReadFull(c, size[:]); err != nil {
				return
			}
			packet := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(c, packet); err != nil {
				return
			}
			if answer := zone.answer(packet); answer != nil {
				c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
			}
		}
	})
	// The resolver's questions outlive whoever asked: they end with the test.
	var mu sync.Mutex
	var asking []net.Conn
	over := false
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		for _, c := range asking {
			c.Close()
		}
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return nil, net.ErrClosed
		}
		c, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			asking = append(asking, c)
		}
		return c, err
	}}
}

func (zone names) answer(packet []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(packet) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name := q.Name.String()
	name = name[:len(name)-1]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	addresses, known := zone[name]
	switch {
	case name == silentName:
		return nil
	case name == brokenName:
		m.RCode = dnsmessage.RCodeServerFailure
	case !known:
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, text := range addresses {
		ip := netip.MustParseAddr(text)
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}
		switch {
		case ip.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: ip.As4()}})
		case ip.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
		}
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}

// serve listens at an address and hands each connection to talk, which is told when the test is over.
func serve(t testing.TB, address string, talk func(c net.Conn)) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	conns := map[net.Conn]bool{}
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns[c] = true
			mu.Unlock()
			open.Go(func() {
				talk(c)
				c.Close()
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for c := range conns {
			c.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return portOf(l.Addr().String())
}

func portOf(address string) int {
	_, text, _ := net.SplitHostPort(address)
	n, _ := strconv.Atoi(text)
	return n
}

// hang reads and never answers.
func hang(c net.Conn) { io.Copy(io.Discard, c) }

// hanging tells how often somebody waits for what never answers.
type hanging chan struct{}

// begin tells that somebody waits now.
func (h hanging) begin() {
	select {
	case h <- struct{}{}:
	default:
	}
}

// read is hang, and tells when the first bytes have come.
func (h hanging) read(c net.Conn) {
	if _, err := c.Read(make([]byte, 1)); err == nil {
		h.begin()
		hang(c)
	}
}

// limit is a context whose time is over as soon as somebody waits; with a nil hanging soon.
func (h hanging) limit(t testing.TB) context.Context {
	if h == nil {
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		t.Cleanup(cancel)
		return ctx
	}
	over := &timeIsOver{t.Context(), make(chan struct{})}
	go func() {
		select {
		case <-h:
		case <-t.Context().Done():
		}
		close(over.done)
	}()
	return over
}

// timeIsOver is a context that comes to its deadline when done is closed.
type timeIsOver struct {
	context.Context
	done chan struct{}
}

func (o *timeIsOver) Done() <-chan struct{} { return o.done }

func (o *timeIsOver) Err() error {
	select {
	case <-o.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// web serves HTTPS, or HTTP where config is nil.
func web(t testing.TB, config *tls.Config, answer http.HandlerFunc) (port int) {
	t.Helper()
	if answer == nil {
		answer = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) }
	}
	s := httptest.NewUnstartedServer(answer)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if s.TLS = config; config != nil {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return portOf(s.Listener.Addr().String())
}

func showing(pair tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{pair}}
}

// computer is this one, with a Prober of the test.
type computer struct {
	*probe.Prober
	system preflight.System
}

func (computer) Name() string                                       { return "" }
func (c computer) System(context.Context) (preflight.System, error) { return c.system, nil }
func (computer) Registry() preflight.Registry                       { return nil }
func (computer) Variable(string) (string, bool)                     { return "", false }

// windows is a system that has settings pages.
var windows = preflight.System{Family: preflight.Windows, Major: 10, Build: 26100}

// network runs the checks of the network, and of nothing else, and returns their findings by check.
func network(t testing.TB, ctx context.Context, s preflight.Subject) map[preflight.CheckID]preflight.Finding {
	t.Helper()
	var checks []preflight.Check
	for _, c := range preflight.Checks(s) {
		if c.About != nil || c.ID == preflight.CheckProxy || c.ID == preflight.CheckClock {
			checks = append(checks, c)
		}
	}
	found := map[preflight.CheckID]preflight.Finding{}
	for _, f := range preflight.Run(ctx, checks, nil) {
		found[f.Check] = f
	}
	return found
}
