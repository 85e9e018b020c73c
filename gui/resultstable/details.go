package resultstable

import (
	"slices"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/wording"
)

// Detail is one line of a row's details: a property, or a member of one that is unfolded.
type Detail struct {
	Depth    int
	Path     string // names the line among all of the row, also while others are folded
	Name     string // in words
	Property string // as Exchange calls it, empty for a member of a list
	Value    exchange.Value
	Text     string // the value in one line
	Folds    bool   // there are lines below it to show
	Open     bool
}

// detailsWanted is how the details are looked at.
type detailsWanted struct {
	open   map[string]bool // paths of the lines that are unfolded
	find   string          // only what has this text in its name or value, or in a line below it
	filled bool            // only what has a value
	byName bool            // by name instead of as they come
}

// details lists the lines of a record that show. Of an object or list that is folded nothing is made but its
// own line. hidden is how many properties are left out because they are empty.
func details(w *wording.Words, r exchange.Record, label func(name string) string, wanted detailsWanted) (lines []Detail, hidden int) {
	wanted.find = strings.ToLower(strings.TrimSpace(wanted.find))
	t := detailTree{w: w, label: label, wanted: wanted}
	t.add(properties(r), 0, "")
	return t.lines, t.hidden
}

type detailTree struct {
	w      *wording.Words
	label  func(string) string
	wanted detailsWanted
	lines  []Detail
	hidden int
}

// member is something with a name: a property, or a member of a list by its number.
type member struct {
	name   string
	value  exchange.Value
	inList bool
}

func properties(r exchange.Record) []member {
	out := make([]member, len(r.Fields))
	for i, f := range r.Fields {
		out[i] = member{name: f.Name, value: f.Value}
	}
	return out
}

// below is what a value consists of; nil for one that is a whole.
func below(v exchange.Value) []member {
	switch v.Kind() {
	case exchange.Nested:
		return properties(v.Nested())
	case exchange.List:
		list := v.List()
		if len(list) < 2 && (len(list) == 0 || below(list[0]) == nil) {
			return nil
		}
		out := make([]member, len(list))
		for i, m := range list {
			out[i] = member{name: strconv.Itoa(i + 1), value: m, inList: true}
		}
		return out
	}
	return nil
}

func (t *detailTree) add(parts []member, depth int, path string) {
	names := make([]string, len(parts))
	for i, p := range parts {
		if names[i] = p.name; !p.inList {
			names[i] = t.label(p.name)
		}
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	if t.wanted.byName && (len(parts) == 0 || !parts[0].inList) {
		slices.SortStableFunc(order, func(a, b int) int { return byName(names[a], names[b]) })
	}
	for _, i := range order {
		p := parts[i]
		if t.wanted.filled && p.value.IsNone() {
			t.hidden++
			continue
		}
		d := Detail{Depth: depth, Path: path + "/" + strconv.Itoa(i), Name: names[i], Value: p.value, Text: detailText(t.w, p.value)}
		if !p.inList {
			d.Property = p.name
		}
		under := below(p.value)
		d.Folds, d.Open = len(under) > 0, t.wanted.open[d.Path]
		find := t.wanted.find
		if find != "" {
			switch {
			case t.within(under):
				d.Open = true // what was found is inside
			case t.has(d.Name, p.name, d.Text):
				t.wanted.find = "" // all of it, when it is unfolded
			default:
				continue
			}
		}
		t.lines = append(t.lines, d)
		if d.Folds && d.Open {
			t.add(under, depth+1, d.Path)
		}
		t.wanted.find = find
	}
}

func (t *detailTree) has(texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(s), t.wanted.find) })
}

// within tells whether what is looked for is in the parts or below them.
func (t *detailTree) within(parts []member) bool {
	for _, p := range parts {
		name := p.name
		if !p.inList {
			name = t.label(p.name)
		}
		if !p.inList && t.has(name, p.name) || t.has(detailText(t.w, p.value)) || t.within(below(p.value)) {
			return true
		}
	}
	return false
}

// detailText is a value in one line; of an object that says nothing of itself, what it is made of.
func detailText(w *wording.Words, v exchange.Value) string {
	text := w.Value(v)
	if text == "" && v.Kind() == exchange.Nested {
		return w.Count("details.properties", len(v.Nested().Fields))
	}
	return text
}

// fullText is a value in as many lines as it has: of a list a line for each member.
func fullText(w *wording.Words, v exchange.Value) string {
	if v.Kind() != exchange.List {
		return w.Value(v)
	}
	lines := make([]string, len(v.List()))
	for i, m := range v.List() {
		lines[i] = w.Value(m)
	}
	return strings.Join(lines, "\n")
}

// detailsText is all of a record as text: a line each, the name, a tab and the value. What is inside objects
// and lists follows below them, moved in.
func detailsText(w *wording.Words, r exchange.Record, label func(string) string, wanted detailsWanted) string {
	lines, _ := details(w, r, label, wanted)
	clean := strings.NewReplacer("\t", " ", "\r\n", " ", "\n", " ", "\r", " ")
	var b strings.Builder
	for _, d := range lines {
		b.WriteString(strings.Repeat("  ", d.Depth) + clean.Replace(d.Name) + "\t" + clean.Replace(d.Text) + "\n")
	}
	return b.String()
}

// inOrder is a record with the properties that show in the table first, in its order, and then the others as
// they came.
func inOrder(r exchange.Record, shown []string) exchange.Record {
	out := exchange.Record{Type: r.Type, Fields: make([]exchange.Field, 0, len(r.Fields))}
	taken := make([]bool, len(r.Fields))
	for _, name := range shown {
		for i, f := range r.Fields {
			if !taken[i] && f.Name == name {
				taken[i] = true
				out.Fields = append(out.Fields, f)
			}
		}
	}
	for i, f := range r.Fields {
		if !taken[i] {
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}
