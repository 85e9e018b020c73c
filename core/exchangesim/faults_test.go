package exchangesim_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
)

// with returns a running server in which rules go wrong.
func with(t *testing.T, s *exchangesim.Server, rules ...string) *exchangesim.Server {
	t.Helper()
	s.Faults = faults.Must(rules...)
	return started(t, s)
}

// ask is attempt in the usual resource, for answers that are no envelopes.
func (c *client) ask(action, extra, body string) (*answer, error) {
	c.t.Helper()
	return c.attempt(resource, action, extra, body)
}

func (c *client) askCreate() (*answer, error) {
	c.t.Helper()
	a, err := c.ask(c.creating())
	if err == nil {
		c.took(a)
	}
	return a, err
}

// location asks for a shell and is told where it is.
func (c *client) location(t *testing.T) *url.URL {
	t.Helper()
	a, err := c.askCreate()
	if err != nil || a.status != http.StatusFound {
		t.Fatalf("no redirect: %+v %v", a, err)
	}
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

const someQuery = "?DelegatedOrg=fourthcoffee.example;PSVersion=5.1.17763.1490"

func TestRedirectChain(t *testing.T) {
	for _, plain := range []bool{true, false} {
		s := with(t, &exchangesim.Server{Plain: plain}, "redirect-chain@1=3")
		c := connect(t, s, someQuery)
		for range 3 {
			to := c.location(t)
			from, _ := url.Parse(c.url)
			if to.Host == from.Host || to.Scheme != from.Scheme || to.Path != from.Path || !strings.HasPrefix(to.RawQuery, from.RawQuery[:len(someQuery)-1]) {
				t.Fatalf("from %s to %s", from, to)
			}
			c.url = to.String()
		}
		c.open()
		if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
			t.Errorf("%+v", r)
		}
		c.remove()
		again := connect(t, s, someQuery)
		if a, err := again.askCreate(); err != nil || plain && a.status != 200 || !plain && strings.Contains(a.header.Get("Location"), "Hop") {
			t.Errorf("the second session: %+v %v", a, err)
		}
		if n := s.Struck()[faults.RedirectChain]; n != 1 {
			t.Errorf("struck %d times", n)
		}
	}
}

func TestRedirectsThatLeadAstray(t *testing.T) {
	s := with(t, &exchangesim.Server{Plain: true}, "redirect-loop")
	c := connect(t, s, someQuery)
	seen := map[string]bool{}
	for range 12 {
		to := c.location(t)
		seen[to.Host] = true
		c.url = to.String()
	}
	if len(seen) != 2 || s.Struck()[faults.RedirectLoop] != 12 {
		t.Errorf("%v %v", seen, s.Struck())
	}
	for rule, want := range map[string]string{
		"redirect-http=127.0.0.1:81":                                  "http://127.0.0.1:81/powershell-liveid" + someQuery,
		"redirect-foreign=attacker.example:8443":                      "https://attacker.example:8443/powershell-liveid" + someQuery,
		"redirect-foreign":                                            "https://outlook.com.example/powershell-liveid" + someQuery,
		"redirect-foreign=https://outlook.com@attacker.example/x?a=b": "https://outlook.com@attacker.example/x?a=b",
		"redirect-broken":                                             "https://[pod",
		"redirect-broken=none":                                        "",
		"redirect-http@create=http://ps.outlook.com/powershell":       "http://ps.outlook.com/powershell",
	} {
		if err := s.SetFaults(faults.Must(rule)); err != nil {
			t.Fatal(err)
		}
		a, err := connect(t, s, someQuery).askCreate()
		if err != nil || a.status != http.StatusFound || a.header.Get("Location") != want || len(a.header.Values("Location")) > 0 != (want != "") {
			t.Errorf("%s: %d %q %v", rule, a.status, a.header.Get("Location"), err)
		}
	}
	secure := with(t, &exchangesim.Server{}, "redirect-http")
	if to := connect(t, secure, someQuery).location(t); to.Scheme != "http" || !strings.HasPrefix(to.Host, "127.0.0.1:") {
		t.Errorf("%s", to)
	}
	if st := s.Stats(); st.Created != 0 || st.Refused != 0 || st.AuthFailures != 0 {
		t.Errorf("%+v", st)
	}
}

