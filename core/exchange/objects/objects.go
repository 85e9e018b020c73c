// Package objects turns the objects of PowerShell remoting into the rows and values that the rest of
// Tenantry works with, and the parameters of a cmdlet into what remoting sends.
package objects

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"

	"tenantry/core/clixml"
	"tenantry/core/exchange"
)

// ValueField is the name of the only field of a Record made from something that has no properties, such as
// a text.
const ValueField = "Value"

const (
	// deepest is how far objects inside objects are followed; Exchange's own go about six deep.
	deepest = 24

	// mostValues bounds the values of one Record or Value. An object can be written once and referred to
	// many times, so a small document can unfold into far more values than it has bytes.
	mostValues = 1 << 20
)

// Record turns an object into a row: its properties in the order the server sent them, those of Props
// before those of MS. A property of MS replaces one of Props with the same name in its place, as PowerShell
// shows it. A hashtable becomes a row of its entries. Anything without properties, such as a text, an
// enumeration or a list, becomes a row with the one field ValueField.
//
// The texts share memory with the document v was decoded from, as v does.
func Record(v clixml.Value) exchange.Record {
	c := conversion{left: mostValues}
	o := v.Object()
	if o == nil || !o.Base.IsNull() || o.Container != clixml.NoContainer && o.Container != clixml.Dictionary {
		return c.bare(v, "")
	}
	typ := typeName(o)
	c.path[0] = o
	c.depth = 1
	if o.Container == clixml.Dictionary {
		return exchange.Record{Fields: c.entries(o), Type: typ}
	}
	if len(o.Adapted)+len(o.Extended) == 0 {
		c.depth = 0
		return c.bare(v, typ)
	}
	return exchange.Record{Fields: c.fields(o), Type: typ}
}

// Value turns any value into a cell.
//
// Text in the forms Exchange writes for sizes, durations and Unlimited becomes those (exchange.ParseText),
// also when it is what an object says it shows as. An enumeration is the text of its name; a primitive with
// properties added to it stays the primitive; collections become lists; hashtables and other objects with
// properties become Nested, with the text the server gave them. An object without properties is its text.
// Objects that contain themselves are shown by their text where they come again.
func Value(v clixml.Value) exchange.Value {
	c := conversion{left: mostValues}
	return c.value(v)
}

// conversion is the state of turning one object: where it is and how much may still come.
type conversion struct {
	path  [deepest + 1]*clixml.Object // the objects around the present value
	depth int
	left  int
	room  []exchange.Value // for the members of the lists to come
}

func (c *conversion) bare(v clixml.Value, typ string) exchange.Record {
	return exchange.Record{Fields: []exchange.Field{{Name: ValueField, Value: c.value(v)}}, Type: typ}
}

func (c *conversion) value(v clixml.Value) exchange.Value {
	switch v.Kind() {
	case clixml.Null:
		return exchange.Value{}
	case clixml.String:
		return exchange.ParseText(v.Str())
	case clixml.Bool:
		return exchange.NewFlag(v.Bool())
	case clixml.Byte, clixml.SByte, clixml.UInt16, clixml.Int16, clixml.UInt32, clixml.Int32, clixml.Int64:
		n, _ := v.Int()
		return exchange.NewInteger(n)
	case clixml.UInt64:
		if n := v.Uint(); n > math.MaxInt64 {
			return exchange.NewDecimal(strconv.FormatUint(n, 10))
		}
		n, _ := v.Int()
		return exchange.NewInteger(n)
	case clixml.DateTime:
		return timeValue(v)
	case clixml.Duration:
		ticks, _ := v.Ticks()
		return exchange.NewDuration(ticks)
	case clixml.ObjectKind:
		return c.object(v.Object())
	case clixml.Single:
		f, _ := v.Float()
		return exchange.NewDecimal(strconv.FormatFloat(f, 'g', -1, 32))
	case clixml.Double:
		f, _ := v.Float()
		return exchange.NewFloat(f)
	case clixml.Decimal:
		return exchange.NewDecimal(v.Str())
	case clixml.Char:
		n, _ := v.Int()
		return exchange.NewText(string(rune(n)))
	case clixml.Bytes:
		return exchange.NewText(base64.StdEncoding.EncodeToString(v.Bytes()))
	case clixml.SecureString:
		// What is inside can be read only with the session's key, and is nobody's to read.
		return exchange.NewText("System.Security.SecureString")
	}
	return exchange.NewText(v.Str())
}

func timeValue(v clixml.Value) exchange.Value {
	ticks, _ := v.Ticks()
	t, zone, _ := v.Time()
	switch zone {
	case clixml.Unspecified:
		return exchange.NewTicks(ticks, 0, false)
	case clixml.Offset:
		_, seconds := t.Zone()
		return exchange.NewTicks(ticks, int16(seconds/60), true)
	}
	return exchange.NewTicks(ticks, 0, true)
}

func (c *conversion) object(o *clixml.Object) exchange.Value {
	if o == nil {
		return exchange.Value{}
	}
	if !o.Base.IsNull() {
		if o.HasToString && isNumber(o.Base.Kind()) && isEnum(o) {
			return exchange.NewText(o.ToString)
		}
		return c.value(o.Base)
	}
	if o.Container == clixml.NoContainer {
		if v, ok := shown(o); ok {
			return v
		}
	}
	if c.depth >= deepest || c.left <= 0 {
		return exchange.NewText(o.ToString)
	}
	for _, around := range c.path[:c.depth] {
		if around == o {
			return exchange.NewText(o.ToString)
		}
	}
	c.path[c.depth] = o
	c.depth++
	v := c.inside(o)
	c.depth--
	return v
}

