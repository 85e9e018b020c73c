package commands

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// chosen are the customers the flags name. A URL that already names a customer, or none at all, asks the
// organisation that the address leads to.
func (o *runOptions) chosen(a *app, l *link) ([]exchange.CustomerID, error) {
	list, err := a.customersOf(l)
	if err != nil {
		return nil, err
	}
	var asked []exchange.CustomerID
	switch {
	case o.all || o.tag != "":
		for _, c := range list {
			if o.tag == "" || c.HasTag(o.tag) {
				asked = append(asked, c.Domain)
			}
		}
		if len(asked) == 0 && o.tag != "" {
			return nil, usage(codeNoSuchTag, map[string]string{"tag": o.tag})
		}
	default:
		for _, text := range o.customers {
			id, err := customerNamed(list, text)
			if err != nil {
				return nil, err
			}
			asked = append(asked, id)
		}
		if len(o.customers) == 0 && l.url != "" && l.known == nil {
			asked = []exchange.CustomerID{""}
		}
	}
	if len(asked) == 0 {
		return nil, usage(codeNoCustomer, map[string]string{"some": someOf(list)})
	}
	return asked, nil
}

// one is the single customer a command asks; empty text is the organisation the address leads to.
func one(a *app, l *link, text string) (exchange.CustomerID, error) {
	list, err := a.customersOf(l)
	if err != nil {
		return "", err
	}
	if text == "" {
		if l.known != nil {
			return "", usage(codeNoCustomer, map[string]string{"some": someOf(list)})
		}
		return "", nil
	}
	return customerNamed(list, text)
}

func (a *app) customersOf(l *link) ([]customers.Customer, error) {
	if l.known != nil {
		return l.known, nil
	}
	store, err := a.customerStore()
	if err != nil {
		return nil, err
	}
	return store.List()
}

// customerNamed finds a customer of the list by domain, tenant ID or name. A domain that is not on the list is
// asked all the same: the list is a help, the server decides.
func customerNamed(list []customers.Customer, text string) (exchange.CustomerID, error) {
	for _, c := range list {
		if strings.EqualFold(c.Name, text) {
			return c.Domain, nil
		}
	}
	id, err := customers.ParseDomain(text)
	if err != nil {
		return "", &usageError{err}
	}
	for _, c := range list {
		if c.Is(id) {
			return c.Domain, nil
		}
	}
	return id, nil
}

func someOf(list []customers.Customer) string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = string(c.Domain)
	}
	return joined(names, 3)
}

// name is how a customer is called on the screen.
func (a *app) name(id exchange.CustomerID) string {
	if id == "" {
		return a.words.Text("cli.own-organisation")
	}
	return string(id)
}

func (a *app) nameAll(ids []exchange.CustomerID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = a.name(id)
	}
	return joined(names, 3)
}

func (a *app) sayNotAsked(name string) {
	fmt.Fprintln(a.Err, a.words.Text("cli.not-asked", "customer", name))
}

func (a *app) sayPartial(name string, rows int) {
	fmt.Fprintln(a.Err, a.words.Count("cli.partial", rows, "customer", name))
}

// withFiles replaces Name=@file by the file's lines, each a parameter of its own.
func withFiles(params []string) ([]string, error) {
	var out []string
	for _, p := range params {
		name, value, ok := strings.Cut(p, "=")
		path, isFile := strings.CutPrefix(value, "@")
		if !ok || !isFile || path == "" {
			out = append(out, p)
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, &usageError{&exchange.Problem{Code: codeCannotOpen, Args: map[string]string{"path": path}, Cause: err}}
		}
		for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, name+"="+line)
			}
		}
	}
	return out, nil
}

// askSecrets asks for the passwords among the parameters on the terminal: -p Password, without a value. A
// password in the command's words would be seen by everybody on the computer, and is refused by BuildArgs.
func (a *app) askSecrets(spec *cmdlets.Spec, params []string) (map[string]secret.Secret, []string, error) {
	secrets := map[string]secret.Secret{}
	var rest []string
	for _, p := range params {
		param, ok := spec.Param(p)
		if !ok || !param.Editor.Secret() || !isTerminal(a.In) {
			rest = append(rest, p)
			continue
		}
		fmt.Fprint(a.Err, a.words.Text("cli.secret-for", "param", param.Name)+" ")
		typed, err := term.ReadPassword(int(a.In.(*os.File).Fd()))
		fmt.Fprintln(a.Err)
		if err != nil {
			return nil, nil, err
		}
		secrets[param.Name] = secret.New(string(typed))
	}
	return secrets, rest, nil
}
