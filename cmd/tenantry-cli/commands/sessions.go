package commands

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/results"
)

// program is what this one calls itself in the journal.
const program = "command line"

func (a *app) sessionsCommand() *cobra.Command {
	c := a.onlyCommands(&cobra.Command{
		Use:     "sessions",
		Short:   "Sessions that this computer has open",
		Example: "  tenantry-cli sessions list\n  tenantry-cli sessions clean",
	})
	c.AddCommand(a.sessionsList(), a.sessionsClean())
	return c
}

func (a *app) sessionsList() *cobra.Command {
	var shape shapeFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List sessions in use, and those a program left open when it ended",
		Long: "List sessions in use, and those a program left open when it ended.\n" +
			"A session that was left open takes one of the account's three places until the server drops it,\n" +
			"usually after 15 minutes. Remove it with: tenantry-cli sessions clean",
		Example: "  tenantry-cli sessions list",
		Args:    a.takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			writer, err := shape.parse(a)
			if err != nil {
				return err
			}
			log, err := a.openJournal(c.Context())
			if err != nil {
				return err
			}
			defer log.Close()
			open, err := log.OpenShells(c.Context())
			if err != nil {
				return err
			}
			table := results.NewTable(results.RunInfo{Title: "Sessions"})
			table.Declare("Customer", "Account", "Opened", "State", "Computer", "Process", "Address", "Id")
			for _, s := range open {
				if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{
					{Name: "Customer", Value: exchange.NewText(s.Customer)},
					{Name: "Account", Value: exchange.NewText(s.User)},
					{Name: "Opened", Value: exchange.NewTime(s.Opened)},
					{Name: "State", Value: exchange.NewText(a.words.Text("cli.session-" + string(s.Owner)))},
					{Name: "Computer", Value: exchange.NewText(s.Host)},
					{Name: "Process", Value: exchange.NewInteger(int64(s.PID))},
					{Name: "Address", Value: exchange.NewText(s.URL)},
					{Name: "Id", Value: exchange.NewText(s.ID)},
				}}}); err != nil {
					return err
				}
			}
			return writer.write(c.Context(), a, table.Snapshot())
		},
	}
	shape.add(c)
	return c
}

func (a *app) openJournal(ctx context.Context) (*journal.Journal, error) {
	if err := a.folders.Make(); err != nil {
		return nil, err
	}
	return journal.Open(ctx, a.folders.Journal())
}

// account is what this program's sessions are opened with. Those of the sample partner end with this
// program, and nobody else can reach it: it needs no book, and nothing of it can be left open.
func (l *link) account(a *app) jobs.Account {
	account := jobs.Account{Connector: l.connector, Credential: l.credential, Target: l.target(a, ""), MaxSessions: l.maxSessions}
	if l.known != nil || l.journal == nil {
		return account
	}
	account.Places = l.journal.Places(program)
	if remover, ok := l.connector.(exchange.Remover); ok {
		account.Leftovers = jobs.NewLeftovers(jobs.LeftOptions{Log: l.journal, Remover: remover, Told: a.tellLeft})
	}
	return account
}

// closeAll closes the sessions of a command, whatever became of it.
func (l *link) closeAll(ctx context.Context, a *app, sessions *jobs.Sessions) {
	if err := sessions.CloseAll(context.WithoutCancel(ctx)); err != nil {
		a.explain(err)
	}
	if sessions.SignedIn() {
		l.signedIn(a)
	}
}

// tellLeft says what became of a session that was removed without being asked for.
func (a *app) tellLeft(r jobs.LeftResult) {
	name := a.name(exchange.CustomerID(r.Customer))
	switch {
	case r.State == jobs.LeftRemoved:
		a.note(a.words.Text("cli.left-closed", "customer", name))
	case r.Problem != nil && a.verbose:
		a.explainProblem(a.words.Text("cli.left-stays", "customer", name), r.Problem)
	}
}

// waits returns what tells, once for each change, which sessions of other programs a customer waits for, and
// those that were left open. Waiting for one's own is nothing to tell.
func (a *app) waits() func(name string, holders []jobs.Holder) {
	told := ""
	return func(name string, holders []jobs.Holder) {
		if text := a.holding(holders); text != "" && text != told {
			a.note(a.words.Text("cli.waits-for", "customer", name, "holders", text))
			told = text
		}
	}
}

// holding names the sessions in the way with what has them, "" when they are all this program's own.
func (a *app) holding(holders []jobs.Holder) string {
	var list []string
	others := false
	for _, h := range holders {
		key := "here"
		switch {
		case h.Left:
			key = "left"
		case !h.Here:
			key = strings.ReplaceAll(h.Program, " ", "-")
		}
		others = others || key != "here"
		list = append(list, a.name(h.Customer)+" ("+a.words.Text("cli.holder."+key)+")")
	}
	if !others {
		return ""
	}
	return strings.Join(list, ", ")
}
