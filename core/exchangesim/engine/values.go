package engine

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

// view is an organisation with the texts every object of it repeats.
type view struct {
	*world.Org
	user                   string // the signed-in account
	server, controller     string
	unit, organization, id string
	zone                   *time.Location
}

func newView(org *world.Org, user string) *view {
	const forest = "EURSMP01A001.sample.example"
	return &view{
		Org: org, user: user, server: "AM0SMP01MB1001", controller: "AM0SMP01DC001." + forest,
		unit:         forest + "/Microsoft Exchange Hosted Organizations/" + org.Initial,
		organization: forest + "/Microsoft Exchange Hosted Organizations/" + org.Initial + " - " + forest + "/ConfigurationUnits/" + org.Initial + "/Configuration",
		id:           forest + "/ConfigurationUnits/" + org.Initial + "/Configuration",
		zone:         time.FixedZone("", 3600),
	}
}

// field is one property of a kind of object. One that says the same for every object has no get.
type field[T any] struct {
	name string
	get  func(v *view, x T) clixml.Value
	same clixml.Value
}

func (f *field[T]) value(v *view, x T) clixml.Value {
	if f.get == nil {
		return f.same
	}
	return f.get(v, x)
}

// class is a kind of object: its .NET types, how it shows in one line, and its properties in the order
// Exchange sends them.
type class[T any] struct {
	types  []string
	title  func(v *view, x T) string
	fields []field[T]
	byName map[string]int

	blank   []clixml.Property // an object's properties with what is the same for all of them
	changes []int             // the fields that are not
}

func newClass[T any](types string, title func(*view, T) string, fields ...[]field[T]) *class[T] {
	c := &class[T]{types: strings.Split(types, " "), title: title, byName: map[string]int{}}
	for _, list := range fields {
		for _, f := range list {
			key := strings.ToLower(f.name)
			if _, twice := c.byName[key]; twice {
				continue
			}
			c.byName[key] = len(c.fields)
			if f.get != nil {
				c.changes = append(c.changes, len(c.fields))
			}
			c.fields = append(c.fields, f)
			c.blank = append(c.blank, clixml.Property{Name: f.name, Value: f.same})
		}
	}
	return c
}

// object is x as the server sends it.
func (c *class[T]) object(v *view, x T) clixml.Value {
	props := slices.Clone(c.blank)
	for _, i := range c.changes {
		props[i].Value = c.fields[i].get(v, x)
	}
	return clixml.NewObject(&clixml.Object{TypeNames: c.types, ToString: c.title(v, x), HasToString: true, Adapted: props})
}

// getter reads single properties of x without making the whole object.
func (c *class[T]) getter(v *view, x T) func(string) clixml.Value {
	return func(name string) clixml.Value {
		if i, ok := c.byName[strings.ToLower(name)]; ok {
			return c.fields[i].value(v, x)
		}
		return clixml.Value{}
	}
}

func text[T any](name string, get func(v *view, x T) string) field[T] {
	return field[T]{name: name, get: func(v *view, x T) clixml.Value { return clixml.NewString(get(v, x)) }}
}

func guid[T any](name string, get func(v *view, x T) string) field[T] {
	return field[T]{name: name, get: func(v *view, x T) clixml.Value { return guidValue(get(v, x)) }}
}

func flag[T any](name string, get func(v *view, x T) bool) field[T] {
	return field[T]{name: name, get: func(v *view, x T) clixml.Value { return clixml.NewBool(get(v, x)) }}
}

func value[T any](name string, get func(v *view, x T) clixml.Value) field[T] {
	return field[T]{name: name, get: get}
}

// local and utc are a time as the server's clock shows it and in UTC; the zero time is null.
func local[T any](name string, get func(v *view, x T) time.Time) field[T] {
	return field[T]{name: name, get: func(v *view, x T) clixml.Value { return localTime(v, get(v, x)) }}
}

func utc[T any](name string, get func(v *view, x T) time.Time) field[T] {
	return field[T]{name: name, get: func(v *view, x T) clixml.Value { return utcTime(get(v, x)) }}
}

func list[T any](name string, types []string, get func(v *view, x T) []string) field[T] {
	return field[T]{name: name, get: func(v *view, x T) clixml.Value { return textList(types, get(v, x)) }}
}

// always makes properties that say the same for every object. Objects share their value, so within one
// object each list needs a value of its own: see noneOf.
func always[T any](value clixml.Value, names ...string) []field[T] {
	fields := make([]field[T], len(names))
	for i, name := range names {
		fields[i] = field[T]{name: name, same: value}
	}
	return fields
}

