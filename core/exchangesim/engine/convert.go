package engine

import (
	"strconv"
	"strings"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/opath"
)

// textOf is a value as one text.
func textOf(v clixml.Value) string {
	if v.IsNull() {
		return ""
	}
	if o := v.Object(); o != nil && o.Container != clixml.NoContainer {
		return strings.Join(textsOf(v), ",")
	}
	return opath.Text(v)
}

// textsOf is a value as texts: the members of a list, or the one value.
func textsOf(v clixml.Value) []string {
	if v.IsNull() {
		return nil
	}
	if o := v.Object(); o != nil && o.Container != clixml.NoContainer && o.Container != clixml.Dictionary {
		texts := make([]string, 0, len(o.Items))
		for _, m := range o.Items {
			texts = append(texts, textOf(m))
		}
		return texts
	}
	return []string{textOf(v)}
}

func boolean(v clixml.Value) (value, ok bool) {
	if o := v.Object(); o != nil {
		// A switch arrives as an object with IsPresent.
		for _, name := range []string{"IsPresent", "ToBool"} {
			if p, found := o.Property(name); found {
				return p.Bool(), true
			}
		}
	}
	switch p := v.Primitive(); p.Kind() {
	case clixml.Bool:
		return p.Bool(), true
	case clixml.String:
		return false, false
	default:
		n, isNumber := p.Int()
		return n != 0, isNumber
	}
}

func truth(v clixml.Value) bool {
	value, _ := boolean(v)
	return value
}

func number(v clixml.Value) (int64, bool) {
	if n, ok := v.Int(); ok {
		return n, true
	}
	n, err := strconv.ParseInt(strings.TrimSpace(textOf(v)), 10, 64)
	return n, err == nil
}

// size reads a size in bytes, without Unlimited.
func size(text string) (int64, bool) {
	f, ok := opath.Size(text)
	if !ok || f < 0 || f > 1e18 {
		return 0, false
	}
	return int64(f), true
}

func typeOf(v clixml.Value) string {
	if o := v.Object(); o != nil && len(o.TypeNames) > 0 {
		return o.TypeNames[0]
	}
	if v.Kind() == clixml.String {
		return "System.String"
	}
	return "System.Object"
}

// identityOf is what names an object that came through the pipeline or was given as a parameter.
func identityOf(v clixml.Value) string {
	if o := v.Object(); o != nil && (len(o.Adapted) > 0 || len(o.Extended) > 0) {
		for _, name := range []string{"Guid", "ExchangeGuid", "MailboxGuid", "DistinguishedName", "Identity", "PrimarySmtpAddress", "Name"} {
			if p, ok := o.Property(name); ok && textOf(p) != "" && textOf(p) != "00000000-0000-0000-0000-000000000000" {
				return textOf(p)
			}
		}
	}
	return textOf(v)
}
