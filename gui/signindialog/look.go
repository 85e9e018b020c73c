package signindialog

import (
	"context"
	"reflect"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
)

// Look is what the form says of an account and its connection, for whoever looks whether it can work. The
// password is not in it.
type Look struct {
	User, Address  string
	Proxy          exchange.Proxy
	Authentication exchange.Authentication

	NeedsPassword, HasPassword bool
	PasswordSpaced             bool              // it begins or ends with a space
	Refused                    *exchange.Problem // what the very same words met the last time; nil for nothing

	with given
	o    Options
}

// Look returns what the form says now.
func (f *Flow) Look() Look {
	m := &f.model
	l := Look{User: strings.TrimSpace(m.User), Address: strings.TrimSpace(m.URL), Authentication: m.Way,
		NeedsPassword: m.NeedsPassword(), HasPassword: !m.Password.Empty(), o: f.o,
		with: given{profile: f.profile(), password: m.Password, proxyPassword: m.ProxyPassword}}
	l.with.profile.User, l.with.profile.URL = l.User, l.Address
	l.Proxy = l.with.profile.Way()
	if l.Proxy.User != "" {
		l.Proxy.Password = m.ProxyPassword
	}
	typed := m.Password.Reveal()
	l.PasswordSpaced = strings.TrimSpace(typed) != typed
	if f.refused != nil && f.tried.same(l.with) {
		l.Refused = f.refused
	}
	return l
}

func (g given) same(other given) bool {
	return reflect.DeepEqual(g.profile, other.profile) && g.password.Reveal() == other.password.Reveal() && g.proxyPassword.Reveal() == other.proxyPassword.Reveal()
}

// Authority reads the private certificate authority that was named; nil for none. It blocks.
func (l Look) Authority() ([]byte, error) { return readAuthority(l.with.profile.CAFile) }

// Sessions returns what sessions of the account can be opened with, none of them open. Whoever asks closes
// them. It blocks while it reads files.
func (l Look) Sessions() (*jobs.Sessions, error) {
	account, err := l.with.account(l.o.Connector, func(context.Context, string, string) bool { return false })
	if err != nil {
		return nil, err
	}
	account.Places, account.Leftovers = l.o.Places, l.o.Leftovers
	return jobs.NewSessions(account), nil
}

// ReadAuthority reads a PEM file with certificate authorities. Its error is a *exchange.Problem.
func ReadAuthority(path string) ([]byte, error) { return readAuthority(path) }

// Reveal unfolds the connection details and gives the keyboard to one of their fields.
func (f *Flow) Reveal(at Field) {
	f.model.Details = f.model.Details || at.detail()
	f.changed()
	if f.OnReveal != nil {
		f.OnReveal(at)
	}
}
