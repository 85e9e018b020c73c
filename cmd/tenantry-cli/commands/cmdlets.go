package commands

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
)

func (a *app) cmdletsCommand() *cobra.Command {
	var o cmdletsOptions
	c := &cobra.Command{
		Use:   "cmdlets [WORD...]",
		Short: "List cmdlets by name or everyday words",
		Long: "List cmdlets by name or everyday words. Without a connection this is what is known about Exchange Online;\n" +
			"with one (--sample, --profile or --url) it is what your session may run for that customer.",
		Example: "  tenantry-cli cmdlets forwarding\n  tenantry-cli cmdlets mailbox --sample --customer contoso.example",
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), a, strings.Join(args, " "))
		},
	}
	o.add(a, c)
	o.shape.add(c)
	c.AddCommand(a.cmdletsShow())
	return c
}

type cmdletsOptions struct {
	connect  connectFlags
	customer string
	shape    shapeFlags
}

func (o *cmdletsOptions) add(a *app, c *cobra.Command) {
	o.connect.add(a, c)
	c.Flags().StringVar(&o.customer, "customer", "", "ask the session of the customer `NAME`")
	complete(c, "customer", a.domains)
}

// connected tells whether a session is to be asked rather than the built-in catalog.
func (o *cmdletsOptions) connected() bool {
	return o.connect.sample || o.connect.profile != "" || o.connect.url != ""
}

func (o *cmdletsOptions) run(ctx context.Context, a *app, word string) error {
	writer, err := o.shape.parse(a)
	if err != nil {
		return err
	}
	catalog, err := o.catalog(ctx, a)
	if err != nil {
		return err
	}
	table := results.NewTable(results.RunInfo{Title: "Cmdlets"})
	table.Declare("Name", "About", "Changes", "Parameters")
	for _, spec := range catalog.Search(word) {
		about, _ := a.words.Cmdlet(spec.Name)
		if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{
			{Name: "Name", Value: exchange.NewText(spec.Name)},
			{Name: "About", Value: exchange.NewText(about)},
			{Name: "Changes", Value: exchange.NewFlag(spec.Writes)},
			{Name: "Parameters", Value: exchange.NewInteger(int64(len(spec.Params)))},
		}}}); err != nil {
			return err
		}
	}
	return writer.write(ctx, a, table.Snapshot())
}

// catalog is the built-in one, or what a session says it may run; names narrow what the session is asked.
func (o *cmdletsOptions) catalog(ctx context.Context, a *app, names ...string) (*cmdlets.Catalog, error) {
	if !o.connected() {
		return cmdlets.Builtin(), nil
	}
	l, err := o.connect.open(ctx, a)
	if err != nil {
		return nil, err
	}
	defer l.close()
	customer, err := one(a, l, o.customer)
	if err != nil {
		return nil, err
	}
	if err := l.authenticate(ctx); err != nil {
		return nil, err
	}
	sessions := jobs.NewSessions(l.account(a))
	defer l.closeAll(ctx, a, sessions)
	waits := a.waits()
	lease, err := sessions.Acquire(ctx, customer, func(h []jobs.Holder) { waits(a.name(customer), h) }, nil)
	if err != nil {
		return nil, err
	}
	commands, err := a.importCommands(ctx, lease.Session(), names...)
	lease.Done(err)
	if err != nil {
		return nil, err
	}
	return cmdlets.Builtin().Only(commands), nil
}

// importCommands asks a session for its commands, with a counted progress line.
func (a *app) importCommands(ctx context.Context, s exchange.Session, names ...string) ([]exchange.Command, error) {
	defer a.screen.clear()
	return jobs.ImportCommands(ctx, s, func(i jobs.Imported) {
		a.progress(a.words.Text("cli.importing", "n", i.Done, "total", i.Total))
	}, names...)
}

func (a *app) cmdletsShow() *cobra.Command {
	var o cmdletsOptions
	c := &cobra.Command{
		Use:               "show NAME",
		Short:             "Show the parameters of a cmdlet",
		Example:           "  tenantry-cli cmdlets show Get-Mailbox",
		Args:              a.takes(1, 1, "cmdlet"),
		ValidArgsFunction: completeCmdlet,
		RunE: func(c *cobra.Command, args []string) error {
			return o.show(c.Context(), a, args[0])
		},
	}
	o.add(a, c)
	o.shape.add(c)
	return c
}

func (o *cmdletsOptions) show(ctx context.Context, a *app, name string) error {
	writer, err := o.shape.parse(a)
	if err != nil {
		return err
	}
	catalog, err := o.catalog(ctx, a, name)
	if err != nil {
		return err
	}
	spec, ok := catalog.Find(name)
	if !ok {
		near := strings.Join(cmdlets.Near(name, cmdletNames(), 3), ", ")
		return usage(codeUnknownCmdlet, map[string]string{"cmdlet": name, "near": near})
	}
	table := results.NewTable(results.RunInfo{Title: spec.Name})
	table.Declare("Name", "Label", "Type", "Required", "Values", "Aliases", "Sets")
	for _, p := range spec.Params {
		if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{
			{Name: "Name", Value: exchange.NewText(p.Name)},
			{Name: "Label", Value: exchange.NewText(a.words.Label(p.Name))},
			{Name: "Type", Value: exchange.NewText(p.Type)},
			{Name: "Required", Value: exchange.NewFlag(p.Required)},
			{Name: "Values", Value: texts(p.Values)},
			{Name: "Aliases", Value: texts(p.Aliases)},
			{Name: "Sets", Value: texts(p.Sets)},
		}}}); err != nil {
			return err
		}
	}
	return writer.write(ctx, a, table.Snapshot())
}

func texts(list []string) exchange.Value {
	values := make([]exchange.Value, len(list))
	for i, s := range list {
		values[i] = exchange.NewText(s)
	}
	return exchange.NewList(values)
}
