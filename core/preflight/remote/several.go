package remote

import (
	"context"
	"strings"
	"sync"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/httpauth"
	"tenantry/core/preflight"
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

// Looked is what was found of one computer.
type Looked struct {
	Host     string
	Findings []preflight.Finding // in the order of its checks; one of preflight.Unreachable where it could not be looked at
}

// All looks at several computers, at most limit side by side, 0 for all at once. subject says what is looked at
// of each. deliver hears every finding as it comes, one call at a time, on any goroutine; nil is allowed. The
// result is in the order of computers, and lacks none of them. Every connection is closed when All returns.
func All(ctx context.Context, computers []Options, subject func(*Computer) preflight.Subject, limit int, deliver func(host string, f preflight.Finding)) []Looked {
	if limit <= 0 || limit > len(computers) {
		limit = len(computers)
	}
	var telling sync.Mutex
	tell := func(host string, f preflight.Finding) {
		if deliver != nil {
			telling.Lock()
			defer telling.Unlock()
			deliver(host, f)
		}
	}
	var opener Opener
	all := make([]Looked, len(computers))
	room := make(chan struct{}, limit)
	var work sync.WaitGroup
	for i, o := range computers {
		work.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			all[i].Host = o.Host
			c, err := opener.Open(ctx, o)
			if err != nil {
				f := preflight.Unreachable(err)
				tell(o.Host, f)
				all[i].Findings = []preflight.Finding{f}
				return
			}
			defer func() { _ = c.Close(ctx) }() // Windows ends what stays after a while
			all[i].Findings = preflight.Run(ctx, preflight.Checks(subject(c)), func(f preflight.Finding) { tell(o.Host, f) })
		})
	}
	work.Wait()
	return all
}
