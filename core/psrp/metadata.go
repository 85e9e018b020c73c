package psrp

import (
	"strings"

	"tenantry/core/clixml"
)

// GetCommandMetadata asks which commands there are and what parameters they have (GET_COMMAND_METADATA,
// MS-PSRP 2.2.2.14). The answer is the output of a pipeline: first an object that ReadMetadataCount reads,
// then one that ReadCommandMetadata reads for each command.
type GetCommandMetadata struct {
	Names       []string // wildcards allowed; nil means "*"
	CommandType CommandType
	Namespaces  []string // module names; nil for any
	Arguments   []clixml.Value
}

// Type returns TypeGetCommandMetadata.
func (*GetCommandMetadata) Type() MessageType { return TypeGetCommandMetadata }

func (m *GetCommandMetadata) value() clixml.Value {
	names := texts(stringsTypes, m.Names)
	if m.Names == nil {
		names = texts(stringsTypes, []string{"*"})
	}
	var namespaces, arguments clixml.Value
	if m.Namespaces != nil {
		namespaces = texts(stringsTypes, m.Namespaces)
	}
	if m.Arguments != nil {
		arguments = clixml.NewList(m.Arguments...)
	}
	kind := m.CommandType
	if kind == 0 {
		kind = AllCommands
	}
	return bag(
		prop("Name", names),
		prop("CommandType", kind.value()),
		prop("Namespace", namespaces),
		prop("ArgumentList", arguments),
	)
}

func readGetCommandMetadata(_ MessageType, f fields) Message {
	m := &GetCommandMetadata{
		Names:       f.strs("Name"),
		CommandType: commandTypeOf(f.get("CommandType")),
		Namespaces:  f.strs("Namespace"),
		Arguments:   itemsOf(f.get("ArgumentList")),
	}
	if m.CommandType == 0 {
		m.CommandType = AllCommands
	}
	return m
}

// MetadataCount returns the object that opens the answer to GetCommandMetadata: how many commands follow
// (CommandMetadataCount, MS-PSRP 2.2.3.21).
func MetadataCount(n int) clixml.Value {
	return clixml.NewObject(&clixml.Object{
		TypeNames: []string{
			"Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo",
			"System.Management.Automation.PSCustomObject",
			"System.Object",
		},
		Extended: []clixml.Property{prop("Count", clixml.NewInt32(int32(n)))},
	})
}

// ReadMetadataCount reads that object; ok is false when v is another one.
func ReadMetadataCount(v clixml.Value) (n int, ok bool) {
	count, has := v.Property("Count")
	if !has {
		return 0, false
	}
	if _, named := v.Property("Name"); named {
		return 0, false
	}
	big, ok := count.Int()
	if !ok || big < 0 || big > 1<<31-1 {
		return 0, false
	}
	return int(big), true
}

// CommandMetadata is one command (MS-PSRP 2.2.3.22). The properties beyond the specification are what
// Exchange answers when a pipeline asks Get-Command | Select-Object for them.
type CommandMetadata struct {
	Name             string
	Namespace        string // the module
	HelpURI          string
	CommandType      CommandType
	ResolvedName     string // ResolvedCommandName, of an alias
	OutputTypes      []string
	Parameters       []ParameterMetadata
	ParameterSets    []ParameterSet // nil when not asked for
	DefaultSet       string         // DefaultParameterSet
	HasCmdletBinding bool           // CmdletBinding
}

// ParameterMetadata is one parameter of a command (MS-PSRP 2.2.3.23).
type ParameterMetadata struct {
	Name    string
	Type    string // the full .NET type name, without "Deserialized."
	Aliases []string
	Switch  bool
	Dynamic bool
	// Sets tells for each parameter set how the parameter behaves in it. "__AllParameterSets" is the set of
	// those that belong to all. nil when not sent, as by a Windows server that answers GET_COMMAND_METADATA.
	Sets []ParameterInSet
}

// ParameterInSet is how a parameter behaves in one parameter set.
type ParameterInSet struct {
	Set              string
	Mandatory        bool
	Position         int32 // negative: named only
	FromPipeline     bool
	FromPropertyName bool
	FromRemaining    bool
	HelpMessage      string
}

// ParameterSet is one of the ways to call a command.
type ParameterSet struct {
	Name      string // its syntax, when it arrived as text and not as an object
	IsDefault bool
	Required  []string
	Optional  []string
}

