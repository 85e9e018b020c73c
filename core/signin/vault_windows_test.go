package signin_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

func TestTheRealCredentialManager(t *testing.T) {
	v := signin.SystemVault()
	key := signin.PasswordKey("anna@fabrikam.example", "")
	if err := playOpenVault(v, key); err != nil {
		t.Fatal(err)
	}
	err := v.Save(key, secret.New(strings.Repeat("x", signin.WindowsLimit+1)))
	if exchange.CodeOf(err) != signin.CodeStoreTooLarge {
		t.Errorf("a secret that does not fit: %v", err)
	}
	if _, found, err := v.Load(key); err != nil || found {
		t.Errorf("part of it was kept: %v, %v", found, err)
	}
}

// What one program saved, the next one finds.
func TestTheCredentialManagerKeeps(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, scene := range []string{"save", "load"} {
		c := exec.Command(self)
		c.Env = append(os.Environ(), vaultScene+"="+scene)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", scene, err, out)
		}
	}
}
