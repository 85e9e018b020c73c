package signin_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// vaultScene names, for the copy of this test program that runs beside a secret store of its own, what it
// is to do there.
const vaultScene = "TENANTRY_TEST_VAULT"

func TestMain(m *testing.M) {
	scene := os.Getenv(vaultScene)
	if scene == "" {
		os.Exit(m.Run())
	}
	if err := playVault(scene); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func playVault(scene string) error {
	v := signin.SystemVault()
	key := signin.PasswordKey("anna@fabrikam.example", "")
	switch scene {
	case "open":
		return playOpenVault(v, key)
	case "save":
		return v.Save(key, secret.New("kept päßwörd"))
	case "load":
		s, found, err := v.Load(key)
		if err != nil || !found || s.Reveal() != "kept päßwörd" {
			return fmt.Errorf("load: %v, %v", found, err)
		}
		return v.Delete(key)
	case "locked":
		return refuses(v, key, signin.CodeStoreLocked)
	case "missing":
		return refuses(v, key, signin.CodeStoreUnavailable)
	}
	return fmt.Errorf("unknown scene %q", scene)
}

func playOpenVault(v signin.Vault, key string) error {
	if _, found, err := v.Load(key); err != nil || found {
		return fmt.Errorf("an empty store has the key: %v, %v", found, err)
	}
	if err := v.Delete(key); err != nil {
		return fmt.Errorf("delete what is not there: %w", err)
	}
	for _, text := range []string{"first", "päßwörd, \"quoted\"\n", strings.Repeat("x", signin.WindowsLimit)} {
		if err := v.Save(key, secret.New(text)); err != nil {
			return fmt.Errorf("save: %w", err)
		}
		s, found, err := v.Load(key)
		if err != nil || !found || s.Reveal() != text {
			return fmt.Errorf("load: %v, %v, right text: %v", found, err, s.Reveal() == text)
		}
	}
	if _, found, err := v.Load(key + "2"); err != nil || found {
		return fmt.Errorf("another key is found: %v, %v", found, err)
	}
	if err := v.Delete(key); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if _, found, err := v.Load(key); err != nil || found {
		return fmt.Errorf("a deleted key is found: %v, %v", found, err)
	}
	return nil
}

// refuses checks that every use fails with code, and soon.
func refuses(v signin.Vault, key string, code exchange.Code) error {
	begun := time.Now()
	_, _, load := v.Load(key)
	for doing, err := range map[string]error{"load": load, "save": v.Save(key, secret.New("x")), "delete": v.Delete(key)} {
		if exchange.CodeOf(err) != code {
			return fmt.Errorf("%s: %v, want %s", doing, err, code)
		}
	}
	if took := time.Since(begun); took > 20*time.Second {
		return fmt.Errorf("it took %v to fail", took)
	}
	return nil
}

func TestTheRealSecretService(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the Secret Service is Linux's store")
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon", "bash"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: apt-get install dbus gnome-keyring", program)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The daemon locks nothing by itself; its collection is locked again through its own interface.
	const unlock = `eval "$(printf 'testpw\n' | gnome-keyring-daemon --unlock --components=secrets)"; `
	const lock = `dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets ` +
		`org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null; `
	for scene, script := range map[string]string{
		"open":    unlock + `"$0"`,
		"locked":  unlock + lock + `"$0"`,
		"missing": `"$0"`,
	} {
		t.Run(scene, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			home := t.TempDir()
			runDir := filepath.Join(home, "run")
			if err := os.Mkdir(runDir, 0o700); err != nil {
				t.Fatal(err)
			}
			args := []string{"--", "bash", "-c", script, self}
			if scene == "missing" {
				// A bus that can start nothing, as on a server.
				conf := filepath.Join(home, "bus.conf")
				text := `<busconfig><type>session</type><listen>unix:tmpdir=` + runDir + `</listen>` +
					`<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
				if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append([]string{"--config-file=" + conf}, args...)
			}
			cmd := exec.CommandContext(ctx, "dbus-run-session", args...)
			cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + runDir, vaultScene + "=" + scene}
			// To a file: the daemon keeps what it was given open until the bus is gone, a moment later.
			output, err := os.Create(filepath.Join(home, "output"))
			if err != nil {
				t.Fatal(err)
			}
			defer output.Close()
			cmd.Stdout, cmd.Stderr = output, output
			if err := cmd.Run(); err != nil {
				text, _ := os.ReadFile(output.Name())
				t.Fatalf("%v\n%s", err, text)
			}
		})
	}
	t.Run("no bus at all", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/nonexistent", vaultScene + "=missing"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}
