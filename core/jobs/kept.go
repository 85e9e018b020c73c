package jobs

import (
	"context"
	"os"

	"tenantry/core/exchange"
	"tenantry/core/signin"
)

// KeptAccess returns an Access for LeftOptions that asks nobody: the password is the one that vault keeps for
// the account, and how to reach the server is what the saved connection with that account says. An account
// whose connection was not saved is reached without a private authority.
func KeptAccess(profiles *signin.Profiles, vault signin.Vault) func(context.Context, Left) (Access, bool, error) {
	return func(ctx context.Context, left Left) (Access, bool, error) {
		at := signin.Profile{Connection: exchange.Classic, User: left.User, URL: left.URL}
		list, err := profiles.List()
		if err != nil {
			return Access{}, false, err
		}
		key := left.Account()
		for _, p := range list {
			if p.Connection == exchange.Classic && signin.AccountKey(p.User, p.Address()) == key {
				at = p
				break
			}
		}
		return keptAccess(at, "password:"+key, vault)
	}
}

func keptAccess(at signin.Profile, passwordKey string, vault signin.Vault) (a Access, found bool, err error) {
	a.Credential = exchange.Credential{User: at.User, Authentication: at.Authentication}
	a.Target.URL, a.Target.Proxy = at.Address(), at.Way()
	if at.CAFile != "" {
		if a.Target.PrivateCA, err = os.ReadFile(at.CAFile); err != nil {
			return a, false, &exchange.Problem{Code: signin.CodeCertificateUnreadable, Doing: "read the certificate authority",
				Args: map[string]string{"path": at.CAFile}, Cause: err}
		}
	}
	if a.Credential.ClientCertificate, err = at.ClientCertificate(); err != nil {
		return a, false, err
	}
	if at.ProxyUser != "" {
		if a.Target.Proxy.Password, _, err = vault.Load(at.ProxyPasswordKey()); err != nil {
			return a, false, err
		}
	}
	if !at.TakesPassword() {
		return a, true, nil
	}
	a.Credential.Password, found, err = vault.Load(passwordKey)
	return a, found || !at.NeedsPassword(), err
}