func null[T any](names ...string) []field[T]  { return always[T](clixml.Value{}, names...) }
func no[T any](names ...string) []field[T]    { return always[T](clixml.NewBool(false), names...) }
func yes[T any](names ...string) []field[T]   { return always[T](clixml.NewBool(true), names...) }
func blank[T any](names ...string) []field[T] { return always[T](clixml.NewString(""), names...) }
func says[T any](say string, names ...string) []field[T] {
	return always[T](clixml.NewString(say), names...)
}
func noneOf[T any](types []string, names ...string) []field[T] {
	fields := make([]field[T], len(names))
	for i, name := range names {
		fields[i] = field[T]{name: name, same: textList(types, nil)}
	}
	return fields
}

const (
	mscorlib = "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
	exData   = "Microsoft.Exchange.Data, Version=15.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"
	exDir    = "Microsoft.Exchange.Data.Directory, Version=15.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"
)

func multiValued(of string) []string {
	return []string{"Microsoft.Exchange.Data.MultiValuedProperty`1[[" + of + "]]", "Microsoft.Exchange.Data.MultiValuedPropertyBase", "System.Object"}
}

func directoryValued(of string) []string {
	return append([]string{"Microsoft.Exchange.Data.Directory.ADMultiValuedProperty`1[[" + of + "]]"}, multiValued(of)...)
}

// The types lists come as.
var (
	stringsType   = multiValued("System.String, " + mscorlib)
	guidsType     = multiValued("System.Guid, " + mscorlib)
	culturesType  = multiValued("System.Globalization.CultureInfo, " + mscorlib)
	bytesType     = multiValued("System.Byte[], " + mscorlib)
	idsType       = directoryValued("Microsoft.Exchange.Data.Directory.ADObjectId, " + exDir)
	abilitiesType = directoryValued("Microsoft.Exchange.Data.Directory.Capability, " + exDir)
	auditType     = directoryValued("Microsoft.Exchange.Data.Directory.MailboxAuditOperations, " + exDir)
	placesType    = directoryValued("Microsoft.Exchange.Data.Directory.MailboxProvisioningConstraint, " + exDir)
	proxiesType   = append([]string{"Microsoft.Exchange.Data.ProxyAddressCollection", "Microsoft.Exchange.Data.ProxyAddressBaseCollection`1[[Microsoft.Exchange.Data.ProxyAddress, " + exData + "]]"},
		multiValued("Microsoft.Exchange.Data.ProxyAddress, "+exData)...)
	arrayType  = []string{"System.Object[]", "System.Array", "System.Object"}
	stringType = []string{"System.String[]", "System.Array", "System.Object"}
	sizeType   = []string{"Microsoft.Exchange.Data.Unlimited`1[[Microsoft.Exchange.Data.ByteQuantifiedSize, " + exData + "]]", "System.ValueType", "System.Object"}
	idType     = []string{"Microsoft.Exchange.Data.Directory.ADObjectId", "Microsoft.Exchange.Data.ObjectId", "System.Object"}
)

// lists is a property that is one of a few lists, chosen by which.
func lists[T any](name string, types []string, which func(x T) int, choice ...[]string) field[T] {
	made := make([]clixml.Value, len(choice))
	for i, members := range choice {
		made[i] = textList(types, members)
	}
	if len(made) == 1 {
		return field[T]{name: name, same: made[0]}
	}
	return value(name, func(_ *view, x T) clixml.Value { return made[which(x)] })
}

func textList(types, members []string) clixml.Value {
	o := &clixml.Object{TypeNames: types, Container: clixml.List}
	if len(members) > 0 {
		o.Items = make([]clixml.Value, len(members))
		for i, m := range members {
			o.Items[i] = clixml.NewString(m)
		}
	}
	return clixml.NewObject(o)
}

const noGUID = "00000000-0000-0000-0000-000000000000"

func guidValue(text string) clixml.Value {
	if text == "" {
		text = noGUID
	}
	return clixml.NewLexical(clixml.GUID, text)
}

func localTime(v *view, t time.Time) clixml.Value {
	if t.IsZero() {
		return clixml.Value{}
	}
	return clixml.NewDateTime(t.In(v.zone), clixml.Offset)
}

func utcTime(t time.Time) clixml.Value {
	if t.IsZero() {
		return clixml.Value{}
	}
	return clixml.NewDateTime(t, clixml.UTC)
}

// wallTime is a time as a clock in the server's zone shows it, without saying which zone that is.
func wallTime(v *view, t time.Time) clixml.Value {
	if t.IsZero() {
		return clixml.Value{}
	}
	return clixml.NewDateTime(t.In(v.zone), clixml.Unspecified)
}

func enum(typeName, name string, n int32) clixml.Value {
	return clixml.NewObject(&clixml.Object{
		TypeNames: []string{typeName, "System.Enum", "System.ValueType", "System.Object"},
		ToString:  name, HasToString: true, Base: clixml.NewInt32(n),
	})
}

