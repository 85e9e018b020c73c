package exchangesim_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tenantry/core/exchangesim"
)

// client is a small client of remote PowerShell written from the specification with nothing of this
// product, so that the server is not judged by its sibling.
type client struct {
	t        testing.TB
	http     *http.Client
	url      string
	user     string
	password string
	pool     uuid.UUID
	shell    string
	chosen   string // the id of the shell that was asked for last
	minimum  int
	maximum  int
	idle     string // asked for at Create
	commands int    // that a test has started
	marks    int    // byte-order marks before the text of messages
	envelope int
	wait     string
	accepts  string // Accept-Encoding; empty for none of the test's own
	object   uint64
	// fragments that do not yet make a message, by stream
	pieces map[string][]byte
}

type envelope struct {
	Header struct {
		RelatesTo  string
		ActivityId string
	}
	Body struct {
		Fault *struct {
			Reason struct{ Text string }
			Detail struct {
				WSManFault struct {
					Code    uint32 `xml:",attr"`
					Message struct {
						Text          string `xml:",chardata"`
						ProviderFault struct {
							Text string `xml:",chardata"`
						}
					}
				}
			}
		}
		ResourceCreated struct {
			ReferenceParameters struct {
				SelectorSet struct {
					Selector []struct {
						Name string `xml:",attr"`
						Text string `xml:",chardata"`
					}
				}
			}
		}
		Shell           struct{ ShellId, State, IdleTimeOut string }
		CommandResponse struct{ CommandId string }
		ReceiveResponse struct {
			Stream []struct {
				Name      string `xml:",attr"`
				CommandId string `xml:",attr"`
				Text      string `xml:",chardata"`
			}
			CommandState struct {
				CommandId string `xml:",attr"`
				State     string `xml:",attr"`
			}
		}
		SignalResponse, SendResponse, DisconnectResponse, ReconnectResponse *struct{}
		EnumerateResponse                                                   struct {
			Items struct{ Shell []struct{ ShellId string } }
		}
	}
}

type answer struct {
	id       string // of the request
	status   int
	header   http.Header
	body     []byte
	broken   error // why the body is no XML
	unzipped bool
	transfer []string
	length   int64
	envelope
}

func (a *answer) code() uint32 {
	if a.Body.Fault == nil {
		return 0
	}
	return a.Body.Fault.Detail.WSManFault.Code
}

