package psrp

import (
	"testing"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// Every host method there is, and some there are not, gets an answer or needs none.
func TestEveryHostCallIsAnswered(t *testing.T) {
	choices := []clixml.Value{clixml.NewString("c"), clixml.NewString("m"), clixml.NewList(), clixml.NewInt32(2)}
	field := bag(prop("name", clixml.NewString("Identity")), prop("defaultValue", clixml.Value{}))
	rectangle := bag(prop("left", clixml.NewInt32(1)), prop("top", clixml.NewInt32(2)),
		prop("right", clixml.NewInt32(3)), prop("bottom", clixml.NewInt32(3)))
	parameters := map[HostMethod][]clixml.Value{
		HostPromptForChoice: choices,
		HostPromptForChoiceMultiple: {clixml.NewString("c"), clixml.NewString("m"), clixml.NewList(),
			clixml.NewList(clixml.NewInt32(0), clixml.NewInt32(2))},
		HostPrompt:            {clixml.NewString("c"), clixml.NewString("m"), list(arrayListTypes, []clixml.Value{field})},
		HostGetBufferContents: {rectangle},
	}
	failing := map[HostMethod]bool{HostReadSecure: true, HostGetRunspace: true, 57: true, 0: true, -4: true, 9999: true}
	for _, pipeline := range []bool{true, false} {
		for m := HostMethod(-4); m < 60; m++ {
			p := newPair(t, ClientConfig{}, ServerConfig{}).open()
			id := uuid.Nil
			if pipeline {
				id = p.start(SingleCommand("a"))
			}
			p.toServer = nil
			call, err := p.server.HostCall(id, m, parameters[m]...)
			if err != nil {
				t.Fatal(err)
			}
			p.settle()
			if m.Void() {
				if call != VoidCall || len(p.toServer) != 0 {
					t.Errorf("%s: call %d, %d answers", m, call, len(p.toServer))
				}
				continue
			}
			if len(p.toServer) != 1 {
				t.Fatalf("%s: %d answers", m, len(p.toServer))
			}
			r := p.toServer[0].Message.(*HostReply)
			if r.Call != call || r.ForPipeline != pipeline || p.toServer[0].Pipeline != id || r.Method != m {
				t.Errorf("%s: %v", m, r)
			}
			if wantFail := failing[m] || m < 1 || m > 56; (r.Error != nil) != wantFail {
				t.Errorf("%s: failed: %v", m, r.Error != nil)
			}
		}
	}
	for _, c := range []struct {
		call HostCall
		want clixml.Value
	}{
		{HostCall{Method: HostPromptForChoice, Parameters: choices}, clixml.NewInt32(2)},
		{HostCall{Method: HostReadLine}, clixml.NewString("")},
		{HostCall{Method: HostPromptForCredential1}, clixml.Value{}},
		{HostCall{Method: HostGetKeyAvailable}, clixml.NewBool(false)},
	} {
		r, ok := c.call.DefaultReply()
		if !ok || r.Error != nil || !r.Value.Equal(c.want) {
			t.Errorf("%s: %v", c.call.Method, r)
		}
	}
	prompt, _ := (&HostCall{Method: HostPrompt, Parameters: parameters[HostPrompt]}).DefaultReply()
	if v, ok := Lookup(prompt.Value, "Identity"); !ok || v.Kind() != clixml.String || v.Str() != "" {
		t.Errorf("the prompt gave %v", prompt.Value)
	}
	cells, _ := (&HostCall{Method: HostGetBufferContents, Parameters: parameters[HostGetBufferContents]}).DefaultReply()
	mae, _ := cells.Value.Property("mae")
	mal, _ := cells.Value.Property("mal")
	if got := intsOf(mal); len(itemsOf(mae)) != 6 || len(got) != 2 || got[0] != 2 || got[1] != 3 {
		t.Errorf("%d cells, lengths %v", len(itemsOf(mae)), got)
	}
	for _, corners := range [][4]int32{{0, 0, 1 << 30, 1 << 30}, {5, 0, 0, 0}, {-1 << 31, -1 << 31, 1<<31 - 1, 1<<31 - 1}} {
		r, _ := (&HostCall{Method: HostGetBufferContents, Parameters: []clixml.Value{bag(
			prop("left", clixml.NewInt32(corners[0])), prop("top", clixml.NewInt32(corners[1])),
			prop("right", clixml.NewInt32(corners[2])), prop("bottom", clixml.NewInt32(corners[3])))}}).DefaultReply()
		if r.Error == nil {
			t.Errorf("%v is answered", corners)
		}
	}
	// Nobody is there to choose, so a question without a default fails instead of being taken as a yes.
	for _, parameters := range [][]clixml.Value{nil, {choices[0], choices[1], choices[2], clixml.NewInt32(-1)}} {
		if r, ok := (&HostCall{Method: HostPromptForChoice, Parameters: parameters}).DefaultReply(); !ok || r.Error == nil {
			t.Errorf("a choice without a default: %v", r)
		}
	}
}

func TestOwnAnswerToHostCall(t *testing.T) {
	asked := 0
	p := newPair(t, ClientConfig{AnswerHost: func(_ uuid.UUID, call *HostCall) (*HostReply, bool) {
		asked++
		return &HostReply{Value: clixml.NewInt32(1)}, call.Method == HostPromptForChoice
	}}, ServerConfig{}).open()
	id := p.start(SingleCommand("a"))
	p.toServer = nil
	for _, m := range []HostMethod{HostPromptForChoice, HostReadLine, HostWriteLine1} {
		if _, err := p.server.HostCall(id, m); err != nil {
			t.Fatal(err)
		}
	}
	for _, packet := range p.server.Take() {
		for _, err := range p.client.Receive(packet.Pipeline, packet.Data) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, packet := range p.client.Take() {
		if !packet.Prompt {
			t.Error("the answer would go on stdin")
		}
		p.serve(packet.Pipeline, packet.Data)
	}
	if asked != 2 || len(p.toServer) != 2 {
		t.Fatalf("asked %d, answered %d", asked, len(p.toServer))
	}
	if r := p.toServer[0].Message.(*HostReply); !r.Value.Equal(clixml.NewInt32(1)) || r.Method != HostPromptForChoice {
		t.Errorf("%v", r)
	}
}
