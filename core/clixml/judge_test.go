package clixml_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"tenantry/core/clixml"
)

// The judge reads a document with encoding/xml into a plain tree and says, as text, what it means. It shares
// nothing with the decoder, which is slower to write twice and the point of it. describe says the same of a
// decoded Value; the two must agree.

type node struct {
	name     string
	attrs    map[string]string
	children []*node
	text     string
}

func parseTree(doc []byte) (*node, error) {
	doc = bytes.TrimPrefix(doc, []byte("\uFEFF"))
	x := xml.NewDecoder(bytes.NewReader(doc))
	root := &node{}
	open := []*node{root}
	for {
		token, err := x.Token()
		if err == io.EOF {
			if len(root.children) != 1 {
				return nil, fmt.Errorf("%d root elements", len(root.children))
			}
			return root.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &node{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				if a.Name.Space == "" {
					n.attrs[a.Name.Local] = a.Value
				}
			}
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
}

var escape = regexp.MustCompile(`_[xX]([0-9a-fA-F]{4})_`)

// units gives the UTF-16 code units a text with escapes stands for, in hexadecimal where they are not plain.
func units(s string) string {
	var out []uint16
	for {
		m := escape.FindStringSubmatchIndex(s)
		if m == nil {
			return showUnits(append(out, utf16.Encode([]rune(s))...))
		}
		out = append(out, utf16.Encode([]rune(s[:m[0]]))...)
		n, _ := strconv.ParseUint(s[m[2]:m[3]], 16, 16)
		out = append(out, uint16(n))
		s = s[m[1]:]
	}
}

func showUnits(us []uint16) string {
	var b strings.Builder
	for _, u := range us {
		if u > ' ' && u < 0x7F && u != '\\' {
			b.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&b, `\%04X`, u)
		}
	}
	return b.String()
}

// goUnits gives the code units of a string as the package keeps it.
func goUnits(s string) string {
	var out []uint16
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 && len(s) >= 3 && s[0] == 0xED {
			out = append(out, 0xD000|uint16(s[1]&0x3F)<<6|uint16(s[2]&0x3F))
			s = s[3:]
			continue
		}
		out = append(out, utf16.Encode([]rune{r})...)
		s = s[n:]
	}
	return showUnits(out)
}

type judge struct {
	ids     map[string]*node
	types   map[string][]string
	numbers map[*node]int
	b       strings.Builder
}

// judgement says what a document means.
func judgement(doc []byte) (string, error) {
	root, err := parseTree(doc)
	if err != nil {
		return "", err
	}
	j := &judge{ids: map[string]*node{}, types: map[string][]string{}, numbers: map[*node]int{}}
	j.collect(root)
	j.value(root)
	return j.b.String(), nil
}

func (j *judge) collect(n *node) {
	if id, ok := n.attrs["RefId"]; ok {
		switch n.name {
		case "Obj":
			j.ids[id] = n
		case "TN":
			j.types[id] = typeNamesOf(n)
		}
	}
	for _, c := range n.children {
		j.collect(c)
	}
}

func typeNamesOf(tn *node) (names []string) {
	for _, c := range tn.children {
		if c.name == "T" && c.text != "" {
			names = append(names, units(c.text))
		}
	}
	return names
}

var kinds = map[string]bool{"Nil": true, "S": true, "C": true, "B": true, "DT": true, "TS": true, "By": true,
	"SB": true, "U16": true, "I16": true, "U32": true, "I32": true, "U64": true, "I64": true, "Sg": true,
	"Db": true, "D": true, "BA": true, "G": true, "URI": true, "Version": true, "XD": true, "SBK": true,
	"SS": true, "Obj": true, "Ref": true}

func (j *judge) value(n *node) {
	text := strings.TrimSpace(n.text)
	switch n.name {
	case "Nil":
		j.b.WriteString("Nil\n")
	case "Ref":
		j.object(j.ids[n.attrs["RefId"]])
	case "Obj":
		j.object(n)
	case "S", "URI", "XD", "SBK":
		fmt.Fprintf(&j.b, "%s %s\n", n.name, units(n.text))
	case "Version", "SS", "D":
		fmt.Fprintf(&j.b, "%s %s\n", n.name, units(text))
	case "G":
		fmt.Fprintf(&j.b, "G %s\n", strings.ToLower(strings.Trim(text, "{}()")))
	case "B":
		fmt.Fprintf(&j.b, "B %t\n", text == "true" || text == "1")
	case "Sg", "Db":
		fmt.Fprintf(&j.b, "%s %s\n", n.name, floatText(n.name, text))
	case "BA":
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.text), ""))
		fmt.Fprintf(&j.b, "BA %x %v\n", raw, err)
	case "DT":
		fmt.Fprintf(&j.b, "DT %s\n", dateText(text))
	case "TS":
		fmt.Fprintf(&j.b, "TS %s\n", durationTicks(text))
	default:
		i, ok := new(big.Int).SetString(text, 10)
		fmt.Fprintf(&j.b, "%s %v %t\n", n.name, i, ok)
	}
}