// Value returns the object of the answer to GetCommandMetadata. DefaultSet, HasCmdletBinding and
// ParameterSets are added when they are set, as the answer of Get-Command | Select-Object has them.
func (m *CommandMetadata) Value() clixml.Value {
	entries := make([]clixml.Entry, len(m.Parameters))
	for i, p := range m.Parameters {
		entries[i] = clixml.Entry{Key: clixml.NewString(p.Name), Value: p.value()}
	}
	parameters := clixml.NewObject(&clixml.Object{
		TypeNames: []string{
			"System.Collections.Generic.Dictionary`2[[System.String, mscorlib, Version=4.0.0.0, Culture=neutral, " +
				"PublicKeyToken=b77a5c561934e089],[System.Management.Automation.ParameterMetadata, " +
				"System.Management.Automation, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]",
			"System.Object",
		},
		Container: clixml.Dictionary,
		Entries:   entries,
	})
	outputs := texts([]string{
		"System.Collections.ObjectModel.ReadOnlyCollection`1[[System.Management.Automation.PSTypeName, " +
			"System.Management.Automation, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]",
		"System.Object",
	}, m.OutputTypes)
	ps := []clixml.Property{
		prop("Name", clixml.NewString(m.Name)),
		prop("Namespace", clixml.NewString(m.Namespace)),
		prop("HelpUri", clixml.NewString(m.HelpURI)),
		prop("CommandType", m.CommandType.value()),
		prop("ResolvedCommandName", textOrNull(m.ResolvedName)),
		prop("OutputType", outputs),
		prop("Parameters", parameters),
	}
	if m.DefaultSet != "" {
		ps = append(ps, prop("DefaultParameterSet", clixml.NewString(m.DefaultSet)))
	}
	if m.HasCmdletBinding {
		ps = append(ps, prop("CmdletBinding", clixml.NewBool(true)))
	}
	if m.ParameterSets != nil {
		ps = append(ps, prop("ParameterSets", m.setsValue()))
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames: []string{
			"Selected.System.Management.Automation.CmdletInfo",
			"System.Management.Automation.PSCustomObject",
			"System.Object",
		},
		Extended: ps,
	})
}

func (p *ParameterMetadata) value() clixml.Value {
	adapted := []clixml.Property{
		prop("Name", clixml.NewString(p.Name)),
		prop("ParameterType", clixml.NewString(p.Type)),
		prop("Aliases", texts([]string{
			"System.Collections.ObjectModel.Collection`1[[System.String, mscorlib, Version=4.0.0.0, " +
				"Culture=neutral, PublicKeyToken=b77a5c561934e089]]",
			"System.Object",
		}, p.Aliases)),
		prop("IsDynamic", clixml.NewBool(p.Dynamic)),
		prop("SwitchParameter", clixml.NewBool(p.Switch)),
	}
	if p.Sets != nil {
		entries := make([]clixml.Entry, len(p.Sets))
		for i, s := range p.Sets {
			entries[i] = clixml.Entry{Key: clixml.NewString(s.Set), Value: s.value()}
		}
		adapted = append(adapted, prop("ParameterSets", clixml.NewObject(&clixml.Object{
			TypeNames: []string{
				"System.Collections.Generic.Dictionary`2[[System.String, mscorlib, Version=4.0.0.0, " +
					"Culture=neutral, PublicKeyToken=b77a5c561934e089],[System.Management.Automation." +
					"ParameterSetMetadata, System.Management.Automation, Version=3.0.0.0, Culture=neutral, " +
					"PublicKeyToken=31bf3856ad364e35]]",
				"System.Object",
			},
			Container: clixml.Dictionary,
			Entries:   entries,
		})))
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames:   []string{"System.Management.Automation.ParameterMetadata", "System.Object"},
		ToString:    "System.Management.Automation.ParameterMetadata",
		HasToString: true,
		Adapted:     adapted,
	})
}

// What PowerShell packs into the Flags of a ParameterSetMetadata instead of sending a Bool for each.
const (
	flagMandatory        = 1
	flagFromPipeline     = 2
	flagFromPropertyName = 4
	flagFromRemaining    = 8
)

func (s *ParameterInSet) value() clixml.Value {
	var flags uint32
	for flag, set := range map[uint32]bool{
		flagMandatory:        s.Mandatory,
		flagFromPipeline:     s.FromPipeline,
		flagFromPropertyName: s.FromPropertyName,
		flagFromRemaining:    s.FromRemaining,
	} {
		if set {
			flags |= flag
		}
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames:   []string{"System.Management.Automation.ParameterSetMetadata", "System.Object"},
		ToString:    "System.Management.Automation.ParameterSetMetadata",
		HasToString: true,
		Adapted: []clixml.Property{
			prop("Position", clixml.NewInt32(s.Position)),
			prop("Flags", clixml.NewUInt32(flags)),
			prop("HelpMessage", clixml.NewString(s.HelpMessage)),
		},
	})
}

func (m *CommandMetadata) setsValue() clixml.Value {
	sets := make([]clixml.Value, len(m.ParameterSets))
	for i, s := range m.ParameterSets {
		var ps []clixml.Value
		for j, names := range [2][]string{s.Required, s.Optional} {
			for _, name := range names {
				ps = append(ps, clixml.NewObject(&clixml.Object{
					TypeNames: []string{"System.Management.Automation.CommandParameterInfo", "System.Object"},
					Adapted: []clixml.Property{
						prop("Name", clixml.NewString(name)),
						prop("IsMandatory", clixml.NewBool(j == 0)),
					},
				}))
			}
		}
		sets[i] = clixml.NewObject(&clixml.Object{
			TypeNames:   []string{"System.Management.Automation.CommandParameterSetInfo", "System.Object"},
			ToString:    s.Name,
			HasToString: true,
			Adapted: []clixml.Property{
				prop("Name", clixml.NewString(s.Name)),
				prop("IsDefault", clixml.NewBool(s.IsDefault)),
				prop("Parameters", clixml.NewList(ps...)),
			},
		})
	}
	return clixml.NewList(sets...)
}

