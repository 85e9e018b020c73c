package classic_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/world"
	"tenantry/core/secret"
	"tenantry/test/conformance"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// partner starts a sample partner whose customers have so many mailboxes each.
func partner(t *testing.T, sim *exchangesim.Server, mailboxes int) (*exchangesim.Server, exchange.CustomerID) {
	t.Helper()
	sim.World = world.Options{Customers: 3, Mailboxes: mailboxes}
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return sim, exchange.CustomerID(sim.Describe().Customers[0].Domain)
}

func target(sim *exchangesim.Server, customer exchange.CustomerID) (exchange.Target, exchange.Credential) {
	return exchange.Target{Customer: customer, URL: sim.Describe().Classic, PrivateCA: sim.CACert()},
		exchange.Credential{User: sim.User, Password: sim.Password}
}

func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name string
		sim  *exchangesim.Server
	}{
		{"https with a redirect", &exchangesim.Server{}},
		{"http", &exchangesim.Server{Plain: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim, customer := partner(t, c.sim, 60)
			conformance.Run(t, conformance.Options{
				Rows: 60,
				Connect: func(t *testing.T) exchange.Session {
					to, with := target(sim, customer)
					s, err := classic.New(classic.Options{}).Connect(context.Background(), to, with)
					if err != nil {
						t.Fatal(err)
					}
					return s
				},
				Open: func(*testing.T) int { return sim.Stats().OpenShells },
			})
			if st := sim.Stats(); st.Created != st.Deleted || st.Created == 0 {
				t.Errorf("%d sessions were opened and %d closed", st.Created, st.Deleted)
			}
		})
	}
}

// log is a ShellLog that remembers.
type log struct {
	mu     sync.Mutex
	open   map[string]string // shell to URL
	opened int
	fail   error
}

func (l *log) Opening(_ context.Context, shell, url, _ string, _ exchange.CustomerID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	l.opened++
	l.open[shell] = url
	return nil
}

func (l *log) Named(_ context.Context, asked, given string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	url := l.open[asked]
	delete(l.open, asked)
	l.open[given] = url
	return nil
}

func (l *log) Closed(_ context.Context, shell string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, shell)
	return nil
}

func TestEveryShellIsNotedBeforeAndStruckAfter(t *testing.T) {
	sim, customer := partner(t, &exchangesim.Server{}, 5)
	notes := &log{open: map[string]string{}}
	to, with := target(sim, customer)
	s, err := classic.New(classic.Options{Shells: notes}).Connect(context.Background(), to, with)
	if err != nil {
		t.Fatal(err)
	}
	if len(notes.open) != 1 || notes.opened != 2 { // the first place redirected, so nothing was opened there
		t.Errorf("noted %d, open %v", notes.opened, notes.open)
	}
	for _, address := range notes.open {
		if !strings.Contains(address, "DelegatedOrg="+string(customer)) {
			t.Errorf("the customer is not in %s", address)
		}
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(notes.open) != 0 {
		t.Errorf("still noted: %v", notes.open)
	}
}

func TestNothingIsOpenedThatCannotBeNoted(t *testing.T) {
	sim, customer := partner(t, &exchangesim.Server{}, 5)
	refused := &exchange.Problem{Code: "journal.unusable"}
	to, with := target(sim, customer)
	_, err := classic.New(classic.Options{Shells: &log{fail: refused}}).Connect(context.Background(), to, with)
	if exchange.CodeOf(err) != refused.Code {
		t.Errorf("connecting gave %v", err)
	}
	if n := sim.Stats().Created; n != 0 {
		t.Errorf("%d sessions were opened", n)
	}
}

func TestRefusalsAreToldApart(t *testing.T) {
	sim, customer := partner(t, &exchangesim.Server{}, 5)
	connect := func(change func(*exchange.Target, *exchange.Credential)) error {
		to, with := target(sim, customer)
		change(&to, &with)
		s, err := classic.New(classic.Options{}).Connect(context.Background(), to, with)
		if err == nil {
			_ = s.Close(context.Background())
		}
		return err
	}
	for _, c := range []struct {
		name   string
		change func(*exchange.Target, *exchange.Credential)
		code   exchange.Code
	}{
		{"wrong password", func(_ *exchange.Target, w *exchange.Credential) { w.Password = secret.New("no") }, exchange.CodeSignInRefused},
		{"another's customer", func(to *exchange.Target, _ *exchange.Credential) { to.Customer = "stranger.example" }, exchange.CodeDelegationRefused},
		{"no authority", func(to *exchange.Target, _ *exchange.Credential) { to.PrivateCA = nil }, exchange.CodeUntrusted},
		{"no such path", func(to *exchange.Target, _ *exchange.Credential) {
			to.URL = strings.Replace(to.URL, "powershell-liveid", "elsewhere", 1)
		}, exchange.CodeNotRemoting},
		{"nothing there", func(to *exchange.Target, _ *exchange.Credential) { to.URL = "https://127.0.0.1:9/powershell" }, exchange.CodeNotReachable},
		{"http to the world", func(to *exchange.Target, _ *exchange.Credential) { to.URL = "http://exchange.example/powershell" }, exchange.CodeNotHTTPS},
		{"a password in the address", func(to *exchange.Target, _ *exchange.Credential) { to.URL = "https://a:b@127.0.0.1:9/" }, exchange.CodeBadURL},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := connect(c.change)
			if exchange.CodeOf(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
			if err != nil && (strings.Contains(err.Error(), sim.Password.Reveal())) {
				t.Errorf("the password shows: %v", err)
			}
		})
	}
	if st := sim.Stats(); st.OpenShells != 0 {
		t.Errorf("%d sessions were left open", st.OpenShells)
	}
}

