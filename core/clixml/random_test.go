package clixml_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tenantry/core/clixml"
)

// writer makes random documents as text, in more ways of writing than PowerShell has, and none of them with
// the encoder.
type writer struct {
	t     *rapid.T
	b     strings.Builder
	open  []string // RefIds given out so far
	types int
	left  int // elements still allowed
}

func (w *writer) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(w.t, label)
}

var textPieces = []string{"a", "Zz9", " ", "_", "_x", "x000A_", "_x000A_", "_x005F_", "_xD801_", "_xDC37_", "_X0041_",
	"é", "😀", "&lt;", "&amp;", "&#65;", "&#x1F600;", "&#95;", "\r\n", "\r", "\n", "]", "0123456789abcdef",
	"<![CDATA[<a>&_x0041_]]>", "<!-- c -->", "<?pi x?>"}

func (w *writer) text() string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(textPieces), 0, 6).Draw(w.t, "text"), "")
}

func (w *writer) name() string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"Name", "b", "_x000A_", "_x005F_", "&quot;", "é", "😀", "_", " "}),
		1, 3).Draw(w.t, "name"), "")
}

func (w *writer) space() string {
	return w.pick("space", "", "", "", "", " ", "\r\n\t", "<!-- <S> -->", "<?p?>")
}

func (w *writer) tag(element string, attrs ...string) (end string) {
	prefix := w.pick("prefix", "", "", "", "", "ps:")
	attrs = rapid.Permutation(attrs).Draw(w.t, "order")
	w.b.WriteString("<" + prefix + element)
	for _, a := range attrs {
		if a == "" {
			continue
		}
		key, value, _ := strings.Cut(a, "=")
		quote := w.pick("quote", `"`, `"`, `'`)
		if quote == `'` && strings.Contains(value, "'") {
			quote = `"`
		}
		w.b.WriteString(w.pick("gap", " ", " ", "\n  ") + key + w.pick("equals", "=", "=", " = ") + quote + value + quote)
	}
	w.b.WriteString(">")
	return "</" + prefix + element + w.pick("end gap", "", "", " ") + ">"
}

func (w *writer) value(name string, depth int) {
	w.left--
	attr := ""
	if name != "" {
		attr = "N=" + name
	}
	element := w.pick("element", "Nil", "S", "S", "B", "I32", "U64", "SB", "C", "Db", "Sg", "DT", "TS", "BA", "G", "D",
		"Version", "URI", "SBK", "XD", "Ref", "Ref", "Obj", "Obj", "Obj", "Obj", "Obj", "Obj", "Obj")
	var text string
	switch element {
	case "Obj":
		if depth > 5 || w.left < 0 {
			element = "Nil"
			break
		}
		w.object(attr, depth+1)
		return
	case "Ref":
		if len(w.open) == 0 {
			element = "Nil"
			break
		}
		w.b.WriteString(w.tag("Ref", attr, "RefId="+w.pick("ref", w.open...)))
		return
	case "S", "URI", "SBK", "XD":
		text = w.text()
	case "B":
		text = w.pick("bool", "true", "false", "1", "0")
	case "I32":
		text = fmt.Sprint(rapid.Int32().Draw(w.t, "i32"))
	case "U64":
		text = fmt.Sprint(rapid.Uint64().Draw(w.t, "u64"))
	case "SB":
		text = fmt.Sprint(rapid.Int8().Draw(w.t, "sb"))
	case "C":
		text = fmt.Sprint(rapid.Uint16().Draw(w.t, "char"))
	case "Db":
		text = w.pick("double", "INF", "-INF", "NaN", fmt.Sprint(rapid.Float64Range(-1e300, 1e300).Draw(w.t, "f")))
	case "Sg":
		text = fmt.Sprint(rapid.Float32Range(-1e30, 1e30).Draw(w.t, "f"))
	case "DT":
		text = randomTime(w.t).Format("2006-01-02T15:04:05.9999999") + w.pick("zone", "", "Z", "+02:00", "-11:30", "+00:00")
	case "TS":
		text = w.pick("sign", "", "-") + "P" + w.pick("days", "", "3D", "2M10D", "1Y") +
			w.pick("time", "T1H", "T59M", "T0S", "T1.5S", "T23H59M59.9999999S")
	case "BA":
		text = w.pick("base64", "", "AA==", "AQID", " AQ ID\r\n")
	case "G":
		text = w.pick("guid", "792e5b37-4505-47ef-b7d2-8711bb7affa8", "{792E5B37-4505-47EF-B7D2-8711BB7AFFA8}")
	case "D":
		text = w.pick("decimal", "1", "-0.50", "79228162514264337593543950335")
	case "Version":
		text = w.pick("version", "1.0", "10.0.17763.771")
	}
	end := w.tag(element, attr)
	w.b.WriteString(text + end)
}

func randomTime(t *rapid.T) time.Time {
	start := time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC)
	return start.AddDate(0, 0, rapid.IntRange(0, 3_650_000).Draw(t, "days")).
		Add(time.Duration(rapid.Int64Range(0, 863_999_999_999).Draw(t, "ticks")) * 100)
}

