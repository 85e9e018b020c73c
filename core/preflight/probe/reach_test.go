package probe_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/preflight/probe"
)

// public is an authority as Microsoft's certificates come from.
func public(t testing.TB) *authority {
	return newAuthority(t, "DigiCert Inc", "DigiCert Global Root G2")
}

const host = "ps.outlook.com"

// soon is when a test gives up on what hangs without anybody noticing, such as a dropped packet.
const soon = time.Second

func stepNames(steps []preflight.Step) string {
	var out []string
	for _, s := range steps {
		name := s.Name
		if !s.OK {
			name += "!"
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func fixes(f preflight.Finding) string {
	var out []string
	for _, fix := range f.Fixes {
		out = append(out, strings.TrimSpace(string(fix.ID)+" "+fix.Args["page"]))
	}
	return strings.Join(out, ", ")
}

// Every way in which a host is reached or not, seen by the whole check.
func TestReaching(t *testing.T) {
	ca := public(t)
	good := ca.issue(t, host, nil)
	date := func(shift time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(shift).UTC().Format(http.TimeFormat))
			if r.Method != http.MethodHead || r.Header.Get("Authorization") != "" || r.URL.Path != "/" {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		}
	}
	zone := names{host: {"127.0.0.1"}, "both.example": {"::1", "127.0.0.1"}, "nowhere.example": {"224.0.0.1"}, "empty.example": nil}
	resolver := zone.start(t)
	closed := func() int {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return portOf(l.Addr().String())
	}
	beforeTLS, afterTLS := make(hanging, 1), make(hanging, 1)
	type scene struct {
		name    string
		host    string // empty: ps.outlook.com
		port    int
		plain   bool // no TLS
		purpose preflight.Purpose
		use     preflight.Use
		hangs   bool
		hung    hanging       // who tells that it hangs; nil for nobody
		now     time.Duration // this computer's clock

		fault  preflight.ReachFault
		steps  string
		status preflight.Status
		code   exchange.Code
		fixes  string
		args   string // one that must be there, as name=value
	}
	const firewall = "firewall-text"
	for _, tc := range []scene{
		{name: "works", port: web(t, showing(good), date(0)),
			steps: "name connect tls trust answer", status: preflight.Pass, code: preflight.CodeReached},
		{name: "an address", host: "127.0.0.1", port: web(t, showing(ca.issue(t, "127.0.0.1", nil)), nil),
			steps: "connect tls trust answer", status: preflight.Pass, code: preflight.CodeReached},
		{name: "IPv4 where IPv6 is refused", host: "both.example", port: web(t, showing(ca.issue(t, "both.example", nil)), nil),
			steps: "name connect tls trust answer", status: preflight.Pass, code: preflight.CodeReached},
		{name: "port 80", port: web(t, nil, nil), plain: true, purpose: preflight.ForWindows,
			steps: "name connect", status: preflight.Pass, code: preflight.CodeReached},

		{name: "no such name", host: "missing.example", port: 443, fault: preflight.FaultName,
			steps: "name!", status: preflight.Fail, code: preflight.CodeHostUnknown},
		{name: "a name without addresses", host: "empty.example", port: 443, fault: preflight.FaultName,
			steps: "name!", status: preflight.Fail, code: preflight.CodeHostUnknown},
		{name: "a name server in trouble", host: brokenName, port: 443, fault: preflight.FaultNameServer,
			steps: "name!", status: preflight.Fail, code: preflight.CodeNoNameServer},
		{name: "a silent name server", host: silentName, port: 443, hangs: true, fault: preflight.FaultNameServer,
			steps: "name!", status: preflight.Fail, code: preflight.CodeNoNameServer},

		{name: "refused", port: closed(), fault: preflight.FaultRefused,
			steps: "name connect!", status: preflight.Fail, code: preflight.CodePortRefused, fixes: firewall},
		{name: "no way", host: "nowhere.example", port: 443, fault: preflight.FaultUnreachable,
			steps: "name connect!", status: preflight.Fail, code: preflight.CodeHostUnreachable, fixes: firewall},
		{name: "sign-in host refused", port: closed(), purpose: preflight.ForSignIn, fault: preflight.FaultRefused,
			steps: "name connect!", status: preflight.Warn, code: preflight.CodePortRefused, fixes: firewall, args: "only=sign-in"},
		{name: "redirect host refused", port: closed(), purpose: preflight.ForRedirect, fault: preflight.FaultRefused,
			steps: "name connect!", status: preflight.Fail, code: preflight.CodePortRefused, fixes: firewall},
		{name: "port 80 closed, for the window", port: closed(), plain: true, purpose: preflight.ForWindows, fault: preflight.FaultRefused,
			steps: "name connect!", status: preflight.Warn, code: preflight.CodeWindowsPort, fixes: firewall, args: "reason=preflight.port-refused"},
		{name: "port 80 closed, for PowerShell", port: closed(), plain: true, purpose: preflight.ForWindows, use: preflight.UsePowerShell, fault: preflight.FaultRefused,
			steps: "name connect!", status: preflight.Fail, code: preflight.CodeWindowsPort, fixes: firewall},

		{name: "hangs before TLS", port: serve(t, "127.0.0.1:0", beforeTLS.read), hangs: true, hung: beforeTLS, fault: preflight.FaultSilent,
			steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeAnswerSilent, fixes: firewall, args: "step=tls"},
		{name: "cut in TLS", port: serve(t, "127.0.0.1:0", func(c net.Conn) {
			c.Read(make([]byte, 5))
			c.(*net.TCPConn).SetLinger(0)
		}), fault: preflight.FaultDropped, steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeCutOff, fixes: firewall},
		{name: "closed before TLS", port: serve(t, "127.0.0.1:0", func(c net.Conn) { c.(*net.TCPConn).CloseWrite(); hang(c) }), fault: preflight.FaultDropped,
			steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeCutOff, fixes: firewall},
		{name: "web without TLS", port: web(t, nil, nil), fault: preflight.FaultNotTLS,
			steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeNotTLS, fixes: firewall},
		{name: "another protocol", port: serve(t, "127.0.0.1:0", func(c net.Conn) { io.WriteString(c, "220 mail.example ESMTP\r\n"); hang(c) }), fault: preflight.FaultNotTLS,
			steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeNotTLS, fixes: firewall},
		{name: "TLS 1.0", port: web(t, &tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, nil), fault: preflight.FaultOldTLS,
			steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeOldTLS, fixes: firewall},
		{name: "TLS 1.1", port: web(t, &tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, nil), fault: preflight.FaultOldTLS,
			steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeOldTLS, fixes: firewall},
		{name: "no cipher in common", port: web(t, &tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}, nil), fault: preflight.FaultTLS,
			steps: "name connect tls!", status: preflight.Fail, code: preflight.CodeTLSFailed, fixes: firewall},

		{name: "expired", port: web(t, showing(ca.issue(t, host, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) })), nil), fault: preflight.FaultExpired,
			steps: "name connect tls trust!", status: preflight.Fail, code: preflight.CodeCertificateExpired},
		{name: "expired by this computer's clock", port: web(t, showing(good), nil), now: 400 * 24 * time.Hour, fault: preflight.FaultExpired,
			steps: "name connect tls trust!", status: preflight.Fail, code: preflight.CodeCertificateExpired, fixes: "open-page ms-settings:dateandtime"},
		{name: "not yet valid", port: web(t, showing(ca.issue(t, host, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })), nil), fault: preflight.FaultNotYet,
			steps: "name connect tls trust!", status: preflight.Fail, code: preflight.CodeCertificateNotYet},
		{name: "not yet valid by this computer's clock", port: web(t, showing(good), nil), now: -48 * time.Hour, fault: preflight.FaultNotYet,
			steps: "name connect tls trust!", status: preflight.Fail, code: preflight.CodeCertificateNotYet, fixes: "open-page ms-settings:dateandtime"},
		{name: "ends soon", port: web(t, showing(ca.issue(t, host, func(c *x509.Certificate) { c.NotAfter = time.Now().AddDate(0, 0, 10) })), nil),
			steps: "name connect tls trust answer", status: preflight.Warn, code: preflight.CodeCertificateEnds},
		{name: "other host", port: web(t, showing(ca.issue(t, "mail.fabrikam.example", nil)), nil), fault: preflight.FaultOtherHost,
			steps: "name connect tls trust!", status: preflight.Fail, code: preflight.CodeCertificateOther, args: "names=mail.fabrikam.example"},

		{name: "silent after TLS", port: web(t, showing(good), func(w http.ResponseWriter, r *http.Request) { afterTLS.begin(); <-r.Context().Done() }), hangs: true, hung: afterTLS, fault: preflight.FaultSilent,
			steps: "name connect tls trust answer!", status: preflight.Fail, code: preflight.CodeAnswerSilent, fixes: firewall, args: "step=answer"},
		{name: "cut after TLS", port: web(t, showing(good), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), fault: preflight.FaultDropped,
			steps: "name connect tls trust answer!", status: preflight.Fail, code: preflight.CodeCutOff, fixes: firewall, args: "step=answer"},
		{name: "wants a client certificate", port: web(t, &tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAnyClientCert}, nil),
			steps: "name connect tls trust answer", status: preflight.Pass, code: preflight.CodeReached},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := preflight.Endpoint{Host: tc.host, Port: tc.port, TLS: !tc.plain, Web: !tc.plain, Purpose: tc.purpose}
			if e.Host == "" {
				e.Host = host
			}
			if e.Purpose == "" {
				e.Purpose = preflight.ForConnection
			}
			ctx := t.Context()
			if tc.hangs {
				ctx = tc.hung.limit(t)
			}
			p := probe.New(probe.Options{Resolver: resolver, Roots: pool(ca), Now: func() time.Time { return time.Now().Add(tc.now) }})
			r, err := p.Reach(ctx, e)
			if err != nil {
				t.Fatal(err)
			}
			if r.Fault != tc.fault || stepNames(r.Steps) != tc.steps {
				t.Errorf("%q after %s (%v), want %q after %s", r.Fault, stepNames(r.Steps), r.Cause, tc.fault, tc.steps)
			}
			if trusted := strings.Contains(tc.steps, "trust"); trusted != (len(r.Chain) > 0) || trusted != (r.Version != "") {
				t.Errorf("%d certificates and %q are kept", len(r.Chain), r.Version)
			}
			if r.Fault != "" && r.Cause == nil {
				t.Error("nothing says why")
			}
			if tc.hangs {
				ctx = tc.hung.limit(t)
			}
			f := network(t, ctx, preflight.Subject{Computer: computer{p, windows}, Use: tc.use, Endpoints: []preflight.Endpoint{e}})[preflight.NetworkCheck(e)]
			if f.Status != tc.status || f.Code != tc.code || fixes(f) != tc.fixes {
				t.Errorf("%s %s, fixes %q; want %s %s, %q", f.Status, f.Code, fixes(f), tc.status, tc.code, tc.fixes)
			}
			if f.Args["host"] != e.Host || f.Args["port"] != strconv.Itoa(e.Port) {
				t.Errorf("told about %v", f.Args)
			}
			if name, want, ok := strings.Cut(tc.args, "="); ok && f.Args[name] != want {
				t.Errorf("%s is %q, want %q", name, f.Args[name], want)
			}
		})
	}
}

