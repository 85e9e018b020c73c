//go:build !windows

package journal_test

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tenantry/core/journal"
)

// A program that somebody stopped (Ctrl+Z) while it waits does not keep those behind it waiting.
func TestAStoppedProgramIsPassed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	book := j.Places("window")
	var places []*journal.Place
	for _, name := range []string{"a", "b", "c"} {
		places = append(places, take(t, book, name).gets(t))
	}
	cmd := other(t, path, "hold-d")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = in.Close()
	}()
	waits := make(chan int, 10)
	stop := book.Watch(anna, func(others int) { waits <- others })
	defer stop()
	for n := range waits {
		if n == 1 {
			break
		}
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	behind := take(t, book, "behind")
	behind.hears(t, "a (window, here)", "b (window, here)", "c (window, here)")
	if err := book.Free(t.Context(), places[0]); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	places[0] = behind.gets(t)
	if time.Since(begun) < time.Second {
		t.Error("it was passed at once")
	}

	// It is served when it goes on.
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		if err := book.Free(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	for n := range waits {
		if n == 0 {
			break
		}
	}
}

// A program that waits while another one writes to the journal for a while goes on afterwards.
func TestALockedJournalIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	db := raw(t, path)
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	waiting := take(t, j.Places("window"), "a")
	select {
	case err := <-waiting.done:
		t.Fatalf("it took a place that could not be written: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	if _, err := db.Exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	waiting.gets(t)
}
