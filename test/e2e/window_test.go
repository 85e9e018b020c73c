//go:build linux

// Package e2e plays stories a person lives: in the real window, in a virtual display, with mouse, keyboard
// and eyes, and nothing of the window imported.
package e2e

import (
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tenantry/test/e2e/screen"
)

var window, cli string // the programs

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if screen.Missing() != "" {
			return m.Run() // each story says what is missing
		}
		folder, err := os.MkdirTemp("", "tenantry-e2e-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		for _, b := range []struct {
			program *string
			args    []string
		}{
			{&window, []string{"-tags", "x11,migrated_fynedo,no_animations", "./cmd/tenantry"}},
			{&cli, []string{"./cmd/tenantry-cli"}},
		} {
			*b.program = filepath.Join(folder, filepath.Base(b.args[len(b.args)-1]))
			c := exec.Command("go", append([]string{"build", "-o", *b.program}, b.args...)...)
			c.Dir = filepath.Join("..", "..")
			if out, err := c.CombinedOutput(); err != nil {
				os.Stderr.Write(out)
				return 1
			}
		}
		return m.Run()
	}())
}

// screens is where pictures go, beside what `make build` leaves.
var screens = filepath.Join("..", "..", "build", "screens")

func display(t *testing.T) *screen.Display {
	t.Helper()
	return displayOf(t, 1280, 800)
}

func displayOf(t *testing.T, width, height int) *screen.Display {
	t.Helper()
	if p := screen.Missing(); p != "" {
		t.Skipf("%s is not installed: run packaging/setup.sh test", p)
	}
	folder, err := filepath.Abs(screens)
	if err != nil {
		t.Fatal(err)
	}
	return screen.New(t, width, height, folder)
}

// start opens the window with a home of its own, on a computer that was looked at before.
func start(t *testing.T, d *screen.Display, args ...string) *screen.Process {
	t.Helper()
	return startWith(t, d, `{"checked": true}`, args)
}

