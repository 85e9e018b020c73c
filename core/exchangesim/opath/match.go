package opath

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"tenantry/core/clixml"
)

// Getter gives a property of the object a filter is applied to; Null when it has none.
type Getter func(name string) clixml.Value

// Match tells whether the object behind get passes the filter.
func (f *Filter) Match(get Getter) bool { return f.root.match(get) }

func (n and) match(get Getter) bool { return n.a.match(get) && n.b.match(get) }
func (n or) match(get Getter) bool  { return n.a.match(get) || n.b.match(get) }
func (n not) match(get Getter) bool { return !n.a.match(get) }

func (c comparison) match(get Getter) bool {
	v := get(c.name)
	switch c.op {
	case ne:
		return !c.equal(v)
	case notLike:
		return !c.any(v, func(m clixml.Value) bool { return Like(c.value.text, Text(m)) })
	case eq:
		return c.equal(v)
	case like:
		return c.any(v, func(m clixml.Value) bool { return Like(c.value.text, Text(m)) })
	}
	if c.value.null {
		return false
	}
	return c.any(v, func(m clixml.Value) bool {
		order, ok := Compare(m, c.value.text)
		if !ok {
			return false
		}
		switch c.op {
		case gt:
			return order > 0
		case ge:
			return order >= 0
		case lt:
			return order < 0
		}
		return order <= 0
	})
}

func (c comparison) equal(v clixml.Value) bool {
	if c.value.null || c.value.text == "" {
		return empty(v)
	}
	return c.any(v, func(m clixml.Value) bool {
		order, ok := Compare(m, c.value.text)
		return ok && order == 0
	})
}

// any tells whether holds is true for v, or for one member of v when it is a list. An address matches
// with and without its "smtp:".
func (c comparison) any(v clixml.Value, holds func(clixml.Value) bool) bool {
	if o := v.Object(); o != nil && o.Container != clixml.NoContainer {
		for _, m := range o.Items {
			if holds(m) {
				return true
			}
			if text := m.Str(); len(text) > 5 && strings.EqualFold(text[:5], "smtp:") && holds(clixml.NewString(text[5:])) {
				return true
			}
		}
		return false
	}
	return !v.IsNull() && holds(v)
}

func empty(v clixml.Value) bool {
	if o := v.Object(); o != nil && o.Container != clixml.NoContainer {
		return len(o.Items) == 0 && len(o.Entries) == 0
	}
	return v.IsNull() || v.Kind() == clixml.String && v.Str() == ""
}

// Text is a value as a filter sees it when it compares texts.
func Text(v clixml.Value) string {
	if o := v.Object(); o != nil && o.HasToString {
		return o.ToString
	}
	switch v.Kind() {
	case clixml.Bool:
		if v.Bool() {
			return "True"
		}
		return "False"
	case clixml.DateTime:
		t, _, _ := v.Time()
		return t.UTC().Format("1/2/2006 3:04:05 PM")
	}
	if v.Primitive().Kind() == clixml.UInt64 {
		return strconv.FormatUint(v.Uint(), 10)
	}
	if n, ok := v.Int(); ok {
		return strconv.FormatInt(n, 10)
	}
	return v.Str()
}

// Compare orders a property's value against the text of a filter: as instants, sizes or numbers where
// both are that, otherwise as texts without regard to case. ok is false where there is no order: a date
// against a text that is none, or Unlimited against a size it is neither above nor below by name.
func Compare(v clixml.Value, text string) (order int, ok bool) {
	if t, _, isTime := v.Time(); isTime {
		u, valid := ParseTime(text)
		return t.Compare(u), valid
	}
	own := Text(v)
	if a, isSize := Size(own); isSize {
		if b, alsoSize := Size(text); alsoSize {
			return cmp.Compare(a, b), true
		}
	}
	return cmp.Compare(strings.ToLower(own), strings.ToLower(text)), true
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
	"1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM", "1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006",
}

// ParseTime reads a date as filters write it; without a zone it is UTC.
func ParseTime(text string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

var units = []struct {
	suffix string
	factor int64
}{{"tb", 1 << 40}, {"gb", 1 << 30}, {"mb", 1 << 20}, {"kb", 1 << 10}, {"b", 1}}

// Size reads a plain number or a size: "1024", "45GB", "1.5 GB (1,610,612,736 bytes)". Unlimited is above
// all of them.
func Size(text string) (bytes float64, ok bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "unlimited" {
		return 1e300, true
	}
	if open := strings.LastIndexByte(text, '('); open >= 0 && strings.HasSuffix(text, " bytes)") {
		n, err := strconv.ParseInt(strings.ReplaceAll(text[open+1:len(text)-len(" bytes)")], ",", ""), 10, 64)
		return float64(n), err == nil
	}
	for _, u := range units {
		if number, found := strings.CutSuffix(text, u.suffix); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			return n * float64(u.factor), err == nil && n < 1e18
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// Like matches text against a pattern in which * is any run of characters, without regard to case.
func Like(pattern, text string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	text = strings.ToLower(text)
	if len(parts) == 1 {
		return text == parts[0]
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}
