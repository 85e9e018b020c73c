package shell_test

import (
	"archive/zip"
	"bufio"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/preflight"
	"tenantry/core/preflight/here"
	"tenantry/core/preflight/probe"
	"tenantry/core/support"
	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/preflightpanel"
	"tenantry/gui/shell"
)

// looking lets a window look at this computer and at the way to the server, as the program does. While nobody
// has named a server it is nowhere.
func looking(o *shell.Options) {
	o.Support = &support.Source{System: here.New(nil).System}
	drawn := false // the window is, from the second time on
	o.Screen = func() (preflight.Screen, error) {
		if !drawn {
			drawn = true
			return preflight.Screen{}, &exchange.Problem{Code: preflight.CodeUnread}
		}
		return preflight.Screen{Width: 1920, Height: 1080, Scale: 1, Driver: "a graphics card", OpenGL: "4.6"}, nil
	}
	o.Preflight = func(about preflightpanel.About) preflight.Subject {
		if about.Address == "" || strings.Contains(about.Address, "ps.outlook.com") {
			about.Address = "http://127.0.0.1:1/powershell"
		}
		none := func(*url.URL) (*url.URL, error) { return nil, nil }
		return preflight.Subject{Computer: here.New(probe.New(probe.Options{}).Reach), Endpoints: preflight.EndpointsFor(about.Address, about.PrivateCA),
			Proxy: none, ProxyFrom: "none", Folders: &o.Folders, Vault: o.Vault}
	}
}

// At the first start this computer is looked at once. Something that blocks opens the panel, and the keyboard
// stays where it is.
func TestTheFirstStartLooks(t *testing.T) {
	d := newDeskWith(t, &exchangesim.Server{}, looking)
	d.shot("first-start")
	if !d.says("Check this computer") || !d.says("Blocks") || !d.says("127.0.0.1, port 1") {
		t.Errorf("the screen says %q", d.texts())
	}
	if !d.offers("1 thing blocks") {
		t.Errorf("the light does not say it: %q", d.texts())
	}
	if found, _ := preflight.Find(d.flow.Preflight.Model().Local.Findings(), preflight.CheckScreen); found.Status != preflight.Pass {
		t.Errorf("the window was not drawn yet, and the screen is told as %s", found.Code)
	}
	d.queue.Do(func() {
		if _, ok := d.win.Canvas().Focused().(*kit.Entry); !ok {
			t.Errorf("the keyboard is at %T", d.win.Canvas().Focused())
		}
	})
	d.enter() // working goes on, and what blocked something else is put away
	d.until("the connection was looked at", func() bool { return d.flow.Preflight.Model().Local.Worst() == preflight.Pass })
	if st := d.sim.Stats(); st.Created != 1 {
		t.Errorf("looking again opened %d sessions", st.Created-1)
	}
	if d.flow.Preflight.Model().Open {
		t.Error("the panel is still open")
	}
	d.leave()

	d.open()
	<-d.queue.Idle()
	if d.says("Blocks") || !d.offers("Check this computer") {
		t.Errorf("at the second start the screen says %q", d.texts())
	}
	d.press("Check this computer")
	if !d.says("Blocks") && !d.says("Fine") {
		t.Errorf("pressing the light shows %q", d.texts())
	}
}

// A refused password leads from the failure to its page, and the check that tells why does not send the
// password again.
func TestARefusedSignInLeadsToItsPage(t *testing.T) {
	d := newDeskWith(t, &exchangesim.Server{}, looking)
	d.details(d.sim.Describe().Classic, d.ca)
	d.signIn(d.sim.User, "not the password")
	<-d.queue.Idle()
	if p := d.flow.SignIn.Model().Problem; code(p) != exchange.CodeSignInRefused {
		t.Fatalf("it ended with %v", p)
	}
	if !d.offers("1 thing blocks") {
		t.Errorf("the light does not say it: %q", d.texts())
	}
	if n := d.sim.Stats().AuthFailures; n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
	d.press("Find out why")
	d.shot("troubleshooting")
	words := wording.For("en-GB")
	if !d.says(words.Text("troubleshoot.causes")) || !slicesContainsPart(d.texts(), "1. "+words.Text("cause.wrong-password")) {
		t.Fatalf("the page says %q", d.texts())
	}
	if !slicesContainsPart(d.texts(), words.Text("troubleshoot.this-is-it")) {
		t.Errorf("what was found already is not told: %q", d.texts())
	}
	d.press(words.Text("troubleshoot.check"))
	if n := d.sim.Stats().AuthFailures; n != 1 {
		t.Errorf("checking sent the password again: %d times", n)
	}
	d.press(words.Text("troubleshoot.copy"))

	// The support bundle is shown before it is saved, and names nobody.
	d.press(words.Text("troubleshoot.bundle"))
	d.shot("support-bundle")
	if !slicesContainsPart(d.texts(), "report.txt") {
		t.Fatalf("the bundle does not show: %q", d.texts())
	}
	d.press(words.Text("troubleshoot.bundle-save"))
	z, err := zip.OpenReader(d.saved)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	shown := strings.Join(d.texts(), "\n")
	for _, f := range z.File {
		if !strings.Contains(shown, f.Name) {
			t.Errorf("%s is saved and was not shown", f.Name)
		}
	}
	if strings.Contains(shown, "not the password") {
		t.Error("the password shows")
	}
	d.press(words.Text("troubleshoot.back"))
	if !d.says(words.Text("troubleshoot.causes")) {
		t.Errorf("going back shows %q", d.texts())
	}
}

