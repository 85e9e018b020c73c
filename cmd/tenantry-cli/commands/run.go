package commands

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
)

type runOptions struct {
	connect   connectFlags
	shape     shapeFlags
	params    []string
	customers []string
	tags      []string
	all       bool
	imports   bool
	yes       bool
	whatIf    bool
	jobs      int
	wait      time.Duration

	scriptFile string // write a script there instead of running; "-" is standard output
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run CMDLET",
		Short: "Run one cmdlet for one customer or many",
		Long: "Run one cmdlet for one customer or many and write the rows.\n\n" +
			"A parameter is -p Name=Value; -p Name alone is a switch; a repeated name makes a list;\n" +
			"-p Name=@file reads the value from a file, a list with one item on each line;\n" +
			"-p 'Name=$null' empties a setting.\n" +
			"A change asks for confirmation first.\n\n" +
			"Over several customers the first column is Customer, and rows are sorted by it unless --sort says\n" +
			"otherwise. When single objects fail, the rows that came are written and the exit status is 1. When\n" +
			"nobody answered and no row came, nothing is written at all; an answer without rows is [] as json,\n" +
			"and as csv the names given with --columns.\n\n" +
			"With --script nothing runs: the run is written as a script of Windows PowerShell, which asks for\n" +
			"passwords itself. --connect modern writes one for Exchange Online's own module.",
		Example: "  tenantry-cli run Get-Mailbox --sample --customer contoso.example -p ResultSize=Unlimited --format csv\n" +
			"  tenantry-cli run Get-MailboxStatistics --profile work --tag north -p Identity=finance\n" +
			"  tenantry-cli run Set-Mailbox --profile work --customer contoso.onmicrosoft.com \\\n" +
			"      -p Identity=anna -p DeliverToMailboxAndForward=false --whatif\n" +
			"  tenantry-cli run Get-Mailbox --profile work --all --script mailboxes.ps1",
		Args:              a.takes(1, 1, "cmdlet"),
		ValidArgsFunction: completeCmdlet,
		RunE: func(c *cobra.Command, args []string) error {
			if o.scriptFile != "" {
				return o.script(c, a, args[0])
			}
			return o.run(c.Context(), a, args[0])
		},
	}
	o.connect.add(a, c)
	c.Flags().StringArrayVarP(&o.params, "param", "p", nil, "give the cmdlet a parameter: `Name=Value` (repeat for several)")
	c.Flags().StringArrayVar(&o.customers, "customer", nil, "ask the customer `NAME`: its domain, name or tenant ID (repeat for several)")
	c.Flags().StringArrayVar(&o.tags, "tag", nil, "ask the customers with the tag `TAG` (repeat for several)")
	c.Flags().BoolVar(&o.all, "all", false, "ask all customers")
	c.Flags().BoolVar(&o.imports, "import", false, "fetch all cmdlets of the session first, as Import-PSSession does")
	c.Flags().BoolVar(&o.yes, "yes", false, "make the change without asking")
	c.Flags().BoolVar(&o.whatIf, "whatif", false, "let the server say what a change would do, and change nothing")
	c.Flags().IntVar(&o.jobs, "jobs", 0, "ask `N` customers side by side, at most the account's sessions (default 3)")
	c.Flags().DurationVar(&o.wait, "wait", jobs.DefaultPatience, "wait for a busy server `TIME` at most, for each customer; 0s does not wait")
	c.Flags().StringVar(&o.scriptFile, "script", "", "run nothing: write a PowerShell script that does the same to `FILE`, - for standard output")
	_ = c.RegisterFlagCompletionFunc("param", completeParam)
	complete(c, "customer", a.domains)
	complete(c, "tag", a.tags)
	o.shape.add(c)
	a.completeView(c)
	return c
}

func (o *runOptions) run(ctx context.Context, a *app, cmdlet string) error {
	o.shape.forWhat = cmdlet
	writer, err := o.shape.parse(a)
	switch {
	case err != nil:
		return err
	case o.yes && o.whatIf:
		return usage(codeYesAndWhatIf, nil)
	case o.jobs < 0:
		return usage(codeBadJobs, nil)
	case o.wait < 0:
		return usage(codeBadWait, nil)
	}
	spec := cmdlets.Builtin().FindOrOpen(cmdlet)
	inv, err := o.invocation(ctx, a, spec)
	if err != nil {
		return err
	}
	l, err := o.connect.open(ctx, a)
	if err != nil {
		return err
	}
	defer l.close()
	asked, err := o.chosen(a, l)
	if err != nil {
		return err
	}
	if inv, err = o.confirmed(ctx, a, spec, inv, asked); err != nil {
		return err
	}
	if err := l.authenticate(ctx); err != nil {
		return err
	}
	table, summary, err := o.ask(ctx, a, l, inv, asked)
	if err != nil {
		return err
	}
	writer.missing = summary
	writer.followView(a, table.Snapshot())
	if q := &writer.query; len(asked) > 1 && len(q.Sort) == 0 && len(q.Group.Columns) == 0 {
		q.Sort = []results.SortKey{{Column: results.CustomerColumn}} // rows of several came in any order
	}
	// The sessions are closed by now: whoever reads the rows may take a long time, or go away.
	if len(summary.Answered()) > 0 || table.Len() > 0 {
		if err := writer.write(ctx, a, table.Snapshot()); err != nil {
			return err
		}
	}
	return outcome(summary)
}

