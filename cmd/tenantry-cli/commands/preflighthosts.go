package commands

import (
	"context"
	"sync"

	"tenantry/assets"
	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/preflight/remote"
	"tenantry/core/signin"
)

// runThere looks at other Windows computers, side by side. One that cannot be looked at is told, never missing.
func (o *preflightOptions) runThere(ctx context.Context, a *app, use preflight.Use) error {
	f := &o.connect
	hosts := withoutTwins(o.hosts)
	switch {
	case f.sample || f.url != "":
		return usage(codeHostAndURL, nil)
	case f.user == "":
		return usage(codeHostNoUser, nil)
	case o.fix != "" && len(hosts) > 1:
		return usage(codeFixManyHosts, nil)
	}
	endpoints := preflight.DefaultEndpoints()
	if f.profile != "" {
		saved, err := signin.OpenProfiles(a.folders.Profiles()).Get(f.profile)
		if err != nil {
			return &usageError{err}
		}
		endpoints = preflight.EndpointsFor(saved.Address(), nil) // what that computer trusts, not this one
	}
	signIn, err := o.signInThere(ctx, a)
	if err != nil {
		return err
	}
	if o.fix != "" {
		return o.repairThere(ctx, a, signIn(hosts[0]), preflight.Subject{Use: use, Endpoints: endpoints})
	}
	var counting sync.Mutex
	done := 0
	list := sideBySide(hosts, func(host string) looked {
		findings := o.lookThere(ctx, a, signIn(host), preflight.Subject{Use: use, Endpoints: endpoints})
		counting.Lock()
		defer counting.Unlock()
		done++
		a.progress(a.words.Text("cli.hosts-so-far", "n", done, "total", len(hosts)))
		return looked{computer: host, findings: findings}
	})
	a.screen.clear()
	if err := o.write(a, list); err != nil {
		return err
	}
	var all []preflight.Finding
	for _, l := range list {
		all = append(all, l.findings...)
	}
	return status(ctx, all)
}

// signInThere is who signs in to each of the computers.
func (o *preflightOptions) signInThere(ctx context.Context, a *app) (func(host string) remote.Options, error) {
	f := &o.connect
	at := signin.Profile{User: f.user, CAFile: f.ca}
	if err := f.ways(&at); err != nil {
		return nil, err
	}
	options := remote.Options{User: f.user, Authentication: at.Authentication, Version: assets.Version}
	if f.auth == "" { // what Windows itself takes first
		options.Authentication = exchange.AuthNegotiate
	}
	var err error
	if options.PrivateCA, err = authority(f.ca); err != nil {
		return nil, err
	}
	if at.Authentication != exchange.AuthKerberos || f.passwordStdin {
		if options.Password, err = f.password(ctx, a, at); err != nil {
			return nil, err
		}
	}
	return func(host string) remote.Options {
		to := options
		to.Host = host
		return to
	}, nil
}

// lookThere looks at one computer; that it cannot be looked at is its one finding.
func (o *preflightOptions) lookThere(ctx context.Context, a *app, to remote.Options, s preflight.Subject) []preflight.Finding {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	pc, err := o.computers.Open(ctx, to)
	if err != nil {
		return []preflight.Finding{preflight.Unreachable(err)}
	}
	defer o.closeThere(ctx, a, pc)
	s.Computer = pc
	return o.look(ctx, a, to.Host, s)
}

func (o *preflightOptions) closeThere(ctx context.Context, a *app, pc *remote.Computer) {
	if err := pc.Close(context.WithoutCancel(ctx)); err != nil {
		a.explainProblem(pc.Name(), exchange.AsProblem(err))
	}
}

// repairThere repairs one other computer.
func (o *preflightOptions) repairThere(ctx context.Context, a *app, to remote.Options, s preflight.Subject) error {
	pc, err := o.computers.Open(ctx, to)
	if err != nil {
		return err
	}
	defer o.closeThere(ctx, a, pc)
	var log *journal.Journal
	if a.folders.Make() == nil {
		if log, err = journal.Open(ctx, a.folders.Journal()); err == nil {
			defer log.Close()
		} else {
			log = nil
		}
	}
	s.Computer = pc
	return o.repair(ctx, a, log, to.Host, s)
}
