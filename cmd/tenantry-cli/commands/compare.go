package commands

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/results"
)

type compareOptions struct {
	key   string
	shape shapeFlags
}

func (a *app) compareCommand() *cobra.Command {
	var o compareOptions
	c := &cobra.Command{
		Use:   "compare FILE FILE --key COLUMN",
		Short: "Tell what was added, removed and changed between two tables",
		Long: "Compare two tables from disk, the earlier one first; any file that open reads will do.\n" +
			"Rows with the same value in the column of --key are the same thing. A row is written for each that\n" +
			"differs: the column Change says added, removed or changed, the column Changed says in which columns,\n" +
			"and each of those stands there twice, such as Quota before and Quota after.\n\n" +
			"Rows that are the same are left out. How many there are of each goes to standard error.",
		Example: "  tenantry-cli compare january.csv february.csv --key PrimarySmtpAddress\n" +
			"  tenantry-cli compare january.csv february.csv --key PrimarySmtpAddress --where \"Changed = ProhibitSendQuota\"",
		Args: a.takes(2, 2, "two-files"),
		RunE: func(c *cobra.Command, args []string) error { return o.run(c.Context(), a, args[0], args[1]) },
	}
	c.Flags().StringVar(&o.key, "key", "", "the column that tells the rows apart: `COLUMN`, or several: A,B")
	o.shape.add(c)
	return c
}

func (o *compareOptions) run(ctx context.Context, a *app, earlier, later string) error {
	var key []string
	var err error
	if o.key != "" {
		if key, err = results.ParseColumns(o.key); err != nil {
			return &usageError{err}
		}
	}
	writer, err := o.shape.parse(a)
	if err != nil {
		return err
	}
	writer.fromDisk = true
	before, err := a.openTable(ctx, earlier)
	if err != nil {
		return err
	}
	after, err := a.openTable(ctx, later)
	if err != nil {
		return err
	}
	if o.key == "" {
		near, err := results.GuessKey(ctx, before, after)
		if err != nil {
			return err
		}
		return usage(codeNoKey, map[string]string{"near": strings.Join(near, ",")})
	}
	found, err := results.Compare(ctx, before, after, key)
	if err != nil {
		return err
	}
	for _, p := range found.Repeats {
		a.explainProblem("", p)
	}
	only := func(path string, columns []string) {
		if len(columns) > 0 {
			a.note(a.words.Text("cli.compared-only", "file", filepath.Base(path), "columns", strings.Join(columns, ", ")))
		}
	}
	only(earlier, found.OnlyBefore)
	only(later, found.OnlyAfter)
	a.note(a.words.Text("cli.compared", "added", found.Added, "removed", found.Removed, "changed", found.Changed, "same", found.Same))
	return writer.write(ctx, a, found.Table.Snapshot())
}

// openTable reads a table from disk and says what is odd about it.
func (a *app) openTable(ctx context.Context, path string) (results.Snapshot, error) {
	opened, err := export.Open(ctx, path)
	if exchange.CodeOf(err) == export.CodeNotRead {
		if _, there := os.Stat(path); there != nil && uuid.Validate(path) == nil {
			return results.Snapshot{}, usage(codeRunNoRows, map[string]string{"run": path})
		}
		return results.Snapshot{}, &usageError{err} // a name nothing can be read by
	}
	if exchange.CodeOf(err) == export.CodeFolder {
		return results.Snapshot{}, &usageError{err}
	}
	if err != nil {
		return results.Snapshot{}, err
	}
	for _, w := range opened.Warnings {
		a.explainProblem("", w)
	}
	return opened.Table.Snapshot(), nil
}
