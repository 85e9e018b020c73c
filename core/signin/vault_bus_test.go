//go:build linux

package signin_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/signin"
)

// Where there is no message bus, as on a server, the store is told to be missing and no bus is started.
func TestNoBusIsStartedForTheStore(t *testing.T) {
	launched := filepath.Join(t.TempDir(), "launched")
	programs := t.TempDir()
	if err := os.WriteFile(filepath.Join(programs, "dbus-launch"), []byte("#!/bin/sh\ntouch '"+launched+"'\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", programs+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if said, err := exec.Command("dbus-launch").CombinedOutput(); err == nil || len(said) != 0 {
		t.Fatalf("the stand-in for dbus-launch says %s, %v", said, err)
	}
	if err := os.Remove(launched); err != nil {
		t.Fatal(err)
	}
	vault := signin.SystemVault()
	_, _, err := vault.Load("anna@fabrikam.example")
	for _, err := range []error{err, vault.Delete("anna@fabrikam.example")} {
		if exchange.CodeOf(err) != signin.CodeStoreUnavailable || !strings.Contains(err.Error(), "session bus") {
			t.Errorf("without a bus the store says %v", err)
		}
	}
	if _, err := os.Stat(launched); err == nil {
		t.Error("a message bus was started")
	}
}
