package recordings

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"testing"

	"tenantry/core/clixml"
	"tenantry/core/exchange/classic/runspace"
	"tenantry/core/exchange/objects"
	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// streams are the decoded Stream elements of a recorded answer, each one its own.
func streams(t *testing.T, response string) [][]byte {
	t.Helper()
	root, err := parseXML(strings.NewReader(response))
	if err != nil {
		return nil // an answer that is no XML has no streams
	}
	var out [][]byte
	for _, n := range root.all("Stream") {
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.text), ""))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// pipelineAt is what belongs to the command that exchange i starts: its input requests, and what was answered
// until the next command starts or the signal stops it.
func (p *player) pipelineAt(i int) (asked [][]byte, answered []message, failing *exchange, signalled bool) {
	asked = [][]byte{p.rec.Exchanges[i].asked.payload}
	shell := p.rec.Exchanges[i].asked.shellID
	var bytes [][]byte
	done := func() bool {
		for _, m := range messages(p.t, bytes...) {
			if psrp.MessageType(m.kind) == psrp.TypePipelineState && !strings.Contains(m.body, `"PipelineState">1<`) && !strings.Contains(m.body, `"PipelineState">2<`) {
				return true
			}
		}
		return false
	}
	for j := i + 1; j < len(p.rec.Exchanges); j++ {
		e := &p.rec.Exchanges[j]
		if e.asked.shellID != shell {
			continue
		}
		switch e.asked.key() {
		case "Command":
			return asked, messages(p.t, bytes...), nil, false
		case "Send of a command":
			asked = append(asked, e.asked.payload)
		case "Receive of a command":
			if (e.Status != 200 || e.Connection == "dropped") && !strings.Contains(e.Response, "2150858793") {
				return asked, messages(p.t, bytes...), e, false
			}
			bytes = append(bytes, streams(p.t, e.Response)...)
		case "Signal of a command":
			if !done() {
				return asked, messages(p.t, bytes...), nil, true
			}
		}
	}
	return asked, messages(p.t, bytes...), nil, false
}

// stopped tells whether the signal of exchange i stopped a running command: run sends that one.
func (p *player) stopped(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if p.rec.Exchanges[j].asked.key() == "Command" && p.rec.Exchanges[j].asked.shellID == p.rec.Exchanges[i].asked.shellID {
			_, _, _, signalled := p.pipelineAt(j)
			return signalled
		}
	}
	return false
}

