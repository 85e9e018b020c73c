package commands

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tenantry/assets"
	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/core/signin"
)

type cleanOptions struct {
	connect connectFlags
	shape   shapeFlags
	force   bool
}

func (a *app) sessionsClean() *cobra.Command {
	var o cleanOptions
	c := &cobra.Command{
		Use:   "clean",
		Short: "Remove the sessions that programs left open",
		Long: "Remove the sessions that programs of this computer left open, and say what became of each.\n" +
			"A session can be removed only by the account that opened it. The password is the one kept in the\n" +
			"system's secret store, or for one account that of --profile or --url. Sessions in use are left alone.\n\n" +
			"The exit status is 0 when nothing is left, 4 when a server refused a sign-in, and 1 when something else\n" +
			"could not be removed. What nobody can sign in for any more is dropped by its server, usually after 15\n" +
			"minutes; --force strikes it off the list.",
		Example: "  tenantry-cli sessions clean\n" +
			"  tenantry-cli sessions clean --url https://ps.outlook.com/powershell-liveid --user admin@fabrikam.example",
		Args: a.takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), a) },
	}
	o.connect.add(a, c)
	_ = c.Flags().MarkHidden("sample") // its sessions end with it
	c.Flags().BoolVar(&o.force, "force", false, "also strike off the list what could not be removed")
	o.shape.add(c)
	return c
}

func (o *cleanOptions) run(ctx context.Context, a *app) error {
	writer, err := o.shape.parse(a)
	if err != nil {
		return err
	}
	leftovers, end, err := o.leftovers(ctx, a)
	if err != nil {
		return err
	}
	defer end()
	list, err := leftovers.Find(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		a.note(a.words.Text("cli.left-none"))
	}
	done := 0
	rows := leftovers.Clean(ctx, list, func(jobs.LeftResult) {
		done++
		a.progress(a.words.Text("cli.left-so-far", "n", done, "total", len(list)))
	})
	a.screen.clear()
	for _, r := range rows {
		if r.Problem != nil && !o.force {
			a.explainProblem(a.words.Text("cli.left-stays", "customer", a.name(exchange.CustomerID(r.Customer))), whyLeft(r))
		}
	}
	if err := o.write(ctx, a, writer, rows); err != nil {
		return err
	}
	if o.force && ctx.Err() == nil {
		return forget(ctx, leftovers, rows)
	}
	return cleaned(ctx, rows)
}

// whyLeft is why a session stays. When a password is missing, nobody types it here: the next step is a command.
func whyLeft(r jobs.LeftResult) *exchange.Problem {
	if r.Problem.Code != exchange.CodeNoPassword {
		return r.Problem
	}
	p := *r.Problem
	address, _, _ := strings.Cut(r.URL, "?")
	p.Code, p.Args = codeLeftNoPassword, map[string]string{"user": r.User, "url": address}
	return &p
}

// leftovers is what removes them: with the connection that the flags choose, for its account, and with what
// the secret store keeps for all others.
func (o *cleanOptions) leftovers(ctx context.Context, a *app) (*jobs.Leftovers, func(), error) {
	options := jobs.LeftOptions{Access: jobs.KeptAccess(signin.OpenProfiles(a.folders.Profiles()), signin.SystemVault())}
	f := o.connect
	if !f.given() {
		log, err := a.openJournal(ctx)
		if err != nil {
			return nil, nil, err
		}
		options.Log, options.Remover = log, classic.New(classic.Options{Version: assets.Version})
		return jobs.NewLeftovers(options), func() { _ = log.Close() }, nil
	}
	l, err := o.connect.open(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	if err := l.authenticate(ctx); err != nil {
		l.close()
		return nil, nil, err
	}
	kept, key := options.Access, signin.AccountKey(l.credential.User, l.url)
	given := jobs.Access{Credential: l.credential, Target: l.target(a, "")}
	options.Access = func(ctx context.Context, left jobs.Left) (jobs.Access, bool, error) {
		if left.Account() == key {
			return given, true, nil
		}
		return kept(ctx, left)
	}
	options.Log = l.journal
	options.Remover, _ = l.connector.(exchange.Remover)
	return jobs.NewLeftovers(options), l.close, nil
}

func (o *cleanOptions) write(ctx context.Context, a *app, writer *shaper, rows []jobs.LeftResult) error {
	table := results.NewTable(results.RunInfo{Title: "Sessions"})
	table.Declare("Customer", "Account", "Opened", "State", "Address", "Id")
	for _, r := range rows {
		key := "cli.left." + string(r.State)
		if o.force && !r.Gone() {
			key = "cli.left.struck"
		}
		if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{
			{Name: "Customer", Value: exchange.NewText(r.Customer)},
			{Name: "Account", Value: exchange.NewText(r.User)},
			{Name: "Opened", Value: exchange.NewTime(r.Opened)},
			{Name: "State", Value: exchange.NewText(a.words.Text(key))},
			{Name: "Address", Value: exchange.NewText(r.URL)},
			{Name: "Id", Value: exchange.NewText(r.ID)},
		}}}); err != nil {
			return err
		}
	}
	return writer.write(ctx, a, table.Snapshot())
}

func forget(ctx context.Context, leftovers *jobs.Leftovers, rows []jobs.LeftResult) error {
	var list []jobs.Left
	for _, r := range rows {
		if !r.Gone() {
			list = append(list, r.Left)
		}
	}
	return leftovers.Forget(ctx, list)
}

// cleaned turns what became of the sessions into an exit status. Why one stayed was said.
func cleaned(ctx context.Context, rows []jobs.LeftResult) error {
	status := exitDone
	for _, r := range rows {
		switch {
		case r.Problem == nil:
		case r.Problem.Code != exchange.CodeNoPassword && strings.HasPrefix(string(r.Problem.Code), "signin."):
			status = exitSignIn
		case status == exitDone:
			status = exitFailed
		}
	}
	switch {
	case ctx.Err() != nil:
		return &exitError{exitCancelled}
	case status == exitDone:
		return nil
	}
	return &exitError{status}
}
