package main_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// found is one finding as programs read it.
type found struct {
	Computer, Check, Name, Status, Code, Sentence string
	Fix                                           *string
	Fixes                                         []string
	Args                                          map[string]string
	Facts                                         []struct{ Name, Text string }
}

func findings(t *testing.T, text string) map[string]found {
	t.Helper()
	var list []found
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatalf("%v\n%.500s", err, text)
	}
	by := map[string]found{}
	for _, f := range list {
		if !slices.Contains([]string{"pass", "warn", "fail", "not-applicable", "skipped"}, f.Status) || f.Code == "" || f.Sentence == "" || f.Name == "" || f.Name == "check."+f.Check {
			t.Errorf("%+v", f)
		}
		if _, twice := by[f.Check]; twice {
			t.Errorf("%s is told twice", f.Check)
		}
		by[f.Check] = f
	}
	return by
}

// The sample partner is in order, and one session is opened and closed for it.
func TestThePreflightOfAConnection(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "3"), somebody(t)
	got := who.ask(t, p, "preflight", "--json", "--customer", p.Customers[1].Domain).want(t, 0)
	by := findings(t, got.out)
	host := strings.TrimSuffix(strings.SplitN(strings.TrimPrefix(p.Classic, "https://"), "/", 2)[0], "/")
	for _, check := range []string{"system", "tls", "data-folder", "disk-space", "proxy", "clock", "network:" + host, "account", "service", "sign-in", "remote-powershell", "delegation", "sessions"} {
		if f := by[check]; f.Status != "pass" {
			t.Errorf("%s: %+v", check, f)
		}
	}
	if f := by["delegation"]; f.Args["customer"] != p.Customers[1].Domain {
		t.Errorf("%+v", f)
	}
	if s := p.stats(t); s.Created != 1 || s.OpenShells != 0 {
		t.Errorf("%+v", s)
	}
	if strings.Contains(got.out+got.err, p.Password) {
		t.Error("the password is told")
	}
	// Without a password nobody is asked for one, and nothing is tried.
	by = findings(t, who.run(t, "", "preflight", "--json", "--url", p.Classic, "--user", p.User, "--ca-cert", *p.CACert).want(t, 0).out)
	if by["account"].Code != "preflight.not-tried" || by["service"].Check != "" || p.stats(t).Created != 1 {
		t.Errorf("%+v", by["account"])
	}
	who.lang = "nl_NL.UTF-8"
	dutch := who.ask(t, p, "preflight").want(t, 0)
	if !strings.Contains(dutch.out, "Aanmelding") || !strings.Contains(dutch.out, "kan zich aanmelden") || strings.Contains(dutch.out, "can sign in") {
		t.Error(dutch.out)
	}
}

// What the seed's page for errors names, as the command line tells it.
func TestThePreflightTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault, check, code string
	}{
		{"wrong-password", "sign-in", "signin.refused"},
		{"remote-powershell-off", "remote-powershell", "signin.remote-powershell-off"},
		{"limit-receive", "sessions", "session.limit"},
		{"delegation-refused", "delegation", "signin.delegation-refused"},
	} {
		p, who := serve(t, "--customers", "2", "--mailboxes", "3", "--fault", c.fault), somebody(t)
		got := who.ask(t, p, "preflight", "--json", "--customer", p.Customers[0].Domain).want(t, 5)
		if f := findings(t, got.out)[c.check]; f.Status != "fail" || f.Code != c.code {
			t.Errorf("%s: %+v", c.fault, f)
		}
		words := who.ask(t, p, "preflight", "--customer", p.Customers[0].Domain).want(t, 5)
		if !strings.Contains(words.out, "Blocks") || !strings.Contains(words.out, "1 thing blocks") {
			t.Errorf("%s: %s", c.fault, words.out)
		}
	}
}