func TestAFourthSessionIsRefusedInEveryStyleAndLeavesNothing(t *testing.T) {
	for _, style := range []exchangesim.LimitStyle{exchangesim.LimitAtCreate, exchangesim.LimitAtReceive, exchangesim.LimitOfPlugin} {
		t.Run(string(style), func(t *testing.T) {
			sim, customer := partner(t, &exchangesim.Server{LimitStyle: style}, 5)
			to, with := target(sim, customer)
			connector := classic.New(classic.Options{})
			var open []exchange.Session
			for range 3 {
				s, err := connector.Connect(context.Background(), to, with)
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, s)
			}
			_, err := connector.Connect(context.Background(), to, with)
			p := exchange.AsProblem(err)
			if p == nil || p.Code != exchange.CodeSessionLimit || p.Args["limit"] != "3" || p.Retry != exchange.RetryLater {
				t.Errorf("the fourth gave %v", err)
			}
			for _, s := range open {
				if err := s.Close(context.Background()); err != nil {
					t.Error(err)
				}
			}
			if st := sim.Stats(); st.OpenShells != 0 || st.MaxConcurrent > 3 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// A panic while rows are read must not leave the pipeline or the session behind.
func TestAPanicInTheLoopLeavesNoSession(t *testing.T) {
	sim, customer := partner(t, &exchangesim.Server{}, 300)
	to, with := target(sim, customer)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		s, err := classic.New(classic.Options{}).Connect(context.Background(), to, with)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(context.Background()); err != nil {
				t.Error(err)
			}
		}()
		for range s.Invoke(context.Background(), exchange.Invocation{Cmdlet: "Get-Mailbox"}) {
			panic("in the middle")
		}
	}()
	if st := sim.Stats(); st.OpenShells != 0 || st.Created != 1 || st.Deleted != 1 {
		t.Errorf("%+v", st)
	}
}

func TestClosingWorksAfterTheContextEnded(t *testing.T) {
	sim, customer := partner(t, &exchangesim.Server{}, 5)
	to, with := target(sim, customer)
	ctx, stop := context.WithCancel(context.Background())
	s, err := classic.New(classic.Options{}).Connect(ctx, to, with)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	if n := sim.Stats().OpenShells; n != 0 {
		t.Errorf("%d sessions were left open", n)
	}
}

// A redirect must not carry the credential to a place nobody confirmed.
func TestRedirectsKeepTheCredential(t *testing.T) {
	var seen atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			seen.Add(1)
		}
	}))
	defer thief.Close()
	at, _ := url.Parse(thief.URL)
	for _, c := range []struct {
		name, location string
		code           exchange.Code
	}{
		{"to a host nobody knows", "https://exchange.example/powershell", exchange.CodeRedirectRefused},
		{"to a look-alike", "https://outlook.com.example/powershell", exchange.CodeRedirectLookAlike},
		{"to http elsewhere", "http://exchange.example/powershell", exchange.CodeRedirectInsecure},
		{"with a user name in it", "http://outlook.com@" + at.Host + "/powershell", exchange.CodeRedirectLookAlike},
		{"to nowhere", "", exchange.CodeRedirectInvalid},
	} {
		for _, status := range []int{301, 302, 307, 308} {
			t.Run(c.name, func(t *testing.T) {
				from := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Location", c.location)
					w.WriteHeader(status)
				}))
				defer from.Close()
				_, err := classic.New(classic.Options{}).Connect(context.Background(),
					exchange.Target{Customer: "contoso.example", URL: from.URL + "/powershell-liveid"},
					exchange.Credential{User: "anna", Password: secret.New("Pa55")})
				if exchange.CodeOf(err) != c.code {
					t.Errorf("status %d gave %v, want %s", status, err, c.code)
				}
			})
		}
	}
	t.Run("a loop ends after five", func(t *testing.T) {
		var hops atomic.Int32
		var loop *httptest.Server
		loop = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hops.Add(1)
			if !strings.Contains(r.URL.RawQuery, "DelegatedOrg=contoso.example") {
				t.Errorf("the query was lost: %s", r.URL.RawQuery)
			}
			w.Header().Set("Location", loop.URL+"/again")
			w.WriteHeader(http.StatusFound)
		}))
		defer loop.Close()
		_, err := classic.New(classic.Options{}).Connect(context.Background(),
			exchange.Target{Customer: "contoso.example", URL: loop.URL + "/powershell-liveid"},
			exchange.Credential{User: "anna", Password: secret.New("Pa55")})
		if exchange.CodeOf(err) != exchange.CodeRedirectLoop || hops.Load() != 6 {
			t.Errorf("%v after %d requests", err, hops.Load())
		}
	})
	if seen.Load() != 0 {
		t.Errorf("a credential reached a place nobody confirmed, %d times", seen.Load())
	}
}
