package kerberos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tenantry/core/httpauth"
	"tenantry/core/secret"
	"tenantry/test/kdc"
)

// TestServerInAnotherRealm signs an account of one realm in at a server of another that trusts it.
func TestServerInAnotherRealm(t *testing.T) {
	const other, host = "LAB.EXAMPLE", "ex01.lab.example"
	for _, c := range []struct{ name, refer, mapping string }{
		{"as krb5.conf says", "", host + " = " + other},
		{"as the account's realm refers", other, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := kdc.Start(t, kdc.Options{Refer: c.refer})
			home.AddUser(t, account, password)
			away := kdc.Start(t, kdc.Options{Realm: other})
			for _, s := range []*kdc.Server{home, away} {
				s.Admin(t, fmt.Sprintf("addprinc -pw trust krbtgt/%s@%s", other, kdc.Realm))
			}
			away.Admin(t, "addprinc -randkey HTTP/"+host, "ktadd -k "+away.Keytab+" HTTP/"+host)
			conf := filepath.Join(t.TempDir(), "krb5.conf")
			text := fmt.Sprintf("[realms]\n%s = {\n kdc = %s\n}\n%s = {\n kdc = %s\n}\n[domain_realm]\n%s\n",
				kdc.Realm, home.Address, other, away.Address, c.mapping)
			if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			k := &httpauth.Kerberos{User: user, Password: secret.New(password), Config: conf}
			ours, err := k.New(context.Background(), httpauth.Peer{Host: host})
			if err != nil {
				t.Fatal(err)
			}
			token, _, err := ours.Step(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, server, err := acceptor(t, away).Accept(token, nil)
			if err != nil {
				t.Fatal(err)
			}
			if server.Client != account || server.Realm != kdc.Realm {
				t.Errorf("%s@%s signed in", server.Client, server.Realm)
			}
			if _, done, err := ours.Step(context.Background(), answer); err != nil || !done {
				t.Errorf("done %v, %v", done, err)
			}
		})
	}
}
