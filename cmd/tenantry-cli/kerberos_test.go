package main_test

import (
	"strings"
	"testing"

	"tenantry/test/kdc"
)

func TestKerberos(t *testing.T) {
	t.Parallel()
	realm := kdc.Start(t, kdc.Options{})
	const password = "pass of the realm"
	realm.AddUser(t, "admin", password)
	p := serve(t, "--plain", "--auth", "kerberos", "--auth", "negotiate", "--keytab", realm.Keytab, "--customers", "2", "--mailboxes", "7")
	run := []string{"run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--columns", "Alias", "--url", p.Classic}

	holder := somebody(t)
	holder.env = append(realm.Environment(), "KRB5CCNAME="+realm.Ticket(t, "admin", password))
	for _, way := range []string{"kerberos", "negotiate"} {
		args := append(run, "--auth", way)
		if way == "negotiate" { // which goes on to a password where there is no ticket
			args = append(args, "--user", "admin@"+strings.ToLower(kdc.Realm), "--password-stdin")
		}
		if got := holder.run(t, password+"\n", args...).want(t, 0); len(lines(got.out)) != 8 {
			t.Errorf("%s with the ticket that is there\n%s", way, got.out)
		}
	}

	nobody := somebody(t)
	nobody.env = append(realm.Environment(), "KRB5CCNAME=FILE:"+nobody.home+"/none")
	nobody.run(t, "", append(run, "--auth", "kerberos")...).want(t, 4, "ticket")
	as := append(run, "--auth", "kerberos", "--user", "admin@"+strings.ToLower(kdc.Realm), "--password-stdin")
	if got := nobody.run(t, password+"\n", as...).want(t, 0); len(lines(got.out)) != 8 {
		t.Errorf("with a password\n%s", got.out)
	}
	nobody.run(t, "wrong\n", as...).want(t, 4)
}
