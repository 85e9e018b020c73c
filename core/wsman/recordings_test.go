package wsman_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/wsman"
)

type exchange struct {
	Request    string `json:"request"`
	Response   string `json:"response"`
	HTTPStatus int    `json:"http_status"`
	Connection string `json:"connection"`
}

// recordings returns the recorded conversations by file name.
func recordings(t testing.TB) map[string][]exchange {
	t.Helper()
	folder := os.Getenv("TENANTRY_RECORDINGS")
	if folder == "" {
		folder = "../../../shared/recordings"
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no recordings; TENANTRY_RECORDINGS names their folder")
	}
	all := map[string][]exchange{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			Exchanges []exchange `json:"exchanges"`
		}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all[filepath.Base(f)] = r.Exchanges
	}
	return all
}

// element is what the independent walk with encoding/xml sees.
type element struct {
	Name  string // namespace and local name
	Attrs []string
	Text  string
	Kids  []*element
}

func (e *element) kid(local string) *element {
	for _, k := range e.Kids {
		if strings.HasSuffix(k.Name, " "+local) {
			return k
		}
	}
	return nil
}

func walk(t testing.TB, text []byte) *element {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	root := &element{}
	stack := []*element{root}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("encoding/xml refuses the message: %v\n%.2000s", err, text)
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{Name: tok.Name.Space + " " + tok.Name.Local}
			for _, a := range tok.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					e.Attrs = append(e.Attrs, a.Name.Space+" "+a.Name.Local+"="+a.Value)
				}
			}
			sort.Strings(e.Attrs)
			top.Kids = append(top.Kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			top.Text = strings.TrimSpace(top.Text) // Windows ends its sentences with spaces
		case xml.CharData:
			top.Text += string(tok)
		}
	}
	return root.Kids[0]
}

func sortKids(e *element) {
	key := func(k *element) string { return k.Name + strings.Join(k.Attrs, " ") + k.Text }
	sort.Slice(e.Kids, func(i, j int) bool { return key(e.Kids[i]) < key(e.Kids[j]) })
	for _, k := range e.Kids {
		sortKids(k)
	}
}

// Every recorded request is understood by the server end; and building it anew from what was understood
// gives the same headers and body, element by element.
func TestRecordedRequestsSurviveBothEnds(t *testing.T) {
	for name, exchanges := range recordings(t) {
		for i, x := range exchanges {
			q, err := wsman.ReadRequest(strings.NewReader(x.Request), wsman.Limits{})
			if err != nil {
				t.Fatalf("%s %d: %v", name, i, err)
			}
			if q.OperationTimeout == 0 || q.MaxEnvelopeSize == 0 || q.MessageID == "" {
				t.Errorf("%s %d: headers are missing: %+v", name, i, q.Header)
			}
			want := walk(t, []byte(x.Request))
			got := walk(t, wsman.EncodeRequest(q.Header, q.Op))
			sortKids(want)
			sortKids(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %d: our request differs (-recorded +ours):\n%s", name, i, diff)
			}
		}
	}
}

func TestRecordedRequestsAreWhatTheirTextSays(t *testing.T) {
	kinds := map[string]int{}
	for name, exchanges := range recordings(t) {
		for i, x := range exchanges {
			q, err := wsman.ReadRequest(strings.NewReader(x.Request), wsman.Limits{})
			if err != nil {
				t.Fatalf("%s %d: %v", name, i, err)
			}
			kinds[q.Action[strings.LastIndex(q.Action, "/")+1:]]++
			body := walk(t, []byte(x.Request)).kid("Body")
			switch op := q.Op.(type) {
			case *wsman.Create:
				e := body.kid("Shell").kid("creationXml")
				if base64.StdEncoding.EncodeToString(op.CreationXML) != e.Text || op.InputStreams != "stdin pr" || op.ShellID == "" {
					t.Errorf("%s %d: Create read as %+v", name, i, op)
				}
				if o, _ := q.Option("ProtocolVersion"); !o.MustComply || o.Value == "" {
					t.Errorf("%s %d: protocolversion read as %+v", name, i, o)
				}
			case *wsman.Command:
				if base64.StdEncoding.EncodeToString(op.Arguments) != body.kid("CommandLine").kid("Arguments").Text || op.ID == "" {
					t.Errorf("%s %d: Command read as %+v", name, i, op)
				}
			case *wsman.Send:
				if base64.StdEncoding.EncodeToString(op.Data) != body.kid("Send").kid("Stream").Text || op.Stream != "stdin" {
					t.Errorf("%s %d: Send read as %+v", name, i, op)
				}
			case *wsman.Receive:
				if len(op.Streams) != 1 || op.Streams[0] != "stdout" {
					t.Errorf("%s %d: Receive read as %+v", name, i, op)
				}
			case *wsman.Signal:
				if !strings.EqualFold(op.Code, wsman.SignalTerminate) || op.CommandID == "" {
					t.Errorf("%s %d: Signal read as %+v", name, i, op)
				}
			}
			if q.Action != wsman.ActionCreate && q.Action != wsman.ActionEnumerate && q.ResourceURI != wsman.ResourceConfig && q.ShellID() == "" {
				t.Errorf("%s %d: no shell selector", name, i)
			}
		}
	}
	for _, k := range []string{"Create", "Receive", "Command", "Send", "Signal", "Delete", "Get", "Enumerate", "Connect", "Disconnect", "Reconnect"} {
		if kinds[k] == 0 {
			t.Errorf("no recorded %s was read; the set may be incomplete", k)
		}
	}
}

