package exchangesim_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/exchangesim"
)

// TestBrokenPoolAnswers: after bytes that are no fragments a client is told so; it does not poll for ever.
func TestBrokenPoolAnswers(t *testing.T) {
	c := connect(t, started(t, &exchangesim.Server{}), "")
	c.open()
	junk := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("junk"), 20))
	if a := c.post(shellNS+"/Send", "", `<sh:Send><sh:Stream Name="stdin">`+junk+`</sh:Stream></sh:Send>`); a.status != 500 {
		t.Fatalf("Send of junk: %d", a.status)
	}
	id := uuid.New()
	fragment := base64.StdEncoding.EncodeToString(c.fragment(0x00021006, id, pipeline(true, command("Get-AcceptedDomain"))))
	name := strings.ToUpper(id.String())
	a := c.post(shellNS+"/Command", "", `<sh:CommandLine CommandId="`+name+`"><sh:Command></sh:Command><sh:Arguments>`+fragment+`</sh:Arguments></sh:CommandLine>`)
	if a.status == 200 {
		a = c.receiveOnce(name)
	}
	if a.status != 500 || a.code() == 2150858793 {
		t.Errorf("after junk: %d, fault %d", a.status, a.code())
	}
	if a := c.remove(); a.status != 200 {
		t.Errorf("Delete: %d", a.status)
	}
}

// TestConnectSendsPrivateDataOnTheStream: a client that takes over a session waits for a message on the
// pool's stream after ConnectResponse, as Windows sends one, and for the word that the pool is open.
func TestConnectSendsPrivateDataOnTheStream(t *testing.T) {
	c := connect(t, started(t, &exchangesim.Server{}), "")
	c.open()
	if a := c.post(shellNS+"/Disconnect", "", `<sh:Disconnect/>`); a.status != 200 {
		t.Fatalf("Disconnect: %d %s", a.status, a.body)
	}
	both := append(c.fragment(0x00010002, uuid.Nil, capability), c.fragment(0x00010008, uuid.Nil, `<S />`)...)
	a := c.post(shellNS+"/Connect", "", `<sh:Connect><connectXml xmlns="http://schemas.microsoft.com/powershell">`+base64.StdEncoding.EncodeToString(both)+`</connectXml></sh:Connect>`)
	if a.status != 200 || !strings.Contains(string(a.body), "connectResponseXml") {
		t.Fatalf("Connect: %d %s", a.status, a.body)
	}
	list := c.receive("")
	if !slices.ContainsFunc(list, func(m message) bool { return m.kind == 0x00021009 }) {
		t.Errorf("no private data among %d messages", len(list))
	}
	if !slices.ContainsFunc(list, func(m message) bool { return m.kind == 0x00021005 && strings.Contains(m.body, ">2<") }) {
		t.Error("nothing says that the pool is open")
	}
}
