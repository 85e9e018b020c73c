package exchangesim_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"tenantry/core/exchangesim"
	"tenantry/core/exchangesim/faults"
)

// wsaReset is Windows' word for ECONNRESET.
const wsaReset syscall.Errno = 10054

func TestPipelinesThatGoWrong(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	const transient = "Active Directory operation failed"
	for _, test := range []struct {
		rule     string
		state    int
		objects  int // of 40
		errors   int
		warnings int
		last     string // a part of what ended it; nothing but the state when empty
	}{
		{rule: "error-state", state: 5, last: transient},
		{rule: "error-state=7", state: 5, objects: 7, last: transient},
		{rule: "error-state=999", state: 5, objects: 40, last: transient},
		{rule: "error-record=3", state: 4, objects: 40, errors: 1},
		{rule: "error-both=3", state: 5, objects: 3, errors: 1, last: transient},
		{rule: "pipeline-stopped=5", state: 3, objects: 5, last: "The pipeline has been stopped."},
		{rule: "no-language", state: 5, last: "no-language mode"},
		{rule: "micro-delay=1234", state: 4, objects: 40, warnings: 1},
		{rule: "hard-lock=5000", state: 5, last: "Suggested backoff time 5000 ms."},
	} {
		if err := s.SetFaults(faults.Must(test.rule)); err != nil {
			t.Fatal(err)
		}
		c := connect(t, s, "?DelegatedOrg=cohovineyard.example")
		c.open()
		r := c.finish(c.invoke(command("Get-Mailbox", "ResultSize", "<I32>40</I32>")))
		warnings := len(r.warnings)
		if test.rule != "micro-delay=1234" {
			warnings = 0 // that there are more than 40 is a warning too
		} else if !strings.Contains(r.warnings[0], "Micro delay applied. Actual delayed: 1234 msecs, Enforced: True") {
			t.Errorf("%s: %s", test.rule, r.warnings[0])
		} else {
			warnings = 1
		}
		if r.state != test.state || len(r.objects) != test.objects || len(r.errors) != test.errors || warnings != test.warnings ||
			!strings.Contains(r.last, test.last) || test.last == "" && strings.Contains(r.last, "ErrorRecord") {
			t.Errorf("%s: state %d, %d objects, %d errors, %q, %s", test.rule, r.state, len(r.objects), len(r.errors), r.warnings, r.last)
		}
		if test.errors > 0 && (!strings.Contains(r.errors[0], transient) || !strings.Contains(r.errors[0], "[FailureCategory=Cmdlet-ADTransientException]")) {
			t.Errorf("%s: %s", test.rule, r.errors[0])
		}
		// The session is none the worse for it.
		if err := s.SetFaults(faults.Plan{}); err != nil {
			t.Fatal(err)
		}
		if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
			t.Errorf("%s: afterwards: %+v", test.rule, r)
		}
		c.remove()
	}
	if st := s.Stats(); st.OpenShells != 0 || st.Created != st.Deleted {
		t.Errorf("%+v", st)
	}
}

func TestABrokenRunspacePool(t *testing.T) {
	for _, rule := range []string{"runspace-broken=3", "runspace-broken@receive,1"} {
		s := with(t, &exchangesim.Server{Plain: true}, rule)
		c := connect(t, s, "?DelegatedOrg=contoso.example")
		c.open()
		id := c.invoke(command("Get-Mailbox", "ResultSize", text("Unlimited")))
		objects := 0
		a := c.step("receive", id)
		for ; a.code() == 0 && !strings.HasSuffix(a.Body.ReceiveResponse.CommandState.State, "/Done"); a = c.step("receive", id) {
			for _, m := range c.messages(id, a) {
				if m.kind == 0x00041004 {
					objects++
				}
				if m.kind == 0x00041006 {
					t.Errorf("%s: the pipeline ends by itself: %s", rule, m.body)
				}
			}
		}
		if a.code() != 2152992672 || rule == "runspace-broken=3" && objects != 3 || rule != "runspace-broken=3" && objects != 0 {
			t.Errorf("%s: after %d objects: %d %s", rule, objects, a.status, a.body)
		}
		if a := c.receiveOnce(id); a.code() != 2152992672 {
			t.Errorf("%s: once more: %s", rule, a.body)
		}
		list := c.receive("")
		if len(list) != 1 || list[0].kind != 0x00021005 || !strings.Contains(list[0].body, `<I32 N="RunspaceState">5</I32>`) || !strings.Contains(list[0].body, "cannot be used any more") {
			t.Errorf("%s: the pool says %+v", rule, list)
		}
		if a := c.remove(); a.status != 200 {
			t.Errorf("%s: Delete: %s", rule, a.body)
		}
	}
}

