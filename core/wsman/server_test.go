package wsman_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/wsman"
)

// What other clients send, written by hand after the specification: other prefixes and order, CDATA, split
// arguments, a compression wish, durations in other units.
func TestRequestsOfOtherClients(t *testing.T) {
	text := `<?xml version="1.0" encoding="utf-8"?>
<!-- hello -->
<SOAP:Envelope xmlns:SOAP='http://www.w3.org/2003/05/soap-envelope' xmlns:A="http://schemas.xmlsoap.org/ws/2004/08/addressing"
  xmlns:W="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:M="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd">
 <SOAP:Header>
  <W:SelectorSet><W:Selector Name="SHELLID"> 6f1903ca-e06a-4a8b-bdfc-b44203149d55 </W:Selector></W:SelectorSet>
  <W:OptionSet SOAP:mustUnderstand="true"><W:Option Name='WINRS_SKIP_CMD_SHELL'>FALSE</W:Option><W:Option MustComply="1" Name="x">a &amp; b</W:Option></W:OptionSet>
  <W:OperationTimeout>PT1M30.5S</W:OperationTimeout>
  <W:MaxEnvelopeSize SOAP:mustUnderstand="true">153600</W:MaxEnvelopeSize>
  <CompressionType xmlns="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" SOAP:mustUnderstand="true">xpress</CompressionType>
  <M:SequenceId SOAP:mustUnderstand="false">7</M:SequenceId><M:OperationID>uuid:O</M:OperationID>
  <Unknown xmlns="urn:z" SOAP:mustUnderstand="false"/>
  <W:ResourceURI>http://schemas.microsoft.com/powershell/Microsoft.Exchange</W:ResourceURI>
  <A:Action>
    http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command
  </A:Action>
  <A:To>https://ps.example/powershell?DelegatedOrg=a.example&amp;PSVersion=5.1</A:To>
  <W:Locale xml:lang="nl-NL"/>
 </SOAP:Header>
 <SOAP:Body><R:CommandLine CommandId='c' xmlns:R="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
   <R:Arguments>aGVs</R:Arguments><R:Command><![CDATA[Get-Mailbox]]></R:Command><R:Arguments>
   bG8=</R:Arguments></R:CommandLine></SOAP:Body>
</SOAP:Envelope>
`
	for name, reader := range map[string]func() (*wsman.Request, error){
		"at once": func() (*wsman.Request, error) { return wsman.ReadRequest(strings.NewReader(text), wsman.Limits{}) },
		"byte by byte": func() (*wsman.Request, error) {
			return wsman.ReadRequest(iotest.OneByteReader(strings.NewReader(text)), wsman.Limits{})
		},
	} {
		q, err := reader()
		if err != nil {
			t.Fatal(name, err)
		}
		want := &wsman.Request{
			Header: wsman.Header{
				Action: wsman.ActionCommand, To: "https://ps.example/powershell?DelegatedOrg=a.example&PSVersion=5.1",
				ResourceURI: wsman.ResourcePowerShell + "Microsoft.Exchange", MaxEnvelopeSize: 153600, OperationTimeout: 90*time.Second + 500*time.Millisecond,
				Locale: "nl-NL", OperationID: "uuid:O", SequenceID: "7",
				Options:   []wsman.Option{{Name: "WINRS_SKIP_CMD_SHELL", Value: "FALSE"}, {Name: "x", Value: "a & b", MustComply: true}},
				Selectors: []wsman.Selector{{Name: "SHELLID", Value: "6f1903ca-e06a-4a8b-bdfc-b44203149d55"}},
			},
			Op: &wsman.Command{ID: "c", Line: "Get-Mailbox", Arguments: []byte("hello")},
		}
		if diff := cmp.Diff(want, q); diff != "" {
			t.Error(name, diff)
		}
		if q.ShellID() != "6f1903ca-e06a-4a8b-bdfc-b44203149d55" {
			t.Errorf("shell id %q", q.ShellID())
		}
		if root := walk(t, q.Response(wsman.CommandResponse{CommandID: "c"})); !strings.Contains(strings.Join(root.Attrs, " "), "nl-NL") || root.kid("Header").kid("RelatesTo") != nil {
			t.Errorf("answer %+v", root)
		}
	}
}

