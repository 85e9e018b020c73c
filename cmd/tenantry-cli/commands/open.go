package commands

import (
	"context"

	"github.com/spf13/cobra"

	"tenantry/core/results"
)

func (a *app) openCommand() *cobra.Command {
	var shape shapeFlags
	var describe bool
	c := &cobra.Command{
		Use:   "open FILE",
		Short: "Read a table from disk: CSV, JSON lines, XLSX, Parquet, or PowerShell's Export-Clixml",
		Long: "Read a table from disk, shape it and write it: CSV (comma, semicolon or tab), JSON lines,\n" +
			"an Excel workbook (xlsx), Parquet, or the XML of PowerShell's Export-Clixml.",
		Example: "  tenantry-cli open mailboxes.csv --where \"TotalItemSize > 45GB\" --sort TotalItemSize:desc\n" +
			"  tenantry-cli open mailboxes.csv -o mailboxes.xlsx\n" +
			"  tenantry-cli open mailboxes.xml --group RecipientTypeDetails --format json\n" +
			"  tenantry-cli open mailboxes.csv --describe",
		Args: a.takes(1, 1, "file"),
		RunE: func(c *cobra.Command, args []string) error {
			writer, err := shape.parse(a)
			if err != nil {
				return err
			}
			writer.fromDisk = true
			table, err := a.openTable(c.Context(), args[0])
			if err != nil {
				return err
			}
			if describe {
				return writer.describe(c.Context(), a, table)
			}
			return writer.write(c.Context(), a, table)
		},
	}
	c.Flags().BoolVar(&describe, "describe", false, "write a row for each column instead: its type, how many cells are empty, how many values differ,\n"+
		"the lowest, the highest and the most common ones, and how they spread from lowest to highest in ten parts")
	shape.add(c)
	a.completeView(c)
	return c
}

// describe writes what is in each column of the rows that the flags choose.
func (s *shaper) describe(ctx context.Context, a *app, table results.Snapshot) error {
	s.followView(a, table)
	view, err := results.Arrange(ctx, table, s.query)
	if err != nil {
		return err
	}
	described, err := results.Describe(ctx, view)
	if err != nil {
		return err
	}
	s.query = results.Query{Language: s.query.Language}
	return s.write(ctx, a, described.Snapshot())
}
