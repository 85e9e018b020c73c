package views

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
)

func full() View {
	return View{Name: "Full mailboxes", For: "Get-MailboxStatistics",
		Columns: []Column{{Name: "DisplayName", Width: 200}, {Name: "TotalItemSize"}, {Name: "ItemCount", Hidden: true}},
		Frozen:  1, Sort: []results.SortKey{{Column: "TotalItemSize", Desc: true}},
		Filter: Together([]results.Filter{where("TotalItemSize", results.More, "45GB"),
			not(results.Filter{Any: []results.Filter{where("DisplayName", results.StartsWith, "x"), where("ItemCount", results.Less, "3")}})}),
		Group: results.Group{Columns: []string{"DisplayName"}, Sums: []string{"ItemCount"}},
		Rules: []Rule{{Column: "ItemCount", When: where("ItemCount", results.More, "1000"), Tone: Bad}},
		Chart: charts.Spec{Kind: charts.Bars, Column: "DisplayName", Measure: charts.Each, Of: "TotalItemSize", Most: 10}}
}

func TestViewsSurviveAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Full"+Ending)
	v := full()
	v.First = true
	if err := WriteFile(path, v); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path)
	if want := full(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("came back as %+v, %v; want %+v", got, err, want)
	}
}

func TestFilesThatAreNoViews(t *testing.T) {
	deep := strings.Repeat(`{"not":`, 100) + `{"column":"A","op":"="}` + strings.Repeat("}", 100)
	for name, c := range map[string]struct {
		text string
		code exchange.Code
	}{
		"empty":             {"", CodeUnreadable},
		"not JSON":          {"Name,Size\nx,1\n", CodeUnreadable},
		"other JSON":        {`{"name":"x"}`, CodeUnreadable},
		"no name":           {`{"tenantry-view":1}`, CodeUnreadable},
		"name of two lines": {`{"tenantry-view":1,"name":"a\nb"}`, CodeUnreadable},
		"newer":             {`{"tenantry-view":2,"name":"x","columns":7}`, CodeNewer},
		"unknown operator":  {`{"tenantry-view":1,"name":"x","filter":{"column":"A","op":"like","value":"b"}}`, CodeUnreadable},
		"empty condition":   {`{"tenantry-view":1,"name":"x","filter":{"all":[{}]}}`, CodeUnreadable},
		"deep":              {`{"tenantry-view":1,"name":"x","filter":` + deep + `}`, CodeUnreadable},
		"negative width":    {`{"tenantry-view":1,"name":"x","columns":[{"name":"A","width":-4}]}`, CodeUnreadable},
		"unknown tone":      {`{"tenantry-view":1,"name":"x","rules":[{"when":{"column":"A","op":"empty"},"tone":"pink"}]}`, CodeUnreadable},
		"unknown chart":     {`{"tenantry-view":1,"name":"x","chart":{"kind":"heap","column":"A"}}`, CodeUnreadable},
		"chart of nothing":  {`{"tenantry-view":1,"name":"x","chart":{"kind":"bars","column":"A","measure":"sum"}}`, CodeUnreadable},
		"too large":         {`{"tenantry-view":1,"name":"` + strings.Repeat("x", mostBytes) + `"}`, CodeUnreadable},
	} {
		if v, err := Read(strings.NewReader(c.text)); exchange.CodeOf(err) != c.code {
			t.Errorf("%s: read as %+v, %v; want %s", name, v, err, c.code)
		}
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "not there")); exchange.CodeOf(err) != "open.not-read" {
		t.Errorf("a file that is not there gives %v", err)
	}
}

func TestStoreKeepsViewsApart(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "views"))
	keep := func(v View) {
		t.Helper()
		if err := s.Keep(v); err != nil {
			t.Fatal(err)
		}
	}
	names := func(forWhat string) (out []string) {
		t.Helper()
		all, err := s.All(forWhat)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range all {
			name := v.Name
			if v.First {
				name += " first"
			}
			out = append(out, name)
		}
		return out
	}
	want := func(forWhat string, want ...string) {
		t.Helper()
		if got := names(forWhat); !slices.Equal(got, want) {
			t.Errorf("for %q there are %q, want %q", forWhat, got, want)
		}
	}
	want("Get-Mailbox")
	keep(View{Name: "big", For: "Get-Mailbox", First: true})
	keep(View{Name: "Anna's", For: "Get-Mailbox"})
	keep(View{Name: "big", For: "Get-User"})
	keep(View{Name: "any"})
	want("get-mailbox", "Anna's", "any", "big first")
	keep(View{Name: "Anna's", For: "Get-Mailbox", First: true})
	want("Get-Mailbox", "Anna's first", "any", "big")
	keep(View{Name: "BIG", For: "Get-Mailbox", Frozen: 2}) // the same name in other letters is the same view
	want("Get-Mailbox", "Anna's first", "any", "BIG")
	if v, err := s.Find("Get-Mailbox", "Big"); err != nil || v.Frozen != 2 {
		t.Errorf("found %+v, %v", v, err)
	}
	var p *exchange.Problem
	if _, err := s.Find("Get-Mailbox", "bigger"); !errors.As(err, &p) || p.Code != CodeUnknown || p.Args["near"] != "Anna's, any, BIG" {
		t.Errorf("a name nobody gave gives %v", err)
	}
	big, err := s.Find("Get-Mailbox", "big")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rename(big, "Anna's"); exchange.CodeOf(err) != CodeNameTaken {
		t.Errorf("a name that is taken gives %v", err)
	}
	if _, err := s.Rename(big, " "); exchange.CodeOf(err) != CodeBadName {
		t.Errorf("a name of nothing gives %v", err)
	}
	if big, err = s.Rename(big, "Full"); err != nil {
		t.Fatal(err)
	}
	want("Get-Mailbox", "Anna's first", "any", "Full")
	if err := s.Remove(big); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(big); err != nil {
		t.Errorf("removing it again gives %v", err)
	}
	want("Get-Mailbox", "Anna's first", "any")
	want("", "Anna's first", "any", "big")
	if err := os.WriteFile(filepath.Join(s.folder, "broken"+Ending), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	want("Get-User", "any", "big")
}