// sizeText writes a size as Exchange does: "1.5 GB (1,610,612,736 bytes)".
func sizeText(bytes int64) string {
	if bytes == world.NoLimit {
		return "Unlimited"
	}
	units := [...]string{"B", "KB", "MB", "GB", "TB"}
	amount, unit := float64(bytes), 0
	for amount >= 1024 && unit < len(units)-1 {
		amount, unit = amount/1024, unit+1
	}
	b := make([]byte, 0, 48)
	b = append(b, fourDigits(amount)...)
	b = append(b, ' ')
	b = append(b, units[unit]...)
	b = append(b, " ("...)
	b = appendGrouped(b, bytes)
	return string(append(b, " bytes)"...))
}

func fourDigits(f float64) string {
	if f >= 1000 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}

func appendGrouped(b []byte, n int64) []byte {
	digits := strconv.FormatInt(n, 10)
	for i, r := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, r)
	}
	return b
}

// sizeValue is a size as an object: Unlimited of ByteQuantifiedSize.
func sizeValue(bytes int64) clixml.Value {
	text := sizeText(bytes)
	inner := clixml.NewString(text)
	if bytes == world.NoLimit {
		inner = clixml.Value{}
	}
	return clixml.NewObject(&clixml.Object{
		TypeNames: sizeType, ToString: text, HasToString: true,
		Adapted: []clixml.Property{{Name: "IsUnlimited", Value: clixml.NewBool(bytes == world.NoLimit)}, {Name: "Value", Value: inner}},
	})
}

// objectID is a directory name as an object that knows its parts; its domain's domain is itself.
func objectID(v *view, name, guid string) clixml.Value {
	domain := &clixml.Object{TypeNames: idType, ToString: "EXAMPLE", HasToString: true}
	domain.Adapted = []clixml.Property{
		{Name: "Depth", Value: clixml.NewInt32(0)},
		{Name: "DistinguishedName", Value: clixml.NewString("DC=EXAMPLE")},
		{Name: "DomainId", Value: clixml.NewObject(domain)},
		{Name: "IsDeleted", Value: clixml.NewBool(false)},
		{Name: "Name", Value: clixml.NewString("EXAMPLE")},
	}
	return clixml.NewObject(&clixml.Object{TypeNames: idType, ToString: v.unit + "/" + name, HasToString: true, Adapted: []clixml.Property{
		{Name: "Depth", Value: clixml.NewInt32(5)},
		{Name: "DistinguishedName", Value: clixml.NewString(v.DN(name))},
		{Name: "DomainId", Value: clixml.NewObject(domain)},
		{Name: "IsDeleted", Value: clixml.NewBool(false)},
		{Name: "Name", Value: clixml.NewString(name)},
		{Name: "ObjectGuid", Value: guidValue(guid)},
	}})
}

var cultureCodes = map[string]struct {
	lcid                        int32
	display, iso3, windows, two string
}{
	"en-GB": {2057, "English (United Kingdom)", "eng", "ENG", "en"},
	"nl-NL": {1043, "Dutch (Netherlands)", "nld", "NLD", "nl"},
	"fr-FR": {1036, "French (France)", "fra", "FRA", "fr"},
	"de-DE": {1031, "German (Germany)", "deu", "DEU", "de"},
	"tr-TR": {1055, "Turkish (Türkiye)", "tur", "TRK", "tr"},
	"ja-JP": {1041, "Japanese (Japan)", "jpn", "JPN", "ja"},
}

// cultureLists are made once; objects share them.
var cultureLists = func() map[string]clixml.Value {
	made := map[string]clixml.Value{}
	for name := range cultureCodes {
		made[name] = cultureList(name)
	}
	return made
}()

func cultureList(name string) clixml.Value {
	c := cultureCodes[name]
	one := clixml.NewObject(&clixml.Object{
		TypeNames: []string{"System.Globalization.CultureInfo", "System.Object"}, ToString: name, HasToString: true,
		Adapted: []clixml.Property{
			{Name: "LCID", Value: clixml.NewInt32(c.lcid)}, {Name: "Name", Value: clixml.NewString(name)},
			{Name: "DisplayName", Value: clixml.NewString(c.display)}, {Name: "IetfLanguageTag", Value: clixml.NewString(name)},
			{Name: "ThreeLetterISOLanguageName", Value: clixml.NewString(c.iso3)}, {Name: "ThreeLetterWindowsLanguageName", Value: clixml.NewString(c.windows)},
			{Name: "TwoLetterISOLanguageName", Value: clixml.NewString(c.two)},
		},
	})
	return clixml.NewObject(&clixml.Object{TypeNames: culturesType, Container: clixml.List, Items: []clixml.Value{one}})
}

func names(v *view, refs []world.Ref) []string {
	if len(refs) == 0 {
		return nil
	}
	list := make([]string, len(refs))
	for i, r := range refs {
		list[i] = v.NameOf(r)
	}
	return list
}

// days writes a duration as .NET does.
func days(n int) string { return strconv.Itoa(n) + ".00:00:00" }
