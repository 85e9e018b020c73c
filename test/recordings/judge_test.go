package recordings

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"tenantry/core/clixml"
)

// The judge writes a value in one canonical text, once from the recorded XML as the standard library reads
// it and once from what our decoder made of the same bytes. Types, ToString and every property stand in it.

// fromXML is the canonical text of a recorded CLIXML element.
type fromXML struct {
	types   map[string]string // TN by RefId
	objects map[string]int    // objects by RefId, numbered as they are met
	b       strings.Builder
}

func canonXML(root *node) string {
	c := fromXML{types: map[string]string{}, objects: map[string]int{}}
	if len(root.children) == 0 {
		return ""
	}
	c.write(root.children[0])
	return c.b.String()
}

func (c *fromXML) write(n *node) {
	switch n.name {
	case "Ref":
		fmt.Fprintf(&c.b, "ref %d", c.objects[n.attrs["RefId"]])
	case "Obj":
		c.object(n)
	default:
		c.b.WriteString(primitive(n.name, n.text))
	}
}

func (c *fromXML) object(n *node) {
	c.objects[n.attrs["RefId"]] = len(c.objects)
	var types, toString, base, items, adapted, extended string
	sub := func(write func()) string {
		outer := c.b
		c.b = strings.Builder{}
		write()
		s := c.b.String()
		c.b = outer
		return s
	}
	for _, child := range n.children {
		switch child.name {
		case "TN":
			var names []string
			for _, t := range child.children {
				names = append(names, unescape(t.text))
			}
			types = strings.Join(names, "|")
			c.types[child.attrs["RefId"]] = types
		case "TNRef":
			types = c.types[child.attrs["RefId"]]
		case "ToString":
			toString = "shows " + strconv.Quote(unescape(child.text))
		case "Props", "MS":
			s := sub(func() {
				for _, p := range child.children {
					fmt.Fprintf(&c.b, "%s=", strconv.Quote(unescape(p.attrs["N"])))
					c.write(p)
					c.b.WriteByte(';')
				}
			})
			if child.name == "MS" {
				extended = s
			} else {
				adapted = s
			}
		case "LST", "QUE", "STK", "IE":
			items = child.name + "[" + sub(func() {
				for _, m := range child.children {
					c.write(m)
					c.b.WriteByte(';')
				}
			}) + "]"
		case "DCT":
			items = "DCT[" + sub(func() {
				for _, en := range child.children {
					for _, kv := range en.children {
						fmt.Fprintf(&c.b, "%s=", kv.attrs["N"])
						c.write(kv)
						c.b.WriteByte(';')
					}
				}
			}) + "]"
		default:
			base = sub(func() { c.write(child) })
		}
	}
	fmt.Fprintf(&c.b, "object %s %s (%s) %s props{%s} ms{%s}", types, toString, base, items, adapted, extended)
}

var escape = regexp.MustCompile(`_x([0-9A-Fa-f]{4})_`)

// unescape undoes _xHHHH_, with two halves of a pair as one character.
func unescape(s string) string {
	var units []uint16
	flush := func(b *strings.Builder) {
		b.WriteString(string(utf16.Decode(units)))
		units = nil
	}
	var b strings.Builder
	at := 0
	for _, m := range escape.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > at {
			flush(&b)
			b.WriteString(s[at:m[0]])
		}
		n, _ := strconv.ParseUint(s[m[2]:m[3]], 16, 16)
		units = append(units, uint16(n))
		at = m[1]
	}
	flush(&b)
	b.WriteString(s[at:])
	return b.String()
}

// primitive is a primitive's canonical text, from its element's name and text.
func primitive(name, text string) string {
	t := strings.TrimSpace(text)
	switch name {
	case "S", "XD", "SBK":
		return name + " " + strconv.Quote(unescape(text))
	case "SS", "URI", "Version":
		return name + " " + t
	case "G":
		return name + " " + strings.ToLower(t)
	case "B":
		return name + " " + strings.ToLower(t)
	case "Nil":
		return name
	case "DT":
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.9999999"} {
			if at, err := time.Parse(layout, t); err == nil {
				return fmt.Sprintf("DT %s %v", at.UTC().Format("2006-01-02T15:04:05.0000000"), layout == time.RFC3339Nano)
			}
		}
	case "TS":
		return "TS " + ticks(t)
	case "BA":
		b, _ := base64.StdEncoding.DecodeString(t)
		return fmt.Sprintf("BA %x", b)
	case "Sg", "Db":
		f, _ := strconv.ParseFloat(strings.Replace(t, "INF", "Inf", 1), 64)
		if name == "Sg" {
			f = float64(float32(f))
		}
		return fmt.Sprintf("%s %v", name, f)
	case "D":
		r, _ := new(big.Rat).SetString(t)
		return "D " + r.RatString()
	case "C", "By", "SB", "U16", "I16", "U32", "I32", "U64", "I64":
		n, _ := new(big.Int).SetString(t, 10)
		return name + " " + n.String()
	}
	return name + "? " + text
}

