package wsman_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/wsman"
)

// shellHandler is a server made of this package's server end, with one shell whose command echoes its input.
func shellHandler(t *testing.T) http.HandlerFunc {
	var input []byte
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
		if f := wsman.AsFault(err); f != nil {
			w.WriteHeader(f.Status())
			w.Write(q.Fault(f))
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		var body wsman.Response
		switch op := q.Op.(type) {
		case *wsman.Create:
			body = wsman.CreateResponse{Shell: wsman.Shell{ID: op.ShellID, Name: op.Name, IdleTimeout: op.IdleTimeout, State: "Connected"}}
		case *wsman.Command:
			input = append(input, op.Arguments...)
			body = wsman.CommandResponse{CommandID: op.ID}
		case *wsman.Send:
			input = append(input, op.Data...)
			body = wsman.SendResponse{}
		case *wsman.Receive:
			if op.CommandID == "" {
				f := wsman.FaultTimeout()
				w.WriteHeader(f.Status())
				w.Write(q.Fault(f))
				return
			}
			body = wsman.ReceiveResponse{
				Chunks: []wsman.Chunk{{Stream: "stdout", CommandID: op.CommandID, Data: input, End: true}},
				State:  wsman.Received{State: wsman.StateDone, CommandID: op.CommandID, ExitCode: 3, HasExitCode: true},
			}
		case *wsman.Signal:
			body = wsman.SignalResponse{}
		case *wsman.Delete:
			body = wsman.DeleteResponse{}
		case *wsman.Enumerate:
			body = wsman.EnumerateResponse{
				Shells:   []wsman.Shell{{ID: "A", Owner: `FABRIKAM\anna`, RunTime: 26*time.Hour + 3*time.Second}},
				Commands: []wsman.CommandInfo{{ID: "C", ShellID: "A", State: "Running"}},
			}
		default:
			f := wsman.FaultInvalidResourceURI()
			w.WriteHeader(f.Status())
			w.Write(q.Fault(f))
			return
		}
		w.Header().Set("Content-Type", wsman.ContentType)
		w.Write(q.Response(body))
	}
}

