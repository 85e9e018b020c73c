package commands

import (
	"context"
	"strings"
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
	tag       string
	all       bool
	imports   bool
	yes       bool
	whatIf    bool
	jobs      int
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run CMDLET",
		Short: "Run one cmdlet for one customer or many",
		Long: "Run one cmdlet for one customer or many and write the rows.\n\n" +
			"A parameter is -p Name=Value; -p Name alone is a switch; a repeated name makes a list;\n" +
			"-p Name=@file reads the value from a file, a list with one item on each line.\n" +
			"A change asks for confirmation first.",
		Example: "  tenantry-cli run Get-Mailbox --sample --customer contoso.example -p ResultSize=Unlimited --format csv\n" +
			"  tenantry-cli run Get-MailboxStatistics --profile work --tag north -p Identity=finance --sort TotalItemSize:desc\n" +
			"  tenantry-cli run Set-Mailbox --profile work --customer contoso.onmicrosoft.com \\\n" +
			"      -p Identity=anna -p DeliverToMailboxAndForward=false --whatif",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return o.run(c.Context(), a, args[0]) },
	}
	o.connect.add(c)
	c.Flags().StringArrayVarP(&o.params, "param", "p", nil, "a parameter: `Name=Value` (repeat for several)")
	c.Flags().StringArrayVar(&o.customers, "customer", nil, "ask this customer, by domain, name or tenant ID (repeat for several)")
	c.Flags().StringVar(&o.tag, "tag", "", "ask all customers with this tag")
	c.Flags().BoolVar(&o.all, "all", false, "ask all customers")
	c.Flags().BoolVar(&o.imports, "import", false, "fetch all cmdlets of the session first, as Import-PSSession does")
	c.Flags().BoolVar(&o.yes, "yes", false, "make the change without asking")
	c.Flags().BoolVar(&o.whatIf, "whatif", false, "let the server say what a change would do, and change nothing")
	c.Flags().IntVar(&o.jobs, "jobs", 0, "how many customers to ask side by side, at most the account's sessions (3)")
	c.MarkFlagsMutuallyExclusive("all", "tag", "customer")
	c.MarkFlagsMutuallyExclusive("yes", "whatif")
	o.shape.add(c)
	return c
}

func (o *runOptions) run(ctx context.Context, a *app, cmdlet string) error {
	writer, err := o.shape.parse(a)
	if err != nil {
		return err
	}
	spec := cmdlets.Builtin().FindOrOpen(cmdlet)
	inv, err := o.invocation(a, spec)
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
	if inv, err = o.confirmed(a, spec, inv, asked); err != nil {
		return err
	}
	sessions := jobs.NewSessions(jobs.Account{Connector: l.connector, Credential: l.credential, Target: l.target(a, ""), Idle: time.Minute})
	defer func() {
		if err := sessions.CloseAll(context.WithoutCancel(ctx)); err != nil {
			a.explain(err)
		}
	}()
	if o.imports {
		if err := o.fetchCommands(ctx, a, sessions, asked); err != nil {
			return err
		}
	}
	runner := jobs.NewRunner(sessions)
	runner.Log, runner.Program = l.journal, "command line"
	news := newsOf(a, asked)
	run := runner.Start(ctx, jobs.Plan{
		Invocation: inv, Customers: asked, Jobs: o.jobs,
		Info: results.RunInfo{Title: inv.Cmdlet, Account: l.credential.User, Connection: exchange.Classic},
	}, news.take)
	summary := run.Wait()
	news.line.clear()
	if err := writer.write(ctx, a, run.Table().Snapshot()); err != nil {
		return err
	}
	return news.outcome(summary)
}

