package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/httpauth"
	"tenantry/core/jobs"
	"tenantry/core/journal"
	"tenantry/core/psrp"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/core/wsman"
)

// leftovers removes with what access gives.
func (p *place) leftovers(access func(context.Context, jobs.Left) (jobs.Access, bool, error)) *jobs.Leftovers {
	c := classic.New(classic.Options{Shells: p.journal.Shells(), CloseLimit: 2 * time.Second})
	return jobs.NewLeftovers(jobs.LeftOptions{Log: p.journal, Remover: c, Access: access})
}

// may signs in as the one who opened the sessions.
func (p *place) may(context.Context, jobs.Left) (jobs.Access, bool, error) {
	return jobs.Access{Credential: exchange.Credential{User: p.sim.User, Password: p.sim.Password}}, true, nil
}

// leave has a program open sessions and die.
func (p *place) leave(t *testing.T, customers ...exchange.CustomerID) {
	t.Helper()
	killed := p.start(t, customers...)
	killed.has(t, customers...)
	killed.kill(t)
}

func find(t *testing.T, l *jobs.Leftovers, n int) []jobs.Left {
	t.Helper()
	list, err := l.Find(t.Context())
	if err != nil || len(list) != n {
		t.Fatalf("%d were left open, want %d; %v", len(list), n, err)
	}
	return list
}

func states(results []jobs.LeftResult) string {
	var list []string
	for _, r := range results {
		list = append(list, string(r.State))
	}
	return strings.Join(list, " ")
}

func TestWhatWasLeftOpenIsFoundAndRemoved(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	inUse := p.start(t, p.names[5])
	inUse.has(t, p.names[5])
	p.leave(t, p.names[:2]...)
	l := p.leftovers(p.may)
	list := find(t, l, 2)
	if list[0].Customer != string(p.names[0]) || !list[0].Confirmed || list[0].Account() != signin.AccountKey(p.sim.User, p.sim.Describe().Classic) {
		t.Errorf("%+v", list[0])
	}
	// One of them the server has forgotten.
	c := classic.New(classic.Options{})
	if err := c.Remove(t.Context(), exchange.Target{URL: list[0].URL}, exchange.Credential{User: p.sim.User, Password: p.sim.Password}, list[0].ID); err != nil {
		t.Fatal(err)
	}
	heard := 0
	got := l.Clean(t.Context(), list, func(jobs.LeftResult) { heard++ })
	if states(got) != "forgotten removed" || heard != 2 || !got[0].Gone() || !got[1].Gone() {
		t.Errorf("%s, heard %d times", states(got), heard)
	}
	find(t, l, 0)
	if n := p.sim.Stats().OpenShells; n != 1 {
		t.Errorf("%d sessions are open, of one in use", n)
	}
	inUse.end(t)
}

