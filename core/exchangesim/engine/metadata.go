package engine

import (
	"context"
	"slices"
	"strings"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/opath"
)

// Command types, as flags (MS-PSRP 2.2.3.19).
const (
	CmdletType = 8
	allTypes   = 511
)

// Metadata answers the question Import-PSSession asks (MS-PSRP 2.2.2.14): first the count, then each
// command whose name is like one of the patterns; no patterns means all. types are the command types
// wanted, 0 for all.
func (e *Engine) Metadata(ctx context.Context, patterns []string, types int, out Output) error {
	var found []*cmdlet
	if types == 0 || types&CmdletType != 0 {
		found = commandsLike(patterns)
	}
	err := out.Object(clixml.NewObject(&clixml.Object{
		TypeNames: []string{"Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo", "System.Management.Automation.PSCustomObject", "System.Object"},
		Extended:  []clixml.Property{{Name: "Count", Value: clixml.NewInt32(int32(len(found)))}},
	}))
	for _, c := range found {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		err = out.Object(c.metadata("Selected.System.Management.Automation.CmdletInfo"))
	}
	return err
}

func commandsLike(patterns []string) []*cmdlet {
	if len(patterns) == 0 {
		return cmdlets().all
	}
	var found []*cmdlet
	for _, c := range cmdlets().all {
		if slices.ContainsFunc(patterns, func(p string) bool { return opath.Like(p, c.Name) }) {
			found = append(found, c)
		}
	}
	return found
}

// getCommand is Get-Command.
func getCommand() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		patterns := s.args.texts("Name")
		if in != nil {
			patterns = append(patterns, textOf(*in))
		}
		verbs, nouns := s.args.texts("Verb"), s.args.texts("Noun")
		some := func(list []string, text string) bool {
			return len(list) == 0 || slices.ContainsFunc(list, func(p string) bool { return opath.Like(p, text) })
		}
		types := allTypes
		if s.args.has("CommandType") {
			if n, ok := number(s.args.get("CommandType")); ok {
				types = int(n)
			} else if text := strings.ToLower(s.args.text("CommandType")); !strings.Contains(text, "cmdlet") && !strings.Contains(text, "all") {
				types = 0
			}
		}
		sent := 0
		limit, limited := number(s.args.get("TotalCount"))
		limited = limited && s.args.has("TotalCount")
		for _, c := range commandsLike(patterns) {
			verb, noun, _ := strings.Cut(c.Name, "-")
			if types&CmdletType == 0 || !some(verbs, verb) || !some(nouns, noun) || !some(s.args.texts("Module"), c.namespace) {
				continue
			}
			if limited && sent == int(limit) {
				break
			}
			sent++
			if s.args.on("Syntax") {
				if err := s.emit(clixml.NewString(c.syntax())); err != nil {
					return err
				}
				continue
			}
			if err := s.emit(c.metadata("System.Management.Automation.CmdletInfo")); err != nil {
				return err
			}
		}
		for _, p := range patterns {
			if !strings.ContainsAny(p, "*?") && cmdlets().byName[strings.ToLower(p)] == nil {
				r := commandNotFound(p)
				r.ID, r.Activity = "CommandNotFoundException,"+s.info.class, s.info.Name
				if err := s.fail(r); err != nil {
					return err
				}
			}
		}
		return nil
	}}
}

var (
	dictionaryType  = []string{"System.Collections.Hashtable", "System.Object"}
	metadataType    = []string{"System.Management.Automation.ParameterMetadata", "System.Object"}
	setMetadataType = []string{"System.Management.Automation.ParameterSetMetadata", "System.Object"}
	aliasType       = []string{"System.Collections.ObjectModel.Collection`1[[System.String, " + mscorlib + "]]", "System.Object"}
	outputType      = []string{"System.Collections.ObjectModel.ReadOnlyCollection`1[[System.Management.Automation.PSTypeName, System.Management.Automation, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]", "System.Object"}
)

// metadata is a command as MS-PSRP 2.2.3.22 describes it.
func (c *cmdlet) metadata(typeName string) clixml.Value {
	params := &clixml.Object{TypeNames: dictionaryType, Container: clixml.Dictionary}
	for i := range c.Params {
		params.Entries = append(params.Entries, clixml.Entry{Key: clixml.NewString(c.Params[i].Name), Value: c.paramMetadata(&c.Params[i])})
	}
	for i := range common {
		params.Entries = append(params.Entries, clixml.Entry{Key: clixml.NewString(common[i].Name), Value: c.paramMetadata(&common[i])})
	}
	defaultSet := clixml.Value{}
	if name := c.defaultSet(); name != "" {
		defaultSet = clixml.NewString(name)
	}
	object := &clixml.Object{
		TypeNames: []string{typeName, "System.Management.Automation.PSCustomObject", "System.Object"},
		Extended: []clixml.Property{
			{Name: "Name", Value: clixml.NewString(c.Name)},
			{Name: "Namespace", Value: clixml.NewString(c.namespace)},
			{Name: "ModuleName", Value: clixml.NewString(c.namespace)},
			{Name: "HelpUri", Value: clixml.NewString("")},
			{Name: "CommandType", Value: enum("System.Management.Automation.CommandTypes", "Cmdlet", CmdletType)},
			{Name: "ResolvedCommandName", Value: clixml.Value{}},
			{Name: "OutputType", Value: textList(outputType, nil)},
			{Name: "DefaultParameterSet", Value: defaultSet},
			{Name: "CmdletBinding", Value: clixml.NewBool(true)},
			{Name: "Parameters", Value: clixml.NewObject(params)},
		},
	}
	if !strings.HasPrefix(typeName, "Selected.") {
		object.TypeNames = []string{typeName, "System.Management.Automation.CommandInfo", "System.Object"}
		object.ToString, object.HasToString = c.Name, true
	}
	return clixml.NewObject(object)
}

