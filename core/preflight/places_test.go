package preflight_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/secret"
	"tenantry/core/signin"
)

// storeScene names, for the copy of this test program that runs beside a secret store of its own, the code that
// the check must find there.
const storeScene = "TENANTRY_TEST_STORE"

// TestStoreScene plays what TestTheRealStore starts.
func TestStoreScene(t *testing.T) {
	code := exchange.Code(os.Getenv(storeScene))
	if code == "" {
		t.Skip("played by TestTheRealStore")
	}
	status := preflight.Warn
	if code == preflight.CodeStoreFine {
		status = preflight.Pass
	}
	f := found(t, preflight.Subject{Computer: &pc{}, Vault: signin.SystemVault()}, preflight.CheckStore)
	is(t, f, status, code)
	if f.Took > preflight.DefaultLimit {
		t.Errorf("it took %v", f.Took)
	}
}

// The real Secret Service, open, locked and not there, each on a message bus of its own.
func TestTheRealStore(t *testing.T) {
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
	const unlock = `eval "$(printf 'testpw\n' | gnome-keyring-daemon --unlock --components=secrets)"; `
	const lock = `dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets ` +
		`org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null; `
	const play = `"$0" -test.run=^TestStoreScene$`
	for code, script := range map[exchange.Code]string{
		preflight.CodeStoreFine:     unlock + play,
		signin.CodeStoreLocked:      unlock + lock + play,
		signin.CodeStoreUnavailable: "",
	} {
		t.Run(string(code), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			home := t.TempDir()
			cmd := exec.CommandContext(ctx, "dbus-run-session", "--", "bash", "-c", script, self)
			path := os.Getenv("PATH")
			if script == "" { // no bus, and nothing that could start one
				cmd, path = exec.CommandContext(ctx, self, "-test.run=^TestStoreScene$"), "/nonexistent"
			}
			cmd.Env = []string{"HOME=" + home, "PATH=" + path, "XDG_RUNTIME_DIR=" + home, storeScene + "=" + string(code)}
			// To a file: the daemon keeps what it was given open until the bus is gone, a moment later.
			output, err := os.Create(filepath.Join(home, "output"))
			if err != nil {
				t.Fatal(err)
			}
			defer output.Close()
			cmd.Stdout, cmd.Stderr = output, output
			err = cmd.Run()
			text, _ := os.ReadFile(output.Name())
			if err != nil || !strings.Contains(string(text), "PASS") {
				t.Fatalf("%v\n%s", err, text)
			}
		})
	}
}

// oddVault is a store that does what no healthy one does.
type oddVault struct {
	fail   exchange.Code
	answer string
	stays  bool
	wait   chan struct{}
	saved  bool
}

func (v *oddVault) Save(string, secret.Secret) error {
	if v.wait != nil {
		<-v.wait
	}
	if v.fail != "" {
		return &exchange.Problem{Code: v.fail}
	}
	v.saved = true
	return nil
}

func (v *oddVault) Load(string) (secret.Secret, bool, error) {
	return secret.New(v.answer), v.saved, nil
}

func (v *oddVault) Delete(string) error {
	v.saved = v.saved && v.stays
	return nil
}

func TestAStoreInTrouble(t *testing.T) {
	for _, code := range []exchange.Code{signin.CodeStoreUnavailable, signin.CodeStoreLocked, signin.CodeStoreTooLarge, signin.CodeStoreFailed} {
		is(t, found(t, preflight.Subject{Computer: &pc{}, Vault: &oddVault{fail: code}}, preflight.CheckStore), preflight.Warn, code)
	}
	is(t, found(t, preflight.Subject{Computer: &pc{}, Vault: &oddVault{answer: "another"}}, preflight.CheckStore), preflight.Warn, preflight.CodeStoreForgets)
	is(t, found(t, preflight.Subject{Computer: &pc{}, Vault: &oddVault{stays: true}}, preflight.CheckStore), preflight.Warn, preflight.CodeStoreForgets)
	is(t, found(t, preflight.Subject{Computer: &pc{}}, preflight.CheckStore), preflight.NotApplicable, preflight.CodeOnlyHere)
}

// A store that asks a person who is not there does not keep the others waiting.
func TestAStoreThatWaits(t *testing.T) {
	vault := &oddVault{wait: make(chan struct{})}
	defer close(vault.wait)
	for _, c := range preflight.Checks(preflight.Subject{Computer: &pc{}, Vault: vault}) {
		if c.ID != preflight.CheckStore {
			continue
		}
		c.Limit = 50 * time.Millisecond
		f := preflight.Run(t.Context(), []preflight.Check{c}, nil)[0]
		is(t, f, preflight.Warn, preflight.CodeStoreSilent)
		sayable(t, f)
		if f.Took > 2*time.Second {
			t.Errorf("it took %v", f.Took)
		}
	}
}

