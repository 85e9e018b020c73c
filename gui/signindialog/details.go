package signindialog

import (
	"context"
	"crypto/x509"
	"os"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// Ways are the ways to sign in, in the order they are offered.
func Ways() []exchange.Authentication {
	return []exchange.Authentication{exchange.AuthBasic, exchange.AuthNegotiate, exchange.AuthKerberos, exchange.AuthNTLM, exchange.AuthCertificate}
}

// Proxies are the ways out of the network, in the order they are offered.
func Proxies() []exchange.ProxyMode {
	return []exchange.ProxyMode{exchange.ProxySystem, exchange.ProxyNone, exchange.ProxyManual}
}

// SetURL takes what a person typed, as SetUser does.
func (f *Flow) SetURL(text string) {
	if text != f.model.URL {
		f.model.URL, f.touched = text, true
		f.typed(AddressField)
	}
}

// SetCAFile takes the file that was chosen or typed.
func (f *Flow) SetCAFile(path string) { f.setText(&f.model.CAFile, path, AuthorityField) }

// SetCertFile takes the file that was chosen or typed.
func (f *Flow) SetCertFile(path string) { f.setText(&f.model.CertFile, path, CertificateField) }

// SetKeyFile takes the file that was chosen or typed.
func (f *Flow) SetKeyFile(path string) { f.setText(&f.model.KeyFile, path, CertificateField) }

// SetProxyURL takes what a person typed.
func (f *Flow) SetProxyURL(text string) { f.setText(&f.model.ProxyURL, text, ProxyField) }

// SetProxyUser takes what a person typed.
func (f *Flow) SetProxyUser(text string) { f.setText(&f.model.ProxyUser, text, ProxyField) }

// SetProxyPassword takes what a person typed.
func (f *Flow) SetProxyPassword(s secret.Secret) {
	f.model.ProxyPassword, f.touched = s, true
	f.typed(ProxyField)
}

func (f *Flow) setText(field *string, text string, at Field) {
	if *field != text {
		*field, f.touched = text, true
		f.typed(at)
	}
}

// SetWay chooses how to sign in. What belongs to another way stays as it is, in case it is chosen again.
func (f *Flow) SetWay(way exchange.Authentication) {
	if f.model.Way != way {
		f.model.Way, f.touched = way, true
		f.clear()
		f.changed()
	}
}

// SetProxy chooses the way out of the network.
func (f *Flow) SetProxy(mode exchange.ProxyMode) {
	if f.model.Proxy != mode {
		f.model.Proxy, f.touched = mode, true
		f.clear()
		f.changed()
	}
}

// fill changes fields as the program does, not a person, so that the screen shows it.
func (f *Flow) fill(set func()) {
	set()
	f.model.Filled++
	f.changed()
}

// take fills in a saved connection, without its passwords.
func (m *Model) take(p signin.Profile) {
	m.User, m.URL, m.CAFile, m.Remember = p.User, p.Address(), p.CAFile, p.Remember
	m.Password, m.ProxyPassword, m.Kept = secret.Secret{}, secret.Secret{}, false
	m.Way, m.CertFile, m.KeyFile = p.Authentication, p.ClientCertFile, p.ClientKeyFile
	proxy := p.Way()
	m.Proxy, m.ProxyURL, m.ProxyUser = proxy.Mode, proxy.URL, proxy.User
	m.Details = m.URL != signin.DefaultURL || m.Way != exchange.AuthBasic || m.Proxy != exchange.ProxySystem || m.CAFile != ""
}

// missing tells what must be filled in before anything is sent, with the key of its words.
func (m *Model) missing() (Field, string) {
	switch {
	case m.User == "" && m.NeedsAccount():
		return AccountField, "window.signin.no-account"
	case m.Password.Empty() && m.NeedsPassword():
		return PasswordField, "window.signin.no-password"
	case m.Way == exchange.AuthCertificate && m.CertFile == "":
		return CertificateField, "window.signin.no-certificate"
	case m.Proxy == exchange.ProxyManual && m.ProxyURL == "":
		return ProxyField, "window.signin.no-proxy"
	}
	return NoField, ""
}

// profile is what the form says, as it is saved when it worked.
func (f *Flow) profile() signin.Profile {
	m := &f.model
	p := signin.Profile{Name: m.User, Connection: exchange.Classic, User: m.User}
	if p.Name == "" {
		p.Name = hostOf(m.URL) // a certificate or a ticket says itself whose it is
	}
	for _, old := range f.profiles {
		if strings.EqualFold(old.User, m.User) && (m.User != "" || strings.EqualFold(old.Name, p.Name)) {
			p = old
			break
		}
	}
	p.URL, p.CAFile, p.Remember = m.URL, strings.TrimSpace(m.CAFile), m.Remember
	p.Authentication, p.ClientCertFile, p.ClientKeyFile = m.Way, "", ""
	if m.Way == exchange.AuthCertificate {
		p.ClientCertFile, p.ClientKeyFile = strings.TrimSpace(m.CertFile), strings.TrimSpace(m.KeyFile)
	}
	p.Proxy, p.ProxyUser = string(m.Proxy), ""
	if m.Proxy == exchange.ProxyManual {
		p.Proxy, p.ProxyUser = strings.TrimSpace(m.ProxyURL), strings.TrimSpace(m.ProxyUser)
	}
	return p
}

// given is everything a person gave to sign in with.
type given struct {
	profile                 signin.Profile
	password, proxyPassword secret.Secret
}

// account reads the files that were named and puts together what sessions are opened with. It blocks.
func (g given) account(connector exchange.Connector, redirect func(ctx context.Context, from, to string) bool) (jobs.Account, error) {
	p := g.profile
	authority, err := readAuthority(p.CAFile)
	if err != nil {
		return jobs.Account{}, err
	}
	certificate, err := p.ClientCertificate()
	if err != nil {
		return jobs.Account{}, err
	}
	proxy := p.Way()
	if proxy.User != "" {
		proxy.Password = g.proxyPassword
	}
	credential := exchange.Credential{User: p.User, Authentication: p.Authentication, ClientCertificate: certificate}
	if p.Authentication != exchange.AuthCertificate {
		credential.Password = g.password
	}
	return jobs.Account{
		Connector: connector, Credential: credential, MaxSessions: p.MaxSessions,
		Target: exchange.Target{URL: p.Address(), PrivateCA: authority, Proxy: proxy, AllowRedirect: redirect},
	}, nil
}

// keep saves the connection that worked, and its passwords when that was asked for.
func (f *Flow) keep(g given) *exchange.Problem {
	p := g.profile
	if p.URL == signin.DefaultURL {
		p.URL = ""
	}
	if err := f.o.Profiles.Save(p); err != nil {
		return exchange.AsProblem(err)
	}
	if err := f.o.Profiles.Used(p.Name); err != nil {
		return exchange.AsProblem(err)
	}
	if p.Remember {
		if err := f.store(p.PasswordKey(), g.password); err != nil {
			return exchange.AsProblem(err)
		}
		if err := f.store(proxyKey(p), g.proxyPassword); err != nil {
			return exchange.AsProblem(err)
		}
		return nil
	}
	for _, old := range f.profiles {
		if old.Name == p.Name && old.Remember {
			if err := f.o.Vault.Delete(p.PasswordKey()); err != nil {
				return exchange.AsProblem(err)
			}
			if key := proxyKey(old); key != "" {
				if err := f.o.Vault.Delete(key); err != nil {
					return exchange.AsProblem(err)
				}
			}
		}
	}
	return nil
}

func (f *Flow) store(key string, s secret.Secret) error {
	if key == "" || s.Empty() {
		return nil
	}
	return f.o.Vault.Save(key, s)
}

// proxyKey names the password for a connection's proxy in a vault, empty when it needs none.
func proxyKey(p signin.Profile) string {
	if p.ProxyUser == "" || p.Way().Mode != exchange.ProxyManual {
		return ""
	}
	return p.ProxyPasswordKey()
}

func readAuthority(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, &exchange.Problem{Code: codeCannotOpen, Args: map[string]string{"path": path}, Cause: err}
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return nil, &exchange.Problem{Code: codeBadCA, Args: map[string]string{"path": path}}
	}
	return pem, nil
}
