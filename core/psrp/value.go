package psrp

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"tenantry/core/clixml"
)

// Type names that .NET gives the collections in messages.
var (
	arrayListTypes = []string{"System.Collections.ArrayList", "System.Object"}
	stringsTypes   = []string{"System.String[]", "System.Array", "System.Object"}
	intsTypes      = []string{"System.Int32[]", "System.Array", "System.Object"}
	hashtableTypes = []string{"System.Collections.Hashtable", "System.Object"}
	primitiveDict  = []string{
		"System.Management.Automation.PSPrimitiveDictionary", "System.Collections.Hashtable", "System.Object",
	}
	psObjectsTypes = []string{
		"System.Collections.Generic.List`1[[System.Management.Automation.PSObject, System.Management.Automation, " +
			"Version=1.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]",
		"System.Object",
	}
)

func prop(name string, v clixml.Value) clixml.Property { return clixml.Property{Name: name, Value: v} }

// bag returns an object of extended properties without type names, as messages are.
func bag(ps ...clixml.Property) clixml.Value {
	return clixml.NewObject(&clixml.Object{Extended: ps})
}

func list(types []string, items []clixml.Value) clixml.Value {
	return clixml.NewObject(&clixml.Object{TypeNames: types, Container: clixml.List, Items: items})
}

func texts(types []string, items []string) clixml.Value {
	vs := make([]clixml.Value, len(items))
	for i, s := range items {
		vs[i] = clixml.NewString(s)
	}
	return list(types, vs)
}

// textOrNull returns Nil for an empty text.
func textOrNull(s string) clixml.Value {
	if s == "" {
		return clixml.Value{}
	}
	return clixml.NewString(s)
}

// Entry is one pair of a PrimitiveDictionary.
type Entry struct {
	Key   string
	Value clixml.Value
}

// PrimitiveDictionary returns a PSPrimitiveDictionary (MS-PSRP 2.2.3.18), the form of application arguments
// and application private data. Values are primitives, lists of them, or such dictionaries.
func PrimitiveDictionary(entries ...Entry) clixml.Value {
	o := &clixml.Object{TypeNames: primitiveDict, Container: clixml.Dictionary}
	for _, e := range entries {
		o.Entries = append(o.Entries, clixml.Entry{Key: clixml.NewString(e.Key), Value: e.Value})
	}
	return clixml.NewObject(o)
}

// Lookup finds a value in a dictionary by its key, without regard to case.
func Lookup(dictionary clixml.Value, key string) (clixml.Value, bool) {
	if o := dictionary.Object(); o != nil {
		for _, e := range o.Entries {
			if strings.EqualFold(e.Key.Str(), key) {
				return e.Value, true
			}
		}
	}
	return clixml.Value{}, false
}

// VersionTable returns the PSVersionTable that Windows PowerShell puts into ApplicationArguments and
// ApplicationPrivateData, with the usual entries. psVersion is like "5.1.17763.771".
func VersionTable(psVersion string, protocol Version) clixml.Value {
	version := func(s string) clixml.Value { return clixml.NewLexical(clixml.Version, s) }
	compatible := list([]string{"System.Version[]", "System.Array", "System.Object"}, []clixml.Value{
		version("1.0"), version("2.0"), version("3.0"), version("4.0"), version("5.0"), version(psVersion),
	})
	return PrimitiveDictionary(
		Entry{"PSVersion", version(psVersion)},
		Entry{"PSEdition", clixml.NewString("Desktop")},
		Entry{"PSCompatibleVersions", compatible},
		Entry{"CLRVersion", version("4.0.30319.42000")},
		Entry{"BuildVersion", version("10.0.17763.771")},
		Entry{"WSManStackVersion", version("3.0")},
		Entry{"PSRemotingProtocolVersion", version(protocol.String())},
		Entry{"SerializationVersion", version(serializationVersion)},
	)
}

// fields reads the properties of a message. What is not there, or is of another kind, is the zero value;
// need and its like also remember the first name that was missing.
type fields struct {
	v       clixml.Value
	missing *string
}

func (f fields) of(v clixml.Value) fields { return fields{v: v, missing: f.missing} }

func (f fields) has(name string) bool {
	_, ok := f.v.Property(name)
	return ok
}

func (f fields) get(name string) clixml.Value {
	v, _ := f.v.Property(name)
	return v
}

func (f fields) need(name string) clixml.Value {
	v, ok := f.v.Property(name)
	if !ok {
		f.lacks(name)
	}
	return v
}

func (f fields) lacks(name string) {
	if *f.missing == "" {
		*f.missing = name
	}
}

func (f fields) str(name string) string { return textOf(f.get(name)) }
func (f fields) flag(name string) bool  { return f.get(name).Bool() }

func (f fields) int32(name string) int32 {
	n, _ := f.get(name).Int()
	return int32(n)
}

func (f fields) int64(name string) int64 {
	n, _ := f.get(name).Int()
	return n
}

func (f fields) needInt(name string) int64 {
	n, ok := f.need(name).Int()
	if !ok {
		f.lacks(name)
	}
	return n
}

// enum reads an enumeration, which comes as an object around an I32, as a bare number, or as digits.
func (f fields) enum(name string) int32 {
	v := f.get(name)
	if n, ok := v.Int(); ok {
		return int32(n)
	}
	n, _ := strconv.ParseInt(v.Str(), 10, 32)
	return int32(n)
}

func (f fields) id(name string) uuid.UUID {
	id, _ := uuid.Parse(f.get(name).Str())
	return id
}

func (f fields) time(name string) time.Time {
	t, _, _ := f.get(name).Time()
	return t
}

func (f fields) strs(name string) []string { return stringsOf(f.get(name)) }

// textOf returns the text of a primitive, or what an object says it is.
func textOf(v clixml.Value) string {
	if s := v.Str(); s != "" {
		return s
	}
	if o := v.Object(); o != nil {
		return o.ToString
	}
	if n, ok := v.Int(); ok && v.Kind() != clixml.Char && v.Kind() != clixml.Bool {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// stringsOf returns the texts in a list; a single primitive counts as a list of one.
func stringsOf(v clixml.Value) []string {
	items := itemsOf(v)
	if items == nil {
		return nil
	}
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = textOf(item)
	}
	return out
}

func itemsOf(v clixml.Value) []clixml.Value {
	if o := v.Object(); o != nil && o.Container != clixml.NoContainer {
		return o.Items
	}
	if v.IsNull() {
		return nil
	}
	return []clixml.Value{v}
}
