package clixml_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"tenantry/core/clixml"
)

func seeds(f *testing.F) (docs [][]byte) {
	files, err := filepath.Glob(filepath.Join("testdata", "recordings", "*.xml"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		docs = append(docs, doc)
	}
	return docs
}

// FuzzDecode: no bytes make the decoder panic; an error is typed and points into the document; what was read
// reads the same after writing; and a Decoder that read other documents before reads the same as a new one.
func FuzzDecode(f *testing.F) {
	all := seeds(f)
	for _, doc := range all {
		f.Add(doc)
	}
	for _, doc := range []string{
		`<Obj RefId="0"><MS><MS N="a"><Nil N="b" /></MS></MS><DCT><En><S N="Key">k</S><Ref N="Value" RefId="0"/></En></DCT></Obj>`,
		`<p:Obj xmlns:p='x'><p:STK><p:C>97</p:C><p:TS>-P1DT2H3M4.5S</p:TS><DT>2008-04-11T10:42:32.2731993-07:00</DT></p:STK></p:Obj>`,
		`<Objs><PR><AV>a</AV><Nil/><PC>4</PC></PR></Objs>`, `<S>_xD83D_&#xDE00;<![CDATA[x]]><!-- --><?p?></S>`,
		`<BA>AQID</BA>`, `<Db>-1.5E-07</Db>`, `<G>{792E5B37-4505-47EF-B7D2-8711BB7AFFA8}</G>`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		limits := clixml.Limits{Bytes: 1 << 20}
		v, err := clixml.Decode(doc, limits)
		if err != nil {
			var e *clixml.Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(doc) {
				t.Fatalf("%v", err)
			}
			if !v.IsNull() {
				t.Fatal("a value beside an error")
			}
		} else {
			written := clixml.Encode(v)
			again, err := clixml.Decode(written, clixml.Limits{})
			if err != nil || !again.Equal(v) || describe(again) != describe(v) {
				t.Fatalf("reads differently after writing: %v\n%s", err, written)
			}
		}
		used := clixml.NewDecoder(limits)
		for _, other := range all {
			if _, err := used.Decode(other); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			w, err2 := used.Decode(doc)
			if (err == nil) != (err2 == nil) || !w.Equal(v) {
				t.Fatalf("a used Decoder reads differently: %v %v", err, err2)
			}
		}
		if _, err := clixml.DecodeAll(doc, limits); err != nil {
			var e *clixml.Error
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
		}
	})
}

// FuzzText: any text comes back from a String, a name and a ToString; bytes that are no text come back as
// U+FFFD and stay so.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "_x000A_", "a\r\nb\x00", "<&>\"'", "😀", "\xED\xA0\xBD", "\xED\xA0\xBD\xED\xB8\x80",
		"_x005F_x", "_X0041_", "_x0001F600_", "\u0085\uFFFF\xFF", "]]>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc := clixml.Encode(clixml.NewObject(&clixml.Object{
			ToString: s, HasToString: true, Extended: []clixml.Property{{Name: s, Value: clixml.NewString(s)}},
		}))
		if !utf8.Valid(doc) {
			t.Fatalf("written bytes that are no UTF-8: %q", doc)
		}
		v, err := clixml.Decode(doc, clixml.Limits{})
		if err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		o := v.Object()
		got := o.Extended[0].Value.Str()
		if o.ToString != got || o.Extended[0].Name != got {
			t.Fatalf("%q: a name or ToString is read differently from a String: %q", doc, got)
		}
		if utf8.ValidString(s) && got != s {
			t.Fatalf("%q came back as %q", s, got)
		}
		if string(clixml.Encode(clixml.NewString(got))) != string(clixml.Encode(clixml.NewString(s))) {
			t.Fatalf("%q and %q are written differently", s, got)
		}
		if judged, err := judgement(doc); err != nil || judged != describe(v) {
			t.Fatalf("%q: %v\njudge:\n%s\ndecoder:\n%s", doc, err, judged, describe(v))
		}
	})
}