var duration = regexp.MustCompile(`^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$`)

func ticks(s string) string {
	m := duration.FindStringSubmatch(s)
	if m == nil {
		return "? " + s
	}
	sum := new(big.Rat)
	for i, seconds := range []int64{86400, 3600, 60, 1} {
		if m[i+2] == "" {
			continue
		}
		r, _ := new(big.Rat).SetString(m[i+2])
		sum.Add(sum, r.Mul(r, new(big.Rat).SetInt64(seconds)))
	}
	if m[1] == "-" {
		sum.Neg(sum)
	}
	return sum.Mul(sum, big.NewRat(1e7, 1)).RatString()
}

// fromValue is the canonical text of what our decoder made.
type fromValue struct {
	objects map[*clixml.Object]int
	b       strings.Builder
}

func canonValue(v clixml.Value) string {
	c := fromValue{objects: map[*clixml.Object]int{}}
	c.write(v)
	return c.b.String()
}

func (c *fromValue) write(v clixml.Value) {
	if o := v.Object(); o != nil {
		if n, met := c.objects[o]; met {
			fmt.Fprintf(&c.b, "ref %d", n)
			return
		}
		c.objects[o] = len(c.objects)
		c.object(o)
		return
	}
	switch k := v.Kind(); k {
	case clixml.Null:
		c.b.WriteString("Nil")
	case clixml.String, clixml.XMLDocument, clixml.ScriptBlock:
		fmt.Fprintf(&c.b, "%s %q", names[k], v.Str())
	case clixml.SecureString, clixml.URI, clixml.Version, clixml.GUID:
		fmt.Fprintf(&c.b, "%s %s", names[k], v.Str())
	case clixml.Bool:
		fmt.Fprintf(&c.b, "B %v", v.Bool())
	case clixml.DateTime:
		at, zone, _ := v.Time()
		fmt.Fprintf(&c.b, "DT %s %v", at.UTC().Format("2006-01-02T15:04:05.0000000"), zone != clixml.Unspecified)
	case clixml.Duration:
		n, _ := v.Ticks()
		fmt.Fprintf(&c.b, "TS %d", n)
	case clixml.Bytes:
		fmt.Fprintf(&c.b, "BA %x", v.Bytes())
	case clixml.Single, clixml.Double:
		f, _ := v.Float()
		fmt.Fprintf(&c.b, "%s %v", names[k], f)
	case clixml.Decimal:
		r, _ := new(big.Rat).SetString(v.Str())
		fmt.Fprintf(&c.b, "D %s", r.RatString())
	case clixml.UInt64:
		fmt.Fprintf(&c.b, "U64 %d", v.Uint())
	default:
		n, _ := v.Int()
		fmt.Fprintf(&c.b, "%s %d", names[k], n)
	}
}

var names = map[clixml.Kind]string{
	clixml.String: "S", clixml.XMLDocument: "XD", clixml.ScriptBlock: "SBK", clixml.SecureString: "SS", clixml.URI: "URI",
	clixml.Version: "Version", clixml.GUID: "G", clixml.Single: "Sg", clixml.Double: "Db", clixml.Char: "C", clixml.Byte: "By",
	clixml.SByte: "SB", clixml.UInt16: "U16", clixml.Int16: "I16", clixml.UInt32: "U32", clixml.Int32: "I32", clixml.Int64: "I64",
}

func (c *fromValue) object(o *clixml.Object) {
	sub := func(write func()) string {
		outer := c.b
		c.b = strings.Builder{}
		write()
		s := c.b.String()
		c.b = outer
		return s
	}
	properties := func(ps []clixml.Property) string {
		return sub(func() {
			for _, p := range ps {
				fmt.Fprintf(&c.b, "%q=", p.Name)
				c.write(p.Value)
				c.b.WriteByte(';')
			}
		})
	}
	var toString, base, items string
	if o.HasToString {
		toString = "shows " + strconv.Quote(o.ToString)
	}
	if !o.Base.IsNull() {
		base = sub(func() { c.write(o.Base) })
	}
	adapted := properties(o.Adapted)
	switch o.Container {
	case clixml.Dictionary:
		items = "DCT[" + sub(func() {
			for _, e := range o.Entries {
				c.b.WriteString("Key=")
				c.write(e.Key)
				c.b.WriteString(";Value=")
				c.write(e.Value)
				c.b.WriteByte(';')
			}
		}) + "]"
	case clixml.NoContainer:
	default:
		word := map[clixml.Container]string{clixml.List: "LST", clixml.Queue: "QUE", clixml.Stack: "STK", clixml.Enumerable: "IE"}[o.Container]
		items = word + "[" + sub(func() {
			for _, m := range o.Items {
				c.write(m)
				c.b.WriteByte(';')
			}
		}) + "]"
	}
	extended := properties(o.Extended)
	fmt.Fprintf(&c.b, "object %s %s (%s) %s props{%s} ms{%s}", strings.Join(o.TypeNames, "|"), toString, base, items, adapted, extended)
}
