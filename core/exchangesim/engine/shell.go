package engine

import (
	"strings"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/opath"
)

// shellCommands are the commands of PowerShell itself that a remote session needs, with the parameters
// that Exchange's endpoint leaves them.
func shellCommands() []*cmdlet {
	at := func(n int) *int { return &n }
	core := func(name, class string, play func() behaviour, params ...param) *cmdlet {
		c := &cmdlet{Name: name, Params: params, class: class, namespace: class[:strings.LastIndexByte(class, '.')], play: play}
		all := set{Name: "(All)"}
		for _, p := range params {
			all.Optional = append(all.Optional, p.Name)
		}
		c.Sets = []set{all}
		return c
	}
	input := param{Name: "InputObject", Type: "PSObject", Pipeline: true}
	word := func(name string) param { return param{Name: name, Type: "String[]"} }
	switches := func(names ...string) []param {
		var list []param
		for _, n := range names {
			list = append(list, param{Name: n, Type: "SwitchParameter"})
		}
		return list
	}
	const space = "Microsoft.PowerShell.Commands."
	return []*cmdlet{
		core("Get-Command", space+"GetCommandCommand", getCommand, append([]param{
			{Name: "Name", Type: "String[]", Position: at(0), Pipeline: true}, word("Verb"), word("Noun"),
			{Name: "Module", Type: "String[]", Aliases: []string{"PSSnapin"}},
			{Name: "CommandType", Type: "CommandTypes", Aliases: []string{"Type"}}, {Name: "TotalCount", Type: "Int32"},
			{Name: "ArgumentList", Type: "Object[]", Aliases: []string{"Args"}}},
			switches("Syntax")...)...),
		core("Get-FormatData", space+"GetFormatDataCommand", quiet, param{Name: "TypeName", Type: "String[]", Position: at(0)}, param{Name: "PowerShellVersion", Type: "Version"}),
		core("Get-Help", space+"GetHelpCommand", getHelp, param{Name: "Name", Type: "String", Position: at(0)}, word("Category")),
		core("Select-Object", space+"SelectObjectCommand", selectObject, param{Name: "Property", Type: "Object[]", Position: at(0)},
			param{Name: "ExpandProperty", Type: "String"}, param{Name: "First", Type: "Int32"}, param{Name: "Skip", Type: "Int32"}, input),
		core("Measure-Object", space+"MeasureObjectCommand", measureObject, append([]param{{Name: "Property", Type: "String[]", Position: at(0)}, input},
			switches("Average", "Sum", "Maximum", "Minimum")...)...),
		core("Out-Default", space+"OutDefaultCommand", passOn, append(switches("Transcript"), input)...),
		core("Exit-PSSession", space+"ExitPSSessionCommand", quiet),
	}
}

func quiet() behaviour {
	return behaviour{process: func(*stage, *clixml.Value) error { return nil }}
}

func passOn() behaviour {
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		if v := s.input(in); v != nil {
			return s.emit(*v)
		}
		return nil
	}}
}

// input is the pipeline's object, or -InputObject.
func (s *stage) input(in *clixml.Value) *clixml.Value {
	if in == nil && s.args.has("InputObject") {
		v := s.args.get("InputObject")
		return &v
	}
	return in
}

// selectObject is Select-Object with -Property, -First, -Skip and -ExpandProperty.
func selectObject() behaviour {
	seen := 0
	return behaviour{process: func(s *stage, in *clixml.Value) error {
		v := s.input(in)
		if v == nil {
			return nil
		}
		skip, _ := number(s.args.get("Skip"))
		first, limited := number(s.args.get("First"))
		limited = limited && s.args.has("First")
		if seen++; seen <= int(skip) {
			return nil
		}
		if limited && seen > int(skip)+int(first) {
			return errEnough
		}
		if err := s.selected(*v); err != nil {
			return err
		}
		if limited && seen == int(skip)+int(first) {
			return errEnough
		}
		return nil
	}}
}

