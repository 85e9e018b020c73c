package commands

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/negotiate"
)

// sampleWays are the ways to sign in that the sample partner can offer.
func sampleWays() []string {
	var names []string
	for _, way := range negotiate.Ways() {
		names = append(names, string(way))
	}
	return names
}

// signIn holds the ways to sign in against what there is.
func (o *serveOptions) signIn() error {
	for _, name := range o.ways {
		way := negotiate.Way(strings.ToLower(name))
		switch {
		case !slices.Contains(negotiate.Ways(), way):
			return usage(codeBadWay, map[string]string{"way": name, "known": strings.Join(sampleWays(), ", ")})
		case way == negotiate.Kerberos && o.keytab == "":
			return usage(codeNoKeytab, nil)
		case way == negotiate.Certificate && o.sim.Plain:
			return usage(codePlainCertificate, nil)
		}
		o.sim.SignIn = append(o.sim.SignIn, way)
	}
	if o.keytab == "" {
		return nil
	}
	keys, err := os.ReadFile(o.keytab)
	if err != nil {
		return cannotOpen(o.keytab, err)
	}
	o.sim.Kerberos, err = negotiate.NewKerberosKeys(keys, func(name, _ string) (string, bool) {
		user := o.sim.User
		if user == "" {
			user = exchangesim.DefaultUser
		}
		short, _, _ := strings.Cut(user, "@")
		return strings.ToLower(user), strings.EqualFold(name, short)
	})
	if err != nil {
		return cannotOpen(o.keytab, err)
	}
	return nil
}

// writeCertificate writes the client certificate beside that of the authority, for this person's eyes only. It
// returns the file, "" when no certificates are taken.
func (o *serveOptions) writeCertificate() (string, error) {
	certificate := o.sim.ClientCertificate()
	if certificate.Empty() {
		return "", nil
	}
	path := filepath.Join(filepath.Dir(o.sim.CACertFile), "client.pem")
	return path, os.WriteFile(path, []byte(certificate.Reveal()), 0o600)
}