// What the client understands of each recorded answer, the server end writes again as Windows did.
func TestRecordedResponsesAreWrittenAsWindowsDoes(t *testing.T) {
	for name, exchanges := range recordings(t) {
		for i, x := range exchanges {
			if x.Response == "" {
				continue
			}
			q, err := wsman.ReadRequest(strings.NewReader(x.Request), wsman.Limits{})
			if err != nil {
				t.Fatalf("%s %d: %v", name, i, err)
			}
			want := walk(t, []byte(x.Response))
			if e := want.kid("Header").kid("ActivityId"); e != nil {
				q.ActivityID = e.Text
			}
			answer, err := readAnswer(t, q, x)
			var fault *wsman.Fault
			var text []byte
			switch {
			case errors.As(err, &fault):
				text = q.Fault(fault)
			case err != nil:
				t.Fatalf("%s %d: %v", name, i, err)
			default:
				text = q.Response(answer)
			}
			got := walk(t, text)
			got.kid("Header").kid("MessageID").Text = want.kid("Header").kid("MessageID").Text
			if _, isConfig := answer.(wsman.GetConfigResponse); isConfig {
				// The settings nobody reads are left out.
				want.Kids, got.Kids = want.Kids[:1], got.Kids[:1]
			}
			if body := want.kid("Body"); q.Action == wsman.ActionCreate && body.kid("Shell") == nil {
				// Older servers answer Create with the reference alone; ours always describes the shell.
				got.kid("Body").Kids = got.kid("Body").Kids[:len(body.Kids)]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %d: our answer differs (-recorded +ours):\n%s", name, i, diff)
			}
		}
	}
}

// readAnswer lets the client perform q and read the recorded answer, and returns the answer's content.
func readAnswer(t *testing.T, q *wsman.Request, x exchange) (wsman.Response, error) {
	status := x.HTTPStatus
	if status == 0 {
		status = 200
	}
	c := wsman.NewClient(recorded{status, x.Response}, q.To, q.ResourceURI)
	ctx := t.Context()
	id := q.ShellID()
	switch op := q.Op.(type) {
	case *wsman.Create:
		s, err := c.Create(ctx, *op, q.Options...)
		if err != nil {
			return nil, err
		}
		return wsman.CreateResponse{Shell: *s}, nil
	case *wsman.Receive:
		var r wsman.ReceiveResponse
		var err error
		r.State, err = c.Receive(ctx, id, *op, func(p wsman.Chunk) error {
			p.Data = bytes.Clone(p.Data)
			r.Chunks = append(r.Chunks, p)
			return nil
		})
		return r, err
	case *wsman.Command:
		cid, err := c.Command(ctx, id, *op)
		return wsman.CommandResponse{CommandID: cid}, err
	case *wsman.Send:
		return wsman.SendResponse{}, c.Send(ctx, id, *op)
	case *wsman.Signal:
		return wsman.SignalResponse{}, c.Signal(ctx, id, op.CommandID, op.Code)
	case *wsman.Delete:
		return wsman.DeleteResponse{}, c.Delete(ctx, id)
	case *wsman.Disconnect:
		return wsman.DisconnectResponse{}, c.Disconnect(ctx, id, *op)
	case *wsman.Reconnect:
		return wsman.ReconnectResponse{}, c.Reconnect(ctx, id)
	case *wsman.Connect:
		r, err := c.Connect(ctx, id, *op)
		if err != nil {
			return nil, err
		}
		return *r, nil
	case *wsman.Enumerate:
		if op.ShellID != "" {
			list, err := c.EnumerateCommands(ctx, op.ShellID)
			return wsman.EnumerateResponse{Commands: list}, err
		}
		s, err := c.Enumerate(ctx)
		return wsman.EnumerateResponse{Shells: s}, err
	case *wsman.Get:
		if q.ResourceURI == wsman.ResourceConfig {
			g, err := c.GetConfig(ctx)
			if err != nil {
				return nil, err
			}
			if g.MaxEnvelopeSizeKB == 0 || g.Values["Service/Auth/Basic"] == "" {
				t.Errorf("settings read as %+v", g)
			}
			return wsman.GetConfigResponse{Config: *g}, nil
		}
		s, err := c.GetShell(ctx, id)
		if err != nil {
			return nil, err
		}
		return wsman.GetShellResponse{Shell: *s}, nil
	}
	t.Fatalf("no client method for %T", q.Op)
	return nil, nil
}