func (s *stage) selected(v clixml.Value) error {
	if name := s.args.text("ExpandProperty"); name != "" {
		inner, ok := v.Property(name)
		if !ok {
			return s.fail(powerShellError("Property \""+name+"\" cannot be found.", "System.Management.Automation.PSArgumentException", "ExpandPropertyNotFound,"+s.info.class, InvalidArgument, s.info.Name, textOf(v), ""))
		}
		if o := inner.Object(); o != nil && o.Container == clixml.List {
			for _, m := range o.Items {
				if err := s.emit(m); err != nil {
					return err
				}
			}
			return nil
		}
		return s.emit(inner)
	}
	names := s.args.texts("Property")
	if len(names) == 0 {
		return s.emit(v)
	}
	o := v.Object()
	picked := &clixml.Object{TypeNames: []string{"Selected." + typeOf(v), "System.Management.Automation.PSCustomObject", "System.Object"}}
	for _, name := range names {
		if strings.Contains(name, "*") && o != nil {
			for _, p := range append(append([]clixml.Property(nil), o.Adapted...), o.Extended...) {
				if _, twice := picked.Property(p.Name); !twice && opath.Like(name, p.Name) {
					picked.Extended = append(picked.Extended, p)
				}
			}
			continue
		}
		inner, _ := v.Property(name)
		picked.Extended = append(picked.Extended, clixml.Property{Name: name, Value: inner})
	}
	return s.emit(clixml.NewObject(picked))
}

// measureObject is Measure-Object: how many, and of one property the sum, mean, most and least.
func measureObject() behaviour {
	var count int32
	var sum, most, least float64
	var numbers int
	return behaviour{
		process: func(s *stage, in *clixml.Value) error {
			v := s.input(in)
			if v == nil {
				return nil
			}
			name := s.args.text("Property")
			if name == "" {
				count++
				return nil
			}
			p, ok := v.Property(name)
			if !ok || p.IsNull() {
				return nil
			}
			count++
			if n, isNumber := opath.Size(opath.Text(p)); isNumber {
				if numbers++; numbers == 1 {
					most, least = n, n
				}
				sum, most, least = sum+n, max(most, n), min(least, n)
			}
			return nil
		},
		end: func(s *stage) error {
			result := func(asked string, n float64) clixml.Value {
				if numbers == 0 || !s.args.on(asked) {
					return clixml.Value{}
				}
				return clixml.NewDouble(n)
			}
			property := clixml.Value{}
			if name := s.args.text("Property"); name != "" {
				property = clixml.NewString(name)
			}
			return s.emit(clixml.NewObject(&clixml.Object{
				TypeNames: []string{"Microsoft.PowerShell.Commands.GenericMeasureInfo", "Microsoft.PowerShell.Commands.MeasureInfo", "System.Object"},
				ToString:  "Microsoft.PowerShell.Commands.GenericMeasureInfo", HasToString: true,
				Adapted: []clixml.Property{
					{Name: "Count", Value: clixml.NewInt32(count)}, {Name: "Average", Value: result("Average", sum/float64(max(1, numbers)))},
					{Name: "Sum", Value: result("Sum", sum)}, {Name: "Maximum", Value: result("Maximum", most)}, {Name: "Minimum", Value: result("Minimum", least)},
					{Name: "Property", Value: property},
				},
			}))
		},
	}
}

// getHelp answers with a command's name and syntax; there are no texts.
func getHelp() behaviour {
	return behaviour{process: func(s *stage, _ *clixml.Value) error {
		name := s.args.text("Name")
		c, err := lookUp(name)
		if err != nil {
			return s.fail(powerShellError("Get-Help could not find "+name+" in a help file in this session.", "Microsoft.PowerShell.Commands.HelpNotFoundException", "HelpNotFound,"+s.info.class, ObjectNotFound, s.info.Name, "", ""))
		}
		return s.emit(clixml.NewObject(&clixml.Object{
			TypeNames: []string{"MamlCommandHelpInfo", "HelpInfo", "System.Management.Automation.PSCustomObject", "System.Object"},
			Extended: []clixml.Property{
				{Name: "Name", Value: clixml.NewString(c.Name)}, {Name: "Category", Value: clixml.NewString("Cmdlet")},
				{Name: "Synopsis", Value: clixml.NewString(c.syntax())}, {Name: "ModuleName", Value: clixml.NewString(c.namespace)},
			},
		}))
	}}
}

func (c *cmdlet) syntax() string {
	var b strings.Builder
	for i, s := range c.Sets {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.Name)
		for _, n := range s.Required {
			b.WriteString(" -" + n + " <" + c.typeOf(n) + ">")
		}
		for _, n := range s.Optional {
			if t := c.typeOf(n); t == "SwitchParameter" {
				b.WriteString(" [-" + n + "]")
			} else {
				b.WriteString(" [-" + n + " <" + t + ">]")
			}
		}
	}
	return b.String()
}

func (c *cmdlet) typeOf(param string) string {
	if p := c.param(param); p != nil {
		return p.Type
	}
	return "Object"
}
