package exchangesim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tenantry/core/exchangesim"
)

// TestADisconnectedShellSaysSo: it answers at once, and a Receive that waited in it ends.
func TestADisconnectedShellSaysSo(t *testing.T) {
	waits := make(chan struct{}, 10)
	s := &exchangesim.Server{Plain: true}
	s.Hooks.HTTP = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("X-Waits") != "" {
			waits <- struct{}{}
		}
		return false
	}
	c := connect(t, started(t, s), "")
	c.open()
	second := *c
	second.http = &http.Client{Transport: marked{c.http.Transport}}
	ended := make(chan uint32, 1)
	go func() {
		a := second.post(shellNS+"/Receive", "", `<sh:Receive><sh:DesiredStream>stdout</sh:DesiredStream></sh:Receive>`)
		ended <- a.code()
	}()
	<-waits
	if a := c.post(shellNS+"/Disconnect", "", `<sh:Disconnect/>`); a.status != 200 {
		t.Fatalf("Disconnect: %s", a.body)
	}
	if code := <-ended; code != 2150859230 && code != 2150859204 {
		t.Errorf("the Receive that waited: %d", code)
	}
	for _, action := range []string{"Receive", "Command", "Send", "Signal"} {
		body := map[string]string{
			"Receive": `<sh:Receive><sh:DesiredStream>stdout</sh:DesiredStream></sh:Receive>`,
			"Command": `<sh:CommandLine><sh:Command/></sh:CommandLine>`,
			"Send":    `<sh:Send><sh:Stream Name="stdin"></sh:Stream></sh:Send>`,
			"Signal":  `<sh:Signal CommandId="` + uuid.NewString() + `"><sh:Code>powershell/signal/crtl_c</sh:Code></sh:Signal>`,
		}[action]
		if a := c.post(shellNS+"/"+action, "", body); a.status != 500 || a.code() != 2150859204 {
			t.Errorf("%s: %d, fault %d", action, a.status, a.code())
		}
	}
	if a := c.remove(); a.status != 200 {
		t.Errorf("Delete: %s", a.body)
	}
}

// marked marks requests, so that a test knows when one has come.
type marked struct{ http.RoundTripper }

func (m marked) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Waits", "yes")
	next := m.RoundTripper
	if next == nil {
		next = http.DefaultTransport
	}
	return next.RoundTrip(r)
}

// TestProtocolVersionThatMustBeComplied: a client that insists on what is not spoken here is refused.
func TestProtocolVersionThatMustBeComplied(t *testing.T) {
	s := started(t, &exchangesim.Server{Plain: true})
	for _, test := range []struct {
		option  string
		refused bool
	}{
		{`MustComply="true">3.0`, true}, {`MustComply="true">1.0`, true}, {`MustComply="true">new`, true},
		{`MustComply="true">2.0`, false}, {`MustComply="true">2.1`, false}, {`MustComply="true">2.3`, false}, {`MustComply="true">2.4`, false}, {`>3.0`, false},
	} {
		c := connect(t, s, "")
		a := c.post(transfer+"/Create", `<wsman:OptionSet><wsman:Option Name="protocolversion" `+test.option+`</wsman:Option></wsman:OptionSet>`,
			`<sh:Shell><sh:InputStreams>stdin pr</sh:InputStreams><sh:OutputStreams>stdout</sh:OutputStreams><creationXml xmlns="http://schemas.microsoft.com/powershell">`+c.creation()+`</creationXml></sh:Shell>`)
		if refused := a.status == 500 && a.code() == 2152992672; refused != test.refused {
			t.Errorf("%s: %d, fault %d", test.option, a.status, a.code())
		}
		for _, selector := range a.Body.ResourceCreated.ReferenceParameters.SelectorSet.Selector {
			c.shell = selector.Text
			c.remove()
		}
	}
	if n := s.Stats(); n.OpenShells != 0 || n.Created != 5 {
		t.Errorf("%+v", n)
	}
}

// TestInformationHasItsTime: a line for the person is dated.
func TestInformationHasItsTime(t *testing.T) {
	clock := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	c := connect(t, started(t, &exchangesim.Server{Plain: true, Now: func() time.Time { return clock }}), "?DelegatedOrg=fourthcoffee.example")
	c.open()
	r := c.finish(c.invoke(command("Get-Mailbox", "ResultSize", `<I32>1</I32>`), command("Set-Mailbox", "DisplayName", text("New"), "WhatIf", `<B>true</B>`)))
	if r.state != 4 || len(r.infos) != 1 || !strings.Contains(r.infos[0], "2026-05-04T03:02:01") {
		t.Errorf("state %d, %q", r.state, r.infos)
	}
	c.remove()
}

// TestRunningRightAfterStopping: a pipeline that was told to stop leaves its runspace to the next one.
func TestRunningRightAfterStopping(t *testing.T) {
	c := connect(t, started(t, &exchangesim.Server{Plain: true}), "?DelegatedOrg=fourthcoffee.example")
	c.open()
	for range 20 {
		id := c.invoke(command("Get-Mailbox", "ResultSize", text("Unlimited")))
		c.signal(id, "powershell/signal/crtl_c")
		if r := c.finish(c.invoke(command("Get-AcceptedDomain"))); r.state != 4 {
			t.Fatalf("state %d", r.state)
		}
	}
	c.remove()
}
