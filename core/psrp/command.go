package psrp

import (
	"strings"
	"unicode"

	"tenantry/core/clixml"
)

// CreatePipeline runs commands (CREATE_PIPELINE, MS-PSRP 2.2.2.10).
type CreatePipeline struct {
	NoInput        bool // true: no PIPELINE_INPUT follows
	ApartmentState ApartmentState
	StreamOptions  StreamOptions
	AddToHistory   bool
	Host           HostInfo
	Pipeline       Pipeline
	IsNested       bool

	// Protocol decides which merge properties each command carries; zero means V23. In a message that was
	// read it says which ones were there.
	Protocol Version
}

// Pipeline is what CreatePipeline runs (MS-PSRP 2.2.3.11).
type Pipeline struct {
	// Statements run one after the other; the commands of a statement are joined by pipes. Exchange takes
	// one statement.
	Statements                   [][]Command
	IsNested                     bool
	History                      string
	RedirectShellErrorOutputPipe bool
}

// Command is one command with its parameters (MS-PSRP 2.2.3.12).
type Command struct {
	Name string // the cmdlet, or script text when IsScript is set
	// IsScript says that Name is script text. Exchange runs in no-language mode and refuses it; this is here
	// to read what other clients send.
	IsScript      bool
	UseLocalScope *bool // nil: not said
	Merge         Merge
	Parameters    []Parameter
}

// Merge says which streams go into another one. A zero Merge leaves all where they are.
type Merge struct {
	My, To                                      ResultType // MergeMyResult, MergeToResult
	Previous                                    ResultType // MergePreviousResults
	Error, Warning, Verbose, Debug, Information ResultType
}

// Parameter is one parameter of a command (MS-PSRP 2.2.3.13).
type Parameter struct {
	// Name is the name without dash and colon; empty for a positional argument.
	Name string
	// Value is the argument; Null for none.
	Value clixml.Value
	// Bare is set, when a message is read, for a name written with a dash, without a colon and without a
	// value: a switch, or a parameter whose value is the positional argument that follows.
	Bare bool
}

// Named returns a parameter with a value.
func Named(name string, v clixml.Value) Parameter { return Parameter{Name: name, Value: v} }

// Positional returns an argument without a name.
func Positional(v clixml.Value) Parameter { return Parameter{Value: v} }

// Switch returns a switch parameter that is on.
func Switch(name string) Parameter { return Parameter{Name: name, Value: clixml.NewBool(true)} }

// IsSwitchedOn tells whether p switches a switch parameter on: by true, or by being there without a value.
func (p Parameter) IsSwitchedOn() bool {
	if p.Value.IsNull() {
		return true
	}
	if v, ok := p.Value.Property("IsPresent"); ok { // a serialised SwitchParameter
		return v.Bool()
	}
	return p.Value.Bool()
}

