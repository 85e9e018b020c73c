package remote

import (
	"context"
	"strings"
	"sync"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/secret"
)

// Opener opens several computers with the same accounts. The first sign-in of a domain's account goes ahead of the
// others, and a password that was refused is not tried at the next computer: ten at once would lock the account.
// Kerberos tickets are asked for once. The zero value works; it is safe for use from several goroutines.
type Opener struct {
	mu       sync.Mutex
	accounts []*account
}

// refusalHolds is how long a refused password is taken for refused everywhere.
const refusalHolds = time.Minute

// account is who signs in, and what became of it.
type account struct {
	user     string
	password secret.Secret
	way      exchange.Authentication
	kerberos *httpauth.Kerberos

	turn chan struct{} // held by the sign-in that goes ahead

	mu      sync.Mutex
	proven  bool
	refusal *exchange.Problem
	refused time.Time
}

// Open is as Open of the package.
func (p *Opener) Open(ctx context.Context, o Options) (*Computer, error) {
	o.setDefaults()
	a := p.account(o)
	return open(ctx, o, a.kerberos, func(ctx context.Context, signIn func() error) error {
		if !ofDomain(o.User) { // each computer has its own account of that name
			return signIn()
		}
		return a.signIn(ctx, o, signIn)
	})
}

// signIn signs in, alone while nobody knows whether the password is right.
func (a *account) signIn(ctx context.Context, o Options, signIn func() error) error {
	if proven, refusal := a.known(o); refusal != nil {
		return refusal
	} else if !proven {
		select {
		case a.turn <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		// A computer that takes longer to answer than one may take to connect does not keep the others waiting.
		over := sync.OnceFunc(func() { <-a.turn })
		late := time.AfterFunc(o.ConnectTimeout, over)
		defer func() { late.Stop(); over() }()
		if _, refusal = a.known(o); refusal != nil {
			return refusal
		}
	}
	err := signIn()
	a.learn(err)
	return err
}

func (p *Opener) account(o Options) *account {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.accounts {
		if strings.EqualFold(a.user, o.User) && a.password.Reveal() == o.Password.Reveal() && a.way == o.Authentication {
			return a
		}
	}
	a := &account{
		user: o.User, password: o.Password, way: o.Authentication, turn: make(chan struct{}, 1),
		kerberos: &httpauth.Kerberos{User: o.User, Password: o.Password},
	}
	p.accounts = append(p.accounts, a)
	return a
}

// known tells whether somebody has signed in with the account, or was refused a moment ago.
func (a *account) known(o Options) (proven bool, refusal *exchange.Problem) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refusal == nil || time.Since(a.refused) > refusalHolds {
		return a.proven, nil
	}
	again := *a.refusal
	again.Args = map[string]string{}
	for name, text := range a.refusal.Args {
		again.Args[name] = text
	}
	again.Args["host"] = o.Host
	return false, &again
}

// learn keeps what a sign-in says of the account: that it may go on, or a refusal that counts against it.
func (a *account) learn(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.proven, a.refusal = true, nil
		return
	}
	switch p := exchange.AsProblem(err); p.Code {
	case exchange.CodeSignInRefused, exchange.CodeAccountDisabled, exchange.CodePasswordExpired, exchange.CodeAccountUnknown:
		a.refusal, a.refused = p, time.Now()
	case CodeNotAllowed:
		a.proven = true // the password is right
	}
}

// ofDomain tells whether a user name is one of a domain, which every computer asks about in the same place.
func ofDomain(user string) bool {
	domain, _, found := strings.Cut(user, `\`)
	return found && domain != "." && domain != "" || !found && strings.Contains(user, "@")
}
