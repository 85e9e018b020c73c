package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
)

// asAny is a value as encoding/json gives it with numbers as they are written; odd when an object has a name twice.
func asAny(v exchange.Value) (out any, odd bool) {
	switch v.Kind() {
	case exchange.None:
		return nil, false
	case exchange.Flag:
		return v.Flag(), false
	case exchange.Integer:
		return json.Number(fmt.Sprint(v.Int())), false
	case exchange.List:
		list := []any{}
		for _, m := range v.List() {
			one, strange := asAny(m)
			list, odd = append(list, one), odd || strange
		}
		return list, odd
	case exchange.Nested:
		object := map[string]any{}
		for _, f := range v.Nested().Fields {
			_, twice := object[f.Name]
			one, strange := asAny(f.Value)
			object[f.Name], odd = one, odd || strange || twice
		}
		return object, odd
	}
	return v.Text(), false
}

// plainNumbers makes texts of the numbers that are no whole ones, as asAny does.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err != nil || fmt.Sprint(n) != v.String() {
			return v.String()
		}
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	}
	return v
}

// checkJSON reads one value by our reader and by encoding/json, which must agree.
func checkJSON(t *testing.T, text string) {
	t.Helper()
	for _, make := range []bool{true, false} {
		j := &jsonText{text: text}
		v, err := j.value(0, make)
		if err == nil && (j.next() != 0 || j.at < len(text)) {
			err = errNotJSON
		}
		if errors.Is(err, errTooDeep) {
			return
		}
		if valid := json.Valid([]byte(text)); valid != (err == nil) {
			t.Fatalf("%q: valid is %v, but reading gives %v", text, valid, err)
		}
		if err != nil || !make {
			continue
		}
		var want any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		got, odd := asAny(v)
		if want = plainNumbers(want); !odd && !reflect.DeepEqual(want, got) {
			t.Fatalf("%q: %v, not %v", text, got, want)
		}
	}
}

var jsonTexts = []string{`null`, ` [ true , false , {"a" : [ ] , "b":{}} ] `, `"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800x\ud83d"`, `-0`, `0.5e-7`, `1E+400`, `12345678901234567890`, `-9223372036854775808`,
	`01`, `1.`, `.5`, `-`, `+1`, `1e`, `nul`, `tru e`, `"a`, `"\u12`, `"\x"`, "\"\x01\"", "\"\u2028é\"", `[1,]`, `[,1]`, `{"a":1,}`, `{"a"}`, `{a:1}`, `{"a":1 "b":2}`, `[1 2]`, `]`, `{"a":1}}`, ``, ` `, "\x00", `{"a":1,"a":2}`,
	strings.Repeat("[", 60) + strings.Repeat("]", 60)}

func TestJSONIsReadAsOthersReadIt(t *testing.T) {
	for _, text := range jsonTexts {
		checkJSON(t, text)
	}
}

func FuzzJSONText(f *testing.F) {
	for _, text := range jsonTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) { // files that are not are decoded first
			checkJSON(t, text)
		}
	})
}

// Rows that are all alike go into the table in another way than rows that are not: the cells must be the same.
func TestAlikeRowsReadAsOthersDo(t *testing.T) {
	var b bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&b, `{"Name":"user %d","Mail":%q,"TotalItemSize":%d,"Quota":%s,"Seen":"2026-01-%02dT00:00:00Z","Hold":%v,"Addresses":["a","b%d"],"Owner":{"Name":"x"},"Nothing":null,"Ratio":%d.5,"Note":%s}`+"\n",
			i, strings.Repeat("é\n", i%3), i*1000, []string{`"Unlimited"`, `"1 GB (1,073,741,824 bytes)"`, "null"}[i%3], 1+i%28, i%2 == 0, i, i, []string{`"text"`, "1", `""`}[min(i/1500*(1+i%2), 2)])
	}
	alike := told(reread(t, "x.jsonl", b.String()))
	if got := strings.Join(alike[0], ","); got != "Name text,Mail text,TotalItemSize size,Quota size,Seen time,Hold flag,Addresses list,Owner nested,Nothing none,Ratio decimal,Note text" {
		t.Errorf("the columns are %s", got)
	}
	odd := told(reread(t, "x.jsonl", b.String()+`{"Mail":"","Name":"last"}`))
	if len(odd) != len(alike)+1 {
		t.Fatalf("%d rows and %d", len(alike), len(odd))
	}
	if diff := cmp.Diff(alike, odd[:len(alike)]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(alike, told(reread(t, "x.json", "["+strings.ReplaceAll(strings.TrimSpace(b.String()), "\n", ",\n")+"]"))); diff != "" {
		t.Error(diff)
	}
	// A name that stands twice, and two that differ in case alone, keep what came first.
	twice := told(reread(t, "x.jsonl", `{"A":1,"a":2,"A":3}`+"\n"+`{"A":4,"a":5,"A":6}`))
	if diff := cmp.Diff([][]string{{"A integer"}, {"integer 1"}, {"integer 4"}}, twice); diff != "" {
		t.Error(diff)
	}
	for text, line := range map[string]string{"{\"a\":1}\n{\"a\":}": "2", "[{\"a\":1},\n\n{\"a\":1,}]": "3", "{\"a\":1}\n\x00": "2", "{": "1"} {
		_, err := Read(t.Context(), "x.jsonl", []byte(text))
		if p := exchange.AsProblem(err); p == nil || p.Code != CodeNotATable || p.Args["line"] != line {
			t.Errorf("%q gives %v", text, err)
		}
	}
}
