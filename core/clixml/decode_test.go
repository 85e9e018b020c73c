package clixml_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unsafe"

	"tenantry/core/clixml"
)

func decode(t *testing.T, doc string) clixml.Value {
	t.Helper()
	v, err := clixml.Decode([]byte(doc), clixml.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return v
}

func TestPrimitives(t *testing.T) {
	ticks := func(text string) int64 {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		return d.Nanoseconds() / 100
	}
	for _, c := range []struct {
		doc     string
		want    clixml.Value
		written string // empty: as doc
	}{
		{`<Nil />`, clixml.Value{}, ""},
		{`<Nil></Nil>`, clixml.Value{}, `<Nil />`},
		{`<S>plain</S>`, clixml.NewString("plain"), ""},
		{`<S></S>`, clixml.NewString(""), ""},
		{`<S/>`, clixml.NewString(""), `<S></S>`},
		{`<S> kept </S>`, clixml.NewString(" kept "), ""},
		{`<S>a_x000A_b_x0009_</S>`, clixml.NewString("a\nb\t"), ""},
		{`<S>_x005F_x000A_</S>`, clixml.NewString("_x000A_"), ""},
		{`<S>_x005f_X000A_</S>`, clixml.NewString("_X000A_"), `<S>_x005F_X000A_</S>`},
		{`<S>_X000a_</S>`, clixml.NewString("\n"), `<S>_x000A_</S>`},
		{`<S>_x000_ _xGGGG_ _x00</S>`, clixml.NewString("_x000_ _xGGGG_ _x00"), `<S>_x005F_x000_ _x005F_xGGGG_ _x005F_x00</S>`},
		{`<S>_xD83D__xDE00_</S>`, clixml.NewString("😀"), ""},
		{`<S>_x0001F600_</S>`, clixml.NewString("😀"), `<S>_xD83D__xDE00_</S>`},
		{`<S>😀</S>`, clixml.NewString("😀"), `<S>_xD83D__xDE00_</S>`},
		{`<S>_xD83D_x</S>`, clixml.NewString("\xED\xA0\xBDx"), ""},
		{`<S>_xDE00__xD83D_</S>`, clixml.NewString("\xED\xB8\x80\xED\xA0\xBD"), ""},
		{`<S>é§€_x0085__x007F_</S>`, clixml.NewString("é§€\u0085\u007F"), ""},
		{`<S>_xFFFE__xFFFF_</S>`, clixml.NewString("\uFFFE\uFFFF"), ""},
		{`<S>&lt;&gt;&amp;"'</S>`, clixml.NewString(`<>&"'`), ""},
		{`<S>&quot;&apos;&#65;&#x42;</S>`, clixml.NewString(`"'AB`), `<S>"'AB</S>`},
		{`<S>&#95;x0041_</S>`, clixml.NewString("A"), `<S>A</S>`},
		{"<S>a\r\nb\rc\n</S>", clixml.NewString("a\nb\nc\n"), `<S>a_x000A_b_x000A_c_x000A_</S>`},
		{`<S>a<![CDATA[<b>&_x0041_]]>c<!-- no -->d<?pi no?>e<Unknown>no</Unknown></S>`,
			clixml.NewString("a<b>&Acde"), `<S>a&lt;b&gt;&amp;Acde</S>`},
		{`<C>97</C>`, clixml.NewInteger(clixml.Char, 'a'), ""},
		{`<C>55357</C>`, clixml.NewInteger(clixml.Char, 0xD83D), ""},
		{`<B>true</B>`, clixml.NewBool(true), ""},
		{`<B> 0 </B>`, clixml.NewBool(false), `<B>false</B>`},
		{`<By>254</By>`, clixml.NewInteger(clixml.Byte, 254), ""},
		{`<SB>-127</SB>`, clixml.NewInteger(clixml.SByte, -127), ""},
		{`<U16>65535</U16>`, clixml.NewInteger(clixml.UInt16, 65535), ""},
		{`<I16>-32768</I16>`, clixml.NewInteger(clixml.Int16, -32768), ""},
		{`<U32>4294967295</U32>`, clixml.NewUInt32(math.MaxUint32), ""},
		{`<I32>-2147483648</I32>`, clixml.NewInt32(math.MinInt32), ""},
		{`<U64>18446744073709551615</U64>`, clixml.NewUInt64(math.MaxUint64), ""},
		{`<I64>-9223372036854775808</I64>`, clixml.NewInt64(math.MinInt64), ""},
		{`<I64>+7</I64>`, clixml.NewInt64(7), `<I64>7</I64>`},
		{`<Sg>12.34</Sg>`, clixml.NewSingle(12.34), ""},
		{`<Sg>1E+07</Sg>`, clixml.NewSingle(1e7), ""},
		{`<Sg>INF</Sg>`, clixml.NewSingle(float32(math.Inf(1))), ""},
		{`<Db>-INF</Db>`, clixml.NewDouble(math.Inf(-1)), ""},
		{`<Db>NaN</Db>`, clixml.NewDouble(math.NaN()), ""},
		{`<Db>1.7976931348623157E+308</Db>`, clixml.NewDouble(math.MaxFloat64), ""},
		{`<Db>1E+15</Db>`, clixml.NewDouble(1e15), ""},
		{`<Db>100000000000000</Db>`, clixml.NewDouble(1e14), ""},
		{`<Db>1E-06</Db>`, clixml.NewDouble(1e-6), ""},
		{`<Db>-0</Db>`, clixml.NewDouble(math.Copysign(0, -1)), ""},
		{`<D>1.50</D>`, clixml.NewLexical(clixml.Decimal, "1.50"), ""},
		{`<BA>AQIDBA==</BA>`, clixml.NewBytes([]byte{1, 2, 3, 4}), ""},
		{"<BA>AQID\r\n BA==</BA>", clixml.NewBytes([]byte{1, 2, 3, 4}), `<BA>AQIDBA==</BA>`},
		{`<BA></BA>`, clixml.NewBytes(nil), ""},
		{`<G>792e5b37-4505-47ef-b7d2-8711bb7affa8</G>`, clixml.NewLexical(clixml.GUID, "792e5b37-4505-47ef-b7d2-8711bb7affa8"), ""},
		{`<G>{792E5B37-4505-47EF-B7D2-8711BB7AFFA8}</G>`, clixml.NewLexical(clixml.GUID, "792e5b37-4505-47ef-b7d2-8711bb7affa8"), `<G>792e5b37-4505-47ef-b7d2-8711bb7affa8</G>`},
		{`<G>792e5b37450547efb7d28711bb7affa8</G>`, clixml.NewLexical(clixml.GUID, "792e5b37-4505-47ef-b7d2-8711bb7affa8"), `<G>792e5b37-4505-47ef-b7d2-8711bb7affa8</G>`},
		{`<URI>http://www.microsoft.com/?a&amp;b</URI>`, clixml.NewLexical(clixml.URI, "http://www.microsoft.com/?a&b"), ""},
		{`<Version>6.2.1.3</Version>`, clixml.NewLexical(clixml.Version, "6.2.1.3"), ""},
		{`<SemanticVersion>7.4.0-rc.1</SemanticVersion>`, clixml.NewString("7.4.0-rc.1"), `<S>7.4.0-rc.1</S>`},
		{`<XD>&lt;name Attr="x"&gt;c&lt;/name&gt;</XD>`, clixml.NewLexical(clixml.XMLDocument, `<name Attr="x">c</name>`), ""},
		{`<SBK>get-command -type cmdlet</SBK>`, clixml.NewLexical(clixml.ScriptBlock, "get-command -type cmdlet"), ""},
		{`<SS>bnVsbA==</SS>`, clixml.NewLexical(clixml.SecureString, "bnVsbA=="), ""},
		{`<TS>PT9.0269026S</TS>`, clixml.NewDuration(90269026), ""},
		{`<TS>PT0S</TS>`, clixml.NewDuration(0), ""},
		{`<TS>P90D</TS>`, clixml.NewDuration(90 * ticks("24h")), ""},
		{`<TS>-P1DT2H3M4.5S</TS>`, clixml.NewDuration(-ticks("26h3m4.5s")), ""},
		{`<TS>P10675199DT2H48M5.4775807S</TS>`, clixml.NewDuration(math.MaxInt64), ""},
		{`<TS>-P10675199DT2H48M5.4775808S</TS>`, clixml.NewDuration(math.MinInt64), ""},
		{`<TS>P1Y2M3W4DT5M</TS>`, clixml.NewDuration((365+60+21+4)*ticks("24h") + ticks("5m")), `<TS>P450DT5M</TS>`},
		{`<DT>2008-04-11T10:42:32.2731993-07:00</DT>`, clixml.NewDateTime(time.Date(2008, 4, 11, 10, 42, 32, 273199300,
			time.FixedZone("", -7*3600)), clixml.Offset), ""},
		{`<DT>2008-04-11T10:42:32Z</DT>`, clixml.NewDateTime(time.Date(2008, 4, 11, 10, 42, 32, 0, time.UTC), clixml.UTC), ""},
		{`<DT>2008-02-29T10:42:32.5</DT>`, clixml.NewDateTime(time.Date(2008, 2, 29, 10, 42, 32, 5e8, time.Local), clixml.Unspecified), ""},
		{`<DT>0001-01-01T00:00:00</DT>`, clixml.NewDateTime(time.Time{}, clixml.Unspecified), ""},
		{`<DT>9999-12-31T23:59:59.9999999</DT>`, clixml.NewDateTime(time.Date(9999, 12, 31, 23, 59, 59, 999999900, time.UTC), clixml.Unspecified), ""},
		{`<DT>0001-01-01T00:00:00+01:00</DT>`, clixml.NewDateTime(time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)), clixml.Offset), ""},
		{`<DT>2020-12-31T24:00:00Z</DT>`, clixml.NewDateTime(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), clixml.UTC), `<DT>2021-01-01T00:00:00Z</DT>`},
		{`<DT>2020-12-31</DT>`, clixml.NewDateTime(time.Date(2020, 12, 31, 0, 0, 0, 0, time.UTC), clixml.Unspecified), `<DT>2020-12-31T00:00:00</DT>`},
		{`<DT>2020-12-31T01:02:03.123456789Z</DT>`, clixml.NewDateTime(time.Date(2020, 12, 31, 1, 2, 3, 123456700, time.UTC), clixml.UTC), `<DT>2020-12-31T01:02:03.1234567Z</DT>`},
	} {
		got := decode(t, c.doc)
		if !got.Equal(c.want) {
			t.Errorf("%s: read as %s, not %s", c.doc, describe(got), describe(c.want))
		}
		if c.written == "" {
			c.written = c.doc
		}
		if w := string(clixml.Encode(c.want)); w != c.written {
			t.Errorf("%s: written as %s", c.doc, w)
		}
	}
}

