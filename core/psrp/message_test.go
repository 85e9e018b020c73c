package psrp

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

var testID = uuid.MustParse("00112233-4455-6677-8899-aabbccddeeff")

func TestHeaderBytes(t *testing.T) {
	h := Header{To: ToServer, Type: TypeCreatePipeline, Pool: testID, Pipeline: uuid.UUID{15: 1}}
	got := AppendHeader(nil, h)
	want := []byte{2, 0, 0, 0, 0x06, 0x10, 0x02, 0x00,
		0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
	for _, body := range []string{"<S>a</S>", "\uFEFF<S>a</S>"} {
		back, rest, err := ParseHeader(append(bytes.Clone(want), body...))
		if err != nil || back != h || string(rest) != "<S>a</S>" {
			t.Errorf("%q: %v %q %v", body, back, rest, err)
		}
	}
	if _, _, err := ParseHeader(want[:39]); !errors.Is(err, ErrShort) {
		t.Errorf("39 bytes: %v", err)
	}
}

func richError() *ErrorRecord {
	return &ErrorRecord{
		Text:                  "The operation couldn't be performed because object 'x' couldn't be found.",
		Exception:             NewException("Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", "not found"),
		TargetObject:          clixml.NewString("x"),
		FullyQualifiedErrorID: "[Server=A,RequestId=B,TimeStamp=C] [FailureCategory=Cmdlet-X] 1A2B,Microsoft.Exchange.GetMailbox",
		Category:              NotSpecified,
		Activity:              "Get-Mailbox",
		Reason:                "ManagementObjectNotFoundException",
		TargetName:            "x",
		TargetType:            "String",
		CategoryMessage:       "NotSpecified: (x:String) [Get-Mailbox], ManagementObjectNotFoundException",
		DetailsMessage:        "details",
		RecommendedAction:     "do this",
		ScriptStackTrace:      "at <ScriptBlock>",
		Invocation:            richInvocation(),
		Extra:                 []clixml.Property{{Name: "OriginInfo", Value: clixml.NewString("server")}},
	}
}

func richInvocation() *Invocation {
	return &Invocation{
		CommandName:      "Get-Mailbox",
		CommandType:      CmdletCommand,
		InvocationName:   "Get-Mailbox",
		BoundParameters:  PrimitiveDictionary(Entry{"Identity", clixml.NewString("x")}),
		UnboundArguments: []clixml.Value{clixml.NewString("y")},
		CommandOrigin:    1,
		ExpectingInput:   true,
		Line:             "Get-Mailbox x",
		OffsetInLine:     3,
		HistoryID:        9,
		PipelineLength:   2,
		PipelinePosition: 1,
		PositionMessage:  "At line:1",
		ScriptLine:       4,
		ScriptName:       "a.ps1",
		ScriptRoot:       "C:",
		CommandPath:      "C:/a.ps1",
		PipelineInfo:     []int32{1, 2},
		Iteration:        []int32{0, 1},
	}
}

// every message with every field set.
func everyMessage() []Message {
	yes := true
	when := time.Date(2026, 3, 4, 5, 6, 7, 800, time.UTC)
	host := HostInfo{UseRunspaceHost: true, Default: &HostDefault{Foreground: 7, Background: 1, Cursor: Coordinates{1, 2},
		Window: Coordinates{3, 4}, CursorSize: 25, Buffer: Size{120, 3000}, WindowSize: Size{120, 50},
		MaxWindow: Size{120, 60}, MaxPhysical: Size{240, 80}, Title: "PS"}}
	command := Command{
		Name: "Get-Mailbox", UseLocalScope: &yes,
		Merge: Merge{My: MergeError, To: MergeOutput, Previous: MergeOutput, Error: MergeOutput, Warning: MergeNull,
			Verbose: MergeOutput, Debug: MergeAll, Information: MergeOutput},
		Parameters: []Parameter{Named("Identity", clixml.NewString("a")), Positional(clixml.NewInt32(4)),
			Switch("Archive"), Named("ResultSize", clixml.Value{})},
	}
	return []Message{
		&SessionCapability{"2.3", "2.0", "1.1.0.1", []byte{1, 2, 3}},
		&InitRunspacePool{1, 5, ReuseThread, MTA, host, PrimitiveDictionary(Entry{"PSVersionTable", VersionTable("5.1.1", V23)})},
		&ConnectRunspacePool{-1, -1},
		&ConnectRunspacePool{1, 2},
		&RunspacePoolInitData{1, 2},
		&SetMaxRunspaces{5, 1},
		&SetMinRunspaces{-1, 2},
		&GetAvailableRunspaces{3},
		&ResetRunspaceState{4},
		&RunspaceAvailability{Call: 5, Response: clixml.NewInt64(3)},
		&RunspacePoolState{Broken, richError()},
		&RunspacePoolState{State: Opened},
		&PipelineState{Failed, richError()},
		&PipelineState{State: Completed},
		&ApplicationPrivateData{PrimitiveDictionary(Entry{"a", clixml.NewInt32(1)})},
		&UserEvent{3, "source", when, clixml.NewString("sender"), clixml.NewList(clixml.NewInt32(1)), clixml.NewBool(true), "host", testID},
		&PublicKey{"abc"},
		&EncryptedSessionKey{"def"},
		&PublicKeyRequest{},
		&CreatePipeline{true, STA, AddInvocationInfo, true, host,
			Pipeline{[][]Command{{command}}, true, "history", true}, true, V23},
		&CreatePipeline{false, UnknownApartment, AddInvocationInfoToErrorRecord, false, NoHost,
			Pipeline{Statements: [][]Command{{command, command}, {{Name: "1+1", IsScript: true}}}}, false, V23},
		&GetCommandMetadata{[]string{"Get-*"}, AllCommands, []string{"a", "b"}, []clixml.Value{clixml.NewInt32(1)}},
		&HostCall{true, 7, HostPromptForChoice, []clixml.Value{clixml.NewString("c"), {}, clixml.NewList(), clixml.NewInt32(1)}},
		&HostCall{false, VoidCall, HostWriteLine2, []clixml.Value{clixml.NewString("c")}},
		&HostReply{true, 7, HostReadLine, clixml.NewString("line"), nil},
		&HostReply{false, 8, HostReadKey, clixml.Value{}, richError()},
		&PipelineInput{clixml.NewString("in")},
		&EndOfPipelineInput{},
		richError(),
		&InformationalRecord{TypeWarningRecord, "warn", richInvocation()},
		Verbose("v"), Debug("d"), Warning("w"),
		&ProgressRecord{"a", 1, "s", "op", -1, 50, 30, Processing},
		&ProgressRecord{"a", 1, "s", "", 2, 0, 0, ProgressCompleted},
		&InformationRecord{clixml.NewString("data"), "src", when.In(time.FixedZone("", 3600)), []string{"PSHOST", "b"}, "u", "c", 1, 2, 3},
	}
}

func TestEveryMessageReadsAsItWasWritten(t *testing.T) {
	seen := map[MessageType]bool{TypePipelineOutput: true} // see TestOutput
	for _, m := range everyMessage() {
		body := AppendBody(nil, m)
		got, err := Decode(nil, Header{Type: m.Type()}, body)
		if err != nil {
			t.Errorf("%s: %v\n%s", m.Type(), err, body)
			continue
		}
		if diff := compare(m, got); diff != "" {
			t.Errorf("%s (-written +read):\n%s", m.Type(), diff)
		}
		seen[m.Type()] = true
		if strings.HasPrefix(m.Type().String(), "0x") {
			t.Errorf("type %s has no name", m.Type())
		}
	}
	for mt := range kinds {
		if !seen[mt] {
			t.Errorf("%s is not tried", mt)
		}
	}
}

func TestOutput(t *testing.T) {
	m := &PipelineOutput{Object: clixml.NewInt32(7)}
	got, err := Decode(nil, Header{Type: TypePipelineOutput}, AppendBody(nil, m))
	if err != nil {
		t.Fatal(err)
	}
	out := got.(*PipelineOutput)
	if string(out.Raw) != "<I32>7</I32>" {
		t.Errorf("raw %q", out.Raw)
	}
	if v, err := out.Value(); err != nil || !v.Equal(m.Object) {
		t.Errorf("%v %v", v, err)
	}
	if again := AppendBody(nil, out); string(again) != "<I32>7</I32>" {
		t.Errorf("again %q", again)
	}
	bad := &PipelineOutput{Raw: []byte("<I32>")}
	if _, err := bad.Value(); err == nil {
		t.Error("no error for broken CLIXML")
	}
}

func TestUnreadableMessages(t *testing.T) {
	for _, c := range []struct {
		mt   MessageType
		body string
		want error
	}{
		{0x123, "<S></S>", ErrUnknownType},
		{TypeSessionCapability, `<Obj RefId="0"><MS/></Obj>`, ErrMissing},
		{TypeSessionCapability, "", ErrMissing},
		{TypeInitRunspacePool, `<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32></MS></Obj>`, ErrMissing},
		{TypePipelineState, `<Obj RefId="0"><MS><S N="PipelineState">x</S></MS></Obj>`, ErrMissing},
		{TypeCreatePipeline, `<Obj RefId="0"><MS><B N="NoInput">true</B></MS></Obj>`, ErrMissing},
		{TypePipelineHostCall, `<Obj RefId="0"><MS><I64 N="ci">1</I64></MS></Obj>`, ErrMissing},
		{TypeWarningRecord, `<Obj RefId="0">`, nil},
	} {
		_, err := Decode(nil, Header{Type: c.mt}, []byte(c.body))
		var got *MessageError
		if !errors.As(err, &got) || got.Header.Type != c.mt || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s %q: %v", c.mt, c.body, err)
		}
	}
}

