// Package views is how a table is looked at, kept under a name: columns, order, sort, filters, groups and
// colours. It says filters in words, reads what people type as filters, and keeps views as files that can be
// given to a colleague.
//
// All of it is plain data about columns by their names, so a view made on one customer's answer suits
// another's, and what is not there is told instead of failing.
package views

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Column is how a view shows a column.
type Column struct {
	Name   string  `json:"name"`
	Width  float32 `json:"width,omitempty"` // in points, 0 for the usual one
	Hidden bool    `json:"hidden,omitempty"`
}

// View is a saved view. Its zero fields mean: as usual.
type View struct {
	Name    string            `json:"name"`
	For     string            `json:"for,omitempty"`     // the cmdlet or report whose answers it is for; empty for tables of files
	Columns []Column          `json:"columns,omitempty"` // in order; those it does not name come after, hidden
	Frozen  int               `json:"frozen,omitempty"`  // so many of the first columns stay in sight
	Sort    []results.SortKey `json:"sort,omitempty"`
	Filter  results.Filter    `json:"filter,omitzero"`
	Group   results.Group     `json:"group,omitzero"`
	Rules   []Rule            `json:"rules,omitempty"`
	Chart   charts.Spec       `json:"chart,omitzero"`  // the picture beside the rows; zero for the usual one
	First   bool              `json:"first,omitempty"` // shown at first for what it is for; not in a file given away
}

// Ending is what the name of a view's file ends in.
const Ending = ".tenantry-view"

// version is that of the format; a file says it. A newer one may mean what this program does not know.
const version = 1

// Bounds of what Read takes: a view comes from somebody else.
const (
	mostBytes   = 1 << 20
	mostColumns = 5_000
	mostParts   = 2_000 // conditions and groups of conditions
	mostDepth   = 32
	longestName = 200  // letters
	widest      = 5000 // points
)

// The codes of this package.
const (
	// CodeUnreadable: a file is no saved view. Args: file (may be empty), near (what is wrong in it, for a
	// support engineer).
	CodeUnreadable exchange.Code = "view.unreadable"

	// CodeNewer: a saved view was made by a newer version of the program. Args: file (may be empty).
	CodeNewer exchange.Code = "view.newer"

	// CodeUnknown: there is no saved view of that name. Args: view, near (names there are, joined by ", "; may
	// be empty).
	CodeUnknown exchange.Code = "view.unknown"

	// CodeNameTaken: another saved view for the same thing has that name. Args: view.
	CodeNameTaken exchange.Code = "view.name-taken"

	// CodeBadName: a view cannot be called that. Args: view.
	CodeBadName exchange.Code = "view.bad-name"
)

// file is a View as a file holds it.
type file struct {
	Version int `json:"tenantry-view"`
	View
}

