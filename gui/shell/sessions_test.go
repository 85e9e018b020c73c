package shell_test

import (
	"context"
	"sync"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/engine"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/jobs"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/gui/kit"
)

// The sessions of the account can be seen, whoever holds them, and those nobody uses can be closed.
func TestSessionsCanBeSeenAndClosed(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	of := customersOf(d)
	cli := startOther(d, of[3])
	d.enter()
	d.choose(of[1])
	d.ask("Get-Mailbox")
	d.ended()
	d.untilSays("Sessions 3 of 3")
	d.press("Sessions 3 of 3")
	d.untilSays("command line · since ")
	d.shot("sessions")
	texts := d.texts()
	for _, want := range []string{"this window, not in use · since ", d.flow.Name(of[0]), d.flow.Name(of[1]), d.flow.Name(of[3])} {
		if !slicesContainsPart(texts, want) {
			t.Errorf("%q is not on the screen: %q", want, texts)
		}
	}
	d.press("Close")
	d.untilSays("Sessions 2 of 3")
	if st := d.sim.Stats(); st.OpenShells != 2 {
		t.Errorf("%d sessions are open, want that of the window and that of the command line", st.OpenShells)
	}
	d.press("Sessions 2 of 3") // closes the panel again
	if d.flow.Model().Sessions.Open {
		t.Error("the panel stays")
	}

	// One that is killed leaves its session; the panel shows it and removes it.
	cli.kill()
	d.press("Sessions 2 of 3")
	d.untilSays("left open")
	d.shot("sessions-left")
	d.press("Remove")
	d.until("it is removed", func() bool { return len(d.flow.Model().Sessions.Rows) == 1 })
	d.untilSays("Sessions 1 of 3")
	if st := d.sim.Stats(); st.OpenShells != 1 {
		t.Errorf("%d sessions are open, want that of the window alone", st.OpenShells)
	}
}

// A fourth run waits and says for whom; it can be stopped, and goes on when there is room.
func TestAFourthRunSaysForWhomItWaits(t *testing.T) {
	var hold sync.WaitGroup
	hold.Add(1)
	release := sync.OnceFunc(hold.Done)
	sim := &exchangesim.Server{Hooks: exchangesim.Hooks{Pipeline: func(engine.Pipeline, engine.Output) error {
		hold.Wait()
		return nil
	}}}
	d := newDesk(t, sim)
	t.Cleanup(release)
	of := customersOf(d)
	cli := startOther(d, of[2], of[3])
	d.enter()
	d.choose(of[0])
	d.ask("Get-Mailbox")
	d.until("the first run is sent", func() bool { return d.flow.Model().Tab().Parts[0].Phase == jobs.Running })
	d.choose(of[1])
	d.ask("Get-Mailbox")
	name := d.flow.Name
	waits := name(of[1]) + ": Waits for a session: " + name(of[2]) + " (command line), " + name(of[3]) + " (command line) and " + name(of[0]) + " are in use"
	d.untilSays(waits)
	d.untilSays("Sessions 3 of 3")
	d.shot("waiting")
	d.press("Cancel")
	if tab := d.ended(); tab.Parts[0].Phase != jobs.NotAsked || code(tab.Parts[0].Problem) != exchange.CodeCancelled {
		t.Errorf("stopped while it waits, it is %s: %v", tab.Parts[0].Phase, tab.Parts[0].Problem)
	}
	d.ask("Get-Mailbox")
	d.untilSays(waits)
	cli.leave()
	release()
	if tab := d.ended(); tab.Rows() != 40 {
		t.Errorf("%d rows came: %v", tab.Rows(), tab.Parts[0].Problem)
	}
	if st := sim.Stats(); st.MaxConcurrent > 3 || st.Refused > 0 {
		t.Errorf("%d sessions at once, %d refused", st.MaxConcurrent, st.Refused)
	}
}

// save keeps the account as signing in with "Remember" does.
func (d *desk) save(remember bool) {
	d.t.Helper()
	at := d.sim.Describe()
	p := signin.Profile{Name: at.User, Connection: exchange.Classic, User: at.User, URL: at.Classic, CAFile: d.ca, Remember: remember}
	if err := signin.OpenProfiles(d.folders.Profiles()).Save(p); err != nil {
		d.t.Fatal(err)
	}
	if remember {
		if err := d.vault.Save(p.PasswordKey(), d.sim.Password); err != nil {
			d.t.Fatal(err)
		}
	}
}

