package commands

import "github.com/spf13/cobra"

func (a *app) openCommand() *cobra.Command {
	var shape shapeFlags
	c := &cobra.Command{
		Use:   "open FILE",
		Short: "Read a table from disk: CSV, JSON lines, or PowerShell's Export-Clixml",
		Long: "Read a table from disk, shape it and write it: CSV (comma, semicolon or tab), JSON lines,\n" +
			"or the XML of PowerShell's Export-Clixml.",
		Example: "  tenantry-cli open mailboxes.csv --where \"TotalItemSize > 45GB\" --sort TotalItemSize:desc\n" +
			"  tenantry-cli open mailboxes.xml --group RecipientTypeDetails --format json",
		Args: a.takes(1, 1, "file"),
		RunE: func(c *cobra.Command, args []string) error {
			writer, err := shape.parse(a)
			if err != nil {
				return err
			}
			table, err := a.openTable(c.Context(), args[0])
			if err != nil {
				return err
			}
			return writer.write(c.Context(), a, table)
		},
	}
	shape.add(c)
	return c
}