// What is known to fail is not asked: it says what blocks and why, and can be asked all the same.
func TestWhatIsKnownToFailIsNotAsked(t *testing.T) {
	d := newDeskWith(t, &exchangesim.Server{}, looking)
	address, shut := door(t, d.sim.Describe().Classic)
	d.details(address, d.ca)
	d.signIn(d.sim.User, d.sim.Password.Reveal())
	d.until("the customers show", func() bool { return d.flow.Customers != nil && d.flow.Customers.Model().Loaded })
	d.choose(customersOf(d)[1])
	d.ask("Get-Mailbox")
	if tab := d.ended(); tab.Rows() != 40 {
		t.Fatalf("a healthy question brought %d rows: %v", tab.Rows(), tab.Parts[0].Problem)
	}
	shut()
	d.choose(customersOf(d)[2])
	d.ask("Get-Mailbox")
	d.until("something blocks", func() bool { return d.flow.Model().Blocked != nil })
	<-d.queue.Idle()
	d.shot("blocked")
	words := wording.For("en-GB")
	if len(d.flow.Model().Tabs) != 1 || !d.says(words.Text("window.preflight.blocked")) || d.offers("Ready") {
		t.Errorf("%d tabs, and the screen says %q", len(d.flow.Model().Tabs), d.texts())
	}
	d.press("Find out why")
	if !d.says(words.Text("troubleshoot.causes")) {
		t.Errorf("the page is not there: %q", d.texts())
	}
	d.do(d.flow.Trouble.Close)
	d.press("Run anyway")
	if tab := d.ended(); code(tab.Parts[0].Problem) != exchange.CodeNotReachable || d.flow.Model().Blocked != nil {
		t.Errorf("asked all the same it ended with %v", tab.Parts[0].Problem)
	}
}

// door is another address of a server, until it is shut for new connections.
func door(t *testing.T, address string) (through string, shut func()) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	inside := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var lines sync.WaitGroup
	lines.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", inside)
			if err != nil {
				near.Close()
				continue
			}
			lines.Go(func() { join(far, near, bufio.NewReader(near)) })
		}
	})
	t.Cleanup(lines.Wait)
	t.Cleanup(func() { l.Close() })
	u.Host = l.Addr().String()
	return u.String(), func() { l.Close() }
}

// A run that breaks on the way is looked into, and F1 leads to its page.
func TestARunThatBreaksIsLookedInto(t *testing.T) {
	d := newDeskWith(t, &exchangesim.Server{Faults: faults.Must("small-answers=2", "drop-before@receive,6")}, looking)
	d.enter()
	d.choose(customersOf(d)[0])
	d.ask("Get-Mailbox")
	tab := d.ended()
	if code(tab.Parts[0].Problem) != exchange.CodeDropped {
		t.Fatalf("it ended with %v", tab.Parts[0].Problem)
	}
	found, ok := preflight.Find(d.flow.Preflight.Model().Local.Findings(), preflight.CheckAccount)
	if !ok || found.Status != preflight.Pass {
		t.Errorf("nobody looked: %+v", found)
	}
	if !d.offers("1 thing blocks") {
		t.Errorf("the light does not say it: %q", d.texts())
	}
	d.queue.Do(d.flow.Help)
	if !d.says(wording.For("en-GB").Text("troubleshoot.causes")) {
		t.Errorf("F1 shows %q", d.texts())
	}
	d.do(d.flow.Trouble.Close)

	// It was over soon, and the next answer shows that.
	if err := d.sim.SetFaults(faults.Plan{}); err != nil {
		t.Fatal(err)
	}
	d.press("Retry")
	if tab := d.ended(); tab.Rows() != 40 {
		t.Errorf("%d rows", tab.Rows())
	}
	d.until("nothing blocks any more", func() bool { return d.flow.Preflight.Model().Local.Worst() == preflight.Pass })
}
