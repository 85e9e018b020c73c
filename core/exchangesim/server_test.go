package exchangesim_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/engine"
	"tenantry/core/exchangesim/world"
	"tenantry/core/psrp"
	"tenantry/core/secret"
	"tenantry/core/wsman"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestASessionFromRedirectToDelete(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	s := started(t, &exchangesim.Server{CACertFile: file})
	if pem, err := os.ReadFile(file); err != nil || string(pem) != string(s.CACert()) {
		t.Fatal("the authority's certificate was not written", err)
	}
	c := connect(t, s, "?DelegatedOrg=adventure-works.example;PSVersion=5.1.17763.1490")
	a := c.create()
	to := a.header.Get("Location")
	if a.status != http.StatusFound || !strings.HasSuffix(to, "/powershell-liveid?DelegatedOrg=adventure-works.example;PSVersion=5.1.17763.1490") || strings.HasPrefix(to, strings.SplitN(c.url, "/powershell", 2)[0]) {
		t.Fatalf("%d to %q", a.status, to)
	}
	c.open()
	r := c.finish(c.invoke(command("Get-AcceptedDomain")))
	if r.state != 4 || len(r.objects) != 4 || !strings.Contains(r.objects[0], `<S N="DomainName">adventure-works.example</S>`) || !strings.Contains(r.objects[0], "<T>Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain</T>") {
		t.Errorf("%+v", r)
	}
	id := c.invoke(command("Get-Mailbox", "-ResultSize", text("Unlimited")), command("Select-Object", "Property", text("Alias")))
	if r = c.finish(id); r.state != 4 || len(r.objects) != 310 {
		t.Errorf("%d objects, state %d", len(r.objects), r.state)
	}
	if a := c.signal(id, shellNS+"/signal/terminate"); a.status != 200 {
		t.Errorf("Signal after the end: %s", a.body)
	}
	if a := c.remove(); a.status != 200 {
		t.Errorf("Delete: %s", a.body)
	}
	if a := c.receiveOnce(""); a.code() != 2150858843 || a.status != 500 {
		t.Errorf("Receive after Delete: %s", a.body)
	}
	if a := c.remove(); a.code() != 2150858843 {
		t.Errorf("second Delete: %s", a.body)
	}
	want := exchangesim.Stats{Created: 1, Deleted: 1, MaxConcurrent: 1, Commands: 2}
	if got := s.Stats(); got != want {
		t.Errorf("%+v", got)
	}
	resp, err := c.http.Get(strings.SplitN(c.url, "/powershell", 2)[0] + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got["created"] != 1.0 || got["open_shells"] != 0.0 || len(got) != 8 || len(got["faults"].(map[string]any)) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

func TestWhoMayComeIn(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true, Password: secret.New("pässword: with colon")})
	tenant := s.Partner().Customers()[3].TenantID
	for _, c := range []struct {
		query, organisation string
		status              int
		category            string
		change              func(c *client)
	}{
		{"?DelegatedOrg=contoso.example", "Contoso", 200, "", nil},
		{"?delegatedorg=CONTOSO.onmicrosoft.example&email=x%40y", "Contoso", 200, "", nil},
		{"?clientApplication=x;DelegatedOrg=" + tenant + ";PSVersion=5.1", s.Partner().Customers()[3].Name, 200, "", nil},
		{"?DelegatedOrg=fabrikam.example", "Fabrikam", 200, "", nil},
		{"", "Fabrikam", 200, "", nil},
		{"?DelegatedOrg=" + url.QueryEscape("contoso.example"), "Contoso", 200, "", func(c *client) {
			c.url = strings.Replace(c.url, "/powershell-liveid", "/PowerShell-LiveID/", 1)
		}},
		{"?DelegatedOrg=contoso.example", "Contoso", 200, "", func(c *client) {
			c.url = strings.Replace(c.url, "/powershell-liveid", "/PowerShell/", 1)
			c.user = strings.ToUpper(c.user)
		}},
		{"?DelegatedOrg=nobody.example", "", 401, "DelegatedAuth-AccessDenied", nil},
		{"?DelegatedOrg=", "", 401, "DelegatedAuth-AccessDenied", nil},
		{"?DelegatedOrg=contoso.example", "", 401, "LiveID-InvalidCreds", func(c *client) { c.password = "wrong" }},
		{"?DelegatedOrg=contoso.example", "", 401, "LiveID-InvalidCreds", func(c *client) { c.user = "somebody@fabrikam.example" }},
		{"?DelegatedOrg=contoso.example", "", 401, "", func(c *client) { c.user = "" }},
	} {
		cl := connect(t, s, c.query)
		if c.change != nil {
			c.change(cl)
		}
		a := cl.create()
		if a.status != c.status || a.header.Get("X-RemotePS-FailureCategory") != c.category {
			t.Errorf("%s: %d %q", c.query, a.status, a.header.Get("X-RemotePS-FailureCategory"))
		}
		if a.status == 401 {
			if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), `Basic realm="`) {
				t.Errorf("challenge %q", a.header.Get("WWW-Authenticate"))
			}
			continue
		}
		if a.header.Get("request-id") == "" || a.Header.ActivityId == "" {
			t.Error("no diagnostics")
		}
		r := cl.finish(cl.invoke(command("Get-OrganizationConfig")))
		if len(r.objects) != 1 || !strings.Contains(r.objects[0], `<S N="DisplayName">`+c.organisation+`</S>`) {
			t.Errorf("%s is not %s", c.query, c.organisation)
		}
		cl.remove()
	}
	if st := s.Stats(); st.AuthFailures != 2 || st.Refused != 2 || st.OpenShells != 0 || st.Created != 7 {
		t.Errorf("%+v", st)
	}
}