func TestFolders(t *testing.T) {
	home := t.TempDir()
	folders := signin.Folders{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	f := found(t, preflight.Subject{Computer: &pc{}, Folders: &folders}, preflight.CheckFolder)
	is(t, f, preflight.Pass, preflight.CodeFolderFine)
	for _, path := range []string{folders.Config, folders.Data} {
		left, err := os.ReadDir(path)
		if err != nil || len(left) > 0 {
			t.Errorf("%s holds %v, %v", path, left, err)
		}
	}
	is(t, found(t, preflight.Subject{Computer: &pc{}}, preflight.CheckFolder), preflight.NotApplicable, preflight.CodeOnlyHere)
}

func TestAFolderThatCannotBeMade(t *testing.T) {
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "data"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folders := signin.Folders{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data", "tenantry")}
	f := found(t, preflight.Subject{Computer: &pc{}, Folders: &folders}, preflight.CheckFolder)
	is(t, f, preflight.Fail, signin.CodeNoFolder)
	if f.Args["path"] != folders.Data {
		t.Errorf("path %q", f.Args["path"])
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	const readOnly = "/proc/sys" // for root too
	if _, err := os.Stat(readOnly); err != nil {
		t.Skip("there is no folder here that root may not write to")
	}
	folders := signin.Folders{Config: t.TempDir(), Data: readOnly}
	f := found(t, preflight.Subject{Computer: &pc{}, Folders: &folders}, preflight.CheckFolder)
	is(t, f, preflight.Fail, preflight.CodeFolderReadOnly)
	if f.Args["path"] != readOnly || fact(f, "Cause") == "" {
		t.Errorf("%v, facts %v", f.Args, f.Facts)
	}
}

// The real disk: the number is the one the system tells, also for a folder that is not there yet.
func TestRoomOnTheDisk(t *testing.T) {
	home := t.TempDir()
	folders := signin.Folders{Data: filepath.Join(home, "not", "yet")}
	f := found(t, preflight.Subject{Computer: &pc{}, Folders: &folders}, preflight.CheckDisk)
	free, err := strconv.ParseUint(f.Args["free"], 10, 64)
	if err != nil || f.Args["path"] != home {
		t.Fatalf("%v, %v", f.Args, err)
	}
	if runtime.GOOS != "windows" {
		out, err := exec.Command("df", "-Pk", home).Output()
		fields := strings.Fields(string(out))
		if err != nil || len(fields) < 6 {
			t.Fatalf("df: %v\n%s", err, out)
		}
		kilobytes, err := strconv.ParseUint(fields[len(fields)-3], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if far := max(free, kilobytes*1024) - min(free, kilobytes*1024); far > 2<<30 { // others write meanwhile
			t.Errorf("free %d, df says %d", free, kilobytes*1024)
		}
	}
	is(t, found(t, preflight.Subject{Computer: &pc{}}, preflight.CheckDisk), preflight.NotApplicable, preflight.CodeOnlyHere)
}

func TestScreen(t *testing.T) {
	good := preflight.Screen{Width: 1920, Height: 1080, Scale: 1, Driver: "Mesa Intel", OpenGL: "4.6"}
	change := func(by func(*preflight.Screen)) preflight.Screen {
		s := good
		by(&s)
		return s
	}
	for name, c := range map[string]struct {
		screen preflight.Screen
		status preflight.Status
		code   exchange.Code
	}{
		"good":              {good, preflight.Pass, preflight.CodeScreenFine},
		"just large enough": {change(func(s *preflight.Screen) { s.Width, s.Height = 1024, 700 }), preflight.Pass, preflight.CodeScreenFine},
		"narrow":            {change(func(s *preflight.Screen) { s.Width = 1023 }), preflight.Warn, preflight.CodeScreenSmall},
		"low":               {change(func(s *preflight.Screen) { s.Height = 699 }), preflight.Warn, preflight.CodeScreenSmall},
		"enlarged":          {change(func(s *preflight.Screen) { s.Scale = 2 }), preflight.Warn, preflight.CodeScreenSmall},
		"enlarged and fine": {change(func(s *preflight.Screen) { s.Width, s.Height, s.Scale = 3840, 2160, 2 }), preflight.Pass, preflight.CodeScreenFine},
		"scale not told":    {change(func(s *preflight.Screen) { s.Scale = 0 }), preflight.Pass, preflight.CodeScreenFine},
		"without a card":    {change(func(s *preflight.Screen) { s.Software, s.Driver = true, "llvmpipe" }), preflight.Warn, preflight.CodeScreenSlow},
		"OpenGL 2.1":        {change(func(s *preflight.Screen) { s.OpenGL = "2.1 Mesa 22.3.6" }), preflight.Pass, preflight.CodeScreenFine},
		"OpenGL 1.1":        {change(func(s *preflight.Screen) { s.OpenGL, s.Driver = "1.1.0", "GDI Generic" }), preflight.Fail, preflight.CodeScreenOpenGL},
		"OpenGL 2.0":        {change(func(s *preflight.Screen) { s.OpenGL = "2.0" }), preflight.Fail, preflight.CodeScreenOpenGL},
		"no OpenGL":         {change(func(s *preflight.Screen) { s.OpenGL = "" }), preflight.Fail, preflight.CodeScreenOpenGL},
		"OpenGL ES 2.0":     {change(func(s *preflight.Screen) { s.OpenGL = "OpenGL ES 2.0" }), preflight.Pass, preflight.CodeScreenFine},
		"OpenGL ES 1.1":     {change(func(s *preflight.Screen) { s.OpenGL = "OpenGL ES 1.1" }), preflight.Fail, preflight.CodeScreenOpenGL},
		"a size not told":   {change(func(s *preflight.Screen) { s.Width, s.Height = 0, 0 }), preflight.Pass, preflight.CodeScreenFine},
		"two figures":       {change(func(s *preflight.Screen) { s.OpenGL = "3.10" }), preflight.Pass, preflight.CodeScreenFine},
	} {
		t.Run(name, func(t *testing.T) {
			ask := func(context.Context) (preflight.Screen, error) { return c.screen, nil }
			f := found(t, preflight.Subject{Computer: &pc{}, Screen: ask}, preflight.CheckScreen)
			is(t, f, c.status, c.code)
			if fact(f, "Graphics driver") != c.screen.Driver {
				t.Errorf("facts %v", f.Facts)
			}
		})
	}
	is(t, found(t, preflight.Subject{Computer: &pc{}}, preflight.CheckScreen), preflight.NotApplicable, preflight.CodeNoWindow)
	broken := func(context.Context) (preflight.Screen, error) { return preflight.Screen{}, errors.New("no display") }
	is(t, found(t, preflight.Subject{Computer: &pc{}, Screen: broken}, preflight.CheckScreen), preflight.Warn, preflight.CodeUnread)
}

func TestUpdates(t *testing.T) {
	for _, c := range preflight.Checks(preflight.Subject{Computer: &pc{}}) {
		if c.ID == preflight.CheckUpdate {
			t.Error("a newer version is looked for though nobody asked")
		}
	}
	const page = "https://tenantry.example/releases/0.2.0"
	for _, c := range []struct {
		version string
		err     error
		status  preflight.Status
		code    exchange.Code
		fixes   string
	}{
		{"", nil, preflight.Pass, preflight.CodeUpdateNone, ""},
		{"0.2.0", nil, preflight.Warn, preflight.CodeUpdateThere, "open-page"},
		{"", errors.New("no answer"), preflight.Warn, preflight.CodeUpdateUnknown, ""},
	} {
		updates := func(context.Context) (string, string, error) { return c.version, page, c.err }
		f := found(t, preflight.Subject{Computer: &pc{}, Updates: updates}, preflight.CheckUpdate)
		is(t, f, c.status, c.code)
		if fixes(f) != c.fixes || c.fixes != "" && (f.Fixes[0].Args["page"] != page || f.Args["version"] != c.version) {
			t.Errorf("%s: %v, fixes %v", c.code, f.Args, f.Fixes)
		}
	}
}

// diskScene is, for the copy of this test program that runs beside a disk of its own, the folder on that disk, and
// the code that the check must find there.
const diskScene = "TENANTRY_TEST_DISK"

// TestDiskScene plays what TestAFullDisk starts.
func TestDiskScene(t *testing.T) {
	folder, code, ok := strings.Cut(os.Getenv(diskScene), "=")
	if !ok {
		t.Skip("played by TestAFullDisk")
	}
	status := preflight.Warn
	if exchange.Code(code) == preflight.CodeDiskFull {
		status = preflight.Fail
	}
	is(t, found(t, preflight.Subject{Computer: &pc{}, Folders: &signin.Folders{Data: folder}}, preflight.CheckDisk), status, exchange.Code(code))
}

// Real disks of which little or nothing is left: small ones in memory, seen by nobody else.
func TestAFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a disk in memory is made on Linux")
	}
	if out, err := exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "none", t.TempDir()).CombinedOutput(); err != nil {
		t.Skipf("no disk of one's own may be made here: %v %s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for size, code := range map[string]exchange.Code{"50m": preflight.CodeDiskFull, "900m": preflight.CodeDiskLow} {
		folder := t.TempDir()
		cmd := exec.Command("unshare", "-rm", "bash", "-c", `mount -t tmpfs -o size="$1" none "$2" && exec "$0" -test.run='^TestDiskScene$'`, self, size, folder)
		cmd.Env = append(os.Environ(), diskScene+"="+folder+"="+string(code))
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
			t.Errorf("a disk of %s: %v\n%s", size, err, out)
		}
	}
}
