package commands

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"tenantry/core/customers"
	"tenantry/core/export"
	"tenantry/core/journal"
	"tenantry/core/preflight"
	"tenantry/core/signin"
	"tenantry/core/support"
)

type supportOptions struct{ output string }

func (a *app) supportCommand() *cobra.Command {
	var o supportOptions
	c := &cobra.Command{
		Use:   "support-bundle",
		Short: "Gather what somebody who helps needs to know, without customer data",
		Long: "Gather what somebody who helps needs to know: versions, what a preflight of this computer finds, the\n" +
			"newest runs and repairs with their outcome, and how many sessions are open. Names of customers, accounts,\n" +
			"servers and folders are replaced by words such as customer-1, and no password is ever in it.\n\n" +
			"Without --output all of it is printed. With --output it is shown on standard error and written as a zip\n" +
			"file, whole or not at all. Nothing is sent anywhere, and no connection is needed.",
		Example: "  tenantry-cli support-bundle\n  tenantry-cli support-bundle -o " + support.FileName,
		Args:    a.takes(0, 0, ""),
		RunE:    func(c *cobra.Command, _ []string) error { return o.run(c.Context(), a) },
	}
	c.Flags().StringVarP(&o.output, "output", "o", "", "write the zip file `FILE`")
	return c
}

func (o *supportOptions) run(ctx context.Context, a *app) error {
	if o.output != "" {
		if err := canWrite(o.output); err != nil {
			return err
		}
	}
	look := preflightOptions{limit: 25 * time.Second}
	l, err := look.link(ctx, a)
	if err != nil {
		return err
	}
	defer l.close()
	subject, err := look.subject(ctx, a, l)
	if err != nil {
		return err
	}
	source := support.Source{
		Words:     a.words,
		System:    subject.Computer.System,
		Findings:  func(ctx context.Context) []preflight.Finding { return look.look(ctx, a, "", subject) },
		Profiles:  signin.OpenProfiles(a.folders.Profiles()).List,
		Customers: a.everyCustomer,
		Here:      support.ThisComputer(a.folders),
	}
	if l.journal != nil {
		source.Log = l.journal
	} else {
		_, err := a.openJournal(ctx)
		source.Log = unreadLog{err}
	}
	bundle, err := support.Make(ctx, source)
	if err != nil {
		return err
	}
	if o.output == "" {
		_, err := a.Out.Write(bundle.Preview())
		return err
	}
	a.screen.clear()
	if !a.quiet {
		if _, err := a.Err.Write(bundle.Preview()); err != nil {
			return err
		}
	}
	if err := export.WriteFile(o.output, bundle.WriteZip); err != nil {
		return err
	}
	a.note(a.words.Text("cli.bundle-saved", "path", o.output))
	return nil
}

// everyCustomer is the whole list.
func (a *app) everyCustomer() ([]customers.Customer, error) {
	store, err := a.customerStore()
	if err != nil {
		return nil, err
	}
	return store.List()
}

// unreadLog stands for a journal that cannot be opened, so that the bundle says why.
type unreadLog struct{ err error }

func (l unreadLog) Runs(context.Context, int) ([]journal.Run, error)       { return nil, l.err }
func (l unreadLog) Repairs(context.Context, int) ([]journal.Repair, error) { return nil, l.err }
func (l unreadLog) OpenShells(context.Context) ([]journal.OpenShell, error) {
	return nil, l.err
}
