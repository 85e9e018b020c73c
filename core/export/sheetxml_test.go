package export

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// tagsOf are the tags of XML and the texts before them, as our reader finds them.
func tagsOf(text string) (out []string, err error) {
	x := newSheetXML(strings.NewReader(text))
	for {
		if err := x.next(); err == io.EOF {
			return out, nil
		} else if err != nil {
			return out, err
		}
		out = append(out, "text "+string(x.text))
		var attrs []string
		if x.start {
			if err := x.eachAttribute(func(name, value []byte) {
				attrs = append(attrs, fmt.Sprintf("%s=%s", name, value))
			}); err != nil {
				return out, err
			}
			out = append(out, fmt.Sprintf("start %s %q", x.name, attrs))
		}
		if x.end {
			out = append(out, "end "+string(x.name))
		}
	}
}

// tagsOfOthers are the same by encoding/xml. ok is false for what our reader does not take or does not look into.
func tagsOfOthers(text string) (out []string, ok bool) {
	if strings.Contains(strings.ReplaceAll(strings.ReplaceAll(text, "<!--", ""), "<![CDATA[", ""), "<!") {
		return nil, false
	}
	d := xml.NewDecoder(strings.NewReader(text))
	between, ended := "", false
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			return out, true
		}
		if err != nil {
			return nil, false
		}
		switch tok := tok.(type) {
		case xml.CharData:
			between += string(tok)
			ended = false
		case xml.StartElement:
			var attrs []string
			for _, a := range tok.Attr {
				attrs = append(attrs, a.Name.Local+"="+a.Value)
			}
			out = append(out, "text "+between, fmt.Sprintf("start %s %q", tok.Name.Local, attrs))
			between, ended = "", strings.HasSuffix(text[:d.InputOffset()], "/>")
		case xml.EndElement:
			if !ended { // the end of <x/> is no tag of its own
				out = append(out, "text "+between)
			}
			out = append(out, "end "+tok.Name.Local)
			between, ended = "", false
		}
	}
}

var sheetTexts = []string{`<row r="1" x:s='2'><c t="s"><v>1</v></c></row>`, `<a><b/></a >`, `<x:a y:b = "1>2" c='"'/>`, "a\r\nb\rc<t>&lt;&#65;&#x1F600;&amp;amp;</t>", `<t>&nbsp;</t>`, `<t>&lt</t>`, `<t>&#xZ;</t>`,
	`<!-- <c> - -- > --><t>1<!---->2</t>`, `<t>a<![CDATA[<b>]]&gt;]]>c</t>`, `<?xml version="1.0" encoding="UTF-8"?><t/>`, `<?x > ?><t>`, `<row><c</row>`, `<>`, `</>`, `< a>`, `<a b>`, `<a b=c>`, `<a b="`, `<t`, `t>`, "<t>\xff</t>", `<!DOCTYPE x><t/>`,
	`<t>` + strings.Repeat("long ", 20_000) + `</t>`, `<a b="` + strings.Repeat("long ", 20_000) + `"/>`}

func checkXML(t *testing.T, text string) {
	t.Helper()
	want, ok := tagsOfOthers(text)
	got, err := tagsOf(text)
	if !ok {
		return
	}
	if err != nil {
		t.Fatalf("%.200q: %v", text, err)
	}
	// Attributes are taken as they are written.
	plain := func(tags []string) []string {
		var out []string
		for _, tag := range tags {
			if strings.HasPrefix(tag, "start ") && strings.ContainsAny(text, "&\r") {
				tag = strings.Fields(tag)[1]
			}
			out = append(out, tag)
		}
		return out
	}
	if !slices.Equal(plain(want), plain(got)) {
		t.Fatalf("%.200q: %.500q, not %.500q", text, got, want)
	}
}

func TestSheetsAreTakenApartAsOthersDo(t *testing.T) {
	for _, text := range sheetTexts {
		checkXML(t, text)
	}
	for _, text := range []string{`<row><c</row>`, `<t>&nbsp;</t>`, `<t>&lt</t>`, `<t>&#x110000;</t>`, "<t>\xff</t>", `<t`, `<a b="`, `<>`, `</>`, `<a b=c>`, `<!DOCTYPE x><t/>`, `<!-- x`, `<![CDATA[ x`, `<? x`} {
		if got, err := tagsOf(text); err == nil {
			t.Errorf("%q gives %q", text, got)
		}
	}
}

func FuzzSheetXML(f *testing.F) {
	for _, text := range sheetTexts {
		f.Add(text[:min(len(text), 1000)])
	}
	f.Fuzz(checkXML)
}
