package engine

import (
	"fmt"
	"slices"
	"strings"

	"tenantry/core/clixml"
)

// arguments are a command's bound parameters by their full name in lower case.
type arguments map[string]clixml.Value

func (a arguments) has(name string) bool {
	_, ok := a[strings.ToLower(name)]
	return ok
}

func (a arguments) get(name string) clixml.Value { return a[strings.ToLower(name)] }

// text is an argument as one text; empty when it was not given.
func (a arguments) text(name string) string { return textOf(a.get(name)) }

// texts is an argument as a list of texts.
func (a arguments) texts(name string) []string { return textsOf(a.get(name)) }

// on tells whether a switch or a yes/no parameter is set.
func (a arguments) on(name string) bool { return a.has(name) && truth(a.get(name)) }

// common are the parameters every cmdlet has.
var common = []param{
	{Name: "Verbose", Type: "SwitchParameter", Aliases: []string{"vb"}},
	{Name: "Debug", Type: "SwitchParameter", Aliases: []string{"db"}},
	{Name: "ErrorAction", Type: "ActionPreference", Aliases: []string{"ea"}},
	{Name: "WarningAction", Type: "ActionPreference", Aliases: []string{"wa"}},
	{Name: "InformationAction", Type: "ActionPreference", Aliases: []string{"infa"}},
	{Name: "ErrorVariable", Type: "String", Aliases: []string{"ev"}},
	{Name: "WarningVariable", Type: "String", Aliases: []string{"wv"}},
	{Name: "InformationVariable", Type: "String", Aliases: []string{"iv"}},
	{Name: "OutVariable", Type: "String", Aliases: []string{"ov"}},
	{Name: "OutBuffer", Type: "Int32", Aliases: []string{"ob"}},
	{Name: "PipelineVariable", Type: "String", Aliases: []string{"pv"}},
}

// bind gives each argument its parameter, as PowerShell does. piped tells whether objects will come from
// the pipeline. The error is a *ErrorRecord.
func bind(c *cmdlet, given []Param, piped bool) (arguments, error) {
	bound := arguments{}
	var loose []clixml.Value
	for i := 0; i < len(given); i++ {
		g := given[i]
		name := strings.TrimSuffix(strings.TrimPrefix(g.Name, "-"), ":")
		if name == "" {
			loose = append(loose, g.Value)
			continue
		}
		p, err := c.match(name)
		if err != nil {
			return nil, err
		}
		if bound.has(p.Name) {
			return nil, bindingError(c, "ParameterAlreadyBound", "Cannot bind parameter because parameter '"+p.Name+"' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, \"-parameter value1,value2,value3\".")
		}
		if g.Bare && p.Type != "SwitchParameter" {
			if i+1 == len(given) || given[i+1].Name != "" {
				return nil, bindingError(c, "MissingArgument", "Missing an argument for parameter '"+p.Name+"'. Specify a parameter of type '"+fullType(p.Type)+"' and try again.")
			}
			i++
			g.Value = given[i].Value
		}
		v, err := convert(c, p, g.Value)
		if err != nil {
			return nil, err
		}
		bound[strings.ToLower(p.Name)] = v
	}
	if err := c.bindLoose(bound, loose); err != nil {
		return nil, err
	}
	return bound, c.checkSets(bound, piped)
}

// match finds a parameter by its name, an alias or the only name it begins.
func (c *cmdlet) match(name string) (*param, error) {
	var begins []*param
	for _, list := range [2][]param{c.Params, common} {
		for i := range list {
			p := &list[i]
			if strings.EqualFold(p.Name, name) || slices.ContainsFunc(p.Aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
				return p, nil
			}
			if len(p.Name) > len(name) && strings.EqualFold(p.Name[:len(name)], name) {
				begins = append(begins, p)
			}
		}
	}
	switch len(begins) {
	case 0:
		return nil, bindingError(c, "NamedParameterNotFound", "A parameter cannot be found that matches parameter name '"+name+"'.")
	case 1:
		return begins[0], nil
	}
	var matches strings.Builder
	for _, p := range begins {
		matches.WriteString(" -" + p.Name)
	}
	return nil, bindingError(c, "AmbiguousParameter", "Parameter cannot be processed because the parameter name '"+name+"' is ambiguous. Possible matches include:"+matches.String()+".")
}