// cloud is a proxy behind which Exchange Online's hosts are this computer, with a certificate of the authority it
// returns; allowed says which of host:port it lets through.
func cloud(t *testing.T, allowed func(hostPort string) bool) (address, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		DNSNames: []string{"ps.outlook.com", "outlook.office365.com", "login.microsoftonline.com"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := r.Host
		if _, _, err := net.SplitHostPort(to); err != nil {
			to += ":80"
		}
		switch {
		case !allowed(to):
			http.Error(w, "blocked by policy", http.StatusForbidden)
		case r.Method != http.MethodConnect:
			io.WriteString(w, "hello")
		default:
			tunnel(w, server.Listener.Addr().String())
		}
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL, ca
}

func tunnel(w http.ResponseWriter, to string) {
	far, err := net.Dial("tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer far.Close()
	var near net.Conn
	var rest *bufio.ReadWriter
	if near, rest, err = http.NewResponseController(w).Hijack(); err != nil {
		return
	}
	defer near.Close()
	io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { io.Copy(far, rest); far.Close() }()
	io.Copy(near, far)
}

// Port 80 closed: told, with a page for the people of the firewall; it blocks only PowerShell.
func TestPort80Closed(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	proxy, ca := cloud(t, func(to string) bool { return !strings.HasSuffix(to, ":80") })
	at := []string{"--url", "https://ps.outlook.com/powershell-liveid", "--user", "anna@fabrikam.example", "--ca-cert", ca, "--proxy", proxy}
	by := findings(t, who.run(t, "", append([]string{"preflight", "--json"}, at...)...).want(t, 0).out)
	if f := by["network:ps.outlook.com:80"]; f.Status != "warn" || f.Fix == nil || *f.Fix != "firewall-text" {
		t.Errorf("%+v", f)
	}
	if f := by["network:ps.outlook.com:443"]; f.Status == "fail" {
		t.Errorf("%+v", f)
	}
	by = findings(t, who.run(t, "", append([]string{"preflight", "--json", "--for", "powershell"}, at...)...).want(t, 5).out)
	if f := by["network:ps.outlook.com:80"]; f.Status != "fail" {
		t.Errorf("%+v", f)
	}
	page := who.run(t, "", append([]string{"preflight", "--fix", "firewall-text"}, at...)...).want(t, 0).out
	for _, want := range []string{"ps.outlook.com", "outlook.office365.com", "80", "443"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not name %s:\n%s", want, page)
		}
	}
	if strings.Contains(page, "anna") {
		t.Errorf("the page names the account:\n%s", page)
	}
}

func TestThePreflightsWords(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	for _, c := range []struct {
		args []string
		said string
	}{
		{[]string{"--for", "games"}, "games"},
		{[]string{"--limit", "0s"}, "time limit"},
		{[]string{"--fix", "system", "--json"}, "JSON"},
		{[]string{"--sample", "--fix", "nonsense"}, "nonsense"},
		{[]string{"--sample", "--customer", "not a domain"}, ""},
		{[]string{"--user", "anna"}, "connection"},
		{[]string{"--host", "PC01"}, "account"},
		{[]string{"--host", "PC01", "--user", "anna", "--sample"}, "connection"},
		{[]string{"--host", "PC01", "--host", "PC02", "--user", "anna", "--fix", "winrm-basic"}, "one computer"},
		{[]string{"--url", "https://x.example", "--sample"}, ""},
		{[]string{"--sample", "--updates", "http://intranet.example/t"}, "intranet.example"},
		{[]string{"--url", "mail.example/PowerShell", "--user", "anna@fabrikam.example"}, "mail.example"},
		{[]string{"extra"}, "extra"},
	} {
		got := who.run(t, "", append([]string{"preflight"}, c.args...)...).want(t, 2)
		if !strings.Contains(got.err, c.said) || got.out != "" {
			t.Errorf("%v: %s%s", c.args, got.err, got.out)
		}
	}
	who.run(t, "", "preflight", "--sample", "--fix", "data-folder").want(t, 0, "nothing to repair")
}

// A computer whose folders cannot be made is still looked at: that is what is told.
func TestThePreflightWithoutAFolder(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "tenantry"), []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := who.run(t, "", "preflight", "--sample", "--json").want(t, 5)
	if f := findings(t, got.out)["data-folder"]; f.Status != "fail" || !strings.Contains(f.Sentence, "tenantry") {
		t.Errorf("%+v", f)
	}
}

// A server that takes the connection and says nothing ends the check at its limit, with the rest answered.
func TestThePreflightOfAServerThatHangs(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	went := make(chan struct{})
	go func() {
		defer close(went)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
		}
	}()
	began := time.Now()
	got := who.run(t, "secret\n", "preflight", "--json", "--limit", "3s", "--url", "https://"+l.Addr().String()+"/PowerShell", "--user", "anna@fabrikam.example", "--password-stdin").want(t, 5)
	took := time.Since(began)
	by := findings(t, got.out)
	if f := by["network:"+l.Addr().String()]; f.Status == "pass" || f.Status == "skipped" {
		t.Errorf("%+v", f)
	}
	if f := by["service"]; f.Status == "pass" {
		t.Errorf("%+v", f)
	}
	if by["system"].Status != "pass" {
		t.Errorf("%+v", by["system"])
	}
	t.Logf("--limit 3s ended after %v", took)
	l.Close()
	<-went
}
