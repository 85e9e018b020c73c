// Package recordings replays conversations with real Windows hosts: what the hosts said is served over
// loopback, our client does what the recorded client did, and an independent reading of the recorded bytes
// judges what it understood. Any file in the folder is played; none is known by name.
package recordings

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// folder is where the recordings are.
func folder() string {
	if f := os.Getenv("TENANTRY_RECORDINGS"); f != "" {
		return f
	}
	return filepath.Join("..", "..", "..", "shared", "recordings")
}

type recording struct {
	Name      string     `json:"name"`
	Exchanges []exchange `json:"exchanges"`
}

type exchange struct {
	Request    string  `json:"request"`
	Response   string  `json:"response"`
	Status     int     `json:"http_status"`
	Connection string  `json:"connection"`
	Delay      float64 `json:"delay_seconds"`

	asked said // the request, read
}

// said is what README rule 2 compares of a request, and what the driver needs.
type said struct {
	action      string // the last part of the URI
	resource    string // the last part of the ResourceURI
	selectors   []string
	command     string // CommandId, empty for none
	stream      string // of Send and Receive
	signal      string // the last part of the code, lower case
	timeout     bool   // OperationTimeout is there
	protocol    string // option protocolversion with MustComply
	options     map[string]string
	payload     []byte // the opaque bytes of creationXml, connectXml, Arguments or Stream
	shellID     string
	enumerateOf string // the ShellId an Enumerate filters by
}

func (s said) key() string {
	if s.command != "" {
		return s.action + " of a command"
	}
	return s.action
}

func load(t *testing.T, path string) recording {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	for i := range r.Exchanges {
		e := &r.Exchanges[i]
		if e.Status == 0 {
			e.Status = 200
		}
		e.asked = readRequest(t, e.Request)
	}
	return r
}

// node is XML as it stands, read by the standard library.
type node struct {
	name     string
	attrs    map[string]string
	children []*node
	text     string
}

func parseXML(r io.Reader) (*node, error) {
	d := xml.NewDecoder(r)
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name.Local, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
}

// all returns every element of that name below n, in document order.
func (n *node) all(name string) []*node {
	var out []*node
	for _, c := range n.children {
		if c.name == name {
			out = append(out, c)
		}
		out = append(out, c.all(name)...)
	}
	return out
}

func (n *node) first(name string) *node {
	if found := n.all(name); len(found) > 0 {
		return found[0]
	}
	return &node{}
}

func last(uri string) string { return uri[strings.LastIndexAny(uri, "/")+1:] }

func readRequest(t *testing.T, text string) said {
	t.Helper()
	root, err := parseXML(strings.NewReader(text))
	if err != nil {
		t.Fatalf("a request that is no XML: %v", err)
	}
	s := said{
		action: last(root.first("Action").text), resource: last(root.first("ResourceURI").text),
		timeout: root.first("OperationTimeout").text != "", options: map[string]string{},
	}
	header, body := root.first("Header"), root.first("Body")
	for _, sel := range header.all("Selector") {
		s.selectors = append(s.selectors, sel.attrs["Name"])
		if sel.attrs["Name"] == "ShellId" {
			s.shellID = sel.text
		}
	}
	for _, o := range header.all("Option") {
		s.options[o.attrs["Name"]] = o.text
		if o.attrs["Name"] == "protocolversion" && strings.EqualFold(o.attrs["MustComply"], "true") {
			s.protocol = o.text
		}
	}
	for _, n := range body.all("Selector") {
		s.enumerateOf = n.text
	}
	for _, name := range []string{"CommandLine", "Send", "Signal", "Receive", "Connect", "Stream", "DesiredStream"} {
		if id := body.first(name).attrs["CommandId"]; id != "" && s.command == "" && name != "CommandLine" {
			s.command = id
		}
	}
	s.stream = body.first("Stream").attrs["Name"] + body.first("DesiredStream").text
	s.signal = strings.ToLower(last(body.first("Code").text))
	for _, name := range []string{"creationXml", "connectXml", "Arguments", "Stream"} {
		if n := body.first(name); n.text != "" {
			s.payload, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.text), ""))
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// fragment is one fragment of MS-PSRP 2.2.4 as the bytes have it.
type fragment struct {
	object     uint64
	start, end bool
	blob       []byte
}

func fragments(t *testing.T, b []byte) []fragment {
	t.Helper()
	var out []fragment
	for len(b) > 0 {
		if len(b) < 21 || len(b) < 21+int(binary.BigEndian.Uint32(b[17:])) {
			t.Fatal("a recorded stream ends inside a fragment")
		}
		n := int(binary.BigEndian.Uint32(b[17:]))
		out = append(out, fragment{object: binary.BigEndian.Uint64(b), start: b[16]&1 != 0, end: b[16]&2 != 0, blob: b[21 : 21+n]})
		b = b[21+n:]
	}
	return out
}

// message is one message put together from fragments.
type message struct {
	kind     uint32
	pool     uuid.UUID
	pipeline uuid.UUID
	body     string // CLIXML without the byte-order mark
}

// messages joins the fragments of several streams in the order they came.
func messages(t *testing.T, streams ...[]byte) []message {
	t.Helper()
	var out []message
	open := map[uint64][]byte{}
	for _, s := range streams {
		for _, f := range fragments(t, s) {
			open[f.object] = append(open[f.object], f.blob...)
			if !f.end {
				continue
			}
			whole := open[f.object]
			delete(open, f.object)
			out = append(out, message{
				kind: binary.LittleEndian.Uint32(whole[4:]), pool: netGUID(whole[8:24]), pipeline: netGUID(whole[24:40]),
				body: strings.TrimPrefix(string(whole[40:]), "\ufeff"),
			})
		}
	}
	return out
}

// netGUID reads a .NET Guid: its first three parts are little-endian.
func netGUID(b []byte) uuid.UUID {
	return uuid.UUID{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}
}
