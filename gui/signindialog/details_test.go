package signindialog_test

import (
	"context"
	"encoding/pem"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/core/wording"
	"tenantry/gui/kit/files"
	"tenantry/gui/kit/loop"
	"tenantry/gui/kit/theme"
	"tenantry/gui/signindialog"
)

// server notes how it was come to, and opens a session unless it has a reason not to.
type server struct {
	mu     sync.Mutex
	to     exchange.Target
	with   exchange.Credential
	came   int
	reason *exchange.Problem
}

func (s *server) Connect(_ context.Context, to exchange.Target, with exchange.Credential) (exchange.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to, s.with = to, with
	s.came++
	if s.reason != nil {
		return nil, s.reason
	}
	return session{}, nil
}

// session is one that is only opened and closed.
type session struct{ exchange.Session }

func (session) Supports() exchange.Capabilities { return exchange.Capabilities{MaxParallel: 1} }
func (session) Close(context.Context) error     { return nil }

// store is a secret store in memory.
type store struct {
	mu   sync.Mutex
	kept map[string]secret.Secret
}

func (v *store) Load(key string) (secret.Secret, bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.kept[key]
	return s, ok, nil
}

func (v *store) Save(key string, s secret.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept[key] = s
	return nil
}

func (v *store) Delete(key string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kept, key)
	return nil
}

// desk is the first screen of a computer whose saved connections and secret store outlive it.
type desk struct {
	t      *testing.T
	path   string
	vault  *store
	server *server
	queue  *loop.Queue
	lang   string

	flow  *signindialog.Flow
	panel *signindialog.Panel
	win   fyne.Window
	in    *signindialog.SignedIn
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.Theme{Mode: theme.Light})
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "connections.json"), vault: &store{kept: map[string]secret.Secret{}},
		server: &server{}, queue: loop.NewQueue(), lang: "en"}
	d.open()
	t.Cleanup(func() {
		d.leave()
		d.queue.Close()
	})
	return d
}

// open starts the first screen, as the program does.
func (d *desk) open() {
	d.t.Helper()
	d.do(func() {
		d.flow = signindialog.NewFlow(signindialog.Options{Loop: d.queue, Vault: d.vault, Connector: d.server, Redirects: &signindialog.Redirects{},
			Profiles: signin.OpenProfiles(d.path)})
		d.flow.OnSignedIn = func(in signindialog.SignedIn) { d.in = &in }
		d.panel = signindialog.NewPanel(d.flow, wording.For(d.lang), d.queue, files.System{})
		d.win = test.NewWindow(d.panel.Content())
		d.win.SetPadded(false)
		d.win.Resize(fyne.NewSize(900, 980))
		d.flow.Load()
	})
}

// leave closes the screen and what was opened from it.
func (d *desk) leave() {
	if d.in != nil {
		if err := d.in.Sessions.CloseAll(context.Background()); err != nil {
			d.t.Error(err)
		}
		d.in = nil
	}
	d.do(func() { d.win.Close() })
}

func (d *desk) do(f func()) {
	d.t.Helper()
	d.queue.Do(f)
	<-d.queue.Idle()
}

func (d *desk) shot(name string) {
	d.t.Helper()
	folder := os.Getenv("TENANTRY_SHOTS")
	if folder == "" {
		return
	}
	d.queue.Do(func() {
		f, err := os.Create(filepath.Join(folder, name+".png"))
		if err != nil {
			d.t.Error(err)
			return
		}
		defer f.Close()
		if err := png.Encode(f, d.win.Canvas().Capture()); err != nil {
			d.t.Error(err)
		}
	})
}