// started returns a running server that is closed with the test.
func started(t testing.TB, s *exchangesim.Server) *exchangesim.Server {
	t.Helper()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func connect(t testing.TB, s *exchangesim.Server, query string) *client {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CACert())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	d := s.Describe()
	return &client{
		t: t, url: d.Classic + query, user: d.User, password: d.Password, pool: uuid.New(), envelope: 512000, wait: "PT20S", pieces: map[string][]byte{},
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

const (
	shellNS  = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
	transfer = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
	resource = "http://schemas.microsoft.com/powershell/Microsoft.Exchange"
)

func (c *client) post(action, extra, body string) *answer {
	return c.postTo(resource, action, extra, body)
}

func (c *client) postTo(resourceURI, action, extra, body string) *answer {
	c.t.Helper()
	a, err := c.attempt(resourceURI, action, extra, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(a.body) > 0 {
		if a.broken != nil {
			c.t.Fatalf("%d %s: %v", a.status, a.body, a.broken)
		}
		if a.Header.RelatesTo != a.id {
			c.t.Errorf("the answer relates to %q", a.Header.RelatesTo)
		}
	}
	return a
}

// attempt asks and says what came of it, whatever that is. An answer that broke off is there as far as it came.
func (c *client) attempt(resourceURI, action, extra, body string) (*answer, error) {
	c.t.Helper()
	selector := ""
	if c.shell != "" {
		selector = `<wsman:SelectorSet><wsman:Selector Name="ShellId">` + c.shell + `</wsman:Selector></wsman:SelectorSet>`
	}
	id := "uuid:" + strings.ToUpper(uuid.NewString())
	text := `<?xml version="1.0" encoding="UTF-8"?>
<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope" xmlns:addr="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsman="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:sh="` + shellNS + `" xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration">
 <E:Header>
  <wsman:ResourceURI E:mustUnderstand="true">` + resourceURI + `</wsman:ResourceURI>
  <addr:Action E:mustUnderstand="true">` + action + `</addr:Action>
  <addr:MessageID>` + id + `</addr:MessageID>
  <addr:To E:mustUnderstand="true">` + strings.ReplaceAll(c.url, "&", "&amp;") + `</addr:To>
  <addr:ReplyTo><addr:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</addr:Address></addr:ReplyTo>
  <wsman:MaxEnvelopeSize E:mustUnderstand="true">` + fmt.Sprint(c.envelope) + `</wsman:MaxEnvelopeSize>
  <wsman:OperationTimeout>` + c.wait + `</wsman:OperationTimeout>` + selector + extra + `
 </E:Header>
 <E:Body>` + body + `</E:Body>
</E:Envelope>`
	req, err := http.NewRequest(http.MethodPost, c.url, strings.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/soap+xml;charset=UTF-8")
	if c.accepts != "" {
		req.Header.Set("Accept-Encoding", c.accepts)
	}
	if c.user != "" {
		req.SetBasicAuth(c.user, c.password)
	}
	resp, err := c.http.Transport.RoundTrip(req) // a client of net/http would read the Location itself
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := &answer{id: id, status: resp.StatusCode, header: resp.Header, unzipped: resp.Uncompressed, transfer: resp.TransferEncoding, length: resp.ContentLength}
	a.body, err = io.ReadAll(resp.Body)
	if len(a.body) > 0 {
		a.broken = xml.Unmarshal(a.body, &a.envelope)
	}
	return a, err
}

// mixed writes a GUID as .NET lays it out in memory.
func mixed(id uuid.UUID) []byte {
	b := bytes.Clone(id[:])
	b[0], b[1], b[2], b[3] = id[3], id[2], id[1], id[0]
	b[4], b[5], b[6], b[7] = id[5], id[4], id[7], id[6]
	return b
}

// fragment makes one message and one fragment around it (MS-PSRP 2.2.1, 2.2.4).
func (c *client) fragment(kind uint32, pipeline uuid.UUID, body string) []byte {
	var m bytes.Buffer
	_ = binary.Write(&m, binary.LittleEndian, []uint32{2, kind})
	m.Write(mixed(c.pool))
	m.Write(mixed(pipeline))
	m.WriteString(body)
	c.object++
	var f bytes.Buffer
	_ = binary.Write(&f, binary.BigEndian, []uint64{c.object, 0})
	f.WriteByte(3)
	_ = binary.Write(&f, binary.BigEndian, uint32(m.Len()))
	f.Write(m.Bytes())
	return f.Bytes()
}

const (
	capability = `<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version><Version N="PSVersion">2.0</Version><Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>`
	noHost     = `<MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B><B N="_isHostRawUINull">true</B><B N="_useRunspaceHost">%s</B></MS>`
	enumBase   = `<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN>`
)

func (c *client) creation() string {
	init := `<Obj RefId="0"><MS>` + fmt.Sprintf(`<I32 N="MinRunspaces">%d</I32><I32 N="MaxRunspaces">%d</I32>`, max(1, c.minimum), max(1, c.maximum)) +
		`<Obj N="PSThreadOptions" RefId="1"><TN RefId="0"><T>System.Management.Automation.Runspaces.PSThreadOptions</T>` + enumBase + `<ToString>Default</ToString><I32>0</I32></Obj>` +
		`<Obj N="ApartmentState" RefId="2"><TN RefId="1"><T>System.Threading.ApartmentState</T>` + enumBase + `<ToString>Unknown</ToString><I32>2</I32></Obj>` +
		`<Obj N="HostInfo" RefId="3">` + fmt.Sprintf(noHost, "false") + `</Obj><Nil N="ApplicationArguments" /></MS></Obj>`
	both := append(c.fragment(0x00010002, uuid.Nil, capability), c.fragment(0x00010004, uuid.Nil, init)...)
	return base64.StdEncoding.EncodeToString(both)
}

func (c *client) create() *answer {
	c.t.Helper()
	action, options, body := c.creating()
	a := c.post(action, options, body)
	c.took(a)
	return a
}

// took remembers the shell that an answer to Create names.
func (c *client) took(a *answer) {
	for _, s := range a.Body.ResourceCreated.ReferenceParameters.SelectorSet.Selector {
		if s.Name == "ShellId" {
			c.shell = s.Text
		}
	}
}

// creating is what asks for a shell.
func (c *client) creating() (action, options, body string) {
	c.chosen = strings.ToUpper(uuid.NewString())
	idle := ""
	if c.idle != "" {
		idle = `<sh:IdleTimeOut>` + c.idle + `</sh:IdleTimeOut>`
	}
	options = `<wsman:OptionSet E:mustUnderstand="true"><wsman:Option Name="protocolversion" MustComply="true">2.3</wsman:Option></wsman:OptionSet>`
	return transfer + "/Create", options, `<sh:Shell ShellId="` + c.chosen + `">` + idle + `<sh:InputStreams>stdin pr</sh:InputStreams><sh:OutputStreams>stdout</sh:OutputStreams><creationXml xmlns="http://schemas.microsoft.com/powershell">` + c.creation() + `</creationXml></sh:Shell>`
}

// open follows the redirect, creates the shell and waits until the pool is open.
func (c *client) open() {
	c.t.Helper()
	a := c.create()
	if a.status == http.StatusFound {
		c.url = a.header.Get("Location")
		a = c.create()
	}
	if a.status != 200 || c.shell == "" {
		c.t.Fatalf("Create: %d %s", a.status, a.body)
	}
	for opened := false; !opened; {
		for _, m := range c.receive("") {
			opened = opened || m.kind == 0x00021005 && strings.Contains(m.body, `<I32 N="RunspaceState">2</I32>`)
		}
	}
}

type message struct {
	kind uint32
	body string
}

func (c *client) receiveOnce(command string) *answer {
	c.t.Helper()
	id := ""
	if command != "" {
		id = ` CommandId="` + command + `"`
	}
	return c.post(shellNS+"/Receive", "", `<sh:Receive><sh:DesiredStream`+id+`>stdout</sh:DesiredStream></sh:Receive>`)
}

// receive asks until there is something, and takes whole messages out of it.
func (c *client) receive(command string) []message {
	c.t.Helper()
	a := c.receiveOnce(command)
	for a.code() == 2150858793 {
		a = c.receiveOnce(command)
	}
	if a.Body.Fault != nil {
		c.t.Fatalf("Receive: %s", a.body)
	}
	return c.messages(command, a)
}

func (c *client) messages(command string, a *answer) (list []message) {
	c.t.Helper()
	for _, s := range a.Body.ReceiveResponse.Stream {
		if !strings.EqualFold(s.CommandId, command) {
			c.t.Fatalf("a stream of command %q in an answer for %q", s.CommandId, command)
		}
		raw, err := base64.StdEncoding.DecodeString(s.Text)
		if err != nil {
			c.t.Fatal(err)
		}
		for len(raw) > 0 {
			size := int(binary.BigEndian.Uint32(raw[17:]))
			flags := raw[16]
			c.pieces[command] = append(c.pieces[command], raw[21:21+size]...)
			raw = raw[21+size:]
			if flags&2 == 0 {
				continue
			}
			whole := c.pieces[command]
			delete(c.pieces, command)
			body, marked := strings.CutPrefix(string(whole[40:]), "\ufeff")
			if marked {
				c.marks++
			}
			list = append(list, message{binary.LittleEndian.Uint32(whole[4:]), body})
		}
	}
	return list
}

// command is one command of a pipeline: a name and pairs of parameter name and CLIXML.
func command(name string, params ...string) string {
	var b strings.Builder
	merge := ""
	for _, m := range []string{"MergeMyResult", "MergeToResult", "MergePreviousResults", "MergeError", "MergeWarning", "MergeVerbose", "MergeDebug", "MergeInformation"} {
		merge += `<Obj N="` + m + `" RefId="9"><TN RefId="9"><T>System.Management.Automation.Runspaces.PipelineResultTypes</T>` + enumBase + `<ToString>None</ToString><I32>0</I32></Obj>`
	}
	b.WriteString(`<Obj RefId="20"><MS><S N="Cmd">` + name + `</S><B N="IsScript">false</B><Nil N="UseLocalScope" />` + merge + `<Obj N="Args" RefId="21"><TN RefId="21"><T>System.Collections.Generic.List</T><T>System.Object</T></TN><LST>`)
	for i := 0; i+1 < len(params); i += 2 {
		b.WriteString(`<Obj RefId="22"><MS><S N="N">` + params[i] + `</S>` + strings.Replace(params[i+1], ">", ` N="V">`, 1) + `</MS></Obj>`)
	}
	b.WriteString(`</LST></Obj></MS></Obj>`)
	return b.String()
}

func script(text string) string {
	return strings.Replace(command(text), `<B N="IsScript">false`, `<B N="IsScript">true`, 1)
}

// invoke starts a pipeline and returns its id.
func (c *client) invoke(commands ...string) string {
	c.t.Helper()
	return c.start(uuid.New(), 0x00021006, pipeline(true, commands...))
}

// pipeline is the text of CREATE_PIPELINE (MS-PSRP 2.2.2.10).
func pipeline(noInput bool, commands ...string) string {
	return `<Obj RefId="0"><MS><B N="NoInput">` + fmt.Sprint(noInput) + `</B>` +
		`<Obj N="ApartmentState" RefId="1"><TN RefId="0"><T>System.Threading.ApartmentState</T>` + enumBase + `<ToString>Unknown</ToString><I32>2</I32></Obj>` +
		`<Obj N="RemoteStreamOptions" RefId="2"><TN RefId="1"><T>System.Management.Automation.RemoteStreamOptions</T>` + enumBase + `<ToString>0</ToString><I32>0</I32></Obj>` +
		`<B N="AddToHistory">false</B><Obj N="HostInfo" RefId="3">` + fmt.Sprintf(noHost, "true") + `</Obj>` +
		`<Obj N="PowerShell" RefId="4"><MS><B N="IsNested">false</B><Nil N="ExtraCmds" /><Obj N="Cmds" RefId="5"><TN RefId="5"><T>System.Collections.Generic.List</T><T>System.Object</T></TN><LST>` +
		strings.Join(commands, "") + `</LST></Obj><Nil N="History" /><B N="RedirectShellErrorOutputPipe">true</B></MS></Obj><B N="IsNested">false</B></MS></Obj>`
}

// send puts bytes into the stream of a command.
func (c *client) send(command string, data []byte) *answer {
	c.t.Helper()
	return c.post(shellNS+"/Send", "", `<sh:Send><sh:Stream Name="stdin" CommandId="`+command+`">`+base64.StdEncoding.EncodeToString(data)+`</sh:Stream></sh:Send>`)
}

func (c *client) start(id uuid.UUID, kind uint32, body string) string {
	c.t.Helper()
	name := strings.ToUpper(id.String())
	a := c.post(shellNS+"/Command", "", `<sh:CommandLine CommandId="`+name+`"><sh:Command></sh:Command><sh:Arguments>`+base64.StdEncoding.EncodeToString(c.fragment(kind, id, body))+`</sh:Arguments></sh:CommandLine>`)
	if a.Body.CommandResponse.CommandId != name {
		c.t.Fatalf("Command: %d %s", a.status, a.body)
	}
	return name
}

// result is everything a pipeline said.
type result struct {
	objects, errors, warnings, infos []string
	progress                         int
	state                            int // 3 Stopped, 4 Completed, 5 Failed
	last                             string
	largest                          int // bytes of an answer
	bytes                            int
}

var stateOf = regexp.MustCompile(`<I32 N="PipelineState">(\d)</I32>`)

func (c *client) finish(command string) (r result) {
	c.t.Helper()
	for {
		a := c.receiveOnce(command)
		if a.code() == 2150858793 {
			continue
		}
		if a.Body.Fault != nil {
			c.t.Fatalf("Receive: %s", a.body)
		}
		r.largest = max(r.largest, len(a.body))
		for _, m := range c.messages(command, a) {
			r.bytes += len(m.body)
			switch m.kind {
			case 0x00041004:
				r.objects = append(r.objects, m.body)
			case 0x00041005:
				r.errors = append(r.errors, m.body)
			case 0x00041010:
				r.progress++
			case 0x00041011:
				r.infos = append(r.infos, m.body)
			case 0x00041009:
				r.warnings = append(r.warnings, m.body)
			case 0x00041006:
				r.last = m.body
				if s := stateOf.FindStringSubmatch(m.body); s != nil {
					r.state = int(s[1][0] - '0')
				}
			}
		}
		if strings.HasSuffix(a.Body.ReceiveResponse.CommandState.State, "/Done") {
			return r
		}
	}
}

func (c *client) signal(command, code string) *answer {
	c.t.Helper()
	return c.post(shellNS+"/Signal", "", `<sh:Signal CommandId="`+command+`"><sh:Code>`+code+`</sh:Code></sh:Signal>`)
}

func (c *client) remove() *answer { return c.post(transfer+"/Delete", "", "") }

func text(s string) string { return "<S>" + s + "</S>" }

type fakeClock struct{ at chan time.Time }

func newClock() *fakeClock {
	c := &fakeClock{make(chan time.Time, 1)}
	c.at <- time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	return c
}

func (c *fakeClock) now() time.Time {
	t := <-c.at
	c.at <- t
	return t
}

func (c *fakeClock) pass(d time.Duration) { c.at <- (<-c.at).Add(d) }

// encoded is what Arguments and Stream hold.
func encoded(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// rawReceive asks once for output and only counts it, for measuring the server alone.
func (c *client) rawReceive(command string, buffer []byte) (bytes int, done bool) {
	c.t.Helper()
	text := `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><w:ResourceURI>` + resource + `</w:ResourceURI><a:Action>` + shellNS + `/Receive</a:Action><a:MessageID>uuid:1</a:MessageID><a:To>x</a:To><w:MaxEnvelopeSize>512000</w:MaxEnvelopeSize><w:OperationTimeout>PT20S</w:OperationTimeout><w:SelectorSet><w:Selector Name="ShellId">` + c.shell + `</w:Selector></w:SelectorSet></s:Header><s:Body><r:Receive xmlns:r="` + shellNS + `"><r:DesiredStream CommandId="` + command + `">stdout</r:DesiredStream></r:Receive></s:Body></s:Envelope>`
	req, err := http.NewRequest(http.MethodPost, c.url, strings.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	req.SetBasicAuth(c.user, c.password)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	for {
		n, err := io.ReadFull(resp.Body, buffer)
		bytes += n
		done = done || strings.Contains(string(buffer[max(0, n-400):n]), "/CommandState/Done")
		if err != nil {
			return bytes, done
		}
	}
}