// ask runs the cmdlet and closes the sessions.
func (o *runOptions) ask(ctx context.Context, a *app, l *link, inv exchange.Invocation, asked []exchange.CustomerID) (*results.Table, jobs.Summary, error) {
	account := l.account(a)
	if !o.imports {
		account.Idle = -1 // no customer is asked twice, and others may wait for the place
	}
	sessions := jobs.NewSessions(account)
	defer l.closeAll(ctx, a, sessions)
	if o.imports {
		if err := o.fetchCommands(ctx, a, sessions, asked); err != nil {
			return nil, jobs.Summary{}, err
		}
	}
	runner := jobs.NewRunner(sessions)
	runner.Log, runner.Program, runner.Patience = l.journal, program, o.wait
	news := newsOf(a, inv)
	run := runner.Start(ctx, jobs.Plan{
		Invocation: inv, Customers: asked, Jobs: o.jobs,
		Info: results.RunInfo{Title: inv.Cmdlet, Account: l.credential.User, Connection: exchange.Classic},
	}, news.take)
	summary := run.Wait()
	a.screen.clear()
	news.notAsked(summary)
	return run.Table(), summary, nil
}

// invocation reads the parameters. A problem is one of the command's words.
func (o *runOptions) invocation(ctx context.Context, a *app, spec *cmdlets.Spec) (exchange.Invocation, error) {
	params, err := withFiles(o.params)
	if err != nil {
		return exchange.Invocation{}, err
	}
	args := cmdlets.ArgOptions{Locale: a.words.Locale(), Zone: time.Local}
	args.Secrets, params, err = o.secretsIn(ctx, a, spec, params)
	if err != nil {
		return exchange.Invocation{}, err
	}
	inv, problems := cmdlets.BuildArgs(spec, args, params...)
	for i, p := range problems {
		if i == len(problems)-1 {
			return inv, &usageError{p.Problem()}
		}
		a.explainProblem("", p.Problem())
	}
	if o.whatIf && cmdlets.IsChange(inv) {
		only, ok := cmdlets.AskedOnly(spec, inv)
		if !ok {
			return inv, usage(codeNoWhatIf, map[string]string{"cmdlet": inv.Cmdlet})
		}
		inv = only
	}
	return inv, nil
}

// confirmed asks before a change, naming customer, object and count, and tells the server not to ask again.
func (o *runOptions) confirmed(ctx context.Context, a *app, spec *cmdlets.Spec, inv exchange.Invocation, asked []exchange.CustomerID) (exchange.Invocation, error) {
	if !cmdlets.NeedsConfirm(inv) {
		return inv, nil
	}
	if !o.yes {
		if !a.screen.canAsk() {
			return inv, usage(codeNeedsYes, map[string]string{"cmdlet": inv.Cmdlet})
		}
		object := joined(cmdlets.Subject(inv), 10)
		if object == "" {
			object = a.words.Text("cli.every-object")
		}
		key := "cli.confirm-change"
		if len(asked) > 1 {
			key = "cli.confirm-changes"
		}
		yes, err := a.confirm(ctx, a.words.Text(key, "cmdlet", inv.Cmdlet, "object", object, "n", len(asked), "customer", a.nameAll(asked)))
		if err != nil {
			return inv, err
		}
		if !yes {
			return inv, &exchange.Problem{Code: codeNotConfirmed}
		}
	}
	return cmdlets.Confirmed(spec, inv), nil
}

// fetchCommands does what Import-PSSession does, with a session of the first customer that lets the account
// in. When none does, the run itself says why for each.
func (o *runOptions) fetchCommands(ctx context.Context, a *app, sessions *jobs.Sessions, asked []exchange.CustomerID) error {
	waits := a.waits()
	for _, customer := range asked {
		lease, err := sessions.Acquire(ctx, customer, func(h []jobs.Holder) { waits(a.name(customer), h) }, nil)
		if exchange.CodeOf(err) == exchange.CodeDelegationRefused {
			continue
		}
		if err != nil {
			return err
		}
		commands, err := a.importCommands(ctx, lease.Session())
		lease.Done(err)
		if err == nil {
			a.note(a.words.Count("cli.imported", len(commands)))
		}
		return err
	}
	return nil
}