// fragments returns the sizes of the fragments in each Stream element.
func fragmentsOf(t *testing.T, a *answer) (list [][]int) {
	t.Helper()
	for _, s := range a.Body.ReceiveResponse.Stream {
		raw, err := base64.StdEncoding.DecodeString(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		var sizes []int
		for len(raw) > 0 {
			n := 21 + int(binary.BigEndian.Uint32(raw[17:]))
			sizes = append(sizes, n)
			raw = raw[n:]
		}
		list = append(list, sizes)
	}
	return list
}

// TestOutputInEveryShape: the same output, however it is cut, joined and interrupted.
func TestOutputInEveryShape(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	bare := connect(t, s, "?DelegatedOrg=cohovineyard.example")
	bare.open()
	want := bare.finish(bare.invoke(command("Get-Mailbox"))).objects
	bare.remove()
	if len(want) != 45 {
		t.Fatalf("%d objects", len(want))
	}
	for _, test := range []struct {
		rules                        []string
		largest, fragments, streams  int // at most in a Stream, in an answer; 0 is no bound
		bom                          bool
		leastTimeouts, leastInStream int
	}{
		{rules: []string{"small-fragments"}, largest: 61, fragments: 1, bom: true},
		{rules: []string{"small-fragments=122", "small-answers=500"}, largest: 122, fragments: 1, streams: 500, bom: true},
		{rules: []string{"small-answers=2"}, fragments: 1, streams: 2, bom: true},
		{rules: []string{"joined-fragments", "small-fragments=1000"}, largest: 1000, streams: 1, bom: true, leastInStream: 10},
		{rules: []string{"no-bom"}, fragments: 1},
		{rules: []string{"poll-timeouts=2"}, fragments: 1, bom: true, leastTimeouts: 2},
		{rules: []string{"small-fragments=61", "joined-fragments", "small-answers=400", "no-bom", "poll-timeouts", "gzip", "chunked=77", "slow@receive,every:9=1ms"},
			largest: 61, streams: 1, leastTimeouts: 3, leastInStream: 300},
	} {
		if err := s.SetFaults(faults.Must(test.rules...)); err != nil {
			t.Fatal(err)
		}
		c := connect(t, s, "?DelegatedOrg=cohovineyard.example")
		c.open()
		id := c.invoke(command("Get-Mailbox"))
		timeouts, most := 0, 0
		var got []string
		for done := false; !done; {
			a := c.receiveOnce(id)
			if a.code() == 2150858793 {
				timeouts++
				continue
			}
			if a.Body.Fault != nil {
				t.Fatalf("%v: %s", test.rules, a.body)
			}
			list := fragmentsOf(t, a)
			if test.streams > 0 && len(list) > test.streams {
				t.Fatalf("%v: %d Stream elements", test.rules, len(list))
			}
			for _, sizes := range list {
				most = max(most, len(sizes))
				for _, n := range sizes {
					if test.fragments > 0 && len(sizes) > test.fragments || test.largest > 0 && n > test.largest {
						t.Fatalf("%v: fragments of %v bytes in one Stream element", test.rules, sizes)
					}
				}
			}
			before := c.marks
			for _, m := range c.messages(id, a) {
				if m.kind == 0x00041004 {
					got = append(got, m.body)
				}
			}
			if marked := c.marks > before; marked && !test.bom {
				t.Fatalf("%v: a byte-order mark", test.rules)
			}
			done = strings.HasSuffix(a.Body.ReceiveResponse.CommandState.State, "/Done")
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %d objects, other than without faults", test.rules, len(got))
		}
		if timeouts < test.leastTimeouts || most < test.leastInStream || test.bom != (c.marks > 0) {
			t.Errorf("%v: %d timeouts, %d fragments in a Stream, %d marks", test.rules, timeouts, most, c.marks)
		}
		c.remove()
	}
}

func TestAnswersThatSufferOnTheirWay(t *testing.T) {
	for _, plain := range []bool{true, false} {
		s := started(t, &exchangesim.Server{Plain: plain, Redirect: exchangesim.RedirectNever})
		set := func(rules ...string) {
			t.Helper()
			if err := s.SetFaults(faults.Must(rules...)); err != nil {
				t.Fatal(err)
			}
		}
		c := connect(t, s, someQuery)
		c.open()
		// What was asked was done, or was not; the answer does not tell.
		for rule, acted := range map[string]bool{
			"drop-before@command": false, "drop-after@command": true, "drop-in@command=headers": true, "drop-in@command": true,
			"half-body@command": true, "half-body@command=chunked": true,
		} {
			set(rule)
			before := s.Stats().Commands
			a, err := c.tryStep("command", strings.ToUpper(uuid.NewString()))
			body := strings.Contains(rule, "half") || rule == "drop-in@command"
			if err == nil || body != (a != nil && a.status == 200 && len(a.body) > 100) {
				t.Errorf("%s: %+v %v", rule, a, err)
			}
			if strings.HasPrefix(rule, "half") && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: %v", rule, err)
			}
			if rule == "drop-before@command" && !plain && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, wsaReset) {
				t.Errorf("%s: %v", rule, err)
			}
			// A command starts when its input ends, so that only a known one answers here.
			set()
			if n := s.Stats().Commands - before; n != 0 {
				t.Errorf("%s: %d commands", rule, n)
			}
			listed := strings.Count(string(c.postTo(shellNS+"/Command", "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate", "", `<n:Enumerate/>`).body), "<rsp:CommandId>")
			if acted {
				c.commands++
			}
			if listed != c.commands {
				t.Errorf("%s: %d commands are there, not %d", rule, listed, c.commands)
			}
		}
		set("gzip")
		if a, err := c.tryStep("signal", uuid.NewString()); err != nil || !a.unzipped || a.code() != 2150858843 {
			t.Errorf("gzip: %+v %v", a, err)
		}
		set("gzip=always", "chunked=10")
		c.http.Transport.(*http.Transport).DisableCompression = true
		if a, err := c.tryStep("signal", uuid.NewString()); err != nil || a.header.Get("Content-Encoding") != "gzip" || !bytes.HasPrefix(a.body, []byte{0x1f, 0x8b}) || len(a.transfer) != 1 || a.transfer[0] != "chunked" {
			t.Errorf("gzip=always: %+v %v", a, err)
		}
		set("gzip", "chunked")
		if a, err := c.tryStep("signal", uuid.NewString()); err != nil || a.header.Get("Content-Encoding") != "" || a.code() != 2150858843 || a.length != -1 {
			t.Errorf("gzip for one that does not read it: %+v %v", a, err)
		}
		for _, coding := range []struct {
			accepted string
			zipped   bool
		}{{"gzip;q=0, identity", false}, {"deflate, GZIP;q=0.5", true}, {"x-gzip", true}, {"br;q=1.0,xgzip", false}} {
			c.accepts = coding.accepted
			if a, err := c.tryStep("signal", uuid.NewString()); err != nil || (a.header.Get("Content-Encoding") == "gzip") != coding.zipped {
				t.Errorf("gzip for %q: %+v %v", coding.accepted, a, err)
			}
		}
		c.accepts = ""
		if n := s.Report().Faults[faults.Gzip]; n != 4 {
			t.Errorf("gzip struck %d times", n)
		}
		set("slow=30ms")
		began := time.Now()
		if a, err := c.tryStep("signal", uuid.NewString()); err != nil || a.code() != 2150858843 || time.Since(began) < 30*time.Millisecond || a.length != int64(len(a.body)) {
			t.Errorf("slow: %+v %v", a, err)
		}
		set("trickle=40ms")
		began = time.Now()
		if a, err := c.tryStep("signal", uuid.NewString()); err != nil || a.code() != 2150858843 || time.Since(began) < 30*time.Millisecond || a.length != int64(len(a.body)) {
			t.Errorf("trickle: %+v %v", a, err)
		}
		for rule, ok := range map[string]func(a *answer) bool{
			"garbage@signal":       func(a *answer) bool { return a.broken != nil && !bytes.HasPrefix(a.body, []byte("<s:")) },
			"garbage@signal=cut":   func(a *answer) bool { return a.broken != nil && bytes.HasPrefix(a.body, []byte("<s:Envelope")) },
			"garbage@signal=soap":  func(a *answer) bool { return a.broken == nil && a.Body.Fault == nil && a.Header.RelatesTo == "" },
			"garbage@signal=empty": func(a *answer) bool { return len(a.body) == 0 },
		} {
			set(rule)
			if a, err := c.tryStep("signal", uuid.NewString()); err != nil || a.header.Get("Content-Type") != "application/soap+xml;charset=UTF-8" || !ok(a) {
				t.Errorf("%s: %+v %v", rule, a, err)
			}
		}
		set()
		c.remove()
	}
}