// After a crash the next start removes what was left by itself, where the secret store can sign in.
func TestLeftOpenSessionsAreRemovedAtTheStart(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	of := customersOf(d)
	d.save(true)
	d.leave()
	startOther(d, of[0], of[1]).kill()
	if st := d.sim.Stats(); st.OpenShells != 2 {
		t.Fatalf("%d sessions are open", st.OpenShells)
	}
	d.open()
	d.untilSays("were left open when Tenantry ended. Removed.")
	d.shot("left-removed")
	if st := d.sim.Stats(); st.OpenShells != 0 {
		t.Errorf("%d sessions are open", st.OpenShells)
	}
	if open, err := d.log.OpenShells(context.Background()); err != nil || len(open) > 0 {
		t.Errorf("the journal still has %v, %v", open, err)
	}
}

// Where nobody can sign in without being asked, or the kept password is no longer right, the first screen
// offers to sign in, and that removes them.
func TestLeftOpenSessionsAreRemovedAfterSigningIn(t *testing.T) {
	t.Run("no password is kept", func(t *testing.T) { removedAfterSigningIn(t, func(d *desk) { d.save(false) }) })
	t.Run("an old password is kept", func(t *testing.T) {
		removedAfterSigningIn(t, func(d *desk) {
			d.save(true)
			for key := range d.vault.kept {
				d.vault.kept[key] = secret.New("of last month")
			}
		})
	})
}

func removedAfterSigningIn(t *testing.T, keep func(d *desk)) {
	d := newDesk(t, &exchangesim.Server{})
	of := customersOf(d)
	keep(d)
	d.leave()
	startOther(d, of[0], of[1]).kill()
	d.open()
	offer := "Sign in as " + d.sim.User + " to remove them"
	d.until("it offers to sign in", func() bool { return d.flow.Model().Left != nil && !d.flow.Model().Left.Working })
	d.shot("left-offer")
	d.press(offer)
	m := d.flow.SignIn.Model()
	if m.User != d.sim.User || m.URL != d.sim.Describe().Classic || m.CAFile != d.ca {
		t.Errorf("the form is filled in with %q, %q, %q", m.User, m.URL, m.CAFile)
	}
	d.do(func() {
		if e, ok := d.win.Canvas().Focused().(*kit.Entry); !ok || !e.Password {
			t.Errorf("the keyboard is not at the password, but at %T", d.win.Canvas().Focused())
		}
	})
	d.do(func() { d.win.Canvas().Focused().(*kit.Entry).SetText("") })
	d.typed(d.sim.Password.Reveal())
	d.do(d.flow.SignIn.SignIn)
	d.untilSays("were left open when Tenantry ended. Removed.")
	d.shot("left-after-sign-in")
	d.until("only the window's own is open", func() bool { return d.sim.Stats().OpenShells == 1 })
}

// Sessions that this computer knows nothing of: the run waits for them too, says so, and can be stopped.
func TestARunWaitsForAnotherComputer(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	of := customersOf(d)
	d.enter()
	if err := d.sim.SetFaults(faults.Must("limit-create")); err != nil {
		t.Fatal(err)
	}
	d.choose(of[1])
	d.ask("Get-Mailbox")
	d.untilSays(d.flow.Name(of[1]) + ": Waits for a session: another computer or program uses this account. Next try in ")
	d.shot("waiting-elsewhere")
	d.press("Cancel")
	if tab := d.ended(); tab.Parts[0].Phase != jobs.NotAsked {
		t.Errorf("it ended as %s: %v", tab.Parts[0].Phase, tab.Parts[0].Problem)
	}
}

// Signing in waits for a session like a run, and says for whom.
func TestSigningInSaysForWhomItWaits(t *testing.T) {
	d := newDesk(t, &exchangesim.Server{})
	of := customersOf(d)
	cli := startOther(d, of[1], of[2], of[3])
	d.details(d.sim.Describe().Classic, d.ca)
	d.queue.Do(func() { // signing in is under way until there is room
		d.flow.SignIn.SetUser(d.sim.User)
		d.flow.SignIn.SetPassword(d.sim.Password)
		d.flow.SignIn.SignIn()
	})
	names := map[exchange.CustomerID]string{}
	for _, c := range d.sim.Describe().Customers {
		names[exchange.CustomerID(c.Domain)] = c.Name
	}
	d.untilSays("Waits for a session: " + names[of[1]] + " (command line), " + names[of[2]] + " (command line) and " + names[of[3]] + " (command line) are in use")
	d.shot("signin-waits")
	cli.leave()
	d.until("the customers show", func() bool { return d.flow.Customers != nil && d.flow.Customers.Model().Loaded })
	if st := d.sim.Stats(); st.MaxConcurrent > 3 || st.Refused > 0 {
		t.Errorf("%d sessions at once, %d refused", st.MaxConcurrent, st.Refused)
	}
}
