package resultstable

import (
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/core/wording"
)

// filterDraft is a filter while someone edits it: conditions of which one or all must hold.
type filterDraft struct {
	at      int  // its place in Flow.Filters, -1 for a new one
	all     bool // all must hold; otherwise one of them
	parts   []views.Condition
	applied results.Filter // what the flow has of it
	foreign bool           // the filter is deeper than a person edits; it can only be removed
}

// newDraft is a draft of a condition on a column that nobody has filled in.
func newDraft(column results.Column) filterDraft {
	return filterDraft{at: -1, parts: []views.Condition{newPart(column)}}
}

func newPart(column results.Column) views.Condition {
	c := views.Condition{Column: column.Name, Test: views.Tests(column.Type)[0], Values: []string{""}}
	if column.Type == exchange.Flag {
		c.Values = []string{"true"}
	}
	return c
}

// draftOf takes a filter of the flow apart.
func draftOf(at int, f results.Filter, columns []results.Column) filterDraft {
	d := filterDraft{at: at, applied: f}
	read := func(f results.Filter) bool {
		c, ok := views.ReadCondition(f, columnOf(columns, firstName(f)).Type)
		d.parts = append(d.parts, c)
		return ok
	}
	if read(f) {
		return d
	}
	d.parts = nil
	list := f.Any
	switch {
	case f.Not != nil || f.Column != "" || len(f.Any) > 0 && len(f.All) > 0:
		d.foreign = true
		return d
	case len(f.All) > 0:
		d.all, list = true, f.All
	}
	for _, one := range list {
		if !read(one) {
			d.foreign = true
		}
	}
	return d
}

func firstName(f results.Filter) string {
	if names := views.Columns(f); len(names) > 0 {
		return names[0]
	}
	return ""
}

func columnOf(columns []results.Column, name string) results.Column {
	if i, ok := find(columns, name); ok {
		return columns[i]
	}
	return results.Column{Name: name}
}

// problem is what is wrong with one part, nil when nothing is; missing says that a value is still to be typed.
func (d *filterDraft) problem(i int, columns []results.Column, w *wording.Words) (missing bool, err error) {
	c := typedIn(d.parts[i], columns, w)
	if c.Filter().IsZero() {
		return true, nil
	}
	f := results.Filter{Column: c.Column, Op: results.More}
	switch c.Test {
	case views.Contains, views.Starts, views.Empty:
		return false, nil
	case views.Is, views.OneOf:
		f.Op = results.Equal
	}
	for _, f.Value = range c.Values {
		if err := views.CheckValue(columnOf(columns, c.Column), f); err != nil {
			return false, err
		}
	}
	return false, nil
}

// typedIn is a condition with its values as conditions read them, typed in the person's own way.
func typedIn(c views.Condition, columns []results.Column, w *wording.Words) views.Condition {
	kind := columnOf(columns, c.Column).Type
	c.Values = slices.Clone(c.Values)
	if n := c.Test.Values(); n >= 0 && len(c.Values) > n {
		c.Values = c.Values[:n]
	}
	for i, v := range c.Values {
		if c.Test != views.Contains && c.Test != views.Starts {
			v = views.Typed(w, kind, v)
		}
		c.Values[i] = strings.TrimSpace(v)
	}
	return c
}

// filter is the draft as a filter, of its parts that are whole; ok is false when there are none or one is wrong.
func (d *filterDraft) filter(columns []results.Column, w *wording.Words) (f results.Filter, ok bool) {
	var parts []results.Filter
	for i := range d.parts {
		missing, err := d.problem(i, columns, w)
		if err != nil {
			return f, false
		}
		if !missing {
			parts = append(parts, typedIn(d.parts[i], columns, w).Filter())
		}
	}
	switch {
	case len(parts) == 0:
		return f, false
	case len(parts) == 1:
		return parts[0], true
	case d.all:
		return results.Filter{All: parts}, true
	}
	return results.Filter{Any: parts}, true
}