// Who signed a certificate, and whether that is somebody who reads along.
func TestWhoSigned(t *testing.T) {
	digicert, zscaler := public(t), newAuthority(t, "Zscaler Inc.", "Zscaler Root CA")
	company := newAuthority(t, "Contoso Ltd", "Contoso Proxy CA")
	zone := names{host: {"127.0.0.1"}, "mail.fabrikam.example": {"127.0.0.1"}}
	resolver := zone.start(t)
	for _, tc := range []struct {
		name, host string
		by         *authority
		trusted    []*authority
		private    []byte
		fault      preflight.ReachFault
		inspector  string
		status     preflight.Status
		code       exchange.Code
		fixes      string
	}{
		{"Microsoft's own", host, digicert, []*authority{digicert}, nil, "", "", preflight.Pass, preflight.CodeReached, ""},
		{"a product, not trusted", host, zscaler, []*authority{digicert}, nil, preflight.FaultInspected, "Zscaler", preflight.Fail, preflight.CodeInspected, "firewall-text"},
		{"a product, trusted", host, zscaler, []*authority{digicert, zscaler}, nil, "", "Zscaler", preflight.Warn, preflight.CodeInspectedTrusted, "firewall-text"},
		{"a product at another host", "mail.fabrikam.example", zscaler, []*authority{digicert}, nil, preflight.FaultInspected, "Zscaler", preflight.Fail, preflight.CodeInspected, "firewall-text"},
		{"a company at a Microsoft host, not trusted", host, company, []*authority{digicert}, nil, preflight.FaultInspected, "Contoso Ltd", preflight.Fail, preflight.CodeInspected, "firewall-text"},
		{"a company at a Microsoft host, trusted", host, company, []*authority{digicert, company}, nil, "", "Contoso Ltd", preflight.Warn, preflight.CodeInspectedTrusted, "firewall-text"},
		{"a company's own server, trusted", "mail.fabrikam.example", company, []*authority{company}, nil, "", "", preflight.Pass, preflight.CodeReached, ""},
		{"a company's own server, not trusted", "mail.fabrikam.example", company, []*authority{digicert}, nil, preflight.FaultAuthority, "", preflight.Fail, preflight.CodeCertificateUnknown, ""},
		{"a company's own server, its authority given", "mail.fabrikam.example", company, []*authority{digicert}, company.pem, "", "", preflight.Pass, preflight.CodeReached, ""},
		{"an authority that is none", "mail.fabrikam.example", company, []*authority{company}, []byte("nothing"), preflight.FaultAuthority, "", preflight.Fail, preflight.CodeCertificateUnknown, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := preflight.Endpoint{Host: tc.host, Port: web(t, showing(tc.by.issue(t, tc.host, nil)), nil), TLS: true, Web: true, Purpose: preflight.ForConnection, PrivateCA: tc.private}
			p := probe.New(probe.Options{Resolver: resolver, Roots: pool(tc.trusted...)})
			r, err := p.Reach(t.Context(), e)
			if err != nil || r.Fault != tc.fault || r.Inspector != tc.inspector || len(r.Chain) != 2 {
				t.Errorf("%q by %q, %d certificates, %v; want %q by %q", r.Fault, r.Inspector, len(r.Chain), err, tc.fault, tc.inspector)
			}
			f := network(t, t.Context(), preflight.Subject{Computer: computer{p, windows}, Endpoints: []preflight.Endpoint{e}})[preflight.NetworkCheck(e)]
			if f.Status != tc.status || f.Code != tc.code || fixes(f) != tc.fixes || f.Args["product"] != tc.inspector {
				t.Errorf("%s %s %v, fixes %q", f.Status, f.Code, f.Args, fixes(f))
			}
			told := false
			for _, fact := range f.Facts {
				told = told || fact.Name == "Certificate 1" && strings.Contains(fact.Text, tc.by.cert.Subject.CommonName)
			}
			if !told {
				t.Errorf("the chain is not told: %v", f.Facts)
			}
		})
	}
}

// A person's cancel is no finding about the host.
func TestCancelled(t *testing.T) {
	asked := make(chan struct{})
	port := serve(t, "127.0.0.1:0", func(c net.Conn) { close(asked); hang(c) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	_, err := probe.New(probe.Options{}).Reach(ctx, preflight.Endpoint{Host: "127.0.0.1", Port: port, TLS: true})
	if exchange.CodeOf(err) != preflight.CodeCancelled {
		t.Error(err)
	}
}