func TestAWholeSessionOverARealSocket(t *testing.T) {
	c := serve(t, shellHandler(t))
	c.OperationIDs = true
	ctx := t.Context()

	shell, err := c.Create(ctx, wsman.Create{ShellID: "S1", Name: "Tom & <Jerry>", IdleTimeout: 90 * time.Second, CreationXML: []byte("open")},
		wsman.Option{Name: wsman.OptionProtocolVersion, Value: "2.3", MustComply: true})
	if err != nil {
		t.Fatal(err)
	}
	if shell.ID != "S1" || shell.Name != "Tom & <Jerry>" || shell.IdleTimeout != 90*time.Second || shell.ResourceURI != c.ResourceURI {
		t.Errorf("shell = %+v", shell)
	}
	sent := bytes.Repeat([]byte{0, 1, 2, 0xFF, '<', '&'}, 1000)
	id, err := c.Command(ctx, shell.ID, wsman.Command{ID: "C1", Line: "Get-Mailbox", Arguments: sent[:1001]})
	if err != nil || id != "C1" {
		t.Fatalf("Command: %q, %v", id, err)
	}
	if err := c.Send(ctx, shell.ID, wsman.Send{Stream: "stdin", CommandID: id, Data: sent[1001:], End: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Receive(ctx, shell.ID, wsman.Receive{KeepAlive: true}, nil); !wsman.AsFault(err).IsTimeout() {
		t.Errorf("Receive on the idle shell: %v, want the timeout fault", err)
	}
	var got []byte
	ended := false
	state, err := c.Receive(ctx, shell.ID, wsman.Receive{CommandID: id}, func(p wsman.Chunk) error {
		if p.Stream != "stdout" || p.CommandID != id {
			t.Errorf("chunk of %q %q", p.Stream, p.CommandID)
		}
		got, ended = append(got, p.Data...), p.End
		return nil
	})
	if err != nil || !bytes.Equal(got, sent) || !ended {
		t.Errorf("Receive: %d bytes, ended %v, %v; want the %d sent", len(got), ended, err, len(sent))
	}
	if state != (wsman.Received{State: wsman.StateDone, CommandID: id, ExitCode: 3, HasExitCode: true}) {
		t.Errorf("state = %+v", state)
	}
	if err := c.Signal(ctx, shell.ID, id, wsman.SignalTerminate); err != nil {
		t.Error(err)
	}
	shells, err := c.Enumerate(ctx)
	if diff := cmp.Diff([]wsman.Shell{{ID: "A", Owner: `FABRIKAM\anna`, RunTime: 26*time.Hour + 3*time.Second}}, shells); diff != "" || err != nil {
		t.Errorf("Enumerate: %v %s", err, diff)
	}
	commands, err := c.EnumerateCommands(ctx, "A")
	if diff := cmp.Diff([]wsman.CommandInfo{{ID: "C", ShellID: "A", State: "Running"}}, commands); diff != "" || err != nil {
		t.Errorf("EnumerateCommands: %v %s", err, diff)
	}
	if _, err := c.GetConfig(ctx); !wsman.AsFault(err).IsInvalidResource() {
		t.Errorf("GetConfig: %v", err)
	}
	if err := c.Delete(ctx, shell.ID); err != nil {
		t.Error(err)
	}
}

func TestRequestsStayWithinTheEnvelope(t *testing.T) {
	c := wsman.NewClient(recorded{200, ""}, "https://h.example/powershell?x=1", wsman.ResourcePowerShell+"Microsoft.Exchange")
	for _, size := range []int{32 << 10, 153600, 512000} {
		c.MaxEnvelopeSize = size
		data := make([]byte, c.SendRoom())
		h := wsman.Header{To: c.URL, ResourceURI: c.ResourceURI, MaxEnvelopeSize: size, OperationTimeout: time.Minute,
			MessageID: "uuid:00000000-0000-0000-0000-000000000000", SessionID: c.SessionID,
			Selectors: []wsman.Selector{{Name: "ShellId", Value: strings.Repeat("A", 36)}}}
		n := len(wsman.EncodeRequest(h, &wsman.Send{CommandID: strings.Repeat("A", 36), Data: data}))
		if n > size || n < size*9/10 {
			t.Errorf("a Send of SendRoom bytes is %d long, of %d allowed", n, size)
		}
		q := &wsman.Request{Header: h}
		const pieces = 10
		var r wsman.ReceiveResponse
		for range pieces {
			r.Chunks = append(r.Chunks, wsman.Chunk{Stream: "stdout", CommandID: strings.Repeat("A", 36), Data: make([]byte, q.ReceiveRoom(pieces)/pieces)})
		}
		r.State = wsman.Received{State: wsman.StateDone, CommandID: strings.Repeat("A", 36), HasExitCode: true}
		if n := len(q.Response(r)); n > size || n < size*8/10 {
			t.Errorf("an answer of ReceiveRoom bytes is %d long, of %d allowed", n, size)
		}
	}
}

const receiveHead = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Header><x a='>'/></s:Header><s:Body><rsp:ReceiveResponse>`
const receiveTail = `</rsp:ReceiveResponse></s:Body></s:Envelope>`

type piece struct {
	Stream, Command, Data string
	End                   bool
}

func receive(c *wsman.Client, t *testing.T) ([]piece, wsman.Received, error) {
	var out []piece
	r, err := c.Receive(t.Context(), "S", wsman.Receive{}, func(p wsman.Chunk) error {
		out = append(out, piece{p.Stream, p.CommandID, string(p.Data), p.End})
		return nil
	})
	return out, r, err
}

func TestReceiveForgivesHowTheAnswerIsWritten(t *testing.T) {
	utf16 := func(s string, bom bool) string {
		var b strings.Builder
		if bom {
			b.WriteString("\xFF\xFE")
		}
		for _, r := range s {
			b.WriteByte(byte(r))
			b.WriteByte(byte(r >> 8))
		}
		return b.String()
	}
	plain := receiveHead + `<rsp:Stream Name="stdout" CommandId="C">aGVsbG8gd29ybGQ=</rsp:Stream>` + receiveTail
	hello := []piece{{"stdout", "C", "hello world", false}}
	for name, tc := range map[string]struct {
		body string
		want []piece
	}{
		"as Windows writes":     {plain, hello},
		"byte-order mark":       {"\xEF\xBB\xBF" + plain, hello},
		"UTF-16 with mark":      {utf16(`<?xml version="1.0" encoding="utf-16"?>`+plain, true), hello},
		"UTF-16 without mark":   {utf16(plain, false), hello},
		"other prefixes":        {strings.NewReplacer("s:", "soapenv:", ":s=", ":soapenv=", "rsp:", "n0:", ":rsp=", ":n0=").Replace(plain), hello},
		"no prefixes":           {strings.NewReplacer("rsp:", "").Replace(plain), hello},
		"white space in base64": {strings.Replace(plain, "aGVsbG8gd29ybGQ=", "\r\n\t aGVs\r\nbG8gd2\n9 ybG\tQ=\n", 1), hello},
		"CDATA":                 {strings.Replace(plain, "aGVsbG8gd29ybGQ=", "<![CDATA[aGVsb]]>G8g<![CDATA[d29ybGQ=]]>", 1), hello},
		"comments":              {strings.Replace(plain, "aGVsbG8gd29ybGQ=", "aGVs<!-- > < & -->bG8gd29ybGQ=<?pi x?>", 1), hello},
		"entities":              {strings.Replace(plain, "aGVsbG8gd29ybGQ=", "&#x61;GVsbG8gd29ybGQ&#61;&#10;", 1), hello},
		"no padding":            {strings.Replace(plain, "aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ", 1), hello},
		"single quotes, order":  {strings.Replace(plain, `Name="stdout" CommandId="C"`, "CommandId = 'C'\n Name='stdout' x=\"a>b\"", 1), hello},
		"white space around":    {"\n<?xml version='1.0'?>\n<!-- c -->" + strings.ReplaceAll(plain, "><", ">\n  <") + "\n\n", hello},
		"two streams and end": {receiveHead + `<rsp:Stream Name="stdout">YQ==</rsp:Stream><rsp:Other><deep>x</deep></rsp:Other><rsp:Stream Name="stderr" End="TRUE"/>` + receiveTail,
			[]piece{{"stdout", "", "a", false}, {"stderr", "", "", true}}},
		"nothing": {receiveHead + receiveTail, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := receive(wsman.NewClient(recorded{200, tc.body}, "http://h", "r"), t)
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v %s", err, diff)
			}
			one := io.NopCloser(iotest.OneByteReader(strings.NewReader(tc.body)))
			got, _, err = receive(wsman.NewClient(streamed{200, one}, "http://h", "r"), t)
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("byte by byte: %v %s", err, diff)
			}
		})
	}
}

func TestCommandStates(t *testing.T) {
	for text, want := range map[string]wsman.Received{
		`<rsp:CommandState CommandId="C" State="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Running"/>`:                                                   {State: wsman.StateRunning, CommandID: "C"},
		`<rsp:CommandState CommandId="C" State="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Pending"></rsp:CommandState>`:                                 {State: wsman.StatePending, CommandID: "C"},
		`<rsp:CommandState State="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done" CommandId="C"><z:ExitCode>4294967295</z:ExitCode></rsp:CommandState>`: {State: wsman.StateDone, CommandID: "C", ExitCode: -1, HasExitCode: true},
		``: {},
	} {
		_, got, err := receive(wsman.NewClient(recorded{200, receiveHead + text + receiveTail}, "http://h", "r"), t)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestReceiveHandsOverWhileTheAnswerArrives(t *testing.T) {
	first, rest := make(chan struct{}), strings.Repeat("QUJD", 1000)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, receiveHead+`<rsp:Stream Name="stdout">`+rest+`</rsp:Stream>`)
		w.(http.Flusher).Flush()
		<-first // the second stream is written only after the first was handed over
		io.WriteString(w, `<rsp:Stream Name="stdout">`+rest+`</rsp:Stream>`+receiveTail)
	})
	total := 0
	_, err := c.Receive(t.Context(), "S", wsman.Receive{}, func(p wsman.Chunk) error {
		if total += len(p.Data); total == 3000 {
			close(first)
		}
		return nil
	})
	if err != nil || total != 6000 {
		t.Errorf("%d bytes, %v", total, err)
	}
}

func TestLargeStreamsArriveWholeInBoundedPieces(t *testing.T) {
	data := make([]byte, 3<<20+17)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	text := base64.StdEncoding.EncodeToString(data)
	for _, lines := range []bool{false, true} {
		if lines {
			text = breakLines(text)
		}
		var got []byte
		c := wsman.NewClient(recorded{200, receiveHead + `<rsp:Stream Name="stdout">` + text + `</rsp:Stream>` + receiveTail}, "http://h", "r")
		_, err := c.Receive(t.Context(), "S", wsman.Receive{}, func(p wsman.Chunk) error {
			if len(p.Data) > 192<<10 {
				t.Errorf("a piece of %d bytes", len(p.Data))
			}
			got = append(got, p.Data...)
			return nil
		})
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("lines %v: %d bytes of %d, %v", lines, len(got), len(data), err)
		}
	}
}

func breakLines(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s
}

func TestBrokenAnswers(t *testing.T) {
	stream := receiveHead + `<rsp:Stream Name="stdout">`
	deep := strings.Repeat("<a>", 100)
	for name, body := range map[string]string{
		"cut in the tag":        `<s:Envelope xmlns:s="x"><s:Bo`,
		"cut in base64":         stream + "QUJD",
		"cut before the end":    stream + "QUJD</rsp:Stream>" + `</rsp:ReceiveResponse></s:Body>`,
		"not base64":            stream + "QU*D</rsp:Stream>" + receiveTail,
		"data behind padding":   stream + "QQ==QUJD</rsp:Stream>" + receiveTail,
		"element in a stream":   stream + "<b/></rsp:Stream>" + receiveTail,
		"wrong nesting":         stream + "QUJD</rsp:ReceiveResponse></rsp:Stream></s:Body></s:Envelope>",
		"document type":         `<s:Envelope><!DOCTYPE a [<!ENTITY b "c">]><s:Body/></s:Envelope>`,
		"unknown entity":        stream + "&b;</rsp:Stream>" + receiveTail,
		"too deep":              receiveHead + deep + receiveTail,
		"no body":               `<s:Envelope xmlns:s="x"><s:Header/></s:Envelope>`,
		"another's answer":      `<s:Envelope xmlns:s="x"><s:Header/><s:Body><i:IdentifyResponse xmlns:i="y"/></s:Body></s:Envelope>`,
		"an empty answer":       `<s:Envelope xmlns:s="x"><s:Header/><s:Body/></s:Envelope>`,
		"something behind":      receiveHead + receiveTail + "<b/>",
		"attribute unquoted":    receiveHead + "<b c=d/>" + receiveTail,
		"tag that never ends":   receiveHead + "<b " + strings.Repeat("x", 200<<10),
		"attributes too many":   receiveHead + "<b " + strings.Repeat(" x='1'", 100) + "/>" + receiveTail,
		"more than MaxResponse": stream + strings.Repeat("QUJD", 300_000) + "</rsp:Stream>" + receiveTail,
	} {
		t.Run(name, func(t *testing.T) {
			c := wsman.NewClient(recorded{200, body}, "http://h", "r")
			c.MaxResponse = 1 << 20
			_, _, err := receive(c, t)
			var f *wsman.FormatError
			if !errors.As(err, &f) {
				t.Errorf("error %T %v, want a FormatError", err, err)
			}
			if strings.HasPrefix(name, "more than") && !errors.Is(err, wsman.ErrTooLarge) {
				t.Errorf("error %v, want ErrTooLarge", err)
			}
		})
	}
}

func TestTheTransportsErrorsPassThrough(t *testing.T) {
	lost := errors.New("line cut")
	body := io.MultiReader(strings.NewReader(receiveHead+`<rsp:Stream Name="stdout">QUJD`), iotest.ErrReader(lost))
	_, _, err := receive(wsman.NewClient(streamed{200, io.NopCloser(body)}, "http://h", "r"), t)
	if !errors.Is(err, lost) {
		t.Errorf("error %v", err)
	}
	refused := errors.New("enough")
	c := wsman.NewClient(recorded{200, receiveHead + `<rsp:Stream Name="stdout">QUJD</rsp:Stream>` + receiveTail}, "http://h", "r")
	_, err = c.Receive(t.Context(), "S", wsman.Receive{}, func(wsman.Chunk) error { return refused })
	if err != refused {
		t.Errorf("error of the callback came back as %v", err)
	}
}

func BenchmarkReceive(b *testing.B) {
	data := make([]byte, 24<<10)
	for i := range data {
		data[i] = byte(i * 7)
	}
	var body strings.Builder
	body.WriteString(receiveHead)
	const streams = 400
	for range streams {
		fmt.Fprintf(&body, `<rsp:Stream Name="stdout" CommandId="9B819EE3-B9EF-4FB1-89B7-1741830CD9B1">%s</rsp:Stream>`, base64.StdEncoding.EncodeToString(data))
	}
	body.WriteString(receiveTail)
	text := body.String()
	for name, text := range map[string]string{"plain": text, "lines": strings.ReplaceAll(text, "MTg/", "MTg/\r\n")} {
		b.Run(name, func(b *testing.B) {
			c := wsman.NewClient(recorded{200, text}, "http://h", "r")
			b.SetBytes(streams * int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				if _, err := c.Receive(b.Context(), "S", wsman.Receive{}, func(p wsman.Chunk) error { n += len(p.Data); return nil }); err != nil || n != streams*len(data) {
					b.Fatal(n, err)
				}
			}
		})
	}
	b.Run("socket", func(b *testing.B) {
		c := serve(b, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, text)
		})
		b.SetBytes(streams * int64(len(data)))
		for b.Loop() {
			if _, err := c.Receive(b.Context(), "S", wsman.Receive{}, func(wsman.Chunk) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
