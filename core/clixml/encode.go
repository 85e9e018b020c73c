package clixml

import (
	"encoding/base64"
	"strconv"
)

// Encode returns the document of one value, as PowerShell writes it into a PSRP message: no declaration, no
// namespace, no whitespace, RefIds numbered from 0 in the order of the document. See Append.
func Encode(v Value) []byte { return Append(nil, v) }

// Append appends the document of one value to dst.
//
// The second time an object comes by, also inside itself, it is written as a Ref, and type names that were
// written before as a TNRef (MS-PSRP 2.2.5.2.3). A MemberSet cannot be referred to; the second time it comes
// by it is written as Nil. Text that is not UTF-8 is written with U+FFFD for each bad byte.
func Append(dst []byte, v Value) []byte {
	e := encoder{dst: dst}
	e.value(v, "", false)
	return e.dst
}

// AppendObjs appends a document with the given values in an Objs element, as Export-Clixml writes it, though
// without its indentation and in UTF-8. Objects may be shared between the values.
func AppendObjs(dst []byte, values ...Value) []byte {
	e := encoder{dst: append(dst,
		`<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">`...)}
	for _, v := range values {
		e.value(v, "", false)
	}
	return append(e.dst, "</Objs>"...)
}

type encoder struct {
	dst     []byte
	objects map[*Object]int
	lists   map[string]int // by the type names, each after its length
	sets    map[*Object]bool
	key     []byte
}

// open writes a start tag without its >.
func (e *encoder) open(element, name string, named bool) {
	e.dst = append(append(e.dst, '<'), element...)
	if named {
		e.dst = append(e.dst, ` N="`...)
		e.dst = appendText(e.dst, name, true)
		e.dst = append(e.dst, '"')
	}
}

func (e *encoder) close(element string) {
	e.dst = append(append(append(e.dst, "</"...), element...), '>')
}

func (e *encoder) refID(n int) {
	e.dst = append(e.dst, ` RefId="`...)
	e.dst = strconv.AppendInt(e.dst, int64(n), 10)
	e.dst = append(e.dst, '"')
}

func (e *encoder) value(v Value, name string, named bool) {
	switch v.kind {
	case Null:
		e.open("Nil", name, named)
		e.dst = append(e.dst, " />"...)
		return
	case ObjectKind:
		e.object(v.Object(), name, named)
		return
	}
	element := elementNames[element(v.kind)+elNil]
	e.open(element, name, named)
	e.dst = append(e.dst, '>')
	switch v.kind {
	case Bool:
		e.dst = strconv.AppendBool(e.dst, v.bits != 0)
	case Char, Byte, UInt16, UInt32, UInt64:
		e.dst = strconv.AppendUint(e.dst, v.bits, 10)
	case SByte, Int16, Int32, Int64:
		e.dst = strconv.AppendInt(e.dst, int64(v.bits), 10)
	case Single, Double:
		e.dst = appendFloat(e.dst, v.kind, floatOf(v.bits))
	case DateTime:
		e.dst = appendDateTime(e.dst, v)
	case Duration:
		e.dst = appendDuration(e.dst, int64(v.bits))
	case Bytes:
		e.dst = base64.StdEncoding.AppendEncode(e.dst, []byte(v.text()))
	default:
		e.dst = appendText(e.dst, v.text(), false)
	}
	e.close(element)
}

func (e *encoder) object(o *Object, name string, named bool) {
	if id, seen := e.objects[o]; seen {
		e.open("Ref", name, named)
		e.refID(id)
		e.dst = append(e.dst, " />"...)
		return
	}
	if e.objects == nil {
		e.objects = make(map[*Object]int)
	}
	id := len(e.objects)
	e.objects[o] = id
	e.open("Obj", name, named)
	e.refID(id)
	// What is written next either adds to the start tag or, if nothing follows, ends it.
	empty := len(e.dst)
	e.dst = append(e.dst, '>')
	content := len(e.dst)
	e.typeNames(o.TypeNames)
	if o.HasToString {
		e.toString(o.ToString)
	}
	if o.Base.kind != Null {
		e.value(o.Base, "", false)
	}
	e.container(o)
	e.members("Props", o.Adapted)
	e.members("MS", o.Extended)
	if len(e.dst) == content {
		e.dst = append(e.dst[:empty], " />"...)
		return
	}
	e.close("Obj")
}

func (e *encoder) typeNames(names []string) {
	e.key = e.key[:0]
	for _, n := range names {
		if n != "" {
			e.key = append(strconv.AppendInt(e.key, int64(len(n)), 10), ':')
			e.key = append(e.key, n...)
		}
	}
	if len(e.key) == 0 {
		return
	}
	if id, seen := e.lists[string(e.key)]; seen {
		e.dst = append(e.dst, "<TNRef"...)
		e.refID(id)
		e.dst = append(e.dst, " />"...)
		return
	}
	if e.lists == nil {
		e.lists = make(map[string]int)
	}
	id := len(e.lists)
	e.lists[string(e.key)] = id
	e.dst = append(e.dst, "<TN"...)
	e.refID(id)
	e.dst = append(e.dst, '>')
	for _, n := range names {
		if n != "" {
			e.dst = append(e.dst, "<T>"...)
			e.dst = appendText(e.dst, n, false)
			e.dst = append(e.dst, "</T>"...)
		}
	}
	e.close("TN")
}

// toString writes an empty ToString in the short form, unlike an empty S: so does Windows.
func (e *encoder) toString(s string) {
	if s == "" {
		e.dst = append(e.dst, "<ToString />"...)
		return
	}
	e.dst = append(e.dst, "<ToString>"...)
	e.dst = appendText(e.dst, s, false)
	e.close("ToString")
}

func (e *encoder) container(o *Object) {
	var element string
	switch o.Container {
	case List:
		element = "LST"
	case Queue:
		element = "QUE"
	case Stack:
		element = "STK"
	case Enumerable:
		element = "IE"
	case Dictionary:
		element = "DCT"
	default:
		return
	}
	if len(o.Items) == 0 && o.Container != Dictionary || len(o.Entries) == 0 && o.Container == Dictionary {
		e.dst = append(append(append(e.dst, '<'), element...), " />"...)
		return
	}
	e.dst = append(append(append(e.dst, '<'), element...), '>')
	if o.Container == Dictionary {
		for _, entry := range o.Entries {
			e.dst = append(e.dst, "<En>"...)
			e.value(entry.Key, "Key", true)
			e.value(entry.Value, "Value", true)
			e.close("En")
		}
	} else {
		for _, item := range o.Items {
			e.value(item, "", false)
		}
	}
	e.close(element)
}

func (e *encoder) members(element string, properties []Property) {
	if len(properties) == 0 {
		return
	}
	e.dst = append(append(append(e.dst, '<'), element...), '>')
	e.properties(element, properties)
	e.close(element)
}

func (e *encoder) properties(element string, properties []Property) {
	for _, p := range properties {
		if o := p.Value.Object(); o != nil && o.Container == MemberSet && element == "MS" {
			e.memberSet(o, p.Name)
		} else {
			e.value(p.Value, p.Name, true)
		}
	}
}

// memberSet writes an MS inside an MS.
func (e *encoder) memberSet(o *Object, name string) {
	if e.sets[o] {
		e.value(Value{}, name, true)
		return
	}
	if e.sets == nil {
		e.sets = make(map[*Object]bool)
	}
	e.sets[o] = true
	e.open("MS", name, true)
	if len(o.Extended) == 0 {
		e.dst = append(e.dst, " />"...)
		return
	}
	e.dst = append(e.dst, '>')
	e.properties("MS", o.Extended)
	e.close("MS")
}
