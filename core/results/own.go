package results

import (
	"strings"

	"tenantry/core/exchange"
)

// own returns v with texts of its own. What arrives may share memory with the whole answer it was read
// from, and one list kept would keep all of it.
func own(v exchange.Value) exchange.Value {
	switch v.Kind() {
	case exchange.Text:
		return exchange.NewText(strings.Clone(v.Text()))
	case exchange.Decimal:
		if d := exchange.NewDecimal(strings.Clone(v.Text())); d.Kind() == exchange.Decimal {
			return d
		}
	case exchange.List:
		return ownList(v.List())
	case exchange.Nested:
		in := v.Nested()
		r := exchange.Record{Fields: make([]exchange.Field, len(in.Fields)), Type: strings.Clone(in.Type)}
		for i, f := range in.Fields {
			r.Fields[i] = exchange.Field{Name: strings.Clone(f.Name), Value: own(f.Value)}
		}
		text := ""
		if len(in.Fields) == 0 || v.Text() != exchange.NewNested("", in).Text() {
			text = strings.Clone(v.Text())
		}
		return exchange.NewNested(text, r)
	case exchange.Secret:
		return exchange.NewText(v.Text()) // shows as hidden; a table is no place for a password
	}
	return v
}

// ownList is own for a list. Its texts stand behind each other in one piece of memory.
func ownList(from []exchange.Value) exchange.Value {
	size := 0
	for _, m := range from {
		if m.Kind() == exchange.Text {
			size += len(m.Text())
		}
	}
	var texts strings.Builder
	texts.Grow(size)
	list := make([]exchange.Value, len(from))
	for i, m := range from {
		if m.Kind() == exchange.Text {
			at := texts.Len()
			texts.WriteString(m.Text())
			list[i] = exchange.NewText(texts.String()[at:])
		} else {
			list[i] = own(m)
		}
	}
	return exchange.NewList(list)
}