func TestWhatCannotBeRemovedStaysListed(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	p.leave(t, p.names[:3]...)
	ctx := t.Context()
	if err := p.journal.ShellOpening(ctx, journal.Shell{ID: "far", Host: "another-computer", PID: 1, URL: "https://mail.example/ps", User: "anna"}); err != nil {
		t.Fatal(err)
	}
	list := find(t, p.leftovers(nil), 4)

	if got := p.leftovers(nil).Clean(ctx, list, nil); states(got) != "no-password no-password no-password elsewhere" || got[0].Problem.Code != exchange.CodeNoPassword || got[3].Problem != nil {
		t.Errorf("%s: %+v", states(got), got)
	}
	locked := &exchange.Problem{Code: signin.CodeStoreLocked}
	got := p.leftovers(func(context.Context, jobs.Left) (jobs.Access, bool, error) { return jobs.Access{}, false, locked }).Clean(ctx, list, nil)
	if states(got) != "no-password no-password no-password elsewhere" || !errors.Is(got[0].Problem, locked) {
		t.Errorf("%s: %+v", states(got), got)
	}
	wrong := func(context.Context, jobs.Left) (jobs.Access, bool, error) {
		return jobs.Access{Credential: exchange.Credential{User: p.sim.User, Password: secret.New("wrong")}}, true, nil
	}
	got = p.leftovers(wrong).Clean(ctx, list, nil)
	if states(got) != "there there there elsewhere" || got[2].Problem.Code != exchange.CodeSignInRefused || p.sim.Stats().AuthFailures != 1 {
		t.Errorf("%s, %d sign-ins: %+v", states(got), p.sim.Stats().AuthFailures, got)
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if got = p.leftovers(p.may).Clean(done, list, nil); states(got) != "there there there elsewhere" || got[0].Problem.Code != exchange.CodeCancelled {
		t.Errorf("%s: %+v", states(got), got)
	}

	// Two programs at once: each is removed once, and neither complains.
	find(t, p.leftovers(nil), 4)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			for _, r := range p.leftovers(p.may).Clean(ctx, list[:2], nil) {
				if !r.Gone() {
					t.Errorf("%s: %+v", r.State, r.Problem)
				}
			}
		})
	}
	both.Wait()

	// After a day no server has it any more, whoever may sign in.
	db, err := sql.Open("sqlite", "file:"+p.path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE shells SET found = ? WHERE host <> 'another-computer'`, time.Now().Add(-25*time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	list = find(t, p.leftovers(nil), 2)
	if got = p.leftovers(nil).Clean(ctx, list, nil); states(got) != "forgotten elsewhere" {
		t.Errorf("%s: %+v", states(got), got)
	}
	if err := p.leftovers(nil).Forget(ctx, list); err != nil {
		t.Fatal(err)
	}
	find(t, p.leftovers(nil), 0)
	to := exchange.Target{URL: list[0].URL}
	if err := classic.New(classic.Options{}).Remove(ctx, to, exchange.Credential{User: p.sim.User, Password: p.sim.Password}, list[0].ID); err != nil {
		t.Fatal(err)
	}
}

// A program died while the creation of its session was on its way: the server does not know it yet when it
// is first asked to remove it.
func TestASessionThatComesIntoBeingLateIsRemoved(t *testing.T) {
	id := uuid.New()
	var asked, made atomic.Int32
	sim := &exchangesim.Server{}
	var create func()
	sim.Hooks.Operation = func(q *wsman.Request) *wsman.Fault {
		if _, ok := q.Op.(*wsman.Delete); ok {
			asked.Add(1)
		}
		return nil
	}
	sim.Hooks.HTTP = func(_ http.ResponseWriter, r *http.Request) bool {
		if asked.Load() == 1 && made.CompareAndSwap(0, 1) {
			create()
		}
		return false
	}
	p := newPlace(t, sim)
	transport, err := httpauth.New(httpauth.Options{Authorizer: httpauth.Basic{User: sim.User, Password: sim.Password}})
	if err != nil {
		t.Fatal(err)
	}
	defer transport.Close()
	address := sim.Describe().Classic
	create = func() {
		client := wsman.NewClient(transport, address, wsman.ResourcePowerShell+"Microsoft.Exchange")
		if _, err := runspace.Open(context.Background(), runspace.Options{Client: client, Config: psrp.ClientConfig{Pool: id}}); err != nil {
			t.Error(err)
		}
	}
	shell := journal.Shell{ID: strings.ToUpper(id.String()), URL: address, User: sim.User, PID: deadProcess(t)}
	for _, s := range []journal.Shell{shell, {ID: uuid.NewString(), URL: address, User: sim.User, PID: shell.PID}} {
		if err := p.journal.ShellOpening(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	l := p.leftovers(p.may)
	list := find(t, l, 2)
	if list[0].ID != shell.ID {
		list[0], list[1] = list[1], list[0]
	}
	if got := l.Clean(t.Context(), list, nil); states(got) != "removed forgotten" {
		t.Errorf("%s: %+v", states(got), got)
	}
	if st := sim.Stats(); made.Load() != 1 || st.Created != 1 || st.OpenShells != 0 || asked.Load() < 5 {
		t.Errorf("%+v after %d questions", st, asked.Load())
	}
	find(t, l, 0)
}

// A server that is reached through a redirect wants the token which the redirect brought. That is written
// nowhere, so a session there is removed by way of the front.
func TestASessionBehindATokenIsRemoved(t *testing.T) {
	p := newPlace(t, &exchangesim.Server{})
	if err := p.sim.SetFaults(faults.Must("redirect-token")); err != nil {
		t.Fatal(err)
	}
	p.leave(t, p.names[:2]...)
	list := find(t, p.leftovers(nil), 2)
	front := p.sim.Describe().Classic
	if strings.HasPrefix(list[0].URL, front) || strings.Contains(list[0].URL, "Token") {
		t.Fatalf("it is at %s", list[0].URL)
	}
	if got := p.leftovers(p.may).Clean(t.Context(), list, nil); states(got) != "there there" || got[0].Problem.Code != exchange.CodeDelegationRefused {
		t.Errorf("%s: %+v", states(got), got[0].Problem)
	}
	l := p.leftovers(func(ctx context.Context, left jobs.Left) (jobs.Access, bool, error) {
		a, found, err := p.may(ctx, left)
		a.Target.URL = front
		return a, found, err
	})
	if got := l.Clean(t.Context(), list, nil); states(got) != "removed removed" {
		t.Errorf("%s: %+v", states(got), got[0].Problem)
	}
}

// deadProcess is the number of a process that has ended.
func deadProcess(t *testing.T) int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dead := exec.Command(self, "-test.run=^$")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	return dead.Process.Pid
}

// vault keeps secrets in memory.
type vault map[string]secret.Secret

func (v vault) Load(key string) (secret.Secret, bool, error) { s, ok := v[key]; return s, ok, nil }
func (v vault) Save(key string, s secret.Secret) error       { v[key] = s; return nil }
func (v vault) Delete(key string) error                      { delete(v, key); return nil }

func TestWhatIsKeptSignsInWithoutAsking(t *testing.T) {
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, []byte("a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	profiles := signin.OpenProfiles(filepath.Join(dir, "connections.json"))
	for _, p := range []signin.Profile{
		{Name: "work", User: "Anna@fabrikam.example", URL: "https://mail.example/PowerShell", CAFile: ca, Authentication: exchange.AuthNTLM, Proxy: "http://proxy.example:8080", ProxyUser: "anna"},
		{Name: "lost", User: "bert", URL: "https://lost.example/PowerShell", CAFile: filepath.Join(dir, "none.pem")},
		{Name: "ticket", URL: "https://kerberos.example/PowerShell", Authentication: exchange.AuthKerberos},
	} {
		if err := profiles.Save(p); err != nil {
			t.Fatal(err)
		}
	}
	kept := vault{
		signin.PasswordKey("anna@fabrikam.example", "https://mail.example"): secret.New("one"),
		signin.PasswordKey("anna", "http://proxy.example:8080"):             secret.New("two"),
		signin.PasswordKey("carl", "https://other.example"):                 secret.New("three"),
	}
	access := jobs.KeptAccess(profiles, kept)
	left := func(user, url, budget string) jobs.Left {
		return jobs.Left{OpenShell: journal.OpenShell{Shell: journal.Shell{User: user, URL: url, Budget: budget}}}
	}
	// The session was opened behind a redirect; the account is that of the address as it was typed.
	a, found, err := access(t.Context(), left("anna@fabrikam.example", "https://pod1.example/ps?DelegatedOrg=x", signin.AccountKey("anna@fabrikam.example", "https://mail.example/PowerShell")))
	if err != nil || !found || a.Credential.Password.Reveal() != "one" || a.Credential.Authentication != exchange.AuthNTLM ||
		string(a.Target.PrivateCA) != "a certificate" || a.Target.Proxy.URL != "http://proxy.example:8080" || a.Target.Proxy.Password.Reveal() != "two" {
		t.Errorf("%+v, %v, %v", a, found, err)
	}
	if a, found, err = access(t.Context(), left("carl", "https://other.example/ps", "")); err != nil || !found || a.Credential.Password.Reveal() != "three" {
		t.Errorf("%+v, %v, %v", a, found, err)
	}
	if _, found, err = access(t.Context(), left("dora", "https://other.example/ps", "")); err != nil || found {
		t.Errorf("%v, %v", found, err)
	}
	if _, found, err = access(t.Context(), left("bert", "https://lost.example/ps", "")); found || exchange.CodeOf(err) != signin.CodeCertificateUnreadable {
		t.Errorf("%v, %v", found, err)
	}
	if a, found, err = access(t.Context(), left("", "https://kerberos.example/ps", "")); err != nil || !found || a.Credential.Authentication != exchange.AuthKerberos {
		t.Errorf("%+v, %v, %v", a, found, err)
	}
}