func TestTooManySessions(t *testing.T) {
	for _, c := range []struct {
		style     exchangesim.LimitStyle
		atCreate  uint32
		atReceive uint32
		text      string
	}{
		{"", 0, 2152992672, "[FailureCategory=AuthZ-AuthorizationException] Fail to create a runspace because you have exceeded the maximum number of connections allowed : 3"},
		{exchangesim.LimitAtCreate, 2150859173, 0, "maximum number of 3 concurrent shells"},
		{exchangesim.LimitOfPlugin, 2150859236, 0, "maximum number of concurrent shells"},
	} {
		t.Run(string(c.style), func(t *testing.T) {
			s := started(t, &exchangesim.Server{Plain: true, LimitStyle: c.style})
			var three []*client
			for _, o := range s.Partner().Customers()[:3] {
				cl := connect(t, s, "?DelegatedOrg="+o.Domain)
				cl.open()
				three = append(three, cl)
			}
			fourth := connect(t, s, "?DelegatedOrg=litware.example")
			a := fourth.create()
			if a.code() != c.atCreate {
				t.Fatalf("Create: %s", a.body)
			}
			if c.atReceive != 0 {
				if a = fourth.receiveOnce(""); a.code() != c.atReceive {
					t.Fatalf("Receive: %s", a.body)
				}
			}
			if !strings.Contains(string(a.body), c.text) {
				t.Errorf("%s", a.body)
			}
			if st := s.Stats(); st.OpenShells != 3 || st.Refused != 1 || st.Created != 3 {
				t.Errorf("%+v", st)
			}
			three[1].remove()
			fourth.shell = ""
			fourth.open()
			fourth.remove()
			if st := s.Stats(); st.OpenShells != 2 || st.MaxConcurrent != 3 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestASessionNobodyUsesEnds(t *testing.T) {
	clock := newClock()
	s := started(t, &exchangesim.Server{Plain: true, Now: clock.now})
	c := connect(t, s, "?DelegatedOrg=fourthcoffee.example")
	c.open()
	clock.pass(14 * time.Minute)
	if r := c.finish(c.invoke(command("Get-Mailbox"))); len(r.objects) != 5 {
		t.Fatalf("%+v", r)
	}
	clock.pass(16 * time.Minute)
	if st := s.Stats(); st.OpenShells != 0 || st.Deleted != 1 {
		t.Errorf("%+v", st)
	}
	if a := c.post(shellNS+"/Command", "", `<sh:CommandLine CommandId="`+uuid.NewString()+`"><sh:Command/></sh:CommandLine>`); a.code() != 2150858843 {
		t.Errorf("%s", a.body)
	}
}

func TestAClientThatVanishesKeepsItsPlace(t *testing.T) {
	clock := newClock()
	s := started(t, &exchangesim.Server{Plain: true, Now: clock.now, MaxSessions: 1})
	gone := connect(t, s, "?DelegatedOrg=contoso.example")
	gone.open()
	gone.receive(gone.invoke(command("Get-Mailbox", "ResultSize", text("Unlimited"))))
	gone.http.CloseIdleConnections()
	clock.pass(15 * time.Minute)
	other := connect(t, s, "?DelegatedOrg=contoso.example")
	other.create()
	if a := other.receiveOnce(""); a.code() != 2152992672 {
		t.Fatalf("%s", a.body)
	}
	clock.pass(time.Second)
	other.shell = ""
	other.open()
	if st := s.Stats(); st.OpenShells != 1 || st.Created != 2 || st.Deleted != 1 || st.Refused != 1 || st.MaxConcurrent != 1 {
		t.Errorf("%+v", st)
	}
	other.remove()
}

func TestRedirectCanBeChosen(t *testing.T) {
	for _, c := range []struct {
		server *exchangesim.Server
		path   string
		want   int
	}{
		{&exchangesim.Server{}, "/powershell-liveid", 302},
		{&exchangesim.Server{}, "/powershell", 200},
		{&exchangesim.Server{Redirect: exchangesim.RedirectNever}, "/powershell-liveid", 200},
		{&exchangesim.Server{Plain: true}, "/powershell-liveid", 200},
		{&exchangesim.Server{Plain: true, Redirect: exchangesim.RedirectAlways, Listen: "localhost:0"}, "/PowerShell-LiveID/", 302},
	} {
		s := started(t, c.server)
		cl := connect(t, s, "?DelegatedOrg=contoso.example&x=a%2Bb;y")
		cl.url = strings.Replace(cl.url, "/powershell-liveid", c.path, 1)
		a := cl.create()
		if a.status != c.want {
			t.Errorf("%s: %d", c.path, a.status)
		}
		if to := a.header.Get("Location"); c.want == 302 && !strings.HasSuffix(to, c.path+"?DelegatedOrg=contoso.example&x=a%2Bb;y") {
			t.Errorf("to %q", to)
		}
	}
}

func TestErrorsOverTheWire(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	c := connect(t, s, "?DelegatedOrg=fourthcoffee.example")
	c.open()
	for _, f := range []struct {
		run  string
		id   string
		text string
	}{
		{script("Get-Mailbox | Where-Object { $true }"), "ScriptsNotAllowed", "no-language mode"},
		{command("Get-Nonsense"), "CommandNotFoundException", "The term 'Get-Nonsense' is not recognized"},
		{command("Get-Mailbox", "Nonsense", text("x")), "NamedParameterNotFound,Microsoft.Exchange.Management.RecipientTasks.GetMailbox", "parameter name 'Nonsense'"},
	} {
		r := c.finish(c.invoke(f.run))
		if r.state != 5 || !strings.Contains(r.last, `<S N="FullyQualifiedErrorId">`+f.id+`</S>`) || !strings.Contains(r.last, f.text) {
			t.Errorf("%s: %+v", f.id, r)
		}
	}
	r := c.finish(c.invoke(command("Get-Mailbox", "Identity", text("nobody"))))
	if r.state != 4 || len(r.errors) != 1 || !strings.Contains(r.errors[0], "ManagementObjectNotFoundException") || !strings.Contains(r.errors[0], "couldn't be found on") {
		t.Errorf("%+v", r)
	}
	r = c.finish(c.invoke(command("Get-Mailbox", "ResultSize", "<I32>2</I32>")))
	if r.state != 4 || len(r.objects) != 2 || len(r.warnings) != 1 {
		t.Errorf("%+v", r)
	}
	r = c.finish(c.invoke(command("Set-Mailbox", "Identity", text("admin"), "Office", text("1"), "WhatIf", "<B>true</B>")))
	if r.state != 4 || len(r.infos) != 1 || !strings.Contains(r.infos[0], "What if: ") {
		t.Errorf("%+v", r)
	}
	r = c.finish(c.start(uuid.New(), 0x0002100A, `<Obj RefId="0"><MS><Obj N="Name" RefId="1"><TN RefId="0"><T>System.String[]</T><T>System.Array</T><T>System.Object</T></TN><LST><S>Get-Mailbox</S><S>*-MailboxPermission</S></LST></Obj><Obj N="CommandType" RefId="2"><TN RefId="1"><T>System.Management.Automation.CommandTypes</T>`+enumBase+`<ToString>All</ToString><I32>511</I32></Obj><Nil N="Namespace" /><Nil N="ArgumentList" /></MS></Obj>`))
	if r.state != 4 || len(r.objects) < 4 || !strings.Contains(r.objects[0], `<I32 N="Count">`+fmt.Sprint(len(r.objects)-1)+`</I32>`) {
		t.Errorf("%d objects: %.400s", len(r.objects), r.objects)
	}
	for _, o := range r.objects[1:] {
		v, err := clixml.Decode([]byte(o), clixml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		m, ok := psrp.ReadCommandMetadata(v)
		i := slices.IndexFunc(m.Parameters, func(p psrp.ParameterMetadata) bool { return p.Name == "Identity" })
		if !ok || i < 0 || len(m.Parameters[i].Sets) == 0 || m.Parameters[i].Sets[0].Position != 0 || !m.Parameters[i].Sets[0].FromPipeline {
			t.Errorf("%s: %+v", m.Name, m)
		}
	}
	if a := c.post(shellNS+"/Receive", "", `<sh:Receive><sh:DesiredStream CommandId="`+uuid.NewString()+`">stdout</sh:DesiredStream></sh:Receive>`); a.code() != 2150858843 {
		t.Errorf("%s", a.body)
	}
	if a := c.postTo("http://schemas.microsoft.com/powershell/Microsoft.PowerShell", transfer+"/Create", "", `<sh:Shell><sh:InputStreams>stdin</sh:InputStreams></sh:Shell>`); a.code() != 2150858811 {
		t.Errorf("%s", a.body)
	}
	if a := c.post("http://example.invalid/Action", "", ""); a.Body.Fault == nil {
		t.Errorf("%s", a.body)
	}
}

func TestStoppingAndWaiting(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	c := connect(t, s, "?DelegatedOrg=contoso.example")
	c.open()
	c.wait = "PT0.05S"
	if a := c.receiveOnce(""); a.code() != 2150858793 || a.status != 500 {
		t.Errorf("nothing to report: %d %s", a.status, a.body)
	}
	c.wait = "PT20S"
	for _, code := range []string{shellNS + "/signal/terminate", "powershell/signal/crtl_c"} {
		id := c.invoke(command("Get-Mailbox", "ResultSize", text("Unlimited")))
		first := c.receive(id)
		if len(first) == 0 {
			t.Fatal("nothing came")
		}
		second, third := c.invoke(command("Get-AcceptedDomain")), c.invoke(command("Get-AcceptedDomain"))
		c.wait = "PT0.05S"
		if a := c.receiveOnce(second); a.code() != 2150858793 {
			t.Errorf("a second pipeline does not wait for the runspace: %s", a.body)
		}
		c.wait = "PT20S"
		if a := c.signal(third, code); a.Body.SignalResponse == nil {
			t.Fatalf("Signal: %s", a.body)
		}
		if r := c.finish(third); r.state != 3 || len(r.objects) != 0 {
			t.Errorf("stopped before it ran: %+v", r)
		}
		if a := c.signal(id, code); a.Body.SignalResponse == nil {
			t.Fatalf("Signal: %s", a.body)
		}
		if r := c.finish(id); r.state != 3 || len(r.objects) > 19000 {
			t.Errorf("state %d after %d objects", r.state, len(r.objects))
		}
		if r := c.finish(second); r.state != 4 || len(r.objects) == 0 {
			t.Errorf("second pipeline: %+v", r)
		}
	}
	if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
		t.Errorf("after stopping: %+v", r)
	}
	// Deleting the shell while a pipeline runs and nobody reads.
	c.invoke(command("Get-Mailbox", "ResultSize", text("Unlimited")))
	if a := c.remove(); a.status != 200 {
		t.Errorf("%s", a.body)
	}
}

func TestInputAndAPipelineInPieces(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	c := connect(t, s, "?DelegatedOrg=fourthcoffee.example")
	c.open()
	id := uuid.New()
	name := strings.ToUpper(id.String())
	whole := c.fragment(0x00021006, id, pipeline(false, command("Get-Mailbox"), command("Select-Object", "Property", text("Alias"))))
	// The blob of the one fragment is cut in two: the second half travels by Send.
	blob := whole[21:]
	half := len(blob) / 2
	first, second := bytes.Clone(whole[:21]), bytes.Clone(whole[:21])
	first[16], second[16], second[15] = 1, 2, 1
	binary.BigEndian.PutUint32(first[17:], uint32(half))
	binary.BigEndian.PutUint32(second[17:], uint32(len(blob)-half))
	first, second = append(first, blob[:half]...), append(second, blob[half:]...)
	if a := c.post(shellNS+"/Command", "", `<sh:CommandLine CommandId="`+name+`"><sh:Command/><sh:Arguments>`+base64.StdEncoding.EncodeToString(first)+`</sh:Arguments></sh:CommandLine>`); a.status != 200 {
		t.Fatalf("%s", a.body)
	}
	for _, data := range [][]byte{
		second, c.fragment(0x00041002, id, text("admin")), c.fragment(0x00041002, id, text("nobody")), c.fragment(0x00041003, id, ""),
	} {
		if a := c.send(name, data); a.Body.SendResponse == nil {
			t.Fatalf("%s", a.body)
		}
	}
	if r := c.finish(name); r.state != 4 || len(r.objects) != 1 || len(r.errors) != 1 || !strings.Contains(r.objects[0], `<S N="Alias">admin</S>`) {
		t.Errorf("%+v", r)
	}
	// One that waits for input that never ends can be stopped, and another runs meanwhile.
	waiting := c.start(uuid.New(), 0x00021006, pipeline(false, command("Get-Mailbox")))
	if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
		t.Errorf("%+v", r)
	}
	c.signal(waiting, shellNS+"/signal/terminate")
	if r := c.finish(waiting); r.state != 3 {
		t.Errorf("%+v", r)
	}
	if a := c.send(uuid.NewString(), nil); a.code() != 2150858843 {
		t.Errorf("%s", a.body)
	}
	if a := c.send(name, []byte("these are no fragments, but enough bytes to see")); a.Body.Fault == nil {
		t.Errorf("%s", a.body)
	}
	c.remove()
}

func TestSmallEnvelopes(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	c := connect(t, s, "?DelegatedOrg=cohovineyard.example")
	c.envelope = 16384
	c.open()
	r := c.finish(c.invoke(command("Get-Mailbox")))
	if r.state != 4 || len(r.objects) != 45 || r.largest > c.envelope {
		t.Errorf("%d objects, an answer of %d bytes", len(r.objects), r.largest)
	}
	c.remove()
}

func TestLeavingAShellAndComingBack(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	c := connect(t, s, "?DelegatedOrg=fourthcoffee.example")
	c.open()
	if a := c.post(transfer+"/Get", "", ""); a.Body.Shell.ShellId != c.shell || a.Body.Shell.State != "Connected" || a.Body.Shell.IdleTimeOut == "" {
		t.Errorf("Get: %s", a.body)
	}
	if a := c.post(shellNS+"/Disconnect", "", `<sh:Disconnect/>`); a.status != 200 {
		t.Errorf("Disconnect: %s", a.body)
	}
	if a := c.post(transfer+"/Get", "", ""); a.Body.Shell.State != "Disconnected" {
		t.Errorf("Get: %s", a.body)
	}
	if a := c.post(shellNS+"/Reconnect", "", ""); a.status != 200 {
		t.Errorf("Reconnect: %s", a.body)
	}
	if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
		t.Errorf("%+v", r)
	}
	if a := c.postTo(shellNS, "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate", "", `<n:Enumerate/>`); !strings.Contains(string(a.body), c.shell) {
		t.Errorf("Enumerate: %s", a.body)
	}
	c.remove()
}

func TestCountsAreExactWithManyAtOnce(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true, MaxSessions: -1})
	var all sync.WaitGroup
	const clients, runs = 8, 3
	for n := range clients {
		all.Go(func() {
			c := connect(t, s, "?DelegatedOrg="+s.Partner().Customers()[n%4].Domain)
			c.open()
			// A Receive on the pool waits beside those on the pipelines, as Windows has it.
			watching := *c
			watching.wait = "PT0.2S"
			all.Go(func() { watching.receiveOnce("") })
			for range runs {
				if r := c.finish(c.invoke(command("Get-Mailbox", "ResultSize", "<I32>5</I32>"))); r.state != 4 || len(r.objects) != 5 {
					t.Errorf("%+v", r.state)
				}
			}
			if r := c.finish(c.invoke(command("Set-Mailbox", "Identity", text("admin"), "CustomAttribute1", text(fmt.Sprint(n))))); r.state != 4 {
				t.Errorf("%+v", r)
			}
			c.remove()
		})
	}
	all.Wait()
	st := s.Stats()
	if st.OpenShells != 0 || st.Created != clients || st.Deleted != clients || st.Commands != clients*(runs+1) || st.MaxConcurrent < 1 || st.MaxConcurrent > clients {
		t.Errorf("%+v", st)
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:80", "nonsense"} {
		s := &exchangesim.Server{Listen: address}
		if err := s.Start(); err == nil {
			t.Errorf("%s was taken", address)
			_ = s.Close()
		}
	}
	s := &exchangesim.Server{}
	if err := s.Close(); err != nil {
		t.Errorf("closing without starting: %v", err)
	}
	if err := (&exchangesim.Server{LimitStyle: "other"}).Start(); err == nil {
		t.Error("an unknown limit style was taken")
	}
}