// startWith opens the window with settings, which stay as they are when there are any, and environment
// variables "A=b".
func startWith(t *testing.T, d *screen.Display, settings string, args []string, extra ...string) *screen.Process {
	t.Helper()
	config := filepath.Join(d.Home(), "tenantry", "config")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(config, "window.json")
	if _, err := os.Stat(file); err != nil && settings != "" {
		if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := d.Start(window, args, append([]string{"TENANTRY_HOME=" + filepath.Join(d.Home(), "tenantry")}, extra...)...)
	d.Window("Tenantry", 60*time.Second)
	d.Maximise("Tenantry")
	return p
}

// leave closes the window as a person does and waits for the program to end.
func leave(t *testing.T, d *screen.Display, p *screen.Process) {
	t.Helper()
	d.CloseWindow("Tenantry")
	if err := p.Exit(20 * time.Second); err != nil {
		t.Errorf("the program did not end well: %v", err)
	}
}

// A new user: no account, a first report, a file for Excel.
func TestFirstReport(t *testing.T) {
	d := display(t)
	p := start(t, d)
	d.See("Explore a sample partner", 60*time.Second)
	d.Shot("first-screen")
	d.Click("Explore a sample partner")

	mailboxes(d)
	d.Shot("rows")

	sortBy(t, d, "Stop sending at")
	file := filepath.Join(d.Home(), "first-report.csv")
	save(t, d, file)

	rows := readCSV(t, file)
	if len(rows) != 46 {
		t.Fatalf("the file has %d lines, want a heading and 45 rows", len(rows))
	}
	name, quota := column(t, rows[0], "DisplayName"), column(t, rows[0], "ProhibitSendQuota")
	last := int64(-1)
	for _, r := range rows[1:] {
		n := int64(1<<63 - 1)
		if r[quota] != "Unlimited" {
			var err error
			if n, err = strconv.ParseInt(r[quota], 10, 64); err != nil {
				t.Fatalf("a size in the file is %q", r[quota])
			}
		}
		if n < last {
			t.Fatalf("%s with %d comes after %d", r[name], n, last)
		}
		last = n
	}

	// What the eye sees is in the same order as the file.
	shot := d.Shot("first-report")
	words := d.Words()
	at := -1
	for _, r := range rows[1:8] {
		w, ok := screen.FindIn(words, ascii(r[name]))
		if !ok {
			continue // text recognition cannot read every name
		}
		if w.Top <= at {
			t.Errorf("%s stands above the row before it", r[name])
		}
		at = w.Top
	}
	if at < 0 {
		t.Errorf("none of the first rows could be read in %s", shot)
	}
	keep(t, file, filepath.Join(screens, "first-report.csv"))
	if os.Getenv("TENANTRY_UPDATE") != "" {
		keep(t, shot, filepath.Join("..", "..", "docs", "first-report.png"))
	}
	leave(t, d, p)
}

// mailboxes asks for the 45 mailboxes of Coho Vineyard.
func mailboxes(d *screen.Display) {
	d.Click("Coho Vineyard")
	d.Key("ctrl+k")
	d.Type("Get-Mailbox")
	d.See("Get-Mailbox", 40*time.Second)
	d.Key("Return")
	d.See("in Coho Vineyard", 40*time.Second)
	d.Key("ctrl+Return")
	d.See("45 rows", 60*time.Second)
}

// Only a build that does not trust its program reports a widget that is touched from the wrong goroutine.
func TestNothingTouchesTheScreenFromElsewhere(t *testing.T) {
	d := display(t)
	distrustful := filepath.Join(t.TempDir(), "tenantry")
	c := exec.Command("go", "build", "-tags", "x11,no_metadata,no_animations", "-o", distrustful, "./cmd/tenantry")
	c.Dir = filepath.Join("..", "..")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := d.Start(distrustful, []string{"--sample"}, "TENANTRY_HOME="+filepath.Join(d.Home(), "tenantry"))
	d.Window("Tenantry", 60*time.Second)
	d.Maximise("Tenantry")
	mailboxes(d)
	sortBy(t, d, "Stop sending at")
	leave(t, d, p)
	if strings.Contains(p.Output(), "call thread") {
		t.Errorf("a widget was touched from another goroutine:\n%s", p.Output())
	}
}

// Somebody with an account: sign in, be remembered, leave nothing behind.
func TestSignInAndBeRemembered(t *testing.T) {
	d := display(t)
	sim := serve(t)
	p := start(t, d)
	fillIn(d, sim, "not-the-password")
	d.Key("Return")
	d.See("password is not right", 40*time.Second)
	d.Shot("wrong-password")
	if _, ok := d.Find(sim.User); !ok {
		t.Error("what was typed is gone after a refusal")
	}

	d.Click("Remember on this computer")
	d.FillField("Password", sim.Password, card...)
	d.Key("Return")
	d.See("Sessions 1 of 3", 40*time.Second)
	d.Shot("signed-in")
	leave(t, d, p)
	if st := sim.stats(t); st.OpenShells != 0 || st.Created == 0 || st.Created != st.Deleted {
		t.Errorf("after the window closed: %+v", st)
	}
	hides(t, d.Home(), sim.Password)

	// The next day: the account and its password are there, and Enter is enough.
	p = start(t, d)
	d.See("password store", 40*time.Second)
	d.Shot("remembered")
	d.Key("Return")
	d.See("Sessions 1 of 3", 40*time.Second)
	leave(t, d, p)
	if st := sim.stats(t); st.OpenShells != 0 || st.Created < 2 || st.Created != st.Deleted {
		t.Errorf("after the second day: %+v", st)
	}
}

// sortBy clicks a heading and waits until the table shows that it is sorted by it.
func sortBy(t *testing.T, d *screen.Display, heading string) {
	t.Helper()
	d.Click(heading)
	d.Settle()
}

// save exports through the system's own dialog.
func save(t *testing.T, d *screen.Display, file string) {
	t.Helper()
	d.Key("ctrl+e")
	d.Window("^Save File$", 40*time.Second)
	d.Key("ctrl+a")
	d.Type(file)
	d.Key("Return")
	d.Until("the file is written", 20*time.Second, func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
}

func readCSV(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func column(t *testing.T, heading []string, name string) int {
	t.Helper()
	for i, h := range heading {
		if strings.TrimPrefix(h, "\ufeff") == name {
			return i
		}
	}
	t.Fatalf("the file has no column %s: %v", name, heading)
	return -1
}

// ascii keeps the words of a name that text recognition is sure to read.
func ascii(name string) string {
	for _, r := range name {
		if r > 126 {
			return "\x00"
		}
	}
	return name
}

// hides makes sure that a password stands in no file below folder.
func hides(t *testing.T, folder, password string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.Contains(path, "keyrings") {
			return nil // the secret store's own file is encrypted, and sockets are no files
		}
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), password) {
			t.Errorf("the password stands in %s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}
