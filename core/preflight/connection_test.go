package preflight_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/exchangesim/world"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/preflight"
)

// unread is a computer of which these checks want to know nothing.
type unread struct{}

func (unread) Name() string                                     { return "" }
func (unread) System(context.Context) (preflight.System, error) { return preflight.System{}, nil }
func (unread) Registry() preflight.Registry                     { return nil }
func (unread) Variable(string) (string, bool)                   { return "", false }
func (unread) Reach(_ context.Context, e preflight.Endpoint) (preflight.Reach, error) {
	return preflight.Reach{Endpoint: e}, nil
}

// ofConnection runs the checks of an account and its connection.
func ofConnection(t *testing.T, s preflight.Subject) map[preflight.CheckID]preflight.Finding {
	t.Helper()
	s.Computer = unread{}
	var checks []preflight.Check
	for _, c := range preflight.Checks(s) {
		switch c.ID {
		case preflight.CheckAccount, preflight.CheckService, preflight.CheckSignIn, preflight.CheckRemotePS, preflight.CheckDelegation, preflight.CheckSessions:
			checks = append(checks, c)
		}
	}
	found := map[preflight.CheckID]preflight.Finding{}
	for _, f := range preflight.Run(t.Context(), checks, nil) {
		found[f.Check] = f
	}
	return found
}

func TestWhatWasTyped(t *testing.T) {
	for _, c := range []struct {
		account preflight.Account
		status  preflight.Status
		code    exchange.Code
	}{
		{preflight.Account{User: "anna@fabrikam.example", NeedsPassword: true, HasPassword: true}, preflight.Pass, preflight.CodeAccountFine},
		{preflight.Account{User: `FABRIKAM\anna`, NeedsPassword: true, HasPassword: true}, preflight.Pass, preflight.CodeAccountFine},
		{preflight.Account{User: "anna:x@fabrikam.example", NeedsPassword: true, HasPassword: true}, preflight.Fail, preflight.CodeUserColon},
		{preflight.Account{User: "anna:x@fabrikam.example", Authentication: exchange.AuthNTLM, HasPassword: true}, preflight.Pass, preflight.CodeAccountFine},
		{preflight.Account{User: "anna", NeedsPassword: true, HasPassword: true}, preflight.Warn, preflight.CodeUserNoDomain},
		{preflight.Account{User: "anna@fabrikam.example", NeedsPassword: true}, preflight.Warn, preflight.CodeNotTried},
		{preflight.Account{User: "anna@fabrikam.example", NeedsPassword: true, HasPassword: true, PasswordSpaced: true}, preflight.Warn, preflight.CodePasswordSpaced},
		{preflight.Account{Authentication: exchange.AuthCertificate}, preflight.Pass, preflight.CodeAccountFine},
	} {
		found := ofConnection(t, preflight.Subject{Account: &c.account})
		if f := found[preflight.CheckAccount]; f.Status != c.status || f.Code != c.code {
			t.Errorf("%+v: %s, %s", c.account, f.Status, f.Code)
		}
		if len(found) != 1 {
			t.Errorf("%+v: without a way to try it %d checks ran", c.account, len(found))
		}
	}
	if f := ofConnection(t, preflight.Subject{})[preflight.CheckAccount]; f.Status != preflight.NotApplicable || f.Code != preflight.CodeNoAccount {
		t.Errorf("without an account: %+v", f)
	}
}

// partner is a sample partner on which the rules strike, and an account of it.
func partner(t *testing.T, customer string, rules ...string) (*exchangesim.Server, preflight.Subject, *jobs.Sessions) {
	t.Helper()
	plan, err := faults.Parse(rules...)
	if err != nil {
		t.Fatal(err)
	}
	sim := &exchangesim.Server{World: world.Options{Customers: 3, Mailboxes: 3}, Faults: plan}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	at := sim.Describe()
	if customer == "first" {
		customer = at.Customers[0].Domain
	}
	sessions := jobs.NewSessions(jobs.Account{
		Connector: classic.New(classic.Options{}), Credential: exchange.Credential{User: at.User, Password: sim.Password},
		Target: exchange.Target{URL: at.Classic, PrivateCA: sim.CACert()}, Idle: -1,
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), exchange.ClosingLimit)
		defer cancel()
		_ = sessions.CloseAll(ctx)
	})
	return sim, preflight.Subject{Account: &preflight.Account{
		User: at.User, Host: strings.TrimPrefix(at.Classic, "https://"), Customer: exchange.CustomerID(customer), NeedsPassword: true, HasPassword: true,
		Try: preflight.Trial(sessions, exchange.CustomerID(customer)),
	}}, sessions
}

