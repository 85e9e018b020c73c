// Package signindialog is the first screen: the ways to sign in that work today, the last account offered
// first, and what went wrong beside the field it concerns. Signing in is proven by opening a session, so a
// wrong password shows here and not at the first question.
//
// The model says what is to be seen, the flow reads, asks and signs in away from the screen, the panel draws.
package signindialog

import (
	"context"
	"sync"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// Field is a place of the screen that a problem can concern.
type Field uint8

// The fields.
const (
	NoField Field = iota // none of them: above the button
	AccountField
	PasswordField
	AddressField
	WayField         // how to sign in
	CertificateField // the file with the client certificate
	ProxyField
	AuthorityField // the file with a private certificate authority
	SampleField    // the card of the sample partner
)

// detail tells whether a field is below the fold with the connection details.
func (f Field) detail() bool { return f >= AddressField && f <= AuthorityField }

// Busy says what is under way.
type Busy uint8

// What can be under way.
const (
	Idle Busy = iota
	SigningIn
	StartingSample
)

// Model is what is to be seen. It belongs to the UI goroutine.
type Model struct {
	User     string
	Password secret.Secret
	Remember bool
	URL      string
	CAFile   string // a PEM file, empty for none
	Details  bool   // the connection details are unfolded

	Way      exchange.Authentication
	CertFile string // PEM file of the client certificate, for exchange.AuthCertificate
	KeyFile  string // PEM file of its key, empty when it is in CertFile too

	Proxy         exchange.ProxyMode
	ProxyURL      string // of exchange.ProxyManual, with the two below
	ProxyUser     string // empty for a proxy that asks nobody
	ProxyPassword secret.Secret

	Accounts []string // that signed in before, the last one first
	Kept     bool     // Password came from the system's store
	Filled   int      // grows whenever fields were filled in by the program

	Busy     Busy
	Question *Question     // to be answered before signing in goes on; nil for none
	Behind   []jobs.Holder // sessions of the account that are in the way of signing in

	At      Field             // where Problem or Missing is shown
	Problem *exchange.Problem // why it did not work; nil for none
	Missing string            // key of the words for a field that was left empty; empty for none

	names map[exchange.CustomerID]string
}

// Name is a customer's name for the screen, empty for the account's own organisation.
func (m *Model) Name(id exchange.CustomerID) string {
	if name := m.names[id]; name != "" {
		return name
	}
	return string(id)
}

// rest notes that nothing is under way any more.
func (m *Model) rest() { m.Busy, m.Question, m.Behind = Idle, nil, nil }

// NeedsPassword tells whether the way to sign in cannot do without a password.
func (m *Model) NeedsPassword() bool {
	return m.Way != exchange.AuthCertificate && m.Way != exchange.AuthKerberos
}

// TakesPassword tells whether a password is of any use.
func (m *Model) TakesPassword() bool { return m.Way != exchange.AuthCertificate }

// NeedsAccount tells whether the way to sign in cannot do without an account.
func (m *Model) NeedsAccount() bool {
	switch m.Way {
	case exchange.AuthCertificate:
		return false
	case exchange.AuthKerberos:
		return !m.Password.Empty()
	}
	return true
}

// fieldOf tells which field a failure concerns.
func fieldOf(code exchange.Code) Field {
	switch code {
	case exchange.CodeSignInRefused, exchange.CodeNoPassword, exchange.CodePasswordExpired, exchange.CodeNoTicket,
		exchange.CodeTicketExpired, exchange.CodeTicketStore:
		return PasswordField
	case exchange.CodeRemotePowerShellOff, exchange.CodeMFANeeded, exchange.CodeSignInBlocked,
		exchange.CodeAccountDisabled, exchange.CodeAccountUnknown, exchange.CodeAccountAttention,
		exchange.CodeAccessDenied, exchange.CodeNoRole:
		return AccountField
	case exchange.CodeNameNotFound, exchange.CodeNotReachable, exchange.CodeTimeout, exchange.CodeTLSFailed,
		exchange.CodeRetired, exchange.CodeNotHTTPS, exchange.CodeBadURL, exchange.CodeNotRemoting,
		exchange.CodeForbidden, exchange.CodeServerUnknown, exchange.CodeRedirectLoop,
		exchange.CodeRedirectInsecure, exchange.CodeRedirectRefused, exchange.CodeRedirectLookAlike,
		exchange.CodeRedirectInvalid:
		return AddressField
	case exchange.CodeNoBasic, exchange.CodeWayNotOffered:
		return WayField
	case exchange.CodeCertificateMissing, exchange.CodeCertificateRefused, signin.CodeCertificateUnreadable:
		return CertificateField
	case exchange.CodeProxy, exchange.CodeProxySignIn, exchange.CodeProxyRefused:
		return ProxyField
	case exchange.CodeUntrusted, codeBadCA, codeCannotOpen:
		return AuthorityField
	}
	return NoField
}

// Sample is the sample partner, started.
type Sample struct {
	URL        string
	Credential exchange.Credential
	PrivateCA  []byte // PEM
	Customers  []customers.Customer

	// Connector is a connector that notes its sessions nowhere, because they end with the program like the
	// partner itself; nil is the one for all accounts.
	Connector exchange.Connector

	Close func() // stops it; after the sessions are closed
}

// Question asks whether to follow a redirect to a host that is not known to belong to the first one.
type Question struct {
	From, To string // hosts
	answer   chan<- bool
	once     sync.Once
}

// Answer answers; only the first answer counts.
func (q *Question) Answer(yes bool) { q.once.Do(func() { q.answer <- yes }) }

// Redirects asks about redirects, once for each host. It serves signing in and every session opened later.
type Redirects struct {
	mu      sync.Mutex
	asking  sync.Mutex // one question at a time
	allowed map[string]bool
	show    func(*Question)
}

// Listen says who shows questions from now on; nil refuses them. show is called on any goroutine, with nil
// when the question is over.
func (r *Redirects) Listen(show func(*Question)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.show = show
}

// Ask is exchange.Target.AllowRedirect: it waits for a person, or for ctx.
func (r *Redirects) Ask(ctx context.Context, from, to string) bool {
	r.asking.Lock()
	defer r.asking.Unlock()
	host := hostOf(to)
	r.mu.Lock()
	known, show := r.allowed[host], r.show
	r.mu.Unlock()
	if known || show == nil {
		return known
	}
	answer := make(chan bool, 1)
	show(&Question{From: hostOf(from), To: host, answer: answer})
	defer show(nil)
	select {
	case yes := <-answer:
		if yes {
			r.mu.Lock()
			if r.allowed == nil {
				r.allowed = map[string]bool{}
			}
			r.allowed[host] = true
			r.mu.Unlock()
		}
		return yes
	case <-ctx.Done():
		return false
	}
}
