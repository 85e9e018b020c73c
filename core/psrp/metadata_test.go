package psrp

import (
	"testing"

	"tenantry/core/clixml"
)

func decodeText(t *testing.T, text string) clixml.Value {
	t.Helper()
	v, err := decodeValue(nil, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMetadataReadsAsItWasWritten(t *testing.T) {
	want := CommandMetadata{
		Name: "Get-Mailbox", Namespace: "tmp_abc", HelpURI: "https://help", CommandType: FunctionCommand,
		ResolvedName: "x", OutputTypes: []string{"System.Object"}, DefaultSet: "Identity", HasCmdletBinding: true,
		Parameters: []ParameterMetadata{
			{Name: "Identity", Type: "Microsoft.Exchange.MailboxIdParameter", Aliases: []string{"Id"}, Sets: []ParameterInSet{
				{Set: "Identity", Mandatory: true, Position: 0, FromPipeline: true, FromPropertyName: true, HelpMessage: "who"},
				{Set: "__AllParameterSets", Position: -1 << 31, FromRemaining: true},
			}},
			{Name: "Archive", Type: "System.Management.Automation.SwitchParameter", Aliases: []string{}, Switch: true, Dynamic: true},
		},
		ParameterSets: []ParameterSet{
			{Name: "Identity", IsDefault: true, Required: []string{"Identity"}, Optional: []string{"Archive"}},
		},
	}
	got, ok := ReadCommandMetadata(decodeText(t, string(clixml.Encode(want.Value()))))
	want.Parameters[1].Aliases = nil // an empty list says as much as none
	if !ok || compare(want, got) != "" {
		t.Error(compare(want, got))
	}
	if n, ok := ReadMetadataCount(decodeText(t, string(clixml.Encode(MetadataCount(730))))); !ok || n != 730 {
		t.Error(n, ok)
	}
	if _, ok := ReadMetadataCount(want.Value()); ok {
		t.Error("a command was read as the count")
	}
	if _, ok := ReadCommandMetadata(MetadataCount(3)); ok {
		t.Error("the count was read as a command")
	}
	if _, ok := ReadMetadataCount(bag(prop("Count", clixml.NewInt64(-1)))); ok {
		t.Error("a negative count")
	}
}

// An answer in the words of MS-PSRP 2.2.3.20 to 2.2.3.23, as a Windows server sends it.
func TestMetadataOfWindows(t *testing.T) {
	count := decodeText(t, `<Obj RefId="0"><TN RefId="0"><T>Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo</T>`+
		`<T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I32 N="Count">1</I32></MS></Obj>`)
	if n, ok := ReadMetadataCount(count); !ok || n != 1 {
		t.Error(n, ok)
	}
	v := decodeText(t, `<Obj RefId="0"><TN RefId="0"><T>Selected.System.Management.Automation.CmdletInfo</T>`+
		`<T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS>`+
		`<S N="Name">Get-Variable</S><S N="Namespace">Microsoft.PowerShell.Utility</S><S N="HelpUri">http://go</S>`+
		`<Obj N="CommandType" RefId="1"><TN RefId="1"><T>System.Management.Automation.CommandTypes</T><T>System.Enum</T>`+
		`<T>System.ValueType</T><T>System.Object</T></TN><ToString>Cmdlet</ToString><I32>8</I32></Obj>`+
		`<Nil N="ResolvedCommandName"/>`+
		`<Obj N="OutputType" RefId="2"><TN RefId="2"><T>System.Collections.ObjectModel.ReadOnlyCollection</T><T>System.Object</T></TN>`+
		`<LST><Obj RefId="3"><ToString>System.Management.Automation.PSVariable</ToString><Props><S N="Name">System.Management.Automation.PSVariable</S>`+
		`</Props></Obj></LST></Obj>`+
		`<Obj N="Parameters" RefId="4"><TN RefId="3"><T>System.Collections.Generic.Dictionary</T><T>System.Object</T></TN><DCT>`+
		`<En><S N="Key">Name</S><Obj N="Value" RefId="5"><TN RefId="4"><T>System.Management.Automation.ParameterMetadata</T><T>System.Object</T></TN>`+
		`<ToString>System.Management.Automation.ParameterMetadata</ToString><Props><S N="Name">Name</S><S N="ParameterType">System.String[]</S>`+
		`<Obj N="Aliases" RefId="6"><LST><S>n</S></LST></Obj>`+
		`<Obj N="ParameterSets" RefId="20"><DCT><En><S N="Key">__AllParameterSets</S><Obj N="Value" RefId="21"><TN RefId="9">`+
		`<T>System.Management.Automation.ParameterSetMetadata</T><T>System.Object</T></TN><Props><I32 N="Position">0</I32>`+
		`<U32 N="Flags">5</U32><S N="HelpMessage"></S></Props></Obj></En><En><S N="Key">Old</S><Obj N="Value" RefId="22"><Props>`+
		`<B N="IsMandatory">true</B><B N="ValueFromPipeline">true</B></Props></Obj></En></DCT></Obj><B N="IsDynamic">false</B><B N="SwitchParameter">false</B></Props></Obj></En>`+
		`<En><S N="Key">ValueOnly</S><Obj N="Value" RefId="7"><TNRef RefId="4"/><Props><S N="ParameterType">System.Management.Automation.SwitchParameter</S>`+
		`<Obj N="Alias" RefId="8"><LST><S>v</S></LST></Obj></Props></Obj></En></DCT></Obj></MS></Obj>`)
	got, ok := ReadCommandMetadata(v)
	want := CommandMetadata{
		Name: "Get-Variable", Namespace: "Microsoft.PowerShell.Utility", HelpURI: "http://go", CommandType: CmdletCommand,
		OutputTypes: []string{"System.Management.Automation.PSVariable"},
		Parameters: []ParameterMetadata{
			{Name: "Name", Type: "System.String[]", Aliases: []string{"n"}, Sets: []ParameterInSet{
				{Set: "__AllParameterSets", Mandatory: true, FromPropertyName: true},
				{Set: "Old", Mandatory: true, Position: -1 << 31, FromPipeline: true},
			}},
			{Name: "ValueOnly", Type: "System.Management.Automation.SwitchParameter", Aliases: []string{"v"}, Switch: true},
		},
	}
	if !ok || compare(want, got) != "" {
		t.Error(compare(want, got))
	}
}

// What Get-Command | Select-Object answers: names of types and of parameters only, wrapped in other shapes.
func TestMetadataOfSelectObject(t *testing.T) {
	v := decodeText(t, `<Obj RefId="0"><MS><S N="Name">Get-Mailbox</S><S N="ModuleName">m</S><S N="CommandType">Function, Cmdlet</S>`+
		`<Obj N="OutputType" RefId="1"><LST><S>Deserialized.A</S></LST></Obj>`+
		`<Obj N="Parameters" RefId="2"><LST><S>Identity</S><Obj RefId="3"><MS><S N="Key">Archive</S><Obj N="Value" RefId="4"><Props>`+
		`<Obj N="ParameterType" RefId="5"><Props><S N="FullName">System.Boolean</S></Props></Obj></Props></Obj></MS></Obj></LST></Obj>`+
		`<Obj N="ParameterSets" RefId="6"><LST><Obj RefId="7"><ToString>[[-Identity] &lt;x&gt;]</ToString><Props><S N="Name">Identity</S><B N="IsDefault">true</B>`+
		`<Obj N="Parameters" RefId="8"><LST><Obj RefId="9"><Props><S N="Name">Identity</S><B N="IsMandatory">true</B></Props></Obj><S>Archive</S></LST></Obj>`+
		`</Props></Obj></LST></Obj></MS></Obj>`)
	got, ok := ReadCommandMetadata(v)
	want := CommandMetadata{
		Name: "Get-Mailbox", Namespace: "m", CommandType: FunctionCommand | CmdletCommand, OutputTypes: []string{"A"},
		Parameters:    []ParameterMetadata{{Name: "Identity"}, {Name: "Archive", Type: "System.Boolean"}},
		ParameterSets: []ParameterSet{{Name: "Identity", IsDefault: true, Required: []string{"Identity"}, Optional: []string{"Archive"}}},
	}
	if !ok || compare(want, got) != "" {
		t.Error(compare(want, got))
	}
}

func TestParameterSetsThatArriveAsText(t *testing.T) {
	v := decodeText(t, `<Obj RefId="0"><MS><S N="Name">Set-Mailbox</S><Obj N="ParameterSets" RefId="1"><LST>`+
		`<S>[-Identity] &lt;MailboxIdParameter&gt; -Password &lt;SecureString&gt; [-EmailAddresses &lt;MultiValuedProperty[Proxy-Address]&gt;] `+
		`[-Archive] -Force [[-Database] &lt;Id&gt;] [&lt;CommonParameters&gt;]</S><S></S><S>-</S><S>[-A</S></LST></Obj></MS></Obj>`)
	got, _ := ReadCommandMetadata(v)
	if len(got.ParameterSets) != 4 {
		t.Fatalf("%v", got.ParameterSets)
	}
	set := got.ParameterSets[0]
	set.Name = ""
	want := ParameterSet{Required: []string{"Identity", "Password", "Force"}, Optional: []string{"EmailAddresses", "Archive", "Database"}}
	if diff := compare(want, set); diff != "" {
		t.Error(diff)
	}
}

func TestMetadataQuestionOfWindows(t *testing.T) {
	body := `<Obj RefId="0"><MS><Obj N="Name" RefId="1"><TN RefId="0"><T>System.String[]</T><T>System.Array</T><T>System.Object</T></TN>` +
		`<LST><S>Get-*</S><S>Set-Mailbox</S></LST></Obj><Obj N="CommandType" RefId="2"><ToString>Alias, Function, Filter, Cmdlet, Configuration</ToString>` +
		`<I32>271</I32></Obj><Nil N="Namespace"/><Nil N="FullyQualifiedModule"/><Nil N="ArgumentList"/></MS></Obj>`
	got, err := Decode(nil, Header{Type: TypeGetCommandMetadata}, []byte(body))
	want := &GetCommandMetadata{Names: []string{"Get-*", "Set-Mailbox"}, CommandType: 271}
	if err != nil || compare(want, got) != "" {
		t.Error(err, compare(want, got))
	}
}