// TestAPauseEndsWithTheServer: nobody waits for an answer that was to come late.
func TestAPauseEndsWithTheServer(t *testing.T) {
	s := &exchangesim.Server{Plain: true, Faults: faults.Must("slow=1h")}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	c := connect(t, s, someQuery)
	ended := make(chan error)
	go func() {
		_, err := c.askCreate()
		ended <- err
	}()
	for s.Struck()[faults.Slow] == 0 {
		runtime.Gosched() // it has not come yet
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("an answer came")
	}
}

func TestFaultsByCountAndByChance(t *testing.T) {
	struck := func(s *exchangesim.Server, rounds int) (pattern string) {
		c := connect(t, s, someQuery)
		for range rounds {
			a, err := c.tryStep("delete", "")
			if err != nil {
				t.Fatal(err)
			}
			pattern += map[int]string{503: "x", 500: "."}[a.status]
		}
		return pattern
	}
	for rule, want := range map[string]string{
		"unavailable@delete": "xxxxxxxx", "unavailable@delete,3": "..x.....", "unavailable@delete,3+": "..xxxxxx", "unavailable@delete,every:3": "..x..x..",
		"unavailable@delete,x2": "xx......", "unavailable@delete,4+,every:2,x2": "...x.x..", "unavailable": "........",
	} {
		s := with(t, &exchangesim.Server{Plain: true}, rule)
		if got := struck(s, 8); got != want {
			t.Errorf("%s: %s, not %s", rule, got, want)
		}
		if n := s.Struck()[faults.Unavailable]; n != strings.Count(want, "x") {
			t.Errorf("%s: counted %d", rule, n)
		}
	}
	chance := func(seed uint64, rules ...string) string {
		p := faults.Must(rules...)
		p.Seed = seed
		return struck(started(t, &exchangesim.Server{Plain: true, Faults: p}), 200)
	}
	first, again, with, other := chance(7, "unavailable@delete,25%"), chance(7, "unavailable@delete,25%"), chance(7, "unavailable@delete,25%", "bad-gateway@send,50%"), chance(8, "unavailable@delete,25%")
	if n := strings.Count(first, "x"); first != again || first != with || first == other || n < 25 || n > 80 {
		t.Errorf("\n%s\n%s\n%s\n%s", first, again, with, other)
	}
}

