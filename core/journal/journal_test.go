package journal_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/secret"
)

// otherProcess tells the copy of this test program that is a second running Tenantry what to do.
const otherProcess = "TENANTRY_TEST_JOURNAL"

func TestMain(m *testing.M) {
	if path := os.Getenv(otherProcess); path != "" {
		if err := beSecondProcess(path, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

const perProcess = 60

// beSecondProcess writes to the journal and ends; with a name that starts with "stay" it first waits for
// its standard input to end.
func beSecondProcess(path, name string) error {
	ctx := context.Background()
	j, err := journal.Open(ctx, path)
	if err != nil {
		return err
	}
	switch what, _, _ := strings.Cut(name, "-"); what {
	case "churn":
		return errors.Join(churn(ctx, j, filepath.Join(filepath.Dir(path), "held"), name, 30), j.Close())
	case "hold":
		return errors.Join(hold(ctx, j, name), j.Close())
	}
	for i := range perProcess {
		if err := j.ShellOpening(ctx, journal.Shell{ID: fmt.Sprintf("%s-%d", name, i), URL: "https://mail.example/PowerShell", User: name}); err != nil {
			return err
		}
	}
	if strings.HasPrefix(name, "stay") {
		fmt.Println("ready")
		_, _ = os.Stdin.Read(make([]byte, 1))
	}
	return j.Close()
}

func open(t *testing.T, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func other(t *testing.T, path, name string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, name)
	cmd.Env = append(os.Environ(), otherProcess+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestSeveralProcessesWriteOneJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "journal.db")
	var all sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		cmd := other(t, path, name)
		all.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	j := open(t, path) // at the same moment as the others make it
	for i := range perProcess {
		if err := j.ShellOpening(t.Context(), journal.Shell{ID: fmt.Sprintf("mine-%d", i), User: "mine"}); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	shells, err := j.OpenShells(t.Context())
	if err != nil || len(shells) != 3*perProcess {
		t.Fatalf("%d shells, %v", len(shells), err)
	}
	for _, s := range shells {
		want := journal.OwnerGone
		if s.User == "mine" {
			want = journal.OwnerRunning
		}
		if s.Owner != want {
			t.Errorf("%s: %s", s.ID, s.Owner)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" { // there the folder's rights count
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
}

func TestTheOwnerOfAShellIsKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	cmd := other(t, path, "stay")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	owner := func(id string) journal.Owner {
		t.Helper()
		shells, err := j.OpenShells(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range shells {
			if s.ID == id {
				return s.Owner
			}
		}
		return "not there"
	}
	if got := owner("stay-0"); got != journal.OwnerRunning {
		t.Errorf("while it runs: %s", got)
	}
	// The same number, but a process that began at another time: the system used the number again.
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE shells SET begun = begun || '0' WHERE id = 'stay-1'`); err != nil {
		t.Fatal(err)
	}
	if got := owner("stay-1"); got != journal.OwnerGone {
		t.Errorf("a number used again: %s", got)
	}
	if err := j.ShellOpening(t.Context(), journal.Shell{ID: "far", Host: "another-computer", PID: 1}); err != nil {
		t.Fatal(err)
	}
	if got := owner("far"); got != journal.OwnerUnknown {
		t.Errorf("another computer: %s", got)
	}
	if _, err := db.Exec(`UPDATE shells SET host = 'as it was called at home' WHERE id = 'stay-2'`); err != nil {
		t.Fatal(err)
	}
	if got := owner("stay-2"); got != journal.OwnerRunning {
		t.Errorf("after the computer got another name: %s", got)
	}
	_ = in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := owner("stay-0"); got != journal.OwnerGone {
		t.Errorf("after it ended: %s", got)
	}
	if got := owner("stay-2"); got != journal.OwnerGone && runtime.GOOS != "windows" {
		t.Errorf("after it ended and the computer got another name: %s", got)
	}
}

func TestAShellIsStruckOutUnderEitherName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	for _, id := range []string{"A", "B"} {
		if err := j.ShellOpening(t.Context(), journal.Shell{ID: id, URL: "https://mail.example/ps?BasicAuthToOAuthConversion=true&DelegatedOrg=contoso.example;PSVersion=5.1", Customer: "contoso.example"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.ShellNamed(t.Context(), "A", "server-A"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"server-A", "never there"} {
		if err := j.ShellClosed(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	shells, err := j.OpenShells(t.Context())
	if err != nil || len(shells) != 1 || shells[0].ID != "B" || shells[0].PID != os.Getpid() || shells[0].Opened.IsZero() ||
		shells[0].URL != "https://mail.example/ps?BasicAuthToOAuthConversion=true&DelegatedOrg=contoso.example;PSVersion=5.1" {
		t.Errorf("%+v, %v", shells, err)
	}
}

func TestAConnectionNotesItsShells(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	log := j.Shells()
	for _, id := range []string{"a", "b"} {
		if err := log.Opening(t.Context(), id, "https://mail.example/ps", "anna", "contoso.example"); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Named(t.Context(), "a", "given"); err != nil {
		t.Fatal(err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := log.Closed(done, "b"); err != nil {
		t.Error("closing is not noted after a cancelled run:", err)
	}
	shells, err := j.OpenShells(t.Context())
	if err != nil || len(shells) != 1 || shells[0].ID != "given" || shells[0].Customer != "contoso.example" || shells[0].Owner != journal.OwnerRunning {
		t.Errorf("%+v, %v", shells, err)
	}
}

func TestRunsAreNotedWithTheirOutcome(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	ctx := t.Context()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	want := journal.Run{
		ID: "r2", Program: "window", Account: "anna@fabrikam.example", URL: "https://mail.example/ps",
		Connection: exchange.Classic, Cmdlet: "Get-Mailbox", Started: at.Add(time.Minute), Ended: at.Add(2 * time.Minute),
		Outcome: journal.Partly, Rows: 7,
		Params: []journal.Param{{Name: "ResultSize", Value: "Unlimited"}, {Name: "Archive", Value: "True", Switch: true}},
		Customers: []journal.RunCustomer{
			{Customer: "b.example", Outcome: journal.Answered, Rows: 5, Ended: at},
			{Customer: "a.example", Outcome: journal.Failed, Rows: 2, Partial: true, Code: exchange.CodeDropped, Ended: at},
		},
	}
	for _, r := range []journal.Run{{ID: "r1", Started: at}, want} {
		if err := j.RunStarted(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range want.Customers {
		if err := j.CustomerEnded(ctx, "r2", c); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.RunEnded(ctx, "r2", want.Outcome, want.Rows, want.Ended); err != nil {
		t.Fatal(err)
	}
	list, err := j.Runs(ctx, 0)
	if err != nil || len(list) != 2 || list[1].Outcome != journal.Running || !list[1].Ended.IsZero() {
		t.Fatalf("%+v, %v", list, err)
	}
	if diff := cmp.Diff(want, list[0]); diff != "" {
		t.Error(diff)
	}
	if list, err = j.Runs(ctx, 1); err != nil || len(list) != 1 || list[0].ID != "r2" {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := j.Run(ctx, "r9"); exchange.CodeOf(err) != journal.CodeUnknownRun {
		t.Error(err)
	}
	if err := j.RunEnded(ctx, "r9", journal.Failed, 0, at); exchange.CodeOf(err) != journal.CodeUnknownRun {
		t.Error(err)
	}
}

func TestNoSecretIsInTheFile(t *testing.T) {
	dir := t.TempDir()
	j := open(t, filepath.Join(dir, "journal.db"))
	const hidden = "hunter2-correct-horse"
	password := exchange.NewSecret(secret.New(hidden))
	params := []exchange.Param{
		{Name: "Password", Value: password},
		{Name: "NewPassword", Value: exchange.NewText(hidden)},
		{Name: "Identity", Value: exchange.NewText("anna")},
		{Name: "Any", Value: exchange.NewList([]exchange.Value{exchange.NewText("a"), password})},
		{Name: "Login", Value: exchange.NewNested("", exchange.Record{Fields: []exchange.Field{{Name: "Key", Value: password}}})},
	}
	address := "https://anna:" + hidden + "@mail.example/ps?DelegatedOrg=contoso.example&SecurityToken=" + hidden + ";sig=" + hidden + "#" + hidden
	ctx := t.Context()
	if err := j.ShellOpening(ctx, journal.Shell{ID: "s", URL: address}); err != nil {
		t.Fatal(err)
	}
	if err := j.RunStarted(ctx, journal.Run{ID: "r", URL: address, Params: journal.Describe(params), Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := j.ShellClosed(ctx, "s"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	anything := false
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte(hidden)) {
			t.Errorf("the secret is in %s", filepath.Base(f))
		}
		anything = anything || bytes.Contains(raw, []byte("contoso.example"))
	}
	if !anything {
		t.Error("what is no secret is not in the files either: the test looks in the wrong place")
	}
}

func TestAnotherFileIsLeftAsItIs(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "notes.txt")
	text := bytes.Repeat([]byte("no database at all\n"), 1000)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(t.Context(), path); exchange.CodeOf(err) != journal.CodeDamaged {
		t.Error(err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(after, text) {
		t.Error("the file was changed")
	}

	newer := filepath.Join(dir, "newer.db")
	db, err := sql.Open("sqlite", "file:"+newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(t.Context(), newer); exchange.CodeOf(err) != journal.CodeNewer {
		t.Error(err)
	}
	if _, err := journal.Open(t.Context(), filepath.Join(path, "journal.db")); exchange.CodeOf(err) != journal.CodeUnavailable {
		t.Error(err)
	}
}

func TestReopeningKeepsWhatWasThere(t *testing.T) {
	name := "a folder with %, # and ? in it"
	if runtime.GOOS == "windows" {
		name = strings.ReplaceAll(name, "?", "&") // no folder of Windows has one
	}
	path := filepath.Join(t.TempDir(), name, "journal.db")
	for range 2 {
		j, err := journal.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.ShellOpening(t.Context(), journal.Shell{ID: "s"}); err != nil {
			t.Fatal(err)
		}
		if shells, err := j.OpenShells(t.Context()); err != nil || len(shells) != 1 {
			t.Fatalf("%v, %v", shells, err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func BenchmarkShellOpenedAndClosed(b *testing.B) {
	j, err := journal.Open(b.Context(), filepath.Join(b.TempDir(), "journal.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	for b.Loop() {
		if err := j.ShellOpening(b.Context(), journal.Shell{ID: "s"}); err != nil {
			b.Fatal(err)
		}
		if err := j.ShellClosed(b.Context(), "s"); err != nil {
			b.Fatal(err)
		}
	}
}