// invocation reads the parameters. A problem is one of the command's words.
func (o *runOptions) invocation(a *app, spec *cmdlets.Spec) (exchange.Invocation, error) {
	params, err := withFiles(o.params)
	if err != nil {
		return exchange.Invocation{}, err
	}
	args := cmdlets.ArgOptions{Locale: a.words.Locale(), Zone: time.Local}
	args.Secrets, params, err = a.askSecrets(spec, params)
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
func (o *runOptions) confirmed(a *app, spec *cmdlets.Spec, inv exchange.Invocation, asked []exchange.CustomerID) (exchange.Invocation, error) {
	if !cmdlets.NeedsConfirm(inv) {
		return inv, nil
	}
	if !o.yes {
		if !isTerminal(a.In) {
			return inv, usage(codeNeedsYes, map[string]string{"cmdlet": inv.Cmdlet})
		}
		object := joined(cmdlets.Subject(inv), 3)
		if object == "" {
			object = a.words.Text("cli.every-object")
		}
		key := "cli.confirm-change"
		if len(asked) > 1 {
			key = "cli.confirm-changes"
		}
		if !a.confirm(a.words.Text(key, "cmdlet", inv.Cmdlet, "object", object, "n", len(asked), "customer", a.nameAll(asked))) {
			return inv, usage(codeNotConfirmed, nil)
		}
	}
	return cmdlets.Confirmed(spec, inv), nil
}

// fetchCommands does what Import-PSSession does, with the first customer's session.
func (o *runOptions) fetchCommands(ctx context.Context, a *app, sessions *jobs.Sessions, asked []exchange.CustomerID) error {
	lease, err := sessions.Acquire(ctx, asked[0], nil, nil)
	if err != nil {
		return err
	}
	commands, err := a.importCommands(ctx, lease.Session())
	lease.Done(err)
	if err != nil {
		return err
	}
	a.note("%s", a.words.Count("cli.imported", len(commands)))
	return nil
}

// news shows what a run tells, on standard error, and remembers what the exit status depends on.
type news struct {
	a     *app
	asked []exchange.CustomerID
	line  *progressLine
	rows  map[exchange.CustomerID]int
}

func newsOf(a *app, asked []exchange.CustomerID) *news {
	return &news{a: a, asked: asked, line: a.progressLine(), rows: map[exchange.CustomerID]int{}}
}

// take is called from one goroutine, in order.
func (n *news) take(u jobs.Update) {
	a := n.a
	if u.Summary != nil {
		return
	}
	name := a.name(u.Customer)
	n.rows[u.Customer] = u.Rows
	switch {
	case u.Notice != nil && u.Notice.Level == exchange.Warning:
		n.line.clear()
		a.note("%s", a.words.Text("cli.warning", "customer", name, "text", u.Notice.Text))
	case u.Problem != nil && !u.Phase.Final():
		n.line.clear()
		a.explainProblem(name, u.Problem)
	case u.Phase.Final():
		n.ended(name, u)
	default:
		n.line.show(n.status(name, u))
	}
}

func (n *news) ended(name string, u jobs.Update) {
	a := n.a
	n.line.clear()
	if u.Problem != nil {
		a.explainProblem(name, u.Problem)
	}
	switch {
	case u.Phase == jobs.Finished:
		a.note("%s", a.words.Count("cli.rows", u.Rows, "customer", name, "time", a.words.Clock(time.Now())))
	case u.Phase == jobs.NotAsked:
		a.sayNotAsked(name)
	case u.Partial:
		a.sayPartial(name, u.Rows)
	}
}

func (n *news) status(name string, u jobs.Update) string {
	a := n.a
	total := 0
	for _, rows := range n.rows {
		total += rows
	}
	parts := []string{a.words.Count("cli.rows-so-far", total)}
	if u.Of > 1 {
		parts = append(parts, a.words.Text("cli.customers-so-far", "n", u.Ended, "total", u.Of))
	}
	switch u.Phase {
	case jobs.Waiting:
		parts = append(parts, name+": "+a.words.Text("cli.waiting"))
	case jobs.Connecting:
		parts = append(parts, name+": "+a.words.Text("cli.connecting"))
	}
	if u.Progress != nil && u.Progress.Activity != "" {
		parts = append(parts, u.Progress.Activity)
	}
	return strings.Join(parts, " · ")
}

// outcome turns the end of a run into an exit status. Everything there is to say was said.
func (n *news) outcome(s jobs.Summary) error {
	answered, faults := len(s.Answered()), 0
	for _, c := range s.Customers {
		faults += c.Faults
	}
	switch {
	case s.Cancelled:
		return &exitError{exitCancelled}
	case answered == len(s.Customers) && faults == 0:
		return nil
	case answered == len(s.Customers):
		return &exitError{exitFailed} // single objects failed, each named
	case answered > 0:
		return &exitError{exitSome}
	}
	for _, c := range s.Customers {
		if c.Problem != nil && c.Problem.Code != jobs.CodeStopped {
			return &exitError{statusOf(c.Problem)}
		}
	}
	return &exitError{exitFailed}
}