// Find returns the first parameter with that name, without regard to case.
func (c Command) Find(name string) (Parameter, bool) {
	for _, p := range c.Parameters {
		if p.Name != "" && strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return Parameter{}, false
}

// SingleCommand returns the CREATE_PIPELINE of one cmdlet as Windows PowerShell sends it: no input, no
// history, no host, all invocation details.
func SingleCommand(name string, parameters ...Parameter) CreatePipeline {
	return PipedCommands(Command{Name: name, Parameters: parameters})
}

// PipedCommands is SingleCommand for several commands, each of which takes what the one before it gives, as
// in Get-Command | Select-Object.
func PipedCommands(commands ...Command) CreatePipeline {
	return CreatePipeline{
		NoInput:        true,
		ApartmentState: UnknownApartment,
		StreamOptions:  AddInvocationInfo,
		Host:           NoHost,
		Pipeline:       Pipeline{Statements: [][]Command{commands}},
	}
}

// Type returns TypeCreatePipeline.
func (*CreatePipeline) Type() MessageType { return TypeCreatePipeline }

func (m *CreatePipeline) value() clixml.Value {
	return bag(
		prop("NoInput", clixml.NewBool(m.NoInput)),
		prop("ApartmentState", m.ApartmentState.value()),
		prop("RemoteStreamOptions", m.StreamOptions.value()),
		prop("AddToHistory", clixml.NewBool(m.AddToHistory)),
		prop("HostInfo", m.Host.value()),
		prop("PowerShell", m.Pipeline.value(m.Protocol.or(V23))),
		prop("IsNested", clixml.NewBool(m.IsNested)),
	)
}

func (p *Pipeline) value(protocol Version) clixml.Value {
	var first []Command
	var extra clixml.Value
	if len(p.Statements) > 0 {
		first = p.Statements[0]
	}
	if len(p.Statements) > 1 {
		items := make([]clixml.Value, len(p.Statements))
		for i, s := range p.Statements {
			items[i] = bag(prop("Cmds", commandsValue(s, protocol)))
		}
		extra = list(psObjectsTypes, items)
	}
	return bag(
		prop("IsNested", clixml.NewBool(p.IsNested)),
		prop("ExtraCmds", extra),
		prop("Cmds", commandsValue(first, protocol)),
		prop("History", textOrNull(p.History)),
		prop("RedirectShellErrorOutputPipe", clixml.NewBool(p.RedirectShellErrorOutputPipe)),
	)
}

func commandsValue(commands []Command, protocol Version) clixml.Value {
	items := make([]clixml.Value, len(commands))
	for i := range commands {
		items[i] = commands[i].value(protocol)
	}
	return list(psObjectsTypes, items)
}

func (c *Command) value(protocol Version) clixml.Value {
	var scope clixml.Value
	if c.UseLocalScope != nil {
		scope = clixml.NewBool(*c.UseLocalScope)
	}
	args := make([]clixml.Value, len(c.Parameters))
	for i, p := range c.Parameters {
		args[i] = bag(prop("N", textOrNull(p.Name)), prop("V", p.Value))
	}
	ps := []clixml.Property{
		prop("Cmd", clixml.NewString(c.Name)),
		prop("IsScript", clixml.NewBool(c.IsScript)),
		prop("UseLocalScope", scope),
		prop("MergeMyResult", c.Merge.My.value()),
		prop("MergeToResult", c.Merge.To.value()),
		prop("MergePreviousResults", c.Merge.Previous.value()),
		prop("Args", list(psObjectsTypes, args)),
	}
	if !protocol.Less(V22) {
		ps = append(ps,
			prop("MergeError", c.Merge.Error.value()),
			prop("MergeWarning", c.Merge.Warning.value()),
			prop("MergeVerbose", c.Merge.Verbose.value()),
			prop("MergeDebug", c.Merge.Debug.value()),
		)
	}
	if !protocol.Less(V23) {
		ps = append(ps, prop("MergeInformation", c.Merge.Information.value()))
	}
	return bag(ps...)
}

func readCreatePipeline(_ MessageType, f fields) Message {
	m := &CreatePipeline{
		NoInput:        f.flag("NoInput"),
		ApartmentState: ApartmentState(f.enum("ApartmentState")),
		StreamOptions:  StreamOptions(f.enum("RemoteStreamOptions")),
		AddToHistory:   f.flag("AddToHistory"),
		Host:           readHostInfo(f.of(f.get("HostInfo"))),
		IsNested:       f.flag("IsNested"),
		Protocol:       V21,
	}
	p := f.of(f.need("PowerShell"))
	m.Pipeline.IsNested = p.flag("IsNested")
	m.Pipeline.History = p.str("History")
	m.Pipeline.RedirectShellErrorOutputPipe = p.flag("RedirectShellErrorOutputPipe")
	// With several statements ExtraCmds holds all of them and Cmds only the first.
	for _, s := range itemsOf(p.get("ExtraCmds")) {
		m.Pipeline.Statements = append(m.Pipeline.Statements, m.readCommands(p.of(s)))
	}
	if m.Pipeline.Statements == nil {
		p.need("Cmds")
		m.Pipeline.Statements = [][]Command{m.readCommands(p)}
	}
	return m
}

func (m *CreatePipeline) readCommands(f fields) []Command {
	var out []Command
	for _, item := range itemsOf(f.get("Cmds")) {
		c := f.of(item)
		c.need("Cmd")
		if c.has("MergeInformation") {
			m.Protocol = V23
		} else if c.has("MergeError") && m.Protocol.Less(V22) {
			m.Protocol = V22
		}
		cmd := Command{
			Name:     c.str("Cmd"),
			IsScript: c.flag("IsScript"),
			Merge: Merge{
				My:          ResultType(c.enum("MergeMyResult")),
				To:          ResultType(c.enum("MergeToResult")),
				Previous:    ResultType(c.enum("MergePreviousResults")),
				Error:       ResultType(c.enum("MergeError")),
				Warning:     ResultType(c.enum("MergeWarning")),
				Verbose:     ResultType(c.enum("MergeVerbose")),
				Debug:       ResultType(c.enum("MergeDebug")),
				Information: ResultType(c.enum("MergeInformation")),
			},
		}
		if v := c.get("UseLocalScope"); !v.IsNull() {
			local := v.Bool()
			cmd.UseLocalScope = &local
		}
		for _, arg := range itemsOf(c.get("Args")) {
			a := f.of(arg)
			cmd.Parameters = append(cmd.Parameters, readParameter(a.str("N"), a.get("V")))
		}
		out = append(out, cmd)
	}
	return out
}

// readParameter cleans a name that may come as it stood in a script: "-Name:", "-Name: ", "-Name".
// PowerShell takes several characters for a dash.
func readParameter(written string, v clixml.Value) Parameter {
	name := strings.TrimRightFunc(written, unicode.IsSpace)
	dashless := strings.TrimLeft(name, "-\u2013\u2014\u2015")
	if dashless == "" || dashless == name {
		return Parameter{Name: strings.TrimSuffix(name, ":"), Value: v}
	}
	clean, colon := strings.CutSuffix(dashless, ":")
	return Parameter{Name: clean, Value: v, Bare: !colon && v.IsNull()}
}
