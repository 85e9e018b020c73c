package remote_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/secret"
	"tenantry/core/wsman"
	"tenantry/test/kdc"
	"tenantry/test/winrmserver"
)

// looks opens a computer and sees that it is the one of desk.
func looks(t *testing.T, s *winrmserver.Server, o remote.Options) {
	t.Helper()
	c, err := remote.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.System(t.Context())
	want := preflight.System{Family: preflight.Windows, Name: "Windows 10 Pro", Major: 10, Build: 19045, Release: "22H2", Arch: "amd64"}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if s.Shells() != 1 || s.Opened() != 1 {
		t.Errorf("%d shells are open, %d were opened", s.Shells(), s.Opened())
	}
	if s.ProfileLoaded() {
		t.Error("the account's profile was loaded there")
	}
	if err := c.Close(t.Context()); err != nil || s.Shells() != 0 {
		t.Errorf("%d shells after closing, %v", s.Shells(), err)
	}
	if _, err := c.System(t.Context()); exchange.CodeOf(err) != exchange.CodeCancelled {
		t.Errorf("a closed one still looks: %v", err)
	}
}

func TestEveryWayToSignIn(t *testing.T) {
	for _, c := range []struct {
		name string
		tls  bool
		ways []negotiate.Way
		as   exchange.Authentication
	}{
		{"Basic over https", true, []negotiate.Way{negotiate.Basic}, exchange.AuthBasic},
		{"NTLM", false, []negotiate.Way{negotiate.Negotiate}, exchange.AuthNTLM},
		{"NTLM over https", true, []negotiate.Way{negotiate.Negotiate, negotiate.Basic}, exchange.AuthNTLM},
		{"Negotiate", false, []negotiate.Way{negotiate.Negotiate, negotiate.Kerberos}, exchange.AuthNegotiate},
		{"Negotiate over https", true, []negotiate.Way{negotiate.Negotiate}, exchange.AuthNegotiate},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, &winrmserver.Server{TLS: c.tls, Ways: c.ways})
			o := to(s)
			o.Authentication = c.as
			looks(t, s, o)
		})
	}
}

func TestKerberos(t *testing.T) {
	realm := kdc.Start(t, kdc.Options{})
	realm.AddUser(t, "admin", "ticket-Password1")
	t.Setenv("KRB5_CONFIG", realm.Config)
	t.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(t.TempDir(), "no-ticket"))
	keytab, err := os.ReadFile(realm.Keytab)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := negotiate.NewKerberosKeys(keytab, func(name, _ string) (string, bool) { return name, name == "admin" })
	if err != nil {
		t.Fatal(err)
	}
	for _, over := range []bool{false, true} {
		s := start(t, &winrmserver.Server{TLS: over, Kerberos: keys, Ways: []negotiate.Way{negotiate.Negotiate, negotiate.Kerberos}})
		o := to(s)
		o.User, o.Password = "admin@"+kdc.Realm, secret.New("ticket-Password1")
		for _, as := range []exchange.Authentication{exchange.AuthKerberos, exchange.AuthNegotiate} {
			o.Authentication = as
			c := open(t, o)
			if _, err := c.System(t.Context()); err != nil {
				t.Errorf("%s, TLS %v: %v", as, over, err)
			}
		}
		o.Authentication, o.Password = exchange.AuthKerberos, secret.New("wrong")
		_, err := remote.Open(t.Context(), o)
		wants(t, err, exchange.CodeSignInRefused)
		o.Password = secret.Secret{}
		_, err = remote.Open(t.Context(), o)
		wants(t, err, exchange.CodeNoTicket)
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	for name, c := range map[string]struct {
		server *winrmserver.Server
		ask    func(o *remote.Options)
		want   exchange.Code
	}{
		"wrong password, NTLM":      {&winrmserver.Server{}, func(o *remote.Options) { o.Password = secret.New("wrong") }, exchange.CodeSignInRefused},
		"wrong password, Basic":     {&winrmserver.Server{TLS: true, Ways: []negotiate.Way{negotiate.Basic}}, func(o *remote.Options) { o.Password, o.Authentication = secret.New("wrong"), exchange.AuthBasic }, exchange.CodeSignInRefused},
		"another user":              {&winrmserver.Server{}, func(o *remote.Options) { o.User = `FABRIKAM\nobody` }, exchange.CodeSignInRefused},
		"no password":               {&winrmserver.Server{}, func(o *remote.Options) { o.Password = secret.Secret{} }, exchange.CodeSignInRefused},
		"no administrator":          {&winrmserver.Server{NotAdministrator: true}, nil, remote.CodeNotAllowed},
		"Basic without https":       {&winrmserver.Server{}, func(o *remote.Options) { o.Authentication = exchange.AuthBasic }, remote.CodeBasicPlain},
		"Basic is not offered":      {&winrmserver.Server{TLS: true}, func(o *remote.Options) { o.Authentication = exchange.AuthBasic }, exchange.CodeWayNotOffered},
		"NTLM is not offered":       {&winrmserver.Server{TLS: true, Ways: []negotiate.Way{negotiate.Basic}}, nil, exchange.CodeWayNotOffered},
		"a client certificate":      {&winrmserver.Server{}, func(o *remote.Options) { o.Authentication = exchange.AuthCertificate }, remote.CodeNoSuchWay},
		"unknown authority":         {&winrmserver.Server{TLS: true}, func(o *remote.Options) { o.PrivateCA = nil }, exchange.CodeUntrusted},
		"no authority in a file":    {&winrmserver.Server{TLS: true}, func(o *remote.Options) { o.PrivateCA = []byte("not one") }, exchange.CodeUntrusted},
		"https where there is none": {&winrmserver.Server{}, func(o *remote.Options) { o.Host = strings.Replace(o.Host, "http:", "https:", 1) }, exchange.CodeTLSFailed},
		"another address":           {&winrmserver.Server{}, func(o *remote.Options) { o.Host += "x" }, remote.CodeNotWindows},
		"no name":                   {&winrmserver.Server{}, func(o *remote.Options) { o.Host = "no such name" }, remote.CodeBadHost},
		"a password in the name":    {&winrmserver.Server{}, func(o *remote.Options) { o.Host = "http://anna:geheim@pc01:5985" }, remote.CodeBadHost},
		"no such name":              {&winrmserver.Server{}, func(o *remote.Options) { o.Host = "pc01.invalid" }, remote.CodeUnknownName},
		"all shells in use":         {&winrmserver.Server{MaxShells: -1}, nil, remote.CodeBusy},
		"no shells of programs":     {&winrmserver.Server{Operation: func(*wsman.Request) *wsman.Fault { return wsman.FaultInvalidResourceURI() }}, nil, remote.CodeNotWindows},
		"another fault":             {&winrmserver.Server{Operation: func(*wsman.Request) *wsman.Fault { return wsman.FaultProvider("Shell", "", "the disk is full") }}, nil, remote.CodeRefused},
		"a web page":                {&winrmserver.Server{HTTP: page(http.StatusOK)}, nil, remote.CodeNotWindows},
		"a redirect":                {&winrmserver.Server{HTTP: page(http.StatusFound)}, nil, remote.CodeNotWindows},
		"the service is full":       {&winrmserver.Server{TLS: true, Ways: []negotiate.Way{negotiate.Basic}, HTTP: page(http.StatusServiceUnavailable)}, func(o *remote.Options) { o.Authentication = exchange.AuthBasic }, exchange.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, c.server)
			o := to(s)
			if c.ask != nil {
				c.ask(&o)
			}
			_, err := remote.Open(t.Context(), o)
			p := wants(t, err, c.want)
			if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), password) {
				t.Errorf("the error tells a password: %v", err)
			}
			if c.want == remote.CodeNotAllowed && (p.Args["user"] != user || p.Args["host"] != o.Host) {
				t.Errorf("%v", p.Args)
			}
			if s.Opened() != 0 {
				t.Error("a shell was opened all the same")
			}
		})
	}
}