// ReadCommandMetadata reads one command of an answer, of GetCommandMetadata or of Get-Command, whatever was
// selected. ok is false when v has no Name.
func ReadCommandMetadata(v clixml.Value) (m CommandMetadata, ok bool) {
	var missing string
	f := fields{v: v, missing: &missing}
	m = CommandMetadata{
		Name:             f.str("Name"),
		Namespace:        f.str("Namespace"),
		HelpURI:          f.str("HelpUri"),
		CommandType:      commandTypeOf(f.get("CommandType")),
		ResolvedName:     f.str("ResolvedCommandName"),
		DefaultSet:       f.str("DefaultParameterSet"),
		HasCmdletBinding: f.flag("CmdletBinding"),
		OutputTypes:      typeNames(f.get("OutputType")),
	}
	if m.Namespace == "" {
		m.Namespace = f.str("ModuleName")
	}
	for _, p := range members(f.get("Parameters")) {
		m.Parameters = append(m.Parameters, readParameterMetadata(f.of(p.value), p.key))
	}
	for _, s := range members(f.get("ParameterSets")) {
		m.ParameterSets = append(m.ParameterSets, readParameterSet(f.of(s.value), s.key))
	}
	return m, m.Name != ""
}

func readParameterMetadata(f fields, key string) ParameterMetadata {
	p := ParameterMetadata{
		Name:    f.str("Name"),
		Type:    typeName(f.get("ParameterType")),
		Aliases: f.strs("Aliases"),
		Switch:  f.flag("SwitchParameter"),
		Dynamic: f.flag("IsDynamic"),
	}
	if p.Aliases == nil {
		p.Aliases = f.strs("Alias")
	}
	if p.Name == "" {
		p.Name = key
	}
	if p.Type == "System.Management.Automation.SwitchParameter" {
		p.Switch = true
	}
	for _, s := range members(f.get("ParameterSets")) {
		sf := f.of(s.value)
		flags := sf.int64("Flags")
		position := int32(-1 << 31) // .NET's mark for a parameter without a position
		if n, ok := sf.get("Position").Int(); ok {
			position = int32(n)
		}
		p.Sets = append(p.Sets, ParameterInSet{
			Set:              s.key,
			Mandatory:        flags&flagMandatory != 0 || sf.flag("IsMandatory"),
			Position:         position,
			FromPipeline:     flags&flagFromPipeline != 0 || sf.flag("ValueFromPipeline"),
			FromPropertyName: flags&flagFromPropertyName != 0 || sf.flag("ValueFromPipelineByPropertyName"),
			FromRemaining:    flags&flagFromRemaining != 0 || sf.flag("ValueFromRemainingArguments"),
			HelpMessage:      sf.str("HelpMessage"),
		})
	}
	return p
}

func readParameterSet(f fields, key string) ParameterSet {
	s := ParameterSet{Name: f.str("Name"), IsDefault: f.flag("IsDefault")}
	if s.Name == "" {
		s.Name = key
	}
	if !f.has("Parameters") {
		s.Required, s.Optional = readSyntax(key)
		return s
	}
	for _, p := range members(f.get("Parameters")) {
		pf := f.of(p.value)
		name := pf.str("Name")
		if name == "" {
			name = textOf(p.value)
		}
		if name == "" {
			name = p.key
		}
		if pf.flag("IsMandatory") {
			s.Required = append(s.Required, name)
		} else {
			s.Optional = append(s.Optional, name)
		}
	}
	return s
}

type member struct {
	key   string
	value clixml.Value
}

// members lists a collection that may come as a dictionary, a list of objects, or a list of pairs.
func members(v clixml.Value) []member {
	o := v.Object()
	if o == nil {
		return nil
	}
	var out []member
	for _, e := range o.Entries {
		out = append(out, member{textOf(e.Key), e.Value})
	}
	for _, item := range o.Items {
		key, hasKey := item.Property("Key")
		value, hasValue := item.Property("Value")
		switch {
		case hasKey && hasValue:
			out = append(out, member{textOf(key), value})
		case item.Object() != nil && item.Object().ToString != "":
			out = append(out, member{item.Object().ToString, item})
		default:
			out = append(out, member{textOf(item), item})
		}
	}
	return out
}

// typeName reads a .NET type, which comes as its name or as an object with a FullName.
func typeName(v clixml.Value) string {
	name := ""
	if full, ok := v.Property("FullName"); ok {
		name = textOf(full)
	}
	if name == "" {
		name = textOf(v)
	}
	return strings.TrimPrefix(name, deserialized)
}

func typeNames(v clixml.Value) []string {
	var out []string
	for _, item := range itemsOf(v) {
		name := ""
		if n, ok := item.Property("Name"); ok {
			name = textOf(n)
		}
		if name == "" {
			name = typeName(item)
		}
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}
