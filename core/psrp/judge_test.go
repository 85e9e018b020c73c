package psrp

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// A second reader of CLIXML, by way of encoding/xml and sharing nothing with core/clixml: it flattens a
// document into path -> text, with type names resolved and RefIds left out.
func flatten(t *testing.T, body []byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	names := map[string]string{}
	type frame struct {
		path  string
		text  strings.Builder
		kids  map[string]int
		types string
	}
	stack := []*frame{{kids: map[string]int{}}}
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, body)
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			step, ref := token.Name.Local, ""
			for _, a := range token.Attr {
				switch a.Name.Local {
				case "N":
					step += "[" + a.Value + "]"
				case "RefId":
					ref = a.Value
				}
			}
			// Order matters among elements without a name, as in a list, and not among properties.
			if !strings.Contains(step, "[") {
				step = fmt.Sprintf("%s#%d", step, top.kids[step])
				top.kids[token.Name.Local]++
			}
			switch token.Name.Local {
			case "TNRef":
				out[top.path+"/types"] = names[ref]
			case "TN":
				top.types = ref
			}
			stack = append(stack, &frame{path: top.path + "/" + step, kids: map[string]int{}})
		case xml.CharData:
			top.text.Write(token)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			parent := stack[len(stack)-1]
			switch token.Name.Local {
			case "T":
				parent.text.WriteString(top.text.String() + ";")
			case "TN":
				names[parent.types] = top.text.String()
				out[parent.path+"/types"] = top.text.String()
			case "TNRef":
			default:
				out[top.path] = top.text.String()
			}
		}
	}
}

func messagesOf(t *testing.T, data []byte) (out []struct {
	Header
	body []byte
}) {
	t.Helper()
	var d Defragmenter
	got, err := collect(&d, data)
	if err != nil || d.Pending() != 0 {
		t.Fatal(err, d.Pending())
	}
	for _, m := range got {
		h, body, err := ParseHeader(m)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, struct {
			Header
			body []byte
		}{h, body})
	}
	return out
}

// Our creationXml says the same as the recorded ones, property by property.
func TestCreationAgainstRecordings(t *testing.T) {
	compared := 0
	for _, r := range recordings(t) {
		for _, s := range r.streams {
			if s.element != "creationXml" {
				continue
			}
			theirs := messagesOf(t, s.data)
			init, err := Decode(nil, theirs[1].Header, theirs[1].body)
			if err != nil {
				t.Fatal(err)
			}
			asked := init.(*InitRunspacePool)
			capability := flatten(t, theirs[0].body)
			version, _ := parseVersion(capability["/Obj#0/MS#0/Version[protocolversion]"])
			c := NewClient(ClientConfig{
				Pool: theirs[0].Pool, Protocol: version,
				MinRunspaces: asked.MinRunspaces, MaxRunspaces: asked.MaxRunspaces, Arguments: asked.Arguments, Host: &asked.Host,
			})
			creation, err := c.Open()
			if err != nil {
				t.Fatal(err)
			}
			ours := messagesOf(t, creation)
			if len(ours) != len(theirs) {
				t.Fatalf("%s: %d messages, recorded %d", r.name, len(ours), len(theirs))
			}
			for i := range ours {
				if ours[i].Header != theirs[i].Header {
					t.Errorf("%s: header %v, recorded %v", r.name, ours[i].Header, theirs[i].Header)
				}
				if diff := cmp.Diff(flatten(t, theirs[i].body), flatten(t, ours[i].body)); diff != "" {
					t.Errorf("%s: %s (-recorded +ours):\n%s", r.name, ours[i].Type, diff)
				}
			}
			compared++
		}
	}
	t.Logf("%d creations", compared)
}