func TestHooks(t *testing.T) {
	refuse := map[string]bool{}
	s := started(t, &exchangesim.Server{Plain: true, Hooks: exchangesim.Hooks{
		HTTP: func(w http.ResponseWriter, r *http.Request) bool {
			if refuse["http"] {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			return refuse["http"]
		},
		Operation: func(q *wsman.Request) *wsman.Fault {
			if refuse["operation"] {
				return wsman.FaultAccessDenied()
			}
			return nil
		},
		Pipeline: func(p engine.Pipeline, out engine.Output) error {
			if !refuse["pipeline"] {
				return nil
			}
			return &engine.ErrorRecord{Message: "not now", ID: "NotNow", Types: []string{"System.Exception"}}
		},
	}})
	c := connect(t, s, "")
	c.open()
	refuse["http"] = true
	if a := c.receiveOnce(""); a.status != 503 {
		t.Errorf("%d", a.status)
	}
	refuse["http"], refuse["operation"] = false, true
	if a := c.receiveOnce(""); a.code() != 5 {
		t.Errorf("%s", a.body)
	}
	refuse["operation"], refuse["pipeline"] = false, true
	if r := c.finish(c.invoke(command("Get-Mailbox"))); r.state != 5 || !strings.Contains(r.last, "not now") {
		t.Errorf("%+v", r)
	}
	c.remove()
}

func TestStartIsQuickAndCustomersCanBeChosen(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true, World: world.Options{Customers: 2, Mailboxes: 7}})
	d := s.Describe()
	if len(d.Customers) != 2 || d.User != exchangesim.DefaultUser || len(d.Password) < 16 || d.CACert != nil || !strings.HasPrefix(d.Classic, "http://127.0.0.1:") {
		t.Fatalf("%+v", d)
	}
	c := connect(t, s, "?DelegatedOrg="+d.Customers[1].TenantID)
	c.open()
	if r := c.finish(c.invoke(command("Get-Mailbox"))); len(r.objects) != 7 {
		t.Errorf("%d mailboxes", len(r.objects))
	}
	other := started(t, &exchangesim.Server{Plain: true})
	if other.Describe().Password == d.Password {
		t.Error("two servers have the same password")
	}
}