// Each thing that can be wrong with an account is told by the check that is about it; what comes before it is
// fine, and what needs it is skipped because of it.
func TestEachRefusalIsToldByItsCheck(t *testing.T) {
	order := []preflight.CheckID{preflight.CheckService, preflight.CheckSignIn, preflight.CheckRemotePS, preflight.CheckDelegation}
	for _, c := range []struct {
		rule string
		at   preflight.CheckID
		code exchange.Code
	}{
		{"retired", preflight.CheckService, ""},
		{"no-basic", preflight.CheckSignIn, exchange.CodeNoBasic},
		{"wrong-password", preflight.CheckSignIn, exchange.CodeSignInRefused},
		{"mfa-needed", preflight.CheckSignIn, exchange.CodeMFANeeded},
		{"password-expired", preflight.CheckSignIn, exchange.CodePasswordExpired},
		{"account-disabled", preflight.CheckSignIn, ""},
		{"remote-powershell-off", preflight.CheckRemotePS, exchange.CodeRemotePowerShellOff},
		{"delegation-refused", preflight.CheckDelegation, exchange.CodeDelegationRefused},
		{"strange-page", preflight.CheckService, ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			sim, s, sessions := partner(t, "first", c.rule)
			found := ofConnection(t, s)
			_ = sessions.CloseAll(t.Context())
			failed := false
			for _, id := range order {
				f := found[id]
				switch {
				case failed:
					if f.Status != preflight.Skipped || f.Because != c.at {
						t.Errorf("%s after the failure is %s because of %q", id, f.Status, f.Because)
					}
				case id == c.at:
					failed = true
					if f.Status != preflight.Fail || c.code != "" && f.Code != c.code || f.Code == exchange.CodeUnexpected {
						t.Errorf("%s: %s, %s", id, f.Status, f.Code)
					}
				case f.Status != preflight.Pass:
					t.Errorf("%s before the failure is %s, %s", id, f.Status, f.Code)
				}
			}
			if st := sim.Stats(); st.OpenShells != 0 {
				t.Errorf("%d sessions are left open", st.OpenShells)
			}
		})
	}
}

func TestAnAccountThatGetsIn(t *testing.T) {
	sim, s, sessions := partner(t, "first")
	for id, f := range ofConnection(t, s) {
		if f.Status != preflight.Pass {
			t.Errorf("%s: %s, %s", id, f.Status, f.Code)
		}
	}
	if err := sessions.CloseAll(t.Context()); err != nil {
		t.Error(err)
	}
	if st := sim.Stats(); st.Created != 1 || st.OpenShells != 0 {
		t.Errorf("%+v: one session is opened, and closed again", st)
	}
	_, own, _ := partner(t, "")
	if f := ofConnection(t, own)[preflight.CheckDelegation]; f.Status != preflight.NotApplicable || f.Code != preflight.CodeNoDelegation {
		t.Errorf("without a customer: %+v", f)
	}
}

// A user name that cannot be sent is not tried, and a server that is busy is not closed.
func TestWhatIsNotTriedAndWhatIsBusy(t *testing.T) {
	sim, s, _ := partner(t, "first")
	s.Account.User = "a:b"
	found := ofConnection(t, s)
	for _, id := range []preflight.CheckID{preflight.CheckService, preflight.CheckSignIn, preflight.CheckSessions} {
		if f := found[id]; f.Status != preflight.Skipped || f.Because != preflight.CheckAccount {
			t.Errorf("%s: %s because of %q", id, f.Status, f.Because)
		}
	}
	if st := sim.Stats(); st.Created != 0 {
		t.Error("a session was opened all the same")
	}
	_, busy, _ := partner(t, "first", "unavailable")
	if f := ofConnection(t, busy)[preflight.CheckService]; f.Status != preflight.Warn || f.Code.SignInRefused() {
		t.Errorf("%s, %s", f.Status, f.Code)
	}
}