// TestFaultsCanChangeAndAreReported: what struck stays counted, and what is no step of a session is never struck.
func TestFaultsCanChangeAndAreReported(t *testing.T) {
	s := with(t, &exchangesim.Server{Plain: true}, "unavailable@create,1", "slow=1ms", "bad-gateway@create,2+")
	c := connect(t, s, someQuery)
	for _, want := range []int{503, 502, 502} {
		if a, err := c.askCreate(); err != nil || a.status != want {
			t.Errorf("%+v %v", a, err)
		}
	}
	if err := s.SetFaults(faults.Plan{Rules: []faults.Rule{{Name: faults.Unavailable, Steps: []faults.Step{faults.Delete}, Times: 1}}}); err != nil {
		t.Fatal(err)
	}
	c.open()
	if a, err := c.ask(transfer+"/Get", "", ""); err != nil || a.status != 200 {
		t.Errorf("Get: %+v %v", a, err)
	}
	if a, _ := c.tryStep("delete", ""); a.status != 503 {
		t.Errorf("%d", a.status)
	}
	c.remove()
	resp, err := http.Get(strings.SplitN(c.url, "/powershell", 2)[0] + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var report struct {
		Created, Deleted int
		Faults           map[string]int
	}
	want := map[string]int{"unavailable": 2, "slow": 3, "bad-gateway": 2}
	if err := json.NewDecoder(resp.Body).Decode(&report); err != nil || report.Created != 1 || report.Deleted != 1 || !reflect.DeepEqual(report.Faults, want) {
		t.Errorf("%+v %v", report, err)
	}
	for _, wrong := range []faults.Rule{{Name: "nothing"}, {Name: faults.Slow, Value: "soon"}, {Name: faults.NoBOM, Steps: []faults.Step{faults.Delete}}, {Name: faults.Gzip, Chance: 2}} {
		var because *faults.RuleError
		if err := s.SetFaults(faults.Plan{Rules: []faults.Rule{wrong}}); !errors.As(err, &because) {
			t.Errorf("%+v: %v", wrong, err)
		}
		if err := (&exchangesim.Server{Plain: true, Faults: faults.Plan{Rules: []faults.Rule{wrong}}}).Start(); !errors.As(err, &because) {
			t.Errorf("%+v at the start: %v", wrong, err)
		}
	}
	if got := s.Struck()["slow"]; got != 3 {
		t.Errorf("a plan that is wrong changes something: %d", got)
	}
}

func TestRunspaces(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	c := connect(t, s, "?DelegatedOrg=contoso.example")
	c.maximum = 2
	c.open()
	all := command("Get-Mailbox", "ResultSize", "<I32>700</I32>") // more than waits for a client
	// Two run at once, the third waits until one is over.
	first, second, third := c.invoke(all), c.invoke(all), c.invoke(command("Get-AcceptedDomain"))
	c.receive(first)
	c.receive(second)
	c.wait = "PT0.05S"
	if a := c.receiveOnce(third); a.code() != 2150858793 {
		t.Errorf("the third: %s", a.body)
	}
	c.wait = "PT20S"
	if r := c.finish(second); r.state != 4 {
		t.Errorf("the second: state %d", r.state)
	}
	if r := c.finish(third); r.state != 4 || len(r.objects) == 0 {
		t.Errorf("the third: %+v", r)
	}
	if r := c.finish(first); r.state != 4 {
		t.Errorf("the first: state %d", r.state)
	}
	// More runspaces let one start that waited.
	running := []string{c.invoke(all), c.invoke(all)}
	waited := c.invoke(command("Get-AcceptedDomain"))
	c.wait = "PT0.05S"
	if a := c.receiveOnce(waited); a.code() != 2150858793 {
		t.Errorf("%s", a.body)
	}
	c.wait = "PT20S"
	if a := c.post(shellNS+"/Send", "", `<sh:Send><sh:Stream Name="stdin">`+encoded(c.fragment(0x00021002, uuid.Nil, `<Obj RefId="0"><MS><I32 N="MaxRunspaces">3</I32><I64 N="ci">1</I64></MS></Obj>`))+`</sh:Stream></sh:Send>`); a.status != 200 {
		t.Fatalf("%s", a.body)
	}
	if r := c.finish(waited); r.state != 4 {
		t.Errorf("with a third runspace: %+v", r)
	}
	for _, id := range running {
		c.signal(id, "powershell/signal/crtl_c")
		if r := c.finish(id); r.state != 3 {
			t.Errorf("state %d", r.state)
		}
	}
	// Pipelines that wait when the session is deleted never run.
	c.invoke(all)
	c.invoke(all)
	c.invoke(all)
	waits := c.invoke(all)
	if a := c.remove(); a.status != 200 {
		t.Errorf("%s", a.body)
	}
	if a := c.receiveOnce(waits); a.code() != 2150858843 {
		t.Errorf("%s", a.body)
	}
	if st := s.Stats(); st.Commands != 10 || st.OpenShells != 0 {
		t.Errorf("%+v", st)
	}
}

func TestResetRunspaceState(t *testing.T) {
	c := connect(t, started(t, &exchangesim.Server{Plain: true}), "?DelegatedOrg=contoso.example")
	c.open()
	reset := func(call string) string {
		t.Helper()
		body := `<Obj RefId="0"><MS><I64 N="ci">` + call + `</I64></MS></Obj>`
		if a := c.post(shellNS+"/Send", "", `<sh:Send><sh:Stream Name="stdin">`+encoded(c.fragment(0x0002100C, uuid.Nil, body))+`</sh:Stream></sh:Send>`); a.status != 200 {
			t.Fatalf("Send: %s", a.body)
		}
		list := c.receive("")
		if len(list) != 1 || list[0].kind != 0x00021004 || !strings.Contains(list[0].body, `<I64 N="ci">`+call+`</I64>`) {
			t.Fatalf("%+v", list)
		}
		return list[0].body
	}
	if got := reset("41"); !strings.Contains(got, `<B N="SetMinMaxRunspacesResponse">true</B>`) {
		t.Error(got)
	}
	id := c.invoke(command("Get-Mailbox", "ResultSize", text("Unlimited")))
	c.receive(id)
	if got := reset("42"); !strings.Contains(got, `<B N="SetMinMaxRunspacesResponse">false</B>`) {
		t.Errorf("while a pipeline runs: %s", got)
	}
	c.signal(id, "powershell/signal/crtl_c")
	if r := c.finish(id); r.state != 3 {
		t.Errorf("state %d", r.state)
	}
	if got := reset("43"); !strings.Contains(got, ">true</B>") {
		t.Error(got)
	}
	c.remove()
}

func TestIdleTimeIsTheClients(t *testing.T) {
	clock := newClock()
	s := started(t, &exchangesim.Server{Plain: true, Now: clock.now})
	for asked, want := range map[string]struct {
		shown string
		ends  time.Duration
	}{
		"": {"PT900.000S", 15 * time.Minute}, "PT300S": {"PT300.000S", 5 * time.Minute}, "PT2H": {"PT900.000S", 15 * time.Minute}, "PT1S": {"PT60.000S", time.Minute},
	} {
		c := connect(t, s, someQuery)
		c.idle = asked
		c.open()
		if a := c.post(transfer+"/Get", "", ""); a.Body.Shell.IdleTimeOut != want.shown {
			t.Errorf("%q is shown as %q", asked, a.Body.Shell.IdleTimeOut)
		}
		clock.pass(want.ends)
		if n := s.Stats().OpenShells; n != 1 {
			t.Errorf("%q: ended too early", asked)
		}
		clock.pass(time.Second)
		if n := s.Stats().OpenShells; n != 0 {
			t.Errorf("%q: still open", asked)
		}
	}
	c := connect(t, s, someQuery)
	c.open()
	if a := c.post(shellNS+"/Disconnect", "", `<sh:Disconnect><sh:IdleTimeOut>PT120S</sh:IdleTimeOut></sh:Disconnect>`); a.status != 200 {
		t.Errorf("%s", a.body)
	}
	clock.pass(2*time.Minute + time.Second)
	if n := s.Stats().OpenShells; n != 0 {
		t.Error("a session that was left outlives the time it was left for")
	}
}
