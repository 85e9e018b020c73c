package main_test

import (
	"strings"
	"testing"
)

func TestTheProxysPasswordIsAskedFor(t *testing.T) {
	t.Parallel()
	const password = "secret way"
	p, who := serve(t, "--customers", "2", "--mailboxes", "7"), somebody(t)
	proxy, used := gateway(t, password)
	text, status := who.terminal(t, map[string]string{
		"Password of " + p.User + ":": p.Password + "\n",
		"Password of jo:":             password + "\n",
	}, "run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--url", p.Classic, "--user", p.User, "--ca-cert", *p.CACert, "--proxy", proxy, "--proxy-user", "jo")
	if status != 0 || used() == 0 || strings.Contains(text, password) {
		t.Errorf("%d after %d times through the proxy\n%s", status, used(), text)
	}
}