// What a parameter is in one of its sets, as flags.
const (
	mandatory     = 1
	fromPipeline  = 2
	fromProperty  = 4
	notPositional = -2147483648
)

func (c *cmdlet) paramMetadata(p *param) clixml.Value {
	sets := &clixml.Object{TypeNames: dictionaryType, Container: clixml.Dictionary}
	add := func(name string, required bool) {
		if name == "(All)" {
			name = "__AllParameterSets"
		}
		flags, position := int32(0), int32(notPositional)
		if required {
			flags |= mandatory
		}
		if p.Pipeline {
			flags |= fromPipeline
			if p.Name == "Identity" {
				flags |= fromProperty
			}
		}
		if p.Position != nil {
			position = int32(*p.Position)
		}
		sets.Entries = append(sets.Entries, clixml.Entry{Key: clixml.NewString(name), Value: clixml.NewObject(&clixml.Object{
			TypeNames: setMetadataType, ToString: setMetadataType[0], HasToString: true,
			Adapted: []clixml.Property{
				{Name: "IsMandatory", Value: clixml.NewBool(required)},
				{Name: "Position", Value: clixml.NewInt32(position)},
				{Name: "ValueFromPipeline", Value: clixml.NewBool(p.Pipeline)},
				{Name: "ValueFromPipelineByPropertyName", Value: clixml.NewBool(flags&fromProperty != 0)},
				{Name: "ValueFromRemainingArguments", Value: clixml.NewBool(false)},
				{Name: "HelpMessage", Value: clixml.NewString("")},
			},
			Extended: []clixml.Property{{Name: "Flags", Value: enum("System.Management.Automation.ParameterSetMetadata+ParameterFlags", flagNames(flags), flags)}},
		})})
	}
	for _, s := range c.Sets {
		switch {
		case slices.Contains(s.Required, p.Name):
			add(s.Name, true)
		case slices.Contains(s.Optional, p.Name):
			add(s.Name, false)
		}
	}
	if len(sets.Entries) == 0 {
		add("__AllParameterSets", false)
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames: metadataType, ToString: metadataType[0], HasToString: true,
		Adapted: []clixml.Property{
			{Name: "Name", Value: clixml.NewString(p.Name)},
			{Name: "ParameterType", Value: clixml.NewString(fullType(p.Type))},
			{Name: "ParameterSets", Value: clixml.NewObject(sets)},
			{Name: "IsDynamic", Value: clixml.NewBool(false)},
			{Name: "Aliases", Value: textList(aliasType, p.Aliases)},
			{Name: "SwitchParameter", Value: clixml.NewBool(p.Type == "SwitchParameter")},
		},
	})
}

func flagNames(flags int32) string {
	var names []string
	for _, f := range []struct {
		bit  int32
		name string
	}{{mandatory, "Mandatory"}, {fromPipeline, "ValueFromPipeline"}, {fromProperty, "ValueFromPipelineByPropertyName"}} {
		if flags&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return "0"
	}
	return strings.Join(names, ", ")
}

// fullType is a parameter type with its namespace.
func fullType(short string) string {
	name := strings.TrimSuffix(short, "[]")
	switch name {
	case "SwitchParameter", "PSCredential", "PSObject", "ActionPreference", "CommandTypes":
		return "System.Management.Automation." + short
	case "Unlimited":
		return "Microsoft.Exchange.Data.Unlimited`1[[System.UInt32, " + mscorlib + "]]"
	case "MultiValuedProperty":
		return stringsType[0]
	case "String", "Boolean", "Byte", "Char", "DateTime", "Decimal", "Double", "Guid", "Int16", "Int32", "Int64", "Object", "Single", "TimeSpan", "UInt16", "UInt32", "UInt64", "Uri", "Version":
		return "System." + short
	case "SecureString":
		return "System.Security." + short
	case "CultureInfo":
		return "System.Globalization." + short
	}
	if strings.HasSuffix(name, "IdParameter") || strings.HasSuffix(name, "IDParameter") {
		return "Microsoft.Exchange.Configuration.Tasks." + short
	}
	return "Microsoft.Exchange.Data." + short
}