func floatText(element, text string) string {
	size := 64
	if element == "Sg" {
		size = 32
	}
	f, err := strconv.ParseFloat(strings.Replace(text, "INF", "Inf", 1), size)
	if math.IsNaN(f) {
		return "NaN"
	}
	return fmt.Sprint(math.Float64bits(f), err)
}

func dateText(text string) string {
	for zone, layout := range map[string]string{"none": "2006-01-02T15:04:05", "zulu": "2006-01-02T15:04:05Z",
		"offset": "2006-01-02T15:04:05-07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			_, seconds := t.Zone()
			if zone == "none" || zone == "zulu" {
				seconds = 0
			}
			return fmt.Sprint(zone, " ", seconds, " ", t.UTC().Format("2006-01-02T15:04:05.0000000"))
		}
	}
	return "not a date"
}

var duration = regexp.MustCompile(`^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$`)

func durationTicks(text string) string {
	m := duration.FindStringSubmatch(text)
	if m == nil {
		return "not a duration"
	}
	sum := new(big.Int)
	for i, seconds := range []int64{365 * 86400, 30 * 86400, 86400, 3600, 60, 1} {
		if m[i+2] != "" {
			n, _ := new(big.Int).SetString(m[i+2], 10)
			sum.Add(sum, n.Mul(n, big.NewInt(seconds*10_000_000)))
		}
	}
	fraction, _ := new(big.Int).SetString((m[8] + "0000000")[:7], 10)
	sum.Add(sum, fraction)
	if m[1] == "-" {
		sum.Neg(sum)
	}
	return sum.String()
}

// object describes in one order, whatever the order in the document: types, ToString, primitive, container,
// Props, MS. An object met before is named by its number.
func (j *judge) object(n *node) {
	if number, ok := j.numbers[n]; ok {
		fmt.Fprintf(&j.b, "#%d\n", number)
		return
	}
	j.numbers[n] = len(j.numbers)
	fmt.Fprintf(&j.b, "Obj #%d\n", j.numbers[n])
	pick := func(do func(*node), names ...string) {
		for _, c := range n.children {
			for _, name := range names {
				if c.name == name {
					do(c)
				}
			}
		}
	}
	pick(func(c *node) {
		names := j.types[c.attrs["RefId"]]
		if c.name == "TN" {
			names = typeNamesOf(c)
		}
		for _, t := range names {
			fmt.Fprintf(&j.b, "type %s\n", t)
		}
	}, "TN", "TNRef")
	pick(func(c *node) { fmt.Fprintf(&j.b, "text %s\n", units(c.text)) }, "ToString")
	for _, c := range n.children {
		if kinds[c.name] && c.name != "Nil" {
			j.b.WriteString("base ")
			j.value(c)
		}
	}
	pick(func(c *node) {
		fmt.Fprintf(&j.b, "%s\n", c.name)
		for _, item := range c.children {
			switch {
			case c.name != "DCT" && kinds[item.name]:
				j.value(item)
			case c.name == "DCT" && item.name == "En":
				for _, side := range []string{"Key", "Value"} {
					for _, v := range item.children {
						if v.attrs["N"] == side {
							j.value(v)
						}
					}
				}
			}
		}
		j.b.WriteString("end\n")
	}, "LST", "QUE", "STK", "IE", "DCT")
	pick(func(c *node) { j.members("Props", c) }, "Props")
	pick(func(c *node) { j.members("MS", c) }, "MS")
}

func (j *judge) members(title string, n *node) {
	for _, c := range n.children {
		name, ok := c.attrs["N"]
		if !ok {
			continue
		}
		switch {
		case c.name == "MS":
			fmt.Fprintf(&j.b, "%s set %s {\n", title, units(name))
			j.members(title, c)
			j.b.WriteString("}\n")
		case kinds[c.name]:
			fmt.Fprintf(&j.b, "%s %s = ", title, units(name))
			j.value(c)
		}
	}
}