func TestReadersOfValues(t *testing.T) {
	v := decode(t, `<Obj RefId="0"><ToString>Two</ToString><I32>2</I32><MS><S N="Äb">x</S><U64 N="Big">18446744073709551615</U64></MS></Obj>`)
	if n, ok := v.Int(); !ok || n != 2 {
		t.Errorf("an extended primitive is not its primitive: %d %t", n, ok)
	}
	if p, ok := v.Property("äB"); !ok || p.Str() != "x" {
		t.Errorf("case counts in a property's name")
	}
	if p, _ := v.Property("Big"); p.Uint() != math.MaxUint64 {
		t.Errorf("got %d", p.Uint())
	}
	if s := clixml.NewString("abc"); s.Uint() != 0 || s.Object() != nil || s.Bytes() != nil {
		t.Errorf("a String has a number, an object or bytes")
	}
	if !clixml.NewObject(nil).IsNull() || !clixml.NewLexical(clixml.Int32, "1").IsNull() {
		t.Errorf("a Value without content is not Null")
	}
}

func TestObjectAsTheSpecificationShowsIt(t *testing.T) {
	doc := `<Obj N="outer" RefId="0"><TN RefId="0"><T>A.B</T><T>System.Object</T></TN>` +
		`<Props><S N="Name_x000A_">n</S><Obj N="Self" RefId="1"><TNRef RefId="0" /><LST><Ref RefId="0" /><Nil /><Ref RefId="1" /></LST></Obj></Props>` +
		`<ToString>text after</ToString>` +
		`<MS><MS N="PSStandardMembers"><Obj N="Set" RefId="2"><DCT><En><S N="Key">k</S><I32 N="Value">1</I32></En>` +
		`<En><I32 N="Key">2</I32><Ref N="Value" RefId="0" /></En></DCT></Obj></MS><B N="b">true</B></MS></Obj>`
	v := decode(t, doc)
	want, err := judgement([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(v); got != want {
		t.Errorf("judge:\n%s\ndecoder:\n%s", want, got)
	}
	self, _ := v.Property("Self")
	if self.Object().Items[0].Object() != v.Object() || self.Object().Items[2].Object() != self.Object() {
		t.Error("a Ref is not the object it refers to")
	}
	if &self.Object().TypeNames[0] != &v.Object().TypeNames[0] {
		t.Error("type names are not shared")
	}
	written := clixml.Encode(v)
	const order = `<Obj RefId="0"><TN RefId="0"><T>A.B</T><T>System.Object</T></TN><ToString>text after</ToString>` +
		`<Props><S N="Name_x000A_">n</S><Obj N="Self" RefId="1"><TNRef RefId="0" /><LST><Ref RefId="0" /><Nil />` +
		`<Ref RefId="1" /></LST></Obj></Props><MS><MS N="PSStandardMembers"><Obj N="Set" RefId="2"><DCT><En>` +
		`<S N="Key">k</S><I32 N="Value">1</I32></En><En><I32 N="Key">2</I32><Ref N="Value" RefId="0" /></En></DCT></Obj>` +
		`</MS><B N="b">true</B></MS></Obj>`
	if string(written) != order {
		t.Errorf("written:\n%s", written)
	}
	if again := decode(t, string(written)); !again.Equal(v) || !v.Equal(again) {
		t.Error("reads differently after writing")
	}
}

func TestLiberalReading(t *testing.T) {
	want := decode(t, `<Obj RefId="0"><TN RefId="0"><T>T</T></TN><LST><S>a</S></LST><MS><I32 N="x">1</I32></MS></Obj>`)
	for _, doc := range []string{
		"\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- c -->\n<Obj RefId='0'>\n <TN RefId='0'> <T>T</T> </TN>\n <LST>\n<S>a</S></LST><MS>\t<I32\n N = 'x' >1</I32 ></MS></Obj >\n<?end?>",
		`<p:Obj xmlns:p="http://schemas.microsoft.com/powershell/2004/04" RefId="0"><p:TN RefId="7"><p:T>T</p:T></p:TN><p:LST><p:S>a</p:S></p:LST><p:MS><p:I32 N="x">1</p:I32></p:MS></p:Obj>`,
		`<Obj><MS><New N="y"><Deep><S>no</S></Deep></New><I32 Extra="&lt;" N="x">&#49;</I32></MS><New/><TN><T>T</T></TN><LST><New>no</New><S>a</S></LST></Obj>`,
		`<Obj RefId="RefId-0"><TN RefId="RefId-1"><T><![CDATA[T]]></T></TN><MS><I32 RefId="q" N="x"> 1 </I32></MS><LST><S>a</S></LST></Obj>`,
		"#< CLIXML\r\n" + `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="Output" RefId="0"><TN RefId="0"><T>T</T></TN><LST><S>a</S></LST><MS><I32 N="x">1</I32></MS></Obj></Objs>`,
	} {
		if got := decode(t, doc); !got.Equal(want) {
			t.Errorf("%s\nread as\n%s", doc, describe(got))
		}
	}
}

func TestProgressRecordElement(t *testing.T) {
	v := decode(t, `<PR N="Record"><AV>Loading_x000A_</AV><AI>3</AI><Nil /><PI>-1</PI><PC>40</PC><T>Processing</T><SR>-1</SR><SD>half</SD></PR>`)
	for name, want := range map[string]clixml.Value{"Activity": clixml.NewString("Loading\n"), "ActivityId": clixml.NewInt32(3),
		"CurrentOperation": {}, "ParentActivityId": clixml.NewInt32(-1), "PercentComplete": clixml.NewInt32(40),
		"RecordType": clixml.NewString("Processing"), "SecondsRemaining": clixml.NewInt32(-1), "StatusDescription": clixml.NewString("half")} {
		if got, ok := v.Property(name); !ok || !got.Equal(want) {
			t.Errorf("%s is %s", name, describe(got))
		}
	}
}

func TestRefusals(t *testing.T) {
	nest := func(n int) string { return strings.Repeat("<Obj><LST>", n) + strings.Repeat("</LST></Obj>", n) }
	deep := func(n int) string {
		return "<Obj>" + strings.Repeat("<X>", n) + strings.Repeat("</X>", n) + "</Obj>"
	}
	for _, c := range []struct {
		doc    string
		limits clixml.Limits
		reason clixml.Reason
		offset int
	}{
		{"", clixml.Limits{}, clixml.Malformed, 0},
		{"   ", clixml.Limits{}, clixml.Malformed, 3},
		{"text", clixml.Limits{}, clixml.Malformed, 0},
		{"<S>", clixml.Limits{}, clixml.Malformed, 3},
		{"<S>a", clixml.Limits{}, clixml.Malformed, 4},
		{"<S>a</T>", clixml.Limits{}, clixml.Malformed, 4},
		{"<S>a</S", clixml.Limits{}, clixml.Malformed, 4},
		{"<S>a</S><S/>", clixml.Limits{}, clixml.Malformed, 8},
		{"<S N=a/>", clixml.Limits{}, clixml.Malformed, 5},
		{`<S N="a/>`, clixml.Limits{}, clixml.Malformed, 5},
		{`<S N="a"M="b"/>`, clixml.Limits{}, clixml.Malformed, 8},
		{"<S>&nbsp;</S>", clixml.Limits{}, clixml.Malformed, 3},
		{"<S>&#x110000;</S>", clixml.Limits{}, clixml.Malformed, 3},
		{`<!DOCTYPE S [<!ENTITY a "b">]><S>&a;</S>`, clixml.Limits{}, clixml.Malformed, 0},
		{"<S>\xff</S>", clixml.Limits{}, clixml.BadEncoding, 3},
		{"<S>ab\xED\xA0\x80</S>", clixml.Limits{}, clixml.BadEncoding, 5},
		{"<Props/>", clixml.Limits{}, clixml.Malformed, 0},
		{"<Objs/>", clixml.Limits{}, clixml.Malformed, 7},
		{"<Objs><S/><S/></Objs>", clixml.Limits{}, clixml.Malformed, 14},
		{"<I32>2147483648</I32>", clixml.Limits{}, clixml.BadValue, 5},
		{"<I32></I32>", clixml.Limits{}, clixml.BadValue, 5},
		{"<By>-1</By>", clixml.Limits{}, clixml.BadValue, 4},
		{"<SB>128</SB>", clixml.Limits{}, clixml.BadValue, 4},
		{"<Db>0x1p-2</Db>", clixml.Limits{}, clixml.BadValue, 4},
		{"<Db>1_0</Db>", clixml.Limits{}, clixml.BadValue, 4},
		{"<B>yes</B>", clixml.Limits{}, clixml.BadValue, 3},
		{"<DT>2001-02-29T00:00:00</DT>", clixml.Limits{}, clixml.BadValue, 4},
		{"<DT>2001-02-28T00:00:00.Z</DT>", clixml.Limits{}, clixml.BadValue, 4},
		{"<TS>P</TS>", clixml.Limits{}, clixml.BadValue, 4},
		{"<TS>PT</TS>", clixml.Limits{}, clixml.BadValue, 4},
		{"<TS>P1H</TS>", clixml.Limits{}, clixml.BadValue, 4},
		{"<TS>PT1M1H</TS>", clixml.Limits{}, clixml.BadValue, 4},
		{"<TS>P10675199DT2H48M5.4775808S</TS>", clixml.Limits{}, clixml.BadValue, 4},
		{"<TS>P99999999999999999999999D</TS>", clixml.Limits{}, clixml.BadValue, 4},
		{"<G>792e5b37-4505-47ef-b7d2-8711bb7affa</G>", clixml.Limits{}, clixml.BadValue, 3},
		{"<BA>A</BA>", clixml.Limits{}, clixml.BadValue, 4},
		{"<D>1,5</D>", clixml.Limits{}, clixml.BadValue, 3},
		{`<Ref RefId="0"/>`, clixml.Limits{}, clixml.BadReference, 1},
		{`<Obj><TNRef RefId="0"/></Obj>`, clixml.Limits{}, clixml.BadReference, 6},
		{nest(101), clixml.Limits{}, clixml.TooDeep, 1001},
		{nest(4), clixml.Limits{Depth: 3}, clixml.TooDeep, 31},
		{deep(100_000), clixml.Limits{}, clixml.TooDeep, 1208},
		{"<Obj><LST><S/><S/></LST></Obj>", clixml.Limits{Values: 2}, clixml.TooManyValues, 15},
		{"<S>abcd</S>", clixml.Limits{Text: 3}, clixml.TextTooLong, 3},
		{"<S>a&amp;bcd</S>", clixml.Limits{Text: 3}, clixml.TextTooLong, 3},
		{`<S N="abcd"/>`, clixml.Limits{Text: 3}, clixml.TextTooLong, 6},
		{"<S>abcd</S>", clixml.Limits{Bytes: 10}, clixml.TooLarge, 10},
	} {
		shown := c.doc
		if len(shown) > 80 {
			shown = shown[:80] + "…"
		}
		v, err := clixml.Decode([]byte(c.doc), c.limits)
		var e *clixml.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: no refusal: %v", shown, err)
			continue
		}
		if e.Reason != c.reason || e.Offset != c.offset {
			t.Errorf("%s: %v, not %s at %d", shown, err, c.reason, c.offset)
		}
		if !v.IsNull() {
			t.Errorf("%s: a value beside the error", shown)
		}
		if strings.Contains(e.Error(), "abcd") {
			t.Errorf("%s: the error tells what the document holds: %v", shown, err)
		}
	}
	if _, err := clixml.Decode([]byte(nest(5000)), clixml.Limits{Depth: -1}); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

func TestAValueIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(clixml.Value{}); n > 24 {
		t.Errorf("a Value takes %d bytes; a run keeps millions", n)
	}
}

// TestTruncation cuts a document with everything in it at every byte: no cut may be accepted or panic.
func TestTruncation(t *testing.T) {
	doc := `<?xml version="1.0"?><Obj RefId="0"><TN RefId="0"><T>A</T></TN><ToString>t&amp;_x0041_</ToString><Props><S N="a">b</S>` +
		`<!-- c --><DT N='d'>2008-04-11T10:42:32Z</DT></Props><DCT><En><S N="Key">k</S><Nil N="Value" /></En></DCT><MS><S N="x"><![CDATA[c]]></S></MS></Obj>`
	decode(t, doc)
	for n := range len(doc) {
		if v, err := clixml.Decode([]byte(doc[:n]), clixml.Limits{}); err == nil {
			t.Errorf("accepted %s as %s", doc[:n], describe(v))
		}
	}
}

func TestExportedFiles(t *testing.T) {
	const text = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n" +
		"  <Obj RefId=\"0\">\r\n    <TN RefId=\"0\">\r\n      <T>Ünï.Type 😀</T>\r\n    </TN>\r\n    <Props>\r\n      <S N=\"a\">é_x000A_</S>\r\n    </Props>\r\n  </Obj>\r\n" +
		"  <New>no</New>\r\n  <Nil />\r\n  <Obj RefId=\"1\">\r\n    <TNRef RefId=\"0\" />\r\n    <Props>\r\n      <Ref N=\"other\" RefId=\"0\" />\r\n    </Props>\r\n  </Obj>\r\n</Objs>"
	utf16Of := func(order binary.AppendByteOrder) []byte {
		out := order.AppendUint16(nil, 0xFEFF)
		for _, u := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, u)
		}
		return out
	}
	for name, file := range map[string][]byte{"utf-8": []byte(text), "utf-8 with mark": []byte("\uFEFF" + text),
		"utf-16 le": utf16Of(binary.LittleEndian), "utf-16 be": utf16Of(binary.BigEndian)} {
		values, err := clixml.DecodeAll(file, clixml.Limits{})
		if err != nil || len(values) != 3 {
			t.Errorf("%s: %d values, %v", name, len(values), err)
			continue
		}
		other, _ := values[2].Property("other")
		if other.Object() != values[0].Object() || values[2].Object().TypeNames[0] != "Ünï.Type 😀" {
			t.Errorf("%s: read wrong: %s", name, describe(values[2]))
		}
		again, err := clixml.DecodeAll(clixml.AppendObjs(nil, values...), clixml.Limits{})
		if err != nil || len(again) != 3 || !again[0].Equal(values[0]) || !again[2].Equal(values[2]) {
			t.Errorf("%s: reads differently after writing: %v", name, err)
		}
	}

	lone := binary.LittleEndian.AppendUint16([]byte("\xFF\xFE<\x00S\x00>\x00"), 0xD801)
	lone = append(lone, "<\x00/\x00S\x00>\x00"...)
	values, err := clixml.DecodeAll(lone, clixml.Limits{})
	if err != nil || len(values) != 1 || string(clixml.Encode(values[0])) != "<S>_xD801_</S>" {
		t.Errorf("half a pair in UTF-16: %v, %v", values, err)
	}

	values, err = clixml.DecodeAll([]byte("<Objs><S>a</S><S>b</S><I32>x</I32></Objs>"), clixml.Limits{})
	var e *clixml.Error
	if len(values) != 2 || !errors.As(err, &e) || e.Reason != clixml.BadValue {
		t.Errorf("the values before an error are lost: %v, %v", values, err)
	}
	d := clixml.NewDecoder(clixml.Limits{})
	for v := range d.All([]byte("<Objs><S>a</S><S>b</S></Objs>")) {
		if v.Str() != "a" {
			t.Errorf("first %s", describe(v))
		}
		break
	}
	if v, err := d.Decode([]byte("<S>c</S>")); err != nil || v.Str() != "c" {
		t.Errorf("after leaving the loop early: %v %v", v, err)
	}
}