func TestRedirectWithASecurityToken(t *testing.T) {
	s := with(t, &exchangesim.Server{}, "redirect-token")
	c := connect(t, s, someQuery)
	to := c.location(t)
	_, token, ok := strings.Cut(to.RawQuery, "SecurityToken=")
	if !ok || strings.ContainsAny(token, "+/=") || !strings.Contains(token, "%2B") || !strings.HasPrefix("?"+to.RawQuery, someQuery) {
		t.Fatalf("%s", to)
	}
	for name, spoilt := range map[string]string{
		"lost": strings.Replace(to.String(), "SecurityToken="+token, "", 1), "another": strings.Replace(to.String(), token, "AAAA", 1),
		"unescaped": strings.Replace(to.String(), "%2B", "+", 1), "cut": to.String()[:len(to.String())-5],
	} {
		lost := connect(t, s, "")
		lost.url = spoilt
		if a, err := lost.askCreate(); err != nil || a.status != 401 || a.header.Get("X-RemotePS-FailureCategory") != "DelegatedAuth-AccessDenied" {
			t.Errorf("%s: %d %v", name, a.status, err)
		}
	}
	c.url = to.String()
	c.open()
	if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
		t.Errorf("%+v", r)
	}
	kept := c.url
	c.url = strings.Replace(c.url, "SecurityToken="+token, "", 1)
	if a, err := c.ask(transfer+"/Delete", "", ""); err != nil || a.status != 401 {
		t.Errorf("Delete without the token: %d %v", a.status, err)
	}
	c.url = kept
	c.remove()
	if st := s.Stats(); st.Created != 1 || st.Deleted != 1 || st.OpenShells != 0 {
		t.Errorf("%+v", st)
	}
}

