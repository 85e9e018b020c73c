package commands

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tenantry/assets"
	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// codeScriptNoTable: --script with a flag that shapes a table, and a script writes none. Args: flag.
const codeScriptNoTable exchange.Code = "cli.script-no-table"

// notWithScript are the flags that say how rows are written.
var notWithScript = []string{"columns", "where", "sort", "group", "sum", "find", "limit", "format", "output"}

// script writes the run as a script of PowerShell. Nothing is sent and nothing is asked.
func (o *runOptions) script(c *cobra.Command, a *app, cmdlet string) error {
	for _, name := range notWithScript {
		if c.Flags().Changed(name) {
			return usage(codeScriptNoTable, map[string]string{"flag": "--" + name})
		}
	}
	if o.yes && o.whatIf {
		return usage(codeYesAndWhatIf, nil)
	}
	if o.scriptFile != "-" {
		if err := canWrite(o.scriptFile); err != nil {
			return err
		}
	}
	spec := cmdlets.Builtin().FindOrOpen(cmdlet)
	inv, err := o.invocation(c.Context(), a, spec)
	if err != nil {
		return err
	}
	if o.yes && cmdlets.NeedsConfirm(inv) {
		inv = cmdlets.Confirmed(spec, inv)
	}
	s, err := o.scriptOf(a, inv)
	if err != nil {
		return err
	}
	if o.scriptFile == "-" {
		_, err := io.WriteString(a.Out, s.Text(a.words))
		return err
	}
	err = export.WriteFile(o.scriptFile, func(w io.Writer) error {
		_, err := w.Write(s.File(a.words))
		return err
	})
	if err == nil {
		a.note(a.words.Text("handover.saved", "path", o.scriptFile))
	}
	return err
}

// scriptOf says what the run is: of whom, and where.
func (o *runOptions) scriptOf(a *app, inv exchange.Invocation) (cmdlets.Script, error) {
	l, err := o.connect.described(a)
	if err != nil {
		return cmdlets.Script{}, err
	}
	if l.close != nil {
		defer l.close()
	}
	asked, err := o.chosen(a, l)
	if err != nil {
		return cmdlets.Script{}, err
	}
	title, _ := a.words.Cmdlet(inv.Cmdlet)
	s := cmdlets.Script{
		Invocation: inv, Title: title, Connection: exchange.Connection(o.connect.connect), URL: l.url,
		User: l.credential.User, Authentication: l.credential.Authentication, Thumbprint: cmdlets.Thumbprint(l.credential.ClientCertificate),
		Proxy: l.proxy, PrivateCA: l.privateCA != nil, Import: o.imports, Sample: l.known != nil, Version: assets.Version, At: time.Now(),
	}
	list, err := a.customersOf(l)
	if err != nil {
		return s, err
	}
	for _, id := range asked {
		c := cmdlets.ScriptCustomer{Domain: id}
		for _, known := range list {
			if known.Domain == id {
				c.Name = known.Name
			}
		}
		s.Customers = append(s.Customers, c)
	}
	return s, nil
}

// described reads the flags for a script: nothing is opened but the sample partner, whose customers are its own.
// Exchange Online has one address, so a script for it needs no connection of ours.
func (f *connectFlags) described(a *app) (*link, error) {
	given := 0
	for _, on := range []bool{f.sample, f.profile != "", f.url != ""} {
		if on {
			given++
		}
	}
	modern := f.connect == string(exchange.Modern)
	switch {
	case f.connect != string(exchange.Classic) && !modern, modern && f.sample:
		return nil, usage(codeOnlyClassic, nil)
	case given == 0 && !modern:
		return nil, usage(codeNoConnection, map[string]string{"known": joined(a.profileNames(), 5)})
	case given > 1:
		return nil, usage(codeTwoConnections, nil)
	case !modern:
		return f.chosen(a)
	}
	l := &link{credential: exchange.Credential{User: f.user}}
	if f.profile == "" {
		return l, nil
	}
	saved, err := signin.OpenProfiles(a.folders.Profiles()).Get(f.profile)
	if err != nil {
		return nil, &usageError{err}
	}
	l.only = saved.Customers
	if l.credential.User == "" {
		l.credential.User = saved.User
	}
	return l, nil
}

// secretsIn takes the passwords among the parameters that are to be asked for: in a script, by PowerShell.
func (o *runOptions) secretsIn(ctx context.Context, a *app, spec *cmdlets.Spec, params []string) (map[string]secret.Secret, []string, error) {
	if o.scriptFile == "" {
		return a.askSecrets(ctx, spec, params)
	}
	asked := map[string]secret.Secret{}
	rest := slices.DeleteFunc(slices.Clone(params), func(name string) bool {
		p, ok := spec.Param(name)
		if ok && p.Editor.Secret() {
			asked[p.Name] = secret.New("asked for when the script runs")
			return true
		}
		return false
	})
	return asked, rest, nil
}
