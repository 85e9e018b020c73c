package commands

import (
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
	c := &cobra.Command{
		Use:     "customers",
		Short:   "The customers you work for",
		Example: "  tenantry-cli customers add contoso.onmicrosoft.com --name Contoso --tag north\n  tenantry-cli customers list --format csv",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
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
		Args:    cobra.NoArgs,
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
			table := results.NewTable(results.RunInfo{Title: "Customers"})
			table.Declare("Name", "Domain", "TenantId", "Tags", "Favourite", "Note")
			for _, one := range list {
				if tag != "" && !one.HasTag(tag) {
					continue
				}
				tags := make([]exchange.Value, len(one.Tags))
				for i, t := range one.Tags {
					tags[i] = exchange.NewText(t)
				}
				if err := table.Append("", []exchange.Record{{Fields: []exchange.Field{
					{Name: "Name", Value: exchange.NewText(one.Name)},
					{Name: "Domain", Value: exchange.NewText(string(one.Domain))},
					{Name: "TenantId", Value: exchange.NewText(one.TenantID)},
					{Name: "Tags", Value: exchange.NewList(tags)},
					{Name: "Favourite", Value: exchange.NewFlag(one.Favourite)},
					{Name: "Note", Value: exchange.NewText(one.Note)},
				}}}); err != nil {
					return err
				}
			}
			return writer.write(c.Context(), a, table.Snapshot())
		},
	}
	c.Flags().StringVar(&tag, "tag", "", "only customers with this tag")
	shape.add(c)
	return c
}

func (a *app) customersAdd() *cobra.Command {
	var one customers.Customer
	c := &cobra.Command{
		Use:     "add DOMAIN",
		Short:   "Add a customer",
		Example: "  tenantry-cli customers add contoso.onmicrosoft.com --name Contoso --tag north",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := a.customerStore()
			if err != nil {
				return err
			}
			one.Domain = exchange.CustomerID(args[0])
			added, err := store.Add(one)
			if err != nil {
				return &usageError{err}
			}
			a.note("%s", a.words.Text("cli.customer-added", "name", added.Name, "domain", string(added.Domain)))
			return nil
		},
	}
	c.Flags().StringVar(&one.Name, "name", "", "what you call the customer (default: the domain)")
	c.Flags().StringVar(&one.TenantID, "tenant-id", "", "the customer's tenant ID, where you know it")
	c.Flags().StringVar(&one.Note, "note", "", "a note to yourself")
	c.Flags().StringSliceVar(&one.Tags, "tag", nil, "a tag (repeat for several)")
	c.Flags().BoolVar(&one.Favourite, "favourite", false, "mark as a favourite")
	return c
}

func (a *app) customersRemove() *cobra.Command {
	return &cobra.Command{
		Use:     "remove DOMAIN...",
		Short:   "Take customers off the list (nothing changes at the customer)",
		Example: "  tenantry-cli customers remove contoso.onmicrosoft.com",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			store, ids, err := a.namedCustomers(args)
			if err != nil {
				return err
			}
			return store.Remove(ids...)
		},
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
			return nil, nil, &usageError{err}
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
		Args:    cobra.MinimumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			store, ids, err := a.namedCustomers(args[:1])
			if err != nil {
				return err
			}
			if remove {
				return store.Untag(ids[0], args[1:]...)
			}
			return store.Tag(ids[0], args[1:]...)
		},
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
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := os.Open(args[0])
			if err != nil {
				return &usageError{&exchange.Problem{Code: codeCannotOpen, Args: map[string]string{"path": args[0]}, Cause: err}}
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
			for _, r := range rows {
				a.explainProblem(a.words.Text("cli.line", "line", r.Line), r.Problem)
			}
			a.note("%s", a.words.Count("cli.customers-added", len(added)))
			return nil
		},
	}
}

// joined shows a few names and how many more there are.
func joined(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, … (%d)", strings.Join(names[:most], ", "), len(names))
}
