package commands

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/results"
)

func (a *app) customersCommand() *cobra.Command {
	c := a.onlyCommands(&cobra.Command{
		Use:     "customers",
		Short:   "The customers you work for",
		Example: "  tenantry-cli customers add contoso.onmicrosoft.com --name Contoso --tag north\n  tenantry-cli customers list --format csv",
	})
	c.AddCommand(a.customersList(), a.customersAdd(), a.customersRemove(), a.customersTag(), a.customersImport())
	return c
}

func (a *app) customerStore() (*customers.Store, error) {
	if err := a.folders.Make(); err != nil {
		return nil, err
	}
	return customers.Open(a.folders.Customers(), language.Make(a.words.Locale())), nil
}

func (a *app) customersList() *cobra.Command {
	var tag string
	var shape shapeFlags
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the customers",
		Example: "  tenantry-cli customers list --tag north --sort Name",
		Args:    a.takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			writer, err := shape.parse(a)
			if err != nil {
				return err
			}
			store, err := a.customerStore()
			if err != nil {
				return err
			}
			list, err := store.List()
			if err != nil {
				return err
			}
			if len(list) == 0 {
				a.note(a.words.Text("cli.no-customers"))
			}
			table := results.NewTable(results.RunInfo{Title: "Customers"})
			table.Declare("Name", "Domain", "TenantId", "Tags", "Favourite", "Note")
			for _, one := range list {
				if tag != "" && !one.HasTag(tag) {
					continue
				}
				if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{
					{Name: "Name", Value: exchange.NewText(one.Name)},
					{Name: "Domain", Value: exchange.NewText(string(one.Domain))},
					{Name: "TenantId", Value: exchange.NewText(one.TenantID)},
					{Name: "Tags", Value: texts(one.Tags)},
					{Name: "Favourite", Value: exchange.NewFlag(one.Favourite)},
					{Name: "Note", Value: exchange.NewText(one.Note)},
				}}}); err != nil {
					return err
				}
			}
			return writer.write(c.Context(), a, table.Snapshot())
		},
	}
	c.Flags().StringVar(&tag, "tag", "", "only customers with the tag `TAG`")
	complete(c, "tag", a.tags)
	shape.add(c)
	return c
}

func (a *app) customersAdd() *cobra.Command {
	var one customers.Customer
	c := &cobra.Command{
		Use:     "add DOMAIN",
		Short:   "Add a customer",
		Example: "  tenantry-cli customers add contoso.onmicrosoft.com --name Contoso --tag north",
		Args:    a.takes(1, 1, "domain"),
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := a.customerStore()
			if err != nil {
				return err
			}
			one.Domain = exchange.CustomerID(args[0])
			added, err := store.Add(one)
			if err != nil {
				return wrongWord(err)
			}
			a.note(a.words.Text("cli.customer-added", "name", added.Name, "domain", string(added.Domain)))
			return nil
		},
	}
	c.Flags().StringVar(&one.Name, "name", "", "call the customer `NAME` (default: the domain)")
	c.Flags().StringVar(&one.TenantID, "tenant-id", "", "the customer's tenant `ID`, where you know it")
	c.Flags().StringVar(&one.Note, "note", "", "keep `TEXT` as a note to yourself")
	c.Flags().StringSliceVar(&one.Tags, "tag", nil, "put the tag `TAG` on it (repeat for several)")
	c.Flags().BoolVar(&one.Favourite, "favourite", false, "mark as a favourite")
	return c
}

func (a *app) customersRemove() *cobra.Command {
	return &cobra.Command{
		Use:     "remove DOMAIN...",
		Short:   "Take customers off the list (nothing changes at the customer)",
		Example: "  tenantry-cli customers remove contoso.onmicrosoft.com",
		Args:    a.takes(1, -1, "customer"),
		RunE: func(_ *cobra.Command, args []string) error {
			store, ids, err := a.namedCustomers(args)
			if err != nil {
				return err
			}
			if err := store.Remove(ids...); err != nil {
				return err
			}
			a.note(a.words.Count("cli.customers-removed", len(ids), "customer", a.nameAll(ids)))
			return nil
		},
		ValidArgsFunction: a.completeDomain,
	}
}

// namedCustomers finds customers of the list by domain, name or tenant ID.
func (a *app) namedCustomers(names []string) (*customers.Store, []exchange.CustomerID, error) {
	store, err := a.customerStore()
	if err != nil {
		return nil, nil, err
	}
	ids := make([]exchange.CustomerID, len(names))
	for i, name := range names {
		one, err := store.Find(name)
		if err != nil {
			return nil, nil, wrongWord(err)
		}
		ids[i] = one.Domain
	}
	return store, ids, nil
}

func (a *app) customersTag() *cobra.Command {
	var remove bool
	c := &cobra.Command{
		Use:     "tag DOMAIN TAG...",
		Short:   "Put tags on a customer, or take them off",
		Example: "  tenantry-cli customers tag contoso.onmicrosoft.com north gold\n  tenantry-cli customers tag contoso.onmicrosoft.com gold --remove",
		Args:    a.takes(2, -1, "customer-tags"),
		RunE: func(_ *cobra.Command, args []string) error {
			store, ids, err := a.namedCustomers(args[:1])
			if err != nil {
				return err
			}
			change := store.Tag
			if remove {
				change = store.Untag
			}
			if err := change(ids[0], args[1:]...); err != nil {
				return wrongWord(err)
			}
			one, err := store.Find(string(ids[0]))
			if err != nil {
				return err
			}
			a.note(a.words.Text("cli.tags", "customer", one.Name, "tags", cmp.Or(strings.Join(one.Tags, ", "), a.words.Text("cli.no-tags"))))
			return nil
		},
		ValidArgsFunction: a.completeDomain,
	}
	c.Flags().BoolVar(&remove, "remove", false, "take the tags off")
	return c
}

func (a *app) customersImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Add the customers of a CSV file, such as Partner Center's export",
		Long: "Add the customers of a CSV file: Partner Center's export, a list with or without a header,\n" +
			"or one domain on each line. Customers that are on the list already are left as they are.",
		Example: "  tenantry-cli customers import customers.csv",
		Args:    a.takes(1, 1, "file"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.importCustomers(args[0]) },
	}
}

// importCustomers adds what a file has. Lines that gave no customer are named, and make the exit status 3,
// or 1 when the file had nothing else.
func (a *app) importCustomers(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return cannotOpen(path, err)
	}
	defer file.Close()
	store, err := a.customerStore()
	if err != nil {
		return err
	}
	added, rows, err := store.ImportCSV(file)
	if err != nil {
		return err
	}
	had, bad := 0, 0
	for _, r := range rows {
		if r.Problem.Code == customers.CodeDuplicate {
			had++
			continue
		}
		bad++
		a.explainProblem(a.words.Text("cli.line", "line", r.Line), r.Problem)
	}
	a.note(a.words.Count("cli.customers-added", len(added)))
	if had > 0 {
		a.note(a.words.Count("cli.customers-known", had))
	}
	switch {
	case bad == 0:
		return nil
	case len(added)+had > 0:
		return &exitError{exitSome}
	}
	return &exitError{exitFailed}
}

// wrongWord takes what is wrong with a name or a tag as a fault of the command's words.
func wrongWord(err error) error {
	switch exchange.CodeOf(err) {
	case customers.CodeBadDomain, customers.CodeDuplicate, customers.CodeUnknown, customers.CodeBadTag:
		return &usageError{err}
	}
	return err
}

// joined shows a few names and how many more there are.
func joined(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, … (%d)", strings.Join(names[:most], ", "), len(names))
}