// page answers whatever is asked for as a web server does.
func page(status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html>It works!</html>"))
		return true
	}
}

// Windows refuses what is not encrypted on a connection that is; nobody here sends such.
func TestNothingGoesInClear(t *testing.T) {
	var clear int
	s := start(t, &winrmserver.Server{HTTP: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.ContentLength != 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/encrypted") {
			clear++
		}
		return false
	}})
	looks(t, s, to(s))
	if clear > 0 {
		t.Errorf("%d messages went in clear", clear)
	}
}

func TestWhereNothingAnswers(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := closed.Addr().String()
	_ = closed.Close()
	_, err = remote.Open(t.Context(), remote.Options{Host: refusing, User: user, Password: secret.New(password), Authentication: exchange.AuthNTLM})
	_, port, _ := net.SplitHostPort(refusing)
	if p := wants(t, err, remote.CodeNotReachable); p.Args["ports"] != port || p.Args["host"] != refusing {
		t.Errorf("%v", p.Args)
	}

	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, scheme := range []string{"http://", "https://"} {
		o := remote.Options{
			Host: scheme + silent.Addr().String(), User: user, Password: secret.New(password), Authentication: exchange.AuthNTLM,
			ConnectTimeout: 200 * time.Millisecond, CommandTimeout: 200 * time.Millisecond,
		}
		began := time.Now()
		_, err := remote.Open(t.Context(), o)
		if code := exchange.CodeOf(err); code != remote.CodeNoAnswer && code != remote.CodeNotReachable {
			t.Errorf("%s: %v", scheme, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", scheme, took)
		}
		// A person who gives up does not wait for it.
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		o.CommandTimeout = time.Minute
		_, err = remote.Open(ctx, o)
		wants(t, err, exchange.CodeCancelled)
		// A caller's own time limit is no person who gives up.
		ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		o.ConnectTimeout = time.Minute
		_, err = remote.Open(ctx, o)
		cancel()
		wants(t, err, remote.CodeNoAnswer)
	}
}

// A name alone is tried at the two ports of Windows Remote Management.
func TestWhichPort(t *testing.T) {
	const host = "127.0.0.77"
	o := remote.Options{
		Host: host, User: user, Password: secret.New(password), Authentication: exchange.AuthNTLM, ConnectTimeout: 2 * time.Second,
	}
	listen := func(port string, over bool) *winrmserver.Server {
		t.Helper()
		l, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if err != nil {
			t.Skipf("this computer has no such address, or the port is taken: %v", err)
		}
		_ = l.Close()
		return start(t, &winrmserver.Server{Listen: net.JoinHostPort(host, port), TLS: over})
	}
	_, err := remote.Open(t.Context(), o)
	if p := wants(t, err, remote.CodeNotReachable); p.Args["ports"] != "5985, 5986" {
		t.Errorf("%v", p.Args)
	}
	secure := listen("5986", true)
	_, err = remote.Open(t.Context(), o)
	wants(t, err, exchange.CodeUntrusted)
	o.PrivateCA = secure.CACert()
	looks(t, secure, o)
	plain := listen("5985", false)
	o.PrivateCA = nil
	looks(t, plain, o)
	o.PrivateCA = secure.CACert() // https first
	if _, err := open(t, o).System(t.Context()); err != nil || plain.Opened() != 1 || secure.Opened() != 2 {
		t.Errorf("%v; %d shells without https, %d with", err, plain.Opened(), secure.Opened())
	}
}