func TestParameterNames(t *testing.T) {
	null, text := clixml.Value{}, clixml.NewString("v")
	for _, c := range []struct {
		written string
		value   clixml.Value
		want    Parameter
	}{
		{"", text, Positional(text)},
		{"DomainName", text, Named("DomainName", text)},
		{"-DomainName", text, Named("DomainName", text)},
		{"-DomainName:", text, Named("DomainName", text)},
		{"-DomainName: ", text, Named("DomainName", text)},
		{"DomainName:", text, Named("DomainName", text)},
		{"\u2013DomainName", text, Named("DomainName", text)},
		{"-Archive", null, Parameter{Name: "Archive", Bare: true}},
		{"-Archive:", null, Parameter{Name: "Archive"}},
		{"Archive", null, Parameter{Name: "Archive"}},
		{"-", text, Named("-", text)},
	} {
		if diff := compare(c.want, readParameter(c.written, c.value)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.written, diff)
		}
	}
	for _, c := range []struct {
		p    Parameter
		want bool
	}{
		{Switch("a"), true},
		{Parameter{Name: "a"}, true},
		{Named("a", clixml.NewBool(false)), false},
		{Named("a", clixml.NewObject(&clixml.Object{Extended: []clixml.Property{{Name: "IsPresent", Value: clixml.NewBool(true)}}})), true},
	} {
		if c.p.IsSwitchedOn() != c.want {
			t.Errorf("%v is switched on: %v", c.p, !c.want)
		}
	}
}

func TestErrorRecordTexts(t *testing.T) {
	e := richError()
	if e.ExceptionType() != "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException" || e.Message() != "details" {
		t.Errorf("%q %q", e.ExceptionType(), e.Message())
	}
	e.DetailsMessage = ""
	if e.Message() != "not found" {
		t.Errorf("%q", e.Message())
	}
	e.Exception = clixml.Value{}
	if e.Message() != e.Text || e.ExceptionType() != "" {
		t.Errorf("%q %q", e.Message(), e.ExceptionType())
	}
	outer := NewException("A", "outer")
	for i, p := range outer.Object().Adapted {
		if p.Name == "InnerException" {
			outer.Object().Adapted[i].Value = NewException("Deserialized.B", "inner")
		}
	}
	if got := (&ErrorRecord{Exception: outer}).Inner(); len(got) != 1 || got[0] != (InnerException{"B", "inner"}) {
		t.Errorf("%v", got)
	}
	loop := &clixml.Object{}
	loop.Adapted = []clixml.Property{{Name: "InnerException", Value: clixml.NewObject(loop)}}
	if n := len((&ErrorRecord{Exception: clixml.NewObject(loop)}).Inner()); n != 16 {
		t.Errorf("an exception inside itself: %d", n)
	}
}
