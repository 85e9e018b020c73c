package probe_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
	"tenantry/core/proxy"
)

// both carries bytes between two connections until one of them ends.
func both(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		io.Copy(a, b)
		a.Close()
		close(done)
	}()
	io.Copy(b, a)
	b.Close()
	<-done
}

// opened is a proxy's answer when the way is open.
const opened = "HTTP/1.1 200 Connection established\r\n\r\n"

// webProxy is a proxy of HTTP. It reaches every host on this computer, and asks who is there where account is
// set, such as "jo:p:w".
func webProxy(account string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if account != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(account)) {
			w.Header().Set("Proxy-Authenticate", "Basic realm=proxy")
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Method != http.MethodConnect {
			if !r.URL.IsAbs() {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			r.URL.Host = "127.0.0.1:" + r.URL.Port()
			r.RequestURI = ""
			r.Header.Del("Proxy-Authorization")
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			resp.Body.Close()
			w.Header().Set("Date", resp.Header.Get("Date"))
			w.WriteHeader(resp.StatusCode)
			http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			return
		}
		there, err := net.Dial("tcp", "127.0.0.1:"+r.URL.Port())
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			there.Close()
			return
		}
		io.WriteString(here, opened)
		both(here, there)
	}
}

func answering(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// socks is a proxy of SOCKS 5 as RFC 1928 has it. account is as with webProxy; a reply other than 0 is all it
// answers to a request.
func socks(account string, reply byte) func(net.Conn) {
	return func(c net.Conn) {
		r := bufio.NewReader(c)
		read := func(n int) []byte {
			b := make([]byte, n)
			io.ReadFull(r, b)
			return b
		}
		methods := read(int(read(2)[1]))
		method := byte(0xff)
		for _, m := range methods {
			if m == 0 && account == "" || m == 2 && account != "" {
				method = m
			}
		}
		c.Write([]byte{5, method})
		if method == 2 {
			user := string(read(int(read(2)[1])))
			password := string(read(int(read(1)[0])))
			if user+":"+password != account {
				c.Write([]byte{1, 1})
				return
			}
			c.Write([]byte{1, 0})
		}
		if head := read(4); method == 0xff || head[3] != 3 {
			return
		}
		name := read(int(read(1)[0]))
		port := binary.BigEndian.Uint16(read(2))
		if reply != 0 || string(name) != host {
			c.Write([]byte{5, max(reply, 1), 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		there, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(int(port)))
		if err != nil {
			c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		c.Write(append([]byte{5, 0, 0, 3, byte(len("proxy"))}, "proxy\x00\x00"...))
		both(&ahead{c, r}, there)
	}
}

type ahead struct {
	net.Conn
	r io.Reader
}

func (a *ahead) Read(p []byte) (int, error) { return a.r.Read(p) }

func TestThroughAProxy(t *testing.T) {
	ca := public(t)
	good := web(t, showing(ca.issue(t, host, nil)), nil)
	plain := web(t, nil, nil)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	nobody := portOf(closed.Addr().String())
	secured := httptest.NewUnstartedServer(webProxy(""))
	secured.TLS = showing(ca.issue(t, "proxy.example", nil))
	secured.StartTLS()
	t.Cleanup(secured.Close)
	resolver := names{"proxy.example": {"127.0.0.1"}}.start(t) // a proxy looks up the host itself

	at := func(scheme string, port int, user string) string {
		if user != "" {
			user += "@"
		}
		return scheme + "://" + user + "proxy.example:" + strconv.Itoa(port)
	}
	const (
		whole    = "proxy tls trust answer"
		firewall = "firewall-text"
		page     = "open-page ms-settings:network-proxy"
	)
	serving := func(h http.HandlerFunc) int { return web(t, nil, h) }
	silent := map[string]hanging{"silent": make(hanging, 1), "silent before TLS": make(hanging, 1), "silent socks5": make(hanging, 1)}
	for _, tc := range []struct {
		name, proxy string
		to          int // the port of the host
		windows     bool
		hangs       bool
		fault       preflight.ReachFault
		steps       string
		status      int
		code        exchange.Code
		fixes       string
	}{
		{"http", at("http", serving(webProxy("")), ""), good, false, false, "", whole, 0, preflight.CodeReached, ""},
		{"https", at("https", portOf(secured.Listener.Addr().String()), ""), good, false, false, "", whole, 0, preflight.CodeReached, ""},
		{"socks5", at("socks5", serve(t, "127.0.0.1:0", socks("", 0)), ""), good, false, false, "", whole, 0, preflight.CodeReached, ""},
		{"http, port 80", at("http", serving(webProxy("")), ""), plain, true, false, "", "proxy", 0, preflight.CodeReached, ""},
		{"socks5, port 80", at("socks5", serve(t, "127.0.0.1:0", socks("", 0)), ""), plain, true, false, "", "proxy", 0, preflight.CodeReached, ""},
		{"http with a password", at("http", serving(webProxy("jo:p:w")), "jo:p%3Aw"), good, false, false, "", whole, 0, preflight.CodeReached, ""},
		{"socks5 with a password", at("socks5", serve(t, "127.0.0.1:0", socks("jo:p:w", 0)), "jo:p%3Aw"), good, false, false, "", whole, 0, preflight.CodeReached, ""},

		{"asks", at("http", serving(webProxy("jo:p:w")), ""), good, false, false, preflight.FaultProxySignIn, "proxy!", 407, preflight.CodeProxySignIn, firewall},
		{"asks, port 80", at("http", serving(webProxy("jo:p:w")), ""), plain, true, false, preflight.FaultProxySignIn, "proxy!", 407, preflight.CodeWindowsPort, firewall},
		{"wrong password", at("http", serving(webProxy("jo:p:w")), "jo:other"), good, false, false, preflight.FaultProxySignIn, "proxy!", 407, preflight.CodeProxySignIn, firewall},
		{"socks5 asks", at("socks5", serve(t, "127.0.0.1:0", socks("jo:p:w", 0)), ""), good, false, false, preflight.FaultProxySignIn, "proxy!", 0, preflight.CodeProxySignIn, firewall},
		{"socks5 wrong password", at("socks5", serve(t, "127.0.0.1:0", socks("jo:p:w", 0)), "jo:other"), good, false, false, preflight.FaultProxySignIn, "proxy!", 0, preflight.CodeProxySignIn, firewall},
		{"refuses", at("http", serving(answering(403)), ""), good, false, false, preflight.FaultProxyRefused, "proxy!", 403, preflight.CodeProxyRefused, firewall},
		{"refuses, port 80", at("http", serving(answering(403)), ""), plain, true, false, preflight.FaultProxyRefused, "proxy!", 403, preflight.CodeWindowsPort, firewall},
		{"cannot get there", at("http", serving(webProxy("")), ""), nobody, false, false, preflight.FaultProxyRefused, "proxy!", 503, preflight.CodeProxyRefused, firewall},
		{"socks5 refuses", at("socks5", serve(t, "127.0.0.1:0", socks("", 2)), ""), good, false, false, preflight.FaultProxyRefused, "proxy!", 0, preflight.CodeProxyRefused, firewall},
		{"socks5 finds nobody", at("socks5", serve(t, "127.0.0.1:0", socks("", 0)), ""), nobody, false, false, preflight.FaultRefused, "proxy!", 0, preflight.CodePortRefused, firewall},
		{"socks5 finds no way", at("socks5", serve(t, "127.0.0.1:0", socks("", 4)), ""), good, false, false, preflight.FaultUnreachable, "proxy!", 0, preflight.CodeHostUnreachable, firewall},
		{"cuts", at("http", serve(t, "127.0.0.1:0", func(c net.Conn) { c.Read(make([]byte, 4096)) }), ""), good, false, false, preflight.FaultProxyRefused, "proxy!", 0, preflight.CodeProxyRefused, firewall},

		{"down", at("http", nobody, ""), good, false, false, preflight.FaultProxyDown, "proxy!", 0, preflight.CodeProxyDown, page},
		{"silent", at("http", serve(t, "127.0.0.1:0", silent["silent"].read), ""), good, false, true, preflight.FaultProxyDown, "proxy!", 0, preflight.CodeProxyDown, page},
		{"silent before TLS", at("https", serve(t, "127.0.0.1:0", silent["silent before TLS"].read), ""), good, false, true, preflight.FaultProxyDown, "proxy!", 0, preflight.CodeProxyDown, page},
		{"silent socks5", at("socks5", serve(t, "127.0.0.1:0", silent["silent socks5"].read), ""), good, false, true, preflight.FaultProxyDown, "proxy!", 0, preflight.CodeProxyDown, page},
		{"unknown", "http://gone.example:3128", good, false, false, preflight.FaultProxyName, "proxy!", 0, preflight.CodeProxyHostUnknown, page},
		{"a web server", at("http", serving(answering(405)), ""), good, false, false, preflight.FaultProxyOdd, "proxy!", 405, preflight.CodeProxyOdd, page},
		{"another protocol", at("http", serve(t, "127.0.0.1:0", func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n"); hang(c) }), ""), good, false, false, preflight.FaultProxyOdd, "proxy!", 0, preflight.CodeProxyOdd, page},
		{"no TLS", at("https", plain, ""), good, false, false, preflight.FaultProxyOdd, "proxy!", 0, preflight.CodeProxyOdd, page},
		{"another protocol as socks5", at("socks5", serve(t, "127.0.0.1:0", func(c net.Conn) { io.WriteString(c, "220 mail.example ESMTP\r\n"); hang(c) }), ""), good, false, false, preflight.FaultProxyOdd, "proxy!", 0, preflight.CodeProxyOdd, page},
		{"http as socks5", at("socks5", plain, ""), good, false, true, preflight.FaultProxyDown, "proxy!", 0, preflight.CodeProxyDown, page},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := preflight.Endpoint{Host: host, Port: tc.to, TLS: !tc.windows, Web: !tc.windows, Purpose: preflight.ForConnection}
			if tc.windows {
				// The port is one of a listener's; what makes it plain HTTP is that it has a web server.
				e.Web, e.Purpose = true, preflight.ForWindows
			}
			through, err := url.Parse(tc.proxy)
			if err != nil {
				t.Fatal(err)
			}
			by := func(*url.URL) (*url.URL, error) { return through, nil }
			p := probe.New(probe.Options{Proxy: by, Resolver: resolver, Roots: pool(ca)})
			limited := func() context.Context {
				if !tc.hangs {
					return t.Context()
				}
				return silent[tc.name].limit(t)
			}
			r, err := p.Reach(limited(), e)
			if err != nil {
				t.Fatal(err)
			}
			if tc.windows && tc.fault == "" && r.Date.IsZero() {
				t.Error("the answer's Date was not read")
			}
			if got := strings.TrimSuffix(stepNames(r.Steps), " answer"); r.Fault != tc.fault || got != strings.TrimSuffix(tc.steps, " answer") || r.Status != tc.status {
				t.Errorf("%q %d after %s (%v), want %q %d after %s", r.Fault, r.Status, got, r.Cause, tc.fault, tc.status, tc.steps)
			}
			if r.Proxy != through.Host {
				t.Errorf("through %q", r.Proxy)
			}
			f := network(t, limited(), preflight.Subject{Computer: computer{p, windows}, Proxy: by, ProxyFrom: "system", Endpoints: []preflight.Endpoint{e}})[preflight.NetworkCheck(e)]
			if f.Code != tc.code || fixes(f) != tc.fixes || f.Args["proxy"] != through.Host {
				t.Errorf("%s, fixes %q, %v; want %s, %q", f.Code, fixes(f), f.Args, tc.code, tc.fixes)
			}
			if (f.Status == preflight.Pass) != (tc.fault == "") {
				t.Errorf("it is %s", f.Status)
			}
			if said := strings.Join(saidBy(f), "\n"); strings.Contains(said, "p:w") || strings.Contains(said, "jo") {
				t.Errorf("the proxy's password or user is told: %s", said)
			}
		})
	}
}

// saidBy is everything a finding says.
func saidBy(f preflight.Finding) []string {
	var said []string
	for _, v := range f.Args {
		said = append(said, v)
	}
	for _, fact := range f.Facts {
		said = append(said, fact.Name+": "+fact.Text)
	}
	for _, s := range f.Steps {
		said = append(said, s.Text)
	}
	if f.Cause != nil {
		said = append(said, f.Cause.Error())
	}
	return said
}

// A proxy that opens a way to itself and shows a certificate of its own making, as an inspecting one does.
func TestAnInspectingProxy(t *testing.T) {
	digicert, zscaler := public(t), newAuthority(t, "Zscaler Inc.", "Zscaler Root CA")
	minted := make(chan string, 16)
	inspector := web(t, nil, func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := net.SplitHostPort(r.Host)
		minted <- name
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		io.WriteString(c, opened)
		inner := tls.Server(c, showing(zscaler.issue(t, name, nil)))
		if req, err := http.ReadRequest(bufio.NewReader(inner)); err == nil && req.Method == http.MethodHead {
			io.WriteString(inner, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	through := &url.URL{Scheme: "http", Host: "127.0.0.1:" + strconv.Itoa(inspector)}
	by := func(*url.URL) (*url.URL, error) { return through, nil }
	e := preflight.Endpoint{Host: host, Port: 443, TLS: true, Web: true, Purpose: preflight.ForConnection}
	for _, tc := range []struct {
		trusted []*authority
		status  preflight.Status
		code    exchange.Code
		steps   string
	}{
		{[]*authority{digicert}, preflight.Fail, preflight.CodeInspected, "proxy tls trust!"},
		{[]*authority{digicert, zscaler}, preflight.Warn, preflight.CodeInspectedTrusted, "proxy tls trust answer"},
	} {
		p := probe.New(probe.Options{Proxy: by, Roots: pool(tc.trusted...)})
		f := network(t, t.Context(), preflight.Subject{Computer: computer{p, windows}, Proxy: by, ProxyFrom: "manual", Endpoints: []preflight.Endpoint{e}})[preflight.NetworkCheck(e)]
		if f.Status != tc.status || f.Code != tc.code || stepNames(f.Steps) != tc.steps || f.Args["product"] != "Zscaler" || fixes(f) != "firewall-text" {
			t.Errorf("%s %s after %s, %v, fixes %q", f.Status, f.Code, stepNames(f.Steps), f.Args, fixes(f))
		}
		if name := <-minted; name != host {
			t.Errorf("minted for %q", name)
		}
	}
}

func TestWhichProxy(t *testing.T) {
	ca := public(t)
	e := preflight.Endpoint{Host: host, Port: web(t, showing(ca.issue(t, host, nil)), nil), TLS: true, Web: true, Purpose: preflight.ForConnection}
	resolver := names{host: {"127.0.0.1"}}.start(t)
	running := &url.URL{Scheme: "http", User: url.UserPassword("jo", "p:w"), Host: "127.0.0.1:" + strconv.Itoa(web(t, nil, webProxy("jo:p:w")))}
	for _, tc := range []struct {
		name   string
		by     preflight.ProxyFunc
		from   string
		status preflight.Status
		code   exchange.Code
		proxy  string
		host   preflight.Status
		fixes  string
	}{
		{"none", proxy.None, "none", preflight.Pass, preflight.CodeProxyNone, "", preflight.Pass, ""},
		{"found", func(*url.URL) (*url.URL, error) { return running, nil }, "environment", preflight.Pass, preflight.CodeProxyFound, running.Host, preflight.Pass, ""},
		{"not to be read, in the environment", func(*url.URL) (*url.URL, error) { return nil, proxy.ErrAddress }, "environment", preflight.Fail, preflight.CodeProxyUnreadable, "", preflight.Skipped, ""},
		{"not to be read, in the settings", func(*url.URL) (*url.URL, error) { return nil, proxy.ErrAddress }, "system", preflight.Fail, preflight.CodeProxyUnreadable, "", preflight.Skipped, "open-page ms-settings:network-proxy"},
	} {
		p := probe.New(probe.Options{Proxy: tc.by, Resolver: resolver, Roots: pool(ca)})
		found := network(t, t.Context(), preflight.Subject{Computer: computer{p, windows}, Proxy: tc.by, ProxyFrom: tc.from, Endpoints: []preflight.Endpoint{e}})
		f := found[preflight.CheckProxy]
		if f.Status != tc.status || f.Code != tc.code || f.Args["proxy"] != tc.proxy || fixes(f) != tc.fixes {
			t.Errorf("%s: %s %s %v, fixes %q", tc.name, f.Status, f.Code, f.Args, fixes(f))
		}
		if said := strings.Join(saidBy(f), "\n"); strings.Contains(said, "jo") || strings.Contains(said, "p:w") || !strings.Contains(said, tc.from) {
			t.Errorf("%s: told %s", tc.name, said)
		}
		for _, id := range []preflight.CheckID{preflight.NetworkCheck(e), preflight.CheckClock} {
			if g := found[id]; g.Status != tc.host || tc.host == preflight.Skipped && g.Because != preflight.CheckProxy {
				t.Errorf("%s: %s is %s because of %q", tc.name, id, g.Status, g.Because)
			}
		}
	}
	p := probe.New(probe.Options{Proxy: func(*url.URL) (*url.URL, error) { return nil, proxy.ErrAddress }})
	if _, err := p.Reach(t.Context(), e); exchange.CodeOf(err) != preflight.CodeProxyUnreadable {
		t.Error(err)
	}
}