func TestRefusals(t *testing.T) {
	const soapKind, html = "application/soap+xml;charset=UTF-8", "text/html"
	s := started(t, &exchangesim.Server{Plain: true})
	for _, test := range []struct {
		rule      string
		status    int
		kind      string
		category  string
		challenge string // a part of it; none must be there when empty
		body      string // a part of it
		code      uint32
		counts    exchangesim.Stats
	}{
		{rule: "wrong-password", status: 401, category: "LiveID-InvalidCreds", challenge: "Basic realm=", counts: exchangesim.Stats{AuthFailures: 1}},
		{rule: "wrong-password=400", status: 400, kind: soapKind, category: "LiveID-InvalidCreds", body: "[FailureCategory=LiveID-InvalidCreds]", counts: exchangesim.Stats{AuthFailures: 1}},
		{rule: "mfa-needed", status: 401, category: "LiveID-AppPasswordRequired", challenge: "Basic realm=", counts: exchangesim.Stats{AuthFailures: 1}},
		{rule: "password-expired", status: 401, category: "LiveID-ExpiredCreds", challenge: "Basic realm=", counts: exchangesim.Stats{AuthFailures: 1}},
		{rule: "account-disabled", status: 401, category: "LiveID-AuthFailure", challenge: "Basic realm=", counts: exchangesim.Stats{AuthFailures: 1}},
		{rule: "sign-in-refused=UserNotFoundInAD", status: 401, category: "LiveID-UserNotFoundInAD", challenge: "Basic realm=", counts: exchangesim.Stats{AuthFailures: 1}},
		{rule: "no-basic", status: 401, challenge: "Negotiate"},
		{rule: "no-basic=none", status: 401},
		{rule: "retired", status: 400},
		{rule: "retired=401", status: 401, challenge: "Basic realm="},
		{rule: "retired=403", status: 403, kind: html},
		{rule: "retired=404", status: 404, kind: html},
		{rule: "retired=no-basic", status: 401, challenge: "Bearer "},
		{rule: "delegation-refused", status: 401, category: "DelegatedAuth-AccessDenied", challenge: "Basic realm=", counts: exchangesim.Stats{Refused: 1}},
		{rule: "delegation-error", status: 500, kind: html, category: "DelegatedAuth-CannotResolveTenantNameException"},
		{rule: "remote-powershell-off", status: 400, kind: soapKind, category: "AuthZ-RpsNotEnabled", body: "[FailureCategory=AuthZ-RpsNotEnabled] ", counts: exchangesim.Stats{Refused: 1}},
		{rule: "back-end-unreachable", status: 500, kind: soapKind, category: "Cafe-SendFailure", body: "] [FailureCategory=Cafe-SendFailure]"},
		{rule: "back-end-unreachable=400", status: 400, kind: soapKind, category: "Cafe-SendFailure", body: "[ClientAccessServer="},
		{rule: "unavailable", status: 503, kind: html, body: "Service Unavailable"},
		{rule: "bad-gateway", status: 502, kind: html},
		{rule: "gateway-timeout", status: 504, kind: html},
		{rule: "strange-page", status: 200, kind: html, body: "<html>"},
		{rule: "limit-create", status: 500, kind: soapKind, code: 2150859173, body: "maximum number of 3 concurrent shells", counts: exchangesim.Stats{Refused: 1}},
		{rule: "limit-winrm", status: 500, kind: soapKind, code: 2150859236, counts: exchangesim.Stats{Refused: 1}},
		{rule: "quota", status: 500, kind: soapKind, code: 2150859174, counts: exchangesim.Stats{Refused: 1}},
		{rule: "quota=user", status: 500, kind: soapKind, code: 2150859175, counts: exchangesim.Stats{Refused: 1}},
		{rule: "quota=system", status: 500, kind: soapKind, code: 2150859176, counts: exchangesim.Stats{Refused: 1}},
		{rule: "quota=shell-users", status: 500, kind: soapKind, code: 2150859179, counts: exchangesim.Stats{Refused: 1}},
		{rule: "access-denied", status: 500, kind: soapKind, code: 5, body: "AccessDenied"},
		{rule: "wsman-fault@create=1326", status: 500, kind: soapKind, code: 1326},
	} {
		before := s.Stats()
		if err := s.SetFaults(faults.Must(test.rule)); err != nil {
			t.Fatal(err)
		}
		a, err := connect(t, s, someQuery).askCreate()
		if err != nil {
			t.Errorf("%s: %v", test.rule, err)
			continue
		}
		challenge := a.header.Get("WWW-Authenticate")
		if a.status != test.status || !strings.HasPrefix(a.header.Get("Content-Type"), test.kind) || test.kind == "" && len(a.body) > 0 ||
			a.header.Get("X-RemotePS-FailureCategory") != test.category || !strings.HasPrefix(challenge, test.challenge) || test.challenge == "" && challenge != "" ||
			!strings.Contains(string(a.body), test.body) || a.code() != test.code {
			t.Errorf("%s: %d %v %s", test.rule, a.status, a.header, a.body)
		}
		after := s.Stats()
		got := exchangesim.Stats{Refused: after.Refused - before.Refused, AuthFailures: after.AuthFailures - before.AuthFailures, Created: after.Created}
		if got != test.counts {
			t.Errorf("%s counts as %+v", test.rule, got)
		}
	}
	// Whoever does not sign in is told of a retired service too.
	if err := s.SetFaults(faults.Must("retired=404")); err != nil {
		t.Fatal(err)
	}
	c := connect(t, s, someQuery)
	c.user = ""
	if a, err := c.askCreate(); err != nil || a.status != 404 {
		t.Errorf("%+v %v", a, err)
	}
	if a, err := c.tryStep("delete", ""); err != nil || a.status != 401 {
		t.Errorf("another step: %+v %v", a, err)
	}
	if err := s.SetFaults(faults.Must("retired=close")); err != nil {
		t.Fatal(err)
	}
	if a, err := connect(t, s, someQuery).askCreate(); err == nil {
		t.Errorf("%+v", a)
	}
	if err := s.SetFaults(faults.Must("unavailable=17")); err != nil {
		t.Fatal(err)
	}
	if a, err := connect(t, s, someQuery).askCreate(); err != nil || a.header.Get("Retry-After") != "17" {
		t.Errorf("%+v %v", a, err)
	}
}