// Our CREATE_PIPELINE, built from what the recorded ones say, has the same properties with the same types
// and texts; so has every other message a recorded client sent.
func TestClientMessagesAgainstRecordings(t *testing.T) {
	compared := map[MessageType]int{}
	for _, r := range recordings(t) {
		streams := map[string]*Defragmenter{}
		for _, s := range r.streams {
			if s.fromServer {
				continue
			}
			if streams[s.command] == nil {
				streams[s.command] = &Defragmenter{}
			}
			for message, err := range streams[s.command].Add(s.data) {
				if err != nil {
					t.Fatal(err)
				}
				h, body, err := ParseHeader(message)
				if err != nil {
					t.Fatal(err)
				}
				m, err := Decode(nil, h, body)
				if err != nil {
					t.Fatal(err)
				}
				if h.Type == TypePipelineInput || h.Type == TypeEndOfPipelineInput {
					continue // objects of any kind: clixml's own tests judge them
				}
				theirs := flatten(t, body)
				if ci, ok := theirs["/Obj#0/MS#0/I64[CI]"]; ok { // Windows writes "ci" everywhere
					delete(theirs, "/Obj#0/MS#0/I64[CI]")
					theirs["/Obj#0/MS#0/I64[ci]"] = ci
				}
				const options = "/Obj#0/MS#0/Obj[RemoteStreamOptions]/ToString#0"
				if text, ok := theirs[options]; ok && text == "" { // .NET writes a flag without a name as its number
					theirs[options] = "0"
				}
				if diff := cmp.Diff(theirs, flatten(t, AppendBody(nil, m))); diff != "" {
					t.Errorf("%s: %s (-recorded +ours):\n%s", r.name, h.Type, diff)
				}
				compared[h.Type]++
			}
		}
	}
	if len(compared) > 0 && compared[TypeCreatePipeline] < 10 {
		t.Errorf("only %d CREATE_PIPELINE", compared[TypeCreatePipeline])
	}
	t.Log(compared)
}

// What our server writes of the messages that a Windows server wrote has the same properties.
func TestServerMessagesAgainstRecordings(t *testing.T) {
	for _, r := range recordings(t) {
		for _, s := range r.streams {
			if !s.fromServer {
				continue
			}
			for _, m := range messagesOf(t, s.data) {
				if m.Type == TypePipelineOutput {
					continue
				}
				typed, err := Decode(nil, m.Header, m.body)
				if err != nil {
					t.Fatal(err)
				}
				theirs, ours := flatten(t, m.body), flatten(t, AppendBody(nil, typed))
				for path, text := range theirs {
					got, ok := ours[path]
					if !ok && strings.HasSuffix(path, "/types") {
						continue // names of collections differ between versions of .NET
					}
					if !strings.HasSuffix(path, "/types") && (!ok || got != text) {
						t.Errorf("%s: %s: %s: recorded %q, ours %q (%v)", r.name, m.Type, path, text, got, ok)
					}
				}
			}
		}
	}
}

// The creation of a pool as Exchange gets it, written by hand.
func TestCreationByHand(t *testing.T) {
	c := NewClient(ClientConfig{Pool: testID, Arguments: PrimitiveDictionary(Entry{"a", clixml.NewString("b")})})
	creation, err := c.Open()
	if err != nil {
		t.Fatal(err)
	}
	got := messagesOf(t, creation)
	if len(got) != 2 || got[0].Type != TypeSessionCapability || got[1].Type != TypeInitRunspacePool ||
		got[0].To != ToServer || got[0].Pool != testID || got[1].Pipeline != uuid.Nil {
		t.Fatalf("%v", got)
	}
	want := map[string]string{
		"/Obj#0": "", "/Obj#0/MS#0": "",
		"/Obj#0/MS#0/Version[protocolversion]":      "2.3",
		"/Obj#0/MS#0/Version[PSVersion]":            "2.0",
		"/Obj#0/MS#0/Version[SerializationVersion]": "1.1.0.1",
	}
	if diff := cmp.Diff(want, flatten(t, got[0].body)); diff != "" {
		t.Error(diff)
	}
	init := flatten(t, got[1].body)
	for path, text := range map[string]string{
		"/Obj#0/MS#0/I32[MinRunspaces]":                             "1",
		"/Obj#0/MS#0/Obj[ApartmentState]/I32#0":                     "2",
		"/Obj#0/MS#0/Obj[HostInfo]/MS#0/B[_isHostNull]":             "true",
		"/Obj#0/MS#0/Obj[ApplicationArguments]/DCT#0/En#0/S[Value]": "b",
		"/Obj#0/MS#0/Obj[ApplicationArguments]/types":               strings.Join(primitiveDict, ";") + ";",
		"/Obj#0/MS#0/Obj[PSThreadOptions]/ToString#0":               "Default",
		"/Obj#0/MS#0/Obj[PSThreadOptions]/types":                    "System.Management.Automation.Runspaces.PSThreadOptions;System.Enum;System.ValueType;System.Object;",
	} {
		if init[path] != text {
			t.Errorf("%s: %q", path, init[path])
		}
	}
}