func TestWrongRequestsGetTheRightFault(t *testing.T) {
	envelope := func(ns, header, body string) string {
		return `<s:Envelope xmlns:s="` + ns + `" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:MessageID>uuid:1</a:MessageID>` + header + `</s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
	}
	const soap = "http://www.w3.org/2003/05/soap-envelope"
	action := func(a string) string { return "<a:Action>" + a + "</a:Action>" }
	for _, tc := range []struct {
		name, text string
		code       wsman.Code
		soapCode   string
	}{
		{"not XML", "hello", 2150858819, "Sender"},
		{"empty", "", 2150858819, "Sender"},
		{"cut", envelope(soap, action(wsman.ActionDelete), "")[:200], 2150858819, "Sender"},
		{"SOAP 1.1", envelope("http://schemas.xmlsoap.org/soap/envelope/", action(wsman.ActionDelete), ""), 2150858765, "VersionMismatch"},
		{"no action", envelope(soap, "", ""), 2150858769, "Sender"},
		{"negative time", envelope(soap, action(wsman.ActionDelete)+`<OperationTimeout>PT-1S</OperationTimeout>`, ""), 2150858767, "Sender"},
		{"negative time in another form", envelope(soap, action(wsman.ActionDelete)+`<OperationTimeout>-PT1S</OperationTimeout>`, ""), 2150858767, "Sender"},
		{"no time", envelope(soap, action(wsman.ActionDelete)+`<OperationTimeout>soon</OperationTimeout>`, ""), 2150858767, "Sender"},
		{"unknown action", envelope(soap, action("urn:fly"), ""), 2150858771, "Sender"},
		{"unknown header that must be understood", envelope(soap, action(wsman.ActionDelete)+`<b xmlns="urn:z" s:mustUnderstand="1"/>`, ""), 2150858768, "MustUnderstand"},
		{"Create without a shell", envelope(soap, action(wsman.ActionCreate), ""), 2150858817, "Sender"},
		{"Command without a line", envelope(soap, action(wsman.ActionCommand), "<x/>"), 2150858817, "Sender"},
		{"Send without a stream", envelope(soap, action(wsman.ActionSend), "<s/>"), 2150858817, "Sender"},
		{"Signal without a body", envelope(soap, action(wsman.ActionSignal), ""), 2150858817, "Sender"},
		{"broken base64", envelope(soap, action(wsman.ActionSend), "<Send><Stream>*</Stream></Send>"), 2150858817, "Sender"},
		{"too long", envelope(soap, action(wsman.ActionSend), "<Send><Stream>"+strings.Repeat("QUJD", 3000)+"</Stream></Send>"), 2150858825, "Sender"},
	} {
		q, err := wsman.ReadRequest(strings.NewReader(tc.text), wsman.Limits{Body: 10_000})
		f := wsman.AsFault(err)
		if f == nil || f.Code != tc.code || f.SOAPCode != tc.soapCode || f.Status() != 500 {
			t.Errorf("%s: %+v (%v)", tc.name, f, err)
			continue
		}
		if q.MessageID != "" {
			if e := walk(t, q.Fault(f)).kid("Header").kid("RelatesTo"); e == nil || e.Text != "uuid:1" {
				t.Errorf("%s: the fault does not relate to the request", tc.name)
			}
		}
	}
	lost := errors.New("line cut")
	if _, err := wsman.ReadRequest(iotest.ErrReader(lost), wsman.Limits{}); !errors.Is(err, lost) || wsman.AsFault(err) != nil {
		t.Errorf("a lost connection became %v", err)
	}
}

// A value cannot break out of its place, in either direction.
func TestValuesAreEscaped(t *testing.T) {
	nasty := `"/><evil a='&amp;'>]]></env:Header> mustUnderstand="true` + "\x00\x01\r\n\t"
	h := wsman.Header{To: nasty, MessageID: nasty, ResourceURI: nasty, Locale: nasty, SessionID: nasty, OperationID: nasty, SequenceID: nasty,
		Options: []wsman.Option{{Name: nasty, Value: nasty, Type: nasty}}, Selectors: []wsman.Selector{{Name: "ShellId", Value: nasty}}}
	for _, op := range []wsman.Operation{&wsman.Create{ShellID: nasty, Name: nasty, InputStreams: nasty}, &wsman.Command{ID: nasty, Line: nasty},
		&wsman.Receive{CommandID: nasty, Streams: []string{nasty}}, &wsman.Signal{CommandID: nasty, Code: nasty}, &wsman.Enumerate{ShellID: nasty}, &wsman.Disconnect{BufferMode: nasty}} {
		root := walk(t, wsman.EncodeRequest(h, op))
		if len(root.Kids) != 2 || len(root.kid("Header").Kids) != 13 || len(root.kid("Body").Kids) != 1 {
			t.Errorf("%T: the envelope changed its shape: %d headers", op, len(root.kid("Header").Kids))
		}
		q, err := wsman.ReadRequest(strings.NewReader(string(wsman.EncodeRequest(h, op))), wsman.Limits{})
		if err != nil || !strings.HasPrefix(q.To, `"/><evil a='&amp;'>]]></env:Header> mustUnderstand="true`) {
			t.Errorf("%T: read back as %q, %v", op, q.To, err)
		}
	}
	q := &wsman.Request{Header: wsman.Header{Action: nasty, MessageID: nasty, To: nasty, Locale: nasty}, ActivityID: nasty}
	walk(t, q.Response(wsman.CreateResponse{Shell: wsman.Shell{ID: nasty, Name: nasty, Owner: nasty, MemoryUsed: nasty}}))
	walk(t, q.Response(wsman.ReceiveResponse{Chunks: []wsman.Chunk{{Stream: nasty, CommandID: nasty}}, State: wsman.Received{State: wsman.StateDone, CommandID: nasty}}))
	walk(t, q.Fault(wsman.FaultProvider(nasty, nasty, nasty)))
}