func (c *conversion) inside(o *clixml.Object) exchange.Value {
	switch o.Container {
	case clixml.Dictionary:
		return exchange.NewNested("", exchange.Record{Fields: c.entries(o), Type: typeName(o)})
	case clixml.List, clixml.Queue, clixml.Stack, clixml.Enumerable:
		list := c.take(min(len(o.Items), max(c.left, 0)))
		for i := range list {
			if c.left--; c.left < 0 {
				list = list[:i]
				break
			}
			if m := &o.Items[i]; m.Kind() == clixml.String {
				list[i] = exchange.ParseText(m.Str())
			} else {
				list[i] = c.value(*m)
			}
		}
		return exchange.NewList(list)
	}
	text := o.ToString
	if plainTypeName(o, text) {
		text = "" // an object that shows as the name of its type says nothing; its properties do
	}
	return exchange.NewNested(text, exchange.Record{Fields: c.fields(o), Type: typeName(o)})
}

// take makes room for a list of n. The lists of one row share a piece of memory.
func (c *conversion) take(n int) []exchange.Value {
	if n > len(c.room) {
		c.room = make([]exchange.Value, max(n, c.listed(n)))
	}
	list := c.room[:n:n]
	c.room = c.room[n:]
	return list
}

// listed is how many members the lists of the row have, those inside others not counted, when that is a
// number to make room for at once.
func (c *conversion) listed(n int) int {
	if c.depth != 2 || c.path[0].Container != clixml.NoContainer {
		return n
	}
	sum := 0
	props := c.path[0].Adapted
	for i := range props {
		if o := props[i].Value.Object(); o != nil {
			sum += len(o.Items)
		}
	}
	return min(sum, c.left, 512)
}

// shown tells whether an object is no more than what it shows as: it has no properties, or it is one of
// Exchange's sizes, durations and limits.
func shown(o *clixml.Object) (exchange.Value, bool) {
	bare := len(o.Adapted)+len(o.Extended) == 0
	if !o.HasToString {
		return exchange.Value{}, bare
	}
	if limited(o) {
		if n, err := strconv.ParseInt(o.ToString, 10, 64); err == nil {
			return exchange.NewInteger(n), true
		}
	}
	if v := exchange.ParseText(o.ToString); bare || v.Kind() != exchange.Text {
		return v, true
	}
	return exchange.Value{}, false
}

// limited tells whether o is an Unlimited`1, which holds a number or none.
func limited(o *clixml.Object) bool {
	return len(o.TypeNames) > 0 && strings.Contains(o.TypeNames[0], ".Unlimited`1")
}

func isNumber(k clixml.Kind) bool { return k >= clixml.Byte && k <= clixml.Int64 }

// isEnum tells an enumeration, whose number has a name, from a number that got properties.
func isEnum(o *clixml.Object) bool {
	for _, t := range o.TypeNames {
		if strings.HasSuffix(t, "System.Enum") {
			return true
		}
	}
	_, err := strconv.ParseInt(o.ToString, 10, 64)
	return err != nil && o.ToString != ""
}

// typeName is the object's own type, as it was before it was sent.
func typeName(o *clixml.Object) string {
	if len(o.TypeNames) == 0 {
		return ""
	}
	return strings.TrimPrefix(o.TypeNames[0], "Deserialized.")
}

func plainTypeName(o *clixml.Object, text string) bool {
	return len(o.TypeNames) > 0 && text == typeName(o)
}

func (c *conversion) entries(o *clixml.Object) []exchange.Field {
	fields := make([]exchange.Field, 0, min(len(o.Entries), max(c.left, 0)))
	for i := range o.Entries {
		if c.left--; c.left < 0 {
			break
		}
		e := &o.Entries[i]
		fields = append(fields, exchange.Field{Name: c.value(e.Key).Text(), Value: c.value(e.Value)})
	}
	return fields
}

func (c *conversion) fields(o *clixml.Object) []exchange.Field {
	fields := make([]exchange.Field, min(len(o.Adapted)+len(o.Extended), max(c.left, 0)))
	adapted := 0
	for i := range o.Adapted {
		if c.left--; c.left < 0 {
			return fields[:adapted]
		}
		p, f := &o.Adapted[i], &fields[i]
		f.Name = p.Name
		if p.Value.Kind() == clixml.String {
			f.Value = exchange.ParseText(p.Value.Str())
		} else {
			f.Value = c.value(p.Value)
		}
		adapted++
	}
	fields = fields[:adapted]
	var places map[string]int // only for objects with so many of both that looking through would be slow
	if adapted*len(o.Extended) > 1<<14 {
		places = make(map[string]int, adapted)
		for i := adapted - 1; i >= 0; i-- {
			places[strings.ToLower(fields[i].Name)] = i
		}
	}
	for i := range o.Extended {
		p := &o.Extended[i]
		if inner := p.Value.Object(); inner != nil && inner.Container == clixml.MemberSet {
			continue // such as PSStandardMembers: how PowerShell formats the object, not what it is
		}
		if c.left--; c.left < 0 {
			return fields
		}
		f := exchange.Field{Name: p.Name, Value: c.value(p.Value)}
		if at := place(fields[:adapted], places, p.Name); at >= 0 {
			fields[at] = f
		} else {
			fields = append(fields, f)
		}
	}
	return fields
}

func place(fields []exchange.Field, places map[string]int, name string) int {
	if places != nil {
		if at, ok := places[strings.ToLower(name)]; ok {
			return at
		}
		return -1
	}
	for i := range fields {
		if len(fields[i].Name) == len(name) && strings.EqualFold(fields[i].Name, name) {
			return i
		}
	}
	return -1
}
