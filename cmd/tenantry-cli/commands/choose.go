package commands

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tenantry/core/cmdlets"
	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// chosen are the customers the flags name, each once: those named, those with a tag, or all. With none of
// these, an address that is not the sample's asks the organisation it leads to.
func (o *runOptions) chosen(a *app, l *link) ([]exchange.CustomerID, error) {
	list, err := a.customersOf(l)
	if err != nil {
		return nil, err
	}
	var asked []exchange.CustomerID
	add := func(id exchange.CustomerID) {
		if !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
	}
	for _, text := range o.customers {
		id, err := customerNamed(list, text)
		if err != nil {
			return nil, err
		}
		add(id)
	}
	for _, tag := range o.tags {
		found := false
		for _, c := range list {
			if c.HasTag(tag) {
				found = true
				add(c.Domain)
			}
		}
		if !found {
			return nil, usage(codeNoSuchTag, map[string]string{"tag": tag})
		}
	}
	if o.all {
		for _, c := range list {
			add(c.Domain)
		}
	}
	if len(asked) == 0 && !o.all && l.known == nil {
		asked = []exchange.CustomerID{l.home()}
	}
	if len(asked) == 0 {
		return nil, usage(codeNoCustomer, map[string]string{"some": someOf(list)})
	}
	return asked, nil
}

// home is whom the address leads to: the customer it names itself, or the account's own organisation.
func (l *link) home() exchange.CustomerID {
	if id, err := customers.ParseDomain(string(l.own())); err == nil {
		return id
	}
	return ""
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
		return l.home(), nil
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
	list, err := store.List()
	if err != nil || len(l.only) == 0 {
		return list, err
	}
	return slices.DeleteFunc(list, func(c customers.Customer) bool {
		return !slices.ContainsFunc(l.only, c.Is)
	}), nil
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
	return joined(names, 10)
}

// withFiles replaces Name=@file by the file's lines, each a parameter of its own. A parameter without a value
// is refused: left out, it would silently ask for more than was meant.
func withFiles(params []string) ([]string, error) {
	var out []string
	for _, p := range params {
		name, value, ok := strings.Cut(p, "=")
		path, isFile := strings.CutPrefix(value, "@")
		switch {
		case ok && strings.TrimSpace(value) == "":
			return nil, usage(codeNoValue, map[string]string{"param": name})
		case !ok || !isFile || path == "" || path[0] == '{':
			out = append(out, p)
			continue
		}
		lines, err := linesOf(path)
		if err != nil {
			return nil, cannotOpen(path, err)
		}
		if len(lines) == 0 {
			return nil, usage(codeNoValue, map[string]string{"param": name, "path": path})
		}
		for _, line := range lines {
			out = append(out, name+"="+line)
		}
	}
	return out, nil
}

// linesOf reads the lines of a text file that are not empty. UTF-16, as Windows PowerShell writes it, is
// known by its byte-order mark.
func linesOf(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(transform.NewReader(file, unicode.BOMOverride(unicode.UTF8.NewDecoder())))
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// askSecrets asks for the passwords among the parameters on the terminal: -p Password, without a value. A
// password in the command's words would be seen by everybody on the computer, and is refused by BuildArgs.
func (a *app) askSecrets(ctx context.Context, spec *cmdlets.Spec, params []string) (map[string]secret.Secret, []string, error) {
	secrets := map[string]secret.Secret{}
	var rest []string
	for _, p := range params {
		param, ok := spec.Param(p)
		if !ok || !param.Editor.Secret() || !a.screen.canAsk() {
			rest = append(rest, p)
			continue
		}
		typed, err := a.screen.askSecret(ctx, a.words.Text("cli.secret-for", "param", param.Name))
		if err != nil {
			return nil, nil, err
		}
		secrets[param.Name] = typed
	}
	return secrets, rest, nil
}
