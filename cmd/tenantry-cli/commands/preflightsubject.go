package commands

import (
	"context"
	"strings"

	"tenantry/assets"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/preflight/here"
	"tenantry/core/preflight/probe"
	"tenantry/core/proxy"
	"tenantry/core/signin"
	"tenantry/core/updates"
)

// link is the connection that the flags choose, also on a computer whose folders or journal are what is wrong:
// then it has no journal. Without a connection it is that of nobody, at the hosts of Exchange Online.
func (o *preflightOptions) link(ctx context.Context, a *app) (*link, error) {
	f := &o.connect
	var l *link
	switch {
	case f.profile == "" && f.url == "" && !f.sample:
		if f.given() {
			return nil, usage(codeNoConnection, map[string]string{"known": joined(a.profileNames(), 5)})
		}
		l = &link{}
	default:
		err := f.single(a)
		if err != nil {
			return nil, err
		}
		if l, err = f.chosen(a); err != nil {
			return nil, err
		}
	}
	options := classic.Options{Version: assets.Version}
	if a.folders.Make() == nil {
		if log, err := journal.Open(ctx, a.folders.Journal()); err == nil {
			l.journal = log
			if !f.sample {
				options.Shells = log.Shells()
			}
		}
	}
	l.connector = classic.New(options)
	end := l.close
	l.close = func() {
		if end != nil {
			end()
		}
		if l.journal != nil {
			_ = l.journal.Close()
		}
	}
	return l, nil
}

// subject is this computer with the connection l.
func (o *preflightOptions) subject(ctx context.Context, a *app, l *link) (preflight.Subject, error) {
	s := preflight.Subject{Endpoints: preflight.EndpointsFor(l.url, l.privateCA), Folders: &a.folders, Vault: signin.SystemVault()}
	if len(s.Endpoints) == 0 {
		shown := withoutQuery(l.url)
		return s, usage(exchange.CodeBadURL, map[string]string{"url": shown[strings.LastIndexByte(shown, '@')+1:]}) // in front of it a password may stand
	}
	if l.proxy.User != "" {
		l.proxy.Password, _, _ = s.Vault.Load(signin.PasswordKey(l.proxy.User, l.proxy.URL)) // without it the proxy says what it wants
	}
	through, from, err := proxyOf(l.proxy)
	if err != nil {
		return s, usage(codeBadProxy, map[string]string{"url": withoutQuery(l.proxy.URL)})
	}
	s.Proxy, s.ProxyFrom = preflight.ProxyFunc(through), string(from)
	s.Computer = here.New(probe.New(probe.Options{Proxy: s.Proxy}).Reach)
	if l.journal != nil {
		s.Sessions = preflight.LeftBy(jobs.NewLeftovers(jobs.LeftOptions{
			Log: l.journal, Remover: classic.New(classic.Options{Version: assets.Version}),
			Access: jobs.KeptAccess(signin.OpenProfiles(a.folders.Profiles()), s.Vault),
		}))
	}
	if o.updates != "" {
		s.Updates = func(ctx context.Context) (string, string, error) {
			return updates.Look(ctx, o.updates, assets.Version, l.privateCA, through)
		}
	}
	if l.url == "" {
		return s, nil
	}
	account, err := o.account(ctx, a, l)
	s.Account = account
	return s, err
}

// account is who signs in, with a session to try it where there is a password. Nobody is asked for one.
func (o *preflightOptions) account(ctx context.Context, a *app, l *link) (*preflight.Account, error) {
	at := &preflight.Account{User: l.credential.User, Host: hostOf(l.url), Authentication: l.credential.Authentication, Customer: l.home()}
	var err error
	switch {
	case o.customer != "":
		at.Customer, err = one(a, l, o.customer)
	case len(l.known) > 0: // the sample partner's own organisation is no customer
		at.Customer = l.known[0].Domain
	}
	if err != nil {
		return nil, err
	}
	if err := o.password(ctx, a, l); err != nil {
		return nil, err
	}
	typed := l.credential.Password.Reveal()
	at.HasPassword = typed != ""
	at.PasswordSpaced = strings.TrimSpace(typed) != typed
	at.NeedsPassword = signin.Profile{Authentication: l.credential.Authentication}.NeedsPassword()
	if !at.NeedsPassword || at.HasPassword {
		at.Try = o.trial(a, l, at.Customer)
	}
	return at, nil
}

// password fills in the password that standard input, or the secret store, has.
func (o *preflightOptions) password(ctx context.Context, a *app, l *link) error {
	switch {
	case o.connect.passwordStdin:
		given, err := l.password(ctx)
		l.credential.Password = given
		return err
	case l.password == nil || l.credential.Password.Reveal() != "":
		return nil
	}
	kept, found, err := signin.SystemVault().Load(signin.PasswordKey(l.credential.User, l.url))
	if found && err == nil { // what is wrong with the store has its own check
		l.credential.Password = kept
	}
	return nil
}

// trial opens a session and closes it before it says how that went: a session that stays open is worse than a
// check that takes a moment longer.
func (o *preflightOptions) trial(a *app, l *link, customer exchange.CustomerID) func(context.Context) error {
	return func(ctx context.Context) error {
		account := l.account(a)
		account.Idle = -1
		sessions := jobs.NewSessions(account)
		defer l.closeAll(ctx, a, sessions)
		return preflight.Trial(sessions, customer)(ctx)
	}
}

// proxyOf is the way out of the network as a connection takes it, and where it was found.
func proxyOf(p exchange.Proxy) (proxy.Func, proxy.From, error) {
	switch p.Mode {
	case exchange.ProxyNone:
		return proxy.None, proxy.FromNone, nil
	case exchange.ProxyManual:
		through, err := proxy.Manual(p.URL, p.User, p.Password)
		return through, proxy.FromManual, err
	}
	return proxy.System, proxy.SystemFrom(), nil
}