// TestSessionsRefusedAtTheFirstReceive: Create goes well, and then the plugin says no.
func TestSessionsRefusedAtTheFirstReceive(t *testing.T) {
	for rule, want := range map[string]string{
		"limit-receive": "[FailureCategory=AuthZ-AuthorizationException] Fail to create a runspace because you have exceeded the maximum number of connections allowed : 3",
		"budget=47":     "Please wait for 47 seconds.",
		"no-role":       "[FailureCategory=AuthZ-CmdletAccessDeniedException] The user \"admin@fabrikam.example\" isn't assigned to any management roles.",
	} {
		s := with(t, &exchangesim.Server{Plain: true}, rule[:strings.IndexAny(rule+"=", "=")]+"@x1"+rule[strings.IndexAny(rule+"=", "="):])
		c := connect(t, s, someQuery)
		if a := c.create(); a.status != 200 || c.shell == "" {
			t.Fatalf("%s: Create: %d %s", rule, a.status, a.body)
		}
		if st := s.Stats(); st.OpenShells != 0 {
			t.Errorf("%s: %+v", rule, st)
		}
		a := c.receiveOnce("")
		if a.status != 500 || a.code() != 2152992672 || !strings.Contains(a.Body.Fault.Detail.WSManFault.Message.ProviderFault.Text, want) {
			t.Errorf("%s: %d %s", rule, a.status, a.body)
		}
		if a := c.remove(); a.code() != 2150858843 {
			t.Errorf("%s: Delete: %s", rule, a.body)
		}
		other := connect(t, s, someQuery)
		other.open()
		other.remove()
		if st := s.Stats(); st != (exchangesim.Stats{Created: 1, Deleted: 1, MaxConcurrent: 1, Refused: 1}) {
			t.Errorf("%s: %+v", rule, st)
		}
	}
}

func TestShellsAndCommandsThatAreGone(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	for _, rule := range []string{
		"idle-expiry", "shell-gone@first-receive", "shell-gone@command", "shell-gone@receive", "shell-gone@send", "shell-gone@signal", "shell-gone@delete",
	} {
		if err := s.SetFaults(faults.Plan{}); err != nil {
			t.Fatal(err)
		}
		before := s.Stats()
		c := connect(t, s, someQuery)
		c.open()
		id := c.start(uuid.New(), 0x00021006, pipeline(false, command("Get-Mailbox")))
		if err := s.SetFaults(faults.Must(rule)); err != nil {
			t.Fatal(err)
		}
		step := "command"
		if _, at, named := strings.Cut(rule, "@"); named {
			step = at
		}
		a := c.step(step, id)
		if a.status != 500 || a.code() != 2150858843 || rule == "idle-expiry" && !strings.Contains(string(a.body), "] [FailureCategory=WSMan-InvalidShellID] The request for the Windows Remote Shell with ShellId "+c.shell+" failed because the shell was not found on the server.") {
			t.Errorf("%s: %d %s", rule, a.status, a.body)
		}
		// From then on it stays gone, and there is nothing a fault could forget.
		if a := c.remove(); a.code() != 2150858843 {
			t.Errorf("%s: %s", rule, a.body)
		}
		if st := s.Stats(); st.OpenShells != 0 || st.Created != before.Created+1 || st.Deleted != before.Deleted+1 {
			t.Errorf("%s: %+v", rule, st)
		}
	}
	if n := s.Struck()[faults.ShellGone]; n != 6 {
		t.Errorf("struck %d times", n)
	}
	for _, step := range []string{"receive", "send", "signal"} {
		if err := s.SetFaults(faults.Must("command-gone@" + step)); err != nil {
			t.Fatal(err)
		}
		c := connect(t, s, someQuery) // opening is none of these steps
		c.open()
		id := c.start(uuid.New(), 0x00021006, pipeline(false, command("Get-Mailbox")))
		if a := c.step(step, id); a.code() != 2150858843 {
			t.Errorf("%s: %s", step, a.body)
		}
		if err := s.SetFaults(faults.Plan{}); err != nil {
			t.Fatal(err)
		}
		if a := c.receiveOnce(id); a.code() != 2150858843 {
			t.Errorf("%s: the command is there: %s", step, a.body)
		}
		if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
			t.Errorf("%s: another pipeline: %+v", step, r)
		}
		c.remove()
	}
	if st := s.Stats(); st.OpenShells != 0 || st.Created != st.Deleted {
		t.Errorf("%+v", st)
	}
}

