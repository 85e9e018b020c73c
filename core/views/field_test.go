package views

import (
	"reflect"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

func TestFieldsAreRead(t *testing.T) {
	kind, size, used := columns[0], columns[1], columns[3]
	count, wait, hold := columns[2], columns[4], columns[5]
	in := func(c results.Column, op results.Op, value string) []results.Filter {
		return []results.Filter{where(c.Name, op, value)}
	}
	for _, c := range []struct {
		lang   string
		column results.Column
		text   string
		want   []results.Filter
		back   string // how it is written again
	}{
		{"en", kind, "", nil, ""},
		{"en", kind, "fin", in(kind, results.Contains, "fin"), "fin"},
		{"en", kind, " ~ fin ", in(kind, results.Contains, "fin"), "fin"},
		{"en", kind, "=Shared", in(kind, results.Equal, "Shared"), "=Shared"},
		{"en", kind, "!= Shared", in(kind, results.NotEqual, "Shared"), "!=Shared"},
		{"en", kind, "^S", in(kind, results.StartsWith, "S"), "^S"},
		{"en", kind, "empty", in(kind, results.IsEmpty, ""), "empty"},
		{"en", kind, "=empty", in(kind, results.Equal, "empty"), "=empty"},
		{"en", kind, "!empty", in(kind, results.IsNotEmpty, ""), "!empty"},
		{"nl", kind, "leeg", in(kind, results.IsEmpty, ""), "leeg"},
		{"en", kind, "a..b", in(kind, results.Contains, "a..b"), "a..b"},
		{"en", kind, "it's", in(kind, results.Contains, "it's"), "it's"},
		{"en", kind, `="a & b"`, in(kind, results.Equal, "a & b"), `="a & b"`},
		{"en", kind, "a & b", append(in(kind, results.Contains, "a"), in(kind, results.Contains, "b")...), "a & b"},
		{"en", kind, "=A | =B", []results.Filter{{Any: append(in(kind, results.Equal, "A"), in(kind, results.Equal, "B")...)}}, "=A | =B"},
		{"en", kind, "! ^S", []results.Filter{not(where(kind.Name, results.StartsWith, "S"))}, "! ^S"},
		{"en", size, "45GB", in(size, results.MoreEqual, "45GB"), "45GB"},
		{"en", size, ">45 GB", in(size, results.More, "45 GB"), ">45 GB"},
		{"nl", size, "> 1,5 GB", in(size, results.More, "1.5 GB"), ">1.5 GB"},
		{"nl", size, "onbeperkt", in(size, results.MoreEqual, "Unlimited"), "Unlimited"},
		{"en", size, "1GB..2GB", []results.Filter{{All: append(in(size, results.MoreEqual, "1GB"), in(size, results.LessEqual, "2GB")...)}}, "1GB..2GB"},
		{"en", size, ">1GB & <2GB", append(in(size, results.More, "1GB"), in(size, results.Less, "2GB")...), ">1GB & <2GB"},
		{"en", count, "12", in(count, results.Equal, "12"), "12"},
		{"en", wait, "90 days", in(wait, results.MoreEqual, "90d"), "90d"},
		{"nl", wait, "<2 uur", in(wait, results.Less, "2h"), "<2h"},
		{"en", used, "90d", in(used, results.LessEqual, "90d"), "90d"},
		{"nl", used, ">90 dagen", in(used, results.More, "90d"), ">90d"},
		{"en", used, "2026-01", in(used, results.Equal, "2026-01"), "2026-01"},
		{"en", used, "< Jan 31, 2026", in(used, results.Less, "2026-01-31"), "<2026-01-31"},
		{"nl", used, "31-12-2026", in(used, results.Equal, "2026-12-31"), "2026-12-31"},
		{"nl", used, "1-2-2026..1-3-2026", []results.Filter{{All: append(in(used, results.MoreEqual, "2026-02-01"), in(used, results.LessEqual, "2026-03-01")...)}}, "2026-02-01..2026-03-01"},
		{"en", hold, "Yes", in(hold, results.Equal, "true"), "true"},
		{"nl", hold, "nee", in(hold, results.Equal, "false"), "false"},
	} {
		f := Field{Column: c.column, Words: wording.For(c.lang)}
		got, err := f.Parse(c.text)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q on %s is read as %+v, %v; want %+v", c.lang, c.text, c.column.Name, got, err, c.want)
			continue
		}
		if text, own := f.Text(got); text != c.back || len(own) != len(got) {
			t.Errorf("%s: %q on %s is written again as %q, own %v; want %q", c.lang, c.text, c.column.Name, text, own, c.back)
		}
	}
}

func TestFieldsSayWhatCannotBeRead(t *testing.T) {
	for _, c := range []struct {
		column results.Column
		text   string
		code   exchange.Code
	}{
		{columns[1], "big", results.CodeBadValue},
		{columns[1], ">", results.CodeBadExpression},
		{columns[1], "1GB..big", results.CodeBadValue},
		{columns[3], "31-12-2026", results.CodeBadValue}, // another country's way
		{columns[3], "soon", results.CodeBadValue},
		{columns[5], "perhaps", results.CodeBadValue},
		{columns[0], `="a`, results.CodeBadExpression},
	} {
		if got, err := (Field{Column: c.column, Words: wording.For("en")}).Parse(c.text); exchange.CodeOf(err) != c.code {
			t.Errorf("%q on %s gives %+v and %v, want %s", c.text, c.column.Name, got, err, c.code)
		}
	}
}

// TestFieldsLeaveOthersAlone writes only what is on the column and fits.
func TestFieldsLeaveOthersAlone(t *testing.T) {
	big, old := where("TotalItemSize", results.More, "1GB"), where("LastLogonTime", results.More, "90d")
	f := Field{Column: columns[1], Words: wording.For("en")}
	text, own := f.Text([]results.Filter{old, big, {Any: []results.Filter{big, old}}, where("totalitemsize", results.Less, "2GB"),
		{All: []results.Filter{big, big, big}}})
	if text != ">1GB & <2GB" || !reflect.DeepEqual(own, []int{1, 3}) {
		t.Errorf("the field says %q for %v", text, own)
	}
}

// FuzzField types anything into a field of each type: what is read is written again and read as the same.
func FuzzField(f *testing.F) {
	for _, text := range []string{"fin", "=x | =y", ">45GB & <1TB", "a..b", "! ^x", `"a & b"`, "90d", "!empty", "1,5 GB", "'"} {
		for kind := range columns {
			f.Add(text, kind)
		}
	}
	f.Fuzz(func(t *testing.T, text string, at int) {
		if at < 0 || at >= len(columns) || len(text) > 500 {
			return
		}
		for _, lang := range []string{"en", "nl"} {
			field := Field{Column: columns[at], Words: wording.For(lang)}
			got, err := field.Parse(text)
			if err != nil {
				continue
			}
			written, own := field.Text(got)
			var fit []results.Filter
			for _, i := range own {
				fit = append(fit, got[i])
			}
			back, err := field.Parse(written)
			if err != nil || len(back) != len(fit) || len(fit) > 0 && !reflect.DeepEqual(back, fit) {
				t.Errorf("%s: %q is read as %+v, written as %q and read as %+v, %v", lang, text, got, written, back, err)
			}
		}
	})
}
