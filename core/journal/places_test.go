package journal_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal"
)

const anna = "anna@fabrikam.example@mail.example"

// most is how many sessions the account may have in these tests.
const most = 3

// churn takes and gives back places as a busy program does. While it has one it keeps a file in the folder
// beside the journal, so that others can be counted without asking the journal.
func churn(ctx context.Context, j *journal.Journal, folder, name string, times int) error {
	book := j.Places("command line")
	for i := range times {
		place, err := book.Take(ctx, journal.Want{Account: anna, Customer: exchange.CustomerID(name), Max: most}, nil)
		if err != nil {
			return err
		}
		mine := filepath.Join(folder, fmt.Sprintf("%s-%d", name, i))
		if err := os.WriteFile(mine, nil, 0o600); err != nil {
			return err
		}
		all, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		if len(all) > most {
			return fmt.Errorf("%d sessions at once", len(all))
		}
		if err := os.Remove(mine); err != nil {
			return err
		}
		if err := book.Free(ctx, place); err != nil {
			return err
		}
	}
	return nil
}

// hold takes a place, notes a shell for it, and keeps both until its standard input ends.
func hold(ctx context.Context, j *journal.Journal, name string) error {
	book := j.Places("window")
	place, err := book.Take(ctx, journal.Want{Account: anna, Customer: exchange.CustomerID(name), Max: most}, nil)
	if err != nil {
		return err
	}
	if err := j.Shells().Opening(place.Mark(ctx), name, "https://mail.example/PowerShell", "anna@fabrikam.example", exchange.CustomerID(name)); err != nil {
		return err
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := j.ShellClosed(ctx, name); err != nil {
		return err
	}
	return book.Free(ctx, place)
}

// holder is another process that has a place.
type holder struct {
	cmd *exec.Cmd
	in  io.Closer
}

func holds(t *testing.T, path, name string) *holder {
	t.Helper()
	cmd := other(t, path, name)
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
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return &holder{cmd, in}
}

func (h *holder) end(t *testing.T) {
	t.Helper()
	_ = h.in.Close()
	if err := h.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func (h *holder) kill(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.cmd.Wait()
	_ = h.in.Close()
}

// taking is a Take under way.
type taking struct {
	heard chan []journal.Holder
	done  chan error
	place *journal.Place
	stop  context.CancelFunc
}

func take(t *testing.T, book *journal.Places, customer string) *taking {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	k := &taking{heard: make(chan []journal.Holder, 100), done: make(chan error, 1), stop: stop}
	go func() {
		var err error
		k.place, err = book.Take(ctx, journal.Want{Account: anna, Customer: exchange.CustomerID(customer), Max: most},
			func(h []journal.Holder) { k.heard <- h })
		k.done <- err
	}()
	t.Cleanup(stop)
	return k
}

// hears waits for word of who is in the way.
func (k *taking) hears(t *testing.T, want ...string) {
	t.Helper()
	var last []string
	for {
		select {
		case holders := <-k.heard:
			last = nil
			for _, h := range holders {
				what := h.Program
				switch {
				case h.Left:
					what = "left"
				case h.Here:
					what += ", here"
				}
				last = append(last, string(h.Customer)+" ("+what+")")
			}
			if strings.Join(last, "; ") == strings.Join(want, "; ") {
				return
			}
		case err := <-k.done:
			t.Fatalf("it got its place (%v) while %v are in the way", err, last)
		case <-time.After(20 * time.Second):
			t.Fatalf("in the way are %v, want %v", last, want)
		}
	}
}

func (k *taking) gets(t *testing.T) *journal.Place {
	t.Helper()
	select {
	case err := <-k.done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it still waits")
	}
	return k.place
}

func TestProgramsTogetherStayWithinTheirSessions(t *testing.T) {
	dir := t.TempDir()
	path, folder := filepath.Join(dir, "journal.db"), filepath.Join(dir, "held")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	j := open(t, path)
	var all sync.WaitGroup
	for _, name := range []string{"churn-one", "churn-two"} {
		cmd := other(t, path, name)
		all.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	for i := range 4 {
		all.Go(func() {
			if err := churn(t.Context(), j, folder, fmt.Sprintf("mine-%d", i), 10); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestWhoWaitsIsServedInTurnAndHearsForWhom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	book := j.Places("command line")
	a, b := holds(t, path, "hold-a"), holds(t, path, "hold-b")
	mine := take(t, book, "mine").gets(t)
	if _, err := book.Take(t.Context(), journal.Want{Account: "bert@" + anna, Max: 1}, nil); err != nil {
		t.Error("another account has sessions of its own:", err)
	}

	first := take(t, book, "first")
	first.hears(t, "hold-a (window)", "hold-b (window)", "mine (command line, here)")
	second := take(t, book, "second")
	second.hears(t, "hold-a (window)", "hold-b (window)", "mine (command line, here)")
	third := take(t, book, "third")
	third.hears(t, "hold-a (window)", "hold-b (window)", "mine (command line, here)")

	second.stop()
	if err := <-second.done; exchange.CodeOf(err) != exchange.CodeCancelled {
		t.Error(err)
	}
	a.end(t)
	one := first.gets(t)
	third.hears(t, "hold-b (window)", "mine (command line, here)", "first (command line, here)")
	if err := book.Free(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	two := third.gets(t)
	for _, p := range []*journal.Place{one, two} {
		if err := book.Free(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	b.end(t)
}

func TestWhatAKilledProgramHeldComesFreeButItsShellCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	book := j.Places("command line")
	killed := holds(t, path, "hold-a")
	others := []*journal.Place{take(t, book, "b").gets(t), take(t, book, "c").gets(t)}
	waiting := take(t, book, "d")
	waiting.hears(t, "hold-a (window)", "b (command line, here)", "c (command line, here)")
	killed.kill(t)
	waiting.hears(t, "b (command line, here)", "c (command line, here)", "hold-a (left)")
	shells, err := j.OpenShells(t.Context())
	if err != nil || len(shells) != 1 || shells[0].Owner != journal.OwnerGone || shells[0].Confirmed || shells[0].Found.IsZero() || shells[0].Budget != anna {
		t.Errorf("%+v, %v", shells, err)
	}
	if err := j.ShellClosed(t.Context(), "hold-a"); err != nil {
		t.Fatal(err)
	}
	others = append(others, waiting.gets(t))
	for _, p := range others {
		if err := book.Free(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}

	// One that nobody removes stops counting when its server has dropped it for certain.
	holds(t, path, "hold-a").kill(t)
	var places []*journal.Place
	for _, name := range []string{"b", "c"} {
		places = append(places, take(t, book, name).gets(t))
	}
	waiting = take(t, book, "d")
	waiting.hears(t, "b (command line, here)", "c (command line, here)", "hold-a (left)")
	db := raw(t, path)
	if _, err := db.Exec(`UPDATE shells SET found = ?`, time.Now().Add(-journal.LeftLimit-time.Minute).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	places = append(places, waiting.gets(t))
	for _, p := range places {
		if err := book.Free(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
}

func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// A program that could not close a session gives its place back, and the session counts by itself.
func TestASessionThatCouldNotBeClosedCounts(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	book := j.Places("window")
	place := take(t, book, "a").gets(t)
	log := j.Shells()
	if err := log.Opening(place.Mark(t.Context()), "A", "https://mail.example/ps", "anna@fabrikam.example", "a"); err != nil {
		t.Fatal(err)
	}
	if err := log.Named(t.Context(), "A", "A"); err != nil {
		t.Fatal(err)
	}
	owner := func() journal.OpenShell {
		t.Helper()
		shells, err := j.OpenShells(t.Context())
		if err != nil || len(shells) != 1 {
			t.Fatalf("%+v, %v", shells, err)
		}
		return shells[0]
	}
	if s := owner(); s.Owner != journal.OwnerRunning || !s.Confirmed || !s.Found.IsZero() {
		t.Errorf("in use: %+v", s)
	}
	if err := book.Free(t.Context(), place); err != nil {
		t.Fatal(err)
	}
	if s := owner(); s.Owner != journal.OwnerGaveUp || s.Found.IsZero() {
		t.Errorf("given up: %+v", s)
	}
	b, c := take(t, book, "b").gets(t), take(t, book, "c").gets(t)
	waiting := take(t, book, "d")
	waiting.hears(t, "b (window, here)", "c (window, here)", "a (left)")
	if err := log.Closed(t.Context(), "A"); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*journal.Place{b, c, waiting.gets(t)} {
		if err := book.Free(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOthersWhoWaitAreWatched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	book := j.Places("window")
	var places []*journal.Place
	for _, name := range []string{"a", "b", "c"} {
		places = append(places, take(t, book, name).gets(t))
	}
	seen := make(chan int, 10)
	stop := book.Watch(anna, func(others int) { seen <- others })
	next := func(want int) {
		t.Helper()
		select {
		case n := <-seen:
			if n != want {
				t.Errorf("%d others wait, want %d", n, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing is heard of %d others", want)
		}
	}
	next(0)
	mine := take(t, book, "mine") // no other program
	mine.hears(t, "a (window, here)", "b (window, here)", "c (window, here)")
	cmd := other(t, path, "hold-d")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	next(1)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	_ = in.Close()
	next(0)
	stop()
	for _, p := range places {
		if err := book.Free(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	mine.gets(t)
}

// A journal of the first version is brought up to date; what was open in it is taken for surely there.
func TestAnOlderJournalIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	db := raw(t, path)
	for _, text := range []string{
		`CREATE TABLE shells (id TEXT PRIMARY KEY, url TEXT NOT NULL, account TEXT NOT NULL, customer TEXT NOT NULL,
			host TEXT NOT NULL, pid INTEGER NOT NULL, begun TEXT NOT NULL, opened INTEGER NOT NULL) STRICT`,
		`INSERT INTO shells VALUES ('S', 'https://mail.example/ps', 'anna', 'contoso.example', 'far', 1, '', 1)`,
		`PRAGMA user_version = 1`,
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	j := open(t, path)
	shells, err := j.OpenShells(t.Context())
	if err != nil || len(shells) != 1 || !shells[0].Confirmed || shells[0].Budget != "" || shells[0].Owner != journal.OwnerUnknown {
		t.Errorf("%+v, %v", shells, err)
	}
	if _, err := j.Places("window").Take(t.Context(), journal.Want{Account: anna, Max: 1}, nil); err != nil {
		t.Error(err)
	}
}

func TestClosingTheJournalEndsTheWaiting(t *testing.T) {
	j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	book := j.Places("window")
	for _, name := range []string{"a", "b", "c"} {
		take(t, book, name).gets(t)
	}
	waiting := take(t, book, "d")
	waiting.hears(t, "a (window, here)", "b (window, here)", "c (window, here)")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting.done; exchange.CodeOf(err) != journal.CodeUnavailable {
		t.Error(err)
	}
}

// What programs that were killed have in the book is gone at the next start, for every account.
func TestTheBookForgetsTheDead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	holds(t, path, "hold-a").kill(t)
	open(t, path)
	var n int
	if err := raw(t, path).QueryRow(`SELECT count(*) FROM places`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d places, %v", n, err)
	}
}

func TestANonsenseBookIsAProblemNotAHang(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	if _, err := raw(t, path).Exec(`DROP TABLE places`); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Places("window").Take(t.Context(), journal.Want{Account: anna, Max: 1}, nil); exchange.CodeOf(err) != journal.CodeUnavailable {
		t.Error(err)
	}
}

func BenchmarkPlaceTakenAndFreed(b *testing.B) {
	j, err := journal.Open(b.Context(), filepath.Join(b.TempDir(), "journal.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	book := j.Places("window")
	for b.Loop() {
		p, err := book.Take(b.Context(), journal.Want{Account: anna, Max: most}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := book.Free(b.Context(), p); err != nil {
			b.Fatal(err)
		}
	}
}
