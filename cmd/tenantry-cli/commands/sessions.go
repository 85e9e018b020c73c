package commands

import (
	"github.com/spf13/cobra"

	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/results"
)

func (a *app) sessionsCommand() *cobra.Command {
	c := a.onlyCommands(&cobra.Command{
		Use:     "sessions",
		Short:   "Sessions that this computer has open",
		Example: "  tenantry-cli sessions list",
	})
	c.AddCommand(a.sessionsList())
	return c
}

func (a *app) sessionsList() *cobra.Command {
	var shape shapeFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List sessions in use, and those a program left open when it ended",
		Long: "List sessions in use, and those a program left open when it ended.\n" +
			"A session that was left open takes one of the account's three places until the server drops it,\n" +
			"usually after 15 minutes.",
		Example: "  tenantry-cli sessions list",
		Args:    a.takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			writer, err := shape.parse(a)
			if err != nil {
				return err
			}
			if err := a.folders.Make(); err != nil {
				return err
			}
			log, err := journal.Open(c.Context(), a.folders.Journal())
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