func TestSessionsUsedUp(t *testing.T) {
	for _, rule := range []string{"limit-receive", "limit-create", "limit-winrm"} {
		_, s, _ := partner(t, "first", rule)
		found := ofConnection(t, s)
		if f := found[preflight.CheckSessions]; f.Status != preflight.Fail || f.Code != exchange.CodeSessionLimit {
			t.Errorf("%s: %s, %s", rule, f.Status, f.Code)
		}
		if f := found[preflight.CheckSignIn]; f.Status != preflight.Pass {
			t.Errorf("%s: who is at the limit has signed in, but %s, %s", rule, f.Status, f.Code)
		}
	}

	// All three are in use here: that is told, and no fourth is asked for.
	sim, s, sessions := partner(t, "first")
	for _, c := range append(sim.Describe().Customers, exchangesim.Customer{Domain: ""}) {
		if c.Domain == string(s.Account.Customer) {
			continue
		}
		lease, err := sessions.Acquire(t.Context(), exchange.CustomerID(c.Domain), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer lease.Done(nil)
	}
	found := ofConnection(t, s)
	if f := found[preflight.CheckSessions]; f.Status != preflight.Warn || f.Code != preflight.CodeSessionsInUse || f.Args["count"] != "3" {
		t.Errorf("%+v", f)
	}
	if f := found[preflight.CheckSignIn]; f.Status != preflight.Pass {
		t.Errorf("%+v", f)
	}
	if st := sim.Stats(); st.Created != 3 {
		t.Errorf("%d sessions were opened", st.Created)
	}
}

// Sessions that a program left open are found, and the repair removes them, is written down and checked.
func TestSessionsLeftOpenAreRemoved(t *testing.T) {
	sim, _, _ := partner(t, "first")
	at := sim.Describe()
	path := filepath.Join(t.TempDir(), "journal.db")
	log, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	access := jobs.Access{Credential: exchange.Credential{User: at.User, Password: sim.Password},
		Target: exchange.Target{URL: at.Classic, PrivateCA: sim.CACert()}}
	connector := classic.New(classic.Options{Shells: log.Shells()})
	to := access.Target
	to.Customer = exchange.CustomerID(at.Customers[1].Domain)
	if _, err := connector.Connect(t.Context(), to, access.Credential); err != nil {
		t.Fatal(err)
	}
	leave(t, log)

	allowed := false
	left := jobs.NewLeftovers(jobs.LeftOptions{Log: log, Remover: connector, Access: func(context.Context, jobs.Left) (jobs.Access, bool, error) {
		return access, allowed, nil
	}})
	s := preflight.Subject{Computer: unread{}, Sessions: preflight.LeftBy(left)}
	f := ofConnection(t, s)[preflight.CheckSessions]
	if f.Status != preflight.Warn || f.Code != preflight.CodeSessionsLeft || f.Args["customer"] != at.Customers[1].Domain || len(f.Fixes) != 1 {
		t.Fatalf("%+v", f)
	}
	d := preflight.Doctor{Subject: s, Log: log, Program: "window"}
	change, err := d.Plan(t.Context(), f, f.Fixes[0])
	if err != nil || len(change.Sessions) != 1 || sim.Stats().OpenShells != 1 {
		t.Fatalf("%+v, %v, %d open", change, err, sim.Stats().OpenShells)
	}
	if _, err := d.Apply(t.Context(), change); exchange.CodeOf(err) != preflight.CodeSessionsStay {
		t.Errorf("without a password: %v", err)
	}
	allowed = true
	after, err := d.Apply(t.Context(), change)
	if err != nil || after.Status != preflight.Pass || sim.Stats().OpenShells != 0 {
		t.Errorf("%+v, %v, %d open", after, err, sim.Stats().OpenShells)
	}
	repairs, err := log.Repairs(t.Context(), 0)
	if err != nil || len(repairs) != 2 || repairs[0].Code != "" || repairs[1].Code != preflight.CodeSessionsStay ||
		repairs[0].Change != "remove session: "+at.Customers[1].Domain || time.Since(repairs[0].At) > time.Minute {
		t.Errorf("%+v, %v", repairs, err)
	}
}

// leave makes the open sessions those of a program that has ended.
func leave(t *testing.T, log *journal.Journal) {
	t.Helper()
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	open, err := log.OpenShells(t.Context())
	if err != nil || len(open) == 0 {
		t.Fatal(open, err)
	}
	for _, s := range open {
		s.PID = ended.Process.Pid
		if err := log.ShellOpening(t.Context(), s.Shell); err != nil {
			t.Fatal(err)
		}
		if err := log.ShellNamed(t.Context(), s.ID, s.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// A password is nowhere in what the checks say.
func TestNoFindingHoldsThePassword(t *testing.T) {
	sim, s, _ := partner(t, "first", "wrong-password")
	for id, f := range ofConnection(t, s) {
		for _, fact := range f.Facts {
			if strings.Contains(fact.Text, sim.Password.Reveal()) {
				t.Errorf("%s: %s", id, fact.Name)
			}
		}
		for name, v := range f.Args {
			if strings.Contains(v, sim.Password.Reveal()) {
				t.Errorf("%s: %s", id, name)
			}
		}
	}
	if sim.Password.Reveal() == "" {
		t.Error("there is no password to look for")
	}
}
