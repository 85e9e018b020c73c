package support

import (
	"net/url"
	"os"
	"os/user"
	"slices"
	"strings"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/signin"
)

// ThisComputer are the names of this computer and of who works on it.
func ThisComputer(folders signin.Folders) Names {
	var n Names
	if host, err := os.Hostname(); err == nil {
		n.Hosts = append(n.Hosts, host)
	}
	if u, err := user.Current(); err == nil {
		n.Accounts = append(n.Accounts, u.Username)
		n.Others = append(n.Others, u.HomeDir, u.Name)
	}
	for _, name := range []string{"USER", "USERNAME", "LOGNAME"} {
		n.Accounts = append(n.Accounts, os.Getenv(name))
	}
	for _, name := range []string{"USERDOMAIN", "USERDNSDOMAIN", "COMPUTERNAME"} {
		n.Hosts = append(n.Hosts, os.Getenv(name))
	}
	n.Others = append(n.Others, folders.Config, folders.Data)
	return n
}

// everyName collects what must not be told.
func everyName(n Names, listed []customers.Customer, profiles []signin.Profile, runs []journal.Run, repairs []journal.Repair, open []journal.OpenShell) Names {
	for _, c := range listed {
		names := []string{string(c.Domain), c.Name, c.TenantID}
		for _, d := range c.OtherDomains {
			names = append(names, string(d))
		}
		n.Customers = append(n.Customers, names)
		n.Others = append(n.Others, c.Tags...)
	}
	for _, p := range profiles {
		n.Accounts = append(n.Accounts, p.User, p.ProxyUser)
		n.Hosts = append(n.Hosts, hostOf(p.Address()), hostOf(p.Proxy))
		n.Others = append(n.Others, p.Name, p.CAFile, p.ClientCertFile, p.ClientKeyFile)
		for _, c := range p.Customers {
			n.customer(string(c))
		}
	}
	for _, r := range runs {
		n.Accounts, n.Hosts = append(n.Accounts, r.Account), append(n.Hosts, hostOf(r.URL))
		for _, c := range r.Customers {
			n.customer(string(c.Customer))
		}
	}
	for _, r := range repairs {
		n.Hosts = append(n.Hosts, r.Computer)
	}
	for _, s := range open {
		n.Accounts, n.Hosts = append(n.Accounts, s.User), append(n.Hosts, hostOf(s.URL), s.Host)
		n.customer(s.Customer)
	}
	return n
}

// customer adds a customer that is not on the list.
func (n *Names) customer(id string) {
	if id != "" && !slices.ContainsFunc(n.Customers, func(c []string) bool { return slices.Contains(c, id) }) {
		n.Customers = append(n.Customers, []string{id})
	}
}

// ofProblem adds the names that a problem tells by its arguments and details, and those behind it.
func (n *Names) ofProblem(p *exchange.Problem) {
	for depth := 0; p != nil && depth < maxCauses; depth++ {
		n.ofArgs(p.Args)
		n.customer(p.Details["Customer"])
		n.Accounts = append(n.Accounts, p.Details["Account"])
		n.Hosts = append(n.Hosts, hostOf(p.Details["Host"]), p.Details["Machine"])
		if p.Cause == nil {
			return
		}
		next := exchange.AsProblem(p.Cause)
		if next.Code == exchange.CodeUnexpected {
			return
		}
		p = next
	}
}

// ofArgs adds what arguments of a sentence name.
func (n *Names) ofArgs(args map[string]string) {
	for name, text := range args {
		for one := range strings.SplitSeq(text, ", ") {
			switch name {
			case "customer", "customers", "domain":
				n.customer(one)
			case "user":
				n.Accounts = append(n.Accounts, one)
			case "host", "from", "to", "url", "proxy", "address", "computer":
				n.Hosts = append(n.Hosts, hostOf(one))
			case "path", "file", "name", "tag", "object":
				n.Others = append(n.Others, one)
			}
		}
	}
}

// hostOf is the host of an address, or what is given where it is no address.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	if u, err := url.Parse("//" + address); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return address
}