func (w *writer) object(attr string, depth int) {
	id := ""
	if rapid.Bool().Draw(w.t, "with id") {
		id = w.pick("id form", "", "", "RefId-") + fmt.Sprint(len(w.open))
		w.open = append(w.open, id)
		id = "RefId=" + id
	}
	end := w.tag("Obj", attr, id)
	parts := []func(){}
	part := func(do func()) {
		if rapid.Bool().Draw(w.t, "part") {
			parts = append(parts, do)
		}
	}
	part(func() {
		if w.types > 0 && rapid.Bool().Draw(w.t, "known types") {
			w.b.WriteString(w.tag("TNRef", fmt.Sprintf("RefId=%d", rapid.IntRange(0, w.types-1).Draw(w.t, "type"))))
			return
		}
		end := w.tag("TN", fmt.Sprintf("RefId=%d", w.types))
		w.types++
		for range rapid.IntRange(0, 3).Draw(w.t, "types") {
			end := w.tag("T")
			w.b.WriteString(w.text() + end)
		}
		w.b.WriteString(end)
	})
	part(func() {
		end := w.tag("ToString")
		w.b.WriteString(w.text() + end)
	})
	part(func() {
		switch element := w.pick("content", "LST", "QUE", "STK", "IE", "DCT", "I32", "S"); element {
		case "I32", "S":
			end := w.tag(element)
			w.b.WriteString("7" + end)
		case "DCT":
			end := w.tag(element)
			for range rapid.IntRange(0, 3).Draw(w.t, "entries") {
				end := w.tag("En")
				w.value("Key", depth)
				w.b.WriteString(w.space())
				w.value("Value", depth)
				w.b.WriteString(end)
			}
			w.b.WriteString(end)
		default:
			end := w.tag(element)
			for range rapid.IntRange(0, 4).Draw(w.t, "items") {
				w.b.WriteString(w.space())
				w.value("", depth)
			}
			w.b.WriteString(end)
		}
	})
	part(func() { w.members("Props", "", depth) })
	part(func() { w.members("MS", "", depth) })
	for _, p := range rapid.Permutation(parts).Draw(w.t, "parts") {
		w.b.WriteString(w.space())
		p()
	}
	w.b.WriteString(w.space() + end)
}

func (w *writer) members(element, attr string, depth int) {
	end := w.tag(element, attr)
	for range rapid.IntRange(0, 4).Draw(w.t, "members") {
		w.b.WriteString(w.space())
		switch {
		case element == "MS" && depth < 4 && rapid.IntRange(0, 5).Draw(w.t, "set") == 0:
			w.members("MS", "N="+w.name(), depth+1)
		case rapid.IntRange(0, 7).Draw(w.t, "unknown") == 0:
			end := w.tag("FutureType", "N="+w.name())
			w.b.WriteString("<S>no</S>" + end)
		default:
			w.value(w.name(), depth)
		}
	}
	w.b.WriteString(end)
}

func TestRandomDocumentsAgreeWithTheJudge(t *testing.T) {
	shared := clixml.NewDecoder(clixml.Limits{}) // what it remembers must never change a result
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{t: t, left: 60}
		w.object("", 0)
		doc := w.b.String()
		want, err := judgement([]byte(doc))
		if err != nil {
			t.Fatalf("the judge refuses %s: %v", doc, err)
		}
		v, err := shared.Decode([]byte(doc))
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		if got := describe(v); got != want {
			t.Fatalf("%s\njudge:\n%s\ndecoder:\n%s", doc, want, got)
		}
		checkWriting(t, v)
	})
}

type failer interface{ Fatalf(string, ...any) }

// checkWriting writes v, has the judge and the decoder read it, and compares.
func checkWriting(t failer, v clixml.Value) {
	written := clixml.Encode(v)
	judged, err := judgement(written)
	if err != nil {
		t.Fatalf("the judge refuses what was written: %v\n%s", err, written)
	}
	if got := describe(v); got != judged {
		t.Fatalf("written %s\njudge:\n%s\nvalue:\n%s", written, judged, got)
	}
	again, err := clixml.Decode(written, clixml.Limits{Depth: -1})
	if err != nil || !again.Equal(v) || !v.Equal(again) {
		t.Fatalf("reads differently after writing: %v\n%s", err, written)
	}
	if twice := clixml.Encode(again); string(twice) != string(written) {
		t.Fatalf("written differently the second time:\n%s\n%s", written, twice)
	}
}

