package psrp

import (
	"testing"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// What clients of other makes send for one cmdlet: with a byte-order mark, other orders of properties, other
// type names or none, parameters written in every known way.
const (
	enumTail = `<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN>`

	// Windows PowerShell 5.1: a host with a window, the pool's own host for the pipeline, a byte-order mark.
	windows51 = "\uFEFF" + `<Obj RefId="0"><MS><Obj N="PowerShell" RefId="1"><MS><Obj N="Cmds" RefId="2"><TN RefId="0">` +
		`<T>System.Collections.Generic.List` + "`" + `1[[System.Management.Automation.PSObject, System.Management.Automation, ` +
		`Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]</T><T>System.Object</T></TN><LST>` +
		`<Obj RefId="3"><MS><S N="Cmd">Get-Mailbox</S><Obj N="Args" RefId="4"><TNRef RefId="0" /><LST>` +
		`<Obj RefId="5"><MS><S N="N">-Identity</S><S N="V">anna</S></MS></Obj>` +
		`<Obj RefId="6"><MS><S N="N">-DomainName:</S><S N="V">contoso.com</S></MS></Obj>` +
		`<Obj RefId="7"><MS><S N="N">-Archive</S><Nil N="V" /></MS></Obj>` +
		`<Obj RefId="8"><MS><S N="N">Confirm:</S><B N="V">false</B></MS></Obj>` +
		`<Obj RefId="9"><MS><Nil N="N" /><I32 N="V">5</I32></MS></Obj></LST></Obj><B N="IsScript">false</B><Nil N="UseLocalScope" />` +
		`<Obj N="MergeMyResult" RefId="10"><TN RefId="1"><T>System.Management.Automation.Runspaces.PipelineResultTypes</T>` + enumTail +
		`<ToString>None</ToString><I32>0</I32></Obj><Obj N="MergeToResult" RefId="11"><TNRef RefId="1" /><ToString>None</ToString><I32>0</I32></Obj>` +
		`<Obj N="MergePreviousResults" RefId="12"><TNRef RefId="1" /><ToString>None</ToString><I32>0</I32></Obj>` +
		`<Obj N="MergeError" RefId="13"><TNRef RefId="1" /><ToString>Output</ToString><I32>1</I32></Obj>` +
		`<Obj N="MergeWarning" RefId="14"><TNRef RefId="1" /><ToString>None</ToString><I32>0</I32></Obj>` +
		`<Obj N="MergeVerbose" RefId="15"><TNRef RefId="1" /><ToString>None</ToString><I32>0</I32></Obj>` +
		`<Obj N="MergeDebug" RefId="16"><TNRef RefId="1" /><ToString>None</ToString><I32>0</I32></Obj>` +
		`<Obj N="MergeInformation" RefId="17"><TNRef RefId="1" /><ToString>None</ToString><I32>0</I32></Obj></MS></Obj></LST></Obj>` +
		`<B N="IsNested">false</B><Nil N="History" /><B N="RedirectShellErrorOutputPipe">true</B></MS></Obj><B N="NoInput">true</B>` +
		`<Obj N="ApartmentState" RefId="18"><TN RefId="2"><T>System.Threading.ApartmentState</T>` + enumTail +
		`<ToString>Unknown</ToString><I32>2</I32></Obj><Obj N="RemoteStreamOptions" RefId="19"><TN RefId="3">` +
		`<T>System.Management.Automation.RemoteStreamOptions</T>` + enumTail + `<ToString>0</ToString><I32>0</I32></Obj>` +
		`<B N="AddToHistory">true</B><Obj N="HostInfo" RefId="20"><MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B>` +
		`<B N="_isHostRawUINull">true</B><B N="_useRunspaceHost">true</B></MS></Obj><B N="IsNested">false</B></MS></Obj>`

	// PowerShell 2.0: protocol 2.1, no merging of single streams, an old name for a list.
	windows20 = `<Obj RefId="0"><MS><B N="NoInput">true</B><Obj N="PowerShell" RefId="1"><MS><Obj N="Cmds" RefId="2"><LST><Obj RefId="3"><MS>` +
		`<S N="Cmd">Get-Mailbox</S><B N="IsScript">false</B><B N="UseLocalScope">true</B><Obj N="Args" RefId="4"><LST>` +
		`<Obj RefId="5"><MS><S N="N">Identity</S><S N="V">anna</S></MS></Obj></LST></Obj></MS></Obj></LST></Obj></MS></Obj></MS></Obj>`

	// A client that says the least it can.
	terse = `<Obj RefId="0"><MS><Obj N="PowerShell" RefId="1"><MS><Obj N="Cmds" RefId="2"><LST><Obj RefId="3"><MS>` +
		`<S N="Cmd">Get-Mailbox</S></MS></Obj></LST></Obj></MS></Obj></MS></Obj>`
)

func TestPipelinesOfOtherClients(t *testing.T) {
	local := true
	for _, c := range []struct {
		name, body string
		want       CreatePipeline
	}{
		{"Windows PowerShell 5.1", windows51, CreatePipeline{
			NoInput: true, ApartmentState: UnknownApartment, AddToHistory: true, Host: NoHost, Protocol: V23,
			Pipeline: Pipeline{RedirectShellErrorOutputPipe: true, Statements: [][]Command{{{
				Name:  "Get-Mailbox",
				Merge: Merge{Error: MergeOutput},
				Parameters: []Parameter{
					Named("Identity", clixml.NewString("anna")),
					Named("DomainName", clixml.NewString("contoso.com")),
					{Name: "Archive", Bare: true},
					Named("Confirm", clixml.NewBool(false)),
					Positional(clixml.NewInt32(5)),
				},
			}}}},
		}},
		{"PowerShell 2.0", windows20, CreatePipeline{
			NoInput: true, Protocol: V21,
			Pipeline: Pipeline{Statements: [][]Command{{{
				Name: "Get-Mailbox", UseLocalScope: &local,
				Parameters: []Parameter{Named("Identity", clixml.NewString("anna"))},
			}}}},
		}},
		{"the least", terse, CreatePipeline{Protocol: V21, Pipeline: Pipeline{Statements: [][]Command{{{Name: "Get-Mailbox"}}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serverIn(t, Opened)
			var f Fragmenter
			id := uuid.UUID{5}
			message := append(AppendHeader(nil, Header{To: ToServer, Type: TypeCreatePipeline, Pool: testID, Pipeline: id}), c.body...)
			events := 0
			for ev, err := range s.Receive(id, f.Split(message, 1<<20)[0]) {
				if err != nil {
					t.Fatal(err)
				}
				if diff := compare(&c.want, ev.Message); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				events++
			}
			if events != 1 {
				t.Errorf("%d events", events)
			}
		})
	}
	p, _ := (&Command{Parameters: []Parameter{Positional(clixml.NewInt32(1)), Switch("Archive")}}).Find("archive")
	if !p.IsSwitchedOn() {
		t.Error("a parameter is not found without regard to case")
	}
}

// INIT_RUNSPACEPOOL of Windows PowerShell with a console, and a capability with a time zone.
func TestCreationOfWindows(t *testing.T) {
	cell := func(key, typeName, v string) string {
		return `<En><I32 N="Key">` + key + `</I32><Obj N="Value" RefId="1` + key + `"><MS><S N="T">` + typeName + `</S>` + v + `</MS></Obj></En>`
	}
	size := func(ref, w, h string) string {
		return `<Obj N="V" RefId="3` + ref + `"><MS><I32 N="width">` + w + `</I32><I32 N="height">` + h + `</I32></MS></Obj>`
	}
	init := "\uFEFF" + `<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">1</I32>` +
		`<Obj N="PSThreadOptions" RefId="1"><TN RefId="0"><T>System.Management.Automation.Runspaces.PSThreadOptions</T>` + enumTail +
		`<ToString>Default</ToString><I32>0</I32></Obj><Obj N="ApartmentState" RefId="2"><ToString>MTA</ToString><I32>1</I32></Obj>` +
		`<Obj N="ApplicationArguments" RefId="3"><TN RefId="2"><T>System.Management.Automation.PSPrimitiveDictionary</T>` +
		`<T>System.Collections.Hashtable</T><T>System.Object</T></TN><DCT><En><S N="Key">PSVersionTable</S><Obj N="Value" RefId="4">` +
		`<TNRef RefId="2" /><DCT><En><S N="Key">PSVersion</S><Version N="Value">5.1.19041.1</Version></En></DCT></Obj></En></DCT></Obj>` +
		`<Obj N="HostInfo" RefId="5"><MS><Obj N="_hostDefaultData" RefId="6"><MS><Obj N="data" RefId="7"><TN RefId="3">` +
		`<T>System.Collections.Hashtable</T><T>System.Object</T></TN><DCT>` +
		cell("9", "System.String", `<S N="V">Windows PowerShell</S>`) +
		cell("8", "System.Management.Automation.Host.Size", size("8", "274", "72")) +
		cell("5", "System.Management.Automation.Host.Size", size("5", "120", "3000")) +
		cell("4", "System.Int32", `<I32 N="V">25</I32>`) +
		cell("3", "System.Management.Automation.Host.Coordinates", `<Obj N="V" RefId="40"><MS><I32 N="x">1</I32><I32 N="y">2</I32></MS></Obj>`) +
		cell("1", "System.ConsoleColor", `<I32 N="V">5</I32>`) +
		cell("0", "System.ConsoleColor", `<I32 N="V">6</I32>`) +
		`</DCT></Obj></MS></Obj><B N="_isHostNull">false</B><B N="_isHostUINull">false</B><B N="_isHostRawUINull">false</B>` +
		`<B N="_useRunspaceHost">false</B></MS></Obj></MS></Obj>`
	capability := "\uFEFF" + `<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version><Version N="PSVersion">2.0</Version>` +
		`<Version N="SerializationVersion">1.1.0.1</Version><BA N="TimeZone">AAEAAAD/////</BA></MS></Obj>`
	var f Fragmenter
	var creation []byte
	for i, body := range []string{capability, init} {
		h := Header{To: ToServer, Type: []MessageType{TypeSessionCapability, TypeInitRunspacePool}[i], Pool: testID}
		creation = append(creation, f.Split(append(AppendHeader(nil, h), body...), 1<<20)[0]...)
	}
	s := NewServer(ServerConfig{})
	var events []Message
	for ev, err := range s.Receive(uuid.Nil, creation) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, ev.Message)
	}
	if len(events) != 2 || s.State() != Opened || len(events[0].(*SessionCapability).TimeZone) != 9 {
		t.Fatalf("%v, %s", events, s.State())
	}
	got := events[1].(*InitRunspacePool)
	want := HostInfo{Default: &HostDefault{Foreground: 6, Background: 5, Window: Coordinates{1, 2}, CursorSize: 25,
		Buffer: Size{120, 3000}, MaxPhysical: Size{274, 72}, Title: "Windows PowerShell"}}
	if diff := compare(want, got.Host); diff != "" || got.ApartmentState != MTA {
		t.Error(diff)
	}
	table, _ := Lookup(got.Arguments, "PSVersionTable")
	if v, _ := Lookup(table, "PSVersion"); v.Str() != "5.1.19041.1" {
		t.Errorf("the version table says %q", v.Str())
	}
}