// step asks what is asked at a step.
func (c *client) step(step, id string) *answer {
	c.t.Helper()
	a, err := c.tryStep(step, id)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

func (c *client) tryStep(step, id string) (*answer, error) {
	c.t.Helper()
	stream := func(name string) string {
		return `<sh:Receive><sh:DesiredStream` + name + `>stdout</sh:DesiredStream></sh:Receive>`
	}
	switch step {
	case "create":
		return c.askCreate()
	case "first-receive":
		return c.ask(shellNS+"/Receive", "", stream(""))
	case "command":
		pipe := uuid.MustParse(id)
		return c.ask(shellNS+"/Command", "", `<sh:CommandLine CommandId="`+id+`"><sh:Command/><sh:Arguments>`+encoded(c.fragment(0x00021006, pipe, pipeline(false, command("Get-AcceptedDomain"))))+`</sh:Arguments></sh:CommandLine>`)
	case "receive":
		return c.ask(shellNS+"/Receive", "", stream(` CommandId="`+id+`"`))
	case "send":
		return c.ask(shellNS+"/Send", "", `<sh:Send><sh:Stream Name="stdin" CommandId="`+id+`">`+encoded(c.fragment(0x00041003, uuid.MustParse(id), ""))+`</sh:Stream></sh:Send>`)
	case "signal":
		return c.ask(shellNS+"/Signal", "", `<sh:Signal CommandId="`+id+`"><sh:Code>powershell/signal/crtl_c</sh:Code></sh:Signal>`)
	}
	return c.ask(transfer+"/Delete", "", "")
}

// TestCountsStayExactWhateverStrikes plays a session under each fault at each step where it can strike, and
// ends what it left as a client does that chose the shell's id.
func TestCountsStayExactWhateverStrikes(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	short := map[string]string{"slow": "=1ms", "trickle": "=2ms"}
	for _, f := range faults.Catalogue() {
		for _, at := range f.Steps {
			rule := string(f.Name) + "@" + string(at) + short[string(f.Name)]
			before := s.Struck()[f.Name]
			c := connect(t, s, someQuery)
			c.wait = "PT0.02S"
			id := strings.ToUpper(uuid.NewString())
			if err := s.SetFaults(faults.Must(rule)); err != nil {
				t.Fatal(err)
			}
			for _, step := range []string{"create", "first-receive", "command", "send", "receive", "receive", "signal", "delete"} {
				a, err := c.tryStep(step, id)
				if step == "create" {
					if err == nil && a.status == http.StatusFound && strings.HasPrefix(a.header.Get("Location"), "http://127.0.0.1") && f.Name != faults.RedirectHTTP {
						c.url = a.header.Get("Location")
						_, _ = c.tryStep(step, id) // the loop goes on
					}
					c.shell = c.chosen
				}
			}
			if err := s.SetFaults(faults.Plan{}); err != nil {
				t.Fatal(err)
			}
			if s.Struck()[f.Name] == before {
				t.Errorf("%s never struck", rule)
			}
			left := s.Stats()
			a := c.step("delete", id)
			if was := a.status == 200; was != (left.OpenShells == 1) {
				t.Errorf("%s: %d sessions are open, and Delete says %d", rule, left.OpenShells, a.status)
			}
			if st := s.Stats(); st.OpenShells != 0 || st.Created != st.Deleted || st.MaxConcurrent > 1 {
				t.Fatalf("%s: %+v", rule, st)
			}
		}
	}
}

// TestManyFaultsAtOnce: clients side by side under a plan in which everything may strike, that changes meanwhile.
func TestManyFaultsAtOnce(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true, MaxSessions: -1})
	var rules []string
	for _, f := range faults.Catalogue() {
		rule := string(f.Name) + "@3%"
		switch f.Name {
		case faults.Slow, faults.Trickle:
			rule += "=1ms"
		}
		rules = append(rules, rule)
	}
	plan := faults.Must(rules...)
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			for round := range 8 {
				plan := plan
				plan.Seed = uint64(8*n + round)
				if err := s.SetFaults(plan); err != nil {
					t.Error(err)
				}
				c := connect(t, s, someQuery)
				c.wait = "PT0.02S"
				id := strings.ToUpper(uuid.NewString())
				for _, step := range []string{"create", "first-receive", "command", "send", "receive", "receive", "signal", "delete"} {
					_, _ = c.tryStep(step, id) // anything may come of it
					c.shell = c.chosen
				}
				for {
					a, err := c.tryStep("delete", id)
					if err == nil && (a.status == 200 && a.broken == nil || a.code() == 2150858843) {
						break
					}
				}
			}
		})
	}
	all.Wait()
	if st := s.Stats(); st.OpenShells != 0 || st.Created != st.Deleted {
		t.Errorf("%+v", st)
	}
	if n := len(s.Struck()); n < 10 {
		t.Errorf("only %d faults struck: %v", n, s.Struck())
	}
}