// describe says what a Value is in the words of the judge.
func describe(v clixml.Value) string {
	d := &describer{numbers: map[*clixml.Object]int{}}
	d.value(v)
	return d.b.String()
}

type describer struct {
	numbers map[*clixml.Object]int
	b       strings.Builder
}

var kindNames = map[clixml.Kind]string{clixml.String: "S", clixml.Char: "C", clixml.Byte: "By",
	clixml.SByte: "SB", clixml.UInt16: "U16", clixml.Int16: "I16", clixml.UInt32: "U32", clixml.Int32: "I32",
	clixml.UInt64: "U64", clixml.Int64: "I64", clixml.Single: "Sg", clixml.Double: "Db", clixml.Decimal: "D",
	clixml.GUID: "G", clixml.URI: "URI", clixml.Version: "Version", clixml.XMLDocument: "XD",
	clixml.ScriptBlock: "SBK", clixml.SecureString: "SS"}

func (d *describer) value(v clixml.Value) {
	switch v.Kind() {
	case clixml.Null:
		d.b.WriteString("Nil\n")
	case clixml.ObjectKind:
		d.object(v.Object())
	case clixml.Bool:
		fmt.Fprintf(&d.b, "B %t\n", v.Bool())
	case clixml.Bytes:
		fmt.Fprintf(&d.b, "BA %x %v\n", v.Bytes(), nil)
	case clixml.DateTime:
		t, zone, _ := v.Time()
		_, seconds := t.Zone()
		fmt.Fprintf(&d.b, "DT %s %d %s\n", [...]string{"none", "zulu", "offset"}[zone], seconds,
			t.UTC().Format("2006-01-02T15:04:05.0000000"))
	case clixml.Duration:
		n, _ := v.Ticks()
		fmt.Fprintf(&d.b, "TS %d\n", n)
	case clixml.Single, clixml.Double:
		f, _ := v.Float()
		shown := fmt.Sprint(math.Float64bits(f), nil)
		if math.IsNaN(f) {
			shown = "NaN"
		}
		fmt.Fprintf(&d.b, "%s %s\n", kindNames[v.Kind()], shown)
	case clixml.UInt64:
		fmt.Fprintf(&d.b, "U64 %d true\n", v.Uint())
	default:
		if n, ok := v.Int(); ok {
			fmt.Fprintf(&d.b, "%s %d true\n", kindNames[v.Kind()], n)
		} else {
			fmt.Fprintf(&d.b, "%s %s\n", kindNames[v.Kind()], goUnits(v.Str()))
		}
	}
}

func (d *describer) object(o *clixml.Object) {
	if number, ok := d.numbers[o]; ok {
		fmt.Fprintf(&d.b, "#%d\n", number)
		return
	}
	d.numbers[o] = len(d.numbers)
	fmt.Fprintf(&d.b, "Obj #%d\n", d.numbers[o])
	for _, t := range o.TypeNames {
		fmt.Fprintf(&d.b, "type %s\n", goUnits(t))
	}
	if o.HasToString {
		fmt.Fprintf(&d.b, "text %s\n", goUnits(o.ToString))
	}
	if !o.Base.IsNull() {
		d.b.WriteString("base ")
		d.value(o.Base)
	}
	if o.Container != clixml.NoContainer {
		fmt.Fprintf(&d.b, "%s\n", [...]string{"", "LST", "QUE", "STK", "DCT", "IE"}[o.Container])
		for _, item := range o.Items {
			d.value(item)
		}
		for _, e := range o.Entries {
			d.value(e.Key)
			d.value(e.Value)
		}
		d.b.WriteString("end\n")
	}
	d.members("Props", o.Adapted)
	d.members("MS", o.Extended)
}

func (d *describer) members(title string, ps []clixml.Property) {
	for _, p := range ps {
		if o := p.Value.Object(); o != nil && o.Container == clixml.MemberSet {
			fmt.Fprintf(&d.b, "%s set %s {\n", title, goUnits(p.Name))
			d.members(title, o.Extended)
			d.b.WriteString("}\n")
			continue
		}
		fmt.Fprintf(&d.b, "%s %s = ", title, goUnits(p.Name))
		d.value(p.Value)
	}
}