func (c *cmdlet) bindLoose(bound arguments, loose []clixml.Value) error {
	var places []*param
	for i := range c.Params {
		if p := &c.Params[i]; p.Position != nil && !bound.has(p.Name) {
			places = append(places, p)
		}
	}
	slices.SortStableFunc(places, func(a, b *param) int { return *a.Position - *b.Position })
	for i, v := range loose {
		if i >= len(places) {
			return bindingError(c, "PositionalParameterNotFound", "A positional parameter cannot be found that accepts argument '"+textOf(v)+"'.")
		}
		v, err := convert(c, places[i], v)
		if err != nil {
			return err
		}
		bound[strings.ToLower(places[i].Name)] = v
	}
	return nil
}

// checkSets finds out whether some parameter set allows everything that was given, and whether its
// required parameters are there.
func (c *cmdlet) checkSets(bound arguments, piped bool) error {
	if len(c.Sets) == 0 {
		return nil
	}
	var missing []string
	fits, settled, chosen := false, false, c.defaultSet()
	for _, s := range c.Sets {
		if !s.allows(c, bound) {
			continue
		}
		var lacks []string
		for _, name := range s.Required {
			p := c.param(name)
			if !bound.has(name) && !(piped && p != nil && p.Pipeline) {
				lacks = append(lacks, name)
			}
		}
		if len(lacks) == 0 {
			return nil
		}
		// PowerShell names what the default set lacks when that one is possible.
		if !settled && (!fits || s.Name == chosen || len(lacks) < len(missing)) {
			missing, settled = lacks, s.Name == chosen
		}
		fits = true
	}
	if !fits {
		return bindingError(c, "AmbiguousParameterSet", "Parameter set cannot be resolved using the specified named parameters.")
	}
	return bindingError(c, "MissingMandatoryParameter", "Cannot process command because of one or more missing mandatory parameters: "+strings.Join(missing, " ")+".")
}

func (s *set) allows(c *cmdlet, bound arguments) bool {
	for name := range bound {
		same := func(n string) bool { return strings.EqualFold(n, name) }
		if c.param(name) != nil && !slices.ContainsFunc(s.Required, same) && !slices.ContainsFunc(s.Optional, same) && c.inSomeSet(name) {
			return false
		}
	}
	return true
}

func (c *cmdlet) inSomeSet(name string) bool {
	same := func(n string) bool { return strings.EqualFold(n, name) }
	return slices.ContainsFunc(c.Sets, func(s set) bool {
		return slices.ContainsFunc(s.Required, same) || slices.ContainsFunc(s.Optional, same)
	})
}

// convert checks that a value can be of a parameter's type.
func convert(c *cmdlet, p *param, v clixml.Value) (clixml.Value, error) {
	refuse := func(typeName string) (clixml.Value, error) {
		return v, bindingError(c, "ParameterArgumentTransformationError", fmt.Sprintf(
			"Cannot process argument transformation on parameter '%s'. Cannot convert value %q to type %q.", p.Name, textOf(v), typeName))
	}
	switch p.Type {
	case "SwitchParameter":
		if v.IsNull() {
			return clixml.NewBool(true), nil
		}
		if _, isBool := boolean(v); !isBool {
			return v, bindingError(c, "CannotConvertArgumentNoMessage", "Cannot convert '"+typeOf(v)+"' to the type 'System.Management.Automation.SwitchParameter' required by parameter '"+p.Name+"'.")
		}
	case "Boolean":
		if _, isBool := boolean(v); !isBool {
			return v, bindingError(c, "ParameterArgumentTransformationError", "Cannot process argument transformation on parameter '"+p.Name+"'. Cannot convert value \""+typeOf(v)+"\" to type \"System.Boolean\". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.")
		}
	case "Int32", "UInt32":
		if _, ok := number(v); !ok {
			return refuse("System." + p.Type)
		}
	case "Unlimited", "ByteQuantifiedSize":
		if text := textOf(v); !strings.EqualFold(text, "Unlimited") {
			if _, ok := size(text); !ok && !v.IsNull() {
				return refuse("Microsoft.Exchange.Data." + p.Type)
			}
		}
	case "RecipientTypeDetails[]", "RecipientTypeDetails":
		for _, text := range textsOf(v) {
			for word := range strings.SplitSeq(text, ",") {
				if !slices.ContainsFunc(p.Values, func(known string) bool { return strings.EqualFold(known, strings.TrimSpace(word)) }) {
					return v, bindingError(c, "ParameterArgumentTransformationError", "Cannot process argument transformation on parameter 'RecipientTypeDetails'. Cannot convert value \""+word+"\" to type \"Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails\". Error: \"Unable to match the identifier name "+word+" to a valid enumerator name. Specify one of the following enumerator names and try again: "+strings.Join(p.Values, ", ")+"\"")
				}
			}
		}
	}
	return v, nil
}