// run starts the recorded pipeline and judges what comes.
func (p *player) run(i int, pool *runspace.Pool) {
	t := p.t
	asked, want, failing, signalled := p.pipelineAt(i)
	var start runspace.Start
	var input []clixml.Value
	for _, m := range messages(t, asked...) {
		kind := psrp.MessageType(m.kind)
		switch kind {
		case psrp.TypePipelineInput:
			v, err := clixml.Decode([]byte(m.body), clixml.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			input = append(input, v)
			continue
		case psrp.TypeEndOfPipelineInput:
			continue
		}
		p.ids = []uuid.UUID{m.pipeline}
		body, err := psrp.Decode(nil, psrp.Header{To: psrp.ToServer, Type: kind}, []byte(m.body))
		if err != nil {
			t.Fatal(err)
		}
		switch b := body.(type) {
		case *psrp.CreatePipeline:
			start = func(c *psrp.Client) (uuid.UUID, []byte, error) { return c.CreatePipeline(*b) }
		case *psrp.GetCommandMetadata:
			start = func(c *psrp.Client) (uuid.UUID, []byte, error) { return c.GetCommandMetadata(*b) }
		default:
			t.Fatalf("a command started with %v", kind)
		}
	}
	at := 0
	var last error
	for ev, err := range pool.Run(p.ctx, start, input...) {
		if err != nil {
			var message *psrp.MessageError
			if errors.As(err, &message) {
				t.Errorf("a recorded message could not be read: %v", err)
				continue
			}
			last = err
			continue
		}
		if at >= len(want) {
			t.Errorf("more came than was recorded: %v", ev.Message.Type())
			continue
		}
		p.judge(want[at], ev)
		at++
		if signalled && at == len(want) {
			break
		}
	}
	if at != len(want) {
		t.Errorf("%d messages came, recorded are %d", at, len(want))
	}
	if (failing != nil) != (last != nil) {
		t.Errorf("the run ended with %v, recorded failure %v", last, failing != nil)
	}
	if fault := wsman.AsFault(last); failing != nil && fault != nil {
		p.judgeFault(*failing, fault)
	}
}

// judge holds one message against the recorded one.
func (p *player) judge(want message, ev psrp.Event) {
	t := p.t
	if psrp.MessageType(want.kind) != ev.Message.Type() {
		t.Errorf("%v came, recorded is %v", ev.Message.Type(), psrp.MessageType(want.kind))
		return
	}
	root, err := parseXML(strings.NewReader(want.body))
	if err != nil {
		t.Fatal(err)
	}
	same := func(what, recorded, got string) {
		if recorded != got {
			t.Errorf("%v: %s is %q, recorded %q", ev.Message.Type(), what, got, recorded)
		}
	}
	field := func(name string) string {
		for _, c := range root.all2() {
			if c.attrs["N"] == name {
				return unescape(c.text)
			}
		}
		return ""
	}
	switch m := ev.Message.(type) {
	case *psrp.PipelineOutput:
		v, err := m.Value()
		if err != nil {
			t.Errorf("output: %v", err)
			return
		}
		same("the object", canonXML(root), canonValue(v))
		p.judgeRecord(root, v)
	case *psrp.ErrorRecord:
		same("text", unescape(root.first("ToString").text), m.Text)
		same("error id", field("FullyQualifiedErrorId"), m.FullyQualifiedErrorID)
		same("category", field("ErrorCategory_Message"), m.CategoryMessage)
		same("reason", field("ErrorCategory_Reason"), m.Reason)
	case *psrp.InformationalRecord:
		same("message", field("InformationalRecord_Message"), m.Message)
	case *psrp.ProgressRecord:
		same("activity", field("Activity"), m.Activity)
		same("status", field("StatusDescription"), m.Status)
		same("percent", field("PercentComplete"), fmt.Sprint(m.Percent))
	case *psrp.PipelineState:
		same("state", field("PipelineState"), fmt.Sprint(int32(m.State)))
		same("an error", fmt.Sprint(strings.Contains(want.body, "ExceptionAsErrorRecord")), fmt.Sprint(m.Error != nil))
		if m.Error != nil {
			same("error id", field("FullyQualifiedErrorId"), m.Error.FullyQualifiedErrorID)
		}
	case *psrp.HostCall:
		same("call", field("ci"), fmt.Sprint(m.Call))
	}
}

// judgeRecord holds the row that a user would see against the recorded object: every property is there, in
// order, by its name.
func (p *player) judgeRecord(root *node, v clixml.Value) {
	obj := root.children[0]
	record := objects.Record(v)
	var recorded []string
	for _, part := range obj.children {
		if part.name != "Props" && part.name != "MS" {
			continue
		}
		for _, c := range part.children {
			name := unescape(c.attrs["N"])
			if !containsFold(recorded, name) {
				recorded = append(recorded, name)
			}
		}
	}
	if len(recorded) == 0 {
		return // a primitive or a collection
	}
	if _, isPrimitive := record.Get(objects.ValueField); isPrimitive && len(record.Fields) == 1 {
		return // a primitive with notes on it is its value
	}
	for _, name := range recorded {
		if _, ok := record.Get(name); !ok {
			p.t.Errorf("the row has no %s", name)
		}
	}
	if len(record.Fields) != len(recorded) {
		p.t.Errorf("the row has %d properties, recorded are %d", len(record.Fields), len(recorded))
	}
}

func containsFold(list []string, s string) bool {
	for _, l := range list {
		if strings.EqualFold(l, s) {
			return true
		}
	}
	return false
}

// all2 is every element below n, in document order.
func (n *node) all2() []*node {
	var out []*node
	for _, c := range n.children {
		out = append(append(out, c), c.all2()...)
	}
	return out
}

func (p *player) judgeFault(e exchange, f *wsman.Fault) {
	root, err := parseXML(strings.NewReader(e.Response))
	if err != nil {
		p.t.Fatal(err)
	}
	if code := root.first("WSManFault").attrs["Code"]; code != "" && code != fmt.Sprint(uint32(f.Code)) {
		p.t.Errorf("the fault's code is %d, recorded %s", uint32(f.Code), code)
	}
	if sub := root.first("Subcode").first("Value").text; sub != "" && sub[strings.LastIndex(sub, ":")+1:] != f.Subcode {
		p.t.Errorf("the fault's subcode is %s, recorded %s", f.Subcode, sub)
	}
}

func (p *player) judgeConfig(e exchange, c *wsman.Config) {
	root, err := parseXML(strings.NewReader(e.Response))
	if err != nil {
		p.t.Fatal(err)
	}
	if want := root.first("MaxEnvelopeSizekb").text; want == "" || want != fmt.Sprint(c.MaxEnvelopeSizeKB) {
		p.t.Errorf("the envelope size is %d, recorded %s", c.MaxEnvelopeSizeKB, want)
	}
}

func (p *player) judgeShells(e exchange, got []wsman.Shell) {
	root, err := parseXML(strings.NewReader(e.Response))
	if err != nil {
		p.t.Fatal(err)
	}
	want := root.first("Body").all("Shell")
	if len(want) != len(got) {
		p.t.Errorf("%d shells, recorded are %d", len(got), len(want))
		return
	}
	for i, n := range want {
		if n.first("ShellId").text != got[i].ID || n.first("State").text != got[i].State || n.first("Owner").text != got[i].Owner {
			p.t.Errorf("shell %d is %+v", i, got[i])
		}
	}
}

// judgeAvailability holds the answers to what the pool was asked against the recorded ones.
func (p *player) judgeAvailability(i int, got []psrp.Event) {
	var answers []*psrp.RunspaceAvailability
	for _, ev := range got {
		if m, ok := ev.Message.(*psrp.RunspaceAvailability); ok {
			answers = append(answers, m)
		}
	}
	for j := i + 1; j < len(p.rec.Exchanges); j++ {
		e := p.rec.Exchanges[j]
		if e.asked.key() != "Receive" {
			continue
		}
		for k, m := range messages(p.t, streams(p.t, e.Response)...) {
			root, err := parseXML(strings.NewReader(m.body))
			if err != nil {
				p.t.Fatal(err)
			}
			want := ""
			for _, n := range root.all2() {
				if n.attrs["N"] == "SetMinMaxRunspacesResponse" {
					want = n.text
				}
			}
			if k >= len(answers) {
				p.t.Errorf("%d answers came, recorded is %s", len(answers), want)
				continue
			}
			got := answers[k].Response
			text := fmt.Sprint(got.Bool())
			if n, ok := got.Int(); ok && got.Kind() != clixml.Bool {
				text = fmt.Sprint(n)
			}
			if want != text {
				p.t.Errorf("the answer is %s, recorded %s", text, want)
			}
		}
		return
	}
}
