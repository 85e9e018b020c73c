//go:build linux

package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tenantry/test/e2e/screen"
)

// endless makes runs that never end: the server says again and again that there is nothing yet.
var endless = []string{"--fault", "poll-timeouts@receive=1000", "--fault", "slow@receive=2s"}

// card is the part of the first screen with the account: the other card says "account" too.
var card = []int{0, 0, 700, 800}

// fillIn types an account on the first screen.
func fillIn(d *screen.Display, sim served, password string) {
	d.Click("Connection details")
	d.See("Address", 40*time.Second)
	d.FillField("Account", sim.User, card...)
	d.FillField("Password", password, card...)
	d.FillField("Address", sim.Classic, card...)
}

// A power cut in the middle of a run: the next start removes what was left, with the password in the secret
// store.
func TestAKilledWindowLeavesNothingBehind(t *testing.T) {
	d := display(t)
	sim := serve(t, endless...)
	p := start(t, d)
	d.Click("Remember on this computer")
	fillIn(d, sim, sim.Password)
	d.Key("Return")
	d.See("Sessions 1 of 3", 60*time.Second)
	d.Click("Mailboxes")
	d.Key("ctrl+Return")
	d.See("Waiting for the first rows", 60*time.Second)
	d.Until("the run is under way", 20*time.Second, func() bool { return sim.stats(t).Commands > 0 })
	p.Kill(t)
	if st := sim.stats(t); st.OpenShells != 1 {
		t.Fatalf("after the window was killed: %+v", st)
	}

	p = start(t, d)
	d.See("was left open when Tenantry ended", 60*time.Second)
	d.See("Removed", 60*time.Second)
	d.Shot("left-open-removed")
	if st := sim.stats(t); st.OpenShells != 0 || st.Created != st.Deleted {
		t.Errorf("after the next start: %+v", st)
	}
	hides(t, d.Home(), sim.Password)
	leave(t, d, p)
}

// The window and the command line on one account: a fourth run waits and says for whom, and the sessions can
// be seen.
func TestTheWindowWaitsForTheCommandLine(t *testing.T) {
	d := display(t)
	sim := serve(t, endless...)
	home := filepath.Join(d.Home(), "tenantry")
	run := func(in string, args ...string) *exec.Cmd {
		c := exec.Command(cli, args...)
		c.Env = append(os.Environ(), "TENANTRY_HOME="+home, "HOME="+d.Home())
		c.Stdin = strings.NewReader(in)
		return c
	}
	for _, c := range sim.Customers {
		if out, err := run("", "customers", "add", c.Domain, "--name", c.Name).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	other := run(sim.Password+"\n", "run", "Get-Mailbox", "--url", sim.Classic, "--user", sim.User, "--password-stdin",
		"--customer", sim.Customers[2].Domain, "--customer", sim.Customers[3].Domain)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = other.Wait(); close(ended) }()
	t.Cleanup(func() { _ = other.Process.Kill(); <-ended })
	d.Until("the command line runs", 30*time.Second, func() bool { return sim.stats(t).Commands == 2 })

	p := start(t, d)
	fillIn(d, sim, sim.Password)
	d.Key("Return")
	d.See("Sessions 3 of 3", 60*time.Second) // this one, and two of the command line
	ask := func(customer string) {
		d.Click(customer, 0, 100, 280, 300)
		d.Key("ctrl+k")
		d.Type("Get-Mailbox")
		d.See("Get-Mailbox", 40*time.Second)
		d.Key("Return")
		d.See("Which one", 60*time.Second)
		d.Key("ctrl+Return")
	}
	ask(sim.Customers[0].Name)
	d.Until("the window runs", 20*time.Second, func() bool { return sim.stats(t).Commands == 3 })
	ask(sim.Customers[1].Name)
	d.See("Waits for a session", 60*time.Second)
	d.See("command line", 40*time.Second)
	d.Shot("waiting-run")
	d.Click("Sessions 3 of 3")
	d.See("this window, in use", 40*time.Second)
	d.Shot("sessions")
	d.Key("Escape")
	d.Click("Cancel")
	d.See("was not asked", 60*time.Second)
	leave(t, d, p)

	if err := other.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-ended
	if st := sim.stats(t); st.OpenShells != 0 || st.Created != st.Deleted || st.MaxConcurrent != 3 || st.Refused != 0 {
		t.Errorf("at the end: %+v", st)
	}
}

// What failures look like, with the facts for whoever helps unfolded. What was typed stays for the next try.
func TestFailuresAndTheirDetails(t *testing.T) {
	d := display(t)
	first, second := serve(t, "--fault", "mfa-needed"), serve(t, "--fault", "limit-create")
	p := start(t, d)
	fillIn(d, first, first.Password)
	d.Key("Return")
	d.See("This account needs more than a password", 60*time.Second)
	d.Shot("mfa-needed")
	d.Click("Details", 300, 300, 300, 300)
	d.See("Copy", 40*time.Second)
	d.Shot("failure-details")
	d.Click("Details", 300, 300, 300, 300)
	d.FillField("Password", second.Password, 250, 240, 95, 560) // the label, not the words about passwords right of it
	d.Wheel(d.Width/2, 400, 20)                                 // the address is further down
	d.FillField("Address", second.Classic, card...)
	d.Key("Return")
	d.See("has as many sessions open", 60*time.Second)
	d.Shot("session-limit")
	leave(t, d, p)
	for _, sim := range []served{first, second} {
		if st := sim.stats(t); st.OpenShells != 0 {
			t.Errorf("at the end: %+v", st)
		}
	}
}

// served is a sample partner in a process of its own.
type served struct {
	Classic, User, Password string
	Customers               []struct{ Domain, Name string }
}

type stats struct {
	OpenShells int `json:"open_shells"`
	Created    int `json:"created"`
	Deleted    int `json:"deleted"`
	Commands   int `json:"commands"`
	Refused    int `json:"refused"`

	MaxConcurrent int `json:"max_concurrent"`
}

func serve(t *testing.T, more ...string) served {
	t.Helper()
	c := exec.Command(cli, append([]string{"sample", "serve", "--plain", "--customers", "4", "--mailboxes", "20"}, more...)...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := c.Wait(); err != nil {
			t.Errorf("the sample partner ended with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var s served
	if err := json.Unmarshal(line, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s served) stats(t *testing.T) stats {
	t.Helper()
	r, err := http.Get(regexp.MustCompile(`^(https?://[^/]+).*`).ReplaceAllString(s.Classic, "$1/stats"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var st stats
	if err := json.NewDecoder(r.Body).Decode(&st); err != nil {
		t.Fatal(err)
	}
	return st
}
