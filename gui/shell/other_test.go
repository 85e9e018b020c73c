package shell_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/secret"
)

// otherProgram is where a program of its own, which this test is too, finds what it shall do.
const otherProgram = "TENANTRY_TEST_OTHER_PROGRAM"

// otherPlan is what another program on this computer does: it opens sessions, says so, and holds them until
// its input ends.
type otherPlan struct {
	Journal, URL, User, CA string
	Customers              []exchange.CustomerID
}

// playOther is the other program. The password is the first line of its input.
func playOther(raw string) (status int) {
	fail := func(err error) int {
		fmt.Println("failed:", err)
		return 1
	}
	var plan otherPlan
	if err := json.Unmarshal([]byte(raw), &plan); err != nil {
		return fail(err)
	}
	in := bufio.NewReader(os.Stdin)
	password, err := in.ReadString('\n')
	if err != nil {
		return fail(err)
	}
	ca, err := os.ReadFile(plan.CA)
	if err != nil {
		return fail(err)
	}
	log, err := journal.Open(context.Background(), plan.Journal)
	if err != nil {
		return fail(err)
	}
	sessions := jobs.NewSessions(jobs.Account{
		Connector:  classic.New(classic.Options{Shells: log.Shells()}),
		Credential: exchange.Credential{User: plan.User, Password: secret.New(strings.TrimSpace(password))},
		Target:     exchange.Target{URL: plan.URL, PrivateCA: ca}, Places: log.Places("command line"),
	})
	for _, c := range plan.Customers {
		if _, err := sessions.Acquire(context.Background(), c, nil, nil); err != nil {
			return fail(err)
		}
	}
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, in)
	if err := sessions.CloseAll(context.Background()); err != nil {
		return fail(err)
	}
	if err := log.Close(); err != nil {
		return fail(err)
	}
	return 0
}

// other is another program that holds sessions.
type other struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
}

// startOther starts a program on the desk's computer that holds sessions with customers.
func startOther(d *desk, of ...exchange.CustomerID) *other {
	t := d.t
	t.Helper()
	at := d.sim.Describe()
	plan, err := json.Marshal(otherPlan{Journal: d.folders.Journal(), URL: at.Classic, User: at.User, CA: d.ca, Customers: of})
	if err != nil {
		t.Fatal(err)
	}
	o := &other{t: t, cmd: exec.Command(os.Args[0])}
	o.cmd.Env = append(os.Environ(), otherProgram+"="+string(plan))
	if o.in, err = o.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if o.cmd.ProcessState == nil {
			_ = o.cmd.Process.Kill()
			_ = o.cmd.Wait()
		}
	})
	if _, err := fmt.Fprintln(o.in, d.sim.Password.Reveal()); err != nil {
		t.Fatal(err)
	}
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "open\n" {
		t.Fatalf("the other program says %q, %v", said, err)
	}
	return o
}

// kill ends the program as a power cut does.
func (o *other) kill() {
	o.t.Helper()
	if err := o.cmd.Process.Kill(); err != nil {
		o.t.Fatal(err)
	}
	_ = o.cmd.Wait() // it says that it was killed
}

// leave lets the program end well.
func (o *other) leave() {
	o.t.Helper()
	if err := o.in.Close(); err != nil {
		o.t.Fatal(err)
	}
	if err := o.cmd.Wait(); err != nil {
		o.t.Error(err)
	}
}

// customersOf are the domains of a desk's customers.
func customersOf(d *desk) []exchange.CustomerID {
	var out []exchange.CustomerID
	for _, c := range d.sim.Describe().Customers {
		out = append(out, exchange.CustomerID(c.Domain))
	}
	return out
}

// untilSays waits until a text that contains part is on the screen.
func (d *desk) untilSays(part string) {
	d.t.Helper()
	limit := time.After(30 * time.Second)
	for !slicesContainsPart(d.texts(), part) {
		select {
		case <-d.news:
		case <-limit:
			d.shot("failed")
			d.t.Fatalf("the screen never says %q: %q", part, d.texts())
		}
	}
}