// values makes random Values, also such that no document led to.
func values(depth int, seen *[]*clixml.Object) *rapid.Generator[clixml.Value] {
	return rapid.Custom(func(t *rapid.T) clixml.Value {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("_x0D8 \x00\r\u0085\uFFFF😀<&>\"'"))))
		switch n := rapid.IntRange(0, 20).Draw(t, "kind"); {
		case n == 0:
			return clixml.Value{}
		case n == 1:
			return clixml.NewDouble(rapid.Float64().Draw(t, "double"))
		case n == 2:
			return clixml.NewSingle(rapid.Float32().Draw(t, "single"))
		case n == 3:
			return clixml.NewBytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		case n == 4:
			return clixml.NewDuration(rapid.Int64().Draw(t, "ticks"))
		case n == 5:
			zone := rapid.SampledFrom([]clixml.Zone{clixml.Unspecified, clixml.UTC, clixml.Offset}).Draw(t, "zone")
			at := randomTime(t)
			if zone == clixml.Offset {
				at = at.In(time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "minutes")))
			}
			return clixml.NewDateTime(at, zone)
		case n == 6:
			kind := rapid.SampledFrom([]clixml.Kind{clixml.Char, clixml.Byte, clixml.SByte, clixml.UInt16, clixml.Int16,
				clixml.UInt32, clixml.Int32, clixml.UInt64, clixml.Int64}).Draw(t, "integer")
			return clixml.NewInteger(kind, rapid.Int64().Draw(t, "n"))
		case n == 7:
			return clixml.NewLexical(rapid.SampledFrom([]clixml.Kind{clixml.URI, clixml.ScriptBlock, clixml.XMLDocument}).
				Draw(t, "lexical"), text.Draw(t, "text"))
		case n == 8:
			return clixml.NewBool(rapid.Bool().Draw(t, "bool"))
		case n <= 11 || depth > 4:
			return clixml.NewString(text.Draw(t, "text"))
		case n == 12 && len(*seen) > 0:
			return clixml.NewObject(rapid.SampledFrom(*seen).Draw(t, "seen"))
		}
		o := &clixml.Object{TypeNames: rapid.SampledFrom([][]string{nil, {"A"}, {"A", "B"}, {"A\nB"}, {"_x0041_"}}).Draw(t, "types")}
		*seen = append(*seen, o)
		inner := values(depth+1, seen)
		if o.HasToString = rapid.Bool().Draw(t, "has text"); o.HasToString {
			o.ToString = text.Draw(t, "ToString")
		}
		switch o.Container = clixml.Container(rapid.IntRange(0, 5).Draw(t, "container")); o.Container {
		case clixml.NoContainer:
			if rapid.Bool().Draw(t, "extended primitive") {
				o.Base = clixml.NewInt32(rapid.Int32().Draw(t, "base"))
			}
		case clixml.Dictionary:
			for range rapid.IntRange(0, 3).Draw(t, "entries") {
				o.Entries = append(o.Entries, clixml.Entry{Key: inner.Draw(t, "key"), Value: inner.Draw(t, "value")})
			}
		default:
			o.Items = rapid.SliceOfN(inner, 0, 3).Draw(t, "items")
		}
		members := func(label string) (ps []clixml.Property) {
			for range rapid.IntRange(0, 3).Draw(t, label) {
				ps = append(ps, clixml.Property{Name: text.Draw(t, "name"), Value: inner.Draw(t, "member")})
			}
			return ps
		}
		o.Adapted = members("adapted")
		o.Extended = members("extended")
		if rapid.IntRange(0, 4).Draw(t, "set") == 0 {
			set := &clixml.Object{Container: clixml.MemberSet, Extended: members("set members")}
			o.Extended = append(o.Extended, clixml.Property{Name: "set", Value: clixml.NewObject(set)})
		}
		return clixml.NewObject(o)
	})
}

func TestRandomValuesAreWrittenForAnyReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var seen []*clixml.Object
		checkWriting(t, values(0, &seen).Draw(t, "value"))
	})
}

func TestCyclesAndSharing(t *testing.T) {
	loop := &clixml.Object{TypeNames: []string{"Loop"}}
	loop.Adapted = []clixml.Property{{Name: "Self", Value: clixml.NewObject(loop)}, {Name: "List", Value: clixml.NewList(clixml.NewObject(loop))}}
	v := clixml.NewObject(loop)
	checkWriting(t, v)
	if !v.Equal(v) || v.Equal(clixml.NewList()) {
		t.Error("a loop is not equal to itself, or equal to a list")
	}

	set := &clixml.Object{Container: clixml.MemberSet}
	set.Extended = []clixml.Property{{Name: "inner", Value: clixml.NewObject(set)}}
	holder := clixml.NewObject(&clixml.Object{Extended: []clixml.Property{{Name: "set", Value: clixml.NewObject(set)}}})
	if got := string(clixml.Encode(holder)); got != `<Obj RefId="0"><MS><MS N="set"><Nil N="inner" /></MS></MS></Obj>` {
		t.Errorf("a member set inside itself: %s", got)
	}

	for _, year := range []int{-5, 0, 12000} {
		doc := clixml.Encode(clixml.NewDateTime(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), clixml.UTC))
		if _, err := clixml.Decode(doc, clixml.Limits{}); err != nil {
			t.Errorf("year %d: %s: %v", year, doc, err)
		}
	}
	if got := string(clixml.Encode(clixml.NewString("a\xFFb\xED\xA0"))); got != "<S>a\uFFFDb\uFFFD\uFFFD</S>" {
		t.Errorf("bytes that are no text: %s", got)
	}
	if clixml.NewDouble(0).Equal(clixml.NewDouble(math.Copysign(0, -1))) {
		t.Error("-0 is 0")
	}
}
