package psrp

import (
	"strings"

	"tenantry/core/clixml"
)

// Invocation is where in a command a record came from: the InvocationInfo_ and CommandInfo_ properties that
// records carry when StreamOptions asks for them (MS-PSRP 2.2.3.15).
type Invocation struct {
	CommandName       string // CommandInfo_Name
	CommandType       CommandType
	CommandDefinition string
	CommandVisibility int32 // 0 public, 1 private

	InvocationName   string
	BoundParameters  clixml.Value // a dictionary
	UnboundArguments []clixml.Value
	CommandOrigin    int32 // 0 Runspace, 1 Internal
	ExpectingInput   bool
	Line             string
	OffsetInLine     int32
	HistoryID        int64
	PipelineLength   int32
	PipelinePosition int32
	PositionMessage  string
	ScriptLine       int32
	ScriptName       string
	ScriptRoot       string  // InvocationInfo_PSScriptRoot
	CommandPath      string  // InvocationInfo_PSCommandPath
	PipelineInfo     []int32 // InvocationInfo_PipelineIterationInfo
	Iteration        []int32 // the record's own PipelineIterationInfo
}

var (
	boundTypes = []string{
		"System.Management.Automation.PSBoundParametersDictionary",
		"System.Collections.Generic.Dictionary`2[[System.String, mscorlib, Version=4.0.0.0, Culture=neutral, " +
			"PublicKeyToken=b77a5c561934e089],[System.Object, mscorlib, Version=4.0.0.0, Culture=neutral, " +
			"PublicKeyToken=b77a5c561934e089]]",
		"System.Object",
	}
	objectListTypes = []string{
		"System.Collections.Generic.List`1[[System.Object, mscorlib, Version=4.0.0.0, Culture=neutral, " +
			"PublicKeyToken=b77a5c561934e089]]",
		"System.Object",
	}
	readOnlyInts = []string{
		"System.Collections.ObjectModel.ReadOnlyCollection`1[[System.Int32, mscorlib, Version=4.0.0.0, " +
			"Culture=neutral, PublicKeyToken=b77a5c561934e089]]",
		"System.Object",
	}
)

func (in *Invocation) properties(ps []clixml.Property) []clixml.Property {
	bound := in.BoundParameters
	if bound.IsNull() {
		bound = clixml.NewObject(&clixml.Object{TypeNames: boundTypes, Container: clixml.Dictionary})
	}
	origin := "Runspace"
	if in.CommandOrigin == 1 {
		origin = "Internal"
	}
	visibility := "Public"
	if in.CommandVisibility == 1 {
		visibility = "Private"
	}
	return append(ps,
		prop("InvocationInfo_BoundParameters", bound),
		prop("InvocationInfo_CommandOrigin",
			enumValue("System.Management.Automation.CommandOrigin", origin, in.CommandOrigin)),
		prop("InvocationInfo_ExpectingInput", clixml.NewBool(in.ExpectingInput)),
		prop("InvocationInfo_InvocationName", clixml.NewString(in.InvocationName)),
		prop("InvocationInfo_Line", clixml.NewString(in.Line)),
		prop("InvocationInfo_OffsetInLine", clixml.NewInt32(in.OffsetInLine)),
		prop("InvocationInfo_HistoryId", clixml.NewInt64(in.HistoryID)),
		prop("InvocationInfo_PipelineIterationInfo", intList(intsTypes, in.PipelineInfo)),
		prop("InvocationInfo_PipelineLength", clixml.NewInt32(in.PipelineLength)),
		prop("InvocationInfo_PipelinePosition", clixml.NewInt32(in.PipelinePosition)),
		prop("InvocationInfo_PositionMessage", clixml.NewString(in.PositionMessage)),
		prop("InvocationInfo_ScriptLineNumber", clixml.NewInt32(in.ScriptLine)),
		prop("InvocationInfo_ScriptName", clixml.NewString(in.ScriptName)),
		prop("InvocationInfo_PSScriptRoot", clixml.NewString(in.ScriptRoot)),
		prop("InvocationInfo_PSCommandPath", textOrNull(in.CommandPath)),
		prop("InvocationInfo_UnboundArguments", list(objectListTypes, in.UnboundArguments)),
		prop("CommandInfo_CommandType", in.CommandType.value()),
		prop("CommandInfo_Definition", clixml.NewString(in.CommandDefinition)),
		prop("CommandInfo_Name", clixml.NewString(in.CommandName)),
		prop("CommandInfo_Visibility",
			enumValue("System.Management.Automation.SessionStateEntryVisibility", visibility, in.CommandVisibility)),
		// A ScriptExtent would tell a position in a script once more.
		prop("SerializeExtent", clixml.NewBool(false)),
	)
}

func readInvocation(f fields) *Invocation {
	return &Invocation{
		CommandName:       f.str("CommandInfo_Name"),
		CommandType:       commandTypeOf(f.get("CommandInfo_CommandType")),
		CommandDefinition: f.str("CommandInfo_Definition"),
		CommandVisibility: f.enum("CommandInfo_Visibility"),
		InvocationName:    f.str("InvocationInfo_InvocationName"),
		BoundParameters:   f.get("InvocationInfo_BoundParameters"),
		UnboundArguments:  itemsOf(f.get("InvocationInfo_UnboundArguments")),
		CommandOrigin:     f.enum("InvocationInfo_CommandOrigin"),
		ExpectingInput:    f.flag("InvocationInfo_ExpectingInput"),
		Line:              f.str("InvocationInfo_Line"),
		OffsetInLine:      f.int32("InvocationInfo_OffsetInLine"),
		HistoryID:         f.int64("InvocationInfo_HistoryId"),
		PipelineLength:    f.int32("InvocationInfo_PipelineLength"),
		PipelinePosition:  f.int32("InvocationInfo_PipelinePosition"),
		PositionMessage:   f.str("InvocationInfo_PositionMessage"),
		ScriptLine:        f.int32("InvocationInfo_ScriptLineNumber"),
		ScriptName:        f.str("InvocationInfo_ScriptName"),
		ScriptRoot:        f.str("InvocationInfo_PSScriptRoot"),
		CommandPath:       f.str("InvocationInfo_PSCommandPath"),
		PipelineInfo:      intsOf(f.get("InvocationInfo_PipelineIterationInfo")),
	}
}

func intList(types []string, ns []int32) clixml.Value {
	vs := make([]clixml.Value, len(ns))
	for i, n := range ns {
		vs[i] = clixml.NewInt32(n)
	}
	return list(types, vs)
}

func intsOf(v clixml.Value) []int32 {
	var out []int32
	for _, item := range itemsOf(v) {
		if n, ok := item.Int(); ok {
			out = append(out, int32(n))
		}
	}
	return out
}

func nameSet(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[strings.ToLower(n)] = true
	}
	return set
}

// others returns the properties that are neither in known nor details of an invocation.
func others(ps []clixml.Property, known map[string]bool) []clixml.Property {
	var out []clixml.Property
	for _, p := range ps {
		name := strings.ToLower(p.Name)
		if !known[name] && !strings.HasPrefix(name, "invocationinfo_") && !strings.HasPrefix(name, "commandinfo_") {
			out = append(out, p)
		}
	}
	return out
}
