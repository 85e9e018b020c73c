package handover

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"tenantry/core/exchange"
)

// tellVariable makes this test program one that is opened: it tells in the named file what it was given.
const tellVariable = "TENANTRY_TEST_TELL"

type told struct {
	Args   []string
	Script string
	Asks   bool // standard input is a console, so that it can ask
}

func TestMain(m *testing.M) {
	if path := os.Getenv(tellVariable); path != "" {
		tell(path)
		return
	}
	os.Exit(m.Run())
}

func tell(path string) {
	var mode uint32
	in, err := windows.GetStdHandle(windows.STD_INPUT_HANDLE)
	asks := err == nil && windows.GetConsoleMode(in, &mode) == nil
	script, err := os.ReadFile(os.Args[len(os.Args)-1])
	if err != nil {
		script = []byte(err.Error())
	}
	text, err := json.Marshal(told{os.Args[1:], string(script), asks})
	if err == nil {
		err = os.WriteFile(path+".part", text, 0o600)
	}
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		os.Exit(1)
	}
}

func TestAScriptIsOpenedInAWindowOfItsOwn(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	answer := filepath.Join(t.TempDir(), "told")
	t.Setenv(tellVariable, answer)
	t.Setenv("TMP", t.TempDir())
	old := filepath.Join(os.TempDir(), "tenantry-script-old")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * keptFor)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if err := open(self, []string{"-NoExit", "-File"}, "Contoso it's 50% & more.ps1", []byte("\ufeffGet-Mailbox\r\n")); err != nil {
		t.Fatal(err)
	}
	var got told
	until(t, "the program has told", func() bool {
		text, err := os.ReadFile(answer)
		return err == nil && json.Unmarshal(text, &got) == nil
	})
	if len(got.Args) != 3 || !slices.Equal(got.Args[:2], []string{"-NoExit", "-File"}) || filepath.Base(got.Args[2]) != "Contoso it's 50% & more.ps1" {
		t.Errorf("it was given %q", got.Args)
	}
	if got.Script != "\ufeffGet-Mailbox\r\n" {
		t.Errorf("the file holds %q", got.Script)
	}
	if wine, display := os.Getenv("TENANTRY_WINDOWS_VERSION"), os.Getenv("DISPLAY"); wine != "" && display == "" {
		t.Log("Wine makes consoles on a screen only: whether it can ask was not seen")
	} else if !got.Asks {
		t.Error("it has no console to ask in")
	}
	until(t, "the script is taken away", func() bool {
		left, err := filepath.Glob(filepath.Join(os.TempDir(), folderPattern))
		return err == nil && len(left) == 0
	})
}

func TestWhatIsNotThereIsNotOpened(t *testing.T) {
	t.Setenv("TMP", t.TempDir())
	if err := open(filepath.Join(t.TempDir(), "none.exe"), nil, "x.ps1", nil); err == nil {
		t.Error("a program that is not there was started")
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPattern)); len(left) != 0 {
		t.Errorf("left behind is %q", left)
	}
	t.Setenv("TMP", filepath.Join(t.TempDir(), "no", "folder"))
	if err := Open(t.Context(), "x.ps1", nil); exchange.CodeOf(err) != CodeNotOpened {
		t.Errorf("without a folder: %v", err)
	}
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