func TestViewsFitWhatIsThere(t *testing.T) {
	table := results.NewTable(results.RunInfo{})
	if err := table.Append("contoso.example", []exchange.Record{{Fields: []exchange.Field{
		{Name: "DisplayName", Value: exchange.NewText("Anna")}, {Name: "ItemCount", Value: exchange.NewText("many")}}}}); err != nil {
		t.Fatal(err)
	}
	v := full()
	v.Filter.All = append(v.Filter.All, where("DisplayName", results.Contains, "a"))
	v.Columns = append(v.Columns, Column{Name: "Hidden", Hidden: true})
	fit, missing := v.Fit(table.Snapshot())
	if !slices.Equal(missing, []string{"TotalItemSize"}) {
		t.Errorf("missing are %q", missing)
	}
	if len(fit.Columns) != 2 || len(fit.Sort) != 0 || len(fit.Group.Columns) != 1 || len(fit.Group.Sums) != 0 || fit.Frozen != 1 {
		t.Errorf("what fits is %+v", fit)
	}
	// A condition with a part that does not fit is no condition; text is compared with text.
	if len(fit.Filter.All) != 2 || fit.Filter.All[1].Value != "a" || len(fit.Rules) != 1 {
		t.Errorf("the filter that fits is %+v, the rules %+v", fit.Filter, fit.Rules)
	}
	if _, err := results.Arrange(t.Context(), table.Snapshot(), results.Query{Filter: fit.Filter, Group: fit.Group, Sort: fit.Sort}); err != nil {
		t.Error(err)
	}
}

func TestSharesOfAQuota(t *testing.T) {
	cols := []results.Column{{Name: "TotalItemSize", Type: exchange.Size}, {Name: "IssueWarningQuota", Type: exchange.Size},
		{Name: "prohibitsendquota", Type: exchange.Size}, {Name: "TotalDeletedItemSize", Type: exchange.Size}}
	shares := Shares(cols)
	if len(shares) != 1 || !slices.Equal(shares[0].Quota, []string{"prohibitsendquota", "IssueWarningQuota"}) {
		t.Fatalf("the shares are %+v", shares)
	}
	gb := func(n int64) exchange.Value { return exchange.NewSize(n << 30) }
	for _, c := range []struct {
		size, send, warn exchange.Value
		part             float64
		tone             Tone
		ok               bool
	}{
		{gb(10), gb(100), gb(50), 0.1, "", true},
		{gb(85), gb(100), gb(50), 0.85, Warn, true},
		{gb(95), gb(100), gb(50), 0.95, Warn, true},
		{gb(96), gb(100), gb(50), 0.96, Bad, true},
		{gb(60), exchange.Unlimited(), gb(50), 1.2, Bad, true},
		{gb(60), exchange.Unlimited(), exchange.Value{}, 0, "", false},
		{exchange.Value{}, gb(100), gb(50), 0, "", false},
		{gb(60), gb(0), exchange.Value{}, 0, "", false},
	} {
		part, ok := shares[0].Of(c.size, func(column string) exchange.Value {
			return map[string]exchange.Value{"prohibitsendquota": c.send, "IssueWarningQuota": c.warn}[column]
		})
		if ok != c.ok || part != c.part || ok && ToneOf(part) != c.tone {
			t.Errorf("%v of %v or %v is %v %q, %v", c.size, c.send, c.warn, part, ToneOf(part), ok)
		}
	}
}

// FuzzRead gives the reader anything: what it takes can be written, read and fitted to a table.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, full()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"tenantry-view":2,"name":"x"}`))
	f.Add([]byte(`{"tenantry-view":1,"name":"x","filter":{"not":{"any":[{"column":"A","op":"empty"}]}}}`))
	f.Add([]byte("\xef\xbb\xbf{}"))
	table := results.NewTable(results.RunInfo{})
	if err := table.Append("contoso.example", []exchange.Record{{Fields: []exchange.Field{{Name: "A", Value: exchange.NewSize(1)}, {Name: "B", Value: exchange.NewText("x")}}}}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Read(bytes.NewReader(text))
		if err != nil {
			if code := exchange.CodeOf(err); code != CodeUnreadable && code != CodeNewer {
				t.Errorf("%v", err)
			}
			return
		}
		var b bytes.Buffer
		if err := Write(&b, v); err != nil {
			t.Fatal(err)
		}
		again, err := Read(&b)
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		var c bytes.Buffer
		if err := Write(&c, again); err != nil || c.String() == "" {
			t.Fatal(err)
		}
		fit, _ := v.Fit(table.Snapshot())
		if _, err := results.Arrange(t.Context(), table.Snapshot(), results.Query{Filter: fit.Filter, Group: fit.Group, Sort: fit.Sort}); err != nil {
			t.Errorf("what fits cannot be arranged: %+v: %v", fit, err)
		}
	})
}