// What a connection needs is asked for, reaches the server, and is there again the next time.
func TestEveryWayToSignIn(t *testing.T) {
	folder := t.TempDir()
	file := func(name, kind string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(name)}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate, key := file("anna.pem", "CERTIFICATE"), file("anna.key", "PRIVATE KEY")
	for _, c := range []struct {
		name    string
		fill    func(f *signindialog.Flow)
		missing []signindialog.Field // what is asked for, one after the other, while nothing is filled in
		check   func(t *testing.T, to exchange.Target, with exchange.Credential)
		kept    []string // secrets in the store afterwards
	}{
		{name: "basic", missing: []signindialog.Field{signindialog.AccountField},
			fill: func(f *signindialog.Flow) {
				f.SetUser("anna@fabrikam.example")
				f.SetPassword(secret.New("pass word"))
			},
			check: func(t *testing.T, to exchange.Target, with exchange.Credential) {
				if with.Authentication != exchange.AuthBasic || with.Password.Reveal() != "pass word" || to.URL != signin.DefaultURL {
					t.Errorf("it came to %s as %+v", to.URL, with)
				}
			}, kept: []string{"pass word"}},
		{name: "ntlm through a proxy", missing: []signindialog.Field{signindialog.AccountField},
			fill: func(f *signindialog.Flow) {
				f.SetWay(exchange.AuthNTLM)
				f.SetUser(`FABRIKAM\anna`)
				f.SetPassword(secret.New("pass word"))
				f.SetURL("http://mail.fabrikam.example/PowerShell")
				f.SetProxy(exchange.ProxyManual)
				f.SetProxyURL("http://proxy.fabrikam.example:8080")
				f.SetProxyUser("anna")
				f.SetProxyPassword(secret.New("for the proxy"))
			},
			check: func(t *testing.T, to exchange.Target, with exchange.Credential) {
				if with.Authentication != exchange.AuthNTLM || with.User != `FABRIKAM\anna` {
					t.Errorf("it came as %+v", with)
				}
				if p := to.Proxy; p.Mode != exchange.ProxyManual || p.URL != "http://proxy.fabrikam.example:8080" || p.User != "anna" || p.Password.Reveal() != "for the proxy" {
					t.Errorf("it came through %+v", to.Proxy)
				}
			}, kept: []string{"pass word", "for the proxy"}},
		{name: "a ticket", fill: func(f *signindialog.Flow) {
			f.SetWay(exchange.AuthKerberos)
			f.SetURL("http://mail.fabrikam.example/PowerShell")
			f.SetProxy(exchange.ProxyNone)
		},
			check: func(t *testing.T, to exchange.Target, with exchange.Credential) {
				if with.Authentication != exchange.AuthKerberos || !with.Password.Empty() || to.Proxy.Mode != exchange.ProxyNone {
					t.Errorf("it came through %+v as %+v", to.Proxy, with)
				}
			}},
		{name: "a certificate", missing: []signindialog.Field{signindialog.CertificateField},
			fill: func(f *signindialog.Flow) {
				f.SetWay(exchange.AuthCertificate)
				f.SetURL("https://mail.fabrikam.example/PowerShell")
				f.SetCertFile(certificate)
				f.SetKeyFile(key)
			},
			check: func(t *testing.T, _ exchange.Target, with exchange.Credential) {
				text := with.ClientCertificate.Reveal()
				if with.Authentication != exchange.AuthCertificate || strings.Count(text, "BEGIN CERTIFICATE") != 1 || strings.Count(text, "BEGIN PRIVATE KEY") != 1 {
					t.Errorf("it came as %+v", with)
				}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			for _, field := range c.missing {
				d.do(func() {
					if field == signindialog.CertificateField {
						d.flow.SetWay(exchange.AuthCertificate)
					}
					d.flow.SignIn()
				})
				if m := d.flow.Model(); m.At != field || m.Missing == "" || d.server.came != 0 {
					t.Errorf("without it, it says %q at %d", m.Missing, m.At)
				}
			}
			d.do(func() {
				c.fill(d.flow)
				d.flow.SetRemember(true)
				d.flow.SignIn()
			})
			if d.in == nil {
				t.Fatalf("not signed in: %+v", d.flow.Model().Problem)
			}
			c.check(t, d.server.to, d.server.with)
			if d.in.NotKept != nil {
				t.Errorf("not kept: %v", d.in.NotKept)
			}
			if len(d.vault.kept) != len(c.kept) {
				t.Errorf("%d secrets are kept, want %d", len(d.vault.kept), len(c.kept))
			}
			text, err := os.ReadFile(d.path)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range c.kept {
				if strings.Contains(string(text), s) {
					t.Errorf("a secret stands in the file of connections")
				}
			}

			// The next day all of it is there, and signing in is one press.
			first := *d.flow.Model()
			d.leave()
			d.open()
			d.shot("signin-" + strings.ReplaceAll(c.name, " ", "-"))
			m := *d.flow.Model()
			if m.User != first.User || m.URL != first.URL || m.Way != first.Way || m.CertFile != first.CertFile || m.KeyFile != first.KeyFile ||
				m.Proxy != first.Proxy || m.ProxyURL != first.ProxyURL || m.ProxyUser != first.ProxyUser ||
				m.Password.Reveal() != first.Password.Reveal() || m.ProxyPassword.Reveal() != first.ProxyPassword.Reveal() {
				t.Errorf("the next day it shows %+v, want %+v", m, first)
			}
			d.do(d.flow.SignIn)
			if d.in == nil || d.server.came != 2 {
				t.Fatalf("the next day: %+v", d.flow.Model().Problem)
			}
			c.check(t, d.server.to, d.server.with)

			// Who no longer wants to be remembered is forgotten.
			d.leave()
			d.open()
			d.do(func() {
				d.flow.SetRemember(false)
				d.flow.SignIn()
			})
			if d.in == nil || len(d.vault.kept) != 0 {
				t.Errorf("%d secrets are still kept", len(d.vault.kept))
			}
		})
	}
}

// What went wrong shows beside the field it concerns, with that field in sight, and a step where there is one.
func TestProblemsStandBesideTheirField(t *testing.T) {
	for _, c := range []struct {
		code exchange.Code
		at   signindialog.Field
	}{
		{exchange.CodeSignInRefused, signindialog.PasswordField},
		{exchange.CodeMFANeeded, signindialog.AccountField},
		{exchange.CodeRemotePowerShellOff, signindialog.AccountField},
		{exchange.CodeRetired, signindialog.AddressField},
		{exchange.CodeWayNotOffered, signindialog.WayField},
		{exchange.CodeCertificateRefused, signindialog.CertificateField},
		{exchange.CodeProxySignIn, signindialog.ProxyField},
		{exchange.CodeUntrusted, signindialog.AuthorityField},
		{exchange.CodeSessionLimit, signindialog.NoField},
	} {
		t.Run(string(c.code), func(t *testing.T) {
			d := newDesk(t)
			d.server.reason = &exchange.Problem{Code: c.code, Args: map[string]string{"user": "anna@fabrikam.example", "host": "mail.fabrikam.example", "limit": "3"}}
			d.do(func() {
				d.flow.SetUser("anna@fabrikam.example")
				d.flow.SetPassword(secret.New("pass word"))
				d.flow.SignIn()
			})
			m := d.flow.Model()
			if m.At != c.at || m.Problem == nil || m.User != "anna@fabrikam.example" || m.Password.Reveal() != "pass word" {
				t.Errorf("it says %v at %d", m.Problem, m.At)
			}
			if below := c.at >= signindialog.AddressField && c.at <= signindialog.AuthorityField; m.Details != below {
				t.Errorf("the connection details are open: %v", m.Details)
			}
			d.shot("signin-problem-" + string(c.code))
		})
	}
}