func TestDecoderIsUsableAfterAnError(t *testing.T) {
	d := clixml.NewDecoder(clixml.Limits{})
	for range 3 {
		if _, err := d.Decode([]byte(`<Obj RefId="0"><TN RefId="0"><T>T</T></TN><MS><S N="a">b</S><S N="c">d`)); err == nil {
			t.Fatal("accepted")
		}
		if _, err := d.Decode([]byte(`<Obj><TNRef RefId="0" /></Obj>`)); err == nil {
			t.Fatal("a reference into the document before")
		}
		v, err := d.Decode([]byte(`<Obj><MS><S N="a">b</S></MS></Obj>`))
		if err != nil || len(v.Object().Extended) != 1 {
			t.Fatal(v, err)
		}
	}
}

// TestMemory checks what the doc comment of Limits says: memory in proportion to the document, also for one
// made to take much.
func TestMemory(t *testing.T) {
	const n = 100_000
	for name, doc := range map[string]string{
		"empty objects": "<Obj><LST>" + strings.Repeat("<Obj/>", n) + "</LST></Obj>",
		"empty strings": "<Obj><LST>" + strings.Repeat("<S/>", n) + "</LST></Obj>",
		"many MS":       "<Obj>" + strings.Repeat(`<MS><Nil N="a"/></MS>`, n) + "</Obj>",
		"many names":    "<Obj><MS>" + manyNames(n) + "</MS></Obj>",
		"many types":    "<Obj><LST>" + manyTypes(n) + "</LST></Obj>",
		"many ids":      "<Obj><LST>" + strings.Repeat(`<Obj RefId="x"/>`, n) + "</LST></Obj>",
	} {
		data := []byte(doc)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		v, err := clixml.Decode(data, clixml.Limits{Values: -1})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		runtime.KeepAlive(v)
		// All that was ever allocated, garbage of growing included.
		if factor := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(data)); factor > 120 {
			t.Errorf("%s: %.0f bytes for a byte", name, factor)
		} else {
			t.Logf("%s: %.0f bytes for a byte", name, factor)
		}
	}
}

func manyNames(n int) string {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `<Nil N="name%d" />`, i)
	}
	return b.String()
}

func manyTypes(n int) string {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `<Obj><TN RefId="%d"><T>type %d</T></TN></Obj>`, i, i)
	}
	return b.String()
}