// Write writes a view as a file that Read reads.
func Write(w io.Writer, v View) error {
	text, err := json.MarshalIndent(file{Version: version, View: v}, "", "  ")
	if err != nil {
		return fmt.Errorf("write a view: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// Read reads a file of Write, or refuses it: CodeUnreadable or CodeNewer. What it gives is within bounds and
// can be applied.
func Read(r io.Reader) (View, error) {
	bad := func(why string, cause error) (View, error) {
		return View{}, &exchange.Problem{Code: CodeUnreadable, Doing: "read a saved view", Cause: cause,
			Args: map[string]string{"near": why}}
	}
	text, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return bad("", err)
	}
	if len(text) > mostBytes {
		return bad("too large", nil)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if deeper(text, 4*mostDepth) {
		return bad("too deep", nil)
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		// A newer version may hold other things in the same places.
		var only struct {
			Version int `json:"tenantry-view"`
		}
		if json.Unmarshal(text, &only) == nil && only.Version > version {
			f.Version = only.Version
		} else {
			return bad("", err)
		}
	}
	switch {
	case f.Version > version:
		return View{}, &exchange.Problem{Code: CodeNewer, Doing: "read a saved view"}
	case f.Version < 1:
		return bad("tenantry-view", nil)
	}
	v := f.View
	if why := v.wrong(); why != "" {
		return bad(why, nil)
	}
	return v, nil
}

// deeper tells whether JSON text has more brackets inside each other than most.
func deeper(text []byte, most int) bool {
	depth, inText := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// wrong says what of a view is out of bounds, in a word for a support engineer; empty when nothing is.
func (v View) wrong() string {
	parts := 0
	switch {
	case !GoodName(v.Name):
		return "name"
	case len(v.For) > longestName:
		return "for"
	case len(v.Columns) > mostColumns:
		return "columns"
	case v.Frozen < 0 || v.Frozen > mostColumns:
		return "frozen"
	case len(v.Sort) > mostColumns:
		return "sort"
	case !bounded(v.Filter, 0, &parts):
		return "filter"
	case len(v.Rules) > mostParts:
		return "rules"
	case !v.Chart.IsZero() && !v.Chart.Sound():
		return "chart"
	}
	for _, c := range v.Columns {
		if c.Name == "" || !(c.Width >= 0 && c.Width <= widest) {
			return "columns"
		}
	}
	for _, k := range v.Sort {
		if k.Column == "" {
			return "sort"
		}
	}
	for _, list := range lists(&v.Group) {
		if len(*list) > mostColumns || slices.Contains(*list, "") {
			return "group"
		}
	}
	for _, r := range v.Rules {
		if !bounded(r.When, 0, &parts) || r.When.IsZero() || !slices.Contains(Tones(), r.Tone) {
			return "rules"
		}
	}
	return ""
}

func bounded(f results.Filter, depth int, parts *int) bool {
	if *parts++; *parts > mostParts || depth > mostDepth {
		return false
	}
	if f.Column != "" {
		if _, known := anyType[f.Op]; !known {
			if _, known := agos[f.Op]; !known {
				return false
			}
		}
	}
	for _, list := range [][]results.Filter{f.All, f.Any} {
		for _, sub := range list {
			if sub.IsZero() || !bounded(sub, depth+1, parts) {
				return false
			}
		}
	}
	return f.Not == nil || !f.Not.IsZero() && bounded(*f.Not, depth+1, parts)
}

// GoodName tells whether a view can have a name: some letters, not too many, on one line.
func GoodName(name string) bool {
	return strings.TrimSpace(name) == name && name != "" && utf8.ValidString(name) &&
		utf8.RuneCountInString(name) <= longestName && strings.IndexFunc(name, unicode.IsControl) < 0
}

// Fit is the view as far as it suits a table, and the columns it asks for that the table does not have. What
// needs a column that is not there, or a value of another type, is left out; a column that is only hidden is
// not missed.
func (v View) Fit(s results.Snapshot) (fit View, missing []string) {
	fit = v
	have := func(name string) bool {
		if _, ok := s.Column(name); ok {
			return true
		}
		if !slices.ContainsFunc(missing, func(m string) bool { return strings.EqualFold(m, name) }) {
			missing = append(missing, name)
		}
		return false
	}
	fit.Columns = nil
	for _, c := range v.Columns {
		if _, ok := s.Column(c.Name); ok || !c.Hidden && have(c.Name) {
			fit.Columns = append(fit.Columns, c)
		}
	}
	fit.Group = fitGroup(s, v.Group, have)
	var all []results.Filter
	for _, f := range Conditions(v.Filter) {
		if suits(s, f, have) {
			all = append(all, f)
		}
	}
	fit.Filter = Together(all)
	fit.Rules = nil
	for _, r := range v.Rules {
		if suits(s, r.When, have) && (r.Column == "" || have(r.Column)) {
			fit.Rules = append(fit.Rules, r)
		}
	}
	fit.Sort = nil
	for _, k := range v.Sort {
		if results.Check(s, results.Query{Group: fit.Group, Sort: []results.SortKey{k}}) == nil {
			fit.Sort = append(fit.Sort, k)
		} else if fit.Group.IsZero() {
			have(k.Column)
		}
	}
	return fit, missing
}

// fitGroup is a group as far as it can be followed.
func fitGroup(s results.Snapshot, g results.Group, have func(string) bool) (fit results.Group) {
	from, into := lists(&g), lists(&fit)
	for i, list := range from {
		for _, name := range *list {
			if !have(name) {
				continue
			}
			var alone results.Group // a sum of text cannot be worked out
			*lists(&alone)[i] = []string{name}
			if results.Check(s, results.Query{Group: alone}) == nil {
				*into[i] = append(*into[i], name)
			}
		}
	}
	if len(g.Columns) > 0 && len(fit.Columns) == 0 {
		return results.Group{} // without what it groups by, one row is not what was meant
	}
	return fit
}

// lists are the lists of columns of a group.
func lists(g *results.Group) []*[]string {
	return []*[]string{&g.Columns, &g.Sums, &g.Averages, &g.Mins, &g.Maxs, &g.Distincts}
}

// suits tells whether a filter can be followed, and notes the columns it lacks.
func suits(s results.Snapshot, f results.Filter, have func(string) bool) bool {
	ok := true
	for _, name := range Columns(f) {
		ok = have(name) && ok
	}
	return ok && results.Check(s, results.Query{Filter: f}) == nil
}