// BenchmarkGetMailbox streams 20,000 mailboxes over a real socket; a megabyte is one of CLIXML.
func BenchmarkGetMailbox(b *testing.B) {
	s := started(b, &exchangesim.Server{Plain: true, MaxSessions: -1})
	s.Partner().Find("contoso.example").Mailbox(0)
	buffer := make([]byte, 1<<20)
	for b.Loop() {
		c := connect(b, s, "?DelegatedOrg=contoso.example")
		c.open()
		id := c.invoke(command("Get-Mailbox", "ResultSize", text("Unlimited")))
		total := 0
		for done := false; !done; {
			var n int
			n, done = c.rawReceive(id, buffer)
			total += n
		}
		c.remove()
		b.SetBytes(int64(total) * 3 / 4)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s := &exchangesim.Server{}
		if err := s.Start(); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkImport answers what Import-PSSession asks: every cmdlet with its parameters.
func BenchmarkImport(b *testing.B) {
	s := started(b, &exchangesim.Server{Plain: true})
	c := connect(b, s, "")
	c.open()
	total := 0
	for b.Loop() {
		r := c.finish(c.start(uuid.New(), 0x0002100A, `<Obj RefId="0"><MS><Nil N="Name" /><I32 N="CommandType">511</I32><Nil N="Namespace" /><Nil N="ArgumentList" /></MS></Obj>`))
		if len(r.objects) < 700 {
			b.Fatalf("%d objects, state %d", len(r.objects), r.state)
		}
		total = r.bytes
	}
	b.SetBytes(int64(total))
}
